/*
 * The background worker of a database: it consumes events as they are committed.
 *
 *            lock free                 events                    idle for a while
 *  start ───────────────▶ RUNNING ◀──────────▶ consume   RUNNING ──────────────▶ LEAVING
 *    │                       ▲                                                      │ consumes
 *    │ a worker is there     │ the lock comes free                                  │ once more
 *    ├──────────▶ wakes it, exits                                                   ▼
 *    └ it is leaving ──▶ waits for the lock                          exit; whoever finds it leaving
 *                                                                    registers the next one
 *
 * A commit that sees RUNNING was visible before the worker could take its last
 * snapshot; one that sees LEAVING starts the next worker.  So none is forgotten.
 */
#include "consumer.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Events in a batch. */
#define BATCH_EVENTS 5000
/* After a batch the worker waits so long (ms) for the next ones to come together. */
#define PAUSE 20
/* It looks for events that nobody woke it for after this time, and if there are none, after twice that, … */
#define FIRST_POLL 20
/* … at most this. */
#define LAST_POLL 1000
/* After an error it waits so long, and if it comes again, twice that, … */
#define FIRST_RETRY 1000
/* … at most this. */
#define LAST_RETRY 60000

/* What else than a number of events a batch may come to. */
#define FAILED (-1)
#define NOT_WANTED (-2)

/* What a worker is told by whoever registers it. */
typedef struct WorkerOrder
{
	bool permanent; /* does not leave when there is nothing to do */
} WorkerOrder;

static dsm_segment *segment = NULL;
static WorkerShared *own = NULL; /* in segment */

/*
 * Registers a worker for a database.  notify: the process to tell of its end, or
 * 0; handle: where to return its handle, or NULL, and then nothing here can fail.
 * False where the server has no place for another worker.
 */
bool
register_worker(Oid database, bool permanent, pid_t notify, void *handle)
{
	BackgroundWorker worker;
	WorkerOrder order = {permanent};

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	worker.bgw_notify_pid = notify;
	memcpy(worker.bgw_extra, &order, sizeof(order));
	strlcpy(worker.bgw_library_name, "errtrack", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "errtrack_worker_main", BGW_MAXLEN);
	strlcpy(worker.bgw_name, "errtrack worker", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "errtrack worker", BGW_MAXLEN);
	return RegisterDynamicBackgroundWorker(&worker, handle);
}

/* Tells those who would wake this worker that it is gone. */
static void
on_exit_worker(int code, Datum arg)
{
	uint32 running = WORKER_RUNNING;

	pg_atomic_compare_exchange_u32(&own->state, &running, WORKER_LEAVING);
}

