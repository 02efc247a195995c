-- regroup(): what it says would move and what it moves; that nothing is lost of what was counted; that later events go where
-- it has put the earlier ones. Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql
DROP ROLE IF EXISTS errtrack_t_viewer, errtrack_t_operator, errtrack_t_writer;

-- A checksum of all that errtrack knows.
CREATE FUNCTION pg_temp.checksum() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := '';
  relation regclass;
BEGIN
  FOR relation IN SELECT oid FROM pg_class WHERE relnamespace = 'errtrack'::regnamespace AND relkind IN ('r', 'S') AND NOT relispartition ORDER BY relname LOOP
    EXECUTE format('SELECT md5(string_agg(r, %L ORDER BY r)) FROM (SELECT ROW(t.*)::text AS r FROM %s AS t) AS x', E'\n', relation) INTO one;
    result := md5(result || coalesce(one, '') || relation);
  END LOOP;
  RETURN result;
END $$;
-- The issues of a class: culprit, status, events, kept; what was counted of each by hour and release, if it is not the same.
CREATE FUNCTION pg_temp.state(class text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s %s %s/%s', split_part(culprit, ' ', 1), status, occurrence_count, kept) || CASE WHEN occurrence_count <> h OR occurrence_count <> r THEN format(' but %s by hour, %s by release', h, r) ELSE '' END,
                    ', ' ORDER BY culprit, occurrence_count)
  FROM errtrack.issues AS i,
       LATERAL (SELECT (SELECT count(*) FROM errtrack.occurrences AS o WHERE o.project_id = i.project_id AND o.issue_id = i.issue_id), (SELECT sum(events) FROM errtrack.issue_counts AS c WHERE c.project_id = i.project_id AND c.issue_id = i.issue_id),
                       (SELECT sum(events) FROM errtrack.issue_releases AS c WHERE c.project_id = i.project_id AND c.issue_id = i.issue_id)) AS x (kept, h, r)
  WHERE exception_class = 'shop.' || class
$$;
-- What regroup() says, numbers of issues as culprits.
CREATE FUNCTION pg_temp.said(apply boolean, project int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  names jsonb := (SELECT jsonb_object_agg(issue_id, split_part(culprit, ' ', 1)) FROM errtrack.issues);
  result text;
BEGIN
  SELECT string_agg(format('%s to %s %s/%s', names ->> issue_id::text, coalesce(names ->> to_issue_id::text, 'new'), occurrences, of_occurrences), ', ' ORDER BY names ->> issue_id::text, names ->> to_issue_id::text, occurrences DESC, to_issue_id) INTO result
  FROM errtrack.regroup(project, apply);
  RETURN coalesce(result, 'nothing');
END $$;
-- What must hold whatever is moved.
CREATE FUNCTION pg_temp.wrong() RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(', ',
    CASE WHEN (SELECT sum(occurrence_count) FROM errtrack.issues) <> (SELECT count(*) FROM errtrack.raw_events) THEN 'events lost' END,
    CASE WHEN (SELECT count(*) FROM errtrack.issues AS i WHERE occurrence_count IS DISTINCT FROM (SELECT sum(events) FROM errtrack.issue_counts AS c WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) > 0 THEN 'hours' END,
    CASE WHEN (SELECT count(*) FROM errtrack.issues AS i WHERE occurrence_count IS DISTINCT FROM (SELECT sum(events) FROM errtrack.issue_releases AS c WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) > 0 THEN 'releases' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issue_counts WHERE events <= 0) OR EXISTS (SELECT FROM errtrack.issue_releases WHERE events <= 0) THEN 'empty counts' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issue_counts AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'counts of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issue_releases AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'releases of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.occurrences AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'occurrences of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.fingerprints AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'keys of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.alerts AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'alerts of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issue_people AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'people of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issue_facets AS c WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE (c.project_id, c.issue_id) = (i.project_id, i.issue_id))) THEN 'tags of no issue' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.issues AS i WHERE first_seen > last_seen) THEN 'times' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.occurrences AS o JOIN errtrack.issues AS i USING (project_id, issue_id) WHERE o.occurred_at NOT BETWEEN i.first_seen AND i.last_seen) THEN 'occurrences out of their issue''s time' END,
    CASE WHEN EXISTS (SELECT FROM errtrack.occurrences AS o WHERE (SELECT f.issue_id FROM errtrack.fingerprints AS f WHERE (f.project_id, f.fingerprint) = (o.project_id, o.fingerprint)) IS DISTINCT FROM o.issue_id) THEN 'occurrences that would go elsewhere' END)
