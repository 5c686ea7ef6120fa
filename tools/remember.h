#ifndef REMEMBER_H
#define REMEMBER_H
/* What is read, held against what was read before (<stet/memory.h>). */
#include "env.h"

/* The open ledger of a run: EXIT_YES where it goes on from what is remembered, which from now on is
 * its own newest checkpoint; else a status (reported, naming both heads). flags: STET_RECALL_*. */
int remember_ledger(struct env *env, unsigned flags);

/* Evidence whose signer is known, held against what is remembered: check->report gets a member
 * "remembered" where there is something. EXIT_YES, or a status with code and text of the answer:
 * EXIT_NO for another history, EXIT_UNSURE for what is older or where nobody can say. */
struct check;
int remember_judge(struct check *check, const char **code_out, char **text_out);
/* The row of the page, of a report. */
void remember_page(const stet_json *report, void (*row)(const char *label, const char *text));
/* Remembers what was accepted. */
void remember_keep(struct check *check);

/* stet checkpoint remembered, forget. */
extern const struct command sub_remembered, sub_forget;

#endif
