/* COSE_Sign1: what decodes lies within the input and has the claims that the format allows. */
#include <string.h>
#include "cose/cose.h"
#include "fuzz/fuzz.h"

static int
lies_within(stet_bytes part, stet_bytes whole)
{
	return part.data >= whole.data && part.size <= whole.size &&
	       part.data + part.size <= whole.data + whole.size;
}

static void
must_be_a_statement(const struct st_sign1 *sign1, stet_bytes input)
{
	static const uint8_t no_key[32] = {1};
	stet_error err;

	FUZZ_MUST(st_bytes_equal(sign1->encoded, input));
	FUZZ_MUST(lies_within(sign1->head, input) && lies_within(sign1->payload, input));
	FUZZ_MUST(sign1->signature == input.data + input.size - 64);
	FUZZ_MUST(sign1->alg == ST_ALG_ED25519 || sign1->alg == ST_ALG_EDDSA);
	FUZZ_MUST(st_name_check(sign1->claims.sub, NULL) == STET_OK);
	FUZZ_MUST(sign1->claims.iss.size >= 1 && sign1->claims.iss.size <= ST_ISS_MAX);
	FUZZ_MUST(sign1->claims.cti.size >= 1 && sign1->claims.cti.size <= ST_CTI_MAX);
	FUZZ_MUST(st_cbor_check(sign1->payload, NULL) == STET_OK);
	FUZZ_MUST(st_cbor_check_mixed(sign1->head, NULL) == STET_OK);
	FUZZ_MUST(input.size <= ST_STATEMENT_MAX);
	FUZZ_MUST(st_sign1_verify(sign1, no_key, &err) == STET_EMISMATCH);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes input = {data, size};
	struct st_cbor in = st_cbor_open(input);
	struct st_sign1 sign1;
	const uint8_t *key;
	uint8_t kid[32];
	stet_error err;
	int rc;

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	rc = st_sign1_decode(input, &sign1, &err);
	FUZZ_MUST(rc == STET_OK || err.rule != 0);
	if (rc == STET_OK)
		must_be_a_statement(&sign1, input);
	if (st_cbor_check(input, NULL) == STET_OK)
		(void)st_cose_key_read(&in, &key);
	(void)st_key_name_read(input, kid);
	return 0;
}
