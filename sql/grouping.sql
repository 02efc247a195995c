-- Shows which events errtrack.fingerprint() takes for one error and which it keeps apart, and how frame rules and an
-- event's own fingerprint change that. Fingerprints themselves are not shown.
\getenv abs_srcdir PG_ABS_SRCDIR
\pset null (null)
\pset format unaligned

CREATE FUNCTION pg_temp.fp(event jsonb) RETURNS bytea LANGUAGE sql AS $$ SELECT errtrack.fingerprint(event) $$;
-- of a stack trace as text
CREATE FUNCTION pg_temp.fp(trace text) RETURNS bytea LANGUAGE sql AS
$$ SELECT errtrack.fingerprint(jsonb_build_object('stack_trace', trace)) $$;

\set file :abs_srcdir '/test/fixtures/python_price.txt'
SELECT pg_read_file(:'file') AS python \gset
\set file :abs_srcdir '/test/fixtures/python_stock.txt'
SELECT pg_read_file(:'file') AS python_stock \gset
\set file :abs_srcdir '/test/fixtures/java_invoice.txt'
SELECT pg_read_file(:'file') AS java \gset
\set file :abs_srcdir '/test/fixtures/java_parse.txt'
SELECT pg_read_file(:'file') AS java_parse \gset
\set file :abs_srcdir '/test/fixtures/javascript_cart.txt'
SELECT pg_read_file(:'file') AS javascript \gset

SELECT octet_length(pg_temp.fp(:'python')) AS bytes, pg_temp.fp(:'python') = pg_temp.fp(:'python') AS repeatable;

--
-- What must not matter: lines, columns, what the message holds, paths, other wrapping
--
SELECT change, pg_temp.fp(trace) = pg_temp.fp(changed) AS same
FROM (VALUES
  ('python: other lines', :'python', regexp_replace(:'python', 'line (\d+)', 'line 7\1', 'g')),
  ('python: other folder', :'python', replace(:'python', '/srv/shop/', '/opt/releases/42/')),
  ('python: other message', :'python', replace(:'python', 'NoneType', 'str')),
  ('python: a library beneath', :'python',
   replace(:'python', E'TypeError:', E'  File "/usr/lib/python3.11/decimal.py", line 5, in mul\nTypeError:')),
  ('python: called from elsewhere', :'python', replace(:'python', 'in <module>', 'in main')),
  ('python: CR LF', :'python', replace(:'python', E'\n', E'\r\n')),
  ('java: other lines', :'java', regexp_replace(:'java', 'java:\d+', 'java:1', 'g')),
  ('java: other order', :'java', replace(:'java', '1001', '2002')),
  ('java: other wrapper', :'java', replace(:'java', 'java.lang.IllegalStateException', 'shop.OtherException')),
  ('java: module prefix', :'java', replace(:'java', 'at shop.', 'at app//shop.')),
  ('javascript: other lines', :'javascript', regexp_replace(:'javascript', ':\d+:\d+', ':1:1', 'g')),
  ('javascript: other folder', :'javascript', replace(:'javascript', '/srv/shop/', 'https://shop.example/assets/'))
) AS t (change, trace, changed)
ORDER BY change COLLATE "C";

--
-- What must matter: the class and the functions of the root cause
--
SELECT change, pg_temp.fp(trace) = pg_temp.fp(changed) AS same
FROM (VALUES
  ('python: other class', :'python', replace(:'python', 'TypeError', 'ValueError')),
  ('python: other function', :'python', replace(:'python', 'line_total', 'line_sum')),
  ('python: other file', :'python', replace(:'python', 'shop.py', 'store.py')),
  ('python: other cause', :'python_stock', replace(:'python_stock', 'KeyError', 'IndexError')),
  ('python: other error', :'python', :'python_stock'),
  ('java: other root cause', :'java', replace(:'java', 'ArithmeticException', 'ArrayStoreException')),
  ('java: other function', :'java', replace(:'java', 'instalment', 'rate')),
  ('java: other class of the function', :'java', replace(:'java', 'Shop$Invoice', 'Shop$Bill')),
  ('java: other error', :'java', :'java_parse'),
  ('javascript: other class', :'javascript', replace(:'javascript', 'TypeError', 'RangeError')),
  ('javascript: other function', :'javascript', replace(:'javascript', 'Cart.total', 'Cart.sum')),
  ('no trace: other words', 'order 7 is late', 'order 7 is lost')
) AS t (change, trace, changed)
ORDER BY change COLLATE "C";

