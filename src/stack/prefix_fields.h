/*
 * What prefixes of lines are made of.  A field begins at an index of a line; its
 * reader returns the index behind it.
 */
#ifndef ERRTRACK_PREFIX_FIELDS_H
#define ERRTRACK_PREFIX_FIELDS_H

#include "../portable.h"

/* Does s go on with part at index n? */
static inline bool
has(Slice s, size_t n, const char *part)
{
	size_t len = strlen(part);

	return n + len <= s.len && memcmp(s.data + n, part, len) == 0;
}

/* The index behind the spaces at n; tabs indent. */
static inline size_t
skip_spaces(Slice s, size_t n)
{
	while (peek(s, n) == ' ')
		n++;
	return n;
}

/* The index behind what is no blank at n. */
static inline size_t
skip_field(Slice s, size_t n)
{
	while (n < s.len && !is_blank(s.data[n]))
		n++;
	return n;
}

/* The index behind the one blank at n that goes with a prefix. */
static inline size_t
skip_blank(Slice s, size_t n)
{
	return n + (peek(s, n) == ' ' || peek(s, n) == '\t');
}

extern size_t read_time(Slice s, size_t n);
extern size_t read_month_time(Slice s, size_t n);
extern size_t read_numeric_stamp(Slice s, size_t n);
extern size_t read_stamp(Slice s, size_t n);
extern size_t read_level(Slice s, size_t n);
extern size_t read_tag(Slice s, size_t n, bool bare);
extern size_t skip_fields(Slice s, size_t n);

#endif /* ERRTRACK_PREFIX_FIELDS_H */
