/*
 * The launcher, where the library is preloaded: it sees to it that each database
 * in errtrack.databases has a worker from server start on.
 */
#include "consumer.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

/* A worker that has ended, and databases that are not there yet, are looked at again after so long (ms). */
#define LOOK_AGAIN 5000

/* A database, and the worker that was registered for it. */
typedef struct Served
{
	Oid database; /* hash key */
	BackgroundWorkerHandle *handle;
	TimestampTz started_at; /* when it was registered */
} Served;

/* Registers the launcher, while the server starts. */
void
register_launcher(void)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = 10;
	strlcpy(worker.bgw_library_name, "errtrack", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "errtrack_launcher_main", BGW_MAXLEN);
	strlcpy(worker.bgw_name, "errtrack launcher", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "errtrack launcher", BGW_MAXLEN);
	RegisterBackgroundWorker(&worker);
}

/*
 * Starts a worker for a database that has none; not soon again, where the last
 * one has left because errtrack is not there or not wanted.
 */
static void
serve(HTAB *served, Oid database)
{
	bool found;
	Served *entry = hash_search(served, &database, HASH_ENTER, &found);
	TimestampTz now = GetCurrentTimestamp();
	pid_t pid;

	if (found && !TimestampDifferenceExceeds(entry->started_at, now, LOOK_AGAIN))
		return;
	if (found && entry->handle != NULL)
	{
		if (GetBackgroundWorkerPid(entry->handle, &pid) != BGWH_STOPPED)
			return;
		pfree(entry->handle);
	}
	entry->handle = NULL;
	entry->started_at = now;
	if (!register_worker(database, true, MyProcPid, &entry->handle))
		ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
		              errmsg("errtrack could not register a background worker for database %u", database),
		              errhint("You may need to increase max_worker_processes.")));
}

/* Is a database in the list? */
static bool
is_listed(List *names, const char *name)
{
	ListCell *cell;

	foreach (cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

/*
 * Starts a worker for each database of the list that has none.  A process without
 * a database can read pg_database by a scan only, not by an index.
 */
static void
serve_all(HTAB *served)
{
	MemoryContext context = CurrentMemoryContext;
	List *names;
	Relation databases;
	TableScanDesc scan;
	HeapTuple tuple;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	if (!SplitIdentifierString(pstrdup(worker_databases), ',', &names))
	{
		ereport(LOG, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		              errmsg("invalid list of names in setting \"errtrack.databases\"")));
		names = NIL;
	}
	databases = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(databases, 0, NULL);
	while (HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection)))
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

		if (is_listed(names, NameStr(database->datname)))
		{
			MemoryContext old = MemoryContextSwitchTo(context);

			serve(served, database->oid);
			MemoryContextSwitchTo(old);
		}
	}
	table_endscan(scan);
	table_close(databases, AccessShareLock);
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
}

/* Entry point. */
void
errtrack_launcher_main(Datum arg)
{
	HASHCTL control = {.keysize = sizeof(Oid), .entrysize = sizeof(Served)};
	HTAB *served;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	MemoryContextSwitchTo(TopMemoryContext);
	served = hash_create("errtrack databases", 8, &control, HASH_ELEM | HASH_BLOBS);
	for (;;)
	{
		serve_all(served);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LOOK_AGAIN,
		                 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
	}
}
