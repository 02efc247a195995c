/*
 * Reading stack traces: the table of languages, and what their parsers share.
 */
#include "stack.h"

#include "marks.h"
#include "prefix.h"

/*
 * The languages, the strictest first: where nobody says which it is, the first
 * one that reads a trace in the text has it.
 */
static const Language *const languages[] = {
	&python_language, &dotnet_language,  &java_language,       &go_language,     &rust_language,
	&php_language,    &ruby_language,    &dart_language,       &erlang_language, &kernel_language,
	&bsd_language,    &apple_language,   &native_language,     &perl_language,   &lua_language,
	&r_language,      &plpgsql_language, &javascript_language,
};

/* Most traces have few exceptions, and hostile text may have many without frames: arrays begin small. */
#define FIRST_SIZE 8

#define NLANGUAGES (sizeof(languages) / sizeof(languages[0]))

_Static_assert(NLANGUAGES <= 32, "find_marks() has a bit for each language");

/* Makes *stack empty; what is added to it comes from allocator. */
void
stack_init(Stack *stack, Allocator allocator)
{
	memset(stack, 0, sizeof(*stack));
	stack->allocator = allocator;
}

/* Makes room for one more element: arrays double, and the old ones are left to the allocator's owner. */
static void *
grow(Stack *stack, void *old, int used, int *size, size_t element)
{
	int new_size = *size == 0 ? FIRST_SIZE : *size * 2;
	void *grown = stack->allocator.alloc(stack->allocator.context, new_size * element);

	if (used > 0)
		memcpy(grown, old, used * element);
	*size = new_size;
	return grown;
}

/*
 * Adds an empty exception; the pointer holds until the next one is added.
 * Where there are too many, it takes the place of the last one, so that the
 * first ones and the last are kept: the reported exception and the root cause.
 */
Exception *
stack_add_exception(Stack *stack)
{
	Exception *exception;

	if (stack->nexceptions == STACK_MAX_EXCEPTIONS)
	{
		stack_forget_exception(stack);
		stack->cut = true;
	}
	if (stack->nexceptions == stack->exceptions_size)
		stack->exceptions =
			grow(stack, stack->exceptions, stack->nexceptions, &stack->exceptions_size, sizeof(Exception));
	exception = &stack->exceptions[stack->nexceptions++];
	memset(exception, 0, sizeof(*exception));
	exception->frames = stack->spare_frames;
	exception->frames_size = stack->spare_frames_size;
	stack->spare_frames = NULL;
	stack->spare_frames_size = 0;
	return exception;
}

/* Forgets the last exception: it was none after all.  The next one has its room for frames. */
void
stack_forget_exception(Stack *stack)
{
	Exception *last = &stack->exceptions[--stack->nexceptions];

	stack->total_frames -= last->nframes;
	if (last->frames_size > stack->spare_frames_size)
	{
		stack->spare_frames = last->frames;
		stack->spare_frames_size = last->frames_size;
	}
}

/* Adds an empty frame; NULL, and stack->cut, where there are too many already. */
Frame *
stack_add_frame(Stack *stack, Exception *exception)
{
	Frame *frame;

	if (stack->total_frames >= STACK_MAX_FRAMES)
	{
		stack->cut = true;
		return NULL;
	}
	if (exception->nframes == exception->frames_size)
		exception->frames =
			grow(stack, exception->frames, exception->nframes, &exception->frames_size, sizeof(Frame));
	frame = &exception->frames[exception->nframes++];
	frame_clear(frame);
	stack->total_frames++;
	return frame;
}

/* Adds a copy of *frame; false where there is no room for it. */
bool
stack_put_frame(Stack *stack, Exception *exception, const Frame *frame)
{
	Frame *added = stack_add_frame(stack, exception);

	if (added)
		*added = *frame;
	return added != NULL;
}

/* Makes *frame one of which nothing is known. */
void
frame_clear(Frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->line = frame->column = NO_POSITION;
}

/* For languages that print the cause first. */
void
stack_reverse_exceptions(Stack *stack)
{
	for (int i = 0, j = stack->nexceptions - 1; i < j; i++, j--)
	{
		Exception swap = stack->exceptions[i];

		stack->exceptions[i] = stack->exceptions[j];
		stack->exceptions[j] = swap;
	}
}

