/* The frame of a bag: members with their manifest lines, bag-info.txt, the manifests themselves.
 *
 * Manifest lines wait in files without a name until the payload is complete: a ledger may have more
 * artifacts than lines of them would fit into memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <stet/text.h>

#include "bag/bag.h"
#include "base/err.h"
#include "base/hex.h"
#include "json/json.h"

#define PIECE_SIZE ((size_t)65536)
#define DECLARATION "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
#define ATTEMPTS 64

/* --- members --------------------------------------------------------------------------------- */

#define PAYLOAD "data/"

int
st_bag_begin(struct st_bagging *bagging, const char *name, uint64_t size, stet_error *err)
{
	if (bagging->ended != NULL)
		name += sizeof(PAYLOAD) - 1;
	return st_pack_begin(bagging->pack, name, size, err);
}

/* Names of ours have no character that a manifest would have to escape. */
static int
put_line(
    struct st_bagging *bagging, FILE *file, enum st_hash hash, const char *name, stet_error *err)
{
	uint8_t digest[64];
	char hex[129];
	size_t size = st_pack_digest(bagging->pack, hash, digest);

	st_hex(digest, size, hex);
	if (fprintf(file, "%s  %s\n", hex, name) < 0)
		return st_fail_errno(err, errno, "the manifest cannot be written");
	return STET_OK;
}

static int
list(struct st_bagging *bagging, const char *name, stet_error *err)
{
	int payload = strncmp(name, PAYLOAD, sizeof(PAYLOAD) - 1) == 0, rc = STET_OK, i;

	for (i = 0; rc == STET_OK && i < ST_HASH_COUNT; i++)
		if ((bagging->hashes & 1u << i) != 0)
			rc = put_line(bagging,
			    payload ? bagging->manifests[i] : bagging->tagmanifests[i],
			    (enum st_hash)i, name, err);
	if (payload) {
		bagging->result.files++;
		bagging->result.bytes += st_pack_size(bagging->pack);
	}
	return rc;
}

int
st_bag_end(struct st_bagging *bagging, stet_error *err)
{
	char *name = st_pack_name(bagging->pack);
	int rc;

	if (name == NULL)
		return st_fail_nomem(err);
	if ((rc = st_pack_end(bagging->pack, err)) == STET_OK)
		rc = bagging->ended != NULL ? bagging->ended(bagging->ctx, name, err)
					    : list(bagging, name, err);
	free(name);
	return rc;
}

int
st_bag_put(struct st_bagging *bagging, const char *name, stet_bytes content, stet_error *err)
{
	int rc;

	if ((rc = st_bag_begin(bagging, name, content.size, err)) < 0 ||
	    (rc = st_pack_put(bagging->pack, content, err)) < 0)
		return rc;
	return st_bag_end(bagging, err);
}

int
st_bag_put_json(
    struct st_bagging *bagging, const char *name, const stet_json *json, stet_error *err)
{
	char *text = NULL;
	size_t size;
	int rc;

	if ((rc = stet_json_text(json, STET_JSON_INDENT, &text, &size, err)) < 0)
		return rc;
	text[size] = '\n'; /* over the NUL that ends it */
	rc = st_bag_put(bagging, name, (stet_bytes){(const uint8_t *)text, size + 1}, err);
	free(text);
	return rc;
}

/* --- what the ledger says of itself ---------------------------------------------------------- */

stet_bytes
st_bag_opening(const struct st_bagging *bagging, const char *member)
{
	return stet_json_string_of(
	    stet_json_get(stet_json_get(bagging->open, "statement"), member));
}

void
st_bag_date(const struct st_bagging *bagging, char out[11])
{
	char time[STET_TIME_SIZE];

	stet_time_text(bagging->ms, time);
	memcpy(out, time, 10);
	out[10] = '\0';
}

/* A line of bag-info.txt; what would end it becomes a space. */
static void
put_info(struct st_buf *out, const char *label, stet_bytes value)
{
	size_t i;

	if (value.data == NULL || value.size == 0)
		return;
	st_buf_printf(out, "%s: ", label);
	for (i = 0; i < value.size; i++)
		st_buf_put_u8(out, value.data[i] < ' ' ? ' ' : value.data[i]);
	st_buf_put_u8(out, '\n');
}

