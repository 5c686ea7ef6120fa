/* Records in OCFL objects, judged: whoever altered a file can make the inventories fit, but not the
 * proof.  So each version is made again from the proof in it, by the code that wrote it, and
 * compared file by file; what lies where is what the inventories say, which OCFL has judged before.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stet/text.h>

#include "bag/objects.h"
#include "base/err.h"
#include "base/hex.h"
#include "json/json.h"
#include "package/ocfl.h"
#include "proof/proof.h"

#define NAMES_MAX 100
#define SMALL_MAX ((size_t)65536)
#define PROOF_MAX ((size_t)1024 * 1024 * 1024)

/* A version of an object, while it is looked at. */
struct looking {
	struct st_objects_check *check;
	struct st_unpack *tree;
	const char *prefix;
	const struct st_inventory *inventory;
	struct st_found *found;
	const char *version; /* "v2" */
	struct st_paths state;
	uint8_t *seen; /* of the paths in state, which were made again */
	int same;      /* it was made by this version of stet: every file can be made again */
	struct st_bagging bagging;
};

/* --- told ------------------------------------------------------------------------------------- */

static void tell(struct looking *looking, int rule, const char *path, const char *what)
    __attribute__((nonnull(1, 4)));
/* path: a logical one, or NULL. */
static void
tell(struct looking *looking, int rule, const char *path, const char *what)
{
	char name[2 * ST_OBJECT_PATH_SIZE];

	snprintf(name, sizeof(name), "%s%s%s%s", looking->prefix, looking->version,
	    path != NULL ? ": " : "", path != NULL ? path : "");
	st_found_problem(looking->found, stet_rule_name(rule), name, "%s", what);
}

/* What is wrong with what was read is a problem of the object; what could not be read is none. */
static int
blame(struct looking *looking, int rc, const char *path, const stet_error *why, stet_error *err)
{
	if (rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED ||
	    rc == STET_ENOTFOUND) {
		tell(looking, why->rule, path, why->text);
		return STET_OK;
	}
	if (rc < 0 && err != NULL)
		*err = *why;
	return rc;
}

/* --- files of a version ----------------------------------------------------------------------- */

/* Where a logical path lies; NULL: it has no such file. */
static const struct st_path *
find_content(const struct looking *looking, const char *path)
{
	const struct st_path *logical = st_paths_find(&looking->state, st_str(path));
	const struct st_paths *paths = &looking->inventory->paths;
	size_t i;

	for (i = 0; logical != NULL && i < paths->count; i++)
		if (st_bytes_equal(paths->items[i].digest, logical->digest))
			return &paths->items[i];
	return NULL;
}

static int
read_content(
    struct looking *looking, const char *path, size_t max, struct st_buf *out, stet_error *err)
{
	const struct st_path *content = find_content(looking, path);
	char name[ST_OBJECT_PATH_SIZE];

	if (content == NULL)
		return st_fail(err, STET_ENOTFOUND, ST_BAG_PROOFS, "is missing");
	snprintf(
	    name, sizeof(name), "%.*s", (int)content->path.size, (const char *)content->path.data);
	return st_unpack_read(looking->tree, name, max, out, err);
}

/* What the version holds as content lies in the scratch folder where a ledger has it. */
static int
lay_out(struct looking *looking, const char *path, stet_error *err)
{
	const struct st_path *content = find_content(looking, path);
	struct st_buf target = {0};
	char *folder = NULL, *link = st_path_join(looking->check->scratch, path);
	int rc = STET_OK;

	st_buf_printf(&target, "%s/%s%.*s", looking->check->path, looking->prefix,
	    (int)content->path.size, (const char *)content->path.data);
	st_buf_put_u8(&target, '\0');
	if (link == NULL || target.rc < 0 ||
	    (folder = strndup(link, (size_t)(strrchr(link, '/') - link))) == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_dir_make(folder, 0700, err)) == STET_OK &&
		 symlink((const char *)target.data, link) < 0 && errno != EEXIST)
		rc = st_fail_errno(err, errno, "cannot make '%s'", link);
	free(folder);
	free(link);
	st_buf_free(&target);
	return rc;
}

