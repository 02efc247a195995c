/*
 * What identifies a .NET frame's code: names as they stand in the source, not
 * as compilers, runtimes and reporters write them.
 *
 *   Shop.Cart.<TotalAsync>d__5.MoveNext            Shop.Cart . TotalAsync
 *   Shop.Cart+<>c__DisplayClass1_0.<Total>b__0     Shop.Cart . Total
 *   Shop.Repository`1[Shop.Cart].Find[T]           Shop.Repository . Find
 *   Shop.Cart.total@12-1.Invoke                    Shop.Cart . total
 */
#include "dotnet.h"

/* A name that is made anew, part by part. */
typedef struct Writer
{
	char *text;
	size_t len;
	size_t last; /* where its last part starts */
	bool ended;  /* what follows is the compiler's */
} Writer;

/* May c part the name of a type from what is within it? */
static bool
is_separator(char c)
{
	return c == '.' || c == '+' || c == '/' || c == ':';
}

/* Could a name with such a character be one that has to be made anew? */
static bool
is_special(char c)
{
	return is_digit(c) || c == '<' || c == '[' || c == '`' || c == '+' || c == '/' || c == '@' || c == '$';
}

/* Takes the next part of a name off *rest; what is within < > or [ ] parts nothing. */
static Slice
take_part(Slice *rest)
{
	int depth = 0;
	size_t n = rest->len > 0 && rest->data[0] == '.'; /* `.ctor` */
	Slice part;

	for (; n < rest->len && (depth > 0 || !is_separator(rest->data[n])); n++)
	{
		if (rest->data[n] == '<' || rest->data[n] == '[')
			depth++;
		else if (rest->data[n] == '>' || rest->data[n] == ']')
			depth -= depth > 0;
	}
	part = slice_range(*rest, 0, n);
	*rest = slice_skip(*rest, n < rest->len ? n + 1 : n);
	return part;
}

/* Adds one part to the name. */
static void
add_part(Writer *writer, Slice part)
{
	if (part.len == 0)
		return;
	if (writer->len > 0)
		writer->text[writer->len++] = '.';
	writer->last = writer->len;
	memcpy(writer->text + writer->len, part.data, part.len);
	writer->len += part.len;
}

/* The method that the compiler made `<Total>b__0` or `<<Total>b__0>d` from; empty where it names none. */
static Slice
method_of_generated(Slice part)
{
	size_t start = 0, end;
	ptrdiff_t dot;

	while (start < part.len && part.data[start] == '<')
		start++;
	for (end = start; end < part.len && part.data[end] != '>' && part.data[end] != '<'; end++)
		;
	part = slice_range(part, start, end);
	/* an explicit implementation is called like its interface and its method */
	dot = slice_find_last_char(part, '.');
	return dot > 0 ? slice_skip(part, dot + 1) : part;
}

/* Adds a part that begins with '<', which the compiler made. */
static void
add_generated(Writer *writer, Slice part, bool is_last)
{
	Slice method = method_of_generated(part);
	ptrdiff_t generic;
	bool only_name = part.data[part.len - 1] == '>';

	if (method.len > 0 && (is_last || !only_name))
	{
		add_part(writer, method);
		writer->ended = true;
	}
	else if (method.len > 0 || (generic = slice_find(part, SLICE("__AnonymousType"))) < 0)
	{
		/* `<>c__DisplayClass1_0` holds what is of use; `<Module>` is a name itself */
		if (method.len > 0)
			add_part(writer, part);
		else if (is_last)
			add_part(writer, SLICE("<>"));
	}
	else
		add_part(writer, slice_range(part, 0, generic + 15));
}

/* Does part end in what a generator draws at random: at least 16 hexadecimal digits?  Their number, or 0. */
static size_t
random_digits(Slice part)
{
	size_t n = 0;
	bool any_digit = false;

	while (n < part.len && is_hex_digit(part.data[part.len - 1 - n]))
		any_digit |= is_digit(part.data[part.len - 1 - n++]);
	return n >= 16 && any_digit ? n : 0;
}

/* The length of part without a `_1` at its end, which tells apart proxies of the same name. */
static size_t
without_number(Slice part)
{
	size_t n = part.len;

	while (n > 0 && is_digit(part.data[n - 1]))
		n--;
	return n < part.len && n > 1 && part.data[n - 1] == '_' ? n - 1 : part.len;
}

