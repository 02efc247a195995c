/*
 * What is typed into a search, taken apart: words, and fields with values.
 */
#ifndef ERRTRACK_QUERY_H
#define ERRTRACK_QUERY_H

#include "pattern.h"

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

/* One of the values that are looked for. */
typedef struct QueryValue
{
	Slice word; /* as it stands in the query */
	Comparison comparison;
	Slice text; /* without quotes and escapes */
	bool quoted;
	Pattern pattern;
} QueryValue;

/* A part of a query; any of its values will do. */
typedef struct QueryTerm
{
	const Field *field;
	bool negated;
	Slice word;     /* as it stands in the query, without values */
	Slice tag;      /* the key of a tag */
	Slice tag_word; /* where that stands in the query; absent where the field's name says it */
	QueryValue *values;
	int nvalues;
} QueryTerm;

/* A query. */
typedef struct SearchQuery
{
	Slice text;
	QueryTerm *terms;
	int nterms;
} SearchQuery;

extern SearchQuery read_query(Slice text);
extern const Field *find_field(Slice name);
extern bool is_tag_field(Slice name, Slice *key);
extern const Field *tag_field(void);
extern const char *field_names(void);
extern const char *nearest_field(Slice name);
extern const char *copy_slice(Slice s);
extern void query_error(Slice query, Slice word, const char *hint, const char *format, ...)
	pg_attribute_printf(4, 5) pg_attribute_noreturn();

#endif /* ERRTRACK_QUERY_H */
