/*
 * The lines that say why a C or C++ program aborts:
 *
 *   shop: shop.c:12: total: Assertion `count > 0' failed.
 *   terminate called after throwing an instance of 'std::runtime_error'
 *   [4711:4712:0813/102927.775901:FATAL:cart.cc(12)] Check failed: count > 0
 */
#include "native.h"

static const char assertion[] = "Assertion"; /* their type, whoever prints them */

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

/* Makes *head a failed assertion, at the place that it has. */
static bool
failed(NativeHead *head, Slice condition)
{
	head->has_place = true;
	return reason(head, slice_of_string(assertion), condition);
}

/*
 * Reads glibc's `program: file:12: function: Assertion `n > 0' failed.`, where
 * the function's own text may have colons.
 */
static bool
read_glibc_assertion(Slice line, NativeHead *head)
{
	const Slice mark = SLICE(": Assertion `"), end = SLICE("' failed.");
	ptrdiff_t at = slice_find(line, mark), colon;
	Slice place, file;

	if (at <= 0 || !slice_ends(line, end) || (size_t) at + mark.len + end.len > line.len)
		return false;
	place = slice_range(line, 0, at);
	for (size_t i = 0; i + 2 < place.len; i++)
	{
		size_t n = i + 1;

		if (place.data[i] != ':')
			continue;
		n += count_digits(place, n);
		if (n == i + 1 || n + 1 >= place.len || place.data[n] != ':' || place.data[n + 1] != ' ')
			continue;
		file = slice_range(place, 0, i);
		colon = slice_find(file, SLICE(": "));
		if (colon >= 0)
			file = slice_skip(file, colon + 2);
		frame_clear(&head->place);
		head->place.file = file;
		if (!read_number(slice_range(place, i + 1, n), &head->place.line))
			return false;
		native_set_function(&head->place, slice_skip(place, n + 2), NO_SLICE);
		return failed(head, slice_range(line, at + mark.len, line.len - end.len));
	}
	return false;
}

/* Reads `(n > 0), function total, file shop.c, line 12.` of the BSDs and macOS, and Windows' `n > 0, file shop.c, line 12`. */
static bool
read_bsd_place(Slice told, NativeHead *head)
{
	ptrdiff_t file = slice_find(told, SLICE(", file ")), line = slice_find(told, SLICE(", line ")), function;
	Slice condition, digits;

	if (file <= 0 || line < file + 7)
		return false;
	frame_clear(&head->place);
	head->place.file = slice_range(told, file + 7, line);
	digits = slice_skip(told, line + 7);
	if (slice_ends(digits, SLICE(".")))
		digits.len--;
	if (!read_number(digits, &head->place.line))
		return false;
	condition = slice_range(told, 0, file);
	function = slice_find(condition, SLICE(", function "));
	if (function > 0)
	{
		native_set_function(&head->place, slice_skip(condition, function + 11), NO_SLICE);
		condition.len = function;
	}
	if (condition.len > 2 && condition.data[0] == '(' && condition.data[condition.len - 1] == ')')
		condition = slice_range(condition, 1, condition.len - 1);
	return failed(head, condition);
}

/* Reads musl's `n > 0 (shop.c: total: 12)`. */
static bool
read_musl_place(Slice told, NativeHead *head)
{
	ptrdiff_t open = slice_find_last_char(told, '('), first, last;
	Slice place;

	if (open <= 1 || told.data[told.len - 1] != ')')
		return false;
	place = slice_range(told, open + 1, told.len - 1);
	first = slice_find(place, SLICE(": "));
	last = slice_find_last_char(place, ' ');
	frame_clear(&head->place);
	if (first <= 0 || last <= first + 2 || !read_number(slice_skip(place, last + 1), &head->place.line))
		return false;
	head->place.file = slice_range(place, 0, first);
	native_set_function(&head->place, slice_range(place, first + 2, last - 1), NO_SLICE);
	return failed(head, slice_range(told, 0, open - 1));
}

/* Reads GLib's `ERROR:shop.c:12:total: assertion failed: (n > 0)`. */
static bool
read_glib_assertion(Slice line, NativeHead *head)
{
	const Slice mark = SLICE(": assertion failed: "), error = SLICE("ERROR:");
	ptrdiff_t at = slice_find(line, mark), start, colon;
	Slice place;

	if (at <= 0)
		return false;
	place = slice_range(line, 0, at);
	start = slice_find(place, error);
	if (start < 0)
		return false;
	place = slice_skip(place, start + error.len);
	colon = slice_find_last_char(place, ':');
	frame_clear(&head->place);
	if (colon <= 0 || !native_set_place(slice_range(place, 0, colon), &head->place))
		return false;
	native_set_function(&head->place, slice_skip(place, colon + 1), NO_SLICE);
	return failed(head, slice_skip(line, at + mark.len));
}

