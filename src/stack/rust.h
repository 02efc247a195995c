/*
 * What the reader of Rust's traces and the identity of its frames share.
 */
#ifndef ERRTRACK_RUST_H
#define ERRTRACK_RUST_H

#include "stack.h"

extern Slice rust_without_hash(Slice name);
extern Slice rust_qualifier(Slice name);
extern void rust_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_RUST_H */
