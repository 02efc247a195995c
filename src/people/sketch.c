/*
 * How many different people: a set of texts of which only its size can be read.
 * Small, it is a sorted list of hashes; beyond that, the registers of the
 * server's HyperLogLog (lib/hyperloglog.h), which take no more room.
 *
 * As stored: a byte for the version, one for the form, then
 *   a list:    1 to LIST_MAX hashes of 32 bits, each larger than the one before,
 *              the highest byte first;
 *   registers: REGISTERS of REGISTER_BITS bits, eight of them in five bytes, the
 *              first one in the lowest bits of the first byte.
 * Equal sets are equal bytes, whatever they were made of, on every machine: the
 * hash is errtrack's own, since the server's depend on the byte order.
 */
#include "server.h"

#include <math.h>

#include "lib/hyperloglog.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(errtrack_sketch_add);
PG_FUNCTION_INFO_V1(errtrack_sketch_final);
PG_FUNCTION_INFO_V1(errtrack_sketch_merge);
PG_FUNCTION_INFO_V1(errtrack_sketch_count);
PG_FUNCTION_INFO_V1(errtrack_sketch_is_exact);

/* Goes up when hash or form change. */
#define VERSION 1

/* The forms. */
#define FORM_LIST 0
#define FORM_REGISTERS 1

/* 2^11 registers: the standard error is 1.04 / sqrt(2048), 2.3 %. */
#define REGISTER_WIDTH 11
#define REGISTERS (1 << REGISTER_WIDTH)
/* The largest that the rest of a hash of 32 bits makes: the place of its first bit that is set, or one behind. */
#define REGISTER_MAX (32 - REGISTER_WIDTH + 1)
#define REGISTER_BITS 5
#define REGISTER_BYTES (REGISTERS * REGISTER_BITS / 8)

/*
 * The longest list: 1 kB, registers are 1.25 kB.  That two of 256 hashes are the
 * same, and one is not counted, happens to one list in 130,000; hashes of 64
 * bits would cost half of the length.
 */
#define LIST_MAX 256

#define HEADER_BYTES 2

StaticAssertDecl(LIST_MAX * sizeof(uint32) <= REGISTER_BYTES, "a list must not be larger than registers");
StaticAssertDecl(REGISTER_MAX < 1 << REGISTER_BITS, "a register must hold its largest value");

/* A set in memory, allocated in the context that was current when it was made. */
typedef struct Sketch
{
	MemoryContext context;
	uint32 *hashes; /* as they came, perhaps some twice, until they are tidied */
	int nhashes;
	int max_hashes;
	bool has_registers; /* then there are no hashes any more */
	hyperLogLogState registers;
} Sketch;

#define ST_SORT sort_hashes
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* The end of MurmurHash3, so that texts that differ little spread evenly. */
static uint32
hash_value(Slice value)
{
	uint64 hash = slice_hash(value, 0);

	hash ^= hash >> 33;
	hash *= UINT64CONST(0xFF51AFD7ED558CCD);
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xC4CEB9FE1A85EC53);
	return hash >> 32;
}

/* An empty set with room for some hashes. */
static Sketch *
make_sketch(int room)
{
	Sketch *sketch = palloc(sizeof(Sketch));

	sketch->context = CurrentMemoryContext;
	sketch->hashes = palloc(room * sizeof(uint32));
	sketch->nhashes = 0;
	sketch->max_hashes = room;
	sketch->has_registers = false;
	return sketch;
}

/* Goes over from hashes to registers. */
static void
init_registers(Sketch *sketch)
{
	MemoryContext old = MemoryContextSwitchTo(sketch->context);

	initHyperLogLog(&sketch->registers, REGISTER_WIDTH);
	for (int i = 0; i < sketch->nhashes; i++)
		addHyperLogLog(&sketch->registers, sketch->hashes[i]);
	sketch->nhashes = 0;
	sketch->has_registers = true;
	MemoryContextSwitchTo(old);
}

/* Sorts the hashes, each once; too many become registers. */
static void
tidy(Sketch *sketch)
{
	int n = 0;

	if (sketch->has_registers)
		return;
	sort_hashes(sketch->hashes, sketch->nhashes);
	for (int i = 0; i < sketch->nhashes; i++)
		if (n == 0 || sketch->hashes[i] != sketch->hashes[n - 1])
			sketch->hashes[n++] = sketch->hashes[i];
	sketch->nhashes = n;
	if (n > LIST_MAX)
		init_registers(sketch);
}

