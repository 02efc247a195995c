# Dumps, taken under load and while a large window passes in pieces, and restored in all ways into another cluster.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = new_node('old', "errtrack.worker_idle_timeout = '1h'");
$old->start;
# the transaction ids of the two clusters lie apart
$old->safe_psql('postgres', 'CREATE TABLE public.burnt (n int)');
$old->safe_psql('postgres', 'DO $$ BEGIN FOR i IN 1 .. 3000 LOOP INSERT INTO public.burnt VALUES (i); COMMIT; END LOOP; END $$');
create_errtrack($old, 'postgres');
# a dump locks tables in the order in which they were made
$old->safe_psql('postgres', 'CREATE TABLE public.later (n int)');
send_events($old, 'postgres', 'exception_class, message',
	"SELECT 'Early' || n % 30, 'consumed' FROM generate_series(1, 3000) AS n");
oracle_ok($old, 'postgres', 'before the dumps', worker => 1);

my $new = new_node('new', "errtrack.worker_idle_timeout = '1h'");
$new->start;
my $dumps = PostgreSQL::Test::Utils::tempdir;
my $databases = 0;

# Dumps the database with these options, to a file or folder, which it returns.
sub dump_to
{
	my ($name, @options) = @_;
	$old->command_ok([ 'pg_dump', '-f', "$dumps/$name", @options, 'postgres' ], "pg_dump of $name");
	return "$dumps/$name";
}

# Makes an empty database in the new cluster.
sub new_database
{
	my $name = 'restored_' . ++$databases;
	$new->safe_psql('template1', "CREATE DATABASE $name");
	return $name;
}

# --- under load, and in the middle of a window that passes in pieces: what the dump sees of public.sent is its truth
my $load = start_load($old, 'postgres');
my %dump;
for my $round (1 .. 2)
{
	send_events($old, 'postgres', 'exception_class, message',
		"SELECT 'Piece' || n % 70, 'of many' FROM generate_series(1, 12000) AS n");
	ok( $old->poll_query_until(
			'postgres', 'SELECT cur IS NOT NULL FROM errtrack.inbox_progress'),
		"a window passes in pieces, round $round");
	$dump{custom} = dump_to('custom', '-Fc') if $round == 1;
	$dump{folder} = dump_to('folder', '-Fd', '-j2') if $round == 2;
}
$dump{plain} = dump_to('plain');

# --- a dump that stays open: it holds locks on all leaves, and folding goes on
my $locker = $old->background_psql('postgres');
$locker->query_safe('BEGIN; LOCK TABLE public.later IN ACCESS EXCLUSIVE MODE');
my ($out, $err) = ('', '');
my $open = IPC::Run::start([ 'pg_dump', '-Fc', '-f', "$dumps/open", $old->connstr('postgres') . ' application_name=held_up' ], '>', \$out, '2>', \$err);
ok( $old->poll_query_until(
		'postgres',
		q{SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
		   WHERE application_name = 'held_up' AND NOT granted)}),
	'a dump waits');
my $n = $old->safe_psql('postgres', 'SELECT sum(occurrence_count) FROM errtrack.issues');
ok( $old->poll_query_until(
		'postgres', "SELECT sum(occurrence_count) > $n + 500 FROM errtrack.issues"),
	'events are folded while a dump is held up');
$locker->query_safe('COMMIT');
$open->finish;
is($err, '', 'the dump that was held up succeeds');
$dump{open} = "$dumps/open";
$locker->quit;
end_load($load);
oracle_ok($old, 'postgres', 'where it was dumped');

# --- restored in one transaction, in several, by psql
for my $name (sort keys %dump)
{
	my @ways =
	    $name eq 'plain' ? ([ 'psql', '-Xqo', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f' ])
	  : $name eq 'folder' ? ([ 'pg_restore', '-j2' ])
	  : ([ 'pg_restore', '-1' ]);
	for my $way (@ways)
	{
		my $database = new_database();
		$new->command_ok([ @$way, $name eq 'plain' ? () : ('-d', $database), $dump{$name},
				$name eq 'plain' ? $database : () ],
			"@$way[0, 1] of $name");
		is( $new->safe_psql($database, 'SELECT (SELECT sum(occurrence_count) FROM errtrack.issues) < (SELECT count(*) FROM public.sent)'),
			't', "@$way[0, 1] of $name: there is a backlog");
		# the first event after the restore brings the worker
		send_event($new, $database, 'after the restore');
		oracle_ok($new, $database, "@$way[0, 1] of $name", worker => 1);
	}
}

# --- an application inserts while the data are restored, table by table; the worker is off for as long
my $busy = new_database();
$new->safe_psql('template1', "ALTER DATABASE $busy SET errtrack.worker = off");
$new->command_ok([ 'pg_restore', '--section=pre-data', '-d', $busy, $dump{folder} ], 'pg_restore of what comes first');
$load = start_load($new, $busy);
$new->command_ok([ 'pg_restore', '--section=data', '-j2', '-d', $busy, $dump{folder} ],
	'pg_restore of the data while an application inserts');
$new->command_ok([ 'pg_restore', '--section=post-data', '-d', $busy, $dump{folder} ], 'pg_restore of the rest');
end_load($load);
$new->safe_psql('template1', "ALTER DATABASE $busy RESET errtrack.worker");
send_event($new, $busy, 'after the restore');
oracle_ok($new, $busy, 'an application inserted during the restore', worker => 1);

# --- where the extension is already, and what it holds
$old->command_ok([ 'pg_dump', '-Fc', '-f', "$dumps/extension", '--extension=errtrack', 'postgres' ],
	'pg_dump of the extension');
my $made = new_database();
create_errtrack($new, $made);
$new->command_ok([ 'pg_restore', '-1', '-d', $made, '--data-only', '-n', 'errtrack', $dump{custom} ],
	'pg_restore -1 into a database that has the extension, and nothing in it');
$new->command_ok([ 'pg_restore', '-1', '-d', $made, '--data-only', '-n', 'public', '-t', 'sent', $dump{custom} ],
	'and of what was sent');
oracle_ok($new, $made, 'restored into an extension that was there');
for my $database ('restored_1', $made)
{
	my $before = $new->safe_psql($database, 'SELECT count(*), sum(occurrence_count) FROM errtrack.issues');
	$new->command_fails_like([ 'pg_restore', '-1', '-d', $database, "$dumps/extension" ],
		qr/already exists/, 'pg_restore -1 into a database whose extension is in use fails');
	$new->command_fails_like([ 'pg_restore', '-1', '--data-only', '-d', $database, "$dumps/extension" ],
		qr/duplicate key value violates unique constraint/, 'and so it does with --data-only');
	is($new->safe_psql($database, 'SELECT count(*), sum(occurrence_count) FROM errtrack.issues'),
		$before, 'and leaves it as it was');
	send_event($new, $database, 'after the failure');
	oracle_ok($new, $database, 'a restore failed', worker => 1);
}

$_->stop for $old, $new;
done_testing();
