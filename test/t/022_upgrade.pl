# pg_upgrade with a backlog: nothing of errtrack runs in it, and the new cluster goes on where the old one was.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($bindir) = run_command([ 'pg_config', '--bindir' ]);

# two databases: one in the middle of a window that passes in pieces, one all of whose events wait
my $old = new_node('old', "errtrack.worker = off");
$old->start;
$old->safe_psql('postgres', 'CREATE DATABASE waiting');
create_errtrack($old, $_) for 'postgres', 'waiting';
my $events = "SELECT 'Failure' || n % 40, 'before the upgrade' FROM generate_series(1, 900) AS n";
send_events($old, 'postgres', 'exception_class, message', $events);
oracle_ok($old, 'postgres', 'before the upgrade');
send_events($old, $_, 'exception_class, message', $events) for 'postgres', 'waiting';
$old->safe_psql('postgres', 'SELECT errtrack.consume(100)');
is($old->safe_psql('postgres', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'),
	't', 'a window has passed in part');
$old->append_conf('postgresql.conf', 'errtrack.worker = on');
$old->stop;

for my $mode ('copy', 'link')
{
	my $new = PostgreSQL::Test::Cluster->new("upgraded_$mode");
	$new->init;
	$new->append_conf('postgresql.conf', <<'END');
log_min_messages = debug1
max_worker_processes = 16
shared_preload_libraries = 'errtrack'
errtrack.databases = 'postgres, waiting'
END
	my @command = (
		'pg_upgrade', '--no-sync', '--retain', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B',
		$bindir, '-s', $new->host, '-p', $old->port, '-P', $new->port, $mode eq 'link' ? '--link' : ());
	$new->command_ok([ @command, '--check' ], "$mode: pg_upgrade --check");
	$new->command_ok(\@command, "$mode: pg_upgrade");

	# what both servers wrote while it ran
	my $log = join '', map { slurp_file($_) } glob($new->data_dir . '/pg_upgrade_output.d/*/log/pg_upgrade_server.log');
	like($log, qr/database system is ready/, "$mode: the servers' log is there");
	unlike($log, qr/errtrack (worker|launcher)/, "$mode: nothing of errtrack runs in a binary upgrade");
	unlike($log, qr/(ERROR|FATAL|PANIC):/, "$mode: and nothing failed");

	$new->start;
	for my $database ('postgres', 'waiting')
	{
		# no event wakes the worker of a preloaded library
		oracle_ok($new, $database, "$mode: $database", worker => 1);
		send_event($new, $database, 'after the upgrade');
		oracle_ok($new, $database, "$mode: $database goes on", worker => 1);
	}
	is( $new->safe_psql(
			'postgres', 'SELECT count(*) = 1 AND bool_and(epoch = (SELECT epoch FROM errtrack.inbox_progress)) FROM errtrack.restore_epoch'),
		't', "$mode: no event was taken for a restored one");
	$new->stop;
}

done_testing();
