/*
 * The lines that name a report of the Linux kernel.  Its wording changed over
 * the years and differs between processors, so a type is given that stays.
 *
 *   BUG: KASAN: slab-use-after-free in shop_read+0x12/0x34
 *   WARNING: CPU: 1 PID: 42 at drivers/shop/cart.c:12 shop_total+0x12/0x34 [shop]
 *   kernel BUG at drivers/shop/cart.c:12!
 *   Unable to handle kernel NULL pointer dereference at virtual address 00000008
 */
#include "kernel.h"

#define NULL_POINTER "BUG: kernel NULL pointer dereference"
#define PAGE_FAULT "BUG: unable to handle page fault"

/* How a heading begins, what type it has (NULL: the words that it begins with), and what it contains. */
static const struct
{
	const char *start;
	const char *type;
	int kind;
	const char *contains; /* NULL: anything */
} headings[] = {
	/* bad accesses: x86, then the others */
	{"BUG: unable to handle kernel NULL pointer dereference", NULL_POINTER, KERNEL_FATAL, NULL},
	{"BUG: kernel NULL pointer dereference", NULL_POINTER, KERNEL_FATAL, NULL},
	{"BUG: Kernel NULL pointer dereference", NULL_POINTER, KERNEL_FATAL, NULL},
	{"BUG: unable to handle ", PAGE_FAULT, KERNEL_FATAL, NULL},
	{"BUG: Unable to handle kernel ", PAGE_FAULT, KERNEL_FATAL, NULL},
	{"Unable to handle kernel NULL pointer dereference", NULL_POINTER, KERNEL_FATAL, NULL},
	{"Unable to handle kernel ", PAGE_FAULT, KERNEL_FATAL, "address"},
	{"Unable to handle kernel paging request", PAGE_FAULT, KERNEL_FATAL, NULL},
	{"BUG: stack guard page was hit", "BUG: stack guard page was hit", KERNEL_FATAL, NULL},
	{"BUG: TASK stack guard page was hit", "BUG: stack guard page was hit", KERNEL_FATAL, NULL},
	{"BUG: IRQ stack guard page was hit", "BUG: stack guard page was hit", KERNEL_FATAL, NULL},
	{"general protection fault, probably for ", "general protection fault", KERNEL_FATAL, NULL},
	{"general protection fault, maybe for ", "general protection fault", KERNEL_FATAL, NULL},
	{"PANIC: double fault", "PANIC: double fault", KERNEL_FATAL, NULL},
	{"Unhandled fault: ", "Unhandled fault", 0, " at "},
	{"Unhandled prefetch abort: ", "Unhandled prefetch abort", 0, " at "},
	{"Unhandled kernel unaligned access", "Unhandled kernel unaligned access", 0, "[#"},
	{"Insufficient stack space to handle exception!", "kernel stack overflow", KERNEL_FATAL, NULL},
	{"Internal error: ", "Internal error", KERNEL_CONTINUES, "[#"},
	{"Oops", "Oops", KERNEL_CONTINUES, "[#"},
	/* assertions */
	{"kernel BUG at ", "kernel BUG", KERNEL_FATAL, NULL},
	{"Kernel BUG at ", "kernel BUG", KERNEL_FATAL, NULL},
	{"Kernel bug detected", "kernel BUG", KERNEL_FATAL, "[#"},
	{"Kernel panic - not syncing", "Kernel panic", KERNEL_PANIC, NULL},
	{"WARNING: CPU: ", "WARNING", KERNEL_WARNING, " at "},
	{"WARNING: at ", "WARNING", KERNEL_WARNING, NULL},
	{"Badness at ", "WARNING", KERNEL_WEAK, ":"},
	{"WARNING: kernel stack ", NULL, 0, " has bad "},
	/* sanitizers */
	{"BUG: KASAN: ", NULL, KERNEL_ACCESS, NULL},
	{"BUG: KMSAN: ", NULL, 0, NULL},
	{"BUG: KCSAN: ", NULL, 0, NULL},
	{"BUG: KFENCE: ", NULL, 0, NULL},
	{"UBSAN: ", NULL, 0, " in "},
	{"BUG: memory leak", "memory leak", KERNEL_WEAK, NULL},
	/* lockdep */
	{"possible circular locking dependency detected", "possible deadlock", KERNEL_BACKTRACE, NULL},
	{"possible recursive locking detected", "possible deadlock", KERNEL_BACKTRACE, NULL},
	{"possible irq lock inversion dependency detected", "possible deadlock", KERNEL_BACKTRACE, NULL},
	{"SOFTIRQ-", "possible deadlock", KERNEL_BACKTRACE, "-unsafe lock order detected"},
	{"HARDIRQ-", "possible deadlock", KERNEL_BACKTRACE, "-unsafe lock order detected"},
	{"inconsistent lock state", "inconsistent lock state", KERNEL_BACKTRACE, NULL},
	{"suspicious RCU usage", "suspicious RCU usage", KERNEL_BACKTRACE, NULL},
	{"suspicious rcu_dereference_check() usage", "suspicious RCU usage", KERNEL_BACKTRACE, NULL},
	{"bad unlock balance detected", "bad unlock balance", KERNEL_BACKTRACE, NULL},
	{"bad contention detected", "bad contention", KERNEL_BACKTRACE, NULL},
	{"held lock freed", "held lock freed", KERNEL_BACKTRACE | KERNEL_LOCK_SITE, NULL},
	{"Nested lock was not taken", "nested lock was not taken", KERNEL_BACKTRACE, NULL},
	{"Invalid wait context", "invalid wait context", KERNEL_BACKTRACE, NULL},
	{"lock held when returning to user space", "lock held when returning to user space",
     KERNEL_BACKTRACE | KERNEL_LOCK_SITE, NULL},
	{"lock held at task exit time", "lock held at task exit", KERNEL_BACKTRACE | KERNEL_LOCK_SITE, NULL},
	{" still has locks held", "still has locks held", KERNEL_BACKTRACE | KERNEL_LOCK_SITE, NULL},
	{"INFO: trying to register non-static key", "INFO: trying to register non-static key", 0, NULL},
	/* what does not come to an end */
	{"INFO: task ", "INFO: task hung", 0, " blocked for more than "},
	{"INFO: task ", "INFO: task hung", 0, " blocked in I/O wait for more than "},
	{"INFO: task ", "INFO: task can't die", 0, " can't die for more than "},
	{"INFO: rcu_", "INFO: rcu detected stall", KERNEL_STALL, " stall"},
	{"BUG: soft lockup", "BUG: soft lockup", 0, " stuck for "},
	{"Watchdog detected hard LOCKUP", "hard lockup", 0, NULL},
	{"BUG: workqueue lockup", "BUG: workqueue lockup", 0, NULL},
	{"unregister_netdevice: waiting for ", "unregister_netdevice: waiting", 0, " to become free"},
	/* other checks */
	{"BUG: sleeping function called from invalid context", NULL, 0, NULL},
	{"BUG: scheduling while atomic", NULL, 0, NULL},
	{"BUG: spinlock ", NULL, 0, " on CPU#"},
	{"BUG: rwlock ", NULL, 0, " on CPU#"},
	{"BUG: using ", NULL, 0, " in preemptible "},
	{"BUG: workqueue leaked ", NULL, 0, NULL},
	{"BUG: Bad page ", NULL, 0, " in process "},
	{"BUG: Bad rss-counter state", NULL, 0, " mm:"},
	{"BUG: non-zero ", NULL, 0, " on freeing mm"},
	{"BUG: Dentry ", "BUG: Dentry still in use", 0, "still in use"},
	{"BUG: MAX_", NULL, 0, " too low!"},
	{"BUG: ", NULL, KERNEL_WEAK, NULL},
};

