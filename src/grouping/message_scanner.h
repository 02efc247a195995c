/*
 * What goes over a message: what it reads, what it writes, and what it knows of
 * both.
 */
#ifndef ERRTRACK_MESSAGE_SCANNER_H
#define ERRTRACK_MESSAGE_SCANNER_H

#include "message.h"

#include "message_values.h"

typedef enum Kind
{
	EMAIL,
	URL,
	HOST,
	IP,
	UUID,
	TRACE,
	HASH,
	DATE,
	MAC,
	HEX,
	STR,
	PATH,
	ID,
	NUM,
	DURATION,
	SIZE,
	NKINDS
} Kind;

/* From this one on, a sign before a value belongs to it. */
#define FIRST_SIGNED NUM

/* What a kind of value is written as. */
typedef struct Placeholder
{
	char text[MESSAGE_ROOM];
	size_t len;
} Placeholder;

extern const Placeholder placeholders[NKINDS];

/* What is read, and what is written. */
typedef struct Scanner
{
	const char *at; /* ends in a NUL */
	char *out_start;
	char *out;
	char *out_limit;
	const char *placeholder; /* where the last placeholder that was written ends … */
	Kind kind;               /* … and what it is */
	const char *sign;        /* where a sign that was written ends */
	const char *opening;     /* where a quote opens although a word stands before it */
	const char *value;       /* where the value of a key begins in what is read */
	const char *joined;      /* up to here, words joined by dots and hyphens are no host and no address */
	const char *groups;      /* up to here, words joined by colons are no address */
	const char *folders;     /* up to here, words joined by slashes are no path */
	int unclosed;            /* quotes that are closed nowhere behind */
} Scanner;

/*
 * Writes n bytes, or none, and nothing any more, where there is no room for
 * them.  MESSAGE_ROOM bytes can be read from data: a few are copied at once.
 */
static inline void
put(Scanner *scanner, const char *data, size_t n)
{
	if (n > (size_t) (scanner->out_limit - scanner->out))
	{
		scanner->out_limit = scanner->out;
		return;
	}
	if (n <= MESSAGE_ROOM)
		memcpy(scanner->out, data, MESSAGE_ROOM);
	else
		memcpy(scanner->out, data, n);
	scanner->out += n;
}

/* Writes one byte. */
static inline void
put_byte(Scanner *scanner, char c)
{
	if (scanner->out < scanner->out_limit)
		*scanner->out++ = c;
}

/* Writes the text up to end as it is. */
static inline void
copy_to(Scanner *scanner, const char *end)
{
	put(scanner, scanner->at, end - scanner->at);
	scanner->at = end;
}

extern Kind placeholder_at(const char *s);
extern void replace_to(Scanner *scanner, const char *end, Kind kind);
extern bool replaced(Scanner *scanner, const char *end, Kind kind);
extern bool after_letter(const Scanner *scanner);

/* Does the word that ends at s go on with a placeholder?  Then it was found to be no value before. */
static inline bool
goes_on(const char *s)
{
	return *s == '<' && placeholder_at(s) != NKINDS;
}

/* Is what was written last a placeholder? */
static inline bool
after_placeholder(const Scanner *scanner)
{
	return scanner->placeholder == scanner->out;
}

/* The byte that was written last, or a blank. */
static inline char
last_written(const Scanner *scanner)
{
	return scanner->out > scanner->out_start ? scanner->out[-1] : ' ';
}

/* Would what comes next go on with a word? */
static inline bool
after_word(const Scanner *scanner)
{
	return after_placeholder(scanner) || after_letter(scanner);
}

/* message_tokens.c */
extern const char *value_end(const char *s);
extern void take_rest_of_word(Scanner *scanner);
extern void take_word(Scanner *scanner);
extern void take_digits(Scanner *scanner);

#endif /* ERRTRACK_MESSAGE_SCANNER_H */
