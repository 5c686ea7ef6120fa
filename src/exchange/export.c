#include "exchange/export.h"

#include <stdlib.h>

#include "base/err.h"

#define TELL_EVERY 1024

static int
give(struct st_export *export, stet_bytes piece, stet_error *err)
{
	int rc;

	if ((rc = export->write(export->ctx, NULL, piece, 0)) != STET_OK)
		return st_fail(
		    err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE, "the output could not be written");
	if (++export->done % TELL_EVERY == 0 && export->progress != NULL &&
	    export->progress(export->progress_ctx, "entries", export->done, 0) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped; the output is not whole");
	return STET_OK;
}

/* Verbatim, whatever the bytes are: an export of a damaged ledger shows the damage. */
static int
give_bytes(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	(void)seq;
	return give(ctx, encoded, err);
}

int
st_export_cborseq(struct st_export *export, stet_error *err)
{
	return st_ledger_walk(export->ledger, export->first, export->last, give_bytes, export, err);
}

static int
give_json(void *ctx, stet_entry *entry, stet_error *err)
{
	const stet_json *json = stet_entry_json(entry, err);
	char *text = NULL;
	size_t size;
	int rc;

	if (json == NULL)
		return err != NULL && err->code < 0 ? err->code : STET_ENOMEM;
	if ((rc = stet_json_text(json, 0, &text, &size, err)) < 0)
		return rc;
	text[size] = '\n'; /* over the NUL that ends it */
	rc = give(ctx, (stet_bytes){(const uint8_t *)text, size + 1}, err);
	free(text);
	return rc;
}

int
st_export_jsonl(struct st_export *export, stet_error *err)
{
	return stet_ledger_walk(
	    export->ledger, export->first, export->last, give_json, export, err);
}
