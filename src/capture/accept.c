/*
 * The insert path: every event passes through one BEFORE ROW trigger, which
 * replaces secrets, cuts what is too large and repairs what can be repaired, so
 * that nothing that an event holds fails its INSERT.
 */
#include "event.h"
#include "../clock.h"
#include "../inbox/shed.h"
#include "../inbox/inbox_slot.h"

#include "access/detoast.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"

PG_FUNCTION_INFO_V1(errtrack_accept_event);

/* How many bytes of a text column are kept. */
static const struct
{
	EventColumn column;
	size_t limit;
	const char *flag;
} text_limits[] = {
	{EVENT_LEVEL, 50, "level_cut"},
	{EVENT_PLATFORM, 50, "platform_cut"},
	{EVENT_EXCEPTION_CLASS, 500, "exception_class_cut"},
	{EVENT_MESSAGE, 16 * 1024, "message_cut"},
	{EVENT_STACK_TRACE, 256 * 1024, "stack_trace_cut"},
	{EVENT_ENVIRONMENT, 200, "environment_cut"},
	{EVENT_RELEASE, 200, "release_cut"},
	{EVENT_DIST, 200, "dist_cut"},
	{EVENT_SERVER_NAME, 200, "server_name_cut"},
	{EVENT_TRANSACTION, 500, "transaction_cut"},
	{EVENT_LOGGER, 200, "logger_cut"},
	{EVENT_USER_ID, 200, "user_id_cut"},
	{EVENT_SESSION_ID, 200, "session_id_cut"},
	{EVENT_TRACE_ID, 100, "trace_id_cut"},
	{EVENT_SPAN_ID, 100, "span_id_cut"},
};

/* The jsonb columns; those that may hold headers are searched for secrets. */
static const struct
{
	EventColumn column;
	bool may_hold_secrets;
	const char *flag;
} json_limits[] = {
	{EVENT_REQUEST, true, "request_dropped"},      {EVENT_TAGS, false, "tags_dropped"},
	{EVENT_CONTEXTS, true, "contexts_dropped"},    {EVENT_EXTRA, true, "extra_dropped"},
	{EVENT_DEBUG_IDS, false, "debug_ids_dropped"},
};

/* A jsonb column larger than this is dropped; exceptions are cut instead. */
#define JSON_LIMIT (256 * 1024)
/* Of a list of frames, so many at each end are kept … */
#define FRAMES_AT_EACH_END 500
/* … and of a list of exceptions, so many at each end. */
#define EXCEPTIONS_AT_EACH_END 25
/* Of a string in exceptions, so many bytes. */
#define JSON_STRING_LIMIT 2000
/* What lies deeper in exceptions becomes null; a frame's members lie six deep. */
#define JSON_DEPTH_LIMIT 20
/* Of an event's own fingerprint, so many parts and bytes of each. */
#define FINGERPRINT_PARTS 20
#define FINGERPRINT_PART_LIMIT 500

/* Of an unknown project this backend warns once in so many milliseconds … */
#define PROJECT_WARNING_INTERVAL 60000
/* … and in that time of so many projects. */
#define PROJECTS_WARNED_OF 16

/* What restored events bear until the consumer adopts them (src/inbox/inbox.sql): no transaction's id. */
#define RESTORED_TXID UINT64CONST(0xFFFFFFFFFFFFFFFF)

/* Projects that this backend has seen in the table.  Rows that go are the consumer's to notice. */
static HTAB *known_projects = NULL;

/* Is there such a project?  Reads as of now, and leaves no predicate lock in a serializable transaction. */
static bool
project_exists(int32 project_id)
{
	Relation projects = open_own_table("projects");
	SysScanDesc scan;
	ScanKeyData key;
	bool found;

	/* nobody can say now: the consumer will */
	if (projects == NULL)
		return true;
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(project_id));
	scan = systable_beginscan(projects, RelationGetPrimaryKeyIndex(projects), true, SnapshotSelf, 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(projects, AccessShareLock);
	return found;
}

/*
 * Is this project to be warned of now?  Each warning goes to the server log, too,
 * so a backend warns of a project once a minute, and of no more than a few.
 */
static bool
is_warning_due(int32 project_id)
{
	static struct
	{
		int32 project_id;
		TimestampTz at;
	} warned[PROJECTS_WARNED_OF];
	TimestampTz now = GetCurrentTimestamp();
	int unused = -1;

	for (int i = 0; i < (int) lengthof(warned); i++)
	{
		/* a clock that was set back must not silence it */
		if (warned[i].at > now || TimestampDifferenceExceeds(warned[i].at, now, PROJECT_WARNING_INTERVAL))
			unused = i;
		else if (warned[i].project_id == project_id)
			return false;
	}
	if (unused < 0)
		return false;
	warned[unused].project_id = project_id;
	warned[unused].at = now;
	return true;
}

