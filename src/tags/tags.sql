-- ---- tags: which values an issue's tags have, and how often ---------------------------------------------------------

CREATE FUNCTION errtrack.facets_add(state internal, tags jsonb, server_name text, transaction text) RETURNS internal
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_facets_add';
COMMENT ON FUNCTION errtrack.facets_add(internal, jsonb, text, text) IS 'Part of facets(jsonb, text, text).';

CREATE FUNCTION errtrack.facets_final(state internal) RETURNS bytea
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_facets_final';
COMMENT ON FUNCTION errtrack.facets_final(internal) IS 'Part of facets(jsonb, text, text).';

CREATE AGGREGATE errtrack.facets(tags jsonb, server_name text, transaction text) (
  SFUNC = errtrack.facets_add, STYPE = internal, SSPACE = 4096, FINALFUNC = errtrack.facets_final,
  FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE);
COMMENT ON AGGREGATE errtrack.facets(jsonb, text, text) IS
  'How often each value of each tag comes in these events, for errtrack.facets_merge(bytea, bytea). Tags are an object, or a list of [key, value] or {key, value}; nested values, empty ones and null are passed over. server_name and transaction are tags of these names unless there are such. Null where there are no tags.';

CREATE FUNCTION errtrack.facets_merge(stored bytea, added bytea) RETURNS bytea
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_facets_merge';
COMMENT ON FUNCTION errtrack.facets_merge(bytea, bytea) IS
  'Adds what errtrack.facets(jsonb, text, text) made of a batch to what is stored of an issue (null: nothing yet), or one issue''s to another''s. Keeps the 32 most used keys (of the equally used, the latest) and the 50 most frequent values of each, as errtrack.issue_tags tells.';

CREATE AGGREGATE errtrack.facets_union(facets bytea) (
  SFUNC = errtrack.facets_merge, STYPE = bytea, PARALLEL = SAFE);
COMMENT ON AGGREGATE errtrack.facets_union(bytea) IS 'The sum of these facets: see errtrack.facets_merge(bytea, bytea).';

CREATE FUNCTION errtrack.read_facets(facets bytea)
RETURNS TABLE (key text, value text, events bigint, of_events bigint, missed_at_most bigint, remark text)
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_read_facets';
COMMENT ON FUNCTION errtrack.read_facets(bytea) IS
  'The rows of errtrack.issue_tags for what errtrack.facets_merge(bytea, bytea) made; of_events: all that have the key.';

CREATE TABLE errtrack.issue_facets (
  project_id int NOT NULL,
  issue_id bigint NOT NULL,
  facets bytea NOT NULL,
  PRIMARY KEY (project_id, issue_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE errtrack.issue_facets IS 'The tags of an issue''s events: what errtrack.issue_tags reads.';
COMMENT ON COLUMN errtrack.issue_facets.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_facets.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_facets.facets IS 'Made by errtrack.facets_merge(bytea, bytea); at most 16 kB.';
SELECT pg_extension_config_dump('errtrack.issue_facets', '');

CREATE VIEW errtrack.issue_tags AS
SELECT f.project_id, f.issue_id, t.key, t.value, t.events,
       t.events::double precision / nullif(t.of_events, 0) AS share, t.missed_at_most, t.remark
FROM errtrack.issue_facets AS f, LATERAL errtrack.read_facets(f.facets) AS t;
COMMENT ON VIEW errtrack.issue_tags IS
  'The most frequent values of the tags of an issue''s events, kept or not: of its 32 most used keys, 50 values each (fewer, where texts are so long that an issue would take more than 16 kB). server_name and transaction are among the keys. The events of a key add up to all that have it. A value that makes up more than one in 51 of them is always here.';
COMMENT ON COLUMN errtrack.issue_tags.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_tags.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_tags.key IS 'The tag''s key, its first 200 bytes. Null: all keys that are not kept.';
COMMENT ON COLUMN errtrack.issue_tags.value IS 'Its value, the first 200 bytes. Null: see remark.';
COMMENT ON COLUMN errtrack.issue_tags.events IS 'How many events were counted that have this value. Of a key''s: exact if the issue never had more than 32 keys.';
COMMENT ON COLUMN errtrack.issue_tags.share IS 'Their share (0 to 1) in the events that have the key.';
COMMENT ON COLUMN errtrack.issue_tags.missed_at_most IS 'How many more there may be, from when it was not among the most frequent values; 0: the count is exact. At most one in 51 of the key''s events, unless values are long.';
COMMENT ON COLUMN errtrack.issue_tags.remark IS
  'What a row without value stands for. other values: those that are not kept. nearly all different: more than nine in ten of the key''s first 100 events had a value of their own, so none is kept. other keys: each event is counted here for each of its keys that is not kept.';
