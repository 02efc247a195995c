-- Ways in: INSERT in all its forms, COPY, capture() of JSON in errtrack's own shape and in those of SDKs and exports, and
-- of text that jsonb refuses. Secrets in headers never reach a column. Events of unknown projects are warned of, set
-- aside and can be put back. Statements commit (consume() cannot see what its own transaction wrote).
\ir setup.psql

-- before capture() is compiled in this session
SET standard_conforming_strings = off;
SELECT lives_ok($$SELECT errtrack.capture('no JSON'::text)$$, 'capture() where backslashes escape');
RESET standard_conforming_strings;
TRUNCATE errtrack.raw_events;

CREATE TEMP TABLE got (event_id uuid);
-- the row that an event became
CREATE FUNCTION pg_temp.row_of(id uuid) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_strip_nulls(to_jsonb(r)) - 'slot' - 'txid' - 'event_id' - 'received_at' FROM errtrack.raw_events AS r WHERE event_id = id $$;
-- the row that capture() makes of an event
CREATE FUNCTION pg_temp.captured(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS
$$ BEGIN RETURN pg_temp.row_of(errtrack.capture(event)); END $$;
CREATE FUNCTION pg_temp.captured(event text) RETURNS jsonb LANGUAGE plpgsql AS
$$ BEGIN RETURN pg_temp.row_of(errtrack.capture(event)); END $$;

--
-- INSERT and COPY
--
INSERT INTO errtrack.raw_events (message) VALUES ('one');
INSERT INTO errtrack.raw_events (message) VALUES ('two'), ('three'), ('three');
INSERT INTO errtrack.raw_events (message, level) SELECT 'series', 'info' FROM generate_series(1, 5);
WITH written AS (INSERT INTO errtrack.raw_events (message) VALUES ('returned') RETURNING event_id)
INSERT INTO got SELECT event_id FROM written;
COPY errtrack.raw_events (message, exception_class, tags) FROM STDIN;
copied	Shop\tError	{"a": 1}
copied	\N	\N
\.
\copy errtrack.raw_events (event_id, message) FROM STDIN WITH (FORMAT csv)
10000000-0000-0000-0000-000000000001,"client, ""copied"""
\.
PREPARE ins AS INSERT INTO errtrack.raw_events (message) VALUES ($1);
EXECUTE ins('prepared');
EXECUTE ins('prepared');
EXECUTE ins('prepared');
INSERT INTO errtrack.raw_events DEFAULT VALUES;

SELECT results_eq(
  'SELECT message, count(*)::int FROM errtrack.raw_events GROUP BY message ORDER BY message COLLATE "C"',
  $$VALUES ('client, "copied"', 1), ('copied', 2), ('one', 1), ('prepared', 3), ('returned', 1), ('series', 5), ('three', 2),
           ('two', 1), (NULL, 1)$$, 'every way to INSERT or COPY writes its rows to the inbox');
SELECT is((SELECT count(*) FROM errtrack.raw_events JOIN got USING (event_id) WHERE message = 'returned'), 1::bigint,
          'RETURNING event_id gives the id that is stored');
SELECT is((SELECT count(DISTINCT event_id) FROM errtrack.raw_events), (SELECT count(*) FROM errtrack.raw_events),
          'each row that names no event_id gets one of its own');
SELECT is((SELECT count(DISTINCT slot) FROM errtrack.raw_events), 1::bigint, 'all rows go to one leaf');
SELECT is(errtrack.consume(), 17, 'consume() takes them all');
SELECT is(errtrack.consume(), 0, '... and nothing twice');
SELECT results_eq(
  'SELECT title, occurrence_count, level FROM errtrack.issues ORDER BY title COLLATE "C"',
  $$VALUES ('(no message)', 1::bigint, 'error'), ('Shop' || chr(9) || 'Error: copied', 1, 'error'), ('client, "copied"', 1, 'error'),
           ('copied', 1, 'error'), ('one', 1, 'error'), ('prepared', 3, 'error'), ('returned', 1, 'error'), ('series', 5, 'info'),
           ('three', 2, 'error'), ('two', 1, 'error')$$, '... each to its issue');

-- events without anything
SELECT is(o.flags, '{no_message}', 'an event with nothing in it is flagged no_message')
FROM errtrack.occurrences AS o JOIN errtrack.issues AS i USING (issue_id) WHERE i.title = '(no message)';
SELECT errtrack.capture('{}'::jsonb) IS NULL OR errtrack.capture(NULL::jsonb) IS NULL OR errtrack.capture(NULL::text) IS NULL
  OR errtrack.capture('') IS NULL AS missing \gset
INSERT INTO errtrack.raw_events (message, exception_class, stack_trace) VALUES ('', '', ''), (E' \n\t ', NULL, NULL);
SELECT is(:'missing'::text, 'f', 'capture() of nothing returns an event_id all the same');
SELECT is(errtrack.consume(), 6, '... and so the events are counted');
SELECT results_eq($$SELECT DISTINCT i.title, o.flags @> '{no_message}' FROM errtrack.issues i JOIN errtrack.occurrences o USING (issue_id)
                    WHERE o.received_at = (SELECT max(received_at) FROM errtrack.occurrences)$$,
                  $$VALUES ('(no message)', true)$$, 'empty and blank texts are no message either');
SELECT is((SELECT array_agg(DISTINCT flags::text ORDER BY flags::text) FROM errtrack.occurrences JOIN errtrack.issues USING (issue_id)
           WHERE title = '(no message)'), ARRAY['{no_message}', '{payload_invalid,no_message}'],
          'every event of the issue "(no message)" bears the flag');

--
-- capture(jsonb): errtrack's own names
--
SELECT is(pg_temp.captured('{"level": "info", "platform": "python", "exception_class": "E", "message": "m", "stack_trace": "s",
  "exceptions": [{"type": "T"}], "environment": "prod", "release": "1", "dist": "d", "server_name": "h", "transaction": "t",
  "logger": "l", "user_id": "u", "session_id": "s", "request": {"url": "/"}, "tags": {"k": "v"}, "contexts": {"os": {}},
  "extra": {"x": 1}, "trace_id": "ti", "span_id": "si", "fingerprint": ["f"], "debug_ids": {"a.js": "i"}, "flags": ["mine"],
  "occurred_at": "2001-02-03T04:05:06Z"}'::jsonb),
  jsonb_build_object('project_id', 1, 'occurred_at', '2001-02-03T04:05:06Z'::timestamptz) ||
  '{"level": "info", "platform": "python", "exception_class": "E", "message": "m", "stack_trace": "s",
  "exceptions": [{"type": "T"}], "environment": "prod", "release": "1", "dist": "d", "server_name": "h", "transaction": "t",
  "logger": "l", "user_id": "u", "session_id": "s", "request": {"url": "/"}, "tags": {"k": "v"}, "contexts": {"os": {}},
  "extra": {"x": 1}, "trace_id": "ti", "span_id": "si", "fingerprint": ["f"], "debug_ids": {"a.js": "i"}, "flags": ["mine"]}',
  'each column is read under its own name, and nothing else is stored');
