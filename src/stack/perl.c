/*
 * Perl's messages and Carp's stack traces, innermost frame first.
 *
 *   no price at /srv/shop/Cart.pm line 12, <$feed> line 3.
 *       Shop::Cart::price("mug", 3) called at /srv/shop/Cart.pm line 30
 *       eval {...} called at /srv/shop/shop.pl line 7
 *
 * A line tells which function was called, and where from: that place is in the
 * function of the next line.  A frame here is a place and the function that it
 * is in, as in other languages.  Perl names no class of an exception.
 */
#include "stack.h"

static const char *const aliases[] = {"mojolicious", "catalyst", NULL};
static const char *const marks[] = {" line ", NULL};

/* What Perl only warns of: alone, a line of these is no error. */
static const Slice warnings[] = {
	{"Use of uninitialized value", 26},
	{"Argument \"", 10},
	{"Odd number of elements", 22},
	{"Deep recursion on", 17},
	{"Useless use of", 14},
	{"Name \"", 6},
	{"Subroutine ", 11},
	{"Possible ", 9},
	{"Scalar value ", 13},
	{"Wide character", 14},
	{"Unquoted string", 15},
	{"Statement unlikely", 18},
	{"Found = in conditional", 22},
	{"Use of implicit split", 21},
	{"\"my\" variable", 13},
};

/* A line that ends in a place. */
typedef struct Entry
{
	Frame frame;
	Slice before;  /* what stands before " at " */
	bool complete; /* it ends as Perl ends a message */
	bool called;   /* "called at" */
} Entry;

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read, or NULL */
	Frame next;           /* its place whose function is in the next line */
	int calls;            /* how many lines "called at" were read */
	bool headless;        /* no message stood above them */
	bool has_message;     /* the last line was a message with a place … */
	Slice message;        /* … which it said … */
	Frame place;          /* … and where */
	bool has_handler;     /* what handled it, and called Carp, is the innermost function … */
	Frame handler;        /* … and called it there */
	bool continued;       /* the last line was a consequence of the exception */
	Slice paragraph;      /* the lines since the last blank ones … */
	bool blank;           /* … of which some were read since */
} Reader;

/* Is s surely the name of a file of Perl's?  Other tools tell lines of other files. */
static bool
is_certain_file(Slice s)
{
	static const Slice endings[] = {
		{".pl", 3},   {".pm", 3}, {".t", 2},  {".cgi", 4}, {".psgi", 5},
		{".fcgi", 5}, {".al", 3}, {".PL", 3}, {".plx", 4},
	};

	if (slice_equal(s, SLICE("-e")) || slice_starts(s, SLICE("(eval ")))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(s, endings[i]))
			return true;
	/* a script without an ending */
	return s.data[0] == '/' && slice_find_char(last_name(s, '/'), '.') < 0;
}

/* Reads `file line 12`, and what Perl puts behind it, at the start of s. */
static bool
read_place(Slice s, Entry *entry)
{
	const Slice line = SLICE(" line ");
	size_t n = 0, digits = 0;
	Slice rest;

	if (slice_starts(s, SLICE("(eval ")))
	{
		ptrdiff_t close = slice_find_char(s.len > 24 ? slice_range(s, 0, 24) : s, ')');

		if (close < 0)
			return false;
		n = close + 1;
	}
	while (n < s.len && !is_blank(s.data[n]))
		n++;
	rest = slice_skip(s, n);
	if (n == 0 || !slice_starts(rest, line))
		return false;
	rest = slice_skip(rest, line.len);
	digits += count_digits(rest, digits);
	frame_clear(&entry->frame);
	if (!read_number(slice_range(rest, 0, digits), &entry->frame.line))
		return false;
	entry->frame.file = slice_range(s, 0, n);
	rest = slice_skip(rest, digits);
	/* `, <$feed> line 3`, `, near "…"`, ` thread 2` */
	entry->complete = rest.len > 0 && rest.data[rest.len - 1] == '.';
	if (slice_starts(rest, SLICE(", near ")) || slice_starts(rest, SLICE(", at end of ")))
		return entry->complete = true;
	if (slice_starts(rest, SLICE(", <")) || slice_starts(rest, SLICE(" thread ")) ||
	    slice_starts(rest, SLICE(") line ")) || slice_starts(rest, SLICE(".\t...propagated at ")) ||
	    slice_equal(rest, SLICE(",")))
		return true;
	return rest.len == 0 || slice_equal(rest, SLICE("."));
}

