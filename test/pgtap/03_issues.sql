-- From events to issues: counts and times, duplicates, the sample that is kept, alerts and the life of an issue, batches
-- that pass in pieces, and what a notification holds. Statements commit (consume() cannot see what its own transaction
-- wrote); the order of receipt is given by the order of statements.
\ir setup.psql

-- the issue of a title; its alerts, in order
CREATE FUNCTION pg_temp.issue(wanted text) RETURNS errtrack.issues LANGUAGE sql AS
$$ SELECT i FROM errtrack.issues AS i WHERE title = wanted $$;
CREATE FUNCTION pg_temp.alerts(wanted text) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(kind || ' ' || occurrence_count, ', ' ORDER BY alert_id), '') FROM errtrack.alerts WHERE issue_id = (pg_temp.issue(wanted)).issue_id $$;

--
-- New and known
--
INSERT INTO errtrack.raw_events (message, release, environment, received_at, occurred_at) VALUES
  ('plain 1', NULL, 'prod', '2001-01-01 10:00+00', NULL), ('plain 2', 'r1', 'prod', '2001-01-01 11:00+00', '2001-01-01 09:30+00'),
  ('plain 3', 'r2', NULL, '2001-01-01 12:00+00', '2001-01-02 00:00+00');
SELECT is(errtrack.consume(), 3, 'the first batch');
SELECT results_eq($$SELECT title, status::text, occurrence_count, first_seen, last_seen, release_introduced, level, regression_count, resolved_at IS NULL AND regressed_at IS NULL FROM errtrack.issues$$,
  $$VALUES ('plain 1', 'unresolved', 3::bigint, '2001-01-01 09:30+00'::timestamptz, '2001-01-01 12:00+00'::timestamptz, 'r1', 'error', 0, true)$$,
  'one issue; occurred_at counts, but none later than received_at');
SELECT is(pg_temp.alerts('plain 1'), 'new 3', 'one alert "new", with the count of the batch');
INSERT INTO errtrack.raw_events (message, release, environment, received_at, occurred_at) VALUES
  ('plain 4', 'r0', 'prod', '2001-01-01 08:00+00', '2001-01-01 08:00+00'), ('plain 5', NULL, 'prod', '2001-01-01 11:59+00', NULL);
SELECT is(errtrack.consume(), 2, 'a later batch of earlier events');
SELECT results_eq($$SELECT occurrence_count, first_seen, last_seen, release_introduced, title FROM errtrack.issues$$,
  $$VALUES (5::bigint, '2001-01-01 08:00+00'::timestamptz, '2001-01-01 12:00+00'::timestamptz, 'r1', 'plain 1')$$,
  'last_seen does not go back, first_seen does, title and release_introduced stay');
SELECT is(pg_temp.alerts('plain 1'), 'new 3', 'no second alert');
SELECT results_eq('SELECT bucket, minutes, events FROM errtrack.issue_counts ORDER BY 1', $$VALUES ('2001-01-01 00:00+00'::timestamptz, 1440::smallint, 5::bigint)$$,
  'events by when they occurred, long ago: on a day');
SELECT results_eq('SELECT release, environment, events, first_seen, last_seen FROM errtrack.issue_releases ORDER BY release COLLATE "C"',
  $$VALUES ('', 'prod', 2::bigint, '2001-01-01 10:00+00'::timestamptz, '2001-01-01 11:59+00'::timestamptz), ('r0', 'prod', 1, '2001-01-01 08:00+00', '2001-01-01 08:00+00'),
    ('r1', 'prod', 1, '2001-01-01 09:30+00', '2001-01-01 09:30+00'), ('r2', '', 1, '2001-01-01 12:00+00', '2001-01-01 12:00+00')$$, 'events by release and environment');
