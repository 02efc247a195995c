/*
 * Which frames are the application's own code: the rows of errtrack.frame_rules,
 * loaded once per backend and again when the table changes.
 */
#include "../compat.h"
#include "frame_rules.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(errtrack_frame_rules_changed);

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

/*
 * A pattern of literal text in which * stands for any text.  Most begin with
 * their literal part or have one in the middle, so those two are told apart.
 */
typedef struct Glob
{
	Slice pattern;  /* data NULL: anything matches */
	size_t literal; /* length of the part before the first star */
	bool contains;  /* a star, literal text, a star */
} Glob;

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

typedef struct FrameRule
{
	int64 rule_id;
	int32 project_id; /* 0: every project */
	Slice platform;   /* data NULL: any */
	Glob module;
	Glob function;
	Glob file;
	Glob exception_class;
	Action action;
} FrameRule;

static MemoryContext rules_context = NULL;
static FrameRule *rules = NULL;
static int nrules = 0;
static Oid rules_relid = InvalidOid;
static bool rules_valid = false;

/* A relation has changed: if it is ours, or all may have, load again before the next use. */
static void
on_relcache_change(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == rules_relid)
		rules_valid = false;
}

/* errtrack.frame_rules_changed(): AFTER trigger for each statement on frame_rules. */
Datum
errtrack_frame_rules_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		                errmsg("errtrack.frame_rules_changed() must be called as a trigger")));
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}

/* A copy of a text column, as a slice without data where it is null. */
static Slice
column_text(TupleTableSlot *slot, int column)
{
	bool isnull;
	Datum value = slot_getattr(slot, column, &isnull);
	char *copy;

	if (isnull)
		return NO_SLICE;
	copy = text_to_cstring(DatumGetTextPP(value));
	return (Slice){copy, strlen(copy)};
}

/* Prepares a pattern. */
static Glob
make_glob(Slice pattern)
{
	Glob glob = {.pattern = pattern};
	ptrdiff_t star = pattern.data ? slice_find_char(pattern, '*') : -1;

	glob.literal = star >= 0 ? (size_t) star : pattern.len;
	glob.contains = star == 0 && pattern.len > 2 &&
	                slice_find_char(slice_skip(pattern, 1), '*') == (ptrdiff_t) pattern.len - 2;
	return glob;
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

/* The action of a name; the table admits no others. */
static Action
read_action(Slice name)
{
	for (int i = 1; i < (int) lengthof(action_names); i++)
		if (slice_equal(name, slice_of_string(action_names[i])))
			return i;
	return ACTION_NONE;
}

/* Reads one row into *rule. */
static void
read_rule(TupleTableSlot *slot, FrameRule *rule)
{
	bool isnull;
	Datum value;

	rule->rule_id = DatumGetInt64(slot_getattr(slot, COLUMN_RULE_ID, &isnull));
	value = slot_getattr(slot, COLUMN_PROJECT_ID, &isnull);
	rule->project_id = isnull ? 0 : DatumGetInt32(value);
	rule->platform = column_text(slot, COLUMN_PLATFORM);
	rule->module = make_glob(column_text(slot, COLUMN_MODULE));
	rule->function = make_glob(column_text(slot, COLUMN_FUNCTION));
	rule->file = make_glob(column_text(slot, COLUMN_FILE));
	rule->exception_class = make_glob(column_text(slot, COLUMN_EXCEPTION_CLASS));
	rule->action = read_action(column_text(slot, COLUMN_ACTION));
}

/*
 * Loads the table.  It is read here and not by a query, since whoever may call
 * errtrack.fingerprint() need not have a right to the table.
 */
static void
load_rules(void)
{
	Oid relid = get_relname_relid("frame_rules", get_namespace_oid("errtrack", false));
	Relation relation;
	TableScanDesc scan;
	TupleTableSlot *slot;
	Snapshot snapshot;
	MemoryContext old;
	int size = 64;

	if (!OidIsValid(relid))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table errtrack.frame_rules does not exist"),
		                errhint("Run CREATE EXTENSION errtrack in this database.")));
	if (rules_context == NULL)
	{
		CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
		rules_context =
			AllocSetContextCreate(TopMemoryContext, "errtrack frame rules", ALLOCSET_DEFAULT_SIZES);
	}
	MemoryContextReset(rules_context);
	nrules = 0;
	rules_relid = relid;
	relation = table_open(relid, AccessShareLock);
	rules_valid = true; /* a change from here on makes it false again */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, snapshot, 0, NULL);
	old = MemoryContextSwitchTo(rules_context);
	rules = palloc(size * sizeof(FrameRule));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (nrules == size)
			rules = repalloc(rules, mul_size(size *= 2, sizeof(FrameRule)));
		read_rule(slot, &rules[nrules++]);
	}
	MemoryContextSwitchTo(old);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(relation, AccessShareLock);
	qsort(rules, nrules, sizeof(FrameRule), compare_rules);
}

