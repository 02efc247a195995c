-- ---- reading: what a release brought ---------------------------------------------------------------------------------

-- The release that a release followed.
CREATE FUNCTION errtrack.release_before(project_id int, version text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  this AS (
    SELECT r.package, r.sort_key, r.came_at
    FROM errtrack.releases AS r
    WHERE r.project_id = $1 AND r.version = $2
  )
  SELECT r.version
  FROM this AS t
  JOIN errtrack.releases AS r ON r.project_id = $1 AND r.package = t.package AND r.version <> $2
  WHERE CASE WHEN t.sort_key IS NULL THEN r.came_at < t.came_at ELSE (r.sort_key, r.came_at) < (t.sort_key, t.came_at) END
    -- nor the same written otherwise
    AND errtrack.release_compare(r.version, $2) IS DISTINCT FROM 0
  ORDER BY CASE WHEN t.sort_key IS NOT NULL THEN r.sort_key END DESC, r.came_at DESC, r.version DESC
  LIMIT 1
$$;
COMMENT ON FUNCTION errtrack.release_before(int, text) IS
  'The release of the same package before this one: the next lower by its text, or where that says nothing of its order, the one that was deployed, else seen before it. Null: there is none.';

-- What is counted of releases, and of each environment.
CREATE FUNCTION errtrack.release_figures(project_id int, versions text[])
RETURNS TABLE (nth int, version text, metric text, environment text, value bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  seen AS (
    SELECT s.release, s.environment, sum(s.events)::bigint AS events
    FROM errtrack.issue_releases AS s
    WHERE s.project_id = $1 AND s.release = ANY (versions)
    GROUP BY s.release, s.environment
  )
  SELECT 1, i.release_introduced, 'new issues', NULL, count(*)
  FROM errtrack.issues AS i
  WHERE i.project_id = $1 AND i.release_introduced = ANY (versions)
  GROUP BY i.release_introduced
  UNION ALL
  SELECT 2, a.release, 'regressed issues', NULL, count(DISTINCT a.issue_id)
  FROM errtrack.issue_activity AS a
  WHERE a.project_id = $1 AND a.action = 'regress' AND a.release = ANY (versions)
  GROUP BY a.release
  UNION ALL
  -- as somebody typed it: 1.4 is shop@1.4
  SELECT 3, v.version, 'resolved issues', NULL, count(*)
  FROM errtrack.issues AS i
  JOIN unnest(versions) AS v (version) ON errtrack.release_compare(i.release_fixed, v.version) = 0
  WHERE i.project_id = $1 AND i.status = 'resolved' AND i.release_fixed IS NOT NULL
  GROUP BY v.version
  UNION ALL
  SELECT 4, u.release, 'users affected', NULL, coalesce(u.users_affected, 0)
  FROM errtrack.release_users AS u
  WHERE u.project_id = $1 AND u.release = ANY (versions)
  UNION ALL
  SELECT 5, release, 'events', NULL, sum(events)::bigint FROM seen GROUP BY release
  UNION ALL
  SELECT 6, release, 'events', environment, events FROM seen
$$;
COMMENT ON FUNCTION errtrack.release_figures(int, text[]) IS
  'Part of release_health(): what there is to count of releases; environment is null where all are meant. What is 0 has no row.';

-- Events a minute around each deploy of a release.  The minute of the deploy counts as one after it; of an hour that is not
-- over, the minutes that have begun.
CREATE FUNCTION errtrack.deploy_rates(project_id int, version text, at timestamptz)
RETURNS TABLE (environment text, deployed_at timestamptz, minutes_after int, rate_before numeric, rate_after numeric)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  deploy AS (
    SELECT d.deploy_id, d.environment, d.deployed_at, date_trunc('minute', d.deployed_at) AS minute,
           least(60, 1 + floor(extract(epoch FROM at - date_trunc('minute', d.deployed_at)) / 60))::int AS minutes_after
    FROM errtrack.deploys AS d
    WHERE d.project_id = $1 AND d.version = $2 AND d.deployed_at <= at
      -- counts are kept so long
      AND d.deployed_at > at - interval '47 hours'
  )
  SELECT d.environment, d.deployed_at, d.minutes_after,
         round(coalesce(sum(c.events) FILTER (WHERE c.minute < d.minute), 0) / 60.0, 2),
         round(coalesce(sum(c.events) FILTER (WHERE c.minute >= d.minute), 0)::numeric / d.minutes_after, 2)
  FROM deploy AS d
  LEFT JOIN errtrack.environment_counts AS c
    ON c.project_id = $1 AND c.environment = d.environment
       AND c.minute >= d.minute - interval '1 hour' AND c.minute < d.minute + interval '1 hour'
  GROUP BY d.deploy_id, d.environment, d.deployed_at, d.minutes_after
  ORDER BY d.deployed_at, d.deploy_id
$$;
COMMENT ON FUNCTION errtrack.deploy_rates(int, text, timestamptz) IS
  'Part of release_health(): of each deploy of a release within the last 47 hours, the events a minute that its environment had in the hour before, and in as many minutes after as there have been, up to 60.';

-- How a release does.
CREATE FUNCTION errtrack.release_health(project_id int, version text)
RETURNS TABLE (metric text, environment text, value numeric, before numeric, change text, compared_with text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
  at timestamptz := errtrack.clock();
  previous text;
BEGIN
  PERFORM errtrack.need_project(release_health.project_id);
  IF NOT EXISTS (SELECT FROM errtrack.releases AS r
                 WHERE r.project_id = release_health.project_id AND r.version = release_health.version) THEN
    RAISE EXCEPTION 'project % has no release "%"', release_health.project_id, coalesce(release_health.version, '(null)')
      USING ERRCODE = 'no_data_found',
            DETAIL = 'No event of the project names it, and errtrack.deploy() has not told of it.',
            HINT = format('Find it with SELECT version FROM errtrack.releases WHERE project_id = %s ORDER BY first_seen DESC.',
                          release_health.project_id);
  END IF;
  previous := errtrack.release_before(release_health.project_id, release_health.version);
  RETURN QUERY
    WITH
    counted AS (
      SELECT * FROM errtrack.release_figures(release_health.project_id, ARRAY[release_health.version, previous])
      UNION ALL
      -- these are told of in any case
      SELECT z.nth, release_health.version, z.metric, NULL, 0
      FROM (VALUES (1, 'new issues'), (2, 'regressed issues'), (3, 'resolved issues'), (4, 'users affected'), (5, 'events'))
           AS z (nth, metric)
    ),
    figure AS (
      SELECT c.nth, c.metric, c.environment,
             coalesce(sum(c.value) FILTER (WHERE c.version = release_health.version), 0) AS value,
             CASE WHEN previous IS NOT NULL THEN coalesce(sum(c.value) FILTER (WHERE c.version = previous), 0) END AS before,
             previous AS compared_with, NULL::timestamptz AS deployed_at
      FROM counted AS c
      GROUP BY c.nth, c.metric, c.environment
      UNION ALL
      SELECT 7, 'events a minute', d.environment, d.rate_after, d.rate_before,
             format('the hour before the deploy at %s%s', to_char(d.deployed_at, 'MM-DD HH24:MI'),
                    CASE WHEN d.minutes_after < 60 THEN format(' (%s min after it)', d.minutes_after) END), d.deployed_at
      FROM errtrack.deploy_rates(release_health.project_id, release_health.version, at) AS d
    )
    SELECT f.metric, f.environment, f.value, f.before,
           CASE WHEN f.value = f.before THEN '='
                WHEN f.before > 0 AND f.value >= 2 * f.before THEN 'x ' || round(f.value / f.before, 1)
                WHEN f.before > 0 THEN to_char(round(100 * (f.value - f.before) / f.before), 'SGFM999990') || ' %' END,
           f.compared_with
    FROM figure AS f
    ORDER BY f.nth, f.deployed_at, f.value DESC, f.environment;
END $$;
COMMENT ON FUNCTION errtrack.release_health(int, text) IS
  'What a release brought, against the one before it (see release_before()): issues that were introduced, regressed and resolved in it, users that met an error, events; in all, and of each environment. And of each of its deploys within the last 47 hours, the events a minute that its environment had in the hour after it, of all releases, against the hour before. environment is null where all are meant, empty where events name none. before and change are null where there is nothing to compare with. Raises no_data_found for an unknown project or release.';
