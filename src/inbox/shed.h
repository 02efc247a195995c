/*
 * Events that are dropped because the inbox is full.
 */
#ifndef ERRTRACK_SHED_H
#define ERRTRACK_SHED_H

#include "../compat.h"

extern void shed_event(int32 project_id);
extern void shed_init(void);

#endif /* ERRTRACK_SHED_H */
