/*
 * Recursion in a stack: sequences of frames that repeat.
 */
#ifndef ERRTRACK_RECURSION_H
#define ERRTRACK_RECURSION_H

#include "../portable.h"

extern int collapse_recursion(const uint64_t *ids, int n, Allocator allocator, int *kept);

#endif /* ERRTRACK_RECURSION_H */
