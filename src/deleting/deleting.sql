-- ---- deleting: an issue, a project, what is known of a user ----------------------------------------------------------

-- So that what was received stays the sum of what was counted and of the outcomes.
CREATE FUNCTION errtrack.count_deleted(project_id int, events bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
  SELECT $1, 'deleted', $2, errtrack.clock()
  WHERE $2 > 0
  ON CONFLICT (project_id, outcome) DO UPDATE SET
    events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at)
$$;
COMMENT ON FUNCTION errtrack.count_deleted(int, bigint) IS 'Adds to the outcomes of a project that so many of its events were deleted.';

/*
 * Which tables there are is asked of the catalogs, so that none is forgotten that
 * is added.  The log stays; what shed_events holds is taken away below.
 */
CREATE FUNCTION errtrack.delete_rows(project_id int, issue_id bigint DEFAULT NULL)
RETURNS TABLE (relation text, rows bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  leaf record;
BEGIN
  FOR leaf IN
    SELECT c.oid::regclass AS name, coalesce(i.inhparent, c.oid)::regclass::text AS relation
    FROM pg_class AS c
    LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
    WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind = 'r'
      AND c.relname NOT IN ('issue_activity', 'projects', 'shed_events')
      AND EXISTS (SELECT FROM pg_attribute AS a
                  WHERE a.attrelid = c.oid AND a.attname = 'project_id' AND NOT a.attisdropped)
      AND (delete_rows.issue_id IS NULL
           OR EXISTS (SELECT FROM pg_attribute AS a
                      WHERE a.attrelid = c.oid AND a.attname = 'issue_id' AND NOT a.attisdropped))
    ORDER BY 2, c.oid
  LOOP
    EXECUTE format('DELETE FROM ONLY %s WHERE project_id = $1 %s', leaf.name,
                   CASE WHEN delete_rows.issue_id IS NOT NULL THEN 'AND issue_id = $2' END)
    USING delete_rows.project_id, delete_rows.issue_id;
    GET DIAGNOSTICS rows = ROW_COUNT;
    CONTINUE WHEN rows = 0;
    -- of a large project this takes a while
    IF delete_rows.issue_id IS NULL THEN
      RAISE NOTICE 'deleted from %: %', leaf.name, rows;
    END IF;
    relation := leaf.relation;
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.delete_rows(int, bigint) IS
  'Part of delete_issue() and delete_project(): deletes the rows of an issue, or of a whole project, from all tables but issue_activity, and returns how many went, a row for each leaf.';

-- Deletes an issue.
CREATE FUNCTION errtrack.delete_issue(issue_id bigint) RETURNS TABLE (relation text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  i errtrack.issues;
BEGIN
  PERFORM errtrack.keep_consumers_out();
  SELECT * INTO i FROM errtrack.lock_issues(ARRAY[delete_issue.issue_id]);
  INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, why)
  VALUES (i.project_id, i.issue_id, errtrack.clock(), session_user, 'delete', i.status,
          format('events: %s', i.occurrence_count));
  PERFORM errtrack.count_deleted(i.project_id, i.occurrence_count);
  RETURN QUERY
    SELECT d.relation, sum(d.rows)::bigint
    FROM errtrack.delete_rows(i.project_id, i.issue_id) AS d
    GROUP BY d.relation
    ORDER BY d.relation;
END $$;
COMMENT ON FUNCTION errtrack.delete_issue(bigint) IS
  'Deletes an issue with all that is kept and counted of it, its alerts and fingerprints, and returns how many rows of which table went; its rows of issue_activity stay. Its next event makes a new issue, and so do those that wait in the inbox; one that had arrived before and is sent again is still a duplicate. What was counted to the issue is an outcome ''deleted'' now. Nothing is folded until the end of the transaction. Raises no_data_found for an unknown issue.';

-- Deletes a project.
CREATE FUNCTION errtrack.delete_project(project_id int) RETURNS TABLE (relation text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  of_project int := delete_project.project_id;
  issue_count bigint;
BEGIN
  PERFORM errtrack.keep_consumers_out();
  PERFORM errtrack.need_project(of_project);
  -- who announces a release of it is waited for, or then finds no project
  PERFORM FROM errtrack.projects AS p WHERE p.project_id = of_project FOR UPDATE;
  -- in the order in which the verbs lock them
  PERFORM FROM errtrack.issues AS i WHERE i.project_id = of_project ORDER BY i.project_id, i.issue_id FOR UPDATE;
  GET DIAGNOSTICS issue_count = ROW_COUNT;
  INSERT INTO errtrack.issue_activity (project_id, at, who, action, why)
  SELECT of_project, errtrack.clock(), session_user, 'delete', format('project "%s", issues: %s', p.name, issue_count)
  FROM errtrack.projects AS p
  WHERE p.project_id = of_project;
  RETURN QUERY
    SELECT d.relation, sum(d.rows)::bigint
    FROM errtrack.delete_rows(of_project) AS d
    GROUP BY d.relation
    ORDER BY d.relation;
  -- a transaction that is counting in a lane must not lose the row; what it counts is then of an unknown project
  DELETE FROM errtrack.shed_events AS s WHERE s.project_id = of_project AND errtrack.try_lock_shed_lane(s.lane);
  IF of_project = 1 THEN
    RAISE NOTICE 'project 1 stays, empty: events that name no project count to it';
    RETURN;
  END IF;
  DELETE FROM errtrack.projects AS p WHERE p.project_id = of_project;
  relation := 'errtrack.projects';
  rows := 1;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION errtrack.delete_project(int) IS
  'Deletes a project and all that is its: issues, occurrences, counts, releases, alerts, rules, quotas, outcomes, event ids, and what waits in the inbox; only issue_activity stays. Returns how many rows of which table went, and says so while it works. Later events of it are of an unknown project. Project 1 is emptied, but stays with its settings, since events that name no project count to it. Nothing is folded until the end of the transaction. Raises no_data_found for an unknown project.';

-- Deletes what is known of a user.  An event that still waits is not counted to an issue any more: then it is an outcome.
CREATE FUNCTION errtrack.forget_user(project_id int, user_id text) RETURNS TABLE (relation text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  of_project int := forget_user.project_id;
  of_user text := forget_user.user_id;
  p errtrack.inbox_progress;
  found_in text[];
  counts bigint[];
  waiting bigint;
BEGIN
  IF coalesce(of_user, '') = '' OR octet_length(of_user) > 200 THEN
    RAISE EXCEPTION 'forget_user() needs a user_id of 1 to 200 bytes'
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'Of a longer one, events keep the first 200 bytes.',
            HINT = 'Pass it as errtrack.occurrences.user_id has it.';
  END IF;
  PERFORM errtrack.keep_consumers_out();
  SELECT * INTO STRICT p FROM errtrack.inbox_progress;
  WITH
  occurrence AS (
    DELETE FROM errtrack.occurrences AS o WHERE o.project_id = of_project AND o.user_id = of_user
    RETURNING 'errtrack.occurrences' AS relation, false AS waits
  ),
  set_aside AS (
    DELETE FROM errtrack.set_aside_events AS s WHERE s.project_id = of_project AND s.event ->> 'user_id' = of_user
    RETURNING 'errtrack.set_aside_events' AS relation, false AS waits
  ),
  dead_letter AS (
    DELETE FROM errtrack.dead_letters AS d WHERE d.project_id = of_project AND d.event ->> 'user_id' = of_user
    RETURNING 'errtrack.dead_letters' AS relation, false AS waits
  ),
  -- what has been consumed stands there until its leaf is emptied
  inbox AS (
    DELETE FROM errtrack.raw_events AS r WHERE r.project_id = of_project AND r.user_id = of_user
    RETURNING 'errtrack.raw_events' AS relation,
              NOT pg_visible_in_snapshot(r.txid, p.prev)
              AND NOT coalesce(pg_visible_in_snapshot(r.txid, p.cur) AND (r.slot, r.ctid) <= (p.leaf, p."position"), false) AS waits
  ),
  gone AS (
    SELECT g.relation, count(*) AS n, count(*) FILTER (WHERE g.waits) AS waiting
    FROM (SELECT * FROM occurrence UNION ALL SELECT * FROM set_aside UNION ALL SELECT * FROM dead_letter
          UNION ALL SELECT * FROM inbox) AS g
    GROUP BY g.relation
  )
  SELECT coalesce(array_agg(g.relation ORDER BY g.relation), '{}'), array_agg(g.n ORDER BY g.relation), sum(g.waiting)
  INTO found_in, counts, waiting
  FROM gone AS g;
  -- of an unknown project, events may have been set aside
  IF found_in = '{}' THEN
    PERFORM errtrack.need_project(of_project);
  END IF;
  PERFORM errtrack.count_deleted(of_project, waiting);
  -- whom, the log must not say
  INSERT INTO errtrack.issue_activity (project_id, at, who, action, why)
  SELECT of_project, errtrack.clock(), session_user, 'forget user',
         coalesce(string_agg(format('%s: %s', f.relation, f.n), ', ' ORDER BY f.relation), 'nothing was kept')
  FROM unnest(found_in, counts) AS f (relation, n);
  RETURN QUERY SELECT f.relation, f.n FROM unnest(found_in, counts) AS f (relation, n);
END $$;
COMMENT ON FUNCTION errtrack.forget_user(int, text) IS
  'Deletes the events of a project that have this user_id, exactly: kept occurrences, set-aside events, dead letters and what the inbox holds; returns how many rows of which table went, none where there were none. Issues keep their counts; events that waited to be folded are an outcome ''deleted''. Transactions that are still open, and what is sent later, are not reached. The log says that it was done, not for whom. Nothing is folded until the end of the transaction. Raises no_data_found for an unknown project, invalid_parameter_value for a user_id that is empty or longer than 200 bytes.';
