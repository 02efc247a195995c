/*
 * errtrack-listen: prints alerts as they come, one a line.
 *
 * NOTIFY only wakes it: what it prints is read from errtrack.alerts, from the
 * last alert printed on, so that a lost connection neither loses an alert nor
 * prints one twice.  This relies on alerts becoming visible in the order of
 * alert_id.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#define PROGRAM "errtrack-listen"
#define CHANNEL "errtrack_alerts"
#define ROUND_LIMIT "1000"
#define IDLE_CHECK_MS (30 * 1000)
#define FIRST_DELAY_MS 100
#define LAST_DELAY_MS (10 * 1000)
#define USAGE_HINT "try \"" PROGRAM " --help\" for more information"

/* What the command line asks for. */
typedef struct Options
{
	const char *dbname; /* these four are NULL where not given */
	const char *host;
	const char *port;
	const char *user;
	int64_t project; /* 0: every project */
	int64_t since;   /* -1: not given */
	int64_t count;   /* 0: no end */
	bool json;
} Options;

/* How far it has come. */
typedef struct Listener
{
	Options options;
	char project[16];
	char channel[64];
	PGconn *conn;
	bool started; /* has it ever been listening? */
	int64_t last; /* the last alert printed or skipped; -1: not known yet */
	int64_t printed;
	int delay_ms; /* before the next attempt to connect */
} Listener;

/* The columns of line_query; json_query has ALERT_ID and ALERT_JSON. */
enum
{
	ALERT_ID,
	ALERT_AT,
	ALERT_KIND,
	ALERT_ISSUE,
	ALERT_TITLE,
	ALERT_CULPRIT,
	ALERT_PROJECT,
	ALERT_ENVIRONMENT,
	ALERT_RELEASE,
	ALERT_COUNT,
	ALERT_JSON = 1
};

/* Outer joins: an alert is printed even when its issue is gone. */
#define FROM_ALERTS                                                                           \
	" FROM errtrack.alerts a"                                                                 \
	" LEFT JOIN errtrack.issues i ON i.project_id = a.project_id AND i.issue_id = a.issue_id" \
	" LEFT JOIN errtrack.projects p ON p.project_id = a.project_id"                           \
	" WHERE a.alert_id > $1::bigint AND ($2::int IS NULL OR a.project_id = $2::int)"          \
	" ORDER BY a.alert_id LIMIT " ROUND_LIMIT

static const char help[] =
	PROGRAM " prints the alerts of errtrack as they come, one a line.\n\n"
			"Usage:\n  " PROGRAM " [OPTION]...\n\n"
			"Options:\n"
			"  -P, --project=N          only alerts of the project with this project_id\n"
			"      --since=ALERT_ID     begin with the alerts after this one (0: with the first)\n"
			"      --count=N            end after N alerts\n"
			"      --json               print one JSON object a line\n"
			"      --help, --version    print this or the version, then end\n\n"
			"Connection options (otherwise libpq's environment variables decide):\n"
			"  -d, --dbname=CONNINFO    database name or connection string\n"
			"  -h, --host=HOSTNAME      database server host or socket directory\n"
			"  -p, --port=PORT          database server port\n"
			"  -U, --username=USERNAME  database user name\n\n"
			"A password comes from ~/.pgpass or PGPASSWORD.  The role must be able to read\n"
			"errtrack's tables: errtrack.grant_role(role, 'viewer').\n\n"
			"A lost connection is made again.  Exit status: 0 after --count alerts, SIGINT or\n"
			"SIGTERM; 1 after an error.\n";

static const char line_query[] =
	"SELECT a.alert_id, to_char(a.created_at, 'YYYY-MM-DD HH24:MI:SSOF'), a.kind::text, a.issue_id,"
	" coalesce(i.title, '(no title)'), i.culprit, coalesce(p.name, a.project_id::text),"
	" a.environment, a.release, a.occurrence_count" FROM_ALERTS;

