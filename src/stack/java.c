/*
 * Java stack traces, and those of the other languages of its machine: the
 * reported exception before its causes, innermost frame first.
 *
 *   Exception in thread "main" shop.CartException: no total
 *       at shop.Cart.total(Cart.java:12)
 *       Suppressed: java.io.IOException: not closed
 *           at shop.Feed.close(Feed.java:31)
 *   Caused by: java.lang.ArithmeticException: / by zero
 *       at shop.Price.split(Price.java:7)
 *       ... 1 more
 *
 * Loggers print the other way round when told to, the root cause first and
 * "Wrapped by: " before what it caused.
 */
#include "java.h"

static const char *const aliases[] = {"kotlin", "scala", "groovy", "clojure", "android", "jvm", NULL};
static const char *const marks[] = {"at ", ".java:", ":trace", NULL};

/* Where in a trace a line was read. */
typedef enum State
{
	BEFORE,     /* nothing of it was read */
	IN_MESSAGE, /* after a line that names a cause */
	IN_FRAMES,
	IN_THREAD, /* frames of another thread than the one that is kept */
} State;

typedef struct Reader
{
	Stack *stack;
	State state;
	Slice heading;            /* lines since the last frame */
	bool root_first;          /* the root cause came first */
	bool bare;                /* frames without "at " */
	bool spaced;              /* a blank stands before the place of the last frame */
	bool evident;             /* nothing but Java prints what was read */
	int placed;               /* frames that tell a line, which make a trace even if none is evident */
	Slice thread;             /* whose frames are kept, where it threw nothing */
	bool suppressed;          /* within a "Suppressed:" block, which is passed over … */
	size_t suppressed_indent; /* … and ends where a line is indented no deeper */
} Reader;

/* The exception that is being read. */
static Exception *
current(Reader *reader)
{
	return &reader->stack->exceptions[reader->stack->nexceptions - 1];
}

/* Adds line to the lines that may name the next exception. */
static void
take_heading(Reader *reader, Slice line)
{
	extend_lines(&reader->heading, line);
}

/* Begins frames that no "Caused by:" stands before. */
static void
begin(Reader *reader, size_t indent)
{
	Exception exception = {.type = NO_SLICE}, *added;
	Slice thread = NO_SLICE;
	bool named = read_java_heading(reader->heading, indent, &exception, &thread);

	reader->state = IN_FRAMES;
	if (reader->thread.data)
	{
		/* another thread: the main one is the one to know */
		if (!slice_equal(thread, SLICE("main")))
		{
			reader->state = IN_THREAD;
			return;
		}
		exception.type = current(reader)->type;
		exception.value = current(reader)->value;
		stack_forget_exception(reader->stack);
	}
	reader->thread = thread;
	reader->evident |= named || thread.data;
	added = stack_add_exception(reader->stack);
	added->type = exception.type;
	added->value = exception.value;
}

/* Ends the message of a cause, which has more lines than the first where frames stand below it. */
static void
end_message(Reader *reader)
{
	Slice *value = &current(reader)->value;

	if (value->data)
	{
		value->len = reader->heading.data + reader->heading.len - value->data;
		*value = slice_trim_lines(*value);
	}
	reader->state = IN_FRAMES;
}

/* Takes a frame, which line holds. */
static void
take_frame(Reader *reader, const Frame *frame, size_t indent)
{
	if (reader->state == BEFORE)
		begin(reader, indent);
	else if (reader->state == IN_MESSAGE)
		end_message(reader);
	reader->heading = NO_SLICE;
	if (reader->state == IN_THREAD)
		return;
	reader->placed += frame->line != NO_POSITION;
	stack_put_frame(reader->stack, current(reader), frame);
}

/* Reads `... 12 more` or `... 12 common frames omitted`: how many are left out, or 0. */
static int
read_omitted(Slice line)
{
	int32_t count;
	size_t n = 4;

	if (!slice_starts(line, SLICE("... ")))
		return 0;
	n += count_digits(line, n);
	if (!read_number(slice_range(line, 4, n), &count))
		return 0;
	line = slice_skip(line, n);
	return slice_starts(line, SLICE(" more")) || slice_starts(line, SLICE(" common frames")) ? count : 0;
}

