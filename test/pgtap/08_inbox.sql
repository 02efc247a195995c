-- The inbox: its leaves in rotation, what is dropped when it is full, what a dump passes on and a restore brings, pieces.
-- Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql
SET client_min_messages = error;

-- the smallest limit: a leaf is large from 256 kB on
SET errtrack.inbox_limit = '1MB';
-- Events that take some 1.1 kB each.
CREATE FUNCTION pg_temp.send(n int, project int DEFAULT 1) RETURNS int LANGUAGE sql AS $$
  WITH sent AS (
    INSERT INTO errtrack.raw_events (project_id, exception_class, message, stack_trace)
    SELECT project, 'Failure', 'of the disk', (SELECT string_agg(md5(i::text || j), ' ') FROM generate_series(1, 30) AS j) FROM generate_series(1, n) AS i
    RETURNING 1)
  SELECT count(*)::int FROM sent
$$;
CREATE FUNCTION pg_temp.rows() RETURNS bigint[] LANGUAGE sql AS $$
  SELECT ARRAY[(SELECT count(*) FROM errtrack.raw_events_0), (SELECT count(*) FROM errtrack.raw_events_1), (SELECT count(*) FROM errtrack.raw_events_2)]
$$;
CREATE FUNCTION pg_temp.slot() RETURNS int LANGUAGE sql AS $$ SELECT slot::int FROM errtrack.inbox $$;
CREATE FUNCTION pg_temp.dropped(project int DEFAULT 1) RETURNS bigint LANGUAGE sql AS $$
  SELECT coalesce((SELECT sum(events) FROM errtrack.shed_events WHERE project_id = project), 0)::bigint
         + coalesce((SELECT events FROM errtrack.event_outcomes WHERE project_id = project AND outcome = 'inbox_full'), 0)
$$;
-- a backend looks at the inbox anew after 100 ms
CREATE PROCEDURE pg_temp.look() LANGUAGE sql AS $$ SELECT pg_sleep(0.11) $$;
-- empties all leaves, of which all is consumed
CREATE PROCEDURE pg_temp.empty_inbox() LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..3 LOOP
    UPDATE errtrack.inbox SET rotated_at = '2020-01-01';
    PERFORM errtrack.rotate_inbox();
  END LOOP;
  UPDATE errtrack.inbox SET rotated_at = now();
  IF errtrack.inbox_bytes() <> '{0,0,0}' THEN
    RAISE 'the inbox is not empty';
  END IF;
END $$;

