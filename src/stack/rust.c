/*
 * Rust panics, and errors of anyhow and eyre, with their backtraces.
 *
 *   thread 'main' panicked at src/cart.rs:12:5:
 *   index out of bounds: the len is 2 but the index is 5
 *   stack backtrace:
 *      2: core::panicking::panic_bounds_check
 *      3: shop::cart::price
 *                at ./src/cart.rs:12:5
 *
 *   Error: could not check out
 *
 *   Caused by:
 *       0: no price for cup
 *
 * Before Rust 1.73: `thread 'main' panicked at 'the message', src/cart.rs:12:5`.
 * A panic without a backtrace has one frame, its own place.  Of several panics
 * the first is read: those that follow, of threads that wait for the one that
 * panicked or while it unwinds, are consequences.
 */
#include "rust.h"

static const char *const aliases[] = {NULL};
static const char *const marks[] = {
	"panicked at ", "tack backtrace:", ".rs:", "Caused by:", "{ fn: \"", NULL};

/* Where in a trace a line was read. */
typedef enum RustPlace
{
	OUTSIDE,
	IN_QUOTED,    /* the message of an old panic, up to the quote and the place that end it */
	IN_MESSAGE,   /* below the line that names a panic's place */
	AFTER_PANIC,  /* a backtrace may follow */
	IN_CAUSES,    /* below "Caused by:" */
	AFTER_CAUSES, /* a place or a backtrace may follow */
	IN_BACKTRACE,
	IN_SANITIZER /* the stack of AddressSanitizer or libFuzzer, which caught the panic */
} RustPlace;

typedef struct Reader
{
	Stack *stack;
	RustPlace place;
	Slice line, trimmed, above;
	Frame panic;       /* the panic's own place */
	bool has_panic;    /* it was read */
	const char *sure;  /* the end of what surely belongs to the message */
	Slice error;       /* what follows "Error: " */
	bool location;     /* eyre: a place follows */
	bool needs_frames; /* what was read is no trace without them */
	Slice function;    /* a frame whose place may follow */
	bool has_function;
} Reader;

/* Reads `file:line:column` or `file:line`, all of place. */
static bool
read_place(Slice place, Frame *frame)
{
	int32_t last;

	frame_clear(frame);
	if (!take_position(&place, &last))
		return false;
	if (take_position(&place, &frame->line))
		frame->column = last;
	else
		frame->line = last;
	frame->file = place;
	return place.len > 0;
}

/* Is frame's file one of Rust? */
static bool
is_source(const Frame *frame)
{
	return slice_ends(frame->file, SLICE(".rs"));
}

/* Takes the quote that ends an old panic's message, and its place, off the end of line. */
static bool
read_quoted_end(Slice line, Slice *message, Frame *frame)
{
	/* log-panics writes a colon */
	ptrdiff_t at = slice_find_last_char(line, '\'');

	if (at < 0 || !(slice_starts(slice_skip(line, at), SLICE("', ")) ||
	                slice_starts(slice_skip(line, at), SLICE("': "))))
		return false;
	if (!read_place(slice_skip(line, at + 3), frame) || !is_source(frame))
		return false;
	*message = slice_range(line, 0, at);
	return true;
}

/* Begins the exception of a panic. */
static Exception *
begin_panic(Reader *reader, RustPlace place)
{
	Exception *exception;

	reader->stack->nexceptions = 0;
	exception = stack_add_exception(reader->stack);
	exception->type = SLICE("panic");
	reader->place = place;
	return exception;
}

/* Reads the line that names a panic: `thread 'main' (1234) panicked at …`. */
static bool
take_panic(Reader *reader)
{
	const Slice panicked = SLICE("panicked at ");
	Slice line = reader->trimmed, before, message;
	ptrdiff_t at = slice_find(line, panicked);

	if (at < 0)
		return false;
	before = slice_range(line, 0, at);
	line = slice_skip(line, at + panicked.len);
	if (before.len > 0 && slice_find(before, SLICE("thread '")) < 0)
		return false;
	if (line.len > 0 && line.data[0] == '\'')
	{
		line = slice_skip(line, 1);
		if (read_quoted_end(line, &message, &reader->panic))
		{
			begin_panic(reader, AFTER_PANIC)->value = message;
			reader->has_panic = true;
		}
		else
			begin_panic(reader, IN_QUOTED)->value = line;
		return true;
	}
	if (!slice_ends(line, SLICE(":")) || !read_place(slice_range(line, 0, line.len - 1), &reader->panic) ||
	    !is_source(&reader->panic))
		return false;
	begin_panic(reader, IN_MESSAGE);
	reader->has_panic = true;
	reader->sure = NULL;
	return true;
}

