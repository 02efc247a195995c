-- Shows what errtrack.fingerprint_rules can ask of an event, which rule wins, what it can make of the event, and what is
-- refused.
\pset format unaligned
\pset null (null)

CREATE TEMP TABLE event (e jsonb);
INSERT INTO event VALUES ('{"message": "order 7 is late", "level": "warning", "logger": "shop.orders", "environment": "prod", "release": "1.4.2",
  "transaction": "POST /cart", "tags": {"customer": "acme-7", "zone": "eu", "n": 5}, "platform": "python",
  "exception": [{"type": "LateError", "module": "shop.errors", "value": "order 7 is late", "stacktrace": {"frames": [
    {"filename": "shop/web.py", "function": "post", "module": "shop.web", "lineno": 3}, {"filename": "shop/cart.py", "function": "total", "module": "shop.cart", "lineno": 9}]}}]}');
-- Is an event taken by a rule of these columns?
CREATE FUNCTION pg_temp.taken(columns text, value_list text, more jsonb DEFAULT '{}') RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  result boolean;
BEGIN
  EXECUTE format('INSERT INTO errtrack.fingerprint_rules (%s, fingerprint) VALUES (%s, %L)', columns, value_list, '{taken}');
  SELECT errtrack.fingerprints(e || more) = errtrack.fingerprints('{"fingerprint": ["taken"]}') INTO result FROM event;
  DELETE FROM errtrack.fingerprint_rules;
  RETURN result;
END $$;

--
-- Matchers
--
SELECT columns, good, pg_temp.taken(columns, good) AS taken, bad, pg_temp.taken(columns, bad) AS taken
FROM (VALUES
  (1, 'exception_class', $$'Late*'$$, $$'Lost*'$$), (2, 'message', $$'order * is late'$$, $$'late'$$), (3, 'module', $$'shop.web'$$, $$'shop.mail'$$),
  (4, 'function', $$'t*l'$$, $$'refund'$$), (5, 'path', $$'shop/*.py'$$, $$'lib/*.py'$$), (6, 'level', $$'warn*'$$, $$'error'$$),
  (7, 'logger', $$'shop.*'$$, $$'mail.*'$$), (8, 'environment', $$'prod'$$, $$'stage'$$), (9, 'release', $$'1.4.*'$$, $$'1.5.*'$$),
  (10, 'tags', $$'{"customer": "acme*"}'$$, $$'{"customer": "acme"}'$$), (11, 'tags', $$'{"customer": "*", "zone": "eu"}'$$, $$'{"customer": "*", "zone": "us"}'$$),
  (12, 'tags', $$'{"n": 5}'$$, $$'{"n": 6}'$$), (13, 'tags', $$'{"zone": "*"}'$$, $$'{"planet": "*"}'$$),
  (14, 'module, function, path', $$'shop.web', 'post', '*web.py'$$, $$'shop.web', 'total', '*web.py'$$),
  (15, 'exception_class, level', $$'LateError', 'warning'$$, $$'LateError', 'error'$$)
) AS t (n, columns, good, bad)
ORDER BY n;
-- what an event does not say, no pattern matches
SELECT c AS absent, pg_temp.taken(c, $$'*'$$, jsonb_build_object(c, NULL)) AS taken FROM unnest(ARRAY['logger', 'environment', 'release']) AS c;
-- a rule may ask for the class of a wrapper or of a cause
SELECT class, pg_temp.taken('exception_class', quote_literal(class), '{"exception": [{"type": "DiskError", "module": "os"}, {"type": "LateError"}]}') AS taken
FROM unnest(ARRAY['DiskError', 'LateError', 'LostError']) AS class;
-- a level is matched by the level that it stands for
SELECT pg_temp.taken('level', $$'warning'$$, '{"level": "WARN"}') AS of_warn, pg_temp.taken('level', $$'error'$$, '{"level": null}') AS of_none;