SELECT is(errtrack.capture('{"event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0"}'::jsonb), 'fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0'::uuid,
          'event_id without hyphens is the same uuid');
SELECT is(errtrack.capture('{"eventID": "FC6D8C0C-43FC-4630-AD85-0EE518F1B9D1"}'::jsonb), 'fc6d8c0c-43fc-4630-ad85-0ee518f1b9d1'::uuid,
          'eventID of an export is read');
SELECT is(errtrack.capture('{"event_id": "no-uuid"}'::jsonb), errtrack.capture('{"event_id": "no-uuid"}'::jsonb),
          'an event_id that is no uuid makes one uuid whenever it comes');
SELECT isnt(errtrack.capture('{"event_id": "no-uuid"}'::jsonb), errtrack.capture('{"event_id": "fc6d8c0c43fc4630ad850ee518f1b9d0ff"}'::jsonb),
          '... and another text another one');
SELECT is(pg_temp.row_of(errtrack.capture('{"event_id": "zz"}'::jsonb)) -> 'flags', '["event_id_invalid"]', '... and is flagged');
SELECT is((pg_temp.captured('{"project_id": 99, "slot": 2, "txid": 5, "message": "m"}'::jsonb)), '{"project_id": 1, "message": "m"}',
          'an event cannot choose its project, leaf or transaction');
