/*
 * Stack traces of Erlang and Elixir; here those that the shell, escript and
 * crash reports print, the innermost frame first:
 *
 *   ** exception error: an error occurred when evaluating an arithmetic expression
 *        in function  shop:total/1 (shop.erl, line 12)
 *        in call from shop:main/1 (shop.erl, line 5)
 */
#include "erlang.h"

static const char *const aliases[] = {"elixir", "phoenix", "gleam", "lfe", NULL};
static const char *const marks[] = {"** (",
                                    ".ex:",
                                    ".exs:",
                                    ".erl:",
                                    "{file,",
                                    "[file: ",
                                    "in function ",
                                    "in call from ",
                                    "exit value:",
                                    "Reason for termination",
                                    " with reason: ",
                                    "'EXIT'",
                                    NULL};

/* What stands between two frames, such as arguments, is no longer. */
#define MAX_GAP 4096

/* How many arguments stand in a list of them: the commas that nothing encloses, and one. */
static int
count_arguments(Slice s)
{
	int depth = 0, count = slice_trim_lines(s).len > 0;
	char quote = 0;

	for (size_t i = 0; i < s.len; i++)
	{
		char c = s.data[i];

		if (c == '\\' && quote != 0)
			i++;
		else if (c == '"' || c == '\'')
			quote = quote == 0 ? c : quote == c ? 0 : quote;
		else if (quote != 0)
			continue;
		else if (c == '(' || c == '[' || c == '{')
			depth++;
		else if (c == ')' || c == ']' || c == '}')
			depth -= depth > 0;
		else
			count += c == ',' && depth == 0;
	}
	return count;
}

/* A function's name with its arity, which is printed where its arguments are not: `total/1` of `total(nil)`. */
Slice
erlang_with_arity(Allocator allocator, Slice name, Slice arguments)
{
	int arity = count_arguments(arguments);
	char *text = allocator.alloc(allocator.context, name.len + 4);

	memcpy(text, name.data, name.len);
	text[name.len++] = '/';
	if (arity > 255)
		arity = 255; /* no function has more */
	if (arity >= 100)
		text[name.len++] = '0' + arity / 100;
	if (arity >= 10)
		text[name.len++] = '0' + arity / 10 % 10;
	text[name.len++] = '0' + arity % 10;
	return (Slice){text, name.len};
}

/* Takes blanks and line ends off the start of *text. */
static void
skip_space(Slice *text)
{
	while (text->len > 0 && (is_blank(text->data[0]) || text->data[0] == '\n'))
		*text = slice_skip(*text, 1);
}

/* The length of the atom at the start of s; names in quotes may hold anything but a line's end. */
static size_t
atom_length(Slice s)
{
	size_t n = 1;

	if (s.len == 0)
		return 0;
	if (s.data[0] == '\'')
	{
		while (n < s.len && s.data[n] != '\'' && s.data[n] != '\n')
			n++;
		return n < s.len && s.data[n] == '\'' ? n + 1 : 0;
	}
	if (s.data[0] < 'a' || s.data[0] > 'z')
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '@'))
		n++;
	return n;
}

/* Takes ` (shop.erl, line 12)` off the start of *text, where it stands there. */
static void
take_place(Slice *text, Frame *frame)
{
	const Slice middle = SLICE(", line ");
	Slice rest = *text, file;
	ptrdiff_t close, at;
	size_t end;

	skip_space(&rest);
	if (rest.len == 0 || rest.data[0] != '(')
		return;
	end = rest.len < 4096 ? rest.len : 4096;
	close = slice_find_char(slice_range(rest, 0, end), ')');
	if (close < 0)
		return;
	file = slice_range(rest, 1, close);
	at = slice_find(file, middle);
	if (at <= 0 || !read_number(slice_skip(file, at + middle.len), &frame->line))
		return;
	frame->file = slice_range(file, 0, at);
	*text = slice_skip(rest, close + 1);
}

/* Takes `shop:total/1 (shop.erl, line 12)` off the start of *text. */
static bool
take_frame(Slice *text, Frame *frame)
{
	Slice rest = *text;
	size_t module, function, digits = 0;

	frame_clear(frame);
	skip_space(&rest);
	module = atom_length(rest);
	if (module == 0 || module >= rest.len || rest.data[module] != ':')
		return false;
	function = atom_length(slice_skip(rest, module + 1));
	if (function == 0)
		return false;
	function += module + 1;
	if (function >= rest.len || rest.data[function] != '/')
		return false;
	while (function + 1 + digits < rest.len && is_digit(rest.data[function + 1 + digits]))
		digits++;
	if (digits == 0)
		return false;
	function += 1 + digits;
	frame->function = slice_range(rest, 0, function);
	frame->module = slice_range(rest, 0, module);
	*text = slice_skip(rest, function);
	take_place(text, frame);
	return true;
}

