-- errtrack.workers and errtrack.health() where no worker runs (it is off here): states, backlog and lag, and each reason
-- with its hint. What a running worker tells is tested in test/t/007_worker_control.pl. Statements commit.
\ir setup.psql
SET client_min_messages = error;

-- state, backlog, and whether something waits
CREATE FUNCTION pg_temp.workers() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', state, backlog, CASE WHEN lag = '0' THEN 'no lag' ELSE 'lag' END) FROM errtrack.workers $$;
-- the status, and the reasons up to what changes from run to run
CREATE FUNCTION pg_temp.health() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(': ', status, nullif(regexp_replace(array_to_string(reasons, '; '), '\d\d+[-:][-0-9:+ ]+', '<time> ', 'g'), '')) FROM errtrack.health() $$;

--
-- States
--
SELECT is(pg_temp.workers(), 'disabled 0 no lag', 'where errtrack.worker is off');
SELECT is((SELECT count(*) FROM errtrack.workers), 1::bigint, 'one row, even though there has been no worker');
SELECT is(pg_temp.health(), 'ok', 'nothing is wrong');
SELECT is((SELECT cardinality(reasons) + cardinality(hints) FROM errtrack.health()), 0, '... and nothing is to be said');
BEGIN;
SET LOCAL errtrack.worker = on;
SELECT is(pg_temp.workers(), 'none 0 no lag', 'where it is on');
SELECT is(pg_temp.health(), 'ok', '... a worker is not missed while nothing waits');
COMMIT;
SELECT is(errtrack.worker_stop(), false, 'worker_stop() where none runs');
SELECT is(pg_temp.workers(), 'stopped 0 no lag', '... stops it all the same');
SELECT is(pg_temp.health(), 'degraded: the worker was stopped at <time> ', '... which is not well');
SELECT matches((SELECT hints[1] FROM errtrack.health()), 'worker_start', '... and is told how to end');
INSERT INTO errtrack.raw_events (message) VALUES ('while stopped');
SELECT is(pg_temp.workers(), 'stopped 1 lag', 'an event waits');
SELECT is(errtrack.consume(), 1, '... until somebody consumes by hand');
SELECT is(pg_temp.workers(), 'stopped 0 no lag', '... and no longer');
BEGIN;
SELECT is(errtrack.worker_start()::text, '', 'worker_start() that is rolled back ...');
ROLLBACK;
SELECT is(pg_temp.workers(), 'stopped 0 no lag', '... starts nothing');
SELECT is(errtrack.worker_start()::text, '', 'worker_start()');
SELECT is(pg_temp.workers(), 'disabled 0 no lag', '... ends that; errtrack.worker is off');
BEGIN;
SELECT is(errtrack.worker_stop(), false, 'worker_stop() that is rolled back ...');
ROLLBACK;
SELECT is(pg_temp.workers(), 'disabled 0 no lag', '... stops nothing');
-- what a copy of a database inherits
SELECT is(errtrack.worker_stop(), false, 'stopped once more');
UPDATE errtrack.worker SET last_error = 'old', last_error_sqlstate = '22012', last_error_at = now(), handle = 5, pid = 1;
SELECT is((SELECT concat_ws(' ', state, last_error) FROM errtrack.workers), 'stopped old', '(with an error)');
UPDATE errtrack.worker SET database = 1;
SELECT is((SELECT concat_ws(' ', state, last_error) FROM errtrack.workers), 'disabled', 'in a copy of the database the row says nothing');
SELECT is(pg_temp.health(), 'ok', '... to health() either');
SELECT is(errtrack.worker_stop(), false, '... and when the copy is stopped');
SELECT is((SELECT concat_ws(' ', database = errtrack.own_database(), handle, pid, last_error) FROM errtrack.worker), 't', '... nothing of it is left');
SELECT is(errtrack.worker_start()::text, '', '(started)');
BEGIN READ ONLY;
SELECT throws_ok('SELECT errtrack.worker_stop()', '25006', NULL, 'worker_stop() writes');
SELECT throws_ok('SELECT errtrack.worker_start()', '25006', NULL, '... and so does worker_start()');
SELECT is(pg_temp.workers() || ' ' || pg_temp.health(), 'disabled 0 no lag ok', '... but not what a monitor asks');
ROLLBACK;
-- for the whole transaction no worker comes; it is not an error to ask twice
BEGIN;
SELECT is(errtrack.worker_stop() OR errtrack.worker_stop(), false, 'worker_stop() twice in a transaction');
COMMIT;
SELECT is(errtrack.worker_start()::text, '', '(started)');

