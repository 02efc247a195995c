/*
 * alert_latency: how long after the commit of a new error its alert is heard.
 *
 *     alert_latency EVENTS warm|cold TRACE_FILE
 *
 * One connection INSERTs, each event a new error; another LISTENs.  The clock
 * runs from the return of the INSERT, which commits by itself, to the moment the
 * notification is here.  cold: the worker is ended before each event.  Prints
 * median, 95th percentile and maximum in ms, separated by blanks.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define PLACE "@FUNCTION@"
#define TIMEOUT_MS 10000
#define LONGEST_PAUSE_MS 50

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "alert_latency: %s\n", what);
	exit(1);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static PGconn *
connect_or_fail(void)
{
	PGconn *conn = PQconnectdb(""); /* libpq's environment variables decide */

	if (PQstatus(conn) != CONNECTION_OK)
		fail(PQerrorMessage(conn));
	return conn;
}

static void
run(PGconn *conn, const char *query, const char *parameter)
{
	PGresult *result = PQexecParams(conn, query, parameter != NULL, NULL, &parameter, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(PQerrorMessage(conn));
	PQclear(result);
}

/* Writes the trace with the function's name in place of PLACE. */
static void
fill_in(const char *trace, const char *function, char *into)
{
	const char *place;

	*into = '\0';
	for (; (place = strstr(trace, PLACE)) != NULL; trace = place + strlen(PLACE))
	{
		strncat(into, trace, place - trace);
		strcat(into, function);
	}
	strcat(into, trace);
}

/* Waits for the notification whose payload names the function. */
static void
hear(PGconn *conn, const char *function)
{
	double deadline = now_ms() + TIMEOUT_MS;
	bool heard = false;

	for (;;)
	{
		struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};
		PGnotify *notify;

		while ((notify = PQnotifies(conn)) != NULL)
		{
			heard = heard || strstr(notify->extra, function) != NULL;
			PQfreemem(notify);
		}
		if (heard)
			return;
		if (now_ms() >= deadline || poll(&fd, 1, (int) (deadline - now_ms()) + 1) <= 0)
			fail("no alert was heard within 10 s");
		if (!PQconsumeInput(conn))
			fail(PQerrorMessage(conn));
	}
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static char trace[8192];
	static char event[16384];
	int events = argc == 4 ? atoi(argv[1]) : 0;
	bool cold = argc == 4 && strcmp(argv[2], "cold") == 0;
	FILE *file;
	PGconn *writer, *listener;
	double *took;

	if (events < 1)
		fail("usage: alert_latency EVENTS warm|cold TRACE_FILE");
	file = fopen(argv[3], "r");
	if (file == NULL || fread(trace, 1, sizeof(trace) - 1, file) == 0)
		fail("the trace cannot be read");
	fclose(file);
	took = calloc(events, sizeof(double));
	writer = connect_or_fail();
	listener = connect_or_fail();
	run(listener, "LISTEN errtrack_alerts", NULL);
	srandom(1);

	for (int i = -1; i < events; i++) /* the first one warms up, and is not measured */
	{
		char function[64];
		double committed;

		if (cold)
			run(writer,
			    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
			    " WHERE backend_type = 'errtrack worker'",
			    NULL);
		usleep(random() % (LONGEST_PAUSE_MS * 1000 + 1));
		snprintf(function, sizeof(function), "%sProbe%d", argv[2], i + 1);
		fill_in(trace, function, event);
		strcat(function, " ("); /* as it stands in the culprit */
		run(writer,
		    "INSERT INTO errtrack.raw_events (stack_trace, release, environment, server_name)"
		    " VALUES ($1, '1.4.0', 'production', 'web-1')",
		    event);
		committed = now_ms();
		hear(listener, function);
		if (i >= 0)
			took[i] = now_ms() - committed;
	}
	qsort(took, events, sizeof(double), compare);
	printf("%.1f %.1f %.1f\n", took[events / 2], took[(events * 95 + 99) / 100 - 1], took[events - 1]);
	PQfinish(listener);
	PQfinish(writer);
	return 0;
}
