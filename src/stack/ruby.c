/*
 * Ruby backtraces.
 */
#include "stack.h"

static const char *const aliases[] = {"jruby", "rails", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_ruby(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_ruby(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language ruby_language = {"ruby", aliases, marks, parse_ruby, identify_ruby};
