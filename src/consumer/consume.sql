-- ---- consume: a batch, a transaction --------------------------------------------------------------------------------

CREATE FUNCTION errtrack.begin_consume() RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_begin_consume';
COMMENT ON FUNCTION errtrack.begin_consume() IS
  'Part of consume(): waits until no other transaction consumes, and keeps this one from being prepared.';

/*
 * For what moves or deletes what a batch looks up before it changes it.  A batch
 * is kept out until the transaction is over, and so is one that comes later in a
 * transaction that sees only the past: that one fails, since the row is another
 * one now.
 */
CREATE FUNCTION errtrack.keep_consumers_out() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM errtrack.begin_consume();
  UPDATE errtrack.inbox_progress SET prev = prev;
END $$;
COMMENT ON FUNCTION errtrack.keep_consumers_out() IS
  'Part of regroup(), delete_issue(), delete_project() and forget_user(): waits until nobody consumes, and lets nobody until the end of the transaction.';

CREATE FUNCTION errtrack.wake_worker() RETURNS boolean
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_wake_worker';
COMMENT ON FUNCTION errtrack.wake_worker() IS
  'Wakes this database''s background worker; false where none runs, or it would have to wait for this transaction, which has consumed.';

CREATE FUNCTION errtrack.read_piece(leaf smallint, "position" tid, prev pg_snapshot, cur pg_snapshot, max_events int)
RETURNS tid[]
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'errtrack_read_piece';
COMMENT ON FUNCTION errtrack.read_piece(smallint, tid, pg_snapshot, pg_snapshot, int) IS
  'Part of consume(): the first events of a leaf, behind a position in it, that are visible in cur and not in prev; fewer than max_events: there are no more.';

/*
 * Folds one batch.  A window is what became visible between two snapshots; one
 * that is too large passes in pieces, each from one leaf.
 */
