-- Shows which of the two keys of errtrack.fingerprints() two events share: that by the application's own frames, that by
-- all frames, both or neither. Keys themselves are not shown.
\getenv abs_srcdir PG_ABS_SRCDIR
\pset format unaligned

CREATE FUNCTION pg_temp.of_text(trace text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('stack_trace', trace) $$;
CREATE FUNCTION pg_temp.shared(a jsonb, b jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN x = y THEN CASE cardinality(x) WHEN 1 THEN 'the only one' ELSE 'both' END
              WHEN x[1] = y[1] THEN 'app' WHEN x[2] = y[2] THEN 'all' WHEN x && y THEN 'crosswise' ELSE 'none' END
  FROM errtrack.fingerprints(a) AS x, errtrack.fingerprints(b) AS y
$$;
CREATE FUNCTION pg_temp.shared(a text, b text) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.shared(pg_temp.of_text(a), pg_temp.of_text(b)) $$;
-- a Java trace of these calls, innermost first
CREATE FUNCTION pg_temp.java(calls text[], head text DEFAULT 'shop.LateError: order 7 is late') RETURNS text LANGUAGE sql AS
$$ SELECT head || string_agg(E'\n\tat ' || c || '(Shop.java:' || n || ')', '' ORDER BY n) FROM unnest(calls) WITH ORDINALITY AS x (c, n) $$;

--
-- How many keys there are: two where there are frames, otherwise one; each of 32 bytes, no two alike
--
SELECT what, cardinality(k) AS keys, array_length(k, 1) = (SELECT count(DISTINCT x) FROM unnest(k) AS x) AS different,
       (SELECT bool_and(octet_length(x) = 32) FROM unnest(k) AS x) AS of_32_bytes, k[1] = errtrack.fingerprint(event) AS first_is_fingerprint
FROM (VALUES
  (1, 'a trace', pg_temp.of_text(pg_temp.java('{shop.Cart.total,shop.Main.main}'))),
  (2, 'one frame', pg_temp.of_text(pg_temp.java('{shop.Cart.total}'))),
  (3, 'frames as JSON', '{"exception": [{"type": "E", "stacktrace": {"frames": [{"function": "f", "filename": "a.py"}]}}]}'),
  (4, 'a message', '{"message": "late"}'),
  (5, 'an exception without frames', '{"exception": [{"type": "E", "value": "v"}]}'),
  (6, 'a list of frames without any', '{"exception": [{"type": "E", "stacktrace": {"frames": []}}]}'),
  (7, 'a fingerprint of its own', pg_temp.of_text(pg_temp.java('{shop.Cart.total}')) || '{"fingerprint": ["a"]}'),
  (8, 'the default and more', pg_temp.of_text(pg_temp.java('{shop.Cart.total}')) || '{"fingerprint": ["{{ default }}", "a"]}'),
  (9, 'the default of a message', '{"message": "late", "fingerprint": ["{{ default }}", "a"]}'),
  (10, 'nothing', '{}')
) AS t (n, what, event), errtrack.fingerprints(event) AS k
ORDER BY n;
SELECT errtrack.fingerprints(NULL) IS NULL AS of_null_none;

--
-- What each key sees
--
SELECT change, pg_temp.shared(a, b)
FROM (VALUES
  (1, 'nothing', pg_temp.java('{org.springframework.core.Bean.get,shop.Cart.total,shop.Main.main}'), pg_temp.java('{org.springframework.core.Bean.get,shop.Cart.total,shop.Main.main}')),
  (2, 'another library frame above', pg_temp.java('{org.springframework.core.Bean.get,shop.Cart.total,shop.Main.main}'), pg_temp.java('{org.springframework.web.View.get,shop.Cart.total,shop.Main.main}')),
  (3, 'another library frame below', pg_temp.java('{shop.Cart.total,shop.Main.main,org.springframework.web.Filter.run}'), pg_temp.java('{shop.Cart.total,shop.Main.main,org.springframework.core.Timer.run}')),
  (4, 'one library frame more', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{org.springframework.web.View.get,shop.Cart.total,shop.Main.main}')),
  (4, 'a frame that a rule drops', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{java.util.Map.get,shop.Cart.total,shop.Main.main,java.lang.Thread.run}')),
  (5, 'another innermost in-app function', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.sum,shop.Main.main}')),
  (6, 'another class in the caller''s package', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.total,shop.Web.get}')),
  (7, 'another package of the caller', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.total,mail.Main.main}')),
  (8, 'another caller of the caller', pg_temp.java('{shop.Cart.total,shop.Main.main,shop.A.a}'), pg_temp.java('{shop.Cart.total,shop.Main.main,mail.B.b}')),
  (9, 'another class', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.total,shop.Main.main}', 'shop.LostError: order 7 is late')),
  (10, 'another package of the class', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.total,shop.Main.main}', 'mail.LateError: order 7 is late')),
  (11, 'another message', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Cart.total,shop.Main.main}', 'shop.LateError: lost')),
  (12, 'frames in another order', pg_temp.java('{shop.Cart.total,shop.Main.main,shop.A.a}'), pg_temp.java('{shop.Cart.total,shop.A.a,shop.Main.main}')),
  (13, 'what is at the end of one name and at the beginning of the next', pg_temp.java('{shop.Cart.total,shop.Main.main}'), pg_temp.java('{shop.Carttotal.t,shop.Main.main}'))
) AS t (n, change, a, b)
ORDER BY n;

-- only one in-app frame: who called it counts, whatever that is; nobody did: the message does
SELECT change, pg_temp.shared(a, b)
FROM (VALUES
  (1, 'one in-app frame: another library calls it', pg_temp.java('{shop.Cart.total,org.springframework.core.Timer.run}'), pg_temp.java('{shop.Cart.total,org.springframework.web.Filter.run}')),
  (2, '... another message', pg_temp.java('{shop.Cart.total,org.springframework.core.Timer.run}'), pg_temp.java('{shop.Cart.total,org.springframework.core.Timer.run}', 'shop.LateError: lost')),
  (3, '... another library is called', pg_temp.java('{org.springframework.core.Bean.get,shop.Cart.total,org.springframework.core.Timer.run}'), pg_temp.java('{org.springframework.web.View.get,shop.Cart.total,org.springframework.core.Timer.run}')),
  (4, 'one frame: another message', pg_temp.java('{shop.Cart.total}'), pg_temp.java('{shop.Cart.total}', 'shop.LateError: lost')),
  (5, '... another number in it', pg_temp.java('{shop.Cart.total}'), pg_temp.java('{shop.Cart.total}', 'shop.LateError: order 8 is late')),
  (6, '... in-app, above libraries', pg_temp.java('{org.springframework.core.Bean.get,shop.Cart.total}'), pg_temp.java('{org.springframework.web.View.get,shop.Cart.total}')),
  (7, 'no in-app frame: the innermost two', pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run,org.springframework.web.Filter.run}'), pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run,org.springframework.web.Filter.exit}')),
  (8, '... another second', pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run,org.springframework.web.Filter.run}'), pg_temp.java('{org.springframework.core.Bean.get,org.springframework.web.View.run,org.springframework.web.Filter.run}')),
  (9, '... another first', pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run,org.springframework.web.Filter.run}'), pg_temp.java('{org.springframework.web.View.get,org.springframework.core.Timer.run,org.springframework.web.Filter.run}')),
  (10, '... another message', pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run}'), pg_temp.java('{org.springframework.core.Bean.get,org.springframework.core.Timer.run}', 'shop.LateError: lost')),
  (11, '... a single one, another message', pg_temp.java('{org.springframework.core.Bean.get}'), pg_temp.java('{org.springframework.core.Bean.get}', 'shop.LateError: lost'))
) AS t (n, change, a, b)
ORDER BY n;

-- a helper that all call does not join what is unrelated; it joins one caller's events
SELECT count(DISTINCT errtrack.fingerprint(pg_temp.of_text(pg_temp.java(ARRAY['shop.util.Check.notNull', p || '.Page.show', 'shop.Main.main'])))) AS errors_of_four_packages
FROM unnest(ARRAY['shop.cart', 'shop.mail', 'shop.bank', 'shop.feed']) AS p;
SELECT count(DISTINCT errtrack.fingerprint(pg_temp.of_text(pg_temp.java(ARRAY['shop.util.Check.notNull', 'shop.cart.' || c || '.show', 'shop.Main.main'])))) AS errors_of_one_package
FROM unnest(ARRAY['Page', 'List', 'Item']) AS c;

--
-- The root cause decides; what wraps it, and how often, does not
--
\set cause 'Caused by: shop.StockError: no cups\n\tat shop.Stock.take(Stock.java:7)\n\tat shop.Cart.total(Cart.java:9)'
SELECT wrapper, pg_temp.shared(E'shop.CartError: no total\n\tat shop.Cart.total(Cart.java:12)\n' || E:'cause', trace || E:'cause')
FROM (VALUES
  (1, 'another class and message', E'shop.WebError: 500\n\tat shop.Cart.total(Cart.java:12)\n'),
  (2, 'another frame', E'shop.CartError: no total\n\tat shop.Web.get(Web.java:1)\n\tat org.springframework.web.Filter.run(Thread.java:1)\n'),
  (3, 'one more of them', E'shop.WebError: 500\n\tat shop.Web.get(Web.java:1)\nCaused by: shop.CartError: no total\n\tat shop.Cart.total(Cart.java:12)\n'),
  (4, 'none', E'')
) AS t (n, wrapper, trace)
ORDER BY n;
SELECT cause, pg_temp.shared(E'shop.CartError: no total\n\tat shop.Cart.total(Cart.java:12)\n' || E:'cause',
                             E'shop.CartError: no total\n\tat shop.Cart.total(Cart.java:12)\n' || changed)
FROM (VALUES
  (1, 'another class', replace(E:'cause', 'StockError', 'LockError')),
  (2, 'another frame', replace(E:'cause', 'Stock.take', 'Stock.give')),
  (3, 'another message', replace(E:'cause', 'cups', 'mugs')),
  (4, 'one that has no frames beneath it', E:'cause' || E'\nCaused by: shop.DiskError: full\n')
) AS t (n, cause, changed)
ORDER BY n;

--
-- Recursion: how often, and where in its round a stack was cut, depends on data
--
CREATE FUNCTION pg_temp.recursion(round text[], times int, above text[] DEFAULT '{}', below text[] DEFAULT '{shop.Main.main}') RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.java(above || (SELECT array_agg(c ORDER BY i, n) FROM generate_series(1, times) AS i, unnest(round) WITH ORDINALITY AS x (c, n)) || below) $$;
\set seven '{shop.A.a,shop.B.b,shop.C.c,shop.D.d,org.springframework.core.Bean.each,shop.E.e,shop.F.f}'
SELECT what, pg_temp.shared(a, b)
FROM (VALUES
  (1, 'one function, 10 and 1,000 deep', pg_temp.recursion('{shop.A.a}', 10), pg_temp.recursion('{shop.A.a}', 1000)),
  (2, '... and 2', pg_temp.recursion('{shop.A.a}', 2), pg_temp.recursion('{shop.A.a}', 1000)),
  (3, '... and not at all', pg_temp.recursion('{shop.A.a}', 1), pg_temp.recursion('{shop.A.a}', 1000)),
  (4, 'two functions', pg_temp.recursion('{shop.A.a,shop.B.b}', 10), pg_temp.recursion('{shop.A.a,shop.B.b}', 1000)),
  (5, 'seven functions', pg_temp.recursion(:'seven', 10), pg_temp.recursion(:'seven', 1000)),
  (6, '... below another', pg_temp.recursion(:'seven', 10, '{shop.X.x}'), pg_temp.recursion(:'seven', 999, '{shop.X.x}')),
  (7, '... below different ones', pg_temp.recursion(:'seven', 10, '{shop.X.x}'), pg_temp.recursion(:'seven', 10, '{shop.Y.y}')),
  (8, 'a repeated name within a round', pg_temp.recursion('{shop.A.a,shop.A.a,shop.B.b}', 10), pg_temp.recursion('{shop.A.a,shop.A.a,shop.B.b}', 500)),
  (9, 'an overflow that begins elsewhere in its round', pg_temp.recursion('{shop.A.a,shop.B.b,shop.C.c}', 300, '{}', '{}'), pg_temp.recursion('{shop.B.b,shop.C.c,shop.A.a}', 300, '{}', '{}')),
  (10, '... and ends in the middle of one', pg_temp.recursion('{shop.A.a,shop.B.b,shop.C.c}', 300, '{}', '{shop.A.a}'), pg_temp.recursion('{shop.C.c,shop.A.a,shop.B.b}', 341, '{}', '{shop.C.c,shop.A.a}')),
  (11, '... a round of two', pg_temp.recursion('{shop.A.a,mail.B.b}', 300, '{}', '{}'), pg_temp.recursion('{mail.B.b,shop.A.a}', 300, '{}', '{}')),
  (12, '... a round of seven', pg_temp.recursion(:'seven', 100, '{}', '{}'), pg_temp.recursion('{shop.E.e,shop.F.f,shop.A.a,shop.B.b,shop.C.c,shop.D.d,org.springframework.core.Bean.each}', 90, '{}', '{}')),
  (13, 'other functions', pg_temp.recursion('{shop.A.a,shop.B.b}', 10), pg_temp.recursion('{shop.A.a,shop.C.c}', 10)),
  (14, 'another order of the round', pg_temp.recursion('{shop.A.a,shop.B.b,shop.C.c}', 10, '{shop.X.x}'), pg_temp.recursion('{shop.A.a,shop.C.c,shop.B.b}', 10, '{shop.X.x}'))
) AS t (n, what, a, b)
ORDER BY n;

--
-- Frames without names
--
CREATE FUNCTION pg_temp.nameless(files text[], message text, named text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('platform', 'javascript', 'exception', jsonb_build_array(jsonb_build_object('type', 'TypeError', 'value', message,
    'stacktrace', jsonb_build_object('frames', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('filename', f, 'lineno', n, 'function', CASE WHEN n = cardinality(files) THEN named END)) ORDER BY n DESC)
                                                FROM unnest(files) WITH ORDINALITY AS x (f, n))))))
