/*
 * Within version*.c: the state of reading a version.
 */
#ifndef ERRTRACK_VERSION_READER_H
#define ERRTRACK_VERSION_READER_H

#include "../portable.h"

/* What is being read of a version. */
typedef enum Part
{
	IN_RELEASE,
	IN_PRE,
	IN_POST,
	IN_BUILD
} Part;

/* The state of reading a version. */
typedef struct Reader
{
	Slice rest;
	uint8_t *at;  /* where the key goes on */
	size_t zeros; /* read, and not written: at the end of a release or build they say nothing */
	Part part;
	bool dated;       /* it begins with a day */
	bool dotted;      /* it has more than one number */
	bool build_begun; /* something is written of the build */
} Reader;

extern void reader_put_number(Reader *reader, Slice digits);
extern bool reader_take_day(Reader *reader);
extern bool reader_take_time(Reader *reader);

/* Takes n bytes off the rest, and returns them. */
static inline Slice
reader_take(Reader *reader, size_t n)
{
	Slice taken = slice_range(reader->rest, 0, n);

	reader->rest = slice_skip(reader->rest, n);
	return taken;
}

#endif /* ERRTRACK_VERSION_READER_H */
