-- ---- frame rules: C and C++ ----

-- What a fuzzer calls is the application's; what calls it says nothing of the error.
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'drop_below', true
FROM unnest(ARRAY[
  'fuzzer::Fuzzer::ExecuteCallback*', 'fuzzer::Fuzzer::RunOne*', 'fuzzer::RunOneTest*', 'fuzzer::FuzzerDriver*',
  'fuzzer::Fuzzer::*Seed*', 'fuzzer::Fuzzer::*Minimize*', 'fuzzer::Fuzzer::Mutate*', 'fuzzer::Fuzzer::Loop*',
  'fuzzer::Fuzzer::Merge*',
  'HonggfuzzRun*', 'HonggfuzzMain*', 'centipede::RunOneInput*', 'fuzztest::internal::*RunOneInput*',
  'fuzztest::internal::FixtureDriver*', 'ExecuteFilesOnyByOne*', '__afl_*'
]) AS function;
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'native', file, 'drop_below', true
FROM unnest(ARRAY['*/FuzzerMain.cpp', '*/afl_driver.cpp', '*/StandaloneFuzzTargetMain.c']) AS file;

-- What reports a crash, aborts or throws stands above the code that is to blame, and calls nothing of it.
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'drop_above', true
FROM unnest(ARRAY[
  -- a signal's handler, and what runs in it
  '<signal handler called>', '__restore_rt', '__kernel_rt_sigreturn', '__kernel_sigreturn', '_sigtramp', 'killpg',
  'KiUserExceptionDispatcher*', 'RaiseException', '_CxxThrowException*',
  -- abort() and what it sends
  'abort', '__GI_abort', '__libc_android_abort', 'raise', '__GI_raise', 'gsignal', '__GI_gsignal', 'tgkill',
  '__tgkill',
  'pthread_kill', '__pthread_kill*', '__GI___pthread_kill', '___pthread_kill', '__GI___libc_*abort*',
  -- a failed assert(), a fortified call, a check of the heap or the stack
  '__assert', '__assert2', '__assert_fail*', '__GI___assert_fail*', '__assert_rtn', '__assert_perror_fail',
  '__libc_fatal', '__libc_message*', '__GI___libc_message', '__fortify_fail*', '__GI___fortify_fail*',
  '__stack_chk_fail*', '__GI___stack_chk_fail*', '__chk_fail', '__GI___chk_fail', '__fortify_*', 'malloc_printerr*',
  '_wassert', '_assert', 'abort_message', 'demangling_terminate_handler*', 'g_assertion_message*', 'g_logv', 'g_log',
  'g_log_default_handler', 'g_return_if_fail_warning', '__ubsan_handle_*', '__ubsan::*', '__cfi_*', '__sanitizer*',
  -- throwing
  '__cxa_throw*', '__cxa_rethrow*', '__cxa_bad_cast*', '__cxa_bad_typeid*', '__cxa_pure_virtual*', '__cxa_throw_bad_*',
  '__cxxabiv1::*', '_Unwind_*', '__gxx_personality_*', 'std::terminate*', 'std::__terminate*', 'std::unexpected*',
  'std::__throw_*', 'std::__1::__throw_*', 'std::__1::__libcpp_verbose_abort*', 'std::__ndk1::__throw_*',
  '__gnu_cxx::__verbose_terminate_handler*', '__gnu_debug::*', 'boost::throw_exception*', 'boost::assertion_failed*',
  -- CHECK() and LOG(FATAL), backtraces taken by the program itself
  'base::debug::StackTrace*', 'base::debug::CollectStackTrace*', 'base::debug::BreakDebugger*',
  'base::debug::*StackDumpSignalHandler*', 'base::debug::DumpWithoutCrashing*', 'base::debug::Alias*', '*::CheckLogMessage::*', '~CheckLogMessage',
  'logging::LogMessage::*', 'logging::*LogMessage*', 'logging::Check*Error::*', 'logging::CheckFailure*',
  'logging::NotReached*Error::*', 'logging::RawCheck*', 'logging::RawLog*', 'base::ImmediateCrash*',
  'google::LogMessage*',
  'google::DumpStackTrace*', 'absl::log_internal::*', 'absl::*::log_internal::*', 'absl::lts_*::log_internal::*',
  'absl::raw_log_internal::*', 'absl::base_internal::*', 'v8::base::OS::Abort*', 'v8::base::debug::*', 'V8_Fatal*',
  'V8_Dcheck*', 'v8::platform::*PrintStackTrace*', 'v8::base::FatalOOM*', 'v8::internal::V8::FatalProcessOutOfMemory*',
  'v8::internal::FatalProcessOutOfMemory*', 'v8::Utils::ReportApiFailure*', 'v8::Utils::ReportOOMFailure*',
  'v8::api_internal::ToLocalEmpty*', 'v8::api_internal::FromJustIsNothing*', 'node::Abort*', 'node::OnFatalError*',
  'node::OOMErrorHandler*', 'node::Assert*', 'WTFCrash*', 'WTFReportBacktrace*', 'WTF::*CrashWith*',
  'sk_abort_no_print*',
  'SkAbort*', 'android::base::LogMessage::*', 'android::base::*Abort*', '__android_log_assert*', '*::~LogMessage',
  'testing::internal::AssertHelper::operator=*', 'fuzzer::*Callback*', 'fuzzer::PrintStackTrace*',
  'fuzzer::Fuzzer::CrashOnOverwritten*', 'fuzzer::Fuzzer::HandleMalloc*', 'fuzzer::*CrashHandler*',
  'fuzzer::Fuzzer::CrashOn*',
  '*::~LogMessage()', '*::~LogMessageFatal*', '~LogMessage', 'boost::stacktrace::*', 'backward::*',
  'qt_message_fatal*',
  'QMessageLogger::fatal*', 'qt_assert*', 'qFatal*', 'panic', 'rust_panic', '_XDefaultError', '_XError',
  'xcb_io_error*',
  '__interceptor_backtrace*', 'backtrace', '__backtrace', 'g_on_error_*',
  '_swift_stdlib_reportFatalError*', '*Swift._assertionFailure*', '*Swift._fatalErrorMessage*', 'CrashTrampolineAsm',
  -- ... of names that nobody has demangled
  '_ZN4base5debug10StackTrace*', '_ZN7logging*LogMessage*', '_ZN7logging*CheckError*', '_ZN2v84base2OS5Abort*',
  '_Z8V8_Fatal*', '_ZN6google*LogMessage*', '_ZN4absl*log_internal*', '_ZSt9terminate*', '_ZSt*__throw_*',
  'Unwind'
]) AS function;

