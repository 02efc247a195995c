/*
 * The lines that name .NET's exceptions.
 *
 *   Unhandled exception. Shop.CartException: no total
 *    ---> System.FormatException: The input string 'x' was not in a correct format.
 *    ---> (Inner Exception #1) System.Net.Sockets.SocketException (111): Connection refused
 *   Shop.CartException : no total                   (test runners)
 */
#include "dotnet.h"

/* Does a type's name look like that of an exception? */
static bool
is_exception(Slice name)
{
	static const Slice endings[] = {{"Exception", 9}, {"Error", 5}, {"Fault", 5}, {"Failure", 7}};
	ptrdiff_t generic = slice_find_char(name, '`');

	if (generic > 0)
		name.len = generic;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(name, endings[i]))
			return true;
	return false;
}

/* The length of the type's name that s begins with: ``Shop.Fault`1[Shop.Detail]``, `Shop.Cart+EmptyException`. */
static size_t
type_length(Slice s)
{
	size_t n = 0;
	bool generic = false;
	int depth = 0;

	if (s.len == 0 || !is_word(s.data[0]) || is_digit(s.data[0]))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '+' || s.data[n] == '`'))
		generic |= s.data[n++] == '`';
	if (generic && n < s.len && s.data[n] == '[')
		for (size_t i = n; i < s.len && i < n + 1024 && s.data[i] != '\n'; i++)
		{
			depth += (s.data[i] == '[') - (s.data[i] == ']');
			if (depth == 0)
				return i + 1;
		}
	return n;
}

/*
 * Takes `Type`, `Type (0x80004005)` off the start of *text, where a colon or the
 * line's end follows.  Surely: the name says that it is an exception's.
 */
bool
dotnet_take_type(Slice *text, bool surely, Slice *name)
{
	size_t n = type_length(*text), i = 2;
	Slice rest = slice_skip(*text, n);

	*name = slice_range(*text, 0, n);
	if (n == 0)
		return false;
	if (slice_starts(rest, SLICE(" (")))
	{
		/* an error's number at the system, as those have that come from there */
		while (i < rest.len && (is_hex_digit(rest.data[i]) || rest.data[i] == 'x' || rest.data[i] == '-'))
			i++;
		if (i > 2 && i < rest.len && rest.data[i] == ')')
			rest = slice_skip(rest, i + 1);
	}
	else if (slice_starts(rest, SLICE(" : ")) && is_exception(*name))
		rest = slice_skip(rest, 1);
	if (rest.len > 0 && rest.data[0] != ':' && rest.data[0] != '\n' && rest.data[0] != '\r')
		return false;
	*text = rest;
	return is_exception(*name) || (!surely && slice_find_char(*name, '.') > 0);
}

/* Reads `Type: value`; the value is what is left of text. */
bool
dotnet_read_type(Slice text, bool surely, Exception *exception)
{
	Slice name;

	if (!dotnet_take_type(&text, surely, &name))
		return false;
	exception->type = name;
	exception->value = slice_trim_lines(slice_skip(text, text.len > 0 && text.data[0] == ':'));
	return true;
}

/* What stands before an exception's type where nobody caught it, or where an event log names it. */
static bool
take_label(Slice *line)
{
	static const Slice labels[] = {
		{"Unhandled exception. ", 21},
		{"Unhandled Exception: ", 21},
		{"[ERROR] FATAL UNHANDLED EXCEPTION: ", 35},
		{"Exception Info: ", 16},
		{"Exception type: ", 16},
		{"Exception: ", 11},
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
	{
		if (!slice_starts(*line, labels[i]))
			continue;
		*line = slice_trim(slice_skip(*line, labels[i].len));
		return true;
	}
	return false;
}

/*
 * Reads the line that names an exception.  Strictly: at its start, or behind
 * what says that nobody caught it; loosely: behind other words as well, or with
 * a name that any type may have.
 */
bool
dotnet_read_named(Slice line, bool strict, Exception *exception)
{
	ptrdiff_t at;
	bool label = take_label(&line);

	if (!label && line.len > 1 && line.data[0] == '[' && line.data[line.len - 1] == ']')
		line = slice_range(line, 1, line.len - 1);
	if (dotnet_read_type(line, strict && !label, exception))
		return true;
	if (strict)
		return false;
	while ((at = slice_find_char(line, ' ')) >= 0)
	{
		line = slice_skip(line, at + 1);
		if (dotnet_read_type(line, true, exception))
			return true;
	}
	return false;
}

/* Drops what belongs to the form of the text and not to the message. */
void
dotnet_clean_value(Exception *exception)
{
	const Slice label = SLICE("Exception message: ");
	static const Slice behind[] = {{"\nStack trace:", 13}, {"\nStack Trace:", 13}, {"\n  Stack Trace:", 15}};
	Slice *value = &exception->value;

	if (slice_starts(*value, label))
		*value = slice_trim_lines(slice_skip(*value, label.len));
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (slice_ends(*value, behind[i]))
			*value = slice_trim_lines(slice_range(*value, 0, value->len - behind[i].len));
	if (value->len > 0)
	{
		const char *before = exception->type.data - 1;

		/* behind the closing bracket that a heading line was taken out of */
		if (slice_ends(*value, SLICE("]")) && exception->noted_at.data && *before == '[')
			value->len--;
	}
	exception->noted_at = NO_SLICE;
}

/* Reads the `(Inner Exception #1) ` at the start of *text into *number. */
bool
dotnet_take_number(Slice *text, int32_t *number)
{
	const Slice start = SLICE("(Inner Exception #");
	ptrdiff_t close;

	if (!slice_starts(*text, start))
		return false;
	close = slice_find_char(slice_range(*text, 0, text->len < 40 ? text->len : 40), ')');
	if (close < 0 || !read_number(slice_range(*text, start.len, close), number))
		return false;
	*text = slice_skip(*text, close + 1);
	if (text->len > 0 && text->data[0] == ' ')
		*text = slice_skip(*text, 1);
	return true;
}

/*
 * Finds the next `---> Type` in text: the index of the arrow, or -1; sets
 * *behind to the index behind the arrow.
 */
ptrdiff_t
dotnet_find_arrow(Slice text, size_t *behind)
{
	const Slice arrow = SLICE("---> ");
	size_t from = 0;

	for (;;)
	{
		ptrdiff_t at = slice_find(slice_skip(text, from), arrow);
		Slice rest, name;
		int32_t number;

		if (at < 0)
			return -1;
		at += from;
		from = at + arrow.len;
		rest = slice_skip(text, from);
		dotnet_take_number(&rest, &number);
		if (dotnet_take_type(&rest, false, &name))
		{
			*behind = from;
			return at;
		}
	}
}
