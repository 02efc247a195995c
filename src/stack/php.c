/*
 * PHP stack traces: the cause before the exception that was reported, innermost
 * frame first.
 *
 *   PHP Fatal error:  Uncaught RuntimeException: no price in /srv/shop/Cart.php:12
 *   Stack trace:
 *   #0 /srv/shop/Cart.php(30): Shop\Cart->price(Object(Shop\Item))
 *   #1 /srv/shop/index.php(3): Shop\Cart->total()
 *   #2 {main}
 *
 *   Next LogicException: no total in /srv/shop/Cart.php:32
 *   Stack trace:
 *   …
 *     thrown in /srv/shop/Cart.php on line 32
 *
 * A numbered line tells which function was called, and where from: that place
 * is in the function of the next line.  A frame here is a place and the function
 * that it is in, as in other languages and in what SDKs send: the innermost is
 * where the exception was thrown, in the function of #0.
 */
#include "stack.h"

static const char *const aliases[] = {"laravel", "symfony", "wordpress", NULL};
static const char *const marks[] = {
	"#0 ", "#1 ", " on line ", "[object] (", "Exception trace:", "Uncaught PHP Exception ", NULL};

/* How the frames of the exception being read are printed. */
typedef enum Style
{
	NUMBERED, /* #0 file(12): function() */
	SYMFONY,  /* function() at file:12, below "Exception trace:" */
	XDEBUG    /* 1. function() file:12, the outermost first */
} Style;

/* Lines that may name the exception whose frames follow. */
typedef struct Heading
{
	Slice type;  /* data NULL: there is none */
	Slice value; /* to the end of the last line before the frames */
	Style style;
	bool certain; /* a line that only looks like one does not replace it */
	bool next;    /* "Next": the one before it is its cause */
	bool monolog; /* its place stands behind "at" and before a parenthesis */
} Heading;

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one whose frames are read, or NULL */
	Style style;
	Heading heading;
	Slice last_line;  /* the one before, where there is no heading */
	Frame next;       /* a place whose function is in the next line */
	Slice function;   /* XDEBUG: of the last line */
	int calls;        /* numbered lines of the exception … */
	bool headless;    /* … which nothing names */
	bool linked;      /* what comes next belongs to the chain */
	bool cause_first; /* "Next" was read */
	bool open;        /* the last line ended within its arguments */
} Reader;

/* A name without the backslashes that JSON doubles. */
static Slice
single_backslashes(Slice name, Allocator allocator)
{
	char *copy;
	size_t used = 0;

	if (slice_find(name, SLICE("\\\\")) < 0)
		return name;
	copy = allocator.alloc(allocator.context, name.len);
	for (size_t i = 0; i < name.len; i++)
	{
		copy[used++] = name.data[i];
		if (name.data[i] == '\\' && i + 1 < name.len && name.data[i + 1] == '\\')
			i++;
	}
	return (Slice){copy, used};
}

/* The length of the name of a class that s begins with. */
static size_t
class_length(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || is_digit(s.data[0]))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '\\'))
		n++;
	/* class@anonymous, with the place of its definition behind a NUL */
	if (n > 0 && slice_starts(slice_skip(s, n), SLICE("@anonymous")))
	{
		n += 10;
		if (n < s.len && s.data[n] == '\0')
			while (n < s.len && s.data[n] != ':' && s.data[n] != '(' && s.data[n] != '-')
				n++;
	}
	return n;
}

/* The index of the `->` or `::` between a class and its method, or -1. */
static ptrdiff_t
find_separator(Slice function)
{
	if (function.len == 0 || function.data[0] == '{')
		return -1;
	for (size_t i = 1; i + 2 < function.len; i++)
		if ((function.data[i] == '-' && function.data[i + 1] == '>') ||
		    (function.data[i] == ':' && function.data[i + 1] == ':'))
			return (ptrdiff_t) i;
	return -1;
}

/* The length of the function's name that s begins with; a closure's may hold parentheses. */
static size_t
function_length(Slice s)
{
	int depth = 0;
	size_t n = 0;

	for (; n < s.len && (depth > 0 || s.data[n] != '('); n++)
	{
		if (s.data[n] == '{')
			depth++;
		else if (s.data[n] == '}')
			depth--;
		else if (depth == 0 && is_blank(s.data[n]))
			return 0;
	}
	return n < s.len ? n : 0;
}

