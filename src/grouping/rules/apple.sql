-- ---- frame rules: Swift and Objective-C ----

-- what throws, fails and stops for others
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'apple', function, 'drop', true
FROM unnest(ARRAY[
  '__exceptionPreprocess', 'objc_exception_throw', 'objc_exception_rethrow', '+[NSException raise:*', '-[NSException raise]',
  '_CFThrowFormattedException', '*doesNotRecognizeSelector:]', '___forwarding___*', '_CF_forwarding_prep_0', '__forwarding_prep_0___',
  '-[NSAssertionHandler handleFailure*', '_objc_terminate*', 'demangling_terminate_handler*', 'abort_message', '__abort_message',
  'std::terminate*', 'std::__terminate*', '__cxa_throw', '__cxa_rethrow', '__cxxabiv1::failed_throw*', 'abort', '__abort', 'raise',
  'pthread_kill', '__pthread_kill', '__abort_with_payload', 'abort_with_payload*', 'abort_with_reason',
  '_assertionFailure*', 'Swift._assertionFailure*', '*in _assertionFailure*', '*in Swift._assertionFailure*', '_fatalErrorMessage*',
  'specialized _fatalErrorMessage*', 'Swift._fatalErrorMessage*', 'fatalError(*', 'Swift.fatalError(*', 'preconditionFailure(*', 'assertionFailure(*',
  'swift_unexpectedError*', 'swift_errorInMain*', 'swift_reportError*', '_swift_stdlib_reportFatalError*', '_swift_stdlib_reportUnimplementedInitializer*',
  'swift::fatalError*', 'swift::warning*', 'swift_dynamicCastFailure*', 'swift::swift_dynamicCastFailure*', '_swift_runtime_on_report*',
  -- Chromium's own crash log
  'base::debug::CollectStackTrace*', 'base::debug::StackTrace::*', 'base::debug::(anonymous namespace)::StackDumpSignalHandler*',
  '$ss17_assertionFailure*', '$ss18_fatalErrorMessage*', '$ss10fatalError*'
]) AS function;

-- the systems' images; a thread's and a program's entry
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'apple', module, 'not_in_app', true
FROM unnest(ARRAY[
  'CoreFoundation', 'Foundation', 'FoundationEssentials', 'CFNetwork', 'CoreAutoLayout', 'CoreData', 'CoreGraphics', 'CoreImage', 'CoreLocation',
  'CoreMedia', 'CoreMotion', 'CoreML', 'CoreServices', 'CoreServicesInternal', 'CoreText', 'CoreTelephony', 'CoreBluetooth', 'CoreAudio*',
  'CoreVideo', 'CoreUI', 'CloudKit', 'Combine', 'UIKit', 'UIKitCore', 'UIFoundation', 'AppKit', 'HIToolbox', 'SkyLight', 'SwiftUI', 'SwiftUICore',
  'SwiftData', 'AttributeGraph', 'QuartzCore', 'RenderBox', 'GraphicsServices', 'FrontBoardServices', 'BackBoardServices', 'BaseBoard',
  'RunningBoardServices', 'BoardServices', 'SpringBoard*', 'WatchKit', 'PepperUICore', 'TVMLKit', 'WebKit', 'WebKitLegacy', 'WebCore', 'JavaScriptCore',
  'SafariServices', 'MapKit', 'VectorKit', 'GeoServices', 'AVFoundation', 'AVFAudio', 'AVKit', 'AudioToolbox', 'MediaToolbox', 'MediaPlayer',
  'VideoToolbox', 'Metal', 'MetalKit', 'MetalPerformanceShaders*', 'OpenGLES', 'OpenGL', 'GLEngine', 'SpriteKit', 'SceneKit', 'RealityKit', 'ARKit',
  'GameKit', 'Vision', 'ImageIO', 'IOKit', 'IOSurface', 'IOMobileFramebuffer', 'Photos', 'PhotosUI*', 'PassKitCore', 'StoreKit', 'Security', 'Network',
  'NetworkExtension', 'UserNotifications*', 'PushKit', 'CallKit', 'Contacts*', 'EventKit*', 'HealthKit', 'HomeKit', 'MessageUI', 'MultipeerConnectivity',
  'QuickLook*', 'TextInput*', 'UIKitMacHelper', 'XCTest*', 'XCTAutomationSupport', 'Testing', 'xctest', 'swift-testing', 'LaunchServices', 'SystemConfiguration',
  'Accelerate', 'AccessibilityUtilities', 'AccessibilitySettingsLoader', 'UIAccessibility', 'PlugInKit', 'ExtensionFoundation', 'ViewBridge',
  'WorkflowKit', 'Intents*', 'WidgetKit', 'TCC', 'XPCService*',
  'libsystem_*', 'libSystem*', 'libobjc*', 'libdispatch*', 'libdyld*', 'dyld', 'dyld_sim', 'libc++*', 'libc.so*', 'libc-*', 'libpthread*', 'libxpc*',
  'libswift*', 'libFoundation*', 'libBlocksRuntime*', 'libXCTest*', 'lib_TestingInterop*', 'libsqlite3*', 'libnetwork*', 'libboringssl*', 'libz.*', 'libicucore*',
  'libGPUSupport*', 'libRPAC*', 'libBacktraceRecording*', 'libMainThreadChecker*', 'libclang_rt*', 'ld-linux*', 'linux-vdso*', 'libstdc++*', 'libgcc_s*', 'libm.so*',
  -- what programs are linked with
  'Alamofire', 'AFNetworking', 'Kingfisher', 'SDWebImage', 'Realm', 'RealmSwift', 'RxSwift', 'RxCocoa', 'ReactiveSwift', 'SnapKit', 'Moya', 'Starscream',
  'Firebase*', 'FirebaseCore', 'GoogleUtilities', 'GoogleDataTransport', 'FBSDK*', 'FBLPromises', 'Sentry', 'SentrySwiftUI', 'Bugsnag', 'Crashlytics',
  'AppCenter*', 'Flutter', 'hermes', 'React', 'React-Core', 'Lottie', 'GRDB', 'UnityFramework'
]) AS module;
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'apple', function, 'not_in_app', true
FROM unnest(ARRAY[
  'start', '_start', '__libc_start_main*', '_dyld_start', 'thread_start', 'start_wqthread', '_pthread_start', '_pthread_wqthread', '__pthread_start',
  'UIApplicationMain', 'NSApplicationMain', 'WKExtensionMain', 'NSExtensionMain', '-[NS*', '+[NS*', '-[UI*', '+[UI*', '-[__NS*', '-[WK*', '-[CA*',
  '_dispatch_*', 'objc_msgSend*', '_objc_msgSend*', 'swift_task_*', 'swift::*', 'swift_*', '_swift_*', 'completeTask*', 'static App.main()',
  'thunk for *', 'reabstraction thunk *', 'generic not re-abstracted *thunk for *', 'Swift.*', 'specialized Swift.*', 'Foundation.*', 'SwiftUI.*', 'Combine.*', '<redacted>', '<compiler-generated>'
]) AS function;
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'apple', file, 'not_in_app', true
FROM unnest(ARRAY['<compiler-generated>', '*/.build/checkouts/*', '*/SourcePackages/checkouts/*', '*/Pods/*', '*/Carthage/*', 'Swift/*']) AS file;
