# What the TAP tests of errtrack share.
package Errtrack;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(new_node send_event wait_counted wait_worker wait_no_worker counts_ok pgbench_script);

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

# Sends an event of this message in a transaction of its own.
sub send_event
{
	my ($node, $database, $message) = @_;
	$node->safe_psql($database,
		"INSERT INTO errtrack.raw_events (exception_class, message) VALUES ('Failure', '$message')");
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

# The oracle: what is in the inbox has been counted, each event once, and each issue has one alert that it is new.
sub counts_ok
{
	my ($node, $database, $name) = @_;
	is( $node->safe_psql(
			$database, q{
SELECT (SELECT count(*) FROM errtrack.raw_events) - (SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues),
       (SELECT count(*) FROM errtrack.raw_events AS r WHERE NOT EXISTS
          (SELECT FROM errtrack.seen_events AS s WHERE s.project_id = r.project_id AND s.event_id = r.event_id)),
       (SELECT count(*) FROM errtrack.seen_events) - (SELECT count(DISTINCT event_id) FROM errtrack.raw_events),
       (SELECT count(*) FROM errtrack.issues AS i WHERE 1 <>
          (SELECT count(*) FROM errtrack.alerts AS a WHERE a.issue_id = i.issue_id AND a.kind = 'new')),
       (SELECT count(*) FROM errtrack.alerts AS a WHERE NOT EXISTS
          (SELECT FROM errtrack.issues AS i WHERE i.issue_id = a.issue_id)),
       (SELECT coalesce(sum(events), 0) FROM errtrack.issue_counts)
          - (SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues),
       (SELECT coalesce(sum(events), 0) FROM errtrack.event_outcomes)}),
		'0|0|0|0|0|0|0',
		"$name: uncounted, unseen, seen without being there, alerts of new issues missing or twice, alerts of no issue, counts apart, duplicates");
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
