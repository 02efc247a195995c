/*
 * Messages without their variable parts: what stands for a value becomes a
 * placeholder, what is language stays.
 *
 *   order 7 of ann@example.com: no answer from 10.0.0.7:80 after 3000 ms
 *   order <num> of <email>: no answer from <ip> after <duration>
 *
 * One pass over the text, which goes by the first byte of what comes next, and
 * by the byte behind the word that it begins; no regular expressions.  What is
 * written decides what may come next as what was read does, so that a
 * normalised message stays as it is.
 */
#include "message.h"

#include "message_words.h"

typedef enum Kind
{
	EMAIL,
	URL,
	HOST,
	IP,
	UUID,
	TRACE,
	HASH,
	DATE,
	MAC,
	HEX,
	STR,
	PATH,
	ID,
	NUM,
	DURATION,
	SIZE,
	NKINDS
} Kind;

/* From this one on, a sign before a value belongs to it. */
#define FIRST_SIGNED NUM

static const struct
{
	char text[MESSAGE_ROOM];
	size_t len;
} placeholders[NKINDS] = {
	[EMAIL] = {"<email>", 7}, [URL] = {"<url>", 5},   [HOST] = {"<host>", 6},
	[IP] = {"<ip>", 4},       [UUID] = {"<uuid>", 6}, [TRACE] = {"<trace>", 7},
	[HASH] = {"<hash>", 6},   [DATE] = {"<date>", 6}, [MAC] = {"<mac>", 5},
	[HEX] = {"<hex>", 5},     [STR] = {"<str>", 5},   [PATH] = {"<path>", 6},
	[ID] = {"<id>", 4},       [NUM] = {"<num>", 5},   [DURATION] = {"<duration>", 10},
	[SIZE] = {"<size>", 6},
};

/* How quotes are told apart, as bits. */
#define QUOTE_DOUBLE 0x01
#define QUOTE_SINGLE 0x02
#define QUOTE_BACK 0x04
#define QUOTE_ESCAPED 0x08
#define QUOTE_OCTAL 0x10

/* What is read, and what is written. */
typedef struct Scanner
{
	const char *at; /* ends in a NUL */
	char *out_start;
	char *out;
	char *out_limit;
	const char *placeholder; /* where the last placeholder that was written ends … */
	Kind kind;               /* … and what it is */
	const char *sign;        /* where a sign that was written ends */
	const char *opening;     /* where a quote opens although a word stands before it */
	const char *value;       /* where the value of a key begins in what is read */
	const char *joined;      /* up to here, words joined by dots and hyphens are no host and no address */
	const char *groups;      /* up to here, words joined by colons are no address */
	const char *folders;     /* up to here, words joined by slashes are no path */
	int unclosed;            /* quotes that are closed nowhere behind */
} Scanner;

/*
 * Writes n bytes, or none, and nothing any more, where there is no room for
 * them.  MESSAGE_ROOM bytes can be read from data: a few are copied at once.
 */
static inline void
put(Scanner *scanner, const char *data, size_t n)
{
	if (n > (size_t) (scanner->out_limit - scanner->out))
	{
		scanner->out_limit = scanner->out;
		return;
	}
	if (n <= MESSAGE_ROOM)
		memcpy(scanner->out, data, MESSAGE_ROOM);
	else
		memcpy(scanner->out, data, n);
	scanner->out += n;
}

/* Writes one byte. */
static inline void
put_byte(Scanner *scanner, char c)
{
	if (scanner->out < scanner->out_limit)
		*scanner->out++ = c;
}

/* Writes the text up to end as it is. */
static inline void
copy_to(Scanner *scanner, const char *end)
{
	put(scanner, scanner->at, end - scanner->at);
	scanner->at = end;
}

/* Writes a placeholder for the text up to end. */
static void
replace_to(Scanner *scanner, const char *end, Kind kind)
{
	if (kind >= FIRST_SIGNED && scanner->sign == scanner->out)
		scanner->out--;
	put(scanner, placeholders[kind].text, placeholders[kind].len);
	scanner->placeholder = scanner->out;
	scanner->kind = kind;
	scanner->at = end;
}

