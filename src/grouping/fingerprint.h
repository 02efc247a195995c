/*
 * What identifies an error.
 */
#ifndef ERRTRACK_FINGERPRINT_H
#define ERRTRACK_FINGERPRINT_H

#include "../server.h"
#include "../stack/stack.h"

/* Version of the rules below; part of every fingerprint. */
#define FINGERPRINT_VERSION 1
#define FINGERPRINT_LENGTH 32

/* An event as grouping sees it. */
typedef struct GroupedEvent
{
	Slice exception_class;
	Slice message;
	const Stack *stack; /* its frames with in_app decided */
	const Slice *given; /* the event's own fingerprint list … */
	int ngiven;         /* … or 0 */
} GroupedEvent;

extern void fingerprint_compute(const GroupedEvent *event, uint8 *fingerprint);
extern const Frame *find_culprit(const Exception *exception);

#endif /* ERRTRACK_FINGERPRINT_H */
