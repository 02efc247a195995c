/*
 * Which frames count, and which are the application's own code: the rows of
 * errtrack.frame_rules.
 */
#ifndef ERRTRACK_FRAME_RULES_H
#define ERRTRACK_FRAME_RULES_H

#include "../server.h"
#include "../stack/stack.h"
#include "glob.h"

/* What becomes of a frame that a rule matches. */
typedef enum Action
{
	ACTION_NONE, /* no rule matches */
	ACTION_IN_APP,
	ACTION_NOT_IN_APP,
	ACTION_DROP,
	ACTION_DROP_ABOVE,
	ACTION_DROP_BELOW
} Action;

/* The texts of a frame that rules look at. */
typedef enum Field
{
	FIELD_MODULE,
	FIELD_FUNCTION,
	FIELD_FILE
} Field;

#define NFIELDS 3

typedef struct FrameRule
{
	int64 rule_id;
	int32 project_id; /* 0: every project */
	Slice platform;   /* data NULL: any */
	Glob globs[NFIELDS];
	Glob exception_class;
	Action action;
	bool built_in;
} FrameRule;

/* The rules for one language. */
typedef struct RuleIndex RuleIndex;

/* What a frame is asked for. */
typedef struct Question
{
	int32 project_id;
	const RuleIndex *index;
	Slice exception_class;
	Slice texts[NFIELDS];
} Question;

extern const RuleIndex *frame_rules_for(const Language *language, uint64 *version);
extern bool frame_rules_by_class(const RuleIndex *index);
extern const FrameRule *frame_rules_ask(const Question *question);

#endif /* ERRTRACK_FRAME_RULES_H */