$$;

--
-- Nothing to do, and what is refused
--
SELECT is(pg_temp.said(apply), 'nothing', 'an empty project, apply ' || apply) FROM unnest(ARRAY[false, true]) AS apply;
SELECT is(pg_temp.error_of(format('SELECT errtrack.regroup(%s, %s)', project, apply)), format('P0002 there is no project %s, hint', shown), format('regroup(%s, %s)', project, apply))
FROM (VALUES ('99', '99'), ('NULL', '(null)'), ('-1', '-1')) AS v (project, shown), unnest(ARRAY['false', 'true']) AS apply;
INSERT INTO errtrack.raw_events (stack_trace, release, received_at) SELECT pg_temp.java('Still', ARRAY['shop.A.a', p || '.B.b']), 'r1', now() - interval '1 day' FROM unnest(ARRAY['shop', 'mail', 'mail']) AS p;
SELECT is(errtrack.consume(), 3, 'events');
SELECT pg_temp.checksum() AS before \gset
SELECT is(pg_temp.said(false), 'nothing', 'no rule has changed: nothing would move');
SELECT is(pg_temp.said(true), 'nothing', '... and nothing moves');
SELECT is(pg_temp.checksum(), :'before', '... so that all is as it was');

--
-- Split: a rule tells apart what was one issue. Some events were counted and not kept
--
SET errtrack.sample_first = 4;
SET errtrack.sample_rate = 0;
INSERT INTO errtrack.raw_events (stack_trace, tags, received_at) SELECT pg_temp.java('Split', '{shop.A.split,shop.B.b}'), jsonb_build_object('customer', CASE WHEN i IN (2, 9) THEN 'acme' ELSE 'other' END), now() - i * interval '1 hour' FROM generate_series(1, 10) AS i;
SELECT is(errtrack.consume(), 10, 'ten events of one issue');
SELECT is(pg_temp.state('Split'), 'split unresolved 10/4', '... of which four are kept');
UPDATE errtrack.occurrences SET tags = '{"customer": "acme"}' WHERE event_id = (SELECT event_id FROM errtrack.occurrences WHERE exception_class = 'shop.Split' ORDER BY occurred_at LIMIT 1);
UPDATE errtrack.occurrences SET tags = '{"customer": "other"}' WHERE event_id IN (SELECT event_id FROM errtrack.occurrences WHERE exception_class = 'shop.Split' ORDER BY occurred_at OFFSET 1);
SELECT issue_id AS split FROM errtrack.issues WHERE exception_class = 'shop.Split' \gset
SELECT is((errtrack.resolve(:split, 'r9')).status::text, 'resolved', 'the issue is resolved');
INSERT INTO errtrack.fingerprint_rules (exception_class, tags, fingerprint, title) VALUES ('shop.Split', '{"customer": "acme"}', '{acme}', 'Acme again');
SELECT pg_temp.checksum() AS before \gset
SELECT is(pg_temp.said(false), 'split to new 1/4', 'regroup() says that one occurrence of four would go');
SELECT is(pg_temp.said(false), 'split to new 1/4', '... twice');
SELECT is(pg_temp.checksum(), :'before', '... and has changed nothing');
BEGIN;
SELECT is(pg_temp.said(true), 'split to new 1/4', 'it moves in a transaction');
ROLLBACK;
SELECT is(pg_temp.error_of('SELECT 1 / (SELECT nullif(count(*), 0) - 1 FROM pg_class WHERE relname LIKE ''errtrack\_regroup%'')'), 'none', '(no temporary table is left)');
SELECT is((SELECT md5(string_agg(o::text, '' ORDER BY o.event_id)) FROM errtrack.occurrences AS o WHERE issue_id = :split), (SELECT md5(string_agg(o::text, '' ORDER BY o.event_id)) FROM errtrack.occurrences AS o WHERE exception_class = 'shop.Split'), '... which is rolled back');
SELECT is(pg_temp.said(true), 'split to new 1/4', 'it moves');
SELECT is(pg_temp.state('Split'), 'split resolved 1/1, split resolved 9/3', '... with as many events as are kept; both stay resolved');
SELECT results_eq($$SELECT title, release_fixed, resolved_at IS NOT NULL, first_seen = last_seen FROM errtrack.issues WHERE title LIKE 'Acme%'$$, $$VALUES ('Acme again', 'r9', true, true)$$, 'the new issue has its rule''s title, and its state from the old one');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
SELECT is(pg_temp.said(true), 'nothing', 'a second time nothing moves');
SELECT is((SELECT count(*) FROM errtrack.alerts WHERE issue_id = (SELECT issue_id FROM errtrack.issues WHERE title = 'Acme again')), 0::bigint, 'the alert stays where it was');
INSERT INTO errtrack.raw_events (stack_trace, tags, received_at) VALUES (pg_temp.java('Split', '{shop.A.split,shop.B.b}'), '{"customer": "acme"}', now() - interval '1 hour'), (pg_temp.java('Split', '{shop.A.split,shop.B.b}'), '{"customer": "other"}', now() - interval '1 hour');
SELECT is(errtrack.consume(), 2, 'two events more');
SELECT is(pg_temp.state('Split'), 'split resolved 2/2, split resolved 10/3', '... go where regroup() has put the earlier ones');
RESET errtrack.sample_first;
RESET errtrack.sample_rate;

