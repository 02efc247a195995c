/*
 * How interpreted languages print exceptions.
 */
#include "print.h"

#include "javascript.h"

/* Appends Python's `  File "x", line 3, in f`, and the source line. */
static void
print_python_frame(Printer *printer, const PrintFrame *frame)
{
	print_line(printer, "  File \"");
	print_name(printer, frame->file);
	print_string(printer, "\"");
	if (frame->line != NO_POSITION)
	{
		print_string(printer, ", line ");
		print_number(printer, frame->line);
	}
	if (frame->function.len > 0)
	{
		print_string(printer, ", in ");
		print_name(printer, frame->function);
	}
	if (frame->source.len > 0)
	{
		print_line(printer, "    ");
		print_name(printer, frame->source);
	}
}

/* Prints Python's traceback: causes first, the innermost frame last. */
static void
print_python_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = count - 1; n >= 0; n--)
	{
		const PrintException *exception = &exceptions[n];

		if (has_frames(exception))
			print_line(printer, "Traceback (most recent call last):");
		print_gap(printer, exception, exception->nframes);
		for (int i = exception->nframes - 1; i >= 0; i--)
		{
			print_python_frame(printer, &exception->frames[i]);
			print_gap(printer, exception, i);
		}
		if (has_title(exception))
		{
			print_line(printer, "");
			print_title(printer, exception);
		}
		if (n == 0)
			break;
		print_line(printer, "");
		print_line(printer, exception->while_handling
		                        ? "During handling of the above exception, another exception occurred:"
		                        : "The above exception was the direct cause of the following exception:");
		print_line(printer, "");
	}
}

const PrintForm python_form = {
	.language = &python_language, .qualified_type = true, PRINT_GAP("  "), .print = print_python_exceptions};

/*
 * Appends a frame as V8 has it: `    at f (cart.js:12:3)`, in WebAssembly
 * `    at wasm://wasm/0dfc9e12:wasm-function[7]:0x1a2b`.
 */
static void
print_javascript_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	/* the number is part of the place, unless an SDK's file has it already */
	bool numbered = slice_starts(frame->function, SLICE("wasm-function[")) && frame->line == NO_POSITION &&
	                slice_find(frame->file, SLICE(":wasm-function[")) < 0;
	bool named = frame->function.len > 0 && !numbered;

	print_line(printer, "    at ");
	if (named)
	{
		print_name(printer, frame->function);
		print_string(printer, " (");
	}
	if (frame->file.len > 0)
		print_place(printer, frame);
	else if (!numbered)
		print_string(printer, "<anonymous>");
	if (numbered)
	{
		print_string(printer, frame->file.len > 0 ? ":" : "");
		print_name(printer, frame->function);
	}
	if (frame->address.len > 0 && (numbered || javascript_is_wasm(frame->file)))
	{
		print_string(printer, ":");
		print_name(printer, frame->address);
	}
	print_string(printer, named ? ")" : "");
}

/* Prints what Node.js does: causes within braces, each two blanks deeper. */
static void
print_javascript_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];
		/* as Node.js prints an error without a stack that has something within */
		bool bare = !has_frames(exception) && n + 1 < count;

		printer->indent = 2 * n;
		if (n > 0 || has_title(exception))
			print_line(printer, n > 0 ? "[cause]: " : "");
		print_string(printer, bare ? "[" : "");
		print_title(printer, exception);
		print_string(printer, bare ? "]" : "");
		print_frames(printer, exception, print_javascript_frame);
		if (n + 1 < count)
			print_string(printer, " {");
	}
	for (int n = count - 2; n >= 0; n--)
	{
		printer->indent = 2 * n;
		print_line(printer, "}");
	}
}

const PrintForm javascript_form = {
	.language = &javascript_language, PRINT_GAP("    "), .print = print_javascript_exceptions};

/* Appends `cart.rb:12:in 'Shop::Cart#total'`, or what is known of it. */
static void
print_ruby_place(Printer *printer, const PrintFrame *frame)
{
	print_file(printer, frame, ":");
	if (frame->function.len == 0)
		return;
	print_string(printer, frame->file.len > 0 ? ":in '" : "in '");
	print_function(printer, frame);
	print_string(printer, "'");
}

/* Appends Ruby's message, with the class behind its first line; without a message, the class stands for it. */
static void
print_ruby_message(Printer *printer, const PrintException *exception)
{
	Slice value = exception->value.len > 0 ? exception->value : exception->type;
	/* cut before it is parted, so that the parts together are no longer than a message */
	Slice shown = slice_clip(value, PRINT_MAX_MESSAGE);
	ptrdiff_t end = slice_find_char(shown, '\n');
	const char *dots = shown.len < value.len ? "..." : "";

	if (end > 0 && shown.data[end - 1] == '\r')
		end--;
	print_message(printer, end >= 0 ? slice_range(shown, 0, end) : shown);
	print_string(printer, end >= 0 ? "" : dots);
	if (exception->type.len > 0)
	{
		print_string(printer, " (");
		print_name(printer, exception->type);
		print_string(printer, ")");
	}
	if (end < 0)
		return;
	print_message(printer, slice_skip(shown, end));
	print_string(printer, dots);
}

