# Servers whose clock is wrong, or whose disk is full; see shim.c.  Nothing in this needs root.
package Shim;
use strict;
use warnings;
use Exporter 'import';
use File::Spec;
use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(shim_works start_shimmed shim);

my $library = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir . '/shim.so');
my $control = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir . '/shim.control');
my %failing;

# Builds the shim; false, and says so, where that cannot be done.
sub shim_works
{
	return 1 if $^O eq 'linux' && run_log([ 'cc', '-shared', '-fPIC', '-O1', '-o', $library, "$FindBin::RealBin/shim.c" ]);
	diag('NOT TESTED: this needs Linux and a C compiler');
	return 0;
}

# Starts a server over which shim() has power.
sub start_shimmed
{
	my ($node) = @_;
	shim();
	local $ENV{LD_PRELOAD} = $library;
	local $ENV{SHIM_CONTROL} = $control;
	$node->start;
}

# Makes it fail, from now on: clock => seconds by which its clock is wrong, full => part of the paths of the files that
# cannot grow.  What is not named is as before.
sub shim
{
	%failing = (%failing, @_);
	# in place, since servers have mapped it
	open my $file, (-e $control ? '+<' : '>'), $control or die "$control: $!";
	binmode $file;
	print $file pack('q Z256', $failing{clock} // 0, $failing{full} // '');
	close $file or die "$control: $!";
}

1;
