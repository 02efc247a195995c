# The library preloaded: workers from server start on; and a dump, restored elsewhere.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('preload', <<'END');
shared_preload_libraries = 'errtrack'
errtrack.databases = 'postgres'
errtrack.worker_idle_timeout = '100ms'
END
$node->start;

# --- a database of the list that has no errtrack: looked at now and then, not all the time
my $starts = qr/starting background worker process "errtrack worker postgres"/;
ok(eval { $node->wait_for_log($starts, 0) }, 'a worker looks at a database of the list before anybody connects');
$node->safe_psql('postgres', 'SELECT 1') for 1 .. 30;
my $started = () = slurp_file($node->logfile) =~ /$starts/g;
ok($started >= 1 && $started < 5, "it finds no errtrack there, and is not started again at once ($started starts)");

# --- a worker from the beginning
create_errtrack($node, 'postgres');
wait_worker($node, 'postgres', 'a worker comes to a database of the list without any event');
$node->restart;
my $pid = wait_worker($node, 'postgres', 'a worker is there from server start on');
ok(slurp_file($node->logfile) !~ /FATAL: +cannot/, 'the launcher does not fail when the server starts');
send_event($node, 'postgres', 'first');
wait_counted($node, 'postgres', 1, 'an event');

# a worker that an event started elsewhere leaves; this one stays
$node->safe_psql('postgres', $_) for 'CREATE DATABASE second', 'CREATE DATABASE "Strange, name"';
for my $round (1 .. 3)
{
	create_errtrack($node, 'second') if $round == 1;
	send_event($node, 'second', 'elsewhere');
	wait_counted($node, 'second', $round, "an event of a database that is not in the list, round $round");
	wait_no_worker($node, 'second', "its worker leaves, round $round");
}
is(wait_worker($node, 'postgres', 'the worker of the list stays'), $pid, 'and is the same');

# it folds what a prepared transaction wrote
$node->safe_psql('postgres',
	'BEGIN; ' . recorded('exception_class, message', "VALUES ('Failure', 'first')") . "; PREPARE TRANSACTION 'one';");
$node->safe_psql('postgres', "COMMIT PREPARED 'one'");
wait_counted($node, 'postgres', 2, 'an event of a prepared transaction');

# --- databases are added by reload
create_errtrack($node, 'Strange, name');
$node->append_conf('postgresql.conf', q{errtrack.databases = 'postgres, second, "Strange, name", absent'});
$node->reload;
wait_worker($node, 'second', 'a database that is added to the list gets a worker');
wait_worker($node, 'Strange, name', 'and one with a strange name');