INSERT INTO errtrack.projects (project_id, name) VALUES (2, 'second');
INSERT INTO errtrack.raw_events (project_id, message) VALUES (2, 'plain 1');
SELECT is(errtrack.consume(), 1, 'an event of another project');
SELECT is((SELECT count(*) FROM errtrack.issues WHERE title = 'plain 1'), 2::bigint, '... has an issue of its own');
SELECT is((SELECT count(DISTINCT issue_id) FROM errtrack.issues), 2::bigint, '... with an id of its own');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE project_id = 1), 5::bigint, '... and does not count for the first');
DELETE FROM errtrack.issues WHERE project_id = 2;
-- rolled back and not committed
BEGIN;
INSERT INTO errtrack.raw_events (message) VALUES ('rolled back');
SELECT is(errtrack.consume(), 0, 'consume() does not take events of its own transaction');
ROLLBACK;
BEGIN;
INSERT INTO errtrack.raw_events (message) VALUES ('committed after consume');
SELECT is(errtrack.consume(), 0, '... nor passes over them');
COMMIT;
SELECT is(errtrack.consume(), 1, '... but takes them once they are committed');
BEGIN;
INSERT INTO errtrack.raw_events (message) VALUES ('savepoint kept');
SAVEPOINT a;
INSERT INTO errtrack.raw_events (message) VALUES ('savepoint gone');
ROLLBACK TO a;
COMMIT;
SELECT is(errtrack.consume(), 1, 'events of a savepoint that was rolled back are none');
SELECT is((SELECT count(*) FROM errtrack.issues WHERE title IN ('rolled back', 'savepoint gone')), 0::bigint, 'no issue of what was rolled back');
-- a consume() that is rolled back has not happened
INSERT INTO errtrack.raw_events (message) VALUES ('twice consumed');
BEGIN;
SELECT is(errtrack.consume(), 1, 'consume() ...');
ROLLBACK;
SELECT is(errtrack.consume(), 1, '... that was rolled back is made again');
SELECT is((pg_temp.issue('twice consumed')).occurrence_count, 1::bigint, '... and counts once');

--
-- Duplicates
--
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(1), 'double'), (pg_temp.event_id(1), 'double'), (pg_temp.event_id(2), 'double');
SELECT is(errtrack.consume(), 3, 'duplicates in a batch');
SELECT is((pg_temp.issue('double')).occurrence_count, 2::bigint, '... are counted once');
SELECT is(pg_temp.outcomes(), '1 duplicate 1', '... and as duplicates');
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(1), 'double'), (pg_temp.event_id(2), 'other words'), (pg_temp.event_id(1), 'double');
SELECT is(errtrack.consume(), 3, 'duplicates of an earlier batch');
SELECT is((pg_temp.issue('double')).occurrence_count, 2::bigint, '... are not counted');
SELECT is(pg_temp.outcomes(), '1 duplicate 4', '... but as duplicates');
SELECT is((pg_temp.issue('other words')).issue_id, NULL, '... and make no issue');
INSERT INTO errtrack.raw_events (project_id, event_id, message) VALUES (2, pg_temp.event_id(1), 'double');
SELECT is(errtrack.consume(), 1, 'the same event_id in another project ...');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE project_id = 2), 1::bigint, '... is another event');
DELETE FROM errtrack.issues WHERE project_id = 2;
SELECT errtrack.resolve((pg_temp.issue('double')).issue_id) IS NULL AS missing \gset
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(1), 'double');
SELECT is(errtrack.consume(), 1, 'a duplicate of a resolved issue ...');
SELECT is((pg_temp.issue('double')).status::text, 'resolved', '... is no regression');
SET errtrack.count_duplicates = on;
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(1), 'double'), (pg_temp.event_id(2), 'double'), (pg_temp.event_id(2), 'double');
SELECT lives_ok('SELECT errtrack.consume()', 'duplicates of a resolved issue, where they are counted, are consumed');
SELECT results_eq($$SELECT occurrence_count, status::text FROM errtrack.issues WHERE title = 'double'$$, $$VALUES (5::bigint, 'resolved')$$, '... count, and are no regression');
SELECT is(pg_temp.outcomes(), '1 duplicate 5', '... and not counted elsewhere');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE message = 'double' AND project_id = 1), 2::bigint, '... but not kept twice');
SELECT is(pg_temp.alerts('double'), 'new 2', '... and nobody is told');
-- (so that what follows is tested even where that failed)
SELECT errtrack.reopen((pg_temp.issue('double')).issue_id) IS NULL OR errtrack.flush() AS missing \gset
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(3), 'double at once'), (pg_temp.event_id(3), 'double at once');
SELECT is(errtrack.consume(), 2, 'duplicates in a batch where they are counted');
SELECT is((pg_temp.issue('double at once')).occurrence_count, 2::bigint, '... count');
SELECT is(pg_temp.alerts('double at once'), 'new 2', '... in one alert');
INSERT INTO errtrack.raw_events (event_id, message) VALUES (pg_temp.event_id(3), 'another text altogether');
SELECT is(errtrack.consume(), 1, 'a duplicate with another text');
SELECT is((SELECT count(*) FROM errtrack.alerts AS a JOIN errtrack.issues AS i USING (issue_id) WHERE i.title = 'another text altogether'), 0::bigint, '... alerts nobody');
SELECT is(pg_temp.outcomes(), '1 duplicate 6', '... and is counted as a duplicate only');
RESET errtrack.count_duplicates;