static const char json_query[] =
	"SELECT a.alert_id, json_build_object('alert_id', a.alert_id, 'kind', a.kind::text,"
	" 'project_id', a.project_id, 'project', p.name, 'issue_id', a.issue_id, 'title', i.title,"
	" 'culprit', i.culprit, 'level', i.level, 'environment', a.environment, 'release', a.release,"
	" 'count', a.occurrence_count, 'at', a.created_at)" FROM_ALERTS;

/* It names every table that is read later, so that a missing right shows at once. */
static const char present_query[] =
	"SELECT coalesce(max(a.alert_id), 0), EXISTS (SELECT FROM errtrack.issues),"
	" EXISTS (SELECT FROM errtrack.projects) FROM errtrack.alerts a";

/* Ends the program with what went wrong and what to do about it; either may be NULL. */
static void __attribute__((noreturn)) fail(const char *what, const char *hint)
{
	size_t len = what != NULL ? strlen(what) : 0;

	if (len > 0)
		fprintf(stderr, PROGRAM ": error: %s%s", what, what[len - 1] == '\n' ? "" : "\n");
	if (hint != NULL)
		fprintf(stderr, PROGRAM ": hint: %s\n", hint);
	exit(1);
}

/*
 * Ends the program on SIGINT and SIGTERM, at once and here, because libpq goes
 * on waiting after a signal.  No alert is cut: each is written by one write().
 */
static void
handle_end(int signal_number)
{
	(void) signal_number;
	_exit(0);
}

/* Reads an option's number strictly, because a mistyped one would silently skip alerts. */
static int64_t
parse_number(const char *option, const char *text, int64_t min, int64_t max, int64_t otherwise)
{
	char message[200];
	char *end;
	long long value;

	if (text == NULL)
		return otherwise;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= min && value <= max)
		return value;
	snprintf(message, sizeof(message), "%s must be a number from %lld to %lld", option, (long long) min,
	         (long long) max);
	fail(message, USAGE_HINT);
}

/* Reads the command line; --help and --version end here, before any connection. */
static Options
parse_options(int argc, char **argv)
{
	static const struct option long_options[] = {{"dbname", required_argument, NULL, 'd'},
	                                             {"host", required_argument, NULL, 'h'},
	                                             {"port", required_argument, NULL, 'p'},
	                                             {"username", required_argument, NULL, 'U'},
	                                             {"project", required_argument, NULL, 'P'},
	                                             {"since", required_argument, NULL, 's'},
	                                             {"count", required_argument, NULL, 'c'},
	                                             {"json", no_argument, NULL, 'j'},
	                                             {"help", no_argument, NULL, 'H'},
	                                             {"version", no_argument, NULL, 'V'},
	                                             {NULL, 0, NULL, 0}};
	const char *given[128] = {NULL};
	int c;

	while ((c = getopt_long(argc, argv, "d:h:p:U:P:", long_options, NULL)) != -1)
	{
		if (c == '?')
			fail(NULL, USAGE_HINT);
		given[c] = optarg != NULL ? optarg : "";
	}
	if (given['H'] != NULL || given['V'] != NULL)
	{
		fputs(given['H'] != NULL ? help : PROGRAM " 1.0\n", stdout);
		exit(0);
	}
	if (optind < argc)
		fail("too many arguments", USAGE_HINT);
	return (Options){.dbname = given['d'],
	                 .host = given['h'],
	                 .port = given['p'],
	                 .user = given['U'],
	                 .project = parse_number("--project", given['P'], 1, INT32_MAX, 0),
	                 .since = parse_number("--since", given['s'], 0, INT64_MAX, -1),
	                 .count = parse_number("--count", given['c'], 1, INT64_MAX, 0),
	                 .json = given['j'] != NULL};
}

/*
 * Connects.  In PQconnectdbParams, later values win: a connection string may
 * change what stands before dbname.  Without tcp_user_timeout, a query sent over
 * a dead link would wait for a quarter of an hour.
 */
