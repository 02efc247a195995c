/*
 * Messages without their variable parts.
 */
#ifndef ERRTRACK_MESSAGE_H
#define ERRTRACK_MESSAGE_H

#include "../portable.h"

/* Only so many bytes of a message tell one error from another. */
#define MESSAGE_MAX_READ 1000

/* No message is longer than this once it is normalised: normalising it again reads all of it. */
#define MESSAGE_MAX_NORMALIZED MESSAGE_MAX_READ

extern size_t message_normalize(Slice message, char *normalized);

#endif /* ERRTRACK_MESSAGE_H */
