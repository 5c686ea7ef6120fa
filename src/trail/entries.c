/* The entries themselves. */
#include <stdlib.h>

#include "base/err.h"
#include "trail/trail.h"

int
st_cborseq_entry(struct st_trail *trail, stet_entry *entry, stet_error *err)
{
	return st_out(trail, stet_entry_encoded(entry), err);
}

int
st_jsonl_entry(struct st_trail *trail, stet_entry *entry, stet_error *err)
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
	rc = st_out(trail, (stet_bytes){(const uint8_t *)text, size + 1}, err);
	free(text);
	return rc;
}
