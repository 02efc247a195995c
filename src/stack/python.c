/*
 * Python tracebacks: oldest frame first, the cause before what it caused.
 *
 *   Traceback (most recent call last):
 *     File "/srv/shop/cart.py", line 12, in total
 *       return price * count
 *              ~~~~~~^~~~~~~
 *   TypeError: can't multiply sequence by non-int of type 'str'
 *
 * Of an exception group, the group is read, and as its cause the first of its
 * members: how many more there are changes from one time to the next.
 *
 *     + Exception Group Traceback (most recent call last):
 *     |   File "/srv/shop/pay.py", line 9, in main
 *     | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
 *     +-+---------------- 1 ----------------
 *       | Traceback (most recent call last):
 *       |   File "/srv/shop/pay.py", line 5, in pay
 *       | KeyError: 7
 *       +---------------- 2 ----------------
 *
 * faulthandler prints the innermost frame first.
 */
#include "python.h"

static const char *const aliases[] = {"python3",          "py",      "django", "flask", "celery", "fastapi",
                                      "jupyter-notebook", "ipython", NULL};
static const char *const marks[] = {"File \"", "Traceback (", "Cell In[", NULL};

/* Groups within groups within … : deeper ones stand as deep as this. */
#define MAX_GROUP_DEPTH 20

/* Where in a traceback a line was read. */
typedef enum Place
{
	OUTSIDE,   /* not in a traceback */
	AT_MEMBER, /* at the start of a member of a group */
	IN_FRAMES, /* after "Traceback …:" or a frame */
	IN_CELLS,  /* the same, as IPython prints it */
	IN_VALUE   /* after the line that names the exception */
} Place;

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read */
	Place place;
	size_t indent;        /* of its "Traceback" line */
	bool flat;            /* its frames are indented no deeper */
	bool innermost_first; /* as faulthandler prints them */
	bool linked;          /* a chain's marker was read since the last exception */
	bool current_thread;  /* faulthandler's "Current thread" was read: others are passed over */
	Slice above;          /* the line above its "Traceback" line */
	Slice previous;       /* the line before this one, unless that is blank */
	Slice fatal;          /* what faulthandler says has happened */
	bool boxed;           /* the margins of a group were seen … */
	size_t base;          /* … the outermost one at this column */
	int depth;            /* of the group that is being read */
	int skipped;          /* a member from the second on, in a group so deep; 0: none */
	int replaced;         /* so many exceptions are forgotten once the next has a frame or a name */
} Reader;

/* Does the name of an exception's class look like one? */
static bool
is_error_name(Slice name)
{
	static const Slice endings[] = {{"Error", 5},     {"Exception", 9}, {"Warning", 7}, {"Exit", 4},
	                                {"Interrupt", 9}, {"Iteration", 9}, {"Group", 5},   {"Timeout", 7}};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(name, endings[i]))
			return true;
	return false;
}

/* Is line a rule, perhaps with a title: `=========== short test summary ===========`? */
static bool
is_rule(Slice line)
{
	size_t n = 0;

	if (line.len == 0 || strchr("=-_*#", line.data[0]) == NULL)
		return false;
	while (n < line.len && line.data[n] == line.data[0])
		n++;
	return n >= 10;
}

/* Does line belong to what is printed behind a traceback? */
static bool
is_behind(Slice line)
{
	static const Slice starts[] = {
		{"\"\"\"", 3},
		{"Call stack:", 11},
		{"Message: ", 9},
		{"Arguments: ", 11},
		{"Extension modules:", 18},
		{"Local variables in innermost", 28},
		{"Exception Type:", 15},
		{"```", 3},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(line, starts[i]))
			return true;
	return is_log_line(line) || is_rule(line);
}