--
-- The sample
--
SET errtrack.sample_first = 3;
SET errtrack.sample_rate = 0;
INSERT INTO errtrack.raw_events (event_id, message, received_at) SELECT pg_temp.event_id(1000 + i), 'sampled', '2001-01-01'::timestamptz + i * interval '1 s' FROM generate_series(1, 10) AS i;
SELECT is(errtrack.consume(), 10, 'events for the sample');
SELECT results_eq($$SELECT event_id FROM errtrack.occurrences WHERE message = 'sampled' ORDER BY 1$$, 'SELECT pg_temp.event_id(1000 + i) FROM generate_series(1, 3) AS i', 'the first three are kept');
INSERT INTO errtrack.raw_events (event_id, message, release, environment, received_at) VALUES
  (pg_temp.event_id(1101), 'sampled', NULL, NULL, '2001-01-02 01:00'), (pg_temp.event_id(1102), 'sampled', 'r1', NULL, '2001-01-02 02:00'), (pg_temp.event_id(1103), 'sampled', 'r1', NULL, '2001-01-02 03:00'),
  (pg_temp.event_id(1104), 'sampled', 'r1', 'prod', '2001-01-02 04:00'), (pg_temp.event_id(1105), 'sampled', NULL, 'prod', '2001-01-02 05:00'), (pg_temp.event_id(1106), 'sampled', 'r2', 'prod', '2001-01-02 06:00');
SELECT is(errtrack.consume(), 6, 'events of releases and environments');
SELECT results_eq($$SELECT event_id FROM errtrack.occurrences WHERE message = 'sampled' AND event_id > pg_temp.event_id(1100) ORDER BY 1$$,
                  'SELECT pg_temp.event_id(i) FROM (VALUES (1102), (1104), (1106)) AS t (i) ORDER BY 1', '... of which the first of each is kept');
INSERT INTO errtrack.raw_events (event_id, message, release, environment) VALUES (pg_temp.event_id(1201), 'sampled', 'r2', ''), (pg_temp.event_id(1202), 'sampled', '', 'prod');
SELECT is(errtrack.consume(), 2, 'events of known ones in another batch');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE message = 'sampled'), 6::bigint, '... are not kept');
SET errtrack.sample_rate = 0.3;
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(2000 + i), 'sampled' FROM generate_series(1, 400) AS i;
SELECT is(errtrack.consume(), 400, 'many events');
SELECT set_eq($$SELECT event_id FROM errtrack.occurrences WHERE message = 'sampled' AND event_id > pg_temp.event_id(2000)$$,
              'SELECT pg_temp.event_id(2000 + i) FROM generate_series(1, 400) AS i WHERE errtrack.in_sample(pg_temp.event_id(2000 + i), 0.3)', '... are decided by their ids');
SELECT cmp_ok((SELECT count(*) FROM generate_series(1, 10000) AS i WHERE errtrack.in_sample(pg_temp.event_id(i), 0.3)), '<', 3300::bigint, 'a rate of 0.3 is about 0.3');
SELECT cmp_ok((SELECT count(*) FROM generate_series(1, 10000) AS i WHERE errtrack.in_sample(pg_temp.event_id(i), 0.3)), '>', 2700::bigint, '... from below too');
SELECT is((SELECT count(*) FROM generate_series(1, 1000) AS i WHERE errtrack.in_sample(pg_temp.event_id(i), 0)), 0::bigint, 'a rate of 0 is none');
SELECT is((SELECT count(*) FROM generate_series(1, 1000) AS i WHERE errtrack.in_sample(pg_temp.event_id(i), 1)), 1000::bigint, 'a rate of 1 is all');
SELECT is((SELECT count(*) FROM generate_series(1, 1000) AS i WHERE errtrack.in_sample(pg_temp.event_id(i), 0.1) AND NOT errtrack.in_sample(pg_temp.event_id(i), 0.3)), 0::bigint,
          'a smaller sample is part of a larger one');
