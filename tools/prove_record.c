/* stet prove ID: everything this ledger says about a record, as a file that proves it. */
#include "prove.h"

#include <stdlib.h>

#include "out.h"

/* Why there is none. */
static int
refused(struct prove *prove, int rc, const stet_error *err)
{
	complain_error(err);
	switch (rc) {
	case STET_ENOTFOUND:
		return EXIT_ABSENT;
	case STET_EREFUSED:
		return EXIT_NO;
	case STET_EINVAL:
		return EXIT_USAGE;
	default:
		break;
	}
	if (err->rule == stet_rule_find("checkpoint-late"))
		remark("'stet checkpoint show -C %s' signs it where the ledger key is",
		    prove->env.path);
	return EXIT_UNSURE;
}

static int
make(struct prove *prove, uint8_t **data_out, size_t *size_out)
{
	stet_id **ids = calloc(prove->id_count, sizeof(*ids));
	int status = ids != NULL ? EXIT_YES : EXIT_UNSURE, rc;
	stet_error err = {0};
	size_t i;

	if (ids == NULL)
		complain("out of memory");
	for (i = 0; i < prove->id_count && status == EXIT_YES; i++)
		if ((ids[i] = env_id(&prove->env, prove->ids[i])) == NULL)
			status = EXIT_USAGE;
	if (status == EXIT_YES) {
		rc = stet_proof_make(prove->env.ledger, (const stet_id *const *)ids,
		    prove->id_count, data_out, size_out, &err);
		status = rc < 0 ? refused(prove, rc, &err) : EXIT_YES;
	}
	for (i = 0; ids != NULL && i < prove->id_count; i++)
		stet_id_free(ids[i]);
	free(ids);
	return status;
}

const struct prove_form prove_proof = {
    .name = "stet-proof", .what = "a proof of all that is said", .make = make};
