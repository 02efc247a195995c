/*
 * Frames as V8 prints them (Node.js, Deno, Chrome, Edge), and those who took
 * its form: Internet Explorer 10 and 11, PhantomJS, Hermes, Bun, ExecJS.
 *
 *   at Cart.total [as sum] (/srv/shop/cart.js:12:21)
 *   at async /srv/shop/server.js:40:3
 *   at eval (eval at run (/srv/shop/rules.js:7:9), <anonymous>:1:5)
 *   at Anonymous function (http://shop.example.com/cart.js:12:21)
 *   at total (address at index.android.bundle:1:2345)
 *   at shop.total (wasm://wasm/shop-0dfc9e12:wasm-function[7]:0x1a2b)
 *   at async Promise.all (index 0)
 *   at Array.map (<anonymous>)
 */
#include "javascript.h"

/* Does file begin as a URL or the name of one of Node.js's own modules does? */
static bool
has_scheme(Slice file)
{
	size_t n = 0;

	while (n < file.len && (is_letter(file.data[n]) || file.data[n] == '-'))
		n++;
	return n >= 2 && n + 1 < file.len && file.data[n] == ':' && !is_blank(file.data[n + 1]);
}

/* Does file's name end as those of other languages do, whose traces have lines of much the same form? */
static bool
is_foreign(Slice file)
{
	static const Slice endings[] = {
		{".rs", 3}, {".go", 3}, {".c", 2},  {".cc", 3},   {".cpp", 4}, {".h", 2},     {".hpp", 4},
		{".py", 3}, {".rb", 3}, {".cs", 3}, {".java", 5}, {".kt", 3},  {".scala", 6}, {".swift", 6},
		{".pl", 3}, {".pm", 3}, {".ex", 3}, {".erl", 4},  {".lua", 4}, {".dart", 5},  {".log", 4},
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(file, endings[i]))
			return true;
	return false;
}

/* Is what stands before a line's number the name of a file, or of what holds code without one? */
bool
javascript_is_file(Slice file)
{
	static const Slice names[] = {
		{"repl", 4},   {"eval code", 9},    {"Function code", 13},      {"Unknown script code", 19},
		{"native", 6}, {"self-hosted", 11}, {"debugger eval code", 18},
	};
	ptrdiff_t dot;

	if (file.len == 0 || is_blank(file.data[0]) || is_foreign(file))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equal(file, names[i]))
			return true;
	if (file.data[0] == '<' || file.data[0] == '[' || file.data[0] == '(')
	{
		/* <anonymous>, [eval], (execjs) */
		char last = file.data[file.len - 1];

		return file.len > 2 && (last == '>' || last == ']' || last == ')' || javascript_is_script(file));
	}
	if (slice_find_char(file, '/') >= 0 || slice_find_char(file, '\\') >= 0 || has_scheme(file))
		return true;
	dot = slice_find_last_char(file, '.');
	return dot > 0 && (size_t) dot + 1 < file.len && !is_digit(file.data[dot + 1]) &&
	       !is_blank(file.data[dot + 1]);
}

/* Does file's name end as those of scripts and of pages that hold them do? */
bool
javascript_is_script(Slice file)
{
	static const Slice endings[] = {
		{".js", 3},     {".mjs", 4}, {".cjs", 4}, {".jsx", 4}, {".ts", 3},       {".tsx", 4}, {".vue", 4},
		{".html", 5},   {".htm", 4}, {".jsm", 4}, {".hbc", 4}, {".bundle", 7},   {".es", 3},  {".svelte", 7},
		{".coffee", 7}, {".mts", 4}, {".cts", 4}, {".xul", 4}, {".jsbundle", 9},
	};
	ptrdiff_t end = slice_find_char(file, '?');

	if (end > 0)
		file.len = end;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (file.len > endings[i].len && slice_ends(file, endings[i]))
			return true;
	return false;
}

