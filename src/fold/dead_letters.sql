-- ---- dead letters: events that cannot be folded ---------------------------------------------------------------------

CREATE TABLE errtrack.dead_letters (
  project_id int NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  failed_at timestamptz NOT NULL,
  sqlstate text NOT NULL,
  error text NOT NULL,
  event jsonb NOT NULL,
  attempts int NOT NULL,
  PRIMARY KEY (project_id, event_id)
);
COMMENT ON TABLE errtrack.dead_letters IS
  'Events whose folding raised an error, which is then a defect of errtrack or of a trigger on its tables. Once that is mended, errtrack.retry_dead_letters() puts them back.';
COMMENT ON COLUMN errtrack.dead_letters.project_id IS 'The project that the event named.';
COMMENT ON COLUMN errtrack.dead_letters.event_id IS 'The event.';
COMMENT ON COLUMN errtrack.dead_letters.received_at IS 'When it arrived.';
COMMENT ON COLUMN errtrack.dead_letters.failed_at IS 'When it was set aside here.';
COMMENT ON COLUMN errtrack.dead_letters.sqlstate IS 'The code of the error.';
COMMENT ON COLUMN errtrack.dead_letters.error IS 'The error: its message, detail and hint, and where it was raised.';
COMMENT ON COLUMN errtrack.dead_letters.event IS 'The whole event, as capture() takes it.';
COMMENT ON COLUMN errtrack.dead_letters.attempts IS 'How often it was tried: 1 and its retries, each of which leaves a flag "retried" in the event.';
SELECT pg_extension_config_dump('errtrack.dead_letters', '');