--
-- Backlog and lag
--
INSERT INTO errtrack.raw_events (message) SELECT 'm' FROM generate_series(1, 1200);
SELECT is(pg_temp.workers(), 'disabled 1200 lag', 'events wait');
SELECT is(errtrack.backlog(1000), 1000, 'counting ends');
BEGIN;
INSERT INTO errtrack.raw_events (message) VALUES ('uncommitted');
SELECT is(errtrack.backlog(5000), 1200, 'what is not committed does not wait yet');
ROLLBACK;
SELECT is(errtrack.consume(100) > 0, true, 'a window passes in pieces');
SELECT is((SELECT cur IS NOT NULL FROM errtrack.inbox_progress), true, '(it does)');
SELECT is(errtrack.backlog(5000)::bigint, 1200 - (SELECT sum(occurrence_count) FROM errtrack.issues WHERE title = 'm')::bigint, '... of which the rest waits');
INSERT INTO errtrack.raw_events (slot, message) SELECT n % 3, 'm' FROM generate_series(1, 9) AS n;
SELECT is(errtrack.backlog(5000)::bigint, 1209 - (SELECT sum(occurrence_count) FROM errtrack.issues WHERE title = 'm')::bigint, '... and what came after the window');
SELECT isnt(errtrack.oldest_unconsumed(), NULL, '... since a time');
SELECT errtrack.consume(100) FROM generate_series(1, 40) \g /dev/null
SELECT is(errtrack.oldest_unconsumed() IS NULL, true, 'then nothing waits');
SELECT is(pg_temp.workers(), 'disabled 0 no lag', '... nothing');
INSERT INTO errtrack.raw_events (slot, message) SELECT n % 3, 'm' FROM generate_series(1, 999) AS n;
SELECT is(errtrack.consume(100) > 0, true, 'a window in all three leaves passes in pieces');
SELECT is(errtrack.backlog(5000)::bigint, 2208 - (SELECT sum(occurrence_count) FROM errtrack.issues WHERE title = 'm')::bigint, '... of which the rest waits');
SELECT errtrack.consume(100) FROM generate_series(1, 4) \g /dev/null
SELECT is(errtrack.backlog(5000)::bigint, 2208 - (SELECT sum(occurrence_count) FROM errtrack.issues WHERE title = 'm')::bigint, '... in the leaves that follow, too');
SELECT errtrack.consume(5000) FROM generate_series(1, 40) \g /dev/null
SELECT is(pg_temp.workers(), 'disabled 0 no lag', '... until nothing does');

-- events that wait, so long
CREATE FUNCTION pg_temp.wait(since interval) RETURNS text LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (message, received_at) VALUES ('waits', clock_timestamp() - since) RETURNING 'sent' $$;
SELECT pg_temp.wait('30 s') \gset
SELECT is(pg_temp.health(), 'ok', 'an event that has waited for less than a minute');
SELECT is(errtrack.consume(), 1, '(consumed)');
SELECT pg_temp.wait('90 s') \gset
SELECT is(pg_temp.health(), 'degraded: events have waited for <time> ', 'for more than one');
SELECT is((SELECT lag BETWEEN '90 s' AND '3 min' FROM errtrack.workers), true, '... is shown, too');
BEGIN;
SET LOCAL errtrack.worker = on;
SELECT is(pg_temp.health(), 'failing: no worker runs, and events have waited for <time> ; events have waited for <time> ', '... where a worker should run');
COMMIT;
SELECT is(errtrack.worker_stop() OR errtrack.consume() = 0, false, '(consumed, and stopped)');
SELECT pg_temp.wait('11 min') \gset
SELECT is(pg_temp.health(), 'failing: events have waited for <time> ; the worker was stopped at <time> ', 'for more than ten, the worst comes first');
SELECT is((SELECT array_agg(h ~ 'errtrack\.work' ORDER BY i) FROM errtrack.health(), unnest(hints) WITH ORDINALITY AS u (h, i)), '{t,t}', '... each with its hint');
-- an event that says that it arrived long ago waits since the worker found nothing left
UPDATE errtrack.worker SET drained_at = clock_timestamp();
SELECT is(pg_temp.health(), 'degraded: the worker was stopped at <time> ', 'an event of an import does not make it fail');
UPDATE errtrack.worker SET drained_at = clock_timestamp() - interval '1 day';
SELECT is((SELECT lag BETWEEN '11 min' AND '12 min' FROM errtrack.workers), true, '(one that arrived since)');
SELECT is(errtrack.consume(), 1, '(consumed)');
SELECT is(errtrack.worker_start()::text, '', '(started)');

