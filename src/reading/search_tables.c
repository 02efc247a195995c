/*
 * What a search looks for in other tables than that of the issues.  Each is read
 * once, when the first issue is left that all else holds for, and gives sets of
 * issue ids: to look each issue up would take three times as long where most have
 * what is looked for.
 */
#include "search.h"

#include "../tags/facets.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/* Of a row, so many columns are taken at the most.  Where a statement selects *, the executor passes rows on as they are. */
#define COLUMNS_TAKEN 4

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

	slot_getsomeattrs(row, Min(COLUMNS_TAKEN, row->tts_tupleDescriptor->natts));
	taker->take(taker->search, taker->context, row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(taker->row_context);
	return true;
}

/*
 * Reads the rows of a statement, with the caller's rights and the snapshot of the
 * search.  Its parameters are the project, null for all, and a text.
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

/* A value that names projects, while these are looked for. */
typedef struct ProjectValue
{
	const QueryValue *value;
	Condition *condition;
} ProjectValue;

/* A place is added to those that a condition means. */
static void
add_place(Search *search, Condition *condition, int32 project, Slice release)
{
	MemoryContext old = MemoryContextSwitchTo(search->context);

	if (condition->nplaces == 0)
		condition->places = palloc(sizeof(ProjectRelease));
	else if ((condition->nplaces & (condition->nplaces - 1)) == 0)
		condition->places = repalloc(condition->places, 2 * condition->nplaces * sizeof(ProjectRelease));
	condition->places[condition->nplaces++] =
		(ProjectRelease){project, slice_of_text(text_of_slice(release))};
	MemoryContextSwitchTo(old);
}

/* A project (project_id, name): is it meant? */
static void
take_project(Search *search, void *context, TupleTableSlot *row)
{
	ProjectValue *wanted = context;
	int32 project = DatumGetInt32(row->tts_values[0]);
	int32 number;

	if ((read_number(wanted->value->text, &number) && number == project) ||
	    text_is(search, wanted->condition, column_text(row, 1)))
		add_place(search, wanted->condition, project, SLICE(""));
}

/* Finds the projects that a value means, by number or name; raises where there is none. */
void
find_projects(Search *search, Slice query, const QueryValue *value, Condition *condition)
{
	ProjectValue wanted = {value, condition};

	read_rows(search, "SELECT p.project_id, p.name FROM errtrack.projects AS p", NO_SLICE, take_project,
	          &wanted);
	if (condition->nplaces == 0)
		query_error(query, value->word, "Find it with SELECT project_id, name FROM errtrack.projects.",
		            "there is no project \"%s\"", copy_slice(value->text));
}

/* A project's newest release (project_id, release). */
static void
take_newest(Search *search, void *context, TupleTableSlot *row)
{
	if (!row->tts_isnull[1])
		add_place(search, context, DatumGetInt32(row->tts_values[0]), column_text(row, 1));
}

/* Finds the newest release of each package of each project. */
void
find_newest(Search *search, Condition *condition)
{
	read_rows(search,
	          "SELECT r.project_id, errtrack.newest_release(r.project_id, r.package) "
	          "FROM (SELECT DISTINCT r.project_id, r.package FROM errtrack.releases AS r "
	          "WHERE $1 IS NULL OR r.project_id = $1) AS r",
	          NO_SLICE, take_newest, condition);
}

/* ---- releases, environments, tags --------------------------------------------------------------------------- */

/* Is what these terms look for in the same table? */
static bool
is_same_table(const Term *a, const Term *b)
{
	bool a_releases = a->kind == FIELD_RELEASE || a->kind == FIELD_ENVIRONMENT;
	bool b_releases = b->kind == FIELD_RELEASE || b->kind == FIELD_ENVIRONMENT;

	return a == b || (a->kind == FIELD_TAG && b->kind == FIELD_TAG) || (a_releases && b_releases);
}

/* Does a row of issue_releases have what a term looks for? */
static bool
release_row_has(Search *search, const Term *term, TupleTableSlot *row)
{
	Slice value = column_text(row, term->kind == FIELD_RELEASE ? 2 : 3);

	for (int i = 0; i < term->nconditions; i++)
		if (term->kind == FIELD_RELEASE
		        ? release_is(search, &term->conditions[i], DatumGetInt32(row->tts_values[0]), value)
		        : text_is(search, &term->conditions[i], value))
			return term->with == NULL || release_row_has(search, term->with, row);
	return false;
}

/* A search and one of its terms, while the values of a tag are looked at. */
typedef struct TagTerm
{
	Search *search;
	const Term *term;
} TagTerm;

