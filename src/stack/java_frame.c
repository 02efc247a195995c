/*
 * A frame of a Java stack trace.
 *
 *   shop.Cart.total(Cart.java:12)
 *   app//shop.Cart.total(Cart.java:12) ~[shop.jar:1.0]
 *   java.lang.Thread.sleep(java.base@17.0.9/Native Method)
 *   shop.Cart.total (Cart.java:12)              (Google Play, Crashlytics, Leiningen)
 */
#include "java.h"

/* What stands in a frame's parentheses. */
typedef enum Place
{
	NO_PLACE,
	WEAK_PLACE,   /* other text might look like this */
	CERTAIN_PLACE /* only Java prints this */
} Place;

/* Does a file's name end as those of the languages of this machine? */
static bool
is_source_file(Slice file)
{
	static const Slice endings[] = {
		{".kt", 3}, {".kts", 4}, {".scala", 6}, {".groovy", 7}, {".clj", 4}, {".cljc", 5},
	};

	if (slice_ends(file, SLICE(".java")) || slice_equal(file, SLICE("SourceFile")))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(file, endings[i]))
			return true;
	return false;
}

/* Leaves out the module that jstack prints before a file: `java.base@17.0.9/`. */
static Slice
without_module(Slice place)
{
	ptrdiff_t at = slice_find_char(place, '@');
	ptrdiff_t slash = at > 0 ? slice_find_char(place, '/') : -1;

	return slash > at ? slice_skip(place, slash + 1) : place;
}

/* What does not stand in a file's name here, and what needs a second look. */
static const bool refused[256] = {
	[' '] = true, ['('] = true, [')'] = true, [':'] = true, ['"'] = true, [','] = true};

/* Reads the name of a file, with or without a line behind it. */
static Place
read_file(Slice file, Frame *frame)
{
	bool slash = false;

	for (size_t i = 0; i < file.len; i++)
	{
		char c = file.data[i];

		slash |= c == '/';
		/* a randomised test writes its seed there, in brackets */
		if (refused[(unsigned char) c] && !(c == ':' && file.data[0] == '['))
			return NO_PLACE;
	}
	if (slash)
		file = without_module(file);
	if (file.len == 0)
		return NO_PLACE;
	frame->file = file;
	return is_source_file(file) ? CERTAIN_PLACE : WEAK_PLACE;
}

/* Does a file's name end as such names do, and not as `System.String`, a parameter that .NET prints? */
static bool
has_ending(Slice file)
{
	ptrdiff_t dot = slice_find_last_char(file, '.');

	if (dot <= 0 || (size_t) dot + 1 == file.len)
		return false;
	for (size_t i = dot + 1; i < file.len; i++)
		if (file.data[i] < 'a' || file.data[i] > 'z')
			return false;
	return true;
}

/* Reads a place that ends in no line. */
static Place
read_place_without_line(Slice place, Frame *frame)
{
	static const Slice words[] = {
		{"Native Method", 13}, {"Native method", 13},         {"Unknown Source", 14},   {"<generated>", 11},
		{"Compiled Code", 13}, {"Inlined Compiled Code", 21}, {"Optimized Method", 16},
	};
	Slice word = without_module(place);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_equal(word, words[i]))
			return CERTAIN_PLACE;
	if (!has_ending(place) && !slice_starts(place, SLICE("/")) && !slice_equal(place, SLICE("SourceFile")))
		return NO_PLACE;
	return read_file(place, frame);
}

