/*
 * What identifies the code of a Rust frame: the path of its function, without
 * what the compiler adds, in whichever way its name was demangled.
 *
 *   shop::cart::price::h0123456789abcdef   is shop::cart and price
 */
#include "rust.h"

/* name without the hash behind it, `::h0123456789abcdef`, and what LLVM adds, `.llvm.123` */
Slice
rust_without_hash(Slice name)
{
	const size_t hash = 19;
	ptrdiff_t llvm = slice_find(name, SLICE(".llvm."));

	if (llvm > 0)
	{
		name.len = llvm;
		if (name.data[name.len - 1] == '(')
			name.len--;
		name = slice_trim(name);
	}
	if (name.len <= hash || !slice_starts(slice_skip(name, name.len - hash), SLICE("::h")))
		return name;
	for (size_t i = name.len - hash + 3; i < name.len; i++)
		if (!is_hex_digit(name.data[i]))
			return name;
	name.len -= hash;
	return name;
}

/* The index of the last "::" of name that stands in no brackets, or -1. */
static ptrdiff_t
last_separator(Slice name)
{
	ptrdiff_t last = -1;
	int depth = 0;

	for (size_t i = 0; i < name.len; i++)
	{
		char c = name.data[i];

		if (c == '<' || c == '{' || c == '(')
			depth++;
		else if ((c == '>' && (i == 0 || name.data[i - 1] != '-')) || c == '}' || c == ')')
			depth--;
		else if (c == ':' && depth <= 0 && i + 1 < name.len && name.data[i + 1] == ':')
			last = i++;
	}
	return last;
}

/* What qualifies a function: `shop::cart` of `shop::cart::total::h0123456789abcdef`. */
Slice
rust_qualifier(Slice name)
{
	ptrdiff_t at;

	name = rust_without_hash(name);
	at = last_separator(name);
	return at > 0 ? slice_range(name, 0, at) : NO_SLICE;
}

/* The character that `$LT$` and the like stand for at the start of s, and how long they are; or 0. */
static size_t
read_escape(Slice s, char *c)
{
	static const struct
	{
		Slice escape;
		char c;
	} escapes[] = {{{"$LT$", 4}, '<'},  {{"$GT$", 4}, '>'},  {{"$u20$", 5}, ' '},  {{"$u7b$", 5}, '{'},
	               {{"$u7d$", 5}, '}'}, {{"$RF$", 4}, '&'},  {{"$BP$", 4}, '*'},   {{"$LP$", 4}, '('},
	               {{"$RP$", 4}, ')'},  {{"$C$", 3}, ','},   {{"$u27$", 5}, '\''}, {{"$u5b$", 5}, '['},
	               {{"$u5d$", 5}, ']'}, {{"$u3b$", 5}, ';'}, {{"$u2b$", 5}, '+'},  {{"$u22$", 5}, '"'},
	               {{"$SP$", 4}, '@'},  {{"$u7e$", 5}, '~'}};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (slice_starts(s, escapes[i].escape))
		{
			*c = escapes[i].c;
			return escapes[i].escape.len;
		}
	return 0;
}

/* A copy of a name that a tool left half mangled, `_$LT$shop..Cart$u20$as$u20$core..fmt..Display$GT$::fmt`. */
static Slice
unescape(Slice name, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, name.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < name.len;)
	{
		size_t n;

		/* a name that would begin with an escape begins with a '_' */
		if (name.data[i] == '_' && i + 1 < name.len && name.data[i + 1] == '$' &&
		    (i == 0 || name.data[i - 1] == ':'))
			i++;
		n = name.data[i] == '$' ? read_escape(slice_skip(name, i), &copy[used]) : 0;

		if (n == 0 && name.data[i] == '.' && i + 1 < name.len && name.data[i + 1] == '.')
		{
			copy[used++] = ':';
			copy[used] = ':';
			n = 2;
		}
		else if (n == 0)
		{
			copy[used] = name.data[i];
			n = 1;
		}
		used++;
		i += n;
	}
	return (Slice){copy, used};
}