/* "artifacts/" and a digest as it is written there. */
static int
is_content_name(const char *path)
{
	const char *at = path + sizeof(ST_OBJECT_ARTIFACTS) - 1;
	char hex[65];
	uint8_t digest[32];

	if (strlen(at) != 65 || at[2] != '/')
		return 0;
	snprintf(hex, sizeof(hex), "%.2s%.62s", at, at + 3);
	return st_hex_read(st_str(hex), digest, sizeof(digest)) == 0;
}

static int
lay_out_all(struct looking *looking, stet_error *err)
{
	char path[ST_OBJECT_PATH_SIZE];
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < looking->state.count; i++) {
		snprintf(path, sizeof(path), "%.*s", (int)looking->state.items[i].path.size,
		    (const char *)looking->state.items[i].path.data);
		if (st_object_is_artifact(path) && is_content_name(path))
			rc = lay_out(looking, path, err);
	}
	return rc;
}

/* --- made again ------------------------------------------------------------------------------- */

/* Those that follow from the proof whatever version of stet made them. */
static int
follows(const char *path)
{
	return strcmp(path, ST_OBJECT_PROOF) == 0 || strcmp(path, ST_OBJECT_ENTRIES) == 0 ||
	       strcmp(path, &ST_BAG_CHECKPOINT[sizeof("data/") - 1]) == 0 ||
	       st_object_is_artifact(path);
}

static int
ended(void *ctx, const char *path, stet_error *err)
{
	struct looking *looking = ctx;
	const struct st_path *logical = st_paths_find(&looking->state, st_str(path));
	uint8_t says[64], is[64];
	char hex[65];

	(void)err;
	if (logical != NULL)
		looking->seen[logical - looking->state.items] = 1;
	if (!looking->same && !follows(path))
		return STET_OK;
	st_pack_digest(looking->bagging.pack, ST_SHA512, is);
	if (logical == NULL)
		tell(looking, ST_BAG_RENDERING, path, "is missing: the proof gives it");
	else if (!st_digest_read(logical->digest, ST_SHA512, says) ||
		 memcmp(is, says, sizeof(is)) != 0)
		tell(
		    looking, ST_BAG_RENDERING, path, "is not what the proof gives: it was altered");
	if (!st_object_is_artifact(path))
		return STET_OK;
	st_pack_digest(looking->bagging.pack, ST_SHA256, is);
	st_hex(is, 32, hex);
	path += sizeof(ST_OBJECT_ARTIFACTS) - 1;
	if (strncmp(path, hex, 2) != 0 || strcmp(path + 3, hex + 2) != 0)
		tell(looking, ST_ARTIFACT_ALTERED, NULL,
		    "has content that is not what its digest names");
	return STET_OK;
}

/* What nothing in the proof gives. */
static void
find_unseen(struct looking *looking)
{
	char path[ST_OBJECT_PATH_SIZE];
	size_t i;

	for (i = 0; i < looking->state.count; i++) {
		snprintf(path, sizeof(path), "%.*s", (int)looking->state.items[i].path.size,
		    (const char *)looking->state.items[i].path.data);
		if (!looking->seen[i] && (looking->same || follows(path)))
			tell(looking, ST_BAG_RENDERING, path, "is nothing that the proof gives");
	}
}

static int
is_text(const stet_json *json, const char *member, const struct st_buf *text)
{
	return st_bytes_equal(
	    stet_json_string_of(stet_json_get(json, member)), st_str((const char *)text->data));
}

/* Its date, its message, and who answers for it. */
static int
compare_block(struct looking *looking, stet_error *err)
{
	const stet_json *block = stet_json_get(looking->inventory->versions, looking->version),
			*user = stet_json_get(block, "user");
	struct st_object_note note = {{0}, {0}, {0}};
	char created[STET_TIME_SIZE];
	int rc = st_object_note_make(&looking->bagging, &note, err);

	stet_time_text(looking->bagging.ms, created);
	if (rc == STET_OK &&
	    (!is_text(block, "message", &note.message) || !is_text(user, "name", &note.user) ||
		!is_text(user, "address", &note.address) ||
		!st_bytes_equal(
		    stet_json_string_of(stet_json_get(block, "created")), st_str(created))))
		tell(looking, ST_BAG_RENDERING, NULL,
		    "has another date, message or user than the proof gives");
	st_object_note_clear(&note);
	return rc;
}

