/*
 * Understands the values of a query: states, numbers, times, releases.
 */
#include "search.h"

#include "../clock.h"
#include "../releases/version.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

/* Releases times environments: each pair is looked for in each row. */
#define MAX_PLACES 100

const IssueState issue_states[STATUSES + 3] = {
	{"unresolved", 1 << 0},       {"acknowledged", 1 << 1},
	{"resolved", 1 << 2},         {"regressed", 1 << 3},
	{"ignored", 1 << 4},          {"open", 1 << 0 | 1 << 1 | 1 << 3},
	{"assigned", STATE_ASSIGNED}, {"unassigned", STATE_UNASSIGNED},
};

static const char *const levels[] = {"fatal", "error", "warning", "info", "debug"};

/* The bits of a state. */
static int
read_state(const Search *search, const Value *value)
{
	for (int i = 0; i < lengthof(issue_states); i++)
		if (text_is(value->text, issue_states[i].name))
			return issue_states[i].bits;
	query_error(search->query, value->word,
	            "An issue is unresolved, acknowledged, resolved, regressed or ignored; open is any of "
	            "unresolved, acknowledged and regressed; and it is assigned or unassigned.",
	            "no issue is \"%s\"", copy_slice(value->text));
}

/* Raises unless the value is a level. */
static void
check_level(const Search *search, const Value *value)
{
	for (int i = 0; i < lengthof(levels); i++)
		if (text_is(value->text, levels[i]))
			return;
	query_error(search->query, value->word, "Levels are fatal, error, warning, info and debug.",
	            "there is no level \"%s\"", copy_slice(value->text));
}

/* Reads a number; *to is the next one. */
static bool
read_count(Slice text, int64 *from, int64 *to)
{
	if (text.len == 0 || text.len > 17 || count_digits(text, 0) != text.len)
		return false;
	*from = strtoll(copy_slice(text), NULL, 10);
	*to = *from + 1;
	return true;
}

/* Reads a time span such as -24h: *from is so long ago. */
static bool
read_ago(Slice text, int64 *from)
{
	static const struct
	{
		char unit;
		int64 seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 60 * 60}, {'d', 24 * 60 * 60}, {'w', 7 * 24 * 60 * 60}};
	size_t digits = count_digits(text, 1);

	if (peek(text, 0) != '-' || digits < 1 || digits > 6 || text.len != digits + 2)
		return false;
	for (int i = 0; i < lengthof(units); i++)
		if (pg_ascii_tolower(text.data[digits + 1]) == units[i].unit)
		{
			*from = clock_now() -
			        strtoll(copy_slice(slice_skip(text, 1)), NULL, 10) * units[i].seconds * USECS_PER_SEC;
			return true;
		}
	return false;
}

/* Does the text from index n on look like the model, in which 0 stands for any digit? */
static bool
looks_like(Slice text, size_t n, const char *model)
{
	for (; *model; model++, n++)
		if (*model == '0' ? !is_digit(peek(text, n)) : peek(text, n) != *model)
			return false;
	return true;
}

/*
 * Reads a date, with or without a time of the day and a zone; without one it is the
 * session's.  *to is when that day, minute or second is over.
 */
static bool
read_date(Slice text, int64 *from, int64 *to)
{
	Interval step = {0};
	Slice rest;

	if (!looks_like(text, 0, "0000-00-00"))
		return false;
	rest = slice_skip(text, 10);
	step.day = 1;
	if ((peek(rest, 0) == 'T' || peek(rest, 0) == ' ') && looks_like(rest, 1, "00:00"))
	{
		bool has_seconds = looks_like(rest, 6, ":00");

		step.day = 0;
		step.time = has_seconds ? USECS_PER_SEC : USECS_PER_MINUTE;
		rest = slice_skip(rest, has_seconds ? 9 : 6);
		if (peek(rest, 0) != 'Z' && peek(rest, 0) != '+' && peek(rest, 0) != '-' && rest.len > 0)
			return false;
	}
	else if (rest.len > 0)
		return false;
	if (!clock_read(copy_slice(text), from))
		return false;
	*to = DatumGetTimestampTz(
		DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(*from), PointerGetDatum(&step)));
	return true;
}

/* Reads a time. */
static bool
read_moment(Slice text, int64 *from, int64 *to)
{
	if (read_ago(text, from))
	{
		*to = *from + 1;
		return true;
	}
	return read_date(text, from, to);
}