/* Does a '<' behind the bytes in out begin a type that a path starts with, `<shop::Cart as …>`, or an impl? */
static bool
begins_type(Slice out, Slice rest)
{
	char before = out.len > 0 ? out.data[out.len - 1] : ' ';

	return before == ' ' || before == '<' || before == '(' || before == '&' || before == '*' ||
	       before == '[' || slice_starts(rest, SLICE("<impl "));
}

/*
 * A copy of name without generic arguments, `Option<T>` and `collect::<Vec<T>>`,
 * and crate hashes, `shop[0123456789abcdef]`.
 */
static Slice
without_generics(Slice name, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, name.len + 1);
	Slice out = {copy, 0};
	int skipping = 0;

	for (size_t i = 0; i < name.len; i++)
	{
		char c = name.data[i];
		bool arrow = c == '>' && i > 0 && name.data[i - 1] == '-';

		if (skipping > 0)
		{
			if (c == '<')
				skipping++;
			else if (c == '>' && !arrow)
				skipping--;
		}
		else if (c == '<' && !begins_type(out, slice_skip(name, i)))
		{
			skipping = 1;
			if (slice_ends(out, SLICE("::")))
				out.len -= 2;
		}
		else if (c == '[' && out.len > 0 && is_word(out.data[out.len - 1]) &&
		         slice_find_char(slice_range(name, i, name.len < i + 18 ? name.len : i + 18), ']') > 0)
			i += slice_find_char(slice_skip(name, i), ']');
		else
			copy[out.len++] = c;
	}
	/* the newer mangling has inherent methods as `<shop::Cart>::total` */
	if (out.len > 0 && copy[0] == '<')
	{
		ptrdiff_t close = slice_find_char(out, '>');

		if (close > 0 && slice_find(slice_range(out, 0, close), SLICE(" as ")) < 0 &&
		    slice_find_char(slice_range(out, 1, close), '<') < 0)
		{
			memmove(copy, copy + 1, close - 1);
			memmove(copy + close - 1, copy + close + 1, out.len - close - 1);
			out.len -= 2;
		}
	}
	return out;
}

/* name without the closures and shims at its end: they become the function that they stand in. */
static Slice
without_made(Slice name)
{
	for (;;)
	{
		ptrdiff_t at;

		/* `call_once{{vtable.shim}}` and `call_once::{shim:vtable#0}` */
		if (name.len == 0 || name.data[name.len - 1] != '}')
			return name;
		at = slice_find_last_char(name, '{');
		if (at > 0 && name.data[at - 1] == '{')
			at--;
		if (at <= 0)
			return name;
		name.len = at;
		if (slice_ends(name, SLICE("::")))
			name.len -= 2;
	}
}

/* The last two parts of a path: `src/cart.rs` of `/srv/shop/src/cart.rs`; many files are named `main.rs` or `mod.rs`. */
static Slice
last_two(Slice path)
{
	int separators = 0;

	for (size_t i = path.len; i > 0; i--)
		if ((path.data[i - 1] == '/' || path.data[i - 1] == '\\') && ++separators == 2)
			return slice_skip(path, i);
	return path;
}

/* See Language: the path of the function, and its name. */
void
rust_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice name = *function, qualifier;

	if (slice_find_char(name, '$') >= 0)
		name = unescape(name, allocator);
	name = without_made(rust_without_hash(name));
	if (slice_find_char(name, '<') >= 0 || slice_find_char(name, '[') >= 0)
		name = without_generics(name, allocator);
	name = without_made(name);
	qualifier = rust_qualifier(name);
	if (qualifier.len > 0)
	{
		*module = qualifier;
		name = slice_skip(name, qualifier.len + 2);
	}
	*function = name;
	/* a panic without a backtrace tells its place only */
	if (module->len == 0 && function->len == 0)
		*module = last_two(frame->file);
}
