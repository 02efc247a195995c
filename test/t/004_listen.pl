# errtrack-listen: what it prints, and that it loses nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('listen', 'errtrack.worker = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION errtrack');

# A new issue, and so an alert.
sub alert
{
	my ($class, $project) = @_;
	$project //= 1;
	$node->safe_psql('postgres',
		"INSERT INTO errtrack.raw_events (project_id, exception_class, message, environment, release)
		 VALUES ($project, '$class', 'of the disk', 'production', '1.2')");
	$node->safe_psql('postgres', 'SELECT errtrack.consume()');
}

# Starts errtrack-listen, and waits until it listens.
sub start_listen
{
	my ($out, $err) = ('', '');
	my $listener = { out => \$out, err => \$err };
	my $timeout = IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default);
	$listener->{timer} = $timeout;
	$listener->{run} = IPC::Run::start(
		[ 'errtrack-listen', '-d', $node->connstr('postgres') . ' application_name=listener', @_ ],
		'>', \$out, '2>', \$err, $timeout);
	wait_output($listener, $listener->{err}, qr/listening on /, 'it listens');
	return $listener;
}

# Waits for a text in the output of a listener.
sub wait_output
{
	my ($listener, $output, $pattern, $name) = @_;
	$listener->{timer}->start($PostgreSQL::Test::Utils::timeout_default);
	eval {
		while ($$output !~ $pattern && !$listener->{timer}->is_expired && $listener->{run}->pumpable)
		{
			$listener->{run}->pump;
		}
	};
	like($$output, $pattern, $name);
}

# Runs errtrack-listen to its end.
sub run_listen
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'errtrack-listen', '-d', $node->connstr('postgres'), @_ ],
		'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return ($? >> 8, $out, $err);
}

# --- the command line
program_help_ok('errtrack-listen');
program_version_ok('errtrack-listen');
program_options_handling_ok('errtrack-listen');
for my $options ('--count=0', '--count=x', '--since=-1', '--since=1x', '--project=0', '--project=99999999999', 'surplus')
{
	command_fails_like([ 'errtrack-listen', $options ],
		qr/hint: try "errtrack-listen --help"/, "$options is refused");
}

# --- alerts as they come
alert('Before');
my $listener = start_listen();
alert('First');
wait_output($listener, $listener->{out}, qr/First.*\n/, 'a new alert is printed');
like(${ $listener->{out} },
	qr/^[-0-9]+ [:0-9]+\S+  new +#2  First: of the disk  project default, production, release 1\.2, 1 event$/m,
	'with what people want to know');
unlike(${ $listener->{out} }, qr/Before/, 'what was there before is not');

# the issue comes back
$node->safe_psql('postgres', 'SELECT errtrack.resolve(2)');
alert('First');
wait_output($listener, $listener->{out}, qr/regression.*First.*, 2 events\n/, 'an issue that comes back is printed');

# --- a server restart, and what was missed meanwhile
$node->stop('immediate');
wait_output($listener, $listener->{err}, qr/connection lost, next attempt in/, 'a lost connection is reported');
$node->start;
alert('Missed');
wait_output($listener, $listener->{out}, qr/Missed.*\n/, 'it goes on after the server');
alert('Second');
wait_output($listener, $listener->{out}, qr/Second.*\n/, 'and prints what comes then');

# nobody can connect when the alert commits: it is there before the listener is back
my $psql = $node->background_psql('postgres');
$psql->query_safe("INSERT INTO errtrack.raw_events (exception_class) VALUES ('Cut')");
$node->safe_psql('template1', 'ALTER DATABASE postgres ALLOW_CONNECTIONS false');
$psql->query_safe("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'listener'");
$psql->query_safe('SELECT errtrack.consume()');
$psql->quit;
$node->safe_psql('template1', 'ALTER DATABASE postgres ALLOW_CONNECTIONS true');
wait_output($listener, $listener->{out}, qr/Cut.*\n/, 'it catches up after its connection was ended');
$listener->{run}->signal('TERM');
ok($listener->{run}->finish, 'SIGTERM ends it with 0');
my @lines = split /\n/, ${ $listener->{out} };
is(join(',', map { /(Before|First|Missed|Second|Cut)/ } @lines), 'First,First,Missed,Second,Cut',
	'each alert once, in their order');

