-- search(): what each term finds, what an error points at, and that a viewer may. Statements commit.
-- where a character's halves are found in others, a hit begins with a character: a2 a4 is half of each of three a4 a2,
-- b0 a1 the end of 8f b0 a1
\set QUIET 1
\pset tuples_only on
SET client_min_messages = warning;
DROP DATABASE IF EXISTS errtrack_t_euc_jp;
CREATE DATABASE errtrack_t_euc_jp ENCODING 'EUC_JP' LOCALE 'C' TEMPLATE template0;
\set home :DBNAME
\c errtrack_t_euc_jp
CREATE EXTENSION errtrack;
SET errtrack.worker = off;
SET client_encoding = 'UTF8';
SELECT errtrack.create_project('shop') AS shop \gset
INSERT INTO errtrack.raw_events (project_id, exception_class, message, environment, release) VALUES (:shop, 'Broken', 'あああ end', 'あああ', '1丂');
SELECT errtrack.consume() \g /dev/null
SELECT convert_from('\xa2a4', 'EUC_JP') AS half \gset
CREATE FUNCTION pg_temp.counts(query text) RETURNS text LANGUAGE sql AS $$ SELECT count(*)::text FROM errtrack.search(query) $$;
SELECT string_agg(query || '=' || pg_temp.counts(query), ' ') AS halves
FROM unnest(ARRAY['あ', 'ああ', 'あ*あ*あ*end', 'environment:*あ', 'environment:あ*ああ', :'half', 'あ*' || :'half', 'environment:*' || :'half' || '*', 'environment:*' || :'half', 'release:*丂', 'release:*亜']) AS query \gset
CREATE FUNCTION pg_temp.refused(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
BEGIN
  PERFORM FROM errtrack.search(query);
  RETURN 'found';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN right(split_part(detail, E'\n', 2), 5) || substring(detail FROM '\^+$');
END $$;
SELECT pg_temp.refused(repeat('x ', 100) || repeat('あ', 60)) AS marked \gset
\c :home
DROP DATABASE errtrack_t_euc_jp;

\ir setup.psql
SELECT is(:'halves'::text, 'あ=1 ああ=1 あ*あ*あ*end=1 environment:*あ=1 environment:あ*ああ=1 ' || :'half' || '=0 あ*' || :'half' || '=0 environment:*' || :'half' || '*=0 environment:*' || :'half' || '=0 release:*丂=1 release:*亜=0',
          'in EUC_JP no half of a character is found');
SELECT is(:'marked'::text, 'ああ...^^', '... and none is marked');
SET errtrack.worker = off;
SET timezone = 'UTC';
SET errtrack.test_now = '2026-01-31 12:00+00';

-- The issues that a query finds, by the letter that their titles end in, in the order of the search.
CREATE FUNCTION pg_temp.found(query text, of_project int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(right(title, 1), '' ORDER BY n), '') FROM errtrack.search(query, of_project) WITH ORDINALITY AS s
  CROSS JOIN LATERAL (SELECT s.ordinality AS n) AS o
$$;
-- The same, sorted: where the order is not what is asked.
CREATE FUNCTION pg_temp.finds(query text, of_project int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(right(title, 1), '' ORDER BY right(title, 1)), '') FROM errtrack.search(query, of_project)
$$;
-- What a query raises: the message, the line with the mark, and the hint.
CREATE FUNCTION pg_temp.refusal(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM errtrack.search(query);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;

SELECT errtrack.create_project('shop') AS shop \gset
SELECT errtrack.create_project('Blog') AS blog \gset

-- Of project shop A to E, of blog F; each was seen an hour before the one that follows.
INSERT INTO errtrack.raw_events (project_id, exception_class, message, level, platform, release, environment, user_id, server_name, transaction, tags, occurred_at, received_at)
VALUES
  (:shop, 'TimeoutError', 'no answer for order A', 'error', 'python', '1.4.0', 'production', '42', 'web-1', 'POST /pay', '{"browser": "Chrome", "plan": "free"}', '2026-01-31 07:00+00', '2026-01-31 07:00+00'),
  (:shop, 'TimeoutError', 'no answer for order A', 'error', 'python', '1.5.0', 'staging', 'ada@example.com', 'web-2', 'POST /pay', '{"browser": "Firefox"}', '2026-01-20 07:00+00', '2026-01-31 07:00+00'),
  (:shop, 'KeyError', 'Übung 東京 B', 'fatal', 'python', '1.4.2', 'staging', 'Ada@example.com', NULL, NULL, '{"browser": "Safari", "odd key:x": "a,b"}', '2026-01-31 08:00+00', '2026-01-31 08:00+00'),
  (:shop, 'ns::Broken', '100% of *stars* and C:\dir "quoted" C', 'warning', 'cpp', 'shop@1.6.0', 'Production', '42*', NULL, NULL, NULL, '2026-01-31 09:00+00', '2026-01-31 09:00+00'),
  (:shop, NULL, 'plain D', 'info', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-01-31 10:00+00', '2026-01-31 10:00+00'),
  (:shop, 'Late', '-dash E', 'debug', 'go', 'f00dbabe', 'production', '43', 'db-1', NULL, '{"browser": "chrome"}', '2026-01-30 23:59:59.5+00', '2026-01-31 11:00+00'),
  (:blog, 'TimeoutError', 'elsewhere F', 'error', 'ruby', '2.0.0', 'production', '42', NULL, NULL, '{"größe": "rot"}', '2026-01-31 11:30+00', '2026-01-31 11:30+00');
INSERT INTO errtrack.raw_events (project_id, exception_class, message, user_id, occurred_at, received_at)
SELECT :shop, 'KeyError', 'Übung 東京 B', 'u' || n, '2026-01-31 08:00+00', '2026-01-31 08:00+00' FROM generate_series(1, 9) AS n;
SELECT errtrack.consume() \g /dev/null
SELECT is((SELECT count(*) FROM errtrack.issues), 6::bigint, '(there are six issues)');
SELECT issue_id AS a FROM errtrack.issues WHERE title LIKE '%A' \gset
SELECT issue_id AS b FROM errtrack.issues WHERE title LIKE '%B' \gset
SELECT issue_id AS c FROM errtrack.issues WHERE title LIKE '%C' \gset
SELECT issue_id AS d FROM errtrack.issues WHERE title LIKE '%D' \gset
SELECT issue_id AS e FROM errtrack.issues WHERE title LIKE '%E' \gset
UPDATE errtrack.issues SET culprit = 'shop.pay (shop/pay.py:12)' WHERE issue_id = :a;
SELECT errtrack.resolve(:b, in_release => '1.5.0') \g /dev/null
SELECT errtrack.acknowledge(:c) \g /dev/null
SELECT errtrack.ignore(:d) \g /dev/null
UPDATE errtrack.issues SET status = 'regressed', regressed_at = '2026-01-30 12:00+00', regression_count = 3 WHERE issue_id = :e;
SELECT errtrack.assign(:a, 'Ada@Example.com'), errtrack.assign(:c, session_user) \g /dev/null

-- nothing, and the order
SELECT is(pg_temp.found(NULL), 'FDCBAE', 'null finds all, those seen last first');
SELECT is(pg_temp.found(''), 'FDCBAE', '... as an empty query');
SELECT is(pg_temp.found(E' \t\r\n '), 'FDCBAE', '... and one of blanks');
SELECT is(pg_temp.found(NULL, :shop), 'DCBAE', '... of one project');
SELECT is((SELECT right(title, 1) FROM errtrack.search('', :shop) LIMIT 1), 'D', 'a LIMIT takes the first');
SELECT is((SELECT string_agg(right(title, 1), '') FROM errtrack.search('sort:events') WHERE status = 'resolved'), 'B', 'conditions around a call hold');
SELECT is(pg_temp.found(query), want, 'in order: ' || query)
FROM (VALUES ('sort:last_seen', 'FDCBAE'), ('-sort:last_seen', 'EABCDF'), ('sort:first_seen', 'FDCBEA'), ('!sort:first_seen', 'AEBCDF'),
             ('sort:events -class:x*', 'BAFEDC'), ('sort:times', 'BAFEDC'),
             ('sort:users', 'BAFECD'), ('Sort:Users level:error', 'AF')) AS t (query, want);

-- what each term finds
CREATE TEMP TABLE cases AS
SELECT query, want
FROM (VALUES
  -- words
  ('timeouterror', 'AF'), ('TIMEOUT', 'AF'), ('ORDER answer', 'A'), ('order nothing', ''), ('"answer for"', 'A'), ('"for answer"', ''), ('answer\ for', 'A'),
  ('shop.pay', 'A'), ('pay.py:12', 'A'), ('no*order', 'A'), ('order*no', ''), ('n*r*d*r', 'AC'), ('*', 'ABCDEF'), ('***', 'ABCDEF'),
  ('timeouterror*pay.py', ''), ('ÜBUNG', 'B'), ('übung', 'B'), ('bung*京', 'B'), ('東', 'B'), ('東西', ''),
  ('100%', 'C'), ('_', ''), ('%', 'C'), ('\*stars\*', 'C'), ('"*stars*"', 'C'), ('"*tars"', ''), ('*stars\*', 'C'), ('\"quoted\"', 'C'), ('"\"quoted\""', 'C'),
  ('C:\\dir', 'C'), ('"C:\\dir"', 'C'), ('C:\dir', 'C'), ('"C:\dir"', 'C'), ('title:C:\dir', 'C'), ('C:\\*', 'C'), ('C:\*', ''), ('"C:\*"', ''), ('a\ns', ''), ('ns::Broken', 'C'), ('TimeoutError: no', 'A'), ('"TimeoutError: no"', 'A'), ('"-dash"', 'E'), ('\-dash', 'E'), ('--dash', 'ABCDF'),
  ('-', 'E'), ('!', ''), ('\', 'C'), ('dash\', ''), ('"or"', 'ABF'), ('or', 'ABF'),
  -- signs
  ('-timeouterror', 'BCDE'), ('!timeouterror', 'BCDE'), ('-"no answer"', 'BCDEF'), ('timeouterror -elsewhere', 'A'), ('-level:error', 'BCDE'), ('!level:error,fatal', 'CDE'),
  ('-*', ''), ('-1', ''), ('!1', 'BDEF'), ('-"100%"', 'ABDEF'), ('->', ''), ('!=', ''),
  -- what stands right behind a quote
  ('"no answer"for', 'A'), ('"quoted",', ''), ('"no answer"-elsewhere', ''), ('"no answer"level:error', ''), ('"no answer""order"', 'A'), ('-"no answer"elsewhere', 'F'),
  -- states
  ('is:unresolved', 'AF'), ('is:acknowledged', 'C'), ('is:resolved', 'B'), ('is:regressed', 'E'), ('is:ignored', 'D'), ('is:open', 'ACEF'), ('IS:Open', 'ACEF'),
  ('-is:open', 'BD'), ('is:resolved,ignored', 'BD'), ('is:[resolved, ignored]', 'BD'), ('is:[ resolved ,ignored ] B', 'B'), ('is:assigned', 'AC'), ('is:unassigned is:open', 'EF'),
  ('is:resolved is:ignored', ''),
  -- level, platform, class, title, culprit
  ('level:error', 'AF'), ('level:Fatal,DEBUG', 'BE'), ('platform:python', 'AB'), ('platform:p*', 'AB'), ('platform:pyth', ''), ('platform:*', 'ABCEF'), ('-platform:*', 'D'),
  ('class:TimeoutError', 'AF'), ('class:timeout', ''), ('class:*error', 'ABF'), ('class:ns::broken', 'C'), ('class:"ns::Broken"', 'C'), ('title:answer', 'A'), ('title:"no answer"', 'A'), ('title:shop', ''),
  ('culprit:shop', 'A'), ('culprit:pay.py*12', 'A'), ('-culprit:shop', 'BCDEF'), ('title:plain,dash', 'DE'),
  -- releases and environments: of one row
  ('release:1.4.0', 'A'), ('release:1.4.*', 'AB'), ('release:1.4', ''), ('release:1.5.0', 'A'), ('release:1.6.0', 'C'), ('release:shop@1.6.*', 'C'), ('release:other@1.6.0', ''),
  ('release:SHOP@1*', 'C'), ('release:*', 'ABCEF'), ('-release:*', 'D'), ('release:""', NULL), ('release:1.4.2,2.0.0', 'BF'),
  ('platform:python,ruby release:>=1.4.2', 'ABF'), ('platform:python,ruby release:>1.4.2', 'AF'), ('release:<1.5', 'AB'), ('release:<=1.5', 'AB'), ('platform:python,ruby release:>1.4.2 release:<2', 'A'), ('release:>9', ''),
  ('environment:production', 'ACEF'), ('environment:prod*', 'ACEF'), ('environment:staging', 'AB'), ('-environment:staging', 'CDEF'), ('environment:production -environment:staging', 'CEF'),
  ('release:1.4.0 environment:production', 'A'), ('release:1.5.0 environment:production', ''), ('environment:production release:1.5.*', ''), ('release:1.5.0 environment:staging', 'A'),
  ('release:1.5.0 -environment:production', ''), ('environment:staging environment:staging', 'AB'), ('environment:production environment:nowhere', ''), ('release:1.4.* release:1.5.*', 'A'), ('release:1.4.* release:1.5.* release:2*', ''), ('release:1.4.0 release:<2 environment:*', 'A'),
  ('release:1.4.0 environment:production environment:staging', ''), ('environment:staging release:1.* environment:production', 'A'), ('release:1.4.0 release:1.5.0 environment:staging', ''), ('release:1.4.0 release:1.5.0 environment:staging,production', 'A'),
  ('release:1.4.0 environment:production -environment:staging', ''), ('release:1.4.0 environment:production -release:1.5.0', ''), ('-release:1.5.0 -environment:staging', 'CDEF'), ('tag.browser:chrome tag.browser:firefox', 'A'), ('environment:production,staging release:1.*', 'ABC'), ('environment:production environment:staging', 'A'),
  ('introduced:1.4.0', 'A'), ('introduced:1.4.*', 'AB'), ('platform:python,ruby introduced:>=1.4.2', 'BF'), ('-introduced:*', 'D'), ('fixed:1.5.0', 'B'), ('fixed:1.*', 'B'), ('-fixed:1.*', 'ACDEF'),
  ('release:1.4.1..1.4.9', 'B'), ('platform:python,ruby release:1.4.1..', 'ABF'), ('platform:python,ruby release:..1.4.1', 'A'), ('platform:python,ruby release:1.6..1.4', ''), ('platform:python,ruby -release:1.4.0..1.4.1', 'BF'), ('platform:python,ruby introduced:1.4.1..2', 'BF'), ('release:1.4.1..1.4.1,2.0.0', 'F'), ('release:1.4.2..1.4.2', 'B'), ('release:"1.4..1.6"', ''),
  -- users and tags
  ('user:42', 'AF'), ('user:42 user:ada@example.com', 'A'), ('user:ada@example.com', 'A'), ('user:Ada@example.com', 'B'), ('user:*@example.com', 'AB'), ('user:4*', 'ACEF'), ('user:42\*', 'C'), ('user:"42*"', 'C'),
  ('user:42,43', 'AEF'), ('-user:42', 'BCDE'), ('user:nobody', ''), ('user:*', 'ABCEF'), ('user:*2', 'ABF'), ('user:u1,u2', 'B'),
  ('tag.browser:chrome', 'AE'), ('tags.Browser:Chrome', 'AE'), ('tag.browser:*', 'ABE'), ('-tag.browser:*', 'CDF'), ('tag.browser:*r*', 'ABE'), ('tag.browser:chrome -tag.plan:free', 'E'), ('tag.browser:firefox tag.plan:free', 'A'),
  ('tag."odd key:x":"a,b"', 'B'), ('tag."odd key:x":a\,b', 'B'), ('tag."odd key:x":a', ''), ('tag.none:x', ''), ('server:web-*', 'A'), ('server:web-1,db-1', 'AE'), ('transaction:"POST /pay"', 'A'), ('tag.server_name:db-1', 'E'),
  ('tag.größe:rot', 'F'), ('TAGS.Größe:ROT', 'F'), ('tag.größe:blau', ''), ('größe:rot', ''), ('has:tag.größe', 'F'),
  -- assignees, projects, ids
  ('assigned:ada@example.com', 'A'), ('assigned:ada*', 'A'), ('assigned:me', 'C'), ('assigned:none', 'BDEF'), ('assigned:nobody,me', 'BCDEF'), ('-assigned:none', 'AC'), ('assigned:"none"', ''), ('assigned:*', 'AC'),
  ('project:shop', 'ABCDE'), ('project:SHOP,blog', 'ABCDEF'), ('-project:shop', 'F'), ('project:b*', 'F'),
  -- numbers
  ('events:1', 'CDEF'), ('events:2', 'A'), ('times:>1', 'AB'), ('events:>=2', 'AB'), ('events:<2', 'CDEF'), ('events:<=2', 'ACDEF'), ('events:2..10', 'AB'), ('events:2..', 'AB'), ('events:..9', 'ACDEF'), ('events:1,10', 'BCDEF'), ('-events:1', 'AB'), ('events:10..2', ''),
  ('users:2', 'A'), ('users:0', 'D'), ('users:>=2', 'AB'), ('users:<1', 'D'), ('-users:>0', 'D'), ('users:10', 'B'), ('regressions:3', 'E'), ('regressions:>0', 'E'), ('regressions:0', 'ABCDF'),
  -- times
  ('first_seen:>-24h', 'BCDEF'), ('first_seen:-24h', 'BCDEF'), ('first_seen:<-7d', 'A'), ('last_seen:>-2h', 'F'), ('last_seen:>=-2h', 'DF'), ('last_seen:-2h', 'DF'), ('last_seen:<=-2h', 'ABCDE'), ('last_seen:<-120m', 'ABCE'), ('last_seen:-1w', 'ABCDEF'), ('last_seen:-7200s', 'DF'), ('last_seen:-2H', 'DF'),
  ('last_seen:2026-01-31', 'ABCDF'), ('last_seen:2026-01-30', 'E'), ('-last_seen:2026-01-30', 'ABCDF'), ('last_seen:>2026-01-30', 'ABCDF'), ('last_seen:>=2026-01-30', 'ABCDEF'), ('last_seen:<2026-01-31', 'E'), ('last_seen:<=2026-01-30', 'E'), ('last_seen:<=2026-01-31', 'ABCDEF'),
  ('last_seen:2026-01-31T10:00', 'D'), ('last_seen:2026-01-31T11:00', ''), ('last_seen:2026-01-31T11:30:01', ''), ('last_seen:>2026-01-31T10:00', 'F'), ('last_seen:>=2026-01-31T10:00:00', 'DF'), ('last_seen:2026-01-31T10:00:00Z', 'D'), ('last_seen:2026-01-31T12:00+02', 'D'), ('last_seen:2026-01-31T12:00:00+02:00', 'D'), ('last_seen:"2026-01-31 10:00"', 'D'),
  ('last_seen:2026-01-30..2026-01-31', 'ABCDEF'), ('last_seen:..2026-01-30', 'E'), ('last_seen:2026-01-31T08:00..2026-01-31T09:00', 'BC'), ('last_seen:-4h..-2h', 'BCD'), ('first_seen:2026-01-20', 'A'),
  ('resolved:2026-01-31', 'B'), ('-resolved:*', NULL), ('regressed:2026-01-30', 'E'), ('-regressed:2026-01-30', 'ABCDF'), ('regressed:<-23h', 'E'),
  -- has
  ('has:release', 'ABCEF'), ('-has:release', 'D'), ('has:environment', 'ABCEF'), ('has:user', 'ABCEF'), ('has:assigned', 'AC'), ('has:class', 'ABCEF'), ('has:culprit', 'A'), ('has:platform', 'ABCEF'), ('has:fixed', 'B'), ('has:introduced', 'ABCEF'),
  ('has:resolved', 'B'), ('has:regressed', 'E'), ('has:tag.plan', 'A'), ('-has:tag.browser', 'CDF'), ('has:server', 'AE'), ('has:title', 'ABCDEF'), ('has:tag."odd key:x"', 'B'), ('-has:tag."odd key:x" level:fatal,error', 'AF'), ('has:TAGS."plan"', 'A'),
  -- all of it
  ('is:unresolved level:error release:1.4.* environment:production user:42 first_seen:<-24h TimeoutError', 'A'),
  (E'is:open\n\tlevel:error', 'AF')
) AS t (query, want)
WHERE want IS NOT NULL;
SELECT is(pg_temp.finds(query), want, translate(query, E'\n\t', '  ')) FROM cases;
-- of large tables it does not read all, but looks single issues up; and begins to read all where it finds that there are many
UPDATE pg_class SET reltuples = CASE relname WHEN 'issues' THEN 100000 ELSE 1e9 END
WHERE oid IN ('errtrack.issues'::regclass, 'errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
SELECT is(pg_temp.finds(query), want, 'looked up: ' || query) FROM cases WHERE query ~ 'release|environment|tag|server|transaction';
UPDATE pg_class SET reltuples = CASE WHEN relname = 'issue_facets' THEN 20 ELSE 100 END WHERE oid IN ('errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
SELECT is(pg_temp.finds(query), want, 'two looked up: ' || query) FROM cases WHERE query ~ 'release|environment|tag|server|transaction';
UPDATE pg_class SET reltuples = -1
WHERE oid IN ('errtrack.issues'::regclass, 'errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
SELECT is(pg_temp.finds('issue:' || :a || ',' || :e), 'AE', 'issue:');
SELECT is(pg_temp.finds('project:' || :blog), 'F', 'project: by number');
SELECT is(pg_temp.finds('project:blog', :shop), '', 'project: is a condition besides the project that is given');
SELECT is(pg_temp.finds('release:newest', :shop), (SELECT string_agg(right(i.title, 1), '' ORDER BY right(i.title, 1)) FROM errtrack.issues AS i
          WHERE EXISTS (SELECT FROM errtrack.issue_releases AS r JOIN (SELECT DISTINCT project_id, package FROM errtrack.releases) AS p ON p.project_id = r.project_id
                        WHERE r.issue_id = i.issue_id AND r.project_id = :shop AND r.release = errtrack.newest_release(r.project_id, p.package))), 'release:newest is the newest of each package');
SELECT isnt(pg_temp.finds('release:newest', :shop), '', '... which there is');
INSERT INTO errtrack.issue_releases (project_id, issue_id, release, environment, first_seen, last_seen, events)
SELECT :blog, issue_id, errtrack.newest_release(:shop), 'elsewhere', now(), now(), 1 FROM errtrack.issues WHERE project_id = :blog;
SELECT is(pg_temp.finds('release:newest environment:elsewhere'), '', '... and not what is the newest in another project');
SELECT is(pg_temp.finds('release:newest environment:production', :blog), 'F', '(which the newest one of its own is)');
SELECT is(pg_temp.finds('release:"newest"'), '', '... but not in quotes');
SELECT is(pg_temp.finds('introduced:newest', :blog), 'F', 'what the newest one brought');
SELECT is(pg_temp.finds('release:latest', :blog), 'F', '... which is also called latest');
BEGIN;
INSERT INTO errtrack.releases (project_id, version, first_seen, known_since) SELECT :shop, 'p' || n || '@' || v, now(), now() FROM generate_series(1, 500) AS n, unnest('{1.0,1.1}'::text[]) AS v;
UPDATE errtrack.issues SET release_introduced = 'p77@1.1' WHERE issue_id = :a;
UPDATE errtrack.issues SET release_introduced = 'p77@1.0' WHERE issue_id = :b;
UPDATE errtrack.issues SET release_introduced = 'p500@1.1' WHERE issue_id = :c;
UPDATE errtrack.issues SET release_introduced = 'p500@1.1' WHERE issue_id = :d;
UPDATE errtrack.issues SET release_introduced = 'p501@1.1' WHERE issue_id = :e;
SELECT is(pg_temp.finds('introduced:newest', :shop), 'ACD', '... of one of many packages');
DELETE FROM errtrack.issues WHERE project_id = :blog;
SELECT is(pg_temp.finds('introduced:newest'), 'ACD', '... of all projects');
ROLLBACK;
INSERT INTO errtrack.issue_releases (project_id, issue_id, release, environment, first_seen, last_seen, events) VALUES (:shop, :a, '', 'lab', now(), now(), 1);
SELECT is(pg_temp.finds(query), want, 'has: is a question of its own: ' || query)
FROM (VALUES ('environment:lab', 'A'), ('has:release environment:lab', 'A'), ('release:* environment:lab', ''), ('-has:release environment:lab', ''), ('release:1.4.0 has:environment', 'A')) AS t (query, want);
DELETE FROM errtrack.issue_releases WHERE environment = 'lab';

-- somebody altered the tables in which issues are looked up
CREATE PROCEDURE pg_temp.alter_and_look(alterations text, INOUT result text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE alterations;
  UPDATE pg_class SET reltuples = CASE relname WHEN 'issues' THEN 100000 ELSE 1e9 END
  WHERE oid IN ('errtrack.issues'::regclass, 'errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
  result := (SELECT string_agg(query || '=' || pg_temp.finds(query), ' ') FROM unnest(ARRAY['release:1.4.*', '-environment:staging', 'release:1.4.0 environment:production', 'platform:ruby release:newest', 'tag.browser:chrome']) AS query);
  ROLLBACK;
END $$;
CREATE PROCEDURE pg_temp.look_at(what text, alterations text) LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  CALL pg_temp.alter_and_look(alterations, result);
  INSERT INTO altered VALUES (what, result);
END $$;
CREATE TEMP TABLE altered (what text, found text);
CALL pg_temp.look_at('as they are', '');
CALL pg_temp.look_at('without a key', 'ALTER TABLE errtrack.issue_releases DROP CONSTRAINT issue_releases_pkey; ALTER TABLE errtrack.issue_facets DROP CONSTRAINT issue_facets_pkey');
CALL pg_temp.look_at('with one that is checked later', 'ALTER TABLE errtrack.issue_releases DROP CONSTRAINT issue_releases_pkey, ADD PRIMARY KEY (project_id, issue_id, release, environment) DEFERRABLE');
CALL pg_temp.look_at('with one in another order', 'ALTER TABLE errtrack.issue_releases DROP CONSTRAINT issue_releases_pkey, ADD PRIMARY KEY (release, environment, issue_id, project_id); ALTER TABLE errtrack.issue_facets DROP CONSTRAINT issue_facets_pkey, ADD PRIMARY KEY (issue_id, project_id)');
CALL pg_temp.look_at('with one of one column', 'ALTER TABLE errtrack.issue_facets DROP CONSTRAINT issue_facets_pkey, ADD PRIMARY KEY (issue_id)');
CALL pg_temp.look_at('with columns in another order', 'ALTER TABLE errtrack.issue_releases RENAME TO old; CREATE TABLE errtrack.issue_releases (environment text, release text, project_id int, issue_id bigint, PRIMARY KEY (project_id, issue_id, release, environment)); INSERT INTO errtrack.issue_releases SELECT environment, release, project_id, issue_id FROM errtrack.old');
CALL pg_temp.look_at('with a dropped column between', 'ALTER TABLE errtrack.issue_releases RENAME TO old; CREATE TABLE errtrack.issue_releases (project_id int, issue_id bigint, dropped int, environment text, release text, PRIMARY KEY (project_id, issue_id, release, environment)); ALTER TABLE errtrack.issue_releases DROP COLUMN dropped; INSERT INTO errtrack.issue_releases SELECT project_id, issue_id, environment, release FROM errtrack.old');
CALL pg_temp.look_at('with a dropped column before all', 'ALTER TABLE errtrack.issue_facets RENAME TO old; CREATE TABLE errtrack.issue_facets (dropped text, project_id int, issue_id bigint, facets bytea, PRIMARY KEY (project_id, issue_id)); ALTER TABLE errtrack.issue_facets DROP COLUMN dropped; INSERT INTO errtrack.issue_facets SELECT * FROM errtrack.old');
SELECT is(found, 'release:1.4.*=AB -environment:staging=CDEF release:1.4.0 environment:production=A platform:ruby release:newest=F tag.browser:chrome=AE', 'tables ' || what) FROM altered;
DROP TABLE altered;
SELECT is((SELECT count(*) FROM pg_constraint WHERE conrelid IN ('errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass) AND contype = 'p'), 2::bigint, '(they are as they were)');

-- what an error says can be pasted
CREATE FUNCTION pg_temp.finds_pasted(message text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  issue bigint := current_setting('errtrack_t.issue');
BEGIN
  UPDATE errtrack.issues SET title = message WHERE issue_id = issue;
  RETURN (SELECT title FROM errtrack.search(query) WHERE issue_id = issue);
END $$;
SET errtrack_t.issue = :d;
BEGIN;
SELECT is(pg_temp.finds_pasted(message, message), message, 'pasted: ' || message)
FROM unnest(ARRAY['App\Exceptions\PaymentFailed: card refused', 'open C:\Users\bob\new.txt failed', 'no share \\files\team', 'bad pattern \d+\s*\w', 'index -1 is out of bounds for axis 0 with size 3', 'wait -5ms', '(-1, -2)',
                  'null value in column "id", relation "users" violates not-null constraint', 'column "a"."b" does not exist', 'a != b', 'expected x -> y', 'a !== -0.5', 'std::sync::Mutex', 'GET https://shop.example/pay?x=1',
                  'File "pay.py", line 12', 'pay.py:12', 'TypeError: unsupported operand', 'Undefined property: App\User::$name', 'SQLSTATE[42S02]: not found', '{"id": 5, "name": "x"}', 'Cannot read ''name'' of undefined', 'a - b', 'done!', '100% [x, y]']) AS message;
SELECT is(pg_temp.finds_pasted(message, '"' || message || '"'), message, '... in quotes: ' || message)
FROM unnest(ARRAY['App\Exceptions\PaymentFailed', 'C:\Users\bob', '-1', '\d+*']) AS message;
UPDATE errtrack.issues SET exception_class = 'App\Exceptions\PaymentFailed' WHERE issue_id = :d;
SELECT is(pg_temp.finds(query), '*', query) FROM unnest(ARRAY['class:App\Exceptions\PaymentFailed', 'class:"App\Exceptions\PaymentFailed"', 'class:App\Exceptions\\*']) AS query;
UPDATE errtrack.issues SET first_seen = '-infinity' WHERE issue_id = :a;
SELECT is(pg_temp.found('-sort:first_seen level:error'), 'AF', 'what was always there comes first');
SELECT is(pg_temp.found('sort:first_seen level:error'), 'FA', '... or last');
ROLLBACK;
SET timezone = 'America/New_York';
SELECT is(pg_temp.finds('last_seen:2026-01-31'), 'ABCDF', 'a day is one of the session''s time zone');
SELECT is(pg_temp.finds('last_seen:2026-01-31T05:00'), 'D', '... and so is a minute');
SET timezone = 'Asia/Tokyo';
SELECT is(pg_temp.finds('last_seen:2026-01-31'), 'ABCDEF', '... where the day began earlier');
SET timezone = 'UTC';

-- errors point at the word
SELECT is((r.state, r.message, split_part(r.detail, E'\n', 2), split_part(r.detail, E'\n', 3), split_part(r.detail, E'\n', 4)),
          ('22023'::text, 'search: ' || t.message, query, mark, ''::text), 'refused: ' || query)
FROM (VALUES
  ('is:unresolved relase:1.4.*', 'unknown field "relase"', '              ^^^^^^'),
  ('Übung 東京 relase:1', 'unknown field "relase"', '           ^^^^^^'),
  ('-nonsense:x', 'unknown field "nonsense"', ' ^^^^^^^^'),
  ('a "b', 'a quote is not closed', '  ^^'),
  ('title:"東京', 'a quote is not closed', '      ^^^^^'),
  ('"b\"', 'a quote is not closed', '^^^^'),
  ('title:"a"東', 'something follows a quote', '         ^^'),
  ('""', 'nothing is in the quotes', '^^'),
  ('a level: error', '"level:" has no value', '  ^^^^^^'),
  ('level:', '"level:" has no value', '^^^^^^'),
  ('level:error,', '"level:" has no value', '^^^^^^'),
  ('level:,error', '"level:" has no value', '^^^^^^'),
  ('release:>=', '"release:" has no value', '^^^^^^^^'),
  ('title:""', '"title:" has no value', '^^^^^^'),
  ('level:[]', '"level:" has no value', '^^^^^^'),
  ('x level:[error fatal]', 'a list is not closed', '        ^^^^^^^'),
  ('level:[error', 'a list is not closed', '      ^^^^^^'),
  ('level:[error]x', 'something follows a list', '             ^'),
  ('level:foo', 'there is no level "foo"', '      ^^^'),
  ('level:error,err*', 'there is no level "err*"', '            ^^^^'),
  ('is:new', 'no issue is "new"', '   ^^^'),
  ('is:open,東京', 'no issue is "東京"', '        ^^^^'),
  ('events:many', '"many" is not a number', '       ^^^^'),
  ('events:>-1', '">-1" is not a number', '       ^^^'),
  ('events:1..x', '"1..x" is not a number', '       ^^^^'),
  ('events:..', '".." is not a number', '       ^^'),
  ('events:>1..2', '">1..2" is not a number', '       ^^^^^'),
  ('events:1*', '"1*" is not a number', '       ^^'),
  ('issue:999999999999999999999', '"999999999999999999999" is not a number', '      ^^^^^^^^^^^^^^^^^^^^^'),
  ('first_seen:>24h', '">24h" is not a time', '           ^^^^'),
  ('first_seen:-24x', '"-24x" is not a time', '           ^^^^'),
  ('first_seen:-1000000h', '"-1000000h" is not a time', '           ^^^^^^^^^'),
  ('first_seen:2026-02-30', '"2026-02-30" is not a time', '           ^^^^^^^^^^'),
  ('first_seen:2026-01-31T25:00', '"2026-01-31T25:00" is not a time', '           ^^^^^^^^^^^^^^^^'),
  ('first_seen:2026-01-31x', '"2026-01-31x" is not a time', '           ^^^^^^^^^^^'),
  ('first_seen:2026-01', '"2026-01" is not a time', '           ^^^^^^^'),
  ('first_seen:yesterday', '"yesterday" is not a time', '           ^^^^^^^^^'),
  ('release:>=1.*', 'a release with a * cannot be compared', '        ^^^^^'),
  ('release:>=newest', 'nothing is compared with the newest release', '        ^^^^^^^^'),
  ('release:1.0,<Latest', 'nothing is compared with the newest release', '            ^^^^^^^'),
  ('release:1.4..newest', 'nothing is compared with the newest release', '        ^^^^^^^^^^^'),
  ('release:>=1.4..1.6', '">=1.4..1.6" is not a range of releases', '        ^^^^^^^^^^'),
  ('introduced:..', '".." is not a range of releases', '           ^^'),
  ('fixed:1.4..1.*', 'a release with a * cannot be compared', '      ^^^^^^^^'),
  ('events:"1..3"', '""1..3"" is not a number', '       ^^^^^^'),
  ('has:release,user', 'has: takes one value', '            ^^^^'),
  ('sort:[events, users]', 'sort: takes one value', '              ^^^^^'),
  ('has:tag."a', 'a quote is not closed', '        ^^'),
  ('has:tag."a"b', 'something follows a quote', '           ^'),
  ('"C:\Users\"', 'a quote is not closed', '^^^^^^^^^^^'),
  ('project:nowhere', 'there is no project "nowhere"', '        ^^^^^^^'),
  ('has:sort', 'has: does not take "sort"', '    ^^^^'),
  ('has:nonsense', 'has: does not take "nonsense"', '    ^^^^^^^^'),
  ('sort:title', 'cannot sort by "title"', '     ^^^^^'),
  ('tag.:x', 'a tag has no key', '^^^^'),
  ('tag:x', 'unknown field "tag"', '^^^'),
  ('user.name:x', 'unknown field "user.name"', '^^^^^^^^^'),
  ('a OR b', 'OR joins nothing here', '  ^^'),
  ('a AND b', 'AND joins nothing here', '  ^^^')
) AS t (query, message, mark), LATERAL pg_temp.refusal(query) AS r;
SELECT is((SELECT count(*) FROM unnest(ARRAY['relase:1', '"', 'level:', 'level:x', 'is:x', 'events:x', 'first_seen:x', 'project:x', 'has:x', 'sort:x', 'OR']) AS q, pg_temp.refusal(q) AS r WHERE r.hint ~ '\.$'), 11::bigint, 'each has a hint');
SELECT is(hint ~ '^Perhaps you meant "release"\. A tag is written tag\.relase:, .* Fields are is, level, .*tag\.KEY\.', true, 'which names the nearest field, and all') FROM pg_temp.refusal('relase:1');
SELECT is(hint ~ ('^Perhaps you meant "' || meant || '"\.'), true, '... ' || name || ': ' || meant)
FROM (VALUES ('env', 'environment'), ('Status', 'is'), ('assignee', 'assigned'), ('severity', 'level'), ('message', 'title')) AS t (name, meant), pg_temp.refusal(name || ':x');
SELECT is(hint ~ '^A tag is', true, '... and no nearest one where none is near') FROM pg_temp.refusal('zzzzzz:1');
SELECT is(split_part(detail, E'\n', 2), 'a b c level:x', 'ends of lines are shown as blanks') FROM pg_temp.refusal(E'a\nb\tc level:x');
SELECT is((length(split_part(detail, E'\n', 2)) < 150, position('^' IN split_part(detail, E'\n', 3)), position('foo' IN split_part(detail, E'\n', 2)))::text, '(t,54,54)', 'of a long query a part is shown')
FROM pg_temp.refusal(repeat('東', 1000) || ' "' || repeat('w ', 1000) || '" level:foo "' || repeat('x ', 1000) || '"');
SELECT is(state, '22023'::text, 'a query that is too long is refused') FROM pg_temp.refusal(repeat('x', 10001));
SELECT is(message, 'search: more than 100 terms', '... and one of too many terms') FROM pg_temp.refusal(repeat('x ', 101));
SELECT is(pg_temp.finds(repeat('a ', 100)), 'ACDE', '... a hundred are not too many');
SELECT is(message, 'search: more than 100 pairs of a release and an environment', '... nor of pairs') FROM pg_temp.refusal(repeat('release:1.4.0 ', 51) || repeat('environment:production ', 2));
SELECT is(pg_temp.finds(repeat('release:1.4.0 ', 50) || repeat('environment:production ', 2)), 'A', '... a hundred are not too many');
SELECT is(pg_temp.finds(repeat('release:1.4.0 ', 50) || repeat('-environment:staging ', 50)), '', '... and what has a sign is none');
SELECT is(message, 'search: more than 100 values', '... nor of values') FROM pg_temp.refusal('title:a' || repeat(',a', 100));
SELECT throws_ok('SELECT errtrack.search(''x'', 99)', 'P0002', 'there is no project 99', 'an unknown project is');
SELECT throws_ok('SELECT FROM errtrack.search(''level:x'', 99)', '22023', NULL, 'the word comes first');
BEGIN;
DELETE FROM errtrack.issues;
SELECT throws_ok('SELECT FROM errtrack.search(''level:x'')', '22023', NULL, 'a bad word is one where there is no issue, too');
SELECT throws_ok('SELECT FROM errtrack.search('''', 99)', 'P0002', NULL, '... and so is an unknown project');
ROLLBACK;

-- whatever is in a query stays in it
SELECT is(pg_temp.finds(query), '', 'harmless: ' || query)
FROM unnest(ARRAY[$$'; DROP TABLE errtrack.issues; --$$, $$release:'||pg_sleep(9)||'$$, $$user:x'OR'1'='1$$, $$tag.a'b:c'd$$, $$environment:$1$$, $$title:%s%n$$, $$user:\\$$, $$\$$ || $$"$$ || 'zz', repeat('*z', 2000), repeat('*a', 3000)]) AS query;
SELECT is((SELECT count(*) FROM errtrack.issues), 6::bigint, '(there are six issues still)');

-- how it is called
SELECT is((SELECT string_agg(q || '=' || n, ' ') FROM (VALUES ('level:error'), ('is:resolved'), ('level:error'), ('user:43')) AS t (q), LATERAL (SELECT count(*) AS n FROM errtrack.search(q)) AS s),
          'level:error=2 is:resolved=1 level:error=2 user:43=1', 'a query may come from a row');
PREPARE search_by (text, int) AS SELECT string_agg(right(title, 1), '') FROM errtrack.search($1, $2);
SET plan_cache_mode = force_generic_plan;
EXECUTE search_by('user:42', :shop) \g (format=unaligned) /dev/null
SELECT is(pg_temp.finds('user:42', :shop), 'A', 'a prepared one');
RESET plan_cache_mode;
CREATE TEMP TABLE plan (line text);
DO $$
DECLARE
  l text;
BEGIN
  FOR l IN EXECUTE 'EXPLAIN SELECT * FROM errtrack.search(''level:error'', 2) WHERE platform = ''go'' LIMIT 5' LOOP
    INSERT INTO plan VALUES (l);
  END LOOP;
END $$;
SELECT is((SELECT count(*) FROM plan WHERE line ~ 'Function Scan on search'), 0::bigint, 'it is inlined');
SELECT isnt((SELECT count(*) FROM plan WHERE line ~ 'platform = ''go'''), 0::bigint, '... and conditions reach the scan');
TRUNCATE plan;
DO $$
DECLARE
  l text;
BEGIN
  FOR l IN EXECUTE 'EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM errtrack.search('''') LIMIT 1' LOOP
    INSERT INTO plan VALUES (l);
  END LOOP;
END $$;
SELECT is((SELECT count(*) FROM plan WHERE line ~ 'top-N heapsort'), 1::bigint, '... no more is sorted than a LIMIT asks for');
SELECT is((SELECT count(*) FROM plan WHERE line ~ 'search_is_by_time'), 1::bigint, '... and the order is asked once');
SELECT is((SELECT string_agg(right((i).title, 1), '') FROM (SELECT errtrack.search('level:error') AS i) AS s), 'FA', 'and where it cannot be, it finds the same');

-- with a search_path that somebody else filled
CALL pg_temp.make_evil_schema(current_user);
SET search_path = errtrack_t_evil, pg_catalog;
SELECT string_agg(right(title, 1), '') AS hijacked FROM errtrack.search('release:>=1.4 user:42 tag.plan:free users:>1 project:shop', :shop) \gset
RESET search_path;
SELECT is(:'hijacked'::text, 'A', 'a foreign search_path changes nothing');
DROP SCHEMA errtrack_t_evil CASCADE;

-- a viewer may; with no more than that; and nobody else
DROP ROLE IF EXISTS errtrack_t_viewer, errtrack_t_nobody;
CREATE ROLE errtrack_t_viewer;
CREATE ROLE errtrack_t_nobody;
SELECT errtrack.grant_role('errtrack_t_viewer', 'viewer') \g /dev/null
GRANT USAGE ON SCHEMA errtrack TO errtrack_t_nobody;
SET ROLE errtrack_t_viewer;
SELECT string_agg(right(title, 1), '') AS viewed FROM errtrack.search('release:>=1.4 release:newest,1.* environment:* user:42,4* tag.plan:free users:>1 project:shop has:user introduced:>1 sort:users', :shop) \gset
RESET ROLE;
SELECT is(:'viewed'::text, 'A', 'a viewer may search');
SET ROLE errtrack_t_nobody;
SELECT throws_ok('SELECT FROM errtrack.search('''')', '42501', NULL, 'somebody else may not');
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA errtrack TO errtrack_t_nobody;
GRANT SELECT ON errtrack.issues TO errtrack_t_nobody;
SET ROLE errtrack_t_nobody;
SELECT lives_ok('SELECT FROM errtrack.search(''is:open'')', 'who may read the issues');
SELECT lives_ok('SELECT FROM errtrack.search(''is:resolved is:ignored introduced:newest'')', '(what no issue is left for is not read)');
SELECT throws_ok(format('SELECT FROM errtrack.search(%L)', q), '42501', NULL, '... finds nothing by what is in other tables: ' || q)
FROM unnest(ARRAY['user:42', 'release:1.4.0', 'environment:production', 'tag.plan:free', 'users:>1', 'sort:users', 'project:shop', 'release:newest']) AS q;
RESET ROLE;
UPDATE pg_class SET reltuples = 1e9 WHERE oid IN ('errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
SET ROLE errtrack_t_nobody;
SELECT throws_ok(format('SELECT FROM errtrack.search(%L)', q), '42501', NULL, '... nor by looking it up: ' || q)
FROM unnest(ARRAY['release:1.4.0', 'environment:production', 'tag.plan:free']) AS q;
RESET ROLE;

-- to look an issue up asks for what SQL asks for: one that may not use the schema reads nothing of it, by whatever way it got there
CREATE VIEW errtrack_t_view AS SELECT issue_id FROM errtrack.search('release:1.4.0');
GRANT SELECT ON errtrack_t_view TO errtrack_t_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA errtrack TO errtrack_t_nobody;
REVOKE USAGE ON SCHEMA errtrack FROM errtrack_t_nobody;
CREATE FUNCTION pg_temp.refused(rows real) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pg_class SET reltuples = rows WHERE oid = 'errtrack.issue_releases'::regclass;
  SET LOCAL ROLE errtrack_t_nobody;
  PERFORM FROM errtrack_t_view;
  RESET ROLE;
  RETURN 'found';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END $$;
SELECT is(pg_temp.refused(rows), 'permission denied for schema errtrack', 'without USAGE, by a view, of a table of ' || rows) FROM unnest('{1e9,-1}'::real[]) AS rows;
DROP VIEW errtrack_t_view;
GRANT USAGE ON SCHEMA errtrack TO errtrack_t_nobody;
REVOKE SELECT ON ALL TABLES IN SCHEMA errtrack FROM errtrack_t_nobody;
GRANT SELECT ON errtrack.issues TO errtrack_t_nobody;
UPDATE pg_class SET reltuples = 1e9 WHERE oid IN ('errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);

-- an error that somebody catches leaves nothing half done for the next call, here of one check of a domain; the error
-- puts the role back, too
CREATE TYPE errtrack_t_pair AS (query text, issue_id bigint);
SELECT format('CREATE DOMAIN errtrack_t_found AS errtrack_t_pair CHECK (errtrack.search_finds((VALUE).query, %1$s, %1$s, (VALUE).issue_id, NULL, NULL, NULL, NULL, NULL, ''unresolved'', NULL, NULL, NULL, NULL, NULL, 1, 0, NULL, NULL))', :shop) \gexec
CREATE FUNCTION pg_temp.caught(wanted text, issue_id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  pair errtrack_t_found := ROW('', issue_id);
  error text := 'no error';
BEGIN
  BEGIN
    PERFORM set_config('role', 'errtrack_t_nobody', true);
    pair.query := wanted;
  EXCEPTION WHEN insufficient_privilege THEN
    error := 'caught';
  END;
  BEGIN
    pair.query := wanted;
  EXCEPTION WHEN check_violation THEN
    RETURN error || ', then not found';
  END;
  RETURN error || ', then found';
END $$;
SELECT is(pg_temp.caught(query, :a), 'caught, then found', 'after an error: ' || query)
FROM unnest(ARRAY['release:1.4.0', 'environment:production', 'tag.plan:free', 'user:42', 'users:>1']) AS query;

-- whoever sees some rows of a table alone, by its policies, finds by these, however they are looked for
ALTER TABLE errtrack.issue_releases ENABLE ROW LEVEL SECURITY;
CREATE POLICY shown ON errtrack.issue_releases FOR SELECT TO errtrack_t_viewer USING (environment <> 'staging');
ALTER TABLE errtrack.issue_facets ENABLE ROW LEVEL SECURITY;
SELECT format('CREATE POLICY shown ON errtrack.issue_facets FOR SELECT TO errtrack_t_viewer USING (issue_id <> %s)', :a) \gexec
CREATE TEMP TABLE seen AS
SELECT query, rows, NULL::text AS by_owner, NULL::text AS by_viewer
FROM unnest(ARRAY['environment:staging', '-environment:staging', 'release:1.4.*', 'tag.browser:*', '-tag.plan:free']) AS query, unnest(ARRAY[-1, 1e9]) AS rows;
GRANT ALL ON seen TO errtrack_t_viewer;
CREATE PROCEDURE pg_temp.look(role text, by_column text) LANGUAGE plpgsql AS $$
DECLARE
  s seen;
BEGIN
  FOR s IN SELECT * FROM seen LOOP
    UPDATE pg_class SET reltuples = s.rows WHERE oid IN ('errtrack.issue_releases'::regclass, 'errtrack.issue_facets'::regclass);
    PERFORM set_config('role', role, true);
    EXECUTE format('UPDATE seen SET %I = (SELECT coalesce(string_agg(right(title, 1), '''' ORDER BY right(title, 1)), '''') FROM errtrack.search($1)) WHERE query = $1 AND rows = $2', by_column) USING s.query, s.rows;
    PERFORM set_config('role', 'none', true);
  END LOOP;
END $$;
CALL pg_temp.look('none', 'by_owner');
CALL pg_temp.look('errtrack_t_viewer', 'by_viewer');
SELECT is(s.by_owner || ' ' || s.by_viewer, t.want, 'by policies: ' || query || CASE WHEN rows > 0 THEN ', looked up' ELSE '' END)
FROM seen AS s JOIN (VALUES ('environment:staging', 'AB '), ('-environment:staging', 'CDEF ABCDEF'), ('release:1.4.*', 'AB A'),
                            ('tag.browser:*', 'ABE BE'), ('-tag.plan:free', 'BCDEF ABCDEF')) AS t (query, want) USING (query);
SET ROLE errtrack_t_viewer;
SET row_security = off;
SELECT throws_ok(format('SELECT FROM errtrack.search(%L)', q), '42501', NULL, 'who says that no policy applies is told: ' || q)
FROM unnest(ARRAY['release:1.4.0', 'environment:production', 'tag.plan:free']) AS q;
RESET row_security;
RESET ROLE;

SELECT finish();
DROP TABLE seen;
DROP DOMAIN errtrack_t_found;
DROP TYPE errtrack_t_pair;
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP ROLE errtrack_t_viewer, errtrack_t_nobody;
