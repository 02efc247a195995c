/*
 * The lines that name Ruby's exceptions.
 *
 *   Shop::CartError: no total
 *   Shop::CartError (no total):
 *   E, [2024-05-31T07:45:12.123456 #1234] ERROR -- : no total (Shop::CartError)
 *   Rack app ("GET /cart"): #<Shop::CartError: no total>
 */
#include "ruby.h"

/* The length of the constant that s begins with: `Shop::Cart`, or 0. */
size_t
ruby_constant_length(Slice s)
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
size_t
ruby_class_length(Slice s)
{
	size_t n = ruby_constant_length(s);

	if (n > 0 || s.len == 0 || !is_letter(s.data[0]))
		return n;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$'))
		n++;
	return slice_find_char(slice_range(s, 0, n), '.') > 0 ? n : 0;
}

/* Does a constant look like the name of an exception? */
bool
ruby_is_exception_name(Slice name)
{
	return slice_ends(name, SLICE("Error")) || slice_ends(name, SLICE("Exception")) ||
	       slice_find(name, SLICE("::")) > 0 || slice_equal(name, SLICE("Interrupt")) ||
	       slice_equal(name, SLICE("SystemExit"));
}

/* Takes ` (Class)` off the end of *message; false where it does not end so. */
bool
ruby_take_class(Slice *message, Slice *type)
{
	ptrdiff_t open;
	Slice name;

	if (message->len < 3 || message->data[message->len - 1] != ')')
		return false;
	open = slice_find_last_char(*message, '(');
	name = slice_range(*message, open + 1, message->len - 1);
	if (open < 0 || (open > 0 && message->data[open - 1] != ' ') || name.len == 0 ||
	    ruby_constant_length(name) != name.len)
		return false;
	*type = name;
	message->len = open > 0 ? open - 1 : 0;
	return true;
}

/* Reads what `inspect` makes of an exception, at the end of a line: `#<Class: message>`. */
static bool
read_inspected(Slice line, Exception *exception)
{
	ptrdiff_t at = slice_find(line, SLICE("#<"));
	size_t n;

	if (at < 0 || !slice_ends(line, SLICE(">")))
		return false;
	line = slice_skip(line, at + 2);
	n = ruby_constant_length(line);
	if (n == 0 || !slice_starts(slice_skip(line, n), SLICE(": ")) ||
	    !ruby_is_exception_name(slice_range(line, 0, n)))
		return false;
	exception->type = slice_range(line, 0, n);
	exception->value = slice_skip(line, n + 2);
	return true;
}

/* Reads `Class: message`, `Class (message):` or `message (Class)`; loosely: also behind a log's prefix. */
bool
ruby_read_named(Slice line, bool strict, Exception *exception)
{
	Slice whole = line;
	ptrdiff_t at;

	do
	{
		size_t n = ruby_class_length(line);
		Slice name = slice_range(line, 0, n), rest = slice_skip(line, n);

		if (n > 0 && ruby_is_exception_name(name) &&
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
	if (read_inspected(line, exception))
		return true;
	if (!ruby_take_class(&line, &exception->type) || !ruby_is_exception_name(exception->type))
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
bool
ruby_read_oracle_named(Slice line, bool strict, Exception *exception)
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
void
ruby_end_value_in_parentheses(Slice heading, Exception *exception)
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

/* What `inspect` makes of an exception ends in a bracket. */
void
ruby_end_inspected_value(Slice heading, Exception *exception)
{
	Slice type = exception->type;

	if (type.data > heading.data && type.data < exception->value.data &&
	    exception->value.data == type.data + type.len + 2 && slice_ends(exception->value, SLICE(">")) &&
	    type.data[-1] == '<')
		exception->value.len--;
}

/* Logger prints a message, perhaps of several lines, and the class behind it. */
void
ruby_end_value_at_class(Slice heading, Exception *exception)
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