-- An error of the server's state says nothing about the event: resources, an operator's intervention, the system, a lost
-- race, an object in use, damaged files.
CREATE FUNCTION errtrack.is_events_fault(sqlstate text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT left($1, 2) NOT IN ('53', '57', '58', '40', '55') AND $1 NOT IN ('XX001', 'XX002')
$$;
COMMENT ON FUNCTION errtrack.is_events_fault(text) IS
  'Part of fold_safely(): whether an error with this code may come from an event, and not from the state of the server.';

-- Folds an event that has nothing special, and takes that back: where this fails as well, it is not for the event that
-- failed before it, and setting events aside would empty the inbox into dead_letters.  It must be folded indeed, whatever
-- quotas say; and a txid that is not its own keeps it from being dropped where the inbox is full.
CREATE FUNCTION errtrack.can_fold() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of_project int := coalesce((SELECT project_id FROM errtrack.projects
                              ORDER BY events_per_minute IS NOT NULL, project_id LIMIT 1), 1);
  leaf smallint;
  tid tid;
BEGIN
  BEGIN
    UPDATE errtrack.projects SET events_per_minute = NULL
    WHERE project_id = of_project AND events_per_minute IS NOT NULL;
    INSERT INTO errtrack.raw_events AS r (txid, project_id, exception_class, message)
    VALUES ('0', of_project, 'errtrack', 'Is an event of any kind folded?')
    RETURNING r.slot, r.ctid INTO STRICT leaf, tid;
    PERFORM errtrack.fold(CASE leaf WHEN 0 THEN ARRAY[tid] END, CASE leaf WHEN 1 THEN ARRAY[tid] END,
                          CASE leaf WHEN 2 THEN ARRAY[tid] END);
    RAISE SQLSTATE 'ETUND';
  EXCEPTION
    WHEN SQLSTATE 'ETUND' THEN RETURN true;
    WHEN OTHERS THEN RETURN false;
  END;
END $$;
COMMENT ON FUNCTION errtrack.can_fold() IS
  'Part of fold_safely(): whether a plain event can be folded, which is then undone.';

-- Sets events aside; one that stands there already has arrived twice.
CREATE FUNCTION errtrack.set_aside_dead_letters(leaves int[], places tid[], sqlstates text[], errors text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  letter record;
BEGIN
  WITH letter AS (
    SELECT r.project_id, r.event_id, r.received_at, f.sqlstate, f.error, r.flags, f.n, r.event
    FROM unnest(leaves, places, sqlstates, errors) WITH ORDINALITY AS f (leaf, place, sqlstate, error, n),
         LATERAL (SELECT e.*, errtrack.event_as_json(e) AS event
                  FROM errtrack.raw_events AS e
                  WHERE e.slot = f.leaf AND e.ctid = f.place) AS r
  ),
  set_aside AS (
    INSERT INTO errtrack.dead_letters
      (project_id, event_id, received_at, failed_at, sqlstate, error, event, attempts)
    SELECT project_id, event_id, received_at, errtrack.clock(), sqlstate, error, event,
           1 + coalesce(cardinality(array_positions(flags, 'retried')), 0)
    FROM letter
    ORDER BY n
    ON CONFLICT (project_id, event_id) DO NOTHING
    RETURNING project_id
  )
  INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
  SELECT t.project_id, k.outcome, k.events, t.last_at
  FROM (SELECT l.project_id, count(*) AS arrived, max(l.received_at) AS last_at,
               (SELECT count(*) FROM set_aside AS s WHERE s.project_id = l.project_id) AS kept
        FROM letter AS l
        GROUP BY l.project_id) AS t,
       LATERAL (VALUES ('dead_letter', kept), ('duplicate', arrived - kept)) AS k (outcome, events)
  WHERE k.events > 0
  ON CONFLICT (project_id, outcome) DO UPDATE SET
    events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at);

  FOR letter IN
    SELECT r.project_id, r.event_id, f.sqlstate, f.error
    FROM unnest(leaves, places, sqlstates, errors) AS f (leaf, place, sqlstate, error),
         LATERAL (SELECT * FROM errtrack.raw_events WHERE slot = f.leaf AND ctid = f.place) AS r
  LOOP
    RAISE WARNING 'event % of project % cannot be folded', letter.event_id, letter.project_id
      USING ERRCODE = letter.sqlstate, DETAIL = letter.error,
            HINT = 'It stands in errtrack.dead_letters. Mend what the error tells of, then call errtrack.retry_dead_letters().';
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.set_aside_dead_letters(int[], tid[], text[], text[]) IS
  'Part of fold_safely(): puts the events at these places of the inbox into dead_letters, counts them, and logs their errors.';

-- Which events are of the same error, as far as they can be read: an event whose reading fails hides the others' kinds.
CREATE FUNCTION errtrack.kinds_of_events(tids_0 tid[], tids_1 tid[], tids_2 tid[])
RETURNS TABLE (leaf int, tid tid, kind int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT b.slot::int, b.tid, b.key_no FROM errtrack.read_batch(tids_0, tids_1, tids_2) AS b;
EXCEPTION WHEN OTHERS THEN
  IF NOT errtrack.is_events_fault(SQLSTATE) THEN
    RAISE;
  END IF;
  RETURN QUERY
    SELECT 0, t, 0 FROM unnest(tids_0) AS t
    UNION ALL
    SELECT 1, t, 0 FROM unnest(tids_1) AS t
    UNION ALL
    SELECT 2, t, 0 FROM unnest(tids_2) AS t;
END $$;
COMMENT ON FUNCTION errtrack.kinds_of_events(tid[], tid[], tid[]) IS
  'Part of fold_safely(): the events at these places of the inbox, those of the same error with the same kind.';

/*
 * Folds the events at these places of the three leaves, those that fail apart
 * from the others.  Where none does it costs one subtransaction.  What raises an
 * error is taken back, and tried in parts: half of what is known to hold an event
 * that fails, until that stands alone; then as many at once as were good since
 * the last one, and twice as many each time that they are.  Events of the same
 * error stand together, as one that fails is seldom alone of its kind.
 */
CREATE FUNCTION errtrack.fold_safely(tids_0 tid[], tids_1 tid[], tids_2 tid[],
                                     OUT events int, OUT alerts int, OUT unsent int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  leaves int[];
  places tid[];
  low int := 1;   -- the first event that has not been dealt with
  high int;       -- the last of the part that is tried
  size int;       -- how many are tried next
  bad int := 0;   -- the last of those among which one fails
  good int := 0;  -- how many were folded since the last one that failed
  folded record;
  failed boolean;
  failed_leaves int[] := '{}';
  failed_places tid[] := '{}';
  sqlstates text[] := '{}';
  errors text[] := '{}';
  failed_state text;
  error text;
  detail text;
  hint text;
  context text;
BEGIN
  events := coalesce(cardinality(tids_0), 0) + coalesce(cardinality(tids_1), 0) + coalesce(cardinality(tids_2), 0);
  BEGIN
    SELECT f.alerts, f.unsent INTO alerts, unsent FROM errtrack.fold(tids_0, tids_1, tids_2) AS f;
    RETURN;
  EXCEPTION WHEN OTHERS THEN
    IF NOT errtrack.is_events_fault(SQLSTATE) OR NOT errtrack.can_fold() THEN
      RAISE;
    END IF;
  END;

  SELECT array_agg(p.leaf ORDER BY p.kind, p.leaf, p.tid), array_agg(p.tid ORDER BY p.kind, p.leaf, p.tid)
  INTO leaves, places
  FROM errtrack.kinds_of_events(tids_0, tids_1, tids_2) AS p;
  alerts := 0;
  unsent := 0;
  size := events / 2;
  WHILE low <= events LOOP
    size := greatest(size, 1);
    high := least(low + size - 1, events);
    BEGIN
      SELECT f.alerts, f.unsent INTO folded
      FROM (SELECT array_agg(p.tid ORDER BY p.n) FILTER (WHERE p.leaf = 0) AS of_0,
                   array_agg(p.tid ORDER BY p.n) FILTER (WHERE p.leaf = 1) AS of_1,
                   array_agg(p.tid ORDER BY p.n) FILTER (WHERE p.leaf = 2) AS of_2
            FROM unnest(leaves[low : high], places[low : high]) WITH ORDINALITY AS p (leaf, tid, n)) AS part,
           errtrack.fold(part.of_0, part.of_1, part.of_2) AS f;
      failed := false;
    EXCEPTION WHEN OTHERS THEN
      IF NOT errtrack.is_events_fault(SQLSTATE) THEN
        RAISE;
      END IF;
      failed := true;
      GET STACKED DIAGNOSTICS error = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                              context = PG_EXCEPTION_CONTEXT;
      failed_state := SQLSTATE;
    END;
    IF NOT failed THEN
      alerts := alerts + folded.alerts;
      unsent := unsent + folded.unsent;
      good := good + high - low + 1;
      -- then it is one of the rest, which need not be tried whole
      size := CASE WHEN high < bad THEN (bad - high) / 2 ELSE size * 2 END;
      low := high + 1;
    ELSIF low < high THEN
      bad := high;
      size := (high - low + 1) / 2;
    ELSE
      failed_leaves := failed_leaves || leaves[low];
      failed_places := failed_places || places[low];
      sqlstates := sqlstates || failed_state;
      -- of the context what lies within the fold: its statement would follow, whole
      errors := errors || concat_ws(E'\n', error, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''),
                                    'CONTEXT: ' || nullif(regexp_replace(context, E'\n?SQL statement ".*', ''), ''));
      size := good;
      good := 0;
      bad := 0;
      low := low + 1;
    END IF;
  END LOOP;
  IF failed_leaves <> '{}' THEN
    PERFORM errtrack.set_aside_dead_letters(failed_leaves, failed_places, sqlstates, errors);
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.fold_safely(tid[], tid[], tid[]) IS
  'Part of consume(): as fold(), but events that cannot be folded are set aside in dead_letters. An error that is not an event''s is raised.';

-- Puts events back into the inbox, whole and with their event_id: the ledger does not know them, since their folding was
-- taken back.
CREATE FUNCTION errtrack.retry_dead_letters(project_id int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  taken int;
  inserted int;
BEGIN
  -- the fold counts the same rows, in an order of its own
  PERFORM errtrack.begin_consume();
  WITH letter AS (
    DELETE FROM errtrack.dead_letters
    WHERE project_id = coalesce(retry_dead_letters.project_id, project_id)
    RETURNING *
  ),
  uncounted AS (
    UPDATE errtrack.event_outcomes AS o
    SET events = o.events - t.n
    FROM (SELECT project_id, count(*) AS n FROM letter GROUP BY project_id) AS t
    WHERE o.project_id = t.project_id AND o.outcome = 'dead_letter'
  ),
  back AS (
    INSERT INTO errtrack.raw_events
      (project_id, event_id, received_at, occurred_at, level, platform, exception_class, message, stack_trace,
       exceptions, environment, release, dist, server_name, transaction, logger, user_id, session_id,
       request, tags, contexts, extra, trace_id, span_id, fingerprint, debug_ids, flags)
    SELECT e.project_id, e.event_id, e.received_at, e.occurred_at, e.level, e.platform, e.exception_class, e.message,
           e.stack_trace, e.exceptions, e.environment, e.release, e.dist, e.server_name, e.transaction, e.logger,
           e.user_id, e.session_id, e.request, e.tags, e.contexts, e.extra, e.trace_id, e.span_id, e.fingerprint,
           e.debug_ids, e.flags || ARRAY['retried']
    FROM letter AS l, LATERAL jsonb_populate_record(NULL::errtrack.raw_events, l.event) AS e
    ORDER BY e.received_at
    RETURNING event_id
  )
  SELECT (SELECT count(*) FROM letter), (SELECT count(*) FROM back) INTO taken, inserted;
  IF inserted < taken THEN
    RAISE EXCEPTION 'the inbox does not take % of the % dead letters', taken - inserted, taken
      USING ERRCODE = 'configuration_limit_exceeded',
            DETAIL = 'It holds as much as errtrack.inbox_limit allows.',
            HINT = 'Try again when the events that wait have been folded.';
  END IF;
  RETURN taken;
END $$;
COMMENT ON FUNCTION errtrack.retry_dead_letters(int) IS
  'Puts the events of dead_letters (of one project, or all) back into the inbox, and returns how many. Those that fail again come back with one attempt more.';
