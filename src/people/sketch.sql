-- ---- people: how many different users and sessions an error met -----------------------------------------------------

CREATE FUNCTION errtrack.sketch_add(state internal, value text) RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_sketch_add';
COMMENT ON FUNCTION errtrack.sketch_add(internal, text) IS 'Part of sketch(text).';

CREATE FUNCTION errtrack.sketch_final(state internal) RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_sketch_final';
COMMENT ON FUNCTION errtrack.sketch_final(internal) IS 'Part of sketch(text).';

CREATE AGGREGATE errtrack.sketch(value text) (
  SFUNC = errtrack.sketch_add, STYPE = internal, SSPACE = 256, FINALFUNC = errtrack.sketch_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE errtrack.sketch(text) IS
  'The set of these texts, of which errtrack.sketch_count(bytea) tells the size: exactly up to 256 different ones, beyond that by HyperLogLog with a standard error of 2.3 %. Null and empty texts are none; null where there are no others.';

CREATE FUNCTION errtrack.sketch_merge(a bytea, b bytea) RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_sketch_merge';
COMMENT ON FUNCTION errtrack.sketch_merge(bytea, bytea) IS
  'The union of two sets that errtrack.sketch(text) made, as it would have made it of all their texts: equal to a where b adds nothing. Null is the empty set.';

CREATE AGGREGATE errtrack.sketch_union(sketch bytea) (
  SFUNC = errtrack.sketch_merge, STYPE = bytea, PARALLEL = SAFE);
COMMENT ON AGGREGATE errtrack.sketch_union(bytea) IS 'The union of these sets: see errtrack.sketch_merge(bytea, bytea).';

CREATE FUNCTION errtrack.sketch_count(sketch bytea) RETURNS bigint
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_sketch_count';
COMMENT ON FUNCTION errtrack.sketch_count(bytea) IS
  'How many different texts a set has that errtrack.sketch(text) made: exact up to 256, then with a standard error of 2.3 % (one in 20 is off by more than 4.6 %; around 5,000, where one way of estimating gives way to another, by 7 %).';

CREATE FUNCTION errtrack.sketch_is_exact(sketch bytea) RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_sketch_is_exact';
COMMENT ON FUNCTION errtrack.sketch_is_exact(bytea) IS
  'Whether errtrack.sketch_count(bytea) is exact for this set.';

-- Both sets fit into a page at their largest, and hashes cannot be compressed: out of line they would only be slower.
CREATE TABLE errtrack.issue_people (
  project_id int NOT NULL,
  issue_id bigint NOT NULL,
  users bytea,
  sessions bytea,
  PRIMARY KEY (project_id, issue_id)
) WITH (fillfactor = 70);
ALTER TABLE errtrack.issue_people ALTER users SET STORAGE PLAIN, ALTER sessions SET STORAGE PLAIN;
COMMENT ON TABLE errtrack.issue_people IS 'Whom an issue met: what errtrack.issue_users reads.';
COMMENT ON COLUMN errtrack.issue_people.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_people.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_people.users IS 'The set of user_id, made by errtrack.sketch(text); null: no event named one.';
COMMENT ON COLUMN errtrack.issue_people.sessions IS 'The set of session_id, made by errtrack.sketch(text); null: no event named one.';
SELECT pg_extension_config_dump('errtrack.issue_people', '');

CREATE TABLE errtrack.release_people (
  project_id int NOT NULL,
  release text NOT NULL,
  users bytea,
  sessions bytea,
  PRIMARY KEY (project_id, release)
) WITH (fillfactor = 70);
ALTER TABLE errtrack.release_people ALTER users SET STORAGE PLAIN, ALTER sessions SET STORAGE PLAIN;
COMMENT ON TABLE errtrack.release_people IS 'Whom a release''s errors met: what errtrack.release_users reads.';
COMMENT ON COLUMN errtrack.release_people.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.release_people.release IS 'The release.';
COMMENT ON COLUMN errtrack.release_people.users IS 'The set of user_id, made by errtrack.sketch(text); null: no event named one.';
COMMENT ON COLUMN errtrack.release_people.sessions IS 'The set of session_id, made by errtrack.sketch(text); null: no event named one.';
SELECT pg_extension_config_dump('errtrack.release_people', '');

CREATE VIEW errtrack.issue_users AS
SELECT project_id, issue_id, errtrack.sketch_count(users) AS users_affected,
       errtrack.sketch_count(sessions) AS sessions_affected,
       errtrack.sketch_is_exact(users) AND errtrack.sketch_is_exact(sessions) AS exact
FROM errtrack.issue_people;
COMMENT ON VIEW errtrack.issue_users IS
  'How many different users and sessions had events of an issue, kept or not. An issue none of whose events names any has no row.';
COMMENT ON COLUMN errtrack.issue_users.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.issue_users.issue_id IS 'The issue.';
COMMENT ON COLUMN errtrack.issue_users.users_affected IS 'Different user_id: exact up to 256, then with a standard error of 2.3 %.';
COMMENT ON COLUMN errtrack.issue_users.sessions_affected IS 'Different session_id: exact up to 256, then with a standard error of 2.3 %.';
COMMENT ON COLUMN errtrack.issue_users.exact IS 'Whether both are exact.';

CREATE VIEW errtrack.release_users AS
SELECT project_id, release, errtrack.sketch_count(users) AS users_affected,
       errtrack.sketch_count(sessions) AS sessions_affected,
       errtrack.sketch_is_exact(users) AND errtrack.sketch_is_exact(sessions) AS exact
FROM errtrack.release_people;
COMMENT ON VIEW errtrack.release_users IS
  'How many different users and sessions had errors in a release, of any issue. A release none of whose events names any has no row; who had no errors is not known.';
COMMENT ON COLUMN errtrack.release_users.project_id IS 'The project.';
COMMENT ON COLUMN errtrack.release_users.release IS 'The release.';
COMMENT ON COLUMN errtrack.release_users.users_affected IS 'Different user_id: exact up to 256, then with a standard error of 2.3 %.';
COMMENT ON COLUMN errtrack.release_users.sessions_affected IS 'Different session_id: exact up to 256, then with a standard error of 2.3 %.';
COMMENT ON COLUMN errtrack.release_users.exact IS 'Whether both are exact.';
