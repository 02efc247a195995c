-- Reading it all: whole pages for a stated clock, what is cut and how, that nothing of strangers' text reaches a terminal,
-- counts by environment, and who may read. Statements commit.
\ir setup.psql
SET client_min_messages = error;
SET timezone = 'UTC';
DROP ROLE IF EXISTS errtrack_t_kim, errtrack_t_viewer;
CREATE ROLE errtrack_t_kim;
CREATE ROLE errtrack_t_viewer;
SELECT errtrack.grant_role('errtrack_t_kim', 'operator'), errtrack.grant_role('errtrack_t_viewer', 'viewer') \g /dev/null

CREATE FUNCTION pg_temp.page(id bigint) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(line, E'\n' ORDER BY n) FROM errtrack.issue_detail(id) WITH ORDINALITY AS d (line, n) $$;
-- a part of it: from a heading to the next empty line
CREATE FUNCTION pg_temp.part(id bigint, heading text) RETURNS text LANGUAGE sql AS $$ SELECT p FROM string_to_table(pg_temp.page(id), E'\n\n') AS p WHERE p LIKE heading || '%' $$;
CREATE FUNCTION pg_temp.open_issues() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(replace(concat_ws('|', issue_id, project, status, level, events, in_24h, coalesce(users::text, '-'), seen, title), E'\n', '/'), E'\n') FROM errtrack.open_issues $$;
CREATE FUNCTION pg_temp.health(project_id int, version text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws('|', metric, coalesce(environment, '-'), value, coalesce(before::text, '-'), coalesce(change, '-'), coalesce(compared_with, '-')), E'\n') FROM errtrack.release_health(project_id, version) $$;
CREATE FUNCTION pg_temp.at(t text) RETURNS text LANGUAGE sql AS $$ SELECT 'at ' || set_config('errtrack.test_now', t || '+00', false) $$;

--
-- Words and lines
--
SELECT is(errtrack.time_span(span::interval), want, 'a span of ' || span)
FROM (VALUES ('-5 s', '0 s'), ('0', '0 s'), ('59.9 s', '59 s'), ('99.9 s', '99 s'), ('100 s', '1 min'), ('99 min 59 s', '99 min'), ('100 min', '1 h'), ('47 h 59 min', '47 h'),
             ('48 h', '2 d'), ('1 day 23 h', '47 h'), ('400 days', '400 d')) AS t (span, want);
SELECT is(errtrack.printable(chr(c)), '?', 'a terminal does not get U+' || lpad(to_hex(c), 4, '0'))
FROM (SELECT generate_series(1, 31) UNION SELECT generate_series(127, 159) UNION SELECT generate_series(8232, 8238) UNION SELECT generate_series(8294, 8297) UNION VALUES (1564), (8206), (8207)) AS t (c)
WHERE c <> 9;
SELECT is(errtrack.printable(E'a\tb é 漢 🙂 "\\'''), E'a    b é 漢 🙂 "\\''', '... but what is to be read, and spaces for a tab');
SET standard_conforming_strings = off;
SELECT is(errtrack.printable(E'\x1b[2J -u001f'), '?[2J -u001f', '... whatever an application set');
RESET standard_conforming_strings;
SELECT is(errtrack.shortened(t, 8), want, 'shortened: ' || t) FROM (VALUES ('12345678', '12345678'), ('123456789', '12345...')) AS v (t, want);
SELECT is(errtrack.middle_cut(repeat('a', 50) || 'end', n), want, 'cut in its middle to ' || n) FROM (VALUES (20, 'aaaaaaa ... aaaaaend'), (21, 'aaaaaaa ... aaaaaaend'), (53, repeat('a', 50) || 'end')) AS v (n, want);
SELECT is(ARRAY(SELECT errtrack.bounded_lines(t, 4, 20)), want, 'lines: ' || to_json(t))
FROM (VALUES (E'a\nb', ARRAY['a', 'b']), (E'\r\n\n  a\r\n\nb\n \n', ARRAY['  a', '', 'b']), (E'1\n2\n3\n4', ARRAY['1', '2', '3', '4']), (E'1\n2\n3\n4\n5', ARRAY['1', '2', '... 2 lines are not shown ...', '5']),
             ('', ARRAY[]::text[]), (E'a\x1b[1m', ARRAY['a?[1m']), (E'\t' || repeat('x', 30), ARRAY['    xxx ... xxxxxxxx'])) AS v (t, want);