/* Adds a hash. */
static void
add_hash(Sketch *sketch, uint32 hash)
{
	/* twice the longest list, so that tidying always makes much room */
	if (!sketch->has_registers && sketch->nhashes == sketch->max_hashes)
	{
		if (sketch->max_hashes < 2 * LIST_MAX)
		{
			sketch->max_hashes *= 2;
			sketch->hashes = repalloc(sketch->hashes, sketch->max_hashes * sizeof(uint32));
		}
		else
			tidy(sketch);
	}
	if (sketch->has_registers)
		addHyperLogLog(&sketch->registers, hash);
	else
		sketch->hashes[sketch->nhashes++] = hash;
}

/* Says what is wrong with bytes that are no sketch. */
static void
report_malformed(const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid sketch"),
	                errdetail_internal("%s", detail),
	                errhint("Sketches are made by errtrack.sketch() and errtrack.sketch_merge().")));
}

/* Reads eight registers from five bytes. */
static uint64
load_registers(const uint8 *bytes)
{
	return bytes[0] | (uint64) bytes[1] << 8 | (uint64) bytes[2] << 16 | (uint64) bytes[3] << 24 |
	       (uint64) bytes[4] << 32;
}

/* Reads what is stored; anything may be passed. */
static Sketch *
read_sketch(bytea *stored)
{
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(stored);
	int size = (int) VARSIZE_ANY_EXHDR(stored) - HEADER_BYTES;
	uint8 largest = 0;
	Sketch *sketch;

	if (size < 0)
		report_malformed("It is too short.");
	if (bytes[0] != VERSION)
		report_malformed("It is of another version.");
	if (bytes[1] == FORM_LIST)
	{
		int n = size / (int) sizeof(uint32);

		if (size % sizeof(uint32) != 0 || n < 1 || n > LIST_MAX)
			report_malformed("Its list has a wrong length.");
		sketch = make_sketch(n);
		sketch->nhashes = n;
		memcpy(sketch->hashes, bytes + HEADER_BYTES, size);
		for (int i = 0; i < n; i++)
		{
			sketch->hashes[i] = pg_ntoh32(sketch->hashes[i]);
			if (i > 0 && sketch->hashes[i] <= sketch->hashes[i - 1])
				report_malformed("Its list is not sorted.");
		}
		return sketch;
	}
	if (bytes[1] != FORM_REGISTERS)
		report_malformed("It has an unknown form.");
	if (size != REGISTER_BYTES)
		report_malformed("It has a wrong number of registers.");
	sketch = make_sketch(1);
	init_registers(sketch);
	for (int i = 0; i < REGISTERS / 8; i++)
	{
		uint64 eight = load_registers(bytes + HEADER_BYTES + i * REGISTER_BITS);
		uint8 *registers = sketch->registers.hashesArr + i * 8;

		for (int r = 0; r < 8; r++)
			registers[r] = eight >> r * REGISTER_BITS & ((1 << REGISTER_BITS) - 1);
	}
	for (int i = 0; i < REGISTERS; i++)
		largest = Max(largest, sketch->registers.hashesArr[i]);
	if (largest > REGISTER_MAX)
		report_malformed("One of its registers is too large.");
	return sketch;
}

/* The bytes to store. */
static bytea *
store_sketch(Sketch *sketch)
{
	int size;
	bytea *stored;
	uint8 *bytes;

	tidy(sketch);
	size = HEADER_BYTES + (sketch->has_registers ? REGISTER_BYTES : sketch->nhashes * (int) sizeof(uint32));
	stored = palloc(VARHDRSZ + size);
	SET_VARSIZE(stored, VARHDRSZ + size);
	bytes = (uint8 *) VARDATA(stored);
	*bytes++ = VERSION;
	*bytes++ = sketch->has_registers ? FORM_REGISTERS : FORM_LIST;
	if (!sketch->has_registers)
	{
		for (int i = 0; i < sketch->nhashes; i++, bytes += sizeof(uint32))
		{
			uint32 hash = pg_hton32(sketch->hashes[i]);

			memcpy(bytes, &hash, sizeof(hash));
		}
		return stored;
	}
	for (int i = 0; i < REGISTERS / 8; i++)
	{
		const uint8 *registers = sketch->registers.hashesArr + i * 8;
		uint64 eight = 0;

		for (int r = 0; r < 8; r++)
			eight |= (uint64) registers[r] << r * REGISTER_BITS;
		for (int b = 0; b < REGISTER_BITS; b++)
			*bytes++ = eight >> b * 8;
	}
	return stored;
}

