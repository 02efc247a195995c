# The inbox's leaves are emptied in rotation, whatever transactions stay open meanwhile: nothing is lost, and the disk that
# it takes stays bounded.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# a leaf is left when it holds 2 MB
my $node = new_node('rotation', "errtrack.inbox_limit = '8MB'\nautovacuum = off\nmax_prepared_transactions = 50");
$node->start;
create_errtrack($node, 'postgres');

my $long = "repeat('x', 1000)";

# Sends so many MB of events, and folds them; returns where the inbox is then, and how large.
sub send_many
{
	my ($class, $megabytes) = @_;
	# the worker rotates as well, in its own time
	my $sql = join(";\n",
		recorded('exception_class, message', "SELECT '$class' || n % 10, $long FROM generate_series(1, 1000) AS n"),
		'SELECT FROM errtrack.flush()', 'SELECT FROM errtrack.rotate_inbox()');
	return split /\|/, $node->safe_psql('postgres', ($sql . ";\n") x $megabytes . "
SELECT format('%s %s', slot, rotated_at),
       (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'errtrack.raw_events'::regclass)
FROM errtrack.inbox");
}

# Sends events until so many rotations have taken place; the most that the inbox took on disk meanwhile.
sub rotate
{
	my ($n, $name) = @_;
	my ($before) = send_many($name, 0);
	my ($rotations, $most) = (0, 0);
	# where one leaf is in use, the others take turns, and not more often than once a second
	for (my $end = time + 60; $rotations < $n && time < $end;)
	{
		my ($now, $size) = send_many($name, 2);
		$rotations++ if $now ne $before;
		$before = $now;
		$most = $size if $size > $most;
	}
	is($rotations, $n, "$name: leaves are emptied");
	return $most;
}

# --- nobody is in the way; three leaves of 2 MB and what came in between
my $bound = 14 * 1024 * 1024;
cmp_ok(rotate(4, 'Alone'), '<', $bound, 'the inbox stays small');
oracle_ok($node, 'postgres', 'nobody is in the way');

# --- a transaction that has written stays open: only its leaf is kept, and what it writes later is not lost
my $writer = $node->background_psql('postgres');
$writer->query_safe('BEGIN; ' . recorded('exception_class', "VALUES ('Early')"));
rotate(4, 'Open');
$writer->query_safe(recorded('exception_class', "VALUES ('Late')"));
$writer->query_safe('SAVEPOINT s; ' . recorded('exception_class', "VALUES ('Later')"));
rotate(2, 'Open still');
$writer->query_safe('ROLLBACK TO s; ' . recorded('exception_class', "VALUES ('Latest')"));
$writer->query_safe('COMMIT');
oracle_ok($node, 'postgres', 'a writer was open');
is( $node->safe_psql('postgres',
		"SELECT string_agg(exception_class, ' ' ORDER BY exception_class) FROM errtrack.issues WHERE exception_class ~ '^(Ear|Lat)'"),
	'Early Late Latest', 'it has lost none');

# --- transactions in all leaves: there is nowhere to go, and nothing is lost
my @writers;
for my $n (1 .. 3)
{
	push @writers, $node->background_psql('postgres');
	$writers[-1]->query_safe('BEGIN; ' . recorded('exception_class', "VALUES ('Writer $n')"));
	rotate(1, "Writer $n is open") if $n < 3;
}
my $slot = $node->safe_psql('postgres', 'SELECT slot FROM errtrack.inbox');
send_many('Crowded', 4);
is($node->safe_psql('postgres', 'SELECT slot FROM errtrack.inbox'), $slot, 'there is nowhere to go');
for my $writer (@writers)
{
	$writer->query_safe(recorded('exception_class', "VALUES ('Writer')"));
	$writer->query_safe($writer == $writers[1] ? 'ROLLBACK' : 'COMMIT');
}
oracle_ok($node, 'postgres', 'writers were open in all leaves');
rotate(3, 'Free again');

# --- prepared transactions
$node->safe_psql('postgres', "BEGIN; " . recorded('exception_class', "VALUES ('Prepared')") . "; PREPARE TRANSACTION 'kept'");
rotate(2, 'Prepared');
$node->safe_psql('postgres', "BEGIN; " . recorded('exception_class', "VALUES ('Prepared')") . "; PREPARE TRANSACTION 'dropped'");
send_many('Prepared', 1);
$node->stop('immediate');
$node->start;
send_many('Prepared', 4);
$node->safe_psql('postgres', "COMMIT PREPARED 'kept'");
$node->safe_psql('postgres', "ROLLBACK PREPARED 'dropped'");
oracle_ok($node, 'postgres', 'prepared transactions');
rotate(3, 'After prepared ones');

# --- an idle old snapshot that never touched the inbox: all goes on, within the same bound
my $idle = $node->background_psql('postgres');
$idle->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
cmp_ok(rotate(7, 'Snapshot'), '<', $bound, 'the inbox stays small behind an old snapshot');
my $size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'errtrack'::regnamespace
  AND relname IN ('inbox', 'inbox_progress', 'worker')";
cmp_ok($node->safe_psql('postgres', $size), '<', 2 * 1024 * 1024, 'and so do the rows that tell how far it is');
# it may write as well
$idle->query_safe(recorded('exception_class', "VALUES ('Of old')"));
rotate(2, 'Snapshot that has written');
$idle->query_safe('COMMIT');
oracle_ok($node, 'postgres', 'behind an old snapshot');

# --- a reader of all leaves, as pg_dump is: they are kept, and all is folded meanwhile
$idle->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) >= 0 FROM errtrack.raw_events');
my $seen = $idle->query_safe('SELECT count(*) FROM errtrack.raw_events');
send_many('Reader', 6);
oracle_ok($node, 'postgres', 'while a reader holds all leaves');
is($idle->query_safe('SELECT count(*) FROM errtrack.raw_events'), $seen, 'the reader sees what it saw');
$idle->query_safe('COMMIT');
$idle->quit;
cmp_ok(rotate(3, 'No reader'), '<', 2 * $bound, 'the space comes back');
$size = $node->safe_psql('postgres',
	"SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'errtrack.raw_events'::regclass");
