/*
 * errtrack.print_stack(): exceptions, as SDKs report them, as text.
 */
#include "print.h"

PG_FUNCTION_INFO_V1(errtrack_print_stack);

/* The languages that have a form; all others are printed in the plain one. */
static const PrintForm *const forms[] = {
	&python_form, &java_form, &javascript_form, &go_form,     &ruby_form, &php_form,
	&dotnet_form, &rust_form, &native_form,     &apple_form,  &dart_form, &erlang_form,
	&perl_form,   &lua_form,  &r_form,          &kernel_form, &bsd_form,
};

/* The form of a platform. */
static const PrintForm *
find_form(Slice platform)
{
	const Language *language = platform.data ? find_language(platform) : NULL;

	for (size_t i = 0; language && i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i]->language == language)
			return forms[i];
	return &plain_form;
}

/* Is it the name that Go gives to a function within another, `func1`? */
static bool
is_go_closure(Slice name)
{
	return (take_text(&name, SLICE("func")) || take_text(&name, SLICE("deferwrap")) ||
	        take_text(&name, SLICE("gowrap"))) &&
	       count_digits(name, 0) > 0;
}

/*
 * Does name say of itself that it is in module, as `shop.Cart.total` and
 * `Shop\Cart->total` do?  Not so Go's `main.func1` in main: it is within a function
 * that has the package's name.
 */
static bool
is_qualified(Slice name, Slice module)
{
	return take_text(&name, module) && name.len > 0 && strchr(".:/#$-+\\", name.data[0]) != NULL &&
	       !is_go_closure(slice_skip(name, 1));
}

/* What qualifies name, where the form prints it and name does not say it. */
static Slice
qualifier(Slice name, Slice module, bool printed)
{
	return printed && has_text(module) && !is_qualified(name, module) ? module : NO_SLICE;
}

/* text up to its first line's end, without blanks around it. */
static Slice
only_line(Slice text)
{
	Slice line;

	return next_line(&text, &line) ? slice_trim(line) : NO_SLICE;
}

/* The text of a member, where it is an address as it is printed; otherwise nothing. */
static Slice
read_address(JsonbContainer *object)
{
	Slice address = json_member_start(object, "instruction_addr", PRINT_MAX_NAME);
	size_t digits = address.len > 2 ? count_hex_digits(address, 2) : 0;

	return slice_starts(address, SLICE("0x")) && digits > 0 && digits + 2 == address.len ? address : NO_SLICE;
}

/* Reads one frame; false where the value is none. */
static bool
read_frame(const JsonbValue *value, const PrintForm *form, PrintFrame *frame)
{
	JsonbContainer *object = json_container(value);
	Frame read;

	if (object == NULL || !JsonContainerIsObject(object))
		return false;
	frame_clear(&read);
	exceptions_read_frame(object, &read);
	memset(frame, 0, sizeof(*frame));
	frame->function = read.function;
	frame->module = qualifier(read.function, read.module, form->separator != NULL);
	frame->file = read.file;
	frame->line = read.line;
	frame->column = read.column;
	frame->library = json_member_start(object, "package", PRINT_MAX_NAME);
	frame->address = read_address(object);
	frame->source = only_line(json_member_start(object, "context_line", PRINT_MAX_NAME));
	return true;
}

/* Reads the frames of an exception, or both ends of very many. */
static void
read_frames(JsonbContainer *frames, const PrintForm *form, PrintException *exception)
{
	uint32 size = JsonContainerSize(frames), kept = Min(size, PRINT_MAX_FRAMES);

	exception->frames = palloc(sizeof(PrintFrame) * Max(kept, 1));
	for (uint32 i = 0; i < kept; i++)
	{
		/* innermost first: from the end of the array, and then from its start */
		uint32 at = i < kept - kept / 2 ? size - 1 - i : kept - 1 - i;
		JsonbValue *value = getIthJsonbValueFromContainer(frames, at);

		if (i == kept - kept / 2)
			exception->gap_at = exception->nframes;
		if (read_frame(value, form, &exception->frames[exception->nframes]))
			exception->nframes++;
		pfree(value);
	}
	exception->left_out = size - kept;
}

/* Is it the module of Python's own exceptions, or of the program, which Python does not print? */
static bool
is_unprinted(Slice module)
{
	return slice_equal(module, SLICE("builtins")) || slice_equal(module, SLICE("exceptions")) ||
	       slice_equal(module, SLICE("__main__"));
}

