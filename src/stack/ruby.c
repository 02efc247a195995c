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
#include "stack.h"

static const char *const aliases[] = {"jruby", "rails", NULL};
static const char *const marks[] = {":in `",  ":in '", ".rb:",     "\tfrom ", " from ",
                                    ".java:", " at ",  "(execjs)", NULL};

/* How a frame was printed. */
typedef enum Style
{
	QUOTED, /* cart.rb:5:in `total' */
	FROM,   /* from cart.rb:5 */
	BARE,   /* cart.rb:5 */
	JAVA,   /* org.jruby.Main.run(Main.java:225) */
	JRUBY,  /* total at cart.rb:5 */
	EXECJS, /* compile ((execjs):6692:19) */
	ORACLE  /* ORA-06512: at "SHOP.CART", line 5 */
} Style;

/* A line that was read as a frame. */
typedef struct Entry
{
	Frame frame;
	Style style;
	bool from;     /* "from " stands before it */
	bool numbered; /* "12: from " does: the outermost frame comes first */
	Slice message; /* what follows the frame; data NULL: nothing does */
} Entry;

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

/* text without the escape sequences that make parts of it bold. */
static Slice
without_highlighting(Slice text, Allocator allocator)
{
	char *copy;
	size_t used = 0;

	if (slice_find(text, SLICE("\033[")) < 0)
		return text;
	copy = allocator.alloc(allocator.context, text.len);
	for (size_t i = 0; i < text.len; i++)
	{
		if (text.data[i] == '\033' && i + 1 < text.len && text.data[i + 1] == '[')
		{
			size_t end = i + 2;

			while (end < text.len && (is_digit(text.data[end]) || text.data[end] == ';'))
				end++;
			if (end < text.len && text.data[end] == 'm')
			{
				i = end;
				continue;
			}
		}
		copy[used++] = text.data[i];
	}
	return (Slice){copy, used};
}

/* The length of the constant that s begins with: `Shop::Cart`, or 0. */
static size_t
constant_length(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || s.data[0] < 'A' || s.data[0] > 'Z')
		return 0;
	while (n < s.len)
	{
		if (is_word(s.data[n]))
			n++;
		else if (n + 2 < s.len && s.data[n] == ':' && s.data[n + 1] == ':' && is_letter(s.data[n + 2]))
			n += 2;
		else
			break;
	}
	return n;
}

/* The length of the class name that s begins with, Ruby's or Java's, or 0. */
static size_t
class_length(Slice s)
{
	size_t n = constant_length(s);

	if (n > 0 || s.len == 0 || !is_letter(s.data[0]))
		return n;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$'))
		n++;
	return slice_find_char(slice_range(s, 0, n), '.') > 0 ? n : 0;
}

/* Does a constant look like the name of an exception? */
static bool
is_exception_name(Slice name)
{
	return slice_ends(name, SLICE("Error")) || slice_ends(name, SLICE("Exception")) ||
	       slice_find(name, SLICE("::")) > 0 || slice_equal(name, SLICE("Interrupt")) ||
	       slice_equal(name, SLICE("SystemExit"));
}

/* Takes ` (Class)` off the end of *message; false where it does not end so. */
static bool
take_class(Slice *message, Slice *type)
{
	ptrdiff_t open;
	Slice name;

	if (message->len < 3 || message->data[message->len - 1] != ')')
		return false;
	open = slice_find_last_char(*message, '(');
	name = slice_range(*message, open + 1, message->len - 1);
	if (open < 0 || (open > 0 && message->data[open - 1] != ' ') || name.len == 0 ||
	    constant_length(name) != name.len)
		return false;
	*type = name;
	message->len = open > 0 ? open - 1 : 0;
	return true;
}