/* Adds to an exception the last frames of the one that it caused, as many as were noted to be left out. */
static void
add_omitted(Stack *stack, int index)
{
	const Exception *enclosing = &stack->exceptions[index - 1];
	int from = enclosing->nframes - stack->exceptions[index].noted;

	for (int i = from < 0 ? 0 : from; i < enclosing->nframes; i++)
	{
		Frame *frame = stack_add_frame(stack, &stack->exceptions[index]);

		if (frame == NULL)
			return;
		*frame = enclosing->frames[i];
	}
}

/* Reads what begins the line of an exception that others enclose or caused, and sets the rest of it. */
static bool
read_cause(Reader *reader, Slice line, Slice *rest)
{
	static const Slice causes[] = {{"Caused by: ", 11}, {"Wrapped by: ", 12}, {"[wrapped] ", 10}};
	const Slice by = SLICE("Caused by ");
	Exception named;

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (slice_starts(line, causes[i]))
		{
			reader->root_first |= i > 0;
			*rest = slice_skip(line, causes[i].len);
			return true;
		}
	/* so the consoles that collect crashes of Android's write it */
	if (!slice_starts(line, by))
		return false;
	*rest = slice_skip(line, by.len);
	return read_java_class(*rest, false, &named);
}

/* Is line the remark that a cause was printed already? */
static bool
is_circular(Slice line)
{
	return slice_starts(line, SLICE("[CIRCULAR REFERENCE")) ||
	       slice_starts(line, SLICE("[circular reference"));
}

/* Begins a cause; line is what stands behind "Caused by: ". */
static void
take_cause(Reader *reader, Slice line)
{
	Exception *exception;

	if (is_circular(line))
		return;
	exception = stack_add_exception(reader->stack);
	if (!read_java_class(line, true, exception))
		exception->value = line;
	reader->heading = line;
	reader->state = IN_MESSAGE;
}

/* Does line belong among frames, though it is none: locks, what was left out, a frame that cannot be read? */
static bool
is_among_frames(Slice line)
{
	static const Slice starts[] = {
		{"... ", 4}, {"- ", 2}, {"| ", 2}, {"at ", 3}, {"native: ", 8},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(line, starts[i]))
			return true;
	if (is_circular(line))
		return true;
	for (size_t i = 0; i < line.len; i++)
		if (is_word(line.data[i]))
			return false;
	return true; /* `[...]` */
}

/* Is what was read too little to be a trace? */
static bool
is_weak(const Reader *reader)
{
	return !reader->evident && reader->placed < 2;
}

/* Looks for a trace anew, without what was read where that was too little. */
static void
begin_anew(Reader *reader)
{
	while (is_weak(reader) && reader->stack->nexceptions > 0)
		stack_forget_exception(reader->stack);
	reader->bare = false;
	reader->placed = 0;
	reader->state = BEFORE;
	reader->heading = NO_SLICE;
}

/*
 * A line that is no part of the trace was read: true where that ends it, false
 * where it goes on (with another thread), or was too little to be one.
 */
static bool
ends(Reader *reader, Slice line)
{
	if (!is_weak(reader) && (reader->thread.data == NULL || slice_equal(reader->thread, SLICE("main"))))
		return true;
	begin_anew(reader);
	take_heading(reader, line);
	return false;
}

/* Reads a frame whose place was left out, as Google Play prints some. */
static bool
read_without_place(Slice name, Frame *frame)
{
	ptrdiff_t dot = slice_find_last_char(name, '.');

	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.data[i]) && name.data[i] != '.' && name.data[i] != '$')
			return false;
	if (dot <= 0 || (size_t) dot + 1 == name.len)
		return false;
	frame_clear(frame);
	frame->function = name;
	frame->module = slice_range(name, 0, dot);
	return true;
}

/* Reads a frame: `at ` and what read_java_frame() takes, or in lists of such frames, that alone. */
static bool
read_frame(Reader *reader, Slice line, Frame *frame)
{
	const Slice at = SLICE("at ");
	bool certain, spaced = slice_find(line, SLICE(" (")) > 0;

	if (slice_starts(line, at))
	{
		/* a trace begins here; the place above it was no list */
		if (reader->bare && is_weak(reader))
			begin_anew(reader);
		if (!read_java_frame(slice_skip(line, at.len), frame, &certain))
			return reader->spaced && read_without_place(slice_skip(line, at.len), frame);
		reader->evident |= certain;
		reader->spaced = spaced;
		return true;
	}
	if (line.data[line.len - 1] != ')' || !read_java_frame(line, frame, &certain))
		return false;
	/* Leiningen prints "at" before the first frame only */
	if (reader->state == IN_FRAMES && !reader->bare)
		return reader->spaced && spaced && certain;
	/* a list begins with one that is certain, and has two */
	if ((reader->state != BEFORE && !reader->bare) || (!certain && !reader->bare))
		return false;
	reader->bare = true;
	return true;
}

