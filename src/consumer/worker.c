/*
 * The background worker of a database: it consumes events as they are committed.
 *
 *   registered by a commit that finds none, by the launcher, by worker_start()
 *        │
 *        ▼          another worker is there: wakes it ──────────────────────▶ exit
 *    no lock yet ── it is leaving: waits for its lock
 *        │ has the lock
 *        ▼          not wanted: no extension, errtrack.worker = off, stopped ─▶ exit
 *    STARTING
 *        │ has written where it is found
 *        ▼               nothing left
 *    CONSUMING ─────────────────────────────────▶ IDLE ── nothing for a while ──▶ LEAVING
 *      │   ▲  ▲     latch set, or time to look      │                               │ consumes
 *      │   │  └─────────────────────────────────────┘                               │ once more
 *      │   │ time is over, settings read anew, worker_start()                       ▼
 *      │   └──────────── BACKING OFF ◀── error                                   STOPPED
 *      │                     ▲  │                                                   ▲
 *      └─────────────────────┘  └── not wanted any more, worker_stop(), SIGTERM ────┘ (from any state)
 *
 * A commit that sees a state before LEAVING was visible before the worker could
 * take its last snapshot; one that sees LEAVING or STOPPED registers the next
 * worker, unless errtrack.worker says that it was stopped.  So no event is
 * forgotten.  An error ends a batch, not the worker: it tries again after 1 s, 2 s,
 * … 60 s.  If the process dies all the same, who registers the next one waits as
 * well: see wake.c and launcher.c.
 */
#include "consumer.h"
#include "../clock.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Events in a batch. */
#define BATCH_EVENTS 5000
/*
 * After a batch the worker waits as long as that took, so that small ones cost half of a core at the most; at least so
 * many milliseconds, for events to come together, …
 */
#define SHORTEST_PAUSE 20
/* … and no longer than this: a batch is slow while somebody's old snapshot keeps all versions of the rows it updates. */
#define LONGEST_PAUSE 500
/* It looks for events that nobody woke it for after this time, and if there are none, after twice that, … */
#define FIRST_POLL 20
/* … at most this. */
#define LAST_POLL 1000
/* Leaves of the inbox are emptied, and old rows removed or rolled up, after so long (ms). */
#define ROTATION_INTERVAL 1000
#define UPKEEP_INTERVAL 600000
/* After an error it waits so long, and if it comes again, twice that, … */
#define FIRST_RETRY 1000
/* … at most this. */
#define LAST_RETRY 60000
/* While it waits it looks so often (ms) whether errtrack is still there. */
#define LOOK_INTERVAL 1000
/* For one that is just starting, and cannot be found yet, the lock is tried again so often, … */
#define LOCK_TRIES 10
/* … after so long (ms). */
#define LOCK_PAUSE 10

/* What has become of a statement. */
typedef enum Outcome
{
	DONE,
	FAILED,    /* its error has been reported */
	NOT_WANTED /* errtrack is not here, or not to run */
} Outcome;

static dsm_segment *segment = NULL;
static WorkerShared *own = NULL;         /* in segment */
static bool is_permanent;                /* does not leave when there is nothing to do */
static Oid known_extension = InvalidOid; /* the one that this worker serves */

/* Tells those who would wake this worker that it is gone. */
static void
on_exit_worker(int code, Datum arg)
{
	pg_atomic_write_u32(&own->state, WORKER_STOPPED);
}

/* What comes next sees what was committed by those who saw another state. */
static void
set_state(WorkerState state)
{
	pg_atomic_write_u32(&own->state, state);
	pg_memory_barrier();
}

