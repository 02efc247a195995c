-- ---- frame rules: Linux kernel ----

-- what a CPU was doing when its timer found that it made no progress stands below the interrupt
INSERT INTO errtrack.frame_rules (platform, exception_class, function, action, built_in)
SELECT 'kernel', class, function, 'drop_above', true
FROM unnest(ARRAY['INFO: rcu *', 'BUG: soft lockup', 'hard lockup']) AS class,
unnest(ARRAY['hrtimer_interrupt', 'tick_handle_periodic*', 'update_process_times', 'nmi_trigger_cpumask_backtrace*',
  'asm_exc_nmi', 'end_repeat_nmi', 'watchdog_overflow_callback*', 'arch_timer_handler_*']) AS function;

INSERT INTO errtrack.frame_rules (platform, exception_class, function, action, built_in)
SELECT 'kernel', class, function, 'drop', true
FROM unnest(ARRAY['INFO: rcu *', 'BUG: soft lockup', 'hard lockup']) AS class,
unnest(ARRAY['*apic_timer_interrupt*', 'instr_sysvec_*', 'el1_irq', 'el1_interrupt', 'el1h_64_irq*', '__irq_svc',
  'handle_percpu_devid_irq', 'generic_handle_*', '__handle_domain_irq', 'handle_domain_irq', 'gic_handle_irq',
  'call_on_irq_stack', 'do_interrupt_handler', 'irq_enter*']) AS function;

INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'kernel', function, 'drop', true
FROM unnest(ARRAY[
  -- what writes a report
  'dump_stack*', '__dump_stack', 'show_stack*', 'show_regs*', 'dump_backtrace*', 'unwind_backtrace', 'show_trace*',
  'walk_stackframe', 'arch_stack_walk*', 'stack_trace_*', 'save_stack*', '__save_stack*', 'unwind_*', '__unwind_*',
  'panic', 'panic.*', 'vpanic', 'nmi_panic*', 'check_panic_on_warn', 'warn_slowpath*', '__warn*', '__report_bug',
  'report_bug*', 'handle_bug*', 'fixup_bug*', 'die', 'die_*', '__die*', 'oops_*', '__schedule_bug*', 'bust_spinlocks',
  'nmi_cpu_backtrace*', 'nmi_trigger_*', 'arch_trigger_*', 'trigger_*_backtrace*', 'rcu_dump_cpu_stacks*',
  'print_cpu_stall*', 'print_other_cpu_stall*', 'check_cpu_stall*', 'rcu_check_gp_kthread*', 'rcu_pending*',
  'rcu_check_callbacks*', 'rcu_sched_clock_irq*', 'watchdog_timer_fn*', 'check_hung_*', 'dump_page*', 'bad_page*',
  'report_*_sp*', 'panic_bad_stack', 'handle_bad_stack', '__bad_stack', 'bad_stack', 'bad_mode', 'el1_inv',
  'hex_dump_to_buffer', 'print_hex_dump*', 'print_tainted*', 'get_taint', 'warn_alloc*', 'warn_bogus_irq_restore',
  'dump_header', '_sched_show_task*', 'sched_show_task*', 'hung_task_*',
  -- how an exception gets there: x86, ARM, others
  'asm_exc_*', 'exc_*', '__exc_*', 'error_entry', 'common_exception*', 'ret_from_exception', 'paranoid_entry',
  'page_fault', 'async_page_fault', 'page_fault_oops', '*do_page_fault', 'do_async_page_fault', 'handle_page_fault',
  'do_tag_check_fault', 'do_alignment_fault', 'do_page_fault_*', 'do_kern_addr_fault', 'do_user_addr_fault*',
  'bad_area*', '__bad_area*', 'no_context*', 'kernelmode_fixup_or_oops', 'pgtable_bad', 'spurious_*fault*', 'do_trap',
  'do_trap_*', 'do_error_trap', 'do_invalid_op', 'invalid_op', 'invalid_opcode', 'do_general_protection',
  'general_protection', 'do_int3', 'int3', 'do_divide_error', 'divide_error', 'do_double_fault', 'double_fault',
  'do_stack_segment', 'stack_segment', 'do_nmi', 'nmi', 'default_do_nmi', 'math_error', 'notify_die',
  'atomic_notifier_call_chain', '__do_kernel_fault*', 'do_mem_abort', 'do_translation_fault', 'do_bad_area',
  'do_sp_pc_abort', 'do_undefinstr', 'do_debug_exception', 'bug_handler*', 'brk_handler', 'call_break_hook',
  'el1_sync*', 'el1_abort', 'el1_da', 'el1_dbg', 'el1_undef', 'el1_brk64', 'el1h_64_sync*', '__dabt_svc',
  '__und_svc*', '__pabt_svc', 'do_DataAbort', 'do_PrefetchAbort', 'do_alignment', 'arm_notify_die',
  'arm64_notify_die', 'handle_exception', 'program_check*', 'data_access_*', 'bad_page_fault', 'pgm_check_handler',
  '__do_pgm_check', 'do_dat_exception', 'tlb_do_page_fault*', 'handle_*_exception', 'handle_adel_int',
  'handle_ades_int', 'do_bp', 'do_ade',
  -- sanitizers and the checks of allocators, of memory and of objects
  'kasan_*', '__kasan_*', '__asan_*', '__hwasan_*', '____kasan*', 'check_memory_region*', 'check_region_inline',
  'memory_is_*', 'print_address_description*', 'print_report*', 'end_report*', 'start_report*', 'kmsan_*', '__msan_*',
  'kcsan_*', '__kcsan_*', '__tsan_*', 'ubsan_*', '__ubsan_*', 'kfence_*', '__kfence_*', 'check_canary*', 'kmemleak_*',
  '__sanitizer_cov_*', 'write_comp_data', 'check_kcov_mode', 'instrument_*', 'object_err', 'slab_err*', 'slab_bug*',
  'print_trailer*', 'check_object*', 'check_bytes_and_report*', 'slab_pad_check*', 'check_slab', 'on_freelist',
  'free_debug_processing', 'alloc_debug_processing', 'free_consistency_checks', 'debug_print_object*',
  'debug_object_*', '__debug_object*', '*debug_check_no_obj_freed*', 'debug_timer_*', 'debug_hrtimer_*',
  'debug_rcu_*', 'fortify_panic', '__fortify_*', 'fortify_*', '__stack_chk_fail', 'usercopy_*',
  '__check_object_size*', 'check_object_size', 'check_copy_size', 'check_heap_object*', '__check_heap_object*',
  'check_stack_object*', 'report_usercopy*', 'should_fail*', '__should_fail*', 'fail_dump*', 'dump_vma*',
  'check_preemption_disabled*', 'debug_smp_processor_id', 'debug_smp_processor_id.*', 'handle_overflow*', 'msan_*',
  'get_shadow_origin_ptr*', 'debug_lockdep_rcu_enabled*', 'rcu_is_watching*', '__virt_addr_valid*', '__phys_addr*',
  '__virt_to_phys*', 'kernel_text_address*', '__kernel_text_address*', 'is_bpf_text_address*', 'assertfail*',
  '__set_page_owner*', '__reset_page_owner*', '__this_cpu_preempt_check',
  -- copying, comparing and printing
  'memcpy*', '__memcpy*', 'memmove*', '__memmove*', 'memset*', '__memset*', 'memcmp*', 'memchr*', 'memscan*',
  'memdup_*', 'vmemdup_*', '__pi_mem*', '__pi_str*', 'strlen', 'strnlen*', 'strcmp', 'strncmp', 'strcasecmp',
  'strncasecmp', 'strcpy', 'strncpy*', 'strlcpy*', 'strscpy*', 'sized_str*', 'strcat', 'strncat', 'strlcat',
  'strchr*', 'strrchr', 'strstr', 'strnstr', 'strsep', 'strim', 'strspn', 'strcspn', 'kstrdup*', 'kstrndup',
  'kmemdup*', 'copy_from_user*', 'copy_to_user*', '_copy_from_user*', '_copy_to_user*', '_inline_copy_*',
  '__copy_from_user*', '__copy_to_user*', '__copy_user*', 'raw_copy_*', '__raw_copy_*', 'copy_user_*', 'rep_movs_*',
  'rep_stos_*', 'clear_user*', '__clear_user*', '__arch_copy_*', '__arch_clear_user', '__get_user*', '__put_user*',
  '__copy_to_kernel*', 'copy_page*', 'clear_page*', 'copyin', 'copyout*', 'copy_to_iter*', '_copy_to_iter*',
  'copy_from_iter*', '_copy_from_iter*', 'copy_page_to_iter*', 'copy_page_from_iter*', 'copy_folio_to_iter',
  'iterate_*', '__iterate_*', 'simple_copy_to_iter*', 'printk*', '_printk*', 'vprintk*', 'vsnprintf', 'snprintf',
  'vscnprintf', 'scnprintf', 'sprintf', 'vsprintf', 'kvasprintf*', 'kasprintf', 'string', 'string_nocheck', 'pointer',
  'number', 'seq_printf', 'seq_vprintf', 'seq_puts',
  -- bits, counters and lists
  'test_bit*', 'set_bit*', 'clear_bit*', 'test_and_*', '__set_bit', '__clear_bit', '_test_bit', 'arch_test_bit*',
  'arch_set_bit*', 'arch_clear_bit*', 'arch_test_and_*', 'const_test_bit', 'variable_test_bit', 'constant_test_bit',
  'generic_test_bit', 'atomic_*', 'atomic64_*', 'atomic_long_*', '__atomic_*', 'arch_atomic*', 'raw_atomic*',
  'refcount_*', '__refcount_*', 'kref_*', 'kobject_get*', 'kobject_put*', 'kobject_add*', 'kobject_init*',
  'kobject_cleanup*', 'kobject_release*', 'kobject_del*', 'kobject_set_name*', 'kobject_create*', '__kobject_*',
  'ref_tracker_*', '__list_*', 'list_*', '__hlist_*', 'hlist_*', 'llist_*', 'rb_erase*', '__rb_*', 'rb_insert*',
  '__read_once_size*', '__write_once_size*', 'read_word_at_a_time', 'load_unaligned_zeropad', 'rcu_dereference*',
  '__rcu_dereference*', 'arch_static_branch*', 'static_key_*', '*indirect_thunk*', '__x86_return_thunk', 'ftrace_*',
  'return_to_handler', 'trace_hardirqs_*', 'trace_irq_*', 'arch_local_irq_*', '__raw_local_irq_*', 'native_save_fl',
  'native_restore_fl', 'native_irq_*', 'rep_nop', 'cpu_relax', 'csd_lock_wait*', 'klist_*', 'lockref_*',
  'percpu_ref_*', '__percpu_ref_*', 'percpu_counter_*', '__percpu_counter_*', 'get_unaligned*', 'put_unaligned*',
  '__get_unaligned*', '__put_unaligned*', 'siphash*', '__siphash*', 'crc32*', 'crc16*', 'bsearch', 'native_read_msr*',
  'native_write_msr*', 'kset_*', 'rb_next', 'rb_prev', 'rb_first*', 'xas_*', 'xa_*', '__xa_*', 'ida_*', 'idr_*',
  'rhashtable_lookup*', '__rhashtable_lookup*', '_atomic_dec_and_lock*', '__raw_read*', '__raw_write*', 'logic_in*',
  'logic_out*', 'readb', 'readw', 'readl', 'writeb', 'writew', 'writel', 'jhash*', 'asm_call_*on_stack',
  'call_with_stack', 'kernel_fpu_begin*', '_compound_head', 'compound_head', 'folio_flags*', 'page_folio',
  'find_next_*bit*', 'find_first_*bit*', '_find_next_*', '_find_first_*', 'cpumask_*', 'get_current', '_etext',
  '_stext', '__preempt_count_*', 'preempt_count_*', 'bitmap_*',
  -- lockdep and locks
  '__lock_acquire*', 'lock_acquire*', '__lock_release*', 'lock_release*', 'lock_is_held*', '__lock_is_held*',
  'lock_acquired*', 'lock_contended*', 'lock_downgrade*', 'lock_set_*', 'lock_commit*', '*reacquire_held_locks*',
  'find_held_lock', 'validate_chain*', 'check_prev*', 'check_noncircular*', 'check_deadlock*', 'check_irq*',
  'check_usage*', 'check_wait_context*', 'check_flags*', 'check_path*', 'mark_lock*', 'mark_held_locks', 'mark_usage',
  'valid_state*', 'print_usage_bug*', 'print_circular*', 'print_deadlock*', 'print_irq*', 'print_bad_irq*',
  'print_unlock*', 'print_lock_*', 'print_freed*', 'print_held_locks*', 'print_collision*', 'print_kernel_ident*',
  'lockdep_*', '__lockdep_*', 'debug_check_no_locks*', 'register_lock_class*', 'assign_lock_key*',
  'look_up_lock_class*', 'debug_mutex_*', 'debug_spin_*', 'debug_rt_mutex_*', 'spin_bug*', 'spin_dump*',
  '__spin_lock_debug*', 'rwlock_bug*', 'mutex_*', '__mutex_*', 'ww_mutex_*', '__ww_mutex_*', 'rt_mutex_*',
  '__rt_mutex_*', 'rtlock_*', '_raw_*lock*', '__raw_*lock*', 'raw_spin_*', 'do_raw_*lock*', 'spin_lock*',
  'spin_unlock*', 'spin_trylock*', '_spin_*', '__spin_*', '*queued_spin_*', 'queued_read_*', 'queued_write_*',
  'read_lock*', 'read_unlock*', 'write_lock*', 'write_unlock*', 'arch_spin_*', 'arch_read_*', 'arch_write_*',
  '_read_lock*', '_write_lock*', '_read_unlock*', '_write_unlock*', 'virt_spin_lock', 'pv_wait*', 'kvm_wait', 'down',
  'down_*', 'up', 'up_*', '__down', '__down_*', '__up', '__up_*', 'rwsem_*', '__rwsem_*', 'call_rwsem_*',
  'percpu_down_*', '__percpu_down_*', 'percpu_up_*', '__percpu_up_*', 'percpu_rwsem_*', '__percpu_rwsem_*',
  'lock_sock*', '__lock_sock*', 'release_sock*', 'inode_lock*', 'inode_unlock*', 'read_seq*', 'write_seq*',
  '__read_seq*', '__write_seq*', 'seqcount_*', 'do_write_seqcount_*', 'local_lock*', 'local_unlock*',
  'rcu_read_lock*', 'rcu_read_unlock*', '__rcu_read_*', 'rcu_lock_*', 'srcu_read_*', '__srcu_read_*', 'srcu_lock_*',
  'rcu_lockdep_*', '__local_bh_*', '_local_bh_*', 'local_bh_*', 'might_sleep*', '__might_*', '___might_*',
  'might_fault', 'might_alloc', 'fs_reclaim_*', '__fs_reclaim_*', 'class_*_constructor', 'class_*_destructor',
  '__bit_spin_*', 'bit_spin_*', 'hlist_bl_*',
  -- waiting
  'schedule', 'schedule.*', 'schedule_timeout*', 'schedule_preempt_*', 'schedule_hrtimeout*', 'schedule_idle',
  '__schedule*', 'schedule_debug', 'context_switch', 'preempt_schedule*', '__switch_to*', 'io_schedule*',
  'wait_for_completion*', 'wait_for_common*', '__wait_for_common*', 'do_wait_for_common*', 'wait_on_bit*',
  '__wait_on_bit*', 'out_of_line_wait_*', 'bit_wait*', 'wait_on_page_bit*', '__wait_on_page_*', 'wait_on_page_*',
  '*folio_wait_*', '__lock_page*', 'lock_page*', '__folio_lock*', 'folio_lock*', '__wait_on_buffer*',
  'wait_on_buffer', 'prepare_to_wait*', 'wait_woken', '___preempt_schedule*', '__flush_work*', 'flush_work',
  'flush_workqueue', '__flush_workqueue', 'flush_delayed_work', 'cancel_work*', 'cancel_delayed_work*',
  '__cancel_work*', 'kthread_stop*', 'kthread_park', 'console_lock', '__down_trylock_console_sem*',
  'console_trylock*', 'rcu_barrier*', 'cond_resched*', '__cond_resched*', '_cond_resched', 'msleep*', 'usleep_range*',
  'do_nanosleep', 'wait_rcu_gp*', '__wait_rcu_gp*', '__wake_up*', 'wake_up_*', 'complete', 'complete_*',
  'try_to_wake_up', 'default_wake_function', '__queue_work*', 'queue_work*', '__queue_delayed_work',
  'queue_delayed_work*', 'mod_delayed_work*', 'schedule_work*', 'schedule_delayed_work*', 'try_to_grab_pending*',
  'work_is_static_object', 'timer_is_static_object', 'lock_timer_base*', 'del_timer*', '__timer_delete*',
  'timer_delete*', 'try_to_del_timer*', '__try_to_del_timer*', 'detach_timer*', 'add_timer*',
  'hrtimer_start_range_ns', 'hrtimer_cancel', 'hrtimer_try_to_cancel', 'hrtimer_active', 'tasklet_kill',
  'tasklet_schedule*', '__tasklet_schedule*', 'kthread_queue_work', 'kthread_flush_work*', '__kthread_queue_work',
  'mod_timer*', '__mod_timer*', 'detach_if_pending*', '__task_rq_lock*', 'task_rq_lock*', 'autoremove_wake_function',
  'swake_up*',
  -- allocators
  'kmalloc*', '__kmalloc*', '__do_kmalloc*', '____kmalloc*', 'kzalloc*', 'kcalloc*', 'kvmalloc*', '__kvmalloc*',
  'kvzalloc*', 'kvcalloc*', 'krealloc*', '__do_krealloc', 'kfree', 'kvfree*', 'kzfree', 'kfree_sensitive', 'ksize*',
  '__ksize', 'slab_*', '__slab_*', '___slab_*', '__do_slab_*', 'do_slab_*', 'do_kmem_*', 'kmem_cache_*',
  '__kmem_cache_*', '__cache_free*', '___cache_free*', 'cache_alloc*', 'cache_free*', 'cache_grow*',
  'cache_flusharray*', '____cache_*', 'new_slab*', 'allocate_slab*', 'alloc_slab*', '__free_slab*', 'discard_slab',
  'memcg_slab_*', 'setup_object*', 'alloc_pages*', '__alloc_pages*', 'get_page_from_freelist*', 'prep_new_page*',
  'post_alloc_hook*', 'check_new_page*', 'rmqueue*', '__alloc_frozen_*', 'alloc_frozen_*', '__folio_alloc*',
  'folio_alloc*', 'free_pages*', '__free_pages*', '__free_frozen_*', 'free_frozen_*', 'free_unref_*', 'free_pcp*',
  'free_one_page*', '__free_one_page*', 'free_page*', 'free_large_kmalloc*', 'put_page*', '__put_page*', 'folio_put*',
  '__folio_put*', 'page_frag_free*', '__get_free_pages*', 'get_zeroed_page*', 'vmalloc*', '__vmalloc*', 'vzalloc*',
  'vfree', '__vfree', '__vunmap*', 'pcpu_alloc*', '__alloc_percpu*', 'free_percpu', 'mempool_alloc*', 'dput',
  'fast_dput*', 'iput', 'usb_submit_urb', '__page_pool_alloc_*', 'page_pool_alloc_*', 'sk_destruct', '__sk_destruct',
  '__sk_free', 'sk_free', '___kmalloc_*', 'alloc_page_interleave', 'skb_panic*', 'skb_put*', 'skb_push*', 'skb_pull*',
  '__skb_put*', '__skb_pull*', 'kfree_skb*', 'consume_skb*', '__kfree_skb*', 'skb_unref', 'unlock_page*',
  'drop_nlink', 'inc_nlink', 'clear_nlink', 'set_nlink', 'mark_buffer_dirty', 'sock_put', 'sock_hold', 'dev_put*',
  'dev_hold*', 'netdev_put*', 'netdev_hold*', '__netdev_put_lock*', 'skb_over_panic', 'skb_under_panic',
  'put_page_testzero', 'page_ref_*', 'folio_ref_*', 'folio_unlock*', 'put_device', 'get_device', 'mempool_free*',
  'mempool_kmalloc*', '__alloc_reserved_percpu', 'devm_kmalloc*', 'alloc_workqueue_noprof',
  -- what these come to when their calls are recorded
  '*_noprof'
]) AS function;

