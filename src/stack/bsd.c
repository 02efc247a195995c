/*
 * Panics of the BSD kernels, of Darwin and of Zircon, from the console or the kernel's
 * debugger: what panicked, then the innermost frame first.
 *
 *   panic: mtx_lock() of destroyed mutex                           (FreeBSD)
 *   KDB: stack backtrace:
 *   panic() at panic+0x43/frame 0xfffffe004b9db710
 *   shop_close() at shop_close+0xe9/frame 0xfffffe004b9db800
 *
 *   uvm_fault(0xfffffd8057333668, 0x7b8, 0, 1) -> e                (OpenBSD)
 *   Stopped at      shop_close+0x10f:      movq    0(%r15,%rbx,8),%r15
 *   ddb> trace
 *   shop_close(ffff800000aaf800,1) at shop_close+0x10f
 *
 *   panic(cpu 1 caller 0xffffff801d080ed5): "no cart"@/src/shop.c:12   (Darwin)
 *   0xffffffb06376f410 : 0xffffff801d080ed5 mach_kernel : _shop_close + 0x1215
 *
 *   panic (caller 0xffffffff001dd965 frame 0xffffff95faf71b80): no cart   (Zircon)
 *   bt#02: 0x001dd8ef shop_close lib/shop/cart.cpp:290
 */
#include "stack.h"

/* The console of OpenBSD's debugger breaks lines there, or a character before. */
#define CONSOLE_WIDTH 80

static const char *const aliases[] = {"freebsd", "openbsd", "netbsd", "darwin", "fuchsia", NULL};
static const char *const marks[] = {
	"panic: ", "panic(cpu ",           "panic (caller ", "Fatal trap ", "uvm_fault(",
	"+0x",     "lock order reversal:", "UBSan: ",        "trap, code=", " in supervisor mode",
	NULL};

typedef struct Reader
{
	Stack *stack;
	Exception *exception;
	bool headed; /* a line that names the panic was read … */
	bool sure;   /* and is, by itself or by what followed, no ordinary log line */
	bool done;
	Slice stopped_at; /* the place that the debugger stopped at, while its frame is the only one */
	Slice broken;     /* a line as long as the console is wide, which the next one may continue */
} Reader;

/* The length of the function's name that s begins with. */
static size_t
name_length(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || is_digit(s.data[0]))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$'))
		n++;
	return n;
}

/* The length of the hexadecimal number that s begins with; 0x may stand before it. */
static size_t
hex_length(Slice s)
{
	size_t n = slice_starts(s, SLICE("0x")) ? 2 : 0, start = n;

	n += count_hex_digits(s, n);
	return n > start ? n : 0;
}

/* Takes the next word from *s. */
static Slice
take_word(Slice *s)
{
	Slice word;
	size_t n = 0;

	*s = slice_trim(*s);
	while (n < s->len && !is_blank(s->data[n]))
		n++;
	word = slice_range(*s, 0, n);
	*s = slice_skip(*s, n);
	return word;
}

/* Reads `[name ]file:line[ [inline]]`, which symbolising added to a frame. */
static void
read_position(Slice s, Frame *frame)
{
	Slice word = take_word(&s);
	int32_t line;

	if (slice_ends(s, SLICE("[inline]")) && name_length(word) == word.len && word.len > 0)
	{
		frame->function = word;
		word = take_word(&s);
	}
	if (take_position(&word, &line) && word.len > 0)
	{
		frame->file = word;
		frame->line = line;
	}
}

/* Reads `name+0x12`, and what may follow it: `/frame 0xfffffe004b9db710`, a file and line. */
static bool
read_symbol(Slice s, Frame *frame)
{
	size_t n = name_length(s), digits;

	if (n == 0 || !slice_starts(slice_skip(s, n), SLICE("+0x")))
		return false;
	digits = hex_length(slice_skip(s, n + 1));
	if (digits == 0)
		return false;
	frame->function = slice_range(s, 0, n);
	s = slice_skip(s, n + 1 + digits);
	if (slice_starts(s, SLICE("/frame 0x")))
		s = slice_skip(s, 7 + hex_length(slice_skip(s, 7)));
	if (s.len > 0 && !is_blank(s.data[0]) && s.data[0] != ':')
		return false;
	read_position(s, frame);
	return true;
}