/* Ends the exception that is being read. */
static void
finish(Reader *reader)
{
	Exception named = {.type = NO_SLICE};

	/* Atheris names it above the traceback */
	if (reader->exception && reader->exception->type.data == NULL && !reader->innermost_first &&
	    read_python_type(slice_trim(reader->above), &named) && is_error_name(named.type))
	{
		reader->exception->type = named.type;
		reader->exception->value = named.value;
	}
	reader->exception = NULL;
}

/* Begins the next exception; one that no marker ties to those before begins anew. */
static void
begin(Reader *reader, Place place, size_t indent)
{
	/* what follows a heading may be cut off: another takes its place */
	if (reader->exception && reader->exception->nframes == 0 && reader->exception->type.data == NULL)
		stack_forget_exception(reader->stack);
	finish(reader);
	if (!reader->linked && reader->depth == 0)
		reader->replaced = reader->stack->nexceptions;
	reader->linked = false;
	reader->exception = stack_add_exception(reader->stack);
	reader->exception->noted = reader->depth;
	reader->place = place;
	reader->indent = indent;
	reader->flat = reader->innermost_first = false;
	reader->above = reader->previous;
}

/* Forgets what stood before the exception that is being read, now that there is something of this. */
static void
replace(Reader *reader)
{
	Exception exception = *reader->exception;

	if (reader->replaced == 0)
		return;
	reader->replaced = 0;
	while (reader->stack->nexceptions > 0)
		stack_forget_exception(reader->stack);
	reader->exception = stack_add_exception(reader->stack);
	reader->exception->type = exception.type;
	reader->exception->value = exception.value;
	reader->exception->noted = exception.noted;
}

/* Adds a frame to the exception that is being read. */
static void
take_frame(Reader *reader, const Frame *frame, size_t indent)
{
	Frame *added;

	replace(reader);
	added = stack_add_frame(reader->stack, reader->exception);
	if (added)
		*added = *frame;
	reader->flat = indent <= reader->indent;
}

/* Begins the frames of a thread, which faulthandler or gdb printed. */
static void
begin_thread(Reader *reader, Slice heading, size_t indent)
{
	const Slice error = SLICE("Fatal Python error"), exception = SLICE("Windows fatal exception");

	if (reader->current_thread)
	{
		reader->place = OUTSIDE;
		return;
	}
	begin(reader, IN_FRAMES, indent);
	reader->current_thread = slice_starts(heading, SLICE("Current thread "));
	reader->innermost_first = true;
	if (slice_starts(reader->fatal, error) || slice_starts(reader->fatal, exception))
	{
		size_t n = slice_starts(reader->fatal, error) ? error.len : exception.len;

		reader->exception->type = slice_range(reader->fatal, 0, n);
		reader->exception->value = slice_trim(slice_skip(reader->fatal, n + 1));
	}
	else if (reader->fatal.data)
		reader->exception->type = reader->fatal;
}

/* Reads a line that says what has happened, or how what follows is tied to what stands before. */
static bool
take_remark(Reader *reader, Slice line)
{
	static const Slice links[] = {{"The above exception ", 20},
	                              {"During handling of the above exception", 38}};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (slice_starts(line, links[i]) && (i > 0 || slice_find(line, SLICE("was the direct cause")) > 0))
		{
			reader->linked = reader->stack->nexceptions > 0;
			reader->place = OUTSIDE;
			return true;
		}
	if (slice_starts(line, SLICE("Fatal Python error: ")) ||
	    slice_starts(line, SLICE("Windows fatal exception: ")) || slice_starts(line, SLICE("Timeout (")))
	{
		reader->fatal = line.data[0] == 'T' ? slice_range(line, 0, 7) : line;
		reader->current_thread = false;
		reader->place = OUTSIDE;
		return true;
	}
	return false;
}