/* Is this value of a tag one that the term looks for? */
static bool
value_is_wanted(Slice value, void *context)
{
	TagTerm *tag = context;

	for (int i = 0; i < tag->term->nconditions; i++)
		if (text_is(tag->search, &tag->term->conditions[i], value))
			return true;
	return false;
}

/* Does a row of issue_facets have what a term looks for? */
static bool
facets_row_has(Search *search, const Term *term, TupleTableSlot *row)
{
	TagTerm tag = {search, term};

	return facets_have(DatumGetByteaPP(row->tts_values[2]), term->tag, value_is_wanted, &tag);
}

/*
 * Does a row of issue_releases (project_id, issue_id, release, environment, …) or
 * issue_facets (project_id, issue_id, facets) have what a term looks for?
 */
bool
row_has(Search *search, const Term *term, TupleTableSlot *row)
{
	slot_getsomeattrs(row, Min(COLUMNS_TAKEN, row->tts_tupleDescriptor->natts));
	return term->kind == FIELD_TAG ? facets_row_has(search, term, row) : release_row_has(search, term, row);
}

/* A row of the table that a term is about: it may be what others of its terms look for, too. */
static void
take_issue(Search *search, void *context, TupleTableSlot *row)
{
	const Term *like = context;

	for (int i = 0; i < search->nterms; i++)
	{
		Term *term = &search->terms[i];

		if (is_same_table(term, like) && row_has(search, term, row))
			id_set_add(term->found, DatumGetInt64(row->tts_values[1]));
	}
}

/* ---- users -------------------------------------------------------------------------------------------------- */

/* A condition on users, and where the issues are put that it holds for. */
typedef struct UserCondition
{
	const Condition *condition;
	IdTable *found;
} UserCondition;

/* An occurrence (issue_id, user_id) of a user whose name begins as is looked for. */
static void
take_user(Search *search, void *context, TupleTableSlot *row)
{
	UserCondition *wanted = context;

	if (pattern_is(&wanted->condition->pattern, column_text(row, 1)))
		id_set_add(wanted->found, DatumGetInt64(row->tts_values[0]));
}

/* Finds the issues that a user met, among the occurrences that are kept. */
static void
read_user(Search *search, Term *term)
{
	for (int i = 0; i < term->nconditions; i++)
	{
		const Pattern *pattern = &term->conditions[i].pattern;
		UserCondition wanted = {&term->conditions[i], term->found};
		bool has_start = pattern->npieces > 0 && !pattern->open_start;

		/* by way of the projects, so that the index is of use for all of them as well */
		read_rows(search,
		          pattern->has_star
		              ? "SELECT o.issue_id, o.user_id "
		                "FROM errtrack.projects AS p "
		                "JOIN errtrack.occurrences AS o ON o.project_id = p.project_id "
		                "WHERE ($1 IS NULL OR p.project_id = $1) AND o.user_id IS NOT NULL "
		                "AND o.user_id COLLATE \"C\" ^@ $2"
		              : "SELECT o.issue_id, o.user_id "
		                "FROM errtrack.projects AS p "
		                "JOIN errtrack.occurrences AS o ON o.project_id = p.project_id "
		                "WHERE ($1 IS NULL OR p.project_id = $1) AND o.user_id COLLATE \"C\" = $2",
		          has_start ? pattern->pieces[0] : SLICE(""), take_user, &wanted);
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

/* ---- all of them -------------------------------------------------------------------------------------------- */

/* Finds the issues that a term holds for, and those of all terms that read the same table. */
static void
find_issues(Search *search, Term *term)
{
	for (int i = 0; i < search->nterms; i++)
		if (is_same_table(term, &search->terms[i]))
			search->terms[i].found = make_id_set(search->context);
	if (term->kind == FIELD_USER)
		read_user(search, term);
	else if (term->kind == FIELD_TAG)
		read_rows(search,
		          "SELECT f.* FROM errtrack.issue_facets AS f "
		          "WHERE $1 IS NULL OR f.project_id = $1",
		          NO_SLICE, take_issue, term);
	else
		read_rows(search,
		          "SELECT r.* FROM errtrack.issue_releases AS r "
		          "WHERE $1 IS NULL OR r.project_id = $1",
		          NO_SLICE, take_issue, term);
}

/* Is there, in another table, what a term looks for of an issue? */
bool
is_found(Search *search, Term *term, int32 project, int64 issue_id)
{
	if (term->found == NULL)
	{
		if (is_to_be_probed(search, term))
			return probe_issue(search, term, project, issue_id);
		find_issues(search, term);
	}
	return id_set_has(term->found, issue_id);
}
