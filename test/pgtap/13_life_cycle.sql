-- The life of an issue: from which state which verb leads where, what is logged, bulk forms, until when issues are ignored,
-- and the clock that all of it goes by. Statements commit (consume() cannot see what its own transaction wrote), at times
-- that errtrack.test_now states; the role is dropped at the end.
\ir setup.psql
SET TimeZone = 'UTC';
SET errtrack.test_now = '2026-03-02 12:00+00';
DROP ROLE IF EXISTS errtrack_t_op;
CREATE ROLE errtrack_t_op;
SELECT errtrack.grant_role('errtrack_t_op', 'operator') \gset

-- An error as its code, message, detail and hint; what a statement that returns one column returns otherwise.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  hint text;
  result text;
BEGIN
  EXECUTE format('SELECT string_agg(r::text, '','') FROM (%s) AS t (r)', statement) INTO result;
  RETURN coalesce(result, '(none)');
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.id(wanted text) RETURNS bigint LANGUAGE sql AS
$$ SELECT i.issue_id FROM errtrack.issues AS i WHERE i.title = wanted $$;
-- The activity rows since this was last asked.
CREATE TEMP TABLE told AS SELECT 0::bigint AS activity_id, 0::bigint AS alert_id;
CREATE FUNCTION pg_temp.log() RETURNS text LANGUAGE sql AS $$
  WITH news AS (SELECT a.* FROM errtrack.issue_activity AS a WHERE a.activity_id > (SELECT activity_id FROM told)),
  noted AS (UPDATE told SET activity_id = (SELECT coalesce(max(a.activity_id), 0) FROM errtrack.issue_activity AS a))
  SELECT coalesce(string_agg(format('%s %s %s %s>%s (%s) %s', to_char(n.at, 'MM-DD HH24:MI'), CASE n.who WHEN session_user THEN 'self' ELSE n.who END, n.action, n.from_status, n.to_status, n.why,
                                    (SELECT i.title FROM errtrack.issues AS i WHERE i.project_id = n.project_id AND i.issue_id = n.issue_id)), E'\n' ORDER BY n.activity_id), '')
  FROM news AS n
$$;
-- The alerts since this was last asked.
CREATE FUNCTION pg_temp.alerts() RETURNS text LANGUAGE sql AS $$
  WITH news AS (SELECT a.* FROM errtrack.alerts AS a WHERE a.alert_id > (SELECT alert_id FROM told)),
  noted AS (UPDATE told SET alert_id = (SELECT coalesce(max(a.alert_id), 0) FROM errtrack.alerts AS a))
  SELECT coalesce(string_agg(format('%s %s', n.kind, (SELECT i.title FROM errtrack.issues AS i WHERE i.project_id = n.project_id AND i.issue_id = n.issue_id)), ', '
                             ORDER BY n.alert_id), '')
  FROM news AS n
$$;
-- What of an issue a verb may change.
CREATE FUNCTION pg_temp.state(id bigint) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s fixed=%s next=%s resolved=%s assignee=%s ignored=%s', i.status, i.release_fixed, i.resolved_in_next, to_char(i.resolved_at, 'MM-DD HH24:MI'), i.assignee,
                (SELECT errtrack.ignore_reason(w) FROM errtrack.issue_ignores AS w WHERE w.project_id = i.project_id AND w.issue_id = i.issue_id))
  FROM errtrack.issues AS i WHERE i.issue_id = id
