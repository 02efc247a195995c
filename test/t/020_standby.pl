# Standbys: nothing of errtrack runs on one, its queries and the emptying of leaves do not break each other, and once it
# is promoted it goes on where it was.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', <<'END');
max_worker_processes = 16
log_min_messages = debug1
errtrack.worker_idle_timeout = '1h'
END
$primary->start;
create_errtrack($primary, 'postgres');
send_event($primary, 'postgres', 'before the backup');
oracle_ok($primary, 'postgres', 'on the primary', worker => 1);
$primary->backup('base');

# Makes a standby, with these lines in postgresql.conf.
sub new_standby
{
	my ($name, $conf) = @_;
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$standby->init_from_backup($primary, 'base', has_streaming => 1);
	$standby->append_conf('postgresql.conf', $conf);
	$standby->start;
	return $standby;
}

my $bare = new_standby('bare', 'max_standby_streaming_delay = 50ms');
my $preloaded = new_standby('preloaded', <<'END');
shared_preload_libraries = 'errtrack'
errtrack.databases = 'postgres'
max_standby_streaming_delay = -1
END

# --- what a standby refuses
$primary->wait_for_catchup($_) for $bare, $preloaded;
is($bare->safe_psql('postgres', 'SELECT errtrack.flush()'), 't', 'flush() on a standby, where all is folded');
for my $statement ("INSERT INTO errtrack.raw_events (message) VALUES ('lost')",
	q{SELECT errtrack.capture('{"message": "lost"}', 1)}, 'SELECT errtrack.consume()')
{
	for my $standby ($bare, $preloaded)
	{
		my ($result, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$statement");
		like($err, qr/ERROR: +25006: cannot execute .+ (in a read-only transaction|during recovery)/,
			$standby->name . ": $statement");
	}
}

# --- a leaf is emptied while queries read it on the standbys: one ends the query, the other waits for it
send_events($primary, 'postgres', 'exception_class, message',
	"SELECT 'Failure' || n % 60, 'before a leaf is emptied' FROM generate_series(1, 2000) AS n");
oracle_ok($primary, 'postgres', 'before a leaf is emptied', worker => 1);
$primary->wait_for_catchup($_) for $bare, $preloaded;
my %reader;
for my $standby ($bare, $preloaded)
{
	$reader{ $standby->name } = $standby->background_psql('postgres', on_error_stop => 0);
	$reader{ $standby->name }->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
	cmp_ok($reader{ $standby->name }->query_safe('SELECT count(*) FROM errtrack.raw_events'),
		'>', 2000, $standby->name . ': a transaction reads the inbox');
}
$primary->safe_psql('postgres', 'TRUNCATE errtrack.raw_events');
send_event($primary, 'postgres', 'after a leaf was emptied');
oracle_ok($primary, 'postgres', 'after a leaf was emptied', worker => 1);

ok( $preloaded->poll_query_until(
		'postgres',
		q{SELECT EXISTS (SELECT FROM pg_locks AS l JOIN pg_stat_activity USING (pid)
		   WHERE backend_type = 'startup' AND NOT l.granted)}),
	'replay waits for a query where it may');
is($reader{preloaded}->query_safe('SELECT count(*) FROM errtrack.issues'), 61, 'which goes on');
$reader{preloaded}->query_safe('COMMIT');
$primary->wait_for_catchup($_) for $bare, $preloaded;
# the session may be over with the query
eval { $reader{bare}->query('SELECT count(*) FROM errtrack.raw_events') };
like($reader{bare}->{stderr}, qr/conflict with recovery/, 'a query is ended where replay may not wait');
is($preloaded->safe_psql('postgres', 'SELECT errtrack.flush()'), 't', 'queries go on after replay');
$reader{preloaded}->quit;
eval { $reader{bare}->quit };

# --- promoted under load: the one without preloading has a worker from its first event on, the other at once
for my $standby ($bare, $preloaded)
{
	my $name = $standby->name;
	my $load = start_load($primary, 'postgres');
	my $log = slurp_file($standby->logfile);
	unlike($log, qr/starting background worker process "errtrack/, "$name: nothing of errtrack runs on a standby");
	is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'errtrack%'"),
		0, "$name: nothing of errtrack is connected to a standby");
	$standby->promote;
	end_load($load);
	if ($standby == $preloaded)
	{
		wait_worker($standby, 'postgres', "$name: a worker starts by itself");
		oracle_ok($standby, 'postgres', "$name: promoted", worker => 1);
	}
	$load = start_load($standby, 'postgres');
	wait_worker($standby, 'postgres', "$name: a worker runs under load");
	end_load($load);
	oracle_ok($standby, 'postgres', "$name: under load after promotion", worker => 1);
	cmp_ok($standby->safe_psql('postgres', 'SELECT count(*) FROM public.sent'),
		'>', 2400, "$name: it has what was sent before and after");
}
oracle_ok($primary, 'postgres', 'the primary', worker => 1);

# --- the primary's crash is the other's promotion: what it had sent on is there, and is counted
$primary->backup('second');
my $last = PostgreSQL::Test::Cluster->new('last');
$last->init_from_backup($primary, 'second', has_streaming => 1);
$last->start;
my $load = start_load($primary, 'postgres');
$primary->stop('immediate');
end_load($load);
$last->promote;
send_event($last, 'postgres', 'after the crash of the primary');
oracle_ok($last, 'postgres', 'after the crash of the primary', worker => 1);

$_->stop for $last, $bare, $preloaded;
done_testing();
