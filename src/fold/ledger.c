/*
 * Looking events up in the ledger of event ids.  Every event is looked up in every
 * leaf, and is in none as a rule: an index scan that is kept open for the whole
 * batch costs a third of a subquery for each event.
 */
#include "ledger.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "executor/tuptable.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* The first columns of a leaf's primary key. */
enum
{
	KEY_PROJECT_ID = 1,
	KEY_EVENT_ID,
	KEYS_LOOKED_UP = 2
};

/* A leaf that holds something. */
typedef struct LedgerLeaf
{
	Relation table;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *tuple;
} LedgerLeaf;

struct Ledger
{
	MemoryContext context; /* of the scans */
	int nleaves;
	LedgerLeaf leaves[FLEXIBLE_ARRAY_MEMBER];
};

/* Opens a leaf; false where it is empty. */
static bool
open_leaf(LedgerLeaf *leaf, Oid relid)
{
	Relation table = table_open(relid, NoLock); /* locked already */

	if (RelationGetNumberOfBlocks(table) == 0)
	{
		table_close(table, NoLock);
		return false;
	}
	leaf->table = table;
	leaf->index = index_open(RelationGetPrimaryKeyIndex(table), AccessShareLock);
	leaf->scan = index_beginscan(table, leaf->index, GetActiveSnapshot(), KEYS_LOOKED_UP, 0);
	leaf->tuple = table_slot_create(table, NULL);
	return true;
}

/* Opens the ledger as the active snapshot shows it. */
Ledger *
open_ledger(void)
{
	Oid parent = get_relname_relid("seen_events", get_namespace_oid("errtrack", false));
	List *children = find_inheritance_children(parent, AccessShareLock);
	Ledger *ledger = palloc0(offsetof(Ledger, leaves) + list_length(children) * sizeof(LedgerLeaf));
	ListCell *cell;

	ledger->context = CurrentMemoryContext;
	foreach (cell, children)
		if (open_leaf(&ledger->leaves[ledger->nleaves], lfirst_oid(cell)))
			ledger->nleaves++;
	return ledger;
}

/* Is an event in the ledger? */
bool
ledger_holds(Ledger *ledger, int32 project_id, const pg_uuid_t *event_id)
{
	ScanKeyData keys[KEYS_LOOKED_UP];
	/* a scan that meets dead tuples keeps a list of them for as long as it lives */
	MemoryContext old = MemoryContextSwitchTo(ledger->context);
	bool found = false;

	ScanKeyInit(&keys[0], KEY_PROJECT_ID, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(project_id));
	ScanKeyInit(&keys[1], KEY_EVENT_ID, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(event_id));
	for (int i = 0; i < ledger->nleaves && !found; i++)
	{
		LedgerLeaf *leaf = &ledger->leaves[i];

		index_rescan(leaf->scan, keys, KEYS_LOOKED_UP, NULL, 0);
		found = index_getnext_slot(leaf->scan, ForwardScanDirection, leaf->tuple);
	}
	MemoryContextSwitchTo(old);
	return found;
}

/* Closes the ledger; its locks stay until the end of the transaction. */
void
close_ledger(Ledger *ledger)
{
	for (int i = 0; i < ledger->nleaves; i++)
	{
		LedgerLeaf *leaf = &ledger->leaves[i];

		ExecDropSingleTupleTableSlot(leaf->tuple);
		index_endscan(leaf->scan);
		index_close(leaf->index, NoLock);
		table_close(leaf->table, NoLock);
	}
	pfree(ledger);
}