/*
 * Warns of a project that does not exist.  The event is taken all the same: the
 * consumer sets it aside.
 */
static void
check_project(int32 project_id)
{
	if (known_projects == NULL)
	{
		HASHCTL control = {.keysize = sizeof(int32), .entrysize = sizeof(int32)};

		known_projects = hash_create("errtrack known projects", 64, &control, HASH_ELEM | HASH_BLOBS);
	}
	if (hash_search(known_projects, &project_id, HASH_FIND, NULL) != NULL)
		return;
	if (project_exists(project_id))
	{
		hash_search(known_projects, &project_id, HASH_ENTER, NULL);
		return;
	}
	if (!is_warning_due(project_id))
		return;
	ereport(WARNING,
	        (errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("errtrack has no project %d", project_id),
	         errdetail("Its events are set aside in errtrack.set_aside_events."),
	         errhint("Create a project with errtrack.create_project() and use the number that it returns.")));
}

/* A random event_id, as for a row that names none. */
static Datum
random_event_id(void)
{
	return DirectFunctionCall1(gen_random_uuid, (Datum) 0);
}

/* Does the event come from this transaction, and not from a dump or another server? */
static bool
is_own(const Event *event)
{
	return FullTransactionIdEquals(DatumGetFullTransactionId(event->values[EVENT_TXID]),
	                               GetTopFullTransactionId());
}

/*
 * The id of another server's transaction says nothing here, and an event that
 * bears it could pass for consumed.  One that was replicated counts as of now;
 * one that was restored waits until all of the dump is there.
 */
static bool
repair_txid(Event *event)
{
	if (event->nulls[EVENT_TXID] || SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		event->values[EVENT_TXID] = FullTransactionIdGetDatum(GetTopFullTransactionId());
	else if (!is_own(event))
		event->values[EVENT_TXID] = FullTransactionIdGetDatum(FullTransactionIdFromU64(RESTORED_TXID));
	else
		return false;
	event->nulls[EVENT_TXID] = false;
	return true;
}

/* Repairs the columns that are needed, and times that cannot be. */
static bool
repair(Event *event)
{
	TimestampTz now = clock_now();
	bool changed = repair_txid(event);

	if (event->nulls[EVENT_PROJECT_ID])
	{
		event->values[EVENT_PROJECT_ID] = Int32GetDatum(1);
		event->nulls[EVENT_PROJECT_ID] = false;
		changed = true;
	}
	if (event->nulls[EVENT_EVENT_ID])
	{
		event->values[EVENT_EVENT_ID] = random_event_id();
		event->nulls[EVENT_EVENT_ID] = false;
		changed = true;
	}
	if (event->nulls[EVENT_RECEIVED_AT] || DatumGetTimestampTz(event->values[EVENT_RECEIVED_AT]) > now ||
	    TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(event->values[EVENT_RECEIVED_AT])))
	{
		event->values[EVENT_RECEIVED_AT] = TimestampTzGetDatum(now);
		event->nulls[EVENT_RECEIVED_AT] = false;
		changed = true;
	}
	if (!event->nulls[EVENT_OCCURRED_AT] &&
	    TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(event->values[EVENT_OCCURRED_AT])))
	{
		event->nulls[EVENT_OCCURRED_AT] = true;
		event_add_flag(event, "occurred_at_invalid");
		changed = true;
	}
	return changed;
}

/* Both ends of a stack trace that is too long: the innermost frames stand at one of them. */
static text *
cut_middle(Slice s, size_t limit)
{
	const Slice mark = SLICE("\n[... cut ...]\n");
	Slice head = slice_clip(s, limit / 2);
	Slice tail = slice_skip(s, s.len - limit / 2);
	ptrdiff_t line = slice_find_char(tail, '\n');
	text *result;

	/* begin with a whole line, or else with a whole character */
	if (line >= 0 && line < 10000)
		tail = slice_skip(tail, line + 1);
	else
		while (tail.len > 0 && (tail.data[0] & 0xC0) == 0x80)
			tail = slice_skip(tail, 1);
	line = slice_find_last_char(head, '\n');
	if (line >= 0 && head.len - line < 10000)
		head.len = line;
	result = palloc(VARHDRSZ + head.len + mark.len + tail.len);
	SET_VARSIZE(result, VARHDRSZ + head.len + mark.len + tail.len);
	memcpy(VARDATA(result), head.data, head.len);
	memcpy(VARDATA(result) + head.len, mark.data, mark.len);
	memcpy(VARDATA(result) + head.len + mark.len, tail.data, tail.len);
	return result;
}

