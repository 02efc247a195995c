-- Who may do what: a writer, a viewer and an operator each do their work and are refused everything else; nothing is
-- anybody's that was not granted; functions pin their search_path; everything has a COMMENT. Statements commit
-- (consume() cannot see what its own transaction wrote); the roles are dropped at the end.
\ir setup.psql
DROP ROLE IF EXISTS errtrack_t_writer, errtrack_t_viewer, errtrack_t_operator, errtrack_t_nobody, "errtrack T ""odd""";
CREATE ROLE errtrack_t_writer;
CREATE ROLE errtrack_t_viewer;
CREATE ROLE errtrack_t_operator;
CREATE ROLE errtrack_t_nobody;
CREATE ROLE "errtrack T ""odd""";

SELECT is(errtrack.grant_role('errtrack_t_writer', 'writer')::text, '', 'grant_role() of a writer');
SELECT is(errtrack.grant_role('errtrack_t_viewer', 'viewer')::text, '', '... a viewer');
SELECT is(errtrack.grant_role('errtrack_t_operator', 'operator')::text, '', '... an operator');
SELECT is(errtrack.grant_role('"errtrack T ""odd"""', kind)::text, '', '... ' || kind || ', of a role with an odd name')
FROM unnest(ARRAY['writer', 'viewer', 'operator', 'operator']) AS kind;
SELECT throws_ok(format('SELECT errtrack.grant_role(''errtrack_t_nobody'', %L)', kind), '22023', NULL, 'grant_role() refuses the kind ' || coalesce(kind, 'null'))
FROM unnest(ARRAY['owner', 'Writer', '', NULL, 'writer; DROP TABLE errtrack.issues']) AS kind;
SELECT throws_ok($$SELECT errtrack.grant_role('errtrack_t_unknown', 'writer')$$, '42704', NULL, '... and a role that there is not');
SELECT is(has_schema_privilege('errtrack_t_nobody', 'errtrack', 'USAGE'), false, '... and has granted nothing then');

--
-- A writer
--
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
WHERE attrelid = 'errtrack.raw_events'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('slot', 'txid') \gset
SELECT is(pg_temp.as_role('errtrack_t_writer', format('INSERT INTO errtrack.raw_events (%1$s) SELECT %1$s FROM errtrack.read_payload(''{"message": "all columns"}'')', :'columns')), 'ok',
          'a writer may INSERT all columns but slot and txid');
