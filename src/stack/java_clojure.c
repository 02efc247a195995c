/*
 * What Clojure itself prints of an exception: a report of one place, or data.
 *
 *   Execution error (ArithmeticException) at shop.cart/total (cart.clj:6).
 *   Divide by zero
 *
 *   #error {:via [{:type java.lang.ArithmeticException, :message "Divide by zero",
 *                  :at [clojure.lang.Numbers divide "Numbers.java" 190]}],
 *           :trace [[clojure.lang.Numbers divide "Numbers.java" 190]
 *                   [shop.cart$total invoke "cart.clj" 6]]}
 */
#include "java.h"

/* Is c what separates the parts of Clojure's data? */
static bool
is_separator(char c)
{
	return is_blank(c) || c == '\n' || c == ',';
}

/* Takes separators off *rest, and then expected; false where something else stands there. */
static bool
take_mark(Slice *rest, Slice expected)
{
	while (rest->len > 0 && is_separator(rest->data[0]))
		*rest = slice_skip(*rest, 1);
	if (!slice_starts(*rest, expected))
		return false;
	*rest = slice_skip(*rest, expected.len);
	return true;
}

/* Takes a symbol or a number. */
static bool
take_symbol(Slice *rest, Slice *symbol)
{
	size_t n = 0;

	take_mark(rest, SLICE(""));
	while (n < rest->len && !is_separator(rest->data[n]) && strchr("[]{}()\"", rest->data[n]) == NULL)
		n++;
	*symbol = slice_range(*rest, 0, n);
	*rest = slice_skip(*rest, n);
	return n > 0;
}

/* Takes text in quotes, without their like within it undone. */
static bool
take_string(Slice *rest, Slice *string)
{
	size_t n = 0;

	if (!take_mark(rest, SLICE("\"")))
		return false;
	while (n < rest->len && rest->data[n] != '"')
		n += rest->data[n] == '\\' ? 2 : 1;
	if (n >= rest->len)
		return false;
	*string = slice_range(*rest, 0, n);
	*rest = slice_skip(*rest, n + 1);
	return true;
}

/* A copy of what stood in quotes, without the backslashes before quotes, and with lines ended. */
static Slice
unescape(Slice string, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, string.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < string.len; i++)
	{
		if (string.data[i] == '\\' && i + 1 < string.len)
		{
			i++;
			copy[used++] = string.data[i] == 'n' ? '\n' : string.data[i] == 't' ? '\t' : string.data[i];
		}
		else
			copy[used++] = string.data[i];
	}
	return (Slice){copy, used};
}

/* Takes `[class method "File.java" 12]`. */
static bool
take_frame(Slice *rest, Allocator allocator, Frame *frame)
{
	Slice module, method, line, file;
	char *function;

	if (!take_mark(rest, SLICE("[")) || !take_symbol(rest, &module) || !take_symbol(rest, &method))
		return false;
	frame_clear(frame);
	if (take_string(rest, &file))
		frame->file = file;
	if (!take_symbol(rest, &line) || !take_mark(rest, SLICE("]")))
		return false;
	if (!read_number(line, &frame->line))
		frame->line = NO_POSITION;
	function = allocator.alloc(allocator.context, module.len + method.len + 1);
	memcpy(function, module.data, module.len);
	function[module.len] = '.';
	memcpy(function + module.len + 1, method.data, method.len);
	frame->module = module;
	frame->function = (Slice){function, module.len + method.len + 1};
	return true;
}

/* Adds a frame to an exception. */
static void
add_frame(Stack *stack, Exception *exception, const Frame *frame)
{
	Frame *added = stack_add_frame(stack, exception);

	if (added)
		*added = *frame;
}

/* Reads data: the exceptions of :via have one frame each, and :trace has those of the last one. */
static void
read_data(Slice text, Stack *stack)
{
	ptrdiff_t via = slice_find(text, SLICE(":via")), at;
	Slice rest;
	Frame frame;

	if (via < 0)
		return;
	rest = slice_skip(text, via + 4);
	if (!take_mark(&rest, SLICE("[{")))
		return;
	while ((at = slice_find_char(rest, ':')) >= 0)
	{
		Exception *last = stack->nexceptions > 0 ? &stack->exceptions[stack->nexceptions - 1] : NULL;
		Slice string;

		CHECK_FOR_INTERRUPTS();
		rest = slice_skip(rest, at);
		if (rest.data[-1] == '{' && take_mark(&rest, SLICE(":type ")))
		{
			/* what an exception holds may have a :type as well, which is no class */
			if (take_symbol(&rest, &string) && string.data[0] != ':')
				stack_add_exception(stack)->type = string;
		}
		else if (last && take_mark(&rest, SLICE(":message")))
		{
			if (take_string(&rest, &string))
				last->value = unescape(string, stack->allocator);
		}
		else if (last && take_mark(&rest, SLICE(":at ")))
		{
			if (last->nframes == 0 && take_frame(&rest, stack->allocator, &frame))
				add_frame(stack, last, &frame);
		}
		else if (last && take_mark(&rest, SLICE(":trace")))
			break;
		else
			rest = slice_skip(rest, 1);
	}
	if (stack->nexceptions > 0 && at >= 0 && take_mark(&rest, SLICE("[")))
	{
		Exception *root = &stack->exceptions[stack->nexceptions - 1];

		root->nframes = 0;
		while (take_frame(&rest, stack->allocator, &frame))
			add_frame(stack, root, &frame);
	}
	if (stack->total_frames == 0)
		stack->nexceptions = 0;
}

/* Reads the first line of a report, and where it says so, the class and the function. */
static bool
read_report(Slice line, Exception *exception, Frame *frame)
{
	static const Slice kinds[] = {
		{"Execution error", 15},
		{"Syntax error", 12},
		{"Unexpected error", 16},
		{"Error printing return value", 27},
	};
	ptrdiff_t open, at;
	int32_t number;
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) && !slice_starts(line, kinds[i]))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]) || !slice_ends(line, SLICE(").")))
		return false;
	exception->type = slice_range(line, 0, kinds[i].len);
	line = slice_range(line, kinds[i].len, line.len - 2);
	if (slice_starts(line, SLICE(" (")) && (at = slice_find_char(line, ')')) > 0)
	{
		exception->type = slice_range(line, 2, at);
		line = slice_skip(line, at + 1);
	}
	open = slice_find_last_char(line, '(');
	at = slice_find(line, SLICE(" at "));
	if (at < 0 || open < at + 4)
		return false;
	frame_clear(frame);
	frame->file = slice_skip(line, open + 1);
	if (!take_position(&frame->file, &frame->line))
		return false;
	if (take_position(&frame->file, &number))
	{
		frame->column = frame->line;
		frame->line = number;
	}
	frame->function = slice_trim(slice_range(line, at + 4, open));
	if (frame->function.len == 0)
		frame->function = NO_SLICE;
	at = slice_find_char(frame->function, '/');
	if (at > 0)
		frame->module = slice_range(frame->function, 0, at);
	return true;
}

/* Reads what Clojure prints itself. */
void
parse_clojure(Slice text, Stack *stack)
{
	Slice rest = text, line;
	Exception exception = {.type = NO_SLICE}, *added;
	Frame frame;

	while (next_line(&rest, &line))
	{
		if (!read_report(line, &exception, &frame))
			continue;
		exception.value = (Slice){rest.data, 0};
		while (next_line(&rest, &line) && slice_trim(line).len > 0)
			extend_lines(&exception.value, line);
		added = stack_add_exception(stack);
		*added = exception;
		add_frame(stack, added, &frame);
		return;
	}
	read_data(text, stack);
}
