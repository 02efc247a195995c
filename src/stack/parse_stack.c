/*
 * errtrack.parse_stack(): what is read in a stack trace, as JSON.
 */
#include "../grouping/frames.h"
#include "../server.h"
#include "stack.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(errtrack_parse_stack);

/* Pushes the name of the member that follows. */
static void
push_key(JsonbParseState **state, const char *key)
{
	JsonbValue value = {.type = jbvString};

	value.val.string.val = unconstify(char *, key);
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
}

/* Pushes a member that is text, or null. */
static void
push_text(JsonbParseState **state, const char *key, Slice s)
{
	JsonbValue value = {.type = jbvNull};

	push_key(state, key);
	if (s.data != NULL)
	{
		value.type = jbvString;
		value.val.string.val = unconstify(char *, s.data);
		value.val.string.len = s.len;
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Pushes a member that is a line or a column, or null where it is not known. */
static void
push_position(JsonbParseState **state, const char *key, int32 number)
{
	JsonbValue value = {.type = jbvNull};

	push_key(state, key);
	if (number >= 0)
	{
		value.type = jbvNumeric;
		value.val.numeric = int64_to_numeric(number);
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Pushes a frame. */
static void
push_frame(JsonbParseState **state, const Frame *frame)
{
	JsonbValue in_app = {.type = jbvBool};

	CHECK_FOR_INTERRUPTS();
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_text(state, "function", frame->function);
	push_text(state, "module", frame->module);
	push_text(state, "file", frame->file);
	push_position(state, "line", frame->line);
	push_position(state, "column", frame->column);
	push_key(state, "in_app");
	in_app.val.boolean = frame->in_app == IN_APP_YES;
	pushJsonbValue(state, WJB_VALUE, &in_app);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Pushes an exception. */
static void
push_exception(JsonbParseState **state, const Exception *exception)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_text(state, "type", exception->type);
	push_text(state, "value", exception->value);
	push_key(state, "frames");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < exception->nframes; i++)
		push_frame(state, &exception->frames[i]);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* errtrack.parse_stack(stack_trace text, platform text) RETURNS jsonb */
Datum
errtrack_parse_stack(PG_FUNCTION_ARGS)
{
	Stack stack;
	JsonbParseState *state = NULL;

	stack_init(&stack, palloc_allocator());
	if (!PG_ARGISNULL(0))
		stack_parse(slice_of_text(PG_GETARG_TEXT_PP(0)),
		            PG_ARGISNULL(1) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(1)), &stack);
	judge_frames(1, &stack);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "platform", stack.language ? slice_of_string(stack.language->platform) : NO_SLICE);
	push_key(&state, "exceptions");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < stack.nexceptions; i++)
		push_exception(&state, &stack.exceptions[i]);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}
