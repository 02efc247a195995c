-- Events that cannot be folded: set aside alone, whole and counted, and put back; and errors that are not theirs. A trigger
-- on errtrack.issues is the poison. Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql
SET client_min_messages = error;

-- an issue whose class is Poison… raises the error that the rest of its name says
CREATE FUNCTION public.errtrack_t_poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.exception_class ~ '^Poison' THEN
    RAISE 'poisoned by %', NEW.title USING ERRCODE = substr(NEW.exception_class, 7), DETAIL = 'the detail', HINT = 'the hint';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION public.errtrack_t_poison();

--
-- One event alone
--
INSERT INTO errtrack.raw_events (event_id, received_at, occurred_at, exception_class, message, level, platform, stack_trace, environment, release, dist, server_name, transaction, logger, user_id,
                                 session_id, request, tags, contexts, extra, trace_id, span_id, fingerprint, debug_ids, flags)
VALUES (pg_temp.event_id(1), '2001-01-01 10:00+00', '2001-01-01 09:00+00', 'Poison22012', 'one', 'warning', 'python', 'Traceback', 'prod', 'r1', 'd1', 's1', 't1', 'l1', 'u1',
        'se1', '{"url": "/"}', '{"k": null, "l": ["v"]}', '{"c": {"d": 1}}', '{"e": "f"}', 'tr1', 'sp1', '{a,"b c"}', '{"x": "y"}', '{odd}');
SELECT is(errtrack.consume(), 1, 'an event that fails, alone, is taken');
SELECT is(pg_temp.counted(), 0::bigint, '... and not counted');
SELECT is(pg_temp.outcomes(), '1 dead_letter 1', '... but as a dead letter');
SELECT is((SELECT count(*) FROM errtrack.seen_events), 0::bigint, '... and the ledger does not know it');
SELECT results_eq('SELECT project_id, event_id, received_at, sqlstate, attempts, failed_at <= clock_timestamp() FROM errtrack.dead_letters',
  $$VALUES (1, pg_temp.event_id(1), '2001-01-01 10:00+00'::timestamptz, '22012', 1, true)$$, 'it stands in dead_letters');
SELECT matches(error, E'^poisoned by Poison22012: one\nDETAIL: the detail\nHINT: the hint\nCONTEXT: PL/pgSQL function .*errtrack_t_poison', '... with the error') FROM errtrack.dead_letters;
SELECT is(d.event, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(r) - 'slot' - 'txid') WHERE value <> 'null'), '... and whole')
FROM errtrack.dead_letters AS d JOIN errtrack.raw_events AS r USING (event_id);
SELECT is(errtrack.consume(), 0, 'it is not tried again by itself');

--
-- It is sent again
--
INSERT INTO errtrack.raw_events (event_id, exception_class, message) VALUES (pg_temp.event_id(1), 'Poison22012', 'one');
SELECT is(errtrack.consume(), 1, 'the same event is sent again');
SELECT is(pg_temp.outcomes(), '1 dead_letter 1, 1 duplicate 1', '... a duplicate');
SELECT is((SELECT count(*) || ' ' || max(attempts) FROM errtrack.dead_letters), '1 1', '... which leaves the first');

--
-- Put back
--
SELECT is(errtrack.retry_dead_letters(2), 0, 'of another project there are none to retry');
SELECT is(errtrack.retry_dead_letters(1), 1, 'of this one there is');
SELECT is(pg_temp.outcomes(), '1 dead_letter 0, 1 duplicate 1', '... which is no dead letter now');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, '... in neither place');
SELECT is(errtrack.consume(), 1, 'it is tried again');
SELECT is((SELECT attempts FROM errtrack.dead_letters), 2, '... and fails, for the second time');
SELECT is(pg_temp.outcomes(), '1 dead_letter 1, 1 duplicate 1', '... counted once');
SELECT is(errtrack.retry_dead_letters(), 1, 'once more');
SELECT is(errtrack.consume(), 1, '...');
SELECT is((SELECT attempts FROM errtrack.dead_letters), 3, '... for the third time');
BEGIN;
SELECT is(errtrack.retry_dead_letters(), 1, 'a retry that is rolled back ...');
ROLLBACK;
SELECT is((SELECT attempts FROM errtrack.dead_letters), 3, '... has not happened');
ALTER TABLE errtrack.issues DISABLE TRIGGER poison;
SELECT is(errtrack.retry_dead_letters(), 1, 'what was wrong is mended');
SELECT is(errtrack.consume(), 1, 'it is tried again');
SELECT is(pg_temp.counted(), 1::bigint, '... and counted');
SELECT is(pg_temp.outcomes(), '1 dead_letter 0, 1 duplicate 1', '... and is no duplicate');
SELECT results_eq('SELECT event_id, received_at, occurred_at, exception_class, message, level, stack_trace, environment, release, dist, server_name, transaction, logger, user_id, session_id FROM errtrack.occurrences',
  $$VALUES (pg_temp.event_id(1), '2001-01-01 10:00+00'::timestamptz, '2001-01-01 09:00+00'::timestamptz, 'Poison22012', 'one', 'warning', 'Traceback', 'prod', 'r1', 'd1', 's1', 't1', 'l1', 'u1', 'se1')$$, '... as it came');
