-- Shows how many different people errtrack.sketch() counts, that sets can be merged in any way, and that bytes that are
-- no set are refused.
\pset null (null)
\pset format unaligned

-- the set of n texts from "first" on
CREATE FUNCTION pg_temp.people(first int, n int) RETURNS bytea LANGUAGE sql AS
$$ SELECT errtrack.sketch('user-' || i) FROM generate_series(first, first + n - 1) AS i $$;

--
-- Exact up to 256; no larger than 1.3 kB; a text counts once
--
SELECT n, errtrack.sketch_count(s) AS counted, errtrack.sketch_is_exact(s) AS exact, octet_length(s) AS bytes
FROM unnest(ARRAY[1, 2, 7, 8, 9, 255, 256]) AS n, pg_temp.people(1, n) AS s;
SELECT bool_and(errtrack.sketch_count(pg_temp.people(n, n)) = n AND errtrack.sketch_is_exact(pg_temp.people(n, n))) AS each_to_256_is
FROM generate_series(1, 256) AS n;
SELECT errtrack.sketch_is_exact(s) AS exact, octet_length(s) AS bytes, errtrack.sketch_count(s) BETWEEN 250 AND 264 AS near
FROM pg_temp.people(1, 257) AS s;
SELECT errtrack.sketch_count(errtrack.sketch('user-' || i % 256)) AS of_256_often,
       errtrack.sketch('user-' || i % 256) = pg_temp.people(0, 256) AS same_set FROM generate_series(1, 20000) AS i;
SELECT errtrack.sketch_count(errtrack.sketch(v)) AS counted
FROM (VALUES ('a'), ('A'), (' a'), ('a '), ('ä'), (repeat('a', 8)), (repeat('a', 9)), (repeat('a', 16)), (repeat('a', 100000)), ('a')) AS t (v);

-- null and empty texts are nobody
SELECT errtrack.sketch(v) AS sketch, errtrack.sketch_count(errtrack.sketch(v)) AS counted,
       errtrack.sketch_is_exact(errtrack.sketch(v)) AS exact
FROM unnest(ARRAY[NULL, '']) AS v;
SELECT errtrack.sketch(v) AS of_no_rows FROM unnest('{}'::text[]) AS v;
SELECT errtrack.sketch_count(errtrack.sketch(v)) AS beside_one FROM unnest(ARRAY[NULL, '', 'ann', '', NULL]) AS v;

-- what is stored must be found again by later versions, and after a move to another machine
SELECT errtrack.sketch(v) AS stored FROM unnest(ARRAY['ann', 'ben@shop.example', '7', 'Zoë']) AS v;
SELECT sha256(pg_temp.people(1, 1000)) AS of_registers;

--
-- Beyond: within three times the standard error of 2.3 %, and that is how far they are off on average, too
--
SELECT n, errtrack.sketch_is_exact(s) AS exact, abs(errtrack.sketch_count(s) - n) / n::float8 < 3 * 0.023 AS within
FROM unnest(ARRAY[300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000]) AS n, pg_temp.people(1, n) AS s;
SELECT sqrt(avg(power(errtrack.sketch_count(s) / 20000.0 - 1, 2))) BETWEEN 0.015 AND 0.03 AS spread,
       abs(avg(errtrack.sketch_count(s) / 20000.0 - 1)) < 0.01 AS not_to_one_side
FROM (SELECT errtrack.sketch(p || '-' || i) AS s FROM generate_series(1, 40) AS p, generate_series(1, 20000) AS i GROUP BY p) AS t;
-- ids as applications make them: numbers, uuids, digests, mail addresses
SELECT kind, abs(errtrack.sketch_count(s) / 50000.0 - 1) < 3 * 0.023 AS within
FROM (SELECT kind, errtrack.sketch(v) AS s
      FROM generate_series(1, 50000) AS i,
           LATERAL (VALUES ('number', i::text), ('far apart', (i * 4096::bigint)::text), ('uuid', lpad(to_hex(i), 32, '0')::uuid::text), ('digest', md5(i::text)),
                           ('mail', 'customer' || i || '@shop.example'), ('long', repeat('x', 120) || i), ('front', i || repeat('x', 21))) AS k (kind, v)
      GROUP BY kind) AS t
ORDER BY kind;

--
-- Merged sets are the set of all their texts, to the byte
--
CREATE TEMPORARY TABLE parts AS
SELECT what, pg_temp.people(first, n) AS s, first, n
FROM (VALUES ('none', 1, 0), ('one', 1, 1), ('another', 2, 1), ('few', 1, 100), ('full', 1, 256), ('full, others', 200, 256),
             ('over', 1, 257), ('many', 1, 5000), ('many others', 4000, 50000)) AS t (what, first, n);
SELECT count(*) AS pairs,
       count(*) FILTER (WHERE m IS DISTINCT FROM (SELECT errtrack.sketch('user-' || i) FROM (SELECT generate_series(a.first, a.first + a.n - 1) UNION ALL SELECT generate_series(b.first, b.first + b.n - 1)) AS u (i))) AS not_the_union,
       count(*) FILTER (WHERE m IS DISTINCT FROM errtrack.sketch_merge(b.s, a.s)) AS not_commutative,
       count(*) FILTER (WHERE m IS DISTINCT FROM errtrack.sketch_merge(m, a.s) OR m IS DISTINCT FROM errtrack.sketch_merge(b.s, m) OR m IS DISTINCT FROM errtrack.sketch_merge(m, m)) AS not_idempotent
