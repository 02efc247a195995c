/*
 * What names a Java exception: its class and its message, which may have
 * several lines, below whatever a log or a program wrote before.
 *
 *   Exception in thread "main" shop.CartException: no total
 *   2024-05-31 07:45:12 ERROR Web - checkout failed java.io.IOException: not closed
 */
#include "java.h"

/* So many lines may a message have. */
#define MAX_HEADING_LINES 1000

/* What may stand on a line before the class. */
static const Slice introductions[] = {
	{"Caused by: ", 11},       {"Caught: ", 8},
	{"Wrapped by: ", 12},      {"class ", 6},
	{"Suppressed: ", 12},      {"Uncaught Kotlin exception: ", 27},
	{"Fatal Exception: ", 17},
};

/* The length of the class name that s begins with: identifiers with dots. */
static size_t
class_length(Slice s)
{
	size_t n = 0;

	if (s.len == 0 || !is_word(s.data[0]) || is_digit(s.data[0]))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$'))
		n++;
	return n;
}

/* Does a class name look like that of a throwable? */
static bool
is_throwable(Slice class_name)
{
	static const Slice endings[] = {
		{"Exception", 9}, {"Error", 5}, {"Throwable", 9}, {"Failure", 7}, {"Failed", 6},
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(class_name, endings[i]) && class_name.len > endings[i].len)
			return true;
	return false;
}

/* Is it qualified, and does it begin with a capital letter, as classes do? */
static bool
is_qualified_class(Slice name)
{
	ptrdiff_t dot = slice_find_last_char(name, '.');
	size_t start = dot + 1;

	return start < name.len && name.data[start] >= 'A' && name.data[start] <= 'Z' &&
	       (dot > 0 || slice_find_char(name, '$') > 0) && !slice_equal(name, SLICE("java.lang.Thread.State"));
}

/*
 * Reads `class: value` or `class` at the start of line; certain: something says
 * that a class stands there.
 */
bool
read_java_class(Slice line, bool certain, Exception *exception)
{
	size_t n = class_length(line);
	Slice name = slice_range(line, 0, n);
	char next = n < line.len ? line.data[n] : ':';

	if (n == 0)
		return false;
	if (!certain && !is_throwable(name) && !is_qualified_class(name))
		return false;
	/* Hadoop's `RemoteException(java.io.IOException): …`, Elasticsearch's `ParsingException[…]` */
	if (next != ':' && ((next != '(' && next != '[') || !is_throwable(name)))
		return false;
	exception->type = name;
	exception->value = slice_trim(slice_skip(line, n < line.len && next == ':' ? n + 1 : n));
	return true;
}

/* Reads a line that names an exception, and nothing else before that than such lines have. */
static bool
read_line(Slice line, Exception *exception)
{
	const Slice thread = SLICE("Exception in thread \"");
	ptrdiff_t at;

	if (slice_starts(line, thread))
	{
		line = slice_skip(line, thread.len);
		at = slice_find(line, SLICE("\" "));
		return at >= 0 && read_java_class(slice_skip(line, at + 2), true, exception);
	}
	for (size_t i = 0; i < sizeof(introductions) / sizeof(introductions[0]); i++)
		if (slice_starts(line, introductions[i]))
			return read_java_class(slice_skip(line, introductions[i].len), true, exception);
	/* Google Play */
	if (slice_starts(line, SLICE("Exception ")) && slice_ends(line, SLICE(":")) &&
	    read_java_class(slice_skip(line, 10), false, exception))
		return true;
	return read_java_class(line, false, exception);
}

/* Reads a line that names an exception somewhere, behind what a log writes. */
static bool
read_within(Slice line, Exception *exception)
{
	ptrdiff_t at;

	while ((at = slice_find_char(line, ' ')) >= 0)
	{
		size_t n;

		line = slice_skip(line, at + 1);
		n = class_length(line);
		if (is_throwable(slice_range(line, 0, n)) && read_java_class(line, false, exception))
			return true;
	}
	return false;
}

/* Reads the line that jstack and Android print above a thread's frames: `"main" #1 prio=5 …`. */
static bool
read_thread(Slice line, Slice *thread)
{
	ptrdiff_t quote;
	Slice rest;

	if (!slice_starts(line, SLICE("\"")))
		return false;
	line = slice_skip(line, 1);
	quote = slice_find(line, SLICE("\" "));
	if (quote < 0)
		return false;
	rest = slice_skip(line, quote + 1);
	if (slice_find(rest, SLICE(" prio=")) < 0 && slice_find(rest, SLICE(" tid=")) < 0 &&
	    slice_find(rest, SLICE(" Id=")) < 0)
		return false;
	*thread = slice_range(line, 0, quote);
	return true;
}

/* Reads what Android writes above the threads of a program that does not respond. */
static void
read_anr(Slice lines, Exception *exception)
{
	Slice line;

	for (int i = 0; i < MAX_HEADING_LINES && next_line(&lines, &line); i++)
	{
		line = slice_trim(line);
		if (slice_starts(line, SLICE("ANR in ")))
		{
			exception->type = slice_range(line, 0, 3);
			exception->value = slice_skip(line, 7);
		}
		else if (exception->type.data && slice_starts(line, SLICE("Reason: ")))
			exception->value = slice_skip(line, 8);
	}
}

/*
 * Finds what names the exception whose first frame stands below lines, from
 * the last line to the first.  What stands as deep as the frames is part of a
 * message, and so is what follows "nested exception is:", unless nothing else
 * is found; a line of a log is not looked behind where it names one.  The value
 * goes on to the end.  False where nothing names it, and for the frames of a
 * thread that threw nothing: *thread has its name.
 */
bool
read_java_heading(Slice lines, size_t frame_indent, Exception *exception, Slice *thread)
{
	Exception found = {.type = NO_SLICE};
	Slice rest = lines, line, trimmed;

	for (int i = 0; i < MAX_HEADING_LINES && previous_line(&rest, &line); i++)
	{
		Exception named = {.type = NO_SLICE};

		trimmed = slice_trim(line);
		if (trimmed.len == 0)
			continue;
		if (read_thread(trimmed, thread))
		{
			read_anr(lines, exception);
			return false;
		}
		if (read_line(trimmed, &named))
		{
			bool deep = frame_indent > 0 && (size_t) (trimmed.data - line.data) >= frame_indent;

			if (found.type.data == NULL || !deep)
				found = named;
			if (!deep && !slice_ends(slice_trim_lines(rest), SLICE("nested exception is:")))
				break;
		}
		else if (is_log_line(line))
		{
			if (read_within(trimmed, &named))
				found = named;
			if (found.type.data)
				break;
		}
		else if (found.type.data == NULL && read_within(trimmed, &named))
			found = named;
	}
	if (found.type.data == NULL)
		return false;
	exception->type = found.type;
	exception->value = found.value;
	extend_lines(&exception->value, lines);
	exception->value = slice_trim_lines(exception->value);
	return true;
}