SELECT results_eq('SELECT request, tags, contexts, extra, trace_id, span_id, own_fingerprint, debug_ids FROM errtrack.occurrences',
  $$VALUES ('{"url": "/"}'::jsonb, '{"k": null, "l": ["v"]}'::jsonb, '{"c": {"d": 1}}'::jsonb, '{"e": "f"}'::jsonb, 'tr1', 'sp1', '{a,"b c"}'::text[], '{"x": "y"}'::jsonb)$$, '... in all its columns');
SELECT is((SELECT flags FROM errtrack.occurrences), '{odd,retried,retried,retried,stack_trace_unread}', '... and its flags tell of the retries');
SELECT is((SELECT count(*) FROM errtrack.alerts), 1::bigint, '... with one alert');
ALTER TABLE errtrack.issues ENABLE TRIGGER poison;

--
-- Among others
--
-- sends so many, of which these are poisoned
CREATE FUNCTION pg_temp.batch(n int, poisoned int[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM errtrack.dead_letters;
  INSERT INTO errtrack.raw_events (exception_class, message, extra)
  SELECT CASE WHEN i = ANY (poisoned) THEN 'Poison22012' ELSE 'Good' || chr(96 + i % 5) END, 'm' || n || chr(97 + i % 3), to_jsonb(i) FROM generate_series(1, n) AS i;
  RETURN 'sent';
END $$;
CREATE TEMP TABLE before AS SELECT pg_temp.counted() AS counted;
SELECT pg_temp.batch(2, '{1}') \gset
SELECT is(errtrack.consume(), 2, 'two events, the first one fails');
SELECT is(pg_temp.counted() - counted, 1::bigint, '... the other one counts') FROM before;
SELECT is((SELECT array_agg((event->>'extra')::int) FROM errtrack.dead_letters), '{1}', '... and the right one is set aside');
UPDATE before SET counted = pg_temp.counted();
SELECT pg_temp.batch(1000, '{1,2,3,499,500,501,502,777,1000}') \gset
SELECT is(errtrack.consume(), 1000, 'a thousand, nine of which fail');
SELECT is(pg_temp.counted() - counted, 991::bigint, '... the others count') FROM before;
SELECT is((SELECT array_agg((event->>'extra')::int ORDER BY (event->>'extra')::int) FROM errtrack.dead_letters), '{1,2,3,499,500,501,502,777,1000}', '... and the right ones are set aside');
SELECT is((SELECT count(*) FROM errtrack.alerts), (SELECT count(*) FROM errtrack.issues), '... with one alert an issue');
SELECT is((SELECT count(*) FROM errtrack.alerts AS a WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE i.issue_id = a.issue_id)), 0::bigint, '... and none of what was taken back');
-- many, and nothing else: they are what fails, not the fold
UPDATE before SET counted = pg_temp.counted();
SELECT pg_temp.batch(40, ARRAY(SELECT generate_series(1, 40))) \gset
SELECT is(errtrack.consume(), 40, 'forty events that all fail');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 40::bigint, '... are all set aside');
SELECT is(pg_temp.counted() - counted, 0::bigint, '... nothing of the trial is left') FROM before;
SELECT is((SELECT count(*) FROM errtrack.occurrences AS o WHERE NOT EXISTS (SELECT FROM errtrack.raw_events AS r WHERE r.event_id = o.event_id)), 0::bigint, '... nor kept');
-- in pieces, with a window that passes in several batches
UPDATE before SET counted = pg_temp.counted();
SELECT pg_temp.batch(30, '{1,15,30}') \gset
SELECT is((SELECT sum(errtrack.consume(7)) FROM generate_series(1, 20)), 30::bigint, 'a window that passes in pieces');
SELECT is(pg_temp.counted() - counted, 27::bigint, '... counts what does not fail') FROM before;
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 3::bigint, '... and sets the others aside');

