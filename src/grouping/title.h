/*
 * What a person calls an error by.
 */
#ifndef ERRTRACK_TITLE_H
#define ERRTRACK_TITLE_H

#include "../server.h"
#include "../stack/stack.h"

/* Bytes of a title and a culprit. */
#define TITLE_LIMIT 250

extern Slice first_line(Slice s);
extern Slice make_title(const Stack *stack, Slice exception_class, Slice message, const Frame *culprit);
extern Slice make_culprit(const Stack *stack, const Frame *frame);
extern Slice on_one_line(Slice s);

#endif /* ERRTRACK_TITLE_H */
