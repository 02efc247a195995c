/*
 * Reading a large window of events in pieces.
 */
#include "inbox_slot.h"
#include "../server.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(errtrack_read_piece);

/* Index of raw_events.txid. */
#define COLUMN_TXID 2

/* Is a transaction visible in a snapshot of type pg_snapshot? */
static bool
is_visible(Datum txid, Datum snapshot)
{
	return DatumGetBool(DirectFunctionCall2(pg_visible_in_snapshot, txid, snapshot));
}

/*
 * errtrack.read_piece(leaf smallint, position tid, prev pg_snapshot, cur
 * pg_snapshot, max_events int) RETURNS tid[]: each row is read once while a window
 * passes; SQL would sort what it reads.
 */
Datum
errtrack_read_piece(PG_FUNCTION_ARGS)
{
	int leaf = PG_GETARG_INT16(0);
	ItemPointerData from = *(ItemPointer) PG_GETARG_POINTER(1), to;
	Datum prev = PointerGetDatum(PG_GETARG_VARLENA_P(2));
	Datum cur = PointerGetDatum(PG_GETARG_VARLENA_P(3));
	int max_events = PG_GETARG_INT32(4);
	int n = 0, size = Min(max_events, 1024);
	ItemPointerData *found = palloc(size * sizeof(ItemPointerData));
	Datum *elements;
	Relation relation;
	TableScanDesc scan;
	TupleTableSlot *row;

	relation = table_open(leaf_relid(leaf), AccessShareLock);
	ItemPointerSet(&to, MaxBlockNumber, MaxOffsetNumber);
	row = table_slot_create(relation, NULL);
	scan = table_beginscan_tidrange(relation, GetActiveSnapshot(), &from, &to);
	while (n < max_events && table_scan_getnextslot_tidrange(scan, ForwardScanDirection, row))
	{
		bool isnull;
		Datum txid = slot_getattr(row, COLUMN_TXID, &isnull);

		CHECK_FOR_INTERRUPTS();
		/* the position itself belongs to the piece before */
		if (isnull || ItemPointerCompare(&row->tts_tid, &from) == 0 || is_visible(txid, prev) ||
		    !is_visible(txid, cur))
			continue;
		if (n == size)
		{
			size *= 2;
			found = repalloc_huge(found, size * sizeof(ItemPointerData));
		}
		found[n++] = row->tts_tid;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(row);
	table_close(relation, NoLock);

	elements = palloc(n * sizeof(Datum));
	for (int i = 0; i < n; i++)
		elements[i] = PointerGetDatum(&found[i]);
	PG_RETURN_ARRAYTYPE_P(
		construct_array(elements, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
}
