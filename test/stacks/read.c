/*
 * Shows what is read in the stack trace on standard input, without a server:
 *
 *   platform java
 *   exception shop.CartException: no total
 *     shop.Cart.total | shop.Cart | Cart.java | 12 |  => shop.Cart . total
 *
 * A frame's line has its function, module, file, line and column, and after the
 * arrow the module and the function that identify its code; "~" stands for what
 * is not there, "\n" for a line's end.  An argument names the platform.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../src/stack/stack.h"

/* Memory is given back at the end of the process. */
static void *
allocate(void *context, size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL)
		exit(2);
	return memory;
}

/* Reads standard input into an exact allocation, so that a sanitizer sees what is read behind its end. */
static Slice
read_input(void)
{
	size_t size = 1 << 16, used = 0, n;
	char *buffer = malloc(size), *exact;

	while ((n = fread(buffer + used, 1, size - used, stdin)) > 0)
	{
		used += n;
		if (used == size)
			buffer = realloc(buffer, size *= 2);
	}
	exact = malloc(used > 0 ? used : 1);
	memcpy(exact, buffer, used);
	free(buffer);
	return (Slice){exact, used};
}

/* Prints text on one line. */
static void
show_text(Slice s)
{
	if (s.data == NULL)
		putchar('~');
	for (size_t i = 0; i < s.len; i++)
	{
		if (s.data[i] == '\n')
			fputs("\\n", stdout);
		else
			putchar(s.data[i]);
	}
}

/* Prints a line or a column. */
static void
show_position(int32_t position)
{
	if (position == NO_POSITION)
		fputs(" | ~", stdout);
	else
		printf(" | %d", position);
}

/* Prints a frame. */
static void
show_frame(const Stack *stack, const Frame *frame)
{
	Slice module, function;

	fputs("  ", stdout);
	show_text(frame->function);
	fputs(" | ", stdout);
	show_text(frame->module);
	fputs(" | ", stdout);
	show_text(frame->file);
	show_position(frame->line);
	show_position(frame->column);
	frame_identify(stack->language, frame, stack->allocator, &module, &function);
	fputs(" => ", stdout);
	show_text(module);
	fputs(" . ", stdout);
	show_text(function);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	Stack stack;
	Slice text = read_input();

	stack_init(&stack, (Allocator){allocate, NULL});
	stack_parse(text, argc > 1 ? slice_of_string(argv[1]) : NO_SLICE, &stack);
	printf("platform %s\n", stack.language ? stack.language->platform : "~");
	for (int e = 0; e < stack.nexceptions; e++)
	{
		fputs("exception ", stdout);
		show_text(stack.exceptions[e].type);
		fputs(": ", stdout);
		show_text(stack.exceptions[e].value);
		putchar('\n');
		for (int f = 0; f < stack.exceptions[e].nframes; f++)
			show_frame(&stack, &stack.exceptions[e].frames[f]);
	}
	return 0;
}
