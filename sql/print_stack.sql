-- Shows what errtrack.print_stack() prints: that parse_stack() reads the same in it as in the traces of test/stacks, where
-- a language's own form holds all of that; what it looks like; that nothing makes it fail, or grow beyond its bounds.
\getenv abs_srcdir PG_ABS_SRCDIR
\pset format unaligned
\pset null (null)
\set stacks :abs_srcdir '/test/stacks/'

-- a file's text; null where it is not UTF-8, which no text in this database is
CREATE FUNCTION pg_temp.text_of(path text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN convert_from(pg_read_binary_file(path, 0, 10000000), 'UTF8');
EXCEPTION WHEN character_not_in_repertoire THEN
  RETURN NULL;
END $$;

-- What parse_stack() read, as an SDK reports it. The separator takes a frame's module off its function, as SDKs do;
-- the address is that of all frames; library: a frame's module is that.
CREATE FUNCTION pg_temp.sdk(exceptions jsonb, separator text DEFAULT NULL, address text DEFAULT NULL, library boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
  WITH frame AS (
    SELECT n, m, f, f ->> 'function' AS function, f ->> 'module' || separator AS prefix
    FROM jsonb_array_elements(exceptions) WITH ORDINALITY AS x (e, n), jsonb_array_elements(e -> 'frames') WITH ORDINALITY AS y (f, m)
  ), frames AS (
    SELECT n, jsonb_agg(jsonb_build_object('filename', f -> 'file', 'lineno', f -> 'line', 'colno', f -> 'column', 'module', f -> 'module', 'instruction_addr', address,
                                           'function', CASE WHEN starts_with(function, prefix) THEN substr(function, length(prefix) + 1) ELSE function END,
                                           'package', CASE WHEN library THEN f -> 'module' END) ORDER BY m DESC) AS frames
    FROM frame GROUP BY n
  )
  SELECT jsonb_agg(jsonb_build_object('type', e -> 'type', 'value', e -> 'value', 'stacktrace', jsonb_build_object('frames', coalesce(frames, '[]'))) ORDER BY n DESC)
  FROM jsonb_array_elements(exceptions) WITH ORDINALITY AS x (e, n) LEFT JOIN frames USING (n)
$$;

-- What must come back. What languages print where nothing is known is the same as nothing.
CREATE FUNCTION pg_temp.told(exceptions jsonb, columns boolean) RETURNS text LANGUAGE sql AS $$
  WITH frame AS (
    SELECT n, m, concat_ws(' | ', '  ', coalesce(nullif(nullif(nullif(f ->> 'function', '??'), '{main}'), ''), '~'),
                           coalesce(nullif(nullif(f ->> 'file', '<anonymous>'), ''), '~'), coalesce(f ->> 'line', '~'), CASE WHEN columns THEN coalesce(f ->> 'column', '~') END) AS line
    FROM jsonb_array_elements(exceptions) WITH ORDINALITY AS x (e, n), jsonb_array_elements(e -> 'frames') WITH ORDINALITY AS y (f, m)
  ), line AS (
    SELECT n, 0 AS m, concat_ws(' | ', 'exception', coalesce(e ->> 'type', '~'), coalesce(nullif(btrim(replace(e ->> 'value', E'\r\n', E'\n'), E' \t\n'), ''), '~')) AS line
    FROM jsonb_array_elements(exceptions) WITH ORDINALITY AS x (e, n)
    UNION ALL SELECT n, m, line FROM frame
  )
  SELECT string_agg(line, E'\n' ORDER BY n, m) FROM line
$$;

--
-- Printed and read again
--
CREATE TEMP TABLE form AS SELECT * FROM (VALUES
  -- columns are printed; what is between a module and a function; frames of compiled code have addresses, and libraries
  ('python', false, NULL, NULL, false), ('java', false, '.', NULL, false), ('javascript', true, NULL, NULL, false), ('go', false, '.', NULL, false), ('ruby', false, '#', NULL, false),
  ('php', false, '::', NULL, false), ('dotnet', false, '.', NULL, false), ('rust', true, '::', NULL, false), ('native', true, NULL, '0x00000000004f6b78', false),
  ('apple', false, NULL, '0x00000000004f6b78', true), ('dart', true, NULL, NULL, false), ('erlang', false, NULL, NULL, false), ('perl', false, '::', NULL, false), ('lua', false, NULL, NULL, false),
  ('r', false, NULL, NULL, false)) AS v (platform, columns, separator, address, library);
CREATE TEMP TABLE trip AS
SELECT platform, language || '/' || file AS trace, exceptions, pg_temp.told(exceptions, columns) AS wanted, pg_temp.told(errtrack.parse_stack(printed, platform) -> 'exceptions', columns) AS got, printed,
       printed IS DISTINCT FROM errtrack.print_stack(pg_temp.sdk(exceptions, separator, address, library), platform) AS otherwise
FROM pg_ls_dir(:'stacks') AS language, LATERAL (SELECT replace(f, '.txt', '') FROM pg_ls_dir(:'stacks' || language) AS f WHERE f LIKE '%.txt') AS x (file),
     LATERAL errtrack.parse_stack(pg_temp.text_of(:'stacks' || language || '/' || file || '.txt')) AS p, LATERAL (SELECT p ->> 'platform', p -> 'exceptions') AS y (platform, exceptions)
     JOIN form USING (platform), LATERAL errtrack.print_stack(pg_temp.sdk(exceptions, NULL, address, library), platform) AS printed
WHERE language NOT IN ('check', 'read.c') AND file NOT LIKE 'found\_%' AND jsonb_array_length(exceptions) > 0;
SELECT platform, count(*) FILTER (WHERE wanted = got) AS same, count(*) FILTER (WHERE wanted IS DISTINCT FROM got) AS different FROM trip GROUP BY platform ORDER BY platform;
-- What differs is of these kinds. What stands above the frames is not what that language's runtime prints: a browser's, a
-- debugger's, a logger's words, a report of other tools (assertions and what valgrind and UBSan find; clojure_report, ANR;
-- erl_*, whose crash reports name a reason as the type; Python's fatal errors; a race in Go). Frames that this language's
-- runtime does not print: native code and Safari's in Node.js's form; Go functions without a package; places
-- without a function in Perl and Ruby; Dart's without symbols; Ruby's of Oracle; .NET's with an assembly in
-- place of a file. Lines within a message that are taken for its end or lose their place: Rust's by_hand_old, Ruby's
-- by_hand_rails_log, Node.js's indented causes.
SELECT platform, string_agg(trace, ' ' ORDER BY trace) AS different FROM trip WHERE wanted IS DISTINCT FROM got GROUP BY platform ORDER BY platform;
-- a function whose module is beside it is printed like one that names it itself
SELECT trace FROM trip WHERE otherwise ORDER BY trace;
-- all that is known is printed, also where it is not read again: every type, message, function and file
SELECT platform, trace, what, missing FROM trip,
  LATERAL (SELECT 'type', e ->> 'type' FROM jsonb_array_elements(exceptions) AS e UNION ALL SELECT 'line of value', btrim(v, E' \t\r') FROM jsonb_array_elements(exceptions) AS e, regexp_split_to_table(e ->> 'value', '\n') AS v
           UNION ALL SELECT 'function', f ->> 'function' FROM jsonb_array_elements(exceptions) AS e, jsonb_array_elements(e -> 'frames') AS f UNION ALL SELECT 'file', f ->> 'file' FROM jsonb_array_elements(exceptions) AS e, jsonb_array_elements(e -> 'frames') AS f) AS x (what, missing)
WHERE missing <> '' AND strpos(printed, missing) = 0 ORDER BY 1, 2, 3, 4 LIMIT 30;

--
-- What it looks like: a cause and what it caused, as SDKs report them
--
CREATE FUNCTION pg_temp.frame(function text, module text, file text, line int, other jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('function', function, 'module', module, 'filename', file, 'lineno', line)) || other
$$;
CREATE FUNCTION pg_temp.two(cause_type text, cause text, cause_frame jsonb, type text, value text, VARIADIC frames jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('values', jsonb_build_array(jsonb_build_object('type', cause_type, 'value', cause, 'stacktrace', jsonb_build_object('frames', jsonb_build_array(cause_frame))),
                                                        jsonb_build_object('type', type, 'value', value, 'stacktrace', jsonb_build_object('frames', to_jsonb(frames)))))
$$;
\pset tuples_only on
-- a frame without a line, then one that has all, innermost last; a message of two lines
SELECT '-- ' || platform || E'\n' || errtrack.print_stack(e, platform) FROM (VALUES
  ('python', pg_temp.two('KeyError', '''cup''', pg_temp.frame('find', 'shop.cart', '/srv/cart.py', 7, '{"context_line": "        return PRICES[sku]\r\n"}'), 'PriceError', E'no price for cup\nask the owner', pg_temp.frame('<module>', NULL, '/srv/shop.py', NULL), pg_temp.frame('total', 'shop.cart', 'cart.py', 12, '{"abs_path": "/srv/cart.py", "colno": 3, "context_line": ""}'))),
  ('kotlin', pg_temp.two('java.util.NoSuchElementException', 'cup', pg_temp.frame('getValue', 'kotlin.collections.MapsKt', 'Maps.kt', 7), 'PriceException', E'no price for cup\nask the owner', pg_temp.frame('invoke0', 'jdk.internal.reflect.NativeMethodAccessorImpl', NULL, -2), pg_temp.frame('total', 'shop.Cart', 'Cart.kt', 12))),
  ('node', pg_temp.two('RangeError', 'cup', pg_temp.frame('find', 'prices', '/srv/prices.js', 7, '{"colno": 9}'), 'PriceError', E'no price for cup\nask the owner', pg_temp.frame('?', NULL, '/srv/shop.js', NULL), pg_temp.frame('Cart.total', 'cart', '/srv/cart.js', 12, '{"colno": 3}'))),
  ('ruby', pg_temp.two('KeyError', 'key not found: cup', pg_temp.frame('fetch', 'Hash', 'prices.rb', 7), 'Shop::PriceError', E'no price for cup\nask the owner', pg_temp.frame('<main>', NULL, 'shop.rb', NULL), pg_temp.frame('total', 'Shop::Cart', 'cart.rb', 12))),
  ('php', pg_temp.two('OutOfBoundsException', 'cup', pg_temp.frame('find', NULL, '/srv/prices.php', 7), 'Shop\PriceException', E'no price for cup\nask the owner', pg_temp.frame(NULL, NULL, '/srv/shop.php', 4), pg_temp.frame('array_map', NULL, NULL, NULL), pg_temp.frame('Shop\Cart::total', NULL, '/srv/cart.php', 12))),
  ('go', pg_temp.two('*errors.errorString', 'cup', pg_temp.frame('find', 'shop/prices', '/srv/prices.go', 7), '*fmt.wrapError', 'no price for cup', pg_temp.frame('main', 'main', '/srv/main.go', 9), pg_temp.frame('main.func1', 'main', '/srv/main.go', 12), pg_temp.frame('(*Cart).Total', 'shop/cart', '/srv/cart.go', 12))),
  ('go', jsonb_build_array(jsonb_build_object('type', 'runtime error', 'value', 'index out of range [5] with length 3', 'stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame('main', 'main', NULL, NULL), pg_temp.frame('(*Cart).Total', 'shop/cart', '/srv/cart.go', 12)))))),
  ('csharp', pg_temp.two('System.Collections.Generic.KeyNotFoundException', 'cup', pg_temp.frame('Find(String sku)', 'Shop.Prices', '/srv/Prices.cs', 7), 'Shop.PriceException', E'no price for cup\nask the owner', pg_temp.frame('Main', 'Shop.Program', NULL, NULL), pg_temp.frame('Total', 'Shop.Cart', '/srv/Cart.cs', 12))),
  ('rust', jsonb_build_array('{"type": "panic", "value": "no price for cup"}'::jsonb || jsonb_build_object('stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame('main', 'shop', NULL, NULL), pg_temp.frame('shop::cart::total', 'shop::cart', 'src/cart.rs', 12, '{"colno": 5}'), pg_temp.frame('core::panicking::panic', NULL, '/rustc/5980/library/core/src/panicking.rs', 80)))))),
  ('rust', pg_temp.two('NotFound', 'cup', NULL, 'PriceError', 'no price for cup', pg_temp.frame('main', 'shop', 'src/main.rs', 9))),
  ('native', pg_temp.two('std::out_of_range', 'map::at', pg_temp.frame('shop::find(int)', NULL, '/srv/prices.cc', 7), 'SIGSEGV', 'Segmentation fault', pg_temp.frame('start', NULL, NULL, NULL, '{"package": "/lib/libc.so.6", "instruction_addr": "0x7f0012"}'), pg_temp.frame(NULL, NULL, NULL, NULL, '{"instruction_addr": "0x7f0034"}'), pg_temp.frame('shop::total(int)', NULL, '/srv/cart.cc', 12, '{"instruction_addr": "0x4f6b78", "colno": 3}'))),
  ('cocoa', pg_temp.two('NSRangeException', 'index 3 beyond bounds', pg_temp.frame('-[Cart priceAtIndex:]', NULL, 'Cart.m', 7, '{"package": "Shop", "instruction_addr": "0x100003a1c"}'), 'EXC_BAD_ACCESS', 'KERN_INVALID_ADDRESS at 0x18', pg_temp.frame('main', NULL, NULL, NULL, '{"package": "Shop", "instruction_addr": "0x100003b00"}'), pg_temp.frame('Cart.total(of:)', NULL, '/srv/Cart.swift', 12, '{"package": "Shop", "instruction_addr": "0x100003c00", "colno": 9}'))),
  ('dart', pg_temp.two('StateError', 'Bad state: no element', pg_temp.frame('List.first', NULL, 'dart:core/list.dart', 7), 'PriceError', 'no price for cup', pg_temp.frame('main', NULL, 'package:shop/main.dart', NULL), pg_temp.frame('Cart.total', NULL, 'package:shop/cart.dart', 12, '{"colno": 5}'))),
  ('elixir', pg_temp.two('KeyError', 'key "cup" not found', pg_temp.frame('Map.fetch!/2', 'Elixir.Map', 'lib/map.ex', 7), 'exit', 'exited in: GenServer.call(Shop.Cart, :total)', pg_temp.frame('Shop.main/0', 'Elixir.Shop', 'lib/shop.ex', NULL), pg_temp.frame('GenServer.call/3', 'Elixir.GenServer', 'lib/gen_server.ex', 12))),
  ('erlang', jsonb_build_array('{"type": "error", "value": "no match of right hand value 7"}'::jsonb || jsonb_build_object('stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame('shop:main/0', 'shop', NULL, NULL), pg_temp.frame('cart:total/1', 'cart', 'cart.erl', 12)))))),
  ('perl', pg_temp.two('Shop::Missing', 'cup', pg_temp.frame('find', 'Shop::Prices', 'Prices.pm', 7), NULL, 'no price for cup', pg_temp.frame(NULL, NULL, 'shop.pl', 4), pg_temp.frame('eval {...}', NULL, 'shop.pl', 3), pg_temp.frame('total', 'Shop::Cart', 'Cart.pm', 12))),
  ('lua', jsonb_build_array('{"value": "no price for cup"}'::jsonb || jsonb_build_object('stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame(NULL, NULL, '[C]', NULL), pg_temp.frame('main chunk', NULL, 'shop.lua', 20), pg_temp.frame('<cart.lua:9>', NULL, 'cart.lua', 11), pg_temp.frame('total', NULL, 'cart.lua', 12)))))),
  ('r', pg_temp.two(NULL, 'cup', pg_temp.frame('find', NULL, NULL, NULL), 'price_error', 'no price for cup', pg_temp.frame('main', NULL, NULL, NULL), pg_temp.frame('total', NULL, 'cart.R', 12))),
  ('postgresql', pg_temp.two('P0002', 'cup', pg_temp.frame('shop.find(text)', NULL, NULL, 7), 'P0001', E'no price for cup\nask the owner', pg_temp.frame(NULL, NULL, 'shop.sql', 9), pg_temp.frame('shop.total(integer)', NULL, 'cart.sql', 12, '{"colno": 3}'))),
  (NULL, pg_temp.two('Missing', 'cup', NULL, 'PriceError', 'no price for cup', pg_temp.frame('run', 'shop.main', 'main.cob', 9), pg_temp.frame(NULL, NULL, NULL, NULL)))) AS v (platform, e);
-- WebAssembly: with a function's number and without, and as SDKs report it that take its place for a file
SELECT errtrack.print_stack('[{"type": "RuntimeError", "value": "unreachable", "stacktrace": {"frames": [{"function": "async Promise.all"}, {"function": "Array.map", "filename": "<anonymous>"}, {"filename": "native"},
  {"function": "wasm-function[5]"}, {"function": "wasm-function[6]", "filename": "wasm://wasm/0dfc9e12:wasm-function[6]:0x2c"}, {"function": "wasm-function[4]", "filename": "cart.js", "lineno": 12, "instruction_addr": "0x2a"}, {"function": "shop::sum(int*)", "filename": "wasm://wasm/0dfc9e12:wasm-function[3]:0x2a"},
  {"function": "shop.wasm.total", "filename": "https://shop.example.com/shop.wasm", "instruction_addr": "0x1a2b"}, {"function": "wasm-function[12]", "filename": "wasm://wasm/0dfc9e12", "instruction_addr": "0x1f"}]}}]', 'javascript');
-- Python: what was raised while another exception was handled, what belongs to a module, and what is the language's own
SELECT errtrack.print_stack('[{"type": "KeyError", "module": "builtins", "value": "''cup''", "mechanism": {"type": "chained", "source": "__context__"}}, {"type": "PriceError", "module": "shop.errors", "value": "no price"}]', 'python');
SELECT errtrack.print_stack('[{"type": "PriceException", "module": "shop.errors", "value": "no price"}]', 'java');
-- without frames; without a type; without a message; one object and no array; what PHP reports without an exception
SELECT platform, errtrack.print_stack('[{"type": "E", "value": "no price"}]', platform), errtrack.print_stack('[{"value": "no price"}]', platform), errtrack.print_stack('{"type": "E"}', platform) FROM form ORDER BY platform COLLATE "C";
SELECT errtrack.print_stack('[{"type": "Warning", "value": "Undefined variable $total", "stacktrace": {"frames": [{"filename": "/srv/cart.php", "lineno": 12}]}}]', 'php');
-- the file and line of every frame are printed, whatever else is known: with and without a type, a message, functions, other frames, a cause
CREATE TEMP TABLE shape AS
SELECT frames, causes, (SELECT jsonb_agg(jsonb_build_object('type', type, 'value', value, 'stacktrace', jsonb_build_object('frames',
                          (SELECT jsonb_agg(pg_temp.frame(function, NULL, format('/srv/e%sf%s.x', e, f), 1000 + 10 * e + f) ORDER BY f DESC) FROM generate_series(1, frames) AS f))) ORDER BY e DESC) FROM generate_series(1, causes) AS e) AS exceptions
FROM unnest(ARRAY['E', NULL]) AS type, unnest(ARRAY['no price', NULL]) AS value, unnest(ARRAY['total', NULL]) AS function, generate_series(1, 2) AS frames, generate_series(1, 2) AS causes;
SELECT platform, exceptions, p FROM (SELECT platform FROM form UNION ALL VALUES ('elixir'), (NULL)) AS f (platform), shape, errtrack.print_stack(exceptions, platform) AS p
WHERE EXISTS (SELECT FROM generate_series(1, causes) AS e, generate_series(1, frames) AS f WHERE strpos(p, format('/srv/e%sf%s.x', e, f)) = 0 OR strpos(p, (1000 + 10 * e + f)::text) = 0) LIMIT 5;
-- R and PHP have places for it that are read again
SELECT platform, p, jsonb_path_query_array(errtrack.parse_stack(p, platform), '$.exceptions[*].frames[*].file') AS read FROM (VALUES
  ('r', pg_temp.two('E', 'cup', pg_temp.frame('find', NULL, 'find.R', 7), 'E', 'no price', pg_temp.frame(NULL, NULL, 'cart.R', 12))), ('r', jsonb_build_array(jsonb_build_object('value', 'no price', 'stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame(NULL, NULL, 'cart.R', 12)))))),
  ('php', jsonb_build_array(jsonb_build_object('stacktrace', jsonb_build_object('frames', jsonb_build_array(pg_temp.frame('main', NULL, '/srv/shop.php', 4), pg_temp.frame('total', NULL, '/srv/cart.php', 12))))))) AS v (platform, e), errtrack.print_stack(e, platform) AS p;
-- Ruby's message of two lines that end as on Windows
SELECT errtrack.print_stack('[{"type": "E", "value": "no price\r\nask the owner"}]', 'ruby');
-- frames that hold nothing: Erlang and Elixir have no words for them
SELECT platform, errtrack.print_stack('[{"stacktrace": {"frames": [{}, {"lineno": 3}]}}]', platform), errtrack.print_stack('[{"value": "no price", "stacktrace": {"frames": [{}, {"function": "shop:total/1"}, {}]}}]', platform) FROM unnest(ARRAY['erlang', 'elixir']) AS platform;
SELECT errtrack.print_stack('[{"type": "E"}, {"stacktrace": {"frames": [{}, {"function": "Shop.total/1"}, {}]}}]', 'elixir');
-- objects where a name is expected, of which what is printed is enough: cut, with dots behind it, as if all of it had been there
SELECT n, platform, octet_length(p) AS bytes, p = errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', t, 'value', t, 'stacktrace', jsonb_build_object('frames', jsonb_build_array(jsonb_build_object('function', t, 'filename', t))))), platform) AS same
FROM unnest(ARRAY[10, 199, 200, 1637, 1638, 1639, 3000]) AS n, LATERAL (SELECT jsonb_build_array(repeat('€', n / 3), repeat('x', n % 3))) AS j (j), LATERAL (SELECT j::text) AS x (t), unnest(ARRAY['java', 'ruby']) AS platform,
  errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', j, 'value', j, 'stacktrace', jsonb_build_object('frames', jsonb_build_array(jsonb_build_object('function', j, 'filename', j))))), platform) AS p;
-- numbers: alone and among others
SELECT n, errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', n::jsonb, 'value', jsonb_build_object('a', jsonb_build_array(n::jsonb, 7))))) FROM unnest(ARRAY['1e39', '1e40', '-1e38', '-1e39', '1e-38', '1e-39', '1e999', '1e131071', '1e-16383', '0.0001', '12345678901234567890.1234567890123456789', '12345678901234567890.12345678901234567890']) AS n;

--
-- Anything may come
--
SELECT e, platform FROM unnest(ARRAY['null', 'true', '7', '"text"', '[]', '{}', '[[]]', '[null, 7, "x", [], {}]', '{"values": []}', '{"values": 7}', '{"values": {"values": []}}', '[{"type": null, "value": null, "stacktrace": null}]',
  '[{"stacktrace": {"frames": []}}]', '[{"stacktrace": {"frames": {}}}]', '[{"stacktrace": {"frames": "x"}}]', '[{"stacktrace": []}]', '[{"stacktrace": {"frames": [null, 7, "x", []]}}]']::jsonb[]) AS e, (SELECT platform FROM form UNION ALL SELECT NULL) AS p (platform)
WHERE errtrack.print_stack(e, platform) IS NOT NULL ORDER BY 1, 2;
SELECT errtrack.print_stack(NULL), errtrack.print_stack(NULL, 'python'), errtrack.print_stack('[]', NULL);
-- members of other types are printed as JSON, or as nothing where they must be something
SELECT errtrack.print_stack('[{"type": {"a": [1]}, "value": 7.50, "module": [], "mechanism": [], "stacktrace": {"frames": [{"function": ["f"], "filename": true, "lineno": "12", "colno": {}, "context_line": 3, "instruction_addr": "0xzz", "package": {}}, {"function": "g", "filename": "a.py", "lineno": 99999999999, "abs_path": null}, {"filename": "a.py", "lineno": -3}]}}]', platform)
FROM unnest(ARRAY['python', 'native', 'php']) AS platform;
\pset tuples_only off
-- What is hostile, in every member, and in every language
CREATE TEMP TABLE hostile_event AS
SELECT what, e FROM (VALUES
  ('controls', (SELECT string_agg(chr(c), '') FROM generate_series(1, 159) AS c WHERE c NOT BETWEEN 32 AND 126)), ('escape', E'\x1b]0;owned\x07\x1b[2J\u009b31m'), ('lines', E'a\n  File "b.py", line 1, in c\r\n\tat d(E.java:1)\n'),
  ('1 MB', repeat('x', 1048576)), ('1 MB of three bytes a character', repeat('€', 349525)), ('1 MB of lines', repeat(E'\n', 1048576)), ('1 MB of what is escaped', repeat(E'\x01', 1048576)), ('deep', repeat('(', 100000)),
  ('formats', '%s%n%1$s {0} $1 \1 ''"`<>()[]{}'), ('blank', ' '), ('none', '')) AS v (what, text),
  LATERAL (SELECT jsonb_build_object('function', text, 'module', text, 'filename', text, 'abs_path', text, 'lineno', text, 'colno', text, 'context_line', text, 'package', text, 'instruction_addr', text)) AS f (f),
  LATERAL (SELECT to_jsonb(array_fill(jsonb_build_object('type', text, 'value', text, 'module', text, 'mechanism', jsonb_build_object('source', text), 'stacktrace', jsonb_build_object('frames', jsonb_build_array(f))), ARRAY[CASE WHEN length(text) > 1000 THEN 1 ELSE 3 END]))) AS e (e);
CREATE TEMP TABLE hostile AS
SELECT what, platform, errtrack.print_stack(e, platform) AS printed FROM hostile_event, (SELECT platform FROM form UNION ALL SELECT NULL) AS p (platform);
SELECT what, count(*) AS printed, bool_or(printed ~ '[\x01-\x08\x0b-\x1f\x7f-\x9f]') AS controls, max(octet_length(printed)) <= 1048576 + 40 AS bounded, max(octet_length(printed)) < 300000 AS small FROM hostile GROUP BY what ORDER BY what;
-- names stay on their lines: what a name holds begins no line
SELECT platform FROM hostile WHERE what = 'lines' AND printed ~ '\n\tat d\(E.java:1\)\\x0a$';
SELECT errtrack.print_stack('[{"type": "E", "value": "red \u001b[31m\ttab\u0085\u007f", "stacktrace": {"frames": [{"function": "f\n\u001b", "filename": "a\r\nb", "lineno": 1}]}}]', 'python');
-- nesting: 5,000 levels where text is expected; and exceptions within exceptions are none
SELECT length(errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'value', (repeat('[', 5000) || repeat(']', 5000))::jsonb)))), errtrack.print_stack('{"values": [[{"type": "inner"}], {"values": [{"type": "inner"}]}, {"type": "outer"}]}');

--
-- Many
--
CREATE FUNCTION pg_temp.frames(n int, module text, ending text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_agg(jsonb_build_object('function', 'f' || i, 'module', module, 'filename', '/srv/a' || i || ending, 'lineno', i, 'instruction_addr', '0x4f6b78') ORDER BY i DESC) FROM generate_series(1, n) AS i
$$;
-- 100 frames stay of 1,000: the 50 at both ends, with a line that says so; and they are read again
SELECT platform, array_length(regexp_split_to_array(p, '\n'), 1) AS lines, substring(p FROM '\n([^\n]*900[^\n]*)\n') AS gap, jsonb_array_length(read) AS read, read -> 0 ->> 'line' AS first, read -> 49 ->> 'line' AS before, read -> 50 ->> 'line' AS behind, read -> 99 ->> 'line' AS last, substring(p FROM '\n([^\n]*f1000[^\n]*)') AS outermost
FROM (VALUES ('python', '.py', 'shop'), ('java', '.java', 'shop.Cart'), ('javascript', '.js', 'shop'), ('ruby', '.rb', NULL), ('php', '.php', NULL), ('go', '.go', 'shop/cart'), ('dotnet', '.cs', 'Shop.Cart'), ('rust', '.rs', 'shop'), ('native', '.c', NULL), ('apple', '.swift', NULL), ('dart', '.dart', NULL), ('perl', '.pl', 'Shop'), ('lua', '.lua', NULL), ('r', '.R', NULL), (NULL, '.x', 'shop')) AS v (platform, ending, module),
  LATERAL (SELECT CASE platform WHEN 'go' THEN 'panic' WHEN 'rust' THEN 'panic' WHEN 'native' THEN 'SIGSEGV' WHEN 'apple' THEN 'NSRangeException' WHEN 'lua' THEN NULL WHEN 'dotnet' THEN 'System.Error' WHEN 'r' THEN NULL ELSE 'ValueError' END) AS t (type),
  LATERAL errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', type, 'value', 'no price', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(1000, module, ending)))), platform) AS p, LATERAL (SELECT errtrack.parse_stack(p, platform) #> '{exceptions,0,frames}') AS x (read);
-- exactly as many are all printed; one more is one left out
SELECT n, substring(p FROM '\.\.\. frames[^\n]*') AS gap, regexp_count FROM unnest(ARRAY[99, 100, 101]) AS n, errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', pg_temp.frames(n, 'm', '.x'))))) AS p, LATERAL (SELECT count(*) FROM regexp_matches(p, '^  at ', 'gn')) AS c (regexp_count);
-- where the outer half are no frames, the line stands at that end; where the inner half are none, at the other; where none is one, alone
SELECT platform, substring(inner_half FROM length(inner_half) - 62) AS inner_half, left(outer_half, 100) AS outer_half, none
FROM (SELECT platform FROM form UNION ALL VALUES ('elixir'), (NULL)) AS f (platform), LATERAL (SELECT jsonb_agg(pg_temp.frame('f' || i, NULL, 'a', i) ORDER BY i) FROM generate_series(1, 100) AS i) AS y (frames), LATERAL (SELECT to_jsonb(array_fill(7, ARRAY[100]))) AS z (nothing),
  errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', nothing || frames))), platform) AS inner_half, errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', frames || nothing))), platform) AS outer_half,
  errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', nothing || nothing))), platform) AS none ORDER BY platform COLLATE "C";
SELECT platform, type, causes, n, gaps FROM (SELECT platform FROM form UNION ALL VALUES ('elixir'), (NULL)) AS f (platform), unnest(ARRAY['E', 'panic', 'NSRangeException', 'SIGSEGV', 'Warning', NULL]) AS type, generate_series(1, 2) AS causes, unnest(ARRAY[0, 49, 50, 51, 100, 150, 151, 199, 200]) AS n,
  LATERAL (SELECT jsonb_agg(CASE WHEN i <= n THEN '7' ELSE pg_temp.frame('f' || i, NULL, 'a', i) END ORDER BY i) FROM generate_series(1, 200) AS i) AS y (frames), LATERAL (SELECT jsonb_build_object('type', type, 'value', 'no price', 'stacktrace', jsonb_build_object('frames', frames))) AS e (e),
  errtrack.print_stack(to_jsonb(array_fill(e, ARRAY[causes])), platform) AS p, LATERAL (SELECT count(*) FROM regexp_matches(p, '(frames left out: |[.]{3} ?|skipping )100', 'g')) AS g (gaps) WHERE gaps <> causes;
-- a message is cut once, wherever its first line ends, and in every language
SELECT platform, n, octet_length(p) AS bytes, p LIKE '%...%' AS dots FROM (SELECT platform FROM form UNION ALL VALUES (NULL)) AS f (platform), unnest(ARRAY[1, 8000, 16383, 16384, 16385, 30000]) AS n, errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'value', repeat('a', n - 1) || E'\n' || repeat('b', 40000))), platform) AS p
WHERE octet_length(p) NOT BETWEEN 16384 + 3 AND 16384 + 70 OR p NOT LIKE '%...%';
SELECT n, regexp_replace(regexp_replace(p, 'aaa+', 'a+'), 'bbb+', 'b+') AS printed FROM unnest(ARRAY[16384, 16385]) AS n, errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'value', repeat('a', n - 4) || E'\nbbbbb')), 'ruby') AS p;
-- 50 exceptions stay of 1,000, the 25 at both ends
SELECT platform, (SELECT string_agg(m[1], ' ') FROM regexp_matches(p, '(\mE\d+\M|exceptions left out: \d+)', 'g') WITH ORDINALITY AS r (m, o) WHERE o IN (1, 2, 25, 26, 27, 28) OR m[1] LIKE 'exceptions%' OR m[1] IN ('E1', 'E1000')) AS shown, octet_length(p) AS bytes
FROM (SELECT platform FROM form UNION ALL SELECT NULL) AS f (platform), errtrack.print_stack((SELECT jsonb_agg(jsonb_build_object('type', 'E' || i, 'value', 'v') ORDER BY i) FROM generate_series(1, 1000) AS i), platform) AS p ORDER BY platform COLLATE "C";
-- all of it at once ends at 1 MB, in the last whole line
SELECT platform, octet_length(p) BETWEEN 1000000 AND 1048576 + 40 AS bounded, split_part(p, E'\n', -1) AS last FROM (SELECT jsonb_agg(jsonb_build_object('type', repeat('t', 3000), 'value', repeat(E'v\n', 10000), 'stacktrace', jsonb_build_object('frames', pg_temp.frames(200, 'm', repeat('x', 3000))))) FROM generate_series(1, 60)) AS e (e), (SELECT platform FROM form UNION ALL SELECT NULL) AS f (platform), errtrack.print_stack(e, platform) AS p ORDER BY platform COLLATE "C";
-- it may be asked for in parallel, and by a viewer
SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE oid = 'errtrack.print_stack(jsonb, text)'::regprocedure;

--
-- Memory: in proportion to the JSON, in a session of its own
--
\c -
CREATE TEMP TABLE large AS SELECT n, jsonb_build_array(jsonb_build_object('type', 'E', 'stacktrace', jsonb_build_object('frames', array_fill(jsonb_build_object('function', j, 'module', j, 'filename', j, 'package', j, 'context_line', j), ARRAY[100])))) AS e
FROM unnest(ARRAY['1e999', '1e131071', '1e-16383', '"\u0001"', '{}']) AS n, LATERAL (SELECT ('[' || rtrim(repeat(n || ', ', 1000), ', ') || ']')::jsonb) AS x (j);
-- the most that the server process ever had
SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::int AS before \gset
SELECT n, octet_length(errtrack.print_stack(e)) AS bytes FROM large;
SELECT CASE WHEN grown < 65536 THEN 'less than 64 MB' ELSE grown || ' kB' END AS grown FROM CAST((regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::int - :before AS int) AS grown;
