-- ---- the inbox: its leaves are emptied in turn -----------------------------------------------------------------------

CREATE FUNCTION errtrack.try_lock_leaf(leaf smallint) RETURNS boolean
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'errtrack_try_lock_leaf';
COMMENT ON FUNCTION errtrack.try_lock_leaf(smallint) IS
  'Part of rotate_inbox(): locks all that TRUNCATE of this leaf would lock, for this transaction alone; false where another one holds any of it.';

-- Is all that is in a leaf consumed?  Its snapshot is that of a statement, so in a transaction at READ COMMITTED,
-- under a lock on the leaf, nothing is missed.
CREATE FUNCTION errtrack.leaf_is_consumed(leaf smallint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
  until pg_snapshot;
BEGIN
  SELECT * INTO STRICT p FROM errtrack.inbox_progress;
  -- a window that passes in pieces is done with the leaves before the one that it reads
  until := CASE WHEN leaf < p.leaf THEN p.cur ELSE p.prev END;
  RETURN NOT EXISTS (
    SELECT FROM errtrack.raw_events AS r
    WHERE r.slot = leaf_is_consumed.leaf
      AND (r.txid = ANY (ARRAY(SELECT pg_snapshot_xip(until))) OR r.txid >= pg_snapshot_xmax(until)));
END $$;
COMMENT ON FUNCTION errtrack.leaf_is_consumed(smallint) IS
  'Part of rotate_inbox(): whether no event of this leaf that can be seen is still to be consumed.';

-- A dump that has its snapshot, but not all its locks yet, would have to fail if a leaf were emptied (inbox.sql), and with
-- it the backup of all the database.  Soon it holds the leaves anyway.
CREATE FUNCTION errtrack.is_being_dumped() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'pg_dump' AND backend_xmin IS NOT NULL)
$$;
COMMENT ON FUNCTION errtrack.is_being_dumped() IS 'Part of rotate_inbox(): whether pg_dump has a snapshot of this database.';

-- Empties a leaf, if it is not empty already, can be had, and all in it is consumed.
CREATE FUNCTION errtrack.empty_leaf(leaf smallint) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF pg_relation_size(format('errtrack.raw_events_%s', leaf)::regclass) = 0 THEN
    -- emptied by hand, perhaps
    UPDATE errtrack.inbox SET consumed_bytes[leaf + 1] = 0 WHERE consumed_bytes[leaf + 1] <> 0;
    RETURN true;
  END IF;
  -- the first look spares a lock that would be of no use; the second counts
  IF NOT errtrack.leaf_is_consumed(leaf) OR errtrack.is_being_dumped() OR NOT errtrack.try_lock_leaf(leaf)
     OR NOT errtrack.leaf_is_consumed(leaf) THEN
    RETURN false;
  END IF;
  BEGIN
    EXECUTE format('TRUNCATE ONLY errtrack.raw_events_%s', leaf);
  EXCEPTION WHEN object_in_use OR lock_not_available THEN
    -- the calling statement reads it itself
    RETURN false;
  END;
  UPDATE errtrack.inbox SET consumed_bytes[leaf + 1] = 0;
  RETURN true;
END $$;
COMMENT ON FUNCTION errtrack.empty_leaf(smallint) IS
  'Part of rotate_inbox(): empties a leaf by TRUNCATE; false where it is in use, pg_dump runs, or it holds events that have not been consumed.';

/*
 * When the current leaf is large, or old, empties the next one and lets new
 * events go there.  Where that one cannot be had, because a transaction that wrote
 * to it is still open, the one before the current takes its turn, a moment after
 * the last rotation: by then no backend takes it for the current one any more.
 */
CREATE FUNCTION errtrack.rotate_inbox() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bytes bigint[];
  limit_bytes bigint;
  i errtrack.inbox;
  candidate smallint;
BEGIN
  PERFORM errtrack.need_read_committed('rotate_inbox', 'empty a leaf');
  PERFORM errtrack.begin_consume();
  bytes := errtrack.inbox_bytes();
  limit_bytes := pg_size_bytes(current_setting('errtrack.inbox_limit'));
  SELECT * INTO STRICT i FROM errtrack.inbox;
  -- A leaf that is smaller than what of it was consumed has been emptied by hand: what comes now would pass for consumed.
  -- Of one that cannot be measured nothing is known.
  FOR leaf IN 1 .. 3 LOOP
    IF bytes[leaf] BETWEEN 1 AND i.consumed_bytes[leaf] - 1 THEN
      UPDATE errtrack.inbox SET consumed_bytes[leaf] = 0;
    END IF;
  END LOOP;
  IF bytes = '{0,0,0}'
     OR bytes[i.slot + 1] <= greatest(limit_bytes / 16, least(8 * 1024 * 1024, limit_bytes / 4))
        -- consumed events are not to stay for days
        AND errtrack.clock() BETWEEN i.rotated_at AND i.rotated_at + interval '1 hour'
     OR EXISTS (SELECT FROM errtrack.restore_epoch WHERE epoch <> (SELECT epoch FROM errtrack.inbox_progress)) THEN
    RETURN false;
  END IF;
  candidate := (i.slot + 1) % 3;
  IF NOT errtrack.empty_leaf(candidate) THEN
    candidate := (i.slot + 2) % 3;
    IF errtrack.clock() BETWEEN i.rotated_at AND i.rotated_at + interval '1 second' OR NOT errtrack.empty_leaf(candidate) THEN
      RETURN false;
    END IF;
  END IF;
  UPDATE errtrack.inbox SET slot = candidate, rotated_at = errtrack.clock();
  RETURN true;
END $$;
COMMENT ON FUNCTION errtrack.rotate_inbox() IS
  'When the leaf of raw_events that takes new events has grown large, or old, lets them go to another one, which it empties: one in which all is consumed and that nobody uses. True where it did. It waits for nobody but who consumes. The worker calls it, and consume().';
