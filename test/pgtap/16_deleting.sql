-- Deleting issues, projects, and what is known of users: nothing of them is left in any table, nothing else goes, what was
-- received stays counted, and who did it is logged. Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql
SET client_min_messages = error;
DROP ROLE IF EXISTS errtrack_t_writer, errtrack_t_viewer, errtrack_t_operator;
CREATE ROLE errtrack_t_writer;
CREATE ROLE errtrack_t_viewer;
CREATE ROLE errtrack_t_operator;
SELECT errtrack.grant_role('errtrack_t_writer', 'writer'), errtrack.grant_role('errtrack_t_viewer', 'viewer'), errtrack.grant_role('errtrack_t_operator', 'operator') \g /dev/null

CREATE FUNCTION pg_temp.outcomes(of_project int) RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(outcome || ' ' || events, ', ' ORDER BY outcome), '') FROM errtrack.event_outcomes WHERE project_id = of_project AND events <> 0 AND outcome <> 'inbox_full' $$;
-- what was received of a project: all that was counted, and all that has another outcome
CREATE FUNCTION pg_temp.received(of_project int) RETURNS bigint LANGUAGE sql AS
$$ SELECT (coalesce((SELECT sum(occurrence_count) FROM errtrack.issues WHERE project_id = of_project), 0)
           + coalesce((SELECT sum(events) FROM errtrack.event_outcomes WHERE project_id = of_project), 0))::bigint $$;
