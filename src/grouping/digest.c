/*
 * What is read in an event: its fingerprints, and what a person calls it by.
 */
#include "digest.h"

#include "../stack/exceptions.h"
#include "catalog/pg_type.h"
#include "frames.h"
#include "funcapi.h"
#include "message.h"
#include "title.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(errtrack_digest);
PG_FUNCTION_INFO_V1(errtrack_fingerprint);
PG_FUNCTION_INFO_V1(errtrack_fingerprints);
PG_FUNCTION_INFO_V1(errtrack_normalize_message);

/* Bytes of what is read in a stack, as of what an event says itself. */
#define EXCEPTION_CLASS_LIMIT 500
#define MESSAGE_LIMIT (16 * 1024)

/* The levels, and what else they are called. */
static const struct
{
	const char *name;
	const char *level;
} levels[] = {
	{"error", "error"},    {"err", "error"},        {"severe", "error"},    {"fatal", "fatal"},
	{"critical", "fatal"}, {"crit", "fatal"},       {"alert", "fatal"},     {"emergency", "fatal"},
	{"emerg", "fatal"},    {"panic", "fatal"},      {"warning", "warning"}, {"warn", "warning"},
	{"info", "info"},      {"information", "info"}, {"notice", "info"},     {"log", "info"},
	{"debug", "debug"},    {"trace", "debug"},      {"verbose", "debug"},
};

/* Adds a word that tells what was found odd. */
static void
add_flag(Digest *digest, const char *flag)
{
	Assert(digest->nflags < (int) lengthof(digest->flags));
	digest->flags[digest->nflags++] = flag;
}

/* s in lower case, ASCII letters only. */
static Slice
lower_case(Slice s)
{
	char *copy = palloc(s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.data[i] >= 'A' && s.data[i] <= 'Z' ? s.data[i] + ('a' - 'A') : s.data[i];
	return (Slice){copy, s.len};
}

/* One of the five levels; an event that names none is an error, one that names another is flagged. */
static Slice
read_level(Slice level, Digest *digest)
{
	if (!has_text(level))
		return SLICE("error");
	level = lower_case(slice_trim(level));
	for (size_t i = 0; i < lengthof(levels); i++)
		if (slice_equal(level, slice_of_string(levels[i].name)))
			return slice_of_string(levels[i].level);
	add_flag(digest, "level_unknown");
	return SLICE("error");
}

/* Reads the stack, from JSON or from text. */
static void
read_stack(const Reported *reported, Stack *stack, Digest *digest)
{
	Slice platform = has_text(reported->platform) ? lower_case(slice_trim(reported->platform)) : NO_SLICE;

	if (reported->exceptions != NULL)
	{
		bool valid = !JsonContainerIsScalar(&reported->exceptions->root) &&
		             exceptions_read(&reported->exceptions->root, platform, stack);

		if (!valid)
			add_flag(digest, "exceptions_invalid");
	}
	if (has_text(reported->stack_trace) && (stack->nexceptions == 0 || stack->total_frames == 0))
	{
		Stack read;

		stack_init(&read, stack->allocator);
		if (stack_parse(reported->stack_trace, platform, &read))
			*stack = read;
		else if (stack->nexceptions == 0)
			add_flag(digest, "stack_trace_unread");
	}
	/* loggers write the trace into the message, below its first line */
	else if (stack->nexceptions == 0 && slice_find_char(reported->message, '\n') >= 0)
		(void) stack_parse(reported->message, platform, stack);
	if (stack->cut)
		add_flag(digest, "frames_cut");
	digest->platform = has_text(platform) ? platform
	                   : stack->language  ? slice_of_string(stack->language->platform)
	                                      : NO_SLICE;
}

/* An event's own fingerprint list; {{default}} is written in several ways. */
static Slice *
read_given(ArrayType *list, int *n)
{
	Datum *parts;
	bool *nulls;
	Slice *given;
	int nparts, kept = 0;

	*n = 0;
	if (list == NULL)
		return NULL;
	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &parts, &nulls, &nparts);
	given = palloc(Max(nparts, 1) * sizeof(Slice));
	for (int i = 0; i < nparts; i++)
	{
		if (nulls[i])
			continue;
		given[kept] = slice_trim(slice_of_text(DatumGetTextPP(parts[i])));
		if (slice_equal(given[kept], default_element) || slice_equal(given[kept], SLICE("{{default}}")))
			given[kept] = default_element;
		kept++;
	}
	*n = kept;
	return given;
}

