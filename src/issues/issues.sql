-- ---- issues ---------------------------------------------------------------------------------------------------------

CREATE TYPE errtrack.issue_status AS ENUM ('unresolved', 'acknowledged', 'resolved', 'regressed', 'ignored');
COMMENT ON TYPE errtrack.issue_status IS 'Where an issue is in its life.';

CREATE SEQUENCE errtrack.issues_issue_id_seq;
COMMENT ON SEQUENCE errtrack.issues_issue_id_seq IS 'Issue ids, unique across projects.';

CREATE TABLE errtrack.issues (
  project_id int NOT NULL,
  issue_id bigint NOT NULL,
  title text NOT NULL,
  culprit text,
  exception_class text,
  level text NOT NULL,
  platform text,
  status errtrack.issue_status NOT NULL DEFAULT 'unresolved',
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  occurrence_count bigint NOT NULL,
  release_introduced text,
  release_fixed text,
  resolved_at timestamptz,
  regressed_at timestamptz,
  regression_count int NOT NULL DEFAULT 0,
  flood_capped bigint NOT NULL DEFAULT 0,
  resolved_in_next boolean NOT NULL DEFAULT false,
  assignee text,
  PRIMARY KEY (project_id, issue_id)
);
ALTER SEQUENCE errtrack.issues_issue_id_seq OWNED BY errtrack.issues.issue_id;
CREATE UNIQUE INDEX issues_issue_id_idx ON errtrack.issues (issue_id);
-- those that wait for the next release: see settle_fixes()
CREATE INDEX issues_awaiting_idx ON errtrack.issues (project_id, issue_id)
  WHERE status = 'resolved' AND resolved_in_next AND release_fixed IS NULL;
-- those that somebody has to look at: few of all that there have been; the fold changes none of its columns
CREATE INDEX issues_open_idx ON errtrack.issues (project_id)
  WHERE status IN ('unresolved', 'acknowledged', 'regressed');
COMMENT ON TABLE errtrack.issues IS 'Groups of events that are the same error.';
COMMENT ON COLUMN errtrack.issues.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issues.issue_id IS 'Unique across projects.';
COMMENT ON COLUMN errtrack.issues.title IS 'Class and first line of the message of its first event.';
COMMENT ON COLUMN errtrack.issues.culprit IS 'The frame to blame, the innermost in-app one: function (module:line).';
COMMENT ON COLUMN errtrack.issues.exception_class IS 'The exception''s class.';
COMMENT ON COLUMN errtrack.issues.level IS 'fatal, error, warning, info or debug.';
COMMENT ON COLUMN errtrack.issues.platform IS 'The language or runtime.';
COMMENT ON COLUMN errtrack.issues.status IS 'Where it is in its life.';
COMMENT ON COLUMN errtrack.issues.first_seen IS 'When its earliest event occurred.';
COMMENT ON COLUMN errtrack.issues.last_seen IS 'When its latest event occurred.';
COMMENT ON COLUMN errtrack.issues.occurrence_count IS 'How many events, kept or not.';
COMMENT ON COLUMN errtrack.issues.release_introduced IS 'The lowest release it was seen in, of the package of the first event that names one.';
COMMENT ON COLUMN errtrack.issues.release_fixed IS 'The release that resolve() named, or that turned out to be the next; null where it waits for that, or none was asked for.';
COMMENT ON COLUMN errtrack.issues.resolved_at IS 'When it was last resolved; null when it was reopened.';
COMMENT ON COLUMN errtrack.issues.resolved_in_next IS 'Whether it was last resolved in the next release.';
COMMENT ON COLUMN errtrack.issues.assignee IS 'Who looks after it: what assign() said.';
COMMENT ON COLUMN errtrack.issues.regressed_at IS 'When it last came back after it was resolved.';
COMMENT ON COLUMN errtrack.issues.regression_count IS 'How often it came back.';
COMMENT ON COLUMN errtrack.issues.flood_capped IS 'How many events were counted but not kept, because more came in an hour than its project''s kept_per_hour.';
SELECT pg_extension_config_dump('errtrack.issues', '');
SELECT pg_extension_config_dump('errtrack.issues_issue_id_seq', '');

CREATE TABLE errtrack.fingerprints (
  project_id int NOT NULL,
  fingerprint bytea NOT NULL,
  issue_id bigint NOT NULL,
  version smallint NOT NULL DEFAULT 1,
  PRIMARY KEY (project_id, fingerprint)
);
COMMENT ON TABLE errtrack.fingerprints IS 'Which issue an event with a fingerprint belongs to; an issue may have several.';
COMMENT ON COLUMN errtrack.fingerprints.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.fingerprints.fingerprint IS 'As errtrack.fingerprint() returns it.';
COMMENT ON COLUMN errtrack.fingerprints.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.fingerprints.version IS 'Version of the rules that made the fingerprint.';
SELECT pg_extension_config_dump('errtrack.fingerprints', '');

CREATE TABLE errtrack.issue_releases (
  project_id int NOT NULL,
  issue_id bigint NOT NULL,
  release text NOT NULL,
  environment text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (project_id, issue_id, release, environment)
);
COMMENT ON TABLE errtrack.issue_releases IS 'In which releases and environments an issue was seen.';
COMMENT ON COLUMN errtrack.issue_releases.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_releases.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_releases.release IS 'The release; empty where events name none.';
COMMENT ON COLUMN errtrack.issue_releases.environment IS 'The environment; empty where events name none.';
COMMENT ON COLUMN errtrack.issue_releases.first_seen IS 'When the earliest of these events occurred.';
COMMENT ON COLUMN errtrack.issue_releases.last_seen IS 'When the latest of these events occurred.';
COMMENT ON COLUMN errtrack.issue_releases.events IS 'How many.';
SELECT pg_extension_config_dump('errtrack.issue_releases', '');

CREATE TABLE errtrack.seen_events (
  project_id int NOT NULL,
  slot smallint NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (project_id, event_id, slot)
) PARTITION BY LIST (slot);
COMMENT ON TABLE errtrack.seen_events IS 'The ledger of event ids, by which an event that is sent twice within seven days is recognised. A ring.';
COMMENT ON COLUMN errtrack.seen_events.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.seen_events.slot IS 'The leaf, by when it was consumed.';
COMMENT ON COLUMN errtrack.seen_events.event_id IS 'The event.';
COMMENT ON COLUMN errtrack.seen_events.received_at IS 'When it first arrived.';
