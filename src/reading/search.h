/*
 * A search: a query whose values are understood, and what it found in other
 * tables than that of the issues.
 */
#ifndef ERRTRACK_SEARCH_H
#define ERRTRACK_SEARCH_H

#include "query.h"

#include "utils/hsearch.h"

/* What is known of issues by their ids: see id_table.c. */
typedef struct IdTable IdTable;

/* A release of a project. */
typedef struct ProjectRelease
{
	int32 project;
	Slice release;
} ProjectRelease;

/* One of the values that a term looks for, understood. */
typedef struct Condition
{
	Pattern pattern;
	int64 low; /* of numbers and times: from here to high, both included */
	int64 high;
	bool is_nobody; /* of an assignee: there is none */
	/* of releases */
	Comparison comparison;
	text *release;          /* that they are compared with */
	HTAB *compared;         /* what came of it */
	bool is_newest;         /* any of these places is meant */
	ProjectRelease *places; /* the newest release of each package; or of projects, those that are meant */
	int nplaces;
} Condition;

/* A term, understood. */
typedef struct Term
{
	FieldKind kind;
	IssueColumn column;
	bool negated;
	int states; /* bits: see search_terms.c */
	Slice tag;
	Condition *conditions;
	int nconditions;
	IdTable *found;          /* of what is in other tables: the issues that it holds for */
	const struct Term *with; /* of a release: the environment that is asked of the same row */
	/* of issues that are looked up one by one: see search_probe.c */
	bool is_tried;
	Oid table;
	double max_probes;
	double probes; /* so far */
} Term;

/* The words of an issue, in small letters. */
typedef struct IssueWords
{
	bool is_read;
	StringInfoData all; /* title, culprit and class, a NUL between them, as no text has one */
	int ends[3];        /* of each of them */
} IssueWords;

/* A search. */
typedef struct Search
{
	MemoryContext context;
	Slice query;
	bool has_project;
	int32 project; /* only its issues are looked for */
	Term *terms;   /* those that cost least first */
	int nterms;
	const Field *sort;
	bool reversed;
	bool ascii;            /* nothing else is looked for */
	double seen;           /* issues that were looked at so far */
	double issues_in_all;  /* about */
	IdTable *users;        /* how many users an issue met; NULL: not read yet */
	FmgrInfo *comparer;    /* errtrack.release_compare() */
	IssueWords words;      /* of the issue that is looked at right now */
	StringInfoData folded; /* small letters of what is compared right now */
	Oid status_oids[5];    /* of issue_status, as status_names has them */
} Search;

#define STATE_ASSIGNED (1 << 5)
#define STATE_UNASSIGNED (1 << 6)
extern const char *const status_names[5];

/* search_terms.c */
extern Search *make_search(text *query, bool has_project, int32 project);

/* search_tables.c */
extern void check_project(Search *search);
extern void find_projects(Search *search, Slice query, const QueryValue *value, Condition *condition);
extern void find_newest(Search *search, Condition *condition);
extern bool is_found(Search *search, Term *term, int32 project, int64 issue_id);
extern bool row_has(Search *search, const Term *term, struct TupleTableSlot *row);
extern int64 count_users(Search *search, int64 issue_id);

/* search_probe.c */
extern bool is_to_be_probed(Search *search, Term *term);
extern bool probe_issue(Search *search, Term *term, int32 project, int64 issue_id);

/* search_match.c */
extern bool issue_is_found(Search *search, FunctionCallInfo fcinfo);
extern bool text_is(Search *search, const Condition *condition, Slice text);
extern bool release_is(Search *search, Condition *condition, int32 project, Slice release);

/* id_table.c */
extern IdTable *make_id_set(MemoryContext context);
extern void id_set_add(IdTable *set, int64 id);
extern bool id_set_has(IdTable *set, int64 id);
extern IdTable *make_id_counts(MemoryContext context);
extern void id_counts_set(IdTable *counts, int64 id, int64 number);
extern int64 id_counts_get(IdTable *counts, int64 id);

#endif /* ERRTRACK_SEARCH_H */
