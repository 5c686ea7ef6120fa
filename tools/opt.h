#ifndef OPT_H
#define OPT_H
/* Reading a command line by tables of options.  Options and arguments may be mixed; "--" ends the
 * options, "-" is an argument.  A long option is written out whole: a script that abbreviates would
 * change its meaning with the next release. */
#include "cmd.h"
#include "field.h"

enum {
	OPT_END = -1,   /* nothing left                                             */
	OPT_STOP = -2,  /* help was asked for, or the line is wrong: return status  */
	OPT_ARG = -3,   /* value is an argument                                     */
	OPT_FIELD = -4, /* value is for the member `field` of the statement         */
	/* Options that several commands share; letters stand for themselves. */
	OPT_JSON = 0x100,
	OPT_AS,
	OPT_AT,
	OPT_PASSPHRASE_FILE,
	OPT_PASSPHRASE_FD,
	OPT_ASK_PASSPHRASE,
	OPT_FROM,
	OPT_MEMBER,
	OPT_ID,
	OPT_AFTER,
	OPT_NO_AFTER,
	OPT_PORTABLE,
	OPT_AUD,
	OPT_ATTACH,
	OPT_DRY_RUN,
	OPT_KEEP_GOING,
	OPT_CONFIRM_CLOCK,
	OPT_ON,
	OPT_ISSUER,
	OPT_NO_REMEMBER,
	OPT_OWN /* the first a command may use for itself */
};

struct opt_scan {
	const char *value;         /* of the option or argument just read */
	const struct field *field; /* if it is OPT_FIELD                  */
	int status;                /* if it is OPT_STOP                   */
	/* Private. */
	const struct command *command;
	struct fields *fields;
	char **argv;
	const char *letters; /* left in -abc */
	int argc, at, ended;
};

/* argv[0] is the command's name.  opt_close() ends it. */
void opt_open(struct opt_scan *scan, const struct command *command, int argc, char **argv);
int opt_next(struct opt_scan *scan);
void opt_close(struct opt_scan *scan);

/* Reports a wrong command line with a hint at the help; returns EXIT_USAGE. */
int opt_wrong(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A number of the command line, up to max; 0, or -1 with the line reported as wrong. */
int opt_number(const struct command *command, const char *what, const char *text,
    unsigned long long max, unsigned long long *value_out);

/* Tables that commands share. */
extern const struct opt opts_help[];   /* -h                              */
extern const struct opt opts_ledger[]; /* -C, --no-remember               */
extern const struct opt opts_json[];   /* --json                          */
extern const struct opt opts_quiet[];  /* -q                              */
extern const struct opt opts_at[];     /* --at                            */
extern const struct opt opts_secret[]; /* --passphrase-file, -fd          */
extern const struct opt opts_sign[];   /* --as and what a statement takes */
extern const struct opt opts_away[];   /* what 'stet sign' adds          */
extern const struct opt opts_attach[]; /* --attach                       */
extern const struct opt opts_append[]; /* --dry-run, --confirm-clock      */

#endif
