/*
 * The order of releases in SQL.
 */
#include "server.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "version.h"

PG_FUNCTION_INFO_V1(errtrack_release_compare);
PG_FUNCTION_INFO_V1(errtrack_release_package);
PG_FUNCTION_INFO_V1(errtrack_release_key);
PG_FUNCTION_INFO_V1(errtrack_release_number);
PG_FUNCTION_INFO_V1(errtrack_lower_release);

/* An index takes no longer key; releases of events, which are cut to 200 characters, have none. */
#define KEY_MAX 2000

/* Reads the release that is a function's argument n. */
static void
read_argument(FunctionCallInfo fcinfo, int n, Release *release)
{
	release_read(slice_of_text(PG_GETARG_TEXT_PP(n)), release, palloc_allocator());
}

/* errtrack.release_compare(a text, b text) RETURNS int */
Datum
errtrack_release_compare(PG_FUNCTION_ARGS)
{
	Release a, b;
	int order;

	if (slice_equal(slice_of_text(PG_GETARG_TEXT_PP(0)), slice_of_text(PG_GETARG_TEXT_PP(1))))
		PG_RETURN_INT32(0);
	read_argument(fcinfo, 0, &a);
	read_argument(fcinfo, 1, &b);
	if (!release_order(&a, &b, &order))
		PG_RETURN_NULL();
	PG_RETURN_INT32(order);
}

/* errtrack.release_package(version text) RETURNS text */
Datum
errtrack_release_package(PG_FUNCTION_ARGS)
{
	Slice package, version;

	release_split(slice_of_text(PG_GETARG_TEXT_PP(0)), &package, &version);
	PG_RETURN_TEXT_P(text_of_slice(package));
}

/* errtrack.release_key(version text) RETURNS bytea */
Datum
errtrack_release_key(PG_FUNCTION_ARGS)
{
	Release release;
	bytea *key;

	read_argument(fcinfo, 0, &release);
	if (release.key == NULL || release.key_len > KEY_MAX)
		PG_RETURN_NULL();
	key = palloc(VARHDRSZ + release.key_len);
	SET_VARSIZE(key, VARHDRSZ + key_without_hashes(release.key, release.key_len, (uint8_t *) VARDATA(key)));
	PG_RETURN_BYTEA_P(key);
}

/* errtrack.release_number(version text) RETURNS numeric */
Datum
errtrack_release_number(PG_FUNCTION_ARGS)
{
	Release release;
	char digits[KEY_NUMBER_DIGITS + 2];

	read_argument(fcinfo, 0, &release);
	if (release.key == NULL || release.key_len > KEY_MAX)
		PG_RETURN_NULL();
	digits[key_first_number(release.key, digits)] = '\0';
	PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
	                                    Int32GetDatum(-1)));
}

/* Is a function's argument n null or empty? */
static bool
is_absent(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) || VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(n)) == 0;
}

/* errtrack.lower_release(a text, b text) RETURNS text */
Datum
errtrack_lower_release(PG_FUNCTION_ARGS)
{
	Release a, b;
	int order;

	if (is_absent(fcinfo, 1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (is_absent(fcinfo, 0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	read_argument(fcinfo, 0, &a);
	read_argument(fcinfo, 1, &b);
	if (slice_equal(a.package, b.package) && release_order(&b, &a, &order) && order < 0)
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
