/*
 * Frames as Firefox, Safari and the JavaScriptCore of React Native print them,
 * `function@place`, and as Opera did before it became Chromium.
 *
 *   total@http://shop.example.com/cart.js:12:21
 *   http://shop.example.com/cart.js:30:5                      Safari: no name
 *   map@[native code]
 *   total@http://shop.example.com/cart.js line 7 > eval:1:5
 *   total([object Object],2)@http://shop.example.com/cart.js:12      Firefox 3
 */
#include "javascript.h"

/* The index of the first '@' that is not quoted, as in `cart["@total"]`, or -1. */
static ptrdiff_t
find_unquoted_at(Slice line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++)
	{
		if (line.data[i] == '@' && !quoted)
			return i;
		if (line.data[i] == '\\' && quoted)
			i++;
		else if (line.data[i] == '"')
			quoted = !quoted;
	}
	return quoted ? slice_find_char(line, '@') : -1;
}

/* The index of the '@' that ends the function, or -1: names hold some (`read@all`), and so do paths. */
static ptrdiff_t
find_at(Slice line)
{
	ptrdiff_t at = slice_find(line, SLICE("://")), slash, more;

	if (at > 0)
	{
		while (at > 0 && (is_word(line.data[at - 1]) || line.data[at - 1] == '-' || line.data[at - 1] == ':'))
			at--;
		return at > 0 && line.data[at - 1] == '@' ? at - 1 : -1;
	}
	at = find_unquoted_at(line);
	slash = slice_find_char(line, '/');
	if (at < 0 || slash < at)
		slash = at < 0 || slash >= 0 ? at : (ptrdiff_t) line.len;
	more = slice_find_last_char(slice_range(line, 0, slash < 0 ? 0 : slash), '@');
	return more > at ? more : at;
}

/* Takes the arguments off the end of an old name: `total(1,2)`; and says so of names that stand for none. */
static Slice
without_arguments(Slice function)
{
	const Slice named = SLICE("<anonymous function: ");
	ptrdiff_t open = slice_find_char(function, '(');

	if (open >= 0 && function.data[function.len - 1] == ')')
		function.len = open;
	if (slice_starts(function, named) && function.data[function.len - 1] == '>')
		return slice_range(function, named.len, function.len - 1);
	if (slice_equal(function, SLICE("<anonymous>")) || slice_equal(function, SLICE("<anonymous function>")))
		return NO_SLICE;
	return function;
}

/* May these be a function's name?  Prose has blanks, paths and addresses stand before an '@' as well. */
static bool
is_function(Slice function)
{
	static const Slice spaced[] = {
		{"global code", 11},
		{"eval code", 9},
		{"module code", 11},
		{"anonymous function", 18},
	};
	static const Slice before[] = {{"get ", 4}, {"set ", 4}, {"async ", 6}, {"bound ", 6}};
	ptrdiff_t star = slice_find_char(function, '*');

	/* what called an asynchronous one stands before it: `setTimeout handler*total` */
	if (star >= 0)
		function = slice_skip(function, star + 1);
	if (function.len == 0)
		return true;
	if (function.data[0] == '/' || function.data[0] == '.' || slice_find(function, SLICE("://")) >= 0)
		return false;
	for (size_t i = 0; i < sizeof(spaced) / sizeof(spaced[0]); i++)
		if (slice_equal(function, spaced[i]))
			return true;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (slice_starts(function, before[i]))
			function = slice_skip(function, before[i].len);
	return slice_find_char(function, ' ') < 0 || slice_find_char(function, '"') >= 0;
}

/* Reads `file line 7 > eval line 2 > Function:1:5`: where the outermost eval() was called. */
static bool
read_eval(Slice place, Frame *frame)
{
	const Slice word = SLICE(" line ");
	ptrdiff_t at = slice_find(place, SLICE(" > ")), line;

	if (at < 0)
		return false;
	place.len = at;
	line = slice_find(place, word);
	if (line <= 0 || !read_number(slice_skip(place, line + word.len), &frame->line))
		return false;
	frame->file = slice_range(place, 0, line);
	return true;
}

/* Is file a URL of a page or a script, and not only a host before a port? */
static bool
is_url(Slice file)
{
	ptrdiff_t at = slice_find(file, SLICE("://"));

	return at > 0 && slice_find_char(slice_skip(file, at + 3), '/') >= 0;
}