/* May s be the path of a file?  One with blanks must be a whole path, or a gem's: `rack (2.0.3) lib/…`. */
static bool
is_path(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || s.data[s.len - 1] == ':')
		return false;
	if (slice_find_char(s, ' ') < 0 || s.data[0] == '/' || slice_starts(s, SLICE("(eval at ")))
		return true;
	if (s.len > 3 && is_letter(s.data[0]) && s.data[1] == ':' && (s.data[2] == '/' || s.data[2] == '\\'))
		return true;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '-' || s.data[n] == '.'))
		n++;
	if (n == 0 || !slice_starts(slice_skip(s, n), SLICE(" (")) || n + 2 >= s.len || !is_digit(s.data[n + 2]))
		return false;
	s = slice_skip(s, n + 2);
	n = 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '-' || s.data[n] == '.'))
		n++;
	return slice_starts(slice_skip(s, n), SLICE(") ")) && slice_find_char(slice_skip(s, n + 2), ' ') < 0;
}

/* Does s end as names of Ruby's files do, or have a folder? */
static bool
is_certain_path(Slice s)
{
	return is_path(s) && slice_find(s, SLICE("://")) < 0 &&
	       (slice_find_char(s, '/') >= 0 || slice_ends(s, SLICE(".rb")) || slice_ends(s, SLICE(".erb")) ||
	        slice_ends(s, SLICE(".rake")) || slice_ends(s, SLICE(".ru")) || slice_equal(s, SLICE("-e")));
}

/* Reads `file:line` or, where a function follows, `file`. */
static bool
read_place(Slice place, bool need_line, Frame *frame)
{
	bool has_line = take_position(&place, &frame->line);

	if (need_line && !has_line)
		return false;
	if (!has_line && !is_certain_path(place))
		return false;
	frame->file = place;
	return is_path(place);
}

/* Where in a method it was is not its name: `block (2 levels) in total`, `rescue in block in total`. */
static Slice
without_part(Slice function)
{
	for (;;)
	{
		ptrdiff_t in;

		if (!slice_starts(function, SLICE("block ")) && !slice_starts(function, SLICE("rescue in ")) &&
		    !slice_starts(function, SLICE("ensure in ")))
			return function;
		in = slice_find(function, SLICE("in "));
		if (in < 0 || (size_t) in + 3 == function.len)
			return function;
		function = slice_skip(function, in + 3);
	}
}

/* The class in `Shop::Cart#total` or `Shop::Cart.find`; sets where the method's name begins. */
static Slice
receiver_of(Slice function, size_t *method)
{
	size_t n = constant_length(function);

	*method = 0;
	if (n == 0 || n + 1 >= function.len || (function.data[n] != '#' && function.data[n] != '.'))
		return NO_SLICE;
	*method = n + 1;
	return slice_range(function, 0, n);
}

/* Reads "file:line:in `function'[: message]". */
static bool
read_quoted(Slice line, Entry *entry)
{
	ptrdiff_t at = slice_find(line, SLICE(":in `")), at_new = slice_find(line, SLICE(":in '")), close;
	Slice rest, place;
	size_t method;

	if (at < 0 || (at_new >= 0 && at_new < at))
		at = at_new;
	if (at <= 0)
		return false;
	rest = slice_skip(line, at + 5);
	close = slice_find_char(rest, '\'');
	if (close < 0)
		return false;
	entry->frame.function = without_part(slice_range(rest, 0, close));
	entry->frame.module = receiver_of(entry->frame.function, &method);
	rest = slice_skip(rest, close + 1);
	place = slice_range(line, 0, at);
	if (rest.len > 0)
	{
		if (rest.data[0] != ':' || (rest.len > 1 && rest.data[1] != ' '))
			return false;
		entry->message = slice_trim(slice_skip(rest, 1));
		if (slice_starts(entry->message, SLICE("warning: ")))
			return false;
	}
	entry->style = QUOTED;
	if (read_place(place, false, &entry->frame))
		return true;
	/* a logger's tags */
	if (place.data[0] == '[' && (at = slice_find(place, SLICE("] "))) > 0)
		return read_place(slice_trim(slice_skip(place, at + 2)), false, &entry->frame);
	/* the exception's class makes certain that what stands before the place is a prefix */
	if (entry->message.len > 0 && entry->message.data[entry->message.len - 1] == ')')
		return read_place(last_name(place, ' '), false, &entry->frame);
	return false;
}

