/*
 * Frames of C and C++ stacks that do not begin with a '#':
 *
 *   ==123==    by 0x109152: main (shop.c:12)                     valgrind
 *   ./shop(_Z5totalv+0x12) [0x40069d]                            glibc's backtrace()
 *    1# shop::total(int) at /srv/shop.cpp:12                     boost::stacktrace
 *       @     0x40069d  shop::total()                            glog, abseil
 *    0  libshop.so!total [shop.cc : 12 + 0x3]                    minidump_stackwalk
 *    1: 0xb7c560 node::Abort() [node]                            V8, Node.js
 *   1   0x7f161a913b13 shop::total()                             WebKit
 *       shop::total [0x13454F91+33] (shop.cc:12)                 Chromium on Windows
 *   0018ff40 00401234 shop!total+0x12 [c:\shop\shop.cpp @ 12]    WinDbg
 */
#include "native.h"

/* Takes "close" and what stands behind the last "open" off the end of *s, which ends in close. */
static bool
take_last_group(Slice *s, char open, char close, Slice *inside)
{
	size_t at = s->len;
	int depth = 0;

	if (s->len == 0 || s->data[s->len - 1] != close)
		return false;
	while (at > 0)
	{
		at--;
		depth += s->data[at] == close ? 1 : s->data[at] == open ? -1 : 0;
		if (depth == 0)
		{
			*inside = slice_range(*s, at + 1, s->len - 1);
			s->len = at;
			return true;
		}
	}
	return false;
}

/* Reads `at 0x109152: f (shop.c:12)` or `by 0x109152: f (in library)`; marked: behind `==123==`. */
static bool
read_valgrind_frame(Slice line, bool marked, NativeFrame *native)
{
	Slice inside;

	native->shape = NATIVE_VALGRIND;
	native->number = slice_starts(line, SLICE("at 0x")) ? 0 : NO_POSITION;
	line = slice_skip(line, 3);
	if (!slice_starts(line, SLICE("0x")))
		return false;
	line = slice_skip(line, 2);
	while (line.len > 0 && is_hex_digit(line.data[0]))
		line = slice_skip(line, 1);
	if (!take_text(&line, SLICE(": ")))
		return false;
	if (take_last_group(&line, '(', ')', &inside))
	{
		if (take_text(&inside, SLICE("in ")))
		{
			native->frame.file = inside;
			native_set_function(&native->frame, slice_trim(line), inside);
			return true;
		}
		if (!native_set_place(inside, &native->frame))
			line.len += inside.len + 2; /* parameters */
	}
	native->weak = !marked && native->frame.line == NO_POSITION;
	line = slice_trim(line);
	if (line.len == 0)
		return false;
	native_set_function(&native->frame, line, NO_SLICE);
	return true;
}

/* Reads `library(f+0x12) [0x40069d]`, `library(+0x12)[0x40069d]`, `library() [0x40069d]`, `library [0x40069d]`. */
static bool
read_glibc_frame(Slice line, bool headed, NativeFrame *native)
{
	Slice address, inside = NO_SLICE, library;
	bool grouped;

	native->shape = NATIVE_GLIBC;
	if (!take_last_group(&line, '[', ']', &address) || !slice_starts(address, SLICE("0x")) ||
	    !native_take_hex(&address, 4) || address.len > 0)
		return false;
	line = slice_trim(line);
	if (line.len == 0)
	{
		native->empty = native->weak = true;
		return headed;
	}
	grouped = take_last_group(&line, '(', ')', &inside);
	library = slice_trim(line);
	if (library.len == 0)
		return false;
	if (inside.len > 0)
	{
		if (inside.data[0] == '+')
		{
			/* `library(+0x12)` is told as sanitizers tell it */
			native->frame.module = native->frame.file = library;
			native->frame.function = inside;
			return slice_starts(inside, SLICE("+0x"));
		}
		native->frame.file = library;
		native_set_function(&native->frame, native_cut_offset(inside), library);
		return native->frame.function.len < inside.len && (headed || slice_find_char(library, ' ') < 0);
	}
	if (slice_find_char(library, ' ') >= 0 || (slice_find_char(library, '/') < 0 && !headed))
		return false;
	native->weak = !grouped;
	native_set_unnamed(&native->frame, library);
	return true;
}

