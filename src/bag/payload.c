/* What goes into data/, in this order. */
#include <stdlib.h>
#include <string.h>

#include "bag/bag.h"
#include "base/err.h"
#include "ledger/timestamps.h"
#include "site/overview.h"
#include "trail/trail.h"

/* The entries up to the checkpoint in one of the formats that have them all. */
static int
put_entries(struct st_bagging *bagging, const char *name, const char *format, stet_error *err)
{
	int rc;

	if ((rc = st_bag_begin(bagging, name, ST_PACK_UNKNOWN, err)) < 0)
		return rc;
	rc = stet_export(bagging->ledger, format, bagging->since.size, bagging->checkpoint.size,
	    bagging->options->progress, bagging->options->progress_ctx, st_pack_sink, bagging->pack,
	    err);
	/* Where the package failed it says why better than whoever wrote into it. */
	if (rc < 0)
		return st_pack_why(bagging->pack, rc, err);
	return st_bag_end(bagging, err);
}

/* --- the same history for other readers ------------------------------------------------------ */

/* The formats of <stet/exchange.h> that a bag has, as far as there are writers of them, and where:
 * a folder for those in which each record is a document of its own. */
static const struct rendering {
	const char *format, *name;
} renderings[] = {{"csv", ST_BAG_HISTORY}, {"prov", "data/prov/history.prov.json"},
    {"provn", "data/prov/history.provn"}, {"premis", "data/premis/events.xml"},
    {"datacite", "data/datacite"}, {"ro-crate", "data/ro-crate-metadata.json"}, {NULL, NULL}};

static int
find_format(const char *name, stet_export_format *format_out)
{
	size_t row;

	for (row = 0; stet_export_format_of(row, format_out); row++)
		if (strcmp(format_out->name, name) == 0)
			return 1;
	return 0;
}

/* Documents apart: a member begins with its first piece and ends with its last. */
struct documents {
	struct st_bagging *bagging;
	const char *folder;
	int open;
	char alone[160]; /* the name of the only one */
	stet_error why;
};

static int
put_document(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct documents *documents = ctx;
	struct st_bagging *bagging = documents->bagging;
	char name[1024];
	int rc = STET_OK;

	if (!documents->open) {
		snprintf(name, sizeof(name), "%s/%s", documents->folder,
		    path != NULL ? path : documents->alone);
		rc = st_bag_begin(bagging, name, ST_PACK_UNKNOWN, &documents->why);
		documents->open = 1;
	}
	if (rc == STET_OK)
		rc = st_pack_put(bagging->pack, piece, &documents->why);
	if (rc == STET_OK && last) {
		documents->open = 0;
		rc = st_bag_end(bagging, &documents->why);
	}
	return rc;
}

static const stet_id *const *
ids_of(const struct st_bagging *bagging)
{
	return (const stet_id *const *)bagging->ids;
}

static size_t
id_count(const struct st_bagging *bagging)
{
	return bagging->records != NULL ? bagging->records->count : 0;
}

/* A document of the only record has no name of its own: here it is called as one of several. */
static int
name_alone(struct documents *documents, const stet_export_format *format, stet_error *err)
{
	struct st_buf name = {0};

	if (id_count(documents->bagging) != 1)
		return STET_OK;
	st_trail_stem(documents->bagging->records->items[0].name, &name);
	st_buf_printf(&name, ".%s", format->extension);
	st_buf_put_u8(&name, '\0');
	if (name.rc < 0) {
		st_buf_free(&name);
		return st_fail_nomem(err);
	}
	snprintf(documents->alone, sizeof(documents->alone), "%s", (char *)name.data);
	st_buf_free(&name);
	return STET_OK;
}

