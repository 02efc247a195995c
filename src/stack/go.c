/*
 * Go panics and goroutine dumps.
 */
#include "stack.h"

static const char *const aliases[] = {"golang", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_go(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_go(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language go_language = {"go", aliases, marks, parse_go, identify_go};
