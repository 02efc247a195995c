-- Shows which of two releases is newer as far as the texts tell it, that this is an order, that keys have the same, and
-- that no text is too ugly.
\pset null (null)
\pset format unaligned

CREATE TEMPORARY TABLE cases (n int GENERATED ALWAYS AS IDENTITY, kind text, a text, b text, expected int);
INSERT INTO cases (kind, a, b, expected) VALUES
  -- numbers
  ('numbers', '1.2.3', '1.2.3', 0), ('numbers', '1.2.3', '1.2.4', -1), ('numbers', '1.9', '1.10', -1),
  ('numbers', '10.18.7', '10.24.0', -1), ('numbers', '2.0', '1.99.99', 1), ('numbers', '1.2', '1.2.0', 0),
  ('numbers', '1', '1.0.0.0.0', 0), ('numbers', '1.2', '1.2.0.1', -1), ('numbers', '1.0.1', '1.1', -1),
  ('numbers', 'v1.2.3', '1.2.3', 0), ('numbers', 'V2', 'v1.9', 1), ('numbers', '01.002.3', '1.2.3', 0),
  ('numbers', '1.8.0_291', '1.8.0_292', -1), ('numbers', '388.0.6', '388.0.8', -1),
  ('numbers', ' 1.2.3 ', E'\t1.2.3\n', 0), ('numbers', '0', '0.0', 0), ('numbers', '0', '0.0.1', -1),
  ('numbers', '1.2.3.4.5.6.7.8.9', '1.2.3.4.5.6.7.8.10', -1), ('numbers', '1.175', '1.176', -1),
  ('numbers', '1.999', '1.1000', -1), ('numbers', '1.18446744073709551615', '1.18446744073709551616', -1),
  ('numbers', '999999999999999999999999.0', '1000000000000000000000000', -1),
  ('numbers', '1.' || repeat('9', 300), '1.1' || repeat('0', 300), -1),
  -- integers
  ('integers', '7', '12', -1), ('integers', '1042', '1042', 0), ('integers', '0042', '42', 0),
  ('integers', '20000000000', '3', 1), ('integers', '9999999', '10000000', -1), ('integers', '1234567', '1234568', -1),
  -- packages
  ('packages', 'shop@1.4.2', '1.4.2', 0), ('packages', 'shop@1.4.2', '1.5', -1), ('packages', '1.4', 'shop@1.3', 1),
  ('packages', 'shop@1.4.2', 'shop@1.10', -1), ('packages', 'shop@1.4.2', 'web@1.4.2', NULL),
  ('packages', '@scope/app@1.2', '@scope/app@1.3', -1), ('packages', '@scope/app@1.2', '@scope/web@1.3', NULL),
  ('packages', 'a@b@1.2', 'b@1.3', NULL), ('packages', '@1.2', 'shop@v1.2.0', 0), ('packages', 'Shop@1.2', 'shop@1.2', NULL),
  ('packages', 'shop@abc1234', 'abc1234', 0), ('packages', 'shop@main', 'web@main', NULL), ('packages', ' shop @ 1.2', 'shop@1.2', 0),
  ('packages', 'shop@', 'shop@1', NULL), ('packages', 'shop@', 'shop@', 0), ('packages', 'shop@', '', NULL), ('packages', 'shop@', '@', NULL),
  -- pre-releases, the example of semver.org
  ('pre-releases', '1.0.0-alpha', '1.0.0-alpha.1', -1), ('pre-releases', '1.0.0-alpha.1', '1.0.0-alpha.beta', -1),
  ('pre-releases', '1.0.0-alpha.beta', '1.0.0-beta', -1), ('pre-releases', '1.0.0-beta', '1.0.0-beta.2', -1),
  ('pre-releases', '1.0.0-beta.2', '1.0.0-beta.11', -1), ('pre-releases', '1.0.0-beta.11', '1.0.0-rc.1', -1),
  ('pre-releases', '1.0.0-rc.1', '1.0.0', -1),
  -- and beyond it
  ('pre-releases', '1.0.0-rc2', '1.0.0-rc10', -1), ('pre-releases', '1.0.0-rc.1', '1.0.0-rc1', 0),
  ('pre-releases', '1.0.0-RC1', '1.0.0-rc1', 0), ('pre-releases', '1.0-rc1', '1.0.0-rc1', 0),
  ('pre-releases', '1.0.0-1', '1.0.0', -1), ('pre-releases', '1.0.0-2', '1.0.0-10', -1), ('pre-releases', '1.0.0-9', '1.0.0-alpha', -1),
  ('pre-releases', '1.0.0-0', '1.0.0-1', -1), ('pre-releases', '1.0.0-rc', '1.0.0-rc.0', -1),
  ('pre-releases', '1.0.1-alpha', '1.0.0', 1), ('pre-releases', '1.0-rc1', '1.0.0.1', -1),
  ('pre-releases', '1.0.0-preview.8', '1.0.0-rc.1', -1), ('pre-releases', '1.0.0-canary.3', '1.0.0-beta.5', 1),
  ('pre-releases', '1.0.0-alpha-a.b-c-long+build.1-aef.1-its-okay', '1.0.0', -1), ('pre-releases', '1.0~rc1', '1.0', -1),
  ('pre-releases', '1.2.3----rc-x.12.9.1--.12+788', '1.2.3----rc-x.12.9.1--.13', -1), ('pre-releases', '5-rc1', '5', -1),
  ('pre-releases', '1.0-alpha', '1.0-aardvark', -1),
  -- Python
  ('pep440', '1.0.dev3', '1.0a1', -1), ('pep440', '1.0a1', '1.0b2', -1), ('pep440', '1.0b2', '1.0rc1', -1), ('pep440', '1.0c2', '1.0rc1', 1),
  ('pep440', '1.0rc1', '1.0', -1), ('pep440', '1.0', '1.0.post1', -1), ('pep440', '1.0.post1', '1.0.1', -1),
  ('pep440', '1.0a1.dev2', '1.0a1', -1), ('pep440', '1.0a1.dev2', '1.0.dev9', 1), ('pep440', '1.0a1', '1.0a1.post1', -1),
  ('pep440', '1.0a1.post1', '1.0a2', -1), ('pep440', '1.0.post1.dev3', '1.0.post1', -1), ('pep440', '1.0.post1.dev3', '1.0', 1),
  ('pep440', '1.0.post2', '1.0.post10', -1), ('pep440', '1.0.0-alpha1', '1.0a1', 0), ('pep440', '1.0-dev.5', '1.0-alpha.1', -1),
  ('pep440', '1.0.r4', '1.0.post4', 0), ('pep440', '1.2.4.dev14+gabc1234', '1.2.4.dev15+gdef5678', -1),
  ('pep440', '1.2.4.dev14+gabc1234.d20240115', '1.2.4.dev14+gabc1234.d20240116', -1), ('pep440', '1.0.2024011b2', '1.0.2024011', -1),
  -- Ruby, Maven, Java and others
  ('others', '1.0.0.rc1', '1.0.0', -1), ('others', '1.0.0.beta2', '1.0.0.rc1', -1), ('others', '1.0.0.rc1', '1.0.0.1', -1),
  ('others', '1.0-SNAPSHOT', '1.0', -1), ('others', '1.0-rc1', '1.0-SNAPSHOT', -1), ('others', '1.0-rc1-SNAPSHOT', '1.0-rc1', -1),
  ('others', '1.0-alpha-1', '1.0-beta-1', -1), ('others', '1.0-beta-3', '1.0-M1', -1), ('others', '1.0-milestone-2', '1.0-M2', 0),
  ('others', '1.0-M2', '1.0-CR1', -1), ('others', '1.0.CR1', '1.0-rc1', 0), ('others', '1.0.0.Final', '1.0.0', 0),
  ('others', '2.1.RELEASE', '2.1', 0), ('others', '1.0.GA', '1.0.Final', 0), ('others', '1.0-sp1', '1.0', 1),
  ('others', '1.0.SP1', '1.0.1', -1), ('others', '8u292', '8u301', -1), ('others', '8u292', '8', 1), ('others', '2.0.0-p353', '2.0.0', 1),
  ('others', '4.12.17-hotfix.1', '4.12.17', 1), ('others', '4.12.17-hotfix.2', '4.12.17-hotfix.1', 1), ('others', '4.12.17-hotfix.9', '4.12.18', -1),
  ('others', '1.0-hotfix1-rc2', '1.0-hotfix1', -1), ('others', '1.0-hotfix1-rc2', '1.0', 1), ('others', '13.2-RELEASE-p4', '13.2-RELEASE-p11', -1),
  ('others', '1.0-hotfix-login', '1.0-hotfix', 1),
  ('others', 'v0.0.0-20191109021931-daa7c04131f5', 'v0.0.0-20200101000000-0c0ffee01234', -1),
  ('others', 'v0.0.0-20191109021931-daa7c04131f5', 'v0.0.0-20191109021931-0c0ffee01234', NULL),
  -- builds
  ('builds', '1.2.3+9', '1.2.3+10', -1), ('builds', '1.2.3', '1.2.3+0', 0), ('builds', '1.2.3', '1.2.3+1', -1), ('builds', '1.2.3+99', '1.2.4', -1),
  ('builds', '1.2.3 (456)', '1.2.3+456', 0), ('builds', '1.2.3(7)', '1.2.3 (12)', -1), ('builds', '388.0+388.0.6', '388.0+388.0.8', -1),
  ('builds', '1.2.3-rc1+5', '1.2.3-rc1', 1), ('builds', '1.2.3-rc1+5', '1.2.3-rc2', -1), ('builds', '1.2.3-rc.1+5', '1.2.3-rc.1.1', -1),
  ('builds', '1.2.3+build.5', '1.2.3+5', 0), ('builds', '1.2.3-build12', '1.2.3+9', 1), ('builds', '1.2.3+20240115103000', '1.2.3+20240115093000', 1),
  ('builds', '1.2.3+5.0', '1.2.3+5', 0), ('builds', '1.2.3+0.5', '1.2.3', 1), ('builds', '1.2.3+5', '1.2.3.post1', -1),
  ('builds', '1.2.3+abc1234', '1.2.3+def5678', NULL), ('builds', '1.2.3+abc1234', '1.2.3+ABC1234', 0), ('builds', '1.2.3+abc1234', '1.2.3', NULL),
  ('builds', '1.2.3+abc1234', '1.2.3+5', NULL), ('builds', '1.2.3+abc1234', '1.2.3-rc1', 1), ('builds', '1.2.3+abc1234', '1.2.4+def5678', -1),
  ('builds', '1.2.3+456.abc1234', '1.2.3+457.def5678', -1), ('builds', '1.2.3+456.abc1234', '1.2.3+456', NULL),
  ('builds', '2.0.1+cu117', '2.0.1+cu118', -1), ('builds', '2.0.1+cu118', '2.0.1+cpu', NULL), ('builds', 'v2.0.0+incompatible', 'v2.1.0+incompatible', -1),
  ('builds', '1.0.0-beta+exp.sha.5114f85', '1.0.0-beta+exp.sha.6114f85', NULL), ('builds', '1.2.3+dirty', '1.2.3', 1),
  -- git describe
  ('describe', 'v1.2.3-14-gabc1234', 'v1.2.3', 1), ('describe', 'v1.2.3-14-gabc1234', 'v1.2.4', -1), ('describe', 'v1.2.3-14-gabc1234', 'v1.2.3-9-gdef5678', 1),
  ('describe', 'v1.2.3-14-gabc1234', 'v1.2.3-14-gdef5678', NULL), ('describe', 'v1.2.3-14-gabc1234', '1.2.3-14-gABC1234', 0),
  ('describe', 'v1.2.3-14-gabc1234-dirty', 'v1.2.3-14-gabc1234', 1), ('describe', 'v1.2.3-14-gabc1234-dirty', 'v1.2.3-15-gabc1234', -1),
  ('describe', 'v1.2.3-14-gabc1234-dirty', 'v1.2.3-14-gdef5678', NULL), ('describe', 'v1.2.3-dirty', 'v1.2.3', 1),
  ('describe', 'v1.2.3-dirty', 'v1.2.3-1-g1234567', -1), ('describe', 'v1.2.3-rc1-14-gabc1234', 'v1.2.3-rc1', 1),
  ('describe', 'v1.2.3-rc1-14-gabc1234', 'v1.2.3-rc2', -1), ('describe', 'v1.2.3-0-gabc1234', 'v1.2.2', 1),
  ('describe', 'v1.2.3-0-gabc1234', 'v1.2.3-1-gdef5678', -1), ('describe', 'v1.2.3-0-gabc1234', 'v1.2.3-rc1', 1),
  ('describe', '1.2.3-abc1234', '1.2.3', NULL), ('describe', '1.2.3-abc1234', '1.2.3.1', -1), ('describe', '1.2.3-abc1234', '1.2.4-def5678', -1), ('describe', '1.2.3-abc1234', '1.2.3-def5678', NULL),
  -- hashes
  ('hashes', 'abc1234', 'abc1234', 0), ('hashes', 'abc1234', 'def5678', NULL), ('hashes', '1e10abc', '2e10abc', NULL), ('hashes', '1e10abc', '1', NULL),
  ('hashes', '1234567', '1234568', -1), ('hashes', '085240e737828d8326719bf97730188e927e49ca', '1.0', NULL),
  ('hashes', repeat('1a', 32), repeat('2a', 32), NULL), ('hashes', '20240115a', '20240115', NULL),
  ('hashes', '550e8400-e29b-41d4-a716-446655440000', '1.0', NULL), ('hashes', '55008400-2290-4104-8716-446655440000', '1.0', NULL),
  ('hashes', 'shop@1e10abc', 'shop@2e10abc', NULL), ('hashes', 'v1e10abc', 'v1', NULL),
  -- days
  ('days', '2024-01-15', '2024-01-16', -1), ('days', '2024-01-15', '2024-02-01', -1), ('days', '2024-01-15', '2024.01.15', 0),
  ('days', '2024-01-15', '20240115', 0), ('days', '2024-01-15', '2024_01_15', 0), ('days', '20240115', '2024.1.15', 0), ('days', '20231231', '20240101', -1),
  ('days', '2024-01-15T10:30:00Z', '2024-01-15T09:59:59Z', 1), ('days', '2024-01-15T10:30:00Z', '20240115T103000Z', 0),
  ('days', '2024-01-15T10:30:00.123Z', '2024-01-15T10:30:00.5Z', -1), ('days', '2024-01-15T10:30', '2024-01-15 10:30:00', 0),
  ('days', '2024-01-15T10:30:00Z', '2024-01-15', 1), ('days', '2024-01-15T23:59:59Z', '2024-01-16', -1), ('days', '2024-01-15T10:30:00+00:00', '2024-01-15T10:30:00Z', 0),
  ('days', '2024-01-15T10-30-00-123Z', '2024-01-15T10:30:00.123Z', 0), ('days', '2024-01-15T10:30:00+02:00', '2024-01-16', NULL), ('days', '2024-01-15T10:30-05', '2024-01-16', NULL),
  ('days', '2024-01-15-3', '2024-01-15-12', -1), ('days', '2024-01-15-3', '2024-01-15', 1), ('days', '20240115.2', '20240115-2', 0),
  ('days', '20240115-abc1234', '20240116-def5678', -1), ('days', '20240115-abc1234', '20240115-def5678', NULL), ('days', '20240115-abc1234', '20240115', NULL),
  ('days', '20240115-abc1234', '20240115.2', NULL), ('days', '20240115-103000-abc1234', '20240115-093000-def5678', 1),
  ('days', '2024-01-15-rc1', '2024-01-15', -1), ('days', '2024-01-15-hotfix', '2024-01-15', 1), ('days', 'v2024-01-15', 'shop@20240115', 0),
  ('days', '20240115103000', '20240115093000', 1), ('days', '2024-01', '2024-02', -1), ('days', '2024-02', '2024-01-31', 1),
  ('days', '20240131', '20240132', -1), ('days', '9999999', '20240115', NULL), ('days', '2023', '20240115', -1), ('days', '99999999', '20240115', 1),
  ('days', '20240115', '3000.0', -1), ('days', '3000.0', '9999999', -1),
  -- calver
  ('calver', '24.04', '24.10', -1), ('calver', '24.04', '24.04.1', -1), ('calver', '2024.1', '2024.2', -1), ('calver', '2024.1', '2024.01.15', -1),
  ('calver', '2024.12', '2024.2', 1), ('calver', '2024.1.15', '2024.1.40', -1), ('calver', '24.4', '24.04', 0), ('calver', '2024.1.0', '2024.1', 0),
  ('calver', '2024.1b3', '2024.1', -1),
  -- names
  ('names', 'main', 'main', 0), ('names', 'main', 'Main', NULL), ('names', 'main', '1.0', NULL), ('names', 'release-candidate', 'release', NULL),
  ('names', 'build-12', 'build-13', NULL), ('names', '', '1.0', NULL), ('names', '', '', 0), ('names', '1.x', '1.2', NULL), ('names', '1.2.x', '1.2', NULL), ('names', '1.2-x', '1.2', -1), ('names', '1.2.*', '1.2', NULL),
  ('days', '2024-01-15T10:30:00+0200', '2024-01-15T09:00:00Z', NULL), ('days', '2024-01-15T10:30:00+0000', '2024-01-15T10:30:00Z', 0), ('days', '2024-02-hotfix1', '2024-01', 1), ('days', '2024-02-hotfix1', '2024-02', 1), ('names', '1234-update-cart', '2', NULL),
  ('names', '3-way-merge', '2', NULL), ('names', '7zip', '8', NULL), ('names', '1234-fix-login', '1235-new-cart', NULL), ('names', 'latest', '1.0', NULL),
  ('names', 'release/1.2', '1.3', NULL), ('names', '1 2', '1.3', NULL),
  -- ugly
  ('ugly', '@', '@', 0), ('ugly', '@', '1', NULL), ('ugly', '@@', '@', NULL), ('ugly', '@@1', '@1', 0), ('ugly', '+', '1', NULL), ('ugly', 'v', '1', NULL), ('ugly', 'v.', '1', NULL),
  ('ugly', '.', '1', NULL), ('ugly', '1.', '1', NULL), ('ugly', '.1', '1', NULL), ('ugly', '1..2', '1.2', NULL), ('ugly', '-1', '1', NULL), ('ugly', '+1', '1', NULL),
  ('ugly', '1.2.3-', '1.2.3', NULL), ('ugly', '1.2.3+', '1.2.3', NULL), ('ugly', '1.2.3-rc..1', '1.2.3', NULL), ('ugly', '1.2.3 (', '1.2.3', NULL), ('ugly', '1.2.3)', '1.2.3', NULL),
  ('ugly', '1.2.3 ()', '1.2.3', NULL), ('ugly', '(1)', '1', NULL), ('ugly', ')', '1', NULL), ('ugly', 'vv1', '1', NULL), ('ugly', 'v-1', '1', NULL),
  ('ugly', E'1.2\x01', '1.2', NULL), ('ugly', E'1.\x1b2', '1.2', NULL), ('ugly', E'1.2\n3', '1.2', NULL), ('ugly', '١.٢', '1.2', NULL), ('ugly', '1.２', '1.2', NULL), ('ugly', '1.2é', '1.2', NULL),
  ('ugly', '1.2.3-rc1é', '1.2.3', NULL), ('ugly', '1;DROP', '1', NULL), ('ugly', '1!2.0', '1.0', NULL), ('ugly', '0x1F', '0', NULL), ('ugly', '1e5', '1', NULL),
  ('ugly', '2024-01-15T', '2024-01-15', -1), ('ugly', '2024-13-45', '2024-13-46', -1), ('ugly', '20240115T1', '20240115', -1);

