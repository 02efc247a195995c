/*
 * JavaScript stack traces: the reported error before its causes, innermost
 * frame first.
 *
 *   TypeError: Cannot read properties of undefined (reading 'price')
 *       at Cart.total (/srv/shop/cart.js:12:21)
 *       ... 3 lines matching cause stack trace ...
 *       at async /srv/shop/server.js:40:3 {
 *     [cause]: Error: no such item
 *         at find (/srv/shop/items.js:7:9)
 *   }
 *
 * Firefox and Safari print frames alone, without the error above them.  See
 * javascript_v8.c and javascript_gecko.c for the forms of frames.
 */
#include "javascript.h"

/* Of the lines above a frame, at most about twice so many may belong to the error's message. */
#define HEADING_LINES 100

/* Node.js leaves out no more lines than a trace has, which has few. */
#define MOST_OMITTED 1000

/* A chain longer than this is no chain. */
#define MOST_ERRORS 1000

static const char *const aliases[] = {
	"node",      "nodejs",  "typescript",   "browser",      "deno",    "bun",
	"electron",  "coffee",  "react",        "react-native", "angular", "vue",
	"capacitor", "cordova", "node-express", "nextjs",       "svelte",  NULL,
};
static const char *const marks[] = {"at ", "@", " script", "called from line", "(execjs)", NULL};

typedef struct Reader
{
	Stack *stack;
	Likeness (*form)(Slice line, Frame *frame); /* of the frames being read; NULL: not in frames */
	int exception;                              /* index of the one being read */
	Slice heading;                              /* lines since the last frame */
	const char *later;                          /* where these begin if the older half is forgotten */
	int heading_lines;                          /* since then */
	Slice outer;                                /* lines above "[cause]:" that no frames stand under */
	bool linked;                                /* the heading says that what follows is a cause */
	bool in_list;                               /* within "[errors]: [ … ]" … */
	size_t list_indent;                         /* … which is indented so */
	Slice pending;                              /* lines just above that may be frames */
	int pending_named;                          /* so many of them have a function */
	bool after_frame;                           /* the last line was a frame */
} Reader;

/* Takes off line what stands before an error's name. */
static Slice
skip_lead(Slice line)
{
	static const Slice leads[] = {
		{"[cause]: ", 9},
		{"Caused by: ", 11},
		{"caused by: ", 11},
		{"Caused By: ", 11},
		{"Uncaught ", 9},
		{"(in promise) ", 13},
		{"(in promise): ", 14},
		{"exception: ", 11},
		{"Exception: ", 11},
		{"Unhandled promise rejection ", 28},
		{"Unhandled Promise rejection: ", 29},
		{"UnhandledPromiseRejectionWarning: ", 34},
		{"error: Uncaught ", 16},
		{"[errors]: [ ", 12},
		{"[", 1},
		{"{ ", 2},
	};
	bool again = true;

	for (int taken = 0; again && taken < 8; taken++)
	{
		again = false;
		for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		{
			if (!slice_starts(line, leads[i]))
				continue;
			line = slice_skip(line, leads[i].len);
			again = true;
		}
	}
	return line;
}

/* The length of the name that line begins with. */
static size_t
name_length(Slice line)
{
	size_t n = 0;

	while (n < line.len && (is_word(line.data[n]) || line.data[n] == '.' || line.data[n] == '$'))
		n++;
	return n > 0 && !is_digit(line.data[0]) && line.data[0] != '.' ? n : 0;
}

/* Does a name end as those of errors do? */
static bool
is_error(Slice name)
{
	return slice_ends(name, SLICE("Error")) || slice_ends(name, SLICE("Exception"));
}