/* The length of the words at the end of s that lead in the first frame. */
static size_t
words_length(Slice s)
{
	static const Slice words[] = {{"in function", 11}, {"in operator", 11}, {"in call from", 12}};

	for (int i = 0; i < 3; i++)
		if (slice_ends(s, words[i]))
			return words[i].len;
	return 0;
}

/*
 * Names an exception by what stands above its first frame: its kind, and its
 * reason in words, which may have several lines.
 */
static void
read_heading_text(Slice above, Exception *exception)
{
	const Slice label = SLICE("exception ");
	static const Slice kinds[] = {{"error: ", 7}, {"exit: ", 6}, {"throw: ", 7}};
	ptrdiff_t at;

	while ((at = slice_find(above, label)) >= 0)
	{
		above = slice_skip(above, at + label.len);
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		{
			if (!slice_starts(above, kinds[i]))
				continue;
			exception->type = slice_range(above, 0, kinds[i].len - 2);
			exception->value = slice_trim_lines(slice_skip(above, kinds[i].len));
			exception->value.len -= words_length(exception->value);
			exception->value = slice_trim_lines(exception->value);
			/* where a logger put it all into one line */
			if (slice_ends(exception->value, SLICE(",")))
				exception->value.len--;
		}
	}
}

/*
 * Takes the words that lead in a frame off *text, and what stands before them:
 * "in function" and "in operator" do it for the first frame, "in call from" for
 * the others.
 */
static bool
take_words(Slice *text, bool *is_operator)
{
	static const Slice words[] = {{"function ", 9}, {"operator ", 9}, {"call from ", 10}};
	const Slice in = SLICE("in ");
	ptrdiff_t at;

	while ((at = slice_find(*text, in)) >= 0)
	{
		*text = slice_skip(*text, at + in.len);
		for (int i = 0; i < 3; i++)
			if (slice_starts(*text, words[i]))
			{
				*text = slice_skip(*text, words[i].len);
				*is_operator = i == 1;
				return true;
			}
	}
	return false;
}

/* Takes `div/2`, an operator that stands for a function of the module erlang, off the start of *text. */
static bool
take_operator(Slice *text, Frame *frame)
{
	Slice rest = *text;
	size_t n = 0;

	frame_clear(frame);
	skip_space(&rest);
	while (n < rest.len && n < 16 && !is_blank(rest.data[n]) && rest.data[n] != '\n')
		n++;
	if (n < 3 || !is_digit(rest.data[n - 1]) || rest.data[n - 2] != '/')
		return false;
	frame->function = slice_range(rest, 0, n);
	*text = slice_skip(rest, n);
	return true;
}

/* Reads frames that words lead in. */
static void
parse_words(Slice text, Stack *stack)
{
	Slice rest = text, above = NO_SLICE;
	Frame frame;
	bool is_operator, placed = false;

	while (take_words(&rest, &is_operator))
	{
		Slice start = rest;

		if (!(is_operator ? take_operator(&rest, &frame) : take_frame(&rest, &frame)))
			continue;
		if (stack->nexceptions == 0)
		{
			stack_add_exception(stack);
			above = slice_range(text, 0, start.data - text.data);
		}
		placed |= frame.file.data != NULL;
		stack_put_frame(stack, &stack->exceptions[0], &frame);

		/* the next frame is near, and in the same report */
		start = rest;
		if (start.len > MAX_GAP)
			start.len = MAX_GAP;
		if (!take_words(&start, &is_operator) || is_operator ||
		    slice_find(slice_range(rest, 0, start.data - rest.data), SLICE("exception ")) >= 0 ||
		    !slice_ends(slice_range(rest, 0, start.data - rest.data), SLICE("in call from ")))
			break;
	}
	if (stack->nexceptions == 0)
		return;
	read_heading_text(above, &stack->exceptions[0]);
	if (stack->exceptions[0].type.data == NULL && (!placed || stack->total_frames < 2))
		stack_init(stack, stack->allocator);
}

/*
 * Reads what lager makes of a crash, one line with one frame:
 * `CRASH REPORT Process <0.9.0> with 0 neighbours crashed with reason: bad argument in shop:total/1 line 12`.
 */
static void
parse_lager(Slice text, Stack *stack)
{
	const Slice reason = SLICE(" with reason: "), in = SLICE(" in "), at_line = SLICE(" line ");
	static const Slice verbs[] = {{"crashed", 7}, {"exited", 6}, {"terminated", 10}};
	Slice line;

	while (next_line(&text, &line))
	{
		ptrdiff_t at = slice_find(line, reason);
		Exception *exception;
		Frame frame;
		size_t verb = 0, start;

		if (at < 0)
			continue;
		while (verb < 3 && !slice_ends(slice_range(line, 0, at), verbs[verb]))
			verb++;
		line = slice_skip(line, at + reason.len);
		if (verb == 3)
			continue;
		/* the last " in " that a function and its line follow */
		for (start = line.len; start > in.len; start--)
		{
			Slice rest = slice_skip(line, start);

			if (memcmp(line.data + start - in.len, in.data, in.len) == 0 && take_frame(&rest, &frame) &&
			    slice_starts(rest, at_line) && (rest = slice_skip(rest, at_line.len), true) &&
			    take_number(&rest, &frame.line))
				break;
		}
		if (start <= in.len)
			continue;
		exception = stack_add_exception(stack);
		exception->type = verb == 0 ? SLICE("error") : SLICE("exit");
		exception->value = slice_trim(slice_range(line, 0, start - in.len));
		stack_put_frame(stack, exception, &frame);
		return;
	}
}

