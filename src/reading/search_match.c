/*
 * Does a search find an issue?
 */
#include "search.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* What came of comparing a release; its hash of 64 bits finds it, the text tells it from others with that hash. */
typedef struct ComparedRelease
{
	uint64 hash;
	Slice release;
	bool holds;
} ComparedRelease;

/* Is a text what is looked for?  One that is empty is like none. */
bool
text_is(Search *search, const Condition *condition, Slice text)
{
	const Pattern *pattern = &condition->pattern;

	if (!has_text(text))
		return false;
	/* most are a name or its beginning: this is asked of each value of a tag */
	if (pattern->npieces == 1 && !pattern->open_start && pattern->is_ascii)
		return (pattern->open_end || text.len == pattern->pieces[0].len) &&
		       begins_with(text, pattern->pieces[0]);
	resetStringInfo(&search->folded);
	return pattern_is(pattern, fold_text(text, search->ascii, &search->folded));
}

/* Asks errtrack.release_compare(). */
static bool
compare_release(Search *search, const Condition *condition, Slice release)
{
	LOCAL_FCINFO(call, 2);
	int order;

	if (search->comparer == NULL)
	{
		Oid types[2] = {TEXTOID, TEXTOID};
		List *name = list_make2(makeString("errtrack"), makeString("release_compare"));
		FmgrInfo *comparer = MemoryContextAlloc(search->context, sizeof(FmgrInfo));

		fmgr_info_cxt(LookupFuncName(name, 2, types, false), comparer, search->context);
		search->comparer = comparer;
	}
	InitFunctionCallInfoData(*call, search->comparer, 2, DEFAULT_COLLATION_OID, NULL, NULL);
	call->args[0] = (NullableDatum){.value = PointerGetDatum(text_of_slice(release))};
	call->args[1] = (NullableDatum){.value = PointerGetDatum(condition->release)};
	order = DatumGetInt32(FunctionCallInvoke(call));
	if (call->isnull)
		return false;
	switch (condition->comparison)
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

/* Asks once for each release: there are few, in many rows. */
static bool
compare_release_once(Search *search, Condition *condition, Slice release)
{
	uint64 hash = slice_hash(release, 0);
	ComparedRelease *compared;
	bool is_known;

	if (condition->compared == NULL)
	{
		HASHCTL info = {.keysize = sizeof(uint64),
		                .entrysize = sizeof(ComparedRelease),
		                .hcxt = search->context};

		condition->compared =
			hash_create("errtrack compared releases", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	compared = hash_search(condition->compared, &hash, HASH_FIND, NULL);
	is_known = compared != NULL && slice_equal(compared->release, release);
	if (!is_known)
	{
		bool holds = compare_release(search, condition, release);
		MemoryContext old = MemoryContextSwitchTo(search->context);

		compared = hash_search(condition->compared, &hash, HASH_ENTER, NULL);
		compared->release = slice_of_text(text_of_slice(release));
		compared->holds = holds;
		MemoryContextSwitchTo(old);
	}
	return compared->holds;
}

/* Is a release of a project what is looked for?  Without a package in the query, that of any package. */
bool
release_is(Search *search, Condition *condition, int32 project, Slice release)
{
	ptrdiff_t at;

	if (!has_text(release))
		return false;
	if (condition->comparison != IS)
		return compare_release_once(search, condition, release);
	if (condition->is_newest)
	{
		for (int i = 0; i < condition->nplaces; i++)
			if (condition->places[i].project == project && slice_equal(condition->places[i].release, release))
				return true;
		return false;
	}
	if (text_is(search, condition, release))
		return true;
	at = slice_find_last_char(release, '@');
	return at >= 0 && text_is(search, condition, slice_skip(release, at + 1));
}

/* Is a number, or a time, within what is looked for? */
static bool
number_is(const Condition *condition, int64 number)
{
	return condition->low <= number && number <= condition->high;
}

/* The text of a column; absent where it is null. */
static Slice
issue_text(FunctionCallInfo fcinfo, IssueColumn column)
{
	return PG_ARGISNULL(column) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(column));
}

/* Is it in the text? */
static bool
text_is_in(Search *search, const Condition *condition, Slice text)
{
	resetStringInfo(&search->folded);
	return has_text(text) &&
	       pattern_is_in(&condition->pattern, fold_text(text, search->ascii, &search->folded)) &&
	       (condition->pattern.npieces > 0 || text.len > 0);
}

/* Reads the issue's words, once. */
static void
read_words(Search *search, FunctionCallInfo fcinfo)
{
	static const IssueColumn columns[3] = {ISSUE_TITLE, ISSUE_CULPRIT, ISSUE_CLASS};
	IssueWords *words = &search->words;

	resetStringInfo(&words->all);
	for (int i = 0; i < lengthof(columns); i++)
	{
		Slice text = issue_text(fcinfo, columns[i]);

		if (has_text(text))
			(void) fold_text(text, search->ascii, &words->all);
		words->ends[i] = words->all.len;
		appendStringInfoChar(&words->all, '\0');
	}
	words->is_read = true;
}

/* Is the word in title, culprit or class? */
static bool
word_is_in(Search *search, const Condition *condition, FunctionCallInfo fcinfo)
{
	IssueWords *words = &search->words;
	int start = 0;

	if (!words->is_read)
		read_words(search, fcinfo);
	if (!condition->pattern.has_star)
		return pattern_is_in(&condition->pattern, (Slice){words->all.data, words->all.len});
	for (int i = 0; i < lengthof(words->ends); i++)
	{
		Slice text = {words->all.data + start, words->ends[i] - start};

		if (text.len > 0 && pattern_is_in(&condition->pattern, text))
			return true;
		start = words->ends[i] + 1;
	}
	return false;
}

/* The bits of the issue's states. */
static int
issue_states(Search *search, FunctionCallInfo fcinfo)
{
	Oid status = PG_GETARG_OID(ISSUE_STATUS);
	int states = PG_ARGISNULL(ISSUE_ASSIGNEE) ? STATE_UNASSIGNED : STATE_ASSIGNED;

	for (int i = 0; i < lengthof(search->status_oids); i++)
		if (search->status_oids[i] == status)
			states |= 1 << i;
	return states;
}

/* Is a project one of those that are meant? */
static bool
project_is(const Condition *condition, int32 project)
{
	for (int i = 0; i < condition->nplaces; i++)
		if (condition->places[i].project == project)
			return true;
	return false;
}

/* Does one of the values of a term hold for the issue? */
static bool
condition_holds(Search *search, const Term *term, Condition *condition, FunctionCallInfo fcinfo)
{
	switch (term->kind)
	{
		case FIELD_NUMBER:
			return number_is(condition, term->column == ISSUE_REGRESSIONS ? PG_GETARG_INT32(term->column)
			                                                              : PG_GETARG_INT64(term->column));
		case FIELD_TIME:
			return !PG_ARGISNULL(term->column) && number_is(condition, PG_GETARG_INT64(term->column));
		case FIELD_PROJECT:
			return project_is(condition, PG_GETARG_INT32(ISSUE_PROJECT));
		case FIELD_ASSIGNEE:
			if (condition->is_nobody)
				return PG_ARGISNULL(ISSUE_ASSIGNEE);
			/* fall through */
		case FIELD_LEVEL:
		case FIELD_TEXT:
			return text_is(search, condition, issue_text(fcinfo, term->column));
		case FIELD_VERSION:
			return release_is(search, condition, PG_GETARG_INT32(ISSUE_PROJECT),
			                  issue_text(fcinfo, term->column));
		case FIELD_WITHIN:
			return text_is_in(search, condition, issue_text(fcinfo, term->column));
		case FIELD_WORD:
			return word_is_in(search, condition, fcinfo);
		case FIELD_USERS:
			return number_is(condition, count_users(search, PG_GETARG_INT64(ISSUE_ID)));
		default:
			elog(ERROR, "a term of kind %d has no condition", term->kind);
	}
}

/* Does a term hold for the issue, but for its sign? */
static bool
term_holds(Search *search, Term *term, FunctionCallInfo fcinfo)
{
	switch (term->kind)
	{
		case FIELD_STATE:
			return (issue_states(search, fcinfo) & term->states) != 0;
		case FIELD_USER:
		case FIELD_RELEASE:
		case FIELD_ENVIRONMENT:
		case FIELD_TAG:
			return is_found(search, term, PG_GETARG_INT32(ISSUE_PROJECT), PG_GETARG_INT64(ISSUE_ID));
		default:
			break;
	}
	for (int i = 0; i < term->nconditions; i++)
		if (condition_holds(search, term, &term->conditions[i], fcinfo))
			return true;
	return false;
}

/* Does the search find the issue that search_finds() was called for? */
bool
issue_is_found(Search *search, FunctionCallInfo fcinfo)
{
	search->words.is_read = false;
	search->seen++;
	for (int i = 0; i < search->nterms; i++)
		if (term_holds(search, &search->terms[i], fcinfo) == search->terms[i].negated)
			return false;
	return true;
}
