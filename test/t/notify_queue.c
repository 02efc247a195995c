/*
 * Makes a test server's notification queue look as if it had filled up since a
 * listener fell asleep: filling it takes 8 GB.  The functions of the server that
 * judge it are not touched, only the positions that they compare.
 */
#include "postgres.h"

#include "commands/async.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/backendid.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#if PG_VERSION_NUM / 10000 != 15
#error "the queue's layout is not known"
#endif

PG_MODULE_MAGIC;

/* As in src/backend/commands/async.c of PostgreSQL 15. */
#define QUEUE_MAX_PAGE (32 * 0x10000 - 1)

typedef struct QueuePosition
{
	int page;
	int offset;
} QueuePosition;

typedef struct QueueBackendStatus
{
	int32 pid;
	Oid dboid;
	BackendId nextListener;
	QueuePosition pos;
} QueueBackendStatus;

typedef struct AsyncQueueControl
{
	QueuePosition head;
	QueuePosition tail;
	int stopPage;
	BackendId firstListener;
	TimestampTz lastQueueFillWarn;
	QueueBackendStatus backend[FLEXIBLE_ARRAY_MEMBER];
} AsyncQueueControl;

PG_FUNCTION_INFO_V1(sleep_through);

/* sleep_through(pid int, share float8): so much of the queue came in since this listener last looked. */
Datum
sleep_through(PG_FUNCTION_ARGS)
{
	int32 pid = PG_GETARG_INT32(0);
	int pages = PG_GETARG_FLOAT8(1) * (QUEUE_MAX_PAGE / 2);
	Size size = offsetof(AsyncQueueControl, backend) + (MaxBackends + 1) * sizeof(QueueBackendStatus);
	bool found, done = false;
	AsyncQueueControl *queue = ShmemInitStruct("Async Queue Control", size, &found);

	if (!found)
		elog(ERROR, "there is no queue");
	LWLockAcquire(NotifyQueueTailLock, LW_EXCLUSIVE);
	LWLockAcquire(NotifyQueueLock, LW_EXCLUSIVE);
	for (BackendId i = queue->firstListener; i > 0; i = queue->backend[i].nextListener)
	{
		QueueBackendStatus *listener = &queue->backend[i];

		if (listener->pid != pid)
			continue;
		listener->pos.page = (queue->head.page - pages + QUEUE_MAX_PAGE + 1) % (QUEUE_MAX_PAGE + 1);
		listener->pos.offset = 0;
		queue->tail = listener->pos;
		queue->stopPage = listener->pos.page;
		done = true;
	}
	LWLockRelease(NotifyQueueLock);
	LWLockRelease(NotifyQueueTailLock);
	PG_RETURN_BOOL(done);
}
