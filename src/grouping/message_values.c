/*
 * Values that name: addresses, places, identifiers.
 */
#include "message_values.h"

#define B_LOWER_HEX (BYTE_LOWER | BYTE_HEX)
#define B_UPPER_HEX (BYTE_UPPER | BYTE_HEX)

const uint8_t byte_class[256] = {
	['\t'] = BYTE_BLANK,         ['\n'] = BYTE_BLANK,         ['\v'] = BYTE_BLANK,
	['\f'] = BYTE_BLANK,         ['\r'] = BYTE_BLANK,         [' '] = BYTE_BLANK,
	['.'] = BYTE_JOIN,           ['-'] = BYTE_JOIN,           ['+'] = BYTE_JOIN,
	['%'] = BYTE_JOIN,           ['_'] = BYTE_UNDER,          ['0' ... '9'] = BYTE_DIGIT,
	['a' ... 'f'] = B_LOWER_HEX, ['g' ... 'z'] = BYTE_LOWER,  ['A' ... 'F'] = B_UPPER_HEX,
	['G' ... 'Z'] = BYTE_UPPER,  [0x80 ... 0xFF] = BYTE_HIGH,
};

/* Bytes of a path, besides those of words. */
#define IS_PATH_BYTE(c) ((c) != '\0' && strchr("/\\.-+@~%#*$", (c)) != NULL)

/* The end of the text from start to end without the punctuation of the sentence it stands in. */
const char *
trim_punctuation(const char *start, const char *end)
{
	while (end > start && strchr(".,:;!?", end[-1]) != NULL)
		end--;
	return end;
}

/* Does no word go on with what is at s: a quotation mark, a dash or another sign beyond ASCII? */
bool
is_high_punctuation(const char *s)
{
	return (s[0] == '\xE2' && (s[1] == '\x80' || s[1] == '\x81')) ||
	       (s[0] == '\xC2' && ((unsigned char) s[1] & 0xE0) == 0xA0) || (s[0] == '\xE3' && s[1] == '\x80') ||
	       (s[0] == '\xEF' && s[1] == '\xBC');
}

/* Does a letter of an alphabet that has blanks between words stand at s?  Not one of Chinese or Japanese, nor a sign. */
bool
is_high_letter(const char *s)
{
	unsigned char c = *s;

	return c >= 0xC3 && c <= 0xE1;
}

/* scheme://… up to a blank, a quote or a bracket that does not belong to it. */
const char *
match_url(const char *scheme, const char *after_scheme)
{
	const char *s = after_scheme;
	int open = 0;

	if (s - scheme < 2 || s[0] != ':' || s[1] != '/' || s[2] != '/')
		return NULL;
	for (s += 3; *s != '\0' && !at_class(s, BYTE_BLANK); s++)
	{
		if (at_class(s, BYTE_WORD | BYTE_JOIN) || *s == '/')
			continue;
		if (*s == '"' || *s == '\'' || *s == '<' || *s == '>' || *s == '`' || *s == '|' || *s == '\\')
			break;
		open += *s == '(' || *s == '[' || *s == '{';
		if ((*s == ')' || *s == ']' || *s == '}') && --open < 0)
			break;
		if (at_class(s, BYTE_HIGH) && !is_high_letter(s) && (*s & 0xC0) != 0x80)
			break;
	}
	s = trim_punctuation(after_scheme + 3, s);
	return s > after_scheme + 3 ? s : NULL;
}

/* …@host.domain, from the sign on. */
const char *
match_email(const char *at_sign)
{
	const char *s = at_sign + 1, *label = s, *dot = NULL;

	for (; at_class(s, BYTE_WORD) || *s == '-' || *s == '.'; s++)
	{
		if (*s != '.')
			continue;
		if (s == label || !at_class(s + 1, BYTE_WORD))
			break;
		dot = s;
		label = s + 1;
	}
	/* a name that goes on with a placeholder was none before */
	if (*s == '.' && s[1] == '<')
		return NULL;
	while (s > at_sign && s[-1] == '-')
		s--;
	/* the last label is one of letters */
	return dot && s - dot > 2 && skip_class(dot + 1, BYTE_LETTER) == s ? s : NULL;
}

