-- ---- grouping anew: after rules or errtrack's own algorithm have changed ----------------------------------------------

/*
 * Where each kept occurrence of a project would be if it came now.  A
 * fingerprint that is known keeps its issue, so that nothing is undone that was
 * attached.  One that is not stays in the issue in which most of its occurrences
 * are, if no other fingerprint is at home there; otherwise it wants a new issue.
 */
CREATE FUNCTION errtrack.regroup_plan(project_id int)
RETURNS TABLE (event_id uuid, slot smallint, issue_id bigint, to_issue_id bigint, received_at timestamptz, occurred_at timestamptz, release text,
               environment text, digest errtrack.digest)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  -- each occurrence, read anew
  kept AS MATERIALIZED (
    SELECT o.event_id, o.slot, o.issue_id, o.received_at, o.occurred_at, o.release, o.environment,
           errtrack.digest(o.project_id, o.level, o.platform, o.exception_class, o.message, o.stack_trace,
                           o.exceptions, o.own_fingerprint, o.logger, o.environment, o.release, o.transaction,
                           o.tags) AS digest
    FROM errtrack.occurrences AS o
    WHERE o.project_id = regroup_plan.project_id
  ),
  -- how many of each issue's have which first fingerprint, and whose that is
  share AS MATERIALIZED (
    SELECT s.*,
           (SELECT f.issue_id FROM errtrack.fingerprints AS f
            WHERE f.project_id = regroup_plan.project_id AND f.fingerprint = s.fingerprint) AS known_id
    FROM (SELECT issue_id, (digest).fingerprints[1] AS fingerprint, count(*) AS n
          FROM kept GROUP BY 1, 2) AS s
  ),
  -- the issue in which most occurrences with an unknown fingerprint are
  largest AS (
    SELECT DISTINCT ON (fingerprint) fingerprint, issue_id, n
    FROM share
    WHERE known_id IS NULL
    ORDER BY fingerprint, n DESC, issue_id
  ),
  -- an issue keeps one of those, unless one that is known keeps it
  home AS (
    SELECT DISTINCT ON (l.issue_id) l.issue_id, l.fingerprint
    FROM largest AS l
    WHERE NOT EXISTS (SELECT FROM share AS s WHERE s.known_id = l.issue_id)
    ORDER BY l.issue_id, l.n DESC, l.fingerprint
  ),
  target AS (
    SELECT DISTINCT s.fingerprint, coalesce(s.known_id, h.issue_id) AS to_issue_id
    FROM share AS s
    LEFT JOIN home AS h ON h.fingerprint = s.fingerprint
  )
  SELECT k.event_id, k.slot, k.issue_id, t.to_issue_id, k.received_at, k.occurred_at, k.release, k.environment, k.digest
  FROM kept AS k
  JOIN target AS t ON t.fingerprint = (k.digest).fingerprints[1]
$$;
COMMENT ON FUNCTION errtrack.regroup_plan(int) IS
  'Part of regroup(): each kept occurrence of a project, its issue, and the one it would belong to now; null: a new one.';

/*
 * In which buckets the events were counted that leave an issue which stays.  That
 * depends on how old they were then and are now.  But in an issue's minute no more
 * of them can have been counted than it holds, nor in its hour: so the narrow
 * buckets give what they have, and the wide ones the rest.
 */