SELECT is((pg_temp.issue('sampled')).occurrence_count, 418::bigint, 'all events are counted, kept or not');
-- what never comes again must not have everything kept
SET errtrack.sample_first = 0;
SET errtrack.sample_rate = 0;
INSERT INTO errtrack.raw_events (message, release, environment) SELECT 'endless', 'build ' || i, 'prod' FROM generate_series(1, 99) AS i;
SELECT is(errtrack.consume(), 99, 'a release for each event');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE message = 'endless'), 99::bigint, '... of which the first is kept');
INSERT INTO errtrack.raw_events (message, release, environment) VALUES ('endless', 'build 100', 'prod');
SELECT is(errtrack.consume(), 1, 'the hundredth');
INSERT INTO errtrack.raw_events (message, release, environment) VALUES ('endless', 'build 101', 'prod'), ('endless', 'build 102', 'test'), ('endless', 'build 7', 'staging');
SELECT is(errtrack.consume(), 3, 'and more of them, and of environments');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE message = 'endless'), 100::bigint, '... are counted, and kept no more');
SELECT is((pg_temp.issue('endless')).occurrence_count, 103::bigint, '... all of them');
RESET errtrack.sample_first;
RESET errtrack.sample_rate;

--
-- The life of an issue, and alerts
--
INSERT INTO errtrack.raw_events (message, environment, release) VALUES ('life', 'prod', '1.1');
SELECT is(errtrack.consume(), 1, 'an event');
SELECT (pg_temp.issue('life')).issue_id AS life \gset
INSERT INTO errtrack.raw_events (message) VALUES ('life');
SELECT is((errtrack.resolve(:life, '1.2')).status::text, 'resolved', 'resolve() returns the issue');
SELECT is((pg_temp.issue('life')).release_fixed, '1.2', '... with the release');
SELECT ok((pg_temp.issue('life')).resolved_at IS NOT NULL, '... and the time');
SELECT is(errtrack.consume(), 1, 'an event that was received before the resolve');
SELECT results_eq($$SELECT status::text, regression_count, occurrence_count FROM errtrack.issues WHERE title = 'life'$$, $$VALUES ('resolved', 0, 2::bigint)$$, '... is counted, and no regression');
SELECT is(pg_temp.alerts('life'), 'new 1', '... of which nobody is told');
INSERT INTO errtrack.raw_events (event_id, message, environment, release, occurred_at) VALUES (pg_temp.event_id(3001), 'life', 'stage', '1.3', '2001-01-01');
SELECT is(errtrack.consume(), 1, 'an event that is received after the resolve, and occurred long before');
SELECT results_eq($$SELECT status::text, regression_count, resolved_at IS NOT NULL, regressed_at IS NOT NULL FROM errtrack.issues WHERE title = 'life'$$, $$VALUES ('regressed', 1, true, true)$$, '... is a regression');
SELECT is(pg_temp.alerts('life'), 'new 1, regression 3', '... of which somebody is told');
SELECT results_eq($$SELECT event_id, environment, release FROM errtrack.alerts WHERE kind = 'regression'$$, $$VALUES (pg_temp.event_id(3001), 'stage', '1.3')$$, '... and of the event that made it');
INSERT INTO errtrack.raw_events (message) VALUES ('life'), ('life');
SELECT is(errtrack.consume(), 2, 'more events of a regressed issue');
SELECT is(pg_temp.alerts('life'), 'new 1, regression 3', '... alert nobody');
SELECT is((pg_temp.issue('life')).regression_count, 1, '... and are no further regression');
SELECT is((errtrack.resolve(:life)).release_fixed, NULL, 'resolve() without a release forgets the earlier one');
INSERT INTO errtrack.raw_events (message) VALUES ('life'), ('life');
SELECT is(errtrack.consume(), 2, 'two events after the second resolve');
SELECT is(pg_temp.alerts('life'), 'new 1, regression 3, regression 7', '... are one regression more');
SELECT is((errtrack.ignore(:life)).status::text, 'ignored', 'ignore()');
INSERT INTO errtrack.raw_events (message) VALUES ('life');
SELECT is(errtrack.consume(), 1, 'an event of an ignored issue');
SELECT results_eq($$SELECT status::text, occurrence_count FROM errtrack.issues WHERE title = 'life'$$, $$VALUES ('ignored', 8::bigint)$$, '... is counted, and the issue stays ignored');
SELECT is((errtrack.reopen(:life)).status::text, 'unresolved', 'reopen()');
SELECT is((errtrack.acknowledge(:life)).status::text, 'acknowledged', 'acknowledge()');
INSERT INTO errtrack.raw_events (message) VALUES ('life');
SELECT is(errtrack.consume(), 1, 'an event of an acknowledged issue');
SELECT is((errtrack.resolve(:life, '1.4')).release_fixed, '1.4', 'resolve() in another release');
SELECT results_eq(format('SELECT resolved_at, release_fixed FROM errtrack.reopen(%s)', :life), 'VALUES (NULL::timestamptz, NULL::text)', '... which reopen() forgets, and when that was');
INSERT INTO errtrack.raw_events (message) VALUES ('life');
SELECT is(errtrack.consume(), 1, 'an event of a reopened issue');
SELECT is(pg_temp.alerts('life'), 'new 1, regression 3, regression 7', 'none of these alerts anybody');
SELECT is((SELECT count(*) FROM errtrack.alerts WHERE kind = 'new'), (SELECT count(DISTINCT issue_id) FROM errtrack.alerts), 'each issue has one alert "new"');
SELECT ok(bool_and(created_at >= lag), 'alerts'' ids rise with time') FROM (SELECT created_at, coalesce(lag(created_at) OVER (ORDER BY alert_id), created_at) AS lag FROM errtrack.alerts) AS a;