/* What Django's error pages and mails write below a traceback. */
static void
take_django(Reader *reader, Slice line)
{
	const Slice type = SLICE("Exception Type: "), value = SLICE("Exception Value: ");
	Exception *last =
		reader->stack->nexceptions > 0 ? &reader->stack->exceptions[reader->stack->nexceptions - 1] : NULL;

	if (last == NULL || last->nframes == 0)
		return;
	if (slice_starts(line, type) && last->type.data == NULL)
	{
		ptrdiff_t at;

		last->type = slice_skip(line, type.len);
		at = slice_find_char(last->type, ' ');
		if (at > 0)
			last->type.len = at;
	}
	else if (slice_starts(line, value) && last->type.data != NULL && last->value.data == NULL)
		last->value = slice_skip(line, value.len);
}

/* Reads a line that stands above frames; false where it is something else. */
static bool
take_heading(Reader *reader, Slice line, Slice trimmed)
{
	const Slice last = SLICE("Traceback (most recent call last)");
	ptrdiff_t at = slice_find(trimmed, last);
	size_t indent = trimmed.data - line.data;

	if (at < 0 && slice_ends(trimmed, SLICE("(most recent call first):")))
	{
		begin_thread(reader, trimmed, indent);
		return true;
	}
	if (at < 0 &&
	    (slice_starts(trimmed, SLICE("Traceback (innermost last):")) ||
	     (slice_starts(trimmed, SLICE("Stack (most recent call last):")) && reader->stack->nexceptions == 0)))
		at = 0;
	if (at < 0)
		return false;
	if ((size_t) at + last.len == trimmed.len)
	{
		/* IPython: `ZeroDivisionError      Traceback (most recent call last)` */
		Exception named = {.type = NO_SLICE};

		if (at < 2 || !is_blank(trimmed.data[at - 1]) ||
		    !read_python_type(slice_trim(slice_range(trimmed, 0, at)), &named))
			return false;
		begin(reader, IN_CELLS, indent);
		replace(reader);
		reader->exception->type = named.type;
		return true;
	}
	begin(reader, IN_FRAMES, at == 0 || slice_starts(trimmed, SLICE("Exception Group ")) ? indent : 0);
	return true;
}

/* Takes one line that stands outside of a traceback, or begins one. */
static void
take_other(Reader *reader, Slice line, Slice trimmed)
{
	Frame frame;
	size_t indent = trimmed.data - line.data;

	if (take_heading(reader, line, trimmed) || take_remark(reader, trimmed))
		return;
	if (reader->place == AT_MEMBER)
	{
		/* a member that was never raised has no traceback */
		begin(reader, IN_VALUE, indent);
		if (!read_python_type(trimmed, reader->exception))
			reader->place = OUTSIDE;
	}
	else if ((reader->stack->nexceptions == 0 || reader->linked) && read_python_frame(trimmed, &frame))
	{
		/* a SyntaxError comes without the heading, and so does what was cut off */
		begin(reader, IN_FRAMES, indent >= 2 ? indent - 2 : 0);
		take_frame(reader, &frame, indent);
	}
	else if (reader->stack->nexceptions == 0 && slice_starts(trimmed, SLICE("Cell In[")) &&
	         read_python_cell(trimmed, &frame) && indent > 0)
	{
		begin(reader, IN_FRAMES, indent >= 2 ? indent - 2 : 0);
		take_frame(reader, &frame, indent);
	}
	else if (reader->place == IN_VALUE && !is_behind(trimmed) &&
	         (reader->depth > 0 || indent >= reader->indent))
	{
		/* a value of several lines reaches from its first to this one */
		Slice *value = &reader->exception->value;

		if (value->data)
			value->len = trimmed.data + trimmed.len - value->data;
	}
	else
	{
		reader->place = OUTSIDE;
		take_django(reader, trimmed);
	}
}

/* Reads the line that ends the frames, and names the exception. */
static bool
take_type(Reader *reader, Slice line)
{
	Exception named = {.type = NO_SLICE};

	if (reader->innermost_first || is_behind(line) || !read_python_type(line, &named))
		return false;
	/* where source text is indented no deeper, it might look like a class */
	if (reader->flat && !is_error_name(named.type))
		return false;
	replace(reader);
	reader->exception->type = named.type;
	reader->exception->value = named.value;
	reader->place = IN_VALUE;
	return true;
}

