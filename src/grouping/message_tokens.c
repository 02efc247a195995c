/*
 * Words and numbers of a message, and what they are part of: the values that
 * begin with a letter or a digit.
 */
#include "message_scanner.h"

#include "message_words.h"

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
void
take_rest_of_word(Scanner *scanner)
{
	const char *end = skip_class(scanner->at, BYTE_WORD);

	take_mixture(scanner, skip_class(scanner->at, BYTE_LETTER | BYTE_DIGIT));
	take_parts(scanner, end);
}

/* The end of a value that is a word: Token, WorkSource{7}, web1:8080. */
const char *
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
void
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
void
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
