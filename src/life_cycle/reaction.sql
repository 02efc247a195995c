-- ---- what events, releases and time do to an issue's state ------------------------------------------------------------

/*
 * Does an event say that an issue which was resolved is back?  release: the event's;
 * empty where it names none, and then only time tells.  fixed: in which release it
 * was resolved; null while it waits for the next one.  What was received before it
 * was resolved never does, so that it does not matter when that is folded.
 */
CREATE FUNCTION errtrack.is_regression(project_id int, release text, received_at timestamptz, resolved_at timestamptz,
                                       fixed text, in_next boolean)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN coalesce(release, '') = '' OR fixed IS NULL AND NOT in_next THEN received_at > resolved_at
    WHEN fixed IS NULL OR received_at < resolved_at THEN false
    ELSE NOT errtrack.release_newer(project_id, fixed, release) END
$$;
COMMENT ON FUNCTION errtrack.is_regression(int, text, timestamptz, timestamptz, text, boolean) IS
  'Whether an event of a release (empty: it names none), received at some time, shows that an issue is back which was resolved then, in the release fixed (null: in none; or if in_next, in one that is still to come).';

-- The first release that came after some time and is newer than all that were known then, of the packages that an issue
-- was seen in.
CREATE FUNCTION errtrack.next_release_of(project_id int, issue_id bigint, since timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  package AS (
    SELECT DISTINCT errtrack.release_package(s.release) AS package
    FROM errtrack.issue_releases AS s
    WHERE s.project_id = $1 AND s.issue_id = $2 AND s.release <> ''
  ),
  -- asked once, and not for each release that came since: an application may invent them
  newest AS MATERIALIZED (
    SELECT k.package, n.version
    FROM (SELECT package FROM package
          UNION
          SELECT r.package FROM errtrack.releases AS r WHERE r.project_id = $1 AND NOT EXISTS (SELECT FROM package)) AS k,
         LATERAL errtrack.newest_releases($1, k.package, since) AS n
  ),
  -- no older ones
  candidate AS MATERIALIZED (
    SELECT r.version
    FROM errtrack.releases AS r
    WHERE r.project_id = $1 AND r.known_since > since
      AND (r.package IN (SELECT package FROM package) OR NOT EXISTS (SELECT FROM package))
      AND NOT EXISTS (SELECT FROM newest AS n
                      WHERE n.package = r.package AND errtrack.release_compare(r.version, n.version) <= 0)
    ORDER BY r.known_since, r.sort_key, r.came_at, r.version
  )
  -- in that order, up to the first
  SELECT c.version
  FROM candidate AS c
  WHERE errtrack.is_next_release($1, c.version, since)
  LIMIT 1
$$;
COMMENT ON FUNCTION errtrack.next_release_of(int, bigint, timestamptz) IS
  'The first release, of the packages that an issue was seen in, that became known after some time and is newer than those known then; null: there is none yet.';

/*
 * Tells issues that were resolved in the next release which one that is.  Those that
 * somebody has locked are told the next time: who folds holds other issues already,
 * and must not wait.
 */
CREATE FUNCTION errtrack.settle_fixes(project_ids int[], issue_ids bigint[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH
  awaiting AS MATERIALIZED (
    SELECT i.project_id, i.issue_id, i.resolved_at
    FROM errtrack.issues AS i
    WHERE (i.project_id = ANY (project_ids) OR i.issue_id = ANY (issue_ids))
      AND i.status = 'resolved' AND i.resolved_in_next AND i.release_fixed IS NULL
    ORDER BY i.project_id, i.issue_id
    FOR UPDATE SKIP LOCKED
  ),
  settled AS MATERIALIZED (
    SELECT a.project_id, a.issue_id, errtrack.next_release_of(a.project_id, a.issue_id, a.resolved_at) AS version
    FROM awaiting AS a
  )
  UPDATE errtrack.issues AS i
  SET release_fixed = s.version
  FROM settled AS s
  WHERE i.project_id = s.project_id AND i.issue_id = s.issue_id AND s.version IS NOT NULL
$$;
COMMENT ON FUNCTION errtrack.settle_fixes(int[], bigint[]) IS
  'Of these projects'' issues, and of these issues, sets release_fixed where they were resolved in the next release and that is known by now.';

/*
 * After a batch was counted: which of the resolved and ignored issues that it brought
 * events of have another state now?  The fold has locked them.  However many events
 * say so, a state changes once, and the latest of them is told of.
 */
CREATE FUNCTION errtrack.react(arrivals errtrack.arrival[], at timestamptz, OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  regressed errtrack.arrival[];
  reappeared errtrack.arrival[];
  n record;
BEGIN
  WITH
  verdict AS (
    SELECT a AS arrival, i.status, row_number() OVER (PARTITION BY a.project_id, a.issue_id ORDER BY a.received_at DESC, a.release DESC) AS nth
    FROM unnest(arrivals) AS a
    JOIN errtrack.issues AS i ON i.project_id = a.project_id AND i.issue_id = a.issue_id
    LEFT JOIN errtrack.issue_ignores AS w ON w.project_id = a.project_id AND w.issue_id = a.issue_id
    WHERE CASE i.status
            WHEN 'resolved' THEN errtrack.is_regression(a.project_id, a.release, a.received_at, i.resolved_at,
                                                        i.release_fixed, i.resolved_in_next)
            WHEN 'ignored' THEN errtrack.ignore_is_over(w, a.release, at) END
  )
  SELECT array_agg(arrival) FILTER (WHERE status = 'resolved'), array_agg(arrival) FILTER (WHERE status = 'ignored')
  INTO regressed, reappeared
  FROM verdict
  WHERE nth = 1;

  alerts := 0;
  unsent := 0;
  IF regressed IS NOT NULL THEN
    SELECT * INTO n FROM errtrack.regress(regressed, at);
    alerts := n.alerts;
    unsent := n.unsent;
  END IF;
  IF reappeared IS NOT NULL THEN
    SELECT * INTO n FROM errtrack.end_ignoring(reappeared, at);
    alerts := alerts + n.alerts;
    unsent := unsent + n.unsent;
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.react(errtrack.arrival[], timestamptz) IS
  'Part of fold(): changes the states of resolved and ignored issues as these events ask for, and raises an alert for each.';

-- Resolved issues are back, as these events show, and somebody is told.
CREATE FUNCTION errtrack.regress(arrivals errtrack.arrival[], at timestamptz, OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  WITH
  log AS (
    INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why, release)
    SELECT r.project_id, r.issue_id, regress.at, session_user, 'regress', 'resolved', 'regressed',
           format('event %s%s', r.event_id, coalesce(' of release ' || nullif(r.release, ''), '')), nullif(r.release, '')
    FROM unnest(arrivals) AS r
    ORDER BY r.project_id, r.issue_id
  )
  UPDATE errtrack.issues AS i
  SET status = 'regressed', regressed_at = greatest(r.received_at, i.resolved_at), regression_count = i.regression_count + 1
  FROM unnest(arrivals) AS r
  WHERE i.project_id = r.project_id AND i.issue_id = r.issue_id;
  SELECT r.* INTO alerts, unsent FROM errtrack.raise_alerts('regression', arrivals, at) AS r;
END $$;
COMMENT ON FUNCTION errtrack.regress(errtrack.arrival[], timestamptz) IS
  'Part of react(): makes resolved issues regressed, and raises an alert ''regression'' for each.';

-- Issues that were ignored are so no longer, and somebody is told. arrivals: the issues, and the events that show it, if
-- any do.
CREATE FUNCTION errtrack.end_ignoring(arrivals errtrack.arrival[], at timestamptz, OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  WITH
  ended AS (
    DELETE FROM errtrack.issue_ignores AS w
    USING unnest(arrivals) AS r
    WHERE w.project_id = r.project_id AND w.issue_id = r.issue_id
    RETURNING w.project_id, w.issue_id, errtrack.ignore_reason(w) AS reason
  ),
  log AS (
    INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why)
    SELECT e.project_id, e.issue_id, end_ignoring.at, session_user, 'reappear', 'ignored', 'unresolved', 'ignored ' || e.reason
    FROM ended AS e
    ORDER BY e.project_id, e.issue_id
  )
  UPDATE errtrack.issues AS i
  SET status = 'unresolved'
  FROM unnest(arrivals) AS r
  WHERE i.project_id = r.project_id AND i.issue_id = r.issue_id;
  SELECT r.* INTO alerts, unsent FROM errtrack.raise_alerts('reappeared', arrivals, at) AS r;
END $$;
COMMENT ON FUNCTION errtrack.end_ignoring(errtrack.arrival[], timestamptz) IS
  'Makes ignored issues unresolved, and raises an alert ''reappeared'' for each.';

-- Ends what was ignored until a time that has come. Those that somebody has locked come the next time.
CREATE FUNCTION errtrack.end_timed_ignoring(OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  at timestamptz := errtrack.clock();
  over errtrack.arrival[];
BEGIN
  alerts := 0;
  unsent := 0;
  IF NOT EXISTS (SELECT FROM errtrack.issue_ignores AS w WHERE w.until <= at) THEN
    RETURN;
  END IF;
  over := ARRAY(SELECT (i.project_id, i.issue_id, '', '', NULL, at)::errtrack.arrival
                FROM errtrack.issues AS i
                WHERE (i.project_id, i.issue_id) IN (SELECT w.project_id, w.issue_id FROM errtrack.issue_ignores AS w
                                                     WHERE w.until <= at)
                ORDER BY i.project_id, i.issue_id
                FOR UPDATE SKIP LOCKED);
  -- somebody may have changed it until we had the lock
  over := ARRAY(SELECT o FROM unnest(over) AS o
                JOIN errtrack.issue_ignores AS w ON w.project_id = o.project_id AND w.issue_id = o.issue_id
                WHERE w.until <= at);
  SELECT r.* INTO alerts, unsent FROM errtrack.end_ignoring(over, at) AS r;
END $$;
COMMENT ON FUNCTION errtrack.end_timed_ignoring() IS
  'Part of consume(): makes issues unresolved that were ignored until a time that has come, and raises an alert for each.';
