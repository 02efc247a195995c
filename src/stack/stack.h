/*
 * Frames and exceptions as read from a stack trace, whatever it was written in.
 */
#ifndef ERRTRACK_STACK_H
#define ERRTRACK_STACK_H

#include "../portable.h"

/* Frames of one event beyond this number are passed over. */
#define STACK_MAX_FRAMES 100000

/* Whether a frame is the application's own code; unknown until a rule or the reporter says so. */
typedef enum InApp
{
	IN_APP_UNKNOWN,
	IN_APP_NO,
	IN_APP_YES
} InApp;

/* One stack entry. */
typedef struct Frame
{
	Slice function; /* as printed, qualified where the text qualifies it */
	Slice module;   /* what qualifies it, or a module that the reporter named */
	Slice file;
	int32_t line;   /* 1-based; 0: not known */
	int32_t column; /* 1-based; 0: not known */
	InApp in_app;
} Frame;

/* One exception of a chain. */
typedef struct Exception
{
	Slice type;
	Slice module; /* of the type, where it is told apart from it */
	Slice value;
	Frame *frames; /* innermost first */
	int nframes;
	int frames_size;
} Exception;

/* All that a trace tells: the exception that was reported, then its causes. */
typedef struct Stack
{
	const char *platform; /* the language that was read, NULL where none was */
	Exception *exceptions;
	int nexceptions;
	int exceptions_size;
	int total_frames;
	bool cut; /* frames were passed over: there were too many */
	Allocator allocator;
} Stack;

/* How one language prints its traces. */
typedef struct StackParser
{
	const char *platform;
	/* other names of the platform, or of platforms that print alike; ends in NULL */
	const char *const *aliases;
	/* Fills stack from text; leaves it without exceptions where text holds no such trace. */
	void (*parse)(Slice text, Stack *stack);
} StackParser;

extern const StackParser python_parser;
extern const StackParser java_parser;
extern const StackParser javascript_parser;

extern void stack_init(Stack *stack, Allocator allocator);
extern Exception *stack_add_exception(Stack *stack);
extern Frame *stack_add_frame(Stack *stack, Exception *exception);
extern void stack_reverse_exceptions(Stack *stack);
extern void exception_reverse_frames(Exception *exception);
extern bool
read_heading(Slice lines, bool (*read)(Slice line, bool strict, Exception *exception), Exception *exception);
extern bool stack_parse(Slice text, Slice platform, Stack *stack);
extern const char *platform_canonical(Slice platform);

#endif /* ERRTRACK_STACK_H */
