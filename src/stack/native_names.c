/*
 * Names of C and C++ functions, as debuggers, sanitizers and SDKs print them:
 *
 *   unsigned short shop::read<unsigned short>(std::istream&)     shop::read
 *   shop::Cart::total(int)::{lambda(int)#1}::operator()(int) const
 *                                        shop::Cart::total::{lambda}::operator()
 *   parse_line.constprop.0                                       parse_line
 */
#include "native.h"

/* Where in a function's text its name stands, and that name without what changes between builds. */
typedef struct Qualified
{
	size_t start;     /* behind the type that a template's function returns */
	size_t scope;     /* index of the last "::", or start where there is none */
	size_t end;       /* of the name: before the parameters */
	char *out;        /* room for the name, or NULL: only the indexes are wanted */
	size_t out_len;   /* what is written of it */
	size_t out_scope; /* index of the last "::" in it, or 0 */
} Qualified;

/* Appends to the normalised name. */
static void
emit(Qualified *name, Slice s)
{
	if (name->out == NULL || s.len == 0)
		return;
	memcpy(name->out + name->out_len, s.data, s.len);
	name->out_len += s.len;
}

/* What stood so far was the type that the function returns, "non-virtual thunk to", or the like. */
static void
restart(Qualified *name, size_t at)
{
	name->start = name->scope = at;
	name->out_len = name->out_scope = 0;
}

/* Does part stand in s at index n? */
static bool
stands_at(Slice s, size_t n, Slice part)
{
	return n <= s.len && slice_starts(slice_skip(s, n), part);
}

/*
 * The index behind the bracket that closes the one at index "at", or behind
 * the end.  The arrows of "->" close nothing, nor do the signs of operators;
 * angles count only outside of parentheses.
 */
size_t
native_skip_group(Slice s, size_t at)
{
	char open = s.data[at];
	char close = open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : '>';
	size_t depth = 0, parentheses = 0;

	for (; at < s.len; at++)
	{
		char c = s.data[at];

		if (open == '<' && c == '(')
			parentheses++;
		else if (open == '<' && c == ')')
		{
			if (parentheses == 0)
				return at;
			parentheses--;
		}
		else if (parentheses > 0)
			continue;
		else if (c == 'o' && open == '<' && stands_at(s, at, SLICE("operator")))
		{
			at += sizeof("operator") - 2;
			while (at + 1 < s.len && (s.data[at + 1] == '<' || s.data[at + 1] == '>'))
				at++;
		}
		else if (c == open)
			depth++;
		else if (c == close && !(c == '>' && s.data[at - 1] == '-') && --depth == 0)
			return at + 1;
	}
	return s.len;
}

/* The index behind "const", references and ABI tags that stand behind a parameter list. */
static size_t
skip_qualifiers(Slice s, size_t at)
{
	static const Slice qualifiers[] = {{" const", 6},
	                                   {" volatile", 9},
	                                   {" noexcept", 9},
	                                   {" &&", 3},
	                                   {" &", 2}};

	for (;;)
	{
		size_t before = at;

		if (stands_at(s, at, SLICE("[abi:")))
			at = native_skip_group(s, at);
		for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++)
			if (stands_at(s, at, qualifiers[i]) && !is_word(peek(s, at + qualifiers[i].len)))
				at += qualifiers[i].len;
		if (at == before)
			return at;
	}
}

/* The index behind an operator's signs: those of `operator()`, `operator<<`, `operator->`. */
static size_t
skip_signs(Slice s, size_t at)
{
	if (stands_at(s, at, SLICE("()")) || stands_at(s, at, SLICE("[]")))
		return at + 2;
	while (at < s.len && strchr("+-*/%^&|~!=<>,\"", s.data[at]) != NULL && s.data[at] != '\0')
		at++;
	return at;
}

