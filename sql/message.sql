-- Shows what errtrack.normalize_message() takes for a value, and what it leaves. Each message stands above what becomes of it.
\pset null (null)
\pset format unaligned
\pset tuples_only on

-- each line of messages and, where it is another one, what it is without its variable parts
CREATE FUNCTION pg_temp.shown(messages text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT CASE WHEN normalized = message THEN '= ' || message ELSE '  ' || message || E'\n> ' || normalized END
      || CASE WHEN errtrack.normalize_message(normalized) = normalized THEN '' ELSE E'\n! ' || errtrack.normalize_message(normalized) END
  FROM string_to_table(btrim(messages, E'\n'), E'\n') WITH ORDINALITY AS m (message, n),
       errtrack.normalize_message(message) AS normalized
  ORDER BY n
$$;

--
-- Addresses
--
SELECT * FROM pg_temp.shown($messages$
mail to ann.o-neill+x@mail.example.com failed
a@b is no mail, git@git.example.com:shop/cart.git has one
GET https://shop.example:8080/a/b?c=1&d=[2], see (http://x.example).
jdbc:postgresql://db1.example.com/shop git+ssh://git.example.com/x amqp://guest:guest@mq:5672/%2f
no route to web1.example.com, web1.example.com:8080 and WWW.example.com.
ip-10-0-0-1.eu-west-1.compute.internal 5-6-7-8.pool.example.net 5.6.7.8.pool.example.net
java.lang.String java.util.HashMap com.example.shop.io.Reader org.example.net shop.cart.total views.py self.id
from 10.20.4.2, 10.20.4.2:5432 and 10.0.0.0/8
1.2.3.4.5 is no address, version 1.2.3 neither, 300.1.1.1 neither
from ::1, fe80::1, 2001:db8::8a2e:370:7334 and 2001:0db8:0000:0000:0000:8a2e:0370:7334
[::1]:8080 [fe80::1%eth0] 2001:db8::/32 ::ffff:10.0.0.1 (fe80::1)
00:11:43:e3:ba:c3 and 00-11-43-E3-BA-C3
$messages$);

--
-- Identifiers
--
SELECT * FROM pg_temp.shown($messages$
id 550e8400-e29b-41d4-a716-446655440000 and 550E8400-E29B-41D4-A716-446655440000
order-550e8400-e29b-41d4-a716-446655440000
00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
1-5759e988-bd862e3fe1be46a994272793 and Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
commit 3f2a9bc and d41d8cd98f00b204e9800998ecf8427e and da39a3ee5e6b4b0d3255bfef95601890afd80709
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
deadbeef facade 3f2a decade
usr_8fJ3kLmQ2x ses_01ARZ3NDEKTSV4RRFFQ69G5FAV 507f1f77bcf86cd799439011 req-abc123def
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP_mB92K27uhbUJU1p1r
pod web-7d9c5b6f4-x2x7z and node-exporter-x2x7z
at 0xDEADbeef and 0x0; shop.Cart@1a2b3c4d, handle @0x214
Http2Connection IO80211Interface Log4jLogger X509Certificate
$messages$);

--
-- Times
--
SELECT * FROM pg_temp.shown($messages$
at 2024-05-31, 2024/05/31 07:45:12.123, 2024-05-31T07:45:12Z, 2024-05-31T07:45:12+02:00 and 07:45
2024-05-31 07:45:12,123 +0200, 2024-05-31 07:45:12 UTC, 20240531T074512Z, 2024/5/3:07:45:12.123
Fri, 31 May 2024 07:45:12 +0200 and May 31 07:45:12 and 31/May/2024:07:45:12 +0000
31.05.2024, 5/31/2024, 7:45:12 AM, 31.05.2024 07:45, 31 May 2024, May 31, 2024, 31-May-2024
Friday, 31-May-24 07:45:12 CEST; 7:45PM; Fri May 31 07:45:12 2024
may be late, May works, Monday, on Friday the shop, Sep
took 12ms, 3 seconds, 1.5 s, 0.05s, 2h and 15 min
1h2m3.5s, 12µs, PT5S, P1DT2H, 2 days, 1000 MILLISECONDS, 5 day(s)
12 kB of 3 MiB, 512 bytes, 10GB, 384.0 B, 5G, 3.5 MB/s
epoch 1717141512123
$messages$);

--
-- Numbers
--
SELECT * FROM pg_temp.shown($messages$
7 of -8, +9, 1,234.5, 1e-9 and 1E+10; 5% #42 .5
1st 2nd 3rd 22nd; 1/2; 3-5; [1,2,3]; (-27)
order1234 worker3 node12 thread-7 shard_0042 worker-3 core.2275 eth0
blk_-1608999687919862906 of job_1445144423722_0020, attempt_1445144423722_0020_m_000000_0
R02-M1-N0-C:J12-U11, node-D5, Rack_A8, Rack_B3
41C, v6.1.7601.23505
$messages$);

--
-- Names and values
--
SELECT * FROM pg_temp.shown($messages$
key 'teapot' and "tea pot" and `Cart` missing
can't, won't and the users' don't count as quotes
it is 'can't' here
an open 'quote, an open "one
“a b” ‘c’ «d» »e« 「f」 „g“ it’s b'abc' u"x" undefined method `total' for
JSON: {\"id\": \"x\"}
user=bob id=7 ok=true x = false node=worker3 ip=10.0.0.1, h=web1.example.com; p=/a/b q="x y" t=*all*
scope=Token{7 of 8}, bounds=Rect(0, 0 - 0, 0), empty= next=1 a==b a=>b key: value
id=3f2a9bc1 id=8fJ3kLmQ2x k=abc== c=<memory:0, vCores:-27>
no such file: /etc/shop/key.pem, ./a/b, ../c, ~/d, C:\shop\a.txt
C:\Program Files\Shop\a.dll, \\files\share\a, src/cart/total.py:12, /a/b?c=d&e=f.
and/or, a / b, w/o, TCP/IP, application/json, I/O
"GET /v2/54fadb412c4e40cdbaed9335e4c35a9e/orders HTTP/1.1" status: 200 len: 1893 time: 0.2477829
session opened for user bob by (uid=0), no password for ann from 10.0.0.1, invalid user 0101 from 10.0.0.1
for user input, the user is gone, password for nobody
$messages$);

--
-- What stays
--
SELECT * FROM pg_temp.shown($messages$
HTTP/1.1 HTTP/2 TLSv1.2 SSLv3 IPv6 SSH-2.0 OAuth2
utf-8 codec, x-ray, non-null; iso-8859-1 ISO-8859-1 SHA-256 windows-1252 UTF-16LE
UTF16 utf8 base64 sha256 md5 H264 S3 ES2015 log4j x86_64 x64 i386 v2 2D 64bit 4xx
called Option::unwrap() on a None value: std::vector<int>::at, Cart.total()
called `Option::unwrap()` on it
jk2_init() atan2(y)
Grüße für Käthe
<email> <url> <host> <ip> <uuid> <trace> <hash> <date> <duration> <size> <mac> <hex> <num> <str> <path> <id>
$messages$);

--
-- What stands before or after a part does not change its placeholder
--
SELECT kind, count(*) FILTER (WHERE normalized = before || '<' || kind || '>' || after) AS alike, count(*) AS all,
       string_agg(before || part || after || ' > ' || normalized, ', ')
         FILTER (WHERE normalized <> before || '<' || kind || '>' || after) AS otherwise
FROM (VALUES ('email', 'ann@example.com'), ('url', 'https://shop.example/a'), ('host', 'web1.example.com'), ('ip', '10.0.0.1'),
             ('ip', '10.0.0.1:80'), ('ip', 'fe80::1'), ('uuid', '550e8400-e29b-41d4-a716-446655440000'),
             ('trace', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
             ('hash', 'd41d8cd98f00b204e9800998ecf8427e'), ('hash', '3f2a9bc'), ('date', '2024-05-31T07:45:12Z'),
             ('date', '07:45:12'), ('duration', '12ms'), ('size', '12kB'), ('mac', '00:11:43:e3:ba:c3'), ('hex', '0xDEADbeef'),
             ('num', '42'), ('num', '-1.5'), ('str', '''x y'''), ('str', '"x y"'), ('path', '/srv/shop/cart'), ('id', '8fJ3kLmQ2x')) AS p (kind, part),
     (VALUES ('', ''), ('(', ')'), ('[', ']'), ('[', ']: late'), ('{', '}'), ('<', '>'), ('of ', ' too'), ('id=', ', x'), ('id=', ''),
             ('at ', '.'), ('at ', ', '), ('at ', '; '), ('at ', '!'), ('at:', ' x'), ('a: ', ': b'), ('—', '—'), ('失败', '失败'), ('|', '|')) AS c (before, after),
     errtrack.normalize_message(before || part || after) AS n (raw),
     LATERAL (SELECT raw || CASE WHEN before || part || after ~ '\s$' THEN ' ' ELSE '' END) AS r (normalized)
GROUP BY kind ORDER BY kind COLLATE "C";

--
-- Two lines count, of a thousand bytes
--
SELECT replace(errtrack.normalize_message(E'  first   line\t of two  \r\n\n  second 2 line\nthird 3 line'), ' ', '_');
SELECT quote_literal(errtrack.normalize_message('')), quote_literal(errtrack.normalize_message(E' \n \n')), errtrack.normalize_message(NULL);

-- walls of one sort: no longer than what is read, whole characters, and no other the second time
SELECT what, length(n) <= 1000 AS fits, n = convert_from(convert_to(n, 'UTF8'), 'UTF8') AS valid, errtrack.normalize_message(n) = n AS stays,
       left(n, 30)
FROM (SELECT left(part, 8) || ' …' AS what, errtrack.normalize_message(repeat(part, 3000 / length(part))) AS n
      FROM unnest(ARRAY['1s;', '1K ', '1 ', '"', '""', '''', ''' ', '`', '“', '"a', E'1s\n', 'x', 'é', 'xé', '7', ':', '1:', '0a:', '0a-', 'a.',
                        'a-', 'a/', '1.', '-1', 'a=b(', '=', '@a', 'x://()', '\', '\\a', '/a', '<', '<num', '[::', 'May 1 ', 'for user ',
                        '1-', '0x', 'a@', '…', '(((('])
           AS u (part)) AS t;
SELECT n = convert_from(convert_to(n, 'UTF8'), 'UTF8') AS half_a_character_is_cut
FROM errtrack.normalize_message('x' || repeat('é', 4000)) AS n;
