# Crashes: of the worker, of the server, under load.  What was committed is counted once, and each issue told of once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('crash', "errtrack.worker_idle_timeout = '1h'\nrestart_after_crash = on");
$node->start;
create_errtrack($node, 'postgres');

# Kills the worker, upon which the server restarts.
sub kill_worker
{
	my ($name) = @_;
	my $pid = wait_worker($node, 'postgres', "$name: the worker is there");
	kill 'KILL', $pid;
	wait_restarted($node, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)",
		"$name: the server is back");
}

# After an event that wakes a worker all there is must be counted.
sub check_all
{
	my ($name) = @_;
	send_event($node, 'postgres', 'somebody is awake');
	oracle_ok($node, 'postgres', $name, worker => 1);
}

# --- the worker is killed, which makes the server restart
for my $round (1 .. 3)
{
	my $load = start_load($node, 'postgres');
	kill_worker("round $round");
	end_load($load);
	check_all("round $round: the worker was killed");
}

# --- in the middle of a window that passes in pieces
send_events($node, 'postgres', 'exception_class, message',
	"SELECT 'Piece' || n % 70, 'of many' FROM generate_series(1, 30000) AS n");
ok( $node->poll_query_until(
		'postgres', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'),
	'a window passes in pieces');
kill_worker('between pieces');
is( $node->safe_psql('postgres',
		'SELECT sum(occurrence_count) < (SELECT count(*) FROM sent) FROM errtrack.issues'),
	't', 'the window was not at its end');
check_all('a worker was killed between pieces');

# --- the worker is ended politely, and gets successors
my $load = start_load($node, 'postgres');
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
	$load = start_load($node, 'postgres');
	$node->stop($mode);
	end_load($load);
	$node->start;
	check_all("the server was stopped ($mode)");
}

cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM errtrack.issues'),
	'>', 100, 'all this was about many issues');

# --- a batch that is taken back leaves dead rows behind, which the next one meets
$node->append_conf('postgresql.conf', 'errtrack.worker = off');
$node->reload;
wait_no_worker($node, 'postgres', 'the worker leaves');
send_events($node, 'postgres', 'exception_class, message',
	"SELECT 'Failure' || n % 60, 'taken back' FROM generate_series(1, 2500) AS n");
$node->safe_psql('postgres', 'BEGIN; SELECT errtrack.consume(); ROLLBACK;');
is($node->safe_psql('postgres', 'SELECT errtrack.consume()'), 2500, 'a batch that was taken back is folded again');
oracle_ok($node, 'postgres', 'a batch was taken back');
$node->append_conf('postgresql.conf', 'errtrack.worker = on');
$node->reload;

# --- a prepared transaction outlives a crash
$node->safe_psql('postgres',
	'BEGIN; ' . recorded('message', "VALUES ('prepared')") . "; PREPARE TRANSACTION 'one';");
send_event($node, 'postgres', 'passes it by');
check_all('a prepared transaction was passed by');
$node->stop('immediate');
$node->start;
check_all('a prepared transaction was passed by, before a crash');
$node->safe_psql('postgres', "COMMIT PREPARED 'one'");
check_all('a prepared transaction was committed after a crash');

$node->stop;
done_testing();