static void
open_connection(Listener *listener)
{
	const Options *options = &listener->options;
	const char *timeout = getenv("PGCONNECT_TIMEOUT") != NULL ? NULL : "10";
	const char *const keywords[] = {"connect_timeout",
	                                "keepalives",
	                                "keepalives_idle",
	                                "keepalives_interval",
	                                "keepalives_count",
	                                "tcp_user_timeout",
	                                "fallback_application_name",
	                                "dbname",
	                                "host",
	                                "port",
	                                "user",
	                                "client_encoding",
	                                NULL};
	const char *const values[] = {
		timeout,         "1",           "30",          "10",          "3",    "30000", PROGRAM,
		options->dbname, options->host, options->port, options->user, "UTF8", NULL};

	listener->conn = PQconnectdbParams(keywords, values, 1);
	if (listener->conn == NULL)
		fail("out of memory", NULL);
}

/*
 * Tells errors that stay, which end the program, from those that another
 * connection may cure: a missing right or table stays, and so does anything
 * before it has ever been listening.  Frees the result of a failed query.
 */
static bool
query_succeeded(Listener *listener, PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return true;
	if (sqlstate != NULL && strcmp(sqlstate, "42501") == 0)
		fail(PQerrorMessage(listener->conn), "ask for errtrack.grant_role(role, 'viewer')");
	if (sqlstate != NULL && (strcmp(sqlstate, "42P01") == 0 || strcmp(sqlstate, "3F000") == 0))
		fail(PQerrorMessage(listener->conn),
		     "connect to the database that has errtrack (-d), or run CREATE EXTENSION errtrack in this one,"
		     " and ask for errtrack.grant_role(role, 'viewer')");
	if (!listener->started)
		fail(PQerrorMessage(listener->conn), NULL);
	PQclear(result);
	return false;
}

/*
 * Connects and listens, and only then looks where the present is: an alert that
 * commits in between is found in the table.  False: try again.
 */
static bool
start(Listener *listener)
{
	char command[128];
	PGresult *result;

	open_connection(listener);
	if (PQstatus(listener->conn) != CONNECTION_OK)
	{
		if (!listener->started)
			fail(PQerrorMessage(listener->conn), NULL);
		return false;
	}

	/* Without a search_path, nobody's functions stand in for the built-in ones. */
	snprintf(command, sizeof(command), "SET search_path = ''; LISTEN %s", listener->channel);
	result = PQexec(listener->conn, command);
	if (!query_succeeded(listener, result))
		return false;
	PQclear(result);

	result = PQexec(listener->conn, present_query);
	if (!query_succeeded(listener, result))
		return false;
	if (listener->last < 0)
		listener->last = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);

	listener->started = true;
	fprintf(stderr, "listening on %s\n", listener->channel);
	return true;
}

/*
 * Prints text that a stranger may have written: control characters, those of
 * C1 (U+0080 to U+009F) among them, could rule the terminal or end the line.
 */
static void
print_text(const char *text)
{
	for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++)
	{
		if (at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F)
		{
			putchar(' ');
			at++;
		}
		else
			putchar(*at < 0x20 || *at == 0x7F ? ' ' : *at);
	}
}

/* Prints a column with what stands around it, or nothing at all where it is empty. */
static void
print_column(const PGresult *result, int row, int column, const char *before, const char *after)
{
	const char *value = PQgetvalue(result, row, column);

	if (value[0] == '\0')
		return;
	fputs(before, stdout);
	print_text(value);
	fputs(after, stdout);
}

/* Prints an alert for people to read. */
static void
print_line(const PGresult *result, int row)
{
	const char *count = PQgetvalue(result, row, ALERT_COUNT);

	printf("%s  %-10s", PQgetvalue(result, row, ALERT_AT), PQgetvalue(result, row, ALERT_KIND));
	print_column(result, row, ALERT_ISSUE, "  #", "");
	print_column(result, row, ALERT_TITLE, "  ", "");
	print_column(result, row, ALERT_CULPRIT, "  (", ")");
	print_column(result, row, ALERT_PROJECT, "  project ", "");
	print_column(result, row, ALERT_ENVIRONMENT, ", ", "");
	print_column(result, row, ALERT_RELEASE, ", release ", "");
	printf(", %s %s\n", count, strcmp(count, "1") == 0 ? "event" : "events");
}

