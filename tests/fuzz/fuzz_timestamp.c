/* RFC 3161 answers and tokens: what is read is in bounds, and memory goes back. */
#include <string.h>

#include "base/err.h"
#include "fuzz/fuzz.h"
#include "note/timestamp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct st_stamp_facts *facts;
	struct st_stamp *stamp = NULL;
	stet_json *report = NULL;
	stet_error err = {0};
	stet_bytes token;

	if (st_stamp_open((stet_bytes){data, size}, &stamp, &err) != STET_OK) {
		FUZZ_MUST(err.text[0] != '\0' && err.rule != ST_RULE_NONE);
		return 0;
	}
	facts = st_stamp_facts(stamp);
	token = st_stamp_token(stamp);
	FUZZ_MUST(token.data >= data && token.data + token.size == data + size);
	FUZZ_MUST(
	    facts->imprint_size == 32 || facts->imprint_size == 48 || facts->imprint_size == 64);
	FUZZ_MUST(facts->tsa[0] != '\0' && strlen(facts->tsa) < sizeof(facts->tsa));
	FUZZ_MUST(strlen(facts->serial) < sizeof(facts->serial));
	FUZZ_MUST(facts->seconds <= UINT64_C(253402300799));
	FUZZ_MUST(st_timestamp_report(stamp, NULL, &report, &err) == STET_OK);
	stet_json_free(report);
	st_stamp_free(stamp);
	return 0;
}
