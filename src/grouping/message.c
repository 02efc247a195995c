/*
 * Messages without their variable parts: what stands for a value becomes a
 * placeholder, what is language stays.  One pass, no regular expressions.
 */
#include "message.h"

/* What is read, and what is written. */
typedef struct Scanner
{
	Slice text;
	size_t at;
	char *out;
	size_t used;
} Scanner;

/* The length of what is at the start of s, if it is of the kind that a matcher knows; otherwise 0. */
typedef size_t (*Matcher)(Slice s);

/* How many digits s begins with, from index n on. */
static size_t
digits(Slice s, size_t n)
{
	size_t start = n;

	while (n < s.len && is_digit(s.data[n]))
		n++;
	return n - start;
}

/* The character at index n, or NUL behind the end. */
static char
peek(Slice s, size_t n)
{
	return n < s.len ? s.data[n] : '\0';
}

/* Does no word go on at index n? */
static bool
ends_at(Slice s, size_t n)
{
	return n >= s.len || !is_word(s.data[n]);
}

/* scheme://… up to a blank, a quote or a bracket. */
static size_t
match_url(Slice s)
{
	size_t n = 0;

	while (n < s.len && n < 20 && (is_letter(s.data[n]) || is_digit(s.data[n]) || s.data[n] == '+'))
		n++;
	if (n < 2 || !slice_starts(slice_skip(s, n), SLICE("://")))
		return 0;
	while (n < s.len && !is_blank(s.data[n]) && strchr("\"'<>)]},", s.data[n]) == NULL)
		n++;
	while (strchr(".:;!?", s.data[n - 1]) != NULL)
		n--;
	return n;
}

/* local@host.domain */
static size_t
match_email(Slice s)
{
	size_t n = 0, host;
	bool dot = false;

	while (n < s.len && (is_word(s.data[n]) || strchr(".+-", s.data[n]) != NULL))
		n++;
	if (n == 0 || peek(s, n) != '@')
		return 0;
	host = ++n;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '-' || s.data[n] == '.'))
	{
		if (s.data[n] == '.' && n > host && n + 1 < s.len && is_word(s.data[n + 1]))
			dot = true;
		n++;
	}
	while (n > host && (s.data[n - 1] == '.' || s.data[n - 1] == '-'))
		n--;
	return dot ? n : 0;
}

/* 8-4-4-4-12 hexadecimal digits. */
static size_t
match_uuid(Slice s)
{
	if (s.len < 36)
		return 0;
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s.data[i] != '-' : !is_hex_digit(s.data[i]))
			return 0;
	return ends_at(s, 36) ? 36 : 0;
}

/* hh:mm[:ss[.fraction]], from index n on. */
static size_t
match_time(Slice s, size_t n)
{
	size_t start = n;

	if (digits(s, n) != 2 || peek(s, n + 2) != ':' || digits(s, n + 3) != 2)
		return 0;
	n += 5;
	if (peek(s, n) == ':' && digits(s, n + 1) == 2)
		n += 3;
	if ((peek(s, n) == '.' || peek(s, n) == ',') && digits(s, n + 1) > 0)
		n += 1 + digits(s, n + 1);
	return n - start;
}

/* A date, a time, or both: 2024-05-31, 2024/05/31 07:45:12.123, 07:45:12, …T07:45:12+02:00. */
static size_t
match_date(Slice s)
{
	size_t n = match_time(s, 0);

	if (n == 0)
	{
		char between = peek(s, 4);

		if (digits(s, 0) != 4 || (between != '-' && between != '/') || digits(s, 5) != 2 ||
		    peek(s, 7) != between || digits(s, 8) != 2)
			return 0;
		n = 10;
		if ((peek(s, n) == 'T' || peek(s, n) == ' ') && match_time(s, n + 1) > 0)
			n += 1 + match_time(s, n + 1);
	}
	if (peek(s, n) == 'Z')
		n++;
	else if ((peek(s, n) == '+' || peek(s, n) == '-') && digits(s, n + 1) >= 2)
	{
		n += 1 + digits(s, n + 1);
		if (peek(s, n) == ':' && digits(s, n + 1) == 2)
			n += 3;
	}
	return ends_at(s, n) ? n : 0;
}

/* 192.0.2.1, with a port or a prefix length. */
static size_t
match_ipv4(Slice s)
{
	size_t n = 0;

	for (int part = 0; part < 4; part++)
	{
		size_t length = digits(s, n);

		if (length == 0 || length > 3)
			return 0;
		n += length;
		if (part < 3 && peek(s, n++) != '.')
			return 0;
	}
	if ((peek(s, n) == ':' || peek(s, n) == '/') && digits(s, n + 1) > 0)
		n += 1 + digits(s, n + 1);
	return ends_at(s, n) && !(peek(s, n) == '.' && is_digit(peek(s, n + 1))) ? n : 0;
}

