/*
 * .NET stack traces, of all its runtimes: the reported exception is named
 * first, the frames of what it wraps come first.
 *
 *   Unhandled exception. Shop.CartException: no total
 *    ---> System.FormatException: The input string 'x' was not in a correct format.
 *      at System.Number.ThrowFormatException(ReadOnlySpan`1 value)
 *      at Shop.Price.Parse(String text) in /srv/shop/Price.cs:line 7
 *      --- End of inner exception stack trace ---
 *      at Shop.Cart.Total(String sku) in /srv/shop/Cart.cs:line 12
 */
#include "dotnet.h"

static const char *const aliases[] = {"csharp", "fsharp", "vb",         "vbnet", "net",     ".net",
                                      "mono",   "aspnet", "aspnetcore", "unity", "xamarin", NULL};
static const char *const marks[] = {
	"at ", "System.", "Microsoft.", "()", ".cs:", ".vb:", ".fs:", "nhandled ", "---> ", NULL};

/* Exceptions wrapped deeper, and more of them in one trace, are passed over. */
#define MAX_DEPTH 256
#define MAX_EXCEPTIONS 1000

/* So many lines that only look like a frame are read past. */
#define MAX_FALSE_STARTS 100

/* An exception whose frames are still to come. */
typedef struct Open
{
	int exception; /* its index */
	bool numbered; /* `(Inner Exception #1)`, which ends in `<---` */
	bool wraps;    /* one that it wraps was read */
} Open;

typedef struct Reader
{
	Stack *stack;
	Open open[MAX_DEPTH]; /* the outermost first */
	int depth;
	int passed;     /* how many deeper ones are passed over */
	int headless;   /* exceptions at the start of the stack's that stand innermost first */
	int skipping;   /* within so many numbered exceptions that are told twice */
	bool in_frames; /* the last line that counts was a frame or ended an exception */
	bool unnamed;   /* Windows' event log: parameters have no names */
	bool page;      /* ASP.NET's error page: frames without "at", the cause first */
	bool unity;     /* frames as Unity writes them */
	bool placed;    /* some frame has a file */
	bool arrow;     /* a line that may name an exception has an arrow */
	int foreign;    /* lines that are frames of other languages */
	Slice heading;  /* lines since the last frame */
} Reader;

/* Adds an exception whose frames are to come next; false where there are too many. */
static bool
push(Reader *reader, const Exception *named, bool numbered)
{
	Exception *exception;

	if (reader->passed > 0 || reader->depth == MAX_DEPTH || reader->stack->nexceptions == MAX_EXCEPTIONS)
	{
		reader->passed++;
		return false;
	}
	if (reader->depth > 0)
		reader->open[reader->depth - 1].wraps = true;
	exception = stack_add_exception(reader->stack);
	exception->type = named->type;
	exception->value = named->value.len > 0 ? named->value : NO_SLICE;
	reader->open[reader->depth++] = (Open){reader->stack->nexceptions - 1, numbered, false};
	return true;
}

/*
 * The innermost open exception is complete.  Where the heading of what wraps it
 * was cut off, its frames follow all the same.
 */
static void
pop(Reader *reader)
{
	if (reader->passed > 0)
		reader->passed--;
	else if (reader->depth > 1)
		reader->depth--;
	else if (reader->depth == 1 && reader->stack->nexceptions == reader->headless + 1 &&
	         reader->stack->exceptions[0].type.data == NULL)
	{
		const Exception nameless = {{0}};

		reader->headless++;
		reader->depth = 0;
		push(reader, &nameless, false);
	}
}

/* Ends a numbered exception, and all that it wraps. */
static void
pop_numbered(Reader *reader)
{
	int depth = reader->depth;

	while (depth > 1 && !reader->open[depth - 1].numbered)
		depth--;
	reader->passed = 0;
	if (depth > 1)
		reader->depth = depth - 1;
}

/* Reads the part of a heading that an arrow points at. */
static void
take_wrapped(Reader *reader, Slice part)
{
	Exception named = {{0}};
	int32_t number = 0;
	bool numbered = dotnet_take_number(&part, &number);

	/* the first of several is the one that was told above */
	if (numbered && number == 0 && reader->depth > 0 && reader->open[reader->depth - 1].wraps)
	{
		reader->skipping = 1;
		return;
	}
	dotnet_read_type(part, false, &named);
	push(reader, &named, numbered);
}

/* Reads the lines above a frame: the exception that they name, and those that it wraps. */
static void
take_heading(Reader *reader)
{
	Slice heading = reader->heading;
	size_t behind = 0;
	ptrdiff_t arrow = heading.len > 0 ? dotnet_find_arrow(heading, &behind) : -1;

	reader->heading = NO_SLICE;
	if (reader->depth == 0)
	{
		Exception named = {{0}};
		Slice first = arrow >= 0 ? slice_range(heading, 0, arrow) : heading;

		if (first.len > 0 && read_heading(first, dotnet_read_named, &named))
		{
			named.noted_at = first.data < named.type.data ? first : NO_SLICE;
			dotnet_clean_value(&named);
		}
		push(reader, &named, false);
	}
	while (arrow >= 0 && reader->skipping == 0)
	{
		Slice part = slice_skip(heading, behind);

		arrow = dotnet_find_arrow(part, &behind);
		heading = part;
		take_wrapped(reader, arrow >= 0 ? slice_range(part, 0, arrow) : part);
	}
}

