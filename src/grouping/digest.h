/*
 * What is read in an event.
 */
#ifndef ERRTRACK_DIGEST_H
#define ERRTRACK_DIGEST_H

#include "../capture/event.h"
#include "access/tupdesc.h"
#include "fingerprint.h"
#include "fingerprint_rules.h"
#include "utils/array.h"

/* What an event says of itself that matters here; slices without data where it says nothing. */
typedef struct Reported
{
	int32 project_id;
	Slice level;
	Slice platform;
	Slice exception_class;
	Slice message;
	Slice stack_trace;
	Jsonb *exceptions;
	ArrayType *fingerprint;
	Slice logger;
	Slice environment;
	Slice release;
	Slice transaction;
	Jsonb *tags;
} Reported;

/* What is read in it. */
typedef struct Digest
{
	Stack stack;
	GroupedEvent grouped;
	Ruling ruling; /* rule_id 0: no rule of the project's own matches */
	Slice exception_class;
	Slice message;
	Slice title;
	Slice culprit;
	Slice level;
	Slice platform;
	const char *flags[8];
	int nflags;
} Digest;

extern void reported_of_event(const Event *event, Reported *reported);
extern void reported_of_payload(Jsonb *payload, Reported *reported);
extern void make_digest(const Reported *reported, Digest *digest);
extern Datum
digest_datum(const Reported *reported, const Digest *digest, const Keys *keys, TupleDesc columns);

#endif /* ERRTRACK_DIGEST_H */
