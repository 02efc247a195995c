/*
 * Reads versions as engineers write them, and compares them.
 *
 *   [package@] [v] 1.2.3 [pre-release] [after] [+build]
 *   [package@] [v] 2024-01-15 [time, number or hash] ...
 *
 * The conventions do not agree.  What is decided here:
 *
 *   - In "1.2.3-x", x is a pre-release, as semver has it, also where x is a number;
 *     but hotfix, patch, p, sp, post, r, rev, update, u and dirty come after, and so
 *     does "-14-gabc1234" of git describe; build is a build; final, ga, release and
 *     stable say nothing.  A hash there may be either: no order.
 *   - Letters and digits are apart: rc2 < rc10, and rc1, rc.1 and rc-1 are the same.
 *     alpha and a, beta and b, milestone and m, rc, cr and c are the same words.
 *   - Other words are in the order of ASCII, which has canary, nightly, preview and
 *     rc in the order that is meant.  dev is below them all (PEP 440), though it is
 *     no word of semver's; SNAPSHOT above them all (Maven).  Behind another
 *     pre-release both say: on the way to that one (1.0a1.dev2 < 1.0a1).
 *   - '_' is a dot (1.8.0_292), '~' is a dash (1.0~rc1).
 *   - Builds have an order by their numbers; words before these name a kind of build,
 *     and two kinds have none.
 *   - Numbers of eight digits from 19700101 to 20991231 are days; and behind a day a
 *     number counts releases of that day, whatever the separator.
 *   - What cannot be read to its end is no version: better no order than a wrong one.
 *     So is an integer with an unknown word (3-way-merge, 12-factor), 1.x, a UUID, a
 *     time in a zone other than UTC.
 */
#include "version.h"

#include "version_reader.h"

#define HASH_MIN 7
#define HASH_MAX 64
#define UUID_LENGTH 36

/* The longest word that means something. */
#define WORD_MAX 9

/* What a word says. */
typedef enum WordKind
{
	WORD_UNKNOWN,
	WORD_PRE,
	WORD_DEV,
	WORD_SNAPSHOT,
	WORD_RELEASE,
	WORD_DIRTY,
	WORD_BUILD,
	WORD_POST
} WordKind;

/* A word that is known, and as what it is written. */
typedef struct Word
{
	Slice word;
	WordKind kind;
	Slice written;
} Word;

static const Word words[] = {
	{SLICE("a"), WORD_PRE, SLICE("a")},
	{SLICE("alpha"), WORD_PRE, SLICE("a")},
	{SLICE("b"), WORD_PRE, SLICE("b")},
	{SLICE("beta"), WORD_PRE, SLICE("b")},
	{SLICE("c"), WORD_PRE, SLICE("rc")},
	{SLICE("canary"), WORD_PRE, SLICE("canary")},
	{SLICE("cr"), WORD_PRE, SLICE("rc")},
	{SLICE("m"), WORD_PRE, SLICE("m")},
	{SLICE("milestone"), WORD_PRE, SLICE("m")},
	{SLICE("nightly"), WORD_PRE, SLICE("nightly")},
	{SLICE("pre"), WORD_PRE, SLICE("pre")},
	{SLICE("preview"), WORD_PRE, SLICE("preview")},
	{SLICE("rc"), WORD_PRE, SLICE("rc")},
	{SLICE("dev"), WORD_DEV, SLICE("")},
	{SLICE("devel"), WORD_DEV, SLICE("")},
	{SLICE("snapshot"), WORD_SNAPSHOT, SLICE("")},
	{SLICE("final"), WORD_RELEASE, SLICE("")},
	{SLICE("ga"), WORD_RELEASE, SLICE("")},
	{SLICE("release"), WORD_RELEASE, SLICE("")},
	{SLICE("stable"), WORD_RELEASE, SLICE("")},
	{SLICE("dirty"), WORD_DIRTY, SLICE("")},
	{SLICE("build"), WORD_BUILD, SLICE("")},
	{SLICE("hotfix"), WORD_POST, SLICE("hotfix")},
	{SLICE("p"), WORD_POST, SLICE("p")},
	{SLICE("patch"), WORD_POST, SLICE("p")},
	{SLICE("post"), WORD_POST, SLICE("post")},
	{SLICE("r"), WORD_POST, SLICE("post")},
	{SLICE("rev"), WORD_POST, SLICE("post")},
	{SLICE("sp"), WORD_POST, SLICE("sp")},
	{SLICE("u"), WORD_POST, SLICE("u")},
	{SLICE("update"), WORD_POST, SLICE("u")},
};

