/*
 * What identifies a frame of JavaScript: the name of the script without what a
 * bundler adds to it, and the function's own name.  Engines qualify functions
 * differently (`Cart.total`, `Cart.prototype.total`, `total`) and give those
 * without a name different ones, so only that name can agree between them.
 *
 *   Cart.prototype.total, /static/js/cart.3f2a1c9d.js   is cart and total
 */
#include "javascript.h"

#include "rust.h"

/* Is segment one of the endings that say how a script was made, not what it is? */
static bool
is_ending(Slice segment)
{
	static const Slice endings[] = {
		{"js", 2},       {"mjs", 3},  {"cjs", 3},  {"jsx", 3},    {"ts", 2},     {"tsx", 3},
		{"vue", 3},      {"html", 4}, {"min", 3},  {"chunk", 5},  {"bundle", 6}, {"esm", 3},
		{"umd", 3},      {"iife", 4}, {"es5", 3},  {"es2015", 6}, {"es2017", 6}, {"legacy", 6},
		{"nomodule", 8}, {"htm", 3},  {"jsm", 3},  {"mts", 3},    {"cts", 3},    {"svelte", 6},
		{"jsbundle", 8}, {"hbc", 3},  {"wasm", 4}, {"php", 3},    {"aspx", 4},   {"jsp", 3},
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_equal(segment, endings[i]))
			return true;
	return false;
}

/* Does segment look like a hash of the script's content?  In hexadecimal, base 32, 36, 62 or 64. */
static bool
is_hash(Slice segment)
{
	int digits = 0, inner_digits = 0, uppers = 0, lowers = 0;
	bool hex = true;

	for (size_t i = 0; i < segment.len; i++)
	{
		char c = segment.data[i];

		if (is_digit(c))
		{
			digits++;
			/* `checkout2` and `es2015` are names */
			if (i + 1 < segment.len && is_letter(segment.data[i + 1]))
				inner_digits++;
		}
		else if (c >= 'A' && c <= 'Z')
			uppers++;
		else if (c >= 'a' && c <= 'z')
			lowers++;
		else if (c != '-' && c != '_')
			return false;
		hex &= is_hex_digit(c);
	}
	if (hex && segment.len >= 6 && digits > 0)
		return true;
	if (segment.len < 8 || segment.len > 64)
		return false;
	if (inner_digits > 0)
		return true;
	if (digits > 0)
		return uppers > 0 && lowers + uppers > 0 && (uppers > 1 || lowers == 0);
	return segment.len == 8 && (lowers == 0 || uppers >= 3);
}

/* Is segment the last part of a version (`0` of `3.6.0`)? */
static bool
is_number(Slice segment)
{
	for (size_t i = 0; i < segment.len; i++)
		if (!is_digit(segment.data[i]))
			return false;
	return segment.len > 0;
}

/* The index of the last separator of name's parts, or -1. */
static ptrdiff_t
find_last_separator(Slice name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.data[i - 1] == '.' || name.data[i - 1] == '-' || name.data[i - 1] == '_' ||
		    name.data[i - 1] == '~')
			return (ptrdiff_t) i - 1;
	return -1;
}

/* name without endings, hashes and versions: `app` of `app-BsD83jK2.chunk.js`; nothing of `7.js`. */
static Slice
strip_name(Slice name)
{
	bool versioned = false;

	for (;;)
	{
		ptrdiff_t at = find_last_separator(name);
		Slice last;

		/* a hash may hold separators itself */
		if (name.len > 9 && name.data[name.len - 9] == '-' && is_hash(slice_skip(name, name.len - 8)))
		{
			name.len -= 9;
			continue;
		}
		if (at <= 0)
			break;
		last = slice_skip(name, at + 1);
		if (is_number(last) && (versioned || name.data[at] == '.'))
			versioned = true; /* `3.6.0`, but not `step-1` */
		else if (last.len > 0 && !is_hash(last) && !(is_ending(last) && name.data[at] != '_'))
			break;
		name.len = at;
	}
	return is_number(name) || is_hash(name) ? slice_range(name, 0, 0) : name;
}