/* Sets frame's function to name, which is `function`, `Class->method` or `Class::method`. */
static void
set_function(Frame *frame, Slice name, Allocator allocator)
{
	ptrdiff_t at;

	frame->function = name = single_backslashes(name, allocator);
	at = find_separator(name);
	if (at > 0)
		frame->module = slice_range(name, 0, at);
	else if ((at = slice_find_last_char(name, '\\')) > 0 && slice_find_char(name, ':') < 0)
		frame->module = slice_range(name, 0, at);
}

/* Is s a path, or what PHP writes instead of one? */
static bool
is_path(Slice s)
{
	static const Slice elsewhere[] = {{"php shell code", 14},
	                                  {"Command line code", 17},
	                                  {"Standard input code", 19}};

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (slice_starts(s, elsewhere[i]))
			return true;
	return s.data[0] == '/' || s.data[0] == '\\' || slice_ends(s, SLICE(".php")) ||
	       slice_ends(s, SLICE(".phtml")) || slice_ends(s, SLICE(".inc")) ||
	       slice_starts(s, SLICE("phar://")) || slice_starts(s, SLICE("vfs://")) ||
	       slice_ends(s, SLICE("eval()'d code")) ||
	       (s.len > 3 && is_letter(s.data[0]) && s.data[1] == ':' && (s.data[2] == '\\' || s.data[2] == '/'));
}

/* Reads `file:line`. */
static bool
read_place(Slice place, Frame *frame)
{
	frame_clear(frame);
	if (!take_position(&place, &frame->line) || !is_path(place))
		return false;
	frame->file = place;
	return true;
}

/* Reads `file on line 12`. */
static bool
read_on_line(Slice place, Frame *frame)
{
	ptrdiff_t at = slice_find_last_char(place, ' ');

	frame_clear(frame);
	if (at < 8 || !slice_ends(slice_range(place, 0, at), SLICE(" on line")) ||
	    !read_number(slice_skip(place, at + 1), &frame->line))
		return false;
	place.len = at - 8;
	frame->file = place;
	return is_path(place);
}

/* Reads the file of `/srv/shop/Cart.php(12): `, of which place is what stands before the colon. */
static bool
read_called_place(Slice place, Frame *frame)
{
	ptrdiff_t open;

	frame_clear(frame);
	if (slice_equal(place, SLICE("[internal function]")))
		return true;
	if (place.len < 4 || place.data[place.len - 1] != ')')
		return false;
	open = slice_find_last_char(place, '(');
	if (open <= 0 || !read_number(slice_range(place, open + 1, place.len - 1), &frame->line))
		return false;
	frame->file = slice_range(place, 0, open);
	return is_path(frame->file) || slice_find_char(frame->file, ' ') < 0;
}

/* A line `#0 file(12): function(arguments)`. */
typedef struct Call
{
	int32_t number;
	Slice function;
	Frame place; /* where it was called */
	bool open;   /* its arguments go on in the next line */
	bool main;   /* `#3 {main}` */
} Call;

/* Reads a numbered line. */
static bool
read_call(Slice line, Call *call)
{
	size_t digits = 1, n;
	ptrdiff_t at;

	if (line.len < 4 || line.data[0] != '#')
		return false;
	digits += count_digits(line, digits);
	if (!read_number(slice_range(line, 1, digits), &call->number) || digits == line.len ||
	    line.data[digits] != ' ')
		return false;
	line = slice_skip(line, digits + 1);
	call->main = slice_starts(line, SLICE("{main}"));
	call->open = false;
	frame_clear(&call->place);
	if (call->main)
	{
		call->function = slice_range(line, 0, 6);
		return true;
	}
	at = slice_find(line, SLICE("): "));
	if (slice_starts(line, SLICE("[internal function]: ")))
		at = 18;
	else if (at > 0 && slice_starts(slice_skip(line, at + 1), SLICE(" : eval()'d code")))
		return false;
	if (at <= 0 || !read_called_place(slice_range(line, 0, at + 1), &call->place))
		return false;
	line = slice_skip(line, at + 3);
	n = function_length(line);
	if (n == 0)
		return false;
	call->function = slice_range(line, 0, n);
	call->open = line.data[line.len - 1] != ')';
	return true;
}

