/* errtrack 1.0: assembled by make from src/; edit the parts there. */

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION errtrack" to load this file. \quit

COMMENT ON SCHEMA errtrack IS 'Error tracking: INSERT into raw_events, read issues.';

-- For what must see what others commit while it runs.
CREATE FUNCTION errtrack.need_read_committed(called text, what text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION '%() cannot % in a transaction that sees only the past', called, what
      USING ERRCODE = 'active_sql_transaction',
            DETAIL = format('The transaction''s isolation level is %s.', current_setting('transaction_isolation')),
            HINT = format('Call errtrack.%s() in a transaction of its own, at READ COMMITTED.', called);
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.need_read_committed(text, text) IS
  'Raises active_sql_transaction in a transaction at REPEATABLE READ or SERIALIZABLE: this function cannot do that there.';
