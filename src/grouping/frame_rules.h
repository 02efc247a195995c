/*
 * Which frames are the application's own code: the rows of errtrack.frame_rules.
 */
#ifndef ERRTRACK_FRAME_RULES_H
#define ERRTRACK_FRAME_RULES_H

#include "../stack/stack.h"

extern void frame_rules_apply(int32 project_id, Stack *stack);

#endif /* ERRTRACK_FRAME_RULES_H */
