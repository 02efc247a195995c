/*
 * What a value or a word of a query looks for: text in which stars stand for any
 * text.
 */
#include "pattern.h"

#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "utils/formatting.h"

/* Texts up to this size take no memory. */
#define FOLD_ROOM 512

/* Are all bytes of s ASCII? */
static bool
is_ascii(Slice s)
{
	char all = 0;

	for (size_t i = 0; i < s.len; i++)
		all |= s.data[i];
	return (all & 0x80) == 0;
}

/* s in small letters, by the database's locale. */
static Slice
lower_slice(Slice s)
{
	return slice_of_string(str_tolower(s.data, s.len, DEFAULT_COLLATION_OID));
}

/* A piece in small letters; ASCII's as ASCII has them, in whatever locale, since fold_text() takes them so. */
static Slice
fold_piece(Slice piece, bool ascii)
{
	return ascii ? slice_of_string(asc_tolower(piece.data, piece.len)) : lower_slice(piece);
}

/* Takes text apart at its stars; is_star tells of each of its bytes whether it is one. */
Pattern
make_pattern(Slice text, const bool *is_star, bool any_case)
{
	Pattern pattern = {.pieces = palloc((text.len + 1) * sizeof(Slice)),
	                   .any_case = any_case,
	                   .is_ascii = is_ascii(text)};
	size_t start = 0;

	/* in UTF-8 no character begins within another, and ASCII's are never part of one */
	pattern.has_halves =
		!pattern.is_ascii && pg_database_encoding_max_length() > 1 && GetDatabaseEncoding() != PG_UTF8;
	for (size_t i = 0; i <= text.len; i++)
	{
		Slice piece = slice_range(text, start, i);

		if (i < text.len && !is_star[i])
			continue;
		if (piece.len > 0)
			pattern.pieces[pattern.npieces++] = any_case ? fold_piece(piece, pattern.is_ascii) : piece;
		start = i + 1;
	}
	pattern.open_start = text.len > 0 && is_star[0];
	pattern.open_end = text.len > 0 && is_star[text.len - 1];
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
 * The text as a pattern's pieces are to be found in it.  Where these are ASCII, only
 * ASCII's letters matter: str_tolower() takes twenty times as long.
 */
static Slice
fold_text(const Pattern *pattern, Slice text, char room[FOLD_ROOM])
{
	char *to = room;
	size_t i = 0;

	if (!pattern->any_case)
		return text;
	if (!pattern->is_ascii && !is_ascii(text))
		return lower_slice(text);
	if (text.len > FOLD_ROOM)
		to = palloc(text.len);
	for (; i + sizeof(uint64) <= text.len; i += sizeof(uint64))
	{
		uint64 word;

		memcpy(&word, text.data + i, sizeof(word));
		word = fold_word(word);
		memcpy(to + i, &word, sizeof(word));
	}
	for (; i < text.len; i++)
		to[i] = pg_ascii_tolower(text.data[i]);
	return (Slice){to, text.len};
}

/* Does text, in whatever case, begin with a piece that is ASCII and in small letters? */
static bool
begins_with(Slice text, Slice piece)
{
	if (text.len < piece.len)
		return false;
	for (size_t i = 0; i < piece.len; i++)
		if (pg_ascii_tolower(text.data[i]) != (unsigned char) piece.data[i])
			return false;
	return true;
}

/* What is left of text from the first character that begins at or behind a place in it. */
static Slice
skip_to(const Pattern *pattern, Slice text, const char *place)
{
	if (!pattern->has_halves)
		return slice_skip(text, place - text.data);
	while (text.data < place)
		text = slice_skip(text, pg_mblen(text.data));
	return text;
}

/* Takes all up to and with the first occurrence of piece off the front of *rest; false where there is none. */
static bool
take_through(const Pattern *pattern, Slice *rest, Slice piece)
{
	const char *at;

	while ((at = memmem(rest->data, rest->len, piece.data, piece.len)) != NULL)
	{
		*rest = skip_to(pattern, *rest, at);
		if (rest->data == at)
		{
			*rest = slice_skip(*rest, piece.len);
			return true;
		}
	}
	return false;
}

/* Takes piece off the end of *rest; false where it does not end so. */
static bool
take_end(const Pattern *pattern, Slice *rest, Slice piece)
{
	const char *at = rest->data + rest->len - piece.len;

	if (!slice_ends(*rest, piece) || skip_to(pattern, *rest, at).data != at)
		return false;
	rest->len -= piece.len;
	return true;
}

/* Is the text, all of it, what the pattern looks for? */
bool
pattern_is(const Pattern *pattern, Slice text)
{
	int first = 0, end = pattern->npieces;
	char room[FOLD_ROOM];

	if (!has_text(text))
		return false;
	if (end == 0)
		return true;
	/* most are a name or its beginning: this is asked of each value of a tag */
	if (end == 1 && !pattern->open_start && pattern->any_case && pattern->is_ascii)
		return (pattern->open_end || text.len == pattern->pieces[0].len) &&
		       begins_with(text, pattern->pieces[0]);
	text = fold_text(pattern, text, room);
	if (!pattern->open_start && !take_text(&text, pattern->pieces[first++]))
		return false;
	if (!pattern->open_end)
	{
		if (first == end)
			return text.len == 0;
		if (!take_end(pattern, &text, pattern->pieces[--end]))
			return false;
	}
	for (; first < end; first++)
		if (!take_through(pattern, &text, pattern->pieces[first]))
			return false;
	return true;
}

/* Is what the pattern looks for somewhere in the text? */
bool
pattern_is_in(const Pattern *pattern, Slice text)
{
	char room[FOLD_ROOM];

	if (!has_text(text))
		return false;
	text = fold_text(pattern, text, room);
	for (int i = 0; i < pattern->npieces; i++)
		if (!take_through(pattern, &text, pattern->pieces[i]))
			return false;
	return true;
}
