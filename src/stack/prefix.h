/*
 * What loggers put before each line of a stack trace.
 */
#ifndef ERRTRACK_PREFIX_H
#define ERRTRACK_PREFIX_H

#include "../portable.h"

extern Slice without_prefixes(Slice text, Allocator allocator);

#endif /* ERRTRACK_PREFIX_H */