SELECT is(pg_temp.captured('{"foo": {"bar": 1}, "breadcrumbs": [1], "extra": {"x": 1}}'::jsonb) -> 'extra',
          '{"foo": {"bar": 1}, "breadcrumbs": [1], "x": 1}', 'what there is no column for stands in extra');
SELECT is(pg_temp.captured('{"extra": 5}'::jsonb) -> 'extra', '{"extra": 5}', 'an extra that is no object is kept');
-- wrong types
SELECT is(pg_temp.captured('{"message": {"a": [1]}, "level": 5, "release": true, "user_id": 7, "logger": null, "environment": ""}'::jsonb)
            - 'message' - 'project_id',
          '{"level": "5", "release": "true", "user_id": "7"}', 'scalars of another type become text, null and empty are left out');
SELECT is(pg_temp.captured(v::jsonb), jsonb_build_object('project_id', 1, 'message', m, 'flags', '["payload_not_an_object"]'::jsonb),
          'a payload that is ' || v || ' becomes the message')
FROM (VALUES ('"boom"', 'boom'), ('7', '7'), ('true', 'true'), ('[1, "a"]', '[1, "a"]'), ('[]', '[]')) AS t (v, m);
SELECT ok(pg_temp.captured('null'::jsonb) -> 'flags' ? 'payload_not_an_object', 'JSON''s null is taken');

--
-- capture(jsonb): SDKs' shapes
--
SELECT is(pg_temp.captured('{"exception": {"values": [{"type": "A"}]}}'::jsonb) -> 'exceptions', '{"values": [{"type": "A"}]}',
          'exception as {values: []}');
SELECT is(pg_temp.captured('{"exception": [{"type": "A"}]}'::jsonb) -> 'exceptions', '[{"type": "A"}]', 'exception as a bare list');
SELECT is(pg_temp.captured('{"sentry.interfaces.Exception": [{"type": "A"}]}'::jsonb) -> 'exceptions', '[{"type": "A"}]',
          'exception under its old name');
SELECT is(pg_temp.captured('{"stacktrace": {"frames": [{"function": "f"}]}, "exception": {"values": [{"type": "B"}, {"type": "A", "value": "v"}]}}'::jsonb)
            -> 'exceptions',
          '[{"type": "A", "value": "v", "stacktrace": {"frames": [{"function": "f"}]}}]',
          'a top-level stacktrace is that of the last exception, where that has none');
SELECT is(pg_temp.captured('{"stacktrace": {"frames": [{"function": "g"}]}, "exception": [{"type": "A", "stacktrace": {"frames": [{"function": "f"}]}}]}'::jsonb)
            -> 'exceptions', '[{"type": "A", "stacktrace": {"frames": [{"function": "f"}]}}]', '... and left alone where it has one');
SELECT is(pg_temp.captured(('{"message": "m", "threads": {"values": ' || v || '}}')::jsonb) #>> '{exceptions,0,stacktrace,frames,0,function}', f,
          'threads.values: ' || what)
FROM (VALUES
  ('the one that crashed', 'b', '[{"current": true, "stacktrace": {"frames": [{"function": "a"}]}}, {"crashed": true, "stacktrace": {"frames": [{"function": "b"}]}}]'),
  ('or else the current one', 'b', '[{"stacktrace": {"frames": [{"function": "a"}]}}, {"current": true, "stacktrace": {"frames": [{"function": "b"}]}}]'),
  ('or else the only one', 'a', '[{"stacktrace": {"frames": [{"function": "a"}]}}]'),
  ('or none', NULL, '[{"stacktrace": {"frames": [{"function": "a"}]}}, {"stacktrace": {"frames": [{"function": "b"}]}}]'),
  ('nonsense', NULL, '[1, null, "x", []]')
) AS t (what, f, v);
SELECT is(pg_temp.captured('{"entries": [null, 1, {"type": "breadcrumbs", "data": {}},
    {"type": "exception", "data": {"values": [{"type": "A", "stacktrace": {"frames": [{"function": "f"}]}}]}},
    {"type": "message", "data": {"formatted": "hello"}}, {"type": "request", "data": {"url": "/u"}}],
    "dateCreated": "2001-02-03T04:05:06Z", "release": {"version": "1.2", "id": 5}, "tags": [{"key": "environment", "value": "prod"}]}'::jsonb)
  - 'occurred_at',
  '{"project_id": 1, "message": "hello", "request": {"url": "/u"}, "release": "1.2", "environment": "prod", "tags": {"environment": "prod"},
    "exceptions": {"values": [{"type": "A", "stacktrace": {"frames": [{"function": "f"}]}}]}}', 'entries[] of an export');
