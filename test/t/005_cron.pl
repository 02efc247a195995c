# pg_cron runs the jobs of several databases, and errtrack.jobs tells how that went.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# pg_cron is in the database postgres; each of the others has errtrack, too.  The long names differ in their last letter.
my $long = 'a_database_of_which_the_name_has_as_many_as_sixty-three_letters';
my @others = ('shop', "o'dd \"one\"", substr($long, 0, 62) . '1', substr($long, 0, 62) . '2');

# The error that a statement of a database raises, with detail and hint.
my $node = new_node('cron', <<'END');
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
errtrack.worker = off
END
sub error_of
{
	my ($database, $sql) = @_;
	my ($status, undef, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql");
	is($status, 3, "$sql fails in $database");
	return $err;
}

# The statements of a hint, as they are printed.
sub statements_of
{
	my ($err) = @_;
	return join "\n", $err =~ /^SELECT .*;$/mg;
}

$node->start;
# pg_cron connects like anybody else, and reads no PGHOST
$node->append_conf('postgresql.conf', "cron.host = '" . $node->host . "'");
$node->restart;
my $psql = sub { $node->safe_psql('postgres', $_[0]) };

# --- without pg_cron
create_errtrack($node, 'postgres');
my $err = error_of('postgres', 'SELECT errtrack.schedule_jobs()');
like($err, qr/42883: pg_cron is not installed in this database/, 'schedule_jobs() says that pg_cron is missing');
like($err, qr/HINT:  Run CREATE EXTENSION pg_cron\.$/m, '... and what to do');
is($psql->('SELECT count(*), min(state), max(state) FROM errtrack.jobs'), '4|not scheduled|not scheduled',
	'errtrack.jobs can be read without it');
is($psql->('SELECT errtrack.unschedule_jobs()'), '', 'there is nothing to take back');

# --- with pg_cron
$psql->('CREATE EXTENSION pg_cron');
my @names = map { "errtrack $_ (postgres)" } qw(auto-resolve consume history upkeep);
is($psql->('SELECT errtrack.schedule_jobs()'), join("\n", @names), 'schedule_jobs() returns the jobs');
my $jobs = 'SELECT jobid, jobname, schedule, command, database, username, active FROM cron.job ORDER BY 1';
my $scheduled = $psql->($jobs);
my $owner = $psql->('SELECT current_user');
like($scheduled, qr/^\d+\|errtrack auto-resolve \(postgres\)\|17 \* \* \* \*\|SELECT errtrack\.auto_resolve\(\)\|postgres\|$owner\|t$/m, 'one resolves');
like($scheduled, qr/^\d+\|errtrack consume \(postgres\)\|\* \* \* \* \*\|SELECT errtrack\.consume\(\)\|postgres\|$owner\|t$/m, 'one consumes');
like($scheduled, qr/^\d+\|errtrack upkeep \(postgres\)\|41 \* \* \* \*\|SELECT errtrack\.upkeep\(\)\|postgres\|$owner\|t$/m, 'one keeps house');
like($scheduled, qr/^\d+\|errtrack history \(postgres\)\|7 3 \* \* \*\|DELETE FROM cron\.job_run_details .*\|postgres\|$owner\|t$/m, 'one clears away what pg_cron remembers');
is(scalar(split /\n/, $scheduled), 4, 'there are no others');

# an operator may call it, again and again; a viewer sees the jobs of errtrack's owner, and nobody else's of these names
$psql->(q{CREATE ROLE operator LOGIN; CREATE ROLE viewer LOGIN; GRANT USAGE ON SCHEMA cron TO viewer;
SELECT errtrack.grant_role('operator', 'operator'), errtrack.grant_role('viewer', 'viewer')});
my $as = sub { $node->safe_psql('postgres', $_[1], extra_params => [ '-U', $_[0] ]) };
$psql->(q{SELECT cron.alter_job(jobid, schedule => '0 0 1 1 *') FROM cron.job WHERE jobname LIKE '%upkeep%'});
$as->('operator', 'SELECT errtrack.schedule_jobs()');
is($psql->($jobs), $scheduled, 'an operator who calls it again puts back what was changed');
$as->('viewer', "SELECT cron.schedule('$names[0]', '5 5 5 5 *', 'SELECT 1')");
is($as->('viewer', 'SELECT name, schedule, state, cron_database, run_as, last_run FROM errtrack.jobs'),
	join("\n", map { "$names[$_]|" . ('17 * * * *', '* * * * *', '7 3 * * *', '41 * * * *')[$_] . "|scheduled|postgres|$owner|" } 0 .. 3),
	'a viewer sees them');
is($as->('viewer', 'SELECT count(*) FROM cron.job'), '1', '(who sees none of them in cron.job)');
$as->('viewer', "SELECT cron.unschedule('$names[0]')");
$psql->(q{SELECT cron.alter_job(jobid, active => false) FROM cron.job WHERE jobname LIKE '%history%'});
$psql->('SELECT errtrack.schedule_jobs()');
is($psql->(q{SELECT job FROM errtrack.jobs WHERE state = 'paused'}), 'history', 'a job that was paused stays so');
$psql->(q{SELECT cron.alter_job(jobid, active => true) FROM cron.job WHERE jobname LIKE '%history%'});

# --- in another database
for my $database (@others)
{
	my $of = $database =~ s/'/''/gr;
	$psql->('CREATE DATABASE "' . $database =~ s/"/""/gr . '"');
	create_errtrack($node, $database);
	is($node->safe_psql($database, 'SELECT DISTINCT state, cron_database FROM errtrack.jobs'), 'unknown|postgres',
		"errtrack.jobs of $database tells where to look");
	$err = error_of($database, 'SELECT errtrack.schedule_jobs()');
	like($err, qr/55000: pg_cron is in database "postgres"/, 'schedule_jobs() names the database of pg_cron');
	my $statements = statements_of($err);
	$psql->($statements) for 1 .. 2;
	is($psql->("SELECT count(*), count(DISTINCT jobname), string_agg(DISTINCT username, ' ') FROM cron.job WHERE database = '$of'"),
		"3|3|$owner", 'the statements of its hint schedule the jobs, once');
	is($node->safe_psql($database, q{SELECT max(octet_length(name)) < 64, string_agg(name, E'\n') FROM errtrack.jobs}),
		't|' . $psql->("SELECT string_agg(jobname, E'\n' ORDER BY jobname) FROM cron.job WHERE jobname IN (" . join(', ', $statements =~ /in_database\((E?'(?:[^']|'')*')/g) . ')'),
		'... by their names');
}
is($psql->('SELECT count(*) FROM cron.job'), 4 * (1 + @others), 'the databases have each its own');
is($psql->($jobs . ' LIMIT 4'), $scheduled, '... and those that were there are as they were');

# --- pg_cron runs them: all of them in the next minute
for my $database ('postgres', @others)
{
	send_events($node, $database, 'occurred_at, exception_class, message', "VALUES (now() - interval '30 days', 'Failure', 'of long ago')");
	$node->safe_psql($database, 'SELECT errtrack.consume()');
	send_event($node, $database, 'nobody else');
}
# one fails
$psql->(q{
CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'set aside for ever'; END $$;
CREATE TRIGGER keep BEFORE DELETE ON errtrack.set_aside_events FOR EACH ROW EXECUTE FUNCTION public.keep();
INSERT INTO errtrack.set_aside_events (project_id, event_id, received_at, set_aside_at, reason, event)
VALUES (9, gen_random_uuid(), '2001-01-01', '2001-01-01', 'unknown_project', '{}');
INSERT INTO cron.job_run_details (jobid, status, return_message, start_time, end_time)
SELECT j.jobid, 'succeeded', t.ended::text, t.ended, t.ended
FROM (SELECT jobid FROM cron.job WHERE jobname = 'errtrack upkeep (postgres)' UNION SELECT 999) AS j,
     (VALUES (now() - interval '8 days'), (now() - interval '6 days')) AS t (ended)});
# and in the shop a worker folds what applications send meanwhile
$psql->('ALTER DATABASE shop SET errtrack.worker = on');
my $load = start_load($node, 'shop', clients => 2);
$psql->(q{SELECT cron.alter_job(jobid, schedule => '* * * * *') FROM cron.job});
ok( $node->poll_query_until('postgres', q{
	SELECT count(*) = (SELECT count(*) FROM cron.job)
	FROM (SELECT DISTINCT jobid FROM cron.job_run_details WHERE jobid < 999 AND end_time > now() - interval '1 hour') AS ran}),
	'every job has run');
end_load($load);

is($psql->('SELECT job, last_status, last_run > now() - interval \'1 hour\' FROM errtrack.jobs'),
	"auto-resolve|succeeded|t\nconsume|succeeded|t\nhistory|succeeded|t\nupkeep|failed|t", 'errtrack.jobs tells how they went');
like($psql->(q{SELECT last_message FROM errtrack.jobs WHERE job = 'upkeep'}), qr/ERROR: +set aside for ever/, '... and what went wrong');
is($psql->(q{SELECT count(*) FROM cron.job_run_details WHERE database <> 'postgres' AND status NOT IN ('succeeded', 'running')}), '0',
	'in other databases they went well, with a worker and without');
is($psql->(q{SELECT jobid = 999, count(*) FROM cron.job_run_details WHERE return_message ~ '^\d{4}-' GROUP BY 1 ORDER BY 1}),
	"f|1\nt|2", 'what pg_cron remembers of them goes after a week, and nothing else');
for my $database ('postgres', @others)
{
	is($node->safe_psql($database, q{SELECT status, action, who FROM errtrack.issues JOIN errtrack.issue_activity USING (project_id, issue_id)}),
		"resolved|auto-resolve|$owner", "in $database what was not seen for long is resolved");
	oracle_ok($node, $database, "in $database") if $database eq 'shop';
	is($node->safe_psql($database, q{SELECT sum(occurrence_count) >= 2 FROM errtrack.issues}), 't', '... and what nobody else did is folded');
}

# --- taken back
$psql->('SELECT errtrack.schedule_jobs()');
is($psql->($jobs . ' LIMIT 4'), $scheduled, 'schedule_jobs() puts the schedules back');
$err = error_of('shop', 'SELECT errtrack.unschedule_jobs()');
like($err, qr/55000: pg_cron is in database "postgres"/, 'unschedule_jobs() names the database of pg_cron');
is($psql->(statements_of($err)), join("\n", map { "errtrack $_ (shop)|t" } qw(auto-resolve consume history upkeep)),
	'the statement of its hint takes these away');
is($psql->("SELECT count(*), count(*) FILTER (WHERE jobname LIKE '%(shop)') FROM cron.job"), 4 * @others . '|0', '... and no others');
is($as->('operator', 'SELECT errtrack.unschedule_jobs()'), join("\n", @names), 'unschedule_jobs() returns what went');
is($psql->('SELECT errtrack.unschedule_jobs()'), '', '... once');
is($psql->('SELECT count(*), min(state), max(state), count(last_run) FROM errtrack.jobs'), '4|not scheduled|not scheduled|0', 'errtrack.jobs knows');
is($psql->('SELECT count(*) FROM cron.job'), 4 * (@others - 1), '... and other databases keep theirs');

$node->stop;
done_testing();
