-- ---- the verbs: what people do to issues -----------------------------------------------------------------------------

-- Raises where an issue is not there.
CREATE FUNCTION errtrack.need_issues(issue_ids bigint[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(coalesce(u.id::text, '(null)'), ', ' ORDER BY u.id) INTO missing
  FROM (SELECT DISTINCT id FROM unnest(coalesce(issue_ids, ARRAY[NULL::bigint])) AS id) AS u
  WHERE NOT EXISTS (SELECT FROM errtrack.issues AS i WHERE i.issue_id = u.id);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'there is no issue %', missing
      USING ERRCODE = 'no_data_found',
            DETAIL = 'No row of errtrack.issues has this issue_id.',
            HINT = 'Find it with SELECT issue_id, title FROM errtrack.issues ORDER BY last_seen DESC.';
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.need_issues(bigint[]) IS 'Raises no_data_found where one of these issues is not there.';

-- Locks issues in the order in which the fold does, so that neither waits for the other in a circle.
CREATE FUNCTION errtrack.lock_issues(issue_ids bigint[]) RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.project_id, i.issue_id FOR UPDATE;
  PERFORM errtrack.need_issues(issue_ids);
END $$;
COMMENT ON FUNCTION errtrack.lock_issues(bigint[]) IS
  'The issues with these ids, locked until the end of the transaction. Raises no_data_found where one is not there.';

-- Which issues a verb takes; the state that it leads to is no change.
CREATE FUNCTION errtrack.statuses_before(verb text) RETURNS errtrack.issue_status[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE verb
    WHEN 'resolve' THEN '{unresolved,acknowledged,regressed,ignored,resolved}'
    WHEN 'acknowledge' THEN '{unresolved,regressed,acknowledged}'
    WHEN 'ignore' THEN '{unresolved,acknowledged,regressed,ignored}'
    WHEN 'reopen' THEN '{resolved,ignored,unresolved}' END::errtrack.issue_status[]
$$;
COMMENT ON FUNCTION errtrack.statuses_before(text) IS
  'The statuses of the issues that resolve, acknowledge, ignore or reopen can be called for.';

-- Locks the issues that a verb is called for, and raises unless it can be for each of them.
CREATE FUNCTION errtrack.lock_issues_for(verb text, issue_ids bigint[]) RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  i errtrack.issues;
BEGIN
  FOR i IN SELECT * FROM errtrack.lock_issues(issue_ids) LOOP
    IF i.status <> ALL (errtrack.statuses_before(verb)) THEN
      RAISE EXCEPTION 'cannot % issue %: it is %', verb, i.issue_id, i.status
        USING ERRCODE = 'object_not_in_prerequisite_state',
              DETAIL = format('%s() is for an issue that is %s.%s', verb,
                              array_to_string(array_remove(errtrack.statuses_before(verb),
                                                           errtrack.status_after(verb)), ' or '),
                              CASE WHEN cardinality(issue_ids) > 1 THEN ' No issue was changed.' ELSE '' END),
              HINT = CASE WHEN i.status IN ('resolved', 'ignored')
                          THEN format('Call errtrack.reopen(%s) first.', i.issue_id)
                          ELSE 'It is open: there is nothing to take back.' END;
    END IF;
    RETURN NEXT i;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.lock_issues_for(text, bigint[]) IS
  'As lock_issues(bigint[]); raises object_not_in_prerequisite_state where one is in a state from which this verb does not lead.';

CREATE FUNCTION errtrack.status_after(verb text) RETURNS errtrack.issue_status
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE verb WHEN 'resolve' THEN 'resolved' WHEN 'acknowledge' THEN 'acknowledged' WHEN 'ignore' THEN 'ignored'
                   WHEN 'reopen' THEN 'unresolved' END::errtrack.issue_status
$$;
COMMENT ON FUNCTION errtrack.status_after(text) IS 'The status that resolve, acknowledge, ignore or reopen leads to.';

/*
 * Gives issues another status, and logs it.  Until when it was ignored goes; when and
 * in which release it was resolved stays to be read when it has regressed, until it is
 * resolved or reopened.
 */
CREATE FUNCTION errtrack.set_status(issues errtrack.issues[], verb text, why text, in_release text DEFAULT NULL,
                                    in_next_release boolean DEFAULT false)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  at timestamptz := errtrack.clock();
  becomes errtrack.issue_status := errtrack.status_after(verb);
BEGIN
  INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why, release)
  SELECT b.project_id, b.issue_id, at, session_user, verb, b.status, becomes, set_status.why, in_release
  FROM unnest(issues) AS b
  ORDER BY b.project_id, b.issue_id;
  DELETE FROM errtrack.issue_ignores AS w
  USING unnest(issues) AS b
  WHERE w.project_id = b.project_id AND w.issue_id = b.issue_id;
  UPDATE errtrack.issues AS i
  SET status = becomes,
      resolved_at = CASE becomes WHEN 'resolved' THEN at WHEN 'unresolved' THEN NULL ELSE i.resolved_at END,
      release_fixed = CASE becomes WHEN 'resolved' THEN in_release WHEN 'unresolved' THEN NULL ELSE i.release_fixed END,
      resolved_in_next = CASE becomes WHEN 'resolved' THEN in_next_release WHEN 'unresolved' THEN false
                                      ELSE i.resolved_in_next END
  FROM unnest(issues) AS b
  WHERE i.project_id = b.project_id AND i.issue_id = b.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.set_status(errtrack.issues[], text, text, text, boolean) IS
  'Part of the verbs: changes these issues, which are locked, and logs it.';

-- Says that issues are mended.
CREATE FUNCTION errtrack.resolve(issue_ids bigint[], in_release text DEFAULT NULL, in_next_release boolean DEFAULT false,
                                 why text DEFAULT NULL)
RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  in_next boolean := coalesce(in_next_release, false);
  changing errtrack.issues[];
BEGIN
  in_release := errtrack.trim_name(in_release);
  IF in_next AND in_release IS NOT NULL THEN
    RAISE EXCEPTION 'resolve() takes a release, or the next one'
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'Both were given.',
            HINT = 'Pass in_release => ''1.4.2'', or in_next_release => true, or neither.';
  ELSIF in_release = '' OR octet_length(in_release) > 200 THEN
    RAISE EXCEPTION 'resolve() needs a release as events name it'
      USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It has 1 to 200 bytes.', HINT = 'Pass in_release => ''1.4.2'', say.';
  END IF;
  changing := ARRAY(SELECT i FROM errtrack.lock_issues_for('resolve', issue_ids) AS i
                    WHERE i.status <> 'resolved'
                       -- what was said of a release stands until another is named
                       OR in_next AND (NOT i.resolved_in_next OR i.release_fixed IS NOT NULL)
                       OR in_release IS NOT NULL AND (i.resolved_in_next OR i.release_fixed IS DISTINCT FROM in_release));
  PERFORM errtrack.set_status(changing, 'resolve',
            nullif(concat_ws(': ', CASE WHEN in_next THEN 'in the next release' ELSE 'in release ' || in_release END,
                             why), ''),
            in_release, in_next);
  RETURN QUERY SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.resolve(bigint[], text, boolean, text) IS
  'Marks issues as resolved, all or none, and returns them. in_release: an event of that release or a newer one makes them regress, those of older ones only count. in_next_release: of a release newer than those known now. Neither: an event received from now on. Resolving again with another release changes that, without one nothing. why is logged. Raises no_data_found for an unknown issue.';

CREATE FUNCTION errtrack.resolve(issue_id bigint, in_release text DEFAULT NULL, in_next_release boolean DEFAULT false,
                                 why text DEFAULT NULL)
RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i FROM errtrack.resolve(ARRAY[issue_id], in_release, in_next_release, why) AS i
$$;
COMMENT ON FUNCTION errtrack.resolve(bigint, text, boolean, text) IS 'As resolve(bigint[], text, boolean, text), of one issue.';

-- Says that somebody looks at issues.
CREATE FUNCTION errtrack.acknowledge(issue_ids bigint[], why text DEFAULT NULL) RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM errtrack.set_status(
    ARRAY(SELECT i FROM errtrack.lock_issues_for('acknowledge', issue_ids) AS i WHERE i.status <> 'acknowledged'),
    'acknowledge', why);
  RETURN QUERY SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.acknowledge(bigint[], text) IS
  'Marks unresolved or regressed issues as being looked at, all or none, and returns them. why is logged. Raises no_data_found for an unknown issue, object_not_in_prerequisite_state for one that is resolved or ignored.';

CREATE FUNCTION errtrack.acknowledge(issue_id bigint, why text DEFAULT NULL) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i FROM errtrack.acknowledge(ARRAY[issue_id], why) AS i
$$;
COMMENT ON FUNCTION errtrack.acknowledge(bigint, text) IS 'As acknowledge(bigint[], text), of one issue.';

-- Says that issues are to be left alone.
CREATE FUNCTION errtrack.ignore(issue_ids bigint[], until timestamptz DEFAULT NULL, until_release text DEFAULT NULL,
                                until_count bigint DEFAULT NULL, count_window interval DEFAULT NULL,
                                until_users bigint DEFAULT NULL, why text DEFAULT NULL)
RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  at timestamptz;
  conditions int := num_nonnulls(until, until_release, until_count, until_users);
  changing errtrack.issues[];
BEGIN
  until_release := errtrack.trim_name(until_release);
  IF conditions > 1 OR count_window IS NOT NULL AND until_count IS NULL THEN
    RAISE EXCEPTION 'ignore() takes one condition'
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'There are until, until_release, until_count (which may have a count_window) and until_users.',
            HINT = 'Pass the one that is to end it, or none to ignore the issue for ever.';
  END IF;
  IF until <= errtrack.clock() OR until_count < 1 OR until_users < 1
     OR count_window NOT BETWEEN interval '1 microsecond' AND interval '100 years'
     OR until_release = '' OR octet_length(until_release) > 200 THEN
    RAISE EXCEPTION 'ignore() cannot be until what has come about already, or never can'
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'A time lies in the future, numbers and a window are positive, the window has 100 years at the most, a release 1 to 200 bytes.',
            HINT = 'Pass until => now() + ''1 hour'', say.';
  END IF;
  changing := ARRAY(SELECT i FROM errtrack.lock_issues_for('ignore', issue_ids) AS i);
  -- what they are ignored until is asked by another statement, which sees what was done while this one waited for the locks
  changing := ARRAY(
    SELECT i
    FROM unnest(changing) AS i
    LEFT JOIN errtrack.issue_ignores AS w ON w.project_id = i.project_id AND w.issue_id = i.issue_id
    WHERE i.status <> 'ignored'
       OR (w.until, w.until_release, w.until_count, w.count_window, w.until_users)
          IS DISTINCT FROM (ignore.until, ignore.until_release, ignore.until_count, ignore.count_window, ignore.until_users));
  at := errtrack.clock();
  PERFORM errtrack.set_status(changing, 'ignore',
            concat_ws(': ', errtrack.ignore_reason((0, 0, at, until, until_release, until_count, count_window,
                                                    until_users, 0, 0)::errtrack.issue_ignores), why));
  INSERT INTO errtrack.issue_ignores (project_id, issue_id, ignored_at, until, until_release, until_count, count_window,
                                      until_users, count_before, users_before)
  SELECT b.project_id, b.issue_id, at, ignore.until, ignore.until_release, ignore.until_count, ignore.count_window,
         ignore.until_users, b.occurrence_count, errtrack.count_users(b.project_id, b.issue_id)
  FROM unnest(changing) AS b
  WHERE conditions > 0;
  RETURN QUERY SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.ignore(bigint[], timestamptz, text, bigint, interval, bigint, text) IS
  'Silences issues, all or none, and returns them: their events are counted, nobody is told. until: to that time. until_release: until an event of that release or a newer one, or with ''next'' of one newer than those known now. until_count: until so many more events came, with count_window within so long. until_users: until so many more users met it. None of these: for ever. An ignore that ends leaves them unresolved, with an alert ''reappeared''. why is logged. Raises no_data_found for an unknown issue, object_not_in_prerequisite_state for a resolved one.';

CREATE FUNCTION errtrack.ignore(issue_id bigint, until timestamptz DEFAULT NULL, until_release text DEFAULT NULL,
                                until_count bigint DEFAULT NULL, count_window interval DEFAULT NULL,
                                until_users bigint DEFAULT NULL, why text DEFAULT NULL)
RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i FROM errtrack.ignore(ARRAY[issue_id], until, until_release, until_count, count_window, until_users, why) AS i
$$;
COMMENT ON FUNCTION errtrack.ignore(bigint, timestamptz, text, bigint, interval, bigint, text) IS
  'As ignore(bigint[], timestamptz, text, bigint, interval, bigint, text), of one issue.';

-- Takes back resolve() and ignore().
CREATE FUNCTION errtrack.reopen(issue_ids bigint[], why text DEFAULT NULL) RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM errtrack.set_status(
    ARRAY(SELECT i FROM errtrack.lock_issues_for('reopen', issue_ids) AS i WHERE i.status <> 'unresolved'),
    'reopen', why);
  RETURN QUERY SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.reopen(bigint[], text) IS
  'Marks resolved or ignored issues as unresolved, all or none, and returns them. why is logged. Raises no_data_found for an unknown issue, object_not_in_prerequisite_state for one that is acknowledged or regressed.';

CREATE FUNCTION errtrack.reopen(issue_id bigint, why text DEFAULT NULL) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i FROM errtrack.reopen(ARRAY[issue_id], why) AS i
$$;
COMMENT ON FUNCTION errtrack.reopen(bigint, text) IS 'As reopen(bigint[], text), of one issue.';

-- Says who looks after issues.
CREATE FUNCTION errtrack.assign(issue_ids bigint[], assignee text) RETURNS SETOF errtrack.issues
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  becomes text := nullif(btrim(assign.assignee), '');
  changing errtrack.issues[] := ARRAY(SELECT i FROM errtrack.lock_issues(issue_ids) AS i
                                      WHERE i.assignee IS DISTINCT FROM becomes);
BEGIN
  IF octet_length(becomes) > 200 THEN
    RAISE EXCEPTION 'an assignee''s name has 200 bytes at the most'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass a login or an address; null for nobody.';
  END IF;
  INSERT INTO errtrack.issue_activity (project_id, issue_id, at, who, action, from_status, to_status, why)
  SELECT b.project_id, b.issue_id, errtrack.clock(), session_user, 'assign', b.status, b.status,
         coalesce('to ' || becomes, 'to nobody')
  FROM unnest(changing) AS b
  ORDER BY b.project_id, b.issue_id;
  UPDATE errtrack.issues AS i
  SET assignee = becomes
  FROM unnest(changing) AS b
  WHERE i.project_id = b.project_id AND i.issue_id = b.issue_id;
  RETURN QUERY SELECT i.* FROM errtrack.issues AS i WHERE i.issue_id = ANY (issue_ids) ORDER BY i.issue_id;
END $$;
COMMENT ON FUNCTION errtrack.assign(bigint[], text) IS
  'Says who looks after issues, in whatever state (null: nobody), all or none, and returns them. Raises no_data_found for an unknown issue.';

CREATE FUNCTION errtrack.assign(issue_id bigint, assignee text) RETURNS errtrack.issues
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i FROM errtrack.assign(ARRAY[issue_id], assignee) AS i
$$;
COMMENT ON FUNCTION errtrack.assign(bigint, text) IS 'As assign(bigint[], text), of one issue.';