SELECT is((SELECT count(*) || ' ' || max(length(l)) FROM errtrack.bounded_lines(repeat(E'x\n', 130000), 60, 113) AS l), '60 34', 'many lines');
SELECT is((SELECT count(*) || ' ' || max(length(l)) FROM errtrack.bounded_lines(repeat(E'\t\x1b', 130000), 60, 113) AS l), '1 113', 'a long line of what is replaced');
SELECT is((SELECT count(*) FROM errtrack.bounded_lines(repeat(' ', 260000) || E'x\n' || repeat(E' \n', 130000), 60, 113)), 1::bigint, 'much space');
SELECT is(ARRAY(SELECT errtrack.folded_line('aaa bbb  ' || repeat('x', 25) || ' ccc dd eeeeeeeeee ff g', 10)), ARRAY['aaa bbb', 'xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxx ccc', 'dd', 'eeeeeeeeee', 'ff g'], 'a line is folded between words');
SELECT is(ARRAY(SELECT errtrack.folded_line(t, 10)), ARRAY[t], '... but not ' || quote_literal(t)) FROM unnest(ARRAY['', '   a  b', '0123456789']) AS t;
SELECT is(ARRAY(SELECT errtrack.text_table('{{a,1,x},{bbb,NULL,y},{c,333,""}}', 'lrl')), ARRAY['a      1  x', 'bbb       y', 'c    333'], 'a table');
SELECT is(ARRAY(SELECT errtrack.text_table(NULL, 'l')), ARRAY[]::text[], '... of nothing');
SELECT is(errtrack.sparkline('{0,1,2,3,4,5,6,7,8}'), '.▁▂▃▄▅▆▇█', 'bars');
SELECT is(errtrack.sparkline('{1,1000,0,999,501}'), '▁█.█▅', '... by the largest');
SELECT is(errtrack.sparkline('{0,0}'), '..', '... of nothing');
SET client_encoding = 'LATIN1';
SELECT is(errtrack.sparkline('{0,1,2,3,4,5,6,7,8}'), '.12345678', 'a client that cannot be sent bars gets digits');
SET client_encoding = 'UTF8';

--
-- A month of a shop: a timeout that was resolved in 1.4.2 and came back, and others
--
CREATE FUNCTION pg_temp.timeouts(release text, environment text, n int, first int) RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (project_id, event_id, received_at, occurred_at, platform, stack_trace, release, environment, server_name, transaction, user_id, session_id, request, tags)
  SELECT 2, lpad(k::text, 32, '0')::uuid, errtrack.clock() - interval '10 s' * (first + n - 1 - k), errtrack.clock() - interval '10 s' * (first + n - 1 - k), 'python',
         format(E'Traceback (most recent call last):\n  File "/srv/shop/shop.py", line 44, in ask_courier\n    raise TimeoutError(f"no answer for order {order}")\nTimeoutError: no answer for order %s', k),
         release, environment, 'web-' || 1 + k % 2, '/checkout', 'customer-' || k % 30, 's' || k, '{"method": "POST", "url": "https://shop.example/checkout"}',
         jsonb_build_object('region', (ARRAY['north', 'north', 'south'])[1 + k % 3], 'order', k)
  FROM generate_series(first, first + n - 1) AS k $$;
SELECT pg_temp.at('2026-01-01 08:00') \g /dev/null
SELECT is(errtrack.create_project('shop'), 2, 'a project');
SELECT pg_temp.timeouts('1.4.0', 'production', 40, 1) \g /dev/null
SELECT is(errtrack.consume(), 40, '(consumed)');
SELECT pg_temp.at('2026-01-20 10:00') \g /dev/null
SELECT pg_temp.timeouts('1.4.1', 'production', 100, 41) \g /dev/null
SELECT is(errtrack.consume(), 100, '(consumed)');
SELECT pg_temp.at('2026-01-20 12:00') \g /dev/null
SET SESSION AUTHORIZATION errtrack_t_kim;
SELECT errtrack.assign(1, 'kim'), errtrack.resolve(1, in_release => '1.4.2') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT errtrack.deploy(2, '1.4.2', 'staging', '2026-01-31 09:30+00'), errtrack.deploy(2, '1.4.2', 'production', '2026-01-31 10:15+00') \g /dev/null
SELECT pg_temp.at('2026-01-30 13:40') \g /dev/null
SELECT pg_temp.timeouts('1.4.1', 'production', 6, 141) \g /dev/null
SELECT is(errtrack.consume(), 6, '(consumed)');
SELECT pg_temp.at('2026-01-31 09:40') \g /dev/null
SELECT pg_temp.timeouts('1.4.1', 'production', 12, 147) \g /dev/null
SELECT is(errtrack.consume(), 12, '(consumed)');
SELECT is((SELECT status::text FROM errtrack.issues WHERE issue_id = 1), 'resolved', 'older releases do not make it regress');
SELECT pg_temp.at('2026-01-31 10:44') \g /dev/null
SELECT pg_temp.timeouts('1.4.2', 'production', 60, 201), pg_temp.timeouts('1.4.2', 'staging', 3, 261) \g /dev/null
SET SESSION AUTHORIZATION errtrack_t_kim;
SELECT is(errtrack.consume(), 63, '(consumed)');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.at('2026-01-31 11:00') \g /dev/null
INSERT INTO errtrack.raw_events (project_id, event_id, platform, level, exceptions, release, environment, server_name)
VALUES (2, '00000000-0000-0000-0000-000000000301', 'java', 'fatal', '[{"type": "NullPointerException", "value": "cart is null", "stacktrace": {"frames": [{"function": "main", "module": "shop.Main", "filename": "Main.java", "lineno": 12, "in_app": true}, {"function": "checkout", "module": "shop.Checkout", "filename": "Checkout.java", "lineno": 88, "in_app": true}]}}]', '1.4.2', 'production', 'office-1');
INSERT INTO errtrack.raw_events (project_id, message, level) VALUES (1, E'disk \x1b[31mfull\x1b[0m', 'warning');
SELECT is(errtrack.consume(), 2, '(consumed)');
SELECT issue_id AS npe FROM errtrack.issues WHERE level = 'fatal' \gset
SELECT issue_id AS disk FROM errtrack.issues WHERE level = 'warning' \gset
SELECT pg_temp.at('2026-01-31 12:00') \g /dev/null