/* The placeholder at s, or NKINDS. */
static Kind
placeholder_at(const char *s)
{
	if (*s == '<')
		for (int kind = 0; kind < NKINDS; kind++)
			if (s[1] == placeholders[kind].text[1] &&
			    strncmp(s, placeholders[kind].text, placeholders[kind].len) == 0)
				return kind;
	return NKINDS;
}

/* Does the word that ends at s go on with a placeholder?  Then it was found to be no value before. */
static inline bool
goes_on(const char *s)
{
	return *s == '<' && placeholder_at(s) != NKINDS;
}

/* Writes a placeholder for the text up to end, unless a matcher gave NULL for that; true if it did. */
static inline bool
replaced(Scanner *scanner, const char *end, Kind kind)
{
	if (end == NULL || (at_class(end - 1, BYTE_WORD) && goes_on(end)))
		return false;
	replace_to(scanner, end, kind);
	return true;
}

/* Is what was written last a placeholder? */
static inline bool
after_placeholder(const Scanner *scanner)
{
	return scanner->placeholder == scanner->out;
}

/* The byte that was written last, or a blank. */
static inline char
last_written(const Scanner *scanner)
{
	return scanner->out > scanner->out_start ? scanner->out[-1] : ' ';
}

/* Was a letter or a digit written last, of an alphabet that has blanks between words? */
static bool
after_letter(const Scanner *scanner)
{
	char last = last_written(scanner);
	const char *s = scanner->out - 1;

	if (!at_class(&last, BYTE_HIGH))
		return at_class(&last, BYTE_WORD);
	while (s > scanner->out_start && (*s & 0xC0) == 0x80)
		s--;
	return is_high_letter(s);
}

/* Would what comes next go on with a word? */
static inline bool
after_word(const Scanner *scanner)
{
	return after_placeholder(scanner) || after_letter(scanner);
}

/* Takes letters, digits, letters …: long numbers in them change, short ones are part of the name. */
static void
take_mixture(Scanner *scanner, const char *end)
{
	while (scanner->at < end)
	{
		const char *part = skip_class(scanner->at, BYTE_DIGIT);

		if ((size_t) (part - scanner->at) >= 3)
			replace_to(scanner, part, NUM);
		else
			copy_to(scanner, part);
		copy_to(scanner, skip_class(scanner->at, BYTE_LETTER | BYTE_HIGH));
	}
}

/* Takes a part of a word, without underscores in it; joined: it is one of several. */
static void
take_part(Scanner *scanner, const char *end, bool joined)
{
	const char *s = scanner->at, *letters_end = skip_class(s, BYTE_LETTER | BYTE_HIGH);
	const char *digits_end = skip_class(letters_end, BYTE_DIGIT);

	if (letters_end == end)
		copy_to(scanner, end);
	else if (digits_end == end && letters_end == s)
		replace_to(scanner, end, NUM);
	else if (end - s >= 7 && skip_class(s, BYTE_HEX | BYTE_DIGIT) == end)
		replace_to(scanner, end, end - s == 24 ? ID : HASH);
	else if (is_technical(s, letters_end, digits_end) &&
	         (letters_end - s > 1 || end - digits_end > 2 ||
	          (digits_end == end && !(joined && at_class(s, BYTE_UPPER)))))
		copy_to(scanner, end);
	else if (digits_end == end)
	{
		/* worker3; Rack_A8 and Rack_B3 */
		if (joined && letters_end - s == 1 && scanner->out > scanner->out_start &&
		    (last_written(scanner) == '_' || last_written(scanner) == '-'))
			replace_to(scanner, end, ID);
		else
		{
			copy_to(scanner, letters_end);
			replace_to(scanner, end, NUM);
		}
	}
	else if (letters_end == s && is_ordinal(digits_end, end))
		replace_to(scanner, end, NUM);
	else if (letters_end == s && digits_end - s > 1 && end - digits_end < 3 &&
	         skip_class(digits_end, BYTE_LETTER) == end)
	{
		/* 41C; not 2D, 4xx, 64bit */
		replace_to(scanner, digits_end, NUM);
		copy_to(scanner, end);
	}
	else if (is_random(s, end, joined))
		replace_to(scanner, end, ID);
	else
		take_mixture(scanner, end);
}

