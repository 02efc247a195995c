/*
 * Rust panics and backtraces.
 */
#include "stack.h"

static const char *const aliases[] = {NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_rust(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_rust(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language rust_language = {"rust", aliases, marks, parse_rust, identify_rust};
