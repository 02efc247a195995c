/*
 * The time as errtrack takes it: the server's clock, or in tests what the setting
 * errtrack.test_now says.
 */
#include "clock.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(errtrack_clock);

static char *test_now = NULL;
static bool is_stated = false;     /* is test_now set? */
static TimestampTz stated_now = 0; /* what it says */

/*
 * Reads a time that names its zone, or is of the session's.  Not timestamptz_in():
 * a setting is checked where no error may be raised.
 */
bool
clock_read(const char *text, TimestampTz *time)
{
	char work[MAXDATELEN + MAXDATEFIELDS];
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields, type, zone;
	struct pg_tm tm;
	fsec_t fsec;

	return ParseDateTime(text, work, sizeof(work), fields, types, MAXDATEFIELDS, &nfields) == 0 &&
	       decode_date_time(fields, types, nfields, &type, &tm, &fsec, &zone) == 0 && type == DTK_DATE &&
	       tm2timestamp(&tm, fsec, &zone, time) == 0;
}

/* errtrack.test_now is a time, or empty. */
static bool
check_test_now(char **newval, void **extra, GucSource source)
{
	TimestampTz time;

	if (*newval == NULL || **newval == '\0')
		return true;
	if (!clock_read(*newval, &time))
	{
		GUC_check_errdetail("It must be a time, such as \"2026-01-31 12:00+00\", or empty.");
		return false;
	}
	*extra = guc_malloc(LOG, sizeof(time));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &time, sizeof(time));
	return true;
}

/* errtrack.test_now is another time from now on. */
static void
assign_test_now(const char *newval, void *extra)
{
	is_stated = extra != NULL;
	stated_now = is_stated ? *(TimestampTz *) extra : 0;
}

/* Called when the library is loaded. */
void
clock_init(void)
{
	DefineCustomStringVariable("errtrack.test_now",
	                           "For tests: the time that errtrack takes for the present.",
	                           "Empty: the server's clock.", &test_now, "", PGC_SUSET, GUC_NOT_IN_SAMPLE,
	                           check_test_now, assign_test_now, NULL);
}

/* The present. */
TimestampTz
clock_now(void)
{
	return is_stated ? stated_now : GetCurrentTimestamp();
}

/* errtrack.clock() RETURNS timestamptz */
Datum
errtrack_clock(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(clock_now());
}