SELECT is(pg_temp.captured(e::jsonb) -> 'message', '"hello 7"', 'message from ' || e)
FROM unnest(ARRAY['{"message": "hello 7"}', '{"logentry": {"message": "hello %s", "params": [7], "formatted": "hello 7"}}',
                  '{"logentry": {"message": "hello 7"}}', '{"message": {"formatted": "hello 7"}}', '{"logentry": "hello 7"}',
                  '{"message": "", "logentry": {"message": "hello 7"}}', '{"sentry.interfaces.Message": {"message": "hello 7"}}']) AS e;
SELECT is(pg_temp.captured(e::jsonb) ->> 'user_id', 'u', 'user_id from ' || e)
FROM unnest(ARRAY['{"user": {"id": "u", "email": "e"}}', '{"user": {"email": "u"}}', '{"user": {"id": null, "username": "u"}}',
                  '{"user_id": "u", "user": {"id": "v"}}', '{"user": {"ip_address": "u"}}']) AS e;
SELECT is(pg_temp.captured('{"user": {"id": 7}}'::jsonb) ->> 'user_id', '7', 'user.id as a number');
SELECT is(pg_temp.captured('{"user": "u"}'::jsonb) -> 'extra', '{"user": "u"}', 'a user that is no object is kept in extra');
SELECT is(pg_temp.captured('{"contexts": {"trace": {"trace_id": "t", "span_id": "s"}}}'::jsonb) - 'contexts',
          '{"project_id": 1, "trace_id": "t", "span_id": "s"}', 'trace_id and span_id from contexts.trace');
SELECT is(pg_temp.captured('{"tags": [["a", "b"], {"key": "c", "value": 1}, ["lonely"], 5, [7, "x"], {"key": "d"}]}'::jsonb) -> 'tags',
          '{"a": "b", "c": 1}', 'tags as a list of pairs');
SELECT is(pg_temp.captured('{"tags": {"release": "9", "level": "info"}, "level": "fatal"}'::jsonb) - 'tags',
          '{"project_id": 1, "release": "9", "level": "fatal"}', 'what only tags say is read from them');
SELECT is(pg_temp.captured('{"debug_meta": {"images": [{"code_file": "a.js", "debug_id": "i"}, {"code_file": 1, "debug_id": 2}, null]}}'::jsonb)
          -> 'debug_ids', '{"a.js": "i"}', 'debug_ids from debug_meta.images');
SELECT is(pg_temp.captured('{"fingerprint": "one"}'::jsonb) -> 'fingerprint', '["one"]', 'a fingerprint that is one text');
SELECT is(pg_temp.captured('{"fingerprint": [1, null, true, ["x"]]}'::jsonb) -> 'fingerprint', '["1", "true", "[\"x\"]"]', '... or holds no texts');
-- times
SET timezone = 'Asia/Tokyo';
SELECT is((pg_temp.captured(jsonb_build_object('timestamp', v)) ->> 'occurred_at')::timestamptz, t::timestamptz, 'timestamp ' || v::text)
FROM (VALUES
  ('981173106'::jsonb, '2001-02-03 04:05:06+00'), ('981173106.789', '2001-02-03 04:05:06.789+00'),
  ('"2001-02-03T04:05:06Z"', '2001-02-03 04:05:06+00'), ('"2001-02-03T04:05:06.789+02:00"', '2001-02-03 02:05:06.789+00'),
  ('"2001-02-03T04:05:06"', '2001-02-03 04:05:06+00'), ('0', '1970-01-01 00:00:00+00'),
  ('"yesterday or so"', NULL), ('-5', NULL), ('1e30', NULL), ('981173106000', NULL), ('"2001-02-30T00:00:00Z"', NULL),
  ('"infinity"', NULL), ('[]', NULL), ('true', NULL), ('""', NULL)
) AS t (v, t);
RESET timezone;
SELECT ok(pg_temp.captured(jsonb_build_object('timestamp', v)) -> 'flags' ? 'occurred_at_invalid', 'timestamp ' || v::text || ' is flagged')
FROM unnest(ARRAY['"yesterday or so"', '-5', '1e30', '"infinity"', '[]', '""', '"2024-05-01 12:00:00 America/Nowhere"',
                  '"2024-05-01 12:00:001e99999"']::jsonb[]) AS v;