# --- a worker that ends has a successor
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok( $node->poll_query_until(
		'postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = 'postgres' AND pid <> $pid"),
	'a worker that is terminated gets a successor');
send_event($node, 'postgres', 'first');
wait_counted($node, 'postgres', 3, 'the successor works');
oracle_ok($node, 'postgres', 'preloaded');

# --- dump and restore
$node->safe_psql('postgres', $_)
  for 'CREATE DATABASE source', 'ALTER DATABASE source SET errtrack.worker = off';
$node->safe_psql(
	'source', q{
CREATE EXTENSION errtrack;
SELECT errtrack.create_project('shop');
INSERT INTO errtrack.frame_rules (project_id, platform, module, action) VALUES (2, 'java', 'com.mine.*', 'not_in_app');
INSERT INTO errtrack.raw_events (project_id, exception_class, message, release)
SELECT 1 + n % 2, 'Known' || chr(97 + n % 4), 'consumed', '1.0' FROM generate_series(1, 40) AS n;
SELECT errtrack.consume();
SELECT errtrack.resolve(1, '2.0');
SELECT errtrack.ignore(2);
SELECT errtrack.capture('{"message": "nowhere"}', 99);
SELECT errtrack.consume()});
# these are not consumed, some of them in a window that has passed in part; one has been seen before
$node->safe_psql(
	'source', q{
INSERT INTO errtrack.raw_events (project_id, exception_class, message)
SELECT 1 + n % 2, CASE WHEN n < 5 THEN 'Known' ELSE 'Fresh' END || chr(97 + n % 4), 'not consumed' FROM generate_series(1, 10) AS n});
$node->safe_psql('source', 'SELECT errtrack.consume(3)');
$node->safe_psql(
	'source', q{
INSERT INTO errtrack.raw_events (event_id, exception_class, message)
SELECT event_id, 'Knownb', 'sent again' FROM errtrack.seen_events WHERE project_id = 1 LIMIT 1;
INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Knowna', 'consumed')});
is($node->safe_psql('source', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'), 't',
	'a window has passed in part');

my $dump = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dump/custom", 'source' ], 'pg_dump -Fc');
$node->command_ok([ 'pg_dump', '-f', "$dump/plain.sql", 'source' ], 'pg_dump, plain');

# All that must be the same; issue ids of the same batch may be drawn in another order.
my $state = q{
SELECT 'project', project_id, name, NULL, NULL FROM errtrack.projects
UNION ALL SELECT 'rule', project_id, module, action, rule_id::text FROM errtrack.frame_rules WHERE NOT built_in
UNION ALL SELECT 'issue', project_id, title, status::text, concat_ws(' ', occurrence_count, regression_count, release_introduced, release_fixed, resolved_at)
  FROM errtrack.issues
UNION ALL SELECT 'known issue', project_id, title, issue_id::text, NULL FROM errtrack.issues WHERE issue_id <= 4
UNION ALL SELECT 'fingerprint', f.project_id, i.title, f.fingerprint::text, f.version::text FROM errtrack.fingerprints AS f JOIN errtrack.issues AS i USING (issue_id)
UNION ALL SELECT 'seen', project_id, event_id::text, received_at::text, NULL FROM errtrack.seen_events
UNION ALL SELECT 'kept', o.project_id, o.event_id::text, i.title, o.message FROM errtrack.occurrences AS o JOIN errtrack.issues AS i USING (issue_id)
UNION ALL SELECT 'alert', a.project_id, i.title, a.kind::text, count(*)::text FROM errtrack.alerts AS a JOIN errtrack.issues AS i USING (issue_id) GROUP BY 2, 3, 4
UNION ALL SELECT 'bucket', c.project_id, i.title, c.bucket::text, c.events::text FROM errtrack.issue_counts AS c JOIN errtrack.issues AS i USING (issue_id)
UNION ALL SELECT 'release', r.project_id, i.title, r.release || '/' || r.environment, r.events::text FROM errtrack.issue_releases AS r JOIN errtrack.issues AS i USING (issue_id)
UNION ALL SELECT 'outcome', project_id, outcome, events::text, NULL FROM errtrack.event_outcomes
UNION ALL SELECT 'set aside', project_id, event_id::text, reason, event::text FROM errtrack.set_aside_events
UNION ALL SELECT 'issue ids', NULL, NULL, NULL, last_value::text FROM errtrack.issues_issue_id_seq
UNION ALL SELECT 'project ids', NULL, NULL, NULL, last_value::text FROM errtrack.projects_project_id_seq
ORDER BY 1, 2, 3, 4, 5};
is($node->safe_psql('source', 'SELECT errtrack.flush()'), 't', 'the source is consumed after the dump');
my $expected = $node->safe_psql('source', $state);
like($expected, qr/^outcome\|1\|duplicate\|1/m, 'the event that was sent again was recognised');

# Checks a restored database.
sub check_restored
{
	my ($database, $how) = @_;
	is($node->safe_psql($database, $state), $expected, "$how: as if it had been consumed where it was dumped");
	is($node->safe_psql($database, 'SELECT errtrack.consume()'), 0, "$how: and nothing is left");
	is( $node->safe_psql(
			$database, q{SELECT count(*) = count(DISTINCT (project_id, platform, module, function, file, exception_class)) FROM errtrack.frame_rules}),
		't', "$how: no frame rule twice");
	is($node->safe_psql($database, q{SELECT errtrack.create_project('after')}), 3, "$how: projects go on");
	$node->safe_psql($database,
		q{INSERT INTO errtrack.frame_rules (module, action) VALUES ('after', 'not_in_app')});
	my $n = $node->safe_psql($database, 'SELECT count(*), max(issue_id) FROM errtrack.issues');
	my ($count, $max) = split /\|/, $n;
	$node->safe_psql($database,
		q{INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('After', 'the restore')});
	is($node->safe_psql($database, 'SELECT errtrack.flush()'), 't', "$how: events go on");
	is( $node->safe_psql($database, q{SELECT issue_id, occurrence_count FROM errtrack.issues WHERE exception_class = 'After'}),
		($max + 1) . '|1', "$how: issue ids go on");
}

$node->safe_psql('postgres', "CREATE DATABASE $_") for 'custom', 'plain', 'woken', 'between';
$node->command_ok([ 'pg_restore', '-1', '-d', 'custom', "$dump/custom" ], 'pg_restore -1');
is($node->safe_psql('custom', 'SELECT errtrack.flush()'), 't', 'flush() after pg_restore -1');
check_restored('custom', 'pg_restore -1');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dump/plain.sql", 'plain' ], 'psql');
is($node->safe_psql('plain', 'SELECT errtrack.flush()'), 't', 'flush() after psql');
check_restored('plain', 'psql');

# the next event brings a worker, which takes the restored ones, too
$node->command_ok([ 'pg_restore', '-1', '-d', 'woken', "$dump/custom" ], 'pg_restore -1 once more');
$node->safe_psql('woken', q{INSERT INTO errtrack.raw_events (message) VALUES ('after the restore')});
wait_counted($node, 'woken', 52, 'restored events, and one that woke the worker');

# --- a worker may be there while a dump is read in piece by piece: here, just before the sequences are set.
# The first call takes the restored events over, the second one folds them.
$node->safe_psql('postgres', $_)
  for 'CREATE DATABASE tiny', 'ALTER DATABASE tiny SET errtrack.worker = off';
$node->safe_psql(
	'tiny', q{
CREATE EXTENSION errtrack;
INSERT INTO errtrack.raw_events (exception_class) VALUES ('Consumed');
SELECT errtrack.consume()});
$node->safe_psql('tiny', q{INSERT INTO errtrack.raw_events (exception_class) VALUES ('Fresh')});
$node->command_ok([ 'pg_dump', '-f', "$dump/tiny.sql", 'tiny' ], 'pg_dump of few events');
my $plain = slurp_file("$dump/tiny.sql");
ok($plain =~ s/^(?=SELECT pg_catalog\.setval)/SELECT errtrack.consume();\nSELECT errtrack.consume();\n/m,
	'the dump sets sequences');
append_to_file("$dump/between.sql", $plain);
$node->command_ok([ 'psql', '-Xqo', '/dev/null', '-f', "$dump/between.sql", 'between' ],
	'psql, while somebody consumes');
$node->safe_psql('between', 'SELECT errtrack.consume()') for 1 .. 2;
is( $node->safe_psql('between', 'SELECT title, occurrence_count FROM errtrack.issues ORDER BY 1'),
	"Consumed|1\nFresh|1", 'psql, while somebody consumes: each event is in its own issue');

$node->stop;
done_testing();