/* Is name one that every folder has, so that the folder tells more? */
static bool
is_common(Slice name)
{
	return slice_equal(name, SLICE("index")) || slice_equal(name, SLICE("page")) ||
	       slice_equal(name, SLICE("layout")) || slice_equal(name, SLICE("route")) ||
	       slice_equal(name, SLICE("mod"));
}

/* The index of the last '/' or '\' of path, or -1. */
static ptrdiff_t
find_last_slash(Slice path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.data[i - 1] == '/' || path.data[i - 1] == '\\')
			return (ptrdiff_t) i - 1;
	return -1;
}

/* Does a folder's name change with each build or version: `20240501`, `3f2a1c9d`, `v1.2.3`? */
static bool
is_changing(Slice folder)
{
	if (folder.len > 1 && folder.data[0] == 'v')
		folder = slice_skip(folder, 1);
	return is_number(folder) || is_hash(folder) ||
	       (folder.len > 0 && is_digit(folder.data[0]) && slice_find_char(folder, '.') > 0);
}

/* Is folder part of every build, and none of the code's own? */
static bool
is_build_folder(Slice folder)
{
	return folder.len == 0 || slice_equal(folder, SLICE("dist")) || slice_equal(folder, SLICE("build")) ||
	       slice_equal(folder, SLICE("lib")) || slice_equal(folder, SLICE("src")) ||
	       slice_equal(folder, SLICE("assets")) || slice_equal(folder, SLICE("static")) ||
	       slice_equal(folder, SLICE("public")) || slice_equal(folder, SLICE("js")) ||
	       slice_equal(folder, SLICE("out")) || slice_equal(folder, SLICE("chunks")) ||
	       slice_equal(folder, SLICE(".")) || slice_equal(folder, SLICE("~"));
}

/* name with '/' in place of '\\', as other systems have it. */
static Slice
with_slashes(Slice name, Allocator allocator)
{
	char *copy;

	if (slice_find_char(name, '\\') < 0)
		return name;
	copy = allocator.alloc(allocator.context, name.len);
	for (size_t i = 0; i < name.len; i++)
		copy[i] = name.data[i] == '\\' ? '/' : name.data[i];
	return (Slice){copy, name.len};
}

/* The path of a URL, or file where it is none. */
static Slice
without_host(Slice file)
{
	ptrdiff_t at = slice_find(file, SLICE("://")), slash;

	if (at < 0)
		return file;
	file = slice_skip(file, at + 3);
	slash = slice_find_char(file, '/');
	return slice_skip(file, slash >= 0 ? (size_t) slash : file.len);
}

/* What identifies a script: its name, and its folder where that is one of many of the name. */
static Slice
identify_file(Slice file, Allocator allocator)
{
	ptrdiff_t at, slash;
	Slice path, name;

	/* no file, or one whose name is made anew each time */
	if (file.len == 0 || file.data[0] == '<' || file.data[0] == '[' || file.data[0] == '(' ||
	    slice_starts(file, SLICE("blob:")) || slice_starts(file, SLICE("data:")) ||
	    slice_starts(file, SLICE("native")) || slice_equal(file, SLICE("eval code")))
		return slice_range(file, 0, 0);
	file = without_host(file);
	at = slice_find_char(file, '?');
	if (at >= 0)
		file.len = at;
	at = slice_find_char(file, '#');
	if (at >= 0)
		file.len = at;
	at = slice_find(file, SLICE(":wasm-function["));
	if (at >= 0)
		file.len = at;
	slash = find_last_slash(file);
	name = strip_name(slice_skip(file, slash + 1));
	if (slice_starts(name, SLICE("node:")))
		name = slice_skip(name, 5);
	if (slash <= 0 || !is_common(name))
		return name;
	/* the folder's name and the file's are one piece of the path */
	path = slice_range(file, 0, slash);
	for (int i = 0; i < 3; i++)
	{
		Slice folder;

		slash = find_last_slash(path);
		folder = slice_skip(path, slash + 1);
		if (is_changing(folder))
			break;
		if (!is_build_folder(folder))
			return with_slashes(slice_range(folder, 0, name.data + name.len - folder.data), allocator);
		if (slash <= 0)
			break;
		path.len = slash;
	}
	return name;
}

