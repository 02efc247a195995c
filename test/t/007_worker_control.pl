# The worker under control: stopped and started by hand, seen while it works, waits or fails, and where there is no place
# for it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('control', <<'END');
errtrack.worker_idle_timeout = '1h'
max_logical_replication_workers = 0
END
$node->start;

sub query
{
	my ($database, $sql) = @_;
	return $node->safe_psql($database, $sql);
}

# Waits until a query returns true.
sub wait_until
{
	my ($database, $sql, $name) = @_;
	ok($node->poll_query_until($database, $sql), $name);
}

# How many workers are connected to a database?
sub workers
{
	my ($database) = @_;
	return query('template1',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = '$database'");
}

# A session that stays open: what query() returns is read until a mark comes.
sub session
{
	my ($database) = @_;
	my %s = (in => '', out => '', err => '');
	$s{run} = IPC::Run::start(
		[ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=0', '-d', $node->connstr($database) ],
		'<', \$s{in}, '>', \$s{out}, '2>', \$s{err},
		IPC::Run::timeout(120));
	return \%s;
}

sub ask
{
	my ($s, $sql) = @_;
	$s->{out} = '';
	$s->{in} .= "$sql\n\\echo done\n";
	$s->{run}->pump until $s->{out} =~ /^done$/m;
	$s->{out} =~ s/^done\n//m;
	chomp $s->{out};
	return $s->{out};
}

# --- one worker for each of three databases
my @shops = map { "shop$_" } 1 .. 3;
for my $shop (@shops)
{
	query('postgres', "CREATE DATABASE $shop");
	create_errtrack($node, $shop);
}
send_event($node, $_, 'first') for @shops;
wait_counted($node, $_, 1, "an event of $_") for @shops;
is(workers($_), 1, "$_ has a worker") for @shops;
is( query('template1', "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE backend_type = 'errtrack worker'"),
	3, 'they are three');
ok(slurp_file($node->logfile) =~ /background worker process "errtrack worker $_"/, "the one of $_ is named after it")
  for @shops;
is( query('shop1', "SELECT pid = (SELECT pid FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = 'shop1')
	FROM errtrack.workers"), 't', 'errtrack.workers tells of the one of its database');

# --- what it tells of itself
wait_until('shop1', "SELECT state = 'idle' FROM errtrack.workers", 'a worker that has nothing to do is idle');
is( query('shop1', "SELECT concat_ws('|', events, batches, last_batch_events, last_batch_ms > 0, last_batch_at > started_at,
	events_per_second > 0, backlog, lag, waits_for, last_error) FROM errtrack.workers"),
	'1|1|1|t|t|t|0|00:00:00', 'it tells of its batch');
query('shop1', "INSERT INTO errtrack.raw_events (message) SELECT 'many' FROM generate_series(1, 12000)");
wait_counted($node, 'shop1', 12001, 'many events');
wait_until('shop1', "SELECT events = 12001 AND batches BETWEEN 3 AND 50 AND backlog = 0 FROM errtrack.workers", '... and of all of them');
is(query('shop1', 'SELECT status FROM errtrack.health()'), 'ok', 'all is well');

# --- stopped and started
is(query('shop1', 'SELECT errtrack.worker_stop()'), 't', 'worker_stop()');
is(workers('shop1'), 0, 'the worker has gone when it returns');
is(workers('shop2'), 1, '... and no other');
send_event($node, 'shop1', 'while stopped');
send_event($node, 'shop2', 'meanwhile elsewhere');
wait_counted($node, 'shop2', 2, 'an event of another database');
is(workers('shop1'), 0, 'an event starts none');
is(query('shop1', "SELECT state || ' ' || backlog FROM errtrack.workers"), 'stopped 1', 'it waits');
$node->restart;
send_event($node, 'shop1', 'after a restart');
send_event($node, 'shop2', 'after a restart');
wait_counted($node, 'shop2', 3, 'an event of another database');
is(workers('shop1'), 0, 'a restart starts none');
is(query('shop1', 'SELECT errtrack.consume()'), 2, 'consume() works');
send_event($node, 'shop1', 'still stopped');
query('shop1', 'SELECT errtrack.worker_start()');
wait_counted($node, 'shop1', 12004, 'worker_start() starts it without an event');
is(workers('shop1'), 1, 'it is there');
query('shop1', 'BEGIN; SELECT errtrack.worker_stop(); ROLLBACK;');
send_event($node, 'shop1', 'after a stop that was rolled back');
wait_counted($node, 'shop1', 12005, 'a stop that is rolled back keeps no worker away');
query('shop1', 'BEGIN; SELECT errtrack.worker_stop(); SELECT errtrack.worker_start(); COMMIT;');
wait_worker($node, 'shop1', 'stopped and started in one transaction');

# nobody comes while a transaction that has stopped it is open
my $stopper = session('shop1');
is(ask($stopper, 'BEGIN; SELECT errtrack.worker_stop();'), 't', 'a transaction that has stopped the worker');
send_event($node, 'shop1', 'meanwhile');
send_event($node, 'shop2', 'meanwhile');
wait_counted($node, 'shop2', 4, 'workers that were asked for later have started');
is(query('shop1', "SELECT state || ' ' || backlog FROM errtrack.workers"), 'none 1', 'none of the database runs');
is(ask($stopper, 'COMMIT;'), '', 'it commits');
wait_no_worker($node, 'shop1', 'who waited for it leaves');
is(query('shop1', "SELECT state || ' ' || backlog FROM errtrack.workers"), 'stopped 1', 'the worker stays away');
query('shop1', 'SELECT errtrack.worker_start()');
wait_counted($node, 'shop1', 12006, 'until it is started');

# the worker waits for whoever stops it
is(ask($stopper, 'BEGIN; SELECT status FROM errtrack.resolve((SELECT issue_id FROM errtrack.issues WHERE title = \'Failure: first\'));'),
	'resolved', 'a transaction has an issue');
query('shop1', "INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Failure', 'first')");
my $pid = query('shop1', 'SELECT pid FROM errtrack.workers');
wait_until('shop1', "SELECT cardinality(waits_for) = 1 FROM errtrack.workers", 'the worker waits for it');
is(ask($stopper, 'SELECT errtrack.worker_stop();'), 't', 'it stops the worker, which cannot finish its batch');
is(ask($stopper, 'COMMIT;'), '', '... without a deadlock');
is(workers('shop1'), 0, '... and the worker has gone');
is(query('shop1', 'SELECT errtrack.consume()'), 1, 'the batch was taken back');
query('shop1', 'SELECT errtrack.worker_start()');
wait_worker($node, 'shop1', '(started)');

# --- a database can be dropped, renamed and copied once it is stopped
query('shop2', 'SELECT errtrack.worker_stop()');
send_event($node, 'shop2', 'waits');
query('postgres', 'CREATE DATABASE copy TEMPLATE shop2');
query('postgres', 'ALTER DATABASE shop2 RENAME TO store');
is(query('store', 'SELECT state FROM errtrack.workers'), 'stopped', 'a database that was renamed is still stopped');
is(query('copy', 'SELECT state FROM errtrack.workers'), 'none', 'a copy of it is not');
is(query('copy', 'SELECT status FROM errtrack.health()'), 'ok', '... and does not know of it');
send_event($node, 'copy', 'of the copy');
wait_counted($node, 'copy', 6, 'a copy with a backlog');
query('postgres', 'CREATE DATABASE twin TEMPLATE store');
is(query('twin', 'SELECT errtrack.worker_stop()'), 'f', 'a copy has no worker to stop');
query('twin', 'SELECT errtrack.worker_start()');
wait_counted($node, 'twin', 5, 'worker_start() in a copy');
query('store', 'SELECT errtrack.worker_start()');
wait_counted($node, 'store', 5, 'the original');
my $dump = PostgreSQL::Test::Utils::tempdir . '/stopped.sql';
query('twin', 'SELECT errtrack.worker_stop()');
$node->command_ok([ 'pg_dump', '-f', $dump, 'twin' ], 'pg_dump of a stopped one');
query('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-Xqo', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'restored' ], 'psql');
is(query('restored', 'SELECT state FROM errtrack.workers'), 'none', 'what is restored from it is not stopped');
query('postgres', 'DROP DATABASE twin');
query('postgres', 'DROP DATABASE copy WITH (FORCE)');
query('postgres', 'DROP DATABASE restored');

# --- an operator's open transaction: the fold waits, and one can see for whom
my $operator = session('shop3');
my $blocker = ask($operator, 'SELECT pg_backend_pid();');
is(ask($operator, 'BEGIN; SELECT status FROM errtrack.resolve(1);'), 'resolved', 'resolve() that is not committed');
send_event($node, 'shop3', 'first');
wait_until('shop3', "SELECT waits_for = ARRAY[$blocker] AND backlog = 1 FROM errtrack.workers", 'the worker waits for it');
wait_until('shop3', "SELECT status = 'degraded' AND reasons[1] ~ 'lock of process $blocker\$' FROM errtrack.health()",
	'health() names who holds it up');
is(ask($operator, 'COMMIT;'), '', 'it commits');
wait_counted($node, 'shop3', 2, 'the event that waited');
wait_until('shop3', "SELECT waits_for IS NULL FROM errtrack.workers", 'nobody is waited for');
is(query('shop3', 'SELECT status FROM errtrack.health()'), 'ok', 'all is well again');

# --- an event that cannot be folded
query('shop3', q{
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.exception_class = 'Poison' OR current_setting('poison.every', true) = 'on' THEN
    RAISE 'poisoned';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION poison();});
my $listener = session('shop3');
ask($listener, 'LISTEN errtrack_alerts;');
my $log_from = -s $node->logfile;
query('shop3', "INSERT INTO errtrack.raw_events (event_id, exception_class, message)
	VALUES ('00000000-0000-0000-0000-000000000001', 'Poison', 'alone')");
wait_until('shop3', 'SELECT count(*) = 1 FROM errtrack.dead_letters', 'a poisoned event, alone in the inbox, is set aside');
query('shop3', "INSERT INTO errtrack.raw_events (exception_class, message)
	SELECT CASE WHEN n IN (1, 50, 99) THEN 'Poison' ELSE 'Sound' END, 'among others' FROM generate_series(1, 100) AS n");
wait_counted($node, 'shop3', 99, 'events among which there are poisoned ones');
is(query('shop3', 'SELECT count(*) FROM errtrack.dead_letters'), 4, 'these are set aside');
my $log = slurp_file($node->logfile, $log_from);
my $warnings = () = $log =~ /WARNING:  event \S+ of project 1 cannot be folded/g;
is($warnings, 4, 'the log has a line for each');
ok($log =~ qr/WARNING:  event 00000000-0000-0000-0000-000000000001 of project 1 cannot be folded\n.*DETAIL:  poisoned\n/, '... that says which, and why');
ok($log =~ qr/CONTEXT: .*errtrack worker of database "shop3"/s, '... and where');
ok($log !~ qr/tries again/, 'the batch did not fail');
my $heard = ask($listener, 'SELECT 1;');
my $alerts = () = $heard =~ /Asynchronous notification/g;
is($alerts, 1, 'one alert was heard, of the one new issue');
is( query('shop3', q{SELECT (SELECT sum(occurrence_count) FROM errtrack.issues) + (SELECT sum(events) FROM errtrack.event_outcomes)
	= (SELECT count(*) FROM errtrack.raw_events)}), 't', 'received = counted + outcomes');
is(query('shop3', 'SELECT status FROM errtrack.health()'), 'degraded', 'health() tells of them');
query('shop3', 'ALTER TABLE errtrack.issues DISABLE TRIGGER poison');
is(query('shop3', 'SELECT errtrack.retry_dead_letters()'), 4, 'they are retried');
wait_counted($node, 'shop3', 103, 'what was retried');
is(query('shop3', "SELECT string_agg(DISTINCT event_id::text, '') FROM errtrack.occurrences WHERE message = 'alone'"),
	'00000000-0000-0000-0000-000000000001', 'they are who they were');

# --- whatever is folded fails: from the first batch of a worker on
query('shop3', 'SELECT errtrack.worker_stop()');
query('shop3', "ALTER TABLE errtrack.issues ENABLE TRIGGER poison; ALTER DATABASE shop3 SET poison.every = 'on'");
$log_from = -s $node->logfile;
query('shop3', 'SELECT errtrack.worker_start()');
send_event($node, 'shop3', 'first');
wait_until('shop3', "SELECT state = 'backing off' AND last_error = 'poisoned' AND last_error_sqlstate = 'P0001' AND backlog = 1 FROM errtrack.workers",
	'the worker says that it backs off, and why');
is(query('shop3', "SELECT status || ' ' || (reasons[1] ~ 'poisoned') FROM errtrack.health()"), 'failing true', 'so does health()');
is(query('shop3', 'SELECT count(*) FROM errtrack.dead_letters'), 0, 'nothing is set aside');
ok(eval { $node->wait_for_log(qr/tries again in 1 s.*tries again in 2 s.*tries again in 4 s/s, $log_from) }, 'it waits twice as long each time');
ok(slurp_file($node->logfile, $log_from) =~ /HINT:  Mend what the error tells of/, 'and says what to do');
$pid = query('shop3', 'SELECT pid FROM errtrack.workers');
send_event($node, 'shop3', 'first') for 1 .. 5;
is(query('shop3', 'SELECT pid FROM errtrack.workers'), $pid, 'it is the same worker all the time');
is(workers('shop3'), 1, '... the only one');
wait_until('shop3', "SELECT last_error = 'poisoned' FROM errtrack.worker", 'the error is kept');
# it is to end its wait by itself: asked with more force it would be terminated
is(query('shop3', 'SELECT errtrack.worker_stop()'), 't', 'it can be stopped while it waits');
$log = slurp_file($node->logfile, $log_from);
ok($log =~ qr/errtrack worker ends because of errtrack\.worker_stop/, '... at once');
ok($log !~ qr/terminating background worker "errtrack worker"/, '... and not by force');
is(query('shop3', 'SELECT last_error FROM errtrack.workers'), 'poisoned', 'its error outlives it');
query('shop3', 'ALTER DATABASE shop3 RESET poison.every');
query('shop3', 'SELECT errtrack.worker_start()');
wait_counted($node, 'shop3', 109, 'when that is mended, all events');
counts_ok_with_retries('shop3');

# worker_start() ends the wait, and so does a change of the settings
query('shop3', q{CREATE TABLE tries (n int); CREATE SEQUENCE try;
CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM nextval('public.try');
  RAISE 'poisoned';
END $$});
send_event($node, 'shop3', 'first');
$log_from = -s $node->logfile;
ok(eval { $node->wait_for_log(qr/tries again in 8 s/, $log_from) }, 'a worker that waits for long');
query('shop3', 'SELECT errtrack.worker_start()');
ok(eval { $node->wait_for_log(qr/tries again in 16 s/, $log_from) }, 'worker_start() ends that');
$node->reload;
ok(eval { $node->wait_for_log(qr/tries again in 32 s/, $log_from) }, 'a change of the settings, too');
wait_until('shop3', "SELECT state = 'backing off' FROM errtrack.workers", 'it waits');
is(query('shop3', 'DROP EXTENSION errtrack'), '', 'DROP EXTENSION does not wait for it');
ok(wait_seconds(20, sub { workers('shop3') == 0 }), '... and ends its wait');
create_errtrack($node, 'shop3');
send_event($node, 'shop3', 'anew');
wait_counted($node, 'shop3', 1, 'a new extension');

# one that is created again before the worker looks need not wait for what was wrong with the other
query('shop3', 'CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON errtrack.issues FOR EACH ROW EXECUTE FUNCTION poison()');
$log_from = -s $node->logfile;
send_event($node, 'shop3', 'first');
for my $seconds (1, 2, 4, 8, 16)
{
	ok(eval { $node->wait_for_log(qr/tries again in $seconds s/, $log_from) }, "it waits for $seconds s");
	query('shop3', 'SELECT errtrack.worker_start()');
}
ok(eval { $node->wait_for_log(qr/tries again in 32 s/, $log_from) }, 'it waits for long');
$pid = query('shop3', 'SELECT pid FROM errtrack.workers');
query('shop3', 'BEGIN; DROP EXTENSION errtrack; CREATE EXTENSION errtrack; COMMIT');
send_event($node, 'shop3', 'anew');
ok(wait_seconds(20, sub { query('shop3', 'SELECT count(*) FROM errtrack.issues') == 1 }), 'a new one that it has not seen go');
is(query('shop3', 'SELECT pid FROM errtrack.workers'), $pid, 'it is the same worker');

# --- pg_cancel_backend() cancels a batch; it has none
$pid = query('shop3', 'SELECT pid FROM errtrack.workers');
query('shop3', "SELECT pg_cancel_backend($pid)");
send_event($node, 'shop3', 'goes on');
wait_counted($node, 'shop3', 2, 'a worker that was cancelled between batches');
is(query('shop3', 'SELECT pid FROM errtrack.workers'), $pid, '... is there');

# --- it is killed by a session
$pid = query('shop3', 'SELECT pid FROM errtrack.workers');
query('shop3', "SELECT pg_terminate_backend($pid, 60000)");
is(query('shop3', 'SELECT state FROM errtrack.workers'), 'none', 'a worker that was terminated is not there');
send_event($node, 'shop3', 'after that');
wait_counted($node, 'shop3', 3, 'the next event starts another');

# --- settings
query('postgres', 'ALTER DATABASE shop3 SET errtrack.worker = off');
my ($status, $out, $err) = $node->psql('shop3', 'SELECT errtrack.worker_start()');
like($err, qr/WARNING:  no worker is started while errtrack\.worker is off/, 'worker_start() says that it is of no use');
query('postgres', 'ALTER DATABASE shop3 RESET errtrack.worker');

# --- no place for a worker
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->restart;
send_event($node, 'shop1', 'takes the only place');
wait_counted($node, 'shop1', 12008, 'the database that comes first');
$log_from = -s $node->logfile;
my $crowd = session('shop3');
ask($crowd, "INSERT INTO errtrack.raw_events (message) VALUES ('without a worker');") for 1 .. 20;
is(query('shop3', "SELECT state || ' ' || backlog FROM errtrack.workers"), 'none 20', 'another one has no worker');
$log = slurp_file($node->logfile, $log_from);
my $told = () = $log =~ /LOG:  errtrack could not register a background worker for database "shop3"/g;
is($told, 1, 'a session logs that once');
ok($log =~ qr/HINT:  You may need to increase max_worker_processes/, '... and says what to do');
is($crowd->{err}, '', '... and the application hears nothing');
query('shop1', 'SELECT errtrack.worker_stop()');
send_event($node, 'shop3', 'there is a place');
wait_counted($node, 'shop3', 24, 'when there is a place again, its events');

$_->{run}->finish for map { $_->{in} .= "\\q\n"; $_ } $stopper, $operator, $listener, $crowd;
$node->stop;
done_testing();

# The oracle, where events were retried: they stand in the inbox twice.
sub counts_ok_with_retries
{
	my ($database) = @_;
	is( query($database, q{
SELECT (SELECT count(DISTINCT event_id) FROM errtrack.raw_events) - (SELECT sum(occurrence_count) FROM errtrack.issues),
       (SELECT count(*) FROM errtrack.seen_events) - (SELECT count(DISTINCT event_id) FROM errtrack.raw_events),
       (SELECT count(*) FROM errtrack.issues AS i WHERE 1 <> (SELECT count(*) FROM errtrack.alerts AS a WHERE a.issue_id = i.issue_id AND a.kind = 'new')),
       (SELECT coalesce(sum(events), 0) FROM errtrack.event_outcomes)}),
		'0|0|0|0', 'each event was counted once, each issue has one alert');
}