/* Takes a line of an old panic's message. */
static void
take_quoted(Reader *reader)
{
	Slice *value = &reader->stack->exceptions[0].value, message;

	if (read_quoted_end(reader->line, &message, &reader->panic))
	{
		value->len = message.data + message.len - value->data;
		reader->has_panic = true;
		reader->place = AFTER_PANIC;
	}
	else
		value->len = reader->line.data + reader->line.len - value->data;
}

/* Does line end a panic's message for certain? */
static bool
ends_message(Slice line)
{
	return slice_starts(line, SLICE("note: ")) || slice_equal(line, SLICE("stack backtrace:"));
}

/* Takes a line of a panic's message; without a line that ends it, only what is indented belongs to it. */
static void
take_message(Reader *reader)
{
	Slice *value = &reader->stack->exceptions[0].value;

	if (ends_message(reader->trimmed))
		reader->place = AFTER_PANIC;
	else if (value->data == NULL)
	{
		*value = reader->line;
		reader->sure = reader->line.data + reader->line.len;
	}
	else if (reader->trimmed.len == 0 || slice_starts(reader->trimmed, SLICE("==")) ||
	         slice_starts(reader->trimmed, SLICE("thread '")))
	{
		value->len = reader->sure - value->data;
		reader->place = AFTER_PANIC;
	}
	else
	{
		const char *end = reader->line.data + reader->line.len;

		if (reader->line.len > 0 && is_blank(reader->line.data[0]) &&
		    reader->sure == value->data + value->len)
			reader->sure = end;
		value->len = end - value->data;
	}
}

/* Adds a frame; place NULL: the text tells none. */
static void
add_frame(Reader *reader, Slice function, const Frame *place)
{
	Stack *stack = reader->stack;
	Frame *frame;

	if (stack->nexceptions == 0)
		stack_add_exception(stack);
	frame = stack_add_frame(stack, &stack->exceptions[0]);
	if (frame == NULL)
		return;
	if (place)
		*frame = *place;
	if (function.len > 0 && !slice_equal(function, SLICE("<unknown>")))
	{
		frame->function = function;
		frame->module = rust_qualifier(function);
	}
}

/* Adds the frame that waits for its place. */
static void
flush_function(Reader *reader, const Frame *place)
{
	if (reader->has_function)
		add_frame(reader, reader->function, place);
	reader->has_function = false;
}

/* Reads `  3: shop::cart::price` or `  3:     0x55d0c8a1 - shop::cart::price`. */
static bool
read_numbered(Slice line, Slice *function)
{
	size_t n = 0, hex;

	n += count_digits(line, n);
	if (n == 0 || n > 6 || n + 2 > line.len || line.data[n] != ':' || !is_blank(line.data[n + 1]))
		return false;
	line = slice_trim(slice_skip(line, n + 1));
	if (slice_starts(line, SLICE("0x")))
	{
		for (hex = 2; hex < line.len && is_hex_digit(line.data[hex]); hex++)
			;
		if (slice_starts(slice_skip(line, hex), SLICE(" - ")))
			line = slice_skip(line, hex + 3);
		else if (hex == line.len)
			line = NO_SLICE;
	}
	*function = line;
	return true;
}

/* Reads `at ./src/cart.rs:12:5`. */
static bool
read_at(Slice line, Frame *place)
{
	return slice_starts(line, SLICE("at ")) && read_place(slice_skip(line, 3), place);
}

/* Takes a line of a backtrace; false where it is none. */
static bool
take_backtrace(Reader *reader)
{
	Slice function;
	Frame place;

	if (reader->has_function && read_at(reader->trimmed, &place))
	{
		flush_function(reader, &place);
		return true;
	}
	if (read_numbered(reader->trimmed, &function))
	{
		flush_function(reader, NULL);
		reader->function = function;
		reader->has_function = true;
		return true;
	}
	/* color-eyre: "⋮ 6 frames hidden ⋮" */
	if (slice_find(reader->trimmed, SLICE("frames hidden")) >= 0)
		return true;
	flush_function(reader, NULL);
	return false;
}

/*
 * Reads `#3 0x55d0c8a1 in shop::cart::price src/cart.rs:12:5`, as sanitizers
 * print a frame, or `#3 0x55d0c8a1 in name file:12 <shop>+0x1a2b` (Fuchsia).
 */
static bool
read_sanitizer(Slice line, Slice *function, Frame *place)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t at, blank;

	frame_clear(place);
	if (line.len < 2 || line.data[0] != '#' || !is_digit(line.data[1]))
		return false;
	at = slice_find(line, in);
	if (at < 0 || slice_find(slice_range(line, 0, at), SLICE(" 0x")) < 0)
		return false;
	line = slice_skip(line, at + in.len);
	blank = slice_find_last_char(line, ' ');
	if (blank > 0 && line.data[blank + 1] == '<')
	{
		line = slice_trim(slice_range(line, 0, blank));
		blank = slice_find_last_char(line, ' ');
	}
	*function = line;
	if (blank > 0 && (read_place(slice_skip(line, blank + 1), place) || line.data[blank + 1] == '('))
		*function = slice_trim(slice_range(line, 0, blank));
	return true;
}