static int
put_apart(struct st_bagging *bagging, const struct rendering *rendering,
    const stet_export_format *format, const stet_export_options *options, stet_error *err)
{
	struct documents documents = {.bagging = bagging, .folder = rendering->name};
	int rc;

	st_error_clear(&documents.why);
	if ((rc = name_alone(&documents, format, err)) < 0)
		return rc;
	rc = stet_export_records(bagging->ledger, rendering->format, ids_of(bagging),
	    id_count(bagging), options, put_document, &documents, err);
	/* That not one record can be said in a format is no reason to have no bag. */
	if (rc == STET_EREFUSED && !documents.open)
		return STET_OK;
	if (rc < 0 && documents.why.code < 0 && err != NULL)
		*err = documents.why;
	return rc;
}

static int
put_rendering(struct st_bagging *bagging, const struct rendering *rendering, stet_error *err)
{
	stet_export_options options = STET_EXPORT_OPTIONS;
	stet_export_format format;
	int rc, all;

	if (!find_format(rendering->format, &format))
		return STET_OK;
	options.at = (stet_at){STET_AT_SEQ, bagging->checkpoint.size};
	options.progress = bagging->options->progress;
	options.progress_ctx = bagging->options->progress_ctx;
	if (format.apart)
		return put_apart(bagging, rendering, &format, &options, err);
	if ((rc = st_bag_begin(bagging, rendering->name, ST_PACK_UNKNOWN, err)) < 0)
		return rc;
	/* In a bag, a format of entries has them all: those of keys and the ledger belong to the
	 * history. */
	all = format.of_entries && bagging->ended == NULL;
	rc = stet_export_records(bagging->ledger, rendering->format, all ? NULL : ids_of(bagging),
	    all ? 0 : id_count(bagging), &options, st_pack_sink, bagging->pack, err);
	return rc < 0 ? st_pack_why(bagging->pack, rc, err) : st_bag_end(bagging, err);
}

int
st_bag_renderings(struct st_bagging *bagging, stet_error *err)
{
	const struct rendering *rendering;
	int rc = STET_OK;

	for (rendering = renderings; rc == STET_OK && rendering->format != NULL; rendering++)
		rc = put_rendering(bagging, rendering, err);
	return rc;
}

/* --- cosigners -------------------------------------------------------------------------------- */

/* The keys that lines of the checkpoint are kept for: a ledger made from the bag goes on with them.
 */
static int
put_cosigners(struct st_bagging *bagging, stet_error *err)
{
	struct st_buf keys = {0};
	int rc = st_cosigners_put(bagging->ledger, &keys, err);

	bagging->cosigners = rc == STET_OK && keys.size > 0;
	if (bagging->cosigners)
		rc = st_bag_put(bagging, ST_BAG_COSIGNERS, st_buf_bytes(&keys), err);
	st_buf_free(&keys);
	return rc;
}

/* --- time-stamps ------------------------------------------------------------------------------ */

/* Those of the checkpoint in the bag and of the ones before it. */
static int
put_timestamps(struct st_bagging *bagging, stet_error *err)
{
	struct st_kept *kept = NULL;
	struct st_buf token = {0};
	size_t count = 0, i;
	char name[128];
	int rc = st_timestamps_list(bagging->ledger, &kept, &count, err);

	for (i = 0; rc == STET_OK && i < count; i++) {
		if (kept[i].size > bagging->checkpoint.size)
			break;
		st_buf_reset(&token);
		snprintf(name, sizeof(name), ST_BAG_TIMESTAMPS "%s", kept[i].name);
		if ((rc = st_timestamp_read(bagging->ledger, &kept[i], &token, err)) == STET_OK)
			rc = st_bag_put(bagging, name, st_buf_bytes(&token), err);
		bagging->timestamps += rc == STET_OK;
	}
	st_buf_free(&token);
	free(kept);
	return rc;
}

/* --- the rest -------------------------------------------------------------------------------- */

int
st_bag_keys(struct st_bagging *bagging, stet_error *err)
{
	stet_json *keys = NULL;
	char *text = NULL;
	size_t size;
	int rc;

	if ((rc = stet_ledger_keys(bagging->ledger, bagging->ms, &keys, err)) < 0)
		return rc;
	if ((rc = stet_json_text(keys, STET_JSON_INDENT, &text, &size, err)) == STET_OK) {
		text[size] = '\n'; /* over the NUL that ends it */
		rc = st_bag_put(
		    bagging, ST_BAG_KEYS, (stet_bytes){(const uint8_t *)text, size + 1}, err);
	}
	free(text);
	stet_json_free(keys);
	return rc;
}

