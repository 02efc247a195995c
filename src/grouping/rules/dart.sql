-- ---- frame rules: Dart ----

-- what throws, and what looks up what is not there
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'dart', function, 'drop', true
FROM unnest(ARRAY[
  '_AssertionError.*', '_TypeError._throwNew', '_CastError._throwNew', 'NoSuchMethodError._throwNew',
  'Object.noSuchMethod', 'Object._noSuchMethod', '_objectNoSuchMethod', 'Error._throw', 'Error.throwWithStackTrace',
  'RangeError.check*', 'ArgumentError.checkNotNull', 'IntegerDivisionByZeroException*',
  'LateError.*', '_throwLateInitializationError', 'throw_', 'throwInternalError', 'throwTypeError', 'castError',
  'nullCheck', 'wrapException', 'throwExpression'
]) AS function;

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'dart', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- the core library, the engine
  'dart:*', 'dart-sdk/*', 'org-dartlang-sdk:*', 'lib/_engine/*', 'lib/ui/*', 'packages/flutter/*',
  -- Flutter
  'package:flutter/*', 'package:flutter_test/*', 'package:flutter_web_plugins/*', 'package:flutter_driver/*',
  'package:integration_test/*', 'package:flutter_localizations/*',
  -- packages of Dart's own, test runners
  'package:async/*', 'package:collection/*', 'package:stack_trace/*', 'package:stream_channel/*', 'package:http/*',
  'package:path/*', 'package:meta/*', 'package:args/*', 'package:logging/*', 'package:shelf*', 'package:grpc/*',
  'package:test/*', 'package:test_api/*', 'package:test_core/*', 'package:matcher/*', 'package:mockito/*',
  'package:mocktail/*', 'package:fake_async/*', 'package:web_socket_channel/*', 'package:json_annotation/*',
  -- frameworks and libraries that call the application
  'package:bloc/*', 'package:flutter_bloc/*', 'package:bloc_test/*', 'package:provider/*', 'package:riverpod/*',
  'package:flutter_riverpod/*', 'package:hooks_riverpod/*', 'package:flutter_hooks/*', 'package:mobx/*',
  'package:flutter_mobx/*', 'package:get/*', 'package:get_it/*', 'package:go_router/*', 'package:auto_route/*',
  'package:rxdart/*', 'package:dio/*', 'package:retrofit/*', 'package:chopper/*', 'package:graphql*',
  'package:sqflite*', 'package:drift/*', 'package:hive/*', 'package:isar/*', 'package:firebase_*',
  'package:cloud_firestore*', 'package:cached_network_image/*', 'package:flutter_cache_manager/*',
  'package:shared_preferences*', 'package:sentry*', 'package:logger/*', 'package:serverpod*', 'package:dart_frog/*',
  '*/.pub-cache/*', E'*\\Pub\\Cache\\*'
]) AS file;

-- entry points of the event loop in programs without file names
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'dart', function, 'not_in_app', true
FROM unnest(ARRAY[
  '_rootRun*', '_CustomZone.*', '_startIsolate*', '_RawReceivePort*', '_delayEntrypointInvocation*', '_invoke*',
  '_drawFrame', '_dispatchPointerDataPacket', '_microtaskLoop', '_startMicrotaskLoop', '_runPendingImmediateCallback'
]) AS function;
