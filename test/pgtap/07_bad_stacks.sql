-- Hostile traces, events and rules: parse_stack(), print_stack(), fingerprints() and explain_fingerprint() neither fail nor take long,
-- also in a database of no encoding, where text may hold any bytes.
\ir setup.psql
-- what takes quadratic time takes hours
SET statement_timeout = '5 min';

-- All that reads an event: 'ok', or what it raised, or that it took 10 s, which is far above what any of these does.
CREATE FUNCTION pg_temp.try(event jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  keys bytea[];
  n bigint;
  start timestamptz := clock_timestamp();
BEGIN
  keys := errtrack.fingerprints(event);
  PERFORM errtrack.parse_stack(event ->> 'stack_trace', event ->> 'platform');
  PERFORM errtrack.print_stack(event -> 'exception', event ->> 'platform');
  SELECT count(*) FILTER (WHERE counts) INTO n FROM errtrack.explain_fingerprint(event);
  RETURN CASE WHEN clock_timestamp() > start + interval '10 s' THEN 'slow' WHEN cardinality(keys) NOT BETWEEN 1 AND 2 OR n = 0 OR keys[1] <> errtrack.fingerprint(event) THEN 'odd' ELSE 'ok' END;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.try(trace text, platform text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(jsonb_build_object('stack_trace', trace, 'platform', platform)) $$;

--
-- 3 MB of what each language's traces are known by
--
CREATE TEMP TABLE mark (platform text, piece text);
INSERT INTO mark VALUES
  ('python', E'Traceback (most recent call last):\n'), ('python', E'  File "a.py", line 1, in f\n'), ('python', E'  + Exception Group Traceback (most recent call last):\n  | '), ('python', '  File "'),
  ('java', E'\tat a.b.C.d(E.java:1)\n'), ('java', E'Caused by: a.B: c\n'), ('java', E'\t... 9 more\n'), ('java', '\tat '), ('java', E'\tSuppressed: a.B\n\t\tat a.b.C.d(E.java:1)\n'), ('java', 'a.b.'),
  ('javascript', E'    at f (a.js:1:1)\n'), ('javascript', 'f@a.js:1:1\n'), ('javascript', '    at ('), ('javascript', E'@\n'), ('javascript', E'Error: x\n'),
  ('go', E'goroutine 1 [running]:\n'), ('go', E'main.f(0x1)\n\t/a.go:1 +0x1\n'), ('go', E'panic: '), ('go', E'created by main.f\n'),
  ('ruby', E'a.rb:1:in `f'': x (E)\n'), ('ruby', E'\tfrom a.rb:1:in `f''\n'), ('ruby', 'a.rb:1:in `'),
  ('php', E'#0 /a.php(1): f()\n'), ('php', E'Stack trace:\n'), ('php', E'PHP Fatal error:  Uncaught E: x in /a.php:1\n'), ('php', '#0 /a.php(1): f('),
  ('dotnet', E'   at A.B(C d) in /a.cs:line 1\n'), ('dotnet', ' ---> A.B: x'), ('dotnet', E'   --- End of inner exception stack trace ---\n'), ('dotnet', '   at A`1[['),
  ('rust', E'thread ''main'' panicked at a.rs:1:1:\n'), ('rust', E'   0: a::b\n             at a.rs:1:1\n'), ('rust', '<a as b<'),
  ('native', E'#0 0x1 in f a.c:1:1\n'), ('native', E'#0  f (a=1) at a.c:1\n'), ('native', E'==1==ERROR: AddressSanitizer: x\n'), ('native', 'f<(a, '),
  ('apple', E'0   a   0x0000000000000001 f + 1\n'), ('apple', E'Thread 0 Crashed:\n'), ('dart', E'#0      f (package:a/a.dart:1:1)\n'), ('dart', E'Unhandled exception:\n'),
  ('erlang', E'    (a 1.0) lib/a.ex:1: A.f/1\n'), ('erlang', E'** (E) x\n'), ('erlang', '{{['), ('erlang', E'=ERROR REPORT==== \n'),
  ('perl', E' at a.pl line 1.\n'), ('perl', E'\tA::f(1) called at a.pl line 1\n'), ('lua', E'stack traceback:\n'), ('lua', E'\ta.lua:1: in function ''f''\n'),
  ('r', E'Error in f(1) : x\n'), ('r', E'Calls: f -> g\n'), ('r', '1: f('), ('plpgsql', E'PL/pgSQL function f(int) line 1 at RAISE\n'), ('plpgsql', E'CONTEXT:  SQL statement "\n'),
  ('kernel', E'[    1.000000] Call Trace:\n'), ('kernel', E'[    1.000000]  f+0x1/0x2\n'), ('kernel', E'BUG: x\n'), ('bsd', E'panic: x\n'), ('bsd', E'f() at f+0x1\n'),
  (NULL, E'\n'), (NULL, E'\r'), (NULL, ' '), (NULL, E'\t'), (NULL, '('), (NULL, ')'), (NULL, '"'), (NULL, ':1'), (NULL, 'a:'), (NULL, '.'), (NULL, '#'), (NULL, '\x01'), (NULL, '😀'),
  (NULL, E'[2024-05-31 07:45:12] '), (NULL, E'May 31 07:45:12 web1 a[1]: '), (NULL, E'| ');
SELECT is((SELECT count(*) FROM unnest(ARRAY['python', 'java', 'javascript', 'go', 'ruby', 'php', 'dotnet', 'rust', 'native', 'apple', 'dart', 'erlang', 'perl', 'lua', 'r', 'plpgsql', 'kernel', 'bsd']) AS p WHERE p NOT IN (SELECT platform FROM mark WHERE platform IS NOT NULL)), 0::bigint, '(all languages)');
SELECT is(pg_temp.try(repeat(piece, 3145728 / octet_length(piece))), 'ok', format('3 MB of %s', left(to_json(piece)::text, 40))) FROM mark;
-- with a real head before it, so that it is read as part of a trace; and where the platform is said
SELECT is(pg_temp.try(head || repeat(piece, 1048576 / octet_length(piece)), platform), 'ok', format('1 MB of %s as %s', left(to_json(piece)::text, 40), platform))
FROM mark JOIN (VALUES ('python', E'Traceback (most recent call last):\n  File "a.py", line 1, in f\n'), ('java', E'a.B: c\n\tat a.b.C.d(E.java:1)\n'), ('javascript', E'Error: x\n    at f (a.js:1:1)\n'),
  ('go', E'panic: x\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n'), ('ruby', E'a.rb:1:in `f'': x (E)\n'), ('php', E'E: x in /a.php:1\nStack trace:\n#0 /a.php(1): f()\n'), ('dotnet', E'A.B: x\n   at A.B(C d) in /a.cs:line 1\n'),
  ('rust', E'thread ''main'' panicked at a.rs:1:1:\nx\nstack backtrace:\n'), ('native', E'==1==ERROR: AddressSanitizer: x\n    #0 0x1 in f a.c:1:1\n'), ('apple', E'Thread 0 Crashed:\n0   a   0x0000000000000001 f + 1\n'),
  ('dart', E'Unhandled exception:\nx\n#0      f (package:a/a.dart:1:1)\n'), ('erlang', E'** (E) x\n    lib/a.ex:1: A.f/1\n'), ('perl', E'x at a.pl line 1.\n'), ('lua', E'lua: a.lua:1: x\nstack traceback:\n'), ('r', E'Error in f(1) : x\n'),
  ('plpgsql', E'ERROR:  x\nCONTEXT:  PL/pgSQL function f(int) line 1 at RAISE\n'), ('kernel', E'[    1.000000] BUG: x\n[    1.000000] Call Trace:\n'), ('bsd', E'panic: x\nf() at f+0x1\n')) AS h (p, head) ON p = platform;

--
-- Huge in one way or the other
--
CREATE FUNCTION pg_temp.frames(n int, function text DEFAULT 'f', file text DEFAULT 'a.py', different boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_agg(jsonb_build_object('function', function || CASE WHEN different THEN i::text ELSE '' END, 'filename', file, 'in_app', i % 2 = 0)) FROM generate_series(1, n) AS i
$$;
SELECT is(pg_temp.try(jsonb_build_object('platform', platform, 'exception', e)), 'ok', format('%s, %s', what, coalesce(platform, 'no platform')))
FROM (VALUES
  ('100,000 frames that are the same', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(100000))))),
  ('100,000 frames that differ', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(100000, 'f', 'a.py', true))))),
  ('150,000 frames', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(150000))))),
  ('rounds in rounds', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', (SELECT jsonb_agg(jsonb_build_object('function', 'f' || length(replace((i # (i >> 1))::bit(17)::text, '0', '')))) FROM generate_series(1, 100000) AS i))))),
  ('5,000 exceptions', (SELECT jsonb_agg(jsonb_build_object('type', 'E' || i, 'value', 'v', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3)))) FROM generate_series(1, 5000) AS i)),
  ('5,000 exceptions without frames', (SELECT jsonb_agg(jsonb_build_object('type', 'E' || i, 'value', 'v')) FROM generate_series(1, 5000) AS i)),
  ('function of 1 MB', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3, repeat('f', 1048576)))))),
  ('function of 1 MB of brackets', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3, repeat('<(', 524288)))))),
  ('function of 1 MB of dollars', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3, repeat('$$Lambda$1.', 95325)))))),
  ('function of 1 MB of colons', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3, repeat('::', 524288)))))),
  ('file of 1 MB', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(3, 'f', repeat('/', 1048576)))))),
  ('class and message of 1 MB', jsonb_build_array(jsonb_build_object('type', repeat('E.', 524288), 'value', repeat('7 ', 524288), 'stacktrace', jsonb_build_object('frames', pg_temp.frames(1))))),
  ('empty texts', '[{"type": "", "value": "", "module": "", "stacktrace": {"frames": [{"function": "", "module": "", "filename": "", "abs_path": ""}, {}]}}]')
) AS t (what, e), unnest(ARRAY['java', 'python', 'javascript', 'native', 'dotnet', 'rust', NULL]) AS platform;
-- an event's texts that are no text
SELECT is(pg_temp.try(event), 'ok', 'odd event: ' || event::text) FROM unnest(ARRAY['{}', '{"message": null}', '{"message": 7, "stack_trace": 8}', '{"stack_trace": {"a": [1]}}', '{"exception": 7, "fingerprint": 7}', '{"fingerprint": [[["a"]], {"b": 1}, null]}', '{"tags": 7}', '{"tags": [["a", "b"]]}',
  '{"project_id": "x"}', '{"project_id": 1e99}', '{"project_id": -1}', '{"level": {"a": 1}}', '{"fingerprint": ["{{ default }}", "{{ default }}", "{{default}}"]}', '[]', '7', '"x"', 'null', '[{"message": "x"}]']::jsonb[]) AS event;