/* The class and the message by which a person knows the error. */
static void
read_names(const Reported *reported, Digest *digest)
{
	const Stack *stack = &digest->stack;

	digest->exception_class = reported->exception_class;
	digest->message = reported->message;
	if (stack->nexceptions > 0)
	{
		const Exception *exception = &stack->exceptions[0];

		if (!has_text(digest->exception_class))
			digest->exception_class = exception->type;
		/*
		 * Class and message come from one source, if it has both: an SDK's message
		 * may be the log line.  A kept event has the class that was read, and is to
		 * be read as it was at first.
		 */
		if (!has_text(digest->message) ||
		    (has_text(exception->value) && slice_equal(digest->exception_class, exception->type)))
			digest->message = exception->value;
	}
	else if (!has_text(digest->message) && !has_text(digest->exception_class))
		digest->message = first_line(reported->stack_trace);
	digest->message = slice_clip(digest->message, MESSAGE_LIMIT);
	if (!has_text(digest->exception_class) && !has_text(first_line(digest->message)))
		add_flag(digest, "no_message");
}

/* Asks the project's own rules, which go before what the event itself gives. */
static void
apply_rules(const Reported *reported, const Frame *culprit, Digest *digest)
{
	RuledEvent event = {
		.project_id = reported->project_id,
		.exception_class = digest->exception_class,
		.message = digest->message,
		.level = digest->level,
		.logger = reported->logger,
		.environment = reported->environment,
		.release = reported->release,
		.transaction = reported->transaction,
		.tags = reported->tags,
		.stack = &digest->stack,
		.culprit = culprit,
	};

	if (!fingerprint_rules_apply(&event, &digest->ruling))
		return;
	if (digest->ruling.nfingerprint > 0)
	{
		digest->grouped.given = digest->ruling.fingerprint;
		digest->grouped.ngiven = digest->ruling.nfingerprint;
	}
	if (has_text(first_line(digest->ruling.title)))
		digest->title = on_one_line(digest->ruling.title);
}

/* Reads an event. */
void
make_digest(const Reported *reported, Digest *digest)
{
	const Frame *culprit;
	int cause;

	memset(digest, 0, sizeof(*digest));
	digest->level = read_level(reported->level, digest);
	stack_init(&digest->stack, palloc_allocator());
	read_stack(reported, &digest->stack, digest);
	judge_frames(reported->project_id, &digest->stack);
	read_names(reported, digest);

	cause = identifying_exception(&digest->stack);
	culprit = cause >= 0 ? find_culprit(&digest->stack.exceptions[cause]) : NULL;
	digest->title = make_title(&digest->stack, digest->exception_class, digest->message, culprit);
	digest->culprit = make_culprit(&digest->stack, culprit);

	digest->grouped.exception_class = digest->exception_class;
	digest->grouped.message = digest->message;
	digest->grouped.stack = &digest->stack;
	digest->grouped.given = read_given(reported->fingerprint, &digest->grouped.ngiven);
	apply_rules(reported, culprit, digest);
}

/* A bytea with a key. */
static Datum
key_datum(const uint8 *key)
{
	bytea *result = palloc(VARHDRSZ + FINGERPRINT_LENGTH);

	SET_VARSIZE(result, VARHDRSZ + FINGERPRINT_LENGTH);
	memcpy(VARDATA(result), key, FINGERPRINT_LENGTH);
	return PointerGetDatum(result);
}

/* A bytea[] with an event's keys. */
static Datum
keys_datum(const Keys *keys)
{
	Datum elements[MAX_KEYS];

	for (int i = 0; i < keys->n; i++)
		elements[i] = key_datum(keys->keys[i]);
	return PointerGetDatum(construct_array(elements, keys->n, BYTEAOID, -1, false, TYPALIGN_INT));
}

/* Sets a column of the result; no text: null. */
static void
set_text(Datum *values, bool *nulls, int column, Slice s)
{
	nulls[column] = !has_text(s);
	if (has_text(s))
		values[column] = PointerGetDatum(text_of_slice(s));
}

/* The text of an argument, without data where it is null. */
static Slice
text_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(n));
}

/* What was read in an event as a value of the type errtrack.digest, whose columns are given. */
Datum
digest_datum(const Reported *reported, const Digest *digest, const Keys *keys, TupleDesc columns)
{
	Datum values[8];
	bool nulls[8] = {false};
	Datum flags[lengthof(digest->flags)];

	if (columns->natts != lengthof(values))
		elog(ERROR, "errtrack.digest has other attributes than expected");
	values[0] = keys_datum(keys);
	set_text(values, nulls, 1, slice_clip(digest->exception_class, EXCEPTION_CLASS_LIMIT));
	/* the message goes out only where the event did not say it */
	set_text(values, nulls, 2, has_text(reported->message) ? NO_SLICE : digest->message);
	set_text(values, nulls, 3, digest->title);
	set_text(values, nulls, 4, digest->culprit);
	set_text(values, nulls, 5, digest->level);
	set_text(values, nulls, 6, digest->platform);
	for (int i = 0; i < digest->nflags; i++)
		flags[i] = CStringGetTextDatum(digest->flags[i]);
	values[7] = PointerGetDatum(construct_array(flags, digest->nflags, TEXTOID, -1, false, TYPALIGN_INT));
	return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}

