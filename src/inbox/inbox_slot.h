/*
 * The inbox as a backend sees it: which leaf takes new events, and how large the
 * leaves are.
 */
#ifndef ERRTRACK_INBOX_SLOT_H
#define ERRTRACK_INBOX_SLOT_H

#include "../compat.h"

#define LEAVES 3

/* What was found when the inbox was last looked at. */
typedef struct InboxState
{
	int slot;                 /* the leaf that takes new events */
	int64 leaf_bytes[LEAVES]; /* as on disk: a leaf's heap and what it has toasted */
	int64 consumed_bytes;     /* of them, what holds consumed events */
	bool is_full;             /* beyond one of the limits */
} InboxState;

/* settings, in kB */
extern int inbox_limit;
extern int inbox_disk_limit;

extern Oid leaf_relid(int leaf);
extern const InboxState *inbox_state(void);

#endif /* ERRTRACK_INBOX_SLOT_H */
