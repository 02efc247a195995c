/*
 * Emptying a leaf of the inbox: its locks, all of them tried and none waited for.
 */
#include "inbox_slot.h"
#include "../server.h"

#include "access/genam.h"
#include "access/table.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(errtrack_try_lock_leaf);

/*
 * Locks a table or an index alone.  It first looks whether others hold it: merely
 * to try this lock costs a transaction id, and a long pg_dump would be met often.
 */
static bool
try_lock(Oid relid)
{
	LOCKTAG tag;
	int holders;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
	(void) GetLockConflicts(&tag, AccessExclusiveLock, &holders);
	return holders == 0 && ConditionalLockRelationOid(relid, AccessExclusiveLock);
}

/* Locks the indexes of a table that is locked. */
static bool
try_lock_indexes(Relation relation)
{
	ListCell *cell;

	foreach (cell, RelationGetIndexList(relation))
		if (!try_lock(lfirst_oid(cell)))
			return false;
	return true;
}

/* Locks a table and its indexes; toast: where to return its toast table. */
static bool
try_lock_table(Oid relid, Oid *toast)
{
	Relation relation;
	bool locked;

	if (!OidIsValid(relid) || !try_lock(relid))
		return false;
	relation = try_table_open(relid, NoLock);
	if (relation == NULL)
		return false;
	*toast = relation->rd_rel->reltoastrelid;
	locked = try_lock_indexes(relation);
	table_close(relation, NoLock);
	return locked;
}

/* errtrack.try_lock_leaf(leaf smallint) RETURNS boolean; what it locks in vain is held to the end of the transaction */
Datum
errtrack_try_lock_leaf(PG_FUNCTION_ARGS)
{
	Oid toast, none;

	PG_RETURN_BOOL(try_lock_table(leaf_relid(PG_GETARG_INT16(0)), &toast) &&
	               (!OidIsValid(toast) || try_lock_table(toast, &none)));
}
