/*
 * Frames with a '#' before their number, and those of lldb:
 *
 *   #1  0x0000555555555160 in shop::total (this=0x0, count=3) at /srv/shop.cc:12       gdb
 *   #2  0x00007ffff7df6d68 in ?? () from /lib/libc.so.6                                gdb
 *   #1 0x4f6b78 in shop::total(int) /srv/shop.cc:12:7                                  sanitizers
 *   #2 0x7f81e1 in main (/srv/shop+0x40069d) (BuildId: 12ab)                           sanitizers
 *   #3 0x0000015ac58a shop::total()                                                    Chromium
 *   #00 pc 0000000000001234  /system/lib64/libshop.so (shop::total(int)+12)            Android
 *   #3    Object "./shop", at 0x40069d, in main                                        backward-cpp
 *     * frame #0: 0x0000555555555160 shop`total(count=3) at shop.c:12:7                lldb
 */
#include "native.h"

/* Takes a hexadecimal number of at least so many digits, with or without "0x", and blanks behind it. */
bool
native_take_hex(Slice *s, size_t least)
{
	size_t start = slice_starts(*s, SLICE("0x")) ? 2 : 0, n = start;

	n += count_hex_digits(*s, n);
	if (n - start < least || (n < s->len && is_word(s->data[n])))
		return false;
	*s = slice_trim(slice_skip(*s, n));
	return true;
}

/* name without `+0x12` or `+12` or ` + 12` at its end: how far into the function it is. */
Slice
native_cut_offset(Slice name)
{
	ptrdiff_t plus = slice_find_last_char(name, '+');
	Slice digits;

	if (plus <= 0)
		return name;
	digits = slice_trim(slice_skip(name, plus + 1));
	if (slice_starts(digits, SLICE("0x")))
		digits = slice_skip(digits, 2);
	for (size_t i = 0; i < digits.len; i++)
		if (!is_hex_digit(digits.data[i]))
			return name;
	return digits.len > 0 ? slice_trim(slice_range(name, 0, plus)) : name;
}

/* Sets a frame of which `library+0x12` is known, or only a library. */
void
native_set_unnamed(Frame *frame, Slice place)
{
	Slice library = native_cut_offset(place);

	frame->module = library;
	frame->file = library;
	frame->function = library.len < place.len ? place : NO_SLICE;
}

/* Does s look like the path of a file? */
static bool
is_path(Slice s)
{
	if (s.len == 0)
		return false;
	if (s.data[0] == '/' || slice_starts(s, SLICE("./")) || slice_starts(s, SLICE("../")))
		return true;
	return s.len > 3 && is_letter(s.data[0]) && s.data[1] == ':' && (s.data[2] == '\\' || s.data[2] == '/');
}

/* Reads `file:12:7` or `file:12` into *frame; false, and nothing changed, where it is no such thing. */
bool
native_set_place(Slice place, Frame *frame)
{
	int32_t last, first;

	if (!take_position(&place, &last) || place.len == 0)
		return false;
	frame->line = last;
	if (take_position(&place, &first))
	{
		frame->line = first;
		frame->column = last;
	}
	frame->file = place;
	return true;
}

/* Likewise, where the whole may be the file. */
static void
set_place(Frame *frame, Slice place)
{
	if (!native_set_place(place, frame))
		frame->file = place;
}

/* Where a file's path begins behind a blank, outside of brackets: `f() C:\Program Files\x.cc:3`; or -1. */
static ptrdiff_t
find_path(Slice s)
{
	for (size_t at = 0; at + 1 < s.len;)
	{
		if (s.data[at] == ' ' && is_path(slice_skip(s, at + 1)))
			return (ptrdiff_t) at;
		if (s.data[at] == '(' || (s.data[at] == '<' && at > 0 && s.data[at - 1] != ' '))
			at = native_skip_group(s, at);
		else
			at++;
	}
	return -1;
}

/* Does the last word of a frame, behind the function, name a source file? */
static bool
is_source(Slice word)
{
	int32_t number;

	if (is_path(word))
		return true;
	for (size_t i = 0; i < word.len; i++)
		if (strchr("()<>,&*'`[]{}", word.data[i]) != NULL || slice_starts(slice_skip(word, i), SLICE("::")))
			return false;
	return take_position(&word, &number) || slice_find_char(word, '.') > 0;
}