-- as which role a statement can be run: 'ok', or the SQLSTATE that it raised
-- how many rows each table with these columns holds that a condition is true of
CREATE FUNCTION pg_temp.rows_of(columns name[], condition text) RETURNS TABLE (relation text, n bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR relation IN
    SELECT c.oid::regclass::text FROM pg_class AS c
    WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND columns <@ ARRAY(SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    ORDER BY 1
  LOOP
    EXECUTE format('SELECT count(*) FROM %s AS t WHERE %s', relation, condition) INTO n;
    RETURN NEXT;
  END LOOP;
END $$;

-- Two projects of which every table has a row: of each, an issue with all that an issue can have, and another issue.
CREATE FUNCTION public.errtrack_t_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'poison'; END $$;
CREATE TRIGGER poison BEFORE INSERT ON errtrack.issues FOR EACH ROW WHEN (NEW.exception_class = 'Poison') EXECUTE FUNCTION public.errtrack_t_poison();
SELECT errtrack.create_project('a') AS a \gset
SELECT errtrack.create_project('b') AS b \gset
CREATE FUNCTION pg_temp.send(of_project int, class text, of_user text DEFAULT 'anna', event_id uuid DEFAULT gen_random_uuid()) RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (project_id, event_id, exception_class, message, release, environment, user_id, session_id, tags)
  VALUES (of_project, event_id, class, 'of something', '1.0', 'production', of_user, md5(of_user), '{"region": "north"}') $$;
CREATE FUNCTION pg_temp.fill(p int, first_id int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM errtrack.set_quota(p, 1000, 1000);
  PERFORM errtrack.deploy(p, '1.0', 'production');
  INSERT INTO errtrack.frame_rules (project_id, module, action) VALUES (p, 'own', 'in_app');
  INSERT INTO errtrack.fingerprint_rules (project_id, exception_class, title) VALUES (p, 'Nothing', 'never');
  INSERT INTO errtrack.shed_events VALUES (p, 3, 4, now()) ON CONFLICT (project_id, lane) DO UPDATE SET events = 4;
  INSERT INTO errtrack.set_aside_events (project_id, event_id, received_at, reason, event)
  VALUES (p, gen_random_uuid(), now(), 'unknown_project', '{"user_id": "bert"}');
  PERFORM pg_temp.send(p, 'Failure', 'anna', pg_temp.event_id(first_id)), pg_temp.send(p, 'Failure', 'bert'), pg_temp.send(p, 'Other', 'bert'), pg_temp.send(p, 'Poison', 'bert');
END $$;
SELECT pg_temp.fill(:a, 1), pg_temp.fill(:b, 2) \g /dev/null
SELECT is(errtrack.consume(), 8, 'two projects have events');
SELECT issue_id AS issue FROM errtrack.issues WHERE project_id = :a AND exception_class = 'Failure' \gset
SELECT issue_id AS other FROM errtrack.issues WHERE project_id = :a AND exception_class = 'Other' \gset
SELECT issue_id AS issue_of_b FROM errtrack.issues WHERE project_id = :b AND exception_class = 'Failure' \gset
SELECT errtrack.ignore(ARRAY[:issue, :other, :issue_of_b], until_count => 100) \g /dev/null

--
-- An issue
--
-- Whoever adds a table with issue_id: let errtrack_t fill it above; what is deleted of it is then tested here.
SELECT is_empty(format('SELECT relation FROM pg_temp.rows_of(''{project_id, issue_id}'', ''issue_id = %s'') WHERE n = 0', :issue), 'every table that has rows of issues has some of this one');
SELECT pg_temp.received(:a) AS received \gset
CREATE TABLE pg_temp.before AS SELECT * FROM pg_temp.rows_of('{project_id, issue_id}', format('issue_id = %s', :issue));
CREATE TABLE pg_temp.before_others AS SELECT * FROM pg_temp.rows_of('{project_id, issue_id}', format('issue_id <> %s', :issue));
SELECT results_eq(format('SELECT * FROM errtrack.delete_issue(%s)', :issue), $$SELECT * FROM pg_temp.before WHERE relation <> 'errtrack.issue_activity' ORDER BY 1$$, 'delete_issue() returns how many rows of which table went');
SELECT results_eq(format('SELECT relation FROM pg_temp.rows_of(''{project_id, issue_id}'', ''issue_id = %s'') WHERE n > 0', :issue), $$VALUES ('errtrack.issue_activity')$$, '... nothing is left of it but the log');
SELECT results_eq(format('SELECT action, from_status::text, to_status::text, who, why FROM errtrack.issue_activity WHERE project_id = %s AND issue_id = %s ORDER BY activity_id', :a, :issue),
                  format('VALUES (''ignore'', ''unresolved'', ''ignored'', %1$L, ''until 100 more events''), (''delete'', ''ignored'', NULL, %1$L, ''events: 2'')', session_user), '... which tells who did it');
SELECT results_eq(format('SELECT * FROM pg_temp.rows_of(''{project_id, issue_id}'', ''issue_id <> %s'')', :issue), 'SELECT * FROM pg_temp.before_others', '... nothing of other issues goes');
SELECT is(pg_temp.outcomes(:a), 'dead_letter 1, deleted 2', 'its events have another outcome now');
SELECT is(pg_temp.received(:a), :received::bigint, '... so that what was received stays counted');
SELECT is(pg_temp.outcomes(:b), 'dead_letter 1', '... by project');
SELECT throws_ok(format('SELECT errtrack.%s(%s)', verb, :issue), 'P0002', format('there is no issue %s', :issue), verb || '() does not find it any more')
FROM unnest(ARRAY['delete_issue', 'resolve', 'acknowledge', 'ignore', 'reopen']) AS verb;
SELECT throws_ok(format('SELECT errtrack.delete_issue(%s)', id), 'P0002', NULL, 'delete_issue() of ' || id || ' raises') FROM unnest(ARRAY['-1', '0', 'NULL', '9223372036854775807']) AS id;

-- its events come again
SELECT max(alert_id) AS last_alert FROM errtrack.alerts \gset
SELECT pg_temp.send(:a, 'Failure', 'anna', pg_temp.event_id(1)) \g /dev/null
SELECT is(errtrack.consume(), 1, 'an event of it is sent again, with its event_id');
SELECT is(pg_temp.outcomes(:a), 'dead_letter 1, deleted 2, duplicate 1', '... a duplicate still, of which nothing is made');
SELECT is((SELECT count(*) FROM errtrack.issues WHERE project_id = :a), 1::bigint, '... no issue');
SELECT pg_temp.send(:a, 'Failure', 'anna') \g /dev/null
SELECT is(errtrack.consume(), 1, 'and a new one');
SELECT results_eq(format('SELECT occurrence_count, status::text, issue_id > %s FROM errtrack.issues WHERE project_id = %s AND exception_class = ''Failure''', :issue, :a), $$VALUES (1::bigint, 'unresolved', true)$$, '... makes an issue of its own');
SELECT results_eq(format('SELECT kind::text FROM errtrack.alerts WHERE alert_id > %s', :last_alert), $$VALUES ('new')$$, '... with an alert');
-- that waits in the inbox, and is deleted; and deleted again, so that the outcomes add up
SELECT pg_temp.send(:a, 'Failure', 'anna') \g /dev/null
SELECT count(*) > 3 AS ok FROM errtrack.issues AS i, errtrack.delete_issue(i.issue_id) WHERE i.project_id = :a AND i.exception_class = 'Failure' \gset
SELECT ok(:'ok', 'it is deleted while another event waits');
SELECT is(errtrack.consume(), 1, '... which is folded');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE project_id = :a AND exception_class = 'Failure'), 1::bigint, '... into a new one');
SELECT is(pg_temp.outcomes(:a), 'dead_letter 1, deleted 3, duplicate 1', '... and the outcomes add up');
-- taken back
BEGIN;
SELECT count(*) FROM errtrack.delete_issue(:other) \g /dev/null
ROLLBACK;
SELECT is((SELECT status::text FROM errtrack.issues WHERE issue_id = :other), 'ignored', 'a deletion can be rolled back');
SELECT is(pg_temp.outcomes(:a), 'dead_letter 1, deleted 3, duplicate 1', '... with its outcome');

--
-- A user
--
-- users whose ids are alike, of both projects, kept, set aside, dead, consumed and waiting
SELECT errtrack.retry_dead_letters() \g /dev/null
DELETE FROM errtrack.set_aside_events WHERE project_id IN (:a, :b);
SELECT errtrack.consume() \g /dev/null
SELECT pg_temp.received(:a) AS received \gset
CREATE FUNCTION pg_temp.send_users(of_project int, class text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(pg_temp.send(of_project, class, u)) FROM unnest(ARRAY['user-7', 'USER-7', 'user-70', 'user-7 ', ' user-7', 'user_7', 'user-', '%', NULL]) AS u $$;
SELECT pg_temp.send_users(:a, 'Failure'), pg_temp.send_users(:b, 'Failure'), pg_temp.send_users(:a, 'Poison'), pg_temp.send_users(9999, 'Stray') \g /dev/null
SELECT is(errtrack.consume(), 36, 'events of users');
SELECT pg_temp.send_users(:a, 'Failure'), pg_temp.send_users(:a, 'Failure'), pg_temp.send_users(9999, 'Stray') \g /dev/null
SELECT is((SELECT count(*) FROM errtrack.dead_letters WHERE event ->> 'user_id' = 'user-7') || ' ' || (SELECT count(*) FROM errtrack.set_aside_events WHERE event ->> 'user_id' = 'user-7'), '1 1', '(some are dead letters or set aside)');
SELECT sum(n) AS others FROM pg_temp.rows_of('{project_id}', $$t::text ~ 'user|USER' AND NOT t::text ~ '(,|"")user-7(,|"")'$$) \gset
SELECT occurrence_count AS before FROM errtrack.issues WHERE project_id = :a AND exception_class = 'Failure' \gset
SELECT results_eq(format('SELECT * FROM errtrack.forget_user(%s, ''user-7'')', :a), $$VALUES ('errtrack.dead_letters', 1::bigint), ('errtrack.occurrences', 1), ('errtrack.raw_events', 4)$$, 'forget_user() returns how many rows of which table went');
SELECT is_empty(format('SELECT * FROM pg_temp.rows_of(''{project_id}'', ''project_id = %s AND t::text ~ ''''(,|"")user-7(,|"")'''''') WHERE n > 0', :a), '... no table of the project has that id any more');
SELECT is((SELECT sum(n) FROM pg_temp.rows_of('{project_id}', $$t::text ~ 'user|USER' AND NOT t::text ~ '(,|"")user-7(,|"")'$$)) - 1, :others::numeric, '... no other user''s rows went, and the log has one more');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE user_id = 'user-7'), 1::bigint, '... another project keeps its own');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE project_id = :a AND exception_class = 'Failure'), :before::bigint, '... the issue keeps its count');
SELECT is(pg_temp.outcomes(:a), 'dead_letter 10, deleted 5, duplicate 1', '... what waited has another outcome');
SELECT results_eq(format('SELECT project_id, issue_id, action, who, why FROM errtrack.issue_activity ORDER BY activity_id DESC LIMIT 1'),
                  format('VALUES (%s, NULL::bigint, ''forget user'', %L, ''errtrack.dead_letters: 1, errtrack.occurrences: 1, errtrack.raw_events: 4'')', :a, session_user), '... the log tells that it was done, and not for whom');
SELECT is(errtrack.consume(), 25, 'the others that waited are folded');
SELECT is(pg_temp.received(:a), :received::bigint + 4 * 9, '... and all that was received is counted');
SELECT is_empty(format('SELECT errtrack.forget_user(%s, ''user-7'')', :a), 'forgotten once more: nothing is found');
SELECT is((SELECT action || ': ' || why FROM errtrack.issue_activity ORDER BY activity_id DESC LIMIT 1), 'forget user: nothing was kept', '... and that is logged');
-- of a project that there is not
SELECT results_eq($$SELECT * FROM errtrack.forget_user(9999, 'user-7')$$, $$VALUES ('errtrack.raw_events', 2::bigint), ('errtrack.set_aside_events', 2)$$, 'of an unknown project, what was set aside goes');
SELECT throws_ok($$SELECT errtrack.forget_user(9999, 'user-7')$$, 'P0002', 'there is no project 9999', '... but where there is nothing it is a mistake');
SELECT throws_ok($$SELECT errtrack.forget_user(NULL, 'user-7')$$, 'P0002', 'there is no project (null)', '... as no project is');
SELECT throws_ok(format('SELECT errtrack.forget_user(%s, %s)', :a, u), '22023', 'forget_user() needs a user_id of 1 to 200 bytes', 'and ' || left(u, 20) || ' is no user')
FROM unnest(ARRAY['NULL', '''''', quote_literal(repeat('x', 201)), quote_literal(repeat('ü', 101))]) AS u;
SELECT pg_temp.send(:a, 'Failure', repeat('ü', 120)) \g /dev/null
SELECT is((SELECT string_agg(relation || ' ' || rows, ', ') FROM errtrack.forget_user(:a, repeat('ü', 100))), 'errtrack.raw_events 1', 'of a longer id, events have the first 200 bytes');
-- while a window passes in pieces, some of it consumed and some not
SELECT pg_temp.received(:a) AS received \gset
INSERT INTO errtrack.raw_events (project_id, exception_class, message, user_id)
SELECT :a, 'Failure', 'of something', CASE WHEN n % 2 = 0 THEN 'pia' ELSE 'quinn' END FROM generate_series(1, 20) AS n;
SELECT is(errtrack.consume(7), 7, 'of 20 events 7 are folded');
SELECT is((SELECT string_agg(relation || ' ' || rows, ', ') FROM errtrack.forget_user(:a, 'pia')), 'errtrack.occurrences 3, errtrack.raw_events 10', '... a user is forgotten');
SELECT is(pg_temp.received(:a), :received::bigint + 7 + 7, '... of whom 7 events wait');
SELECT is(errtrack.consume(7) + errtrack.consume(7) + errtrack.consume(7), 6, '... the other 6 are folded');
SELECT is(pg_temp.received(:a), :received::bigint + 20, '... and all 20 are counted');

--
-- By role
--
SELECT is(pg_temp.as_role('errtrack_t_' || role, statement), want, 'a ' || role || ': ' || statement)
FROM (VALUES
  ('42501', 'writer', 'SELECT errtrack.delete_issue(-1)'),
  ('42501', 'writer', 'SELECT errtrack.forget_user(1, ''anna'')'),
  ('42501', 'writer', 'SELECT errtrack.delete_project(-1)'),
  ('42501', 'viewer', 'SELECT errtrack.delete_issue(-1)'),
  ('42501', 'viewer', 'SELECT errtrack.forget_user(1, ''anna'')'),
  ('42501', 'viewer', 'SELECT errtrack.delete_project(-1)'),
  ('42501', 'viewer', 'SELECT errtrack.unschedule_jobs()'),
  ('ok', 'viewer', 'SELECT * FROM errtrack.jobs'),
  ('P0002', 'operator', 'SELECT errtrack.delete_issue(-1)'),
  ('ok', 'operator', 'SELECT errtrack.forget_user(1, ''anna'')'),
  ('42501', 'operator', 'SELECT errtrack.delete_project(-1)'),
  ('42501', 'operator', 'SELECT errtrack.delete_rows(1)'),
  ('ok', 'operator', 'SELECT errtrack.unschedule_jobs()')
) AS t (want, role, statement);
SELECT is(pg_temp.as_role('errtrack_t_operator', format('SELECT errtrack.delete_issue(%s)', :other)), 'ok', 'an operator deletes an issue');

--
-- A project
--
SELECT pg_temp.fill(:a, 101) \g /dev/null
SELECT is(errtrack.consume(), 4, 'the project has events again');
SELECT errtrack.ignore(issue_id, until_count => 7) FROM errtrack.issues WHERE project_id = :a LIMIT 1 \g /dev/null
SELECT pg_temp.send(:a, 'Failure', 'anna') \g /dev/null
-- whoever adds a table with project_id: let errtrack_t fill it above
SELECT is_empty(format('SELECT relation FROM pg_temp.rows_of(''{project_id}'', ''project_id = %s'') WHERE n = 0', :a), 'every table that has rows of projects has some of this one');
DROP TABLE pg_temp.before, pg_temp.before_others;
CREATE TABLE pg_temp.before AS SELECT * FROM pg_temp.rows_of('{project_id}', format('project_id = %s', :a));
CREATE TABLE pg_temp.before_others AS SELECT * FROM pg_temp.rows_of('{project_id}', format('project_id IS DISTINCT FROM %s', :a));
SELECT results_eq(format('SELECT * FROM errtrack.delete_project(%s) ORDER BY 1', :a), $$SELECT * FROM pg_temp.before WHERE relation NOT IN ('errtrack.issue_activity', 'errtrack.shed_events') ORDER BY 1$$, 'delete_project() returns how many rows of which table went');
SELECT results_eq(format('SELECT relation FROM pg_temp.rows_of(''{project_id}'', ''project_id = %s'') WHERE n > 0', :a), $$VALUES ('errtrack.issue_activity')$$, '... nothing is left of it but the log');
SELECT results_eq(format('SELECT * FROM pg_temp.rows_of(''{project_id}'', ''project_id IS DISTINCT FROM %s'')', :a), 'SELECT * FROM pg_temp.before_others', '... nothing of others goes');
SELECT results_eq(format('SELECT issue_id, action, who, why FROM errtrack.issue_activity WHERE project_id = %s ORDER BY activity_id DESC LIMIT 1', :a),
                  format('VALUES (NULL::bigint, ''delete'', %L, ''project "a", issues: 2'')', session_user), '... which tells who did it');
SELECT is(errtrack.consume(), 0, 'what waited of it is gone');
SELECT pg_temp.send(:a, 'Failure', 'anna', pg_temp.event_id(1)) \g /dev/null
SELECT is(errtrack.consume(), 1, 'and what comes later');
SELECT is(pg_temp.outcomes(:a), 'set_aside 1', '... is of an unknown project');
SELECT throws_ok(format('SELECT errtrack.delete_project(%s)', coalesce(p, 'NULL')), 'P0002', 'there is no project ' || coalesce(p, '(null)'), 'delete_project() of ' || coalesce(p, 'null') || ' raises')
FROM unnest(ARRAY[:'a', '-1', '0', NULL]) AS p;
SELECT isnt(errtrack.create_project('a'), :a, 'the name can be used again, the number cannot');
-- a large one says what it does
SELECT set_eq(format('SELECT * FROM errtrack.delete_rows(%s)', :a), $$VALUES ('errtrack.event_outcomes', 1::bigint), ('errtrack.raw_events', 1), ('errtrack.set_aside_events', 1)$$, '(what was set aside of the deleted one)');
-- the first one stays
SELECT pg_temp.fill(1, 201) \g /dev/null
SELECT is(errtrack.consume(), 4, 'events of project 1');
UPDATE errtrack.projects SET name = 'the first' WHERE project_id = 1;
SELECT is((SELECT sum(rows) > 10 FROM errtrack.delete_project(1)), true, '... and all that is its are deleted');
SELECT results_eq('SELECT relation, n FROM pg_temp.rows_of(''{project_id}'', ''project_id = 1'') WHERE n > 0 AND relation <> ''errtrack.issue_activity''', $$VALUES ('errtrack.projects', 1::bigint)$$, '... but not the project itself');
SELECT is((SELECT name || ' ' || events_per_minute FROM errtrack.projects WHERE project_id = 1), 'the first 1000', '... with its settings');
INSERT INTO errtrack.raw_events (message) VALUES ('of no project');
SELECT is(errtrack.consume(), 1, 'an event that names none');
SELECT is((SELECT project_id || ' ' || title FROM errtrack.issues WHERE title = 'of no project'), '1 of no project', '... still counts to it');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP FUNCTION public.errtrack_t_poison();
DROP ROLE errtrack_t_writer, errtrack_t_viewer, errtrack_t_operator;
