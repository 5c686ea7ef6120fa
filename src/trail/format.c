/* The export formats, and the run of one of them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cbor/cbor.h"
#include "trail/trail.h"
#include "trail/xml.h"

#define TELL_EVERY 1024

const struct st_format st_formats[] = {
    {.name = "cborseq",
	.title = "the entries verbatim, a CBOR sequence",
	.media_type = "application/cbor-seq",
	.extension = "cborseq",
	.loss = "nothing is lost: these are the bytes that were signed and chained",
	.entry = st_cborseq_entry},
    {.name = "jsonl",
	.title = "the entries, readable, a JSON object a line",
	.media_type = "application/jsonl",
	.extension = "jsonl",
	.loss = "signatures are left out; cborseq has them",
	.entry = st_jsonl_entry},
    {.name = "csv",
	.title = "the history as a table, a row for each entry",
	.media_type = "text/csv; charset=utf-8; header=present",
	.extension = "csv",
	.loss = "of each entry, what its column not_shown names; signatures",
	.begin = st_history_begin,
	.entry = st_history_entry},
    {.name = "prov",
	.title = "PROV-JSON, a bundle for each record",
	.media_type = "application/json",
	.extension = "prov.json",
	.loss = "mapped from stet entries, lossy: members of statements that PROV has no word for, "
		"claims, scores and signatures are in the entries alone",
	.passes = 3,
	.begin = st_prov_begin,
	.record = st_prov_record,
	.end = st_prov_end},
    {.name = "provn",
	.title = "PROV-N, the same for people",
	.media_type = "text/provenance-notation",
	.extension = "provn",
	.loss = "mapped from stet entries, lossy: members of statements that PROV has no word for, "
		"claims, scores and signatures are in the entries alone",
	.passes = 2,
	.begin = st_provn_begin,
	.record = st_provn_record,
	.end = st_provn_end},
    {.name = "premis",
	.title = "PREMIS 3, objects, events and agents",
	.media_type = "application/xml",
	.extension = "premis.xml",
	.loss = " mapped from stet entries, lossy: an event type says less than a statement, which "
		"is in eventDetail as JSON; signatures are in the entries alone ",
	.passes = 3,
	.begin = st_premis_begin,
	.record = st_premis_record,
	.end = st_premis_end},
    {.name = "datacite",
	.title = "DataCite 4.6 XML, a document for each record",
	.media_type = "application/xml",
	.extension = "datacite.xml",
	.loss = "mapped from stet entries, lossy: DataCite has no update types, and what nobody "
		"states is (:unav), a year 0000",
	.passes = 1,
	.apart = 1,
	.record = st_datacite_record},
    {.name = "crossref",
	.title = "Crossref deposit fragments: crossmark updates",
	.media_type = "application/xml",
	.extension = "crossref.xml",
	.loss = " mapped from stet entries, lossy: reasons, notes, deciders and before and after "
		"have no place in an update; each fragment goes into the deposit of its notice ",
	.passes = 1,
	.begin = st_crossref_begin,
	.record = st_crossref_record,
	.end = st_crossref_end},
    {.name = "ro-crate",
	.title = "RO-Crate 1.2 metadata",
	.media_type = "application/ld+json",
	.extension = "ro-crate-metadata.json",
	.loss = "mapped from stet entries, lossy: every entry is an action with its type alone; "
		"what it says in full is in the entries",
	.passes = 2,
	.begin = st_crate_begin,
	.record = st_crate_record,
	.end = st_crate_end},
    {.name = NULL},
};

int
stet_export_format_of(size_t row, stet_export_format *format_out)
{
	const struct st_format *format = &st_formats[row];

	if (row >= sizeof(st_formats) / sizeof(st_formats[0]) - 1)
		return 0;
	*format_out = (stet_export_format){format->name, format->title, format->media_type,
	    format->extension, format->loss, format->entry != NULL, format->apart};
	return 1;
}

static const struct st_format *
find_format(const char *name, stet_error *err)
{
	const struct st_format *format;

	for (format = st_formats; format->name != NULL; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	st_fail(err, STET_EINVAL, ST_FORMAT_UNKNOWN, "there is no export format '%s'", name);
	return NULL;
}

void
st_trail_left(struct st_trail *trail, const char *name, uint64_t seq, const stet_error *why)
{
	trail->left++;
	if (trail->options->left != NULL)
		trail->options->left(trail->options->left_ctx, name, seq, why);
}

/* --- of entries --------------------------------------------------------------------------------
 */