--
-- Rotation
--
SELECT is(errtrack.rotate_inbox(), false, 'an empty inbox is not rotated');
UPDATE errtrack.inbox SET rotated_at = now() - interval '2 hours';
SELECT is(errtrack.rotate_inbox(), false, '... however old it is');
UPDATE errtrack.inbox SET rotated_at = now();
SELECT is(pg_temp.send(2), 2, 'two events');
SELECT is(errtrack.consume(), 2, '... are consumed');
SELECT is(errtrack.rotate_inbox(), false, 'a small leaf is not rotated');
SELECT is(pg_temp.slot(), 0, '... and takes more');
SELECT is(pg_temp.send(300), 300, 'many events');
SELECT is(errtrack.rotate_inbox(), true, 'a large leaf is rotated, also when its events have not been consumed');
SELECT is(pg_temp.slot(), 1, '... to the next');
SELECT is(pg_temp.rows(), '{302,0,0}', '... and keeps them');
SELECT is(errtrack.rotate_inbox(), false, 'it is not rotated further');
CALL pg_temp.look();
SELECT is(pg_temp.send(300), 300, 'new events');
SELECT is(pg_temp.rows(), '{302,300,0}', '... go to the second leaf');
SELECT is(errtrack.rotate_inbox(), true, 'it is rotated');
CALL pg_temp.look();
SELECT is(pg_temp.send(300), 300, 'new events');
SELECT is(pg_temp.rows(), '{302,300,300}', '... go to the third leaf');
UPDATE errtrack.inbox SET rotated_at = now() - interval '2 seconds';
SELECT is(errtrack.rotate_inbox(), false, 'no leaf has been consumed: the third goes on');
SELECT is(pg_temp.rows(), '{302,300,300}', '... and no event is lost');
SELECT is(pg_temp.slot(), 2, '... it is still the current one');
SELECT is(errtrack.consume(599), 300, 'the events of the first are consumed, since there are too many for one batch');
SELECT is(pg_temp.rows(), '{0,300,300}', '... and it is emptied, and no other');
SELECT is(errtrack.consume(599) + errtrack.consume(599), 600, 'the rest is consumed');
SELECT is(pg_temp.counted(), 902::bigint, 'every event is counted once');
SELECT is(errtrack.consume(), 0, '... and there is no more');
SELECT is(pg_temp.slot(), 0, 'the first leaf is the current one');
INSERT INTO errtrack.raw_events (slot, message) VALUES (2, 'of a backend that has not looked yet');
SELECT is(errtrack.consume(), 1, 'what comes to an old leaf is consumed all the same');
UPDATE errtrack.inbox SET rotated_at = now() - interval '61 minutes';
SELECT is(errtrack.rotate_inbox(), true, 'after an hour consumed events go, also where none have come');
SELECT is(pg_temp.rows(), '{0,0,301}', '... of the next leaf');
UPDATE errtrack.inbox SET rotated_at = now() + interval '1 minute';
SELECT is(errtrack.rotate_inbox(), true, 'a clock that was set back does not keep them');
SELECT is(pg_temp.rows(), '{0,0,0}', '... the inbox is empty');
SELECT is(errtrack.inbox_bytes(), '{0,0,0}', '... on disk, too');
UPDATE errtrack.inbox SET rotated_at = now() - interval '61 minutes';
SELECT is(errtrack.rotate_inbox(), false, '... and is left alone');
UPDATE errtrack.inbox SET rotated_at = now();
CALL pg_temp.look();
SELECT is(pg_temp.send(300), 300, 'many events');
BEGIN;
SELECT is(errtrack.rotate_inbox(), true, 'rotated');
ROLLBACK;
SELECT is(pg_temp.slot(), 2, '... and rolled back');
SELECT is(errtrack.consume(), 300, 'consume() rotates, too');
SELECT is(pg_temp.slot(), 0, '... once the inbox is drained');
CREATE TEMP TABLE seen AS SELECT errtrack.consume() AS n FROM errtrack.raw_events LIMIT 1;
SELECT is((SELECT n FROM seen), 0, 'consume() in a query that reads the inbox');
CALL pg_temp.look();
SELECT is(pg_temp.send(300), 300, 'many events');
SELECT is(errtrack.consume(), 300, '... are consumed');
SELECT is(pg_temp.slot(), 1, '(the next is the one with consumed events)');
CALL pg_temp.look();
SELECT is(pg_temp.send(300), 300, 'many events');
SELECT is((SELECT string_agg(DISTINCT errtrack.rotate_inbox()::text, ',') FROM errtrack.raw_events), 'false', 'a query that reads the leaf which is to be emptied: it is left');
SELECT is(pg_temp.rows(), '{300,300,300}', '... whole');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT is(pg_temp.error_of('SELECT errtrack.rotate_inbox()'), '25001 rotate_inbox() cannot empty a leaf in a transaction that sees only the past, detail, hint', 'repeatable read: refused');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT is(errtrack.consume(), 300, 'consume() in a serializable transaction does not rotate');
COMMIT;
SELECT is(pg_temp.slot(), 1, '(it has not)');
SELECT is(errtrack.rotate_inbox(), true, 'later somebody does');
SELECT is(pg_temp.rows(), '{300,300,0}', '... and all is well');
SELECT is(pg_temp.counted(), (902 + 1 + 900)::bigint, 'every event is counted once');

