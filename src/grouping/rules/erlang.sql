-- ---- frame rules: Erlang and Elixir ----

-- Elixir names modules of Erlang with a colon
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'erlang', form, 'not_in_app', true
FROM unnest(ARRAY[
  -- the runtime, kernel and stdlib
  'erlang', 'erts_internal', 'erl_eval', 'erl_internal', 'erl_parse', 'erl_scan', 'erl_lint', 'erl_error', 'init', 'application',
  'application_controller', 'application_master', 'code', 'code_server', 'error_handler', 'file', 'file_io_server', 'prim_file',
  'prim_inet', 'prim_socket', 'prim_eval', 'gen', 'gen_event', 'gen_fsm', 'gen_server', 'gen_statem', 'gen_stage', 'gen_tcp',
  'gen_udp', 'gen_sctp', 'global', 'group', 'inet', 'inet_*', 'logger', 'logger_*', 'net_kernel', 'os', 'pg', 'rpc', 'erpc',
  'supervisor', 'supervisor_bridge', 'sys', 'user', 'user_drv', 'proc_lib', 'shell', 'shell_*', 'escript', 'c', 'array', 'base64',
  'beam_lib', 'binary', 'calendar', 'dets', 'dict', 'digraph', 'epp', 'ets', 'filelib', 'filename', 'gb_sets', 'gb_trees', 'io',
  'io_lib', 'io_lib_*', 'json', 'lists', 'maps', 'math', 'orddict', 'ordsets', 'persistent_term', 'proplists', 'qlc', 'queue',
  'rand', 'random', 're', 'sets', 'string', 'timer', 'unicode', 'unicode_util', 'uri_string', 'zip', 'zlib', 'counters', 'atomics',
  -- the other applications of OTP
  'asn1*', 'crypto', 'public_key', 'pubkey_*', 'ssl', 'ssl_*', 'tls_*', 'dtls_*', 'ssh', 'ssh_*', 'ftp', 'httpc', 'httpc_*', 'httpd',
  'httpd_*', 'http_*', 'inets', 'mod_esi', 'mnesia', 'mnesia_*', 'xmerl', 'xmerl_*', 'eunit', 'eunit_*', 'ct', 'ct_*', 'test_server',
  'test_server_*', 'compile', 'dialyzer*', 'elixir', 'elixir_*', 'rebar*',
  -- libraries of Erlang
  'cowboy', 'cowboy_*', 'cow_*', 'ranch', 'ranch_*', 'gun', 'gun_*', 'hackney', 'hackney_*', 'mochiweb*', 'webmachine*', 'yaws*',
  'elli*', 'lager', 'lager_*', 'error_logger_lager_h', 'poolboy', 'jsx', 'jsx_*', 'jiffy', 'epgsql', 'epgsql_*', 'eredis', 'eredis_*',
  'brod*', 'amqp_*', 'rabbit_*', 'telemetry', 'telemetry_*', 'opentelemetry*', 'otel_*', 'proper', 'proper_*', 'meck', 'meck_*',
  'sentry', 'raven', 'recon*', 'ejabberd_hooks', 'p1_server', 'gpb', 'esockd*', 'lhttpc*', 'ibrowse*', 'fuse*', 'gproc*', 'ssl_verify*'
]) AS name, LATERAL (VALUES (name), (':' || name)) AS forms (form);

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'erlang', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- Elixir itself; Erlang's terms write its modules as 'Elixir.Enum'
  'Elixir.Enum', 'Elixir.GenServer', 'Elixir.Task.*', '''Elixir.Enum''', '''Elixir.GenServer''', '''Elixir.Task.*',
  '''Elixir.Phoenix.*', '''Elixir.Plug.*', '''Elixir.Ecto.*', '''Elixir.DBConnection*',
  'Access', 'Agent', 'Agent.*', 'Application', 'Atom', 'Base', 'Bitwise', 'Calendar', 'Calendar.*', 'Code', 'Code.*', 'Collectable*',
  'Config', 'Config.*', 'Date', 'Date.*', 'DateTime', 'DynamicSupervisor', 'EEx', 'EEx.*', 'Enum', 'Enumerable', 'Enumerable.*',
  'Exception', 'File', 'File.*', 'Float', 'Function', 'GenEvent', 'GenServer', 'HashDict', 'IEx', 'IEx.*', 'IO', 'IO.*', 'Inspect*',
  'Integer', 'JSON', 'JSON.*', 'Kernel', 'Kernel.*', 'Keyword', 'List', 'List.*', 'Logger', 'Logger.*', 'Macro', 'Macro.*', 'Map', 'MapSet',
  'Mix', 'Mix.*', 'Module', 'Module.*', 'NaiveDateTime', 'Node', 'OptionParser', 'PartitionSupervisor', 'Path', 'Port', 'Process',
  'Protocol', 'Range', 'Record', 'Regex', 'Registry', 'Registry.*', 'Stream', 'Stream.*', 'String', 'String.*', 'StringIO',
  'Supervisor', 'Supervisor.*', 'System', 'Task', 'Task.*', 'Time', 'Tuple', 'URI', 'Version', 'Version.*', 'ExUnit', 'ExUnit.*',
  -- the web
  'Phoenix', 'Phoenix.*', 'Plug', 'Plug.*', 'Bandit', 'Bandit.*', 'ThousandIsland', 'ThousandIsland.*', 'WebSock*', 'Absinthe', 'Absinthe.*',
  'Surface.*', 'Ash.*', 'Guardian.*', 'Ueberauth.*', 'Corsica*', 'CORSPlug*', 'Beacon.*',
  -- data, messages, jobs
  'Ecto', 'Ecto.*', 'Postgrex', 'Postgrex.*', 'MyXQL', 'MyXQL.*', 'Tds', 'Tds.*', 'Exqlite*', 'DBConnection', 'DBConnection.*', 'Redix*',
  'Mongo', 'Mongo.*', 'Xandra*', 'Oban', 'Oban.*', 'Broadway', 'Broadway.*', 'BroadwayRabbitMQ*', 'GenStage', 'GenStage.*', 'Flow', 'Flow.*',
  'AMQP', 'AMQP.*', 'KafkaEx*', 'Exq', 'Exq.*', 'Quantum', 'Quantum.*', 'Cachex', 'Cachex.*', 'Nebulex*', 'ConCache*', 'Horde*',
  'Swarm*', 'Poolboy*', 'NimblePool*', 'NimbleOptions*', 'NimbleParsec*', 'NimbleCSV*', 'Nx', 'Nx.*', 'Explorer.*',
  -- calls to others, formats, logs, tests
  'Tesla', 'Tesla.*', 'HTTPoison', 'HTTPoison.*', 'Finch', 'Finch.*', 'Mint', 'Mint.*', 'Req', 'Req.*', 'GRPC.*', 'Jason', 'Jason.*', 'Poison',
  'Poison.*', 'Decimal', 'Timex', 'Timex.*', 'Tzdata*', 'Protobuf*', 'SweetXml*', 'Floki*', 'Swoosh*', 'Bamboo*', 'ExAws*', 'Money.*',
  'Gettext*', 'Cldr*', 'Sentry', 'Sentry.*', 'AppSignal*', 'Appsignal*', 'NewRelic*', 'OpenTelemetry*', 'Telemetry.*', 'PromEx*', 'Mox', 'Mox.*', 'Mock',
  'Wallaby*', 'StreamData*', 'LiveBook*', 'Livebook.*'
]) AS module;

-- what the shell calls operators, and what is read where there is no module
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'erlang', function, 'not_in_app', true
FROM unnest(ARRAY[
  '+/1', '+/2', '-/1', '-/2', '//2', 'div/2', 'rem/2', '++/2', '--/2', '!/2', 'bnot/1', 'band/2', 'bor/2', 'bxor/2',
  'bsl/2', 'bsr/2', 'not/1', 'and/2', 'or/2', 'xor/2', '</2', '>/2', '=</2', '>=/2', '#Function<*',
  -- what Plug and Phoenix write into the application's modules
  '*."call (overridable *', '*.plug_builder_call/2', '*.phoenix_controller_pipeline/2', '*.action/2', '*.__call__/2', '*.__pipe_through*'
]) AS function;
