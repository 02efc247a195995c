/*
 * The lines of a Python traceback: frames, and what names an exception.
 *
 *   File "/srv/shop/cart.py", line 12, in total
 *   File "/srv/shop/cart.py", line 12 in total             (faulthandler)
 *   File /srv/shop/cart.py:12, in Cart.total(self)         (IPython)
 *   Cell In[3], line 2, in total(cart)
 *   /srv/shop/cart.py in total(self)                       (before IPython 8)
 *   > File "/srv/shop/cart.py", line 12, in total          (Loguru, where it was caught)
 */
#include "python.h"

/* Sets what stands behind "in": without arguments, or the place in C that old Cython prints. */
static void
set_function(Slice function, Frame *frame)
{
	ptrdiff_t open = slice_find_char(function, '(');

	if (open > 0)
		function = slice_trim(slice_range(function, 0, open));
	frame->function = function;
}

/* Reads `File "path", line N[, in function]`; false where the line is something else. */
bool
read_python_frame(Slice line, Frame *frame)
{
	const Slice middle = SLICE("\", line ");
	ptrdiff_t at;

	line = slice_trim(line);
	take_text(&line, SLICE("> "));
	if (!take_text(&line, SLICE("File \"")))
		return false;
	at = slice_find(line, middle);
	if (at < 0)
		return false;
	frame_clear(frame);
	frame->file = slice_range(line, 0, at);
	line = slice_skip(line, at + middle.len);
	if (!take_number(&line, &frame->line))
		return false;
	if (line.len == 0)
		return true; /* where a SyntaxError stands */
	if (!take_text(&line, SLICE(", in ")) && !take_text(&line, SLICE(" in ")))
		return false;
	set_function(line, frame);
	return true;
}

/* Reads the number and the rest of `Cell In[3], line 2, in f(x)` or `Input In [3], in f(x)`. */
static bool
read_cell(Slice line, Frame *frame)
{
	Slice start = line;
	int32_t number;

	if (!take_text(&line, SLICE("Cell In")) && !take_text(&line, SLICE("Input In")))
		return false;
	take_text(&line, SLICE(" "));
	if (!take_text(&line, SLICE("[")) || !take_number(&line, &number) || !take_text(&line, SLICE("]")))
		return false;
	frame->file = slice_range(start, 0, line.data - start.data);
	if (take_text(&line, SLICE(", line ")) && !take_number(&line, &frame->line))
		return false;
	frame->function = SLICE("<module>");
	if (take_text(&line, SLICE(", in ")))
		set_function(line, frame);
	else if (line.len > 0)
		return false;
	return true;
}

/* Reads a frame as IPython prints it. */
bool
read_python_cell(Slice line, Frame *frame)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t at;

	frame_clear(frame);
	if (read_cell(slice_trim(line), frame))
		return true;
	frame_clear(frame);
	line = (Slice){line.data, slice_trim(line).data + slice_trim(line).len - line.data};
	if (take_text(&line, SLICE("File ")))
	{
		at = slice_find(line, SLICE(", in "));
		frame->file = at < 0 ? line : slice_range(line, 0, at);
		frame->function = SLICE("<module>");
		if (at >= 0)
			set_function(slice_skip(line, at + 5), frame);
		return take_position(&frame->file, &frame->line) && frame->file.len > 0;
	}
	/* the line stands at the arrow below */
	at = slice_find(line, in);
	if (at <= 0 || (line.data[0] != '/' && line.data[0] != '~' && line.data[0] != '<' &&
	                !slice_starts(slice_skip(line, 1), SLICE(":\\"))))
		return false;
	frame->file = slice_range(line, 0, at);
	set_function(slice_skip(line, at + in.len), frame);
	return true;
}

/* Reads the number of the line at IPython's arrow, `----> 5     return x`. */
bool
read_python_arrow(Slice line, int32_t *number)
{
	size_t n = 0;

	while (n < line.len && line.data[n] == '-')
		n++;
	if (n < 1 || n + 1 >= line.len || line.data[n] != '>' || line.data[n + 1] != ' ')
		return false;
	line = slice_skip(line, n + 2);
	return take_number(&line, number);
}

/* Reads `package.Class: value` or `package.Class`; false where the line is no such thing. */
bool
read_python_type(Slice line, Exception *exception)
{
	size_t end = 0;

	while (end < line.len && (is_word(line.data[end]) || line.data[end] == '.' || line.data[end] == '<' ||
	                          line.data[end] == '>'))
		end++;
	if (end == 0 || is_digit(line.data[0]) || (end < line.len && line.data[end] != ':'))
		return false;
	exception->type = slice_range(line, 0, end);
	exception->value = slice_trim(slice_skip(line, end < line.len ? end + 1 : end));
	return true;
}
