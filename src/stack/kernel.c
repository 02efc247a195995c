/*
 * Reports of the Linux kernel, as they stand in its log: the first one in the
 * text is the exception, with the trace of what it blames; but after a warning
 * the kernel goes on, and what stops it later is reported instead.
 *
 *   BUG: unable to handle page fault for address: ffffed1020000000
 *   Oops: 0000 [#1] PREEMPT SMP
 *   RIP: 0010:shop_total+0x12/0x34 drivers/shop/cart.c:12
 *   Call Trace:
 *    <TASK>
 *    shop_price drivers/shop/price.h:7 [inline]
 *    ? shop_lock+0x1/0x2                             (found on the stack, not a caller: left out)
 *    shop_ioctl+0x56/0x78 drivers/shop/main.c:90
 *
 * Other lines may stand between these, since several CPUs write to the log.
 */
#include "kernel.h"

static const char *const aliases[] = {"linux", NULL};
static const char *const marks[] = {"+0x",
                                    "BUG: ",
                                    "INFO: ",
                                    "UBSAN: ",
                                    "Kernel panic - ",
                                    "Unable to handle kernel ",
                                    "LOCKUP",
                                    "[#",
                                    "WARNING: kernel stack",
                                    "unregister_netdevice: ",
                                    "Unhandled ",
                                    "WARNING: at ",
                                    NULL};

/* What the last frame line was. */
typedef enum Place
{
	NOWHERE,
	AT_PC,   /* where the instruction pointer of saved registers stands */
	IN_TRACE /* in a list of callers */
} Place;

typedef struct Reader
{
	Stack *stack;
	const char *text_end;
	bool reading; /* a report has begun */
	bool done;    /* and ended */
	bool headless;
	bool trusting; /* what the stack holds counts as a caller */
	int doubtful;  /* how many lines of that kind were passed over */
	KernelHeading heading;
	Slice heading_line;
	bool waiting;     /* for lockdep's "stack backtrace:" */
	bool passing;     /* over the trace of an RCU thread */
	bool pass_next;   /* the next line has a place that is no part of the trace */
	bool access_next; /* the next line may be "Read of size 8 …" */
	bool site_next;   /* the next line may have the place of a lock */
	bool site_done;
	Place place;
	int pc_from;      /* the first frame of the last AT_PC, -1: none */
	int pc_seen;      /* how many of them the trace repeated */
	KernelPlace site; /* of the lock that is to be taken or released */
	Exception *exception;
} Reader;

/* A frame's function with its offset, as the text has it; no offset is longer than a few digits. */
static Slice
printed_symbol(const Reader *reader, const Frame *frame)
{
	Slice s = {frame->function.data, reader->text_end - frame->function.data};
	size_t n = frame->function.len;

	while (n < s.len && n < frame->function.len + 40 &&
	       (s.data[n] == '+' || s.data[n] == '/' || is_word(s.data[n])))
		n++;
	return slice_range(s, 0, n);
}

/* Do two frames stand for the same place in the code? */
static bool
same_frame(const Reader *reader, const Frame *a, const Frame *b)
{
	return slice_equal(a->function, b->function) && a->line == b->line &&
	       slice_equal(printed_symbol(reader, a), printed_symbol(reader, b));
}

/* Adds a frame to the report. */
static void
add_frame(Reader *reader, const Frame *frame)
{
	Frame *added = stack_add_frame(reader->stack, reader->exception);

	if (added)
		*added = *frame;
}

/* Takes a frame at the instruction pointer; an oops names it in several lines. */
static void
take_pc(Reader *reader, const Frame *frame)
{
	Exception *exception = reader->exception;

	if (reader->place != AT_PC)
	{
		reader->place = AT_PC;
		reader->pc_from = exception->nframes;
		reader->pc_seen = 0;
	}
	for (int f = reader->pc_from; f < exception->nframes && f < reader->pc_from + KERNEL_PLACE_FRAMES; f++)
		if (same_frame(reader, &exception->frames[f], frame))
			return;
	add_frame(reader, frame);
}

/* Takes a frame of a trace; some processors print that of the instruction pointer there again. */
static void
take_caller(Reader *reader, const Frame *frame)
{
	Exception *exception = reader->exception;
	int repeated = reader->pc_from + reader->pc_seen;

	if (reader->place == AT_PC)
	{
		if (repeated < exception->nframes && same_frame(reader, &exception->frames[repeated], frame))
		{
			reader->pc_seen++;
			return;
		}
	}
	reader->place = IN_TRACE;
	add_frame(reader, frame);
}

