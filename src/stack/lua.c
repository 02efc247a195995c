/*
 * Lua tracebacks, innermost frame first.
 *
 *   lua: cart.lua:3: attempt to index a nil value (local 'item')
 *   stack traceback:
 *       cart.lua:3: in local 'price'
 *       shop.lua:12: in function 'shop.total'
 *       (...tail calls...)
 *       shop.lua:20: in main chunk
 *       [C]: in ?
 *
 * LuaJIT, OpenResty and LÖVE print alike; Roblox has a form of its own.  Lua
 * names no class of an error.
 */
#include "stack.h"

static const char *const aliases[] = {"luajit", "openresty", "roblox", "love2d", NULL};
static const char *const marks[] = {"stack traceback:", ": in function ", ": in main chunk",
                                    "Traceback",        "lua: ",          "lua5.",
                                    "luajit",           "Stack Begin",    NULL};

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read, or NULL */
	bool headed;          /* "stack traceback:" was read */
	bool roblox;          /* "Stack Begin" was */
	Slice heading;        /* lines since the start, which may have the message */
	Frame thrown;         /* what the message names; its file absent: nothing */
	Slice alone;          /* a line that `lua` itself printed, and where no traceback may follow */
} Reader;

/* The length of `lua: `, `lua5.4: `, `/usr/bin/luajit-2.1: ` at the start of line, or 0. */
static size_t
program_length(Slice line)
{
	ptrdiff_t colon = slice_find(line, SLICE(": "));
	Slice name;

	if (colon <= 0)
		return 0;
	name = last_name(slice_range(line, 0, colon), '/');
	if (!slice_starts(name, SLICE("lua")))
		return 0;
	name = slice_skip(name, 3);
	if (slice_starts(name, SLICE("jit")))
		name = slice_skip(name, 3);
	else if (slice_starts(name, SLICE("c")))
		name = slice_skip(name, 1);
	for (size_t i = 0; i < name.len; i++)
		if (!is_digit(name.data[i]) && name.data[i] != '.' && name.data[i] != '-')
			return 0;
	return colon + 2;
}

/* Where the `[string "` begins whose text ends before index end of line; end where none does. */
static size_t
start_of_chunk(Slice line, size_t end)
{
	for (size_t i = end; i > 1; i--)
		if (line.data[i - 1] == '"' && (i == end || line.data[i] != ']'))
		{
			size_t open = i - 1;

			while (open > 0 && (is_letter(line.data[open - 1]) || line.data[open - 1] == ' '))
				open--;
			if (open > 0 && line.data[open - 1] == '[')
				return open - 1;
		}
	return end;
}

/*
 * Finds `cart.lua:3: ` or `[string "…"]:3: ` in line; sets the place, if asked
 * for, and what follows it.
 */
static bool
find_position(Slice line, Frame *frame, Slice *message)
{
	static const Slice ends[] = {{".lua:", 5}, {"\"]:", 3}, {".luau:", 6}, {".moon:", 6}};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
	{
		size_t from = 0;
		ptrdiff_t at;

		while ((at = slice_find(slice_skip(line, from), ends[i])) >= 0)
		{
			size_t number = from + at + ends[i].len, n = number, start = from + at;
			int32_t position;

			from = number;
			n += count_digits(line, n);
			if (!slice_starts(slice_skip(line, n), SLICE(": ")) ||
			    !read_number(slice_range(line, number, n), &position))
				continue;
			*message = slice_skip(line, n + 2);
			if (frame == NULL)
				return true;
			if (line.data[start] == '"')
				start = start_of_chunk(line, start);
			else
				while (start > 0 && !is_blank(line.data[start - 1]))
					start--;
			frame_clear(frame);
			frame->line = position;
			frame->file = slice_range(line, start, number - 1);
			return true;
		}
	}
	return false;
}

/* Takes `token:3: ` off the start of *line: of chunks that have a name of their own, and of Roblox's scripts. */
static bool
take_any_position(Slice *line)
{
	ptrdiff_t end = slice_find(*line, SLICE(": "));
	Slice token = slice_range(*line, 0, end > 0 ? end : 0);
	int32_t ignored;

	if (slice_find_char(token, ' ') >= 0 || !take_position(&token, &ignored))
		return false;
	*line = slice_skip(*line, end + 2);
	return true;
}

/* Reads the line that has the message; loosely: any.  An error that was thrown again has more than one position. */
static bool
read_message(Slice line, bool strict, Exception *exception)
{
	size_t program = program_length(line);
	bool found = find_position(line, NULL, &exception->value);

	if (!found)
	{
		const Slice error = SLICE("runtime error: ");
		ptrdiff_t at = slice_find(line, error);

		/* nginx: a chunk of its configuration has no file's ending */
		exception->value = slice_skip(line, at >= 0 ? at + error.len : program);
		if (program == 0 && (strict || line.len == 0))
			return false;
	}
	while (take_any_position(&exception->value))
		;
	return true;
}

