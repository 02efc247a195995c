# Settings that a DBA or an application may have chosen: events are sent, folded and consumed all the same.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('settings', "errtrack.worker_idle_timeout = '100ms'");
$node->start;

# The judge has the settings of before, the worker and the application those of the database.
$node->safe_psql('postgres', 'CREATE ROLE judge SUPERUSER LOGIN; CREATE ROLE app LOGIN; CREATE ROLE nobody; CREATE DATABASE shop');
$ENV{PGUSER} = 'judge';
create_errtrack($node, 'shop');
$node->safe_psql(
	'shop', q{
SELECT errtrack.grant_role('app', 'writer');
CREATE SCHEMA evil;
CREATE FUNCTION evil.count() RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$SELECT '-infinity'::timestamptz$$;
CREATE FUNCTION evil.pg_visible_in_snapshot(xid8, pg_snapshot) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION evil.int4lt(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR evil.< (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.int4lt);
GRANT USAGE ON SCHEMA evil, public TO app;
GRANT INSERT ON public.sent TO app});

# What an application sends: a trace, and JSON with what jsonb refuses.
my $send = recorded('exception_class, message, release, tags, stack_trace', q{
SELECT 'Some' || n, 'number ' || n, '1.' || n, '{"a": "b"}'::pg_catalog.jsonb,
       'Traceback (most recent call last):' || chr(10) || '  File "a.py", line 1, in f' || n || chr(10) || 'Some: x'
FROM pg_catalog.generate_series(1, 20) AS n}) . q{;
WITH c AS (SELECT errtrack.capture('{"exception_class": "Json", "message": "a' || chr(92) || 'u0000b"}') AS event_id)
INSERT INTO public.sent SELECT 1, event_id FROM c};

my %groups = (
	'timeouts' => {
		'statement_timeout' => '1ms', 'lock_timeout' => '1ms', 'idle_in_transaction_session_timeout' => '1ms',
		'idle_session_timeout' => '1ms', 'deadlock_timeout' => '1ms' },
	'read only' => { 'default_transaction_read_only' => 'on' },
	'serializable' => { 'default_transaction_isolation' => 'serializable', 'default_transaction_deferrable' => 'on' },
	'repeatable read' => { 'default_transaction_isolation' => 'repeatable read' },
	'names and roles' => {
		'search_path' => 'evil, pg_catalog', 'session_replication_role' => 'replica', 'row_security' => 'off' },
	'a role without rights' => { 'role' => 'nobody' },
	'strings' => { 'standard_conforming_strings' => 'off', 'escape_string_warning' => 'off' },
	'how text is written' => {
		'backslash_quote' => 'off',
		'datestyle' => 'German, DMY', 'intervalstyle' => 'sql_standard', 'timezone' => 'Asia/Kathmandu',
		'extra_float_digits' => '-15', 'bytea_output' => 'escape', 'client_encoding' => 'LATIN1',
		'quote_all_identifiers' => 'on', 'xmloption' => 'document', 'array_nulls' => 'off',
		'transform_null_equals' => 'on' },
	'plans' => {
		(   map { ("enable_$_" => 'off') } qw(indexscan indexonlyscan bitmapscan tidscan hashjoin mergejoin hashagg sort
			  incremental_sort material memoize partition_pruning) ),
		'join_collapse_limit' => 1, 'from_collapse_limit' => 1, 'geqo_threshold' => 2, 'plan_cache_mode' => 'force_generic_plan',
		'force_parallel_mode' => 'on', 'parallel_setup_cost' => 0, 'parallel_tuple_cost' => 0,
		'min_parallel_table_scan_size' => 0, 'jit_above_cost' => 0, 'constraint_exclusion' => 'on' },
	'memory' => {
		'work_mem' => '64kB', 'hash_mem_multiplier' => 1, 'temp_file_limit' => 0, 'temp_buffers' => '800kB',
		'maintenance_work_mem' => '1MB' },
	'PL/pgSQL' => {
		'plpgsql.variable_conflict' => 'use_variable', 'plpgsql.extra_errors' => 'all', 'plpgsql.extra_warnings' => 'all',
		'plpgsql.check_asserts' => 'off', 'plpgsql.print_strict_params' => 'on', 'check_function_bodies' => 'off' },
	'errors' => { 'exit_on_error' => 'on' },
	'watching' => {
		'track_activities' => 'off', 'track_counts' => 'off', 'track_functions' => 'all', 'log_statement_stats' => 'on',
		'session_preload_libraries' => 'auto_explain', 'auto_explain.log_min_duration' => 0,
		'auto_explain.log_nested_statements' => 'on', 'auto_explain.log_analyze' => 'on',
		'log_min_error_statement' => 'panic' },
	'storage' => {
		'default_toast_compression' => 'pglz', 'synchronous_commit' => 'off', 'commit_delay' => 10, 'vacuum_freeze_min_age' => 0,
		'wal_compression' => 'pglz' });

# Gives the database a group of settings, and the judge what it had without them.
sub set_group
{
	my ($group) = @_;
	my $sql = 'ALTER DATABASE shop RESET ALL; ALTER ROLE judge IN DATABASE shop RESET ALL;';
	for my $name (sort keys %$group)
	{
		my $list = $name eq 'search_path';
		my $was = $name =~ /^(plpgsql|auto_explain|session_preload)/ ? undef : $node->safe_psql('postgres', "SELECT current_setting('$name')");
		$sql .= "ALTER DATABASE shop SET $name = " . ($list ? $group->{$name} : "'$group->{$name}'") . ';';
		$sql .= "ALTER ROLE judge IN DATABASE shop SET $name = " . ($list ? $was : "'$was'") . ';' if defined $was;
	}
	$node->safe_psql('postgres', $sql);
}

for my $name (sort keys %groups)
{
	set_group($groups{$name});
	wait_no_worker($node, 'shop', "$name: no worker is there");
	my $log_size = -s $node->logfile;
	# some settings are against the application itself
	my $user = $name =~ /timeouts|read only|without rights/ ? 'judge' : 'app';
	my ($status, $out, $err) =
	  $node->psql('shop', $send, connstr => $node->connstr('shop') . " user=$user", on_error_stop => 1);
	is("$status $err", '0 ', "$name: events are sent");
	oracle_ok($node, 'shop', $name, worker => 1);
	unlike(slurp_file($node->logfile, $log_size), qr/tries again in \d+ s/, "$name: the worker meets no error");
}

# --- the extension is the same, whatever backslashes mean where it is created
$node->safe_psql('postgres', "CREATE DATABASE strings ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0; ALTER DATABASE strings SET standard_conforming_strings = off");
$node->safe_psql('postgres', 'ALTER DATABASE shop RESET ALL; ALTER ROLE judge IN DATABASE shop RESET ALL');
my ($status, $out, $err) = $node->psql('strings', 'CREATE EXTENSION errtrack');
is("$status $err", '0 ', 'the extension is created where strings do not conform to the standard');
for my $query (
	'SELECT * FROM errtrack.frame_rules ORDER BY rule_id',
	"SELECT oid::regclass, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = 'errtrack'::regnamespace AND relkind = 'v' ORDER BY relname",
	"SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'errtrack'::regnamespace ORDER BY 1, 2")
{
	is( $node->safe_psql('strings', "SET standard_conforming_strings = on; $query"),
		$node->safe_psql('shop', $query),
		'it has the same in it: ' . substr($query, 0, 40));
}
($status, $out, $err) = $node->psql('strings', q{
SELECT errtrack.capture('{"message": "a' || chr(92) || 'u0000' || chr(92) || 'ud800b"}');
INSERT INTO errtrack.fingerprint_rules (exception_class, title, fingerprint) VALUES ('x', '{{ type }}', ARRAY['{{ default }}']);
SELECT errtrack.flush()});
is("$status $err", '0 ', 'a payload is mended, and a rule is checked, without a warning');
is( $node->safe_psql('strings', "SELECT message = 'a' || repeat(chr(65533), 2) || 'b', flags FROM errtrack.occurrences"),
	't|{payload_repaired}', 'as anywhere');

# --- what a terminal would obey is printed escaped, in whichever bytes the database's encoding has it
for my $case (
	[ 'UTF8', 'e282ac c3a9 c29b', 'e282ac c3a9 5c786332 5c783962' ],
	[ 'SQL_ASCII', 'e282ac c3a9 c29b', 'e282ac c3a9 5c786332 5c783962' ],
	[ 'LATIN1', '80 c29b e9 9f a0', '5c783830 c2 5c783962 e9 5c783966 a0' ],
	[ 'LATIN9', '9b a4', '5c783962 a4' ],
	[ 'EUC_JP', 'a4a2 8eb1', 'a4a2 8eb1' ],
	[ 'ISO_8859_8', '9b e0', '5c783962 e0' ],
	[ 'WIN1252', '80 c280 9b', '80 c280 9b' ])
{
	my ($encoding, $message, $printed) = @$case;
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($database, "CREATE EXTENSION errtrack; ALTER DATABASE $database SET client_encoding = '$encoding'");
	(my $wanted = "453a20$printed") =~ s/ //g;
	is( $node->safe_psql($database, qq{
SELECT encode(convert_to(errtrack.print_stack(jsonb_build_array(jsonb_build_object('type', 'E', 'value',
  convert_from(decode('$message', 'hex'), '$encoding')))), '$encoding'), 'hex')}),
		$wanted,
		"controls in $encoding");
}

$node->stop;
done_testing();
