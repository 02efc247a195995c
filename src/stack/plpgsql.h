/*
 * Databases' procedural languages: what their files share.
 */
#ifndef ERRTRACK_PLPGSQL_H
#define ERRTRACK_PLPGSQL_H

#include "stack.h"

extern Slice plpgsql_schema(Slice function);
extern bool oracle_read_frame(Slice line, Frame *frame);
extern void oracle_parse(Slice text, Stack *stack);

#endif /* ERRTRACK_PLPGSQL_H */
