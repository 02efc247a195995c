/*
 * Erlang's stack traces as terms, the innermost frame first, which reports and
 * exit reasons hold:
 *
 *   {badarith,[{shop,total,1,[{file,"shop.erl"},{line,12}]},
 *              {shop,main,1,[{file,"shop.erl"},{line,5}]}]}
 *
 * The text is read once, bracket by bracket, whatever stands around the term.
 */
#include "erlang.h"

/* Brackets nested deeper belong to no stack trace. */
#define MAX_DEPTH 64

/* What is quoted is no longer, where it is to be skipped. */
#define MAX_ATOM 255

/* Where a frame's file and line are looked for. */
#define MAX_LOCATION 1024

/* An open bracket. */
typedef struct Bracket
{
	char closer;
	size_t start;      /* of the element that is being read */
	int nelements;     /* of those read */
	Slice elements[4]; /* the first of them */
	Slice last;        /* the last of them */
	bool is_stack;     /* frames were read in it */
} Bracket;

typedef struct Reader
{
	Stack *stack;
	Slice text;
	Bracket brackets[MAX_DEPTH]; /* the outermost first */
	int depth;
	int beyond;      /* so many more are open */
	bool old;        /* the text says that it reports an error, so that frames may be as before Erlang R15 */
	bool done;       /* a whole stack was read */
	bool located;    /* some frame has a file */
	size_t no_quote; /* no '"' stands from here on */
} Reader;