--
-- A leaf is not taken for consumed
--
CREATE FUNCTION pg_temp.judged(leaf smallint) RETURNS boolean LANGUAGE sql AS $$ SELECT errtrack.leaf_is_consumed(leaf) $$;
SELECT is(errtrack.consume(), 0, '(nothing is left)');
SELECT is(pg_temp.judged(leaf::smallint), true, 'all is consumed in leaf ' || leaf) FROM generate_series(0, 2) AS leaf;
INSERT INTO errtrack.raw_events (slot, message) VALUES (0, 'a'), (1, 'b'), (1, 'c'), (2, 'd');
SELECT is(pg_temp.judged(leaf::smallint), false, 'an event has come to leaf ' || leaf) FROM generate_series(0, 2) AS leaf;
SELECT is(errtrack.consume(1), 1, 'the first is consumed');
SELECT is(errtrack.consume(1), 1, '... and the second');
SELECT is((SELECT array_agg(pg_temp.judged(leaf::smallint) ORDER BY leaf) FROM generate_series(0, 2) AS leaf), '{t,f,f}', '... so that only the leaf behind is done');
INSERT INTO errtrack.raw_events (slot, message) VALUES (0, 'e');
SELECT is(pg_temp.judged(0::smallint), false, 'an event that came to it since: it is not');
SELECT is((SELECT array_agg(errtrack.consume(1)) FROM generate_series(1, 4)), '{1,1,1,0}', 'the rest is consumed');
SELECT is((SELECT array_agg(pg_temp.judged(leaf::smallint)) FROM generate_series(0, 2) AS leaf), '{t,t,t}', '... all leaves are done');
BEGIN;
INSERT INTO errtrack.raw_events (slot, message) VALUES (0, 'own');
SELECT is(errtrack.consume(), 0, 'consume() does not take what its own transaction wrote');
SELECT is(pg_temp.judged(0::smallint), false, '... nor is that leaf taken for consumed');
COMMIT;
SELECT is(errtrack.consume(), 1, '... it is consumed later');

--
-- What a dump passes on, and what a restore brings
--
CREATE FUNCTION pg_temp.dumped() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
  total bigint := 0;
  dump record;
BEGIN
  FOR dump IN SELECT c.oid::regclass AS leaf, u.condition FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS u (relation, condition)
              JOIN pg_class AS c ON c.oid = u.relation WHERE e.extname = 'errtrack' AND c.relname ~ '^raw_events_[012]$' LOOP
    EXECUTE format('SELECT count(*) FROM ONLY %s %s', dump.leaf, dump.condition) INTO n;
    total := total + n;
  END LOOP;
  RETURN total;