/* Takes a word that has digits, part by part. */
static void
take_parts(Scanner *scanner, const char *end)
{
	bool joined = last_written(scanner) == '-' || *end == '-';

	while (scanner->at < end)
	{
		const char *part = scanner->at;

		while (part < end && *part != '_')
			part++;
		joined |= part < end;
		/* x86_64 */
		if (part == scanner->at + 3 && same_letters(scanner->at, "x86", 3))
			part = skip_class(part, BYTE_UNDER | BYTE_DIGIT), copy_to(scanner, part);
		else if (part > scanner->at)
			take_part(scanner, part, joined);
		if (part < end)
			copy_to(scanner, part + 1);
	}
}

/*
 * Takes the rest of a word, which goes on behind a placeholder or an apostrophe:
 * it begins nothing of its own.
 */
static void
take_rest_of_word(Scanner *scanner)
{
	const char *end = skip_class(scanner->at, BYTE_WORD);

	take_mixture(scanner, skip_class(scanner->at, BYTE_LETTER | BYTE_DIGIT));
	take_parts(scanner, end);
}

/* The end of a value that is a word: Token, WorkSource{7}, web1:8080. */
static const char *
value_end(const char *s)
{
	const char *start = s;

	for (;;)
	{
		char open;
		int depth = 0;
		const char *close;

		while (*s != '\0' && !at_class(s, BYTE_BLANK) && !strchr(",;&()[]{}<>\"'`|=", *s) &&
		       !(at_class(s, BYTE_HIGH) && is_high_punctuation(s)))
			s++;
		open = *s;
		if (open != '(' && open != '[' && open != '{')
			break;
		for (close = s; *close != '\0' && close < s + 256; close++)
		{
			depth += *close == '(' || *close == '[' || *close == '{';
			depth -= *close == ')' || *close == ']' || *close == '}';
			if (depth == 0)
				break;
		}
		if (depth != 0 || *close == '\0')
			break;
		s = close + 1;
	}
	s = trim_punctuation(start, s);
	while (*s == '=')
		s++;
	return s;
}

/* Does what comes next stand behind a word and a byte that joins words? */
static bool
after_join(const Scanner *scanner)
{
	const char *last = scanner->out - 1;

	return scanner->out - scanner->out_start >= 2 && at_class(last, BYTE_JOIN) &&
	       (scanner->placeholder == last || at_class(last - 1, BYTE_WORD | BYTE_HIGH));
}

/*
 * Takes words joined by dots, hyphens and the like that are a host, an e-mail
 * address or a token; false where they are none of that.
 */
static bool
took_joined(Scanner *scanner, const char *s)
{
	const char *end;

	if (s < scanner->joined || after_join(scanner))
		return false;
	end = skip_class(s, BYTE_WORD | BYTE_JOIN);
	scanner->joined = end;
	if (goes_on(end))
		return false;
	if (*end == '@')
		return replaced(scanner, match_email(end), EMAIL);
	if (*end == ':' && replaced(scanner, match_url(scanner->at, end), URL))
		return true;
	while (end > s && at_class(end - 1, BYTE_JOIN))
		end--;
	/* a JSON Web Token: three parts in base64, the first of which begins with {" */
	if (end - scanner->at > 20 && memcmp(scanner->at, "eyJ", 3) == 0)
	{
		replace_to(scanner, end, ID);
		return true;
	}
	return replaced(scanner, match_host(scanner->at, end), HOST);
}

/*
 * Takes what begins with the hexadecimal digits up to end, of which groups are
 * joined by colons or hyphens, if it is one of the things that do.
 */
static bool
took_hex_groups(Scanner *scanner, const char *end)
{
	const char *s = scanner->at;
	char between = *end;
	int n = end - s;

	if (s < scanner->groups)
		return false;
	if (between == '-' && ((n == 8 && replaced(scanner, match_uuid(s), UUID)) ||
	                       (n <= 2 && replaced(scanner, match_trace_id(s), TRACE)) ||
	                       (n == 2 && replaced(scanner, match_mac(s), MAC))))
		return true;
	if (between == ':' && ((n == 2 && replaced(scanner, match_mac(s), MAC)) ||
	                       (n <= 4 && replaced(scanner, match_ipv6(s), IP))))
		return true;
	/* none of its later groups begins one, but for a UUID behind something short */
	while (n <= 4 && *end == between)
	{
		const char *group = end;

		while (*group == between)
			group++;
		end = skip_class(group, BYTE_HEX | BYTE_DIGIT);
		if (end - group > 4 || end == group)
			break;
		scanner->groups = end;
	}
	return false;
}