/* Reads one exception; false where the value is none, or holds nothing. */
static bool
read_exception(JsonbContainer *object, const PrintForm *form, PrintException *exception)
{
	JsonbContainer *mechanism, *frames;
	Slice module;

	memset(exception, 0, sizeof(*exception));
	if (object == NULL || !JsonContainerIsObject(object))
		return false;
	exception->type = json_member_start(object, "type", PRINT_MAX_NAME);
	exception->value = json_member_start(object, "value", PRINT_MAX_MESSAGE);
	module = json_member_start(object, "module", PRINT_MAX_NAME);
	exception->module = qualifier(exception->type, module,
	                              form->qualified_type && has_text(exception->type) && !is_unprinted(module));
	mechanism = json_member_container(object, "mechanism");
	if (mechanism)
		exception->while_handling =
			slice_equal(json_member_start(mechanism, "source", PRINT_MAX_NAME), SLICE("__context__"));
	frames = json_member_container(object, "stacktrace");
	frames = frames ? json_member_container(frames, "frames") : NULL;
	if (frames && JsonContainerIsArray(frames) && !JsonContainerIsScalar(frames))
		read_frames(frames, form, exception);
	return has_title(exception) || exception->nframes > 0;
}

/* Says, in the place of those in the middle, how many exceptions are left out. */
static void
tell_left_out(uint32 count, PrintException *exception)
{
	memset(exception, 0, sizeof(*exception));
	exception->value = slice_of_string(psprintf("... exceptions left out: %u ...", count));
}

/* Reads the exceptions: the reported one, then its causes, or both ends of very many; *count: how many. */
static PrintException *
read_exceptions(JsonbContainer *exceptions, const PrintForm *form, int *count)
{
	PrintException *read = palloc(sizeof(PrintException) * (PRINT_MAX_EXCEPTIONS + 1));
	uint32 size, kept;

	if (json_member_container(exceptions, "values"))
		exceptions = json_member_container(exceptions, "values");
	if (JsonContainerIsObject(exceptions))
	{
		*count = read_exception(exceptions, form, &read[0]);
		return read;
	}
	*count = 0;
	size = JsonContainerIsScalar(exceptions) ? 0 : JsonContainerSize(exceptions);
	kept = Min(size, PRINT_MAX_EXCEPTIONS);
	for (uint32 i = 0; i < kept; i++)
	{
		uint32 at = i < kept - kept / 2 ? size - 1 - i : kept - 1 - i;
		JsonbValue *value = getIthJsonbValueFromContainer(exceptions, at);

		if (i == kept - kept / 2 && size > kept)
			tell_left_out(size - kept, &read[(*count)++]);
		*count += read_exception(json_container(value), form, &read[*count]);
		pfree(value);
	}
	return read;
}

/* Prints exceptions one like the other: what stands before it, its title, its frames. */
static void
print_in_order(Printer *printer, const PrintException *exceptions, int count)
{
	const PrintForm *form = printer->form;
	const char *lead = form->lead ? form->lead : "";
	const char *cause_lead = form->cause_lead ? form->cause_lead : "Caused by: ";

	for (int n = 0; n < count; n++)
	{
		if (n > 0 || has_title(&exceptions[n]))
			print_line(printer, n > 0 ? cause_lead : lead);
		(form->title ? form->title : print_title)(printer, &exceptions[n]);
		print_frames(printer, &exceptions[n], form->frame);
	}
}

/* errtrack.print_stack(exceptions jsonb, platform text) RETURNS text */
Datum
errtrack_print_stack(PG_FUNCTION_ARGS)
{
	PrintException *exceptions;
	Printer printer = {.indent = 0};
	int count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	printer.form = find_form(PG_ARGISNULL(1) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(1)));
	exceptions = read_exceptions(&PG_GETARG_JSONB_P(0)->root, printer.form, &count);
	initStringInfo(&printer.text);
	if (count > 0)
		(printer.form->print ? printer.form->print : print_in_order)(&printer, exceptions, count);
	if (printer.full)
	{
		/* the last line may be half of one */
		while (printer.text.len > 0 && printer.text.data[printer.text.len - 1] != '\n')
			printer.text.len--;
		appendStringInfoString(&printer.text, "... the rest left out ...");
	}
	if (printer.text.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(text_of_slice((Slice){printer.text.data, printer.text.len}));
}
