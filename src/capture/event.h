/*
 * An event: the columns of errtrack.raw_events, in their order.
 */
#ifndef ERRTRACK_EVENT_H
#define ERRTRACK_EVENT_H

#include "../server.h"

/* Index of a column in the arrays of a tuple; raw_events.sql has the same order. */
typedef enum EventColumn
{
	EVENT_SLOT,
	EVENT_TXID,
	EVENT_PROJECT_ID,
	EVENT_EVENT_ID,
	EVENT_RECEIVED_AT,
	EVENT_OCCURRED_AT,
	EVENT_LEVEL,
	EVENT_PLATFORM,
	EVENT_EXCEPTION_CLASS,
	EVENT_MESSAGE,
	EVENT_STACK_TRACE,
	EVENT_EXCEPTIONS,
	EVENT_ENVIRONMENT,
	EVENT_RELEASE,
	EVENT_DIST,
	EVENT_SERVER_NAME,
	EVENT_TRANSACTION,
	EVENT_LOGGER,
	EVENT_USER_ID,
	EVENT_SESSION_ID,
	EVENT_REQUEST,
	EVENT_TAGS,
	EVENT_CONTEXTS,
	EVENT_EXTRA,
	EVENT_TRACE_ID,
	EVENT_SPAN_ID,
	EVENT_FINGERPRINT,
	EVENT_DEBUG_IDS,
	EVENT_FLAGS,
	EVENT_COLUMNS
} EventColumn;

/* An event's values, as a tuple of raw_events takes them. */
typedef struct Event
{
	Datum values[EVENT_COLUMNS];
	bool nulls[EVENT_COLUMNS];
} Event;

extern void event_init(Event *event);
extern void event_set_text(Event *event, EventColumn column, Slice value);
extern void event_set_json(Event *event, EventColumn column, Jsonb *value);
extern void event_add_flag(Event *event, const char *flag);
extern void payload_read(Jsonb *payload, Event *event);
extern void security_report_read(JsonbContainer *payload, Event *event);
extern Jsonb *scrub_json(Jsonb *json);

#endif /* ERRTRACK_EVENT_H */
