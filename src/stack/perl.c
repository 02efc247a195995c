/*
 * Perl messages and Carp backtraces.
 */
#include "stack.h"

static const char *const aliases[] = {NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_perl(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_perl(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language perl_language = {"perl", aliases, marks, parse_perl, identify_perl};