/* Has a session asked for this?  REQUEST_RETRY is over when it has been asked for. */
static bool
is_requested(WorkerRequest request)
{
	uint32 expected = request;

	if (request == REQUEST_STOP)
		return pg_atomic_read_u32(&own->request) == REQUEST_STOP;
	return pg_atomic_compare_exchange_u32(&own->request, &expected, REQUEST_NONE);
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
		{"role", "none"},
		{"exit_on_error", "off"},
	};

	for (size_t i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/* Says in all that this process logs which database it is about. */
static void
add_context(void *arg)
{
	errcontext("errtrack worker of database \"%s\"", own_database_name());
}

/* Writes where the backends find this worker; false where there is to be none, by worker_stop(). */
static bool
write_handle(void)
{
	Oid types[] = {INT8OID, OIDOID, INT4OID};
	Datum values[] = {Int64GetDatum((int64) dsm_segment_handle(segment)), ObjectIdGetDatum(MyDatabaseId),
	                  Int32GetDatum(MyProcPid)};
	bool written;

	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	/* what a row says of the database that this one is a copy of goes */
	SPI_execute_with_args(
		"INSERT INTO errtrack.worker AS w (handle, database, pid, started_at)"
		" VALUES ($1, $2, $3, pg_catalog.now())"
		" ON CONFLICT (only_row) DO UPDATE SET handle = excluded.handle, database = excluded.database,"
		" pid = excluded.pid, started_at = excluded.started_at, stopped_at = NULL,"
		" (drained_at, last_error, last_error_sqlstate, last_error_at) ="
		" (SELECT w.drained_at, w.last_error, w.last_error_sqlstate, w.last_error_at"
		"  WHERE w.database OPERATOR(pg_catalog.=) excluded.database)"
		" WHERE w.stopped_at IS NULL OR w.database OPERATOR(pg_catalog.<>) excluded.database",
		3, types, values, NULL, false, 0);
	written = SPI_processed > 0;
	PopActiveSnapshot();
	SPI_finish();
	return written;
}

/* What is lost in a crash is made again: the commit of this transaction need not wait for the disk. */
static void
commit_asynchronously(void)
{
	set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
	                  false);
	CommitTransactionCommand();
}

/*
 * Starts a transaction, if errtrack is here, and wanted.  Where it is not the one
 * that was here before, but was dropped and created again, this worker goes on
 * with the new one.
 */
static bool
start_transaction(void)
{
	for (;;)
	{
		Oid extension;
		bool written;

		StartTransactionCommand();
		extension = lock_extension();
		if (!worker_enabled || !OidIsValid(extension))
		{
			CommitTransactionCommand();
			return false;
		}
		if (extension == known_extension)
			return true;
		/* it must be found even if what comes next fails */
		written = write_handle();
		commit_asynchronously();
		if (!written)
			return false;
		known_extension = extension;
	}
}

/*
 * Becomes the worker of this database; false where another one is, which is then
 * woken instead.
 */
static bool
take_lock(void)
{
	LOCKTAG tag;

	own_lock_tag(LOCK_WORKER, &tag);
	for (int i = 0; i < LOCK_TRIES; i++)
	{
		WorkerShared *other;
		bool found, there;

		if (LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL)
			return true;
		StartTransactionCommand();
		other = find_worker();
		found = other != NULL;
		there = found && is_there(other);
		if (there)
			wake(other);
		CommitTransactionCommand();
		if (there)
			return false;
		if (found)
		{
			(void) LockAcquire(&tag, ExclusiveLock, true, false);
			return true;
		}
		/* it is just starting; or worker_stop() has it, in a transaction that is about to end */
		(void) WaitLatch(MyLatch, WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LOCK_PAUSE, PG_WAIT_EXTENSION);
		CHECK_FOR_INTERRUPTS();
	}
	return false;
}

/* Makes what is shared with the backends; the first transaction writes where they find it. */
static void
publish(void)
{
	segment = dsm_create(sizeof(WorkerShared), 0);
	dsm_pin_mapping(segment);
	own = dsm_segment_address(segment);
	memset(own, 0, sizeof(*own));
	own->magic = WORKER_MAGIC;
	own->database = MyDatabaseId;
	own->pgprocno = MyProc->pgprocno;
	own->pid = MyProcPid;
	own->started_at = GetCurrentTimestamp();
	own->report.rate_at = ticks();
	pg_atomic_init_u32(&own->state, WORKER_STARTING);
	pg_atomic_init_u32(&own->request, REQUEST_NONE);
	pg_atomic_init_u64(&own->succeeded_at, 0);
	before_shmem_exit(on_exit_worker, (Datum) 0);
}

/* Runs a query; of the integers in its only row, the first n are returned in numbers. */
static void
query_numbers(const char *query, int *numbers, int n)
{
	int result = SPI_execute(query, false, 0);

	if (result < 0 || (n > 0 && (result != SPI_OK_SELECT || SPI_processed != 1)))
		elog(ERROR, "unexpected result of \"%s\"", query);
	for (int i = 0; i < n; i++)
	{
		bool isnull;
		Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);

		numbers[i] = isnull ? 0 : DatumGetInt32(value);
	}
}

