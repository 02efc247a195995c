/*
 * The lines of .NET stack traces that hold a frame, in any of the forms of the
 * runtimes, and in any language that the .NET Framework speaks:
 *
 *   at Shop.Cart.Total(String sku) in C:\shop\Cart.cs:line 12
 *   bei Shop.Cart.Total(String sku) in C:\shop\Cart.cs:Zeile 12.
 *   at Shop.Cart.Total (System.String sku) [0x00007] in /srv/shop/Cart.cs:12
 *   at Shop.Cart.Total (System.String sku) [0x00007] in <5d3f0a…>:0
 *   Cart.Total (System.String sku) (at Assets/Cart.cs:12)
 */
#include "dotnet.h"

/*
 * What stands before a frame's name: "at" as the .NET Framework translates it.
 * The words are those of its resources; the rest of the line has to have the
 * form of a frame as well.
 */
static const Slice leads[] = {
	{"at ", 3},
	{"bei ", 4},
	{"\xc3\xa0 ", 3},
	{"en ", 3},
	{"in ", 3},
	{"em ", 3},
	{"bij ", 4},
	{"w ", 2},
	{"v ", 2},
	{"vid ", 4},
	{"ved ", 4},
	{"kohteessa ", 10},
	{"konum: ", 7},
	{"hely: ", 6},
	{"a k\xc3\xb6vetkez\xc5\x91 helyen: ", 22},
	{"\xd0\xb2 ", 3},                  /* Russian */
	{"\xcf\x83\xce\xb5 ", 5},          /* Greek */
	{"\xe5\xa0\xb4\xe6\x89\x80 ", 7},  /* Japanese */
	{"\xe5\x9c\xa8 ", 4},              /* Chinese, simplified */
	{"\xe6\x96\xbc ", 4},              /* Chinese, traditional */
	{"\xec\x9c\x84\xec\xb9\x98: ", 8}, /* Korean */
	{"\xec\x9c\x84\xec\xb9\x98 ", 7},
};

/* Takes the word before a frame off *line; false where there is none. */
static bool
take_lead(Slice *line)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
	{
		if (!slice_starts(*line, leads[i]))
			continue;
		*line = slice_trim(slice_skip(*line, leads[i].len));
		return true;
	}
	return false;
}

/*
 * Is name that of a method with its type?  Sets *dot to the index of what parts
 * them; names that the compiler made may have dots within < > or [ ].
 */
