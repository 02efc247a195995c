-- ---- upkeep: what is old goes, or is rolled up ----------------------------------------------------------------------

/*
 * Whoever reads the leaf keeps it, and it is tried again at the next upkeep; whoever comes meanwhile waits for the
 * TRUNCATE and the rest of the transaction, which is short. The leaf itself is not waited for; its TOAST table, which
 * autovacuum may be in alone, for lock_timeout.
 */
CREATE FUNCTION errtrack.truncate_leaf(leaf regclass) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '20ms' AS $$
BEGIN
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE NOWAIT', leaf);
  EXECUTE format('TRUNCATE ONLY %s', leaf);
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END $$;
COMMENT ON FUNCTION errtrack.truncate_leaf(regclass) IS
  'Part of upkeep(): truncates the leaf of a ring; false where somebody is using it.';

-- Which leaves of a ring hold only rows from before so long ago, and when the span of each ended.
CREATE FUNCTION errtrack.expired_leaves(ring text, keep interval, at timestamptz)
RETURNS TABLE (leaf regclass, ended_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  leaves int := errtrack.ring_leaves(ring);
  width interval := errtrack.ring_width(ring);
  pages bigint;
  is_young boolean;
BEGIN
  -- the leaf that ended "age" widths before the current one; not the one whose turn is next
  FOR age IN 1 .. leaves - 2 LOOP
    ended_at := date_bin(width, at, '1970-01-01 00:00+00') - (age - 1) * extract(epoch FROM width) * interval '1 second';
    leaf := format('errtrack.%s_%s', ring, errtrack.ring_slot(ring, ended_at - width))::regclass;
    pages := pg_relation_size(leaf) / current_setting('block_size')::int;
    CONTINUE WHEN pages = 0 OR at - ended_at < keep;
    -- what was written last says so too, or the clock has stepped back by more than a leaf
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE ctid >= %L AND received_at > $1)', leaf,
                   format('(%s,0)', greatest(pages - 8, 0)))
    INTO is_young USING at - keep;
    IF NOT is_young THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.expired_leaves(text, interval, timestamptz) IS
  'Part of upkeep(): the leaves of a ring whose span ended so long before a time, and that hold rows.';

-- Moves the counts of one width that are older than so long into buckets of the next.
CREATE FUNCTION errtrack.widen_counts(narrow smallint, wide smallint, older_than timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n bigint;
BEGIN
  WITH old AS (
    DELETE FROM errtrack.issue_counts
    WHERE minutes = narrow AND bucket < older_than
    RETURNING *
  ),
  rolled_up AS (
    INSERT INTO errtrack.issue_counts AS b (project_id, minutes, issue_id, bucket, events)
    SELECT o.project_id, wide, o.issue_id, errtrack.bucket_start(o.bucket, wide), sum(o.events)
    FROM old AS o
    GROUP BY 1, 3, 4
    ON CONFLICT (project_id, issue_id, bucket, minutes) DO UPDATE SET events = b.events + excluded.events
  )
  SELECT count(*) INTO n FROM old;
  RETURN n;
END $$;
COMMENT ON FUNCTION errtrack.widen_counts(smallint, smallint, timestamptz) IS
  'Part of roll_up(): adds counts to wider buckets (both widths in minutes), and returns how many rows went.';

-- Moves counts into wider buckets once they are older than a narrow one's time.
CREATE FUNCTION errtrack.roll_up(at timestamptz, OUT minute_rows bigint, OUT hour_rows bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- an hour or a day goes as a whole: bucket_minutes() has none of these any more
  minute_rows := errtrack.widen_counts(1::smallint, 60::smallint,
                                       errtrack.bucket_start(at, 60::smallint) - interval '48 hours');
  hour_rows := errtrack.widen_counts(60::smallint, 1440::smallint,
                                     errtrack.bucket_start(at, 1440::smallint) - interval '2160 hours');
END $$;
COMMENT ON FUNCTION errtrack.roll_up(timestamptz) IS
  'Part of upkeep(): adds minutes that are more than two days old to their hours, and hours that are more than ninety days old to their days; returns how many rows of each went.';

/*
 * Removes and rolls up what is old.  Its order: what takes time first, then the TRUNCATEs, which readers wait for.
 * The fold is kept out from the beginning: it and this would otherwise wait for
 * each other's rows.
 */
CREATE FUNCTION errtrack.upkeep() RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  at timestamptz := errtrack.clock();
  retention interval;
  expired record;
  rolled_up record;
  n bigint;
BEGIN
  PERFORM errtrack.need_read_committed('upkeep', 'work');
  PERFORM errtrack.begin_consume();
  -- that has loaded the library, before which there is no setting
  retention := current_setting('errtrack.retention');

  SELECT * INTO rolled_up FROM errtrack.roll_up(at);
  IF rolled_up.minute_rows > 0 THEN
    RETURN NEXT format('%s counts by the minute rolled up into hours', rolled_up.minute_rows);
  END IF;
  IF rolled_up.hour_rows > 0 THEN
    RETURN NEXT format('%s counts by the hour rolled up into days', rolled_up.hour_rows);
  END IF;

  DELETE FROM errtrack.set_aside_events WHERE set_aside_at < at - retention;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN
    RETURN NEXT format('%s set-aside events deleted, older than errtrack.retention', n);
  END IF;
  DELETE FROM errtrack.dead_letters WHERE failed_at < at - retention;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN
    RETURN NEXT format('%s dead letters deleted, older than errtrack.retention', n);
  END IF;
  -- a backlog may still count to minutes that are older
  DELETE FROM errtrack.quota_use
  WHERE minute < least(at - interval '2 days', (SELECT prev_at FROM errtrack.inbox_progress));
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN
    RETURN NEXT format('%s minutes of quotas deleted, older than two days', n);
  END IF;

  -- by the key, whose first column is the project
  DELETE FROM errtrack.environment_counts AS c
  USING errtrack.projects AS p
  WHERE c.project_id = p.project_id AND c.minute < at - interval '2 days';
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN
    RETURN NEXT format('%s counts of environments deleted, older than two days', n);
  END IF;

  -- what somebody had locked when its release became known
  n := errtrack.settle_fixes(ARRAY(SELECT p.project_id FROM errtrack.projects AS p));
  IF n > 0 THEN
    RETURN NEXT format('%s issues were resolved in a release that is known now', n);
  END IF;

  FOR expired IN
    SELECT * FROM errtrack.expired_leaves('occurrences', retention, at)
    UNION ALL
    SELECT * FROM errtrack.expired_leaves('seen_events', interval '7 days', at)
  LOOP
    n := pg_total_relation_size(expired.leaf);
    IF errtrack.truncate_leaf(expired.leaf) THEN
      RETURN NEXT format('%s truncated: %s, until %s', expired.leaf, pg_size_pretty(n), expired.ended_at);
    ELSE
      RETURN NEXT format('%s not truncated: somebody is using it; the next upkeep tries again', expired.leaf);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION errtrack.upkeep() IS
  'Removes occurrences, set-aside events and dead letters older than errtrack.retention, event ids older than a week, what quotas used and environments counted more than two days ago, rolls counts up into wider buckets, tells issues that waited for the next release which one it was where that was missed, and returns a line about each thing that it did. The worker calls it every ten minutes, pg_cron every hour; it waits for no reader. Needs READ COMMITTED.';
