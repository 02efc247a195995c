-- ---- the time -------------------------------------------------------------------------------------------------------

CREATE FUNCTION errtrack.clock() RETURNS timestamptz
LANGUAGE c VOLATILE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'errtrack_clock';
COMMENT ON FUNCTION errtrack.clock() IS
  'The present, as all of errtrack takes it: clock_timestamp(), or what the setting errtrack.test_now says, which is for tests.';