/* Takes a word behind which a slash or a backslash stands, if they begin a path. */
static bool
took_folders(Scanner *scanner, const char *slash)
{
	const char *end;

	if (slash < scanner->folders || !at_class(slash + 1, BYTE_WORD | BYTE_JOIN))
		return false;
	end = match_relative_path(scanner->at);
	if (end)
		return replaced(scanner, end, PATH);
	while (at_class(slash, BYTE_WORD) || *slash == '/' || *slash == '\\')
		slash++;
	scanner->folders = slash;
	return false;
}

/* Takes what is more than the word that ends at end, as the byte behind it suggests; false where it is not. */
static bool
took_more_than_word(Scanner *scanner, const char *end, uint8_t classes)
{
	const char *s = scanner->at;

	switch (*end)
	{
		case '-':
		case ':':
			if (!(classes & ~(BYTE_HEX | BYTE_DIGIT | BYTE_LETTER)) &&
			    skip_class(s, BYTE_HEX | BYTE_DIGIT) == end && took_hex_groups(scanner, end))
				return true;
			if (*end == ':')
			{
				if (end - s == 1)
					return replaced(scanner, match_windows_path(s), PATH);
				return replaced(scanner, match_url(s, end), URL);
			}
			/* FALLTHROUGH */
		case '.':
		case '+':
		case '%':
			return at_class(end + 1, BYTE_WORD) && took_joined(scanner, end);
		case '@':
			return replaced(scanner, match_email(end), EMAIL);
		case '/':
		case '\\':
			return took_folders(scanner, end);
		default:
			return false;
	}
}

/* Takes a value of letters and digits, which begins with the word up to end. */
static void
take_value(Scanner *scanner, const char *end)
{
	const char *s = scanner->at, *all = value_end(s);

	if (end == all && end - s >= 7 && skip_class(s, BYTE_HEX | BYTE_DIGIT) == end)
		replace_to(scanner, end, end - s == 24 ? ID : HASH);
	else if (end == all && is_random(s, end, false))
		replace_to(scanner, end, ID);
	else
		replace_to(scanner, all, STR);
}

/* Takes a word with letters and digits. */
static void
take_word_with_digits(Scanner *scanner, const char *end)
{
	const char *s = scanner->at, *number = match_number(s);

	if (number > s)
	{
		const char *hex = skip_class(s + 2, BYTE_HEX | BYTE_DIGIT);

		if (s[0] == '0' && (s[1] | 0x20) == 'x' && hex == end && end > s + 2)
		{
			replace_to(scanner, end, HEX);
			return;
		}
		if (replaced(scanner, match_duration(s, number), DURATION) ||
		    replaced(scanner, match_size(number), SIZE))
			return;
		if (!at_class(number, BYTE_WORD) && number >= end)
		{
			replace_to(scanner, number, NUM);
			return;
		}
	}
	else if (*s == 'P' && replaced(scanner, match_iso_duration(s), DURATION))
		return;
	else if ((*s | 0x20) == 'v' && at_class(s + 1, BYTE_DIGIT) && *end == '.' &&
	         at_class(end + 1, BYTE_DIGIT))
	{
		/* a version of several numbers */
		copy_to(scanner, s + 1);
		replace_to(scanner, match_number(s + 1), NUM);
		return;
	}
	if (scanner->value == s)
	{
		take_value(scanner, end);
		return;
	}
	/* a function's name, behind which its arguments stand */
	if (*end == '(' && !at_class(s, BYTE_DIGIT) && end - s < 24)
	{
		const char *c = s;

		while (c < end &&
		       !(at_class(c, BYTE_DIGIT) && at_class(c + 1, BYTE_DIGIT) && at_class(c + 2, BYTE_DIGIT)))
			c++;
		if (c == end)
		{
			copy_to(scanner, end);
			return;
		}
	}
	take_parts(scanner, end);
}

