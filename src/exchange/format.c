/* The import formats, by name. */
#include <string.h>

#include "base/err.h"
#include "exchange/import.h"

/* One row is one importer: help, man page and completion of the command are made from it. */
static const struct {
	stet_format format;
	const char *source_name;
	st_importer *import;
} importers[] = {
    {{"records", "pages of records",
	 "A JSON array of record pages, or one object after the other, as described in "
	 "docs/format.md. Each element is kept, byte for byte, beside the ledger.",
	 0},
	"assignee", st_import_records},
    {{"retraction-watch", "the list of the world's retractions",
	 "The master file of 20 columns, the two columns OriginalPaperDOI and RetractionDOI, or "
	 "any CSV whose first line names these two; 'Record ID', RetractionNature, RetractionDate "
	 "and Reason are used where they are. Each row is one observed correction of the paper; "
	 "without RetractionNature it is 'listed', not retracted. With --whole, what the file no "
	 "longer has is delisted. What another program packed is read from a pipe: zstdcat "
	 "list.csv.zst | stet import retraction-watch -",
	 STET_IMPORT_WHOLE},
	"retraction-watch", st_import_retraction_watch},
    {{"deltas", "edits that were made to a list",
	 "JSON Lines of edits that were made to a list between two readings: op (add, change, "
	 "remove), map, doi, notice, was and snapshot. Each line is replayed once.",
	 0},
	"retraction-watch-deltas", st_import_deltas},
    {{"crossref", "works as the Crossref REST API answers them",
	 "Whole answers (a work or a list of works), dumps, or the works alone, as an array or one "
	 "after the other. Of each work: title and publisher, how its DOI is registered and what "
	 "it is related to, and the corrections. update-to stands on the notice, updated-by on the "
	 "paper: both make the same correction about the paper. What Retraction Watch told "
	 "Crossref comes under a source of its own, crossref-retraction-watch. Each work is kept "
	 "beside the ledger without the counters that move by themselves. XML, as it is deposited "
	 "with Crossref, is taken too, as of the source crossref-deposit.",
	 STET_IMPORT_NO_COPIES},
	"crossref", st_import_crossref},
    {{"datacite", "DOIs as DataCite has them",
	 "JSON:API answers (a DOI or a list of them), JSON Lines of answers, or DataCite's JSON "
	 "alone. Of each DOI: title and publisher, state, address and dates of its registration, "
	 "its concept DOI and its relations to other DOIs; IsNewVersionOf, Obsoletes and their "
	 "counterparts make the older one superseded, a date of type Withdrawn the DOI withdrawn. "
	 "Each is kept beside the ledger without the counters that move by themselves. XML of "
	 "the metadata kernel is taken too, as of the source datacite-deposit.",
	 STET_IMPORT_NO_COPIES},
	"datacite", st_import_datacite},
    {{"zenodo", "records of Zenodo and other InvenioRDM repositories",
	 "Records, or answers to a search, of the older API or of InvenioRDM's. The DOI is that of "
	 "the version, the concept DOI that of all versions. Relations are taken as from "
	 "datacite; a tombstone makes the record removed, with its reason, and its DOI hidden.",
	 STET_IMPORT_NO_COPIES},
	"zenodo", st_import_zenodo},
    {{"jats", "articles in JATS, which is XML",
	 "One article, or a file of several. Of each: title, publisher, the day on which it was "
	 "received, and its related articles. related-article-type tells the direction: a notice "
	 "names the corrected-article, retracted-article or object-of-concern, a paper has "
	 "correction-forward or retraction-forward. What is in no table stays a relation. Nothing "
	 "is fetched, no entity is expanded; a file that declares entities is refused.",
	 STET_IMPORT_NO_COPIES},
	"jats", st_import_jats},
};

const stet_format *
stet_import_format(size_t row)
{
	return row < sizeof(importers) / sizeof(importers[0]) ? &importers[row].format : NULL;
}

int
stet_import(stet_ledger *ledger, const char *format, stet_source *read, void *ctx,
    const stet_key *key, const stet_transfer_options *options, stet_import_result *result_out,
    stet_error *err)
{
	const unsigned own = STET_IMPORT_WHOLE | STET_IMPORT_NO_COPIES;
	size_t i;

	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	for (i = 0; i < sizeof(importers) / sizeof(importers[0]); i++) {
		if (strcmp(importers[i].format.name, format) != 0)
			continue;
		if ((options->flags & STET_IMPORT_WHOLE & ~importers[i].format.flags) != 0)
			return st_fail(err, STET_EINVAL, ST_RULE_NONE,
			    "a file of format '%s' is never the whole of its source", format);
		if ((options->flags & own & ~importers[i].format.flags) != 0)
			return st_fail(err, STET_EINVAL, ST_RULE_NONE,
			    "format '%s' does not know this option", format);
		return st_import_run(ledger, importers[i].import, importers[i].source_name, read,
		    ctx, key, options, result_out, err);
	}
	return st_fail(
	    err, STET_EINVAL, ST_FORMAT_UNKNOWN, "there is no import format '%s'", format);
}