/* Reads a number or a time, which may be a range: a..b, where either may be missing. */
static bool
read_range(Value *value, bool (*read)(Slice, int64 *, int64 *))
{
	ptrdiff_t dots = value->comparison == IS && !value->quoted ? slice_find(value->text, SLICE("..")) : -1;
	int64 from, to;

	value->low = PG_INT64_MIN;
	value->high = PG_INT64_MAX;
	if (value->has_star)
		return false;
	if (dots >= 0)
	{
		Slice first = slice_range(value->text, 0, dots), last = slice_skip(value->text, dots + 2);

		if (first.len == 0 && last.len == 0)
			return false;
		if (first.len > 0 && !read(first, &value->low, &to))
			return false;
		if (last.len > 0)
		{
			if (!read(last, &from, &to))
				return false;
			value->high = to - 1;
		}
		return true;
	}
	if (!read(value->text, &from, &to))
		return false;
	if (value->comparison == IS || value->comparison == FROM)
		value->low = from;
	if (value->comparison == ABOVE)
		value->low = to;
	/* since then */
	if ((value->comparison == IS && peek(value->text, 0) != '-') || value->comparison == UP_TO)
		value->high = to - 1;
	if (value->comparison == BELOW)
		value->high = from - 1;
	return true;
}

/* Understands a number. */
static void
understand_number(const Search *search, Value *value)
{
	if (!read_range(value, read_count))
		query_error(search->query, value->word, "Write 100, >100, <=100 or 10..100.",
		            "\"%s\" is not a number", copy_slice(value->word));
}

/* Understands a time. */
static void
understand_time(const Search *search, Value *value)
{
	if (!read_range(value, read_moment))
		query_error(search->query, value->word,
		            "Write how long ago: -30m, -24h, -7d or -2w; or a date: 2026-01-31 or 2026-01-31T12:00; "
		            "behind >, >=, < or <=, or 2026-01-01..2026-01-31.",
		            "\"%s\" is not a time", copy_slice(value->word));
}

/* Does a text stand for the newest release? */
static bool
means_newest(Slice text)
{
	return text_is(text, "newest") || text_is(text, "latest");
}

/* Makes a value one that releases are compared with. */
static void
compare_with(const Search *search, Value *value, Comparison comparison, Slice release)
{
	if (!value->quoted && means_newest(release))
		query_error(search->query, value->word, "Write release:newest, or name the release: release:>=1.4.2.",
		            "nothing is compared with the newest release");
	value->comparison = comparison;
	value->text = release;
	value->release = palloc(sizeof(Release));
	release_read(release, value->release, palloc_allocator());
}

/* Understands a release, which may be a range: a..b, where either may be missing. */
static void
understand_release(const Search *search, Value *value)
{
	ptrdiff_t dots = value->quoted ? -1 : slice_find(value->text, SLICE(".."));
	Slice first = value->text, last = NO_SLICE;

	if (value->comparison == IS && dots < 0)
	{
		value->is_newest = !value->quoted && means_newest(value->text);
		return;
	}
	if (value->has_star)
		query_error(search->query, value->word, "Write release:1.4.* or release:>=1.4.",
		            "a release with a * cannot be compared");
	if (dots < 0)
	{
		compare_with(search, value, value->comparison, value->text);
		return;
	}
	first.len = dots;
	last = slice_skip(value->text, dots + 2);
	if (value->comparison != IS || first.len + last.len == 0)
		query_error(search->query, value->word,
		            "Write release:1.4..1.6, release:>=1.4, or the release in quotes.",
		            "\"%s\" is not a range of releases", copy_slice(value->word));
	if (first.len > 0 && last.len > 0)
	{
		value->last = palloc(sizeof(Value));
		*value->last = *value;
		compare_with(search, value->last, UP_TO, last);
	}
	if (first.len > 0)
		compare_with(search, value, FROM, first);
	else
		compare_with(search, value, UP_TO, last);
}

/* Understands an assignee. */
static void
understand_assignee(Value *value)
{
	if (value->quoted)
		return;
	value->is_nobody = text_is(value->text, "none") || text_is(value->text, "nobody");
	if (text_is(value->text, "me"))
	{
		Slice me = slice_of_string(GetUserNameFromId(GetSessionUserId(), false));

		value->pattern = make_pattern(me, palloc0(me.len), true);
	}
}

/* Understands a value. */
static void
understand_value(Search *search, FieldKind kind, Value *value)
{
	switch (kind)
	{
		case FIELD_STATE:
			value->states = read_state(search, value);
			break;
		case FIELD_LEVEL:
			check_level(search, value);
			break;
		case FIELD_ASSIGNEE:
			understand_assignee(value);
			break;
		case FIELD_NUMBER:
		case FIELD_USERS:
			understand_number(search, value);
			break;
		case FIELD_TIME:
			understand_time(search, value);
			break;
		case FIELD_VERSION:
		case FIELD_RELEASE:
			understand_release(search, value);
			break;
		default:
			break;
	}
}

/* The value of a term that takes one; raises if there are more. */
static const Value *
only_value(const Search *search, const Term *term, const char *hint)
{
	if (list_length(term->values) > 1)
		query_error(search->query, ((Value *) lsecond(term->values))->word, hint, "%s: takes one value",
		            term->field->name);
	return linitial(term->values);
}