static int
put_files(struct st_bagging *bagging, stet_error *err)
{
	const struct st_bag_file *file;
	char name[128];
	int rc = STET_OK;

	for (file = st_bag_files; rc == STET_OK && file->name != NULL; file++) {
		snprintf(name, sizeof(name), "data/%s", file->name);
		rc = st_bag_put(bagging, name, file->content, err);
	}
	return rc;
}

/* --- the index pages -------------------------------------------------------------------------- */

static int
put_page(void *ctx, const char *path, stet_bytes content, stet_error *err)
{
	char name[160];

	snprintf(name, sizeof(name), "data/%s", path);
	return st_bag_put(ctx, name, content, err);
}

static int
name_pages(const struct st_bag_records *records, struct st_overview_name *names, stet_error *err)
{
	char *page;
	size_t i;

	for (i = 0; i < records->count; i++) {
		if ((page = st_path_join(
			 records->items[i].folder + strlen("data/"), "report.html")) == NULL)
			return st_fail_nomem(err);
		names[i] = (struct st_overview_name){records->items[i].name, page};
	}
	return STET_OK;
}

static int
put_index(struct st_bagging *bagging, stet_error *err)
{
	const size_t count = id_count(bagging);
	struct st_overview_name *names = calloc(count + 1, sizeof(*names));
	struct st_overview overview = {.ledger = bagging->ledger,
	    .size = bagging->checkpoint.size,
	    .vkey = bagging->vkey,
	    .names = count > 0 ? names : NULL,
	    .count = count,
	    .put = put_page,
	    .ctx = bagging,
	    .progress = bagging->options->progress,
	    .progress_ctx = bagging->options->progress_ctx};
	char date[11];
	size_t i;
	int rc;

	st_bag_date(bagging, date);
	overview.date = date;
	if (names == NULL)
		return st_fail_nomem(err);
	if (count == 0 || (rc = name_pages(bagging->records, names, err)) == STET_OK)
		rc = st_site_overview(&overview, err);
	for (i = 0; i < count; i++)
		free((char *)(uintptr_t)names[i].link);
	free(names);
	return rc;
}

/* Where records stand is for the whole to say: an increment tells what was added, entry by entry.
 */
static int
put_histories(struct st_bagging *bagging, stet_error *err)
{
	int rc;

	if (bagging->since.size > 0)
		return put_entries(bagging, ST_BAG_HISTORY, "csv", err);
	if ((rc = st_bag_renderings(bagging, err)) < 0)
		return rc;
	return put_index(bagging, err);
}

int
st_bag_payload(struct st_bagging *bagging, stet_error *err)
{
	int rc;

	if ((rc = put_files(bagging, err)) < 0 || (rc = st_bag_keys(bagging, err)) < 0 ||
	    (rc = st_bag_put(bagging, ST_BAG_CHECKPOINT, st_buf_bytes(&bagging->note), err)) < 0 ||
	    (bagging->since.size > 0 && (rc = st_bag_since_put(bagging, err)) < 0) ||
	    (bagging->records != NULL && (rc = st_bag_records_put(bagging, err)) < 0) ||
	    (bagging->records == NULL && (rc = put_cosigners(bagging, err)) < 0) ||
	    (bagging->records == NULL && (rc = put_timestamps(bagging, err)) < 0) ||
	    (rc = put_entries(bagging, ST_BAG_ENTRIES, "cborseq", err)) < 0 ||
	    (rc = put_entries(bagging, ST_BAG_ENTRIES_JSON, "jsonl", err)) < 0 ||
	    (rc = put_histories(bagging, err)) < 0 || (rc = st_bag_artifacts(bagging, err)) < 0)
		return rc;
	return st_bag_verify_txt(bagging, err);
}
