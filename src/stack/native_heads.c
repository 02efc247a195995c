/*
 * The lines that say what happened to a C or C++ program:
 *
 *   ==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020…
 *   shop.c:12:5: runtime error: signed integer overflow: 2147483647 + 1 …
 *   Program received signal SIGSEGV, Segmentation fault.
 *
 * Why a program aborted is read in native_reasons.c.
 */
#include "native.h"

/* The names of the signals that tools print by number. */
static Slice
signal_name(int32_t number)
{
	switch (number)
	{
		case 4:
			return SLICE("SIGILL");
		case 5:
			return SLICE("SIGTRAP");
		case 6:
			return SLICE("SIGABRT");
		case 7:
			return SLICE("SIGBUS");
		case 8:
			return SLICE("SIGFPE");
		case 11:
			return SLICE("SIGSEGV");
		case 31:
			return SLICE("SIGSYS");
		default:
			return NO_SLICE;
	}
}

/* The length of s before the first of the characters in "ends", at most s.len. */
size_t
native_span_to(Slice s, const char *ends)
{
	size_t n = 0;

	while (n < s.len && strchr(ends, s.data[n]) == NULL)
		n++;
	return n;
}

/* The words that s begins with, up to what a run decides: numbers, addresses, names in quotes, brackets. */
static Slice
leading_words(Slice s)
{
	size_t n = 0, end = 0;

	while (n < s.len && s.data[n] != ':' && s.data[n] != ',')
	{
		size_t word = n;

		while (n < s.len && s.data[n] != ' ' && s.data[n] != ':' && s.data[n] != ',')
			n++;
		for (size_t i = word; i < n; i++)
			if (!is_letter(s.data[i]) && s.data[i] != '-' && s.data[i] != '_')
				return slice_range(s, 0, end);
		if (n > word)
			end = n;
		while (n < s.len && s.data[n] == ' ')
			n++;
	}
	return slice_range(s, 0, end);
}

/* s up to where one of these words begins. */
static Slice
before_words(Slice s)
{
	static const Slice words[] = {{" on ", 4}, {" in ", 4},     {" after ", 7},
	                              {" (", 2},   {" of size", 8}, {" at ", 4}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		ptrdiff_t at = slice_find(s, words[i]);

		if (at > 0)
			s.len = at;
	}
	return s;
}

/* Makes *head an event of this kind. */
static bool
event(NativeHead *head, NativeRole role, Slice type, Slice value)
{
	head->kind = NATIVE_EVENT;
	head->role = role;
	head->type = slice_trim(type);
	head->value = slice_trim(value);
	return true;
}

/* Reads `ERROR: AddressSanitizer: …`, `WARNING: ThreadSanitizer: …`, `ERROR: libFuzzer: …`. */
static bool
read_sanitizer(Slice line, NativeHead *head)
{
	Slice name, told;
	ptrdiff_t at;

	if (!take_text(&line, SLICE("ERROR: ")) && !take_text(&line, SLICE("WARNING: ")))
		return false;
	name = slice_range(line, 0, native_span_to(line, ": "));
	if (!slice_ends(name, SLICE("Sanitizer")) && !slice_equal(name, SLICE("libFuzzer")) &&
	    !slice_equal(name, SLICE("KFuzzer")) && !slice_equal(name, SLICE("GWP-ASan")))
		return false;
	told = slice_skip(line, name.len);
	if (!take_text(&told, SLICE(": ")) || told.len == 0)
		return false;
	if (take_text(&told, SLICE("attempting ")))
		return event(head, NATIVE_CRASHED,
		             slice_starts(told, SLICE("free ")) ? SLICE("bad-free") : before_words(told), line);
	at = slice_find(told, SLICE(" ("));
	if (slice_starts(told, SLICE("out-of-memory")) || slice_starts(told, SLICE("requested allocation size")))
		return event(head, NATIVE_CRASHED, leading_words(told), line);
	return event(head, NATIVE_CRASHED, before_words(at > 0 ? slice_range(told, 0, at) : told), line);
}