/* Reads `name`, `name: value` or `name [CODE]: value`; of others than errors, only what is capitalised. */
static bool
read_name(Slice line, bool strict, Exception *exception)
{
	size_t n = name_length(line);
	Slice name = slice_range(line, 0, n);

	if (n == 0)
		return false;
	line = slice_skip(line, n);
	while (slice_starts(line, SLICE(" [")) || slice_starts(line, SLICE(" (DOM Exception ")))
	{
		ptrdiff_t close = slice_find_char(line, line.data[1] == '[' ? ']' : ')');

		if (close < 0)
			break;
		line = slice_skip(line, close + 1);
	}
	if (line.len > 0 && line.data[0] != ':')
		return false;
	if (!is_error(name) && (strict || line.len == 0 || name.data[0] < 'A' || name.data[0] > 'Z'))
		return false;
	exception->type = name;
	exception->value = slice_trim(slice_skip(line, line.len > 0 ? 1 : 0));
	return true;
}

/*
 * Reads the line that names an error; loosely: also where other text stands
 * before an error's name, or the name is not like one of an error.
 */
static bool
read_named(Slice line, bool strict, Exception *exception)
{
	const Slice plain = SLICE("error: ");
	ptrdiff_t blank;
	Slice rest;

	line = skip_lead(line);
	if (read_name(line, true, exception))
		return true;
	if (strict)
		return false;
	rest = line;
	while ((blank = slice_find_char(rest, ' ')) >= 0)
	{
		size_t n;

		rest = slice_skip(rest, blank + 1);
		while (rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '[' || rest.data[0] == '\''))
			rest = slice_skip(rest, 1);
		n = name_length(rest);
		if (n > 0 && n < rest.len && is_error(slice_range(rest, 0, n)) && read_name(rest, true, exception))
			return true;
	}
	/* Bun's name for an Error */
	if (slice_starts(line, plain))
	{
		exception->type = SLICE("Error");
		exception->value = slice_trim(slice_skip(line, plain.len));
		return true;
	}
	return read_name(line, false, exception);
}

/* The last line of text, for an error that does not say its name. */
static Slice
last_line(Slice text)
{
	ptrdiff_t end;

	text = slice_trim_lines(text);
	end = slice_find_last_char(text, '\n');
	return slice_trim(slice_skip(text, end + 1));
}

/* Is line made of the marks that Node.js puts under a piece of source? */
static bool
is_marks(Slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] != '^')
			return false;
	return line.len > 0;
}

/* value without the source that Deno shows below it: a line, and marks below that. */
static Slice
without_source(Slice value)
{
	ptrdiff_t end = slice_find_last_char(value, '\n');

	if (end < 0 || !is_marks(slice_trim(slice_skip(value, end + 1))))
		return value;
	value.len = end;
	end = slice_find_last_char(value, '\n');
	return end > 0 ? slice_trim_lines(slice_range(value, 0, end)) : value;
}

/* Does line say that the error below it caused the one above, or is part of it? */
static bool
is_link(Slice line)
{
	return slice_starts(line, SLICE("[cause]: ")) || slice_starts(line, SLICE("[errors]: [")) ||
	       slice_starts(line, SLICE("Caused by: ")) || slice_starts(line, SLICE("caused by: ")) ||
	       slice_starts(line, SLICE("Caused By: "));
}

/* Bun shows the source of each error of a chain, `12 | return price * count`, and says nothing more. */
static bool
is_source(Slice line)
{
	size_t n = count_digits(line, 0);

	return n > 0 && slice_starts(slice_skip(line, n), SLICE(" | "));
}

/* Adds line to those that may name the next error. */
static void
take_heading(Reader *reader, Slice line, Slice trimmed)
{
	size_t indent = trimmed.data - line.data;

	if (trimmed.len == 0 || slice_equal(trimmed, SLICE("Backtrace:")))
		return;
	if (reader->in_list && trimmed.data[0] == ']' && indent <= reader->list_indent)
		reader->in_list = false;
	if (is_link(trimmed))
	{
		if (reader->stack->nexceptions == 0)
			reader->outer = reader->heading;
		reader->linked = true;
		reader->heading = NO_SLICE;
		if (slice_starts(trimmed, SLICE("[errors]: [")))
		{
			reader->in_list = true;
			reader->list_indent = indent;
		}
	}
	else if (reader->heading.data == NULL && is_source(trimmed))
		reader->linked = true;
	if (reader->heading.data == NULL)
	{
		reader->heading.data = reader->later = line.data;
		reader->heading_lines = 0;
	}
	else if (++reader->heading_lines == HEADING_LINES)
	{
		reader->heading.data = reader->later;
		reader->later = line.data;
		reader->heading_lines = 0;
	}
	extend_lines(&reader->heading, line);
}

