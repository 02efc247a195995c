/*
 * JavaScript's parser in parts: the forms of a frame, and what identifies it.
 */
#ifndef ERRTRACK_JAVASCRIPT_H
#define ERRTRACK_JAVASCRIPT_H

#include "stack.h"

/* How sure it is that a line is a frame. */
typedef enum Likeness
{
	NO_FRAME,
	MAYBE_FRAME, /* only beside other frames */
	FRAME
} Likeness;

extern bool javascript_read_place(Slice place, Frame *frame);
extern bool javascript_is_file(Slice file);
extern bool javascript_is_script(Slice file);
extern bool javascript_is_wasm(Slice file);
extern void javascript_set_function(Frame *frame, Slice function);
extern Likeness javascript_read_v8(Slice line, Frame *frame);
extern Likeness javascript_read_gecko(Slice line, Frame *frame);
extern Likeness javascript_read_execjs(Slice line, Frame *frame);
extern Likeness javascript_read_opera(Slice line, Frame *frame);
extern void javascript_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_JAVASCRIPT_H */