/* Reads what stands behind the '@'. */
static Likeness
read_place(Slice place, Frame *frame)
{
	if (slice_equal(place, SLICE("[native code]")) || slice_equal(place, SLICE("[wasm code]")))
	{
		frame->file = place;
		return FRAME;
	}
	if (slice_starts(place, SLICE("native code")) || place.len == 0)
		return MAYBE_FRAME;
	if (slice_find(place, SLICE(" > ")) > 0)
		return read_eval(place, frame) ? FRAME : NO_FRAME;
	if (!javascript_read_place(place, frame))
		return NO_FRAME;
	if (frame->file.len == 0)
		return MAYBE_FRAME;
	if (slice_find(frame->file, SLICE("://")) > 0 ? !is_url(frame->file) : !javascript_is_file(frame->file))
		return NO_FRAME;
	if (slice_find_char(frame->file, ' ') >= 0 && !javascript_is_script(frame->file))
		return slice_equal(frame->file, SLICE("debugger eval code")) ? FRAME : NO_FRAME;
	if (frame->line == NO_POSITION)
		return FRAME; /* WebAssembly */
	if (frame->column == NO_POSITION)
		return is_url(frame->file) && javascript_is_script(frame->file) ? FRAME : MAYBE_FRAME;
	return javascript_is_script(frame->file) || slice_find_char(frame->file, '/') >= 0 ? FRAME : MAYBE_FRAME;
}

/* Reads `function@place`, or a place of its own, which is one only beside others. */
Likeness
javascript_read_gecko(Slice line, Frame *frame)
{
	ptrdiff_t at;
	Slice function;

	/* what it must end in costs least to look at */
	if (line.len == 0 || !(is_digit(line.data[line.len - 1]) || line.data[line.len - 1] == ']' ||
	                       line.data[line.len - 1] == '@' || is_hex_digit(line.data[line.len - 1])))
		return NO_FRAME;
	frame_clear(frame);
	if (slice_equal(line, SLICE("[native code]")))
	{
		frame->file = line;
		return MAYBE_FRAME;
	}
	at = find_at(line);
	if (at >= 0)
	{
		Likeness likeness;

		function = slice_range(line, 0, at);
		if (function.len > 0)
			function = without_arguments(function);
		if (is_function(function))
		{
			if (!slice_equal(function, SLICE("(null)")))
				javascript_set_function(frame, function);
			likeness = read_place(slice_skip(line, at + 1), frame);
			/* an empty name says nothing, nor does an empty place */
			return likeness == MAYBE_FRAME && at == 0 && frame->file.len == 0 ? NO_FRAME : likeness;
		}
	}
	frame_clear(frame);
	if (!javascript_read_place(line, frame) || frame->column == NO_POSITION ||
	    slice_find_char(frame->file, ' ') >= 0)
		return NO_FRAME;
	return is_url(frame->file) || javascript_is_script(frame->file) ? MAYBE_FRAME : NO_FRAME;
}

/* Reads Opera 9's and 10's `Line 12 of linked script URL[: In function total]`. */
static Likeness
read_opera_9(Slice line, Frame *frame)
{
	const Slice script = SLICE(" script "), in_function = SLICE(": In function ");
	ptrdiff_t at;

	if (!take_number(&line, &frame->line) || !take_text(&line, SLICE(" of ")))
		return NO_FRAME;
	if (!slice_starts(line, SLICE("linked")) && !slice_starts(line, SLICE("inline#")) &&
	    !slice_starts(line, SLICE("eval")) && !slice_starts(line, SLICE("function")))
		return NO_FRAME;
	at = slice_find(line, script);
	if (at < 0)
		return slice_equal(line, SLICE("eval script")) ? FRAME : NO_FRAME;
	line = slice_skip(line, at + script.len);
	take_text(&line, SLICE("in "));
	at = slice_find(line, in_function);
	if (at >= 0)
	{
		javascript_set_function(frame, without_arguments(slice_trim(slice_skip(line, at + in_function.len))));
		line.len = at;
	}
	if (slice_find_char(line, ' ') >= 0)
		return NO_FRAME;
	frame->file = line;
	return FRAME;
}

/*
 * Reads a frame of Opera 9 and 10, or Opera 11's `called from line 12, column 5
 * in total(cart) in URL:`.  The line of source below it is not read.
 */
Likeness
javascript_read_opera(Slice line, Frame *frame)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t at;
	Slice rest, function;

	frame_clear(frame);
	if (take_text(&line, SLICE("Line ")))
		return read_opera_9(line, frame);
	if (!slice_starts(line, SLICE("called ")) && !slice_starts(line, SLICE("Error ")))
		return NO_FRAME;
	at = slice_find(line, SLICE(" line "));
	if (at < 0 || !slice_ends(line, SLICE(":")))
		return NO_FRAME;
	rest = slice_skip(line, at + 6);
	rest.len--;
	if (!take_number(&rest, &frame->line) || !take_text(&rest, SLICE(", column ")) ||
	    !take_number(&rest, &frame->column) || !take_text(&rest, in))
		return NO_FRAME;
	at = slice_find(rest, in);
	if (at > 0)
	{
		function = without_arguments(slice_range(rest, 0, at));
		if (function.len > 0)
			javascript_set_function(frame, function);
		rest = slice_skip(rest, at + in.len);
	}
	frame->file = rest;
	return FRAME;
}
