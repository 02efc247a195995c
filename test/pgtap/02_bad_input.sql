-- Whatever an event holds, its INSERT raises nothing, consume() counts it, what is too large is cut to the documented
-- limits, and flags say so. Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql

-- Inserts an event of its own environment, by which it is found again; what raised, or 'none'.
CREATE FUNCTION pg_temp.try(name text, columns text, value_list text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO errtrack.raw_events (environment, %s) SELECT %L, %s', columns, name, value_list);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.nested(depth int, inner_json text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT (repeat('{"a":[', depth) || inner_json || repeat(']}', depth))::jsonb $$;

CREATE TEMP TABLE bad (n serial, name text, columns text, value_list text, flags text[]);
INSERT INTO bad (name, columns, value_list, flags) VALUES
  ('unknown platform', 'message, platform', $$'m', 'cobol'$$, '{}'),
  ('unknown platform, a trace', 'platform, stack_trace', $$'cobol', E'Traceback (most recent call last):\n  File "a.py", line 1, in f\nE: x'$$, '{}'),
  ('odd platform', 'message, platform', $$'m', E' \n\x01'$$, '{}'),
  ('unknown level', 'message, level', $$'m', 'worse'$$, '{level_unknown}'),
  ('empty stack', 'stack_trace', $$''$$, '{no_message}'),
  ('stack that is none', 'stack_trace', $$'what a day'$$, '{stack_trace_unread}'),
  ('10 MB of text', 'stack_trace', $$repeat('no trace at all ', 655360)$$, '{stack_trace_cut,stack_trace_unread}'),
  ('10 MB without a blank', 'stack_trace', $$repeat('é', 5242880)$$, '{stack_trace_cut,stack_trace_unread}'),
  ('10 MB of line ends', 'stack_trace', $$repeat(E'\n', 10485760)$$, '{stack_trace_cut,stack_trace_unread}'),
  ('10 MB of headings', 'stack_trace', $$repeat(E'Traceback (most recent call last):\n', 300000)$$, '{stack_trace_cut,stack_trace_unread}'),
  ('10 MB of brackets', 'stack_trace', $$'    at ' || repeat('(', 10485760)$$, '{stack_trace_cut,stack_trace_unread}'),
  ('100,000 frames of Python', 'stack_trace', $$'Traceback (most recent call last):' || repeat(E'\n  File "/srv/deep.py", line 3, in f', 100000) || E'\nRecursionError: deep'$$, '{stack_trace_cut}'),
  ('100,000 frames of Java', 'stack_trace', $$'java.lang.StackOverflowError' || repeat(E'\n\tat shop.Deep.f(Deep.java:3)', 100000)$$, '{stack_trace_cut}'),
  ('100,000 frames of JavaScript', 'stack_trace', $$'RangeError: deep' || repeat(E'\n    at f (/srv/deep.js:3:1)', 100000)$$, '{stack_trace_cut}'),
  ('100,000 frames as JSON', 'exceptions', $$jsonb_build_array(jsonb_build_object('type', 'Deep', 'stacktrace', jsonb_build_object('frames',
     (SELECT jsonb_agg(jsonb_build_object('function', 'f' || i, 'filename', 'a.py')) FROM generate_series(1, 100000) AS i))))$$, '{exceptions_cut}'),
  ('1,000 exceptions as JSON', 'exceptions', $$(SELECT jsonb_agg(jsonb_build_object('type', 'E' || i, 'value', repeat('v', 1000))) FROM generate_series(1, 1000) AS i)$$, '{exceptions_cut}'),
  ('1,000 exceptions in values', 'exceptions', $$jsonb_build_object('values', (SELECT jsonb_agg(jsonb_build_object('type', 'E' || i, 'value', repeat('v', 1000))) FROM generate_series(1, 1000) AS i))$$, '{exceptions_cut}'),
  ('variables of frames', 'exceptions', $$jsonb_build_array(jsonb_build_object('type', 'T', 'stacktrace', jsonb_build_object('frames', jsonb_build_array(jsonb_build_object(
     'function', 'f', 'vars', jsonb_build_object('a', repeat('x', 300000)), 'pre_context', '["p"]'::jsonb, 'post_context', '["p"]'::jsonb, 'context_line', 'kept')))))$$, '{exceptions_cut}'),
  ('a huge string as exceptions', 'message, exceptions', $$'m', to_jsonb(repeat('x', 300000))$$, '{exceptions_dropped}'),
  ('exceptions: a string', 'exceptions', $$'"boom"'$$, '{exceptions_invalid,no_message}'),
  ('exceptions: a number', 'exceptions', $$'7'$$, '{exceptions_invalid,no_message}'),
  ('exceptions: null', 'exceptions', $$'null'$$, '{exceptions_invalid,no_message}'),
  ('exceptions: []', 'exceptions', $$'[]'$$, '{no_message}'),
  ('exceptions: lists in lists', 'exceptions', $$'[[[]], [1]]'$$, '{exceptions_invalid,no_message}'),
  ('exceptions: nonsense beside a good one', 'exceptions', $$'[1, {"type": "Good", "value": "v"}]'$$, '{exceptions_invalid}'),
  ('exceptions: {}', 'exceptions', $$'{}'$$, '{no_message}'),
  ('exceptions: [{}]', 'exceptions', $$'[{}]'$$, '{no_message}'),
  ('exceptions: values is no list', 'message, exceptions', $$'m', '{"values": 7}'$$, '{exceptions_invalid}'),
  ('exceptions: frames is no list', 'exceptions', $$'[{"type": "A", "stacktrace": {"frames": "none"}}]'$$, '{exceptions_invalid}'),
  ('exceptions: frames are no objects', 'exceptions', $$'[{"type": "A", "stacktrace": {"frames": [1, null, "x", []]}}]'$$, '{exceptions_invalid}'),
  ('exceptions: stacktrace is no object', 'exceptions', $$'[{"type": "A", "stacktrace": [1]}]'$$, '{exceptions_invalid}'),
  ('exceptions: odd members', 'exceptions', $$'[{"type": {"a": 1}, "value": ["b"], "module": 7, "stacktrace": {"frames": [{"function": ["f"], "lineno": "x", "colno": -1, "in_app": "yes"}]}}]'$$, '{}'),
  ('exceptions: lines beyond numbers', 'exceptions', $$'[{"type": "A", "stacktrace": {"frames": [{"function": "f", "lineno": 1e300}, {"function": "f", "lineno": -7}, {"function": "f", "lineno": 1.5}]}}]'$$, '{}'),
  ('exceptions: deep', 'message, exceptions', $$'m', pg_temp.nested(2000, '1')$$, '{no_frames_needed}'),
  ('exceptions: deep and large', 'message, exceptions', $$'m', pg_temp.nested(2000, to_jsonb(repeat('x', 300000))::text)$$, '{exceptions_cut}'),
  ('exceptions: as deep as jsonb takes, and large', 'message, exceptions', $$'m', (repeat('[', 12500) || to_jsonb(repeat('x', 300000)) || repeat(']', 12500))::jsonb$$, NULL),
  ('extra: as deep as jsonb takes, with a secret', 'message, extra', $$'m', (repeat('[', 12500) || '{"cookie": 1}' || repeat(']', 12500))::jsonb$$, NULL),
  ('1 MB message', 'message', $$repeat('wörd ', 200000)$$, '{message_cut}'),
  ('message of one character too many', 'message', $$repeat('x', 16385)$$, '{message_cut}'),
  ('message that just fits', 'message', $$repeat('x', 16384)$$, '{}'),
  ('long texts', 'message, level, platform, exception_class, release, dist, server_name, transaction, logger, user_id, session_id, trace_id, span_id',
   $$'m', v, v, v, v, v, v, v, v, v, v, v, v FROM repeat('é', 5000) AS v$$,
   '{level_cut,platform_cut,exception_class_cut,release_cut,dist_cut,server_name_cut,transaction_cut,logger_cut,user_id_cut,session_id_cut,trace_id_cut,span_id_cut,level_unknown}'),
  ('title with newlines', 'exception_class, message', $$E'Odd\nClass', E'\n\n first \r\n second'$$, '{}'),
  ('control characters', 'exception_class, message', $$E'\x01\x02', E'\x1b[31mred\x07'$$, '{}'),
  ('1 MB in each JSON column', 'message, request, tags, contexts, extra, debug_ids', $$'m', v, v, v, v, v FROM jsonb_build_object('a', repeat('x', 1048576)) AS v$$,
   '{request_dropped,tags_dropped,contexts_dropped,extra_dropped,debug_ids_dropped}'),
  ('long fingerprint', 'message, fingerprint', $$'m', ARRAY[repeat('é', 400)] || array_fill('x'::text, ARRAY[5000])$$, '{fingerprint_cut}'),
  ('fingerprint with nulls', 'message, fingerprint', $$'m', ARRAY[NULL, 'a', NULL]$$, '{fingerprint_cut}'),
  ('fingerprint of two dimensions', 'message, fingerprint', $$'m', ARRAY[['a', 'b'], ['c', 'd']]$$, '{}'),
  ('empty fingerprint', 'message, fingerprint', $$'m', '{}'::text[]$$, '{}'),
  ('flags with nulls', 'message, flags, occurred_at', $$'m', ARRAY[NULL, 'mine'], 'infinity'::timestamptz$$, '{mine,occurred_at_invalid}'),
  ('flags of two dimensions', 'message, flags, occurred_at', $$'m', ARRAY[['a'], ['b']], 'infinity'::timestamptz$$, '{a,b,occurred_at_invalid}'),
  ('infinite times', 'message, received_at, occurred_at', $$'m', 'infinity', '-infinity'::timestamptz$$, '{occurred_at_invalid}'),
  ('times that never were', 'message, received_at, occurred_at', $$'m', '-infinity', 'infinity'::timestamptz$$, '{occurred_at_invalid}'),
  ('the first time of all', 'message, received_at, occurred_at', $$'m', '4714-11-24 00:00:00+00 BC'::timestamptz, '4714-11-24 00:00:00+00 BC'::timestamptz$$, '{}'),
  ('the last time of all', 'message, received_at, occurred_at', $$'m', '294276-12-31 23:59:59.999999+00'::timestamptz, '294276-12-31 23:59:59.999999+00'::timestamptz$$, '{}'),
  ('null where there is a default', 'message, project_id, event_id, received_at', $$'m', NULL, NULL, NULL$$, '{}'),
  ('null in all columns', (SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'errtrack.raw_events'::regclass
     AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('slot', 'txid', 'environment')),
   (SELECT string_agg('NULL', ', ') FROM pg_attribute WHERE attrelid = 'errtrack.raw_events'::regclass
     AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('slot', 'txid', 'environment')), '{no_message}'),
  ('empty texts in all columns', 'level, platform, exception_class, message, stack_trace, release, dist, server_name, transaction, logger, user_id, session_id, trace_id, span_id',
   $$'', '', '', '', '', '', '', '', '', '', '', '', '', ''$$, '{no_message}'),
  ('message of a trace over the limit', 'stack_trace', $$E'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: ' || repeat('z', 100000)$$, NULL),
  ('quoted to the brim', 'message', $$repeat('''"`', 5000)$$, '{}');
UPDATE bad SET flags = '{}' WHERE name = 'exceptions: deep';

SELECT is(pg_temp.try(name, columns, value_list), 'none', 'INSERT raises nothing: ' || name) FROM bad ORDER BY n;
SELECT ok(errtrack.flush('5 min'), 'all of them can be consumed');
SELECT is((SELECT sum(events) FROM errtrack.issue_releases WHERE environment = name), 1::numeric, 'is counted: ' || name) FROM bad ORDER BY n;
SELECT is((SELECT sum(occurrence_count) FROM errtrack.issues), (SELECT count(*) FROM errtrack.raw_events)::numeric, 'nothing is lost or set aside');
SELECT is((SELECT array_agg(f ORDER BY f) FROM unnest(o.flags) AS f), (SELECT array_agg(f ORDER BY f) FROM unnest(bad.flags) AS f), 'flags: ' || bad.name)
FROM bad LEFT JOIN errtrack.occurrences AS o ON o.environment = bad.name WHERE bad.flags IS NOT NULL ORDER BY n;

--
-- The limits, in what is stored first and in what is kept
--
CREATE TEMP VIEW raw AS SELECT * FROM errtrack.raw_events;
SELECT is((SELECT max(octet_length(message)) FROM raw), 16384, 'message: 16 kB');
SELECT is((SELECT max(octet_length(message)) FROM errtrack.occurrences), 16384, '... of an occurrence too, whether the event or its trace says it');
SELECT cmp_ok((SELECT max(octet_length(stack_trace)) FROM raw), '<=', 262144 + 20, 'stack_trace: 256 kB and the mark');
SELECT cmp_ok((SELECT min(octet_length(stack_trace)) FROM raw WHERE flags @> '{stack_trace_cut}'), '>', 260000, '... of which little is wasted');
SELECT ok(stack_trace LIKE 'java.lang.StackOverflowError%' || E'\n[... cut ...]\n\tat shop.Deep.f(Deep.java:3)\n%' || E'\tat shop.Deep.f(Deep.java:3)', 'stack_trace: both ends, whole lines')
FROM raw WHERE environment = '100,000 frames of Java';
SELECT ok(stack_trace LIKE 'Traceback (most recent%RecursionError: deep', '... so that a Python exception''s name is kept') FROM raw WHERE environment = '100,000 frames of Python';
SELECT results_eq($$SELECT exception_class, message, platform FROM errtrack.occurrences WHERE environment LIKE '100,000 frames of%' ORDER BY 1$$,
                  $$VALUES ('RangeError', 'deep', 'javascript'), ('RecursionError', 'deep', 'python'), ('java.lang.StackOverflowError', NULL, 'java')$$,
                  '... and what was cut can be read');
SELECT results_eq($$SELECT octet_length(level), octet_length(platform), octet_length(exception_class), octet_length(release), octet_length(dist), octet_length(server_name),
    octet_length(transaction), octet_length(logger), octet_length(user_id), octet_length(session_id), octet_length(trace_id), octet_length(span_id)
  FROM raw WHERE environment = 'long texts'$$, $$VALUES (50, 50, 500, 200, 200, 200, 500, 200, 200, 200, 100, 100)$$, 'limits of the other texts');
SELECT is((SELECT octet_length(exception_class) FROM errtrack.occurrences WHERE environment = 'long texts'), 500, 'an occurrence keeps 500 bytes of the class, as it is said to');
SELECT ok(bool_and(v = convert_from(convert_to(v, 'UTF8'), 'UTF8')), 'no text is cut within a character')
FROM raw, jsonb_each_text(to_jsonb(raw)) AS j (k, v) WHERE v IS NOT NULL;
SELECT is(jsonb_array_length(exceptions #> '{0,stacktrace,frames}'), 1000, '1,000 frames are kept') FROM raw WHERE environment = '100,000 frames as JSON';
SELECT results_eq($$SELECT exceptions #>> '{0,stacktrace,frames,0,function}', exceptions #>> '{0,stacktrace,frames,499,function}', exceptions #>> '{0,stacktrace,frames,500,function}',
  exceptions #>> '{0,stacktrace,frames,999,function}' FROM raw WHERE environment = '100,000 frames as JSON'$$, $$VALUES ('f1', 'f500', 'f99501', 'f100000')$$, '... of both ends');
SELECT is((SELECT culprit FROM errtrack.issues WHERE exception_class = 'Deep'), 'f100000 (a.py)', '... so that the innermost is blamed');
SELECT is(array_agg(e ->> 'type' ORDER BY o), (SELECT array_agg('E' || i ORDER BY i) FROM generate_series(1, 1000) AS i WHERE i <= 25 OR i > 975), '50 exceptions are kept, of both ends')
FROM raw, jsonb_array_elements(exceptions) WITH ORDINALITY AS x (e, o) WHERE environment = '1,000 exceptions as JSON';
SELECT is(jsonb_array_length(exceptions -> 'values'), 50, '... in values too') FROM raw WHERE environment = '1,000 exceptions in values';
SELECT is(exceptions, '[{"type": "T", "stacktrace": {"frames": [{"function": "f", "context_line": "kept"}]}}]', 'of a frame variables and source around it go')
FROM raw WHERE environment = 'variables of frames';
SELECT is((SELECT count(*) FROM raw WHERE num_nulls(request, tags, contexts, extra, debug_ids) < 5 AND environment LIKE '1 MB in each%'), 0::bigint, 'JSON columns over 256 kB are dropped');
SELECT results_eq($$SELECT cardinality(fingerprint), octet_length(fingerprint[1]), fingerprint[2] FROM raw WHERE environment = 'long fingerprint'$$,
                  $$VALUES (20, 500, 'x')$$, 'fingerprint: 20 parts of 500 bytes');
SELECT is(fingerprint, '{a}', 'a fingerprint''s nulls go') FROM raw WHERE environment = 'fingerprint with nulls';
SELECT ok(bool_and(octet_length(title) BETWEEN 1 AND 250 AND title !~ E'[\n\r]' AND (culprit IS NULL OR octet_length(culprit) <= 250)), 'titles and culprits are one short line') FROM errtrack.issues;
SELECT is(i.title, 'Odd Class: first', 'the title is the class and the first line that is not blank')
FROM errtrack.issues AS i JOIN errtrack.occurrences AS o USING (issue_id) WHERE o.environment = 'title with newlines';
-- times
SELECT ok(bool_and(received_at <= now() AND isfinite(received_at)), 'received_at is never later than now') FROM raw;
SELECT ok(bool_and(occurred_at <= received_at), '... and occurred_at of an occurrence never later than that') FROM errtrack.occurrences;
SELECT is((SELECT count(*) FROM raw WHERE NOT isfinite(occurred_at)), 0::bigint, 'an infinite occurred_at is none');
SELECT is(received_at, '4714-11-24 00:00:00+00 BC'::timestamptz, 'an old received_at is believed') FROM errtrack.occurrences WHERE environment = 'the first time of all';
SELECT is((SELECT array_agg(project_id) FROM raw WHERE environment IN ('null where there is a default', 'null in all columns')), ARRAY[1, 1], 'no project is project 1');
-- levels and platforms
SELECT is(o.level, want, 'level ' || coalesce(given, '(null)'))
FROM (VALUES ('worse', 'error'), (NULL, 'error'), ('WARN', 'warning'), (' Critical ', 'fatal'), ('notice', 'info'), ('trace', 'debug'), ('error', 'error')) AS t (given, want),
     errtrack.digest(1, given, NULL, NULL, 'm', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS o;
SELECT is(platform, 'cobol', 'a platform that is not known is kept') FROM errtrack.occurrences WHERE environment = 'unknown platform';

-- many rows at once, one of each kind of badness among good ones: one statement
INSERT INTO errtrack.raw_events (message, occurred_at, extra)
SELECT 'bulk', CASE WHEN i % 10 = 0 THEN 'infinity'::timestamptz END, CASE WHEN i % 100 = 0 THEN to_jsonb(repeat('x', 300000)) END
FROM generate_series(1, 1000) AS i;
SELECT is(errtrack.consume(), 1000, 'a bulk INSERT with bad events among good ones is taken whole');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE title = 'bulk'), 1000::bigint, '... and counted');

-- objects and arrays where text is expected: as jsonb is printed, but for numbers that are short in JSON only
SELECT is((errtrack.read_payload(jsonb_build_object('dist', j))).dist, j::text, 'as the server prints it: ' || j::text)
FROM unnest(ARRAY['[]', '{}', '[[]]', '{"a": {}}', '[1, -2.50, 1e5, 0.0001, true, false, null, "", "x", {"a": [1, {"b": [[], 2]}], "c": null}, 3]',
                  '{"a\"b": "c\\d\u0001\n\té", "": [{"a": 1, "b": 2}, {"c": [3]}]}']::jsonb[]) AS j;
SELECT is((errtrack.read_payload(jsonb_build_object('dist', (repeat('[', 5000) || repeat(']', 5000))::jsonb))).dist, repeat('[', 5000) || repeat(']', 5000), '... however deep');
CREATE TEMP TABLE number AS
SELECT n, CASE WHEN n IN ('1e999', '-1e998', '1e-990') THEN n::numeric::text ELSE replace(replace(n, 'e', '.000000000000000e'), 'e1', 'e+1') END AS printed
FROM unnest(ARRAY['1e999', '-1e998', '1e-990', '1e1000', '-1e1000', '1e-1000', '1e131071', '-1e131071', '1e-16383']) AS n;
SELECT is((errtrack.read_payload(jsonb_build_object('dist', n::jsonb))).dist, printed, 'a number: ' || n) FROM number;
SELECT is((errtrack.read_payload(jsonb_build_object('dist', jsonb_build_object('a', jsonb_build_array(n::jsonb, 7))))).dist, format('{"a": [%s, 7]}', regexp_replace(replace(n, 'e', '.000000000000000e'), 'e(\d)', 'e+\1')), '... within others: ' || n) FROM number;
SELECT is((errtrack.read_payload(jsonb_build_object('dist', jsonb_build_array(n::jsonb)))).dist, format('[%s]', printed), '... of which it has 40 digits at most: ' || n)
FROM (VALUES ('1e39', '1' || repeat('0', 39)), ('1e40', '1.000000000000000e+40'), ('-1e38', '-1' || repeat('0', 38)), ('-1e39', '-1.000000000000000e+39'), ('1e-38', '0.' || repeat('0', 37) || '1'), ('1e-39', '1.000000000000000e-39')) AS v (n, printed);
CREATE TEMP TABLE numbers AS SELECT n, ('[' || rtrim(repeat(n || ', ', 20000), ', ') || ']')::jsonb AS j FROM unnest(ARRAY['1e999', '1e131071', '-1e131071', '1e-16383', '{"a": [1e131071]}']) AS n;
SELECT cmp_ok(length((errtrack.read_payload(jsonb_build_object('dist', j))).dist), '<=', 1048576 + 1010, 'the text of very many is bounded: ' || n) FROM numbers;
SELECT lives_ok(format('SELECT errtrack.capture(jsonb_build_object(''environment'', ''numbers'', ''message'', %1$s, ''release'', %1$s, ''stack_trace'', %1$s, ''user'', jsonb_build_object(''id'', %1$s),
  ''exceptions'', jsonb_build_array(jsonb_build_object(''type'', %1$s, ''value'', %1$s)))) FROM numbers WHERE n = %2$L', 'j', n), '... and anywhere in an event: ' || n) FROM numbers;
SELECT cmp_ok(octet_length(errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', j, 'value', j)))), '<', 20000, '... or in what is printed: ' || n) FROM numbers;

-- consume()'s own bad input
SELECT throws_ok('SELECT errtrack.consume(0)', '22023', NULL, 'consume(0) is refused');
SELECT throws_ok('SELECT errtrack.consume(-1)', '22023', NULL, 'consume(-1) is refused');
SELECT throws_ok('SELECT errtrack.consume(NULL)', '22023', NULL, 'consume(NULL) is refused');
SELECT lives_ok('SELECT errtrack.consume(2147483647)', 'consume() of the largest number is not');
INSERT INTO errtrack.raw_events (message) VALUES ('large number');
SELECT lives_ok('SELECT errtrack.consume(2147483647)', '... when there are events neither');

-- a secret beside what is nested too deep to be rewritten: the column goes, the event stays
SELECT lives_ok($$INSERT INTO errtrack.raw_events (message, extra)
  VALUES ('deep secret', ('{"cookie": "s3cret", "deep": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb)$$,
  'INSERT raises nothing: a secret in JSON that is nested deep');
SELECT is((SELECT extra IS NULL AND flags = '{extra_dropped}' FROM errtrack.raw_events WHERE message = 'deep secret'), true,
  '... and it is not stored');

SELECT finish();
DROP EXTENSION errtrack CASCADE;