SELECT kind, count(*) AS cases FROM cases GROUP BY kind ORDER BY min(n);
SELECT kind, a, b, expected, errtrack.release_compare(a, b) AS is
FROM cases WHERE errtrack.release_compare(a, b) IS DISTINCT FROM expected ORDER BY n;
SELECT kind, a, b, expected, errtrack.release_compare(b, a) AS backwards
FROM cases WHERE errtrack.release_compare(b, a) IS DISTINCT FROM -expected ORDER BY n;
SELECT errtrack.release_compare(NULL, '1') AS a, errtrack.release_compare('1', NULL) AS b;

--
-- It is an order: all pairs and triples of what the table names, with and without a package
--
CREATE TEMPORARY TABLE texts AS
SELECT row_number() OVER (ORDER BY v COLLATE "C") AS n, v, errtrack.release_key(v) AS key, errtrack.release_package(v) AS package
FROM (SELECT a FROM cases UNION SELECT b FROM cases UNION SELECT 'shop@' || a FROM cases WHERE n % 40 = 0) AS t (v);
CREATE TEMPORARY TABLE pairs AS
SELECT a.n AS a, b.n AS b, errtrack.release_compare(a.v, b.v) AS result, a.key AS a_key, b.key AS b_key, a.v AS a_text, b.v AS b_text
FROM texts AS a, texts AS b;
CREATE INDEX ON pairs (a, result) INCLUDE (b);
ANALYZE pairs;
SELECT count(*) > 90000 AS many, count(result) > 30000 AS many_ordered FROM pairs;
SELECT p.a_text, p.b_text, p.result, q.result AS backwards
FROM pairs AS p JOIN pairs AS q ON q.a = p.b AND q.b = p.a WHERE q.result IS DISTINCT FROM -p.result;
SELECT a_text, b_text, result FROM pairs WHERE a = b AND result IS DISTINCT FROM 0;
SELECT p.a_text AS a, p.b_text AS b, q.b_text AS c, p.result AS ab, q.result AS bc, r.result AS ac
FROM pairs AS p JOIN pairs AS q ON q.a = p.b AND q.result <= 0 JOIN pairs AS r ON r.a = p.a AND r.b = q.b
WHERE p.result <= 0 AND r.result IS NOT NULL AND r.result <> least(p.result, q.result);

