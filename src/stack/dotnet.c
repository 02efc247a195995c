/*
 * .NET stack traces.
 */
#include "stack.h"

static const char *const aliases[] = {"csharp", "fsharp", "vb", "mono", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_dotnet(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_dotnet(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language dotnet_language = {"dotnet", aliases, marks, parse_dotnet, identify_dotnet};
