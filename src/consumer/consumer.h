/*
 * The background worker that consumes events, and what wakes it.
 */
#ifndef ERRTRACK_CONSUMER_H
#define ERRTRACK_CONSUMER_H

#include "../compat.h"
#include "port/atomics.h"
#include "storage/lock.h"

/* Where a worker is in its life; see worker.c for the whole story. */
typedef enum WorkerState
{
	WORKER_RUNNING, /* set its latch, and it consumes */
	WORKER_LEAVING  /* it has left, or consumes once more, but perhaps not what commits now */
} WorkerState;

/* What a worker shares with the backends that wake it.  No pointers: each process maps it elsewhere. */
typedef struct WorkerShared
{
	uint32 magic;
	Oid database;
	int pgprocno; /* whose latch to set */
	pg_atomic_uint32 state;
	pg_atomic_uint64 succeeded_at; /* when somebody last registered its successor */
} WorkerShared;

#define WORKER_MAGIC 0x65727274

/* Locks of errtrack's own, in a part of the advisory space that SQL functions cannot name. */
typedef enum OwnLock
{
	LOCK_WORKER,   /* held by the worker for its life */
	LOCK_STARTING, /* held while a transaction commits that will register a worker */
	LOCK_CONSUME   /* held by the transaction that consumes */
} OwnLock;

/* settings */
extern bool worker_enabled;
extern int worker_idle_timeout;
extern char *worker_databases;

extern void own_lock_tag(OwnLock lock, LOCKTAG *tag);
extern Oid lock_extension(void);
extern WorkerShared *find_worker(void);
extern void note_insert(void);
extern void wake_init(void);
extern bool register_worker(Oid database, bool permanent, pid_t notify, void *handle);
extern void register_launcher(void);
extern PGDLLEXPORT void errtrack_worker_main(Datum arg);
extern PGDLLEXPORT void errtrack_launcher_main(Datum arg);

#endif /* ERRTRACK_CONSUMER_H */