/* Reads what stands in a frame's parentheses. */
static Place
read_place(Slice place, Frame *frame)
{
	size_t digits = place.len;

	/* J9: `Cart.java:12(Compiled Code)` */
	if (slice_ends(place, SLICE("Compiled Code)")))
	{
		ptrdiff_t open = slice_find_last_char(place, '(');

		place.len = digits = open > 0 ? open : 0;
	}
	while (digits > 0 && is_digit(place.data[digits - 1]))
		digits--;
	if (digits == place.len || digits < 2 || place.data[digits - 1] != ':')
		return read_place_without_line(place, frame);
	if (!read_number(slice_skip(place, digits), &frame->line))
		return NO_PLACE;
	place.len = digits - 1;
	if (slice_equal(place, SLICE("Unknown Source")))
		return CERTAIN_PLACE;
	if (place.data[0] == ':')
	{
		/* Google's own services on Android: `(:com.google.android.gms@21 (150400-0):9)` */
		frame->file = slice_skip(place, 1);
		return frame->file.len > 0 ? WEAK_PLACE : NO_PLACE;
	}
	return read_file(place, frame);
}

/*
 * The index of the ')' that ends a frame, or -1: behind it may stand the jar
 * that a logger names, or what an editor or a logger left out.
 */
static ptrdiff_t
find_close(Slice line)
{
	size_t from = 0;

	if (line.data[line.len - 1] == ')')
		return line.len - 1;
	for (;;)
	{
		ptrdiff_t at = slice_find(slice_skip(line, from), SLICE(") "));
		char next;

		if (at < 0)
			return -1;
		from += at + 2;
		next = from < line.len ? line.data[from] : '\0';
		if (next == '[' || next == '~' || next == '<')
			return from - 2;
	}
}

/*
 * Takes what qualifies a name apart from it; false where it is not one.  Only
 * the name of a Kotlin or a Groovy test may have blanks in it.
 */
static bool
read_name(Slice name, bool may_have_blanks, Frame *frame)
{
	ptrdiff_t slash, dot, blank = slice_find_char(name, ' ');

	if (blank >= 0 && (!may_have_blanks || name.data[name.len - 1] == ' '))
		return false;
	/* `app//` and `java.base@17/` are left out, the number in `$$Lambda$14/0x8001` is not */
	while ((slash = slice_find_char(name, '/')) >= 0 && (size_t) slash + 1 < name.len &&
	       !is_digit(name.data[slash + 1]) && (blank < 0 || slash < blank))
	{
		name = slice_skip(name, slash + 1);
		blank -= blank < 0 ? 0 : slash + 1;
	}
	if (name.len == 0 || is_digit(name.data[0]) ||
	    !(is_word(name.data[0]) || name.data[0] == '$' || name.data[0] == '-'))
		return false;
	dot = slice_find_last_char(blank < 0 ? name : slice_range(name, 0, blank), '.');
	if (dot <= 0 || (size_t) dot + 1 == name.len)
		return false;
	frame->function = name;
	frame->module = slice_range(name, 0, dot);
	return true;
}

/*
 * Reads `[loader/][module/]package.Class.method(File.java:12)`, the whole line;
 * certain: nothing but Java prints such a place.
 */
bool
read_java_frame(Slice line, Frame *frame, bool *certain)
{
	ptrdiff_t open = slice_find_char(line, '('), close, last;
	Slice name;
	Place place = NO_PLACE;
	bool spaced;

	if (open <= 0)
		return false;
	close = find_close(line);
	if (close < open)
		return false;
	frame_clear(frame);
	spaced = is_blank(line.data[open - 1]);
	name = slice_trim(slice_range(line, 0, open));
	place = read_place(slice_range(line, open + 1, close), frame);
	if (spaced && place == CERTAIN_PLACE && slice_find_char(name, ' ') < 0)
	{
		*certain = true;
		return read_name(name, false, frame);
	}
	if (spaced || place == NO_PLACE)
	{
		/* a test's name with parentheses, or the parameters that JRockit prints */
		last = slice_find_last_char(slice_range(line, 0, close), '(');
		if (last == open || is_blank(line.data[last - 1]))
			return false;
		frame_clear(frame);
		place = read_place(slice_range(line, last + 1, close), frame);
		if (place != CERTAIN_PLACE)
			return false;
		if (spaced)
			name = slice_range(line, 0, last);
	}
	*certain = place == CERTAIN_PLACE;
	return read_name(name, *certain, frame);
}
