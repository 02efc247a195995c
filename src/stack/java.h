/*
 * Java: what its files share.
 */
#ifndef ERRTRACK_JAVA_H
#define ERRTRACK_JAVA_H

#include "stack.h"

extern bool read_java_frame(Slice line, Frame *frame, bool *certain);
extern bool read_java_class(Slice line, bool certain, Exception *exception);
extern bool read_java_heading(Slice lines, size_t frame_indent, Exception *exception, Slice *thread);
extern void parse_clojure(Slice text, Stack *stack);
extern void identify_java(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_JAVA_H */
