/*
 * What a search looks for in other tables than that of the issues.  These are read
 * when the first issue is left that all else holds for: releases and tags once for
 * all terms, occurrences once for each user that is asked for, the people once for
 * the terms and once more for the order.  That gives sets of issue ids: to look
 * each issue up would take three times as long where most have what is looked for.
 * Where few are left they are looked up one by one.
 */
#include "search.h"

#include "../tags/facets.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* After so many lookups it is judged whether there will be few. */
#define JUDGED_AFTER_LOOKUPS 100

/* A table that terms look into. */
struct OtherTable
{
	const char *name;
	const char *columns; /* that are read, in their order: the first ones that it is made with */
	bool is_read;        /* what the terms look for has been found for all issues, */
	int64 issue;         /* or up to this one, for those that were left */
	/* looking issues up */
	Oid oid;
	double lookups;       /* so far */
	double max_lookups;   /* so many take as long as to read it */
	double issues_in_all; /* about */
};

/* ---- rows of a statement ------------------------------------------------------------------------------------ */

/* Does something with a row of a statement. */
typedef void (*TakeRow)(Search *search, void *context, TupleTableSlot *row);

/* Where the rows of a statement go: none is copied. */
typedef struct RowTaker
{
	DestReceiver receiver;
	Search *search;
	TakeRow take;
	void *context;
	MemoryContext row_context; /* is emptied behind each row */
} RowTaker;

/* Nothing is to be done when rows begin, or end. */
static void
start_rows(DestReceiver *self, int operation, TupleDesc description)
{
}

/* See start_rows(). */
static void
end_rows(DestReceiver *self)
{
}

