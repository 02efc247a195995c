/*
 * What loggers put before each line of a stack trace: times, hosts and
 * processes, levels.  It is taken away before the trace is read.
 *
 *   2024-05-31T07:45:12.123Z  at shop.Cart.total(Cart.java:12)
 *   May 31 07:45:12 web1 shop[1234]:  at shop.Cart.total(Cart.java:12)
 *   [   12.345678][ T1234] RIP: 0010:cart_total+0x12/0x34
 *
 * One blank behind a prefix goes with it: what stands there indents the line
 * itself.  What the text says of an error is left, and so is what a trace may
 * print itself: in doubt, it stays.
 */
#include "prefix.h"

#include "prefix_fields.h"

/* The longest name of a program that is looked for before a line. */
#define MAX_MARK 40

/* The index behind the kernel's `[   12.345678]`, with what may stand before and behind it: `[ T1234]`, `c2    123`. */
static size_t
skip_kernel(Slice s, size_t start)
{
	size_t n = start, more;

	if (peek(s, n) == '[' && peek(s, n + 1) == 'T' && count_digits(s, n + 2) > 0 &&
	    has(s, n + 2 + count_digits(s, n + 2), "] ["))
		n += 4 + count_digits(s, n + 2);
	if (peek(s, n) != '[')
		return start;
	n = skip_spaces(s, n + 1);
	if (count_digits(s, n) == 0 || peek(s, n + count_digits(s, n)) != '.')
		return start;
	n += count_digits(s, n) + 1;
	if (count_digits(s, n) == 0 || peek(s, n + count_digits(s, n)) != ']')
		return start;
	n += count_digits(s, n) + 1;
	/* the task or the processor */
	more = n + (peek(s, n) == ' ');
	if (peek(s, more) == '[')
	{
		more = skip_spaces(s, more + 1);
		more += peek(s, more) == 'T' || peek(s, more) == 'C';
		if (count_digits(s, more) > 0 && count_digits(s, more) < 9 &&
		    peek(s, more + count_digits(s, more)) == ']')
			n = more + count_digits(s, more) + 1;
	}
	else if (peek(s, more) == 'c' && count_digits(s, more + 1) > 0)
	{
		more = skip_spaces(s, more + 1 + count_digits(s, more + 1));
		if (count_digits(s, more) > 0 && peek(s, more + count_digits(s, more)) == ' ')
			n = more + count_digits(s, more);
	}
	return n + (peek(s, n) == ' ');
}

/* The index behind what follows a date and a time that end at n. */
static size_t
skip_after_stamp(Slice s, size_t n, bool syslog)
{
	size_t end = read_tag(s, n, syslog);

	if (end)
		return skip_kernel(s, skip_blank(s, end));
	/* Kubernetes' runtimes: ` stderr F ` */
	if ((has(s, n, " stdout ") || has(s, n, " stderr ")) && (has(s, n + 8, "F ") || has(s, n + 8, "P ")))
		return n + 10;
	/* CloudWatch: the request and the level between tabs */
	if (peek(s, n) == '\t')
	{
		size_t request = skip_field(s, n + 1);

		if (request - n == 37 && peek(s, request) == '\t')
		{
			size_t level = read_level(s, request + 1);

			return level && peek(s, level) == '\t' ? level + 1 : request + 1;
		}
	}
	return skip_fields(s, n);
}

/* The index behind RFC 5424's fields, which begin with the time at n, or 0. */
static size_t
read_syslog_fields(Slice s, size_t n)
{
	/* time, host, application, process, message id */
	for (int field = 0; field < 5; field++)
	{
		size_t end = skip_field(s, n);

		if (end == n || peek(s, end) != ' ')
			return 0;
		n = end + 1;
	}
	if (peek(s, n) == '-')
		return skip_blank(s, n + 1);
	while (peek(s, n) == '[')
	{
		while (n < s.len && (s.data[n] != ']' || s.data[n - 1] == '\\'))
			n++;
		n++;
	}
	n = n < s.len ? n : s.len;
	return skip_blank(s, n);
}