/* Adds the place that waits for its function, with that: which may have no name. */
static void
add_frame(Reader *reader, Slice function)
{
	if (reader->next.file.len == 0 && function.len == 0)
		return;
	if (function.len > 0)
		set_function(&reader->next, function, reader->stack->allocator);
	stack_put_frame(reader->stack, reader->exception, &reader->next);
	frame_clear(&reader->next);
}

/* Ends the exception being read: the last place has no function. */
static void
end_exception(Reader *reader)
{
	if (reader->exception)
	{
		add_frame(reader, reader->style == XDEBUG ? reader->function : NO_SLICE);
		if (reader->style == XDEBUG)
			exception_reverse_frames(reader->exception);
	}
	/* one line in the middle of other text is too little */
	if (reader->exception && reader->headless && reader->calls < 2)
		stack_forget_exception(reader->stack);
	reader->exception = NULL;
	reader->headless = false;
	reader->open = false;
	reader->function = NO_SLICE;
	memset(&reader->heading, 0, sizeof(reader->heading));
}

/* The index of the last part in s, or -1. */
static ptrdiff_t
find_last(Slice s, Slice part)
{
	for (size_t i = s.len; i >= part.len; i--)
		if (memcmp(s.data + i - part.len, part.data, part.len) == 0)
			return (ptrdiff_t) (i - part.len);
	return -1;
}

/* Takes ` in file:12` or ` in file on line 12` off the end of *value. */
static bool
take_thrown(Slice *value, Frame *frame)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t at;

	*value = slice_trim_lines(*value);
	at = find_last(*value, in);
	/* without a message, `Class in file:12` */
	if (at < 0 && slice_starts(*value, SLICE("in ")))
		at = -1;
	else if (at < 0)
		return false;
	if (!read_place(slice_skip(*value, at + 4), frame) && !read_on_line(slice_skip(*value, at + 4), frame))
		return false;
	value->len = at > 0 ? at : 0;
	return true;
}

/* Takes ` at file:12)` and what follows it off *value, as Monolog prints it. */
static bool
take_monolog_place(Slice *value, Frame *frame, Slice *rest)
{
	const Slice at = SLICE(" at ");
	size_t from = 0;
	ptrdiff_t found;

	while ((found = slice_find(slice_skip(*value, from), at)) >= 0)
	{
		Slice place = slice_skip(*value, from + found + at.len);
		ptrdiff_t end;

		end = slice_find_char(place.len > 1024 ? slice_range(place, 0, 1024) : place, ')');
		if (end > 0)
		{
			Slice inner = slice_range(place, 0, end);
			ptrdiff_t comma = slice_find_char(inner, ',');

			if (comma > 0)
				inner.len = end = comma;
			if (read_place(inner, frame))
			{
				*rest = slice_skip(place, end);
				value->len = from + found;
				return true;
			}
		}
		from += found + at.len;
	}
	return false;
}

/* Begins an exception of that name, thrown at place. */
static void
begin(Reader *reader, Slice type, Slice value, const Frame *place)
{
	reader->exception = stack_add_exception(reader->stack);
	reader->exception->type = single_backslashes(type, reader->stack->allocator);
	reader->exception->value = slice_trim_lines(value);
	reader->next = *place;
	reader->style = NUMBERED;
	reader->linked = false;
}

/* Begins the exception that the lines read so far name. */
static void
begin_below_heading(Reader *reader)
{
	Heading heading = reader->heading;
	Frame place;
	Slice rest;

	frame_clear(&place);
	if (heading.type.data == NULL)
		heading.value = NO_SLICE;
	else if (heading.monolog)
		take_monolog_place(&heading.value, &place, &rest);
	else if (heading.style != SYMFONY)
		take_thrown(&heading.value, &place);
	if (slice_starts(heading.value, SLICE("with message '")))
	{
		heading.value = slice_skip(heading.value, 14);
		if (slice_ends(heading.value, SLICE("'")))
			heading.value.len--;
	}
	reader->cause_first |= heading.next;
	begin(reader, heading.type, heading.value, &place);
	memset(&reader->heading, 0, sizeof(reader->heading));
}

/* Does the name of a class look like that of an exception? */
static bool
is_exception_name(Slice name)
{
	return slice_ends(name, SLICE("Exception")) || slice_ends(name, SLICE("Error")) ||
	       slice_find_char(name, '\\') > 0;
}

