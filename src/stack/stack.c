/*
 * Reading stack traces: the table of languages, and what their parsers share.
 */
#include "stack.h"

/*
 * The languages, the strictest first: where nobody says which it is, the first
 * one that reads a trace in the text has it.
 */
static const StackParser *const parsers[] = {
	&python_parser,
	&java_parser,
	&javascript_parser,
};

#define NPARSERS (sizeof(parsers) / sizeof(parsers[0]))

/* Makes *stack empty; what is added to it comes from allocator. */
void
stack_init(Stack *stack, Allocator allocator)
{
	memset(stack, 0, sizeof(*stack));
	stack->allocator = allocator;
}

/* Makes room for one more element: arrays double, and the old ones are left to the allocator's owner. */
static void *
grow(Stack *stack, void *old, int used, int *size, size_t element)
{
	int new_size = *size == 0 ? 16 : *size * 2;
	void *grown = stack->allocator.alloc(stack->allocator.context, new_size * element);

	if (used > 0)
		memcpy(grown, old, used * element);
	*size = new_size;
	return grown;
}

/* Adds an empty exception; the pointer holds until the next one is added. */
Exception *
stack_add_exception(Stack *stack)
{
	Exception *exception;

	if (stack->nexceptions == stack->exceptions_size)
		stack->exceptions =
			grow(stack, stack->exceptions, stack->nexceptions, &stack->exceptions_size, sizeof(Exception));
	exception = &stack->exceptions[stack->nexceptions++];
	memset(exception, 0, sizeof(*exception));
	return exception;
}

/* Adds an empty frame; NULL, and stack->cut, where there are too many already. */
Frame *
stack_add_frame(Stack *stack, Exception *exception)
{
	Frame *frame;

	if (stack->total_frames >= STACK_MAX_FRAMES)
	{
		stack->cut = true;
		return NULL;
	}
	if (exception->nframes == exception->frames_size)
		exception->frames =
			grow(stack, exception->frames, exception->nframes, &exception->frames_size, sizeof(Frame));
	frame = &exception->frames[exception->nframes++];
	memset(frame, 0, sizeof(*frame));
	stack->total_frames++;
	return frame;
}

/* For languages that print the cause first. */
void
stack_reverse_exceptions(Stack *stack)
{
	for (int i = 0, j = stack->nexceptions - 1; i < j; i++, j--)
	{
		Exception swap = stack->exceptions[i];

		stack->exceptions[i] = stack->exceptions[j];
		stack->exceptions[j] = swap;
	}
}

/* For languages that print the innermost frame last. */
void
exception_reverse_frames(Exception *exception)
{
	for (int i = 0, j = exception->nframes - 1; i < j; i++, j--)
	{
		Frame swap = exception->frames[i];

		exception->frames[i] = exception->frames[j];
		exception->frames[j] = swap;
	}
}

/* Takes the last line from *rest; false where nothing is left. */
static bool
previous_line(Slice *rest, Slice *line)
{
	ptrdiff_t end;

	if (rest->len == 0)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (rest->data[rest->len - 1] == '\n')
		rest->len--;
	end = slice_find_last_char(*rest, '\n');
	*line = slice_skip(*rest, end + 1);
	rest->len = end + 1;
	return true;
}

/*
 * Finds what names an exception in the lines above its first frame.  A value
 * may have several lines, and other text may stand above it, so lines are
 * offered to "read" from the last to the first: once strictly, then loosely.
 * What follows the line that it takes belongs to the value.  False where it
 * takes none.
 */
bool
read_heading(Slice lines, bool (*read)(Slice line, bool strict, Exception *exception), Exception *exception)
{
	for (int strict = 1; strict >= 0; strict--)
	{
		Slice rest = lines, line;

		while (previous_line(&rest, &line))
		{
			if (!read(slice_trim(line), strict, exception))
				continue;
			exception->value.len = lines.data + lines.len - exception->value.data;
			exception->value = slice_trim_lines(exception->value);
			return true;
		}
	}
	return false;
}

/* The parser for a platform's name, or NULL. */
static const StackParser *
find_parser(Slice platform)
{
	for (size_t i = 0; i < NPARSERS; i++)
	{
		if (slice_equal(platform, (Slice){parsers[i]->platform, strlen(parsers[i]->platform)}))
			return parsers[i];
		for (const char *const *alias = parsers[i]->aliases; *alias; alias++)
			if (slice_equal(platform, (Slice){*alias, strlen(*alias)}))
				return parsers[i];
	}
	return NULL;
}

/* The language that a platform's name stands for ('node' is 'javascript'), or NULL. */
const char *
platform_canonical(Slice platform)
{
	const StackParser *parser = find_parser(platform);

	return parser ? parser->platform : NULL;
}

/* Lets one parser try; false, and stack empty, where it finds no trace. */
static bool
try_parser(const StackParser *parser, Slice text, Stack *stack)
{
	stack_init(stack, stack->allocator);
	parser->parse(text, stack);
	if (stack->nexceptions == 0)
		return false;
	stack->platform = parser->platform;
	return true;
}

/*
 * Reads text into *stack (made with stack_init).  The platform's own parser is
 * asked first; where there is none, or it finds nothing, the others in turn.
 * False where text holds no trace that any of them reads.
 */
bool
stack_parse(Slice text, Slice platform, Stack *stack)
{
	const StackParser *named = platform.data ? find_parser(platform) : NULL;

	if (named && try_parser(named, text, stack))
		return true;
	for (size_t i = 0; i < NPARSERS; i++)
		if (parsers[i] != named && try_parser(parsers[i], text, stack))
			return true;
	stack_init(stack, stack->allocator);
	return false;
}
