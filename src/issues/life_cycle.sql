-- ---- the life of an issue -------------------------------------------------------------------------------------------

-- Changes an issue's status; the verbs below are what people call.
CREATE FUNCTION errtrack.set_status(issue_id bigint, status errtrack.issue_status, in_release text)
RETURNS errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed errtrack.issues;
BEGIN
  UPDATE errtrack.issues AS i
  SET status = set_status.status,
      resolved_at = CASE WHEN set_status.status OPERATOR(pg_catalog.=) 'resolved' THEN errtrack.clock() END,
      release_fixed = CASE WHEN set_status.status OPERATOR(pg_catalog.=) 'resolved' THEN in_release
                           ELSE i.release_fixed END
  WHERE i.issue_id OPERATOR(pg_catalog.=) set_status.issue_id
  RETURNING i.* INTO changed;
  IF changed.issue_id IS NULL THEN
    RAISE EXCEPTION 'there is no issue %', coalesce(set_status.issue_id::text, '(null)')
      USING ERRCODE = 'no_data_found',
            DETAIL = 'No row of errtrack.issues has this issue_id.',
            HINT = 'Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.';
  END IF;
  RETURN changed;
END $$;
COMMENT ON FUNCTION errtrack.set_status(bigint, errtrack.issue_status, text) IS
  'Behind resolve(), acknowledge(), ignore() and reopen(). Raises no_data_found for an unknown issue.';

-- Says that an issue is mended.
CREATE FUNCTION errtrack.resolve(issue_id bigint, in_release text DEFAULT NULL) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT errtrack.set_status(issue_id, 'resolved', in_release)
$$;
COMMENT ON FUNCTION errtrack.resolve(bigint, text) IS
  'Marks an issue as resolved, in a release if one is named, and returns it. An event received later makes it regressed.';

-- Says that somebody looks at an issue.
CREATE FUNCTION errtrack.acknowledge(issue_id bigint) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT errtrack.set_status(issue_id, 'acknowledged', NULL)
$$;
COMMENT ON FUNCTION errtrack.acknowledge(bigint) IS 'Marks an issue as being looked at, and returns it.';

-- Says that an issue is to be left alone.
CREATE FUNCTION errtrack.ignore(issue_id bigint) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT errtrack.set_status(issue_id, 'ignored', NULL)
$$;
COMMENT ON FUNCTION errtrack.ignore(bigint) IS 'Silences an issue, and returns it: its events are counted, nobody is told.';

-- Takes back resolve() and ignore().
CREATE FUNCTION errtrack.reopen(issue_id bigint) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT errtrack.set_status(issue_id, 'unresolved', NULL)
$$;
COMMENT ON FUNCTION errtrack.reopen(bigint) IS 'Marks an issue as unresolved, and returns it.';

-- Resolves what has not been seen for a while.
CREATE FUNCTION errtrack.auto_resolve(after interval DEFAULT '7 days') RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n int;
BEGIN
  IF after IS NULL OR after < interval '0' THEN
    RAISE EXCEPTION 'auto_resolve() needs a time span that is not negative'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Call errtrack.auto_resolve(''7 days''), say.';
  END IF;
  -- in the order in which the fold locks them
  PERFORM FROM errtrack.issues
  WHERE status IN ('unresolved', 'acknowledged', 'regressed') AND last_seen < errtrack.clock() - after
  ORDER BY project_id, issue_id FOR UPDATE;
  UPDATE errtrack.issues
  SET status = 'resolved', resolved_at = errtrack.clock(), release_fixed = NULL
  WHERE status IN ('unresolved', 'acknowledged', 'regressed') AND last_seen < errtrack.clock() - after;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
COMMENT ON FUNCTION errtrack.auto_resolve(interval) IS
  'Resolves the open issues that have not been seen for so long, and returns how many.';

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