cmp_ok($size, '<', $bound, 'all of it');

# --- leaves that nobody has consumed are not emptied, nor those of a window that passes in pieces before it is done
$node->safe_psql('postgres', 'ALTER DATABASE postgres SET errtrack.worker = off');
ok($node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'errtrack worker')"),
	'no worker is there');
for (1 .. 3)
{
	send_events($node, 'postgres', 'exception_class, message', "SELECT 'Kept' || n % 10, $long FROM generate_series(1, 2000) AS n");
	$node->safe_psql('postgres', 'SELECT errtrack.rotate_inbox()');
}
my $left = 1;
while ($left)
{
	# consume() calls rotate_inbox() itself as well, when it has taken less than it may
	$left = $node->safe_psql('postgres', 'SELECT errtrack.rotate_inbox(); SELECT errtrack.consume(700); SELECT errtrack.rotate_inbox()') =~ /^[1-9]/m;
}
oracle_ok($node, 'postgres', 'rotation while nothing was consumed');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET errtrack.worker');

# --- all this at once
sub many { return recorded('exception_class, message', "SELECT '$_[0]' || n % 5, $long FROM generate_series(1, $_[1]) AS n") . ";\n" }
my @scripts = map { pgbench_script($_) } (
	many('Big', 40),
	"BEGIN;\n" . many('Slow', 5) . "\\sleep 300 ms\n" . many('Slow', 5) . "COMMIT;\n",
	"BEGIN;\n" . many('Undone', 20) . "ROLLBACK;\n",
	"BEGIN;\nSAVEPOINT s;\n" . many('Undone', 10) . "ROLLBACK TO s;\n" . many('Done', 10) . "COMMIT;\n",
	"BEGIN;\n" . many('Twophase', 5) . "PREPARE TRANSACTION 't:client_id';\n\\sleep 50 ms\nCOMMIT PREPARED 't:client_id';\n",
	"BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT 1;\n\\sleep 200 ms\n" . many('Snapshot', 5) . "COMMIT;\n",
	"SELECT errtrack.rotate_inbox();\n", "SELECT errtrack.consume(500);\n");
my $inbox = 'SELECT ARRAY(SELECT pg_relation_filenode(inhrelid) FROM pg_inherits WHERE inhparent = $$errtrack.raw_events$$::regclass ORDER BY 1)';
my $files = $node->safe_psql('postgres', $inbox);
$node->pgbench('--client=8 --jobs=2 --transactions=60 --no-vacuum ' . join(' ', map { "--file=$_" } @scripts),
	0, [qr{actually processed: \d+}], [qr{^$}], 'all of it at once');
isnt($node->safe_psql('postgres', $inbox), $files, 'leaves were emptied meanwhile');
oracle_ok($node, 'postgres', 'all of it at once');
is( $node->safe_psql('postgres', "SELECT count(*) FROM errtrack.event_outcomes"), 0, 'nothing was shed');

$node->stop;
done_testing();