/* Takes one of the marks that stand before a heading; false where there is none. */
static bool
take_decoration(Slice *line)
{
	static const Slice decorations[] = {
		{"rcu: ", 5}, {"watchdog: ", 10}, {"NMI watchdog: ", 14}, {"traps: ", 7}, {"NMI: ", 5},
	};

	for (size_t i = 0; i < sizeof(decorations) / sizeof(decorations[0]); i++)
		if (slice_starts(*line, decorations[i]))
		{
			*line = slice_skip(*line, decorations[i].len);
			return true;
		}
	return false;
}

/*
 * Does a lockdep heading begin here?  `[ INFO: possible … ]` of old, `WARNING:
 * possible …` of today; sets *line to the words behind that.
 */
static void
take_lockdep(Slice *line)
{
	static const Slice levels[] = {{"WARNING: ", 9}, {"INFO: ", 6}, {"BUG: ", 5}};
	Slice rest = *line;

	if (slice_starts(rest, SLICE("[ ")))
		rest = slice_skip(rest, 2);
	if (slice_ends(rest, SLICE(" ]")))
		rest.len -= 2;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (slice_starts(rest, levels[i]))
		{
			rest = slice_skip(rest, levels[i].len);
			/* `WARNING: shopd/42 still has locks held!` */
			if (slice_ends(rest, SLICE(" still has locks held!")))
				rest = SLICE(" still has locks held!");
			*line = rest;
			return;
		}
}

