/*
 * What a value or a word of a query looks for: text in which stars stand for any
 * text.
 */
#ifndef ERRTRACK_PATTERN_H
#define ERRTRACK_PATTERN_H

#include "../server.h"

#include "lib/stringinfo.h"

/* The text between the stars; without stars there is one piece, or none where nothing is looked for. */
typedef struct Pattern
{
	Slice *pieces;
	int npieces;
	bool open_start; /* it begins with a star */
	bool open_end;   /* it ends in one */
	bool has_star;
	bool is_ascii;
} Pattern;

extern Pattern make_pattern(Slice text, const bool *is_star);
extern Pattern fold_pattern(Pattern pattern);
extern Slice fold_text(Slice text, bool ascii, StringInfo buffer);
extern bool pattern_is(const Pattern *pattern, Slice text);
extern bool pattern_is_in(const Pattern *pattern, Slice text);

/* Does text, in whatever case, begin with a piece of a pattern that is ASCII and in small letters? */
static inline bool
begins_with(Slice text, Slice piece)
{
	if (text.len < piece.len)
		return false;
	for (size_t i = 0; i < piece.len; i++)
		if (pg_ascii_tolower(text.data[i]) != (unsigned char) piece.data[i])
			return false;
	return true;
}

#endif /* ERRTRACK_PATTERN_H */
