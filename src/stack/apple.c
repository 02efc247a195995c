/*
 * Swift, Objective-C and Apple crash text, innermost frame first:
 *
 *   *** Terminating app due to uncaught exception 'NSRangeException', reason: 'index 3 beyond bounds [0 .. 2]'
 *   *** First throw call stack:
 *   0   CoreFoundation   0x00007fff2041f1db __exceptionPreprocess + 242
 *   1   Shop             0x0000000100003a1c -[Cart total:] + 124 (Cart.m:12)
 *
 * A crash report has the frames of all threads, those of the one that crashed
 * under "Thread 0 Crashed:", and above them those of the exception that nobody
 * caught, under "Last Exception Backtrace:".
 */
#include "apple.h"

static const char *const aliases[] = {"cocoa", "swift", "objc",    "objectivec", "objective-c", "ios",
                                      "macos", "tvos",  "watchos", "darwin",     "visionos",    NULL};
static const char *const marks[] = {"0x0",
                                    "Exception Type:",
                                    "Fatal error: ",
                                    "Assertion failed: ",
                                    "Precondition failed: ",
                                    "*** Terminating app",
                                    NULL};

/* What the frames that are being read belong to. */
typedef enum Section
{
	NOTHING,
	PLAIN,   /* no heading says it */
	THROWN,  /* the exception that nobody caught */
	CRASHED, /* the thread that crashed */
	OTHER    /* another thread */
} Section;

typedef struct Reader
{
	Stack *stack;
	Section section;
	int last_index;    /* of the last frame in the section, -1: none yet */
	Exception thrown;  /* by Objective-C, or a failed check in Swift */
	Exception crashed; /* the kind of crash */
	Exception plain;
	Frame place;      /* where the failed check stands */
	bool in_reason;   /* the line before is one of a reason of several */
	bool in_specific; /* below "Application Specific Information:" */
	bool done;
} Reader;

/* Is s a number in hexadecimal that may be an address? */
static size_t
address_length(Slice s)
{
	size_t n = 2;

	if (!slice_starts(s, SLICE("0x")))
		return 0;
	n += count_hex_digits(s, n);
	return n >= 8 && (n == s.len || is_blank(s.data[n])) ? n : 0;
}

/* Takes ` + 124` off the end of *symbol; false where it does not end so. */
static bool
drop_offset(Slice *symbol)
{
	size_t n = symbol->len;

	while (n > 0 && is_digit(symbol->data[n - 1]))
		n--;
	if (n == symbol->len || n <= 3 || memcmp(symbol->data + n - 3, " + ", 3) != 0)
		return false;
	symbol->len = n - 3;
	return true;
}

/* Takes ` (Cart.m:12)` and ` (in Shop)` off the end of *symbol. */
static void
take_place(Slice *symbol, Frame *frame)
{
	for (int i = 0; i < 2 && symbol->len > 0 && symbol->data[symbol->len - 1] == ')'; i++)
	{
		ptrdiff_t open = slice_find_last_char(*symbol, '(');
		Slice place;

		if (open < 2 || symbol->data[open - 1] != ' ')
			return;
		place = slice_range(*symbol, open + 1, symbol->len - 1);
		if (take_position(&place, &frame->line))
			frame->file = place;
		else if (!slice_starts(place, SLICE("in ")))
			return;
		*symbol = slice_trim(slice_range(*symbol, 0, open));
	}
}

/* Takes ` in Shop at /srv/shop/Cart.swift:12:9` off the end of *symbol. */
static void
take_swift_place(Slice *symbol, Frame *frame)
{
	const Slice in = SLICE(" in "), at = SLICE(" at /");
	ptrdiff_t found = slice_find(*symbol, at);

	if (found > 0)
	{
		Slice place = slice_skip(*symbol, found + at.len - 1);
		int32_t first, second;

		if (!take_position(&place, &first))
			return;
		frame->line = first;
		if (take_position(&place, &second))
		{
			frame->line = second;
			frame->column = first;
		}
		frame->file = place;
		symbol->len = found;
	}
	/* the last " in " leads to the image; those before belong to closures */
	for (size_t i = symbol->len; i > in.len; i--)
		if (memcmp(symbol->data + i - in.len, in.data, in.len) == 0)
		{
			frame->module = slice_skip(*symbol, i);
			symbol->len = i - in.len;
			return;
		}
}