SELECT ok(received_at = '2001-02-03 04:05:06+00', 'received_at of a re-captured event is kept')
FROM errtrack.raw_events WHERE event_id = errtrack.capture('{"received_at": "2001-02-03T04:05:06Z"}'::jsonb);

--
-- capture(text)
--
SELECT is(pg_temp.captured('{"message": "m"}'::text), '{"project_id": 1, "message": "m"}', 'text that is JSON is read as such');
SELECT is(pg_temp.captured(('{"message": "' || j || '"}')::text), jsonb_build_object('project_id', 1, 'message', m, 'flags', '["payload_repaired"]'::jsonb),
          'escape that jsonb refuses: ' || what)
FROM (VALUES
  ('NUL', 'a\u0000b', U&'a\FFFDb'), ('two NULs', '\u0000\u0000', U&'\FFFD\FFFD'),
  ('high surrogate alone', 'a\ud83d', U&'a\FFFD'), ('... before text', '\uD83Dxx', U&'\FFFDxx'),
  ('low surrogate alone', '\ude00b', U&'\FFFDb'), ('two high ones', '\ud83d\ud83d', U&'\FFFD\FFFD'),
  ('two high ones and a low one', '\ud83d\ud83d\ude00', U&'\FFFD\+01F600'), ('wrong order', '\ude00\ud83d', U&'\FFFD\FFFD'),
  ('whole pair beside a NUL', '\ud83d\ude00\u0000', U&'\+01F600\FFFD'),
  ('escaped backslash beside a NUL', '\\u0000 \u0000', U&'\\u0000 \FFFD'),
  ('backslash before a NUL', '\\\u0000', U&'\\\FFFD')
) AS t (what, j, m);
SELECT is(pg_temp.captured(v::text), jsonb_build_object('project_id', 1, 'message', v, 'flags', '["payload_invalid"]'::jsonb), 'no JSON: ' || left(v, 30))
FROM unnest(ARRAY['panic: out of memory', '{"message": "cut of', '{''a'': 1}', '{"a": 1} trailing', 'Traceback (most recent call last):']) AS v;
SELECT is(pg_temp.captured('{"flags": ["mine"], "message": "\u0000"}'::text) -> 'flags' ? 'payload_repaired', true, 'repaired with flags of its own');
SELECT is(pg_temp.captured('[1, "\u0000"]'::text) -> 'flags', '["payload_not_an_object"]', 'repaired, and no object');
SELECT ok(pg_temp.captured((repeat('[', 100000) || repeat(']', 100000))::text) IS NOT NULL, 'JSON too deep for jsonb is taken');
SELECT ok(pg_temp.captured(('{"a": 1' || repeat('0', 200000) || '}')::text) IS NOT NULL, 'a number too long for jsonb is taken');
SELECT is(errtrack.consume() > 0, true, 'all of that can be consumed');
SELECT is(errtrack.consume(), 0, '... wholly');