/* For languages that print the innermost frame last. */
void
exception_reverse_frames(Exception *exception)
{
	for (int i = 0, j = exception->nframes - 1; i < j; i++, j--)
	{
		Frame swap = exception->frames[i];

		exception->frames[i] = exception->frames[j];
		exception->frames[j] = swap;
	}
}

/* Takes the last line from *rest; false where nothing is left. */
bool
previous_line(Slice *rest, Slice *line)
{
	ptrdiff_t end;

	if (rest->len == 0)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (rest->data[rest->len - 1] == '\n')
		rest->len--;
	end = slice_find_last_char(*rest, '\n');
	*line = slice_skip(*rest, end + 1);
	rest->len = end + 1;
	return true;
}

/*
 * Finds what names an exception in the lines above its first frame.  A value
 * may have several lines, and other text may stand above it, so lines are
 * offered to "read" from the last to the first: once strictly, then loosely.
 * What follows the line that it takes belongs to the value.  False where it
 * takes none.
 */
bool
read_heading(Slice lines, bool (*read)(Slice line, bool strict, Exception *exception), Exception *exception)
{
	for (int strict = 1; strict >= 0; strict--)
	{
		Slice rest = lines, line;

		while (previous_line(&rest, &line))
		{
			if (!read(slice_trim(line), strict, exception))
				continue;
			extend_lines(&exception->value, lines);
			exception->value = slice_trim_lines(exception->value);
			return true;
		}
	}
	return false;
}

/* Does a line begin as those of logs do, with a time or a level? */
bool
is_log_line(Slice line)
{
	static const Slice starts[] = {
		{"ERROR", 5}, {"WARN", 4}, {"CRITICAL", 8}, {"INFO", 4}, {"DEBUG", 5}, {"FATAL", 5}, {"SEVERE", 6},
		{"TRACE", 5}, {"Jan ", 4}, {"Feb ", 4},     {"Mar ", 4}, {"Apr ", 4},  {"May ", 4},  {"Jun ", 4},
		{"Jul ", 4},  {"Aug ", 4}, {"Sep ", 4},     {"Oct ", 4}, {"Nov ", 4},  {"Dec ", 4},  {"[", 1},
	};

	if (line.len > 2 && is_digit(line.data[0]) && is_digit(line.data[1]))
		return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(line, starts[i]))
			return true;
	return false;
}

/* Takes `:number` off the end of *place; false, and nothing changed, where it does not end so. */
bool
take_position(Slice *place, int32_t *position)
{
	ptrdiff_t colon = slice_find_last_char(*place, ':');

	if (colon < 0 || !read_number(slice_skip(*place, colon + 1), position))
		return false;
	place->len = colon;
	return true;
}

/* The last name of a qualified one: `views` of `shop.views`. */
Slice
last_name(Slice name, char separator)
{
	ptrdiff_t at = slice_find_last_char(name, separator);

	return at >= 0 ? slice_skip(name, at + 1) : name;
}

/* A file's name without its folder. */
Slice
file_name(Slice file)
{
	return last_name(last_name(file, '/'), '\\');
}

/* A file's name without its folder, what follows a '?', and its ending. */
Slice
file_stem(Slice file)
{
	ptrdiff_t at = slice_find_char(file, '?');

	if (at > 0)
		file.len = at;
	file = file_name(file);
	at = slice_find_char(file, '.');
	if (at > 0)
		file.len = at;
	return file;
}

/* The language that a platform's name stands for ('node' is JavaScript), or NULL. */
const Language *
find_language(Slice platform)
{
	for (size_t i = 0; i < NLANGUAGES; i++)
	{
		if (slice_equal(platform, slice_of_string(languages[i]->platform)))
			return languages[i];
		for (const char *const *alias = languages[i]->aliases; *alias; alias++)
			if (slice_equal(platform, slice_of_string(*alias)))
				return languages[i];
	}
	return NULL;
}

/* How many languages are read. */
int
language_count(void)
{
	return NLANGUAGES;
}

/* One of them. */
const Language *
language_at(int i)
{
	return languages[i];
}

