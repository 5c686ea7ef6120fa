/* Records as objects of an OCFL storage root: one object each, a version more whenever the ledger
 * has more to say of it.
 *
 * What a version holds is made from the completeness proof in it and from nothing else, as the
 * files of a bag of named records are, so that whoever checks it can make it again.  The proof is
 * of a moment, and so are some of the files; whether the ledger has more to say is told by those
 * that are not: the entries about the record, where it stands, the contents held. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <stet/proof.h>
#include <stet/text.h>

#include "admission/lookup.h"
#include "bag/bag.h"
#include "bag/objects.h"
#include "base/err.h"
#include "base/hex.h"
#include "cbor/cbor.h"
#include "json/json.h"
#include "package/deposit.h"
#include "standing/standing.h"

#define RECORD_MAX ((size_t)65536)

/* --- the files of a version ------------------------------------------------------------------- */

int
st_object_id(const char *origin, const char *name, struct st_buf *out)
{
	st_buf_printf(out, "https://%s#%s", origin, name);
	st_buf_put_u8(out, '\0');
	return out->rc;
}

int
st_object_is_artifact(const char *path)
{
	return strncmp(path, ST_OBJECT_ARTIFACTS, sizeof(ST_OBJECT_ARTIFACTS) - 1) == 0;
}

static int
says_what(const char *path)
{
	return strcmp(path, ST_OBJECT_ENTRIES) == 0 || strcmp(path, ST_OBJECT_STANDING) == 0 ||
	       st_object_is_artifact(path);
}

/* Where a record stands, without the moment: the same as long as that is the same. */
static int
standing_text(
    const char *ledger, const struct st_standing *standing, struct st_buf *out, stet_error *err)
{
	stet_json *json = stet_json_object(), *from = st_standing_to_json(standing);
	char *text = NULL;
	size_t size;
	int rc;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "ledger", stet_json_str(ledger));
	st_json_move(json, &from);
	if (standing->rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = stet_json_text(json, STET_JSON_INDENT, &text, &size, err)) == STET_OK) {
		text[size] = '\n'; /* over the NUL that ends it */
		st_buf_put(out, text, size + 1);
		rc = out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	free(text);
	stet_json_free(json);
	return rc;
}

static int
put_standing(struct st_bagging *bagging, const stet_id *id, stet_error *err)
{
	struct st_standing *standing = NULL;
	struct st_buf text = {0};
	int rc;

	if ((rc = st_record_read(bagging->ledger, id, STET_NO_SEQ, &standing, err)) == STET_OK &&
	    (rc = standing_text(stet_ledger_id(bagging->ledger), standing, &text, err)) == STET_OK)
		rc = st_bag_put(bagging, "data/" ST_OBJECT_STANDING, st_buf_bytes(&text), err);
	st_buf_free(&text);
	st_standing_free(standing);
	return rc;
}

/* What the version is of, for whoever wants to know it without a proof. */
static int
put_record(struct st_bagging *bagging, stet_error *err)
{
	stet_json *json = stet_json_object();
	char time[STET_TIME_SIZE];
	int rc;

	stet_time_text(bagging->ms, time);
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "made_by", stet_json_str(ST_BAG_AGENT));
	stet_json_set(json, "name", stet_json_str(bagging->records->items[0].name));
	stet_json_set(json, "ledger", stet_json_str(stet_ledger_id(bagging->ledger)));
	stet_json_set(json, "origin", stet_json_str(bagging->checkpoint.origin));
	stet_json_set(json, "size", stet_json_int((int64_t)bagging->checkpoint.size));
	st_json_set_hex(json, "root", bagging->checkpoint.root, 32);
	stet_json_set(json, "as_of", stet_json_str(time));
	rc = st_json_rc(json) < 0 ? st_fail_nomem(err)
				  : st_bag_put_json(bagging, "data/" ST_OBJECT_RECORD, json, err);
	stet_json_free(json);
	return rc;
}

static int
put_entries(struct st_bagging *bagging, const char *name, const char *format, stet_error *err)
{
	stet_export_options options = STET_EXPORT_OPTIONS;
	int rc;

	if ((rc = st_bag_begin(bagging, name, ST_PACK_UNKNOWN, err)) < 0)
		return rc;
	rc = stet_export_records(bagging->ledger, format, (const stet_id *const *)bagging->ids, 1,
	    &options, st_pack_sink, bagging->pack, err);
	return rc < 0 ? st_pack_why(bagging->pack, rc, err) : st_bag_end(bagging, err);
}