/* Adds a part that a person has written, without what was added to it. */
static void
add_written(Writer *writer, Slice part)
{
	const Slice machine = SLICE("VB$StateMachine_"), closure = SLICE("_Closure$__"),
				lambda = SLICE("_Lambda$__");
	const Slice method = SLICE("lambda_method"), pipe = SLICE("Pipe #");
	bool first = writer->len == 0;

	for (size_t i = 1; i < part.len; i++)
	{
		if (part.data[i] == '@' && !first)
			writer->ended = true; /* F#: the line, and a class for what stands there */
		if (part.data[i] != '@' && part.data[i] != '`' && part.data[i] != '[' && part.data[i] != '<')
			continue;
		part.len = i;
		break;
	}
	if (slice_starts(part, machine))
	{
		size_t n = machine.len;

		n += count_digits(part, n);
		part = slice_skip(part, n < part.len ? n + 1 : n);
		writer->ended = true;
	}
	else if (slice_starts(part, closure))
		return;
	else if (slice_starts(part, lambda))
		part.len = lambda.len;
	else if (slice_starts(part, method))
		part.len = method.len;
	else if (slice_starts(part, pipe))
		part.len = pipe.len - 2;
	else
	{
		part.len -= random_digits(part);
		if (slice_starts((Slice){writer->text, writer->len}, SLICE("Castle.Proxies")))
			part.len = without_number(part);
	}
	add_part(writer, part);
}

/* Adds the parts of a name, until the compiler's begin; last: nothing follows it. */
static void
add_name(Writer *writer, Slice name, bool last)
{
	while (name.len > 0 && !writer->ended)
	{
		Slice part = take_part(&name);

		if (part.len > 0 && part.data[0] == '<')
			add_generated(writer, part, last && name.len == 0);
		else
			add_written(writer, part);
	}
}

/* The index of the last '.', '+', '/' or ':' that parts a method from its type, or -1. */
static ptrdiff_t
last_separator(Slice name)
{
	int depth = 0;

	for (size_t i = name.len; i > 0; i--)
	{
		char c = name.data[i - 1];

		if (c == '>' || c == ']')
			depth++;
		else if (c == '<' || c == '[')
			depth -= depth > 0;
		else if (depth == 0 && is_separator(c))
			return i > 1 && name.data[i - 2] == '.' ? (ptrdiff_t) i - 2 : (ptrdiff_t) i - 1;
	}
	return -1;
}

/* A method's name without its parameters, and without its result, which some reporters print. */
static Slice
bare_name(Slice function, Slice module)
{
	ptrdiff_t open = slice_find_char(function, '(');
	int depth = 0;

	if (open > 0)
		function = slice_trim(slice_range(function, 0, open));
	if (slice_find_char(function, ' ') < 0 || (module.len > 0 && slice_starts(function, module)))
		return function;
	for (size_t i = function.len; i > 0; i--)
	{
		char c = function.data[i - 1];

		depth += (c == '>' || c == ']') - (c == '<' || c == '[');
		if (c == ' ' && depth <= 0)
			return slice_skip(function, i);
	}
	return function;
}

/* Does name end in qualifier, as one or more whole parts? */
static bool
ends_in_parts(Slice name, Slice qualifier)
{
	return slice_ends(name, qualifier) &&
	       (name.len == qualifier.len || is_separator(name.data[name.len - qualifier.len - 1]));
}

/*
 * See Language: the type and the method.  Reporters name the type on its own or
 * with the method, and an explicit implementation's interface with the method.
 */
void
dotnet_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice name = bare_name(*function, *module), type = *module;
	Writer writer = {0};
	ptrdiff_t separator;
	bool special = false;

	if (type.len > 0 && type.data[0] == '(')
		type = NO_SLICE; /* `(unknown)` */
	if (name.len > type.len + 1 && slice_starts(name, type) && is_separator(name.data[type.len]) &&
	    type.len > 0)
		name = slice_skip(name, type.len + 1);
	separator = last_separator(name);
	if (separator > 0 && type.len == 0)
	{
		type = slice_range(name, 0, separator);
		name = slice_skip(name, separator + 1);
	}
	else if (separator > 0)
	{
		if (ends_in_parts(type, slice_range(name, 0, separator)))
			name = slice_skip(name, separator + 1);
		else
			special = true;
	}
	for (size_t i = 0; i < type.len && !special; i++)
		special = is_special(type.data[i]);
	for (size_t i = 0; i < name.len && !special; i++)
		special = is_special(name.data[i]);
	*module = type;
	*function = name;
	if (type.len == 0 && name.len == 0)
		*module = file_stem(frame->file);
	if (!special)
		return;

	writer.text = allocator.alloc(allocator.context, type.len + name.len + 8);
	add_name(&writer, type, false);
	add_name(&writer, name, true);
	*function = (Slice){writer.text + writer.last, writer.len - writer.last};
	*module = (Slice){writer.text, writer.last > 0 ? writer.last - 1 : 0};
}
