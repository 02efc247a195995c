# pg_cron calls the upkeep.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Errtrack;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('cron', <<'END');
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
errtrack.worker = off
END
$node->start;
# pg_cron connects like anybody else, and reads no PGHOST
$node->append_conf('postgresql.conf', "cron.host = '" . $node->host . "'");
$node->restart;

# --- without pg_cron
create_errtrack($node, 'postgres');
my ($status, $out, $err) =
  $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT errtrack.schedule_jobs()");
is($status, 3, 'schedule_jobs() fails where pg_cron is missing');
like($err, qr/42883: pg_cron is not installed/, 'says so');
like($err, qr/HINT: .*CREATE EXTENSION pg_cron/, 'and names what to do');

# --- with pg_cron
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
is($node->safe_psql('postgres', 'SELECT * FROM errtrack.schedule_jobs() ORDER BY 1'),
	"errtrack auto-resolve\nerrtrack consume\nerrtrack upkeep", 'schedule_jobs() returns the jobs');
my $jobs = 'SELECT jobid, jobname, schedule, command, database, username, active FROM cron.job ORDER BY 1';
my $scheduled = $node->safe_psql('postgres', $jobs);
is(scalar(my @lines = split(/\n/, $scheduled)), 3, 'three jobs are scheduled');
like($scheduled, qr/errtrack auto-resolve\|17 \* \* \* \*\|SELECT errtrack\.auto_resolve\(\)\|postgres\|.*\|t$/m, 'one resolves');
like($scheduled, qr/errtrack consume\|\* \* \* \* \*\|SELECT errtrack\.consume\(\)\|postgres\|.*\|t$/m, 'one consumes');
like($scheduled, qr/errtrack upkeep\|41 \* \* \* \*\|SELECT errtrack\.upkeep\(\)\|postgres\|.*\|t$/m, 'one keeps house');
$node->safe_psql('postgres', 'SELECT errtrack.schedule_jobs()');
is($node->safe_psql('postgres', $jobs), $scheduled, 'calling it again changes nothing');

# an operator may call it
$node->safe_psql('postgres', "CREATE ROLE operator LOGIN; SELECT errtrack.grant_role('operator', 'operator')");
$node->safe_psql('postgres', 'SELECT errtrack.schedule_jobs()', extra_params => [ '-U', 'operator' ]);
is($node->safe_psql('postgres', $jobs), $scheduled, 'nor does an operator who calls it');

# --- what is scheduled can be run
for my $command (split /\n/, $node->safe_psql('postgres', 'SELECT command FROM cron.job ORDER BY jobid'))
{
	$node->safe_psql('postgres', $command);
	pass("$command runs");
}

# pg_cron runs it: the events are folded without anybody else
send_event($node, 'postgres', 'nobody else');
wait_counted($node, 'postgres', 1, 'an event that pg_cron has consumed');

$node->stop;
done_testing();