/* Reads `Class: message`, `Class in file:12` or `Class' with message 'message'` at the start of line. */
static bool
read_class(Slice line, Heading *heading)
{
	const Slice colon = SLICE(": "), in = SLICE(" in "), with = SLICE("' with message '");
	size_t n = class_length(line);
	Slice rest = slice_skip(line, n);

	if (n == 0 ||
	    !(rest.len == 0 || slice_starts(rest, colon) || slice_starts(rest, in) || slice_starts(rest, with) ||
	      slice_starts(rest, SLICE("' in ")) || slice_equal(rest, SLICE(":"))))
		return false;
	heading->type = slice_range(line, 0, n);
	heading->value = slice_skip(rest, rest.len > 2 ? 2 : rest.len);
	if (slice_starts(rest, in))
		heading->value = rest; /* the place ends it */
	return true;
}

/* Reads a line that may name an exception: its frames, or more of its message, follow. */
static bool
read_heading_line(Slice line, Heading *heading)
{
	static const Slice words[] = {{"Uncaught exception '", 20}, {"Uncaught ", 9}, {"exception '", 11}};
	Slice rest = line;
	ptrdiff_t at;

	memset(heading, 0, sizeof(*heading));
	heading->certain = true;
	if (slice_starts(line, SLICE("Next exception '")))
		heading->next = read_class(slice_skip(line, 16), heading);
	else if (slice_starts(line, SLICE("Next ")))
		heading->next = read_class(slice_skip(line, 5), heading);
	if (heading->next)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((at = slice_find(line, words[i])) >= 0 &&
		    read_class(slice_skip(line, at + words[i].len), heading))
			return true;
	heading->certain = false;
	if (line.len > 2 && line.data[0] == '[' && line.data[line.len - 1] == ']')
	{
		/* Symfony's console: `[Shop\CartException (3)]` */
		size_t n = class_length(slice_skip(line, 1));

		heading->type = slice_range(line, 1, n + 1);
		heading->value = slice_skip(line, line.len);
		heading->style = SYMFONY;
		return n > 0 && is_exception_name(heading->type);
	}
	while (rest.len > 0)
	{
		if (read_class(rest, heading) && is_exception_name(heading->type))
			return true;
		at = slice_find_char(rest, ' ');
		rest = slice_trim(slice_skip(rest, at < 0 ? rest.len : (size_t) at));
	}
	heading->type = NO_SLICE;
	return false;
}

/*
 * Takes what Monolog prints of an exception, with the earlier form of those that
 * it was caused by: `[object] (Class(code: 0): message at file:12, Class(code: 0): …)`.
 * False where line holds no such thing, or not all of it.
 */
static bool
take_monolog(Reader *reader, Slice line)
{
	const Slice object = SLICE("[object] ("), code = SLICE("(code: "), comma = SLICE(", ");
	ptrdiff_t at = slice_find(line, object), close;
	bool any = false, previous;

	if (at < 0)
		return false;
	previous = slice_find(slice_range(line, 0, at), SLICE("[previous exception]")) >= 0;
	line = slice_skip(line, at + object.len);
	for (;;)
	{
		size_t n = class_length(line);
		Slice type = slice_range(line, 0, n), rest = NO_SLICE;
		Heading heading = {.type = type, .certain = true, .monolog = true};
		Frame place;

		if (n == 0 || !slice_starts(slice_skip(line, n), code))
			return any;
		line = slice_skip(line, n);
		close = slice_find(line, SLICE("): "));
		if (close < 0)
			return any;
		heading.value = line = slice_skip(line, close + 3);
		if (!any && !previous && reader->stack->nexceptions > 0 && !reader->linked)
			return false;
		end_exception(reader);
		if (!take_monolog_place(&heading.value, &place, &rest))
		{
			/* the message goes on in the lines below */
			reader->heading = heading;
			reader->linked = reader->stack->nexceptions > 0;
			return true;
		}
		begin(reader, type, heading.value, &place);
		any = true;
		if (!slice_starts(rest, comma))
			return true;
		line = slice_skip(rest, comma.len);
	}
}

