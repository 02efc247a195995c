-- ---- upkeep by pg_cron ----------------------------------------------------------------------------------------------

-- Has pg_cron call the upkeep.
CREATE FUNCTION errtrack.schedule_jobs() RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- a function of that name which is not pg_cron's would run as the owner of errtrack
  IF NOT EXISTS (SELECT FROM pg_depend AS d
                 JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
                 WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND e.extname = 'pg_cron'
                   AND d.objid = to_regprocedure('cron.schedule(text, text, text)')) THEN
    RAISE EXCEPTION 'pg_cron is not installed in this database'
      USING ERRCODE = 'undefined_function',
            DETAIL = 'errtrack''s upkeep is scheduled with the extension pg_cron.',
            HINT = format('Install the package postgresql-%s-cron, set shared_preload_libraries = ''pg_cron'' and '
                          'cron.database_name = %L, restart the server, and run CREATE EXTENSION pg_cron.',
                          current_setting('server_version_num')::int / 10000, current_database());
  END IF;
  -- schedule() replaces a job of the same name
  PERFORM cron.schedule('errtrack auto-resolve'::text, '17 * * * *'::text, 'SELECT errtrack.auto_resolve()'::text);
  PERFORM cron.schedule('errtrack consume'::text, '* * * * *'::text, 'SELECT errtrack.consume()'::text);
  PERFORM cron.schedule('errtrack upkeep'::text, '41 * * * *'::text, 'SELECT errtrack.upkeep()'::text);
  RETURN QUERY VALUES ('errtrack auto-resolve'), ('errtrack consume'), ('errtrack upkeep');
END $$;
COMMENT ON FUNCTION errtrack.schedule_jobs() IS
  'Has pg_cron call auto_resolve() and upkeep() every hour and consume() every minute (for when no worker can run); returns the jobs'' names. Calling it again changes nothing.';
