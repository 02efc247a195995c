# The inbox under load: leaves emptied all the time, dropped events, a transaction of many events, two-phase commit, a crash.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('inbox', "errtrack.worker = off\nfsync = off");
$node->start;

# Makes a database with the extension and a record of what was committed, as errtrack does not know it.
sub new_database
{
	my ($name, @settings) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql('postgres', "ALTER DATABASE $name SET $_") for @settings;
	create_errtrack($node, $name);
	$node->safe_psql($name, 'CREATE TABLE committed (event_id uuid)');
}

# Consumes all that is there.
sub drain
{
	my ($database) = @_;
	$node->safe_psql($database, 'DO $$ BEGIN WHILE (SELECT events FROM errtrack.consume_batch(5000)) > 0 LOOP COMMIT; END LOOP; END $$');
}

# Runs pgbench with these scripts while the first one, in the background, repeats what stands in another.
sub under_load
{
	my ($database, $meanwhile, @options) = @_;
	my ($out, $err) = ('', '');
	my @connection = ('-h', $node->host, '-p', $node->port, '-n');
	my $background = IPC::Run::start(
		[ 'pgbench', @connection, '-c', 1, '-T', 600, '-f', $meanwhile, $database ],
		'>', \$out, '2>', \$err);
	$node->command_ok([ 'pgbench', @connection, @options, $database ], "$database: the applications meet no error");
	$background->kill_kill;
	unlike($err, qr/error/i, "$database: nor does what runs meanwhile");
}

# In one of ten transactions a savepoint is rolled back, in another all.
my $application = pgbench_script(<<'END');
\set way random(1, 10)
BEGIN;
SELECT gen_random_uuid() AS id, gen_random_uuid() AS other \gset
INSERT INTO committed VALUES (':id');
INSERT INTO errtrack.raw_events (event_id, exception_class, stack_trace) VALUES (':id', 'Failure', repeat(md5(':id'), 30));
\if :way <= 3
SAVEPOINT s;
INSERT INTO committed VALUES (':other');
INSERT INTO errtrack.raw_events (event_id, exception_class, stack_trace) VALUES (':other', 'Failure', repeat(md5(':other'), 30));
\endif
\if :way = 1
ROLLBACK TO s;
\endif
\if :way = 4
ROLLBACK;
\else
COMMIT;
\endif
END

# Leaves are emptied as often as can be
new_database('rotated');
my $filenodes = q{SELECT pg_relation_filenode('errtrack.raw_events_0') || ' ' || pg_relation_filenode('errtrack.raw_events_1') || ' ' || pg_relation_filenode('errtrack.raw_events_2')};
my @before = split ' ', $node->safe_psql('rotated', $filenodes);
my $rotation = pgbench_script(<<'END');
SELECT errtrack.consume_batch(500);
UPDATE errtrack.inbox SET rotated_at = '2020-01-01';
SELECT errtrack.rotate_inbox();
END
my @after = @before;
for my $round (1 .. 20)
{
	under_load('rotated', $rotation, '-c', 8, '-j', 2, '-t', 250, '-f', $application);
	@after = split ' ', $node->safe_psql('rotated', $filenodes);
	last unless grep { $after[$_] eq $before[$_] } 0 .. 2;
}
isnt($after[$_], $before[$_], "leaf $_ has been emptied") for 0 .. 2;
cmp_ok($node->safe_psql('rotated', 'SELECT count(*) FROM committed') / 2,
	'>', $node->safe_psql('rotated', 'SELECT count(*) FROM errtrack.raw_events'), 'most events are gone from the inbox');
drain('rotated');
is( $node->safe_psql('rotated', q{
SELECT (SELECT count(*) FROM committed) - (SELECT sum(occurrence_count) FROM errtrack.issues),
       (SELECT count(*) FROM committed AS c WHERE NOT EXISTS (SELECT FROM errtrack.seen_events AS s WHERE s.event_id = c.event_id)),
       (SELECT count(*) FROM errtrack.event_outcomes)}),
	'0|0|0', 'every committed event is counted, once');

