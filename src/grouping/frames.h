/*
 * What each frame of a stack counts for, and what identifies its code.
 */
#ifndef ERRTRACK_FRAMES_H
#define ERRTRACK_FRAMES_H

#include "../server.h"
#include "../stack/stack.h"

extern void judge_frames(int32 project_id, Stack *stack);

#endif /* ERRTRACK_FRAMES_H */
