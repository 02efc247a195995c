/*
 * Java stack traces, and those of the other languages of its machine: the
 * reported exception before its causes, innermost frame first.
 *
 *   Exception in thread "main" shop.CartException: no total
 *       at shop.Cart.total(Cart.java:12)
 *   Caused by: java.lang.ArithmeticException: / by zero
 *       at shop.Price.split(Price.java:7)
 *       ... 1 more
 */
#include "stack.h"

static const char *const aliases[] = {"kotlin", "scala", "groovy", "clojure", "android", "jvm", NULL};
static const char *const marks[] = {"at ", NULL};

typedef struct Reader
{
	Stack *stack;
	int exception;            /* index of the one being read, -1 before the first */
	bool in_frames;           /* a frame of it was read */
	Slice heading;            /* lines since the last frame */
	bool suppressed;          /* within a "Suppressed:" block, which is passed over … */
	size_t suppressed_indent; /* … and ends where a line is indented no deeper */
} Reader;

/* The length of the class name that s begins with: identifiers with dots. */
static size_t
class_length(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || !is_word(s.data[0]) || is_digit(s.data[0]))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$' || s.data[n] == '/' ||
	                     s.data[n] == '-'))
		n++;
	return n;
}

/* Does a class name look like that of a throwable? */
static bool
is_throwable(Slice class_name)
{
	static const Slice endings[] = {
		{"Exception", 9}, {"Error", 5}, {"Throwable", 9}, {"Failure", 7}, {"Failed", 6},
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(class_name, endings[i]))
			return true;
	return false;
}

/* Reads `class: value` or `class` at the start of line. */
static bool
read_class(Slice line, Exception *exception)
{
	size_t n = class_length(line);
	Slice name = slice_range(line, 0, n);

	if (n == 0 || (n < line.len && line.data[n] != ':'))
		return false;
	if (slice_find_char(name, '.') < 0 && !is_throwable(name))
		return false;
	exception->type = name;
	exception->value = slice_trim(slice_skip(line, n < line.len ? n + 1 : n));
	return true;
}

/* Reads the line that names an exception; loosely: also where a log's prefix stands before it. */
static bool
read_named(Slice line, bool strict, Exception *exception)
{
	const Slice thread = SLICE("Exception in thread \"");
	ptrdiff_t at;

	if (slice_starts(line, thread))
	{
		line = slice_skip(line, thread.len);
		at = slice_find(line, SLICE("\" "));
		return at >= 0 && read_class(slice_skip(line, at + 2), exception);
	}
	if (read_class(line, exception))
		return true;
	if (strict)
		return false;
	while ((at = slice_find_char(line, ' ')) >= 0)
	{
		size_t n;

		line = slice_trim(slice_skip(line, at));
		n = class_length(line);
		if (is_throwable(slice_range(line, 0, n)) && read_class(line, exception))
			return true;
	}
	return false;
}

/* Is what stands in a frame's parentheses a Java place?  Sets the file and the line. */
static bool
read_place(Slice place, Frame *frame)
{
	ptrdiff_t colon = slice_find_last_char(place, ':');

	if (slice_equal(place, SLICE("Native Method")) || slice_equal(place, SLICE("Unknown Source")) ||
	    slice_equal(place, SLICE("<generated>")))
		return true;
	if (place.len == 0 || slice_find_char(place, '/') >= 0)
		return false;
	if (colon >= 0)
	{
		if (!read_number(slice_skip(place, colon + 1), &frame->line))
			return false;
		place.len = colon;
		if (slice_equal(place, SLICE("Unknown Source")))
			return true;
		if (slice_find_char(place, ':') >= 0)
			return false;
	}
	else if (slice_find_char(place, '.') < 0 && !slice_equal(place, SLICE("SourceFile")))
		return false;
	if (slice_find_char(place, ' ') >= 0)
		return false;
	frame->file = place;
	return true;
}

/* Reads `at [loader/][module/]package.Class.method(File.java:12)`. */
static bool
read_frame(Slice line, Frame *frame)
{
	const Slice at = SLICE("at ");
	ptrdiff_t open, close, slash, dot;
	Slice name;

	if (!slice_starts(line, at))
		return false;
	line = slice_skip(line, at.len);
	open = slice_find_char(line, '(');
	if (open <= 0 || is_blank(line.data[open - 1]))
		return false;
	close = slice_find_char(slice_skip(line, open), ')');
	if (close < 0)
		return false;
	frame_clear(frame);
	if (!read_place(slice_range(line, open + 1, open + close), frame))
		return false;

	/* `app//` and `java.base@17/` are left out, the number in `$$Lambda$14/0x8001` is not */
	name = slice_trim(slice_range(line, 0, open));
	while ((slash = slice_find_char(name, '/')) >= 0 && (size_t) slash + 1 < name.len &&
	       !is_digit(name.data[slash + 1]))
		name = slice_skip(name, slash + 1);
	dot = slice_find_last_char(name, '.');
	if (dot <= 0)
		return false;
	frame->function = name;
	frame->module = slice_range(name, 0, dot);
	return true;
}

