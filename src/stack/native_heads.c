/*
 * The lines that say what happened to a C or C++ program:
 *
 *   ==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020…
 *   shop.c:12:5: runtime error: signed integer overflow: 2147483647 + 1 …
 *   Program received signal SIGSEGV, Segmentation fault.
 *   shop: shop.c:12: total: Assertion `count > 0' failed.
 *   terminate called after throwing an instance of 'std::runtime_error'
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
static size_t
span_to(Slice s, const char *ends)
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

/* Makes *head the reason of an abort. */
static bool
reason(NativeHead *head, Slice type, Slice value)
{
	head->kind = NATIVE_REASON;
	head->type = slice_trim(type);
	head->value = slice_trim(value);
	head->suffices = true;
	return true;
}

/* Makes *head a reason that other programs' logs tell of as well. */
static bool
told_reason(NativeHead *head, Slice type, Slice value)
{
	reason(head, type, value);
	head->suffices = false;
	return true;
}

/* Sets the place of what happened from `file:12` or `file:12:7`; false where it is none. */
static bool
set_place(NativeHead *head, Slice file)
{
	int32_t last, first;

	frame_clear(&head->place);
	if (!take_position(&file, &last) || file.len == 0)
		return false;
	head->place.line = last;
	if (take_position(&file, &first))
	{
		head->place.line = first;
		head->place.column = last;
	}
	head->place.file = file;
	head->has_place = true;
	return file.len > 0;
}

/* Reads `ERROR: AddressSanitizer: …`, `WARNING: ThreadSanitizer: …`, `ERROR: libFuzzer: …`. */
static bool
read_sanitizer(Slice line, NativeHead *head)
{
	Slice name, told;
	ptrdiff_t at;

	if (!native_take_word(&line, SLICE("ERROR: ")) && !native_take_word(&line, SLICE("WARNING: ")))
		return false;
	name = slice_range(line, 0, span_to(line, ": "));
	if (!slice_ends(name, SLICE("Sanitizer")) && !slice_equal(name, SLICE("libFuzzer")) &&
	    !slice_equal(name, SLICE("KFuzzer")) && !slice_equal(name, SLICE("GWP-ASan")))
		return false;
	told = slice_skip(line, name.len);
	if (!native_take_word(&told, SLICE(": ")) || told.len == 0)
		return false;
	if (native_take_word(&told, SLICE("attempting ")))
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

	if (at <= 0 || !set_place(head, slice_range(line, 0, at)) || head->place.column == NO_POSITION)
	{
		head->has_place = false;
		return false;
	}
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

	if (native_take_word(&told, SLICE("Thread ")))
	{
		ptrdiff_t at = slice_find(told, SLICE(" received signal "));

		if (at < 0)
			return false;
		thread = slice_range(told, 0, span_to(told, " "));
		head->thread = thread;
		told = slice_skip(told, at + 1);
	}
	else if (!native_take_word(&told, SLICE("Program ")))
		return false;
	if (!native_take_word(&told, SLICE("received signal ")) &&
	    !native_take_word(&told, SLICE("terminated with signal ")))
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

	if (native_take_word(&told, SLICE("*** SIG")))
	{
		name = slice_range(told, 0, span_to(told, " "));
		if (slice_find(told, SLICE("received ")) < 0)
			return false;
		name = slice_range(slice_skip(line, 4), 0, name.len + 3);
		return event(head, NATIVE_CRASHED, name, line);
	}
	if (!native_take_word(&told, SLICE("Received signal ")) &&
	    !native_take_word(&told, SLICE("Caught signal ")) &&
	    !native_take_word(&told, SLICE("Fatal signal ")) && !native_take_word(&told, SLICE("signal ")))
		return false;
	while (n < told.len && is_digit(told.data[n]))
		n++;
	if (n == 0 || !read_number(slice_range(told, 0, n), &number))
		return false;
	name = signal_name(number);
	told = slice_skip(told, n);
	if (native_take_word(&told, SLICE(" (SIG")))
		name = slice_range((Slice){told.data - 3, told.len + 3}, 0, span_to(told, ")") + 3);
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
	native_take_word(&told, SLICE("signal "));
	return event(head, NATIVE_CRASHED, slice_range(told, 0, span_to(told, " :(,")), told);
}

