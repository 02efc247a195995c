/*
 * Which values an issue's tags have, and how often; see facets.h.
 */
#include "facets.h"

/* None yet. */
Facets *
make_facets(void)
{
	Facets *facets = palloc0(sizeof(Facets));

	facets->context = CurrentMemoryContext;
	return facets;
}

/* Doubles an array; one that there is not yet begins with so many elements. */
static void *
grow(Facets *facets, void *array, int *max, int first, Size size)
{
	*max = Max(*max * 2, first);
	return array ? repalloc(array, *max * size) : MemoryContextAlloc(facets->context, *max * size);
}

/* The key of that name, made where there is none. */
FacetKey *
facet_key(Facets *facets, Slice name, bool *is_new)
{
	uint64 hash = slice_hash(name, 0);
	FacetKey *key;

	*is_new = false;
	if (facets->next < facets->nkeys && facets->keys[facets->next].hash == hash)
		return &facets->keys[facets->next++];
	for (int i = 0; i < facets->nkeys; i++)
		if (facets->keys[i].hash == hash)
		{
			facets->next = i + 1;
			return &facets->keys[i];
		}
	if (facets->nkeys == KEYS_READ)
		prune_keys(facets, KEYS_KEPT);
	if (facets->nkeys == facets->max_keys)
		facets->keys = grow(facets, facets->keys, &facets->max_keys, 8, sizeof(FacetKey));
	key = &facets->keys[facets->nkeys++];
	*key = (FacetKey){.hash = hash, .name = name};
	*is_new = true;
	return key;
}

/* The value of a key, made where there is none. */
FacetValue *
facet_value(Facets *facets, FacetKey *key, Slice text, bool *is_new)
{
	uint64 hash = slice_hash(text, 0);
	FacetValue *value;

	*is_new = false;
	for (int i = 0; i < key->nvalues; i++)
		if (key->hashes[i] == hash)
			return &key->values[i];
	if (key->nvalues == VALUES_READ)
		prune_values(facets, key, VALUES_KEPT);
	if (key->nvalues == key->max_values)
	{
		int max_hashes = key->max_values;

		key->hashes = grow(facets, key->hashes, &max_hashes, 4, sizeof(uint64));
		key->values = grow(facets, key->values, &key->max_values, 4, sizeof(FacetValue));
	}
	key->hashes[key->nvalues] = hash;
	value = &key->values[key->nvalues++];
	*value = (FacetValue){.hash = hash, .text = text, .missed = key->floor};
	*is_new = true;
	return value;
}

/* The more frequent one first: by how often it may have come, then by how often it did. */
int
compare_values(const void *a, const void *b)
{
	const FacetValue *x = a, *y = b;
	int64 x_most = x->events + x->missed, y_most = y->events + y->missed;

	if (x_most != y_most)
		return x_most > y_most ? -1 : 1;
	return x->events > y->events ? -1 : x->events < y->events;
}

/* Forgets a text. */
static void
forget_text(const Facets *facets, Slice text)
{
	if (facets->owns_texts)
		pfree(unconstify(char *, text.data));
}

/* Forgets a key's values behind the first ones. */
static void
forget_values(const Facets *facets, FacetKey *key, int first)
{
	for (int i = first; i < key->nvalues; i++)
		forget_text(facets, key->values[i].text);
	key->nvalues = first;
}

/* Forgets the rarest values beyond limit. */
void
prune_values(const Facets *facets, FacetKey *key, int limit)
{
	FacetValue *first_forgotten;

	if (key->nvalues <= limit)
		return;
	qsort(key->values, key->nvalues, sizeof(FacetValue), compare_values);
	first_forgotten = &key->values[limit];
	key->floor = Max(key->floor, first_forgotten->events + first_forgotten->missed);
	key->floor = Min(key->floor, key->events);
	forget_values(facets, key, limit);
	for (int i = 0; i < limit; i++)
		key->hashes[i] = key->values[i].hash;
}

/* Forgets the rarest keys beyond limit, of the equally rare the first. */
void
prune_keys(Facets *facets, int limit)
{
	while (facets->nkeys > limit)
	{
		int rarest = 0;

		for (int i = 1; i < facets->nkeys; i++)
			if (facets->keys[i].events < facets->keys[rarest].events)
				rarest = i;
		facets->other_events += facets->keys[rarest].events;
		forget_values(facets, &facets->keys[rarest], 0);
		forget_text(facets, facets->keys[rarest].name);
		if (facets->keys[rarest].max_values > 0)
		{
			pfree(facets->keys[rarest].values);
			pfree(facets->keys[rarest].hashes);
		}
		facets->nkeys--;
		memmove(&facets->keys[rarest], &facets->keys[rarest + 1],
		        (facets->nkeys - rarest) * sizeof(FacetKey));
	}
	facets->next = 0;
}

/* Adds a key's events and values; judges it if that makes it frequent enough. */
static void
unite_key(Facets *facets, FacetKey *key, const FacetKey *added)
{
	int64 sample = key->events + Min(added->events, JUDGED_AFTER);
	int shared = 0;

	key->events += added->events;
	/* what one of them does not have may have been missed there */
	key->floor += added->floor;
	for (int i = 0; i < key->nvalues; i++)
		key->values[i].missed += added->floor;
	for (int i = 0; i < added->nvalues; i++)
	{
		bool is_new;
		FacetValue *value = facet_value(facets, key, added->values[i].text, &is_new);

		value->events += added->values[i].events;
		value->missed += added->values[i].missed - added->floor;
		/* which it is anyhow, unless somebody made the bytes by hand */
		value->missed = Max(Min(value->missed, key->floor), 0);
		shared += !is_new;
	}
	key->distinct = Max(key->distinct + added->distinct - shared, 0);
	if (key->events >= JUDGED_AFTER)
	{
		/* a key that was judged before has no distinct ones of its own, and passes */
		if (key->distinct * 10 > sample * 9)
			key->stopped = true;
		key->distinct = 0;
		prune_values(facets, key, VALUES_KEPT);
	}
	if (key->stopped || added->stopped)
	{
		key->stopped = true;
		key->nvalues = 0;
		key->floor = 0;
	}
}

/* Adds other facets, which may stay in use: texts are not copied. */
void
facets_unite(Facets *facets, const Facets *added)
{
	facets->other_events += added->other_events;
	for (int i = 0; i < added->nkeys; i++)
	{
		bool is_new;
		FacetKey *key = facet_key(facets, added->keys[i].name, &is_new);

		unite_key(facets, key, &added->keys[i]);
	}
	prune_keys(facets, KEYS_KEPT);
}
