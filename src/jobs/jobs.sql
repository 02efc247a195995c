-- ---- jobs: what pg_cron does by the clock ----------------------------------------------------------------------------

/*
 * The jobs of this database.  Those of several databases stand together in the
 * one that pg_cron is in, so the name of each holds its database; of a name pg_cron
 * keeps 63 bytes.
 */
CREATE FUNCTION errtrack.job_list() RETURNS TABLE (job text, name text, schedule text, command text, database text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  job AS (
    SELECT j.*, format('errtrack %s (%s)', j.job,
                       CASE WHEN octet_length(current_database()::text) < 40 THEN current_database()::text
                            ELSE left(md5(current_database()), 16) END) AS name
    FROM (VALUES ('auto-resolve', '17 * * * *', 'SELECT errtrack.auto_resolve()'),
                 ('consume', '* * * * *', 'SELECT errtrack.consume()'),
                 ('upkeep', '41 * * * *', 'SELECT errtrack.upkeep()'),
                 ('history', '7 3 * * *', NULL)) AS j (job, schedule, command)
  )
  SELECT j.job, j.name, j.schedule,
         -- pg_cron keeps what it did for ever: with a job a minute that would be half a million rows a year
         coalesce(j.command, format('DELETE FROM cron.job_run_details WHERE end_time < now() - interval ''7 days'' AND '
                                    'jobid IN (SELECT jobid FROM cron.job WHERE jobname IN (%s))',
                                    (SELECT string_agg(quote_literal(n.name), ', ' ORDER BY n.name) FROM job AS n))),
         CASE WHEN j.command IS NULL THEN current_setting('cron.database_name', true) ELSE current_database()::text END
  FROM job AS j
$$;
COMMENT ON FUNCTION errtrack.job_list() IS
  'The jobs that pg_cron is to run for this database: what each is for, how pg_cron names it, when, what, and in which database.';

-- A function of that name which is not pg_cron's would run as the owner of errtrack; and a copy of the database that
-- pg_cron is in has its tables, which nobody reads.
CREATE FUNCTION errtrack.has_pg_cron() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(current_setting('cron.database_name', true) = current_database(), false)
         AND (SELECT count(*) = 4
              FROM pg_depend AS d
              JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
              WHERE d.deptype = 'e' AND e.extname = 'pg_cron'
                AND (d.classid = 'pg_proc'::regclass
                     AND d.objid IN (to_regprocedure('cron.schedule(text, text, text)'), to_regprocedure('cron.unschedule(bigint)'))
                     OR d.classid = 'pg_class'::regclass
                     AND d.objid IN (to_regclass('cron.job'), to_regclass('cron.job_run_details'))))
$$;
COMMENT ON FUNCTION errtrack.has_pg_cron() IS 'Whether pg_cron is in this database, and runs the jobs that stand here.';

-- Raises where pg_cron is in another database; statements: what is to be done there.
CREATE FUNCTION errtrack.need_own_pg_cron(statements text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  cron_database text := current_setting('cron.database_name', true);
BEGIN
  IF cron_database <> current_database() THEN
    RAISE EXCEPTION 'pg_cron is in database "%"', cron_database
      USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = 'The setting cron.database_name says so. It is one for the whole server.',
            HINT = format(E'Run this in that database, where pg_cron must have been created, as a superuser:\n%s', statements);
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.need_own_pg_cron(text) IS
  'Raises object_not_in_prerequisite_state where pg_cron is in another database of this server; the hint holds these statements.';

-- Has pg_cron do what is to be done by the clock.
CREATE FUNCTION errtrack.schedule_jobs() RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  j record;
BEGIN
  PERFORM errtrack.need_own_pg_cron(
    (SELECT string_agg(format('SELECT cron.schedule_in_database(%L, %L, %L, %L, %L);', l.name, l.schedule, l.command,
                              l.database, current_user), E'\n' ORDER BY l.name)
     FROM errtrack.job_list() AS l));
  IF NOT errtrack.has_pg_cron() THEN
    RAISE EXCEPTION 'pg_cron is not installed in this database'
      USING ERRCODE = 'undefined_function',
            DETAIL = 'errtrack''s jobs are scheduled with the extension pg_cron.',
            HINT = CASE WHEN current_setting('cron.database_name', true) IS NULL
                        THEN format('Install the package postgresql-%s-cron, set shared_preload_libraries = ''pg_cron'' and '
                                    'cron.database_name = %L, restart the server, and run CREATE EXTENSION pg_cron.',
                                    current_setting('server_version_num')::int / 10000, current_database())
                        ELSE 'Run CREATE EXTENSION pg_cron.' END;
  END IF;
  FOR j IN SELECT * FROM errtrack.job_list() AS l ORDER BY l.name LOOP
    -- that replaces a job of the same name
    PERFORM cron.schedule(j.name::text, j.schedule::text, j.command::text);
    RETURN NEXT j.name;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.schedule_jobs() IS
  'Has pg_cron call auto_resolve() and upkeep() (retention and roll-up) every hour and consume() every minute (for when no worker can run), as errtrack''s owner, and forget after a week what these did; returns the jobs'' names. Calling it again puts back what was changed in them; one that was paused stays so. DROP EXTENSION leaves them: see unschedule_jobs(). Raises undefined_function where there is no pg_cron, object_not_in_prerequisite_state where it is in another database: the hint holds what to run there.';

-- Takes that back.
CREATE FUNCTION errtrack.unschedule_jobs() RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  j record;
BEGIN
  PERFORM errtrack.need_own_pg_cron(
    format('SELECT jobname, cron.unschedule(jobid) FROM cron.job WHERE jobname IN (%s);',
           (SELECT string_agg(quote_literal(l.name), ', ' ORDER BY l.name) FROM errtrack.job_list() AS l)));
  IF NOT errtrack.has_pg_cron() THEN
    RETURN;
  END IF;
  FOR j IN
    SELECT c.jobid, c.jobname FROM cron.job AS c
    WHERE c.username = current_user AND c.jobname::text IN (SELECT l.name FROM errtrack.job_list() AS l)
    ORDER BY c.jobname
  LOOP
    PERFORM cron.unschedule(j.jobid::bigint);
    RETURN NEXT j.jobname;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.unschedule_jobs() IS
  'Takes the jobs of schedule_jobs() away from pg_cron, and returns their names: none where there are none. Raises object_not_in_prerequisite_state where pg_cron is in another database: the hint holds what to run there.';

-- pg_cron's tables are read here and not in the view, which must be there without them.
CREATE FUNCTION errtrack.read_jobs()
RETURNS TABLE (job text, name text, schedule text, command text, state text, cron_database text, run_as text,
               last_run timestamptz, last_status text, last_message text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  cron_database := current_setting('cron.database_name', true);
  IF errtrack.has_pg_cron() THEN
    RETURN QUERY
      SELECT l.job, l.name, coalesce(c.schedule, l.schedule), coalesce(c.command, l.command),
             CASE WHEN c.active THEN 'scheduled' WHEN NOT c.active THEN 'paused' ELSE 'not scheduled' END,
             cron_database, c.username, r.start_time, r.status, r.return_message
      FROM errtrack.job_list() AS l
      LEFT JOIN cron.job AS c ON c.jobname::text = l.name AND c.username = current_user
      LEFT JOIN LATERAL (SELECT d.* FROM cron.job_run_details AS d WHERE d.jobid = c.jobid ORDER BY d.runid DESC LIMIT 1) AS r
        ON true;
  ELSE
    RETURN QUERY
      SELECT l.job, l.name, l.schedule, l.command,
             CASE WHEN cron_database <> current_database() THEN 'unknown' ELSE 'not scheduled' END,
             cron_database, NULL::text, NULL::timestamptz, NULL::text, NULL::text
      FROM errtrack.job_list() AS l;
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.read_jobs() IS 'Part of the view jobs: reads the tables of pg_cron, where it is there.';

CREATE VIEW errtrack.jobs AS SELECT * FROM errtrack.read_jobs() ORDER BY job;
COMMENT ON VIEW errtrack.jobs IS 'What schedule_jobs() has pg_cron do for this database, and how it last went.';
COMMENT ON COLUMN errtrack.jobs.job IS 'auto-resolve, consume, history (what pg_cron remembers of these jobs goes after a week), or upkeep (retention and roll-up).';
COMMENT ON COLUMN errtrack.jobs.name IS 'The name that pg_cron has for it.';
COMMENT ON COLUMN errtrack.jobs.schedule IS 'When it runs: minute, hour, day of the month, month, day of the week, in GMT.';
COMMENT ON COLUMN errtrack.jobs.command IS 'What it runs.';
COMMENT ON COLUMN errtrack.jobs.state IS 'scheduled; paused: it is not active in pg_cron; not scheduled; unknown: pg_cron is in another database, whose cron.job and cron.job_run_details tell.';
COMMENT ON COLUMN errtrack.jobs.cron_database IS 'The database that pg_cron is in; null: the server has not loaded it.';
COMMENT ON COLUMN errtrack.jobs.run_as IS 'The role that it runs as.';
COMMENT ON COLUMN errtrack.jobs.last_run IS 'When it last began; null: not yet, or cron.log_run is off.';
COMMENT ON COLUMN errtrack.jobs.last_status IS 'How that went, in pg_cron''s words: succeeded, failed, running, ...';
COMMENT ON COLUMN errtrack.jobs.last_message IS 'What it returned, or the error.';
