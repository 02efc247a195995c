/*
 * Values that measure: numbers, dates and times, durations, sizes.
 */
#include "message_values.h"

/* Behind the blanks of a line; nothing that is read here goes on in the next one. */
static const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/*
 * 12, 1,234.5, 1e-9, and versions: 1.2.3.  The sign, if there is one, stands
 * before s.
 */
const char *
match_number(const char *s)
{
	const char *start = s;

	s = skip_class(s, BYTE_DIGIT);
	if (s == start)
		return s;
	if (*s == ',' && s - start <= 3)
		while (*s == ',' && has_digits(s + 1, 3))
			s += 4;
	while (*s == '.' && at_class(s + 1, BYTE_DIGIT))
		s = skip_class(s + 1, BYTE_DIGIT);
	if ((*s | 0x20) == 'e')
	{
		const char *exponent = s + 1 + (s[1] == '-' || s[1] == '+');
		const char *end = skip_class(exponent, BYTE_DIGIT);

		if (end > exponent && !at_class(end, BYTE_WORD))
			s = end;
	}
	return s;
}

/* Z, +02:00, -0700, UTC and its like, behind a blank or not. */
static const char *
skip_zone(const char *s)
{
	static const char *const names[] = {"UTC", "GMT", "CET", "CEST", "EST", "EDT", "CST", "CDT",
	                                    "MST", "MDT", "PST", "PDT",  "BST", "IST", "JST", NULL};
	const char *zone = skip_blanks(s);

	if (*s == 'Z' && !at_class(s + 1, BYTE_WORD))
		return s + 1;
	if (*zone == '+' || *zone == '-')
	{
		const char *end = zone + 3;

		if (!at_class(zone + 1, BYTE_DIGIT) || !at_class(zone + 2, BYTE_DIGIT))
			return s;
		if (*end == ':' && has_digits(end + 1, 2))
			end += 3;
		else if (has_digits(end, 2))
			end += 2;
		/* `07:45 -10 items` has a number */
		return at_class(end, BYTE_WORD) || (end == zone + 3 && zone > s) ? s : end;
	}
	if (at_class(zone, BYTE_UPPER))
		for (const char *const *name = names; *name; name++)
		{
			size_t n = strlen(*name);

			if (strncmp(zone, *name, n) == 0 && !at_class(zone + n, BYTE_WORD))
				return zone + n;
		}
	return s;
}

/* 07:45, 07:45:12.123, 7:45:12 AM, and the zone. */
static const char *
match_time(const char *s)
{
	const char *part;
	int hour_digits = at_class(s + 1, BYTE_DIGIT) ? 2 : 1;

	if (!has_digits(s, hour_digits) || s[hour_digits] != ':' || !has_digits(s + hour_digits + 1, 2))
		return NULL;
	s += hour_digits + 3;
	if (*s == ':' && has_digits(s + 1, 2))
	{
		s += 3;
		if ((*s == '.' || *s == ',') && at_class(s + 1, BYTE_DIGIT))
			s = skip_class(s + 1, BYTE_DIGIT);
	}
	part = skip_blanks(s);
	if ((part[0] | 0x20) == 'a' || (part[0] | 0x20) == 'p')
		if ((part[1] | 0x20) == 'm' && !at_class(part + 2, BYTE_WORD))
			s = part + 2;
	s = skip_zone(s);
	/* an address or a longer list goes on */
	if (at_class(s, BYTE_WORD) || (*s == ':' && at_class(s + 1, BYTE_DIGIT | BYTE_HEX)))
		return NULL;
	return s;
}

/* A time behind a date, if there is one. */
static const char *
skip_time_after_date(const char *s)
{
	const char *time = s, *end;

	if (*time == ',')
		time++;
	if (*time == 'T' || *time == ':' || *time == '_' || *time == '-')
		time++;
	time = skip_blanks(time);
	end = time > s && at_class(time, BYTE_DIGIT) ? match_time(time) : NULL;
	return end ? end : s;
}

/* The number of a month or a day, of one or two digits, or 0. */
static int
short_digits(const char *s)
{
	if (!at_class(s, BYTE_DIGIT))
		return 0;
	if (!at_class(s + 1, BYTE_DIGIT))
		return 1;
	return at_class(s + 2, BYTE_DIGIT) ? 0 : 2;
}