/* Is file a module of WebAssembly, or a place in one, which SDKs take for a file? */
bool
javascript_is_wasm(Slice file)
{
	return slice_starts(file, SLICE("wasm://")) || slice_ends(file, SLICE(".wasm")) ||
	       slice_find(file, SLICE(":wasm-function[")) >= 0;
}

/*
 * Sets the function of a place in WebAssembly to its number there, unless the text
 * names it, and the module: `shop.wasm` of `shop.wasm.total` and of `shop.wasm`.
 */
static void
set_wasm_function(Frame *frame, Slice number)
{
	const Slice module = SLICE(".wasm");
	Slice name = frame->function;
	ptrdiff_t at = slice_find(name, SLICE(".wasm."));

	if (name.data == NULL || slice_ends(name, module))
	{
		frame->function = number;
		frame->module = name;
	}
	else if (at > 0)
		frame->module = slice_range(name, 0, at + module.len);
	else if (slice_find_char(name, '(') >= 0 || slice_find_char(name, ':') >= 0)
		frame->module = NO_SLICE; /* it was C++ or Rust, where dots mean something else */
}

/*
 * Reads a place in WebAssembly, `file:wasm-function[7]:0x1a2b`, of older engines
 * `wasm-function[7]:43` and `<WASM>[7]+43`: it has an offset in place of a line.
 */
static bool
read_wasm_place(Slice place, Frame *frame)
{
	ptrdiff_t at = slice_find(place, SLICE("wasm-function[")), close;
	Slice number;

	if (at < 0 && slice_starts(place, SLICE("<WASM>[")))
		at = 0;
	if (at < 0 || (at > 0 && place.data[at - 1] != ':'))
		return false;
	frame->file = at > 1 ? slice_range(place, 0, at - 1) : NO_SLICE;
	number = slice_skip(place, at);
	close = slice_find_char(number, ']');
	if (close > 0)
		number.len = close + 1;
	set_wasm_function(frame, number);
	return true;
}

/* Reads `wasm://wasm/shop-0dfc9e12:0x1a2b`, as print_stack() has it where the function's number is not known. */
static bool
read_wasm_module(Slice place, Frame *frame)
{
	ptrdiff_t offset = slice_find(place, SLICE(":0x"));

	if (offset > 0 && offset + 3 + count_hex_digits(place, offset + 3) == place.len)
		place.len = offset;
	if (slice_find(place, SLICE("://")) < 0 || !javascript_is_wasm(place))
		return false;
	frame->file = place;
	set_wasm_function(frame, frame->function);
	return true;
}

/* Reads `file:line:column` or `file:line`; nothing is set where place does not end so, nor is in WebAssembly. */
bool
javascript_read_place(Slice place, Frame *frame)
{
	int32_t last, line;

	if (read_wasm_place(place, frame))
		return true;
	if (!take_position(&place, &last))
		return false;
	frame->line = last;
	if (take_position(&place, &line))
	{
		frame->line = line;
		frame->column = last;
	}
	frame->file = place;
	return true;
}

/* Sets the function, and as module what qualifies it: `Cart` of `new Cart.Item [as x]`. */
void
javascript_set_function(Frame *frame, Slice function)
{
	ptrdiff_t end, blank;
	Slice name;

	function = slice_trim(function);
	if (function.len == 0)
		return;
	frame->function = function;
	end = slice_find(function, SLICE(" [as "));
	name = end > 0 ? slice_range(function, 0, end) : function;
	name = last_name(name, '*');
	/* names made of paths (`Module../src/cart.js`) and of expressions (`a/b.c`, `t[e].d`) have no owner */
	if (slice_find_char(name, '/') >= 0 || slice_find_char(name, '[') >= 0)
		return;
	end = slice_find_last_char(name, '.');
	while (end > 0 && name.data[end - 1] == '.')
		end--;
	if (end <= 0)
		return;
	name.len = end;
	blank = slice_find_last_char(name, ' ');
	frame->module = slice_skip(name, blank + 1);
}

