/*
 * Frames and exceptions as read from a stack trace, whatever it was written in.
 */
#ifndef ERRTRACK_STACK_H
#define ERRTRACK_STACK_H

#include "../portable.h"

/* A line or a column that is not known. */
#define NO_POSITION (-1)

/* Frames of one event beyond this number are passed over. */
#define STACK_MAX_FRAMES 100000

/* Where one event has more exceptions than this, those before the last one are passed over. */
#define STACK_MAX_EXCEPTIONS 1000

/* Whether a frame is the application's own code; unknown until a rule or the reporter says so. */
typedef enum InApp
{
	IN_APP_UNKNOWN,
	IN_APP_NO,
	IN_APP_YES
} InApp;

struct Language;

/* One stack entry. */
typedef struct Frame
{
	Slice function; /* as printed, qualified where the text qualifies it */
	Slice module;   /* what qualifies it, or a module that the reporter named */
	Slice file;
	int32_t line;   /* 1-based, 0 where the text prints that; NO_POSITION: not known */
	int32_t column; /* likewise */
	InApp in_app;
	int64_t rule_id; /* the frame rule that decided on it, 0: none */
	bool dropped;    /* a rule says that it identifies nothing */
	/* what identifies its code, once it was judged */
	Slice identity_module;
	Slice identity_function;
	uint64_t identity; /* a number for both */
} Frame;

/* One exception of a chain. */
typedef struct Exception
{
	Slice type;
	Slice value;
	Frame *frames; /* innermost first */
	int nframes;
	int frames_size;
	int noted;      /* what its parser has to remember of it … */
	Slice noted_at; /* … and where it stands in the text */
} Exception;

/* All that a trace tells: the exception that was reported, then its causes. */
typedef struct Stack
{
	const struct Language *language; /* the one that was read, or that the reporter named; NULL: none */
	Exception *exceptions;
	int nexceptions;
	int exceptions_size;
	int total_frames;
	bool cut;            /* frames or exceptions were passed over: there were too many */
	Frame *spare_frames; /* room that a forgotten exception leaves to the next */
	int spare_frames_size;
	Allocator allocator;
} Stack;

/* What a language is called, how it prints its traces, and what in a frame identifies its code. */
typedef struct Language
{
	const char *platform;
	/* other names of the platform, or of platforms that print alike; ends in NULL */
	const char *const *aliases;
	/* text that holds none of these holds no such trace, and is not offered to parse; ends in NULL */
	const char *const *marks;
	/* Fills stack from text; leaves it without exceptions where text holds no such trace. */
	void (*parse)(Slice text, Stack *stack);
	/*
	 * Sets *module and *function to what identifies the frame's code, without
	 * what changes between runs and builds: parts of the frame's text, or of
	 * what it takes from allocator.  The frame may come from a trace's text or
	 * from an SDK's JSON, and should be identified alike.
	 */
	void (*identify)(const Frame *frame, Allocator allocator, Slice *module, Slice *function);
	/* what stands before the class in a module; NUL: a module is no class */
	char class_separator;
	/* functions of the language itself are printed with the place of their caller */
	bool borrows_place;
	/* the innermost in-app frame identifies alone: not who called it … */
	bool without_caller;
	/* … nor the class, where one bug shows itself as several kinds of crash */
	bool without_class;
} Language;

extern const Language python_language;
extern const Language java_language;
extern const Language javascript_language;
extern const Language go_language;
extern const Language ruby_language;
extern const Language php_language;
extern const Language dotnet_language;
extern const Language rust_language;
extern const Language native_language;
extern const Language apple_language;
extern const Language dart_language;
extern const Language erlang_language;
extern const Language perl_language;
extern const Language lua_language;
extern const Language r_language;
extern const Language plpgsql_language;
extern const Language kernel_language;
extern const Language bsd_language;

extern void stack_init(Stack *stack, Allocator allocator);
extern Exception *stack_add_exception(Stack *stack);
extern Frame *stack_add_frame(Stack *stack, Exception *exception);
extern bool stack_put_frame(Stack *stack, Exception *exception, const Frame *frame);
extern void stack_forget_exception(Stack *stack);
extern void stack_reverse_exceptions(Stack *stack);
extern void exception_reverse_frames(Exception *exception);
extern void frame_clear(Frame *frame);
extern bool previous_line(Slice *rest, Slice *line);
extern bool is_log_line(Slice line);
extern bool take_position(Slice *place, int32_t *position);
extern Slice last_name(Slice name, char separator);
extern Slice file_name(Slice file);
extern Slice file_stem(Slice file);
extern bool
read_heading(Slice lines, bool (*read)(Slice line, bool strict, Exception *exception), Exception *exception);
extern bool dart_says_type(Slice value, Slice *type);
extern bool stack_parse(Slice text, Slice platform, Stack *stack);
extern const Language *find_language(Slice platform);
extern int language_count(void);
extern const Language *language_at(int i);
extern void frame_identify(const Language *language, const Frame *frame, Allocator allocator, Slice *module,
                           Slice *function);

#endif /* ERRTRACK_STACK_H */