/* Is the word at s, or its first three letters and a dot or the rest, a month's name?  Sets its length. */
static bool
is_month(const char *s, size_t *length)
{
	static const char *const months[] = {"january",   "february", "march",    "april",
	                                     "may",       "june",     "july",     "august",
	                                     "september", "october",  "november", "december"};
	size_t n = skip_class(s, BYTE_LETTER) - s;

	if (n < 3 || n > 9)
		return false;
	for (int i = 0; i < 12; i++)
		if (same_letters(s, months[i], 3))
		{
			*length = n;
			return n == 3 || (n == strlen(months[i]) && same_letters(s, months[i], n)) ||
			       (n == 4 && i == 8 && (s[3] | 0x20) == 't');
		}
	return false;
}

/* 31 May 2024, 31/May/2024:07:45:12 +0000, 02-Jan-06 15:04, with a time or without; the day's digits end at s. */
static const char *
match_day_month(const char *s)
{
	const char *year;
	char between = *s;
	size_t n;

	if (between == ' ')
		s = skip_blanks(s);
	else
		s++;
	if (!at_class(s, BYTE_LETTER) || !is_month(s, &n))
		return NULL;
	s += n;
	if (*s != between)
		return NULL;
	year = between == ' ' ? skip_blanks(s) : s + 1;
	if (has_digits(year, 4) || (has_digits(year, 2) && year[2] != ':'))
		s = skip_class(year, BYTE_DIGIT);
	else if (between != ' ' || skip_time_after_date(s) == s)
		return NULL;
	s = skip_time_after_date(s);
	return at_class(s, BYTE_WORD) ? NULL : s;
}

/*
 * A date, a time, or both, that begins with a digit: 2024-05-31,
 * 2024/05/31 07:45:12.123, 31.05.2024, 5/31/2024, 7:45:12 AM, 31 May 2024,
 * 20240531T074512Z.
 */
const char *
match_date(const char *s)
{
	const char *first = skip_class(s, BYTE_DIGIT);
	int n = first - s, month, day;
	char between = *first;

	if (between == ':')
		return n <= 2 ? match_time(s) : NULL;
	if (n == 8 && between == 'T' && (has_digits(first + 1, 6) || has_digits(first + 1, 4)))
	{
		s = skip_class(first + 1, BYTE_DIGIT);
		return skip_zone(s);
	}
	if (n <= 2 && (between == ' ' || between == '/' || between == '-') &&
	    at_class(between == ' ' ? skip_blanks(first) : first + 1, BYTE_LETTER))
		return match_day_month(first);
	if ((between != '-' && between != '/' && between != '.') || (n != 4 && n > 2))
		return NULL;
	month = short_digits(first + 1);
	if (month == 0 || first[1 + month] != between)
		return NULL;
	s = first + 2 + month;
	if (n == 4)
	{
		day = short_digits(s);
		if (day == 0 || (between == '.' && day != 2))
			return NULL;
		s += day;
	}
	else
	{
		if (!has_digits(s, 4))
			return NULL;
		s += 4;
	}
	/* `1.2.2024.7` is a version, `1-2-2024-7` some number */
	if (*s == between && at_class(s + 1, BYTE_DIGIT) && between != '-')
		return NULL;
	s = skip_zone(skip_time_after_date(s));
	return at_class(s, BYTE_WORD) ? NULL : s;
}

/* Is the word of n letters at s a day's name? */
static bool
is_day(const char *s, size_t n)
{
	static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
	                                   "friday", "saturday", "sunday"};

	if (n < 3 || n > 9)
		return false;
	for (int i = 0; i < 7; i++)
		if (same_letters(s, days[i], 3))
			return n == 3 || (n == strlen(days[i]) && same_letters(s, days[i], n));
	return false;
}

/* May 31 07:45:12, May 31, 2024, Jul 15 20:53:41 2005: from the month on; needs a time or a year. */
static const char *
match_month_day(const char *s)
{
	const char *end, *year;
	size_t n;
	int day;

	if (!at_class(s, BYTE_UPPER) || !is_month(s, &n) || !at_class(s + n, BYTE_BLANK))
		return NULL;
	s = skip_blanks(s + n);
	day = short_digits(s);
	if (day == 0)
		return NULL;
	s += day;
	year = skip_blanks(*s == ',' ? s + 1 : s);
	if (year > s && has_digits(year, 4) && !at_class(year + 4, BYTE_WORD))
		return skip_time_after_date(year + 4);
	end = skip_time_after_date(s);
	if (end == s)
		return NULL;
	year = skip_blanks(end);
	if (year > end && has_digits(year, 4) && !at_class(year + 4, BYTE_WORD) && year[4] != '.' &&
	    (year[0] == '1' || year[0] == '2'))
		return skip_zone(year + 4);
	return end;
}

