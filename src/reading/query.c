/*
 * Takes apart what is typed into a search:
 *
 *   query   the terms, blanks between them
 *   term    [- or !] word  |  [- or !] field : values
 *   values  value {, value}  |  [ value {, value} ]
 *   value   [> >= < <=] word
 *   word    text up to a blank, or "text in quotes"
 *
 * In a word * stands for any text, unless it is in quotes; \ takes the meaning
 * from what follows it, if that has one: the paths and names of an error have it
 * too.  Each part keeps its place in the query, which an error then shows.
 */
#include "query.h"

#include "mb/pg_wchar.h"

/* Each term is looked at for each issue. */
#define MAX_TERMS 100
/* Values of one of them. */
#define MAX_VALUES 100
#define MAX_QUERY_BYTES 10000

/* Of a query, so many columns are shown on either side of the bad word. */
#define COLUMNS_SHOWN 50

/* A query that is being read. */
typedef struct Reader
{
	Slice query;
	Slice rest;
} Reader;

/* What words of their own are. */
static const Field word_field = {"word", FIELD_WORD};

/* s as a C string. */
const char *
copy_slice(Slice s)
{
	return pnstrdup(s.data, s.len);
}

/* How many columns a text takes on a terminal. */
static int
columns_of(Slice s)
{
	int columns = 0;

	while (s.len > 0)
	{
		columns += Max(pg_dsplen(s.data), 1);
		s = slice_skip(s, pg_mblen(s.data));
	}
	return columns;
}

/* Appends a text as it is shown in one line. */
static void
append_line(StringInfo line, Slice s)
{
	for (size_t i = 0; i < s.len; i++)
		appendStringInfoChar(line, (uint8) s.data[i] < ' ' ? ' ' : s.data[i]);
}

/* The query, with a line below it that marks the word. */
static const char *
mark_word(Slice query, Slice word)
{
	size_t start = word.data - query.data, end = start + word.len;
	size_t from = start > COLUMNS_SHOWN ? slice_clip(query, start - COLUMNS_SHOWN).len : 0;
	Slice before = slice_range(query, from, start);
	Slice shown_word = slice_clip(word, 2 * COLUMNS_SHOWN);
	Slice after = slice_clip(slice_skip(query, end), COLUMNS_SHOWN);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "The word is marked:\n");
	if (from > 0)
		appendStringInfoString(&text, "...");
	append_line(&text, before);
	append_line(&text, shown_word);
	if (shown_word.len < word.len)
		appendStringInfoString(&text, "...");
	else
	{
		append_line(&text, after);
		if (end + after.len < query.len)
			appendStringInfoString(&text, "...");
	}
	appendStringInfoChar(&text, '\n');
	appendStringInfoSpaces(&text, (from > 0 ? 3 : 0) + columns_of(before));
	for (int i = Max(columns_of(shown_word), 1); i > 0; i--)
		appendStringInfoChar(&text, '^');
	return text.data;
}

/* Says what is wrong with a word of the query. */
void
query_error(Slice query, Slice word, const char *hint, const char *format, ...)
{
	char message[500];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	message[pg_mbcliplen(message, strlen(message), sizeof(message) - 1)] = '\0';
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg_internal("search: %s", message),
	                errdetail_internal("%s", mark_word(query, word)), errhint("%s", hint)));
}

/* Is it a blank, or the end of a line? */
static bool
is_space(char c)
{
	return is_blank(c) || c == '\n';
}

/* Takes blanks and ends of lines off the front. */
static void
skip_blanks(Slice *rest)
{
	while (rest->len > 0 && is_space(rest->data[0]))
		*rest = slice_skip(*rest, 1);
}

/* The next n bytes. */
static Slice
next_bytes(const Reader *reader, size_t n)
{
	return slice_range(reader->rest, 0, n);
}

/* What was read since rest began there. */
static Slice
read_since(const Reader *reader, const char *start)
{
	return (Slice){start, reader->rest.data - start};
}

/* Takes a backslash that takes the meaning from one of the characters in special. */
static bool
take_escape(Reader *reader, const char *special)
{
	char next = peek(reader->rest, 1);

	if (peek(reader->rest, 0) != '\\' || next == '\0' || strchr(special, next) == NULL)
		return false;
	reader->rest = slice_skip(reader->rest, 1);
	return true;
}

/* Reads a text in quotes. */
static void
read_quoted(Reader *reader, StringInfo text)
{
	Slice start = reader->rest;

	reader->rest = slice_skip(reader->rest, 1);
	for (;;)
	{
		bool is_escaped = take_escape(reader, "\\\"");

		if (reader->rest.len == 0)
			query_error(
				reader->query, start,
				"Put a quote at its end, where a backslash before it is written twice; or a backslash "
				"before this one: \\\".",
				"a quote is not closed");
		if (reader->rest.data[0] == '"' && !is_escaped)
			break;
		appendStringInfoChar(text, reader->rest.data[0]);
		reader->rest = slice_skip(reader->rest, 1);
	}
	reader->rest = slice_skip(reader->rest, 1);
}

