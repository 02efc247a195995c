/*
 * What the server-side files share: errtrack's own tables, slices of datums,
 * memory, and JSON members.
 */
#include "server.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"

/* A number that is longer as printed, be it alone or one of many, is shown in scientific notation, with so many decimals. */
#define JSON_MAX_NUMBER 1000
#define JSON_MAX_NUMBER_OF_MANY 40
#define JSON_SHORT_NUMBER 15

/* The text of an object or array ends behind the value that goes beyond this: less is kept of any text. */
#define JSON_MAX_TEXT (1024 * 1024)

/*
 * Opens one of errtrack's tables for an application's transaction, with an
 * AccessShareLock.  Such a transaction must not wait, or it could deadlock with a
 * DROP EXTENSION: NULL where the table is locked, or not there.
 */
Relation
open_own_table(const char *name)
{
	Oid relid = get_relname_relid(name, get_namespace_oid("errtrack", true));

	if (!OidIsValid(relid) || !ConditionalLockRelationOid(relid, AccessShareLock))
		return NULL;
	return try_table_open(relid, NoLock);
}

/*
 * Begins to read all of a small table of errtrack's, as open_own_table() opens it;
 * false where that cannot be had.  What is read is what is committed when it is: a
 * snapshot of MVCC would leave a predicate lock in a serializable transaction.
 */
bool
begin_own_scan(OwnScan *scan, const char *name)
{
	scan->relation = open_own_table(name);
	if (scan->relation == NULL)
		return false;
	scan->row = table_slot_create(scan->relation, NULL);
	scan->scan = table_beginscan(scan->relation, SnapshotSelf, 0, NULL);
	return true;
}

/* The next row is in scan->row; false where there is none. */
bool
next_own_row(OwnScan *scan)
{
	return table_scan_getnextslot(scan->scan, ForwardScanDirection, scan->row);
}

/* After begin_own_scan(). */
void
end_own_scan(OwnScan *scan)
{
	table_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->row);
	table_close(scan->relation, AccessShareLock);
}

/* Allocates in the memory context that is current at the time of the call. */
static void *
alloc_in_current_context(void *context, size_t size)
{
	return palloc(size);
}

/* An allocator whose memory goes with the current memory context. */
Allocator
palloc_allocator(void)
{
	return (Allocator){alloc_in_current_context, NULL};
}

/* The bytes of a detoasted text. */
Slice
slice_of_text(text *value)
{
	return (Slice){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

/* A text with the bytes of s. */
text *
text_of_slice(Slice s)
{
	return cstring_to_text_with_len(s.data, s.len);
}

/* The first limit bytes of s at the most, without half a character at their end. */
Slice
slice_clip(Slice s, size_t limit)
{
	if (s.len > limit)
		s.len = pg_mbcliplen(s.data, Min(s.len, limit + MAX_MULTIBYTE_CHAR_LEN), limit);
	return s;
}

/* Looks a member of an object up; false where there is none, or it is null. */
bool
json_member(JsonbContainer *object, const char *key, JsonbValue *value)
{
	if (object == NULL || !JsonContainerIsObject(object))
		return false;
	return getKeyJsonValueFromContainer(object, key, strlen(key), value) != NULL && value->type != jbvNull;
}

/* Has a number more digits than limit before its point, or behind it? */
static bool
is_long(Numeric number, int limit)
{
	char power[16];
	Datum huge, size;
	bool is_huge;

	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, NumericGetDatum(number))) > limit)
		return true;
	snprintf(power, sizeof(power), "1e%d", limit);
	huge = DirectFunctionCall3(numeric_in, CStringGetDatum(power), ObjectIdGetDatum(InvalidOid),
	                           Int32GetDatum(-1));
	size = DirectFunctionCall1(numeric_abs, NumericGetDatum(number));
	is_huge = DatumGetBool(DirectFunctionCall2(numeric_ge, size, huge));
	pfree(DatumGetPointer(huge));
	pfree(DatumGetPointer(size));
	return is_huge;
}

/* A number as printed: 1e131071 is short in JSON, and would take the memory, and the time, of thousands like it. */
static char *
number_text(Numeric number, int limit)
{
	char *printed;

	if (is_long(number, limit))
		return numeric_out_sci(number, JSON_SHORT_NUMBER);
	printed = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	if (strlen(printed) <= (size_t) limit)
		return printed;
	pfree(printed);
	return numeric_out_sci(number, JSON_SHORT_NUMBER);
}

