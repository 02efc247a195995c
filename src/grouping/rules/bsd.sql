-- ---- frame rules: the BSD kernels, Darwin ----

INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'bsd', function, 'drop', true
FROM unnest(ARRAY[
  -- what panics and enters the debugger
  'db_*', 'kdb_*', 'panic', '_panic', 'vpanic', 'kern_assert', 'kassert_panic', '__assert*', '_assfail', 'badop',
  'debugger', 'Debugger*', '_Debugger*', '_handle_debugger_trap', '_panic_*', 'console_debugger*', 'cpu_Debugger',
  'ddb_*', 'breakpoint', 'savectx', 'snprintf', 'ch_voltag_convert_in', 'lockdebug_*', 'witness_*', '_witness_*',
  'assert_*', 'do_panic',
  -- how a fault gets there
  'trap', 'trap_*', 'calltrap', 'kerntrap', 'kpageflttrap', 'upageflttrap', 'alltraps*', 'Xtrap*', 'trap0*', 'fault',
  'data_abort', 'do_el1h_sync', 'handle_el1h_sync', 'usertrap', 'pageflttrap', 'dblfault_handler', 'uvm_fault',
  'uvm_fault_*', 'vm_fault', 'vm_fault_*', 'platform_halt', 'platform_panic_start*', 'x86_exception_handler',
  'exception_handler_worker', 'arm64_sync_exception*', 'interrupt_common*', '_kernel_trap', 'trap_from_kernel',
  '_kdp_i386_trap', '_return_from_trap', '_sleh_*', '_fleh_*',
  -- sanitizers
  'kasan_*', '__asan_*', 'kmsan_*', '__msan_*', 'kcsan_*', '__tsan_*', 'kubsan_*', '__ubsan_*', 'Handle*',
  'isAlreadyReported', 'Report*', '_kasan_*', '___asan_*',
  -- copying, locks, lists, memory
  'memcpy*', 'memmove*', 'memset*', 'memcmp', 'bcopy*', 'bzero*', 'strlcpy', 'strlen', 'strncmp', 'strcmp', 'copyin*',
  'copyout*', 'copystr', 'kcopy', '_copyin*', '_copyout*', 'uiomove*', 'mtx_*', '__mtx_*', '_mtx_*', 'thread_lock*',
  'sx_*', '_sx_*', 'rw_*', '__rw_*', '_rw_*', 'rrw_*', 'rm_*', '_rm_*', 'mutex_*', '__mutex_*', 'rwlock_*',
  'lockmgr*', '__lockmgr*', 'turnstile_*', 'sleepq_*', 'sleeplk', 'cv_*', '_cv_*', '_lck_*', 'mi_switch', 'msleep*',
  '_sleep', 'tsleep*', 'sched_*', 'refcount_*', 'RB_*', 'rb_tree_*', '*_RB_*', 'rbt_*', '_rb_*', 'SPLAY_*', 'LIST_*',
  'TAILQ_*', 'malloc', 'free', 'malloc_*', 'free_*', 'zfree', 'uma_*', 'zone_*', 'keg_*', 'slab_*', 'bucket_*',
  'cache_alloc*', 'cache_free*', 'pool_*', 'kmem_*', 'mb_free_ext', 'm_free', 'm_freem', 'm_freem_list', 'm_extfree',
  '_zalloc*', '_zfree*', '_kalloc*', '_kfree*', '_mcache_*', '_m_free*', '_zone_*', '_slab_*', 'timeout_add*',
  'timeout_del*', 'callout_*', '_callout_*', 'softclock*', 'task_add', 'knote', 'knote_*', 'klist_*',
  'soassertlocked*', 'splassert_*', 'rtassert*', 'kqueue_do_check'
]) AS function;

INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'bsd', function, 'not_in_app', true
FROM unnest(ARRAY[
  'syscall', 'syscallenter', 'amd64_syscall', 'ia32_syscall', 'svc_handler', 'fast_syscall_common', 'Xfast_syscall*',
  'Xsyscall*', 'Xint0x80_syscall*', 'sys___syscall', 'mi_syscall', 'syscall_*', '_unix_syscall*', '_hndl_*',
  '_mach_call_munger*', 'fork_exit', 'fork_trampoline', 'proc_trampoline', 'lwp_trampoline', 'kthread_*',
  'taskq_thread', 'taskqueue_*', 'ithread_loop', 'ithread_execute_handlers', 'intr_event_*', 'intr_*', 'Xintr*',
  'softint_*', 'softintr_*', 'mi_startup', 'main', 'sched_idle', '_thread_continue', '_call_continuation', 'userret',
  'ast', 'VOP_*', 'vop_generic_*', '_VNOP_*', 'vn_*', '_vn_*', 'fo_*', '_fo_*', 'dofile*', 'kern_*'
]) AS function;
