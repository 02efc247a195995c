/*
 * Dart and Flutter stack traces: innermost frame first, and no causes.
 *
 *   Unhandled exception:
 *   Bad state: no total
 *   #0      Cart.total (package:shop/cart.dart:12:5)
 *   <asynchronous suspension>
 *   #1      main.<anonymous closure> (file:///srv/shop/bin/shop.dart:3:5)
 *
 * Package stack_trace, and with it test runners and the web, prints them so:
 *
 *   package:shop/cart.dart 12:5  Cart.total
 *
 * A program compiled ahead of time, whose symbols are kept elsewhere, so:
 *
 *   #00 abs 0000007a1c456789 virt 0000000000456789 _kDartIsolateSnapshotInstructions+0x1a2b3c
 */
#include "stack.h"

static const char *const aliases[] = {"flutter", NULL};
static const char *const marks[] = {".dart", "(dart:", "_kDart", NULL};

/* Of the lines above a frame, at most about twice so many may belong to the exception's message. */
#define HEADING_LINES 20

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read; NULL: none yet */
	Slice heading;        /* the lines above the frames that may tell of the exception */
	const char *later;    /* where these begin if the older half is forgotten */
	int heading_lines;    /* since then */
	bool named;           /* the first of them says where it begins */
} Reader;

/* How the classes of the core library introduce themselves where they do not say their name. */
static const struct
{
	Slice start;
	Slice type;
} introductions[] = {
	{{"Bad state: ", 11}, {"StateError", 10}},
	{{"Invalid argument", 16}, {"ArgumentError", 13}},
	{{"RangeError (", 12}, {"RangeError", 10}},
	{{"Unsupported operation: ", 23}, {"UnsupportedError", 16}},
	{{"Concurrent modification during iteration", 40}, {"ConcurrentModificationError", 27}},
	{{"Null check operator used on a null value", 40}, {"_TypeError", 10}},
	{{"type '", 6}, {"_TypeError", 10}},
	{{"Stack Overflow", 14}, {"StackOverflowError", 18}},
	{{"Out of Memory", 13}, {"OutOfMemoryError", 16}},
	{{"Assertion failed", 16}, {"AssertionError", 14}},
	{{"Expected: ", 10}, {"TestFailure", 11}},
};

/* The length of the class name that s begins with. */
static size_t
class_length(Slice s)
{
	size_t n = 0;

	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '$' || s.data[n] == '.'))
		n++;
	return n > 0 && !is_digit(s.data[0]) ? n : 0;
}

/* line without the frame that package logger draws around it. */
static Slice
without_box(Slice line)
{
	const Slice bar = SLICE("\xe2\x94\x82"); /* │ */

	line = slice_trim(line);
	if (take_text(&line, bar))
		line = slice_trim(line);
	return line;
}

/* Is line drawn, or one of those that stand among frames and tell of none? */
static bool
is_filler(Slice line)
{
	return line.len == 0 || slice_starts(line, SLICE("<asynchronous suspension>")) ||
	       slice_starts(line, SLICE("(elided ")) || slice_starts(line, SLICE("...  ")) ||
	       slice_starts(line, SLICE("===== asynchronous gap")) ||
	       (slice_starts(line, SLICE("package:")) && slice_find(line, SLICE(".dart")) < 0);
}

/* Does line, above the frames, tell of something else: drawn, a library, a machine, a frame that is cut off? */
static bool
is_other(Slice line)
{
	static const Slice starts[] = {
		{"\xe2\x94", 2}, {"\xe2\x95", 2},    {"*** ***", 7},  {"pid: ", 5},
		{"os: ", 4},     {"build_id: ", 10}, {"isolate_", 8}, {"Warning: This VM has been configured", 36},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(line, starts[i]))
			return true;
	return is_filler(line) || slice_find(line, SLICE("(package:")) >= 0 ||
	       slice_find(line, SLICE("(dart:")) >= 0;
}

/* Is it a library of Dart: `package:shop/cart.dart`, `dart:core-patch/list.dart`, `dart:isolate`? */
static bool
is_library(Slice file)
{
	if (slice_find_char(file, '(') >= 0)
		return false;
	return slice_ends(file, SLICE(".dart")) ||
	       (slice_starts(file, SLICE("dart:")) && file.len > 5 && slice_find_char(file, ' ') < 0);
}

/* Sets the function, and as module what qualifies it: `Cart` of `new Cart.empty`. */
static void
set_function(Frame *frame, Slice function)
{
	const Slice closure = SLICE(".<");
	ptrdiff_t end;
	Slice name;

	frame->function = name = function;
	take_text(&name, SLICE("new "));
	end = slice_find(name, closure);
	if (end < 0)
		end = slice_find_last_char(name, '.');
	if (end > 0)
		frame->module = slice_range(name, 0, end);
}

/* Takes `:line:column`, `:line` or nothing off the end of place; what is left is the library. */
static bool
read_place(Slice place, Frame *frame)
{
	int32_t last;

	if (take_position(&place, &last))
	{
		frame->line = last;
		if (take_position(&place, &frame->line))
			frame->column = last;
	}
	frame->file = place;
	return is_library(place);
}

