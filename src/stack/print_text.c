/*
 * What all forms of printed stacks have in common: bounded text that is safe to
 * show in a terminal, and the parts that most lines are made of.
 */
#include "print.h"

#include "mb/pg_wchar.h"

/* Appends bytes as they are; what goes beyond PRINT_MAX_TEXT is left out, whole. */
static void
print_bytes(Printer *printer, Slice s)
{
	if (printer->full || s.len == 0)
		return;
	if ((size_t) printer->text.len + s.len > PRINT_MAX_TEXT)
	{
		printer->full = true;
		return;
	}
	appendBinaryStringInfo(&printer->text, s.data, s.len);
}

/* Likewise of a C string. */
void
print_string(Printer *printer, const char *s)
{
	print_bytes(printer, slice_of_string(s));
}

/* Appends a decimal number. */
void
print_number(Printer *printer, int64 number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), INT64_FORMAT, number);
	print_string(printer, digits);
}

/*
 * How many bytes at the start of s a terminal might obey: an ASCII control
 * character, or one of those from U+0080 to U+009F, which in ISO 8859 are bytes of
 * their own; other encodings have letters there.  0: it may be shown.
 */
static size_t
control_length(Slice s)
{
	unsigned char c = s.data[0];
	int encoding;

	if (c < 0x20 || c == 0x7F)
		return 1;
	if (c < 0x80)
		return 0;
	encoding = GetDatabaseEncoding();
	if ((encoding >= PG_LATIN1 && encoding <= PG_LATIN10) ||
	    (encoding >= PG_ISO_8859_5 && encoding <= PG_ISO_8859_8))
		return c < 0xA0;
	if (encoding != PG_UTF8 && encoding != PG_SQL_ASCII)
		return 0;
	return c == 0xC2 && s.len > 1 && ((unsigned char) s.data[1] & 0xE0) == 0x80 ? 2 : 0;
}

/*
 * Appends text whose control characters, but tabs, become `\x1b`; line ends too,
 * unless lines: then they begin lines.
 */
static void
print_safely(Printer *printer, Slice s, bool lines)
{
	size_t start = 0;

	for (size_t i = 0; i < s.len && !printer->full;)
	{
		size_t control = s.data[i] == '\t' ? 0 : control_length(slice_skip(s, i));

		if (control == 0)
		{
			i++;
			continue;
		}
		print_bytes(printer, slice_range(s, start, i));
		if (lines && s.data[i] == '\n')
			print_line(printer, "");
		else if (!(lines && s.data[i] == '\r' && peek(s, i + 1) == '\n'))
			for (size_t n = 0; n < control; n++)
			{
				char escaped[5];

				snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned char) s.data[i + n]);
				print_string(printer, escaped);
			}
		i += control;
		start = i;
	}
	print_bytes(printer, slice_range(s, start, s.len));
}

/* Appends s, or what fits into limit and dots. */
static void
print_cut(Printer *printer, Slice s, size_t limit, bool lines)
{
	Slice cut = slice_clip(s, limit);

	print_safely(printer, cut, lines);
	if (cut.len < s.len)
		print_string(printer, "...");
}

/* Appends a name, a path: one line, whatever it holds. */
void
print_name(Printer *printer, Slice name)
{
	print_cut(printer, name, PRINT_MAX_NAME, false);
}

/* Appends a message, which may have several lines. */
void
print_message(Printer *printer, Slice message)
{
	print_cut(printer, message, PRINT_MAX_MESSAGE, true);
}

/* Begins a line with these characters. */
void
print_line(Printer *printer, const char *start)
{
	CHECK_FOR_INTERRUPTS();
	if (printer->text.len > 0)
		print_string(printer, "\n");
	for (int i = 0; i < printer->indent; i++)
		print_string(printer, " ");
	print_string(printer, start);
}

/* Appends `Type: message`, or what is known of it. */
void
print_title(Printer *printer, const PrintException *exception)
{
	if (exception->module.len > 0)
	{
		print_name(printer, exception->module);
		print_string(printer, ".");
	}
	print_name(printer, exception->type);
	if (exception->type.len > 0 && exception->value.len > 0)
		print_string(printer, ": ");
	print_message(printer, exception->value);
}

/* Appends a function's name behind its module, where the form prints that. */
void
print_function(Printer *printer, const PrintFrame *frame)
{
	if (frame->module.len > 0)
	{
		print_name(printer, frame->module);
		if (frame->function.len > 0)
			print_string(printer, printer->form->separator);
	}
	print_name(printer, frame->function);
}

/* Appends the file and, behind what stands between them, the line, where they are known. */
void
print_file(Printer *printer, const PrintFrame *frame, const char *between)
{
	print_name(printer, frame->file);
	if (frame->file.len == 0 || frame->line == NO_POSITION)
		return;
	print_string(printer, between);
	print_number(printer, frame->line);
}

/* Appends `file:line:column`, or what is known of it. */
void
print_place(Printer *printer, const PrintFrame *frame)
{
	print_file(printer, frame, ":");
	if (frame->file.len == 0 || frame->line == NO_POSITION || frame->column == NO_POSITION)
		return;
	print_string(printer, ":");
	print_number(printer, frame->column);
}

/* Where frames are left out before the one at this index, or behind all: a line that says how many. */
void
print_gap(Printer *printer, const PrintException *exception, int index)
{
	if (exception->left_out == 0 || index != exception->gap_at)
		return;
	print_line(printer, printer->form->gap);
	print_number(printer, exception->left_out);
	print_string(printer, printer->form->gap_end);
}

/* Appends the frames of an exception, innermost first. */
void
print_frames(Printer *printer, const PrintException *exception, PrintFrameFunction frame)
{
	for (int i = 0; i < exception->nframes; i++)
	{
		print_gap(printer, exception, i);
		frame(printer, exception, i);
	}
	/* of the outer half, none may be a frame */
	print_gap(printer, exception, exception->nframes);
}

/* A frame's number among all, also those that are left out. */
int
print_frame_number(const PrintException *exception, int index)
{
	return index < exception->gap_at ? index : index + exception->left_out;
}

/* Has any of these exceptions frames? */
bool
print_any_frames(const PrintException *exceptions, int count)
{
	for (int i = 0; i < count; i++)
		if (has_frames(&exceptions[i]))
			return true;
	return false;
}