/* Takes a frame of the stack that a sanitizer printed for a panic; false where a second one begins. */
static bool
take_sanitizer(Reader *reader)
{
	Slice function;
	Frame place;

	if (!read_sanitizer(reader->trimmed, &function, &place))
		return reader->trimmed.len == 0 ? reader->place != IN_SANITIZER : reader->place == AFTER_PANIC;
	reader->place = IN_SANITIZER;
	add_frame(reader, function, &place);
	return true;
}

/* Takes a frame of WebAssembly in a browser's stack: `at shop::price (http://…/shop.wasm:wasm-function[7]:0x1a)`. */
static void
take_wasm(Reader *reader)
{
	Slice line = reader->trimmed, function;
	ptrdiff_t at = slice_find(line, SLICE(":wasm-function[")), start;
	Frame place;

	if (at < 0)
		return;
	line.len = at;
	frame_clear(&place);
	if (slice_starts(line, SLICE("at ")))
	{
		line = slice_skip(line, 3);
		start = slice_find_last_char(line, '(');
		function = slice_trim(slice_range(line, 0, start > 0 ? start : 0));
	}
	else
	{
		start = slice_find_last_char(line, '@');
		function = slice_range(line, 0, start > 0 ? start : 0);
	}
	place.file = slice_skip(line, start + 1);
	add_frame(reader, function, &place);
}

/* Takes a line below "Caused by:": `0: no price for cup`, or the one cause without a number. */
static void
take_cause(Reader *reader)
{
	Stack *stack = reader->stack;
	Slice message = reader->trimmed;
	bool numbered;

	if (message.len == 0)
	{
		reader->place = AFTER_CAUSES;
		return;
	}
	numbered = read_numbered(reader->trimmed, &message);
	if (stack->nexceptions == 0 && !numbered)
	{
		/* nothing of color-eyre's */
		reader->place = OUTSIDE;
		reader->needs_frames = false;
	}
	else if (numbered || stack->nexceptions == 1)
		stack_add_exception(stack)->value = message;
	else
	{
		Slice *value = &stack->exceptions[stack->nexceptions - 1].value;

		/* a number may have stood alone */
		if (value->data == NULL)
			*value = message;
		else
			value->len = message.data + message.len - value->data;
	}
}

/* Begins the exception of the error that "Error: " named. */
static void
begin_error(Reader *reader, RustPlace place)
{
	stack_add_exception(reader->stack)->value = reader->error;
	reader->place = place;
}

/* Takes a line outside of frames: a heading, or the first frame of a backtrace whose heading was cut off. */
static void
take_outside(Reader *reader)
{
	const Slice error = SLICE("Error: ");
	Slice line = reader->trimmed, function;
	Frame place;

	if (slice_equal(line, SLICE("stack backtrace:")) || slice_equal(line, SLICE("Stack backtrace:")))
	{
		if (reader->error.len > 0)
			begin_error(reader, IN_BACKTRACE);
		reader->place = IN_BACKTRACE;
	}
	else if (slice_starts(line, error))
		reader->error = slice_skip(line, error.len);
	else if (slice_equal(line, SLICE("Caused by:")) && reader->error.len > 0)
		begin_error(reader, IN_CAUSES);
	else if (slice_equal(line, SLICE("Location:")) && reader->error.len > 0)
	{
		begin_error(reader, AFTER_CAUSES);
		reader->location = true;
	}
	else if (slice_equal(line, SLICE("Error:")))
	{
		reader->place = IN_CAUSES;
		reader->needs_frames = true;
	}
	else if (slice_equal(line, SLICE("The application panicked (crashed).")))
		begin_panic(reader, AFTER_CAUSES);
	else if (read_at(line, &place) && is_source(&place) &&
	         read_numbered(slice_trim(reader->above), &function))
	{
		reader->function = function;
		reader->has_function = true;
		flush_function(reader, &place);
		reader->place = IN_BACKTRACE;
	}
	else if (line.len > 0)
		reader->error = NO_SLICE;
}

