/*
 * What a value or a word of a query looks for: text in which stars stand for any
 * text.
 */
#include "pattern.h"

#include "catalog/pg_collation.h"
#include "utils/formatting.h"

/* Are all bytes of s ASCII? */
static bool
is_ascii(Slice s)
{
	char all = 0;

	for (size_t i = 0; i < s.len; i++)
		all |= s.data[i];
	return (all & 0x80) == 0;
}

/* Takes text apart at its stars; is_star tells of each of its bytes whether it is one. */
Pattern
make_pattern(Slice text, const bool *is_star)
{
	Pattern pattern = {.pieces = palloc((text.len + 1) * sizeof(Slice)), .is_ascii = is_ascii(text)};
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++)
	{
		if (i < text.len && !is_star[i])
			continue;
		if (i > start)
			pattern.pieces[pattern.npieces++] = slice_range(text, start, i);
		if (i < text.len)
			pattern.has_star = true;
		start = i + 1;
	}
	pattern.open_start = text.len > 0 && is_star[0];
	pattern.open_end = text.len > 0 && is_star[text.len - 1];
	return pattern;
}

/* The pattern in small letters; ASCII's as ASCII has them, in whatever locale, since fold_text() takes them so. */
Pattern
fold_pattern(Pattern pattern)
{
	Slice *pieces = palloc((pattern.npieces + 1) * sizeof(Slice));

	for (int i = 0; i < pattern.npieces; i++)
	{
		Slice piece = pattern.pieces[i];

		pieces[i] =
			slice_of_string(pattern.is_ascii ? asc_tolower(piece.data, piece.len)
		                                     : str_tolower(piece.data, piece.len, DEFAULT_COLLATION_OID));
	}
	pattern.pieces = pieces;
	return pattern;
}

/* Eight bytes, those that are ASCII's capitals as small letters. */
static inline uint64
fold_word(uint64 word)
{
	const uint64 each = UINT64CONST(0x0101010101010101);
	uint64 low = word & 0x7F * each;
	/* the highest bit of each byte that is at least A, but not beyond Z */
	uint64 is_capital = ((low + (0x80 - 'A') * each) ^ (low + (0x7F - 'Z') * each)) & ~word & 0x80 * each;

	return word | is_capital >> 2;
}

/*
 * The text in small letters, behind what the buffer holds.  ascii: only ASCII's
 * letters matter, as only they are looked for: str_tolower() takes twenty times as
 * long.
 */
Slice
fold_text(Slice text, bool ascii, StringInfo buffer)
{
	char *to;
	size_t i = 0;

	if (!ascii && !is_ascii(text))
		text = slice_of_string(str_tolower(text.data, text.len, DEFAULT_COLLATION_OID));
	enlargeStringInfo(buffer, text.len);
	to = buffer->data + buffer->len;
	for (; i + sizeof(uint64) <= text.len; i += sizeof(uint64))
	{
		uint64 word;

		memcpy(&word, text.data + i, sizeof(word));
		word = fold_word(word);
		memcpy(to + i, &word, sizeof(word));
	}
	for (; i < text.len; i++)
		to[i] = pg_ascii_tolower(text.data[i]);
	buffer->len += text.len;
	return (Slice){to, text.len};
}

/* Takes all up to and with the first occurrence of piece off the front of *rest; false where there is none. */
static bool
take_through(Slice *rest, Slice piece)
{
	const char *at = memmem(rest->data, rest->len, piece.data, piece.len);

	if (at == NULL)
		return false;
	*rest = slice_skip(*rest, at - rest->data + piece.len);
	return true;
}

/* Is the text, all of it, what the pattern looks for?  A pattern of stars alone looks for any text that is not empty. */
bool
pattern_is(const Pattern *pattern, Slice text)
{
	int first = 0, end = pattern->npieces;

	if (end == 0)
		return pattern->has_star == (text.len > 0);
	if (!pattern->open_start && !take_text(&text, pattern->pieces[first++]))
		return false;
	if (!pattern->open_end)
	{
		if (first == end)
			return text.len == 0;
		if (!slice_ends(text, pattern->pieces[--end]))
			return false;
		text.len -= pattern->pieces[end].len;
	}
	for (; first < end; first++)
		if (!take_through(&text, pattern->pieces[first]))
			return false;
	return true;
}

/* Is what the pattern looks for somewhere in the text? */
bool
pattern_is_in(const Pattern *pattern, Slice text)
{
	for (int i = 0; i < pattern->npieces; i++)
		if (!take_through(&text, pattern->pieces[i]))
			return false;
	return true;
}
