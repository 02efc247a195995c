/*
 * Elixir's stack traces: innermost frame first; what an exit was caused by is
 * nested in it, deeper indented.
 *
 *   ** (exit) exited in: GenServer.call(Shop.Cart, :total, 5000)
 *       ** (EXIT) an exception was raised:
 *           ** (ArithmeticError) bad argument in arithmetic expression
 *               (shop 0.1.0) lib/shop/cart.ex:12: Shop.Cart.total/1
 *       (elixir 1.14.0) lib/gen_server.ex:1038: GenServer.call/3
 */
#include "erlang.h"

/* Exceptions nested deeper are passed over. */
#define MAX_DEPTH 16

/* A frame's arguments that a terminal has wrapped have no more lines. */
#define MAX_OPEN_LINES 64

/* So many lines that only look like a frame or a heading are read past. */
#define MAX_FALSE_STARTS 1000

typedef struct Reader
{
	Stack *stack;
	size_t indent[MAX_DEPTH]; /* of each exception's heading */
	int depth;
	bool headed;     /* a heading was read, so that frames of a weaker form count */
	bool in_frames;  /* the last line was a frame */
	int open_lines;  /* so many lines may hold the rest of its arguments */
	bool value_ends; /* the value that is being read has ended, no frame was read yet */
	int false_starts;
	int strong; /* frames that say both where and in which application */
} Reader;

/* Does an exception's name stand between `** (` and `)` only where there is an exception? */
static bool
is_sure_type(Slice type)
{
	return slice_ends(type, SLICE("Error")) || slice_ends(type, SLICE("Exception")) ||
	       slice_equal(type, SLICE("exit")) || slice_equal(type, SLICE("throw")) ||
	       slice_equal(type, SLICE("stop")) || slice_starts(type, SLICE("EXIT"));
}

/* Reads `** (Type) value`; a type that wraps another in the same line, as Plug has it, gives way to that. */
static bool
read_heading_line(Slice line, Exception *exception)
{
	const Slice stars = SLICE("** (");
	bool found = false;

	while (slice_starts(line, stars))
	{
		Slice type;
		ptrdiff_t close = slice_find_char(line, ')'), blank;

		if (close < 0)
			return found;
		type = slice_range(line, stars.len, close);
		blank = slice_find_char(type, ' ');
		if (slice_starts(type, SLICE("EXIT from ")))
			type.len = blank;
		if (type.len == 0 || !is_letter(type.data[0]))
			return found;
		for (size_t i = 0; i < type.len; i++)
			if (!is_word(type.data[i]) && type.data[i] != '.')
				return found;
		exception->type = type;
		line = exception->value = slice_trim(slice_skip(line, close + 1));
		found = true;
	}
	return found;
}

/* The heading in line: at its start, or behind what a logger put there. */
static bool
find_heading(Slice line, size_t *indent, Exception *exception)
{
	ptrdiff_t at = slice_find(line, SLICE("** ("));

	if (at < 0 || !read_heading_line(slice_skip(line, at), exception))
		return false;
	*indent = at;
	for (ptrdiff_t i = 0; i < at; i++)
		if (!is_blank(line.data[i]))
		{
			*indent = 0;
			return is_blank(line.data[at - 1]) && is_sure_type(exception->type);
		}
	return true;
}

/* Reads `lib/shop/cart.ex:12: ` off the start of *line. */
static bool
take_place(Slice *line, Frame *frame)
{
	static const Slice endings[] = {
		{".ex", 3},    {".exs", 4},    {".erl", 4},   {".eex", 4},  {".heex", 5},  {".leex", 5},
		{".sface", 6}, {".yrl", 4},    {".xrl", 4},   {".hrl", 4},  {".gleam", 6}, {"iex", 3},
		{"nofile", 6}, {".livemd", 7}, {".slime", 6}, {".slim", 5}, {".leexs", 6}, {".lfe", 4},
	};
	ptrdiff_t end = slice_find(*line, SLICE(": "));
	Slice place;

	if (end <= 0)
		return false;
	place = slice_range(*line, 0, end);
	if (!take_position(&place, &frame->line))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(place, endings[i]))
		{
			frame->file = place;
			*line = slice_skip(*line, end + 2);
			return true;
		}
	/* Livebook: `notes.livemd#cell:a3b4:12` */
	if (slice_find(place, SLICE("#cell:")) < 0)
		return false;
	frame->file = place;
	*line = slice_skip(*line, end + 2);
	return true;
}