-- an unknown issue
SELECT is(pg_temp.error_of(format('SELECT errtrack.%s(%s)', verb, id)), format('P0002 there is no issue %s, detail, hint', shown), format('%s() of issue %s', verb, shown))
FROM unnest(ARRAY['resolve', 'acknowledge', 'ignore', 'reopen']) AS verb,
     (VALUES ('-1', '-1'), ('9223372036854775807', '9223372036854775807'), ('NULL::bigint', '(null)')) AS t (id, shown);
SELECT is(pg_temp.error_of('SELECT errtrack.schedule_jobs()'), '42883 pg_cron is not installed in this database, detail, hint', 'schedule_jobs() says what is missing');

-- auto_resolve
SELECT is((errtrack.ignore((pg_temp.issue('plain 1')).issue_id)).status::text, 'ignored', 'an old issue is ignored');
INSERT INTO errtrack.raw_events (message, received_at) VALUES ('old open', '2001-01-01'), ('old regressed', '2001-01-01'), ('old seen again', '2001-01-01');
SELECT is(errtrack.consume(), 3, 'old issues');
INSERT INTO errtrack.raw_events (message) VALUES ('old seen again');
SELECT is(errtrack.consume(), 1, '... of which one is seen again');
UPDATE errtrack.issues SET status = 'regressed' WHERE title = 'old regressed';
UPDATE errtrack.issues SET last_seen = now() WHERE last_seen < '2002-01-01' AND title NOT IN ('old open', 'old regressed', 'plain 1');
SELECT is(errtrack.auto_resolve('100 years'), 0, 'auto_resolve() of a longer time resolves none');
SELECT is(errtrack.auto_resolve(), 2, 'auto_resolve() resolves what was not seen for a week');
SELECT is((SELECT array_agg(title ORDER BY title) FROM errtrack.issues WHERE last_seen < '2002-01-01' AND status = 'resolved' AND resolved_at IS NOT NULL), '{old open,old regressed}', '... and nothing else');
SELECT is((pg_temp.issue('plain 1')).status::text, 'ignored', '... not what is ignored');
SELECT is(errtrack.auto_resolve(), 0, '... nor anything twice');
INSERT INTO errtrack.raw_events (message) VALUES ('old open');
SELECT is(errtrack.consume(), 1, 'it comes back');
SELECT is(pg_temp.alerts('old open'), 'new 1, regression 2', '... which is a regression');
SELECT throws_ok('SELECT errtrack.auto_resolve(''-1 day'')', '22023', NULL, 'auto_resolve() of a negative time is refused');

