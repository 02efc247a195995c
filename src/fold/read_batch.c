/*
 * errtrack.read_batch(): reads the events of a batch, each one whole but once.
 *
 * What comes out is narrow: an event's digest stands beside the first event that
 * has its keys, the others bear its number.  So what the fold does with each
 * event costs little, and what it looks up, it looks up once for each error.
 */
#include "../capture/event.h"
#include "../grouping/digest.h"
#include "../inbox/inbox_slot.h"
#include "ledger.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/typcache.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(errtrack_read_batch);

/* Columns of the result. */
enum
{
	COLUMN_N,
	COLUMN_SLOT,
	COLUMN_TID,
	COLUMN_PROJECT_ID,
	COLUMN_EVENT_ID,
	COLUMN_RECEIVED_AT,
	COLUMN_SEEN_AT,
	COLUMN_RELEASE,
	COLUMN_ENVIRONMENT,
	COLUMN_SERVER_NAME,
	COLUMN_TRANSACTION,
	COLUMN_USER_ID,
	COLUMN_SESSION_ID,
	COLUMN_TAGS,
	COLUMN_DUPLICATE,
	COLUMN_KEY_NO,
	COLUMN_DIGEST,
	COLUMNS
};

/* What identifies an event; no byte of it is padding. */
typedef struct EventKey
{
	int32 project_id;
	pg_uuid_t event_id;
} EventKey;

/* What identifies an error; unused keys are zero. */
typedef struct ErrorKey
{
	int32 project_id;
	Keys keys;
} ErrorKey;

/* An error of the batch. */
typedef struct KnownError
{
	ErrorKey key; /* hash key */
	int32 number;
} KnownError;

/* A batch that is being read. */
typedef struct Batch
{
	ReturnSetInfo *result;
	TupleDesc digest_columns;
	MemoryContext per_event;
	Ledger *ledger;
	HTAB *events; /* EventKey: those read so far */
	HTAB *errors; /* KnownError */
	int32 nevents;
} Batch;

