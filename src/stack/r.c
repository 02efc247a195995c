/*
 * R's errors, and the traces of traceback(), rlang and Shiny.
 *
 *   Error in price(item) : no price        Error in `total()`:
 *   Calls: main -> total -> price          ! no total
 *   Execution halted                       Caused by error in `price()`:
 *                                          ! no price
 *   3: stop("no price") at Cart.R#4        Backtrace:
 *   2: price(item) at Cart.R#9              1. └─shop::total(cart)
 *   1: total(cart)                          2.   └─shop:::price(item) at Cart.R:9:3
 *
 * traceback() has the innermost call first, "Calls:" and rlang last.  Behind
 * "at" stands where a call was made: that place is in the function that made
 * it, so it goes to the frame of that function, as in other languages.
 */
#include "r.h"

static const char *const aliases[] = {"R", "rlang", "shiny", NULL};
static const char *const marks[] = {"Error in ", "Calls: ", "Backtrace:", "1: ", "Error:", NULL};

/* Deeper calls of a tree are taken to stand below each other. */
#define MAX_DEPTHS 64

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the last that was named, or NULL */
	bool certain;         /* what was read can be nothing else */
	bool in_value;        /* its message goes on, where a line tells that it is R's */
	Slice value;          /* so far, with lines that may be none of it */
	Slice class;          /* `<error/class>` stood above it */
	Slice heading;        /* the line that named the first */
	bool tree;            /* below "Backtrace:" */
	int32_t number;       /* of the last call of traceback(), 0: none */
	bool shiny;           /* calls are numbered with gaps */
	bool in_tree;         /* a call of it was read */
	/* the calls that the last one stands below: how far they are indented, and their frames */
	size_t depths[MAX_DEPTHS];
	int callers[MAX_DEPTHS];
	int ndepths;
	Frame next; /* traceback(): a place whose function is in the next line */
} Reader;

/* Adds a frame that is in function, which may have no name, to the exception being read. */
static void
add_frame(Reader *reader, Slice function, const Frame *place)
{
	Frame *added;

	if (function.len == 0 && place->file.len == 0)
		return;
	added = stack_add_frame(reader->stack, reader->exception);
	if (added == NULL)
		return;
	*added = *place;
	if (function.len > 0)
		r_set_function(added, function);
}

/* Begins an exception. */
static void
begin(Reader *reader, Slice value)
{
	reader->exception = stack_add_exception(reader->stack);
	reader->value = reader->exception->value = slice_trim(value);
	reader->exception->type = reader->class;
	reader->class = NO_SLICE;
	reader->in_value = true;
	reader->number = 0;
	frame_clear(&reader->next);
}

/* What tells that the lines before it are R's: all of them belong to the message. */
static void
end_value(Reader *reader)
{
	if (reader->in_value && reader->exception)
		reader->exception->value = slice_trim_lines(reader->value);
	reader->in_value = false;
	reader->certain = true;
}

/* Takes `Error in price(item) : message`, with its place if R was told to show it; false: line is none. */
static bool
take_error_in(Reader *reader, Slice line)
{
	const Slice error = SLICE("Error in "), colon = SLICE(" :"), from = SLICE(" (from ");
	Slice call, function = NO_SLICE, value;
	Frame place;
	ptrdiff_t at;
	bool is_call;

	if (!slice_starts(line, error))
		return false;
	line = slice_skip(line, error.len);
	at = slice_find(line, SLICE(" : "));
	if (at < 0 && slice_ends(line, colon))
		at = line.len - colon.len;
	if (at <= 0)
		return false;
	call = slice_range(line, 0, at);
	value = slice_skip(line, at + colon.len);
	frame_clear(&place);
	at = slice_find(call, from);
	if (at > 0 && call.data[call.len - 1] == ')')
	{
		Slice file = slice_range(call, at + from.len, call.len - 1);
		ptrdiff_t hash = slice_find_last_char(file, '#');

		if (hash > 0 && read_number(slice_skip(file, hash + 1), &place.line))
			place.file = slice_range(file, 0, hash);
		call.len = at;
	}
	/* R cuts long calls off behind a comma */
	call = slice_trim(call);
	is_call =
		r_read_call(call, &function) && (call.data[call.len - 1] == ')' || call.data[call.len - 1] == ',');
	begin(reader, value);
	reader->certain = is_call;
	if (is_call || place.file.len > 0)
		add_frame(reader, is_call ? function : NO_SLICE, &place);
	return true;
}

