-- ---- how many events of each environment, and when -------------------------------------------------------------------

-- release_health() asks what a deploy changed, of all events: occurrences are a sample, issue_counts know no environment.
CREATE TABLE errtrack.environment_counts (
  project_id int NOT NULL,
  minute timestamptz NOT NULL,
  environment text NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (project_id, minute, environment)
) WITH (fillfactor = 50);
COMMENT ON TABLE errtrack.environment_counts IS
  'Events of a project''s environments by the minute in which they occurred, for two days.';
COMMENT ON COLUMN errtrack.environment_counts.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.environment_counts.minute IS 'A full minute (UTC).';
COMMENT ON COLUMN errtrack.environment_counts.environment IS 'The environment; empty where events name none. ''(others)'': beyond the first hundred of a minute they are not told apart.';
COMMENT ON COLUMN errtrack.environment_counts.events IS 'How many.';
SELECT pg_extension_config_dump('errtrack.environment_counts', '');
