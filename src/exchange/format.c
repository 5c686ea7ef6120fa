/* The import formats, by name. */
#include <string.h>

#include "base/err.h"
#include "exchange/import.h"

static const struct {
	const char *name, *source_name;
	st_importer *import;
	int whole;
} importers[] = {
    {"records", "assignee", st_import_records, 0},
    {"retraction-watch", "retraction-watch", st_import_retraction_watch, 1},
    {"deltas", "retraction-watch-deltas", st_import_deltas, 0},
};

const char *
stet_import_format(size_t row, int *whole_out)
{
	if (row >= sizeof(importers) / sizeof(importers[0]))
		return NULL;
	if (whole_out != NULL)
		*whole_out = importers[row].whole;
	return importers[row].name;
}

int
stet_import(stet_ledger *ledger, const char *format, stet_source *read, void *ctx,
    const stet_key *key, const stet_transfer_options *options, stet_import_result *result_out,
    stet_error *err)
{
	size_t i;

	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	for (i = 0; i < sizeof(importers) / sizeof(importers[0]); i++) {
		if (strcmp(importers[i].name, format) != 0)
			continue;
		if ((options->flags & STET_IMPORT_WHOLE) != 0 && !importers[i].whole)
			return st_fail(err, STET_EINVAL, ST_RULE_NONE,
			    "a file of format '%s' is never the whole of its source", format);
		return st_import_run(ledger, importers[i].import, importers[i].source_name, read,
		    ctx, key, options, result_out, err);
	}
	return st_fail(
	    err, STET_EINVAL, ST_FORMAT_UNKNOWN, "there is no import format '%s'", format);
}