/* Reads ` 1# f at file:12`, ` 1# f in library`, ` 1# 0x40069d in library`. */
static bool
read_boost_frame(Slice line, NativeFrame *native)
{
	ptrdiff_t at;

	native->shape = NATIVE_BOOST;
	if (!take_number(&line, &native->number) || !take_text(&line, SLICE("# ")))
		return false;
	at = slice_find(line, SLICE(" at "));
	if (at > 0 && native_set_place(slice_trim(slice_skip(line, at + 4)), &native->frame))
	{
		native_set_function(&native->frame, slice_range(line, 0, at), NO_SLICE);
		return true;
	}
	at = slice_find(line, SLICE(" in "));
	if (at > 0)
	{
		Slice library = slice_trim(slice_skip(line, at + 4)), address = slice_range(line, 0, at);

		if (slice_find_char(library, '/') < 0 && slice_find_char(library, '\\') < 0)
			return false;
		if (slice_starts(address, SLICE("0x")) && native_take_hex(&address, 1))
			native_set_unnamed(&native->frame, library);
		else
		{
			native->frame.file = library;
			native_set_function(&native->frame, slice_range(line, 0, at), library);
		}
		return true;
	}
	native->weak = native->empty = slice_starts(line, SLICE("0x"));
	if (native->empty)
		return native_take_hex(&line, 4) && line.len == 0;
	native->weak = true;
	native_set_function(&native->frame, line, NO_SLICE);
	return line.len > 0 && (slice_find_char(line, ' ') < 0 || slice_find(line, SLICE("::")) > 0);
}

/* Reads `@     0x40069d  f()`, with abseil's size of the frame between. */
static bool
read_glog_frame(Slice line, NativeFrame *native)
{
	int32_t size;
	Slice rest;

	native->shape = NATIVE_GLOG;
	line = slice_trim(slice_skip(line, 1));
	if (!slice_starts(line, SLICE("0x")) || !native_take_hex(&line, 5) || line.len == 0)
		return false;
	rest = line;
	if (take_text(&rest, SLICE("(unknown) ")))
		line = slice_trim(rest);
	if (take_number(&rest, &size) && rest.len > 1 && rest.data[0] == ' ')
		line = slice_trim(rest);
	if (native_is_nameless(line))
		native->frame.function = line;
	else
		native_set_function(&native->frame, line, NO_SLICE);
	return true;
}

/* Reads `libx.so!f [shop.cc : 12 + 0x3]`, `libx.so!f + 0x12`, `libx.so + 0x1234`. */
static bool
read_breakpad_rest(Slice line, NativeFrame *native)
{
	ptrdiff_t bang = slice_find_char(line, '!'), at;
	Frame *frame = &native->frame;
	Slice library, function = NO_SLICE, place = NO_SLICE;

	native->shape = NATIVE_BREAKPAD;
	if (bang <= 0)
	{
		at = slice_find(line, SLICE(" + 0x"));
		if (at <= 0 || slice_find_char(slice_range(line, 0, at), ' ') >= 0 ||
		    native_cut_offset(line).len == line.len)
			return false;
		frame->module = frame->file = slice_range(line, 0, at);
		frame->function = slice_skip(line, at + 1);
		return true;
	}
	library = slice_range(line, 0, bang);
	function = slice_skip(line, bang + 1);
	if (slice_find_char(library, ' ') >= 0 || function.len == 0)
		return false;
	if (take_last_group(&function, '[', ']', &place))
	{
		at = slice_find(place, SLICE(" : "));
		if (at <= 0)
			return false;
		frame->file = slice_range(place, 0, at);
		place = slice_skip(place, at + 3);
		if (!take_number(&place, &frame->line))
			return false;
		function = slice_trim(function);
	}
	else
	{
		place = function;
		function = native_cut_offset(function);
		if (function.len == place.len)
			return false;
		frame->file = library;
	}
	native_set_function(frame, function, library);
	return true;
}

