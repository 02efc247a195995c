-- ---- storage parameters ---------------------------------------------------------------------------------------------

/*
 * Chosen by measuring: 40,000 typed events of 2.2 kB (traces of 100 errors; messages, ids and JSON that differ), CPU time
 * of the backend, on two cores of a virtual machine.
 *
 * Compression, where the server has lz4; its 0.5 % more bytes buy a third of the time:
 *
 *   COPY, an event                 us   WAL bytes   heap bytes
 *   bare table, pglz             21.5        1815         2000
 *   bare table, lz4              14.2        1854         2044
 *   raw_events, pglz             26.2        1811         1982
 *   raw_events, lz4              20.0        1852         2041
 *   raw_events, not compressed   18.0        2324         2698   (toast_tuple_target = 8160)
 *
 *   into occurrences, an event     us   bytes with indexes
 *   pglz                         19.5        2102
 *   lz4                          13.0        2112
 *   lz4, main, target 128        14.3        2111
 *   lz4, target 1024             17.5        2019
 *   lz4, target 128              34.3        2564   (all in TOAST)
 *   pglz, target 1024            26.8        1970
 *   not compressed               11.0        2780
 *
 *   an event of 32 kB of JSON:  pglz 780 us, 17.0 kB;  lz4 325 us, 19.9 kB
 *
 * So toast_tuple_target and STORAGE stay as they are.  The fold takes as long with either compression or none (32 to 33 us).
 *
 * issue_facets is written anew with each batch.  10 keys of 20 values are 3.8 kB, with lz4 1.1 kB, so that they stay in the
 * row, at half of the cost of pglz; not compressed they would make three times the WAL.
 */
DO $$
DECLARE
  of_column record;
BEGIN
  IF 'lz4' = ANY ((SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression')::text[]) THEN
    FOR of_column IN
      SELECT a.attrelid::regclass AS relation, a.attname
      FROM pg_attribute AS a
      JOIN pg_class AS c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind IN ('r', 'p')
        AND c.relname ~ '^(raw_events|occurrences|set_aside_events|dead_letters|issue_facets)(_[0-9]+)?$'
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attstorage = 'x'
    LOOP
      EXECUTE format('ALTER TABLE %s ALTER %I SET COMPRESSION lz4', of_column.relation, of_column.attname);
    END LOOP;
  END IF;
END $$;

/*
 * Autovacuum of what is only inserted and then truncated is work for nothing: it writes each page a second time (all 9,998
 * of a leaf of 80 MB, and 15 bytes of WAL a row), and the lock that it holds keeps the leaf from being truncated.
 * The inbox is left alone: no plan asks for its statistics.  regroup() updates occurrences, whose dead rows are cleared
 * away as ever, and readers' plans want their statistics.  What keeps transaction ids from wrapping around comes all the
 * same.
 */
DO $$
DECLARE
  leaf regclass;
BEGIN
  FOR leaf IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'errtrack.raw_events'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off, toast.autovacuum_enabled = off)', leaf);
  END LOOP;
  FOR leaf IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'errtrack.occurrences'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_vacuum_insert_threshold = -1)', leaf);
  END LOOP;
  FOR leaf IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'errtrack.seen_events'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1)', leaf);
  END LOOP;
END $$;

/*
 * Counters.  A row of a minute is inserted, and updated by each batch of that minute: 20 batches of 2,000 issues, for 30
 * minutes, the bucket index included:
 *
 *   fillfactor         100     90     80     60     40
 *   us a row and batch 8.1    5.8    4.6    3.4    3.3
 *   WAL bytes          630    370    319    151    145
 *   heap, MB            69     39     25      9      9    (3.4 without free space and old versions)
 *
 * An hour and a day are inserted once, when they are rolled up (1.1 us a row of the narrower ones).  Of issues the same
 * rows are updated for ever, and each page soon has its free space: 7.1 to 7.6 us at any fillfactor from 60 to 100; at 90
 * least WAL.
 */
ALTER TABLE errtrack.issue_counts_minutes SET (fillfactor = 50);
ALTER TABLE errtrack.issues SET (fillfactor = 90);
ALTER TABLE errtrack.issue_releases SET (fillfactor = 90);

-- An hour of two days, a 48th of the minutes, goes at a time: by default a fifth of the table would be dead before it is
-- used again; so it is a twentieth, and a vacuum every two hours or so.
ALTER TABLE errtrack.issue_counts_minutes SET (autovacuum_vacuum_scale_factor = 0.05);
