-- Shows what each action of errtrack.frame_rules does to the frames around, which of two rules wins, what a pattern
-- matches, and that what is remembered of frames never answers for another frame.
\pset format unaligned
\pset null (null)

-- The frames of a trace of these calls, innermost first: + in-app, - not in-app, x dropped.
CREATE FUNCTION pg_temp.judged(calls text[] DEFAULT '{a.A.a,b.B.b,c.C.c,d.D.d,e.E.e}', project int DEFAULT 1, class text DEFAULT 'shop.Late') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(CASE WHEN x.reason LIKE 'dropped%' THEN 'x' WHEN (f ->> 'in_app')::boolean THEN '+' ELSE '-' END || calls[n], ' ' ORDER BY n)
  FROM (SELECT class || string_agg(E'\n\tat ' || c || '(A.java:1)', '' ORDER BY o) FROM unnest(calls) WITH ORDINALITY AS u (c, o)) AS t (trace),
       jsonb_array_elements(errtrack.parse_stack(trace) #> '{exceptions,0,frames}') WITH ORDINALITY AS y (f, n),
       LATERAL (SELECT e.reason FROM errtrack.explain_fingerprint(jsonb_build_object('stack_trace', trace, 'project_id', project)) WITH ORDINALITY AS e (part, original, normalized, counts, reason, i)
                WHERE e.part = 'frame' ORDER BY i OFFSET n - 1 LIMIT 1) AS x
$$;
-- What a rule (columns and values) makes of a trace.
CREATE FUNCTION pg_temp.ruled(columns text, value_list text, calls text[] DEFAULT '{a.A.a,b.B.b,c.C.c,d.D.d,e.E.e}', class text DEFAULT 'shop.Late') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('INSERT INTO errtrack.frame_rules (%s) VALUES %s', columns, value_list);
  result := pg_temp.judged(calls, 1, class);
  DELETE FROM errtrack.frame_rules WHERE NOT built_in;
  RETURN result;
END $$;

--
-- Actions
--
SELECT pg_temp.judged() AS without_rules;
SELECT action, pg_temp.ruled('module, action', format('(%L, %L)', module, action)) AS frames
FROM (VALUES (1, 'in_app', 'c.C'), (2, 'not_in_app', 'c.C'), (3, 'drop', 'c.C'), (4, 'drop_above', 'c.C'), (5, 'drop_below', 'c.C'),
             (6, 'drop_above', 'a.A'), (7, 'drop_below', 'e.E')) AS t (n, action, module)
ORDER BY n;
-- drop_above of the outermost, drop_below of the innermost, drop of each: none is left, so all count
SELECT what, pg_temp.ruled('module, action', value_list)
FROM (VALUES (1, 'above the outermost', $$('e.E', 'drop_above')$$), (2, 'below the innermost', $$('a.A', 'drop_below')$$), (3, 'each', $$('*', 'drop')$$),
             (4, 'above one and below another, that cross', $$('d.D', 'drop_above'), ('b.B', 'drop_below')$$),
             (5, '... that do not', $$('b.B', 'drop_above'), ('d.D', 'drop_below')$$),
             (6, 'the innermost of two below, the outermost of two above', $$('a.A', 'drop_above'), ('b.B', 'drop_above'), ('d.D', 'drop_below'), ('e.E', 'drop_below')$$),
             (7, 'above two, with one between', $$('b.B', 'drop_above'), ('d.D', 'drop_above')$$), (8, 'below two, with one between', $$('b.B', 'drop_below'), ('d.D', 'drop_below')$$)) AS t (n, what, value_list)
ORDER BY n;
-- what is dropped is in neither key, what is not in-app in one; each action is undone with its rule
CREATE FUNCTION pg_temp.keys(calls text[]) RETURNS bytea[] LANGUAGE sql AS
$$ SELECT errtrack.fingerprints(jsonb_build_object('stack_trace', 'shop.Late' || string_agg(E'\n\tat ' || c || '(A.java:1)', '' ORDER BY o))) FROM unnest(calls) WITH ORDINALITY AS u (c, o) $$;
SELECT pg_temp.keys('{a.A.a,b.B.b,c.C.c}') AS three, pg_temp.keys('{b.B.b,c.C.c}') AS two \gset
INSERT INTO errtrack.frame_rules (module, action) VALUES ('a.A', 'drop');
SELECT pg_temp.keys('{a.A.a,b.B.b,c.C.c}') = :'two' AS dropped_is_as_if_absent;
UPDATE errtrack.frame_rules SET action = 'not_in_app' WHERE NOT built_in;
SELECT k[1] = (:'two'::bytea[])[1] AS app_key_without_it, k[2] = (:'three'::bytea[])[2] AS all_frames_key_with_it FROM pg_temp.keys('{a.A.a,b.B.b,c.C.c}') AS k;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
SELECT pg_temp.keys('{a.A.a,b.B.b,c.C.c}') = :'three' AS as_before;

--
-- Order
--
SELECT what, pg_temp.ruled('rule_id, project_id, module, action', value_list, '{b.B.b,c.C.c,d.D.d}')
FROM (VALUES
  (1, 'the lower rule_id, written first', $$(1000000, NULL, 'b.B', 'not_in_app'), (1000001, NULL, 'b.*', 'drop')$$),
  (2, 'the lower rule_id, written last', $$(1000001, NULL, 'b.*', 'drop'), (1000000, NULL, 'b.B', 'not_in_app')$$),
  (3, 'the wider one, where it is lower', $$(1000000, NULL, '*', 'not_in_app'), (1000001, NULL, 'b.B', 'drop')$$),
  (4, 'the project''s, where it is higher', $$(1000000, NULL, 'b.B', 'drop'), (1000001, 1, '*', 'not_in_app')$$),
  (5, 'another project''s does not count', $$(1000000, 2, 'b.B', 'drop'), (1000001, NULL, 'b.B', 'not_in_app')$$),
  (6, 'a negative rule_id', $$(-5, NULL, 'b.B', 'drop'), (1000001, NULL, 'b.B', 'not_in_app')$$)
) AS t (n, what, value_list)
ORDER BY n;
-- a built-in rule yields to any other, whatever its number
SELECT owner, pg_temp.ruled('project_id, module, action', format('(%s, %L, %L)', project, 'org.springframework.*', 'in_app'), '{org.springframework.core.Bean.get,shop.Cart.total}')
FROM (VALUES (1, 'nobody''s', '2'), (2, 'for all projects', 'NULL'), (3, 'the project''s', '1')) AS t (n, owner, project)
ORDER BY n;

--
-- Matchers: all that a rule names have to match one frame
--
SELECT what, pg_temp.ruled(columns || ', action', value_list, '{b.B.b,c.C.c,d.D.d}')
FROM (VALUES
  (1, 'module', 'module', $$('b.B', 'drop')$$), (2, 'function, qualified', 'function', $$('b.B.b', 'drop')$$), (3, 'function, its name only', 'function', $$('b', 'drop')$$),
  (4, '... behind a star', 'function', $$('*.b', 'drop')$$), (5, 'file', 'file', $$('A.java', 'drop')$$), (6, 'file of another name', 'file', $$('B.java', 'drop')$$),
  (7, 'module and function', 'module, function', $$('b.B', '*.b', 'drop')$$), (8, '... of two frames', 'module, function', $$('b.B', '*.c', 'drop')$$),
  (9, 'class', 'module, exception_class', $$('b.B', 'shop.Late', 'drop')$$), (10, '... another', 'module, exception_class', $$('b.B', 'shop.Lost', 'drop')$$),
  (11, '... any', 'module, exception_class', $$('b.B', '*', 'drop')$$), (12, 'platform', 'platform, module', $$('java', 'b.B', 'drop')$$),
  (13, '... another', 'platform, module', $$('python', 'b.B', 'drop')$$), (14, 'upper case', 'module', $$('B.b', 'drop')$$)
) AS t (n, what, columns, value_list)
ORDER BY n;
-- one class's rule does not hold for the same frame of another, in either order
INSERT INTO errtrack.frame_rules (module, exception_class, action) VALUES ('b.B', 'shop.Late', 'drop');
SELECT class, pg_temp.judged('{b.B.b,c.C.c}', 1, class) FROM unnest(ARRAY['shop.Late', 'shop.Lost', 'shop.Late', 'shop.Lost']) AS class;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
-- nor one project's for another
INSERT INTO errtrack.frame_rules (project_id, module, action) VALUES (7, 'b.B', 'drop');
SELECT project, pg_temp.judged('{b.B.b,c.C.c}', project) FROM unnest(ARRAY[7, 1, 7, 8, 1]) AS project;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;

-- Every glob that can be made of a few pieces, against names of all lengths: as LIKE says. Patterns are found by their
-- first or last 3 or 8 bytes, so lengths around these are tried.
CREATE FUNCTION pg_temp.disagreements(pattern text, names text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  found text[];
BEGIN
  INSERT INTO errtrack.frame_rules (function, action) VALUES (pattern, 'not_in_app');
  SELECT array_agg(f ->> 'function') INTO found
  FROM jsonb_array_elements(errtrack.parse_stack(E'Traceback (most recent call last):\n' || (SELECT string_agg(format(E'  File "/srv/a.py", line 1, in %s\n', n), '') FROM unnest(names) AS n) || 'E: x') #> '{exceptions,0,frames}') AS f
  WHERE (f ->> 'in_app')::boolean = (f ->> 'function' LIKE replace(replace(pattern, '_', '\_'), '*', '%'));
  DELETE FROM errtrack.frame_rules WHERE NOT built_in;
  RETURN found;
END $$;
SELECT array_agg(DISTINCT name) AS names, count(DISTINCT name) AS n
FROM unnest(ARRAY['a', 'ab', 'abc', 'abcd', 'abcdefg', 'abcdefgh', 'abcdefghi']) AS x, unnest(ARRAY['', 'z', 'abc', 'zabcdefgh', '_abc_']) AS y, LATERAL (VALUES (x || y), (y || x)) AS v (name) \gset
SELECT count(*) AS patterns, :n AS names, count(d) AS wrong, min(pattern || ' ' || d::text) AS example
FROM (SELECT DISTINCT replace(replace(shape, 'x', x), 'y', y) AS pattern
      FROM unnest(ARRAY['x', 'x*', '*x', '*x*', 'x*y', '*x*y', 'x*y*', 'x**y', '*', '**', '*x*y*']) AS shape,
           unnest(ARRAY['a', 'ab', 'abc', 'abcdefg', 'abcdefgh', 'abcdefghi']) AS x, unnest(ARRAY['z', 'abc', 'h', 'abcdefgh']) AS y) AS p,
     LATERAL pg_temp.disagreements(pattern, :'names') AS d;
-- an empty pattern matches an empty text only, and never what is absent
SELECT pg_temp.ruled('module, action', $$('', 'drop')$$) AS empty_module, pg_temp.ruled('file, action', $$('', 'drop')$$) AS empty_file;

--
-- What is refused
--
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  EXECUTE statement;
  RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || CASE WHEN hint <> '' THEN ' hint: ' || hint ELSE '' END;
END $$;
SELECT what, pg_temp.refused(format('INSERT INTO errtrack.frame_rules (%s) VALUES (%s)', columns, value_list))
FROM (VALUES (1, 'an unknown action', 'module, action', $$'a', 'hide'$$), (2, 'no action', 'module', $$'a'$$), (3, 'no matcher', 'action', $$'drop'$$),
             (4, 'a class alone', 'exception_class, action', $$'a', 'drop'$$), (5, 'an unknown platform', 'platform, module, action', $$'cobol', 'a', 'drop'$$),
             (6, 'one that claims to be built in', 'module, action, built_in', $$'a', 'drop', true$$)) AS t (n, what, columns, value_list)
ORDER BY n;
SELECT count(*) AS left_over FROM errtrack.frame_rules WHERE NOT built_in;

--
-- 10,000 different frames: more than are remembered. What is remembered of one must never be said of another.
--
CREATE FUNCTION pg_temp.generated(i int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('%s.p%s.C%s.m%s', CASE i % 3 WHEN 0 THEN 'lib' WHEN 1 THEN 'shop' ELSE 'mail' END, i % 7, i % 101, i) $$;
-- how many frames of a trace are read otherwise than the rules below, and "also", say
CREATE FUNCTION pg_temp.wrong(ids int[], also text DEFAULT '') RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM jsonb_array_elements(errtrack.parse_stack('shop.Late' || (SELECT string_agg(E'\n\tat ' || pg_temp.generated(i) || '(A.java:1)', '' ORDER BY o)
                                                                     FROM unnest(ids) WITH ORDINALITY AS u (i, o))) #> '{exceptions,0,frames}') WITH ORDINALITY AS y (f, n)
  WHERE f ->> 'function' <> pg_temp.generated(ids[n]) OR (f ->> 'in_app')::boolean = (pg_temp.generated(ids[n]) LIKE ANY (ARRAY['lib.%', 'shop.p3.%9', also]))
$$;
INSERT INTO errtrack.frame_rules (function, action) VALUES ('lib.*', 'not_in_app'), ('shop.p3.*9', 'not_in_app');
SELECT array_agg(i ORDER BY i) AS up, array_agg(i ORDER BY i DESC) AS down, array_agg(i ORDER BY i * 7919 % 10007) AS mixed FROM generate_series(1, 10000) AS i \gset
SELECT pg_temp.wrong(:'up') AS up, pg_temp.wrong(:'down') AS down, pg_temp.wrong(:'up') AS up_again, pg_temp.wrong(:'mixed') AS mixed;
-- one at a time
SELECT sum(pg_temp.wrong(ARRAY[i])) AS one_by_one FROM generate_series(1, 10000) AS i;
INSERT INTO errtrack.frame_rules (function, action) VALUES ('mail.*', 'not_in_app');
SELECT pg_temp.wrong(:'mixed', 'mail.%') AS after_another_rule, pg_temp.wrong(:'mixed') AS not_before_it;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
-- the keys are the same, too, whatever was asked before
CREATE TEMP TABLE first_time AS
SELECT i, pg_temp.keys(ARRAY[pg_temp.generated(i), pg_temp.generated(i + 1)]) AS keys FROM generate_series(1, 10000) AS i;
SELECT count(*) AS other_keys_the_second_time FROM (SELECT * FROM first_time ORDER BY i * 7919 % 10007) AS f WHERE keys <> pg_temp.keys(ARRAY[pg_temp.generated(i), pg_temp.generated(i + 1)]);
SELECT count(DISTINCT keys[2]) AS different_errors FROM first_time;
-- nor those of one long trace, in which frames that are remembered would have to make room for others
SELECT array_agg(pg_temp.generated(i) ORDER BY i) AS calls_up, array_agg(pg_temp.generated(i) ORDER BY i DESC) AS calls_down FROM generate_series(1, 10000) AS i \gset
UPDATE errtrack.frame_rules SET action = action WHERE false;
SELECT pg_temp.keys(:'calls_down') AS before \gset
SELECT cardinality(pg_temp.keys(:'calls_up')) AS keys, pg_temp.keys(:'calls_down') = :'before' AS same;
-- names that are too long to be remembered
SELECT replace(pg_temp.ruled('module, action', $$('lib.*', 'not_in_app'), ('*.D', 'drop')$$, ARRAY['lib.' || x || '.C.c', 'shop.' || x || '.C.c', 'lib.' || x || '.C.c', 'shop.' || x || '.D.d']), x, '...') AS long_names
FROM repeat('x', 5000) AS x;
