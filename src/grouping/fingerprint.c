/*
 * What identifies an error: which of an event's values count, and SHA-256 over
 * them.  Each goes in with its length before it, so that no two lists give the
 * same bytes; the first says which version of these rules made the list.
 *
 * An event has a key by the frames of the application's own code, and one by
 * all frames.  The figures behind the choices are in docs/grouping.md.
 */
#include "fingerprint.h"

#include <openssl/evp.h>

#include "lib/stringinfo.h"
#include "message.h"
#include "recursion.h"
#include "utils/memutils.h"

/* So many frames identify an error where none of the application's own, or none with a name, does. */
#define FALLBACK_FRAMES 2
#define NAMELESS_FRAMES 3

const Slice default_element = {"{{ default }}", 13};

/* A frame of the exception that identifies the error. */
typedef struct Candidate
{
	const Frame *frame;
	Part *part;
} Candidate;

static EVP_MD *digest = NULL;
static EVP_MD_CTX *context = NULL;

/* Has digest and context be there.  Fetching the digest costs more than using it, so that is done once. */
static void
prepare_digest(void)
{
	if (context == NULL)
	{
		if (digest == NULL)
			digest = EVP_MD_fetch(NULL, "SHA256", NULL);
		if (digest != NULL)
			context = EVP_MD_CTX_new();
	}
	if (context == NULL)
		ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("could not start a SHA-256 hash"),
		                errdetail("OpenSSL did not provide the digest."),
		                errhint("Check the OpenSSL configuration of the server.")));
}

/* Computes the SHA-256 of text. */
static void
hash_text(const StringInfo text, uint8 *key)
{
	prepare_digest();
	if (EVP_DigestInit_ex2(context, digest, NULL) != 1 ||
	    EVP_DigestUpdate(context, text->data, text->len) != 1 || EVP_DigestFinal_ex(context, key, NULL) != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("could not compute a SHA-256 hash")));
}

/* Adds one text to what is hashed, with its length before it. */
static void
append_counted(StringInfo text, Slice s)
{
	uint8 length[4] = {s.len >> 24, s.len >> 16, s.len >> 8, s.len};

	appendBinaryStringInfo(text, (const char *) length, sizeof(length));
	appendBinaryStringInfo(text, s.data, s.len);
}

/* The message without its variable parts. */
Slice
normalized_message(Slice message)
{
	char *buffer = palloc(MESSAGE_MAX_NORMALIZED);

	return (Slice){buffer, message_normalize(message, buffer)};
}

/* The innermost in-app frame, or where there is none, the innermost one; NULL without frames. */
const Frame *
find_culprit(const Exception *exception)
{
	const Frame *innermost = NULL;

	for (int f = 0; f < exception->nframes; f++)
	{
		const Frame *frame = &exception->frames[f];

		if (frame->dropped)
			continue;
		if (frame->in_app == IN_APP_YES)
			return frame;
		if (innermost == NULL)
			innermost = frame;
	}
	return innermost;
}

/* Adds a part that counts for nothing yet.  Frames are hashed in an order of their own. */
static Part *
add_part(Grouping *grouping, PartKind kind, Slice original, Slice value, const char *reason)
{
	Part *part = &grouping->parts[grouping->nparts++];

	if (kind != PART_FRAME)
		grouping->hashed[grouping->nhashed++] = part;

	memset(part, 0, sizeof(*part));
	part->kind = kind;
	part->original = original;
	part->value = value;
	part->reason = reason;
	return part;
}

/* A class without its package, which SDKs and texts name or leave out; what has blanks is no such name. */
static Slice
class_name(Slice exception_class)
{
	return slice_find_char(exception_class, ' ') >= 0 ? exception_class : last_name(exception_class, '.');
}

/* Has a part count in both keys. */
static void
count_in_both(Part *part)
{
	part->in_app_key = part->in_all_key = true;
}

/* Has a frame count in the key by in-app frames. */
static void
count_frame(Candidate *candidate, const char *reason)
{
	candidate->part->in_app_key = true;
	candidate->part->reason = reason;
}

/* Does a frame's function tell it from others?  Minified names come again in every bundle, lambdas everywhere. */
static bool
has_name(const Stack *stack, const Candidate *candidate)
{
	Slice function = candidate->frame->identity_function;

	return function.len > (stack->language == &javascript_language ? 2 : 0) &&
	       !slice_equal(function, SLICE("operator()"));
}