--
-- Errors
--
SELECT is(pg_temp.health(), 'ok', '(all is well)');
UPDATE errtrack.worker SET last_error = 'out of luck', last_error_sqlstate = 'XX000', last_error_at = clock_timestamp() - interval '6 min';
SELECT is(pg_temp.health(), 'ok', 'an error of long ago');
SELECT is((SELECT last_error || ' ' || last_error_sqlstate FROM errtrack.workers), 'out of luck XX000', '... is still shown');
UPDATE errtrack.worker SET last_error_at = clock_timestamp() - interval '4 min';
SELECT is(pg_temp.health(), 'degraded: the worker failed at <time> out of luck', 'a recent one');
SELECT pg_temp.wait('2 min') \gset
SELECT is((SELECT status || ' ' || (reasons[1] ~ 'failed') FROM errtrack.health()), 'failing true', '... after which nothing was consumed');
SELECT is(errtrack.consume(), 1, '(consumed)');
UPDATE errtrack.worker SET last_error_at = NULL, last_error = NULL;

--
-- How full the inbox is
--
SET errtrack.inbox_limit = '1MB';
TRUNCATE errtrack.raw_events;
UPDATE errtrack.inbox SET consumed_bytes = '{0,0,0}';
SELECT is(errtrack.unconsumed_bytes(), 0::bigint, 'an empty inbox');
INSERT INTO errtrack.raw_events (message, extra) SELECT 'large', jsonb_build_object('x', (SELECT string_agg(md5(n || ' ' || i), '') FROM generate_series(1, 25) AS i)) FROM generate_series(1, 300) AS n;
SELECT pg_relation_size('errtrack.raw_events_0') + pg_relation_size('errtrack.raw_events_1') + pg_relation_size('errtrack.raw_events_2') AS heaps \gset
SELECT cmp_ok(errtrack.unconsumed_bytes(), '>=', :heaps::bigint, 'a third of a megabyte that waits');
SELECT is(pg_temp.health(), 'ok', '... is no matter');
INSERT INTO errtrack.raw_events (message, extra) SELECT message, extra FROM errtrack.raw_events;
SELECT is(pg_temp.health(), format('degraded: the inbox holds %s %% of errtrack.inbox_limit', round(errtrack.unconsumed_bytes() * 100 / 1048576.0)), 'more than half of the limit');
SELECT cmp_ok(errtrack.unconsumed_bytes(), '<', 1048576::bigint, '... and less than the limit');
SELECT is(errtrack.consume() > 0, true, '(consumed)');
SELECT is(errtrack.unconsumed_bytes(), (SELECT sum(b) FROM unnest(errtrack.inbox_bytes()) AS b)::bigint - (SELECT consumed_bytes[1] + consumed_bytes[2] + consumed_bytes[3] FROM errtrack.inbox), 'what has been consumed is taken off');
SELECT is(pg_temp.health(), 'ok', '... and all is well');
RESET errtrack.inbox_limit;

