-- A month in the life of a project, by a stated clock: deploys, hotfixes, regressions, ignoring until something happens,
-- auto-resolve, assignments.  After each step, every issue's state, and every alert and activity row since the step before.
-- Statements commit (consume() cannot see what its own transaction wrote); the roles are dropped at the end.
\ir setup.psql
SET TimeZone = 'UTC';
DROP ROLE IF EXISTS errtrack_t_ada, errtrack_t_bob;
CREATE ROLE errtrack_t_ada;
CREATE ROLE errtrack_t_bob;
SELECT errtrack.grant_role('errtrack_t_ada', 'operator'), errtrack.grant_role('errtrack_t_bob', 'operator') \gset

CREATE TEMP TABLE told AS SELECT 0::bigint AS activity_id, 0::bigint AS alert_id;
CREATE FUNCTION pg_temp.id(wanted text) RETURNS bigint LANGUAGE sql AS $$ SELECT i.issue_id FROM errtrack.issues AS i WHERE i.exception_class = wanted $$;
-- n events of an error, one a minute up to now, each of another user unless that is said
CREATE FUNCTION pg_temp.send(error text, release text DEFAULT NULL, n int DEFAULT 1, person text DEFAULT NULL, environment text DEFAULT 'production') RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (exception_class, message, release, environment, user_id, received_at)
  SELECT $1, 'in the shop', $2, $5, coalesce($4, 'user ' || i), errtrack.clock() - (n - i) * interval '1 min' FROM generate_series(1, n) AS i
$$;
-- Everything: the issues, and the alerts and activity since this was last asked.
CREATE FUNCTION pg_temp.step() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  shown text;
BEGIN
  SELECT string_agg(line, E'\n' ORDER BY part, nth) INTO shown
  FROM (SELECT 1 AS part, i.issue_id AS nth,
               concat_ws(' ', i.exception_class, i.status, i.occurrence_count || 'x', 'since ' || i.release_introduced, 'fixed in ' || i.release_fixed,
                         CASE WHEN i.resolved_in_next AND i.release_fixed IS NULL THEN 'fixed in the next' END, 'back ' || nullif(i.regression_count, 0) || 'x', 'for ' || i.assignee,
                         (SELECT errtrack.ignore_reason(w) FROM errtrack.issue_ignores AS w WHERE w.project_id = i.project_id AND w.issue_id = i.issue_id)) AS line
        FROM errtrack.issues AS i
        UNION ALL
        SELECT 2, a.alert_id, concat_ws(' ', '!', a.kind, i.exception_class, 'in ' || a.release, 'at ' || a.environment, to_char(a.created_at, 'on DD HH24:MI'), 'after ' || a.occurrence_count)
        FROM errtrack.alerts AS a JOIN errtrack.issues AS i USING (project_id, issue_id)
        WHERE a.alert_id > (SELECT t.alert_id FROM told AS t)
        UNION ALL
        SELECT 3, a.activity_id, format('* %s %s %s %s: %s to %s (%s)', to_char(a.at, 'DD HH24:MI'), CASE a.who WHEN session_user THEN 'errtrack' ELSE replace(a.who, 'errtrack_t_', '') END, a.action, i.exception_class, a.from_status, a.to_status,
                                        regexp_replace(a.why, 'event [0-9a-f-]{36}', 'event'))
        FROM errtrack.issue_activity AS a JOIN errtrack.issues AS i USING (project_id, issue_id)
        WHERE a.activity_id > (SELECT t.activity_id FROM told AS t)) AS l;
  UPDATE told SET activity_id = (SELECT coalesce(max(a.activity_id), 0) FROM errtrack.issue_activity AS a), alert_id = (SELECT coalesce(max(a.alert_id), 0) FROM errtrack.alerts AS a);
  RETURN E'\n' || shown || E'\n';
