-- ---- the fold: a batch of events into issues ------------------------------------------------------------------------

/*
 * Folds the events at these places of the three leaves, in one statement.
 *
 * CTEs have no statistics, so what is looked up in a table is looked up by a
 * scalar subquery, which can only be an index probe; and what joins CTEs must
 * not become a nested loop over them: enable_nestloop is off.  Wide columns stay
 * in the inbox until it is known which events are kept.
 */
CREATE FUNCTION errtrack.fold(tids_0 tid[], tids_1 tid[], tids_2 tid[], OUT events int, OUT alerts int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET work_mem = '64MB' SET jit = off
SET plan_cache_mode = auto AS $$
DECLARE
  sample_first bigint := current_setting('errtrack.sample_first');
  sample_rate double precision := current_setting('errtrack.sample_rate');
  count_duplicates boolean := current_setting('errtrack.count_duplicates');
  -- rings go by the clock and not by what events say: one that comes late is new to the ledger all the same
  folded_at timestamptz := clock_timestamp();
  occurrences_slot smallint := errtrack.ring_slot('occurrences', folded_at);
  seen_slot smallint := errtrack.ring_slot('seen_events', folded_at);
BEGIN
  -- a plan made for its parameters costs more than a small batch; a kept one was made for tables of another size
  PERFORM set_config('plan_cache_mode',
                     CASE WHEN coalesce(cardinality(tids_0), 0) + coalesce(cardinality(tids_1), 0)
                               + coalesce(cardinality(tids_2), 0) < 500
                          THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);

  -- a restore sets sequences last, and events may be folded before that
  IF (SELECT last_value + is_called::int FROM errtrack.issues_issue_id_seq)
     <= (SELECT max(issue_id) FROM errtrack.issues) THEN
    PERFORM setval('errtrack.issues_issue_id_seq', (SELECT max(issue_id) FROM errtrack.issues));
  END IF;
  IF (SELECT last_value + is_called::int FROM errtrack.alerts_alert_id_seq)
     <= (SELECT max(alert_id) FROM errtrack.alerts) THEN
    PERFORM setval('errtrack.alerts_alert_id_seq', (SELECT max(alert_id) FROM errtrack.alerts));
  END IF;

  WITH
  -- each event with what is read in it
  event AS MATERIALIZED (
    SELECT r.slot, r.ctid AS tid, r.project_id, r.event_id, r.received_at,
           least(coalesce(r.occurred_at, r.received_at), r.received_at) AS seen_at,
           r.release, r.environment, r.flags,
           errtrack.digest(r.project_id, r.level, r.platform, r.exception_class, r.message, r.stack_trace,
                           r.exceptions, r.fingerprint, r.logger, r.environment, r.release, r.transaction,
                           r.tags) AS digest
    FROM (SELECT *, ctid FROM errtrack.raw_events_0 WHERE ctid = ANY (tids_0)
          UNION ALL
          SELECT *, ctid FROM errtrack.raw_events_1 WHERE ctid = ANY (tids_1)
          UNION ALL
          SELECT *, ctid FROM errtrack.raw_events_2 WHERE ctid = ANY (tids_2)) AS r
  ),
  -- is its project known, and was it seen before, in the ledger or in this batch?
  judged AS MATERIALIZED (
    SELECT e.*, (e.digest).fingerprints[1] AS fingerprint, (e.digest).fingerprints,
           (SELECT true FROM errtrack.projects AS p WHERE p.project_id = e.project_id) IS NULL AS stray,
           (SELECT true FROM errtrack.seen_events AS s
            WHERE s.project_id = e.project_id AND s.event_id = e.event_id LIMIT 1) IS NOT NULL
             OR row_number() OVER (PARTITION BY e.project_id, e.event_id ORDER BY e.received_at, e.slot, e.tid) > 1
             AS duplicate
    FROM event AS e
  ),
  -- does it count?  What arrives again makes no issue of its own, even if it says something else now
  weighed AS MATERIALIZED (
    SELECT j.*,
           NOT stray
             AND (NOT duplicate
                  OR count_duplicates
                     AND (errtrack.known_issue(j.project_id, j.fingerprints) IS NOT NULL
                          OR (project_id, fingerprint) IN (SELECT project_id, fingerprint FROM judged
                                                           WHERE NOT stray AND NOT duplicate))) AS counts
    FROM judged AS j
  ),
  counted AS MATERIALIZED (
    SELECT * FROM weighed WHERE counts
  ),
  -- the issue that one of its fingerprints is known to belong to: asked once for each list of them
  found AS MATERIALIZED (
    SELECT k.project_id, k.fingerprint, errtrack.known_issue(k.project_id, k.fingerprints) AS known_id,
           k.fingerprints[cardinality(k.fingerprints)] AS last_fingerprint
    FROM (SELECT DISTINCT project_id, fingerprint, fingerprints FROM counted) AS k
  ),
  -- errors that have the last one in common, all frames, are one error
  related AS MATERIALIZED (
    SELECT project_id, fingerprint,
           coalesce(known_id, min(known_id) OVER (PARTITION BY project_id, last_fingerprint)) AS known_id,
           first_value(fingerprint) OVER (PARTITION BY project_id, last_fingerprint ORDER BY fingerprint) AS kin
    FROM found
  ),
  -- once for each fingerprint
  resolved AS MATERIALIZED (
    SELECT project_id, fingerprint, min(known_id) AS known_id, (array_agg(kin ORDER BY kin))[1] AS kin
    FROM related
    GROUP BY project_id, fingerprint
  ),
  -- the id of a new issue is drawn once for all that are one error
  drawn AS MATERIALIZED (
    SELECT project_id, kin, nextval('errtrack.issues_issue_id_seq') AS issue_id
    FROM (SELECT DISTINCT project_id, kin FROM resolved WHERE known_id IS NULL) AS n
  ),
  key AS MATERIALIZED (
    SELECT r.project_id, r.fingerprint, coalesce(r.known_id, d.issue_id) AS issue_id
    FROM resolved AS r
    LEFT JOIN drawn AS d ON d.project_id = r.project_id AND d.kin = r.kin
  ),
  -- each event's place in its issue, and in its release and environment there
  placed AS MATERIALIZED (
    SELECT c.*, k.issue_id, coalesce(c.release, '') AS seen_release,
           coalesce(c.environment, '') AS seen_environment,
           row_number() OVER (PARTITION BY c.project_id, k.issue_id
                              ORDER BY c.received_at, c.event_id) AS nth,
           row_number() OVER (PARTITION BY c.project_id, k.issue_id, c.release
                              ORDER BY c.received_at, c.event_id) AS nth_of_release,
           row_number() OVER (PARTITION BY c.project_id, k.issue_id, c.environment
                              ORDER BY c.received_at, c.event_id) AS nth_of_environment
    FROM counted AS c
    JOIN key AS k ON k.project_id = c.project_id AND k.fingerprint = c.fingerprint
  ),
  -- each issue's part in this batch, beside what was counted before it
  tally AS MATERIALIZED (
    SELECT t.*,
           (SELECT i.occurrence_count FROM errtrack.issues AS i
            WHERE i.project_id = t.project_id AND i.issue_id = t.issue_id) AS count_before,
           (SELECT i.regression_count FROM errtrack.issues AS i
            WHERE i.project_id = t.project_id AND i.issue_id = t.issue_id) AS regressions_before
    FROM (
      SELECT project_id, issue_id, count(*) AS n, min(seen_at) AS first_seen, max(seen_at) AS last_seen,
             -- what arrives again is no sign that the error came back
             coalesce(max(received_at) FILTER (WHERE NOT duplicate), '-infinity') AS last_received,
             (array_agg(digest) FILTER (WHERE nth = 1))[1] AS first_digest,
             (array_agg(release ORDER BY nth) FILTER (WHERE release IS NOT NULL))[1] AS first_release,
             (array_agg(event_id) FILTER (WHERE nth = 1))[1] AS first_event_id,
             (array_agg(environment) FILTER (WHERE nth = 1))[1] AS first_environment,
             (array_agg(event_id ORDER BY nth DESC) FILTER (WHERE NOT duplicate))[1] AS last_event_id,
             (array_agg(environment ORDER BY nth DESC) FILTER (WHERE NOT duplicate))[1] AS last_environment,
             (array_agg(release ORDER BY nth DESC) FILTER (WHERE NOT duplicate))[1] AS last_release
      FROM placed
      GROUP BY project_id, issue_id
    ) AS t
  ),
  issue AS (
    INSERT INTO errtrack.issues AS i
      (project_id, issue_id, title, culprit, exception_class, level, platform, first_seen, last_seen,
       occurrence_count, release_introduced, regressed_at)
    SELECT project_id, issue_id, (first_digest).title, (first_digest).culprit, (first_digest).exception_class,
           (first_digest).level, (first_digest).platform, first_seen, last_seen, n, first_release,
           -- carries the time to the clause below; a new issue has none
           CASE WHEN count_before IS NOT NULL THEN last_received END
    FROM tally
    ORDER BY project_id, issue_id
    ON CONFLICT (project_id, issue_id) DO UPDATE SET
      occurrence_count = i.occurrence_count + excluded.occurrence_count,
      first_seen = least(i.first_seen, excluded.first_seen),
      last_seen = greatest(i.last_seen, excluded.last_seen),
      release_introduced = coalesce(i.release_introduced, excluded.release_introduced),
      status = CASE WHEN i.status = 'resolved' AND excluded.regressed_at > i.resolved_at
                    THEN 'regressed' ELSE i.status END,
      regressed_at = CASE WHEN i.status = 'resolved' AND excluded.regressed_at > i.resolved_at
                          THEN excluded.regressed_at ELSE i.regressed_at END,
      regression_count = i.regression_count
                         + (i.status = 'resolved' AND excluded.regressed_at > i.resolved_at)::int
    RETURNING project_id, issue_id, title, culprit, level, occurrence_count, regression_count
  ),
  ledger AS (
    INSERT INTO errtrack.seen_events (project_id, slot, event_id, received_at)
    SELECT project_id, seen_slot, event_id, received_at FROM judged WHERE NOT stray AND NOT duplicate
  ),
  bucketed AS (
    INSERT INTO errtrack.issue_counts AS b (project_id, minutes, issue_id, bucket, events)
    SELECT project_id, minutes, issue_id, errtrack.bucket_start(seen_at, minutes) AS bucket, count(*)
    FROM (SELECT project_id, issue_id, seen_at, errtrack.bucket_minutes(seen_at, folded_at) AS minutes
          FROM placed) AS p
    GROUP BY project_id, minutes, issue_id, bucket
    ON CONFLICT (project_id, issue_id, bucket, minutes) DO UPDATE SET events = b.events + excluded.events
  ),
  -- of each release and each environment the first is kept
  marked AS MATERIALIZED (
    SELECT p.*,
           p.nth_of_release = 1
             AND (SELECT true FROM errtrack.issue_releases AS r
                  WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id
                    AND r.release = p.seen_release LIMIT 1) IS NULL
           OR p.nth_of_environment = 1
             AND (SELECT true FROM errtrack.issue_releases AS r
                  WHERE r.project_id = p.project_id AND r.issue_id = p.issue_id
                    AND r.environment = p.seen_environment LIMIT 1) IS NULL AS is_first
    FROM placed AS p
  ),
  released AS (
    INSERT INTO errtrack.issue_releases AS r
      (project_id, issue_id, release, environment, first_seen, last_seen, events)
    SELECT project_id, issue_id, seen_release, seen_environment, min(seen_at), max(seen_at), count(*)
    FROM placed
    GROUP BY project_id, issue_id, seen_release, seen_environment
    ON CONFLICT (project_id, issue_id, release, environment) DO UPDATE SET
      first_seen = least(r.first_seen, excluded.first_seen),
      last_seen = greatest(r.last_seen, excluded.last_seen),
      events = r.events + excluded.events
  ),
  kept AS MATERIALIZED (
    SELECT m.*
    FROM marked AS m
    JOIN tally AS t ON t.project_id = m.project_id AND t.issue_id = m.issue_id
    WHERE NOT m.duplicate
      AND (m.is_first OR coalesce(t.count_before, 0) + m.nth <= sample_first
           OR errtrack.in_sample(m.event_id, sample_rate))
  ),
  -- the first fingerprint finds the issue again, and so do the others of events that are kept: they have no
  -- end, as calls can take many ways
  attached AS (
    INSERT INTO errtrack.fingerprints (project_id, fingerprint, issue_id)
    SELECT project_id, fingerprint, issue_id FROM key
    UNION ALL
    SELECT k.project_id, f.fingerprint, min(k.issue_id)
    FROM kept AS k, unnest(k.fingerprints[2:]) AS f (fingerprint)
    GROUP BY 1, 2
    ON CONFLICT (project_id, fingerprint) DO NOTHING
  ),
  sampled AS (
    INSERT INTO errtrack.occurrences
      (project_id, slot, issue_id, event_id, received_at, occurred_at, level, platform, exception_class, message,
       stack_trace, exceptions, environment, release, dist, server_name, transaction, logger, user_id,
       session_id, request, tags, contexts, extra, trace_id, span_id, debug_ids, flags, fingerprint, own_fingerprint)
    SELECT k.project_id, occurrences_slot, k.issue_id, k.event_id, k.received_at, k.seen_at, (k.digest).level,
           (k.digest).platform, (k.digest).exception_class, coalesce((k.digest).message, r.message),
           r.stack_trace, r.exceptions, r.environment, r.release, r.dist, r.server_name, r.transaction,
           r.logger, r.user_id, r.session_id, r.request, r.tags, r.contexts, r.extra, r.trace_id,
           r.span_id, r.debug_ids, coalesce(k.flags, '{}') || (k.digest).flags, k.fingerprint, r.fingerprint
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
    ON CONFLICT (project_id, event_id, slot) DO NOTHING
  ),
  set_aside AS (
    INSERT INTO errtrack.set_aside_events (project_id, event_id, received_at, reason, event)
    SELECT j.project_id, j.event_id, j.received_at, 'unknown_project',
           (SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r) - 'slot' - 'txid')
                    WHERE value <> 'null')
            FROM errtrack.raw_events AS r
            WHERE r.slot = j.slot AND r.ctid = j.tid)
    FROM judged AS j
    WHERE j.stray
    ON CONFLICT (project_id, event_id) DO NOTHING
  ),
  outcome AS (
    INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
    SELECT project_id, CASE WHEN stray AND NOT duplicate THEN 'set_aside' ELSE 'duplicate' END AS outcome,
           count(*), max(received_at)
    FROM weighed
    WHERE NOT counts
    GROUP BY 1, 2
    ON CONFLICT (project_id, outcome) DO UPDATE SET
      events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at)
  ),
  -- who is new, who came back
  alert AS (
    INSERT INTO errtrack.alerts (project_id, kind, issue_id, event_id, environment, release,
                                 occurrence_count, created_at)
    SELECT i.project_id,
           CASE WHEN t.count_before IS NULL THEN 'new' ELSE 'regression' END::errtrack.alert_kind, i.issue_id,
           CASE WHEN t.count_before IS NULL THEN t.first_event_id ELSE t.last_event_id END,
           CASE WHEN t.count_before IS NULL THEN t.first_environment ELSE t.last_environment END,
           CASE WHEN t.count_before IS NULL THEN t.first_release ELSE t.last_release END,
           i.occurrence_count, clock_timestamp()
    FROM issue AS i
    JOIN tally AS t ON t.project_id = i.project_id AND t.issue_id = i.issue_id
    WHERE t.count_before IS NULL OR i.regression_count > t.regressions_before
    ORDER BY i.issue_id
    RETURNING *
  ),
  told AS MATERIALIZED (
    SELECT errtrack.notify_alert(a.alert_id, a.kind, a.project_id,
             (SELECT p.name FROM errtrack.projects AS p WHERE p.project_id = a.project_id), a.issue_id, i.title,
             i.culprit, i.level, a.environment, a.release, a.occurrence_count, a.created_at)
    FROM alert AS a
    JOIN issue AS i ON i.project_id = a.project_id AND i.issue_id = a.issue_id
  )
  SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM told) INTO events, alerts;
END $$;
COMMENT ON FUNCTION errtrack.fold(tid[], tid[], tid[]) IS
  'Part of consume(): folds the events at these places of the inbox, and returns how many they were and how many alerts they raised.';
