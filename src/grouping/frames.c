/*
 * What each frame of a stack counts for, and what identifies its code.
 *
 * The same frames come again with every event of an application, so what was
 * found out about a frame is remembered: a look at what is remembered costs a
 * fraction of asking the rules and of normalising the names.
 */
#include "frames.h"

#include "frame_rules.h"
#include "utils/memutils.h"

/* What was found out about a frame. */
typedef struct Memo
{
	uint64 hash; /* of what was asked; 0: empty */
	uint64 used; /* the stack for which it was last used */
	int32 project_id;
	const RuleIndex *index;
	const FrameRule *rule; /* NULL: none matches */
	uint64 identity;
	Slice texts[NFIELDS];
	Slice identity_module;
	Slice identity_function;
	char *memory; /* MEMO_TEXT bytes, which hold these texts */
} Memo;

/* Each frame has one place, and goes when another one needs it; so a backend uses 2 MB at the most. */
#define NMEMOS 2048
#define MEMO_TEXT 768

static MemoryContext memo_context = NULL;
static Memo *memos = NULL;
static uint64 memo_version = 0;
static uint64 stacks_judged = 0;

/* Forgets all where the rules have changed. */
static void
check_memos(uint64 version)
{
	stacks_judged++;
	if (memos != NULL && memo_version == version)
		return;
	if (memo_context == NULL)
		memo_context = AllocSetContextCreate(TopMemoryContext, "errtrack frames", ALLOCSET_DEFAULT_SIZES);
	memos = NULL;
	MemoryContextReset(memo_context);
	memos = MemoryContextAllocZero(memo_context, NMEMOS * sizeof(Memo));
	memo_version = version;
}

/* Is a frame's module the beginning of its function, in the same place? */
static inline bool
is_qualifier(const Slice *texts)
{
	return texts[FIELD_MODULE].data == texts[FIELD_FUNCTION].data &&
	       texts[FIELD_MODULE].len <= texts[FIELD_FUNCTION].len;
}

/* The hash of a question, not 0. */
static uint64
hash_question(const Question *question)
{
	const Slice *texts = question->texts;
	uint64 hash = slice_hash(texts[FIELD_FUNCTION], question->project_id);

	hash = is_qualifier(texts) ? hash + texts[FIELD_MODULE].len : slice_hash(texts[FIELD_MODULE], hash);
	return slice_hash(texts[FIELD_FILE], hash) | 1;
}

/* Are both texts the same, or both absent? */
static inline bool
same_text(Slice a, Slice b)
{
	return (a.data == NULL) == (b.data == NULL) && slice_equal(a, b);
}

/* Is this what was asked then? */
static bool
same_question(const Memo *memo, uint64 hash, const Question *question)
{
	if (memo->hash != hash || memo->project_id != question->project_id || memo->index != question->index)
		return false;
	for (Field field = 0; field < NFIELDS; field++)
		if (!same_text(memo->texts[field], question->texts[field]))
			return false;
	return true;
}

/* Copies a text to a memo's memory. */
static Slice
keep(Memo *memo, size_t *used, Slice text)
{
	char *copy = memo->memory + *used;

	if (text.data == NULL)
		return text;
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	*used += text.len;
	return (Slice){copy, text.len};
}

/* Remembers what was found out about a frame. */
static void
remember(Memo *memo, uint64 hash, const Question *question, const FrameRule *rule, const Frame *frame)
{
	size_t used = frame->identity_module.len + frame->identity_function.len;

	for (Field field = 0; field < NFIELDS; field++)
		used += question->texts[field].len;
	if (used > MEMO_TEXT)
		return;
	if (memo->memory == NULL)
		memo->memory = MemoryContextAlloc(memo_context, MEMO_TEXT);
	used = 0;
	for (Field field = 0; field < NFIELDS; field++)
		memo->texts[field] = keep(memo, &used, question->texts[field]);
	memo->identity_module = keep(memo, &used, frame->identity_module);
	memo->identity_function = keep(memo, &used, frame->identity_function);
	memo->identity = frame->identity;
	memo->project_id = question->project_id;
	memo->index = question->index;
	memo->rule = rule;
	memo->used = stacks_judged;
	memo->hash = hash;
}

/* Finds out what identifies a frame's code. */
static void
identify(const Stack *stack, Frame *frame)
{
	frame_identify(stack->language, frame, stack->allocator, &frame->identity_module,
	               &frame->identity_function);
	frame->identity = slice_hash(frame->identity_function, slice_hash(frame->identity_module, 0));
}

/* Sets a frame's identity, and returns the first rule that matches it, or NULL. */
static const FrameRule *
judge_frame(const Stack *stack, const Question *question, Frame *frame)
{
	uint64 hash = hash_question(question);
	Memo *memo = &memos[hash >> 32 & (NMEMOS - 1)];
	bool by_class = frame_rules_by_class(question->index);
	const FrameRule *rule;

	if (!by_class && same_question(memo, hash, question))
	{
		memo->used = stacks_judged;
		frame->identity = memo->identity;
		frame->identity_module = memo->identity_module;
		frame->identity_function = memo->identity_function;
		return memo->rule;
	}
	identify(stack, frame);
	rule = frame_rules_ask(question);
	/* the frames of this stack point to what is remembered of them */
	if (!by_class && memo->used != stacks_judged)
		remember(memo, hash, question, rule, frame);
	return rule;
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

/* Is a frame that of a function without a place of its own? */
static bool
has_borrowed_place(const Stack *stack, const Exception *exception, int f)
{
	const Frame *frame = &exception->frames[f], *caller = frame + 1;

	return stack->language && stack->language->borrows_place && f + 1 < exception->nframes &&
	       frame->line > 0 && frame->line == caller->line && slice_equal(frame->file, caller->file);
}

/* Judges one exception's frames; question: what is the same for all of them. */
static void
judge_exception(const Stack *stack, Question *question, bool reporter_knows, Exception *exception)
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
		rule = judge_frame(stack, question, frame);
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
		else if (has_borrowed_place(stack, exception, f))
			frame->in_app = IN_APP_NO;
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
 * Decides for each frame of stack whether it counts, whether it is in_app, and
 * what identifies its code: the first frame rule that matches has it; where none
 * does, what the reporter said, or else yes, but for functions of the language.  A reporter that calls none of the
 * frames the application's own does not know.  Where no frame would count, all
 * do.
 */
void
judge_frames(int32 project_id, Stack *stack)
{
	Question question = {.project_id = project_id};
	bool reporter_knows = false;
	uint64 version;

	if (stack->total_frames == 0)
		return;
	question.index = frame_rules_for(stack->language, &version);
	check_memos(version);
	for (int e = 0; e < stack->nexceptions; e++)
		for (int f = 0; f < stack->exceptions[e].nframes; f++)
			reporter_knows |= stack->exceptions[e].frames[f].in_app == IN_APP_YES;
	for (int e = 0; e < stack->nexceptions; e++)
		judge_exception(stack, &question, reporter_knows, &stack->exceptions[e]);
}
