/*
 * Which frames count, and which are the application's own code: the rows of
 * errtrack.frame_rules.
 *
 * There are hundreds of rules, and each frame of each event asks them.  Nearly
 * all patterns begin or end in literal text, so they are found by three bytes
 * of that; only the few others are tried one by one.
 */
#include "frame_rules.h"

#include "glob.h"
#include "rule_table.h"

/* The columns of errtrack.frame_rules. */
enum
{
	COLUMN_RULE_ID = 1,
	COLUMN_PROJECT_ID,
	COLUMN_PLATFORM,
	COLUMN_MODULE,
	COLUMN_FUNCTION,
	COLUMN_FILE,
	COLUMN_EXCEPTION_CLASS,
	COLUMN_ACTION,
};

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

static const char *const action_names[] = {NULL, "in_app", "not_in_app", "drop", "drop_above", "drop_below"};

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
	int next; /* in the same chain of the index, or -1 */
} FrameRule;

static void read_rule(TupleTableSlot *slot, void *rule);
static int compare_rules(const void *a, const void *b);
static void index_rules(void);

static RuleTable table = {
	.name = "frame_rules",
	.rule_size = sizeof(FrameRule),
	.read = read_rule,
	.compare = compare_rules,
	.loaded = index_rules,
};

/* Where in a text the three bytes stand by which a rule is found. */
typedef enum Anchor
{
	ANCHOR_BEGIN,
	ANCHOR_END
} Anchor;

#define ANCHOR_LENGTH 3
#define NCHAINS 1024

/* Heads of the chains, -1 where empty; each chain is in the order in which rules are asked. */
static int chains[NCHAINS];

/* The chain of the rules that no such bytes find. */
static int others;

/* The chain for three bytes at an end of a field's text. */
static inline int
chain_of(Field field, Anchor anchor, const char *bytes)
{
	uint32 key = (uint8) bytes[0] | (uint8) bytes[1] << 8 | (uint32) (uint8) bytes[2] << 16;

	key = (key ^ (field * 2 + anchor) << 25) * 2654435769u;
	return key >> 22;
}

/* The action of a name; the table admits no others. */
static Action
read_action(Slice name)
{
	for (int i = 1; i < (int) lengthof(action_names); i++)
		if (slice_equal(name, slice_of_string(action_names[i])))
			return i;
	return ACTION_NONE;
}

/* Reads one row; see RuleTable. */
static void
read_rule(TupleTableSlot *slot, void *memory)
{
	FrameRule *rule = memory;
	bool isnull;
	Datum value;

	rule->rule_id = DatumGetInt64(slot_getattr(slot, COLUMN_RULE_ID, &isnull));
	value = slot_getattr(slot, COLUMN_PROJECT_ID, &isnull);
	rule->project_id = isnull ? 0 : DatumGetInt32(value);
	rule->platform = column_text(slot, COLUMN_PLATFORM);
	rule->globs[FIELD_MODULE] = make_glob(column_text(slot, COLUMN_MODULE));
	rule->globs[FIELD_FUNCTION] = make_glob(column_text(slot, COLUMN_FUNCTION));
	rule->globs[FIELD_FILE] = make_glob(column_text(slot, COLUMN_FILE));
	rule->exception_class = make_glob(column_text(slot, COLUMN_EXCEPTION_CLASS));
	rule->action = read_action(column_text(slot, COLUMN_ACTION));
}

/* Rules of a project stand before those for all; otherwise in the order in which they were made. */
static int
compare_rules(const void *a, const void *b)
{
	const FrameRule *x = a, *y = b;

	if ((x->project_id == 0) != (y->project_id == 0))
		return x->project_id == 0 ? 1 : -1;
	return x->rule_id < y->rule_id ? -1 : x->rule_id > y->rule_id;
}

/* The chain in which a rule stands: that of the first of its patterns with an end that is literal. */
static int *
choose_chain(const FrameRule *rule)
{
	for (Field field = 0; field < NFIELDS; field++)
	{
		const Glob *glob = &rule->globs[field];
		const char *data = glob->pattern.data;

		if (data == NULL)
			continue;
		if (glob->literal >= ANCHOR_LENGTH)
			return &chains[chain_of(field, ANCHOR_BEGIN, data)];
		if (glob->ending >= ANCHOR_LENGTH)
			return &chains[chain_of(field, ANCHOR_END, data + glob->pattern.len - ANCHOR_LENGTH)];
	}
	return &others;
}

/* Puts each rule into its chain; the last first, so that each chain begins with the first. */
static void
index_rules(void)
{
	FrameRule *rules = table.rules;

	others = -1;
	for (int i = 0; i < NCHAINS; i++)
		chains[i] = -1;
	for (int i = table.nrules - 1; i >= 0; i--)
	{
		int *chain = choose_chain(&rules[i]);

		rules[i].next = *chain;
		*chain = i;
	}
}