/* Appends a string, of which room bytes are enough, a number, a boolean or null to JSON. */
static void
append_scalar(StringInfo text, const JsonbValue *value, size_t room)
{
	Slice s;
	char *copy;

	switch (value->type)
	{
		case jbvString:
			s = slice_clip((Slice){value->val.string.val, value->val.string.len}, room);
			copy = pnstrdup(s.data, s.len);
			escape_json(text, copy);
			pfree(copy);
			break;
		case jbvNumeric:
			copy = number_text(value->val.numeric, JSON_MAX_NUMBER_OF_MANY);
			appendStringInfoString(text, copy);
			pfree(copy);
			break;
		case jbvBool:
			appendStringInfoString(text, value->val.boolean ? "true" : "false");
			break;
		default:
			appendStringInfoString(text, "null");
	}
}

/*
 * An object or array as the server prints jsonb, but for its numbers.  Of more than
 * limit bytes the end is left out, but never so much that limit bytes hold it all.
 */
static Slice
container_text(JsonbContainer *container, int limit)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue value;
	const char *between = "";
	StringInfoData text;

	initStringInfo(&text);
	while (text.len <= limit && (token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_END_ARRAY && token != WJB_END_OBJECT)
			appendStringInfoString(&text, between);
		between = ", ";
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
			case WJB_BEGIN_OBJECT:
				appendStringInfoChar(&text, token == WJB_BEGIN_ARRAY ? '[' : '{');
				between = "";
				break;
			case WJB_END_ARRAY:
			case WJB_END_OBJECT:
				appendStringInfoChar(&text, token == WJB_END_ARRAY ? ']' : '}');
				break;
			default:
				/* half a character may be cut off the room */
				append_scalar(&text, &value, limit - text.len + 2 * MAX_MULTIBYTE_CHAR_LEN);
				if (token == WJB_KEY)
					between = ": ";
		}
	}
	return (Slice){text.data, text.len};
}

/* A value as text, with numbers, and objects and arrays, of so many bytes. */
static Slice
value_text(const JsonbValue *value, int number_limit, int container_limit)
{
	switch (value->type)
	{
		case jbvString:
			return (Slice){value->val.string.val, value->val.string.len};
		case jbvNumeric:
			return slice_of_string(number_text(value->val.numeric, number_limit));
		case jbvBool:
			return value->val.boolean ? SLICE("true") : SLICE("false");
		case jbvBinary:
			return container_text(value->val.binary.data, container_limit);
		default:
			return NO_SLICE;
	}
}

/* A value as a text column takes it: a string's content, anything else as printed; null: no text. */
Slice
json_text(const JsonbValue *value)
{
	return value_text(value, JSON_MAX_NUMBER, JSON_MAX_TEXT);
}

/* See value_text(). */
static Slice
member_text(JsonbContainer *object, const char *key, int number_limit, int container_limit)
{
	JsonbValue value;
	Slice s;

	if (!json_member(object, key, &value))
		return NO_SLICE;
	s = value_text(&value, number_limit, container_limit);
	return has_text(s) ? s : NO_SLICE;
}

/* A member as text; no text where it is absent, null or empty. */
Slice
json_member_text(JsonbContainer *object, const char *key)
{
	return member_text(object, key, JSON_MAX_NUMBER, JSON_MAX_TEXT);
}

/*
 * Likewise of one of many members: limit bytes of it are enough.  What is no string
 * takes memory in proportion to its JSON; a string takes none, and is whole.
 */
Slice
json_member_start(JsonbContainer *object, const char *key, int limit)
{
	return member_text(object, key, JSON_MAX_NUMBER_OF_MANY, limit);
}

/* The object or array that value is, or NULL. */
JsonbContainer *
json_container(const JsonbValue *value)
{
	return value->type == jbvBinary ? value->val.binary.data : NULL;
}

/* A member that is an object or an array, or NULL. */
JsonbContainer *
json_member_container(JsonbContainer *object, const char *key)
{
	JsonbValue value;

	return json_member(object, key, &value) ? json_container(&value) : NULL;
}

/* A jsonb of its own with a copy of value. */
Jsonb *
json_copy(const JsonbValue *value)
{
	return JsonbValueToJsonb(unconstify(JsonbValue *, value));
}
