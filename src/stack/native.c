/*
 * C and C++ backtraces: gdb, glibc, sanitizers, libunwind.
 */
#include "stack.h"

static const char *const aliases[] = {"c", "cpp", "cxx", "c++", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_native(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_native(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language native_language = {"native", aliases, marks, parse_native, identify_native};