--
-- Secrets
--
CREATE TEMP TABLE secret_event AS SELECT errtrack.capture($${
  "message": "secrets",
  "request": {
    "url": "/", "method": "GET", "cookies": {"sid": "S3CRET"},
    "headers": {"Authorization": "S3CRET", "COOKIE": "S3CRET", "X-Api-Key": "S3CRET", "Proxy-Authorization": ["S3CRET"],
                "set-cookie": {"a": ["S3CRET"]}, "x_api_key": "S3CRET", "User-Agent": "harmless", "X-Api-Keys": "harmless",
                "Accept-Cookie": "harmless", "Cookie2": "harmless"},
    "env": {"HTTP_COOKIE": "S3CRET", "HTTP_AUTHORIZATION": "S3CRET", "http_x_api_key": 5, "HTTP_HOST": "harmless", "HTTP_": "harmless"}
  },
  "contexts": {"http": {"deep": [{"headers": [["Cookie", "S3CRET"], ["Host", "harmless"], ["AUTHORIZATION", ["S3CRET"]]]}]}},
  "extra": {"sent": [["set-cookie", "S3CRET"], ["cookie", "S3CRET"]], "pair": ["Cookie", "S3CRET"], "null": {"Cookie": null},
            "headers": {"cookie": "S3CRET", "authorizations": "harmless"}, "list": ["cookie", "harmless", "three"]},
  "response": {"headers": {"Set-Cookie": "S3CRET"}},
  "breadcrumbs": {"values": [{"data": {"Authorization": "S3CRET"}}]}
}$$::jsonb) AS event_id;
SELECT is((SELECT count(*) FROM errtrack.raw_events AS r WHERE r::text LIKE '%S3CRET%'), 0::bigint, 'a secret stands in no column of raw_events');
SELECT is(r.request, '{"url": "/", "method": "GET", "cookies": "[Filtered]",
    "headers": {"Authorization": "[Filtered]", "COOKIE": "[Filtered]", "X-Api-Key": "[Filtered]", "Proxy-Authorization": "[Filtered]",
                "set-cookie": "[Filtered]", "x_api_key": "[Filtered]", "User-Agent": "harmless", "X-Api-Keys": "harmless",
                "Accept-Cookie": "harmless", "Cookie2": "harmless"},
    "env": {"HTTP_COOKIE": "[Filtered]", "HTTP_AUTHORIZATION": "[Filtered]", "http_x_api_key": "[Filtered]", "HTTP_HOST": "harmless", "HTTP_": "harmless"}}',
  'in request only secrets are replaced, whatever their case')
FROM errtrack.raw_events AS r JOIN secret_event USING (event_id);
SELECT is(r.contexts, '{"http": {"deep": [{"headers": [["Cookie", "[Filtered]"], ["Host", "harmless"], ["AUTHORIZATION", "[Filtered]"]]}]}}',
          '... and in contexts, in lists of pairs at any depth')
FROM errtrack.raw_events AS r JOIN secret_event USING (event_id);
SELECT is(r.extra - 'response' - 'breadcrumbs',
          '{"sent": [["set-cookie", "[Filtered]"], ["cookie", "[Filtered]"]], "pair": ["Cookie", "[Filtered]"], "null": {"Cookie": "[Filtered]"},
            "headers": {"cookie": "[Filtered]", "authorizations": "harmless"}, "list": ["cookie", "harmless", "three"]}', '... and in extra')
FROM errtrack.raw_events AS r JOIN secret_event USING (event_id);
INSERT INTO errtrack.raw_events (message, request, contexts, extra)
VALUES ('direct', '{"headers": {"Cookie": "S3CRET"}}', '{"headers": [["cookie", "S3CRET"]]}', '["Authorization", "S3CRET"]');
COPY errtrack.raw_events (message, request) FROM STDIN;
direct	{"headers": {"Authorization": "S3CRET"}}
\.
INSERT INTO errtrack.raw_events_0 (slot, message, request) VALUES (0, 'direct', '{"Cookie": "S3CRET"}');
SET session_replication_role = replica;
INSERT INTO errtrack.raw_events (message, request) VALUES ('direct', '{"Cookie": "S3CRET"}');
RESET session_replication_role;
SELECT is((SELECT count(*) FROM errtrack.raw_events AS r WHERE r::text LIKE '%S3CRET%'), 0::bigint,
          'nor by INSERT, COPY, into a leaf, or as a replica');
