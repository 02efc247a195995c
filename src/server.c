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
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"

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

/* A value as a text column takes it: a string's content, anything else as printed; null: no text. */
Slice
json_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return (Slice){value->val.string.val, value->val.string.len};
		case jbvNumeric:
		{
			char *printed =
				DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));

			/* 1e131071 is short in JSON, and would take the memory of thousands like it */
			if (strlen(printed) > 1000)
			{
				pfree(printed);
				printed = numeric_out_sci(value->val.numeric, 15);
			}
			return slice_of_string(printed);
		}
		case jbvBool:
			return value->val.boolean ? SLICE("true") : SLICE("false");
		case jbvBinary:
		{
			char *printed = JsonbToCString(NULL, value->val.binary.data, value->val.binary.len);

			return slice_of_string(printed);
		}
		default:
			return NO_SLICE;
	}
}

/* A member as text; no text where it is absent, null or empty. */
Slice
json_member_text(JsonbContainer *object, const char *key)
{
	JsonbValue value;
	Slice s;

	if (!json_member(object, key, &value))
		return NO_SLICE;
	s = json_text(&value);
	return has_text(s) ? s : NO_SLICE;
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
