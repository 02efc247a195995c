/*
 * Understands the values of a query: states, numbers, times, releases.
 */
#include "search.h"

#include "../clock.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

/* The states of issue_status, a bit each; STATE_ASSIGNED and STATE_UNASSIGNED are two more. */
const char *const status_names[5] = {"unresolved", "acknowledged", "resolved", "regressed", "ignored"};

static const struct
{
	const char *name;
	int bits;
} states[] = {
	{"unresolved", 1 << 0},       {"acknowledged", 1 << 1},
	{"resolved", 1 << 2},         {"regressed", 1 << 3},
	{"ignored", 1 << 4},          {"open", 1 << 0 | 1 << 1 | 1 << 3},
	{"assigned", STATE_ASSIGNED}, {"unassigned", STATE_UNASSIGNED},
};

static const char *const levels[] = {"fatal", "error", "warning", "info", "debug"};

/* Is the value this name? */
static bool
value_is(const QueryValue *value, const char *name)
{
	return value->text.len == strlen(name) && pg_strncasecmp(value->text.data, name, value->text.len) == 0;
}

/* The bits of a state. */
static int
read_state(const SearchQuery *query, const QueryValue *value)
{
	for (int i = 0; i < lengthof(states); i++)
		if (value_is(value, states[i].name))
			return states[i].bits;
	query_error(query->text, value->word,
	            "An issue is unresolved, acknowledged, resolved, regressed or ignored; open is any of "
	            "unresolved, acknowledged and regressed; and it is assigned or unassigned.",
	            "no issue is \"%s\"", copy_slice(value->text));
}