/* Is the word at the start of s one that differs from run to run: with a digit in it? */
static bool
is_variable(Slice s)
{
	Slice word = kernel_word(&s);

	for (size_t i = 0; i < word.len; i++)
		if (is_digit(word.data[i]))
			return true;
	return false;
}

/* The words of a heading that say what is wrong, from index n on: up to where they say where. */
static Slice
leading_words(Slice line, size_t n)
{
	static const Slice ends[] = {{" in ", 4}, {" at ", 4}, {" on ", 4}, {" - ", 3}};

	for (; n < line.len; n++)
	{
		Slice rest = slice_skip(line, n);

		if (strchr(":,[({<!", line.data[n]) != NULL && !slice_starts(rest, SLICE("()")))
			break;
		if (line.data[n] != ' ')
			continue;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (slice_starts(rest, ends[i]))
				return slice_range(line, 0, n);
		if (is_variable(rest))
			break;
	}
	return slice_trim(slice_range(line, 0, n));
}

/* Reads `invalid opcode: 0000 [#1] SMP`, how x86 and others name a trap: sets *type to the words before the code. */
static bool
read_trap(Slice line, Slice *type)
{
	ptrdiff_t colon = slice_find_char(line, ':');
	size_t digits;

	if (colon <= 0 || colon > 40)
		return false;
	for (ptrdiff_t i = 0; i < colon; i++)
		if (!is_word(line.data[i]) && line.data[i] != ' ' && line.data[i] != '-' && line.data[i] != '(' &&
		    line.data[i] != ')')
			return false;
	digits = 0;
	while (colon + 2 + digits < line.len && is_hex_digit(line.data[colon + 2 + digits]))
		digits++;
	if (digits < 1 || digits > 16)
		return false;
	*type = slice_range(line, 0, colon);
	line = slice_skip(line, colon + 2 + digits);
	return slice_starts(line, SLICE(" [#")) || slice_starts(line, SLICE(" ilc:"));
}

/* Reads the `drivers/shop/cart.c:12` of `kernel BUG at …!` and of a WARNING, and the function behind the latter's. */
static void
read_blamed_place(Slice line, KernelHeading *heading)
{
	ptrdiff_t at = slice_find(line, SLICE(" at "));
	Frame place, function;
	Slice word, rest;

	if (at < 0)
		return;
	rest = slice_skip(line, at + 4);
	word = kernel_word(&rest);
	if (word.len > 0 && word.data[word.len - 1] == '!')
		word.len--;
	frame_clear(&place);
	if (!kernel_read_position(word, &place))
		return;
	heading->blamed = place;
	heading->any_blamed = true;
	if (kernel_read_symbol(slice_trim(rest), &function))
	{
		heading->blamed.function = function.function;
		heading->blamed.module = function.module;
	}
}

/*
 * Reads the newest form of a warning: `WARNING: drivers/shop/cart.c:12 at
 * shop_total+0x12/0x34, CPU#1: shopd/42`.  Its condition may stand before that,
 * in brackets, and `0x0` for the function.
 */
static bool
read_new_warning(Slice line, KernelHeading *heading)
{
	const Slice start = SLICE("WARNING: ");
	Frame place, function;
	Slice rest;
	ptrdiff_t at;

	if (!slice_starts(line, start) || slice_find(line, SLICE(", CPU#")) < 0)
		return false;
	rest = slice_skip(line, start.len);
	if (rest.len > 0 && rest.data[0] == '[' && (at = slice_find(rest, SLICE("] "))) > 0)
		rest = slice_skip(rest, at + 1);
	frame_clear(&place);
	if (!kernel_read_position(kernel_word(&rest), &place) || !slice_equal(kernel_word(&rest), SLICE("at")))
		return false;
	heading->type = SLICE("WARNING");
	heading->kind = KERNEL_WARNING;
	heading->blamed = place;
	heading->any_blamed = true;
	if (kernel_read_symbol(slice_trim(rest), &function))
	{
		heading->blamed.function = function.function;
		heading->blamed.module = function.module;
	}
	return true;
}

