/* Statements from JSON: what is taken is a payload that the strict check takes too. */
#include "statement/statement.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes input = {data, size};
	struct st_buf payload = {0};
	stet_json *json = NULL;
	enum st_type type = ST_TYPE_UNKNOWN, checked = ST_TYPE_UNKNOWN;
	stet_error err;

	if (stet_json_parse(input, &json, NULL) != STET_OK)
		return 0;
	if (st_payload_from_json(json, &type, &payload, &err) == STET_OK) {
		FUZZ_MUST(st_payload_check(st_buf_bytes(&payload), &checked, &err) == STET_OK);
		FUZZ_MUST(checked == type);
	} else {
		FUZZ_MUST(err.rule != 0 || err.code == STET_ENOMEM);
	}
	stet_json_free(json);
	st_buf_free(&payload);
	return 0;
}
