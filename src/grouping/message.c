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
#include "message_scanner.h"

#include "message_words.h"

/* See message_scanner.h. */
const Placeholder placeholders[NKINDS] = {
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

/* Writes a placeholder for the text up to end. */
void
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
Kind
placeholder_at(const char *s)
{
	if (*s == '<')
		for (int kind = 0; kind < NKINDS; kind++)
			if (s[1] == placeholders[kind].text[1] &&
			    strncmp(s, placeholders[kind].text, placeholders[kind].len) == 0)
				return kind;
	return NKINDS;
}

/* Writes a placeholder for the text up to end, unless a matcher gave NULL for that; true if it did. */
bool
replaced(Scanner *scanner, const char *end, Kind kind)
{
	if (end == NULL || (at_class(end - 1, BYTE_WORD) && goes_on(end)))
		return false;
	replace_to(scanner, end, kind);
	return true;
}

/* Was a letter or a digit written last, of an alphabet that has blanks between words? */
bool
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
		/* a blank that no unit follows its number across */
		if (lines++ > 0)
			text[used++] = '\n';
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