/* The end of the word at s; sets the classes of its bytes. */
static const char *
skip_word(const char *s, uint8_t *classes)
{
	uint8_t all = 0, class;

	for (;;)
	{
		while ((class = class_at(s)) & BYTE_WORD)
		{
			all |= class;
			s++;
		}
		if (!(class & BYTE_HIGH) || !is_high_letter(s))
			break;
		all |= BYTE_HIGH;
		s++;
		while ((*s & 0xC0) == 0x80)
			s++;
	}
	*classes = all;
	return s;
}

/* Takes what begins with a letter. */
static void
take_word(Scanner *scanner)
{
	uint8_t classes;
	const char *s = scanner->at, *end, *more;

	if (after_placeholder(scanner) && at_class(s, BYTE_WORD))
	{
		take_rest_of_word(scanner);
		return;
	}
	end = skip_word(s, &classes);
	if (*end == ' ' || *end == ',')
	{
		if ((classes & (BYTE_UPPER | BYTE_DIGIT)) == BYTE_UPPER && end - s >= 3 && end - s <= 9 &&
		    replaced(scanner, match_named_date(s, end), DATE))
			return;
		if ((end - s == 4 || end - s == 3) && (*s == 'u' || *s == 'f') &&
		    (more = match_user(scanner->out_start, scanner->out, s, end)))
		{
			copy_to(scanner, end);
			put_byte(scanner, ' ');
			replace_to(scanner, more, STR);
			return;
		}
	}
	else if (*end != '\0')
	{
		if (goes_on(end))
		{
			copy_to(scanner, end);
			return;
		}
		/* b'…', u"…": a letter that belongs to the quote */
		if (end - s == 1 && (*end == '\'' || *end == '"') && !after_word(scanner) && strchr("bBurfLENx", *s))
			scanner->opening = end;
		if (((*end == '/' || *end == '-' || (classes & BYTE_DIGIT)) && (more = match_protocol(s, end))) ||
		    (more = match_technical_number(s, end)))
		{
			copy_to(scanner, more);
			return;
		}
		if (took_more_than_word(scanner, end, classes))
			return;
	}
	if (classes & BYTE_DIGIT)
		take_word_with_digits(scanner, end);
	else if (scanner->value == s)
		replace_to(scanner, value_end(s), STR);
	else
		copy_to(scanner, end);
}

/* Takes what begins with a digit. */
static void
take_digits(Scanner *scanner)
{
	const char *s = scanner->at, *digits, *end;

	if (after_placeholder(scanner))
	{
		take_rest_of_word(scanner);
		return;
	}
	digits = skip_class(s, BYTE_DIGIT);
	if (at_class(digits, BYTE_LETTER | BYTE_UNDER))
	{
		end = skip_class(digits, BYTE_WORD);
		if (goes_on(end))
		{
			copy_to(scanner, end);
			return;
		}
		if (*digits == 'T' && replaced(scanner, match_date(s), DATE))
			return;
		if (*end != '\0' && !at_class(end, BYTE_BLANK) &&
		    took_more_than_word(scanner, end, BYTE_HEX | BYTE_DIGIT))
			return;
		take_word_with_digits(scanner, end);
		return;
	}
	switch (*digits)
	{
		case ':':
		case '-':
			if (took_hex_groups(scanner, digits) || replaced(scanner, match_date(s), DATE))
				return;
			break;
		case '.':
			end = match_ipv4(s);
			if (end && !(*end == '.' && at_class(end + 1, BYTE_LETTER)))
			{
				replace_to(scanner, end, IP);
				return;
			}
			/* FALLTHROUGH */
		case '/':
		case ' ':
			if (replaced(scanner, match_date(s), DATE))
				return;
			break;
	}
	end = match_number(s);
	if (replaced(scanner, match_duration(s, end), DURATION) || replaced(scanner, match_size(end), SIZE))
		return;
	if ((*end == '.' || *end == '-' || *end == '@' || at_class(end, BYTE_LETTER)) && took_joined(scanner, s))
		return;
	replace_to(scanner, end, NUM);
}

