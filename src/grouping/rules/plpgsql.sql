
-- ---- frame rules: PL/pgSQL and PostgreSQL's other procedural languages ----

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'plpgsql', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- the server's own functions
  'pg_catalog', 'information_schema', 'pg_toast',
  -- extensions that keep to a schema of their own
  'errtrack', 'cron', 'pgq', 'pgq_*', 'londiste', 'partman', 'pgagent', 'repack', 'topology', 'tiger', 'pglogical', 'pgtap', 'graphql',
  '_timescaledb_*', 'timescaledb_*', 'plv8', 'dblink', 'pldbg*',
  -- Oracle's
  'SYS', 'SYSTEM', 'SYS.*', 'APEX_*', 'XDB', 'MDSYS', 'CTXSYS'
]) AS module;

INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'plpgsql', function || '(*', 'not_in_app', true
FROM unnest(ARRAY[
  -- pgTAP, which is often made in the schema of the tests
  '*throws_ok', '*throws_like', '*throws_ilike', '*throws_matching', '*lives_ok', '*performs_ok', '*results_eq', '*set_eq', '*bag_eq',
  '*_runner', '*runtests', '*do_tap'
]) AS function;