/* Raises unless the value is a level. */
static void
check_level(const SearchQuery *query, const QueryValue *value)
{
	for (int i = 0; i < lengthof(levels); i++)
		if (value_is(value, levels[i]))
			return;
	query_error(query->text, value->word, "Levels are fatal, error, warning, info and debug.",
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
read_range(const QueryValue *value, bool (*read)(Slice, int64 *, int64 *), Condition *condition)
{
	ptrdiff_t dots = value->comparison == IS ? slice_find(value->text, SLICE("..")) : -1;
	int64 from, to;

	condition->low = PG_INT64_MIN;
	condition->high = PG_INT64_MAX;
	if (value->pattern.has_star)
		return false;
	if (dots >= 0)
	{
		Slice first = slice_range(value->text, 0, dots), last = slice_skip(value->text, dots + 2);

		if (first.len == 0 && last.len == 0)
			return false;
		if (first.len > 0 && !read(first, &condition->low, &to))
			return false;
		if (last.len > 0)
		{
			if (!read(last, &from, &to))
				return false;
			condition->high = to - 1;
		}
		return true;
	}
	if (!read(value->text, &from, &to))
		return false;
	if (value->comparison == IS || value->comparison == FROM)
		condition->low = from;
	if (value->comparison == ABOVE)
		condition->low = to;
	/* since then */
	if ((value->comparison == IS && peek(value->text, 0) != '-') || value->comparison == UP_TO)
		condition->high = to - 1;
	if (value->comparison == BELOW)
		condition->high = from - 1;
	return true;
}

/* Reads a number into a condition. */
static void
read_number_value(const SearchQuery *query, const QueryValue *value, Condition *condition)
{
	if (!read_range(value, read_count, condition))
		query_error(query->text, value->word, "Write 100, >100, <=100 or 10..100.", "\"%s\" is not a number",
		            copy_slice(value->word));
}

/* Reads a time into a condition. */
static void
read_time_value(const SearchQuery *query, const QueryValue *value, Condition *condition)
{
	if (!read_range(value, read_moment, condition))
		query_error(query->text, value->word,
		            "Write how long ago: -30m, -24h, -7d or -2w; or a date: 2026-01-31 or 2026-01-31T12:00; "
		            "behind >, >=, < or <=, or 2026-01-01..2026-01-31.",
		            "\"%s\" is not a time", copy_slice(value->word));
}

/* Reads a release into a condition. */
static void
read_release_value(Search *search, const SearchQuery *query, const QueryValue *value, Condition *condition)
{
	condition->comparison = value->comparison;
	if (value->comparison == IS)
	{
		condition->is_newest = !value->quoted && (value_is(value, "newest") || value_is(value, "latest"));
		if (condition->is_newest)
			find_newest(search, condition);
		return;
	}
	if (value->pattern.has_star)
		query_error(query->text, value->word, "Write release:1.4.* or release:>=1.4.",
		            "a release with a * cannot be compared");
	condition->release = text_of_slice(value->text);
}

/* Reads a value into a condition. */
static void
read_value(Search *search, const SearchQuery *query, Term *term, const QueryValue *value,
           Condition *condition)
{
	/* capitals matter in the names of users alone: there an index finds them */
	condition->pattern = term->kind == FIELD_USER ? value->pattern : fold_pattern(value->pattern);
	search->ascii = search->ascii && value->pattern.is_ascii;
	switch (term->kind)
	{
		case FIELD_STATE:
			term->states |= read_state(query, value);
			break;
		case FIELD_LEVEL:
			check_level(query, value);
			break;
		case FIELD_ASSIGNEE:
			condition->is_nobody = !value->quoted && (value_is(value, "none") || value_is(value, "nobody"));
			if (!value->quoted && value_is(value, "me"))
			{
				Slice me = slice_of_string(GetUserNameFromId(GetSessionUserId(), false));

				condition->pattern = make_pattern(me, palloc0(me.len));
				search->ascii = search->ascii && condition->pattern.is_ascii;
				condition->pattern = fold_pattern(condition->pattern);
			}
			break;
		case FIELD_PROJECT:
			find_projects(search, query->text, value, condition);
			break;
		case FIELD_NUMBER:
		case FIELD_USERS:
			read_number_value(query, value, condition);
			break;
		case FIELD_TIME:
			read_time_value(query, value, condition);
			break;
		case FIELD_VERSION:
		case FIELD_RELEASE:
			read_release_value(search, query, value, condition);
			break;
		default:
			break;
	}
}

/* Understands has:FIELD as a condition on that field: it has any value. */
static void
read_has(const SearchQuery *query, const QueryTerm *from, Term *term)
{
	const QueryValue *value = &from->values[0];
	const Field *field = find_field(value->text);
	Condition *condition = palloc0(sizeof(Condition));

	if (is_tag_field(value->text, &term->tag) && term->tag.len > 0)
		field = tag_field();
	switch (field != NULL && from->nvalues == 1 ? field->kind : FIELD_HAS)
	{
		case FIELD_WITHIN:
		case FIELD_TEXT:
		case FIELD_ASSIGNEE:
		case FIELD_VERSION:
		case FIELD_RELEASE:
		case FIELD_ENVIRONMENT:
		case FIELD_TAG:
		case FIELD_TIME:
			term->kind = field->kind;
			break;
		case FIELD_USER:
			term->kind = FIELD_USERS;
			break;
		default:
			query_error(query->text, value->word,
			            "Write has: and one of release, environment, user, title, culprit, class, platform, "
			            "introduced, fixed, assigned, resolved, regressed, server, transaction, tag.KEY.",
			            "has: does not take \"%s\"", copy_slice(value->word));
	}
	term->column = field->column;
	if (field->tag != NULL)
		term->tag = slice_of_string(field->tag);
	condition->pattern.has_star = condition->pattern.open_start = condition->pattern.open_end = true;
	condition->low = term->kind == FIELD_USERS ? 1 : PG_INT64_MIN;
	condition->high = PG_INT64_MAX;
	term->conditions = condition;
	term->nconditions = 1;
}

/* Understands sort:FIELD. */
static void
read_sort(Search *search, const SearchQuery *query, const QueryTerm *from)
{
	static const char *const sorts[] = {"last_seen", "first_seen", "events", "times", "users"};

	for (int i = 0; i < lengthof(sorts); i++)
		if (from->nvalues == 1 && value_is(&from->values[0], sorts[i]))
		{
			search->sort = find_field(slice_of_string(sorts[i]));
			search->reversed = from->negated;
			return;
		}
	query_error(query->text, from->values[0].word,
	            "Write sort:last_seen, sort:first_seen, sort:events or sort:users; with a - before it the "
	            "least comes first.",
	            "cannot sort by \"%s\"", copy_slice(from->values[0].word));
}

/* Understands a term. */
static void
read_term(Search *search, const SearchQuery *query, const QueryTerm *from, Term *term)
{
	*term = (Term){.kind = from->field->kind,
	               .column = from->field->column,
	               .negated = from->negated,
	               .tag = from->tag};
	if (term->kind == FIELD_HAS)
	{
		read_has(query, from, term);
		return;
	}
	term->conditions = palloc0(from->nvalues * sizeof(Condition));
	for (; term->nconditions < from->nvalues; term->nconditions++)
		read_value(search, query, term, &from->values[term->nconditions],
		           &term->conditions[term->nconditions]);
}

/* For qsort(): what costs less comes first. */
static int
compare_terms(const void *a, const void *b)
{
	return (int) ((const Term *) a)->kind - (int) ((const Term *) b)->kind;
}

/* Does a term ask that there be a row with such a release, or environment? */
static bool
asks_for(const Term *term, FieldKind kind)
{
	return term->kind == kind && !term->negated;
}

/* How many terms ask that. */
static int
count_terms(const Search *search, FieldKind kind)
{
	int count = 0;

	for (int i = 0; i < search->nterms; i++)
		count += asks_for(&search->terms[i], kind);
	return count;
}

/*
 * A release and an environment are asked of one row, as the issue was seen in that
 * release there: each release with each environment.  Each other term is a question
 * of its own: an issue may have been seen in two environments, in two rows.
 */
static void
join_places(Search *search)
{
	int releases = count_terms(search, FIELD_RELEASE), environments = count_terms(search, FIELD_ENVIRONMENT);
	Term *single = search->terms;
	int nsingle = search->nterms;

	if (releases == 0 || environments == 0)
		return;
	search->terms = palloc((nsingle + releases * environments) * sizeof(Term));
	search->nterms = 0;
	for (int i = 0; i < nsingle; i++)
	{
		if (asks_for(&single[i], FIELD_ENVIRONMENT))
			continue;
		if (!asks_for(&single[i], FIELD_RELEASE))
		{
			search->terms[search->nterms++] = single[i];
			continue;
		}
		for (int k = 0; k < nsingle; k++)
			if (asks_for(&single[k], FIELD_ENVIRONMENT))
			{
				search->terms[search->nterms] = single[i];
				search->terms[search->nterms++].with = &single[k];
			}
	}
}

/*
 * Understands a query; raises where it cannot be.  What it needs is allocated in the
 * current memory context.
 */
Search *
make_search(text *query_text, bool has_project, int32 project)
{
	Search *search = palloc0(sizeof(Search));
	SearchQuery query = read_query(slice_of_text(query_text));

	search->context = CurrentMemoryContext;
	search->query = query.text;
	search->has_project = has_project;
	search->project = project;
	search->ascii = true;
	search->sort = find_field(SLICE("last_seen"));
	search->terms = palloc((query.nterms + 1) * sizeof(Term));
	initStringInfo(&search->folded);
	initStringInfo(&search->words.all);
	for (int i = 0; i < query.nterms; i++)
	{
		if (query.terms[i].field->kind == FIELD_SORT)
			read_sort(search, &query, &query.terms[i]);
		else
			read_term(search, &query, &query.terms[i], &search->terms[search->nterms++]);
	}
	join_places(search);
	qsort(search->terms, search->nterms, sizeof(Term), compare_terms);
	return search;
}
