/*
 * errtrack.explain_fingerprint(): why an event is grouped as it is.
 */
#include "digest.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(errtrack_explain_fingerprint);

/* Columns of the result. */
enum
{
	COLUMN_PART,
	COLUMN_ORIGINAL,
	COLUMN_NORMALIZED,
	COLUMN_COUNTS,
	COLUMN_REASON,
	COLUMNS
};

static const char *const part_names[] = {"fingerprint", "class", "frame", "package", "message"};

/* What a frame's function and place were. */
static Slice
describe_frame(const Frame *frame)
{
	StringInfoData text;

	initStringInfo(&text);
	if (has_text(frame->module) && !slice_starts(frame->function, frame->module))
		appendStringInfo(&text, "%.*s ", (int) frame->module.len, frame->module.data);
	if (has_text(frame->function))
		appendBinaryStringInfo(&text, frame->function.data, frame->function.len);
	else
		appendStringInfoString(&text, "(no name)");
	if (has_text(frame->file))
	{
		appendStringInfoString(&text, " (");
		appendBinaryStringInfo(&text, frame->file.data, frame->file.len);
		if (frame->line > 0)
			appendStringInfo(&text, ":%d", frame->line);
		appendStringInfoChar(&text, ')');
	}
	return (Slice){text.data, text.len};
}

/* `module function`, what identifies a frame. */
static Slice
describe_identity(const Part *part)
{
	StringInfoData text;

	initStringInfo(&text);
	if (has_text(part->module))
		appendBinaryStringInfo(&text, part->module.data, part->module.len);
	if (has_text(part->module) && has_text(part->value))
		appendStringInfoChar(&text, ' ');
	if (has_text(part->value))
		appendBinaryStringInfo(&text, part->value.data, part->value.len);
	return (Slice){text.data, text.len};
}

/* Why a part counts or not, with the rule that said so. */
static Datum
describe_reason(const Part *part)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, part->reason);
	if (part->kind == PART_FRAME && part->frame->rule_id != 0)
		appendStringInfo(&text, " (frame rule " INT64_FORMAT ")", part->frame->rule_id);
	return CStringGetTextDatum(text.data);
}

/* Writes a row. */
static void
put_row(ReturnSetInfo *result, const char *part, Slice original, Slice normalized, bool counts, Datum reason)
{
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = {false};

	values[COLUMN_PART] = CStringGetTextDatum(part);
	values[COLUMN_ORIGINAL] = PointerGetDatum(text_of_slice(original));
	nulls[COLUMN_ORIGINAL] = original.data == NULL;
	values[COLUMN_NORMALIZED] = PointerGetDatum(text_of_slice(normalized));
	nulls[COLUMN_NORMALIZED] = normalized.data == NULL;
	values[COLUMN_COUNTS] = BoolGetDatum(counts);
	values[COLUMN_REASON] = reason;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Writes the row of a part. */
static void
put_part(ReturnSetInfo *result, const Part *part)
{
	Slice original = part->original, normalized = part->value;

	if (part->kind == PART_FRAME || part->kind == PART_PACKAGE)
		original = describe_frame(part->frame);
	if (part->kind == PART_FRAME)
		normalized = describe_identity(part);
	if (part->kind == PART_MESSAGE)
		normalized = normalized_message(part->original);
	put_row(result, part_names[part->kind], original, normalized, part->in_app_key, describe_reason(part));
}

/* How many parts from "first" on are frames that only repeat others. */
static int
count_repeated(const Grouping *grouping, int first)
{
	int n = 0;

	while (first + n < grouping->nparts && grouping->parts[first + n].repeated)
		n++;
	return n;
}

/* What is said of them: a recursion may have a thousand. */
static Slice
describe_repeated(int n)
{
	return slice_of_string(psprintf(n == 1 ? "(%d frame)" : "(%d frames)", n));
}

/* errtrack.explain_fingerprint(event jsonb) RETURNS TABLE (part, original, normalized, counts, reason) */
Datum
errtrack_explain_fingerprint(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Reported reported;
	Digest digest;
	Grouping grouping;
	int repeated;

	InitMaterializedSRF(fcinfo, 0);
	reported_of_payload(PG_GETARG_JSONB_P(0), &reported);
	make_digest(&reported, &digest);
	grouping_read(&digest.grouped, &grouping);
	if (digest.ruling.rule_id != 0)
	{
		StringInfoData rule;

		initStringInfo(&rule);
		appendStringInfo(&rule, "fingerprint rule " INT64_FORMAT, digest.ruling.rule_id);
		put_row(result, "rule", (Slice){rule.data, rule.len}, digest.ruling.title, false,
		        CStringGetTextDatum(digest.ruling.nfingerprint > 0 ? "gives the fingerprint below"
		                                                           : "gives the title only"));
	}
	for (int i = 0; i < grouping.nparts; i += Max(repeated, 1))
	{
		CHECK_FOR_INTERRUPTS();
		repeated = count_repeated(&grouping, i);
		if (repeated > 0)
			put_row(result, "frame", describe_repeated(repeated), NO_SLICE, false,
			        CStringGetTextDatum("repeats frames above"));
		else
			put_part(result, &grouping.parts[i]);
	}
	return (Datum) 0;
}
