/*
 * Releases, and their order as far as their texts tell it.
 */
#ifndef ERRTRACK_VERSION_H
#define ERRTRACK_VERSION_H

#include "version_key.h"

/* Keys up to this size take no memory. */
#define RELEASE_KEY_ROOM 256

/* A release as read; what it points to lives as long as the text. */
typedef struct Release
{
	Slice package;      /* what stands before the last @; empty: none */
	Slice version;      /* what stands behind it */
	const uint8_t *key; /* the version's; NULL: it is none, but a hash or a name */
	size_t key_len;
	bool integer; /* the version is digits and nothing else */
	uint8_t room[RELEASE_KEY_ROOM];
} Release;

extern void release_split(Slice text, Slice *package, Slice *version);
extern void release_read(Slice text, Release *release, Allocator allocator);
extern bool release_order(const Release *a, const Release *b, int *order);

#endif /* ERRTRACK_VERSION_H */
