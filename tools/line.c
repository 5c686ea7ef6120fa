#include "line.h"
#include "out.h"
#include "verb.h"

#include <stdlib.h>

static int
read_words(struct line *line, struct env *env, struct opt_scan *scan, line_own *own, void *ctx)
{
	int id, taken;

	while ((id = opt_next(scan)) != OPT_END) {
		if (id == OPT_STOP)
			return scan->status;
		if (id == OPT_ARG) {
			line->args[line->count++] = scan->value;
			continue;
		}
		taken = env_option(env, id, scan->value);
		if (taken == 0 && own != NULL)
			taken = own(ctx, id, scan->value);
		if (taken <= 0)
			return EXIT_USAGE;
	}
	return LINE_GO;
}

int
line_read(struct line *line, struct env *env, const struct command *command, int argc, char **argv,
    size_t least, size_t most, line_own *own, void *ctx)
{
	struct opt_scan scan;
	int status;

	env_begin(env, command);
	line->count = 0;
	line->args = calloc((size_t)argc + 1, sizeof(*line->args));
	if (line->args == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	opt_open(&scan, command, argc, argv);
	status = read_words(line, env, &scan, own, ctx);
	opt_close(&scan);
	if (status == LINE_GO && (line->count < least || line->count > most))
		return verb_wrong_count(command, line->count, least);
	return status;
}

void
line_end(struct line *line, struct env *env)
{
	free(line->args);
	line->args = NULL;
	env_end(env);
}