/* Cuts texts to their limits. */
static bool
cut_texts(Event *event)
{
	bool changed = false;

	for (size_t i = 0; i < lengthof(text_limits); i++)
	{
		EventColumn column = text_limits[i].column;
		size_t limit = text_limits[i].limit;
		Slice s;

		if (event->nulls[column] || toast_raw_datum_size(event->values[column]) <= limit + VARHDRSZ)
			continue;
		s = slice_of_text(DatumGetTextPP(event->values[column]));
		event->values[column] = PointerGetDatum(
			column == EVENT_STACK_TRACE ? cut_middle(s, limit) : text_of_slice(slice_clip(s, limit)));
		event_add_flag(event, text_limits[i].flag);
		changed = true;
	}
	return changed;
}

/* Cuts an event's own fingerprint to FINGERPRINT_PARTS parts of FINGERPRINT_PART_LIMIT bytes, without nulls. */
static bool
cut_fingerprint(Event *event)
{
	Datum *parts;
	bool *nulls;
	int nparts, kept = 0;
	bool changed;

	if (event->nulls[EVENT_FINGERPRINT])
		return false;
	deconstruct_array(DatumGetArrayTypeP(event->values[EVENT_FINGERPRINT]), TEXTOID, -1, false, TYPALIGN_INT,
	                  &parts, &nulls, &nparts);
	changed = nparts > FINGERPRINT_PARTS;
	for (int i = 0; i < nparts && kept < FINGERPRINT_PARTS; i++)
	{
		Slice part;

		if (nulls[i])
		{
			changed = true;
			continue;
		}
		part = slice_of_text(DatumGetTextPP(parts[i]));
		if (part.len > FINGERPRINT_PART_LIMIT)
		{
			parts[i] = PointerGetDatum(text_of_slice(slice_clip(part, FINGERPRINT_PART_LIMIT)));
			changed = true;
		}
		parts[kept++] = parts[i];
	}
	if (!changed)
		return false;
	event->values[EVENT_FINGERPRINT] =
		PointerGetDatum(construct_array(parts, kept, TEXTOID, -1, false, TYPALIGN_INT));
	event_add_flag(event, "fingerprint_cut");
	return true;
}

/* Copies a value with its strings cut, and the source text and variables of its frames left out. */
static void push_cut(JsonbParseState **state, JsonbIteratorToken token, JsonbValue *value, int depth,
                     JsonbValue **result);

