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

/* Does a message begin by saying what its class says?  `BUG: KASAN: use-after-free in f` does. */
static bool
repeats_class(Slice line, Slice exception_class)
{
	ptrdiff_t blank = slice_find_char(exception_class, ' ');
	Slice word = blank > 0 ? slice_range(exception_class, 0, blank) : exception_class;

	return word.len > 2 && slice_find(line, word) >= 0;
}

/*
 * `class: first line of the message`, or what there is of it.  A crash report's
 * message repeats the class, with addresses that are different each time: of
 * those, `class in function`.
 */
Slice
make_title(const Stack *stack, Slice exception_class, Slice message, const Frame *culprit)
{
	StringInfoData title;
	Slice line = first_line(message);

	if (!has_text(exception_class) && has_text(line))
		return on_one_line(line);
	initStringInfo(&title);
	append(&title, has_text(exception_class) ? exception_class : SLICE("(no message)"));
	if (culprit && has_text(culprit->identity_function) &&
	    (!has_text(exception_class) ||
	     (stack->language && stack->language->without_caller && repeats_class(line, exception_class))))
	{
		appendStringInfoString(&title, " in ");
		append(&title, culprit->identity_function);
	}
	else if (has_text(line))
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
	Slice where;

	if (frame == NULL)
		return NO_SLICE;
	where = is_known_by_file(stack, frame) ? file_name(frame->file) : frame->module;
	initStringInfo(&culprit);
	if (has_text(frame->identity_function))
		append(&culprit, frame->identity_function);
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