/* Reads the frames that begin with a plain number. */
static bool
read_numbered_frame(Slice line, NativeShape current, NativeFrame *native)
{
	Slice rest = line, inside;

	if (!take_number(&rest, &native->number) || rest.len < 3)
		return false;
	if (rest.data[0] == '#')
		return read_boost_frame(line, native);
	if (rest.data[0] == ':' && rest.data[1] == ' ')
	{
		/* V8: with an address, or, under its heading, only a name */
		bool address;

		native->shape = NATIVE_V8;
		rest = slice_trim(slice_skip(rest, 1));
		address = slice_starts(rest, SLICE("0x")) && native_take_hex(&rest, 4);
		if (slice_starts(rest, SLICE("- ")) || (!address && current != NATIVE_V8))
			return false;
		if (rest.len == 0)
			native->empty = native->weak = true;
		else if (take_last_group(&rest, '[', ']', &inside))
		{
			rest = slice_trim(rest);
			if (rest.len == 0)
				native_set_unnamed(&native->frame, inside);
			else
			{
				native->frame.file = inside;
				native_set_function(&native->frame, rest, inside);
			}
		}
		else
		{
			native->weak = true;
			native_set_function(&native->frame, slice_trim(rest), NO_SLICE);
		}
		return true;
	}
	if (rest.data[0] != ' ' || rest.data[1] != ' ')
		return false;
	rest = slice_trim(rest);
	if (slice_starts(rest, SLICE("0x")))
	{
		native->shape = NATIVE_WEBKIT;
		if (!native_take_hex(&rest, 8))
			return false;
		native->empty = rest.len == 0;
		native->weak = !slice_ends(rest, SLICE(")"));
		if (rest.len > 0)
			native_set_function(&native->frame, native_cut_offset(rest), NO_SLICE);
		return true;
	}
	return read_breakpad_rest(rest, native);
}

/* Reads `f [0x13454F91+33] (file:12)` and `(No symbol) [0x13454F91]`. */
static bool
read_chrome_win_frame(Slice line, NativeFrame *native)
{
	Slice inside, place = NO_SLICE, copy = line, address;
	bool has_place = take_last_group(&copy, '(', ')', &place);

	if (has_place)
		line = slice_trim(copy);
	if (!take_last_group(&line, '[', ']', &inside) || !slice_starts(inside, SLICE("0x")))
		return false;
	while (slice_starts(inside, SLICE("0x")))
		inside = slice_skip(inside, 2);
	address = native_cut_offset(inside);
	line = slice_trim(line);
	native->shape = NATIVE_CHROME_WIN;
	if (line.len == 0 || !native_take_hex(&address, 6) || address.len > 0)
		return false;
	if (slice_find_char(inside, '+') < 0)
	{
		native->weak = true;
		native->frame.function = line;
		return slice_equal(line, SLICE("(No symbol)"));
	}
	if (has_place && !native_set_place(place, &native->frame))
		return false;
	native_set_function(&native->frame, line, NO_SLICE);
	return true;
}

/* Takes one of WinDbg's numbers: 8 hexadecimal digits, or 16 with a '`' in their middle. */
static bool
take_windbg_number(Slice *line)
{
	size_t n = 0;

	while (n < line->len && (is_hex_digit(line->data[n]) || (line->data[n] == '`' && n == 8)))
		n++;
	if ((n != 8 && n != 16 && n != 17) || n >= line->len || line->data[n] != ' ')
		return false;
	*line = slice_trim(slice_skip(*line, n));
	return true;
}

