/*
 * A version as bytes that compare as versions do: see version_key.c.
 */
#ifndef ERRTRACK_VERSION_KEY_H
#define ERRTRACK_VERSION_KEY_H

#include "../portable.h"

/*
 * What follows at one place of two versions is in the order of these bytes, with
 * the exceptions that key_order() makes for what has no order.
 */
typedef enum KeyTag
{
	TAG_DEV = 1,      /* 1.0.dev3: below all that is to become 1.0 */
	TAG_PRE,          /* of a release: a pre-release, as words and numbers */
	TAG_SNAPSHOT,     /* on the way to what stands before: above its release candidates */
	TAG_END,          /* the version ends; nothing else ends a key */
	TAG_DIRTY,        /* with changes that are not committed */
	TAG_HASH_RELEASE, /* a hash behind a release, on which side of it is not told */
	TAG_HASH_BUILD,   /* a build that is a hash or a name */
	TAG_BUILD,        /* builds, by their numbers */
	TAG_POST,         /* after what stands before: a word for the kind, then numbers */
	TAG_HASH,         /* a hash or a name elsewhere */
	TAG_NUMBER = 0x10,
	TAG_WORD = 0xF0
} KeyTag;

/* Numbers beyond this in a key are given as it is by key_first_number(): a 1 and so many zeros. */
#define KEY_NUMBER_DIGITS 24

/* Room for what each byte of a version becomes, and for a whole one. */
#define KEY_BYTES_PER_BYTE 4
#define KEY_BYTES_MORE 16

extern uint8_t *key_put_number(uint8_t *at, Slice digits);
extern uint8_t *key_put_text(uint8_t *at, KeyTag tag, Slice text);
extern bool key_order(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, int *order);
extern size_t key_without_hashes(const uint8_t *key, size_t len, uint8_t *to);
extern size_t key_first_number(const uint8_t *key, char digits[KEY_NUMBER_DIGITS + 1]);

#endif /* ERRTRACK_VERSION_KEY_H */
