/*
 * Events as JSON: errtrack's own names, or an SDK's event payload, or an event
 * as the API of an error tracker exports it.
 */
#include "event.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/md5.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

PG_FUNCTION_INFO_V1(errtrack_read_payload);

/*
 * The text columns, and where else than under its own name a payload may hold
 * each: under another name, in its tags.
 */
static const struct
{
	EventColumn column;
	const char *name;
	const char *other_name;
	bool in_tags;
} text_columns[] = {
	{EVENT_LEVEL, "level", NULL, true},
	{EVENT_PLATFORM, "platform", NULL, false},
	{EVENT_EXCEPTION_CLASS, "exception_class", NULL, false},
	{EVENT_STACK_TRACE, "stack_trace", NULL, false},
	{EVENT_ENVIRONMENT, "environment", NULL, true},
	{EVENT_RELEASE, "release", NULL, true},
	{EVENT_DIST, "dist", NULL, false},
	{EVENT_SERVER_NAME, "server_name", NULL, true},
	{EVENT_TRANSACTION, "transaction", NULL, true},
	{EVENT_LOGGER, "logger", NULL, true},
	{EVENT_USER_ID, "user_id", NULL, false},
	{EVENT_SESSION_ID, "session_id", NULL, false},
	{EVENT_TRACE_ID, "trace_id", NULL, false},
	{EVENT_SPAN_ID, "span_id", NULL, false},
};

/* Names that are read besides those of text_columns; what bears another one is kept in extra. */
static const char *const other_names[] = {
	"contexts",
	"debug_ids",
	"entries",
	"eventID",
	"event_id",
	"exception",
	"exceptions",
	"extra",
	"fingerprint",
	"flags",
	"logentry",
	"message",
	"dateCreated",
	"occurred_at",
	"project",
	"project_id",
	"received_at",
	"request",
	"sentry.interfaces.Exception",
	"sentry.interfaces.Http",
	"sentry.interfaces.Message",
	"sentry.interfaces.Stacktrace",
	"slot",
	"stacktrace",
	"tags",
	"timestamp",
	"txid",
};

/* The first of several names that object has a value for. */
static bool
first_member(JsonbContainer *object, JsonbValue *value, const char *const *names)
{
	for (; *names; names++)
		if (json_member(object, *names, value))
			return true;
	return false;
}

/* Finds the data of the entry of a type in an API export's "entries". */
static bool
find_entry(JsonbContainer *payload, const char *type, JsonbValue *data)
{
	JsonbContainer *entries = json_member_container(payload, "entries");

	if (entries == NULL || !JsonContainerIsArray(entries))
		return false;
	for (uint32 i = 0; i < JsonContainerSize(entries); i++)
	{
		JsonbContainer *entry = json_container(getIthJsonbValueFromContainer(entries, i));

		if (slice_equal(json_member_text(entry, "type"), slice_of_string(type)))
			return json_member(entry, "data", data) && json_container(data) != NULL;
	}
	return false;
}

/* Has an exception, or the last of several, a stack of its own? */
static bool
has_stack(JsonbContainer *exceptions)
{
	JsonbContainer *values = json_member_container(exceptions, "values");
	JsonbContainer *frames;

	if (values != NULL)
		exceptions = values;
	if (JsonContainerIsArray(exceptions))
	{
		if (JsonContainerSize(exceptions) == 0)
			return false;
		exceptions =
			json_container(getIthJsonbValueFromContainer(exceptions, JsonContainerSize(exceptions) - 1));
	}
	frames = json_member_container(json_member_container(exceptions, "stacktrace"), "frames");
	return frames != NULL && JsonContainerSize(frames) > 0;
}