CREATE FUNCTION errtrack.consume_batch(max_events int, OUT events int, OUT alerts int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
  until pg_snapshot;
  until_at timestamptz;
  tids_0 tid[];
  tids_1 tid[];
  tids_2 tid[];
  piece tid[];
  bytes bigint[];
  blocks bigint;
  file oid;
  n int := 0;
  folded record;
  unsent int := 0;
  has_moved boolean := false;
BEGIN
  events := 0;
  alerts := 0;
  PERFORM errtrack.begin_consume();
  IF errtrack.has_restored_events() THEN
    PERFORM errtrack.adopt_restored_events();
  END IF;
  PERFORM errtrack.count_shed_events();
  SELECT * INTO STRICT p FROM errtrack.inbox_progress;

  LOOP
    IF p.cur IS NULL THEN
      -- the next window; what the leaves hold now is visible in it, or of transactions that are not over
      bytes := errtrack.inbox_bytes();
      until_at := errtrack.clock();
      until := errtrack.inbox_snapshot();
      SELECT count(*), array_agg(ctid) FILTER (WHERE slot = 0), array_agg(ctid) FILTER (WHERE slot = 1),
             array_agg(ctid) FILTER (WHERE slot = 2)
      INTO n, tids_0, tids_1, tids_2
      FROM (-- was in progress then, and is done now
            SELECT slot, ctid FROM errtrack.raw_events
            WHERE txid = ANY (errtrack.ended_between(p.prev, until))
            UNION ALL
            -- began since
            SELECT slot, ctid FROM errtrack.raw_events
            WHERE txid >= pg_snapshot_xmax(p.prev) AND txid < pg_snapshot_xmax(until)
              AND pg_visible_in_snapshot(txid, until)
            LIMIT max_events::bigint + 1) AS fresh;
      IF n <= max_events THEN
        IF n > 0 THEN
          p.prev := until;
          p.prev_at := until_at;
        END IF;
        EXIT;
      END IF;
      p.cur := until;
      p.cur_at := until_at;
      p.leaf := 0;
      p."position" := '(0,0)';
      p.cur_bytes := bytes;
    END IF;

    -- a window that passes in pieces: the next piece that holds an event
    has_moved := true;
    piece := errtrack.read_piece(p.leaf, p."position", p.prev, p.cur, max_events);
    -- That has locked the leaf.  VACUUM FULL gives rows other places: then all of it is read again, and what has been
    -- consumed is known by its event_id.
    file := pg_relation_filenode(format('errtrack.raw_events_%s', p.leaf)::regclass);
    IF p.file <> file THEN
      piece := errtrack.read_piece(p.leaf, '(0,0)', p.prev, p.cur, max_events);
    END IF;
    p.file := file;
    n := cardinality(piece);
    tids_0 := CASE WHEN p.leaf = 0 THEN piece END;
    tids_1 := CASE WHEN p.leaf = 1 THEN piece END;
    tids_2 := CASE WHEN p.leaf = 2 THEN piece END;
    IF n = max_events THEN
      p."position" := piece[n];
      blocks := pg_relation_size(format('errtrack.raw_events_%s', p.leaf)::regclass)
                / current_setting('block_size')::int;
      bytes := ARRAY[CASE WHEN p.leaf > 0 THEN p.cur_bytes[1] ELSE 0 END,
                     CASE WHEN p.leaf > 1 THEN p.cur_bytes[2] ELSE 0 END, 0];
      bytes[p.leaf + 1] := p.cur_bytes[p.leaf + 1] * (p."position"::text::point)[0] / blocks;
    ELSIF p.leaf < 2 THEN
      p.leaf := p.leaf + 1;
      p."position" := '(0,0)';
      p.file := NULL;
      bytes := ARRAY[p.cur_bytes[1], CASE WHEN p.leaf > 1 THEN p.cur_bytes[2] ELSE 0 END, 0];
    ELSE
      bytes := p.cur_bytes;
      p.prev := p.cur;
      p.prev_at := p.cur_at;
      p.cur := NULL;
      p.cur_at := NULL;
      p.leaf := NULL;
      p."position" := NULL;
      p.file := NULL;
      p.cur_bytes := NULL;
    END IF;
    EXIT WHEN n > 0;
  END LOOP;

  IF n > 0 THEN
    SELECT * INTO folded FROM errtrack.fold_safely(tids_0, tids_1, tids_2);
    events := folded.events;
    alerts := folded.alerts;
    unsent := folded.unsent;
  END IF;
  -- last: it locks issues, and who holds these must not wait for others, as the fold does
  SELECT * INTO folded FROM errtrack.end_timed_ignoring();
  alerts := alerts + folded.alerts;
  unsent := unsent + folded.unsent;
  IF unsent > 0 THEN
    RAISE WARNING 'alerts are not sent, since the notification queue is nearly full'
      USING ERRCODE = 'program_limit_exceeded',
            DETAIL = format('Of this batch %s stand in errtrack.alerts only. pg_notification_queue_usage() is %s.',
                            unsent, round(pg_notification_queue_usage()::numeric, 2)),
            HINT = 'A session that listens stays in a transaction. Find it in pg_stat_activity, and end it by pg_terminate_backend().';
  END IF;
  IF n > 0 OR has_moved THEN
    UPDATE errtrack.inbox_progress
    SET prev = p.prev, prev_at = p.prev_at, cur = p.cur, cur_at = p.cur_at, leaf = p.leaf,
        "position" = p."position", file = p.file, cur_bytes = p.cur_bytes;
  END IF;
  PERFORM errtrack.note_consumed(bytes);
END $$;
COMMENT ON FUNCTION errtrack.consume_batch(int) IS
  'Part of consume(): folds the next batch, and returns how many events it held and how many alerts it raised.';

-- Folds a batch by hand.
CREATE FUNCTION errtrack.consume(max_events int DEFAULT 5000) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  events int;
BEGIN
  IF max_events IS NULL OR max_events < 1 THEN
    RAISE EXCEPTION 'consume() needs a positive number of events'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Call errtrack.consume() to take up to 5000.';
  END IF;
  events := (SELECT b.events FROM errtrack.consume_batch(max_events) AS b);
  IF events < max_events AND current_setting('transaction_isolation') = 'read committed' THEN
    PERFORM errtrack.rotate_inbox();
  END IF;
  RETURN events;
END $$;
COMMENT ON FUNCTION errtrack.consume(int) IS
  'Folds up to so many of the committed events, and returns how many it took; 0: there are none. Where a background worker can run this is not needed. The calling transaction must not be prepared.';

-- Waits until all that is committed by now has been folded.
CREATE FUNCTION errtrack.flush(timeout interval DEFAULT '10 s') RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target pg_snapshot := errtrack.inbox_snapshot();
  deadline timestamptz := clock_timestamp() + timeout;
  pause double precision := 0.001;
BEGIN
  IF timeout IS NULL THEN
    RAISE EXCEPTION 'flush() needs a timeout'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Call errtrack.flush() to wait up to 10 s.';
  END IF;
  PERFORM errtrack.need_read_committed('flush', 'wait');
  WHILE errtrack.has_unconsumed(target) LOOP
    IF clock_timestamp() >= deadline THEN
      RETURN false;
    END IF;
    IF errtrack.wake_worker() THEN
      PERFORM pg_sleep(pause);
      pause := least(pause * 2, 0.05);
    ELSE
      PERFORM errtrack.consume_batch(5000);
    END IF;
  END LOOP;
  RETURN true;
END $$;
COMMENT ON FUNCTION errtrack.flush(interval) IS
  'Returns true once all events that were committed before the call are in their issues; false where that takes longer than timeout. Consumes itself where no worker runs. The caller''s own uncommitted events are not waited for. A timeout of null is refused.';
