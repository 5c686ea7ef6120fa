/* Statements: what the schema tables accept goes to JSON and comes back as the same bytes. */
#include "statement/statement.h"
#include "fuzz/fuzz.h"

static void
must_survive_json(const struct st_statement *statement)
{
	struct st_buf payload = {0};
	stet_json *json = NULL;
	enum st_type type = ST_TYPE_UNKNOWN;
	stet_error err;

	FUZZ_MUST(st_statement_to_json(statement, &json, &err) == STET_OK);
	FUZZ_MUST(st_payload_from_json(json, &type, &payload, &err) == STET_OK);
	FUZZ_MUST(type == statement->type);
	FUZZ_MUST(st_bytes_equal(st_buf_bytes(&payload), statement->sign1.payload));
	stet_json_free(json);
	st_buf_free(&payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes input = {data, size};
	struct st_statement statement;
	enum st_type type = ST_TYPE_UNKNOWN;
	stet_error err;
	int rc;

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	rc = st_statement_read(input, &statement, &err);
	FUZZ_MUST(rc == STET_OK || err.rule != 0);
	if (rc == STET_OK && statement.type != ST_TYPE_UNKNOWN) {
		FUZZ_MUST(st_payload_check(statement.sign1.payload, &type, &err) == STET_OK);
		FUZZ_MUST(type == statement.type);
		must_survive_json(&statement);
	}
	rc = st_payload_check(input, &type, &err); /* a payload alone reaches the tables sooner */
	FUZZ_MUST(rc == STET_OK || err.rule != 0);
	return 0;
}