/* Reads what follows `#0 ` in a program without symbols. */
static bool
read_address(Slice line, Frame *frame)
{
	const Slice virt = SLICE(" virt ");
	ptrdiff_t at = slice_find(line, virt), blank;

	if (at < 0)
		return false;
	line = slice_skip(line, at + virt.len);
	blank = slice_find_char(line, ' ');
	if (blank < 0 || !slice_starts(slice_skip(line, blank + 1), SLICE("_kDart")))
		return false;
	frame->function = slice_skip(line, blank + 1);
	return true;
}

/* Reads `#0      Cart.total (package:shop/cart.dart:12:5)`. */
static bool
read_frame(Slice line, Frame *frame)
{
	const Slice open = SLICE(" (");
	size_t n = 1;
	ptrdiff_t at = -1;

	frame_clear(frame);
	if (line.len < 8 || line.data[0] != '#')
		return false;
	n += count_digits(line, n);
	if (n == 1 || n == line.len || line.data[n] != ' ')
		return false;
	line = slice_trim(slice_skip(line, n));
	if (slice_starts(line, SLICE("abs ")))
		return read_address(line, frame);
	if (line.data[line.len - 1] != ')')
		return false;
	/* a path may hold parentheses, a function none but those of records */
	for (size_t i = line.len - 1; i > 0 && at < 0; i--)
		if (slice_starts(slice_skip(line, i), open))
			at = i;
	if (at <= 0)
		return false;
	if (!read_place(slice_range(line, at + open.len, line.len - 1), frame))
		return false;
	set_function(frame, slice_trim(slice_range(line, 0, at)));
	return true;
}

/* Reads package stack_trace's `package:shop/cart.dart 12:5  Cart.total`. */
static bool
read_terse_frame(Slice line, Frame *frame)
{
	const Slice ending = SLICE(".dart ");
	ptrdiff_t at = slice_find(line, ending), colon;
	Slice position, file;

	if (at <= 0)
		return false;
	frame_clear(frame);
	file = slice_range(line, 0, at + ending.len - 1);
	line = slice_skip(line, at + ending.len);
	at = slice_find(line, SLICE("  "));
	if (at <= 0 || slice_find_char(file, ' ') >= 0)
		return false;
	position = slice_range(line, 0, at);
	colon = slice_find_char(position, ':');
	if (colon >= 0 && !read_number(slice_skip(position, colon + 1), &frame->column))
		return false;
	if (!read_number(slice_range(position, 0, colon >= 0 ? (size_t) colon : position.len), &frame->line))
		return false;
	frame->file = file;
	set_function(frame, slice_trim(slice_skip(line, at)));
	return frame->function.len > 0;
}

/* Reads `Class: value`, or how a class of the core library introduces itself; strictly: only those. */
static bool
read_named(Slice line, bool strict, Exception *exception)
{
	const Slice instance = SLICE("Instance of '");
	size_t n;
	Slice name;

	exception->value = line;
	for (size_t i = 0; i < sizeof(introductions) / sizeof(introductions[0]); i++)
	{
		if (!slice_starts(line, introductions[i].start))
			continue;
		exception->type = introductions[i].type;
		return true;
	}
	if (slice_starts(line, instance) && slice_ends(line, SLICE("'")))
	{
		exception->type = slice_range(line, instance.len, line.len - 1);
		return true;
	}
	if (slice_starts(line, SLICE("'")) && slice_find(line, SLICE("': Failed assertion: ")) > 0)
	{
		exception->type = SLICE("_AssertionError");
		return true;
	}
	n = class_length(line);
	name = slice_range(line, 0, n);
	if (n == 0 || (!slice_ends(name, SLICE("Error")) && !slice_ends(name, SLICE("Exception")) &&
	               (strict || n == line.len || name.data[0] < 'A' || name.data[0] > 'Z')))
		return false;
	line = slice_skip(line, n);
	/* what a class prints of itself: `DioException [bad response]: …` */
	if (slice_starts(line, SLICE(" [")) && slice_find(line, SLICE("]: ")) > 0)
		line = slice_skip(line, slice_find(line, SLICE("]: ")) + 1);
	if (line.len > 0 && line.data[0] != ':' && !slice_starts(line, SLICE(" (")))
		return false;
	exception->type = name;
	exception->value = slice_trim(line.len > 0 && line.data[0] == ':' ? slice_skip(line, 1) : line);
	return true;
}

/* Does value, what an exception prints of itself, say its class? */
bool
dart_says_type(Slice value, Slice *type)
{
	Exception exception = {{0}};

	if (!read_named(value, false, &exception))
		return false;
	*type = exception.type;
	return true;
}

/* Reads a line as read_named() does, without what is drawn around it. */
static bool
read_boxed(Slice line, bool strict, Exception *exception)
{
	return read_named(without_box(line), strict, exception);
}

