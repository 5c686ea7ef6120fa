#ifndef KNOWN_H
#define KNOWN_H
/* The keys a reader knows, and the quorums he asks for: --key, --trust, --policy, --auditors and
 * --tsa-ca. */
#include "cmd.h"

#include <stet/stet.h>

struct known {
	stet_trust *trust; /* NULL: no key was given */
	stet_quorum *policy, *auditors;
	stet_tsa *tsa; /* whose time-stamps are believed; NULL: not asked */
	int failed;    /* status of a file that could not be taken; EXIT_YES: none */
};

/* Each takes the value of an option: 1, or -1 with the line reported as wrong. A file that cannot
 * be read or taken is no fault of the line: it sets failed (reported). */
int known_key(struct known *known, const struct command *command, const char *vkey);
int known_trust(struct known *known, const char *path);
int known_policy(struct known *known, const char *path); /* its logs and witnesses are known, too */
int known_auditors(struct known *known, const char *path);
int known_tsa(struct known *known, const char *path);
/* Once all options are read: no key stands for a witness and an auditor. EXIT_YES or a status
 * (reported). */
int known_settle(const struct known *known);
void known_end(struct known *known);

/* What a checkpoint has of what is asked: sets "witnesses" and "auditors" of a report. The same
 * codes as stet_quorum_judge(). */
int known_judge(const struct known *known, stet_bytes note, stet_json *report, stet_error *err);
/* 1 if all that is asked for is met; else 0 and why, to free(). */
int known_met(const stet_json *report, char **why_out);
/* "A, B": who recomputed it, of a report; NULL if nobody. free(). */
char *known_recomputed(const stet_json *report);
/* Rows "seen by", "auditors" and "not by", through the caller's way of writing rows. */
void known_page(const stet_json *report, void (*row)(const char *label, const char *text));

#endif
