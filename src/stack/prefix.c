/*
 * What loggers put before each line of a stack trace: times, hosts and
 * processes, levels.  It is taken away before the trace is read.
 *
 *   2024-05-31T07:45:12.123Z  at shop.Cart.total(Cart.java:12)
 *   May 31 07:45:12 web1 shop[1234]:  at shop.Cart.total(Cart.java:12)
 *   [   12.345678][ T1234] RIP: 0010:cart_total+0x12/0x34
 */
#include "prefix.h"

/* The character at index n, or NUL behind the end. */
static char
peek(Slice s, size_t n)
{
	return n < s.len ? s.data[n] : '\0';
}

/* How many digits stand in s from index n on. */
static size_t
digits(Slice s, size_t n)
{
	size_t start = n;

	while (n < s.len && is_digit(s.data[n]))
		n++;
	return n - start;
}

/* The length of the kernel's `[   12.345678]`, with what may follow it: `[ T1234]`. */
static size_t
kernel_prefix(Slice s)
{
	size_t n = 0, more;

	if (peek(s, 0) == '<' && digits(s, 1) > 0 && peek(s, 1 + digits(s, 1)) == '>')
		n = 2 + digits(s, 1);
	if (peek(s, n) != '[')
		return 0;
	n++;
	while (peek(s, n) == ' ')
		n++;
	if (digits(s, n) == 0 || peek(s, n + digits(s, n)) != '.')
		return 0;
	n += digits(s, n) + 1;
	if (digits(s, n) < 4 || peek(s, n + digits(s, n)) != ']')
		return 0;
	n += digits(s, n) + 1;
	if (peek(s, n) == '[')
	{
		for (more = n + 1; peek(s, more) == ' '; more++)
			;
		if ((peek(s, more) == 'T' || peek(s, more) == 'C') && digits(s, more + 1) > 0 &&
		    peek(s, more + 1 + digits(s, more + 1)) == ']')
			n = more + 2 + digits(s, more + 1);
	}
	return n + (peek(s, n) == ' ');
}

/* The length of all that stands before the line itself. */
static size_t
prefix_length(Slice line)
{
	return kernel_prefix(line);
}

/* text without the prefixes of its lines: itself where no line has one, otherwise a copy. */
Slice
without_prefixes(Slice text, Allocator allocator)
{
	Slice rest = text, line;
	char *copy = NULL;
	size_t used = 0;

	while (next_line(&rest, &line))
	{
		size_t prefix = prefix_length(line);

		if (copy == NULL)
		{
			if (prefix == 0)
				continue;
			copy = allocator.alloc(allocator.context, text.len + 1);
			used = line.data - text.data;
			memcpy(copy, text.data, used);
		}
		memcpy(copy + used, line.data + prefix, line.len - prefix);
		used += line.len - prefix;
		copy[used++] = '\n';
	}
	return copy ? (Slice){copy, used} : text;
}