/* Reads Flutter's `The following FormatException was thrown building CartPage:`. */
static bool
read_thrown(Slice line, Slice *type)
{
	size_t n;

	if (!take_text(&line, SLICE("The following ")))
		return false;
	n = class_length(line);
	*type = slice_range(line, 0, n);
	line = slice_skip(line, n);
	take_text(&line, SLICE(" object"));
	if (n == 0 || !slice_starts(line, SLICE(" was thrown")))
		return false;
	if (slice_equal(*type, SLICE("assertion")))
		*type = SLICE("AssertionError");
	else if (slice_equal(*type, SLICE("message")))
		*type = NO_SLICE;
	return true;
}

/* The lines of text before the first blank one, or one that is drawn. */
static Slice
first_paragraph(Slice text)
{
	Slice rest = text, line;
	size_t end = 0;

	while (next_line(&rest, &line))
	{
		Slice trimmed = without_box(line);

		if (trimmed.len == 0 || slice_starts(trimmed, SLICE("\xe2\x94")) ||
		    slice_starts(trimmed, SLICE("\xe2\x95")))
			break;
		end = line.data + line.len - text.data;
	}
	return without_box(slice_range(text, 0, end));
}

/* Names the exception by the lines above its frames. */
static void
read_exception(Reader *reader, Exception *exception)
{
	Slice rest = reader->heading, line, type = NO_SLICE, last = NO_SLICE;

	if (rest.len == 0)
		return;
	if (reader->named)
	{
		next_line(&rest, &line);
		line = without_box(line);
		if (read_thrown(line, &type))
		{
			exception->type = type;
			/* `… was thrown: value` or the lines below */
			exception->value = first_paragraph(slice_trim_lines(rest));
			return;
		}
		if (read_named(line, false, exception))
			exception->value.len = reader->heading.data + reader->heading.len - exception->value.data;
		else
			exception->value = reader->heading;
		exception->value = slice_trim_lines(exception->value);
		return;
	}
	if (read_heading(reader->heading, read_boxed, exception))
		return;
	while (next_line(&rest, &line))
		last = line;
	exception->value = without_box(last);
}

/* Takes a line above the frames. */
static void
take_heading(Reader *reader, Slice line, Slice trimmed)
{
	const Slice unhandled[] = {{"Unhandled exception:", 20}, {"Unhandled Exception:", 20}};
	Slice type;
	ptrdiff_t at = -1;

	for (int i = 0; i < 2 && at < 0; i++)
		at = slice_find(trimmed, unhandled[i]);
	if (at >= 0)
	{
		/* the exception stands behind it, or on the next lines */
		reader->heading = slice_trim(slice_skip(trimmed, at + unhandled[0].len));
		if (reader->heading.len == 0)
			reader->heading = NO_SLICE;
		reader->named = true;
		return;
	}
	if (read_thrown(trimmed, &type))
	{
		reader->heading = line;
		reader->named = true;
		return;
	}
	if (is_other(trimmed) && (!reader->named || trimmed.len > 0))
		return;
	if (reader->heading.data == NULL)
	{
		reader->heading.data = reader->later = line.data;
		reader->heading_lines = 0;
	}
	else if (!reader->named && ++reader->heading_lines == HEADING_LINES)
	{
		reader->heading.data = reader->later;
		reader->later = line.data;
		reader->heading_lines = 0;
	}
	extend_lines(&reader->heading, line);
}

/* Reads text; see Language. */
static void
parse_dart(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (next_line(&text, &line))
	{
		Slice trimmed = without_box(line);
		Frame frame;

		if (!read_frame(trimmed, &frame) && !read_terse_frame(trimmed, &frame))
		{
			if (reader.exception == NULL)
				take_heading(&reader, line, trimmed);
			else if (!is_filler(trimmed))
				break;
			continue;
		}
		if (reader.exception == NULL)
		{
			reader.exception = stack_add_exception(stack);
			read_exception(&reader, reader.exception);
		}
		/* another trace begins */
		else if (slice_starts(trimmed, SLICE("#0 ")) || slice_starts(trimmed, SLICE("#00 ")))
			break;
		stack_put_frame(stack, reader.exception, &frame);
	}
}

/* See Language: the library's file, and the function that a closure stands in. */
static void
identify_dart(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	ptrdiff_t at;

	*module = frame->file.len > 0 ? file_stem(frame->file) : last_name(*module, '/');
	take_text(function, SLICE("new "));
	at = slice_find(*function, SLICE(".<"));
	if (at > 0 && (slice_find(*function, SLICE(".<anonymous closure>")) == at ||
	               slice_find(*function, SLICE(".<fn>")) == at))
		function->len = at;
	else if (slice_equal(*function, SLICE("<anonymous closure>")) || slice_equal(*function, SLICE("<fn>")))
		*function = NO_SLICE;
	/* the key of a library that makes a private name its own: `_total@1234567` */
	at = slice_find_char(*function, '@');
	if (at > 0 && (size_t) at + 1 < function->len && is_digit(function->data[at + 1]))
		function->len = at;
}

const Language dart_language = {"dart", aliases, marks, parse_dart, identify_dart};