SELECT is(errtrack.parse_stack(NULL), '{"platform": null, "exceptions": []}', 'parse_stack(NULL)');
SELECT is(errtrack.parse_stack(NULL, 'java') -> 'exceptions', '[]', 'parse_stack(NULL, platform)');
-- one recursion, whatever its depth
SELECT is((SELECT count(DISTINCT errtrack.fingerprints(jsonb_build_object('exception', jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(n))))))) FROM unnest(ARRAY[2, 1000, 100000]) AS n), 1::bigint, 'recursion of any depth is one error');

--
-- Rules
--
INSERT INTO errtrack.frame_rules (function, action) SELECT repeat('*f', 500) || i, 'drop' FROM generate_series(1, 100) AS i;
INSERT INTO errtrack.frame_rules (module, action) SELECT 'shop.module' || i || '.*', 'not_in_app' FROM generate_series(1, 20000) AS i;
INSERT INTO errtrack.frame_rules (file, action) VALUES (repeat('x', 1048576), 'drop'), (repeat('*', 10000), 'not_in_app');
INSERT INTO errtrack.fingerprint_rules (message, fingerprint) SELECT repeat('*a', 20) || i, array_fill('{{ value }}'::text, ARRAY[100]) FROM generate_series(1, 1000) AS i;
INSERT INTO errtrack.fingerprint_rules (tags, fingerprint) SELECT jsonb_object_agg('t' || i, '*'), '{a}' FROM generate_series(1, 1000) AS i;
SELECT is(pg_temp.try(E'a.B: ' || repeat('a', 1000) || E'\n\tat shop.module7777.C.d(E.java:1)\n\tat shop.C.' || repeat('f', 2000) || '(E.java:1)'), 'ok', 'thousands of rules, patterns of many stars');
SELECT is((errtrack.parse_stack(E'a.B: x\n\tat shop.module7777.C.d(E.java:1)\n\tat shop.module20001.C.d(E.java:1)') #> '{exceptions,0,frames,0,in_app}')::text, 'false', '... of which the right one is found');
DELETE FROM errtrack.fingerprint_rules;
INSERT INTO errtrack.fingerprint_rules (message, fingerprint, title) VALUES ('*', ARRAY[repeat('{{ value }}', 1000), repeat('{{', 100000), repeat('}}', 1000)], repeat('{{ value }}', 1000));
SELECT is(pg_temp.try(jsonb_build_object('message', repeat('x', 16000))), 'ok', 'a fingerprint that becomes large');
INSERT INTO errtrack.raw_events (message) VALUES (repeat('x', 16000));
SELECT is(errtrack.consume(), 1, '... is folded');
SELECT cmp_ok(octet_length(title), '<=', 250, '... and its title is short') FROM errtrack.issues;

--
-- A database of no encoding
--
DROP DATABASE IF EXISTS errtrack_t_bytes;
CREATE DATABASE errtrack_t_bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\setenv PGCLIENTENCODING SQL_ASCII
\set bytes `psql -XAtq -d errtrack_t_bytes -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION errtrack' -c "SET statement_timeout = '60 s'" -c "CREATE TABLE t AS SELECT E'Traceback (most recent call last):\n  File \"/srv/' || b || '.py\", line 1, in f' || b || E'\nE' || b || ': x' || b || b AS trace, i FROM generate_series(1, 255) AS i, LATERAL (SELECT convert_from(decode(lpad(to_hex(i), 2, '0'), 'hex'), 'SQL_ASCII')) AS x (b)" -c "SELECT count(errtrack.fingerprints(jsonb_build_object('stack_trace', trace))), count(errtrack.parse_stack(trace)), sum((SELECT count(*) FROM errtrack.explain_fingerprint(jsonb_build_object('stack_trace', trace)))) > 255, count(errtrack.normalize_message(trace)) FROM t" -c "INSERT INTO errtrack.raw_events (stack_trace, tags) SELECT trace, '{}' FROM t" -c 'SELECT errtrack.consume()' -c 'SELECT count(*), sum(occurrence_count) FROM errtrack.issues WHERE octet_length(title) > 0' -c 'SELECT count(*) FROM errtrack.regroup(1, true)' 2>&1 | tr '\n' ' '`
SELECT ok(:'bytes' LIKE '255|255|t|255 255 255|255 %0 %', 'any byte in a trace: ' || :'bytes');
DROP DATABASE errtrack_t_bytes;

SELECT finish();
DROP EXTENSION errtrack CASCADE;