-- the three leaves are numbered as one
UPDATE before SET counted = pg_temp.counted();
DELETE FROM errtrack.dead_letters;
INSERT INTO errtrack.raw_events (slot, exception_class, message, extra)
SELECT leaf, CASE WHEN i IN (1, 4) THEN 'Poison22012' ELSE 'Leaf' END, 'x', to_jsonb(leaf * 10 + i) FROM generate_series(0, 2) AS leaf, generate_series(1, 4) AS i;
SELECT is(errtrack.consume(), 12, 'events in all leaves');
SELECT is((SELECT array_agg((event->>'extra')::int ORDER BY (event->>'extra')::int) FROM errtrack.dead_letters), '{1,4,11,14,21,24}', '... the right ones are set aside');
SELECT is(pg_temp.counted() - counted, 6::bigint, '... the others count') FROM before;

-- an unknown project, a duplicate and a dead letter in one batch
DELETE FROM errtrack.dead_letters;
INSERT INTO errtrack.raw_events (event_id, project_id, exception_class, message) VALUES (pg_temp.event_id(7), 1, 'Good', 'x'), (pg_temp.event_id(8), 99, 'Good', 'x'), (pg_temp.event_id(7), 1, 'Good', 'x'), (pg_temp.event_id(9), 1, 'Poison22012', 'x'),
  (pg_temp.event_id(9), 1, 'Poison22012', 'x'), (pg_temp.event_id(10), 99, 'Poison22012', 'x');
SELECT is(errtrack.consume(), 6, 'all kinds of events');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 1::bigint, '... of which one is a dead letter');
-- sent again, and good now: counted, and its dead letter becomes the duplicate
INSERT INTO errtrack.raw_events (event_id, exception_class, message) VALUES (pg_temp.event_id(9), 'Good', 'x');
SELECT is(errtrack.consume(), 1, 'a dead letter is sent again, and can be folded');
SELECT is((SELECT count(*) FROM errtrack.seen_events WHERE event_id = pg_temp.event_id(9)), 1::bigint, '... it counts');
SELECT is(errtrack.retry_dead_letters() || ' ' || errtrack.consume(), '1 0', 'then it is retried');
SELECT is(errtrack.consume(), 1, '...');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, '... and is gone');

--
-- Which are found without trying each
--
CREATE SEQUENCE public.errtrack_t_tries;
CREATE FUNCTION public.errtrack_t_try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('public.errtrack_t_tries'); RETURN NULL; END $$;
CREATE TRIGGER try BEFORE INSERT ON errtrack.issues FOR EACH STATEMENT EXECUTE FUNCTION public.errtrack_t_try();
UPDATE before SET counted = pg_temp.counted();
SELECT pg_temp.batch(1000, ARRAY(SELECT i FROM generate_series(7, 1000, 100) AS i)) \gset
ALTER SEQUENCE public.errtrack_t_tries RESTART;
SELECT is(errtrack.consume(), 1000, 'a thousand, of which ten fail, here and there');
SELECT cmp_ok(last_value, '<', 60::bigint, '... in few tries, as they are of one error') FROM public.errtrack_t_tries;
SELECT is((SELECT array_agg((event->>'extra')::int ORDER BY (event->>'extra')::int) FROM errtrack.dead_letters), ARRAY(SELECT i FROM generate_series(7, 1000, 100) AS i), '... the right ones are set aside');
SELECT is(pg_temp.counted() - counted, 990::bigint, '... the others count') FROM before;
SELECT pg_temp.batch(300, ARRAY(SELECT generate_series(1, 300))) \gset
ALTER SEQUENCE public.errtrack_t_tries RESTART;
SELECT is(errtrack.consume(), 300, 'three hundred that all fail');
SELECT cmp_ok(last_value, '<', 330::bigint, '... are tried hardly more than once each') FROM public.errtrack_t_tries;
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 300::bigint, '... and set aside');
-- events of the same error, of which some fail
CREATE FUNCTION public.errtrack_t_odd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- not the plain event that the fold is tried with
  IF get_byte(uuid_send(NEW.event_id), 15) % 23 IN (5, 6) AND NEW.event_id < '00000000-0000-0000-0000-00000000ffff' THEN
    RAISE 'no %', NEW.event_id USING ERRCODE = '22012';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER odd BEFORE INSERT ON errtrack.seen_events FOR EACH ROW EXECUTE FUNCTION public.errtrack_t_odd();