/* What a frame is asked for. */
typedef struct Question
{
	int32 project_id;
	const char *platform; /* NULL: not known */
	Slice exception_class;
	Slice texts[NFIELDS];
} Question;

/* Does a rule match? */
static bool
matches(const FrameRule *rule, const Question *question)
{
	if (rule->project_id != 0 && rule->project_id != question->project_id)
		return false;
	if (rule->platform.data != NULL &&
	    (question->platform == NULL || strcmp(rule->platform.data, question->platform) != 0))
		return false;
	for (Field field = 0; field < NFIELDS; field++)
		if (!match_glob(&rule->globs[field], question->texts[field]))
			return false;
	return match_glob(&rule->exception_class, question->exception_class);
}

/* Looks in one chain for a rule that matches, and stands before the best one found so far. */
static int
search_chain(int chain, int best, const Question *question)
{
	const FrameRule *rules = table.rules;

	for (int i = chain; i >= 0 && i < best; i = rules[i].next)
		if (matches(&rules[i], question))
			return i;
	return best;
}

/* The first rule that matches, or NULL. */
static const FrameRule *
ask_rules(const Question *question)
{
	int best = search_chain(others, table.nrules, question);

	for (Field field = 0; field < NFIELDS; field++)
	{
		Slice text = question->texts[field];

		if (text.len < ANCHOR_LENGTH)
			continue;
		best = search_chain(chains[chain_of(field, ANCHOR_BEGIN, text.data)], best, question);
		best = search_chain(chains[chain_of(field, ANCHOR_END, text.data + text.len - ANCHOR_LENGTH)], best,
		                    question);
	}
	return best < table.nrules ? (const FrameRule *) table.rules + best : NULL;
}

/* Does any frame still count? */
static bool
any_counts(const Exception *exception)
{
	for (int f = 0; f < exception->nframes; f++)
		if (!exception->frames[f].dropped)
			return true;
	return false;
}

/* Applies the rules to one exception's frames; question: what is the same for all of them. */
static void
rule_exception(Question *question, bool reporter_knows, Exception *exception)
{
	int first = 0, last = exception->nframes; /* those from first to before last are kept */
	const FrameRule *above = NULL, *below = NULL;

	question->exception_class = exception->type;
	for (int f = 0; f < exception->nframes; f++)
	{
		Frame *frame = &exception->frames[f];
		const FrameRule *rule;
		Action action;

		CHECK_FOR_INTERRUPTS();
		question->texts[FIELD_MODULE] = frame->module;
		question->texts[FIELD_FUNCTION] = frame->function;
		question->texts[FIELD_FILE] = frame->file;
		rule = ask_rules(question);
		action = rule ? rule->action : ACTION_NONE;
		if (action == ACTION_DROP_ABOVE)
		{
			first = f + 1;
			above = rule;
		}
		else if (action == ACTION_DROP_BELOW && f < last)
		{
			last = f;
			below = rule;
		}
		frame->rule_id = rule ? rule->rule_id : 0;
		frame->dropped = action >= ACTION_DROP;
		if (action != ACTION_NONE)
			frame->in_app = action == ACTION_IN_APP ? IN_APP_YES : IN_APP_NO;
		else if (!reporter_knows || frame->in_app != IN_APP_NO)
			frame->in_app = IN_APP_YES;
	}
	for (int f = 0; f < exception->nframes; f++)
		if (f < first || f >= last)
		{
			exception->frames[f].rule_id = f < first ? above->rule_id : below->rule_id;
			exception->frames[f].dropped = true;
			exception->frames[f].in_app = IN_APP_NO;
		}
	if (!any_counts(exception))
		for (int f = 0; f < exception->nframes; f++)
			exception->frames[f].dropped = false;
}

/*
 * Decides for each frame of stack whether it counts, and whether it is in_app:
 * the first rule that matches has it; where none does, what the reporter said,
 * or else yes.  A reporter that calls none of the frames the application's own
 * does not know.  Where no frame would count, all do.
 */
void
frame_rules_apply(int32 project_id, Stack *stack)
{
	Question question = {.project_id = project_id};
	bool reporter_knows = false;

	if (stack->total_frames == 0)
		return;
	rule_table_load(&table);
	question.platform = stack->language ? stack->language->platform : NULL;
	for (int e = 0; e < stack->nexceptions; e++)
		for (int f = 0; f < stack->exceptions[e].nframes; f++)
			reporter_knows |= stack->exceptions[e].frames[f].in_app == IN_APP_YES;
	for (int e = 0; e < stack->nexceptions; e++)
		rule_exception(&question, reporter_knows, &stack->exceptions[e]);
}