static int
put_bag_info(struct st_bagging *bagging, stet_error *err)
{
	const stet_bag_result *result = &bagging->result;
	stet_bytes contact = st_bag_opening(bagging, "contact");
	struct st_buf out = {0};
	char text[128], date[11];
	int rc;

	st_bag_date(bagging, date);
	put_info(&out, "Bag-Software-Agent", st_str(ST_BAG_AGENT));
	put_info(&out, "Source-Organization", st_bag_opening(bagging, "organisation"));
	put_info(&out,
	    contact.data != NULL && memchr(contact.data, '@', contact.size) != NULL
		? "Contact-Email"
		: "Contact-Name",
	    contact);
	put_info(&out, "Bagging-Date", st_str(date));
	put_info(&out, "External-Identifier", st_str(stet_ledger_id(bagging->ledger)));
	put_info(&out, "External-Description",
	    bagging->records != NULL
		? st_str("Audit trail of records of a stet ledger: completeness proofs, reports, "
			 "signed entries, keys, checkpoint and artifacts; data/VERIFY.txt says how "
			 "to verify it")
		: st_str("Audit trail of a stet ledger: signed entries, keys, checkpoint and "
			 "artifacts; data/VERIFY.txt says how to verify it"));
	put_info(&out, "Bag-Group-Identifier", st_str(stet_ledger_id(bagging->ledger)));
	snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64, result->bytes, result->files);
	put_info(&out, "Payload-Oxum", st_str(text));
	put_info(&out, ST_BAG_CONTENT_LABEL,
	    st_str(bagging->records != NULL  ? ST_BAG_NAMED
		   : bagging->since.size > 0 ? ST_BAG_INCREMENT
					     : ST_BAG_WHOLE));
	if (bagging->since.size > 0) {
		snprintf(text, sizeof(text), "%" PRIu64, bagging->since.size);
		put_info(&out, "Stet-Since", st_str(text));
	}
	put_info(&out, "Stet-Origin", st_str(bagging->checkpoint.origin));
	snprintf(text, sizeof(text), "%" PRIu64, bagging->checkpoint.size);
	put_info(&out, "Stet-Size", st_str(text));
	st_hex(bagging->checkpoint.root, 32, text);
	put_info(&out, "Stet-Root", st_str(text));
	rc = out.rc < 0 ? st_fail_nomem(err)
			: st_bag_put(bagging, "bag-info.txt", st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}

/* --- manifests ------------------------------------------------------------------------------- */

static int
put_manifest(struct st_bagging *bagging, FILE *lines, const char *begin, enum st_hash hash,
    int listed, stet_error *err)
{
	uint8_t *piece = malloc(PIECE_SIZE);
	char name[64];
	size_t got;
	long size;
	int rc = STET_OK;

	if (piece == NULL)
		return st_fail_nomem(err);
	snprintf(name, sizeof(name), "%smanifest-%s.txt", begin, st_hash_name(hash));
	if (fflush(lines) != 0 || (size = ftell(lines)) < 0 || fseek(lines, 0, SEEK_SET) != 0)
		rc = st_fail_errno(err, errno, "the manifest cannot be written");
	else
		rc = st_bag_begin(bagging, name, (uint64_t)size, err);
	while (rc == STET_OK && (got = fread(piece, 1, PIECE_SIZE, lines)) > 0)
		rc = st_pack_put(bagging->pack, (stet_bytes){piece, got}, err);
	free(piece);
	if (rc < 0)
		return rc;
	return listed ? st_bag_end(bagging, err) : st_pack_end(bagging->pack, err);
}

static int
put_manifests(struct st_bagging *bagging, stet_error *err)
{
	int rc = STET_OK, i;

	for (i = 0; rc == STET_OK && i < ST_HASH_COUNT; i++)
		if ((bagging->hashes & 1u << i) != 0)
			rc = put_manifest(
			    bagging, bagging->manifests[i], "", (enum st_hash)i, 1, err);
	for (i = 0; rc == STET_OK && i < ST_HASH_COUNT; i++)
		if ((bagging->hashes & 1u << i) != 0)
			rc = put_manifest(
			    bagging, bagging->tagmanifests[i], "tag", (enum st_hash)i, 0, err);
	return rc;
}

static int
open_manifests(struct st_bagging *bagging, stet_error *err)
{
	int rc = STET_OK, i;

	for (i = 0; rc == STET_OK && i < ST_HASH_COUNT; i++)
		if ((bagging->hashes & 1u << i) != 0 &&
		    (rc = st_pack_scratch(bagging->pack, &bagging->manifests[i], err)) == STET_OK)
			rc = st_pack_scratch(bagging->pack, &bagging->tagmanifests[i], err);
	return rc;
}

static void
close_manifests(struct st_bagging *bagging)
{
	int i;

	for (i = 0; i < ST_HASH_COUNT; i++) {
		if (bagging->manifests[i] != NULL)
			fclose(bagging->manifests[i]);
		if (bagging->tagmanifests[i] != NULL)
			fclose(bagging->tagmanifests[i]);
	}
}