/* Adds a frame to the error being read; false where there are too many. */
static bool
add_frame(Reader *reader, const Frame *frame)
{
	Frame *added = stack_add_frame(reader->stack, &reader->stack->exceptions[reader->exception]);

	if (added)
		*added = *frame;
	return added != NULL;
}

/*
 * Adds where a script cannot be read, for which there is no frame yet.  Node.js
 * shows it above the error: the place, the source and marks under it.
 */
static void
add_syntax_error(Reader *reader)
{
	Slice rest = reader->heading, line, above[2] = {NO_SLICE, NO_SLICE};
	Frame frame;

	while (next_line(&rest, &line))
	{
		line = slice_trim(line);
		frame_clear(&frame);
		if (is_marks(line) && above[0].data && javascript_read_place(above[0], &frame) &&
		    frame.column == NO_POSITION && frame.line != NO_POSITION && javascript_is_file(frame.file) &&
		    frame.file.data[0] != '<')
		{
			add_frame(reader, &frame);
			return;
		}
		above[0] = above[1];
		above[1] = line;
	}
}

/* Begins an error that the lines in heading name; false where they belong to another trace. */
static bool
begin(Reader *reader)
{
	Exception outer = {{0}};
	Exception *exception;

	if (reader->stack->nexceptions > 0 && !reader->linked && !reader->in_list)
		return false;
	if (reader->stack->nexceptions >= MOST_ERRORS)
		return false;
	if (reader->outer.data && read_heading(reader->outer, read_named, &outer))
	{
		ptrdiff_t end = slice_find_char(outer.value, '\n');

		exception = stack_add_exception(reader->stack);
		exception->type = outer.type;
		exception->value = slice_trim(end >= 0 ? slice_range(outer.value, 0, end) : outer.value);
		/* `[AggregateError: All promises were rejected] {` */
		if (slice_ends(exception->value, SLICE("] {")))
			exception->value.len -= 3;
	}
	exception = stack_add_exception(reader->stack);
	reader->exception = reader->stack->nexceptions - 1;
	if (reader->heading.data && !read_heading(reader->heading, read_named, exception) &&
	    reader->form != javascript_read_gecko)
		exception->value = last_line(reader->heading);
	exception->value = without_source(exception->value);
	if (reader->heading.data && slice_equal(exception->type, SLICE("SyntaxError")))
		add_syntax_error(reader);
	reader->outer = reader->heading = NO_SLICE;
	reader->linked = false;
	return true;
}

/* Makes room for the frames that stand in the cause only: `... 3 lines matching cause stack trace ...`. */
static bool
take_omitted(Reader *reader, Slice line)
{
	const Slice start = SLICE("... ");
	ptrdiff_t end;
	int32_t count;
	Frame empty;

	if (!slice_starts(line, start) || slice_find(line, SLICE(" lines matching cause stack trace")) < 0)
		return false;
	line = slice_skip(line, start.len);
	end = slice_find_char(line, ' ');
	if (!read_number(slice_range(line, 0, end), &count) || count > MOST_OMITTED)
		return true;
	frame_clear(&empty);
	for (int i = 0; i < count && add_frame(reader, &empty); i++)
		;
	return true;
}

/* Was frame made by take_omitted()? */
static bool
is_empty(const Frame *frame)
{
	return frame->function.data == NULL && frame->file.data == NULL;
}

/* Fills the room that take_omitted() made in an error with its cause's frames, or takes it away. */
static void
fill_omitted(Exception *exception, const Exception *cause)
{
	const Frame *from = NULL, *end = NULL;
	int kept = 0;

	for (int i = 0; i < exception->nframes; i++)
	{
		Frame *frame = &exception->frames[i];

		if (is_empty(frame))
		{
			if (from == NULL && i > 0 && cause)
			{
				const Frame *before = &exception->frames[i - 1];

				end = cause->frames + cause->nframes;
				for (from = cause->frames; from < end; from++)
					if (slice_equal(from->file, before->file) && from->line == before->line &&
					    from->column == before->column && slice_equal(from->function, before->function))
						break;
				if (from < end)
					from++;
			}
			if (from == end)
				continue;
			*frame = *from++;
		}
		exception->frames[kept++] = *frame;
	}
	exception->nframes = kept;
}