--
-- Batches in pieces
--
-- Calls consume(7) until it has no more, n times at the most; how many events it took.
CREATE FUNCTION pg_temp.consume_pieces(n int DEFAULT 1000) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  total int := 0;
  piece int;
BEGIN
  FOR i IN 1 .. n LOOP
    piece := errtrack.consume(7);
    IF piece NOT BETWEEN 0 AND 7 THEN
      RAISE EXCEPTION 'consume(7) took %', piece;
    END IF;
    EXIT WHEN piece = 0;
    total := total + piece;
  END LOOP;
  RETURN total;
END $$;
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(4000 + i), 'piece' FROM generate_series(1, 100) AS i;
SELECT is(errtrack.consume(7), 7, 'consume(7) takes seven of a hundred events of one transaction');
SELECT is((pg_temp.issue('piece')).occurrence_count, 7::bigint, '... and counts them');
SELECT is(pg_temp.consume_pieces(), 93, '... and the others in pieces of seven at the most');
SELECT is((pg_temp.issue('piece')).occurrence_count, 100::bigint, '... each once');
SELECT is((SELECT count(*) FROM errtrack.seen_events WHERE event_id BETWEEN pg_temp.event_id(4001) AND pg_temp.event_id(4100)), 100::bigint, '... and every one');
SELECT is(pg_temp.alerts('piece'), 'new 7', '... with one alert');
-- new events while a window is passing in pieces
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(5000 + i), 'woven' FROM generate_series(1, 50) AS i;
SELECT is(errtrack.consume(7), 7, 'a window begins');
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(5100 + i), 'woven' FROM generate_series(1, 50) AS i;
SELECT is(pg_temp.consume_pieces(3), 21, '... and goes on while others come');
BEGIN;
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(5200 + i), 'woven' FROM generate_series(1, 50) AS i;
SELECT is(pg_temp.consume_pieces(2), 14, '... and in the middle of a transaction that writes');
COMMIT;
INSERT INTO errtrack.raw_events (event_id, message) SELECT pg_temp.event_id(5300 + i), 'woven' FROM generate_series(1, 3) AS i;
BEGIN;
SELECT is(pg_temp.consume_pieces(2) BETWEEN 1 AND 14, true, '... and is rolled back once');
ROLLBACK;
SELECT is(errtrack.has_unconsumed(errtrack.inbox_snapshot()), true, 'there is more');
SELECT is(errtrack.flush('5 min'), true, 'flush() takes the rest');
SELECT is(pg_temp.error_of('SELECT errtrack.flush(NULL)'), '22023 flush() needs a timeout, hint', 'flush() does not wait without end');
SELECT is(errtrack.has_unconsumed(errtrack.inbox_snapshot()), false, '... and there is no more');
SELECT is((pg_temp.issue('woven')).occurrence_count, 153::bigint, 'every event is counted once');
SELECT is((SELECT count(*) FROM errtrack.seen_events WHERE event_id BETWEEN pg_temp.event_id(5001) AND pg_temp.event_id(5400)), 153::bigint, '... and is in the ledger');
SELECT is(pg_temp.outcomes(), '1 duplicate 6', '... and none was taken for a duplicate');
-- pieces of one, over all of the three leaves
INSERT INTO errtrack.raw_events (slot, message) VALUES (0, 'leaf'), (1, 'leaf'), (2, 'leaf'), (0, 'leaf'), (2, 'leaf');
SELECT is((SELECT array_agg(errtrack.consume(1)) FROM generate_series(1, 6)), ARRAY[1, 1, 1, 1, 1, 0], 'pieces of one event, in all leaves');
SELECT is((pg_temp.issue('leaf')).occurrence_count, 5::bigint, '... each is counted once');
INSERT INTO errtrack.raw_events (slot, message) SELECT i % 3, 'even' FROM generate_series(1, 21) AS i;
SELECT is((SELECT array_agg(errtrack.consume(7)) FROM generate_series(1, 4)), ARRAY[7, 7, 7, 0], 'pieces that end where a leaf ends');
SELECT is((pg_temp.issue('even')).occurrence_count, 21::bigint, '... each is counted once');
SELECT is(sum(i.occurrence_count) + (SELECT sum(events) FROM errtrack.event_outcomes WHERE project_id = 1), (SELECT count(*) FROM errtrack.raw_events WHERE project_id = 1)::numeric,
          'events received = the issues'' counts + outcomes') FROM errtrack.issues AS i;
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues), (SELECT sum(events) FROM errtrack.issue_counts WHERE project_id = 1), '... = the counts by hour');
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues), (SELECT sum(events) FROM errtrack.issue_releases WHERE project_id = 1), '... = the counts by release');