/* Reads `[number ]frame-pointer return-address [arguments … | : arguments … :] module!f+0x12 [file @ 12]`. */
static bool
read_windbg_frame(Slice line, NativeFrame *native)
{
	Slice place, library;
	ptrdiff_t at;
	int numbers = 0;

	native->shape = NATIVE_WINDBG;
	if (line.len > 3 && is_hex_digit(line.data[0]) && is_hex_digit(line.data[1]) && line.data[2] == ' ')
		line = slice_trim(slice_skip(line, 3));
	if (take_text(&line, SLICE("(Inline) ")) || take_text(&line, SLICE("(Inline Function) ")))
	{
		while (line.len > 0 && (line.data[0] == '-' || line.data[0] == '`'))
			line = slice_skip(line, 1);
		line = slice_trim(line);
		numbers = 2;
	}
	while (take_windbg_number(&line))
	{
		numbers++;
		if (take_text(&line, SLICE(": ")))
			line = slice_trim(line);
	}
	at = slice_find_char(line, '!');
	if (numbers < 2 || at <= 0 || (size_t) at + 1 >= line.len)
		return false;
	library = slice_range(line, 0, at);
	line = slice_skip(line, at + 1);
	if (slice_find_char(library, ' ') >= 0)
		return false;
	if (take_last_group(&line, '[', ']', &place))
	{
		Slice number;

		at = slice_find(place, SLICE(" @ "));
		if (at <= 0)
			return false;
		number = slice_skip(place, at + 3);
		if (!take_number(&number, &native->frame.line))
			return false;
		native->frame.file = slice_range(place, 0, at);
		line = slice_trim(line);
	}
	else
		native->frame.file = library;
	native_set_function(&native->frame, native_cut_offset(line), library);
	return true;
}

/* Makes *native a frame of which nothing is known. */
static void
reset(NativeFrame *native)
{
	memset(native, 0, sizeof(*native));
	native->number = NO_POSITION;
	frame_clear(&native->frame);
}

/* Takes valgrind's `==123==` off the front of *line, and blanks behind it. */
bool
native_take_process(Slice *line)
{
	char sign = line->data[0];
	Slice rest = slice_skip(*line, 1);
	int32_t process;

	if (rest.len < 6 || rest.data[0] != sign)
		return false;
	rest = slice_skip(rest, 1);
	if (!take_number(&rest, &process) || rest.len < 2 || rest.data[0] != sign || rest.data[1] != sign)
		return false;
	*line = slice_trim(slice_skip(rest, 2));
	return true;
}

/*
 * Reads a frame of any shape into *native; headed: something above said that a
 * stack follows; current: the shape of the stack being read.  The line has no
 * blanks at its ends, and is not empty.
 */
bool
native_read_frame(Slice line, bool headed, NativeShape current, Allocator allocator, NativeFrame *native)
{
	char first = line.data[0], last = line.data[line.len - 1];

	reset(native);
	if (first == '#')
		return native_read_hash_frame(line, allocator, native);
	if ((first == '=' || first == '-') && !native_take_process(&line))
		return false;
	if (slice_starts(line, SLICE("at 0x")) || slice_starts(line, SLICE("by 0x")))
		return read_valgrind_frame(line, first != 'a' && first != 'b', native);
	if (slice_starts(line, SLICE("frame #")) || slice_starts(line, SLICE("* frame #")))
		return native_read_lldb_frame(line, native);
	if (slice_starts(line, SLICE("@ ")))
		return read_glog_frame(line, native);
	if (slice_starts(line, SLICE("| Source \"")))
		line = slice_skip(line, 2);
	if (slice_starts(line, SLICE("Source \"")))
		return native_read_backward(line, native);
	if ((is_hex_digit(first) || first == '(') && read_windbg_frame(line, native))
		return true;
	if (is_digit(first))
	{
		reset(native);
		if (read_numbered_frame(line, current, native))
			return true;
	}
	if ((last != ']' && last != ')') || slice_find(line, SLICE("[0x")) < 0)
		return false;
	reset(native);
	if (last == ']' && read_glibc_frame(line, headed || current == NATIVE_GLIBC, native))
		return true;
	reset(native);
	return read_chrome_win_frame(line, native);
}
