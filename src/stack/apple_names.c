/*
 * What identifies the code of a frame from Apple's systems, or of Swift's:
 *
 *   closure #1 in closure #2 in Cart.total(of:)                      Cart.total(of:)
 *   specialized Cart.total<A>(of: A) -> Swift.Int                    Cart.total(of:)
 *   __21-[Cart pay:before:]_block_invoke_2                           -[Cart pay:before:]
 */
#include "apple.h"

/* Takes what the compiler says of a function before its name off *name. */
static void
drop_prefixes(Slice *name)
{
	static const Slice plain[] = {
		{"partial apply for ", 18},
		{"partial apply forwarder for ", 28},
		{"specialized ", 12},
		{"merged ", 7},
		{"@objc ", 6},
		{"@nonobjc ", 9},
		{"dispatch thunk of ", 18},
		{"curry thunk of ", 15},
		{"outlined ", 9},
	};
	static const Slice with_more[] = {
		{"generic specialization <", 24},
		{"generic not re-abstracted specialization <", 42},
		{"function signature specialization <", 35},
	};
	static const Slice partial[] = {
		{"suspend resume partial function for ", 36},
		{"await resume partial function for ", 34},
	};
	bool dropped = true;

	while (dropped)
	{
		dropped = false;
		for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
			if (slice_starts(*name, plain[i]))
			{
				*name = slice_skip(*name, plain[i].len);
				dropped = true;
			}
		for (size_t i = 0; i < sizeof(with_more) / sizeof(with_more[0]); i++)
			if (slice_starts(*name, with_more[i]))
			{
				ptrdiff_t of = slice_find(*name, SLICE("> of "));

				if (of < 0)
					return;
				*name = slice_skip(*name, of + 5);
				dropped = true;
			}
		/* `(1) suspend resume partial function for …` */
		if (name->len > 4 && name->data[0] == '(' && is_digit(name->data[1]))
		{
			ptrdiff_t close = slice_find_char(*name, ')');

			for (size_t i = 0; close > 0 && i < sizeof(partial) / sizeof(partial[0]); i++)
				if (slice_starts(slice_trim(slice_skip(*name, close + 1)), partial[i]))
				{
					*name = slice_skip(slice_trim(slice_skip(*name, close + 1)), partial[i].len);
					dropped = true;
					break;
				}
		}
	}
}

/* The function that a closure, or a function within another, stands in. */
static Slice
enclosing(Slice name)
{
	const Slice in = SLICE(" in ");
	ptrdiff_t sharp = slice_find_char(name, '#');
	int depth = 0;
	size_t after = 0;

	if (sharp <= 0 || (size_t) sharp + 1 >= name.len || name.data[sharp - 1] != ' ' ||
	    !is_digit(name.data[sharp + 1]))
		return name;
	for (size_t i = sharp; i + in.len < name.len; i++)
	{
		if (name.data[i] == '(')
			depth++;
		else if (name.data[i] == ')')
			depth -= depth > 0;
		else if (depth == 0 && memcmp(name.data + i, in.data, in.len) == 0)
			after = i + in.len;
	}
	return after > 0 ? slice_skip(name, after) : name;
}

/* The method that a block of Objective-C or C stands in. */
static Slice
without_block(Slice name)
{
	ptrdiff_t invoke = slice_find(name, SLICE("_block_invoke")), close;
	size_t n = 2;

	if (invoke >= 2 && slice_starts(name, SLICE("__")))
	{
		name.len = invoke;
		n += count_digits(name, n);
		name = slice_skip(name, n);
	}
	if (name.len > 2 && (name.data[0] == '-' || name.data[0] == '+') && name.data[1] == '[')
	{
		close = slice_find_char(name, ']');
		if (close > 0)
			name.len = close + 1;
	}
	/* what the compiler moved out of the function */
	close = slice_find(name, SLICE(".cold."));
	if (close > 0)
		name.len = close;
	return name;
}

/*
 * Writes a Swift function without its generic parameters, and with the labels
 * of its parameters in place of their types: `total<A>(of: A, Swift.Int)` is
 * `total(of:_:)`.
 */
