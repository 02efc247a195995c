/*
 * Frames of Ruby backtraces, in all the forms that RubyStyle lists.
 *
 *   from cart.rb:2:in `total'
 *   cart.rb:17:in 'block in Shop::Cart#total': no total (ArgumentError)
 *   total at cart.rb:5
 */
#include "plpgsql.h"
#include "ruby.h"

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
bool
ruby_is_certain_path(Slice s)
{
	return is_path(s) && slice_find(s, SLICE("://")) < 0 &&
	       (slice_find_char(s, '/') >= 0 || slice_ends(s, SLICE(".rb")) || slice_ends(s, SLICE(".erb")) ||
	        slice_ends(s, SLICE(".rake")) || slice_ends(s, SLICE(".ru")) || slice_equal(s, SLICE("-e")));
}

/* Reads `file:line` or, where a function follows, `file`. */
bool
ruby_read_place(Slice place, bool need_line, Frame *frame)
{
	bool has_line = take_position(&place, &frame->line);

	if (need_line && !has_line)
		return false;
	if (!has_line && !ruby_is_certain_path(place))
		return false;
	frame->file = place;
	return is_path(place);
}

/* Where in a method it was is not its name: `block (2 levels) in total`, `rescue in block in total`. */
Slice
ruby_without_part(Slice function)
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
Slice
ruby_receiver_of(Slice function, size_t *method)
{
	size_t n = ruby_constant_length(function);

	*method = 0;
	if (n == 0 || n + 1 >= function.len || (function.data[n] != '#' && function.data[n] != '.'))
		return NO_SLICE;
	*method = n + 1;
	return slice_range(function, 0, n);
}

/* Reads "file:line:in `function'[: message]". */
static bool
read_quoted(Slice line, RubyEntry *entry)
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
	entry->frame.function = ruby_without_part(slice_range(rest, 0, close));
	entry->frame.module = ruby_receiver_of(entry->frame.function, &method);
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
	entry->style = RUBY_QUOTED;
	if (ruby_read_place(place, false, &entry->frame))
		return true;
	/* a logger's tags */
	if (place.data[0] == '[' && (at = slice_find(place, SLICE("] "))) > 0)
		return ruby_read_place(slice_trim(slice_skip(place, at + 2)), false, &entry->frame);
	/* the exception's class makes certain that what stands before the place is a prefix */
	if (entry->message.len > 0 && entry->message.data[entry->message.len - 1] == ')')
		return ruby_read_place(last_name(place, ' '), false, &entry->frame);
	return false;
}

/* Reads `file:line: message (Class)`, which has no function: of a SyntaxError, or in Ruby 1.8. */
static bool
read_head(Slice line, RubyEntry *entry)
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
	entry->style = RUBY_QUOTED;
	/* of the script itself, Ruby prints no class */
	if (!slice_starts(message, SLICE("syntax error")) &&
	    (!ruby_take_class(&message, &type) || !ruby_is_exception_name(type)))
		return false;
	return ruby_read_place(place, true, &entry->frame) && ruby_is_certain_path(entry->frame.file);
}

/* Reads `org.jruby.Main.run(Main.java:225)`, `RUBY.total(cart.rb:5)`. */
static bool
read_java(Slice line, RubyEntry *entry)
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
	entry->style = RUBY_JAVA;
	return true;
}

/* Reads JavaScript's `function (file:line:column)` and `file:line:column`. */
static bool
read_execjs(Slice line, RubyEntry *entry)
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
	entry->style = RUBY_EXECJS;
	return true;
}

/* Reads `ORA-06512: at "SHOP.CART", line 5` and `ORA-06512: at line 5`. */
static bool
read_oracle(Slice line, RubyEntry *entry)
{
	entry->style = RUBY_ORACLE;
	return oracle_read_frame(line, &entry->frame);
}

/* Reads JRuby's `total at cart.rb:5`. */
static bool
read_jruby(Slice line, RubyEntry *entry)
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
	entry->frame.function = ruby_without_part(slice_range(line, 0, at));
	entry->frame.file = place;
	entry->style = RUBY_JRUBY;
	return true;
}

/* Takes "from ", or "12: from " of Ruby 2.5 to 2.7, off the start of *line. */
static void
take_from(Slice *line, RubyEntry *entry)
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

/* Is line the place of a template of Rails', and nothing else? */
static bool
is_template(Slice line)
{
	static const Slice endings[] = {{".erb", 4},
	                                {".haml", 5},
	                                {".slim", 5},
	                                {".jbuilder", 9},
	                                {".builder", 8}};
	int32_t position;

	if (!take_position(&line, &position) || slice_find_char(line, ' ') >= 0)
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(line, endings[i]))
			return true;
	return false;
}

/* Reads a line as a frame, where it is one in the forms that may stand at its place of the text. */
bool
ruby_read_entry(Slice line, RubyForms forms, RubyEntry *entry)
{
	Slice rest = slice_trim(line);
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
	if (forms.execjs && read_execjs(rest, entry))
		return true;
	frame_clear(&entry->frame);
	if (forms.jruby && is_blank(line.data[0]) && read_jruby(rest, entry))
		return true;
	frame_clear(&entry->frame);
	if (!entry->from && !forms.bare && !(forms.template && is_template(rest)))
		return false;
	/* without quotes: `from stmt.c:243:in oci8lib.bundle`; without a function */
	entry->style = entry->from ? RUBY_FROM : RUBY_BARE;
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
		return ruby_read_place(rest, true, &entry->frame);
	}
	return ruby_read_place(rest, true, &entry->frame) && ruby_is_certain_path(entry->frame.file);
}