/* Takes one line that may be a frame, its source, or the exception that ends the traceback. */
static void
take_in_frames(Reader *reader, Slice line, Slice trimmed)
{
	Frame frame;
	size_t indent = trimmed.data - line.data;

	if (read_python_frame(trimmed, &frame))
		take_frame(reader, &frame, indent + (trimmed.data[0] == '>' ? 2 : 0));
	else if (take_heading(reader, line, trimmed))
		;
	else if (indent > reader->indent || slice_starts(trimmed, SLICE("--- <")) ||
	         slice_starts(trimmed, SLICE("[Previous line repeated ")))
		; /* source text, marks under it, Twisted's "--- <exception caught here> ---" */
	else if (!take_type(reader, trimmed) && (!reader->flat || is_behind(trimmed)))
	{
		reader->place = OUTSIDE;
		take_other(reader, line, trimmed);
	}
}

/* The same for what IPython prints. */
static void
take_in_cells(Reader *reader, Slice line, Slice trimmed)
{
	Frame frame;
	Frame *last =
		reader->exception->nframes > 0 ? &reader->exception->frames[reader->exception->nframes - 1] : NULL;
	int32_t number;

	if (trimmed.data == line.data && read_python_cell(trimmed, &frame))
		take_frame(reader, &frame, 1);
	else if (read_python_arrow(trimmed, &number))
	{
		if (last && last->line == NO_POSITION)
			last->line = number;
	}
	else if (trimmed.data == line.data && !take_type(reader, trimmed))
	{
		reader->place = OUTSIDE;
		take_other(reader, line, trimmed);
	}
}

/* How deep in groups the margin at this column stands. */
static int
depth_at(const Reader *reader, size_t column)
{
	size_t depth = column > reader->base ? (column - reader->base) / 2 : 0;

	return depth > MAX_GROUP_DEPTH ? MAX_GROUP_DEPTH : (int) depth;
}

/* Takes a line between the members of a group: `+-+------- 1 -------`, `+------- 2 -------`, `+---------`. */
static void
take_separator(Reader *reader, Slice trimmed, size_t column)
{
	int depth = depth_at(reader, column);
	size_t n = 0;
	int32_t number = 0;

	if (slice_starts(trimmed, SLICE("+-+")))
	{
		trimmed = slice_skip(trimmed, 2);
		depth++;
	}
	while (n < trimmed.len && !is_digit(trimmed.data[n]) && trimmed.data[n] != '.')
		n++;
	if (n < trimmed.len)
		number = trimmed.data[n] == '1' && n + 1 < trimmed.len && trimmed.data[n + 1] == ' ' ? 1 : 2;
	reader->place = OUTSIDE;
	if (reader->skipped > 0 && depth > reader->skipped)
		return;
	reader->skipped = number > 1 ? depth : 0;
	if (number == 1)
	{
		reader->depth = depth > MAX_GROUP_DEPTH ? MAX_GROUP_DEPTH : depth;
		reader->place = AT_MEMBER;
	}
}

/* Does a line that begins with the margin of a group hold the first that is seen of one? */
static bool
begins_box(Slice trimmed)
{
	Slice rest = slice_trim(slice_skip(trimmed, 1));

	return slice_starts(rest, SLICE("Exception Group Traceback (most")) ||
	       (trimmed.data[0] == '|' && slice_starts(rest, SLICE("File \"")));
}