/* Reads the function of `… in shop_total+0x12/0x34` and `… corrupted in: shop_total+0x12/0x34`. */
static void
read_blamed_function(Slice line, KernelHeading *heading)
{
	ptrdiff_t at = slice_find(line, SLICE(" in "));
	Slice rest;

	if (at < 0)
		at = slice_find(line, SLICE(" in: "));
	if (at < 0)
		return;
	rest = slice_skip(line, at + 4);
	if (kernel_read_symbol(slice_trim(rest), &heading->blamed))
		heading->any_blamed = true;
}

/* Reads a line of `BUG kmalloc-64 (Not tainted): Poison overwritten`, as the slab allocator writes. */
static bool
read_slab(Slice line, KernelHeading *heading)
{
	ptrdiff_t at;

	if (!slice_starts(line, SLICE("BUG ")))
		return false;
	at = slice_find(line, SLICE(" (Not tainted): "));
	if (at < 0)
		at = slice_find(line, SLICE(" (Tainted: "));
	if (at < 0)
		return false;
	line = slice_skip(line, at);
	at = slice_find(line, SLICE("): "));
	if (at < 0)
		return false;
	heading->type = leading_words(slice_trim(slice_skip(line, at + 3)), 0);
	heading->kind = KERNEL_WEAK;
	return heading->type.len > 0;
}

/* Reads what kind of a heading the table says that line is. */
static bool
read_listed(Slice line, Slice core, KernelHeading *heading)
{
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
	{
		bool lockdep = (headings[i].kind & KERNEL_BACKTRACE) != 0;
		Slice where = lockdep ? core : line, start;

		/* each line is compared with the whole table, and hardly ever found */
		if (peek(where, 0) != headings[i].start[0])
			continue;
		start = slice_of_string(headings[i].start);
		if (!slice_starts(where, start) || (lockdep && core.data == line.data))
			continue;
		if (headings[i].contains && slice_find(where, slice_of_string(headings[i].contains)) < 0)
			continue;
		heading->kind = headings[i].kind;
		heading->type =
			headings[i].type ? slice_of_string(headings[i].type) : leading_words(where, start.len);
		return true;
	}
	return false;
}

/* Does line, without what loggers put before it, name a report? */
bool
kernel_read_heading(Slice line, KernelHeading *heading)
{
	Slice core, oops = SLICE("Oops: ");

	/* most lines, frames and registers among them, are settled soon */
	if (line.len < 8 || (slice_find_char(line, ' ') < 0))
		return false;
	memset(heading, 0, sizeof(*heading));
	frame_clear(&heading->blamed);
	while (take_decoration(&line))
		;
	/* since 6.9: `Oops: general protection fault, …` */
	if (slice_starts(line, oops) && line.len > oops.len && line.data[oops.len] == 'g')
		line = slice_skip(line, oops.len);
	/* MIPS: `CPU 1 Unable to handle kernel paging request at …` */
	if (slice_starts(line, SLICE("CPU ")) && slice_find(line, SLICE(" Unable to handle kernel ")) > 0)
		line = slice_skip(line, slice_find(line, SLICE(" Unable to handle kernel ")) + 1);

	if (read_new_warning(line, heading) || read_slab(line, heading))
		return true;
	core = line;
	take_lockdep(&core);
	if (!read_listed(line, core, heading))
	{
		if (!read_trap(line, &heading->type))
			return false;
		heading->kind = KERNEL_CONTINUES;
		return true;
	}
	if (slice_equal(heading->type, SLICE("WARNING")) || slice_equal(heading->type, SLICE("kernel BUG")))
		read_blamed_place(line, heading);
	else if ((heading->kind & (KERNEL_BACKTRACE | KERNEL_WEAK)) == 0)
		read_blamed_function(line, heading);
	/* told apart since 6.1 only */
	if (slice_equal(heading->type, SLICE("BUG: KASAN: double-free or invalid-free")) ||
	    slice_equal(heading->type, SLICE("BUG: KASAN: double-free")))
		heading->type = SLICE("BUG: KASAN: invalid-free");
	/* `BUG: KASAN: …` is known without its first word */
	if (slice_starts(heading->type, SLICE("BUG: K")) && heading->type.len > 6)
		heading->type = slice_skip(heading->type, 5);
	return true;
}
