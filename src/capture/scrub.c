/*
 * Secrets: the values of headers that carry them are replaced before an event
 * reaches the disk.
 */
#include "event.h"

/* The server rewrites JSON by recursion: nested deeper than this, it could run out of stack. */
#define REWRITE_DEPTH 500

/* What stands in the place of a secret. */
static const char filtered[] = "[Filtered]";

/* Names, in lower case and with hyphens, whose values are secrets. */
static const Slice secret_names[] = {
	{"authorization", 13}, {"proxy-authorization", 19},
	{"cookie", 6},         {"cookies", 7}, /* as SDKs call the cookie header once it is parsed */
	{"set-cookie", 10},    {"x-api-key", 9},
};

/* A name's character in lower case, with a hyphen for an underscore: Set-Cookie, SET_COOKIE. */
static inline char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c == '_' ? '-' : c;
}

/* Is name, whatever its case, equal to folded? */
static bool
equal_folded(Slice name, Slice folded)
{
	if (name.len != folded.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (fold(name.data[i]) != folded.data[i])
			return false;
	return true;
}

/* Does a key or a header of this name carry a secret?  HTTP_COOKIE is how CGI and WSGI write Cookie. */
static bool
is_secret(const JsonbValue *key)
{
	const Slice cgi = SLICE("http-");
	Slice name = {key->val.string.val, key->val.string.len};

	if (name.len > cgi.len && equal_folded(slice_range(name, 0, cgi.len), cgi))
		name = slice_skip(name, cgi.len);
	for (size_t i = 0; i < lengthof(secret_names); i++)
		if (equal_folded(name, secret_names[i]))
			return true;
	return false;
}

/* Copies tokens from it, with the values of secrets replaced; without a state, only looks for one. */
static bool
scrub(JsonbContainer *container, JsonbParseState **state, JsonbValue **result)
{
	JsonbIterator *it = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue value;
	JsonbValue replacement = {.type = jbvString};
	bool found = false;
	int depth = 0;
	bool in_pair = false; /* a list of two begins */
	bool replace = false; /* the next value is a secret */

	replacement.val.string.val = (char *) filtered;
	replacement.val.string.len = sizeof(filtered) - 1;
	while ((token = JsonbIteratorNext(&it, &value, replace)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT)
			depth++;
		else if (token == WJB_END_ARRAY || token == WJB_END_OBJECT)
			depth--;
		if (state != NULL && depth > REWRITE_DEPTH)
		{
			*result = NULL;
			return true;
		}
		if (replace)
		{
			replace = false;
			in_pair = false;
			found = true;
			if (state == NULL)
				return true;
			*result = pushJsonbValue(state, token, &replacement);
			continue;
		}
		if (token == WJB_KEY)
			replace = is_secret(&value);
		else if (token == WJB_BEGIN_ARRAY)
			in_pair = !value.val.array.rawScalar && value.val.array.nElems == 2;
		else
		{
			replace = token == WJB_ELEM && in_pair && value.type == jbvString && is_secret(&value);
			in_pair = false;
		}
		if (state != NULL)
			*result = pushJsonbValue(state, token, token < WJB_BEGIN_ARRAY ? &value : NULL);
	}
	return found;
}

/*
 * Replaces the values of secrets in json, at any depth: the value of a key in
 * an object, and the second of a list of two where a header is [name, value].
 * Returns json itself where there is none, and NULL where it cannot be rewritten,
 * since it is nested too deep.
 */
Jsonb *
scrub_json(Jsonb *json)
{
	JsonbParseState *state = NULL;
	JsonbValue *result = NULL;

	if (!scrub(&json->root, NULL, NULL))
		return json;
	scrub(&json->root, &state, &result);
	return result != NULL ? JsonbValueToJsonb(result) : NULL;
}
