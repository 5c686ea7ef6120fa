/* Policy files: what is taken has only keys that can be found, and a quorum that everybody together
 * meets and nobody does not, unless it is none. */
#include <string.h>
#include "note/quorum.h"
#include "fuzz/fuzz.h"

static void
try_met(const stet_quorum *quorum)
{
	struct st_note_seen *seen = calloc(quorum->witness_count + 1, sizeof(*seen));
	size_t i;

	FUZZ_MUST(seen != NULL);
	FUZZ_MUST(st_quorum_met(quorum, seen) == (quorum->wanted == ST_QUORUM_NONE));
	for (i = 0; i < quorum->witness_count; i++)
		seen[i].is_signed = 1;
	FUZZ_MUST(st_quorum_met(quorum, seen) == 1);
	free(seen);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_quorum *quorum = NULL;
	struct st_vkey key;
	stet_error err = {0};
	size_t i;

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	if (stet_quorum_parse((stet_bytes){data, size}, &quorum, &err) != STET_OK) {
		FUZZ_MUST(quorum == NULL && err.text[0] != '\0');
		return 0;
	}
	FUZZ_MUST(size > 0 && data[size - 1] == '\n');
	for (i = 0; i < quorum->log_count; i++)
		FUZZ_MUST(
		    st_vkey_parse(st_str(stet_quorum_log(quorum, i)), &key, NULL) == STET_OK &&
		    key.type == ST_NOTE_ED25519);
	for (i = 0; i < quorum->witness_count; i++)
		FUZZ_MUST(
		    st_vkey_parse(st_str(stet_quorum_witness(quorum, i)), &key, NULL) == STET_OK &&
		    key.type == ST_NOTE_COSIGNATURE);
	for (i = 0; i < quorum->node_count; i++)
		FUZZ_MUST(
		    quorum->nodes[i].group == ST_QUORUM_NONE ||
		    (quorum->nodes[i].group > i && quorum->nodes[i].group < quorum->node_count));
	try_met(quorum);
	stet_quorum_free(quorum);
	return 0;
}