FROM parts AS a, parts AS b, errtrack.sketch_merge(a.s, b.s) AS m;
SELECT count(*) AS triples,
       count(*) FILTER (WHERE errtrack.sketch_merge(errtrack.sketch_merge(a.s, b.s), c.s) IS DISTINCT FROM errtrack.sketch_merge(a.s, errtrack.sketch_merge(b.s, c.s))) AS not_associative
FROM parts AS a, parts AS b, parts AS c;
-- and made in batches, as the fold does
CREATE FUNCTION pg_temp.in_batches(n int, size int) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
  s bytea;
BEGIN
  FOR start IN 1 .. n BY size LOOP
    s := errtrack.sketch_merge(s, pg_temp.people(start, size));
  END LOOP;
  RETURN s;
END $$;
SELECT n, size, pg_temp.in_batches(n, size) = pg_temp.people(1, n) AS same
FROM (VALUES (200, 1), (300, 1), (300, 100), (2000, 50)) AS t (n, size);

--
-- What is no set
--
CREATE FUNCTION pg_temp.raised(s bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
BEGIN
  PERFORM errtrack.sketch_count(s);
  RETURN 'none';
EXCEPTION WHEN invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN SQLERRM || ': ' || detail;
END $$;
SELECT what, pg_temp.raised(s)
FROM (VALUES
  (1, 'nothing', ''::bytea), (2, 'a byte', '\x01'), (3, 'an empty list', '\x0100'), (4, 'another version', '\x020000000001'), (5, 'another form', '\x010200000001'),
  (6, 'half a hash', '\x01000000'), (7, 'a hash and a half', '\x0100000000010000'), (8, 'not sorted', '\x01000000000200000001'), (9, 'one twice', '\x01000000000100000001'),
  (10, 'a list', '\x010000000000ffffffff'), (11, 'a list too long', pg_temp.people(1, 256) || '\xffffffff'),
  (12, 'no registers', '\x0101'), (13, 'too few', substr(pg_temp.people(1, 1000), 1, 1281)), (14, 'too many', pg_temp.people(1, 1000) || '\x00'),
  (15, 'a register too large', set_byte(pg_temp.people(1, 1000), 2, 31)), (16, 'the largest', set_byte(pg_temp.people(1, 1000), 2, 22)), (17, 'no one', '\x0101' || decode(repeat('00', 1280), 'hex')),
  (18, 'all the largest', '\x0101' || decode(repeat('d65a6badb5', 256), 'hex'))
) AS t (n, what, s)
ORDER BY n;
SELECT what, errtrack.sketch_count(s) AS counted
FROM (VALUES (1, 'registers of nobody', '\x0101' || decode(repeat('00', 1280), 'hex')), (2, 'as large as they can be', '\x0101' || decode(repeat('d65a6badb5', 256), 'hex'))) AS t (n, what, s)
ORDER BY n;
-- either argument of the merge, and a null beside it
SELECT errtrack.sketch_merge('\x01', NULL);
SELECT errtrack.sketch_merge(NULL, '\x01');
SELECT errtrack.sketch_merge(pg_temp.people(1, 300), '\x0103');
SELECT errtrack.sketch_merge(NULL, NULL) IS NULL AS of_nulls_null;
SELECT errtrack.sketch_is_exact('\x');
-- it is for the aggregate only; servers say so in different ways
DO $$ BEGIN
  PERFORM errtrack.sketch_add(NULL, 'x');
  RAISE 'can be called';
EXCEPTION WHEN undefined_function OR feature_not_supported THEN
END $$;

-- every truncation and thousands of changed bytes: refused, or a set that can be merged and stays as it is then
CREATE FUNCTION pg_temp.survives(s bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  good constant bytea := pg_temp.people(1, 3);
BEGIN
  RETURN errtrack.sketch_merge(s, s) = s AND errtrack.sketch_count(s) >= 0
    AND errtrack.sketch_count(errtrack.sketch_merge(s, good)) >= 3 AND errtrack.sketch_merge(s, good) = errtrack.sketch_merge(good, s);
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN NULL;
END $$;
SELECT what, count(*) AS cut, count(*) FILTER (WHERE NOT r) AS wrong
FROM parts, generate_series(0, octet_length(s) - 1) AS l, pg_temp.survives(substr(s, 1, l)) AS r
WHERE what IN ('one', 'few', 'many') GROUP BY what ORDER BY what;
SELECT what, count(*) AS changed, count(*) FILTER (WHERE NOT r) AS wrong, count(r) > 0 AS some_are_sets, count(r) < count(*) AS some_are_none
FROM parts, generate_series(1, 2000) AS i,
     pg_temp.survives(set_byte(set_byte(s, (i * 7919) % octet_length(s), i * 31 % 256), (i * 104729) % octet_length(s), i * 17 % 256)) AS r
WHERE what IN ('one', 'few', 'many') GROUP BY what ORDER BY what;

--
-- What people read
--
INSERT INTO errtrack.issue_people VALUES (1, 7, pg_temp.people(1, 12), NULL), (1, 8, pg_temp.people(1, 12), pg_temp.people(1, 2000)), (2, 9, NULL, pg_temp.people(1, 3));
INSERT INTO errtrack.release_people VALUES (1, '1.0', pg_temp.people(1, 12), pg_temp.people(1, 14)), (1, '1.1', pg_temp.people(1, 2000), NULL);
SELECT project_id, issue_id, users_affected, abs(sessions_affected - 2000) < 140 AS about_2000, exact FROM errtrack.issue_users ORDER BY 1, 2;
SELECT project_id, release, abs(users_affected - 2000) < 140 AS about_2000, sessions_affected, exact FROM errtrack.release_users ORDER BY 1, 2;
DELETE FROM errtrack.issue_people;
DELETE FROM errtrack.release_people;
