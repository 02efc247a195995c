/*
 * Tables of rules, kept in the memory of a backend and read again when they change.
 */
#ifndef ERRTRACK_RULE_TABLE_H
#define ERRTRACK_RULE_TABLE_H

#include "../server.h"
#include "executor/tuptable.h"

typedef struct RuleTable
{
	const char *name; /* in schema errtrack */
	size_t rule_size; /* bytes of a rule in memory */
	/* Reads a row into *rule; what it allocates lives as long as the loaded rules. */
	void (*read)(TupleTableSlot *slot, void *rule);
	/* Which of two rules is asked first, for qsort(). */
	int (*compare)(const void *a, const void *b);
	/* Called when all are read; may be NULL. */
	void (*loaded)(void);

	/* filled in by rule_table_load() */
	Oid relid;
	bool valid;
	MemoryContext context;
	void *rules;
	int nrules;
	struct RuleTable *next;
} RuleTable;

extern void rule_table_load(RuleTable *table);
extern Slice column_text(TupleTableSlot *slot, int column);

#endif /* ERRTRACK_RULE_TABLE_H */