END $$;
SELECT is(pg_temp.dumped(), 0::bigint, 'consumed events are not dumped');
INSERT INTO errtrack.raw_events (slot, message) SELECT i % 3, 'dumped' FROM generate_series(1, 10) AS i;
SELECT is(pg_temp.dumped(), 10::bigint, 'others are');
SELECT is(errtrack.consume(2), 2, 'of a window that passes in pieces');
SELECT is(pg_temp.dumped(), 8::bigint, '... what has not passed');
SELECT is(errtrack.consume(2), 1, '... up to the next leaf');
SELECT is(pg_temp.dumped(), 7::bigint, '... what has not passed');
-- as pg_restore brings them
SELECT pg_temp.counted() AS counted \gset
INSERT INTO errtrack.raw_events (slot, txid, message) VALUES (0, '5', 'restored'), (1, '1000000000000', 'restored'), (2, '700', 'restored'), ((pg_temp.slot() + 1) % 3, '8', 'restored');
SELECT is(pg_temp.dumped(), 11::bigint, 'restored events are dumped again');
SELECT is((SELECT array_agg(pg_temp.judged(leaf::smallint)) FROM generate_series(0, 2) AS leaf), '{f,f,f}', '... and not taken for consumed');
UPDATE errtrack.inbox SET rotated_at = now() - interval '61 minutes';
SELECT is(errtrack.rotate_inbox(), false, '... nor emptied');
SELECT is((SELECT sum(errtrack.consume(2)) FROM generate_series(1, 5)), 7::bigint, 'the window passes without them');
BEGIN;
UPDATE errtrack.inbox SET consumed_bytes = '{1,2,3}';
SELECT errtrack.adopt_restored_events();
SELECT is((SELECT consumed_bytes FROM errtrack.inbox), '{0,0,0}', 'what is known of the leaves'' bytes is forgotten');
ROLLBACK;
INSERT INTO errtrack.restore_epoch VALUES (gen_random_uuid());
SELECT is(errtrack.rotate_inbox(), false, 'nothing is emptied before they are adopted');
SELECT is(errtrack.has_unconsumed(errtrack.inbox_snapshot()), true, 'now they are all there');
SELECT is(errtrack.consume(), 4, '... and consumed');
SELECT is(errtrack.consume(), 0, '... once');
SELECT is(pg_temp.counted(), (:counted + 11)::bigint, '... and nothing that was consumed before is consumed again');
SELECT is((SELECT count(*) FROM errtrack.event_outcomes WHERE outcome = 'duplicate'), 0::bigint, '... nor taken for a duplicate');
SELECT is((SELECT count(*) FROM errtrack.restore_epoch), 1::bigint, 'one epoch is left');
-- again, while a window passes in pieces
INSERT INTO errtrack.raw_events (slot, message) SELECT i % 3, 'woven' FROM generate_series(1, 9) AS i;
SELECT is(errtrack.consume(4), 3, 'a window in pieces');
INSERT INTO errtrack.raw_events (slot, txid, message) VALUES (0, '3', 'restored'), (2, '3', 'restored');
INSERT INTO errtrack.restore_epoch VALUES (gen_random_uuid());
SELECT is((SELECT sum(errtrack.consume(4)) FROM generate_series(1, 5)), 8::bigint, '... and a second restore');
SELECT is(pg_temp.counted(), (:counted + 22)::bigint, '... counted once');
SELECT is((SELECT count(*) FROM errtrack.event_outcomes WHERE outcome = 'duplicate'), 0::bigint, '... without a duplicate');
-- ... in leaves that the window has not come to, of which it takes nothing; in a database that publishes all tables
CREATE PUBLICATION errtrack_t_all FOR ALL TABLES;
INSERT INTO errtrack.raw_events (slot, message) SELECT 0, 'woven' FROM generate_series(1, 9) AS i;
SELECT is(errtrack.consume(4), 4, 'a window in pieces');
INSERT INTO errtrack.raw_events (slot, txid, message) VALUES (1, '3', 'restored'), (2, '3', 'restored');
INSERT INTO errtrack.restore_epoch VALUES (gen_random_uuid());
SELECT is(errtrack.consume(4), 4, '... and another restore');
SELECT is((SELECT count(*) FROM errtrack.restore_epoch), 1::bigint, '(adopted)');
SELECT is((SELECT array_agg(pg_temp.judged(leaf::smallint)) FROM generate_series(0, 2) AS leaf), '{f,f,f}', '... is not taken for consumed');
SELECT is(pg_temp.dumped(), 3::bigint, '... and is dumped again');
SELECT is(errtrack.backlog(100), 3, '... and waits');
SELECT is((SELECT array_agg(errtrack.consume(4)) FROM generate_series(1, 3)), '{1,2,0}', '... until the window has passed');
SELECT is(pg_temp.counted(), (:counted + 33)::bigint, '... counted once');
DROP PUBLICATION errtrack_t_all;
-- as a subscription brings them
SET session_replication_role = replica;
INSERT INTO errtrack.raw_events (slot, txid, message) VALUES (1, '5', 'replicated');
RESET session_replication_role;
SELECT is(errtrack.consume(), 1, 'what is replicated is consumed');
INSERT INTO errtrack.raw_events (txid, message) VALUES (NULL, 'no id');
SELECT is(errtrack.consume(), 1, 'a txid of null is repaired');