UPDATE before SET counted = pg_temp.counted();
DELETE FROM errtrack.dead_letters;
INSERT INTO errtrack.raw_events (event_id, slot, exception_class, message) SELECT pg_temp.event_id(256 + i), i % 3, 'Same', 'x' FROM generate_series(0, 255) AS i;
SELECT is(errtrack.consume(), 256, 'one error, of which some events fail');
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM errtrack.dead_letters), ARRAY(SELECT pg_temp.event_id(256 + i) FROM generate_series(0, 255) AS i WHERE i % 23 IN (5, 6)), '... these are set aside');
SELECT is((SELECT count(*) FROM errtrack.dead_letters WHERE error !~ ('^no ' || event_id)), 0::bigint, '... each with its own error');
SELECT is(pg_temp.counted() - counted, 256 - (SELECT count(*) FROM errtrack.dead_letters), '... the others count') FROM before;
SELECT is((SELECT count(*) FROM errtrack.seen_events WHERE event_id BETWEEN pg_temp.event_id(256) AND pg_temp.event_id(511)), 256 - (SELECT count(*) FROM errtrack.dead_letters), '... once');
DROP TRIGGER odd ON errtrack.seen_events;
-- one that cannot even be read
ALTER FUNCTION errtrack.read_batch RENAME TO read_batch_as_is;
CREATE FUNCTION errtrack.read_batch(tids_0 tid[], tids_1 tid[], tids_2 tid[])
RETURNS TABLE (n int, slot smallint, tid tid, project_id int, event_id uuid, received_at timestamptz,
               seen_at timestamptz, release text, environment text, server_name text, transaction text,
               user_id text, session_id text, tags jsonb, duplicate boolean, key_no int, digest errtrack.digest)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT * FROM errtrack.read_batch_as_is(tids_0, tids_1, tids_2);
  IF EXISTS (SELECT FROM errtrack.read_batch_as_is(tids_0, tids_1, tids_2) AS b WHERE b.user_id = 'unreadable') THEN
    RAISE 'unreadable';
  END IF;
END $$;
UPDATE before SET counted = pg_temp.counted();
DELETE FROM errtrack.dead_letters;
INSERT INTO errtrack.raw_events (slot, message, user_id) SELECT i % 3, 'read', CASE WHEN i IN (4, 31) THEN 'unreadable' END FROM generate_series(1, 40) AS i;
SELECT is(errtrack.consume(), 40, 'some that cannot be read');
SELECT is((SELECT array_agg(event->>'user_id') FROM errtrack.dead_letters), '{unreadable,unreadable}', '... are set aside');
SELECT is(pg_temp.counted() - counted, 38::bigint, '... the others count') FROM before;
DROP FUNCTION errtrack.read_batch;
ALTER FUNCTION errtrack.read_batch_as_is RENAME TO read_batch;
DELETE FROM errtrack.dead_letters;
DROP TRIGGER try ON errtrack.issues;

--
-- Errors that are not an event's
--
SELECT is((SELECT string_agg(state, ' ' ORDER BY state) FROM unnest('{53100,53200,57014,57P01,58030,40001,40P01,55P03,XX001,XX002,XX000,22012,23505,42501,54000,P0001}'::text[]) AS state WHERE NOT errtrack.is_events_fault(state)),
          '40001 40P01 53100 53200 55P03 57014 57P01 58030 XX001 XX002', 'which errors are not an event''s');
UPDATE before SET counted = pg_temp.counted();
SELECT pg_temp.outcomes() AS outcomes \gset
INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Poison53100', 'full'), ('Good', 'beside it');
SELECT is(pg_temp.error_of('SELECT errtrack.consume()'), '53100 poisoned by Poison53100: full, detail, hint', 'a full disk is raised');
SELECT is(pg_temp.counted() - counted, 0::bigint, '... and nothing counted') FROM before;
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, '... nor set aside');
SELECT is(pg_temp.outcomes(), :'outcomes', '... nor in the outcomes');
DROP TRIGGER poison ON errtrack.issues;
SELECT is(errtrack.consume(), 2, 'when there is space again, both are taken');
SELECT is(pg_temp.counted() - counted, 2::bigint, '... and counted') FROM before;
-- all fail, whatever they are
CREATE FUNCTION public.errtrack_t_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'all fail' USING ERRCODE = '23514'; END $$;
SELECT is(pg_temp.outcomes(), :'outcomes', '(outcomes)');
CREATE FUNCTION pg_temp.broken(kind text, break text, mend text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  before bigint := pg_temp.counted();
BEGIN
  EXECUTE break;
  RETURN NEXT isnt(pg_temp.error_of('SELECT errtrack.consume()'), 'none', kind || ' is raised');
  RETURN NEXT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, '... and no event is set aside for it');
  EXECUTE mend;
  RETURN NEXT is(errtrack.consume(), 20, '... and when it is mended all are taken');
  RETURN NEXT is(pg_temp.counted() - before, 20::bigint, '... and counted');
