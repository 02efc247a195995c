# The clock is set back, and forward: what is sent is counted, alerts come once, the worker neither sleeps nor stays for longer.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Shim;
use Test::More;

plan skip_all => 'the clock cannot be set' unless shim_works();

my ($hour, $day) = (3600, 86400);
my $node = new_node('clock', "errtrack.worker_idle_timeout = '1h'");
start_shimmed($node);
create_errtrack($node, 'postgres');

# --- the shim works
my $now = 'SELECT extract(epoch FROM clock_timestamp())::bigint';
my $before = $node->safe_psql('postgres', $now);
shim(clock => -$hour);
cmp_ok($node->safe_psql('postgres', $now), '<', $before, 'the clock can be set back');
shim(clock => 0);

# --- it is set under load, back and forth
my $load_began = -s $node->logfile;
my $load = start_load($node, 'postgres', clients => 2);
for my $offset (-5, -$hour, 2 * $hour, -2 * $day, 0)
{
	shim(clock => $offset);
	my $n = $node->safe_psql('postgres', 'SELECT count(*) FROM public.sent');
	ok( $node->poll_query_until('postgres', "SELECT sum(occurrence_count) > $n + 100 FROM errtrack.issues"),
		"events are folded when the clock is $offset s off");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM errtrack.issues WHERE last_seen < first_seen'),
		0, 'no issue was last seen before it was first seen');
}
end_load($load);
unlike(slurp_file($node->logfile, $load_began), qr/\] load \d+ ERROR/, 'no client failed');
oracle_ok($node, 'postgres', 'the clock was set under load', worker => 1);

# --- an issue is resolved, and the clock set back: it regresses once, when the clock says that it came later
my $known = "VALUES ('Resolved', 'once')";
send_events($node, 'postgres', 'exception_class, message', $known);
$node->safe_psql('postgres', 'SELECT errtrack.flush()');
$node->safe_psql('postgres', "SELECT errtrack.resolve(issue_id) FROM errtrack.issues WHERE exception_class = 'Resolved'");
for my $offset (-$hour, 0, -$hour, 0)
{
	shim(clock => $offset);
	send_events($node, 'postgres', 'exception_class, message', $known);
	$node->safe_psql('postgres', 'SELECT errtrack.flush()');
}
is( $node->safe_psql('postgres', q{
SELECT (SELECT count(*) FROM errtrack.alerts AS a WHERE a.issue_id = i.issue_id AND kind = 'regression'), regression_count,
       occurrence_count
FROM errtrack.issues AS i WHERE exception_class = 'Resolved'}), '1|1|5', 'an issue that was resolved regresses once');

# --- events that are sent again when it is a day later, and earlier, are known
my @ids = split /\n/, $node->safe_psql('postgres', 'SELECT gen_random_uuid() FROM generate_series(1, 20)');
for my $offset (0, $day, -$day, 0)
{
	shim(clock => $offset);
	send_events($node, 'postgres', 'event_id, exception_class', 'VALUES ' . join(', ', map { "('$_'::uuid, 'Again')" } @ids));
	$node->safe_psql('postgres', 'SELECT errtrack.flush()');
}
oracle_ok($node, 'postgres', 'events are sent again at another time', duplicates => 60);

# --- the worker backs off after an error: it tries again in time, though the clock is set back meanwhile
$node->safe_psql(
	'postgres', q{
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'not now' USING ERRCODE = 'lock_not_available';
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION public.refuse()});
my $log_size = -s $node->logfile;
send_event($node, 'postgres', 'not now');
ok($node->wait_for_log(qr/tries again in 1 s/, $log_size), 'the worker backs off');
shim(clock => -$hour);
$node->safe_psql('postgres', 'DROP TRIGGER refuse ON errtrack.issues');
my $folded = "SELECT EXISTS (SELECT FROM errtrack.issues WHERE title LIKE '%not now')";
ok(wait_seconds(30, sub { $node->safe_psql('postgres', $folded) eq 't' }), 'it tries again in time');
shim(clock => 0);
oracle_ok($node, 'postgres', 'the clock was set back while the worker backed off', duplicates => 60);

# --- it leaves in time when it is idle
shim(clock => $hour);
send_event($node, 'postgres', 'an hour later');
my $pid = wait_worker($node, 'postgres', 'the worker is there');
$node->safe_psql('postgres', 'SELECT errtrack.flush()');
shim(clock => 0);
set($node, 'errtrack.worker_idle_timeout', '200ms');
my $leaves = sub { $node->safe_psql('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)") eq 't' };
ok(wait_seconds($PostgreSQL::Test::Utils::timeout_default, $leaves), 'the worker leaves in time');

# --- and the next INSERT starts another, whatever the clock says
for my $offset (-$hour, -2 * $hour, 0)
{
	shim(clock => $offset);
	send_event($node, 'postgres', "the next worker, $offset");
	oracle_ok($node, 'postgres', "the next worker when the clock is $offset s off", worker => 1, duplicates => 60);
	wait_no_worker($node, 'postgres', 'it leaves');
}

$node->stop;
done_testing();
