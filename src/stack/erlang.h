/*
 * The forms in which the languages of Erlang's machine print stack traces.
 */
#ifndef ERRTRACK_ERLANG_H
#define ERRTRACK_ERLANG_H

#include "stack.h"

extern Slice erlang_with_arity(Allocator allocator, Slice name, Slice arguments);
extern void elixir_parse(Slice text, Stack *stack);
extern void erlang_terms_parse(Slice text, Stack *stack);

#endif /* ERRTRACK_ERLANG_H */