--
-- Merge: a rule joins what were three issues; the largest one takes the others, with all their counts
--
INSERT INTO errtrack.raw_events (stack_trace, release, environment, user_id, session_id, server_name, occurred_at) SELECT pg_temp.java('Merge', ARRAY['shop.A.' || f, 'shop.B.b']), 'r' || i % 2, 'prod', 'user' || i, f || i, 'web', now() - i * interval '1 hour' FROM (VALUES ('x', 2), ('y', 5), ('z', 1)) AS v (f, n), generate_series(1, n) AS i;
SELECT is(errtrack.consume(), 8, 'eight events of three issues');
SET errtrack.sample_first = 0;
SET errtrack.sample_rate = 0;
INSERT INTO errtrack.raw_events (stack_trace, release, environment, user_id, server_name) SELECT pg_temp.java('Merge', '{shop.A.x,shop.B.b}'), 'r1', 'prod', 'user' || i, 'web' FROM generate_series(1, 50) AS i;
SELECT is(errtrack.consume(), 50, 'fifty more of one, that are not kept');
RESET errtrack.sample_first;
RESET errtrack.sample_rate;
SELECT is(pg_temp.state('Merge'), 'x unresolved 52/2, y unresolved 5/5, z unresolved 1/1', '(three issues)');
INSERT INTO errtrack.fingerprint_rules (exception_class, fingerprint) VALUES ('shop.Merge', '{merged}');
SELECT issue_id AS kept FROM errtrack.issues WHERE exception_class = 'shop.Merge' AND culprit LIKE 'y %' \gset
SELECT min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM errtrack.issues WHERE exception_class = 'shop.Merge' \gset
SELECT is(pg_temp.said(false), 'x to y 2/2, z to y 1/1', 'two would be merged into the one with most occurrences');
SELECT is(pg_temp.said(true), 'x to y 2/2, z to y 1/1', '... and are');
SELECT is((SELECT string_agg(issue_id || ' ' || occurrence_count, ',') FROM errtrack.issues WHERE exception_class = 'shop.Merge'), :'kept' || ' 58', 'one issue is left, with all events, also those that were not kept');
SELECT results_eq($$SELECT first_seen, last_seen FROM errtrack.issues WHERE exception_class = 'shop.Merge'$$, format('VALUES (%L::timestamptz, %L::timestamptz)', :'first_seen', :'last_seen'), '... and all their time');
SELECT is((SELECT (users_affected, sessions_affected, exact)::text FROM errtrack.issue_users WHERE issue_id = :kept), '(50,8,t)', '... and all whom they met');
SELECT is((SELECT (key, value, events)::text FROM errtrack.issue_tags WHERE issue_id = :kept), '(server_name,web,58)', '... with all their tags');
SELECT is((SELECT count(*) FROM errtrack.alerts WHERE issue_id = :kept), 3::bigint, '... and all their alerts');
SELECT is((SELECT count(*) FROM errtrack.fingerprints WHERE issue_id = :kept), 7::bigint, '... and all their keys, and the new one');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
DELETE FROM errtrack.fingerprint_rules WHERE fingerprint = '{merged}';
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Merge', '{shop.A.x,shop.B.b}')), (pg_temp.java('Merge', '{shop.A.z,shop.B.b}'));
SELECT is(errtrack.consume(), 2, 'later events, found by their old keys after the rule is gone');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE exception_class = 'shop.Merge'), 60::bigint, '... join it');
SELECT is(pg_temp.said(true), 'nothing', 'what is known is not undone: all of its old keys lead there');

