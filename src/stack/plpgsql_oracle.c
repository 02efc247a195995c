/*
 * Oracle's error stacks: the reported error first, each with the frames below it.
 *
 *   ORA-20001: could not check out
 *   ORA-06512: at "SHOP.CHECKOUT", line 12
 *   ORA-01403: no data found
 *   ORA-06512: at line 3
 */
#include "plpgsql.h"

/* Reads `ORA-06512: at "SHOP.CART", line 12`; a block without a name has no function. */
bool
oracle_read_frame(Slice line, Frame *frame)
{
	const Slice code = SLICE("ORA-06512: at "), at_line = SLICE("line ");
	Slice number;
	ptrdiff_t at;

	frame_clear(frame);
	if (!slice_starts(line, code))
		return false;
	line = slice_skip(line, code.len);
	at = slice_find(line, at_line);
	if (at < 0)
		return false;
	number = slice_skip(line, at + at_line.len);
	if (!take_number(&number, &frame->line))
		return false;
	if (line.data[0] == '"')
	{
		line = slice_skip(line, 1);
		at = slice_find_char(line, '"');
		if (at > 0)
			frame->function = slice_range(line, 0, at);
		frame->module = plpgsql_schema(frame->function);
	}
	return true;
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
