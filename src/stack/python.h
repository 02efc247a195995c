/*
 * Python: what its files share.
 */
#ifndef ERRTRACK_PYTHON_H
#define ERRTRACK_PYTHON_H

#include "stack.h"

extern bool read_python_frame(Slice line, Frame *frame);
extern bool read_python_cell(Slice line, Frame *frame);
extern bool read_python_arrow(Slice line, int32_t *number);
extern bool read_python_type(Slice line, Exception *exception);
extern void identify_python(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_PYTHON_H */
