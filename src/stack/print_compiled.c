/*
 * How compiled languages print exceptions, and those that have no form of their own.
 */
#include "print.h"

/* Appends Java's `	at shop.Cart.total(Cart.java:12)`. */
static void
print_java_frame(Printer *printer, const PrintFrame *frame)
{
	print_line(printer, "\tat ");
	print_function(printer, frame, ".");
	print_string(printer, "(");
	if (frame->file.len > 0)
		print_file(printer, frame, ":");
	else
		print_string(printer, "Unknown Source");
	print_string(printer, ")");
}

/* Prints what Java does, and Kotlin, Scala and the others of the JVM. */
void
print_java(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];

		if (n > 0 || exception->type.len > 0 || exception->value.len > 0)
			print_line(printer, n > 0 ? "Caused by: " : "");
		print_title(printer, exception);
		for (int i = 0; i < exception->nframes; i++)
		{
			print_gap(printer, exception, i, "\t");
			print_java_frame(printer, &exception->frames[i]);
		}
	}
}

/* Appends .NET's `   at Shop.Cart.Total() in /srv/Cart.cs:line 12`. */
static void
print_dotnet_frame(Printer *printer, const PrintFrame *frame)
{
	print_line(printer, "   at ");
	print_function(printer, frame, ".");
	if (frame->function.len > 0 && slice_find_char(frame->function, '(') < 0)
		print_string(printer, "()");
	if (frame->file.len == 0)
		return;
	print_string(printer, " in ");
	print_file(printer, frame, ":line ");
}

/* Prints what .NET does: all messages, then the frames, those of the innermost cause first. */
void
print_dotnet(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		print_line(printer, n > 0 ? " ---> " : "");
		print_title(printer, &exceptions[n]);
	}
	for (int n = count - 1; n >= 0; n--)
	{
		const PrintException *exception = &exceptions[n];

		for (int i = 0; i < exception->nframes; i++)
		{
			print_gap(printer, exception, i, "   ");
			print_dotnet_frame(printer, &exception->frames[i]);
		}
		if (n > 0)
			print_line(printer, "   --- End of inner exception stack trace ---");
	}
}

/* Appends Go's `shop/cart.(*Cart).Total(...)`, whose arguments are not known, and its place on the next line. */
static void
print_go_frame(Printer *printer, const PrintFrame *frame, const char *arguments)
{
	print_line(printer, "");
	print_function(printer, frame, ".");
	print_string(printer, arguments);
	if (frame->file.len == 0)
		return;
	print_line(printer, "\t");
	print_file(printer, frame, ":");
}

/* Appends the frames of a Go exception. */
static void
print_go_frames(Printer *printer, const PrintException *exception, const char *arguments)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		print_gap(printer, exception, i, "");
		print_go_frame(printer, &exception->frames[i], arguments);
	}
}

/* What of Go's ends a program, and is no error value: panics, the runtime's own errors, signals. */
static bool
is_go_panic(const PrintException *exception)
{
	Slice type = exception->type;

	return slice_equal(type, SLICE("panic")) || slice_equal(type, SLICE("runtime error")) ||
	       slice_equal(type, SLICE("fatal error")) || slice_starts(type, SLICE("SIG"));
}

/* Appends the line of a Go panic. */
static void
print_go_panic(Printer *printer, const PrintException *exception)
{
	if (slice_equal(exception->type, SLICE("panic")) && exception->value.len > 0)
		print_message(printer, exception->value);
	else
		print_title(printer, exception);
}

/*
 * Prints what Go's runtime does of a panic: causes are panics that were recovered,
 * and have no frames.  Which goroutine it was is not known; 1 stands for it, since
 * whatever reads such text wants a number.
 */
static void
print_go_goroutine(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = count - 1; n >= 0; n--)
	{
		bool plain = slice_equal(exceptions[n].type, SLICE("fatal error")) ||
		             slice_starts(exceptions[n].type, SLICE("SIG"));

		print_line(printer, n < count - 1 ? "\tpanic: " : plain ? "" : "panic: ");
		print_go_panic(printer, &exceptions[n]);
		print_string(printer, n > 0 ? " [recovered]" : "");
	}
	if (exceptions[0].nframes == 0)
		return;
	print_line(printer, "");
	print_line(printer, "goroutine 1 [running]:");
	print_go_frames(printer, &exceptions[0], "(...)");
}

/* Prints Go's panics, or error values with their stacks as pkg/errors does: the cause first. */
void
print_go(Printer *printer, const PrintException *exceptions, int count)
{
	if (is_go_panic(&exceptions[0]) && !print_any_frames(exceptions + 1, count - 1))
	{
		print_go_goroutine(printer, exceptions, count);
		return;
	}
	for (int n = count - 1; n >= 0; n--)
	{
		bool pointer = slice_starts(exceptions[n].type, SLICE("*"));

		print_line(printer, "");
		if (is_go_panic(&exceptions[n]))
			print_go_panic(printer, &exceptions[n]);
		else if (pointer)
		{
			print_name(printer, exceptions[n].type);
			print_string(printer, " ");
			print_message(printer, exceptions[n].value);
		}
		else
			print_title(printer, &exceptions[n]);
		print_go_frames(printer, &exceptions[n], "");
	}
}