static Slice
labels_only(Slice name, Allocator allocator)
{
	char *text = allocator.alloc(allocator.context, name.len * 2 + 1);
	size_t n = 0;
	int round = 0, angle = 0;
	bool labelled = false, any = false;

	for (size_t i = 0; i < name.len; i++)
	{
		char c = name.data[i], next = i + 1 < name.len ? name.data[i + 1] : ' ';

		if (c == '<' && round <= 1 && (i == 0 || name.data[i - 1] != ' '))
			angle++;
		else if (c == '>' && angle > 0 && name.data[i - 1] != '-')
			angle--;
		else if (angle > 0)
			continue;
		else if (c == '(' && ++round == 1)
		{
			text[n++] = c;
			labelled = any = false;
		}
		else if (round == 0)
			text[n++] = c;
		else if ((c == ',' || c == ')') && round == 1)
		{
			/* a parameter ends */
			if (any && !labelled)
			{
				text[n++] = '_';
				text[n++] = ':';
			}
			labelled = any = false;
			if (c == ')')
			{
				text[n++] = c;
				round = 0;
			}
		}
		else if (c == ')')
			round--;
		else if (round == 1 && !labelled && c != ' ')
		{
			/* a label goes up to its colon; a type has none */
			size_t end = i;

			any = true;
			while (end < name.len && (is_word(name.data[end]) || name.data[end] == '$'))
				end++;
			if (end > i && end < name.len && name.data[end] == ':')
			{
				memcpy(text + n, name.data + i, end + 1 - i);
				n += end + 1 - i;
				i = end;
				/* `(of:with:)` has no types at all */
				next = i + 1 < name.len ? name.data[i + 1] : ' ';
				labelled = next == ' ';
				any = labelled;
			}
			else
			{
				text[n++] = '_';
				text[n++] = ':';
				labelled = true;
			}
		}
	}
	return (Slice){text, n};
}

/* Is name a Swift function whose types are written out, or with generic parameters? */
static bool
has_types(Slice name)
{
	ptrdiff_t open = slice_find_char(name, '(');

	return open > 0 && (slice_find(name, SLICE(") -> ")) > 0 || slice_find(name, SLICE(" throws -> ")) > 0 ||
	                    slice_find(name, SLICE(" async -> ")) > 0 || slice_find(name, SLICE(">(")) > 0 ||
	                    slice_find(slice_skip(name, open), SLICE(": ")) > 0);
}

/* The index of the ')' that closes the first '(' of name, or -1. */
static ptrdiff_t
end_of_parameters(Slice name)
{
	int depth = 0;

	for (size_t i = 0; i < name.len; i++)
	{
		if (name.data[i] == '(')
			depth++;
		else if (name.data[i] == ')' && --depth == 0)
			return (ptrdiff_t) i;
	}
	return -1;
}

/*
 * See Language.  A function's name tells its type as well, so that the image
 * that it is part of (which is another for a debug build) does not count where
 * there is one.
 */
void
apple_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice name = *function, image = last_name(*module, '/');
	ptrdiff_t at;

	if (name.len == 0)
	{
		*module = image.len > 0 ? image : file_stem(frame->file);
		return;
	}
	if (slice_starts(name, SLICE("0x")))
	{
		/* the address changes with every run, where it stands in its image with every build */
		at = slice_find(name, SLICE(" + "));
		*module = image;
		*function = at > 0 ? slice_skip(name, at + 1) : NO_SLICE;
		return;
	}
	if (slice_find(name, SLICE("::")) >= 0)
	{
		native_language.identify(frame, allocator, module, function);
		*module = NO_SLICE;
		return;
	}
	drop_prefixes(&name);
	name = enclosing(name);
	name = without_block(name);
	if (name.len > 0 && name.data[0] != '-' && name.data[0] != '+' && has_types(name))
	{
		at = end_of_parameters(name);
		if (at > 0)
			name.len = at + 1;
		name = labels_only(name, allocator);
	}
	/* the module of a Swift function is called like its image */
	if (image.len > 0 && name.len > image.len + 1 && slice_starts(name, image) && name.data[image.len] == '.')
		name = slice_skip(name, image.len + 1);
	*module = NO_SLICE;
	*function = name;
}
