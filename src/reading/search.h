/*
 * A search: a query that is understood, and what it found in other tables than
 * that of the issues.
 */
#ifndef ERRTRACK_SEARCH_H
#define ERRTRACK_SEARCH_H

#include "query.h"

/* What is known of issues by their ids: see id_table.c. */
typedef struct IdTable IdTable;

/* Another table than that of the issues: see search_tables.c. */
typedef struct OtherTable OtherTable;

/* What came of comparing a release. */
typedef struct ComparedRelease
{
	Slice release;
	bool holds;
} ComparedRelease;

/* So many are remembered; most projects have no more. */
#define COMPARED_RELEASES 1024

/* A release of a project. */
typedef struct ProjectRelease
{
	int32 project;
	Slice release;
} ProjectRelease;

/* Of each project the newest release of each package, in order. */
typedef struct NewestReleases
{
	ProjectRelease *releases;
	int number;
	int room;
} NewestReleases;

/* What is: may say of an issue, a bit each.  The first of these are the labels of issue_status. */
typedef struct IssueState
{
	const char *name;
	int bits;
} IssueState;

#define STATUSES 5
#define STATE_ASSIGNED (1 << STATUSES)
#define STATE_UNASSIGNED (1 << (STATUSES + 1))
extern const IssueState issue_states[STATUSES + 3];

/* A search. */
typedef struct Search
{
	MemoryContext context;
	Slice query;
	bool has_project;
	int32 project; /* only its issues are looked for */
	List *terms;   /* those that cost least first */
	const Field *sort;
	bool reversed;
	double seen;               /* issues that were looked at so far */
	IdTable *users;            /* how many users an issue met; NULL: not read yet */
	Oid status_oids[STATUSES]; /* of issue_status; 0: not looked up yet */
} Search;

/* search_terms.c */
extern Search *make_search(text *query, bool has_project, int32 project);

/* search_tables.c */
extern void check_project(Search *search);
extern bool is_newest(Search *search, Value *value, int32 project, Slice release);
extern void prepare_terms(Search *search);
extern bool is_found(Search *search, Term *term, int32 project, int64 issue_id);
extern int64 count_users(Search *search, int64 issue_id);

/* search_match.c */
extern bool issue_is_found(Search *search, FunctionCallInfo fcinfo);
extern bool release_is(Search *search, Value *value, int32 project, Slice release);

/* id_table.c */
extern IdTable *make_id_set(MemoryContext context);
extern void id_set_add(IdTable *set, int64 id);
extern bool id_set_has(IdTable *set, int64 id);
extern IdTable *make_id_counts(MemoryContext context);
extern void id_counts_set(IdTable *counts, int64 id, int64 number);
extern int64 id_counts_get(IdTable *counts, int64 id);

#endif /* ERRTRACK_SEARCH_H */
