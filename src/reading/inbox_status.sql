-- ---- reading: how the inbox is ---------------------------------------------------------------------------------------

-- What of the inbox no other view tells.
CREATE FUNCTION errtrack.read_inbox(OUT inbox_limit text, OUT inbox_disk_limit text, OUT leaf smallint, OUT leaf_since timestamptz,
                                    OUT not_counted text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  at timestamptz := errtrack.clock();
  -- loads the library, before which there is no setting
  unconsumed bigint := errtrack.unconsumed_bytes();
BEGIN
  inbox_limit := format('%s of %s', pg_size_pretty(unconsumed),
                        pg_size_pretty(pg_size_bytes(current_setting('errtrack.inbox_limit'))));
  inbox_disk_limit := (SELECT format('%s of %s', pg_size_pretty(sum(b)::bigint),
                                     pg_size_pretty(pg_size_bytes(current_setting('errtrack.inbox_disk_limit'))))
                       FROM unnest(errtrack.inbox_bytes()) AS b);
  SELECT i.slot, i.rotated_at INTO leaf, leaf_since FROM errtrack.inbox AS i;
  WITH
  lost AS (
    SELECT o.outcome, o.events, o.last_at FROM errtrack.event_outcomes AS o WHERE o.outcome <> 'duplicate'
    UNION ALL
    -- the next batch moves these there
    SELECT 'inbox_full', s.events, s.last_at FROM errtrack.shed_events AS s WHERE s.events > 0
  ),
  total AS (
    SELECT outcome, sum(events) AS events, max(last_at) AS last_at
    FROM lost
    GROUP BY outcome
    HAVING max(last_at) > at - interval '1 day'
  )
  SELECT string_agg(format('%s: %s, the last %s ago', outcome, events, errtrack.time_span(at - last_at)), E'\n' ORDER BY last_at DESC)
  INTO not_counted
  FROM total;
END $$;
COMMENT ON FUNCTION errtrack.read_inbox() IS 'Part of the view inbox_status.';

CREATE VIEW errtrack.inbox_status AS
SELECT h.status, nullif(array_to_string(h.reasons, E'\n'), '') AS reasons,
       w.backlog AS events_waiting, w.lag AS oldest_waits, i.inbox_limit, i.inbox_disk_limit, i.leaf, i.leaf_since,
       w.state AS worker, w.last_batch_at, w.last_batch_events,
       round(w.last_batch_ms) AS last_batch_ms, round(w.events_per_second::numeric, 1) AS events_per_second,
       i.not_counted
FROM errtrack.health() AS h, errtrack.read_workers() AS w, errtrack.read_inbox() AS i;
COMMENT ON VIEW errtrack.inbox_status IS
  'How the inbox is: one row, which an operator asks first and reads in psql''s expanded form. errtrack.health() has hints to each reason, errtrack.workers more about the worker.';
COMMENT ON COLUMN errtrack.inbox_status.status IS 'ok, degraded or failing, as errtrack.health() has it.';
COMMENT ON COLUMN errtrack.inbox_status.reasons IS 'Why, the worst first; null: all is well.';
COMMENT ON COLUMN errtrack.inbox_status.events_waiting IS 'Committed events that are not consumed yet; 100000 stands for that many or more.';
COMMENT ON COLUMN errtrack.inbox_status.oldest_waits IS 'How long the oldest of these has waited.';
COMMENT ON COLUMN errtrack.inbox_status.inbox_limit IS 'How much of errtrack.inbox_limit is used: bytes that hold events which are not consumed. What has been consumed is taken off that from a quarter of it on.';
COMMENT ON COLUMN errtrack.inbox_status.inbox_disk_limit IS 'How much of errtrack.inbox_disk_limit is used: bytes of all leaves.';
COMMENT ON COLUMN errtrack.inbox_status.leaf IS 'The leaf of raw_events that takes new events.';
COMMENT ON COLUMN errtrack.inbox_status.leaf_since IS 'Since when.';
COMMENT ON COLUMN errtrack.inbox_status.worker IS 'What the worker does, or why there is none: see errtrack.workers.state.';
COMMENT ON COLUMN errtrack.inbox_status.last_batch_at IS 'When its last batch was done; null where no worker runs.';
COMMENT ON COLUMN errtrack.inbox_status.last_batch_events IS 'How many events that held.';
COMMENT ON COLUMN errtrack.inbox_status.last_batch_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN errtrack.inbox_status.events_per_second IS 'Events that it takes in a second, over about the last ten.';
COMMENT ON COLUMN errtrack.inbox_status.not_counted IS
  'Of each way in which events were lost to issues within the last day (inbox_full, over_quota, set_aside, dead_letter): how many, ever, and when the last. Null: none was. See errtrack.event_outcomes.';
