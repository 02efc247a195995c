-- ---- frame rules: Python ----

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'python', file, 'not_in_app', true
FROM unnest(ARRAY[
  '*/site-packages/*', '*/dist-packages/*', '*/lib/python*', '*/lib64/python*', '*/Python3*/lib/*',
  '*\site-packages\*', '<frozen *', '<string>', '<attrs generated*', '*/asyncio/*.py', '*/importlib/*.py'
]) AS file;