/* Reads `file:12:5: runtime error: …`. */
static bool
read_ubsan(Slice line, NativeHead *head)
{
	const Slice mark = SLICE(": runtime error: ");
	ptrdiff_t at = slice_find(line, mark);
	Slice told;

	frame_clear(&head->place);
	if (at <= 0 || !native_set_place(slice_range(line, 0, at), &head->place) ||
	    head->place.column == NO_POSITION)
		return false;
	head->has_place = true;
	told = slice_skip(line, at + mark.len);
	return event(head, NATIVE_HEADED, leading_words(told), told);
}

/* Reads gdb's `… received signal SIGSEGV, Segmentation fault.`, and with `terminated with signal`. */
static bool
read_gdb_signal(Slice line, NativeHead *head)
{
	Slice told = line, thread;
	ptrdiff_t comma;
	int32_t number;

	if (take_text(&told, SLICE("Thread ")))
	{
		ptrdiff_t at = slice_find(told, SLICE(" received signal "));

		if (at < 0)
			return false;
		thread = slice_range(told, 0, native_span_to(told, " "));
		head->thread = thread;
		told = slice_skip(told, at + 1);
	}
	else if (!take_text(&told, SLICE("Program ")))
		return false;
	if (!take_text(&told, SLICE("received signal ")) && !take_text(&told, SLICE("terminated with signal ")))
		return false;
	comma = slice_find(told, SLICE(", "));
	if (comma <= 0)
		return false;
	event(head, NATIVE_CRASHED, slice_range(told, 0, comma), slice_skip(told, comma + 2));
	if (read_number(head->type, &number) && signal_name(number).len > 0)
		head->type = signal_name(number);
	if (slice_ends(head->value, SLICE(".")))
		head->value.len--;
	return head->type.len > 0 && slice_find_char(head->type, ' ') < 0;
}

/* Reads the ways to say `signal 11 (SIGSEGV), code 1`: Android's tombstones and logs, Chromium, glog, handlers. */
static bool
read_signal(Slice line, NativeHead *head)
{
	Slice told = line, name;
	int32_t number;
	size_t n = 0;

	if (take_text(&told, SLICE("*** SIG")))
	{
		name = slice_range(told, 0, native_span_to(told, " "));
		if (slice_find(told, SLICE("received ")) < 0)
			return false;
		name = slice_range(slice_skip(line, 4), 0, name.len + 3);
		return event(head, NATIVE_CRASHED, name, line);
	}
	if (!take_text(&told, SLICE("Received signal ")) && !take_text(&told, SLICE("Caught signal ")) &&
	    !take_text(&told, SLICE("Fatal signal ")) && !take_text(&told, SLICE("signal ")))
		return false;
	n += count_digits(told, n);
	if (n == 0 || !read_number(slice_range(told, 0, n), &number))
		return false;
	name = signal_name(number);
	told = slice_skip(told, n);
	if (take_text(&told, SLICE(" (SIG")))
		name = slice_range((Slice){told.data - 3, told.len + 3}, 0, native_span_to(told, ")") + 3);
	else if (told.len > 0 && told.data[0] != ' ')
		return false;
	/* `signal 3 of 5` is none of ours */
	if (name.len == 0 || (slice_starts(line, SLICE("signal ")) && slice_find(line, SLICE(" (SIG")) < 0))
		return false;
	/* a debugger's log tells where the stack is; an Android process's own line only that one follows */
	return event(head, slice_starts(line, SLICE("Fatal")) ? NATIVE_HEADED : NATIVE_CRASHED, name, line);
}

/* Reads `stop reason = signal SIGSEGV: …` of lldb. */
static bool
read_lldb(Slice line, NativeHead *head)
{
	const Slice mark = SLICE("stop reason = ");
	ptrdiff_t at = slice_starts(line, SLICE("* thread #")) ? slice_find(line, mark) : -1;
	Slice told;

	if (at < 0)
	{
		/* `thread #1, queue = …`, `* thread #1, name = …` */
		if (!slice_starts(line, SLICE("thread #")) && !slice_starts(line, SLICE("* thread #")))
			return false;
		head->kind = line.data[0] == '*' ? NATIVE_EVENT : NATIVE_ELSEWHERE;
		head->role = line.data[0] == '*' ? NATIVE_CRASHED : NATIVE_OTHER;
		return slice_find(line, SLICE(", queue = ")) > 0 || slice_find(line, SLICE(", name = ")) > 0 ||
		       slice_find(line, SLICE(": tid = ")) > 0;
	}
	told = slice_skip(line, at + mark.len);
	take_text(&told, SLICE("signal "));
	return event(head, NATIVE_CRASHED, slice_range(told, 0, native_span_to(told, " :(,")), told);
}