/* Does line stand behind a report's trace? */
static bool
ends_trace(Slice line)
{
	static const Slice ends[] = {
		{"Allocated by task", 17},
		{"Freed by task", 13},
		{"allocated by task", 17},
		{"freed by task", 13},
		{"The buggy address", 17},
		{"Memory state around", 19},
		{"Uninit was ", 11},
		{"Local variable ", 15},
		{"Last potentially related", 24},
		{"Second to last ", 15},
		{"---[ end ", 9},
		{"Kernel Offset:", 14},
		{"Modules linked in:", 18},
		{"Showing all locks", 17},
		{"NMI backtrace for cpu", 21},
		{"Sending NMI ", 12},
		{"Code:", 5},
		{"read to 0x", 10},
		{"write to 0x", 11},
		{"read-write to 0x", 16},
		{"read (marked) to 0x", 19},
		{"write (marked) to 0x", 20},
		{"value changed: ", 15},
		{"no locks held by ", 17},
		{"Call Trace:", 11},
		{"Call trace:", 11},
		{"Backtrace:", 10},
		{"===========", 11},
		{"Last Breaking-Event", 19},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_starts(line, ends[i]))
			return true;
	return kernel_is_user_pc(line);
}

/* Is line one that stands within a report, below its heading? */
static bool
is_within_report(Slice line)
{
	static const Slice starts[] = {
		{"CPU: ", 5},           {"Modules linked in:", 18},
		{"Hardware name:", 14}, {"RIP: 0010:", 10},
		{"RSP: ", 5},           {"RAX: ", 5},
		{"Call Trace:", 11},    {"Call trace:", 11},
		{"pc : ", 5},           {"PC is at ", 9},
		{"task: ", 6},          {"Workqueue: ", 11},
	};
	Frame frame, caller;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(line, starts[i]))
			return true;
	return kernel_read_caller(line, &frame, &caller) != KERNEL_OTHER;
}

/* Begins a report, in place of one that turned out to be none. */
static void
begin(Reader *reader, const KernelHeading *heading, Slice line)
{
	Stack *stack = reader->stack;

	if (stack->nexceptions == 0)
		stack_add_exception(stack);
	stack->total_frames = 0;
	stack->cut = false;
	memset(stack->exceptions, 0, sizeof(Exception));
	reader->exception = &stack->exceptions[0];
	reader->reading = true;
	reader->done = false;
	reader->heading = *heading;
	reader->heading_line = line;
	reader->waiting = (heading->kind & KERNEL_BACKTRACE) != 0;
	reader->passing = false;
	reader->pass_next = false;
	reader->access_next = (heading->kind & KERNEL_ACCESS) != 0;
	reader->site_next = reader->site_done = false;
	reader->site.nframes = 0;
	reader->place = NOWHERE;
	reader->pc_from = -1;
	reader->pc_seen = 0;
}

/* Takes a line that names a report, or belongs to the one being read. */
static void
take_heading(Reader *reader, const KernelHeading *heading, Slice line)
{
	bool weak = (reader->heading.kind & KERNEL_WEAK) != 0;

	if (reader->place == IN_TRACE && !reader->headless && (heading->kind & KERNEL_CONTINUES) == 0)
		reader->done = true;
	if (reader->done)
	{
		if ((reader->heading.kind & KERNEL_WARNING) && (heading->kind & KERNEL_FATAL))
			begin(reader, heading, line);
	}
	else if (!reader->reading || (weak && reader->exception->nframes == 0) || reader->headless)
	{
		/* what continues an oops that was cut off is no better than its trace */
		if (reader->headless && (heading->kind & (KERNEL_CONTINUES | KERNEL_PANIC)))
			return;
		reader->headless = false;
		begin(reader, heading, line);
	}
}

/* `slab-use-after-free` and `Read`: KASAN tells them in two lines. */
static void
take_access(Reader *reader, Slice line)
{
	Slice type = reader->heading.type, word;
	char *joined;

	if (slice_starts(line, SLICE("Read of size ")))
		word = SLICE(" Read");
	else if (slice_starts(line, SLICE("Write of size ")))
		word = SLICE(" Write");
	else
		return;
	joined = reader->stack->allocator.alloc(reader->stack->allocator.context, type.len + word.len);
	memcpy(joined, type.data, type.len);
	memcpy(joined + type.len, word.data, word.len);
	reader->heading.type = (Slice){joined, type.len + word.len};
	reader->access_next = false;
}

/*
 * Reads where lockdep says that a lock was taken: `(&cart->lock){+.+.}, at:
 * [<c0012345>] shop_lock+0x12/0x34`; the place may stand in the next line.
 */
