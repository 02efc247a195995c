-- When is an issue that was resolved back?  A table of cases, each a project of its own that all go through the same day:
-- releases known at 09:00, resolved at 10:00, deploys at 11:00, events at 12:00 and 13:00; another table for the release
-- that introduced an issue; and what one deploy or event does to several issues. Statements commit (consume() cannot see
-- what its own transaction wrote), at times that errtrack.test_now states.
\ir setup.psql
SET TimeZone = 'UTC';

-- how: calls of resolve(), or auto.  known: in order, the releases it was seen in, where 'other 2.0' is of another issue,
-- and 'deploy 2.0' no event.  backlog: received before it was resolved, and folded with first.  first, then: what comes
-- afterwards; '': an event that names no release, 'again 1.0': one that is sent again, '500 1.0': so many at once.
-- told: the releases that alerts of a regression name.
CREATE TEMP TABLE cases (n int GENERATED ALWAYS AS IDENTITY, how text, known text[], backlog text[], announced text[], first text[], later text[],
                         status text, fixed text, told text, what text);
INSERT INTO cases (how, known, backlog, announced, first, later, status, fixed, told, what) VALUES
  -- in no release: whatever is received afterwards
  ('()', '{1.0}', '{}', '{}', '{}', '{}', 'resolved', NULL, NULL, 'no event, no regression'),
  ('()', '{1.0}', '{}', '{}', '{1.0}', '{}', 'regressed', NULL, '1.0', 'resolved in no release, and seen in the same'),
  ('()', '{1.0}', '{}', '{}', '{0.9}', '{}', 'regressed', NULL, '0.9', '... in an older one'),
  ('()', '{1.0}', '{}', '{}', '{""}', '{}', 'regressed', NULL, '-', '... in none'),
  ('()', '{1.0}', '{1.0,1.1,""}', '{}', '{}', '{}', 'resolved', NULL, NULL, '... and what was received before, though folded after, is none'),
  ('()', '{1.0}', '{1.0}', '{}', '{1.0,1.0}', '{1.0}', 'regressed', NULL, '1.0', '... and what is received after it is one, once'),
  ('()', '{1.0}', '{}', '{}', '{again 1.0}', '{}', 'resolved', NULL, NULL, '... but not what is sent again'),
  ('()', '{1.0}', '{}', '{}', '{again 1.0,1.0,again 1.0}', '{}', 'regressed', NULL, '1.0', '... unless with what is new'),
  ('auto', '{1.0}', '{}', '{}', '{1.0}', '{}', 'regressed', NULL, '1.0', 'resolved by auto_resolve(), and seen again'),
  ('auto', '{1.0}', '{1.0}', '{}', '{}', '{}', 'resolved', NULL, NULL, '... or only before'),
  -- in a release: of an event's release
  ('(''1.2'')', '{1.0}', '{}', '{}', '{1.1,1.0}', '{1.1.9}', 'resolved', '1.2', NULL, 'resolved in 1.2, which older ones cannot know'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{1.2}', '{}', 'regressed', '1.2', '1.2', '... but that one'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{1.3}', '{}', 'regressed', '1.2', '1.3', '... and a newer one'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{1.1}', '{1.2}', 'regressed', '1.2', '1.2', '... even if an older one came first'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{""}', '{}', 'regressed', '1.2', '-', '... and of one that names none, by the time'),
  ('(''1.2'')', '{1.0}', '{""}', '{}', '{}', '{}', 'resolved', '1.2', NULL, '... when it was received'),
  ('(''1.2'')', '{1.0}', '{1.2,1.3}', '{}', '{1.1}', '{}', 'resolved', '1.2', NULL, '... and not of what was received before, in whatever release'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{again 1.2}', '{}', 'resolved', '1.2', NULL, '... nor of what is sent again'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{500 1.2,1.1}', '{500 1.3}', 'regressed', '1.2', '1.2', '... once, however many there are'),
  ('(''10.24.0'')', '{10.23.5}', '{}', '{deploy 10.18.7}', '{10.18.7}', '{}', 'resolved', '10.24.0', NULL, 'a hotfix of an old branch is older, though it was deployed later'),
  ('(''10.24.0'')', '{10.23.5}', '{}', '{}', '{10.18.7,10.24.1,10.18.8}', '{}', 'regressed', '10.24.0', '10.24.1', '... also among newer ones, of which the alert tells'),
  ('(''10.24.0'')', '{10.23.5}', '{}', '{}', '{10.100.0}', '{}', 'regressed', '10.24.0', '10.100.0', 'numbers are numbers'),
  ('(''10.24.0'')', '{10.23.5}', '{}', '{}', '{9.99.99}', '{}', 'resolved', '10.24.0', NULL, '... in each place'),
  ('(''1.2'')', '{1.0}', '{}', '{}', '{999.9.9}', '{}', 'regressed', '1.2', '999.9.9', '999.9.9 is newer than 1.2'),
  ('(''v1.2'')', '{1.0}', '{}', '{}', '{1.2}', '{}', 'regressed', 'v1.2', '1.2', 'a leading v says nothing'),
  ('(''1.2.0'')', '{1.0}', '{}', '{}', '{1.2}', '{}', 'regressed', '1.2.0', '1.2', 'what is not written is 0'),
  ('(''2.0.0'')', '{1.0}', '{}', '{}', '{2.0.0-rc.1,1.99}', '{}', 'resolved', '2.0.0', NULL, 'a pre-release is older than the release'),
  ('(''2.0.0-rc.2'')', '{1.0}', '{}', '{}', '{2.0.0-rc.1}', '{2.0.0}', 'regressed', '2.0.0-rc.2', '2.0.0', '... and newer than the one before it'),
  ('(''3.1.0+45'')', '{3.1.0+40}', '{}', '{}', '{3.1.0+9,3.1.0+44}', '{3.1.0+100}', 'regressed', '3.1.0+45', '3.1.0+100', 'builds have numbers'),
  ('(''120'')', '{99}', '{}', '{}', '{100}', '{121}', 'regressed', '120', '121', 'plain numbers'),
  ('(''2026.5.4'')', '{2026.4.30}', '{}', '{}', '{2026.5.3}', '{2026.10.1}', 'regressed', '2026.5.4', '2026.10.1', 'calendar versions'),
  ('(''1.2''), (''1.4'')', '{1.0}', '{}', '{}', '{1.3}', '{}', 'resolved', '1.4', NULL, 'resolved again in another release'),
  ('(''1.4''), (''1.2'')', '{1.0}', '{}', '{}', '{1.3}', '{}', 'regressed', '1.2', '1.3', '... also in an older one'),
  ('(''1.4''), ()', '{1.0}', '{}', '{}', '{1.3}', '{1.4}', 'regressed', '1.4', '1.4', '... or again, which leaves that'),
  ('(), (''1.4'')', '{1.0}', '{}', '{}', '{1.3}', '{}', 'resolved', '1.4', NULL, 'in none, or rather in a release'),
  -- packages
  ('(''web@2.0'')', '{web@1.0,worker@5.0}', '{}', '{}', '{worker@5.0,web@1.9}', '{}', 'resolved', 'web@2.0', NULL, 'another package''s number says nothing'),
  ('(''web@2.0'')', '{web@1.0,worker@5.0}', '{}', '{}', '{web@2.0}', '{}', 'regressed', 'web@2.0', 'web@2.0', '... its own does'),
  ('(''web@2.0'')', '{web@1.0,worker@5.0}', '{}', '{deploy web@2.0}', '{worker@1.0}', '{}', 'regressed', 'web@2.0', 'worker@1.0', '... another one''s that came after the fix is newer, by time'),
  -- names that have no order: by when they were deployed, else first seen
  ('(''ccc'')', '{aaa}', '{}', '{}', '{bbb,aaa}', '{}', 'resolved', 'ccc', NULL, 'what is not known yet is still to come'),
  ('(''ccc'')', '{aaa}', '{}', '{deploy ccc}', '{aaa}', '{}', 'resolved', 'ccc', NULL, 'a name that was seen before the fix was deployed'),
  ('(''ccc'')', '{aaa}', '{}', '{deploy ccc}', '{ccc}', '{}', 'regressed', 'ccc', 'ccc', '... the fix itself'),
  ('(''ccc'')', '{aaa}', '{}', '{deploy ccc}', '{bbb}', '{}', 'regressed', 'ccc', 'bbb', '... and one that came later'),
  ('(''bbb'')', '{aaa,bbb,ccc}', '{}', '{}', '{aaa}', '{}', 'resolved', 'bbb', NULL, 'first seen before'),
  ('(''bbb'')', '{aaa,bbb,ccc}', '{}', '{}', '{ccc}', '{}', 'regressed', 'bbb', 'ccc', '... and after'),
  ('(''bbb'')', '{deploy ccc,deploy bbb,aaa}', '{}', '{}', '{ccc}', '{}', 'resolved', 'bbb', NULL, 'deployed before'),
  ('(''bbb'')', '{bbb,aaa,deploy aaa,deploy bbb}', '{}', '{}', '{aaa}', '{}', 'resolved', 'bbb', NULL, '... which counts for more than when it was first seen'),
  ('(''bbb'')', '{aaa,bbb,deploy bbb,deploy aaa}', '{}', '{}', '{aaa}', '{}', 'regressed', 'bbb', 'aaa', '... either way'),
  ('(''bbb'')', '{deploy aaa,deploy bbb,aaa}', '{}', '{deploy aaa}', '{aaa}', '{}', 'resolved', 'bbb', NULL, 'deployed again is not newer'),
  ('(''2.0'')', '{1.0}', '{}', '{}', '{aaa}', '{}', 'resolved', '2.0', NULL, 'a name and a number: the number is still to come'),
  ('(''2.0'')', '{1.0}', '{}', '{deploy 2.0}', '{aaa}', '{}', 'regressed', '2.0', 'aaa', '... or came before'),
  -- in the next release
  ('(NULL, true)', '{1.0}', '{}', '{}', '{1.0}', '{0.9}', 'resolved', NULL, NULL, 'resolved in the next release: what is known is not it, nor is what is older'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{1.1}', '{}', 'regressed', '1.1', '1.1', '... what is newer is'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{1.0,1.1,1.2,1.0}', '{}', 'regressed', '1.1', '1.2', '... of several the first, and the alert tells of the last'),
  ('(NULL, true)', '{10.18.6,other 10.24.0}', '{}', '{}', '{10.18.7}', '{10.23.9}', 'resolved', NULL, NULL, 'a hotfix of an old branch is not the next release'),
  ('(NULL, true)', '{10.18.6,deploy 10.24.0}', '{}', '{deploy 10.18.7}', '{10.18.7}', '{10.24.0}', 'resolved', NULL, NULL, '... deployed or not'),
  ('(NULL, true)', '{10.18.6,other 10.24.0}', '{}', '{}', '{10.18.7}', '{10.24.1}', 'regressed', '10.24.1', '10.24.1', '... and the one after that is'),
  ('(NULL, true)', '{10.24.0,other dev}', '{}', '{}', '{10.18.7,dev}', '{10.24.0}', 'resolved', NULL, NULL, '... even if a name was seen last'),
  ('(NULL, true)', '{10.24.0,other dev}', '{}', '{}', '{10.24.1}', '{}', 'regressed', '10.24.1', '10.24.1', '... which does not hide the next'),
  ('(NULL, true)', '{2.0.0-rc.1}', '{}', '{}', '{2.0.0-beta.3}', '{2.0.0}', 'regressed', '2.0.0', '2.0.0', 'the next one of a pre-release'),
  ('(NULL, true)', '{1.4.0}', '{}', '{}', '{1.4}', '{v1.4.0}', 'resolved', NULL, NULL, 'the same written otherwise is not the next'),
  ('(NULL, true)', '{3.1.0+40}', '{}', '{}', '{3.1.0+39}', '{3.1.0+41}', 'regressed', '3.1.0+41', '3.1.0+41', '... the next build is'),
  ('(NULL, true)', '{1.0}', '{}', '{deploy 1.1}', '{}', '{}', 'resolved', '1.1', NULL, 'a deploy makes it known, without an event'),
  ('(NULL, true)', '{1.0}', '{}', '{deploy 1.1,deploy 1.2}', '{1.0}', '{}', 'resolved', '1.1', NULL, '... the first one that is newer'),
  ('(NULL, true)', '{1.0}', '{}', '{deploy 0.9}', '{0.9}', '{}', 'resolved', NULL, NULL, '... and no older one'),
  ('(NULL, true)', '{1.0}', '{}', '{deploy 1.1}', '{1.2}', '{}', 'regressed', '1.1', '1.2', '... and what is newer than that is a regression'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{other 1.1,1.0}', '{1.0}', 'resolved', '1.1', NULL, '... as an event of another issue does'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{other 1.1}', '{1.1}', 'regressed', '1.1', '1.1', '... which it may then be seen in'),
  ('(NULL, true)', '{1.0,other 999.9.9}', '{}', '{}', '{1.0}', '{1.1}', 'regressed', '1.1', '1.1', '999.9.9 that no deploy announced hides no next release'),
  ('(NULL, true)', '{1.0,deploy 999.9.9}', '{}', '{}', '{1.1}', '{1.2}', 'resolved', NULL, NULL, '... one that was deployed does'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{999.9.9}', '{}', 'resolved', NULL, NULL, '... and is not the next one'),
  ('(NULL, true)', '{1.0}', '{}', '{deploy 999.9.9}', '{1.1}', '{999.9.9}', 'regressed', '999.9.9', '999.9.9', '... unless it is deployed'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{12.0}', '{}', 'regressed', '12.0', '12.0', 'twice the number and ten more is a release'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{13.0}', '{}', 'resolved', NULL, NULL, '... and beyond that is not'),
  ('(NULL, true)', '{web@1.0,other worker@1.0}', '{}', '{}', '{other worker@2.0}', '{web@1.0}', 'resolved', NULL, NULL, 'another package''s next release is not it'),
  ('(NULL, true)', '{web@1.0,other worker@1.0}', '{}', '{deploy worker@2.0}', '{web@1.1}', '{}', 'regressed', 'web@1.1', 'web@1.1', '... its own is'),
  ('(NULL, true)', '{web@1.0,other worker@9.0}', '{}', '{}', '{worker@9.1}', '{}', 'regressed', 'worker@9.1', 'worker@9.1', '... as is that of one which it is seen in now'),
  ('(NULL, true)', '{web@1.0,worker@1.0}', '{}', '{deploy worker@1.1}', '{web@0.9.5}', '{web@1.0}', 'resolved', 'worker@1.1', NULL, 'it is that of one of its two packages, of which the other''s hotfix says nothing'),
  ('(NULL, true)', '{web@1.0,worker@1.0}', '{}', '{deploy worker@1.1}', '{web@0.9.5}', '{web@1.1}', 'regressed', 'worker@1.1', 'web@1.1', '... but its next release does'),
  ('(NULL, true)', '{1.4}', '{}', '{}', '{other 999.9.9,other v999.9.9,other 999.9.9+dev}', '{1.5}', 'regressed', '1.5', '1.5', 'however often and however 999.9.9 is written'),
  ('(NULL, true)', '{1.4,other 999.9.9,other v999.9.9}', '{}', '{deploy 1.5}', '{1.4}', '{}', 'resolved', '1.5', NULL, '... also before'),
  ('(NULL, true), (NULL, true)', '{1.0}', '{}', '{deploy 1.1}', '{1.0}', '{}', 'resolved', '1.1', NULL, 'in the next release, said twice'),
  ('(NULL, true)', '{aaa}', '{}', '{}', '{aaa}', '{}', 'resolved', NULL, NULL, 'a name that was known'),
  ('(NULL, true)', '{aaa}', '{}', '{}', '{bbb}', '{aaa}', 'regressed', 'bbb', 'bbb', '... and one that was not'),
  ('(NULL, true)', '{aaa}', '{}', '{}', '{other bbb}', '{aaa}', 'resolved', 'bbb', NULL, '... which the first is older than'),
  ('(NULL, true)', '{1.0+def5678}', '{}', '{}', '{1.0+abc1234}', '{1.0+def5678}', 'regressed', '1.0+abc1234', '1.0+abc1234', 'builds of one version that are hashes: by the time'),
  ('(NULL, true)', '{1.0+def5678}', '{}', '{}', '{0.9+abc1234}', '{1.0+def5678}', 'resolved', NULL, NULL, '... of an older version, by that'),
  ('(NULL, true)', '{""}', '{}', '{}', '{1.0}', '{}', 'regressed', '1.0', '1.0', 'no release was known: the first is the next'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{""}', '{}', 'regressed', NULL, '-', 'none is named: by the time'),
  ('(NULL, true)', '{1.0}', '{"",1.0}', '{}', '{}', '{}', 'resolved', NULL, NULL, '... when it was received'),
  ('(NULL, true)', '{1.0}', '{1.1}', '{}', '{1.1}', '{1.2}', 'regressed', '1.2', '1.2', '... and a release that was received before was known, though folded after'),
  ('(NULL, true)', '{1.0}', '{}', '{}', '{again 1.1}', '{1.0}', 'resolved', NULL, NULL, 'what is sent again makes no release known'),
  ('(NULL, true), (''3.0'')', '{1.0}', '{}', '{deploy 2.0}', '{2.0}', '{}', 'resolved', '3.0', NULL, 'in the next release, or rather in 3.0'),
  ('(''1.1''), (NULL, true)', '{1.0}', '{}', '{}', '{1.1}', '{1.2}', 'regressed', '1.1', '1.1', 'in 1.1, or rather in the next, which it is'),
  ('(NULL, true), ()', '{1.0}', '{}', '{}', '{1.0}', '{1.1}', 'regressed', '1.1', '1.1', 'in the next release, and again, which leaves that');

-- each has a project
INSERT INTO errtrack.projects (project_id, name) SELECT 100 + n, 'case ' || n FROM cases;
-- Makes what one of the arrays tells of happen, a second after the other.
CREATE FUNCTION pg_temp.play(n int, things text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  thing text;
  version text;
  start timestamptz := errtrack.clock();
BEGIN
  FOREACH thing IN ARRAY things LOOP
    PERFORM set_config('errtrack.test_now', (errtrack.clock() + interval '1 s')::text, true);
    version := regexp_replace(thing, '^.* ', '');
    IF thing LIKE 'deploy %' THEN
      PERFORM errtrack.deploy(100 + n, version, 'production');
    ELSE
      INSERT INTO errtrack.raw_events (project_id, event_id, message, release)
      SELECT 100 + n, CASE WHEN thing LIKE 'again %' OR start::time = '09:00' AND thing = (SELECT c.known[1] FROM cases AS c WHERE c.n = play.n)
                           THEN pg_temp.event_id(100 + n) ELSE gen_random_uuid() END,
             CASE WHEN thing LIKE 'other %' THEN 'other' ELSE 'bug' END, version
      FROM generate_series(1, coalesce(substring(thing FROM '^([0-9]+) ')::int, 1));
    END IF;
  END LOOP;
  PERFORM set_config('errtrack.test_now', start::text, true);
END $$;
CREATE FUNCTION pg_temp.resolve(n int, how text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  bug bigint := (SELECT issue_id FROM errtrack.issues WHERE project_id = 100 + n AND title = 'bug');
  call text;
BEGIN
  IF how = 'auto' THEN
    PERFORM errtrack.auto_resolve('1 min', 100 + n);
    RETURN;
  END IF;
  FOREACH call IN ARRAY regexp_split_to_array(how, '(?<=\)), ') LOOP
    EXECUTE format('SELECT errtrack.resolve(%s, %s', bug, substr(replace(call, '()', '(NULL)'), 2));
  END LOOP;
END $$;

SET errtrack.test_now = '2026-03-02 09:00+00';
SELECT count(pg_temp.play(n, known[1:1])) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 09:10+00';
SELECT errtrack.flush() AS done \gset
SELECT count(pg_temp.play(n, known[2:2])) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 09:20+00';
SELECT errtrack.flush() AS done \gset
SELECT count(pg_temp.play(n, known[3:3])) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 09:30+00';
SELECT errtrack.flush() AS done \gset
SELECT count(pg_temp.play(n, known[4:4])) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 09:40+00';
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT count(*) FROM errtrack.issues WHERE title = 'bug'), (SELECT count(*) FROM cases), 'each case has its issue');
SET errtrack.test_now = '2026-03-02 09:50+00';
SELECT count(pg_temp.play(n, backlog)) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 10:00+00';
SELECT count(pg_temp.resolve(n, how)) AS n FROM cases \gset
SELECT is((SELECT count(*) FROM errtrack.issues WHERE title = 'bug' AND status = 'resolved' AND resolved_at = '2026-03-02 10:00+00'), (SELECT count(*) FROM cases), '... which is resolved');
SET errtrack.test_now = '2026-03-02 11:00+00';
SELECT count(pg_temp.play(n, announced)) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 12:00+00';
SELECT count(pg_temp.play(n, first)) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 12:30+00';
SELECT errtrack.flush() AS done \gset
SET errtrack.test_now = '2026-03-02 13:00+00';
SELECT count(pg_temp.play(n, later)) AS n FROM cases \gset
SET errtrack.test_now = '2026-03-02 13:30+00';
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT concat_ws(' ', i.status, coalesce(i.release_fixed, '-'), 'told', (SELECT string_agg(coalesce(a.release, '-'), ',') FROM errtrack.alerts AS a WHERE a.issue_id = i.issue_id AND a.kind = 'regression'),
                             'logged', (SELECT string_agg(a.why, ',') FILTER (WHERE a.action = 'regress' AND a.from_status = 'resolved' AND a.to_status = 'regressed')
                                        FROM errtrack.issue_activity AS a WHERE a.issue_id = i.issue_id),
                             'times', i.regression_count, i.regressed_at > i.resolved_at)
           FROM errtrack.issues AS i WHERE i.project_id = 100 + c.n AND i.title = 'bug'),
          concat_ws(' ', c.status, coalesce(c.fixed, '-'), 'told', c.told,
                    'logged', (SELECT format('event %s', a.event_id) || coalesce(' of release ' || nullif(c.told, '-'), '') FROM errtrack.alerts AS a WHERE a.project_id = 100 + c.n AND a.kind = 'regression'),
                    'times', CASE WHEN c.told IS NULL THEN 0 ELSE 1 END, CASE WHEN c.told IS NOT NULL THEN true END),
          format('%s. resolve%s; %s (knowing %s, then %s)', c.n, c.how, c.what, c.known, c.backlog || c.announced || c.first || c.later))
