-- Rings, time buckets, retention: what upkeep() removes and rolls up, and that it removes and doubles nothing else. Time
-- passes by calling pg_temp.upkeep_at(). Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql

-- What a leaf's name says of its number.
CREATE FUNCTION pg_temp.slot_of(leaf regclass) RETURNS int LANGUAGE sql AS $$ SELECT substring(leaf::text FROM '\d+$')::int $$;
-- Writes a row into a ring as the fold would have at that time.
CREATE FUNCTION pg_temp.put(ring text, at timestamptz, received timestamptz DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF ring = 'seen_events' THEN
    INSERT INTO errtrack.seen_events (project_id, slot, event_id, received_at) VALUES (1, errtrack.ring_slot(ring, at), gen_random_uuid(), coalesce(received, at));
  ELSE
    INSERT INTO errtrack.occurrences (project_id, slot, issue_id, event_id, received_at, occurred_at, level, flags, fingerprint)
    VALUES (1, errtrack.ring_slot(ring, at), 1, gen_random_uuid(), coalesce(received, at), coalesce(received, at), 'error', '{}', '\x00');
  END IF;
END $$;
-- Fills a ring with a row for each of the widths before a time, then keeps house at that time: which are left, counted back from it.
CREATE FUNCTION pg_temp.kept(ring text, at timestamptz, retention text DEFAULT '30d') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('TRUNCATE errtrack.%I', ring);
  FOR n IN 0 .. errtrack.ring_leaves(ring) - 1 LOOP
    PERFORM pg_temp.put(ring, at - n * errtrack.ring_width(ring));
  END LOOP;
  PERFORM set_config('errtrack.retention', retention, true);
  PERFORM pg_temp.upkeep_at(at);
  EXECUTE format('SELECT string_agg(round(extract(epoch FROM $1 - received_at) / extract(epoch FROM errtrack.ring_width(%1$L)))::text, %2$L ORDER BY received_at DESC) FROM errtrack.%1$I', ring, ' ') INTO result USING at;
  RETURN result;
END $$;

--
-- Slots
--
SELECT is((SELECT array_agg(errtrack.ring_slot('occurrences', timestamptz '2026-01-01 00:00+00' + n * interval '168 hours') ORDER BY n) FROM generate_series(0, 17) AS n),
          (SELECT array_agg(mod(first + n, 16)::smallint ORDER BY n) FROM generate_series(0, 17) AS n, errtrack.ring_slot('occurrences', '2026-01-01 00:00+00') AS first), 'each week its leaf, in turn');
SELECT is((SELECT count(DISTINCT errtrack.ring_slot('seen_events', timestamptz '1970-01-01 00:00+00' + n * interval '84 hours')) FROM generate_series(0, 4) AS n), 5::bigint, 'each half week its leaf');
SELECT is(errtrack.ring_slot('occurrences', timestamptz '1970-01-08 00:00+00' - interval '1 microsecond') || ' ' || errtrack.ring_slot('occurrences', '1970-01-08 00:00+00'), '0 1', 'a leaf ends where the next begins');
SELECT string_agg(errtrack.ring_slot('occurrences', t)::text, '' ORDER BY t) AS slots FROM generate_series(timestamptz '2026-03-01 00:00+00', '2026-04-01 00:00+00', '1 hour') AS t \gset
SET timezone = 'America/New_York';
SELECT is(string_agg(errtrack.ring_slot('occurrences', t)::text, '' ORDER BY t), :'slots', '... whatever the time zone') FROM generate_series(timestamptz '2026-03-01 00:00+00', '2026-04-01 00:00+00', '1 hour') AS t;
RESET timezone;
SELECT is(errtrack.ring_slot('nothing', now()), NULL, 'no slot of what is no ring');
SELECT set_eq($$SELECT inhparent::regclass::text, count(*)::int FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind = 'r' AND inhparent IN ('errtrack.occurrences'::regclass, 'errtrack.seen_events'::regclass) GROUP BY 1$$,
              $$SELECT 'errtrack.' || ring, errtrack.ring_leaves(ring) FROM unnest(ARRAY['occurrences', 'seen_events']) AS ring$$, 'there are as many leaves as said');
SELECT is_empty($$SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('errtrack.occurrences'::regclass, 'errtrack.seen_events'::regclass, 'errtrack.issue_counts'::regclass)
                  AND inhrelid NOT IN (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'errtrack')$$, 'a dump takes the rows of all of them');
INSERT INTO errtrack.raw_events (message) VALUES ('slots');
INSERT INTO errtrack.raw_events (message, received_at) VALUES ('slots', '2001-01-01');
SELECT is(errtrack.consume(), 2, 'an event of now, and one that came late');
SELECT results_eq('SELECT DISTINCT pg_temp.slot_of(tableoid)::smallint FROM errtrack.occurrences', $$SELECT errtrack.ring_slot('occurrences', now())$$, '... are kept in the leaf of now');
SELECT results_eq('SELECT DISTINCT pg_temp.slot_of(tableoid)::smallint FROM errtrack.seen_events', $$SELECT errtrack.ring_slot('seen_events', now())$$, '... as are their ids');
SELECT is_empty('SELECT errtrack.upkeep()', 'nothing is to be done');
SELECT is((SELECT count(*) FROM errtrack.occurrences) + (SELECT count(*) FROM errtrack.seen_events), 4::bigint, '... and nothing is done');

--
-- Retention
--
SELECT is(pg_temp.kept('occurrences', '2026-06-01 12:00+00'), '0 1 2 3 4 15', '30 days: the leaves that reach into them, and the one whose turn is next');
SELECT is(pg_temp.kept('occurrences', '2026-06-01 12:00+00', '1d'), '0 15', '1 day');
SELECT is(pg_temp.kept('occurrences', '2026-06-01 12:00+00', '91d'), '0 1 2 3 4 5 6 7 8 9 10 11 12 13 15', '91 days');
-- 2026-05-28 00:00 is where a leaf begins
SELECT is(pg_temp.kept('occurrences', '2026-06-27 00:00+00'), '0 1 2 3 4 15', '30 days after its end a leaf goes');
SELECT is(pg_temp.kept('occurrences', timestamptz '2026-06-27 00:00+00' - interval '1 second'), '0 1 2 3 4 5 15', '... not a second before');
SELECT is(pg_temp.kept('occurrences', '2026-05-28 00:00+00', '91d'), '0 1 2 3 4 5 6 7 8 9 10 11 12 13 15', '91 days, at the beginning of a leaf');
SELECT is(pg_temp.kept('seen_events', '2026-06-01 12:00+00'), '0 1 2 4', 'event ids: three leaves, and the one whose turn is next');
SELECT is(pg_temp.kept('seen_events', '2026-06-01 12:00+00', '91d'), '0 1 2 4', '... however long occurrences are kept');
-- for any time, what is younger is there, and what is much older is not
SELECT is_empty($$
  SELECT at, k FROM (SELECT at, string_to_array(pg_temp.kept('seen_events', at), ' ')::int[] AS k
                     FROM generate_series(timestamptz '2026-03-28 00:00+00', '2026-04-02 00:00+00', '5 hours') AS at) AS x
  WHERE NOT k @> '{0,1,2}' OR 3 = ANY (k)$$, 'at any time event ids of a week are there');
SELECT set_config('timezone', 'America/New_York', false) \gset ignored_
SELECT is(pg_temp.kept('occurrences', '2026-03-10 12:00+00'), '0 1 2 3 4 15', 'where clocks are changed as well');
RESET timezone;
SELECT is((SELECT setting || ' ' || unit || ' ' || context FROM pg_settings WHERE name = 'errtrack.retention'), '43200 min superuser', 'the setting');
SET errtrack.retention = '30d';
SET errtrack.retention = '72 h';
SELECT is(current_setting('errtrack.retention'), '3d', '... takes units');
SELECT throws_ok($$SET errtrack.retention = '92d'$$, '22023', NULL, '... at most 91 days');
SELECT throws_ok($$SET errtrack.retention = '0'$$, '22023', NULL, '... at least one');
RESET errtrack.retention;

--
-- Clocks that are wrong, upkeep that comes late
--
TRUNCATE errtrack.occurrences, errtrack.seen_events;
SELECT count(pg_temp.put(ring, at + n * errtrack.ring_width(ring))) FROM (VALUES ('occurrences'), ('seen_events')) AS r (ring), (VALUES (timestamptz '2026-06-01 12:00+00')) AS t (at), generate_series(1, 3) AS n \gset ignored_
SELECT is_empty($$SELECT pg_temp.upkeep_at('2026-06-01 12:00+00')$$, 'the clock steps back by up to three leaves: nothing is truncated');
TRUNCATE errtrack.occurrences, errtrack.seen_events;
SELECT count(pg_temp.put(ring, timestamptz '2026-06-01 12:00+00' + errtrack.ring_width(ring), '2020-01-01')) FROM (VALUES ('occurrences'), ('seen_events')) AS r (ring) \gset ignored_
SELECT is_empty($$SELECT pg_temp.upkeep_at('2026-06-01 12:00+00')$$, '... nor, of the last one, events that came late');
TRUNCATE errtrack.occurrences, errtrack.seen_events;
SELECT pg_temp.put('occurrences', timestamptz '2026-06-01 12:00+00' - 16 * interval '168 hours') \gset ignored_
SELECT is_empty($$SELECT pg_temp.upkeep_at('2026-06-01 12:00+00')$$, 'a leaf that nobody truncated before its turn came');
SELECT pg_temp.put('occurrences', '2026-06-01 12:00+00') \gset ignored_
SELECT is((SELECT count(*) FROM (SELECT pg_temp.upkeep_at(timestamptz '2026-06-01 12:00+00' + n * interval '1 day') FROM generate_series(0, 32) AS n) AS x), 0::bigint, '... keeps its rows as long as the new ones');
SELECT is((SELECT count(*) FROM errtrack.occurrences), 2::bigint, '(it has both)');
SELECT is((SELECT count(*) FROM pg_temp.upkeep_at('2026-07-06 12:00+00')), 1::bigint, '... and is truncated with them');
SELECT is((SELECT count(*) FROM errtrack.occurrences), 0::bigint, '(it is empty)');
SELECT pg_temp.put('occurrences', '2026-06-01 12:00+00') \gset ignored_
SELECT matches((SELECT upkeep_at FROM pg_temp.upkeep_at('2026-07-10 12:00+00')), 'errtrack.occurrences_\d+ truncated: \d+ kB, until 2026-06-04 00:00:00\+00', 'upkeep() says what it did');
SELECT is_empty($$SELECT pg_temp.upkeep_at('2026-07-10 12:00+00')$$, '... once');
TRUNCATE errtrack.occurrences, errtrack.seen_events, errtrack.issues, errtrack.fingerprints, errtrack.issue_counts, errtrack.issue_releases, errtrack.alerts;

--
-- An id is remembered for a week; after that the event is another one
--
INSERT INTO errtrack.raw_events (event_id, message) VALUES ('00000000-0000-0000-0000-000000000001', 'again');
SELECT is(errtrack.consume(), 1, 'an event');
-- what was consumed now looks as if it had been two leaves ago
UPDATE errtrack.seen_events SET slot = errtrack.ring_slot('seen_events', now() - 2 * interval '84 hours'), received_at = now() - interval '168 hours';
SELECT is_empty('SELECT errtrack.upkeep()', '... two leaves later');
INSERT INTO errtrack.raw_events (event_id, message) VALUES ('00000000-0000-0000-0000-000000000001', 'again');
SELECT is(errtrack.consume(), 1, '... again');
SELECT is((SELECT occurrence_count FROM errtrack.issues), 1::bigint, '... is known');
UPDATE errtrack.seen_events SET slot = errtrack.ring_slot('seen_events', now() - 3 * interval '84 hours'), received_at = now() - 3 * interval '84 hours';
SELECT is((SELECT count(*) FROM errtrack.upkeep()), 1::bigint, 'three leaves later it is forgotten');
INSERT INTO errtrack.raw_events (event_id, message) VALUES ('00000000-0000-0000-0000-000000000001', 'again');
SELECT is(errtrack.consume(), 1, '... and again');
SELECT is((SELECT occurrence_count || ' ' || (SELECT sum(events) FROM errtrack.issue_counts) FROM errtrack.issues), '2 2', '... counts');
SELECT is((SELECT count(*) FROM errtrack.occurrences), 1::bigint, '... and is not kept twice within a leaf');

--
-- Time buckets
--
-- Sum of counts against the issues'; rows by width.
CREATE FUNCTION pg_temp.buckets(title text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s/%s: %s', sum(c.n), i.occurrence_count, string_agg(format('%s×%s', c.n, c.minutes), ' ' ORDER BY c.minutes))
  FROM errtrack.issues AS i,
       LATERAL (SELECT minutes, sum(events) AS n FROM errtrack.issue_counts AS b WHERE b.project_id = i.project_id AND b.issue_id = i.issue_id GROUP BY 1) AS c
  WHERE i.title = $1 GROUP BY i.occurrence_count
$$;
-- Rows whose bucket does not begin where one of its width does.
CREATE VIEW pg_temp.crooked AS SELECT * FROM errtrack.issue_counts WHERE mod(extract(epoch FROM bucket), minutes * 60) <> 0;
SELECT is((SELECT array_agg(errtrack.bucket_minutes(timestamptz '2026-06-01 12:00+00' - age::interval, '2026-06-01 12:00+00') ORDER BY n)
           FROM unnest(ARRAY['-1 day', '0', '48:00:00', '48:00:00.000001', '2160:00:00', '2160:00:00.000001', '10000 years']) WITH ORDINALITY AS a (age, n) WHERE n < 7), '{1,1,1,60,60,1440}', 'widths by age, to the microsecond');
SELECT is(errtrack.bucket_minutes('4714-11-24 00:00+00 BC', now()), 1440::smallint, '... of the first time of all');
SELECT is(errtrack.bucket_start('4714-11-24 00:00+00 BC', 1440::smallint), '4714-11-24 00:00+00 BC'::timestamptz, '... whose day begins then');
SELECT set_config('timezone', 'Asia/Kolkata', false) \gset ignored_
SELECT results_eq($$SELECT errtrack.bucket_start('1999-12-31 23:59:59.999999+00', m::smallint) FROM (VALUES (1), (60), (1440)) AS v (m)$$,
                  $$VALUES (timestamptz '1999-12-31 23:59+00'), ('1999-12-31 23:00+00'), ('1999-12-31 00:00+00')$$, 'buckets begin at full minutes, hours and days of UTC');
SELECT is((SELECT count(*) FROM generate_series(timestamptz '1969-12-31 00:00+00', '1970-01-02 00:00+00', '13 minutes') AS t, unnest('{1,60,1440}'::smallint[]) AS m
           WHERE errtrack.bucket_start(t, m) IS DISTINCT FROM date_trunc(CASE m WHEN 1 THEN 'minute' WHEN 60 THEN 'hour' ELSE 'day' END, t, 'UTC')), 0::bigint, '... as date_trunc() says');
INSERT INTO errtrack.raw_events (message, received_at) SELECT 'spread', now() - age::interval
FROM unnest(ARRAY['0', '1 min', '47 hours', '49 hours', '49:00:01', '80 days', '91 days', '2000 days', '2000 days 1 second']) AS age;
SELECT is(errtrack.consume(), 9, 'events of all ages');
SELECT is(pg_temp.buckets('spread'), '9/9: 3×1 3×60 3×1440', '... each in its width');
SELECT is_empty('TABLE pg_temp.crooked', '... which begins where it should');
RESET timezone;
SELECT is((SELECT minute_rows + hour_rows FROM errtrack.roll_up(now())), 0::bigint, 'all are where they belong');
SELECT is(pg_temp.buckets('spread'), '9/9: 3×1 3×60 3×1440', '(they are still there)');
SELECT is((SELECT (errtrack.roll_up(now() + interval '4 hours')).minute_rows), 1::bigint, 'four hours later one minute is old');
SELECT is(pg_temp.buckets('spread'), '9/9: 2×1 4×60 3×1440', '... and is counted in its hour');
SELECT is((SELECT (errtrack.roll_up(now() + interval '52 hours')).minute_rows BETWEEN 3 AND 4), true, 'two days later all are (the two, and another issue''s)');
SELECT is(pg_temp.buckets('spread'), '9/9: 6×60 3×1440', '... hours');
SELECT is(pg_temp.buckets('again'), '2/2: 2×60', '... the other issue''s, too');
INSERT INTO errtrack.raw_events (message) VALUES ('spread');
SELECT is(errtrack.consume(), 1, 'the clock steps back, an event of the same minute');
SELECT is(pg_temp.buckets('spread'), '10/10: 1×1 6×60 3×1440', '... is counted by the minute');
SELECT is((SELECT (errtrack.roll_up(now() + interval '52 hours')).minute_rows), 1::bigint, '... and rolled up');
SELECT is(pg_temp.buckets('spread'), '10/10: 7×60 3×1440', '... into an hour that is there');
SELECT is((SELECT (errtrack.roll_up(now() + interval '13 days')).hour_rows), 1::bigint, 'hours that have become older than ninety days');
SELECT is(pg_temp.buckets('spread'), '10/10: 6×60 4×1440', '... are counted in their days');
SELECT is((SELECT minute_rows FROM errtrack.roll_up(now() + interval '10 years')), 0::bigint, 'all');
SELECT is(pg_temp.buckets('spread'), '10/10: 10×1440', '... are days in the end');
SELECT is_empty('TABLE pg_temp.crooked', '... which begin where days do');
SELECT is((SELECT (errtrack.roll_up(now())) = (0::bigint, 0::bigint)), true, 'once more: nothing is to be done');
INSERT INTO errtrack.raw_events (message) VALUES ('both');
SELECT is(errtrack.consume(), 1, 'an event');
SELECT is((SELECT (errtrack.roll_up(now() + interval '1 year')) = (1::bigint, 1::bigint)), true, 'minutes pass through hours to days at once');
SELECT is(pg_temp.buckets('both'), '1/1: 1×1440', '... and are a day');

--
-- regroup() moves counts of all widths
--
-- one minute of five days ago: six events at that time, of which the last two come when it is old; each second one is of another customer
INSERT INTO errtrack.raw_events (stack_trace, received_at, tags)
SELECT pg_temp.java('Split', '{shop.A.a,shop.B.b}'), date_trunc('minute', now()) - interval '1 hour', jsonb_build_object('customer', (ARRAY['acme', 'other'])[1 + n % 2]) FROM generate_series(1, 4) AS n;
SELECT is(errtrack.consume(), 4, 'four events of a minute');
UPDATE errtrack.issue_counts SET bucket = bucket - interval '120 hours' WHERE issue_id = (SELECT issue_id FROM errtrack.issues WHERE exception_class = 'shop.Split');
UPDATE errtrack.occurrences SET occurred_at = occurred_at - interval '120 hours', received_at = received_at - interval '120 hours' WHERE exception_class = 'shop.Split';
INSERT INTO errtrack.raw_events (stack_trace, received_at, tags)
SELECT pg_temp.java('Split', '{shop.A.a,shop.B.b}'), date_trunc('minute', now()) - interval '121 hours', jsonb_build_object('customer', (ARRAY['acme', 'other'])[1 + n % 2]) FROM generate_series(1, 2) AS n;
SELECT is(errtrack.consume(), 2, 'two of the same minute that come when it is old');
-- one of another customer in a day that is old
INSERT INTO errtrack.raw_events (stack_trace, received_at, tags) SELECT pg_temp.java('Split', '{shop.A.a,shop.B.b}'), now() - interval '100 days', jsonb_build_object('customer', c) FROM unnest(ARRAY['acme', 'other']) AS c;
SELECT is(errtrack.consume(), 2, 'two of a hundred days ago');
SELECT is(pg_temp.buckets('shop.Split: x'), '8/8: 4×1 2×60 2×1440', 'an issue with counts of all widths');
INSERT INTO errtrack.fingerprint_rules (project_id, fingerprint, tags) VALUES (1, '{"of acme"}', '{"customer": "acme"}');
SELECT is((SELECT array_agg(occurrences ORDER BY occurrences) FROM errtrack.regroup(1, true) WHERE title LIKE 'shop.Split%'), '{4}', 'half of it becomes another issue');
SELECT results_eq($$SELECT i.occurrence_count, (SELECT sum(events) FROM errtrack.issue_counts AS c WHERE c.issue_id = i.issue_id)::int, (SELECT count(*) FROM errtrack.issue_counts AS c WHERE c.issue_id = i.issue_id AND events <= 0)
                    FROM errtrack.issues AS i WHERE exception_class = 'shop.Split'$$, $$VALUES (4::bigint, 4, 0::bigint), (4, 4, 0)$$, '... and its counts with it');
SELECT results_eq($$SELECT minutes, sum(events)::int FROM errtrack.issue_counts JOIN errtrack.issues USING (project_id, issue_id) WHERE exception_class = 'shop.Split' GROUP BY 1 ORDER BY 1$$,
                  $$VALUES (1::smallint, 4), (60::smallint, 2), (1440::smallint, 2)$$, '... of each width as many as there were');
SELECT is_empty('TABLE pg_temp.crooked', '... in buckets that begin where they should');
DELETE FROM errtrack.fingerprint_rules;

--
-- What lies aside
--
INSERT INTO errtrack.raw_events (project_id, message) VALUES (99, 'stray'), (98, 'stray');
SELECT is(errtrack.consume(), 2, 'events of unknown projects');
UPDATE errtrack.set_aside_events SET set_aside_at = now() - interval '31 days' WHERE project_id = 99;
SELECT results_eq($$SELECT u FROM errtrack.upkeep() AS u WHERE u LIKE '%set-aside%'$$, $$VALUES ('1 set-aside events deleted, older than errtrack.retention')$$, 'one that is old goes');
SELECT results_eq('SELECT project_id FROM errtrack.set_aside_events', 'VALUES (98)', '... the other one stays');
INSERT INTO errtrack.dead_letters (project_id, event_id, received_at, failed_at, sqlstate, error, event, attempts) SELECT 1, gen_random_uuid(), now(), now() - age, 'XX000', 'x', '{}', 1 FROM unnest(ARRAY['29 days', '31 days', '40 days']::interval[]) AS age;
SELECT results_eq($$SELECT u FROM errtrack.upkeep() AS u WHERE u LIKE '%letters%'$$, $$VALUES ('2 dead letters deleted, older than errtrack.retention')$$, 'of dead letters, too');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 1::bigint, '... what is younger stays');
DELETE FROM errtrack.dead_letters;
SELECT is((SELECT sum(events) FROM errtrack.event_outcomes WHERE outcome = 'set_aside'), 2::numeric, '... and both stay counted');

--
-- Who may, and when
--
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT throws_like('SELECT errtrack.upkeep()', 'upkeep() cannot work in a transaction that sees only the past', 'not at REPEATABLE READ');
ROLLBACK;
BEGIN READ ONLY;
SELECT throws_ok('SELECT errtrack.upkeep()', '25006', NULL, 'nor in a transaction that only reads');
ROLLBACK;
CREATE ROLE errtrack_t_operator;
SELECT errtrack.grant_role('errtrack_t_operator', 'operator') \gset ignored_
SET ROLE errtrack_t_operator;
SELECT lives_ok('SELECT errtrack.upkeep()', 'an operator may keep house');
SELECT throws_ok($$SET errtrack.test_now = '2100-01-01'$$, '42501', NULL, '... by the clock only');
SELECT throws_ok($$SELECT errtrack.truncate_leaf('errtrack.occurrences_0')$$, '42501', NULL, '... and not otherwise');
SELECT throws_ok($$SET errtrack.retention = '1d'$$, '42501', NULL, '... nor say what is old');
SELECT lives_ok('SELECT * FROM errtrack.storage', '... and may look at how much there is');
RESET ROLE;

--
-- errtrack.storage
--
SELECT is((SELECT sum(total_bytes) FROM errtrack.storage), (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'errtrack'::regnamespace AND relkind = 'r'), 'storage tells of all tables');
SELECT is_empty('SELECT part FROM errtrack.storage WHERE heap_bytes + toast_bytes + index_bytes <> total_bytes OR size <> pg_size_pretty(total_bytes)', '... and adds up');
TRUNCATE errtrack.occurrences;
SELECT count(pg_temp.put('occurrences', now() - n * interval '168 hours')) FROM generate_series(1, 15, 2) AS n \gset ignored_
SELECT results_eq($$SELECT leaves_in_use, leaves_since FROM errtrack.storage WHERE part = 'occurrences'$$,
                  $$SELECT '8 of 16', date_bin('168 hours', now(), '1970-01-01 00:00+00') - 15 * interval '168 hours'$$, '... for a ring, the leaves in use, and since when');
SELECT results_eq($$SELECT count(*), count(DISTINCT part) FROM errtrack.storage WHERE part IN ('inbox', 'occurrences', 'event ids', 'time buckets', 'issues and fingerprints', 'alerts', 'rules', 'set aside')$$, 'VALUES (8::bigint, 8::bigint)', '... part by part');

-- leaves of a table differ in nothing but their number
SELECT is_empty($$
  SELECT parent FROM (SELECT i.inhparent::regclass AS parent, (c.reloptions, (SELECT array_agg((a.attname, a.attcompression, a.attstorage) ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0)) AS settings
                      FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind = 'r' AND c.relnamespace = 'errtrack'::regnamespace) AS x
  WHERE parent <> 'errtrack.issue_counts'::regclass GROUP BY parent HAVING count(DISTINCT settings) > 1$$, 'all leaves have the same settings');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP OWNED BY errtrack_t_operator;
DROP ROLE errtrack_t_operator;
