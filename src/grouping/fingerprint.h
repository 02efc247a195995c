/*
 * What identifies an error.
 */
#ifndef ERRTRACK_FINGERPRINT_H
#define ERRTRACK_FINGERPRINT_H

#include "../server.h"
#include "../stack/stack.h"

/* The element of a fingerprint list that stands for what errtrack goes by: told by its address, as a value may say the same. */
extern const Slice default_element;

/* Version of these rules; part of every fingerprint. */
#define FINGERPRINT_VERSION 1
#define FINGERPRINT_LENGTH 32

/* An event has so many keys at most. */
#define MAX_KEYS 2

/* An event as grouping sees it. */
typedef struct GroupedEvent
{
	Slice exception_class;
	Slice message;
	const Stack *stack; /* its frames with in_app decided */
	const Slice *given; /* the fingerprint list of a rule or of the event itself … */
	int ngiven;         /* … or 0 */
} GroupedEvent;

/* What a value is that grouping considers. */
typedef enum PartKind
{
	PART_GIVEN,
	PART_CLASS,
	PART_FRAME,
	PART_PACKAGE,
	PART_MESSAGE
} PartKind;

/* A value that grouping considers. */
typedef struct Part
{
	PartKind kind;
	Slice original;
	const Frame *frame; /* of PART_FRAME and PART_PACKAGE */
	Slice module;       /* of those: what identifies the frame's code … */
	Slice value;        /* … its function; of the others, the normalised value */
	bool in_app_key;    /* counts in the key by in-app frames, the first */
	bool in_all_key;    /* counts in the key by all frames, the second */
	bool repeated;      /* a frame of a further round of a recursion */
	const char *reason; /* why it counts, or not */
} Part;

/* All that is considered. */
typedef struct Grouping
{
	Part *parts;
	int nparts;
	const Part **hashed; /* those that may count, in the order in which they are hashed */
	int nhashed;
	bool has_frames; /* two keys; otherwise one */
	Slice language;  /* of the frames: those of different languages are different code */
} Grouping;

/* The keys by which an issue is looked up, the first one first. */
typedef struct Keys
{
	int n;
	uint8 keys[MAX_KEYS][FINGERPRINT_LENGTH];
} Keys;

extern void grouping_read(const GroupedEvent *event, Grouping *grouping);
extern void fingerprint_compute(const GroupedEvent *event, int most, Keys *keys);
extern Slice normalized_message(Slice message);
extern int identifying_exception(const Stack *stack);
extern const Frame *find_culprit(const Exception *exception);

#endif /* ERRTRACK_FINGERPRINT_H */
