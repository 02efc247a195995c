/*
 * What the readers of Go's traces share.
 */
#ifndef ERRTRACK_GO_H
#define ERRTRACK_GO_H

#include "stack.h"

extern Slice go_package(Slice function);
extern bool go_is_function(Slice name);
extern bool go_read_place(Slice line, Frame *frame);
extern bool go_is_source(Slice file);
extern bool go_is_strict_place(Slice line, Frame *frame);
extern size_t go_type_length(Slice s);
extern void go_set_logged(Exception *exception, Slice line);
extern void go_add_frame(Stack *stack, Exception *exception, Slice function, const Frame *place);
extern void go_parse_errors(Slice text, Stack *stack);
extern void go_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_GO_H */