static int
give_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	struct st_trail *trail = ctx;
	int rc = trail->format->entry(trail, entry, err);

	if (rc < 0)
		return rc;
	if (++trail->done % TELL_EVERY == 0 && trail->options->progress != NULL &&
	    trail->options->progress(trail->options->progress_ctx, "entries", trail->done, 0) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped; the output is not whole");
	return STET_OK;
}

/* Verbatim, whatever the bytes are: an export of a damaged ledger shows the damage. */
static int
give_bytes(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct st_trail *trail = ctx;
	int rc = st_out(trail, encoded, err);

	(void)seq;
	if (rc == STET_OK && ++trail->done % TELL_EVERY == 0 && trail->options->progress != NULL &&
	    trail->options->progress(trail->options->progress_ctx, "entries", trail->done, 0) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped; the output is not whole");
	return rc;
}

static int
give_entries(struct st_trail *trail, uint64_t first, uint64_t last, stet_error *err)
{
	if (trail->format->entry == st_cborseq_entry)
		return st_ledger_walk(trail->ledger, first, last, give_bytes, trail, err);
	return stet_ledger_walk(trail->ledger, first, last, give_entry, trail, err);
}

/* The entries about a record's names: of those that its own statements bind, and of what observers
 * link, as its history shows them. */
static int
give_record_entries(struct st_trail *trail, const struct st_standing *record, stet_error *err)
{
	stet_entry *entry = NULL;
	size_t i;
	int rc = STET_OK;

	for (i = 0; i < record->fact_count && rc == STET_OK; i++) {
		if ((rc = st_entry_new(st_buf_bytes(&record->facts[i].encoded), &entry, err)) ==
		    STET_OK)
			rc = give_entry(trail, entry, err);
		stet_entry_free(entry);
		entry = NULL;
	}
	return rc;
}

/* --- of records --------------------------------------------------------------------------------
 */

struct run {
	struct st_trail *trail;
	unsigned pass;
};

static int
give_record(void *ctx, const struct st_standing *record, stet_error *err)
{
	struct run *run = ctx;
	struct st_trail *trail = run->trail;
	int rc;

	if (trail->format->entry != NULL)
		rc = give_record_entries(trail, record, err);
	else
		rc = trail->format->record(trail, run->pass, record, err);
	trail->told++;
	return rc;
}

/* Told over all passes as one. */
static int
step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	const struct run *run = ctx;
	const stet_export_options *options = run->trail->options;
	unsigned passes = run->trail->format->passes;

	if (options->progress == NULL)
		return 0;
	return options->progress(
	    options->progress_ctx, what, run->pass * total + done, passes * total);
}

static int
give_named(struct run *run, const stet_id *const *ids, size_t count, stet_error *err)
{
	struct st_standing *record = NULL;
	size_t i;
	int rc = STET_OK;

	for (i = 0; i < count && rc == STET_OK; i++) {
		if ((rc = st_record_read(
			 run->trail->ledger, ids[i], run->trail->size, &record, err)) == STET_OK)
			rc = give_record(run, record, err);
		st_standing_free(record);
		record = NULL;
		if (rc == STET_OK && step(run, "records", i + 1, count) != 0)
			rc = st_fail(
			    err, STET_EINVAL, ST_STOPPED, "stopped; the output is not whole");
	}
	return rc;
}

static int
give_pass(struct run *run, const stet_id *const *ids, size_t count, stet_error *err)
{
	struct st_trail *trail = run->trail;
	const struct st_format *format = trail->format;
	int rc = STET_OK;

	trail->told = 0;
	if (format->begin != NULL && (rc = format->begin(trail, run->pass, err)) < 0)
		return rc;
	if (count > 0)
		return give_named(run, ids, count, err);
	if (format->entry != NULL)
		return give_entries(trail, 0, trail->size, err);
	return st_records_walk(trail->ledger, trail->size, give_record, run, step, run, err);
}

