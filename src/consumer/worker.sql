-- ---- the worker: where it is found, how it is, stopping and starting it -------------------------------------------------

-- src/consumer/wake.c reads the first columns by their numbers.  A dump does not hold this table; a copy of the database
-- by CREATE DATABASE ... TEMPLATE does: there its row says nothing.
CREATE TABLE errtrack.worker (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  handle bigint,
  database oid NOT NULL,
  stopped_at timestamptz,
  pid int,
  started_at timestamptz,
  drained_at timestamptz,
  last_error text,
  last_error_sqlstate text,
  last_error_at timestamptz
);
COMMENT ON TABLE errtrack.worker IS
  'One row, written by the background worker and by worker_stop(): where a commit finds the worker, which may be gone since, and what outlives it. See the view workers.';
COMMENT ON COLUMN errtrack.worker.only_row IS 'There is one row.';
COMMENT ON COLUMN errtrack.worker.handle IS 'Its segment of shared memory.';
COMMENT ON COLUMN errtrack.worker.database IS 'The database (pg_database.oid) that this was written in. In a copy of it, it says nothing.';
COMMENT ON COLUMN errtrack.worker.stopped_at IS 'When worker_stop() was called; null after worker_start().';
COMMENT ON COLUMN errtrack.worker.pid IS 'Its process.';
COMMENT ON COLUMN errtrack.worker.started_at IS 'When it started.';
COMMENT ON COLUMN errtrack.worker.drained_at IS 'When it left: all that was committed by then had been consumed.';
COMMENT ON COLUMN errtrack.worker.last_error IS 'The message of its last error.';
COMMENT ON COLUMN errtrack.worker.last_error_sqlstate IS 'The code of that error.';
COMMENT ON COLUMN errtrack.worker.last_error_at IS 'When that was.';

CREATE FUNCTION errtrack.worker_status(
  OUT state text, OUT pid int, OUT started_at timestamptz, OUT drained_at timestamptz, OUT last_batch_at timestamptz,
  OUT last_batch_events int, OUT last_batch_ms double precision, OUT events bigint, OUT batches bigint,
  OUT events_per_second double precision, OUT last_error_at timestamptz, OUT last_error_sqlstate text,
  OUT last_error text)
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_worker_status';
COMMENT ON FUNCTION errtrack.worker_status() IS
  'Part of the view workers: what this database''s worker tells of itself, in shared memory; nulls where none runs.';

CREATE FUNCTION errtrack.end_worker() RETURNS boolean
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_end_worker';
COMMENT ON FUNCTION errtrack.end_worker() IS
  'Part of worker_stop(): ends the worker, and keeps others from running until the end of the transaction; whether one was there.';

CREATE FUNCTION errtrack.begin_worker() RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_begin_worker';
COMMENT ON FUNCTION errtrack.begin_worker() IS
  'Part of worker_start(): has this transaction start a worker at commit, or one that waits after an error try again.';

CREATE FUNCTION errtrack.own_database() RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT oid FROM pg_database WHERE datname = current_database()
$$;
COMMENT ON FUNCTION errtrack.own_database() IS 'The oid of this database, which no copy of it has.';

-- Stops the worker.
CREATE FUNCTION errtrack.worker_stop() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was_there boolean := errtrack.end_worker();
BEGIN
  INSERT INTO errtrack.worker AS w (database, stopped_at) VALUES (errtrack.own_database(), errtrack.clock())
  ON CONFLICT (only_row) DO UPDATE SET
    stopped_at = excluded.stopped_at,
    database = excluded.database,
    -- what it says of the database that this one is a copy of goes
    (handle, pid, started_at, drained_at, last_error, last_error_sqlstate, last_error_at) =
      (SELECT w.handle, w.pid, w.started_at, w.drained_at, w.last_error, w.last_error_sqlstate, w.last_error_at
       WHERE w.database = excluded.database);
  RETURN was_there;
END $$;
COMMENT ON FUNCTION errtrack.worker_stop() IS
  'Ends this database''s background worker, waits until it has gone, and keeps others from being started until worker_start(). Events stay in the inbox, and consume() still folds them. Returns whether a worker was there. A batch that does not end within a second is taken back.';

