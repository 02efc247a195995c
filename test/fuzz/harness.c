/*
 * What is fuzzed.  The targets are the languages by their platforms' names,
 * and:
 *
 *   auto       reading a trace of a language that is to be told from the text
 *   prefix     taking off what loggers put before each line
 *   identify   what identifies a frame from an SDK: module, function and file on a line each
 *   message    normalising a message
 *   recursion  collapsing recursion: a frame a byte
 *   glob       matching: the pattern on the first line, then the text
 *   release    comparing three releases, each on a line
 *
 * The sanitizers find wrong accesses; here are limits to memory and time, and
 * slow code that is plainly right to compare with.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../src/grouping/glob.h"
#include "../../src/grouping/message.h"
#include "../../src/grouping/recursion.h"
#include "../../src/releases/version.h"
#include "../../src/stack/prefix.h"
#include "../../src/stack/stack.h"

/* What one input may take: frames and exceptions up to their limits, and so much for each byte. */
#define MEMORY_LIMIT ((size_t) 48 << 20)
#define MEMORY_PER_BYTE 1000
#define SECONDS_LIMIT 2.0
#define SECONDS_PER_BYTE 10e-6

/* Globs are compared with a table of this size at the most, recursion with so many frames. */
#define ORACLE_LIMIT 2000

/* As in recursion.c: so many earlier places are tried. */
#define MAX_CANDIDATES 8

/* A block of memory that one run took; each its own, so that a sanitizer sees its ends. */
typedef struct Block
{
	struct Block *next;
	max_align_t data[];
} Block;

/* The memory of one run. */
typedef struct Arena
{
	Block *blocks;
	size_t used;
	size_t limit;
} Arena;

static void (*target)(Slice input, Allocator allocator);
static const Language *language; /* of the target that is a language */
static volatile unsigned char sink;

