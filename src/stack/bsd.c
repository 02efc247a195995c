/*
 * BSD panics.
 */
#include "stack.h"

static const char *const aliases[] = {"freebsd", "openbsd", "netbsd", "darwin", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_bsd(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_bsd(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language bsd_language = {"bsd", aliases, marks, parse_bsd, identify_bsd};
