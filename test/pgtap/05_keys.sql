-- An issue that is known by several keys: whichever of an event's keys is known finds it, the others are attached, so that
-- a change of rules, or another version of them, splits nothing. Statements commit (consume() cannot see what its own
-- transaction wrote).
\ir setup.psql

-- an event of such frames as an SDK reports it, innermost first; those in "own" are in-app
CREATE FUNCTION pg_temp.sdk(class text, calls text[], own text[]) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_array(jsonb_build_object('type', class, 'stacktrace', jsonb_build_object('frames',
    (SELECT jsonb_agg(jsonb_build_object('function', c, 'filename', c || '.py', 'in_app', c = ANY (own)) ORDER BY n DESC) FROM unnest(calls) WITH ORDINALITY AS u (c, n)))))
$$;
-- what there is of a class: issues, events counted, keys, alerts
CREATE FUNCTION pg_temp.state(class text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s issues, %s events, %s keys, %s alerts', count(*), coalesce(sum(occurrence_count), 0),
                (SELECT count(*) FROM errtrack.fingerprints WHERE issue_id = ANY (array_agg(i.issue_id))), (SELECT count(*) FROM errtrack.alerts WHERE issue_id = ANY (array_agg(i.issue_id))))
  FROM errtrack.issues AS i WHERE exception_class IN (class, 'shop.' || class)
$$;

--
-- A change of rules
--
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Rule', '{shop.A.a,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 1, 'an event');
SELECT is(pg_temp.state('Rule'), '1 issues, 1 events, 2 keys, 1 alerts', '... has an issue with two keys');
INSERT INTO errtrack.frame_rules (module, action) VALUES ('shop.A', 'not_in_app');
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Rule', '{shop.A.a,mail.B.b,web.C.c}')), (pg_temp.java('Rule', '{shop.A.a,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 2, 'the same trace after a change of rules');
SELECT is(pg_temp.state('Rule'), '1 issues, 3 events, 3 keys, 1 alerts', '... belongs to the same issue, which has one key more and no alert');
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Rule', '{shop.A.z,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 1, 'an event that has only the key of the new rules in common');
SELECT is(pg_temp.state('Rule'), '1 issues, 4 events, 4 keys, 1 alerts', '... finds it by that, and brings its all-frames key');
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Rule', '{shop.A.a,mail.B.b,other.D.d}'));
SELECT is(errtrack.consume(), 1, 'an event that has only the key of the old rules in common');
SELECT is(pg_temp.state('Rule'), '1 issues, 5 events, 5 keys, 1 alerts', '... finds it by that');
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Rule', '{shop.Q.q,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 1, 'an event of the same class that has no key in common');
SELECT is(pg_temp.state('Rule'), '2 issues, 6 events, 7 keys, 2 alerts', '... is another issue');
-- the first key that is known decides, not the last
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('First', '{shop.A.a,mail.B.b}')), (pg_temp.java('First', '{shop.Z.z,mail.B.b}'));
SELECT is(errtrack.consume(), 2, 'two issues');
UPDATE errtrack.fingerprints SET issue_id = (SELECT issue_id FROM errtrack.issues WHERE exception_class = 'shop.First' AND culprit LIKE 'z %')
WHERE fingerprint = (errtrack.fingerprints(jsonb_build_object('stack_trace', pg_temp.java('First', '{shop.A.a,mail.B.b}'))))[2];
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('First', '{shop.A.a,mail.B.b}'));
SELECT is(errtrack.consume(), 1, 'an event whose second key is known to another one than the first is');
SELECT results_eq($$SELECT culprit, occurrence_count FROM errtrack.issues WHERE exception_class = 'shop.First' ORDER BY 1$$, $$VALUES ('a (shop.A:1)', 2::bigint), ('z (shop.Z:1)', 1)$$, '... belongs where the first is');
SELECT is(pg_temp.state('First'), '2 issues, 3 events, 4 keys, 2 alerts', '... and no key changes its issue');

--
-- New ones, in one batch and in two, in whatever order
--
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('python', pg_temp.sdk('One', '{f,g,h}', '{f}')), ('python', pg_temp.sdk('One', '{f,g,h}', '{g}')), ('python', pg_temp.sdk('One', '{f,g,h}', '{h}')),
  ('python', pg_temp.sdk('One', '{f,g,h}', '{f}')), ('python', pg_temp.sdk('One', '{f,g,h}', '{f,g,h}'));
