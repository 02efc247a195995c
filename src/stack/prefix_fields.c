/*
 * What prefixes of lines are made of: times, levels, threads, loggers, hosts.
 */
#include "prefix_fields.h"

/* The longest bracket that is read as a field of a logger's. */
#define MAX_FIELD 80

/* The index behind `07:45:12.123`, or 0. */
size_t
read_time(Slice s, size_t n)
{
	if (count_digits(s, n) != 2 || peek(s, n + 2) != ':' || count_digits(s, n + 3) != 2 ||
	    peek(s, n + 5) != ':' || count_digits(s, n + 6) != 2)
		return 0;
	n += 8;
	if ((peek(s, n) == '.' || peek(s, n) == ',') && count_digits(s, n + 1) > 0)
		n += 1 + count_digits(s, n + 1);
	return n;
}

/* The index behind a zone: Z, +02:00, ` UTC`, ` CEST`; n where there is none. */
static size_t
skip_zone(Slice s, size_t n)
{
	size_t sign = skip_spaces(s, n), end = sign;

	if (peek(s, n) == 'Z')
		return n + 1;
	if (sign > n + 1)
		return n;
	if ((peek(s, sign) == '+' || peek(s, sign) == '-') && count_digits(s, sign + 1) == 4)
		return sign + 5;
	if ((peek(s, n) == '+' || peek(s, n) == '-') && count_digits(s, n + 1) == 2)
		return peek(s, n + 3) == ':' && count_digits(s, n + 4) == 2 ? n + 6 : n + 3;
	while (peek(s, end) >= 'A' && peek(s, end) <= 'Z')
		end++;
	if (sign == n + 1 && (end - sign == 3 || end - sign == 4) &&
	    (peek(s, end) == ' ' || peek(s, end) == ']') &&
	    (has(s, sign, "UTC") || has(s, sign, "GMT") || peek(s, end - 1) == 'T'))
		return end;
	return n;
}

/* Does a month's name, as three letters, stand at n? */
static bool
is_month(Slice s, size_t n)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t m = 0; m < 36 && n + 3 <= s.len; m += 3)
		if (memcmp(s.data + n, months + m, 3) == 0)
			return true;
	return false;
}

/* The index behind `May 31 07:45:12`, or 0. */
size_t
read_month_time(Slice s, size_t n)
{
	size_t day = n + 4 + (peek(s, n + 4) == ' ');

	if (!is_month(s, n) || peek(s, n + 3) != ' ' || count_digits(s, day) == 0 || count_digits(s, day) > 2)
		return 0;
	day += count_digits(s, day);
	return peek(s, day) == ' ' ? read_time(s, day + 1) : 0;
}

/*
 * The index behind a date and a time that begin with a digit, or a time:
 * 2024-05-31T07:45:12.123Z, 2024/05/31 07:45:12, 31-May-2024 07:45:12,
 * 05-31 07:45:12.123, 07:45:12; or 0.
 */
size_t
read_numeric_stamp(Slice s, size_t n)
{
	size_t first = count_digits(s, n), end;
	char between = peek(s, n + first);

	if (between == ':')
	{
		end = read_time(s, n);
		return end ? skip_zone(s, end) : 0;
	}
	if (between != '-' && between != '/' && between != '.')
		return 0;
	n += first + 1;
	if (first == 4)
	{
		if (count_digits(s, n) != 2 || peek(s, n + 2) != between || count_digits(s, n + 3) != 2)
			return 0;
		n += 5;
	}
	else if (first == 2 && is_month(s, n) && peek(s, n + 3) == between && count_digits(s, n + 4) == 4)
		n += 8;
	else if (first == 2 && count_digits(s, n) == 2)
	{
		n += 2;
		if (peek(s, n) == between && count_digits(s, n + 1) == 4)
			n += 5;
	}
	else
		return 0;
	if (peek(s, n) != 'T' && peek(s, n) != ' ' && peek(s, n) != '_' && peek(s, n) != ':')
		return 0;
	end = read_time(s, n + 1);
	return end ? skip_zone(s, end) : 0;
}

