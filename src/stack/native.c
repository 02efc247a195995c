/*
 * C and C++ backtraces.  A text may hold several stacks: the one that failed,
 * where the memory was allocated, other threads.  Each is read, and the one
 * with the best claim to have failed is kept.
 *
 *   ==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020…
 *   READ of size 4 at 0x6020… thread T0
 *       #0 0x4f6b78 in shop::total(int) /srv/shop.cc:12:7
 *       #1 0x4f6c08 in main /srv/shop.cc:20:3
 *   freed by thread T0 here:
 *       …
 */
#include "native.h"

static const char *const aliases[] = {"c",        "cpp",      "cxx",      "c++", "objc",
                                      "minidump", "breakpad", "crashpad", NULL};
static const char *const marks[] = {"0x",
                                    " 0# ",
                                    "#0  ",
                                    "#1  ",
                                    "#2  ",
                                    "frame #",
                                    "terminate called ",
                                    "terminating ",
                                    ": Assertion `",
                                    "Assertion failed: ",
                                    "ssertion \"",
                                    "assertion failed: ",
                                    ": runtime error: ",
                                    "# Fatal error in ",
                                    "*** ",
                                    "ree()",
                                    "heck failed: ",
                                    " pc ",
                                    "Source \"",
                                    "double free or",
                                    "corrupted ",
                                    "alloc(): ",

                                    NULL};

/* What the claim of a stack with names is at least. */
#define NAMED_RANK 10

/* A frame of gdb may be wrapped to so many lines. */
#define WRAPPED_LINES 40

typedef struct Reader
{
	Stack *stack;
	NativeShape shape; /* of the stack being read, NATIVE_NONE between stacks */
	int32_t number;    /* of its last frame */
	int strong;        /* frames that are evidence by themselves */
	int named;         /* frames with a name */
	int empty;         /* frames that tell an address only */
	bool gap;          /* other text stands below its last frame */
	bool source;       /* its last frame has no source yet, which may follow */
	NativeHead head;   /* what was said above it */
	NativeHead next;   /* what was said since */
	NativeHead reason; /* why the program aborted */
	NativeHead alone;  /* what happened at a place, of which no stack may follow */
	int rank;          /* of the stack kept so far */
	bool crashed;      /* the stack of what was reported last is read: what follows belongs to it */
	Slice thread;      /* the one that crashed */
	Slice thread_id;   /* likewise, as the system numbers it */
} Reader;

/* The index of the stack that is kept, and of the one being read. */
enum
{
	KEPT,
	READ
};

/* Are a and b printed alike? */
static bool
same_frame(const Frame *a, const Frame *b)
{
	return slice_equal(a->function, b->function) && slice_equal(a->file, b->file) && a->line == b->line;
}

/* Do most of its frames have names? */
static bool
is_named(const Reader *reader)
{
	return reader->named > 0 && reader->named >= reader->empty;
}

/* The claim of the stack just read: one without names tells little, one of elsewhere nothing. */
static int
rank_of(const Reader *reader)
{
	if (reader->head.kind == NATIVE_ELSEWHERE || (reader->crashed && reader->head.kind == NATIVE_NO_HEAD))
		return 1;
	if (reader->head.kind == NATIVE_THREAD && reader->head.role == NATIVE_OTHER)
		return is_named(reader) ? 3 : 2;
	return (is_named(reader) ? NAMED_RANK : 4) +
	       (reader->head.kind == NATIVE_NO_HEAD ? NATIVE_PLAIN : reader->head.role);
}

/* Ends the stack being read, and keeps it if it is better than the one kept so far. */
static void
end_stack(Reader *reader)
{
	Stack *stack = reader->stack;
	Exception *read, *kept, swap;
	bool again;
	int rank;

	if (reader->shape == NATIVE_NONE)
		return;
	reader->shape = NATIVE_NONE;
	read = &stack->exceptions[READ];
	read->type = reader->head.type;
	read->value = reader->head.value;
	if (reader->head.reversed)
		exception_reverse_frames(read);
	rank = rank_of(reader);
	if (read->nframes == 0 || (reader->strong == 0 && (reader->head.kind == NATIVE_NO_HEAD ||
	                                                   reader->head.kind == NATIVE_ELSEWHERE)))
		rank = 0;
	if (rank > 0 && reader->head.role == NATIVE_CRASHED)
		reader->crashed = true;
	kept = &stack->exceptions[KEPT];
	/* where it stops, gdb shows one frame, and the others when it is asked to */
	again =
		rank > 0 && kept->nframes == 1 && read->nframes > 1 && same_frame(&kept->frames[0], &read->frames[0]);
	if (again && read->type.len == 0)
	{
		read->type = kept->type;
		read->value = kept->value;
	}
	if (rank > reader->rank || again)
	{
		reader->rank = rank > reader->rank ? rank : reader->rank;
		swap = stack->exceptions[KEPT];
		stack->exceptions[KEPT] = *read;
		*read = swap;
	}
	stack->total_frames = stack->exceptions[KEPT].nframes;
}

