-- ---- the order of releases, as far as their texts tell it -----------------------------------------------------------

CREATE FUNCTION errtrack.release_compare(a text, b text) RETURNS int
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_release_compare';
COMMENT ON FUNCTION errtrack.release_compare(text, text) IS
  'Which of two releases is newer: -1 where a is older than b, 0 where they are the same, 1 where a is newer; null where the texts alone do not say (hashes, names) or the packages, before the last @, differ. A release without a package is compared as if it had the other''s. The order is transitive but in one place: an integer may be a day, so that 20240115 is older than 3000.0 and that older than 9999999, but 20240115 against 9999999 is null.';

CREATE FUNCTION errtrack.release_package(version text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_release_package';
COMMENT ON FUNCTION errtrack.release_package(text) IS
  'What stands before the last @ of a release, without blanks around it; empty where there is nothing.';

CREATE FUNCTION errtrack.release_key(version text) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_release_key';
COMMENT ON FUNCTION errtrack.release_key(text) IS
  'Bytes for ORDER BY and indexes: of two releases of one package that errtrack.release_compare(text, text) orders, the older has the lower key, and the same ones have the same; so have builds that only a hash or a name tells apart (1.2+ga and 1.2+hotfix), whose order is that of time. The package is not in it. Null where the text is no version (a hash, a name), or the key would have more than 2000 bytes.';

CREATE FUNCTION errtrack.release_number(version text) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_release_number';
COMMENT ON FUNCTION errtrack.release_number(text) IS
  'The first number of a version, of a day its year; 10^24 stands for all that are larger. Null where errtrack.release_key(text) is.';

CREATE FUNCTION errtrack.lower_release(a text, b text) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'errtrack_lower_release';
COMMENT ON FUNCTION errtrack.lower_release(text, text) IS
  'b where it is older than a and names the same package, or none as a does; else a. Where one is null or empty, the other.';

CREATE AGGREGATE errtrack.lowest_release(version text) (
  SFUNC = errtrack.lower_release, STYPE = text, PARALLEL = SAFE);
COMMENT ON AGGREGATE errtrack.lowest_release(text) IS
  'The oldest of these releases, as errtrack.lower_release(text, text) tells it one after the other: where not all are of one package and have an order, the one to begin with decides, so call it with ORDER BY. Null and empty ones are passed over; null where there are no others.';

