/* stet: the command.  The table of commands, and finding the one that is meant. */
#include "cmd.h"
#include "help.h"
#include "opt.h"
#include "out.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 64

extern const struct command cmd_init, cmd_key, cmd_policy, cmd_ledger;
extern const struct command cmd_record, cmd_alias, cmd_doi, cmd_artifact, cmd_claims, cmd_assess,
    cmd_declare, cmd_verdict, cmd_endorse, cmd_withhold, cmd_sign, cmd_append;
extern const struct command cmd_correct, cmd_retract, cmd_concern, cmd_reinstate, cmd_lift,
    cmd_annul, cmd_supersede;
extern const struct command cmd_import, cmd_export, cmd_show, cmd_status, cmd_diff, cmd_log,
    cmd_audit, cmd_stats;
extern const struct command cmd_verify, cmd_prove, cmd_check, cmd_compare, cmd_checkpoint,
    cmd_explain, cmd_reindex, cmd_backup, cmd_restore;
extern const struct command cmd_help, cmd_completion, cmd_version;

const struct command *const commands[] = {&cmd_init, &cmd_key, &cmd_policy, &cmd_ledger,
    &cmd_record, &cmd_alias, &cmd_doi, &cmd_artifact, &cmd_claims, &cmd_assess, &cmd_declare,
    &cmd_verdict, &cmd_endorse, &cmd_withhold, &cmd_sign, &cmd_append, &cmd_correct, &cmd_retract,
    &cmd_concern, &cmd_reinstate, &cmd_lift, &cmd_annul, &cmd_supersede, &cmd_import, &cmd_export,
    &cmd_show, &cmd_status, &cmd_diff, &cmd_log, &cmd_audit, &cmd_stats, &cmd_verify, &cmd_prove,
    &cmd_check, &cmd_compare, &cmd_checkpoint, &cmd_explain, &cmd_reindex, &cmd_backup,
    &cmd_restore, &cmd_help, &cmd_completion, &cmd_version, NULL};

const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const struct command *
command_sub(const struct command *command, const char *word)
{
	const char *last;
	size_t i;

	for (i = 0; command->subs != NULL && command->subs[i] != NULL; i++) {
		last = strrchr(command->subs[i]->name, ' ');
		if (last != NULL && strcmp(last + 1, word) == 0)
			return command->subs[i];
	}
	return NULL;
}

/* Insertions, deletions, replacements and swaps of neighbours; words longer than WORD_MAX are far.
 */
unsigned
word_distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare,
					best;
	size_t m = strlen(a), n = strlen(b), i, j;

	if (m > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= n; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= m; i++) {
		row[0] = (unsigned)i;
		for (j = 1; j <= n; j++) {
			best = last[j - 1] + (a[i - 1] != b[j - 1]);
			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

static const char *
nearest(const char *word, const struct command *const *table)
{
	unsigned least = 3, distance;
	const char *best = NULL, *name, *last;
	size_t i;

	for (i = 0; table[i] != NULL; i++) {
		last = strrchr(table[i]->name, ' ');
		name = last != NULL ? last + 1 : table[i]->name;
		if ((distance = word_distance(word, name)) < least) {
			least = distance;
			best = name;
		}
	}
	return best;
}

static int
unknown(const char *word, const struct command *const *table, const char *of)
{
	const char *best = nearest(word, table);

	if (best != NULL)
		complain("no command '%s'; did you mean 'stet %s%s%s'?", word, of,
		    of[0] != '\0' ? " " : "", best);
	else
		complain("no command '%s'; 'stet help%s%s' lists them", word,
		    of[0] != '\0' ? " " : "", of);
	return EXIT_USAGE;
}

static int
run_sub(const struct command *command, int argc, char **argv)
{
	const struct command *sub = argc > 1 ? command_sub(command, argv[1]) : NULL;

	if (sub != NULL) {
		out_begin(sub->name, sub->writes);
		return sub->run(sub, argc - 1, argv + 1);
	}
	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		help_command(command);
		return EXIT_YES;
	}
	if (command->run != NULL && (argc == 1 || argv[1][0] == '-' || command->words))
		return command->run(command, argc, argv);
	if (argc == 1 || argv[1][0] == '-')
		return opt_wrong(command, "what about it? 'stet %s %.*s'", command->name,
		    (int)strcspn(command->synopsis, "\n"), command->synopsis);
	return unknown(argv[1], command->subs, command->name);
}

int
command_run(int argc, char **argv)
{
	const struct command *command = command_find(argv[0]);

	if (command == NULL) {
		out_begin(NULL, 0);
		return unknown(argv[0], commands, "");
	}
	out_begin(command->name, command->writes);
	if (command->subs != NULL)
		return run_sub(command, argc, argv);
	return command->run(command, argc, argv);
}

/* A stream that came closed would be the number of the next file opened, which may be the database.
 * Opened the wrong way round it stays what it was: whoever uses it is told EBADF. */
static void
keep_streams_apart(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	char *words[] = {NULL, NULL};
	static char help[] = "help", version[] = "version";
	int status;

	keep_streams_apart();
	signal(SIGXFSZ, SIG_IGN); /* a limit of the file's size is an error of the write, EFBIG */
	out_begin(NULL, 0);
	if (argc < 2) {
		help_overview();
		return out_end(EXIT_YES);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		words[0] = help;
		status = command_run(1, words);
	} else if (strcmp(argv[1], "--version") == 0) {
		words[0] = version;
		status = command_run(1, words);
	} else if (argv[1][0] == '-') {
		complain("the command comes first: stet COMMAND [-C LEDGER] [options] [arguments]");
		status = EXIT_USAGE;
	} else {
		status = command_run(argc - 1, argv + 1);
	}
	return out_end(status);
}
