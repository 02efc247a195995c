/*
 * Ending and starting the worker of a database by hand.
 */
#include "consumer.h"

#include <signal.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "tcop/utility.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(errtrack_end_worker);
PG_FUNCTION_INFO_V1(errtrack_begin_worker);

/* A worker that was asked to end gets so long (ms) for its batch, which is then taken back. */
#define PATIENCE 1000
/* How often (ms) is looked whether it has gone. */
#define LOOK_INTERVAL 5

/* Waits a moment. */
static void
wait_a_moment(void)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LOOK_INTERVAL,
	                 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* Is a process there, and connected to this database? */
static bool
is_connected(int pid)
{
	PGPROC *proc = BackendPidGetProc(pid);

	return proc != NULL && proc->databaseId == MyDatabaseId;
}

/*
 * errtrack.end_worker() RETURNS boolean: whether one was there
 *
 * Ends this database's worker, and keeps others from running until the end of the
 * transaction, by which time they read that they are not wanted.
 */
Datum
errtrack_end_worker(PG_FUNCTION_ARGS)
{
	LOCKTAG tag;
	int pid = 0;
	int64 asked_at = 0;

	PreventCommandIfReadOnly("errtrack.worker_stop()");
	own_lock_tag(LOCK_WORKER, &tag);
	/* not waited for: this transaction may hold what the worker waits for, and is not to fail by a deadlock */
	while (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
	{
		WorkerShared *shared = find_worker();

		if (shared != NULL && pg_atomic_read_u32(&shared->state) != WORKER_STOPPED)
		{
			/* another one may follow the first, which has left by itself */
			if (pid != shared->pid)
			{
				pid = shared->pid;
				asked_at = ticks();
			}
			pg_atomic_write_u32(&shared->request, REQUEST_STOP);
			wake(shared);
			if (has_passed(PATIENCE, asked_at) && is_connected(pid))
				(void) kill(pid, SIGTERM);
		}
		wait_a_moment();
	}
	/* it gives its lock back before it is out of the database */
	while (pid != 0 && is_connected(pid))
		wait_a_moment();
	PG_RETURN_BOOL(pid != 0);
}

/*
 * errtrack.begin_worker() RETURNS void
 *
 * At commit a worker is started.  One that is there, and waits because of an
 * error, tries again at once.
 */
Datum
errtrack_begin_worker(PG_FUNCTION_ARGS)
{
	WorkerShared *shared;

	PreventCommandIfReadOnly("errtrack.worker_start()");
	if (!worker_enabled)
		ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		                  errmsg("no worker is started while errtrack.worker is off"),
		                  errhint("Set errtrack.worker = on in postgresql.conf or by ALTER DATABASE.")));
	shared = find_worker();
	if (shared != NULL && is_there(shared))
	{
		pg_atomic_write_u32(&shared->request, REQUEST_RETRY);
		wake(shared);
	}
	register_at_commit();
	PG_RETURN_VOID();
}