int
st_object_put(struct st_bagging *bagging, stet_error *err)
{
	const struct st_bag_record *record = &bagging->records->items[0];
	int rc;

	if ((rc = put_record(bagging, err)) < 0 ||
	    (rc = st_bag_put(bagging, "data/" ST_OBJECT_PROOF, st_buf_bytes(&record->proof), err)) <
		0 ||
	    (rc = st_bag_put(bagging, ST_BAG_CHECKPOINT, st_buf_bytes(&bagging->note), err)) < 0 ||
	    (rc = st_bag_keys(bagging, err)) < 0 ||
	    (rc = put_entries(bagging, "data/" ST_OBJECT_ENTRIES, "cborseq", err)) < 0 ||
	    (rc = put_entries(bagging, "data/entries.jsonl", "jsonl", err)) < 0 ||
	    (rc = put_standing(bagging, bagging->ids[0], err)) < 0 ||
	    (rc = st_bag_report(bagging, record, bagging->ids[0], err)) < 0 ||
	    (rc = st_bag_renderings(bagging, err)) < 0)
		return rc;
	return st_bag_artifacts(bagging, err);
}

int
st_object_record(
    const char *name, uint8_t *proof, size_t size, struct st_bag_records *records, stet_error *err)
{
	struct st_bag_record *record = calloc(1, sizeof(*record));

	if (record == NULL)
		return st_fail_nomem(err);
	records->items = record;
	records->count = 1;
	record->name = strdup(name);
	record->folder = strdup("data");
	st_buf_put(&record->proof, proof, size);
	st_buf_put(&records->all, proof, size);
	return record->name == NULL || record->folder == NULL || record->proof.rc < 0 ||
		       records->all.rc < 0
		   ? st_fail_nomem(err)
		   : STET_OK;
}

/* --- what an inventory says of a version ------------------------------------------------------ */

/* Who answers for it, as entry 0 says. */
static void
put_address(const struct st_bagging *bagging, stet_bytes contact, struct st_buf *out)
{
	if (contact.size > 0 && st_is_uri(contact))
		st_buf_put_bytes(out, contact);
	else if (contact.size > 0 && memchr(contact.data, '@', contact.size) != NULL &&
		 memchr(contact.data, ' ', contact.size) == NULL)
		st_buf_printf(out, "mailto:%.*s", (int)contact.size, (const char *)contact.data);
	else
		st_buf_printf(out, "https://%s", bagging->checkpoint.origin);
	st_buf_put_u8(out, '\0');
}

int
st_object_note_make(const struct st_bagging *bagging, struct st_object_note *note, stet_error *err)
{
	stet_bytes user = st_bag_opening(bagging, "organisation");

	st_buf_put_bytes(&note->user, user.size > 0 ? user : st_str(bagging->checkpoint.origin));
	st_buf_put_u8(&note->user, '\0');
	put_address(bagging, st_bag_opening(bagging, "contact"), &note->address);
	st_buf_printf(&note->message, "all that %s says of %s, as of %" PRIu64 " entries",
	    stet_ledger_id(bagging->ledger), bagging->records->items[0].name,
	    bagging->checkpoint.size);
	st_buf_put_u8(&note->message, '\0');
	return note->user.rc < 0 || note->address.rc < 0 || note->message.rc < 0
		   ? st_fail_nomem(err)
		   : STET_OK;
}

void
st_object_note_clear(struct st_object_note *note)
{
	st_buf_free(&note->user);
	st_buf_free(&note->address);
	st_buf_free(&note->message);
}

/* --- an export -------------------------------------------------------------------------------- */

struct exporting {
	stet_ledger *ledger;
	const stet_ocfl_options *options;
	struct st_deposit *deposit;
	uint64_t size; /* entries, when it began */
	stet_ocfl_result result;
};

/* A version while it is made. */
struct making {
	struct exporting *exporting;
	struct st_deposited *object;
	struct st_bagging bagging;
};

static void
tell(struct exporting *exporting, const char *name, const char *path, const stet_error *what)
{
	if (exporting->options->tell != NULL)
		exporting->options->tell(exporting->options->tell_ctx, name, path, what);
}