/* The length of Android's `E/Tag( 123): ` or `E Tag: `, and of glog's `E0531 07:45:12.123456 123 file.cc:12] `; or 0. */
static size_t
read_letter_prefix(Slice s)
{
	size_t n = 2, end;

	if (strchr("VDIWEFA", s.data[0]) == NULL)
		return 0;
	if (count_digits(s, 1) == 4 && peek(s, 5) == ' ' && (end = read_time(s, 6)))
	{
		n = skip_spaces(s, end);
		if (count_digits(s, n) == 0 || peek(s, n + count_digits(s, n)) != ' ')
			return 0;
		n = skip_field(s, n + count_digits(s, n) + 1);
		return s.data[n - 1] == ']' ? skip_blank(s, n) : 0;
	}
	/* Ruby: `E, [2024-05-31T07:45:12.123456 #1234] ERROR -- : ` */
	if (has(s, 1, ", [") && (end = read_numeric_stamp(s, 4)) && has(s, end, " #"))
	{
		end += 2 + count_digits(s, end + 2);
		if (peek(s, end) != ']')
			return 0;
		n = read_level(s, skip_spaces(s, end + 1));
		if (n == 0 || !has(s, n, " -- "))
			return 0;
		for (n += 4; n < s.len && s.data[n] != ':';)
			n++;
		return n < s.len ? skip_blank(s, n + 1) : 0;
	}
	if ((s.data[1] != '/' && s.data[1] != ' ') || !is_letter(peek(s, 2)) ||
	    (s.data[1] == ' ' && strchr("IA", s.data[0])))
		return 0;
	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '-'))
		n++;
	/* a short tag is padded: `E/flutter ( 5061): ` */
	if (s.data[1] == '/' && peek(s, skip_spaces(s, n)) == '(')
	{
		n = skip_spaces(s, skip_spaces(s, n) + 1);
		if (count_digits(s, n) == 0 || peek(s, n + count_digits(s, n)) != ')')
			return 0;
		n += count_digits(s, n) + 1;
	}
	else
		n = skip_spaces(s, n);
	return has(s, n, ": ") ? n + 2 : peek(s, n) == ':' && n + 1 == s.len ? n + 1 : 0;
}

/* The index behind logcat's `  1234  5678 E Tag: `, after the time, or 0. */
static size_t
read_logcat_fields(Slice s, size_t n)
{
	for (int field = 0; field < 2; field++)
	{
		n = skip_spaces(s, n);
		if (count_digits(s, n) == 0)
			return 0;
		n += count_digits(s, n);
	}
	if (peek(s, n) != ' ' || !strchr("VDIWEFA", peek(s, n + 1)) || peek(s, n + 2) != ' ')
		return 0;
	/* a tag may hold colons: `unknown:ReactNative: ` */
	for (n += 3; n < s.len && (s.data[n] != ':' || (n + 1 < s.len && !is_blank(s.data[n + 1])));)
		n++;
	return peek(s, n) == ':' ? skip_blank(s, n + 1) : 0;
}

/* The length of Celery's `[2024-05-31 07:45:12,123: ERROR/ForkPoolWorker-1] `, or 0. */
static size_t
read_celery(Slice s)
{
	size_t n = peek(s, 0) == '[' && is_digit(peek(s, 1)) ? read_numeric_stamp(s, 1) : 0;

	if (n == 0 || !has(s, n, ": ") || !(n = read_level(s, n + 2)) || peek(s, n) != '/')
		return 0;
	while (n < s.len && s.data[n] != ']' && !is_blank(s.data[n]))
		n++;
	return peek(s, n) == ']' ? skip_blank(s, n + 1) : 0;
}

/* The length of `web-1  | `, which Docker's composer puts before what a container says, or 0. */
static size_t
read_container(Slice s)
{
	size_t n = 0, name;

	while (n < s.len && (is_word(s.data[n]) || s.data[n] == '.' || s.data[n] == '-'))
		n++;
	for (name = n; name > 0 && is_digit(s.data[name - 1]);)
		name--;
	if (name < 2 || name == n || (s.data[name - 1] != '-' && s.data[name - 1] != '_'))
		return 0;
	name = skip_spaces(s, n);
	if (name == n || peek(s, name) != '|')
		return 0;
	return skip_blank(s, name + 1);
}

/*
 * The index behind `févr. 09 07:45:12`, as journalctl has it in other languages;
 * 0 where no `host tag: ` follows, which tells that it is a time.
 */
