/*
 * Oracle's error stacks: the reported error first, each with the frames below it.
 *
 *   ORA-20001: could not check out
 *   ORA-06512: at "SHOP.CHECKOUT", line 12
 *   ORA-01403: no data found
 *   ORA-06512: at line 3
 */
#include "plpgsql.h"

/*
 * Reads `ORA-06512: at "SHOP.CART", line 12`, in any language that Oracle has:
 * the name stands in quotes, the line is the first number behind it.  A block
 * without a name has no function.
 */
bool
oracle_read_frame(Slice line, Frame *frame)
{
	const Slice code = SLICE("ORA-06512: ");
	ptrdiff_t open, close;
	size_t n = 0;

	frame_clear(frame);
	if (!slice_starts(line, code))
		return false;
	line = slice_skip(line, code.len);
	open = slice_find_char(line, '"');
	if (open >= 0 && open < 16)
	{
		line = slice_skip(line, open + 1);
		close = slice_find_char(line, '"');
		if (close <= 0)
			return false;
		frame->function = slice_range(line, 0, close);
		frame->module = plpgsql_schema(frame->function);
		line = slice_skip(line, close + 1);
	}
	else if (!slice_starts(line, SLICE("at line ")))
	{
		/* one word or two, and nothing behind the number but its unit */
		size_t end = line.len;

		while (end > 0 && !is_digit(line.data[end - 1]))
			end--;
		if (line.len - end > 4)
			return false;
	}
	while (n < line.len && n < 32 && !is_digit(line.data[n]))
		n++;
	line = slice_skip(line, n);
	return take_number(&line, &frame->line);
}

/* Reads text into stack, which stays empty where no line is a frame. */
void
oracle_parse(Slice text, Stack *stack)
{
	Slice line;
	int kept = 0;

	while (next_line(&text, &line))
	{
		Exception *last = stack->nexceptions > 0 ? &stack->exceptions[stack->nexceptions - 1] : NULL;
		ptrdiff_t at = slice_find(line, SLICE("ORA-"));
		Frame frame;

		if (at < 0)
		{
			if (last && (last->nframes > 0 || slice_trim(line).len == 0))
				break;
			if (last)
				extend_lines(&last->value, line);
			continue;
		}
		line = slice_trim(slice_skip(line, at));
		if (oracle_read_frame(line, &frame))
		{
			if (last == NULL)
				last = stack_add_exception(stack);
			if (frame.function.data == NULL)
				frame.function = SLICE("anonymous block");
			stack_put_frame(stack, last, &frame);
		}
		else if (line.len > 11 && line.data[9] == ':' && is_digit(line.data[8]))
		{
			last = stack_add_exception(stack);
			last->type = slice_range(line, 0, 9);
			last->value = slice_trim(slice_skip(line, 10));
		}
	}
	for (int e = 0; e < stack->nexceptions; e++)
		kept += stack->exceptions[e].nframes > 0;
	if (kept == 0)
		stack->nexceptions = 0;
}
