/*
 * Which frames count, and which are the application's own code: the rows of
 * errtrack.frame_rules.
 *
 * There are thousands of rules, and each frame of each event asks those of its
 * language.  Nearly all patterns begin or end in literal text, so they are found
 * by a few bytes of that; only the others are tried one by one.
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
	COLUMN_BUILT_IN,
};

static const char *const action_names[] = {NULL, "in_app", "not_in_app", "drop", "drop_above", "drop_below"};

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

/* By which bytes of a text a rule is found. */
typedef enum Anchor
{
	ANCHOR_BEGIN_LONG,
	ANCHOR_END_LONG,
	ANCHOR_BEGIN_SHORT,
	ANCHOR_END_SHORT
} Anchor;

#define NANCHORS 4
#define LONG_ANCHOR 8
#define SHORT_ANCHOR 3
#define NCHAINS 512
#define CHAIN_SHIFT 55

StaticAssertDecl(NCHAINS == UINT64CONST(1) << (64 - CHAIN_SHIFT), "a hash shifted by CHAIN_SHIFT is a chain");

/* A rule in a chain. */
typedef struct Link
{
	int rule; /* its place in the table, in the order in which rules are asked */
	int next; /* the next link, or -1 */
} Link;

struct RuleIndex
{
	const Language *language; /* NULL: where none is known */
	Link *links;
	int chains[NCHAINS]; /* first links, -1 where empty; a chain is in the order in which rules are asked */
	int others;          /* the chain of the rules that no anchor finds */
	bool used[NFIELDS][NANCHORS];
	bool by_class; /* some of the rules ask for the exception's class as well */
};

static RuleIndex *indexes = NULL;
static int nindexes = 0;
static uint64 loaded_times = 0;

/* The bytes of text that an anchor looks at; false where it is too short. */
static inline bool
anchor_bytes(Anchor anchor, Slice text, uint64 *bytes)
{
	size_t length = anchor <= ANCHOR_END_LONG ? LONG_ANCHOR : SHORT_ANCHOR;

	if (text.len < length)
		return false;
	*bytes = 0;
	memcpy(bytes, anchor % 2 == 0 ? text.data : text.data + text.len - length, length);
	return true;
}

/* The chain for an anchor of a field. */
static inline int
chain_of(Field field, Anchor anchor, uint64 bytes)
{
	return ((bytes ^ (uint64) (field * NANCHORS + anchor) << 59) * UINT64CONST(0x9E3779B97F4A7C15)) >>
	       CHAIN_SHIFT;
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
	rule->built_in = DatumGetBool(slot_getattr(slot, COLUMN_BUILT_IN, &isnull));
}

/* A project's own rules stand first, then those made for all projects, then those that ship with errtrack. */
static int
rank(const FrameRule *rule)
{
	return rule->project_id != 0 ? 0 : rule->built_in ? 2 : 1;
}

/* By rank, and otherwise in the order in which they were made. */
static int
compare_rules(const void *a, const void *b)
{
	const FrameRule *x = a, *y = b;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	return x->rule_id < y->rule_id ? -1 : x->rule_id > y->rule_id;
}

/* The anchor by which a glob is found; false where it has none. */
static bool
choose_anchor(const Glob *glob, Anchor *anchor, uint64 *bytes)
{
	Slice begin = slice_range(glob->pattern, 0, glob->literal);
	Slice end = slice_skip(glob->pattern, glob->pattern.len - glob->ending);

	for (*anchor = 0; *anchor < NANCHORS; (*anchor)++)
		if (anchor_bytes(*anchor, *anchor % 2 == 0 ? begin : end, bytes))
			return true;
	return false;
}

/* The chain in which a rule stands: that of the first of its patterns with an end that is literal. */
static int *
choose_chain(RuleIndex *index, const FrameRule *rule)
{
	for (Field field = 0; field < NFIELDS; field++)
	{
		Anchor anchor;
		uint64 bytes;

		if (rule->globs[field].pattern.data == NULL || !choose_anchor(&rule->globs[field], &anchor, &bytes))
			continue;
		index->used[field][anchor] = true;
		return &index->chains[chain_of(field, anchor, bytes)];
	}
	return &index->others;
}

/* Is a rule asked about frames of a language? */
static bool
concerns(const FrameRule *rule, const Language *language)
{
	return rule->platform.data == NULL || (language && strcmp(rule->platform.data, language->platform) == 0);
}

/* Fills the index for a language; the last rule first, so that each chain begins with the first. */
static void
fill_index(RuleIndex *index, const Language *language)
{
	const FrameRule *rules = table.rules;
	int n = 0;

	memset(index, 0, sizeof(*index));
	index->language = language;
	index->others = -1;
	for (int i = 0; i < NCHAINS; i++)
		index->chains[i] = -1;
	for (int i = 0; i < table.nrules; i++)
		n += concerns(&rules[i], language);
	index->links = palloc(Max(n, 1) * sizeof(Link));
	n = 0;
	for (int i = table.nrules - 1; i >= 0; i--)
	{
		int *chain;

		if (!concerns(&rules[i], language))
			continue;
		index->by_class |= rules[i].exception_class.pattern.data != NULL;
		chain = choose_chain(index, &rules[i]);
		index->links[n] = (Link){i, *chain};
		*chain = n++;
	}
}

/* Makes an index for each language, and one for where none is known. */
static void
index_rules(void)
{
	nindexes = language_count() + 1;
	indexes = palloc(mul_size(nindexes, sizeof(RuleIndex)));
	for (int i = 0; i < nindexes; i++)
		fill_index(&indexes[i], i < nindexes - 1 ? language_at(i) : NULL);
	loaded_times++;
}

/* The index for a language. */
static const RuleIndex *
find_index(const Language *language)
{
	int i = 0;

	while (indexes[i].language != language)
		i++;
	return &indexes[i];
}

/* Does a rule match? */
static bool
matches(const FrameRule *rule, const Question *question)
{
	if (rule->project_id != 0 && rule->project_id != question->project_id)
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
	const Link *links = question->index->links;

	for (int i = chain; i >= 0 && links[i].rule < best; i = links[i].next)
		if (matches((const FrameRule *) table.rules + links[i].rule, question))
			return links[i].rule;
	return best;
}

/*
 * Loads the rules if they have changed, and returns the index for a language.
 * *version: another one when the rules are others.
 */
const RuleIndex *
frame_rules_for(const Language *language, uint64 *version)
{
	rule_table_load(&table);
	*version = loaded_times;
	return find_index(language);
}

/* Do rules of this index ask for the exception's class? */
bool
frame_rules_by_class(const RuleIndex *index)
{
	return index->by_class;
}

/* The first rule that matches, or NULL. */
const FrameRule *
frame_rules_ask(const Question *question)
{
	const RuleIndex *index = question->index;
	int best = search_chain(index->others, table.nrules, question);
	uint64 bytes;

	for (Field field = 0; field < NFIELDS; field++)
		for (Anchor anchor = 0; anchor < NANCHORS; anchor++)
			if (index->used[field][anchor] && anchor_bytes(anchor, question->texts[field], &bytes))
				best = search_chain(index->chains[chain_of(field, anchor, bytes)], best, question);
	return best < table.nrules ? (const FrameRule *) table.rules + best : NULL;
}