/* Reads `name(arguments) at [image:]name+0x12`. */
static bool
read_call(Slice s, Frame *frame)
{
	size_t n = name_length(s);
	Slice name = slice_range(s, 0, n);
	ptrdiff_t at, colon;

	if (n == 0 || n >= s.len || s.data[n] != '(')
		return false;
	at = slice_find(slice_skip(s, n), SLICE(") at "));
	if (at < 0)
		return false;
	s = slice_skip(s, n + at + 5);
	colon = slice_find_char(s, ':');
	if (colon > 0 && name_length(s) == (size_t) colon)
	{
		frame->module = slice_range(s, 0, colon);
		s = slice_skip(s, colon + 1);
	}
	/* on ARM, without arguments: it was called at that place of another function */
	if (!slice_starts(s, name) || name_length(s) != n)
	{
		if (at != 1 || !read_symbol(s, frame))
			return false;
		frame->function = name;
		return true;
	}
	if (read_symbol(s, frame))
		return true;
	/* where the call does not return, the address is that of the next function */
	frame->function = name;
	return s.len == name.len && frame->module.data != NULL;
}

/* Reads `#7 0xffffffff810302fc at name+0xc` and `#7  name+0xc`. */
static bool
read_numbered(Slice s, Frame *frame)
{
	const Slice at = SLICE(" at ");
	size_t n = 1, address;

	if (s.len < 2 || s.data[0] != '#' || !is_digit(s.data[1]))
		return false;
	n += count_digits(s, n);
	s = slice_trim(slice_skip(s, n));
	address = slice_starts(s, SLICE("0x")) ? hex_length(s) : 0;
	if (address > 0)
	{
		s = slice_skip(s, address);
		if (!slice_starts(s, at))
			return false;
		s = slice_skip(s, at.len);
	}
	return read_symbol(s, frame);
}

/* Reads `0xffffffb06376f410 : 0xffffff801d080ed5 mach_kernel : _name + 0x1215`. */
static bool
read_darwin(Slice s, Frame *frame)
{
	const Slice separator = SLICE(" : ");
	size_t n = slice_starts(s, SLICE("0x")) ? hex_length(s) : 0;
	ptrdiff_t at;

	if (n == 0 || !slice_starts(slice_skip(s, n), SLICE(" : 0x")))
		return false;
	s = slice_skip(s, n + separator.len);
	s = slice_trim(slice_skip(s, hex_length(s)));
	at = slice_find(s, separator);
	if (at <= 0)
		return false;
	frame->module = slice_range(s, 0, at);
	s = slice_skip(s, at + separator.len);
	n = name_length(s);
	frame->function = slice_range(s, 0, n);
	return n > 0 && slice_starts(slice_skip(s, n), SLICE(" + 0x"));
}

/* Reads `bt#02: 0x001dd8ef name lib/shop/cart.cpp:290`; `[ inline ]` may stand for the address. */
static bool
read_zircon(Slice s, Frame *frame)
{
	const Slice inlined = SLICE("[ inline ]");
	ptrdiff_t colon = slice_find_char(s, ':');
	size_t n;

	if (!slice_starts(s, SLICE("bt#")) || colon < 0)
		return false;
	s = slice_trim(slice_skip(s, colon + 1));
	n = slice_starts(s, inlined) ? inlined.len : slice_starts(s, SLICE("0x")) ? hex_length(s) : 0;
	if (n == 0)
		return false;
	s = slice_skip(s, n);
	frame->function = take_word(&s);
	read_position(s, frame);
	return frame->function.len > 0 && frame->file.data != NULL;
}