SELECT is(pg_temp.page(1), $$Issue 1 of project shop (2), on 2026-01-31 12:00:00 UTC
TimeoutError: no answer for order 1
in ask_courier (shop.py:44)

status      regressed since 2026-01-31 10:44:00 (76 min ago), by errtrack_t_kim
why         event 00000000-0000-0000-0000-000000000263 of release 1.4.2
fixed       in release 1.4.2
assignee    kim
level       error, python, TimeoutError
events      221; 81 in the last 24 h, 0 in the 24 h before, 0 in the last hour
people      users: 30, sessions: 221
first seen  2026-01-01 07:53:30 (30 d ago)
last seen   2026-01-31 10:44:00 (76 min ago)
introduced  in release 1.4.0

Events by the hour, the last 48 from 2026-01-29 13:00 on; the highest: 63
  ........................▁...................▂█..
                                              AB
  A 1.4.2 staging 01-31 09:30
  B 1.4.2 production 01-31 10:15

Events by the day, the last 30 from 2026-01-02 00:00 on; the highest: 100
  ..................█.........▁▆
                               A
  A 1.4.2 staging 01-31 09:30, 1.4.2 production 01-31 10:15

Releases
  release  events  first seen   last seen  environments
  1.4.2        63  85 min ago  76 min ago  production 60, staging 3
  1.4.1       118    11 d ago     2 h ago  production 118
  1.4.0        40    30 d ago    30 d ago  production 40

Tags
  order        nearly all different
  region       north 67 %, south 33 %
  server_name  web-2 50 %, web-1 50 %
  transaction  /checkout 100 %

What happened
  2026-01-31 10:44:00  alert                    regression, release 1.4.2, staging, events: 221
  2026-01-31 10:44:00  regress  errtrack_t_kim  event 00000000-0000-0000-0000-000000000263 of release 1.4.2
  2026-01-20 12:00:00  resolve  errtrack_t_kim  in release 1.4.2
  2026-01-20 12:00:00  assign   errtrack_t_kim  to kim
  2026-01-01 08:00:00  alert                    new, release 1.4.0, production, events: 40

The latest event that was kept
  event    00000000-0000-0000-0000-000000000263, 2026-01-31 10:44:00 (76 min ago)
  where    release 1.4.2, staging, web-2, /checkout
  who      user customer-23, session s263
  request  POST https://shop.example/checkout

  Traceback (most recent call last):
    File "/srv/shop/shop.py", line 44, in ask_courier
      raise TimeoutError(f"no answer for order {order}")
  TimeoutError: no answer for order 263

SELECT status FROM errtrack.acknowledge(1);
SELECT status FROM errtrack.resolve(1, in_next_release => true);
SELECT status FROM errtrack.ignore(1, until_count => 100);$$, 'the page of an issue that came back');
SELECT is(pg_temp.page(:npe), format($$Issue %1$s of project shop (2), on 2026-01-31 12:00:00 UTC
NullPointerException: cart is null
in checkout (shop.Checkout:88)

status      unresolved
assignee    nobody
level       fatal, java, NullPointerException
events      1; 1 in the last 24 h, 0 in the 24 h before, 0 in the last hour
people      no event names a user or a session
first seen  2026-01-31 11:00:00 (60 min ago)
last seen   2026-01-31 11:00:00 (60 min ago)
introduced  in release 1.4.2

Events by the hour, the last 48 from 2026-01-29 13:00 on; the highest: 1
  ..............................................█.
                                              AB
  A 1.4.2 staging 01-31 09:30
  B 1.4.2 production 01-31 10:15

Events by the day, the last 30 from 2026-01-02 00:00 on; the highest: 1
  .............................█
                               A
  A 1.4.2 staging 01-31 09:30, 1.4.2 production 01-31 10:15

Releases
  release  events  first seen   last seen  environments
  1.4.2         1  60 min ago  60 min ago  production 1

Tags
  server_name  office-1 100 %%

What happened
  2026-01-31 11:00:00  alert    new, release 1.4.2, production, events: 1

The latest event that was kept
  event  00000000-0000-0000-0000-000000000301, 2026-01-31 11:00:00 (60 min ago)
  where  release 1.4.2, production, office-1

  NullPointerException: cart is null
      at shop.Checkout.checkout(Checkout.java:88)
      at shop.Main.main(Main.java:12)

SELECT status FROM errtrack.acknowledge(%1$s);
SELECT status FROM errtrack.resolve(%1$s, in_next_release => true);
SELECT status FROM errtrack.ignore(%1$s, until_count => 100);$$, :npe), '... of a new one, whose exceptions came as JSON');
SELECT is(regexp_replace(pg_temp.page(:disk), '[0-9a-f]{8}-[-0-9a-f]{27}', '<id>'), format($$Issue %1$s of project default (1), on 2026-01-31 12:00:00 UTC
disk ?[31mfull?[0m

status      unresolved
assignee    nobody
level       warning
events      1; 1 in the last 24 h, 0 in the 24 h before, 0 in the last hour
people      no event names a user or a session
first seen  2026-01-31 11:00:00 (60 min ago)
last seen   2026-01-31 11:00:00 (60 min ago)

Events by the hour, the last 48 from 2026-01-29 13:00 on; the highest: 1
  ..............................................█.

Events by the day, the last 30 from 2026-01-02 00:00 on; the highest: 1
  .............................█

Releases
  release  events  first seen   last seen  environments
  (none)        1  60 min ago  60 min ago  (none) 1

What happened
  2026-01-31 11:00:00  alert    new, events: 1

The latest event that was kept
  event  <id>, 2026-01-31 11:00:00 (60 min ago)

SELECT status FROM errtrack.acknowledge(%1$s);
SELECT status FROM errtrack.resolve(%1$s, in_next_release => true);
SELECT status FROM errtrack.ignore(%1$s, until_count => 100);$$, :disk), '... of one that says nearly nothing');
SELECT is(pg_temp.open_issues(), format($$1|shop|regressed|error|221|81|30|76 min ago/since 30 d|TimeoutError: no answer for or.../kim, 1.4.0, ask_courier (shop....
%s|shop|unresolved|fatal|1|1|-|60 min ago/since 60 min|NullPointerException: cart is .../1.4.2, checkout (shop.Checkout...
%s|default|unresolved|warning|1|1|-|60 min ago/since 60 min|disk ?[31mfull?[0m$$, :npe, :disk), 'the open issues: what came back, then the latest');
SELECT is(pg_temp.health(2, '1.4.2'), $$new issues|-|1|0|-|1.4.1
regressed issues|-|1|0|-|1.4.1
resolved issues|-|0|0|=|1.4.1
users affected|-|30|30|=|1.4.1
events|-|64|118|-46 %|1.4.1
events|production|61|118|-48 %|1.4.1
events|staging|3|0|-|1.4.1
events a minute|staging|0.00|0.00|=|the hour before the deploy at 01-31 09:30
events a minute|production|1.02|0.20|x 5.1|the hour before the deploy at 01-31 10:15$$, 'what a release brought');
SELECT is(pg_temp.health(2, '1.4.0'), $$new issues|-|1|-|-|-
regressed issues|-|0|-|-|-
resolved issues|-|0|-|-|-
users affected|-|30|-|-|-
events|-|40|-|-|-
events|production|40|-|-|-$$, '... the first one, which is compared with none');

-- another zone, of half an hour: the same counts in other hours and days
SET timezone = 'Asia/Kolkata';
SELECT is(pg_temp.part(1, 'Events by the hour'), $$Events by the hour, the last 48 from 2026-01-29 18:00 on; the highest: 63
  .........................▁...................▂█.
                                               A
  A 1.4.2 staging 01-31 15:00, 1.4.2 production 01-31 15:45$$, 'the hours of a time zone');
SELECT matches(pg_temp.page(1), 'last seen   2026-01-31 16:14:00 \(76 min ago\)', '... and its times');
SET timezone = 'UTC';
-- counts that are in wider buckets are in the graph all the same
BEGIN;
SELECT is((SELECT count(*) FROM pg_temp.upkeep_at('2026-02-03 12:00+00') AS u WHERE u ~ '^\d+ counts by the minute'), 1::bigint, 'two days later ...');
SELECT is((SELECT count(*) FROM errtrack.issue_counts WHERE minutes = 1), 0::bigint, '(all is counted by the hour)');
SELECT matches(pg_temp.part(1, 'Events by the hour'), E'\n  \\.{24}▁\\.{19}▂█\\.\\.\n', '... the hours are the same');
SELECT matches(pg_temp.part(1, 'Events by the day'), E'\n  \\.{18}█\\.{9}▁▆\n', '... and the days');
ROLLBACK;

--
-- States
--
CREATE FUNCTION pg_temp.state(id bigint) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(l, '; ' ORDER BY n) FROM errtrack.issue_detail(id) WITH ORDINALITY AS d (l, n) WHERE l ~ '^(status|why|ignored|fixed|came back|SELECT) ' $$;
SET SESSION AUTHORIZATION errtrack_t_kim;
SELECT errtrack.acknowledge(1, 'a courier is down'), errtrack.assign(1, 'robin') \g /dev/null
SELECT is(pg_temp.state(1), 'status      acknowledged since 2026-01-31 12:00:00 (0 s ago), by errtrack_t_kim; why         a courier is down; came back   once, 2026-01-31 10:44:00 (76 min ago); SELECT status FROM errtrack.resolve(1, in_next_release => true);; SELECT status FROM errtrack.ignore(1, until_count => 100);', 'acknowledged');
SELECT is(split_part(pg_temp.open_issues(), '|fatal', 1), :npe || '|shop|unresolved', '... and below what nobody looks at');
SELECT errtrack.ignore(1, until_count => 100) \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT pg_temp.at('2026-01-31 12:05') \g /dev/null
SELECT pg_temp.timeouts('1.4.2', 'production', 7, 271), errtrack.consume() \g /dev/null
SELECT errtrack.consume() \g /dev/null
SELECT is(pg_temp.state(1), 'status      ignored since 2026-01-31 12:00:00 (5 min ago), by errtrack_t_kim; why         until 100 more events; ignored     until 100 more events (since then 7); came back   once, 2026-01-31 10:44:00 (81 min ago); SELECT status FROM errtrack.reopen(1);', 'ignored until 100 events');
SELECT is((SELECT count(*) FROM errtrack.open_issues WHERE issue_id = 1), 0::bigint, '... and not open');
SELECT errtrack.ignore(1, until_users => 5) \g /dev/null
SELECT matches(pg_temp.state(1), 'ignored     until 5 more users \(since then 0\);', '... until users');
SELECT errtrack.ignore(1) \g /dev/null
SELECT matches(pg_temp.state(1), 'ignored     for ever;', '... for ever');
SELECT errtrack.resolve(1, in_next_release => true) \g /dev/null
SELECT matches(pg_temp.state(1), 'status      resolved since 2026-01-31 12:05:00 \(0 s ago\), by \w+; why         in the next release; fixed       in the next release, which is still to come; .*; SELECT status FROM errtrack.reopen\(1\);', 'resolved in the next release');
SELECT pg_temp.at('2026-01-31 12:06') \g /dev/null
SELECT errtrack.deploy(2, '1.4.3', 'production') \g /dev/null
SELECT matches(pg_temp.state(1), 'fixed       in release 1.4.3;', '... which has come');
SELECT is((SELECT value FROM errtrack.release_health(2, '1.4.3') WHERE metric = 'resolved issues'), 1::numeric, '... and is told of it');
SELECT errtrack.reopen(1), errtrack.resolve(1, in_release => 'v1.4.3') \g /dev/null
SELECT is((SELECT value FROM errtrack.release_health(2, '1.4.3') WHERE metric = 'resolved issues'), 1::numeric, '... also where somebody typed v1.4.3');
SELECT errtrack.reopen(1), errtrack.resolve(1, why => 'by hand') \g /dev/null
SELECT matches(pg_temp.state(1), 'why         by hand; fixed       in no release: by time;', 'resolved in none');
SELECT pg_temp.at('2026-01-31 12:10') \g /dev/null
SELECT pg_temp.timeouts('1.4.3', 'production', 4, 281) \g /dev/null
-- in the minute of the deploy
INSERT INTO errtrack.raw_events (project_id, message, received_at, environment) VALUES (2, 'as it was deployed', '2026-01-31 12:06:30+00', 'production');
SELECT is(errtrack.consume(), 5, '(consumed)');
-- one that is announced is none yet
SELECT errtrack.deploy(2, '1.4.3', 'production', '2026-01-31 12:30+00') \g /dev/null
SELECT is(pg_temp.part(1, 'Events by the hour') ~ '1\.4\.3 production 01-31 12:06$', true, 'a deploy that is still to come is not in the graph');
SELECT matches(pg_temp.state(1), '^status      regressed since .*; came back   2 times, the last 2026-01-31 12:10:00 \(0 s ago\);', 'back for the second time');
SELECT is((SELECT array_agg(concat_ws(' ', action, release) ORDER BY activity_id) FROM errtrack.issue_activity WHERE issue_id = 1 AND release IS NOT NULL), '{resolve 1.4.2,regress 1.4.2,resolve v1.4.3,regress 1.4.3}', 'what happened knows its release');
-- a deploy of minutes ago: of the hour after it, the five minutes that have begun
SELECT is(pg_temp.health(2, '1.4.3'), $$new issues|-|0|1|-100 %|1.4.2
regressed issues|-|1|1|=|1.4.2
resolved issues|-|0|0|=|1.4.2
users affected|-|4|30|-87 %|1.4.2
events|-|4|71|-94 %|1.4.2
events|production|4|68|-94 %|1.4.2
events|staging|0|3|-100 %|1.4.2
events a minute|production|1.00|0.12|x 8.3|the hour before the deploy at 01-31 12:06 (5 min after it)$$, 'a release of minutes ago');

--
-- Counts by environment
--
SELECT is((SELECT array_agg(concat_ws(' ', environment, n) ORDER BY environment) FROM (SELECT environment, sum(events) AS n FROM errtrack.environment_counts WHERE project_id = 2 GROUP BY environment) AS e), '{"production 231","staging 3"}', 'all events are counted, by environment');
SELECT is((SELECT sum(events)::bigint FROM errtrack.environment_counts), (SELECT sum(occurrence_count)::bigint FROM errtrack.issues), '... of all projects');
SELECT is((SELECT count(*) FROM errtrack.environment_counts WHERE minute <> date_trunc('minute', minute)), 0::bigint, '... by the minute');
SELECT pg_temp.at('2026-01-31 12:20') \g /dev/null
INSERT INTO errtrack.raw_events (project_id, message, environment) SELECT 1, 'many places', 'place ' || n FROM generate_series(1, 60) AS n;
SELECT is(errtrack.consume(), 60, '(consumed)');
INSERT INTO errtrack.raw_events (project_id, message, environment) SELECT 1, 'many places', 'place ' || n FROM generate_series(1, 150) AS n;
SELECT is(errtrack.consume(), 150, '(consumed)');
SELECT is((SELECT count(*) || ' ' || sum(events) || ' ' || sum(events) FILTER (WHERE environment = '(others)') || ' ' || max(events) FILTER (WHERE environment <> '(others)') FROM errtrack.environment_counts WHERE project_id = 1 AND minute = '2026-01-31 12:20+00'),
          '101 210 50 2', 'of a minute a hundred environments are told apart, the rest is counted as one');
INSERT INTO errtrack.raw_events (project_id, message, environment, received_at, occurred_at) SELECT 1, 'late', 'place', '2026-01-29 12:00+00', '2026-01-29 12:00+00';
SELECT is(errtrack.consume(), 1, '(consumed)');
SELECT is((SELECT count(*) FROM errtrack.environment_counts WHERE minute < '2026-01-29 13:00+00' AND environment = 'place'), 0::bigint, 'what occurred more than two days ago is not');
SELECT is(ARRAY(SELECT regexp_replace(u, '^\d+', 'n') FROM errtrack.upkeep() AS u WHERE u ~ 'environments'), ARRAY['n counts of environments deleted, older than two days'], 'upkeep() deletes what is that old');
SELECT is((SELECT min(minute) >= '2026-01-29 12:20+00' AND count(*) > 100 FROM errtrack.environment_counts), true, '... and nothing else');

--
-- Releases and what they follow
--
SELECT is(errtrack.release_before(2, r), b, r || ' follows ' || coalesce(b, 'none')) FROM (VALUES ('1.4.3', '1.4.2'), ('1.4.1', '1.4.0'), ('1.4.0', NULL), ('9', NULL)) AS v (r, b);
SELECT errtrack.deploy(2, 'v1.4.3', 'production', '2026-01-31 11:50+00'), errtrack.deploy(2, 'shop@1.4.9', 'production', '2026-01-30 10:00+00'), errtrack.deploy(2, '1.3.9', 'production', '2026-01-31 11:00+00'), errtrack.deploy(2, 'deadbeef', 'production', '2026-01-31 11:30+00'), errtrack.deploy(2, 'cafe0000', 'production', '2026-01-31 11:40+00') \g /dev/null
SELECT is(errtrack.release_before(2, r), b, r || ' follows ' || coalesce(b, 'none')) FROM (VALUES ('1.4.0', '1.3.9'), ('1.4.3', '1.4.2'), ('v1.4.3', '1.4.2'), ('shop@1.4.9', NULL), ('cafe0000', 'deadbeef')) AS v (r, b);
SELECT throws_ok($$SELECT errtrack.release_health(2, '9.9')$$, 'P0002', 'project 2 has no release "9.9"', 'an unknown release');
SELECT throws_ok($$SELECT errtrack.release_health(2, NULL)$$, 'P0002', 'project 2 has no release "(null)"', '... no release');
SELECT throws_ok($$SELECT errtrack.release_health(77, '1.4.2')$$, 'P0002', 'there is no project 77', '... an unknown project');
SELECT throws_ok($$SELECT errtrack.release_health(NULL, '1.4.2')$$, 'P0002', 'there is no project (null)', '... none');
SELECT throws_ok($$SELECT errtrack.issue_detail(777)$$, 'P0002', 'there is no issue 777', 'an unknown issue');
SELECT throws_ok($$SELECT errtrack.issue_detail(NULL)$$, 'P0002', 'there is no issue (null)', '... none');

--
-- An issue of excess: what is long is cut, and the page has an end
--
SELECT pg_temp.at('2026-01-31 12:30') \g /dev/null
SELECT errtrack.create_project(repeat('name ', 40) || E'\x1b]0;') AS loud \gset
SELECT errtrack.deploy(:loud, repeat('v', 190) || n, E'\x1b[31m' || repeat('e', 190), errtrack.clock() - interval '1 hour' * n) FROM generate_series(1, 60) AS n \g /dev/null
INSERT INTO errtrack.raw_events (project_id, exception_class, message, stack_trace, release, environment, server_name, transaction, user_id, request, tags, level, fingerprint)
SELECT :loud, E'Evil\u009b2J' || repeat('c', 300), E'\x1b[2J first\n' || repeat(E'line \u202e of a message\t\n', 500),
       repeat(E'\x1b[2J\x07 is no trace ' || repeat('y', 300) || E'\n', 800), E'v\x1b' || n || repeat('r', 150), E'env\x1b' || n % 30 || repeat('n', 150), repeat(E's\x9', 80), repeat(E't\x1b', 200), repeat(E'u\n', 90),
       jsonb_build_object('method', E'GET\u001b', 'url', 'https://shop.example/' || repeat(E'\u007f', 5000)),
       (SELECT jsonb_object_agg(repeat(E'k\x1b', 20) || k, repeat(E'v\n', 50) || n % 7) FROM generate_series(1, 40) AS k), 'error', ARRAY['one']
FROM generate_series(1, 40) AS n;
SELECT is(errtrack.consume(), 40, '(consumed)');
SELECT issue_id AS evil FROM errtrack.issues WHERE project_id = :loud \gset
SELECT errtrack.assign(:evil, E'\x1b[31m' || repeat('k', 100)), errtrack.acknowledge(:evil, E'\x1b[31m' || repeat('because ', 500)) \g /dev/null
SELECT pg_temp.at('2026-01-31 12:31') \g /dev/null
SELECT errtrack.assign(:evil, 'kim ' || n) FROM generate_series(1, 30) AS n \g /dev/null
SELECT is((SELECT count(*) FROM errtrack.issue_detail(:evil) AS l WHERE l ~ E'[\\u0001-\\u001f\\u007f-\\u009f\\u202e]'), 0::bigint, 'nothing of it reaches a terminal');
SELECT is((SELECT max(length(l)) FROM errtrack.issue_detail(:evil) AS l), 115, '... its lines end');
SELECT is((SELECT count(*) FROM errtrack.issue_detail(:evil) AS l) < 170, true, '... and so do they');
SELECT matches(pg_temp.part(:evil, 'Releases'), E'\n  \\.\\.\\. and 30 more, 30 events$', '... of forty releases ten are there');
SELECT matches(pg_temp.part(:evil, 'Events by the hour'), E'\n  \\^ \\d+ earlier deploys\n  A ', '... and of the deploys the last');
SELECT is((SELECT count(*) FROM string_to_table(pg_temp.part(:evil, 'What happened'), E'\n')), 13::bigint, '... and of what happened the last twelve');
SELECT matches(split_part(pg_temp.part(:evil, 'What happened'), E'\n', 2), ' to kim 30$', '... the latest first');
SELECT is((SELECT count(*) FROM string_to_table(pg_temp.part(:evil, 'Tags'), E'\n')), 13::bigint, '... and of the tags twelve');
SELECT is((SELECT count(*) FROM errtrack.open_issues AS i WHERE concat(i.seen, i.title, i.level) ~ E'[\\u0001-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u202e]'), 0::bigint, 'nor does anything in the list');
SELECT is((SELECT max(length(l)) FROM errtrack.open_issues AS i, string_to_table(i.title, E'\n') AS l), 33, '... whose lines end, too');
SET client_encoding = 'LATIN1';
SELECT is((SELECT count(*) FROM errtrack.issue_detail(1) AS l WHERE l ~ E'[^\\u0001-\\u007e]'), 0::bigint, 'a client that is not sent UTF8 can read the page');
SET client_encoding = 'UTF8';
-- an event that is kept no more
BEGIN;
DELETE FROM errtrack.occurrences WHERE issue_id = :npe;
SELECT matches(pg_temp.page(:npe), E'\n\nNo event of it is kept any more.\n\nSELECT', 'an issue of which no event is kept');
ROLLBACK;

--
-- The inbox
--
CREATE FUNCTION pg_temp.inbox() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws('|', status, reasons, events_waiting, oldest_waits > '0', inbox_limit ~ '^\d+ [kM]B of 1024 MB$', inbox_disk_limit ~ '^\d+ [kM]B of 4096 MB$', leaf BETWEEN 0 AND 2, leaf_since IS NOT NULL, worker, last_batch_at, coalesce(not_counted, '-')) FROM errtrack.inbox_status $$;
SELECT is(pg_temp.inbox(), 'ok|0|f|t|t|t|t|disabled|-', 'all is well with the inbox');
INSERT INTO errtrack.raw_events (message) VALUES ('waits');
INSERT INTO errtrack.raw_events (project_id, message) VALUES (99, 'a stranger');
SELECT is((SELECT events_waiting FROM errtrack.inbox_status), 2, 'events wait');
SELECT is(errtrack.consume(), 2, '... no longer');
INSERT INTO errtrack.shed_events VALUES (1, 0, 3, errtrack.clock() - interval '10 s'), (2, 1, 4, errtrack.clock() - interval '2 min');
INSERT INTO errtrack.event_outcomes VALUES (1, 'inbox_full', 5, errtrack.clock() - interval '3 days'), (2, 'over_quota', 9, errtrack.clock() - interval '25 h'), (1, 'duplicate', 9, errtrack.clock());
SELECT is(pg_temp.inbox(), E'degraded|events of unknown project 99 arrived within the last day|0|f|t|t|t|t|disabled|set_aside: 1, the last 0 s ago\ninbox_full: 12, the last 10 s ago', 'what became no part of an issue within a day is told');
BEGIN READ ONLY;
SELECT is((SELECT count(*) FROM errtrack.inbox_status, errtrack.open_issues, errtrack.issue_detail(1), errtrack.release_health(2, '1.4.2')) > 0, true, 'nothing of all this writes');
ROLLBACK;

--
-- Who may read
--
SELECT pg_temp.page(1) AS page, pg_temp.open_issues() AS issues, pg_temp.health(2, '1.4.2') AS health \gset
-- somebody else's functions and operators are not called by what runs with the owner's rights
CALL pg_temp.make_evil_schema('errtrack_t_viewer');
SET ROLE errtrack_t_viewer;
SET search_path = errtrack_t_evil, pg_catalog;
SELECT string_agg(l, E'\n' ORDER BY n) AS viewed FROM errtrack.issue_detail(1) WITH ORDINALITY AS d (l, n) \gset
SELECT count(*) AS viewed_metrics FROM errtrack.release_health(2, '1.4.2') \gset
RESET search_path;
SELECT is(:'viewed'::text, :'page', 'a viewer may read an issue, whatever the search_path');
SELECT is(:viewed_metrics, 9, '... and a release');
SELECT is(pg_temp.open_issues() = :'issues' AND pg_temp.health(2, '1.4.2') = :'health', true, '... and the lists');
SELECT is((SELECT count(*) FROM errtrack.inbox_status), 1::bigint, '... and how the inbox is');
SELECT throws_ok('SELECT errtrack.detail_sample(NULL, now())', '42501', NULL, '... but call no part of it');
RESET ROLE;
DROP SCHEMA errtrack_t_evil CASCADE;

RESET errtrack.test_now;
SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP ROLE errtrack_t_kim, errtrack_t_viewer;
