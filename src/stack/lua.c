/*
 * Lua tracebacks.
 */
#include "stack.h"

static const char *const aliases[] = {NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_lua(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_lua(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language lua_language = {"lua", aliases, marks, parse_lua, identify_lua};
