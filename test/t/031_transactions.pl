# Applications' transactions of all kinds, and consume() by hand beside the worker and within them.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('transactions', "errtrack.worker_idle_timeout = '100ms'\nmax_prepared_transactions = 100\n");
$node->start;
create_errtrack($node, 'postgres');

# A statement that sends so many events of this class.
sub events
{
	my ($class, $n) = @_;
	return recorded('exception_class, message', "SELECT '$class', 'of a transaction' FROM generate_series(1, $n)") . ";\n";
}

# Runs several pgbench scripts of a transaction each, mixed, with six clients; name => script.
sub run_mixed
{
	my ($name, $transactions, @scripts) = @_;
	$node->pgbench(
		"--client=6 --jobs=2 --transactions=$transactions --no-vacuum " . join(' ', map { '--file=' . pgbench_script($_) } @scripts),
		0, [qr{actually processed: \d+}], [qr{^$}], $name);
}

my $one = events('One', 1);

# --- roll back, savepoints, prepare, long ones, all at once; workers come and go
my @kinds = (
	$one,
	"BEGIN;\n" . events('Rolled back', 3) . "ROLLBACK;\n",
	"BEGIN;\n" . events('Kept', 1) . "SAVEPOINT a;\n" . events('Rolled back', 2) . "SAVEPOINT b;\n"
	  . events('Rolled back', 1) . "RELEASE b;\nROLLBACK TO a;\n" . events('Kept', 2) . "SAVEPOINT c;\n"
	  . events('Kept', 1) . "RELEASE c;\nCOMMIT;\n",
	"BEGIN;\n" . events('Prepared', 2) . "PREPARE TRANSACTION 'p:client_id';\n" . $one . "COMMIT PREPARED 'p:client_id';\n",
	"BEGIN;\nSAVEPOINT a;\n" . events('Prepared', 1) . "ROLLBACK TO a;\n" . events('Prepared', 1)
	  . "PREPARE TRANSACTION 'q:client_id';\n\\sleep 5 ms\nCOMMIT PREPARED 'q:client_id';\n",
	"BEGIN;\n" . events('Rolled back', 2) . "PREPARE TRANSACTION 'r:client_id';\n" . $one . "ROLLBACK PREPARED 'r:client_id';\n",
	"BEGIN;\n" . events('Long', 1) . "\\sleep 60 ms\n" . events('Long', 1) . "COMMIT;\n",
	# the savepoints' own transaction ids lie apart
	"BEGIN;\nSAVEPOINT a;\n" . events('Apart', 1) . "RELEASE a;\n\\sleep 10 ms\nSAVEPOINT b;\n" . events('Apart', 1)
	  . "RELEASE b;\nCOMMIT;\n",
	"BEGIN ISOLATION LEVEL REPEATABLE READ;\n" . events('Repeatable', 2) . "COMMIT;\n");
run_mixed('transactions of all kinds', 80, @kinds);
oracle_ok($node, 'postgres', 'transactions of all kinds', worker => 1);
is($node->safe_psql('postgres', "SELECT count(*) FROM errtrack.issues WHERE exception_class = 'Rolled back'"),
	0, 'nothing of what was rolled back');

# --- the same while sessions call consume() in loops, beside the worker
my $consume = "SELECT errtrack.consume(:n);\n";
my @consumers = ("\\set n random(1, 20)\n$consume", "\\set n 5000\n$consume", "\\set n 7\nBEGIN;\n$consume\\sleep 2 ms\nROLLBACK;\n");
run_mixed('consume() in loops, under load', 80, @kinds, @consumers);
oracle_ok($node, 'postgres', 'consume() in loops, under load');
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET errtrack.worker = off');
wait_no_worker($node, 'postgres', 'no worker is there');
run_mixed('consume() in loops without a worker', 80, @kinds, @consumers, @consumers, @consumers);
oracle_ok($node, 'postgres', 'consume() in loops without a worker');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET errtrack.worker');

# --- consume() and INSERT in one transaction, in any order and with savepoints
my $fold = "SELECT errtrack.consume(5000);\n";
run_mixed(
	'consume() and INSERT in one transaction', 60,
	"BEGIN;\n$fold" . events('Behind', 1) . "COMMIT;\n",
	"BEGIN;\n" . events('Before', 1) . $fold . events('Behind', 1) . "COMMIT;\n",
	"BEGIN;\n" . events('Before', 1) . $fold . events('Between', 1) . $fold . events('Behind', 1) . "ROLLBACK;\n",
	"BEGIN;\nSAVEPOINT a;\n" . events('Before', 1) . $fold . "ROLLBACK TO a;\n" . events('Between', 1) . $fold . "COMMIT;\n",
	"BEGIN;\nSAVEPOINT a;\n" . events('Before', 1) . "RELEASE a;\n$fold" . "SAVEPOINT b;\n" . events('Behind', 1) . "RELEASE b;\nCOMMIT;\n",
	"BEGIN;\n" . events('Before', 1) . "SAVEPOINT a;\n$fold" . events('Behind', 1) . "ROLLBACK TO a;\n" . events('Behind', 1) . "COMMIT;\n",
	$one);
oracle_ok($node, 'postgres', 'consume() and INSERT in one transaction');

# --- what is prepared while no worker is there, and committed when none is
wait_no_worker($node, 'postgres', 'the worker has left');
$node->safe_psql('postgres', 'SET errtrack.worker = off; BEGIN; ' . events('Prepared', 2) . "PREPARE TRANSACTION 'late'; BEGIN; "
	  . events('Prepared', 2) . "PREPARE TRANSACTION 'never'");
$node->restart;
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'errtrack worker'"),
	0, 'no worker knows of prepared transactions');
$node->safe_psql('postgres', "COMMIT PREPARED 'late'");
$node->safe_psql('postgres', "ROLLBACK PREPARED 'never'");
send_event($node, 'postgres', 'somebody is awake');
oracle_ok($node, 'postgres', 'COMMIT PREPARED after the worker left', worker => 1);

$node->stop;
done_testing();
