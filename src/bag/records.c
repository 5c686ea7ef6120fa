/* Named records: what a bag holds of each, and the proofs that it holds all of it.
 *
 * One proof of all of them says which entries the bag is of, and everything else in it is made from
 * that proof, so that whoever checks the bag can make it again with no ledger there.  Each record
 * has a proof of its own too, to be taken out of the bag and sent to somebody. */
#include <stdlib.h>
#include <string.h>

#include <stet/proof.h>
#include <stet/site.h>

#include "bag/bag.h"
#include "base/err.h"
#include "json/json.h"
#include "proof/proof.h"
#include "standing/standing.h"
#include "trail/trail.h"

/* How often the proofs are made anew because somebody appended while they were made. */
#define ATTEMPTS 20
#define LIST_MAX ((size_t)16 * 1024 * 1024)
#define PROOF_MAX ((size_t)1024 * 1024 * 1024)

void
st_bag_records_clear(struct st_bag_records *records)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		free(records->items[i].name);
		free(records->items[i].folder);
		st_buf_free(&records->items[i].proof);
	}
	free(records->items);
	st_buf_free(&records->all);
	memset(records, 0, sizeof(*records));
}

/* --- which ------------------------------------------------------------------------------------ */

static int
set_name(struct st_bag_record *record, const char *name, stet_error *err)
{
	struct st_buf folder = {0};

	st_buf_put_str(&folder, ST_BAG_RECORDS);
	st_trail_stem(name, &folder);
	st_buf_put_u8(&folder, '\0');
	record->name = strdup(name);
	if (folder.rc < 0 || record->name == NULL) {
		st_buf_free(&folder);
		return st_fail_nomem(err);
	}
	record->folder = (char *)folder.data;
	return STET_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct st_bag_record *)a)->name, ((const struct st_bag_record *)b)->name);
}

/* Under the name that each is told of by, whichever of its names was given, and each once. */
static int
find_names(stet_ledger *ledger, const stet_id *const *ids, size_t count,
    struct st_bag_records *records, stet_error *err)
{
	struct st_standing *standing = NULL;
	size_t i, kept = 0;
	int rc = STET_OK;

	if ((records->items = calloc(count, sizeof(*records->items))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; rc == STET_OK && i < count; i++) {
		if ((rc = st_record_read(ledger, ids[i], STET_NO_SEQ, &standing, err)) == STET_OK)
			rc = set_name(
			    &records->items[records->count++], st_main_name(standing), err);
		st_standing_free(standing);
		standing = NULL;
	}
	if (rc < 0)
		return rc;
	qsort(records->items, records->count, sizeof(*records->items), by_name);
	for (i = 0; i < records->count; i++)
		if (kept > 0 && by_name(&records->items[kept - 1], &records->items[i]) == 0) {
			free(records->items[i].name);
			free(records->items[i].folder);
		} else {
			records->items[kept++] = records->items[i];
		}
	records->count = kept;
	return STET_OK;
}

/* --- made of a ledger ------------------------------------------------------------------------- */

static int
parse_ids(const struct st_bag_records *records, stet_id ***ids_out, stet_error *err)
{
	stet_id **ids = calloc(records->count + 1, sizeof(*ids));
	size_t i;
	int rc = ids != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < records->count; i++)
		rc = stet_id_parse(records->items[i].name, &ids[i], err);
	if (rc < 0)
		st_bag_ids_free(ids);
	else
		*ids_out = ids;
	return rc;
}

void
st_bag_ids_free(stet_id **ids)
{
	size_t i;

	for (i = 0; ids != NULL && ids[i] != NULL; i++)
		stet_id_free(ids[i]);
	free(ids);
}

static int
prove(stet_ledger *ledger, stet_id *const *ids, size_t count, struct st_buf *out, stet_error *err)
{
	uint8_t *bytes = NULL;
	size_t size = 0;
	int rc;

	rc = stet_proof_make(ledger, (const stet_id *const *)ids, count, &bytes, &size, err);
	st_buf_reset(out);
	st_buf_put(out, bytes, rc == STET_OK ? size : 0);
	free(bytes);
	return rc == STET_OK && out->rc < 0 ? st_fail_nomem(err) : rc;
}

