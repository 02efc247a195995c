# A batch that does not end: its worker is killed at the worst moments, and what was sent is sent again.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

# autovacuum would flush what is to be lost
my $node = new_node('batches', <<'END_OF_CONF');
errtrack.worker_idle_timeout = '1h'
restart_after_crash = on
autovacuum = off
END_OF_CONF
$node->start;
create_errtrack($node, 'postgres');

# A batch that meets one of these waits there for as long as a session holds the lock.
$node->safe_psql(
	'postgres', q{
CREATE FUNCTION public.wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(tg_argv[0]::bigint);
  RETURN new;
END $$;
CREATE TRIGGER in_the_fold BEFORE INSERT ON errtrack.issues
  FOR EACH ROW EXECUTE FUNCTION public.wait_here(1);
CREATE CONSTRAINT TRIGGER at_its_end AFTER UPDATE ON errtrack.inbox_progress
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait_here(2)});

# Kills a process, upon which the server restarts, and waits until it is back.
sub kill_process
{
	my ($pid, $name) = @_;
	my $checkpointer =
	  $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
	kill 'KILL', $pid;
	wait_restarted($node, "SELECT pid <> $checkpointer FROM pg_stat_activity WHERE backend_type = 'checkpointer'",
		"$name: the server is back");
}

# The ids of the alerts that a session has heard of, when they are so many at least.
sub heard
{
	my ($listener, $n) = @_;
	my @ids;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		push @ids, $listener->query('SELECT 1') =~ /"alert_id" : (\d+)/g;
		return @ids if @ids >= $n;
		usleep(100_000);
	}
	return @ids;
}

# What has been counted.
sub counted
{
	return $node->safe_psql('postgres', 'SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues');
}

my $ids = "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid";
my $next = 1;

# --- killed in the middle of the fold, and between the fold and its commit
for my $round ([ 1, 'in the fold' ], [ 2, 'before its commit' ], [ 2, 'before its commit, once more' ])
{
	my ($lock, $name) = @$round;
	my ($first, $last) = ($next, $next + 299);
	$next += 300;
	my $holder = $node->background_psql('postgres');
	$holder->query_safe("SELECT pg_advisory_lock($lock)");
	my $before = counted();
	# some of them are new issues, some are known
	my $events = "SELECT $ids, 'Failure' || n % 350, 'of many' FROM generate_series($first, $last) AS n";
	send_events($node, 'postgres', 'event_id, exception_class, message', $events);
	ok( $node->poll_query_until('postgres', q{
SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
               WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND NOT l.granted
                 AND a.backend_type = 'errtrack worker')}),
		"$name: the worker is in its batch");
	my $pid = wait_worker($node, 'postgres', "$name: the worker is there");
	# it holds up no application
	send_events($node, 'postgres', 'exception_class, message', "VALUES ('Meanwhile', '$name')");
	kill_process($pid, $name);
	$holder->{run}->kill_kill;
	is(counted(), $before, "$name: nothing of the batch is counted");

	# the alerts are heard of once
	my $listener = $node->background_psql('postgres');
	$listener->query_safe('LISTEN errtrack_alerts');
	my $last_alert = $node->safe_psql('postgres', 'SELECT coalesce(max(alert_id), 0) FROM errtrack.alerts');
	# the application does not know whether its events arrived
	send_events($node, 'postgres', 'event_id, exception_class, message', $events);
	oracle_ok($node, 'postgres', "killed $name", duplicates => $last);
	my $alerts = $node->safe_psql('postgres',
		"SELECT string_agg(alert_id::text, ' ' ORDER BY alert_id) FROM errtrack.alerts WHERE alert_id > $last_alert");
	is(join(' ', sort { $a <=> $b } heard($listener, scalar split(/ /, $alerts))),
		$alerts, "$name: each alert is heard of once");
	$listener->quit;
}

# --- a batch that was committed asynchronously is lost in a crash, and folded again
send_events($node, 'postgres', 'exception_class, message', "VALUES ('Known', 'already')");
oracle_ok($node, 'postgres', 'before a batch is lost', duplicates => $next - 1);
wait_worker($node, 'postgres', 'a worker is there');
my $walwriter = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
kill 'STOP', $walwriter;
my $before = counted();
send_events($node, 'postgres', 'exception_class, message', "SELECT 'Known', 'already' FROM generate_series(1, 100)");
ok( $node->poll_query_until('postgres', "SELECT sum(occurrence_count) = $before + 100 FROM errtrack.issues"),
	'a batch without alerts is committed');
kill_process($walwriter, 'a batch is lost');
is(counted(), $before, 'the crash has lost it');
send_events($node, 'postgres', 'exception_class, message', "VALUES ('Known', 'already')");
oracle_ok($node, 'postgres', 'after a batch was lost', duplicates => $next - 1);

# --- a large batch is taken back, and folded again
my $other = $node->background_psql('postgres');
$other->query_safe('BEGIN; SELECT errtrack.consume()');
send_events($node, 'postgres', 'exception_class, message', "SELECT 'Large' || n % 10, 'batch' FROM generate_series(1, 3000) AS n");
is($other->query_safe('SELECT errtrack.consume()'), '3000', 'a large batch is folded');
$other->query_safe('ROLLBACK');
$other->quit;
oracle_ok($node, 'postgres', 'a large batch was taken back', duplicates => $next - 1);

# --- the same events from many clients at once, and again when they are folded
$node->safe_psql('postgres', 'CREATE TABLE ids AS SELECT n, gen_random_uuid() AS event_id FROM generate_series(1, 400) AS n');
my $duplicates = $next - 1;
my $clients = pgbench_script("\\set n random(1, 400)\n"
	  . recorded('event_id, exception_class, message',
		"SELECT event_id, 'Twin' || n % 7, 'of another' FROM ids WHERE n = :n") . ';');
for my $round ('at once', 'again, when they are folded')
{
	$node->pgbench("--client=8 --jobs=2 --transactions=100 --no-vacuum --file=$clients",
		0, [qr{processed: 800/800}], [qr{^$}], "eight clients send the same events $round");
	my $distinct = $node->safe_psql('postgres',
		'SELECT count(DISTINCT event_id) FROM public.sent JOIN ids USING (event_id)');
	my $sent = $node->safe_psql('postgres', 'SELECT count(*) FROM public.sent JOIN ids USING (event_id)');
	oracle_ok($node, 'postgres', "the same events $round", duplicates => $duplicates + $sent - $distinct);
}

# --- the same event twice in one statement, and in one transaction, one of them rolled back
my $known = $node->safe_psql('postgres', 'SELECT sum(events) FROM errtrack.event_outcomes');
my $one = '11111111-0000-4000-8000-000000000001';
my $two = '11111111-0000-4000-8000-000000000002';
my $same = sub {
	return recorded('event_id, exception_class', "VALUES ('$_[0]'::uuid, 'Same'), ('$_[1]', 'Same')") . ';';
};
$node->safe_psql('postgres', $same->($one, $one));
$node->safe_psql('postgres',
	join("\n", 'BEGIN;', $same->($two, $one), 'SAVEPOINT s;', $same->($two, $two), 'ROLLBACK TO s;', $same->($two, $two), 'COMMIT'));
oracle_ok($node, 'postgres', 'the same event in one statement', duplicates => $known + 4);

$node->stop;
done_testing();