/* Reads a frame in any of these forms. */
static bool
read_frame(Slice s, Frame *frame)
{
	frame_clear(frame);
	return read_call(s, frame) || read_numbered(s, frame) || read_darwin(s, frame) || read_zircon(s, frame);
}

/* Does line begin with `uvm_fault(0x…, 0x…, 0, 1) -> e`? */
static bool
is_uvm_fault(Slice line)
{
	ptrdiff_t close = slice_find_char(line, ')');

	return slice_starts(line, SLICE("uvm_fault(0x")) && close > 0 &&
	       slice_starts(slice_skip(line, close), SLICE(") -> "));
}

/*
 * Reads the line that names a panic.  *sure: programs do not write such a line
 * to their logs.
 */
static bool
read_panic(Slice line, Slice *type, bool *sure)
{
	const Slice witness_order = SLICE("witness: lock order reversal:");
	const Slice trap = SLICE("Fatal trap "), while_in = SLICE(" while in kernel mode");
	ptrdiff_t at;

	*sure = true;
	if (slice_starts(line, SLICE("panic: ")))
	{
		*type = SLICE("panic");
		*sure = slice_starts(line, SLICE("panic: kernel diagnostic assertion \""));
		return true;
	}
	if ((slice_starts(line, SLICE("panic(cpu ")) && slice_find(line, SLICE(" caller 0x")) > 0) ||
	    slice_starts(line, SLICE("panic (caller 0x")))
		*type = SLICE("panic");
	else if (slice_starts(line, trap) && (at = slice_find(line, while_in)) > 0)
		*type = slice_range(line, 0, at);
	else if (is_uvm_fault(line))
		*type = SLICE("uvm_fault");
	else if (slice_starts(line, SLICE("kernel: ")) && (at = slice_find(line, SLICE(" trap, code="))) > 0)
		*type = slice_range(line, 8, at + 5);
	else if (slice_starts(line, SLICE("fatal ")) && (at = slice_find(line, SLICE(" in supervisor mode"))) > 0)
		*type = slice_range(line, 0, at);
	else if (slice_starts(line, SLICE("witness: userret: ")) || slice_starts(line, witness_order) ||
	         slice_starts(line, slice_skip(witness_order, 9)))
	{
		*type = slice_starts(line, SLICE("witness: userret: ")) ? SLICE("userret")
		                                                        : slice_range(witness_order, 9, 28);
		*sure = false;
	}
	else if (slice_starts(line, SLICE("UBSan: Undefined Behavior in ")))
		*type = SLICE("UBSan: Undefined Behavior");
	else
		return false;
	return true;
}

/* Is it a line that a kernel writes behind its panic, and nothing else? */
static bool
is_evidence(Slice line)
{
	return slice_starts(line, SLICE("KDB: ")) || slice_starts(line, SLICE("cpuid = ")) ||
	       slice_starts(line, SLICE("Stopped at ")) || slice_ends(line, SLICE(": Begin traceback...")) ||
	       slice_starts(line, SLICE("Starting stack trace..."));
}

/* Does a trace end here? */
static bool
ends_trace(Slice line)
{
	return slice_starts(line, SLICE("end of kernel")) || slice_starts(line, SLICE("End of stack trace")) ||
	       slice_ends(line, SLICE(": End traceback...")) || slice_starts(line, SLICE("KDB: enter")) ||
	       slice_starts(line, SLICE("--- syscall"));
}

/* Begins the exception, where none is being read. */
static void
begin(Reader *reader)
{
	if (reader->exception == NULL)
		reader->exception = stack_add_exception(reader->stack);
}

/* Takes a frame, unless it is that which the debugger stopped at once more. */
static void
take_frame(Reader *reader, const Frame *frame)
{
	begin(reader);
	if (reader->stopped_at.data && slice_equal(reader->stopped_at, frame->function))
	{
		reader->stopped_at = NO_SLICE;
		return;
	}
	reader->stopped_at = NO_SLICE;
	stack_put_frame(reader->stack, reader->exception, frame);
}

