-- ---- quotas: how much of a project's events is folded, and of an issue's kept ----------------------------------------

CREATE TABLE errtrack.quota_use (
  project_id int NOT NULL,
  minute timestamptz NOT NULL,
  taken bigint NOT NULL,
  shed bigint NOT NULL,
  PRIMARY KEY (project_id, minute)
) WITH (fillfactor = 50);
COMMENT ON TABLE errtrack.quota_use IS
  'What projects with a quota of events per minute have used of it, and what was shed beyond it, by the minute of receipt, for two days.';
COMMENT ON COLUMN errtrack.quota_use.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.quota_use.minute IS 'The minute (UTC) in which the events were received, by their received_at, but not before all was consumed that had come by then.';
COMMENT ON COLUMN errtrack.quota_use.taken IS 'How many of them were folded.';
COMMENT ON COLUMN errtrack.quota_use.shed IS 'How many were beyond the quota.';
SELECT pg_extension_config_dump('errtrack.quota_use', '');

/*
 * Leaves out of a batch what is beyond its project's quota, before anything of it
 * is read but project and time: what is shed must cost next to nothing.
 *
 * Who writes an event may say when it was received, and each minute of the past
 * would have a quota of its own.  But what is consumed now was committed after the
 * snapshot before: whatever it says, it counts to no minute before that.  So a
 * backlog counts to the minutes in which it came, and nobody to more than went by.
 */