/* The index behind a suffix that the compiler gives to copies of a function: `.constprop.0`, `.llvm.123`. */
static size_t
skip_clone(Slice s, size_t at)
{
	static const Slice clones[] = {
		{".constprop", 10}, {".isra", 5}, {".part", 5},        {".cold", 5},  {".llvm.", 6},
		{".lto_priv", 9},   {".cfi", 4},  {".localalias", 11}, {".clone", 6}, {".__uniq.", 8},
		{".warm", 5},       {".ipa", 4},  {".resolved", 9},    {".isra_", 6},
	};

	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		if (stands_at(s, at, clones[i]))
		{
			at += clones[i].len;
			while (at < s.len && (is_word(s.data[at]) || s.data[at] == '.'))
				at++;
			return at;
		}
	/* `.123`, and `$` with the hash of a file */
	if (s.data[at] == '.' && is_digit(peek(s, at + 1)))
		while (++at < s.len && is_digit(s.data[at]))
			;
	else if (s.data[at] == '$' && is_hex_digit(peek(s, at + 1)))
	{
		size_t n = at + 1;

		n += count_hex_digits(s, n);
		if (n - at > 16)
			at = n;
	}
	return at;
}

/* Takes one of the ways to write a function without a name; the index behind it, or "at". */
static size_t
take_lambda(Slice s, size_t at, bool word, Qualified *name)
{
	const Slice lambda = SLICE("{lambda}");
	size_t end = at;

	if (stands_at(s, at, SLICE("{lambda")) || (word && stands_at(s, at, SLICE("<lambda"))))
		end = native_skip_group(s, at);
	else if (stands_at(s, at, SLICE("$_")) && is_digit(peek(s, at + 2)))
		for (end = at + 2; end < s.len && is_digit(s.data[end]);)
			end++;
	else if (stands_at(s, at, SLICE("'lambda")))
	{
		for (end = at + 1; end < s.len && s.data[end] != '\'';)
			end++;
		end += end < s.len;
		if (peek(s, end) == '(')
			end = native_skip_group(s, end);
	}
	if (end > at)
		emit(name, lambda);
	return end;
}

/* Takes `(anonymous namespace)`, as either compiler writes it; the index behind it, or "at". */
static size_t
take_anonymous(Slice s, size_t at, Qualified *name)
{
	const Slice anonymous = SLICE("(anonymous namespace)");

	if (!stands_at(s, at, anonymous) && !stands_at(s, at, SLICE("`anonymous namespace'")) &&
	    !stands_at(s, at, SLICE("`anonymous-namespace'")))
		return at;
	emit(name, anonymous);
	return at + anonymous.len;
}

/*
 * What follows a blank outside of brackets: the end of the name, or the name
 * itself, the blank ending the type before it.  False at the end.
 */
static bool
take_blank(Slice s, size_t *at, Qualified *name)
{
	size_t behind = skip_qualifiers(s, *at);

	if (behind > *at && (behind >= s.len || s.data[behind] != ':'))
		return false;
	if (behind > *at)
	{
		*at = behind;
		return true;
	}
	if (*at + 1 >= s.len || (!is_word(s.data[*at + 1]) && strchr("~<`(*&", s.data[*at + 1]) == NULL))
		return false;
	if (stands_at(s, *at, SLICE(" (*")))
	{
		/* what it returns is a pointer to a function */
		*at += 3;
		restart(name, *at);
		return true;
	}
	if (s.data[*at + 1] == '(' && !stands_at(s, *at + 1, SLICE("(anonymous namespace)")))
		return false;
	*at += 1;
	while (*at < s.len && (s.data[*at] == '*' || s.data[*at] == '&'))
		*at += 1;
	restart(name, *at);
	return true;
}