/* Reads minidump_stackwalk's `Crash reason:  SIGSEGV` and `Thread 0 (crashed)`, and WinDbg's exception line. */
static bool
read_dump(Slice line, NativeHead *head)
{
	const Slice code = SLICE(" - code ");
	Slice told = line;
	ptrdiff_t at;

	if (native_take_word(&told, SLICE("Crash reason:")))
	{
		told = slice_trim(told);
		return event(head, NATIVE_HEADED, slice_range(told, 0, span_to(told, " ")), told);
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

	if (native_take_word(&told, SLICE("[Current thread is ")) ||
	    native_take_word(&told, SLICE("[Switching to thread ")))
	{
		head->kind = NATIVE_CRASH_THREAD;
		head->thread = slice_range(told, 0, span_to(told, " ]"));
		return true;
	}
	if (native_take_word(&told, SLICE("[Switching to ")))
	{
		at = slice_find(told, SLICE("LWP "));
		if (at < 0)
			return false;
		told = slice_skip(told, at);
		head->kind = NATIVE_CRASH_THREAD;
		head->thread = slice_range(told, 0, span_to(told, ")]"));
		return true;
	}
	if (!native_take_word(&told, SLICE("Thread ")) || told.len == 0 || !is_digit(told.data[0]))
		return false;
	head->thread = slice_range(told, 0, span_to(told, " "));
	told = slice_skip(told, head->thread.len);
	head->kind = NATIVE_THREAD;
	head->role = slice_equal(told, SLICE(" (crashed)")) ? NATIVE_CRASHED : NATIVE_OTHER;
	return told.len == 0 || head->role == NATIVE_CRASHED || slice_starts(told, SLICE(" (Thread ")) ||
	       slice_starts(told, SLICE(" (LWP ")) ||
	       (slice_starts(told, SLICE(" (")) && slice_ends(told, SLICE("):")));
}

/*
 * Reads a failed assert(): glibc's `shop: shop.c:12: total: Assertion `n > 0'
 * failed.`, those of the BSDs, musl, Windows, Android and GLib.
 */
static bool
read_assertion(Slice line, NativeHead *head)
{
	const Slice type = SLICE("Assertion"), glibc = SLICE(": Assertion `"), failed = SLICE("' failed."),
				bsd = SLICE("Assertion failed: "), glib = SLICE(": assertion failed: "),
				android = SLICE(": assertion \"");
	ptrdiff_t at, colon;
	Slice place, value;

	if ((at = slice_find(line, glibc)) > 0 && slice_ends(line, failed))
	{
		value = slice_range(line, at + glibc.len, line.len - failed.len);
		place = slice_range(line, 0, at);
		/* `program: file:12: function`, where the function's own text has colons */
		for (size_t i = 0; i + 2 < place.len; i++)
			if (place.data[i] == ':' && is_digit(place.data[i + 1]))
			{
				size_t n = i + 1;
				Slice file = slice_range(place, 0, i);

				while (n < place.len && is_digit(place.data[n]))
					n++;
				if (n + 1 >= place.len || place.data[n] != ':' || place.data[n + 1] != ' ')
					continue;
				colon = slice_find(file, SLICE(": "));
				if (colon >= 0)
					file = slice_skip(file, colon + 2);
				frame_clear(&head->place);
				head->place.file = file;
				if (!read_number(slice_range(place, i + 1, n), &head->place.line))
					return false;
				native_set_function(&head->place, slice_skip(place, n + 2), NO_SLICE);
				head->has_place = true;
				return reason(head, type, value);
			}
		return false;
	}
	if (slice_starts(line, bsd))
	{
		/* `(n > 0), function total, file shop.c, line 12.`, `n > 0 (shop.c: total: 12)`, `n > 0, file shop.c, line 12` */
		Slice told = slice_skip(line, bsd.len), function = NO_SLICE;
		ptrdiff_t file = slice_find(told, SLICE(", file ")), number = slice_find(told, SLICE(", line "));

		frame_clear(&head->place);
		if (file > 0 && number > file)
		{
			Slice digits = slice_skip(told, number + 7);

			head->place.file = slice_range(told, file + 7, number);
			if (slice_ends(digits, SLICE(".")))
				digits.len--;
			if (!read_number(digits, &head->place.line))
				return false;
			value = slice_range(told, 0, file);
			at = slice_find(value, SLICE(", function "));
			if (at > 0)
			{
				function = slice_skip(value, at + 11);
				value.len = at;
			}
			if (value.len > 2 && value.data[0] == '(' && value.data[value.len - 1] == ')')
				value = slice_range(value, 1, value.len - 1);
		}
		else
		{
			ptrdiff_t open = slice_find(told, SLICE(" ("));

			if (open < 0 || told.data[told.len - 1] != ')')
				return false;
			open = slice_find_last_char(told, '(');
			value = slice_range(told, 0, open);
			place = slice_range(told, open + 1, told.len - 1);
			at = slice_find(place, SLICE(": "));
			colon = slice_find_last_char(place, ' ');
			if (at <= 0 || colon <= at + 1 || !read_number(slice_skip(place, colon + 1), &head->place.line))
				return false;
			head->place.file = slice_range(place, 0, at);
			function = slice_range(place, at + 2, colon - 1);
		}
		if (function.len > 0)
			native_set_function(&head->place, function, NO_SLICE);
		head->has_place = true;
		return reason(head, type, value);
	}
	if ((at = slice_find(line, glib)) > 0 || (at = slice_find(line, android)) > 0)
	{
		/* `ERROR:shop.c:12:total: assertion failed: (n > 0)`, `shop.c:12: total: assertion "n > 0" failed` */
		bool is_glib = line.data[at + 2 + 9] == ' ' && line.data[at + 2 + 10] == 'f';
		Slice told = slice_skip(line, at + (is_glib ? glib.len : android.len));

		place = slice_range(line, 0, at);
		colon = slice_find(place, SLICE("ERROR:"));
		if (is_glib && colon < 0)
			return false;
		if (!is_glib && !slice_ends(told, SLICE("\" failed")))
			return false;
		if (is_glib)
			place = slice_skip(place, colon + 6);
		else
			told.len -= 8;
		colon = slice_find_last_char(place, ':');
		if (colon <= 0 || !set_place(head, slice_range(place, 0, colon)))
			return false;
		native_set_function(&head->place, slice_trim(slice_skip(place, colon + 1)), NO_SLICE);
		return reason(head, type, told);
	}
	return false;
}

/* Reads what Chromium, glog, abseil and V8 print of a CHECK that failed. */
static bool
read_check(Slice line, NativeHead *head)
{
	static const Slice kinds[] = {{"Security DCHECK failed: ", 24},
	                              {"DCHECK failed: ", 15},
	                              {"Check failed: ", 14},
	                              {"CHECK failed: ", 14}};
	Slice told = line;
	ptrdiff_t at;

	/* `# Fatal error in file, line 12`: what it was stands in the next line */
	if (native_take_word(&told, SLICE("# Fatal error in ")))
	{
		at = slice_find(told, SLICE(", line "));
		if (at <= 0)
			return false;
		frame_clear(&head->place);
		head->place.file = slice_range(told, 0, at);
		if (!read_number(slice_skip(told, at + 7), &head->place.line))
			return false;
		head->has_place = true;
		return reason(head, SLICE("Fatal error"), NO_SLICE);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		at = slice_find(line, kinds[i]);
		if (at < 0)
			continue;
		/* `[pid:tid:time:FATAL:file(12)] `, `F0813 00:29:27.775753 1 file.cc:130] `, `# ` */
		if (at > 0 && !slice_ends(slice_range(line, 0, at), SLICE("] ")) &&
		    !slice_equal(slice_range(line, 0, at), SLICE("# ")))
			return false;
		reason(head, slice_range(kinds[i], 0, kinds[i].len - 2), slice_skip(line, at + kinds[i].len));
		at -= 2;
		if (at > 0)
		{
			Slice place = slice_range(line, 0, at);

			place = last_name(place, ' ');
			if (slice_ends(place, SLICE(")")))
			{
				ptrdiff_t open = slice_find_last_char(place, '(');

				place = last_name(place, ':');
				open = slice_find_last_char(place, '(');
				frame_clear(&head->place);
				if (open > 0 && read_number(slice_range(place, open + 1, place.len - 1), &head->place.line))
				{
					head->place.file = slice_range(place, 0, open);
					head->has_place = true;
				}
			}
			else
			{
				at = slice_find(place, SLICE("FATAL:"));
				set_place(head, at >= 0 ? slice_skip(place, at + 6) : place);
			}
		}
		return true;
	}
	return false;
}

/* Reads what the C and C++ libraries print before they abort. */
static bool
read_library(Slice line, NativeHead *head)
{
	static const Slice heap[] = {
		{"double free or corruption", 25},
		{"free(): ", 8},
		{"malloc(): ", 10},
		{"realloc(): ", 11},
		{"munmap_chunk(): ", 16},
		{"corrupted size vs. prev_size", 28},
		{"corrupted double-linked list", 28},
		{"malloc_consolidate(): ", 22},
	};
	const Slice thrown = SLICE("terminate called after throwing an instance of '"),
				without = SLICE("terminate called without an active exception"),
				libcxx = SLICE("terminating with uncaught exception of type "),
				libcxx_new = SLICE("terminating due to uncaught exception of type "),
				in_program = SLICE("*** Error in `");
	ptrdiff_t at;
	Slice told = line;

	native_take_word(&told, SLICE("libc++abi: "));
	native_take_word(&told, SLICE("libc++abi.dylib: "));
	if (native_take_word(&told, thrown))
		return slice_ends(told, SLICE("'")) && reason(head, slice_range(told, 0, told.len - 1), NO_SLICE);
	if (slice_starts(told, without))
		return reason(head, SLICE("std::terminate"), told);
	if (native_take_word(&told, libcxx) || native_take_word(&told, libcxx_new))
	{
		at = slice_find(told, SLICE(": "));
		return reason(head, at > 0 ? slice_range(told, 0, at) : told,
		              at > 0 ? slice_skip(told, at + 2) : NO_SLICE);
	}
	if (slice_starts(told, SLICE("what():")))
	{
		head->kind = NATIVE_WHAT;
		head->value = slice_trim(slice_skip(told, 7));
		return true;
	}
	if (slice_starts(line, in_program) && slice_ends(line, SLICE(" ***")))
	{
		at = slice_find(line, SLICE("': "));
		if (at < 0)
			return false;
		told = slice_skip(line, at + 3);
		return told_reason(head, slice_range(told, 0, span_to(told, "(:*")),
		                   slice_range(told, 0, told.len - 4));
	}
	if (slice_starts(told, SLICE("*** stack smashing detected ***")) ||
	    slice_starts(told, SLICE("*** buffer overflow detected ***")))
		return told_reason(head, slice_range(told, 4, slice_find(told, SLICE(" ***"))), line);
	if (line.len < 80)
		for (size_t i = 0; i < sizeof(heap) / sizeof(heap[0]); i++)
			if (slice_starts(line, heap[i]))
				return told_reason(head, heap[i].data[heap[i].len - 1] == ' ' ? line : heap[i], line);
	return false;
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
				type = slice_range(line, open + 1, open + 1 + span_to(slice_skip(line, open + 1), ")"));
			return event(head, NATIVE_CRASHED, type, line);
		}
	return false;
}

