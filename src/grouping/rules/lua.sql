-- ---- frame rules: Lua ----

-- the functions that throw
INSERT INTO errtrack.frame_rules (platform, function, file, action, built_in)
SELECT 'lua', function, '[C]', 'drop', true
FROM unnest(ARRAY['error', 'assert', '_G.error', '_G.assert']) AS function;

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'lua', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- functions written in C, and those that LuaJIT brings
  '[C]', '=[C]', '[builtin*',
  -- packages
  '/usr/share/lua/*', '/usr/local/share/lua/*', '*/luarocks/*', '*/lua_modules/*', '/usr/lib/lua/*',
  '*/openresty/lualib/*', '*/lualib/resty/*',
  -- game engines
  '[love *', 'CorePackages.*', 'CoreGui.*'
]) AS file;
