/*
 * Which languages' marks stand in a text.  Nearly all texts hold none of most
 * languages, so the marks of all are looked for in one pass: a mark is looked
 * at only where the two rarest neighbours of its characters stand.
 *
 *   ": Assertion `"  is looked at where " `" stands
 */
#include "marks.h"

/* A language whose marks are more than there is room for is taken as marked. */
#define MAX_MARKS 256
#define NPAIRS 1024
#define NONE (-1)

typedef struct Mark
{
	Slice text;
	size_t offset; /* of its rarest pair */
	uint32_t language;
	int16_t next; /* with the same pair, or NONE */
} Mark;

/* The place of two neighbours in the table of pairs. */
static size_t
pair_index(const char *at)
{
	return (((size_t) (unsigned char) at[0] << 4) ^ (unsigned char) at[1]) % NPAIRS;
}

/* How rare a character is in text: more is rarer. */
static int
rarity(char c)
{
	if ((c >= 'a' && c <= 'z') || c == ' ' || c == '\n')
		return 0;
	return is_letter(c) || is_digit(c) || c == '.' || c == ',' || c == '-' || c == '"' || c == ':' ? 1 : 3;
}

/* The offset of the rarest pair in a mark. */
static size_t
rarest_pair(Slice mark)
{
	size_t best = 0;
	int best_rarity = -1;

	for (size_t i = 0; i + 1 < mark.len; i++)
	{
		int rare = rarity(mark.data[i]) + rarity(mark.data[i + 1]);

		if (rare > best_rarity)
		{
			best_rarity = rare;
			best = i;
		}
	}
	return best;
}

/* Does mark stand in text where its pair stands at index at? */
static bool
stands_at(Slice text, size_t at, const Mark *mark)
{
	return at >= mark->offset && at - mark->offset + mark->text.len <= text.len &&
	       memcmp(text.data + at - mark->offset, mark->text.data, mark->text.len) == 0;
}

/* The languages of which a mark stands in text: bit i for languages[i]. */
uint32_t
find_marks(Slice text, const Language *const *languages, int nlanguages)
{
	Mark marks[MAX_MARKS];
	int16_t first[NPAIRS];
	int nmarks = 0;
	uint32_t found = 0;

	memset(first, 0xff, sizeof(first)); /* NONE */
	for (int i = 0; i < nlanguages; i++)
		for (const char *const *m = languages[i]->marks; *m; m++)
		{
			Slice mark = slice_of_string(*m);

			/* a character alone is no pair */
			if (mark.len < 2 || nmarks == MAX_MARKS)
				found |= nmarks == MAX_MARKS || slice_find(text, mark) >= 0 ? (uint32_t) 1 << i : 0;
			else
			{
				size_t offset = rarest_pair(mark), pair = pair_index(mark.data + offset);

				marks[nmarks] = (Mark){mark, offset, (uint32_t) 1 << i, first[pair]};
				first[pair] = nmarks++;
			}
		}
	for (size_t at = 0; at + 1 < text.len; at++)
		for (int16_t m = first[pair_index(text.data + at)]; m != NONE; m = marks[m].next)
			if ((found & marks[m].language) == 0 && stands_at(text, at, &marks[m]))
				found |= marks[m].language;
	return found;
}