/* Content that rots in the ledger is not passed on under the digest it had. */
static int
check_content(const struct making *making, const char *name, stet_error *err)
{
	uint8_t digest[64];
	char hex[65];
	const char *at = name + sizeof(ST_OBJECT_ARTIFACTS) - 1;

	st_hex(digest, st_pack_digest(making->bagging.pack, ST_SHA256, digest), hex);
	if (strncmp(at, hex, 2) == 0 && strcmp(at + 3, hex + 2) == 0)
		return STET_OK;
	return st_fail(err, STET_EREFUSED, ST_ARTIFACT_ALTERED,
	    "the content that should have SHA-256 %.2s%s has another", at, at + 3);
}

static int
ended(void *ctx, const char *name, stet_error *err)
{
	struct making *making = ctx;
	int rc;

	if (st_object_is_artifact(name) && (rc = check_content(making, name, err)) < 0)
		return rc;
	making->exporting->result.files++;
	making->exporting->result.bytes += st_pack_size(making->bagging.pack);
	return st_deposit_member(making->object, name, err);
}

static int
known(void *ctx, const char *name, stet_error *err)
{
	struct making *making = ctx;

	return st_deposit_known(making->object, name + strlen("data/"), err);
}

/* --- what is there already -------------------------------------------------------------------- */

/* The entries that the newest version was made from are the first of those here. */
static int
goes_on(struct exporting *exporting, uint64_t size, stet_bytes root_hex, stet_error *err)
{
	struct st_reader *reader = NULL;
	uint8_t is[32], says[32];
	stet_head head;
	int rc;

	if ((rc = stet_ledger_head(exporting->ledger, &head, err)) < 0)
		return rc;
	if (size > head.size)
		return st_fail(err, STET_EREFUSED, ST_OCFL_NEWER,
		    "it is of %" PRIu64 " entries; here there are %" PRIu64, size, head.size);
	if ((rc = st_ledger_reader(exporting->ledger, &reader, err)) == STET_OK)
		rc = st_ledger_root(reader, size, is, err);
	st_reader_close(reader);
	if (rc == STET_OK &&
	    (st_hex_read(root_hex, says, sizeof(says)) < 0 || memcmp(is, says, sizeof(is)) != 0))
		rc = st_fail(err, STET_EREFUSED, ST_OCFL_OBJECT,
		    "left alone: its newest version is of other entries than those here");
	return rc;
}

static int
is_ours(struct exporting *exporting, const struct st_deposited *object, stet_error *err)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	stet_bytes ledger;
	int64_t size = 0;
	int rc;

	rc = st_deposit_read(exporting->deposit, object, ST_OBJECT_RECORD, RECORD_MAX, &text, err);
	if (rc == STET_OK)
		rc = stet_json_parse(st_buf_bytes(&text), &json, err);
	ledger = stet_json_string_of(stet_json_get(json, "ledger"));
	size = stet_json_int_of(stet_json_get(json, "size"));
	if (rc == STET_ENOTFOUND || rc == STET_EFORMAT ||
	    (rc == STET_OK &&
		(!st_bytes_equal(ledger, st_str(stet_ledger_id(exporting->ledger))) || size <= 0)))
		rc = st_fail(err, STET_EREFUSED, ST_OCFL_OBJECT,
		    "left alone: it is no record of this ledger");
	if (rc == STET_OK)
		rc = goes_on(exporting, (uint64_t)size,
		    stet_json_string_of(stet_json_get(json, "root")), err);
	stet_json_free(json);
	st_buf_free(&text);
	return rc;
}

static int
has_digest(const struct st_deposited *object, const char *path, const uint8_t digest[64])
{
	const struct st_path *known = st_paths_find(&object->state, st_str(path));
	char hex[129];

	st_hex(digest, 64, hex);
	return known != NULL && st_bytes_equal(known->digest, st_str(hex));
}

static int
same_entries(const struct st_deposited *object, const struct st_standing *standing, int *same_out,
    stet_error *err)
{
	struct st_hasher *hasher = NULL;
	uint8_t digest[64];
	size_t i;
	int rc;

	if ((rc = st_hasher_new(ST_SHA512, &hasher, err)) < 0)
		return rc;
	for (i = 0; i < standing->fact_count; i++)
		st_hasher_add(hasher, st_buf_bytes(&standing->facts[i].encoded));
	st_hasher_end(hasher, digest);
	st_hasher_free(hasher);
	*same_out = has_digest(object, ST_OBJECT_ENTRIES, digest);
	return STET_OK;
}

