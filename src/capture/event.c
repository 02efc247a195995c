/*
 * An event: the columns of errtrack.raw_events, in their order.
 */
#include "event.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Makes all columns null. */
void
event_init(Event *event)
{
	memset(event->values, 0, sizeof(event->values));
	memset(event->nulls, true, sizeof(event->nulls));
}

/* Sets a text column; no text: null. */
void
event_set_text(Event *event, EventColumn column, Slice value)
{
	event->nulls[column] = value.data == NULL;
	if (value.data != NULL)
		event->values[column] = PointerGetDatum(text_of_slice(value));
}

/* Sets a jsonb column; NULL: null. */
void
event_set_json(Event *event, EventColumn column, Jsonb *value)
{
	event->nulls[column] = value == NULL;
	if (value != NULL)
		event->values[column] = JsonbPGetDatum(value);
}

/* Adds a word to the flags, which tell what was repaired or cut; once. */
void
event_add_flag(Event *event, const char *flag)
{
	Datum *old = NULL;
	Datum *flags;
	bool *nulls = NULL;
	int nold = 0, kept = 0;

	if (!event->nulls[EVENT_FLAGS])
		deconstruct_array(DatumGetArrayTypeP(event->values[EVENT_FLAGS]), TEXTOID, -1, false, TYPALIGN_INT,
		                  &old, &nulls, &nold);
	flags = palloc((nold + 1) * sizeof(Datum));
	for (int i = 0; i < nold; i++)
	{
		if (nulls[i])
			continue;
		if (slice_equal(slice_of_text(DatumGetTextPP(old[i])), slice_of_string(flag)))
			return;
		flags[kept++] = old[i];
	}
	flags[kept++] = CStringGetTextDatum(flag);
	event->values[EVENT_FLAGS] =
		PointerGetDatum(construct_array(flags, kept, TEXTOID, -1, false, TYPALIGN_INT));
	event->nulls[EVENT_FLAGS] = false;
}
