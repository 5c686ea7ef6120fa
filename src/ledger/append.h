#ifndef ST_LEDGER_APPEND_H
#define ST_LEDGER_APPEND_H
#include "ledger/internal.h"

/* One append as create, rotate and the public call make it. */
struct st_append {
	stet_statement *const *statements;
	size_t count;
	const stet_append_options *options;
	unsigned admit_flags; /* ST_ADMIT_REPLAY: a rotate is let through  */
	const stet_key *next; /* the ledger key from this batch's seal on, or NULL */
};
int st_append(
    stet_ledger *ledger, const struct st_append *what, stet_outcome **outcome_out, stet_error *err);

/* --- rotate.c: the file of the next ledger key, before the batch; under both locks --- */
int st_rotate_begin(stet_ledger *ledger, const struct st_append *what, stet_error *err);
/* The batch was not committed, for the reason rc. */
void st_rotate_undo(stet_ledger *ledger, int rc);

#endif
