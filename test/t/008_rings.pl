# Rings and time buckets in a dump: every row comes back into its leaf, and upkeep goes on there as it would have here.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('rings', 'errtrack.worker = off');
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE source');
$node->safe_psql(
	'source', q{
CREATE EXTENSION errtrack;
UPDATE errtrack.projects SET name = 'renamed', events_per_minute = 6000;
SELECT errtrack.create_project('other');
INSERT INTO errtrack.raw_events (exception_class, message, received_at)
SELECT 'Failure', 'of all ages', now() - age FROM unnest('{0, 1 day, 3 days, 30 days, 100 days, 400 days}'::interval[]) AS age;
SELECT errtrack.consume();
-- the kept events and their ids once more for each leaf, as if consumed then
INSERT INTO errtrack.occurrences (project_id, slot, issue_id, event_id, received_at, occurred_at, level, flags, fingerprint)
SELECT 1, errtrack.ring_slot('occurrences', now() - age), 1, gen_random_uuid(), now() - age, now() - age, 'error', '{}', '\x00'
FROM (SELECT n * interval '168 hours' FROM generate_series(0, 15) AS n) AS t (age);
INSERT INTO errtrack.seen_events (project_id, slot, event_id, received_at)
SELECT 1, errtrack.ring_slot('seen_events', now() - age), gen_random_uuid(), now() - age
FROM (SELECT n * interval '84 hours' FROM generate_series(0, 4) AS n) AS t (age)});

my $dump = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dump/custom", 'source' ], 'pg_dump -Fc');
$node->command_ok([ 'pg_dump', '-f', "$dump/plain.sql", 'source' ], 'pg_dump, plain');

# All rows, with the leaf that they are in.
my $rows = q{
SELECT tableoid::regclass::text, event_id::text, received_at::text, NULL FROM errtrack.occurrences
UNION ALL SELECT tableoid::regclass::text, event_id::text, received_at::text, NULL FROM errtrack.seen_events
UNION ALL SELECT 'project ' || project_id, name, created_at::text, events_per_minute::text FROM errtrack.projects
UNION ALL SELECT tableoid::regclass::text, issue_id::text, bucket::text, events::text FROM errtrack.issue_counts
ORDER BY 1, 2, 3};
# What upkeep does at that time; sizes differ where a table was filled otherwise.
sub keep_house
{
	my ($database, $at) = @_;
	return $node->safe_psql($database,
		"SET errtrack.test_now = '$at'; SELECT regexp_replace(u, '\\d+ kB', 'n kB') FROM errtrack.upkeep() AS u");
}

my @times = map { $node->safe_psql('postgres', "SELECT now() + interval '$_'") }
  '0', '2 days', '5 days', '9 days', '40 days', '91 days';
$node->safe_psql('postgres', "CREATE DATABASE $_") for 'custom', 'plain';
$node->command_ok([ 'pg_restore', '-1', '-d', 'custom', "$dump/custom" ], 'pg_restore -1');
$node->command_ok([ 'psql', '-Xqo', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$dump/plain.sql", 'plain' ], 'psql');

my $expected = $node->safe_psql('source', $rows);
my @in_use = $expected =~ /^errtrack\.((?:occurrences|seen_events)_\d+)\|/mg;
is(scalar(keys %{ { map { $_ => 1 } @in_use } }), 21, 'all leaves of the rings are in use');
like($expected, qr/^project 1\|renamed\|.*\|6000$/m, 'the default project has another name, and a quota');
like($expected, qr/issue_counts_$_/, "there are counts by $_") for 'minutes', 'hours', 'days';
is($node->safe_psql($_, $rows), $expected, "$_: all rows are in their leaves") for 'custom', 'plain';

# an event that was consumed before the dump is known after it
for my $database ('custom', 'plain')
{
	$node->safe_psql(
		$database, q{
INSERT INTO errtrack.raw_events (event_id, message) SELECT event_id, 'sent again' FROM errtrack.seen_events});
	$node->safe_psql($database, 'SELECT errtrack.consume()');
	is( $node->safe_psql($database, 'SELECT sum(events) FROM errtrack.event_outcomes'),
		11, "$database: all ids are known");
}

for my $at (@times)
{
	my $done = keep_house('source', $at);
	is(keep_house($_, $at), $done, "$_: upkeep at $at does the same") for 'custom', 'plain';
	$expected = $node->safe_psql('source', $rows);
	is($node->safe_psql($_, $rows), $expected, "$_: ... and leaves the same") for 'custom', 'plain';
	is( $node->safe_psql($_, 'SELECT sum(events) FROM errtrack.issue_counts'),
		6, "$_: ... and counts the same")
	  for 'source', 'custom', 'plain';
}
unlike($expected, qr/issue_counts_(minutes|hours)/, 'in the end all counts are by day') or diag $expected;

# --- a crash in the middle: what was not committed is not done
$node->safe_psql('source',
	q{INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Failure', 'before the crash'); SELECT errtrack.consume()});
my $before = $node->safe_psql('source', $rows);
my $session = $node->background_psql('source', on_error_stop => 1);
$session->query_safe('BEGIN');
$session->query_safe("SELECT set_config('errtrack.test_now', (now() + interval '40 days')::text, true)");
like($session->query_safe('SELECT * FROM errtrack.upkeep()'),
	qr/truncated/, 'upkeep, not committed');
$node->stop('immediate');
eval { $session->{run}->kill_kill; };
$node->start;
is($node->safe_psql('source', $rows), $before, 'after a crash: as if it had not been called');

$node->stop;
done_testing();