--
-- A full inbox
--
CALL pg_temp.empty_inbox();
SELECT pg_temp.counted() AS counted \gset
CALL pg_temp.look();
SELECT is(pg_temp.send(1500), 1500, 'what begins below the limit is taken, all of it');
CALL pg_temp.look();
SELECT is(pg_temp.send(3), 0, 'more than that is not: INSERT succeeds, with no row');
SELECT is(pg_temp.dropped(), 3::bigint, '... but counted');
SELECT is(pg_temp.send(2, 7), 0, 'an unknown project');
SELECT is(pg_temp.dropped(7), 2::bigint, '... by project');
INSERT INTO errtrack.raw_events (project_id, message) VALUES (NULL, 'x');
SELECT is(pg_temp.dropped(), 4::bigint, 'no project: the default one');
SELECT is(errtrack.capture('{"event_id": "00000000-0000-4000-8000-000000000001", "message": "m"}'::jsonb), '00000000-0000-4000-8000-000000000001'::uuid, 'capture() returns the event_id');
SELECT isnt(errtrack.capture('{"message": "m"}'::jsonb), NULL, '... also where none was given');
SELECT isnt(errtrack.capture('no JSON'), NULL, '... or text');
SELECT is(pg_temp.dropped(), 7::bigint, '... and counts them');
COPY errtrack.raw_events (message) FROM stdin;
one
two
\.
SELECT is(pg_temp.dropped(), 9::bigint, 'COPY succeeds');
BEGIN;
SELECT is(pg_temp.send(5), 0, 'dropped');
ROLLBACK;
SELECT is(pg_temp.dropped(), 9::bigint, '... and rolled back: not counted');
BEGIN;
SELECT pg_temp.send(1);
SAVEPOINT a;
SELECT pg_temp.send(10);
SAVEPOINT b;
SELECT pg_temp.send(100);
RELEASE b;
ROLLBACK TO a;
SELECT pg_temp.send(20);
SAVEPOINT c;
SELECT pg_temp.send(3, 7);
RELEASE c;
RELEASE a;
SAVEPOINT d;
SELECT pg_temp.send(1000);
ROLLBACK TO d;
COMMIT;
SELECT is(pg_temp.dropped(), 9::bigint + 21, 'savepoints: what was kept counts');
SELECT is(pg_temp.dropped(7), 5::bigint, '... for each project');
DO $$ BEGIN FOR i IN 1..50 LOOP BEGIN PERFORM pg_temp.send(1, i); IF i % 2 = 0 THEN RAISE 'no'; END IF; EXCEPTION WHEN raise_exception THEN END; END LOOP; END $$;
SELECT is((SELECT sum(events) FROM errtrack.shed_events WHERE project_id BETWEEN 8 AND 50), 21::numeric, 'many subtransactions, half of them rolled back');
INSERT INTO errtrack.raw_events (project_id, message) SELECT i, 'of many projects' FROM generate_series(1000, 3999) AS i;
SELECT is((SELECT ARRAY[count(*), sum(events)] FROM errtrack.shed_events WHERE project_id >= 1000 OR project_id = 0), '{1001,3000}', 'a thousand projects are told apart in a transaction, no more');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT is(pg_temp.send(1), 0, 'in a serializable transaction');
COMMIT;
SELECT is(pg_temp.dropped(), 32::bigint, '... they are counted (and one of those above)');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 FROM errtrack.shed_events;
SELECT is(pg_temp.send(1), 0, 'in a transaction with an old snapshot');
COMMIT;
SELECT is(pg_temp.dropped(), 33::bigint, '... they are counted');
DO $$ BEGIN FOR i IN 1..1000 LOOP INSERT INTO errtrack.raw_events (message) VALUES ('x'); COMMIT; END LOOP; END $$;
SELECT is(pg_temp.dropped(), 1033::bigint, 'a thousand transactions');
SELECT is((SELECT count(DISTINCT lane) FROM errtrack.shed_events), 1::bigint, '... of one backend use one lane');
SELECT is((SELECT count(*) FROM errtrack.shed_events WHERE project_id = 1), 1::bigint, '... and one row');
SELECT is((SELECT count(*) FROM errtrack.raw_events), 1500::bigint, 'nothing of all that was stored');
INSERT INTO errtrack.raw_events (slot, txid, message) VALUES (0, '5', 'restored');
SELECT is((SELECT count(*) FROM errtrack.raw_events), 1501::bigint, 'but a restored event is');
DELETE FROM errtrack.raw_events WHERE message = 'restored';
SELECT is(errtrack.consume(), 1500, 'they are consumed');
SELECT is((SELECT events FROM errtrack.event_outcomes WHERE project_id = 1 AND outcome = 'inbox_full'), 1033::bigint, '... and what was dropped is an outcome');
SELECT is((SELECT sum(events) FROM errtrack.shed_events), 0::numeric, '... once');
SELECT is((SELECT sum(events) FROM errtrack.event_outcomes WHERE project_id <> 1 AND outcome = 'inbox_full'), (5 + 24 + 3000)::numeric, '... of the other projects, too');
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 1, 'new events are taken again');
SELECT is(errtrack.consume(), 1, '... and consumed');
SELECT is(pg_temp.counted(), (:counted + 1501)::bigint, 'all is counted');