/* Does text match pattern, in which * stands for any text? */
static bool
match_stars(Slice pattern, Slice text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

	while (t < text.len)
	{
		if (p < pattern.len && pattern.data[p] == '*')
		{
			star = p++;
			resume = t;
		}
		else if (p < pattern.len && pattern.data[p] == text.data[t])
		{
			p++;
			t++;
		}
		else if (star != SIZE_MAX)
		{
			p = star + 1;
			t = ++resume;
		}
		else
			return false;
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

/* Does text match? */
static inline bool
match_glob(const Glob *glob, Slice text)
{
	if (glob->pattern.data == NULL)
		return true;
	if (text.data == NULL)
		return false;
	if (glob->contains)
		return slice_find(text, slice_range(glob->pattern, 1, glob->pattern.len - 1)) >= 0;
	if (!slice_starts(text, slice_range(glob->pattern, 0, glob->literal)))
		return false;
	return match_stars(slice_skip(glob->pattern, glob->literal), slice_skip(text, glob->literal));
}

/* Is rule for this project and platform? */
static inline bool
concerns(const FrameRule *rule, int32 project_id, const Language *language)
{
	if (rule->project_id != 0 && rule->project_id != project_id)
		return false;
	return rule->platform.data == NULL ||
	       (language != NULL && strcmp(rule->platform.data, language->platform) == 0);
}

/* What the first rule that matches a frame says of it. */
static Action
ask_rules(const FrameRule *const *asked, int nasked, const Exception *exception, const Frame *frame)
{
	for (int i = 0; i < nasked; i++)
		if (match_glob(&asked[i]->module, frame->module) &&
		    match_glob(&asked[i]->function, frame->function) && match_glob(&asked[i]->file, frame->file) &&
		    match_glob(&asked[i]->exception_class, exception->type))
			return asked[i]->action;
	return ACTION_NONE;
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

/* Applies the rules to one exception's frames. */
static void
rule_exception(const FrameRule *const *asked, int nasked, bool reporter_knows, Exception *exception)
{
	int first = 0, last = exception->nframes; /* those from first to before last are kept */

	for (int f = 0; f < exception->nframes; f++)
	{
		Frame *frame = &exception->frames[f];
		Action action = ask_rules(asked, nasked, exception, frame);

		CHECK_FOR_INTERRUPTS();
		if (action == ACTION_DROP_ABOVE)
			first = f + 1;
		else if (action == ACTION_DROP_BELOW && f < last)
			last = f;
		frame->dropped = action >= ACTION_DROP;
		if (action != ACTION_NONE)
			frame->in_app = action == ACTION_IN_APP ? IN_APP_YES : IN_APP_NO;
		else if (!reporter_knows || frame->in_app != IN_APP_NO)
			frame->in_app = IN_APP_YES;
	}
	for (int f = 0; f < exception->nframes; f++)
		if (f < first || f >= last)
		{
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
 * does not know.
 */
void
frame_rules_apply(int32 project_id, Stack *stack)
{
	const FrameRule **asked;
	int nasked = 0;
	bool reporter_knows = false;

	if (stack->total_frames == 0)
		return;
	if (!rules_valid)
		load_rules();
	asked = palloc(Max(nrules, 1) * sizeof(FrameRule *));
	for (int i = 0; i < nrules; i++)
		if (concerns(&rules[i], project_id, stack->language))
			asked[nasked++] = &rules[i];

	for (int e = 0; e < stack->nexceptions; e++)
		for (int f = 0; f < stack->exceptions[e].nframes; f++)
			reporter_knows |= stack->exceptions[e].frames[f].in_app == IN_APP_YES;
	for (int e = 0; e < stack->nexceptions; e++)
		rule_exception(asked, nasked, reporter_knows, &stack->exceptions[e]);
	pfree(asked);
}