-- keys have the same order
SELECT a_text, b_text, result, a_key, b_key FROM pairs
WHERE a_key IS NOT NULL AND b_key IS NOT NULL
  AND (result < 0 AND NOT a_key < b_key OR result = 0 AND a_key <> b_key OR result > 0 AND NOT a_key > b_key);
-- what has no key is equal to itself alone; what has one is not equal to what has none
SELECT a_text, b_text, result FROM pairs WHERE (a_key IS NULL OR b_key IS NULL) AND (result <> 0 OR (a_key IS NULL) <> (b_key IS NULL) AND result IS NOT NULL);
-- the same key in one package is the same version, or has no order
SELECT a_text, b_text FROM pairs WHERE a_key = b_key AND errtrack.release_package(a_text) = errtrack.release_package(b_text) AND result <> 0;
SELECT count(*) > 10 AS some_have_none FROM pairs WHERE a_key = b_key AND errtrack.release_package(a_text) = errtrack.release_package(b_text) AND result IS NULL;

--
-- Keys and numbers, as they are stored
--
SELECT v, errtrack.release_key(v) AS key, errtrack.release_number(v) AS number, errtrack.release_package(v) AS package
FROM unnest(ARRAY['1.2.3', 'v1.2', 'shop@2.0.0-rc.10', '1.2.3-14-gabc1234-dirty', '1.2.3 (456)', '1.0.post1.dev2', '2024-01-15T10:30:00.5Z',
                  '20240115.2', '8u292', '0', '0.5', '999.9.9', repeat('9', 24), '1' || repeat('0', 24), repeat('7', 200), '1e10abc', 'main', '',
                  'web@', '@1.2', '@scope/app@1.2', '@scope/app', 'a@b@c', '@', ' shop @ 1 ']) AS v;
