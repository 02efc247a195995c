
-- ---- frame rules: Rust ----

-- the machinery of a panic, and what took the backtrace: the frame that panicked stands below;
-- crates are printed with their hashes, `std[0123456789abcdef]::`, or without
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT DISTINCT platform, regexp_replace(function, E'^(<?)(\\w+)::', hashed), 'drop_above', true
FROM unnest(ARRAY['rust', 'native']) AS platform, unnest(ARRAY[E'\\1\\2::', E'\\1\\2[*::']) AS hashed, unnest(ARRAY[
  '*rust_begin_unwind*', '*rust_panic*', 'rust_oom', '*__rust_start_panic*', '*__rust_alloc_error_handler*',
  'std::panicking::begin_panic*', 'std::panicking::rust_panic*', 'std::panicking::panic_*', 'std::panicking::default_hook*',
  'std::sys_common::backtrace::__rust_end_short_backtrace*', 'std::sys::backtrace::__rust_end_short_backtrace*',
  'core::panicking::*', 'std::rt::begin_panic*', 'std::process::abort*',
  'core::option::unwrap_failed*', 'core::option::expect_failed*', 'core::result::unwrap_failed*', 'core::cell::panic_already*',
  'core::slice::index::slice_*_fail*', 'core::str::slice_error_fail*', 'alloc::alloc::handle_alloc_error*',
  'alloc::raw_vec::capacity_overflow*', 'alloc::raw_vec::handle_error*', '__rg_oom', '__rdl_oom',
  'std::backtrace::Backtrace::*', '<std::backtrace::Backtrace*', 'backtrace::*'
]) AS function;

-- what logs: whoever called it does the telling
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT platform, function, 'drop_above', true
FROM unnest(ARRAY['rust', 'native']) AS platform,
     unnest(ARRAY['log::__private_api*', 'tracing::__macro_support*', 'sentry::*', '<sentry::*', 'sentry_*']) AS function;

-- where threads, main() and tests begin
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT DISTINCT platform, regexp_replace(function, E'^(<?)(\\w+)::', hashed), 'drop', true
FROM unnest(ARRAY['rust', 'native']) AS platform, unnest(ARRAY[E'\\1\\2::', E'\\1\\2[*::']) AS hashed, unnest(ARRAY[
  '*__rust_begin_short_backtrace*', 'std::rt::lang_start*', 'std::panic::catch_unwind*', 'std::panicking::try*',
  'std::panicking::catch_unwind*', '__rust_try', '__rust_try.*', '__rust_maybe_catch_panic', 'std::thread::Builder::spawn*',
  'std::sys::*thread::Thread::new::thread_start*', '*::thread::*::thread_start*', 'test::run_test*', 'test::__rust_begin_short*',
  'core::ops::function::FnOnce::call_once*'
]) AS function;
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'rust', function, 'drop', true
FROM unnest(ARRAY['main', '_start', '__libc_start_main*', '__libc_start_call_main', 'clone', 'clone3', '__clone', 'start_thread',
  'LLVMFuzzerTestOneInput', 'rust_fuzzer_test_input', 'fuzzer::*']) AS function;

-- Rust's own code and the crates that the application uses
INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT platform, file, 'not_in_app', true
FROM unnest(ARRAY['rust', 'native']) AS platform, unnest(ARRAY[
  '/rustc/*', '*/rustlib/src/rust/*', 'rustlib/src/rust/*', '/checkout/src/lib*', '/build/rustc-*/library/*', 'library/std/src/*',
  'library/core/src/*', 'library/alloc/src/*', '*/.cargo/registry/src/*', '*/cargo/registry/src/*', '*/registry/src/github.com-*',
  '*/registry/src/index.crates.io-*', '*/.cargo/git/checkouts/*', '*/.rustup/toolchains/*'
]) AS file;

-- where the backtrace does not tell the file
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'rust', start || crate || finish, 'not_in_app', true
FROM unnest(ARRAY['std', 'core', 'alloc', 'test', 'hashbrown']) AS crate,
  unnest(ARRAY['', '<', '<<', '_$LT$']) AS start, unnest(ARRAY['::*', '[*::*']) AS finish;

INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'rust', start || crate || '::*', 'not_in_app', true
FROM unnest(ARRAY[
  -- runtimes and frameworks that call the application
  'tokio*', 'async_std', 'smol', 'async_executor', 'futures*', 'rayon*', 'crossbeam*', 'parking_lot*', 'hyper*', 'tower*', 'axum*',
  'actix*', 'warp', 'rocket*', 'tonic*', 'lambda_runtime', 'bevy_*', 'tauri*', 'wasm_bindgen*', 'console_error_panic_hook',
  'libfuzzer_sys', 'arbitrary', 'proptest', 'quickcheck', 'criterion*',
  -- libraries that it calls
  'anyhow', 'eyre', 'color_eyre', 'tracing*', 'log', 'env_logger', 'sentry*', 'serde*', 'bincode',
  'reqwest*', 'sqlx*', 'diesel*', 'clap*', 'once_cell', 'lazy_static',
  'regex*'
]) AS crate, unnest(ARRAY['', '<']) AS start;
