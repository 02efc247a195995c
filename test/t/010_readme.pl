# The README's examples work as they stand there: each reports a real error, which becomes an issue.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file($ENV{README} // '../../README.md');
my %example;
while ($readme =~ /^<!-- example: (\w+) -->\n```\w+\n(.*?)^```$/gms)
{
	$example{$1} = $2;
}

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\n");
$node->append_conf('pg_hba.conf', "host all all 127.0.0.1/32 trust\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION errtrack; CREATE ROLE shop_app LOGIN');
$node->safe_psql('postgres', "SELECT errtrack.grant_role('shop_app', 'writer')");

my $folder = PostgreSQL::Test::Utils::tempdir;
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
# safe_psql is the superuser, the examples are not
local $ENV{PGDATABASE} = 'postgres';
local $ENV{JDBC_URL} = 'jdbc:postgresql://127.0.0.1:' . $node->port . '/postgres?user=shop_app';
local $ENV{CLASSPATH} = '/usr/share/java/postgresql.jar';
local $ENV{NODE_PATH} = '/usr/share/nodejs:/usr/lib/nodejs';

# Runs an example as the application would, and compares the issue that it makes.
sub check_example
{
	my ($name, $file, $command, $expected) = @_;
	append_to_file("$folder/$file", $example{$name} // die "README.md has no example '$name'");
	my $result;
	{
		local $ENV{PGUSER} = 'shop_app';
		$result = run_log([ @$command, "$folder/$file" ]);
	}
	ok($result, "$name: runs");
	$node->safe_psql('postgres', 'SELECT errtrack.flush()');
	is($node->safe_psql('postgres', q{SELECT title || ' | ' || coalesce(culprit, '') FROM errtrack.issues
		ORDER BY issue_id DESC LIMIT 1}), $expected, "$name: its issue");
	return;
}

# what the README begins with, in a database of its own
$node->safe_psql('postgres', 'CREATE DATABASE start');
my ($rc, $out, $err) = $node->psql('start', $example{start} // die('README.md has no example "start"'),
	on_error_stop => 1);
is($rc, 0, "start: runs ($err)");
like($out, qr/^1\|unresolved\|1\|TypeError: unsupported.*\|total \(cart\.py:12\)$/m, 'start: the issue');
like($out, qr/^1\|new\|1\|/m, 'start: the alert');

check_example('python', 'report.py', ['/usr/bin/python3'],
	"TypeError: unsupported operand type(s) for *: 'NoneType' and 'dict' | total (report.py:15)");
check_example('java', 'Report.java', ['java'],
	'java.lang.NullPointerException: Cannot invoke "java.lang.Integer.intValue()" because "<parameter1>" is null'
	. ' | total (Report:21)');
check_example('plpgsql', 'report.sql', [ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f' ],
	'22012: division by zero | inline_code_block');

SKIP:
{
	skip 'the Node.js module pg is not installed', 2
	  unless run_log([ 'node', '-e', "require('pg')" ]);
	check_example('javascript', 'report.js', ['node'],
		"TypeError: Cannot read properties of undefined (reading 'length') | total (report.js:16)");
}

done_testing();