/* --- the moment ------------------------------------------------------------------------------ */

static int
take_checkpoint(struct st_bagging *bagging, stet_bytes text, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	int rc;

	st_buf_reset(&bagging->note);
	st_buf_put_bytes(&bagging->note, text);
	if (note == NULL || bagging->note.rc < 0)
		rc = st_fail_nomem(err);
	else
		rc = st_checkpoint_read(
		    st_buf_bytes(&bagging->note), note, &bagging->checkpoint, err);
	free(note);
	return rc;
}

static int
read_checkpoint(struct st_bagging *bagging, stet_error *err)
{
	char *text = NULL;
	size_t size;
	int rc;

	if ((rc = stet_ledger_checkpoint(bagging->ledger, &text, &size, err)) == STET_OK)
		rc = take_checkpoint(bagging, (stet_bytes){(const uint8_t *)text, size}, err);
	free(text);
	return rc;
}

/* From now on there is nothing but what the proof shows, for whoever writes the bag as for whoever
 * checks it; contents lie where the ledger's do. */
static int
show(struct st_bagging *bagging, stet_proof *proof, const char *path,
    const struct st_bag_records *records, stet_error *err)
{
	int rc;

	if ((rc = take_checkpoint(bagging, stet_proof_checkpoint(proof), err)) < 0 ||
	    (rc = st_ledger_of_proof(proof, path, &bagging->shown, err)) < 0 ||
	    (rc = st_bag_records_ids(records, &bagging->ids, err)) < 0)
		return rc;
	bagging->records = records;
	bagging->result.records = records->count;
	bagging->ledger = bagging->shown;
	return STET_OK;
}

static int
turn_to_records(struct st_bagging *bagging, const struct st_bag_records *records, stet_error *err)
{
	stet_proof *proof = NULL;
	int rc;

	if ((rc = stet_proof_open(st_buf_bytes(&records->all), NULL, &proof, err)) == STET_OK)
		rc = show(bagging, proof, bagging->ledger->path, records, err);
	stet_proof_free(proof);
	return rc;
}