/* As run_statement_for(), but an error is raised. */
static Outcome
run_transaction(const char *query, int *numbers, int n)
{
	SetCurrentStatementStartTimestamp();
	if (!start_transaction())
		return NOT_WANTED;
	pgstat_report_activity(STATE_RUNNING, query);
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	query_numbers(query, numbers, n);
	PopActiveSnapshot();
	SPI_finish();

	/* a batch that is lost in a crash is folded again; but nobody must have heard of its alerts */
	if (n < 2 || numbers[1] == 0)
		commit_asynchronously();
	else
		CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	return DONE;
}

/*
 * Runs a statement in a transaction of its own, which needs to survive no crash
 * unless the second number that it returns is not 0.  An error is reported, and
 * does not end the worker.
 */
static Outcome
run_statement_for(const char *query, int *numbers, int n)
{
	MemoryContext context = CurrentMemoryContext;
	Outcome outcome;

	PG_TRY();
	{
		outcome = run_transaction(query, numbers, n);
	}
	PG_CATCH();
	{
		ErrorData *error;

		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		error = CopyErrorData();
		AbortCurrentTransaction();
		FlushErrorState();
		pgstat_report_activity(STATE_IDLE, NULL);
		report_error(own, error->sqlerrcode, error->message != NULL ? error->message : "");
		FreeErrorData(error);
		RESUME_INTERRUPTS();
		outcome = FAILED;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return outcome;
}

/* As run_statement_for(), of a statement that returns nothing of interest. */
static Outcome
run_statement(const char *query)
{
	return run_statement_for(query, NULL, 0);
}

/* Writes the last error where it outlives this worker, if that is possible. */
static void
keep_error(void)
{
	WorkerReport error = own->report; /* a failure here must not take its place */
	char *query = psprintf(
		"UPDATE errtrack.worker SET last_error = %s, last_error_sqlstate = '%s', last_error_at = '%s'",
		quote_literal_cstr(error.error), unpack_sql_state(error.sqlerrcode),
		timestamptz_to_str(error.failed_at));

	if (run_statement(query) == FAILED)
		report_error(own, error.sqlerrcode, error.error);
	pfree(query);
}

/* Has a prepared transaction written events?  COMMIT PREPARED would wake nobody. */
static bool
has_prepared_events(void)
{
	int n = 0;

	(void) run_statement_for(
		"SELECT pg_catalog.count(*)::pg_catalog.int4"
		" FROM pg_catalog.pg_locks l"
		" WHERE l.pid IS NULL"
		" AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d"
		"  WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())"
		" AND l.relation IN ('errtrack.raw_events_0'::pg_catalog.regclass,"
		"  'errtrack.raw_events_1'::pg_catalog.regclass,"
		"  'errtrack.raw_events_2'::pg_catalog.regclass)",
		&n, 1);
	return n > 0;
}

/* Consumes one batch in a transaction; returns in *events how many events it held. */
static Outcome
consume_batch(int *events)
{
	TimestampTz began_at = clock_now();
	int64 began = ticks();
	char query[80];
	int numbers[2]; /* events, alerts */
	Outcome outcome;

	snprintf(query, sizeof(query), "SELECT events, alerts FROM errtrack.consume_batch(%d)", BATCH_EVENTS);
	outcome = run_statement_for(query, numbers, lengthof(numbers));
	if (outcome != DONE)
		return outcome;
	*events = numbers[0];
	if (*events > 0)
		report_batch(own, began, *events);
	else
		report_drained(own, began_at);
	return DONE;
}

/* Reads the settings anew, if they have changed; did they? */
static bool
reload_settings(void)
{
	if (!ConfigReloadPending)
		return false;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	is_permanent = is_listed_database(own_database_name());
	return true;
}

/* CHECK_FOR_INTERRUPTS() between batches: pg_cancel_backend() has none to cancel, and must not end the worker. */
static void
check_interrupts(void)
{
	HOLD_CANCEL_INTERRUPTS();
	CHECK_FOR_INTERRUPTS();
	RESUME_CANCEL_INTERRUPTS();
	QueryCancelPending = false;
}

/* Waits for so many milliseconds, or where wakeable, until somebody sets the latch; no snapshot is held. */
static void
wait_for(int milliseconds, bool wakeable)
{
	(void) WaitLatch(MyLatch, (wakeable ? WL_LATCH_SET : 0) | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
	                 PG_WAIT_EXTENSION);
	if (wakeable)
		ResetLatch(MyLatch);
	check_interrupts();
	(void) reload_settings();
}

/*
 * Waits after an error: so many milliseconds, or until the settings are read
 * anew, a session asks for something, or errtrack is dropped, which nobody tells.
 * Commits do not set the latch meanwhile.
 */
static void
back_off(int milliseconds)
{
	int64 until = ticks() + milliseconds * (int64) 1000, left;
	bool looks = true;

	set_state(WORKER_BACKING_OFF);
	while ((left = until - ticks()) > 0 && !is_requested(REQUEST_STOP) && !is_requested(REQUEST_RETRY))
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
		                 Min(left / 1000 + 1, LOOK_INTERVAL), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		check_interrupts();
		if (reload_settings())
			return;
		if (looks)
		{
			Oid extension = known_extension;
			Outcome outcome = run_statement("SELECT 1");

			/* the error was of another one, if it has been created again */
			if (outcome == NOT_WANTED || extension != known_extension)
				return;
			/* an error here is reported once, and not each second */
			looks = outcome == DONE;
		}
	}
}