CREATE FUNCTION errtrack.regroup_counts(project_id int)
RETURNS TABLE (issue_id bigint, to_issue_id bigint, minutes smallint, bucket timestamptz, events bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
  WITH
  leaving AS (
    SELECT m.issue_id, m.to_issue_id, m.occurred_at, errtrack.bucket_start(m.occurred_at, 1::smallint) AS minute,
           errtrack.bucket_start(m.occurred_at, 60::smallint) AS hour
    FROM pg_temp.errtrack_regroup AS m
    WHERE m.moves AND NOT EXISTS (SELECT FROM pg_temp.errtrack_regroup_whole AS w WHERE w.issue_id = m.issue_id)
  ),
  by_minute AS (
    SELECT l.*, coalesce(row_number() OVER (PARTITION BY l.issue_id, l.minute) <= c.events, false) AS in_minute
    FROM leaving AS l
    LEFT JOIN errtrack.issue_counts AS c
      ON c.project_id = regroup_counts.project_id AND c.minutes = 1 AND c.issue_id = l.issue_id AND c.bucket = l.minute
  ),
  by_width AS (
    SELECT l.issue_id, l.to_issue_id, l.occurred_at,
           CASE WHEN l.in_minute THEN 1
                WHEN row_number() OVER (PARTITION BY l.issue_id, l.hour, l.in_minute) <= c.events THEN 60
                ELSE 1440 END::smallint AS minutes
    FROM by_minute AS l
    LEFT JOIN errtrack.issue_counts AS c
      ON c.project_id = regroup_counts.project_id AND c.minutes = 60 AND c.issue_id = l.issue_id AND c.bucket = l.hour
  )
  SELECT w.issue_id, w.to_issue_id, w.minutes, errtrack.bucket_start(w.occurred_at, w.minutes), count(*)
  FROM by_width AS w
  GROUP BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION errtrack.regroup_counts(int) IS
  'Part of regroup(): what goes from issues of which only a part moves, by the bucket that it was counted in.';

-- Tells the issues that events move into whom these met, and with which tags. Those that only a part leaves keep what they
-- have: a set does not tell who else was in it.
CREATE FUNCTION errtrack.regroup_people(project_id int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  of_project int := regroup_people.project_id;
BEGIN
  INSERT INTO errtrack.issue_people AS p (project_id, issue_id, users, sessions)
  SELECT of_project, g.to_issue_id, errtrack.sketch_union(g.users), errtrack.sketch_union(g.sessions)
  FROM (SELECT w.to_issue_id, p.users, p.sessions
        FROM errtrack.issue_people AS p
        JOIN pg_temp.errtrack_regroup_whole AS w ON w.issue_id = p.issue_id
        WHERE p.project_id = of_project
        UNION ALL
        SELECT m.to_issue_id, errtrack.sketch(o.user_id), errtrack.sketch(o.session_id)
        FROM pg_temp.errtrack_regroup AS m
        JOIN errtrack.occurrences AS o
          ON o.project_id = of_project AND o.event_id = m.event_id AND o.slot = m.slot
        WHERE m.moves
        GROUP BY m.to_issue_id) AS g
  WHERE g.users IS NOT NULL OR g.sessions IS NOT NULL
  GROUP BY g.to_issue_id
  ON CONFLICT (project_id, issue_id) DO UPDATE SET
    users = errtrack.sketch_merge(p.users, excluded.users),
    sessions = errtrack.sketch_merge(p.sessions, excluded.sessions);

  -- tags are counted, so those of an issue that moves whole are not counted again
  INSERT INTO errtrack.issue_facets AS t (project_id, issue_id, facets)
  SELECT of_project, g.to_issue_id, errtrack.facets_union(g.facets)
  FROM (SELECT w.to_issue_id, t.facets
        FROM errtrack.issue_facets AS t
        JOIN pg_temp.errtrack_regroup_whole AS w ON w.issue_id = t.issue_id
        WHERE t.project_id = of_project
        UNION ALL
        SELECT m.to_issue_id, errtrack.facets(o.tags, o.server_name, o.transaction)
        FROM pg_temp.errtrack_regroup AS m
        JOIN errtrack.occurrences AS o
          ON o.project_id = of_project AND o.event_id = m.event_id AND o.slot = m.slot
        WHERE m.moves AND NOT EXISTS (SELECT FROM pg_temp.errtrack_regroup_whole AS w WHERE w.issue_id = m.issue_id)
        GROUP BY m.to_issue_id) AS g
  WHERE g.facets IS NOT NULL
  GROUP BY g.to_issue_id
  ON CONFLICT (project_id, issue_id) DO UPDATE SET facets = errtrack.facets_merge(t.facets, excluded.facets);
END $$;
COMMENT ON FUNCTION errtrack.regroup_people(int) IS 'Part of regroup(): users, sessions and tags of the events that move.';

-- What becomes of the states of issues into which others move: an open one that moves whole into one that is not opens it,
-- since nobody said that it was mended.
CREATE FUNCTION errtrack.regroup_states(project_id int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  of_project int := regroup_states.project_id;
BEGIN
  WITH
  opened AS (
    SELECT i.issue_id, i.status AS from_status, o.last_seen,
           CASE i.status WHEN 'resolved' THEN 'regressed' ELSE 'unresolved' END::errtrack.issue_status AS to_status
    FROM (SELECT w.to_issue_id, max(s.last_seen) AS last_seen
          FROM pg_temp.errtrack_regroup_whole AS w
          JOIN errtrack.issues AS s ON s.project_id = of_project AND s.issue_id = w.issue_id
          WHERE s.status IN ('unresolved', 'acknowledged', 'regressed')
          GROUP BY w.to_issue_id) AS o
    JOIN errtrack.issues AS i ON i.project_id = of_project AND i.issue_id = o.to_issue_id
    WHERE i.status = 'ignored' OR i.status = 'resolved' AND o.last_seen > i.resolved_at
  ),
  log AS (
    INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why)
    SELECT of_project, o.issue_id, errtrack.clock(), session_user, 'regroup', o.from_status, o.to_status,
           'an issue that was open became part of it'
    FROM opened AS o
    ORDER BY o.issue_id
  )
  UPDATE errtrack.issues AS i
  SET status = o.to_status,
      regressed_at = CASE o.to_status WHEN 'regressed' THEN o.last_seen ELSE i.regressed_at END,
      regression_count = i.regression_count + (o.to_status = 'regressed')::int
  FROM opened AS o
  WHERE i.project_id = of_project AND i.issue_id = o.issue_id;
  -- a new issue is ignored as the one is that it comes from, and counts anew
  INSERT INTO errtrack.issue_ignores
  SELECT of_project, i.issue_id, w.ignored_at, w.until, w.until_release, w.until_count, w.count_window, w.until_users,
         i.occurrence_count, errtrack.count_users(of_project, i.issue_id)
  FROM (SELECT DISTINCT ON (to_issue_id) * FROM pg_temp.errtrack_regroup
        WHERE moves AND is_new ORDER BY to_issue_id, received_at, event_id) AS m
  JOIN errtrack.issue_ignores AS w ON w.project_id = of_project AND w.issue_id = m.issue_id
  JOIN errtrack.issues AS i ON i.project_id = of_project AND i.issue_id = m.to_issue_id;
  DELETE FROM errtrack.issue_ignores AS w
  USING errtrack.issues AS i
  WHERE w.project_id = of_project AND i.project_id = of_project AND i.issue_id = w.issue_id AND i.status <> 'ignored';
END $$;
COMMENT ON FUNCTION errtrack.regroup_states(int) IS 'Part of regroup(): states of issues into which others move.';

-- Moves what errtrack.regroup() has put into its temporary table.
CREATE FUNCTION errtrack.regroup_apply(project_id int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
-- temporary tables have no statistics, and a nested loop over two of them takes time without end
SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
  of_project int := regroup_apply.project_id;
BEGIN
  -- in the order in which auto_resolve() locks them
  PERFORM FROM errtrack.issues AS i
  WHERE i.project_id = of_project
    AND i.issue_id IN (
      SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves
      UNION
      SELECT m.to_issue_id
      FROM pg_temp.errtrack_regroup AS m
      JOIN errtrack.issues AS t ON t.project_id = of_project AND t.issue_id = m.to_issue_id
      WHERE m.moves OR (t.title, t.culprit) IS DISTINCT FROM ((m.digest).title, (m.digest).culprit))
  ORDER BY i.project_id, i.issue_id FOR UPDATE;

  -- new issues begin as the one was that they come from
  INSERT INTO errtrack.issues (project_id, issue_id, title, culprit, exception_class, level, platform, status, first_seen,
                               last_seen, occurrence_count, release_introduced, release_fixed, resolved_at,
                               resolved_in_next, assignee)
  SELECT of_project, m.to_issue_id, (m.digest).title, (m.digest).culprit, (m.digest).exception_class,
         (m.digest).level, (m.digest).platform, i.status, m.occurred_at, m.occurred_at, 0, m.release,
         i.release_fixed, i.resolved_at, i.resolved_in_next, i.assignee
  FROM (SELECT DISTINCT ON (to_issue_id) *
        FROM pg_temp.errtrack_regroup WHERE moves AND is_new ORDER BY to_issue_id, received_at, event_id) AS m
  JOIN errtrack.issues AS i ON i.project_id = of_project AND i.issue_id = m.issue_id;

  -- an issue that moves whole takes along what was counted and not kept ...
  CREATE TEMPORARY TABLE errtrack_regroup_whole ON COMMIT DROP AS
  SELECT m.issue_id, min(m.to_issue_id) AS to_issue_id
  FROM pg_temp.errtrack_regroup AS m
  WHERE m.moves
  GROUP BY m.issue_id
  HAVING count(DISTINCT m.to_issue_id) = 1
    AND count(*) = (SELECT count(*) FROM errtrack.occurrences AS o
                    WHERE o.project_id = of_project AND o.issue_id = m.issue_id)
    -- the one that others move into stays
    AND m.issue_id NOT IN (SELECT i.to_issue_id FROM pg_temp.errtrack_regroup AS i WHERE i.moves);
  -- ... of another one, as much as is kept.  What goes from one to the other is added to both, here with a minus.
  INSERT INTO errtrack.issue_counts AS c (project_id, minutes, issue_id, bucket, events)
  SELECT of_project, g.minutes, s.issue_id, g.bucket, sum(s.events)
  FROM (SELECT c.issue_id, w.to_issue_id, c.minutes, c.bucket, c.events
        FROM errtrack.issue_counts AS c
        JOIN pg_temp.errtrack_regroup_whole AS w ON w.issue_id = c.issue_id
        WHERE c.project_id = of_project
        UNION ALL
        SELECT * FROM errtrack.regroup_counts(of_project)) AS g,
       LATERAL (VALUES (g.issue_id, -g.events), (g.to_issue_id, g.events)) AS s (issue_id, events)
  GROUP BY g.minutes, s.issue_id, g.bucket
  ON CONFLICT (project_id, issue_id, bucket, minutes) DO UPDATE SET events = c.events + excluded.events;
  DELETE FROM errtrack.issue_counts
  WHERE project_id = of_project AND events = 0
    AND issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves);

  INSERT INTO errtrack.issue_releases AS r (project_id, issue_id, release, environment, first_seen, last_seen, events)
  SELECT of_project, s.issue_id, g.release, g.environment, min(g.first_seen), max(g.last_seen), sum(s.events)
  FROM (SELECT r.issue_id, w.to_issue_id, r.release, r.environment, r.first_seen, r.last_seen, r.events
        FROM errtrack.issue_releases AS r
        JOIN pg_temp.errtrack_regroup_whole AS w ON w.issue_id = r.issue_id
        WHERE r.project_id = of_project
        UNION ALL
        SELECT m.issue_id, m.to_issue_id, coalesce(m.release, ''), coalesce(m.environment, ''), min(m.occurred_at),
               max(m.occurred_at), count(*)
        FROM pg_temp.errtrack_regroup AS m
        WHERE m.moves AND NOT EXISTS (SELECT FROM pg_temp.errtrack_regroup_whole AS w WHERE w.issue_id = m.issue_id)
        GROUP BY 1, 2, 3, 4) AS g,
       LATERAL (VALUES (g.issue_id, -g.events), (g.to_issue_id, g.events)) AS s (issue_id, events)
  GROUP BY s.issue_id, g.release, g.environment
  ON CONFLICT (project_id, issue_id, release, environment) DO UPDATE SET
    first_seen = least(r.first_seen, excluded.first_seen),
    last_seen = greatest(r.last_seen, excluded.last_seen),
    events = r.events + excluded.events;
  DELETE FROM errtrack.issue_releases
  WHERE project_id = of_project AND events = 0
    AND issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves);

  PERFORM errtrack.regroup_people(of_project);

  -- the issues themselves; when one that moves whole was seen last is asked below
  UPDATE errtrack.issues AS i
  SET occurrence_count = coalesce(g.events, 0),
      first_seen = coalesce(g.first_seen, i.first_seen),
      last_seen = coalesce(g.last_seen, i.last_seen),
      release_introduced = g.lowest_release
  FROM (SELECT t.issue_id, sum(r.events) AS events, min(r.first_seen) AS first_seen, max(r.last_seen) AS last_seen,
               errtrack.lowest_release(r.release ORDER BY r.first_seen) FILTER (WHERE r.release <> '') AS lowest_release
        FROM (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves
              UNION SELECT to_issue_id FROM pg_temp.errtrack_regroup WHERE moves) AS t
        LEFT JOIN errtrack.issue_releases AS r ON r.project_id = of_project AND r.issue_id = t.issue_id
        GROUP BY t.issue_id) AS g
  WHERE i.project_id = of_project AND i.issue_id = g.issue_id;
  PERFORM errtrack.regroup_states(of_project);
  UPDATE errtrack.occurrences AS o
  SET issue_id = m.to_issue_id, fingerprint = (m.digest).fingerprints[1]
  FROM pg_temp.errtrack_regroup AS m
  -- an event that was sent again after a week may be kept twice
  WHERE o.project_id = of_project AND o.event_id = m.event_id AND o.slot = m.slot
    AND (m.moves OR o.fingerprint <> (m.digest).fingerprints[1]);
  -- later events find the way by themselves; a first fingerprint goes before what is another event's second
  INSERT INTO errtrack.fingerprints AS f (project_id, fingerprint, issue_id)
  SELECT DISTINCT ON (k.fingerprint) of_project, k.fingerprint, m.to_issue_id
  FROM pg_temp.errtrack_regroup AS m, unnest((m.digest).fingerprints) WITH ORDINALITY AS k (fingerprint, place)
  ORDER BY k.fingerprint, k.place, m.to_issue_id
  ON CONFLICT (project_id, fingerprint) DO UPDATE SET issue_id = excluded.issue_id;
  UPDATE errtrack.fingerprints AS f
  SET issue_id = w.to_issue_id
  FROM pg_temp.errtrack_regroup_whole AS w
  WHERE f.project_id = of_project AND f.issue_id = w.issue_id;
  UPDATE errtrack.alerts AS a
  SET issue_id = w.to_issue_id
  FROM pg_temp.errtrack_regroup_whole AS w
  WHERE a.project_id = of_project AND a.issue_id = w.issue_id;
  UPDATE errtrack.issue_activity AS a
  SET issue_id = w.to_issue_id
  FROM pg_temp.errtrack_regroup_whole AS w
  WHERE a.project_id = of_project AND a.issue_id = w.issue_id;
  DELETE FROM errtrack.issues AS i
  USING pg_temp.errtrack_regroup_whole AS w
  WHERE i.project_id = of_project AND i.issue_id = w.issue_id;
  -- one whose events have all gone, to several, is no issue any more
  WITH emptied AS (
    DELETE FROM errtrack.issues AS i
    WHERE i.project_id = of_project AND i.occurrence_count = 0
      AND i.issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves)
      AND NOT EXISTS (SELECT FROM errtrack.occurrences AS o
                      WHERE o.project_id = of_project AND o.issue_id = i.issue_id)
    RETURNING i.issue_id
  ),
  forgotten AS (
    DELETE FROM errtrack.fingerprints AS f
    USING emptied AS e
    WHERE f.project_id = of_project AND f.issue_id = e.issue_id
  )
  UPDATE errtrack.alerts AS a
  SET issue_id = o.issue_id
  FROM emptied AS e, errtrack.occurrences AS o
  WHERE a.project_id = of_project AND a.issue_id = e.issue_id
    AND o.project_id = of_project AND o.event_id = a.event_id;
  DELETE FROM errtrack.issue_people AS p
  WHERE p.project_id = of_project AND p.issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves)
    AND p.issue_id NOT IN (SELECT i.issue_id FROM errtrack.issues AS i WHERE i.project_id = of_project);
  DELETE FROM errtrack.issue_ignores AS w
  WHERE w.project_id = of_project AND w.issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves)
    AND w.issue_id NOT IN (SELECT i.issue_id FROM errtrack.issues AS i WHERE i.project_id = of_project);
  DELETE FROM errtrack.issue_facets AS t
  WHERE t.project_id = of_project AND t.issue_id IN (SELECT issue_id FROM pg_temp.errtrack_regroup WHERE moves)
    AND t.issue_id NOT IN (SELECT i.issue_id FROM errtrack.issues AS i WHERE i.project_id = of_project);
  -- rules may name them otherwise
  UPDATE errtrack.issues AS i
  SET title = (m.digest).title, culprit = (m.digest).culprit
  FROM (SELECT DISTINCT ON (to_issue_id) to_issue_id, digest
        FROM pg_temp.errtrack_regroup ORDER BY to_issue_id, received_at, event_id) AS m
  WHERE i.project_id = of_project AND i.issue_id = m.to_issue_id
    AND (i.title, i.culprit) IS DISTINCT FROM ((m.digest).title, (m.digest).culprit);

  DROP TABLE pg_temp.errtrack_regroup_whole;
