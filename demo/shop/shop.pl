# A small web shop's nightly jobs that fail for real: uncaught errors for errtrack's demo and fixtures.
#
#     perl shop.pl mail|feed [order number]
use strict;
use warnings;

package Shop::Mail;
use Carp qw(confess);

sub spool {
  my ($order, $text) = @_;
  my $file = "/var/spool/shop/no-such-dir/$order.eml";
  open my $mail, '>', $file or confess "cannot write mail of order $order: $!";
  print {$mail} $text;
  close $mail or confess "cannot write mail of order $order: $!";
}

sub confirm {
  my ($order, $customer) = @_;
  spool($order, "To: $customer");
}

package Shop::Feed;

sub price {
  my ($article, $cents) = split /;/, shift;
  die "supplier's feed has no price for article '$article'" unless $cents =~ /^\d+$/;
  return $cents;
}

sub import_prices {
  my ($text) = @_;
  my %price;
  open my $feed, '<', \$text or die "cannot read the supplier's feed: $!";
  while (my $line = <$feed>) {
    chomp $line;
    my ($article) = split /;/, $line;
    $price{$article} = price($line);
  }
  return \%price;
}

package main;

my %scenarios = (
  mail => sub { Shop::Mail::confirm(shift, 'ann@example.com') },
  feed => sub { Shop::Feed::import_prices("mug;1290\ntea;450\nteapot;on request\n") },
);
my ($scenario, $order) = @ARGV;
my $job = $scenarios{ $scenario // '' };
if (!$job) {
  print STDERR "usage: perl shop.pl mail|feed [order number]\n";
  exit 64;
}
$job->($order // 1001);
