#ifndef REMEMBER_H
#define REMEMBER_H
/* What is read, held against what was read before (<stet/memory.h>). */
#include "env.h"

/* The open ledger of a run: EXIT_YES where it goes on from what is remembered, which from now on is
 * its own newest checkpoint; else a status (reported, naming both heads). flags: STET_RECALL_*. */
int remember_ledger(struct env *env, unsigned flags);

/* stet checkpoint remembered, forget. */
extern const struct command sub_remembered, sub_forget;

#endif