FROM cases AS c ORDER BY c.n;
SELECT is((SELECT string_agg(i.project_id || ' ' || i.occurrence_count, ',')
           FROM errtrack.issues AS i
           JOIN cases AS c ON i.project_id = 100 + c.n AND i.title = 'bug'
           WHERE i.occurrence_count <> (SELECT sum(coalesce(substring(t FROM '^([0-9]+) ')::int, 1)) FROM unnest(c.known || c.backlog || c.announced || c.first || c.later) AS t
                                        WHERE t !~ '^(deploy|other|again) ')), NULL, 'all events are counted, whatever they say');
SELECT is((SELECT count(*) FROM errtrack.alerts WHERE kind = 'reappeared'), 0::bigint, 'nobody is told of anything else');
SELECT is((SELECT string_agg(DISTINCT action || ' ' || (release IS NOT DISTINCT FROM substring(why FROM '(?:^in|of) release ([^:]+)')), ', ') FROM errtrack.issue_activity), 'auto-resolve true, regress true, resolve true',
          'the log names the release by itself, too');

--
-- Duplicates that are counted are no sign that the error is back, either
--
SET errtrack.count_duplicates = on;
SET errtrack.test_now = '2026-03-03 09:00+00';
SELECT n AS fixed FROM cases WHERE what = '... nor of what is sent again' \gset
INSERT INTO errtrack.raw_events (project_id, event_id, message, release) VALUES (101, pg_temp.event_id(101), 'bug', '5.0'), (100 + :fixed, pg_temp.event_id(100 + :fixed), 'bug', '5.0');
SELECT is(errtrack.consume(), 2, 'events that are sent again, where that counts');
SELECT is((SELECT string_agg(status || ' ' || occurrence_count, ', ') FROM errtrack.issues WHERE project_id IN (101, 100 + :fixed)), 'resolved 2, resolved 2', '... count, and are no regression, resolved in a release or in none');
RESET errtrack.count_duplicates;

