package Broken;
sub total { my $x = ; }
1;