/* What stands before the class in a module; the module itself in languages where it is no class. */
static Slice
package_of(const Stack *stack, Slice module)
{
	ptrdiff_t at = -1;

	if (stack->language && stack->language->class_separator)
		at = slice_find_last_char(module, stack->language->class_separator);
	return at > 0 ? slice_range(module, 0, at) : module;
}

/*
 * Has the caller's package count, since one place that everything calls is not
 * one error; where none is known, the caller itself.
 */
static void
count_caller(Grouping *grouping, const Stack *stack, Candidate *caller)
{
	Slice package = package_of(stack, caller->frame->identity_module);
	Part *part;

	if (package.len == 0)
	{
		count_frame(caller, "calls the frame above");
		return;
	}
	part = add_part(grouping, PART_PACKAGE, caller->part->original, package,
	                "where the application calls the frame above");
	part->frame = caller->frame;
	part->in_app_key = true;
}

/* What the frames that were chosen say. */
typedef enum Choice
{
	NAMELESS, /* nothing: they have no names, and none was chosen */
	LITTLE,   /* little: it is one place that nobody calls, or not the innermost one */
	ENOUGH
} Choice;

/* No frame is in-app: the innermost ones count. */
static Choice
choose_innermost(const Stack *stack, Candidate *candidates, int n)
{
	if (n == 0 || !has_name(stack, &candidates[0]))
		return NAMELESS;
	count_frame(&candidates[0], "innermost, and no frame is in-app");
	if (stack->language && stack->language->without_caller)
		return ENOUGH;
	for (int i = 1; i < n && i < FALLBACK_FRAMES; i++)
		count_frame(&candidates[i], "calls the innermost, and no frame is in-app");
	return n == 1 ? LITTLE : ENOUGH;
}

/* The first in-app frame from "first" on, or n. */
static int
next_in_app(const Candidate *candidates, int first, int n)
{
	while (first < n && candidates[first].frame->in_app != IN_APP_YES)
		first++;
	return first;
}

/*
 * Chooses among the frames that count those that identify the error: the
 * innermost in-app one that has a name, and the package of the in-app one that
 * called it.  Where it is the only one, the frame that called it, whatever that
 * is; where there is none, the innermost FALLBACK_FRAMES.
 */
static Choice
choose_frames(Grouping *grouping, const Stack *stack, Candidate *candidates, int n)
{
	int innermost = next_in_app(candidates, 0, n);
	int first = innermost, second;
	Choice choice;

	if (innermost == n)
		return choose_innermost(stack, candidates, n);
	while (first < n && !has_name(stack, &candidates[first]))
		first = next_in_app(candidates, first + 1, n);
	if (first == n)
		return NAMELESS;
	choice = first == innermost ? ENOUGH : LITTLE;
	count_frame(&candidates[first], "innermost in-app frame");
	if (stack->language && stack->language->without_caller)
		return choice;
	second = next_in_app(candidates, first + 1, n);
	if (second < n)
		count_caller(grouping, stack, &candidates[second]);
	else if (first + 1 < n)
		count_frame(&candidates[first + 1], "calls the only in-app frame");
	else
		choice = LITTLE;
	return choice;
}

/* Is a frame's file one that a browser loaded?  Those are bundles, whose names change. */
static bool
is_loaded(const Frame *frame)
{
	return slice_find(frame->file, SLICE("://")) >= 0 && !slice_starts(frame->file, SLICE("file://"));
}

/*
 * The frames have no names.  Those of a browser say nothing then, if there is a
 * message; of others, the files of the innermost do.
 */
static void
choose_nameless_frames(Candidate *candidates, int n, bool has_message)
{
	int first = next_in_app(candidates, 0, n);

	if (first == n)
		first = 0;
	if (n > 0 && has_message && is_loaded(candidates[first].frame))
		return;
	for (int i = first; i < n && i < first + NAMELESS_FRAMES; i++)
		count_frame(&candidates[i], "frames without names: the innermost");
}

/*
 * Has all frames count in the key by all of them, which must not depend on which
 * are in-app, or a change of rules would change both keys.  Returns whether the
 * message is wanted beside them.
 */
