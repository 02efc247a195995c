-- Shows that the server reads the traces of test/stacks as the reader without a server does (what is read in each is in the
-- .expected file beside it), told from their text, and takes no ordinary line of a log for one.
\getenv abs_srcdir PG_ABS_SRCDIR
\pset format unaligned
\set stacks :abs_srcdir '/test/stacks/'

-- a file's text; null where there is none, or it is not UTF-8, which no text in this database is
CREATE FUNCTION pg_temp.text_of(path text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN convert_from(pg_read_binary_file(path, 0, 10000000, true), 'UTF8');
EXCEPTION WHEN character_not_in_repertoire THEN
  RETURN NULL;
END $$;
CREATE TEMP TABLE fixture AS
SELECT language, file, pg_temp.text_of(path || '.txt') AS trace, pg_temp.text_of(path || '.expected') AS expected
FROM pg_ls_dir(:'stacks') AS language, LATERAL (SELECT replace(f, '.txt', '') FROM pg_ls_dir(:'stacks' || language) AS f WHERE f LIKE '%.txt') AS x (file), LATERAL (SELECT :'stacks' || language || '/' || file) AS p (path)
WHERE language NOT IN ('check', 'read.c');

-- As the reader prints it: a line for the platform, one for each exception, one for each frame.
CREATE FUNCTION pg_temp.shown(trace text) RETURNS text LANGUAGE sql AS $$
  SELECT 'platform ' || coalesce(p ->> 'platform', '~') || E'\n'
         || coalesce((SELECT string_agg('exception ' || coalesce(replace(e ->> 'type', E'\n', '\n'), '~') || ': ' || coalesce(replace(e ->> 'value', E'\n', '\n'), '~') || E'\n'
              || coalesce((SELECT string_agg(concat_ws(' | ', '  ' || coalesce(replace(f ->> 'function', E'\n', '\n'), '~'), coalesce(replace(f ->> 'module', E'\n', '\n'), '~'), coalesce(replace(f ->> 'file', E'\n', '\n'), '~'), coalesce(f ->> 'line', '~'), coalesce(f ->> 'column', '~')) || E'\n', '' ORDER BY m)
                           FROM jsonb_array_elements(e -> 'frames') WITH ORDINALITY AS y (f, m)), ''), '' ORDER BY n)
              FROM jsonb_array_elements(p -> 'exceptions') WITH ORDINALITY AS x (e, n)), '')
  FROM errtrack.parse_stack(trace) AS p
$$;
-- what identifies a frame's code, behind the arrow, is not in parse_stack()'s result
CREATE TEMP TABLE compared AS
SELECT *, regexp_replace(expected, ' => [^\n]*', '', 'g') AS wanted, pg_temp.shown(trace) AS got FROM fixture;
SELECT count(*) > 500 AS many, count(DISTINCT language) >= 19 AS of_all_languages, count(*) FILTER (WHERE trace IS NULL OR expected IS NULL) < 20 AS few_cannot_be_compared FROM compared;
SELECT language, file, wanted, got FROM compared WHERE wanted <> got ORDER BY 1, 2 LIMIT 10;
-- each folder's traces are told to be of its language (what fuzzing found may be anything, some hold no trace); what is no trace is not
SELECT language, file, split_part(got, E'\n', 1) AS told FROM compared
WHERE file NOT LIKE ALL ('{not\\_%,found\\_%}') AND language <> 'prefix' AND wanted NOT LIKE 'platform ~%' AND split_part(got, E'\n', 1) <> 'platform ' || language OR file LIKE 'not\_%' AND got LIKE 'platform ' || language || '%'
ORDER BY 1, 2;
-- and so they are behind CR LF, behind other text, and where the platform is said
SELECT 'CR LF' AS what, language, file FROM compared WHERE file NOT LIKE 'not\_%' AND trace !~ '\r' AND errtrack.parse_stack(replace(trace, E'\n', E'\r\n')) ->> 'platform' IS DISTINCT FROM errtrack.parse_stack(trace) ->> 'platform'
UNION ALL
SELECT 'platform said', language, file FROM compared WHERE got NOT LIKE 'platform ~%' AND errtrack.parse_stack(trace, substr(split_part(got, E'\n', 1), 10)) <> errtrack.parse_stack(trace)
ORDER BY 1, 2, 3;
-- what is read has a key, and the same one twice; every explanation has a line that counts
SELECT count(*) FILTER (WHERE cardinality(k) NOT BETWEEN 1 AND 2) AS odd, count(*) FILTER (WHERE k <> errtrack.fingerprints(jsonb_build_object('stack_trace', trace))) AS unsteady,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM errtrack.explain_fingerprint(jsonb_build_object('stack_trace', trace)) AS e WHERE e.counts)) AS unexplained
FROM compared, LATERAL errtrack.fingerprints(jsonb_build_object('stack_trace', trace)) AS k;