/* Writes a number, but zeros of a release or a build only before another number. */
void
reader_put_number(Reader *reader, Slice digits)
{
	while (digits.len > 0 && digits.data[0] == '0')
		digits = slice_skip(digits, 1);
	if (reader->part == IN_RELEASE || reader->part == IN_BUILD)
	{
		if (digits.len == 0)
		{
			reader->zeros++;
			return;
		}
		if (reader->part == IN_BUILD && !reader->build_begun)
			*reader->at++ = TAG_BUILD;
		reader->build_begun = true;
		for (; reader->zeros > 0; reader->zeros--)
			*reader->at++ = TAG_NUMBER;
	}
	reader->at = key_put_number(reader->at, digits);
}

/* The letters and digits that s begins with. */
static Slice
first_part(Slice s)
{
	size_t n = 0;

	while (n < s.len && (is_letter(s.data[n]) || is_digit(s.data[n])))
		n++;
	return slice_range(s, 0, n);
}

/* Is s a day as setuptools_scm names it, d20240115?  It is no hash, though it could be one. */
static bool
is_named_day(Slice s)
{
	return s.len == 9 && (s.data[0] | 0x20) == 'd' && s.data[1] == '2' && s.data[2] == '0' &&
	       count_digits(s, 1) == 8;
}

/* Is s the hash of a commit, with so many letters at least?  Without any it is a number. */
static bool
is_hash(Slice s, int min_letters)
{
	int letters = 0;

	if (s.len < HASH_MIN || s.len > HASH_MAX || is_named_day(s))
		return false;
	for (size_t i = 0; i < s.len; i++)
	{
		if (!is_hex_digit(s.data[i]))
			return false;
		letters += is_letter(s.data[i]);
	}
	return letters >= min_letters;
}

/* Is s 8-4-4-4-12 hexadecimal digits? */
static bool
is_uuid(Slice s)
{
	if (s.len != UUID_LENGTH)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s.data[i] != '-' : !is_hex_digit(s.data[i]))
			return false;
	return true;
}

/* Writes a tag. */
static void
put_tag(Reader *reader, KeyTag tag)
{
	*reader->at++ = (uint8_t) tag;
	reader->zeros = 0;
}

/* Writes text. */
static void
put_text(Reader *reader, KeyTag tag, Slice text)
{
	reader->at = key_put_text(reader->at, tag, text);
	reader->zeros = 0;
}

/* Writes what has no order with others at its place. */
static void
put_hash(Reader *reader, Slice hash)
{
	switch (reader->part)
	{
		case IN_BUILD:
			put_text(reader, reader->build_begun ? TAG_HASH : TAG_HASH_BUILD, hash);
			reader->build_begun = true;
			break;
		case IN_RELEASE:
			put_text(reader, reader->dated ? TAG_HASH : TAG_HASH_RELEASE, hash);
			reader->part = IN_POST;
			break;
		default:
			put_text(reader, TAG_HASH, hash);
	}
}

/* Takes what every version begins with; false where it is none. */
static bool
take_start(Reader *reader)
{
	Slice s = reader->rest;
	Slice part;

	if ((peek(s, 0) == 'v' || peek(s, 0) == 'V') && is_digit(peek(s, 1)))
		s = slice_skip(s, 1);
	reader->rest = s;
	part = first_part(s);
	if (!is_digit(peek(s, 0)) || (is_hash(part, 1) && peek(s, part.len) != '.') || is_uuid(s))
		return false;
	if (reader_take_day(reader))
		return reader_take_time(reader);
	reader_put_number(reader, reader_take(reader, count_digits(s, 0)));
	return true;
}

/*
 * Takes "14-gabc1234" of git describe: so many commits after what stands before.
 * None is that itself, of which only the hash is told.
 */