/* Reads `... 12 more` or `... 12 common frames omitted`: how many are left out, or 0. */
static int
read_omitted(Slice line)
{
	int32_t count;
	size_t n = 4;

	if (!slice_starts(line, SLICE("... ")))
		return 0;
	while (n < line.len && is_digit(line.data[n]))
		n++;
	if (!read_number(slice_range(line, 4, n), &count))
		return 0;
	line = slice_skip(line, n);
	return slice_starts(line, SLICE(" more")) || slice_starts(line, SLICE(" common frames")) ? count : 0;
}

/* Adds the last count frames of the enclosing exception, which the text leaves out. */
static void
add_omitted(Reader *reader, int count)
{
	int enclosing = reader->exception - 1;
	int from;

	if (enclosing < 0)
		return;
	from = reader->stack->exceptions[enclosing].nframes - count;
	for (int i = from < 0 ? 0 : from; i < reader->stack->exceptions[enclosing].nframes; i++)
	{
		Frame *frame = stack_add_frame(reader->stack, &reader->stack->exceptions[reader->exception]);

		if (frame == NULL)
			return;
		*frame = reader->stack->exceptions[enclosing].frames[i];
	}
}

/* Begins an exception that the lines in heading name. */
static void
begin(Reader *reader)
{
	Exception *exception = stack_add_exception(reader->stack);

	reader->exception = reader->stack->nexceptions - 1;
	reader->in_frames = true;
	read_heading(reader->heading, read_named, exception);
}

/* Takes a frame; the first one after other lines begins an exception. */
static void
take_frame(Reader *reader, const Frame *frame)
{
	Frame *added;

	if (!reader->in_frames)
		begin(reader);
	added = stack_add_frame(reader->stack, &reader->stack->exceptions[reader->exception]);
	if (added)
		*added = *frame;
}

/* Adds line to the lines that may name the next exception. */
static void
take_heading(Reader *reader, Slice line)
{
	if (reader->heading.data == NULL)
		reader->heading.data = line.data;
	reader->heading.len = line.data + line.len - reader->heading.data;
}

/* Reads text; see Language. */
static void
parse_java(Slice text, Stack *stack)
{
	const Slice caused_by = SLICE("Caused by: "), suppressed = SLICE("Suppressed: ");
	Reader reader = {.stack = stack, .exception = -1};
	Slice line;

	while (next_line(&text, &line))
	{
		Slice trimmed = slice_trim(line);
		size_t indent = trimmed.data - line.data;
		Frame frame;
		int omitted;

		/* a suppressed exception's causes stand as deep as itself */
		if (reader.suppressed && (trimmed.len == 0 || indent > reader.suppressed_indent ||
		                          (indent == reader.suppressed_indent && slice_starts(trimmed, caused_by))))
			continue;
		reader.suppressed = stack->nexceptions > 0 && slice_starts(trimmed, suppressed);
		reader.suppressed_indent = indent;
		if (reader.suppressed)
			continue;

		if (read_frame(trimmed, &frame))
		{
			take_frame(&reader, &frame);
			reader.heading = NO_SLICE;
		}
		else if ((omitted = read_omitted(trimmed)) > 0)
		{
			if (!reader.in_frames && reader.exception >= 0)
				begin(&reader);
			if (reader.exception >= 0)
				add_omitted(&reader, omitted);
			reader.heading = NO_SLICE;
		}
		else if (stack->nexceptions > 0 && slice_starts(trimmed, caused_by))
		{
			reader.heading = slice_skip(trimmed, caused_by.len);
			reader.in_frames = false;
		}
		else if (reader.in_frames && trimmed.len > 0)
			break; /* what follows is no part of this trace */
		else if (trimmed.len > 0)
			take_heading(&reader, line);
	}
}

/* See Language: the class and the method. */
static void
identify_java(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len > 0 && slice_starts(*function, *module) && function->len > module->len &&
	    function->data[module->len] == '.')
		*function = slice_skip(*function, module->len + 1);
}

const Language java_language = {"java", aliases, marks, parse_java, identify_java, '.'};