/* Begins a stack of this shape. */
static void
begin_stack(Reader *reader, NativeShape shape)
{
	end_stack(reader);
	reader->shape = shape;
	reader->strong = reader->named = reader->empty = 0;
	reader->gap = reader->source = false;
	reader->head = reader->next;
	memset(&reader->next, 0, sizeof(reader->next));
	reader->stack->exceptions[READ].nframes = 0;
}

/* Does frame belong to another stack than the one being read? */
static bool
begins_stack(const Reader *reader, const NativeFrame *frame)
{
	const Exception *read = &reader->stack->exceptions[READ];

	if (frame->shape != reader->shape || reader->next.kind != NATIVE_NO_HEAD)
		return true;
	if (frame->shape == NATIVE_VALGRIND)
		return frame->number == 0;
	if (frame->number == NO_POSITION)
		return reader->gap;
	if (reader->head.reversed)
		return frame->number > reader->number;
	/* where gdb stops it shows the first frame, and again with the others */
	if (frame->number == 0 && reader->number == 0 && read->nframes == 1)
		return same_frame(&read->frames[0], &frame->frame);
	return frame->number < reader->number;
}

/* Adds a frame to the stack being read. */
static void
take_frame(Reader *reader, const NativeFrame *frame)
{
	Exception *exception;

	if (reader->shape == NATIVE_NONE || begins_stack(reader, frame))
		begin_stack(reader, frame->shape);
	exception = &reader->stack->exceptions[READ];
	if (frame->number != NO_POSITION)
		reader->number = frame->number;
	reader->gap = false;
	reader->strong += !frame->weak;
	reader->empty += frame->empty;
	if (frame->empty)
		return;
	reader->named += native_has_name(&frame->frame);
	if (frame->source && reader->source && frame->number == NO_POSITION)
	{
		exception->frames[exception->nframes - 1] = frame->frame;
		reader->source = false;
		return;
	}
	reader->source = stack_put_frame(reader->stack, exception, &frame->frame) &&
	                 frame->shape == NATIVE_BACKWARD && !frame->source;
}

/* Does the heading of a thread's stack name the one that crashed? */
static bool
is_crashed_thread(const Reader *reader, Slice line, Slice number)
{
	return (reader->thread.len > 0 && slice_equal(reader->thread, number)) ||
	       (reader->thread_id.len > 0 && slice_find(line, reader->thread_id) > 0);
}

/* Takes a line that tells what happened, or of which thread the next stack is. */
static void
take_head(Reader *reader, Slice line, const NativeHead *head)
{
	switch (head->kind)
	{
		case NATIVE_EVENT:
			reader->crashed = false;
			if (head->has_place && reader->alone.kind == NATIVE_NO_HEAD)
				reader->alone = *head;
			if (head->thread.len > 0)
				reader->thread = head->thread;
			/* a signal's number says less than what was said before it of the same stack */
			if (reader->next.kind != NATIVE_EVENT || head->role >= reader->next.role)
				reader->next = *head;
			break;
		case NATIVE_REASON:
			if (reader->reason.kind == NATIVE_NO_HEAD)
				reader->reason = *head;
			else if (reader->reason.has_place && reader->reason.value.len == 0 && !head->has_place)
			{
				/* `# Fatal error in …`, and what it was */
				reader->reason.type = head->type;
				reader->reason.value = head->value;
			}
			break;
		case NATIVE_WHAT:
			if (reader->reason.kind == NATIVE_REASON && reader->reason.value.len == 0)
				reader->reason.value = head->value;
			break;
		case NATIVE_CRASH_THREAD:
			if (slice_starts(head->thread, SLICE("LWP ")))
				reader->thread_id = head->thread;
			else
				reader->thread = head->thread;
			break;
		case NATIVE_THREAD:
			if (head->role == NATIVE_CRASHED || is_crashed_thread(reader, line, head->thread))
			{
				/* what happened to it was said before */
				if (reader->next.kind != NATIVE_EVENT)
					reader->next = *head;
				reader->next.role = NATIVE_CRASHED;
				reader->crashed = false;
			}
			else if (reader->next.kind != NATIVE_EVENT || reader->rank > 0 || reader->thread.len > 0 ||
			         reader->thread_id.len > 0)
				reader->next = *head;
			break;
		case NATIVE_STACK_FOLLOWS:
			if (reader->next.kind == NATIVE_NO_HEAD)
			{
				reader->next = *head;
				reader->next.role = NATIVE_HEADED;
			}
			reader->next.reversed = head->reversed;
			break;
		case NATIVE_ELSEWHERE:
			reader->next = *head;
			break;
		case NATIVE_NO_HEAD:
			break;
	}
}