static bool
take_commits(Reader *reader)
{
	Slice s = reader->rest;
	size_t n = count_digits(s, 0);
	size_t hash = n + 2;
	size_t end = hash + count_hex_digits(s, hash);
	Slice count = slice_range(s, 0, n);

	if (n == 0 || peek(s, n) != '-' || (peek(s, n + 1) != 'g' && peek(s, n + 1) != 'G') || end < hash + 4 ||
	    first_part(slice_skip(s, end)).len > 0)
		return false;
	while (count.len > 0 && count.data[0] == '0')
		count = slice_skip(count, 1);
	if (count.len > 0)
	{
		put_text(reader, TAG_POST, SLICE(""));
		reader->part = IN_POST;
		reader_put_number(reader, count);
		put_hash(reader, slice_range(s, hash, end));
	}
	else
		put_text(reader, reader->part == IN_RELEASE && !reader->dated ? TAG_HASH_BUILD : TAG_HASH,
		         slice_range(s, hash, end));
	reader->part = IN_POST;
	reader->rest = slice_skip(s, end);
	return true;
}

/* Looks a word up; NULL: it says nothing that is known. */
static const Word *
find_word(Slice word)
{
	char lower[WORD_MAX];

	if (word.len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < word.len; i++)
		lower[i] = (char) (word.data[i] | 0x20);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].word.len == word.len && memcmp(words[i].word.data, lower, word.len) == 0)
			return &words[i];
	return NULL;
}

/* Writes a word of a pre-release; what it is one of stands before. */
static void
put_pre(Reader *reader, Slice word)
{
	if (reader->part != IN_PRE)
		put_tag(reader, TAG_PRE);
	reader->part = IN_PRE;
	put_text(reader, TAG_WORD, word);
}

/* Takes a word; false where there is no version with it. */
static bool
take_word(Reader *reader, bool dash)
{
	size_t n = 0;
	Slice word;
	const Word *known;
	WordKind kind;

	while (is_letter(peek(reader->rest, n)))
		n++;
	word = reader_take(reader, n);
	known = find_word(word);
	kind = known ? known->kind : WORD_UNKNOWN;
	if (reader->part == IN_BUILD)
	{
		if (kind == WORD_DIRTY)
			put_tag(reader, TAG_DIRTY);
		else if (kind != WORD_BUILD)
			put_hash(reader, word);
		return true;
	}
	switch (kind)
	{
		case WORD_RELEASE:
			return true;
		case WORD_PRE:
			put_pre(reader, known->written);
			return true;
		case WORD_BUILD:
			reader->part = IN_BUILD;
			reader->zeros = 0;
			reader->build_begun = false;
			return true;
		case WORD_DEV:
			put_tag(reader, TAG_DEV);
			reader->part = IN_PRE;
			return true;
		case WORD_SNAPSHOT:
			put_tag(reader, TAG_SNAPSHOT);
			reader->part = IN_PRE;
			return true;
		case WORD_DIRTY:
			put_tag(reader, TAG_DIRTY);
			reader->part = IN_POST;
			return true;
		case WORD_POST:
			put_text(reader, TAG_POST, known->written);
			reader->part = IN_POST;
			return true;
		case WORD_UNKNOWN:
			break;
	}
	/* 1.x is no release; and an integer and a name are together a name */
	if (!reader->dotted || (reader->part == IN_RELEASE && !dash && n == 1 && (word.data[0] | 0x20) == 'x'))
		return false;
	if (reader->part == IN_POST)
		put_text(reader, TAG_WORD, word);
	else
		put_pre(reader, word);
	return true;
}

/* Takes digits. */
static void
take_digits(Reader *reader, bool dash)
{
	if (reader->part == IN_RELEASE && dash && !reader->dated)
	{
		put_tag(reader, TAG_PRE);
		reader->part = IN_PRE;
	}
	if (reader->part == IN_RELEASE)
		reader->dotted = true;
	reader_put_number(reader, reader_take(reader, count_digits(reader->rest, 0)));
}

/* Takes what a build begins with: +, or the parenthesis whose end is already off the text. */
static bool
take_build_start(Reader *reader)
{
	Slice s = reader->rest;

	while (is_blank(peek(s, 0)))
		s = slice_skip(s, 1);
	if (peek(s, 0) != '+' && peek(s, 0) != '(')
		return false;
	reader->rest = slice_skip(s, 1);
	reader->zeros = 0;
	if (reader->part != IN_BUILD)
		reader->build_begun = false;
	reader->part = IN_BUILD;
	return true;
}

