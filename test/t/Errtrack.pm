# What the TAP tests of errtrack share.
package Errtrack;
use strict;
use warnings;
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(new_node set create_errtrack recorded send_event send_events wait_counted wait_worker wait_no_worker
  wait_seconds wait_restarted oracle_ok start_load end_load pgbench_script);

# How many times clients were started, which tells them apart.
my $loads = 0;

# Makes a cluster that is ready to start, with these lines in postgresql.conf.
sub new_node
{
	my ($name, $conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', <<"END");
max_worker_processes = 16
max_prepared_transactions = 10
log_min_messages = debug1
$conf
END
	return $node;
}

# Changes a setting of a server that runs.
sub set
{
	my ($node, $name, $value) = @_;
	$node->append_conf('postgresql.conf', "$name = '$value'");
	$node->reload;
}

# Creates the extension, and public.sent, where clients record what they send.
sub create_errtrack
{
	my ($node, $database) = @_;
	$node->safe_psql(
		$database, q{
CREATE EXTENSION errtrack;
DROP TABLE IF EXISTS public.sent;
CREATE TABLE public.sent (project_id int NOT NULL, event_id uuid NOT NULL)});
}

# The statement that inserts events, given as the names of columns and a query, and records them in public.sent.  It
# does not record by RETURNING, which names no event that was shed.
sub recorded
{
	my ($columns, $query) = @_;
	my $id = $columns =~ /\bevent_id\b/ ? '' : 'gen_random_uuid() AS event_id, ';
	my $id_column = $id ? 'event_id, ' : '';
	my $project = $columns =~ /\bproject_id\b/ ? 'project_id' : '1';
	return <<"END" =~ s/\n+\z//r;
WITH e AS MATERIALIZED (SELECT ${id}q.* FROM ($query) AS q ($columns)),
s AS (INSERT INTO public.sent (project_id, event_id) SELECT $project, event_id FROM e)
INSERT INTO errtrack.raw_events ($id_column$columns) SELECT $id_column$columns FROM e
END
}

# Sends events, given as the names of columns and a query, in a transaction of their own.
sub send_events
{
	my ($node, $database, $columns, $query) = @_;
	$node->safe_psql($database, recorded($columns, $query));
}

# Sends an event of this message in a transaction of its own.
sub send_event
{
	my ($node, $database, $message) = @_;
	send_events($node, $database, 'exception_class, message', "VALUES ('Failure', '$message')");
}

# Waits until so many events have been counted.
sub wait_counted
{
	my ($node, $database, $n, $name) = @_;
	ok( $node->poll_query_until(
			$database, "SELECT coalesce(sum(occurrence_count), 0) >= $n FROM errtrack.issues"),
		"$name: folded");
	is($node->safe_psql($database, 'SELECT sum(occurrence_count) FROM errtrack.issues'),
		$n, "$name: counted once");
}

# A condition: is a worker of this database there?
sub _worker
{
	my ($database) = @_;
	return "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = '$database')";
}

# Waits for a worker of this database; returns its process id.
sub wait_worker
{
	my ($node, $database, $name) = @_;
	ok($node->poll_query_until('template1', 'SELECT ' . _worker($database)), $name);
	return $node->safe_psql('template1',
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = '$database'");
}

# Waits until no worker of this database is there.
sub wait_no_worker
{
	my ($node, $database, $name) = @_;
	ok($node->poll_query_until('template1', 'SELECT NOT ' . _worker($database)), $name);
}

# Waits for a condition, for so many seconds at most; was it met?
sub wait_seconds
{
	my ($seconds, $condition) = @_;
	for (1 .. 10 * $seconds)
	{
		return 1 if $condition->();
		select(undef, undef, undef, 0.1);
	}
	return 0;
}

# Waits until a query says t, while the server restarts.  A psql that cannot connect may be gone before it is told the
# query: poll_query_until() then ends the test.
sub wait_restarted
{
	my ($node, $query, $name) = @_;
	ok( wait_seconds(
			$PostgreSQL::Test::Utils::timeout_default,
			sub { return (eval { $node->safe_psql('postgres', $query) } // '') eq 't' }),
		$name);
}

# The oracle: flush() until all that was committed is folded, and then compare it, project by project, with what the
# clients recorded.  Options: duplicates => n, where events were sent again; worker => 1 waits for the worker to fold all
# by itself, since flush() would wake it, or fold in its place.
sub oracle_ok
{
	my ($node, $database, $name, %option) = @_;
	my $duplicates = $option{duplicates} // 0;
	my $folded = $option{worker}
	  ? q{SELECT (SELECT count(*) FROM (SELECT DISTINCT * FROM public.sent) AS sent)
	        <= (SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues)
	           + (SELECT coalesce(sum(events), 0) FROM errtrack.event_outcomes WHERE outcome <> 'duplicate')}
	  : 'SELECT errtrack.flush()';
	ok($node->poll_query_until($database, $folded), "$name: all is folded");
	is( $node->safe_psql(
			$database, qq{
WITH sent AS (SELECT DISTINCT project_id, event_id FROM public.sent),
received AS (SELECT project_id, count(*) AS n FROM sent GROUP BY 1),
counted AS (SELECT project_id, sum(occurrence_count) AS n FROM errtrack.issues GROUP BY 1),
outcome AS (SELECT project_id, sum(events) FILTER (WHERE outcome <> 'duplicate') AS n,
                   sum(events) FILTER (WHERE outcome = 'duplicate') AS duplicates
            FROM errtrack.event_outcomes GROUP BY 1)
SELECT 'project ' || project_id || ': ' || coalesce(r.n, 0) || ' sent, ' || coalesce(c.n, 0) || ' counted, '
       || coalesce(o.n, 0) || ' shed or set aside'
FROM received AS r FULL JOIN counted AS c USING (project_id) FULL JOIN outcome AS o USING (project_id)
WHERE coalesce(r.n, 0) <> coalesce(c.n, 0) + coalesce(o.n, 0)
UNION ALL
SELECT 'event ' || event_id || ' is in the ledger, and nobody sent it'
FROM (SELECT project_id, event_id FROM errtrack.seen_events EXCEPT SELECT project_id, event_id FROM sent) AS unsent
UNION ALL
SELECT 'issue ' || issue_id || ' has ' || count(alert_id) || ' alerts that it is new'
FROM errtrack.issues LEFT JOIN (SELECT * FROM errtrack.alerts WHERE kind = 'new') AS a USING (project_id, issue_id)
GROUP BY project_id, issue_id HAVING count(alert_id) <> 1
UNION ALL
SELECT 'alert ' || alert_id || ' is of no issue'
FROM errtrack.alerts WHERE (project_id, issue_id) NOT IN (SELECT project_id, issue_id FROM errtrack.issues)
UNION ALL
SELECT 'issue ' || issue_id || ' has ' || coalesce(sum(events), 0) || ' events over time, not ' || occurrence_count
FROM errtrack.issues LEFT JOIN errtrack.issue_counts USING (project_id, issue_id)
GROUP BY project_id, issue_id HAVING coalesce(sum(events), 0) <> occurrence_count
UNION ALL
SELECT coalesce(sum(duplicates), 0) || ' duplicates' FROM outcome HAVING coalesce(sum(duplicates), 0) <> $duplicates
LIMIT 10}),
		'', "$name: what was sent is counted");
}

# Starts clients of pgbench that insert in a loop, until end_load(); returns when they are under way.  Options:
# clients => n, sql => what each transaction does.
sub start_load
{
	my ($node, $database, %option) = @_;
	my $sql = $option{sql} // "\\set kind random(1, 60)\n"
	  . recorded('exception_class, message', "VALUES ('Failure' || :kind, 'under load')") . ';';
	my $load = { node => $node, name => 'load ' . ++$loads };
	my $before = $node->safe_psql($database, 'SELECT count(*) FROM public.sent');
	$load->{run} = IPC::Run::start(
		[   'pgbench', '--no-vacuum', '--client=' . ($option{clients} // 4), '--jobs=2', '--time=600', '--file',
			pgbench_script($sql), $node->connstr($database) . " application_name='$load->{name}'" ],
		'>&', \my $out);
	ok($node->poll_query_until($database, "SELECT count(*) > $before + 200 FROM public.sent"), 'the load runs');
	return $load;
}

# Ends the clients.
sub end_load
{
	my ($load) = @_;
	$load->{run}->kill_kill;
	# a client's last statement may still be running, where the server does
	$load->{node}->poll_query_until('template1',
		"SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = '$load->{name}'")
	  if defined $load->{node}->{_pid};
	return;
}

# The path of a file that holds a script for pgbench.
sub pgbench_script
{
	my ($text) = @_;
	my $path = PostgreSQL::Test::Utils::tempdir . '/script.sql';
	PostgreSQL::Test::Utils::append_to_file($path, $text);
	return $path;
}

1;
