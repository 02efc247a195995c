/*
 * Which leaf of the inbox takes new events, and whether the inbox is full.  Both
 * are asked for each event, so a transaction asks once, and a backend remembers
 * the answer for a while.  An old slot does no harm: a leaf is emptied only under
 * a lock and after a look at what is in it.
 */
#include "inbox_slot.h"
#include "../consumer/consumer.h"
#include "../server.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/smgr.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(errtrack_inbox_slot);
PG_FUNCTION_INFO_V1(errtrack_inbox_bytes);

/* A backend looks at the inbox once in so many milliseconds. */
#define LOOK_INTERVAL 100

/* The columns of errtrack.inbox that are read here. */
#define COLUMN_SLOT 2
#define COLUMN_CONSUMED_BYTES 4

int inbox_limit = 1024 * 1024;
int inbox_disk_limit = 4 * 1024 * 1024;

static InboxState state;

/* A leaf's table; InvalidOid where errtrack is not there. */
Oid
leaf_relid(int leaf)
{
	char name[] = "raw_events_0";

	if (leaf < 0 || leaf >= LEAVES)
		elog(ERROR, "there is no leaf %d", leaf);
	name[sizeof(name) - 2] += leaf;
	return get_relname_relid(name, get_namespace_oid("errtrack", true));
}

/*
 * The bytes of a table's heap; toast: where to return its toast table.  Negative
 * where somebody has locked it, since an application's transaction must not wait.
 * The lock is given back at once: while it is held, no leaf can be emptied.
 */
static int64
heap_bytes(Oid relid, Oid *toast)
{
	int64 bytes = -1;
	HeapTuple tuple;

	if (!OidIsValid(relid) || !ConditionalLockRelationOid(relid, AccessShareLock))
		return -1;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);
		RelFileNode node = {class->reltablespace, MyDatabaseId, class->relfilenode};

		if (!OidIsValid(node.spcNode))
			node.spcNode = MyDatabaseTableSpace;
		if (toast != NULL)
			*toast = class->reltoastrelid;
		bytes = (int64) smgrnblocks(smgropen(node, InvalidBackendId), MAIN_FORKNUM) * BLCKSZ;
		ReleaseSysCache(tuple);
	}
	UnlockRelationOid(relid, AccessShareLock);
	return bytes;
}

/* Measures the leaves; of one that is locked, the last size stays. */
static void
measure_leaves(int64 *leaf_bytes)
{
	for (int leaf = 0; leaf < LEAVES; leaf++)
	{
		Oid toast = InvalidOid;
		int64 heap = heap_bytes(leaf_relid(leaf), &toast), toasted = 0;

		if (OidIsValid(toast))
			toasted = heap_bytes(toast, NULL);
		if (heap >= 0 && toasted >= 0)
			leaf_bytes[leaf] = heap + toasted;
	}
}

/* The sum of an array of bigint without nulls. */
static int64
sum_of(ArrayType *array)
{
	int64 *values = (int64 *) ARR_DATA_PTR(array);
	int64 sum = 0;

	if (ARR_ELEMTYPE(array) != INT8OID || ARR_HASNULL(array))
		return 0;
	for (int i = 0; i < ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)); i++)
		sum += values[i];
	return sum;
}

/* Reads the row of errtrack.inbox; where it cannot be read now, what was known stays. */
static void
read_inbox(void)
{
	OwnScan scan;

	if (!begin_own_scan(&scan, "inbox"))
		return;
	while (next_own_row(&scan))
	{
		bool isnull;
		int slot = DatumGetInt16(slot_getattr(scan.row, COLUMN_SLOT, &isnull));
		Datum consumed;

		if (!isnull && slot >= 0 && slot < LEAVES)
			state.slot = slot;
		consumed = slot_getattr(scan.row, COLUMN_CONSUMED_BYTES, &isnull);
		if (!isnull)
			state.consumed_bytes = sum_of(DatumGetArrayTypeP(consumed));
	}
	end_own_scan(&scan);
}

/* Looks at the inbox. */
static void
look(void)
{
	int64 bytes = 0;

	read_inbox();
	measure_leaves(state.leaf_bytes);
	for (int leaf = 0; leaf < LEAVES; leaf++)
		bytes += state.leaf_bytes[leaf];
	state.is_full =
		bytes - state.consumed_bytes > (int64) inbox_limit * 1024 || bytes > (int64) inbox_disk_limit * 1024;
}

/*
 * The inbox as this transaction is to see it: it keeps to one leaf, so that it
 * holds up the reuse of no other, however long it lasts.
 */
const InboxState *
inbox_state(void)
{
	static LocalTransactionId asked_in = InvalidLocalTransactionId;
	static TimestampTz looked_at = 0;
	TimestampTz now;

	if (asked_in == MyProc->lxid)
		return &state;
	now = GetCurrentTimestamp();
	/* a clock that was set back must not keep this from looking */
	if (now < looked_at || TimestampDifferenceExceeds(looked_at, now, LOOK_INTERVAL))
	{
		look();
		looked_at = now;
	}
	asked_in = MyProc->lxid;
	return &state;
}

/* errtrack.inbox_slot() RETURNS smallint */
Datum
errtrack_inbox_slot(PG_FUNCTION_ARGS)
{
	note_insert();
	PG_RETURN_INT16(inbox_state()->slot);
}

/* errtrack.inbox_bytes() RETURNS bigint[] */
Datum
errtrack_inbox_bytes(PG_FUNCTION_ARGS)
{
	int64 leaf_bytes[LEAVES] = {0};
	Datum elements[LEAVES];

	measure_leaves(leaf_bytes);
	for (int leaf = 0; leaf < LEAVES; leaf++)
		elements[leaf] = Int64GetDatum(leaf_bytes[leaf]);
	PG_RETURN_ARRAYTYPE_P(
		construct_array(elements, LEAVES, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
