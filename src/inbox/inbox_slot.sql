-- ---- the inbox: which leaf takes new events -------------------------------------------------------------------------

-- src/inbox/inbox_slot.c reads it; each of its versions lives as long as the oldest snapshot, so it is seldom written
CREATE TABLE errtrack.inbox (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  slot smallint NOT NULL DEFAULT 0 CHECK (slot BETWEEN 0 AND 2),
  rotated_at timestamptz NOT NULL DEFAULT errtrack.clock(),
  consumed_bytes bigint[] NOT NULL DEFAULT '{0,0,0}' CHECK (cardinality(consumed_bytes) = 3)
);
COMMENT ON TABLE errtrack.inbox IS 'One row: which leaf of raw_events takes new events, and how much of the leaves has been consumed.';
COMMENT ON COLUMN errtrack.inbox.only_row IS 'There is one row.';
COMMENT ON COLUMN errtrack.inbox.slot IS 'The leaf that takes new events.';
COMMENT ON COLUMN errtrack.inbox.rotated_at IS 'Since when.';
COMMENT ON COLUMN errtrack.inbox.consumed_bytes IS
  'How many bytes of each leaf, as inbox_bytes() measures them, hold consumed events, at least; written only where it matters to errtrack.inbox_limit.';
INSERT INTO errtrack.inbox DEFAULT VALUES;

-- STABLE, so that COPY need not call it for each row anew and an INSERT may be prepared.
CREATE FUNCTION errtrack.inbox_slot() RETURNS smallint
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'errtrack_inbox_slot';
COMMENT ON FUNCTION errtrack.inbox_slot() IS
  'The leaf of raw_events that takes new events (0 to 2). Behind the default of raw_events.slot; it also notes the insert, so that the commit wakes the consumer.';

CREATE FUNCTION errtrack.inbox_bytes() RETURNS bigint[]
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'errtrack_inbox_bytes';
COMMENT ON FUNCTION errtrack.inbox_bytes() IS
  'How large the three leaves of raw_events are on disk, without indexes; 0 for one that is locked at the moment.';
