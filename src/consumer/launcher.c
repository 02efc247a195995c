/*
 * Registering workers; and the launcher, where the library is preloaded: it sees to
 * it that each database in errtrack.databases has a worker from server start on.
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
#include "utils/varlena.h"

/* What has no worker is looked at again after so long (ms); if its worker ended soon, after twice that, … */
#define FIRST_LOOK 5000
/* … at most this.  A worker that has lasted as long did not end soon. */
#define LAST_LOOK 60000

/* A database, and the worker that was registered for it. */
typedef struct Served
{
	Oid database; /* hash key */
	BackgroundWorkerHandle *handle;
	int64 started_at; /* when it was registered: ticks() */
	int wait;         /* so long (ms) after that another one may be */
} Served;

/*
 * Registers a worker for a database.  notify: the process to tell of its end, or
 * 0; handle: where to return its handle, or NULL, and then nothing here can fail.
 * False where the server has no place for another worker.
 */
bool
register_worker(Oid database, const char *name, pid_t notify, BackgroundWorkerHandle **handle)
{
	BackgroundWorker worker;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	worker.bgw_notify_pid = notify;
	strlcpy(worker.bgw_library_name, "errtrack", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "errtrack_worker_main", BGW_MAXLEN);
	snprintf(worker.bgw_name, BGW_MAXLEN, "errtrack worker %s", name);
	strlcpy(worker.bgw_type, "errtrack worker", BGW_MAXLEN);
	return RegisterDynamicBackgroundWorker(&worker, handle);
}

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
 * Starts a worker for a database that has none; less and less often, where it
 * does not last because errtrack is not there or not wanted, or it fails.
 */
static void
serve(HTAB *served, Oid database, const char *name)
{
	bool found;
	Served *entry = hash_search(served, &database, HASH_ENTER, &found);
	pid_t pid;

	if (!found)
	{
		entry->handle = NULL;
		entry->wait = 0;
	}
	else if (!has_passed(entry->wait, entry->started_at))
		return;
	if (entry->handle != NULL)
	{
		if (GetBackgroundWorkerPid(entry->handle, &pid) != BGWH_STOPPED)
			return;
		pfree(entry->handle);
		entry->handle = NULL;
	}
	if (entry->wait == 0 || has_passed(LAST_LOOK + entry->wait, entry->started_at))
		entry->wait = FIRST_LOOK;
	else
		entry->wait = Min(entry->wait * 2, LAST_LOOK);
	entry->started_at = ticks();
	if (!register_worker(database, name, MyProcPid, &entry->handle))
		ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
		              errmsg("errtrack could not register a background worker for database \"%s\"", name),
		              errdetail("It is tried again in %d s.", entry->wait / 1000),
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

/* Is a database one of those that have a worker from server start on? */
bool
is_listed_database(const char *name)
{
	char *list;
	List *names;
	bool listed;

	if (worker_databases == NULL)
		return false;
	list = pstrdup(worker_databases);
	listed = SplitIdentifierString(list, ',', &names) && is_listed(names, name);
	list_free(names);
	pfree(list);
	return listed;
}

/* After a change of the settings the databases are looked at as if for the first time. */
static void
look_anew(HTAB *served)
{
	HASH_SEQ_STATUS status;
	Served *entry;

	hash_seq_init(&status, served);
	while ((entry = hash_seq_search(&status)) != NULL)
		entry->wait = 0;
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

		if (database->datallowconn && is_listed(names, NameStr(database->datname)))
		{
			MemoryContext old = MemoryContextSwitchTo(context);

			serve(served, database->oid, NameStr(database->datname));
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
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, FIRST_LOOK,
		                 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			look_anew(served);
		}
	}
}