static size_t
read_local_month_time(Slice s)
{
	size_t n = 0, end;

	while (n < s.len && n < 16 && (is_letter(s.data[n]) || (s.data[n] & 0x80)))
		n++;
	if (n < 3)
		return 0;
	n = skip_spaces(s, n + (peek(s, n) == '.'));
	end = n + count_digits(s, n);
	if (end == n || end > n + 2 || s.data[n - 1] != ' ' || peek(s, end) != ' ')
		return 0;
	end = read_time(s, end + 1);
	return end && read_tag(s, end, true) ? end : 0;
}

/* The length of the priority that syslog and the kernel put first, `<34>`, or 0. */
static size_t
priority_length(Slice s)
{
	size_t n = 1 + count_digits(s, 1);

	return n > 1 && n < 5 && peek(s, n) == '>' ? n + 1 : 0;
}

/* The length of all that stands before the line itself. */
static size_t
prefix_length(Slice s)
{
	size_t start = s.data[0] == '<' ? priority_length(s) : 0, end;
	char first = peek(s, start);

	if (start > 0 && first == '1' && peek(s, start + 1) == ' ')
		return read_syslog_fields(s, start + 2);
	if (first == '[' || start > 0)
	{
		end = skip_kernel(s, start);
		if (end > start)
			return end;
	}
	if (is_digit(first) || first == '[')
	{
		end = read_stamp(s, start);
		if (end)
		{
			bool android = count_digits(s, start) == 2 && peek(s, start + 2) == '-';
			size_t more = android ? read_logcat_fields(s, end) : 0;

			return more ? more : skip_after_stamp(s, end, false);
		}
		if (first == '[' && start == 0 && (end = read_celery(s)))
			return end;
		/* `[ERROR] `, as Maven has it */
		if (first == '[' && (end = read_level(s, start + 1)) && has(s, end, "] "))
			return end + 2;
	}
	else if (first >= 'A' && first <= 'Z')
	{
		end = read_month_time(s, start);
		if (end)
			return skip_after_stamp(s, end, true);
		if (start > 0 || s.len < 4)
			return start;
		end = read_letter_prefix(s);
		if (end)
			return end;
	}
	else if (start == 0 && has(s, 0, "kernel: ["))
	{
		end = skip_kernel(s, 8);
		return end > 8 ? end : 0;
	}
	if (has(s, start, "npm ERR! "))
		return start + strlen("npm ERR! ");
	if (has(s, start, "npm error "))
		return start + strlen("npm error ");
	if (start == 0 && (is_letter(first) || (first & 0x80)) && (end = read_local_month_time(s)))
		return skip_after_stamp(s, end, true);
	if (start == 0 && (is_letter(first) || is_digit(first)))
		return read_container(s);
	return 0;
}

/* May a line that begins with c have a prefix?  Those of traces begin with a blank, most of them. */
static bool
may_begin_prefix(char c)
{
	return is_word(c) || c == '[' || c == '<' || c == '>' || c == '#';
}

/* text without the sequences that colour a terminal's: ESC [ … letter. */
static Slice
without_colours(Slice text, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, text.len);
	size_t used = 0;

	while (text.len > 0)
	{
		ptrdiff_t escape = slice_find_char(text, '\x1b');
		size_t n = escape < 0 ? text.len : (size_t) escape;

		memcpy(copy + used, text.data, n);
		used += n;
		text = slice_skip(text, n);
		if (text.len == 0)
			break;
		n = 1;
		if (peek(text, 1) == '[')
			for (n = 2; n < text.len && (is_digit(text.data[n]) || strchr(";:?", text.data[n]));)
				n++;
		if (n > 1 && is_letter(peek(text, n)))
			n++;
		else
		{
			/* something else: it stays */
			memcpy(copy + used, text.data, n);
			used += n;
		}
		text = slice_skip(text, n);
	}
	return (Slice){copy, used};
}

/* Appends line to copy, without its prefix; tabs that rsyslog has written as #011 at its start become tabs again. */
static size_t
append_line(char *copy, Slice line, size_t prefix)
{
	size_t used = 0;

	line = slice_skip(line, prefix);
	while (prefix > 0 && has(line, 0, "#011"))
	{
		copy[used++] = '\t';
		line = slice_skip(line, 4);
	}
	memcpy(copy + used, line.data, line.len);
	return used + line.len;
}

/* Does a line with a prefix begin a record of a log that has several lines in a record? */
static bool
begins_record(Slice line)
{
	return read_stamp(line, 0) > 0 || read_celery(line) > 0;
}

