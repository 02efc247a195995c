/*
 * Facets as they are stored: a byte for the version, then numbers of seven bits a
 * byte, the lowest first, and texts behind their length:
 *   events of keys that are not kept, the number of keys, and for each of them
 *   name, events, distinct, floor, the number of values or STOPPED, and for each
 *   value text, events, missed.
 */
#include "facets.h"

#define VERSION 1

/* In place of a number of values. */
#define STOPPED (VALUES_READ + 1)

/* What is stored is no larger: it is written anew with each batch.  One value of each key always fits. */
#define SIZE_LIMIT (16 * 1024)

/* A number takes no more bytes. */
#define NUMBER_BYTES 9

StaticAssertDecl(COUNT_MAX >> (7 * NUMBER_BYTES - 1) == 0, "a count must fit into a number");
StaticAssertDecl(1 + 2 * NUMBER_BYTES + KEYS_KEPT * (2 * TEXT_LIMIT + 8 * NUMBER_BYTES) <= SIZE_LIMIT,
                 "one value of each key must fit");

/* Bytes that are being read. */
typedef struct Reader
{
	const uint8 *at;
	const uint8 *end;
} Reader;

/* Says what is wrong with bytes that are no facets. */
void
report_malformed_facets(const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid facets"),
	                errdetail_internal("%s", detail),
	                errhint("Facets are made by errtrack.facets() and errtrack.facets_merge().")));
}

/* Reads a number that is no larger than limit. */
static int64
read_number_of(Reader *reader, int64 limit)
{
	uint64 number = 0;
	for (int shift = 0; shift < 7 * NUMBER_BYTES; shift += 7)
	{
		uint8 byte;

		if (reader->at == reader->end)
			report_malformed_facets("They end too early.");
		byte = *reader->at++;
		number |= (uint64) (byte & 0x7F) << shift;
		if (byte & 0x80)
			continue;
		if (number > (uint64) limit)
			break;
		return (int64) number;
	}
	report_malformed_facets("A number is too large.");
	return 0;
}

/* Reads a text that is not empty. */
static Slice
read_text(Reader *reader)
{
	int64 length = read_number_of(reader, TEXT_LIMIT);
	Slice text = {(const char *) reader->at, length};

	if (length == 0)
		report_malformed_facets("A text is empty.");
	if (length > reader->end - reader->at)
		report_malformed_facets("They end too early.");
	reader->at += length;
	return text;
}

/* Reads the values of a key; all their events are the key's. */
static void
read_values(Reader *reader, FacetKey *key)
{
	int64 rest = key->events;

	if (key->nvalues == 0)
		return;
	key->max_values = key->nvalues;
	key->values = palloc(key->max_values * sizeof(FacetValue));
	key->hashes = palloc(key->max_values * sizeof(uint64));
	for (int i = 0; i < key->nvalues; i++)
	{
		FacetValue *value = &key->values[i];

		value->text = read_text(reader);
		value->hash = key->hashes[i] = slice_hash(value->text, 0);
		value->events = read_number_of(reader, rest);
		value->missed = read_number_of(reader, key->floor);
		rest -= value->events;
	}
}

/* Reads what is stored, which stays in use; anything may be passed. */
Facets *
facets_read(bytea *stored)
{
	Facets *facets = make_facets();
	Reader reader = {.at = (const uint8 *) VARDATA_ANY(stored)};

	reader.end = reader.at + VARSIZE_ANY_EXHDR(stored);
	if (reader.at == reader.end || *reader.at++ != VERSION)
		report_malformed_facets("They are of another version.");
	facets->other_events = read_number_of(&reader, COUNT_MAX);
	facets->nkeys = read_number_of(&reader, KEYS_KEPT);
	facets->max_keys = KEYS_READ;
	facets->keys = palloc0(facets->max_keys * sizeof(FacetKey));
	for (int i = 0; i < facets->nkeys; i++)
	{
		FacetKey *key = &facets->keys[i];

		key->name = read_text(&reader);
		key->hash = slice_hash(key->name, 0);
		key->events = read_number_of(&reader, COUNT_MAX);
		key->distinct = read_number_of(&reader, Min(key->events, JUDGED_AFTER));
		key->floor = read_number_of(&reader, key->events);
		key->nvalues = read_number_of(&reader, STOPPED);
		key->stopped = key->nvalues == STOPPED;
		if (key->stopped)
			key->nvalues = 0;
		else
			read_values(&reader, key);
	}
	if (reader.at != reader.end)
		report_malformed_facets("Something stands behind their end.");
	return facets;
}