$$;
SELECT what, pg_temp.shared(a, b)
FROM (VALUES
  (1, 'a browser''s: another bundle', pg_temp.nameless('{https://shop.example/a.js,https://shop.example/b.js}', 'no cart'), pg_temp.nameless('{https://shop.example/c.js}', 'no cart')),
  (2, '... another message', pg_temp.nameless('{https://shop.example/a.js}', 'no cart'), pg_temp.nameless('{https://shop.example/a.js}', 'no mail')),
  (3, '... without a message, another bundle', pg_temp.nameless('{https://shop.example/a.js}', NULL), pg_temp.nameless('{https://shop.example/b.js}', NULL)),
  (4, 'a server''s: another file', pg_temp.nameless('{/srv/a.js}', 'no cart'), pg_temp.nameless('{/srv/b.js}', 'no cart')),
  (5, '... another message', pg_temp.nameless('{/srv/a.js}', 'no cart'), pg_temp.nameless('{/srv/a.js}', 'no mail')),
  (6, '... another fourth file', pg_temp.nameless('{/srv/a.js,/srv/b.js,/srv/c.js,/srv/d.js}', 'no cart'), pg_temp.nameless('{/srv/a.js,/srv/b.js,/srv/c.js,/srv/e.js}', 'no cart')),
  (7, '... another third file', pg_temp.nameless('{/srv/a.js,/srv/b.js,/srv/c.js,/srv/d.js}', 'no cart'), pg_temp.nameless('{/srv/a.js,/srv/b.js,/srv/x.js,/srv/d.js}', 'no cart')),
  (8, 'one has a name, another message', pg_temp.nameless('{/srv/a.js,/srv/b.js}', 'no cart', 'checkout'), pg_temp.nameless('{/srv/a.js,/srv/b.js}', 'no mail', 'checkout')),
  (9, '... and another name', pg_temp.nameless('{/srv/a.js,/srv/b.js}', 'no cart', 'checkout'), pg_temp.nameless('{/srv/a.js,/srv/b.js}', 'no cart', 'refund')),
  (10, 'minified names are none', pg_temp.nameless('{https://shop.example/a.js}', 'no cart', 'te'), pg_temp.nameless('{https://shop.example/a.js}', 'no cart', 'f'))
) AS t (n, what, a, b)
ORDER BY n;