/* Takes `(shop 0.1.0) ` or `(shop) ` off the start of *line. */
static bool
take_application(Slice *line)
{
	size_t n = 1;

	if (line->len < 4 || line->data[0] != '(' || line->data[1] < 'a' || line->data[1] > 'z')
		return false;
	while (n < line->len && (is_word(line->data[n]) || strchr(" .-+", line->data[n])))
		n++;
	if (n + 2 >= line->len || line->data[n] != ')' || line->data[n + 1] != ' ')
		return false;
	*line = slice_skip(*line, n + 2);
	return true;
}

/*
 * The length of `Module.name` at the start of s, a name that may be quoted;
 * *dot: the index of the last '.' of those that qualify it, 0 where none does.
 */
static size_t
name_length(Slice s, size_t *dot)
{
	size_t n = s.len > 0 && s.data[0] == ':'; /* a module of Erlang's */

	*dot = 0;
	while (n < s.len)
	{
		char c = s.data[n];

		if (c == '"' || c == '\'')
		{
			ptrdiff_t close = slice_find_char(slice_skip(s, n + 1), c);

			if (close < 0)
				return 0;
			n += close + 2;
			continue;
		}
		/* an operator is a name as well: `:erlang.+/2`, `:erlang.//2`, Kernel.<>/2 */
		if (c == '.' && n > 0 && n + 1 < s.len && s.data[n + 1] != '.')
			*dot = n;
		else if (*dot > 0 && *dot == n - 1 && !is_word(c) && !is_blank(c) && c != '(')
		{
			while (n < s.len && !is_word(s.data[n]) && !is_blank(s.data[n]) && s.data[n] != '(')
				n++;
			return s.data[n - 1] == '/' && n < s.len && is_digit(s.data[n]) && n - 1 > *dot + 1 ? n - 1 : n;
		}
		else if (!is_word(c) && c != '?' && c != '!' && c != '@')
			break;
		n++;
	}
	return n;
}

/*
 * Reads `Shop.Cart.total/1`, `Shop.Cart.total(nil)`, `anonymous fn/2 in Shop.Cart.total/1`, `(file)`.
 * Where the line was cut within its arguments, their number is not known; placed: where it is known is said.
 */
static bool
read_function(Slice s, Allocator allocator, bool placed, bool *open, Frame *frame)
{
	const Slice anonymous = SLICE("anonymous fn/"), in = SLICE(" in "),
				expanding = SLICE("expanding macro: ");
	size_t start = 0, n, dot, digits = 0;
	Slice name;

	s = slice_trim(s);
	if (slice_equal(s, SLICE("(file)")) || slice_equal(s, SLICE("(module)")) ||
	    slice_equal(s, SLICE("(test)")) || slice_starts(s, SLICE("#Function<")))
	{
		frame->function = s;
		return true;
	}
	if (slice_starts(s, expanding))
		s = slice_skip(s, expanding.len);
	if (slice_starts(s, anonymous))
	{
		ptrdiff_t at = slice_find(s, in);

		if (at < 0)
			return false;
		start = at + in.len;
	}
	name = slice_skip(s, start);
	n = name_length(name, &dot);
	if (n == 0 || dot == 0 || n == name.len)
		return false;
	if (name.data[n] == '/')
	{
		while (n + 1 + digits < name.len && is_digit(name.data[n + 1 + digits]))
			digits++;
		if (digits == 0 || n + 1 + digits != name.len)
			return false;
		n += 1 + digits;
	}
	else if (name.data[n] != '(')
		return false;
	else
		*open = name.data[name.len - 1] != ')';
	if (*open && !placed)
		return false;
	frame->function = slice_range(s, 0, start + n);
	if (n < name.len && !*open)
		frame->function =
			erlang_with_arity(allocator, frame->function, slice_range(name, n + 1, name.len - 1));
	frame->module = slice_range(name, 0, dot);
	return true;
}

/* Reads a frame's line; strong: it says where, or in which application; open: its arguments do not end. */
static bool
read_frame(Slice line, Allocator allocator, bool *strong, bool *open, Frame *frame)
{
	bool application, place;

	frame_clear(frame);
	application = take_application(&line);
	place = take_place(&line, frame);
	*strong = application || place;
	*open = false;
	return read_function(line, allocator, place, open, frame);
}