static void
take_site(Reader *reader, Slice line)
{
	ptrdiff_t at = slice_find(line, SLICE(" at: "));
	Frame frame, caller;

	if (reader->site_done || reader->site.nframes == KERNEL_PLACE_FRAMES)
		return;
	/* ` #0: …`: a lock that is held already */
	if (line.data[0] == '#' && (reader->heading.kind & KERNEL_LOCK_SITE) == 0)
		return;
	if (at >= 0)
		line = slice_skip(line, at + 5);
	else if (!reader->site_next)
	{
		reader->site_next = slice_ends(line, SLICE(" at:"));
		return;
	}
	reader->site_next = false;
	if (kernel_read_caller(line, &frame, &caller) != KERNEL_CALLER)
		return;
	reader->site.frames[reader->site.nframes++] = frame;
	reader->site_done = !slice_ends(line, SLICE("[inline]"));
}

/* Takes a line of the report. */
static void
take_line(Reader *reader, Slice line)
{
	Frame frame, caller;
	Slice value;
	Exception *exception = reader->exception;

	if (reader->access_next)
		take_access(reader, line);
	if (reader->waiting)
	{
		take_site(reader, line);
		if (slice_starts(line, SLICE("stack backtrace:")))
			reader->waiting = false;
		return;
	}
	if (reader->heading.kind & KERNEL_STALL)
	{
		if (slice_find(line, SLICE("grace-period kthread stack dump:")) >= 0)
			reader->passing = true;
		else if (slice_starts(line, SLICE("NMI backtrace for cpu ")) || slice_starts(line, SLICE("CPU: ")))
			reader->passing = false;
		if (reader->passing)
			return;
	}
	if (kernel_is_pc(line, &value))
	{
		if (reader->place == IN_TRACE && kernel_is_user_pc(line))
			reader->done = true;
		else if (kernel_read_pc(value, &frame))
			take_pc(reader, &frame);
		return;
	}
	if (reader->place == IN_TRACE && ends_trace(line))
	{
		reader->done = true;
		return;
	}
	/* `Preemption disabled at:`, and the place in the next line */
	if (reader->pass_next || slice_ends(line, SLICE(" at:")))
	{
		reader->pass_next = !reader->pass_next;
		return;
	}
	/* what a work queue ran has returned, and is not in the trace */
	if (slice_starts(line, SLICE("last function: ")))
	{
		value = slice_skip(line, 15);
		reader->heading.blamed.function = kernel_word(&value);
		reader->heading.any_blamed = reader->heading.blamed.function.len > 0;
		return;
	}
	switch (kernel_read_caller(line, &frame, &caller))
	{
		case KERNEL_CALLER:
			take_caller(reader, &frame);
			break;
		case KERNEL_CALLERS:
			if (exception->nframes == 0 ||
			    !slice_equal(exception->frames[exception->nframes - 1].function, frame.function))
				take_caller(reader, &frame);
			reader->place = IN_TRACE;
			add_frame(reader, &caller);
			break;
		case KERNEL_UNRELIABLE:
			reader->doubtful++;
			if (reader->trusting)
				take_caller(reader, &frame);
			break;
		default:
			break;
	}
}

/* Puts frames before those of the exception. */
static void
prepend(Reader *reader, const Frame *frames, int nframes)
{
	Exception *exception = reader->exception;
	int before = exception->nframes, added;

	for (int f = 0; f < nframes; f++)
		add_frame(reader, &frames[f]);
	added = exception->nframes - before;
	memmove(exception->frames + added, exception->frames, before * sizeof(Frame));
	memcpy(exception->frames, frames, added * sizeof(Frame));
}

/* Is a frame of the same function as "frame" among the exception's? */
static bool
has_function(const Exception *exception, const Frame *frame)
{
	for (int f = 0; f < exception->nframes; f++)
		if (slice_equal(exception->frames[f].function, frame->function))
			return true;
	return false;
}

/* Adds what the heading says of the function to blame. */
static void
apply_blamed(Reader *reader)
{
	Exception *exception = reader->exception;
	const Frame *blamed = &reader->heading.blamed;
	Frame *frame = NULL;

	if (blamed->function.data == NULL)
	{
		/* `kernel BUG at file:line!` is where the instruction pointer stands */
		if (reader->pc_from >= 0 && reader->pc_from < exception->nframes)
			frame = &exception->frames[reader->pc_from];
	}
	else
	{
		for (int f = 0; f < exception->nframes && frame == NULL; f++)
			if (slice_equal(exception->frames[f].function, blamed->function))
				frame = &exception->frames[f];
		if (frame == NULL)
		{
			prepend(reader, blamed, 1);
			return;
		}
	}
	if (frame && frame->file.data == NULL)
	{
		frame->file = blamed->file;
		frame->line = blamed->line;
	}
}

