/*
 * What a person calls an error by: `class: first line of the message`, and the
 * frame to blame as `function (module:line)`.
 */
#include "title.h"

#include "lib/stringinfo.h"

/* The first line of s that is not blank, trimmed. */
Slice
first_line(Slice s)
{
	Slice line;

	while (next_line(&s, &line))
	{
		line = slice_trim(line);
		if (line.len > 0)
			return line;
	}
	return NO_SLICE;
}

/* s, cut to the length of a title, with blanks for its line ends: they would spoil every list. */
Slice
on_one_line(Slice s)
{
	char *copy;

	s = slice_clip(s, TITLE_LIMIT);
	copy = palloc(s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.data[i] == '\n' || s.data[i] == '\r' ? ' ' : s.data[i];
	return (Slice){copy, s.len};
}

/* Adds the beginning of s. */
static void
append(StringInfo buffer, Slice s)
{
	appendBinaryStringInfo(buffer, s.data, Min(s.len, 2 * TITLE_LIMIT));
}

/* `class: first line of the message`, or what there is of it. */
Slice
make_title(Slice exception_class, Slice message)
{
	StringInfoData title;
	Slice line = first_line(message);

	if (!has_text(exception_class))
		return has_text(line) ? on_one_line(line) : SLICE("(no message)");
	initStringInfo(&title);
	append(&title, exception_class);
	if (has_text(line))
	{
		appendStringInfoString(&title, ": ");
		append(&title, line);
	}
	return on_one_line((Slice){title.data, title.len});
}

/* Is `Type.` before a function of the language no more than where the caller found it? */
static bool
is_known_by_file(const Stack *stack, const Frame *frame)
{
	return !has_text(frame->module) || (stack->language == &javascript_language && has_text(frame->file));
}

/* `function (module:line)`; a file's name stands for a module that is not known. */
Slice
make_culprit(const Stack *stack, const Frame *frame)
{
	StringInfoData culprit;
	Slice function, where;

	if (frame == NULL)
		return NO_SLICE;
	function = frame->function;
	where = frame->module;
	if (is_known_by_file(stack, frame))
		where = last_name(last_name(frame->file, '/'), '\\');
	else if (slice_starts(function, where) && function.len > where.len + 1)
	{
		/* what stands between the two: `.`, `::`, `->`, `#` */
		size_t n = where.len;

		while (n + 1 < function.len && strchr(".:#->", function.data[n]) != NULL)
			n++;
		function = slice_skip(function, n);
	}
	initStringInfo(&culprit);
	if (has_text(function))
		append(&culprit, function);
	else
		appendStringInfoString(&culprit, "(anonymous)");
	if (has_text(where))
	{
		appendStringInfoString(&culprit, " (");
		append(&culprit, where);
		if (frame->line > 0)
			appendStringInfo(&culprit, ":%d", frame->line);
		appendStringInfoChar(&culprit, ')');
	}
	return on_one_line((Slice){culprit.data, culprit.len});
}