-- without a trace, class and message identify, and the message without its variable parts
SELECT a, b, pg_temp.fp(a::jsonb) = pg_temp.fp(b::jsonb) AS same
FROM (VALUES
  ('{"message": "order 7 late"}', '{"message": "order 8 late"}'),
  ('{"message": "order 7 late"}', '{"message": "order 7 lost"}'),
  ('{"message": "late", "exception_class": "A"}', '{"message": "late", "exception_class": "B"}'),
  ('{"message": "late", "exception_class": "shop.A"}', '{"message": "late", "exception_class": "A"}'),
  ('{"message": "late", "level": "info"}', '{"message": "late", "level": "fatal", "release": "2", "extra": {"a": 1}}'),
  -- lengths stand before the parts: what moves from one part to the next is another event
  ('{"message": "bc", "exception_class": "a"}', '{"message": "c", "exception_class": "ab"}'),
  ('{"fingerprint": ["ab", "c"]}', '{"fingerprint": ["a", "bc"]}'),
  ('{"fingerprint": ["a", "b"]}', '{"fingerprint": ["b", "a"]}'),
  ('{}', '{"message": ""}'),
  ('{}', '{"message": "x"}')
) AS t (a, b);

--
-- One error as its language prints it, and as an SDK reports it
--
SELECT language, pg_temp.fp(trace) = pg_temp.fp(jsonb_build_object('platform', language, 'exception', sdk::jsonb)) AS same
FROM (VALUES
  ('python',
   E'Traceback (most recent call last):\n  File "/srv/shop/views.py", line 9, in checkout\n  File "/srv/shop/cart.py", line 12, in total\n  File "/usr/lib/python3.11/decimal.py", line 3, in mul\nshop.errors.PriceError: no price for 7',
   '{"values": [{"type": "PriceError", "module": "shop.errors", "value": "no price for 8", "stacktrace": {"frames": [
      {"filename": "shop/views.py", "abs_path": "/app/shop/views.py", "module": "shop.views", "function": "checkout", "lineno": 90, "in_app": true},
      {"filename": "shop/cart.py", "abs_path": "/app/shop/cart.py", "module": "shop.cart", "function": "total", "lineno": 120, "in_app": true},
      {"filename": "decimal.py", "abs_path": "/usr/lib/python3.11/decimal.py", "module": "decimal", "function": "mul", "lineno": 3, "in_app": false}]}}]}'),
  ('java',
   E'shop.CartException: no total\n\tat shop.Cart.total(Cart.java:12)\n\tat shop.Main.main(Main.java:3)\nCaused by: java.lang.ArithmeticException: / by zero\n\tat java.base/java.math.BigDecimal.divide(BigDecimal.java:1780)\n\tat shop.Price.split(Price.java:7)\n\tat shop.Cart.total(Cart.java:10)\n\t... 1 more',
   '[{"type": "ArithmeticException", "module": "java.lang", "value": "/ by zero", "stacktrace": {"frames": [
      {"module": "shop.Main", "function": "main", "filename": "Main.java", "lineno": 30},
      {"module": "shop.Cart", "function": "total", "filename": "Cart.java", "lineno": 100},
      {"module": "shop.Price", "function": "split", "filename": "Price.java", "lineno": 70},
      {"module": "java.math.BigDecimal", "function": "divide", "filename": "BigDecimal.java", "lineno": 1}]}},
     {"type": "CartException", "module": "shop", "value": "no total", "stacktrace": {"frames": [
      {"module": "shop.Main", "function": "main", "filename": "Main.java", "lineno": 30},
      {"module": "shop.Cart", "function": "total", "filename": "Cart.java", "lineno": 120}]}}]'),
  ('javascript',
   E'TypeError: Cannot read properties of undefined (reading ''price'')\n    at Cart.total (/srv/shop/cart.js:12:21)\n    at Array.map (<anonymous>)\n    at checkout (/srv/shop/cart.js:1:1)\n    at Module._compile (node:internal/modules/cjs/loader:1:1)',
   '{"values": [{"type": "TypeError", "value": "Cannot read properties of undefined", "stacktrace": {"frames": [
      {"function": "Module._compile", "module": "loader", "filename": "node:internal/modules/cjs/loader", "in_app": false},
      {"function": "checkout", "module": "cart", "filename": "/srv/shop/cart.js", "lineno": 10, "colno": 2, "in_app": true},
      {"function": "Array.map", "filename": "<anonymous>", "in_app": false},
      {"function": "Cart.total", "module": "cart", "filename": "app:///cart.js", "abs_path": "https://shop.example/cart.js?v=1", "lineno": 1, "colno": 2, "in_app": true}]}}]}'),
  ('javascript',
   E'RuntimeError: unreachable\n    at shop.wasm.shop::Price::split(char const*, int) (wasm://wasm/shop.wasm-0dfc9e12:wasm-function[12]:0x1a2b)\n    at shop.wasm.shop::cart::total::h0123456789abcdef (wasm://wasm/shop.wasm-0dfc9e12:wasm-function[7]:0x43)\n    at checkout (/srv/shop/cart.js:1:1)',
   '{"values": [{"type": "RuntimeError", "value": "unreachable", "stacktrace": {"frames": [
      {"function": "checkout", "module": "cart", "filename": "/srv/shop/cart.js", "lineno": 10, "colno": 2, "in_app": true},
      {"function": "shop::cart::total::hfedcba9876543210", "filename": "https://shop.example/shop.wasm", "instruction_addr": "0x99", "in_app": true},
      {"function": "shop.wasm.shop::Price::split(char const*, int)", "filename": "wasm://wasm/shop.wasm-3f2a1c9d:wasm-function[21]:0x1b00", "in_app": true}]}}]}')
) AS t (language, trace, sdk);