-- Starts the worker.
CREATE FUNCTION errtrack.worker_start() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE errtrack.worker SET stopped_at = NULL WHERE stopped_at IS NOT NULL;
  PERFORM errtrack.begin_worker();
END $$;
COMMENT ON FUNCTION errtrack.worker_start() IS
  'Takes worker_stop() back, and starts a background worker when the transaction commits. One that waits after an error tries again at once.';

-- How many events wait: the rest of a window that passes in pieces, and what was committed after it.
CREATE FUNCTION errtrack.backlog(most int) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
  until pg_snapshot := errtrack.inbox_snapshot();
  taken pg_snapshot;
BEGIN
  SELECT * INTO p FROM errtrack.inbox_progress;
  taken := coalesce(p.cur, p.prev);
  RETURN (
    SELECT count(*)
    FROM (SELECT FROM errtrack.raw_events
          WHERE slot = p.leaf AND ctid > p."position"
            AND pg_visible_in_snapshot(txid, p.cur) AND NOT pg_visible_in_snapshot(txid, p.prev)
          UNION ALL
          SELECT FROM errtrack.raw_events
          WHERE slot > p.leaf
            AND (txid = ANY (errtrack.ended_between(p.prev, p.cur))
                 OR txid >= pg_snapshot_xmax(p.prev) AND txid < pg_snapshot_xmax(p.cur))
            AND pg_visible_in_snapshot(txid, p.cur)
          UNION ALL
          SELECT FROM errtrack.raw_events
          WHERE (txid = ANY (errtrack.ended_between(taken, until))
                 OR txid >= pg_snapshot_xmax(taken) AND txid < pg_snapshot_xmax(until))
            AND pg_visible_in_snapshot(txid, until)
          LIMIT most) AS e);
END $$;
COMMENT ON FUNCTION errtrack.backlog(int) IS
  'How many committed events have not been consumed, at most so many. Events that were just restored from a dump are not counted before the next consume().';

-- How long they wait is asked by one probe of an index: it is an event of one of the first transactions, not the very first.
CREATE FUNCTION errtrack.oldest_unconsumed() RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_sort = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
  until pg_snapshot := errtrack.inbox_snapshot();
  taken pg_snapshot;
  oldest timestamptz;
BEGIN
  SELECT * INTO p FROM errtrack.inbox_progress;
  taken := coalesce(p.cur, p.prev);
  -- the rest of a window that passes in pieces
  IF p.cur IS NOT NULL THEN
    SELECT received_at INTO oldest FROM errtrack.raw_events
    WHERE slot = p.leaf AND ctid > p."position"
      AND pg_visible_in_snapshot(txid, p.cur) AND NOT pg_visible_in_snapshot(txid, p.prev)
    LIMIT 1;
  END IF;
  -- a transaction that was in progress when the last window was taken, and is done
  IF oldest IS NULL THEN
    SELECT received_at INTO oldest FROM errtrack.raw_events
    WHERE txid = ANY (errtrack.ended_between(taken, until))
    LIMIT 1;
  END IF;
  IF oldest IS NULL THEN
    SELECT received_at INTO oldest FROM errtrack.raw_events
    WHERE txid >= pg_snapshot_xmax(taken) AND txid < pg_snapshot_xmax(until) AND pg_visible_in_snapshot(txid, until)
    ORDER BY txid LIMIT 1;
  END IF;
  RETURN oldest;
END $$;
COMMENT ON FUNCTION errtrack.oldest_unconsumed() IS
  'When an event of the oldest transaction that has not been consumed arrived; null where all has been.';