CREATE FUNCTION errtrack.shed_over_quota(INOUT tids_0 tid[], INOUT tids_1 tid[], INOUT tids_2 tid[], OUT shed int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
  WITH
  -- the events of projects that have a quota
  event AS MATERIALIZED (
    SELECT r.slot, r.tid, r.project_id,
           date_trunc('minute', greatest(r.received_at, (SELECT i.prev_at FROM errtrack.inbox_progress AS i)), 'UTC') AS minute,
           p.events_per_minute
    FROM (SELECT slot, ctid AS tid, project_id, received_at FROM errtrack.raw_events_0 WHERE ctid = ANY (tids_0)
          UNION ALL
          SELECT slot, ctid, project_id, received_at FROM errtrack.raw_events_1 WHERE ctid = ANY (tids_1)
          UNION ALL
          SELECT slot, ctid, project_id, received_at FROM errtrack.raw_events_2 WHERE ctid = ANY (tids_2)) AS r
    JOIN errtrack.projects AS p ON p.project_id = r.project_id
    WHERE p.events_per_minute IS NOT NULL
  ),
  -- which of them is the last that its minute has room for?
  judged AS MATERIALIZED (
    SELECT e.slot, e.tid, e.project_id, e.minute,
           row_number() OVER (PARTITION BY e.project_id, e.minute ORDER BY e.slot, e.tid)
             > e.events_per_minute
               - coalesce((SELECT u.taken FROM errtrack.quota_use AS u
                           WHERE u.project_id = e.project_id AND u.minute = e.minute), 0) AS is_over
    FROM event AS e
  ),
  used AS (
    INSERT INTO errtrack.quota_use AS u (project_id, minute, taken, shed)
    SELECT project_id, minute, count(*) FILTER (WHERE NOT is_over), count(*) FILTER (WHERE is_over)
    FROM judged
    GROUP BY project_id, minute
    ON CONFLICT (project_id, minute) DO UPDATE SET taken = u.taken + excluded.taken, shed = u.shed + excluded.shed
  ),
  outcome AS (
    INSERT INTO errtrack.event_outcomes AS o (project_id, outcome, events, last_at)
    SELECT project_id, 'over_quota', count(*), errtrack.clock()
    FROM judged
    WHERE is_over
    GROUP BY project_id
    ON CONFLICT (project_id, outcome) DO UPDATE SET
      events = o.events + excluded.events, last_at = greatest(o.last_at, excluded.last_at)
  )
  SELECT ARRAY(SELECT t FROM unnest(tids_0) AS t WHERE t NOT IN (SELECT tid FROM judged WHERE is_over AND slot = 0)),
         ARRAY(SELECT t FROM unnest(tids_1) AS t WHERE t NOT IN (SELECT tid FROM judged WHERE is_over AND slot = 1)),
         ARRAY(SELECT t FROM unnest(tids_2) AS t WHERE t NOT IN (SELECT tid FROM judged WHERE is_over AND slot = 2)),
         (SELECT count(*) FROM judged WHERE is_over)
  INTO tids_0, tids_1, tids_2, shed;
END $$;
COMMENT ON FUNCTION errtrack.shed_over_quota(tid[], tid[], tid[]) IS
  'Part of fold(): takes events beyond their project''s quota out of a batch, and counts them.';

-- Sets both of a project's limits.
CREATE FUNCTION errtrack.set_quota(project_id int, events_per_minute int DEFAULT NULL,
                                   kept_per_hour int DEFAULT NULL)
RETURNS errtrack.projects
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed errtrack.projects;
BEGIN
  IF events_per_minute < 0 OR kept_per_hour < 0 THEN
    RAISE EXCEPTION 'a quota cannot be negative'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Pass null for no limit.';
  END IF;
  PERFORM errtrack.need_project(set_quota.project_id);
  UPDATE errtrack.projects AS p
  SET events_per_minute = set_quota.events_per_minute, kept_per_hour = set_quota.kept_per_hour
  WHERE p.project_id = set_quota.project_id
  RETURNING p.* INTO changed;
  RETURN changed;
END $$;
COMMENT ON FUNCTION errtrack.set_quota(int, int, int) IS
  'Limits a project, and returns it: events_per_minute, by when they were received (received_at, but not before the last time that the inbox was consumed); what comes beyond that is counted in event_outcomes (over_quota) and dropped before it is read. kept_per_hour, for each of its issues: what comes beyond that is counted to the issue, and in its flood_capped, but not kept whole. Null: no limit. Raises no_data_found for an unknown project.';

CREATE VIEW errtrack.quotas AS
  SELECT p.project_id, p.name, p.events_per_minute, p.kept_per_hour,
         coalesce(u.taken, 0) AS taken_this_minute, coalesce(u.shed, 0) AS shed_this_minute,
         coalesce(o.events, 0) AS shed, o.last_at AS last_shed_at,
         (SELECT coalesce(sum(i.flood_capped), 0) FROM errtrack.issues AS i
          WHERE i.project_id = p.project_id) AS flood_capped
  FROM errtrack.projects AS p
  LEFT JOIN errtrack.quota_use AS u
    ON u.project_id = p.project_id AND u.minute = date_trunc('minute', (SELECT errtrack.clock()), 'UTC')
  LEFT JOIN errtrack.event_outcomes AS o ON o.project_id = p.project_id AND o.outcome = 'over_quota';
COMMENT ON VIEW errtrack.quotas IS 'The limits of each project, and what was shed or not kept because of them.';
COMMENT ON COLUMN errtrack.quotas.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.quotas.name IS 'Its name.';
COMMENT ON COLUMN errtrack.quotas.events_per_minute IS 'How many events a minute are folded; null: all. Set by set_quota().';
COMMENT ON COLUMN errtrack.quotas.kept_per_hour IS 'How many events an hour are kept of each issue; null: as the sample has it. Set by set_quota().';
COMMENT ON COLUMN errtrack.quotas.taken_this_minute IS 'Events received in this minute that were folded; counted where there is a quota.';
COMMENT ON COLUMN errtrack.quotas.shed_this_minute IS 'Events received in this minute that were shed.';
COMMENT ON COLUMN errtrack.quotas.shed IS 'Events that were shed, ever.';
COMMENT ON COLUMN errtrack.quotas.last_shed_at IS 'When the last of them was.';
COMMENT ON COLUMN errtrack.quotas.flood_capped IS 'Events that the sample would have kept, but kept_per_hour did not.';
