/*
 * What code that reads untrusted bytes may use: text as (pointer, length), and
 * an allocator.  It needs nothing of the server, so that the parsers build
 * outside it as well (ERRTRACK_STANDALONE), for fuzzing.
 */
#ifndef ERRTRACK_PORTABLE_H
#define ERRTRACK_PORTABLE_H

#ifdef ERRTRACK_STANDALONE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#define CHECK_FOR_INTERRUPTS() ((void) 0)
#else
#include "postgres.h"

#include "miscadmin.h"
#endif

/* Text that need be neither UTF-8 nor end in NUL; data NULL: absent. */
typedef struct Slice
{
	const char *data;
	size_t len;
} Slice;

/* Memory that is given back all at once, by whoever made the allocator. */
typedef struct Allocator
{
	void *(*alloc)(void *context, size_t size);
	void *context;
} Allocator;

#define SLICE(literal) ((Slice){(literal), sizeof(literal) - 1})
#define NO_SLICE ((Slice){NULL, 0})

/* Is c a blank within a line? */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Is c an ASCII digit?  (isdigit() asks the locale.) */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is c a hexadecimal digit? */
static inline bool
is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Is c an ASCII letter? */
static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May c stand in an identifier?  Bytes above ASCII may, in every language read here. */
static inline bool
is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || (c & 0x80) != 0;
}

/* A C string as a slice. */
static inline Slice
slice_of_string(const char *string)
{
	return (Slice){string, strlen(string)};
}

/* The part of s from index "from" to before index "to"; nothing where that is less, so that no slip reads elsewhere. */
static inline Slice
slice_range(Slice s, size_t from, size_t to)
{
	return (Slice){s.data + from, to > from ? to - from : 0};
}

/* s without its first n bytes; nothing is left of a shorter one. */
static inline Slice
slice_skip(Slice s, size_t n)
{
	if (n > s.len)
		n = s.len;
	return (Slice){s.data + n, s.len - n};
}

/* s without blanks at either end. */
static inline Slice
slice_trim(Slice s)
{
	while (s.len > 0 && is_blank(s.data[0]))
		s = slice_skip(s, 1);
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* s without blanks and line ends at either end. */
static inline Slice
slice_trim_lines(Slice s)
{
	while (s.len > 0 && (is_blank(s.data[0]) || s.data[0] == '\n'))
		s = slice_skip(s, 1);
	while (s.len > 0 && (is_blank(s.data[s.len - 1]) || s.data[s.len - 1] == '\n'))
		s.len--;
	return s;
}

/* Are a and b the same bytes? */
static inline bool
slice_equal(Slice a, Slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Does s begin with prefix? */
static inline bool
slice_starts(Slice s, Slice prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

/* Does s end in suffix? */
static inline bool
slice_ends(Slice s, Slice suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.data + s.len - suffix.len, suffix.data, suffix.len) == 0);
}

/* Eight bytes as a number, the same on every machine. */
static inline uint64_t
load_word(const char *data)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* A number that tells texts apart: a word at a time is multiplied and mixed; the same on every machine, and stored. */
static inline uint64_t
slice_hash(Slice s, uint64_t seed)
{
	const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t hash = (seed ^ s.len) * factor;

	for (; s.len >= 8; s = slice_skip(s, 8))
	{
		hash = (hash ^ load_word(s.data)) * factor;
		hash ^= hash >> 29;
	}
	for (size_t i = 0; i < s.len; i++)
		hash = (hash << 8 | hash >> 56) ^ (uint8_t) s.data[i];
	hash *= factor;
	return hash ^ hash >> 32;
}

/* The index of the first c in s, or -1. */
static inline ptrdiff_t
slice_find_char(Slice s, char c)
{
	const char *at = s.len > 0 ? memchr(s.data, c, s.len) : NULL;

	return at ? at - s.data : -1;
}

/* The index of the last c in s, or -1. */
static inline ptrdiff_t
slice_find_last_char(Slice s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.data[i - 1] == c)
			return (ptrdiff_t) i - 1;
	return -1;
}

/* The index of the first occurrence of part in s, or -1; part is short and not empty. */
static inline ptrdiff_t
slice_find(Slice s, Slice part)
{
	for (size_t from = 0; from + part.len <= s.len;)
	{
		const char *at = memchr(s.data + from, part.data[0], s.len - part.len + 1 - from);

		if (at == NULL)
			return -1;
		if (memcmp(at, part.data, part.len) == 0)
			return at - s.data;
		from = at - s.data + 1;
	}
	return -1;
}

/* The character at index n of s, or NUL behind its end. */
static inline char
peek(Slice s, size_t n)
{
	return n < s.len ? s.data[n] : '\0';
}

/* How many digits stand in s from index n on. */
static inline size_t
count_digits(Slice s, size_t n)
{
	size_t start = n;

	while (n < s.len && is_digit(s.data[n]))
		n++;
	return n - start;
}

/* How many hexadecimal digits stand in s from index n on. */
static inline size_t
count_hex_digits(Slice s, size_t n)
{
	size_t start = n;

	while (n < s.len && is_hex_digit(s.data[n]))
		n++;
	return n - start;
}

/* Takes text off the front of *s; false where it does not begin so. */
static inline bool
take_text(Slice *s, Slice text)
{
	if (!slice_starts(*s, text))
		return false;
	*s = slice_skip(*s, text.len);
	return true;
}

/* Makes *lines, which may be absent, go on to the end of line, which stands further on in the same text. */
static inline void
extend_lines(Slice *lines, Slice line)
{
	if (lines->data == NULL)
		lines->data = line.data;
	lines->len = line.data + line.len - lines->data;
}

/*
 * Takes the next line from *rest, without its end and a carriage return before
 * that; false at the end of the text.
 */
static inline bool
next_line(Slice *rest, Slice *line)
{
	ptrdiff_t end;

	if (rest->len == 0)
		return false;
	CHECK_FOR_INTERRUPTS();
	end = slice_find_char(*rest, '\n');
	*line = end < 0 ? *rest : slice_range(*rest, 0, end);
	*rest = slice_skip(*rest, end < 0 ? rest->len : (size_t) end + 1);
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/*
 * Reads the decimal number that is all of s; false where s is something else.
 * Numbers beyond int32 are no line numbers.
 */
static inline bool
read_number(Slice s, int32_t *number)
{
	int64_t value = 0;

	if (s.len == 0 || s.len > 10)
		return false;
	for (size_t i = 0; i < s.len; i++)
	{
		if (!is_digit(s.data[i]))
			return false;
		value = value * 10 + (s.data[i] - '0');
	}
	if (value > INT32_MAX)
		return false;
	*number = (int32_t) value;
	return true;
}

/* Takes the decimal number that *s begins with; false, and nothing taken, where there is none. */
static inline bool
take_number(Slice *s, int32_t *number)
{
	size_t n = count_digits(*s, 0);

	if (!read_number(slice_range(*s, 0, n), number))
		return false;
	*s = slice_skip(*s, n);
	return true;
}

#endif /* ERRTRACK_PORTABLE_H */
