/*
 * Messages without their variable parts.
 */
#ifndef ERRTRACK_MESSAGE_H
#define ERRTRACK_MESSAGE_H

#include "../portable.h"

/* Only so many bytes of a message tell one error from another. */
#define MESSAGE_MAX_READ 1000

/* Pieces of up to so many bytes are copied at once, whatever their length. */
#define MESSAGE_ROOM 16

/* Room for a normalised message, which is no longer than MESSAGE_MAX_READ: normalising it again reads all of it. */
#define MESSAGE_MAX_NORMALIZED (MESSAGE_MAX_READ + MESSAGE_ROOM)

extern size_t message_normalize(Slice message, char *normalized);

#endif /* ERRTRACK_MESSAGE_H */
