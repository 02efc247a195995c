/*
 * Dart and Flutter stack traces.
 */
#include "stack.h"

static const char *const aliases[] = {"flutter", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_dart(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_dart(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language dart_language = {"dart", aliases, marks, parse_dart, identify_dart};