static int
make_again(struct looking *looking, stet_proof *proof, const struct st_bag_records *records,
    stet_error *err)
{
	static const stet_bag_options options = STET_BAG_OPTIONS;
	struct st_bagging *bagging = &looking->bagging;
	int rc;

	bagging->options = &options;
	bagging->ended = ended;
	bagging->ctx = looking;
	if ((rc = lay_out_all(looking, err)) == STET_OK &&
	    (rc = st_bagging_of_proof(bagging, proof, looking->check->scratch, records, err)) ==
		STET_OK &&
	    (rc = st_pack_open(looking->check->scratch, ST_PACK_NOTHING, "", 0,
		 1u << ST_SHA512 | 1u << ST_SHA256, &bagging->pack, err)) == STET_OK &&
	    (rc = st_object_put(bagging, err)) == STET_OK) {
		find_unseen(looking);
		if (looking->same)
			rc = compare_block(looking, err);
	}
	st_bagging_end(bagging);
	return rc;
}

/* --- the proof of a version ------------------------------------------------------------------- */

/* Which stet made it is its own word: one that names another has files that are not compared, which
 * is said. */
static int
read_maker(struct looking *looking, stet_error *err)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	int rc;

	if ((rc = read_content(looking, ST_OBJECT_RECORD, SMALL_MAX, &text, err)) == STET_OK)
		rc = stet_json_parse(st_buf_bytes(&text), &json, err);
	looking->same = st_bytes_equal(
	    stet_json_string_of(stet_json_get(json, "made_by")), st_str(ST_BAG_AGENT));
	looking->check->other |= rc == STET_OK && !looking->same;
	stet_json_free(json);
	st_buf_free(&text);
	return rc;
}

/* The one of the names asked for that the object's id stands for: with a record its maker asks for
 * the names that observers link to it. */
static int
find_name(
    struct looking *looking, const stet_proof *proof, char *name_out, size_t room, stet_error *err)
{
	struct st_buf id = {0};
	size_t i;
	int same = 0;

	for (i = 0; !same && i < proof->proof.asked_count; i++) {
		if (proof->proof.asked[i].size >= room)
			continue;
		snprintf(name_out, room, "%.*s", (int)proof->proof.asked[i].size,
		    (const char *)proof->proof.asked[i].data);
		st_buf_reset(&id);
		if (st_object_id(proof->checkpoint.origin, name_out, &id) < 0) {
			st_buf_free(&id);
			return st_fail_nomem(err);
		}
		same = st_bytes_equal(looking->inventory->id, st_str((const char *)id.data));
	}
	st_buf_free(&id);
	return same ? STET_OK
		    : st_fail(err, STET_EMISMATCH, ST_BAG_PROOFS,
			  "is the proof of another record than the object's id names");
}

/* It is of this record, and of no earlier moment than the version before. */
static int
fits(struct looking *looking, const stet_proof *proof, uint64_t *size_io, char *name_out,
    size_t room, stet_error *err)
{
	int rc = find_name(looking, proof, name_out, room, err);

	if (rc == STET_OK && proof->checkpoint.size < *size_io)
		rc = st_fail(err, STET_EMISMATCH, ST_BAG_PROOFS,
		    "is of an earlier moment than the version before it");
	*size_io = proof->checkpoint.size;
	return rc;
}