/* Takes the margin of a group off *line; false where the line has nothing else, or is passed over. */
static bool
take_margin(Reader *reader, Slice *line, Slice *trimmed)
{
	size_t column = trimmed->data - line->data;
	bool margin = trimmed->data[0] == '|' || trimmed->data[0] == '+';

	if (!reader->boxed)
	{
		if (!margin || !begins_box(*trimmed))
			return true;
		reader->boxed = true;
		reader->base = column;
	}
	if (!margin)
	{
		/* a message's further lines may have no margin; what links exceptions stands outside of groups */
		if (reader->skipped > 0 && reader->place != IN_VALUE &&
		    !slice_starts(*trimmed, SLICE("The above ")) && !slice_starts(*trimmed, SLICE("During ")) &&
		    !slice_starts(*trimmed, SLICE("Traceback ")))
			return false;
		if (reader->place != IN_VALUE)
			reader->depth = reader->skipped = 0;
		return true;
	}
	if (slice_starts(*trimmed, SLICE("+-")))
	{
		take_separator(reader, *trimmed, column);
		return false;
	}
	if (trimmed->data[0] == '+' && reader->depth == 0)
		reader->base = column;
	if (reader->skipped > 0 && depth_at(reader, column) >= reader->skipped)
		return false;
	reader->skipped = 0;
	reader->depth = depth_at(reader, column);
	*line = slice_skip(*trimmed, trimmed->len > 1 ? 2 : 1);
	*trimmed = slice_trim(*line);
	return true;
}

/* A copy of a value of several lines without the margins of its group. */
static Slice
without_margins(Slice value, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, value.len + 1);
	size_t used = 0;
	Slice line;

	while (next_line(&value, &line))
	{
		Slice trimmed = slice_trim(line);

		if (used > 0 && slice_starts(trimmed, SLICE("| ")))
			line = slice_skip(trimmed, 2);
		if (used > 0)
			copy[used++] = '\n';
		memcpy(copy + used, line.data, line.len);
		used += line.len;
	}
	return (Slice){copy, used};
}

/* Puts the exceptions in order: the last one first, and the members of groups behind them, as causes. */
static void
order_exceptions(Stack *stack)
{
	Exception *ordered;
	int used = 0;

	if (stack->nexceptions < 2)
		return;
	ordered = stack->allocator.alloc(stack->allocator.context, stack->exceptions_size * sizeof(Exception));
	for (int depth = 0; depth <= MAX_GROUP_DEPTH && used < stack->nexceptions; depth++)
		for (int i = stack->nexceptions - 1; i >= 0; i--)
			if (stack->exceptions[i].noted == depth)
				ordered[used++] = stack->exceptions[i];
	stack->exceptions = ordered;
}

/* Is what was read of an exception enough to be one?  A heading alone is not, nor is a file alone. */
static bool
is_evident(const Exception *exception)
{
	if (exception->nframes == 0 && exception->noted > 0)
		return exception->type.data != NULL;
	if (exception->nframes == 0 || (exception->nframes == 1 && exception->frames[0].function.data == NULL))
		return is_error_name(exception->type);
	return true;
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
		Slice trimmed = slice_trim(line);

		if (trimmed.len > 0 && !take_margin(&reader, &line, &trimmed))
			continue;
		if (trimmed.len == 0)
		{
			if (reader.place == IN_VALUE)
				reader.place = OUTSIDE;
			continue;
		}
		if (reader.place == IN_FRAMES)
			take_in_frames(&reader, line, trimmed);
		else if (reader.place == IN_CELLS)
			take_in_cells(&reader, line, trimmed);
		else
			take_other(&reader, line, trimmed);
		reader.previous = trimmed;
	}
	finish(&reader);

	for (int i = 0; i < stack->nexceptions; i++)
		if (is_evident(&stack->exceptions[i]))
			stack->exceptions[kept++] = stack->exceptions[i];
	stack->nexceptions = kept;
	for (int i = 0; i < stack->nexceptions; i++)
	{
		Exception *exception = &stack->exceptions[i];

		if (!reader.innermost_first)
			exception_reverse_frames(exception);
		if (reader.boxed && slice_find_char(exception->value, '\n') >= 0)
			exception->value = without_margins(exception->value, stack->allocator);
	}
	order_exceptions(stack);
}

const Language python_language = {"python", aliases, marks, parse_python, identify_python};
