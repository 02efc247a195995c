/*
 * How compiled languages print exceptions, and those that have no form of their own.
 */
#include "print.h"

#include "go.h"

/* Appends Java's `	at shop.Cart.total(Cart.java:12)`. */
static void
print_java_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	PrintFrame place = *frame;

	if (place.file.len == 0)
		place.file = SLICE("Unknown Source");
	print_line(printer, "\tat ");
	print_function(printer, frame);
	print_string(printer, "(");
	print_file(printer, &place, ":");
	print_string(printer, ")");
}

/* Java, and Kotlin, Scala and the others of the JVM. */
const PrintForm java_form = {.language = &java_language,
                             .separator = ".",
                             .qualified_type = true,
                             PRINT_GAP("\t"),
                             .frame = print_java_frame};

/* Appends .NET's `   at Shop.Cart.Total() in /srv/Cart.cs:line 12`. */
static void
print_dotnet_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	print_line(printer, "   at ");
	print_function(printer, frame);
	if (frame->function.len > 0 && slice_find_char(frame->function, '(') < 0)
		print_string(printer, "()");
	if (frame->file.len == 0)
		return;
	print_string(printer, " in ");
	print_file(printer, frame, ":line ");
}

/* Prints all messages, then the frames, those of the innermost cause first. */
static void
print_dotnet_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		print_line(printer, n > 0 ? " ---> " : "");
		print_title(printer, &exceptions[n]);
	}
	for (int n = count - 1; n >= 0; n--)
	{
		print_frames(printer, &exceptions[n], print_dotnet_frame);
		if (n > 0)
			print_line(printer, "   --- End of inner exception stack trace ---");
	}
}

const PrintForm dotnet_form = {
	.language = &dotnet_language, .separator = ".", PRINT_GAP("   "), .print = print_dotnet_exceptions};

/*
 * Appends Go's `shop/cart.(*Cart).Total`, arguments where the function has none, and
 * its place on the next line.
 */
static void
print_go_call(Printer *printer, const PrintFrame *frame, const char *arguments)
{
	print_line(printer, "");
	print_function(printer, frame);
	print_string(printer, slice_ends(frame->function, SLICE(")")) ? "" : arguments);
	if (frame->file.len == 0)
		return;
	print_line(printer, "\t");
	print_file(printer, frame, ":");
}

/* Appends a frame as the runtime does. */
static void
print_goroutine_frame(Printer *printer, const PrintException *exception, int index)
{
	print_go_call(printer, &exception->frames[index], "(...)");
}

/* Appends a frame as pkg/errors does. */
static void
print_go_error_frame(Printer *printer, const PrintException *exception, int index)
{
	print_go_call(printer, &exception->frames[index], "");
}

/* Is it what Go's runtime prints by itself: `fatal error: …`, a signal's name? */
static bool
is_go_runtime(const PrintException *exception)
{
	return slice_equal(exception->type, SLICE("fatal error")) || slice_starts(exception->type, SLICE("SIG"));
}

/* How Go prints a value that is no error and was passed to panic(). */
typedef enum GoValue
{
	GO_NO_VALUE,
	GO_CONVERTED, /* `main.E("tea")` */
	GO_COMPOSED,  /* `main.E{…}` */
	GO_ADDRESS    /* `(main.E) 0xc000010030` */
} GoValue;

/* Which of them the exception is, by its type and the first characters of its value. */
static GoValue
go_value(const PrintException *exception)
{
	Slice value = exception->value;

	if (value.len == 0 || exception->type.len == 0 || go_type_length(exception->type) != exception->type.len)
		return GO_NO_VALUE;
	if (slice_starts(value, SLICE("0x")))
		return GO_ADDRESS;
	if (value.data[0] == '"' || count_digits(value, 0) == value.len)
		return GO_CONVERTED;
	return value.data[0] == '{' ? GO_COMPOSED : GO_NO_VALUE;
}