/* Completes the report, or takes it back where it is none. */
static void
finish(Reader *reader)
{
	Exception *exception = reader->exception;
	int kind = reader->heading.kind;

	if (!reader->reading)
		return;
	if (reader->site.nframes > 0 &&
	    ((kind & KERNEL_LOCK_SITE) ||
	     !has_function(exception, &reader->site.frames[reader->site.nframes - 1])))
		prepend(reader, reader->site.frames, reader->site.nframes);
	if ((kind & KERNEL_WEAK) && exception->nframes < (reader->headless ? 2 : 1))
	{
		stack_init(reader->stack, reader->stack->allocator);
		return;
	}
	if (reader->heading.any_blamed)
		apply_blamed(reader);
	exception->type = reader->heading.type;
	exception->value = reader->heading_line;
}

/* Reads text; the number of callers that were doubtful and, unless trusting, passed over. */
static int
read_report(Slice text, bool trusting, Stack *stack)
{
	static const KernelHeading no_heading = {.kind = KERNEL_WEAK};
	Reader reader = {.stack = stack, .text_end = text.data + text.len, .trusting = trusting};
	Slice line;
	bool first = true;

	while ((!reader.done || (reader.heading.kind & KERNEL_WARNING)) && next_line(&text, &line))
	{
		KernelHeading heading;

		line = kernel_last_message(line);
		if (line.len == 0)
			continue;
		if (kernel_read_heading(line, &heading))
			take_heading(&reader, &heading, line);
		else if (!reader.done)
		{
			/* a report whose first lines were cut off; further down in a log, a trace alone is no failure */
			if (first && is_within_report(line))
			{
				begin(&reader, &no_heading, NO_SLICE);
				reader.headless = true;
			}
			if (reader.reading)
				take_line(&reader, line);
		}
		first = false;
	}
	finish(&reader);
	return reader.doubtful;
}

/* See Language: a kernel without frame pointers may print no caller but doubtful ones. */
static void
parse_kernel(Slice text, Stack *stack)
{
	int doubtful = read_report(text, false, stack);

	if (stack->nexceptions > 0 && stack->total_frames == 0 && doubtful > 1)
	{
		stack_init(stack, stack->allocator);
		read_report(text, true, stack);
	}
}

/* The part of name before the first occurrence of end, if there is one behind its start. */
static Slice
before(Slice name, Slice end)
{
	ptrdiff_t at = slice_find(name, end);

	return at > 0 ? slice_range(name, 0, at) : name;
}

/*
 * See Language: the function, whose name in the text lacks what the compiler
 * and the processor's way of calling the system add.  Neither the file, which
 * only symbolised traces have, nor the module, since code may be built in,
 * tells functions apart better.
 */
static void
identify_kernel(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	static const Slice clones[] = {
		{".isra.", 6}, {".part.", 6}, {".constprop.", 11}, {".cold", 5}, {".llvm.", 6}, {".lto_priv.", 10},
	};
	static const Slice calls[] = {
		{"__x64_sys_", 10},   {"__ia32_sys_", 11}, {"__arm64_sys_", 12}, {"__riscv_sys_", 12},
		{"__s390x_sys_", 12}, {"__se_sys_", 9},    {"__do_sys_", 9},     {"SYSC_", 5},
		{"SyS_", 4},          {"sys_", 4},
	};

	/* the same wait, whose name differs from version to version and with how many CPUs it is for */
	static const Slice families[] = {{"smp_call_function", 17}, {"synchronize_rcu", 15}};
	static const Slice flavours[] = {{"synchronize_sched", 17},
	                                 {"synchronize_srcu", 16},
	                                 {"__synchronize_srcu", 18}};

	*module = NO_SLICE;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (slice_starts(*function, families[i]))
			*function = families[i];
	for (size_t i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++)
		if (slice_starts(*function, flavours[i]))
			*function = families[1];
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		*function = before(*function, clones[i]);
	if (function->len > 1 && function->data[0] == '.')
		*function = slice_skip(*function, 1);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (slice_starts(*function, calls[i]) && function->len > calls[i].len)
		{
			*function = slice_skip(*function, calls[i].len);
			break;
		}
}

const Language kernel_language = {"kernel",     aliases,         marks,
                                  parse_kernel, identify_kernel, .without_caller = true};