SELECT max(octet_length(errtrack.release_key(v))) <= 16 AS short
FROM unnest(ARRAY['shop@1.2.3', '10.24.0-rc.3+456', '2024.01.15', 'v1.2.3-14-gabc1234', '1.0.0-SNAPSHOT', '388.0+388.0.8']) AS v;
-- ordered by key, as people would
SELECT string_agg(v, ' ' ORDER BY errtrack.release_key(v), v) AS ordered
FROM unnest(ARRAY['1.10', '1.2', '1.2-rc1', '1.2-SNAPSHOT', '1.2.dev1', '1.2+5', '1.2-hotfix1', '1.2-3-gabc1234', '1.2.1', '2024.1', '20240115', '1.2-alpha']) AS v;

--
-- Very long ones
--
SELECT errtrack.release_compare(repeat('9', 1000000), repeat('9', 999999) || '8') AS digits,
       errtrack.release_compare('1' || repeat('0', 1000000), repeat('9', 1000000)) AS more_digits,
       errtrack.release_compare(repeat('0', 1000000) || '7', '7') AS zeros,
       errtrack.release_compare('1' || repeat('.0', 500000), '1') AS missing_parts,
       errtrack.release_compare('1' || repeat('.0', 500000) || '.1', '1') AS parts,
       errtrack.release_compare('1.0-' || repeat('rc1.', 250000) || '1', '1.0-' || repeat('rc1.', 250000) || '2') AS words,
       errtrack.release_compare('1.0-' || repeat('c1', 500000), '1.0') AS short_words,
       errtrack.release_compare(repeat('x', 1000000), '1') AS letters,
       errtrack.release_compare(repeat('1-', 500000), '1') AS open_end,
       errtrack.release_compare('1+' || repeat('a1', 500000), '1+' || repeat('a1', 500000) || '2') AS builds,
       errtrack.release_compare(repeat('@', 1000000) || '1', '1') AS packages;