/* Is the label of n letters at s a top-level domain?  labels: how many there are, itself counted. */
static bool
is_domain(const char *s, size_t n, int labels)
{
	/* second letters of the country's domains that are no usual file ending or word, by the first letter */
	static const char *const countries[26] = {"rtuez", "erg", "nahzl", "ek", "sue", "ri", "br", "kur", "elr",
	                                          "p",     "r",   "tuv",   "xd", "olz", "",   "te", "a",   "ou",
	                                          "eg",    "rwv", "ak",    "n",  "",    "",   "",   "a"};
	/* those that are words or file endings as well count in a longer name */
	static const char *const long_countries[26] = {"t",  "",    "co", "",     "",  "m", "",     "", "nto",
	                                               "",   "",    "",   "eykx", "",  "m", "lhky", "", "",
	                                               "ik", "hvo", "s",  "",     "s", "",  "",     ""};
	static const char *const domains[] = {
		"com",    "org",   "net",   "edu",     "gov",     "mil",       "dev",      "app",         "xyz",
		"lan",    "biz",   "int",   "info",    "name",    "test",      "corp",     "home",        "arpa",
		"cloud",  "local", "intra", "example", "invalid", "internal",  "intranet", "localdomain", "onion",
		"online", "shop",  "site",  "tech",    "store",   "localhost", NULL};

	if (n == 2)
	{
		int first = s[0] - 'a';

		if (first < 0 || first > 25 || !at_class(s + 1, BYTE_LOWER))
			return false;
		return strchr(countries[first], s[1]) != NULL || (s[0] == 'i' && s[1] == 'o') ||
		       (s[0] == 'a' && s[1] == 'i') || (labels > 2 && strchr(long_countries[first], s[1]) != NULL);
	}
	for (const char *const *domain = domains; *domain; domain++)
		if (strlen(*domain) == n && memcmp(*domain, s, n) == 0)
			return true;
	return false;
}

/* Does a name begin as those of packages do, which are hosts' names backwards? */
static bool
is_package(const char *s, size_t n)
{
	static const char *const packages[] = {"com", "org", "net",     "io",     "edu", "gov", "java", "javax",
	                                       "de",  "dev", "android", "system", "sun", "jdk", NULL};

	for (const char *const *package = packages; *package; package++)
		if (strlen(*package) == n && same_letters(s, *package, n))
			return true;
	return false;
}

/*
 * A host's name, and a port.  The name, words joined by dots and hyphens, is
 * all from s to end; what tells it from a class or a file is its domain.
 */
const char *
match_host(const char *s, const char *end)
{
	const char *start = s, *label = s;
	int labels = 1;

	for (; s < end; s++)
	{
		if (*s == '+' || *s == '%')
			return NULL;
		if (*s != '.')
			continue;
		if (s == label || s[-1] == '-')
			return NULL;
		if (labels == 1 && is_package(label, s - label))
			return NULL;
		label = s + 1;
		labels++;
	}
	if (labels < 2 || *start == '_' || label == end || !is_domain(label, end - label, labels) || *end == '(')
		return NULL;
	if (*end == ':' && at_class(end + 1, BYTE_DIGIT))
	{
		const char *port = skip_class(end + 1, BYTE_DIGIT);

		if (port - end <= 6 && !at_class(port, BYTE_WORD))
			return port;
	}
	return end;
}

