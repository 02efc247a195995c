/*
 * What browsers report of violated security policies, as SDKs and gateways pass
 * it on: {"csp": {"effective_directive": "script-src", "blocked_uri": "https://cdn.example.com/a.js", …}}.
 */
#include "event.h"

#include "lib/stringinfo.h"

/* The reports that are read, and what they are about. */
static const struct
{
	const char *member;
	const char *about;
} reports[] = {
	{"csp", "Content-Security-Policy"},
	{"expectct", "Expect-CT"},
	{"expectstaple", "Expect-Staple"},
	{"hpkp", "Public-Key-Pins"},
};

/* The directive that was violated: the first word of what the browser says. */
static Slice
read_directive(JsonbContainer *report)
{
	Slice directive = json_member_text(report, "effective_directive");
	ptrdiff_t blank;

	if (!has_text(directive))
		directive = json_member_text(report, "violated_directive");
	directive = slice_trim(directive);
	blank = slice_find_char(directive, ' ');
	return blank >= 0 ? slice_range(directive, 0, blank) : directive;
}

/* Of an address its host, of `data:…` and the like the scheme: the rest differs from page to page. */
static Slice
read_source(JsonbContainer *report)
{
	Slice uri = slice_trim(json_member_text(report, "blocked_uri"));
	ptrdiff_t colon = slice_find_char(uri, ':');
	size_t end = 0;

	if (colon < 0)
		return uri;
	if (!slice_starts(slice_skip(uri, colon), SLICE("://")))
		return slice_range(uri, 0, colon);
	uri = slice_skip(uri, colon + 3);
	while (end < uri.len && uri.data[end] != '/' && uri.data[end] != '?' && uri.data[end] != '#')
		end++;
	return slice_range(uri, 0, end);
}

/* What was violated stands for the class, as these events have no exception; who did it, for the message. */
static void
describe(const char *about, JsonbContainer *report, Event *event)
{
	StringInfoData name;
	Slice directive = read_directive(report), source = read_source(report);
	Slice hostname = json_member_text(report, "hostname");

	initStringInfo(&name);
	appendStringInfoString(&name, about);
	if (has_text(directive))
		appendStringInfo(&name, " %.*s", (int) directive.len, directive.data);
	if (has_text(source))
		appendStringInfo(&name, " blocked %.*s", (int) source.len, source.data);
	event_set_text(event, EVENT_EXCEPTION_CLASS, (Slice){name.data, name.len});
	if (event->nulls[EVENT_MESSAGE] && has_text(hostname))
		event_set_text(event, EVENT_MESSAGE, hostname);
}

/* Reads the security report of a payload, if it is one. */
void
security_report_read(JsonbContainer *payload, Event *event)
{
	if (!event->nulls[EVENT_EXCEPTION_CLASS] || !event->nulls[EVENT_EXCEPTIONS])
		return;
	for (size_t i = 0; i < lengthof(reports); i++)
	{
		JsonbContainer *report = json_member_container(payload, reports[i].member);

		if (report == NULL || !JsonContainerIsObject(report))
			continue;
		describe(reports[i].about, report, event);
		return;
	}
}
