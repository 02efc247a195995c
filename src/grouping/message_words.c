/*
 * Which words of a message are language, and which are somebody's names.
 */
#include "message_words.h"

/* Is the word of n letters at s, whatever their case, one of words: in lower case, a blank behind each? */
static bool
is_among(const char *s, size_t n, const char *words)
{
	for (const char *end; *words; words = end + 1)
	{
		for (end = words; *end != ' '; end++)
			;
		if ((size_t) (end - words) == n && same_letters(s, words, n))
			return true;
	}
	return false;
}

/*
 * Is it a term of computing that ends in digits: sha256, UTF16, IPv6, H264?
 * Its letters are from s to letters_end, its digits to digits_end.
 */
bool
is_technical(const char *s, const char *letters_end, const char *digits_end)
{
	static const char *const terms[26] = {
		"aes amd arm av adler aarch ",
		"base big bz bzip blake ",
		"crc cp css cuda curve ",
		"direct ",
		"es ed ext ec ecma ",
		"float fat fp ",
		"gb gl gtk gmt ",
		"http html hs ",
		"int ipv ip iso ",
		"java jdk jre jpeg ",
		"koi ",
		"latin lz log ",
		"md mp mpeg mat murmur ",
		"ntlmv nfs ",
		"oauth opengl ",
		"php python pkcs pop perl py ps pbkdf poly ",
		"qt ",
		"rs rc ripemd ",
		"sha sslv ssl smb socks snmpv sqlite ssh sse ",
		"tls tlsv ",
		"utf ucs uint ",
		"vec vector vp ",
		"win windows ",
		"xxh ",
		"",
		"",
	};
	size_t letters = letters_end - s, digits = digits_end - letters_end;

	if (!at_class(s, BYTE_LETTER) || digits > 5)
		return false;
	if (letters == 1)
		return digits == 1 || (digits <= 3 && strchr("hxviuf", *s | 0x20) != NULL);
	return is_among(s, letters, terms[(*s | 0x20) - 'a']);
}

/* utf-8, SHA-256, ISO-8859-1, windows-1252: a term joined to its numbers; NULL where it is none. */
const char *
match_technical_number(const char *s, const char *word_end)
{
	static const char *const terms = "utf sha md aes ucs crc rsa ", *const code_pages = "iso cp windows ibm ";
	const char *end = word_end;

	if (*end != '-' && *end != '_')
		return NULL;
	if (!at_class(end + 1, BYTE_DIGIT) || word_end - s > 7)
		return NULL;
	if (!is_among(s, word_end - s, terms) &&
	    (!is_among(s, word_end - s, code_pages) || skip_class(end + 1, BYTE_DIGIT) - end < 4))
		return NULL;
	while ((*end == '-' || *end == '_') && at_class(end + 1, BYTE_DIGIT))
		end = skip_class(end + 1, BYTE_DIGIT);
	return skip_class(end, BYTE_LETTER);
}

/* HTTP/1.1, TLSv1.2, SSH-2.0: the version of a protocol. */
const char *
match_protocol(const char *s, const char *word_end)
{
	static const char *const protocols =
		"http https tls ssl dtls sip rtsp spdy ssh icap quic ws ftp soap rtp ";
	const char *letters_end = skip_class(s, BYTE_LETTER), *end = word_end;

	if (letters_end < word_end)
	{
		/* TLSv1.2, SSLv3 */
		if (letters_end - s < 4 || letters_end[-1] != 'v' || !is_among(s, letters_end - s - 1, protocols))
			return NULL;
	}
	else if ((*end == '/' || *end == '-') && at_class(end + 1, BYTE_DIGIT) && at_class(s, BYTE_UPPER) &&
	         is_among(s, word_end - s, protocols))
		end = skip_class(end + 1, BYTE_DIGIT);
	else
		return NULL;
	if (*end == '.' && at_class(end + 1, BYTE_DIGIT))
		end = skip_class(end + 1, BYTE_DIGIT);
	return at_class(end, BYTE_WORD) ? NULL : end;
}

/* Do the letters make an ordinal of the digits before them? */
bool
is_ordinal(const char *letters, const char *end)
{
	return end - letters == 2 && is_among(letters, 2, "st nd rd th ");
}

/*
 * Does a word of letters and digits look drawn by lot: 8fJ3kLmQ2x, and not
 * Http2Connection?  part: it is one of several, joined to a name: usr_….
 */
bool
is_random(const char *s, const char *end, bool part)
{
	int changes = 0, n = end - s;

	if (n < (part ? 5 : 8))
		return false;
	for (const char *c = s + 1; c < end; c++)
	{
		uint8_t before = class_at(c - 1), now = class_at(c);

		if (((before ^ now) & BYTE_DIGIT) || ((before & BYTE_LOWER) && (now & BYTE_UPPER)))
			changes++;
	}
	if (part)
		return changes >= 2 && changes * (n < 8 ? 3 : 5) >= n;
	return changes >= 3 && changes * 3 >= n;
}

/* Does what was written end in word and a blank? */
static bool
ends_in(const char *start, const char *out, const char *word)
{
	size_t n = strlen(word);

	return (size_t) (out - start) > n && out[-1] == ' ' && same_letters(out - n - 1, word, n) &&
	       ((size_t) (out - start) == n + 1 || !at_class(out - n - 2, BYTE_WORD));
}

/* The end of the account's name at s, or NULL. */
static const char *
skip_account(const char *s)
{
	const char *start = s;

	while (at_class(s, BYTE_WORD | BYTE_HIGH | BYTE_JOIN) || *s == '\\' || *s == '@')
		s++;
	return s > start ? trim_punctuation(start, s) : NULL;
}

/*
 * The end of the name of an account, of which word tells that it follows:
 * `for user NAME`, `invalid user NAME`, `password for NAME from`.  It is a word
 * like any other, but not the message's own.  out is what was written before
 * word.
 */
const char *
match_user(const char *out_start, const char *out, const char *word, const char *word_end)
{
	static const char *const not_names =
		"not is was has name id in and or with to from by does had did for on at "
		"who that account accounts session data input agent group request ";
	const char *name = skip_class(word_end, BYTE_BLANK), *end;

	if (name == word_end || !at_class(name, BYTE_WORD | BYTE_HIGH))
		return NULL;
	end = skip_account(name);
	if (end == NULL || is_among(name, end - name, not_names))
		return NULL;
	if (word_end - word == 4)
		return memcmp(word, "user", 4) == 0 &&
		               (ends_in(out_start, out, "for") || ends_in(out_start, out, "invalid") ||
		                ends_in(out_start, out, "illegal") || ends_in(out_start, out, "unknown") ||
		                ends_in(out_start, out, "as") || ends_in(out_start, out, "by"))
		           ? end
		           : NULL;
	if (memcmp(word, "for", 3) != 0 ||
	    !(ends_in(out_start, out, "password") || ends_in(out_start, out, "publickey")))
		return NULL;
	word = skip_class(end, BYTE_BLANK);
	return strncmp(word, "from ", 5) == 0 ? end : NULL;
}

/* true, false, null and their like, as values. */
const char *
match_constant(const char *s)
{
	const char *end = skip_class(s, BYTE_LETTER);

	return is_among(s, end - s, "true false null nil none undefined ") &&
	               !at_class(end, BYTE_WORD | BYTE_JOIN)
	           ? end
	           : NULL;
}
