/*
 * Recursion in a stack: sequences of frames that repeat.  How often they do
 * depends on the data and on where the stack was cut, so one round is kept.
 */
#include "recursion.h"

/* Base of the rolling hash; odd, so that its powers do not vanish. */
#define HASH_BASE UINT64_C(0x9E3779B97F4A7C15)

/* So many earlier places of a frame are tried as the end of the round before. */
#define MAX_CANDIDATES 8

/* The frames that are kept so far. */
typedef struct Collapser
{
	const uint64_t *ids;
	int *kept;        /* places in ids */
	int nkept;        /* how many */
	uint64_t *hashes; /* hashes[i]: rolling hash of the first i that are kept */
	uint64_t *powers; /* powers[i]: HASH_BASE to the i-th */
	int *previous;    /* previous[i]: the place in kept of the same id before i, or -1 */
	int *latest;      /* open hash table: the place in kept of the latest such id, or -1 */
	size_t mask;
	int cycle; /* length of the round that the stack begins with, 0: none */
} Collapser;

/* The place in the hash table for an id: where it stands, or where it would. */
static int *
find_latest(const Collapser *collapser, uint64_t id)
{
	size_t at = (id * HASH_BASE) >> 20 & collapser->mask;

	while (collapser->latest[at] >= 0 && collapser->ids[collapser->kept[collapser->latest[at]]] != id)
		at = (at + 1) & collapser->mask;
	return &collapser->latest[at];
}

/* The hash of what is kept from place "from" to before place "to". */
static uint64_t
hash_of(const Collapser *collapser, int from, int to)
{
	return collapser->hashes[to] - collapser->hashes[from] * collapser->powers[to - from];
}

/* Keeps one more frame. */
static void
push(Collapser *collapser, int place)
{
	int n = collapser->nkept;
	uint64_t id = collapser->ids[place];
	int *latest = find_latest(collapser, id);

	collapser->kept[n] = place;
	collapser->hashes[n + 1] = collapser->hashes[n] * HASH_BASE + id;
	collapser->previous[n] = *latest;
	*latest = n;
	collapser->nkept++;
}

/*
 * Takes the last "length" frames off again.  Their ids are in the table
 * through an earlier place too, since they repeat, so no entry gets empty.
 */
static void
drop_round(Collapser *collapser, int length)
{
	for (int i = 0; i < length; i++)
	{
		int last = collapser->nkept - 1;

		*find_latest(collapser, collapser->ids[collapser->kept[last]]) = collapser->previous[last];
		collapser->nkept--;
	}
}

/* If what was kept last is the same round twice, keeps it once. */
static void
collapse_last(Collapser *collapser)
{
	int n = collapser->nkept;
	int before = collapser->previous[n - 1];

	for (int candidate = 0; candidate < MAX_CANDIDATES && before >= 0; candidate++)
	{
		int length = n - 1 - before;

		if (2 * length > n)
			return;
		if (hash_of(collapser, n - length, n) == hash_of(collapser, n - 2 * length, n - length))
		{
			drop_round(collapser, length);
			if (collapser->nkept == length && length > 1)
				collapser->cycle = length;
			return;
		}
		before = collapser->previous[before];
	}
}

/* Reverses the places from "from" to before "to". */
static void
reverse(int *places, int from, int to)
{
	for (to--; from < to; from++, to--)
	{
		int swap = places[from];

		places[from] = places[to];
		places[to] = swap;
	}
}

/*
 * A stack that overflowed begins anywhere in its cycle, and ends where it was
 * cut: has it begin with the least id, and without the part of a round at its
 * end.
 */
static void
turn_cycle(Collapser *collapser)
{
	int least = 0, cycle = collapser->cycle;
	bool only_rounds = collapser->nkept < 2 * cycle;

	for (int i = cycle; i < collapser->nkept && only_rounds; i++)
		only_rounds = collapser->ids[collapser->kept[i]] == collapser->ids[collapser->kept[i - cycle]];
	if (only_rounds)
		collapser->nkept = cycle;
	for (int i = 1; i < cycle; i++)
		if (collapser->ids[collapser->kept[i]] < collapser->ids[collapser->kept[least]])
			least = i;
	reverse(collapser->kept, 0, least);
	reverse(collapser->kept, least, cycle);
	reverse(collapser->kept, 0, cycle);
}

/*
 * Writes to kept the places of those of n frames that remain when each
 * sequence that follows itself, of whatever length, is kept once; returns how
 * many.  ids tell which frames are the same.  Time is linear in n.
 */
int
collapse_recursion(const uint64_t *ids, int n, Allocator allocator, int *kept)
{
	Collapser collapser = {.ids = ids, .kept = kept};
	size_t size = 16;

	while (size < (size_t) n * 2)
		size *= 2;
	collapser.mask = size - 1;
	collapser.latest = allocator.alloc(allocator.context, size * sizeof(int));
	memset(collapser.latest, 0xFF, size * sizeof(int));
	collapser.previous = allocator.alloc(allocator.context, (n + 1) * sizeof(int));
	collapser.hashes = allocator.alloc(allocator.context, (n + 1) * sizeof(uint64_t));
	collapser.powers = allocator.alloc(allocator.context, (n + 1) * sizeof(uint64_t));
	collapser.hashes[0] = 0;
	collapser.powers[0] = 1;
	for (int i = 0; i < n; i++)
		collapser.powers[i + 1] = collapser.powers[i] * HASH_BASE;

	for (int i = 0; i < n; i++)
	{
		push(&collapser, i);
		collapse_last(&collapser);
	}
	if (collapser.cycle > 0)
		turn_cycle(&collapser);
	return collapser.nkept;
}
