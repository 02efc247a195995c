/*
 * Which words of a message are language, and which are somebody's names.
 */
#ifndef ERRTRACK_MESSAGE_WORDS_H
#define ERRTRACK_MESSAGE_WORDS_H

#include "message_values.h"

extern bool is_technical(const char *s, const char *letters_end, const char *digits_end);
extern const char *match_technical_number(const char *s, const char *word_end);
extern const char *match_protocol(const char *s, const char *word_end);
extern bool is_ordinal(const char *letters, const char *end);
extern bool is_random(const char *s, const char *end, bool part);
extern const char *match_user(const char *out_start, const char *out, const char *word, const char *word_end);
extern const char *match_constant(const char *s);

#endif /* ERRTRACK_MESSAGE_WORDS_H */
