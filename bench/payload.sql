-- An event of about 50 kB as an SDK sends it, of error :error: a chain of two exceptions, 30 frames with the lines around
-- them and their variables, 60 breadcrumbs, 60 installed packages. All in it is invented.
WITH frames AS (
  SELECT jsonb_agg(jsonb_build_object(
           'filename', format('shop/%s/step_%s.py', (ARRAY['orders', 'pricing', 'carts', 'web'])[n % 4 + 1], n),
           'abs_path', format('/srv/shop/releases/current/shop/%s/step_%s.py', (ARRAY['orders', 'pricing', 'carts', 'web'])[n % 4 + 1], n),
           'module', format('shop.%s.step_%s', (ARRAY['orders', 'pricing', 'carts', 'web'])[n % 4 + 1], n),
           'function', CASE n WHEN 30 THEN 'price_' || translate((:error)::text, '0123456789', 'abcdefghij') ELSE 'handle_' || translate(n::text, '0123456789', 'abcdefghij') END,
           'lineno', 20 + n * 7,
           'in_app', n % 3 <> 1,
           'context_line', format('        result = self.catalogue.prices(order.lines[%s], currency=order.currency)', n),
           'pre_context', (SELECT jsonb_agg(format('        # %s: %s', l, md5(n * 10 + l || 'before'))) FROM generate_series(1, 4) AS l),
           'post_context', (SELECT jsonb_agg(format('        log.debug("%s")  # %s', md5(n * 10 + l || 'after'), l)) FROM generate_series(1, 4) AS l),
           'vars', jsonb_build_object('self', format('<shop.Step%s object at 0x7f%s>', n, left(md5(n::text), 10)),
                                      'order', jsonb_build_object('id', 48000 + n, 'total', n * 1.25, 'currency', 'EUR'),
                                      'attempt', n % 3)) ORDER BY n) AS list
  FROM generate_series(1, 30) AS n
)
SELECT jsonb_build_object(
  'timestamp', '2024-05-01T10:21:05.120Z', 'platform', 'python', 'level', 'error', 'logger', 'shop.web',
  'environment', 'production', 'release', '1.4.0', 'server_name', 'web-3', 'transaction', '/checkout/{order}',
  'exception', jsonb_build_object('values', jsonb_build_array(
    jsonb_build_object('type', 'TimeoutError', 'module', 'builtins', 'value', 'no answer from 10.20.4.17 after 2000 ms',
                       'stacktrace', jsonb_build_object('frames', list)),
    jsonb_build_object('type', 'PricingError', 'module', 'shop.pricing.errors', 'value', 'order 48213 cannot be priced',
                       'mechanism', jsonb_build_object('type', 'wsgi', 'handled', false),
                       'stacktrace', jsonb_build_object('frames', jsonb_path_query_array(list, '$[0 to 11]'))))),
  'user', jsonb_build_object('id', '4711', 'username', 'ada', 'ip_address', '192.0.2.17'),
  'request', jsonb_build_object('url', 'https://shop.example/checkout/48213', 'method', 'POST', 'query_string', 'step=3',
    'headers', jsonb_build_object('Accept', 'application/json', 'Host', 'shop.example', 'Cookie', 'sid=' || md5('cookie'),
                                  'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101'),
    'data', jsonb_build_object('step', 3, 'lines', (SELECT jsonb_agg(jsonb_build_object('sku', md5(n || 'sku'), 'n', n)) FROM generate_series(1, 12) AS n))),
  'tags', jsonb_build_object('region', 'eu-1', 'plan', 'free', 'worker', 'web-3:2'),
  'contexts', jsonb_build_object('runtime', jsonb_build_object('name', 'CPython', 'version', '3.11.2'),
                                 'trace', jsonb_build_object('trace_id', md5('trace'), 'span_id', left(md5('span'), 16))),
  'breadcrumbs', jsonb_build_object('values', (SELECT jsonb_agg(jsonb_build_object(
      'timestamp', format('2024-05-01T10:20:%s.%sZ', lpad((n % 60)::text, 2, '0'), 100 + n),
      'type', 'default', 'category', (ARRAY['query', 'http', 'log'])[n % 3 + 1], 'level', 'info',
      'message', format('SELECT price FROM prices WHERE sku = ''%s'' AND valid_from <= $1', left(md5(n || 'crumb'), 16)))) FROM generate_series(1, 60) AS n)),
  'modules', (SELECT jsonb_object_agg('package-' || left(md5(n || 'package'), 8), format('%s.%s.%s', n % 5, n % 11, n % 7)) FROM generate_series(1, 60) AS n))
FROM frames;
