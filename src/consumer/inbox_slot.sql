-- ---- the inbox: which leaf takes new events -------------------------------------------------------------------------

-- STABLE, so that COPY need not call it for each row anew and an INSERT may be prepared.
CREATE FUNCTION errtrack.inbox_slot() RETURNS smallint
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'errtrack_inbox_slot';
COMMENT ON FUNCTION errtrack.inbox_slot() IS
  'The leaf of raw_events that takes new events (0 to 2). Behind the default of raw_events.slot; it also notes the insert, so that the commit wakes the consumer.';
