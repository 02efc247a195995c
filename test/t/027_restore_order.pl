# pg_restore -j reads tables in as places come free: somebody may consume when restore_epoch is there and a leaf is not yet.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('late', "errtrack.worker = off");
$node->start;
create_errtrack($node, 'postgres');
send_events($node, 'postgres', 'exception_class, message', "SELECT 'Failure' || n % 40, 'waits' FROM generate_series(1, 500) AS n");
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/dump", 'postgres' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--section=pre-data', '-d', 'restored', "$dir/dump" ], 'pg_restore of what comes first');
my ($list) = run_command([ 'pg_restore', '--section=data', '-l', "$dir/dump" ]);
append_to_file("$dir/early", join "\n", grep { /restore_epoch/ } split /\n/, $list);
append_to_file("$dir/late", join "\n", grep { !/restore_epoch/ } split /\n/, $list);
$node->command_ok([ 'pg_restore', '-L', "$dir/early", '-d', 'restored', "$dir/dump" ], 'of the mark of its end');
$node->safe_psql('restored', 'SELECT errtrack.consume()');
$node->command_ok([ 'pg_restore', '-L', "$dir/late", '-d', 'restored', "$dir/dump" ], 'and of the events');
send_event($node, 'restored', 'after the restore');
oracle_ok($node, 'restored', 'restored');

$node->stop;
done_testing();
