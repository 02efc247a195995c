/*
 * Ruby backtraces: the reported exception before its causes, innermost frame
 * first.
 *
 *   cart.rb:5:in `rescue in total': no total (ArgumentError)
 *       from cart.rb:2:in `total'
 *       from shop.rb:11:in `<main>'
 *   cart.rb:3:in 'Cart#price': undefined method 'cents' for nil (NoMethodError)
 *       from …
 *
 * Ruby 2.5 to 2.7 print the outermost frame, and the cause, first.  Loggers
 * print `Class (message):`, `Class: message` or `message (Class)` above lines
 * without "from".  JRuby prints `total at cart.rb:5`, and Java's frames; an
 * exception's backtrace may also hold lines of what failed below Ruby: of
 * JavaScript that ExecJS ran, or of Oracle's PL/SQL.
 */
#include "ruby.h"

static const char *const aliases[] = {"jruby", "rails", NULL};
static const char *const marks[] = {":in `",  ":in '", ".rb:",     "\tfrom ", " from ",
                                    ".java:", " at ",  "(execjs)", NULL};

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read, or NULL */
	bool in_frames;       /* the last line was a frame of it */
	bool linked;          /* what comes next is a cause */
	bool reversed;        /* its outermost frame comes first */
	bool cause_first;     /* as in that order the cause does */
	bool jruby;           /* its last frame was printed as JRuby does */
	bool proven;          /* there is enough of it to be a trace */
	bool ruby;            /* a frame was read that no database printed */
	bool execjs;          /* JavaScript's frames may stand in it */
	Slice more;           /* lines since its first frame: its message may go on */
	Slice heading;        /* lines since the last trace, which may name the next */
	Slice class_line;     /* the last of them that is `Class: message` */
} Reader;

/* Reads a line as a frame, where it is one at this place of the text. */
static bool
read_entry(const Reader *reader, Slice line, RubyEntry *entry)
{
	/* JRuby's needs the line that names the exception shortly above it */
	bool named = reader->class_line.data && line.data - reader->class_line.data < 4096;
	RubyForms forms = {.execjs = reader->execjs,
	                   .jruby = reader->class_line.data ? named : reader->jruby,
	                   .bare = reader->in_frames,
	                   .template = named};

	return ruby_read_entry(line, forms, entry);
}

/* Begins an exception that the lines above its first frame name. */
static void
begin_below_heading(Reader *reader, const RubyEntry *entry)
{
	Slice heading = reader->heading;
	Exception *exception = reader->exception = stack_add_exception(reader->stack);

	if (entry->style == RUBY_JRUBY)
		heading = slice_range(heading, reader->class_line.data - heading.data, heading.len);
	if (read_heading(heading, entry->style == RUBY_ORACLE ? ruby_read_oracle_named : ruby_read_named,
	                 exception))
	{
		ruby_end_value_at_class(heading, exception);
		ruby_end_value_in_parentheses(heading, exception);
		ruby_end_inspected_value(heading, exception);
		reader->proven = true;
	}
}

/* first and then, on lines of its own, second; without blank lines between them. */
static Slice
join_lines(Reader *reader, Slice first, Slice second)
{
	Allocator allocator = reader->stack->allocator;
	char *joined;

	if (second.len == 0)
		return first;
	joined = allocator.alloc(allocator.context, first.len + 1 + second.len);
	memcpy(joined, first.data, first.len);
	joined[first.len] = '\n';
	memcpy(joined + first.len + 1, second.data, second.len);
	return (Slice){joined, first.len + 1 + second.len};
}

/*
 * Ends the message of the exception whose first frame was read: the lines in
 * "more" belong to it.  The class stands behind its first line, or its last.
 */
static void
end_message(Reader *reader)
{
	Exception *exception = reader->exception;
	Slice more = reader->more, line;

	/* the first lines of it may be blank */
	for (Slice rest = more; next_line(&rest, &line) && slice_trim(line).len == 0;)
		more = rest;
	while (more.len > 0 && (is_blank(more.data[more.len - 1]) || more.data[more.len - 1] == '\n'))
		more.len--;
	reader->more = NO_SLICE;
	if (exception->value.data == NULL || more.len == 0)
		return;
	if (exception->type.data == NULL)
		ruby_take_class(&more, &exception->type);
	exception->value = join_lines(reader, exception->value, more);
}

/* Adds where a file that was to be loaded has its error: `broken.rb:3: syntax error, …`. */
static void
add_syntax_place(Reader *reader)
{
	Slice *value = &reader->exception->value;
	ptrdiff_t at = slice_find(*value, SLICE(": "));
	Frame place;

	frame_clear(&place);
	if (at <= 0 || !slice_equal(reader->exception->type, SLICE("SyntaxError")) ||
	    !ruby_read_place(slice_range(*value, 0, at), true, &place) || !ruby_is_certain_path(place.file))
		return;
	*value = slice_skip(*value, at + 2);
	stack_put_frame(reader->stack, reader->exception, &place);
}

/* Begins an exception that its first frame's line names. */
static void
begin_with_message(Reader *reader, Slice message)
{
	Exception *exception = reader->exception = stack_add_exception(reader->stack);

	exception->value = message;
	reader->proven = true;
	if (slice_equal(message, SLICE("unhandled exception")))
		exception->type = SLICE("RuntimeError");
	else if (ruby_take_class(&exception->value, &exception->type))
		add_syntax_place(reader);
	else if (slice_starts(message, SLICE("syntax error")))
		exception->type = SLICE("SyntaxError");
	else
		reader->proven = false;
}