/* The stack of the thread that crashed, or else of the current one, or else of the only one. */
static bool
find_thread_stack(JsonbContainer *payload, JsonbValue *stacktrace)
{
	JsonbContainer *threads = json_member_container(payload, "threads");
	JsonbContainer *values;
	JsonbValue entry;
	bool found = false;

	if (threads == NULL && find_entry(payload, "threads", &entry))
		threads = json_container(&entry);
	values = json_member_container(threads, "values");
	if (values == NULL)
		values = threads;
	if (values == NULL || !JsonContainerIsArray(values))
		return false;
	for (int wanted = 0; wanted < 3 && !found; wanted++)
		for (uint32 i = 0; i < JsonContainerSize(values) && !found; i++)
		{
			JsonbContainer *thread = json_container(getIthJsonbValueFromContainer(values, i));
			JsonbValue is;
			bool matches = wanted == 2 ? JsonContainerSize(values) == 1
			                           : json_member(thread, wanted == 0 ? "crashed" : "current", &is) &&
			                                 is.type == jbvBool && is.val.boolean;

			found = matches && json_member(thread, "stacktrace", stacktrace);
		}
	return found;
}

/* Pushes a member of an object. */
static void
push_member(JsonbParseState **state, const char *key, JsonbValue *value)
{
	JsonbValue name = {.type = jbvString};

	name.val.string.val = unconstify(char *, key);
	name.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &name);
	pushJsonbValue(state, WJB_VALUE, value);
}

/*
 * One exception with a stack that stood apart from it: type and value of the
 * last of exceptions, if there are any.
 */
