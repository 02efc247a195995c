-- ---- how many events, and when --------------------------------------------------------------------------------------

/*
 * A bucket's width depends on how long ago it is, and upkeep() rolls up what has
 * become older.  That is a DELETE and not a TRUNCATE: a row is either in the narrow
 * bucket or in the wide one for every snapshot, so that pg_dump and long reports
 * add up; and so a level needs no more than one table.
 */
CREATE TABLE errtrack.issue_counts (
  project_id int NOT NULL,
  minutes smallint NOT NULL,
  issue_id bigint NOT NULL,
  bucket timestamptz NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (project_id, issue_id, bucket, minutes)
) PARTITION BY LIST (minutes);
COMMENT ON TABLE errtrack.issue_counts IS
  'Events of an issue by the time when they occurred: by the minute for two days, by the hour for ninety, by the day before that. All of an issue''s rows together are its occurrence_count.';
COMMENT ON COLUMN errtrack.issue_counts.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_counts.minutes IS 'How long the bucket is: 1, 60 or 1440 minutes.';
COMMENT ON COLUMN errtrack.issue_counts.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_counts.bucket IS 'When it begins: a full minute, hour or day (UTC).';
COMMENT ON COLUMN errtrack.issue_counts.events IS 'How many.';
CREATE TABLE errtrack.issue_counts_minutes PARTITION OF errtrack.issue_counts FOR VALUES IN (1);
CREATE TABLE errtrack.issue_counts_hours PARTITION OF errtrack.issue_counts FOR VALUES IN (60);
CREATE TABLE errtrack.issue_counts_days PARTITION OF errtrack.issue_counts FOR VALUES IN (1440);
COMMENT ON TABLE errtrack.issue_counts_minutes IS 'Part of issue_counts: the last two days, by the minute.';
COMMENT ON TABLE errtrack.issue_counts_hours IS 'Part of issue_counts: the last ninety days, by the hour.';
COMMENT ON TABLE errtrack.issue_counts_days IS 'Part of issue_counts: what is older, by the day.';
-- by which upkeep() finds what is to be rolled up
CREATE INDEX issue_counts_minutes_bucket_idx ON errtrack.issue_counts_minutes (bucket);
CREATE INDEX issue_counts_hours_bucket_idx ON errtrack.issue_counts_hours (bucket);
SELECT pg_extension_config_dump('errtrack.issue_counts_minutes', '');
SELECT pg_extension_config_dump('errtrack.issue_counts_hours', '');
SELECT pg_extension_config_dump('errtrack.issue_counts_days', '');

-- Called for each event: inlined.
CREATE FUNCTION errtrack.bucket_minutes(seen_at timestamptz, at timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN at - seen_at <= interval '2 days' THEN 1::smallint
              WHEN at - seen_at <= interval '90 days' THEN 60::smallint
              ELSE 1440::smallint END
$$;
COMMENT ON FUNCTION errtrack.bucket_minutes(timestamptz, timestamptz) IS
  'How long the bucket is, in minutes, that takes an event of the first time at the second.';

-- Called for each event: inlined.  All there is lies behind the origin: before one, date_bin() has rounded full hours wrongly.
CREATE FUNCTION errtrack.bucket_start(seen_at timestamptz, minutes smallint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE minutes
    WHEN 1 THEN date_bin(interval '1 minute', seen_at, timestamptz '4714-11-24 00:00+00 BC')
    WHEN 60 THEN date_bin(interval '1 hour', seen_at, timestamptz '4714-11-24 00:00+00 BC')
    ELSE date_bin(interval '1 day', seen_at, timestamptz '4714-11-24 00:00+00 BC') END
$$;
COMMENT ON FUNCTION errtrack.bucket_start(timestamptz, smallint) IS
  'When the bucket of so many minutes (1, 60 or 1440) that holds this time begins.';