/* Takes `PHP Warning:  message in file on line 12`; and Symfony's `Uncaught PHP Exception Class: "…" at file line 12`. */
static bool
take_message(Reader *reader, Slice line)
{
	static const Slice levels[] = {
		{"Fatal error: ", 13},
		{"Warning: ", 9},
		{"Parse error: ", 13},
		{"Notice: ", 8},
		{"Deprecated: ", 12},
		{"Recoverable fatal error: ", 25},
		{"Catchable fatal error: ", 23},
		{"Core error: ", 12},
		{"Compile error: ", 15},
		{"User error: ", 12},
		{"User warning: ", 14},
		{"Strict Standards: ", 18},
	};
	const Slice symfony = SLICE("Uncaught PHP Exception ");
	ptrdiff_t at = slice_find(line, symfony);
	Frame place;
	Slice value;

	if (at >= 0)
	{
		Heading heading;
		ptrdiff_t end, quote;

		value = slice_skip(line, at + symfony.len);
		if (!read_class(value, &heading) || (quote = slice_find(heading.value, SLICE("\" at "))) <= 0 ||
		    heading.value.data[0] != '"')
			return false;
		value = slice_skip(heading.value, quote + 5);
		end = slice_find(value, SLICE(" line "));
		if (end <= 0)
			return false;
		frame_clear(&place);
		place.file = slice_range(value, 0, end);
		value = slice_skip(value, end + 6);
		end = slice_find_char(value, ' ');
		if (!read_number(end < 0 ? value : slice_range(value, 0, end), &place.line) || !is_path(place.file))
			return false;
		begin(reader, heading.type, slice_range(heading.value, 1, quote), &place);
		return true;
	}
	at = slice_find(line, SLICE("PHP "));
	if (at > 0 && at < 100)
		line = slice_skip(line, at);
	if (slice_starts(line, SLICE("PHP ")))
		line = slice_skip(line, 4);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
	{
		if (!slice_starts(line, levels[i]))
			continue;
		value = slice_trim(slice_skip(line, levels[i].len));
		if (slice_starts(value, SLICE("Uncaught ")) || !take_thrown(&value, &place))
			return false;
		begin(reader, slice_range(levels[i], 0, levels[i].len - 2), value, &place);
		return true;
	}
	return false;
}

/* Do the lines above surely name an exception? */
static bool
has_certain_heading(const Heading *heading)
{
	Slice value = heading->value;
	Frame ignored;

	return heading->type.data && (heading->certain || take_thrown(&value, &ignored));
}

/* Takes a numbered line; false where it belongs to another trace. */
static bool
take_call(Reader *reader, const Call *call)
{
	if (reader->exception == NULL || (call->number == 0 && reader->exception->nframes > 0))
	{
		if (reader->stack->nexceptions > 0 && !reader->linked && !reader->heading.next)
			return false;
		if (!has_certain_heading(&reader->heading) && (call->main || !is_path(call->place.file)))
			return true; /* too little to be a trace */
		begin_below_heading(reader);
		reader->headless = reader->exception->type.data == NULL;
		reader->calls = 0;
	}
	reader->calls++;
	add_frame(reader, call->function);
	reader->next = call->place;
	reader->open = call->open;
	if (call->main)
		end_exception(reader);
	return true;
}

/* Takes `Shop\Cart->total() at file:12`, or first, without a function, where the exception was thrown. */
static bool
take_symfony(Reader *reader, Slice line)
{
	ptrdiff_t at = slice_starts(line, SLICE("at ")) ? 0 : find_last(line, SLICE(" at "));
	size_t n;
	Frame place;

	if (at < 0 || !read_place(slice_trim(slice_skip(line, at + 3)), &place))
		return false;
	n = function_length(slice_range(line, 0, at));
	if (n > 0)
		add_frame(reader, slice_range(line, 0, n));
	reader->next = place;
	return true;
}

/* Takes Xdebug's `1. Shop\Cart->total($a = 1) file:12`. */
static bool
take_xdebug(Reader *reader, Slice line)
{
	ptrdiff_t dot = slice_find(line, SLICE(". ")), at = slice_find_last_char(line, ' ');
	Slice name;
	Frame place, thrown = reader->next;
	size_t n;

	if (dot <= 0 || at < dot || !is_digit(line.data[dot - 1]))
		return false;
	name = slice_trim(slice_skip(line, dot + 2));
	n = function_length(name);
	if (n == 0 || !read_place(slice_skip(line, at + 1), &place))
		return false;
	/* its place is in the function of the line before */
	if (reader->function.len > 0)
	{
		reader->next = place;
		add_frame(reader, reader->function);
		reader->next = thrown;
	}
	reader->function = slice_range(name, 0, n);
	return true;
}

