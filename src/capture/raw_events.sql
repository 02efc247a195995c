-- ---- raw_events: what applications write ----------------------------------------------------------------------------

-- src/capture/event.h lists the same columns in the same order.
CREATE TABLE errtrack.raw_events (
  slot smallint NOT NULL DEFAULT errtrack.inbox_slot(),
  txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  project_id int NOT NULL DEFAULT 1,
  event_id uuid NOT NULL DEFAULT gen_random_uuid(),
  received_at timestamptz NOT NULL DEFAULT errtrack.clock(),
  occurred_at timestamptz,
  level text,
  platform text,
  exception_class text,
  message text,
  stack_trace text,
  exceptions jsonb,
  environment text,
  release text,
  dist text,
  server_name text,
  transaction text,
  logger text,
  user_id text,
  session_id text,
  request jsonb,
  tags jsonb,
  contexts jsonb,
  extra jsonb,
  trace_id text,
  span_id text,
  fingerprint text[],
  debug_ids jsonb,
  flags text[]
) PARTITION BY LIST (slot);
COMMENT ON TABLE errtrack.raw_events IS
  'The inbox: applications INSERT or COPY events here, at least one of exception_class, message, stack_trace, exceptions; the consumer folds them into issues.';
COMMENT ON COLUMN errtrack.raw_events.slot IS 'The leaf; set by errtrack, not by writers.';
COMMENT ON COLUMN errtrack.raw_events.txid IS 'The transaction that wrote the event; set by errtrack, not by writers.';
COMMENT ON COLUMN errtrack.raw_events.project_id IS 'The project, 1 (default) where none is named. An event of an unknown project is set aside.';
COMMENT ON COLUMN errtrack.raw_events.event_id IS 'Identifies the event: sent twice with the same event_id, it is counted once.';
COMMENT ON COLUMN errtrack.raw_events.received_at IS 'When the event arrived: when its row was inserted, by errtrack.clock(), or what is said here, if that is earlier.';
COMMENT ON COLUMN errtrack.raw_events.occurred_at IS 'When the error happened, by the application''s clock; received_at where it is absent or later than that.';
COMMENT ON COLUMN errtrack.raw_events.level IS 'fatal, error, warning, info or debug; other words for these are understood, an unknown one counts as error.';
COMMENT ON COLUMN errtrack.raw_events.platform IS 'The language or runtime (python, java, javascript, ...); told from the stack trace where it is absent.';
COMMENT ON COLUMN errtrack.raw_events.exception_class IS 'The type of the exception; read from the stack trace where it is absent. 500 bytes are kept.';
COMMENT ON COLUMN errtrack.raw_events.message IS 'The message; read from the stack trace where it is absent. 16 kB are kept.';
COMMENT ON COLUMN errtrack.raw_events.stack_trace IS 'The stack trace as the language prints it. 256 kB are kept, from both ends.';
COMMENT ON COLUMN errtrack.raw_events.exceptions IS 'In place of stack_trace: exceptions as SDKs report them, a list or {"values": [...]} of {type, value, module, stacktrace: {frames: [...]}}, the cause first, the oldest frame first. Over 256 kB, variables and source lines go and long lists are cut in their middle.';
COMMENT ON COLUMN errtrack.raw_events.environment IS 'Where it ran: production, staging, ...';
COMMENT ON COLUMN errtrack.raw_events.release IS 'The version of the application.';
COMMENT ON COLUMN errtrack.raw_events.dist IS 'A build of the release.';
COMMENT ON COLUMN errtrack.raw_events.server_name IS 'The host.';
COMMENT ON COLUMN errtrack.raw_events.transaction IS 'What was being done: a route, a job.';
COMMENT ON COLUMN errtrack.raw_events.logger IS 'The logger that reported it.';
COMMENT ON COLUMN errtrack.raw_events.user_id IS 'Whom it happened to.';
COMMENT ON COLUMN errtrack.raw_events.session_id IS 'In which of their sessions.';
COMMENT ON COLUMN errtrack.raw_events.request IS 'The HTTP request: {"url", "method", "headers"}. The values of authorization, proxy-authorization, cookie, set-cookie and x-api-key are replaced by [Filtered] before the row is stored, here, in contexts and in extra.';
COMMENT ON COLUMN errtrack.raw_events.tags IS 'Key and value pairs to search by.';
COMMENT ON COLUMN errtrack.raw_events.contexts IS 'Objects that describe runtime, device, trace and the like.';
COMMENT ON COLUMN errtrack.raw_events.extra IS 'Anything else.';
COMMENT ON COLUMN errtrack.raw_events.trace_id IS 'The distributed trace.';
COMMENT ON COLUMN errtrack.raw_events.span_id IS 'The span of that trace.';
COMMENT ON COLUMN errtrack.raw_events.fingerprint IS 'What to group by in place of the stack: a list of texts, in which {{ default }} stands for errtrack''s own.';
COMMENT ON COLUMN errtrack.raw_events.debug_ids IS 'The debug ids of bundled files: {file: id}.';
COMMENT ON COLUMN errtrack.raw_events.flags IS 'What errtrack repaired or cut in the event: message_cut, occurred_at_invalid, ...';

