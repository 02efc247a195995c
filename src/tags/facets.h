/*
 * Which values an issue's tags have, and how often.
 *
 * Everything is bounded.  Of a key's values the most frequent are kept, by the
 * Space-Saving method: one that comes anew takes the place of the rarest, and may
 * have been missed as often as that one was seen.  So each value that makes up
 * more than one in VALUES_KEPT + 1 of a key's events is among those kept, however
 * late it comes, and none was missed more often than that.
 */
#ifndef ERRTRACK_FACETS_H
#define ERRTRACK_FACETS_H

#include "server.h"

#include "nodes/pg_list.h"

/* The most frequent keys are kept; a new one takes the place of the rarest if it is as frequent. */
#define KEYS_KEPT 32
/* In memory twice as many, so that few sortings do. */
#define KEYS_READ (2 * KEYS_KEPT)
#define VALUES_KEPT 50
#define VALUES_READ (2 * VALUES_KEPT)
/* After so many events a key is judged, once: if more than 9 of 10 had values of their own, it tells nothing. */
#define JUDGED_AFTER 100
/* Longer names and values are cut. */
#define TEXT_LIMIT 200
/* No count is larger; so none overflows where two are added. */
#define COUNT_MAX (INT64CONST(1) << 56)

StaticAssertDecl(VALUES_READ >= JUDGED_AFTER, "until a key is judged all its values must be there");

/* A value of a key.  Its hash of 64 bits stands for the text: to touch that costs more than all else. */
typedef struct FacetValue
{
	uint64 hash;
	Slice text;
	int64 events; /* that were counted */
	int64 missed; /* at the most so many more, before it was taken in */
} FacetValue;

/* A key with its values. */
typedef struct FacetKey
{
	uint64 hash;
	Slice name;
	int64 events;
	int64 distinct; /* values of the first JUDGED_AFTER events; 0 when it has been judged */
	int64 floor;    /* no value that is not kept has come more often */
	bool stopped;   /* nearly all values are different: none is kept any more */
	int nvalues;
	int max_values;
	FacetValue *values;
	uint64 *hashes; /* of the values, again, for the search */
	int64 serial;   /* of the last event that had it */
} FacetKey;

/* The facets of an issue. */
typedef struct Facets
{
	MemoryContext context;
	bool owns_texts;    /* each text is a copy of its own, and goes with what is forgotten */
	int64 other_events; /* of keys that are not kept */
	int nkeys;
	int max_keys;
	FacetKey *keys;
	int next;     /* where the next key is looked for first: events have the same keys in the same order */
	int64 serial; /* of the event that is being read */
} Facets;

extern Facets *make_facets(void);
extern FacetKey *facet_key(Facets *facets, Slice name, bool *is_new);
extern FacetValue *facet_value(Facets *facets, FacetKey *key, Slice text, bool *is_new);
extern void facets_unite(Facets *facets, const Facets *added);
extern void prune_keys(Facets *facets, int limit);
extern void prune_values(const Facets *facets, FacetKey *key, int limit);
extern int compare_values(const void *a, const void *b);

extern Facets *facets_read(bytea *stored);
extern bool
facets_have(bytea *stored, Slice name, bool (*is_wanted)(Slice value, void *context), void *context);
extern bytea *facets_store(Facets *facets);
extern void report_malformed_facets(const char *detail);

#endif /* ERRTRACK_FACETS_H */
