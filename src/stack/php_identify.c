/*
 * What in a frame of PHP identifies its code: `Shop\Cart` and `total`, of
 * `Shop\Cart->total` as well as of an SDK's `Shop\Cart::total`.
 */
#include "php.h"

/* Is the stem of a file's name a hash, as that of a compiled template? */
static bool
is_hash(Slice stem)
{
	for (size_t i = 0; i < stem.len; i++)
		if (!is_hex_digit(stem.data[i]))
			return false;
	return stem.len >= 32;
}

/* A class without what is generated: proxies' namespaces, hashes of templates. */
static Slice
without_generated(Slice class_name)
{
	const Slice proxies = SLICE("Proxies\\__CG__\\"), twig = SLICE("__TwigTemplate_");
	ptrdiff_t at;

	at = slice_find(class_name, SLICE("@anonymous"));
	if (at > 0)
		return slice_range(class_name, 0, at + 10);
	if (slice_starts(class_name, twig))
		return slice_range(class_name, 0, twig.len - 1);
	if (slice_starts(class_name, SLICE("Container")) && (at = slice_find_char(class_name, '\\')) == 16)
		return slice_skip(class_name, at + 1); /* Symfony's: ContainerAbC12dE\… */
	at = slice_find(class_name, proxies);
	return at >= 0 ? slice_skip(class_name, at + proxies.len) : class_name;
}

/*
 * See Language: the class and the method, or the file and the function.  Text
 * has Class->method where SDKs have Class::method; a closure is told by its
 * class or file, as only PHP 8.4 says which method it stands in.
 */
void
php_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	ptrdiff_t at = php_find_separator(*function);
	Slice file = frame->file;

	if (at > 0)
	{
		*module = without_generated(slice_range(*function, 0, at));
		*function = slice_skip(*function, at + 2);
	}
	else
	{
		/* `/srv/shop/Cart.php(12) : eval()'d code` */
		if (slice_ends(file, SLICE("eval()'d code")) && (at = slice_find(file, SLICE(".php("))) > 0)
			file.len = at;
		/* SDKs write `[internal]` for the file of PHP's own functions */
		*module = slice_starts(file, SLICE("[")) ? NO_SLICE : file_stem(file);
		if (is_hash(*module))
			*module = SLICE("views");
	}
	if (slice_find(*function, SLICE("{closure")) >= 0)
		*function = SLICE("{closure}");
	else if (slice_equal(*function, SLICE("{main}")))
		*function = NO_SLICE;
}