/* Takes `Stopped at      name+0x10f:      movq …`; after a trace it says nothing. */
static void
take_stopped(Reader *reader, Slice line)
{
	Frame frame;

	if (reader->exception == NULL || reader->exception->nframes > 0)
		return;
	frame_clear(&frame);
	if (read_symbol(slice_trim(slice_skip(line, 11)), &frame))
	{
		frame.file = NO_SLICE; /* an instruction stands there */
		frame.line = NO_POSITION;
		take_frame(reader, &frame);
		reader->stopped_at = frame.function;
	}
}

/* Joins a line that the console has broken with the next one. */
static Slice
join(const Reader *reader, Slice first, Slice second)
{
	char *joined =
		reader->stack->allocator.alloc(reader->stack->allocator.context, first.len + second.len + 1);

	memcpy(joined, first.data, first.len);
	memcpy(joined + first.len, second.data, second.len);
	return (Slice){joined, first.len + second.len};
}

/* Takes a frame from line, or from the broken line before it and this one; false where there is none. */
static bool
take_frame_line(Reader *reader, Slice printed, Slice line)
{
	Slice broken = reader->broken;
	size_t n = name_length(line);
	Frame frame;

	reader->broken = NO_SLICE;
	if (read_frame(line, &frame) || (broken.data && printed.len <= 2 * CONSOLE_WIDTH &&
	                                 read_frame(join(reader, broken, printed), &frame)))
	{
		take_frame(reader, &frame);
		return true;
	}
	if (broken.data == NULL && printed.len <= CONSOLE_WIDTH && printed.len >= CONSOLE_WIDTH - 1 && n > 0 &&
	    n < line.len && line.data[n] == '(')
		reader->broken = printed;
	return false;
}

/* Takes a line. */
static void
take_line(Reader *reader, Slice printed)
{
	Slice line = slice_trim(printed), type;
	bool sure;

	if (slice_starts(line, SLICE("login: ")))
		line = slice_skip(line, 7);
	if (!reader->headed && read_panic(line, &type, &sure))
	{
		/* where frames were read already, their heading was cut off */
		if (reader->exception)
		{
			reader->done = reader->exception->nframes > 1;
			return;
		}
		begin(reader);
		reader->exception->type = type;
		reader->exception->value = line;
		reader->headed = true;
		reader->sure = sure;
	}
	else if (reader->exception && reader->exception->nframes > 0 && ends_trace(line))
		reader->done = true;
	else if (reader->headed && is_evidence(line))
	{
		reader->sure = true;
		if (slice_starts(line, SLICE("Stopped at ")))
			take_stopped(reader, line);
	}
	else if (reader->headed && slice_ends(line, SLICE("> trace")))
	{
		/* what stood before was the one frame that the debugger shows first */
		reader->stack->total_frames -= reader->exception->nframes;
		reader->exception->nframes = 0;
		reader->stopped_at = NO_SLICE;
	}
	else if (take_frame_line(reader, printed, line))
		reader->sure = reader->sure || reader->headed || reader->exception->nframes > 1;
}

/* Reads text; see Language. */
static void
parse_bsd(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (!reader.done && next_line(&text, &line))
		if (slice_trim(line).len > 0)
			take_line(&reader, line);
	if (!reader.sure)
		stack_init(stack, stack->allocator);
}

/* See Language: the function; the image is the kernel, or a part of it that may be built in. */
static void
identify_bsd(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = NO_SLICE;
	/* as Darwin's compilers write it */
	if ((slice_equal(frame->module, SLICE("mach_kernel")) || slice_starts(frame->module, SLICE("com."))) &&
	    function->len > 1 && function->data[0] == '_')
		*function = slice_skip(*function, 1);
}

const Language bsd_language = {"bsd", aliases, marks, parse_bsd, identify_bsd, .without_caller = true};
