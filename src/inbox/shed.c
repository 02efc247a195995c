/*
 * Events that are dropped because the inbox is full: counted here until their
 * transaction commits, then in errtrack.shed_events.  That table has a row for
 * each project and lane, and a transaction takes any lane that is free, by a lock
 * that is tried: so it waits for nobody, and the rows stay few.  Written without
 * SPI: no privilege is needed, and no older snapshot makes it fail.
 */
#include "shed.h"
#include "../consumer/consumer.h"
#include "inbox_slot.h"
#include "../server.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/backendid.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(errtrack_try_lock_shed_lane);

/* The columns of errtrack.shed_events. */
enum
{
	SHED_PROJECT_ID,
	SHED_LANE,
	SHED_EVENTS,
	SHED_LAST_AT,
	SHED_COLUMNS
};

/* As many lanes are used … */
#define LANES 64
/* … and while all of them are taken, others up to this. */
#define MORE_LANES 4096
/* As many projects are told apart in a transaction; the events of others count to project 0. */
#define PROJECTS_LIMIT 1000
/* This backend warns once in so many milliseconds. */
#define WARNING_INTERVAL 60000

/* Dropped events of one project. */
typedef struct ShedCount
{
	SubTransactionId
		subid; /* they go if it aborts; invalid: it is over and committed, and they could not be written */
	int32 project_id;
	int64 events;
} ShedCount;

static ShedCount *counts = NULL; /* counts_size of them */
static int ncounts = 0;
static int counts_size = 0;
static bool written = false; /* by this transaction, if it commits */

/* Counts dropped events. */
static void
count_shed(SubTransactionId subid, int32 project_id, int64 events)
{
	if (ncounts >= PROJECTS_LIMIT)
	{
		bool known = false;

		for (int i = ncounts - 1; i >= 0 && !known; i--)
			known = counts[i].project_id == project_id && counts[i].subid == subid;
		if (!known)
			project_id = 0;
	}
	for (int i = ncounts - 1; i >= 0; i--)
	{
		if (counts[i].project_id == project_id && counts[i].subid == subid)
		{
			counts[i].events += events;
			return;
		}
	}
	if (ncounts == counts_size)
	{
		int size = Max(16, counts_size * 2);

		if (counts == NULL)
			counts = MemoryContextAlloc(TopMemoryContext, size * sizeof(ShedCount));
		else
			counts = repalloc(counts, size * sizeof(ShedCount));
		counts_size = size;
	}
	counts[ncounts++] = (ShedCount){subid, project_id, events};
}

/* What was dropped in one subtransaction counts to another one from now on. */
static void
move_counts(SubTransactionId from, SubTransactionId to)
{
	int n = ncounts;

	ncounts = 0;
	for (int i = 0; i < n; i++)
		count_shed(counts[i].subid == from ? to : counts[i].subid, counts[i].project_id, counts[i].events);
}

/* Forgets what was dropped in a subtransaction that is rolled back. */
static void
drop_counts(SubTransactionId subid)
{
	int n = ncounts;

	ncounts = 0;
	for (int i = 0; i < n; i++)
		if (counts[i].subid != subid)
			counts[ncounts++] = counts[i];
}

/* Has an event been dropped in the last minute, by a transaction that is over? */
static bool
was_shed_lately(TimestampTz now)
{
	OwnScan scan;
	bool found = false;

	if (!begin_own_scan(&scan, "shed_events"))
		return false;
	while (!found && next_own_row(&scan))
	{
		bool isnull;
		TimestampTz last_at = DatumGetTimestampTz(slot_getattr(scan.row, SHED_LAST_AT + 1, &isnull));

		found = !isnull && !TimestampDifferenceExceeds(last_at, now, WARNING_INTERVAL);
	}
	end_own_scan(&scan);
	return found;
}

/* Warns when events begin to be dropped: one backend does, for all. */
static void
warn_of_shedding(void)
{
	static TimestampTz warned_at = 0;
	const int64 mb = 1024 * 1024;
	const InboxState *inbox = inbox_state();
	TimestampTz now = GetCurrentTimestamp();
	int64 bytes = 0;
	LOCKTAG tag;

	if (warned_at <= now && !TimestampDifferenceExceeds(warned_at, now, WARNING_INTERVAL))
		return;
	own_lock_tag(LOCK_WARNING, &tag);
	if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return;
	warned_at = now;
	if (was_shed_lately(now))
		return;
	for (int leaf = 0; leaf < LEAVES; leaf++)
		bytes += inbox->leaf_bytes[leaf];
	ereport(
		WARNING,
		(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
	     errmsg("errtrack's inbox is full: events are dropped"),
	     errdetail("Events that have not been consumed take %lld MB (errtrack.inbox_limit is %d MB); with"
	               " those that have, the inbox takes %lld MB on disk (errtrack.inbox_disk_limit is %d MB).",
	               (long long) ((bytes - inbox->consumed_bytes) / mb), inbox_limit / 1024,
	               (long long) (bytes / mb), inbox_disk_limit / 1024),
	     errhint("Look at errtrack.health() for what keeps events from being consumed, or raise the limit."
	             " errtrack.event_outcomes tells how many were dropped.")));
}

