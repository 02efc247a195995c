/*
 * What in a frame of Ruby identifies its code: `cart` and `total`, of
 * "cart.rb:5:in `block in total'" as well as of "cart.rb:5:in 'Shop::Cart#total'".
 */
#include "ruby.h"

/* function without the digits and underscores at its end, where what is left ends in mark. */
static bool
cut_number(Slice *function, Slice mark)
{
	size_t n = function->len;

	while (n > 0 && (is_digit(function->data[n - 1]) || function->data[n - 1] == '_'))
		n--;
	if (n == function->len || !slice_ends(slice_range(*function, 0, n), mark))
		return false;
	function->len = n;
	return true;
}

/* Without what Rails, Tilt and JRuby put into the names of methods that they write at run time. */
static Slice
without_generated(Slice function)
{
	ptrdiff_t at;

	if (function.len == 0)
		return function;
	if (function.data[0] == '_')
	{
		/* _app_views_carts_show_html_erb__3327151541118998292_70361296749460 */
		at = slice_find(function, SLICE("__"));
		if (at > 0 && cut_number(&function, NO_SLICE))
			return function;
		cut_number(&function, SLICE("tilt"));
		cut_number(&function, SLICE("_callback_around"));
		/* _run__2736485__process_action__callbacks */
		if (slice_starts(function, SLICE("_run__")))
		{
			size_t n = 6 + count_digits(function, 6);

			return slice_skip(function, n);
		}
		return function;
	}
	/* org.jruby.Main.run, shop.cart.RUBY$method$total$0 */
	at = slice_find(function, SLICE("RUBY$"));
	if (at >= 0)
	{
		function = slice_skip(function, at + 5);
		while ((at = slice_find_char(function, '$')) > 0 && (size_t) at + 1 < function.len &&
		       !is_digit(function.data[at + 1]))
			function = slice_skip(function, at + 1);
		return at > 0 ? slice_range(function, 0, at) : function;
	}
	return function;
}

/*
 * The name that Rails makes for the function of a template, which it leaves out
 * of its log: `_app_views_carts_show_html_erb` of app/views/carts/show.html.erb.
 */
static Slice
function_of_template(Slice file, Allocator allocator)
{
	ptrdiff_t at = slice_find(file, SLICE("app/views/"));
	char *name;

	if (at < 0)
		return NO_SLICE;
	file = slice_skip(file, at);
	name = allocator.alloc(allocator.context, file.len + 1);
	name[0] = '_';
	for (size_t i = 0; i < file.len; i++)
		name[i + 1] = (file.data[i] >= 'a' && file.data[i] <= 'z') ? file.data[i] : '_';
	return (Slice){name, file.len + 1};
}

/*
 * See Language: the file and the method.  Ruby before 3.4 does not name the
 * method's class, nor do SDKs; and the same method's blocks are its code too.
 */
void
ruby_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	size_t method;

	if (slice_starts(frame->file, SLICE("(eval")))
		*module = SLICE("(eval)");
	else if (frame->file.len > 0)
		*module = file_stem(frame->file);
	if (function->len == 0)
	{
		*function = function_of_template(frame->file, allocator);
		return;
	}
	*function = ruby_without_part(*function);
	ruby_receiver_of(*function, &method);
	*function = without_generated(slice_skip(*function, method));
	if (slice_ends(frame->file, SLICE(".java")))
		*function = last_name(*function, '.');
}
