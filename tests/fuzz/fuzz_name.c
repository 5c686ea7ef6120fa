/* Names: whatever people paste becomes nothing, a prefix, or a name in its one spelling. */
#include <string.h>
#include "base/name.h"
#include "fuzz/fuzz.h"

/* A DOI's name and the plain DOI stand for each other. */
static void
must_be_a_name(stet_bytes name)
{
	struct st_buf again = {0}, doi = {0};

	FUZZ_MUST(st_name_check(name, NULL) == STET_OK);
	FUZZ_MUST(name.size >= ST_NAME_MIN && name.size <= ST_NAME_MAX);
	if (st_name_is_doi(name)) {
		FUZZ_MUST(st_name_to_doi(name, &doi, NULL) == STET_OK);
		FUZZ_MUST(st_doi_ok(st_buf_bytes(&doi)));
		FUZZ_MUST(st_name_from_doi(st_buf_bytes(&doi), &again, NULL) == STET_OK);
		FUZZ_MUST(again.rc != STET_OK || st_bytes_equal(st_buf_bytes(&again), name));
	}
	st_buf_free(&again);
	st_buf_free(&doi);
}

/* What was made of a pasted text is made of itself. */
static void
must_stay(stet_bytes name)
{
	struct st_buf again = {0};
	uint32_t prefix = 0;

	FUZZ_MUST(st_name_parse(name, &again, &prefix, NULL) == 0);
	FUZZ_MUST(again.rc != STET_OK || st_bytes_equal(st_buf_bytes(&again), name));
	st_buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes text = {data, size};
	struct st_buf name = {0};
	stet_error err;
	uint32_t prefix = 0;
	int rc;

	rc = st_name_parse(text, &name, &prefix, &err);
	FUZZ_MUST(rc == 0 || rc == 1 || (rc < 0 && err.rule != 0));
	if (rc == 0) {
		must_be_a_name(st_buf_bytes(&name));
		must_stay(st_buf_bytes(&name));
	}
	if (rc == 1)
		FUZZ_MUST(name.size == 0);
	st_buf_free(&name);
	/* As it stands in a statement, where no spelling is mended: a resolver's address is a name
	 * there, though nobody gets it by pasting it. */
	if (st_name_check(text, NULL) == STET_OK)
		must_be_a_name(text);
	return 0;
}