SELECT errtrack.release_key(repeat('9', 1000000)) AS key, errtrack.release_number(repeat('9', 1000000)) AS number,
       octet_length(errtrack.release_key(repeat('9', 1000))) AS of_1000, errtrack.release_number(repeat('9', 1000)) AS number_of_1000,
       octet_length(errtrack.release_package(repeat('@', 1000000) || '1')) AS package;
-- an index takes every key
CREATE TEMPORARY TABLE indexed (v text);
INSERT INTO indexed SELECT v FROM texts;
INSERT INTO indexed SELECT string_agg(chr(97 + i * 7 % 26) || i, '') FROM generate_series(1, 300) AS i;
INSERT INTO indexed SELECT '1.0-' || string_agg(md5(i::text) || 'x', '-') FROM unnest(ARRAY[10, 40, 50, 200]) AS n, generate_series(1, n) AS i GROUP BY n;
CREATE INDEX ON indexed (errtrack.release_key(v));
SELECT max(octet_length(errtrack.release_key(v))) BETWEEN 1000 AND 2000 AS long_ones FROM indexed;

--
-- The lower one
--
SELECT a, b, errtrack.lower_release(a, b) AS lower
FROM (VALUES ('1.2', '1.1'), ('1.1', '1.2'), ('1.2', '1.2.0'), ('1.2.0', '1.2'), (NULL, '1'), ('1', NULL), ('', '1'), ('1', ''), (NULL, NULL), (NULL, ''), ('', NULL),
             ('main', '1'), ('1', 'main'), ('abc1234', 'def5678'), ('shop@2', 'shop@1'), ('shop@2', 'web@1'), ('shop@2', '1'), ('2', 'shop@1')) AS t (a, b);
