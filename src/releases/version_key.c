/*
 * A version as bytes: tokens, of which the first that differs decides.
 *
 *   a tag alone   0x01 .. 0x0A but those with text
 *   text          a tag, lower-case bytes that are not NUL, NUL
 *   a number      below 176 in one byte; up to 24 digits behind a byte that says how
 *                 many; else behind four bytes that do. Two digits are a byte, a last
 *                 odd one is its upper half.
 *
 * Tags are in the order of what they stand for and no token begins another, so
 * memcmp() orders keys as the first different token does.
 */
#include "version_key.h"

/* The largest number in one byte, and the tags of others. */
#define SMALL_MAX 175
#define TAG_DIGITS 0xC0
#define TAG_HUGE (TAG_DIGITS + KEY_NUMBER_DIGITS + 1)

/* Is it a number's first byte? */
static bool
is_number(uint8_t tag)
{
	return tag >= TAG_NUMBER && tag < TAG_WORD;
}

/* Writes a number that has neither leading zeros nor, for 0, any digit; returns where it ends. */
uint8_t *
key_put_number(uint8_t *at, Slice digits)
{
	int32_t value;

	if (digits.len <= 3)
	{
		value = 0;
		for (size_t i = 0; i < digits.len; i++)
			value = value * 10 + (digits.data[i] - '0');
		if (value <= SMALL_MAX)
		{
			*at++ = (uint8_t) (TAG_NUMBER + value);
			return at;
		}
	}
	if (digits.len <= KEY_NUMBER_DIGITS)
		*at++ = (uint8_t) (TAG_DIGITS + digits.len);
	else
	{
		*at++ = TAG_HUGE;
		for (int shift = 24; shift >= 0; shift -= 8)
			*at++ = (uint8_t) (digits.len >> shift);
	}
	for (size_t i = 0; i < digits.len; i += 2)
		*at++ = (uint8_t) ((digits.data[i] - '0') << 4 | (i + 1 < digits.len ? digits.data[i + 1] - '0' : 0));
	return at;
}

/* Writes text; returns where it ends. */
uint8_t *
key_put_text(uint8_t *at, KeyTag tag, Slice text)
{
	*at++ = (uint8_t) tag;
	for (size_t i = 0; i < text.len; i++)
	{
		char c = text.data[i];

		*at++ = (uint8_t) (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	*at++ = 0;
	return at;
}

/* How many bytes the token takes that begins here. */
static size_t
token_length(const uint8_t *at)
{
	switch (*at)
	{
		case TAG_HASH_RELEASE:
		case TAG_HASH_BUILD:
		case TAG_POST:
		case TAG_HASH:
		case TAG_WORD:
			return strlen((const char *) at) + 1;
		case TAG_HUGE:
			return 5 + (((size_t) at[1] << 24 | (size_t) at[2] << 16 | (size_t) at[3] << 8 | at[4]) + 1) / 2;
		default:
			return *at > TAG_DIGITS ? 1 + (size_t) (*at - TAG_DIGITS + 1) / 2 : 1;
	}
}

/*
 * Has what begins with tag no order with what begins with other, at the same
 * place?  A hash has none; but whatever it stands for, it is of the release that
 * stands before it, and a build of that is no pre-release of it.
 */
static bool
is_unordered(uint8_t tag, uint8_t other)
{
	switch (tag)
	{
		case TAG_HASH:
			return true;
		case TAG_HASH_RELEASE:
			return !is_number(other);
		case TAG_HASH_BUILD:
			return other == TAG_END || other == TAG_DIRTY || other == TAG_HASH_BUILD || other == TAG_BUILD;
		default:
			return false;
	}
}

/* Compares two keys: *order is -1, 0 or 1; false where there is no order. */
bool
key_order(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, int *order)
{
	size_t shorter = a_len < b_len ? a_len : b_len;
	size_t token = 0, differs = 0;

	while (differs < shorter && a[differs] == b[differs])
		differs++;
	if (differs == a_len && differs == b_len)
	{
		*order = 0;
		return true;
	}
	/* no key begins another, so both have the byte that differs */
	for (size_t next = 0; next <= differs; next += token_length(a + next))
		token = next;
	*order = a[differs] < b[differs] ? -1 : 1;
	return !is_unordered(a[token], b[token]) && !is_unordered(b[token], a[token]);
}

/*
 * Copies a key without the texts of hashes and names, which have no order: what is left is the
 * same for releases that time must tell apart.  Returns its length.
 */
size_t
key_without_hashes(const uint8_t *key, size_t len, uint8_t *to)
{
	uint8_t *at = to;
	size_t n;

	for (const uint8_t *token = key; token < key + len; token += n)
	{
		n = token_length(token);
		if (*token == TAG_HASH_RELEASE || *token == TAG_HASH_BUILD || *token == TAG_HASH)
			*at++ = *token;
		else
		{
			memcpy(at, token, n);
			at += n;
		}
	}
	return (size_t) (at - to);
}

/* Writes the digits of the number that a key begins with, "0" where there is none; returns how many. */
size_t
key_first_number(const uint8_t *key, char digits[KEY_NUMBER_DIGITS + 1])
{
	size_t n = 0;

	if (*key == TAG_HUGE)
	{
		memset(digits, '0', KEY_NUMBER_DIGITS + 1);
		digits[0] = '1';
		return KEY_NUMBER_DIGITS + 1;
	}
	if (is_number(*key) && *key > TAG_DIGITS)
	{
		for (n = 0; n < (size_t) (*key - TAG_DIGITS); n++)
			digits[n] = (char) ('0' + (n % 2 == 0 ? key[1 + n / 2] >> 4 : key[1 + n / 2] & 0x0F));
		return n;
	}
	if (is_number(*key))
	{
		int value = *key - TAG_NUMBER;

		if (value >= 100)
			digits[n++] = (char) ('0' + value / 100);
		if (value >= 10)
			digits[n++] = (char) ('0' + value / 10 % 10);
		digits[n++] = (char) ('0' + value % 10);
		return n;
	}
	digits[0] = '0';
	return 1;
}