/* Tells which form line has, and reads it. */
static Likeness
read_frame(Reader *reader, Slice line, Frame *frame)
{
	static Likeness (*const forms[])(Slice, Frame *) = {
		javascript_read_v8,
		javascript_read_gecko,
		javascript_read_opera,
		javascript_read_execjs,
	};

	if (reader->form)
		return reader->form(line, frame);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
	{
		Likeness likeness = forms[i](line, frame);

		if (likeness == FRAME)
			reader->form = forms[i];
		/* only Gecko's are certain to be frames where two stand together */
		if (likeness == FRAME || (likeness == MAYBE_FRAME && forms[i] == javascript_read_gecko))
			return likeness;
	}
	return NO_FRAME;
}

/* Begins an error with the lines just above, which turn out to be frames; false: see begin(). */
static bool
begin_pending(Reader *reader)
{
	Slice line;
	Frame frame;

	if (!begin(reader))
		return false;
	while (next_line(&reader->pending, &line))
		if (javascript_read_gecko(slice_trim(line), &frame) != NO_FRAME)
			add_frame(reader, &frame);
	return true;
}

/* Gives up what was taken for frames, which are other text. */
static void
forget_pending(Reader *reader)
{
	Slice line;

	while (next_line(&reader->pending, &line))
		take_heading(reader, line, slice_trim(line));
	reader->pending_named = 0;
}

/* Takes a line that may be a frame; false where it begins another trace. */
static bool
take_frame(Reader *reader, Slice line, Likeness likeness, const Frame *frame, bool begins)
{
	bool named = frame->function.data != NULL;

	if (begins && likeness == MAYBE_FRAME && (!named || reader->pending_named == 0))
	{
		if (reader->pending.len == 0)
			reader->pending.data = line.data;
		extend_lines(&reader->pending, line);
		reader->pending_named += named;
		return true;
	}
	if (begins)
	{
		/* two that are named beside each other are frames */
		if (likeness == MAYBE_FRAME)
			reader->form = javascript_read_gecko;
		if (reader->form != javascript_read_gecko)
			forget_pending(reader);
		if (!begin_pending(reader))
			return false;
		reader->pending_named = 0;
	}
	add_frame(reader, frame);
	return true;
}

/* Does a line that is no frame stand among frames nevertheless? */
static bool
is_among_frames(Reader *reader, Slice line)
{
	if (reader->form == javascript_read_opera)
		return reader->after_frame; /* its source */
	if (reader->form == javascript_read_gecko)
		return slice_find_char(line, '@') >= 0 || slice_equal(line, SLICE("eval code"));
	return slice_starts(line, SLICE("at ")) || take_omitted(reader, line) ||
	       (slice_starts(line, SLICE("... skipping ")) && slice_ends(line, SLICE(" frames")));
}

/* Reads text; see Language. */
static void
parse_javascript(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (next_line(&text, &line))
	{
		Slice trimmed = slice_trim(line);
		bool begins = reader.form == NULL;
		Frame frame;
		Likeness likeness = read_frame(&reader, trimmed, &frame);

		if (likeness != NO_FRAME)
		{
			if (!take_frame(&reader, line, likeness, &frame, begins))
				break;
		}
		else if (begins || !is_among_frames(&reader, trimmed))
		{
			forget_pending(&reader);
			reader.form = NULL;
			take_heading(&reader, line, trimmed);
		}
		reader.after_frame = likeness != NO_FRAME;
	}
	for (int i = 0; i < stack->nexceptions; i++)
		fill_omitted(&stack->exceptions[i], i + 1 < stack->nexceptions ? &stack->exceptions[i + 1] : NULL);
}

const Language javascript_language = {"javascript", aliases, marks, parse_javascript, javascript_identify};
