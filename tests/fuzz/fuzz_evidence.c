/* Evidence: what decodes is written the same way, and nobody is convicted whom the harness knows,
 * since it knows nobody. What convicts is made again by the maker, byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "evidence/evidence.h"
#include "fuzz/fuzz.h"
#include "proof/parts.h"

static void
make_again(const struct st_evidence *evidence, stet_bytes file)
{
	struct st_buf index = {0};
	uint8_t *made = NULL;
	size_t size = 0;
	int rc;

	st_tokens_put(&index, evidence->index, evidence->index_count);
	if (evidence->kind == ST_EVIDENCE_OMISSION)
		rc = stet_evidence_omission(evidence->entries[0], evidence->entries[1],
		    (const uint8_t(*)[32])evidence->tree, evidence->tree_count,
		    st_buf_bytes(&index), evidence->checkpoint, &made, &size, NULL);
	else
		rc = stet_evidence_fork(evidence->notes[0], evidence->notes[1],
		    evidence->has_root ? evidence->root : NULL,
		    (const uint8_t(*)[32])evidence->path, evidence->path_count, &made, &size, NULL);
	FUZZ_MUST(rc == STET_OK);
	/* Of one size the maker chooses which stands first. */
	FUZZ_MUST(size == file.size &&
		  (evidence->kind == ST_EVIDENCE_FORK || memcmp(made, file.data, size) == 0));
	st_buf_free(&index);
	free(made);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes file = {data, size};
	struct st_evidence evidence;
	struct st_buf out = {0};
	stet_json *report = NULL;

	if (st_evidence_decode(file, &evidence, NULL) == STET_OK) {
		st_evidence_encode(&evidence, &out);
		FUZZ_MUST(out.rc == STET_OK && st_bytes_equal(st_buf_bytes(&out), file));
		if (stet_evidence_check(file, NULL, &report, NULL) == STET_OK) {
			FUZZ_MUST(!stet_json_bool_of(stet_json_get(report, "known")));
			make_again(&evidence, file);
		}
	} else {
		FUZZ_MUST(stet_evidence_check(file, NULL, &report, NULL) != STET_OK);
	}
	stet_json_free(report);
	st_buf_free(&out);
	st_evidence_clear(&evidence);
	return 0;
}
