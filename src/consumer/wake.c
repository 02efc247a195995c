/*
 * Waking the worker at commit.  The default of raw_events.slot notes that a
 * transaction wrote events; before it commits, the worker is looked up; once its
 * rows can be seen, the worker's latch is set, or a worker is registered.  After
 * the commit nothing may fail, so all that can is done before.
 */
#include "consumer.h"
#include "../server.h"

#include "access/xact.h"
#include "catalog/pg_extension.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/dsm.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(errtrack_begin_consume);
PG_FUNCTION_INFO_V1(errtrack_wake_worker);

/* A worker that was registered has started after so long (ms), or never will. */
#define SUCCESSION 1000
/* A backend that has registered one to no avail waits so long (ms), and if that comes to nothing, twice that, … */
#define FIRST_ATTEMPT 1000
/* … at most this. */
#define LAST_ATTEMPT 60000
/* A worker may have come and gone while a commit took longer than this (ms), the shortest idle timeout. */
#define SHORTEST_LIFE 100
/* That no worker can be registered is logged once in so many milliseconds. */
#define LOG_INTERVAL 60000

/* The columns of errtrack.worker that are read here. */
#define COLUMN_HANDLE 2
#define COLUMN_DATABASE 3
#define COLUMN_STOPPED_AT 4

bool am_worker = false; /* this process is the worker: it need not be woken */

static bool has_inserted = false;   /* this transaction wrote events */
static bool has_consumed = false;   /* this transaction consumed events */
static bool may_register = false;   /* no worker was found, and it is for this transaction to start one */
static bool must_register = false;  /* a worker is to be started if none is there, whoever else does so */
static bool is_stopped = false;     /* nobody is to start one; as of the last look at errtrack.worker */
static dsm_segment *segment = NULL; /* of the worker that was last found */
static dsm_handle last_handle = DSM_HANDLE_INVALID; /* in errtrack.worker, when that was last looked at */
static int64 looked_at = 0;                         /* when no worker was found: ticks() */

/* The worker that this backend last registered: what there was before it, when, and how long (ms) to wait for it. */
static dsm_handle attempt_handle = DSM_HANDLE_INVALID;
static int64 attempted_at = 0;
static int attempt_wait = 0;

/* Makes the tag of one of errtrack's own locks, in this database. */
void
own_lock_tag(OwnLock lock, LOCKTAG *tag)
{
	/* SQL's advisory locks have 1 and 2 in the last field */
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, WORKER_MAGIC, lock, 3);
}

/*
 * The name of this database, which does not change while somebody is connected.
 * Reads the catalog when it is first called: call it in a transaction then.
 */
const char *
own_database_name(void)
{
	static char name[NAMEDATALEN] = "";

	if (name[0] == '\0')
	{
		char *found = get_database_name(MyDatabaseId);

		strlcpy(name, found != NULL ? found : "", sizeof(name));
	}
	return name;
}

/*
 * Keeps DROP EXTENSION away until the end of this transaction, since it locks the
 * extension first, and its tables in an order of its own; returns the extension,
 * or InvalidOid where there is none.
 */
Oid
lock_extension(void)
{
	Oid extension = get_extension_oid("errtrack", true);

	if (!OidIsValid(extension))
		return InvalidOid;
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	return get_extension_oid("errtrack", true) == extension ? extension : InvalidOid;
}

/*
 * The handle in errtrack.worker; DSM_HANDLE_INVALID where there is none.  Notes
 * whether the worker is stopped.  The row of another database, which this one is a
 * copy of, says nothing.
 */
static dsm_handle
read_handle(void)
{
	dsm_handle handle = DSM_HANDLE_INVALID;
	OwnScan scan;

	is_stopped = false;
	last_handle = handle;
	if (!begin_own_scan(&scan, "worker"))
		return handle;
	while (next_own_row(&scan))
	{
		bool isnull;
		Datum value;

		if (DatumGetObjectId(slot_getattr(scan.row, COLUMN_DATABASE, &isnull)) != MyDatabaseId)
			continue;
		value = slot_getattr(scan.row, COLUMN_HANDLE, &isnull);
		if (!isnull)
			handle = (dsm_handle) DatumGetInt64(value);
		(void) slot_getattr(scan.row, COLUMN_STOPPED_AT, &isnull);
		is_stopped = !isnull;
	}
	end_own_scan(&scan);
	last_handle = handle;
	return handle;
}

/* What is shared through segment, if it is a worker's of this database. */
static WorkerShared *
shared_in(dsm_segment *seg)
{
	WorkerShared *shared = dsm_segment_address(seg);

	if (dsm_segment_map_length(seg) < sizeof(WorkerShared) || shared->magic != WORKER_MAGIC ||
	    shared->database != MyDatabaseId)
		return NULL;
	return shared;
}

/*
 * Finds the worker of this database, which may be leaving or have left by now;
 * NULL where there is no trace of one.  Reads a table: call it in a transaction
 * only.
 */
WorkerShared *
find_worker(void)
{
	dsm_handle handle;

	if (segment != NULL)
	{
		WorkerShared *shared = shared_in(segment);

		if (is_there(shared))
			return shared;
	}
	handle = read_handle();
	if (segment != NULL)
	{
		if (dsm_segment_handle(segment) == handle)
			return shared_in(segment);
		dsm_detach(segment);
		segment = NULL;
	}
	if (handle == DSM_HANDLE_INVALID || dsm_find_mapping(handle) != NULL)
		return NULL;
	segment = dsm_attach(handle);
	if (segment == NULL)
		return NULL;
	if (shared_in(segment) == NULL)
	{
		dsm_detach(segment); /* the handle is somebody else's by now */
		segment = NULL;
		return NULL;
	}
	dsm_pin_mapping(segment);
	return shared_in(segment);
}