/* Hash table of a batch. */
static HTAB *
make_table(const char *name, Size keysize, Size entrysize)
{
	HASHCTL control = {.keysize = keysize, .entrysize = entrysize, .hcxt = CurrentMemoryContext};

	return hash_create(name, 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Was an event of this project and id seen before, in this batch or an earlier one? */
static bool
is_duplicate(Batch *batch, const Event *event)
{
	EventKey key = {DatumGetInt32(event->values[EVENT_PROJECT_ID]),
	                *DatumGetUUIDP(event->values[EVENT_EVENT_ID])};
	bool found;

	(void) hash_search(batch->events, &key, HASH_ENTER, &found);
	return found || ledger_holds(batch->ledger, key.project_id, &key.event_id);
}

/* The number of the error with these keys, from 1; sets *found where it came before in this batch. */
static int32
note_error(Batch *batch, int32 project_id, const Keys *keys, bool *found)
{
	ErrorKey key;
	KnownError *error;

	memset(&key, 0, sizeof(key));
	key.project_id = project_id;
	key.keys.n = keys->n;
	memcpy(key.keys.keys, keys->keys, keys->n * FINGERPRINT_LENGTH);
	error = hash_search(batch->errors, &key, HASH_ENTER, found);
	if (!*found)
		error->number = hash_get_num_entries(batch->errors);
	return error->number;
}

/* When the error happened: never after the event was received. */
static TimestampTz
seen_at(const Event *event)
{
	TimestampTz received_at = DatumGetTimestampTz(event->values[EVENT_RECEIVED_AT]);
	TimestampTz occurred_at;

	if (event->nulls[EVENT_OCCURRED_AT])
		return received_at;
	occurred_at = DatumGetTimestampTz(event->values[EVENT_OCCURRED_AT]);
	return Min(occurred_at, received_at);
}

/* Copies a column of the event into one of the result. */
static void
pass_on(const Event *event, EventColumn from, Datum *values, bool *nulls, int to)
{
	values[to] = event->values[from];
	nulls[to] = event->nulls[from];
}

/* As pass_on(), but absent text is empty, so that it can be compared. */
static void
pass_on_text(const Event *event, EventColumn from, Datum *values, int to)
{
	values[to] = event->nulls[from] ? CStringGetTextDatum("") : event->values[from];
}

/* Reads an event, and puts what was read into the result. */
static void
read_event(Batch *batch, int slot, ItemPointer tid, const Event *event)
{
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = {false};
	Reported reported;
	Digest digest;
	Keys keys;
	bool known;

	reported_of_event(event, &reported);
	make_digest(&reported, &digest);
	fingerprint_compute(&digest.grouped, MAX_KEYS, &keys);

	values[COLUMN_N] = Int32GetDatum(++batch->nevents);
	values[COLUMN_SLOT] = Int16GetDatum(slot);
	values[COLUMN_TID] = PointerGetDatum(tid);
	pass_on(event, EVENT_PROJECT_ID, values, nulls, COLUMN_PROJECT_ID);
	pass_on(event, EVENT_EVENT_ID, values, nulls, COLUMN_EVENT_ID);
	pass_on(event, EVENT_RECEIVED_AT, values, nulls, COLUMN_RECEIVED_AT);
	values[COLUMN_SEEN_AT] = TimestampTzGetDatum(seen_at(event));
	pass_on_text(event, EVENT_RELEASE, values, COLUMN_RELEASE);
	pass_on_text(event, EVENT_ENVIRONMENT, values, COLUMN_ENVIRONMENT);
	pass_on(event, EVENT_SERVER_NAME, values, nulls, COLUMN_SERVER_NAME);
	pass_on(event, EVENT_TRANSACTION, values, nulls, COLUMN_TRANSACTION);
	pass_on(event, EVENT_USER_ID, values, nulls, COLUMN_USER_ID);
	pass_on(event, EVENT_SESSION_ID, values, nulls, COLUMN_SESSION_ID);
	pass_on(event, EVENT_TAGS, values, nulls, COLUMN_TAGS);
	values[COLUMN_DUPLICATE] = BoolGetDatum(is_duplicate(batch, event));
	values[COLUMN_KEY_NO] = Int32GetDatum(note_error(batch, reported.project_id, &keys, &known));
	nulls[COLUMN_DIGEST] = known;
	values[COLUMN_DIGEST] =
		known ? (Datum) 0 : digest_datum(&reported, &digest, &keys, batch->digest_columns);
	tuplestore_putvalues(batch->result->setResult, batch->result->setDesc, values, nulls);
}

/* Reads the events at these places of a leaf. */
static void
read_leaf(Batch *batch, int slot, ArrayType *tids)
{
	Relation leaf;
	TupleTableSlot *tuple;
	Datum *places;
	int nplaces;

	leaf = table_open(leaf_relid(slot), AccessShareLock);
	tuple = table_slot_create(leaf, NULL);
	deconstruct_array(tids, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT, &places, NULL, &nplaces);
	for (int i = 0; i < nplaces; i++)
	{
		ItemPointer tid = (ItemPointer) DatumGetPointer(places[i]);
		MemoryContext old;
		Event event;

		CHECK_FOR_INTERRUPTS();
		if (!table_tuple_fetch_row_version(leaf, tid, GetActiveSnapshot(), tuple))
			continue;
		slot_getsomeattrs(tuple, EVENT_COLUMNS);
		memcpy(event.values, tuple->tts_values, sizeof(event.values));
		memcpy(event.nulls, tuple->tts_isnull, sizeof(event.nulls));
		old = MemoryContextSwitchTo(batch->per_event);
		read_event(batch, slot, tid, &event);
		MemoryContextSwitchTo(old);
		MemoryContextReset(batch->per_event);
	}
	ExecDropSingleTupleTableSlot(tuple);
	table_close(leaf, AccessShareLock);
}

/*
 * errtrack.read_batch(tids_0 tid[], tids_1 tid[], tids_2 tid[]) RETURNS TABLE …
 *
 * The events at these places of the three leaves; null: none.
 */
Datum
errtrack_read_batch(PG_FUNCTION_ARGS)
{
	Batch batch;

	InitMaterializedSRF(fcinfo, 0);
	batch.result = (ReturnSetInfo *) fcinfo->resultinfo;
	if (batch.result->setDesc->natts != COLUMNS)
		elog(ERROR, "errtrack.read_batch() has other columns than expected");
	batch.digest_columns =
		lookup_rowtype_tupdesc_copy(TupleDescAttr(batch.result->setDesc, COLUMN_DIGEST)->atttypid, -1);
	batch.per_event = AllocSetContextCreate(CurrentMemoryContext, "errtrack event", ALLOCSET_DEFAULT_SIZES);
	batch.events = make_table("errtrack events", sizeof(EventKey), sizeof(EventKey));
	batch.errors = make_table("errtrack errors", sizeof(ErrorKey), sizeof(KnownError));
	batch.ledger = open_ledger();
	batch.nevents = 0;
	for (int slot = 0; slot < LEAVES; slot++)
		if (!PG_ARGISNULL(slot))
			read_leaf(&batch, slot, PG_GETARG_ARRAYTYPE_P(slot));
	close_ledger(batch.ledger);
	hash_destroy(batch.events);
	hash_destroy(batch.errors);
	MemoryContextDelete(batch.per_event);
	return (Datum) 0;
}
