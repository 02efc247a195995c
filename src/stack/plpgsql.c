/*
 * Errors of PostgreSQL's procedural languages: the CONTEXT of psql's and the
 * server's messages, and PG_EXCEPTION_CONTEXT, which is that alone; innermost
 * frame first.  Oracle's error stacks too.
 *
 *   ERROR:  23514: no price for cup
 *   DETAIL:  The shelf is empty.
 *   CONTEXT:  PL/pgSQL function shop.price(integer) line 3 at RAISE
 *   SQL statement "SELECT shop.price(item)
 *     FROM shop.cart"
 *   PL/pgSQL function inline_code_block line 3 at PERFORM
 *
 * Servers that speak another language are read as far as their catalogs have
 * the same parts in the same order.  Statements that stand between functions
 * are no frames.
 */
#include "plpgsql.h"

static const char *const aliases[] = {"postgresql", "postgres", "sql",   "plsql",
                                      "plpython",   "plperl",   "pltcl", NULL};
static const char *const marks[] = {"PL/pgSQL",        "PL/Py",       "PL/Perl", "PL/Tcl",
                                    "SQL function \"", "ORA-06512: ", NULL};

/* What stands before a function's name, and between it and its line. */
static const struct
{
	const char *before, *between;
} wordings[] = {
	{"PL/pgSQL function ", " line "},
	{"PL/pgSQL-Funktion ", " Zeile "},
	{"función PL/pgSQL ", " en la línea "},
	{"fonction PL/pgSQL ", ", ligne "},
	{"funzione PL/pgSQL ", " riga "},
	{"função PL/pgSQL ", " linha "},
	{"PL/pgSQL関数", "の"},
	{"PL/pgSQL ფუნქცია ", " ხაზზე "},
	{"PL/pgSQL 함수 ", " 의 "},
	{"funkcja PL/pgSQL ", ", wiersz "},
	{"функция PL/pgSQL ", ", строка "},
	{"PL/pgSQL-funktion ", " rad "},
	{"PL/pgSQL fonksiyonu ", " satır "},
	{"Функція PL/pgSQL ", " рядок "},
	{"Hàm PL/pgSQL ", " dòng "},
	{"PL/pgSQL 函数 ", " 第 "},
	{"PL/pgSQL 函式 ", " 第 "},
	{"PL/pgSQL funkce ", " řádek "},
	{"συνάρτηση PL/pgSQL ", " γραμμή "},
};

/* What names a function in quotes: of SQL, and of the languages that print no line there. */
static const struct
{
	const char *before, *after;
} quoted_wordings[] = {
	{"SQL function \"", "\""},       {"SQL-Funktion »", "«"},         {"función SQL «", "»"},
	{"fonction SQL « ", " »"},       {"funzione SQL \"", "\""},       {"SQL関数\"", "\""},
	{"SQL-функция \"", "\""},        {"SQL-funktion \"", "\""},       {"SQL функція \"", "\""},
	{"PL/Perl function \"", "\""},   {"PL/Python function \"", "\""}, {"PL/Python procedure \"", "\""},
	{"in PL/Tcl function \"", "\""},
};