/* 1 if this fact gives content that a version would hold; 0, or -1: what it gives is in no version.
 */
static int
has_content(const struct st_deposited *object, const struct st_fact *fact)
{
	stet_bytes digest;
	char hex[65], path[96];

	if (fact->statement.type != ST_TYPE_ARTIFACT || fact->held != ST_HELD_HERE ||
	    st_cbor_member_bytes(fact->statement.sign1.payload, "sha256", &digest) < 0 ||
	    digest.size != 32)
		return 0;
	st_hex(digest.data, 32, hex);
	snprintf(path, sizeof(path), ST_OBJECT_ARTIFACTS "%.2s/%s", hex, hex + 2);
	return st_paths_find(&object->state, st_str(path)) != NULL ? 1 : -1;
}

/* Content counts once, however often it is given: where that makes a difference, the version is
 * made and compared. */
static int
same_contents(const struct st_deposited *object, const struct st_standing *standing)
{
	size_t i, given = 0, there = 0;
	char name[ST_OBJECT_PATH_SIZE];
	int has;

	for (i = 0; i < standing->fact_count; i++) {
		if ((has = has_content(object, &standing->facts[i])) < 0)
			return 0;
		given += has != 0;
	}
	for (i = 0; i < object->state.count; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)object->state.items[i].path.size,
		    (const char *)object->state.items[i].path.data);
		there += st_object_is_artifact(name) != 0;
	}
	return given == there;
}

/* Whether the ledger says nothing that the newest version does not say.  A quick answer from its
 * tables: where it is no, the version is made from the proof and compared. */
static int
says_same(struct exporting *exporting, const struct st_deposited *object,
    const struct st_standing *standing, int *same_out, stet_error *err)
{
	struct st_buf text = {0};
	uint8_t digest[64];
	int rc;

	*same_out = 0;
	if ((rc = same_entries(object, standing, same_out, err)) < 0 || !*same_out)
		return rc;
	*same_out = 0;
	if ((rc = standing_text(stet_ledger_id(exporting->ledger), standing, &text, err)) ==
	    STET_OK) {
		st_sha512(st_buf_bytes(&text), digest);
		*same_out = has_digest(object, ST_OBJECT_STANDING, digest) &&
			    same_contents(object, standing);
	}
	st_buf_free(&text);
	return rc;
}

/* --- content that stays in earlier versions --------------------------------------------------- */

static int
in_state(const struct st_deposited *object, const char *path)
{
	size_t i;

	if (object->count == 0) /* no version was made: it is as it was */
		return st_paths_find(&object->state, st_str(path)) != NULL;
	for (i = 0; i < object->count; i++)
		if (strcmp(object->items[i].path, path) == 0)
			return 1;
	return 0;
}

static int
see_content(struct exporting *exporting, const struct st_deposited *object, const char *name,
    const struct st_books *books, const char *physical, const char *path, stet_error *err)
{
	const char *hex = path + sizeof(ST_OBJECT_ARTIFACTS) - 1;
	char digits[65], *file;
	uint8_t digest[32];
	stet_error what;
	int rc, withheld;

	snprintf(digits, sizeof(digits), "%.2s%s", hex, hex[2] == '/' ? hex + 3 : "");
	if (in_state(object, path) || st_hex_read(st_str(digits), digest, sizeof(digest)) < 0)
		return STET_OK;
	if ((rc = st_artifact_withheld(books, digest, &withheld, err)) < 0 || !withheld)
		return rc;
	exporting->result.withheld++;
	st_fail(&what, STET_EREFUSED, ST_OCFL_WITHHELD,
	    "withheld, and still there: OCFL keeps earlier versions as they were");
	if ((file = st_path_join(object->place, physical)) == NULL)
		return st_fail_nomem(err);
	tell(exporting, name, file, &what);
	free(file);
	return STET_OK;
}

/* Whatever lies in an object as content and is withheld by now is told of, on every run. */
static int
find_withheld(struct exporting *exporting, const struct st_deposited *object, const char *name,
    stet_error *err)
{
	const struct st_paths *paths = &object->inventory.paths;
	struct st_reader *reader = NULL;
	struct st_books books;
	char physical[ST_OBJECT_PATH_SIZE];
	const char *path;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < paths->count; i++) {
		snprintf(physical, sizeof(physical), "%.*s", (int)paths->items[i].path.size,
		    (const char *)paths->items[i].path.data);
		path = strstr(physical, "/content/");
		if (path == NULL || !st_object_is_artifact(path += strlen("/content/")))
			continue;
		if (reader == NULL && (rc = st_ledger_reader(exporting->ledger, &reader, err)) < 0)
			break;
		books = (struct st_books){reader, reader};
		rc = see_content(exporting, object, name, &books, physical, path, err);
	}
	st_reader_close(reader);
	return rc;
}

