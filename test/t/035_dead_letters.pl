# Events that cannot be folded, among others that can: they are set aside, and counted as such, and the others are folded.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dead_letters', "errtrack.worker_idle_timeout = '1h'\nrestart_after_crash = on");
$node->start;
create_errtrack($node, 'postgres');
$node->safe_psql(
	'postgres', q{
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.title LIKE tg_argv[0] THEN
    RAISE EXCEPTION 'the issue % is refused', new.title USING ERRCODE = tg_argv[1], DETAIL = 'A test does that.';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON errtrack.issues
  FOR EACH ROW EXECUTE FUNCTION public.refuse('%poison%', 'check_violation')});

# How many are set aside, how many of them are counted as such, and how many others of the class are counted.
sub letters
{
	my ($class) = @_;
	return $node->safe_psql('postgres', "SELECT (SELECT count(*) FROM errtrack.dead_letters),
		(SELECT coalesce(sum(events), 0) FROM errtrack.event_outcomes WHERE outcome = 'dead_letter'),
		(SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues WHERE exception_class = '$class')");
}

# --- a few among many, in one batch and in batches of their own
my $mixed = sub {
	my ($class, $n, $each) = @_;
	return "SELECT '$class', CASE WHEN n % $each = 0 THEN 'poison ' || n % 3 ELSE 'harmless' END FROM generate_series(1, $n) AS n";
};
send_events($node, 'postgres', 'exception_class, message', $mixed->('Mixed', 1000, 100));
oracle_ok($node, 'postgres', 'ten of a thousand events', worker => 1);
is(letters('Mixed'), '10|10|990', 'they are set aside, the others are counted');
my $pid = wait_worker($node, 'postgres', 'the worker is there');
send_events($node, 'postgres', 'exception_class, message', "VALUES ('Mixed', 'poison alone')");
send_events($node, 'postgres', 'exception_class, message', "VALUES ('Mixed', 'harmless')");
oracle_ok($node, 'postgres', 'an event alone', worker => 1);
is(letters('Mixed'), '11|11|991', 'it is set aside, and the next one is counted');
is(wait_worker($node, 'postgres', 'the worker is there'), $pid, 'it is the same worker');
like( $node->safe_psql('postgres', "SELECT DISTINCT sqlstate, error FROM errtrack.dead_letters"),
	qr/^23514\|the issue Mixed: poison .* is refused/m, 'with the error');

# --- an error when all is done, as the transaction commits, cannot be laid on an event: the worker tries again
$node->safe_psql(
	'postgres', q{
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON errtrack.issues
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse('%deferred%', 'check_violation')});
my $log_size = -s $node->logfile;
send_events($node, 'postgres', 'exception_class, message', "VALUES ('Late', 'deferred'), ('Late', 'harmless')");
ok($node->wait_for_log(qr/the issue Late: deferred is refused/, $log_size), 'it fails at commit');
is(letters('Late'), '11|11|0', 'nothing of it is counted, nor set aside');
$node->safe_psql('postgres', 'DROP TRIGGER late ON errtrack.issues');
oracle_ok($node, 'postgres', 'after it failed at commit');
is(letters('Late'), '11|11|2', 'all of it is counted');

# --- errors that are not the events' own, and what fails for all: the worker tries again, nothing is set aside
for my $case ([ '%', 'check_violation', 'whatever the event' ], [ '%harmless', 'disk_full', 'a full disk' ],
	[ '%harmless', 'lock_not_available', 'a lock' ], [ '%harmless', 'query_canceled', 'an operator' ])
{
	my ($title, $state, $name) = @$case;
	my $class = "Of $name";
	$node->safe_psql('postgres', "CREATE TRIGGER state BEFORE INSERT OR UPDATE ON errtrack.issues
		FOR EACH ROW EXECUTE FUNCTION public.refuse('$title', '$state')");
	$log_size = -s $node->logfile;
	send_events($node, 'postgres', 'exception_class, message', "SELECT '$class', 'harmless' FROM generate_series(1, 5)");
	ok($node->wait_for_log(qr/tries again in \d+ s/, $log_size), "$name: the worker tries again");
	is(letters($class), '11|11|0', "$name: nothing is counted, nor set aside");
	$node->safe_psql('postgres', 'DROP TRIGGER state ON errtrack.issues');
	oracle_ok($node, 'postgres', "after $name");
	is(letters($class), '11|11|5', "$name: all is counted");
}

# --- they are sent again, which is once too often; retried in vain, and then with success
my $again = "SELECT d.event_id, d.event ->> 'exception_class', d.event ->> 'message' FROM errtrack.dead_letters AS d";
send_events($node, 'postgres', 'event_id, exception_class, message', $again);
oracle_ok($node, 'postgres', 'sent again', duplicates => 11);
is(letters('Mixed'), '11|11|991', 'what is sent again is set aside once');
is($node->safe_psql('postgres', 'SELECT errtrack.retry_dead_letters()'), 11, 'all are tried again');
oracle_ok($node, 'postgres', 'tried again in vain', duplicates => 11);
is(letters('Mixed'), '11|11|991', 'they are back');
is($node->safe_psql('postgres', 'SELECT DISTINCT attempts FROM errtrack.dead_letters'), 2, 'after two attempts');

# under load, while the worker is killed
my $load_began = -s $node->logfile;
my $load = start_load($node, 'postgres', sql => "\\set kind random(1, 300)\n\\sleep 3 ms\n"
	  . recorded('exception_class, message', "VALUES ('Load', CASE :kind WHEN 1 THEN 'poison' ELSE 'harmless' END)") . ';');
$node->safe_psql('postgres', 'SELECT errtrack.retry_dead_letters()');
$pid = wait_worker($node, 'postgres', 'the worker is there');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
$node->safe_psql('postgres', 'SELECT errtrack.retry_dead_letters()') for 1 .. 3;
end_load($load);
unlike(slurp_file($node->logfile, $load_began), qr/\] load \d+ ERROR/, 'no client failed');
oracle_ok($node, 'postgres', 'set aside and tried again under load', duplicates => 11);
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM errtrack.dead_letters'), '>=', 11, 'they are set aside again');
is($node->safe_psql('postgres', "SELECT count(*) FROM errtrack.dead_letters WHERE event ->> 'message' NOT LIKE 'poison%'"),
	0, 'none but these');

$node->safe_psql('postgres', 'DROP TRIGGER poison ON errtrack.issues');
$node->safe_psql('postgres', 'SELECT errtrack.retry_dead_letters()');
oracle_ok($node, 'postgres', 'tried again with success', duplicates => 11);
is( $node->safe_psql('postgres', "SELECT (SELECT count(*) FROM errtrack.dead_letters),
	(SELECT sum(events) FROM errtrack.event_outcomes WHERE outcome = 'dead_letter'),
	(SELECT sum(occurrence_count) = (SELECT count(DISTINCT event_id) FROM public.sent) FROM errtrack.issues)"),
	'0|0|t', 'all are counted');

$node->stop;
done_testing();