/* Reads text; see Language. */
static void
parse_erlang(Slice text, Stack *stack)
{
	elixir_parse(text, stack);
	if (stack->nexceptions == 0)
		parse_words(text, stack);
	if (stack->nexceptions == 0)
		erlang_terms_parse(text, stack);
	if (stack->nexceptions == 0)
		parse_lager(text, stack);
}

/* Takes the quotes off a name. */
static Slice
unquote(Slice name)
{
	if (name.len > 2 && (name.data[0] == '\'' || name.data[0] == '"') &&
	    name.data[name.len - 1] == name.data[0])
		return slice_range(name, 1, name.len - 1);
	return name;
}

/*
 * The function that a name was made from, with its arity: `total/1` of
 * `-total/1-fun-0-`, of `-total/1-lc$^0/1-0-`, of `anonymous fn/2 in Shop.total/1`.
 */
static Slice
made_from(Slice name)
{
	const Slice inlined = SLICE("-inlined-"), captured = SLICE("-fun.");
	Slice inner;
	size_t n;

	if (name.len < 4 || (name.data[0] != '-' && name.data[0] != '\'' && name.data[0] != '"'))
		return name;
	inner = name;
	if (name.data[0] != '-')
	{
		ptrdiff_t close = slice_find_last_char(name, name.data[0]);

		if (close <= 1 || name.data[1] != '-')
			return name;
		inner = slice_range(name, 1, close);
	}
	if (slice_starts(inner, inlined))
		inner = slice_skip(inner, inlined.len);
	else if (slice_starts(inner, captured))
		inner = slice_skip(inner, captured.len);
	else
		inner = slice_skip(inner, 1);
	for (n = 0; n < inner.len && inner.data[n] != '/'; n++)
		;
	if (n == 0 || n == inner.len || n + 1 == inner.len || !is_digit(inner.data[n + 1]))
		return name;
	for (n++; n < inner.len && is_digit(inner.data[n]); n++)
		;
	return slice_range(inner, 0, n);
}

/* A name of which a part is quoted, `'/'/2`, without the quotes. */
static Slice
without_quotes(Slice name, Allocator allocator)
{
	ptrdiff_t close;
	char *text;

	if (name.len < 3 || (name.data[0] != '\'' && name.data[0] != '"'))
		return name;
	close = slice_find_last_char(name, name.data[0]);
	if (close < 2)
		return name;
	if ((size_t) close + 1 == name.len)
		return slice_range(name, 1, close);
	text = allocator.alloc(allocator.context, name.len - 2);
	memcpy(text, name.data + 1, close - 1);
	memcpy(text + close - 1, name.data + close + 1, name.len - close - 1);
	return (Slice){text, name.len - 2};
}

/* See Language: the module as Elixir writes it, and the function with its arity. */
static void
identify_erlang(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	const Slice in = SLICE(" in "), elixir = SLICE("Elixir.");
	Slice name = *function, qualifier = *module;
	ptrdiff_t at;

	if (slice_starts(name, SLICE("anonymous fn/")) && (at = slice_find(name, in)) > 0)
		name = slice_skip(name, at + in.len);
	if (qualifier.len > 0 && name.len > qualifier.len + 1 && slice_starts(name, qualifier) &&
	    (name.data[qualifier.len] == '.' || name.data[qualifier.len] == ':'))
		name = slice_skip(name, qualifier.len + 1);
	else if (qualifier.len > 0 && qualifier.data[0] != '\'' && slice_starts(qualifier, elixir) &&
	         slice_starts(name, slice_skip(qualifier, elixir.len)) &&
	         name.len > qualifier.len - elixir.len + 1)
		name = slice_skip(name, qualifier.len - elixir.len + 1);
	qualifier = unquote(qualifier);
	if (qualifier.len > 0 && qualifier.data[0] == ':')
		qualifier = slice_skip(qualifier, 1);
	if (slice_starts(qualifier, elixir))
		qualifier = slice_skip(qualifier, elixir.len);
	*function = made_from(name);
	*function = without_quotes(*function, allocator);
	if (qualifier.len == 0)
		qualifier = file_stem(frame->file);
	/* an operator, which is a function there */
	*module = qualifier.len > 0 || name.len == 0 ? qualifier : SLICE("erlang");
}

const Language erlang_language = {"erlang", aliases, marks, parse_erlang, identify_erlang};