/* --- a version -------------------------------------------------------------------------------- */

static int
end_version(struct making *making, stet_error *err)
{
	struct st_object_note texts = {{0}, {0}, {0}};
	struct st_deposit_note note;
	int rc = st_object_note_make(&making->bagging, &texts, err);

	if (rc == STET_OK) {
		note =
		    (struct st_deposit_note){making->bagging.ms, (const char *)texts.message.data,
			(const char *)texts.user.data, (const char *)texts.address.data};
		rc = st_deposit_end(making->exporting->deposit, making->object, &note, err);
	}
	st_object_note_clear(&texts);
	return rc;
}

static int
fill_version(struct making *making, stet_error *err)
{
	struct exporting *exporting = making->exporting;
	struct st_deposited *object = making->object;
	uint64_t files = exporting->result.files, bytes = exporting->result.bytes;
	int rc;

	if ((rc = st_deposit_begin(exporting->deposit, object, 1u << ST_SHA256, err)) == STET_OK) {
		making->bagging.pack = object->pack;
		rc = st_object_put(&making->bagging, err);
	}
	if (rc == STET_OK && object->there && st_deposit_same(object, says_what)) {
		st_deposit_drop(exporting->deposit, object);
		exporting->result.files = files;
		exporting->result.bytes = bytes;
		return STET_OK;
	}
	/* Before anything is put on top of it. */
	if (rc == STET_OK && object->there)
		rc = st_deposit_judge(exporting->deposit, object, err);
	if (rc == STET_OK)
		rc = end_version(making, err);
	if (rc < 0) {
		st_deposit_drop(exporting->deposit, object);
		exporting->result.files = files;
		exporting->result.bytes = bytes;
		return rc;
	}
	exporting->result.versions++;
	exporting->result.added += !object->there;
	exporting->result.artifacts += making->bagging.result.artifacts;
	exporting->result.blinded += making->bagging.result.blinded;
	exporting->result.missing += making->bagging.result.missing;
	return STET_OK;
}

static int
make_version(
    struct exporting *exporting, struct st_deposited *object, const char *name, stet_error *err)
{
	static const stet_bag_options options = STET_BAG_OPTIONS;
	struct making making = {.exporting = exporting, .object = object};
	struct st_bag_records records = {0};
	stet_id *id = NULL;
	uint8_t *proof = NULL;
	size_t size = 0;
	int rc;

	making.bagging.ledger = exporting->ledger;
	making.bagging.options = &options;
	making.bagging.ended = ended;
	making.bagging.known = known;
	making.bagging.ctx = &making;
	if ((rc = stet_id_parse(name, &id, err)) == STET_OK &&
	    (rc = stet_proof_make(exporting->ledger, (const stet_id *const *)&id, 1, &proof, &size,
		 err)) == STET_OK &&
	    (rc = st_object_record(name, proof, size, &records, err)) == STET_OK &&
	    (rc = st_bagging_begin(&making.bagging, &records, (stet_bytes){NULL, 0}, err)) ==
		STET_OK)
		rc = fill_version(&making, err);
	making.bagging.pack = NULL; /* the object's */
	st_bagging_end(&making.bagging);
	st_bag_records_clear(&records);
	stet_id_free(id);
	free(proof);
	return rc;
}

static int
see_object(struct exporting *exporting, struct st_deposited *object, const char *id,
    const char *name, const struct st_standing *standing, stet_error *err)
{
	int rc, same = 0;

	if ((rc = st_deposit_find(exporting->deposit, id, object, err)) < 0)
		return rc;
	if (object->there && ((rc = is_ours(exporting, object, err)) < 0 ||
				 (rc = says_same(exporting, object, standing, &same, err)) < 0))
		return rc;
	if (!same && (rc = make_version(exporting, object, name, err)) < 0)
		return rc;
	return object->there ? find_withheld(exporting, object, name, err) : STET_OK;
}