/* Is it what a web server writes of a request, in quotes?  Its method is language. */
static bool
is_request(const char *s)
{
	const char *end = skip_class(s, BYTE_UPPER);

	return end - s >= 3 && end - s <= 7 && *end == ' ' &&
	       (end[1] == '/' || end[1] == '<' || strncmp(end + 1, "http", 4) == 0);
}

/* The end of the quoted text, whose quotes are of n bytes; NULL, which is kept, where nothing closes it. */
static const char *
match_quoted(Scanner *scanner, int quote, const char *close, size_t n)
{
	const char *s = scanner->at + n;

	if ((scanner->unclosed & quote) || (after_word(scanner) && scanner->opening != scanner->at) ||
	    *s == '\0' || (*s == ' ' && quote != QUOTE_DOUBLE) || (quote == QUOTE_DOUBLE && is_request(s)))
		return NULL;
	for (;; s++)
	{
		s = quote == QUOTE_BACK ? strpbrk(s, "`'") : strstr(s, close);
		if (s == NULL)
			break;
		if (quote == QUOTE_DOUBLE && s[-1] == '\\')
			continue;
		/* an apostrophe stands before a letter, a closing quote does not */
		if (*s != '\'' || (!at_class(s + n, BYTE_LETTER) && !is_high_letter(s + n) && !goes_on(s + n)))
			return s + n;
	}
	scanner->unclosed |= quote;
	return NULL;
}

/* Is what stands in backquotes, from s to before end, code: `Option::unwrap()`? */
static bool
is_code(const char *s, const char *end)
{
	const char *c = s + 1;
	bool code = false;

	while (at_class(c, BYTE_LETTER | BYTE_UNDER) || (*c != '\0' && strchr(":().", *c)))
	{
		code |= (c[0] == ':' && c[1] == ':') || (c[0] == '(' && c[1] == ')');
		c++;
	}
	return code && c == end - 1;
}

/* Takes a quotation mark, and what it encloses. */
static void
take_quote(Scanner *scanner)
{
	char quote = *scanner->at;
	const char *end;

	if (quote == '"')
		end = match_quoted(scanner, QUOTE_DOUBLE, "\"", 1);
	else if (quote == '\'')
		end = match_quoted(scanner, QUOTE_SINGLE, "'", 1);
	else
	{
		end = match_quoted(scanner, QUOTE_BACK, NULL, 1);
		if (end && is_code(scanner->at, end))
		{
			copy_to(scanner, end);
			return;
		}
	}
	if (!replaced(scanner, end, STR))
	{
		bool apostrophe = after_word(scanner);

		copy_to(scanner, scanner->at + 1);
		if (apostrophe && at_class(scanner->at, BYTE_LETTER))
			take_rest_of_word(scanner);
	}
}

/* Takes a backslash: an escaped quote, or the beginning of a path. */
static void
take_backslash(Scanner *scanner)
{
	const char *s = scanner->at, *end = NULL;

	if (s[1] == '"')
		end = match_quoted(scanner, QUOTE_ESCAPED, "\\\"", 2);
	else if (strncmp(s, "\\042", 4) == 0)
		end = match_quoted(scanner, QUOTE_OCTAL, "\\042", 4);
	if (replaced(scanner, end, STR))
		return;
	if (!after_word(scanner) && replaced(scanner, match_windows_path(s), PATH))
		return;
	copy_to(scanner, s + 1);
}

/* Quotation marks beyond ASCII, and what closes them. */
static const struct
{
	const char *open, *close;
} high_quotes[] = {
	{"\xE2\x80\x9C", "\xE2\x80\x9D"}, /* “…” */
	{"\xE2\x80\x9E", "\xE2\x80\x9C"}, /* „…“ */
	{"\xE2\x80\x98", "\xE2\x80\x99"}, /* ‘…’ */
	{"\xE2\x80\x9A", "\xE2\x80\x98"}, /* ‚…‘ */
	{"\xC2\xAB", "\xC2\xBB"},         /* «…» */
	{"\xC2\xBB", "\xC2\xAB"},         /* »…« */
	{"\xE3\x80\x8C", "\xE3\x80\x8D"}, /* 「…」 */
	{"\xE3\x80\x8E", "\xE3\x80\x8F"}, /* 『…』 */
};