SELECT is((SELECT count(DISTINCT errtrack.fingerprint(jsonb_build_object('platform', 'python', 'exceptions', pg_temp.sdk('One', '{f,g,h}', own)))) || ' ' ||
          count(DISTINCT (errtrack.fingerprints(jsonb_build_object('platform', 'python', 'exceptions', pg_temp.sdk('One', '{f,g,h}', own))))[2]) FROM (VALUES ('{f}'::text[]), ('{g}'), ('{h}')) AS v (own)),
          '3 1', '(three first keys, one of all frames)');
SELECT is(errtrack.consume(), 5, 'events in one batch that differ in what the SDK calls in-app');
SELECT is(split_part(pg_temp.state('One'), ' keys', 1) IN ('1 issues, 5 events, 4', '1 issues, 5 events, 5'), true, '... are one issue, with each of their keys');
SELECT is(split_part(pg_temp.state('One'), 'keys, ', 2), '1 alerts', '... and one alert');
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('python', pg_temp.sdk('Two', '{f,g,h}', '{f}'));
SELECT is(errtrack.consume(), 1, 'the same in two batches: the first');
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('python', pg_temp.sdk('Two', '{f,g,h}', '{g}')), ('python', pg_temp.sdk('Two', '{f,g,h}', '{h}'));
SELECT is(errtrack.consume(), 2, '... the second');
SELECT is(pg_temp.state('Two'), '1 issues, 3 events, 4 keys, 1 alerts', '... one issue');
-- a known first key beside an unknown one that has all frames in common: f is known, f' is not
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('python', pg_temp.sdk('Kin', '{f,g,x}', '{f,g}'));
SELECT is(errtrack.consume(), 1, 'an issue');
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('python', pg_temp.sdk('Kin', '{f,g,y}', '{g}')), ('python', pg_temp.sdk('Kin', '{f,g,y}', '{f,g}'));
SELECT is(errtrack.consume(), 2, 'two events of which one has its first key, and both one key by all frames that is new');
SELECT is(split_part(pg_temp.state('Kin'), ' events', 1), '1 issues, 3', '... belong to it');
SELECT is(split_part(pg_temp.state('Kin'), 'keys, ', 2), '1 alerts', '... and alert nobody');
-- the same list of keys in two projects
INSERT INTO errtrack.projects (project_id, name) VALUES (2, 'second');
INSERT INTO errtrack.raw_events (project_id, platform, exceptions) SELECT p, 'python', pg_temp.sdk('Both', '{f,g,h}', own) FROM unnest(ARRAY[1, 2]) AS p, (VALUES ('{f}'::text[]), ('{g}')) AS v (own);
SELECT is(errtrack.consume(), 4, 'the same errors in two projects');
SELECT results_eq($$SELECT project_id, occurrence_count FROM errtrack.issues WHERE exception_class = 'Both' ORDER BY 1$$, $$VALUES (1, 2::bigint), (2, 2)$$, '... are one issue each');
SELECT is((SELECT count(*) FROM errtrack.fingerprints AS f JOIN errtrack.issues AS i USING (issue_id) WHERE i.project_id <> f.project_id), 0::bigint, '... and no key leads to another project');

--
-- Keys of another version
--
INSERT INTO errtrack.raw_events (message, exception_class) VALUES ('late', 'Old');
SELECT is(errtrack.consume(), 1, 'an issue');
DELETE FROM errtrack.fingerprints WHERE issue_id = (SELECT issue_id FROM errtrack.issues WHERE exception_class = 'Old');
INSERT INTO errtrack.fingerprints (project_id, fingerprint, issue_id, version)
SELECT 1, k, i.issue_id, 0 FROM errtrack.issues AS i, unnest(errtrack.fingerprints(jsonb_build_object('stack_trace', pg_temp.java('Old', '{shop.A.a,mail.B.b}')))) WITH ORDINALITY AS x (k, n) WHERE exception_class = 'Old' AND n = 2;
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Old', '{shop.A.a,mail.B.b}'));
SELECT is(errtrack.consume(), 1, 'an event whose second key an older version has made');
SELECT is(pg_temp.state('Old'), '1 issues, 2 events, 2 keys, 1 alerts', '... finds the issue, and leaves its own');
SELECT results_eq($$SELECT version, count(*) FROM errtrack.fingerprints WHERE issue_id = (SELECT issue_id FROM errtrack.issues WHERE exception_class = 'Old') GROUP BY 1 ORDER BY 1$$, $$VALUES (0::smallint, 1::bigint), (1::smallint, 1)$$, '... beside the old one, which keeps its version');

