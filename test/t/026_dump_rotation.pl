# A dump that waits for a lock of somebody else has its snapshot, but no lock on the inbox yet; leaves may be emptied then.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('rotated', "errtrack.worker = off\nerrtrack.inbox_limit = '4MB'");
$node->start;
# a dump locks tables in the order in which they were made
$node->safe_psql('postgres', 'CREATE TABLE public.earlier (n int)');
create_errtrack($node, 'postgres');
my $events = "SELECT 'Failure' || n % 40, repeat('long ', 200) FROM generate_series(1, 1500) AS n";
send_events($node, 'postgres', 'exception_class, message', $events);

my $locker = $node->background_psql('postgres');
$locker->query_safe('BEGIN; LOCK TABLE public.earlier IN ACCESS EXCLUSIVE MODE');
my $file = PostgreSQL::Test::Utils::tempdir . '/dump';
my ($out, $err) = ('', '');
my $dump = IPC::Run::start([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('postgres') . ' application_name=held_up' ],
	'>', \$out, '2>', \$err);
ok( $node->poll_query_until(
		'postgres',
		q{SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
		   WHERE application_name = 'held_up' AND NOT granted)}),
	'a dump waits');

# what it must dump is consumed now, and the inbox rotates as far as it goes
for my $round (1 .. 6)
{
	is($node->safe_psql('postgres', 'SELECT errtrack.flush()'), 't', "round $round: all is consumed");
	$node->safe_psql('postgres', 'SELECT errtrack.rotate_inbox()') for 1 .. 3;
	send_events($node, 'postgres', 'exception_class, message', $events);
}
note($node->safe_psql('postgres', 'SELECT slot, min(txid::text::bigint), count(*) FROM errtrack.raw_events GROUP BY 1'));
$locker->query_safe('COMMIT');
$locker->quit;
$dump->finish;
oracle_ok($node, 'postgres', 'where it was dumped');

# the dump is whole, or there is none
if ($dump->result != 0)
{
	like($err, qr/errtrack\.raw_events_\d was emptied as the dump began: dump again/, 'the dump says why it failed');
	$err = '';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $node->connstr('postgres') ], 'and succeeds the second time');
}
is($err, '', 'the dump succeeded');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '-1', '-d', 'restored', $file ], 'pg_restore -1');
oracle_ok($node, 'restored', 'restored');

$node->stop;
done_testing();