static int
keep_same(stet_json *report, const stet_json *other, const char *member, stet_error *err)
{
	const stet_json *mine = stet_json_get(report, member);
	char *a = NULL, *b = NULL, path[32];
	size_t a_size = 0, b_size = 0;
	int rc, same;

	if (mine == NULL)
		return STET_OK;
	if ((rc = stet_json_text(mine, 0, &a, &a_size, err)) == STET_OK &&
	    (rc = stet_json_text(stet_json_get(other, member), 0, &b, &b_size, err)) == STET_OK) {
		same = a_size == b_size && memcmp(a, b, a_size) == 0;
		snprintf(path, sizeof(path), "/%s", member);
		if (!same)
			rc = st_json_pointer_set(report, path, NULL, err);
	}
	free(a);
	free(b);
	return rc;
}

/* What all of them say is said of the whole; that a key is known, only if it is known for all. */
static int
keep_report(struct st_objects_check *check, const stet_json *of_proof, stet_error *err)
{
	static const char *const members[] = {
	    "origin", "size", "root", "as_of", "signed_by", "unknown_signers"};
	static const char *const answers[] = {"known", "understood"};
	int first = check->report == NULL, rc = STET_OK;
	size_t i;

	if (first)
		check->report = stet_json_object();
	for (i = 0; rc == STET_OK && i < sizeof(members) / sizeof(members[0]); i++)
		if (first)
			stet_json_set(check->report, members[i],
			    stet_json_copy(stet_json_get(of_proof, members[i])));
		else
			rc = keep_same(check->report, of_proof, members[i], err);
	if (rc < 0)
		return rc;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		stet_json_set(check->report, answers[i],
		    stet_json_bool(
			(first || stet_json_bool_of(stet_json_get(check->report, answers[i]))) &&
			stet_json_bool_of(stet_json_get(of_proof, answers[i]))));
	return st_json_rc(check->report) < 0 ? st_fail_nomem(err) : STET_OK;
}

/* Every version has to be signed by a key that is known; the newest says of which moment it is. */
static int
keep_answers(struct st_objects_check *check, const stet_proof *proof, int newest, stet_error *err)
{
	const stet_json *report = stet_proof_report(proof);

	if (newest)
		return keep_report(check, report, err);
	check->unknown |= !stet_json_bool_of(stet_json_get(report, "known"));
	return STET_OK;
}

static int
look_at_version(struct looking *looking, int newest, uint64_t *size_io, stet_error *err)
{
	struct st_bag_records records = {0};
	struct st_buf file = {0};
	stet_proof *proof = NULL;
	char name[ST_OBJECT_PATH_SIZE];
	int rc;

	if ((rc = read_maker(looking, err)) == STET_OK &&
	    (rc = read_content(looking, ST_OBJECT_PROOF, PROOF_MAX, &file, err)) == STET_OK &&
	    (rc = stet_proof_open(
		 st_buf_bytes(&file), looking->check->options->trust, &proof, err)) == STET_OK &&
	    (rc = fits(looking, proof, size_io, name, sizeof(name), err)) == STET_OK &&
	    (rc = keep_answers(looking->check, proof, newest, err)) == STET_OK &&
	    (rc = st_object_record(name, file.data, file.size, &records, err)) == STET_OK)
		rc = make_again(looking, proof, &records, err);
	if (rc == STET_OK && newest && looking->check->records < NAMES_MAX)
		stet_json_add(looking->check->names, stet_json_str(name));
	stet_proof_free(proof);
	st_buf_free(&file);
	st_bag_records_clear(&records);
	return rc;
}

/* --- an object -------------------------------------------------------------------------------- */

static int
begin_version(struct looking *looking, uint64_t number, char version[32], stet_error *err)
{
	const stet_json *block;

	st_version_name(looking->inventory, number, version);
	looking->version = version;
	block = stet_json_get(looking->inventory->versions, version);
	if (st_inventory_state(looking->inventory, block, version, 0, &looking->state) < 0 ||
	    (looking->seen = calloc(looking->state.count + 1, 1)) == NULL)
		return st_fail_nomem(err);
	return STET_OK;
}

static void
end_version(struct looking *looking)
{
	st_paths_free(&looking->state);
	free(looking->seen);
	st_dir_clear(looking->check->scratch);
}

