/* JSON: what parses is written as a text that parses to the same text again. */
#include <string.h>
#include "json/json.h"
#include "fuzz/fuzz.h"

static void
walk(const stet_json *value)
{
	const stet_json *member;
	const char *key;
	size_t i;

	for (i = 0; stet_json_member(value, i, &key, &member) == 1; i++) {
		FUZZ_MUST(stet_json_get(value, key) == member); /* no key twice */
		walk(member);
	}
	if (stet_json_kind_of(value) == STET_JSON_ARRAY)
		for (i = 0; i < stet_json_size(value); i++)
			walk(stet_json_item(value, i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes text = {data, size}, once;
	stet_json *value = NULL, *again = NULL;
	char *first = NULL, *second = NULL;
	size_t first_size = 0, second_size = 0;
	stet_error err;
	int rc = stet_json_parse(text, &value, &err);

	FUZZ_MUST(rc == STET_OK || value == NULL);
	if (rc != STET_OK)
		return 0;
	walk(value);
	FUZZ_MUST(stet_json_text(value, 0, &first, &first_size, &err) == STET_OK);
	once.data = (const uint8_t *)first;
	once.size = first_size;
	FUZZ_MUST(memchr(first, '\n', first_size) == NULL);
	FUZZ_MUST(stet_json_parse(once, &again, &err) == STET_OK);
	FUZZ_MUST(stet_json_text(again, 0, &second, &second_size, &err) == STET_OK);
	FUZZ_MUST(first_size == second_size && memcmp(first, second, first_size) == 0);
	free(first);
	free(second);
	stet_json_free(value);
	stet_json_free(again);
	return 0;
}
