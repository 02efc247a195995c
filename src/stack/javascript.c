/*
 * JavaScript stack traces as V8 (Node.js, Chrome, Edge) prints them: the
 * reported error before its causes, innermost frame first.
 *
 *   TypeError: Cannot read properties of undefined (reading 'price')
 *       at Cart.total (/srv/shop/cart.js:12:21)
 *       at async /srv/shop/server.js:40:3 {
 *     [cause]: Error: no such item
 *         at find (/srv/shop/items.js:7:9)
 *   }
 */
#include "stack.h"

static const char *const aliases[] = {"node", "nodejs", "typescript", "browser",
                                      "deno", "bun",    "electron",   NULL};
static const char *const marks[] = {"at ", "@", NULL};

/* Reads the line that names an error; strictly: only where the name ends as those of errors do. */
static bool
read_named(Slice line, bool strict, Exception *exception)
{
	static const Slice before[] = {
		{"[cause]: ", 9},
		{"Uncaught ", 9},
		{"Uncaught (in promise) ", 22},
	};
	size_t n = 0;
	Slice name;

	for (int i = sizeof(before) / sizeof(before[0]) - 1; i >= 0; i--)
		if (slice_starts(line, before[i]))
			line = slice_skip(line, before[i].len);
	while (n < line.len && (is_word(line.data[n]) || line.data[n] == '.' || line.data[n] == '$'))
		n++;
	name = slice_range(line, 0, n);
	line = slice_skip(line, n);
	/* Node.js prints an error's code behind its name: `TypeError [ERR_X]: …` */
	if (slice_starts(line, SLICE(" [")))
	{
		ptrdiff_t close = slice_find_char(line, ']');

		if (close > 0)
			line = slice_skip(line, close + 1);
	}
	if (n == 0 || is_digit(name.data[0]) || (line.len > 0 && line.data[0] != ':'))
		return false;
	if (strict && !slice_ends(name, SLICE("Error")) && !slice_ends(name, SLICE("Exception")))
		return false;
	if (line.len == 0 && !slice_ends(name, SLICE("Error")) && !slice_ends(name, SLICE("Exception")))
		return false;
	exception->type = name;
	exception->value = slice_trim(slice_skip(line, line.len > 0 ? 1 : 0));
	return true;
}

/* Reads `file:line:column`, or one of the words that stand where there is no file. */
static bool
read_place(Slice place, bool alone, Frame *frame)
{
	if (slice_starts(place, SLICE("eval at ")))
	{
		/* the innermost parentheses hold where the outermost eval() was called */
		ptrdiff_t open = slice_find_last_char(place, '('), close;

		if (open < 0)
			return false;
		place = slice_skip(place, open + 1);
		close = slice_find_char(place, ')');
		if (close < 0)
			return false;
		place.len = close;
	}
	if (take_position(&place, &frame->column) && take_position(&place, &frame->line))
	{
		frame->file = place;
		return true;
	}
	frame->line = frame->column = NO_POSITION;
	return !alone && (slice_equal(place, SLICE("native")) || slice_equal(place, SLICE("<anonymous>")) ||
	                  slice_starts(place, SLICE("index ")));
}

/* The index of the '(' that the ')' at the end of line closes, or -1. */
static ptrdiff_t
find_open(Slice line)
{
	int depth = 0;

	for (size_t i = line.len; i > 0; i--)
	{
		if (line.data[i - 1] == ')')
			depth++;
		else if (line.data[i - 1] == '(' && --depth == 0)
			return (ptrdiff_t) i - 1;
	}
	return -1;
}

/* Reads `at function (place)` or `at place`. */
static bool
read_frame(Slice line, Frame *frame)
{
	const Slice at = SLICE("at "), async = SLICE("async "), brace = SLICE(" {");
	ptrdiff_t open = -1, dot, as;

	if (!slice_starts(line, at))
		return false;
	line = slice_skip(line, at.len);
	if (slice_ends(line, brace))
		line.len -= brace.len;
	frame_clear(frame);
	if (line.len > 0 && line.data[line.len - 1] == ')')
		open = find_open(line);
	if (open < 0)
	{
		if (slice_starts(line, async))
			line = slice_skip(line, async.len);
		return read_place(line, true, frame);
	}
	if (!read_place(slice_range(line, open + 1, line.len - 1), false, frame))
		return false;
	frame->function = slice_trim(slice_range(line, 0, open));
	if (frame->function.len == 0)
		frame->function = NO_SLICE;

	/* `Type.method [as alias]` is qualified by its type */
	as = slice_find(frame->function, SLICE(" [as "));
	dot = slice_find_last_char(as > 0 ? slice_range(frame->function, 0, as) : frame->function, '.');
	if (dot > 0)
	{
		ptrdiff_t blank;

		frame->module = slice_range(frame->function, 0, dot);
		blank = slice_find_last_char(frame->module, ' ');
		if (blank >= 0)
			frame->module = slice_skip(frame->module, blank + 1);
	}
	return true;
}

/* The last line of text, for an error that does not say its name. */
static Slice
last_line(Slice text)
{
	ptrdiff_t end = slice_find_last_char(text, '\n');

	return slice_trim(slice_skip(text, end + 1));
}

/* Reads text; see Language. */
static void
parse_javascript(Slice text, Stack *stack)
{
	Exception *exception = NULL; /* the one whose frames are being read */
	Slice heading = NO_SLICE,    /* lines since the last frame */
		line;

	while (next_line(&text, &line))
	{
		Slice trimmed = slice_trim(line);
		Frame frame, *added;
		bool is_frame = read_frame(trimmed, &frame);

		/* a place that cannot be read ends nothing: the frames below it still belong to the trace */
		if (exception != NULL && slice_starts(trimmed, SLICE("at ")) && !is_frame)
			continue;
		if (!is_frame)
		{
			bool is_cause = slice_starts(trimmed, SLICE("[cause]: "));

			exception = NULL;
			if (trimmed.len == 0)
				continue;
			if (heading.data == NULL || is_cause)
				heading.data = line.data;
			heading.len = line.data + line.len - heading.data;
			continue;
		}
		if (exception == NULL)
		{
			if (stack->nexceptions > 0 && slice_find(heading, SLICE("[cause]: ")) < 0)
				break; /* another trace, no part of this one */
			exception = stack_add_exception(stack);
			if (heading.data && !read_heading(heading, read_named, exception))
				exception->value = last_line(heading);
			heading = NO_SLICE;
		}
		added = stack_add_frame(stack, exception);
		if (added)
			*added = frame;
	}
}

/* See Language.  An SDK names the module of a function, the text of a trace only its file. */
static void
identify_javascript(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = frame->file.len > 0 ? file_stem(frame->file) : last_name(*module, '.');
}

const Language javascript_language = {"javascript", aliases, marks, parse_javascript, identify_javascript};
