/*
 * What .NET's parser and its names share.
 */
#ifndef ERRTRACK_DOTNET_H
#define ERRTRACK_DOTNET_H

#include "stack.h"

extern bool dotnet_read_frame(Slice line, bool unnamed, Frame *frame);
extern bool dotnet_is_foreign(Slice line);
extern bool dotnet_read_unity_frame(Slice line, bool bare, Frame *frame);
extern bool dotnet_read_page_frame(Slice line, Frame *frame);
extern bool dotnet_take_type(Slice *text, bool surely, Slice *name);
extern bool dotnet_read_type(Slice text, bool surely, Exception *exception);
extern bool dotnet_read_named(Slice line, bool strict, Exception *exception);
extern void dotnet_clean_value(Exception *exception);
extern bool dotnet_take_number(Slice *text, int32_t *number);
extern ptrdiff_t dotnet_find_arrow(Slice text, size_t *behind);
extern void dotnet_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_DOTNET_H */
