/* The files of one record. */
#include "site/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/proof.h>

#include "base/err.h"
#include "base/hex.h"
#include "crypto/crypto.h"
#include "json/json.h"
#include "ledger/internal.h"
#include "record/record.h"
#include "site/look.h"
#include "standing/standing.h"

/* --- reading ------------------------------------------------------------------------------------
 */

static int
read_entries(struct st_site_record *record, stet_error *err)
{
	stet_history *history = NULL;
	stet_entry *entry;
	size_t room;
	int rc;

	if ((rc = stet_history_open(record->ledger, record->id, record->at, &history, err)) < 0)
		return rc;
	room = (size_t)stet_history_count(history);
	record->entries = calloc(room, sizeof(*record->entries));
	record->json = calloc(room, sizeof(*record->json));
	if (record->entries == NULL || record->json == NULL)
		rc = st_fail_nomem(err);
	while (rc == STET_OK && record->count < room &&
	       (rc = stet_history_next(history, &entry, err)) == STET_OK) {
		rc = st_entry_new(stet_entry_encoded(entry), &record->entries[record->count], err);
		if (rc < 0)
			break;
		record->json[record->count] = stet_entry_json(record->entries[record->count], err);
		if (st_json_rc(record->json[record->count++]) < 0)
			rc = st_fail_nomem(err);
	}
	stet_history_close(history);
	return rc;
}

static int
read_all(struct st_site_record *record, stet_error *err)
{
	int rc;

	if ((rc = stet_standing_of(
		 record->ledger, record->id, record->at, &record->standing, err)) < 0)
		return rc;
	record->standing_json = stet_standing_json(record->standing, err);
	if (st_json_rc(record->standing_json) < 0)
		return st_fail_nomem(err);
	return read_entries(record, err);
}

int
st_site_record_read(struct st_site_record *record, stet_ledger *ledger, const char *name,
    stet_at at, stet_error *err)
{
	int rc;

	memset(record, 0, sizeof(*record));
	record->ledger = ledger;
	record->at = at;
	record->name = name;
	rc = stet_id_parse(name, &record->id, err);
	return rc == STET_OK ? read_all(record, err) : rc;
}

void
st_site_record_clear(struct st_site_record *record)
{
	size_t i;

	for (i = 0; i < record->count; i++)
		stet_entry_free(record->entries[i]);
	free(record->entries);
	free(record->json);
	stet_standing_free(record->standing);
	stet_id_free(record->id);
}

/* --- the page -----------------------------------------------------------------------------------
 */

#define PROOF_SUFFIX ".stet-proof"
#define DIGEST_META "<meta name=\"stet-content\" content=\""
#define HEAD_SIZE 2048

/* What the page that is there says it holds. */
static int
says_same(const struct st_folder *folder, const char *path, const char *digest)
{
	char head[HEAD_SIZE + 1], *at;
	size_t size = st_folder_peek(folder, path, head, HEAD_SIZE);

	head[size] = '\0';
	at = strstr(head, DIGEST_META);
	return at != NULL && strncmp(at + sizeof(DIGEST_META) - 1, digest, strlen(digest)) == 0;
}

/* "3f0c....ext", the name of a file beside the page at path. */
static void
beside(const char *path, const char *extension, char *out, size_t size)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');

	snprintf(out, size, "%.*s%s", (int)(dot - slash - 1), slash + 1, extension);
}

static int
put_json(const struct st_site_record *record, struct st_folder *folder, const char *path,
    stet_error *err)
{
	char *text = NULL;
	size_t size;
	int rc;

	if ((rc = stet_json_text(record->standing_json, 0, &text, &size, err)) < 0)
		return rc;
	text[size] = '\n'; /* over the NUL that ends it */
	rc = st_folder_put(folder, path, (stet_bytes){(uint8_t *)text, size + 1}, err);
	free(text);
	return rc;
}

/* The proof is of the newest checkpoint, which may be later than the page: it shows at least what
 * the page does.  Of an earlier moment there is none. */
static int
put_proof(
    struct st_site_record *record, struct st_folder *folder, const char *path, stet_error *err)
{
	uint8_t *proof = NULL;
	size_t size;
	int rc;

	rc = stet_proof_make(
	    record->ledger, (const stet_id *const *)&record->id, 1, &proof, &size, err);
	if (rc == STET_OK)
		rc = st_folder_put(folder, path, (stet_bytes){proof, size}, err);
	free(proof);
	return rc;
}

/* "r/3f/" of a page's path and the name of a file beside it. */
static void
join(const char *path, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%.5s%s", path, name);
}

/* A page changes when it has something else to say than when it was made; that it could be made
 * again at a later moment is no reason. */
