/*
 * Ruby: what its files share.
 */
#ifndef ERRTRACK_RUBY_H
#define ERRTRACK_RUBY_H

#include "stack.h"

/* ---- frames: ruby_frame.c ---- */

/* How a frame was printed. */
typedef enum RubyStyle
{
	RUBY_QUOTED, /* cart.rb:5:in `total' */
	RUBY_FROM,   /* from cart.rb:5 */
	RUBY_BARE,   /* cart.rb:5 */
	RUBY_JAVA,   /* org.jruby.Main.run(Main.java:225) */
	RUBY_JRUBY,  /* total at cart.rb:5 */
	RUBY_EXECJS, /* compile ((execjs):6692:19) */
	RUBY_ORACLE  /* ORA-06512: at "SHOP.CART", line 5 */
} RubyStyle;

/* A line that was read as a frame. */
typedef struct RubyEntry
{
	Frame frame;
	RubyStyle style;
	bool from;     /* "from " stands before it */
	bool numbered; /* "12: from " does: the outermost frame comes first */
	Slice message; /* what follows the frame; data NULL: nothing does */
} RubyEntry;

/* The forms in which a frame may be printed at some place of the text, besides those that need no such evidence. */
typedef struct RubyForms
{
	bool execjs;
	bool jruby;
	bool bare;
	bool template; /* `app/views/carts/show.html.erb:5`: Rails leaves out the function it made of a template */
} RubyForms;

extern bool ruby_is_certain_path(Slice s);
extern bool ruby_read_place(Slice place, bool need_line, Frame *frame);
extern Slice ruby_without_part(Slice function);
extern Slice ruby_receiver_of(Slice function, size_t *method);
extern bool ruby_read_entry(Slice line, RubyForms forms, RubyEntry *entry);

/* ---- headings: ruby_heading.c ---- */

extern size_t ruby_constant_length(Slice s);
extern size_t ruby_class_length(Slice s);
extern bool ruby_is_exception_name(Slice name);
extern bool ruby_take_class(Slice *message, Slice *type);
extern bool ruby_read_named(Slice line, bool strict, Exception *exception);
extern bool ruby_read_oracle_named(Slice line, bool strict, Exception *exception);
extern void ruby_end_value_in_parentheses(Slice heading, Exception *exception);
extern void ruby_end_inspected_value(Slice heading, Exception *exception);
extern void ruby_end_value_at_class(Slice heading, Exception *exception);

/* ---- names: ruby_identify.c ---- */

extern void ruby_identify(const Frame *frame, Allocator allocator, Slice *module, Slice *function);

#endif /* ERRTRACK_RUBY_H */