static int
give_all(struct st_trail *trail, const stet_id *const *ids, size_t count, stet_error *err)
{
	struct run run = {trail, 0};
	unsigned passes = trail->format->passes > 0 ? trail->format->passes : 1;
	int rc;

	for (; run.pass < passes; run.pass++)
		if ((rc = give_pass(&run, ids, count, err)) < 0)
			return rc;
	if (trail->format->end != NULL && (rc = trail->format->end(trail, err)) < 0)
		return rc;
	return trail->format->apart ? STET_OK : st_out_end(trail, err); /* which end their own */
}

/* --- which records ------------------------------------------------------------------------------
 */

/* Each record once, whatever names it is asked for by: two ids of one record make one. */
static int
distinct(struct st_trail *trail, const stet_id *const *ids, size_t count,
    const stet_id **distinct_out, size_t *count_out, stet_error *err)
{
	struct st_standing *record = NULL;
	stet_json *seen = stet_json_object();
	size_t i, kept = 0;
	int rc = seen != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; i < count && rc == STET_OK; i++) {
		if ((rc = st_record_read(trail->ledger, ids[i], trail->size, &record, err)) < 0)
			break;
		if (stet_json_get(seen, record->names[0].name) == NULL) {
			stet_json_set(seen, record->names[0].name, stet_json_null());
			distinct_out[kept++] = ids[i];
		}
		st_standing_free(record);
		record = NULL;
	}
	stet_json_free(seen);
	*count_out = kept;
	return rc;
}

/* The moment: how many entries, and when the newest of them was appended. */
static int
find_moment(struct st_trail *trail, stet_at at, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_read read;
	int rc;

	if ((rc = st_ledger_reader(trail->ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	st_time_text_ms(0, trail->as_of);
	if ((rc = st_size_at(&books, at, &trail->size, err)) == STET_OK && trail->size > 0 &&
	    (rc = st_books_entry(&books, trail->size - 1, &read, err)) == STET_OK)
		st_time_text_ms(read.entry.ms, trail->as_of);
	st_reader_close(reader);
	return rc;
}

static int
check_options(const stet_export_options *options, stet_error *err)
{
	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	return STET_OK;
}

int
stet_export_records(stet_ledger *ledger, const char *format, const stet_id *const *ids,
    size_t count, const stet_export_options *options, stet_sink *write, void *ctx, stet_error *err)
{
	struct st_trail trail = {.ledger = ledger, .options = options, .write = write, .ctx = ctx};
	const stet_id **wanted = NULL;
	const size_t asked = count;
	int rc;

	if ((rc = check_options(options, err)) < 0)
		return rc;
	if ((trail.format = find_format(format, err)) == NULL)
		return STET_EINVAL;
	if (count > 0 && (wanted = calloc(count, sizeof(*wanted))) == NULL)
		return st_fail_nomem(err);
	if ((rc = find_moment(&trail, options->at, err)) == STET_OK &&
	    (rc = distinct(&trail, ids, count, wanted, &count, err)) == STET_OK)
		trail.alone = asked == 1;
	if (rc == STET_OK)
		rc = give_all(&trail, wanted, count, err);
	st_txml_free(&trail);
	stet_json_free(trail.seen);
	st_buf_free(&trail.out);
	free(trail.path);
	free(wanted);
	return rc;
}

int
stet_export(stet_ledger *ledger, const char *format, uint64_t first, uint64_t last,
    stet_progress *progress, void *progress_ctx, stet_sink *write, void *ctx, stet_error *err)
{
	stet_export_options options = STET_EXPORT_OPTIONS;
	struct st_trail trail = {.ledger = ledger, .options = &options, .write = write, .ctx = ctx};
	int rc = STET_OK;

	options.progress = progress;
	options.progress_ctx = progress_ctx;
	if ((trail.format = find_format(format, err)) == NULL)
		return STET_EINVAL;
	if (trail.format->entry == NULL)
		return st_fail(err, STET_EINVAL, ST_FORMAT_UNKNOWN,
		    "'%s' is written from records, not from entries", format);
	if ((trail.format->begin == NULL ||
		(rc = trail.format->begin(&trail, 0, err)) == STET_OK) &&
	    (rc = give_entries(&trail, first, last, err)) == STET_OK)
		rc = st_out_end(&trail, err);
	st_buf_free(&trail.out);
	return rc;
}