/* Passes over a number. */
static inline void
skip_number(Reader *reader)
{
	while (reader->at < reader->end)
		if ((*reader->at++ & 0x80) == 0)
			return;
	report_malformed_facets("They end too early.");
}

/* Takes a text; most are so short that their length is a byte. */
static inline Slice
take_stored_text(Reader *reader)
{
	Slice text;

	if (reader->end - reader->at < 0x80 || *reader->at >= 0x80)
		return read_text(reader);
	text = (Slice){(const char *) reader->at + 1, *reader->at};
	reader->at += 1 + text.len;
	return text;
}

/*
 * Has a key, in whatever case, a value that is wanted?  Search asks this of each
 * issue: so nothing is made of what is stored, and what is passed over is not checked
 * but for its end.
 */
bool
facets_have(bytea *stored, Slice name, bool (*is_wanted)(Slice value, void *context), void *context)
{
	Reader reader = {.at = (const uint8 *) VARDATA_ANY(stored)};
	int64 nkeys;

	reader.end = reader.at + VARSIZE_ANY_EXHDR(stored);
	if (reader.at == reader.end || *reader.at++ != VERSION)
		report_malformed_facets("They are of another version.");
	skip_number(&reader);
	nkeys = read_number_of(&reader, KEYS_KEPT);
	while (nkeys-- > 0)
	{
		Slice key = take_stored_text(&reader);
		bool is_it = key.len == name.len && pg_strncasecmp(key.data, name.data, key.len) == 0;
		int64 nvalues;

		for (int i = 0; i < 3; i++)
			skip_number(&reader);
		nvalues = read_number_of(&reader, STOPPED);
		if (nvalues == STOPPED)
			nvalues = 0;
		while (nvalues-- > 0)
		{
			Slice value = take_stored_text(&reader);

			if (is_it && is_wanted(value, context))
				return true;
			skip_number(&reader);
			skip_number(&reader);
		}
	}
	return false;
}

/* Writes a number. */
static uint8 *
write_number(uint8 *at, uint64 number)
{
	for (; number >= 0x80; number >>= 7)
		*at++ = (uint8) number | 0x80;
	*at++ = (uint8) number;
	return at;
}

/* Writes a text. */
static uint8 *
write_text(uint8 *at, Slice text)
{
	at = write_number(at, text.len);
	memcpy(at, text.data, text.len);
	return at + text.len;
}

/* How much room a key takes at the most. */
static Size
room_of_key(const FacetKey *key)
{
	Size room = 5 * NUMBER_BYTES + key->name.len;

	for (int i = 0; i < key->nvalues; i++)
		room += 3 * NUMBER_BYTES + key->values[i].text.len;
	return room;
}

/* Writes a key and its values. */
static uint8 *
write_key(uint8 *at, const FacetKey *key)
{
	if (key->events > COUNT_MAX)
		report_malformed_facets("A number would become too large.");
	at = write_text(at, key->name);
	at = write_number(at, key->events);
	at = write_number(at, key->distinct);
	at = write_number(at, key->floor);
	at = write_number(at, key->stopped ? STOPPED : key->nvalues);
	for (int i = 0; i < key->nvalues; i++)
	{
		const FacetValue *value = &key->values[i];

		at = write_text(at, value->text);
		at = write_number(at, value->events);
		at = write_number(at, value->missed);
	}
	return at;
}

/* All of it, however large. */
static bytea *
write_facets(const Facets *facets)
{
	Size room = VARHDRSZ + 1 + 2 * NUMBER_BYTES;
	bytea *stored;
	uint8 *at;

	if (facets->other_events > COUNT_MAX)
		report_malformed_facets("A number would become too large.");
	for (int i = 0; i < facets->nkeys; i++)
		room += room_of_key(&facets->keys[i]);
	stored = palloc(room);
	at = (uint8 *) VARDATA(stored);
	*at++ = VERSION;
	at = write_number(at, facets->other_events);
	at = write_number(at, facets->nkeys);
	for (int i = 0; i < facets->nkeys; i++)
		at = write_key(at, &facets->keys[i]);
	SET_VARSIZE(stored, at - (uint8 *) stored);
	return stored;
}

/* The bytes to store; where they would be too many, each key keeps fewer values. */
bytea *
facets_store(Facets *facets)
{
	bytea *stored;

	prune_keys(facets, KEYS_KEPT);
	stored = write_facets(facets);
	for (int limit = VALUES_KEPT; VARSIZE(stored) > SIZE_LIMIT && limit > 0; limit /= 2)
	{
		for (int i = 0; i < facets->nkeys; i++)
			prune_values(facets, &facets->keys[i], limit);
		pfree(stored);
		stored = write_facets(facets);
	}
	return stored;
}
