-- ---- search: finding issues by what people type ----------------------------------------------------------------------

-- Asked once for a search, before any issue is read.
CREATE FUNCTION errtrack.search_is_by_time(query text, project_id int) RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'errtrack_search_is_by_time';
COMMENT ON FUNCTION errtrack.search_is_by_time(text, int) IS
  'Part of search(): whether a query wants the issues seen last first, as most do. Raises invalid_parameter_value where it cannot be understood, no_data_found for an unknown project.';

CREATE FUNCTION errtrack.search_finds(query text, of_project int, project_id int, issue_id bigint, title text, culprit text,
                                      exception_class text, level text, platform text, status errtrack.issue_status,
                                      assignee text, first_seen timestamptz, last_seen timestamptz,
                                      resolved_at timestamptz, regressed_at timestamptz, occurrence_count bigint,
                                      regression_count int, release_introduced text, release_fixed text)
RETURNS boolean
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'errtrack_search_finds';
COMMENT ON FUNCTION errtrack.search_finds(text, int, int, bigint, text, text, text, text, text, errtrack.issue_status, text, timestamptz, timestamptz, timestamptz, timestamptz, bigint, int, text, text) IS
  'Part of search(): whether the search for a query in a project (null: in all) finds an issue, of which these are columns. What it read of other tables stays for as long as the expression lives that calls it: that is a scan in search(), but with a caller of yours, as the check of a domain, it may be a session.';

CREATE FUNCTION errtrack.search_rank(query text, of_project int, issue_id bigint, first_seen timestamptz,
                                     last_seen timestamptz, occurrence_count bigint) RETURNS bigint
LANGUAGE c STABLE PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'errtrack_search_rank';
COMMENT ON FUNCTION errtrack.search_rank(text, int, bigint, timestamptz, timestamptz, bigint) IS
  'Part of search(): the larger, the earlier an issue comes in what is found.';

/*
 * Finds issues.  This is inlined, so that a LIMIT and the conditions around a call
 * reach the scan: of what is found only as much is sorted as is asked for.  Its
 * names are resolved here and now, not in the search_path of whoever calls.
 *
 * One of by_time and by_rank is not executed.  The first one is for speed: rows that
 * are sorted by columns of their own need not be made anew for the sort, which would
 * take as long as all else.  Which of them it is, is asked once, in mode.
 */
CREATE FUNCTION errtrack.search(query text, project_id int DEFAULT NULL) RETURNS SETOF errtrack.issues
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
  WITH mode AS MATERIALIZED (
    SELECT errtrack.search_is_by_time(search.query, search.project_id) AS is_by_time
  ), found AS NOT MATERIALIZED (
    SELECT i.*
    FROM errtrack.issues AS i
    WHERE (search.project_id IS NULL OR i.project_id = search.project_id)
      AND errtrack.search_finds(search.query, search.project_id, i.project_id, i.issue_id, i.title, i.culprit,
                                i.exception_class, i.level, i.platform, i.status, i.assignee, i.first_seen, i.last_seen,
                                i.resolved_at, i.regressed_at, i.occurrence_count, i.regression_count,
                                i.release_introduced, i.release_fixed)
  ), by_time AS NOT MATERIALIZED (
    SELECT f.* FROM found AS f ORDER BY f.last_seen DESC, f.issue_id DESC
  ), by_rank AS NOT MATERIALIZED (
    SELECT f.*
    FROM found AS f
    ORDER BY errtrack.search_rank(search.query, search.project_id, f.issue_id, f.first_seen, f.last_seen,
                                  f.occurrence_count) DESC, f.issue_id DESC
  )
  SELECT t.* FROM by_time AS t WHERE (SELECT m.is_by_time FROM mode AS m)
  UNION ALL
  SELECT r.* FROM by_rank AS r WHERE NOT (SELECT m.is_by_time FROM mode AS m);
END;
COMMENT ON FUNCTION errtrack.search(text, int) IS
  'The issues that a query finds, of one project or all, those seen last first: ''is:unresolved level:error release:1.4.* environment:production user:42 first_seen:>-24h TimeoutError''. docs/search.md tells what a query may say. Null or empty: all issues. Put a LIMIT behind it: no more is then sorted. Raises invalid_parameter_value for a query that cannot be understood, and marks the word; no_data_found for an unknown project.';