END $$;
-- A change that somebody makes: the session is theirs.
CREATE FUNCTION pg_temp.by(person text, VARIADIC calls text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  call text;
BEGIN
  EXECUTE format('SET LOCAL SESSION AUTHORIZATION errtrack_t_%s', person);
  FOREACH call IN ARRAY calls LOOP
    EXECUTE 'SELECT count(*) FROM errtrack.' || call;
  END LOOP;
  RESET SESSION AUTHORIZATION;
END $$;

-- 1 May: the shop goes into production
SET errtrack.test_now = '2026-05-01 09:00+00';
SELECT errtrack.deploy(1, '1.0.0', 'production') \gset
SELECT pg_temp.send('Cart', '1.0.0', 3), pg_temp.send('Pay', '1.0.0', 2), pg_temp.send('Mail', '1.0.0') \gset
SELECT is(errtrack.consume(), 6, '1 May: 1.0.0, and three errors');
SELECT is(pg_temp.step(), '
Cart unresolved 3x since 1.0.0
Pay unresolved 2x since 1.0.0
Mail unresolved 1x since 1.0.0
! new Cart in 1.0.0 at production on 01 09:00 after 3
! new Pay in 1.0.0 at production on 01 09:00 after 2
! new Mail in 1.0.0 at production on 01 09:00 after 1
', '... are told');
SET errtrack.test_now = '2026-05-01 10:00+00';
SELECT pg_temp.by('ada', format('assign(%s, ''ada'')', pg_temp.id('Cart')), format('acknowledge(%s)', pg_temp.id('Cart')), format('resolve(%s, in_next_release => true)', pg_temp.id('Pay')),
                  format('ignore(%s, until_count => 5, count_window => ''1 hour'')', pg_temp.id('Mail'))) \gset
SELECT is(pg_temp.step(), '
Cart acknowledged 3x since 1.0.0 for ada
Pay resolved 2x since 1.0.0 fixed in the next
Mail ignored 1x since 1.0.0 until 5 events within 01:00:00
* 01 10:00 ada assign Cart: unresolved to unresolved (to ada)
* 01 10:00 ada acknowledge Cart: unresolved to acknowledged ()
* 01 10:00 ada resolve Pay: unresolved to resolved (in the next release)
* 01 10:00 ada ignore Mail: unresolved to ignored (until 5 events within 01:00:00)
', '... and ada takes care of them');

-- 2 May: the old release goes on failing; a trickle of mail
SET errtrack.test_now = '2026-05-02 09:00+00';
SELECT pg_temp.send('Cart', '1.0.0'), pg_temp.send('Pay', '1.0.0', 4), pg_temp.send('Mail', '1.0.0', 4) \gset
SELECT is(errtrack.consume(), 9, '2 May: all three again');
SELECT is(pg_temp.step(), '
Cart acknowledged 4x since 1.0.0 for ada
Pay resolved 6x since 1.0.0 fixed in the next
Mail ignored 5x since 1.0.0 until 5 events within 01:00:00
', '... which changes nothing: it is still 1.0.0, and four mails are not five');
SET errtrack.test_now = '2026-05-02 12:00+00';
SELECT pg_temp.send('Mail', '1.0.0', 2) \gset
SELECT is(errtrack.consume(), 2, 'three hours later: two more');
SELECT is(pg_temp.step(), '
Cart acknowledged 4x since 1.0.0 for ada
Pay resolved 6x since 1.0.0 fixed in the next
Mail ignored 7x since 1.0.0 until 5 events within 01:00:00
', '... are not five within an hour, either');

-- 4 May: 1.1.0 is what Pay waits for
SET errtrack.test_now = '2026-05-04 09:00+00';
SELECT errtrack.deploy(1, '1.1.0', 'production') \gset
SELECT is(pg_temp.step(), '
Cart acknowledged 4x since 1.0.0 for ada
Pay resolved 6x since 1.0.0 fixed in 1.1.0
Mail ignored 7x since 1.0.0 until 5 events within 01:00:00
', '4 May: 1.1.0 is the next release');
SET errtrack.test_now = '2026-05-04 10:00+00';
SELECT pg_temp.send('Pay', '1.0.0', 3), pg_temp.send('Mail', '1.1.0', 6), pg_temp.send('Pay', '1.0.0') \gset
SELECT is(errtrack.consume(), 10, 'a client that was not updated, and a burst of mail');
SELECT is(pg_temp.step(), '
Cart acknowledged 4x since 1.0.0 for ada
Pay resolved 10x since 1.0.0 fixed in 1.1.0
Mail unresolved 13x since 1.0.0
! reappeared Mail in 1.1.0 at production on 04 10:00 after 13
* 04 10:00 errtrack reappear Mail: ignored to unresolved (ignored until 5 events within 01:00:00)
', '... of which only the burst is told');
SET errtrack.test_now = '2026-05-04 11:00+00';
SELECT pg_temp.by('bob', format('resolve(%s, ''1.2.0'')', pg_temp.id('Cart')), format('ignore(%s, until_release => ''1.2.0'', why => ''the mail server moves'')', pg_temp.id('Mail'))) \gset
SELECT is(pg_temp.step(), '
Cart resolved 4x since 1.0.0 fixed in 1.2.0 for ada
Pay resolved 10x since 1.0.0 fixed in 1.1.0
Mail ignored 13x since 1.0.0 until release 1.2.0
* 04 11:00 bob resolve Cart: acknowledged to resolved (in release 1.2.0)
* 04 11:00 bob ignore Mail: unresolved to ignored (until release 1.2.0: the mail server moves)
', 'bob resolves Cart, in a release that is to come');

-- 6 May: Pay is not mended
SET errtrack.test_now = '2026-05-06 09:00+00';
SELECT pg_temp.send('Pay', '1.1.0', 200), pg_temp.send('Cart', '1.1.0', 2), pg_temp.send('Mail', '1.1.0', 2) \gset
SELECT is(errtrack.consume(), 204, '6 May: errors in 1.1.0');
SELECT is(pg_temp.step(), '
Cart resolved 6x since 1.0.0 fixed in 1.2.0 for ada
Pay regressed 210x since 1.0.0 fixed in 1.1.0 back 1x
Mail ignored 15x since 1.0.0 until release 1.2.0
! regression Pay in 1.1.0 at production on 06 09:00 after 210
* 06 09:00 errtrack regress Pay: resolved to regressed (event of release 1.1.0)
', '... make Pay regress, once, and not Cart');
SET errtrack.test_now = '2026-05-06 10:00+00';
SELECT pg_temp.send('Pay', '1.1.0', 10) \gset
SELECT is(errtrack.consume(), 10, 'more of it');
SELECT is(pg_temp.step(), '
Cart resolved 6x since 1.0.0 fixed in 1.2.0 for ada
Pay regressed 220x since 1.0.0 fixed in 1.1.0 back 1x
Mail ignored 15x since 1.0.0 until release 1.2.0
', '... is not news');

-- 7 May: 1.2.0, then a hotfix of 1.0
SET errtrack.test_now = '2026-05-07 09:00+00';
SELECT errtrack.deploy(1, '1.2.0', 'production') \gset
SELECT pg_temp.by('ada', format('acknowledge(%s)', pg_temp.id('Pay')), format('resolve(%s, in_next_release => true)', pg_temp.id('Pay'))) \gset
SET errtrack.test_now = '2026-05-07 12:00+00';
SELECT errtrack.deploy(1, '1.0.1', 'production') \gset
SELECT pg_temp.send('Cart', '1.0.1', 5), pg_temp.send('Pay', '1.0.1', 5), pg_temp.send('Mail', '1.0.1', 5), pg_temp.send('Search', '1.0.1', 1, 'eve') \gset
SELECT is(errtrack.consume(), 16, '7 May: 1.2.0, and behind it a hotfix of 1.0, where all still fails');
SELECT is(pg_temp.step(), '
Cart resolved 11x since 1.0.0 fixed in 1.2.0 for ada
Pay resolved 225x since 1.0.0 fixed in the next back 1x
Mail ignored 20x since 1.0.0 until release 1.2.0
Search unresolved 1x since 1.0.1
! new Search in 1.0.1 at production on 07 12:00 after 1
* 07 09:00 ada acknowledge Pay: regressed to acknowledged ()
* 07 09:00 ada resolve Pay: acknowledged to resolved (in the next release)
', '... which opens nothing again: it is older than 1.2.0');
SET errtrack.test_now = '2026-05-07 13:00+00';
SELECT pg_temp.send('Cart', '1.2.0', 1, environment => 'staging'), pg_temp.send('Mail', '1.2.0'), pg_temp.send('Search', '1.0.0', 1, 'eve') \gset
SELECT is(errtrack.consume(), 3, 'and in 1.2.0');
SELECT is(pg_temp.step(), '
Cart regressed 12x since 1.0.0 fixed in 1.2.0 back 1x for ada
Pay resolved 225x since 1.0.0 fixed in the next back 1x
Mail unresolved 21x since 1.0.0
Search unresolved 2x since 1.0.0
! regression Cart in 1.2.0 at staging on 07 13:00 after 12
! reappeared Mail in 1.2.0 at production on 07 13:00 after 21
* 07 13:00 errtrack regress Cart: resolved to regressed (event of release 1.2.0)
* 07 13:00 errtrack reappear Mail: ignored to unresolved (ignored until release 1.2.0)
', '... Cart is back, Mail is to be seen to; Search is as old as 1.0.0');

-- 8 May: somebody tries 999.9.9
SET errtrack.test_now = '2026-05-08 09:00+00';
SELECT pg_temp.by('bob', format('ignore(%s, until_users => 3)', pg_temp.id('Search')), format('ignore(%s, until => ''2026-05-10 00:00+00'')', pg_temp.id('Mail'))) \gset
SELECT pg_temp.send('Pay', '999.9.9', 3), pg_temp.send('Search', '999.9.9', 9, 'eve'), pg_temp.send('Search', '1.2.0', 2) \gset
SELECT is(errtrack.consume(), 14, '8 May: 999.9.9 is no release');
SELECT is(pg_temp.step(), '
Cart regressed 12x since 1.0.0 fixed in 1.2.0 back 1x for ada
Pay resolved 228x since 1.0.0 fixed in the next back 1x
Mail ignored 21x since 1.0.0 until 2026-05-10 00:00:00+00
Search ignored 13x since 1.0.0 until 3 more users
* 08 09:00 bob ignore Search: unresolved to ignored (until 3 more users)
* 08 09:00 bob ignore Mail: unresolved to ignored (until 2026-05-10 00:00:00+00)
', '... Pay waits for one, and Search for one user more');
SELECT is(errtrack.newest_release(1), '1.2.0', '... and the newest is still 1.2.0');
SELECT pg_temp.send('Search', '1.2.0', 1, 'mallory') \gset
SELECT is(errtrack.consume(), 1, 'the third user');
SELECT is(pg_temp.step(), '
Cart regressed 12x since 1.0.0 fixed in 1.2.0 back 1x for ada
Pay resolved 228x since 1.0.0 fixed in the next back 1x
Mail ignored 21x since 1.0.0 until 2026-05-10 00:00:00+00
Search unresolved 14x since 1.0.0
! reappeared Search in 1.2.0 at production on 08 09:00 after 14
* 08 09:00 errtrack reappear Search: ignored to unresolved (ignored until 3 more users)
', '... is met');

-- 10 May: the time is over that Mail was to be ignored for
SET errtrack.test_now = '2026-05-09 23:59+00';
SELECT is(errtrack.consume(), 0, '9 May: nothing happens');
SELECT is(split_part(pg_temp.step(), E'\n', 4), 'Mail ignored 21x since 1.0.0 until 2026-05-10 00:00:00+00', '... at all');
SET errtrack.test_now = '2026-05-10 00:00+00';
SELECT is(errtrack.consume(), 0, '10 May: no event');
SELECT is(pg_temp.step(), '
Cart regressed 12x since 1.0.0 fixed in 1.2.0 back 1x for ada
Pay resolved 228x since 1.0.0 fixed in the next back 1x
Mail unresolved 21x since 1.0.0
Search unresolved 14x since 1.0.0
! reappeared Mail on 10 00:00 after 21
* 10 00:00 errtrack reappear Mail: ignored to unresolved (ignored until 2026-05-10 00:00:00+00)
', '... but the time is over');

-- 11 May: 1.3.0 makes Pay's fix known by an event of another error
SET errtrack.test_now = '2026-05-11 09:00+00';
SELECT pg_temp.by('ada', format('assign(ARRAY[%s, %s], ''bob'')', pg_temp.id('Cart'), pg_temp.id('Search')), format('resolve(ARRAY[%s, %s], in_next_release => true)', pg_temp.id('Cart'), pg_temp.id('Search'))) \gset
SET errtrack.test_now = '2026-05-11 10:00+00';
SELECT pg_temp.send('Mail', '1.3.0') \gset
SELECT is(errtrack.consume(), 1, '11 May: 1.3.0 is seen, and no deploy told of it');
SELECT is(pg_temp.step(), '
Cart resolved 12x since 1.0.0 fixed in 1.3.0 back 1x for bob
Pay resolved 228x since 1.0.0 fixed in 1.3.0 back 1x
Mail unresolved 22x since 1.0.0
Search resolved 14x since 1.0.0 fixed in 1.3.0 for bob
* 11 09:00 ada assign Cart: regressed to regressed (to bob)
* 11 09:00 ada assign Search: unresolved to unresolved (to bob)
* 11 09:00 ada resolve Cart: regressed to resolved (in the next release)
* 11 09:00 ada resolve Search: unresolved to resolved (in the next release)
', '... it is the fix of three');
SET errtrack.test_now = '2026-05-11 11:00+00';
SELECT pg_temp.send('Cart', '1.2.0', 2), pg_temp.send('Pay', '1.2.1', 2), pg_temp.send('Search', '1.4.0', 2), pg_temp.send('Search', '1.2.0') \gset
SELECT is(errtrack.consume(), 7, 'a hotfix 1.2.1, and 1.4.0 soon after');
SELECT is(pg_temp.step(), '
Cart resolved 14x since 1.0.0 fixed in 1.3.0 back 1x for bob
Pay resolved 230x since 1.0.0 fixed in 1.3.0 back 1x
Mail unresolved 22x since 1.0.0
Search regressed 17x since 1.0.0 fixed in 1.3.0 back 1x for bob
! regression Search in 1.4.0 at production on 11 11:00 after 17
* 11 11:00 errtrack regress Search: resolved to regressed (event of release 1.4.0)
', '... in which Search is back');

-- 18 May: what has not been seen for a week is resolved; Mail goes on
SET errtrack.test_now = '2026-05-17 09:00+00';
SELECT pg_temp.send('Mail', '1.4.0') \gset
SELECT is(errtrack.consume(), 1, '17 May: Mail');
SET errtrack.test_now = '2026-05-18 11:00:01+00';
SELECT is(errtrack.auto_resolve(), 1, '18 May: auto_resolve');
SELECT is(pg_temp.step(), '
Cart resolved 14x since 1.0.0 fixed in 1.3.0 back 1x for bob
Pay resolved 230x since 1.0.0 fixed in 1.3.0 back 1x
Mail unresolved 23x since 1.0.0
Search resolved 17x since 1.0.0 back 1x for bob
* 18 11:00 errtrack auto-resolve Search: regressed to resolved (not seen for 7 days)
', '... of what was not seen for a week');
SET errtrack.test_now = '2026-05-20 09:00+00';
SELECT pg_temp.by('bob', format('ignore(%s)', pg_temp.id('Mail')), format('reopen(%s, ''it was not'')', pg_temp.id('Cart'))) \gset
SELECT pg_temp.send('Search', '1.0.0'), pg_temp.send('Mail', '2.0.0', 500), pg_temp.send('Pay') \gset
SELECT is(errtrack.consume(), 502, '20 May: each again, in old releases, new ones and none');
SELECT is(pg_temp.step(), '
Cart unresolved 14x since 1.0.0 back 1x for bob
Pay regressed 231x since 1.0.0 fixed in 1.3.0 back 2x
Mail ignored 523x since 1.0.0
Search regressed 18x since 1.0.0 back 2x for bob
! regression Pay at production on 20 09:00 after 231
! regression Search in 1.0.0 at production on 20 09:00 after 18
* 20 09:00 bob ignore Mail: unresolved to ignored (for ever)
* 20 09:00 bob reopen Cart: resolved to unresolved (it was not)
* 20 09:00 errtrack regress Pay: resolved to regressed (event)
* 20 09:00 errtrack regress Search: resolved to regressed (event of release 1.0.0)
', '... what was resolved in no release is back in any, and what names none goes by the time');

-- 22 May: 999.9.9 is deployed, so that it is one
SET errtrack.test_now = '2026-05-22 09:00+00';
SELECT pg_temp.by('ada', format('resolve(ARRAY[%s, %s, %s], in_next_release => true, why => ''the great repair'')', pg_temp.id('Cart'), pg_temp.id('Pay'), pg_temp.id('Search'))) \gset
SET errtrack.test_now = '2026-05-22 10:00+00';
SELECT errtrack.deploy(1, '999.9.9', 'staging'), errtrack.deploy(1, '1000.0', 'production') \gset
SELECT is(errtrack.newest_release(1), '1000.0', '22 May: the numbers are high now');
SELECT pg_temp.send('Cart', '2.0.1'), pg_temp.send('Pay', '999.9.9'), pg_temp.send('Search', '1000.0', 20) \gset
SELECT is(errtrack.consume(), 22, '... and events come from everywhere');
SELECT is(pg_temp.step(), '
Cart resolved 15x since 1.0.0 fixed in 1000.0 back 1x for bob
Pay resolved 232x since 1.0.0 fixed in 1000.0 back 2x
Mail ignored 523x since 1.0.0
Search regressed 38x since 1.0.0 fixed in 1000.0 back 3x for bob
! regression Search in 1000.0 at production on 22 10:00 after 38
* 22 09:00 ada resolve Cart: unresolved to resolved (in the next release: the great repair)
* 22 09:00 ada resolve Pay: regressed to resolved (in the next release: the great repair)
* 22 09:00 ada resolve Search: regressed to resolved (in the next release: the great repair)
* 22 10:00 errtrack regress Search: resolved to regressed (event of release 1000.0)
', '... 999.9.9 was known before, and is not the next: 1000.0 is');

-- 31 May: the month in numbers
SET errtrack.test_now = '2026-05-31 23:59+00';
SELECT is(errtrack.auto_resolve(), 1, '31 May: auto_resolve');
SELECT is(errtrack.consume(), 0, '... and nothing else');
SELECT is(pg_temp.step(), '
Cart resolved 15x since 1.0.0 fixed in 1000.0 back 1x for bob
Pay resolved 232x since 1.0.0 fixed in 1000.0 back 2x
Mail ignored 523x since 1.0.0
Search resolved 38x since 1.0.0 back 3x for bob
* 31 23:59 errtrack auto-resolve Search: regressed to resolved (not seen for 7 days)
', '... the last state');
SELECT is((SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM errtrack.alerts GROUP BY kind) AS a), 'new 4, regression 6, reappeared 4', 'alerts');
SELECT is((SELECT string_agg(CASE who WHEN session_user THEN 'errtrack' ELSE replace(who, 'errtrack_t_', '') END || ' ' || action || ' ' || n, ', ' ORDER BY who = session_user, who, action) FROM (SELECT who, action, count(*) AS n FROM errtrack.issue_activity GROUP BY who, action) AS a),
          'ada acknowledge 2, ada assign 3, ada ignore 1, ada resolve 7, bob ignore 4, bob reopen 1, bob resolve 1, errtrack auto-resolve 2, errtrack reappear 4, errtrack regress 6', 'activity');
SELECT is((SELECT string_agg(version || CASE WHEN deployed_at IS NULL THEN '' ELSE '*' END, ' ' ORDER BY sort_key) FROM errtrack.releases), '1.0.0* 1.0.1* 1.1.0* 1.2.0* 1.2.1 1.3.0 1.4.0 2.0.0 2.0.1 999.9.9* 1000.0*',
          'releases, of which some were deployed');
SELECT is((SELECT string_agg(issue_id || ': ' || steps, '; ' ORDER BY issue_id) FROM (SELECT issue_id, string_agg(from_status || '>' || to_status, ' ' ORDER BY activity_id) AS steps
                                                                                      FROM errtrack.issue_activity WHERE from_status <> to_status GROUP BY issue_id) AS a),
          '1: unresolved>acknowledged acknowledged>resolved resolved>regressed regressed>resolved resolved>unresolved unresolved>resolved; '
          '2: unresolved>resolved resolved>regressed regressed>acknowledged acknowledged>resolved resolved>regressed regressed>resolved; '
          '3: unresolved>ignored ignored>unresolved unresolved>ignored ignored>unresolved unresolved>ignored ignored>unresolved unresolved>ignored; '
          '4: unresolved>ignored ignored>unresolved unresolved>resolved resolved>regressed regressed>resolved resolved>regressed regressed>resolved resolved>regressed regressed>resolved',
          'each issue''s way from state to state has no gap');
SELECT is((SELECT sum(events) FROM errtrack.issue_releases), (SELECT sum(occurrence_count) FROM errtrack.issues), 'all events were counted in a release');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP OWNED BY errtrack_t_ada, errtrack_t_bob;
DROP ROLE errtrack_t_ada, errtrack_t_bob;