CREATE TABLE errtrack.raw_events_0 PARTITION OF errtrack.raw_events FOR VALUES IN (0);
CREATE TABLE errtrack.raw_events_1 PARTITION OF errtrack.raw_events FOR VALUES IN (1);
CREATE TABLE errtrack.raw_events_2 PARTITION OF errtrack.raw_events FOR VALUES IN (2);
COMMENT ON TABLE errtrack.raw_events_0 IS 'A leaf of the inbox.';
COMMENT ON TABLE errtrack.raw_events_1 IS 'A leaf of the inbox.';
COMMENT ON TABLE errtrack.raw_events_2 IS 'A leaf of the inbox.';

DO $$
DECLARE
  leaf regclass;
  described record;
BEGIN
  -- what the leaves' columns mean is said once, at raw_events
  FOREACH leaf IN ARRAY ARRAY['errtrack.raw_events_0', 'errtrack.raw_events_1', 'errtrack.raw_events_2']::regclass[]
  LOOP
    FOR described IN
      SELECT attname, col_description(attrelid, attnum) AS comment FROM pg_attribute
      WHERE attrelid = 'errtrack.raw_events'::regclass AND attnum > 0 AND NOT attisdropped
    LOOP
      EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', leaf, described.attname, described.comment);
    END LOOP;
  END LOOP;
END $$;

-- A publication of all tables refuses an UPDATE without it, of which there is one: when restored events are adopted.
ALTER TABLE errtrack.raw_events_0 REPLICA IDENTITY FULL;
ALTER TABLE errtrack.raw_events_1 REPLICA IDENTITY FULL;
ALTER TABLE errtrack.raw_events_2 REPLICA IDENTITY FULL;

-- the consumer finds what became visible between two snapshots by transaction id
CREATE INDEX raw_events_txid_idx ON errtrack.raw_events (txid);

CREATE FUNCTION errtrack.accept_event() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'errtrack_accept_event';
COMMENT ON FUNCTION errtrack.accept_event() IS
  'Trigger of raw_events: replaces secrets, cuts what is too large, repairs what can be, warns of an unknown project; never fails an INSERT.';

-- ALWAYS: a secret must not reach the disk by way of logical replication either
CREATE TRIGGER accept_event BEFORE INSERT ON errtrack.raw_events
  FOR EACH ROW EXECUTE FUNCTION errtrack.accept_event();
ALTER TABLE errtrack.raw_events ENABLE ALWAYS TRIGGER accept_event;

-- For events that are put away in tables of another shape.
CREATE FUNCTION errtrack.event_as_json(event errtrack.raw_events) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(event) - 'slot' - 'txid') WHERE value <> 'null'
$$;
COMMENT ON FUNCTION errtrack.event_as_json(errtrack.raw_events) IS
  'An event as one JSON object: its columns that are not null, but for slot and txid.';