-- Sanitizers: their runtime, and where a fuzzer keeps what it looks for.
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'drop', true
FROM unnest(ARRAY[
  '__asan*', '__tsan*', '__msan*', '__lsan*', '__hwasan*', '__memprof*', '__gwp_asan*', 'gwp_asan::*', 'asan_*',
  '* _asan_rtl_*', 'wrap_*', '__interceptor_*', '___interceptor_*', '__interposer_*', '__wrap_*', '__sanitizer::*', 'HF_*', 'scudo::*',
  'fuzzer::*', 'centipede::*', 'fuzztest::*', '<unknown module>', '[vdso]', '*linux-gate.so*', '__kernel_vsyscall'
]) AS function;
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'native', file, 'drop', true
FROM unnest(ARRAY[
  '*compiler-rt/lib/*san/*', '*compiler-rt/lib/sanitizer_common/*', '*libsanitizer/*', '*vgpreload_*', '*vg_replace_*',
  '*/FuzzerLoop.cpp', '*/FuzzerUtil*.cpp', '*/FuzzerTracePC.cpp', '*/runner_sancov.cc', '*/libasan.so*',
  '*/libtsan.so*', '*/libubsan.so*', '*/liblsan.so*', '*libclang_rt.*'
]) AS file;

-- The code that a frame of these runs in says nothing about the error, nor do its callers.
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'drop_below', true
FROM unnest(ARRAY[
  '__libc_start_main*', '__libc_start_call_main*', '__libc_init', '_start', '_start_c', 'start_thread',
  '__start_thread*',
  '__clone*', 'clone', 'clone3', '__GI___clone*', '__bionic_clone*', '__pthread_start*', '_pthread_start*',
  'thread_start',
  '_pthread_body*', 'thread_start<*', 'BaseThreadInitThunk*', '__RtlUserThreadStart*', '_RtlUserThreadStart*',
  'RtlUserThreadStart*', '__tmainCRTStart*', 'wmainCRTStart*', 'mainCRTStart*', '__scrt_common_main*', 'invoke_main*',
  'std::execute_native_thread_routine*', 'execute_native_thread_routine*', 'base::*ThreadMain*', 'base::*ThreadFunc*',
  'testing::*::HandleSehExceptionsInMethodIfSupported*', 'testing::*::HandleExceptionsInMethodIfSupported*'
]) AS function;

