/*
 * The lines of the kernel's traces, as the processors and the versions print
 * them, and with files and lines where a script has looked those up.
 *
 *    shop_total+0x12/0x34 [shop] drivers/shop/cart.c:12
 *    [<ffffffff81234567>] ? shop_lock+0x1/0x2
 *   [<c0012345>] (shop_total) from [<c0054321>] (shop_ioctl+0x56/0x78)
 *   RIP: 0010:shop_total+0x12/0x34
 *   pc : shop_total+0x12/0x34
 */
#include "kernel.h"

/* Takes the next word from *s: what stands before a blank. */
Slice
kernel_word(Slice *s)
{
	Slice word;
	size_t n = 0;

	while (s->len > 0 && is_blank(s->data[0]))
		*s = slice_skip(*s, 1);
	while (n < s->len && !is_blank(s->data[n]))
		n++;
	word = slice_range(*s, 0, n);
	*s = slice_skip(*s, n);
	return word;
}

/* The length of `+0x12/0x34` at index n, or 0. */
static size_t
offset_length(Slice s, size_t n)
{
	size_t start = n, digits;

	for (int part = 0; part < 2; part++)
	{
		if (!slice_starts(slice_skip(s, n), part == 0 ? SLICE("+0x") : SLICE("/0x")))
			return 0;
		n += 3;
		digits = count_hex_digits(s, n);
		if (digits == 0)
			return 0;
		n += digits;
	}
	return n - start;
}

/* Reads `file:line` or `file:line:column` into frame; false where s is something else. */
bool
kernel_read_position(Slice s, Frame *frame)
{
	int32_t first, second;

	while (s.len > 0 && (s.data[s.len - 1] == ')' || s.data[s.len - 1] == ','))
		s.len--;
	if (s.len > 0 && s.data[0] == '(')
		s = slice_skip(s, 1);
	if (!take_position(&s, &first) || s.len == 0)
		return false;
	frame->line = first;
	if (take_position(&s, &second))
	{
		frame->line = second;
		frame->column = first;
	}
	frame->file = s;
	return s.len > 0 && (slice_find_char(s, '/') >= 0 || slice_find_char(s, '.') > 0);
}

/*
 * Reads what stands behind a function: its module, its file and line.  Returns
 * whether it says that the function was inlined.
 */
static bool
read_details(Slice s, Frame *frame)
{
	bool inlined = false;

	while (s.len > 0)
	{
		Slice word = kernel_word(&s);
		Frame position;

		frame_clear(&position);
		if (slice_equal(word, SLICE("[inline]")))
			inlined = true;
		else if (word.len > 1 && word.data[0] == '[' && frame->module.data == NULL)
		{
			/* `[ext4]`, or `[ext4 1a2b3c]` with the build */
			word = slice_skip(word, 1);
			while (word.len > 0 && (word.data[word.len - 1] == ']' || word.data[word.len - 1] == ')'))
				word.len--;
			if (word.len > 0 && is_word(word.data[0]))
				frame->module = word;
		}
		else if (frame->file.data == NULL && kernel_read_position(word, &position))
		{
			frame->file = position.file;
			frame->line = position.line;
			frame->column = position.column;
		}
	}
	return inlined;
}

/*
 * Reads a function in one of the forms that the kernel, or the scripts that
 * look its addresses up, print:
 *
 *   shop_total+0x12/0x34 [shop]
 *   shop_total+0x12/0x34 drivers/shop/cart.c:12
 *   shop_price drivers/shop/price.h:7 [inline]
 *   shop_total (drivers/shop/cart.c:12) shop
 */
bool
kernel_read_symbol(Slice s, Frame *frame)
{
	size_t n = 0, offset;
	bool inlined;

	if (s.len == 0 || is_digit(s.data[0]))
		return false;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '$'))
		n++;
	if (n == 0)
		return false;
	frame_clear(frame);
	frame->function = slice_range(s, 0, n);
	offset = offset_length(s, n);
	n += offset;
	while (n < s.len && (s.data[n] == '(' || s.data[n] == ')') && (offset > 0 || s.data[n] == ')'))
		n++;
	if (n < s.len && !is_blank(s.data[n]) && s.data[n] != ',' && s.data[n] != '>')
		return false;
	s = slice_trim(slice_skip(s, n));
	inlined = read_details(s, frame);
	return offset > 0 || (inlined && frame->file.data != NULL) ||
	       (s.len > 0 && s.data[0] == '(' && frame->file.data != NULL);
}