/* Takes `==123==` off the front of *line; true where it was there. */
static bool
take_process(Slice *line)
{
	size_t n = 2;

	if (line->len < 5 || line->data[0] != '=' || line->data[1] != '=' || !is_digit(line->data[2]))
		return false;
	while (n < line->len && is_digit(line->data[n]))
		n++;
	if (n + 2 > line->len || line->data[n] != '=' || line->data[n + 1] != '=')
		return false;
	*line = slice_trim(slice_skip(*line, n + 2));
	return true;
}

/* Reads Android's `Abort message: '…'`, which may be that of an assertion. */
static bool
read_abort_message(Slice line, NativeHead *head)
{
	if (!native_take_word(&line, SLICE("Abort message: '")))
		return false;
	if (slice_ends(line, SLICE("'")))
		line.len--;
	if (line.len == 0)
		return false;
	return read_assertion(line, head) || read_check(line, head) || told_reason(head, SLICE("SIGABRT"), line);
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

/* Reads WebKit's `ASSERTION FAILED: …`. */
static bool
read_webkit(Slice line, NativeHead *head)
{
	const Slice start = SLICE("ASSERTION FAILED: ");

	return slice_starts(line, start) && reason(head, SLICE("Assertion"), slice_skip(line, start.len));
}

/* The readers, each with the characters that its lines begin with; NULL: any. */
static const struct
{
	const char *first;
	bool (*read)(Slice line, NativeHead *head);
} readers[] = {
	{"EW", read_sanitizer},    {"DI", read_leak},      {"TP", read_gdb_signal}, {"T[", read_thread},
	{"*RCFs", read_signal},    {"*t", read_lldb},      {"C(", read_dump},       {"F", read_node},
	{"A", read_abort_message}, {"A", read_webkit},     {NULL, read_other},      {NULL, read_library},
	{NULL, read_check},        {NULL, read_assertion}, {NULL, read_ubsan},
};

/* Reads a line that is no frame; false where it tells nothing.  The line has no blanks at its ends. */
bool
native_read_head(Slice line, NativeHead *head)
{
	bool marked = take_process(&line);

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
