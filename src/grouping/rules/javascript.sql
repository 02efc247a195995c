-- ---- frame rules: JavaScript ----

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'javascript', file, 'not_in_app', true
FROM unnest(ARRAY[
  'node:*', 'internal/*', '*/node_modules/*', '*\node_modules\*', 'webpack/runtime/*', 'webpack/bootstrap*',
  'chrome-extension://*', 'moz-extension://*', 'safari-extension://*', '<anonymous>', 'native'
]) AS file;

-- what V8 shows without a file: functions of the language itself, which callbacks pass through
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'javascript', module, 'not_in_app', true
FROM unnest(ARRAY[
  'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'Date', 'Intl', 'JSON', 'Map', 'Math', 'Number', 'Promise',
  'Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'TypedArray', 'WeakMap', 'WeakSet'
]) AS module;