static Choice
count_all_frames(const Stack *stack, Candidate *candidates, int n, bool has_message)
{
	bool any_name = false;

	for (int i = 0; i < n; i++)
		any_name |= has_name(stack, &candidates[i]);
	for (int i = 0; i < n; i++)
		candidates[i].part->in_all_key = any_name || !has_message || !is_loaded(candidates[i].frame);
	return !any_name ? NAMELESS : n == 1 ? LITTLE : ENOUGH;
}

/* Adds a part for each frame, and fills candidates with those that count; returns how many. */
static int
read_frames(Grouping *grouping, const Exception *exception, Candidate *candidates)
{
	int n = 0;

	for (int f = 0; f < exception->nframes; f++)
	{
		const Frame *frame = &exception->frames[f];
		Candidate *candidate = &candidates[n];

		CHECK_FOR_INTERRUPTS();
		candidate->frame = frame;
		candidate->part = add_part(
			grouping, PART_FRAME, frame->function, frame->identity_function,
			frame->dropped ? "dropped" : (frame->in_app == IN_APP_YES ? "further out" : "not in-app"));
		candidate->part->frame = frame;
		candidate->part->module = frame->identity_module;
		if (!frame->dropped)
			n++;
	}
	return n;
}

/* Keeps of the candidates each round of a recursion once; returns how many are left. */
static int
collapse(Candidate *candidates, int n)
{
	uint64 *ids = palloc(Max(n, 1) * sizeof(uint64));
	int *kept = palloc(Max(n, 1) * sizeof(int));
	Candidate *left;
	int nleft;

	for (int i = 0; i < n; i++)
		ids[i] = candidates[i].frame->identity;
	nleft = collapse_recursion(ids, n, palloc_allocator(), kept);
	if (nleft < n)
		for (int i = 0; i < n; i++)
		{
			candidates[i].part->repeated = true;
			candidates[i].part->reason = "repeats frames above";
		}
	left = palloc(Max(nleft, 1) * sizeof(Candidate));
	for (int i = 0; i < nleft; i++)
	{
		left[i] = candidates[kept[i]];
		left[i].part->repeated = false;
		left[i].part->reason = left[i].frame->in_app == IN_APP_YES ? "further out" : "not in-app";
	}
	memcpy(candidates, left, nleft * sizeof(Candidate));
	return nleft;
}

/* Has the class count; where one bug shows itself as several kinds of crash, only beside frames without names. */
static void
count_class(Part *part, const Stack *stack, Choice choice, Choice all)
{
	bool without_class = stack->language && stack->language->without_class;

	part->in_app_key = !without_class || choice == NAMELESS;
	part->in_all_key = !without_class || all == NAMELESS;
	if (!part->in_app_key)
		part->reason = "one bug shows itself as several kinds of crash";
}

/* Adds the message; it counts where the frames say too little. */
static void
read_message(Grouping *grouping, Slice message, Choice choice, Choice all)
{
	Part *part;

	if (!has_text(message))
		return;
	part = add_part(grouping, PART_MESSAGE, message, NO_SLICE, "the frames identify the error");
	part->in_app_key = choice != ENOUGH;
	part->in_all_key = all != ENOUGH;
	if (part->in_app_key)
		part->reason = choice == LITTLE ? "the frames that count say too little" : "frames without names";
	if (part->in_app_key || part->in_all_key)
		part->value = normalized_message(message);
}

/* Adds class, frames and message of the exception that identifies the error. */
static void
read_exception(Grouping *grouping, const GroupedEvent *event, int e)
{
	const Stack *stack = event->stack;
	const Exception *exception = &stack->exceptions[e];
	/* the class of the reported exception may have been told apart from its stack */
	Slice exception_class = e == 0 ? event->exception_class : exception->type;
	Slice message = e == 0 ? event->message : exception->value;
	Candidate *candidates = palloc(exception->nframes * sizeof(Candidate));
	Part *part = NULL;
	Choice choice, all;
	int n;

	grouping->has_frames = true;
	if (stack->language)
		grouping->language = slice_of_string(stack->language->platform);
	if (has_text(exception_class))
		part = add_part(grouping, PART_CLASS, exception_class, class_name(exception_class),
		                e == stack->nexceptions - 1 ? "class of the root cause"
		                                            : "class of the deepest cause with frames");
	n = read_frames(grouping, exception, candidates);
	n = collapse(candidates, n);
	/* in the order that recursion was brought into, wherever in its cycle the stack begins */
	for (int i = 0; i < n; i++)
		grouping->hashed[grouping->nhashed++] = candidates[i].part;
	choice = choose_frames(grouping, stack, candidates, n);
	if (choice == NAMELESS)
		choose_nameless_frames(candidates, n, has_text(message));
	all = count_all_frames(stack, candidates, n, has_text(message));
	if (part)
		count_class(part, stack, choice, all);
	read_message(grouping, message, choice, all);
}