/* Reads minidump_stackwalk's `Crash reason:  SIGSEGV` and `Thread 0 (crashed)`, and WinDbg's exception line. */
static bool
read_dump(Slice line, NativeHead *head)
{
	const Slice code = SLICE(" - code ");
	Slice told = line;
	ptrdiff_t at;

	if (take_text(&told, SLICE("Crash reason:")))
	{
		told = slice_trim(told);
		return event(head, NATIVE_HEADED, slice_range(told, 0, native_span_to(told, " ")), told);
	}
	if (line.data[0] == '(' && (at = slice_find(line, SLICE("): "))) > 0 &&
	    slice_find_char(slice_range(line, 0, at), '.') > 0)
	{
		told = slice_skip(line, at + 3);
		at = slice_find(told, code);
		return at > 0 && event(head, NATIVE_HEADED, slice_range(told, 0, at), told);
	}
	return false;
}

/* Reads gdb's and minidump_stackwalk's headings of a thread's stack, and which thread crashed. */
static bool
read_thread(Slice line, NativeHead *head)
{
	Slice told = line;
	ptrdiff_t at;

	if (take_text(&told, SLICE("[Current thread is ")) || take_text(&told, SLICE("[Switching to thread ")))
	{
		head->kind = NATIVE_CRASH_THREAD;
		head->thread = slice_range(told, 0, native_span_to(told, " ]"));
		return true;
	}
	if (take_text(&told, SLICE("[Switching to ")))
	{
		at = slice_find(told, SLICE("LWP "));
		if (at < 0)
			return false;
		told = slice_skip(told, at);
		head->kind = NATIVE_CRASH_THREAD;
		head->thread = slice_range(told, 0, native_span_to(told, ")]"));
		return true;
	}
	if (!take_text(&told, SLICE("Thread ")) || told.len == 0 || !is_digit(told.data[0]))
		return false;
	head->thread = slice_range(told, 0, native_span_to(told, " "));
	told = slice_skip(told, head->thread.len);
	head->kind = NATIVE_THREAD;
	head->role = slice_equal(told, SLICE(" (crashed)")) ? NATIVE_CRASHED : NATIVE_OTHER;
	return told.len == 0 || head->role == NATIVE_CRASHED || slice_starts(told, SLICE(" (Thread ")) ||
	       slice_starts(told, SLICE(" (LWP ")) ||
	       (slice_starts(told, SLICE(" (")) && slice_ends(told, SLICE("):")));
}

/* Reads the lines above stacks that are not where the program failed, and above those that can only be stacks. */
static bool
read_other(Slice line, NativeHead *head)
{
	static const Slice elsewhere[] = {
		{"freed by ", 9},
		{"previously allocated by ", 24},
		{"allocated by ", 13},
		{"Address 0x", 10},
		{"Previous ", 9},
		{"Uninitialized value was ", 24},
		{"Uninitialised value was ", 24},
		{"Block was alloc'd", 17},
		{"Location is ", 12},
		{"Mutex M", 7},
		{"Thread T", 8},
	};
	static const Slice follows[] = {
		{"==== C stack trace ===", 22},
		{"======= Backtrace: ===", 22},
		{"----- Native stack trace ---", 28},
		{"*** Check failure stack trace: ***", 34},
		{"Stack trace (most recent call ", 30},
		{"Backtrace:", 10},
		{"backtrace:", 10},
		{"<--- JS stacktrace --->", 23},
		{"Stack trace:", 12},
	};

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (slice_starts(line, elsewhere[i]))
		{
			head->kind = NATIVE_ELSEWHERE;
			return true;
		}
	for (size_t i = 0; i < sizeof(follows) / sizeof(follows[0]); i++)
		if (slice_starts(line, follows[i]))
		{
			head->kind = NATIVE_STACK_FOLLOWS;
			head->reversed = slice_ends(line, SLICE("call last):"));
			return true;
		}
	return false;
}