/* Groups of hexadecimal digits between colons: at least two colons and a "::", or seven colons. */
static size_t
match_ipv6(Slice s)
{
	size_t n = 0;
	int colons = 0;
	bool gap = false, digit = false;

	while (n < s.len && (is_hex_digit(s.data[n]) || s.data[n] == ':'))
	{
		if (s.data[n] == ':')
		{
			colons++;
			gap |= n > 0 && s.data[n - 1] == ':';
		}
		else
			digit |= is_digit(s.data[n]);
		n++;
	}
	return digit && ends_at(s, n) && (colons == 7 || (gap && colons >= 2 && colons <= 7)) ? n : 0;
}

/* 0x and hexadecimal digits. */
static size_t
match_hex(Slice s)
{
	size_t n = 2;

	if (peek(s, 0) != '0' || (peek(s, 1) != 'x' && peek(s, 1) != 'X'))
		return 0;
	while (n < s.len && is_hex_digit(s.data[n]))
		n++;
	return n > 2 && ends_at(s, n) ? n : 0;
}

/* Bare hexadecimal digits of some length, letters and digits mixed: hashes and trace ids. */
static size_t
match_hash(Slice s)
{
	size_t n = 0;
	bool letter = false, digit = false;

	while (n < s.len && is_hex_digit(s.data[n]))
	{
		letter |= is_letter(s.data[n]);
		digit |= is_digit(s.data[n]);
		n++;
	}
	return n >= 7 && letter && digit && ends_at(s, n) ? n : 0;
}

/* /a/b, ./a/b, C:\a\b */
static size_t
match_path(Slice s)
{
	size_t n = 0;
	int separators = 0;

	if (is_letter(peek(s, 0)) && peek(s, 1) == ':' && (peek(s, 2) == '\\' || peek(s, 2) == '/'))
		n = 2;
	else if (peek(s, 0) == '.' && peek(s, 1) == '/')
		n = 1;
	else if (peek(s, 0) == '.' && peek(s, 1) == '.' && peek(s, 2) == '/')
		n = 2;
	else if (peek(s, 0) == '~' && peek(s, 1) == '/')
		n = 1;
	else if (peek(s, 0) != '/' || !is_word(peek(s, 1)))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || strchr("/\\.-+@~%#", s.data[n]) != NULL))
	{
		separators += s.data[n] == '/' || s.data[n] == '\\';
		n++;
	}
	while (n > 0 && s.data[n - 1] == '.')
		n--;
	return separators > 0 ? n : 0;
}

/* A quoted string that ends on the same line. */
static size_t
match_quoted(Slice s)
{
	char quote = peek(s, 0);
	ptrdiff_t close;

	if (quote != '"' && quote != '\'' && quote != '`')
		return 0;
	close = slice_find_char(slice_skip(s, 1), quote);
	/* an apostrophe stands before a letter, a closing quote does not */
	while (close >= 0 && !ends_at(s, close + 2))
	{
		ptrdiff_t more = slice_find_char(slice_skip(s, close + 2), quote);

		if (more < 0)
			return 0;
		close += 1 + more;
	}
	return close < 0 ? 0 : (size_t) close + 2;
}

/* -12, 1,234.5, 1e-9 */
static size_t
match_number(Slice s)
{
	size_t n = peek(s, 0) == '-' || peek(s, 0) == '+';

	if (digits(s, n) == 0)
		return 0;
	n += digits(s, n);
	while ((peek(s, n) == '.' || peek(s, n) == ',') && digits(s, n + 1) > 0)
		n += 1 + digits(s, n + 1);
	if (peek(s, n) == 'e' || peek(s, n) == 'E')
	{
		size_t sign = peek(s, n + 1) == '-' || peek(s, n + 1) == '+';

		if (digits(s, n + 1 + sign) > 0)
			n += 1 + sign + digits(s, n + 1 + sign);
	}
	return n;
}

/* A number and one of the units that follow it at once or behind a blank. */
static size_t
match_unit(Slice s, const char *const *units)
{
	size_t n = match_number(s);

	if (n == 0)
		return 0;
	if (peek(s, n) == ' ')
		n++;
	for (; *units; units++)
	{
		size_t length = strlen(*units);

		if (slice_starts(slice_skip(s, n), (Slice){*units, length}) && ends_at(s, n + length))
			return n + length;
	}
	return 0;
}