/* Takes `(library+0x12)` off the end of *rest, behind a blank or all there is; NO_SLICE where it is not there. */
static Slice
take_library(Slice *rest)
{
	const Slice build_id = SLICE(" (BuildId: ");
	ptrdiff_t at = slice_find(*rest, build_id);
	size_t open;
	int depth = 0;
	Slice inside;

	if (at >= 0)
		*rest = slice_trim(slice_range(*rest, 0, at));
	if (rest->len == 0 || rest->data[rest->len - 1] != ')')
		return NO_SLICE;
	for (open = rest->len; open > 0; open--)
	{
		char c = rest->data[open - 1];

		depth += c == ')' ? 1 : c == '(' ? -1 : 0;
		if (depth == 0)
			break;
	}
	if (open == 0 || (open > 1 && rest->data[open - 2] != ' '))
		return NO_SLICE;
	inside = slice_range(*rest, open, rest->len - 1);
	if (!native_is_nameless(inside) && native_cut_offset(inside).len == inside.len)
		return NO_SLICE;
	*rest = slice_trim(slice_range(*rest, 0, open - 1));
	return inside;
}

/*
 * Reads what follows the address in a sanitizer's frame: `f(int) file:12:7`,
 * `f (library+0x12)`, `f file:12:7 (library+0x12)`, `(library+0x12)`, `f`.
 * False where it does not end in the library.
 */
static bool
read_sanitizer_rest(Slice rest, Frame *frame)
{
	const Slice unknown = SLICE(" <null>");
	Slice library = take_library(&rest);
	bool has_library = library.len > 0;
	ptrdiff_t at;

	if (rest.len == 0)
	{
		if (native_is_nameless(library))
			frame->function = library;
		else
			native_set_unnamed(frame, library);
		return has_library;
	}
	if (!has_library && is_path(rest) && slice_find_char(rest, ' ') < 0)
	{
		native_set_unnamed(frame, rest);
		return false;
	}
	frame->file = library = has_library ? native_cut_offset(library) : NO_SLICE;
	if (slice_ends(rest, unknown))
		rest.len -= unknown.len;
	at = slice_find_last_char(rest, ' ');
	if (at > 0 && is_source(slice_skip(rest, at + 1)))
	{
		ptrdiff_t path = find_path(rest);

		at = path > 0 ? path : at;
		set_place(frame, slice_skip(rest, at + 1));
		rest = slice_trim(slice_range(rest, 0, at));
	}
	native_set_function(frame, native_cut_offset(rest), library);
	return has_library;
}

/* The index behind the quoted text that begins at index "at". */
static size_t
skip_quoted(Slice s, size_t at)
{
	char quote = s.data[at];

	for (at++; at < s.len && s.data[at] != quote; at++)
		if (s.data[at] == '\\')
			at++;
	return at < s.len ? at + 1 : s.len;
}

/* The index of the '(' before the values that gdb prints behind a function's name, or -1. */
static ptrdiff_t
find_arguments(Slice s)
{
	bool angles = true; /* every '<' so far was closed */

	for (size_t at = 0; at < s.len;)
	{
		char c = s.data[at];
		size_t behind;

		if (c == '(' && at > 0 && (s.data[at - 1] == ' ' || s.data[at - 1] == '\n'))
			return (ptrdiff_t) at;
		if (c == '(')
			at = native_skip_group(s, at);
		else if (c == '<' && angles)
		{
			/* that of `operator<` closes nowhere */
			behind = native_skip_group(s, at);
			angles = behind < s.len;
			at = angles ? behind : at + 1;
		}
		else
			at++;
	}
	return -1;
}

/* The index behind the values that gdb prints, which begin at the '(' at index "at"; s.len where they are cut. */
static size_t
skip_arguments(Slice s, size_t at)
{
	size_t depth = 0;

	while (at < s.len)
	{
		char c = s.data[at];

		if (c == '"' || c == '\'')
		{
			at = skip_quoted(s, at);
			continue;
		}
		if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return at + 1;
		at++;
	}
	return s.len;
}

/* s up to its first line end. */
static Slice
first_line(Slice s)
{
	ptrdiff_t end = slice_find_char(s, '\n');

	return end >= 0 ? slice_trim(slice_range(s, 0, end)) : s;
}

