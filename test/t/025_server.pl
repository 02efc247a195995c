# The server under load: its postmaster killed, stopped at once again and again, and without a place for a worker.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_node('server', "errtrack.worker_idle_timeout = '1h'");
$node->start;
create_errtrack($node, 'postgres');

# Starts the server as soon as the processes of the last one are gone.
sub start_again
{
	my ($name) = @_;
	my $started = 0;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		$started = $node->start(fail_ok => 1);
		last if $started;
		# the file of the one that was killed is taken for that of a server
		$node->stop('fast', fail_ok => 1);
		usleep(100_000);
	}
	ok($started, "$name: the server starts again");
}

# --- the postmaster is killed: the others find out, finish what they are at, and leave
for my $round (1 .. 2)
{
	my $load = start_load($node, 'postgres');
	# with a large window on its way
	send_events($node, 'postgres', 'exception_class, message',
		"SELECT 'Piece' || n % 70, 'of many' FROM generate_series(1, 12000) AS n")
	  if $round == 2;
	$node->kill9;
	end_load($load);
	start_again("kill -9 of the postmaster, round $round");
	send_event($node, 'postgres', 'somebody is awake');
	oracle_ok($node, 'postgres', "kill -9 of the postmaster, round $round", worker => 1);
}

# --- stopped at once, several times in a row, also before it has recovered
for my $round (1 .. 4)
{
	my $load = start_load($node, 'postgres');
	$node->stop('immediate');
	end_load($load);
	$node->start;
	next if $round % 2;
	send_event($node, 'postgres', 'somebody is awake');
	wait_worker($node, 'postgres', "pg_ctl stop -m immediate, round $round: a worker is there");
	$node->stop('immediate');
	$node->start;
}
send_event($node, 'postgres', 'somebody is awake');
oracle_ok($node, 'postgres', 'pg_ctl stop -m immediate, again and again', worker => 1);

# --- no place for a worker: others have them all
$node->safe_psql('template1', "CREATE DATABASE $_") for 'first', 'second';
create_errtrack($node, $_) for 'first', 'second';
# one place is the server's own, for logical replication
$node->append_conf('postgresql.conf', 'max_worker_processes = 3');
$node->restart;
for my $database ('first', 'second')
{
	send_event($node, $database, 'takes a place');
	wait_worker($node, $database, "a worker of database $database");
}
my $load = start_load($node, 'postgres');
end_load($load);
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = 'postgres'"),
	0, 'no place for another worker');
is( $node->safe_psql('postgres', 'SELECT sum(occurrence_count) < (SELECT count(*) FROM sent) FROM errtrack.issues'),
	't', 'INSERT succeeds, and the events wait');
cmp_ok($node->safe_psql('postgres', 'SELECT errtrack.consume(50)'), '>', 0, 'consume() folds');
oracle_ok($node, 'postgres', 'no place for a worker');

# a place comes free
$load = start_load($node, 'postgres');
$node->safe_psql('first', 'DROP EXTENSION errtrack');
wait_no_worker($node, 'first', 'a worker leaves');
wait_worker($node, 'postgres', 'the next commit starts one in its place');
end_load($load);
oracle_ok($node, 'postgres', 'a place came free', worker => 1);
oracle_ok($node, 'second', 'the other database', worker => 1);

$node->stop;
done_testing();