/* Finds the name in s, and normalises it where name->out has room: twice as much as s, and 32 bytes. */
static void
read_name(Slice s, Qualified *name)
{
	bool conversion = false, /* in `operator bool`, `operator new`: blanks belong to the name */
		word = true;         /* a word of the name begins here */
	size_t at = 0, next;

	restart(name, 0);
	while (at < s.len)
	{
		char c = s.data[at];

		name->end = s.len;
		if (!is_word(c) &&
		    ((next = take_lambda(s, at, word, name)) > at || (next = take_anonymous(s, at, name)) > at))
		{
			at = next;
			word = false;
		}
		else if (word && c == 'o' && stands_at(s, at, SLICE("operator")) && !is_word(peek(s, at + 8)))
		{
			next = skip_signs(s, at + 8);
			emit(name, slice_range(s, at, next));
			conversion = peek(s, next) == ' ' && is_word(peek(s, next + 1));
			/* `operator<< <char>` */
			at = peek(s, next) == ' ' && peek(s, next + 1) == '<' ? next + 1 : next;
			word = false;
		}
		else if (c == '(' && at > name->start)
		{
			name->end = at;
			at = skip_qualifiers(s, native_skip_group(s, at));
			if (stands_at(s, at, SLICE("::")))
				continue;
			/* decltype(auto) f() */
			if (peek(s, at) != ' ' || !take_blank(s, &at, name))
				return;
			word = true;
		}
		else if ((c == '(' || c == '{' || c == '<') && (c == '{' || at == name->start))
		{
			next = native_skip_group(s, at);
			emit(name, slice_range(s, at, next));
			at = next;
			word = false;
		}
		else if (c == '<')
			at = native_skip_group(s, at);
		else if (c == ' ' && !conversion)
		{
			name->end = at;
			if (!take_blank(s, &at, name))
				return;
			word = true;
		}
		else if (c == ':' && peek(s, at + 1) == ':')
		{
			if (!conversion)
			{
				name->scope = at;
				name->out_scope = name->out_len;
			}
			emit(name, slice_range(s, at, at + 2));
			at += 2;
			word = true;
		}
		else if (stands_at(s, at, SLICE("[abi:")))
			at = native_skip_group(s, at);
		else if ((c == '.' || c == '$') && at > name->start && (next = skip_clone(s, at)) > at)
			at = next;
		else if (c == '@' && at > name->start)
		{
			name->end = at;
			return;
		}
		else
		{
			emit(name, slice_range(s, at, at + 1));
			at++;
			word = false;
		}
	}
	name->end = s.len;
}

/* Does a tool print this where it does not know the function? */
bool
native_is_nameless(Slice function)
{
	static const Slice unknown[] = {
		{"??", 2},    {"???", 3},          {"<unknown>", 9}, {"(unknown)", 9},         {"<null>", 6},
		{"?? ()", 5}, {"(No symbol)", 11}, {"(null)", 6},    {"<unknown module>", 16}, {"<redacted>", 10},
		{"?", 1},
	};

	if (function.len == 0)
		return true;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (slice_equal(function, unknown[i]))
			return true;
	return false;
}

/* Sets a frame's function, and as its module what qualifies it, or else the library. */
void
native_set_function(Frame *frame, Slice function, Slice library)
{
	Qualified name = {.out = NULL};

	frame->function = function;
	frame->module = library.len > 0 ? library : NO_SLICE;
	if (native_is_nameless(function))
		return;
	read_name(function, &name);
	if (name.scope > name.start)
		frame->module = slice_range(function, name.start, name.scope);
}

/* A library's or program's name without folder, version and ending: `libstdc++` of `/lib/libstdc++.so.6.0.30`. */
static Slice
library_stem(Slice library)
{
	ptrdiff_t at = slice_find_last_char(library, '!'); /* within an Android package */

	if (at >= 0 && (size_t) at + 1 < library.len)
		library = slice_skip(library, at + 1);
	library = file_name(library);
	at = slice_find_char(library, '.');
	if (at > 0)
		library.len = at;
	/* `libc-2`, what is left of `libc-2.31.so` */
	at = slice_find_last_char(library, '-');
	if (at > 0 && is_digit(peek(library, at + 1)))
		library.len = at;
	return library;
}

