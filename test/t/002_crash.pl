# Crashes: of the worker, of the server, under load.  What was committed is counted once, and each issue told of once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('crash', "errtrack.worker_idle_timeout = '1h'\nrestart_after_crash = on");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION errtrack');

my $script = pgbench_script(<<'END');
\set kind random(1, 60)
INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Failure' || :kind, 'under load');
END

# Runs clients until the server goes, or somebody ends them.
sub start_load
{
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ 'pgbench', '--no-vacuum', '--client=4', '--jobs=2', '--time=600', '--file', $script,
			$node->connstr('postgres') ],
		'>', \$out, '2>', \$err);
	my $n = $node->safe_psql('postgres', 'SELECT count(*) + 300 FROM errtrack.raw_events');
	ok( $node->poll_query_until(
			'postgres', "SELECT count(*) > $n FROM errtrack.raw_events"), 'the load runs');
	return $run;
}

# Ends the clients.
sub end_load
{
	my ($run) = @_;
	$run->kill_kill;
	# a client's last statement may still be running
	$node->poll_query_until('postgres',
		"SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgbench'");
}

# Kills the worker, upon which the server restarts.
sub kill_worker
{
	my ($name) = @_;
	my $pid = wait_worker($node, 'postgres', "$name: the worker is there");
	kill 'KILL', $pid;
	ok( $node->poll_query_until(
			'postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)"),
		"$name: the server is back");
}

# An event wakes a worker; then all there is must be counted.
sub check_all
{
	my ($name) = @_;
	send_event($node, 'postgres', 'somebody is awake');
	ok( $node->poll_query_until(
			'postgres', 'SELECT (SELECT sum(occurrence_count) FROM errtrack.issues) >= (SELECT count(*) FROM errtrack.raw_events)'),
		"$name: all is counted");
	counts_ok($node, 'postgres', $name);
}

# --- the worker is killed, which makes the server restart
for my $round (1 .. 3)
{
	my $load = start_load();
	kill_worker("round $round");
	end_load($load);
	check_all("round $round: the worker was killed");
}

# --- in the middle of a window that passes in pieces
$node->safe_psql('postgres',
	"INSERT INTO errtrack.raw_events (exception_class, message)
	 SELECT 'Piece' || n % 70, 'of many' FROM generate_series(1, 30000) AS n");
ok( $node->poll_query_until(
		'postgres', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'),
	'a window passes in pieces');
kill_worker('between pieces');
is( $node->safe_psql('postgres',
		'SELECT sum(occurrence_count) < (SELECT count(*) FROM errtrack.raw_events) FROM errtrack.issues'),
	't', 'the window was not at its end');
check_all('a worker was killed between pieces');

# --- the worker is ended politely, and gets successors
my $load = start_load();
for my $round (1 .. 5)
{
	my $pid = wait_worker($node, 'postgres', "round $round: a worker is there");
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
	ok( $node->poll_query_until(
			'postgres',
			"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND pid <> $pid"),
		"round $round: it has a successor");
}
end_load($load);
check_all('workers were terminated');

# --- the server stops, at once and orderly
for my $mode ('immediate', 'fast')
{
	$load = start_load();
	$node->stop($mode);
	$load->kill_kill;
	$node->start;
	check_all("the server was stopped ($mode)");
}

cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM errtrack.issues'),
	'>', 100, 'all this was about many issues');

# --- a prepared transaction outlives a crash
$node->safe_psql('postgres',
	"BEGIN; INSERT INTO errtrack.raw_events (message) VALUES ('prepared'); PREPARE TRANSACTION 'one';");
send_event($node, 'postgres', 'passes it by');
check_all('a prepared transaction was passed by');
$node->stop('immediate');
$node->start;
check_all('a prepared transaction was passed by, before a crash');
$node->safe_psql('postgres', "COMMIT PREPARED 'one'");
check_all('a prepared transaction was committed after a crash');

$node->stop;
done_testing();