/* Does line begin what a program that runs on several machines adds of another: `Also:   shop.CallSite: web1`? */
static bool
begins_addition(Slice line)
{
	Exception named;

	return slice_starts(line, SLICE("Also: ")) &&
	       read_java_class(slice_trim(slice_skip(line, 6)), false, &named);
}

/* Is line passed over, as it belongs to a suppressed exception?  Its causes stand as deep as itself. */
static bool
is_suppressed(Reader *reader, Slice line, size_t indent)
{
	const Slice suppressed = SLICE("Suppressed: ");

	if (reader->suppressed)
	{
		bool deeper = indent > reader->suppressed_indent;
		bool as_deep = indent == reader->suppressed_indent;

		/* where all lines have lost their indentation, its frames end at the next cause */
		if (deeper || (as_deep && slice_starts(line, SLICE("Caused by: ")) && indent > 0) ||
		    (as_deep && (slice_starts(line, SLICE("at ")) || slice_starts(line, SLICE("... ")))))
			return true;
	}
	reader->suppressed = (reader->state != BEFORE && slice_starts(line, suppressed)) || begins_addition(line);
	reader->suppressed_indent = indent;
	return reader->suppressed;
}

/* Takes one line that is not blank; false where the trace has ended. */
static bool
take_line(Reader *reader, Slice line, Slice trimmed)
{
	size_t indent = trimmed.data - line.data;
	Frame frame;
	Slice cause;
	int omitted;

	if (read_frame(reader, trimmed, &frame))
		take_frame(reader, &frame, indent);
	else if (reader->state != BEFORE && (omitted = read_omitted(trimmed)) > 0)
	{
		if (reader->state == IN_MESSAGE)
			end_message(reader);
		current(reader)->noted = omitted;
		reader->heading = NO_SLICE;
	}
	else if (reader->state != BEFORE && read_cause(reader, trimmed, &cause))
		take_cause(reader, cause);
	else if (reader->state == IN_FRAMES || reader->state == IN_THREAD)
		return is_among_frames(trimmed) || !ends(reader, line);
	else
		take_heading(reader, line);
	return true;
}

/* Reads the lines of text up to the end of a trace; what stands behind that is left in *text. */
static void
read_trace(Slice *text, Reader *reader)
{
	Slice line;

	while (next_line(text, &line))
	{
		Slice trimmed = slice_trim(line);

		if (trimmed.len == 0)
			continue;
		if ((reader->suppressed || trimmed.data[0] == 'S' || trimmed.data[0] == 'A') &&
		    is_suppressed(reader, trimmed, trimmed.data - line.data))
			continue;
		if (!take_line(reader, line, trimmed))
			return;
	}
}

/*
 * Reads text; see Language.  The first trace is read, but in Android's log the
 * one that ended the program.
 */
static void
parse_java(Slice text, Stack *stack)
{
	const Slice fatal = SLICE("FATAL EXCEPTION: ");
	Reader reader = {.stack = stack};
	Slice rest = text;
	ptrdiff_t at;

	read_trace(&rest, &reader);
	if (rest.len > 0 && (at = slice_find(text, fatal)) >= rest.data - text.data)
	{
		while (stack->nexceptions > 0)
			stack_forget_exception(stack);
		reader = (Reader){.stack = stack};
		rest = slice_skip(text, at);
		read_trace(&rest, &reader);
	}
	if (stack->nexceptions > 0 && is_weak(&reader))
		stack->nexceptions = 0;
	if (stack->nexceptions == 0)
	{
		parse_clojure(text, stack);
		return;
	}
	if (reader.root_first)
		stack_reverse_exceptions(stack);
	for (int i = 1; i < stack->nexceptions; i++)
		add_omitted(stack, i);
}

const Language java_language = {"java", aliases, marks, parse_java, identify_java, '.'};