/* Copies the members of an array or object: of a long list only both ends. */
static void
push_container(JsonbParseState **state, JsonbContainer *container, int at_each_end, int depth,
               JsonbValue **result)
{
	uint32 size = JsonContainerSize(container);

	if (JsonContainerIsArray(container))
	{
		pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
		for (uint32 i = 0; i < size; i++)
		{
			if (at_each_end > 0 && i >= (uint32) at_each_end && size - i > (uint32) at_each_end)
				continue;
			push_cut(state, WJB_ELEM, getIthJsonbValueFromContainer(container, i), depth + 1, result);
		}
		*result = pushJsonbValue(state, WJB_END_ARRAY, NULL);
	}
	else
	{
		JsonbIterator *it = JsonbIteratorInit(container);
		JsonbValue key, value;

		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		JsonbIteratorNext(&it, &value, false);
		while (JsonbIteratorNext(&it, &key, true) == WJB_KEY)
		{
			Slice name = {key.val.string.val, key.val.string.len};

			(void) JsonbIteratorNext(&it, &value, true);
			if (slice_equal(name, SLICE("vars")) || slice_equal(name, SLICE("pre_context")) ||
			    slice_equal(name, SLICE("post_context")))
				continue;
			pushJsonbValue(state, WJB_KEY, &key);
			if (slice_equal(name, SLICE("frames")) && json_container(&value) != NULL)
				push_container(state, json_container(&value), FRAMES_AT_EACH_END, depth + 1, result);
			else if (slice_equal(name, SLICE("values")) && json_container(&value) != NULL)
				push_container(state, json_container(&value), EXCEPTIONS_AT_EACH_END, depth + 1, result);
			else
				push_cut(state, WJB_VALUE, &value, depth + 1, result);
		}
		*result = pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
}

/* See above. */
static void
push_cut(JsonbParseState **state, JsonbIteratorToken token, JsonbValue *value, int depth, JsonbValue **result)
{
	JsonbValue nothing = {.type = jbvNull};

	CHECK_FOR_INTERRUPTS();
	if (json_container(value) != NULL)
	{
		if (depth < JSON_DEPTH_LIMIT)
		{
			push_container(state, json_container(value), 0, depth, result);
			return;
		}
		value = &nothing;
	}
	if (value->type == jbvString)
		value->val.string.len =
			slice_clip((Slice){value->val.string.val, value->val.string.len}, JSON_STRING_LIMIT).len;
	*result = pushJsonbValue(state, token, value);
}

/* Cuts exceptions that are too large; those that still are, are dropped. */
static bool
cut_exceptions(Event *event)
{
	Jsonb *exceptions;
	JsonbParseState *state = NULL;
	JsonbValue *result = NULL;

	if (event->nulls[EVENT_EXCEPTIONS] || toast_raw_datum_size(event->values[EVENT_EXCEPTIONS]) <= JSON_LIMIT)
		return false;
	exceptions = DatumGetJsonbP(event->values[EVENT_EXCEPTIONS]);
	if (JsonContainerIsScalar(&exceptions->root))
		event->nulls[EVENT_EXCEPTIONS] = true;
	else
	{
		push_container(&state, &exceptions->root, EXCEPTIONS_AT_EACH_END, 0, &result);
		exceptions = JsonbValueToJsonb(result);
		event_set_json(event, EVENT_EXCEPTIONS, exceptions);
		if (VARSIZE(exceptions) > 16 * JSON_LIMIT)
			event->nulls[EVENT_EXCEPTIONS] = true;
	}
	event_add_flag(event, event->nulls[EVENT_EXCEPTIONS] ? "exceptions_dropped" : "exceptions_cut");
	return true;
}

/* Drops jsonb columns that are too large, and replaces the secrets in the others. */
static bool
scrub_and_limit(Event *event)
{
	bool changed = false;

	for (size_t i = 0; i < lengthof(json_limits); i++)
	{
		EventColumn column = json_limits[i].column;
		Jsonb *json, *scrubbed;

		if (event->nulls[column])
			continue;
		if (toast_raw_datum_size(event->values[column]) > JSON_LIMIT)
		{
			event->nulls[column] = true;
			event_add_flag(event, json_limits[i].flag);
			changed = true;
			continue;
		}
		if (!json_limits[i].may_hold_secrets)
			continue;
		json = DatumGetJsonbP(event->values[column]);
		scrubbed = scrub_json(json);
		if (scrubbed == NULL)
			event_add_flag(event, json_limits[i].flag);
		if (scrubbed != json)
		{
			event_set_json(event, column, scrubbed);
			changed = true;
		}
	}
	return changed;
}

/* Stops before a table with other columns is misread; cheap enough to be asked for each row. */
static void
check_columns(TupleDesc tupdesc)
{
	if (tupdesc->natts < EVENT_COLUMNS || TupleDescAttr(tupdesc, EVENT_PROJECT_ID)->atttypid != INT4OID ||
	    TupleDescAttr(tupdesc, EVENT_EVENT_ID)->atttypid != UUIDOID ||
	    TupleDescAttr(tupdesc, EVENT_STACK_TRACE)->atttypid != TEXTOID ||
	    TupleDescAttr(tupdesc, EVENT_EXCEPTIONS)->atttypid != JSONBOID ||
	    TupleDescAttr(tupdesc, EVENT_REQUEST)->atttypid != JSONBOID ||
	    TupleDescAttr(tupdesc, EVENT_EXTRA)->atttypid != JSONBOID ||
	    TupleDescAttr(tupdesc, EVENT_FLAGS)->atttypid != TEXTARRAYOID)
		elog(ERROR, "errtrack.raw_events has other columns than expected");
}

/*
 * errtrack.accept_event(): BEFORE INSERT trigger for each row of raw_events.
 */
Datum
errtrack_accept_event(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc tupdesc;
	HeapTuple tuple;
	Event event;
	bool changed;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
	    !TRIGGER_FIRED_BY_INSERT(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		                errmsg("errtrack.accept_event() must be a BEFORE INSERT trigger for each row")));
	tuple = trigger->tg_trigtuple;
	tupdesc = RelationGetDescr(trigger->tg_relation);
	check_columns(tupdesc);
	heap_deform_tuple(tuple, tupdesc, event.values, event.nulls);
	/* what was restored or replicated has been accepted elsewhere */
	if (inbox_state()->is_full && !event.nulls[EVENT_TXID] && is_own(&event))
	{
		shed_event(event.nulls[EVENT_PROJECT_ID] ? 1 : DatumGetInt32(event.values[EVENT_PROJECT_ID]));
		PG_RETURN_POINTER(NULL);
	}
	changed = repair(&event);
	changed |= cut_texts(&event);
	changed |= cut_fingerprint(&event);
	changed |= cut_exceptions(&event);
	changed |= scrub_and_limit(&event);
	check_project(DatumGetInt32(event.values[EVENT_PROJECT_ID]));
	if (changed)
		tuple = heap_form_tuple(tupdesc, event.values, event.nulls);
	PG_RETURN_POINTER(tuple);
}