# More comes than the inbox takes
new_database('crowded', "errtrack.inbox_limit = '1MB'");
$node->safe_psql('crowded', 'INSERT INTO errtrack.raw_events (exception_class, stack_trace) SELECT $$Before$$, (SELECT string_agg(md5(n::text || m), $$ $$) FROM generate_series(1, 30) AS m) FROM generate_series(1, 2000) AS n');
my $offset = -s $node->logfile;
$node->safe_psql('crowded', q{INSERT INTO errtrack.raw_events (exception_class) VALUES ('Before')});
my $consuming = pgbench_script("SELECT errtrack.consume(200);\n");
under_load('crowded', $consuming, '-c', 8, '-j', 2, '-t', 250, '-f', $application);
my $warnings = () = slurp_file($node->logfile, $offset) =~ /WARNING:  errtrack's inbox is full/g;
is($warnings, 1, 'one warning is in the log');
drain('crowded');
is( $node->safe_psql('crowded', q{
SELECT (SELECT count(*) FROM committed) + 2001 - (SELECT sum(occurrence_count) FROM errtrack.issues)
         - (SELECT events FROM errtrack.event_outcomes WHERE outcome = 'inbox_full'),
       (SELECT count(*) FROM errtrack.event_outcomes WHERE outcome <> 'inbox_full'),
       (SELECT sum(events) FROM errtrack.shed_events)}),
	'0|0|0', 'what was committed is counted, or was dropped and counted so');
cmp_ok($node->safe_psql('crowded', q{SELECT events FROM errtrack.event_outcomes WHERE outcome = 'inbox_full'}), '>', 1, '(some were dropped)');

# Two-phase commit of dropped events
$node->safe_psql('crowded', 'INSERT INTO errtrack.raw_events (exception_class, stack_trace) SELECT $$After$$, (SELECT string_agg(md5(n::text || m), $$ $$) FROM generate_series(1, 30) AS m) FROM generate_series(1, 5000) AS n');
my $dropped = q{SELECT sum(events) FROM (SELECT events FROM errtrack.shed_events UNION ALL SELECT events FROM errtrack.event_outcomes WHERE outcome = 'inbox_full') AS d};
my $so_far = $node->safe_psql('crowded', $dropped);
$node->safe_psql('crowded', "BEGIN; INSERT INTO errtrack.raw_events (message) VALUES ('a'); PREPARE TRANSACTION '$_'") for ('kept', 'taken back');
is($node->safe_psql('crowded', $dropped), $so_far, 'prepared: not counted yet');
$node->safe_psql('crowded', "INSERT INTO errtrack.raw_events (message) VALUES ('b')");
is($node->safe_psql('crowded', $dropped), $so_far + 1, '... nor in the way of others');
$node->stop('immediate');
$node->start;
$node->safe_psql('crowded', "ROLLBACK PREPARED 'taken back'");
is($node->safe_psql('crowded', $dropped), $so_far + 1, 'rolled back: not counted');
drain('crowded');
is($node->safe_psql('crowded', $dropped), $so_far + 1, '... and what others dropped is folded meanwhile');
$node->safe_psql('crowded', "COMMIT PREPARED 'kept'");
is($node->safe_psql('crowded', $dropped), $so_far + 2, 'committed: counted');
drain('crowded');
is($node->safe_psql('crowded', q{SELECT events FROM errtrack.event_outcomes WHERE outcome = 'inbox_full'}), $so_far + 2, '... once');

# A transaction of many events, and a crash while it passes in pieces
new_database('large');
send_events($node, 'large', 'exception_class, message', q{SELECT 'Failure', 'of disk ' || n FROM generate_series(1, 100000) AS n});
$node->safe_psql('postgres', 'ALTER DATABASE large SET errtrack.worker = on');
send_event($node, 'large', 'wakes the worker');
ok($node->poll_query_until('large', 'SELECT sum(occurrence_count) > 20000 FROM errtrack.issues'), 'a part is folded');
$node->stop('immediate');
$node->start;
isnt($node->safe_psql('large', 'SELECT cur FROM errtrack.inbox_progress'), '', '(in the middle of it)');
send_event($node, 'large', 'wakes the worker');
ok($node->poll_query_until('large', 'SELECT sum(occurrence_count) >= 100002 FROM errtrack.issues'), 'all is folded');
oracle_ok($node, 'large', 'a crash between pieces');

$node->stop;
done_testing();
