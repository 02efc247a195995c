-- ---- frame rules: Perl ----

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'perl', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- the interpreter's library and modules from CPAN
  '/usr/share/perl/*', '/usr/share/perl5/*', '/usr/lib/perl5/*', '/usr/lib/*/perl/*', '/usr/lib/*/perl5/*',
  '/usr/lib/*/perl-base/*', '/usr/lib64/perl5/*', '/usr/local/lib/*/perl/*', '/usr/local/share/perl*',
  '*/lib/perl5/*', '*/perl5/perlbrew/*', '*/site_perl/*', '*/vendor_perl/*', '*/core_perl/*', '*:/Strawberry/perl/*'
]) AS file;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'perl', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- what throws, catches and traces
  'Carp', 'Carp::*', 'Devel::StackTrace*', 'Exception::Class*', 'Throwable*', 'Try::Tiny*', 'TryCatch*', 'Error',
  'Moose::Error*', 'Moose::Exception*',
  -- objects, frameworks, databases, tests
  'Moose', 'Moose::*', 'Class::MOP*', 'Moo', 'Moo::*', 'Mojo::*', 'Mojolicious*', 'Catalyst', 'Catalyst::*',
  'Dancer', 'Dancer::*', 'Dancer2*', 'Plack::*', 'CGI', 'CGI::*', 'DBI', 'DBI::*', 'DBD::*', 'DBIx::Class*',
  'Template', 'Template::*', 'LWP::*', 'HTTP::*', 'AnyEvent*', 'IO::*', 'POE*', 'Test::*', 'Test2::*',
  'ModPerl::*', 'Apache2::*'
]) AS module;