static int
same_moment(stet_bytes one, stet_bytes other, int *same_out, stet_error *err)
{
	struct st_proof a, b;
	int rc;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	if ((rc = st_proof_decode(one, &a, err)) == STET_OK &&
	    (rc = st_proof_decode(other, &b, err)) == STET_OK)
		*same_out = st_bytes_equal(a.checkpoint, b.checkpoint);
	st_proof_clear(&a);
	st_proof_clear(&b);
	return rc;
}

/* *same_out: all are of one checkpoint. */
static int
prove_all(stet_ledger *ledger, stet_id *const *ids, struct st_bag_records *records, int *same_out,
    stet_error *err)
{
	size_t i;
	int rc;

	*same_out = 1;
	if ((rc = prove(ledger, ids, records->count, &records->all, err)) < 0)
		return rc;
	for (i = 0; *same_out && i < records->count; i++)
		if ((rc = prove(ledger, ids + i, 1, &records->items[i].proof, err)) < 0 ||
		    (rc = same_moment(st_buf_bytes(&records->all),
			 st_buf_bytes(&records->items[i].proof), same_out, err)) < 0)
			return rc;
	return STET_OK;
}

int
st_bag_records_make(stet_ledger *ledger, const stet_id *const *ids, size_t count,
    struct st_bag_records *records, stet_error *err)
{
	stet_id **names = NULL;
	int rc, same = 0, i;

	if ((rc = find_names(ledger, ids, count, records, err)) < 0 ||
	    (rc = parse_ids(records, &names, err)) < 0)
		return rc;
	for (i = 0; rc == STET_OK && !same && i < ATTEMPTS; i++)
		rc = prove_all(ledger, names, records, &same, err);
	st_bag_ids_free(names);
	if (rc == STET_OK && !same)
		rc = st_fail(err, STET_EFORMAT, ST_CHECKPOINT_LATE,
		    "the ledger is being written to all the time: the records could not be proved "
		    "as of one moment");
	return rc;
}

/* --- members ---------------------------------------------------------------------------------- */

static char *
member_of(const struct st_bag_record *record, const char *file)
{
	return st_path_join(record->folder, file);
}

static int
put_standing(struct st_bagging *bagging, const struct st_bag_record *record, const stet_id *id,
    stet_error *err)
{
	stet_standing *standing = NULL;
	char *name = member_of(record, "standing.json");
	const stet_json *json;
	int rc;

	if (name == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = stet_standing_of(bagging->ledger, id, (stet_at){STET_AT_NEWEST, 0},
		      &standing, err)) == STET_OK) {
		json = stet_standing_json(standing, err);
		rc = st_json_rc(json) < 0 ? st_fail_nomem(err)
					  : st_bag_put_json(bagging, name, json, err);
	}
	stet_standing_free(standing);
	free(name);
	return rc;
}

int
st_bag_report(struct st_bagging *bagging, const struct st_bag_record *record, const stet_id *id,
    stet_error *err)
{
	char *name = member_of(record, "report.html");
	int rc;

	if (name == NULL)
		return st_fail_nomem(err);
	if ((rc = st_bag_begin(bagging, name, ST_PACK_UNKNOWN, err)) == STET_OK) {
		rc = stet_page(bagging->ledger, id, (stet_at){STET_AT_NEWEST, 0}, ST_BAG_PROOF_FILE,
		    st_pack_sink, bagging->pack, err);
		rc = rc < 0 ? st_pack_why(bagging->pack, rc, err) : st_bag_end(bagging, err);
	}
	free(name);
	return rc;
}

static int
put_record(struct st_bagging *bagging, const struct st_bag_record *record, stet_error *err)
{
	char *name = member_of(record, ST_BAG_PROOF_FILE);
	stet_id *id = NULL;
	int rc;

	if (name == NULL)
		return st_fail_nomem(err);
	if ((rc = st_bag_put(bagging, name, st_buf_bytes(&record->proof), err)) == STET_OK &&
	    (rc = stet_id_parse(record->name, &id, err)) == STET_OK &&
	    (rc = st_bag_report(bagging, record, id, err)) == STET_OK)
		rc = put_standing(bagging, record, id, err);
	stet_id_free(id);
	free(name);
	return rc;
}