/* The index behind a time of any of the forms, in brackets or not, or 0. */
size_t
read_stamp(Slice s, size_t n)
{
	bool bracket = peek(s, n) == '[';
	size_t end;

	n += bracket;
	if (is_digit(peek(s, n)))
		end = read_numeric_stamp(s, n);
	else
	{
		/* `Fri May 31 07:45:12.123456 2024` */
		if (bracket && is_letter(peek(s, n)) && peek(s, n + 3) == ' ' && is_month(s, n + 4))
			n += 4;
		end = read_month_time(s, n);
		if (end && bracket && peek(s, end) == ' ' && count_digits(s, end + 1) == 4)
			end += 5;
	}
	if (end == 0 || (bracket && peek(s, end) != ']'))
		return 0;
	end += bracket;
	return end == s.len || is_blank(s.data[end]) || peek(s, end) == '[' || peek(s, end) == ':' ||
	               peek(s, end) == ','
	           ? end
	           : 0;
}

/* The index behind a level's name, or 0.  Names in other cases are those of exceptions: `Error: …`. */
size_t
read_level(Slice s, size_t n)
{
	static const char *const levels[] = {"ERROR", "WARNING", "WARN", "INFO",     "DEBUG",  "FATAL",
	                                     "TRACE", "SEVERE",  "CRIT", "CRITICAL", "NOTICE", "ALERT",
	                                     "error", "warning", "warn", "info",     "debug",  "fatal",
	                                     "trace", "severe",  "crit", "critical", "notice", "alert"};

	if (!is_letter(peek(s, n)))
		return 0;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (has(s, n, levels[i]) && !is_word(peek(s, n + strlen(levels[i]))))
			return n + strlen(levels[i]);
	return 0;
}

/* The index behind a bracket that holds a thread, a process, a level, a client; or 0. */
static size_t
read_bracket(Slice s, size_t n)
{
	char close = peek(s, n) == '[' ? ']' : ')';
	size_t end = n + 1;

	if ((peek(s, n) != '[' && peek(s, n) != '(') || peek(s, end) == '<' || peek(s, end) == close)
		return 0;
	while (end < s.len && end - n < MAX_FIELD && s.data[end] != close && s.data[end] != '[' &&
	       s.data[end] != '(')
		end++;
	if (peek(s, end) != close)
		return 0;
	/* `[C]: in function 'error'`, `[string "cart"]:5: no total` */
	if (peek(s, end + 1) == ':' && count_digits(s, n + 1) != end - n - 1 &&
	    (peek(s, end + 2) != ' ' || end - n == 2))
		return 0;
	if (slice_equal(slice_range(s, n, end + 1), SLICE("[native code]")) ||
	    slice_equal(slice_range(s, n, end + 1), SLICE("[internal function]")))
		return 0;
	return end + 1;
}

/* The index behind a logger's name that a separator follows, and behind that; or 0.  any: also between colons. */
static size_t
read_logger(Slice s, size_t n, bool any)
{
	size_t end = skip_field(s, n), separator = skip_spaces(s, end);

	if (end == n || separator == end)
		return 0;
	if (peek(s, separator) == '-' && peek(s, separator + 1) == ' ')
	{
		for (size_t i = n; i < end; i++)
			if (!is_word(s.data[i]) && strchr(".$-/:[]", s.data[i]) == NULL)
				return 0;
		return separator + 1;
	}
	return any && peek(s, separator) == ':' && peek(s, separator + 1) == ' ' ? separator + 1 : 0;
}

/* The index behind what Sidekiq has before the level: `1234 TID-ab1 Job JID-17`, `pid=12 tid=ab1 class=Job`; or 0. */
static size_t
read_worker_fields(Slice s, size_t n)
{
	size_t digits = count_digits(s, n), level;

	if ((digits == 0 || !has(s, n + digits, " TID-")) && !has(s, n, "pid="))
		return 0;
	for (int words = 0; words < 8 && n < s.len; words++)
	{
		n = skip_field(s, n);
		if (peek(s, n) != ' ')
			return 0;
		level = read_level(s, n + 1);
		if (level && peek(s, level) == ':')
			return n;
		n++;
	}
	return 0;
}

