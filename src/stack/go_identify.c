/*
 * What identifies the code of a Go frame: its package and its function, without
 * what the compiler and the module's version add.
 *
 *   shop/cart/v2.(*Cart).Total.func1.2   is shop/cart and Cart.Total
 *   main.glob..func1                     is main and init
 */
#include "go.h"

/* name without the arguments that casr prints behind it; the parentheses of a receiver stand behind a dot. */
static Slice
without_arguments(Slice name)
{
	ptrdiff_t open;

	if (name.len == 0 || name.data[name.len - 1] != ')')
		return name;
	open = slice_find_last_char(name, '(');
	return open > 0 && name.data[open - 1] != '.' ? slice_range(name, 0, open) : name;
}

/* Does s hold only digits? */
static bool
all_digits(Slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.data[i]))
			return false;
	return true;
}

/* Is part the last name of something that the compiler made within a function: `func1`, `2`, `gowrap1`? */
static bool
is_made(Slice part)
{
	static const Slice words[] = {{"func", 4}, {"gowrap", 6}, {"deferwrap", 9}, {"abi", 3}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (part.len > words[i].len && slice_starts(part, words[i]))
			part = slice_skip(part, words[i].len);
	return all_digits(part) || slice_equal(part, SLICE("abiinternal"));
}

/* name without what the compiler hangs to it: closures become the function that they stand in. */
static Slice
without_made(Slice name)
{
	const Slice old_closure = SLICE("func\xc2\xb7"), method_value = SLICE("-fm");
	size_t whole = name.len;
	ptrdiff_t at;

	/* package-level closures: `glob..func1`, of late `init.func1` */
	if (slice_starts(name, SLICE("glob..")))
		return SLICE("init");
	if (slice_starts(name, old_closure))
		return slice_range(name, 0, 4);
	at = slice_find_char(name, '\xc2');
	if (at > 0 && (size_t) at + 1 < name.len && name.data[at + 1] == '\xb7')
		name.len = at; /* `main·dwrap·1` */
	for (;;)
	{
		if (slice_ends(name, method_value))
			name.len -= method_value.len;
		at = slice_find_last_char(name, '-');
		if (at > 0 && slice_starts(slice_skip(name, at), SLICE("-range")) &&
		    all_digits(slice_skip(name, at + 6)))
			name.len = at;
		at = slice_find_last_char(name, '.');
		if (at <= 0 || !is_made(slice_skip(name, at + 1)))
			break;
		name.len = at;
	}

	/* a closure is named after the function that its own one was inlined into, too: `(*Cart).Checked.(*Cart).Check` */
	for (size_t i = name.len; name.len < whole && i >= 3; i--)
		if (name.data[i - 3] == '.' && name.data[i - 2] == '(' && name.data[i - 1] == '*')
			return slice_skip(name, i - 2);
	return name;
}

/* The C name that a function of cgo stands for: `Total` of `_cgoexpwrap_0123456789ab_Total`. */
static Slice
without_cgo(Slice name)
{
	static const Slice exports[] = {{"_cgoexpwrap_", 12}, {"_cgoexp_", 8}};

	for (size_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++)
	{
		size_t n = exports[i].len;

		if (!slice_starts(name, exports[i]))
			continue;
		n += count_hex_digits(name, n);
		if (n + 1 < name.len && name.data[n] == '_')
			return slice_skip(name, n + 1);
	}
	return name;
}

/*
 * name without type arguments, and the same whether its receiver is a pointer:
 * `List.Add` of `(*List[...]).Add`.
 */
static Slice
without_type_arguments(Slice name, Allocator allocator)
{
	char *copy;
	size_t used = 0;
	int depth = 0;

	if (slice_find_char(name, '[') < 0 && slice_find_char(name, '(') < 0)
		return name;
	copy = allocator.alloc(allocator.context, name.len + 1);
	for (size_t i = 0; i < name.len; i++)
	{
		char c = name.data[i];

		if (c == '[')
			depth++;
		else if (c == ']' && depth > 0)
			depth--;
		else if (depth == 0 && c != '(' && c != '*' && c != ')')
			copy[used++] = c;
	}
	return (Slice){copy, used};
}

/* The length of `v2` at the start of s, if that is all of a path's element; or 0. */
static size_t
version_length(Slice s)
{
	size_t n = 1;

	if (s.len < 2 || s.data[0] != 'v' || !is_digit(s.data[1]))
		return 0;
	n += count_digits(s, n);
	return n == s.len || s.data[n] == '/' || s.data[n] == '@' ? n : 0;
}

/*
 * package without versions, and unescaped: `gopkg.in/yaml` of
 * `shop/vendor/gopkg.in/yaml%2ev2`, `example.com/cart/price` of
 * `example.com/cart/v2@v2.1.0/price`.
 */
static Slice
clean_package(Slice package, Allocator allocator)
{
	const Slice vendor = SLICE("/vendor/");
	ptrdiff_t at;
	char *copy;
	size_t used = 0;

	if (slice_starts(package, slice_skip(vendor, 1)))
		package = slice_skip(package, vendor.len - 1);
	while ((at = slice_find(package, vendor)) >= 0)
		package = slice_skip(package, at + vendor.len);
	if (slice_find(package, SLICE("/v")) < 0 && slice_find(package, SLICE(".v")) < 0 &&
	    slice_find_char(package, '%') < 0 && slice_find_char(package, '@') < 0)
		return package;
	copy = allocator.alloc(allocator.context, package.len + 1);
	for (size_t i = 0; i < package.len; i++)
	{
		Slice rest = slice_skip(package, i);
		size_t dot = slice_starts(rest, SLICE("%2e")) ? 3 : 1, n;

		if (rest.data[0] == '@')
		{
			while (i + 1 < package.len && package.data[i + 1] != '/')
				i++;
			continue;
		}
		if (rest.data[0] == '/' || rest.data[0] == '.' || dot == 3)
		{
			n = version_length(slice_skip(rest, dot));
			if (n > 0)
			{
				i += dot + n - 1;
				continue;
			}
		}
		copy[used++] = dot == 3 ? '.' : rest.data[0];
		i += dot - 1;
	}
	return (Slice){copy, used};
}

/* See Language: the package and the function, without what the compiler and the module's version add. */
void
go_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*function = without_arguments(*function);
	if (module->len == 0)
		*module = go_package(*function);
	if (module->len > 0 && slice_starts(*function, *module) && function->len > module->len + 1 &&
	    function->data[module->len] == '.')
		*function = slice_skip(*function, module->len + 1);
	*function = without_type_arguments(without_cgo(without_made(*function)), allocator);
	*module = clean_package(*module, allocator);
}