/* Takes `[<c0012345>] ` and the like off the start of *s; false where something else stands there. */
static bool
take_address(Slice *s)
{
	size_t n = 1, digits;

	if (s->len == 0 || s->data[0] != '[')
		return false;
	if (n < s->len && s->data[n] == '<')
		n++;
	if (slice_starts(slice_skip(*s, n), SLICE("0x")))
		n += 2;
	digits = n;
	n += count_hex_digits(*s, n);
	if (n - digits < 6)
		return false;
	if (n < s->len && s->data[n] == '>')
		n++;
	if (n >= s->len || s->data[n] != ']')
		return false;
	*s = slice_trim(slice_skip(*s, n + 1));
	return true;
}

/* Takes the addresses that stand before a function off *s, and the number of a frame before them. */
static void
take_addresses(Slice *s)
{
	size_t n = 1;

	if (s->len > 1 && s->data[0] == '#')
	{
		n += count_digits(*s, n);
		if (n + 1 < s->len && s->data[n] == ' ' && s->data[n + 1] == '[')
			*s = slice_skip(*s, n + 1);
	}
	if (s->len > 1 && s->data[0] == '(' && s->data[1] == '[')
		*s = slice_skip(*s, 1);
	while (take_address(s))
		;
}

/* Takes the `<TASK>`, `</IRQ>`, `<<EOE>>` that tell which stack follows off *s. */
static void
take_stack_marks(Slice *s)
{
	while (s->len > 2 && s->data[0] == '<')
	{
		ptrdiff_t close = slice_find_char(slice_range(*s, 0, s->len < 16 ? s->len : 16), '>');

		if (close < 0)
			return;
		*s = slice_skip(*s, close + 1);
		if (s->len > 0 && s->data[0] == '>')
			*s = slice_skip(*s, 1);
		*s = slice_trim(*s);
	}
}

/*
 * Reads ARM's `(shop_total) from (shop_ioctl+0x12/0x34)`, without parentheses
 * since 6.0: the place belongs to the caller.
 */
static bool
read_from(Slice s, Frame *called, Frame *caller)
{
	ptrdiff_t from = slice_find(s, SLICE(" from "));
	Slice name, rest;
	size_t n;

	if (from <= 0)
		return false;
	name = slice_range(s, 0, from);
	rest = slice_trim(slice_skip(s, from + 6));
	take_addresses(&rest);
	if (name.data[0] == '(' && rest.len > 0 && rest.data[0] == '(')
	{
		name = slice_skip(name, 1);
		rest = slice_skip(rest, 1);
	}
	frame_clear(called);
	for (n = 0; n < name.len && (is_word(name.data[n]) || name.data[n] == '.'); n++)
		;
	if (n == 0 || (n < name.len && name.data[n] != ')' && name.data[n] != '+' &&
	               !slice_starts(slice_skip(name, n), SLICE(" ["))))
		return false;
	if (n + 2 < name.len && name.data[n] == ' ')
	{
		called->module = slice_skip(name, n + 2);
		while (called->module.len > 0 && !is_word(called->module.data[called->module.len - 1]))
			called->module.len--;
	}
	called->function = slice_range(name, 0, n);
	return kernel_read_symbol(rest, caller);
}

/* Reads `#4 0x000000000060a36 in shop_total drivers/shop/cart.c:12:3`, as LLVM writes them for a kernel that is a program. */
static bool
read_numbered(Slice s, Frame *frame)
{
	Slice number = kernel_word(&s), address = kernel_word(&s), in = kernel_word(&s);

	if (number.len < 2 || number.data[0] != '#' || !is_digit(number.data[1]) ||
	    !slice_starts(address, SLICE("0x")) || !slice_equal(in, SLICE("in")))
		return false;
	frame_clear(frame);
	frame->function = kernel_word(&s);
	return frame->function.len > 0 && kernel_read_position(kernel_word(&s), frame);
}