--
-- Notifications, read by a psql that listens
--
INSERT INTO errtrack.raw_events (exception_class, message, environment, release, stack_trace) VALUES
  (repeat(E'\x01', 400), repeat(E'\x02', 400), repeat(E'\x03', 200), repeat(E'\x04', 200),
   E'Traceback (most recent call last):\n  File "' || repeat(E'\x05', 300) || E'", line 1, in ' || repeat(E'\x06', 300) || E'\nE: x'),
  (repeat('"', 400), repeat('\', 400), repeat('"', 200), repeat('\', 200), NULL);
UPDATE errtrack.projects SET name = repeat(E'\x07', 3000) WHERE project_id = 1;
\set full `psql -XAtqc 'LISTEN errtrack_alerts' -c 'SELECT errtrack.consume()' | grep '^Asynchronous'`
SELECT results_eq(format($$SELECT j ->> 'kind', j ->> 'project_id', (j ->> 'count')::int, octet_length(p) < 8000, j ? 'title', j ? 'level' FROM regexp_matches(%L, 'with payload "(\{.*?\})" received', 'g') AS m (p1),
                            LATERAL (SELECT m.p1[1] AS p, m.p1[1]::jsonb AS j) AS x$$, :'full'),
                  $$VALUES ('new', '1', 2 - 1, true, true, true), ('new', '1', 1, true, true, true)$$, 'alerts of titles with control characters are sent, as JSON of less than 8000 bytes');
UPDATE errtrack.projects SET name = 'default' WHERE project_id = 1;
INSERT INTO errtrack.raw_events (message, environment) VALUES ('told in full', 'prod');
\set full `psql -XAtqc 'LISTEN errtrack_alerts_1' -c 'SELECT errtrack.consume()' | grep '^Asynchronous' | sed 's/.*payload "\(.*\)" received.*/\1/'`
SELECT is(:'full'::jsonb - 'alert_id' - 'issue_id' - 'at', '{"kind": "new", "project_id": 1, "project": "default", "title": "told in full", "culprit": null, "level": "error",
  "environment": "prod", "release": null, "count": 1}', 'an alert is sent whole, on the project''s channel too');
INSERT INTO errtrack.raw_events (message) VALUES ('told in ids');
\set ids `psql -XAtqc 'LISTEN errtrack_alerts' -c 'SET errtrack.notify_payload = ids' -c 'SELECT errtrack.consume()' | grep '^Asynchronous' | sed 's/.*payload "\(.*\)" received.*/\1/'`
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(:'ids'::jsonb) AS k), '{alert_id,at,count,issue_id,kind,project_id}', 'errtrack.notify_payload = ids sends ids only');
SELECT is((:'ids'::jsonb ->> 'alert_id')::bigint, (SELECT max(alert_id) FROM errtrack.alerts), '... those of the row in errtrack.alerts');
INSERT INTO errtrack.raw_events (message) VALUES ('told in ids');
\set none `psql -XAtqc 'LISTEN errtrack_alerts' -c 'SELECT errtrack.consume()' | grep -c '^Asynchronous'`
SELECT is(:'none'::text, '0', 'an event of a known issue notifies nobody');
SELECT lives_ok(format('SELECT errtrack.notify_alert(1, ''new'', 1, %L, 1, %L, %L, ''error'', %L, %L, 1, now())', t, t, t, t, t), 'notify_alert() takes 100 kB of ' || what)
FROM (VALUES ('control characters', repeat(E'\x01', 100000)), ('DEL', repeat(E'\x7f', 100000)), ('quotes', repeat('"', 100000)), ('tabs', repeat(E'\t', 100000)),
             ('wide characters', repeat(U&'\+01F600', 25000))) AS t (what, t);
SELECT throws_ok('SET errtrack.notify_payload = nonsense', '22023', NULL, 'errtrack.notify_payload takes nothing else');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
