/*
 * R: what its files share.
 */
#ifndef ERRTRACK_R_H
#define ERRTRACK_R_H

#include "stack.h"

extern size_t r_name_length(Slice call);
extern bool r_read_call(Slice s, Slice *function);
extern void r_set_function(Frame *frame, Slice name);
extern void r_take_place(Slice *call, Frame *place);
extern void r_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_R_H */