/* Adds the list b to the list a; both were read, and are sorted. */
static void
unite_lists(Sketch *a, const Sketch *b)
{
	uint32 *united = palloc((a->nhashes + b->nhashes) * sizeof(uint32));
	int n = 0;

	for (int i = 0, j = 0; i < a->nhashes || j < b->nhashes;)
	{
		if (j == b->nhashes || (i < a->nhashes && a->hashes[i] < b->hashes[j]))
			united[n++] = a->hashes[i++];
		else
		{
			i += i < a->nhashes && a->hashes[i] == b->hashes[j];
			united[n++] = b->hashes[j++];
		}
	}
	a->hashes = united;
	a->nhashes = a->max_hashes = n;
}

/* Adds all that is in b to a; both were read. */
static void
unite(Sketch *a, const Sketch *b)
{
	if (!a->has_registers && !b->has_registers)
	{
		unite_lists(a, b);
		return;
	}
	if (!a->has_registers)
		init_registers(a);
	for (int i = 0; i < b->nhashes; i++)
		addHyperLogLog(&a->registers, b->hashes[i]);
	if (b->has_registers)
		for (int i = 0; i < REGISTERS; i++)
			a->registers.hashesArr[i] = Max(a->registers.hashesArr[i], b->registers.hashesArr[i]);
}

/* errtrack.sketch_add(state internal, value text): of the aggregate errtrack.sketch(). */
Datum
errtrack_sketch_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Sketch *state = PG_ARGISNULL(0) ? NULL : (Sketch *) PG_GETARG_POINTER(0);
	Slice value = PG_ARGISNULL(1) ? NO_SLICE : slice_of_text(PG_GETARG_TEXT_PP(1));

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "errtrack.sketch_add() was called outside of an aggregate");
	if (has_text(value))
	{
		if (state == NULL)
		{
			MemoryContext old = MemoryContextSwitchTo(context);

			state = make_sketch(8);
			MemoryContextSwitchTo(old);
		}
		add_hash(state, hash_value(value));
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* errtrack.sketch_final(state internal) RETURNS bytea: of the aggregate errtrack.sketch(). */
Datum
errtrack_sketch_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(store_sketch((Sketch *) PG_GETARG_POINTER(0)));
}

/* errtrack.sketch_merge(a bytea, b bytea) RETURNS bytea */
Datum
errtrack_sketch_merge(PG_FUNCTION_ARGS)
{
	Sketch *a = PG_ARGISNULL(0) ? NULL : read_sketch(PG_GETARG_BYTEA_PP(0));
	Sketch *b = PG_ARGISNULL(1) ? NULL : read_sketch(PG_GETARG_BYTEA_PP(1));

	if (a == NULL && b == NULL)
		PG_RETURN_NULL();
	if (a == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	if (b == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	unite(a, b);
	PG_RETURN_BYTEA_P(store_sketch(a));
}

/* errtrack.sketch_count(sketch bytea) RETURNS bigint */
Datum
errtrack_sketch_count(PG_FUNCTION_ARGS)
{
	Sketch *sketch;
	double estimate;

	if (PG_ARGISNULL(0))
		PG_RETURN_INT64(0);
	sketch = read_sketch(PG_GETARG_BYTEA_PP(0));
	if (!sketch->has_registers)
		PG_RETURN_INT64(sketch->nhashes);
	estimate = estimateHyperLogLog(&sketch->registers);
	/* registers that no set makes may give infinity, or no number */
	PG_RETURN_INT64(estimate < PG_UINT32_MAX ? (int64) rint(estimate) : PG_UINT32_MAX);
}

/* errtrack.sketch_is_exact(sketch bytea) RETURNS boolean */
Datum
errtrack_sketch_is_exact(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_ARGISNULL(0) || !read_sketch(PG_GETARG_BYTEA_PP(0))->has_registers);
}
