-- ---- reading: all of one issue, on a page ----------------------------------------------------------------------------

-- Lines have 115 columns at the most, which psql shows on a terminal of 120; what strangers wrote passes printable().

CREATE FUNCTION errtrack.time_and_age(seen_at timestamptz, at timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT errtrack.short_time(seen_at) || ' (' || errtrack.time_span(at - seen_at) || ' ago)'
$$;
COMMENT ON FUNCTION errtrack.time_and_age(timestamptz, timestamptz) IS 'A time, and how long that was before another one; null for null.';

-- In which bar of a graph is a time?  Days are those of the session's time zone.
CREATE FUNCTION errtrack.graph_bar(unit text, since timestamptz, at timestamptz) RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE unit WHEN 'hour' THEN floor(extract(epoch FROM at - since) / 3600)::int ELSE at::date - since::date END
$$;
COMMENT ON FUNCTION errtrack.graph_bar(text, timestamptz, timestamptz) IS
  'Which bar of a graph that begins at some time stands for another one; from 0. unit: hour or day.';

CREATE FUNCTION errtrack.events_by_time(project_id int, issue_id bigint, unit text, since timestamptz, bars int) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  by_hour AS (
    SELECT date_bin(interval '1 hour', c.bucket, since) AS hour, sum(c.events) AS events
    FROM errtrack.issue_counts AS c
    WHERE c.project_id = $1 AND c.issue_id = $2 AND c.bucket >= since
    GROUP BY 1
  ),
  counted AS (
    SELECT errtrack.graph_bar(unit, since, hour) AS bar, sum(events)::bigint AS events FROM by_hour GROUP BY 1
  )
  SELECT array_agg(coalesce(c.events, 0) ORDER BY b)
  FROM generate_series(0, bars - 1) AS b
  LEFT JOIN counted AS c ON c.bar = b
$$;
COMMENT ON FUNCTION errtrack.events_by_time(int, bigint, text, timestamptz, int) IS
  'How many events an issue had in each of so many hours or days (unit) from a time on, whatever the width of the buckets that they were counted in.';

-- Marks below a graph.  A month may have more deploys than there are letters: those of the last bars are named.
CREATE FUNCTION errtrack.deploy_marks(project_id int, unit text, since timestamptz, at timestamptz) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  marked AS (
    SELECT errtrack.graph_bar(unit, since, d.deployed_at) AS bar, count(*) AS deploys,
           string_agg(format('%s %s %s', left(errtrack.printable(d.version), 40), left(errtrack.printable(d.environment), 20),
                             to_char(d.deployed_at, 'MM-DD HH24:MI')), ', ' ORDER BY d.deployed_at, d.deploy_id) AS legend
    FROM errtrack.deploys AS d
    WHERE d.project_id = $1 AND d.deployed_at >= since AND d.deployed_at <= at
    GROUP BY 1
  ),
  lettered AS (
    SELECT m.*, CASE WHEN from_last <= 6 THEN chr(64 + least(bars, 6) - from_last + 1) ELSE '^' END AS mark
    FROM (SELECT *, row_number() OVER (ORDER BY bar DESC)::int AS from_last, count(*) OVER ()::int AS bars FROM marked) AS m
  ),
  line AS (
    SELECT 0 AS nth, rtrim(string_agg(coalesce(l.mark, ' '), '' ORDER BY b)) AS line
    FROM generate_series(0, (SELECT max(bar) FROM lettered)) AS b
    LEFT JOIN lettered AS l ON l.bar = b
    HAVING count(l.bar) > 0
    UNION ALL
    SELECT 1, format('^ %s earlier deploys', sum(deploys)) FROM lettered WHERE mark = '^' HAVING count(*) > 0
    UNION ALL
    SELECT 2 + bar, mark || ' ' || errtrack.shortened(legend, 108) FROM lettered WHERE mark <> '^'
  )
  SELECT '  ' || line FROM line ORDER BY nth
$$;
COMMENT ON FUNCTION errtrack.deploy_marks(int, text, timestamptz, timestamptz) IS
  'The lines below a graph of a project''s events that begins at some time: marks below the bars in which a release was deployed, by another time, and what they stand for. No rows where none was. unit: hour or day.';

-- What is known of the issue, and how it came to be what it is.
CREATE FUNCTION errtrack.detail_head(i errtrack.issues, at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change errtrack.issue_activity;
  waits errtrack.issue_ignores;
  people errtrack.issue_users;
  cells text[];
BEGIN
  RETURN NEXT format('Issue %s of project %s (%s), on %s %s', i.issue_id,
                     (SELECT errtrack.shortened(errtrack.printable(p.name), 40) FROM errtrack.projects AS p
                      WHERE p.project_id = i.project_id),
                     i.project_id, errtrack.short_time(at), current_setting('TimeZone'));
  RETURN NEXT errtrack.shortened(errtrack.printable(i.title), 115);
  IF i.culprit <> '' THEN
    RETURN NEXT 'in ' || errtrack.middle_cut(errtrack.printable(i.culprit), 112);
  END IF;
  RETURN NEXT '';

  SELECT * INTO change FROM errtrack.issue_activity AS a
  WHERE a.project_id = i.project_id AND a.issue_id = i.issue_id AND a.to_status = i.status
    AND a.action NOT IN ('assign', 'regroup', 'forget user')
  ORDER BY a.activity_id DESC
  LIMIT 1;
  cells := ARRAY[['status', concat(i.status, ' since ' || errtrack.time_and_age(change.at, at), ', by ' || change.who)]];
  IF change.why <> '' THEN
    cells := cells || ARRAY['why', change.why];
  END IF;
  IF i.status = 'ignored' THEN
    SELECT * INTO waits FROM errtrack.issue_ignores AS w WHERE w.project_id = i.project_id AND w.issue_id = i.issue_id;
    cells := cells || ARRAY['ignored', errtrack.ignore_reason(waits)
      || coalesce(' (since then '
                  || CASE WHEN waits.until_count IS NOT NULL THEN i.occurrence_count - waits.count_before
                          WHEN waits.until_users IS NOT NULL THEN errtrack.count_users(i.project_id, i.issue_id) - waits.users_before
                     END || ')', '')];
  END IF;
  IF i.status IN ('resolved', 'regressed') THEN
    cells := cells || ARRAY['fixed', CASE WHEN i.release_fixed IS NOT NULL THEN 'in release ' || i.release_fixed
                                          WHEN i.resolved_in_next AND i.status = 'resolved'
                                          THEN 'in the next release, which is still to come'
                                          WHEN i.resolved_in_next THEN 'in the next release, it was said'
                                          ELSE 'in no release: by time' END];
  END IF;
  -- of one that is back for the first time the status says it
  IF i.regression_count > (i.status = 'regressed')::int THEN
    cells := cells || ARRAY['came back', CASE i.regression_count WHEN 1 THEN 'once, ' ELSE i.regression_count || ' times, the last ' END
                                         || errtrack.time_and_age(i.regressed_at, at)];
  END IF;
  SELECT * INTO people FROM errtrack.issue_users AS u WHERE u.project_id = i.project_id AND u.issue_id = i.issue_id;
  cells := cells
    || ARRAY['assignee', coalesce(i.assignee, 'nobody')]
    || ARRAY['level', concat_ws(', ', i.level, nullif(i.platform, ''), nullif(i.exception_class, ''))]
    || ARRAY['events', (SELECT format('%s; %s in the last 24 h, %s in the 24 h before, %s in the last hour', i.occurrence_count,
                                      coalesce(sum(c.events) FILTER (WHERE c.bucket > at - interval '24 hours'), 0),
                                      coalesce(sum(c.events) FILTER (WHERE c.bucket <= at - interval '24 hours'), 0),
                                      coalesce(sum(c.events) FILTER (WHERE c.bucket > at - interval '1 hour'), 0))
                        FROM errtrack.issue_counts AS c
                        WHERE c.project_id = i.project_id AND c.issue_id = i.issue_id
                          AND c.bucket > at - interval '48 hours')]
    || ARRAY['people', CASE WHEN people.issue_id IS NULL THEN 'no event names a user or a session'
                            ELSE format('users: %s, sessions: %s%s', coalesce(people.users_affected, 0),
                                        coalesce(people.sessions_affected, 0),
                                        CASE WHEN NOT people.exact THEN ' (estimated)' END) END]
    || ARRAY['first seen', errtrack.time_and_age(i.first_seen, at)]
    || ARRAY['last seen', errtrack.time_and_age(i.last_seen, at)];
  -- which need not be that of the first event
  IF i.release_introduced IS NOT NULL THEN
    cells := cells || ARRAY['introduced', 'in release ' || i.release_introduced];
  END IF;
  RETURN QUERY SELECT errtrack.middle_cut(errtrack.printable(t), 115) FROM errtrack.text_table(cells, 'll') AS t;
END $$;
COMMENT ON FUNCTION errtrack.detail_head(errtrack.issues, timestamptz) IS 'Part of issue_detail(): what, in which state, how often, when.';

CREATE FUNCTION errtrack.detail_graph(i errtrack.issues, unit text, since timestamptz, bars int, at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counts bigint[] := errtrack.events_by_time(i.project_id, i.issue_id, unit, since, bars);
BEGIN
  RETURN NEXT '';
  RETURN NEXT format('Events by the %s, the last %s from %s on; the highest: %s', unit, bars,
                     to_char(since, 'YYYY-MM-DD HH24:MI'), (SELECT max(c) FROM unnest(counts) AS c));
  RETURN NEXT '  ' || errtrack.sparkline(counts);
  RETURN QUERY SELECT * FROM errtrack.deploy_marks(i.project_id, unit, since, at);
END $$;
COMMENT ON FUNCTION errtrack.detail_graph(errtrack.issues, text, timestamptz, int, timestamptz) IS
  'Part of issue_detail(): events by the hour or the day (unit), and deploys.';

-- The newest first, by what the texts say of their order, then by time.
CREATE FUNCTION errtrack.detail_releases(i errtrack.issues, at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  most constant int := 10;
  lines text[];
BEGIN
  WITH
  seen AS (
    SELECT s.release, sum(s.events) AS events, min(s.first_seen) AS first_seen, max(s.last_seen) AS last_seen,
           string_agg(format('%s %s', errtrack.shortened(coalesce(nullif(errtrack.printable(s.environment), ''), '(none)'), 20), s.events), ', '
                      ORDER BY s.events DESC, s.environment) AS environments
    FROM errtrack.issue_releases AS s
    WHERE s.project_id = i.project_id AND s.issue_id = i.issue_id
    GROUP BY s.release
  ),
  placed AS (
    SELECT s.*, row_number() OVER (ORDER BY r.package, r.sort_key DESC NULLS LAST, r.came_at DESC,
                                            s.release DESC) AS nth
    FROM seen AS s
    LEFT JOIN errtrack.releases AS r ON r.project_id = i.project_id AND r.version = s.release
  ),
  row_of AS (
    SELECT 0 AS nth, ARRAY['release', 'events', 'first seen', 'last seen', 'environments'] AS cells
    UNION ALL
    SELECT nth, ARRAY[errtrack.shortened(coalesce(nullif(errtrack.printable(release), ''), '(none)'), 32), events::text,
                      errtrack.time_span(at - first_seen) || ' ago', errtrack.time_span(at - last_seen) || ' ago',
                      errtrack.shortened(environments, 42)]
    FROM placed
    WHERE nth <= most
  )
  SELECT ARRAY(SELECT * FROM errtrack.text_table((SELECT array_agg(cells ORDER BY nth) FROM row_of), 'lrrrl'))
         || (SELECT format('... and %s more, %s events', count(*), sum(events)) FROM placed WHERE nth > most HAVING count(*) > 0)
  INTO lines;
  RETURN NEXT '';
  RETURN NEXT 'Releases';
  RETURN QUERY SELECT '  ' || l FROM unnest(lines) WITH ORDINALITY AS u (l, n) WHERE l IS NOT NULL ORDER BY n;
END $$;
COMMENT ON FUNCTION errtrack.detail_releases(errtrack.issues, timestamptz) IS
  'Part of issue_detail(): in which releases it was seen, how often, when, and in which environments; the ten newest.';

CREATE FUNCTION errtrack.detail_tags(i errtrack.issues) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  tag AS (
    SELECT t.key, t.value, t.share, t.remark, sum(t.events) OVER (PARTITION BY t.key) AS of_key,
           row_number() OVER (PARTITION BY t.key ORDER BY t.value IS NULL, t.events DESC, t.value) AS nth
    FROM errtrack.issue_tags AS t
    WHERE t.project_id = i.project_id AND t.issue_id = i.issue_id AND t.key IS NOT NULL
  ),
  key AS (
    SELECT key, row_number() OVER (ORDER BY of_key DESC, key) AS nth,
           string_agg(CASE WHEN value IS NOT NULL OR remark = 'other values'
                           THEN format('%s %s %%', coalesce(errtrack.shortened(errtrack.printable(value), 30), remark),
                                       round(100 * share))
                           ELSE remark END, ', ' ORDER BY nth) FILTER (WHERE nth <= 4) AS shares
    FROM tag
    GROUP BY key, of_key
  )
  SELECT line
  FROM (SELECT 0 AS n, unnest(ARRAY['', 'Tags']) AS line WHERE EXISTS (SELECT FROM key)
        UNION ALL
        SELECT t.n, '  ' || errtrack.shortened(t.line, 113)
        FROM errtrack.text_table((SELECT array_agg(ARRAY[errtrack.shortened(errtrack.printable(key), 30), shares] ORDER BY nth)
                                  FROM key WHERE nth <= 12), 'll') WITH ORDINALITY AS t (line, n)) AS l
  ORDER BY n
$$;
COMMENT ON FUNCTION errtrack.detail_tags(errtrack.issues) IS
  'Part of issue_detail(): the twelve most used tags, and the most frequent values of each.';

-- What was done, and who was told; the latest first.
CREATE FUNCTION errtrack.detail_history(i errtrack.issues) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  happened AS (
    (SELECT a.at, 1 AS kind, a.activity_id AS id, a.action AS what, a.who, a.why
     FROM errtrack.issue_activity AS a
     WHERE a.project_id = i.project_id AND a.issue_id = i.issue_id
     ORDER BY a.activity_id DESC
     LIMIT 12)
    UNION ALL
    (SELECT a.created_at, 2, a.alert_id, 'alert', NULL,
            concat_ws(', ', a.kind, 'release ' || a.release, a.environment, 'events: ' || a.occurrence_count)
     FROM errtrack.alerts AS a
     WHERE a.project_id = i.project_id AND a.issue_id = i.issue_id
     ORDER BY a.alert_id DESC
     LIMIT 12)
  ),
  latest AS (
    SELECT row_number() OVER (ORDER BY at DESC, kind DESC, id DESC) AS nth,
           ARRAY[errtrack.short_time(at), what, errtrack.shortened(errtrack.printable(who), 16),
                 errtrack.middle_cut(errtrack.printable(why), 61)] AS cells
    FROM happened
    ORDER BY at DESC, kind DESC, id DESC
    LIMIT 12
  )
  SELECT line
  FROM (SELECT 0 AS n, unnest(ARRAY['', 'What happened']) AS line WHERE EXISTS (SELECT FROM latest)
        UNION ALL
        SELECT t.n, '  ' || errtrack.shortened(t.line, 113)
        FROM errtrack.text_table((SELECT array_agg(cells ORDER BY nth) FROM latest), 'llll') WITH ORDINALITY AS t (line, n)) AS l
  ORDER BY n
$$;
COMMENT ON FUNCTION errtrack.detail_history(errtrack.issues) IS
  'Part of issue_detail(): the last twelve rows of issue_activity and alerts.';

-- The latest event that was kept.
CREATE FUNCTION errtrack.detail_sample(i errtrack.issues, at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  o errtrack.occurrences;
  stack text;
BEGIN
  SELECT * INTO o FROM errtrack.occurrences AS k
  WHERE k.project_id = i.project_id AND k.issue_id = i.issue_id
  ORDER BY k.received_at DESC
  LIMIT 1;
  RETURN NEXT '';
  IF o.event_id IS NULL THEN
    RETURN NEXT 'No event of it is kept any more.';
    RETURN;
  END IF;
  RETURN NEXT 'The latest event that was kept';
  RETURN QUERY
    SELECT '  ' || errtrack.middle_cut(errtrack.printable(t), 113)
    FROM errtrack.text_table((
      SELECT array_agg(ARRAY[label, value] ORDER BY n)
      FROM (VALUES
        (1, 'event', format('%s, %s', o.event_id, errtrack.time_and_age(o.occurred_at, at))),
        (2, 'where', concat_ws(', ', 'release ' || nullif(o.release, ''), nullif(o.environment, ''), nullif(o.server_name, ''),
                               nullif(o.transaction, ''))),
        (3, 'who', concat_ws(', ', 'user ' || nullif(o.user_id, ''), 'session ' || nullif(o.session_id, ''))),
        (4, 'request', concat_ws(' ', o.request->>'method', o.request->>'url')),
        (5, 'trace id', o.trace_id),
        (6, 'flags', nullif(array_to_string(o.flags, ', '), ''))) AS l (n, label, value)
      WHERE value <> ''), 'll') AS t;
  stack := coalesce(nullif(o.stack_trace, ''), errtrack.print_stack(o.exceptions, o.platform));
  -- mostly the stack has it, or the title
  IF o.message <> '' AND position(o.message IN coalesce(stack, '')) = 0 AND position(o.message IN i.title) = 0 THEN
    RETURN NEXT '';
    RETURN QUERY
      SELECT '  ' || f.line
      FROM errtrack.bounded_lines(errtrack.shortened(o.message, 2000), 10, 1000) WITH ORDINALITY AS l (line, n),
           errtrack.folded_line(l.line, 113) WITH ORDINALITY AS f (line, nth)
      ORDER BY l.n, f.nth;
  END IF;
  IF stack IS NOT NULL THEN
    RETURN NEXT '';
    RETURN QUERY SELECT '  ' || l FROM errtrack.bounded_lines(stack, 60, 113) AS l;
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.detail_sample(errtrack.issues, timestamptz) IS
  'Part of issue_detail(): the latest event that was kept, with its stack as its language prints it.';

-- What to type next.
CREATE FUNCTION errtrack.detail_verbs(i errtrack.issues) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ''
  UNION ALL
  SELECT format('SELECT status FROM errtrack.' || verb || ';', i.issue_id)
  FROM unnest(CASE WHEN i.status IN ('resolved', 'ignored') THEN ARRAY['reopen(%s)']
                   ELSE CASE WHEN i.status <> 'acknowledged' THEN ARRAY['acknowledge(%s)'] END
                        || ARRAY['resolve(%s, in_next_release => true)', 'ignore(%s, until_count => 100)'] END) AS verb
$$;
COMMENT ON FUNCTION errtrack.detail_verbs(errtrack.issues) IS 'Part of issue_detail(): what can be done with an issue in its state.';

-- All of an issue.
CREATE FUNCTION errtrack.issue_detail(issue_id bigint) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
  i errtrack.issues;
  at timestamptz := errtrack.clock();
BEGIN
  PERFORM errtrack.need_issues(ARRAY[issue_detail.issue_id]);
  SELECT * INTO i FROM errtrack.issues AS k WHERE k.issue_id = issue_detail.issue_id;
  RETURN QUERY SELECT * FROM errtrack.detail_head(i, at);
  RETURN QUERY SELECT * FROM errtrack.detail_graph(i, 'hour', date_trunc('hour', at) - interval '47 hours', 48, at);
  RETURN QUERY SELECT * FROM errtrack.detail_graph(i, 'day', date_trunc('day', at) - interval '29 days', 30, at);
  RETURN QUERY SELECT * FROM errtrack.detail_releases(i, at);
  RETURN QUERY SELECT * FROM errtrack.detail_tags(i);
  RETURN QUERY SELECT * FROM errtrack.detail_history(i);
  RETURN QUERY SELECT * FROM errtrack.detail_sample(i, at);
  RETURN QUERY SELECT * FROM errtrack.detail_verbs(i);
END $$;
COMMENT ON FUNCTION errtrack.issue_detail(bigint) IS
  'A page about an issue, for psql: its state and how it came to that, how often, when, in which releases, with which tags, what was done, and the latest event that was kept with its stack. Times are in the session''s time zone. Lines have 115 columns at the most: what is longer is cut in its middle or at its end; of a stack of more than 60 lines both ends are there. Control characters become question marks. Raises no_data_found for an unknown issue.';
