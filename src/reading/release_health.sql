-- ---- reading: what a release brought ---------------------------------------------------------------------------------

-- The release that a release followed.
CREATE FUNCTION errtrack.release_before(project_id int, version text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  this AS (
    SELECT r.package, r.sort_key, coalesce(r.deployed_at, r.first_seen) AS came_at
    FROM errtrack.releases AS r
    WHERE r.project_id = $1 AND r.version = $2
  )
  SELECT r.version
  FROM this AS t
  JOIN errtrack.releases AS r ON r.project_id = $1 AND r.package = t.package AND r.version <> $2
  WHERE CASE WHEN t.sort_key IS NULL THEN coalesce(r.deployed_at, r.first_seen) < t.came_at ELSE r.sort_key < t.sort_key END
  ORDER BY CASE WHEN t.sort_key IS NOT NULL THEN r.sort_key END DESC, coalesce(r.deployed_at, r.first_seen) DESC, r.version DESC
  LIMIT 1
$$;
COMMENT ON FUNCTION errtrack.release_before(int, text) IS
  'The release of the same package before this one: the next lower by its text, or where that says nothing of its order, the one that was deployed, else seen before it. Null: there is none.';

-- What is counted of a release, and of each of its environments.
CREATE FUNCTION errtrack.release_figures(project_id int, version text)
RETURNS TABLE (nth int, metric text, environment text, value bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  issue AS (
    SELECT count(*) FILTER (WHERE i.release_introduced = $2) AS introduced,
           count(*) FILTER (WHERE i.release_fixed = $2 AND i.status = 'resolved') AS fixed
    FROM errtrack.issues AS i
    WHERE i.project_id = $1 AND (i.release_introduced = $2 OR i.release_fixed = $2)
  ),
  seen AS (
    SELECT s.environment, sum(s.events)::bigint AS events
    FROM errtrack.issue_releases AS s
    WHERE s.project_id = $1 AND s.release = $2
    GROUP BY s.environment
  )
  SELECT 1, 'new issues', NULL, introduced FROM issue
  UNION ALL
  SELECT 2, 'regressed issues', NULL, count(DISTINCT a.issue_id)
  FROM errtrack.issue_activity AS a
  WHERE a.project_id = $1 AND a.action = 'regress' AND a.release = $2
  UNION ALL
  SELECT 3, 'resolved issues', NULL, fixed FROM issue
  UNION ALL
  SELECT 4, 'users affected', NULL, coalesce((SELECT u.users_affected FROM errtrack.release_users AS u
                                              WHERE u.project_id = $1 AND u.release = $2), 0)
  UNION ALL
  SELECT 5, 'events', NULL, coalesce(sum(events), 0)::bigint FROM seen
  UNION ALL
  SELECT 6, 'events', environment, events FROM seen
$$;
COMMENT ON FUNCTION errtrack.release_figures(int, text) IS
  'Part of release_health(): what there is to count of a release; environment is null where all are meant.';

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
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
    figure AS (
      SELECT coalesce(f.nth, b.nth) AS nth, coalesce(f.metric, b.metric) AS metric,
             coalesce(f.environment, b.environment) AS environment, coalesce(f.value, 0)::numeric AS value,
             CASE WHEN previous IS NOT NULL THEN coalesce(b.value, 0) END::numeric AS before, previous AS compared_with,
             NULL::timestamptz AS deployed_at
      FROM errtrack.release_figures(release_health.project_id, release_health.version) AS f
      FULL JOIN errtrack.release_figures(release_health.project_id, previous) AS b
        ON b.metric = f.metric AND coalesce(b.environment, '(all)') = coalesce(f.environment, '(all)') AND b.nth = f.nth
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