/* Appends the frames of a Rust exception as its backtraces have them. */
static void
print_rust_frames(Printer *printer, const PrintException *exception, const char *heading)
{
	if (exception->nframes > 0)
		print_line(printer, heading);
	for (int i = 0; i < exception->nframes; i++)
	{
		const PrintFrame *frame = &exception->frames[i];
		int number = print_frame_number(exception, i);

		print_gap(printer, exception, i, "      ");
		print_line(printer, number < 10 ? "   " : number < 100 ? "  " : "");
		print_number(printer, number);
		print_string(printer, ": ");
		if (frame->function.len > 0)
			print_function(printer, frame, "::");
		else
			print_string(printer, "<unknown>");
		if (frame->file.len == 0)
			continue;
		print_line(printer, "             at ");
		print_place(printer, frame);
	}
}

/* The frame that is a Rust panic's place: the innermost of the program's own, by its path; NULL: none has one. */
static const PrintFrame *
find_rust_place(const PrintException *exception)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		const PrintFrame *frame = &exception->frames[i];

		if (frame->file.len > 0 && frame->line != NO_POSITION && !slice_starts(frame->file, SLICE("/rustc/")))
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
	if (exception->nframes > 1 || (exception->nframes == 1 && exception->frames[0].function.len > 0))
		print_rust_frames(printer, exception, "stack backtrace:");
}

/* Prints Rust's panics, and errors as anyhow does: the frames below the causes, where the causes have none. */
void
print_rust(Printer *printer, const PrintException *exceptions, int count)
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
	if (apart || exceptions[0].nframes == 0)
		return;
	print_line(printer, "");
	print_rust_frames(printer, &exceptions[0], "Stack backtrace:");
}

/* Is the function's name made of the library and how far into it the address is? */
static bool
is_offset_in(Slice function, Slice library)
{
	return library.len > 0 && slice_starts(function, library) &&
	       slice_starts(slice_skip(function, library.len), SLICE("+0x"));
}

/*
 * Appends a frame of compiled code: with an address as sanitizers print it,
 * `    #1 0x4f6b78 in total(int) /srv/shop.cc:12:7`, without one as gdb does,
 * `#1  total(int) () at /srv/shop.cc:12`.
 */
static void
print_native_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	bool addressed = frame->address.len > 0;
	bool placed = frame->file.len > 0 && frame->line != NO_POSITION;
	Slice library = frame->library.len > 0 ? frame->library : placed ? NO_SLICE : frame->file;

	print_line(printer, addressed ? "    #" : "#");
	print_number(printer, print_frame_number(exception, index));
	print_string(printer, addressed ? " " : "  ");
	print_name(printer, frame->address);
	if (addressed && frame->function.len > 0 && !is_offset_in(frame->function, library))
	{
		print_string(printer, " in ");
		print_name(printer, frame->function);
	}
	else if (!addressed)
	{
		print_name(printer, frame->function.len > 0 ? frame->function : SLICE("??"));
		print_string(printer, " ()");
	}
	if (placed)
	{
		print_string(printer, addressed ? " " : " at ");
		if (addressed)
			print_place(printer, frame);
		else
			print_file(printer, frame, ":");
	}
	else if (library.len > 0)
	{
		print_string(printer, addressed ? " (" : " from ");
		print_name(printer, is_offset_in(frame->function, library) ? frame->function : library);
		print_string(printer, addressed ? ")" : "");
	}
}

/* Appends the frames of compiled code. */
static void
print_native_frames(Printer *printer, const PrintException *exception)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		print_gap(printer, exception, i, "    ");
		print_native_frame(printer, exception, i);
	}
}

/* Appends what the tool that found it says of a crash in C or C++: a sanitizer, gdb, or the C++ runtime. */
static void
print_native_title(Printer *printer, const PrintException *exception)
{
	if (slice_find(exception->value, SLICE("Sanitizer: ")) > 0)
	{
		print_string(printer, "ERROR: ");
		print_message(printer, exception->value);
	}
	else if (slice_starts(exception->type, SLICE("SIG")) && exception->value.len > 0)
	{
		print_string(printer, "Program received signal ");
		print_name(printer, exception->type);
		print_string(printer, ", ");
		print_message(printer, exception->value);
		print_string(printer, ".");
	}
	else if (slice_find(exception->type, SLICE("::")) > 0)
	{
		print_string(printer, "terminate called after throwing an instance of '");
		print_name(printer, exception->type);
		print_string(printer, "'");
		if (exception->value.len == 0)
			return;
		print_line(printer, "  what():  ");
		print_message(printer, exception->value);
	}
	else
		print_title(printer, exception);
}

