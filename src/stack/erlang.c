/*
 * Erlang and Elixir stack traces.
 */
#include "stack.h"

static const char *const aliases[] = {"elixir", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_erlang(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_erlang(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language erlang_language = {"erlang", aliases, marks, parse_erlang, identify_erlang};
