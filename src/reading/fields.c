/*
 * The fields that a query may name.
 */
#include "query.h"

#include "utils/varlena.h"

/* In the order in which they are listed where an unknown one is named. */
static const Field fields[] = {
	{"is", FIELD_STATE, ISSUE_STATUS},
	{"level", FIELD_LEVEL, ISSUE_LEVEL},
	{"release", FIELD_RELEASE},
	{"environment", FIELD_ENVIRONMENT},
	{"user", FIELD_USER},
	{"server", FIELD_TAG, .tag = "server_name"},
	{"transaction", FIELD_TAG, .tag = "transaction"},
	{"title", FIELD_WITHIN, ISSUE_TITLE},
	{"culprit", FIELD_WITHIN, ISSUE_CULPRIT},
	{"class", FIELD_TEXT, ISSUE_CLASS},
	{"platform", FIELD_TEXT, ISSUE_PLATFORM},
	{"introduced", FIELD_VERSION, ISSUE_INTRODUCED},
	{"fixed", FIELD_VERSION, ISSUE_FIXED},
	{"assigned", FIELD_ASSIGNEE, ISSUE_ASSIGNEE},
	{"project", FIELD_PROJECT, ISSUE_PROJECT},
	{"issue", FIELD_NUMBER, ISSUE_ID},
	{"first_seen", FIELD_TIME, ISSUE_FIRST_SEEN},
	{"last_seen", FIELD_TIME, ISSUE_LAST_SEEN},
	{"resolved", FIELD_TIME, ISSUE_RESOLVED},
	{"regressed", FIELD_TIME, ISSUE_REGRESSED},
	{"events", FIELD_NUMBER, ISSUE_EVENTS},
	{"times", FIELD_NUMBER, ISSUE_EVENTS},
	{"users", FIELD_USERS},
	{"regressions", FIELD_NUMBER, ISSUE_REGRESSIONS},
	{"has", FIELD_HAS},
	{"sort", FIELD_SORT},
};
static const Field any_tag = {"tag", FIELD_TAG};

/* What other trackers call a field. */
static const struct
{
	const char *name;
	const char *field;
} other_names[] = {
	{"env", "environment"},  {"status", "is"},      {"state", "is"},        {"assignee", "assigned"},
	{"owner", "assigned"},   {"severity", "level"}, {"version", "release"}, {"message", "title"},
	{"error.type", "class"}, {"type", "class"},     {"count", "events"},    {"age", "first_seen"},
};

/* Is the text this name? */
bool
text_is(Slice text, const char *name)
{
	return text.len == strlen(name) && pg_strncasecmp(text.data, name, text.len) == 0;
}

/* How long "tag." or "tags." is that a name begins with; 0: it does not. */
size_t
tag_prefix(Slice name)
{
	size_t prefix = peek(name, 3) == '.' ? 4 : 5;

	return name.len >= prefix && pg_strncasecmp(name.data, prefix == 4 ? "tag." : "tags.", prefix) == 0
	           ? prefix
	           : 0;
}

/* The field of this name, or NULL; *tag is the key where it is that of a tag: tag.KEY, tags.KEY, server. */
const Field *
find_field(Slice name, Slice *tag)
{
	size_t prefix = tag_prefix(name);

	*tag = NO_SLICE;
	if (prefix > 0)
	{
		*tag = slice_skip(name, prefix);
		return &any_tag;
	}
	for (int i = 0; i < lengthof(fields); i++)
		if (text_is(name, fields[i].name))
		{
			if (fields[i].tag != NULL)
				*tag = slice_of_string(fields[i].tag);
			return &fields[i];
		}
	return NULL;
}

/* All of them, for a hint. */
const char *
field_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < lengthof(fields); i++)
		appendStringInfo(&names, "%s, ", fields[i].name);
	appendStringInfoString(&names, "tag.KEY");
	return names.data;
}

/* The field that is called so elsewhere, or whose name is most like this one; NULL where none is. */
const char *
nearest_field(Slice name)
{
	const char *nearest = NULL;
	int distance = 3;

	if (name.len > 30)
		return NULL;
	for (int i = 0; i < lengthof(other_names); i++)
		if (text_is(name, other_names[i].name))
			return other_names[i].field;
	for (int i = 0; i < lengthof(fields); i++)
	{
		int length = strlen(fields[i].name);
		int d = varstr_levenshtein_less_equal(fields[i].name, length, name.data, name.len, 1, 1, 1, distance,
		                                      true);

		if (d >= distance || d > length / 2)
			continue;
		nearest = fields[i].name;
		distance = d;
	}
	return nearest;
}