/* 192.0.2.1, with a port or a prefix length. */
const char *
match_ipv4(const char *s)
{
	const char *end;

	for (int part = 0; part < 4; part++)
	{
		int value = 0, digits = 0;

		if (part > 0 && *s++ != '.')
			return NULL;
		for (; at_class(s, BYTE_DIGIT) && digits < 4; digits++)
			value = value * 10 + (*s++ - '0');
		if (digits == 0 || digits > 3 || value > 255)
			return NULL;
	}
	if (at_class(s, BYTE_WORD) || (*s == '.' && at_class(s + 1, BYTE_DIGIT)))
		return NULL;
	if ((*s != ':' && *s != '/') || !at_class(s + 1, BYTE_DIGIT))
		return s;
	end = skip_class(s + 1, BYTE_DIGIT);
	return end - s <= (*s == ':' ? 6 : 3) && !at_class(end, BYTE_WORD) ? end : s;
}

/*
 * Groups of hexadecimal digits between colons: eight, or fewer with one "::";
 * the last may be an IPv4 address.  A zone or a prefix length may follow.  It
 * has a digit: `abs::fade` are names of code.
 */
const char *
match_ipv6(const char *s)
{
	int groups = 0;
	bool gap = false, digit = false;

	if (s[0] == ':' && s[1] != ':')
		return NULL;
	for (;;)
	{
		const char *group = s;

		if (s[0] == ':' && s[1] == ':')
		{
			if (gap)
				return NULL;
			gap = true;
			s += 2;
		}
		else if (groups > 0)
		{
			if (*s != ':' || !at_class(s + 1, BYTE_DIGIT | BYTE_HEX))
				break;
			s++;
		}
		group = s;
		for (; at_class(s, BYTE_DIGIT | BYTE_HEX); s++)
			digit |= at_class(s, BYTE_DIGIT);
		if (s == group)
			break;
		if (*s == '.' && at_class(s + 1, BYTE_DIGIT) && (gap || groups == 6))
			return match_ipv4(group);
		if (s - group > 4 || ++groups > 8)
			return NULL;
	}
	if (!digit || (gap ? groups > 7 : groups != 8) || at_class(s, BYTE_WORD) || (*s == ':' && s[1] == ':'))
		return NULL;
	if (*s == '%' && at_class(s + 1, BYTE_WORD))
		s = skip_class(s + 1, BYTE_WORD);
	if (*s == '/' && at_class(s + 1, BYTE_DIGIT))
	{
		const char *end = skip_class(s + 1, BYTE_DIGIT);

		if (end - s <= 4 && !at_class(end, BYTE_WORD))
			return end;
	}
	return s;
}

/* Six pairs of hexadecimal digits between colons or hyphens. */
const char *
match_mac(const char *s)
{
	char between = s[0] != '\0' && s[1] != '\0' ? s[2] : '\0';

	if (between != ':' && between != '-')
		return NULL;
	for (int i = 0; i < 6; i++, s += 2)
	{
		if (i > 0 && *s++ != between)
			return NULL;
		if (!at_class(s, BYTE_DIGIT | BYTE_HEX) || !at_class(s + 1, BYTE_DIGIT | BYTE_HEX))
			return NULL;
	}
	return at_class(s, BYTE_WORD) || (*s == between && at_class(s + 1, BYTE_DIGIT | BYTE_HEX)) ? NULL : s;
}

/* The end of exactly n hexadecimal digits at s, or NULL. */
static const char *
skip_hex(const char *s, int n)
{
	for (; n > 0; n--, s++)
		if (!at_class(s, BYTE_DIGIT | BYTE_HEX))
			return NULL;
	return s;
}

/* Groups of hexadecimal digits between hyphens, as long as lengths (ends in 0) says. */
static const char *
match_hex_groups(const char *s, const int *lengths)
{
	for (; *lengths; lengths++)
	{
		s = skip_hex(s, *lengths);
		if (s == NULL)
			return NULL;
		if (lengths[1] && *s++ != '-')
			return NULL;
	}
	return at_class(s, BYTE_WORD) ? NULL : s;
}

/* 8-4-4-4-12 hexadecimal digits. */
const char *
match_uuid(const char *s)
{
	static const int lengths[] = {8, 4, 4, 4, 12, 0};

	return match_hex_groups(s, lengths);
}

