/*
 * How the tools of C, C++, Swift and Objective-C print crashes and exceptions.
 */
#include "print.h"

/*
 * Appends a frame of compiled code as gdb does: `#1  0x4f6b78 in total(int) () at
 * /srv/shop.cc:12`, `… from libc.so.6`.
 */
static void
print_native_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	bool placed = frame->file.len > 0 && frame->line != NO_POSITION;
	Slice library = frame->library.len > 0 ? frame->library : frame->file;

	print_line(printer, "#");
	print_number(printer, print_frame_number(exception, index));
	print_string(printer, "  ");
	print_name(printer, frame->address);
	print_string(printer, frame->address.len > 0 ? " in " : "");
	print_name(printer, frame->function.len > 0 ? frame->function : SLICE("??"));
	if (!slice_equal(frame->function, SLICE("<signal handler called>")))
		print_string(printer, " ()");
	if (placed)
	{
		print_string(printer, " at ");
		print_place(printer, frame);
	}
	else if (library.len > 0)
	{
		print_string(printer, " from ");
		print_name(printer, library);
	}
}

/* Appends what the tool that found it says of a crash in C or C++: a sanitizer, gdb, or the C++ runtime. */
static void
print_native_title(Printer *printer, const PrintException *exception)
{
	if (slice_find(exception->value, SLICE("Sanitizer: ")) > 0 ||
	    slice_starts(exception->value, SLICE("libFuzzer: ")))
		print_string(printer, "ERROR: ");
	/* what is looked for must be short, or it takes time without end */
	if (exception->type.len > 0 && exception->type.len <= 200 &&
	    slice_find(slice_clip(exception->value, PRINT_MAX_MESSAGE), exception->type) >= 0)
		print_message(printer, exception->value);
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

/* Crashes and exceptions of C and C++.  Causes are errtrack's own addition. */
const PrintForm native_form = {
	.language = &native_language, PRINT_GAP(""), .title = print_native_title, .frame = print_native_frame};

/* The place of the innermost frame that is in Swift, where a check of Swift's failed; NULL: none has one. */
static const PrintFrame *
find_swift_place(const PrintException *exception)
{
	for (int i = 0; i < exception->nframes; i++)
		if (exception->frames[i].line != NO_POSITION &&
		    slice_ends(exception->frames[i].file, SLICE(".swift")))
			return &exception->frames[i];
	return NULL;
}

/* Is it a check of Swift's that failed? */
static bool
is_swift_check(Slice type)
{
	return slice_equal(type, SLICE("Fatal error")) || slice_equal(type, SLICE("Assertion failed")) ||
	       slice_equal(type, SLICE("Precondition failed"));
}

/*
 * Appends what Swift's runtime, Objective-C's and a crash report say of a crash,
 * and what they say above its frames.
 */
static void
print_apple_title(Printer *printer, const PrintException *exception)
{
	const PrintFrame *place = find_swift_place(exception);

	if (slice_starts(exception->type, SLICE("NS")))
	{
		print_string(printer, "*** Terminating app due to uncaught exception '");
		print_name(printer, exception->type);
		print_string(printer, "', reason: '");
		print_message(printer, exception->value);
		print_string(printer, "'");
		if (has_frames(exception))
			print_line(printer, "*** First throw call stack:");
	}
	else if (slice_starts(exception->type, SLICE("EXC_")))
	{
		print_string(printer, "Exception Type:  ");
		print_name(printer, exception->type);
		if (exception->value.len > 0)
		{
			print_line(printer, "Exception Subtype: ");
			print_message(printer, exception->value);
		}
		print_line(printer, "");
		/* which thread it was is not known; whatever reads such text wants a number */
		print_line(printer, "Thread 0 Crashed:");
	}
	else if (exception->type.len > 0 && slice_starts(exception->value, exception->type) &&
	         slice_find(exception->value, SLICE(" at 0x")) > 0)
	{
		print_string(printer, "*** Program crashed: ");
		print_message(printer, exception->value);
		print_string(printer, " ***");
	}
	else
	{
		if (is_swift_check(exception->type) && place)
		{
			print_file(printer, place, ":");
			print_string(printer, ": ");
		}
		print_title(printer, exception);
	}
}

/*
 * Appends a frame as Swift's runtime prints it, `0 0x4f6b78 total(of:) in shop at
 * /srv/Cart.swift:12:9`, or, where the file is not a whole path, as a crash report
 * does, `0   shop   0x4f6b78 total(of:) (Cart.swift:12)`; without an address as
 * gdb does.
 */
static void
print_apple_frame(Printer *printer, const PrintException *exception, int index)
{
	const PrintFrame *frame = &exception->frames[index];
	bool relative = frame->file.len > 0 && frame->file.data[0] != '/' && frame->library.len > 0;

	if (frame->address.len == 0)
	{
		print_native_frame(printer, exception, index);
		return;
	}
	print_line(printer, "");
	print_number(printer, print_frame_number(exception, index));
	if (relative)
	{
		print_string(printer, "   ");
		print_name(printer, frame->library);
		print_string(printer, "  ");
	}
	print_string(printer, " ");
	print_name(printer, frame->address);
	print_string(printer, " ");
	print_name(printer, frame->function.len > 0 ? frame->function : SLICE("<unknown>"));
	if (frame->library.len > 0 && !relative)
	{
		print_string(printer, " in ");
		print_name(printer, frame->library);
	}
	if (frame->file.len == 0)
		return;
	print_string(printer, relative ? " (" : " at ");
	if (relative)
		print_file(printer, frame, ":");
	else
		print_place(printer, frame);
	print_string(printer, relative ? ")" : "");
}

/* Crashes and exceptions of Swift and Objective-C.  Causes are errtrack's own addition. */
const PrintForm apple_form = {
	.language = &apple_language, PRINT_GAP(""), .title = print_apple_title, .frame = print_apple_frame};
