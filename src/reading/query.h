/*
 * What is typed into a search: words, and fields with values.
 */
#ifndef ERRTRACK_QUERY_H
#define ERRTRACK_QUERY_H

#include "pattern.h"

#include "nodes/pg_list.h"

/* How a value is compared. */
typedef enum Comparison
{
	IS,
	ABOVE,
	FROM,
	BELOW,
	UP_TO
} Comparison;

/* What kind of values a field has; what costs less to look at comes first. */
typedef enum FieldKind
{
	FIELD_STATE,
	FIELD_NUMBER,
	FIELD_TIME,
	FIELD_PROJECT,
	FIELD_LEVEL,
	FIELD_TEXT, /* a text that is it */
	FIELD_ASSIGNEE,
	FIELD_VERSION, /* a release in a column */
	FIELD_WITHIN,  /* a text that has it in it */
	FIELD_WORD,    /* a word of its own: title, culprit or class has it in it */
	/* what is not in the row of the issue: see search_tables.c */
	FIELD_USERS,
	FIELD_USER,
	FIELD_RELEASE,
	FIELD_ENVIRONMENT,
	FIELD_TAG,
	/* what is no condition of its own */
	FIELD_HAS,
	FIELD_SORT
} FieldKind;

/* The columns of an issue that search_finds() gets, in the order of its arguments. */
typedef enum IssueColumn
{
	ISSUE_PROJECT = 2,
	ISSUE_ID,
	ISSUE_TITLE,
	ISSUE_CULPRIT,
	ISSUE_CLASS,
	ISSUE_LEVEL,
	ISSUE_PLATFORM,
	ISSUE_STATUS,
	ISSUE_ASSIGNEE,
	ISSUE_FIRST_SEEN,
	ISSUE_LAST_SEEN,
	ISSUE_RESOLVED,
	ISSUE_REGRESSED,
	ISSUE_EVENTS,
	ISSUE_REGRESSIONS,
	ISSUE_INTRODUCED,
	ISSUE_FIXED,
	NO_COLUMN = 0
} IssueColumn;

/* A field that a query may name. */
typedef struct Field
{
	const char *name;
	FieldKind kind;
	IssueColumn column;
	const char *tag; /* the key of the tag that it stands for */
} Field;

/* One of the values that a term looks for: what is typed, and what it means. */
typedef struct Value
{
	Slice word; /* as it stands in the query */
	Slice text; /* without quotes and escapes */
	bool quoted;
	bool has_star;
	Comparison comparison;
	Pattern pattern;
	/* what search_terms.c makes of it */
	int states; /* bits of issue_states */
	int64 low;  /* of numbers and times: from here to high, both included */
	int64 high;
	bool is_nobody;                   /* of an assignee: there is none */
	List *projects;                   /* their ids */
	struct Release *release;          /* that others are compared with, */
	struct ComparedRelease *compared; /* and what came of it for some; NULL: none was yet */
	struct Value *last;               /* of a range of releases: up to here */
	bool is_newest;                   /* one of the newest is meant */
	struct NewestReleases *newest;    /* these are they; NULL: not read yet */
} Value;

/* A part of a query: any of its values will do. */
typedef struct Term
{
	const Field *field;
	bool negated;
	Slice word;  /* as it stands in the query, without values */
	Slice tag;   /* the key of a tag */
	bool is_any; /* of has: */
	List *values;
	/* where it is about what is in another table than that of the issues, see search_tables.c */
	struct OtherTable *table;
	struct IdTable *found;   /* the issues that it holds for, as far as that is known */
	const struct Term *with; /* of a release: the environment that is asked of the same row */
} Term;

extern List *read_query(Slice query);
extern bool text_is(Slice text, const char *name);
extern const Field *find_field(Slice name, Slice *tag);
extern size_t tag_prefix(Slice name);
extern const char *field_names(void);
extern const char *nearest_field(Slice name);
extern const char *copy_slice(Slice s);
extern void query_error(Slice query, Slice word, const char *hint, const char *format, ...)
	pg_attribute_printf(4, 5) pg_attribute_noreturn();

#endif /* ERRTRACK_QUERY_H */