/* The words for errors, in the languages of PostgreSQL's catalogs. */
static const char *const errors[] = {
	"ERROR", "FATAL",  "PANIC",   "FEHLER", "PANIK",  "ERREUR",   "ERRORE", "FATALE",   "PANICO",
	"ERRO",  "HATA",   "ОШИБКА",  "ВАЖНО",  "ПАНИКА", "ПОМИЛКА",  "FEL",    "FATALT",   "BŁĄD",
	"CHYBA", "ΣΦΑΛΜΑ", "შეცდომა", "오류",   "错误",   "致命错误", "錯誤",   "致命錯誤", "LỖI",
};
static const char *const lesser[] = {
	"WARNING", "NOTICE", "INFO", "LOG", "DEBUG", "WARNUNG", "HINWEIS", "ATTENTION", "ПРЕДУПРЕЖДЕНИЕ", "警告",
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Reader
{
	Stack *stack;
	Exception *exception; /* the one being read; NULL: none yet */
	bool is_error;        /* it is no mere warning */
	bool in_value;        /* its message may go on */
	bool in_statement;    /* in a statement of several lines */
	Slice message;        /* the last line that is neither a frame nor has a label */
	int traceback;        /* the index of the first frame of a Python traceback, -1: not in one */
	int32_t tcl_line;     /* of the procedure that the next line names */
} Reader;

/* Does s end in one of words, and does that begin a word? */
static bool
ends_in_word(Slice s, const char *const *words, size_t nwords)
{
	for (size_t i = 0; i < nwords; i++)
	{
		Slice word = slice_of_string(words[i]);

		if (slice_ends(s, word) && (s.len == word.len || !is_word(s.data[s.len - word.len - 1])))
			return true;
	}
	return false;
}

/*
 * Finds the severity that names a message, `ERROR:  `, behind whatever a log or
 * psql wrote before it; *rest: what follows.
 */
static bool
find_severity(Slice line, Slice *rest, bool *is_error)
{
	size_t end = line.len < 300 ? line.len : 300;

	for (size_t i = 0; i + 1 < end; i++)
	{
		Slice before = slice_range(line, 0, i);

		if (line.data[i] != ':' || !is_blank(line.data[i + 1]))
			continue;
		*is_error = ends_in_word(before, errors, LENGTH(errors));
		if (*is_error || ends_in_word(before, lesser, LENGTH(lesser)))
		{
			*rest = slice_trim(slice_skip(line, i + 1));
			return true;
		}
	}
	return false;
}

/*
 * Takes a label off the start of *line, with what a log wrote before it:
 * `CONTEXT:  ` in any language, or that of JDBC; false where there is none.
 */
static bool
take_label(Slice *line)
{
	static const Slice labels[] = {{"Where: ", 7}, {"CONTEXT: ", 9}};
	ptrdiff_t at;
	size_t start;

	for (size_t i = 0; i < LENGTH(labels); i++)
		if (slice_starts(*line, labels[i]))
		{
			*line = slice_trim(slice_skip(*line, labels[i].len));
			return true;
		}
	at = slice_find(line->len > 300 ? slice_range(*line, 0, 300) : *line, SLICE(":  "));
	if (at <= 0)
		return false;
	start = at;
	if (line->data[start - 1] == ' ')
		start--; /* French */
	at = start;
	while (start > 0 && !is_blank(line->data[start - 1]))
	{
		char c = line->data[--start];

		if (!(c >= 'A' && c <= 'Z') && (c & 0x80) == 0)
			return false;
	}
	if ((size_t) at < start + 3)
		return false;
	*line = slice_trim(slice_skip(*line, slice_find(slice_skip(*line, at), SLICE(":  ")) + at + 1));
	return true;
}

/* The number at the start of s: false where there is none. */
static bool
read_leading_number(Slice s, int32_t *number)
{
	return take_number(&s, number);
}

/* The length of a function with its types, `shop.total(integer, character varying)`, at the start of s; or 0. */
static size_t
signature_length(Slice s)
{
	const Slice block = SLICE("inline_code_block");
	bool quoted = false;
	int depth = 0;

	if (slice_starts(s, block))
		return block.len;
	for (size_t i = 0; i < s.len; i++)
	{
		char c = s.data[i];

		if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '(' && i > 0)
			depth++;
		else if (c == ')' && --depth <= 0)
			return depth == 0 ? i + 1 : 0;
		else if (depth == 0 && is_blank(c))
			return 0;
	}
	return 0;
}