static int
read_opening(struct st_bagging *bagging, stet_error *err)
{
	stet_entry *first = NULL, *seal = NULL;
	const stet_json *json;
	int rc;

	if ((rc = stet_ledger_entry(bagging->ledger, 0, &first, err)) == STET_OK &&
	    (rc = stet_ledger_entry(bagging->ledger, bagging->checkpoint.size - 1, &seal, err)) ==
		STET_OK) {
		bagging->ms = stet_entry_ms(seal);
		json = stet_entry_json(first, err);
		bagging->open = stet_json_copy(json);
		if (st_json_rc(json) < 0 || st_json_rc(bagging->open) < 0)
			rc = st_fail_nomem(err);
	}
	stet_entry_free(seal);
	stet_entry_free(first);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* The folder that an archive holds is called as the archive is (RFC 8493, section 4). */
static char *
base_of(const char *path, enum st_pack_kind *kind_out)
{
	size_t stem, begin;
	const char *slash;

	*kind_out = st_pack_kind_of(path, &stem);
	while (*kind_out == ST_PACK_FOLDER && stem > 1 && path[stem - 1] == '/')
		stem--;
	slash = memrchr(path, '/', stem);
	begin = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	return strndup(path + begin, stem - begin);
}

static unsigned
hashes_of(unsigned also)
{
	unsigned hashes = 1u << ST_SHA512;

	hashes |= (also & STET_BAG_MD5) != 0 ? 1u << ST_MD5 : 0;
	hashes |= (also & STET_BAG_SHA1) != 0 ? 1u << ST_SHA1 : 0;
	return hashes | ((also & STET_BAG_SHA256) != 0 ? 1u << ST_SHA256 : 0);
}

static int
fill(struct st_bagging *bagging, stet_error *err)
{
	int rc;

	if ((rc = open_manifests(bagging, err)) < 0 ||
	    (rc = st_bag_put(bagging, "bagit.txt", st_str(DECLARATION), err)) < 0 ||
	    (rc = st_bag_payload(bagging, err)) < 0 || (rc = put_bag_info(bagging, err)) < 0)
		return rc;
	return put_manifests(bagging, err);
}

static int
know_ledger(struct st_bagging *bagging, stet_error *err)
{
	int rc = read_opening(bagging, err);

	return rc < 0 ? rc : stet_ledger_vkey(bagging->ledger, &bagging->vkey, err);
}

int
st_bagging_begin(struct st_bagging *bagging, const struct st_bag_records *records, stet_bytes since,
    stet_error *err)
{
	int rc = records != NULL ? turn_to_records(bagging, records, err)
				 : read_checkpoint(bagging, err);

	if (rc < 0 || (rc = know_ledger(bagging, err)) < 0)
		return rc;
	return since.size == 0 ? STET_OK : st_bag_since_begin(bagging, since, err);
}

int
st_bagging_of_proof(struct st_bagging *bagging, stet_proof *proof, const char *path,
    const struct st_bag_records *records, stet_error *err)
{
	int rc = show(bagging, proof, path, records, err);

	return rc < 0 ? rc : know_ledger(bagging, err);
}

void
st_bagging_end(struct st_bagging *bagging)
{
	st_pack_abort(&bagging->pack);
	close_manifests(bagging);
	stet_json_free(bagging->open);
	st_buf_free(&bagging->note);
	st_buf_free(&bagging->since_note);
	st_bag_ids_free(bagging->ids);
	stet_ledger_close(bagging->shown);
	free(bagging->vkey);
}

int
stet_export_bag(stet_ledger *ledger, const char *path, const stet_bag_options *options,
    stet_bag_result *result_out, stet_error *err)
{
	static const stet_bag_options usual = STET_BAG_OPTIONS;
	struct st_bagging bagging = {.ledger = ledger, .options = options};
	struct st_bag_records records = {0};
	enum st_pack_kind kind;
	char *base = base_of(path, &kind);
	int rc;

	if (options == NULL)
		bagging.options = options = &usual;
	bagging.hashes = hashes_of(options->also);
	if (base == NULL)
		rc = st_fail_nomem(err);
	else if (options->version != STET_OPTIONS_VERSION)
		rc = st_fail(err, STET_EINVAL, ST_RULE_NONE, "options of another version");
	else if (options->id_count > 0 && options->since.size > 0)
		rc = st_fail(err, STET_EINVAL, ST_RULE_NONE, "an increment is of all records");
	else if ((options->id_count == 0 || (rc = st_bag_records_make(ledger, options->ids,
						 options->id_count, &records, err)) == STET_OK) &&
		 (rc = st_bagging_begin(&bagging, options->id_count > 0 ? &records : NULL,
		      options->since, err)) == STET_OK &&
		 (rc = st_pack_open(path, kind, base, bagging.ms, bagging.hashes, &bagging.pack,
		      err)) == STET_OK &&
		 (rc = fill(&bagging, err)) == STET_OK)
		rc = st_pack_finish(&bagging.pack, err);
	if (rc == STET_OK && result_out != NULL) {
		*result_out = bagging.result;
		result_out->since = bagging.since.size;
		result_out->head.size = bagging.checkpoint.size;
		memcpy(result_out->head.root, bagging.checkpoint.root, 32);
	}
	st_bagging_end(&bagging);
	st_bag_records_clear(&records);
	free(base);
	return rc;
}

static int
copy_lines(FILE *lines, struct st_buf *out, stet_error *err)
{
	uint8_t *room;
	size_t got;

	if (fflush(lines) != 0 || fseek(lines, 0, SEEK_SET) != 0)
		return st_fail_errno(err, errno, "the manifest cannot be read back");
	do {
		if ((room = st_buf_room(out, PIECE_SIZE)) == NULL)
			return st_fail_nomem(err);
		got = fread(room, 1, PIECE_SIZE, lines);
		st_buf_grow(out, got);
	} while (got > 0);
	return STET_OK;
}

int
st_bag_lines(stet_ledger *ledger, const struct st_bag_records *records, stet_bytes since,
    const char *scratch, stet_progress *progress, void *progress_ctx, struct st_buf *out,
    stet_error *err)
{
	stet_bag_options options = STET_BAG_OPTIONS;
	struct st_bagging bagging = {.ledger = ledger, .options = &options};
	int rc;

	options.progress = progress;
	options.progress_ctx = progress_ctx;
	bagging.hashes = 1u << ST_SHA512;
	if ((rc = st_bagging_begin(&bagging, records, since, err)) == STET_OK &&
	    (rc = st_pack_open(scratch, ST_PACK_NOTHING, "", bagging.ms, bagging.hashes,
		 &bagging.pack, err)) == STET_OK &&
	    (rc = open_manifests(&bagging, err)) == STET_OK &&
	    (rc = st_bag_payload(&bagging, err)) == STET_OK)
		rc = copy_lines(bagging.manifests[ST_SHA512], out, err);
	st_bagging_end(&bagging);
	return rc;
}
