/* Output: buffered and checked, wrapped to the terminal, coloured only there. */
#include "out.h"
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_MIN 40
#define COLUMNS_DEFAULT 80

/* The streams of this process; there is one of each. */
static struct {
	const char *command;
	int writes, quiet, coloured, failed;
	const char *place;
	size_t columns;
} out;

/* Colour where somebody looks: a terminal that can, and NO_COLOR (no-color.org) not set. */
static int
wants_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no != NULL && no[0] != '\0')
		return 0;
	return isatty(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

static size_t
find_columns(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize window;
	long columns = 0;
	char *end;

	if (text != NULL && text[0] != '\0') {
		columns = strtol(text, &end, 10);
		if (*end != '\0')
			columns = 0;
	}
	if (columns <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
		columns = window.ws_col;
	if (columns <= 0 || columns > 10000)
		return COLUMNS_DEFAULT;
	return columns < COLUMNS_MIN ? COLUMNS_MIN : (size_t)columns;
}

void
out_begin(const char *command, int writes)
{
	out.command = command;
	out.writes = writes;
	out.coloured = wants_colour();
	out.columns = find_columns();
	signal(SIGPIPE, SIG_IGN); /* seen as EPIPE by note_failure() */
}

const char *
out_command(void)
{
	return out.command != NULL ? out.command : "";
}

/* Nobody reads any more: a command that only answers ends at once, as quietly as `yes | head`; one
 * that writes to a ledger finishes what it was told to do. */
static void
note_failure(void)
{
	if (errno == EPIPE && !out.writes) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	if (!out.failed)
		out.failed = errno != 0 ? errno : EIO;
}

int
out_end(int status)
{
	errno = 0;
	if (fflush(stdout) != 0)
		note_failure();
	if (out.failed == 0)
		return status;
	if (out.failed != EPIPE)
		complain("cannot write to standard output: %s%s", strerror(out.failed),
		    out.writes && status == EXIT_YES ? "; the command itself was carried out" : "");
	return EXIT_UNSURE;
}

void
out_put(const void *data, size_t size)
{
	if (size > 0 && !out.failed && fwrite(data, 1, size, stdout) != size)
		note_failure();
}

void
out_text(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!out.failed && vfprintf(stdout, format, args) < 0)
		note_failure();
	va_end(args);
}

void
out_foreign_bytes(stet_bytes text)
{
	char *shown = stet_text_show(text);

	if (shown != NULL)
		out_put(shown, strlen(shown));
	free(shown);
}

void
out_foreign(const char *text)
{
	out_foreign_bytes((stet_bytes){(const uint8_t *)text, strlen(text)});
}

void
out_style(enum style style)
{
	static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[32m",
	    "\033[33m", "\033[9m", "\033[36m", "\033[30;107m"};

	if (out.coloured)
		out_put(codes[style], strlen(codes[style]));
}

int
out_coloured(void)
{
	return out.coloured;
}

int
out_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

void
out_json(stet_json *value)
{
	stet_error err;
	char *text;
	size_t size;

	if (stet_json_text(value, 0, &text, &size, &err) < 0) {
		complain("cannot write JSON: out of memory");
		out.failed = out.failed ? out.failed : ENOMEM;
	} else {
		out_put(text, size);
		out_put("\n", 1);
		free(text);
	}
	stet_json_free(value);
}

size_t
out_columns(void)
{
	return out.columns;
}

static void
spaces(size_t count)
{
	out_text("%*s", (int)count, "");
}

/* How many columns the next character takes, and how many bytes it has. */
static size_t
character(const char *text, size_t *size_out)
{
	size_t size = 1;

	while ((text[size] & 0xc0) == 0x80)
		size++;
	*size_out = size;
	return stet_text_width((stet_bytes){(const uint8_t *)text, size});
}

/* Writes a word that is wider than a line.  A digest or an address is not parted, so that it can be
 * copied; writing that has no spaces is, before its wide characters. */
static size_t
put_long_word(const char *word, size_t size, size_t at, size_t indent)
{
	size_t done = 0, bytes, wide;

	while (done < size) {
		wide = character(word + done, &bytes);
		if (wide == 2 && at + wide > out.columns && at > indent) {
			out_text("\n");
			spaces(indent);
			at = indent;
		}
		out_put(word + done, bytes);
		at += wide;
		done += bytes;
	}
	return at;
}

void
out_wrap(size_t at, size_t indent, const char *text)
{
	char *shown = stet_text_show((stet_bytes){(const uint8_t *)text, strlen(text)});
	const char *word = shown;
	size_t size, wide, first = at;

	if (indent + 20 > out.columns)
		indent = out.columns > 24 ? 4 : 0; /* a narrow terminal: text before layout */
	for (; word != NULL && *word != '\0'; word += size) {
		word += strspn(word, " ");
		size = strcspn(word, " ");
		if (size == 0)
			break;
		wide = stet_text_width((stet_bytes){(const uint8_t *)word, size});
		if (at > first && at + 1 + wide > out.columns && wide + indent <= out.columns) {
			out_text("\n");
			spaces(indent);
			at = first = indent;
		} else if (at > first) {
			out_text(" ");
			at++;
		}
		at = put_long_word(word, size, at, indent);
	}
	out_text("\n");
	free(shown);
}

void
out_row(size_t indent, size_t width, const char *label, const char *text)
{
	char *shown = stet_text_show((stet_bytes){(const uint8_t *)label, strlen(label)});
	size_t wide = shown == NULL
			  ? 0
			  : stet_text_width((stet_bytes){(const uint8_t *)shown, strlen(shown)});

	spaces(indent);
	if (shown != NULL)
		out_put(shown, strlen(shown));
	if (wide + 2 > width) {
		spaces(2);
		out_wrap(indent + wide + 2, indent + width, text);
	} else {
		spaces(width - wide);
		out_wrap(indent + width, indent + width, text);
	}
	free(shown);
}

/* Messages name files and words of other people, so all of each is made harmless. */
static void say(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	char *text = NULL, *shown = NULL, *place = NULL;
	int size = vasprintf(&text, format, args);

	if (size >= 0)
		shown = stet_text_show((stet_bytes){(const uint8_t *)text, (size_t)size});
	if (out.place != NULL)
		place = stet_text_show((stet_bytes){(const uint8_t *)out.place, strlen(out.place)});
	errno = 0;
	if (fflush(stdout) != 0) /* so that the two streams stay in order where they meet */
		note_failure();
	fprintf(stderr, "stet%s%s: %s%s%s\n", out.command != NULL ? " " : "", out_command(),
	    place != NULL ? place : "", place != NULL ? ": " : "",
	    shown != NULL ? shown : "out of memory");
	free(place);
	free(shown);
	if (size >= 0)
		free(text);
}

void
complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void
remark(const char *format, ...)
{
	va_list args;

	if (out.quiet)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void
out_place(const char *place)
{
	out.place = place;
}

void
out_quiet(int quiet)
{
	out.quiet = quiet;
}

void
complain_error(const stet_error *err)
{
	if (err->rule > 0)
		complain("%s [%s]", err->text, stet_rule_name(err->rule));
	else
		complain("%s", err->text);
}

void
complain_of(const char *name, const stet_error *err)
{
	if (err->rule > 0)
		complain("'%s': %s [%s]", name, err->text, stet_rule_name(err->rule));
	else
		complain("'%s': %s", name, err->text);
}

int
status_of(int code)
{
	switch (code) {
	case STET_OK:
		return EXIT_YES;
	case STET_EREFUSED:
	case STET_EMISMATCH:
		return EXIT_NO;
	case STET_EINVAL:
		return EXIT_USAGE;
	default:
		return EXIT_UNSURE;
	}
}

int
status_of_error(const stet_error *err)
{
	const char *rule = stet_rule_name(err->rule);

	/* Refused by a key that stayed shut, not by the ledger. */
	if (strcmp(rule, "passphrase-missing") == 0 || strcmp(rule, "passphrase-wrong") == 0)
		return EXIT_UNSURE;
	return status_of(err->code);
}
