-- ---- the fold: a batch of events into issues ------------------------------------------------------------------------

CREATE FUNCTION errtrack.read_batch(tids_0 tid[], tids_1 tid[], tids_2 tid[])
RETURNS TABLE (n int, slot smallint, tid tid, project_id int, event_id uuid, received_at timestamptz,
               seen_at timestamptz, release text, environment text, server_name text, transaction text,
               user_id text, session_id text, tags jsonb, duplicate boolean, key_no int, digest errtrack.digest)
LANGUAGE c STABLE ROWS 200 AS 'MODULE_PATHNAME', 'errtrack_read_batch';
COMMENT ON FUNCTION errtrack.read_batch(tid[], tid[], tid[]) IS
  'Part of fold(): reads the events at these places of the inbox''s leaves. duplicate: its project and event_id are in the ledger, or an event before it in the batch has the same; key_no: the same for events of a project that have the same fingerprints; digest: what was read, once for each key_no, at its first event. release and environment are empty where the event names none.';

-- A restore sets sequences last, and events may be folded before that.
CREATE FUNCTION errtrack.catch_up(sequence regclass, highest bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF highest > coalesce(pg_sequence_last_value(sequence), 0) THEN
    PERFORM setval(sequence, highest);
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.catch_up(regclass, bigint) IS
  'Part of fold(): sets a sequence that is behind the highest number in its table.';

/*
 * Folds the events at these places of the three leaves: one statement counts them,
 * and what it finds of new issues, and of events for resolved and ignored ones, is
 * then told and changes their states.
 *
 * CTEs have no statistics, so what is looked up in a table is looked up by a
 * scalar subquery, which can only be an index probe; and what joins CTEs must
 * not become a nested loop over them: enable_nestloop is off.  What belongs to an
 * error is asked once for each error and not for each event, rows of single
 * events are narrow, and the whole event is read again if it is kept.
 */
CREATE FUNCTION errtrack.fold(tids_0 tid[], tids_1 tid[], tids_2 tid[], OUT events int, OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET work_mem = '64MB' SET jit = off
SET plan_cache_mode = auto AS $$
#variable_conflict use_column
DECLARE
  sample_first bigint := current_setting('errtrack.sample_first');
  sample_rate double precision := current_setting('errtrack.sample_rate');
  count_duplicates boolean := current_setting('errtrack.count_duplicates');
  -- rings go by the clock and not by what events say: one that comes late is new to the ledger all the same
  folded_at timestamptz := errtrack.clock();
  -- no event of this batch was committed before, whatever its received_at says
  not_before timestamptz := (SELECT prev_at FROM errtrack.inbox_progress);
  shed int := 0;
  new_issues errtrack.arrival[];
  arrivals errtrack.arrival[];
  reaction record;
  new_releases text[];
  new_release_projects int[];
  waiting_ids bigint[];
  occurrences_slot smallint := errtrack.ring_slot('occurrences', folded_at);
  seen_slot smallint := errtrack.ring_slot('seen_events', folded_at);
BEGIN
  -- a plan made for its parameters costs more than a small batch; a kept one was made for tables of another size
  PERFORM set_config('plan_cache_mode',
                     CASE WHEN coalesce(cardinality(tids_0), 0) + coalesce(cardinality(tids_1), 0)
                               + coalesce(cardinality(tids_2), 0) < 500
                          THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);

  PERFORM errtrack.catch_up('errtrack.issues_issue_id_seq', (SELECT max(issue_id) FROM errtrack.issues));
  PERFORM errtrack.catch_up('errtrack.alerts_alert_id_seq', (SELECT max(alert_id) FROM errtrack.alerts));
  PERFORM errtrack.catch_up('errtrack.issue_activity_activity_id_seq',
                            (SELECT max(activity_id) FROM errtrack.issue_activity));

  IF EXISTS (SELECT FROM errtrack.projects WHERE events_per_minute IS NOT NULL) THEN
    SELECT q.* INTO tids_0, tids_1, tids_2, shed FROM errtrack.shed_over_quota(tids_0, tids_1, tids_2) AS q;
  END IF;

  WITH
  event AS MATERIALIZED (
    SELECT * FROM errtrack.read_batch(tids_0, tids_1, tids_2)
  ),
  -- the errors they are; of each, is its project known, and an issue that it belongs to?
  error AS MATERIALIZED (
    SELECT e.key_no, e.project_id, e.digest, (e.digest).fingerprints,
           (SELECT true FROM errtrack.projects AS p WHERE p.project_id = e.project_id) IS NULL AS stray,
           (SELECT p.kept_per_hour FROM errtrack.projects AS p WHERE p.project_id = e.project_id) AS kept_per_hour,
           -- as many fingerprints as two versions of the rules make
           coalesce((SELECT f.issue_id FROM errtrack.fingerprints AS f
                     WHERE f.project_id = e.project_id AND f.fingerprint = (e.digest).fingerprints[1]),
                    (SELECT f.issue_id FROM errtrack.fingerprints AS f
                     WHERE f.project_id = e.project_id AND f.fingerprint = (e.digest).fingerprints[2]),
                    (SELECT f.issue_id FROM errtrack.fingerprints AS f
                     WHERE f.project_id = e.project_id AND f.fingerprint = (e.digest).fingerprints[3]),
                    (SELECT f.issue_id FROM errtrack.fingerprints AS f
                     WHERE f.project_id = e.project_id AND f.fingerprint = (e.digest).fingerprints[4])) AS known_id
    FROM event AS e
    WHERE (e.digest).fingerprints IS NOT NULL
  ),
  judged AS MATERIALIZED (
    SELECT e.n, e.slot, e.tid, e.project_id, e.event_id, e.received_at, e.seen_at, e.release, e.environment,
           e.key_no, e.duplicate, k.stray, k.known_id
    FROM event AS e
    JOIN error AS k ON k.key_no = e.key_no
  ),
  -- those that count.  What arrives again makes no issue of its own, even if it says something else now
  counted AS MATERIALIZED (
    SELECT j.n, j.slot, j.tid, j.project_id, j.event_id, j.received_at, j.seen_at, j.release, j.environment,
           j.key_no, j.duplicate
    FROM judged AS j
    WHERE NOT stray
      AND (NOT duplicate
           OR count_duplicates
              AND (known_id IS NOT NULL
                   OR key_no IN (SELECT key_no FROM judged WHERE NOT stray AND NOT duplicate)))
  ),
  -- their number by error, release, environment and time: from here on all is about few rows
  part AS MATERIALIZED (
    SELECT key_no, release AS named, environment, minutes, errtrack.bucket_start(seen_at, minutes) AS bucket,
           count(*) AS events, min(seen_at) AS first_seen, max(seen_at) AS last_seen, min(n) AS first_n,
           -- what arrives again is not kept, and is no sign that the error came back
           min(n) FILTER (WHERE NOT duplicate) AS first_fresh_n,
           max(n) FILTER (WHERE NOT duplicate) AS last_fresh_n,
           min(received_at) FILTER (WHERE NOT duplicate) AS first_received,
           max(received_at) FILTER (WHERE NOT duplicate) AS last_received
    FROM (SELECT *, errtrack.bucket_minutes(seen_at, folded_at) AS minutes FROM counted) AS c
    GROUP BY key_no, release, environment, minutes, bucket
  ),
  -- errors that have the last fingerprint in common, all frames, are one error
  related AS MATERIALIZED (
    SELECT k.project_id, k.fingerprints[1] AS fingerprint,
           coalesce(k.known_id, min(k.known_id) OVER same) AS known_id,
           min(k.key_no) OVER same AS kin
    FROM error AS k
    WHERE k.key_no IN (SELECT key_no FROM part)
    WINDOW same AS (PARTITION BY k.project_id, k.fingerprints[cardinality(k.fingerprints)])
  ),
  -- and so are those that have the first in common
  resolved AS MATERIALIZED (
    SELECT project_id, fingerprint, min(known_id) AS known_id, min(kin) AS kin
    FROM related
    GROUP BY project_id, fingerprint
  ),
  -- the id of a new issue is drawn once for all that are one error
  drawn AS MATERIALIZED (
    SELECT project_id, kin, nextval('errtrack.issues_issue_id_seq') AS issue_id
    FROM (SELECT DISTINCT project_id, kin FROM resolved WHERE known_id IS NULL) AS n
  ),
  -- each error's issue, and what was counted there before
  place AS MATERIALIZED (
    SELECT p.key_no, p.project_id, p.issue_id, p.fingerprints, p.digest, p.count_before,
           -- how many more may be kept, where that is limited
           p.kept_per_hour
             - CASE WHEN p.kept_per_hour IS NOT NULL
                    THEN (SELECT count(*) FROM errtrack.occurrences AS o
                          WHERE o.project_id = p.project_id AND o.issue_id = p.issue_id
                            AND o.received_at > folded_at - interval '1 hour') END AS room
    FROM (
      SELECT k.key_no, k.project_id, k.kept_per_hour, k.fingerprints, k.digest,
             coalesce(r.known_id, d.issue_id) AS issue_id,
             -- while an old snapshot keeps all of its versions, a row that is hot is dear to find: asked once
             (SELECT i.occurrence_count FROM errtrack.issues AS i
              WHERE i.project_id = k.project_id AND i.issue_id = coalesce(r.known_id, d.issue_id)) AS count_before
      FROM error AS k
      JOIN resolved AS r ON r.project_id = k.project_id AND r.fingerprint = k.fingerprints[1]
      LEFT JOIN drawn AS d ON d.project_id = r.project_id AND d.kin = r.kin
      OFFSET 0
    ) AS p
  ),
  named_part AS MATERIALIZED (
    SELECT p.project_id, p.issue_id, p.count_before, t.*
    FROM part AS t
    JOIN place AS p ON p.key_no = t.key_no
  ),
  -- releases that errtrack hears of for the first time
  unheard AS MATERIALIZED (
    SELECT p.project_id, p.named AS release, row_number() OVER (PARTITION BY p.project_id ORDER BY min(p.first_n)) AS nth
    FROM named_part AS p
    WHERE p.named <> ''
    GROUP BY p.project_id, p.named
    HAVING (SELECT true FROM errtrack.releases AS r WHERE r.project_id = p.project_id AND r.version = p.named) IS NULL
  ),
  -- whoever invents them must not fill the disk: beyond a thousand of a project in a day, events count as if they named none
  invented AS MATERIALIZED (
    SELECT u.project_id, u.release
    FROM unheard AS u
    JOIN (SELECT project_id, (SELECT count(*) FROM (SELECT FROM errtrack.releases AS r
                                                    WHERE r.project_id = n.project_id
                                                      AND r.known_since > folded_at - interval '1 day'
                                                    LIMIT 1000) AS held) AS held
          FROM unheard AS n
          GROUP BY project_id) AS p ON p.project_id = u.project_id
    WHERE u.nth > 1000 - p.held
  ),
  placed_part AS MATERIALIZED (
    SELECT p.*,
           CASE WHEN (p.project_id, p.named) IN (SELECT project_id, release FROM invented) THEN '' ELSE p.named END AS release
    FROM named_part AS p
  ),
  -- kept are a share of all, an issue's first ones, and of each release and each environment the first, of a hundred
  chosen AS MATERIALIZED (
    SELECT n FROM counted WHERE NOT duplicate AND errtrack.in_sample(event_id, sample_rate)
    UNION
    SELECT n
    FROM (SELECT c.n, p.count_before, row_number() OVER (PARTITION BY p.issue_id ORDER BY c.n) AS nth
          FROM counted AS c
          JOIN place AS p ON p.key_no = c.key_no
          WHERE NOT c.duplicate AND coalesce(p.count_before, 0) < sample_first) AS young
    WHERE coalesce(count_before, 0) + nth <= sample_first
    UNION
    SELECT min(p.first_fresh_n)
    FROM placed_part AS p
    GROUP BY p.project_id, p.issue_id, p.release
    HAVING CASE WHEN (SELECT true FROM errtrack.issue_releases AS r
                      WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id AND r.release = p.release
                      LIMIT 1) IS NULL
                -- releases that never come again would have everything kept
                THEN (SELECT count(*) FROM (SELECT FROM errtrack.issue_releases AS r
                                            WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id
                                            LIMIT 100) AS seen) < 100 END
    UNION
    SELECT min(p.first_fresh_n)
    FROM placed_part AS p
    GROUP BY p.project_id, p.issue_id, p.environment
    -- no index leads from an environment to its rows: of an issue's, no more are read than the hundred
    HAVING CASE WHEN (SELECT true FROM (SELECT r.environment FROM errtrack.issue_releases AS r
                                        WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id
                                        LIMIT 100) AS seen
                      WHERE seen.environment = p.environment
                      LIMIT 1) IS NULL
                THEN (SELECT count(*) FROM (SELECT FROM errtrack.issue_releases AS r
                                            WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id
                                            LIMIT 100) AS seen) < 100 END
  ),
  -- but no more of an issue in an hour than its project allows
  limited AS MATERIALIZED (
    SELECT c.slot, c.tid, c.seen_at, c.key_no, p.project_id, p.issue_id,
           -- one that says otherwise would take no room
           CASE WHEN p.room IS NOT NULL THEN not_before END AS received_after,
           p.room IS NOT NULL AND row_number() OVER (PARTITION BY p.issue_id ORDER BY c.n) > p.room AS is_capped
    FROM chosen AS h
    JOIN counted AS c ON c.n = h.n
    JOIN place AS p ON p.key_no = c.key_no
  ),
  kept AS MATERIALIZED (
    SELECT * FROM limited WHERE NOT is_capped
  ),
  capped AS MATERIALIZED (
    SELECT project_id, issue_id, count(*) AS events FROM limited WHERE is_capped GROUP BY project_id, issue_id
  ),
  -- each issue's share of this batch
  tally AS MATERIALIZED (
    SELECT t.*, first.event_id AS first_event_id, first.environment AS first_environment, first.release AS first_release,
           first.received_at AS first_received, k.digest AS first_digest, coalesce(x.events, 0) AS flood_capped
    FROM (
      SELECT project_id, issue_id, count_before, sum(events) AS events, min(first_seen) AS first_seen,
             max(last_seen) AS last_seen, min(first_n) AS first_n,
             errtrack.lowest_release(release ORDER BY first_n) FILTER (WHERE release <> '') AS lowest_release
      FROM placed_part
      GROUP BY project_id, issue_id, count_before
    ) AS t
    JOIN counted AS first ON first.n = t.first_n
    JOIN error AS k ON k.key_no = first.key_no
    LEFT JOIN capped AS x ON x.project_id = t.project_id AND x.issue_id = t.issue_id
  ),
  issue AS (
    INSERT INTO errtrack.issues AS i
      (project_id, issue_id, title, culprit, exception_class, level, platform, first_seen, last_seen,
       occurrence_count, flood_capped, release_introduced)
    SELECT project_id, issue_id, (first_digest).title, (first_digest).culprit, (first_digest).exception_class,
           (first_digest).level, (first_digest).platform, first_seen, last_seen, events, flood_capped, lowest_release
    FROM tally
    ORDER BY project_id, issue_id
    ON CONFLICT (project_id, issue_id) DO UPDATE SET
      occurrence_count = i.occurrence_count + excluded.occurrence_count,
      flood_capped = i.flood_capped + excluded.flood_capped,
      first_seen = least(i.first_seen, excluded.first_seen),
      last_seen = greatest(i.last_seen, excluded.last_seen),
      release_introduced = errtrack.lower_release(i.release_introduced, excluded.release_introduced)
    RETURNING project_id, issue_id, status, status = 'resolved' AND resolved_in_next AND release_fixed IS NULL AS waits
  ),
  ledger AS (
    INSERT INTO errtrack.seen_events (project_id, slot, event_id, received_at)
    SELECT project_id, seen_slot, event_id, received_at FROM judged WHERE NOT stray AND NOT duplicate
  ),
  bucketed AS (
    INSERT INTO errtrack.issue_counts AS b (project_id, minutes, issue_id, bucket, events)
    SELECT project_id, minutes, issue_id, bucket, sum(events)
    FROM placed_part
    GROUP BY project_id, minutes, issue_id, bucket
    ON CONFLICT (project_id, issue_id, bucket, minutes) DO UPDATE SET events = b.events + excluded.events
  ),
  -- whoever invents environments must not fill the disk: beyond a hundred of a minute they are counted as one
  environment_bucketed AS (
    INSERT INTO errtrack.environment_counts AS b (project_id, minute, environment, events)
    SELECT project_id, bucket, CASE WHEN is_known OR nth <= 100 - held THEN environment ELSE '(others)' END, sum(events)
    FROM (SELECT e.*, row_number() OVER (PARTITION BY project_id, bucket, is_known ORDER BY environment) AS nth,
                 CASE WHEN NOT is_known THEN (SELECT count(*) FROM errtrack.environment_counts AS c
                                              WHERE c.project_id = e.project_id AND c.minute = e.bucket) END AS held
          FROM (SELECT project_id, bucket, environment, sum(events) AS events,
                       (SELECT true FROM errtrack.environment_counts AS c
                        WHERE c.project_id = p.project_id AND c.minute = p.bucket AND c.environment = p.environment) IS NOT NULL
                         AS is_known
                FROM placed_part AS p
                WHERE minutes = 1
                GROUP BY project_id, bucket, environment) AS e) AS judged
    GROUP BY 1, 2, 3
    ON CONFLICT (project_id, minute, environment) DO UPDATE SET events = b.events + excluded.events
  ),
  released AS (
    INSERT INTO errtrack.issue_releases AS r
      (project_id, issue_id, release, environment, first_seen, last_seen, events)
    SELECT project_id, issue_id, release, environment, min(first_seen), max(last_seen), sum(events)
    FROM placed_part
    GROUP BY project_id, issue_id, release, environment
    ON CONFLICT (project_id, issue_id, release, environment) DO UPDATE SET
      first_seen = least(r.first_seen, excluded.first_seen),
      last_seen = greatest(r.last_seen, excluded.last_seen),
      events = r.events + excluded.events
  ),
  new_release AS (
    INSERT INTO errtrack.releases (project_id, version, first_seen, known_since)
    -- it was known when its first event came, whenever that is folded: see is_next_release()
    -- but not before it could be folded, whatever its received_at says
    SELECT p.project_id, p.release, coalesce(min(p.first_received), folded_at),
           least(greatest(min(p.first_received), not_before), folded_at)
    FROM placed_part AS p
    JOIN unheard AS u ON u.project_id = p.project_id AND u.release = p.release
    GROUP BY p.project_id, p.release
    ON CONFLICT (project_id, version) DO NOTHING
    RETURNING project_id, version
  ),
  -- whom each issue met, and with which tags; what arrives again says nothing new
  met AS MATERIALIZED (
    SELECT p.project_id, p.issue_id, errtrack.sketch(e.user_id) AS users, errtrack.sketch(e.session_id) AS sessions,
           errtrack.facets(e.tags, e.server_name, e.transaction) AS facets
    FROM event AS e
    JOIN place AS p ON p.key_no = e.key_no
    WHERE NOT e.duplicate
    GROUP BY p.project_id, p.issue_id
  ),
  issue_met AS (
    INSERT INTO errtrack.issue_people AS w (project_id, issue_id, users, sessions)
    SELECT project_id, issue_id, users, sessions
    FROM met
    WHERE users IS NOT NULL OR sessions IS NOT NULL
    ON CONFLICT (project_id, issue_id) DO UPDATE SET
      users = errtrack.sketch_merge(w.users, excluded.users),
      sessions = errtrack.sketch_merge(w.sessions, excluded.sessions)
    WHERE errtrack.sketch_merge(w.users, excluded.users) IS DISTINCT FROM w.users
       OR errtrack.sketch_merge(w.sessions, excluded.sessions) IS DISTINCT FROM w.sessions
  ),
  release_met AS (
    INSERT INTO errtrack.release_people AS w (project_id, release, users, sessions)
    SELECT e.project_id, e.release, errtrack.sketch(e.user_id), errtrack.sketch(e.session_id)
    FROM event AS e
    WHERE NOT e.duplicate AND e.release <> '' AND e.key_no IN (SELECT key_no FROM place)
      AND (e.user_id <> '' OR e.session_id <> '')
    GROUP BY e.project_id, e.release
    HAVING (e.project_id, e.release) NOT IN (SELECT project_id, release FROM invented)
    ON CONFLICT (project_id, release) DO UPDATE SET
      users = errtrack.sketch_merge(w.users, excluded.users),
      sessions = errtrack.sketch_merge(w.sessions, excluded.sessions)
    WHERE errtrack.sketch_merge(w.users, excluded.users) IS DISTINCT FROM w.users
       OR errtrack.sketch_merge(w.sessions, excluded.sessions) IS DISTINCT FROM w.sessions
  ),
  tagged AS (
    INSERT INTO errtrack.issue_facets AS t (project_id, issue_id, facets)
    SELECT project_id, issue_id, errtrack.facets_merge(NULL, facets)
    FROM met
    WHERE facets IS NOT NULL
    ON CONFLICT (project_id, issue_id) DO UPDATE SET facets = errtrack.facets_merge(t.facets, excluded.facets)
  ),
  -- the first fingerprint finds the issue again, and so do the others of events that are kept: they have no
  -- end, as calls can take many ways
  attached AS (
    INSERT INTO errtrack.fingerprints (project_id, fingerprint, issue_id)
    SELECT p.project_id, f.fingerprint, min(p.issue_id)
    FROM place AS p, unnest(p.fingerprints) WITH ORDINALITY AS f (fingerprint, nth)
    WHERE f.nth = 1 OR p.key_no IN (SELECT key_no FROM kept)
    GROUP BY p.project_id, f.fingerprint
    ON CONFLICT (project_id, fingerprint) DO NOTHING
  ),
  sampled AS (
    INSERT INTO errtrack.occurrences
      (project_id, slot, issue_id, event_id, received_at, occurred_at, level, platform, exception_class, message,
       stack_trace, exceptions, environment, release, dist, server_name, transaction, logger, user_id,
       session_id, request, tags, contexts, extra, trace_id, span_id, debug_ids, flags, fingerprint, own_fingerprint)
    SELECT w.project_id, occurrences_slot, w.issue_id, w.event_id,
           greatest(w.received_at, w.received_after), w.seen_at, (w.digest).level,
           (w.digest).platform, (w.digest).exception_class, coalesce((w.digest).message, w.message),
           w.stack_trace, w.exceptions, w.environment, w.release, w.dist, w.server_name, w.transaction,
           w.logger, w.user_id, w.session_id, w.request, w.tags, w.contexts, w.extra, w.trace_id,
           w.span_id, w.debug_ids, coalesce(w.flags, '{}') || (w.digest).flags, (w.digest).fingerprints[1],
           w.fingerprint
    FROM (
      SELECT k.issue_id, k.seen_at, k.received_after, r.*,
             errtrack.digest(r.project_id, r.level, r.platform, r.exception_class, r.message, r.stack_trace,
                             r.exceptions, r.fingerprint, r.logger, r.environment, r.release, r.transaction,
                             r.tags) AS digest
      FROM kept AS k
      JOIN (SELECT *, ctid FROM errtrack.raw_events_0
            WHERE ctid = ANY (ARRAY(SELECT tid FROM kept WHERE slot = 0))
            UNION ALL
            SELECT *, ctid FROM errtrack.raw_events_1
            WHERE ctid = ANY (ARRAY(SELECT tid FROM kept WHERE slot = 1))
            UNION ALL
            SELECT *, ctid FROM errtrack.raw_events_2
            WHERE ctid = ANY (ARRAY(SELECT tid FROM kept WHERE slot = 2))) AS r
        ON r.slot = k.slot AND r.ctid = k.tid
      -- the digest is made once, not for each of its parts
      OFFSET 0
    ) AS w
    ON CONFLICT (project_id, event_id, slot) DO NOTHING
  ),
  -- unknown projects.  Whoever invents numbers must not fill the disk: a thousand of each are kept, ten thousand in all,
  -- and beyond a thousand projects the others are counted as one.  No table is read without a batch that has any
  stranger AS MATERIALIZED (
    SELECT s.project_id,
           CASE WHEN room_for_all > 0
                THEN 1000 - (SELECT count(*) FROM (SELECT FROM errtrack.set_aside_events AS k
                                                   WHERE k.project_id = s.project_id LIMIT 1000) AS held)
                ELSE 0 END AS room,
           room_for_all,
           -- those that have a count of their own keep it
           CASE WHEN has_count
                  OR row_number() OVER (PARTITION BY has_count ORDER BY s.first_n)
                     <= 1000 - (SELECT count(*) FROM (SELECT FROM errtrack.event_outcomes AS o
                                                      WHERE o.outcome = 'set_aside' LIMIT 1000) AS counted)
                THEN s.project_id ELSE 0 END AS counts_to
    FROM (SELECT j.project_id, min(j.n) AS first_n,
                 (SELECT true FROM errtrack.event_outcomes AS o
                  WHERE o.project_id = j.project_id AND o.outcome = 'set_aside') IS NOT NULL AS has_count,
                 10000 - (SELECT count(*) FROM (SELECT FROM errtrack.set_aside_events LIMIT 10000) AS held) AS room_for_all
          FROM judged AS j
          WHERE j.stray
          GROUP BY j.project_id
          OFFSET 0) AS s
  ),
  strays AS MATERIALIZED (
    SELECT s.slot, s.tid, s.project_id, s.event_id, s.received_at
    FROM (SELECT *, row_number() OVER (ORDER BY n) AS nth_of_all
          FROM (SELECT j.*, t.room, t.room_for_all, row_number() OVER (PARTITION BY j.project_id ORDER BY j.n) AS nth
                FROM judged AS j
                JOIN stranger AS t ON t.project_id = j.project_id
                WHERE j.stray AND t.room > 0) AS j
          WHERE nth <= room) AS s
    WHERE nth_of_all <= room_for_all
  ),
  set_aside AS (
    INSERT INTO errtrack.set_aside_events (project_id, event_id, received_at, reason, event)
    SELECT j.project_id, j.event_id, j.received_at, 'unknown_project',
           (SELECT errtrack.event_as_json(r) FROM errtrack.raw_events AS r WHERE r.slot = j.slot AND r.ctid = j.tid)
    FROM strays AS j
    ON CONFLICT (project_id, event_id) DO NOTHING
  ),
  outcome AS (
    INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
    SELECT coalesce(t.counts_to, j.project_id), CASE WHEN j.stray AND NOT j.duplicate THEN 'set_aside' ELSE 'duplicate' END,
           count(*), max(j.received_at)
    FROM judged AS j
    LEFT JOIN stranger AS t ON t.project_id = j.project_id
    WHERE j.n NOT IN (SELECT n FROM counted)
    GROUP BY 1, 2
    ON CONFLICT (project_id, outcome) DO UPDATE SET
      events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at)
  ),
  -- the last event of each release, for issues whose state it may change: they are locked, and no other change of state
  -- is under way
  arrival AS (
    SELECT DISTINCT ON (p.project_id, p.issue_id, p.release)
           (p.project_id, p.issue_id, c.release, p.environment, c.event_id, p.last_received)::errtrack.arrival AS arrival
    FROM issue AS i
    JOIN placed_part AS p ON p.project_id = i.project_id AND p.issue_id = i.issue_id
    JOIN counted AS c ON c.n = p.last_fresh_n
    WHERE i.status IN ('resolved', 'ignored')
    ORDER BY p.project_id, p.issue_id, p.release, p.last_received DESC
  )
  SELECT (SELECT count(*) FROM event) + shed,
         (SELECT array_agg((project_id, issue_id, first_release, first_environment, first_event_id,
                            first_received)::errtrack.arrival)
          FROM tally WHERE count_before IS NULL),
         (SELECT array_agg(arrival) FROM arrival),
         (SELECT array_agg(issue_id) FROM issue WHERE waits),
         (SELECT array_agg(DISTINCT project_id) FROM new_release),
         (SELECT array_agg(DISTINCT version) FROM new_release)
  INTO events, new_issues, arrivals, waiting_ids, new_release_projects, new_releases;

  alerts := 0;
  unsent := 0;
  IF new_releases IS NOT NULL THEN
    PERFORM errtrack.settle_fixes(new_release_projects, new_releases);
  END IF;
  -- those that were passed over when their release became known
  IF waiting_ids IS NOT NULL THEN
    PERFORM errtrack.settle_fixes(ARRAY(SELECT DISTINCT a.project_id FROM unnest(arrivals) AS a), issue_ids => waiting_ids);
  END IF;
  IF new_issues IS NOT NULL THEN
    SELECT a.* INTO alerts, unsent FROM errtrack.raise_alerts('new', new_issues, folded_at) AS a;
  END IF;
  IF arrivals IS NOT NULL THEN
    SELECT * INTO reaction FROM errtrack.react(arrivals, folded_at);
    alerts := alerts + reaction.alerts;
    unsent := unsent + reaction.unsent;
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.fold(tid[], tid[], tid[]) IS
  'Part of consume(): folds the events at these places of the inbox, and returns how many they were, how many alerts they raised, and how many of these could not be sent.';