/* Drops an event of this transaction. */
void
shed_event(int32 project_id)
{
	warn_of_shedding();
	count_shed(GetCurrentSubTransactionId(), project_id, 1);
}

/* Tries to take a lane until the end of the transaction. */
static bool
try_lane(int lane)
{
	LOCKTAG tag;

	own_lock_tag(LOCK_SHED_LANE + lane, &tag);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

/* Takes a lane that is free; negative where all are taken. */
static int
take_lane(void)
{
	for (int i = 0; i < MORE_LANES; i++)
	{
		int lane = i < LANES ? (MyBackendId + i) % LANES : i;

		if (try_lane(lane))
			return lane;
	}
	return -1;
}

/* Adds to the row of a project and lane, which nobody else writes now. */
static void
add_to_row(Relation relation, int lane, int32 project_id, int64 events)
{
	Datum values[SHED_COLUMNS];
	bool nulls[SHED_COLUMNS] = {false};
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple old, changed;

	/* what this transaction has written to the row so far */
	CommandCounterIncrement();
	values[SHED_PROJECT_ID] = Int32GetDatum(project_id);
	values[SHED_LANE] = Int32GetDatum(lane);
	values[SHED_LAST_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	ScanKeyInit(&keys[0], SHED_PROJECT_ID + 1, BTEqualStrategyNumber, F_INT4EQ, values[SHED_PROJECT_ID]);
	ScanKeyInit(&keys[1], SHED_LANE + 1, BTEqualStrategyNumber, F_INT4EQ, values[SHED_LANE]);
	scan = systable_beginscan(relation, RelationGetPrimaryKeyIndex(relation), true, SnapshotSelf, 2, keys);
	old = systable_getnext(scan);
	if (HeapTupleIsValid(old))
	{
		bool isnull;

		events += DatumGetInt64(heap_getattr(old, SHED_EVENTS + 1, RelationGetDescr(relation), &isnull));
		values[SHED_EVENTS] = Int64GetDatum(events);
		changed = heap_form_tuple(RelationGetDescr(relation), values, nulls);
		CatalogTupleUpdate(relation, &old->t_self, changed);
	}
	else
	{
		values[SHED_EVENTS] = Int64GetDatum(events);
		changed = heap_form_tuple(RelationGetDescr(relation), values, nulls);
		CatalogTupleInsert(relation, changed);
	}
	systable_endscan(scan);
	heap_freetuple(changed);
}

/*
 * Before a transaction commits: writes what it has dropped.  Where the table or a
 * lane cannot be had at once, the counts wait for this backend's next transaction.
 */
static bool
write_counts(void)
{
	Relation relation = open_own_table("shed_events");
	int lane;
	bool done = false;

	if (relation == NULL)
		return false;
	if (ConditionalLockRelation(relation, RowExclusiveLock) && (lane = take_lane()) >= 0)
	{
		for (int i = 0; i < ncounts; i++)
			add_to_row(relation, lane, counts[i].project_id, counts[i].events);
		done = true;
	}
	table_close(relation, NoLock);
	return done;
}

/* The server tells of the end of a transaction. */
static void
on_xact_event(XactEvent event, void *arg)
{
	if (ncounts == 0)
		return;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			written = write_counts();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			if (written)
				ncounts = 0;
			else
				move_counts(TopSubTransactionId, InvalidSubTransactionId);
			break;
		case XACT_EVENT_ABORT:
			drop_counts(TopSubTransactionId);
			break;
		default:
			break;
	}
}

/* The server tells of the end of a subtransaction; those within it have ended before. */
static void
on_subxact_event(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	if (ncounts == 0)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		move_counts(subid, parent);
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		drop_counts(subid);
}

/* Called when the library is loaded. */
void
shed_init(void)
{
	RegisterXactCallback(on_xact_event, NULL);
	RegisterSubXactCallback(on_subxact_event, NULL);
}

/* errtrack.try_lock_shed_lane(lane int) RETURNS boolean */
Datum
errtrack_try_lock_shed_lane(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(try_lane(PG_GETARG_INT32(0)));
}