/* Reads Android's `shop.c:12: total: assertion "n > 0" failed`. */
static bool
read_android_assertion(Slice line, NativeHead *head)
{
	const Slice mark = SLICE(": assertion \""), end = SLICE("\" failed");
	ptrdiff_t at = slice_find(line, mark), colon;
	Slice place;

	if (at <= 0 || !slice_ends(line, end) || (size_t) at + mark.len + end.len > line.len)
		return false;
	place = slice_range(line, 0, at);
	colon = slice_find(place, SLICE(": "));
	frame_clear(&head->place);
	if (colon <= 0 || !native_set_place(slice_range(place, 0, colon), &head->place))
		return false;
	native_set_function(&head->place, slice_skip(place, colon + 2), NO_SLICE);
	return failed(head, slice_range(line, at + mark.len, line.len - end.len));
}

/* Reads a failed assert(), as the various libraries print it. */
static bool
read_assertion(Slice line, NativeHead *head)
{
	const Slice bsd = SLICE("Assertion failed: "), webkit = SLICE("ASSERTION FAILED: ");

	if (slice_starts(line, bsd))
	{
		line = slice_skip(line, bsd.len);
		return read_bsd_place(line, head) || read_musl_place(line, head);
	}
	if (slice_starts(line, webkit))
		return reason(head, slice_of_string(assertion), slice_skip(line, webkit.len));
	return read_glibc_assertion(line, head) || read_glib_assertion(line, head) ||
	       read_android_assertion(line, head);
}

/* Reads V8's `# Fatal error in file, line 12`; what it was stands in the next line. */
static bool
read_v8_error(Slice line, NativeHead *head)
{
	ptrdiff_t at;

	if (!take_text(&line, SLICE("# Fatal error in ")))
		return false;
	at = slice_find(line, SLICE(", line "));
	frame_clear(&head->place);
	if (at <= 0 || !read_number(slice_skip(line, at + 7), &head->place.line))
		return false;
	head->place.file = slice_range(line, 0, at);
	head->has_place = true;
	return reason(head, SLICE("Fatal error"), NO_SLICE);
}

/* Reads the place in a log's prefix: `…:FATAL:file(12)`, `…:FATAL:file:12`, `F0813 00:29:27.775753 1 file.cc:130`. */
static void
read_log_place(Slice prefix, NativeHead *head)
{
	const Slice fatal = SLICE("FATAL:");
	Slice place = last_name(prefix, ' ');
	ptrdiff_t at = slice_find(place, fatal), open;

	frame_clear(&head->place);
	if (at >= 0)
		place = slice_skip(place, at + fatal.len);
	open = slice_find_last_char(place, '(');
	if (open > 0 && slice_ends(place, SLICE(")")))
	{
		head->has_place = read_number(slice_range(place, open + 1, place.len - 1), &head->place.line);
		head->place.file = slice_range(place, 0, open);
	}
	else
		head->has_place = native_set_place(place, &head->place);
}

/* Reads what Chromium, glog, abseil and V8 print of a CHECK that failed, behind their log's prefix. */
static bool
read_check(Slice line, NativeHead *head)
{
	static const Slice kinds[] = {
		{"Security DCHECK failed: ", 24},
		{"DCHECK failed: ", 15},
		{"Check failed: ", 14},
		{"CHECK failed: ", 14},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		ptrdiff_t at = slice_find(line, kinds[i]);
		Slice prefix;

		if (at < 0)
			continue;
		prefix = slice_range(line, 0, at);
		if (prefix.len > 0 && !slice_ends(prefix, SLICE("] ")) && !slice_equal(prefix, SLICE("# ")))
			return false;
		if (prefix.len > 2)
			read_log_place(slice_range(prefix, 0, prefix.len - 2), head);
		return reason(head, slice_range(kinds[i], 0, kinds[i].len - 2), slice_skip(line, at + kinds[i].len));
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

	take_text(&told, SLICE("libc++abi: "));
	take_text(&told, SLICE("libc++abi.dylib: "));
	if (take_text(&told, thrown))
		return slice_ends(told, SLICE("'")) && reason(head, slice_range(told, 0, told.len - 1), NO_SLICE);
	if (slice_starts(told, without))
		return reason(head, SLICE("std::terminate"), told);
	if (take_text(&told, libcxx) || take_text(&told, libcxx_new))
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
		return told_reason(head, slice_range(told, 0, native_span_to(told, "(:*")),
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

/* Reads Android's `Abort message: '…'`, which may be that of an assertion. */
static bool
read_abort_message(Slice line, NativeHead *head)
{
	if (!take_text(&line, SLICE("Abort message: '")))
		return false;
	if (slice_ends(line, SLICE("'")))
		line.len--;
	if (line.len == 0)
		return false;
	return read_assertion(line, head) || read_check(line, head) || told_reason(head, SLICE("SIGABRT"), line);
}

/* Reads a line that says why the program aborts; false where it is none. */
bool
native_read_reason(Slice line, NativeHead *head)
{
	return read_library(line, head) || read_v8_error(line, head) || read_check(line, head) ||
	       read_assertion(line, head) || read_abort_message(line, head);
}
