/*
 * What a value or a word of a query looks for: text in which stars stand for any
 * text.  A text that is empty is none, and is never found.
 */
#ifndef ERRTRACK_PATTERN_H
#define ERRTRACK_PATTERN_H

#include "../server.h"

/* The text between the stars; without stars there is one piece. */
typedef struct Pattern
{
	Slice *pieces; /* in small letters where any case will do */
	int npieces;
	bool open_start; /* it begins with a star */
	bool open_end;   /* it ends in one */
	bool any_case;
	bool is_ascii;
	bool has_halves; /* a piece may be found in the midst of a character */
} Pattern;

extern Pattern make_pattern(Slice text, const bool *is_star, bool any_case);
extern bool pattern_is(const Pattern *pattern, Slice text);
extern bool pattern_is_in(const Pattern *pattern, Slice text);

#endif /* ERRTRACK_PATTERN_H */