--
-- Both at once: two issues of which each gives a part to a third error
--
INSERT INTO errtrack.raw_events (stack_trace, tags) SELECT pg_temp.java('Cross', ARRAY['shop.A.' || f, 'shop.B.b']), jsonb_build_object('zone', CASE WHEN i <= n THEN 'eu' ELSE 'us' END) FROM (VALUES ('p', 2), ('q', 3)) AS v (f, n), generate_series(1, 8) AS i;
SELECT is(errtrack.consume(), 16, 'sixteen events of two issues');
INSERT INTO errtrack.fingerprint_rules (exception_class, tags, fingerprint) VALUES ('shop.Cross', '{"zone": "eu"}', '{eu}');
SELECT is(pg_temp.said(false), 'p to new 2/8, q to new 3/8', 'a part of each would go to a new one');
SELECT is(pg_temp.said(true), 'p to new 2/8, q to new 3/8', '... and does');
SELECT is((SELECT array_agg(occurrence_count ORDER BY occurrence_count) FROM errtrack.issues WHERE exception_class = 'shop.Cross'), '{5,5,6}', '... of five events');
SELECT is((SELECT array_agg((i.occurrence_count, t.value, t.events)::text ORDER BY 1) FROM errtrack.issues AS i JOIN errtrack.issue_tags AS t USING (project_id, issue_id) WHERE i.exception_class = 'shop.Cross' AND i.occurrence_count = 5 AND i.issue_id = (SELECT max(issue_id) FROM errtrack.issues)), '{"(5,eu,5)"}', '... and has their tags');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
INSERT INTO errtrack.fingerprint_rules (rule_id, exception_class, fingerprint) VALUES (0, 'shop.Cross', '{q}');
INSERT INTO errtrack.frame_rules (module, function, action) VALUES ('shop.A', '*.p', 'not_in_app');
SELECT isnt(pg_temp.said(true), 'nothing', 'all of them are joined by another rule');
SELECT is((SELECT array_agg(occurrence_count ORDER BY occurrence_count) FROM errtrack.issues WHERE exception_class = 'shop.Cross'), '{16}', '... to one issue');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
DELETE FROM errtrack.fingerprint_rules;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;

--
-- An event that was sent again after a week is kept in two leaves: it moves twice, and each time is counted once
--
SELECT jsonb_agg(jsonb_build_object('event_id', gen_random_uuid(), 'stack_trace', pg_temp.java('Again', '{shop.A.again,shop.B.b}'), 'tags', jsonb_build_object('zone', z))) AS events FROM unnest(ARRAY['eu', 'eu', 'us']) AS z \gset
SELECT count(errtrack.capture(e)) FROM jsonb_array_elements(:'events') AS e \g /dev/null
SELECT is(errtrack.consume(), 3, 'three events');
DELETE FROM errtrack.seen_events;
UPDATE errtrack.occurrences SET slot = (slot + 1) % 16 WHERE exception_class = 'shop.Again';
SELECT count(errtrack.capture(e)) FROM jsonb_array_elements(:'events') AS e \g /dev/null
SELECT is(errtrack.consume(), 3, '... and again');
SELECT is(pg_temp.state('Again'), 'again unresolved 6/6', '(all are kept)');
INSERT INTO errtrack.fingerprint_rules (exception_class, tags, fingerprint) VALUES ('shop.Again', '{"zone": "eu"}', '{eu again}');
SELECT matches(pg_temp.said(true), '^again to new 4/6', 'two of them go, twice');
SELECT is(pg_temp.state('Again'), 'again unresolved 2/2, again unresolved 4/4', '... and are four');
SELECT is((SELECT (t.value, t.events)::text FROM errtrack.issues AS i JOIN errtrack.issue_tags AS t USING (project_id, issue_id) WHERE i.exception_class = 'shop.Again' AND i.occurrence_count = 4), '(eu,4)', '... in the tags, too');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
DELETE FROM errtrack.fingerprint_rules;