/* Takes a line that is no numbered frame. */
static void
take_other(Reader *reader, Slice line)
{
	Heading heading;
	Slice trimmed = slice_trim(line);

	if (reader->open && reader->exception && !slice_starts(trimmed, SLICE("thrown in ")))
		return;
	if (reader->exception && reader->style == SYMFONY && take_symfony(reader, trimmed))
		return;
	if (reader->exception && reader->style == XDEBUG && take_xdebug(reader, trimmed))
		return;
	if (trimmed.len == 0 && reader->exception && reader->exception->nframes == 0)
		return;
	if (slice_equal(trimmed, SLICE("PHP Stack trace:")) || slice_equal(trimmed, SLICE("Call Stack:")) ||
	    slice_equal(trimmed, SLICE("Stack trace:")))
	{
		if (reader->exception && reader->exception->nframes == 0)
			reader->style = XDEBUG;
		else if (reader->exception == NULL && reader->heading.type.data && trimmed.data[0] != 'S' &&
		         reader->stack->nexceptions == 0)
		{
			begin_below_heading(reader);
			reader->style = XDEBUG;
		}
		return;
	}
	if (slice_equal(trimmed, SLICE("[stacktrace]")))
		return;
	if (slice_equal(trimmed, SLICE("Exception trace:")) && reader->heading.style == SYMFONY)
	{
		begin_below_heading(reader);
		reader->style = SYMFONY;
		return;
	}
	if (reader->exception)
		end_exception(reader);
	if (take_monolog(reader, trimmed) || (reader->stack->nexceptions == 0 && take_message(reader, trimmed)))
		return;
	if (read_heading_line(trimmed, &heading) && (heading.certain || !reader->heading.certain))
		reader->heading = heading;
	else if (reader->heading.type.data && reader->heading.value.data && trimmed.len > 0)
		extend_lines(&reader->heading.value, line);
}

/* Reads text; see Language. */
static void
parse_php(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack};
	Slice line;

	while (next_line(&text, &line))
	{
		Call call;

		if (!read_call(slice_trim(line), &call))
			take_other(&reader, line);
		else if (!take_call(&reader, &call))
			break;
	}
	end_exception(&reader);
	if (reader.cause_first)
		stack_reverse_exceptions(stack);
}

/* Is the stem of a file's name a hash, as that of a compiled template? */
static bool
is_hash(Slice stem)
{
	for (size_t i = 0; i < stem.len; i++)
		if (!is_hex_digit(stem.data[i]))
			return false;
	return stem.len >= 32;
}

/* A class without what is generated: proxies' namespaces, hashes of templates. */
static Slice
without_generated(Slice class_name)
{
	const Slice proxies = SLICE("Proxies\\__CG__\\"), twig = SLICE("__TwigTemplate_");
	ptrdiff_t at;

	at = slice_find(class_name, SLICE("@anonymous"));
	if (at > 0)
		return slice_range(class_name, 0, at + 10);
	if (slice_starts(class_name, twig))
		return slice_range(class_name, 0, twig.len - 1);
	if (slice_starts(class_name, SLICE("Container")) && (at = slice_find_char(class_name, '\\')) == 16)
		return slice_skip(class_name, at + 1); /* Symfony's: ContainerAbC12dE\… */
	at = slice_find(class_name, proxies);
	return at >= 0 ? slice_skip(class_name, at + proxies.len) : class_name;
}

/*
 * See Language: the class and the method, or the file and the function.  Text
 * has Class->method where SDKs have Class::method; a closure is told by its
 * class or file, as only PHP 8.4 says which method it stands in.
 */
static void
identify_php(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	ptrdiff_t at = find_separator(*function);
	Slice file = frame->file;

	if (at > 0)
	{
		*module = without_generated(slice_range(*function, 0, at));
		*function = slice_skip(*function, at + 2);
	}
	else
	{
		/* `/srv/shop/Cart.php(12) : eval()'d code` */
		if (slice_ends(file, SLICE("eval()'d code")) && (at = slice_find(file, SLICE(".php("))) > 0)
			file.len = at;
		*module = file_stem(file);
		if (is_hash(*module))
			*module = SLICE("views");
	}
	if (slice_find(*function, SLICE("{closure")) >= 0)
		*function = SLICE("{closure}");
	else if (slice_equal(*function, SLICE("{main}")))
		*function = NO_SLICE;
}

const Language php_language = {"php", aliases, marks, parse_php, identify_php};
