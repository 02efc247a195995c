/*
 * What is known of issues by their ids: which are in a set, or a number for each.
 * It is kept in chunks, as ids that are near to each other are asked for one after
 * the other.
 */
#include "search.h"

#include "utils/hsearch.h"

#define CHUNK_BITS 12
#define CHUNK_IDS (1 << CHUNK_BITS)

/* What is known of so many ids in a row. */
typedef struct Chunk
{
	int64 number;
	uint64 words[FLEXIBLE_ARRAY_MEMBER];
} Chunk;

struct IdTable
{
	HTAB *chunks;
	Size size;    /* of a chunk's words */
	int64 number; /* of the chunk that was asked for last, */
	Chunk *chunk; /* or NULL where there is none */
};

/* An empty table with so many bits for each id. */
static IdTable *
make_id_table(MemoryContext context, int bits)
{
	IdTable *table = MemoryContextAllocZero(context, sizeof(IdTable));
	HASHCTL info = {.keysize = sizeof(int64), .hcxt = context};

	table->size = bits * CHUNK_IDS / BITS_PER_BYTE;
	info.entrysize = offsetof(Chunk, words) + table->size;
	table->chunks = hash_create("errtrack issue ids", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	table->number = -1;
	return table;
}

/* An empty set. */
IdTable *
make_id_set(MemoryContext context)
{
	return make_id_table(context, 1);
}

/* A number for each id: 0. */
IdTable *
make_id_counts(MemoryContext context)
{
	return make_id_table(context, 64);
}

/* The words of an id's chunk; NULL where there are none, and none are to be made. */
static inline uint64 *
find_words(IdTable *table, int64 id, HASHACTION action)
{
	int64 number = id >> CHUNK_BITS;
	bool found;

	if (table->number != number || (table->chunk == NULL && action == HASH_ENTER))
	{
		table->number = number;
		table->chunk = hash_search(table->chunks, &number, action, &found);
		if (!found && table->chunk != NULL)
			memset(table->chunk->words, 0, table->size);
	}
	return table->chunk != NULL ? table->chunk->words : NULL;
}

/* Adds an id to a set. */
void
id_set_add(IdTable *set, int64 id)
{
	int bit = id & (CHUNK_IDS - 1);

	find_words(set, id, HASH_ENTER)[bit / 64] |= UINT64CONST(1) << bit % 64;
}

/* Is this id in the set? */
bool
id_set_has(IdTable *set, int64 id)
{
	int bit = id & (CHUNK_IDS - 1);
	uint64 *words = find_words(set, id, HASH_FIND);

	return words != NULL && (words[bit / 64] >> bit % 64 & 1);
}

/* Sets an id's number. */
void
id_counts_set(IdTable *counts, int64 id, int64 number)
{
	find_words(counts, id, HASH_ENTER)[id & (CHUNK_IDS - 1)] = number;
}

/* An id's number. */
int64
id_counts_get(IdTable *counts, int64 id)
{
	uint64 *words = find_words(counts, id, HASH_FIND);

	return words != NULL ? words[id & (CHUNK_IDS - 1)] : 0;
}
