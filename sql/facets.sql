-- Shows which tags' values errtrack.issue_tags counts, which it keeps when there are many, and that bytes that are no
-- facets are refused.
\pset null (null)
\pset format unaligned

-- what is stored of an issue after one batch
CREATE FUNCTION pg_temp.stored(tags jsonb[]) RETURNS bytea LANGUAGE sql AS
$$ SELECT errtrack.facets_merge(NULL, errtrack.facets(t, NULL, NULL)) FROM unnest(tags) AS t $$;
-- and after a batch for each event
CREATE FUNCTION pg_temp.one_by_one(tags jsonb[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  facets bytea;
BEGIN
  FOR i IN 1 .. cardinality(tags) LOOP
    facets := errtrack.facets_merge(facets, (SELECT errtrack.facets(t, NULL, NULL) FROM unnest(tags[i:i]) AS t));
  END LOOP;
  RETURN facets;
END $$;
-- the rows, in an order of their own
CREATE FUNCTION pg_temp.shown(facets bytea) RETURNS TABLE (key text, value text, events bigint, of_events bigint, missed_at_most bigint, remark text)
LANGUAGE sql AS $$ SELECT * FROM errtrack.read_facets(facets) ORDER BY key COLLATE "C", events DESC, value COLLATE "C" $$;

--
-- What counts as a tag
--
SELECT * FROM pg_temp.shown(pg_temp.stored(ARRAY[
  '{"browser": "Firefox", "n": 1, "handled": true, "ratio": 1.50, "nothing": null, "empty": "", "": "no key", "list": [1], "object": {"a": 1}}',
  '{"browser": "Chrome", "n": 1, "handled": false}',
  '{"browser": "Firefox", "n": "1", "handled": "true"}',
  '{}', 'null', '"text"', '7', '[]', NULL]::jsonb[]));
-- lists, as SDKs send them; of the same key twice the first counts
SELECT * FROM pg_temp.shown(pg_temp.stored(ARRAY[
  '[["browser", "Firefox"], {"key": "os", "value": "Linux"}, {"key": "n", "value": 7}]',
  '[["browser", "Firefox"], ["browser", "Chrome"], ["browser"], ["a", "b", "c"], [1, "a"], ["deep", {"a": 1}], ["deep", [1]], ["none", null], [], {}, {"key": "x"}, {"value": "x"}, {"key": 1, "value": "x"}, 1, "text", null, true, [[1], 2]]']::jsonb[]));
-- the server and the route, unless there are tags of these names
SELECT pg_temp.shown(errtrack.facets(tags, server_name, transaction))
FROM (VALUES ('{"server_name": "tagged"}'::jsonb, 'web-1', 'GET /cart'), (NULL, 'web-1', NULL), ('{"transaction": ""}', '', 'GET /cart'), (NULL, NULL, NULL)) AS t (tags, server_name, transaction);
-- no tags, no facets
SELECT errtrack.facets(tags, server_name, NULL) AS facets FROM (VALUES (NULL::jsonb, NULL), ('{"a": null}', ''), ('[]', NULL)) AS t (tags, server_name);
SELECT errtrack.facets(NULL, NULL, NULL) AS of_no_rows WHERE false;
SELECT errtrack.facets_merge(NULL, NULL) AS of_nulls;
SELECT count(*) AS of_null FROM errtrack.read_facets(NULL);
-- long ones are cut at a whole character
SELECT octet_length(key) AS key_bytes, octet_length(value) AS value_bytes, events, right(key, 1) AS key_end, right(value, 1) AS value_end
FROM pg_temp.shown(pg_temp.stored(ARRAY[jsonb_build_object(repeat('k', 199) || 'ä', repeat('ü', 300)), jsonb_build_object(repeat('k', 199) || 'äx', repeat('ü', 200)),
                                        jsonb_build_object('exact', repeat('v', 200)), jsonb_build_object('number', 10 ^ 300)]));

-- many texts are told apart
SELECT count(*) AS values, min(events) AS least, max(events) AS most
FROM pg_temp.shown((SELECT errtrack.facets(jsonb_build_object(k, prefix || i % 50), NULL, NULL)
                    FROM generate_series(0, 199) AS i, (VALUES ('a', 'v'), ('b', '1234567'), ('c', '12345678'), ('d', repeat('x', 190))) AS t (k, prefix)));

-- what is forgotten takes no memory: of keys that are ever new, and of values
SELECT errtrack.facets(jsonb_build_object('many' || i, repeat('x', 190), 'same', repeat('x', 190) || i), NULL, NULL) IS NOT NULL AS made,
       (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) < 16 * 1024 * 1024 AS is_small
FROM generate_series(1, 100000) AS i;

--
-- Batches, one after the other, count like one
--
CREATE TEMPORARY TABLE events AS
SELECT i, jsonb_build_object('browser', 'browser ' || i % 7, 'os', 'os ' || i * i % 11, 'region', CASE WHEN i % 3 = 0 THEN 'region ' || i % 30 END, 'rare', CASE WHEN i = 333 THEN 'once' END) AS tags
FROM generate_series(1, 1000) AS i;
CREATE FUNCTION pg_temp.in_batches(size int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  facets bytea;
BEGIN
  FOR start IN 1 .. 1000 BY size LOOP
    facets := errtrack.facets_merge(facets, (SELECT errtrack.facets(tags, NULL, NULL) FROM events WHERE i >= start AND i < start + size));
  END LOOP;
  RETURN facets;
END $$;
CREATE FUNCTION pg_temp.counted(key text) RETURNS TABLE (value text, events bigint) LANGUAGE sql AS
$$ SELECT tags->>key, count(*) FROM events WHERE tags->>key IS NOT NULL GROUP BY 1 $$;
SELECT size, count(*) AS rows, count(*) FILTER (WHERE s.events = c.events AND s.missed_at_most = 0) AS exact, count(*) FILTER (WHERE c.value IS NULL) AS not_known
FROM unnest(ARRAY[1, 7, 100, 1000]) AS size, pg_temp.shown(pg_temp.in_batches(size)) AS s
LEFT JOIN LATERAL pg_temp.counted(s.key) AS c ON c.value = s.value
GROUP BY size ORDER BY size;

--
-- A key whose values are nearly all different is stopped, when 100 events have had it
--
SELECT n, what, count(value) AS values, max(events) FILTER (WHERE value IS NULL) AS others, max(of_events) AS of_events, string_agg(remark, ', ') AS remark
FROM (VALUES (99), (100), (101), (1000)) AS c (n),
     (VALUES ('each another', 1000000), ('95 of 100 different', 95), ('90 of 100 different', 90), ('60 of 100 different', 60), ('few', 3)) AS k (what, different),
     LATERAL pg_temp.shown((SELECT errtrack.facets_merge(NULL, errtrack.facets(jsonb_build_object('key', 'v' || i % least(k.different, n * 2)), NULL, NULL)) FROM generate_series(1, n) AS i)) AS s
GROUP BY n, what ORDER BY what, n;
-- batch by batch as well; what was useful once is not stopped later, and is not lost among what comes then
SELECT what, count(value) AS values, max(events) FILTER (WHERE value IS NOT NULL) AS most, max(of_events) AS of_events, max(missed_at_most) <= max(of_events) / 51 AS few_missed, string_agg(remark, ', ') AS remark
FROM (SELECT 'each another' AS what, pg_temp.one_by_one(ARRAY(SELECT jsonb_build_object('key', md5(i::text)) FROM generate_series(1, 300) AS i)) AS f
      UNION ALL SELECT 'useful, then each another', pg_temp.one_by_one(ARRAY(SELECT jsonb_build_object('key', CASE WHEN i <= 120 THEN 'v' || i % 3 ELSE md5(i::text) END) FROM generate_series(1, 600) AS i))
      UNION ALL SELECT '70 in turn', pg_temp.one_by_one(ARRAY(SELECT jsonb_build_object('key', 'host ' || i % 70) FROM generate_series(1, 1400) AS i))
      UNION ALL SELECT '70 in turn, a batch', pg_temp.stored(ARRAY(SELECT jsonb_build_object('key', 'host ' || i % 70) FROM generate_series(1, 1400) AS i))) AS t, pg_temp.shown(f) AS s
GROUP BY what ORDER BY what;
-- it stays stopped, and goes on to count
SELECT pg_temp.shown(errtrack.facets_merge(pg_temp.stored(ARRAY(SELECT jsonb_build_object('id', i) FROM generate_series(1, 200) AS i)), pg_temp.stored(ARRAY(SELECT jsonb_build_object('id', 1) FROM generate_series(1, 5000) AS i))));
-- a large batch with another value in each event does not stop a key that is useful
SELECT key, count(value) AS values, max(events) FILTER (WHERE value = 'usual') AS usual, max(of_events) AS of_events
FROM pg_temp.shown(errtrack.facets_merge(pg_temp.stored(ARRAY(SELECT '{"id": "usual"}'::jsonb FROM generate_series(1, 5000))),
                                         (SELECT errtrack.facets(jsonb_build_object('id', i), NULL, NULL) FROM generate_series(1, 5000) AS i)))
GROUP BY key;

--
-- Of many values the frequent ones are kept: no count is too high, none is too low by more than it says, and that is at
-- most one in 51
--
CREATE TEMPORARY TABLE skewed AS
SELECT i, 'value ' || floor(power(3000, ((i * 7919::bigint) % 20011) / 20011.0))::int AS v FROM generate_series(1, 20000) AS i;
-- one that comes late, when all places have long been taken
INSERT INTO skewed SELECT 20000 + i, CASE WHEN i % 2 = 0 THEN 'late' ELSE 'other ' || i END FROM generate_series(1, 2000) AS i;
CREATE FUNCTION pg_temp.skewed(size int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  facets bytea;
BEGIN
  FOR start IN 1 .. 22000 BY size LOOP
    facets := errtrack.facets_merge(facets, (SELECT errtrack.facets(jsonb_build_object('key', v), NULL, NULL) FROM skewed WHERE i >= start AND i < start + size));
  END LOOP;
  RETURN facets;
END $$;
CREATE INDEX ON skewed (i);
CREATE TEMPORARY TABLE counted AS SELECT v, count(*) AS n FROM skewed GROUP BY v;
SELECT size, count(s.value) AS values, sum(s.events) AS sum_of_events,
       count(*) FILTER (WHERE s.events > c.n) AS too_high, count(*) FILTER (WHERE s.events + s.missed_at_most < c.n) AS too_low,
       max(s.missed_at_most) <= 22000 / 51 AS few_missed,
       (SELECT count(*) FROM counted WHERE n > 22000 / 51 AND v NOT IN (SELECT value FROM pg_temp.shown(f) WHERE value IS NOT NULL)) AS frequent_not_kept,
       count(*) FILTER (WHERE s.value = 'late') AS late
FROM (SELECT size, pg_temp.skewed(size) AS f FROM unnest(ARRAY[10, 200, 5000, 22000]) AS size) AS b, pg_temp.shown(f) AS s LEFT JOIN counted AS c ON c.v = s.value
GROUP BY size, f ORDER BY size;
-- and so where two issues become one
SELECT count(s.value) AS values, sum(s.events) AS sum_of_events, count(*) FILTER (WHERE s.events > 2 * c.n) AS too_high,
       count(*) FILTER (WHERE s.events + s.missed_at_most < 2 * c.n) AS too_low, max(s.missed_at_most) <= 44000 / 51 AS few_missed
FROM pg_temp.shown(errtrack.facets_merge(pg_temp.skewed(5000), pg_temp.skewed(200))) AS s LEFT JOIN counted AS c ON c.v = s.value;

--
-- Of many keys the most used are kept; the events of the others are told
--
SELECT count(DISTINCT key) AS keys, count(*) FILTER (WHERE key LIKE 'common%') AS common, sum(events) AS all_pairs, max(events) FILTER (WHERE key IS NULL) AS of_others, max(remark) AS remark
FROM pg_temp.shown(pg_temp.stored(ARRAY(SELECT jsonb_object_agg('common ' || k, 'v') || jsonb_build_object('junk ' || i, 'v') FROM generate_series(1, 500) AS i, generate_series(1, 31) AS k GROUP BY i)));
SELECT count(DISTINCT key) AS keys, max(events) FILTER (WHERE key = 'late') AS late, sum(events) AS all_pairs
FROM pg_temp.shown(pg_temp.one_by_one(ARRAY(SELECT jsonb_build_object('junk ' || i, 'v') FROM generate_series(1, 100) AS i) || ARRAY(SELECT jsonb_build_object('late', 'v', 'junk ' || i, 'v') FROM generate_series(101, 150) AS i)));
-- an event with thousands of them, as an object and as a list
SELECT count(DISTINCT key) AS keys, sum(events) AS all_pairs FROM pg_temp.shown(pg_temp.stored(ARRAY(SELECT jsonb_object_agg('k' || k, 'v') FROM generate_series(1, 3000) AS k)));
SELECT count(DISTINCT key) AS keys, sum(events) AS all_pairs FROM pg_temp.shown(pg_temp.stored(ARRAY(SELECT jsonb_agg(jsonb_build_array('k' || k, 'v')) FROM generate_series(1, 3000) AS k)));

-- what is stored stays within 16 kB; its counts add up all the same
SELECT octet_length(f) <= 16384 AS small, octet_length(f) > 4096 AS used, count(DISTINCT s.key) AS keys, count(s.value) AS values, sum(s.events) AS all_pairs, bool_or(s.missed_at_most > 0) AS some_missed
FROM (SELECT pg_temp.stored(ARRAY(SELECT jsonb_object_agg(repeat('k', 190) || k, repeat('v', 190) || i % 40) FROM generate_series(1, 400) AS i, generate_series(1, 9) AS k GROUP BY i)) AS f) AS t, pg_temp.shown(f) AS s
GROUP BY f;
SELECT octet_length(f) <= 16384 AS small, count(s.value) AS values, sum(s.events) AS all_pairs
FROM (SELECT pg_temp.one_by_one(ARRAY(SELECT jsonb_object_agg(lpad(k::text, 200, 'k'), lpad((i * k)::text, 200, 'v')) FROM generate_series(1, 60) AS i, generate_series(1, 32) AS k GROUP BY i)) AS f) AS t, pg_temp.shown(f) AS s
GROUP BY f;

--
-- What is no facets
--
-- what is stored must be read by later versions, too
SELECT pg_temp.stored(ARRAY['{"a": "b", "c": 7}', '{"a": "b"}']::jsonb[]) AS stored;
CREATE FUNCTION pg_temp.raised(f bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
BEGIN
  PERFORM * FROM errtrack.read_facets(f);
  RETURN 'none';
EXCEPTION WHEN invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN SQLERRM || ': ' || detail;
END $$;
SELECT what, pg_temp.raised(f)
FROM (VALUES
  (1, 'nothing', ''::bytea), (2, 'another version', '\x020000'), (3, 'version only', '\x01'), (4, 'no number of keys', '\x0100'), (5, 'no keys', '\x010000'),
  (6, 'more behind', '\x01000000'), (7, 'too many keys', '\x010021'), (8, 'a key is missing', '\x010001'), (9, 'a key without name', '\x01000100'),
  (10, 'a name that is cut', '\x0100010261'), (11, 'a name too long', '\x010001c901'), (12, 'a number without end', '\x01ffffffffffffffffffff'), (13, 'a number too large', '\x01818080808080808001'),
  (14, 'the largest', '\x0180808080808080800100'), (15, 'a key', '\x010001016102010000'), (16, 'more different than events', '\x010001016102030000'), (17, 'more missed than events', '\x010001016102010300'),
  (18, 'a value', '\x01000101610201000101620200'), (19, 'with more events than its key', '\x01000101610201000101620300'), (20, 'missed more than its key', '\x01000101610201000101620201'),
  (21, 'without text', '\x010001016102010001000200'), (22, 'stopped', '\x010001016102000065'), (23, 'too many values', '\x010001016102000066'),
  (24, 'bytes that are no text', '\x01000101ff02010000'), (25, 'a byte of zero', '\x010001010002010000')
) AS t (n, what, f)
ORDER BY n;
SELECT errtrack.facets_merge('\x02', NULL);
SELECT errtrack.facets_merge('\x010000', '\x01');
-- counts that would become too large
SELECT errtrack.facets_merge('\x0180808080808080800100', '\x010100');
SELECT errtrack.facets_merge('\x0100010161808080808080808001000000', '\x0100010161808080808080808001000000');
-- it is for the aggregate only; servers say so in different ways
DO $$ BEGIN
  PERFORM errtrack.facets_add(NULL, '{}', NULL, NULL);
  RAISE 'can be called';
EXCEPTION WHEN undefined_function OR feature_not_supported THEN
END $$;

-- every truncation and thousands of changed bytes: refused, or facets that can be merged and read then
CREATE TEMPORARY TABLE parts AS
SELECT 'few' AS what, pg_temp.stored(ARRAY['{"a": "b", "c": 7}', '{"a": "b"}', '{"a": "c"}']::jsonb[]) AS f
UNION ALL SELECT 'many', pg_temp.skewed(5000)
UNION ALL SELECT 'batch', (SELECT errtrack.facets(jsonb_build_object('id', i, 'n', i % 80), 'web', NULL) FROM generate_series(1, 500) AS i);
CREATE FUNCTION pg_temp.survives(changed bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  twice bytea;
BEGIN
  twice := errtrack.facets_merge(changed, changed);
  PERFORM errtrack.facets_merge(p.f, twice) FROM parts AS p;
  RETURN (SELECT bool_and(pg_temp.raised(m) IN ('none', 'invalid facets: A text is not in the encoding of the database.'))
          FROM (SELECT twice AS m UNION ALL SELECT errtrack.facets_merge(errtrack.facets_merge(changed, p.f), changed) FROM parts AS p) AS t);
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN NULL;
END $$;
SELECT what, count(*) AS cut, count(r) AS not_refused
FROM parts, generate_series(0, octet_length(f) - 1) AS l, pg_temp.survives(substr(f, 1, l)) AS r
GROUP BY what, f ORDER BY what;
SELECT what, count(*) AS changed, count(*) FILTER (WHERE NOT r) AS wrong, count(r) > 0 AS some_are_facets, count(r) < count(*) AS some_are_none
FROM parts, generate_series(1, 2000) AS i,
     pg_temp.survives(set_byte(set_byte(f, (i * 7919) % octet_length(f), i * 31 % 256), (i * 104729) % octet_length(f), i * 17 % 256)) AS r
GROUP BY what ORDER BY what;
-- the same, of what stands in front of texts
SELECT what, count(*) AS changed, count(*) FILTER (WHERE NOT r) AS wrong
FROM parts, generate_series(0, least(octet_length(f), 30) - 1) AS at, unnest(ARRAY[0, 1, 2, 50, 100, 101, 102, 127, 128, 200, 255]) AS b, pg_temp.survives(set_byte(f, at, b)) AS r
GROUP BY what ORDER BY what;

--
-- What people read
--
INSERT INTO errtrack.issue_facets
SELECT 1, 7, errtrack.facets_merge(NULL, errtrack.facets(jsonb_build_object('browser', CASE WHEN i % 4 = 0 THEN 'Firefox' ELSE 'Chrome' END, 'request_id', i, 'host', 'h' || i % 60), 'web-' || i % 2, 'GET /cart'))
FROM generate_series(1, 120) AS i;
SELECT * FROM errtrack.issue_tags WHERE project_id = 1 AND issue_id = 7 AND key <> 'host' ORDER BY key COLLATE "C", events DESC, value COLLATE "C";
SELECT count(value) AS hosts, round(sum(share)::numeric, 9) AS sum_of_shares FROM errtrack.issue_tags WHERE key = 'host';
DELETE FROM errtrack.issue_facets;
