/*
 * Which events a project wants grouped or named in its own way: the rows of
 * errtrack.fingerprint_rules.
 */
#ifndef ERRTRACK_FINGERPRINT_RULES_H
#define ERRTRACK_FINGERPRINT_RULES_H

#include "../server.h"
#include "../stack/stack.h"

/* What rules look at, and what their variables stand for. */
typedef struct RuledEvent
{
	int32 project_id;
	Slice exception_class;
	Slice message;
	Slice level;
	Slice logger;
	Slice environment;
	Slice release;
	Slice transaction;
	Jsonb *tags; /* NULL: none */
	const Stack *stack;
	const Frame *culprit; /* NULL: none */
} RuledEvent;

/* What a rule says of an event. */
typedef struct Ruling
{
	int64 rule_id;
	Slice *fingerprint; /* with variables replaced … */
	int nfingerprint;   /* … or 0: nothing */
	Slice title;        /* data NULL: nothing */
} Ruling;

extern bool fingerprint_rules_apply(const RuledEvent *event, Ruling *ruling);

#endif /* ERRTRACK_FINGERPRINT_RULES_H */