/* The index of the '(' that the ')' at the end of line closes, or -1. */
static ptrdiff_t
find_open(Slice line)
{
	int depth = 0;

	for (size_t i = line.len; i > 0; i--)
	{
		if (line.data[i - 1] == ')')
			depth++;
		else if (line.data[i - 1] == '(' && --depth == 0)
			return (ptrdiff_t) i - 1;
	}
	return -1;
}

/* `eval at f (eval at g (place), <anonymous>:1:2), …`: where the outermost eval() was called. */
static Slice
outermost_eval(Slice place)
{
	const Slice eval_at = SLICE("eval at ");
	int depth = 0;

	while (slice_starts(place, eval_at))
	{
		ptrdiff_t open = slice_find(place, SLICE(" ("));

		if (open < 0)
			return place;
		place = slice_skip(place, open + 2);
	}
	for (size_t i = 0; i < place.len; i++)
	{
		if (place.data[i] == '(')
			depth++;
		else if (place.data[i] == ')' && depth-- == 0)
			return slice_range(place, 0, i);
	}
	return place;
}

/* Does place say that there is no file? */
static bool
is_no_file(Slice place)
{
	return slice_equal(place, SLICE("native")) || slice_equal(place, SLICE("native code")) ||
	       slice_equal(place, SLICE("<anonymous>")) || slice_equal(place, SLICE("unknown")) ||
	       slice_equal(place, SLICE("unknown location")) || slice_equal(place, SLICE("unknown source")) ||
	       slice_starts(place, SLICE("index "));
}

/* Reads what stands in parentheses behind a function; tight: no blank stands before them. */
static bool
read_inner_place(Slice place, bool tight, Frame *frame)
{
	const Slice address = SLICE("address at ");

	if (slice_starts(place, address))
		place = slice_skip(place, address.len);
	if (slice_starts(place, SLICE("eval at ")))
		place = outermost_eval(place);
	if (is_no_file(place))
	{
		/* `native` and `<anonymous>` stand for a file, `unknown location` and `index 0` do not */
		if (slice_starts(place, SLICE("native")) || place.data[0] == '<')
			frame->file = place;
		return !tight;
	}
	if (!javascript_read_place(place, frame) && !read_wasm_module(place, frame))
		return false;
	/* other languages print `at Cart.total(Cart.java:12)` */
	if (frame->column == NO_POSITION)
	{
		if (frame->line == NO_POSITION)
			return true; /* WebAssembly */
		return javascript_is_file(frame->file) &&
		       (javascript_is_script(frame->file) || slice_find_char(frame->file, '/') >= 0);
	}
	return frame->file.len == 0 || javascript_is_file(frame->file) ||
	       (!tight && !is_digit(frame->file.data[0]) && slice_find_char(frame->file, ' ') < 0 &&
	        !is_foreign(frame->file));
}

/* Reads a place without a function: less stands around it, so more is asked of it. */
static bool
read_place_alone(Slice place, Frame *frame)
{
	const Slice async = SLICE("async ");

	if (slice_starts(place, async))
		place = slice_skip(place, async.len);
	/* a function of the language itself, whose name is not known */
	if (slice_equal(place, SLICE("native")) || slice_equal(place, SLICE("<anonymous>")))
	{
		frame->file = place;
		return true;
	}
	if (!javascript_read_place(place, frame))
		return false;
	if (frame->file.len == 0 && frame->function.len > 0)
		return true; /* WebAssembly */
	if (!javascript_is_file(frame->file))
		return false;
	/* a parenthesis that is not closed was before a place, whose end is cut off */
	if (slice_find_last_char(frame->file, '(') > slice_find_last_char(frame->file, ')'))
		return false;
	return frame->column != NO_POSITION || frame->line == NO_POSITION ||
	       (javascript_is_script(frame->file) && slice_find_char(frame->file, ' ') < 0);
}