/* Reads `0   Shop   0x0000000100003a1c -[Cart total:] + 124`, or Swift's `0 [ra] 0x… total(of:) + 12 in shop at …`. */
static bool
read_frame(Slice line, int *index, Frame *frame)
{
	size_t digits = 0, address;
	int32_t number;
	Slice image, symbol, offset;

	digits += count_digits(line, digits);
	if (digits == 0 || digits > 5 || digits >= line.len || !is_blank(line.data[digits]) ||
	    !read_number(slice_range(line, 0, digits), &number))
		return false;
	frame_clear(frame);
	line = slice_trim(slice_skip(line, digits));
	image = line;
	while ((address = address_length(line)) == 0)
	{
		ptrdiff_t at = slice_find(slice_skip(line, line.len > 0), SLICE("0x"));

		if (at < 0 || at > 512)
			return false;
		line = slice_skip(line, at + 1);
		if (!is_blank(line.data[-1]))
			return false;
	}
	image = slice_trim(slice_range(image, 0, line.data - image.data));
	symbol = slice_trim(slice_skip(line, address));
	if (symbol.len == 0)
		return false;
	if (image.len == 0 || image.data[0] == '[')
	{
		if (slice_starts(symbol, SLICE("[inlined] ")))
			symbol = slice_skip(symbol, 10);
		take_swift_place(&symbol, frame);
		drop_offset(&symbol);
		if (frame->module.len == 0 && frame->file.len == 0)
			return false;
	}
	else
	{
		frame->module = image;
		take_place(&symbol, frame);
		offset = symbol;
		if (!drop_offset(&offset) && frame->file.data == NULL)
			return false;
		/* an address and not a symbol keeps its offset: nothing else tells where it is */
		if (address_length(symbol) == 0)
			symbol = offset;
	}
	if (symbol.len > 0 && symbol.data[0] != '<' && !(is_digit(symbol.data[0]) && address_length(symbol) == 0))
		frame->function = symbol;
	*index = number;
	return true;
}

/* The text behind label, where line begins so. */
static bool
read_label(Slice line, Slice label, Slice *rest)
{
	if (!slice_starts(line, label))
		return false;
	*rest = slice_trim(slice_skip(line, label.len));
	return true;
}

/* Reads `*** Terminating app due to uncaught exception 'NSRangeException', reason: '…'` anywhere in line. */
static bool
read_thrown(Reader *reader, Slice line)
{
	const Slice start = SLICE("erminating app due to uncaught exception '"), middle = SLICE("', reason: '");
	ptrdiff_t at = slice_find(line, start), end;

	if (at < 0)
		return false;
	line = slice_skip(line, at + start.len);
	end = slice_find_char(line, '\'');
	if (end <= 0 || reader->thrown.type.data)
		return true;
	reader->thrown.type = slice_range(line, 0, end);
	if (!slice_starts(slice_skip(line, end), middle))
		return true;
	line = slice_skip(line, end + middle.len);
	reader->thrown.value = line;
	reader->in_reason = !slice_ends(line, SLICE("'"));
	if (!reader->in_reason)
		reader->thrown.value.len--;
	return true;
}

/* Reads `, line 12` off the end of *value, with `: file shop/Cart.swift` before it. */
static void
take_check_place(Slice *value, Frame *place)
{
	const Slice file = SLICE("file "), line = SLICE(", line ");
	ptrdiff_t at = -1, number;

	for (size_t i = value->len; i >= file.len && at < 0; i--)
		if (memcmp(value->data + i - file.len, file.data, file.len) == 0)
			at = i - file.len;
	if (at < 0)
		return;
	number = slice_find(slice_skip(*value, at), line);
	if (number < 0 || !read_number(slice_skip(*value, at + number + line.len), &place->line))
		return;
	place->file = slice_range(*value, at + file.len, at + number);
	if (!slice_ends(place->file, SLICE(".swift")))
	{
		frame_clear(place); /* assert() of C */
		return;
	}
	value->len = at;
	*value = slice_trim(*value);
	if (slice_ends(*value, SLICE(":")))
		value->len--;
}