--
-- Frame rules: a row counts from the next event on, in this session too
--
SELECT pg_temp.fp(:'python') AS before \gset
INSERT INTO errtrack.frame_rules (platform, function, action) VALUES ('python', 'line_*', 'not_in_app');
SELECT pg_temp.fp(:'python') <> :'before'::bytea AS inserted_changes_it;
SELECT f ->> 'function' AS function, f -> 'in_app' AS in_app
FROM jsonb_array_elements(errtrack.parse_stack(:'python') -> 'exceptions' -> 0 -> 'frames') AS f;
UPDATE errtrack.frame_rules SET action = 'in_app' WHERE NOT built_in;
SELECT pg_temp.fp(:'python') = :'before'::bytea AS updated_changes_it_back;
UPDATE errtrack.frame_rules SET action = 'not_in_app' WHERE NOT built_in;
SELECT pg_temp.fp(:'python') <> :'before'::bytea AS updated_changes_it;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
SELECT pg_temp.fp(:'python') = :'before'::bytea AS deleted_changes_it_back;
-- a rule that is rolled back is gone
BEGIN;
INSERT INTO errtrack.frame_rules (function, action) VALUES ('line_total', 'not_in_app');
SELECT pg_temp.fp(:'python') <> :'before'::bytea AS counts_in_its_transaction;
ROLLBACK;
SELECT pg_temp.fp(:'python') = :'before'::bytea AS rolled_back;
-- as does TRUNCATE, which takes the built-in ones as well
BEGIN;
TRUNCATE errtrack.frame_rules;
SELECT bool_and((f -> 'in_app')::boolean) AS all_in_app
FROM jsonb_array_elements(errtrack.parse_stack(:'java') -> 'exceptions' -> 1 -> 'frames') AS f;
ROLLBACK;
SELECT bool_and((f -> 'in_app')::boolean) AS all_in_app
FROM jsonb_array_elements(errtrack.parse_stack(:'java') -> 'exceptions' -> 1 -> 'frames') AS f;
-- another platform's rule does not matter, another project's neither; a project's own one outranks an older one for all
INSERT INTO errtrack.frame_rules (platform, function, action) VALUES ('java', 'line_*', 'not_in_app');
INSERT INTO errtrack.frame_rules (project_id, function, action) VALUES (77, 'line_*', 'not_in_app');
SELECT pg_temp.fp(:'python') = :'before'::bytea AS not_concerned,
       pg_temp.fp(jsonb_build_object('project_id', 77, 'stack_trace', :'python')) <> :'before'::bytea AS concerned;
