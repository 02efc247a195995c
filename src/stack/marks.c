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

/* All marks, by their rarest pairs: the same for every text. */
typedef struct MarkTable
{
	bool filled;
	Mark marks[MAX_MARKS];
	int nmarks;
	int16_t first[NPAIRS]; /* the first mark with a pair, or NONE */
	Slice lone;            /* the one mark that is a character alone, and no pair … */
	uint32_t lone_language;
	uint32_t others; /* languages with a mark that has no place in the table: always taken as marked */
} MarkTable;

static MarkTable table;

/* Fills the table. */
static void
fill_table(const Language *const *languages, int nlanguages)
{
	memset(table.first, 0xff, sizeof(table.first)); /* NONE */
	for (int i = 0; i < nlanguages; i++)
		for (const char *const *m = languages[i]->marks; *m; m++)
		{
			Slice mark = slice_of_string(*m);
			size_t offset, pair;

			if (mark.len == 1 && table.lone.data == NULL)
			{
				table.lone = mark;
				table.lone_language = (uint32_t) 1 << i;
				continue;
			}
			if (mark.len < 2 || table.nmarks == MAX_MARKS)
			{
				table.others |= (uint32_t) 1 << i;
				continue;
			}
			offset = rarest_pair(mark);
			pair = pair_index(mark.data + offset);
			table.marks[table.nmarks] = (Mark){mark, offset, (uint32_t) 1 << i, table.first[pair]};
			table.first[pair] = table.nmarks++;
		}
	table.filled = true;
}

/* The languages of which a mark stands in text: bit i for languages[i], which are the same in every call. */
uint32_t
find_marks(Slice text, const Language *const *languages, int nlanguages)
{
	uint32_t found;

	if (!table.filled)
		fill_table(languages, nlanguages);
	found = table.others;
	if (table.lone.data && slice_find(text, table.lone) >= 0)
		found |= table.lone_language;
	for (size_t at = 0; at + 1 < text.len; at++)
		for (int16_t m = table.first[pair_index(text.data + at)]; m != NONE; m = table.marks[m].next)
			if ((found & table.marks[m].language) == 0 && stands_at(text, at, &table.marks[m]))
				found |= table.marks[m].language;
	return found;
}