/* Reads `PL/pgSQL function shop.total(integer) line 3 at RAISE`, in any language. */
static bool
read_plpgsql(Slice line, Frame *frame)
{
	for (size_t i = 0; i < LENGTH(wordings); i++)
	{
		Slice before = slice_of_string(wordings[i].before), between = slice_of_string(wordings[i].between);
		bool quoted;
		size_t n;

		if (!slice_starts(line, before))
			continue;
		line = slice_skip(line, before.len);
		/* before PostgreSQL 9.2, and in Korean, the name stands in quotes */
		n = signature_length(line);
		quoted =
			n == 0 && line.len > 2 && line.data[0] == '"' && slice_find_char(slice_skip(line, 1), '"') > 0;
		if (quoted)
		{
			line = slice_skip(line, 1);
			n = slice_find_char(line, '"');
		}
		if (n == 0)
			return false;
		frame->function = slice_range(line, 0, n);
		line = slice_skip(line, n + quoted);
		if (slice_starts(line, between))
			return read_leading_number(slice_skip(line, between.len), &frame->line);
		/* `during function entry`, `while casting return value to function's return type` */
		return line.len == 0 || slice_starts(line, SLICE(" during ")) ||
		       slice_starts(line, SLICE(" while ")) ||
		       (i > 0 && (is_blank(line.data[0]) || line.data[0] == ','));
	}
	return false;
}

/* Reads `SQL function "total" statement 1` and `PL/Perl function "total"`. */
static bool
read_quoted(Slice line, Frame *frame)
{
	for (size_t i = 0; i < LENGTH(quoted_wordings); i++)
	{
		Slice before = slice_of_string(quoted_wordings[i].before);
		ptrdiff_t end;

		if (!slice_starts(line, before))
			continue;
		line = slice_skip(line, before.len);
		end = slice_find(line, slice_of_string(quoted_wordings[i].after));
		if (end <= 0)
			return false;
		frame->function = slice_range(line, 0, end);
		line = slice_skip(line, end + strlen(quoted_wordings[i].after));
		return line.len == 0 || slice_starts(line, SLICE(" during ")) ||
		       slice_starts(line, SLICE(", line ")) ||
		       (slice_find(before, SLICE("SQL")) >= 0 && is_digit(line.data[line.len - 1]));
	}
	return false;
}

/* Reads a line of a Python traceback, `PL/Python function "total", line 3, in helper`. */
static bool
read_python(Slice line, Frame *frame)
{
	const Slice at_line = SLICE("\", line "), in = SLICE(", in ");
	ptrdiff_t at = slice_find(line, at_line);

	if (!slice_starts(line, SLICE("PL/Python ")) || at < 0 || !read_quoted(line, frame) ||
	    !read_leading_number(slice_skip(line, at + at_line.len), &frame->line))
		return false;
	at = slice_find(line, in);
	if (at > 0 && line.data[at + in.len < line.len ? at + in.len : at] != '<')
		frame->function = slice_skip(line, at + in.len);
	return true;
}

/* The part of a function's name that is its schema: `shop` of `shop.total(integer)`. */
Slice
plpgsql_schema(Slice function)
{
	ptrdiff_t dot = -1;
	bool quoted = false;

	for (size_t i = 0; i < function.len && (quoted || function.data[i] != '('); i++)
	{
		if (function.data[i] == '"')
			quoted = !quoted;
		else if (function.data[i] == '.' && !quoted)
			dot = i;
	}
	return dot > 0 ? slice_range(function, 0, dot) : NO_SLICE;
}

/* Begins the exception that message names, with an SQLSTATE or without. */
static void
begin(Reader *reader, Slice message, bool is_error)
{
	Stack *stack = reader->stack;

	stack->total_frames = 0;
	stack->nexceptions = 0;
	reader->exception = stack_add_exception(stack);
	reader->is_error = is_error;
	reader->in_value = true;
	reader->traceback = -1;
	if (message.len > 7 && message.data[5] == ':' && message.data[6] == ' ' && is_digit(message.data[2]))
	{
		size_t n = 0;

		while (n < 5 && (is_digit(message.data[n]) || (message.data[n] >= 'A' && message.data[n] <= 'Z')))
			n++;
		if (n == 5)
		{
			reader->exception->type = slice_range(message, 0, 5);
			message = slice_skip(message, 7);
		}
	}
	reader->exception->value = message;
}

