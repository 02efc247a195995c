/*
 * What is fuzzed: each target takes any bytes, and aborts where they make the
 * code do what it must not.
 */
#ifndef ERRTRACK_FUZZ_HARNESS_H
#define ERRTRACK_FUZZ_HARNESS_H

#include "../../src/portable.h"

extern bool choose_target(const char *name);
extern void run_target(Slice input);

#endif /* ERRTRACK_FUZZ_HARNESS_H */