-- One row, about this database.
CREATE FUNCTION errtrack.read_workers()
RETURNS TABLE (state text, pid int, started_at timestamptz, last_batch_at timestamptz, last_batch_events int,
               last_batch_ms double precision, events bigint, batches bigint, events_per_second double precision,
               backlog int, lag interval, last_error text, last_error_sqlstate text, last_error_at timestamptz,
               waits_for int[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  w errtrack.worker;
BEGIN
  SELECT * INTO s FROM errtrack.worker_status();
  SELECT * INTO w FROM errtrack.worker AS k WHERE k.database = errtrack.own_database();
  state := CASE WHEN s.state IS NOT NULL THEN s.state
                WHEN pg_is_in_recovery() THEN 'standby'
                WHEN w.stopped_at IS NOT NULL THEN 'stopped'
                WHEN NOT current_setting('errtrack.worker')::boolean THEN 'disabled'
                ELSE 'none' END;
  pid := s.pid;
  started_at := s.started_at;
  last_batch_at := s.last_batch_at;
  last_batch_events := s.last_batch_events;
  last_batch_ms := s.last_batch_ms;
  events := s.events;
  batches := s.batches;
  events_per_second := s.events_per_second;
  backlog := errtrack.backlog(100000);
  lag := errtrack.lag(coalesce(s.drained_at, w.drained_at));
  IF s.last_error_at IS NOT NULL THEN
    last_error := s.last_error;
    last_error_sqlstate := s.last_error_sqlstate;
    last_error_at := s.last_error_at;
  ELSE
    last_error := w.last_error;
    last_error_sqlstate := w.last_error_sqlstate;
    last_error_at := w.last_error_at;
  END IF;
  waits_for := nullif(pg_blocking_pids(s.pid), '{}');
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION errtrack.read_workers() IS 'Part of the view workers.';

-- An event that names an early received_at, as an import does, or whose transaction was long open, waits only since the
-- worker last found nothing left.
CREATE FUNCTION errtrack.lag(drained_at timestamptz) RETURNS interval
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(greatest(errtrack.clock() - greatest(oldest, drained_at), '0'), '0')
  FROM errtrack.oldest_unconsumed() AS u (oldest)
  WHERE oldest IS NOT NULL
  UNION ALL
  SELECT '0'
  LIMIT 1
$$;
COMMENT ON FUNCTION errtrack.lag(timestamptz) IS
  'How long an event has waited for the consumer: since it arrived, or since everything had been consumed; 0 where none waits.';

CREATE VIEW errtrack.workers AS SELECT * FROM errtrack.read_workers();
COMMENT ON VIEW errtrack.workers IS 'The background worker of this database: one row, also where none runs.';
COMMENT ON COLUMN errtrack.workers.state IS
  'starting, idle, consuming, backing off (after an error, it will try again), leaving; where none runs: none (the next event starts one), stopped (by worker_stop()), disabled (errtrack.worker is off), standby.';
COMMENT ON COLUMN errtrack.workers.pid IS 'Its process.';
COMMENT ON COLUMN errtrack.workers.started_at IS 'When it started.';
COMMENT ON COLUMN errtrack.workers.last_batch_at IS 'When its last batch of events was done.';
COMMENT ON COLUMN errtrack.workers.last_batch_events IS 'How many events that held.';
COMMENT ON COLUMN errtrack.workers.last_batch_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN errtrack.workers.events IS 'How many events it has taken since it started.';
COMMENT ON COLUMN errtrack.workers.batches IS 'In how many batches.';
COMMENT ON COLUMN errtrack.workers.events_per_second IS 'Events that it takes in a second, over about the last ten.';
COMMENT ON COLUMN errtrack.workers.backlog IS
  'Committed events that are not consumed yet. Counting ends at 100000, which stands for that many or more.';
COMMENT ON COLUMN errtrack.workers.lag IS
  'How long the oldest of these has waited: since it arrived, or since a worker last found nothing left, whichever is later.';
COMMENT ON COLUMN errtrack.workers.last_error IS 'The message of the last error of this worker, or of one before it.';
COMMENT ON COLUMN errtrack.workers.last_error_sqlstate IS 'The code of that error.';
COMMENT ON COLUMN errtrack.workers.last_error_at IS 'When that was.';
COMMENT ON COLUMN errtrack.workers.waits_for IS
  'The processes that hold a lock which it waits for, as by a resolve() that is not committed; 0: a prepared transaction. Null where it waits for none.';
