-- ---- reading: how pages for people are written -----------------------------------------------------------------------

-- Called for each row of lists: these three are inlined, into a query with another search_path.  So each operator must be
-- one that fits exactly: else one in a schema of the reader's might fit better.
CREATE FUNCTION errtrack.time_span(span interval) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN span < interval '0' THEN '0 s'
              WHEN span < interval '100 seconds' THEN floor(extract(epoch FROM span))::text || ' s'
              WHEN span < interval '100 minutes' THEN floor(extract(epoch FROM span) / 60.0)::text || ' min'
              WHEN span < interval '48 hours' THEN floor(extract(epoch FROM span) / 3600.0)::text || ' h'
              ELSE floor(extract(epoch FROM span) / 86400.0)::text || ' d' END
$$;
COMMENT ON FUNCTION errtrack.time_span(interval) IS
  'How long, in one unit and rounded down: 99 s, 99 min, 47 h, 12 d; 0 s where it is negative, since clocks differ.';

-- What a terminal takes for a command comes as text of strangers: ESC and the other control characters, of eight bits, too,
-- and what turns the direction of writing.
CREATE FUNCTION errtrack.printable(line text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(replace(line, E'\t', '    '),
                        E'[\\u0001-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]', '?', 'g')
$$;
COMMENT ON FUNCTION errtrack.printable(text) IS
  'A line of text that does nothing to a terminal: a tab is four spaces, another control character or one that changes the direction of writing is a question mark.';

CREATE FUNCTION errtrack.shortened(line text, most int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(line) <= most THEN line ELSE left(line, most - 3) || '...' END
$$;
COMMENT ON FUNCTION errtrack.shortened(text, int) IS 'A text, or the beginning of it with three dots: so many characters at the most.';

-- Of a line of a stack trace the beginning and the end say most: function, file, line.
CREATE FUNCTION errtrack.middle_cut(line text, most int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(line) <= most THEN line ELSE left(line, most / 2 - 3) || ' ... ' || right(line, most - most / 2 - 2) END
$$;
COMMENT ON FUNCTION errtrack.middle_cut(text, int) IS 'A text, or its beginning and its end with three dots between: so many characters at the most.';

CREATE FUNCTION errtrack.short_time(at timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS')
$$;
COMMENT ON FUNCTION errtrack.short_time(timestamptz) IS 'A time in the session''s time zone, to the second.';

-- Lines of text that may be long: both ends of it. A line is cut before it is read, as it may be a quarter of a megabyte.
CREATE FUNCTION errtrack.bounded_lines(words text, most_lines int, most_columns int) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  line AS (
    SELECT l.line, l.n, count(*) OVER () AS lines
    FROM string_to_table(replace(ltrim(rtrim(words, E' \t\r\n'), E'\r\n'), E'\r\n', E'\n'), E'\n') WITH ORDINALITY AS l (line, n)
  )
  SELECT CASE WHEN lines > most_lines AND n = most_lines / 2 + 1
              THEN format('... %s lines are not shown ...', lines - most_lines + 1)
              ELSE errtrack.middle_cut(errtrack.printable(errtrack.middle_cut(line, most_columns * 2)), most_columns) END
  FROM line
  WHERE lines <= most_lines OR n <= most_lines / 2 + 1 OR n > lines - (most_lines - most_lines / 2 - 1)
  ORDER BY n
$$;
COMMENT ON FUNCTION errtrack.bounded_lines(text, int, int) IS
  'The lines of a text, made printable: of more than so many both ends, and of one that has more than so many columns, too. Empty lines at the beginning and space at the end are left out.';

-- A long line as several.
CREATE FUNCTION errtrack.folded_line(line text, most_columns int) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT line WHERE length(line) <= most_columns
  UNION ALL
  -- words that fit, or a part of one that does not
  SELECT rtrim(f[1])
  FROM regexp_matches(line, format(E'\\S.{0,%s}(?=\\s|$)|\\S{%s}', most_columns - 1, most_columns), 'g') AS f
  WHERE length(line) > most_columns
$$;
COMMENT ON FUNCTION errtrack.folded_line(text, int) IS
  'A line, between its words broken into lines of so many characters (2 to 255) at the most.';

-- The cells of a table, as lines.
CREATE FUNCTION errtrack.text_table(cells text[], align text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  cell AS (
    SELECT r.r, c.c, coalesce(cells[r.r][c.c], '') AS cell,
           max(coalesce(length(cells[r.r][c.c]), 0)) OVER (PARTITION BY c.c) AS width
    FROM generate_subscripts(cells, 1) AS r (r), generate_subscripts(cells, 2) AS c (c)
  )
  SELECT rtrim(string_agg(CASE substr(align, c, 1) WHEN 'r' THEN lpad(cell, width) ELSE rpad(cell, width) END, '  ' ORDER BY c))
  FROM cell
  GROUP BY r
  ORDER BY r
$$;
COMMENT ON FUNCTION errtrack.text_table(text[], text) IS
  'Writes rows of cells (an array of two dimensions) as lines with aligned columns; align has a letter for each column: l or r.';

-- Whether this session can be shown characters that are not ASCII.
CREATE FUNCTION errtrack.has_unicode() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT getdatabaseencoding() = 'UTF8' AND pg_client_encoding() = 'UTF8'
$$;
COMMENT ON FUNCTION errtrack.has_unicode() IS 'Whether the encodings of database and client are UTF8.';

CREATE FUNCTION errtrack.sparkline(counts bigint[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH
  bar AS (
    SELECT b.n, ceil(8.0 * b.events / nullif(max(b.events) OVER (), 0))::int AS height
    FROM unnest(counts) WITH ORDINALITY AS b (events, n)
  )
  SELECT string_agg(CASE WHEN coalesce(height, 0) = 0 THEN '.'
                         WHEN errtrack.has_unicode() THEN chr(9600 + height)
                         ELSE height::text END, '' ORDER BY n)
  FROM bar
$$;
COMMENT ON FUNCTION errtrack.sparkline(bigint[]) IS
  'Numbers as a row of bars, an eighth to eight eighths of the largest high; a dot stands for 0. Digits from 1 to 8 where the session''s encoding has no bars.';
