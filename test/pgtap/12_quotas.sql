-- Quotas: what is beyond them is counted, what is not beyond them is not touched. Statements commit.
\ir setup.psql
SET errtrack.worker = off;

-- What became of a project's events: counted, kept, over the quota.
CREATE FUNCTION pg_temp.state(of_project int) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s counted, %s kept, %s capped, %s over',
                (SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues WHERE project_id = of_project),
                (SELECT count(*) FROM errtrack.occurrences WHERE project_id = of_project),
                (SELECT coalesce(sum(flood_capped), 0) FROM errtrack.issues WHERE project_id = of_project),
                (SELECT coalesce(sum(events), 0) FROM errtrack.event_outcomes WHERE project_id = of_project AND outcome = 'over_quota'))
$$;
CREATE FUNCTION pg_temp.send(of_project int, n int, at timestamptz DEFAULT now(), class text DEFAULT 'Flood') RETURNS void LANGUAGE sql AS $$
  INSERT INTO errtrack.raw_events (project_id, exception_class, message, received_at)
  SELECT of_project, class, 'of events', at FROM generate_series(1, n)
$$;
SELECT errtrack.create_project('limited') AS limited \gset
SELECT errtrack.create_project('free') AS free \gset

-- none by default
SELECT is((SELECT array_agg(events_per_minute IS NULL AND kept_per_hour IS NULL) FROM errtrack.quotas), '{t,t,t}', 'projects have no quota of their own accord');
SELECT pg_temp.send(:limited, 30);
SELECT is(errtrack.consume(), 30, '... and what they send');
SELECT is(pg_temp.state(:limited), '30 counted, 30 kept, 0 capped, 0 over', '... is folded');
SELECT is((SELECT count(*) FROM errtrack.quota_use), 0::bigint, '... and costs no book-keeping');

-- events per minute
SELECT is((SELECT (q.project_id, q.events_per_minute, q.kept_per_hour) FROM errtrack.set_quota(:limited, events_per_minute => 10) AS q), (:limited, 10, NULL::int), 'set_quota() returns the project');
-- what was consumed last was so before all of these came
UPDATE errtrack.inbox_progress SET prev_at = '2026-03-01 10:00+00';
SELECT pg_temp.send(:limited, 25, '2026-03-01 10:00:30+00');
SELECT pg_temp.send(:limited, 4, '2026-03-01 10:01:00+00');
SELECT pg_temp.send(:free, 25, '2026-03-01 10:00:30+00');
SELECT is(errtrack.consume(), 54, 'a batch holds what is shed, too');
SELECT is(pg_temp.state(:limited), '44 counted, 44 kept, 0 capped, 15 over', '10 of the first minute and all of the second are taken');
SELECT is(pg_temp.state(:free), '25 counted, 25 kept, 0 capped, 0 over', '... and all of another project''s');
SELECT is((SELECT array_agg((minute, taken, shed)::text ORDER BY minute) FROM errtrack.quota_use),
          ARRAY[('2026-03-01 10:00+00'::timestamptz, 10, 15)::text, ('2026-03-01 10:01+00'::timestamptz, 4, 0)::text], 'what was used is kept by the minute');
UPDATE errtrack.inbox_progress SET prev_at = '2026-03-01 10:00+00';
SELECT pg_temp.send(:limited, 8, '2026-03-01 10:01:59.999+00');
SELECT errtrack.consume() \g /dev/null
SELECT is(pg_temp.state(:limited), '50 counted, 50 kept, 0 capped, 17 over', 'the next batch goes on where the minute was');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE project_id = :limited), (SELECT sum(events)::bigint FROM errtrack.issue_counts WHERE project_id = :limited), '... and the counts agree');
SELECT pg_temp.send(:limited, 12, class => 'OtherFlood') FROM generate_series(1, 3);
SELECT errtrack.consume(5) FROM generate_series(1, 8) \g /dev/null
SELECT is(pg_temp.state(:limited), '60 counted, 60 kept, 0 capped, 43 over', 'events of other errors, in pieces');
SELECT is((SELECT (events_per_minute, shed) FROM errtrack.quotas WHERE project_id = :limited), (10, 43::bigint), 'the view tells');
-- what was shed is not in the ledger: sent again when there is room, it counts
SELECT errtrack.set_quota(:limited, events_per_minute => 0) \g /dev/null
INSERT INTO errtrack.raw_events (project_id, event_id, message) VALUES (:limited, '00000000-0000-4000-8000-000000000001', 'again');
SELECT is(errtrack.consume(), 1, 'a quota of 0 takes nothing');
SELECT errtrack.set_quota(:limited) \g /dev/null
INSERT INTO errtrack.raw_events (project_id, event_id, message) VALUES (:limited, '00000000-0000-4000-8000-000000000001', 'again');
SELECT errtrack.consume() \g /dev/null
SELECT is(pg_temp.state(:limited), '61 counted, 61 kept, 0 capped, 44 over', 'an event that was shed counts when it is sent again');