# --- --since, --count, --json, --project
my ($status, $out, $err) = run_listen('--since=0', '--count=3');
is($status, 0, '--count ends it with 0');
is(join(',', $out =~ /(Before|First|Missed|Second|Cut)/g), 'Before,First,First', '--since=0 begins with the first');
($status, $out, $err) = run_listen('--since=3', '--count=1');
is(join(',', $out =~ /(Before|First|Missed|Second|Cut)/g), 'Missed', '--since goes on after an alert');
($status, $out, $err) = run_listen('--since=1', '--count=2', '--json');
my @alerts = map { JSON::PP->new->decode($_) } split /\n/, $out;
is(scalar @alerts, 2, '--json prints one object a line');
is_deeply(
	{ %{ $alerts[1] }, at => undef },
	{ alert_id => 3, kind => 'regression', project_id => 1, project => 'default', issue_id => 2,
		title => 'First: of the disk', culprit => undef, level => 'error', environment => 'production',
		release => '1.2', count => 2, at => undef },
	'all that is known of an alert');
$node->safe_psql('postgres', "SELECT errtrack.create_project('shop')");
alert('Shop', 2);
($status, $out, $err) = run_listen('--since=0', '--count=1', '--project=2');
like($out, qr/^[^\n]*Shop[^\n]*project shop[^\n]*\n$/, '--project prints alerts of that project only');
like($err, qr/listening on errtrack_alerts_2$/m, 'and listens on its channel');

# text that a stranger wrote cannot rule the terminal
my $last = $node->safe_psql('postgres', 'SELECT max(alert_id) FROM errtrack.alerts');
alert("Evil\x1b[31m\x07\xc2\x9b31m");
($status, $out, $err) = run_listen("--since=$last", '--count=1');
unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/, 'control characters are not printed');
like($out, qr/\A[^\n]*Evil[^\n]*\n\z/, 'and the rest is, in one line');

# a long backlog passes in rounds
$last = $node->safe_psql('postgres', 'SELECT max(alert_id) FROM errtrack.alerts');
$node->safe_psql('postgres',
	"INSERT INTO errtrack.raw_events (exception_class) SELECT 'Many' || n FROM generate_series(1, 2500) AS n");
$node->safe_psql('postgres', 'SELECT errtrack.consume()');
($status, $out, $err) = run_listen("--since=$last", '--count=2500', '--json');
my %ids = map { $_ => 1 } $out =~ /"alert_id" : (\d+)/g;
is(scalar(keys %ids), 2500, 'a long backlog is printed whole, nothing twice');

# --- who may not
$node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN; CREATE ROLE viewer LOGIN');
($status, $out, $err) = run_listen('-U', 'nobody', '--count=1', '--since=0');
is($status, 1, 'a role without rights ends with 1');
like($err, qr/error: .*permission denied/, 'is told what is wrong');
like($err, qr/hint: .*errtrack\.grant_role\(role, 'viewer'\)/, 'and what to do');
$node->safe_psql('postgres', "SELECT errtrack.grant_role('viewer', 'viewer')");
($status, $out, $err) = run_listen('-U', 'viewer', '--count=1', '--since=0');
is($status, 0, "and grant_role(role, 'viewer') is enough");
like($out, qr/Before/, 'to read alerts');
command_fails_like([ 'errtrack-listen', '-d', $node->connstr('template1') ],
	qr/hint: .*CREATE EXTENSION errtrack/, 'a database without errtrack');
command_fails_like([ 'errtrack-listen', '-d', $node->connstr('absent') ],
	qr/error: .*"absent" does not exist/, 'a database that is not there');

$node->stop;
done_testing();