/* Adds line to the lines that may name the next exception. */
static void
add_to_heading(Reader *reader, Slice line)
{
	size_t behind;

	extend_lines(&reader->heading, line);
	reader->arrow = reader->arrow || dotnet_find_arrow(line, &behind) >= 0;
	reader->unnamed |= slice_starts(slice_trim(line), SLICE("Exception Info: "));
}

/* Adds a frame to the exception that it belongs to. */
static void
add_frame(Reader *reader, const Frame *frame)
{
	if (!reader->in_frames || reader->depth == 0)
		take_heading(reader);
	reader->in_frames = true;
	if (reader->skipping > 0 || reader->passed > 0)
		return;
	reader->placed |= frame->file.data != NULL;
	stack_put_frame(reader->stack, &reader->stack->exceptions[reader->open[reader->depth - 1].exception],
	                frame);
}

/* Is line `--- … ---`, which the .NET Framework translates? */
static bool
is_rule(Slice line)
{
	return line.len > 8 && slice_starts(line, SLICE("--- ")) && slice_ends(line, SLICE(" ---"));
}

/* Does a rule end an inner exception?  The others say where an exception was thrown again. */
static bool
ends_inner(Slice line)
{
	static const Slice words[] = {
		{"inner", 5},
		{"intern", 6}, /* German, French, Spanish, Portuguese, Dutch, Swedish … */
		{"interi", 6},
		{"\xe5\x86\x85\xe9\x83\xa8", 6},                  /* Japanese, Chinese */
		{"\xe5\x85\xa7\xe9\x83\xa8", 6},                  /* Chinese, traditional */
		{"\xeb\x82\xb4\xeb\xb6\x80", 6},                  /* Korean */
		{"\xd0\xb2\xd0\xbd\xd1\x83\xd1\x82\xd1\x80", 10}, /* Russian */
		{"wewn", 4},                                      /* Polish */
		{"vnit", 4},                                      /* Czech */
		{"\xc4\xb0\xc3\xa7 ", 5},                         /* Turkish */
		{"\xce\xb5\xcf\x83\xcf\x89\xcf\x84", 8},          /* Greek */
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_find(line, words[i]) >= 0)
			return true;
	return false;
}

/* Reads a frame in any of the forms that may stand here. */
static bool
read_frame(Reader *reader, Slice line, Frame *frame)
{
	/* all of them have parameters, or an address */
	if (slice_find_char(line, '(') < 0 && slice_find_char(line, '<') < 0)
		return false;
	if (dotnet_read_frame(line, reader->unnamed, frame))
		return true;
	if (reader->page && dotnet_read_page_frame(line, frame))
		return true;
	if (reader->depth == 0 || reader->unity)
	{
		bool bare = reader->unity || slice_starts(line, SLICE("UnityEngine.")) ||
		            slice_starts(line, SLICE("UnityEditor."));

		if (dotnet_read_unity_frame(line, bare, frame))
			return reader->unity = true;
	}
	return false;
}

/* Does line begin an exception on ASP.NET's error page: `[FormatException: Input …]`? */
static bool
begins_page(Slice line)
{
	Exception named;

	return line.len > 2 && line.data[0] == '[' && line.data[line.len - 1] == ']' &&
	       dotnet_read_type(slice_range(line, 1, line.len - 1), true, &named);
}

/* Takes what ends in `<---`, an exception of several. */
static void
take_end(Reader *reader)
{
	if (!reader->in_frames)
		take_heading(reader);
	reader->in_frames = true;
	if (reader->skipping > 0)
		reader->skipping--;
	else
		pop_numbered(reader);
}

/* What stands before a trace in the same line, without the words that only say that one follows. */
static Slice
without_label(Slice line)
{
	static const Slice labels[] = {{"StackTrace:", 11},
	                               {"Stack trace:", 12},
	                               {"Stack Trace:", 12},
	                               {"stacktrace:", 11}};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (slice_ends(line, labels[i]))
			return slice_trim(slice_range(line, 0, line.len - labels[i].len));
	return line;
}