-- consumed events do not count to the limit, but to the other
SELECT cmp_ok((SELECT sum(b) FROM unnest(errtrack.inbox_bytes()) AS b), '>', 1024 * 1024::numeric, '(the leaves hold more than the limit, consumed)');
SET errtrack.inbox_disk_limit = '1MB';
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 0, 'beyond the limit on disk they are dropped');
RESET errtrack.inbox_disk_limit;
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 1, '... below it they are not');
-- a transaction that is rolled back leaves bytes, but no events
BEGIN;
SELECT pg_temp.send(1500);
ROLLBACK;
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 0, 'what was rolled back takes room');
SELECT is(errtrack.consume(), 1, '... until somebody consumes');
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 1, '... if only to find nothing');
SELECT is(errtrack.consume(), 1, '(consumed)');
CALL pg_temp.empty_inbox();
CALL pg_temp.look();
BEGIN;
SELECT pg_temp.send(1500);
ROLLBACK;
SELECT is(errtrack.consume(), 0, 'rolled back, and nothing to consume');
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 1, '... is enough to find room');

-- what has been consumed of a large window makes room at once
SELECT is(errtrack.consume(), 1, '(consumed)');
CALL pg_temp.empty_inbox();
CALL pg_temp.look();
SELECT is(pg_temp.send(2000), 2000, 'a large transaction');
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 0, 'the inbox is full');
SELECT is(errtrack.consume(500), 500, 'a piece is consumed');
SELECT cmp_ok((SELECT sum(b) FROM errtrack.inbox, unnest(consumed_bytes) AS b), '<', (SELECT sum(b) / 3 FROM unnest(errtrack.inbox_bytes()) AS b), 'not more than that is known to be');
SELECT cmp_ok((SELECT sum(b) FROM errtrack.inbox, unnest(consumed_bytes) AS b), '>', (SELECT sum(b) / 5 FROM unnest(errtrack.inbox_bytes()) AS b), '... nor less');
SELECT is(errtrack.consume(500) + errtrack.consume(500), 1000, 'more');
CALL pg_temp.look();
SELECT is(pg_temp.send(1), 1, '... and there is room');
SELECT is(errtrack.consume(5000) + errtrack.consume(5000), 501, 'the rest');
SELECT ok((SELECT consumed_bytes[slot + 1] = 0 FROM errtrack.inbox), 'an emptied leaf holds nothing');

-- nor does one that was emptied by hand: what comes to it then does not pass for consumed
CALL pg_temp.empty_inbox();
TRUNCATE errtrack.raw_events;
UPDATE errtrack.inbox SET consumed_bytes = '{900000,900000,900000}', rotated_at = '2020-01-01';
CALL pg_temp.look();
SELECT is(pg_temp.send(100), 100, 'events in a leaf of which more was consumed than it holds now');
SELECT is(errtrack.rotate_inbox(), true, '... are rotated away from');
SELECT ok((SELECT sum(b) = 900000 FROM errtrack.inbox, unnest(consumed_bytes) AS b), 'neither that leaf holds consumed events, nor the empty one that follows');
SELECT is(errtrack.consume(), 100, '(consumed)');
UPDATE errtrack.inbox SET consumed_bytes = '{0,0,0}';

