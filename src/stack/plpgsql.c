/*
 * PL/pgSQL contexts.
 */
#include "stack.h"

static const char *const aliases[] = {"postgres", "postgresql", "sql", NULL};
static const char *const marks[] = {NULL};

/* Reads text; see Language. */
static void
parse_plpgsql(Slice text, Stack *stack)
{
}

/* See Language. */
static void
identify_plpgsql(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len == 0)
		*module = file_stem(frame->file);
}

const Language plpgsql_language = {"plpgsql", aliases, marks, parse_plpgsql, identify_plpgsql};
