/*
 * Printing exceptions, as SDKs report them, like a language's runtime would.
 *
 * print_stack.c reads the JSON and finds the form; print_scripts.c,
 * print_compiled.c and print_native.c have the forms, print_text.c what they
 * print with.
 */
#ifndef ERRTRACK_PRINT_H
#define ERRTRACK_PRINT_H

#include "../server.h"
#include "lib/stringinfo.h"
#include "stack.h"

/* Of more frames and exceptions than these both ends are printed, half of them each. */
#define PRINT_MAX_FRAMES 100
#define PRINT_MAX_EXCEPTIONS 50

/* Longer names, paths and source lines, and longer messages, are cut; in bytes. */
#define PRINT_MAX_NAME 2000
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

/* The text so far. */
typedef struct Printer
{
	StringInfoData text;
	int indent; /* blanks before each line */
	bool full;  /* nothing more is added */
} Printer;

/* How a language prints. */
typedef struct PrintForm
{
	const Language *language;
	/* prints the exceptions: the reported one, then its causes; count > 0 */
	void (*print)(Printer *printer, const PrintException *exceptions, int count);
	/* what stands between a module and a function; NULL: modules are not printed */
	const char *separator;
	/* an exception's module qualifies its type */
	bool qualified_type;
} PrintForm;

/* Is anything known of the exception but its frames? */
static inline bool
has_title(const PrintException *exception)
{
	return exception->type.len > 0 || exception->value.len > 0;
}

extern void print_bytes(Printer *printer, Slice s);
extern void print_string(Printer *printer, const char *s);
extern void print_number(Printer *printer, int64 number);
extern void print_name(Printer *printer, Slice name);
extern void print_message(Printer *printer, Slice message);
extern void print_line(Printer *printer, const char *start);
extern void print_title(Printer *printer, const PrintException *exception);
extern void print_function(Printer *printer, const PrintFrame *frame, const char *separator);
extern void print_file(Printer *printer, const PrintFrame *frame, const char *between);
extern void print_place(Printer *printer, const PrintFrame *frame);
extern void print_gap(Printer *printer, const PrintException *exception, int index, const char *blanks);
extern void print_gap_as(Printer *printer, const PrintException *exception, int index, const char *start,
                         const char *end);
extern int print_frame_number(const PrintException *exception, int index);
extern bool print_any_frames(const PrintException *exceptions, int count);

extern void print_python(Printer *printer, const PrintException *exceptions, int count);
extern void print_javascript(Printer *printer, const PrintException *exceptions, int count);
extern void print_ruby(Printer *printer, const PrintException *exceptions, int count);
extern void print_php(Printer *printer, const PrintException *exceptions, int count);
extern void print_perl(Printer *printer, const PrintException *exceptions, int count);
extern void print_lua(Printer *printer, const PrintException *exceptions, int count);
extern void print_r(Printer *printer, const PrintException *exceptions, int count);

extern void print_java(Printer *printer, const PrintException *exceptions, int count);
extern void print_dotnet(Printer *printer, const PrintException *exceptions, int count);
extern void print_go(Printer *printer, const PrintException *exceptions, int count);
extern void print_rust(Printer *printer, const PrintException *exceptions, int count);
extern void print_native(Printer *printer, const PrintException *exceptions, int count);
extern void print_apple(Printer *printer, const PrintException *exceptions, int count);
extern void print_dart(Printer *printer, const PrintException *exceptions, int count);
extern void print_erlang(Printer *printer, const PrintException *exceptions, int count);
extern void print_plain(Printer *printer, const PrintException *exceptions, int count);

#endif /* ERRTRACK_PRINT_H */