--
-- What one release does to several issues that wait for it
--
INSERT INTO errtrack.projects (project_id, name) VALUES (10, 'several'), (11, 'another');
SET errtrack.test_now = '2026-03-04 09:00+00';
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES
  (10, 'first', 'web@1.0'), (10, 'second', 'web@1.0'), (10, 'third', 'worker@1.0'), (10, 'fourth', 'web@1.0'), (10, 'fifth', 'web@1.0'), (10, 'sixth', NULL), (10, 'seventh', 'web@1.0'), (11, 'first', 'web@1.0');
SELECT is(errtrack.consume(), 8, 'issues of two projects');
SET errtrack.test_now = '2026-03-04 10:00+00';
SELECT is((SELECT count(*) FROM errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id IN (10, 11) AND title NOT IN ('fourth', 'fifth', 'seventh')), in_next_release => true)), 5::bigint, 'resolved in the next release');
SELECT is((SELECT count(*) FROM errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id = 10 AND title = 'fourth'))), 1::bigint, '... and in none');
SELECT is((SELECT count(*) FROM errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id = 10 AND title = 'fifth'), 'web@7.0')), 1::bigint, '... and in a release');
CREATE FUNCTION pg_temp.fixes() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', title, release_fixed), ', ' ORDER BY issue_id) FROM errtrack.issues WHERE project_id IN (10, 11) AND status = 'resolved'
$$;
SELECT pg_temp.fixes() AS before, (SELECT count(*) FROM errtrack.issue_activity) AS logged \gset
SET errtrack.test_now = '2026-03-04 11:00+00';
SELECT is((errtrack.deploy(10, 'web@0.9', 'production')).version, 'web@0.9', 'an older one is deployed');
SELECT is(pg_temp.fixes(), :'before', '... which is nobody''s fix');
SELECT is((errtrack.deploy(10, 'web@1.1', 'production')).deployed_at, '2026-03-04 11:00+00'::timestamptz, 'the next one is deployed');
SELECT is((SELECT string_agg(concat_ws(' ', project_id, title, release_fixed), ', ' ORDER BY project_id, title) FROM errtrack.issues WHERE project_id IN (10, 11) AND status = 'resolved'),
          '10 fifth web@7.0, 10 first web@1.1, 10 fourth, 10 second web@1.1, 10 sixth web@1.1, 10 third, 11 first', '... and is the fix of those that waited for it: of its package, or of none');
