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
    -- what came next was of another package, whose numbers say nothing of this one's
    WHEN in_next AND '' NOT IN (errtrack.release_package(fixed), errtrack.release_package(release))
         AND errtrack.release_package(fixed) <> errtrack.release_package(release)
      THEN errtrack.is_next_release(project_id, release, resolved_at)
    ELSE NOT errtrack.release_newer(project_id, fixed, release) END
$$;
COMMENT ON FUNCTION errtrack.is_regression(int, text, timestamptz, timestamptz, text, boolean) IS
  'Whether an event of a release (empty: it names none), received at some time, shows that an issue is back which was resolved then, in the release fixed (null: in none; or if in_next, in one that is still to come).';

/*
 * Tells issues that were resolved in the next release which one that is: the first of
 * those that became known since and are newer than all of their package that were known
 * then, of the packages that the issue was seen in.  Only those that have one are locked.
 * Whoever folds holds other issues already and must not wait, so those that somebody has
 * locked are told later: with their next event, or by upkeep().
 */
CREATE FUNCTION errtrack.settle_fixes(project_ids int[], versions text[] DEFAULT NULL, issue_ids bigint[] DEFAULT NULL)
RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp SET enable_nestloop = on SET jit = off AS $$
  WITH
  -- what was known when an issue was resolved is what was when the last release before that became known: issues that
  -- were resolved between the same two releases have one answer
  waiting AS MATERIALIZED (
    SELECT i.project_id, i.issue_id, i.resolved_at,
           coalesce((SELECT max(r.known_since) FROM errtrack.releases AS r
                     WHERE r.project_id = i.project_id AND r.known_since <= i.resolved_at), '-infinity') AS since
    FROM errtrack.issues AS i
    WHERE i.project_id = ANY (project_ids) AND i.status = 'resolved' AND i.resolved_in_next AND i.release_fixed IS NULL
      AND (issue_ids IS NULL OR i.issue_id = ANY (issue_ids))
  ),
  came AS MATERIALIZED (
    SELECT w.project_id, w.since, r.package, r.version, r.known_since, r.sort_key, r.came_at
    FROM (SELECT DISTINCT project_id, since FROM waiting) AS w
    JOIN errtrack.releases AS r ON r.project_id = w.project_id AND r.known_since > w.since
    WHERE versions IS NULL OR r.version = ANY (versions)
  ),
  newest AS MATERIALIZED (
    SELECT c.project_id, c.since, c.package, n.version, n.came_at
    FROM (SELECT DISTINCT project_id, since, package FROM came) AS c,
         LATERAL errtrack.newest_releases(c.project_id, c.package, c.since) AS n
  ),
  next AS MATERIALIZED (
    SELECT DISTINCT ON (c.project_id, c.since, c.package) c.*
    FROM came AS c
    WHERE NOT EXISTS (SELECT FROM newest AS n
                      WHERE (n.project_id, n.since, n.package) = (c.project_id, c.since, c.package)
                        AND NOT errtrack.is_newer(c.version, c.came_at, n.version, n.came_at))
      AND errtrack.is_plausible_release(c.project_id, c.version)
    ORDER BY c.project_id, c.since, c.package, c.known_since, c.sort_key, c.came_at, c.version
  ),
  -- an issue whose events named no release is of all packages
  settled AS MATERIALIZED (
    SELECT DISTINCT ON (w.project_id, w.issue_id) w.*, n.version
    FROM waiting AS w
    JOIN next AS n ON n.project_id = w.project_id AND n.since = w.since
    WHERE EXISTS (SELECT FROM errtrack.issue_releases AS s
                  WHERE s.project_id = w.project_id AND s.issue_id = w.issue_id AND s.release <> ''
                    AND errtrack.release_package(s.release) = n.package)
       OR NOT EXISTS (SELECT FROM errtrack.issue_releases AS s
                      WHERE s.project_id = w.project_id AND s.issue_id = w.issue_id AND s.release <> '')
    ORDER BY w.project_id, w.issue_id, n.known_since, n.sort_key, n.came_at, n.version
  ),
  locked AS MATERIALIZED (
    SELECT s.project_id, s.issue_id, s.version
    FROM settled AS s
    JOIN errtrack.issues AS i ON i.project_id = s.project_id AND i.issue_id = s.issue_id
    WHERE i.status = 'resolved' AND i.resolved_in_next AND i.release_fixed IS NULL AND i.resolved_at = s.resolved_at
    ORDER BY s.project_id, s.issue_id
    FOR UPDATE OF i SKIP LOCKED
  ),
  told AS (
    UPDATE errtrack.issues AS i
    SET release_fixed = l.version
    FROM locked AS l
    WHERE i.project_id = l.project_id AND i.issue_id = l.issue_id
    RETURNING i.issue_id
  )
  SELECT count(*) FROM told