-- Libraries that everything calls, by name.
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'not_in_app', true
FROM unnest(ARRAY[
  'std::*', '__gnu_cxx::*', '__1::*', 'boost::*', 'absl::*', 'testing::*', 'WTF::*', 'base::Callback*',
  'operator new*', 'operator delete*',
  'malloc', 'calloc', 'realloc', 'free', 'cfree', 'memalign', 'posix_memalign', 'aligned_alloc', 'reallocarray',
  '__aeabi_*', '__mem*', '__str*', '__GI_*', '__libc_*', '_IO_*', '_int_*', '__nptl_*',
  'memcpy*', 'memmove*', 'memset*', 'memcmp*', 'memchr*', 'memrchr*', 'memmem*', 'mempcpy*', 'rawmemchr*', 'memccpy*',
  'bcopy', 'bcmp', 'bzero', 'strlen*', 'strnlen*', 'strcpy*', 'strncpy*', 'strcat*', 'strncat*', 'strcmp*', 'strncmp*',
  'strcasecmp*', 'strncasecmp*', 'strchr*', 'strrchr*', 'strstr*', 'strdup*', 'strndup*', 'strtok*', 'strspn*',
  'strcspn*', 'strpbrk*', 'strto*', 'stpcpy*', '__stpcpy*', 'stpncpy*', 'strlcpy*', 'strlcat*', 'strsep*', 'strcoll*',
  'strxfrm*', 'wcs*', 'wmem*', '__wcs*', '__wmem*', 'atoi', 'atol', 'atof', 'printf', 'fprintf', 'sprintf*',
  'snprintf*', 'vprintf', 'vfprintf*', '__vfprintf*', 'vsprintf*', 'vsnprintf*', '__vsnprintf*', 'sscanf*', 'fscanf*',
  'fopen*', 'fclose*', 'fread*', 'fwrite*', 'fputs*', 'fgets*', 'puts', 'qsort*', 'bsearch', 'memcpy-*', 'memset-*',
  'read', 'write', 'open', 'close', 'poll', 'select', 'epoll_wait', 'recv*', 'send', 'sendto', 'sendmsg', 'syscall',
  'nanosleep', 'usleep', 'sleep', 'pthread_*', '__pthread_*', '__lll_lock_*', 'futex_wait*', '__futex_*', 'exit',
  '__GI_exit', '__run_exit_handlers*', '_exit', '__cxa_*', '_dl_*', 'dlopen*', 'longjmp*', '__longjmp*', 'sigaction',
  'kill', 'system', 'popen*', 'vfork', 'fork',
  -- event loops
  'g_main_*', 'g_closure_invoke*', 'g_signal_*', 'g_application_run*', 'gtk_main*', 'uv_run*', 'uv__*', 'event_base_*',
  'ev_run*', 'QEventLoop::*', 'QCoreApplication::*', 'QApplication::*', 'QGuiApplication::*',
  'base::internal::Invoke*', 'base::internal::RunnableAdapter*', 'base::internal::FunctorTraits*',
  'base::debug::TaskAnnotator*', 'base::OnceCallback*', 'base::RepeatingCallback*',
  'base::MessageLoop::*', 'base::MessagePump*', 'base::RunLoop::*', 'base::TaskAnnotator*',
  'base::sequence_manager::*',
  'node::SpinEventLoop*', 'art::*', 'art_quick_*'
]) AS function;
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'native', module, 'not_in_app', true
FROM unnest(ARRAY[
  'std', 'std::*', '__gnu_cxx', '__gnu_cxx::*', '__cxxabiv1', 'boost::*', 'ntdll*', 'kernel32', 'KERNEL32',
  'KERNELBASE',
  'ucrtbase*', 'msvcrt*', 'verifier*', 'USER32', 'user32'
]) AS module;

-- Libraries of the system, and headers of the standard library whose functions are compiled into the application's.
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'native', file, 'not_in_app', true
FROM unnest(ARRAY[
  '*/include/c++/*', '*/libc++/*', '*/libcxx/*', '*/libcxxabi/*', '*/libc++_shared.so', '*/libstdc++*',
  '/usr/include/*', '*/glibc-*', '*/eglibc-*',
  '*/bionic/libc/*', 'bionic/libc/*', '*sysdeps/*', '*/nptl/*', E'*\\VC\\Tools\\MSVC\\*', E'*\\crt\\src\\*', '*/musl/*',
  '/lib/*', '/lib64/*', '/usr/lib/*', '/usr/lib64/*', '/usr/libexec/*', '/system/lib*', '/apex/*', '/vendor/lib*',
  '*/libc.so*', '*/libc-2.*', '*/libpthread*', '*/libm.so*', '*/ld-linux*', 'libc.so*', E'?:\\Windows\\*'
]) AS file;
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'native', function, 'drop', true
FROM unnest(ARRAY['??', '???', '<unknown>', '(unknown)', '(No symbol)', '<null>']) AS function;
