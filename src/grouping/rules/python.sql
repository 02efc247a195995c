-- ---- frame rules: Python ----

-- what an import passes through, and comprehensions, which are frames of their own before Python 3.12 only
INSERT INTO errtrack.frame_rules (platform, function, file, action, built_in)
VALUES
  ('python', NULL, '<frozen importlib*', 'drop', true),
  ('python', '<listcomp>', NULL, 'drop', true),
  ('python', '<setcomp>', NULL, 'drop', true),
  ('python', '<dictcomp>', NULL, 'drop', true);

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'python', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- installed packages, among them the frameworks, servers and test runners
  '*/site-packages/*', '*/dist-packages/*', E'*\\site-packages\\*', '*.egg/*',
  -- the standard library
  '*/lib/python*', '*/lib64/python*', '*/Python3*/lib/*', E'*\\Python3*\\lib\\*', E'*\\Python3*\\Lib\\*',
  '*/python3*.zip/*', '*/asyncio/*.py', '*/importlib/*.py', '<frozen *',
  -- code that is made at run time
  '<string>', '<attrs generated*', '<decorator-gen*', '<__array_function__*',
  -- debuggers, the runtime of AWS Lambda
  '*/pydevd*', '*/debugpy/*', '/var/runtime/*'
]) AS file;