/* Reads a line that ends in ` at file line 12.` or ` called at file line 12`. */
static bool
read_entry(Slice line, Entry *entry)
{
	const Slice at = SLICE(" at "), called = SLICE(" called"), defined = SLICE(" (defined at ");
	size_t from = 0;
	ptrdiff_t found;

	while (from < line.len && (found = slice_find(slice_skip(line, from), at)) >= 0)
	{
		size_t end = from + found;
		Slice place = slice_skip(line, end + at.len);

		from = end + at.len - 1; /* the blank may begin the next one */
		/* Moose: `constructor Shop::Item::new (defined at file line 9) line 18` */
		if (slice_starts(place, SLICE("constructor ")) &&
		    (found = slice_find(slice_range(place, 0, place.len < 128 ? place.len : 128), defined)) >= 0)
			place = slice_skip(place, found + defined.len);
		if (!read_place(place, entry))
			continue;
		entry->before = slice_range(line, 0, end);
		entry->called = slice_ends(entry->before, called);
		if (entry->called)
			entry->before.len -= called.len;
		return true;
	}
	return false;
}

/* Reads the function of `Shop::Cart::price("mug", 3)`, `eval {...}`, `eval '…'` or `require Shop.pm`. */
static bool
read_function(Slice call, Slice *function)
{
	size_t n = 0;

	if (slice_starts(call, SLICE("eval {...}")))
		*function = slice_range(call, 0, 10);
	else if (slice_starts(call, SLICE("eval '")))
		*function = slice_range(call, 0, 4);
	else if (slice_starts(call, SLICE("require ")))
		*function = call;
	else
	{
		while (n < call.len && (is_word(call.data[n]) || call.data[n] == ':' || call.data[n] == '\''))
			n++;
		/* a closure's place: `__ANON__[/srv/shop/shop.pl:12]` */
		if (n < call.len && call.data[n] == '[')
		{
			ptrdiff_t close = slice_find_char(slice_skip(call, n), ']');

			if (close < 0)
				return false;
			n += close + 1;
		}
		if (slice_starts(slice_skip(call, n), SLICE("(eval)")))
			n += 6;
		*function = slice_range(call, 0, n);
		return n > 0 && n < call.len && call.data[n] == '(';
	}
	return true;
}

/* Adds the place that waits for its function, with that: which may have no name. */
static void
add_frame(Reader *reader, Slice function)
{
	reader->next.function = function;
	if (function.len > 0 && slice_find_char(function, ' ') < 0)
	{
		Slice name = function;
		ptrdiff_t bracket = slice_find_char(name, '[');

		if (bracket > 0)
			name.len = bracket;
		bracket = slice_find_last_char(name, ':');
		if (bracket > 1 && name.data[bracket - 1] == ':')
			reader->next.module = slice_range(name, 0, bracket - 1);
	}
	stack_put_frame(reader->stack, reader->exception, &reader->next);
	frame_clear(&reader->next);
}

/* Begins an exception, in place of what was read before. */
static void
begin(Reader *reader, Slice message, const Frame *place)
{
	if (reader->exception)
		stack_forget_exception(reader->stack);
	reader->exception = stack_add_exception(reader->stack);
	reader->exception->value = message;
	reader->next = *place;
}

/* Takes `function(arguments) called at place`; false where it is no such line. */
static bool
take_call(Reader *reader, const Entry *entry)
{
	Slice function;

	if (!entry->called || !read_function(entry->before, &function))
		return false;
	if (reader->calls == 0 && !(reader->exception && reader->continued))
	{
		/* the head of the trace may be cut off */
		reader->headless = !reader->has_message;
		if (reader->headless)
			frame_clear(&reader->place);
		begin(reader, reader->headless ? NO_SLICE : reader->message, &reader->place);
		if (reader->has_handler)
		{
			reader->calls++;
			/* called where the error is: the handler of that error says nothing of it */
			if (slice_equal(entry->frame.file, reader->place.file) && entry->frame.line == reader->place.line)
				return true;
			reader->next = reader->handler;
			reader->calls--;
		}
	}
	reader->calls++;
	add_frame(reader, function);
	reader->next = entry->frame;
	return true;
}

/* Does a line tell where Devel::StackTrace begins? */
static bool
is_trace_begun(const Entry *entry)
{
	return slice_equal(entry->before, SLICE("Trace begun"));
}