/* Reads `file:line: message (Class)`, which has no function: of a SyntaxError, or in Ruby 1.8. */
static bool
read_head(Slice line, Entry *entry)
{
	ptrdiff_t at = slice_find(line, SLICE(": "));
	Slice message, type, place;

	/* `bad.rb: bad.rb:3: …` */
	if (at > 0 && (at < 2 || !is_digit(line.data[at - 1])))
	{
		line = slice_skip(line, at + 2);
		at = slice_find(line, SLICE(": "));
	}
	if (at <= 0)
		return false;
	message = slice_skip(line, at + 2);
	place = slice_range(line, 0, at);
	entry->message = message;
	entry->style = QUOTED;
	/* of the script itself, Ruby prints no class */
	if (!slice_starts(message, SLICE("syntax error")) &&
	    (!take_class(&message, &type) || !is_exception_name(type)))
		return false;
	return read_place(place, true, &entry->frame) && is_certain_path(entry->frame.file);
}

/* Reads `org.jruby.Main.run(Main.java:225)`, `RUBY.total(cart.rb:5)`. */
static bool
read_java(Slice line, Entry *entry)
{
	ptrdiff_t open = slice_find_char(line, '('), dot;
	Slice name, place;

	if (open <= 0 || line.data[line.len - 1] != ')')
		return false;
	name = slice_range(line, 0, open);
	place = slice_range(line, open + 1, line.len - 1);
	dot = slice_find_last_char(name, '.');
	if (dot <= 0 || (size_t) dot + 1 == name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.data[i]) && strchr(".$:<>?!=", name.data[i]) == NULL)
			return false;
	if (!slice_equal(place, SLICE("Native Method")) && !slice_equal(place, SLICE("Unknown Source")))
	{
		if (!take_position(&place, &entry->frame.line) && !slice_ends(place, SLICE(".java")) &&
		    !slice_ends(place, SLICE(".gen")) && slice_find_char(place, '/') < 0)
			return false;
		if (slice_find_char(place, ' ') >= 0 || slice_find_char(place, ':') >= 0 || place.len == 0 ||
		    slice_find_char(place, '(') >= 0)
			return false;
		entry->frame.file = place;
	}
	entry->frame.function = name;
	entry->frame.module = slice_range(name, 0, dot);
	entry->style = JAVA;
	return true;
}

/* Reads JavaScript's `function (file:line:column)` and `file:line:column`. */
static bool
read_execjs(Slice line, Entry *entry)
{
	ptrdiff_t open = slice_find(line, SLICE(" ("));
	Slice place = line;

	if (open > 0 && line.data[line.len - 1] == ')')
	{
		entry->frame.function = slice_range(line, 0, open);
		place = slice_range(line, open + 2, line.len - 1);
	}
	if (!take_position(&place, &entry->frame.column) || !take_position(&place, &entry->frame.line) ||
	    place.len == 0 || slice_find_char(place, ' ') >= 0)
		return false;
	entry->frame.file = place;
	entry->style = EXECJS;
	return true;
}

/* Reads `ORA-06512: at "SHOP.CART", line 5` and `ORA-06512: at line 5`. */
static bool
read_oracle(Slice line, Entry *entry)
{
	const Slice at = SLICE("ORA-06512: at "), place = SLICE("line ");
	ptrdiff_t close;

	if (!slice_starts(line, at))
		return false;
	line = slice_skip(line, at.len);
	if (line.len > 1 && line.data[0] == '"')
	{
		line = slice_skip(line, 1);
		close = slice_find(line, SLICE("\", "));
		if (close <= 0)
			return false;
		entry->frame.function = slice_range(line, 0, close);
		line = slice_skip(line, close + 3);
		close = slice_find_char(entry->frame.function, '.');
		if (close > 0)
			entry->frame.module = slice_range(entry->frame.function, 0, close);
	}
	entry->style = ORACLE;
	return slice_starts(line, place) && read_number(slice_skip(line, place.len), &entry->frame.line);
}