/* Reads `f (count=3) at shop.c:12` or `f () from library`; false where it is no such thing. */
static bool
read_gdb_rest(Slice rest, Frame *frame)
{
	ptrdiff_t open = find_arguments(rest);
	Slice function, place;
	size_t behind;

	if (open <= 0)
		return false;
	function = slice_trim_lines(slice_range(rest, 0, open));
	behind = skip_arguments(rest, open);
	place = first_line(slice_trim_lines(slice_skip(rest, behind)));
	if (take_text(&place, SLICE("at ")))
	{
		set_place(frame, slice_trim_lines(place));
		native_set_function(frame, function, NO_SLICE);
		return true;
	}
	if (take_text(&place, SLICE("from ")))
	{
		place = slice_trim_lines(place);
		frame->file = place;
		native_set_function(frame, function, place);
		return true;
	}
	/* `(library+0x12)` is a sanitizer's; otherwise no debug information, or cut */
	if (place.len > 0 || slice_find(slice_range(rest, open, behind), SLICE("+0x")) >= 0)
		return false;
	native_set_function(frame, function, NO_SLICE);
	return true;
}

/* Reads `pc 0000000000001234  library (offset 0x1000) (f+12) (BuildId: 12ab)`. */
static bool
read_android_rest(Slice rest, Allocator allocator, Frame *frame)
{
	Slice address, path, name = NO_SLICE;
	ptrdiff_t at;

	rest = slice_trim(rest);
	address = rest;
	if (!native_take_hex(&rest, 6) || rest.len == 0)
		return false;
	at = slice_find_char(address, ' ');
	if (at > 0)
		address.len = at;
	at = slice_find(rest, SLICE(" ("));
	path = at > 0 ? slice_trim(slice_range(rest, 0, at)) : rest;
	rest = at > 0 ? slice_skip(rest, at) : NO_SLICE;
	while (take_text(&rest, SLICE(" (")))
	{
		/* a name has parentheses of its own */
		size_t depth = 1, n = 0;

		for (; n < rest.len && depth > 0; n++)
			depth += rest.data[n] == '(' ? 1 : rest.data[n] == ')' ? -1 : 0;
		if (!slice_starts(rest, SLICE("offset ")) && !slice_starts(rest, SLICE("BuildId: ")) &&
		    !slice_starts(rest, SLICE("deleted")) && name.len == 0)
			name = native_cut_offset(slice_range(rest, 0, depth == 0 ? n - 1 : n));
		rest = slice_skip(rest, n);
	}
	frame->file = path;
	if (name.len > 0 && !native_is_nameless(name))
		native_set_function(frame, name, path);
	else
	{
		/* as sanitizers print it: library+0x1234 */
		char *place = allocator.alloc(allocator.context, path.len + address.len + 3);

		memcpy(place, path.data, path.len);
		memcpy(place + path.len, "+0x", 3);
		memcpy(place + path.len + 3, address.data, address.len);
		native_set_unnamed(frame, (Slice){place, path.len + 3 + address.len});
	}
	return true;
}

/* Reads `Object "library", at 0x40069d, in f` or `Source "file", line 12, in f [0x40069d]`. */
bool
native_read_backward(Slice rest, NativeFrame *native)
{
	Frame *frame = &native->frame;
	bool object = take_text(&rest, SLICE("Object \""));
	ptrdiff_t quote, at;
	Slice path;

	if (!object && !take_text(&rest, SLICE("Source \"")))
		return false;
	quote = slice_find_char(rest, '"');
	if (quote < 0)
		return false;
	path = slice_range(rest, 0, quote);
	rest = slice_skip(rest, quote + 1);
	if (!take_text(&rest, object ? SLICE(", at 0x") : SLICE(", line ")))
		return false;
	native->shape = NATIVE_BACKWARD;
	native->source = !object;
	frame->file = path;
	if (!object && !take_number(&rest, &frame->line))
		return false;
	at = slice_find(rest, SLICE(", in "));
	if (at < 0)
		return true;
	rest = slice_skip(rest, at + 5);
	at = slice_find(rest, SLICE(" [0x"));
	if (at > 0)
		rest.len = at;
	native_set_function(frame, slice_trim(rest), object ? path : NO_SLICE);
	return true;
}