SELECT is(pg_temp.as_role('errtrack_t_writer', format('INSERT INTO errtrack.raw_events (message, %I) VALUES (''m'', %s)', c, v)), '42501', '... but not ' || c)
FROM (VALUES ('slot', '0'), ('txid', '''5''')) AS t (c, v);
SELECT is(pg_temp.as_role('errtrack_t_writer', statement), want, 'a writer: ' || statement)
FROM (VALUES
  ('ok', 'INSERT INTO errtrack.raw_events (message) VALUES (''written'') RETURNING event_id'),
  ('ok', 'INSERT INTO errtrack.raw_events (message) SELECT ''written'' FROM generate_series(1, 2)'),
  ('ok', 'SELECT errtrack.capture(''{"message": "written"}''::jsonb)'),
  ('ok', 'SELECT errtrack.capture(''written''::text)'),
  ('ok', 'SELECT errtrack.capture(''{"message": "\u0000"}''::text, 1)'),
  ('42501', 'INSERT INTO errtrack.raw_events (message) VALUES (''m'') RETURNING message'),
  ('42501', 'INSERT INTO errtrack.raw_events (message) VALUES (''m'') RETURNING *'),
  ('42501', 'INSERT INTO errtrack.raw_events_0 (message) VALUES (''m'')'),
  ('42501', 'SELECT message FROM errtrack.raw_events'),
  ('42501', 'SELECT * FROM errtrack.raw_events'),
  ('42501', 'SELECT event_id FROM errtrack.raw_events WHERE message = ''m'''),
  ('42501', 'SELECT count(txid) FROM errtrack.raw_events'),
  ('42501', 'SELECT event_id FROM errtrack.raw_events_0'),
  ('42501', 'UPDATE errtrack.raw_events SET message = ''m'''),
  ('42501', 'DELETE FROM errtrack.raw_events'),
  ('42501', 'TRUNCATE errtrack.raw_events'),
  ('42501', 'SELECT errtrack.consume()'),
  ('42501', 'SELECT errtrack.flush()'),
  ('42501', 'SELECT errtrack.resolve(1)'),
  ('42501', 'SELECT errtrack.set_status(NULL, ''resolve'', NULL)'),
  ('42501', 'SELECT errtrack.create_project(''p'')'),
  ('42501', 'SELECT errtrack.fingerprint(''{}'')'),
  ('42501', 'SELECT errtrack.grant_role(''errtrack_t_writer'', ''operator'')'),
  ('42501', 'SET errtrack.worker = off'),
  ('42501', 'SET errtrack.sample_first = 0')
) AS t (want, statement);
SELECT is(pg_temp.as_role('errtrack_t_writer', format('SELECT FROM errtrack.%I', relname)), '42501', 'a writer may not read ' || relname)
FROM pg_class WHERE relnamespace = 'errtrack'::regnamespace AND relkind IN ('r', 'v', 'm', 'S') ORDER BY relname;
SET client_min_messages = error;
SELECT is(pg_temp.as_role('errtrack_t_writer', 'INSERT INTO errtrack.raw_events (project_id, message) VALUES (99, ''stray'')'), 'ok', 'a writer may name an unknown project');
SET client_min_messages = warning;
SET ROLE errtrack_t_writer;
COPY errtrack.raw_events (message) FROM STDIN;
written
\.
RESET ROLE;
SELECT is(errtrack.consume(), 9, 'what a writer wrote can be consumed');
SELECT is((SELECT occurrence_count FROM errtrack.issues WHERE title = 'written'), 6::bigint, '... and is counted');

--
-- A viewer
--
SELECT is(pg_temp.as_role('errtrack_t_viewer', statement), want, 'a viewer: ' || statement)
FROM (VALUES
  ('ok', 'SELECT errtrack.parse_stack(''x'')'),
  ('ok', 'SELECT errtrack.print_stack(''[]'')'),
  ('ok', 'SELECT errtrack.normalize_message(''x'')'),
  ('ok', 'SELECT errtrack.fingerprint(''{"stack_trace": "E: x\n    at f (a.js:1:1)"}'')'),
  ('ok', 'SELECT * FROM errtrack.issue_users'),
  ('ok', 'SELECT * FROM errtrack.release_users'),
  ('ok', 'SELECT * FROM errtrack.issue_tags'),
  ('42501', 'SELECT event_id FROM errtrack.raw_events'),
  ('42501', 'SELECT FROM errtrack.raw_events_0'),
  ('42501', 'INSERT INTO errtrack.raw_events (message) VALUES (''m'')'),
  ('42501', 'SELECT errtrack.capture(''{}''::jsonb)'),
  ('42501', 'SELECT errtrack.capture(''{}''::text)'),
  ('42501', 'UPDATE errtrack.issues SET status = ''resolved'''),
  ('42501', 'DELETE FROM errtrack.issues'),
  ('42501', 'DELETE FROM errtrack.alerts'),
  ('42501', 'INSERT INTO errtrack.frame_rules (module, action) VALUES (''a'', ''in_app'')'),
  ('42501', 'SELECT nextval(''errtrack.issues_issue_id_seq'')'),
  ('42501', 'SELECT errtrack.resolve(1)'),
  ('42501', 'SELECT errtrack.acknowledge(1)'),
  ('42501', 'SELECT errtrack.ignore(1)'),
  ('42501', 'SELECT errtrack.reopen(1)'),
  ('42501', 'SELECT errtrack.auto_resolve()'),
  ('42501', 'SELECT errtrack.consume()'),
  ('42501', 'SELECT errtrack.flush()'),
  ('42501', 'SELECT errtrack.create_project(''p'')'),
  ('42501', 'SELECT errtrack.schedule_jobs()'),
  ('42501', 'SELECT errtrack.grant_role(''errtrack_t_viewer'', ''operator'')')
) AS t (want, statement);
SELECT is(pg_temp.as_role('errtrack_t_viewer', format('SELECT count(*) FROM errtrack.%I', relname)), 'ok', 'a viewer may read ' || relname)
FROM unnest(ARRAY['projects', 'issues', 'occurrences', 'alerts', 'issue_counts', 'issue_releases', 'set_aside_events', 'event_outcomes', 'frame_rules', 'fingerprints', 'seen_events', 'issue_people', 'release_people', 'issue_users', 'release_users', 'issue_facets', 'issue_tags']) AS relname;