--
-- Events that are not kept attach their first key and no more: others have no end
--
SET errtrack.sample_first = 1;
SET errtrack.sample_rate = 0;
INSERT INTO errtrack.raw_events (stack_trace) VALUES (pg_temp.java('Kept', '{shop.A.a,mail.B.b,m0.M.m}'));
SELECT is(errtrack.consume(), 1, 'the first event is kept');
SELECT is(pg_temp.state('Kept'), '1 issues, 1 events, 2 keys, 1 alerts', '... and attaches both keys');
INSERT INTO errtrack.raw_events (stack_trace) SELECT pg_temp.java('Kept', ARRAY['shop.A.a', 'mail.B.b', 'm' || i || '.M.m']) FROM generate_series(1, 100) AS i;
SELECT is(errtrack.consume(), 100, 'a hundred others, which came other ways and are not kept');
SELECT is(pg_temp.state('Kept'), '1 issues, 101 events, 2 keys, 1 alerts', '... are counted, and attach none');
INSERT INTO errtrack.raw_events (stack_trace, release) VALUES (pg_temp.java('Kept', '{shop.A.a,mail.B.b,m7.M.m}'), 'r2');
SELECT is(errtrack.consume(), 1, 'one that is kept because of its release');
SELECT is(pg_temp.state('Kept'), '1 issues, 102 events, 3 keys, 1 alerts', '... attaches its second key');
INSERT INTO errtrack.raw_events (platform, exceptions) VALUES ('java', '[{"type": "Kept", "value": "x", "stacktrace": {"frames": [{"module": "m7.M", "function": "m"}, {"module": "mail.B", "function": "b", "in_app": true}, {"module": "shop.A", "function": "a", "in_app": false}]}}]');
SELECT is(errtrack.consume(), 1, 'an event with another first key, found by that one, not kept');
SELECT is(pg_temp.state('Kept'), '1 issues, 103 events, 4 keys, 1 alerts', '... attaches its first key');
SELECT is((SELECT count(*) FROM errtrack.occurrences WHERE exception_class LIKE '%Kept'), 2::bigint, '(two are kept)');
RESET errtrack.sample_first;
RESET errtrack.sample_rate;

--
-- What arrives twice
--
INSERT INTO errtrack.raw_events (event_id, stack_trace) VALUES ('00000000-0000-0000-0000-000000000001', pg_temp.java('Twice', '{shop.A.a,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 1, 'an event');
INSERT INTO errtrack.frame_rules (module, action) VALUES ('shop.A', 'not_in_app');
INSERT INTO errtrack.raw_events (event_id, stack_trace) VALUES ('00000000-0000-0000-0000-000000000001', pg_temp.java('Twice', '{shop.A.a,mail.B.b,web.C.c}'));
SELECT is(errtrack.consume(), 1, '... again, after a change of rules');
SELECT is(pg_temp.state('Twice'), '1 issues, 1 events, 2 keys, 1 alerts', '... is not counted, and attaches nothing');
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
SET errtrack.count_duplicates = on;
INSERT INTO errtrack.raw_events (event_id, stack_trace) VALUES ('00000000-0000-0000-0000-000000000001', pg_temp.java('Twice', '{shop.A.a,mail.B.b,web.C.c}')), ('00000000-0000-0000-0000-000000000001', pg_temp.java('Thrice', '{shop.A.a}'));
SELECT is(errtrack.consume(), 2, '... where duplicates count');
SELECT is(pg_temp.state('Twice'), '1 issues, 2 events, 2 keys, 1 alerts', '... it is counted');
SELECT is(pg_temp.state('Thrice'), '0 issues, 0 events, 0 keys, 0 alerts', '... but makes no issue of its own');
RESET errtrack.count_duplicates;

-- in all of this, nothing was lost and nothing counted twice
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues) + (SELECT sum(events) FROM errtrack.event_outcomes), (SELECT count(*) FROM errtrack.raw_events)::numeric, 'events = counts + outcomes');
SELECT is((SELECT sum(events) FROM errtrack.issue_counts), (SELECT sum(occurrence_count) FROM errtrack.issues), 'counts by hour');
SELECT is((SELECT sum(events) FROM errtrack.issue_releases), (SELECT sum(occurrence_count) FROM errtrack.issues), 'counts by release');
SELECT is((SELECT count(*) FROM errtrack.alerts), (SELECT count(*) FROM errtrack.issues), 'one alert for each issue');
SELECT is_empty($$SELECT FROM errtrack.fingerprints AS f WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE i.project_id = f.project_id AND i.issue_id = f.issue_id)$$, 'no key leads nowhere');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
