/*
 * Patterns of literal text in which * stands for any text.
 */
#ifndef ERRTRACK_GLOB_H
#define ERRTRACK_GLOB_H

#include "../portable.h"

typedef struct Glob
{
	Slice pattern;  /* data NULL: anything matches, also what is absent */
	size_t literal; /* length of the part before the first star */
	size_t ending;  /* length of the part behind the last star; 0 without a star */
	bool contains;  /* a star, literal text, a star */
} Glob;

extern Glob make_glob(Slice pattern);
extern bool match_stars(Slice pattern, Slice text);

/* Does text match? */
static inline bool
match_glob(const Glob *glob, Slice text)
{
	if (glob->pattern.data == NULL)
		return true;
	if (text.data == NULL)
		return false;
	if (glob->contains)
		return slice_find(text, slice_range(glob->pattern, 1, glob->pattern.len - 1)) >= 0;
	if (!slice_starts(text, slice_range(glob->pattern, 0, glob->literal)))
		return false;
	return match_stars(slice_skip(glob->pattern, glob->literal), slice_skip(text, glob->literal));
}

#endif /* ERRTRACK_GLOB_H */