/* Takes what begins with a byte above ASCII. */
static void
take_high(Scanner *scanner)
{
	const char *s = scanner->at;

	if (is_high_letter(s))
	{
		take_word(scanner);
		return;
	}
	for (int i = 0; i < (int) (sizeof(high_quotes) / sizeof(high_quotes[0])); i++)
		if (strncmp(s, high_quotes[i].open, strlen(high_quotes[i].open)) == 0 &&
		    !(scanner->unclosed & (0x100 << i)))
		{
			const char *close = strstr(s + strlen(high_quotes[i].open), high_quotes[i].close);

			if (close)
			{
				replace_to(scanner, close + strlen(high_quotes[i].close), STR);
				return;
			}
			scanner->unclosed |= 0x100 << i;
		}
	do
		s++;
	while ((*s & 0xC0) == 0x80);
	copy_to(scanner, s);
}

/* Takes a sign: it belongs to a number where it does not stand between two. */
static void
take_sign(Scanner *scanner)
{
	char last = last_written(scanner);
	bool sign = at_class(scanner->at + 1, BYTE_DIGIT) && (last == '_' || !after_letter(scanner)) &&
	            !strchr(")]}>-+", last);

	if (*scanner->at == '-' && last != '-' && at_class(&last, BYTE_WORD))
	{
		const char *end = match_pod(scanner->at + 1);

		if (end)
		{
			copy_to(scanner, scanner->at + 1);
			replace_to(scanner, end, ID);
			return;
		}
	}
	copy_to(scanner, scanner->at + 1);
	if (sign)
		scanner->sign = scanner->out;
}

/* Takes a dot, a slash or a tilde: a path, a number. */
static void
take_path(Scanner *scanner)
{
	const char *s = scanner->at;

	/* `<host>/a` is a place, `<num>/2` is not */
	if (!after_word(scanner) ||
	    (*s == '/' && after_placeholder(scanner) && (scanner->kind == HOST || scanner->kind == IP)))
	{
		if (*s == '.' && at_class(s + 1, BYTE_DIGIT) && last_written(scanner) != '.')
		{
			const char *end = match_number(s + 1);

			if (!at_class(end, BYTE_WORD))
			{
				replace_to(scanner, end, NUM);
				return;
			}
		}
		else if (*s == '/' && at_class(s + 1, BYTE_DIGIT) && match_ipv4(s + 1))
		{
			copy_to(scanner, s + 1);
			return;
		}
		else if (replaced(scanner, match_path(s), PATH))
			return;
	}
	copy_to(scanner, s + 1);
}

/* Takes an equals sign; a value may follow it. */
static void
take_equals(Scanner *scanner)
{
	char last = last_written(scanner);
	const char *next = scanner->at + 1;

	copy_to(scanner, next);
	if (at_class(next, BYTE_BLANK))
	{
		const char *word = skip_class(next, BYTE_BLANK), *end = match_constant(word);

		if (end)
		{
			put_byte(scanner, ' ');
			replace_to(scanner, end, STR);
		}
		return;
	}
	if (!at_class(&last, BYTE_WORD | BYTE_HIGH | BYTE_BLANK) && last != ']' && last != ')')
		return;
	if (at_class(next, BYTE_WORD | BYTE_HIGH))
		scanner->value = next;
	else if (*next == '*' || *next == '$' || *next == '@' || *next == '#')
		replace_to(scanner, value_end(next), STR);
}

/* Takes a sign for "at": what follows may be the identity of a Java object. */
static void
take_at(Scanner *scanner)
{
	const char *s = scanner->at + 1, *end;
	bool digit = false;

	copy_to(scanner, s);
	if (scanner->out - scanner->out_start < 2 || !at_class(scanner->out - 2, BYTE_WORD))
		return;
	for (end = s;
	     at_class(end, BYTE_DIGIT) || (class_at(end) & (BYTE_HEX | BYTE_LOWER)) == (BYTE_HEX | BYTE_LOWER);
	     end++)
		digit |= at_class(end, BYTE_DIGIT);
	if (end - s >= (digit ? 4 : 6) && end - s <= 16 && !at_class(end, BYTE_WORD))
		replace_to(scanner, end, HEX);
}

