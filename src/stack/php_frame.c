/*
 * Frames of PHP's stack traces: the function that was called, and from where.
 *
 *   #0 /srv/shop/Cart.php(30): Shop\Cart->price(Object(Shop\Item))
 *   #1 [internal function]: Shop\Cart->{closure}(NULL)
 *   #2 {main}
 */
#include "php.h"

/* A name without the backslashes that JSON doubles. */
Slice
php_single_backslashes(Slice name, Allocator allocator)
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

/* The index of the `->` or `::` between a class and its method, or -1. */
ptrdiff_t
php_find_separator(Slice function)
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
size_t
php_function_length(Slice s)
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
void
php_set_function(Frame *frame, Slice name, Allocator allocator)
{
	ptrdiff_t at;

	frame->function = name = php_single_backslashes(name, allocator);
	at = php_find_separator(name);
	if (at > 0)
		frame->module = slice_range(name, 0, at);
	else if ((at = slice_find_last_char(name, '\\')) > 0 && slice_find_char(name, ':') < 0)
		frame->module = slice_range(name, 0, at);
}

/* Is s a path, or what PHP writes instead of one? */
bool
php_is_path(Slice s)
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
bool
php_read_place(Slice place, Frame *frame)
{
	frame_clear(frame);
	if (!take_position(&place, &frame->line) || !php_is_path(place))
		return false;
	frame->file = place;
	return true;
}

/* Reads `file on line 12`. */
bool
php_read_on_line(Slice place, Frame *frame)
{
	ptrdiff_t at = slice_find_last_char(place, ' ');

	frame_clear(frame);
	if (at < 8 || !slice_ends(slice_range(place, 0, at), SLICE(" on line")) ||
	    !read_number(slice_skip(place, at + 1), &frame->line))
		return false;
	place.len = at - 8;
	frame->file = place;
	return php_is_path(place);
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
	return php_is_path(frame->file) || slice_find_char(frame->file, ' ') < 0;
}

/* Reads a numbered line. */
bool
php_read_call(Slice line, PhpCall *call)
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
	n = php_function_length(line);
	if (n == 0)
		return false;
	call->function = slice_range(line, 0, n);
	call->open = line.data[line.len - 1] != ')';
	return true;
}