/* A date that begins with the name of a day or a month, which ends at word_end. */
const char *
match_named_date(const char *s, const char *word_end)
{
	const char *date, *end;

	if (!is_day(s, word_end - s))
		return match_month_day(s);
	date = skip_blanks(*word_end == ',' ? word_end + 1 : word_end);
	if (date == word_end)
		return NULL;
	if (at_class(date, BYTE_UPPER))
		return match_month_day(date);
	if (!at_class(date, BYTE_DIGIT))
		return NULL;
	end = match_date(date);
	/* a day's name does not belong to what is only a time */
	return end && date[1] != ':' && date[2] != ':' ? end : NULL;
}

/* Is the word of n letters at s one of words (in lower case, ends in NULL)? */
static bool
is_one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && same_letters(s, *words, n))
			return true;
	return false;
}

/* The end of a unit of time at s, or NULL; far: a blank stands before it. */
static const char *
match_time_unit(const char *s, bool far)
{
	static const char *const units[] = {
		"ns",     "us",           "ms",           "sec",         "secs",    "second", "seconds", "msec",
		"msecs",  "millis",       "milliseconds", "millisecond", "usec",    "usecs",  "nsec",    "nanos",
		"micros", "microseconds", "nanoseconds",  "min",         "mins",    "minute", "minutes", "hr",
		"hrs",    "hour",         "hours",        "day",         "days",    "week",   "weeks",   "month",
		"months", "year",         "years",        "mon",         "jiffies", NULL};
	const char *end;
	size_t n;

	/* micro, as its sign or as the Greek letter */
	if ((s[0] == '\xC2' && s[1] == '\xB5') || (s[0] == '\xCE' && s[1] == '\xBC'))
		return s[2] == 's' && !at_class(s + 3, BYTE_WORD) ? s + 3 : NULL;
	end = skip_class(s, BYTE_LETTER);
	n = end - s;
	if (n == 1)
		return *s == 's' || *s == 'h' || *s == 'd' || (*s == 'm' && !far) ? end : NULL;
	if (n == 0 || n > 12 || !strchr("nusmhdwyj", *s | 0x20))
		return NULL;
	return is_one_of(s, n, units) ? end : NULL;
}

/* 12ms, 3 seconds, 1h2m3.5s: a number, which ends at number_end, and what it counts. */
const char *
match_duration(const char *s, const char *number_end)
{
	bool far = at_class(number_end, BYTE_BLANK);
	const char *end = match_time_unit(skip_blanks(number_end), far);

	if (end == NULL)
		return NULL;
	/* the next, smaller unit */
	while (!far && at_class(end, BYTE_DIGIT))
	{
		const char *number = match_number(end);
		const char *next = match_time_unit(number, false);

		if (next == NULL)
			break;
		end = next;
	}
	return at_class(end, BYTE_WORD) ? NULL : end;
}

/* 12 kB, 3.5 MiB, 1024 bytes, 5G: what stands behind the number. */
const char *
match_size(const char *number_end)
{
	static const char *const units[] = {"kb",  "mb",  "gb",  "tb",   "pb",    "kib",
	                                    "mib", "gib", "tib", "byte", "bytes", NULL};
	const char *s = skip_blanks(number_end);
	const char *end = skip_class(s, BYTE_LETTER);
	size_t n = end - s;

	if (n == 0 || n > 5 || at_class(end, BYTE_WORD))
		return NULL;
	if (n == 1 && s == number_end && strchr("kKMGT", *s))
		return end;
	if (n == 1)
		return *s == 'B' ? end : NULL;
	return strchr("bkmgtp", *s | 0x20) && is_one_of(s, n, units) ? end : NULL;
}

/* PT5S, P1DT2H3M, P3D */
const char *
match_iso_duration(const char *s)
{
	bool time = false;

	if (*s++ != 'P')
		return NULL;
	for (;;)
	{
		if (*s == 'T' && !time)
		{
			time = true;
			s++;
		}
		if (!at_class(s, BYTE_DIGIT))
			return NULL;
		s = skip_class(s, BYTE_DIGIT);
		if (*s == '.' && at_class(s + 1, BYTE_DIGIT))
			s = skip_class(s + 1, BYTE_DIGIT);
		if (*s == '\0' || !strchr(time ? "HMS" : "YMWD", *s))
			return NULL;
		s++;
		if (!at_class(s, BYTE_WORD))
			return s;
	}
}