/* Is name what an engine or an SDK says of a function without a name, or of code outside of functions? */
static bool
is_nameless(Slice name)
{
	static const Slice names[] = {
		{"?", 1},
		{"<anonymous>", 11},
		{"anonymous", 9},
		{"(anonymous)", 11},
		{"(anonymous function)", 20},
		{"anonymous function", 18},
		{"Anonymous function", 18},
		{"<unknown>", 9},
		{"<computed>", 10},
		{"global code", 11},
		{"Global code", 11},
		{"global", 6},
		{"module code", 11},
		{"eval code", 9},
		{"eval", 4}, /* how webpack runs a module's body */
		{"{anonymous}", 11},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equal(name, names[i]))
			return true;
	return false;
}

/* Takes words off the front of a function that say how it was called, not which it is. */
static Slice
without_words(Slice name)
{
	static const Slice words[] = {
		{"async ", 6}, {"new ", 4}, {"bound ", 6}, {"get ", 4}, {"set ", 4}, {"static ", 7},
	};
	ptrdiff_t blank;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_starts(name, words[i]))
			name = slice_skip(name, words[i].len);
	/* V8 qualifies those too: `Cart.get total` */
	blank = slice_find_last_char(name, ' ');
	return blank > 4 && (slice_ends(slice_range(name, 0, blank), SLICE(".get")) ||
	                     slice_ends(slice_range(name, 0, blank), SLICE(".set")))
	           ? slice_skip(name, blank + 1)
	           : name;
}

/* What identifies a function: its own name, or nothing where it has none. */
static Slice
identify_function(Slice name)
{
	const Slice none = NO_SLICE, wasm = SLICE("wasm-function[");
	ptrdiff_t at = slice_find(name, wasm), close;

	if (at >= 0 && (close = slice_find_char(slice_skip(name, at), ']')) > 0)
	{
		Slice inner = slice_range(name, at + wasm.len, at + close);

		return is_number(inner) ? slice_range(name, at, at + close) : inner;
	}
	at = slice_find(name, SLICE(" [as "));
	if (at > 0)
		name.len = at;
	at = slice_find_last_char(name, '*');
	if (at >= 0)
		name = slice_skip(name, at + 1);
	name = without_words(name);
	/* Firefox names a function without a name by where it stands, `total/<`; the others do not */
	if (is_nameless(name) || slice_ends(name, SLICE("<")))
		return none;
	/* the body of a module: `./src/cart.js`, `Module../src/cart.js`, `Object../src/cart.js` */
	if (slice_starts(name, SLICE("./")) || slice_find(name, SLICE("../")) >= 0)
		return none;
	name = last_name(name, '/');
	at = slice_find_last_char(name, '.');
	if (at >= 0)
		name = slice_skip(name, at + 1);
	if (is_nameless(name) || slice_ends(name, SLICE("]")))
		return none;
	/* bundlers number names that they join: `total$1` */
	at = slice_find_last_char(name, '$');
	if (at > 0 && is_number(slice_skip(name, at + 1)))
		name.len = at;
	return name;
}

/* Likewise in WebAssembly, whose functions may be C++ or Rust: a name without the module's. */
static Slice
identify_wasm_function(Slice name)
{
	const Slice module = SLICE(".wasm.");
	ptrdiff_t at = slice_find(name, module);

	if (at >= 0)
		name = slice_skip(name, at + module.len);
	else if (slice_find_char(name, '(') < 0 && slice_find_char(name, ':') < 0)
		return identify_function(name);
	return rust_without_hash(name);
}

/* See Language.  An SDK names the module of a function, the text of a trace only its file. */
void
javascript_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = identify_file(frame->file.len > 0 ? frame->file : last_name(*module, ':'), allocator);
	*function =
		javascript_is_wasm(frame->file) ? identify_wasm_function(*function) : identify_function(*function);
}