--
-- Which rule, whose
--
CREATE FUNCTION pg_temp.made(more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT coalesce((SELECT string_agg(part || ' ' || original || coalesce(' ' || normalized, ''), ', ' ORDER BY n) FROM errtrack.explain_fingerprint(e || more) WITH ORDINALITY AS x (part, original, normalized, counts, reason, n)
                   WHERE part IN ('rule', 'fingerprint')), 'by frames') FROM event
$$;
INSERT INTO errtrack.fingerprint_rules (rule_id, project_id, message, fingerprint) VALUES
  (1003, 1, '*', '{third}'), (1002, 1, 'order*', '{second}'), (1001, 1, 'refund*', '{first}'), (1000, 7, '*', '{seventh}');
SELECT what, made
FROM (VALUES (1, 'the first that matches', '{}'), (2, 'another event', '{"message": "refund 7", "exception_class": "E"}'), (3, 'a third', '{"message": "sale", "exception_class": "E"}'), (4, 'of another project', '{"project_id": 7}'),
             (5, 'of a project without', '{"project_id": 8}'), (6, 'a rule goes before the event''s own', '{"fingerprint": ["own"]}'),
             (7, 'without a rule the event''s own', '{"project_id": 8, "fingerprint": ["own", "two"]}')) AS t (n, what, more), LATERAL (SELECT more::jsonb) AS m (j), LATERAL pg_temp.made(j) AS made
ORDER BY n;
SELECT errtrack.fingerprint(e || '{"fingerprint": ["own"]}') = errtrack.fingerprint('{"fingerprint": ["second"]}') AS a_rule_makes_what_an_event_may_give FROM event;
UPDATE errtrack.fingerprint_rules SET message = 'never' WHERE rule_id = 1002;
SELECT pg_temp.made() AS changed_in_this_session;
TRUNCATE errtrack.fingerprint_rules;
SELECT pg_temp.made() AS truncated;
BEGIN;
INSERT INTO errtrack.fingerprint_rules (message, fingerprint) VALUES ('*', '{rolled back}');
SELECT normalized IS NOT NULL AS counts_in_its_transaction FROM event, errtrack.explain_fingerprint(e) WHERE part = 'fingerprint';
ROLLBACK;
SELECT pg_temp.made() AS rolled_back;

--
-- Variables
--
CREATE FUNCTION pg_temp.expanded(template text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  INSERT INTO errtrack.fingerprint_rules (message, fingerprint) VALUES ('*', ARRAY[template]);
  SELECT string_agg(original, '/') INTO result FROM event, errtrack.explain_fingerprint(e || more) WHERE part = 'fingerprint';
  DELETE FROM errtrack.fingerprint_rules;
  RETURN '<' || result || '>';
END $$;
SELECT template, pg_temp.expanded(template)
FROM unnest(ARRAY['{{ type }}', '{{ value }}', '{{ function }}', '{{ module }}', '{{ path }}', '{{ level }}', '{{ logger }}', '{{ environment }}', '{{ release }}', '{{ transaction }}',
                  '{{ tags.customer }}', '{{ tags.n }}', '{{ tags.planet }}', '{{tags.zone}}', '{{  type}}', 'a {{ type }} b {{ level }}{{ release }} c', '{{ type', 'type }}', '{ type }', '{{ type }} }} {{', ''])
     WITH ORDINALITY AS t (template, n)
ORDER BY n;
-- what stands in a value is text, not a variable
SELECT pg_temp.expanded('{{ value }}', '{"exception": null, "exception_class": "E", "message": "{{ type }}"}') AS no_second_round, pg_temp.expanded('{{ release }}', '{"release": null}') AS absent;
-- {{ default }}: both keys, and no value of another element changes places with it
CREATE FUNCTION pg_temp.keys(fingerprint text[], more jsonb DEFAULT '{}') RETURNS bytea[] LANGUAGE plpgsql AS $$
DECLARE
  result bytea[];
BEGIN
  INSERT INTO errtrack.fingerprint_rules (message, fingerprint) VALUES ('*', fingerprint);
  SELECT errtrack.fingerprints(e || more) INTO result FROM event;
  DELETE FROM errtrack.fingerprint_rules;
  RETURN result;
END $$;
SELECT cardinality(d) AS keys, d = plain AS alone_is_as_without, pg_temp.keys('{"{{default}}"}') = plain AS without_blanks, a <> plain AND a && plain = false AS with_more_is_another,
       pg_temp.keys('{"{{ default }}",a}') = errtrack.fingerprints(e || '{"fingerprint": ["{{ default }}", "a"]}') AS as_an_event_gives_it, a = pg_temp.keys('{"{{ default }}",b}') AS by_what_is_more,
       pg_temp.keys('{"{{ default }}","{{ tags.zone }}"}') = pg_temp.keys('{"{{ default }}","{{ tags.zone }}"}', '{"tags": {"zone": "us"}}') AS other_tag_same,
       pg_temp.keys('{"{{ default }}","{{ tags.zone }}"}') = pg_temp.keys('{"{{ default }}","{{ tags.zone }}"}', '{"tags": {"zone": "eu", "customer": "x"}}') AS other_customer_same
FROM event, LATERAL (SELECT pg_temp.keys('{"{{ default }}"}'), pg_temp.keys('{"{{ default }}",a}'), errtrack.fingerprints(e)) AS k (d, a, plain);
SELECT cardinality(pg_temp.keys('{a,b}')) AS keys_without_default, pg_temp.keys('{a,b}') = pg_temp.keys('{a}') AS second_counts, pg_temp.keys('{a,NULL}') = pg_temp.keys('{a}') AS nulls_do_not,
       pg_temp.keys('{a,b}', '{"exception": null, "message": "other"}') = pg_temp.keys('{a,b}') AS nothing_else;

--
-- Titles: with a fingerprint, and alone
--
CREATE FUNCTION pg_temp.title(title text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  INSERT INTO errtrack.fingerprint_rules (message, title) VALUES ('*', title);
  SELECT d.title || '; ' || (d.fingerprints = errtrack.fingerprints('{"message": "late", "exception_class": "E"}')) INTO result
  FROM errtrack.digest(1, 'error', NULL, 'E', 'late', NULL, NULL, NULL, NULL, 'prod', NULL, NULL, '{"a": "b"}') AS d;
  DELETE FROM errtrack.fingerprint_rules;
  RETURN result;
END $$;
SELECT replace(title, E'\n', '\n') AS title, pg_temp.title(title) AS made
FROM unnest(ARRAY['{{ type }} in {{ environment }}', '{{ tags.a }}', E'two\nlines', '  ', '{{ release }}', 'plain']) WITH ORDINALITY AS t (title, n) ORDER BY n;
SELECT octet_length(pg_temp.title(repeat('é', 1000))) < 300 AS short;

--
-- What is refused
--
CREATE FUNCTION pg_temp.refused(columns text, value_list text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  EXECUTE format('INSERT INTO errtrack.fingerprint_rules (%s) VALUES (%s)', columns, value_list);
  RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint <> '' THEN E'\n  hint: ' || hint ELSE '' END;
END $$;
SELECT columns, value_list, pg_temp.refused(columns, value_list)
FROM (VALUES
  (1, 'message, fingerprint', $$'*', '{"{{ tyep }}"}'$$), (2, 'message, fingerprint', $$'*', '{"a","b {{ Type }} c"}'$$), (3, 'message, fingerprint', $$'*', '{"{{ }}"}'$$),
  (4, 'message, fingerprint', $$'*', '{"{{ tags }}"}'$$), (5, 'message, fingerprint', $$'*', '{"x {{ default }}"}'$$), (6, 'message, fingerprint', $$'*', '{"{{ type }}{{default}}"}'$$),
  (7, 'message, title', $$'*', '{{ default }}'$$), (8, 'message, title', $$'*', '{{ nothing }}'$$), (9, 'fingerprint', $$'{a}'$$), (10, 'message', $$'*'$$), (11, 'message, fingerprint', $$'*', '{}'$$),
  (12, 'tags, fingerprint', $$'[1]', '{a}'$$), (13, 'project_id, message, title', $$NULL, '*', 'a'$$), (14, 'message, fingerprint, title', $$'*', '{"{{ default }}"}', '{{ default }}'$$),
  (15, 'message, fingerprint', $$'*', '{"{{{ type }}}"}'$$), (16, 'message, fingerprint', $$'*', '{"{{ default }}"," {{default}} "}'$$)
) AS t (n, columns, value_list)
ORDER BY n;
DELETE FROM errtrack.fingerprint_rules;
INSERT INTO errtrack.fingerprint_rules (message, fingerprint) VALUES ('*', '{a}');
UPDATE errtrack.fingerprint_rules SET fingerprint = '{"{{ tyep }}"}';
DELETE FROM errtrack.fingerprint_rules;