/* Reads JRuby's `total at cart.rb:5`. */
static bool
read_jruby(Slice line, Entry *entry)
{
	ptrdiff_t at = slice_find(line, SLICE(" at "));
	ptrdiff_t colon;
	Slice place;

	if (at <= 0 || (!is_word(line.data[0]) && line.data[0] != '<' && line.data[0] != '['))
		return false;
	place = slice_skip(line, at + 4);
	colon = slice_find_last_char(place, ':');
	if (colon <= 0 || slice_find_char(place, ' ') >= 0)
		return false;
	/* -1 and -2 stand for no line */
	if (!take_position(&place, &entry->frame.line))
	{
		int32_t none;

		if (!slice_starts(slice_skip(place, colon), SLICE(":-")) ||
		    !read_number(slice_skip(place, colon + 2), &none))
			return false;
		place.len = colon;
	}
	entry->frame.function = without_part(slice_range(line, 0, at));
	entry->frame.file = place;
	entry->style = JRUBY;
	return true;
}

/* Takes "from ", or "12: from " of Ruby 2.5 to 2.7, off the start of *line. */
static void
take_from(Slice *line, Entry *entry)
{
	const Slice from = SLICE("from ");
	size_t digits = count_digits(*line, 0);

	if (digits > 0 && slice_starts(slice_skip(*line, digits), SLICE(": from ")))
	{
		entry->numbered = true;
		*line = slice_skip(*line, digits + 2);
	}
	if (slice_starts(*line, from))
	{
		entry->from = true;
		*line = slice_trim(slice_skip(*line, from.len));
	}
	else if (slice_starts(*line, SLICE("# ")))
		*line = slice_trim(slice_skip(*line, 2)); /* RSpec */
}

/* Reads a line as a frame, where it is one at this place of the text. */
static bool
read_entry(const Reader *reader, Slice line, Entry *entry)
{
	const Slice line_trimmed = slice_trim(line);
	Slice rest = line_trimmed;
	ptrdiff_t in;

	memset(entry, 0, sizeof(*entry));
	frame_clear(&entry->frame);
	if (rest.len == 0)
		return false;
	take_from(&rest, entry);
	if (rest.len == 0)
		return false;
	if (read_quoted(rest, entry))
		return true;
	frame_clear(&entry->frame);
	entry->message = NO_SLICE;
	if (!entry->from && read_head(rest, entry))
		return true;
	frame_clear(&entry->frame);
	entry->message = NO_SLICE;
	if (read_java(rest, entry) || read_oracle(rest, entry))
		return true;
	frame_clear(&entry->frame);
	if (reader->execjs && read_execjs(rest, entry))
		return true;
	frame_clear(&entry->frame);
	/* JRuby's needs the line that names the exception shortly above it */
	if ((reader->class_line.data ? line.data - reader->class_line.data < 4096 : reader->jruby) &&
	    line.data != line_trimmed.data && read_jruby(rest, entry))
		return true;
	frame_clear(&entry->frame);
	if (!entry->from && !reader->in_frames)
		return false;
	/* without quotes: `from stmt.c:243:in oci8lib.bundle`; without a function */
	entry->style = entry->from ? FROM : BARE;
	in = slice_find(rest, SLICE(":in "));
	if (in > 0)
	{
		entry->frame.function = slice_skip(rest, in + 4);
		/* the end of its name was cut off */
		if (slice_starts(entry->frame.function, SLICE("`")) ||
		    slice_starts(entry->frame.function, SLICE("'")))
			entry->frame.function = NO_SLICE;
		if (!entry->from || slice_find_char(entry->frame.function, ' ') >= 0)
			return false;
		rest.len = in;
		return read_place(rest, true, &entry->frame);
	}
	return read_place(rest, true, &entry->frame) && is_certain_path(entry->frame.file);
}