/* Is s nothing but letters, digits and underscores, not those that a tool puts before a name? */
static bool
is_plain(Slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_word(s.data[i]))
			return false;
	return s.len < 2 || s.data[0] != '_' || s.data[1] != '_';
}

/* What stands before the name of a function that a sanitizer or glibc wraps. */
static Slice
without_wrapper(Slice function)
{
	static const Slice wrappers[] = {{"__interceptor_", 14},
	                                 {"___interceptor_", 15},
	                                 {"__GI_", 5},
	                                 {"__wrap_", 7}};

	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (slice_starts(function, wrappers[i]) && function.len > wrappers[i].len)
			return slice_skip(function, wrappers[i].len);
	return function;
}

/* `::h` with 16 hexadecimal digits at the end of a Rust function's name says which build it is. */
static bool
ends_in_hash(Slice name)
{
	const size_t length = 19; /* with the colons and the 'h' */

	if (name.len <= length || !stands_at(name, name.len - length, SLICE("::h")))
		return false;
	for (size_t i = name.len - 16; i < name.len; i++)
		if (!is_hex_digit(name.data[i]))
			return false;
	return true;
}

/* Is text only how far into the library the frame is: `library+0x0012`?  Sets *digits to `12`. */
static bool
is_offset(Slice text, Slice library, Slice *digits)
{
	if (library.len > 0 && slice_starts(text, library))
		text = slice_trim(slice_skip(text, library.len));
	if (text.len < 2 || text.data[0] != '+')
		return false;
	text = slice_trim(slice_skip(text, 1));
	if (!slice_starts(text, SLICE("0x")))
		return false;
	text = slice_skip(text, 2);
	while (text.len > 1 && text.data[0] == '0')
		text = slice_skip(text, 1);
	*digits = text;
	return true;
}

/* Does a frame tell its function, and not only where in a library it is? */
bool
native_has_name(const Frame *frame)
{
	Slice digits;

	return !native_is_nameless(frame->function) && !is_offset(frame->function, frame->module, &digits);
}

/* What identifies a frame of which no function is known: its library, or else its file. */
static void
identify_nameless(const Frame *frame, Slice *module, Slice *function)
{
	*module = library_stem(frame->module.len > 0 ? frame->module : frame->file);
	*function = NO_SLICE;
}

/*
 * See Language: the scope and the function's name.  SDKs do not tell the
 * library, so that it counts only where there is no function.
 */
void
native_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice text = slice_trim(frame->function), normal;
	Qualified name;

	if (native_is_nameless(text))
	{
		identify_nameless(frame, module, function);
		return;
	}
	if (is_plain(text))
	{
		*module = NO_SLICE;
		*function = text;
		return;
	}
	if (is_offset(text, frame->module, function))
	{
		Slice offset = *function;

		/* nothing else is known; it identifies within one build */
		identify_nameless(frame, module, function);
		*function = offset;
		return;
	}
	name.out = allocator.alloc(allocator.context, text.len * 3 + 32);
	read_name(text, &name);
	normal = (Slice){name.out, name.out_len};
	if (ends_in_hash(normal))
	{
		normal.len -= 19;
		name.out_scope = 0;
		for (size_t i = 1; i + 1 < normal.len; i++)
			if (normal.data[i] == ':' && normal.data[i + 1] == ':')
				name.out_scope = i;
	}
	if (normal.len == 0)
	{
		normal = text;
		name.out_scope = 0;
	}
	if (slice_equal(normal, SLICE("operator()")) || slice_equal(normal, SLICE("{lambda}::operator()")))
	{
		/* a lambda of which nothing else is told */
		*module = library_stem(frame->file);
		*function = SLICE("operator()");
		return;
	}
	*module = name.out_scope > 0 ? slice_range(normal, 0, name.out_scope) : NO_SLICE;
	*function = name.out_scope > 0 ? slice_skip(normal, name.out_scope + 2) : without_wrapper(normal);
}