/*
 * Sets *module and *function to what identifies a frame's code; language NULL:
 * one that is not known, whose module is its file where none is named.
 */
void
frame_identify(const Language *language, const Frame *frame, Allocator allocator, Slice *module,
               Slice *function)
{
	*module = frame->module;
	*function = frame->function;
	if (language)
		language->identify(frame, allocator, module, function);
	else if (frame->module.len == 0)
		*module = file_name(frame->file);
}

/* The first of the table, whose marks stand early in a trace: they are looked for one by one. */
#define NFOUND_EARLY 4

/* Does text hold a mark of language? */
static bool
is_marked(const Language *language, Slice text)
{
	for (const char *const *mark = language->marks; *mark; mark++)
		if (slice_find(text, slice_of_string(*mark)) >= 0)
			return true;
	return false;
}

/* Lets one language try; false where it finds no trace. */
static bool
try_language(const Language *language, Slice text, Stack *stack)
{
	stack_init(stack, stack->allocator);
	language->parse(text, stack);
	if (stack->nexceptions == 0)
		return false;
	stack->language = language;
	return true;
}

/* What stands for the character c behind a backslash in a string of JSON or of a program; NUL: nothing. */
static char
escaped_character(char c)
{
	switch (c)
	{
		case 'n':
			return '\n';
		case 't':
			return '\t';
		case 'r':
			return '\r';
		case '"':
		case '\'':
		case '\\':
		case '/':
			return c;
		default:
			return '\0';
	}
}

/*
 * text whose lines were written as `\n` into a string, as records in JSON and
 * Apache's log have them: with those lines, and of JSON only the strings that
 * have several.  NO_SLICE where it holds no such line end.
 */
static Slice
unescape_lines(Slice text, Allocator allocator)
{
	bool json = slice_find(text, SLICE("\":\"")) >= 0 || slice_find(text, SLICE("\": \"")) >= 0;
	bool any = false, several = false;
	char *copy;
	size_t used = 0, start = 0;

	if (slice_find(text, SLICE("\\n")) < 0)
		return NO_SLICE;
	copy = allocator.alloc(allocator.context, text.len);
	for (size_t i = 0; i < text.len; i++)
	{
		char c = text.data[i];

		if (c == '\\' && i + 1 < text.len && escaped_character(text.data[i + 1]))
		{
			copy[used++] = escaped_character(text.data[++i]);
			several |= text.data[i] == 'n';
		}
		else if (c == '"' && json)
		{
			/* a string ends, or what stands between two */
			if (several)
				copy[used++] = '\n';
			else
				used = start;
			start = used;
			any |= several;
			several = false;
		}
		else
			copy[used++] = c;
	}
	/* its end may be cut off */
	if (json && !several)
		used = start;
	return any || several ? (Slice){copy, used} : NO_SLICE;
}

/* Lets the platform's own language try, if there is one, then the others in turn. */
static bool
try_languages(Slice text, const Language *named, Stack *stack)
{
	uint32_t marked = 0;

	if (named && is_marked(named, text) && try_language(named, text, stack))
		return true;
	for (int i = 0; i < (int) NLANGUAGES; i++)
	{
		if (i == NFOUND_EARLY)
			marked = find_marks(text, languages, NLANGUAGES);
		if (languages[i] == named)
			continue;
		if (i < NFOUND_EARLY ? !is_marked(languages[i], text) : (marked >> i & 1) == 0)
			continue;
		if (try_language(languages[i], text, stack))
			return true;
	}
	return false;
}

/*
 * Reads text into *stack (made with stack_init).  The platform's own language
 * is asked first; where there is none, or it finds nothing, the others in turn.
 * False where text holds no trace that any of them reads.
 */
bool
stack_parse(Slice text, Slice platform, Stack *stack)
{
	const Language *named = platform.data ? find_language(platform) : NULL;
	Slice unescaped;

	if (try_languages(without_prefixes(text, stack->allocator), named, stack))
		return true;
	unescaped = unescape_lines(text, stack->allocator);
	if (unescaped.data && try_languages(without_prefixes(unescaped, stack->allocator), named, stack))
		return true;
	stack_init(stack, stack->allocator);
	return false;
}