/* Reads `shop/Cart.swift:12: Fatal error: …` and the older `Fatal error: …: file shop/Cart.swift, line 12`. */
static bool
read_check(Reader *reader, Slice line)
{
	static const Slice kinds[] = {{"Fatal error", 11}, {"Assertion failed", 16}, {"Precondition failed", 19}};
	const Slice ending = SLICE(".swift:");
	ptrdiff_t swift = slice_find(line, ending);
	Frame place;

	frame_clear(&place);
	if (swift > 0)
	{
		size_t n = swift + ending.len;

		n += count_digits(line, n);
		place.file = slice_range(line, 0, swift + ending.len - 1);
		if (!read_number(slice_range(line, swift + ending.len, n), &place.line))
			return false;
		/* a log's prefix stands before the path, which has no blanks */
		place.file = last_name(place.file, ' ');
		line = slice_skip(line, n);
		if (!slice_starts(line, SLICE(": ")))
			return false;
		line = slice_skip(line, 2);
	}
	for (size_t i = 0; i < 3; i++)
	{
		if (!slice_starts(line, kinds[i]) || (line.len > kinds[i].len && line.data[kinds[i].len] != ':'))
			continue;
		line = slice_skip(line, kinds[i].len);
		if (line.len > 0)
			line = slice_trim(slice_skip(line, 1));
		if (place.file.data == NULL)
			take_check_place(&line, &place);
		if (place.file.data == NULL && !reader->in_specific)
			return false;
		if (reader->thrown.type.data)
			return true;
		reader->thrown.type = kinds[i];
		reader->thrown.value = line;
		reader->place = place;
		return true;
	}
	return false;
}

/*
 * Reads `*** Program crashed: Bad pointer dereference at 0x0000000000000010 ***`
 * of Swift's runtime; a failed check before it says more.
 */
static bool
read_program_crash(Reader *reader, Slice line)
{
	const Slice crashed = SLICE("Program crashed: "), at = SLICE(" at 0x"), stars = SLICE(" ***");
	ptrdiff_t found = slice_find(line, crashed);

	/* three stars or a sign stand before it */
	if (found < 0 || found > 8)
		return false;
	line = slice_skip(line, found + crashed.len);
	if (slice_ends(line, stars))
		line.len -= stars.len;
	found = slice_find(line, at);
	if (found > 0 && reader->thrown.type.data == NULL)
	{
		reader->thrown.type = slice_range(line, 0, found);
		reader->thrown.value = line;
	}
	return found > 0;
}

/* The number and what follows of `Thread 3 Crashed:: Dispatch queue`, `Thread 0 "shop" crashed:`, `Thread 4:`. */
static bool
read_thread(Slice line, bool *crashed)
{
	Slice rest;
	size_t n = 0;

	if (!read_label(line, SLICE("Thread "), &rest))
		return false;
	n += count_digits(rest, n);
	if (n == 0)
		return false;
	rest = slice_skip(rest, n);
	*crashed = slice_starts(rest, SLICE(" Crashed:")) || slice_ends(rest, SLICE(" crashed:"));
	return *crashed || slice_starts(rest, SLICE(":")) || slice_ends(rest, SLICE(":"));
}

/* Begins a section's frames; a second one of a kind is another trace's. */
static void
begin(Reader *reader, Section section)
{
	reader->section = section;
	reader->last_index = -1;
	if ((section == THROWN && reader->thrown.nframes > 0) ||
	    (section == CRASHED && reader->crashed.nframes > 0))
		reader->done = true;
}

/* Reads a line that says something of the error, or what the frames below it are. */
static bool
read_heading_of(Reader *reader, Slice line)
{
	Slice rest;
	bool crashed;

	if (read_label(line, SLICE("Exception Type:"), &rest))
	{
		size_t n = 0;

		while (n < rest.len && !is_blank(rest.data[n]))
			n++;
		reader->crashed.type = slice_range(rest, 0, n);
	}
	else if (read_label(line, SLICE("Exception Subtype:"), &rest) ||
	         (read_label(line, SLICE("Exception Codes:"), &rest) && !slice_starts(rest, SLICE("0x"))) ||
	         read_label(line, SLICE("Exception Message:"), &rest) ||
	         (read_label(line, SLICE("Termination Reason:"), &rest) && reader->crashed.value.data == NULL))
		reader->crashed.value = rest;
	else if (slice_starts(line, SLICE("Application Specific Information:")))
		reader->in_specific = true;
	else if (slice_starts(line, SLICE("Last Exception Backtrace:")) ||
	         slice_find(line, SLICE("*** First throw call stack:")) >= 0)
		begin(reader, THROWN);
	else if (slice_starts(line, SLICE("Current stack trace:")))
		begin(reader, PLAIN);
	else if (read_thread(line, &crashed))
		begin(reader, crashed ? CRASHED : OTHER);
	else if (!read_thrown(reader, line) && !read_check(reader, line) && !read_program_crash(reader, line))
		return false;
	return true;
}

