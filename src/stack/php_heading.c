/*
 * The lines that name PHP's exceptions, and where they were thrown.
 *
 *   PHP Fatal error:  Uncaught RuntimeException: no price in /srv/shop/Cart.php:12
 *   Next LogicException: no total in /srv/shop/Cart.php:32
 *   [object] (LogicException(code: 0): no total at /srv/shop/Cart.php:32)
 */
#include "php.h"

/* The length of the name of a class that s begins with. */
size_t
php_class_length(Slice s)
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

/* The index of the last part in s, or -1. */
ptrdiff_t
php_find_last(Slice s, Slice part)
{
	for (size_t i = s.len; i >= part.len; i--)
		if (memcmp(s.data + i - part.len, part.data, part.len) == 0)
			return (ptrdiff_t) (i - part.len);
	return -1;
}

/* Takes ` in file:12` or ` in file on line 12` off the end of *value. */
bool
php_take_thrown(Slice *value, Frame *frame)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t at;

	*value = slice_trim_lines(*value);
	at = php_find_last(*value, in);
	/* without a message, `Class in file:12` */
	if (at < 0 && slice_starts(*value, SLICE("in ")))
		at = -1;
	else if (at < 0)
		return false;
	if (!php_read_place(slice_skip(*value, at + 4), frame) &&
	    !php_read_on_line(slice_skip(*value, at + 4), frame))
		return false;
	value->len = at > 0 ? at : 0;
	return true;
}

/* Takes ` at file:12)` and what follows it off *value, as Monolog prints it. */
bool
php_take_monolog_place(Slice *value, Frame *frame, Slice *rest)
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
			if (php_read_place(inner, frame))
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

/* Does the name of a class look like that of an exception? */
static bool
is_exception_name(Slice name)
{
	return slice_ends(name, SLICE("Exception")) || slice_ends(name, SLICE("Error")) ||
	       slice_find_char(name, '\\') > 0;
}

/* Reads `Class: message`, `Class in file:12` or `Class' with message 'message'` at the start of line. */
bool
php_read_class(Slice line, PhpHeading *heading)
{
	const Slice colon = SLICE(": "), in = SLICE(" in "), with = SLICE("' with message '");
	size_t n = php_class_length(line);
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
bool
php_read_heading_line(Slice line, PhpHeading *heading)
{
	static const Slice words[] = {{"Uncaught exception '", 20}, {"Uncaught ", 9}, {"exception '", 11}};
	Slice rest = line;
	ptrdiff_t at;

	memset(heading, 0, sizeof(*heading));
	heading->certain = true;
	if (slice_starts(line, SLICE("Next exception '")))
		heading->next = php_read_class(slice_skip(line, 16), heading);
	else if (slice_starts(line, SLICE("Next ")))
		heading->next = php_read_class(slice_skip(line, 5), heading);
	if (heading->next)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((at = slice_find(line, words[i])) >= 0 &&
		    php_read_class(slice_skip(line, at + words[i].len), heading))
			return true;
	heading->certain = false;
	if (line.len > 2 && line.data[0] == '[' && line.data[line.len - 1] == ']')
	{
		/* Symfony's console: `[Shop\CartException (3)]` */
		size_t n = php_class_length(slice_skip(line, 1));

		heading->type = slice_range(line, 1, n + 1);
		heading->value = slice_skip(line, line.len);
		heading->style = PHP_SYMFONY;
		return n > 0 && is_exception_name(heading->type);
	}
	while (rest.len > 0)
	{
		if (php_read_class(rest, heading) && is_exception_name(heading->type))
			return true;
		at = slice_find_char(rest, ' ');
		rest = slice_trim(slice_skip(rest, at < 0 ? rest.len : (size_t) at));
	}
	heading->type = NO_SLICE;
	return false;
}