--
-- An operator
--
SELECT issue_id AS issue FROM errtrack.issues WHERE title = 'written' \gset
SELECT is(pg_temp.as_role('errtrack_t_operator', format(statement, :issue)), want, 'an operator: ' || statement)
FROM (VALUES
  ('ok', 'SELECT errtrack.acknowledge(%s)'),
  ('ok', 'SELECT errtrack.ignore(%s)'),
  ('ok', 'SELECT errtrack.reopen(%s)'),
  ('ok', 'SELECT errtrack.resolve(%s, ''r'')'),
  ('P0002', 'SELECT errtrack.resolve(-1)'),
  ('ok', 'SELECT errtrack.auto_resolve()'),
  ('ok', 'SELECT errtrack.create_project(''operated'')'),
  ('ok', 'SELECT errtrack.consume()'),
  ('ok', 'SELECT errtrack.flush()'),
  ('ok', 'SELECT count(*) FROM errtrack.issues'),
  ('ok', 'SELECT count(*) FROM errtrack.occurrences'),
  ('42883', 'SELECT errtrack.schedule_jobs()'),
  ('42501', 'SELECT event_id FROM errtrack.raw_events'),
  ('42501', 'INSERT INTO errtrack.raw_events (message) VALUES (''m'')'),
  ('42501', 'UPDATE errtrack.issues SET occurrence_count = 0'),
  ('42501', 'DELETE FROM errtrack.issues'),
  ('42501', 'SELECT errtrack.set_status(NULL, ''resolve'', NULL) WHERE %s > 0'),
  ('42501', 'SELECT errtrack.consume_batch(1)'),
  ('42501', 'SELECT errtrack.fold(NULL, NULL, NULL)'),
  ('42501', 'SELECT errtrack.adopt_restored_events()'),
  ('42501', 'SELECT errtrack.notify_alert(1, ''new'', 1, ''p'', 1, ''t'', ''c'', ''l'', ''e'', ''r'', 1, now())'),
  ('42501', 'SELECT errtrack.grant_role(''errtrack_t_operator'', ''writer'')')
) AS t (want, statement);
SELECT is((SELECT status::text FROM errtrack.issues WHERE issue_id = :issue), 'resolved', 'what an operator did is done');
-- an operator's search_path and temporary objects do not reach into what runs with the owner's rights
INSERT INTO errtrack.raw_events (message) VALUES ('hijack');
CALL pg_temp.make_evil_schema('errtrack_t_operator');
SET ROLE errtrack_t_operator;
CREATE TEMP TABLE pg_class (relname text);
SET search_path = errtrack_t_evil, pg_catalog;
SELECT errtrack.consume() AS hijack_consumed \gset
SELECT (errtrack.resolve(:issue)).status AS hijack_resolved \gset
SELECT errtrack.auto_resolve() AS hijack_auto \gset
RESET search_path;
RESET ROLE;
DROP TABLE pg_temp.pg_class;
SELECT is(:'hijack_consumed' || ' ' || :'hijack_resolved' || ' ' || :'hijack_auto', '1 resolved 0', 'an operator''s search_path changes nothing of what runs with the owner''s rights');
DROP SCHEMA errtrack_t_evil CASCADE;

