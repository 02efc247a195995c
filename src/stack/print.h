/*
 * Printing exceptions, as SDKs report them, like a language's runtime would.
 *
 * print_stack.c reads the JSON and finds the form; print_scripts.c,
 * print_compiled.c and print_native.c have the forms, print_text.c what they
 * print with.
 */
#ifndef ERRTRACK_PRINT_H
#define ERRTRACK_PRINT_H

#include "exceptions.h"
#include "lib/stringinfo.h"

/* Of more frames and exceptions than these both ends are printed, half of them each. */
#define PRINT_MAX_FRAMES 100
#define PRINT_MAX_EXCEPTIONS 50

/* Longer names, paths and source lines, and longer messages, are cut; in bytes. */
#define PRINT_MAX_NAME EXCEPTIONS_MAX_NAME
#define PRINT_MAX_MESSAGE 16384

/* The whole text ends after so many bytes, and a line that says so. */
#define PRINT_MAX_TEXT (1024 * 1024)

/* One frame. */
typedef struct PrintFrame
{
	Slice module; /* as in Frame; nothing where the function's name begins with it already */
	Slice function;
	Slice file;
	int32_t line;
	int32_t column;
	Slice library; /* of compiled code */
	Slice address; /* likewise, in hexadecimal, with 0x */
	Slice source;  /* the line of source text */
} PrintFrame;

/* One exception. */
typedef struct PrintException
{
	Slice module; /* what qualifies its type, where the language prints that */
	Slice type;
	Slice value;
	bool while_handling; /* no cause: it was being handled when the one that follows was raised */
	PrintFrame *frames;  /* innermost first */
	int nframes;
	int left_out; /* so many frames, behind the first gap_at ones */
	int gap_at;
} PrintException;

struct PrintForm;

/* The text so far. */
typedef struct Printer
{
	StringInfoData text;
	const struct PrintForm *form;
	int indent; /* blanks before each line */
	bool full;  /* nothing more is added */
} Printer;

/* Prints the frame at this index of an exception's. */
typedef void (*PrintFrameFunction)(Printer *printer, const PrintException *exception, int index);

/* How a language prints. */
typedef struct PrintForm
{
	const Language *language;
	/* what stands between a module and a function; NULL: modules are not printed */
	const char *separator;
	/* an exception's module qualifies its type */
	bool qualified_type;
	/* what stands before and behind the number of frames that are left out */
	const char *gap, *gap_end;
	/*
	 * Prints all: the reported exception, then its causes; count > 0.  NULL: they are
	 * printed one like the other, by what follows.
	 */
	void (*print)(Printer *printer, const PrintException *exceptions, int count);
	/* what stands before the reported exception, and before a cause; NULL: nothing, `Caused by: ` */
	const char *lead, *cause_lead;
	/* prints what stands above the frames; NULL: print_title() */
	void (*title)(Printer *printer, const PrintException *exception);
	PrintFrameFunction frame;
} PrintForm;

/* The gap of languages that have no words for it, behind these blanks. */
#define PRINT_GAP(blanks) .gap = blanks "... frames left out: ", .gap_end = " ..."

/* Is anything known of the exception but its frames? */
static inline bool
has_title(const PrintException *exception)
{
	return exception->type.len > 0 || exception->value.len > 0;
}

/* Is there anything to print below its title: frames, or how many are left out? */
static inline bool
has_frames(const PrintException *exception)
{
	return exception->nframes > 0 || exception->left_out > 0;
}

extern void print_string(Printer *printer, const char *s);
extern void print_number(Printer *printer, int64 number);
extern void print_name(Printer *printer, Slice name);
extern void print_message(Printer *printer, Slice message);
extern void print_line(Printer *printer, const char *start);
extern void print_title(Printer *printer, const PrintException *exception);
extern void print_function(Printer *printer, const PrintFrame *frame);
extern void print_file(Printer *printer, const PrintFrame *frame, const char *between);
extern void print_place(Printer *printer, const PrintFrame *frame);
extern void print_gap(Printer *printer, const PrintException *exception, int index);
extern void print_frames(Printer *printer, const PrintException *exception, PrintFrameFunction frame);
extern int print_frame_number(const PrintException *exception, int index);
extern bool print_any_frames(const PrintException *exceptions, int count);

extern const PrintForm python_form;
extern const PrintForm javascript_form;
extern const PrintForm ruby_form;
extern const PrintForm php_form;
extern const PrintForm perl_form;
extern const PrintForm lua_form;
extern const PrintForm r_form;

extern const PrintForm java_form;
extern const PrintForm dotnet_form;
extern const PrintForm go_form;
extern const PrintForm rust_form;
extern const PrintForm dart_form;
extern const PrintForm erlang_form;
extern const PrintForm kernel_form;
extern const PrintForm bsd_form;
extern const PrintForm plain_form;

extern const PrintForm native_form;
extern const PrintForm apple_form;

#endif /* ERRTRACK_PRINT_H */
