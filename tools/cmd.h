#ifndef CMD_H
#define CMD_H
/* What a command is: one row of data that dispatch, help, completion and man pages all read, and
 * one function.  Each cmd_<name>.c defines its rows; main.c lists them. */
#include <stddef.h>

/* Exit statuses: docs/design.md, "Verification". */
enum {
	EXIT_YES = 0,    /* done, or yes                                     */
	EXIT_NO = 1,     /* no: refused, different, fails to verify          */
	EXIT_USAGE = 2,  /* the command line was wrong                       */
	EXIT_UNSURE = 3, /* could not find out: input/output, lock, memory   */
	EXIT_ABSENT = 4  /* not in this ledger                               */
};

enum group {
	GROUP_BEGIN,
	GROUP_SAY,
	GROUP_CORRECT,
	GROUP_EXCHANGE,
	GROUP_READ,
	GROUP_KEEP,
	GROUP_HELP,
	GROUP_COUNT
};

struct opt {
	int id;           /* what opt_next() answers; 0 ends a table */
	char letter;      /* 0: none                                 */
	const char *name; /* without dashes; NULL: a letter alone    */
	const char *arg;  /* what help calls its value; NULL: none   */
	const char *help; /* one sentence without full stop          */
};

struct pair { /* an example and what it does, or an exit status and what it means */
	const char *what, *text;
};

struct command {
	const char *name; /* "key grant" for a subcommand */
	enum group group;
	const char *summary;               /* one line, imperative, no full stop         */
	const char *synopsis;              /* what follows the name; a line for each way */
	const char *description;           /* paragraphs parted by empty lines           */
	const struct opt *const *options;  /* tables, ended by NULL                      */
	const char *type;                  /* its members are options too; NULL: none    */
	const char *nature;                /* the nature a short verb stands for         */
	const struct pair *examples;       /* ended by a row without what                */
	const struct pair *exits;          /* likewise; NULL: 0, 2 and 3 as everywhere   */
	const struct command *const *subs; /* subcommands, ended by NULL; or NULL       */
	/* Words that its first argument can be, with what each means; 0 past the end. Or NULL. */
	int (*word)(size_t row, struct pair *pair_out);
	const char *words_title; /* what these are, for a heading */
	int (*run)(const struct command *self, int argc, char **argv); /* argv[0]: its name */
	int words;  /* with subcommands: run takes what is none of them */
	int writes; /* goes on when nobody reads its output any more */
};

/* The table, ended by NULL, in the order of help. */
extern const struct command *const commands[];
const struct command *command_find(const char *name);
/* The subcommand of a command by its last word, or NULL. */
const struct command *command_sub(const struct command *command, const char *word);
/* Runs a command of the table by its words; argv[0] is the first of them. */
int command_run(int argc, char **argv);
extern const char *const group_titles[GROUP_COUNT];

/* How far two words are from each other, for "did you mean". */
unsigned word_distance(const char *a, const char *b);

#endif
