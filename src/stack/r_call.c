/*
 * Calls as R prints them, and the places behind them.
 *
 *   price(item) at Cart.R#9
 *   shop::total(cart)
 *   FUN(X[[i]], ...)
 */
#include "r.h"

/* The length of the function's name that a call begins with, or 0: `shop::price(item)`, `cart$total()`. */
size_t
r_name_length(Slice call)
{
	size_t n = 0;

	if (call.len > 0 && call.data[0] == '`')
	{
		ptrdiff_t close = slice_find_char(slice_skip(call, 1), '`');

		return close > 0 ? close + 2 : 0;
	}
	while (n < call.len && (is_word(call.data[n]) || strchr(".:$@[]%<>", call.data[n]) != NULL))
	{
		/* strchr finds NUL as well */
		if (call.data[n] == '\0')
			break;
		n++;
	}
	return n;
}

/* Reads the function of a call, without its arguments; false where s is no call. */
bool
r_read_call(Slice s, Slice *function)
{
	size_t n;

	if (slice_starts(s, SLICE("(function")))
	{
		*function = SLICE("<Anonymous>");
		return true;
	}
	n = r_name_length(s);
	if (n == 0 || n == s.len || s.data[n] != '(' || is_digit(s.data[0]))
		return false;
	*function = slice_range(s, 0, n);
	return true;
}

/* Sets frame's function, with its package or object. */
void
r_set_function(Frame *frame, Slice name)
{
	ptrdiff_t at = slice_find(name, SLICE("::"));

	frame->function = name;
	if (at < 0)
		at = slice_find_char(name, '$');
	if (at > 0)
		frame->module = slice_range(name, 0, at);
}

/* Takes ` at Cart.R#9`, ` at #2`, ` [/srv/shop/app.R#12]` or ` at Cart.R:9:3` off the end of *call. */
void
r_take_place(Slice *call, Frame *place)
{
	Slice s = *call;
	ptrdiff_t at = slice_find_last_char(s, ' '), hash;

	frame_clear(place);
	if (at <= 0)
		return;
	s = slice_skip(s, at + 1);
	if (s.len > 2 && s.data[0] == '[' && s.data[s.len - 1] == ']')
		s = slice_range(s, 1, s.len - 1);
	else if (slice_ends(slice_range(*call, 0, at), SLICE(" at")))
		at -= 3;
	else
		return;
	hash = slice_find_last_char(s, '#');
	if (hash >= 0 && read_number(slice_skip(s, hash + 1), &place->line))
		place->file = slice_range(s, 0, hash);
	else if (take_position(&s, &place->column))
	{
		/* `Cart.R:9` or `Cart.R:9:3` */
		if (!take_position(&s, &place->line))
		{
			place->line = place->column;
			place->column = NO_POSITION;
		}
		place->file = s;
	}
	else
		return;
	call->len = at > 0 ? at : 0;
}

/* See Language: the package or the file, and the function without either. */
void
r_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	ptrdiff_t at = slice_find(*function, SLICE("::"));

	if (at > 0)
		*function =
			slice_skip(*function, at + (slice_starts(slice_skip(*function, at), SLICE(":::")) ? 3 : 2));
	else
		*module = file_stem(frame->file);
	/* an SDK may send the whole call */
	at = slice_find_char(*function, '(');
	if (at > 0)
		function->len = at;
}
