/*
 * What a worker tells of itself, in memory that it shares.  No lock guards it, as
 * in the server's own statistics of backends: the worker counts before and after
 * it writes, and who reads does so again where the count was odd, or is another.
 */
#include "consumer.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/elog.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(errtrack_worker_status);

/* The rate of events is smoothed over so many seconds. */
#define RATE_SPAN 10.0

/* Before a change to shared->report.  Nothing may fail from here to end_change(). */
static void
begin_change(WorkerShared *shared)
{
	START_CRIT_SECTION();
	shared->changecount++;
	pg_write_barrier();
}

/* After it. */
static void
end_change(WorkerShared *shared)
{
	pg_write_barrier();
	shared->changecount++;
	END_CRIT_SECTION();
}

/* Copies the report, whole. */
static void
read_report(WorkerShared *shared, WorkerReport *copy)
{
	for (;;)
	{
		uint32 before = shared->changecount, after;

		pg_read_barrier();
		memcpy(copy, &shared->report, sizeof(*copy));
		pg_read_barrier();
		after = shared->changecount;
		if (before == after && before % 2 == 0)
			return;
		CHECK_FOR_INTERRUPTS();
	}
}

/* What is left of the rate at a time, and in *weight how much the time since counts. */
static double
decayed_rate(const WorkerReport *report, int64 now, double *weight)
{
	double seconds = Max(now - report->rate_at, 0) / 1000000.0;

	*weight = -expm1(-seconds / RATE_SPAN);
	return report->rate * (1 - *weight);
}

/* A batch is done that began at this tick. */
void
report_batch(WorkerShared *shared, int64 began, int events)
{
	WorkerReport *report = &shared->report;
	int64 now = ticks();
	double weight, rate = decayed_rate(report, now, &weight);

	if (now > report->rate_at)
		rate += weight * events * 1000000.0 / (now - report->rate_at);
	begin_change(shared);
	report->batch_at = GetCurrentTimestamp();
	report->batch_time = now - began;
	report->batch_events = events;
	report->events += events;
	report->batches++;
	/* what comes within the same microsecond counts next time */
	if (now > report->rate_at)
	{
		report->rate = rate;
		report->rate_at = now;
	}
	end_change(shared);
}

/* All that was committed by then has been consumed. */
void
report_drained(WorkerShared *shared, TimestampTz at)
{
	begin_change(shared);
	shared->report.drained_at = at;
	end_change(shared);
}

/* Something failed. */
void
report_error(WorkerShared *shared, int sqlerrcode, const char *message)
{
	WorkerReport *report = &shared->report;
	TimestampTz now = GetCurrentTimestamp();
	int length = pg_mbcliplen(message, strlen(message), sizeof(report->error) - 1);

	begin_change(shared);
	report->failed_at = now;
	report->sqlerrcode = sqlerrcode;
	memcpy(report->error, message, length);
	report->error[length] = '\0';
	end_change(shared);
}

/* Puts a time into a column that is null where there is none. */
static void
set_time(Datum *values, bool *nulls, int column, TimestampTz time)
{
	values[column] = TimestampTzGetDatum(time);
	nulls[column] = time == 0;
}

/* errtrack.worker_status() RETURNS record: nulls where no worker is there */
Datum
errtrack_worker_status(PG_FUNCTION_ARGS)
{
	static const char *const states[] = {"starting", "idle", "consuming", "backing off", "leaving"};
	WorkerShared *shared = find_worker();
	WorkerReport report;
	TupleDesc desc;
	Datum values[13] = {0};
	bool nulls[13];
	uint32 state;
	double weight;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts != lengthof(values))
		elog(ERROR, "unexpected result type");
	desc = BlessTupleDesc(desc);
	memset(nulls, true, sizeof(nulls));
	state = shared == NULL ? WORKER_STOPPED : pg_atomic_read_u32(&shared->state);
	if (state < lengthof(states))
	{
		read_report(shared, &report);
		memset(nulls, false, sizeof(nulls));
		values[0] = CStringGetTextDatum(states[state]);
		values[1] = Int32GetDatum(shared->pid);
		set_time(values, nulls, 2, shared->started_at);
		set_time(values, nulls, 3, report.drained_at);
		set_time(values, nulls, 4, report.batch_at);
		values[5] = Int32GetDatum(report.batch_events);
		values[6] = Float8GetDatum(report.batch_time / 1000.0);
		nulls[5] = nulls[6] = report.batches == 0;
		values[7] = Int64GetDatum(report.events);
		values[8] = Int64GetDatum(report.batches);
		values[9] = Float8GetDatum(decayed_rate(&report, ticks(), &weight));
		set_time(values, nulls, 10, report.failed_at);
		values[11] = CStringGetTextDatum(unpack_sql_state(report.sqlerrcode));
		values[12] = CStringGetTextDatum(report.error);
		nulls[11] = nulls[12] = report.failed_at == 0;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