SELECT errtrack.lowest_release(v ORDER BY n) AS lowest FROM unnest(ARRAY[NULL, '', '1.10', '1.9-rc1', NULL, '1.9', 'main', '1.20']) WITH ORDINALITY AS t (v, n);
SELECT errtrack.lowest_release(v ORDER BY n) AS keeps_to_its_package FROM unnest(ARRAY['shop@2.0', '1.5', 'web@1.0', 'shop@1.9']) WITH ORDINALITY AS t (v, n);
SELECT errtrack.lowest_release(v ORDER BY n) AS keeps_to_its_hash FROM unnest(ARRAY['abc1234', '1.0', 'def5678']) WITH ORDINALITY AS t (v, n);
SELECT errtrack.lowest_release(v) AS of_none FROM unnest(ARRAY[NULL, '', NULL]) AS v;
SELECT errtrack.lowest_release(v) AS of_no_rows FROM unnest('{}'::text[]) AS v;
SELECT i % 3 AS part, errtrack.lowest_release('shop@1.' || i ORDER BY i DESC) AS lowest FROM generate_series(1, 1000) AS i GROUP BY part ORDER BY part;

SELECT proname, provolatile, proisstrict, proparallel FROM pg_proc
WHERE proname ~ '^(release_(compare|package|key|number)|lower_release)$' AND pronamespace = 'errtrack'::regnamespace ORDER BY proname;
