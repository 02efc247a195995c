-- ---- frame rules: JavaScript ----

-- functions that transpilers, bundlers and engines put between those of the source, and the throw helpers
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'javascript', function, 'drop', true
FROM unnest(ARRAY[
  '__awaiter', '__generator', 'asyncGeneratorStep', '_asyncToGenerator', 'asyncToGenerator', 'Generator.next',
  'Generator.throw', '_next', '_throw', 'fulfilled', 'rejected', 'Generator.tryCatch', 'Generator._invoke',
  'GeneratorFunctionPrototype.next', 'tryCatch', '*regeneratorRuntime*', '__webpack_require__',
  '__webpack_exec__', '__require', 'sentryWrapped', '*.sentryWrapped', 'invariant', 'new *Error', 'new *Exception',
  '_classCallCheck', '_classPrivateFieldGet', '_assertThisInitialized', '_nonIterableRest', '_slicedToArray',
  'assertIsDefined', 'assertNever', 'Error.captureStackTrace'
]) AS function;

-- what an engine shows without a file: functions of the language itself, which others leave out
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'javascript', file, 'drop', true
FROM unnest(ARRAY['<anonymous>', 'native', 'native code', '[native code]', 'InternalBytecode.js', 'self-hosted']) AS file;

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'javascript', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- the run-time's own modules; older ones print a bare name
  'node:*', 'internal/*', 'bun:*', 'ext:*', 'deno:*', '[deno:*', 'internal:*', 'bootstrap_node.js', 'node.js',
  'module.js', 'events.js', 'net.js', 'timers.js', 'domain.js', 'fs.js', 'vm.js', 'util.js', 'assert.js',
  'stream.js', '_stream_*.js', '_http_*.js', '_tls_*.js', 'http.js', 'https.js', 'tls.js', 'dns.js', 'dgram.js',
  'child_process.js', 'cluster.js', 'readline.js', 'repl.js', 'path.js', 'buffer.js', 'zlib.js', 'crypto.js',
  'url.js', 'querystring.js', 'string_decoder.js', 'tty.js', 'async_hooks.js', 'electron/js2c/*',
  -- packages
  '*node_modules/*', E'*node_modules\\*', '*/~/*', '*/bower_components/*', '*/jspm_packages/*', '*/.yarn/cache/*',
  '*/.yarn/unplugged/*', '/usr/share/nodejs/*', '*/.cache/deno/*',
  -- libraries from where they are served to everyone
  'https://cdn.jsdelivr.net/*', 'https://unpkg.com/*', 'https://cdnjs.cloudflare.com/*', 'https://esm.sh/*',
  'https://deno.land/*', 'https://jsr.io/*', 'https://cdn.skypack.dev/*', 'https://ajax.googleapis.com/*',
  'https://code.jquery.com/*', 'https://www.googletagmanager.com/*', 'https://www.google-analytics.com/*',
  'https://connect.facebook.net/*', 'https://js.stripe.com/*', 'https://browser.sentry-cdn.com/*',
  'https://js.sentry-cdn.com/*', 'https://maps.googleapis.com/*',
  -- bundles of libraries, and what bundlers add
  '*/vendor.js*', '*/vendor.*.js*', '*/vendor-*.js*', '*/vendors.js*', '*/vendors.*.js*', '*/vendors-*.js*',
  '*/vendors~*', '*/polyfill*.js*', '*/framework-*.js*', '*/runtime.*.js*', '*/runtime-*.js*', '*/runtime~*.js*',
  '*/webpack-*.js*', 'webpack/*', '*/webpack/runtime/*', '*/webpack/bootstrap*', '*(webpack)*', '*/jquery*.js*',
  '*/react-dom*.js*', '*/zone*.js*', '*/angular*.js*', '*/vue.*js*', '*/lodash*.js*', '*/@vite/client*',
  -- extensions of the browser, and the browser itself
  'chrome-extension://*', 'moz-extension://*', 'safari-extension://*', 'safari-web-extension://*',
  'webkit-masked-url://*', 'ms-browser-extension://*', 'chrome://*', 'resource://*', 'devtools://*',
  -- test runners
  '*/mocha.js', '*/jasmine*.js', '*/karma.js', '*/qunit*.js', '*/__puppeteer_evaluation_script__*'
]) AS file;

-- functions of the language itself, which callbacks pass through
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'javascript', module, 'not_in_app', true
FROM unnest(ARRAY[
  'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'Date', 'Intl', 'JSON', 'Map', 'Math', 'Number', 'Promise',
  'Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'TypedArray', 'WeakMap', 'WeakSet'
]) AS module;

-- frameworks that call the application, by functions that are known where all is bundled into one file
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'javascript', function, 'not_in_app', true
FROM unnest(ARRAY[
  -- React and React Native
  'renderWithHooks*', 'updateFunctionComponent', 'mountIndeterminateComponent', 'updateClassComponent',
  'finishClassComponent', 'constructClassInstance', 'beginWork*', 'performUnitOfWork', 'workLoop*', 'renderRoot*',
  'performSyncWork*', 'performConcurrentWork*', 'performWork*', 'commitRoot*', 'commitPassive*', 'commitHookEffect*',
  'commitLayoutEffect*', 'commitMutationEffect*', 'flushPassiveEffects*', 'flushSync*', 'flushWork',
  'batchedUpdates*', 'dispatchDiscreteEvent', 'processDispatchQueue*', 'executeDispatch*', 'callCallback',
  'Object.invokeGuardedCallback*', 'invokeGuardedCallback*', 'HTMLUnknownElement.callCallback*',
  'runWithFiberInDEV', 'recursivelyTraverse*', 'unstable_runWithPriority', 'MessageQueue.*', '__callFunction',
  '__guard', '__invokeCallback', 'callFunctionReturnFlushedQueue', 'touchableHandle*', '_performSideEffectsForTransition',
  '_receiveSignal',
  -- Vue
  'callWithErrorHandling', 'callWithAsyncErrorHandling', 'invokeWithErrorHandling', 'renderComponentRoot',
  'flushJobs', 'flushSchedulerQueue', 'flushCallbacks', 'ReactiveEffect.run', 'VueComponent.invoker',
  -- Angular and its zones
  'ZoneDelegate.*', 'ZoneTask.*', 'Zone.run*', 'ZoneAwarePromise*', 'drainMicroTaskQueue', 'invokeTask',
  'debugHandleEvent', 'dispatchEvent', 'callWithDebugContext',
  -- Node.js
  'processTicksAndRejections', 'process.processTicksAndRejections', 'process._tickCallback'
]) AS function;
