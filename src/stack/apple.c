/*
 * Swift, Objective-C and Apple crash text.
 */
#include "stack.h"

static const char *const aliases[] = {"cocoa", "swift", "objc", "objective-c", "ios", "macos", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_apple(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_apple(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language apple_language = {"apple", aliases, marks, parse_apple, identify_apple};
