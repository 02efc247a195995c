/*
 * What a message holds that changes from one occurrence to the next: matchers
 * of values.
 *
 * The text ends in a NUL, so no matcher asks how long it is.  A matcher is
 * given the place of the value's first byte and returns the place behind its
 * last, or NULL where it is no such value.
 */
#ifndef ERRTRACK_MESSAGE_VALUES_H
#define ERRTRACK_MESSAGE_VALUES_H

#include "../portable.h"

/* What a byte may be part of. */
#define BYTE_DIGIT 0x01
#define BYTE_HEX 0x02 /* a-f, A-F */
#define BYTE_LOWER 0x04
#define BYTE_UPPER 0x08
#define BYTE_UNDER 0x10
#define BYTE_HIGH 0x20 /* above ASCII */
#define BYTE_BLANK 0x40
#define BYTE_JOIN 0x80 /* joins words to a host name or an e-mail address: . - + % */

#define BYTE_LETTER (BYTE_LOWER | BYTE_UPPER)
#define BYTE_WORD (BYTE_DIGIT | BYTE_LETTER | BYTE_UNDER)

extern const uint8_t byte_class[256];

/* The class of the byte at s. */
static inline uint8_t
class_at(const char *s)
{
	return byte_class[(unsigned char) *s];
}

/* Is the byte at s of one of the classes? */
static inline bool
at_class(const char *s, uint8_t classes)
{
	return (class_at(s) & classes) != 0;
}

/* The end of the bytes of the classes that s begins with. */
static inline const char *
skip_class(const char *s, uint8_t classes)
{
	while (at_class(s, classes))
		s++;
	return s;
}

/* Do the digits at s, exactly so many, end there? */
static inline bool
has_digits(const char *s, int n)
{
	for (int i = 0; i < n; i++)
		if (!at_class(s + i, BYTE_DIGIT))
			return false;
	return !at_class(s + n, BYTE_DIGIT);
}

/* Are the n bytes at s those of word, whatever its letters' case?  word is in lower case. */
static inline bool
same_letters(const char *s, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] | 0x20) != word[i])
			return false;
	return true;
}

/* message_values.c */
extern const char *trim_punctuation(const char *start, const char *end);
extern bool is_high_punctuation(const char *s);
extern bool is_high_letter(const char *s);
extern const char *match_url(const char *scheme, const char *after_scheme);
extern const char *match_email(const char *at_sign);
extern const char *match_host(const char *s, const char *end);
extern const char *match_ipv4(const char *s);
extern const char *match_ipv6(const char *s);
extern const char *match_mac(const char *s);
extern const char *match_uuid(const char *s);
extern const char *match_trace_id(const char *s);
extern const char *match_path(const char *s);
extern const char *match_windows_path(const char *s);
extern const char *match_relative_path(const char *s);
extern const char *match_pod(const char *s);

/* message_amounts.c */
extern const char *match_number(const char *s);
extern const char *match_date(const char *s);
extern const char *match_named_date(const char *s, const char *word_end);
extern const char *match_duration(const char *s, const char *number_end);
extern const char *match_size(const char *number_end);
extern const char *match_iso_duration(const char *s);

#endif /* ERRTRACK_MESSAGE_VALUES_H */
