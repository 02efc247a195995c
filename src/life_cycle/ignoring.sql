-- ---- ignoring an issue until something happens -----------------------------------------------------------------------

CREATE TABLE errtrack.issue_ignores (
  project_id int NOT NULL,
  issue_id bigint NOT NULL,
  ignored_at timestamptz NOT NULL,
  until timestamptz,
  until_release text,
  until_count bigint,
  count_window interval,
  until_users bigint,
  count_before bigint NOT NULL,
  users_before bigint NOT NULL,
  PRIMARY KEY (project_id, issue_id)
);
CREATE INDEX issue_ignores_until_idx ON errtrack.issue_ignores (until) WHERE until IS NOT NULL;
COMMENT ON TABLE errtrack.issue_ignores IS 'Until when, or what, issues are ignored. One that is ignored and not here is ignored for ever.';
COMMENT ON COLUMN errtrack.issue_ignores.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_ignores.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_ignores.ignored_at IS 'Since when.';
COMMENT ON COLUMN errtrack.issue_ignores.until IS 'Until this time.';
COMMENT ON COLUMN errtrack.issue_ignores.until_release IS 'Until it is seen in this release, or a newer one; ''next'': in one newer than those that were known.';
COMMENT ON COLUMN errtrack.issue_ignores.until_count IS 'Until so many more events came.';
COMMENT ON COLUMN errtrack.issue_ignores.count_window IS 'All of them within so long; null: however long it takes.';
COMMENT ON COLUMN errtrack.issue_ignores.until_users IS 'Until it met so many more users.';
COMMENT ON COLUMN errtrack.issue_ignores.count_before IS 'How many events it had then.';
COMMENT ON COLUMN errtrack.issue_ignores.users_before IS 'How many users it had met then.';
SELECT pg_extension_config_dump('errtrack.issue_ignores', '');

-- Said of an issue, in words.
CREATE FUNCTION errtrack.ignore_reason(w errtrack.issue_ignores) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN w.until IS NOT NULL THEN format('until %s', w.until)
    WHEN w.until_release = 'next' THEN 'until the next release'
    WHEN w.until_release IS NOT NULL THEN format('until release %s', w.until_release)
    WHEN w.until_count IS NOT NULL AND w.count_window IS NOT NULL THEN format('until %s events within %s', w.until_count, w.count_window)
    WHEN w.until_count IS NOT NULL THEN format('until %s more events', w.until_count)
    WHEN w.until_users IS NOT NULL THEN format('until %s more users', w.until_users)
    ELSE 'for ever' END
$$;
COMMENT ON FUNCTION errtrack.ignore_reason(errtrack.issue_ignores) IS 'Until when an issue is ignored, in words; for ever: of a null row.';

CREATE FUNCTION errtrack.count_users(project_id int, issue_id bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT errtrack.sketch_count(p.users) FROM errtrack.issue_people AS p
                   WHERE p.project_id = $1 AND p.issue_id = $2), 0)
$$;
COMMENT ON FUNCTION errtrack.count_users(int, bigint) IS 'How many users an issue has met.';

/*
 * Has what an issue was to be ignored until come about?  release: of an event; empty
 * or null where it names none.  What was received before it was ignored and is folded
 * now is no sign of that.
 *
 * Events of the minute (or hour, where minutes were rolled up) in which it was ignored
 * may have come before that, and a backlog counts later: so it is the lower of the
 * number that was counted since, and of that which occurred since.
 */
CREATE FUNCTION errtrack.ignore_is_over(w errtrack.issue_ignores, release text, received_at timestamptz, at timestamptz)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN w.until IS NOT NULL THEN w.until <= at
    WHEN w.until_release IS NOT NULL AND (coalesce(release, '') = '' OR received_at < w.ignored_at) THEN false
    WHEN w.until_release = 'next' THEN errtrack.is_next_release(w.project_id, release, w.ignored_at)
    WHEN w.until_release IS NOT NULL THEN NOT errtrack.release_newer(w.project_id, w.until_release, release)
    WHEN (SELECT i.occurrence_count - w.count_before FROM errtrack.issues AS i
          WHERE i.project_id = w.project_id AND i.issue_id = w.issue_id) < w.until_count THEN false
    WHEN w.until_count IS NOT NULL THEN
      (SELECT sum(c.events) FROM errtrack.issue_counts AS c
       WHERE c.project_id = w.project_id AND c.issue_id = w.issue_id
         AND c.bucket > greatest(at - w.count_window, w.ignored_at) - interval '1 minute' * c.minutes) >= w.until_count
    WHEN w.until_users IS NOT NULL THEN errtrack.count_users(w.project_id, w.issue_id) - w.users_before >= w.until_users
    ELSE false END
$$;
COMMENT ON FUNCTION errtrack.ignore_is_over(errtrack.issue_ignores, text, timestamptz, timestamptz) IS
  'Whether an ignored issue is to be ignored no longer, of which an event of a release (empty: of none) was received at a time, and folded at another.';