SELECT is((SELECT count(*) FROM errtrack.issue_activity), :logged::bigint, '... which is no change of state');
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (10, 'seventh', 'worker@1.1'), (10, 'seventh', 'web@1.2'), (10, 'first', 'web@1.0');
SELECT is(errtrack.consume(), 3, 'events of another issue, of the next worker');
SELECT is((SELECT string_agg(concat_ws(' ', project_id, title, release_fixed), ', ' ORDER BY project_id, title) FROM errtrack.issues WHERE project_id IN (10, 11) AND status = 'resolved'),
          '10 fifth web@7.0, 10 first web@1.1, 10 fourth, 10 second web@1.1, 10 sixth web@1.1, 10 third worker@1.1, 11 first', '... make it known, and leave what was settled');
DELETE FROM errtrack.releases WHERE project_id = 10;
DELETE FROM errtrack.deploys WHERE project_id = 10;
SELECT is((SELECT release_fixed FROM errtrack.issues WHERE project_id = 10 AND title = 'second'), 'web@1.1', 'release_fixed stays when the release goes');
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (10, 'second', 'web@1.0'), (10, 'first', 'web@1.1');
SELECT is(errtrack.consume(), 2, '... and events go by it');
SELECT is((SELECT string_agg(title || ' ' || status, ', ' ORDER BY title) FROM errtrack.issues WHERE project_id = 10 AND title IN ('first', 'second')), 'first regressed, second resolved', '... as before');

