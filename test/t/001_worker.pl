# The worker that commits start and wake, where nothing is preloaded.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('worker', "errtrack.worker_idle_timeout = '1h'");
$node->start;

# --- the first INSERT starts the worker
create_errtrack($node, 'postgres');
is( $node->safe_psql(
		'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'errtrack worker'"),
	0, 'no worker before the first event');
send_event($node, 'postgres', 'first');
my $pid = wait_worker($node, 'postgres', 'the first INSERT starts the worker');
wait_counted($node, 'postgres', 1, 'the first event');
send_event($node, 'postgres', 'second');
wait_counted($node, 'postgres', 2, 'the second event');
is(wait_worker($node, 'postgres', 'the worker is there'), $pid, 'it is the same worker');

# --- many clients
$node->pgbench(
	'--client=8 --jobs=2 --transactions=150 --no-vacuum', 0,
	[qr{processed: 1200/1200}], [qr{^$}], 'eight clients insert the same error',
	{   '001_same_error' =>
		  recorded('exception_class, message', "VALUES ('Stampede', 'of clients')") . ';' });
wait_counted($node, 'postgres', 1202, 'the events of eight clients');
is( $node->safe_psql(
		'postgres', "SELECT count(*), sum(occurrence_count),
		 (SELECT count(*) FROM errtrack.alerts WHERE issue_id IN (SELECT issue_id FROM errtrack.issues WHERE exception_class = 'Stampede'))
		 FROM errtrack.issues WHERE exception_class = 'Stampede'"),
	'1|1200|1', 'one issue, all its events, one alert');
oracle_ok($node, 'postgres', 'after eight clients');
is(wait_worker($node, 'postgres', 'the worker is there'), $pid, 'one worker served them all');

# --- rollback
$node->safe_psql('postgres',
	"BEGIN; " . recorded('message', "VALUES ('never was')") . '; ROLLBACK;');
send_event($node, 'postgres', 'after the rollback');
wait_counted($node, 'postgres', 1203, 'an event after one that was rolled back');
is($node->safe_psql('postgres', "SELECT count(*) FROM errtrack.issues WHERE title LIKE '%never%'"),
	0, 'the event that was rolled back is in no issue');

# --- prepared transactions, with a worker there
$node->safe_psql('postgres',
	"BEGIN; " . recorded('message', "VALUES ('prepared')") . "; PREPARE TRANSACTION 'one';");
send_event($node, 'postgres', 'after the prepared one');
wait_counted($node, 'postgres', 1204, 'an event that passes a prepared one');
$node->safe_psql('postgres', "COMMIT PREPARED 'one'");
wait_counted($node, 'postgres', 1205, 'an event that was prepared');
$node->safe_psql('postgres',
	"BEGIN; " . recorded('message', "VALUES ('prepared')") . "; PREPARE TRANSACTION 'two';");
$node->safe_psql('postgres', "ROLLBACK PREPARED 'two'");
my ($result, $stdout, $stderr) = $node->psql('postgres',
	"\\set VERBOSITY verbose\nBEGIN; SELECT errtrack.consume(); PREPARE TRANSACTION 'three';");
is($result, 3, 'a transaction that consumed cannot be prepared');
like($stderr, qr/0A000: cannot prepare a transaction that has consumed events/, 'and is told why');
like($stderr, qr/HINT: .*Commit it/, 'and what to do');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_prepared_xacts'), 0, 'nothing is left prepared');

# --- the worker leaves when it is idle; the next INSERT starts another
set($node, 'errtrack.worker_idle_timeout', '100ms');
wait_no_worker($node, 'postgres', 'the worker leaves when it has been idle');
set($node, 'errtrack.worker_idle_timeout', '1h');
send_event($node, 'postgres', 'after it left');
isnt(wait_worker($node, 'postgres', 'the next INSERT starts another'), $pid, 'which is not the same');
wait_counted($node, 'postgres', 1206, 'the event that started it');

# it stays as long as a transaction that wrote events is prepared
$node->safe_psql('postgres',
	"BEGIN; " . recorded('message', "VALUES ('prepared')") . "; PREPARE TRANSACTION 'four';");
set($node, 'errtrack.worker_idle_timeout', '100ms');
$node->safe_psql('postgres', "COMMIT PREPARED 'four'");
wait_counted($node, 'postgres', 1207, 'an event that was prepared while the worker was idle');
wait_no_worker($node, 'postgres', 'the worker leaves after the prepared transaction');

# --- a transaction is prepared while no worker is there
$node->safe_psql('postgres',
	"BEGIN; " . recorded('message', "VALUES ('prepared')") . "; PREPARE TRANSACTION 'five';");
$node->safe_psql('postgres', "COMMIT PREPARED 'five'");
wait_counted($node, 'postgres', 1208, 'an event that was prepared while no worker was there');
wait_no_worker($node, 'postgres', 'the worker leaves after that');

# --- many times of leaving and starting: whoever commits just as it leaves is not forgotten
$node->safe_psql(
	'postgres', q{
CREATE TABLE worker_pid (pid int PRIMARY KEY);
CREATE PROCEDURE send_and_wait(n int) LANGUAGE plpgsql AS $$
DECLARE
  id uuid;
  deadline timestamptz;
BEGIN
  FOR i IN 1 .. n LOOP
    INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Cycle', 'of workers')
    RETURNING event_id INTO id;
    INSERT INTO public.sent VALUES (1, id);
    COMMIT;
    deadline := clock_timestamp() + '20 s';
    WHILE NOT EXISTS (SELECT FROM errtrack.seen_events WHERE event_id = id) LOOP
      IF clock_timestamp() > deadline THEN
        RAISE EXCEPTION 'event % was forgotten', i;
      END IF;
      PERFORM pg_sleep(0.002);
    END LOOP;
    INSERT INTO worker_pid SELECT pid FROM errtrack.worker ON CONFLICT DO NOTHING;
    COMMIT;
    -- so that the next one comes about when the worker leaves
    PERFORM pg_sleep(0.1 + random() * 0.1);
  END LOOP;
END $$});
$node->safe_psql('postgres', 'CALL send_and_wait(40)');
$node->pgbench(
	'--client=3 --jobs=1 --transactions=1 --no-vacuum', 0,
	[qr{processed: 3/3}], [qr{^$}], 'three clients send events as the worker leaves',
	{ '001_cycles' => 'CALL send_and_wait(20);' });
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM worker_pid'), '>', 10, 'many workers served them');
wait_counted($node, 'postgres', 1308, 'the events of many cycles');
oracle_ok($node, 'postgres', 'after many cycles');
wait_no_worker($node, 'postgres', 'the last worker leaves');

# --- errtrack.worker = off: what comes in is left alone.
# Workers are started in the order in which they were asked for: the one of the other database comes last.
$node->safe_psql('postgres', 'CREATE DATABASE other');
create_errtrack($node, 'other');
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET errtrack.worker = off');
my $last_pid = $node->safe_psql('postgres', 'SELECT pid FROM errtrack.worker');
send_event($node, 'postgres', 'left alone');
send_event($node, 'other', 'taken');
wait_counted($node, 'other', 1, 'an event of another database');
is($node->safe_psql('postgres', 'SELECT pid FROM errtrack.worker'),
	$last_pid, 'errtrack.worker = off starts no worker');
is($node->safe_psql('postgres', 'SELECT sum(occurrence_count) FROM errtrack.issues'),
	1308, 'and the event is left alone');
is($node->safe_psql('postgres', 'SELECT errtrack.consume()'), 1, 'until somebody consumes it');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET errtrack.worker');
set($node, 'errtrack.worker_idle_timeout', '1h');
send_event($node, 'postgres', 'brings a worker');
wait_worker($node, 'postgres', 'errtrack.worker = on starts one again');
wait_counted($node, 'postgres', 1310, 'its event');
$node->append_conf('postgresql.conf', 'errtrack.worker = off');
$node->reload;
wait_no_worker($node, 'postgres', 'a worker leaves when it is switched off');
$node->append_conf('postgresql.conf', 'errtrack.worker = on');
$node->reload;

# --- settings of a database, and of the role, that are not meant for the worker
$node->safe_psql(
	'postgres', q{
CREATE DATABASE hostile;
ALTER DATABASE hostile SET default_transaction_read_only = on;
ALTER DATABASE hostile SET statement_timeout = '1ms';
ALTER DATABASE hostile SET lock_timeout = '1ms';
ALTER DATABASE hostile SET idle_in_transaction_session_timeout = '1ms';
ALTER DATABASE hostile SET idle_session_timeout = '1ms';
ALTER DATABASE hostile SET default_transaction_isolation = 'serializable';
ALTER DATABASE hostile SET default_transaction_deferrable = on;
ALTER DATABASE hostile SET session_replication_role = 'replica';
ALTER DATABASE hostile SET search_path = 'evil';
ALTER DATABASE hostile SET plpgsql.variable_conflict = 'use_variable';
ALTER DATABASE hostile SET plpgsql.extra_errors = 'all';
ALTER DATABASE hostile SET force_parallel_mode = on;
ALTER DATABASE hostile SET array_nulls = off;
ALTER DATABASE hostile SET timezone = 'Asia/Kathmandu';
ALTER DATABASE hostile SET datestyle = 'German, DMY';
ALTER DATABASE hostile SET bytea_output = 'escape'});
{
	local $ENV{PGOPTIONS} =
	  '-c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0 -c idle_session_timeout=0'
	  . ' -c idle_in_transaction_session_timeout=0 -c default_transaction_isolation=read\ committed'
	  . ' -c default_transaction_deferrable=off -c session_replication_role=origin';
	create_errtrack($node, 'hostile');
	$node->safe_psql(
		'hostile', q{
CREATE SCHEMA evil;
CREATE FUNCTION evil.count() RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$SELECT '-infinity'::timestamptz$$;
CREATE FUNCTION evil.pg_visible_in_snapshot(xid8, pg_snapshot) RETURNS boolean LANGUAGE sql AS 'SELECT false'});
	for my $n (1 .. 3)
	{
		send_event($node, 'hostile', "number $n");
		wait_counted($node, 'hostile', $n, "under hostile settings, event $n");
	}
	oracle_ok($node, 'hostile', 'under hostile settings');
}
# a writer may have these settings of its own, too
$node->safe_psql('other', 'ALTER DATABASE other SET default_transaction_isolation = serializable');
send_event($node, 'other', 'serializable');
wait_counted($node, 'other', 2, 'an event of a serializable transaction');

# --- DROP EXTENSION while the worker runs
send_event($node, 'postgres', 'before the end');
wait_worker($node, 'postgres', 'a worker is there');
wait_counted($node, 'postgres', 1311, 'an event before DROP EXTENSION');
$node->safe_psql('postgres', 'DROP EXTENSION errtrack');
wait_no_worker($node, 'postgres', 'the worker leaves after DROP EXTENSION');
create_errtrack($node, 'postgres');
send_event($node, 'postgres', 'anew');
wait_counted($node, 'postgres', 1, 'an event after CREATE EXTENSION');
$node->safe_psql('postgres', 'BEGIN; DROP EXTENSION errtrack; TRUNCATE sent; CREATE EXTENSION errtrack; COMMIT;');
send_event($node, 'postgres', 'anew once more');
wait_counted($node, 'postgres', 1, 'an event after DROP and CREATE EXTENSION at once');
# the worker that was there does not know the new table, where commits look for it
ok( $node->poll_query_until('postgres', 'SELECT errtrack.wake_worker()'),
	'commits find the worker after DROP and CREATE EXTENSION at once');
oracle_ok($node, 'postgres', 'after DROP and CREATE EXTENSION');

# --- DROP DATABASE
set($node, 'errtrack.worker_idle_timeout', '100ms');
wait_no_worker($node, 'other', 'the worker of another database leaves');
$node->safe_psql('postgres', 'DROP DATABASE other');
pass('its database can be dropped');
set($node, 'errtrack.worker_idle_timeout', '1h');
$node->safe_psql('postgres', 'CREATE DATABASE forced');
create_errtrack($node, 'forced');
send_event($node, 'forced', 'one');
wait_worker($node, 'forced', 'a worker of a database that will be dropped');
$node->safe_psql('postgres', 'DROP DATABASE forced WITH (FORCE)');
pass('a database can be dropped by force while its worker runs');

# --- no place for a worker
$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
send_event($node, 'postgres', 'without a worker');
is($node->safe_psql('postgres', 'SELECT errtrack.flush()'), 't', 'flush() folds where no worker can run');
oracle_ok($node, 'postgres', 'without a worker');

$node->stop;
done_testing();
