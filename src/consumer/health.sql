-- ---- health(): what a monitor asks --------------------------------------------------------------------------------------

/*
 * One row.  Each reason has a rank: 2 failing, 1 degraded; the worst comes first,
 * and gives the status.  All that is asked is a probe of an index, a look at
 * memory or a few rows, so that a monitor may ask each second.
 */
CREATE FUNCTION errtrack.health(OUT status text, OUT reasons text[], OUT hints text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  o record;
  w errtrack.worker;
  enabled boolean;
  waited interval;
  waited_text text;
  failed_at timestamptz;
  blockers int[];
  fill numeric;
  ranks int[] := '{}';
  n bigint;
  other text;
BEGIN
  status := 'ok';
  reasons := '{}';
  hints := '{}';
  IF pg_is_in_recovery() THEN
    reasons := ARRAY['this server is a standby, and folds nothing'];
    hints := ARRAY['Ask the primary server.'];
    RETURN;
  END IF;
  SELECT * INTO s FROM errtrack.worker_status();
  SELECT * INTO w FROM errtrack.worker AS k WHERE k.database = errtrack.own_database();
  enabled := current_setting('errtrack.worker')::boolean;

  -- events wait
  waited := errtrack.lag(coalesce(s.drained_at, w.drained_at));
  waited_text := date_trunc('second', waited)::text;
  IF w.stopped_at IS NOT NULL THEN
    ranks := ranks || 1;
    reasons := reasons || format('the worker was stopped at %s', date_trunc('second', w.stopped_at));
    hints := hints || 'SELECT errtrack.worker_start() lets it run again.'::text;
  ELSIF s.pid IS NULL AND enabled AND waited > '1 min' THEN
    ranks := ranks || 2;
    reasons := reasons || format('no worker runs, and events have waited for %s', waited_text);
    hints := hints || 'See the server log; max_worker_processes may be used up. SELECT errtrack.worker_start() asks for one, SELECT errtrack.consume() folds without one.'::text;
  END IF;
  IF waited > '1 min' THEN
    ranks := ranks || CASE WHEN waited > '10 min' THEN 2 ELSE 1 END;
    reasons := reasons || format('events have waited for %s', waited_text);
    hints := hints || 'See errtrack.workers: its state, its last error and what it waits for.'::text;
  END IF;

  -- errors, as long as they are recent; the worker knows them first
  failed_at := greatest(s.last_error_at, w.last_error_at);
  IF failed_at > errtrack.clock() - interval '5 min' THEN
    ranks := ranks || CASE WHEN s.state = 'backing off' OR s.pid IS NULL AND waited > '1 min' THEN 2 ELSE 1 END;
    reasons := reasons || format('the worker failed at %s: %s', date_trunc('second', failed_at),
                                 CASE WHEN s.last_error_at = failed_at THEN s.last_error ELSE w.last_error END);
    hints := hints || 'Mend what the error tells of; the worker tries again by itself, and SELECT errtrack.worker_start() makes it do so now.'::text;
  END IF;

  -- somebody holds what it needs; a moment of that is nothing
  blockers := pg_blocking_pids(s.pid);
  IF blockers <> '{}' THEN
    SELECT clock_timestamp() - waitstart INTO waited FROM pg_locks WHERE pid = s.pid AND NOT granted;
    IF waited > '1 s' THEN
      ranks := ranks || 1;
      reasons := reasons || format('the worker has waited for %s for a lock of process %s',
                                   date_trunc('second', waited), array_to_string(blockers, ', '));
      hints := hints || 'Commit or roll back its transaction (0: a prepared one; see pg_prepared_xacts), or end it by pg_terminate_backend().'::text;
    END IF;
  END IF;

  -- the inbox
  fill := errtrack.unconsumed_bytes()::numeric / pg_size_bytes(current_setting('errtrack.inbox_limit'));
  IF fill > 0.5 THEN
    ranks := ranks || 1;
    reasons := reasons || format('the inbox holds %s %% of errtrack.inbox_limit', round(fill * 100));
    hints := hints || 'Events beyond the limit are counted and dropped. Raise it, or see what keeps the worker.'::text;
  END IF;

  -- events that did not become part of an issue
  SELECT count(*), min(d.error) INTO n, other
  FROM (SELECT split_part(error, E'\n', 1) AS error FROM errtrack.dead_letters LIMIT 100) AS d;
  IF n > 0 THEN
    ranks := ranks || 1;
    reasons := reasons || format('%s cannot be folded: %s',
                                 CASE n WHEN 100 THEN '100 or more events' WHEN 1 THEN '1 event' ELSE n || ' events' END, other);
    hints := hints || 'See errtrack.dead_letters. Mend what the error tells of, then call errtrack.retry_dead_letters().'::text;
  END IF;
  FOR o IN
    SELECT watched.rank, watched.reason, watched.hint,
           (SELECT string_agg(r.project_id::text, ', ' ORDER BY r.project_id)
            FROM (SELECT e.project_id FROM errtrack.event_outcomes AS e
                  WHERE e.outcome = watched.outcome AND e.last_at > errtrack.clock() - watched.recent LIMIT 10) AS r) AS projects
    FROM (VALUES
      ('inbox_full', interval '5 min', 2,
       'the inbox was full within the last 5 minutes: events of project %s were dropped',
       'See what keeps the worker, or what holds consumed events (a pg_dump), or raise errtrack.inbox_limit or errtrack.inbox_disk_limit: the server log tells which it was. errtrack.event_outcomes counts what was dropped.'),
      ('set_aside', interval '1 day', 1,
       'events of unknown project %s arrived within the last day',
       'Create the project, or correct what the application sends. errtrack.set_aside_events holds the first of the events.'),
      ('over_quota', interval '5 min', 1,
       'the quota was used up within the last 5 minutes: events of project %s were dropped',
       'See errtrack.quotas. errtrack.set_quota() sets another limit; errtrack.event_outcomes counts what was dropped.')
      ) AS watched (outcome, recent, rank, reason, hint)
  LOOP
    CONTINUE WHEN o.projects IS NULL;
    ranks := ranks || o.rank;
    reasons := reasons || format(o.reason, o.projects);
    hints := hints || o.hint;
  END LOOP;

  -- as notify_alert() has it
  IF pg_notification_queue_usage() > 0.8 THEN
    ranks := ranks || 1;
    reasons := reasons || format('alerts are not sent: the notification queue is %s %% full',
                                 round(pg_notification_queue_usage() * 100));
    hints := hints || 'A session that listens stays in a transaction. Find it in pg_stat_activity, and end it by pg_terminate_backend(); errtrack.alerts holds what was not sent.'::text;
  END IF;

  SELECT coalesce(array_agg(r ORDER BY rank DESC, i), '{}'), coalesce(array_agg(h ORDER BY rank DESC, i), '{}'),
         CASE max(rank) WHEN 2 THEN 'failing' WHEN 1 THEN 'degraded' ELSE 'ok' END
  INTO reasons, hints, status
  FROM unnest(ranks, reasons, hints) WITH ORDINALITY AS u (rank, r, h, i);
END $$;
COMMENT ON FUNCTION errtrack.health() IS
  'One row for a monitor: status is ok, degraded or failing; reasons says why, the worst first, and hints what to do about each. Cheap enough to be asked each second.';