--
-- The newest release
--
INSERT INTO errtrack.projects (project_id, name) VALUES (20, 'newest');
SELECT is(errtrack.newest_release(20), NULL, 'no release');
-- (what, then the newest release afterwards, by what was seen or deployed in this order)
CREATE FUNCTION pg_temp.newest_after(things text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  thing text;
  version text;
  newest text[];
BEGIN
  DELETE FROM errtrack.releases WHERE project_id = 20;
  FOREACH thing IN ARRAY things LOOP
    PERFORM set_config('errtrack.test_now', (errtrack.clock() + interval '1 s')::text, false);
    version := regexp_replace(thing, '^.* ', '');
    IF thing LIKE 'deploy %' THEN
      PERFORM errtrack.deploy(20, version, 'production');
    ELSE
      INSERT INTO errtrack.releases (project_id, version, first_seen, known_since) VALUES (20, version, errtrack.clock(), errtrack.clock()) ON CONFLICT DO NOTHING;
    END IF;
    newest := newest || errtrack.newest_release(20, errtrack.release_package(version));
  END LOOP;
  RETURN array_to_string(newest, ' ', '-');
END $$;
SELECT is(pg_temp.newest_after(things), newest, 'the newest release, after each of ' || things::text)
FROM (VALUES
  ('{1.0,1.1,1.0.1,10.0,9.0}'::text[], '1.0 1.1 1.1 10.0 10.0'), ('{10.24.0,10.18.7,10.9.0}', '10.24.0 10.24.0 10.24.0'), ('{1.0,999.9.9,1.1,deploy 999.9.9,1.2}', '1.0 1.0 1.1 999.9.9 999.9.9'),
  ('{999.9.9,1.0}', '999.9.9 1.0'), ('{1.0,12.0,35.0,24.0}', '1.0 12.0 12.0 35.0'), ('{aaa,bbb,aaa,deploy aaa,ccc}', 'aaa bbb bbb aaa ccc'), ('{2.0,dev,1.0,2.1}', '2.0 dev dev 2.1'),
  ('{web@1.0,worker@5.0,web@0.9,1.0}', 'web@1.0 worker@5.0 web@1.0 1.0'), ('{deploy 1.0,deploy 0.9}', '1.0 1.0'),
  ('{1.0+def5678,1.0+abc1234,0.9+fff5678,1.0+bcd2345}', '1.0+def5678 1.0+abc1234 1.0+abc1234 1.0+bcd2345'), ('{1.0+5,1.0+6,1.0+4}', '1.0+5 1.0+6 1.0+6')) AS t (things, newest);

--
-- The release that introduced an issue: the lowest it was seen in, of the package of the first that was named
--
CREATE TEMP TABLE introduced (n int GENERATED ALWAYS AS IDENTITY, batches text[], want text);
INSERT INTO introduced (batches, want) VALUES
  ('{1.2}', '1.2'), ('{1.2,1.1,1.3}', '1.1'), ('{1.2 1.1 1.3}', '1.1'), ('{10.0 9.0}', '9.0'), ('{9.0,10.0}', '9.0'), ('{-}', NULL), ('{-,1.0}', '1.0'), ('{- 1.1 - 1.0}', '1.0'), ('{1.0,-}', '1.0'),
  ('{web@2.0,worker@1.0,web@3.0}', 'web@2.0'), ('{web@2.0 worker@1.0 web@1.9}', 'web@1.9'), ('{worker@1.0 web@0.1,web@0.2,worker@0.9}', 'worker@0.9'), ('{10.24.0,10.18.7}', '10.18.7'),
  ('{aaa,bbb}', 'aaa'), ('{bbb aaa}', 'bbb'), ('{999.9.9,1.0}', '1.0');
INSERT INTO errtrack.projects (project_id, name) SELECT 1000 + n, 'introduced ' || n FROM introduced;
CREATE FUNCTION pg_temp.send(batch int) RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (project_id, message, release, environment)
  SELECT 1000 + n, 'bug', nullif(r, '-'), 'e' || nth % 2 FROM introduced, LATERAL string_to_table(batches[batch], ' ') WITH ORDINALITY AS s (r, nth) ORDER BY n, nth
$$;
SELECT pg_temp.send(1) \gset
SELECT errtrack.flush() AS done \gset
SELECT pg_temp.send(2) \gset
SELECT errtrack.flush() AS done \gset
SELECT pg_temp.send(3) \gset
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT release_introduced FROM errtrack.issues WHERE project_id = 1000 + n), want, 'introduced by ' || coalesce(want, 'none that is known') || ', of ' || batches::text) FROM introduced ORDER BY n;
SELECT is((SELECT string_agg(release || ' ' || events, ', ' ORDER BY release COLLATE "C") FROM errtrack.issue_releases WHERE project_id = 1002), '1.1 1, 1.2 1, 1.3 1', 'and all releases that it was seen in are counted');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, 'all events were folded');