/* After a batch that has failed. */
static void
recover(int wait)
{
	ereport(LOG, (errmsg("errtrack could not fold a batch of events, and tries again in %d s", wait / 1000),
	              errdetail("They stay in errtrack.raw_events; the batch has been taken back."),
	              errhint("Mend what the error tells of. SELECT errtrack.worker_start() ends the wait.")));
	keep_error();
	back_off(wait);
}

/*
 * What is done beside the batches, in transactions of their own, as it holds locks
 * that a batch would hold for longer.  An error is reported, and keeps nobody from
 * folding.  has_drained: the last batch was not full, so that what a rotation takes is not long for.
 */
static void
tend(bool has_drained)
{
	static int64 rotated_at = 0, kept_up_at = 0;

	if (has_drained && has_passed(ROTATION_INTERVAL, rotated_at))
	{
		rotated_at = ticks();
		(void) run_statement("SELECT errtrack.rotate_inbox()");
	}
	if (has_passed(UPKEEP_INTERVAL, kept_up_at))
	{
		kept_up_at = ticks();
		(void) run_statement("SELECT pg_catalog.count(*) FROM errtrack.upkeep()");
	}
}

/* Consumes until there has been nothing to do for a while, or it is not wanted; false: it was stopped. */
static bool
run(void)
{
	int64 last_work = ticks();
	int poll = FIRST_POLL, retry = FIRST_RETRY;

	while (!is_requested(REQUEST_STOP))
	{
		int events;
		Outcome outcome;

		set_state(WORKER_CONSUMING);
		outcome = consume_batch(&events);
		if (outcome == NOT_WANTED)
			return true;
		if (outcome == FAILED)
		{
			recover(retry);
			retry = Min(retry * 2, LAST_RETRY);
			continue;
		}
		retry = FIRST_RETRY;
		tend(events < BATCH_EVENTS);
		if (events > 0)
		{
			last_work = ticks();
			poll = FIRST_POLL;
			if (events < BATCH_EVENTS)
				wait_for(Max(SHORTEST_PAUSE, Min(own->report.batch_time / 1000, LONGEST_PAUSE)), false);
			else
				check_interrupts();
			continue;
		}
		if (!is_permanent && has_passed(worker_idle_timeout, last_work) && !has_prepared_events())
			return true;
		set_state(WORKER_IDLE);
		wait_for(poll, true);
		poll = Min(poll * 2, LAST_POLL);
	}
	ereport(LOG, (errmsg("errtrack worker ends because of errtrack.worker_stop()"),
	              errhint("SELECT errtrack.worker_start() lets it run again.")));
	return false;
}

/* What was committed by those who saw this worker there is taken; the others start the next one. */
static void
leave(void)
{
	int events;
	char *query;

	set_state(WORKER_LEAVING);
	do
		check_interrupts();
	while (consume_batch(&events) == DONE && events > 0);
	query =
		psprintf("UPDATE errtrack.worker SET drained_at = '%s'", timestamptz_to_str(own->report.drained_at));
	(void) run_statement(query);
}

/* Entry point. */
void
errtrack_worker_main(Datum arg)
{
	ErrorContextCallback context = {.callback = add_context};

	am_worker = true;
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(arg), InvalidOid, 0);
	override_settings();
	StartTransactionCommand();
	(void) own_database_name();
	CommitTransactionCommand();
	context.previous = error_context_stack;
	error_context_stack = &context;
	is_permanent = is_listed_database(own_database_name());

	if (take_lock())
	{
		publish();
		if (run())
			leave();
	}
	proc_exit(0);
}