/* Raises where something follows a quote, other than a blank or one of the characters in stops. */
static void
check_end_of_quote(const Reader *reader, const char *stops)
{
	if (reader->rest.len > 0 && !is_space(reader->rest.data[0]) &&
	    strchr(stops, reader->rest.data[0]) == NULL)
		query_error(reader->query, next_bytes(reader, pg_mblen(reader->rest.data)),
		            "Put a blank behind the quote, or a backslash before a quote that is looked for: \\\".",
		            "something follows a quote");
}

/*
 * Reads a value of a field, but for its operator: up to a blank or one of the
 * characters in stops.  It may be empty.  Behind a word of its own in quotes there
 * may be anything, as in an error's: column "id", relation "users".
 */
static Value *
read_value(Reader *reader, const Field *field, const char *stops)
{
	Value *value = palloc0(sizeof(Value));
	const char *start = reader->rest.data;
	StringInfoData text;
	bool *is_star = palloc0(reader->rest.len + 1);

	initStringInfo(&text);
	value->quoted = peek(reader->rest, 0) == '"';
	if (value->quoted)
	{
		read_quoted(reader, &text);
		if (field->kind != FIELD_WORD)
			check_end_of_quote(reader, stops);
	}
	else
		for (; reader->rest.len > 0; reader->rest = slice_skip(reader->rest, 1))
		{
			bool is_escaped = take_escape(reader, "*\\\",[]-! \t\r\v\f\n");
			char c = reader->rest.data[0];

			if (!is_escaped && (is_space(c) || strchr(stops, c) != NULL))
				break;
			/* has:tag."odd key" */
			if (!is_escaped && c == '"' && field->kind == FIELD_HAS &&
			    tag_prefix((Slice){text.data, text.len}) == text.len)
			{
				read_quoted(reader, &text);
				check_end_of_quote(reader, stops);
				break;
			}
			if (!is_escaped && c == '*')
				value->has_star = is_star[text.len] = true;
			appendStringInfoChar(&text, c);
		}
	value->word = read_since(reader, start);
	value->text = (Slice){text.data, text.len};
	/* capitals matter in the names of users alone: there an index finds them */
	value->pattern = make_pattern(value->text, is_star, field->kind != FIELD_USER);
	pfree(is_star);
	return value;
}

/* Takes an operator, where the field has values that can be compared. */
static Comparison
read_comparison(Reader *reader, const Field *field)
{
	switch (field->kind)
	{
		case FIELD_NUMBER:
		case FIELD_TIME:
		case FIELD_USERS:
		case FIELD_VERSION:
		case FIELD_RELEASE:
			break;
		default:
			return IS;
	}
	if (take_text(&reader->rest, SLICE(">=")))
		return FROM;
	if (take_text(&reader->rest, SLICE("<=")))
		return UP_TO;
	if (take_text(&reader->rest, SLICE(">")))
		return ABOVE;
	if (take_text(&reader->rest, SLICE("<")))
		return BELOW;
	return IS;
}

/* Reads what stands behind a field's colon. */
static void
read_values(Reader *reader, Term *term)
{
	const char *start = reader->rest.data;
	bool in_list = take_text(&reader->rest, SLICE("["));
	const char *stops = in_list ? ",]" : ",";

	do
	{
		const char *value_start;
		Value *value;
		Comparison comparison;

		if (in_list)
			skip_blanks(&reader->rest);
		value_start = reader->rest.data;
		comparison = read_comparison(reader, term->field);
		value = read_value(reader, term->field, stops);
		value->comparison = comparison;
		value->word = read_since(reader, value_start);
		if (value->text.len == 0)
			query_error(reader->query, term->word,
			            "Write the value right behind the colon, without a blank; has:FIELD finds issues "
			            "that have any.",
			            "\"%s\" has no value", copy_slice(term->word));
		if (list_length(term->values) == MAX_VALUES)
			query_error(reader->query, value->word, "Select from errtrack.issues with conditions in SQL.",
			            "more than %d values", MAX_VALUES);
		term->values = lappend(term->values, value);
		if (in_list)
			skip_blanks(&reader->rest);
	} while (take_text(&reader->rest, SLICE(",")));
	if (!in_list)
		return;
	if (!take_text(&reader->rest, SLICE("]")))
		query_error(reader->query, read_since(reader, start),
		            "Put a ] behind the last value, and commas between them.", "a list is not closed");
	if (reader->rest.len > 0 && !is_space(reader->rest.data[0]))
		query_error(reader->query, next_bytes(reader, pg_mblen(reader->rest.data)),
		            "Put a blank behind the ].", "something follows a list");
}

/* May c stand in the name of a field? */
static bool
is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '/';
}

/* Are all bytes such as the names of fields have? */
static bool
is_identifier(Slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_word(name.data[i]))
			return false;
	return true;
}