/* Appends the place of the first frame, and the message. */
static void
print_ruby_title(Printer *printer, const PrintException *exception)
{
	if (exception->nframes > 0)
	{
		print_ruby_place(printer, &exception->frames[0]);
		print_string(printer, ": ");
	}
	print_ruby_message(printer, exception);
}

/* Appends a frame, but the first one, which stands above. */
static void
print_ruby_frame(Printer *printer, const PrintException *exception, int index)
{
	if (index == 0)
		return;
	print_line(printer, "\tfrom ");
	print_ruby_place(printer, &exception->frames[index]);
}

const PrintForm ruby_form = {.language = &ruby_language,
                             .separator = "#",
                             .gap = "\t ... ",
                             .gap_end = " levels...",
                             .cause_lead = "",
                             .title = print_ruby_title,
                             .frame = print_ruby_frame};

/*
 * Appends PHP's `#1 /srv/cart.php(12): Shop\Cart->total()`: a function, and where
 * it was called, which is the place of the frame that called it.
 */
static void
print_php_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	bool last = index + 1 == exception->nframes;

	print_line(printer, "#");
	print_number(printer, print_frame_number(exception, index));
	print_string(printer, " ");
	if (last && (frame->function.len == 0 || slice_equal(frame->function, SLICE("{main}"))))
	{
		print_string(printer, "{main}");
		return;
	}
	if (!last && frame[1].file.len > 0)
	{
		print_name(printer, frame[1].file);
		if (frame[1].line != NO_POSITION)
		{
			print_string(printer, "(");
			print_number(printer, frame[1].line);
			print_string(printer, ")");
		}
	}
	else
		print_string(printer, "[internal function]");
	if (frame->function.len == 0)
		return;
	print_string(printer, ": ");
	print_function(printer, frame);
	print_string(printer, "()");
}

/* Is the file known in which the exception was thrown? */
static bool
has_file(const PrintException *exception)
{
	return exception->nframes > 0 && exception->frames[0].file.len > 0;
}

/*
 * Is it what PHP reports without throwing an exception?  Then its kind stands
 * where that of an uncaught exception does.
 */
static bool
is_php_error(const PrintException *exception)
{
	static const Slice kinds[] = {{"Warning", 7},      {"Notice", 6},       {"Deprecated", 10},
	                              {"Parse error", 11}, {"Fatal error", 11}, {"Core error", 10}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_equal(exception->type, kinds[i]))
			return has_file(exception) && exception->nframes == 1 && exception->left_out == 0;
	return false;
}

/* Prints PHP's exceptions: the first that was thrown first. */
static void
print_php_exceptions(Printer *printer, const PrintException *exceptions, int count)
{
	if (count == 1 && is_php_error(&exceptions[0]))
	{
		print_line(printer, "PHP ");
		print_name(printer, exceptions[0].type);
		print_string(printer, ":  ");
		print_message(printer, exceptions[0].value);
		print_string(printer, " in ");
		print_file(printer, &exceptions[0].frames[0], " on line ");
		return;
	}
	for (int n = count - 1; n >= 0; n--)
	{
		const PrintException *exception = &exceptions[n];

		if (n < count - 1)
			print_line(printer, "");
		if (has_title(exception))
			print_line(printer, n == count - 1 ? "PHP Fatal error:  Uncaught " : "Next ");
		print_title(printer, exception);
		if (has_file(exception))
		{
			if (has_title(exception))
				print_string(printer, " in ");
			else
				print_line(printer, "in ");
			print_file(printer, &exception->frames[0], ":");
		}
		if (has_frames(exception))
			print_line(printer, "Stack trace:");
		print_frames(printer, exception, print_php_frame);
	}
	if (has_title(&exceptions[0]) && has_file(&exceptions[0]))
	{
		print_line(printer, "  thrown in ");
		print_file(printer, &exceptions[0].frames[0], " on line ");
	}
}

const PrintForm php_form = {
	.language = &php_language, .separator = "::", PRINT_GAP(""), .print = print_php_exceptions};

/* Appends Perl's ` at shop.pl line 12`, where the file is known. */
static void
print_perl_place(Printer *printer, const char *start, const PrintFrame *frame)
{
	if (frame->file.len == 0)
		return;
	print_string(printer, start);
	print_file(printer, frame, " line ");
}

/* Appends the message, and where die() was called. */
static void
print_perl_title(Printer *printer, const PrintException *exception)
{
	print_title(printer, exception);
	if (exception->nframes == 0)
		return;
	print_perl_place(printer, " at ", &exception->frames[0]);
	print_string(printer, ".");
}

/* Appends a function with the place that called it, as Carp does. */
static void
print_perl_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	bool is_last = index + 1 == exception->nframes;

	/* what was called from the outermost place is the last line */
	if (is_last && frame->function.len == 0)
		return;
	print_line(printer, "\t");
	print_function(printer, frame);
	if (frame->function.len > 0 && !slice_ends(frame->function, SLICE("}")))
		print_string(printer, "()");
	if (!is_last)
		print_perl_place(printer, frame->function.len > 0 ? " called at " : "called at ", &frame[1]);
}

