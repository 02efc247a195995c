# The disk is full: applications' own writes may fail, the worker tries again, and then all is there.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Shim;
use Test::More;

plan skip_all => 'the disk cannot be made to look full' unless shim_works();

my $node = new_node('disk', "errtrack.worker_idle_timeout = '1h'\nautovacuum = off");
start_shimmed($node);
create_errtrack($node, 'postgres');

# The path of a table's file, as shim() takes it.
sub path_of
{
	my ($relation) = @_;
	return $node->safe_psql('postgres', "SELECT pg_relation_filepath('$relation')");
}

# Waits until the worker has failed in this way so many times since the log was this long.
sub wait_failures
{
	my ($n, $log_size, $pattern, $name) = @_;
	my $log;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		$log = slurp_file($node->logfile, $log_size);
		my @failures = $log =~ /$pattern/g;
		return pass($name) if @failures >= $n;
		select(undef, undef, undef, 0.1);
	}
	fail($name);
	diag($log);
}

# long enough that a few of them fill a page
my $long = "repeat('x', 1000)";

send_events($node, 'postgres', 'exception_class, message', "SELECT 'Before', n::text FROM generate_series(1, 10) AS n");
oracle_ok($node, 'postgres', 'before the disk is full');

# --- what the fold writes cannot grow, the inbox can
my $pid = wait_worker($node, 'postgres', 'the worker is there');
my $log_size = -s $node->logfile;
shim(full => path_of('errtrack.issues'));
for my $n (1 .. 20)
{
	send_events($node, 'postgres', 'exception_class, message',
		"SELECT 'Failure' || $n * 1000 + n, $long FROM generate_series(1, 50) AS n");
}
pass('applications can write');
wait_failures(2, $log_size, qr/could not extend file "[^"]+": No space left on device/,
	'the worker fails, and tries again');
is(wait_worker($node, 'postgres', 'the worker is there'), $pid, 'it is the same worker');
is($node->safe_psql('postgres', 'SELECT sum(occurrence_count) FROM errtrack.issues'),
	10, 'nothing of its batch is counted');
my ($status, $out, $err) = $node->psql('postgres', 'SELECT errtrack.consume()');
is($status, 3, 'consume() fails as well');
like($err, qr/No space left on device/, 'and says why');
my @errors = slurp_file($node->logfile, $log_size) =~ /ERROR:  could not extend file/g;
cmp_ok(scalar @errors, '<', 20, 'the log is not flooded');
shim(full => '');
oracle_ok($node, 'postgres', 'after what the fold writes could not grow');
is( $node->safe_psql('postgres',
		"SELECT count(*) FROM errtrack.event_outcomes WHERE outcome = 'dead_letter'"),
	0, 'a full disk is nothing that an event is set aside for');

# --- nothing in the database can grow; a transaction that consumes keeps the worker from what comes in before
my $other = $node->background_psql('postgres');
$other->query_safe('BEGIN; SELECT errtrack.consume()');
send_events($node, 'postgres', 'exception_class, message', "SELECT 'Many' || n, $long FROM generate_series(1, 500) AS n");
$log_size = -s $node->logfile;
shim(full => '/base/');
$other->query_safe('ROLLBACK');
$other->quit;
my ($failed, $done) = (0, 0);
while ($failed < 5 && $done < 500)
{
	($status, $out, $err) = $node->psql('postgres',
		recorded('exception_class, message', "SELECT 'Full' || n, $long FROM generate_series(1, 3) AS n"));
	if ($status == 0)
	{
		$done++;
	}
	else
	{
		$failed++;
		like($err, qr/could not extend file .*No space left on device/, 'an INSERT that fails says why');
	}
}
is($failed, 5, 'an INSERT fails when its own page is full');
wait_failures(1, $log_size, qr/tries again in \d+ s/, 'the worker tries again');
shim(full => '');
send_events($node, 'postgres', 'exception_class, message', "SELECT 'After', n::text FROM generate_series(1, 10) AS n");
oracle_ok($node, 'postgres', 'after nothing could grow');

# --- it fills up and is freed under load, again and again
my $load_began = -s $node->logfile;
my $load = start_load($node, 'postgres', sql => "\\set kind random(1, 10000)\n"
	  . recorded('exception_class, message', "SELECT 'Load' || :kind, $long") . ';');
for my $round (1, 2)
{
	$log_size = -s $node->logfile;
	shim(full => path_of($round == 2 ? 'errtrack.issues' : 'errtrack.fingerprints'));
	wait_failures(1, $log_size, qr/tries again in \d+ s/, "round $round: the worker fails under load");
	shim(full => '');
}
end_load($load);
unlike(slurp_file($node->logfile, $load_began), qr/\] load \d+ ERROR/, 'no client failed');
oracle_ok($node, 'postgres', 'after the disk was full under load');

$node->stop;
done_testing();