/* Takes a row. */
static bool
take_row(TupleTableSlot *row, DestReceiver *self)
{
	RowTaker *taker = (RowTaker *) self;
	MemoryContext old = MemoryContextSwitchTo(taker->row_context);

	slot_getallattrs(row);
	taker->take(taker->search, taker->context, row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(taker->row_context);
	return true;
}

/*
 * Reads the rows of a statement, with the caller's rights and the snapshot of the
 * search.  Its parameters are the project, null for all, and a text.  Where a
 * statement selects *, the executor passes rows on as they are.
 */
static void
read_rows(Search *search, const char *statement, Slice parameter, TakeRow take, void *context)
{
	RowTaker taker = {.receiver = {take_row, start_rows, end_rows, end_rows, DestNone},
	                  .search = search,
	                  .take = take,
	                  .context = context};
	ParamListInfo parameters = makeParamList(2);
	SPIExecuteOptions options = {.params = parameters, .read_only = true, .dest = &taker.receiver};
	int level;

	parameters->params[0] = (ParamExternData){.value = Int32GetDatum(search->project),
	                                          .isnull = !search->has_project,
	                                          .pflags = PARAM_FLAG_CONST,
	                                          .ptype = INT4OID};
	parameters->params[1] = (ParamExternData){.isnull = true, .pflags = PARAM_FLAG_CONST, .ptype = TEXTOID};
	if (parameter.data != NULL)
	{
		parameters->params[1].value = PointerGetDatum(text_of_slice(parameter));
		parameters->params[1].isnull = false;
	}
	taker.row_context =
		AllocSetContextCreate(CurrentMemoryContext, "errtrack search row", ALLOCSET_DEFAULT_SIZES);
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
	                         GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
	SPI_execute_extended(statement, &options);
	SPI_finish();
	AtEOXact_GUC(true, level);
	MemoryContextDelete(taker.row_context);
}

/* A column of a row, counted from 0; absent where it is null. */
static Slice
column_text(TupleTableSlot *row, int column)
{
	return row->tts_isnull[column] ? NO_SLICE : slice_of_text(DatumGetTextPP(row->tts_values[column]));
}

/* Nothing is to be done with the row. */
static void
take_nothing(Search *search, void *context, TupleTableSlot *row)
{
}

/* Raises unless there is the project whose issues are looked for. */
void
check_project(Search *search)
{
	if (search->has_project)
		read_rows(search, "SELECT errtrack.need_project($1)", NO_SLICE, take_nothing, NULL);
}

/* ---- projects and their newest releases --------------------------------------------------------------------- */

/* A project (project_id, name): is it meant? */
static void
take_project(Search *search, void *context, TupleTableSlot *row)
{
	Value *value = context;
	int32 project = DatumGetInt32(row->tts_values[0]);
	int32 number;

	if ((read_number(value->text, &number) && number == project) ||
	    pattern_is(&value->pattern, column_text(row, 1)))
	{
		MemoryContext old = MemoryContextSwitchTo(search->context);

		value->projects = lappend_int(value->projects, project);
		MemoryContextSwitchTo(old);
	}
}

/* Finds the projects that a value means, by number or name; raises where there is none. */
static void
find_projects(Search *search, Value *value)
{
	read_rows(search, "SELECT p.project_id, p.name FROM errtrack.projects AS p", NO_SLICE, take_project,
	          value);
	if (value->projects == NIL)
		query_error(search->query, value->word,
		            "Find it with SELECT project_id, name FROM errtrack.projects.",
		            "there is no project \"%s\"", copy_slice(value->text));
}

/* A project's newest release (project_id, release). */
static void
take_newest(Search *search, void *context, TupleTableSlot *row)
{
	NewestReleases *newest = context;
	MemoryContext old = MemoryContextSwitchTo(search->context);

	if (newest->number == newest->room)
	{
		newest->room *= 2;
		newest->releases = repalloc_huge(newest->releases, newest->room * sizeof(ProjectRelease));
	}
	newest->releases[newest->number++] = (ProjectRelease){DatumGetInt32(row->tts_values[0]),
	                                                      slice_of_text(text_of_slice(column_text(row, 1)))};
	MemoryContextSwitchTo(old);
}

/* Finds the newest release of each package of each project, in the order of compare_releases(). */
static NewestReleases *
find_newest(Search *search)
{
	NewestReleases *newest = MemoryContextAllocZero(search->context, sizeof(NewestReleases));

	newest->room = 16;
	newest->releases = MemoryContextAlloc(search->context, newest->room * sizeof(ProjectRelease));
	read_rows(search,
	          "SELECT r.project_id, n.release "
	          "FROM (SELECT DISTINCT r.project_id, r.package FROM errtrack.releases AS r "
	          "WHERE $1 IS NULL OR r.project_id = $1) AS r, "
	          "errtrack.newest_release(r.project_id, r.package) AS n (release) "
	          "WHERE n.release IS NOT NULL "
	          "ORDER BY r.project_id, n.release COLLATE \"C\"",
	          NO_SLICE, take_newest, newest);
	return newest;
}

/* For bsearch(): by project and bytes. */
static int
compare_releases(const void *a, const void *b)
{
	const ProjectRelease *x = a, *y = b;
	int order;

	if (x->project != y->project)
		return x->project < y->project ? -1 : 1;
	order = memcmp(x->release.data, y->release.data, Min(x->release.len, y->release.len));
	if (order == 0 && x->release.len != y->release.len)
		order = x->release.len < y->release.len ? -1 : 1;
	return order;
}

/* Is a project's release one of the newest?  They are found when this is first asked. */
bool
is_newest(Search *search, Value *value, int32 project, Slice release)
{
	ProjectRelease asked = {project, release};

	if (value->newest == NULL)
		value->newest = find_newest(search);
	return bsearch(&asked, value->newest->releases, value->newest->number, sizeof(ProjectRelease),
	               compare_releases) != NULL;
}

/* ---- releases, environments, tags --------------------------------------------------------------------------- */

/* Does a row of issue_releases (project_id, issue_id, release, environment, …) have what a term looks for? */
static bool
release_row_has(Search *search, const Term *term, TupleTableSlot *row)
{
	bool is_release = term->field->kind == FIELD_RELEASE;
	Slice text = column_text(row, is_release ? 2 : 3);
	ListCell *cell;

	foreach (cell, term->values)
	{
		Value *value = lfirst(cell);

		if (is_release ? release_is(search, value, DatumGetInt32(row->tts_values[0]), text)
		               : pattern_is(&value->pattern, text))
			return term->with == NULL || release_row_has(search, term->with, row);
	}
	return false;
}

/* Is this value of a tag one that the term looks for? */
static bool
is_wanted(Slice text, void *context)
{
	const Term *term = context;
	ListCell *cell;

	foreach (cell, term->values)
		if (pattern_is(&((Value *) lfirst(cell))->pattern, text))
			return true;
	return false;
}

/* Does a row of issue_facets (project_id, issue_id, facets) have what a term looks for? */
static bool
facets_row_has(Term *term, TupleTableSlot *row)
{
	return facets_have(DatumGetByteaPP(row->tts_values[2]), term->tag, is_wanted, term);
}

/* A row of a table: its issue is added to what is found for the terms that look for it. */
static void
take_issue(Search *search, void *context, TupleTableSlot *row)
{
	int64 issue_id = DatumGetInt64(row->tts_values[1]);
	ListCell *cell;

	foreach (cell, search->terms)
	{
		Term *term = lfirst(cell);

		if (term->table == context && !id_set_has(term->found, issue_id) &&
		    (term->field->kind == FIELD_TAG ? facets_row_has(term, row) : release_row_has(search, term, row)))
			id_set_add(term->found, issue_id);
	}
}

/* ---- users -------------------------------------------------------------------------------------------------- */

/* An occurrence (issue_id, user_id) of a user whose name begins as is looked for. */
static void
take_user(Search *search, void *context, TupleTableSlot *row)
{
	Term *term = context;

	if (is_wanted(column_text(row, 1), term))
		id_set_add(term->found, DatumGetInt64(row->tts_values[0]));
}

/* Finds the issues that a user met, among the occurrences that are kept. */
static void
read_user(Search *search, Term *term)
{
	ListCell *cell;

	foreach (cell, term->values)
	{
		const Value *value = lfirst(cell);
		const Pattern *pattern = &value->pattern;
		bool has_start = pattern->npieces > 0 && !pattern->open_start;

		/* by way of the projects, so that the index is of use for all of them as well */
		read_rows(search,
		          value->has_star
		              ? "SELECT o.issue_id, o.user_id "
		                "FROM errtrack.projects AS p "
		                "JOIN errtrack.occurrences AS o ON o.project_id = p.project_id "
		                "WHERE ($1 IS NULL OR p.project_id = $1) AND o.user_id IS NOT NULL "
		                "AND o.user_id COLLATE \"C\" ^@ $2"
		              : "SELECT o.issue_id, o.user_id "
		                "FROM errtrack.projects AS p "
		                "JOIN errtrack.occurrences AS o ON o.project_id = p.project_id "
		                "WHERE ($1 IS NULL OR p.project_id = $1) AND o.user_id COLLATE \"C\" = $2",
		          has_start ? pattern->pieces[0] : SLICE(""), take_user, term);
	}
}

/* A row of issue_people (issue_id, users). */
static void
take_people(Search *search, void *context, TupleTableSlot *row)
{
	id_counts_set(search->users, DatumGetInt64(row->tts_values[0]), DatumGetInt64(row->tts_values[1]));
}

/* How many users an issue met. */
int64
count_users(Search *search, int64 issue_id)
{
	if (search->users == NULL)
	{
		search->users = make_id_counts(search->context);
		read_rows(search,
		          "SELECT p.issue_id, errtrack.sketch_count(p.users) FROM errtrack.issue_people AS p "
		          "WHERE ($1 IS NULL OR p.project_id = $1) AND p.users IS NOT NULL",
		          NO_SLICE, take_people, NULL);
	}
	return id_counts_get(search->users, issue_id);
}

/* ---- looking issues up -------------------------------------------------------------------------------------- */

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
 * A table in which to look an issue up takes as long as to read so many of its rows.
 * That is not done where the caller may not read the table, or not all of its rows:
 * to read it as a whole, in SQL, raises or leaves out what it should.  Who may not
 * use the schema is told so here, as by SQL.
 */
static OtherTable *
make_table(const char *name, const char *columns, double rows_per_lookup)
{
	OtherTable *table = palloc0(sizeof(OtherTable));
	Oid schema = LookupExplicitNamespace("errtrack", false);

	table->name = name;
	table->columns = columns;
	table->oid = get_relname_relid(name, schema);
	table->issues_in_all = count_rows(get_relname_relid("issues", schema));
	if (pg_class_aclcheck(table->oid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
	    check_enable_rls(table->oid, InvalidOid, true) != RLS_ENABLED)
		table->max_lookups = count_rows(table->oid) / rows_per_lookup;
	return table;
}

/*
 * Is the next issue to be looked up, rather than the table to be read?  As long as
 * those that are left of the issues seen so far let expect few.
 */
static bool
is_to_be_looked_up(const Search *search, OtherTable *table)
{
	table->lookups++;
	return table->lookups <= table->max_lookups &&
	       (table->lookups < JUDGED_AFTER_LOOKUPS ||
	        table->issues_in_all * table->lookups / search->seen <= table->max_lookups);
}

/* Has a table these columns, and no others before or between them? */
static bool
has_columns(TupleDesc description, const char *columns)
{
	Slice rest = slice_of_string(columns);

	for (int i = 0; rest.len > 0; i++)
	{
		if (i >= description->natts || TupleDescAttr(description, i)->attisdropped ||
		    !take_text(&rest, slice_of_string(NameStr(TupleDescAttr(description, i)->attname))))
			return false;
		(void) take_text(&rest, SLICE(", "));
	}
	return true;
}

/* Does a key begin with the first two columns of its table, and is unique at any time? */
static bool
is_key_of_issues(Relation index)
{
	const FormData_pg_index *key = index->rd_index;

	return key->indimmediate && key->indnkeyatts >= 2 && key->indkey.values[0] == 1 &&
	       key->indkey.values[1] == 2;
}

/* Takes an issue's rows, by the key that begins with project and issue. */
static void
take_rows_of_issue(Search *search, OtherTable *other, Relation table, Relation index, int32 project,
                   int64 issue_id)
{
	TupleTableSlot *row = table_slot_create(table, NULL);
	IndexScanDesc scan = index_beginscan(table, index, GetActiveSnapshot(), 2, 0);
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(project));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(issue_id));
	index_rescan(scan, keys, 2, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, row))
	{
		slot_getallattrs(row);
		take_issue(search, other, row);
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(row);
}