/* Is s an atom, as Erlang writes it, or as Elixir does: `:total`, `Shop.Cart`? */
static bool
is_atom(Slice s)
{
	if (s.len > 1 && s.data[0] == ':')
		s = slice_skip(s, 1);
	if (s.len > 1 && (s.data[0] == '\'' || s.data[0] == '"'))
		return s.data[s.len - 1] == s.data[0];
	if (s.len == 0 || s.len > MAX_ATOM || !is_letter(s.data[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (!is_word(s.data[i]) && s.data[i] != '@' && s.data[i] != '.' && s.data[i] != '?' &&
		    s.data[i] != '!')
			return false;
	return true;
}

/* Finds the value of a key in a location: `{line,12}` or `line: 12`. */
static bool
find_value(Slice location, Slice erlang_key, Slice elixir_key, Slice *value)
{
	ptrdiff_t at = slice_find(location, erlang_key);

	if (at >= 0)
		at += erlang_key.len;
	else if ((at = slice_find(location, elixir_key)) >= 0)
		at += elixir_key.len;
	else
		return false;
	*value = slice_skip(location, at);
	while (value->len > 0 && (is_blank(value->data[0]) || value->data[0] == '\n'))
		*value = slice_skip(*value, 1);
	return true;
}

/* Reads `[{file,"shop.erl"},{line,12}]` or `[file: ~c"lib/shop.ex", line: 12]`. */
static void
read_location(Slice s, Frame *frame)
{
	Slice value;
	ptrdiff_t close;
	size_t n = 0;

	if (s.len > MAX_LOCATION)
		s.len = MAX_LOCATION;
	if (find_value(s, SLICE("{line,"), SLICE("line: "), &value))
	{
		n += count_digits(value, n);
		read_number(slice_range(value, 0, n), &frame->line);
	}
	if (!find_value(s, SLICE("{file,"), SLICE("file: "), &value))
		return;
	if (slice_starts(value, SLICE("~c")))
		value = slice_skip(value, 2);
	if (value.len < 2 || (value.data[0] != '"' && value.data[0] != '\''))
		return;
	close = slice_find_char(slice_skip(value, 1), value.data[0]);
	if (close > 0)
		frame->file = slice_range(value, 1, close + 1);
}

/* A function's name, as it is written elsewhere: `shop:total/1`, `Shop.Cart.total/1`. */
static Slice
join_name(Allocator allocator, Slice module, Slice function, Slice arity)
{
	bool elixir = function.data[0] == ':';
	char *name;
	size_t n = module.len + 1;

	if (elixir)
		function = slice_skip(function, 1);
	name = allocator.alloc(allocator.context, module.len + function.len + arity.len + 2);
	memcpy(name, module.data, module.len);
	name[module.len] = elixir ? '.' : ':';
	memcpy(name + n, function.data, function.len);
	n += function.len;
	if (arity.len > 0)
	{
		name[n++] = '/';
		memcpy(name + n, arity.data, arity.len);
		n += arity.len;
	}
	return (Slice){name, n};
}

/*
 * Is a tuple a frame: `{shop,total,1,[…]}`, or with the arguments in place of
 * their number?  Its function is written as elsewhere, `shop:total/1`.
 */
static bool
read_frame(Reader *reader, const Bracket *tuple, Frame *frame)
{
	const Slice *e = tuple->elements;
	int32_t arity;
	bool numbered;

	if (tuple->closer != '}' || (tuple->nelements != 4 && !(tuple->nelements == 3 && reader->old)))
		return false;
	if (!is_atom(e[0]) || !is_atom(e[1]) || e[2].len == 0)
		return false;
	numbered = read_number(e[2], &arity) && arity < 256;
	if (!numbered && (e[2].data[0] != '[' || tuple->nelements == 3))
		return false;
	if (tuple->nelements == 4 && (e[3].len < 2 || e[3].data[0] != '['))
		return false;
	frame_clear(frame);
	if (tuple->nelements == 4)
		read_location(e[3], frame);
	if (!numbered && frame->file.data == NULL &&
	    slice_trim_lines(slice_range(e[3], 1, e[3].len - 1)).len > 0 &&
	    slice_find(slice_range(e[3], 0, e[3].len < 64 ? e[3].len : 64), SLICE("error_info")) < 0)
		return false;

	frame->function = join_name(reader->stack->allocator, e[0], e[1], numbered ? e[2] : NO_SLICE);
	if (!numbered)
		frame->function = erlang_with_arity(reader->stack->allocator, frame->function,
		                                    slice_range(e[2], 1, e[2].len - (e[2].len > 1)));
	frame->module = slice_range(frame->function, 0, e[0].len);
	return true;
}

/* What stands between the '"' and the next one, in `message: "no total"`; otherwise all of s. */
static Slice
message_of(Slice s)
{
	const Slice label = SLICE("message: \"");
	ptrdiff_t at = slice_find(s, label), close;

	if (at < 0)
		return s;
	at += label.len;
	close = slice_find_last_char(slice_skip(s, at), '"');
	return close >= 0 ? slice_range(s, at, at + close) : s;
}

/*
 * Names an exception by its reason: `badarith`, `{badmatch,undefined}`,
 * `{{nocatch,empty},…}`, `%RuntimeError{message: "empty"}`.
 */
static void
set_reason(Exception *exception, Slice reason)
{
	Slice type = reason, rest;
	size_t n = 0, braces = 0;
	bool structure;

	while (type.len > 0 && (type.data[0] == '{' || is_blank(type.data[0]) || type.data[0] == '\n'))
	{
		braces += type.data[0] == '{';
		type = slice_skip(type, 1);
	}
	structure = type.len > 0 && type.data[0] == '%';
	if (type.len > 0 && (type.data[0] == ':' || structure))
		type = slice_skip(type, 1);
	if (type.len > 0 && type.data[0] == '\'')
	{
		ptrdiff_t close = slice_find_char(slice_skip(type, 1), '\'');

		n = close > 0 ? (size_t) close + 2 : 0;
	}
	while (n < type.len &&
	       (is_word(type.data[n]) || type.data[n] == '@' || (structure && type.data[n] == '.')))
		n++;
	exception->value = n == 0 || braces > 0 ? reason : NO_SLICE;
	if (n == 0)
		return;
	exception->type = slice_range(type, 0, n);
	if ((structure ? braces == 0 : braces == 1) && reason.data[reason.len - 1] == '}')
	{
		rest = slice_trim_lines(slice_range(type, n, type.len - 1));
		if (rest.len > 0 && (rest.data[0] == ',' || rest.data[0] == '{'))
			rest = slice_trim_lines(slice_skip(rest, 1));
		exception->value = structure ? message_of(rest) : rest;
	}
	if (exception->value.len == 0)
		exception->value = NO_SLICE;
}

/* Where a report tells the reason apart from the stack: `** Reason for termination = error:badarith`. */
static Slice
find_reason(Slice above)
{
	static const Slice classes[] = {{"error:", 6}, {"exit:", 5}, {"throw:", 6}};
	const Slice label = SLICE("Reason for termination =");
	ptrdiff_t at = slice_find(above, label), end;
	Slice reason;

	if (at < 0)
		return NO_SLICE;
	reason = slice_skip(above, at + label.len);
	end = slice_find_char(reason, '\n');
	if (end >= 0)
		reason.len = end;
	reason = slice_trim(reason);
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (slice_starts(reason, classes[i]))
			return slice_skip(reason, classes[i].len);
	return NO_SLICE;
}

/* Begins an exception in a list's first frame; the reason stands before the list in the same tuple. */
static void
begin(Reader *reader, Bracket *list, const Bracket *tuple)
{
	Stack *stack = reader->stack;
	Slice reason = NO_SLICE;
	Exception *exception;

	if (tuple && tuple->closer == '}')
		reason = tuple->last;
	/* the reason of an exit may hold that of the process which was asked; another term is another error */
	if (stack->nexceptions > 0 && (reason.data == NULL || stack->exceptions[0].noted_at.data < reason.data ||
	                               stack->exceptions[0].noted_at.data >= reason.data + reason.len))
	{
		reader->done = true;
		return;
	}
	list->is_stack = true;
	exception = stack_add_exception(stack);
	exception->noted_at = slice_range(reader->text, list->start, list->start);
	if (reason.len == 0)
		reason = find_reason(slice_range(reader->text, 0, list->start));
	if (reason.len > 0)
		set_reason(exception, reason);
}

/* Takes a tuple that closes: a frame, where it stands in a list. */
static void
take_tuple(Reader *reader, const Bracket *tuple)
{
	Bracket *list = reader->depth > 0 ? &reader->brackets[reader->depth - 1] : NULL;
	Frame frame;

	if (list == NULL || list->closer != ']' || !read_frame(reader, tuple, &frame))
		return;
	if (!list->is_stack)
		begin(reader, list, reader->depth > 1 ? &reader->brackets[reader->depth - 2] : NULL);
	if (reader->done)
		return;
	reader->located |= frame.file.data != NULL;
	stack_put_frame(reader->stack, &reader->stack->exceptions[reader->stack->nexceptions - 1], &frame);
}

/* Ends the element that is being read of the innermost bracket. */
static void
end_element(Reader *reader, size_t at)
{
	Bracket *bracket = &reader->brackets[reader->depth - 1];
	Slice element = slice_range(reader->text, bracket->start, at);

	while (element.len > 0 && (is_blank(element.data[0]) || element.data[0] == '\n'))
		element = slice_skip(element, 1);
	if (element.len > 0)
	{
		if (bracket->nelements < 4)
			bracket->elements[bracket->nelements] = slice_trim_lines(element);
		bracket->nelements++;
		bracket->last = element;
	}
	bracket->start = at + 1;
}

/* Takes a closing bracket; one that nothing here opened belongs to the text around. */
static void
take_close(Reader *reader, size_t at)
{
	Bracket closed;

	if (reader->beyond > 0)
	{
		reader->beyond--;
		return;
	}
	if (reader->depth == 0)
		return;
	if (reader->brackets[reader->depth - 1].closer != reader->text.data[at])
	{
		reader->depth = 0;
		return;
	}
	end_element(reader, at);
	closed = reader->brackets[--reader->depth];
	if (closed.closer == '}')
		take_tuple(reader, &closed);
	/* the start of what holds it moves with the next comma, so this bracket is part of its element */
}

/* The index behind what is quoted at index at; at itself where it is no quote. */
static size_t
skip_quoted(Reader *reader, size_t at)
{
	Slice text = reader->text;
	char quote = text.data[at];
	size_t end = quote == '\'' && at + MAX_ATOM < text.len ? at + MAX_ATOM : text.len;

	if (quote == '"' && at >= reader->no_quote)
		return at;
	if (quote == '\'' && at > 0 && is_word(text.data[at - 1]))
		return at;
	for (size_t i = at + 1; i < end; i++)
	{
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == quote)
			return i;
		else if (quote == '\'' && text.data[i] == '\n')
			return at;
	}
	if (quote == '"')
		reader->no_quote = at;
	return at;
}

/* Opens a bracket. */
static void
take_open(Reader *reader, size_t at)
{
	Bracket *bracket;

	if (reader->beyond > 0 || reader->depth == MAX_DEPTH)
	{
		reader->beyond++;
		return;
	}
	bracket = &reader->brackets[reader->depth++];
	memset(bracket, 0, sizeof(*bracket));
	bracket->closer = reader->text.data[at] == '{' ? '}' : ']';
	bracket->start = at + 1;
}

/* Reads text: the first stack that it holds, and those that its reason holds. */
void
erlang_terms_parse(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack, .text = text, .no_quote = text.len};

	reader.old = slice_find(text, SLICE("exit value:")) >= 0 ||
	             slice_find(text, SLICE("Reason for termination")) >= 0 ||
	             slice_find(text, SLICE("'EXIT'")) >= 0;
	for (size_t i = 0; i < text.len && !reader.done; i++)
	{
		char c = text.data[i];

		if (c == '\n')
			CHECK_FOR_INTERRUPTS();
		else if (c == '"' || c == '\'')
			i = skip_quoted(&reader, i);
		else if (c == '{' || c == '[')
			take_open(&reader, i);
		else if (c == '}' || c == ']')
			take_close(&reader, i);
		else if (c == ',' && reader.depth > 0 && reader.beyond == 0)
			end_element(&reader, i);
	}
	if (!reader.located && !(reader.old && stack->total_frames > 1))
		stack_init(stack, stack->allocator);
	for (int i = 0; i < stack->nexceptions; i++)
		stack->exceptions[i].noted_at = NO_SLICE;
	stack_reverse_exceptions(stack);
}
