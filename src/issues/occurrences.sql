-- ---- occurrences: the sample of events that is kept whole -----------------------------------------------------------

CREATE TABLE errtrack.occurrences (
  project_id int NOT NULL,
  slot smallint NOT NULL,
  issue_id bigint NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  level text NOT NULL,
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
  debug_ids jsonb,
  flags text[] NOT NULL,
  fingerprint bytea NOT NULL,
  own_fingerprint text[],
  PRIMARY KEY (project_id, event_id, slot)
) PARTITION BY LIST (slot);
CREATE INDEX occurrences_issue_idx ON errtrack.occurrences (project_id, issue_id, received_at);
-- by which search() finds what a user met
CREATE INDEX occurrences_user_idx ON errtrack.occurrences (project_id, user_id COLLATE "C") WHERE user_id IS NOT NULL;
COMMENT ON TABLE errtrack.occurrences IS
  'A sample of an issue''s events, whole: its first errtrack.sample_first ones, then errtrack.sample_rate of them, and the first of each release and environment. They are kept for errtrack.retention. A ring.';
DO $$
DECLARE
  column_name name;
BEGIN
  -- what the columns of both tables mean is said once, at raw_events
  FOR column_name IN
    SELECT o.attname
    FROM pg_attribute AS o
    JOIN pg_attribute AS r ON r.attrelid = 'errtrack.raw_events'::regclass AND r.attname = o.attname
    WHERE o.attrelid = 'errtrack.occurrences'::regclass AND o.attnum > 0 AND NOT o.attisdropped
  LOOP
    EXECUTE format('COMMENT ON COLUMN errtrack.occurrences.%I IS %L', column_name,
                   (SELECT col_description(attrelid, attnum) FROM pg_attribute
                    WHERE attrelid = 'errtrack.raw_events'::regclass AND attname = column_name));
  END LOOP;
END $$;
COMMENT ON COLUMN errtrack.occurrences.slot IS 'The leaf, by when it was consumed.';
COMMENT ON COLUMN errtrack.occurrences.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.occurrences.occurred_at IS 'When the error happened, or received_at where that is earlier or the event does not say.';
COMMENT ON COLUMN errtrack.occurrences.level IS 'fatal, error, warning, info or debug.';
COMMENT ON COLUMN errtrack.occurrences.flags IS 'What errtrack repaired, cut or found odd in the event.';
COMMENT ON COLUMN errtrack.occurrences.fingerprint IS 'The first of the keys that it was grouped by.';
COMMENT ON COLUMN errtrack.occurrences.own_fingerprint IS 'The fingerprint list that the event itself gave.';

-- Decided by the id and not by chance, so that an event that is sent again is decided alike.
CREATE FUNCTION errtrack.in_sample(event_id uuid, rate double precision) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (uuid_hash_extended(event_id, 0) & 1048575) < rate * 1048576
$$;
COMMENT ON FUNCTION errtrack.in_sample(uuid, double precision) IS
  'Whether an event is one of the share (0 to 1) that is kept.';

CREATE FUNCTION errtrack.explain_event(event_id uuid)
RETURNS TABLE (part text, original text, normalized text, counts boolean, reason text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.*
  FROM errtrack.occurrences AS o,
       LATERAL errtrack.explain_fingerprint(to_jsonb(o) || jsonb_build_object('fingerprint', o.own_fingerprint)) AS e
  WHERE o.event_id = $1
$$;
COMMENT ON FUNCTION errtrack.explain_event(uuid) IS
  'Why an event that was kept is grouped as it is, by the rules of now: see explain_fingerprint(jsonb). No rows where it was not kept.';
