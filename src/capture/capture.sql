-- ---- capture(): events as JSON --------------------------------------------------------------------------------------

CREATE FUNCTION errtrack.read_payload(payload jsonb) RETURNS errtrack.raw_events
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_read_payload';
COMMENT ON FUNCTION errtrack.read_payload(jsonb) IS
  'An event from JSON, as a row of raw_events: errtrack''s own names, or an SDK''s payload, or an API export. Columns that it does not name are null; what there is no column for stands in extra.';

-- Takes an event as a JSON object.
CREATE FUNCTION errtrack.capture(event jsonb, project_id int DEFAULT 1) RETURNS uuid
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH payload AS MATERIALIZED (
    SELECT p.*, coalesce(p.event_id, gen_random_uuid()) AS id FROM errtrack.read_payload(coalesce(event, '{}')) AS p
  ),
  sent AS (
    INSERT INTO errtrack.raw_events
      (project_id, event_id, received_at, occurred_at, level, platform, exception_class, message, stack_trace,
       exceptions, environment, release, dist, server_name, transaction, logger, user_id, session_id,
       request, tags, contexts, extra, trace_id, span_id, fingerprint, debug_ids, flags)
    SELECT capture.project_id, p.id, p.received_at, p.occurred_at, p.level, p.platform, p.exception_class,
           p.message, p.stack_trace, p.exceptions, p.environment, p.release, p.dist, p.server_name, p.transaction,
           p.logger, p.user_id, p.session_id, p.request, p.tags, p.contexts, p.extra, p.trace_id, p.span_id,
           p.fingerprint, p.debug_ids, p.flags
    FROM payload AS p
  )
  -- RETURNING has no row where the inbox is full
  SELECT id FROM payload
$$;
COMMENT ON FUNCTION errtrack.capture(jsonb, int) IS
  'Inserts an event given as JSON, and returns its event_id: an object with the names of the columns of raw_events, or an SDK''s event payload unchanged. The project is the second argument, whatever the event says. No shape of the JSON is an error.';

-- Takes an event as text, which need not be JSON that jsonb takes. Its literals hold backslashes: an application may have
-- standard_conforming_strings off, or exit_on_error on, when no error of jsonb's is to end the session.
CREATE FUNCTION errtrack.capture(event text, project_id int DEFAULT 1) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET exit_on_error = off AS $$
DECLARE
  payload jsonb;
  -- escapes that JSON has and jsonb refuses: a NUL, half of a surrogate pair, what the encoding has no character for
  refused text := CASE WHEN getdatabaseencoding() = 'UTF8'
    THEN '(?:0000|d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})'
    ELSE '(?:0000|(?!00[0-7])[0-9a-f]{4})' END;
  replacement text := CASE WHEN getdatabaseencoding() = 'UTF8' THEN '\ufffd' ELSE '?' END;
BEGIN
  BEGIN
    payload := event::jsonb;
  EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
    BEGIN
      payload := regexp_replace(event, '(?<!\\)((?:\\\\)*)\\u' || refused, '\1' || replace(replacement, '\', '\\'),
                                'gi')::jsonb;
      IF jsonb_typeof(payload) = 'object' THEN
        payload := payload || '{"flags": ["payload_repaired"]}';
      END IF;
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
      -- no JSON: a person can still read it
      payload := jsonb_build_object('message', event, 'flags', '["payload_invalid"]'::jsonb);
    END;
  END;
  RETURN errtrack.capture(payload, capture.project_id);
END $$;
COMMENT ON FUNCTION errtrack.capture(text, int) IS
  'capture() for text: escapes that jsonb refuses (a NUL, half a surrogate pair) are replaced, and text that is no JSON becomes the event''s message; both are flagged.';

-- ---- events that no issue could take --------------------------------------------------------------------------------

CREATE TABLE errtrack.set_aside_events (
  project_id int NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  set_aside_at timestamptz NOT NULL DEFAULT errtrack.clock(),
  reason text NOT NULL,
  event jsonb NOT NULL,
  PRIMARY KEY (project_id, event_id)
);
COMMENT ON TABLE errtrack.set_aside_events IS
  'Events that could not be counted to an issue: of each project the first 1,000, in all no more than 10,000, and only counted beyond that. Put them back with SELECT errtrack.capture(event, <project_id>) FROM errtrack.set_aside_events, then DELETE.';
COMMENT ON COLUMN errtrack.set_aside_events.project_id IS 'The project that the event named.';
COMMENT ON COLUMN errtrack.set_aside_events.event_id IS 'The event.';
COMMENT ON COLUMN errtrack.set_aside_events.received_at IS 'When it arrived.';
COMMENT ON COLUMN errtrack.set_aside_events.set_aside_at IS 'When it was set aside.';
COMMENT ON COLUMN errtrack.set_aside_events.reason IS 'Why: unknown_project.';
COMMENT ON COLUMN errtrack.set_aside_events.event IS 'The whole event, as capture() takes it.';
SELECT pg_extension_config_dump('errtrack.set_aside_events', '');

CREATE TABLE errtrack.event_outcomes (
  project_id int NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('duplicate', 'set_aside', 'inbox_full', 'over_quota', 'dead_letter', 'deleted')),
  events bigint NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (project_id, outcome)
);
COMMENT ON TABLE errtrack.event_outcomes IS
  'How many events were not counted to an issue. Events received = the issues'' occurrence_count + these.';
COMMENT ON COLUMN errtrack.event_outcomes.project_id IS 'The project that the events named; 0: one of many that are unknown, beyond the first 1,000.';
COMMENT ON COLUMN errtrack.event_outcomes.outcome IS 'duplicate: had arrived before, with the same event_id; set_aside: see set_aside_events, which keeps the first; inbox_full: dropped beyond errtrack.inbox_limit; over_quota: dropped beyond the project''s quota; dead_letter: see dead_letters; deleted: had been counted to an issue, or waited to be, when somebody deleted it.';
COMMENT ON COLUMN errtrack.event_outcomes.events IS 'How many.';
COMMENT ON COLUMN errtrack.event_outcomes.last_at IS 'When the last of them arrived; of deleted ones: when that was done.';
SELECT pg_extension_config_dump('errtrack.event_outcomes', '');