/* Takes a line below a chain of causes: eyre's place, anyhow's backtrace. */
static void
take_after_causes(Reader *reader)
{
	/* color-eyre's, of a panic */
	const Slice message = SLICE("Message: "), location = SLICE("Location: ");
	Slice line = reader->trimmed;
	Frame place;

	if (slice_equal(line, SLICE("Stack backtrace:")) || slice_find(line, SLICE(" BACKTRACE ")) > 0)
		reader->place = IN_BACKTRACE;
	else if (slice_equal(line, SLICE("Location:")))
		reader->location = true;
	else if (slice_starts(line, message) && reader->stack->nexceptions > 0)
		reader->stack->exceptions[0].value = slice_trim(slice_skip(line, message.len));
	else if (slice_starts(line, location) && read_place(slice_skip(line, location.len), &place))
	{
		reader->panic = place;
		reader->has_panic = true;
	}
	else if (reader->location && read_place(line, &place) && is_source(&place))
	{
		reader->panic = place;
		reader->has_panic = true;
		reader->location = false;
	}
}

/* Reads what a std::backtrace::Backtrace prints for debugging: `Backtrace [{ fn: "f", file: "a.rs", line: 3 }, …]`. */
static void
parse_debug(Slice text, Stack *stack)
{
	const Slice start = SLICE("{ fn: \""), in_file = SLICE("\", file: \""), at_line = SLICE("\", line: ");
	ptrdiff_t at = slice_find(text, start);
	Reader reader = {.stack = stack};

	while (at >= 0)
	{
		Frame place;
		Slice function;
		ptrdiff_t end;
		size_t n = 0;

		text = slice_skip(text, at + start.len);
		end = slice_find_char(text, '"');
		if (end < 0)
			return;
		function = slice_range(text, 0, end);
		text = slice_skip(text, end);
		frame_clear(&place);
		if (slice_starts(text, in_file))
		{
			text = slice_skip(text, in_file.len);
			end = slice_find_char(text, '"');
			if (end < 0)
				return;
			place.file = slice_range(text, 0, end);
			text = slice_skip(text, end);
			if (slice_starts(text, at_line))
			{
				text = slice_skip(text, at_line.len);
				n += count_digits(text, n);
				if (!read_number(slice_range(text, 0, n), &place.line))
					place.line = NO_POSITION;
			}
		}
		add_frame(&reader, function, &place);
		/* the next one, if it is of the same list */
		end = slice_find_char(text, '{');
		at = end >= 0 && end < 40 && slice_starts(slice_skip(text, end), start) ? end : -1;
	}
}

/* Reads text; see Language. */
static void
parse_rust(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice rest = text;
	bool done = false;

	while (!done && next_line(&rest, &reader.line))
	{
		bool is_panic;

		reader.trimmed = slice_trim(reader.line);
		is_panic = reader.place == OUTSIDE || !reader.has_panic ? take_panic(&reader) : false;
		if (is_panic)
			reader.has_function = false;
		else
			switch (reader.place)
			{
				case OUTSIDE:
					take_outside(&reader);
					break;
				case IN_QUOTED:
					take_quoted(&reader);
					break;
				case IN_MESSAGE:
					take_message(&reader);
					if (slice_equal(reader.trimmed, SLICE("stack backtrace:")))
						reader.place = IN_BACKTRACE;
					done = slice_starts(reader.trimmed, SLICE("thread '"));
					break;
				case IN_CAUSES:
					take_cause(&reader);
					break;
				case AFTER_CAUSES:
					take_after_causes(&reader);
					break;
				case AFTER_PANIC:
					if (slice_equal(reader.trimmed, SLICE("stack backtrace:")))
						reader.place = IN_BACKTRACE;
					else if (slice_find(reader.trimmed, SLICE("panicked at ")) >= 0)
						done = true;
					else
					{
						take_wasm(&reader);
						take_sanitizer(&reader);
					}
					break;
				case IN_BACKTRACE:
					if (!take_backtrace(&reader))
					{
						bool any = stack->nexceptions > 0 && stack->exceptions[0].nframes > 0;

						/* the heading's lines may have something between them and the frames */
						if (any)
							done = true;
						else
							take_sanitizer(&reader);
					}
					break;
				case IN_SANITIZER:
					done = !take_sanitizer(&reader);
					break;
			}
		reader.above = reader.line;
	}
	flush_function(&reader, NULL);
	if (reader.place == IN_QUOTED && !reader.has_panic)
		stack->nexceptions = 0;
	if (reader.place == IN_MESSAGE && reader.sure)
		stack->exceptions[0].value.len = reader.sure - stack->exceptions[0].value.data;
	if (stack->nexceptions > 0 && stack->exceptions[0].nframes == 0 && reader.has_panic)
		add_frame(&reader, NO_SLICE, &reader.panic);
	if (reader.needs_frames && stack->nexceptions > 0 && stack->exceptions[0].nframes == 0)
		stack->nexceptions = 0;
	if (stack->nexceptions == 0)
		parse_debug(text, stack);
}

const Language rust_language = {"rust", aliases, marks, parse_rust, rust_identify};
