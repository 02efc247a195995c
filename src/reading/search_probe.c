/*
 * Looks single issues up in other tables, where few are left for which all else
 * holds: then that is cheaper than to read such a table as a whole, see
 * search_tables.c.
 */
#include "search.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* After so many issues it is judged whether there will be few. */
#define JUDGED_AFTER_PROBES 100

/* To look an issue up for a term takes as long as to read so many rows (30 and 8; but two terms may look it up). */
#define RELEASES_PER_PROBE 50
#define FACETS_PER_PROBE 10

/* How many rows a table has, as last counted; 0 where that is not known. */
static double
count_rows(Oid table)
{
	HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	double rows;

	if (!HeapTupleIsValid(row))
		return 0;
	rows = ((Form_pg_class) GETSTRUCT(row))->reltuples;
	ReleaseSysCache(row);
	return Max(rows, 0);
}

/*
 * Makes ready to look issues up for a term.  None is where the caller may not read
 * the table, or not all of its rows: to read it as a whole, in SQL, raises or leaves
 * out what it should.
 */
static void
start_probes(Search *search, Term *term)
{
	Oid schema = get_namespace_oid("errtrack", false);

	term->is_tried = true;
	term->table = get_relname_relid(term->kind == FIELD_TAG ? "issue_facets" : "issue_releases", schema);
	if (pg_class_aclcheck(term->table, GetUserId(), ACL_SELECT) != ACLCHECK_OK ||
	    check_enable_rls(term->table, InvalidOid, true) == RLS_ENABLED)
		return;
	term->max_probes =
		count_rows(term->table) / (term->kind == FIELD_TAG ? FACETS_PER_PROBE : RELEASES_PER_PROBE);
	search->issues_in_all = count_rows(get_relname_relid("issues", schema));
}

/*
 * Is an issue to be looked up for a term, rather than the table to be read?  As long
 * as those that are left of the issues seen so far let expect few.
 */
bool
is_to_be_probed(Search *search, Term *term)
{
	if (term->kind == FIELD_USER)
		return false;
	if (!term->is_tried)
		start_probes(search, term);
	term->probes++;
	return term->probes <= term->max_probes &&
	       (term->probes < JUDGED_AFTER_PROBES ||
	        search->issues_in_all * term->probes / search->seen <= term->max_probes);
}

/* Looks an issue up: has it, in another table, what a term looks for? */
bool
probe_issue(Search *search, Term *term, int32 project, int64 issue_id)
{
	Relation table = table_open(term->table, AccessShareLock);
	Relation index = index_open(RelationGetPrimaryKeyIndex(table), AccessShareLock);
	TupleTableSlot *row = table_slot_create(table, NULL);
	IndexScanDesc scan = index_beginscan(table, index, GetActiveSnapshot(), 2, 0);
	ScanKeyData keys[2];
	bool found = false;

	/* all of these tables have them first in their key */
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(project));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(issue_id));
	index_rescan(scan, keys, 2, NULL, 0);
	while (!found && index_getnext_slot(scan, ForwardScanDirection, row))
		found = row_has(search, term, row);
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(row);
	index_close(index, NoLock);
	table_close(table, NoLock);
	return found;
}
