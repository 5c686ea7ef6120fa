#ifndef PROVE_H
#define PROVE_H
/* `stet prove`: evidence made from a ledger, in one of several forms. A form is one row of the
 * table in cmd_prove.c, and one function that makes its bytes. */
#include "env.h"

struct prove {
	struct env env;
	const char *const *ids; /* of the line */
	size_t id_count;
	const char *entry;  /* --entry SEQ|ID, or NULL       */
	const char *as;     /* --as FORM, or NULL            */
	const char *output; /* -o FILE; NULL: standard output */
};

struct prove_form {
	const char *name; /* of --as */
	const char *what; /* for messages: "a COSE receipt" */
	int of_entry;     /* takes --entry; else ID */
	/* *data_out: free(). EXIT_YES or a status (reported). */
	int (*make)(struct prove *prove, uint8_t **data_out, size_t *size_out);
};

extern const struct prove_form prove_proof, prove_tlog_proof, prove_receipt, prove_statement;

#endif
