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
#include "php.h"

static const char *const aliases[] = {"laravel", "symfony", "wordpress", NULL};
static const char *const marks[] = {
	"#0 ", "#1 ", " on line ", "[object] (", "Exception trace:", "Uncaught PHP Exception ", NULL};

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one whose frames are read, or NULL */
	PhpStyle style;
	PhpHeading heading;
	Slice last_line;  /* the one before, where there is no heading */
	Frame next;       /* a place whose function is in the next line */
	Slice function;   /* PHP_XDEBUG: of the last line */
	int calls;        /* numbered lines of the exception … */
	bool headless;    /* … which nothing names */
	bool linked;      /* what comes next belongs to the chain */
	bool cause_first; /* "Next" was read */
	bool open;        /* the last line ended within its arguments */
} Reader;

/* Adds the place that waits for its function, with that: which may have no name. */
static void
add_frame(Reader *reader, Slice function)
{
	if (reader->next.file.len == 0 && function.len == 0)
		return;
	if (function.len > 0)
		php_set_function(&reader->next, function, reader->stack->allocator);
	stack_put_frame(reader->stack, reader->exception, &reader->next);
	frame_clear(&reader->next);
}

/* Ends the exception being read: the last place has no function. */
static void
end_exception(Reader *reader)
{
	if (reader->exception)
	{
		add_frame(reader, reader->style == PHP_XDEBUG ? reader->function : NO_SLICE);
		if (reader->style == PHP_XDEBUG)
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

/* Begins an exception of that name, thrown at place. */
static void
begin(Reader *reader, Slice type, Slice value, const Frame *place)
{
	reader->exception = stack_add_exception(reader->stack);
	reader->exception->type = php_single_backslashes(type, reader->stack->allocator);
	reader->exception->value = slice_trim_lines(value);
	reader->next = *place;
	reader->style = PHP_NUMBERED;
	reader->linked = false;
}

/* Begins the exception that the lines read so far name. */
static void
begin_below_heading(Reader *reader)
{
	PhpHeading heading = reader->heading;
	Frame place;
	Slice rest;

	frame_clear(&place);
	if (heading.type.data == NULL)
		heading.value = NO_SLICE;
	else if (heading.monolog)
		php_take_monolog_place(&heading.value, &place, &rest);
	else if (heading.style != PHP_SYMFONY)
		php_take_thrown(&heading.value, &place);
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
		size_t n = php_class_length(line);
		Slice type = slice_range(line, 0, n), rest = NO_SLICE;
		PhpHeading heading = {.type = type, .certain = true, .monolog = true};
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
		if (!php_take_monolog_place(&heading.value, &place, &rest))
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
		PhpHeading heading;
		ptrdiff_t end, quote;

		value = slice_skip(line, at + symfony.len);
		if (!php_read_class(value, &heading) || (quote = slice_find(heading.value, SLICE("\" at "))) <= 0 ||
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
		if (!read_number(end < 0 ? value : slice_range(value, 0, end), &place.line) ||
		    !php_is_path(place.file))
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
		if (slice_starts(value, SLICE("Uncaught ")) || !php_take_thrown(&value, &place))
			return false;
		begin(reader, slice_range(levels[i], 0, levels[i].len - 2), value, &place);
		return true;
	}
	return false;
}

/* Do the lines above surely name an exception? */
static bool
has_certain_heading(const PhpHeading *heading)
{
	Slice value = heading->value;
	Frame ignored;

	return heading->type.data && (heading->certain || php_take_thrown(&value, &ignored));
}

/* Takes a numbered line; false where it belongs to another trace. */
static bool
take_call(Reader *reader, const PhpCall *call)
{
	if (reader->exception == NULL || (call->number == 0 && reader->exception->nframes > 0))
	{
		if (reader->stack->nexceptions > 0 && !reader->linked && !reader->heading.next)
			return false;
		if (!has_certain_heading(&reader->heading) && (call->main || !php_is_path(call->place.file)))
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
	ptrdiff_t at = slice_starts(line, SLICE("at ")) ? 0 : php_find_last(line, SLICE(" at "));
	size_t n;
	Frame place;

	if (at < 0 || !php_read_place(slice_trim(slice_skip(line, at + 3)), &place))
		return false;
	n = php_function_length(slice_range(line, 0, at));
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
	n = php_function_length(name);
	if (n == 0 || !php_read_place(slice_skip(line, at + 1), &place))
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
	PhpHeading heading;
	Slice trimmed = slice_trim(line);

	if (reader->open && reader->exception && !slice_starts(trimmed, SLICE("thrown in ")))
		return;
	if (reader->exception && reader->style == PHP_SYMFONY && take_symfony(reader, trimmed))
		return;
	if (reader->exception && reader->style == PHP_XDEBUG && take_xdebug(reader, trimmed))
		return;
	if (trimmed.len == 0 && reader->exception && reader->exception->nframes == 0)
		return;
	if (slice_equal(trimmed, SLICE("PHP Stack trace:")) || slice_equal(trimmed, SLICE("Call Stack:")) ||
	    slice_equal(trimmed, SLICE("Stack trace:")))
	{
		if (reader->exception && reader->exception->nframes == 0)
			reader->style = PHP_XDEBUG;
		else if (reader->exception == NULL && reader->heading.type.data && trimmed.data[0] != 'S' &&
		         reader->stack->nexceptions == 0)
		{
			begin_below_heading(reader);
			reader->style = PHP_XDEBUG;
		}
		return;
	}
	if (slice_equal(trimmed, SLICE("[stacktrace]")))
		return;
	if (slice_equal(trimmed, SLICE("Exception trace:")) && reader->heading.style == PHP_SYMFONY)
	{
		begin_below_heading(reader);
		reader->style = PHP_SYMFONY;
		return;
	}
	if (reader->exception)
		end_exception(reader);
	if (take_monolog(reader, trimmed) || (reader->stack->nexceptions == 0 && take_message(reader, trimmed)))
		return;
	if (php_read_heading_line(trimmed, &heading) && (heading.certain || !reader->heading.certain))
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
		PhpCall call;

		if (!php_read_call(slice_trim(line), &call))
			take_other(&reader, line);
		else if (!take_call(&reader, &call))
			break;
	}
	end_exception(&reader);
	if (reader.cause_first)
		stack_reverse_exceptions(stack);
}

const Language php_language = {"php", aliases, marks, parse_php, php_identify, '\\', .borrows_place = true};
