/* errtrack 1.0: assembled by make from src/; edit the parts there. */

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION errtrack" to load this file. \quit

COMMENT ON SCHEMA errtrack IS 'Error tracking: INSERT into raw_events, read issues.';
