-- ---- reading: which issues are open ----------------------------------------------------------------------------------

/*
 * The order is that in which somebody on call looks: what was said to be mended and
 * is not, then what nobody has looked at, then what somebody has; of each the latest
 * seen first.
 *
 * Thirteen columns do not fit on a terminal beside a title.  So what is read, and
 * seldom compared, stands in a second line.
 *
 * What is dear is asked in the outer query, of those rows only that are read: of
 * 100,000 open issues the first 40 take 60 ms, where 5,000 of them are open 13 ms.
 */
CREATE VIEW errtrack.open_issues AS
SELECT i.issue_id, i.project, i.status, i.level, i.events,
       CASE WHEN i.last_seen <= i.at - interval '24 hours' THEN 0
            ELSE coalesce((SELECT sum(c.events) FROM errtrack.issue_counts AS c
                           WHERE c.project_id = i.project_id AND c.issue_id = i.issue_id AND c.minutes = 1
                             AND c.bucket > i.at - interval '24 hours'), 0) END::bigint AS in_24h,
       (SELECT errtrack.sketch_count(p.users) FROM errtrack.issue_people AS p
        WHERE p.project_id = i.project_id AND p.issue_id = i.issue_id) AS users,
       errtrack.time_span(i.at - i.last_seen) || E' ago\nsince ' || errtrack.time_span(i.at - i.first_seen) AS seen,
       concat_ws(E'\n', errtrack.shortened(errtrack.printable(i.title), 33),
                 nullif(errtrack.shortened(errtrack.printable(
                   concat_ws(', ', left(i.assignee, 12), left(i.release_introduced, 14), i.culprit)), 33), '')) AS title
FROM (
  SELECT i.project_id, i.issue_id, p.name AS project, i.status, i.level, i.occurrence_count AS events, i.first_seen,
         i.last_seen, i.title, i.culprit, i.release_introduced, i.assignee, now.at,
         CASE i.status WHEN 'regressed' THEN 1 WHEN 'unresolved' THEN 2 ELSE 3 END AS rank
  FROM errtrack.issues AS i
  JOIN errtrack.projects AS p ON p.project_id = i.project_id,
       (SELECT errtrack.clock() AS at OFFSET 0) AS now
  WHERE i.status IN ('unresolved', 'acknowledged', 'regressed')
  ORDER BY rank, i.last_seen DESC, i.issue_id DESC
) AS i
ORDER BY i.rank, i.last_seen DESC, i.issue_id DESC;
COMMENT ON VIEW errtrack.open_issues IS
  'What somebody has to look at: issues that are unresolved, acknowledged or regressed, of all projects, on a terminal of 120 columns. Regressed ones come first, then unresolved, then acknowledged ones; of each the latest seen. errtrack.issues has the columns that are cut here, errtrack.issue_detail(issue_id) tells all of one.';
COMMENT ON COLUMN errtrack.open_issues.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.open_issues.project IS 'The project''s name.';
COMMENT ON COLUMN errtrack.open_issues.status IS 'regressed, unresolved or acknowledged.';
COMMENT ON COLUMN errtrack.open_issues.level IS 'fatal, error, warning, info or debug.';
COMMENT ON COLUMN errtrack.open_issues.events IS 'How many events, ever.';
COMMENT ON COLUMN errtrack.open_issues.in_24h IS 'How many of them occurred in the last 24 hours.';
COMMENT ON COLUMN errtrack.open_issues.users IS 'How many users met it; null: no event named one.';
COMMENT ON COLUMN errtrack.open_issues.seen IS 'How long ago its latest event occurred; below that, how long ago its first.';
COMMENT ON COLUMN errtrack.open_issues.title IS 'Its title, 33 characters of it; below that who looks after it, the release that it was introduced in, and the frame to blame.';
