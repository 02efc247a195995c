/*
 * What identifies an error: SHA-256 over a list of parts.  Each part goes in
 * with its length before it, so that no two lists give the same bytes; the
 * first says which version of these rules made the list.
 */
#include "fingerprint.h"

#include <openssl/evp.h>

#include "message.h"
#include "utils/memutils.h"

/* So many frames identify an error; measured: with fewer, other errors join, with more, the same ones part. */
#define IDENTIFYING_FRAMES 3

static EVP_MD *digest = NULL;
static EVP_MD_CTX *context = NULL;

/* Begins a hash.  Fetching the digest costs more than using it, so that is done once per backend. */
static void
hash_begin(void)
{
	if (context == NULL)
	{
		if (digest == NULL)
			digest = EVP_MD_fetch(NULL, "SHA256", NULL);
		if (digest != NULL)
			context = EVP_MD_CTX_new();
	}
	if (context == NULL || EVP_DigestInit_ex2(context, digest, NULL) != 1)
		ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("could not start a SHA-256 hash"),
		                errdetail("OpenSSL did not provide the digest."),
		                errhint("Check the OpenSSL configuration of the server.")));
}

/* Adds one part. */
static void
hash_add(Slice part)
{
	uint8 length[4] = {part.len >> 24, part.len >> 16, part.len >> 8, part.len};

	if (EVP_DigestUpdate(context, length, sizeof(length)) != 1 ||
	    EVP_DigestUpdate(context, part.data, part.len) != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("could not compute a SHA-256 hash")));
}

/* Ends the hash. */
static void
hash_end(uint8 *fingerprint)
{
	if (EVP_DigestFinal_ex(context, fingerprint, NULL) != 1)
		ereport(ERROR,
		        (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("could not compute a SHA-256 hash")));
}

/* Adds what identifies a frame. */
static void
hash_frame(const Stack *stack, const Frame *frame)
{
	Slice module, function;

	frame_identify(stack->language, frame, palloc_allocator(), &module, &function);
	hash_add(module);
	hash_add(function);
}

/* Adds a message without its variable parts. */
static void
hash_message(Slice message)
{
	char normalized[MESSAGE_MAX_NORMALIZED];

	hash_add((Slice){normalized, message_normalize(message, normalized)});
}

/* The innermost in-app frame, or where there is none, the innermost one; NULL without frames. */
const Frame *
find_culprit(const Exception *exception)
{
	for (int f = 0; f < exception->nframes; f++)
		if (exception->frames[f].in_app == IN_APP_YES)
			return &exception->frames[f];
	for (int f = 0; f < exception->nframes; f++)
		if (!exception->frames[f].dropped)
			return &exception->frames[f];
	return NULL;
}

/*
 * The frames that identify an exception: the innermost in-app ones, at most
 * IDENTIFYING_FRAMES; where none is in-app, the innermost ones.  Returns how many,
 * or 0 where names are asked for and none of them has one.
 */
static int
identifying_frames(const Exception *exception, bool need_names, const Frame **frames)
{
	int n = 0;
	bool any_in_app = false, any_named = false;

	for (int f = 0; f < exception->nframes && !any_in_app; f++)
		any_in_app = exception->frames[f].in_app == IN_APP_YES;
	for (int f = 0; f < exception->nframes && n < IDENTIFYING_FRAMES; f++)
	{
		const Frame *frame = &exception->frames[f];

		if (frame->dropped || (any_in_app && frame->in_app != IN_APP_YES))
			continue;
		frames[n++] = frame;
		any_named |= has_text(frame->function);
	}
	return any_named || !need_names ? n : 0;
}

/*
 * Adds what errtrack itself goes by: the root cause, its class and its frames.
 * What wraps an error is often one place that all errors pass.  Without frames,
 * the class and the message.
 */
static void
hash_default(const GroupedEvent *event)
{
	const Stack *stack = event->stack;

	/* the anonymous functions of a minified bundle would join all of its errors */
	bool need_names = stack->language == &javascript_language && has_text(event->message);

	for (int e = stack->nexceptions - 1; e >= 0; e--)
	{
		const Exception *exception = &stack->exceptions[e];
		const Frame *frames[IDENTIFYING_FRAMES];
		int n = identifying_frames(exception, need_names, frames);

		if (n == 0)
			continue;
		hash_add(SLICE("stack"));
		/* the class of the reported exception may have been told apart from its stack */
		hash_add(last_name(e == 0 ? event->exception_class : exception->type, '.'));
		for (int f = 0; f < n; f++)
			hash_frame(stack, frames[f]);
		return;
	}
	hash_add(SLICE("message"));
	hash_add(last_name(event->exception_class, '.'));
	hash_message(event->message);
}

/*
 * Computes an event's fingerprint, FINGERPRINT_LENGTH bytes.
 */
void
fingerprint_compute(const GroupedEvent *event, uint8 *fingerprint)
{
	static const Slice version = {"1", 1};

	hash_begin();
	hash_add(version);
	if (event->ngiven == 0)
		hash_default(event);
	for (int i = 0; i < event->ngiven; i++)
	{
		if (slice_equal(event->given[i], SLICE("{{ default }}")))
			hash_default(event);
		else
		{
			hash_add(SLICE("given"));
			hash_add(event->given[i]);
		}
	}
	hash_end(fingerprint);
}