/* Reads a line of a trace. */
KernelLine
kernel_read_caller(Slice s, Frame *frame, Frame *caller)
{
	take_stack_marks(&s);
	take_addresses(&s);
	if (s.len < 4)
		return KERNEL_OTHER;
	if (s.data[0] == '?' && s.data[1] == ' ')
		return kernel_read_symbol(slice_trim(slice_skip(s, 1)), frame) ? KERNEL_UNRELIABLE : KERNEL_OTHER;
	if (s.data[0] == '#')
		return read_numbered(s, frame) ? KERNEL_CALLER : KERNEL_OTHER;
	if (read_from(s, frame, caller))
		return KERNEL_CALLERS;
	if (!kernel_read_symbol(s, frame))
		return KERNEL_OTHER;
	return slice_ends(s, SLICE("(unreliable)")) ? KERNEL_UNRELIABLE : KERNEL_CALLER;
}

/* Is line that of a register with the address of the instruction?  Sets *value to what follows its name. */
bool
kernel_is_pc(Slice line, Slice *value)
{
	static const Slice names[] = {
		{"RIP", 3}, {"EIP", 3}, {"IP", 2},  {"PC", 2},  {"pc", 2},          {"epc", 3},
		{"NIP", 3}, {"TPC", 3}, {"era", 3}, {"ERA", 3}, {"Krnl PSW :", 10}, {"IAOQ[0]:", 8},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_starts(line, names[i]) && line.len > names[i].len &&
		    (line.data[names[i].len] == ' ' || line.data[names[i].len] == ':'))
		{
			*value = slice_skip(line, names[i].len);
			return true;
		}
	return false;
}

/* Reads the function out of `: 0010:shop_total+0x12/0x34`, ` is at shop_total+0x12/0x34`, ` [c00123] shop_total+0x12/0x34`. */
bool
kernel_read_pc(Slice value, Frame *frame)
{
	while (value.len > 0)
	{
		Slice word = kernel_word(&value);
		Slice rest = slice_trim(value);
		bool symbolised;

		if (word.len > 5 && word.data[4] == ':' && is_digit(word.data[0]))
			word = slice_skip(word, 5);
		while (word.len > 0 && (word.data[0] == '(' || word.data[0] == '<' || word.data[0] == ':'))
			word = slice_skip(word, 1);
		symbolised = word.len > 0 && !is_digit(word.data[0]) && rest.len > 0 &&
		             (rest.data[0] == '(' || slice_ends(rest, SLICE("[inline]")));
		if (word.len == 0 || (!symbolised && slice_find(word, SLICE("+0x")) < 0))
			continue;
		if (kernel_read_symbol((Slice){word.data, value.data + value.len - word.data}, frame))
			return true;
		if (symbolised)
			return false;
	}
	return false;
}

/* Is it the address of a program that called the kernel: `RIP: 0033:0x455259`? */
bool
kernel_is_user_pc(Slice line)
{
	return slice_starts(line, SLICE("RIP: 0033:")) || slice_starts(line, SLICE("RIP: 0023:"));
}

/* Is s the kernel's `[   12.345678]` at its start?  Sets its length with what follows it: `[ T1234]`. */
static bool
is_time(Slice s, size_t *length)
{
	size_t n = 1, digits = 0;

	while (n < s.len && n < 10 && s.data[n] == ' ')
		n++;
	for (; n < s.len && is_digit(s.data[n]); n++)
		digits++;
	if (digits == 0 || digits > 10 || n >= s.len || s.data[n] != '.')
		return false;
	for (digits = 0, n++; n < s.len && is_digit(s.data[n]); n++)
		digits++;
	if (digits < 4 || digits > 9 || n >= s.len || s.data[n] != ']')
		return false;
	n++;
	if (n < s.len && s.data[n] == '[')
	{
		size_t m = n + 1;

		while (m < s.len && m < n + 16 && s.data[m] != ']')
			m++;
		if (m < s.len && s.data[m] == ']')
			n = m + 1;
	}
	*length = n;
	return true;
}

/* line without times in its middle, where the kernel began to write behind what another had written. */
Slice
kernel_last_message(Slice line)
{
	Slice rest = line;
	ptrdiff_t at;

	while ((at = slice_find_char(rest, '[')) >= 0)
	{
		size_t length = 1;

		rest = slice_skip(rest, at);
		if (is_time(rest, &length))
			line = slice_skip(rest, length);
		rest = slice_skip(rest, length);
	}
	return slice_trim(line);
}