$$;
-- Puts an issue into a state, as if it had come there.
CREATE FUNCTION pg_temp.put(id bigint, becomes text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM errtrack.issue_ignores WHERE issue_id = id;
  -- (long ago)
  UPDATE errtrack.issue_activity SET at = '2026-03-01 08:00+00' WHERE issue_id = id;
  UPDATE errtrack.issues
  SET status = becomes::errtrack.issue_status, release_fixed = CASE WHEN becomes IN ('resolved', 'regressed') THEN '9.0' END, resolved_in_next = false,
      resolved_at = CASE WHEN becomes IN ('resolved', 'regressed') THEN '2026-03-01 08:00+00'::timestamptz END
  WHERE issue_id = id;
  IF becomes = 'ignored' THEN
    INSERT INTO errtrack.issue_ignores (project_id, issue_id, ignored_at, until_count, count_before, users_before)
    SELECT project_id, issue_id, '2026-03-01 08:00+00', 5, occurrence_count, 0 FROM errtrack.issues WHERE issue_id = id;
  END IF;
END $$;

INSERT INTO errtrack.projects (project_id, name) VALUES (2, 'second');
INSERT INTO errtrack.raw_events (project_id, message, release) VALUES (1, 'one', '1.0'), (1, 'two', '1.0'), (2, 'three', '1.0'), (1, 'four', '1.0');
SELECT is(errtrack.consume(), 4, 'four issues of two projects');
SELECT is((SELECT string_agg(DISTINCT status::text, ',') FROM errtrack.issues), 'unresolved', '... are unresolved');
SELECT is(pg_temp.log(), '', '... which nobody made them');

--
-- Each verb in each state, by an operator
--
CREATE TEMP TABLE matrix (n int GENERATED ALWAYS AS IDENTITY, before text, call text, want text, logged text);
INSERT INTO matrix (before, call, want, logged) VALUES
  ('unresolved', 'resolve(%s)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'resolve unresolved>resolved ()'),
  ('acknowledged', 'resolve(%s)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'resolve acknowledged>resolved ()'),
  ('regressed', 'resolve(%s)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'resolve regressed>resolved ()'),
  ('ignored', 'resolve(%s)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'resolve ignored>resolved ()'),
  ('unresolved', 'resolve(%s, ''9.0'')', 'resolved fixed=9.0 next=f resolved=03-02 12:00 assignee= ignored=', 'resolve unresolved>resolved (in release 9.0)'),
  ('ignored', 'resolve(%s, in_next_release => true)', 'resolved fixed= next=t resolved=03-02 12:00 assignee= ignored=', 'resolve ignored>resolved (in the next release)'),
  -- resolved as it is: nothing; otherwise: that changes
  ('resolved', 'resolve(%s, ''9.0'')', 'resolved fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', NULL),
  ('resolved', 'resolve(%s, ''9.0'', why => ''again'')', 'resolved fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', NULL),
  ('resolved', 'resolve(%s, ''9.1'')', 'resolved fixed=9.1 next=f resolved=03-02 12:00 assignee= ignored=', 'resolve resolved>resolved (in release 9.1)'),
  ('resolved', 'resolve(%s)', 'resolved fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', NULL),
  ('resolved', 'resolve(%s, in_next_release => true)', 'resolved fixed= next=t resolved=03-02 12:00 assignee= ignored=', 'resolve resolved>resolved (in the next release)'),
  ('resolved', 'resolve(%s, ''9.1'', why => ''by #42'')', 'resolved fixed=9.1 next=f resolved=03-02 12:00 assignee= ignored=', 'resolve resolved>resolved (in release 9.1: by #42)'),
  ('unresolved', 'acknowledge(%s)', 'acknowledged fixed= next=f resolved= assignee= ignored=', 'acknowledge unresolved>acknowledged ()'),
  ('acknowledged', 'acknowledge(%s)', 'acknowledged fixed= next=f resolved= assignee= ignored=', NULL),
  ('regressed', 'acknowledge(%s, ''mine'')', 'acknowledged fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', 'acknowledge regressed>acknowledged (mine)'),
  ('resolved', 'acknowledge(%s)', '55000 | cannot acknowledge issue %s: it is resolved | acknowledge() is for an issue that is unresolved or regressed. | Call errtrack.reopen(%s) first.', NULL),
  ('ignored', 'acknowledge(%s)', '55000 | cannot acknowledge issue %s: it is ignored | acknowledge() is for an issue that is unresolved or regressed. | Call errtrack.reopen(%s) first.', NULL),
  ('unresolved', 'ignore(%s)', 'ignored fixed= next=f resolved= assignee= ignored=', 'ignore unresolved>ignored (for ever)'),
  ('acknowledged', 'ignore(%s, until_count => 7)', 'ignored fixed= next=f resolved= assignee= ignored=until 7 more events', 'ignore acknowledged>ignored (until 7 more events)'),
  ('regressed', 'ignore(%s, why => ''noise'')', 'ignored fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', 'ignore regressed>ignored (for ever: noise)'),
  ('ignored', 'ignore(%s, until_count => 5)', 'ignored fixed= next=f resolved= assignee= ignored=until 5 more events', NULL),
  ('ignored', 'ignore(%s)', 'ignored fixed= next=f resolved= assignee= ignored=', 'ignore ignored>ignored (for ever)'),
  ('ignored', 'ignore(%s, until_users => 5)', 'ignored fixed= next=f resolved= assignee= ignored=until 5 more users', 'ignore ignored>ignored (until 5 more users)'),
  ('ignored', 'ignore(%s, until_count => 5, count_window => ''1 hour'')', 'ignored fixed= next=f resolved= assignee= ignored=until 5 events within 01:00:00',
   'ignore ignored>ignored (until 5 events within 01:00:00)'),
  ('resolved', 'ignore(%s)', '55000 | cannot ignore issue %s: it is resolved | ignore() is for an issue that is unresolved or acknowledged or regressed. | Call errtrack.reopen(%s) first.', NULL),
  ('resolved', 'reopen(%s)', 'unresolved fixed= next=f resolved= assignee= ignored=', 'reopen resolved>unresolved ()'),
  ('ignored', 'reopen(%s, ''too early'')', 'unresolved fixed= next=f resolved= assignee= ignored=', 'reopen ignored>unresolved (too early)'),
  ('unresolved', 'reopen(%s)', 'unresolved fixed= next=f resolved= assignee= ignored=', NULL),
  ('acknowledged', 'reopen(%s)', '55000 | cannot reopen issue %s: it is acknowledged | reopen() is for an issue that is resolved or ignored. | It is open: there is nothing to take back.', NULL),
  ('regressed', 'reopen(%s)', '55000 | cannot reopen issue %s: it is regressed | reopen() is for an issue that is resolved or ignored. | It is open: there is nothing to take back.', NULL),
  ('unresolved', 'assign(%s, ''ada'')', 'unresolved fixed= next=f resolved= assignee=ada ignored=', 'assign unresolved>unresolved (to ada)'),
  ('acknowledged', 'assign(%s, '' ada '')', 'acknowledged fixed= next=f resolved= assignee=ada ignored=', NULL),
  ('resolved', 'assign(%s, ''bob'')', 'resolved fixed=9.0 next=f resolved=03-01 08:00 assignee=bob ignored=', 'assign resolved>resolved (to bob)'),
  ('regressed', 'assign(%s, '''')', 'regressed fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', 'assign regressed>regressed (to nobody)'),
  ('ignored', 'assign(%s, NULL)', 'ignored fixed= next=f resolved= assignee= ignored=until 5 more events', NULL),
  -- not seen for an hour, when it is done at noon
  ('unresolved', 'auto_resolve(''1 hour'', 1)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'auto-resolve unresolved>resolved (not seen for 01:00:00)'),
  ('acknowledged', 'auto_resolve(''1 hour'', 1)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'auto-resolve acknowledged>resolved (not seen for 01:00:00)'),
  ('regressed', 'auto_resolve(''1 hour'', 1)', 'resolved fixed= next=f resolved=03-02 12:00 assignee= ignored=', 'auto-resolve regressed>resolved (not seen for 01:00:00)'),
  ('resolved', 'auto_resolve(''1 hour'', 1)', 'resolved fixed=9.0 next=f resolved=03-01 08:00 assignee= ignored=', NULL),
  ('ignored', 'auto_resolve(''1 hour'', 1)', 'ignored fixed= next=f resolved= assignee= ignored=until 5 more events', NULL);
UPDATE errtrack.issues SET last_seen = '2026-03-02 10:00+00', first_seen = '2026-03-02 10:00+00' WHERE title = 'one';
-- what was done, by the state before and after, the log, and the error
CREATE FUNCTION pg_temp.try(m matrix) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  one bigint := pg_temp.id('one');
  others text := (SELECT string_agg(i::text, ';' ORDER BY issue_id) FROM errtrack.issues AS i WHERE issue_id <> one);
  before text;
  raised text;
  logged text;
BEGIN
  PERFORM pg_temp.put(one, m.before);
  PERFORM pg_temp.log();
  before := pg_temp.state(one);
  SET LOCAL SESSION AUTHORIZATION errtrack_t_op;
  raised := pg_temp.outcome(format('SELECT errtrack.' || m.call, one));
  RESET SESSION AUTHORIZATION;
  logged := pg_temp.log();
  IF m.want LIKE '55000%' THEN
    RETURN NEXT is(raised, format(replace(m.want, '%s', '%1$s'), one), format('%s: %s is refused', m.before, m.call));
    RETURN NEXT is(pg_temp.state(one), before, '... and nothing has changed');
  ELSE
    RETURN NEXT is(pg_temp.state(one), m.want, format('%s: %s', m.before, m.call));
    IF m.call NOT LIKE 'auto%' THEN
      RETURN NEXT is(raised, (SELECT i::text FROM errtrack.issues AS i WHERE issue_id = one), '... returns the issue as it is now');
    END IF;
  END IF;
  RETURN NEXT is(logged, coalesce('03-02 12:00 errtrack_t_op ' || m.logged || ' one', ''), '... and is logged: ' || coalesce(m.logged, 'nothing'));
  RETURN NEXT is((SELECT string_agg(i::text, ';' ORDER BY issue_id) FROM errtrack.issues AS i WHERE issue_id <> one), others, '... and no other issue is touched');
END $$;
-- the other open ones were seen just now, for auto_resolve
SELECT pg_temp.try(m) FROM matrix AS m ORDER BY n;

--
-- Bulk: all or none, also across projects
--
CREATE FUNCTION pg_temp.states() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(title || ' ' || status || coalesce(' ' || assignee, ''), ', ' ORDER BY issue_id) FROM errtrack.issues $$;
SELECT count(pg_temp.put(issue_id, 'unresolved')) AS n FROM errtrack.issues \gset
SELECT pg_temp.id('one') AS one, pg_temp.id('two') AS two, pg_temp.id('three') AS three, pg_temp.id('four') AS four, pg_temp.log() AS log \gset
SELECT is(pg_temp.outcome(format('SELECT issue_id FROM errtrack.acknowledge(ARRAY[%s, %s, %s, %1$s])', :four, :one, :three)), concat_ws(',', :one, :four, :three), 'of several, one of them twice: each is returned once');
SELECT is(pg_temp.states(), 'one acknowledged, two unresolved, four acknowledged, three acknowledged', '... and is changed, in both projects');
SELECT is(pg_temp.log(), E'03-02 12:00 self acknowledge unresolved>acknowledged () one\n03-02 12:00 self acknowledge unresolved>acknowledged () four\n'
  '03-02 12:00 self acknowledge unresolved>acknowledged () three', '... and logged once');
SELECT is((SELECT string_agg(project_id || ' ' || (issue_id = :three), ',' ORDER BY activity_id DESC) FROM (SELECT * FROM errtrack.issue_activity ORDER BY activity_id DESC LIMIT 3) AS a), '2 true,1 false,1 false',
          '... in their projects');
SELECT is(pg_temp.outcome(format('SELECT issue_id FROM errtrack.acknowledge(ARRAY[%s, %s], ''both'')', :one, :two)), concat_ws(',', :one, :two), 'of two, one is so already: both are returned');
SELECT is(pg_temp.log(), '03-02 12:00 self acknowledge unresolved>acknowledged (both) two', '... and the other one is logged');
SELECT pg_temp.put(:three, 'resolved') \gset
SELECT pg_temp.states() AS before \gset
SELECT is(pg_temp.outcome(format('SELECT issue_id FROM errtrack.%s', format(call, :one, :two, :three, :four))), format(want, :one, :two, :three, :four), call)
FROM (VALUES
  ('ignore(ARRAY[%1$s, %2$s, %3$s, %4$s])', '55000 | cannot ignore issue %3$s: it is resolved | ignore() is for an issue that is unresolved or acknowledged or regressed. No issue was changed. | Call errtrack.reopen(%3$s) first.'),
  ('reopen(ARRAY[%3$s, %1$s])', '55000 | cannot reopen issue %1$s: it is acknowledged | reopen() is for an issue that is resolved or ignored. No issue was changed. | It is open: there is nothing to take back.'),
  ('resolve(ARRAY[%1$s, -1])', 'P0002 | there is no issue -1 | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('resolve(ARRAY[-1, %1$s, 0, -1])', 'P0002 | there is no issue -1, 0 | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('acknowledge(ARRAY[%3$s, -1])', 'P0002 | there is no issue -1 | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('ignore(ARRAY[%1$s, NULL])', 'P0002 | there is no issue (null) | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('reopen(NULL::bigint[])', 'P0002 | there is no issue (null) | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('assign(ARRAY[%1$s, -1], ''eve'')', 'P0002 | there is no issue -1 | No row of errtrack.issues has this issue_id. | Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.'),
  ('resolve(''{}''::bigint[])', '(none)'),
  ('acknowledge(''{}''::bigint[])', '(none)'),
  ('ignore(''{}''::bigint[], until_count => 1)', '(none)'),
  ('reopen(''{}''::bigint[])', '(none)'),
  ('assign(''{}''::bigint[], ''eve'')', '(none)')) AS t (call, want);
SELECT is(pg_temp.states(), :'before', '... and none of these has changed anything');
SELECT is(pg_temp.log(), '', '... nor logged');
SELECT is((SELECT count(*) FROM errtrack.issue_ignores), 0::bigint, '... nor left anything behind');
SELECT is(pg_temp.outcome(format('SELECT issue_id FROM errtrack.assign(ARRAY[%s, %s, %s], ''ada'')', :one, :two, :three)), concat_ws(',', :one, :two, :three), 'assign() of several, in whatever state');
SELECT is(pg_temp.states(), 'one acknowledged ada, two acknowledged ada, four acknowledged, three resolved ada', '... changes them');
SELECT pg_temp.log() IS NULL AS unset \gset

-- arguments that make no sense
SELECT pg_temp.put(:one, 'unresolved') \gset
SELECT pg_temp.state(:one) AS before \gset
SELECT matches(pg_temp.outcome(format('SELECT errtrack.' || call, :one)), '^22023 \| ' || want || '.* \| .*\. \| .*\.$', call)
FROM (VALUES
  ('resolve(%s, ''1.0'', true)', 'resolve\(\) takes a release, or the next one'), ('resolve(%s, '''')', 'resolve\(\) needs a release'), ('resolve(%s, ''  '')', 'resolve\(\) needs a release'),
  ('resolve(%s, repeat(''9'', 201))', 'resolve\(\) needs a release'),
  ('ignore(%s, until_count => 5, until_users => 5)', 'ignore\(\) takes one condition'), ('ignore(%s, until => ''2026-04-01'', until_release => ''next'')', 'ignore\(\) takes one condition'),
  ('ignore(%s, count_window => ''1 hour'')', 'ignore\(\) takes one condition'), ('ignore(%s, until_users => 2, count_window => ''1 hour'')', 'ignore\(\) takes one condition'),
  ('ignore(%s, until => ''2026-03-02 12:00+00'')', 'ignore\(\) cannot be until'), ('ignore(%s, until => ''-infinity'')', 'ignore\(\) cannot be until'),
  ('ignore(%s, until_count => 0)', 'ignore\(\) cannot be until'), ('ignore(%s, until_count => -1)', 'ignore\(\) cannot be until'), ('ignore(%s, until_users => 0)', 'ignore\(\) cannot be until'),
  ('ignore(%s, until_count => 1, count_window => ''0'')', 'ignore\(\) cannot be until'), ('ignore(%s, until_count => 1, count_window => ''-1 hour'')', 'ignore\(\) cannot be until'),
  ('ignore(%s, until_count => 1, count_window => ''10000 years'')', 'ignore\(\) cannot be until'),
  ('ignore(%s, until_release => '' '')', 'ignore\(\) cannot be until'), ('ignore(%s, until_release => repeat(''9'', 201))', 'ignore\(\) cannot be until')) AS t (call, want);
SELECT matches(pg_temp.outcome(format('SELECT errtrack.' || call, :one)), '^' || want, call)
FROM (VALUES
  ('assign(%s, repeat(''a'', 201))', '22023 \| an assignee''s name has 200 bytes'), ('auto_resolve(''-1 day'')', '22023 \| auto_resolve\(\) needs'), ('auto_resolve(''10000 years'')', '22023 \| auto_resolve\(\) needs'),
  ('auto_resolve(''1 day'', 77)', 'P0002 \| there is no project 77'), ('set_auto_resolve(1, ''0'')', '22023 \| set_auto_resolve\(\) needs'), ('set_auto_resolve(1, ''10000 years'')', '22023 \| set_auto_resolve\(\) needs'),
  ('set_auto_resolve(77, ''1 day'')', 'P0002 \| there is no project 77'), ('deploy(77, ''1.0'', ''prod'')', 'P0002 \| there is no project 77'), ('deploy(NULL, ''1.0'', ''prod'')', 'P0002 \| there is no project \(null\)'),
  ('deploy(1, '' '', ''prod'')', '22023 \| deploy\(\) needs'), ('deploy(1, NULL, ''prod'')', '22023 \| deploy\(\) needs'), ('deploy(1, ''1.0'', '''')', '22023 \| deploy\(\) needs'),
  ('deploy(1, ''1.0'', NULL)', '22023 \| deploy\(\) needs'), ('deploy(1, ''1.0'', ''prod'', NULL)', '22023 \| deploy\(\) needs'), ('deploy(1, ''1.0'', ''prod'', ''infinity'')', '22023 \| deploy\(\) needs'),
  ('deploy(1, ''1.0'', ''prod'', ''0026-03-01'')', '22023 \| deploy\(\) needs a time'), ('deploy(1, ''1.0'', ''prod'', ''2206-03-01'')', '22023 \| deploy\(\) needs a time'),
  ('deploy(1, repeat(''1'', 201), ''prod'')', '22023 \| deploy\(\) needs'), ('deploy(1, ''1.0'', repeat(''p'', 201))', '22023 \| deploy\(\) needs')) AS t (call, want);
SELECT is(pg_temp.state(:one), :'before', '... none of which changes anything');
SELECT is(pg_temp.log() || (SELECT count(*) FROM errtrack.deploys), '0', '... or is logged');

--
-- auto_resolve by what projects say
--
SELECT count(pg_temp.put(issue_id, 'unresolved')) AS n FROM errtrack.issues \gset
SELECT pg_temp.log() IS NULL AS unset \gset
UPDATE errtrack.issues SET last_seen = '2026-03-02 12:00+00', first_seen = '2026-03-02 12:00+00';
SET errtrack.test_now = '2026-03-09 12:00+00';
SELECT is(errtrack.auto_resolve(), 0, 'seen seven days ago, to the second: not stale yet');
SET errtrack.test_now = '2026-03-09 12:00:00.000001+00';
SELECT is((errtrack.set_auto_resolve(2, '8 days')).auto_resolve_after, '8 days', 'the second project waits for eight');
SELECT is(errtrack.auto_resolve(), 3, 'a moment later those of the first project are');
SELECT is(pg_temp.states(), 'one resolved ada, two resolved ada, four resolved, three unresolved ada', '... and stay assigned');
SELECT is((SELECT string_agg(status::text, ' ') FROM errtrack.reopen(ARRAY[pg_temp.id('one')], 'tomorrow')), 'unresolved', 'somebody reopens one');
SELECT is(errtrack.auto_resolve(), 0, '... which stays so');
SELECT is(errtrack.auto_resolve('0 s', 1), 1, '... but for no time at all');
SELECT is(split_part(pg_temp.log(), E'\n', 1), '03-09 12:00 self auto-resolve unresolved>resolved (not seen for 7 days) one', '... which is logged');
SELECT is((errtrack.set_auto_resolve(2, NULL)).auto_resolve_after, NULL, 'a project may wait for ever');
SET errtrack.test_now = '2027-03-09 12:00+00';
SELECT is(errtrack.auto_resolve(), 0, '... and then a year is not enough');
SELECT is(errtrack.auto_resolve('300 days', 1), 0, 'one project only');
SELECT is(errtrack.auto_resolve('300 days'), 1, '... or all, by what is asked for here');
SELECT is(pg_temp.alerts(), 'new one, new two, new four, new three', 'what people do alerts nobody');

--
-- Ignoring until something happens
--
SET errtrack.test_now = '2026-04-01 10:00:30+00';
-- an issue that was seen twice in the minute before, by user u1, in release 1.0
CREATE FUNCTION pg_temp.begin(title text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (message, release, user_id, received_at) SELECT title, '1.0', 'u1', '2026-04-01 10:00:10+00' FROM generate_series(1, 2)
$$;
SELECT count(pg_temp.begin(t)) AS n FROM unnest('{until time,until event,until later,until 1.5,until next,until count,until window,until trickle,until rolled,until users,until ever,until twice}'::text[]) AS t \gset
SELECT is(errtrack.consume(), 24, 'issues to ignore');
SELECT pg_temp.alerts() || pg_temp.log() IS NULL AS unset \gset
-- the state of one, and what was told of it since
CREATE FUNCTION pg_temp.now_is(wanted text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws('; ', (SELECT i.status FROM errtrack.issues AS i WHERE i.title = wanted), nullif(pg_temp.alerts(), ''), nullif(pg_temp.log(), ''))
$$;
CREATE FUNCTION pg_temp.send(message text, release text DEFAULT '1.0', n int DEFAULT 1, users text DEFAULT NULL) RETURNS void LANGUAGE sql AS
$$ INSERT INTO errtrack.raw_events (message, release, user_id) SELECT $1, $2, coalesce(users, 'v' || i) FROM generate_series(1, n) AS i $$;

-- until a time
SELECT is((errtrack.ignore(pg_temp.id('until time'), until => '2026-04-01 11:00+00')).status::text, 'ignored', 'until a time');
SELECT is((errtrack.ignore(pg_temp.id('until later'), until => '2026-04-01 11:00:01+00')).status::text, 'ignored', 'until another');
SELECT is((errtrack.ignore(pg_temp.id('until event'), until => '2026-04-01 11:00+00')).status::text, 'ignored', 'until a time, with an event at that time');
SELECT pg_temp.send('until time', '2.0', 30), pg_temp.log() IS NULL AS unset \gset
SET errtrack.test_now = '2026-04-01 10:59:59.999999+00';
SELECT is(errtrack.consume(), 30, 'events before that');
SELECT is(pg_temp.now_is('until time'), 'ignored', '... change nothing');
SET errtrack.test_now = '2026-04-01 11:00+00';
SELECT pg_temp.send('until event') \gset
SELECT is(errtrack.consume(), 1, 'at that time, without an event of one, with one of the other');
SELECT is((SELECT string_agg(a, ', ' ORDER BY a) FROM regexp_split_to_table(pg_temp.alerts(), ', ') AS a), 'reappeared until event, reappeared until time', '... both reappear, and are told once');
SELECT is((SELECT string_agg(l, E'\n' ORDER BY l) FROM regexp_split_to_table(pg_temp.log(), E'\n') AS l),
  E'04-01 11:00 self reappear ignored>unresolved (ignored until 2026-04-01 11:00:00+00) until event\n04-01 11:00 self reappear ignored>unresolved (ignored until 2026-04-01 11:00:00+00) until time', '... and logged once');
SELECT is((SELECT string_agg(title || ' ' || status, ', ' ORDER BY title) FROM errtrack.issues WHERE title IN ('until time', 'until event', 'until later')), 'until event unresolved, until later ignored, until time unresolved',
          '... and not the one that has a second left');
SELECT is((SELECT event_id IS NULL AND release IS NULL AND environment IS NULL AND occurrence_count = 32 AND created_at = '2026-04-01 11:00+00' FROM errtrack.alerts WHERE issue_id = pg_temp.id('until time') AND kind = 'reappeared'),
          true, 'the alert names no event, since there was none');
SELECT is((SELECT event_id IS NOT NULL AND release = '1.0' AND occurrence_count = 3 FROM errtrack.alerts WHERE issue_id = pg_temp.id('until event') AND kind = 'reappeared'), true, '... but that of the other does');
SELECT is(errtrack.consume(), 0, 'and again');
SELECT is(pg_temp.now_is('until time'), 'unresolved', '... nobody is told twice');
SET errtrack.test_now = '2026-04-02 00:00+00';
SELECT is(errtrack.consume(), 0, 'long after');
SELECT is(pg_temp.now_is('until later'), 'unresolved; reappeared until later; 04-02 00:00 self reappear ignored>unresolved (ignored until 2026-04-01 11:00:01+00) until later', '... the third has reappeared');

-- until a release
SELECT is((errtrack.ignore(pg_temp.id('until 1.5'), until_release => '1.5')).status::text, 'ignored', 'until a release');
SELECT is((errtrack.ignore(pg_temp.id('until next'), until_release => 'next')).status::text, 'ignored', 'until the next release; 2.0 is known');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until 1.5', '1.4.9', 3), pg_temp.send('until 1.5', NULL), pg_temp.send('until 1.5', '1.0') \gset
SELECT is(errtrack.consume(), 5, 'older releases, and none');
SELECT is(pg_temp.now_is('until 1.5'), 'ignored', '... leave it ignored');
SELECT pg_temp.send('until 1.5', '1.4'), pg_temp.send('until 1.5', '1.10', 500), pg_temp.send('until 1.5', '1.4.1') \gset
SELECT is(errtrack.consume(), 502, 'a newer one among older ones, many times');
SELECT is(pg_temp.now_is('until 1.5'), 'unresolved; reappeared until 1.5; 04-02 00:00 self reappear ignored>unresolved (ignored until release 1.5) until 1.5', '... ends it, once');
SELECT is((SELECT release || ' ' || (event_id IS NOT NULL) FROM errtrack.alerts WHERE kind = 'reappeared' ORDER BY alert_id DESC LIMIT 1), '1.10 true', '... which its event tells');
SET errtrack.test_now = '2026-04-02 01:00+00';
SELECT pg_temp.send('until next', '1.9.9'), pg_temp.send('until next', '2.0'), pg_temp.send('until next', '999.9.9'), pg_temp.send('until next', NULL) \gset
SELECT is(errtrack.consume(), 4, 'a hotfix of an old branch, the newest that was known, one that is a joke, and none');
SELECT is(pg_temp.now_is('until next'), 'ignored', '... are not the next release');
SELECT pg_temp.send('until next', '2.0.1') \gset
SELECT is(errtrack.consume(), 1, 'one that is newer than those known then');
SELECT is(pg_temp.now_is('until next'), 'unresolved; reappeared until next; 04-02 01:00 self reappear ignored>unresolved (ignored until the next release) until next', '... is');

-- until so many events
SELECT is((errtrack.ignore(pg_temp.id('until count'), until_count => 3)).status::text, 'ignored', 'until three more events');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until count', n => 2) \gset
SELECT is(errtrack.consume(), 2, 'two');
SELECT is(pg_temp.now_is('until count'), 'ignored', '... are not enough');
SELECT is((errtrack.ignore(pg_temp.id('until count'), until_count => 3)).status::text, 'ignored', 'the same again ...');
SELECT is(pg_temp.log(), '', '... is nothing');
SET errtrack.test_now = '2026-04-30 01:00+00';
SELECT pg_temp.send('until count', n => 100) \gset
SELECT is(errtrack.consume(), 100, 'many more, a month later');
SELECT is(pg_temp.now_is('until count'), 'unresolved; reappeared until count; 04-30 01:00 self reappear ignored>unresolved (ignored until 3 more events) until count', '... are, once');
SELECT is((errtrack.ignore(pg_temp.id('until count'), until_count => 1)).status::text, 'ignored', 'ignored again ...');
SELECT pg_temp.log() IS NULL AS unset \gset
SELECT is(errtrack.consume(), 0, '... no event ...');
SELECT is(pg_temp.now_is('until count'), 'ignored', '... leaves it so');
SELECT pg_temp.send('until count') \gset
SELECT is(errtrack.consume(), 1, '... and one ...');
SELECT is(pg_temp.now_is('until count'), 'unresolved; reappeared until count; 04-30 01:00 self reappear ignored>unresolved (ignored until 1 more events) until count', '... does not');
-- what is sent again is no event
SELECT is((errtrack.ignore(pg_temp.id('until count'), until_count => 1)).status::text, 'ignored', 'until one more event');
SELECT pg_temp.log() IS NULL AS unset \gset
INSERT INTO errtrack.raw_events (event_id, message, release) SELECT event_id, 'until count', '77.0' FROM errtrack.occurrences WHERE issue_id = pg_temp.id('until count') LIMIT 1;
SELECT is(errtrack.consume(), 1, 'one that is sent again');
SELECT is(pg_temp.now_is('until count'), 'ignored', '... does not count');

-- until so many within some time
SET errtrack.test_now = '2026-05-01 10:00:20+00';
SELECT pg_temp.send('until window', n => 50), pg_temp.send('until trickle', n => 50) \gset
SELECT is(errtrack.consume(), 100, 'a burst');
SET errtrack.test_now = '2026-05-01 10:00:40+00';
SELECT is((SELECT count(*) FROM errtrack.ignore(ARRAY[pg_temp.id('until window'), pg_temp.id('until trickle')], until_count => 5, count_window => '10 min')), 2::bigint, '... and in the same minute both are ignored until five within ten');
SELECT pg_temp.log() IS NULL AS unset \gset
SET errtrack.test_now = '2026-05-01 10:00:50+00';
SELECT pg_temp.send('until window', n => 4) \gset
SELECT is(errtrack.consume(), 4, 'four in that minute');
SELECT is(pg_temp.now_is('until window'), 'ignored', '... are four: those before it do not count');
SET errtrack.test_now = '2026-05-01 10:05+00';
SELECT pg_temp.send('until window', n => 300) \gset
SELECT is(errtrack.consume(), 300, 'a burst');
SELECT is(pg_temp.now_is('until window'), 'unresolved; reappeared until window; 05-01 10:05 self reappear ignored>unresolved (ignored until 5 events within 00:10:00) until window', '... is five and more');
-- one every six minutes
CREATE FUNCTION pg_temp.trickle(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. n LOOP
    PERFORM set_config('errtrack.test_now', ('2026-05-01 10:20+00'::timestamptz + i * interval '6 min')::text, false);
    PERFORM pg_temp.send('until trickle');
  END LOOP;
END $$;
SELECT pg_temp.trickle(1) \gset
SELECT errtrack.consume() AS n \gset
SELECT pg_temp.trickle(20) \gset
SELECT is(errtrack.consume(), 20, 'twenty in two hours');
SELECT is(pg_temp.now_is('until trickle'), 'ignored', '... are not five in ten minutes');
SELECT pg_temp.send('until trickle', n => 3) \gset
SELECT is(errtrack.consume(), 3, 'and three at once, with the last two of these');
SELECT is(left(pg_temp.now_is('until trickle'), 36), 'unresolved; reappeared until trickle', '... are');
-- over several days, when the minutes have become hours
SET errtrack.test_now = '2026-06-01 10:30+00';
SELECT is((errtrack.ignore(pg_temp.id('until rolled'), until_count => 10, count_window => '5 days')).status::text, 'ignored', 'until ten within five days');
SELECT pg_temp.log() IS NULL AS unset \gset
SET errtrack.test_now = '2026-06-01 10:40+00';
SELECT pg_temp.send('until rolled', n => 6) \gset
SELECT is(errtrack.consume(), 6, 'six ten minutes later');
SET errtrack.test_now = '2026-06-05 10:00+00';
SELECT is(errtrack.upkeep() IS NOT NULL, true, 'these become a count of the hour');
SELECT is((SELECT string_agg(minutes || ' ' || events, ',') FROM errtrack.issue_counts WHERE issue_id = pg_temp.id('until rolled') AND bucket >= '2026-06-01'), '60 6', '... they do');
SELECT pg_temp.send('until rolled', n => 3) \gset
SELECT is(errtrack.consume(), 3, 'three more');
SELECT is(pg_temp.now_is('until rolled'), 'ignored', '... are nine');
SELECT pg_temp.send('until rolled', n => 1) \gset
SELECT is(errtrack.consume(), 1, 'and another');
SELECT is(left(pg_temp.now_is('until rolled'), 35), 'unresolved; reappeared until rolled', '... makes ten');

-- until so many users
SELECT is((errtrack.ignore(pg_temp.id('until users'), until_users => 2)).status::text, 'ignored', 'until two more users');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until users', n => 50, users => 'u1'), pg_temp.send('until users', n => 50, users => 'u2') \gset
SELECT is(errtrack.consume(), 100, 'many events of one whom it had met, and one whom it had not');
SELECT is(pg_temp.now_is('until users'), 'ignored', '... are one more user');
SELECT pg_temp.send('until users', n => 1, users => 'u2'), pg_temp.send('until users', n => 1, users => '') \gset
SELECT is(errtrack.consume(), 2, 'the same again, and nobody');
SELECT is(pg_temp.now_is('until users'), 'ignored', '... are none');
SELECT pg_temp.send('until users', n => 9) \gset
SELECT is(errtrack.consume(), 9, 'nine others at once');
SELECT is(pg_temp.now_is('until users'), 'unresolved; reappeared until users; 06-05 10:00 self reappear ignored>unresolved (ignored until 2 more users) until users', '... are enough, once');

-- what was received before, and is folded afterwards, is none of it
SELECT pg_temp.send('until backlog', '1.0', 2), pg_temp.send('until backlog 2', '1.0', 2) \gset
SELECT is(errtrack.consume(), 4, 'two issues');
SELECT pg_temp.send('until backlog', '1.0', 200), pg_temp.send('until backlog 2', '2.5', 9), pg_temp.log() || pg_temp.alerts() IS NULL AS unset \gset
SET errtrack.test_now = '2026-06-05 10:10+00';
SELECT is((errtrack.ignore(pg_temp.id('until backlog'), until_count => 100)).status::text, 'ignored', 'until a hundred more, while two hundred wait to be folded');
SELECT is((errtrack.ignore(pg_temp.id('until backlog 2'), until_release => '2.5')).status::text, 'ignored', 'until a release, while nine of it do');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until backlog', '1.0', 99) \gset
SELECT is(errtrack.consume(), 308, 'these, and ninety-nine more');
SELECT is(pg_temp.now_is('until backlog') || ' ' || pg_temp.now_is('until backlog 2'), 'ignored ignored', '... end neither');
SELECT pg_temp.send('until backlog 2', '2.5') \gset
SELECT is(errtrack.consume(), 1, 'another of that release');
SELECT is(left(pg_temp.now_is('until backlog 2'), 37), 'unresolved; reappeared until backlog ', '... does');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until backlog') \gset
SELECT is(errtrack.consume(), 1, 'and the hundredth');
SELECT is(left(pg_temp.now_is('until backlog'), 36), 'unresolved; reappeared until backlog', '... does');
-- of one that was resolved in a release, then regressed and ignored, nothing is left
SELECT is((errtrack.resolve(pg_temp.id('until backlog'), '3.0')).status::text, 'resolved', 'resolved in a release');
SELECT pg_temp.send('until backlog', '3.0') \gset
SET errtrack.test_now = '2026-06-05 10:11+00';
SELECT is(errtrack.consume(), 1, '... regressed ...');
SELECT is((SELECT release_fixed || ' ' || (resolved_at IS NOT NULL) FROM errtrack.ignore(pg_temp.id('until backlog'), until_count => 1)), '3.0 true', '... ignored, which leaves that to be read');
SET errtrack.test_now = '2026-06-05 10:12+00';
SELECT pg_temp.send('until backlog') \gset
SELECT is(errtrack.consume(), 1, '... and back again');
SELECT is((SELECT concat_ws(' ', status, release_fixed, resolved_at, resolved_in_next) FROM errtrack.issues WHERE title = 'until backlog'), 'unresolved f', '... is as one that was reopened');
SELECT pg_temp.log() || pg_temp.alerts() IS NULL AS unset \gset

-- for ever; and what is ignored anew goes by what was said last
SELECT is((errtrack.ignore(pg_temp.id('until ever'))).status::text, 'ignored', 'for ever');
SELECT is((errtrack.ignore(pg_temp.id('until twice'), until_count => 1)).status::text, 'ignored', 'until one more event ...');
SELECT is((errtrack.ignore(pg_temp.id('until twice'), until_release => '70')).status::text, 'ignored', '... or rather until a release');
SELECT pg_temp.log() IS NULL AS unset \gset
SET errtrack.test_now = '2036-06-01 10:30+00';
SELECT pg_temp.send('until ever', '70', 100, NULL), pg_temp.send('until twice', '69', 100) \gset
SELECT is(errtrack.consume(), 200, 'many events of new releases and users, ten years later');
SELECT is(pg_temp.now_is('until ever'), 'ignored', '... leave it ignored');
SELECT is((SELECT last_seen FROM errtrack.issues WHERE title = 'until ever'), '2036-06-01 10:30+00'::timestamptz, '... and were received when the clock says');
SELECT is((SELECT status::text FROM errtrack.issues WHERE title = 'until twice'), 'ignored', '... as they do where the release did not come');
SELECT is((errtrack.resolve(pg_temp.id('until twice'))).status::text, 'resolved', 'resolved while it is ignored');
SELECT is((SELECT count(*) FROM errtrack.issue_ignores WHERE issue_id = pg_temp.id('until twice')), 0::bigint, '... nothing is left of that');
SELECT is((errtrack.reopen(pg_temp.id('until twice'))).status::text, 'unresolved', 'reopened');
SELECT pg_temp.log() IS NULL AS unset, pg_temp.send('until twice', '71', 2) \gset
SELECT is(errtrack.consume(), 2, 'and the release comes');
SELECT is(pg_temp.now_is('until twice'), 'unresolved', '... and reappears in nothing');
SELECT is((SELECT count(*) FROM errtrack.issue_ignores AS w LEFT JOIN errtrack.issues AS i USING (project_id, issue_id) WHERE i.status IS DISTINCT FROM 'ignored'), 0::bigint, 'only what is ignored has a condition');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 0::bigint, 'all events were folded');

--
-- The clock
--
SELECT is(errtrack.clock(), '2036-06-01 10:30+00'::timestamptz, 'clock() says what test_now does');
SELECT is(pg_temp.outcome('SELECT set_config(''errtrack.test_now'', ' || quote_literal(v) || ', false)') LIKE '22023 | invalid value for parameter "errtrack.test_now": % | It must be a time, such as "2026-01-31 12:00+00", or empty.', true, 'test_now = ' || v || ' is refused')
FROM unnest(ARRAY['yesterday week', 'infinity', '-infinity', '2026-02-30', '25:00', '12', 'x', '300000-01-01', repeat('1', 2000), ' ']) AS v;
SELECT throws_like($$SET errtrack.test_now = '2026-01-01 00:00 Nowhere/Land'$$, '%not recognized', 'so is a zone that there is not');
SELECT is(errtrack.clock(), '2036-06-01 10:30+00'::timestamptz, '... and then stays as it was');
SELECT is((SELECT set_config('errtrack.test_now', v, true) IS NOT NULL AND errtrack.clock() = v::timestamptz), true, 'test_now = ' || v)
FROM unnest(ARRAY['2000-01-01 00:00+00', '1999-12-31 23:59:59.999999+00', '2026-07-01 12:00 Europe/Berlin', '2026-07-01', '0044-03-15 12:00 BC', '294276-12-31 23:59:59+00', '2026-01-31T12:00:00Z']) AS v;
RESET errtrack.test_now;
SELECT is(errtrack.clock() BETWEEN now() AND clock_timestamp(), true, 'without it, it is the server''s');
SELECT cmp_ok((SELECT count(DISTINCT errtrack.clock()) FROM (SELECT pg_sleep(0.001) FROM generate_series(1, 3)) AS s), '>', 1::bigint, '... and moves within a statement');
SET SESSION AUTHORIZATION errtrack_t_op;
SELECT is(pg_temp.outcome('SELECT set_config(''errtrack.test_now'', ''2026-01-01'', false)'), '42501 | permission denied to set parameter "errtrack.test_now"', 'only a superuser may set it');
RESET SESSION AUTHORIZATION;

-- Whatever is done goes by it: in 2001, nothing bears a later time.
DROP EXTENSION errtrack CASCADE;
SET errtrack.test_now = '2001-05-05 10:00+00';
CREATE EXTENSION errtrack;
SELECT errtrack.create_project('past') AS past, errtrack.set_quota(1, 60, 3) \gset
INSERT INTO errtrack.raw_events (message, release, environment, user_id, tags) SELECT 'past ' || (ARRAY['one', 'two', 'three'])[i % 3 + 1], 'r' || i % 2, 'prod', 'u' || i, '{"a": "b"}' FROM generate_series(1, 100) AS i;
INSERT INTO errtrack.raw_events (event_id, message) VALUES ('00000000-0000-4000-8000-000000000001', 'twice'), ('00000000-0000-4000-8000-000000000001', 'twice');
SET client_min_messages = error;
INSERT INTO errtrack.raw_events (project_id, message) VALUES (9, 'stray');
SELECT errtrack.capture('{"message": "captured", "platform": "python"}'::jsonb) \gset
SELECT is(errtrack.consume(), 104, 'events of 2001');
SELECT errtrack.deploy(1, 'r3', 'prod'), errtrack.resolve(1), errtrack.ignore(2, until => '2001-05-05 11:00+00'), errtrack.acknowledge(3), errtrack.assign(3, 'ada') \gset
SET errtrack.test_now = '2001-05-05 12:00+00';
INSERT INTO errtrack.raw_events (message, release, environment) SELECT 'past ' || (ARRAY['one', 'two', 'three'])[i % 3 + 1], 'r4', 'prod' FROM generate_series(1, 3) AS i;
SELECT is(errtrack.flush(), true, '... and more');
-- one that cannot be folded
ALTER TABLE errtrack.issues ADD CONSTRAINT refused CHECK (title <> 'refused');
INSERT INTO errtrack.raw_events (message) VALUES ('refused'), ('folded');
SELECT is(errtrack.consume(), 2, '... one of them a dead letter');
SELECT is((SELECT count(*) FROM errtrack.dead_letters), 1::bigint, '... it is there');
SELECT (SELECT count(*) FROM errtrack.upkeep()) AS a, errtrack.auto_resolve('0') AS b, errtrack.worker_stop() AS c, errtrack.worker_start() AS d, errtrack.rotate_inbox() AS e \gset
SELECT count(*) AS n FROM errtrack.regroup(1, true) \gset
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.later_than(at timestamptz) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  c record;
  n bigint;
BEGIN
  FOR c IN SELECT attrelid::regclass AS place, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
           WHERE relnamespace = 'errtrack'::regnamespace AND relkind IN ('r', 'v') AND atttypid = 'timestamptz'::regtype AND attnum > 0 AND NOT attisdropped LOOP
    EXECUTE format('SELECT count(*) FROM %s WHERE %I > $1 AND isfinite(%2$I)', c.place, c.attname) INTO n USING at;
    IF n > 0 THEN
      RETURN NEXT format('%s.%s: %s', c.place, c.attname, n);
    END IF;
  END LOOP;
END $$;
SELECT is_empty($$SELECT pg_temp.later_than('2001-05-05 12:00+00')$$, 'no column of any table or view bears a later time than the clock says');
SELECT is((SELECT count(*) > 10 FROM pg_temp.later_than('2001-05-05 09:00+00')), true, '... and many one of that day');
SELECT is((SELECT string_agg(issue_id || ' ' || status, ', ' ORDER BY issue_id) FROM errtrack.issues WHERE issue_id <= 3), '1 regressed, 2 unresolved, 3 acknowledged', 'states go by it, too');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP OWNED BY errtrack_t_op;
DROP ROLE errtrack_t_op;
