/*
 * Versions that begin with a day: 2024-01-15, 2024_01_15, 2024.01.15 and 20240115
 * are the same three numbers, perhaps with the time of day as more of them.
 */
#include "version_reader.h"

/* Fractions of a second are compared to so many digits. */
#define FRACTION_DIGITS 9

/* The years that a number of eight digits may begin with. */
#define FIRST_YEAR 1970
#define LAST_YEAR 2099

/* The small number that is all of these digits. */
static int
small_number(Slice digits)
{
	int32_t number = -1;

	return read_number(digits, &number) ? number : -1;
}

/* Is it a day in a year of which people number releases? */
static bool
is_day(Slice year, Slice month, Slice day)
{
	int y = small_number(year), m = small_number(month), d = small_number(day);

	return y >= FIRST_YEAR && y <= LAST_YEAR && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

/*
 * Takes eight digits that begin with a year: year, month and day are three
 * numbers, so that it is the same as with separators.  They are three as well
 * where there is no such day, for versions may count on in these digits.
 */
static bool
take_compact_day(Reader *reader)
{
	Slice s = reader->rest;
	Slice year = slice_range(s, 0, 4), month = slice_range(s, 4, 6), day = slice_range(s, 6, 8);
	int y;

	if (count_digits(s, 0) != 8)
		return false;
	y = small_number(year);
	if (y < FIRST_YEAR || y > LAST_YEAR)
		return false;
	reader_put_number(reader, year);
	reader_put_number(reader, month);
	reader_put_number(reader, day);
	reader->dated = is_day(year, month, day);
	reader->dotted |= reader->dated;
	reader->rest = slice_skip(s, 8);
	return true;
}

/* Takes a day with separators, or a month that is all of the text, which only needs to be told from 2024 -01. */
static bool
take_separated_day(Reader *reader)
{
	Slice s = reader->rest;
	Slice year = slice_range(s, 0, 4), month, day;
	char separator = peek(s, 4);
	size_t m, d;

	if (count_digits(s, 0) != 4 || (separator != '-' && separator != '.' && separator != '_'))
		return false;
	m = count_digits(s, 5);
	month = slice_range(s, 5, 5 + m);
	if (m == 0 || m > 2)
		return false;
	if (m == 2 && separator == '-' && (peek(s, 7) != separator || count_digits(s, 8) == 0) &&
	    is_day(year, month, SLICE("1")))
	{
		reader_put_number(reader, year);
		reader_put_number(reader, month);
		reader->rest = slice_skip(s, 7);
		return true;
	}
	d = count_digits(s, 6 + m);
	day = slice_range(s, 6 + m, 6 + m + d);
	if (peek(s, 5 + m) != separator || d == 0 || d > 2 || !is_day(year, month, day))
		return false;
	reader_put_number(reader, year);
	reader_put_number(reader, month);
	reader_put_number(reader, day);
	reader->dated = reader->dotted = true;
	reader->rest = slice_skip(s, 6 + m + d);
	return true;
}

/* Takes a fraction of a second, of so many digits behind the point, as a number. */
static void
take_fraction(Reader *reader)
{
	char digits[FRACTION_DIGITS];
	size_t n = count_digits(reader->rest, 1);

	memset(digits, '0', sizeof(digits));
	memcpy(digits, reader->rest.data + 1, n < sizeof(digits) ? n : sizeof(digits));
	reader_put_number(reader, (Slice){digits, sizeof(digits)});
	reader_take(reader, 1 + n);
}

/*
 * Takes a time of day, T10:30:00.123Z, if one follows a day; false where its zone
 * is not UTC: what day that is would have to be worked out.
 */
bool
reader_take_time(Reader *reader)
{
	Slice s = reader->rest;
	int groups = 1;
	char colon;
	size_t n, zone_digits;

	if ((peek(s, 0) != 'T' && peek(s, 0) != 't' && peek(s, 0) != ' ') || count_digits(s, 1) < 2)
		return true;
	reader_take(reader, 1);
	reader_put_number(reader, reader_take(reader, 2));
	/* T10-30-00-123Z is the name of a file; but in T10:30-05 the zone follows */
	colon = peek(reader->rest, 0);
	n = colon == ':' || colon == '-' || colon == '.' ? 1 : 0;
	for (; groups < 3 && count_digits(reader->rest, n) >= 2 && (n == 0 || reader->rest.data[0] == colon);
	     groups++)
	{
		reader_take(reader, n);
		reader_put_number(reader, reader_take(reader, 2));
	}
	if (groups == 3 && ((peek(reader->rest, 0) == '.' && count_digits(reader->rest, 1) > 0) ||
	                    (colon == '-' && peek(reader->rest, 0) == '-' && count_digits(reader->rest, 1) == 3)))
		take_fraction(reader);
	s = reader->rest;
	zone_digits = count_digits(s, 1);
	if (peek(s, 0) == 'Z' || peek(s, 0) == 'z')
		reader_take(reader, 1);
	else if ((peek(s, 0) == '+' || peek(s, 0) == '-') && (zone_digits == 2 || zone_digits == 4))
	{
		for (n = 1; n < s.len && (s.data[n] == '0' || s.data[n] == ':'); n++)
			;
		reader_take(reader, n);
		return reader->rest.len == 0;
	}
	return true;
}

/* Takes the day that a version begins with, in any form. */
bool
reader_take_day(Reader *reader)
{
	return take_separated_day(reader) || take_compact_day(reader);
}