END $$;
COMMENT ON FUNCTION errtrack.regroup_apply(int) IS 'Part of regroup(): moves the occurrences, and what was counted of them.';

CREATE FUNCTION errtrack.regroup(project_id int, apply boolean DEFAULT false)
RETURNS TABLE (issue_id bigint, to_issue_id bigint, occurrences bigint, of_occurrences bigint, title text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  of_project int := regroup.project_id;
  n bigint;
BEGIN
  PERFORM errtrack.need_project(of_project);
  -- no batch is folded meanwhile
  IF apply THEN
    PERFORM errtrack.keep_consumers_out();
  END IF;
  SELECT count(*) INTO n FROM errtrack.occurrences AS o WHERE o.project_id = of_project;
  RAISE NOTICE 'reading % kept occurrences of project %', n, of_project;

  CREATE TEMPORARY TABLE errtrack_regroup ON COMMIT DROP AS
  SELECT p.*, p.to_issue_id IS NULL AS is_new, p.to_issue_id IS DISTINCT FROM p.issue_id AS moves
  FROM errtrack.regroup_plan(of_project) AS p;
  IF apply THEN
    UPDATE pg_temp.errtrack_regroup AS m
    SET to_issue_id = d.issue_id
    FROM (SELECT k.fingerprint, nextval('errtrack.issues_issue_id_seq') AS issue_id
          FROM (SELECT DISTINCT (digest).fingerprints[1] AS fingerprint
                FROM pg_temp.errtrack_regroup WHERE is_new) AS k) AS d
    WHERE m.is_new AND (m.digest).fingerprints[1] = d.fingerprint;
  END IF;

  RETURN QUERY
  SELECT m.issue_id, m.to_issue_id, count(*), o.n, min((m.digest).title)
  FROM pg_temp.errtrack_regroup AS m
  JOIN (SELECT issue_id, count(*) AS n FROM pg_temp.errtrack_regroup GROUP BY issue_id) AS o
    ON o.issue_id = m.issue_id
  WHERE m.moves
  GROUP BY m.issue_id, m.to_issue_id, (m.digest).fingerprints[1], o.n
  ORDER BY m.issue_id, 3 DESC, m.to_issue_id;

  IF apply THEN
    PERFORM errtrack.regroup_apply(of_project);
  END IF;
  DROP TABLE pg_temp.errtrack_regroup;
END $$;
COMMENT ON FUNCTION errtrack.regroup(int, boolean) IS
  'Groups the kept occurrences of a project anew, as after a change of rules, and reports what would move: from which issue, to which (null: a new one), how many occurrences of how many, and their title. With apply it is done: an issue that moves whole is merged into the other one with all its counts, of another one as many events are moved as are kept. Raises no_data_found for an unknown project.';
