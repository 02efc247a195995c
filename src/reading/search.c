/*
 * The functions of which SQL makes a search.
 */
#include "search.h"

#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(errtrack_search_is_by_time);
PG_FUNCTION_INFO_V1(errtrack_search_finds);
PG_FUNCTION_INFO_V1(errtrack_search_rank);

/* errtrack.search_is_by_time(query text, project_id int) RETURNS boolean */
Datum
errtrack_search_is_by_time(PG_FUNCTION_ARGS)
{
	bool has_project = !PG_ARGISNULL(1);
	text *query = PG_ARGISNULL(0) ? text_of_slice(SLICE("")) : PG_GETARG_TEXT_PP(0);
	Search *search = make_search(query, has_project, has_project ? PG_GETARG_INT32(1) : 0);

	check_project(search);
	PG_RETURN_BOOL(search->sort->column == ISSUE_LAST_SEEN && !search->reversed);
}

/*
 * The search that the first two arguments say.  It is made once for a scan: then
 * each call has the same ones.  Where they change, in a lateral join, another is made.
 *
 * It is taken, and kept again by whoever took it, when the call ends well: no later
 * call goes on with what an error that somebody caught left half done.
 */
static Search *
take_search(FunctionCallInfo fcinfo)
{
	Search *search = fcinfo->flinfo->fn_extra;
	text *query = PG_ARGISNULL(0) ? text_of_slice(SLICE("")) : PG_GETARG_TEXT_PP(0);
	bool has_project = !PG_ARGISNULL(1);
	int32 project = has_project ? PG_GETARG_INT32(1) : 0;
	MemoryContext context, old;

	fcinfo->flinfo->fn_extra = NULL;
	if (search != NULL)
	{
		if (slice_equal(search->query, slice_of_text(query)) && search->has_project == has_project &&
		    search->project == project)
			return search;
		MemoryContextDelete(search->context);
	}
	context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "errtrack search", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	search = make_search(text_of_slice(slice_of_text(query)), has_project, project);
	MemoryContextSwitchTo(old);
	return search;
}

/*
 * errtrack.search_finds(query text, of_project int, …) RETURNS boolean: the other
 * arguments are those of IssueColumn.
 */
Datum
errtrack_search_finds(PG_FUNCTION_ARGS)
{
	Search *search = take_search(fcinfo);
	bool is_found = issue_is_found(search, fcinfo);

	fcinfo->flinfo->fn_extra = search;
	PG_RETURN_BOOL(is_found);
}

/*
 * errtrack.search_rank(query text, of_project int, issue_id bigint, first_seen timestamptz,
 *                      last_seen timestamptz, events bigint) RETURNS bigint
 */
Datum
errtrack_search_rank(PG_FUNCTION_ARGS)
{
	Search *search = take_search(fcinfo);
	int64 rank;

	if (search->sort->kind == FIELD_USERS)
		rank = count_users(search, PG_GETARG_INT64(2));
	else if (search->sort->column == ISSUE_FIRST_SEEN)
		rank = PG_GETARG_INT64(3);
	else if (search->sort->column == ISSUE_EVENTS)
		rank = PG_GETARG_INT64(5);
	else
		rank = PG_GETARG_INT64(4);
	fcinfo->flinfo->fn_extra = search;
	/* not its negative: there is none of the least number, which is a time's -infinity */
	PG_RETURN_INT64(search->reversed ? ~rank : rank);
}
