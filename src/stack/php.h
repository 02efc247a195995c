/*
 * PHP: what its files share.
 */
#ifndef ERRTRACK_PHP_H
#define ERRTRACK_PHP_H

#include "stack.h"

/* How the frames of the exception being read are printed. */
typedef enum PhpStyle
{
	PHP_NUMBERED, /* #0 file(12): function() */
	PHP_SYMFONY,  /* function() at file:12, below "Exception trace:" */
	PHP_XDEBUG    /* 1. function() file:12, the outermost first */
} PhpStyle;

/* ---- frames: php_frame.c ---- */

/* A line `#0 file(12): function(arguments)`. */
typedef struct PhpCall
{
	int32_t number;
	Slice function;
	Frame place; /* where it was called */
	bool open;   /* its arguments go on in the next line */
	bool main;   /* `#3 {main}` */
} PhpCall;

extern Slice php_single_backslashes(Slice name, Allocator allocator);
extern ptrdiff_t php_find_separator(Slice function);
extern size_t php_function_length(Slice s);
extern void php_set_function(Frame *frame, Slice name, Allocator allocator);
extern bool php_is_path(Slice s);
extern bool php_read_place(Slice place, Frame *frame);
extern bool php_read_on_line(Slice place, Frame *frame);
extern bool php_read_call(Slice line, PhpCall *call);

/* ---- headings: php_heading.c ---- */

/* Lines that may name the exception whose frames follow. */
typedef struct PhpHeading
{
	Slice type;  /* data NULL: there is none */
	Slice value; /* to the end of the last line before the frames */
	PhpStyle style;
	bool certain; /* a line that only looks like one does not replace it */
	bool next;    /* "Next": the one before it is its cause */
	bool monolog; /* its place stands behind "at" and before a parenthesis */
} PhpHeading;

extern size_t php_class_length(Slice s);
extern ptrdiff_t php_find_last(Slice s, Slice part);
extern bool php_take_thrown(Slice *value, Frame *frame);
extern bool php_take_monolog_place(Slice *value, Frame *frame, Slice *rest);
extern bool php_read_class(Slice line, PhpHeading *heading);
extern bool php_read_heading_line(Slice line, PhpHeading *heading);

/* ---- names: php_identify.c ---- */

extern void php_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_PHP_H */