/* Takes an opening bracket: a placeholder stays one. */
static void
take_less(Scanner *scanner)
{
	const char *s = scanner->at;
	Kind kind = placeholder_at(s);

	if (kind != NKINDS)
		replace_to(scanner, s + placeholders[kind].len, kind);
	else
		copy_to(scanner, s + 1);
}

/* Takes a colon, or an opening bracket: an IPv6 address may begin here. */
static void
take_colon(Scanner *scanner)
{
	const char *s = scanner->at, *end;

	if (*s == ':' && s[1] == ':' && !after_word(scanner) && s >= scanner->groups)
	{
		if (replaced(scanner, match_ipv6(s), IP))
			return;
		scanner->groups = skip_class(s + 2, BYTE_HEX | BYTE_DIGIT);
	}
	if (*s == '[' && (end = match_ipv6(s + 1)) && end[0] == ']' && end[1] == ':' &&
	    at_class(end + 2, BYTE_DIGIT))
	{
		end = skip_class(end + 2, BYTE_DIGIT);
		if (!at_class(end, BYTE_WORD))
		{
			replace_to(scanner, end, IP);
			return;
		}
	}
	copy_to(scanner, s + 1);
}

/* Goes over all that is to be read. */
static void
scan(Scanner *scanner)
{
	while (*scanner->at != '\0' && scanner->out < scanner->out_limit)
	{
		uint8_t class = class_at(scanner->at);

		if (class & (BYTE_LETTER | BYTE_UNDER))
			take_word(scanner);
		else if (class & BYTE_BLANK)
		{
			if (last_written(scanner) != ' ')
				put_byte(scanner, ' ');
			scanner->at++;
		}
		else if (class & BYTE_DIGIT)
			take_digits(scanner);
		else if (class & BYTE_HIGH)
			take_high(scanner);
		else
			switch (*scanner->at)
			{
				case '"':
				case '\'':
				case '`':
					take_quote(scanner);
					break;
				case '-':
				case '+':
					take_sign(scanner);
					break;
				case '.':
				case '/':
				case '~':
					take_path(scanner);
					break;
				case '\\':
					take_backslash(scanner);
					break;
				case '=':
					take_equals(scanner);
					break;
				case '@':
					take_at(scanner);
					break;
				case '<':
					take_less(scanner);
					break;
				case ':':
				case '[':
					take_colon(scanner);
					break;
				default:
					put_byte(scanner, *scanner->at++);
			}
	}
}

/* The first two lines of message that are not blank, as one that ends in a NUL; at most MESSAGE_MAX_READ bytes. */
static void
read_lines(Slice message, char *text)
{
	Slice line;
	size_t used = 0;

	for (int lines = 0; lines < 2 && used < MESSAGE_MAX_READ && next_line(&message, &line);)
	{
		line = slice_trim(line);
		if (line.len == 0)
			continue;
		if (lines++ > 0)
			text[used++] = ' ';
		if (line.len > MESSAGE_MAX_READ - used)
		{
			size_t cut = MESSAGE_MAX_READ - used;

			/* not in the middle of a character, if it is UTF-8 */
			for (int i = 0; i < 3 && cut > 0 && (line.data[cut] & 0xC0) == 0x80; i++)
				cut--;
			line.len = cut;
		}
		memcpy(text + used, line.data, line.len);
		used += line.len;
	}
	text[used] = '\0';
}

/*
 * Writes message without its variable parts to normalized, which has room for
 * MESSAGE_MAX_NORMALIZED bytes, and returns how many were written.  Only the
 * first two non-blank lines count, and of those MESSAGE_MAX_READ bytes.
 */
size_t
message_normalize(Slice message, char *normalized)
{
	char text[MESSAGE_MAX_READ + MESSAGE_ROOM];
	Scanner scanner = {.at = text,
	                   .out_start = normalized,
	                   .out = normalized,
	                   .out_limit = normalized + MESSAGE_MAX_READ,
	                   .joined = text,
	                   .groups = text,
	                   .folders = text};

	CHECK_FOR_INTERRUPTS();
	read_lines(message, text);
	scan(&scanner);
	while (scanner.out > normalized && is_blank(scanner.out[-1]))
		scanner.out--;
	return scanner.out - normalized;
}