-- kept per hour
SELECT errtrack.set_quota(:free, kept_per_hour => 30) \g /dev/null
UPDATE errtrack.inbox_progress SET prev_at = now() - interval '3 hours';
SELECT pg_temp.send(:free, 4, now() - interval '2 hours');
SELECT pg_temp.send(:free, 20);
SELECT errtrack.consume() \g /dev/null
SELECT is(pg_temp.state(:free), '49 counted, 49 kept, 0 capped, 0 over', 'what was kept before this hour takes no room');
SELECT pg_temp.send(:free, 20);
SELECT pg_temp.send(:free, 7, class => 'Other');
SELECT errtrack.consume() \g /dev/null
SELECT is((SELECT array_agg((exception_class, occurrence_count, flood_capped)::text ORDER BY exception_class) FROM errtrack.issues WHERE project_id = :free),
          ARRAY['(Flood,69,10)', '(Other,7,0)'], 'an issue is counted beyond its room, and says so; another one has room of its own');
SELECT is((SELECT count(*) FROM errtrack.occurrences AS o JOIN errtrack.issues AS i USING (project_id, issue_id) WHERE i.project_id = :free AND i.exception_class = 'Flood'), 59::bigint, '... and keeps no more');
SELECT is((SELECT flood_capped FROM errtrack.quotas WHERE project_id = :free), 10::numeric, 'the view tells');
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues) + (SELECT sum(events) FROM errtrack.event_outcomes), (SELECT count(*) FROM errtrack.raw_events)::numeric, 'all that was received is counted, or counted as shed');

-- who writes an event may say when it was received, but gets no more by that
SELECT errtrack.create_project('cheat') AS cheat \gset
SELECT errtrack.set_quota(:cheat, events_per_minute => 10) \g /dev/null
UPDATE errtrack.inbox_progress SET prev_at = now() - interval '5 minutes';
SELECT pg_temp.send(:cheat, 10, now() - i * interval '1 hour') FROM generate_series(1, 20) AS i;
SELECT is(errtrack.consume(), 200, 'events that say that they came long ago');
SELECT is(pg_temp.state(:cheat), '10 counted, 10 kept, 0 capped, 190 over', '... count to the first minute in which they can have come');
UPDATE errtrack.inbox_progress SET prev_at = now() - interval '2 hours';
SELECT pg_temp.send(:cheat, 10, now() - i * interval '1 minute') FROM generate_series(11, 100) AS i;
SELECT is(errtrack.consume(600) + errtrack.consume(600) + errtrack.consume(600), 900, 'a backlog of two hours, in pieces');
SELECT is(pg_temp.state(:cheat), '910 counted, 910 kept, 0 capped, 190 over', '... counts to the minutes in which it came');
SELECT ok((SELECT prev_at > now() - interval '1 minute' AND cur_at IS NULL FROM errtrack.inbox_progress), '... and what comes later, to later ones');
SELECT pg_temp.send(:cheat, 10, now() - i * interval '1 day') FROM generate_series(1, 5) AS i;
SELECT errtrack.adopt_restored_events();
SELECT is(errtrack.consume(), 50, 'events that were restored');
SELECT is(pg_temp.state(:cheat), '960 counted, 960 kept, 0 capped, 190 over', '... count to their minutes, however old');
SELECT errtrack.set_quota(:cheat, kept_per_hour => 5) \g /dev/null
CREATE PROCEDURE pg_temp.cheat(of_project int, class text) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..4 LOOP
    PERFORM pg_temp.send(of_project, 5, now() - interval '2 hours', class);
    COMMIT;
    PERFORM errtrack.consume();
    COMMIT;
  END LOOP;
END $$;
CALL pg_temp.cheat(:cheat, 'Backdated');
SELECT is((SELECT (occurrence_count, flood_capped)::text FROM errtrack.issues WHERE project_id = :cheat AND exception_class = 'Backdated'), '(20,15)', 'nor are more of them kept an hour');

-- what was used is forgotten after two days
SELECT results_eq($$SELECT pg_temp.upkeep_at('2026-03-03 10:00:30+00')$$, $$VALUES ('1 minutes of quotas deleted, older than two days')$$, 'what was used two days ago goes');
SELECT is((SELECT min(minute) FROM errtrack.quota_use), '2026-03-01 10:01+00'::timestamptz, '... and nothing younger');
UPDATE errtrack.inbox_progress SET prev_at = '2026-03-01 10:01+00';
SELECT is_empty($$SELECT pg_temp.upkeep_at('2026-03-04 10:00+00')$$, '... nor what a backlog may still count to');

-- mistakes
SELECT throws_ok('SELECT errtrack.set_quota(12345, 1)', 'P0002', 'there is no project 12345', 'a project that is not there');
SELECT throws_ok('SELECT errtrack.set_quota(NULL, 1)', 'P0002', 'there is no project (null)', '... or null');
SELECT throws_ok('SELECT errtrack.set_quota(1, -1)', '22023', 'a quota cannot be negative', 'a negative quota');
SELECT throws_ok('SELECT errtrack.set_quota(1, NULL, -1)', '22023', 'a quota cannot be negative', '... of kept events');
SELECT * FROM finish();