/* Sets frame's function to name, with what qualifies it. */
static void
set_function(Frame *frame, Slice name)
{
	ptrdiff_t at;

	frame->function = name;
	if (name.len == 0 || name.data[0] == '<')
		return;
	at = slice_find_last_char(name, ':');
	if (at < 0)
		at = slice_find_last_char(name, '.');
	if (at > 0)
		frame->module = slice_range(name, 0, at);
}

/* Reads `function 'total'`, `local 'f'`, `function <cart.lua:12>`, `main chunk`, `?`; a log's words may follow a comma. */
static bool
read_function(Slice s, Frame *frame)
{
	static const Slice kinds[] = {
		{"function ", 9}, {"local ", 6},       {"upvalue ", 8},       {"field ", 6},    {"method ", 7},
		{"global ", 7},   {"metamethod ", 11}, {"for iterator ", 13}, {"constant ", 9}, {"hook ", 5},
	};
	const Slice main = SLICE("main chunk");
	ptrdiff_t close;
	size_t kind = 0;

	if (slice_starts(s, main) && (s.len == main.len || s.data[main.len] == ','))
	{
		frame->function = slice_range(s, 0, main.len);
		return true;
	}
	if (s.len > 0 && s.data[0] == '?' && (s.len == 1 || s.data[1] == ','))
		return true;
	while (kind < sizeof(kinds) / sizeof(kinds[0]) && !slice_starts(s, kinds[kind]))
		kind++;
	if (kind == sizeof(kinds) / sizeof(kinds[0]))
		return false;
	s = slice_skip(s, kinds[kind].len);
	if (s.len < 2)
		return false;
	if (s.data[0] == '\'' || s.data[0] == '`')
	{
		close = slice_find_char(slice_skip(s, 1), '\'');
		if (close <= 0)
			return false;
		set_function(frame, slice_range(s, 1, close + 1));
		close += 2;
	}
	else if (s.data[0] == '<' && (close = slice_find_last_char(s, '>')) > 0)
	{
		set_function(frame, slice_range(s, 0, close + 1));
		close++;
	}
	else
		return false;
	return (size_t) close == s.len || s.data[close] == ',';
}

/* The index of the last ": in " of line, or -1. */
static ptrdiff_t
find_in(Slice line)
{
	for (size_t i = line.len; i >= 5; i--)
		if (memcmp(line.data + i - 5, ": in ", 5) == 0)
			return (ptrdiff_t) i - 5;
	return -1;
}

/* Reads `cart.lua:3: in function 'total'`, `[C]: in ?` and LuaJIT's `[C]: at 0x7f…`. */
static bool
read_frame(Slice line, Frame *frame)
{
	ptrdiff_t in = find_in(line), at;
	Slice place;

	frame_clear(frame);
	if (in <= 0)
	{
		at = slice_find(line, SLICE("]: at 0x"));
		if (at <= 0 || line.data[0] != '[')
			return false;
		frame->file = slice_range(line, 0, at + 1);
		return true;
	}
	if (!read_function(slice_skip(line, in + 5), frame))
		return false;
	place = slice_range(line, 0, in);
	if (!take_position(&place, &frame->line) && place.data[0] != '[' && slice_find_char(place, ' ') >= 0)
		return false;
	frame->file = place;
	return place.len > 0;
}

/* Reads Roblox's `Script 'Workspace.Cart', Line 12 - function total`. */
static bool
read_roblox(Slice line, Frame *frame)
{
	const Slice script = SLICE("Script '"), middle = SLICE("', Line "), function = SLICE(" - function ");
	ptrdiff_t close;
	size_t digits = 0;

	if (!slice_starts(line, script))
		return false;
	line = slice_skip(line, script.len);
	close = slice_find(line, middle);
	if (close <= 0)
		return false;
	frame_clear(frame);
	frame->file = slice_range(line, 0, close);
	line = slice_skip(line, close + middle.len);
	digits += count_digits(line, digits);
	if (!read_number(slice_range(line, 0, digits), &frame->line))
		return false;
	line = slice_skip(line, digits);
	if (slice_starts(line, function))
	{
		line = slice_skip(line, function.len);
		close = slice_find(line, SLICE(" - "));
		set_function(frame, slice_trim(close >= 0 ? slice_range(line, 0, close) : line));
	}
	return true;
}

/* Is line one that stands among frames and is none? */
static bool
is_between_frames(Slice line)
{
	return line.len == 0 || slice_equal(line, SLICE("(...tail calls...)")) ||
	       slice_starts(line, SLICE("...")) || slice_starts(line, SLICE("(tail call)")) ||
	       slice_starts(line, SLICE("coroutine "));
}

/* Finds the place that stands before the message of the exception. */
static void
find_thrown(Reader *reader)
{
	const char *end = reader->exception->value.data, *start = end;
	Slice line;

	while (start > reader->heading.data && start[-1] != '\n')
		start--;
	line = (Slice){start, end - start};
	/* the last of them is where it was thrown first */
	while (find_position(line, &reader->thrown, &line))
		;
}

/* Roblox's console tells behind a message where it came from: "  -  Server - Cart:12". */
static void
end_value_at_dash(Exception *exception)
{
	ptrdiff_t at = slice_find(exception->value, SLICE("  -  "));

	if (at > 0)
		exception->value.len = at;
}

