-- stub
CREATE FUNCTION errtrack.release_package(version text) RETURNS text LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$ SELECT CASE WHEN version LIKE '%@%' THEN split_part(version, '@', 1) ELSE '' END $$;
COMMENT ON FUNCTION errtrack.release_package(text) IS 'x';
CREATE FUNCTION errtrack.release_key(version text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$ SELECT CASE WHEN regexp_replace(version, '^.*@', '') ~ '^v?[0-9.]+$' THEN convert_to((SELECT string_agg(lpad(p, 6, '0'), '.') FROM unnest(string_to_array(trim(leading 'v' from regexp_replace(version, '^.*@', '')), '.')) p), 'UTF8') END $$;
COMMENT ON FUNCTION errtrack.release_key(text) IS 'x';
CREATE FUNCTION errtrack.release_number(version text) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$ SELECT CASE WHEN errtrack.release_key(version) IS NOT NULL THEN (regexp_match(regexp_replace(version, '^.*@', ''), '[0-9]+'))[1]::numeric END $$;
COMMENT ON FUNCTION errtrack.release_number(text) IS 'x';
CREATE FUNCTION errtrack.release_compare(a text, b text) RETURNS int LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$ SELECT CASE WHEN a = b THEN 0 WHEN a LIKE '%@%' AND b LIKE '%@%' AND errtrack.release_package(a) <> errtrack.release_package(b) THEN NULL ELSE sign(CASE WHEN errtrack.release_key(a) > errtrack.release_key(b) THEN 1 WHEN errtrack.release_key(a) < errtrack.release_key(b) THEN -1 WHEN errtrack.release_key(a) = errtrack.release_key(b) THEN 0 END)::int END $$;
COMMENT ON FUNCTION errtrack.release_compare(text, text) IS 'x';
CREATE FUNCTION errtrack.lower_release(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT CASE WHEN coalesce(a, '') = '' THEN b WHEN coalesce(b, '') = '' THEN a WHEN errtrack.release_package(a) = errtrack.release_package(b) AND errtrack.release_compare(b, a) = -1 THEN b ELSE a END $$;
COMMENT ON FUNCTION errtrack.lower_release(text, text) IS 'x';
CREATE AGGREGATE errtrack.lowest_release(text) (SFUNC = errtrack.lower_release, STYPE = text);
COMMENT ON AGGREGATE errtrack.lowest_release(text) IS 'x';
