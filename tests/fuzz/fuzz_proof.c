/* Proof files: what decodes is written the same way, and what verifies answers for each name. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "proof/proof.h"

static void
try_codec(stet_bytes file)
{
	struct st_proof proof;
	struct st_buf out = {0};

	if (st_proof_decode(file, &proof, NULL) == STET_OK) {
		st_proof_encode(&proof, &out);
		FUZZ_MUST(out.rc == STET_OK && st_bytes_equal(st_buf_bytes(&out), file));
	}
	st_buf_free(&out);
	st_proof_clear(&proof);
}

static void
try_standing(stet_proof *proof, stet_bytes name)
{
	stet_standing *standing = NULL;
	stet_id *id = NULL;
	char text[1025];
	int rc;

	FUZZ_MUST(name.size < sizeof(text));
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	if (stet_id_parse(text, &id, NULL) != STET_OK)
		return;
	rc = stet_proof_standing(proof, id, &standing, NULL);
	FUZZ_MUST(rc == STET_OK || rc == STET_ENOTFOUND || rc == STET_EREFUSED);
	if (rc == STET_OK)
		FUZZ_MUST(stet_standing_json(standing, NULL) != NULL);
	stet_standing_free(standing);
	stet_id_free(id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes file = {data, size};
	const stet_json *asked;
	stet_proof *proof = NULL;
	size_t i;

	try_codec(file);
	if (stet_proof_open(file, NULL, &proof, NULL) != STET_OK) {
		FUZZ_MUST(proof == NULL);
		return 0;
	}
	asked = stet_json_get(stet_proof_report(proof), "asked");
	for (i = 0; i < stet_json_size(asked); i++)
		try_standing(proof, stet_json_string_of(stet_json_item(asked, i)));
	stet_proof_free(proof);
	return 0;
}