/* Reads what valgrind says above a stack. */
static bool
read_valgrind(Slice line, NativeHead *head)
{
	static const Slice errors[] = {
		{"Invalid ", 8},
		{"Conditional jump", 16},
		{"Use of uninitialised", 20},
		{"Mismatched free()", 17},
		{"Source and destination overlap", 30},
		{"Syscall param ", 14},
		{"Jump to the invalid address", 27},
		{"Process terminating with", 24},
		{"Argument '", 10},
		{"Possible data race", 18},
		{"Thread #", 8},
	};
	const Slice lost = SLICE(" lost in loss record ");
	ptrdiff_t at;

	if ((at = slice_find(line, lost)) > 0)
	{
		Slice told = slice_range(line, 0, at + 5);
		ptrdiff_t are = slice_find(told, SLICE(" are "));

		return event(head, NATIVE_CRASHED, are > 0 ? slice_skip(told, are + 5) : told, line);
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (slice_starts(line, errors[i]))
		{
			ptrdiff_t open = slice_find(line, SLICE("(SIG"));
			Slice type = before_words(leading_words(line));

			if (open > 0)
				type =
					slice_range(line, open + 1, open + 1 + native_span_to(slice_skip(line, open + 1), ")"));
			return event(head, NATIVE_CRASHED, type, line);
		}
	return false;
}

/* Reads LeakSanitizer's `Direct leak of 8 byte(s) in 1 object(s) allocated from:`. */
static bool
read_leak(Slice line, NativeHead *head)
{
	const Slice direct = SLICE("Direct leak of "), indirect = SLICE("Indirect leak of ");

	if (slice_starts(line, direct))
		return event(head, NATIVE_CRASHED, slice_range(line, 0, direct.len - 4), line);
	if (slice_starts(line, indirect))
		return event(head, NATIVE_CRASHED, slice_range(line, 0, indirect.len - 4), line);
	return false;
}

/* Reads Node.js's `FATAL ERROR: …`. */
static bool
read_node(Slice line, NativeHead *head)
{
	const Slice start = SLICE("FATAL ERROR: ");

	return slice_starts(line, start) &&
	       event(head, NATIVE_HEADED, slice_range(line, 0, start.len - 2), slice_skip(line, start.len));
}

/* The readers, each with the characters that its lines begin with; NULL: any. */
static const struct
{
	const char *first;
	bool (*read)(Slice line, NativeHead *head);
} readers[] = {
	{"EW", read_sanitizer}, {"DI", read_leak},          {"TP", read_gdb_signal}, {"T[", read_thread},
	{"*RCFs", read_signal}, {"*t", read_lldb},          {"C(", read_dump},       {"F", read_node},
	{NULL, read_other},     {NULL, native_read_reason}, {NULL, read_ubsan},
};

/* Reads a line that is no frame; false where it tells nothing.  The line has no blanks at its ends. */
bool
native_read_head(Slice line, NativeHead *head)
{
	bool marked = line.len > 0 && line.data[0] == '=' && native_take_process(&line);

	memset(head, 0, sizeof(*head));
	if (line.len < 4)
		return false;
	if (marked && read_valgrind(line, head))
		return true;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
	{
		if (readers[i].first && strchr(readers[i].first, line.data[0]) == NULL)
			continue;
		memset(head, 0, sizeof(*head));
		if (line.data[0] != '\0' && readers[i].read(line, head))
			return true;
	}
	return false;
}

/* Is this how a program ends that aborts itself, whose reason says more? */
bool
native_is_abort(Slice type)
{
	static const Slice aborts[] = {{"SIGABRT", 7}, {"ABRT", 4},           {"SIGTRAP", 7},
	                               {"TRAP", 4},    {"breakpoint", 10},    {"SIGILL", 6},
	                               {"ILL", 3},     {"deadly signal", 13}, {"EXC_BREAKPOINT", 14}};

	if (type.len == 0)
		return true;
	for (size_t i = 0; i < sizeof(aborts) / sizeof(aborts[0]); i++)
		if (slice_equal(type, aborts[i]))
			return true;
	return false;
}
