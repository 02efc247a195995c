-- ---- reading stack traces -------------------------------------------------------------------------------------------

CREATE FUNCTION errtrack.parse_stack(stack_trace text, platform text DEFAULT NULL) RETURNS jsonb
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_parse_stack';
COMMENT ON FUNCTION errtrack.parse_stack(text, text) IS
  'Reads a stack trace: {"platform", "exceptions": [{"type", "value", "frames": [{"function", "module", "file", "line", "column", "in_app"}]}]}; the reported exception, then its causes; innermost frame first; lines and columns 1-based. The language is told from the text where platform is null or unknown. Text that holds no trace: no exceptions.';
