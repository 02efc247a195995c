/*
 * Which events a project wants grouped or named in its own way: the rows of
 * errtrack.fingerprint_rules.
 */
#include "fingerprint_rules.h"

#include "catalog/pg_type.h"
#include "fingerprint.h"
#include "glob.h"
#include "lib/stringinfo.h"
#include "rule_table.h"
#include "utils/array.h"

/* The columns of errtrack.fingerprint_rules. */
enum
{
	COLUMN_RULE_ID = 1,
	COLUMN_PROJECT_ID,
	COLUMN_EXCEPTION_CLASS,
	COLUMN_MESSAGE,
	COLUMN_MODULE,
	COLUMN_FUNCTION,
	COLUMN_PATH,
	COLUMN_LEVEL,
	COLUMN_LOGGER,
	COLUMN_ENVIRONMENT,
	COLUMN_RELEASE,
	COLUMN_TAGS,
	COLUMN_FINGERPRINT,
	COLUMN_TITLE,
};

typedef struct TagRule
{
	char *name;
	Glob value;
} TagRule;

typedef struct FingerprintRule
{
	int64 rule_id;
	int32 project_id;
	Glob exception_class;
	Glob message;
	Glob module;
	Glob function;
	Glob path;
	Glob level;
	Glob logger;
	Glob environment;
	Glob release;
	TagRule *tags;
	int ntags;
	Slice *fingerprint;
	int nfingerprint;
	Slice title;
} FingerprintRule;

static void read_rule(TupleTableSlot *slot, void *memory);
static int compare_rules(const void *a, const void *b);

static RuleTable table = {
	.name = "fingerprint_rules",
	.rule_size = sizeof(FingerprintRule),
	.read = read_rule,
	.compare = compare_rules,
};

/* A copy of the column that is a glob. */
static Glob
column_glob(TupleTableSlot *slot, int column)
{
	return make_glob(column_text(slot, column));
}

/* Copies the tags that a rule asks for. */
static void
read_tags(TupleTableSlot *slot, FingerprintRule *rule)
{
	bool isnull;
	Datum value = slot_getattr(slot, COLUMN_TAGS, &isnull);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue name, glob;
	Jsonb *tags;

	rule->tags = NULL;
	rule->ntags = 0;
	if (isnull)
		return;
	tags = DatumGetJsonbPCopy(value);
	rule->tags = palloc(Max(JsonContainerSize(&tags->root), 1) * sizeof(TagRule));
	iterator = JsonbIteratorInit(&tags->root);
	while ((token = JsonbIteratorNext(&iterator, &name, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&iterator, &glob, true);
		rule->tags[rule->ntags].name = pnstrdup(name.val.string.val, name.val.string.len);
		rule->tags[rule->ntags++].value = make_glob(json_text(&glob));
	}
}

/* Copies the texts that are to identify the event. */
static void
read_fingerprint(TupleTableSlot *slot, FingerprintRule *rule)
{
	bool isnull;
	Datum value = slot_getattr(slot, COLUMN_FINGERPRINT, &isnull);
	Datum *parts;
	bool *nulls;
	int nparts;

	rule->fingerprint = NULL;
	rule->nfingerprint = 0;
	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypePCopy(value), TEXTOID, -1, false, TYPALIGN_INT, &parts, &nulls,
	                  &nparts);
	rule->fingerprint = palloc(Max(nparts, 1) * sizeof(Slice));
	for (int i = 0; i < nparts; i++)
		if (!nulls[i])
			rule->fingerprint[rule->nfingerprint++] = slice_of_text(DatumGetTextPP(parts[i]));
}

/* Reads one row; see RuleTable. */
static void
read_rule(TupleTableSlot *slot, void *memory)
{
	FingerprintRule *rule = memory;
	bool isnull;

	rule->rule_id = DatumGetInt64(slot_getattr(slot, COLUMN_RULE_ID, &isnull));
	rule->project_id = DatumGetInt32(slot_getattr(slot, COLUMN_PROJECT_ID, &isnull));
	rule->exception_class = column_glob(slot, COLUMN_EXCEPTION_CLASS);
	rule->message = column_glob(slot, COLUMN_MESSAGE);
	rule->module = column_glob(slot, COLUMN_MODULE);
	rule->function = column_glob(slot, COLUMN_FUNCTION);
	rule->path = column_glob(slot, COLUMN_PATH);
	rule->level = column_glob(slot, COLUMN_LEVEL);
	rule->logger = column_glob(slot, COLUMN_LOGGER);
	rule->environment = column_glob(slot, COLUMN_ENVIRONMENT);
	rule->release = column_glob(slot, COLUMN_RELEASE);
	read_tags(slot, rule);
	read_fingerprint(slot, rule);
	rule->title = column_text(slot, COLUMN_TITLE);
}

/* In the order in which they were made. */
static int
compare_rules(const void *a, const void *b)
{
	const FingerprintRule *x = a, *y = b;

	return x->rule_id < y->rule_id ? -1 : x->rule_id > y->rule_id;
}