SELECT is((SELECT count(*) FROM errtrack.raw_events AS r WHERE message = 'direct' AND r::text LIKE '%[Filtered]%'), 4::bigint, '... all of which replace it');
SELECT ok(errtrack.consume() > 0, 'events with secrets are consumed');
SELECT is((SELECT count(*) FROM errtrack.occurrences AS o WHERE o::text LIKE '%S3CRET%'), 0::bigint, '... and a secret is in no occurrence');
-- scalars where an object should be, and what needs no change, stay as they are
INSERT INTO errtrack.raw_events (message, request, contexts, extra) VALUES ('scalars', '"cookie"', 'null', '7');
SELECT is((SELECT request::text || contexts::text || extra::text FROM errtrack.raw_events WHERE message = 'scalars'), '"cookie"null7',
          'jsonb scalars are left alone');

--
-- Unknown projects
--
\set warning `psql -Xq -c "INSERT INTO errtrack.raw_events (project_id, message) VALUES (4711, 'stray'), (4711, 'stray')" 2>&1 | grep -c 'WARNING:  errtrack has no project 4711'`
SELECT is(:'warning'::text, '1', 'an unknown project is a warning, once for a statement');
\set warning `for i in 1 2 3; do echo "INSERT INTO errtrack.raw_events (project_id, message) VALUES (4711, 'stray'), (4713, 'stray');"; done | psql -Xq 2>&1 | grep -c 'WARNING:  errtrack has no project'`
SELECT is(:'warning'::text, '2', '... and once a minute, for each project');
\set warning `psql -Xq -c "INSERT INTO errtrack.raw_events (project_id, message) SELECT i, 'stray' FROM generate_series(5001, 5100) AS i" 2>&1 | grep -c 'WARNING:  errtrack has no project'`
SELECT is(:'warning'::text, '16', '... but for no more than a few');
DELETE FROM errtrack.raw_events WHERE project_id > 5000 OR project_id = 4713;
DELETE FROM errtrack.raw_events WHERE ctid IN (SELECT ctid FROM errtrack.raw_events WHERE project_id = 4711 LIMIT 3);
\set other `psql -Xq -c "INSERT INTO errtrack.raw_events (project_id, message) VALUES (1, 'known')" 2>&1 | wc -c`
SELECT is(:'other'::text, '0', 'a known one is not');
SET client_min_messages = error;
SELECT is(pg_temp.error_of($$INSERT INTO errtrack.raw_events (project_id, event_id, message, extra, tags, received_at, occurred_at)
  VALUES (4712, '20000000-0000-0000-0000-000000000001', 'stray', '{"a": null, "b": {"c": [null]}}', '{"t": 1}', '2001-02-03', '2001-02-02')$$), 'none', 'and no error');
SELECT is(pg_temp.error_of('SELECT errtrack.capture(''{"message": "stray"}''::jsonb, -1)'), 'none', '... from capture() neither');
SET client_min_messages = warning;
SELECT is(errtrack.consume(), 6, 'events of unknown projects are consumed');
SELECT results_eq('SELECT project_id, reason, count(*)::int FROM errtrack.set_aside_events GROUP BY 1, 2 ORDER BY 1',
                  $$VALUES (-1, 'unknown_project', 1), (4711, 'unknown_project', 2), (4712, 'unknown_project', 1)$$, '... and set aside');
SELECT results_eq('SELECT project_id, outcome, events FROM errtrack.event_outcomes WHERE outcome <> ''duplicate'' ORDER BY 1',
                  $$VALUES (-1, 'set_aside', 1::bigint), (4711, 'set_aside', 2), (4712, 'set_aside', 1)$$, '... and counted as such');
SELECT is((SELECT count(*) FROM errtrack.issues WHERE title = 'stray'), 0::bigint, '... and no issue');
INSERT INTO errtrack.projects (project_id, name) VALUES (4712, 'found');
SELECT is(errtrack.capture(event, 4712), event_id, 'what was set aside can be captured again, as itself')
FROM errtrack.set_aside_events WHERE project_id = 4712;
SELECT is(errtrack.consume(), 1, '... is consumed');
SELECT results_eq($$SELECT o.message, o.tags, o.received_at, o.occurred_at FROM errtrack.occurrences AS o WHERE o.project_id = 4712$$,
                  $$VALUES ('stray', '{"t": 1}'::jsonb, '2001-02-03'::timestamptz, '2001-02-02'::timestamptz)$$, '... and in an issue, whole');