-- an interrupt happens to any code: what stands below it has no part in it
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'kernel', function, 'drop_below', true
FROM unnest(ARRAY[
  '*apic_timer_interrupt*', 'asm_sysvec_*', 'sysvec_*', '__sysvec_*', 'instr_sysvec_*', 'asm_common_interrupt',
  'common_interrupt', 'ret_from_intr', 'do_IRQ', 'call_function_single_interrupt', 'call_function_interrupt',
  'reschedule_interrupt', 'irq_work_interrupt', '__irq_svc', '__irq_usr', 'el1_irq', 'el1_interrupt', 'el1h_64_irq*',
  'el0_irq*', 'gic_handle_irq', 'handle_IRQ', 'do_IRQ*', 'do_ext_interrupt', 'ext_int_handler', '__do_softirq*',
  'handle_softirqs*', 'do_softirq*', 'irq_exit*', '__irq_exit*', 'invoke_softirq*', 'call_softirq', 'run_ksoftirqd',
  'softirqentry_*'
]) AS function;

-- what calls any code
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'kernel', function, 'not_in_app', true
FROM unnest(ARRAY[
  -- threads, work queues, timers
  'process_one_work', 'process_scheduled_works', 'worker_thread', 'kthread', 'kthread_worker_fn', 'ret_from_fork*',
  'ret_from_kernel_*', 'kernel_thread*', 'smpboot_thread_fn', 'irq_thread*', 'task_work_run', 'call_timer_fn*',
  'expire_timers*', '__run_timers*', 'run_timer_softirq', 'run_timer_base', 'timer_expire_remote', '__run_hrtimer*',
  '__hrtimer_run_queues*', 'hrtimer_interrupt', 'hrtimer_run_*', 'tick_*', 'tasklet_action*', 'net_rx_action*',
  'rcu_core*', 'rcu_do_batch*', 'rcu_process_callbacks*', '__rcu_process_callbacks*', 'rcu_cpu_kthread*',
  'rcu_gp_kthread*', 'handle_irq*', '__handle_irq*', 'generic_handle_*', '__handle_domain_irq', 'handle_domain_irq',
  'handle_percpu_devid_irq', 'handle_edge_irq', 'handle_fasteoi_irq', 'handle_level_irq',
  'local_apic_timer_interrupt',
  -- starting, idling, ending
  'start_kernel', 'x86_64_start_*', 'i386_start_kernel', 'start_secondary*', 'secondary_startup*',
  'secondary_start_kernel', 'rest_init', 'kernel_init*', 'do_one_initcall', 'do_initcall*', 'do_basic_setup',
  'do_init_module', 'load_module*', 'cpu_startup_entry', 'do_idle*', 'cpu_idle*', 'cpuidle_*', 'default_idle*',
  'native_safe_halt', 'native_halt', 'arch_cpu_idle*', 'arch_safe_halt', 'acpi_idle_*', 'mwait_idle*', 'intel_idle*',
  'do_exit', 'do_group_exit', 'get_signal*', 'do_signal*', 'arch_do_signal*', 'exit_to_user*', '__exit_to_user*',
  'irqentry_exit*', 'syscall_exit_*', '__syscall_exit_*', 'syscall_return_*', 'prepare_exit_to_usermode',
  'do_notify_resume', 'retint_user', 'work_pending', 'retint_kernel', 'restore_regs_and_return_to_kernel',
  'resume_user_mode*',
  -- system calls
  'entry_SYSCALL*', 'entry_SYSENTER*', 'entry_INT80*', 'do_syscall_*', 'do_int80_*', '*do_fast_syscall_32',
  '__do_fast_syscall_32', 'x64_sys_call', 'ia32_sys_call', 'system_call*', 'sysenter_*', 'tracesys*',
  'syscall_common', 'handle_sys*', '__sys_trace_return', 'ret_fast_syscall', 'ret_from_syscall*', 'el0_*', 'el0t_*',
  'invoke_syscall*', '__invoke_syscall', 'do_el0_svc*', '__do_syscall', 'syscall_handler'
]) AS function;
