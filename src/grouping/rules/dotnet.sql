-- ---- frame rules: .NET ----

-- what passes an exception on, and what throws for others: which of it a trace shows changes with the runtime and the build
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'dotnet', module, 'drop', true
FROM unnest(ARRAY[
  'System.Runtime.ExceptionServices.ExceptionDispatchInfo', 'System.Runtime.CompilerServices.TaskAwaiter*',
  'System.Runtime.CompilerServices.ConfiguredTaskAwaitable*', 'System.Runtime.CompilerServices.ValueTaskAwaiter*',
  'System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable*', 'System.Runtime.CompilerServices.AsyncTaskMethodBuilder*',
  'System.Runtime.CompilerServices.AsyncMethodBuilderCore*', 'System.Runtime.CompilerServices.AsyncVoidMethodBuilder*',
  'System.Runtime.CompilerServices.AsyncValueTaskMethodBuilder*', 'System.Threading.ExecutionContext',
  '*.ThrowHelper', 'ThrowHelper', 'System.ThrowHelper*', 'System.__Error', 'System.IO.__Error', 'System.SR'
]) AS module;
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'dotnet', function, 'drop', true
FROM unnest(ARRAY[
  'System.Environment.FailFast*', 'System.ArgumentNullException.Throw*', 'System.ArgumentException.Throw*',
  'System.ArgumentOutOfRangeException.Throw*', 'System.ObjectDisposedException.Throw*', 'System.Number.Throw*',
  'System.Diagnostics.StackTrace.*', 'System.Environment.GetStackTrace*', 'System.Environment.get_StackTrace*',
  'UnityEngine.StackTraceUtility*', 'UnityEngine.Debug:*', 'UnityEngine.Debug.*', 'UnityEngine.Logger:*', 'UnityEngine.Logger.*'
]) AS function;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'dotnet', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- the runtime and the languages' own libraries
  'System', 'System.*', 'Microsoft.*', 'Mono.*', 'Internal.*', 'Interop', 'Interop.*', 'Interop+*', 'MS.*', 'Windows.*',
  'WinRT.*', 'ABI.*', 'FSharp.*', 'Accessibility.*', 'Roslyn.*', '<Module>*', '(unknown)',
  -- phones and games
  'Android.*', 'AndroidX.*', 'Java.*', 'Javax.*', 'Xamarin.*', 'Foundation.*', 'Foundation', 'UIKit.*', 'UIKit', 'AppKit.*',
  'ObjCRuntime.*', 'CoreFoundation.*', 'UnityEngine', 'UnityEngine.*', 'UnityEngineInternal.*', 'UnityEditor.*',
  'UnityEditorInternal.*', 'Unity.*', 'Cysharp.Threading.*', 'Godot.*', 'Avalonia.*', 'Uno.*', 'Prism.*', 'ReactiveUI.*',
  'Caliburn.*', 'MvvmCross.*', 'GalaSoft.*', 'CommunityToolkit.*', 'DevExpress.*', 'Telerik.*', 'Infragistics.*', 'Syncfusion.*',
  -- test runners, and what stands in for parts of the program
  'NUnit.*', 'Xunit.*', 'xunit.*', 'MSTest.*', 'TUnit.*', 'Moq.*', 'NSubstitute.*', 'FakeItEasy.*', 'FluentAssertions.*',
  'Shouldly.*', 'TechTalk.SpecFlow.*', 'Reqnroll.*', 'BenchmarkDotNet.*', 'JetBrains.*', 'Castle.*',
  -- servers, containers of services, pipelines and jobs
  'Owin.*', 'Nancy.*', 'ServiceStack.*', 'Carter.*', 'FastEndpoints.*', 'Giraffe.*', 'Suave.*', 'Saturn.*', 'Autofac.*',
  'Ninject.*', 'StructureMap.*', 'Lamar.*', 'SimpleInjector.*', 'DryIoc.*', 'LightInject.*', 'Scrutor.*', 'MediatR.*',
  'MassTransit.*', 'NServiceBus.*', 'Rebus.*', 'Wolverine.*', 'Hangfire.*', 'Quartz.*', 'Topshelf.*', 'Orleans.*', 'Akka.*',
  'Polly.*', 'Polly', 'Volo.Abp.*', 'Abp.*', 'Umbraco.*', 'Orchard.*', 'OrchardCore.*', 'Sitecore.*', 'EPiServer.*',
  'DotNetNuke.*', 'IdentityServer4.*', 'Duende.*', 'OpenIddict.*', 'Swashbuckle.*', 'NSwag.*', 'HotChocolate.*', 'GraphQL.*',
  'Elmah.*', 'Glimpse.*', 'StackExchange.Profiling.*',
  -- data
  'Npgsql.*', 'MySql.*', 'MySqlConnector.*', 'Oracle.*', 'Dapper.*', 'Dapper', 'NHibernate.*', 'FluentNHibernate.*', 'LinqToDB.*',
  'Marten.*', 'MongoDB.*', 'StackExchange.*', 'Raven.*', 'Couchbase.*', 'Cassandra.*', 'Nest.*', 'Elasticsearch.*', 'Elastic.*',
  'EFCore.*', 'Z.EntityFramework.*', 'SQLite.*', 'SQLitePCL.*', 'LiteDB.*', 'FluentMigrator.*', 'RabbitMQ.*', 'EasyNetQ.*',
  'Confluent.*', 'Remotion.*', 'StackifyLib.*',
  -- formats, calls to others, logs
  'Newtonsoft.*', 'YamlDotNet.*', 'CsvHelper.*', 'ProtoBuf.*', 'Google.*', 'Grpc.*', 'MessagePack.*', 'RestSharp.*', 'Refit.*',
  'Flurl.*', 'Amazon.*', 'Azure.*', 'AutoMapper.*', 'AutoMapper', 'Mapster.*', 'FluentValidation.*', 'HtmlAgilityPack.*',
  'AngleSharp.*', 'ICSharpCode.*', 'iText.*', 'iTextSharp.*', 'MailKit.*', 'MimeKit.*', 'SixLabors.*', 'RazorEngine.*', 'Scriban.*',
  'Handlebars.*', 'HandlebarsDotNet.*', 'Serilog.*', 'NLog.*', 'log4net.*', 'Common.Logging.*', 'Sentry.*', 'SharpRaven.*',
  'OpenTelemetry.*', 'Datadog.*', 'NewRelic.*', 'Mindscape.Raygun4Net.*', 'Rollbar.*', 'Bugsnag.*'
]) AS module;

-- reporters that name no module; `Type:Method` is how Unity writes what native code called
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'dotnet', function, 'not_in_app', true
FROM unnest(ARRAY[
  'System.*', 'Microsoft.*', 'UnityEngine.*', 'UnityEngineInternal.*', 'UnityEditor.*', 'Unity.*', 'Mono.*', 'Xamarin.*',
  'Android.*', 'UIKit.*', 'Foundation.*', 'lambda_method*', 'DynamicClass.*', '(wrapper *'
]) AS function;