/* Prints the alerts of one round, and ends the program at --count or when nobody can read them. */
static void
print_alerts(Listener *listener, const PGresult *result)
{
	for (int row = 0; row < PQntuples(result); row++)
	{
		if (listener->options.json)
			puts(PQgetvalue(result, row, ALERT_JSON));
		else
			print_line(result, row);
		if (fflush(stdout) != 0 || ferror(stdout))
			fail(strerror(errno), "check where standard output goes to");
		listener->last = strtoll(PQgetvalue(result, row, ALERT_ID), NULL, 10);
		if (++listener->printed == listener->options.count)
		{
			PQfinish(listener->conn);
			exit(0);
		}
	}
}

/* Prints what came after the last alert printed, in rounds until one is empty: a backlog may be long. */
static bool
print_new_alerts(Listener *listener)
{
	const char *query = listener->options.json ? json_query : line_query;
	char last[32];
	const char *const values[] = {last, listener->options.project > 0 ? listener->project : NULL};
	int rows;

	do
	{
		PGresult *result;

		snprintf(last, sizeof(last), "%lld", (long long) listener->last);
		result = PQexecParams(listener->conn, query, 2, NULL, values, NULL, NULL, 0);
		if (!query_succeeded(listener, result))
			return false;
		rows = PQntuples(result);
		print_alerts(listener, result);
		PQclear(result);
	} while (rows > 0);
	listener->delay_ms = FIRST_DELAY_MS;
	return true;
}

/* Takes all notifications that libpq holds: one query answers them all. */
static bool
take_notifications(PGconn *conn)
{
	PGnotify *notify;
	bool any = false;

	while ((notify = PQnotifies(conn)) != NULL)
	{
		any = true;
		PQfreemem(notify);
	}
	return any;
}

/*
 * Waits until the table is to be read again: on a notification, which may have
 * come with the answer to the last query already, or after the idle time, so
 * that a dead link is noticed.  False: the connection is lost.
 */
static bool
wait_for_alerts(Listener *listener)
{
	while (!take_notifications(listener->conn))
	{
		struct pollfd fd = {.fd = PQsocket(listener->conn), .events = POLLIN};
		int ready = poll(&fd, 1, IDLE_CHECK_MS);

		if (ready == 0)
			return true;
		if (ready < 0 && errno != EINTR)
			fail(strerror(errno), NULL);
		if (ready > 0 && !PQconsumeInput(listener->conn))
			return false;
	}
	return true;
}

/*
 * Drops the connection and says why, then waits, each time longer, so that a
 * server that is starting is not flooded.
 */
static void
back_off(Listener *listener)
{
	const char *message = PQerrorMessage(listener->conn);

	fprintf(stderr, PROGRAM ": connection lost, next attempt in %.1f s: %s", listener->delay_ms / 1000.0,
	        message[0] != '\0' ? message : "no reason given\n");
	PQfinish(listener->conn);
	poll(NULL, 0, listener->delay_ms);
	listener->delay_ms *= 2;
	if (listener->delay_ms > LAST_DELAY_MS)
		listener->delay_ms = LAST_DELAY_MS;
}

/* Listens for ever, on one connection after another; what was printed outlives them in listener. */
int
main(int argc, char **argv)
{
	static char buffer[256 * 1024];
	Listener listener = {.delay_ms = FIRST_DELAY_MS};

	signal(SIGINT, handle_end);
	signal(SIGTERM, handle_end);
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	listener.options = parse_options(argc, argv);
	listener.last = listener.options.since;
	strcpy(listener.channel, CHANNEL);
	if (listener.options.project > 0)
	{
		snprintf(listener.project, sizeof(listener.project), "%d", (int) listener.options.project);
		snprintf(listener.channel, sizeof(listener.channel), CHANNEL "_%s", listener.project);
	}

	for (;;)
	{
		if (start(&listener))
			while (print_new_alerts(&listener) && wait_for_alerts(&listener))
				/* until the connection is lost */;
		back_off(&listener);
	}
}
