-- Shows all that errtrack.explain_fingerprint() says of an event of each kind, and that what it says counts is what the
-- fingerprint is made of.
\pset format unaligned
\pset null (null)

-- Rules are named by their place, since numbers of built-in ones change with each that is added.
CREATE FUNCTION pg_temp.explained(event jsonb) RETURNS TABLE (part text, original text, normalized text, counts boolean, reason text) LANGUAGE sql AS $$
  SELECT part, original, normalized, counts, regexp_replace(reason, 'rule \d{1,5}\)', 'rule of errtrack)') FROM errtrack.explain_fingerprint(event)
$$;
CREATE FUNCTION pg_temp.of_text(trace text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('stack_trace', trace) || more $$;

\set wrapped 'shop.CartError: no total of 7\n\tat shop.Web.post(Web.java:30)\nCaused by: shop.StockError: no cups for 7\n\tat org.springframework.core.Bean.get(Bean.java:5)\n\tat shop.Stock.take(Stock.java:7)\n\tat shop.Cart.total(Cart.java:9)\n\tat java.lang.Thread.run(Thread.java:840)\n'
-- frames
SELECT * FROM pg_temp.explained(pg_temp.of_text(E:'wrapped'));
-- one in-app frame, nobody calls it
SELECT * FROM pg_temp.explained(pg_temp.of_text(E'shop.Late: order 7 is late\n\tat shop.Cart.total(Cart.java:9)'));
-- none that is in-app
SELECT * FROM pg_temp.explained(pg_temp.of_text(E'shop.Late: order 7\n\tat org.springframework.core.Bean.get(Bean.java:5)\n\tat org.springframework.core.Bean.put(Bean.java:5)\n\tat org.springframework.core.Bean.run(Bean.java:5)'));
-- no frames
SELECT * FROM pg_temp.explained('{"message": "order 7 of ann@example.com is late", "exception_class": "shop.LateError"}');
SELECT * FROM pg_temp.explained('{"message": "order 7 is late"}');
SELECT * FROM pg_temp.explained('{}');
-- given by the event
SELECT * FROM pg_temp.explained('{"message": "late", "fingerprint": ["order", "late"]}');
SELECT * FROM pg_temp.explained('{"message": "late 7", "fingerprint": ["{{ default }}", "acme"]}');
-- by a rule, whose title is text; by one that gives the title only
BEGIN;
INSERT INTO errtrack.fingerprint_rules (rule_id, message, fingerprint, title) VALUES (100001, 'late*', '{"{{ type }}"}', '{{ value }} again');
INSERT INTO errtrack.fingerprint_rules (rule_id, message, title) VALUES (100002, 'lost*', 'Lost');
SELECT * FROM pg_temp.explained('{"message": "late 7", "exception_class": "E"}');
SELECT * FROM pg_temp.explained('{"message": "lost 7", "exception_class": "E"}');
ROLLBACK;
-- by a frame rule of one's own
BEGIN;
INSERT INTO errtrack.frame_rules (rule_id, module, action) VALUES (100001, 'shop.Stock', 'not_in_app'), (100002, 'shop.Cart', 'drop_below');
SELECT * FROM pg_temp.explained(pg_temp.of_text(E:'wrapped'));
ROLLBACK;
-- without names
SELECT * FROM pg_temp.explained('{"platform": "javascript", "exception": [{"type": "TypeError", "value": "no cart 7", "stacktrace": {"frames": [{"filename": "https://shop.example/b.js", "lineno": 1}, {"filename": "https://shop.example/a.js", "lineno": 2}]}}]}');
SELECT * FROM pg_temp.explained('{"platform": "javascript", "exception": [{"type": "TypeError", "value": "no cart 7", "stacktrace": {"frames": [{"filename": "/srv/d.js", "lineno": 1}, {"filename": "/srv/c.js", "lineno": 1}, {"filename": "/srv/b.js", "lineno": 1}, {"filename": "/srv/a.js", "lineno": 2}]}}]}');
-- recursion
SELECT * FROM pg_temp.explained(pg_temp.of_text(E'shop.Late: deep\n\tat shop.List.each(L.java:1)' || repeat(E'\n\tat shop.Tree.walk(T.java:7)\n\tat shop.Tree.down(T.java:9)', 100) || E'\n\tat shop.Main.main(M.java:1)'));
-- a kind of crash
SELECT * FROM pg_temp.explained(pg_temp.of_text(E'Program received signal SIGSEGV, Segmentation fault.\n#0  0x000055555555524b in price_of (item=0x0) at cart.c:21\n#1  0x00005555555552d5 in cart_total (item=0x0) at cart.c:31\n#2  0x0000555555555544 in main () at cart.c:85\n'));
SELECT count(*) AS of_null FROM errtrack.explain_fingerprint(NULL::jsonb);

--
-- What is said to count does, and what is said not to does not: each line of a trace is changed in turn
--
CREATE FUNCTION pg_temp.changed(trace text, line int) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(CASE WHEN n = line THEN regexp_replace(l, '(Error|get|take|total|run|post|main)\y', '\1x') ELSE l END, E'\n' ORDER BY n) FROM regexp_split_to_table(trace, '\n') WITH ORDINALITY AS x (l, n)
$$;
SELECT n, line, errtrack.fingerprint(pg_temp.of_text(E:'wrapped')) <> errtrack.fingerprint(pg_temp.of_text(pg_temp.changed(E:'wrapped', n::int))) AS matters,
       (SELECT string_agg(part, ', ') FROM errtrack.explain_fingerprint(pg_temp.of_text(pg_temp.changed(E:'wrapped', n::int))) WHERE counts AND original LIKE '%x (%' OR counts AND original LIKE '%Errorx') AS said_to_count
FROM regexp_split_to_table(E:'wrapped', '\n') WITH ORDINALITY AS x (line, n) WHERE line <> ''
ORDER BY n;
-- two events whose counted parts are the same have one fingerprint, and two whose parts are not have two
CREATE TEMP TABLE sample AS
SELECT pg_temp.of_text(E'shop.' || c || ': ' || m || E'\n\tat ' || a || E'(A.java:1)\n\tat ' || b || E'(B.java:1)\n\tat shop.Main.main(M.java:1)') AS event
FROM unnest(ARRAY['Late', 'Lost']) AS c, unnest(ARRAY['order 7', 'order 8', 'no order']) AS m, unnest(ARRAY['shop.A.a', 'org.springframework.A.a', 'java.util.A.a']) AS a, unnest(ARRAY['shop.B.b', 'mail.B.b', 'shop.C.c']) AS b
UNION ALL SELECT jsonb_build_object('message', m) || g FROM unnest(ARRAY['order 7', 'order 8', 'no order']) AS m, unnest(ARRAY['{}', '{"fingerprint": ["a"]}', '{"fingerprint": ["{{ default }}", "a"]}']::jsonb[]) AS g
UNION ALL SELECT jsonb_build_object('exception', jsonb_build_array(jsonb_build_object('type', 'E', 'value', m, 'stacktrace', jsonb_build_object('frames', jsonb_build_array(jsonb_build_object('filename', f)))))) FROM unnest(ARRAY['order 7', 'no order']) AS m, unnest(ARRAY['a.py', 'b.py']) AS f;
SELECT count(*) AS events, count(DISTINCT fp) AS fingerprints, count(DISTINCT parts) AS lists_of_parts, count(DISTINCT (fp, parts)) AS both
FROM (SELECT errtrack.fingerprint(event) AS fp, (SELECT array_agg((part, normalized)::text ORDER BY n) FROM errtrack.explain_fingerprint(event) WITH ORDINALITY AS x (part, original, normalized, counts, reason, n) WHERE counts) AS parts FROM sample) AS s;
