/*
 * errtrack: error tracking inside PostgreSQL.  Module magic and settings.
 */
#include "compat.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "clock.h"
#include "inbox/shed.h"
#include "consumer/consumer.h"
#include "inbox/inbox_slot.h"

PG_MODULE_MAGIC;

/* What a notification holds; SQL reads this setting by name. */
enum
{
	PAYLOAD_FULL,
	PAYLOAD_IDS
};

static const struct config_enum_entry payloads[] = {
	{"full", PAYLOAD_FULL, false}, {"ids", PAYLOAD_IDS, false}, {NULL, 0, false}};

bool worker_enabled = true;
int worker_idle_timeout = 3000;
char *worker_databases = NULL;

/* Settings that only SQL reads. */
static bool count_duplicates = false;
static int sample_first = 1000;
static double sample_rate = 0.1;
static int notify_payload = PAYLOAD_FULL;
static int retention = 30 * 24 * 60;

extern PGDLLEXPORT void _PG_init(void);

/* Called when the library is loaded: by the server, where it is preloaded, or by a backend. */
void
_PG_init(void)
{
	DefineCustomBoolVariable("errtrack.worker",
	                         "Whether commits start and wake a background worker that consumes events.", NULL,
	                         &worker_enabled, true, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("errtrack.worker_idle_timeout",
	                        "After so long without events, a worker that a commit started leaves.", NULL,
	                        &worker_idle_timeout, 3000, 100, INT_MAX, PGC_SUSET, GUC_UNIT_MS, NULL, NULL,
	                        NULL);
	DefineCustomIntVariable("errtrack.inbox_limit",
	                        "Beyond so much that has not been consumed, new events are counted and dropped.",
	                        NULL, &inbox_limit, 1024 * 1024, 1024, INT_MAX, PGC_SUSET, GUC_UNIT_KB, NULL,
	                        NULL, NULL);
	DefineCustomIntVariable("errtrack.inbox_disk_limit",
	                        "Beyond so much on disk, consumed or not, new events are counted and dropped.",
	                        "Consumed events stay there while a reader, such as pg_dump, holds them.",
	                        &inbox_disk_limit, 4 * 1024 * 1024, 1024, INT_MAX, PGC_SUSET, GUC_UNIT_KB, NULL,
	                        NULL, NULL);
	DefineCustomBoolVariable("errtrack.count_duplicates",
	                         "Whether an event that arrives again with the same event_id is counted again.",
	                         NULL, &count_duplicates, false, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("errtrack.sample_first", "How many of an issue's first events are kept whole.",
	                        NULL, &sample_first, 1000, 0, INT_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomRealVariable("errtrack.sample_rate", "Which share of an issue's later events is kept whole.",
	                         NULL, &sample_rate, 0.1, 0.0, 1.0, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"errtrack.retention", "How long occurrences, set-aside events and dead letters stay.",
		"At most 91 days: there are that many leaves (src/storage/rings.sql).", &retention, 30 * 24 * 60,
		24 * 60, 91 * 24 * 60, PGC_SUSET, GUC_UNIT_MIN, NULL, NULL, NULL);
	DefineCustomEnumVariable("errtrack.notify_payload",
	                         "What a notification holds: all of an alert, or ids only.",
	                         "Any role can listen: titles may hold what not everybody may read.",
	                         &notify_payload, PAYLOAD_FULL, payloads, PGC_SUSET, 0, NULL, NULL, NULL);
	if (process_shared_preload_libraries_in_progress)
	{
		DefineCustomStringVariable("errtrack.databases",
		                           "Databases that have a background worker from server start on.",
		                           "A list of names, separated by commas.", &worker_databases, "", PGC_SIGHUP,
		                           GUC_LIST_INPUT, NULL, NULL, NULL);
		if (!IsBinaryUpgrade)
			register_launcher();
	}
	clock_init();
	MarkGUCPrefixReserved("errtrack");
	wake_init();
	shed_init();
}