/* Reads `Class: message`, `Class (message):` or `message (Class)`; loosely: also behind a log's prefix. */
static bool
read_named(Slice line, bool strict, Exception *exception)
{
	Slice whole = line;
	ptrdiff_t at;

	do
	{
		size_t n = class_length(line);
		Slice name = slice_range(line, 0, n), rest = slice_skip(line, n);

		if (n > 0 && is_exception_name(name) &&
		    (rest.len == 0 || slice_starts(rest, SLICE(" (")) || slice_starts(rest, SLICE(": ")) ||
		     slice_equal(rest, SLICE(":"))))
		{
			exception->type = name;
			exception->value = slice_skip(rest, rest.len > 2 ? 2 : rest.len);
			return true;
		}
		at = slice_find_char(line, ' ');
		line = slice_trim(slice_skip(line, at < 0 ? line.len : (size_t) at));
	} while (!strict && line.len > 0);

	line = whole;
	if (!take_class(&line, &exception->type) || !is_exception_name(exception->type))
	{
		exception->type = NO_SLICE;
		return false;
	}
	at = slice_find(line, SLICE(" -- "));
	if (at >= 0)
	{
		ptrdiff_t colon = slice_find(slice_skip(line, at), SLICE(": "));

		if (colon >= 0)
			line = slice_skip(line, at + colon + 2);
	}
	exception->value = line;
	return true;
}

/* Reads `ORA-20001: message`. */
static bool
read_oracle_named(Slice line, bool strict, Exception *exception)
{
	size_t n = 4;

	if (!slice_starts(line, SLICE("ORA-")))
		return false;
	n += count_digits(line, n);
	if (n < 9 || !slice_starts(slice_skip(line, n), SLICE(": ")))
		return false;
	exception->type = slice_range(line, 0, n);
	exception->value = slice_skip(line, n + 2);
	return true;
}

/* Rails prints the message in parentheses, and below it the source of a template. */
static void
end_value_in_parentheses(Slice heading, Exception *exception)
{
	Slice rest = exception->value, line;

	if (rest.data == NULL || rest.data == heading.data || rest.data[-1] != '(')
		return;
	while (next_line(&rest, &line))
	{
		line = slice_trim(line);
		if (slice_ends(line, SLICE("):")))
			line.len--;
		else if (!slice_ends(line, SLICE(")")) || slice_trim_lines(rest).len > 0)
			continue;
		exception->value.len = line.data + line.len - 1 - exception->value.data;
		return;
	}
}

/* Logger prints a message, perhaps of several lines, and the class behind it. */
static void
end_value_at_class(Slice heading, Exception *exception)
{
	const Slice marker = SLICE(" -- ");
	const char *end = exception->type.data - 2, *start = exception->value.data;
	Slice before = slice_range(heading, 0, start - heading.data);
	ptrdiff_t at;

	if (exception->type.data < exception->value.data)
		return;
	/* its first line has the logger's prefix, unless this one had */
	while (before.len > 0 && before.data[before.len - 1] != '\n')
		before.len--;
	if (before.data + before.len == start)
		for (; (at = slice_find(before, marker)) >= 0; before = slice_skip(before, at + marker.len))
		{
			ptrdiff_t colon = slice_find(slice_skip(before, at), SLICE(": "));

			if (colon >= 0)
				start = before.data + at + colon + 2;
		}
	exception->value = (Slice){start, end > start ? end - start : 0};
}

/* Begins an exception that the lines above its first frame name. */
static void
begin_below_heading(Reader *reader, const Entry *entry)
{
	Slice heading = reader->heading;
	Exception *exception = reader->exception = stack_add_exception(reader->stack);

	if (entry->style == JRUBY)
		heading = slice_range(heading, reader->class_line.data - heading.data, heading.len);
	if (read_heading(heading, entry->style == ORACLE ? read_oracle_named : read_named, exception))
	{
		end_value_at_class(heading, exception);
		end_value_in_parentheses(heading, exception);
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
		take_class(&more, &exception->type);
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
	    !read_place(slice_range(*value, 0, at), true, &place) || !is_certain_path(place.file))
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
	else if (take_class(&exception->value, &exception->type))
		add_syntax_place(reader);
	else if (slice_starts(message, SLICE("syntax error")))
		exception->type = SLICE("SyntaxError");
	else
		reader->proven = false;
}