/* Adds a frame to the exception of its section. */
static void
take_frame(Reader *reader, int index, const Frame *frame)
{
	Exception *exception = &reader->plain;

	if (reader->section == NOTHING)
		begin(reader, PLAIN);
	if (index < reader->last_index || reader->section == OTHER)
	{
		/* numbers begin anew: frames of something else */
		if (reader->section == PLAIN && reader->plain.nframes > 1)
			reader->done = true;
		if (reader->section != PLAIN || reader->done)
		{
			reader->section = OTHER;
			return;
		}
		reader->plain.nframes = 0;
	}
	reader->last_index = index;
	if (reader->section == THROWN)
		exception = &reader->thrown;
	else if (reader->section == CRASHED)
		exception = &reader->crashed;
	stack_put_frame(reader->stack, exception, frame);
}

/* Takes one line; without blanks around it. */
static void
take_line(Reader *reader, Slice line)
{
	Frame frame;
	int index;

	if (reader->in_reason)
	{
		extend_lines(&reader->thrown.value, line);
		reader->in_reason = !slice_ends(line, SLICE("'")) && !slice_starts(line, SLICE("*** First throw"));
		if (reader->in_reason)
			return;
		if (slice_ends(line, SLICE("'")))
		{
			reader->thrown.value.len--;
			return;
		}
		reader->thrown.value.len = line.data - reader->thrown.value.data;
		reader->thrown.value = slice_trim_lines(reader->thrown.value);
	}
	if (line.len == 0)
	{
		reader->in_specific = false;
		return;
	}
	if (read_frame(line, &index, &frame))
	{
		take_frame(reader, index, &frame);
		return;
	}
	if (read_heading_of(reader, line))
		return;
	if (reader->in_specific && reader->plain.value.data == NULL)
		reader->plain.value = line; /* for the crash, where it says more than its codes */
	if (reader->section == PLAIN && reader->plain.nframes > 0)
	{
		/* one line that looks like a frame is no trace */
		if (reader->plain.nframes > 1)
			reader->done = true;
		else
			reader->plain.nframes = 0;
	}
}

/* Adds an exception that was read. */
static void
add_exception(Stack *stack, Exception *from)
{
	if (from->value.len == 0)
		from->value = NO_SLICE;
	*stack_add_exception(stack) = *from;
}

/*
 * Says what was read.  Where the exception that nobody caught has frames, those
 * of the thread that was then stopped say nothing more; a failed check ends in a
 * crash, and has the frames of that.
 */
static void
finish(Reader *reader)
{
	Stack *stack = reader->stack;
	bool crash = reader->crashed.nframes > 0, thrown = reader->thrown.type.data || reader->thrown.nframes > 0;
	Exception *only = crash ? &reader->crashed : &reader->plain;

	if (crash && reader->plain.value.data)
		reader->crashed.value = reader->plain.value;
	if (!crash)
		only->type = only->value = NO_SLICE;
	/* the report may name the crash alone */
	if (reader->thrown.type.data == NULL)
	{
		reader->thrown.type = reader->crashed.type;
		if (reader->thrown.value.data == NULL)
			reader->thrown.value = reader->plain.value.data ? reader->plain.value : reader->crashed.value;
	}
	if (thrown && reader->thrown.nframes > 0)
		add_exception(stack, &reader->thrown);
	else if (crash || reader->plain.nframes > 1 || (thrown && reader->plain.nframes > 0))
	{
		if (thrown)
		{
			only->type = reader->thrown.type;
			only->value = reader->thrown.value;
		}
		add_exception(stack, only);
	}
	else if (thrown)
	{
		/* without frames, where the check stands is all that is known */
		if (reader->place.file.data && !slice_starts(reader->place.file, SLICE("Swift/")))
		{
			Frame *added = stack_add_frame(stack, &reader->thrown);

			if (added)
				*added = reader->place;
		}
		add_exception(stack, &reader->thrown);
	}
}

/* Do most frames say nothing, while another report of the same crash, by a sanitizer, says more? */
static bool
says_little(const Reader *reader, Slice text)
{
	int named = 0;

	for (int i = 0; i < reader->plain.nframes; i++)
		named += reader->plain.frames[i].function.data != NULL;
	return reader->plain.nframes > 2 * named && slice_find(text, SLICE("#0 0x")) >= 0;
}

/* Reads text; see Language. */
static void
parse_apple(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack, .last_index = -1};
	Slice rest = text, line;

	while (!reader.done && next_line(&rest, &line))
		take_line(&reader, slice_trim(line));
	if (!says_little(&reader, text))
		finish(&reader);
}

const Language apple_language = {"apple", aliases, marks, parse_apple, apple_identify};