/* Sets a worker's latch. */
void
wake(WorkerShared *shared)
{
	SetLatch(&ProcGlobal->allProcs[shared->pgprocno].procLatch);
}

/*
 * Is it of use to register a worker?  Not where the last one that this backend
 * has registered is still on its way, and would see what is committed now; nor
 * soon again, where it has come to nothing.  Once it has started, errtrack.worker
 * holds another handle.
 */
static bool
is_time_to_register(void)
{
	return last_handle != attempt_handle || has_passed(attempt_wait, attempted_at);
}

/* Looks for a worker, and whatever else after_commit() will need; is none to be found, and one to be started? */
static bool
is_worker_missing(void)
{
	(void) own_database_name();
	if (find_worker() != NULL || is_stopped)
		return false;
	looked_at = ticks();
	return true;
}

/*
 * Before a transaction is prepared: as before_commit(), but without its lock,
 * which would be held until COMMIT PREPARED.
 */
static void
before_prepare(void)
{
	may_register = is_worker_missing() && is_time_to_register();
}

/*
 * Before a commit: is a worker there?  Where none is, one of the transactions
 * that commit at this time takes it upon itself to start one.
 */
static void
before_commit(void)
{
	LOCKTAG tag;

	may_register = false;
	if (!is_worker_missing() || !is_time_to_register())
		return;
	own_lock_tag(LOCK_STARTING, &tag);
	may_register = LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

/*
 * Is it for this backend to start the successor of a worker that leaves?  Of those
 * that find it leaving one does, and another if nothing has come of that.
 */
static bool
is_successor(WorkerShared *shared)
{
	uint64 last = pg_atomic_read_u64(&shared->succeeded_at);

	return has_passed(SUCCESSION, (int64) last) &&
	       pg_atomic_compare_exchange_u64(&shared->succeeded_at, &last, (uint64) ticks());
}

/* Registers a worker.  Must not fail: the transaction is committed. */
static void
register_next(void)
{
	static int64 logged_at = 0;

	attempt_wait = last_handle == attempt_handle && attempted_at != 0 ? Min(attempt_wait * 2, LAST_ATTEMPT)
	                                                                  : FIRST_ATTEMPT;
	attempt_handle = last_handle;
	attempted_at = ticks();
	if (register_worker(MyDatabaseId, own_database_name(), 0, NULL))
		return;
	attempt_wait = FIRST_ATTEMPT;
	if (!has_passed(LOG_INTERVAL, logged_at))
		return;
	logged_at = ticks();
	ereport(
		LOG,
		(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
	     errmsg("errtrack could not register a background worker for database \"%s\"", own_database_name()),
	     errdetail("Events stay in errtrack.raw_events until one is there."),
	     errhint("You may need to increase max_worker_processes, or let pg_cron call errtrack.consume(). "
	             "To have no worker, set errtrack.worker = off.")));
}

/* After a commit: wakes the worker, or registers one.  Must not fail. */
static void
after_commit(void)
{
	if (segment != NULL)
	{
		WorkerShared *shared = shared_in(segment);

		/* our rows can be seen before this is read: a worker that leaves later sees them */
		pg_memory_barrier();
		if (is_there(shared))
		{
			if (pg_atomic_read_u32(&shared->state) != WORKER_BACKING_OFF)
				wake(shared);
			return;
		}
		may_register = must_register || (!is_stopped && is_successor(shared));
	}
	else if (must_register)
		may_register = true;
	else if (!may_register && !is_stopped)
		may_register = has_passed(SHORTEST_LIFE, looked_at);
	if (may_register)
		register_next();
}

/* The server tells of the end of a transaction. */
static void
on_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (has_inserted)
				before_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (has_consumed)
				ereport(ERROR,
				        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				         errmsg("cannot prepare a transaction that has consumed events"),
				         errdetail("No other transaction could consume until it is committed."),
				         errhint("Commit it, or call errtrack.consume() in a transaction of its own.")));
			if (has_inserted)
				before_prepare();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			/* COMMIT PREPARED wakes nobody, but a worker does not leave while it is to be expected */
			if (has_inserted)
				after_commit();
			has_inserted = has_consumed = may_register = must_register = false;
			break;
		case XACT_EVENT_ABORT:
			has_inserted = has_consumed = may_register = must_register = false;
			break;
		default:
			break;
	}
}

/* Called when the library is loaded. */
void
wake_init(void)
{
	RegisterXactCallback(on_xact_event, NULL);
}

/* Notes that this transaction writes events. */
void
note_insert(void)
{
	has_inserted = worker_enabled && !am_worker && !IsBinaryUpgrade;
}

/* Has this transaction start a worker, even though no event asks for one. */
void
register_at_commit(void)
{
	note_insert();
	must_register = has_inserted;
}

/* errtrack.begin_consume() RETURNS void */
Datum
errtrack_begin_consume(PG_FUNCTION_ARGS)
{
	LOCKTAG tag;

	PreventCommandIfReadOnly("a function of errtrack that writes");
	if (!OidIsValid(lock_extension()))
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("extension \"errtrack\" is not there any more"),
		         errdetail("It was dropped while this waited for it."),
		         errhint("Create it with CREATE EXTENSION errtrack.")));
	own_lock_tag(LOCK_CONSUME, &tag);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
	has_consumed = true;
	PG_RETURN_VOID();
}

/* errtrack.wake_worker() RETURNS boolean */
Datum
errtrack_wake_worker(PG_FUNCTION_ARGS)
{
	WorkerShared *shared = find_worker();

	/* while this transaction consumes, a worker only waits for it */
	if (has_consumed || shared == NULL || !is_there(shared))
		PG_RETURN_BOOL(false);
	wake(shared);
	PG_RETURN_BOOL(true);
}