--
-- Nobody
--
SELECT is(pg_temp.as_role('errtrack_t_nobody', statement), '42501', 'somebody else: ' || statement)
FROM unnest(ARRAY['INSERT INTO errtrack.raw_events (message) VALUES (''m'')', 'SELECT count(*) FROM errtrack.issues', 'SELECT errtrack.capture(''{}''::jsonb)', 'SELECT errtrack.parse_stack(''x'')']) AS statement;
GRANT USAGE ON SCHEMA errtrack TO errtrack_t_nobody;
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'errtrack'::regnamespace AND has_function_privilege('errtrack_t_nobody', p.oid, 'EXECUTE')$$,
                'no function may be called by PUBLIC');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                  AND (has_table_privilege('errtrack_t_nobody', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege('errtrack_t_nobody', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))$$,
                'no table may be used by PUBLIC');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'errtrack'::regnamespace AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege('errtrack_t_nobody', c.oid, 'USAGE, SELECT, UPDATE') END$$,
                'no sequence either');
REVOKE USAGE ON SCHEMA errtrack FROM errtrack_t_nobody;
SELECT is(has_schema_privilege('public', 'errtrack', 'USAGE, CREATE'), false, 'nor the schema');
SELECT isnt_empty($$SELECT FROM pg_proc WHERE pronamespace = 'errtrack'::regnamespace$$, '(there are functions)');

--
-- Hygiene
--
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
                  WHERE p.pronamespace = 'errtrack'::regnamespace AND l.lanname <> 'c' AND p.prokind <> 'a'
                    AND NOT coalesce(array_to_string(p.proconfig, E'\n') ~ '(^|\n)search_path=pg_catalog, pg_temp($|\n)', false)
                    AND NOT (l.lanname = 'sql' AND p.proconfig IS NULL AND NOT p.prosecdef AND p.provolatile = 'i' AND p.prorettype <> 'record'::regtype AND NOT p.proretset)
                    AND p.prosqlbody IS NULL$$,
                'every function has its search_path pinned, or is C, or SQL that is inlined, or was parsed when it was made, or an aggregate of these');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'errtrack'::regnamespace AND p.prosecdef
                  AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)$$, 'every SECURITY DEFINER function pins it');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                  AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''$$, 'every table has a COMMENT');
SELECT is_empty($$SELECT c.oid::regclass, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
                  WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
                    AND coalesce(col_description(c.oid, a.attnum), '') = ''$$, 'every column has one (those of a leaf are its parent''s)');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'errtrack'::regnamespace AND coalesce(obj_description(p.oid, 'pg_proc'), '') = ''$$, 'every function has one');
SELECT is_empty($$SELECT t.oid::regtype FROM pg_type AS t WHERE t.typnamespace = 'errtrack'::regnamespace AND t.typelem = 0 AND (t.typtype IN ('e', 'd') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE oid = t.typrelid AND relkind = 'c'))
                  AND coalesce(obj_description(t.oid, 'pg_type'), '') = ''$$, 'every type has one');
SELECT is_empty($$SELECT classid::regclass, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'errtrack') AND deptype = 'e'
                  AND classid = 'pg_proc'::regclass AND objid NOT IN (SELECT oid FROM pg_proc WHERE pronamespace = 'errtrack'::regnamespace)$$, 'the extension has no function outside of its schema');
SELECT isnt_empty($$SELECT FROM pg_class WHERE relnamespace = 'errtrack'::regnamespace AND relispartition AND relkind = 'r'$$, '(there are leaves)');

-- pg_cron is not what somebody else calls so
SELECT format('GRANT CREATE ON DATABASE %I TO errtrack_t_operator', current_database()) \gexec
SET ROLE errtrack_t_operator;
CREATE SCHEMA cron;
CREATE FUNCTION cron.schedule(text, text, text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'it runs as %', current_user; END $$;
SELECT throws_ok('SELECT errtrack.schedule_jobs()', '42883', 'pg_cron is not installed in this database', 'an operator''s own schedule() is not called');
RESET ROLE;
DROP SCHEMA cron CASCADE;
SELECT format('REVOKE CREATE ON DATABASE %I FROM errtrack_t_operator', current_database()) \gexec

SELECT finish();
DROP EXTENSION errtrack CASCADE;
DROP SCHEMA IF EXISTS errtrack CASCADE;
DROP ROLE errtrack_t_writer, errtrack_t_viewer, errtrack_t_operator, errtrack_t_nobody, "errtrack T ""odd""";