static stet_json *
listed(const struct st_bag_record *record)
{
	static const char *const files[][2] = {
	    {"report", "report.html"}, {"proof", ST_BAG_PROOF_FILE}, {"standing", "standing.json"}};
	stet_json *json = stet_json_object();
	char *path;
	size_t i;

	stet_json_set(json, "name", stet_json_str(record->name));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path = member_of(record, files[i][1]);
		stet_json_set(
		    json, files[i][0], path != NULL ? stet_json_str(path + strlen("data/")) : NULL);
		free(path);
	}
	return json;
}

static int
put_list(struct st_bagging *bagging, stet_error *err)
{
	const struct st_bag_records *records = bagging->records;
	stet_json *json = stet_json_object(), *list = stet_json_array();
	size_t i;
	int rc;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "ledger", stet_json_str(stet_ledger_id(bagging->ledger)));
	stet_json_set(json, "origin", stet_json_str(bagging->checkpoint.origin));
	stet_json_set(json, "size", stet_json_int((int64_t)bagging->checkpoint.size));
	for (i = 0; i < records->count; i++)
		stet_json_add(list, listed(&records->items[i]));
	stet_json_set(json, "records", list);
	rc = st_json_rc(json) < 0 ? st_fail_nomem(err)
				  : st_bag_put_json(bagging, ST_BAG_RECORD_LIST, json, err);
	stet_json_free(json);
	return rc;
}

int
st_bag_records_put(struct st_bagging *bagging, stet_error *err)
{
	const struct st_bag_records *records = bagging->records;
	size_t i;
	int rc;

	if ((rc = st_bag_put(bagging, ST_BAG_PROOF, st_buf_bytes(&records->all), err)) < 0 ||
	    (rc = put_list(bagging, err)) < 0)
		return rc;
	for (i = 0; rc == STET_OK && i < records->count; i++) {
		rc = put_record(bagging, &records->items[i], err);
		if (rc == STET_OK && bagging->options->progress != NULL &&
		    bagging->options->progress(
			bagging->options->progress_ctx, "records", i + 1, records->count) != 0)
			rc = st_fail(err, STET_EINVAL, ST_STOPPED, "stopped");
	}
	return rc;
}

int
st_bag_records_ids(const struct st_bag_records *records, stet_id ***ids_out, stet_error *err)
{
	*ids_out = NULL;
	return records == NULL ? STET_OK : parse_ids(records, ids_out, err);
}

/* --- read of a bag -----------------------------------------------------------------------------
 */

#define wrong(...) st_fail(err, STET_EMISMATCH, ST_BAG_PROOFS, __VA_ARGS__)

/* What there is no bag of named records without. */
static int
read_member(
    struct st_unpack *tree, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	if (st_unpack_find(tree, name, NULL) == NULL)
		return wrong("it has no file '%s'", name);
	return st_unpack_read(tree, name, max, out, err);
}

static int
read_names(struct st_unpack *tree, struct st_bag_records *records, stet_error *err)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	const stet_json *list, *name;
	size_t i;
	int rc;

	if ((rc = read_member(tree, ST_BAG_RECORD_LIST, LIST_MAX, &text, err)) == STET_OK)
		rc = stet_json_parse(st_buf_bytes(&text), &json, err);
	list = stet_json_get(json, "records");
	if (rc == STET_OK && stet_json_size(list) == 0)
		rc = wrong("its list of records names none");
	if (rc == STET_OK &&
	    (records->items = calloc(stet_json_size(list), sizeof(*records->items))) == NULL)
		rc = st_fail_nomem(err);
	for (i = 0; rc == STET_OK && i < stet_json_size(list); i++) {
		name = stet_json_get(stet_json_item(list, i), "name");
		if (stet_json_string_of(name).data == NULL)
			rc = wrong("its list of records has one without a name");
		else
			rc = set_name(&records->items[records->count++],
			    (const char *)stet_json_string_of(name).data, err);
		if (rc == STET_OK && i > 0 &&
		    by_name(&records->items[i - 1], &records->items[i]) >= 0)
			rc = wrong("its list of records is not in order");
	}
	stet_json_free(json);
	st_buf_free(&text);
	return rc;
}