/* Does the runtime print it, and not what prints error values? */
static bool
is_go_panic(const PrintException *exception)
{
	return exception->type.len == 0 || slice_equal(exception->type, SLICE("panic")) ||
	       slice_equal(exception->type, SLICE("runtime error")) || is_go_runtime(exception) ||
	       go_value(exception) != GO_NO_VALUE;
}

/* Appends what was passed to panic(), or the error. */
static void
print_go_value(Printer *printer, const PrintException *exception)
{
	GoValue value = go_value(exception);

	if (value != GO_NO_VALUE)
	{
		print_string(printer, value == GO_ADDRESS ? "(" : "");
		print_name(printer, exception->type);
		print_string(printer, value == GO_ADDRESS ? ") " : value == GO_CONVERTED ? "(" : "");
		print_message(printer, exception->value);
		print_string(printer, value == GO_CONVERTED ? ")" : "");
	}
	else if (slice_equal(exception->type, SLICE("panic")) && exception->value.len > 0)
		print_message(printer, exception->value);
	else
		print_title(printer, exception);
}

/*
 * Prints what Go's runtime does: causes are panics that were recovered, and have
 * no frames.  Which goroutine it was is not known; 1 stands for it, since
 * whatever reads such text wants a number.
 */
static void
print_go_goroutine(Printer *printer, const PrintException *exceptions, int count)
{
	bool logged = count == 1 && exceptions[0].type.len == 0;

	for (int n = count - 1; n >= 0; n--)
	{
		if (!has_title(&exceptions[n]))
			continue;
		print_line(printer, n < count - 1 ? "\t" : "");
		print_string(printer, logged || is_go_runtime(&exceptions[n]) ? "" : "panic: ");
		print_go_value(printer, &exceptions[n]);
		print_string(printer, n > 0 ? " [recovered]" : "");
	}
	if (!has_frames(&exceptions[0]))
		return;
	if (!logged)
		print_line(printer, "");
	print_line(printer, "goroutine 1 [running]:");
	print_frames(printer, &exceptions[0], print_goroutine_frame);
}

/* Prints Go's panics, or error values with their stacks as pkg/errors does: the cause first. */
static void
print_go_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	if (is_go_panic(&exceptions[0]) && !print_any_frames(exceptions + 1, count - 1))
	{
		print_go_goroutine(printer, exceptions, count);
		return;
	}
	for (int n = count - 1; n >= 0; n--)
	{
		const PrintException *exception = &exceptions[n];

		if (has_title(exception))
			print_line(printer, "");
		if (slice_starts(exception->type, SLICE("*")))
		{
			print_name(printer, exception->type);
			print_string(printer, " ");
			print_message(printer, exception->value);
		}
		else
			print_go_value(printer, exception);
		print_frames(printer, exception, print_go_error_frame);
	}
}

const PrintForm go_form = {.language = &go_language,
                           .separator = ".",
                           .gap = "...",
                           .gap_end = " frames elided...",
                           .print = print_go_exceptions};

/* Appends Rust's `   1: shop::cart::total`, and its place on the next line. */
static void
print_rust_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	int number = print_frame_number(exception, index);

	print_line(printer, number < 10 ? "   " : number < 100 ? "  " : "");
	print_number(printer, number);
	print_string(printer, ": ");
	if (frame->function.len > 0)
		print_function(printer, frame);
	else
		print_string(printer, "<unknown>");
	if (frame->file.len == 0)
		return;
	print_line(printer, "             at ");
	print_place(printer, frame);
}

/* Appends the frames of a Rust exception as its backtraces have them. */
static void
print_rust_frames(Printer *printer, const PrintException *exception, const char *heading)
{
	if (has_frames(exception))
		print_line(printer, heading);
	print_frames(printer, exception, print_rust_frame);
}

/*
 * The frame that is a Rust panic's place: the innermost of the program's own, by
 * its path; NULL: none has one.
 */
static const PrintFrame *
find_rust_place(const PrintException *exception)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		const PrintFrame *frame = &exception->frames[i];

		if (frame->line != NO_POSITION && slice_ends(frame->file, SLICE(".rs")) &&
		    !slice_starts(frame->file, SLICE("/rustc/")))
			return frame;
	}
	return NULL;
}