/* Prints crashes and exceptions of C and C++.  Causes are errtrack's own addition. */
void
print_native(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		print_line(printer, n > 0 ? "Caused by: " : "");
		print_native_title(printer, &exceptions[n]);
		print_native_frames(printer, &exceptions[n]);
	}
}

/* Prints crashes and exceptions of Swift and Objective-C.  Causes are errtrack's own addition. */
void
print_apple(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];

		print_line(printer, n > 0 ? "Caused by: " : "");
		if (slice_starts(exception->type, SLICE("NS")))
		{
			print_string(printer, "*** Terminating app due to uncaught exception '");
			print_name(printer, exception->type);
			print_string(printer, "', reason: '");
			print_message(printer, exception->value);
			print_string(printer, "'");
		}
		else
			print_title(printer, exception);
		print_native_frames(printer, exception);
	}
}

/* Prints Dart's exceptions, which say their class themselves or not at all.  Causes are errtrack's own addition. */
void
print_dart(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];
		Slice type;

		print_line(printer, n > 0 ? "Caused by:" : "Unhandled exception:");
		print_line(printer, "");
		if (dart_says_type(exception->value, &type) && slice_equal(type, exception->type))
			print_message(printer, exception->value);
		else
			print_title(printer, exception);
		for (int i = 0; i < exception->nframes; i++)
		{
			const PrintFrame *frame = &exception->frames[i];

			print_gap(printer, exception, i, "");
			print_line(printer, "#");
			print_number(printer, print_frame_number(exception, i));
			print_string(printer, "      ");
			print_name(printer, frame->function);
			if (frame->file.len == 0)
				continue;
			print_string(printer, " (");
			print_place(printer, frame);
			print_string(printer, ")");
		}
	}
}

/* Is it a function as Erlang writes it, `shop:total/1`, and not as Elixir does, `Shop.total/1` or `:shop.total/1`? */
static bool
is_erlang_function(Slice function)
{
	return slice_find_char(function, ':') > 0 && slice_find_char(function, '/') > 0;
}

/* Prints what Erlang's shell does. */
static void
print_erlang_exception(Printer *printer, const PrintException *exception)
{
	print_line(printer, "** exception ");
	print_title(printer, exception);
	for (int i = 0; i < exception->nframes; i++)
	{
		const PrintFrame *frame = &exception->frames[i];

		print_gap(printer, exception, i, "     ");
		print_line(printer, i == 0 ? "     in function  " : "     in call from ");
		print_name(printer, frame->function);
		if (frame->file.len == 0)
			continue;
		print_string(printer, " (");
		print_file(printer, frame, ", line ");
		print_string(printer, ")");
	}
}

/* Appends Elixir's `    lib/cart.ex:12: Shop.Cart.total/1`. */
static void
print_elixir_frame(Printer *printer, const PrintFrame *frame)
{
	print_line(printer, "    ");
	print_file(printer, frame, ":");
	if (frame->file.len > 0 && frame->function.len > 0)
		print_string(printer, ": ");
	print_name(printer, frame->function);
}

/* Prints what Elixir does: causes below the message, each deeper, and their frames before those of what they caused. */
static void
print_elixir(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];
		bool raised = n > 0 && exception->type.len > 0 && !slice_equal(exception->type, SLICE("EXIT"));

		printer->indent = 4 * n;
		if (raised)
			print_line(printer, "** (EXIT) an exception was raised:");
		printer->indent += raised ? 4 : 0;
		print_line(printer, "** ");
		if (exception->type.len > 0)
		{
			print_string(printer, "(");
			print_name(printer, exception->type);
			print_string(printer, ") ");
		}
		print_message(printer, exception->value);
	}
	for (int n = count - 1; n >= 0; n--)
	{
		const PrintException *exception = &exceptions[n];

		printer->indent = 4 * n;
		for (int i = 0; i < exception->nframes; i++)
		{
			print_gap(printer, exception, i, "    ");
			print_elixir_frame(printer, &exception->frames[i]);
		}
	}
	printer->indent = 0;
}

/* Prints Erlang's exceptions, which have no causes, and Elixir's. */
void
print_erlang(Printer *printer, const PrintException *exceptions, int count)
{
	if (count == 1 && exceptions[0].nframes > 0 && is_erlang_function(exceptions[0].frames[0].function))
		print_erlang_exception(printer, &exceptions[0]);
	else
		print_elixir(printer, exceptions, count);
}

/* Prints errtrack's own form, for all that has no other. */
void
print_plain(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];

		print_line(printer, n > 0 ? "Caused by: " : "");
		print_title(printer, exception);
		for (int i = 0; i < exception->nframes; i++)
		{
			const PrintFrame *frame = &exception->frames[i];

			print_gap(printer, exception, i, "  ");
			print_line(printer, "  at ");
			print_function(printer, frame, ".");
			if (frame->file.len == 0)
				continue;
			print_string(printer, frame->function.len > 0 ? " (" : "");
			print_place(printer, frame);
			print_string(printer, frame->function.len > 0 ? ")" : "");
		}
	}
}