/* Takes rlang's "Error in `total()`:" and "Caused by error in `price()`:"; false: line is none. */
static bool
take_rlang(Reader *reader, Slice line)
{
	static const Slice starts[] = {
		{"Error in `", 10},
		{"Caused by error in `", 20},
		{"Error:", 6},
		{"Caused by error:", 16},
	};
	size_t kind = 0;
	ptrdiff_t close;
	Slice function, value;
	Frame place;

	while (kind < 4 && !slice_starts(line, starts[kind]))
		kind++;
	if (kind == 4)
		return false;
	if ((kind == 1 || kind == 3) && reader->exception == NULL)
		return false;
	line = slice_skip(line, starts[kind].len);
	if (kind == 1 || kind == 3)
		end_value(reader);
	frame_clear(&place);
	if (kind >= 2)
	{
		/* `Error: message` */
		begin(reader, line);
	}
	else
	{
		close = slice_find(line, SLICE("`:"));
		if (close > 0)
			value = slice_skip(line, close + 2);
		else
		{
			Slice placed;

			/* "Error in `total()` at Cart.R:9:3:" */
			close = slice_find(line, SLICE("` at "));
			if (close <= 0 || !slice_ends(line, SLICE(":")))
				return false;
			placed = slice_range(line, close, line.len - 1);
			r_take_place(&placed, &place);
			if (place.file.len == 0)
				return false;
			value = NO_SLICE;
		}
		/* what failed may be no call: `cart$total`, `if (open) ...` */
		if (!r_read_call(slice_range(line, 0, close), &function))
		{
			if (value.len > 0)
				return false;
			function = NO_SLICE;
		}
		begin(reader, value);
		reader->certain = true;
		add_frame(reader, function, &place);
	}
	return true;
}

/* Takes `Calls: main -> total ... price`, the innermost last. */
static void
take_calls(Reader *reader, Slice line)
{
	Exception *exception = reader->exception;
	Slice first = NO_SLICE;
	Frame place;
	int from;

	end_value(reader);
	if (exception->nframes > 0)
		first = exception->frames[0].function;
	from = exception->nframes;
	frame_clear(&place);
	while (line.len > 0)
	{
		ptrdiff_t blank = slice_find_char(line, ' ');
		Slice name = blank < 0 ? line : slice_range(line, 0, blank);

		if (!slice_equal(name, SLICE("->")) && !slice_equal(name, SLICE("...")) && name.len > 0)
			add_frame(reader, name, &place);
		line = slice_skip(line, blank < 0 ? line.len : (size_t) blank + 1);
	}
	/* it may end in the function that the error names */
	if (from == 1 && exception->nframes > 1 &&
	    slice_equal(exception->frames[exception->nframes - 1].function, first))
	{
		exception->nframes--;
		reader->stack->total_frames--;
	}
	for (int i = from, j = exception->nframes - 1; i < j; i++, j--)
	{
		Frame swap = exception->frames[i];

		exception->frames[i] = exception->frames[j];
		exception->frames[j] = swap;
	}
}

/* Reads the number and the dot or colon that a line of a trace begins with. */
static bool
take_marked_number(Slice *line, char mark, int32_t *number)
{
	size_t digits = count_digits(*line, 0);

	if (digits + 2 > line->len || line->data[digits] != mark || line->data[digits + 1] != ' ' ||
	    !read_number(slice_range(*line, 0, digits), number))
		return false;
	*line = slice_skip(*line, digits + 2);
	return true;
}

/* Takes `3: price(item) at Cart.R#9` of traceback(), or Shiny's ` 67: price [app.R#12]`; false: line is none. */
static bool
take_numbered(Reader *reader, Slice line)
{
	Slice call = slice_trim(line), function;
	Frame place;
	int32_t number;

	if (!take_marked_number(&call, ':', &number))
		return false;
	r_take_place(&call, &place);
	if (!r_read_call(call, &function))
	{
		/* Shiny shows no arguments */
		if (!reader->shiny || r_name_length(call) != call.len)
			return false;
		function = call;
	}
	if (reader->number > 0 ? (reader->shiny ? number >= reader->number : number != reader->number - 1)
	                       : number < 1)
		return false;
	if (reader->exception == NULL)
		begin(reader, NO_SLICE);
	if (reader->number == 0)
	{
		/* the functions that the error and "Calls:" name come again */
		reader->stack->total_frames -= reader->exception->nframes;
		reader->exception->nframes = 0;
		end_value(reader);
		reader->certain = reader->exception->value.len > 0 || number > 1;
	}
	reader->number = number;
	add_frame(reader, function, &reader->next);
	reader->next = place;
	return true;
}

