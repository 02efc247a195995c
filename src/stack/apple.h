/*
 * What Apple's parser and its names share.
 */
#ifndef ERRTRACK_APPLE_H
#define ERRTRACK_APPLE_H

#include "stack.h"

extern void apple_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_APPLE_H */
