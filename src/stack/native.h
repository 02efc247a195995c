/*
 * What the reader of C and C++ stack traces is made of: names, the shapes of
 * frames, the lines that tell what happened.
 */
#ifndef ERRTRACK_NATIVE_H
#define ERRTRACK_NATIVE_H

#include "stack.h"

/* ---- names: native_names.c ---- */

extern void native_set_function(Frame *frame, Slice function, Slice library);
extern bool native_is_nameless(Slice function);
extern bool native_has_name(const Frame *frame);
extern void native_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

/* ---- frames: native_frames.c, native_hash_frames.c ---- */

/* How a frame is printed; a stack has one shape throughout. */
typedef enum NativeShape
{
	NATIVE_NONE,
	NATIVE_HASH,       /* #0 …: gdb, sanitizers, Chromium, Android */
	NATIVE_LLDB,       /* frame #0: … */
	NATIVE_VALGRIND,   /* at 0x…: f (x.c:3) */
	NATIVE_GLIBC,      /* ./shop(f+0x12) [0x…] */
	NATIVE_BOOST,      /* 0# f at x.cpp:3 */
	NATIVE_BACKWARD,   /* #3 Source "x.cpp", line 3, in f */
	NATIVE_GLOG,       /* @ 0x… f() */
	NATIVE_BREAKPAD,   /* 0  libx.so!f [x.cc : 12 + 0x3] */
	NATIVE_V8,         /* 1: 0x… f [shop] */
	NATIVE_WEBKIT,     /* 1   0x… f */
	NATIVE_CHROME_WIN, /* f [0x…+12] (x.cc:3) */
	NATIVE_WINDBG      /* 0018ff40 00401234 shop!f+0x12 */
} NativeShape;

typedef struct NativeFrame
{
	Frame frame;
	NativeShape shape;
	int32_t number; /* NO_POSITION where frames are not numbered */
	bool weak;      /* one such line alone is no evidence of a stack */
	bool empty;     /* tells an address only */
	bool source;    /* says more of the frame before, if that has no file */
} NativeFrame;

extern bool native_take_hex(Slice *s, size_t least);
extern bool native_take_process(Slice *line);
extern bool native_set_place(Slice place, Frame *frame);
extern size_t native_skip_group(Slice s, size_t at);
extern Slice native_cut_offset(Slice name);
extern void native_set_unnamed(Frame *frame, Slice place);
extern bool native_read_hash_frame(Slice line, Allocator allocator, NativeFrame *frame);
extern bool native_read_backward(Slice rest, NativeFrame *frame);
extern bool native_read_lldb_frame(Slice line, NativeFrame *frame);
extern bool
native_read_frame(Slice line, bool headed, NativeShape current, Allocator allocator, NativeFrame *frame);

/* ---- what happened: native_heads.c, native_reasons.c ---- */

/* How much of a claim a stack has to be the one that failed. */
typedef enum NativeRole
{
	NATIVE_OTHER,  /* where memory was allocated, another thread */
	NATIVE_PLAIN,  /* nobody says */
	NATIVE_HEADED, /* somebody says that something happened */
	NATIVE_CRASHED /* the program died here */
} NativeRole;

/* What a line tells of the stacks below it. */
typedef enum NativeHeadKind
{
	NATIVE_NO_HEAD,
	NATIVE_EVENT,        /* what happened: heads the next stack */
	NATIVE_REASON,       /* why the program aborts, which it then does */
	NATIVE_WHAT,         /* the message of the exception that a NATIVE_REASON named */
	NATIVE_THREAD,       /* the stack of one thread follows */
	NATIVE_CRASH_THREAD, /* which thread crashed */
	NATIVE_ELSEWHERE,    /* the stack that follows is not the one that failed */
	NATIVE_STACK_FOLLOWS /* nothing but a stack can follow */
} NativeHeadKind;

typedef struct NativeHead
{
	NativeHeadKind kind;
	NativeRole role;
	Slice type;
	Slice value;
	Frame place;    /* where it happened, where the line says so itself */
	bool has_place; /* … and it does */
	Slice thread;   /* number or id */
	bool suffices;  /* a program fails so, even if no stack follows */
	bool reversed;  /* the stack that follows has the innermost frame last */
} NativeHead;

extern size_t native_span_to(Slice s, const char *ends);
extern bool native_read_head(Slice line, NativeHead *head);
extern bool native_read_reason(Slice line, NativeHead *head);
extern bool native_is_abort(Slice type);

#endif /* ERRTRACK_NATIVE_H */
