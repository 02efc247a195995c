/*
 * Patterns of literal text in which * stands for any text.
 */
#include "glob.h"

/* Prepares a pattern: most begin with their literal part, end in it, or have one in the middle. */
Glob
make_glob(Slice pattern)
{
	Glob glob = {.pattern = pattern};
	ptrdiff_t star = pattern.data ? slice_find_char(pattern, '*') : -1;

	glob.literal = star >= 0 ? (size_t) star : pattern.len;
	if (star >= 0)
		glob.ending = pattern.len - 1 - slice_find_last_char(pattern, '*');
	glob.contains = star == 0 && pattern.len > 2 &&
	                slice_find_char(slice_skip(pattern, 1), '*') == (ptrdiff_t) pattern.len - 2;
	return glob;
}

/* Does text match pattern?  What a star has taken grows only as far as needed, so the last one decides. */
bool
match_stars(Slice pattern, Slice text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.len)
	{
		if (p < pattern.len && pattern.data[p] == '*')
		{
			star = p++;
			resume = t;
		}
		else if (p < pattern.len && pattern.data[p] == text.data[t])
		{
			p++;
			t++;
		}
		else if (star != SIZE_MAX)
		{
			p = star + 1;
			t = ++resume;
		}
		else
			return false;
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}