/* Takes one line; false where the trace ends above it. */
static bool
take_line(Reader *reader, Slice line)
{
	const Slice arrow = SLICE("---> "), end = SLICE("<---");
	Slice trimmed = slice_trim(line);
	bool ends = reader->depth > 0 && slice_ends(trimmed, end);
	bool is_frame, finished = false;
	ptrdiff_t at;
	size_t behind;
	Frame frame;

	if (ends)
	{
		trimmed = slice_trim(slice_range(trimmed, 0, trimmed.len - end.len));
		line = slice_range(line, 0, trimmed.data + trimmed.len - line.data);
	}
	if (trimmed.len == 0)
		is_frame = false;
	else if ((is_frame = read_frame(reader, trimmed, &frame)))
		add_frame(reader, &frame);
	else if (is_rule(trimmed) && (reader->depth > 0 || (reader->arrow && ends_inner(trimmed))))
	{
		/* an inner exception that was never thrown has no frames above its end */
		if (!reader->in_frames)
			take_heading(reader);
		reader->in_frames = true;
		if (reader->skipping == 0 && ends_inner(trimmed))
			pop(reader);
	}
	else if (reader->depth > 0 && slice_starts(trimmed, arrow) && dotnet_find_arrow(trimmed, &behind) == 0)
	{
		if (!reader->in_frames)
			take_heading(reader);
		reader->in_frames = false;
		if (reader->skipping > 0)
		{
			reader->skipping += slice_starts(trimmed, SLICE("---> (Inner Exception #"));
			reader->in_frames = true;
		}
		else
			add_to_heading(reader, line);
	}
	else if (reader->depth == 0 && (at = slice_find(trimmed, SLICE("   at "))) > 0 &&
	         dotnet_read_frame(slice_trim(slice_skip(trimmed, at)), reader->unnamed, &frame))
	{
		/* `StackTrace:    at Shop.Cart.Total()` */
		add_to_heading(reader, without_label(slice_trim(slice_range(trimmed, 0, at))));
		add_frame(reader, &frame);
	}
	else if (begins_page(trimmed) && (reader->depth == 0 || reader->page))
	{
		reader->page = true;
		reader->depth = 0;
		reader->in_frames = false;
		reader->arrow = false;
		reader->heading = NO_SLICE;
		add_to_heading(reader, line);
	}
	else if (reader->in_frames && reader->depth <= 1 && reader->skipping == 0)
		finished = true;
	else if (!reader->in_frames)
		add_to_heading(reader, line);
	reader->foreign += !is_frame && dotnet_is_foreign(trimmed);
	if (ends)
		take_end(reader);
	return !finished;
}

/* An exception that nobody caught is one though its frames are cut off. */
static void
take_headless(Reader *reader)
{
	static const Slice labels[] = {{"Unhandled exception. ", 21},
	                               {"Unhandled Exception: ", 21},
	                               {"[ERROR] FATAL UNHANDLED EXCEPTION: ", 35}};
	Slice heading = slice_trim_lines(reader->heading);

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
	{
		Exception named;

		if (slice_starts(heading, labels[i]) &&
		    dotnet_read_type(slice_skip(heading, labels[i].len), false, &named))
		{
			take_heading(reader);
			return;
		}
	}
}

/* Is what was read enough to say that it is a trace? */
static bool
is_trace(const Reader *reader)
{
	const Stack *stack = reader->stack;

	if (stack->nexceptions == 0)
		return false;
	if (reader->placed)
		return true;
	if (stack->total_frames == 0)
		return stack->exceptions[0].type.data != NULL;
	return reader->foreign < stack->total_frames &&
	       (stack->total_frames > 1 || stack->exceptions[0].type.data != NULL);
}

/* Puts the reported exception first, and drops those of which nothing is known. */
static void
finish(Reader *reader)
{
	Stack *stack = reader->stack;
	int kept = 0, nreversed = reader->page ? stack->nexceptions : reader->headless + 1;

	if (nreversed <= stack->nexceptions)
	{
		Stack first = *stack;

		first.nexceptions = nreversed;
		stack_reverse_exceptions(&first);
	}
	for (int i = 0; i < stack->nexceptions; i++)
		if (stack->exceptions[i].nframes > 0 || stack->exceptions[i].type.data)
			stack->exceptions[kept++] = stack->exceptions[i];
	stack->nexceptions = kept;
}

/* Reads text; see Language. */
static void
parse_dotnet(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;
	int false_starts = 0;

	/* Java's frames look like these, and it costs to find out at the last line that they are not */
	if (slice_find(text, SLICE(".java:")) >= 0 && slice_find(text, SLICE(":line ")) < 0)
		return;
	while (next_line(&text, &line))
	{
		if (take_line(&reader, line))
			continue;
		if (is_trace(&reader) || ++false_starts > MAX_FALSE_STARTS)
			break;
		/* a line that only looked like a frame: the trace may still come */
		stack_init(stack, stack->allocator);
		memset(&reader, 0, sizeof(reader));
		reader.stack = stack;
		add_to_heading(&reader, line);
	}
	if (stack->nexceptions == 0)
		take_headless(&reader);
	else if (!reader.in_frames && reader.heading.len > 0)
		take_heading(&reader);
	if (is_trace(&reader))
		finish(&reader);
	else
		stack_init(stack, stack->allocator);
}

const Language dotnet_language = {"dotnet", aliases, marks, parse_dotnet, dotnet_identify, '.'};
