/* stet prove --entry: that one entry is in the ledger, as other people's tools read it. */
#include "prove.h"

#include <errno.h>
#include <stdlib.h>

#include "out.h"
#include "view.h"

/* The newest entry of a record. */
static int
newest_of(struct prove *prove, uint64_t *seq_out)
{
	stet_id *id = env_id(&prove->env, prove->entry);
	struct view view = {0};
	int status;

	if (id == NULL)
		return EXIT_USAGE;
	if ((status = view_read(&prove->env, id, &view)) == EXIT_YES)
		*seq_out = view.newest_seq;
	view_free(&view);
	stet_id_free(id);
	return status;
}

/* SEQ or ID. EXIT_YES or a status (reported). */
static int
find_seq(struct prove *prove, uint64_t *seq_out)
{
	unsigned long long seq;
	char *end;

	errno = 0;
	seq = strtoull(prove->entry, &end, 10);
	if (errno == 0 && *end == '\0' && prove->entry[0] >= '0' && prove->entry[0] <= '9') {
		*seq_out = seq;
		return EXIT_YES;
	}
	return newest_of(prove, seq_out);
}

static int
make(struct prove *prove, int form, uint8_t **data_out, size_t *size_out)
{
	uint64_t seq = 0;
	stet_error err;
	int rc, status = find_seq(prove, &seq);

	if (status != EXIT_YES)
		return status;
	rc = stet_receipt_of(
	    prove->env.ledger, seq, form, env_ask, &prove->env, data_out, size_out, &err);
	if (rc == STET_OK)
		return EXIT_YES;
	env_complain(&prove->env, &err);
	return rc == STET_ENOTFOUND ? EXIT_ABSENT : status_of_error(&err);
}

static int
make_tlog_proof(struct prove *prove, uint8_t **data_out, size_t *size_out)
{
	return make(prove, STET_RECEIPT_TLOG, data_out, size_out);
}

static int
make_receipt(struct prove *prove, uint8_t **data_out, size_t *size_out)
{
	return make(prove, STET_RECEIPT_COSE, data_out, size_out);
}

static int
make_statement(struct prove *prove, uint8_t **data_out, size_t *size_out)
{
	return make(prove, STET_RECEIPT_STATEMENT, data_out, size_out);
}

const struct prove_form prove_tlog_proof = {"tlog-proof", "a C2SP tlog-proof", 1, make_tlog_proof};
const struct prove_form prove_receipt = {"receipt", "a COSE receipt", 1, make_receipt};
const struct prove_form prove_statement = {
    "transparent-statement", "a transparent statement", 1, make_statement};
