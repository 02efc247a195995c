-- ---- events that were dropped because the inbox was full ------------------------------------------------------------

-- written by the backends that drop them, in src/inbox/shed.c; room for its versions keeps updates off the index
CREATE TABLE errtrack.shed_events (
  project_id int NOT NULL,
  lane int NOT NULL,
  events bigint NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (project_id, lane)
) WITH (fillfactor = 10);
COMMENT ON TABLE errtrack.shed_events IS
  'How many events were dropped beyond errtrack.inbox_limit or errtrack.inbox_disk_limit, until the next batch adds them to event_outcomes.';
COMMENT ON COLUMN errtrack.shed_events.project_id IS 'The project that the events named; 0: one of so many in one transaction that they are not told apart.';
COMMENT ON COLUMN errtrack.shed_events.lane IS 'Transactions that commit at the same time count in different lanes, so that none waits.';
COMMENT ON COLUMN errtrack.shed_events.events IS 'How many that are not in event_outcomes yet.';
COMMENT ON COLUMN errtrack.shed_events.last_at IS 'When a transaction last counted here.';
SELECT pg_extension_config_dump('errtrack.shed_events', 'WHERE events > 0');

CREATE FUNCTION errtrack.try_lock_shed_lane(lane int) RETURNS boolean
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'errtrack_try_lock_shed_lane';
COMMENT ON FUNCTION errtrack.try_lock_shed_lane(int) IS
  'Part of consume(): keeps others from counting in this lane of shed_events until the end of the transaction; false where one is doing so.';

-- Adds what was dropped to the outcomes. Of a lane that is taken, the next batch does.
CREATE FUNCTION errtrack.count_shed_events() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  taken int;
BEGIN
  FOR taken IN SELECT DISTINCT lane FROM errtrack.shed_events WHERE events > 0 LOOP
    CONTINUE WHEN NOT errtrack.try_lock_shed_lane(taken);
    -- another statement sees what was committed before the lock
    WITH emptied AS (
      UPDATE errtrack.shed_events SET events = 0 WHERE lane = taken AND events > 0
    )
    INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
    SELECT project_id, 'inbox_full', events, last_at FROM errtrack.shed_events WHERE lane = taken AND events > 0
    ON CONFLICT (project_id, outcome) DO UPDATE SET
      events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at);
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.count_shed_events() IS 'Part of consume(): moves the counts of shed_events to event_outcomes.';