/* Adds an entry's frame to the exception being read. */
static void
add_frame(Reader *reader, const RubyEntry *entry)
{
	Frame *frame = stack_add_frame(reader->stack, reader->exception);

	if (frame)
		*frame = entry->frame;
	if (entry->style == RUBY_QUOTED && entry->message.data == NULL)
		reader->proven = true;
	if (reader->exception->nframes >= 2)
		reader->proven = true;
	reader->ruby |= entry->style != RUBY_ORACLE;
	reader->in_frames = true;
	reader->jruby = entry->style == RUBY_JRUBY;
	reader->class_line = NO_SLICE;
}

/* Of an exception with one frame: the lines below it that explain the message. */
static void
take_explanation(Reader *reader)
{
	Slice rest = reader->more, line, more = NO_SLICE;

	while (next_line(&rest, &line) && (slice_trim(line).len == 0 || is_blank(line.data[0]) ||
	                                   slice_starts(line, SLICE("Did you mean?"))))
		more = slice_range(reader->more, 0, line.data + line.len - reader->more.data);
	reader->more = more;
	end_message(reader);
}

/* Ends the exception being read, and forgets it where it was no exception. */
static void
end_exception(Reader *reader)
{
	Stack *stack = reader->stack;

	if (reader->exception == NULL)
		return;
	reader->heading = reader->class_line = NO_SLICE;
	if (reader->reversed)
		exception_reverse_frames(reader->exception);
	if (!reader->proven)
	{
		stack_forget_exception(stack);
		reader->heading = reader->more;
	}
	else if (reader->more.data)
		take_explanation(reader);
	reader->cause_first |= reader->reversed;
	reader->exception = NULL;
	reader->in_frames = reader->jruby = false;
	reader->more = NO_SLICE;
}

/* Is the exception that was read last the one before it, printed once more? */
static bool
is_repeated(const Stack *stack, const RubyEntry *entry)
{
	const Exception *last = &stack->exceptions[stack->nexceptions - 1];

	return last->nframes > 0 && slice_equal(last->frames[0].function, entry->frame.function) &&
	       slice_equal(last->frames[0].file, entry->frame.file) &&
	       last->frames[0].line == entry->frame.line && slice_starts(entry->message, last->value);
}

/* Takes a frame; false where it belongs to another trace, and the first one has been read. */
static bool
take_entry(Reader *reader, const RubyEntry *entry)
{
	bool is_head = entry->message.data != NULL && !entry->from;

	if (reader->exception && reader->reversed && is_head)
	{
		/* the innermost frame, and what it is about */
		Exception *exception = reader->exception;

		exception->value = entry->message;
		ruby_take_class(&exception->value, &exception->type);
		add_frame(reader, entry);
		end_exception(reader);
		reader->linked = true;
		return true;
	}
	if (reader->exception && is_head)
	{
		/* a line that comes directly behind the frames of another is its cause */
		reader->linked = reader->in_frames;
		end_exception(reader);
	}
	if (reader->exception && !reader->in_frames)
	{
		/* lines between the first frame and the others belong to the message */
		if (reader->exception->nframes == 1 && reader->exception->value.data && entry->from)
			end_message(reader);
		else
			end_exception(reader);
	}
	if (reader->exception == NULL)
	{
		if (reader->stack->nexceptions > 0 &&
		    (!reader->linked || (is_head && is_repeated(reader->stack, entry))))
			return false;
		reader->linked = false;
		reader->proven = false;
		if (is_head)
			begin_with_message(reader, entry->message);
		else
			begin_below_heading(reader, entry);
		reader->reversed = entry->numbered;
	}
	add_frame(reader, entry);
	return true;
}

/* Takes a line that is no frame. */
static void
take_other(Reader *reader, Slice line)
{
	Slice trimmed = slice_trim(line);
	bool was_jruby = reader->jruby && reader->in_frames;
	Exception ignored;

	if (slice_starts(trimmed, SLICE("... ")) && slice_ends(trimmed, SLICE(" levels...")))
		return;
	if (reader->exception && reader->exception->nframes == 1 && reader->exception->value.data &&
	    !reader->reversed && !reader->jruby)
	{
		/* its message may go on */
		reader->in_frames = false;
		extend_lines(&reader->more, line);
		return;
	}
	end_exception(reader);
	if (trimmed.len == 0)
		return;
	extend_lines(&reader->heading, line);
	if (slice_starts(trimmed, SLICE("Causes:")) || slice_starts(trimmed, SLICE("Caused by:")) ||
	    slice_starts(trimmed, SLICE("# --- Caused by: ---")))
		reader->linked = reader->stack->nexceptions > 0;
	else if (slice_starts(trimmed, SLICE("Traceback (most recent call last)")))
		reader->linked = false;
	if (ruby_class_length(line) > 0 && ruby_read_named(trimmed, true, &ignored))
	{
		reader->class_line = line;
		reader->linked |= was_jruby;
	}
}

/* Reads text; see Language. */
static void
parse_ruby(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	/* without a frame of Ruby's, it is a trace of JavaScript */
	reader.execjs = slice_find(text, SLICE("(execjs):")) >= 0 &&
	                (slice_find(text, SLICE(":in `")) >= 0 || slice_find(text, SLICE(":in '")) >= 0);
	while (next_line(&text, &line))
	{
		RubyEntry entry;

		if (!read_entry(&reader, line, &entry))
			take_other(&reader, line);
		else if (!take_entry(&reader, &entry))
			break;
	}
	end_exception(&reader);
	/* Oracle's own report */
	if (!reader.ruby)
		stack->nexceptions = 0;
	if (reader.cause_first)
		stack_reverse_exceptions(stack);
}

const Language ruby_language = {"ruby", aliases, marks, parse_ruby, ruby_identify, .borrows_place = true};