--
-- Read once
--
CALL pg_temp.empty_inbox();
RESET errtrack.inbox_limit;
CALL pg_temp.look();
INSERT INTO errtrack.raw_events (slot, message) SELECT 1, 'piece' FROM generate_series(1, 1000);
INSERT INTO errtrack.raw_events (slot, message) SELECT 1, 'piece' FROM generate_series(1, 500);
SELECT is((SELECT array_agg(errtrack.consume(700)) FROM generate_series(1, 4)), '{700,700,100,0}', 'a large window of two transactions');
CREATE FUNCTION pg_temp.piece(snapshot_from text, snapshot_to text, place tid, n int) RETURNS int LANGUAGE sql AS $$
  SELECT cardinality(errtrack.read_piece(1::smallint, place, snapshot_from::pg_snapshot, snapshot_to::pg_snapshot, n)) $$;
SELECT is(pg_temp.piece('3:3:', pg_current_snapshot()::text, '(0,0)', 5000), 1500, 'a whole leaf');
SELECT is(pg_temp.piece('3:3:', pg_current_snapshot()::text, '(0,0)', 1500), 1500, 'exactly');
SELECT is(pg_temp.piece('3:3:', pg_current_snapshot()::text, '(0,0)', 1499), 1499, 'all but one');
SELECT is(pg_temp.piece('3:3:', pg_current_snapshot()::text, '(0,1)', 5000), 1499, 'behind the first');
SELECT is(pg_temp.piece('3:3:', pg_current_snapshot()::text, '(4294967294,1)', 5000), 0, 'behind the last');
SELECT is(pg_temp.piece(pg_current_snapshot()::text, pg_current_snapshot()::text, '(0,0)', 5000), 0, 'of an empty window');
SELECT is(pg_temp.piece('3:3:', format('3:%s:', (SELECT max(txid::text::bigint) FROM errtrack.raw_events)), '(0,0)', 5000), 1000, 'of the first transaction');
SELECT is(pg_temp.piece(format('3:%s:', (SELECT max(txid::text::bigint) FROM errtrack.raw_events)), pg_current_snapshot()::text, '(0,0)', 5000), 500, 'of the second');
SELECT is(pg_temp.error_of('SELECT errtrack.read_piece(3::smallint, ''(0,0)'', ''3:3:'', ''3:3:'', 5)'), 'XX000 there is no leaf 3', 'no such leaf');
SELECT is(pg_temp.error_of('SELECT errtrack.try_lock_leaf(-1::smallint)'), 'XX000 there is no leaf -1', 'no such leaf');

--
-- A leaf that is written anew while a window passes in pieces
--
SELECT ok(errtrack.consume() >= 0, '(all is consumed)');
CALL pg_temp.empty_inbox();
SELECT pg_temp.counted() AS counted \gset
BEGIN;
INSERT INTO errtrack.raw_events (slot, message) SELECT 0, 'rolled back' FROM generate_series(1, 50);
ROLLBACK;
INSERT INTO errtrack.raw_events (slot, message) SELECT 0, 'moved' FROM generate_series(1, 30);
SELECT is(errtrack.consume(10), 10, 'a window in pieces');
VACUUM FULL errtrack.raw_events_0;
SELECT is((SELECT sum(errtrack.consume(10)) FROM generate_series(1, 4)), 30::bigint, '... after VACUUM FULL the leaf is read from its beginning');
SELECT is(pg_temp.counted(), (:counted + 30)::bigint, '... so that none is lost, nor counted twice');
SELECT is(errtrack.consume(10), 0, '... and that is all');

SELECT * FROM finish();