/* s without the lines of a tree at its start. */
static Slice
without_branches(Slice s)
{
	for (;;)
	{
		if (s.len >= 3 && (s.data[0] & 0xff) == 0xe2 &&
		    ((s.data[1] & 0xff) == 0x94 || (s.data[1] & 0xff) == 0x95))
			s = slice_skip(s, 3);
		else if (s.len > 0 && (is_blank(s.data[0]) || strchr("|\\+-", s.data[0])) && s.data[0] != '\0')
			s = slice_skip(s, 1);
		else
			return s;
	}
}

/*
 * The frame that made the call at depth: the last one that stands less deep.
 * Where no tree is drawn, and for calls deeper than are kept, the last frame.
 */
static Frame *
find_caller(Reader *reader, size_t depth)
{
	Exception *exception = reader->exception;

	while (depth > 0 && reader->ndepths > 0 && reader->depths[reader->ndepths - 1] >= depth)
		reader->ndepths--;
	if (depth > 0)
		return reader->ndepths > 0 ? &exception->frames[reader->callers[reader->ndepths - 1]] : NULL;
	return exception->nframes > 0 ? &exception->frames[exception->nframes - 1] : NULL;
}

/* Takes a line below "Backtrace:", ` 2.   └─shop:::price(item) at Cart.R:9:3`; false: line is none. */
static bool
take_branch(Reader *reader, Slice line)
{
	const Slice global = SLICE("global ");
	Slice call = slice_trim(line), function;
	Frame place, nowhere, *caller;
	int32_t number;
	size_t n, depth;
	const char *start;

	if (!take_marked_number(&call, '.', &number))
		return false;
	start = call.data;
	call = without_branches(call);
	/* in characters: those of the tree have three bytes */
	for (depth = 0; start < call.data; start++)
		depth += (*start & 0xc0) != 0x80;
	r_take_place(&call, &place);
	if (slice_starts(call, global))
		call = slice_skip(call, global.len);
	/* `base (local) doTryCatch(…)` */
	n = r_name_length(call);
	if (n > 0 && slice_starts(slice_skip(call, n), SLICE(" (local) ")))
		call = slice_skip(call, n + 9);
	if (!r_read_call(call, &function))
		return true; /* `[ reached … ]` */
	if (!reader->in_tree)
	{
		/* the function that the error names comes again */
		reader->stack->total_frames -= reader->exception->nframes;
		reader->exception->nframes = 0;
		reader->in_tree = true;
	}
	caller = find_caller(reader, depth);
	if (caller && place.line != NO_POSITION)
	{
		caller->file = place.file;
		caller->line = place.line;
		caller->column = place.column;
	}
	frame_clear(&nowhere);
	if (reader->ndepths < MAX_DEPTHS)
	{
		reader->depths[reader->ndepths] = depth;
		reader->callers[reader->ndepths++] = reader->exception->nframes;
	}
	add_frame(reader, function, &nowhere);
	return true;
}

/* Ends the frames of the exception. */
static void
end_frames(Reader *reader)
{
	if (reader->tree)
		exception_reverse_frames(reader->exception);
	else if (reader->number > 0)
		add_frame(reader, NO_SLICE, &reader->next);
	reader->tree = false;
}

/* Does line surely go on with a message that began above it?  rlang marks its points. */
static bool
continues_value(Slice line)
{
	static const Slice points[] = {{"! ", 2},           {"* ", 2}, {"x ", 2}, {"i ", 2}, {"\xe2\x84\xb9 ", 4},
	                               {"\xe2\x9c\x96 ", 4}};

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		if (slice_starts(line, points[i]))
			return true;
	return line.len > 0 && is_blank(line.data[0]);
}

/* Adds a line to the message: at once where that is sure, otherwise when a line tells that it was. */
static void
extend_value(Reader *reader, Slice line)
{
	Slice trimmed = slice_trim(line);

	if (trimmed.len == 0)
		return;
	if (reader->value.len == 0)
		reader->value = slice_skip(trimmed, slice_starts(trimmed, SLICE("! ")) ? 2 : 0);
	else
		extend_lines(&reader->value, trimmed);
	if (continues_value(line))
		reader->exception->value = reader->value;
}

