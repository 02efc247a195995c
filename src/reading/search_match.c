/*
 * Does a search find an issue?
 */
#include "search.h"

#include "../releases/version.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* Is a release what is looked for, as releases compare? */
static bool
compares(const Value *value, Slice text)
{
	int order = 0;

	if (!slice_equal(text, value->text))
	{
		Release release;

		release_read(text, &release, palloc_allocator());
		if (!release_order(&release, value->release, &order))
			return false;
	}
	switch (value->comparison)
	{
		case ABOVE:
			return order > 0;
		case FROM:
			return order >= 0;
		case BELOW:
			return order < 0;
		case UP_TO:
			return order <= 0;
		default:
			return order == 0;
	}
}

/* The same, asked once for most releases: there are few, in many rows. */
static bool
compares_once(const Search *search, Value *value, Slice text)
{
	ComparedRelease *compared;

	if (value->compared == NULL)
		value->compared =
			MemoryContextAllocZero(search->context, COMPARED_RELEASES * sizeof(ComparedRelease));
	compared = &value->compared[slice_hash(text, 0) % COMPARED_RELEASES];
	if (compared->release.data == NULL)
	{
		char *copy = MemoryContextAlloc(search->context, text.len);

		memcpy(copy, text.data, text.len);
		compared->holds = compares(value, text);
		compared->release = (Slice){copy, text.len};
	}
	return slice_equal(compared->release, text) ? compared->holds : compares(value, text);
}

/* Is a release of a project what is looked for?  Without a package in the query, that of any package. */
bool
release_is(Search *search, Value *value, int32 project, Slice release)
{
	ptrdiff_t at;

	if (!has_text(release))
		return false;
	if (value->comparison != IS)
		return compares_once(search, value, release) &&
		       (value->last == NULL || compares_once(search, value->last, release));
	if (value->is_newest)
		return is_newest(search, value, project, release);
	if (pattern_is(&value->pattern, release))
		return true;
	at = slice_find_last_char(release, '@');
	return at >= 0 && pattern_is(&value->pattern, slice_skip(release, at + 1));
}

/* Is a number, or a time, within what is looked for? */
static bool
number_is(const Value *value, int64 number)
{
	return value->low <= number && number <= value->high;
}

/* The text of a column; absent where it is null. */
static Slice
issue_text(FunctionCallInfo fcinfo, IssueColumn column)
{
	return PG_ARGISNULL(column) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(column));
}

/* Looks up what the labels of issue_status are in the rows. */
static void
find_status_oids(Search *search, Oid type)
{
	for (int i = 0; i < STATUSES; i++)
	{
		HeapTuple label =
			SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(issue_states[i].name));

		if (!HeapTupleIsValid(label))
			elog(ERROR, "type %u has no label \"%s\"", type, issue_states[i].name);
		search->status_oids[i] = ((Form_pg_enum) GETSTRUCT(label))->oid;
		ReleaseSysCache(label);
	}
}

/* The bits of the issue's states. */
static int
states_of_issue(Search *search, FunctionCallInfo fcinfo)
{
	int states = PG_ARGISNULL(ISSUE_ASSIGNEE) ? STATE_UNASSIGNED : STATE_ASSIGNED;

	if (!OidIsValid(search->status_oids[0]))
		find_status_oids(search, get_fn_expr_argtype(fcinfo->flinfo, ISSUE_STATUS));
	for (int i = 0; i < STATUSES; i++)
		if (search->status_oids[i] == PG_GETARG_OID(ISSUE_STATUS))
			states |= issue_states[i].bits;
	return states;
}

/* Is a word in title, culprit or class?  Most titles begin with the class. */
static bool
is_word_of(const Pattern *word, FunctionCallInfo fcinfo)
{
	Slice title = issue_text(fcinfo, ISSUE_TITLE);
	Slice class = issue_text(fcinfo, ISSUE_CLASS);

	return pattern_is_in(word, title) || pattern_is_in(word, issue_text(fcinfo, ISSUE_CULPRIT)) ||
	       (!slice_starts(title, class) && pattern_is_in(word, class));
}

/* Does a value hold for the issue? */
static bool
value_holds(Search *search, const Field *field, Value *value, FunctionCallInfo fcinfo)
{
	switch (field->kind)
	{
		case FIELD_STATE:
			return (states_of_issue(search, fcinfo) & value->states) != 0;
		case FIELD_NUMBER:
			return number_is(value, field->column == ISSUE_REGRESSIONS ? PG_GETARG_INT32(field->column)
			                                                           : PG_GETARG_INT64(field->column));
		case FIELD_TIME:
			return !PG_ARGISNULL(field->column) && number_is(value, PG_GETARG_INT64(field->column));
		case FIELD_PROJECT:
			return list_member_int(value->projects, PG_GETARG_INT32(field->column));
		case FIELD_ASSIGNEE:
			if (value->is_nobody)
				return PG_ARGISNULL(field->column);
			/* fall through */
		case FIELD_LEVEL:
		case FIELD_TEXT:
			return pattern_is(&value->pattern, issue_text(fcinfo, field->column));
		case FIELD_VERSION:
			return release_is(search, value, PG_GETARG_INT32(ISSUE_PROJECT),
			                  issue_text(fcinfo, field->column));
		case FIELD_WITHIN:
			return pattern_is_in(&value->pattern, issue_text(fcinfo, field->column));
		case FIELD_WORD:
			return is_word_of(&value->pattern, fcinfo);
		case FIELD_USERS:
			return number_is(value, count_users(search, PG_GETARG_INT64(ISSUE_ID)));
		default:
			elog(ERROR, "a value of kind %d is not in the issue's row", field->kind);
	}
}

/* Does a term hold for the issue, but for its sign? */
static bool
term_holds(Search *search, Term *term, FunctionCallInfo fcinfo)
{
	ListCell *cell;

	if (term->table != NULL)
		return is_found(search, term, PG_GETARG_INT32(ISSUE_PROJECT), PG_GETARG_INT64(ISSUE_ID));
	foreach (cell, term->values)
	{
		CHECK_FOR_INTERRUPTS();
		if (value_holds(search, term->field, lfirst(cell), fcinfo))
			return true;
	}
	return false;
}

/* Does the search find the issue that search_finds() was called for? */
bool
issue_is_found(Search *search, FunctionCallInfo fcinfo)
{
	ListCell *cell;

	if (search->seen++ == 0)
		prepare_terms(search);
	foreach (cell, search->terms)
	{
		Term *term = lfirst(cell);

		if (term_holds(search, term, fcinfo) == term->negated)
			return false;
	}
	return true;
}