--
-- Releases that are invented: beyond a thousand new ones of a project in a day, events count as if they named none
--
INSERT INTO errtrack.projects (project_id, name) VALUES (30, 'inventive'), (31, 'next to it');
SET errtrack.test_now = '2026-04-01 12:00+00';
INSERT INTO errtrack.raw_events (project_id, message, release, environment, user_id) SELECT 30, 'bug', '1.0.' || i, 'production', 'ann' FROM generate_series(1, 900) AS i;
SELECT is(errtrack.consume(), 900, 'nine hundred releases');
SELECT errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id = 30), in_release => '2.0') \g /dev/null
INSERT INTO errtrack.raw_events (project_id, message, release, environment, user_id) SELECT 30, 'bug', '1.1.' || i, 'production', 'ann' FROM generate_series(1, 300) AS i;
INSERT INTO errtrack.raw_events (project_id, message, release, environment) SELECT 31, 'bug', '1.1.' || i, 'production' FROM generate_series(1, 3) AS i;
INSERT INTO errtrack.raw_events (project_id, message, release, environment) SELECT 30, 'bug', '1.0.' || i, 'production' FROM generate_series(1, 9) AS i;
SELECT errtrack.flush() AS done \gset
SELECT results_eq('SELECT project_id, count(*) FROM errtrack.releases WHERE project_id IN (30, 31) GROUP BY 1 ORDER BY 1', 'VALUES (30, 1000::bigint), (31, 3)', 'a thousand are known, and all of the other project');
SELECT results_eq('SELECT count(*), sum(events)::int, max(events) FILTER (WHERE release = '''')::int, sum(events) FILTER (WHERE release ~ ''^1.0.[1-9]$'')::int FROM errtrack.issue_releases WHERE project_id = 30',
                  'VALUES (1001::bigint, 1209, 200, 18)', '... all events are counted: those of the others as if they named none');
SELECT is((SELECT count(*) FROM errtrack.release_people WHERE project_id = 30), 1000::bigint, '... nor are people counted to the others');
SELECT is((SELECT string_agg(status || ' ' || occurrence_count, ', ') FROM errtrack.issues WHERE project_id = 30), 'resolved 1209', 'received when it was resolved: none shows that it is back');
SET errtrack.test_now = '2026-04-01 12:01+00';
INSERT INTO errtrack.raw_events (project_id, message, release) SELECT 30, 'bug', '1.2.' || i FROM generate_series(1, 3) AS i;
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT string_agg(status::text, ', ') FROM errtrack.issues WHERE project_id = 30), 'resolved', '... nor does one that comes later, whose release is older');
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (30, 'bug', '2.0.1');
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT string_agg(i.status || ' ' || a.release, ', ') FROM errtrack.issues AS i JOIN errtrack.alerts AS a USING (issue_id) WHERE i.project_id = 30 AND a.kind = 'regression'), 'regressed 2.0.1', '... until one that is newer comes');
SET errtrack.test_now = '2026-04-02 12:01+00';
INSERT INTO errtrack.raw_events (project_id, message, release) SELECT 30, 'bug', '3.0.' || i FROM generate_series(1, 1001) AS i;
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT count(*) FROM errtrack.releases WHERE project_id = 30), 2000::bigint, 'a day later there is room for a thousand again');
SET errtrack.test_now = '2026-04-02 12:02+00';
INSERT INTO errtrack.raw_events (project_id, message, release, received_at) SELECT 30, 'bug', '4.0.' || i, '2026-03-01 12:00+00' FROM generate_series(1, 9) AS i;
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT count(*) FROM errtrack.releases WHERE project_id = 30), 2000::bigint, '... and no more for events that say they came long ago');
SET errtrack.test_now = '2026-04-03 13:00+00';
INSERT INTO errtrack.raw_events (project_id, message, release, received_at) SELECT 30, 'bug', '4.0.' || i, '2026-03-01 12:00+00' FROM generate_series(1, 1001) AS i;
SELECT errtrack.flush() AS done \gset
INSERT INTO errtrack.raw_events (project_id, message, release, received_at) SELECT 30, 'bug', '5.0.' || i, '2026-03-01 12:00+00' FROM generate_series(1, 1001) AS i;
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT count(*) < 4001 FROM errtrack.releases WHERE project_id = 30), true, '... on whatever day they say so');
INSERT INTO errtrack.raw_events (project_id, message, release, received_at) SELECT 30, 'bug', '6.0.' || i, '2026-03-01 12:00+00' FROM generate_series(1, 1001) AS i;
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT count(*) < 4001 FROM errtrack.releases WHERE project_id = 30), true, '... again');

--
-- Resolved in the next release, and then, when that is known, in the one after it
--
INSERT INTO errtrack.projects (project_id, name) VALUES (32, 'postponed');
SET errtrack.test_now = '2026-04-05 09:00+00';
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (32, 'bug', '1.0');
SELECT errtrack.flush() AS done \gset
SET errtrack.test_now = '2026-04-05 10:00+00';
SELECT errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id = 32), in_next_release => true) \g /dev/null
SET errtrack.test_now = '2026-04-05 11:00+00';
SELECT is((SELECT concat(version, ' to ', environment) FROM errtrack.deploy(32, E' 1.1\n', E'production\t')), '1.1 to production', 'blanks and ends of lines are none of a name');
SELECT is((SELECT release_fixed FROM errtrack.issues WHERE project_id = 32), '1.1', 'it is 1.1');
SET errtrack.test_now = '2026-04-05 12:00+00';
SELECT errtrack.resolve(ARRAY(SELECT issue_id FROM errtrack.issues WHERE project_id = 32), in_next_release => true, why => 'not in 1.1') \g /dev/null
SELECT is((SELECT concat_ws(' ', status, release_fixed, resolved_in_next) FROM errtrack.issues WHERE project_id = 32), 'resolved t', 'said again, it is the one after that');
SELECT is((SELECT why FROM errtrack.issue_activity WHERE project_id = 32 ORDER BY activity_id DESC LIMIT 1), 'in the next release: not in 1.1', '... which is logged');
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (32, 'bug', '1.1');
SET errtrack.test_now = '2026-04-05 13:00+00';
SELECT errtrack.flush() AS done \gset
SELECT is((SELECT status::text FROM errtrack.issues WHERE project_id = 32), 'resolved', '... so that 1.1 does not make it regress');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