--
-- Other projects, other people, other temporary tables
--
INSERT INTO errtrack.projects (project_id, name) VALUES (2, 'second');
INSERT INTO errtrack.raw_events (project_id, stack_trace, tags) SELECT p, pg_temp.java('Apart', '{shop.A.apart,shop.B.b}'), jsonb_build_object('zone', z) FROM unnest(ARRAY[1, 2]) AS p, unnest(ARRAY['eu', 'us']) AS z;
SELECT is(errtrack.consume(), 4, 'the same errors in two projects');
INSERT INTO errtrack.fingerprint_rules (project_id, exception_class, tags, fingerprint) SELECT p, 'shop.Apart', '{"zone": "eu"}', '{eu}' FROM unnest(ARRAY[1, 2]) AS p;
SELECT is(pg_temp.said(true, 2), 'apart to new 1/2', 'one project''s are split');
SELECT results_eq($$SELECT project_id, count(*) FROM errtrack.issues WHERE exception_class = 'shop.Apart' GROUP BY 1 ORDER BY 1$$, $$VALUES (1, 1::bigint), (2, 2)$$, '... and the other''s are not');
SELECT is(pg_temp.wrong(), '', 'all counts agree');
CREATE ROLE errtrack_t_viewer;
CREATE ROLE errtrack_t_operator;
CREATE ROLE errtrack_t_writer;
SELECT is(errtrack.grant_role(('errtrack_t_' || kind)::regrole, kind)::text, '', 'a ' || kind) FROM unnest(ARRAY['viewer', 'operator', 'writer']) AS kind;
SELECT is(pg_temp.as_role('errtrack_t_' || kind, statement), want, format('a %s: %s', kind, statement))
FROM (VALUES ('42501', 'viewer', 'SELECT errtrack.regroup(1)'), ('42501', 'viewer', 'SELECT errtrack.regroup(1, true)'), ('42501', 'writer', 'SELECT errtrack.regroup(1)'),
             ('ok', 'operator', 'SELECT errtrack.regroup(1)'), ('42501', 'operator', 'SELECT errtrack.regroup_plan(1)'), ('42501', 'operator', 'SELECT errtrack.regroup_apply(1)'),
             ('ok', 'viewer', 'SELECT errtrack.fingerprints(''{}'')'), ('ok', 'viewer', 'SELECT * FROM errtrack.explain_fingerprint(''{}''::jsonb)'), ('ok', 'viewer', 'SELECT FROM errtrack.fingerprint_rules'),
             ('42501', 'viewer', 'INSERT INTO errtrack.fingerprint_rules (message, title) VALUES (''a'', ''b'')'), ('42501', 'viewer', 'UPDATE errtrack.fingerprint_rules SET title = ''b'''),
             ('42501', 'viewer', 'DELETE FROM errtrack.fingerprint_rules'), ('42501', 'viewer', 'TRUNCATE errtrack.fingerprint_rules'),
             ('42501', 'writer', 'SELECT errtrack.fingerprints(''{}'')'), ('42501', 'writer', 'SELECT * FROM errtrack.explain_fingerprint(''{}''::jsonb)'), ('42501', 'writer', 'SELECT FROM errtrack.fingerprint_rules')) AS t (want, kind, statement);
