/*
 * The background worker that consumes events, and what wakes it.
 */
#ifndef ERRTRACK_CONSUMER_H
#define ERRTRACK_CONSUMER_H

#include "../compat.h"
#include "datatype/timestamp.h"
#include "port/atomics.h"
#include "portability/instr_time.h"
#include "postmaster/bgworker.h"
#include "storage/lock.h"

/* Where a worker is in its life; see worker.c for the whole story.  The order counts: see is_there(). */
typedef enum WorkerState
{
	WORKER_STARTING,
	WORKER_IDLE,
	WORKER_CONSUMING,
	WORKER_BACKING_OFF, /* it tries again by itself; need not be woken */
	WORKER_LEAVING,     /* consumes once more, but perhaps not what commits now */
	WORKER_STOPPED
} WorkerState;

/* What a session asks a worker for. */
typedef enum WorkerRequest
{
	REQUEST_NONE,
	REQUEST_RETRY, /* not to wait any longer before it tries again */
	REQUEST_STOP
} WorkerRequest;

/* What a worker tells of itself: written by it alone, and read whole; see worker_report.c. */
typedef struct WorkerReport
{
	TimestampTz drained_at; /* all that was committed by then has been consumed */
	TimestampTz batch_at;   /* when the last batch was done */
	int64 batch_time;       /* how long it took, in microseconds */
	int32 batch_events;
	int64 events; /* since it started */
	int64 batches;
	double rate;           /* events per second, smoothed, as of rate_at */
	int64 rate_at;         /* ticks() */
	TimestampTz failed_at; /* of the last error; 0: there was none */
	int sqlerrcode;
	char error[512];
} WorkerReport;

/* What a worker shares with the backends that wake it.  No pointers: each process maps it elsewhere. */
typedef struct WorkerShared
{
	uint32 magic;
	Oid database;
	int pgprocno; /* whose latch to set */
	int pid;
	TimestampTz started_at;
	pg_atomic_uint32 state;
	pg_atomic_uint32 request;
	pg_atomic_uint64 succeeded_at; /* when somebody last registered its successor: ticks(), or 0 */
	volatile uint32 changecount;   /* odd while report is being written */
	WorkerReport report;
} WorkerShared;

#define WORKER_MAGIC 0x65727275

/* Locks of errtrack's own, in a part of the advisory space that SQL functions cannot name. */
typedef enum OwnLock
{
	LOCK_WORKER,   /* held by the worker for its life, and by a transaction that has stopped it */
	LOCK_STARTING, /* held while a transaction commits that will register a worker */
	LOCK_CONSUME,  /* held by the transaction that consumes */
	LOCK_WARNING,  /* held by a transaction that has warned of a full inbox */
	LOCK_SHED_LANE /* this and those after it: held by a transaction that has written to this lane of shed_events */
} OwnLock;

/* settings */
extern bool worker_enabled;
extern int worker_idle_timeout;
extern char *worker_databases;

/* wake.c */
extern bool am_worker;
extern void own_lock_tag(OwnLock lock, LOCKTAG *tag);
extern const char *own_database_name(void);
extern Oid lock_extension(void);
extern WorkerShared *find_worker(void);
extern void wake(WorkerShared *shared);
extern void register_at_commit(void);
extern void note_insert(void);
extern void wake_init(void);

/* worker.c */
extern PGDLLEXPORT void errtrack_worker_main(Datum arg);

/* worker_report.c */
extern void report_batch(WorkerShared *shared, int64 began, int events);
extern void report_drained(WorkerShared *shared, TimestampTz at);
extern void report_error(WorkerShared *shared, int sqlerrcode, const char *message);

/* launcher.c */
extern bool register_worker(Oid database, const char *name, pid_t notify, BackgroundWorkerHandle **handle);
extern void register_launcher(void);
extern bool is_listed_database(const char *name);
extern PGDLLEXPORT void errtrack_launcher_main(Datum arg);

/* Microseconds by a clock that nobody sets, the same one in all processes. */
static inline int64
ticks(void)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MICROSEC(now);
}

/* Have so many milliseconds passed since that many ticks?  0 was long ago. */
static inline bool
has_passed(int64 milliseconds, int64 since)
{
	return since == 0 || ticks() - since >= milliseconds * 1000;
}

/* Is a worker there, and will it see what is committed by now? */
static inline bool
is_there(WorkerShared *shared)
{
	return pg_atomic_read_u32(&shared->state) < WORKER_LEAVING;
}

#endif /* ERRTRACK_CONSUMER_H */