/* One that means to be a record: its newest version has a proof. */
static int
is_record(const struct st_inventory *inventory, int *is_out, stet_error *err)
{
	struct st_paths state = {0};
	char head[32];

	st_version_name(inventory, inventory->count, head);
	if (st_inventory_state(
		inventory, stet_json_get(inventory->versions, head), head, 0, &state) < 0) {
		st_paths_free(&state);
		return st_fail_nomem(err);
	}
	*is_out = inventory->hash == ST_SHA512 &&
		  st_paths_find(&state, st_str(ST_OBJECT_PROOF)) != NULL &&
		  st_paths_find(&state, st_str(ST_OBJECT_RECORD)) != NULL;
	st_paths_free(&state);
	return STET_OK;
}

/* At the first record: what is OCFL by others needs no scratch folder. */
static int
want_scratch(struct st_objects_check *check, stet_error *err)
{
	if (check->path != NULL)
		return STET_OK;
	if ((check->scratch = st_path_join(check->options->scratch_dir, "stet-check.XXXXXX")) ==
		NULL ||
	    (check->names = stet_json_array()) == NULL)
		return st_fail_nomem(err);
	if (mkdtemp(check->scratch) == NULL) {
		free(check->scratch);
		check->scratch = NULL;
		return st_fail_errno(
		    err, errno, "cannot make a folder in '%s'", check->options->scratch_dir);
	}
	if ((check->path = realpath(check->given, NULL)) == NULL)
		return st_fail_errno(err, errno, "cannot read folder '%s'", check->given);
	return STET_OK;
}

static int
look_at_object(void *ctx, struct st_unpack *tree, const char *prefix,
    const struct st_inventory *inventory, struct st_found *found, stet_error *err)
{
	struct st_objects_check *check = ctx;
	struct looking looking;
	char version[32];
	stet_error why;
	uint64_t size = 0, i;
	int rc, is = 0;

	if ((rc = is_record(inventory, &is, err)) < 0 || !is || (rc = want_scratch(check, err)) < 0)
		return rc;
	for (i = 1; rc == STET_OK && i <= inventory->count; i++) {
		memset(&looking, 0, sizeof(looking));
		looking.check = check;
		looking.tree = tree;
		looking.prefix = prefix;
		looking.inventory = inventory;
		looking.found = found;
		st_error_clear(&why);
		if ((rc = begin_version(&looking, i, version, &why)) == STET_OK)
			rc = look_at_version(&looking, i == inventory->count, &size, &why);
		rc = blame(&looking, rc, ST_OBJECT_PROOF, &why, err);
		end_version(&looking);
	}
	check->records++;
	return rc == STET_OK ? st_watch_tell(check->watch, "bytes", err) : rc;
}

/* --- the whole -------------------------------------------------------------------------------- */

void
st_objects_check_begin(struct st_objects_check *check, const char *path,
    const stet_package_options *options, struct st_watch *watch)
{
	memset(check, 0, sizeof(*check));
	check->given = path;
	check->options = options;
	check->watch = watch;
	check->look = (struct st_ocfl_look){look_at_object, check};
}

void
st_objects_check_report(struct st_objects_check *check, struct st_found *found, stet_json *report)
{
	if (check->records == 0)
		return;
	if (check->other)
		st_found_warning(found, stet_rule_name(ST_BAG_RENDERING), NULL,
		    "some of it was made by another version of stet: whether the files for readers "
		    "say what the entries say can be told by that version");
	stet_json_set(report, "content", stet_json_str(ST_BAG_NAMED));
	stet_json_set(report, "record_count", stet_json_int((int64_t)check->records));
	stet_json_set(report, "records", check->names);
	check->names = NULL;
	if (check->report == NULL) /* no proof could be read: told of */
		return;
	if (check->unknown)
		stet_json_set(check->report, "known", stet_json_bool(0));
	st_json_move(report, &check->report);
}

void
st_objects_check_end(struct st_objects_check *check)
{
	if (check->scratch != NULL)
		st_dir_remove(check->scratch);
	free(check->scratch);
	free(check->path);
	stet_json_free(check->names);
	stet_json_free(check->report);
}