/* Prints a Rust panic.  The thread's name is not known. */
static void
print_rust_panic(Printer *printer, const PrintException *exception)
{
	const PrintFrame *place = find_rust_place(exception);

	print_line(printer, "thread '<unnamed>' panicked");
	if (place)
	{
		print_string(printer, " at ");
		print_place(printer, place);
	}
	print_string(printer, ":");
	print_line(printer, "");
	print_message(printer, exception->value);
	/* where there was no backtrace, the place is all there is */
	if (exception->nframes > 1 || exception->left_out > 0 ||
	    (exception->nframes == 1 && exception->frames[0].function.len > 0))
		print_rust_frames(printer, exception, "stack backtrace:");
}

/* Prints Rust's panics, and errors as anyhow does: the frames below the causes, where the causes have none. */
static void
print_rust_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	bool apart = print_any_frames(exceptions + 1, count - 1);

	if (slice_equal(exceptions[0].type, SLICE("panic")))
	{
		print_rust_panic(printer, &exceptions[0]);
		apart = true;
	}
	else
	{
		print_line(printer, "Error: ");
		print_title(printer, &exceptions[0]);
		if (apart)
			print_rust_frames(printer, &exceptions[0], "Stack backtrace:");
	}
	for (int n = 1; n < count; n++)
	{
		if (apart || n == 1)
		{
			print_line(printer, "");
			print_line(printer, "Caused by:");
		}
		print_line(printer, "    ");
		if (!apart && count > 2)
		{
			print_number(printer, n - 1);
			print_string(printer, ": ");
		}
		print_title(printer, &exceptions[n]);
		if (apart)
			print_rust_frames(printer, &exceptions[n], "Stack backtrace:");
	}
	if (apart || !has_frames(&exceptions[0]))
		return;
	print_line(printer, "");
	print_rust_frames(printer, &exceptions[0], "Stack backtrace:");
}

const PrintForm rust_form = {
	.language = &rust_language, .separator = "::", PRINT_GAP("      "), .print = print_rust_exceptions};

/* Appends the message of a Dart exception, which says its class itself or not at all. */
static void
print_dart_title(Printer *printer, const PrintException *exception)
{
	Slice type;

	if (dart_says_type(exception->value, &type) && slice_equal(type, exception->type))
		print_message(printer, exception->value);
	else
		print_title(printer, exception);
}

/* Appends Dart's `#1      Cart.total (package:shop/cart.dart:12:5)`. */
static void
print_dart_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	print_line(printer, "#");
	print_number(printer, print_frame_number(exception, index));
	print_string(printer, "      ");
	print_name(printer, frame->function);
	if (frame->file.len == 0)
		return;
	print_string(printer, " (");
	print_place(printer, frame);
	print_string(printer, ")");
}

/* Dart.  Causes are errtrack's own addition. */
const PrintForm dart_form = {.language = &dart_language,
                             PRINT_GAP(""),
                             .lead = "Unhandled exception:\n",
                             .cause_lead = "Caused by:\n",
                             .title = print_dart_title,
                             .frame = print_dart_frame};

/*
 * Are functions written as Erlang does, `shop:total/1`, and not as Elixir does,
 * `Shop.total/1` or `:shop.total/1`?
 */
static bool
is_erlang(const PrintException *exception)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		Slice function = exception->frames[i].function;

		if (slice_find_char(function, ':') > 0 && slice_find_char(function, '/') > 0)
			return true;
	}
	return false;
}

/* Appends Erlang's `     in function  shop:total/1 (cart.erl, line 12)`. */
static void
print_erlang_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	if (frame->function.len == 0 && frame->file.len == 0)
		return;
	print_line(printer, index == 0 ? "     in function  " : "     in call from ");
	print_name(printer, frame->function);
	if (frame->file.len == 0)
		return;
	print_string(printer, " (");
	print_file(printer, frame, ", line ");
	print_string(printer, ")");
}