/* Turns the frames of a Python traceback, whose innermost stands last. */
static void
end_traceback(Reader *reader)
{
	Exception part;

	if (reader->traceback < 0)
		return;
	part = *reader->exception;
	part.frames += reader->traceback;
	part.nframes -= reader->traceback;
	exception_reverse_frames(&part);
	reader->traceback = -1;
}

/* Adds a frame. */
static void
add_frame(Reader *reader, const Frame *frame)
{
	Frame *added;

	if (reader->exception == NULL)
		begin(reader, NO_SLICE, true);
	reader->in_value = false;
	added = stack_add_frame(reader->stack, reader->exception);
	if (added == NULL)
		return;
	*added = *frame;
	added->module = plpgsql_schema(frame->function);
}

/* Takes the class that PL/Python writes before its message, `ZeroDivisionError: …`, for the exception's type. */
static void
take_python_class(Exception *exception)
{
	size_t n = 0;
	Slice value = exception->value;

	while (n < value.len && (is_word(value.data[n]) || value.data[n] == '.'))
		n++;
	if (exception->type.data || n == 0 || !slice_starts(slice_skip(value, n), SLICE(": ")))
		return;
	exception->type = slice_range(value, 0, n);
	exception->value = slice_skip(value, n + 2);
}

/* The line that PL/Perl tells in its message, `no total at line 3.` */
static int32_t
perl_line(Slice message)
{
	const Slice at_line = SLICE(" at line ");
	ptrdiff_t at = slice_find(message, at_line);
	int32_t line;

	return at >= 0 && read_leading_number(slice_skip(message, at + at_line.len), &line) ? line : NO_POSITION;
}

/* Reads a line of a context that is a frame; false where it is none. */
static bool
take_frame(Reader *reader, Slice line)
{
	const Slice procedure = SLICE("(procedure \"");
	Frame frame;

	frame_clear(&frame);
	if (slice_starts(line, procedure))
	{
		const Slice at_line = SLICE("\" line ");
		ptrdiff_t at = slice_find(line, at_line);

		if (at > 0 && !read_leading_number(slice_skip(line, at + at_line.len), &reader->tcl_line))
			reader->tcl_line = NO_POSITION;
		return false;
	}
	if (read_python(line, &frame))
	{
		add_frame(reader, &frame);
		if (reader->traceback < 0)
			reader->traceback = reader->exception->nframes - 1;
		if (reader->exception->nframes == 1)
			take_python_class(reader->exception);
		return true;
	}
	frame_clear(&frame);
	if (!read_plpgsql(line, &frame))
	{
		frame_clear(&frame);
		if (!read_quoted(line, &frame))
			return false;
		if (slice_starts(line, SLICE("PL/Python ")) && reader->traceback >= 0)
		{
			/* the function whose traceback stands above */
			end_traceback(reader);
			return true;
		}
		if (slice_starts(line, SLICE("in PL/Tcl ")))
		{
			frame.line = reader->tcl_line;
			reader->tcl_line = NO_POSITION;
		}
		if (slice_starts(line, SLICE("PL/Perl ")) && reader->exception && reader->exception->nframes == 0)
			frame.line = perl_line(reader->exception->value);
	}
	end_traceback(reader);
	add_frame(reader, &frame);
	return true;
}