/* The index behind Erlang's process, `<0.603.0>`, and the place in it, `@shop:total/1:12`; or 0. */
static size_t
read_erlang_process(Slice s, size_t n)
{
	if (peek(s, n) != '<')
		return 0;
	for (int part = 0; part < 3; part++)
	{
		size_t digits = count_digits(s, n + 1);

		n += 1 + digits;
		if (digits == 0 || peek(s, n) != (part < 2 ? '.' : '>'))
			return 0;
	}
	n = peek(s, n + 1) == '@' ? skip_field(s, n + 1) : n + 1;
	return n == s.len || is_blank(s.data[n]) ? n : 0;
}

/*
 * The index behind the fields that follow a time: thread, level, logger, each
 * only if the line leaves no doubt.
 */
size_t
skip_fields(Slice s, size_t n)
{
	bool level = false, boot = false;

	/* the process of nginx: `[error] 12#34: *5 ` */
	for (int fields = 0; fields < 8; fields++)
	{
		size_t at = skip_spaces(s, n), end;

		if (at - n > 3 || (at == n && peek(s, at) != '['))
			break;
		if ((end = read_bracket(s, at)))
			level = true;
		else if ((end = read_level(s, at)))
		{
			level = true;
			/* PostgreSQL's `ERROR:  ` is part of what it says */
			if (peek(s, end) == ':')
			{
				if (has(s, end, ":  "))
					break;
				n = end + 1;
				break;
			}
		}
		else if (fields == 0 && (end = read_worker_fields(s, at)))
			;
		else if (level && count_digits(s, at) > 0 && has(s, at + count_digits(s, at), " --- "))
		{
			end = at + count_digits(s, at) + 4;
			boot = true;
		}
		else if (level && count_digits(s, at) > 0 && peek(s, at + count_digits(s, at)) == '#')
		{
			end = at + count_digits(s, at) + 1;
			end += count_digits(s, end);
			if (peek(s, end++) != ':')
				break;
			if (has(s, end, " *") && count_digits(s, end + 2) > 0)
				end += 2 + count_digits(s, end + 2);
		}
		else if ((peek(s, at) == '-' || peek(s, at) == '|') && peek(s, at + 1) == ' ')
		{
			end = at + 1;
			level = true;
		}
		else if (level && (end = read_erlang_process(s, at)))
			return skip_blank(s, end);
		else if (!level || !(end = read_logger(s, at, boot)))
			break;
		n = end;
		if (peek(s, n) == ':')
			return skip_blank(s, n + 1);
	}
	return skip_blank(s, n);
}

/* The index behind ` tag[pid]: ` or ` host tag[pid]: `, as syslog has it after the time; bare: `host tag: ` too; or 0. */
size_t
read_tag(Slice s, size_t n, bool bare)
{
	for (int words = 0; words < 2 && peek(s, n) == ' '; words++)
	{
		size_t end = ++n;

		while (end < s.len && !is_blank(s.data[end]) && s.data[end] != '[' && s.data[end] != ':')
			end++;
		if (end == n)
			return 0;
		if (peek(s, end) == '[')
		{
			end = skip_field(s, end);
			/* macOS: `app[12] <Error>: ` */
			if (has(s, end, " <") && s.data[end - 1] == ']')
				end = skip_field(s, end + 1);
			if (end >= 2 && s.data[end - 1] == ':' && (s.data[end - 2] == ']' || s.data[end - 2] == '>'))
				return end;
			return 0;
		}
		if (peek(s, end) == ':')
			return (bare && words == 1) || has(s, n, "kernel:") ? end + 1 : 0;
		n = end;
	}
	return 0;
}
