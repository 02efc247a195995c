/*
 * What identifies a Java frame: the class and the method, without what
 * compilers and libraries number anew in each build or run.
 *
 *   shop.Cart$$Lambda$14/0x0000000800c03000.run   is shop.Cart$$Lambda and run
 *   shop.Cart.lambda$total$0                      is shop.Cart and lambda$total$
 */
#include "java.h"

/* Classes that are made at run time to stand before another end in one of these and what follows it. */
static const Slice generated[] = {
	{"$$EnhancerBy", 12}, {"$$FastClassBy", 13}, {"$$SpringCGLIB", 13},    {"$$KeyFactoryBy", 14},
	{"_$$_", 4},          {"$MockitoMock$", 13}, {"$HibernateProxy$", 16}, {"$ByteBuddy$", 11},
	{"$auxiliary$", 11},  {"$Proxy$_$$_", 11},
};

/* Numbers that follow one of these change. */
static const Slice numbered[] = {
	{"$", 1},      {"__", 2},    {"$eval", 5},     {"_closure", 8}, {"_lambda", 7}, {"Accessor", 8},
	{"$Proxy", 6}, {"$line", 5}, {"jdk.proxy", 9}, {"Lambda", 6},   {"-wrap", 5},
};

/* Where the name of a class that is made at run time ends. */
static size_t
generated_start(Slice name)
{
	for (size_t n = 0; n < name.len; n++)
		if (name.data[n] == '$' || name.data[n] == '_')
			for (size_t i = 0; i < sizeof(generated) / sizeof(generated[0]); i++)
				if (n > 0 && slice_starts(slice_skip(name, n), generated[i]))
					return n;
	return name.len;
}

/* Does a number that follows name change? */
static bool
is_numbered(Slice name)
{
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++)
		if (slice_ends(name, numbered[i]))
			return true;
	return slice_equal(name, SLICE("Script"));
}

/* name without the numbers that change; a copy where one stands in its middle. */
static Slice
without_numbers(Slice name, Allocator allocator)
{
	char *copy = NULL;
	size_t used = 0, n = 0;

	while (n < name.len)
	{
		size_t start = n;

		while (n < name.len && !is_digit(name.data[n]))
			n++;
		if (copy)
			memcpy(copy + used, name.data + start, n - start);
		used += n - start;
		start = n;
		n += count_digits(name, n);
		if (n == start)
			break;
		if (is_numbered((Slice){copy ? copy : name.data, used}))
		{
			if (n == name.len)
				break;
			if (copy == NULL)
			{
				copy = allocator.alloc(allocator.context, name.len);
				memcpy(copy, name.data, used);
			}
		}
		else
		{
			if (copy)
				memcpy(copy + used, name.data + start, n - start);
			used += n - start;
		}
	}
	return (Slice){copy ? copy : name.data, used};
}

/* A class without what changes. */
static Slice
clean_class(Slice name, Allocator allocator)
{
	const Slice lambda = SLICE("$$Lambda"), desugared = SLICE("-$$Lambda$");
	ptrdiff_t slash = slice_find_char(name, '/'), at;

	/* `java.base/java.util.List` has its module before it, `Cart$$Lambda/0x8001` a number behind it */
	while (slash >= 0 && (size_t) slash + 1 < name.len && !is_digit(name.data[slash + 1]))
	{
		name = slice_skip(name, slash + 1);
		slash = slice_find_char(name, '/');
	}
	if (slash > 0)
		name.len = slash;
	at = slice_find(name, lambda);
	if (at > 0 && slice_starts(slice_skip(name, at - 1), desugared))
	{
		/* D8's `-$$Lambda$Cart$<hash>` */
		ptrdiff_t end = slice_find_char(slice_skip(name, at - 1 + desugared.len), '$');

		if (end > 0)
			name.len = at - 1 + desugared.len + end;
	}
	else if (at >= 0)
		name.len = at + lambda.len;
	name.len = generated_start(name);
	return without_numbers(name, allocator);
}

/* A method without what changes. */
static Slice
clean_method(Slice name, Allocator allocator)
{
	static const Slice endings[] = {{"$adapted", 8}, {"$default", 8}, {"$suspendImpl", 12}};
	ptrdiff_t at;

	if (slice_starts(name, SLICE("$r8$lambda$")))
		return slice_range(name, 0, 11);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends(name, endings[i]))
			name.len -= endings[i].len;
	/* what Scala makes of a method for types that need no box: `apply$mcII$sp` */
	if (slice_ends(name, SLICE("$sp")))
	{
		at = slice_find_last_char(slice_range(name, 0, name.len - 3), '$');
		if (at > 0 && name.data[at + 1] == 'm')
			name.len = at;
	}
	return without_numbers(name, allocator);
}

/* May a name hold what changes? */
static inline bool
may_change(Slice name)
{
	return name.len > 0 && (is_digit(name.data[name.len - 1]) || slice_find_char(name, '$') >= 0);
}

/* See Language: the class and the method. */
void
identify_java(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	if (module->len > 0)
	{
		if (function->len > module->len &&
		    (function->data[module->len] == '.' || function->data[module->len] == '/') &&
		    slice_starts(*function, *module))
			*function = slice_skip(*function, module->len + 1);
	}
	else
	{
		ptrdiff_t dot = slice_find_last_char(*function, '.');

		if (dot > 0)
		{
			*module = slice_range(*function, 0, dot);
			*function = slice_skip(*function, dot + 1);
		}
	}
	if (module->len == 0 && function->len == 0)
		*module = file_stem(frame->file);
	if (may_change(*module) || slice_find_char(*module, '/') >= 0)
		*module = clean_class(*module, allocator);
	if (may_change(*function))
		*function = clean_method(*function, allocator);
	/* Clojure's functions are called one way or the other, as its compiler can tell */
	if (slice_equal(*function, SLICE("invokeStatic")) || slice_equal(*function, SLICE("doInvoke")) ||
	    slice_equal(*function, SLICE("invokePrim")))
		*function = SLICE("invoke");
}
