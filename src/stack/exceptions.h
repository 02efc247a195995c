/*
 * Exceptions as the SDKs report them, in JSON.
 */
#ifndef ERRTRACK_EXCEPTIONS_H
#define ERRTRACK_EXCEPTIONS_H

#include "../server.h"
#include "stack.h"

/* So many bytes of a frame's names are enough where they are objects or arrays; strings are read whole. */
#define EXCEPTIONS_MAX_NAME 2000

extern void exceptions_read_frame(JsonbContainer *object, Frame *frame);
extern bool exceptions_read(JsonbContainer *exceptions, Slice platform, Stack *stack);

#endif /* ERRTRACK_EXCEPTIONS_H */
