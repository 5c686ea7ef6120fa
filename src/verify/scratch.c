/* Temporary tables, and where they are kept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "verify/verify.h"

/* Where no folder can be made (a ledger on a read-only disk) memory has to do, up to this many
 * entries: about a kilobyte each, in the worst case. */
#define IN_MEMORY_AT_MOST 50000

static int
entries_of(stet_ledger *ledger, uint64_t *entries_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_reader_rows(reader, ST_ENTRY, entries_out, err);
	st_reader_close(reader);
	return rc;
}

static int
make_folder(const stet_ledger *ledger, char **folder_out, stet_error *err)
{
	const char *below = st_ledger_scratch(ledger);
	char *folder;
	int rc;

	if ((folder = st_path_join(below, "verify.XXXXXX")) == NULL)
		return st_fail_nomem(err);
	if (mkdtemp(folder) != NULL) {
		*folder_out = folder;
		return STET_OK;
	}
	rc = st_fail_errno(err, errno, "cannot make a folder for temporary tables in '%s'", below);
	free(folder);
	return rc;
}

static int
can_do_without(stet_ledger *ledger, int failed)
{
	uint64_t entries;

	return failed != STET_ENOMEM && entries_of(ledger, &entries, NULL) == STET_OK &&
	       entries <= IN_MEMORY_AT_MOST;
}

int
st_scratch_open(stet_ledger *ledger, int in_memory, struct st_store **store_out, char **folder_out,
    stet_error *err)
{
	stet_error why;
	int rc;

	*folder_out = NULL;
	*store_out = NULL;
	if (in_memory)
		return st_store_open_memory(store_out, err);
	st_error_clear(&why);
	if ((rc = make_folder(ledger, folder_out, &why)) == STET_OK)
		rc = st_store_open_lmdb(
		    *folder_out, ST_OPEN_CREATE | ST_OPEN_SCRATCH, store_out, &why);
	if (rc == STET_OK)
		return STET_OK;
	st_scratch_close(store_out, folder_out);
	if (can_do_without(ledger, rc))
		return st_store_open_memory(store_out, err);
	if (err != NULL)
		*err = why;
	return rc;
}

void
st_scratch_close(struct st_store **store, char **folder)
{
	st_store_close(*store);
	*store = NULL;
	if (*folder != NULL)
		st_dir_remove(*folder);
	free(*folder);
	*folder = NULL;
}