/*
 * Adds where the error was thrown, if none of the innermost frames is there: a
 * coroutine's error shows only the frames of who resumed it.
 */
static void
add_thrown(Reader *reader)
{
	Exception *exception = reader->exception;

	if (exception == NULL || reader->thrown.file.len == 0)
		return;
	for (int i = 0; i < exception->nframes && i < 4; i++)
		if (exception->frames[i].line == reader->thrown.line || exception->frames[i].line == NO_POSITION)
			if (slice_equal(exception->frames[i].file, reader->thrown.file))
				return;
	if (stack_add_frame(reader->stack, exception) == NULL)
		return;
	memmove(&exception->frames[1], &exception->frames[0], (exception->nframes - 1) * sizeof(Frame));
	exception->frames[0] = reader->thrown;
}

/* Takes a frame. */
static void
take_frame(Reader *reader, const Frame *frame)
{
	if (reader->exception == NULL)
	{
		reader->exception = stack_add_exception(reader->stack);
		if (reader->headed && read_heading(reader->heading, read_message, reader->exception))
		{
			find_thrown(reader);
			if (reader->roblox)
				end_value_at_dash(reader->exception);
		}
	}
	stack_put_frame(reader->stack, reader->exception, frame);
}

/* Is line what stands above the frames?  LÖVE shows "Traceback" on its screen. */
static bool
is_headline(Slice line)
{
	return slice_ends(line, SLICE("stack traceback:")) || slice_ends(line, SLICE("Stack traceback:")) ||
	       slice_equal(line, SLICE("Traceback")) || slice_starts(line, SLICE("Stack Begin"));
}

/* Takes a line that is no frame; false where it ends the trace. */
static bool
take_other(Reader *reader, Slice line)
{
	Slice trimmed = slice_trim(line), message;
	Frame ignored;

	if (reader->exception)
	{
		if (is_between_frames(trimmed) && (trimmed.len > 0 || !reader->headed))
			return true;
		/* two frames, or one below the headline */
		if (reader->headed || reader->exception->nframes >= 2)
			return false;
		reader->exception = NULL;
		stack_forget_exception(reader->stack);
	}
	if (is_headline(trimmed))
	{
		reader->headed = true;
		reader->roblox = slice_starts(trimmed, SLICE("Stack Begin"));
		return true;
	}
	if (reader->headed && is_between_frames(trimmed))
		return true;
	/* what came below that headline was no frame */
	if (reader->headed)
		reader->heading = NO_SLICE;
	reader->headed = reader->roblox = false;
	if (trimmed.len == 0)
		return true;
	extend_lines(&reader->heading, line);
	if (reader->alone.data == NULL && program_length(line) > 0 && find_position(line, &ignored, &message) &&
	    ignored.file.data == line.data + program_length(line))
		reader->alone = line;
	return true;
}

/* Reads text; see Language. */
static void
parse_lua(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;
	Frame frame;

	while (next_line(&text, &line))
	{
		if (reader.roblox ? read_roblox(slice_trim(line), &frame) : read_frame(slice_trim(line), &frame))
			take_frame(&reader, &frame);
		else if (!take_other(&reader, line))
			break;
	}
	if (reader.exception && !reader.headed && reader.exception->nframes < 2)
		stack_forget_exception(stack);
	else
		add_thrown(&reader);
	if (stack->nexceptions == 0 && reader.alone.data)
	{
		/* a file that cannot be compiled */
		reader.headed = true;
		reader.exception = NULL;
		reader.heading = reader.alone;
		find_position(reader.alone, &frame, &line);
		take_frame(&reader, &frame);
	}
}

/*
 * See Language: the file and the function's own name, since only some versions
 * of Lua tell the table that it was found in.
 */
static void
identify_lua(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice file = frame->file;
	ptrdiff_t open = slice_find_char(file, '"');

	if (file.len > 0 && file.data[0] == '[')
	{
		/* [string "cart.lua"], [love "boot.lua"]; a program's text identifies nothing */
		if (open > 0 && (size_t) open + 1 < file.len)
			file = slice_range(file, open + 1, file.len - 1);
		if (slice_ends(file, SLICE("\"")))
			file.len--;
		*module = open > 0 && slice_find_char(file, ' ') >= 0 ? SLICE("[string]") : file_stem(file);
	}
	else if (slice_find_char(file, '/') >= 0 || slice_find_char(file, '\\') >= 0 ||
	         slice_find(file, SLICE(".lua")) > 0 || slice_ends(file, SLICE(".moon")))
		*module = file_stem(file);
	else if (file.len > 0)
	{
		/* Roblox's Workspace.Shop.Cart, OpenResty's content_by_lua(nginx.conf:45) */
		open = slice_find_char(file, '(');
		*module = open > 0 ? slice_range(file, 0, open) : file;
	}
	if (function->len > 0 && function->data[0] == '<')
		*function = NO_SLICE;
	else
		*function = last_name(last_name(*function, '.'), ':');
}

const Language lua_language = {"lua", aliases, marks, parse_lua, identify_lua};