/* The exception that is being read. */
static Exception *
current(Reader *reader)
{
	return &reader->stack->exceptions[reader->depth - 1];
}

/* Forgets what was read. */
static void
reset(Reader *reader)
{
	Stack *stack = reader->stack;
	int false_starts = reader->false_starts + 1;

	stack_init(stack, stack->allocator);
	memset(reader, 0, sizeof(*reader));
	reader->stack = stack;
	reader->false_starts = false_starts;
}

/* Takes a heading; false where it begins another trace. */
static bool
take_heading(Reader *reader, size_t indent, const Exception *named)
{
	const Slice raised = SLICE("an exception was raised:");
	Exception *exception;

	if (reader->depth > 0 && (reader->in_frames || indent <= reader->indent[reader->depth - 1]))
	{
		if (reader->in_frames || is_sure_type(reader->stack->exceptions[0].type))
			return false;
		reset(reader); /* what only looked like one */
	}
	/* `(EXIT) an exception was raised:` says nothing of the exception that follows */
	if (reader->depth > 0 && slice_ends(current(reader)->value, raised))
		exception = current(reader);
	else if (reader->depth == MAX_DEPTH)
		return true;
	else
	{
		exception = stack_add_exception(reader->stack);
		reader->depth++;
	}
	exception->type = named->type;
	exception->value = named->value;
	reader->indent[reader->depth - 1] = indent;
	reader->headed = true;
	reader->value_ends = false;
	return true;
}

/* Takes a frame's line; what stands between a heading and its first frame belongs to the value. */
static void
take_frame(Reader *reader, Slice line, size_t indent, const Frame *frame)
{
	if (reader->depth == 0)
	{
		stack_add_exception(reader->stack);
		reader->indent[reader->depth++] = 0;
	}
	if (!reader->in_frames && !reader->value_ends && current(reader)->value.data)
	{
		Slice *value = &current(reader)->value;

		value->len = line.data - value->data;
		*value = slice_trim_lines(*value);
	}
	while (reader->depth > 1 && indent <= reader->indent[reader->depth - 1])
		reader->depth--;
	reader->in_frames = true;
	stack_put_frame(reader->stack, current(reader), frame);
}

/* Reads text: what `** (` heads, and frames whose heading was cut off. */
void
elixir_parse(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (reader.false_starts < MAX_FALSE_STARTS && next_line(&text, &line))
	{
		Slice trimmed = slice_trim(line);
		size_t indent = trimmed.data - line.data;
		Exception named = {{0}};
		Frame frame;
		bool strong, open;

		if (trimmed.len == 0)
			continue;
		if (read_frame(trimmed, stack->allocator, &strong, &open, &frame) &&
		    (strong || (reader.headed && indent == reader.indent[reader.depth - 1] + 4)))
		{
			reader.strong += strong;
			take_frame(&reader, line, indent, &frame);
			reader.open_lines = open ? MAX_OPEN_LINES : 0;
			continue;
		}
		if (find_heading(line, &indent, &named))
		{
			if (!take_heading(&reader, indent, &named))
				break;
			continue;
		}
		if (reader.in_frames && reader.open_lines-- > 0 && !slice_starts(trimmed, SLICE("Last message")))
			continue;
		if (reader.in_frames && (reader.headed || reader.strong > 1))
			break;
		if (reader.in_frames)
		{
			/* one line that looks like a frame is no trace: the trace may still come */
			reset(&reader);
		}
		else if (reader.headed && !reader.value_ends &&
		         (slice_starts(trimmed, SLICE("stacktrace:")) || slice_starts(trimmed, SLICE("code: "))))
		{
			/* ExUnit */
			Slice *value = &current(&reader)->value;

			value->len = line.data - value->data;
			*value = slice_trim_lines(*value);
			reader.value_ends = true;
		}
	}
	if (stack->nexceptions > 0 && stack->total_frames == 0 && !is_sure_type(stack->exceptions[0].type))
		stack_init(stack, stack->allocator);
	else if (!reader.headed && reader.strong < 2)
		stack_init(stack, stack->allocator);
	for (int i = 0; i < stack->nexceptions; i++)
		if (stack->exceptions[i].value.len == 0)
			stack->exceptions[i].value = NO_SLICE;
}
