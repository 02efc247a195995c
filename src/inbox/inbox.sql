-- ---- the inbox: what has been consumed ------------------------------------------------------------------------------

CREATE FUNCTION errtrack.without_transaction(taken pg_snapshot, id xid8) RETURNS pg_snapshot
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN id >= pg_snapshot_xmax(taken) THEN taken ELSE
    (SELECT format('%s:%s:%s', min(xid), pg_snapshot_xmax(taken), string_agg(xid::text, ',' ORDER BY xid))
     FROM (SELECT id UNION SELECT pg_snapshot_xip(taken)) AS in_progress (xid))::pg_snapshot END
$$;
COMMENT ON FUNCTION errtrack.without_transaction(pg_snapshot, xid8) IS
  'The same snapshot, but this transaction is in progress in it.';

-- A transaction's own id counts as in progress: it may write more events after this.
CREATE FUNCTION errtrack.inbox_snapshot() RETURNS pg_snapshot
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  taken pg_snapshot := pg_current_snapshot();
  own xid8 := pg_current_xact_id_if_assigned();
BEGIN
  IF own IS NULL OR own >= pg_snapshot_xmax(taken) THEN
    RETURN taken;
  END IF;
  RETURN errtrack.without_transaction(taken, own);
END $$;
COMMENT ON FUNCTION errtrack.inbox_snapshot() IS
  'The current snapshot, in which the calling transaction is still in progress.';

-- Only these are looked up: one that is still open may have written a million events, none of which can be seen.
CREATE FUNCTION errtrack.ended_between(taken pg_snapshot, until pg_snapshot) RETURNS xid8[]
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(SELECT xid FROM pg_snapshot_xip(taken) AS in_progress (xid) WHERE pg_visible_in_snapshot(xid, until))
$$;
COMMENT ON FUNCTION errtrack.ended_between(pg_snapshot, pg_snapshot) IS
  'The transactions that were in progress in the first snapshot, and are over in the second.';

CREATE TABLE errtrack.inbox_progress (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  prev pg_snapshot NOT NULL,
  prev_at timestamptz NOT NULL DEFAULT errtrack.clock(),
  cur pg_snapshot,
  cur_at timestamptz,
  leaf smallint,
  "position" tid,
  file oid,
  cur_bytes bigint[],
  was_restored boolean NOT NULL DEFAULT false,
  CHECK (num_nulls(cur, cur_at, leaf, "position", cur_bytes) IN (0, 5))
);
COMMENT ON TABLE errtrack.inbox_progress IS
  'One row: how far the inbox has been consumed. All that is visible in prev has been; and of what became visible from there to cur, the leaves and rows up to a position.';
COMMENT ON COLUMN errtrack.inbox_progress.only_row IS 'There is one row.';
COMMENT ON COLUMN errtrack.inbox_progress.epoch IS 'Tells this database from one that a dump of it was restored to: see restore_epoch.';
COMMENT ON COLUMN errtrack.inbox_progress.prev IS 'All events visible in this snapshot have been consumed.';
COMMENT ON COLUMN errtrack.inbox_progress.prev_at IS 'When it was taken: what has not been consumed was committed later, whatever its received_at says; -infinity: some was restored.';
COMMENT ON COLUMN errtrack.inbox_progress.cur IS 'Where the window that is being consumed in pieces ends; null where there is none.';
COMMENT ON COLUMN errtrack.inbox_progress.cur_at IS 'When cur was taken.';
COMMENT ON COLUMN errtrack.inbox_progress.leaf IS 'The leaf that is being read.';
COMMENT ON COLUMN errtrack.inbox_progress."position" IS 'Up to this row of the leaf the window has been consumed.';
COMMENT ON COLUMN errtrack.inbox_progress.file IS 'Of which file of the leaf (pg_relation_filenode()) that is a row; null where none of it has been read yet.';
COMMENT ON COLUMN errtrack.inbox_progress.cur_bytes IS 'How large the leaves were, by inbox_bytes(), when cur was taken.';
COMMENT ON COLUMN errtrack.inbox_progress.was_restored IS 'Whether restored events have been adopted: those that a parallel restore brings later need not wait.';
INSERT INTO errtrack.inbox_progress (prev) VALUES (errtrack.inbox_snapshot());

-- its name makes a dump hold it behind the leaves, so that what it tells of is there when it is seen
CREATE TABLE errtrack.restore_epoch (epoch uuid PRIMARY KEY);
COMMENT ON TABLE errtrack.restore_epoch IS
  'The epoch of inbox_progress, and after a restore, for a moment, that of the database which was dumped: then the inbox holds transaction ids of another server.';
COMMENT ON COLUMN errtrack.restore_epoch.epoch IS 'Drawn by CREATE EXTENSION.';
INSERT INTO errtrack.restore_epoch SELECT epoch FROM errtrack.inbox_progress;

-- A dump passes on its own epoch, and the events that have not been consumed. Its snapshot is older than its locks: where
-- a leaf was emptied in between, the events that it held are in no issue that the dump sees. The dump fails then, by a
-- cast, since whoever dumps need not be allowed to call errtrack's functions.
SELECT pg_extension_config_dump('errtrack.restore_epoch', '');
DO $do$
DECLARE
  unconsumed text := $$
  WHERE (SELECT CASE WHEN c.relfilenode OPERATOR(pg_catalog.=) pg_catalog.pg_relation_filenode(c.oid) THEN true
                     ELSE CAST(pg_catalog.concat('errtrack.', c.relname, ' was emptied as the dump began: dump again')
                               AS boolean) END
         FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) 'errtrack.raw_events_%s'::pg_catalog.regclass)
    AND NOT pg_catalog.pg_visible_in_snapshot(txid, (SELECT prev FROM errtrack.inbox_progress))
    AND NOT coalesce(pg_catalog.pg_visible_in_snapshot(txid, (SELECT cur FROM errtrack.inbox_progress))
                     AND (slot, ctid) <= (SELECT leaf, "position" FROM errtrack.inbox_progress), false)$$;