/* line without what follows a frame where an error is shown as part of something else: ` {`, `,`, `]`. */
static Slice
without_tail(Slice line)
{
	while (line.len > 0)
	{
		char c = line.data[line.len - 1];

		if (c != '{' && c != '}' && c != ',' && c != ' ' && c != '"' && c != '\'' && c != '`')
			break;
		line.len--;
	}
	/* `[Error: … at place]`, but not `[eval]` or `wasm-function[7]` */
	if (line.len > 1 && line.data[line.len - 1] == ']' &&
	    (line.data[line.len - 2] == ')' ||
	     (is_digit(line.data[line.len - 2]) && slice_find_char(line, '[') < 0)))
		line.len--;
	return line;
}

/* Is a frame what prose might say, `at the till (cart.js:12)`?  Engines put a column behind a name of two words. */
static bool
is_prose(const Frame *frame)
{
	Slice name = frame->function;
	ptrdiff_t blank = slice_find_char(name, ' ');

	return blank > 0 && frame->line != NO_POSITION && frame->column == NO_POSITION &&
	       !slice_starts(name, SLICE("new ")) && !slice_starts(name, SLICE("async ")) &&
	       !slice_starts(name, SLICE("Anonymous ")) && slice_find(name, SLICE(" [as ")) < 0;
}

/* Reads a line that begins with `at `. */
Likeness
javascript_read_v8(Slice line, Frame *frame)
{
	const Slice at = SLICE("at ");
	ptrdiff_t open = -1;
	Slice place;

	if (!slice_starts(line, at))
		return NO_FRAME;
	frame_clear(frame);
	line = without_tail(slice_trim(slice_skip(line, at.len)));
	if (line.len == 0)
		return NO_FRAME;
	if (line.data[line.len - 1] == ')')
	{
		open = find_open(line);
		place = open >= 0 ? slice_range(line, open + 1, line.len - 1) : line;
	}
	else if (read_place_alone(line, frame))
		return FRAME;
	if (open < 0)
	{
		/* cut before its last parenthesis, or one in a path closes nothing */
		frame_clear(frame);
		open = slice_find(line, SLICE(" ("));
		if (open < 0)
			return NO_FRAME;
		open++;
		place = slice_range(line, open + 1, line.len - (line.data[line.len - 1] == ')'));
		/* `at Cart.Total (Int32 count) [0x00007] in cart.cs:9` */
		if (place.data + place.len == line.data + line.len && slice_find_char(place, ')') >= 0)
			return NO_FRAME;
	}
	javascript_set_function(frame, slice_range(line, 0, open));
	if (!read_inner_place(place, open == 0 || !is_blank(line.data[open - 1]), frame))
		return NO_FRAME;
	return is_prose(frame) ? NO_FRAME : FRAME;
}

/*
 * Reads a frame as Ruby's ExecJS passes it on: without `at `, so that only one
 * in its own script is certain to be one.
 */
Likeness
javascript_read_execjs(Slice line, Frame *frame)
{
	const Slice script = SLICE("(execjs)");
	bool alone = slice_starts(line, script);
	ptrdiff_t open;

	if (line.len == 0 || !(line.data[line.len - 1] == ')' || is_digit(line.data[line.len - 1])))
		return NO_FRAME;
	frame_clear(frame);
	open = line.data[line.len - 1] == ')' && !alone ? find_open(line) : -1;
	if (open > 0)
	{
		if (!is_blank(line.data[open - 1]))
			return NO_FRAME;
		javascript_set_function(frame, slice_range(line, 0, open));
		line = slice_range(line, open + 1, line.len - 1);
	}
	if (!javascript_read_place(line, frame) || frame->column == NO_POSITION ||
	    !javascript_is_file(frame->file))
		return NO_FRAME;
	return slice_equal(frame->file, script) ? FRAME : MAYBE_FRAME;
}
