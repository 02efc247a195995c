/*
 * The functions on facets that SQL sees: made of events' tags, merged, and read.
 */
#include "facets.h"

#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(errtrack_facets_add);
PG_FUNCTION_INFO_V1(errtrack_facets_final);
PG_FUNCTION_INFO_V1(errtrack_facets_merge);
PG_FUNCTION_INFO_V1(errtrack_read_facets);

/* Of an event's tags, so many are read. */
#define TAGS_READ 64

/* Counts one tag of the event that is being read; of two with the same key, the first. */
static void
add_tag(Facets *facets, Slice name, Slice text)
{
	bool is_new;
	FacetKey *key;
	FacetValue *value;

	if (!has_text(name) || !has_text(text))
		return;
	name = slice_clip(name, TEXT_LIMIT);
	text = slice_clip(text, TEXT_LIMIT);
	key = facet_key(facets, name, &is_new);
	if (is_new)
		key->name.data = memcpy(MemoryContextAlloc(facets->context, name.len), name.data, name.len);
	if (key->serial == facets->serial)
		return;
	key->serial = facets->serial;
	key->events++;
	value = facet_value(facets, key, text, &is_new);
	value->events++;
	if (!is_new)
		return;
	value->text.data = memcpy(MemoryContextAlloc(facets->context, text.len), text.data, text.len);
	if (key->events <= JUDGED_AFTER)
		key->distinct++;
}

/* A tag's value as text; objects and lists are none. */
static Slice
tag_text(const JsonbValue *value)
{
	return json_container(value) ? NO_SLICE : json_text(value);
}

/* Counts the tags of an object. */
static void
add_object(Facets *facets, JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbValue name, value;
	int n = 0;

	(void) JsonbIteratorNext(&iterator, &name, true);
	while (JsonbIteratorNext(&iterator, &name, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &value, true);
		if (n++ == TAGS_READ)
		{
			facets->other_events += JsonContainerSize(object) - TAGS_READ;
			break;
		}
		add_tag(facets, (Slice){name.val.string.val, name.val.string.len}, tag_text(&value));
	}
}

/* Counts the tags of a list of [key, value] or {key, value}, as some SDKs send them. */
static void
add_list(Facets *facets, JsonbContainer *list)
{
	uint32 size = JsonContainerSize(list);

	for (uint32 i = 0; i < Min(size, TAGS_READ); i++)
	{
		JsonbContainer *pair = json_container(getIthJsonbValueFromContainer(list, i));
		JsonbValue name, value;

		if (pair == NULL)
			continue;
		if (JsonContainerIsArray(pair) && JsonContainerSize(pair) == 2)
		{
			name = *getIthJsonbValueFromContainer(pair, 0);
			value = *getIthJsonbValueFromContainer(pair, 1);
		}
		else if (!json_member(pair, "key", &name) || !json_member(pair, "value", &value))
			continue;
		if (name.type == jbvString)
			add_tag(facets, (Slice){name.val.string.val, name.val.string.len}, tag_text(&value));
	}
	if (size > TAGS_READ)
		facets->other_events += size - TAGS_READ;
}

/* errtrack.facets_add(state internal, tags jsonb, server_name text, transaction text): of errtrack.facets(). */
Datum
errtrack_facets_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Facets *state = PG_ARGISNULL(0) ? NULL : (Facets *) PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "errtrack.facets_add() was called outside of an aggregate");
	if (state == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		state = make_facets();
		state->owns_texts = true;
		MemoryContextSwitchTo(old);
	}
	state->serial++;
	state->next = 0;
	if (!PG_ARGISNULL(1))
	{
		JsonbContainer *tags = &PG_GETARG_JSONB_P(1)->root;

		if (JsonContainerIsObject(tags))
			add_object(state, tags);
		else if (!JsonContainerIsScalar(tags))
			add_list(state, tags);
	}
	if (!PG_ARGISNULL(2))
		add_tag(state, SLICE("server_name"), slice_of_text(PG_GETARG_TEXT_PP(2)));
	if (!PG_ARGISNULL(3))
		add_tag(state, SLICE("transaction"), slice_of_text(PG_GETARG_TEXT_PP(3)));
	PG_RETURN_POINTER(state);
}

/* errtrack.facets_final(state internal) RETURNS bytea: of errtrack.facets(). */
Datum
errtrack_facets_final(PG_FUNCTION_ARGS)
{
	Facets *state = PG_ARGISNULL(0) ? NULL : (Facets *) PG_GETARG_POINTER(0);

	if (state == NULL || state->nkeys == 0)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(facets_store(state));
}

/* errtrack.facets_merge(stored bytea, added bytea) RETURNS bytea */
Datum
errtrack_facets_merge(PG_FUNCTION_ARGS)
{
	Facets *facets;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	facets = PG_ARGISNULL(0) ? make_facets() : facets_read(PG_GETARG_BYTEA_PP(0));
	if (!PG_ARGISNULL(1))
		facets_unite(facets, facets_read(PG_GETARG_BYTEA_PP(1)));
	PG_RETURN_BYTEA_P(facets_store(facets));
}

/* A text that was stored, as a datum. */
static Datum
stored_text(Slice text)
{
	if (!pg_verify_mbstr(GetDatabaseEncoding(), text.data, text.len, true))
		report_malformed_facets("A text is not in the encoding of the database.");
	return PointerGetDatum(text_of_slice(text));
}

/* Puts a row; what has no data is null. */
static void
put_row(ReturnSetInfo *result, const FacetKey *key, const FacetValue *value, int64 events, const char *remark)
{
	Datum values[6] = {0};
	bool nulls[6] = {0};

	nulls[0] = nulls[3] = key == NULL;
	nulls[1] = nulls[4] = value == NULL;
	nulls[5] = remark == NULL;
	values[2] = Int64GetDatum(events);
	if (key != NULL)
	{
		values[0] = stored_text(key->name);
		values[3] = Int64GetDatum(key->events);
	}
	if (value != NULL)
	{
		values[1] = stored_text(value->text);
		values[4] = Int64GetDatum(value->missed);
	}
	if (remark != NULL)
		values[5] = CStringGetTextDatum(remark);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* errtrack.read_facets(facets bytea) RETURNS TABLE (key, value, events, of_events, missed_at_most, remark) */
Datum
errtrack_read_facets(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Facets *facets = facets_read(PG_GETARG_BYTEA_PP(0));

	InitMaterializedSRF(fcinfo, 0);
	for (int k = 0; k < facets->nkeys; k++)
	{
		FacetKey *key = &facets->keys[k];
		int64 rest = key->events;

		qsort(key->values, key->nvalues, sizeof(FacetValue), compare_values);
		for (int v = 0; v < key->nvalues; v++)
		{
			put_row(result, key, &key->values[v], key->values[v].events, NULL);
			rest -= key->values[v].events;
		}
		if (rest > 0)
			put_row(result, key, NULL, rest, key->stopped ? "nearly all different" : "other values");
	}
	if (facets->other_events > 0)
		put_row(result, NULL, NULL, facets->other_events, "other keys");
	return (Datum) 0;
}
