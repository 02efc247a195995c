# A listener sleeps in a transaction until the notification queue is full: events are folded, alerts stay in their table.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $library = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir . '/notify_queue.so');
chomp(my $include = `pg_config --includedir-server`);
unless (run_log([ 'cc', '-shared', '-fPIC', '-O1', "-I$include", '-o', $library, "$FindBin::RealBin/notify_queue.c" ]))
{
	diag('NOT TESTED: this needs a C compiler and PostgreSQL 15');
	plan skip_all => 'the notification queue cannot be made to look full';
}

my $node = new_node('notify_queue', "errtrack.worker_idle_timeout = '1h'");
$node->start;
create_errtrack($node, 'postgres');
$node->safe_psql('postgres',
	"CREATE FUNCTION sleep_through(pid int, share float8) RETURNS boolean LANGUAGE c AS '$library'");

# The alerts that a session has heard of since it was asked last.
sub heard
{
	my ($listener) = @_;
	return join(' ', $listener->query_safe('SELECT 1') =~ /"alert_id" : (\d+)/g);
}

my $awake = $node->background_psql('postgres');
$awake->query_safe('LISTEN errtrack_alerts');
my $asleep = $node->background_psql('postgres');
my $pid = $asleep->query_safe('SELECT pg_backend_pid()');
$asleep->query_safe('LISTEN errtrack_alerts');
$asleep->query_safe('BEGIN; SELECT 1');

send_event($node, 'postgres', 'first');
oracle_ok($node, 'postgres', 'before', worker => 1);
is(heard($awake), '1', 'an alert is heard of');

# --- the queue is nearly full: it is left to others
is($node->safe_psql('postgres', "SELECT sleep_through($pid, 0.9)"), 't', 'the other listener sleeps for long');
cmp_ok($node->safe_psql('postgres', 'SELECT pg_notification_queue_usage()'), '>', 0.85, 'the queue is nearly full');
my $log_size = -s $node->logfile;
send_events($node, 'postgres', 'exception_class', "SELECT 'Nearly full ' || n FROM generate_series(1, 5) AS n");
oracle_ok($node, 'postgres', 'nearly full', worker => 1);
my @told = slurp_file($node->logfile, $log_size) =~ /(WARNING:  alerts are not sent.*\n.*DETAIL: .*\n)/g;
is(scalar @told, 1, 'the log has one line of it');
like($told[0], qr/DETAIL:  Of this batch 5 stand in errtrack.alerts only. pg_notification_queue_usage\(\) is 0\.[89]/, 'with figures');
send_events($node, 'postgres', 'exception_class', "SELECT 'Nearly full ' || n FROM generate_series(1, 5) AS n");
oracle_ok($node, 'postgres', 'nearly full, nothing new', worker => 1);
is(scalar(() = slurp_file($node->logfile, $log_size) =~ /WARNING:  alerts are not sent/g), 1, 'and no other where there is no alert');
like($node->safe_psql('postgres', 'SELECT status, reasons FROM errtrack.health()'),
	qr/^degraded\|\{"alerts are not sent: the notification queue is [89]\d % full"\}$/, 'health() tells of it');
is(heard($awake), '', 'alerts are not heard of');
is($node->safe_psql('postgres', 'SELECT count(*) FROM errtrack.alerts'), 6, 'but stand in their table');
$node->safe_psql('postgres', "NOTIFY others");
pass('the application can notify');

# --- it is full: whoever notifies fails
$node->safe_psql('postgres', "SELECT sleep_through($pid, 1)");
my ($status, $out, $err) = $node->psql('postgres', 'NOTIFY others');
like($err, qr/too many notifications in the NOTIFY queue/, 'the application cannot notify');
send_events($node, 'postgres', 'exception_class', "SELECT 'Full ' || n FROM generate_series(1, 5) AS n");
oracle_ok($node, 'postgres', 'full', worker => 1);
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET errtrack.worker = off');
send_events($node, 'postgres', 'exception_class', "SELECT 'Full and by hand ' || n FROM generate_series(1, 5) AS n");
oracle_ok($node, 'postgres', 'full, by hand');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET errtrack.worker');
is(heard($awake), '', 'alerts are not heard of');
is( $node->safe_psql('postgres', 'SELECT count(*), min(alert_id), max(alert_id) FROM errtrack.alerts'),
	'16|1|16', 'whoever reads on from the last one misses none');

# --- the sleeper goes
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)"), 'the sleeper goes');
is($node->safe_psql('postgres', 'SELECT status FROM errtrack.health()'), 'ok', 'all is well then');
send_event($node, 'postgres', 'last');
oracle_ok($node, 'postgres', 'not full any more', worker => 1);
is(heard($awake), '17', 'the next alert is heard of');

$awake->quit;
$node->stop;
done_testing();