--
-- Ordinary lines, each alone and all together
--
CREATE TEMP TABLE line (n serial, l text);
INSERT INTO line (l) SELECT regexp_split_to_table($$127.0.0.1 - - [31/May/2024:07:45:12 +0000] "GET /cart?id=7 HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11; Linux x86_64)"
2024/05/31 07:45:12 [error] 4711#0: *12 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example
[Fri May 31 07:45:12.123456 2024] [core:error] [pid 4711] [client 192.0.2.7:4711] AH00124: Request exceeded the limit of 10 internal redirects
May 31 07:45:12 web1 sshd[4711]: Failed password for invalid user ann from 192.0.2.7 port 4711 ssh2
May 31 07:45:12 web1 systemd[1]: Started shop.service - The shop.
May 31 07:45:12 web1 kernel: [  101.204411] usb 1-1: new high-speed USB device number 2 using xhci_hcd
May 31 07:45:12 web1 CRON[4711]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)
2024-05-31 07:45:12.123 UTC [4711] LOG:  checkpoint complete: wrote 7 buffers (0.0%); 0 WAL file(s) added
2024-05-31 07:45:12.123 UTC [4711] ERROR:  duplicate key value violates unique constraint "cart_pkey"
2024-05-31 07:45:12.123 UTC [4711] DETAIL:  Key (id)=(7) already exists.
2024-05-31 07:45:12.123 UTC [4711] STATEMENT:  INSERT INTO cart (id) VALUES (7)
2024-05-31T07:45:12.123456Z 7 [Warning] [MY-010055] [Server] IP address '192.0.2.7' could not be resolved: Name or service not known
2024-05-31 07:45:12,123 INFO  [main] shop.Main - started at 8080 in 1.2 s
2024-05-31 07:45:12,123 ERROR [http-1] shop.Cart - no price for cup (7)
INFO:     192.0.2.7:4711 - "GET /cart HTTP/1.1" 200 OK
WARNING:root:the cart is empty
[2024-05-31 07:45:12 +0000] [4711] [CRITICAL] WORKER TIMEOUT (pid:4712)
I, [2024-05-31T07:45:12.123456 #4711]  INFO -- : Completed 200 OK in 7ms (Views: 5.1ms | ActiveRecord: 0.7ms)
E0531 07:45:12.123456    4711 cart.go:12] could not open the cart
{"level":"error","ts":1717141512.123,"caller":"cart/cart.go:12","msg":"no price","id":7}
time="2024-05-31T07:45:12Z" level=error msg="no price" func=cart.Price file="cart.go:12"
ts=2024-05-31T07:45:12Z caller=main.go:7 level=info msg="Starting shop" version="(version=1.2, branch=main)"
4711:M 31 May 2024 07:45:12.123 * Background saving started by pid 4712
[2024-05-31T07:45:12,123][WARN ][o.e.c.r.a.DiskThresholdMonitor] [node-1] high disk watermark [90%] exceeded
2024-05-31 07:45:12.123 [info] <0.4711.0> accepting AMQP connection <0.4711.0> (192.0.2.7:4711 -> 192.0.2.8:5672)
05-31 07:45:12.123  4711  4712 I ActivityManager: Displayed example.shop/.Cart: +712ms
default 07:45:12.123456+0000 shop[4711:4712] [cart] opened (0x600000c0)
npm ERR! code ELIFECYCLE
npm ERR! errno 1
make: *** [Makefile:12: all] Error 2
cart.c:12:5: error: expected ';' before 'return'
cart.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.
src/cart.rs:12:5: warning: unused variable: `x`
  --> src/cart.rs:12:5
FAILED tests/test_cart.py::test_total - assert 7 == 8
ok 7 - the cart is empty
Warning: Permanently added 'shop.example' (ED25519) to the list of known hosts.
rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]
curl: (7) Failed to connect to shop.example port 443 after 12 ms: Couldn't connect to server
error: failed to push some refs to 'https://shop.example/cart.git'
Segmentation fault (core dumped)
Killed
Out of memory: Killed process 4711 (shop) total-vm:512000kB, anon-rss:256000kB
<134>1 2024-05-31T07:45:12Z web1 shop 4711 - [meta seq="7"] at the till (see cart.js)
Dear Ann, the total at Main Street (No. 12:5) was wrong; caused by: the till.
From: Ann <ann@example.com>
SELECT total FROM cart WHERE file = 'cart.py' AND line = 12; -- in total
    at the market (stall 12)
  File "cart.csv", line 12, column "price": not a number
#7 of 12 in the list (see cart.c:12)
goroutine leak check: 7 goroutines at exit
Exception handling is explained in chapter 7
Error: no price for cup
shop.errors.PriceError: no price for cup
Traceback of the parcel 4711: delivered$$, '\n');
SELECT n, l AS taken_for_a_trace, p FROM line, errtrack.parse_stack(l) AS p WHERE p @? '$.exceptions[*].frames[*]' ORDER BY n;
SELECT count(*) AS lines, errtrack.parse_stack(string_agg(l, E'\n' ORDER BY n)) @? '$.exceptions[*].frames[*]' AS taken_for_a_trace, errtrack.parse_stack(string_agg(l, E'\n' ORDER BY n DESC)) @? '$.exceptions[*].frames[*]' AS in_reverse FROM line;
SELECT a.l AS taken_for_a_trace, b.l AS with_this FROM line AS a, line AS b WHERE errtrack.parse_stack(a.l || E'\n' || b.l) @? '$.exceptions[*].frames[*]' ORDER BY a.n, b.n;
SELECT platform, count(*) AS taken_for_its_trace FROM unnest(ARRAY['python', 'java', 'javascript', 'go', 'ruby', 'php', 'dotnet', 'rust', 'native', 'apple', 'dart', 'erlang', 'perl', 'lua', 'r', 'plpgsql', 'kernel', 'bsd']) AS platform, line
WHERE errtrack.parse_stack(l, platform) @? '$.exceptions[*].frames[*]' GROUP BY platform ORDER BY platform;