/* What an exception says whose place is in line: it may begin in the lines above. */
static Slice
message_of(const Reader *reader, Slice line, const Entry *entry)
{
	const char *start = entry->before.data, *end = entry->before.data + entry->before.len;

	if (is_trace_begun(entry))
		return slice_trim_lines(reader->paragraph);
	if (!reader->blank && reader->paragraph.data && is_blank(line.data[0]))
		start = reader->paragraph.data;
	return slice_trim_lines((Slice){start, end - start});
}

/* Is a message with its place enough of a trace? */
static bool
is_certain(const Entry *entry, Slice message)
{
	if (is_trace_begun(entry))
		return true;
	if (!entry->complete || message.len == 0 || !is_certain_file(entry->frame.file))
		return false;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		if (slice_starts(message, warnings[i]))
			return false;
	return true;
}

/* Does a line tell, behind an error's message, what failed because of it? */
static bool
is_consequence(Slice before)
{
	return slice_starts(before, SLICE("BEGIN failed--")) ||
	       slice_starts(before, SLICE("Compilation failed in require"));
}

/* Takes where a file was to be compiled that has an error. */
static void
take_consequence(Reader *reader, const Entry *entry)
{
	reader->continued = true;
	if (slice_equal(reader->next.file, entry->frame.file) && reader->next.line == entry->frame.line)
		return;
	add_frame(reader, NO_SLICE);
	reader->next = entry->frame;
}

/* Takes a line with a place, line whole and trimmed; false where it ends the trace. */
static bool
take_entry(Reader *reader, Slice line, const Entry *entry)
{
	Slice message;

	if (take_call(reader, entry))
		return true;
	if (reader->exception && is_consequence(entry->before))
	{
		take_consequence(reader, entry);
		return true;
	}
	if (reader->calls > 0)
		return false;
	message = message_of(reader, line, entry);
	if (reader->exception == NULL && is_certain(entry, message))
		begin(reader, message, &entry->frame);
	reader->has_message = !entry->called;
	reader->message = message;
	reader->place = entry->frame;
	return true;
}

/* Adds line to the paragraph, or begins one. */
static void
extend_paragraph(Reader *reader, Slice line)
{
	if (slice_trim(line).len == 0)
	{
		reader->blank = true;
		return;
	}
	if (reader->blank || reader->paragraph.data == NULL)
		reader->paragraph.data = line.data;
	extend_lines(&reader->paragraph, line);
	reader->blank = slice_equal(slice_trim(line), SLICE("Uncaught exception from user code:"));
}

/* Reads ` at file line 12` below a message that has a place itself: there Carp was given that message. */
static bool
take_handler(Reader *reader, Slice line)
{
	Entry entry;

	if (!reader->has_message || reader->calls > 0 || !slice_starts(line, SLICE("at ")) ||
	    !read_place(slice_skip(line, 3), &entry))
		return false;
	reader->has_handler = true;
	reader->handler = entry.frame;
	return true;
}

/* Reads text; see Language. */
static void
parse_perl(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack, .blank = true};
	Slice line;

	while (next_line(&text, &line))
	{
		Entry entry;

		if (read_entry(slice_trim(line), &entry))
		{
			if (!take_entry(&reader, line, &entry))
				break;
		}
		else if (reader.calls > 0)
			break;
		else if (!take_handler(&reader, slice_trim(line)))
			reader.has_message = reader.has_handler = reader.continued = false;
		extend_paragraph(&reader, line);
	}
	if (reader.exception == NULL)
		return;
	add_frame(&reader, NO_SLICE);
	/* one line in the middle of other text is too little */
	if (reader.headless && reader.calls < 2)
		stack_forget_exception(stack);
}

/* See Language: the package and the function; of a script, or without a function, the file. */
static void
identify_perl(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	ptrdiff_t at = slice_find_char(*function, '[');

	/* `__ANON__[/srv/shop/shop.pl:12]` */
	if (at > 0)
		function->len = at;
	/* an SDK qualifies the function and names no module */
	at = slice_find_last_char(*function, ':');
	if (at > 1 && module->len == 0)
		*module = slice_range(*function, 0, at - 1);
	*function = last_name(*function, ':');
	if (module->len > 0 && !slice_equal(*module, SLICE("main")))
		return;
	*module = slice_starts(frame->file, SLICE("(eval ")) ? SLICE("(eval)") : file_stem(frame->file);
}

const Language perl_language = {"perl", aliases, marks, parse_perl, identify_perl};
