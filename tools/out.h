#ifndef OUT_H
#define OUT_H
/* What the command writes: results on stdout, complaints on stderr.  Output is buffered; out_end()
 * flushes it and turns a failed write into exit status 3.  Text of other people reaches a terminal
 * only through out_foreign() and out_wrap(), which make control characters harmless. */
#include <stet/stet.h>

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_RED,
	STYLE_GREEN,
	STYLE_YELLOW,
	STYLE_STRUCK,
	STYLE_CYAN,
	STYLE_PAPER /* black on white, whatever the terminal's own colours are */
};

/* The name for messages ("verify"; NULL: "stet" alone), and whether to go on after a broken pipe.
 */
void out_begin(const char *command, int writes);
const char *out_command(void);
int out_end(int status);

void out_put(const void *data, size_t size);
void out_text(const char *format, ...)
    __attribute__((format(printf, 1, 2))); /* our own words only */
void out_foreign(const char *text);
void out_foreign_bytes(stet_bytes text);
/* Begins and ends a style; nothing where there is no colour. */
void out_style(enum style style);
int out_coloured(void);
int out_is_terminal(void);
/* One JSON object on a line of its own; takes it over. */
void out_json(stet_json *value);

/* Columns of the terminal: $COLUMNS, what the terminal says, else 80. */
size_t out_columns(void);
/* Foreign text, wrapped: the cursor stands at column `at`, further lines begin at `indent`.  Ends
 * the line. */
void out_wrap(size_t at, size_t indent, const char *text);
/* A line "label  text", the label in a column of its own. */
void out_row(size_t indent, size_t width, const char *label, const char *text);

/* "stet verify: ..." on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same of a library error, with its entry and, if it stands in the catalogue, what to do. */
void complain_error(const stet_error *err);
/* The same of something in a file. */
void complain_of(const char *name, const stet_error *err);
void remark(const char *format, ...) __attribute__((format(printf, 1, 2))); /* unless -q */
void out_quiet(int quiet);
/* What complaints and remarks are about from now on, put in front of them: "'f.txt' line 3". NULL:
 * nothing. Borrowed. */
void out_place(const char *place);
/* The exit status that answers to a library code; codes that depend on the question are the
 * caller's. */
int status_of(int code);
int status_of_error(const stet_error *err);

#endif