static Jsonb *
join_stack(JsonbContainer *exceptions, JsonbValue *stacktrace)
{
	static const char *const names[] = {"type", "value", "module"};
	JsonbContainer *values = json_member_container(exceptions, "values");
	JsonbParseState *state = NULL;

	if (values != NULL)
		exceptions = values;
	if (exceptions != NULL && JsonContainerIsArray(exceptions))
		exceptions = JsonContainerSize(exceptions) == 0 ? NULL
		                                                : json_container(getIthJsonbValueFromContainer(
															  exceptions, JsonContainerSize(exceptions) - 1));
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (size_t i = 0; i < lengthof(names); i++)
	{
		JsonbValue value;

		if (json_member(exceptions, names[i], &value))
			push_member(&state, names[i], &value);
	}
	push_member(&state, "stacktrace", stacktrace);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/* Finds the exceptions, wherever a payload has them. */
static void
read_exceptions(JsonbContainer *payload, Event *event)
{
	static const char *const names[] = {"exceptions", "exception", "sentry.interfaces.Exception", NULL};
	static const char *const stack_names[] = {"stacktrace", "sentry.interfaces.Stacktrace", NULL};
	JsonbValue value, stacktrace;
	JsonbContainer *exceptions = NULL;
	bool found = first_member(payload, &value, names) || find_entry(payload, "exception", &value);

	if (found)
		exceptions = json_container(&value);
	if ((exceptions == NULL || !has_stack(exceptions)) &&
	    (first_member(payload, &stacktrace, stack_names) || find_thread_stack(payload, &stacktrace) ||
	     find_entry(payload, "stacktrace", &stacktrace)))
		event_set_json(event, EVENT_EXCEPTIONS, join_stack(exceptions, &stacktrace));
	else if (found)
		event_set_json(event, EVENT_EXCEPTIONS, json_copy(&value));
}

/* A message: text, or an object with the text and what it was made from. */
static Slice
message_text(const JsonbValue *value)
{
	JsonbContainer *object = json_container(value);
	Slice formatted;

	if (object == NULL || !JsonContainerIsObject(object))
		return json_text(value);
	formatted = json_member_text(object, "formatted");
	return has_text(formatted) ? formatted : json_member_text(object, "message");
}

/* Finds the message, wherever a payload has it. */
static void
read_message(JsonbContainer *payload, Event *event)
{
	static const char *const names[] = {"message", "logentry", "sentry.interfaces.Message", NULL};
	JsonbValue value;
	Slice message = NO_SLICE;

	for (const char *const *name = names; *name && !has_text(message); name++)
		if (json_member(payload, *name, &value))
			message = message_text(&value);
	if (!has_text(message) && find_entry(payload, "message", &value))
		message = message_text(&value);
	if (has_text(message))
		event_set_text(event, EVENT_MESSAGE, message);
}

/* Is there a field that DecodeDateTime() may take for a time zone, raising an error where no zone has this name? */
static bool
has_unknown_zone(char **field, const int *ftype, int nf)
{
	for (int i = 1; i < nf; i++)
		if (ftype[i] == DTK_DATE && !is_digit(*field[i]) && pg_tzset(field[i]) == NULL)
			return true;
	return false;
}

/* Reads a time as text in any form that the server reads, or as seconds since 1970; false where it is neither. */
static bool
read_time(const JsonbValue *value, TimestampTz *time)
{
	char text[MAXDATELEN + 1];
	char buffer[MAXDATELEN + MAXDATEFIELDS];
	char *field[MAXDATEFIELDS];
	int ftype[MAXDATEFIELDS];
	int nf, decoded, dtype, tz;
	pg_tz *session_zone = session_timezone;
	struct pg_tm tm;
	fsec_t fsec;
	Slice s;

	if (value->type == jbvNumeric)
	{
		double seconds = DatumGetFloat8(
			DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));

		/* from 1970 until the year 9999 */
		if (!(seconds >= 0 && seconds < 253402300800.0))
			return false;
		seconds -= (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (double) SECS_PER_DAY;
		*time = (TimestampTz) rint(seconds * USECS_PER_SEC);
		return true;
	}
	if (value->type != jbvString)
		return false;
	s = json_text(value);
	if (s.len == 0 || s.len > MAXDATELEN)
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	if (ParseDateTime(text, buffer, sizeof(buffer), field, ftype, MAXDATEFIELDS, &nf) != 0 ||
	    has_unknown_zone(field, ftype, nf))
		return false;
	/* a time without a zone is UTC, as SDKs mean it, and not in this session's zone */
	session_timezone = pg_tzset_offset(0);
	decoded = decode_date_time(field, ftype, nf, &dtype, &tm, &fsec, &tz);
	session_timezone = session_zone;
	return decoded == 0 && dtype == DTK_DATE && tm2timestamp(&tm, fsec, &tz, time) == 0;
}

/* Reads the time at which the error happened, and the one at which it was received. */
static void
read_times(JsonbContainer *payload, Event *event)
{
	static const char *const occurred[] = {"occurred_at", "timestamp", "dateCreated", NULL};
	static const char *const received[] = {"received_at", NULL};
	JsonbValue value;
	TimestampTz time;

	if (first_member(payload, &value, occurred))
	{
		if (read_time(&value, &time))
		{
			event->values[EVENT_OCCURRED_AT] = TimestampTzGetDatum(time);
			event->nulls[EVENT_OCCURRED_AT] = false;
		}
		else
			event_add_flag(event, "occurred_at_invalid");
	}
	if (first_member(payload, &value, received) && read_time(&value, &time))
	{
		event->values[EVENT_RECEIVED_AT] = TimestampTzGetDatum(time);
		event->nulls[EVENT_RECEIVED_AT] = false;
	}
}

/*
 * Reads the event's id: 32 hexadecimal digits, with or without hyphens.  Any
 * other text is hashed, so that an event sent twice is recognised all the same.
 */
static void
read_event_id(JsonbContainer *payload, Event *event)
{
	static const char *const names[] = {"event_id", "eventID", NULL};
	JsonbValue value;
	Slice s;
	pg_uuid_t *id;
	int ndigits = 0;
	const char *error = NULL;

	if (!first_member(payload, &value, names) || !has_text(s = json_text(&value)))
		return;
	id = palloc0(sizeof(pg_uuid_t));
	for (size_t i = 0; i < s.len; i++)
	{
		char c = s.data[i];

		if (c == '-')
			continue;
		if (!is_hex_digit(c) || ndigits == 32)
		{
			ndigits = -1;
			break;
		}
		c = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
		id->data[ndigits / 2] |= ndigits % 2 == 0 ? c << 4 : c;
		ndigits++;
	}
	if (ndigits != 32)
	{
		if (!pg_md5_binary(s.data, s.len, id->data, &error))
			return;
		event_add_flag(event, "event_id_invalid");
	}
	event->values[EVENT_EVENT_ID] = UUIDPGetDatum(id);
	event->nulls[EVENT_EVENT_ID] = false;
}

/* Reads a list of texts; a single one is a list as well. */
static void
read_texts(JsonbContainer *payload, const char *name, EventColumn column, Event *event)
{
	JsonbValue value;
	JsonbContainer *list;
	Datum *texts;
	int n = 0;

	if (!json_member(payload, name, &value))
		return;
	list = json_container(&value);
	if (list == NULL || !JsonContainerIsArray(list))
	{
		texts = palloc(sizeof(Datum));
		texts[n++] = PointerGetDatum(text_of_slice(json_text(&value)));
	}
	else
	{
		texts = palloc(Max(JsonContainerSize(list), 1) * sizeof(Datum));
		for (uint32 i = 0; i < JsonContainerSize(list); i++)
		{
			Slice s = json_text(getIthJsonbValueFromContainer(list, i));

			if (s.data != NULL)
				texts[n++] = PointerGetDatum(text_of_slice(s));
		}
	}
	if (n == 0)
		return;
	event->values[column] = PointerGetDatum(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
	event->nulls[column] = false;
}

/* Reads tags: an object, or a list of [key, value] or {key, value}, into an object. */
static Jsonb *
read_tags(JsonbContainer *payload)
{
	JsonbValue value;
	JsonbContainer *tags;
	JsonbParseState *state = NULL;

	if (!json_member(payload, "tags", &value))
		return NULL;
	tags = json_container(&value);
	if (tags == NULL || !JsonContainerIsArray(tags))
		return json_copy(&value);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (uint32 i = 0; i < JsonContainerSize(tags); i++)
	{
		JsonbContainer *pair = json_container(getIthJsonbValueFromContainer(tags, i));
		JsonbValue key, tag;

		if (pair == NULL)
			continue;
		if (JsonContainerIsArray(pair) && JsonContainerSize(pair) == 2)
		{
			key = *getIthJsonbValueFromContainer(pair, 0);
			tag = *getIthJsonbValueFromContainer(pair, 1);
		}
		else if (!json_member(pair, "key", &key) || !json_member(pair, "value", &tag))
			continue;
		if (key.type != jbvString)
			continue;
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &tag);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Reads which debug id each bundled file has, as {file: debug id}. */
static Jsonb *
read_debug_ids(JsonbContainer *payload)
{
	JsonbValue value;
	JsonbContainer *images;
	JsonbParseState *state = NULL;

	if (json_member(payload, "debug_ids", &value))
		return json_copy(&value);
	images = json_member_container(json_member_container(payload, "debug_meta"), "images");
	if (images == NULL || !JsonContainerIsArray(images))
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (uint32 i = 0; i < JsonContainerSize(images); i++)
	{
		JsonbContainer *image = json_container(getIthJsonbValueFromContainer(images, i));
		JsonbValue file, id;

		if (!json_member(image, "code_file", &file) || file.type != jbvString ||
		    !json_member(image, "debug_id", &id))
			continue;
		pushJsonbValue(&state, WJB_KEY, &file);
		pushJsonbValue(&state, WJB_VALUE, &id);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Is a member of the payload read into a column? */
static bool
is_read(Slice name)
{
	for (size_t i = 0; i < lengthof(text_columns); i++)
		if (slice_equal(name, slice_of_string(text_columns[i].name)))
			return true;
	for (size_t i = 0; i < lengthof(other_names); i++)
		if (slice_equal(name, slice_of_string(other_names[i])))
			return true;
	return false;
}

/* extra, and with it all that there is no column for, under its own name. */
static Jsonb *
read_extra(JsonbContainer *payload)
{
	JsonbParseState *state = NULL;
	JsonbIterator *it;
	JsonbValue key, value;
	bool any = false;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	it = JsonbIteratorInit(payload);
	JsonbIteratorNext(&it, &value, false);
	while (JsonbIteratorNext(&it, &key, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&it, &value, true);
		if (value.type == jbvNull || is_read((Slice){key.val.string.val, key.val.string.len}))
			continue;
		any = true;
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	if (json_member(payload, "extra", &value))
	{
		any = true;
		if (json_container(&value) == NULL || !JsonContainerIsObject(json_container(&value)))
			push_member(&state, "extra", &value);
		else
		{
			it = JsonbIteratorInit(json_container(&value));
			JsonbIteratorNext(&it, &value, false);
			while (JsonbIteratorNext(&it, &key, true) == WJB_KEY)
			{
				(void) JsonbIteratorNext(&it, &value, true);
				pushJsonbValue(&state, WJB_KEY, &key);
				pushJsonbValue(&state, WJB_VALUE, &value);
			}
		}
	}
	return any ? JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)) : NULL;
}

/* Sets a column from the first of several texts that is there, if nothing is in it yet. */
static void
set_default_text(Event *event, EventColumn column, JsonbContainer *object, const char *const *names)
{
	JsonbValue value;

	if (event->nulls[column] && first_member(object, &value, names))
		event_set_text(event, column, json_text(&value));
}

/* Reads the text columns; see text_columns. */
static void
read_text_columns(JsonbContainer *payload, JsonbContainer *tags, Event *event)
{
	for (size_t i = 0; i < lengthof(text_columns); i++)
	{
		JsonbValue value;
		Slice s = NO_SLICE;

		if (json_member(payload, text_columns[i].name, &value))
		{
			/* an API export has a release's row where an SDK has its version */
			Slice version = json_member_text(json_container(&value), "version");

			s = has_text(version) ? version : json_text(&value);
		}
		else if (text_columns[i].in_tags)
			s = json_member_text(tags, text_columns[i].name);
		if (has_text(s))
			event_set_text(event, text_columns[i].column, s);
	}
}

/* Copies a member that a column takes as it is. */
static void
read_json(JsonbContainer *payload, const char *name, EventColumn column, Event *event)
{
	JsonbValue value;

	if (json_member(payload, name, &value))
		event_set_json(event, column, json_copy(&value));
}

/*
 * Reads an event from JSON.  No shape of it is an error: what is not as
 * expected is left out and flagged, and a payload that is no object becomes the
 * message.
 */
void
payload_read(Jsonb *payload, Event *event)
{
	static const char *const user_names[] = {"id", "username", "email", "ip_address", NULL};
	static const char *const trace_names[] = {"trace_id", NULL};
	static const char *const span_names[] = {"span_id", NULL};
	JsonbContainer *root = &payload->root, *trace;
	JsonbValue entry;
	Jsonb *tags;

	event_init(event);
	if (!JsonContainerIsObject(root))
	{
		JsonbValue value;

		if (JsonContainerIsScalar(root))
			value = *getIthJsonbValueFromContainer(root, 0);
		else
		{
			value.type = jbvBinary;
			value.val.binary.data = root;
			value.val.binary.len = VARSIZE(payload) - VARHDRSZ;
		}
		event_set_text(event, EVENT_MESSAGE, json_text(&value));
		event_add_flag(event, "payload_not_an_object");
		return;
	}

	read_texts(root, "flags", EVENT_FLAGS, event);
	read_event_id(root, event);
	read_times(root, event);
	tags = read_tags(root);
	event_set_json(event, EVENT_TAGS, tags);
	read_text_columns(root, tags ? &tags->root : NULL, event);
	read_message(root, event);
	read_exceptions(root, event);
	security_report_read(root, event);
	read_json(root, "contexts", EVENT_CONTEXTS, event);
	read_json(root, "request", EVENT_REQUEST, event);
	if (event->nulls[EVENT_REQUEST])
		read_json(root, "sentry.interfaces.Http", EVENT_REQUEST, event);
	if (event->nulls[EVENT_REQUEST] && find_entry(root, "request", &entry))
		event_set_json(event, EVENT_REQUEST, json_copy(&entry));
	event_set_json(event, EVENT_EXTRA, read_extra(root));
	read_texts(root, "fingerprint", EVENT_FINGERPRINT, event);
	event_set_json(event, EVENT_DEBUG_IDS, read_debug_ids(root));

	set_default_text(event, EVENT_USER_ID, json_member_container(root, "user"), user_names);
	trace = json_member_container(json_member_container(root, "contexts"), "trace");
	set_default_text(event, EVENT_TRACE_ID, trace, trace_names);
	set_default_text(event, EVENT_SPAN_ID, trace, span_names);
}

/*
 * errtrack.read_payload(payload jsonb) RETURNS errtrack.raw_events: an event
 * from JSON, as a row; columns that the payload does not name are null.
 */
Datum
errtrack_read_payload(PG_FUNCTION_ARGS)
{
	Event event;
	TupleDesc tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != EVENT_COLUMNS)
		elog(ERROR, "errtrack.raw_events has other columns than expected");
	payload_read(PG_GETARG_JSONB_P(0), &event);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, event.values, event.nulls)));
}