/* Does the class of an exception of the chain match? */
static bool
match_class(const FingerprintRule *rule, const RuledEvent *event)
{
	if (match_glob(&rule->exception_class, event->exception_class))
		return true;
	for (int e = 0; e < event->stack->nexceptions; e++)
		if (match_glob(&rule->exception_class, event->stack->exceptions[e].type))
			return true;
	return false;
}

/* Does one frame match in module, function and path? */
static bool
match_frame(const FingerprintRule *rule, const RuledEvent *event)
{
	if (rule->module.pattern.data == NULL && rule->function.pattern.data == NULL &&
	    rule->path.pattern.data == NULL)
		return true;
	for (int e = 0; e < event->stack->nexceptions; e++)
		for (int f = 0; f < event->stack->exceptions[e].nframes; f++)
		{
			const Frame *frame = &event->stack->exceptions[e].frames[f];

			CHECK_FOR_INTERRUPTS();
			if (match_glob(&rule->module, frame->module) && match_glob(&rule->function, frame->function) &&
			    match_glob(&rule->path, frame->file))
				return true;
		}
	return false;
}

/* The value of one of an event's tags, without data where it has no such tag. */
static Slice
tag_value(const RuledEvent *event, const char *name)
{
	return event->tags ? json_member_text(&event->tags->root, name) : NO_SLICE;
}

/* Do all tags match that a rule asks for? */
static bool
match_tags(const FingerprintRule *rule, const RuledEvent *event)
{
	for (int i = 0; i < rule->ntags; i++)
		if (!match_glob(&rule->tags[i].value, tag_value(event, rule->tags[i].name)))
			return false;
	return true;
}

/* Does a rule match? */
static bool
matches(const FingerprintRule *rule, const RuledEvent *event)
{
	return rule->project_id == event->project_id && match_glob(&rule->level, event->level) &&
	       match_glob(&rule->logger, event->logger) && match_glob(&rule->environment, event->environment) &&
	       match_glob(&rule->release, event->release) && match_class(rule, event) &&
	       match_glob(&rule->message, event->message) && match_tags(rule, event) && match_frame(rule, event);
}

/* What a variable stands for; without data where the event does not say. */
static Slice
variable_value(Slice name, const RuledEvent *event)
{
	const Slice tags = SLICE("tags.");
	const struct
	{
		Slice name;
		Slice value;
	} variables[] = {
		{SLICE("type"), event->exception_class},
		{SLICE("value"), event->message},
		{SLICE("function"), event->culprit ? event->culprit->function : NO_SLICE},
		{SLICE("module"), event->culprit ? event->culprit->module : NO_SLICE},
		{SLICE("path"), event->culprit ? event->culprit->file : NO_SLICE},
		{SLICE("level"), event->level},
		{SLICE("logger"), event->logger},
		{SLICE("environment"), event->environment},
		{SLICE("release"), event->release},
		{SLICE("transaction"), event->transaction},
	};

	if (slice_starts(name, tags))
		return tag_value(event, pnstrdup(name.data + tags.len, name.len - tags.len));
	for (size_t i = 0; i < lengthof(variables); i++)
		if (slice_equal(name, variables[i].name))
			return variables[i].value;
	return NO_SLICE;
}

/* The text of a template, variables replaced; {{ default }} stays. */
static Slice
expand(Slice template, const RuledEvent *event)
{
	StringInfoData text;
	ptrdiff_t open, close;

	initStringInfo(&text);
	while ((open = slice_find(template, SLICE("{{"))) >= 0 &&
	       (close = slice_find(slice_skip(template, open), SLICE("}}"))) >= 0)
	{
		Slice name = slice_trim(slice_range(template, open + 2, open + close));
		Slice value = variable_value(name, event);

		if (slice_equal(name, SLICE("default")))
			return default_element;
		appendBinaryStringInfo(&text, template.data, open);
		if (has_text(value))
			appendBinaryStringInfo(&text, value.data, value.len);
		template = slice_skip(template, open + close + 2);
	}
	appendBinaryStringInfo(&text, template.data, template.len);
	return (Slice){text.data, text.len};
}

/* Asks the rules of the event's project; false where none matches. */
bool
fingerprint_rules_apply(const RuledEvent *event, Ruling *ruling)
{
	const FingerprintRule *rule;

	rule_table_load(&table);
	rule = table.rules;
	for (int i = 0; i < table.nrules; i++, rule++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!matches(rule, event))
			continue;
		ruling->rule_id = rule->rule_id;
		ruling->nfingerprint = rule->nfingerprint;
		ruling->fingerprint = palloc(Max(rule->nfingerprint, 1) * sizeof(Slice));
		for (int part = 0; part < rule->nfingerprint; part++)
			ruling->fingerprint[part] = expand(rule->fingerprint[part], event);
		ruling->title = rule->title.data ? expand(rule->title, event) : NO_SLICE;
		return true;
	}
	return false;
}