/*
 * errtrack.digest(project_id, level, platform, exception_class, message,
 * stack_trace, exceptions, fingerprint, logger, environment, release,
 * transaction, tags) RETURNS errtrack.digest
 */
Datum
errtrack_digest(PG_FUNCTION_ARGS)
{
	Reported reported;
	Digest digest;
	Keys keys;
	TupleDesc tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "errtrack.digest is no composite type");
	reported.project_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	reported.level = text_argument(fcinfo, 1);
	reported.platform = text_argument(fcinfo, 2);
	reported.exception_class = text_argument(fcinfo, 3);
	reported.message = text_argument(fcinfo, 4);
	reported.stack_trace = text_argument(fcinfo, 5);
	reported.exceptions = PG_ARGISNULL(6) ? NULL : PG_GETARG_JSONB_P(6);
	reported.fingerprint = PG_ARGISNULL(7) ? NULL : PG_GETARG_ARRAYTYPE_P(7);
	reported.logger = text_argument(fcinfo, 8);
	reported.environment = text_argument(fcinfo, 9);
	reported.release = text_argument(fcinfo, 10);
	reported.transaction = text_argument(fcinfo, 11);
	reported.tags = PG_ARGISNULL(12) ? NULL : PG_GETARG_JSONB_P(12);
	make_digest(&reported, &digest);
	fingerprint_compute(&digest.grouped, MAX_KEYS, &keys);
	return digest_datum(&reported, &digest, &keys, tupdesc);
}

/* The text of an event's column, without data where it is null. */
static Slice
event_text(const Event *event, EventColumn column)
{
	return event->nulls[column] ? NO_SLICE : slice_of_text(DatumGetTextPP(event->values[column]));
}

/* An event's column that is JSON, or NULL. */
static Jsonb *
event_json(const Event *event, EventColumn column)
{
	return event->nulls[column] ? NULL : DatumGetJsonbP(event->values[column]);
}

/* What an event says of itself. */
void
reported_of_event(const Event *event, Reported *reported)
{
	reported->project_id =
		event->nulls[EVENT_PROJECT_ID] ? 1 : DatumGetInt32(event->values[EVENT_PROJECT_ID]);
	reported->level = event_text(event, EVENT_LEVEL);
	reported->platform = event_text(event, EVENT_PLATFORM);
	reported->exception_class = event_text(event, EVENT_EXCEPTION_CLASS);
	reported->message = event_text(event, EVENT_MESSAGE);
	reported->stack_trace = event_text(event, EVENT_STACK_TRACE);
	reported->exceptions = event_json(event, EVENT_EXCEPTIONS);
	reported->fingerprint =
		event->nulls[EVENT_FINGERPRINT] ? NULL : DatumGetArrayTypeP(event->values[EVENT_FINGERPRINT]);
	reported->logger = event_text(event, EVENT_LOGGER);
	reported->environment = event_text(event, EVENT_ENVIRONMENT);
	reported->release = event_text(event, EVENT_RELEASE);
	reported->transaction = event_text(event, EVENT_TRANSACTION);
	reported->tags = event_json(event, EVENT_TAGS);
}

/* What an event says of itself in a payload, as capture() takes it. */
void
reported_of_payload(Jsonb *payload, Reported *reported)
{
	Event event;
	JsonbValue project_id;

	payload_read(payload, &event);
	reported_of_event(&event, reported);
	reported->project_id = 1;
	if (json_member(&payload->root, "project_id", &project_id))
		(void) read_number(json_text(&project_id), &reported->project_id);
}

/* errtrack.fingerprint(event jsonb) RETURNS bytea */
Datum
errtrack_fingerprint(PG_FUNCTION_ARGS)
{
	Reported reported;
	Digest digest;
	Keys keys;

	reported_of_payload(PG_GETARG_JSONB_P(0), &reported);
	make_digest(&reported, &digest);
	fingerprint_compute(&digest.grouped, 1, &keys);
	PG_RETURN_DATUM(key_datum(keys.keys[0]));
}

/* errtrack.fingerprints(event jsonb) RETURNS bytea[] */
Datum
errtrack_fingerprints(PG_FUNCTION_ARGS)
{
	Reported reported;
	Digest digest;
	Keys keys;

	reported_of_payload(PG_GETARG_JSONB_P(0), &reported);
	make_digest(&reported, &digest);
	fingerprint_compute(&digest.grouped, MAX_KEYS, &keys);
	PG_RETURN_DATUM(keys_datum(&keys));
}

/* errtrack.normalize_message(message text) RETURNS text */
Datum
errtrack_normalize_message(PG_FUNCTION_ARGS)
{
	char normalized[MESSAGE_MAX_NORMALIZED];
	size_t length = message_normalize(slice_of_text(PG_GETARG_TEXT_PP(0)), normalized);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(normalized, length));
}