-- a session's own table of that name is not lost: regroup() says that it is in the way
CREATE TEMP TABLE errtrack_regroup (mine text);
INSERT INTO errtrack_regroup VALUES ('kept');
SELECT is(pg_temp.error_of(format('SELECT errtrack.regroup(1, %L)', apply)), '42P07 relation "errtrack_regroup" already exists', 'a session that has a table of the same name, apply ' || apply)
FROM unnest(ARRAY[false, true]) AS apply;
SELECT is(pg_temp.error_of('SELECT 1 / (mine = ''kept'')::int FROM errtrack_regroup'), 'none', '... and keeps it');
DROP TABLE IF EXISTS errtrack_regroup;
SELECT isnt(pg_temp.said(true), NULL, 'as often as one likes');
SELECT is((SELECT string_agg(pg_temp.said(apply), ' | ') FROM unnest(ARRAY[true, false, true]) AS apply), 'nothing | nothing | nothing', '... in one transaction, too');
SELECT is(pg_temp.as_role('errtrack_t_operator', 'SELECT errtrack.regroup(1, true)'), 'ok', 'an operator may apply it');
SELECT is(pg_temp.wrong(), '', 'all counts agree');

--
-- Issues that swap, that follow each other, that go to several, and that move into what was mended or ignored
--
INSERT INTO errtrack.projects (project_id, name) VALUES (50, 'moves');
\set moves 50
INSERT INTO errtrack.fingerprint_rules (project_id, exception_class, message, fingerprint) VALUES
  (:moves, 'Swap', 'a*', '{swap 1}'), (:moves, 'Swap', 'b*', '{swap 2}'),
  (:moves, 'Row', 'a*', '{row 1}'), (:moves, 'Row', 'b*', '{row 2}'), (:moves, 'Row', 'c*', '{row 3}'),
  (:moves, 'Parts', 'a*', '{part 1}'), (:moves, 'Parts', 'b*', '{part 2}'), (:moves, 'Parts', 'c*', '{part 3}'),
  (:moves, 'Mended', 'a*', '{mended 1}'), (:moves, 'Mended', 'b*', '{mended 2}'),
  (:moves, 'Ignored', 'a*', '{ignored 1}'), (:moves, 'Ignored', 'b*', '{ignored 2}');
INSERT INTO errtrack.raw_events (project_id, exception_class, message, release, occurred_at)
SELECT :moves, class, message, '1.' || length(message), now() - interval '2 days'
FROM (VALUES ('Swap', 'a'), ('Swap', 'a'), ('Swap', 'b'), ('Row', 'a'), ('Row', 'b'), ('Row', 'c'), ('Row', 'c'),
             ('Parts', 'a'), ('Parts', 'b'), ('Parts', 'c 1'), ('Parts', 'c 2'),
             ('Mended', 'a'), ('Ignored', 'a')) AS e (class, message);
SELECT errtrack.consume() > 0 AS consumed \gset
SELECT errtrack.resolve(issue_id) FROM errtrack.issues WHERE exception_class = 'Mended' \g /dev/null
SELECT errtrack.ignore(issue_id, until_count => 100) FROM errtrack.issues WHERE exception_class = 'Ignored' \g /dev/null
INSERT INTO errtrack.raw_events (project_id, exception_class, message)
VALUES (:moves, 'Mended', 'b'), (:moves, 'Mended', 'b'), (:moves, 'Ignored', 'b');
SELECT errtrack.consume() > 0 AS consumed \gset
UPDATE errtrack.fingerprint_rules SET fingerprint = CASE
  WHEN exception_class = 'Swap' THEN CASE message WHEN 'a*' THEN '{swap 2}'::text[] ELSE '{swap 1}' END
  WHEN exception_class = 'Row' THEN CASE message WHEN 'a*' THEN '{row 2}'::text[] WHEN 'b*' THEN '{row 3}' ELSE '{row 4}' END
  WHEN exception_class = 'Mended' THEN '{mended 1}' WHEN exception_class = 'Ignored' THEN '{ignored 1}'
  ELSE fingerprint END