/* W3C's traceparent, and the trace ids of AWS X-Ray. */
const char *
match_trace_id(const char *s)
{
	static const int w3c[] = {2, 32, 16, 2, 0}, aws[] = {1, 8, 24, 0};

	if (s[1] == '-')
		return match_hex_groups(s, aws);
	return s[2] == '-' ? match_hex_groups(s, w3c) : NULL;
}

/* The end of the path that goes on at s. */
static const char *
skip_path(const char *s)
{
	const char *start = s;

	for (;;)
	{
		if (at_class(s, BYTE_WORD) || IS_PATH_BYTE(*s))
			s++;
		else if (at_class(s, BYTE_HIGH) && !is_high_punctuation(s))
			s++;
		else if (*s == '?' && at_class(s + 1, BYTE_WORD))
		{
			/* a query, up to where a URL would end */
			while (at_class(s, BYTE_WORD | BYTE_JOIN) || (*s != '\0' && strchr("?&=/:;,[]*~", *s)))
				s++;
			break;
		}
		else
			break;
	}
	return trim_punctuation(start, s);
}

/* /a/b, ./a/b, ../a, ~/a, and a query behind it; s is at the slash, the dot or the tilde. */
const char *
match_path(const char *s)
{
	const char *slash = s, *end;

	if (*slash == '~')
		slash++;
	else
		while (*slash == '.' && slash - s < 2)
			slash++;
	if (*slash != '/' && (*slash != '\\' || slash == s))
		return NULL;
	if (!at_class(slash + 1, BYTE_WORD | BYTE_HIGH) && slash[1] != '.' && slash[1] != '-' &&
	    slash[1] != '~' && slash[1] != '@' && slash[1] != '*')
		return NULL;
	end = skip_path(slash + 1);
	return end > slash + 1 ? end : NULL;
}

/* C:\a\b, C:/a, \\server\share, with blanks in the folders. */
const char *
match_windows_path(const char *s)
{
	const char *start = s;

	if (at_class(s, BYTE_LETTER) && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
		s += 3;
	else if (s[0] == '\\' && s[1] == '\\' && at_class(s + 2, BYTE_WORD) && strpbrk(s + 2, "\\ \"'") &&
	         *strpbrk(s + 2, "\\ \"'") == '\\')
		s += 2;
	else
		return NULL;
	for (;;)
	{
		const char *more;

		s = skip_path(s);
		/* `Program Files\…`: a blank belongs to it where a folder goes on before the next sign */
		more = s;
		while (at_class(more, BYTE_WORD | BYTE_HIGH) || *more == ' ' || *more == '(' || *more == ')' ||
		       *more == '-' || *more == '.')
			more++;
		if (*more != '\\' || more == s || at_class(more + 1, BYTE_BLANK) || more - s > 40)
			return s > start ? s : NULL;
		s = more + 1;
	}
}

/* src/cart/total.py: words between slashes, the last of which has a file's ending. */
const char *
match_relative_path(const char *s)
{
	const char *end = skip_path(s), *dot = end, *name = end;

	while (name > s && name[-1] != '/' && name[-1] != '\\')
		name--;
	while (dot > name && *dot != '.')
		dot--;
	if (name == s || dot == name || end - dot < 2 || end - dot > 6 || !at_class(dot + 1, BYTE_LETTER) ||
	    skip_class(dot, BYTE_WORD | BYTE_JOIN) < end)
		return NULL;
	for (const char *c = dot + 1; c < end; c++)
		if (!at_class(c, BYTE_WORD))
			return NULL;
	return end;
}

/* What Kubernetes puts behind the name of a deployment's pod: 7d9c5b6f4-x2x7z. */
const char *
match_pod(const char *s)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	size_t n = strspn(s, letters), digits = 0;

	for (size_t i = 0; i < n; i++)
		digits += at_class(s + i, BYTE_DIGIT);
	if (n < 8 || n > 10 || digits < 1 || s[n] != '-' || strspn(s + n + 1, letters) != 5)
		return NULL;
	return at_class(s + n + 6, BYTE_WORD) ? NULL : s + n + 6;
}