/* Adds an entry's frame to the exception being read. */
static void
add_frame(Reader *reader, const Entry *entry)
{
	Frame *frame = stack_add_frame(reader->stack, reader->exception);

	if (frame)
		*frame = entry->frame;
	if (entry->style == QUOTED && entry->message.data == NULL)
		reader->proven = true;
	if (reader->exception->nframes >= 2)
		reader->proven = true;
	reader->ruby |= entry->style != ORACLE;
	reader->in_frames = true;
	reader->jruby = entry->style == JRUBY;
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
is_repeated(const Stack *stack, const Entry *entry)
{
	const Exception *last = &stack->exceptions[stack->nexceptions - 1];

	return last->nframes > 0 && slice_equal(last->frames[0].function, entry->frame.function) &&
	       slice_equal(last->frames[0].file, entry->frame.file) &&
	       last->frames[0].line == entry->frame.line && slice_starts(entry->message, last->value);
}

/* Takes a frame; false where it belongs to another trace, and the first one has been read. */
static bool
take_entry(Reader *reader, const Entry *entry)
{
	bool is_head = entry->message.data != NULL && !entry->from;

	if (reader->exception && reader->reversed && is_head)
	{
		/* the innermost frame, and what it is about */
		Exception *exception = reader->exception;

		exception->value = entry->message;
		take_class(&exception->value, &exception->type);
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
	if (slice_starts(trimmed, SLICE("Causes:")) || slice_starts(trimmed, SLICE("Caused by: ")) ||
	    slice_starts(trimmed, SLICE("# --- Caused by: ---")))
		reader->linked = reader->stack->nexceptions > 0;
	else if (slice_starts(trimmed, SLICE("Traceback (most recent call last)")))
		reader->linked = false;
	if (class_length(line) > 0 && read_named(trimmed, true, &ignored))
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

	text = without_highlighting(text, stack->allocator);
	/* without a frame of Ruby's, it is a trace of JavaScript */
	reader.execjs = slice_find(text, SLICE("(execjs):")) >= 0 &&
	                (slice_find(text, SLICE(":in `")) >= 0 || slice_find(text, SLICE(":in '")) >= 0);
	while (next_line(&text, &line))
	{
		Entry entry;

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

/* function without the digits and underscores at its end, where what is left ends in mark. */
static bool
cut_number(Slice *function, Slice mark)
{
	size_t n = function->len;

	while (n > 0 && (is_digit(function->data[n - 1]) || function->data[n - 1] == '_'))
		n--;
	if (n == function->len || !slice_ends(slice_range(*function, 0, n), mark))
		return false;
	function->len = n;
	return true;
}

/* Without what Rails, Tilt and JRuby put into the names of methods that they write at run time. */
static Slice
without_generated(Slice function)
{
	ptrdiff_t at;

	if (function.len == 0)
		return function;
	if (function.data[0] == '_')
	{
		/* _app_views_carts_show_html_erb__3327151541118998292_70361296749460 */
		at = slice_find(function, SLICE("__"));
		if (at > 0 && cut_number(&function, NO_SLICE))
			return function;
		cut_number(&function, SLICE("tilt"));
		cut_number(&function, SLICE("_callback_around"));
		/* _run__2736485__process_action__callbacks */
		if (slice_starts(function, SLICE("_run__")))
		{
			size_t n = 6 + count_digits(function, 6);

			return slice_skip(function, n);
		}
		return function;
	}
	/* org.jruby.Main.run, shop.cart.RUBY$method$total$0 */
	at = slice_find(function, SLICE("RUBY$"));
	if (at >= 0)
	{
		function = slice_skip(function, at + 5);
		while ((at = slice_find_char(function, '$')) > 0 && (size_t) at + 1 < function.len &&
		       !is_digit(function.data[at + 1]))
			function = slice_skip(function, at + 1);
		return at > 0 ? slice_range(function, 0, at) : function;
	}
	return function;
}

/*
 * See Language: the file and the method.  Ruby before 3.4 does not name the
 * method's class, nor do SDKs; and the same method's blocks are its code too.
 */
static void
identify_ruby(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	size_t method;

	if (slice_starts(frame->file, SLICE("(eval")))
		*module = SLICE("(eval)");
	else if (frame->file.len > 0)
		*module = file_stem(frame->file);
	*function = without_part(*function);
	receiver_of(*function, &method);
	*function = without_generated(slice_skip(*function, method));
	if (slice_ends(frame->file, SLICE(".java")))
		*function = last_name(*function, '.');
}

const Language ruby_language = {"ruby", aliases, marks, parse_ruby, identify_ruby};
