-- ---- frame rules: Ruby ----

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'ruby', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- gems; as Rails shortens them: `actionpack (7.0.4) lib/...`
  '*/gems/*', '*/bundler/*', '*/vendor/bundle/*', '* (*) lib/*', '* (*) app/*', '* (*) exe/*', '* (*) bin/*',
  -- the interpreter and its library
  '<internal:*', '*/lib/ruby/*', '*/ruby/vendor_ruby/*', '/usr/share/ruby/*', '*/rubygems/*', '/usr/share/rubygems*',
  -- JRuby, and Java below it
  'org/jruby/*', 'java/*', 'javax/*', 'jdk/*', 'sun/*', '*.java', '*.gen',
  -- commands that start the application
  '*/bin/bundle', '*/bin/rails', '*/bin/rake', '*/bin/rspec', '*/bin/irb', '*/bin/puma', '*/bin/sidekiq',
  '*/bin/unicorn', '*/exe/rspec',
  -- JavaScript that ExecJS ran
  '(execjs)', 'module.js', 'bootstrap_node.js', 'node:*'
]) AS file;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'ruby', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- JRuby, and Java below it
  'org.jruby.*', 'java.*', 'javax.*', 'jdk.*', 'sun.*'
]) AS module;