BEGIN
  FOR leaf IN 0 .. 2 LOOP
    PERFORM pg_extension_config_dump(format('errtrack.raw_events_%s', leaf), format(unconsumed, leaf));
  END LOOP;
END $do$;

-- Events that came by pg_restore bear the last of all transaction ids (src/capture/accept.c), so that they are neither
-- consumed nor taken for consumed. Once all have come they get the id of a transaction that was over before the server's
-- first, and that none in the inbox bears; it is still to be consumed.
CREATE FUNCTION errtrack.adopt_restored_events() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  early xid8 := (SELECT coalesce(max(txid::text::int), 2) + 1 FROM errtrack.raw_events WHERE txid < '500')::text::xid8;
BEGIN
  UPDATE errtrack.raw_events SET txid = early WHERE txid = '18446744073709551615';
  -- a window that passes in pieces does not take them, nor are they taken for consumed meanwhile
  UPDATE errtrack.inbox_progress
  SET prev = errtrack.without_transaction(prev, early),
      cur = errtrack.without_transaction(cur, early),
      -- they were received when they say
      prev_at = '-infinity',
      cur_at = CASE WHEN cur IS NOT NULL THEN '-infinity'::timestamptz END,
      was_restored = true;
  UPDATE errtrack.inbox SET consumed_bytes = '{0,0,0}';
  DELETE FROM errtrack.restore_epoch WHERE epoch <> (SELECT epoch FROM errtrack.inbox_progress);
END $$;
COMMENT ON FUNCTION errtrack.adopt_restored_events() IS 'Part of consume(): takes over events that were restored from a dump.';

-- A parallel restore may bring the epoch before the last of the events.
CREATE FUNCTION errtrack.has_restored_events() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
BEGIN
  SELECT * INTO STRICT p FROM errtrack.inbox_progress;
  RETURN EXISTS (SELECT FROM errtrack.restore_epoch WHERE epoch <> p.epoch)
    OR p.was_restored AND EXISTS (SELECT FROM errtrack.raw_events WHERE txid = '18446744073709551615');
END $$;
COMMENT ON FUNCTION errtrack.has_restored_events() IS 'Part of consume(): whether there are restored events to adopt.';

-- Notes how much of the leaves holds consumed events. Each version of the row may live long, and applications read it:
-- it is not written where the limit is far, nor for little.
CREATE FUNCTION errtrack.note_consumed(bytes bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  limit_bytes bigint := pg_size_bytes(current_setting('errtrack.inbox_limit'));
  i errtrack.inbox;
BEGIN
  IF bytes[1] + bytes[2] + bytes[3] < limit_bytes / 4 THEN
    RETURN;
  END IF;
  SELECT * INTO STRICT i FROM errtrack.inbox;
  bytes := ARRAY[greatest(bytes[1], i.consumed_bytes[1]), greatest(bytes[2], i.consumed_bytes[2]),
                 greatest(bytes[3], i.consumed_bytes[3])];
  IF bytes[1] + bytes[2] + bytes[3] - i.consumed_bytes[1] - i.consumed_bytes[2] - i.consumed_bytes[3]
     > limit_bytes / 64 THEN
    UPDATE errtrack.inbox SET consumed_bytes = bytes;
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.note_consumed(bigint[]) IS
  'Part of consume(): notes that so many bytes of each leaf hold consumed events, where that matters to errtrack.inbox_limit.';

-- What errtrack.inbox_limit limits.
CREATE FUNCTION errtrack.unconsumed_bytes() RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ((SELECT sum(b) FROM unnest(errtrack.inbox_bytes()) AS b)
          - (SELECT sum(b) FROM errtrack.inbox AS i, unnest(i.consumed_bytes) AS b))::bigint
$$;
COMMENT ON FUNCTION errtrack.unconsumed_bytes() IS
  'How many bytes of the inbox hold events that are not consumed, as errtrack.inbox_limit counts them; what has been consumed is taken off from a quarter of the limit on.';

-- Is there an event that is visible in a snapshot, and has not been consumed?
CREATE FUNCTION errtrack.has_unconsumed(until pg_snapshot) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET jit = off AS $$
DECLARE
  p errtrack.inbox_progress;
BEGIN
  SELECT * INTO STRICT p FROM errtrack.inbox_progress;
  -- within a window that passes in pieces the rest of it is not looked for: that would read what is done as well
  RETURN p.cur IS NOT NULL
    OR errtrack.has_restored_events()
    OR EXISTS (
      SELECT FROM errtrack.raw_events
      WHERE (txid = ANY (errtrack.ended_between(p.prev, until))
             OR txid >= pg_snapshot_xmax(p.prev) AND txid < pg_snapshot_xmax(until))
        AND pg_visible_in_snapshot(txid, until));
END $$;
COMMENT ON FUNCTION errtrack.has_unconsumed(pg_snapshot) IS
  'Whether an event that is visible in the snapshot has not been consumed yet; true as long as a window is passing in pieces.';