static bool
read_name(Slice name, bool blanks, size_t *dot)
{
	int depth = 0;
	size_t at = 0;

	if (name.len == 0 || !(is_word(name.data[0]) || strchr("<$_", name.data[0])) || is_digit(name.data[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
	{
		char c = name.data[i];

		if (c == '<' || c == '[')
			depth++;
		else if (c == '>' || c == ']')
			depth -= depth > 0;
		else if (depth == 0 && (c == '.' || c == ':') && i > 0)
			at = name.data[i - 1] == '.' ? at : i;
		else if (is_blank(c) && depth == 0 && !(blanks && at > 0))
			return false;
		else if (!is_word(c) && !is_blank(c) && (c == '\0' || !strchr(".:+`|$@-/#,*&=~!", c)))
			return false;
	}
	if (at == 0 || at + 1 >= name.len)
	{
		*dot = 0;
		return slice_starts(name, SLICE("lambda_method"));
	}
	*dot = at;
	return true;
}

/* Sets a frame's function and module from its whole name. */
static void
set_name(Frame *frame, Slice name, size_t dot)
{
	frame->function = name;
	if (dot > 0)
		frame->module = slice_range(name, 0, dot);
}

/* Is s what stands for one parameter: a type and, behind a blank, a name, which may be missing? */
static bool
is_parameter(Slice s, bool unnamed)
{
	static const Slice others[] = {
		{"Native Method", 13},         {"Unknown Source", 14}, {"Compiled Code", 13},
		{"Inlined Compiled Code", 21}, {"native code", 11},    {"unknown source", 14},
		{"unknown location", 16},
	};
	bool blank = unnamed;

	while (s.len > 0 && s.data[0] == ' ')
		s = slice_skip(s, 1);
	/* what other languages write for a place that they do not know */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_equal(s, others[i]))
			return false;
	if (slice_equal(s, SLICE("...")))
		return true;
	if (s.len == 0 || (!is_word(s.data[0]) && s.data[0] != '<' && s.data[0] != '!') || is_digit(s.data[0]))
		return false;
	for (size_t i = 0; i < s.len; i++)
	{
		if (s.data[i] == ' ')
		{
			blank = true;
			if (i + 1 < s.len && is_digit(s.data[i + 1]))
				return false;
		}
		else if (!is_word(s.data[i]) && (s.data[i] == '\0' || !strchr(".+`<>[],&*$@!|?-", s.data[i])))
			return false;
	}
	return blank;
}

/* Are these the parameters of a method: none, or some parted by commas? */
static bool
are_parameters(Slice s, bool unnamed)
{
	size_t start = 0;
	int depth = 0;

	if (slice_trim(s).len == 0)
		return true;
	for (size_t i = 0; i <= s.len; i++)
	{
		if (i < s.len && (s.data[i] == '[' || s.data[i] == '<'))
			depth++;
		else if (i < s.len && (s.data[i] == ']' || s.data[i] == '>'))
			depth -= depth > 0;
		else if (i == s.len || (s.data[i] == ',' && depth == 0))
		{
			if (!is_parameter(slice_range(s, start, i), unnamed))
				return false;
			start = i + 1;
		}
	}
	return true;
}

/* The index of the ')' that closes the '(' at index open of s, or -1. */
static ptrdiff_t
find_close(Slice s, size_t open)
{
	int depth = 0;

	for (size_t i = open; i < s.len; i++)
	{
		if (s.data[i] == '(')
			depth++;
		else if (s.data[i] == ')' && --depth == 0)
			return (ptrdiff_t) i;
	}
	return -1;
}

/* Does s begin as a path does, or as what Mono prints where it knows none? */
static bool
is_path(Slice s)
{
	return s.len > 2 &&
	       (s.data[0] == '/' || s.data[0] == '<' || slice_starts(s, SLICE("\\\\")) ||
	        (is_letter(s.data[0]) && s.data[1] == ':' && (s.data[2] == '\\' || s.data[2] == '/')));
}

/* May s be the word for "line", in whatever language, or nothing at all? */
static bool
is_line_word(Slice s)
{
	s = slice_trim(s);
	if (s.len > 24)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_letter(s.data[i]) && (s.data[i] & 0x80) == 0 && s.data[i] != ':')
			return false;
	return true;
}

/*
 * Takes the file off place, which has lost its line: what Mono writes between
 * < and > is no path, but says which build it was.
 */
static void
set_file(Frame *frame, Slice file)
{
	const Slice turkish = SLICE(" i\xc3\xa7inde"); /* stands behind the path */

	file = slice_trim(file);
	if (slice_ends(file, turkish))
		file.len -= turkish.len;
	if (file.len > 2 && file.data[0] == '<' && file.data[file.len - 1] == '>')
		file = slice_range(file, 1, file.len - 1);
	frame->file = file;
}

/* Reads `path:line 12`, `path:12`, `path: Zeile 12.`, `path, sor: 12`. */
static bool
read_path(Slice place, Frame *frame)
{
	size_t digits;
	ptrdiff_t token, sign;

	place = slice_trim(place);
	if (place.len > 0 && (place.data[place.len - 1] == '.' || place.data[place.len - 1] == ','))
		place.len--;
	token = slice_find(place, SLICE(":token 0x"));
	if (token > 0)
	{
		set_file(frame, slice_range(place, 0, token));
		return true;
	}
	for (digits = place.len; digits > 0 && is_digit(place.data[digits - 1]); digits--)
		;
	if (digits == place.len || !read_number(slice_skip(place, digits), &frame->line))
		return false;
	place.len = digits;

	/* `, sor: ` has its colon behind the word */
	sign = slice_find(place, SLICE(", sor: "));
	if (sign <= 0)
		sign = slice_find_last_char(place, ':');
	if (sign <= 0 || !is_line_word(slice_skip(place, sign + 1 + (place.data[sign] == ','))))
		return false;
	set_file(frame, slice_range(place, 0, sign));
	return true;
}

/* Reads what says where: ` in path:line 12`, with whatever word the language has for "in". */
static bool
read_place(Slice tail, Frame *frame)
{
	size_t word = 0;

	if (is_path(tail))
		return read_path(tail, frame);
	while (word < tail.len && !is_blank(tail.data[word]))
		word++;
	if (word == 0 || word == tail.len || word > 24)
		return false;
	return read_path(slice_skip(tail, word), frame);
}

/* Takes `[0x00007]`, `<0x00033 + 0x00007>` or `+ 0x1a` off the start of *tail. */
static bool
take_offset(Slice *tail)
{
	ptrdiff_t end;

	if (slice_starts(*tail, SLICE("[0x")))
		end = slice_find_char(*tail, ']');
	else if (slice_starts(*tail, SLICE("<0x")))
		end = slice_find_char(*tail, '>');
	else if (slice_starts(*tail, SLICE("+ 0x")))
	{
		for (end = 3; (size_t) end + 1 < tail->len && is_hex_digit(tail->data[end + 1]); end++)
			;
	}
	else
		return false;
	if (end < 0 || end > 64)
		return false;
	*tail = slice_trim(slice_skip(*tail, end + 1));
	return true;
}

/*
 * Reads `Type.Method(parameters)` with what follows it.  The more that is, the
 * less need the parameters have a form of their own; unnamed: they may be types
 * alone, as in Windows' event log.
 */
static bool
read_method(Slice line, bool unnamed, Frame *frame)
{
	ptrdiff_t open = slice_find_char(line, '('), close;
	bool offset, wrapper = false;
	size_t dot;
	Slice name, tail;

	frame_clear(frame);
	if (open == 0 && slice_starts(line, SLICE("(wrapper ")))
	{
		/* what Mono puts between managed and native code */
		close = slice_find_char(line, ')');
		if (close < 0)
			return false;
		line = slice_trim(slice_skip(line, close + 1));
		open = slice_find_char(line, '(');
		wrapper = true;
	}
	if (open < 0)
	{
		/* `Shop.Native:crash <0x00093>` */
		ptrdiff_t address = slice_find(line, SLICE(" <0x"));

		name = slice_range(line, 0, address > 0 ? address : 0);
		if (!read_name(name, false, &dot) || line.data[line.len - 1] != '>')
			return false;
		set_name(frame, name, dot);
		return true;
	}
	close = find_close(line, open);
	if (close < 0)
		return false;
	name = slice_trim(slice_range(line, 0, open));
	tail = slice_trim(slice_skip(line, close + 1));
	offset = take_offset(&tail);
	if (tail.len > 0 && !read_place(tail, frame))
		return false;
	if (!read_name(name, tail.len > 0, &dot))
		return false;
	/* a lambda that was compiled at run time has no names */
	unnamed |= slice_starts(name, SLICE("lambda_method"));
	if (tail.len == 0 && !offset && !wrapper && !are_parameters(slice_range(line, open + 1, close), unnamed))
		return false;
	set_name(frame, name, dot);
	return true;
}

/* Reads a frame's line, without blanks around it. */
bool
dotnet_read_frame(Slice line, bool unnamed, Frame *frame)
{
	return take_lead(&line) && read_method(line, unnamed, frame);
}

/* Is line, which is no frame, one of a trace in another language that says "at" as well? */
bool
dotnet_is_foreign(Slice line)
{
	return slice_starts(line, SLICE("at ")) &&
	       (line.data[line.len - 1] == ')' || is_digit(line.data[line.len - 1]));
}

/*
 * Reads `Cart.Total (System.String sku) (at Assets/Cart.cs:12)`, as Unity's
 * console has it; bare: what has no place there, `UnityEngine.Debug:Log(Object)`.
 */
bool
dotnet_read_unity_frame(Slice line, bool bare, Frame *frame)
{
	const Slice at = SLICE(" (at ");
	ptrdiff_t open = slice_find_char(line, '('), close, place;
	size_t dot;

	if (open <= 0 || (close = find_close(line, open)) < 0)
		return false;
	frame_clear(frame);
	place = close + 1;
	if (slice_starts(slice_skip(line, place), at) && line.data[line.len - 1] == ')')
	{
		if (!read_path(slice_range(line, place + at.len, line.len - 1), frame))
			return false;
	}
	else if (!bare || (size_t) place != line.len || !are_parameters(slice_range(line, open + 1, close), true))
		return false;
	line = slice_trim(slice_range(line, 0, open));
	if (!read_name(line, false, &dot))
		return false;
	set_name(frame, line, dot);
	return true;
}

/* Reads `Shop.Cart.Total(String sku) in C:\shop\Cart.cs:12` or `… +21`, as ASP.NET's error page has it. */
bool
dotnet_read_page_frame(Slice line, Frame *frame)
{
	ptrdiff_t plus = slice_find_last_char(line, '+');
	int32_t offset;

	if (plus > 1 && line.data[plus - 1] == ' ' && read_number(slice_skip(line, plus + 1), &offset))
		line = slice_trim(slice_range(line, 0, plus));
	return read_method(line, false, frame);
}