/* Reads a frame that begins with '#', perhaps of several lines. */
bool
native_read_hash_frame(Slice line, Allocator allocator, NativeFrame *native)
{
	Frame *frame = &native->frame;
	int32_t inlined;
	bool in, address;
	Slice rest = slice_skip(line, 1);
	ptrdiff_t process;
	size_t blanks;

	native->shape = NATIVE_HASH;
	if (!take_number(&rest, &native->number))
		return false;
	/* Fuchsia numbers what is inlined: `#1.2` */
	if (rest.len > 1 && rest.data[0] == '.')
	{
		rest = slice_skip(rest, 1);
		if (!take_number(&rest, &inlined))
			return false;
	}
	blanks = rest.len;
	rest = slice_trim(rest);
	blanks -= rest.len;
	if (blanks == 0 || rest.len == 0)
		return false;
	/* Fuchsia names the process behind the function */
	process = slice_find(rest, SLICE(" <<"));
	if (process > 0 && slice_find(slice_skip(rest, process), SLICE(">>")) > 0)
		rest = slice_trim(slice_range(rest, 0, process));
	if (take_text(&rest, SLICE("pc ")))
		return read_android_rest(rest, allocator, frame);
	if (rest.data[0] == '|')
		rest = slice_trim(slice_skip(rest, 1));
	if (native_read_backward(rest, native))
		return true;
	if (slice_equal(rest, SLICE("<signal handler called>")))
	{
		frame->function = rest;
		return true;
	}
	address = native_take_hex(&rest, slice_starts(rest, SLICE("0x")) ? 1 : 8);
	if (!address && slice_find(rest, SLICE("+0x")) > 0)
	{
		/* ThreadSanitizer prints no addresses */
		if (read_sanitizer_rest(rest, frame))
			return true;
		frame_clear(frame);
	}
	if (!address)
		return slice_find_char(rest, '(') > 0 && read_gdb_rest(rest, frame) && frame->file.len > 0 &&
		       (blanks >= 2 || native->number >= 10) && (frame->line != NO_POSITION || is_path(frame->file));
	in = take_text(&rest, SLICE("in"));
	rest = slice_trim_lines(rest);
	if (rest.len == 0)
	{
		native->empty = native->weak = true;
		return true;
	}
	/* FreeBSD's kernel: `#0 0xffffffff80b9cbe5 at kdb_backtrace+0x65` */
	if (slice_starts(rest, SLICE("at ")))
		return false;
	if (slice_find_char(rest, '\n') >= 0 || slice_find(rest, SLICE(" (")) >= 0)
	{
		if (in && read_gdb_rest(rest, frame))
			return true;
		frame_clear(frame);
	}
	read_sanitizer_rest(rest, frame);
	return true;
}

/* The length of function before the parentheses with its values, `(count=3)`; types belong to the name. */
static size_t
before_values(Slice function)
{
	size_t open = function.len;

	for (size_t at = 0; at < function.len;)
	{
		if (function.data[at] == '(')
			open = at;
		at = function.data[at] == '(' || (function.data[at] == '<' && at > 0)
		         ? native_skip_group(function, at)
		         : at + 1;
	}
	return slice_find_char(slice_skip(function, open), '=') >= 0 ? open : function.len;
}

/* Reads `f(count=3) at shop.c:12:7`, without the values. */
static void
read_lldb_rest(Slice rest, Slice library, Frame *frame)
{
	ptrdiff_t at = slice_find(rest, SLICE(" at "));
	Slice function = rest;

	if (at > 0)
	{
		Slice place = slice_skip(rest, at + 4);
		/* `[opt]`, `[inlined]`, `[artificial]` */
		ptrdiff_t bracket = slice_find(place, SLICE(" ["));

		if (bracket > 0)
			place.len = bracket;
		set_place(frame, slice_trim(place));
		function = native_cut_offset(slice_range(rest, 0, at));
	}
	else
	{
		function = native_cut_offset(rest);
		frame->file = library;
	}
	function.len = before_values(function);
	native_set_function(frame, function, library);
}

/* Reads `* frame #0: 0x… library`f at file:12:7`. */
bool
native_read_lldb_frame(Slice line, NativeFrame *native)
{
	Slice library;
	ptrdiff_t tick, inlined;

	native->shape = NATIVE_LLDB;
	if (take_text(&line, SLICE("* ")))
		line = slice_trim(line);
	if (!take_text(&line, SLICE("frame #")) || !take_number(&line, &native->number) ||
	    !take_text(&line, SLICE(": ")))
		return false;
	if (!native_take_hex(&line, 4))
		return false;
	tick = slice_find_char(line, '`');
	/* where Markdown has eaten it, a place may still tell what stands in front of it */
	if (tick < 0 && slice_find(line, SLICE(" at ")) > 0)
		tick = slice_find_char(line, ' ');
	if (tick < 0)
	{
		native_set_unnamed(&native->frame, line);
		return true;
	}
	library = slice_range(line, 0, tick);
	line = slice_skip(line, tick + 1);
	/* `caller [inlined] f` */
	inlined = slice_find(line, SLICE("[inlined] "));
	if (inlined >= 0)
		line = slice_skip(line, inlined + sizeof("[inlined] ") - 1);
	read_lldb_rest(line, library, &native->frame);
	return true;
}
