-- ---- reading stack traces -------------------------------------------------------------------------------------------

CREATE FUNCTION errtrack.parse_stack(stack_trace text, platform text DEFAULT NULL) RETURNS jsonb
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_parse_stack';
COMMENT ON FUNCTION errtrack.parse_stack(text, text) IS
  'Reads a stack trace: {"platform", "exceptions": [{"type", "value", "frames": [{"function", "module", "file", "line", "column", "in_app"}]}]}; the reported exception, then its causes; innermost frame first; lines and columns 1-based. The language is told from the text where platform is null or unknown. Text that holds no trace: no exceptions.';

CREATE FUNCTION errtrack.print_stack(exceptions jsonb, platform text DEFAULT NULL) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_print_stack';
COMMENT ON FUNCTION errtrack.print_stack(jsonb, text) IS
  'Prints exceptions as SDKs report them (the cause first, the oldest frame first) as text like the platform''s language does; in a plain form where it has none, or the platform is null or unknown. What has another shape is passed over; null where nothing is left. Of more than 100 frames or 50 exceptions both ends are printed; names end after 2,000 bytes, messages after 16 kB, the text after 1 MB; numbers of more than 40 digits get an exponent; control characters become x and two digits behind a backslash.';
