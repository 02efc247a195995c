-- Shows what errtrack.parse_stack() reads: the traces that demo/ programs really printed (test/fixtures), and, marked
-- as such, traces written by hand for what those do not hold. One line for the platform, one for each exception
-- (type: value), one for each frame, innermost first; "+" marks frames of the application, "-" others.
\getenv abs_srcdir PG_ABS_SRCDIR
\pset tuples_only on
\pset format unaligned

CREATE FUNCTION pg_temp.shown(trace text, platform text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
  WITH parsed AS (SELECT errtrack.parse_stack(trace, platform) AS p)
  SELECT line
  FROM (
    SELECT 0 AS e, 0 AS f, 'platform ' || coalesce(p ->> 'platform', '(null)') || ', exceptions '
                           || jsonb_array_length(p -> 'exceptions') AS line
    FROM parsed
    UNION ALL
    SELECT e, 0, coalesce(ex ->> 'type', '(null)') || ': '
                 || coalesce('<' || replace(ex ->> 'value', E'\n', '\n') || '>', '(null)')
    FROM parsed, jsonb_array_elements(p -> 'exceptions') WITH ORDINALITY AS x (ex, e)
    UNION ALL
    SELECT e, f, CASE WHEN (fr ->> 'in_app')::boolean THEN '  + ' ELSE '  - ' END
                 || coalesce(fr ->> 'function', '(null)') || ' | ' || coalesce(fr ->> 'module', '(null)') || ' | '
                 || coalesce(fr ->> 'file', '(null)') || ' | ' || coalesce(fr ->> 'line', '(null)') || ' | '
                 || coalesce(fr ->> 'column', '(null)')
    FROM parsed, jsonb_array_elements(p -> 'exceptions') WITH ORDINALITY AS x (ex, e),
         jsonb_array_elements(ex -> 'frames') WITH ORDINALITY AS y (fr, f)
  ) AS lines
  ORDER BY e, f
$$;

--
-- Real traces. Each line that the parser does not know (source text, marks, what Node.js prints around it) is left out.
--
\set file :abs_srcdir '/test/fixtures/python_price.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/python_stock.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/python_timeout.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/java_invoice.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/java_parse.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/javascript_cart.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/javascript_config.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/javascript_payment.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
-- Perl says where it died; Carp says how it got there
\set file :abs_srcdir '/test/fixtures/perl_feed.txt'
SELECT pg_temp.shown(pg_read_file(:'file'));
\set file :abs_srcdir '/test/fixtures/perl_mail.txt'
SELECT pg_temp.shown(pg_read_file(:'file'), 'perl');

-- lines that end in CR LF, and a wrong, an unknown or another name of the platform, change nothing
\set file :abs_srcdir '/test/fixtures/java_invoice.txt'
SELECT errtrack.parse_stack(replace(pg_read_file(:'file'), E'\n', E'\r\n')) = errtrack.parse_stack(pg_read_file(:'file'))
  AS crlf, platform, errtrack.parse_stack(pg_read_file(:'file'), platform) = errtrack.parse_stack(pg_read_file(:'file')) AS same
FROM unnest(ARRAY['java', 'kotlin', 'python', 'javascript', 'cobol', '']) AS platform;

--
-- Java, by hand
--
-- "... n more" stands for the last n frames of the exception above
SELECT pg_temp.shown($trace$java.lang.IllegalStateException: outer
	at shop.A.outer(A.java:1)
	at shop.A.run(A.java:2)
	at shop.Main.main(Main.java:3)
Caused by: java.io.IOException: inner
	at shop.B.read(B.java:7)
	... 2 more
Caused by: java.io.EOFException
	... 3 more$trace$);
-- more is left out than there is
SELECT pg_temp.shown($trace$java.lang.IllegalStateException: outer
	at shop.Main.main(Main.java:3)
Caused by: java.io.IOException: inner
	at shop.B.read(B.java:7)
	... 2000000000 more$trace$);
-- nothing encloses the first one
SELECT pg_temp.shown($trace$java.lang.IllegalStateException: alone
	at shop.Main.main(Main.java:3)
	... 12 common frames omitted$trace$);
-- what was suppressed is passed over, and so are its own causes, which Java indents as deep; the cause of the reported
-- exception is not
SELECT pg_temp.shown($trace$java.lang.RuntimeException: body
	at shop.A.body(A.java:5)
	Suppressed: java.io.IOException: close
		at shop.R.close(R.java:9)
		... 1 more
	Caused by: java.lang.Error: of the suppressed one
		at shop.R.never(R.java:1)
Caused by: java.sql.SQLException: root
	at shop.D.query(D.java:3)$trace$);
SELECT pg_temp.shown($trace$java.lang.RuntimeException: body
	at shop.A.body(A.java:5)
	Suppressed: java.io.IOException: close
		at shop.R.close(R.java:9)
	Caused by: java.lang.Error: of the suppressed one
		at shop.R.open(R.java:1)$trace$);
-- prefixes of loaders and modules; a lambda's number; places without file or line
SELECT pg_temp.shown($trace$java.lang.NullPointerException
	at app//shop.A.a(A.java:1)
	at java.base@17.0.9/java.util.ArrayList.forEach(ArrayList.java:1511)
	at app/shop.mod@1.2/shop.B.b(B.java:2)
	at shop.C$$Lambda$14/0x0000000800c03000.run(Unknown Source)
	at shop.C.<init>(C.java)
	at shop.C.access$000(SourceFile:4)
	at shop.C.nat(Native Method)
	at shop.C.gen(<generated>)
	at shop.K.k(K.kt:12) ~[shop.jar:1.0]$trace$);
-- a log's prefix before the class; other lines above
SELECT pg_temp.shown($trace$2024-05-31 07:45:12,123 INFO  [main] starting
2024-05-31 07:45:13,001 ERROR [http-1] shop.Web - request failed java.lang.IllegalArgumentException: bad id: 7
	at shop.Web.get(Web.java:20)$trace$);
-- a message of several lines, which look like other things
SELECT pg_temp.shown($trace$org.postgresql.util.PSQLException: ERROR: syntax error at or near "FORM"
  Position: 10
  at character 10 (of 30)

Hint: look
	at org.postgresql.core.v3.QueryExecutorImpl.receive(QueryExecutorImpl.java:2725)
	at shop.D.query(D.java:3)
INFO: next line of the log
	at not.part.OfIt.x(X.java:1)$trace$);
-- no message, and a class without a package
SELECT pg_temp.shown(E'MyException\n\tat Main.main(Main.java:1)');

--
-- Python, by hand
--
SELECT pg_temp.shown($trace$  File "/srv/shop/bad.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax$trace$);
SELECT pg_temp.shown($trace$Traceback (most recent call last):
  File "/srv/shop/run.py", line 9, in <module>
    import bad
  File "/srv/shop/bad.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax$trace$);
-- during handling, and a direct cause of that: the reported one first, then its causes
SELECT pg_temp.shown($trace$Traceback (most recent call last):
  File "/srv/a.py", line 1, in f
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/b.py", line 2, in g
ValueError: b

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/c.py", line 3, in h
shop.errors.ShopError: c$trace$);
-- two traces that nothing ties together are no chain: the last one counts
SELECT pg_temp.shown($trace$Traceback (most recent call last):
  File "/srv/a.py", line 1, in f
KeyError: 'a'
some other log line
Traceback (most recent call last):
  File "/srv/b.py", line 2, in g
ValueError: b$trace$);
-- a log's prefix before the heading; libraries; a message of several lines; an exception without one
SELECT pg_temp.shown($trace$[2024-05-31 07:45:12] ERROR in app: Traceback (most recent call last):
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
  File "/srv/venv/lib/python3.11/site-packages/flask/app.py", line 1455, in wsgi_app
  File "<frozen importlib._bootstrap>", line 1, in _find_and_load
  File "C:\app\views.py", line 12, in View.get.<locals>.<lambda>
  [Previous line repeated 993 more times]
json.decoder.JSONDecodeError: Expecting value: line 1
  and more: of it

  File-like text that is no frame$trace$);
SELECT pg_temp.shown(E'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\nAssertionError');
-- a trace within an indented block, and one that breaks off
SELECT pg_temp.shown(E'    Traceback (most recent call last):\n      File "/srv/a.py", line 1, in f\n        x()\n    ValueError: in\ndented');
SELECT pg_temp.shown(E'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f');
-- a line number beyond every file
SELECT pg_temp.shown(E'Traceback (most recent call last):\n  File "/srv/a.py", line 99999999999, in f\n  File "/srv/b.py", line 2147483647, in g\nValueError: x');

--
-- JavaScript, by hand
--
SELECT pg_temp.shown($trace$ReferenceError: x is not defined
    at eval (eval at run (/srv/shop/calc.js:8:5), <anonymous>:1:1)
    at eval (eval at <anonymous> (eval at outer (https://shop.example/a.js?v=2:3:4)), <anonymous>:9:9)
    at async Promise.all (index 0)
    at async Worker.work (/srv/shop/worker.js:5:3)
    at async /srv/shop/server.js:40:3
    at new Cart (/srv/shop/cart.js:2:9)
    at Array.map (<anonymous>)
    at Date.toISOString (native)
    at Object.get [as total] (/srv/shop/cart.js:9:1)
    at C:\shop\main.js:1:2
    at file:///srv/shop/mod.mjs:3:1
    at Server.<anonymous> (node:http:12:1)
    at f (/srv/shop/a (copy).js:4:2)$trace$);
-- names of errors
SELECT pg_temp.shown($trace$Uncaught (in promise) TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument
must be of type string
    at f (a.js:1:1)$trace$);
SELECT pg_temp.shown($trace$Uncaught Error
    at f (a.js:1:1)$trace$);
-- what is thrown need not be an error
SELECT pg_temp.shown($trace$something went wrong here
    at f (a.js:1:1)$trace$);
-- frames without a heading
SELECT pg_temp.shown($trace$    at f (a.js:1:1)
    at g (a.js:2:2)$trace$);
-- causes of causes; a second trace further down is no part of it
SELECT pg_temp.shown($trace$Error: a
    at f (a.js:1:1) {
  [cause]: Error: b
      at g (b.js:2:2) {
    [cause]: TypeError: c
        at h (c.js:3:3)
  }
}
Error: another
    at z (z.js:9:9)$trace$);

--
-- No traces: no exceptions, whatever the platform says
--
SELECT title, platform, errtrack.parse_stack(trace, platform)
FROM (VALUES
  ('null', NULL),
  ('empty', ''),
  ('blank', E' \n\t\r\n'),
  ('log line', '2024-05-31 07:45:12 ERROR shop.Web: order 7 failed: Exception at home (see line 3)'),
  ('prose', E'look\n  at the moon\nCaused by: love\n... 3 more'),
  ('heading', 'Traceback (most recent call last):'),
  ('json', '{"at": "x (y)"}'),
  ('marker', 'During handling of the above exception, another exception occurred:')
) AS texts (title, trace),
unnest(ARRAY[NULL, 'python', 'java', 'javascript']) WITH ORDINALITY AS p (platform, n)
WHERE errtrack.parse_stack(trace, platform) <> '{"platform": null, "exceptions": []}' OR n = 1
ORDER BY title, n;
