-- ---- what has not been seen for a while is resolved ------------------------------------------------------------------

-- Resolves what has not been seen for a while.
CREATE FUNCTION errtrack.auto_resolve(after interval DEFAULT NULL, project_id int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  asked_at timestamptz := errtrack.clock();
  -- what has waited in the inbox may be of any issue; a moment of that is nothing
  waited interval := errtrack.lag(NULL);
  known_to timestamptz := asked_at - CASE WHEN waited > '1 min' THEN waited ELSE '0' END;
  stale errtrack.issues[];
  of_project int := auto_resolve.project_id;
  n int;
BEGIN
  IF after NOT BETWEEN interval '0' AND interval '100 years' THEN
    RAISE EXCEPTION 'auto_resolve() needs a time span that is not negative, and of 100 years at the most'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Call errtrack.auto_resolve(''7 days''), say.';
  END IF;
  IF of_project IS NOT NULL THEN
    PERFORM errtrack.need_project(of_project);
  END IF;
  -- in the order in which the fold locks them
  stale := ARRAY(
    SELECT i
    FROM errtrack.issues AS i
    JOIN errtrack.projects AS p ON p.project_id = i.project_id
    WHERE i.status IN ('unresolved', 'acknowledged', 'regressed')
      AND (of_project IS NULL OR i.project_id = of_project)
      AND i.last_seen < known_to - coalesce(auto_resolve.after, p.auto_resolve_after)
    ORDER BY i.project_id, i.issue_id
    FOR UPDATE OF i);
  -- what was done meanwhile is seen by another statement
  WITH
  stale AS MATERIALIZED (
    SELECT i.project_id, i.issue_id, i.status, a.after
    FROM unnest(stale) AS i
    JOIN errtrack.projects AS p ON p.project_id = i.project_id
    CROSS JOIN LATERAL (SELECT coalesce(auto_resolve.after, p.auto_resolve_after)) AS a (after)
    -- who reopened it, or an event that came late, said otherwise
    WHERE NOT EXISTS (SELECT FROM errtrack.issue_activity AS l
                      WHERE l.project_id = i.project_id AND l.issue_id = i.issue_id
                        AND l.action IN ('reopen', 'regress', 'reappear') AND l.at > asked_at - a.after)
  ),
  log AS (
    INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why)
    SELECT s.project_id, s.issue_id, asked_at, session_user, 'auto-resolve', s.status, 'resolved',
           format('not seen for %s', s.after)
    FROM stale AS s
    ORDER BY s.project_id, s.issue_id
  )
  UPDATE errtrack.issues AS i
  SET status = 'resolved', resolved_at = asked_at, release_fixed = NULL, resolved_in_next = false
  FROM stale AS s
  WHERE i.project_id = s.project_id AND i.issue_id = s.issue_id;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
COMMENT ON FUNCTION errtrack.auto_resolve(interval, int) IS
  'Resolves the unresolved, acknowledged and regressed issues that have not been seen for so long (null: for as long as their project says, see set_auto_resolve()), of one project or all, and returns how many; but not those that were reopened, regressed or reappeared since then, and where events have waited to be folded for more than a minute, as of the time when the oldest of them came. An event that comes later makes them regress.';

-- Sets what auto_resolve() goes by.
CREATE FUNCTION errtrack.set_auto_resolve(project_id int, after interval) RETURNS errtrack.projects
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed errtrack.projects;
BEGIN
  PERFORM errtrack.need_project(set_auto_resolve.project_id);
  IF after NOT BETWEEN interval '1 microsecond' AND interval '100 years' THEN
    RAISE EXCEPTION 'set_auto_resolve() needs a time span that is positive, and of 100 years at the most'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass ''7 days'', say, or null to resolve nothing.';
  END IF;
  UPDATE errtrack.projects AS p
  SET auto_resolve_after = set_auto_resolve.after
  WHERE p.project_id = set_auto_resolve.project_id
  RETURNING p.* INTO changed;
  RETURN changed;
END $$;
COMMENT ON FUNCTION errtrack.set_auto_resolve(int, interval) IS
  'Sets after how long without events auto_resolve() resolves a project''s issues (null: never), and returns the project. Raises no_data_found for an unknown project.';