/* Prints what Erlang's shell does; a reason that is reported as a type is an error's. */
static void
print_erlang_exception(Printer *printer, const PrintException *exception)
{
	Slice type = exception->type;
	bool is_class = slice_equal(type, SLICE("error")) || slice_equal(type, SLICE("exit")) ||
	                slice_equal(type, SLICE("throw"));

	if (has_title(exception))
	{
		print_line(printer, is_class ? "** exception " : "** exception error: ");
		print_title(printer, exception);
	}
	print_frames(printer, exception, print_erlang_frame);
}

/* Appends Elixir's `    lib/cart.ex:12: Shop.Cart.total/1`. */
static void
print_elixir_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	if (frame->function.len == 0 && frame->file.len == 0)
		return;
	print_line(printer, "    ");
	print_file(printer, frame, ":");
	if (frame->file.len > 0 && frame->function.len > 0)
		print_string(printer, ": ");
	print_name(printer, frame->function);
}

/* Is it a cause that was raised, and no reason of an exit?  Elixir has a line above it that says so. */
static bool
is_raised(const PrintException *exceptions, int n)
{
	return n > 0 && exceptions[n].type.len > 0 && !slice_equal(exceptions[n].type, SLICE("EXIT"));
}

/* How far the exception at index n is indented. */
static int
elixir_indent(const PrintException *exceptions, int n)
{
	int indent = 0;

	for (int i = 1; i <= n; i++)
		indent += is_raised(exceptions, i) ? 8 : 4;
	return indent;
}

/*
 * Prints what Elixir does: causes below the message, each deeper, and their frames
 * before those of what they caused.
 */
static void
print_elixir_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];

		printer->indent = elixir_indent(exceptions, n);
		if (is_raised(exceptions, n))
		{
			printer->indent -= 4;
			print_line(printer, "** (EXIT) an exception was raised:");
			printer->indent += 4;
		}
		if (!has_title(exception))
			continue;
		print_line(printer, exception->type.len > 0 ? "** (" : "** ");
		print_name(printer, exception->type);
		if (exception->type.len > 0)
			print_string(printer, exception->value.len > 0 ? ") " : ")");
		print_message(printer, exception->value);
	}
	for (int n = count - 1; n >= 0; n--)
	{
		printer->indent = elixir_indent(exceptions, n);
		print_frames(printer, &exceptions[n], print_elixir_frame);
	}
}

static const PrintForm elixir_form = {PRINT_GAP("    "), .print = print_elixir_exceptions};

/* Prints Erlang's exceptions, which have no causes, and Elixir's. */
static void
print_erlang_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	if (count == 1 && is_erlang(&exceptions[0]))
	{
		print_erlang_exception(printer, &exceptions[0]);
		return;
	}
	printer->form = &elixir_form;
	print_elixir_exceptions(printer, exceptions, count);
}

const PrintForm erlang_form = {
	.language = &erlang_language, PRINT_GAP("     "), .print = print_erlang_exceptions};

/* Appends ` (file:line:column)`, or what is known of it; without a function it is all that is known. */
static void
print_plain_place(Printer *printer, const PrintFrame *frame)
{
	bool named = frame->function.len > 0 || frame->module.len > 0;

	if (frame->file.len == 0 && frame->line == NO_POSITION)
		return;
	print_string(printer, named ? " (" : "");
	if (frame->file.len > 0)
		print_place(printer, frame);
	else
	{
		print_string(printer, "line ");
		print_number(printer, frame->line);
	}
	print_string(printer, named ? ")" : "");
}

/* Appends errtrack's own `  at shop.total (cart.cob:12)`. */
static void
print_plain_frame(Printer *printer, const PrintException *exception, int index)
{
	print_line(printer, "  at ");
	print_function(printer, &exception->frames[index]);
	print_plain_place(printer, &exception->frames[index]);
}

/* errtrack's own form, for all that has no other. */
#define PLAIN_FORM PRINT_GAP("  "), .frame = print_plain_frame

const PrintForm plain_form = {.separator = ".", PLAIN_FORM};

/* modules of kernels are files */
const PrintForm kernel_form = {.language = &kernel_language, PLAIN_FORM};
const PrintForm bsd_form = {.language = &bsd_language, PLAIN_FORM};