/* Perl.  Causes are errtrack's own addition. */
const PrintForm perl_form = {.language = &perl_language,
                             .separator = "::",
                             PRINT_GAP("\t"),
                             .title = print_perl_title,
                             .frame = print_perl_frame};

/* Appends Lua's `	cart.lua:12: in function 'total'`. */
static void
print_lua_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	print_line(printer, "\t");
	print_file(printer, frame, ":");
	print_string(printer, frame->file.len > 0 ? ": in " : "in ");
	if (frame->function.len == 0)
		print_string(printer, "?");
	else if (slice_equal(frame->function, SLICE("main chunk")))
		print_name(printer, frame->function);
	else
	{
		bool place = frame->function.data[0] == '<';

		print_string(printer, place ? "function " : "function '");
		print_name(printer, frame->function);
		print_string(printer, place ? "" : "'");
	}
}

/* Appends the message, and what stands above a traceback. */
static void
print_lua_title(Printer *printer, const PrintException *exception)
{
	print_title(printer, exception);
	if (has_frames(exception))
		print_line(printer, "stack traceback:");
}

/* Lua.  Causes are errtrack's own addition. */
const PrintForm lua_form = {.language = &lua_language,
                            .gap = "\t...\t(skipping ",
                            .gap_end = " levels)",
                            .lead = "lua: ",
                            .title = print_lua_title,
                            .frame = print_lua_frame};

/* Appends R's ` at cart.R#12`, where the file is known. */
static void
print_r_place(Printer *printer, const char *start, const PrintFrame *frame)
{
	if (frame->file.len == 0)
		return;
	print_string(printer, start);
	print_file(printer, frame, "#");
}

/*
 * Appends R's `3: price() at Cart.R#9`: a call, and where it was made, which is
 * the place of the frame that made it.
 */
static void
print_r_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];

	print_line(printer, "");
	print_number(printer, exception->nframes + exception->left_out - print_frame_number(exception, index));
	print_string(printer, ": ");
	print_name(printer, frame->function);
	if (frame->function.len > 0)
		print_string(printer, "()");
	if (index + 1 < exception->nframes)
		print_r_place(printer, " at ", &frame[1]);
}

/* The frame in which an error was raised, where anything is known of it; NULL: none. */
static const PrintFrame *
find_r_place(const PrintException *exception)
{
	const PrintFrame *frame = exception->nframes > 0 ? &exception->frames[0] : NULL;

	return frame && (frame->function.len > 0 || frame->file.len > 0) ? frame : NULL;
}

/* Appends the call of a frame's function, which R names like this where it has no name. */
static void
print_r_call(Printer *printer, const PrintFrame *frame)
{
	print_name(printer, frame->function.len > 0 ? frame->function : SLICE("<Anonymous>"));
	print_string(printer, "()");
}

/* Appends R's `Error in price() (from Cart.R#4) : no price`. */
static void
print_r_title(Printer *printer, const PrintException *exception)
{
	const PrintFrame *frame = find_r_place(exception);

	print_line(printer, frame ? "Error in " : "Error: ");
	if (frame)
	{
		print_r_call(printer, frame);
		print_r_place(printer, " (from ", frame);
		print_string(printer, frame->file.len > 0 ? ") : " : " : ");
	}
	print_message(printer, exception->value);
}

/*
 * Appends rlang's ``Caused by error in `price()` at Cart.R#4:`` and the message
 * below it; a cause's class, for which rlang has no place, before that.
 */
static void
print_rlang_title(Printer *printer, const PrintException *exception, bool cause)
{
	const PrintFrame *frame = find_r_place(exception);

	print_line(printer, cause ? "Caused by error" : "Error");
	if (frame)
	{
		print_string(printer, " in `");
		print_r_call(printer, frame);
		print_string(printer, "`");
		print_r_place(printer, " at ", frame);
	}
	print_string(printer, ":");
	print_line(printer, "! ");
	if (cause)
		print_title(printer, exception);
	else
		print_message(printer, exception->value);
}

/* Prints R's errors, and causes as rlang does; each with what traceback() prints, where that says more. */
static void
print_r_errors(Printer *printer, const PrintException *exceptions, int count)
{
	for (int n = 0; n < count; n++)
	{
		const PrintException *exception = &exceptions[n];

		if (exception->type.len > 0 && n == 0)
		{
			print_line(printer, "<error/");
			print_name(printer, exception->type);
			print_string(printer, ">");
		}
		if (count == 1)
			print_r_title(printer, exception);
		else
			print_rlang_title(printer, exception, n > 0);
		if (count == 1 || exception->nframes > 1 || exception->left_out > 0)
			print_frames(printer, exception, print_r_frame);
	}
}

const PrintForm r_form = {.language = &r_language, PRINT_GAP(""), .print = print_r_errors};
