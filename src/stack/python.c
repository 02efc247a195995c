/*
 * Python tracebacks: oldest frame first, the cause before what it caused.
 *
 *   Traceback (most recent call last):
 *     File "/srv/shop/cart.py", line 12, in total
 *       return price * count
 *              ~~~~~~^~~~~~~
 *   TypeError: can't multiply sequence by non-int of type 'str'
 */
#include "stack.h"

static const char *const aliases[] = {"python3", "py", "django", "flask", "celery", NULL};
static const char *const marks[] = {"File \"", NULL};

/* Where in a traceback a line was read. */
typedef enum Place
{
	OUTSIDE,   /* not in a traceback */
	IN_FRAMES, /* after "Traceback …:" or a frame */
	IN_VALUE   /* after the line that names the exception */
} Place;

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read */
	Place place;
	size_t indent; /* of its "Traceback" line */
	bool linked;   /* a chain's marker was read since the last exception */
} Reader;

/* How far a line is indented, in bytes. */
static size_t
indent_of(Slice line)
{
	size_t n = 0;

	while (n < line.len && is_blank(line.data[n]))
		n++;
	return n;
}

/* Reads `File "path", line N[, in function]`; false where the line is something else. */
static bool
read_frame(Slice line, Frame *frame)
{
	const Slice start = SLICE("File \""), middle = SLICE("\", line "), in = SLICE(", in ");
	ptrdiff_t at;
	size_t digits = 0;

	line = slice_trim(line);
	if (!slice_starts(line, start))
		return false;
	line = slice_skip(line, start.len);
	at = slice_find(line, middle);
	if (at < 0)
		return false;
	frame_clear(frame);
	frame->file = slice_range(line, 0, at);
	line = slice_skip(line, at + middle.len);
	while (digits < line.len && is_digit(line.data[digits]))
		digits++;
	if (!read_number(slice_range(line, 0, digits), &frame->line))
		return false;
	line = slice_skip(line, digits);
	if (line.len == 0)
		return true; /* where a SyntaxError stands */
	if (!slice_starts(line, in))
		return false;
	frame->function = slice_skip(line, in.len);
	return true;
}

/* Reads `package.Class: value` or `package.Class`; false where the line is no such thing. */
static bool
read_type(Slice line, Exception *exception)
{
	size_t end = 0;

	while (end < line.len && (is_word(line.data[end]) || line.data[end] == '.' || line.data[end] == '<' ||
	                          line.data[end] == '>'))
		end++;
	if (end == 0 || is_digit(line.data[0]) || (end < line.len && line.data[end] != ':'))
		return false;
	exception->type = slice_range(line, 0, end);
	exception->value = slice_trim(slice_skip(line, end < line.len ? end + 1 : end));
	return true;
}

/* Begins the next exception; one that no marker ties to those before begins anew. */
static void
begin(Reader *reader, size_t indent)
{
	if (!reader->linked)
		reader->stack->nexceptions = 0;
	reader->linked = false;
	reader->exception = stack_add_exception(reader->stack);
	reader->place = IN_FRAMES;
	reader->indent = indent;
}

/* Takes one line that stands outside of a traceback, or begins one. */
static void
take_other(Reader *reader, Slice line)
{
	Frame frame;
	Slice trimmed = slice_trim(line);
	ptrdiff_t at = slice_find(line, SLICE("Traceback (most recent call last):"));

	if (at >= 0)
		begin(reader, indent_of(line) == (size_t) at ? at : 0);
	else if (read_frame(line, &frame))
	{
		/* a SyntaxError comes without the heading */
		size_t indent = indent_of(line);
		Frame *added;

		begin(reader, indent >= 2 ? indent - 2 : 0);
		added = stack_add_frame(reader->stack, reader->exception);
		if (added)
			*added = frame;
	}
	else if (slice_starts(trimmed, SLICE("The above exception was the direct cause")) ||
	         slice_starts(trimmed, SLICE("During handling of the above exception")))
	{
		reader->linked = reader->stack->nexceptions > 0;
		reader->place = OUTSIDE;
	}
	else if (reader->place == IN_VALUE && trimmed.len > 0)
	{
		/* a value of several lines reaches from its first to this one */
		Slice *value = &reader->exception->value;

		if (value->data)
			value->len = line.data + line.len - value->data;
	}
	else
		reader->place = OUTSIDE;
}

/* Takes one line that may be a frame, its source, or the exception that ends the traceback. */
static void
take_in_frames(Reader *reader, Slice line)
{
	Frame frame;
	size_t indent = indent_of(line);

	if (read_frame(line, &frame))
	{
		Frame *added = stack_add_frame(reader->stack, reader->exception);

		if (added)
			*added = frame;
	}
	else if (indent > reader->indent || indent == line.len)
		; /* source text, marks under it, "[Previous line repeated …]" */
	else if (read_type(slice_skip(line, indent), reader->exception))
		reader->place = IN_VALUE;
	else
	{
		reader->place = OUTSIDE;
		take_other(reader, line);
	}
}

/* Reads text; see Language. */
static void
parse_python(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;
	int kept = 0;

	while (next_line(&text, &line))
	{
		if (reader.place == IN_FRAMES && slice_find(line, SLICE("Traceback (most recent call last):")) < 0)
			take_in_frames(&reader, line);
		else
			take_other(&reader, line);
	}

	/* a heading alone is no trace */
	for (int i = 0; i < stack->nexceptions; i++)
		if (stack->exceptions[i].nframes > 0 || stack->exceptions[i].type.data)
			stack->exceptions[kept++] = stack->exceptions[i];
	stack->nexceptions = kept;

	for (int i = 0; i < stack->nexceptions; i++)
		exception_reverse_frames(&stack->exceptions[i]);
	stack_reverse_exceptions(stack);
}

/*
 * See Language.  An SDK names the module of a function and its class, the text
 * of a trace only its file and, before Python 3.11, no class.
 */
static void
identify_python(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = frame->file.len > 0 ? file_stem(frame->file) : last_name(*module, '.');
	*function = last_name(*function, '.');
}

const Language python_language = {"python", aliases, marks, parse_python, identify_python};