INSERT INTO errtrack.frame_rules (function, action) VALUES ('line_*', 'not_in_app');
INSERT INTO errtrack.frame_rules (project_id, function, action) VALUES (1, 'line_total', 'in_app');
SELECT pg_temp.fp(:'python') = :'before'::bytea AS own_rule_first;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
-- a built-in rule is overruled by a project's
INSERT INTO errtrack.frame_rules (project_id, module, action) VALUES (1, 'java.math.*', 'in_app');
SELECT f ->> 'function' AS function, f -> 'in_app' AS in_app
FROM jsonb_array_elements(errtrack.parse_stack(:'java') -> 'exceptions' -> 1 -> 'frames') WITH ORDINALITY AS x (f, n)
WHERE n <= 2 ORDER BY n;
DELETE FROM errtrack.frame_rules WHERE NOT built_in;
-- globs: stars anywhere, everything else literal
BEGIN;
SELECT pattern, (errtrack.parse_stack(E'a.b: x\n\tat shop.cart.Total.sum(A.java:1)') #> '{exceptions,0,frames,0,in_app}') AS unruled
FROM (SELECT 'none' AS pattern) AS p;
CREATE FUNCTION pg_temp.ruled(pattern text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  in_app boolean;
BEGIN
  INSERT INTO errtrack.frame_rules (module, action) VALUES (pattern, 'not_in_app');
  in_app := errtrack.parse_stack(E'a.b: x\n\tat shop.cart.Total.sum(A.java:1)') #> '{exceptions,0,frames,0,in_app}';
  DELETE FROM errtrack.frame_rules WHERE NOT built_in;
  RETURN NOT in_app;
END $$;
SELECT pattern, pg_temp.ruled(pattern) AS matches
FROM unnest(ARRAY['shop.cart.Total', 'shop.*', '*.Total', '*cart*', 's*c*T*l', '*', '**', 'shop*cart*', 'shop.cart.Total*',
                  'shop', 'cart', 'SHOP.*', 'shop?cart.Total', 'shop.cart.Tota_', '*basket*', 'shop.cart.Total.*', '',
                  's*c*T*x', '%']) WITH ORDINALITY AS p (pattern, n)
ORDER BY n;
ROLLBACK;

--
-- An event's own fingerprint
--
SELECT a, b, pg_temp.fp(a::jsonb || '{"message": "m", "exception_class": "C"}')
             = pg_temp.fp(b::jsonb || '{"message": "n", "exception_class": "D"}') AS other_events_same,
       pg_temp.fp(a::jsonb || '{"message": "m", "exception_class": "C"}')
             = pg_temp.fp(b::jsonb || '{"message": "m", "exception_class": "C"}') AS one_event_same
FROM (VALUES
  ('{"fingerprint": ["a"]}', '{"fingerprint": ["a"]}'),
  ('{"fingerprint": ["a"]}', '{"fingerprint": ["b"]}'),
  ('{"fingerprint": ["a"]}', '{"fingerprint": "a"}'),
  ('{"fingerprint": [1]}', '{"fingerprint": ["1"]}'),
  ('{"fingerprint": ["a"]}', '{"fingerprint": [" a ", null]}'),
  ('{"fingerprint": ["{{ default }}"]}', '{}'),
  ('{"fingerprint": ["{{default}}"]}', '{"fingerprint": ["{{ default }}"]}'),
  ('{"fingerprint": ["{{ default }}", "a"]}', '{"fingerprint": ["{{ default }}", "a"]}'),
  ('{"fingerprint": ["{{ default }}", "a"]}', '{"fingerprint": ["{{ default }}", "b"]}'),
  ('{"fingerprint": ["{{ default }}", "a"]}', '{}'),
  ('{"fingerprint": []}', '{}'),
  ('{"fingerprint": null}', '{}')
) AS t (a, b);

-- a null has none
SELECT errtrack.fingerprint(NULL);