END $$;
INSERT INTO errtrack.raw_events (exception_class, message) SELECT 'Good', 'fine' FROM generate_series(1, 20);
SELECT pg_temp.broken('a trigger that fails for each issue', 'CREATE TRIGGER all_fail BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION public.errtrack_t_all()', 'DROP TRIGGER all_fail ON errtrack.issues');
INSERT INTO errtrack.raw_events (exception_class, message) SELECT 'Good', 'fine' FROM generate_series(1, 20);
SELECT pg_temp.broken('a trigger that fails for each statement', 'CREATE TRIGGER all_fail BEFORE INSERT ON errtrack.issue_counts FOR EACH STATEMENT EXECUTE FUNCTION public.errtrack_t_all()', 'DROP TRIGGER all_fail ON errtrack.issue_counts');
INSERT INTO errtrack.raw_events (exception_class, message) SELECT 'Good', 'fine' FROM generate_series(1, 20);
SELECT pg_temp.broken('a column that is not there', 'ALTER TABLE errtrack.issue_counts RENAME COLUMN bucket TO pail', 'ALTER TABLE errtrack.issue_counts RENAME COLUMN pail TO bucket');
-- ... also where the plain event that tells would itself not be taken
UPDATE errtrack.projects SET events_per_minute = 1000;
UPDATE errtrack.quota_use SET taken = 1000;
INSERT INTO errtrack.quota_use VALUES (1, date_trunc('minute', now(), 'UTC'), 1000, 0), (1, date_trunc('minute', now(), 'UTC') + interval '1 minute', 1000, 0) ON CONFLICT (project_id, minute) DO UPDATE SET taken = 1000;
UPDATE errtrack.inbox_progress SET prev_at = '2001-01-01';
INSERT INTO errtrack.raw_events (received_at, exception_class, message) SELECT '2001-01-01', 'Good', 'fine' FROM generate_series(1, 20);
SELECT pg_temp.broken('what fails while the quota is used up', 'CREATE TRIGGER all_fail BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION public.errtrack_t_all()', 'DROP TRIGGER all_fail ON errtrack.issues');
SELECT is((SELECT events_per_minute FROM errtrack.projects WHERE project_id = 1), 1000, '... which stays');
UPDATE errtrack.projects SET events_per_minute = NULL;

-- in all of this, nothing was lost and nothing counted twice
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues) + (SELECT sum(events) FROM errtrack.event_outcomes),
          (SELECT count(*) - 4 FROM errtrack.raw_events)::numeric, 'received (four rows of the inbox were retries) = counted + outcomes');
-- what fails while the inbox is full: the plain event is not dropped
SET errtrack.inbox_limit = '1MB';
INSERT INTO errtrack.raw_events (exception_class, message, stack_trace) SELECT 'Good', 'fine', (SELECT string_agg(md5(i::text || j), ' ') FROM generate_series(1, 3000) AS j) FROM generate_series(1, 20) AS i;
SELECT pg_sleep(0.11) \g /dev/null
INSERT INTO errtrack.raw_events (message) VALUES ('dropped');
SELECT is((SELECT count(*) FROM errtrack.raw_events WHERE message = 'dropped'), 0::bigint, '(the inbox is full)');
SELECT pg_temp.broken('what fails while the inbox is full', 'CREATE TRIGGER all_fail BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION public.errtrack_t_all()', 'DROP TRIGGER all_fail ON errtrack.issues');
RESET errtrack.inbox_limit;
SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP FUNCTION public.errtrack_t_poison(), public.errtrack_t_all(), public.errtrack_t_try(), public.errtrack_t_odd();
DROP SEQUENCE public.errtrack_t_tries;
