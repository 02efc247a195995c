/*
 * Which languages' marks stand in a text.
 */
#ifndef ERRTRACK_MARKS_H
#define ERRTRACK_MARKS_H

#include "stack.h"

extern uint32_t find_marks(Slice text, const Language *const *languages, int nlanguages);

#endif /* ERRTRACK_MARKS_H */
