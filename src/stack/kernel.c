/*
 * Linux kernel oopses.
 */
#include "stack.h"

static const char *const aliases[] = {"linux", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_kernel(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_kernel(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language kernel_language = {"kernel", aliases, marks, parse_kernel, identify_kernel};