/* Ends the process as a crash does. */
static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* Takes memory for a run. */
static void *
arena_alloc(void *context, size_t size)
{
	Arena *arena = context;
	Block *block = malloc(sizeof(Block) + size);

	arena->used += size;
	if (block == NULL || arena->used > arena->limit)
		fail("too much memory for an input of this size");
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

/* Gives the memory of a run back. */
static void
arena_free(Arena *arena)
{
	while (arena->blocks)
	{
		Block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}

/* Reads the ends of s, as whoever uses it would. */
static void
touch(Slice s)
{
	if (s.data == NULL && s.len > 0)
		fail("text without data has a length");
	if (s.len > 0)
		sink ^= s.data[0] ^ s.data[s.len - 1];
}

/* Reads what identifies a frame. */
static void
touch_identity(const Language *of, const Frame *frame, Allocator allocator)
{
	Slice module, function;

	frame_identify(of, frame, allocator, &module, &function);
	touch(module);
	touch(function);
}

/* Reads all that is in a stack, and counts it. */
static void
touch_stack(const Stack *stack, const Language *of)
{
	int nframes = 0;

	if (stack->nexceptions > STACK_MAX_EXCEPTIONS)
		fail("too many exceptions");
	for (int e = 0; e < stack->nexceptions; e++)
	{
		const Exception *exception = &stack->exceptions[e];

		touch(exception->type);
		touch(exception->value);
		nframes += exception->nframes;
		for (int f = 0; f < exception->nframes; f++)
		{
			const Frame *frame = &exception->frames[f];

			touch(frame->function);
			touch(frame->module);
			touch(frame->file);
			if (frame->line < NO_POSITION || frame->column < NO_POSITION)
				fail("a position below none");
			touch_identity(of, frame, stack->allocator);
		}
	}
	if (nframes > STACK_MAX_FRAMES)
		fail("too many frames");
}

/* Reads a trace of one language, if the text has one of its marks: others are never offered to it. */
static void
fuzz_language(Slice input, Allocator allocator)
{
	const char *const *mark = language->marks;
	Stack stack;

	while (*mark && slice_find(input, slice_of_string(*mark)) < 0)
		mark++;
	if (*mark == NULL)
		return;
	stack_init(&stack, allocator);
	language->parse(input, &stack);
	touch_stack(&stack, language);
}

/* Reads a trace of any language. */
static void
fuzz_auto(Slice input, Allocator allocator)
{
	Stack stack;

	stack_init(&stack, allocator);
	if (stack_parse(input, NO_SLICE, &stack) != (stack.nexceptions > 0 && stack.language != NULL))
		fail("a trace was read, and there is none, or the other way round");
	touch_stack(&stack, stack.language);
}

/* Takes prefixes off, which makes no text longer. */
static void
fuzz_prefix(Slice input, Allocator allocator)
{
	Slice text = without_prefixes(input, allocator);

	touch(text);
	if (text.len > input.len)
		fail("longer without prefixes");
}

/* Takes a line of the input; an empty one is absent text. */
static Slice
take_field(Slice *rest)
{
	ptrdiff_t end = slice_find_char(*rest, '\n');
	Slice field = end < 0 ? *rest : slice_range(*rest, 0, end);

	*rest = slice_skip(*rest, end < 0 ? rest->len : (size_t) end + 1);
	return field.len > 0 ? field : NO_SLICE;
}

/* Identifies a frame for every language; what an SDK names may be anything. */
static void
fuzz_identify(Slice input, Allocator allocator)
{
	static const char *const platforms[] = {
		"apple", "bsd",        "dart",   "dotnet", "erlang", "go",      "java", "kernel", "lua",
		"perl",  "javascript", "native", "php",    "python", "plpgsql", "r",    "ruby",   "rust",
	};
	Frame frame;

	frame_clear(&frame);
	frame.module = take_field(&input);
	frame.function = take_field(&input);
	frame.file = take_field(&input);
	touch_identity(NULL, &frame, allocator);
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
	{
		const Language *of = find_language(slice_of_string(platforms[i]));

		if (of == NULL)
			fail("a platform is not known by its name");
		touch_identity(of, &frame, allocator);
	}
}

/* Normalises a message into room that is as large as promised. */
static void
fuzz_message(Slice input, Allocator allocator)
{
	char *normalized = allocator.alloc(allocator.context, MESSAGE_MAX_NORMALIZED);
	size_t len = message_normalize(input, normalized);

	if (len > MESSAGE_MAX_READ)
		fail("a message longer than promised");
	touch((Slice){normalized, len});
}

/* Is kept[n - 2 * length ...] the same round twice? */
static bool
is_round(const uint64_t *ids, const int *kept, int n, int length)
{
	for (int i = n - length; i < n; i++)
		if (ids[kept[i]] != ids[kept[i - length]])
			return false;
	return true;
}

/* What recursion.c does, without its hashes: compares each round by its frames. */
static int
collapse_slowly(const uint64_t *ids, int n, int *kept)
{
	int nkept = 0, cycle = 0;

	for (int i = 0; i < n; i++)
	{
		int candidates = 0;

		kept[nkept++] = i;
		for (int length = 1; 2 * length <= nkept && candidates < MAX_CANDIDATES; length++)
		{
			if (ids[kept[nkept - 1 - length]] != ids[i])
				continue;
			candidates++;
			if (!is_round(ids, kept, nkept, length))
				continue;
			nkept -= length;
			if (nkept == length && length > 1)
				cycle = length;
			break;
		}
	}
	if (cycle > 0)
	{
		int least = 0;
		int *turned = malloc(cycle * sizeof(int));
		bool only_rounds = nkept < 2 * cycle;

		for (int i = cycle; i < nkept; i++)
			only_rounds &= ids[kept[i]] == ids[kept[i - cycle]];
		if (only_rounds)
			nkept = cycle;
		for (int i = 1; i < cycle; i++)
			if (ids[kept[i]] < ids[kept[least]])
				least = i;
		for (int i = 0; i < cycle; i++)
			turned[i] = kept[(least + i) % cycle];
		memcpy(kept, turned, cycle * sizeof(int));
		free(turned);
	}
	return nkept;
}

/* Collapses recursion, also as slowly as can be. */
static void
fuzz_recursion(Slice input, Allocator allocator)
{
	int n = (int) input.len;
	uint64_t *ids = allocator.alloc(allocator.context, (n + 1) * sizeof(uint64_t));
	int *kept = allocator.alloc(allocator.context, (n + 1) * sizeof(int));
	int nkept;

	for (int i = 0; i < n; i++)
		ids[i] = ((unsigned char) input.data[i] + 1) * UINT64_C(0xD6E8FEB86659FD93);
	nkept = collapse_recursion(ids, n, allocator, kept);
	if (nkept > n || (n > 0 && nkept == 0))
		fail("the wrong number of frames is kept");
	if (n <= ORACLE_LIMIT)
	{
		int *slowly = allocator.alloc(allocator.context, (n + 1) * sizeof(int));

		if (collapse_slowly(ids, n, slowly) != nkept || memcmp(kept, slowly, nkept * sizeof(int)) != 0)
			fail("other frames are kept than should be");
	}
}

/* Does text match pattern?  reached[i]: the first i bytes of the pattern match what was read of text. */
static bool
match_slowly(Slice pattern, Slice text, Allocator allocator)
{
	bool *reached = allocator.alloc(allocator.context, pattern.len + 1);

	memset(reached, 0, pattern.len + 1);
	reached[0] = true;
	for (size_t t = 0; t <= text.len; t++)
	{
		for (size_t p = 0; p < pattern.len; p++)
			reached[p + 1] |= pattern.data[p] == '*' && reached[p];
		if (t == text.len)
			break;
		for (size_t p = pattern.len; p > 0; p--)
			reached[p] = pattern.data[p - 1] == '*' ? reached[p]
			                                        : reached[p - 1] && pattern.data[p - 1] == text.data[t];
		reached[0] = false;
	}
	return reached[pattern.len];
}

/* Matches a glob, also as slowly as can be. */
static void
fuzz_glob(Slice input, Allocator allocator)
{
	ptrdiff_t end = slice_find_char(input, '\n');
	Slice pattern = slice_range(input, 0, end < 0 ? 0 : end);
	Slice text = slice_skip(input, end < 0 ? 0 : end + 1);
	Glob glob;

	if (pattern.len > ORACLE_LIMIT || text.len > ORACLE_LIMIT)
		return;
	glob = make_glob(pattern);
	if (match_glob(&glob, text) != match_slowly(pattern, text, allocator))
		fail("a glob matches otherwise than it should");
}

/* Compares two releases; 2 where they have no order. */
static int
compare(const Release *a, const Release *b)
{
	int order;

	return release_order(a, b, &order) ? order : 2;
}

/* Compares three releases: the order must be one, and their keys have the same. */
static void
fuzz_release(Slice input, Allocator allocator)
{
	Release releases[3];
	int order[3][3];

	for (int i = 0; i < 3; i++)
	{
		Slice text = take_field(&input);

		release_read(text.data ? text : SLICE(""), &releases[i], allocator);
		touch(releases[i].package);
		touch(releases[i].version);
		touch((Slice){(const char *) releases[i].key, releases[i].key_len});
		if (releases[i].key &&
		    releases[i].key_len > KEY_BYTES_PER_BYTE * releases[i].version.len + KEY_BYTES_MORE)
			fail("a key is longer than promised");
	}
	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++)
			order[a][b] = compare(&releases[a], &releases[b]);
	for (int a = 0; a < 3; a++)
		for (int b = 0; b < 3; b++)
		{
			const Release *x = &releases[a], *y = &releases[b];

			if (order[a][b] != (order[b][a] == 2 ? 2 : -order[b][a]) || (a == b && order[a][b] != 0))
				fail("an order is another one the other way round");
			if (x->key && y->key && order[a][b] != 2)
			{
				int bytes = memcmp(x->key, y->key, x->key_len < y->key_len ? x->key_len : y->key_len);

				if ((bytes > 0) - (bytes < 0) != order[a][b] || (bytes == 0 && x->key_len != y->key_len))
					fail("keys have another order than their releases");
			}
			for (int c = 0; c < 3; c++)
				if (order[a][b] != 2 && order[b][c] != 2 && order[a][c] != 2 && order[a][b] <= 0 &&
				    order[b][c] <= 0 && order[a][c] != (order[a][b] < 0 || order[b][c] < 0 ? -1 : 0))
					fail("releases are in a circle");
		}
}

/* Chooses what is fuzzed; false where there is no such target. */
bool
choose_target(const char *name)
{
	static const struct
	{
		const char *name;
		void (*target)(Slice input, Allocator allocator);
	} others[] = {
		{"auto", fuzz_auto},       {"prefix", fuzz_prefix},       {"identify", fuzz_identify},
		{"message", fuzz_message}, {"recursion", fuzz_recursion}, {"glob", fuzz_glob},
		{"release", fuzz_release},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i].name) == 0)
			target = others[i].target;
	language = find_language(slice_of_string(name));
	if (language)
		target = fuzz_language;
	return target != NULL;
}

/* Runs the target on one input, and looks at what it took. */
void
run_target(Slice input)
{
	Arena arena = {.limit = MEMORY_LIMIT + MEMORY_PER_BYTE * input.len};
	clock_t started = clock();
	double seconds;

	if (input.data == NULL)
		input = SLICE("");
	target(input, (Allocator){arena_alloc, &arena});
	seconds = (double) (clock() - started) / CLOCKS_PER_SEC;
	arena_free(&arena);
	if (seconds > SECONDS_LIMIT + SECONDS_PER_BYTE * input.len)
		fail("too much time for an input of this size");
}
