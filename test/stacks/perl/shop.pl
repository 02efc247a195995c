# A shop's nightly jobs that fail for real: perl shop.pl die|confess|eval|method|require|string|object
use strict;
use warnings;
use lib '.';

package Shop::Cart;
use Carp qw(croak confess);

sub new { my ($class, @items) = @_; return bless {items => [@items]}, $class }

sub price {
  my ($self, $item) = @_;
  confess "no price of '$item' at all" if $item eq 'teapot';
  die "no price\n of the cart at line 3" if $item eq 'mug';
  croak "$item is out of stock" if $item eq 'tea';
  return $self->discount($item);
}

sub total {
  my ($self) = @_;
  my $sum = 0;
  $sum += $self->price($_) for @{$self->{items}};
  return $sum;
}

package Shop::Error;
use overload '""' => sub { Carp::longmess($_[0]{text}) };
sub throw { my ($class, $text) = @_; die bless {text => $text}, $class }

package main;

sub invoice { return Shop::Cart->new(@_)->total }

my %jobs = (
  die => sub { invoice('mug') },
  confess => sub { invoice('teapot') },
  croak => sub { invoice('tea') },
  method => sub { invoice('cup') },
  eval => sub { eval { invoice('teapot') }; die $@ if $@ },
  string => sub { eval q{invoice('teapot'); 1} or die $@ },
  require => sub { require Broken },
  missing => sub { require Shop::Nowhere },
  object => sub { Shop::Error->throw('no order 1001') },
);
$jobs{$ARGV[0]}->();
