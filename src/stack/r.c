/*
 * R tracebacks.
 */
#include "stack.h"

static const char *const aliases[] = {NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_r(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_r(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language r_language = {"r", aliases, marks, parse_r, identify_r};