/* Begins an exception whose message a client printed without a severity: `psycopg2.errors.X: message`. */
static void
begin_unnamed(Reader *reader)
{
	Slice message = reader->message;
	ptrdiff_t colon = slice_find(message, SLICE(": "));

	begin(reader, message, true);
	reader->in_value = false;
	if (colon > 0 && slice_find_char(slice_range(message, 0, colon), ' ') < 0 &&
	    slice_find_char(slice_range(message, 0, colon), '.') > 0)
	{
		reader->exception->type = slice_range(message, 0, colon);
		reader->exception->value = slice_skip(message, colon + 2);
	}
}

/* Does line end a message: psql's place in the statement, or JDBC's labels? */
static bool
ends_value(Slice line)
{
	return slice_starts(line, SLICE("LINE ")) || slice_starts(line, SLICE("Detail: ")) ||
	       slice_starts(line, SLICE("Hint: ")) || slice_starts(line, SLICE("Position: "));
}

/* Takes a line; false where the trace has ended. */
static bool
take_line(Reader *reader, Slice line)
{
	Slice trimmed = slice_trim(line), message;
	bool has_frames = reader->exception && reader->exception->nframes > 0, is_error, labelled;
	ptrdiff_t quote;

	if (!reader->in_statement && find_severity(trimmed, &message, &is_error) &&
	    !slice_starts(trimmed, SLICE("Where: ")))
	{
		if (has_frames && (reader->is_error || !is_error))
			return false;
		begin(reader, message, is_error);
		return true;
	}
	labelled = take_label(&trimmed);
	if (labelled)
	{
		reader->in_value = false;
		reader->in_statement = false;
	}
	if (labelled && reader->exception == NULL && reader->message.len > 0)
		begin_unnamed(reader);
	if (take_frame(reader, trimmed))
	{
		reader->in_statement = false;
		return true;
	}

	/* a statement or an expression in quotes, which may have several lines */
	quote = slice_find(trimmed, SLICE(" \""));
	if (reader->in_statement)
		reader->in_statement = !slice_ends(trimmed, SLICE("\""));
	else if (quote > 0 && quote < 40 && !reader->in_value && !slice_ends(trimmed, SLICE("\"")))
		reader->in_statement = true;
	else if (trimmed.len == 0)
	{
		if (has_frames)
			return false;
		reader->in_value = false;
		reader->message = NO_SLICE;
	}
	else if (reader->in_value && !ends_value(trimmed))
		extend_lines(&reader->exception->value, line);
	else
	{
		reader->in_value = false;
		if (!labelled)
			reader->message = trimmed;
	}
	return true;
}

/* Reads text; see Language. */
static void
parse_plpgsql(Slice text, Stack *stack)
{
	Reader reader = {.stack = stack, .traceback = -1, .tcl_line = NO_POSITION};
	Slice rest = text, line;

	while (next_line(&rest, &line))
		if (!take_line(&reader, line))
			break;
	if (reader.exception)
		end_traceback(&reader);
	if (stack->nexceptions > 0 && stack->exceptions[0].nframes == 0)
		stack->nexceptions = 0;
	if (stack->nexceptions > 0)
	{
		Exception *exception = &stack->exceptions[0];

		exception->value = slice_trim_lines(exception->value);
		return;
	}
	if (slice_find(text, SLICE("ORA-06512: ")) >= 0)
		oracle_parse(text, stack);
}

/*
 * See Language: the function's name.  Its schema is printed only where it is not
 * in the search_path, and differs between tenants; its types change with it.
 */
static void
identify_plpgsql(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	Slice schema = plpgsql_schema(*function);
	ptrdiff_t open;

	if (schema.len > 0)
		*function = slice_skip(*function, schema.len + 1);
	if (function->len > 0 && function->data[0] == '"')
	{
		*function = slice_skip(*function, 1);
		open = slice_find_char(*function, '"');
		if (open > 0)
			function->len = open;
	}
	else
	{
		open = slice_find_char(*function, '(');
		if (open > 0)
			function->len = open;
	}
	*module = NO_SLICE;
}

const Language plpgsql_language = {"plpgsql", aliases, marks, parse_plpgsql, identify_plpgsql};