SELECT is((SELECT extra FROM errtrack.occurrences WHERE project_id = 4712), '{"a": null, "b": {"c": [null]}}', '... with the nulls in its JSON');

-- however many come, their number is bounded
DELETE FROM errtrack.set_aside_events;
DELETE FROM errtrack.event_outcomes;
SET client_min_messages = error;
INSERT INTO errtrack.raw_events (project_id, event_id, message) SELECT 900, md5(i::text)::uuid, 'stray ' || i FROM generate_series(1, 600) AS i;
SELECT is(errtrack.consume(), 600, 'events of an unknown project');
INSERT INTO errtrack.raw_events (project_id, message) SELECT 900 + i % 2, 'stray ' || i FROM generate_series(1, 1000) AS i;
SELECT is(errtrack.consume(), 1000, '... and more, and of another one');
SELECT results_eq('SELECT project_id, count(*) FROM errtrack.set_aside_events GROUP BY 1 ORDER BY 1', 'VALUES (900, 1000::bigint), (901, 500)', '... of each a thousand are kept');
SELECT is((SELECT count(*) FROM errtrack.set_aside_events WHERE project_id = 900 AND event_id IN (SELECT md5(i::text)::uuid FROM generate_series(1, 600) AS i)), 600::bigint, '... the first');
SELECT results_eq('SELECT project_id, outcome, events FROM errtrack.event_outcomes ORDER BY 1', $$VALUES (900, 'set_aside', 1100::bigint), (901, 'set_aside', 500)$$, '... and all are counted');
INSERT INTO errtrack.raw_events (project_id, message) SELECT 100000 + i, 'stray' FROM generate_series(1, 4000) AS i;
SELECT is(errtrack.consume(), 4000, 'of very many projects');
SELECT is((SELECT count(*) FROM errtrack.event_outcomes), 1001::bigint, '... no more than a thousand, and the others as one');
SELECT is((SELECT events FROM errtrack.event_outcomes WHERE project_id = 0), 3002::bigint, '... are counted');
SELECT is((SELECT count(*) FROM errtrack.set_aside_events), 5500::bigint, '... and kept, while there is room');
INSERT INTO errtrack.raw_events (project_id, message) SELECT 200000 + i % 3000, 'stray' FROM generate_series(1, 5000) AS i;
INSERT INTO errtrack.raw_events (project_id, message) VALUES (100001, 'again'), (300000, 'new');
SELECT is(errtrack.consume(10000), 5002, 'more than there is room for');
SELECT is((SELECT count(*) FROM errtrack.set_aside_events), 10000::bigint, '... are not kept');
INSERT INTO errtrack.raw_events (project_id, message) VALUES (901, 'one more');
SELECT is(errtrack.consume(), 1, 'one more');
SELECT is((SELECT count(*) FROM errtrack.set_aside_events), 10000::bigint, '... neither');
SELECT results_eq('SELECT project_id, events FROM errtrack.event_outcomes WHERE project_id IN (0, 901, 100001, 300000) ORDER BY 1', 'VALUES (0, 8003::bigint), (901, 501), (100001, 2)', '... but counted, where they were before');
SELECT is((SELECT sum(events) FROM errtrack.event_outcomes), 10603::numeric, 'all of them are counted');
DELETE FROM errtrack.set_aside_events;
SET client_min_messages = warning;

-- projects
SELECT is(errtrack.create_project('tools') > 1, true, 'create_project() returns a number');
SELECT throws_ok($$SELECT errtrack.create_project('tools')$$, '23505', 'project "tools" exists already', 'a taken name is refused');
SELECT throws_ok($$SELECT errtrack.create_project('  ')$$, '22023', NULL, 'a blank one too');
SELECT throws_ok($$SELECT errtrack.create_project(NULL)$$, '22023', NULL, 'and none');

SELECT finish();
DROP EXTENSION errtrack;
