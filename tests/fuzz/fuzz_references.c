/* Reference lists: what is told of is an identifier once, in the order of its lines, and is found
 * again when it stands alone. */
#include <string.h>
#include <stet/references.h>
#include "fuzz/fuzz.h"

struct walk {
	uint64_t lines, last;
	size_t count, stop;
	char only[4096]; /* the one identifier of the second walk */
};

static int
see(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	struct walk *walk = ctx;

	FUZZ_MUST(given.data != NULL && line >= walk->last && line >= 1 && line <= walk->lines);
	walk->last = line;
	walk->count++;
	if (id != NULL) {
		FUZZ_MUST(strlen(stet_id_text(id)) > 0);
		if (strlen(stet_id_text(id)) < sizeof(walk->only))
			strcpy(walk->only, stet_id_text(id));
	}
	return walk->count == walk->stop ? 7 : 0;
}

static int
count(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	struct walk *walk = ctx;

	(void)line;
	(void)given;
	FUZZ_MUST(id != NULL && strcmp(stet_id_text(id), walk->only) == 0);
	walk->count++;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk walk = {1, 0, 0, 0, ""}, again;
	size_t i;

	for (i = 0; i < size; i++)
		walk.lines += data[i] == '\n';
	FUZZ_MUST(stet_references_find((stet_bytes){data, size}, see, &walk, NULL) == STET_OK);
	if (walk.only[0] != '\0' && strpbrk(walk.only, ",{\" ") == NULL) {
		again = walk;
		again.count = 0;
		FUZZ_MUST(stet_references_find(
			      (stet_bytes){(const uint8_t *)walk.only, strlen(walk.only)}, count,
			      &again, NULL) == STET_OK);
		FUZZ_MUST(again.count == 1);
	}
	if (walk.count > 0) {
		again = walk;
		again.last = again.count = 0;
		again.stop = walk.count;
		FUZZ_MUST(stet_references_find((stet_bytes){data, size}, see, &again, NULL) == 7);
	}
	return 0;
}
