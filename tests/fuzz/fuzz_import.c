/* The importer of FUZZ_FORMAT: a file is taken or refused in the same way whatever the pieces in
 * which it comes (only how far libxml2 gets into a broken one depends on them); what a trial run
 * has promised enters the ledger, and the same file once more adds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/fuzz.h"
#include "support/importing.h"

/* One file of so many, by its digest: the ways that take longer. */
#define IN_PIECES 4
#define FOR_GOOD 16

struct outcome {
	int rc;
	stet_import_result result;
	size_t refused_count;
	uint64_t refused_first;
};

static struct tl tl;
static struct tl_mark mark;
static struct importing importing;

static void
begin(void)
{
	if (tl.ledger != NULL)
		return;
	importing_ledger(&importing, &tl);
	tl_mark_take(&tl, &mark);
}

static void
run(struct outcome *out, unsigned flags, size_t piece, stet_bytes file)
{
	memset(out, 0, sizeof(*out));
	importing.piece = piece;
	importing.options.flags = flags;
	out->rc = importing_run(&importing, &tl, FUZZ_FORMAT, file);
	out->result = importing.result;
	out->refused_count = importing.refused_count;
	out->refused_first = importing.refused_rows[0];
	FUZZ_MUST(out->rc == STET_OK || out->rc == STET_EFORMAT);
	FUZZ_MUST(out->rc == STET_OK || importing.err.text[0] != '\0');
	FUZZ_MUST(out->result.refused == out->refused_count);
	FUZZ_MUST(
	    out->rc != STET_OK || out->result.taken + out->result.refused == out->result.rows);
}

static void
import_for_good(stet_bytes file, const struct outcome *trial)
{
	struct outcome first, again;
	uint64_t size;

	run(&first, 0, 0, file);
	FUZZ_MUST(first.rc == trial->rc && first.result.taken == trial->result.taken);
	size = tl_size(&tl);
	run(&again, 0, 0, file);
	FUZZ_MUST(again.rc == first.rc && again.result.taken == first.result.taken);
	FUZZ_MUST(again.result.appended == 0 && tl_size(&tl) == size);
	tl_mark_put(&tl, &mark);
}

static void
import_in_pieces(stet_bytes file, const struct outcome *whole)
{
	static const size_t pieces[] = {1, 7};
	struct outcome again;
	size_t i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		run(&again, STET_APPEND_DRY_RUN, pieces[i], file);
		FUZZ_MUST(again.rc == whole->rc);
		FUZZ_MUST(whole->rc < 0 || memcmp(&again, whole, sizeof(again)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes file = {data, size};
	struct outcome whole;
	uint8_t hash[32];

	begin();
	run(&whole, STET_APPEND_DRY_RUN, 0, file);
	st_sha256(file, hash);
	if (hash[0] % IN_PIECES == 0)
		import_in_pieces(file, &whole);
	if (whole.result.taken > 0 && hash[1] % FOR_GOOD == 0)
		import_for_good(file, &whole);
	return 0;
}