/*
 * Takes the name of a field and its colon.  What is more likely part of an error's
 * own words is none: "https://", "std::sync", "pay.py:12", "C:\\", "TypeError:" and a blank.
 */
static bool
read_field(Reader *reader, Term *term)
{
	Slice rest = reader->rest, name;
	size_t length = 0;

	while (length < rest.len &&
	       (is_name(rest.data[length]) ||
	        ((rest.data[length] & 0x80) != 0 && tag_prefix(slice_range(rest, 0, length)) > 0)))
		length++;
	name = slice_range(rest, 0, length);
	term->field = find_field(name, &term->tag);
	if (term->field != NULL && term->field->kind == FIELD_TAG && term->tag.len == 0 &&
	    peek(rest, length) == '"')
	{
		StringInfoData key;

		initStringInfo(&key);
		reader->rest = slice_skip(rest, length);
		read_quoted(reader, &key);
		term->tag = (Slice){key.data, key.len};
		length = reader->rest.data - rest.data;
		reader->rest = rest;
	}
	if (length < 2 || peek(rest, length) != ':' || !is_letter(rest.data[0]) ||
	    peek(rest, length + 1) == ':' || slice_starts(slice_skip(rest, length), SLICE("://")))
		return false;
	if (term->field == NULL)
	{
		const char *nearest = nearest_field(name);

		if (length + 1 == rest.len || is_space(rest.data[length + 1]) ||
		    (is_digit(rest.data[length + 1]) && !is_identifier(name)))
			return false;
		query_error(reader->query, name,
		            psprintf("%sA tag is written tag.%s:, the text itself in quotes. Fields are %s.",
		                     nearest ? psprintf("Perhaps you meant \"%s\". ", nearest) : "", copy_slice(name),
		                     field_names()),
		            "unknown field \"%s\"", copy_slice(name));
	}
	if (term->field->kind == FIELD_TAG && term->tag.len == 0)
		query_error(reader->query, slice_range(rest, 0, length), "Write tag.browser:Chrome, say.",
		            "a tag has no key");
	reader->rest = slice_skip(rest, length + 1);
	term->word = slice_range(rest, 0, length + 1);
	return true;
}

/* Reads a word of its own. */
static void
read_own_word(Reader *reader, Term *term)
{
	Value *value = read_value(reader, &word_field, "");

	if (value->text.len == 0)
		query_error(reader->query, value->word,
		            "Put what is looked for between the quotes; two quotes themselves are written \\\"\\\".",
		            "nothing is in the quotes");
	if (!value->quoted && (slice_equal(value->text, SLICE("OR")) || slice_equal(value->text, SLICE("AND"))))
		query_error(reader->query, value->word,
		            "An issue must meet all terms; of one field any value will do: level:error,fatal. To "
		            "look for the word itself, put it in quotes.",
		            "%s joins nothing here", copy_slice(value->text));
	term->field = &word_field;
	term->word = value->word;
	term->values = list_make1(value);
}

/*
 * Takes a sign that says not.  One that stands alone is a word, and so is what an
 * error has more likely: -1, ->, !=.
 */
static bool
take_sign(Reader *reader)
{
	char c = peek(reader->rest, 0), next = peek(reader->rest, 1);

	if ((c != '-' && c != '!') || next == '\0' || is_space(next) || next == '=' || next == '>' ||
	    (c == '-' && is_digit(next)))
		return false;
	reader->rest = slice_skip(reader->rest, 1);
	return true;
}

/* Reads one term. */
static Term *
read_term(Reader *reader)
{
	Term *term = palloc0(sizeof(Term));
	const char *start = reader->rest.data;
	/* right behind a quote neither a sign nor a field begins */
	bool is_apart = start == reader->query.data || is_space(start[-1]);

	term->negated = is_apart && take_sign(reader);
	if (is_apart && read_field(reader, term))
		read_values(reader, term);
	else
		read_own_word(reader, term);
	return term;
}

/* Reads a query, whose terms are returned; raises where it is none. */
List *
read_query(Slice query)
{
	Reader reader = {.query = query, .rest = query};
	List *terms = NIL;

	if (query.len > MAX_QUERY_BYTES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("search: the query is too long"),
		                errdetail("It has %zu bytes; %d are the most.", query.len, MAX_QUERY_BYTES),
		                errhint("Select from errtrack.issues with conditions in SQL.")));
	for (skip_blanks(&reader.rest); reader.rest.len > 0; skip_blanks(&reader.rest))
	{
		CHECK_FOR_INTERRUPTS();
		if (list_length(terms) == MAX_TERMS)
			query_error(query, next_bytes(&reader, pg_mblen(reader.rest.data)),
			            "Select from errtrack.issues with conditions in SQL.", "more than %d terms",
			            MAX_TERMS);
		terms = lappend(terms, read_term(&reader));
	}
	return terms;
}