/* A database's settings are for its applications; here they could keep events from being folded. */
static void
override_settings(void)
{
	static const char *const settings[][2] = {
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"statement_timeout", "0"},
		{"lock_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		{"idle_session_timeout", "0"},
		{"session_replication_role", "origin"},
		{"search_path", "pg_catalog, pg_temp"},
	};

	for (size_t i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/* Writes where the backends find this worker. */
static void
write_handle(void)
{
	Oid types[] = {INT8OID, INT4OID};
	Datum values[] = {Int64GetDatum((int64) dsm_segment_handle(segment)), Int32GetDatum(MyProcPid)};

	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_execute_with_args(
		"INSERT INTO errtrack.worker (handle, pid, started_at)"
		" VALUES ($1, $2, pg_catalog.now())"
		" ON CONFLICT (only_row) DO UPDATE SET handle = excluded.handle, pid = excluded.pid,"
		" started_at = excluded.started_at",
		2, types, values, NULL, false, 0);
	PopActiveSnapshot();
	SPI_finish();
}

/*
 * Is errtrack here, and wanted?  Where it is not the one that was here before,
 * but was dropped and created again, this worker goes on with the new one.
 */
static bool
is_wanted(void)
{
	static Oid known = InvalidOid;
	Oid extension = lock_extension();

	if (!worker_enabled || !OidIsValid(extension))
		return false;
	if (extension != known && segment != NULL)
		write_handle();
	known = extension;
	return true;
}

/*
 * Becomes the worker of this database; false where another one is, which is then
 * woken instead.
 */
static bool
take_lock(void)
{
	LOCKTAG tag;
	WorkerShared *other;
	bool leaving;

	own_lock_tag(LOCK_WORKER, &tag);
	if (LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL)
		return true;
	StartTransactionCommand();
	other = find_worker();
	leaving = other != NULL && pg_atomic_read_u32(&other->state) != WORKER_RUNNING;
	if (other != NULL && !leaving)
		SetLatch(&ProcGlobal->allProcs[other->pgprocno].procLatch);
	CommitTransactionCommand();
	if (!leaving)
		return false;
	(void) LockAcquire(&tag, ExclusiveLock, true, false);
	return true;
}

/* Makes what is shared with the backends; the next is_wanted() writes where they find it. */
static void
publish(void)
{
	segment = dsm_create(sizeof(WorkerShared), 0);
	dsm_pin_mapping(segment);
	own = dsm_segment_address(segment);
	own->magic = WORKER_MAGIC;
	own->database = MyDatabaseId;
	own->pgprocno = MyProc->pgprocno;
	pg_atomic_init_u32(&own->state, WORKER_RUNNING);
	pg_atomic_init_u64(&own->succeeded_at, 0);
	before_shmem_exit(on_exit_worker, (Datum) 0);
}

/* Runs a query that returns integers in its only row. */
static void
query_numbers(const char *query, int *numbers, int n)
{
	if (SPI_execute(query, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "unexpected result of \"%s\"", query);
	for (int i = 0; i < n; i++)
	{
		bool isnull;
		Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);

		numbers[i] = isnull ? 0 : DatumGetInt32(value);
	}
}

/* Consumes one batch in a transaction; returns how many events it held, or NOT_WANTED. */
static int
consume_batch(void)
{
	char query[80];
	int numbers[2]; /* events, alerts */

	snprintf(query, sizeof(query), "SELECT events, alerts FROM errtrack.consume_batch(%d)", BATCH_EVENTS);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	pgstat_report_activity(STATE_RUNNING, query);
	if (!is_wanted())
	{
		CommitTransactionCommand();
		return NOT_WANTED;
	}
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	query_numbers(query, numbers, 2);
	PopActiveSnapshot();
	SPI_finish();

	/* a batch that is lost in a crash is folded again; but nobody must have heard of its alerts */
	if (numbers[1] == 0)
		set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
		                  false);
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	return numbers[0];
}

/* Has a prepared transaction written events?  COMMIT PREPARED would wake nobody. */
static bool
has_prepared_events(void)
{
	int n;

	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	query_numbers("SELECT pg_catalog.count(*)::pg_catalog.int4"
	              " FROM pg_catalog.pg_locks l"
	              " WHERE l.pid IS NULL"
	              " AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d"
	              "  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
	              " AND l.relation IN ('errtrack.raw_events_0'::pg_catalog.regclass,"
	              "  'errtrack.raw_events_1'::pg_catalog.regclass,"
	              "  'errtrack.raw_events_2'::pg_catalog.regclass)",
	              &n, 1);
	PopActiveSnapshot();
	SPI_finish();
	CommitTransactionCommand();
	return n > 0;
}

/* As consume_batch(); an error is reported, and does not end the worker: returns FAILED. */
static int
try_batch(void)
{
	MemoryContext context = CurrentMemoryContext;
	int events;

	PG_TRY();
	{
		events = consume_batch();
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		AbortCurrentTransaction();
		FlushErrorState();
		pgstat_report_activity(STATE_IDLE, NULL);
		RESUME_INTERRUPTS();
		events = FAILED;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return events;
}

/* Waits for so many milliseconds, or where wakeable, until somebody sets the latch; no snapshot is held. */
static void
wait_for(int milliseconds, bool wakeable)
{
	(void) WaitLatch(MyLatch, (wakeable ? WL_LATCH_SET : 0) | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
	                 PG_WAIT_EXTENSION);
	if (wakeable)
		ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

/* Consumes until there has been nothing to do for a while. */
static void
run(bool permanent)
{
	TimestampTz last_work = GetCurrentTimestamp();
	int poll = FIRST_POLL, retry = FIRST_RETRY;

	for (;;)
	{
		int events = try_batch();

		if (events == NOT_WANTED)
			return;
		if (events == FAILED)
		{
			ereport(LOG, (errmsg("errtrack worker tries again in %d s", retry / 1000)));
			wait_for(retry, false);
			retry = Min(retry * 2, LAST_RETRY);
			continue;
		}
		retry = FIRST_RETRY;
		if (events > 0)
		{
			last_work = GetCurrentTimestamp();
			poll = FIRST_POLL;
			if (events < BATCH_EVENTS)
				wait_for(PAUSE, false);
			else
				CHECK_FOR_INTERRUPTS();
			continue;
		}
		if (!permanent && TimestampDifferenceExceeds(last_work, GetCurrentTimestamp(), worker_idle_timeout) &&
		    !has_prepared_events())
			return;
		wait_for(poll, true);
		poll = Min(poll * 2, LAST_POLL);
	}
}

/* Entry point. */
void
errtrack_worker_main(Datum arg)
{
	WorkerOrder order;

	memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof(order));
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(arg), InvalidOid, 0);
	override_settings();
	if (!take_lock())
		proc_exit(0);
	publish();
	run(order.permanent);

	/* what was committed by those who saw it running is taken; the others start the next worker */
	pg_atomic_write_u32(&own->state, WORKER_LEAVING);
	pg_memory_barrier();
	while (try_batch() > 0)
		CHECK_FOR_INTERRUPTS();
	proc_exit(0);
}