WHERE project_id = :moves;
UPDATE errtrack.fingerprint_rules SET fingerprint = '{part 1}', message = 'c 1' WHERE project_id = :moves AND message = 'c*' AND exception_class = 'Parts';
INSERT INTO errtrack.fingerprint_rules (project_id, exception_class, message, fingerprint) VALUES (:moves, 'Parts', 'c 2', '{part 2}');
SELECT isnt(pg_temp.said(true, :moves), 'nothing', 'issues that swap and follow each other move');
SELECT is(pg_temp.wrong(), '', '... and nothing is lost of them');
SELECT is(pg_temp.said(false, :moves), 'nothing', '... and are there');
SELECT is((SELECT string_agg(i.exception_class || ' ' || a.from_status || ' ' || a.to_status, ', ' ORDER BY i.exception_class)
           FROM errtrack.issue_activity AS a JOIN errtrack.issues AS i USING (project_id, issue_id) WHERE a.action = 'regroup'),
          'Ignored ignored unresolved, Mended resolved regressed', 'changes of state are logged');
SELECT is((SELECT count(*) FROM errtrack.issue_ignores WHERE project_id = :moves), 0::bigint, '... and nothing waits to end what is ignored no longer');
SELECT is_empty(format($$SELECT i.title, i.release_introduced FROM errtrack.issues AS i WHERE i.project_id = %s AND i.release_introduced IS DISTINCT FROM
                         (SELECT min(r.release) FROM errtrack.issue_releases AS r WHERE r.project_id = i.project_id AND r.issue_id = i.issue_id AND r.release <> '')$$, :moves),
                'each issue has the lowest of its releases');
SELECT results_eq(format($$SELECT exception_class, count(*)::int, sum(occurrence_count)::int FROM errtrack.issues WHERE project_id = %s GROUP BY 1 ORDER BY 1$$, :moves),
  $$VALUES ('Ignored', 1, 2), ('Mended', 1, 3), ('Parts', 2, 4), ('Row', 3, 4), ('Swap', 2, 3)$$, 'as many issues as there are fingerprints; none without events');
SELECT is((SELECT string_agg(exception_class || ' ' || status || ' ' || regression_count || ' ' || (regressed_at IS NOT NULL), ', ' ORDER BY exception_class)
           FROM errtrack.issues WHERE project_id = :moves AND exception_class IN ('Mended', 'Ignored')),
          'Ignored unresolved 0 false, Mended regressed 1 true', 'an open issue opens what it moves into');

--
-- A kept event is read as it was at first
--
INSERT INTO errtrack.raw_events (project_id, message, stack_trace, exceptions) VALUES
  (:moves, 'saving failed', NULL, '[{"type": "E", "value": "disk full"}]'), (:moves, 'sending failed', NULL, '[{"type": "E", "value": "disk full"}]'),
  (:moves, E'job 7 died\n\tat shop.Cart.total(Cart.java:3)\n\tat shop.Web.main(Web.java:7)', NULL, NULL),
  (:moves, 'a log line', E'shop.E: late\n\tat shop.Cart.total(Cart.java:3)', NULL),
  (:moves, NULL, E'Traceback (most recent call last):\n  File "/a.py", line 3, in f\nKeyError: 7', NULL);
SELECT errtrack.consume() > 0 AS consumed \gset
SELECT is(pg_temp.said(false, :moves), 'nothing', 'no rule has changed, and nothing wants to move');
SELECT is((SELECT count(*)::int FROM errtrack.issues WHERE project_id = :moves AND platform = 'java'), 2, 'a trace in the message is read');
SELECT is((SELECT count(*)::int FROM errtrack.occurrences AS o WHERE project_id = :moves AND platform IN ('java', 'python')
             AND NOT EXISTS (SELECT FROM errtrack.explain_event(o.event_id) AS e WHERE e.part = 'frame' AND e.counts)), 0, 'explain_event() reads what was kept');
SET force_parallel_mode = on;
SELECT is((SELECT count(DISTINCT errtrack.fingerprint(jsonb_build_object('stack_trace', stack_trace)))::int FROM errtrack.occurrences WHERE stack_trace IS NOT NULL AND project_id = :moves), 2, 'in a parallel worker, too');
RESET force_parallel_mode;

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP ROLE errtrack_t_viewer, errtrack_t_operator, errtrack_t_writer;