/* 12ms, 3 seconds */
static size_t
match_duration(Slice s)
{
	static const char *const units[] = {"ns",    "us",     "µs",      "ms",      "s",      "sec",
	                                    "secs",  "second", "seconds", "msec",    "millis", "milliseconds",
	                                    "min",   "mins",   "minute",  "minutes", "h",      "hour",
	                                    "hours", "d",      "day",     "days",    NULL};

	return match_unit(s, units);
}

/* 12 kB, 3 MiB */
static size_t
match_size(Slice s)
{
	static const char *const units[] = {"B",  "bytes", "byte", "kB",  "KB", "KiB", "MB", "MiB",
	                                    "GB", "GiB",   "TB",   "TiB", "K",  "M",   "G",  NULL};

	return match_unit(s, units);
}

/* A number that no word goes on behind. */
static size_t
match_plain_number(Slice s)
{
	size_t n = match_number(s);

	return n > 0 && ends_at(s, n) ? n : 0;
}

static const struct
{
	Matcher match;
	const char *placeholder;
} matchers[] = {
	{match_quoted, "<str>"},       {match_url, "<url>"},           {match_email, "<email>"},
	{match_uuid, "<uuid>"},        {match_date, "<date>"},         {match_ipv4, "<ip>"},
	{match_ipv6, "<ip>"},          {match_hex, "<hex>"},           {match_hash, "<hash>"},
	{match_path, "<path>"},        {match_duration, "<duration>"}, {match_size, "<size>"},
	{match_plain_number, "<num>"},
};

/* Writes length bytes. */
static void
put(Scanner *scanner, const char *data, size_t length)
{
	memcpy(scanner->out + scanner->used, data, length);
	scanner->used += length;
}

/* Copies a word, hyphens in it too; long runs of digits in it are a number. */
static void
put_word(Scanner *scanner)
{
	Slice text = scanner->text;

	while (scanner->at < text.len)
	{
		Slice rest = slice_skip(text, scanner->at);
		size_t run = digits(rest, 0);

		if (run >= 3)
		{
			put(scanner, "<num>", 5);
			scanner->at += run;
			continue;
		}
		if (rest.data[0] == '-' && rest.len > 1 && is_word(rest.data[1]))
		{
			/* `order-550e8400-e29b-…`: what follows is read for itself */
			Slice next = slice_skip(rest, 1);

			if (match_uuid(next) || match_date(next) || match_hash(next))
				return;
		}
		else if (!is_word(rest.data[0]))
			return;
		put(scanner, rest.data, 1);
		scanner->at++;
	}
}

/* Replaces what begins at the scanner's place, if a matcher knows it. */
static bool
put_placeholder(Scanner *scanner)
{
	Slice rest = slice_skip(scanner->text, scanner->at);

	for (size_t i = 0; i < sizeof(matchers) / sizeof(matchers[0]); i++)
	{
		size_t length = matchers[i].match(rest);

		if (length > 0)
		{
			put(scanner, matchers[i].placeholder, strlen(matchers[i].placeholder));
			scanner->at += length;
			return true;
		}
	}
	return false;
}

/* Normalises one line. */
static void
put_line(Scanner *scanner)
{
	while (scanner->at < scanner->text.len)
	{
		char c = scanner->text.data[scanner->at];
		bool in_word = scanner->at > 0 && is_word(scanner->text.data[scanner->at - 1]);

		CHECK_FOR_INTERRUPTS();
		if (is_blank(c))
		{
			if (scanner->used > 0 && scanner->out[scanner->used - 1] != ' ')
				put(scanner, " ", 1);
			scanner->at++;
		}
		else if (!in_word && put_placeholder(scanner))
			;
		else if (is_word(c))
			put_word(scanner);
		else
			put(scanner, scanner->text.data + scanner->at++, 1);
	}
}

/*
 * Writes message without its variable parts to normalized, which has room for
 * MESSAGE_MAX_NORMALIZED bytes, and returns how many were written.  Only the
 * first two non-blank lines count, and of those MESSAGE_MAX_READ bytes.
 */
size_t
message_normalize(Slice message, char *normalized)
{
	Scanner scanner = {.out = normalized};
	Slice line;
	size_t left = MESSAGE_MAX_READ;

	for (int lines = 0; lines < 2 && left > 0 && next_line(&message, &line);)
	{
		line = slice_trim(line);
		if (line.len == 0)
			continue;
		if (line.len > left)
		{
			/* not in the middle of a character, if it is UTF-8 */
			while (left > 0 && (line.data[left] & 0xC0) == 0x80)
				left--;
			line.len = left;
		}
		left -= line.len;
		if (lines++ > 0)
			put(&scanner, " ", 1);
		scanner.text = line;
		scanner.at = 0;
		put_line(&scanner);
	}
	return scanner.used;
}