static int
put_page(struct st_site_record *record, struct st_folder *folder, const struct st_site_with *with,
    stet_error *err)
{
	char path[STET_SITE_PATH_SIZE], json[STET_SITE_PATH_SIZE], proof[STET_SITE_PATH_SIZE],
	    file[STET_SITE_PATH_SIZE + 8], digest[65], byte;
	struct st_page page = {record->standing_json, record->json, record->count, with->vkey, NULL,
	    json, ST_SITE_ROOT, "", NULL};
	uint8_t hash[32];
	struct st_buf out = {0};
	int rc;

	stet_site_path(record->name, path);
	beside(path, ".json", json, sizeof(json));
	beside(path, PROOF_SUFFIX, proof, sizeof(proof));
	page.proof = with->proofs ? proof : NULL;
	if ((rc = st_page_record(&page, &out, err)) < 0)
		goto done;
	st_sha256(st_buf_bytes(&out), hash);
	st_hex(hash, sizeof(hash), digest);
	join(path, proof, file, sizeof(file));
	if (with->trust && says_same(folder, path, digest) &&
	    (!with->proofs || st_folder_peek(folder, file, &byte, 1) == 1)) {
		folder->kept += with->proofs ? 3 : 2;
		goto done;
	}
	st_buf_reset(&out);
	page.as_of = NULL;
	page.digest = digest;
	if ((rc = st_page_record(&page, &out, err)) < 0 ||
	    (with->proofs && (rc = put_proof(record, folder, file, err)) < 0))
		goto done;
	join(path, json, file, sizeof(file));
	if ((rc = put_json(record, folder, file, err)) == STET_OK)
		rc = st_folder_put(folder, path, st_buf_bytes(&out), err);
done:
	st_buf_free(&out);
	return rc;
}

/* --- pages that lead to it ----------------------------------------------------------------------
 */

static void
put_refresh(struct st_html *html, const void *ctx)
{
	char target[STET_SITE_PATH_SIZE + 16];

	snprintf(target, sizeof(target), "0; url=" ST_SITE_ROOT "%s", (const char *)ctx);
	st_html_void(html, "meta", "http-equiv", "refresh", "content", target, NULL);
	snprintf(target, sizeof(target), ST_SITE_ROOT "%s", (const char *)ctx);
	st_html_void(html, "link", "rel", "canonical", "href", target, NULL);
}

/* At the place of another name of the record. */
static int
put_other_name(struct st_folder *folder, const char *name, const char *main_name, stet_error *err)
{
	char path[STET_SITE_PATH_SIZE], target[STET_SITE_PATH_SIZE], href[STET_SITE_PATH_SIZE + 8];
	struct st_frame frame = {name, ST_SITE_ROOT, NULL, NULL, put_refresh, target};
	struct st_html html;
	struct st_buf out = {0};
	char json[STET_SITE_PATH_SIZE], file[STET_SITE_PATH_SIZE + 8];
	int rc;

	stet_site_path(name, path);
	stet_site_path(main_name, target);
	if ((rc = st_html_begin(&html, err)) < 0)
		return rc;
	st_frame_begin(&html, &frame);
	st_html_open(&html, "p", NULL);
	st_html_foreign(&html, name);
	st_html_text(&html, " is another name of ");
	snprintf(href, sizeof(href), ST_SITE_ROOT "%s", target);
	st_html_open(&html, "a", "href", href, NULL);
	st_html_foreign(&html, main_name);
	st_html_close(&html);
	st_html_text(&html, ".");
	st_html_close(&html);
	st_frame_end(&html, &frame);
	if ((rc = st_html_end(&html, &out, err)) == STET_OK)
		rc = st_folder_put(folder, path, st_buf_bytes(&out), err);
	st_buf_free(&out);
	/* It may have been a record of its own. */
	beside(path, ".json", json, sizeof(json));
	join(path, json, file, sizeof(file));
	st_folder_drop(folder, file);
	beside(path, PROOF_SUFFIX, json, sizeof(json));
	join(path, json, file, sizeof(file));
	st_folder_drop(folder, file);
	return rc;
}

int
st_site_put_alias(
    stet_ledger *ledger, const char *name, stet_at at, struct st_folder *folder, stet_error *err)
{
	stet_standing *standing = NULL;
	stet_id *id = NULL;
	const char *to;
	int rc;

	if ((rc = stet_id_parse(name, &id, err)) < 0)
		return rc;
	if ((rc = stet_standing_of(ledger, id, at, &standing, err)) == STET_OK) {
		to = st_main_name(st_standing_inside(standing));
		if (strcmp(to, name) != 0)
			rc = put_other_name(folder, name, to, err);
	}
	stet_standing_free(standing);
	stet_id_free(id);
	return rc;
}

static int
put_names(struct st_site_record *record, struct st_folder *folder, stet_error *err)
{
	const stet_json *names = st_look(record->standing_json, "names");
	const char *name;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < stet_json_size(names); i++) {
		name = st_look_text(stet_json_item(names, i), "name");
		if (strcmp(name, record->name) != 0 &&
		    st_look_int(stet_json_item(names, i), "count") > 0)
			rc = st_site_put_alias(record->ledger, name, record->at, folder, err);
	}
	return rc;
}