/* Takes what parts two items: dashes, and one dot at the most; false where there is something else. */
static bool
take_separator(Reader *reader, bool *dash)
{
	int dots = 0;

	for (;; reader_take(reader, 1))
	{
		char c = peek(reader->rest, 0);

		if (c == '-' || c == '~')
			*dash = true;
		else if (c == '.' || c == '_')
			dots++;
		else
			return dots <= 1;
	}
}

/* Takes a separator, if there is one, and a hash, a word or a number. */
static bool
take_item(Reader *reader)
{
	bool dash = false, first = true;
	char c = peek(reader->rest, 0);

	if (c == '.' || c == '_' || c == '-' || c == '~')
	{
		if (!take_separator(reader, &dash))
			return false;
	}
	else if (!take_build_start(reader))
		first = false;
	if (first)
	{
		Slice part = first_part(reader->rest);
		bool named = part.len > 0 && (part.data[0] | 0x20) == 'g';

		if (dash && reader->part != IN_BUILD && take_commits(reader))
			return true;
		/* one letter in a number of the release, 1.0.2024011b2, is PEP 440's */
		if (is_hash(part, reader->part == IN_RELEASE && !dash ? 2 : 1) ||
		    (named && is_hash(slice_skip(part, 1), 0)))
		{
			put_hash(reader, slice_skip(part, named));
			reader_take(reader, part.len);
			return true;
		}
	}
	if (is_digit(peek(reader->rest, 0)))
	{
		take_digits(reader, dash);
		return true;
	}
	return is_letter(peek(reader->rest, 0)) && take_word(reader, dash);
}

/* Writes the key of a version, and returns where it ends; NULL where it is none. */
static uint8_t *
write_key(Slice version, uint8_t *key)
{
	Reader reader = {.rest = version, .at = key};
	bool closed = version.data[version.len - 1] == ')';

	if (closed != (slice_find_char(version, '(') >= 0))
		return NULL;
	reader.rest.len -= closed;
	if (!take_start(&reader))
		return NULL;
	while (reader.rest.len > 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (!take_item(&reader))
			return NULL;
	}
	put_tag(&reader, TAG_END);
	return reader.at;
}

/* Parts a release into its package, empty where it has none, and its version. */
void
release_split(Slice text, Slice *package, Slice *version)
{
	ptrdiff_t at = slice_find_last_char(text, '@');

	*package = slice_trim_lines(slice_range(text, 0, at < 0 ? 0 : (size_t) at));
	*version = slice_trim_lines(slice_skip(text, (size_t) (at + 1)));
}

/* Reads a release. */
void
release_read(Slice text, Release *release, Allocator allocator)
{
	uint8_t *key = release->room;
	uint8_t *end = NULL;
	size_t room;

	release_split(text, &release->package, &release->version);
	release->integer = false;
	if (release->version.len > 0)
	{
		room = release->version.len * KEY_BYTES_PER_BYTE + KEY_BYTES_MORE;
		if (room > sizeof(release->room))
			key = allocator.alloc(allocator.context, room);
		end = write_key(release->version, key);
		release->integer = count_digits(release->version, 0) == release->version.len;
	}
	release->key = end ? key : NULL;
	release->key_len = end ? (size_t) (end - key) : 0;
}

/* Compares integers of any length by their digits. */
static int
order_of_integers(Slice a, Slice b)
{
	int order;

	while (a.len > 0 && a.data[0] == '0')
		a = slice_skip(a, 1);
	while (b.len > 0 && b.data[0] == '0')
		b = slice_skip(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	order = a.len > 0 ? memcmp(a.data, b.data, a.len) : 0;
	return (order > 0) - (order < 0);
}

/* Compares two releases: *order is -1, 0 or 1; false where the texts alone do not say. */
bool
release_order(const Release *a, const Release *b, int *order)
{
	if (a->package.len > 0 && b->package.len > 0 && !slice_equal(a->package, b->package))
		return false;
	if (a->key == NULL || b->key == NULL)
	{
		*order = 0;
		return slice_equal(a->version, b->version) &&
		       (a->version.len > 0 || slice_equal(a->package, b->package));
	}
	if (!key_order(a->key, a->key_len, b->key, b->key_len, order))
		return false;
	/* 9999999 and 20240115: two integers, or a day that is below 2025? */
	return !a->integer || !b->integer || order_of_integers(a->version, b->version) == *order;
}