/* Makes a term of has:FIELD that is one of that field: it has any value. */
static void
understand_has(const Search *search, Term *term)
{
	const Value *value = only_value(search, term, "Write has:release has:user for both.");
	const Field *field = find_field(value->text, &term->tag);
	Value *any = palloc0(sizeof(Value));

	switch (field != NULL ? field->kind : FIELD_HAS)
	{
		case FIELD_WITHIN:
		case FIELD_TEXT:
		case FIELD_ASSIGNEE:
		case FIELD_VERSION:
		case FIELD_RELEASE:
		case FIELD_ENVIRONMENT:
		case FIELD_TIME:
			break;
		case FIELD_TAG:
			if (term->tag.len > 0)
				break;
			/* fall through */
		default:
			query_error(search->query, value->word,
			            "Write has: and one of release, environment, user, title, culprit, class, platform, "
			            "introduced, fixed, assigned, resolved, regressed, server, transaction, tag.KEY.",
			            "has: does not take \"%s\"", copy_slice(value->word));
		case FIELD_USER:
			field = find_field(SLICE("users"), &term->tag);
			break;
	}
	any->low = field->kind == FIELD_USERS ? 1 : PG_INT64_MIN;
	any->high = PG_INT64_MAX;
	term->field = field;
	term->values = list_make1(any);
	term->is_any = true;
}

/* Understands sort:FIELD. */
static void
understand_sort(Search *search, const Term *term)
{
	const Value *value = only_value(search, term, "Issues are in one order: sort:events, say.");
	Slice tag;
	const Field *field = find_field(value->text, &tag);

	if (field == NULL || (field->column != ISSUE_LAST_SEEN && field->column != ISSUE_FIRST_SEEN &&
	                      field->column != ISSUE_EVENTS && field->kind != FIELD_USERS))
		query_error(
			search->query, value->word,
			"Write sort:last_seen, sort:first_seen, sort:events or sort:users; with a - before it the "
			"least comes first.",
			"cannot sort by \"%s\"", copy_slice(value->word));
	search->sort = field;
	search->reversed = term->negated;
}

/* Understands a term, and keeps it unless it is no condition. */
static void
understand_term(Search *search, Term *term)
{
	ListCell *cell;

	if (term->field->kind == FIELD_SORT)
	{
		understand_sort(search, term);
		return;
	}
	if (term->field->kind == FIELD_HAS)
		understand_has(search, term);
	else
		foreach (cell, term->values)
			understand_value(search, term->field->kind, lfirst(cell));
	search->terms = lappend(search->terms, term);
}

/* Those of a query's terms that ask that there be a row with such a release, or environment. */
static List *
terms_that_ask_for(const Search *search, FieldKind kind)
{
	List *terms = NIL;
	ListCell *cell;

	foreach (cell, search->terms)
	{
		Term *term = lfirst(cell);

		if (term->field->kind == kind && !term->negated && !term->is_any)
			terms = lappend(terms, term);
	}
	return terms;
}

/*
 * A release and an environment are asked of one row, as the issue was seen in that
 * release there: each release with each environment.  Each other term is a question
 * of its own: an issue may have been seen in two environments, in two rows.
 */
static void
join_places(Search *search)
{
	List *releases = terms_that_ask_for(search, FIELD_RELEASE);
	List *environments = terms_that_ask_for(search, FIELD_ENVIRONMENT);
	ListCell *i, *k;

	if (releases == NIL || environments == NIL)
		return;
	if (list_length(releases) * list_length(environments) > MAX_PLACES)
		query_error(search->query, ((Term *) llast(environments))->word,
		            "Write those of which any will do into one term: release:1.4.0,1.5.0.",
		            "more than %d pairs of a release and an environment", MAX_PLACES);
	search->terms = list_difference_ptr(search->terms, list_concat_copy(releases, environments));
	foreach (i, releases)
		foreach (k, environments)
		{
			Term *place = palloc(sizeof(Term));

			*place = *(Term *) lfirst(i);
			place->with = lfirst(k);
			search->terms = lappend(search->terms, place);
		}
}

/* For list_sort(): what costs less comes first. */
static int
compare_terms(const ListCell *a, const ListCell *b)
{
	return (int) ((Term *) lfirst(a))->field->kind - (int) ((Term *) lfirst(b))->field->kind;
}

/*
 * Understands a query; raises where it cannot be.  What it needs is allocated in the
 * current memory context.  No table is read yet: prepare_terms() does, for the first
 * issue.
 */
Search *
make_search(text *query, bool has_project, int32 project)
{
	Search *search = palloc0(sizeof(Search));
	Slice tag;
	ListCell *cell;

	search->context = CurrentMemoryContext;
	search->query = slice_of_text(query);
	search->has_project = has_project;
	search->project = project;
	search->sort = find_field(SLICE("last_seen"), &tag);
	foreach (cell, read_query(search->query))
		understand_term(search, lfirst(cell));
	join_places(search);
	list_sort(search->terms, compare_terms);
	return search;
}