/* --- files by digest ----------------------------------------------------------------------------
 */

static int
put_holders(struct st_html *html, const struct st_site_record *record, const char *kind,
    const char *digest, stet_error *err)
{
	char path[STET_SITE_PATH_SIZE], href[STET_SITE_PATH_SIZE + 48];
	stet_json *seqs = NULL;
	stet_entry *entry;
	uint64_t seq;
	size_t i;
	int rc;

	if ((rc = stet_ledger_lookup(record->ledger, kind, digest, &seqs, err)) < 0)
		return rc;
	for (i = 0; rc == STET_OK && i < stet_json_size(seqs); i++) {
		seq = (uint64_t)stet_json_int_of(stet_json_item(seqs, i));
		if (seq >= record->at.value)
			break;
		if ((rc = stet_ledger_entry(record->ledger, seq, &entry, err)) < 0)
			break;
		stet_site_path(stet_entry_name(entry), path);
		snprintf(href, sizeof(href), ST_SITE_ROOT "%s#e%" PRIu64, path, seq);
		st_html_open(html, "li", NULL);
		st_html_textf(
		    html, "%s of ", strcmp(kind, "content") == 0 ? "an artifact" : "the manifest");
		st_html_open(html, "a", "href", href, NULL);
		st_html_foreign(html, stet_entry_name(entry));
		st_html_close(html);
		st_html_textf(html, ", entry %" PRIu64, seq);
		st_html_close(html);
		stet_entry_free(entry);
	}
	stet_json_free(seqs);
	return rc;
}

/* Where a reader comes who has the file and not the record. */
static int
put_file(const struct st_site_record *record, struct st_folder *folder, const char *digest,
    stet_error *err)
{
	struct st_frame frame = {
	    "A file that the ledger knows", ST_SITE_ROOT, NULL, NULL, NULL, NULL};
	char path[STET_SITE_PATH_SIZE];
	struct st_html html;
	struct st_buf out = {0};
	int rc, ended;

	if (strlen(digest) != 64)
		return STET_OK;
	if ((rc = st_html_begin(&html, err)) < 0)
		return rc;
	st_frame_begin(&html, &frame);
	st_html_leaf(&html, "h1", NULL, "A file that the ledger knows");
	st_html_open(&html, "p", NULL);
	st_html_text(&html, "The content with SHA-256 ");
	st_html_leaf(&html, "code", NULL, digest);
	st_html_text(&html, " is");
	st_html_close(&html);
	st_html_open(&html, "ul", "class", "list", NULL);
	if ((rc = put_holders(&html, record, "content", digest, err)) == STET_OK)
		rc = put_holders(&html, record, "manifest", digest, err);
	st_html_close(&html);
	st_frame_end(&html, &frame);
	ended = st_html_end(&html, &out, rc == STET_OK ? err : NULL);
	snprintf(path, sizeof(path), "f/%.2s/%s.html", digest, digest);
	if (rc == STET_OK && (rc = ended) == STET_OK)
		rc = st_folder_put(folder, path, st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}

static int
put_files(const struct st_site_record *record, struct st_folder *folder, stet_error *err)
{
	const char *digest;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < record->count; i++) {
		digest = st_look_is(record->json[i], "statement/type", "artifact")
			     ? st_look_text(record->json[i], "statement/sha256")
			     : st_look_text(record->json[i], "statement/manifest/sha256");
		if (digest != NULL)
			rc = put_file(record, folder, digest, err);
	}
	return rc;
}

int
st_site_record_put(struct st_site_record *record, struct st_folder *folder,
    const struct st_site_with *with, stet_error *err)
{
	int rc;

	if ((rc = put_page(record, folder, with, err)) == STET_OK &&
	    (rc = put_names(record, folder, err)) == STET_OK)
		rc = put_files(record, folder, err);
	return rc;
}

/* --- the report of one record -------------------------------------------------------------------
 */

int
stet_page(stet_ledger *ledger, const stet_id *id, stet_at at, const char *proof, stet_sink *write,
    void *ctx, stet_error *err)
{
	struct st_site_record record = {0};
	struct st_page page = {0};
	struct st_buf out = {0};
	uint64_t size;
	char *vkey = NULL;
	int rc;

	if ((rc = st_ledger_size_at(ledger, at, &size, err)) == STET_OK &&
	    (rc = stet_ledger_vkey(ledger, &vkey, err)) == STET_OK)
		rc = st_site_record_read(
		    &record, ledger, stet_id_text(id), (stet_at){STET_AT_SEQ, size}, err);
	if (rc == STET_OK) {
		page.standing = record.standing_json;
		page.entries = record.json;
		page.count = record.count;
		page.vkey = vkey;
		page.proof = proof;
		rc = st_page_record(&page, &out, err);
	}
	if (rc == STET_OK)
		rc = write(ctx, NULL, st_buf_bytes(&out), 1);
	st_buf_free(&out);
	st_site_record_clear(&record);
	free(vkey);
	return rc;
}