/* Takes a line that is no frame. */
static void
take_line(Reader *reader, Slice line)
{
	NativeHead head;

	reader->gap = true;
	if (native_read_head(line, &head))
	{
		take_head(reader, line, &head);
		return;
	}
	/* no stack did follow */
	if (reader->next.kind == NATIVE_STACK_FOLLOWS)
		reader->next.kind = NATIVE_NO_HEAD;
	/* V8's message below `# Fatal error in …` */
	if (reader->reason.has_place && reader->reason.value.len == 0 && line.len > 2 &&
	    slice_starts(line, SLICE("# ")))
		reader->reason.value = slice_skip(line, 2);
}

/* How much deeper in parentheses is the end of line than its start? */
static int
count_open(Slice line)
{
	int open = 0;

	for (size_t i = 0; i < line.len; i++)
		open += line.data[i] == '(' ? 1 : line.data[i] == ')' ? -1 : 0;
	return open;
}

/* Adds to line, a frame of gdb, the lines to which it was wrapped. */
static Slice
unwrap(Slice line, Slice *text)
{
	int open = count_open(line);

	for (int n = 0; n < WRAPPED_LINES; n++)
	{
		Slice rest = *text, next, trimmed;
		bool place;

		if (!next_line(&rest, &next))
			break;
		trimmed = slice_trim(next);
		if (trimmed.len == 0 || trimmed.data == next.data || trimmed.data[0] == '#')
			break;
		place = slice_starts(trimmed, SLICE("at ")) || slice_starts(trimmed, SLICE("from "));
		if (slice_starts(trimmed, SLICE("at 0x")) || (!place && open <= 0))
			break;
		line.len = trimmed.data + trimmed.len - line.data;
		*text = rest;
		open += count_open(trimmed);
		if (place && open <= 0)
			break;
	}
	return line;
}

/* What no stack followed: an exception that has a place or only a message. */
static void
keep_alone(Reader *reader)
{
	const NativeHead *head = reader->reason.suffices ? &reader->reason : &reader->alone;
	Exception *exception = &reader->stack->exceptions[KEPT];

	exception->nframes = 0;
	reader->stack->total_frames = 0;
	exception->type = head->type;
	exception->value = head->value;
	if (head->has_place)
		stack_put_frame(reader->stack, exception, &head->place);
}

/* Reads text; see Language. */
static void
parse_native(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	stack_add_exception(stack);
	stack_add_exception(stack);
	while (next_line(&text, &line))
	{
		NativeFrame frame;

		line = slice_trim(line);
		if (line.len == 0)
			continue;
		if (line.data[0] == '#' && line.len > 1 && is_digit(line.data[1]))
			line = unwrap(line, &text);
		if (native_read_frame(line, reader.next.kind != NATIVE_NO_HEAD, reader.shape, stack->allocator,
		                      &frame))
			take_frame(&reader, &frame);
		else
			take_line(&reader, line);
	}
	end_stack(&reader);

	stack->nexceptions = 1;
	if (reader.rank >= NAMED_RANK || (reader.rank > 0 && !reader.reason.has_place && !reader.alone.has_place))
	{
		Exception *kept = &stack->exceptions[KEPT];

		if (reader.reason.kind != NATIVE_NO_HEAD && native_is_abort(kept->type))
		{
			kept->type = reader.reason.type;
			kept->value = reader.reason.value;
		}
	}
	else if (reader.reason.suffices || reader.alone.kind != NATIVE_NO_HEAD)
		keep_alone(&reader);
	else
		stack->nexceptions = 0;
	if (stack->nexceptions > 0 && (stack->exceptions[KEPT].value.len == 0 ||
	                               slice_equal(stack->exceptions[KEPT].value, stack->exceptions[KEPT].type)))
		stack->exceptions[KEPT].value = NO_SLICE;
	if (stack->nexceptions > 0 && stack->exceptions[KEPT].type.len == 0)
		stack->exceptions[KEPT].type = NO_SLICE;
}

const Language native_language = {
	"native", aliases, marks, parse_native, native_identify, .without_caller = true, .without_class = true};