/* An object that is left alone keeps nobody from the others. */
static int
see_record(void *ctx, const struct st_standing *standing, stet_error *err)
{
	struct exporting *exporting = ctx;
	const char *name = st_main_name(standing);
	struct st_deposited object;
	struct st_buf id = {0};
	stet_error why;
	int rc;

	memset(&object, 0, sizeof(object));
	st_error_clear(&why);
	if (st_object_id(stet_ledger_origin(exporting->ledger), name, &id) < 0)
		rc = st_fail_nomem(&why);
	else
		rc = see_object(exporting, &object, (const char *)id.data, name, standing, &why);
	exporting->result.objects++;
	if (rc == STET_EREFUSED) {
		exporting->result.refused++;
		tell(exporting, name, object.place, &why);
		rc = STET_OK;
	} else if (rc < 0 && err != NULL) {
		*err = why;
	}
	st_deposited_clear(&object);
	st_buf_free(&id);
	return rc;
}

/* --- which ------------------------------------------------------------------------------------ */

static int
see_named(struct exporting *exporting, stet_error *err)
{
	const stet_ocfl_options *options = exporting->options;
	struct st_standing *standing = NULL;
	stet_json *seen = stet_json_object();
	size_t i;
	int rc = seen != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < options->id_count; i++) {
		if (options->progress != NULL &&
		    options->progress(options->progress_ctx, "records", i, options->id_count) != 0)
			rc = st_fail(err, STET_EINVAL, ST_STOPPED, "stopped");
		else if ((rc = st_record_read(exporting->ledger, options->ids[i], STET_NO_SEQ,
			      &standing, err)) == STET_OK &&
			 stet_json_get(seen, st_main_name(standing)) == NULL) {
			stet_json_set(seen, st_main_name(standing), stet_json_null());
			rc = see_record(exporting, standing, err);
		}
		st_standing_free(standing);
		standing = NULL;
	}
	stet_json_free(seen);
	return rc;
}

/* That all of them are there, before anything is written. */
static int
find_named(const stet_ocfl_options *options, stet_ledger *ledger, stet_error *err)
{
	struct st_standing *standing = NULL;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < options->id_count; i++) {
		rc = st_record_read(ledger, options->ids[i], STET_NO_SEQ, &standing, err);
		st_standing_free(standing);
		standing = NULL;
	}
	return rc;
}

/* When the newest entry was appended: the files of a new root have that time. */
static int
newest_ms(stet_ledger *ledger, uint64_t size, uint64_t *ms_out, stet_error *err)
{
	stet_entry *seal = NULL;
	int rc = stet_ledger_entry(ledger, size - 1, &seal, err);

	if (rc == STET_OK)
		*ms_out = stet_entry_ms(seal);
	stet_entry_free(seal);
	return rc;
}

static int
see_all(struct exporting *exporting, stet_error *err)
{
	const stet_ocfl_options *options = exporting->options;
	int rc, flushed;

	rc = options->id_count > 0 ? see_named(exporting, err)
				   : st_records_walk(exporting->ledger, exporting->size, see_record,
					 exporting, options->progress, options->progress_ctx, err);
	/* What was made by then is whole, whatever went wrong after it. */
	flushed = st_deposit_flush(exporting->deposit, rc == STET_OK ? err : NULL);
	return rc == STET_OK ? flushed : rc;
}

int
stet_export_ocfl(stet_ledger *ledger, const char *root, const stet_ocfl_options *options,
    stet_ocfl_result *result_out, stet_error *err)
{
	static const stet_ocfl_options usual = STET_OCFL_OPTIONS;
	struct exporting exporting = {.ledger = ledger, .options = options};
	stet_head head;
	uint64_t ms = 0;
	int rc;

	if (options == NULL)
		exporting.options = options = &usual;
	if (options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "options of another version");
	if ((rc = stet_ledger_head(ledger, &head, err)) == STET_OK &&
	    (rc = newest_ms(ledger, head.size, &ms, err)) == STET_OK &&
	    (rc = find_named(options, ledger, err)) == STET_OK &&
	    (rc = st_deposit_open(root, ms, &exporting.deposit, err)) == STET_OK) {
		exporting.size = head.size;
		rc = see_all(&exporting, err);
		exporting.result.mended = st_deposit_mended(exporting.deposit);
		exporting.result.head = head;
		st_deposit_close(exporting.deposit);
	}
	if (result_out != NULL)
		*result_out = exporting.result;
	return rc;
}
