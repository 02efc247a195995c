# The extension is dropped and created again while applications insert: they fail only where it is gone, nobody hangs,
# and what comes in afterwards is counted.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('recreate', "errtrack.worker_idle_timeout = '200ms'");
$node->start;
create_errtrack($node, 'postgres');

# clients that go on after an error, as those of any application do: they insert, insert more than once, COPY, and consume
my $insert = recorded('exception_class, message',
	"SELECT 'Failure' || (random() * 40)::int, 'to a table that comes and goes'") . ";\n";
my $copied = '00000000-0000-4000-8000-';
my $n = 0;
my @statements = (
	sub { $insert },
	sub { "BEGIN;\n$insert SAVEPOINT one;\n$insert ROLLBACK TO one;\n$insert COMMIT;\n" },
	sub {
		my $id = $copied . sprintf('%012d', ++$n);
		"BEGIN;\nINSERT INTO sent VALUES (1, '$id');\n"
		  . "COPY errtrack.raw_events (event_id, exception_class) FROM stdin;\n$id\tCopied\n\\.\nCOMMIT;\n";
	},
	sub { $insert },
	sub { "SELECT errtrack.consume();\n" });
my @clients;
# (each has more to do than it will get to)
for my $statement (@statements)
{
	my $script = pgbench_script(
		"\\set VERBOSITY verbose\n" . join '',
		map { $statement->() . "SELECT pg_sleep(0.01) WHERE to_regclass('errtrack.raw_events') IS NULL;\n" } 1 .. 40000);
	my $errors = PostgreSQL::Test::Utils::tempdir . '/errors';
	push @clients, {
		errors => $errors,
		run => IPC::Run::start(
			[ 'psql', '-Xqo', '/dev/null', '-f', $script, $node->connstr('postgres') . ' application_name=load' ],
			'2>', $errors) };
}

# Waits until events come in, and are folded.
sub wait_folded
{
	my ($name) = @_;
	ok( $node->poll_query_until(
			'postgres', 'SELECT coalesce(sum(occurrence_count), 0) > 200 FROM errtrack.issues'),
		"$name: events are folded");
}

for my $round (1 .. 4)
{
	wait_folded("round $round");
	# whatever a client sent before this holds a lock that DROP EXTENSION waits for
	my ($result, $out, $err) = $node->psql('postgres', 'BEGIN; DROP EXTENSION errtrack; DELETE FROM sent; COMMIT;',
		on_error_stop => 1);
	is($err, '', "round $round: DROP EXTENSION");
	($result, $out, $err) = $node->psql('postgres', 'CREATE EXTENSION errtrack', on_error_stop => 1);
	is($err, '', "round $round: CREATE EXTENSION");

	# at once: the clients wait, and find the new one
	wait_folded("round $round, anew");
	($result, $out, $err) = $node->psql('postgres',
		'BEGIN; DROP EXTENSION errtrack; DELETE FROM sent; CREATE EXTENSION errtrack; COMMIT;', on_error_stop => 1);
	is($err, '', "round $round: DROP and CREATE EXTENSION at once");
}
wait_folded('in the end');
ok( $node->poll_query_until(
		'postgres', q{SELECT EXISTS (SELECT FROM errtrack.issues WHERE exception_class = 'Copied')}),
	'those that came by COPY, too');
for my $client (@clients)
{
	ok($client->{run}->pumpable, 'a client is still there');
	$client->{run}->kill_kill;
}
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'load'");
oracle_ok($node, 'postgres', 'the last of them', worker => 1);

my %errors;
for my $client (@clients)
{
	$errors{$_}++ for slurp_file($client->{errors}) =~ /ERROR: +(.*)/g;
}
note("$errors{$_} times $_") for sort keys %errors;
my $gone = join '|', 'relation "errtrack\.\w+" does not exist', 'function errtrack\.consume\(\) does not exist',
  'schema "errtrack" does not exist',
  # these follow from one of the others
  'current transaction is aborted', 'savepoint "one" does not exist',
  'extension "errtrack" is not there any more';
is_deeply([ grep { !/^\w{5}: ($gone)/ } sort keys %errors ],
	[], 'clients failed only because there was no errtrack');
cmp_ok(scalar(keys %errors), '>', 1, 'and they did');
my $log = slurp_file($node->logfile);
unlike($log, qr/deadlock detected|PANIC:|was terminated by signal/, 'no deadlock, no crash');
unlike($log, qr/errtrack worker tries again/, 'the worker did not fail');

$node->stop;
done_testing();
