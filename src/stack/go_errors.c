/*
 * Go's error values printed with the stacks that they keep.
 *
 * pkg/errors, and zap's stacktrace: the cause first.
 *
 *   no such item
 *   shop/cart.find
 *   	/srv/shop/cart/cart.go:12
 *   could not compute the total
 *   shop/cart.Total
 *   	/srv/shop/cart/cart.go:20
 *
 * cockroachdb/errors: the error that was returned first; each line of a stack
 * has "  | " before it.
 *
 * go-errors, and gin's recovery: the place first.
 *
 *   *errors.errorString no such item
 *   /srv/shop/cart/cart.go:12 (0x4a3f12)
 *   	find: return nil, errors.New("no such item")
 */
#include "go.h"

typedef struct Reader
{
	Stack *stack;
	int number;                /* of this line */
	Slice line, above, above2; /* this line and the two before it */
	int last_frame;            /* the number of the last frame's second line */
	const char *gap;           /* where the lines since then begin */
	bool gap_blank;            /* one of them is blank */
	bool outermost_first;      /* the exceptions stand as they are reported */
	Slice title;               /* what cockroachdb/errors prints above its first stack */
} Reader;

/* The message of the error whose stack begins above this line; false where it is no part of what was read. */
static bool
read_message(Reader *reader, Slice *message)
{
	Slice above = slice_trim(reader->above2);
	bool first = reader->stack->nexceptions == 0;

	*message = above;
	if (slice_equal(above, SLICE("-- stack trace:")))
	{
		*message = first ? reader->title : NO_SLICE;
		reader->outermost_first = true;
		return true;
	}
	if (first)
		return true;
	if (reader->gap_blank || reader->outermost_first != slice_starts(above, SLICE("- ")))
	{
		/* xerrors prints the error that was returned first, and a dash before the others */
		if (reader->gap_blank || reader->stack->nexceptions > 1 || reader->outermost_first)
			return false;
		reader->outermost_first = true;
	}
	if (reader->outermost_first)
	{
		*message = slice_skip(above, 2);
	}
	else if (reader->gap && above.data && above.data >= reader->gap)
		*message = slice_trim_lines((Slice){reader->gap, above.data + above.len - reader->gap});
	else
		return false;
	return message->len > 0;
}

/* Adds a frame that ends on this line; false where it belongs to another trace. */
static bool
take_frame(Reader *reader, Slice function, const Frame *place)
{
	Stack *stack = reader->stack;

	if (stack->nexceptions == 0 || reader->last_frame != reader->number - 2)
	{
		Slice message;
		size_t n;
		Exception *exception;

		if (!read_message(reader, &message))
			return false;
		if (slice_ends(message, SLICE(":")))
			message.len--;
		exception = stack_add_exception(stack);
		n = go_type_length(message);
		if (n > 0 && n < message.len && message.data[0] == '*' && message.data[n] == ' ')
		{
			exception->type = slice_range(message, 0, n);
			exception->value = slice_skip(message, n + 1);
		}
		else
			go_set_logged(exception, message);
	}
	go_add_frame(stack, &stack->exceptions[stack->nexceptions - 1], function, place);
	reader->last_frame = reader->number;
	reader->gap = NULL;
	reader->gap_blank = false;
	return true;
}

/* Reads go-errors' place, `/srv/shop/cart.go:12 (0x4a3f)`. */
static bool
read_place_first(Slice line, Frame *place)
{
	ptrdiff_t at = slice_find_last_char(line, ' ');

	if (at <= 0 || !slice_starts(slice_skip(line, at), SLICE(" (0x")) || !slice_ends(line, SLICE(")")))
		return false;
	line.len = at;
	return go_read_place(line, place) && go_is_source(place->file);
}

/* Takes what is no frame: the lines of cockroachdb/errors that tell of the error. */
static void
take_other(Reader *reader)
{
	const Slice wraps = SLICE("Wraps: (");
	Stack *stack = reader->stack;
	ptrdiff_t close = slice_find(reader->line, SLICE(") "));

	if (reader->gap == NULL)
		reader->gap = reader->line.data;
	if (slice_trim(reader->line).len == 0)
		reader->gap_blank = true;
	if (slice_starts(reader->line, SLICE("(1) ")))
		reader->title = slice_trim(reader->above);
	else if (stack->nexceptions > 0 && slice_starts(reader->line, wraps) && close > 0)
	{
		Exception *exception = &stack->exceptions[stack->nexceptions - 1];
		Slice message = slice_skip(reader->line, close + 2);

		if (exception->value.data == NULL && !slice_equal(message, SLICE("attached stack trace")))
			exception->value = message;
	}
}

/* Reads text into stack; see Language. */
void
go_parse_errors(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};

	while (next_line(&text, &reader.line))
	{
		Slice function = slice_trim(reader.above), line = slice_trim(reader.line);
		Frame place;
		ptrdiff_t colon;
		bool is_frame = false;

		/* cockroachdb/errors marks the lines of a stack */
		if (slice_starts(line, SLICE("| ")) && reader.line.len > 1)
			reader.line = slice_skip(line, 2);
		reader.number++;

		if (go_is_function(function) && go_is_strict_place(reader.line, &place))
			is_frame = true;
		else if (reader.line.len > 0 && reader.line.data[0] == '\t' && read_place_first(function, &place) &&
		         (colon = slice_find(line, SLICE(": "))) > 0)
		{
			function = slice_range(line, 0, colon);
			is_frame = true;
		}
		if (is_frame && !take_frame(&reader, function, &place))
			break;
		if (!is_frame)
			take_other(&reader);
		reader.above2 = reader.above;
		reader.above = reader.line;
	}
	if (!reader.outermost_first)
		stack_reverse_exceptions(stack);
}
