/*
 * What the parts of the kernel's reader share: the lines that name a report
 * (kernel_heading.c), those of a trace (kernel_line.c), and what they come to
 * (kernel.c).
 */
#ifndef ERRTRACK_KERNEL_H
#define ERRTRACK_KERNEL_H

#include "stack.h"

/* Inlined functions share an address, so that a place in the code may have several frames. */
#define KERNEL_PLACE_FRAMES 8

/* A place in the code as the kernel prints it: the innermost inlined function first. */
typedef struct KernelPlace
{
	Frame frames[KERNEL_PLACE_FRAMES];
	int nframes;
} KernelPlace;

/* What follows from the line that names a report. */
typedef enum KernelKind
{
	KERNEL_WEAK = 1,       /* ordinary logs have such lines as well: it counts where a trace follows */
	KERNEL_BACKTRACE = 2,  /* lockdep: its own trace stands behind "stack backtrace:", others before that */
	KERNEL_LOCK_SITE = 4,  /* where the lock was taken is to blame, not where that was noticed */
	KERNEL_STALL = 8,      /* traces of the RCU threads stand among those of what stalls */
	KERNEL_ACCESS = 16,    /* the next line says whether memory was read or written */
	KERNEL_CONTINUES = 32, /* the second line of an oops, where the first was seen */
	KERNEL_PANIC = 64,     /* often follows another report, and says nothing then */
	KERNEL_WARNING = 128,  /* the kernel goes on … */
	KERNEL_FATAL = 256     /* or it does not */
} KernelKind;

typedef struct KernelHeading
{
	Slice type;
	int kind;        /* of KernelKind */
	Frame blamed;    /* the function that it names, or only its file and line */
	bool any_blamed; /* does it? */
} KernelHeading;

/* What a line of a trace is. */
typedef enum KernelLine
{
	KERNEL_OTHER,
	KERNEL_CALLER,
	KERNEL_CALLERS,   /* a function and its caller */
	KERNEL_UNRELIABLE /* an address that was found on the stack */
} KernelLine;

extern bool kernel_read_heading(Slice line, KernelHeading *heading);
extern bool kernel_read_symbol(Slice s, Frame *frame);
extern bool kernel_read_position(Slice s, Frame *frame);
extern Slice kernel_word(Slice *s);
extern KernelLine kernel_read_caller(Slice s, Frame *frame, Frame *caller);
extern bool kernel_is_pc(Slice line, Slice *value);
extern bool kernel_read_pc(Slice value, Frame *frame);
extern bool kernel_is_user_pc(Slice line);
extern Slice kernel_last_message(Slice line);

#endif /* ERRTRACK_KERNEL_H */
