# Databases copied, renamed and dropped while they have a backlog, a worker, or clients.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('databases', "errtrack.worker_idle_timeout = '1h'");
$node->start;

# Runs a command on databases, and checks that nobody has to be waited for longer than the server does.
sub command_on_databases
{
	my ($sql) = @_;
	my ($result, $out, $err) = $node->psql('template1', $sql);
	is($err, '', $sql);
}

# --- a copy of a database with a backlog, in which a worker once ran, and a window has passed in part
$node->safe_psql('template1', 'CREATE DATABASE source');
create_errtrack($node, 'source');
my $many = "SELECT 'Failure' || n % 40, 'in the source' FROM generate_series(1, 900) AS n";
send_events($node, 'source', 'exception_class, message', $many);
oracle_ok($node, 'source', 'before it is copied', worker => 1);
set($node, 'errtrack.worker', 'off');
wait_no_worker($node, 'source', 'the worker of the source leaves');
send_events($node, 'source', 'exception_class, message', $many);
$node->safe_psql('source', 'SELECT errtrack.consume(100)');
is($node->safe_psql('source', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'), 't', 'a window has passed in part');
command_on_databases("CREATE DATABASE copied_$_ TEMPLATE source STRATEGY $_") for 'wal_log', 'file_copy';
set($node, 'errtrack.worker', 'on');

# the source's worker is there first; a copy that knows of it does not take it for its own
send_event($node, 'source', 'after it was copied');
my $pid = wait_worker($node, 'source', 'the source has a worker again');
my $handle = $node->safe_psql('source', 'SELECT handle FROM errtrack.worker');
$node->safe_psql('copied_file_copy', "UPDATE errtrack.worker SET handle = $handle, pid = $pid");
for my $copy ('copied_wal_log', 'copied_file_copy')
{
	is( $node->safe_psql($copy, 'SELECT sum(occurrence_count) < (SELECT count(*) FROM sent) FROM errtrack.issues'),
		't', "$copy: the backlog is there");
	send_event($node, $copy, 'after it was copied');
	isnt(wait_worker($node, $copy, "$copy: it has a worker"), $pid, "$copy: of its own");
	oracle_ok($node, $copy, $copy, worker => 1);
}
oracle_ok($node, 'source', 'the source', worker => 1);
my @loads = map { start_load($node, $_, clients => 2) } 'source', 'copied_wal_log', 'copied_file_copy';
end_load($_) for @loads;
oracle_ok($node, $_, "$_, under load together", worker => 1) for 'source', 'copied_wal_log', 'copied_file_copy';

# --- worker_stop(): the worker is gone at once, however long it might stay
is($node->safe_psql('source', 'SELECT errtrack.worker_stop()'), 't', 'worker_stop() ends the worker');
command_on_databases('CREATE DATABASE stopped TEMPLATE source');
command_on_databases('ALTER DATABASE source RENAME TO renamed');
send_event($node, 'stopped', 'in a copy');
wait_worker($node, 'stopped', 'a copy of a database whose worker was stopped has one');
oracle_ok($node, 'stopped', 'a copy of a database whose worker was stopped', worker => 1);
$node->safe_psql('stopped', 'SELECT errtrack.worker_stop()');
command_on_databases('DROP DATABASE stopped');
my $folded = $node->safe_psql('renamed', 'SELECT sum(occurrence_count) FROM errtrack.issues');
my $load_of_stopped = start_load($node, 'renamed');
is($node->safe_psql('renamed', 'SELECT sum(occurrence_count) FROM errtrack.issues'),
	$folded, 'no worker folds what is sent where it was stopped');
end_load($load_of_stopped);
command_on_databases('ALTER DATABASE renamed RENAME TO source');
$node->safe_psql('source', 'SELECT errtrack.worker_start()');
$pid = wait_worker($node, 'source', 'worker_start() brings one');
oracle_ok($node, 'source', 'stopped, renamed, started', worker => 1);

# --- DROP DATABASE by force, under load; what was registered just before finds no database
for my $database ('copied_wal_log', 'copied_file_copy')
{
	my $load = start_load($node, $database);
	command_on_databases("DROP DATABASE $database WITH (FORCE)");
	wait_no_worker($node, $database, 'its worker is gone');
	end_load($load);
}
is(wait_worker($node, 'source', 'the worker of another database'), $pid, 'goes on');

# --- DROP, RENAME and TEMPLATE, as soon as the clients are gone: the worker leaves when it is idle
set($node, 'errtrack.worker_idle_timeout', '100ms');
send_event($node, 'source', 'before it is copied again');
command_on_databases('CREATE DATABASE copy TEMPLATE source');
end_load(start_load($node, 'copy'));
command_on_databases('ALTER DATABASE copy RENAME TO renamed');
oracle_ok($node, 'renamed', 'a renamed database');
my $load = start_load($node, 'renamed');
wait_worker($node, 'renamed', 'a renamed database has a worker');
end_load($load);
oracle_ok($node, 'renamed', 'a renamed database under load', worker => 1);
command_on_databases('ALTER DATABASE renamed SET TABLESPACE pg_default');
command_on_databases('DROP DATABASE renamed');

# as it is by default: the server waits five seconds, the worker three
set($node, 'errtrack.worker_idle_timeout', '3s');
send_event($node, 'source', 'and last');
wait_worker($node, 'source', 'a worker is there');
oracle_ok($node, 'source', 'before it is dropped', worker => 1);
command_on_databases('DROP DATABASE source');

my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC:|was terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
