/*
 * PHP stack traces.
 */
#include "stack.h"

static const char *const aliases[] = {"laravel", "symfony", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_php(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_php(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language php_language = {"php", aliases, marks, parse_php, identify_php};