/* Both are of one checkpoint, so that equal numbers are equal entries. */
static int
mark_shown(const stet_proof *all, const stet_proof *one, const struct st_bag_record *record,
    uint8_t *shown, stet_error *err)
{
	const struct st_shown *found;
	size_t i;

	for (i = 0; i < one->proof.entry_count; i++) {
		if ((found = st_shown_find(all, one->seqs[i])) == NULL)
			return wrong("the proof of '%s' shows entry %llu, which the bag is not of",
			    record->name, (unsigned long long)one->seqs[i]);
		shown[found - all->shown] = 1;
	}
	return STET_OK;
}

static int
judge_proof(const stet_proof *all, const stet_proof *one, const struct st_bag_record *record,
    uint8_t *shown, stet_error *err)
{
	size_t i;

	if (!st_bytes_equal(one->proof.checkpoint, all->proof.checkpoint))
		return wrong("the proof of '%s' is of another moment than the bag", record->name);
	for (i = 0; i < one->proof.asked_count; i++)
		if (st_bytes_equal(one->proof.asked[i], st_str(record->name)))
			return mark_shown(all, one, record, shown, err);
	return wrong("what stands as the proof of '%s' is one of another record", record->name);
}

static int
read_proof(struct st_unpack *tree, const stet_proof *all, struct st_bag_record *record,
    uint8_t *shown, stet_error *err)
{
	char *name = member_of(record, ST_BAG_PROOF_FILE);
	stet_proof *one = NULL;
	int rc;

	if (name == NULL)
		return st_fail_nomem(err);
	if ((rc = read_member(tree, name, PROOF_MAX, &record->proof, err)) == STET_OK &&
	    (rc = stet_proof_open(st_buf_bytes(&record->proof), NULL, &one, err)) == STET_OK)
		rc = judge_proof(all, one, record, shown, err);
	stet_proof_free(one);
	free(name);
	return rc;
}

static int
read_proofs(
    struct st_unpack *tree, const stet_proof *all, struct st_bag_records *records, stet_error *err)
{
	uint8_t *shown = calloc(all->proof.entry_count, 1);
	size_t i;
	int rc = shown != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < records->count; i++)
		rc = read_proof(tree, all, &records->items[i], shown, err);
	for (i = 0; rc == STET_OK && i < all->proof.entry_count; i++)
		if (!shown[i])
			rc = wrong("entry %llu belongs to none of the records that the bag lists",
			    (unsigned long long)all->seqs[i]);
	free(shown);
	return rc;
}

/* What everybody reads are the entries that were proved, whoever wrote the bag. */
static int
compare_entries(struct st_unpack *tree, const stet_proof *all, stet_error *err)
{
	struct st_buf theirs = {0}, ours = {0};
	size_t i, size = 0;
	int rc;

	for (i = 0; i < all->proof.entry_count; i++) {
		st_buf_put_bytes(&ours, all->proof.entries[i]);
		size += all->proof.entries[i].size;
	}
	rc = read_member(tree, ST_BAG_ENTRIES, size, &theirs, err);
	if (rc == STET_OK && ours.rc < 0)
		rc = st_fail_nomem(err);
	if (rc == STET_EFORMAT ||
	    (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&ours), st_buf_bytes(&theirs))))
		rc = wrong("the entries are others than those that the proofs show");
	st_buf_free(&theirs);
	st_buf_free(&ours);
	return rc;
}

int
st_bag_records_read(struct st_unpack *tree, const stet_trust *trust, struct st_bag_records *records,
    stet_proof **proof_out, stet_error *err)
{
	stet_proof *all = NULL;
	int rc;

	if ((rc = read_names(tree, records, err)) == STET_OK &&
	    (rc = read_member(tree, ST_BAG_PROOF, PROOF_MAX, &records->all, err)) == STET_OK &&
	    (rc = stet_proof_open(st_buf_bytes(&records->all), trust, &all, err)) == STET_OK &&
	    (rc = read_proofs(tree, all, records, err)) == STET_OK)
		rc = compare_entries(tree, all, err);
	if (rc < 0)
		stet_proof_free(all);
	else
		*proof_out = all;
	return rc;
}