/* The exception that identifies the error: the deepest cause that has frames; -1 where none has. */
int
identifying_exception(const Stack *stack)
{
	int cause = stack->nexceptions - 1;

	while (cause >= 0 && stack->exceptions[cause].nframes == 0)
		cause--;
	return cause;
}

/*
 * Adds what errtrack itself goes by: the root cause, its class and its frames.
 * What wraps an error is often one place that all errors pass.  Without frames,
 * the class and the message.
 */
static void
read_default(Grouping *grouping, const GroupedEvent *event)
{
	const Stack *stack = event->stack;
	int cause = identifying_exception(stack);

	for (int e = 0; e < stack->nexceptions; e++)
		if (e != cause && cause >= 0)
			add_part(grouping, PART_CLASS, stack->exceptions[e].type, stack->exceptions[e].type,
			         e < cause ? "wraps the cause that identifies the error" : "a cause without frames");
	if (cause >= 0)
	{
		read_exception(grouping, event, cause);
		return;
	}
	if (has_text(event->exception_class))
		count_in_both(add_part(grouping, PART_CLASS, event->exception_class,
		                       class_name(event->exception_class), "there are no frames"));
	count_in_both(add_part(grouping, PART_MESSAGE, event->message, normalized_message(event->message),
	                       "there are no frames"));
}

/* Lists what is considered in an event, and whether it counts. */
void
grouping_read(const GroupedEvent *event, Grouping *grouping)
{
	bool with_default = event->ngiven == 0;

	/* class, package and message beside the frames, and a class for each exception */
	int size = event->ngiven + event->stack->nexceptions + 4 + event->stack->total_frames;

	grouping->parts = palloc(mul_size(size, sizeof(Part)));
	grouping->hashed = palloc(mul_size(size, sizeof(Part *)));
	grouping->nparts = grouping->nhashed = 0;
	grouping->has_frames = false;
	grouping->language = NO_SLICE;
	for (int i = 0; i < event->ngiven; i++)
	{
		bool is_default = event->given[i].data == default_element.data;
		Part *part =
			add_part(grouping, PART_GIVEN, event->given[i], event->given[i],
		             is_default ? "stands for the values below" : "given as what identifies the error");

		part->in_app_key = part->in_all_key = !is_default;
		with_default |= is_default;
	}
	if (with_default)
		read_default(grouping, event);
}

/* Hashes the parts that count in one of the keys. */
static void
hash_parts(const Grouping *grouping, bool all_frames, uint8 *key)
{
	static const Slice names[] = {{"given", 5}, {"class", 5}, {"frame", 5}, {"package", 7}, {"message", 7}};
	StringInfoData text;

	initStringInfo(&text);
	append_counted(&text, SLICE(CppAsString2(FINGERPRINT_VERSION)));
	append_counted(&text, all_frames ? SLICE("all") : SLICE("app"));
	append_counted(&text, grouping->language);
	for (int i = 0; i < grouping->nhashed; i++)
	{
		const Part *part = grouping->hashed[i];

		if (!(all_frames ? part->in_all_key : part->in_app_key))
			continue;
		append_counted(&text, names[part->kind]);
		if (part->kind == PART_FRAME)
			append_counted(&text, part->module);
		append_counted(&text, part->value);
	}
	hash_text(&text, key);
	pfree(text.data);
}

/* Computes an event's keys, in the order in which an issue is looked up by them; the first "most" of them. */
void
fingerprint_compute(const GroupedEvent *event, int most, Keys *keys)
{
	Grouping grouping;

	grouping_read(event, &grouping);
	keys->n = 1;
	hash_parts(&grouping, false, keys->keys[0]);
	if (grouping.has_frames && most > 1)
		hash_parts(&grouping, true, keys->keys[keys->n++]);
}
