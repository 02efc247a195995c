-- ---- what identifies an error ---------------------------------------------------------------------------------------

CREATE FUNCTION errtrack.normalize_message(message text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_normalize_message';
COMMENT ON FUNCTION errtrack.normalize_message(text) IS
  'The message with its variable parts as placeholders: <email> <url> <host> <ip> <uuid> <trace> <hash> <date> <duration> <size> <mac> <hex> <num> <str> <path> <id>. Only the first two lines that are not blank count, and of them 1,000 bytes.';

CREATE FUNCTION errtrack.fingerprints(event jsonb) RETURNS bytea[]
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_fingerprints';
COMMENT ON FUNCTION errtrack.fingerprints(jsonb) IS
  'The keys by which an event, given as capture() takes it, finds its issue: 32 bytes each, SHA-256; the first that is known decides, the others are attached to the issue. First the one by the frames of the application''s own code, then the one by all frames. Rules are those of the event''s project_id, 1 where it names none.';

CREATE FUNCTION errtrack.fingerprint(event jsonb) RETURNS bytea
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_fingerprint';
COMMENT ON FUNCTION errtrack.fingerprint(jsonb) IS
  'The first of errtrack.fingerprints(event): events that have it in common belong to one issue.';

CREATE FUNCTION errtrack.explain_fingerprint(event jsonb)
RETURNS TABLE (part text, original text, normalized text, counts boolean, reason text)
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_explain_fingerprint';
COMMENT ON FUNCTION errtrack.explain_fingerprint(jsonb) IS
  'Why an event, given as capture() takes it, is grouped as it is: a row for each value that was considered; what it was, what it became, whether it counts in errtrack.fingerprint(event), and why.';

CREATE TYPE errtrack.digest AS (
  fingerprints bytea[],
  exception_class text,
  message text,
  title text,
  culprit text,
  level text,
  platform text,
  flags text[]
);
COMMENT ON TYPE errtrack.digest IS
  'What is read in an event: its fingerprints, the exception''s class, the message where the event itself says none, title, culprit, one of the five levels, the platform, and what was odd.';

CREATE FUNCTION errtrack.digest(project_id int, level text, platform text, exception_class text, message text,
                                stack_trace text, exceptions jsonb, fingerprint text[], logger text, environment text,
                                release text, transaction text, tags jsonb) RETURNS errtrack.digest
LANGUAGE c STABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'errtrack_digest';
COMMENT ON FUNCTION errtrack.digest(int, text, text, text, text, text, jsonb, text[], text, text, text, text, jsonb) IS
  'Reads an event: see the type errtrack.digest. The arguments are columns of raw_events.';
