-- ---- who may do what ------------------------------------------------------------------------------------------------

-- Equips a role that exists.
CREATE FUNCTION errtrack.grant_role(role regrole, kind text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  writable text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = 'errtrack.raw_events'::regclass AND attnum > 0 AND NOT attisdropped
                      AND attname NOT IN ('slot', 'txid'));
  readable text := (SELECT string_agg(format('%I.%I', relnamespace::regnamespace, relname), ', ')
                    FROM pg_class
                    WHERE relnamespace = 'errtrack'::regnamespace AND relkind IN ('r', 'p', 'v')
                      AND NOT relispartition AND relname <> 'raw_events');
BEGIN
  IF kind IS NULL OR kind NOT IN ('writer', 'viewer', 'operator') THEN
    RAISE EXCEPTION 'there is no kind of role "%"', coalesce(kind, '(null)')
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'A writer inserts events and reads none; a viewer reads issues; an operator also changes them.',
            HINT = 'Name ''writer'', ''viewer'' or ''operator''.';
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA errtrack TO %s', role);
  IF kind = 'writer' THEN
    EXECUTE format('GRANT INSERT (%s), SELECT (event_id) ON errtrack.raw_events TO %s', writable, role);
    EXECUTE format('GRANT EXECUTE ON FUNCTION errtrack.clock(), errtrack.inbox_slot(), errtrack.read_payload(jsonb), '
                   'errtrack.capture(jsonb, int), errtrack.capture(text, int) TO %s', role);
    RETURN;
  END IF;
  EXECUTE format('GRANT SELECT ON %s TO %s', readable, role);
  EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', array_to_string(ARRAY[
    'errtrack.clock()',
    'errtrack.parse_stack(text, text)',
    'errtrack.print_stack(jsonb, text)',
    'errtrack.fingerprint(jsonb)',
    'errtrack.fingerprints(jsonb)',
    'errtrack.explain_fingerprint(jsonb)',
    'errtrack.explain_event(uuid)',
    'errtrack.normalize_message(text)',
    'errtrack.release_compare(text, text)',
    'errtrack.release_package(text)',
    'errtrack.release_key(text)',
    'errtrack.release_number(text)',
    'errtrack.lower_release(text, text)',
    'errtrack.lowest_release(text)',
    'errtrack.is_newer(text, timestamptz, text, timestamptz)',
    'errtrack.release_newer(int, text, text)',
    'errtrack.release_time(int, text)',
    'errtrack.is_plausible_release(int, text, timestamptz)',
    'errtrack.newest_releases(int, text, timestamptz)',
    'errtrack.newest_release(int, text, timestamptz)',
    'errtrack.need_project(int)',
    'errtrack.search(text, int)',
    'errtrack.search_is_by_time(text, int)',
    'errtrack.search_finds(text, int, int, bigint, text, text, text, text, text, errtrack.issue_status, text, timestamptz, timestamptz, timestamptz, timestamptz, bigint, int, text, text)',
    'errtrack.search_rank(text, int, bigint, timestamptz, timestamptz, bigint)',
    'errtrack.ring_leaves(text)',
    'errtrack.ring_width(text)',
    'errtrack.ring_slot(text, timestamptz)',
    'errtrack.sketch_count(bytea)',
    'errtrack.sketch_is_exact(bytea)',
    'errtrack.read_facets(bytea)',
    'errtrack.time_span(interval)',
    'errtrack.printable(text)',
    'errtrack.shortened(text, int)',
    'errtrack.issue_detail(bigint)',
    'errtrack.release_before(int, text)',
    'errtrack.release_health(int, text)',
    'errtrack.read_inbox()',
    'errtrack.read_workers()',
    'errtrack.read_jobs()',
    'errtrack.health()'], ', '), role);
  IF kind = 'operator' THEN
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', array_to_string(ARRAY[
      'errtrack.create_project(text)',
      'errtrack.set_quota(int, int, int)',
      'errtrack.set_auto_resolve(int, interval)',
      'errtrack.deploy(int, text, text, timestamptz)',
      'errtrack.resolve(bigint, text, boolean, text)',
      'errtrack.resolve(bigint[], text, boolean, text)',
      'errtrack.acknowledge(bigint, text)',
      'errtrack.acknowledge(bigint[], text)',
      'errtrack.ignore(bigint, timestamptz, text, bigint, interval, bigint, text)',
      'errtrack.ignore(bigint[], timestamptz, text, bigint, interval, bigint, text)',
      'errtrack.reopen(bigint, text)',
      'errtrack.reopen(bigint[], text)',
      'errtrack.assign(bigint, text)',
      'errtrack.assign(bigint[], text)',
      'errtrack.auto_resolve(interval, int)',
      'errtrack.regroup(int, boolean)',
      'errtrack.delete_issue(bigint)',
      'errtrack.forget_user(int, text)',
      'errtrack.consume(int)',
      'errtrack.rotate_inbox()',
      'errtrack.flush(interval)',
      'errtrack.retry_dead_letters(int)',
      'errtrack.upkeep()',
      'errtrack.schedule_jobs()',
      'errtrack.unschedule_jobs()',
      'errtrack.worker_stop()',
      'errtrack.worker_start()'], ', '), role);
  END IF;
END $$;
COMMENT ON FUNCTION errtrack.grant_role(regrole, text) IS
  'Equips a role: ''writer'' (INSERT into raw_events and capture(); reads nothing but event_id), ''viewer'' (reads everything but the inbox), ''operator'' (also changes and deletes issues, forgets users, regroups, creates projects and sets their quotas, retries dead letters, consumes, and starts and stops the worker; delete_project() is for the owner alone). For whoever may GRANT on errtrack''s objects.';

-- nothing is anybody's that was not granted
REVOKE ALL ON SCHEMA errtrack FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA errtrack FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA errtrack FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA errtrack FROM PUBLIC;
