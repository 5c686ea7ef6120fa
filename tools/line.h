#ifndef LINE_H
#define LINE_H
/* The command line of a command that makes no statement: its arguments, the options that env knows,
 * and the command's own, which it is told of one by one. */
#include "env.h"

#define LINE_GO (-1) /* go on: the line is in order */

struct line {
	const char **args;
	size_t count;
};

/* Takes an option of the command's own: 1, or -1 if its value is wrong (reported). */
typedef int line_own(void *ctx, int id, const char *value);

/* Begins env and reads the line. LINE_GO, or the exit status to end with. own may be NULL. */
int line_read(struct line *line, struct env *env, const struct command *command, int argc,
    char **argv, size_t least, size_t most, line_own *own, void *ctx);
/* Ends env too. */
void line_end(struct line *line, struct env *env);

#endif