/* Looks an issue up; false, and nothing done, where somebody altered the table or dropped its key. */
static bool
look_up(Search *search, OtherTable *other, int32 project, int64 issue_id)
{
	Relation table = table_open(other->oid, AccessShareLock);
	Oid key = RelationGetPrimaryKeyIndex(table);
	Relation index = OidIsValid(key) ? index_open(key, AccessShareLock) : NULL;
	bool is_possible =
		index != NULL && is_key_of_issues(index) && has_columns(RelationGetDescr(table), other->columns);

	if (is_possible)
		take_rows_of_issue(search, other, table, index, project, issue_id);
	if (index != NULL)
		index_close(index, NoLock);
	table_close(table, NoLock);
	return is_possible;
}

/* ---- all of these tables ------------------------------------------------------------------------------------ */

/*
 * Finds out what terms mean by what the database has: projects, and which other
 * table they look into.  To look an issue up takes as long as to read 30 rows of
 * issue_releases, or 8 of issue_facets.  They are made out to take as long as 50 and
 * 10: lookups are in vain where they become too many, so there are to be fewer.
 */
void
prepare_terms(Search *search)
{
	MemoryContext old = MemoryContextSwitchTo(search->context);
	OtherTable *releases = NULL, *facets = NULL;
	ListCell *cell, *i;

	foreach (cell, search->terms)
	{
		Term *term = lfirst(cell);

		switch (term->field->kind)
		{
			case FIELD_PROJECT:
				foreach (i, term->values)
					find_projects(search, lfirst(i));
				continue;
			case FIELD_USER:
				/* an index finds the issues of one user, and no issue is looked up */
				term->table = palloc0(sizeof(OtherTable));
				break;
			case FIELD_RELEASE:
			case FIELD_ENVIRONMENT:
				if (releases == NULL)
					releases = make_table("issue_releases", "project_id, issue_id, release, environment", 50);
				term->table = releases;
				break;
			case FIELD_TAG:
				if (facets == NULL)
					facets = make_table("issue_facets", "project_id, issue_id, facets", 10);
				term->table = facets;
				break;
			default:
				continue;
		}
		term->found = make_id_set(search->context);
	}
	MemoryContextSwitchTo(old);
}

/* Reads a term's table: the issues that it holds for, and others that look into the same one. */
static void
read_table(Search *search, Term *term)
{
	term->table->is_read = true;
	if (term->field->kind == FIELD_USER)
		read_user(search, term);
	else
		read_rows(search,
		          psprintf("SELECT %s FROM errtrack.%s AS t WHERE $1 IS NULL OR t.project_id = $1",
		                   term->table->columns, term->table->name),
		          NO_SLICE, take_issue, term->table);
}

/* Is there, in another table, what a term looks for of an issue? */
bool
is_found(Search *search, Term *term, int32 project, int64 issue_id)
{
	OtherTable *table = term->table;

	if (!table->is_read && table->issue != issue_id)
	{
		if (!is_to_be_looked_up(search, table) || !look_up(search, table, project, issue_id))
			read_table(search, term);
		table->issue = issue_id;
	}
	return id_set_has(term->found, issue_id);
}