--
-- Real traces: what changes from run to run, build to build and machine to machine changes no key
--
CREATE FUNCTION pg_temp.changed(trace text, pattern text, replacement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF trace !~ pattern OR regexp_replace(trace, pattern, replacement, 'g') = trace THEN
    RETURN 'nothing to change';
  END IF;
  RETURN regexp_replace(trace, pattern, replacement, 'g');
END $$;
\set fixtures :abs_srcdir '/test/'
SELECT file, change, pg_temp.shared(trace, pg_temp.changed(trace, pattern, replacement))
FROM (VALUES
  ('fixtures/python_price.txt', 'lines', 'line \d+', 'line 9'),
  ('fixtures/python_price.txt', 'folder', '/srv/shop/', '/home/ann/releases/20260107/'),
  ('fixtures/java_invoice.txt', 'lines', 'java:\d+', 'java:9'),
  ('fixtures/java_invoice.txt', 'loader', 'at shop\.', 'at app//shop.'),
  ('stacks/java/by_hand_names.txt', 'lambda number', 'Lambda.\d+/0x\w+', 'Lambda$99/0x00007f0000abcdef'),
  ('stacks/java/lambda.txt', 'lambda name', 'lambda\$(\w+)\$\d+', 'lambda$\1$9'),
  ('stacks/java/proxy.txt', 'proxy number', 'Proxy\d+', 'Proxy99'),
  ('stacks/java/by_hand_packaging.txt', 'jar', '\[\S+\.jar:[^]]*\]', '[other.jar:9]'),
  ('stacks/java/by_hand_packaging.txt', 'generated class', '\$\$1a2b3c4d', '$$99887766'),
  ('fixtures/javascript_cart.txt', 'lines', ':\d+:\d+', ':9:9'),
  ('fixtures/javascript_cart.txt', 'folder', '/srv/shop/', '/home/ann/shop-1.2/'),
  ('stacks/javascript/by_hand_webpack.txt', 'host', 'example\.com', 'example.org'),
  ('stacks/go/closure.txt', 'addresses', '0x[0-9a-f]+', '0xc000099999'),
  ('stacks/go/wrapped.txt', 'goroutine', 'goroutine \d+', 'goroutine 99'),
  ('stacks/go/wrapped.txt', 'folder', '/srv/go/', '/builds/ann/'),
  ('stacks/go/wrapped.txt', 'arguments', '\(0x[^)]*\)', '(...)'),
  ('fixtures/ruby_refund.txt', 'lines', ':(\d+):in', ':1\1:in'),
  ('fixtures/ruby_refund.txt', 'quotes of 3.4', '`', ''''),
  ('fixtures/php_coupon.txt', 'lines', '\((\d+)\)', '(1\1)'),
  ('fixtures/php_coupon.txt', 'folder', '/srv/shop/', '/var/www/releases/42/'),
  ('fixtures/dotnet_charge.txt', 'lines', 'cs:\d+', 'cs:9'),
  ('fixtures/dotnet_charge.txt', 'offsets and builds', '\[0x\w+\] in <\w+>:0', '[0x99] in <99999999999999999999999999999999>:0'),
  ('stacks/rust/full.txt', 'addresses', '0x[0-9a-f]{6,}', '0x7f9999999999'),
  ('stacks/rust/full.txt', 'lines', 'shop\.rs:\d+:\d+', 'shop.rs:9:9'),
  ('stacks/rust/divide.txt', 'compiler', '/rustc/\w+/', '/rustc/9999999999999999999999999999999999999999/'),
  ('stacks/native/asan_freed.txt', 'addresses', '0x[0-9a-f]{8,}', '0x99999999'),
  ('stacks/native/gdb_null.txt', 'lines', 'cc?:\d+', 'c:9'),
  ('stacks/dart/by_hand_flutter.txt', 'lines', ':\d+:\d+\)', ':9:9)'),
  ('stacks/erlang/elixir_nested.txt', 'lines', ':\d+:', ':9:'),
  ('stacks/perl/confess.txt', 'lines', 'line \d+', 'line 9'),
  ('stacks/lua/price.txt', 'lines', ':\d+:', ':9:'),
  ('stacks/plpgsql/nested.txt', 'lines', 'line \d+', 'line 9'),
  ('stacks/javascript/by_hand_webpack.txt', 'chunk hashes', '3f2a1c(9d)?', '998877\1'),
  ('stacks/kernel/by_hand_oops.txt', 'addresses', '[0-9a-f]{16}', 'ffff888099999999'),
  ('stacks/kernel/by_hand_oops.txt', 'offsets', '\+0x[0-9a-f]+/0x[0-9a-f]+', '+0x99/0x999'),
  ('stacks/bsd/by_hand_freebsd.txt', 'offsets', '\+0x[0-9a-f]+', '+0x99'),
  ('stacks/apple/by_hand_crash_report.txt', 'addresses', '0x[0-9a-f]{8,}', '0x0000000199999999')
) AS t (file, change, pattern, replacement), pg_read_file(:'fixtures' || file) AS trace
ORDER BY file COLLATE "C", change;

--
-- The same errors as SDKs report them (written by hand after the traces above): both keys are the same
--
CREATE FUNCTION pg_temp.sdk(platform text, type text, message text, frames text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('platform', platform, 'exception', jsonb_build_object('values', jsonb_build_array(
    jsonb_build_object('type', type, 'value', message, 'stacktrace', jsonb_build_object('frames', frames::jsonb)))))
$$;
SELECT file, pg_temp.shared(pg_temp.of_text(pg_read_file(:'fixtures' || file)), pg_temp.sdk(platform, type, message, frames))
FROM (VALUES
  ('fixtures/python_price.txt', 'python', 'TypeError', 'unsupported operand type(s) for *: ''float'' and ''str''',
   '[{"filename": "shop.py", "abs_path": "/app/shop.py", "module": "__main__", "function": "<module>", "lineno": 1, "in_app": true},
     {"filename": "shop.py", "abs_path": "/app/shop.py", "module": "shop", "function": "price", "lineno": 1, "in_app": true},
     {"filename": "shop.py", "abs_path": "/app/shop.py", "module": "shop", "function": "order_total", "lineno": 1, "in_app": true},
     {"filename": "shop.py", "abs_path": "/app/shop.py", "module": "shop", "function": "<genexpr>", "lineno": 1, "in_app": true},
     {"filename": "shop.py", "abs_path": "/app/shop.py", "module": "shop", "function": "line_total", "lineno": 1, "in_app": true}]'),
  ('fixtures/java_invoice.txt', 'java', 'ArithmeticException', 'Non-terminating decimal expansion; no exact representable decimal result.',
   '[{"module": "shop.Shop", "function": "main", "filename": "Shop.java", "lineno": 1, "in_app": true},
     {"module": "shop.Shop$Invoice", "function": "write", "filename": "Shop.java", "lineno": 1, "in_app": true},
     {"module": "shop.Shop$Invoice", "function": "text", "filename": "Shop.java", "lineno": 1, "in_app": true},
     {"module": "shop.Shop$Invoice", "function": "instalment", "filename": "Shop.java", "lineno": 1, "in_app": true},
     {"module": "java.math.BigDecimal", "function": "divide", "filename": "BigDecimal.java", "lineno": 1, "in_app": false}]'),
  ('fixtures/javascript_cart.txt', 'node', 'TypeError', 'Cannot read properties of undefined (reading ''pence'')',
   '[{"filename": "node:internal/modules/cjs/loader", "module": "loader", "function": "Module._load", "in_app": false},
     {"filename": "node:internal/modules/cjs/loader", "module": "loader", "function": "Module.load", "in_app": false},
     {"filename": "node:internal/modules/cjs/loader", "module": "loader", "function": "Module._extensions..js", "in_app": false},
     {"filename": "node:internal/modules/cjs/loader", "module": "loader", "function": "Module._compile", "in_app": false},
     {"filename": "/app/shop.js", "module": "shop", "function": "Object.<anonymous>", "in_app": true},
     {"filename": "/app/shop.js", "module": "shop", "function": "cart", "in_app": true},
     {"filename": "/app/shop.js", "module": "shop", "function": "Cart.checkout", "in_app": true},
     {"filename": "/app/shop.js", "module": "shop", "function": "Cart.total", "in_app": true},
     {"filename": "<anonymous>", "function": "Array.reduce", "in_app": false},
     {"filename": "/app/shop.js", "module": "shop", "function": "?", "in_app": true}]'),
  ('stacks/go/nil.txt', 'go', 'runtime error', 'invalid memory address or nil pointer dereference',
   '[{"module": "main", "function": "main", "filename": "main.go", "abs_path": "/builds/shop/main.go", "in_app": true},
     {"module": "shop/cart", "function": "(*Cart).OwnerName", "filename": "cart/cart.go", "abs_path": "/builds/shop/cart/cart.go", "in_app": true}]'),
  ('fixtures/ruby_refund.txt', 'ruby', 'ArgumentError', 'no setting ''bank_code''',
   '[{"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "<main>", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "block in <main>", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "pay", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "account", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "fetch!", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "fetch", "in_app": true},
     {"filename": "shop.rb", "abs_path": "/app/shop.rb", "function": "block in fetch!", "in_app": true}]'),
  ('fixtures/php_coupon.txt', 'php', 'DivisionByZeroError', 'Division by zero',
   '[{"filename": "/shop.php", "abs_path": "/app/shop.php", "function": null, "in_app": true},
     {"filename": "/shop.php", "abs_path": "/app/shop.php", "function": "Shop\\Coupon::apply", "in_app": true},
     {"filename": "/shop.php", "abs_path": "/app/shop.php", "function": "Shop\\Coupon::share", "in_app": true},
     {"filename": "[internal]", "function": "array_map", "in_app": false},
     {"filename": "/shop.php", "abs_path": "/app/shop.php", "function": "Shop\\Coupon::Shop\\{closure}", "in_app": true}]'),
  ('fixtures/dotnet_charge.txt', 'csharp', 'System.Collections.Generic.KeyNotFoundException', 'The given key ''test'' was not present in the dictionary.',
   '[{"module": "Shop.Billing", "function": "Charge(String order)", "filename": "Shop.cs", "abs_path": "/app/Shop.cs", "in_app": true},
     {"module": "Shop.Bank", "function": "Key(String account)", "filename": "Shop.cs", "abs_path": "/app/Shop.cs", "in_app": true},
     {"module": "System.Collections.Generic.Dictionary`2", "function": "get_Item(TKey key)", "in_app": false}]')
) AS t (file, platform, type, message, frames)
ORDER BY file COLLATE "C";