/* Forgets what was read, since it was too little. */
static void
forget(Reader *reader)
{
	while (reader->stack->nexceptions > 0)
		stack_forget_exception(reader->stack);
	reader->exception = NULL;
	reader->in_value = reader->certain = reader->shiny = false;
	reader->number = 0;
}

/* Takes a line within the frames of an exception; false where it is none. */
static bool
take_in_frames(Reader *reader, Slice line)
{
	Slice trimmed = slice_trim(line);
	Frame place;

	if (reader->tree)
		return take_branch(reader, line) ||
		       (!reader->in_tree &&
		        (trimmed.len == 0 || slice_starts(trimmed, SLICE("\xe2\x96")) ||
		         slice_equal(trimmed, SLICE("x")) || slice_equal(trimmed, SLICE("Backtrace:"))));
	if (take_numbered(reader, line))
		return true;
	/* a call of several lines, the last of which has the place */
	if (line.len < 4 || !is_blank(line.data[0]) || !is_blank(line.data[2]) || reader->shiny)
		return false;
	r_take_place(&trimmed, &place);
	if (place.line != NO_POSITION)
		reader->next = place;
	return true;
}

/* Takes a line that names an exception; false where it is none. */
static bool
take_heading(Reader *reader, Slice line)
{
	const Slice shiny = SLICE("Warning: Error in ");
	Slice call;
	Frame place;
	ptrdiff_t colon;

	if (take_rlang(reader, line) || take_error_in(reader, line))
		return true;
	if (!slice_starts(line, shiny))
		return false;
	line = slice_skip(line, shiny.len);
	colon = slice_find(line, SLICE(": "));
	if (colon <= 0)
		return false;
	call = slice_range(line, 0, colon);
	if (r_name_length(call) != call.len)
		return false;
	begin(reader, slice_skip(line, colon + 2));
	reader->certain = false;
	reader->shiny = true;
	frame_clear(&place);
	add_frame(reader, call, &place);
	return true;
}

/* Takes a line outside of frames. */
static void
take_other(Reader *reader, Slice line)
{
	const Slice calls = SLICE("Calls: "), class = SLICE("<error/");

	if (reader->exception && slice_starts(line, calls))
		take_calls(reader, slice_skip(line, calls.len));
	else if (reader->exception && (slice_equal(line, SLICE("Execution halted")) ||
	                               slice_starts(line, SLICE("In addition: Warning message"))))
		end_value(reader);
	else if (slice_equal(line, SLICE("Backtrace:")))
	{
		if (reader->exception == NULL)
			begin(reader, NO_SLICE);
		end_value(reader);
		reader->tree = true;
	}
	else if (slice_starts(line, class) && line.data[line.len - 1] == '>')
		reader->class = slice_range(line, class.len, line.len - 1);
	else if (slice_equal(line, SLICE("---")) || slice_equal(line, SLICE("Traceback:")))
		reader->in_value = false;
	else if (take_numbered(reader, line))
		;
	else if (reader->in_value)
		extend_value(reader, line);
}

/* Reads text; see Language. */
static void
parse_r(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (next_line(&text, &line))
	{
		if (reader.tree || reader.number > 0)
		{
			if (take_in_frames(&reader, line))
				continue;
			/* numbered lines of something else do not end in 1 */
			if (reader.tree || reader.number == 1 || reader.exception->value.len > 0)
				break;
			forget(&reader);
		}
		if (slice_starts(line, SLICE("Error")) || slice_starts(line, SLICE("Warning: Error in ")))
		{
			/* rlang shows an error again, with its trace */
			if (reader.exception && reader.certain && !slice_equal(line, reader.heading))
				break;
			forget(&reader);
			reader.heading = line;
			take_heading(&reader, line);
		}
		else if (!slice_starts(line, SLICE("Caused by error")) || !take_heading(&reader, line))
			take_other(&reader, line);
	}
	if (reader.exception)
		end_frames(&reader);
	if (!reader.certain ||
	    (stack->nexceptions == 1 && stack->exceptions[0].nframes == 0 && stack->exceptions[0].value.len == 0))
		forget(&reader);
}

const Language r_language = {"r", aliases, marks, parse_r, r_identify};