$$;
COMMENT ON FUNCTION errtrack.settle_fixes(int[], text[], bigint[]) IS
  'Of these projects'' issues that were resolved in the next release, sets release_fixed where that is known by now, and returns how many these were. versions: only these can have become it (null: all); issue_ids: only these issues (null: all).';

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
  arrived AS (
    SELECT a AS arrival, a.*,
           row_number() OVER (PARTITION BY a.project_id, a.issue_id ORDER BY a.received_at DESC, a.release DESC) AS nth
    FROM unnest(arrivals) AS a
  ),
  verdict AS (
    SELECT DISTINCT ON (a.project_id, a.issue_id) a.arrival, i.status
    FROM arrived AS a
    JOIN errtrack.issues AS i ON i.project_id = a.project_id AND i.issue_id = a.issue_id
    LEFT JOIN errtrack.issue_ignores AS w ON w.project_id = a.project_id AND w.issue_id = a.issue_id
    WHERE CASE i.status
            WHEN 'resolved' THEN errtrack.is_regression(a.project_id, a.release, a.received_at, i.resolved_at,
                                                        i.release_fixed, i.resolved_in_next)
            -- numbers are the same, whichever release is asked for
            WHEN 'ignored' THEN (a.nth = 1 OR w.until_release IS NOT NULL)
                                AND errtrack.ignore_is_over(w, a.release, a.received_at, at) END
    ORDER BY a.project_id, a.issue_id, a.nth
  )
  SELECT array_agg(arrival) FILTER (WHERE status = 'resolved'), array_agg(arrival) FILTER (WHERE status = 'ignored')
  INTO regressed, reappeared
  FROM verdict;

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
  SET status = 'unresolved', resolved_at = NULL, release_fixed = NULL, resolved_in_next = false
  FROM unnest(arrivals) AS r
  WHERE i.project_id = r.project_id AND i.issue_id = r.issue_id;
  SELECT r.* INTO alerts, unsent FROM errtrack.raise_alerts('reappeared', arrivals, at) AS r;
END $$;
COMMENT ON FUNCTION errtrack.end_ignoring(errtrack.arrival[], timestamptz) IS
  'Makes ignored issues unresolved, and raises an alert ''reappeared'' for each.';

-- Ends what was ignored until a time that has come, a thousand at a time. Those that somebody has locked come the next time.
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
                -- the others' turn is next, so that events need not wait for all
                LIMIT 1000
                FOR UPDATE SKIP LOCKED);
  -- somebody may have changed it until we had the lock
  over := ARRAY(SELECT o FROM unnest(over) AS o
                JOIN errtrack.issue_ignores AS w ON w.project_id = o.project_id AND w.issue_id = o.issue_id
                WHERE w.until <= at);
  SELECT r.* INTO alerts, unsent FROM errtrack.end_ignoring(over, at) AS r;
END $$;
COMMENT ON FUNCTION errtrack.end_timed_ignoring() IS
  'Part of consume(): makes issues unresolved that were ignored until a time that has come, and raises an alert for each.';