--
-- Events that are in no issue
--
INSERT INTO errtrack.dead_letters SELECT 1, gen_random_uuid(), now(), now(), '22012', E'division by zero\nDETAIL: x', '{}', 1;
SELECT is(pg_temp.health(), 'degraded: 1 event cannot be folded: division by zero', 'a dead letter');
SELECT matches((SELECT hints[1] FROM errtrack.health()), 'retry_dead_letters', '... and what to do');
INSERT INTO errtrack.dead_letters SELECT 1, gen_random_uuid(), now(), now(), '22012', 'b', '{}', 1 FROM generate_series(1, 200);
SELECT is((SELECT reasons[1] FROM errtrack.health()) ~ '^100 or more events', true, 'many');
DELETE FROM errtrack.dead_letters;
INSERT INTO errtrack.raw_events (project_id, message) VALUES (7, 'astray'), (8, 'astray');
SELECT is(errtrack.consume(), 2, 'events of unknown projects');
SELECT is(pg_temp.health(), 'degraded: events of unknown project 7, 8 arrived within the last day', '... are told of');
UPDATE errtrack.event_outcomes SET last_at = now() - interval '25 hours';
SELECT is(pg_temp.health(), 'ok', '... for a day');
INSERT INTO errtrack.event_outcomes VALUES (1, 'inbox_full', 3, now());
SELECT is(pg_temp.health(), 'failing: the inbox was full within the last 5 minutes: events of project 1 were dropped', 'events that were dropped');
UPDATE errtrack.event_outcomes SET last_at = now() - interval '6 min';
SELECT is((SELECT count(*) FROM errtrack.health() WHERE status = 'ok' OR reasons[1] ~ 'unknown'), 1::bigint, '... are told of for a while');
UPDATE errtrack.event_outcomes SET last_at = now() - interval '25 hours';
SELECT is((SELECT events_per_minute FROM errtrack.set_quota(1, events_per_minute => 2)), 2, 'a quota');
INSERT INTO errtrack.raw_events (message, received_at) SELECT 'many', '2020-01-01 00:00+00' FROM generate_series(1, 2);
SELECT is(errtrack.consume(), 2, '... that is just used up');
SELECT is(pg_temp.health(), 'ok', '... is well');
INSERT INTO errtrack.raw_events (message, received_at) SELECT 'many', '2020-01-01 00:00+00' FROM generate_series(1, 3);
SELECT is(errtrack.consume(), 3, '... but one event more');
SELECT is(pg_temp.health(), 'degraded: the quota was used up within the last 5 minutes: events of project 1 were dropped', '... is told of');
SELECT matches((SELECT hints[1] FROM errtrack.health()), 'set_quota', '... with what to do');
UPDATE errtrack.event_outcomes SET last_at = now() - interval '6 min' WHERE outcome = 'over_quota';
SELECT is(pg_temp.health(), 'ok', '... for a while');

--
-- Who may ask
--
CREATE ROLE errtrack_t_viewer;
CREATE ROLE errtrack_t_operator;
SELECT is(errtrack.grant_role('errtrack_t_viewer', 'viewer')::text || errtrack.grant_role('errtrack_t_operator', 'operator'), '', 'a viewer and an operator');
SET ROLE errtrack_t_viewer;
SELECT is((SELECT count(*) FROM errtrack.workers, errtrack.health()), 1::bigint, 'a viewer may ask');
SELECT throws_ok('SELECT errtrack.worker_stop()', '42501', NULL, '... but not stop the worker');
SELECT throws_ok('SELECT errtrack.worker_start()', '42501', NULL, '... nor start it');
SELECT throws_ok('SELECT errtrack.retry_dead_letters()', '42501', NULL, '... nor put events back');
SELECT throws_ok('SELECT errtrack.end_worker()', '42501', NULL, '... nor call what these call');
SET ROLE errtrack_t_operator;
SELECT is((SELECT count(*) FROM errtrack.workers, errtrack.health()), 1::bigint, 'an operator may ask');
SELECT is(errtrack.worker_stop(), false, '... and stop the worker');
SELECT is(errtrack.worker_start()::text, '', '... and start it');
SELECT is(errtrack.retry_dead_letters(), 0, '... and put events back');
SELECT throws_ok('SELECT errtrack.end_worker()', '42501', NULL, '... but not call what these call');
RESET ROLE;
SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP ROLE errtrack_t_viewer, errtrack_t_operator;