/*
 * The length of the mark that a line shares with one beside it: `> ` of a mail
 * that is answered, `[shop] ` or `shop  | ` of a program that runs several
 * others; or 0.  marked: the line before has such a mark, perhaps another.
 */
static size_t
mark_length(Slice line, Slice previous, Slice next, bool marked)
{
	bool bracket = line.data[0] == '[';
	size_t n = bracket;
	/* `> ` quotes, `#> ` comments what R printed */
	Slice quote = line.data[0] == '#' ? SLICE("#>") : SLICE(">");

	if (slice_starts(line, quote))
	{
		if (slice_starts(previous, quote) || slice_starts(next, quote))
			return skip_blank(line, quote.len);
		return 0;
	}
	if (!is_letter(peek(line, n)))
		return 0;
	while (n < line.len && n < MAX_MARK &&
	       (is_word(line.data[n]) || line.data[n] == '-' || line.data[n] == '.'))
		n++;
	if (!bracket)
		n = skip_spaces(line, n);
	if (peek(line, n) != (bracket ? ']' : '|') || peek(line, n + 1) != ' ')
		return 0;
	line.len = n += 2;
	return marked || slice_starts(previous, line) || slice_starts(next, line) ? n : 0;
}

/*
 * Does a prefix name another program than the one before: syslog's, which ends
 * in `shop[1234]:`, or Celery's `ERROR/ForkPoolWorker-1]`?  Keeps its name.
 */
static bool
names_another(Slice prefix, Slice *program)
{
	Slice before = *program, name;

	prefix = slice_trim(prefix);
	name = slice_skip(prefix, slice_find_last_char(prefix, ' ') + 1);
	if (!slice_ends(name, SLICE("]:")) && (!slice_ends(name, SLICE("]")) || slice_find_char(name, '/') < 0))
		return false;
	*program = name;
	return before.data != NULL && !slice_equal(before, name);
}

/* text without the prefixes of its lines: itself where no line has one, otherwise a copy. */
Slice
without_prefixes(Slice text, Allocator allocator)
{
	char *copy = NULL;
	const char *at, *end;
	size_t used = 0;
	bool bare = false;
	Slice previous = NO_SLICE, program = NO_SLICE, mark = NO_SLICE;

	if (slice_find_char(text, '\x1b') >= 0)
		text = without_colours(text, allocator);
	at = text.data;
	end = text.data + text.len;
	for (const char *next; at < end; at = next)
	{
		size_t prefix = 0;
		Slice line = {at, 0}, last_mark = mark;
		bool is_cut;

		next = memchr(at, '\n', end - at);
		next = next ? next + 1 : end;
		if (may_begin_prefix(*at))
		{
			/* the line's end is no part of it */
			line = (Slice){at, next - at};
			while (line.len > 0 && (line.data[line.len - 1] == '\n' || line.data[line.len - 1] == '\r'))
				line.len--;
			if (line.len > 0)
			{
				mark.len = prefix = mark_length(line, previous, (Slice){next, end - next}, mark.len > 0);
				mark.data = line.data;
				if (prefix < line.len && may_begin_prefix(line.data[prefix]))
					prefix += prefix_length(slice_skip(line, prefix));
			}
		}
		else
			mark.len = 0;
		previous = line;
		is_cut = slice_equal(line, SLICE("[... cut ...]"));
		if (copy == NULL)
		{
			if (prefix == 0 && !is_cut)
			{
				bare |= next - at > 2;
				continue;
			}
			CHECK_FOR_INTERRUPTS();
			copy = allocator.alloc(allocator.context, text.len);
			used = at - text.data;
			memcpy(copy, text.data, used);
		}
		/* errtrack's own mark in a trace that was too long: what stands on both sides is one trace */
		if (is_cut)
			continue;
		/*
		 * What stood in lines without a prefix ends where the next record begins, and
		 * what a program wrote where another writes: an empty line says so.
		 */
		if (prefix > 1 && ((bare && begins_record(line)) ||
		                   (mark.len > 0 && last_mark.len > 0 && !slice_equal(mark, last_mark)) ||
		                   names_another(slice_range(line, 0, prefix), &program)))
			copy[used++] = '\n';
		bare = prefix == 0 && next - at > 2;
		used += append_line(copy + used, (Slice){at, next - at}, prefix);
	}
	return copy ? (Slice){copy, used} : text;
}
