/* A ledger from a bag.
 *
 * The bag is judged first, so that a damaged copy is told by the file that is damaged; then its
 * entries go through every rule as if they came from anywhere, and the artifacts and the checkpoint
 * are held against them. */
#include <stdlib.h>
#include <string.h>

#include "bag/bag.h"
#include "base/err.h"
#include "base/hex.h"
#include "ledger/timestamps.h"

struct restoring {
	struct st_unpack *tree;
	stet_progress *progress;
	void *progress_ctx;
	stet_ledger *ledger;
	uint64_t done;
};

/* --- artifacts ------------------------------------------------------------------------------- */

/* "data/artifacts/ab/cd..." as 64 hex digits; 0 if the name is no such one. */
static int
digits_of(const char *name, char hex_out[65])
{
	size_t begin = strlen(ST_BAG_ARTIFACTS);

	if (strncmp(name, ST_BAG_ARTIFACTS, begin) != 0 || strlen(name) != begin + 65 ||
	    name[begin + 2] != '/')
		return 0;
	memcpy(hex_out, name + begin, 2);
	memcpy(hex_out + 2, name + begin + 3, 63);
	return 1;
}

static int
take_artifact(struct restoring *restoring, const struct st_node *node, struct st_member *member,
    stet_error *err)
{
	char hex[65], is[65];
	uint8_t digest[32];
	int rc;

	digits_of(node->name, hex);
	if ((rc = stet_ledger_attach(
		 restoring->ledger, st_member_source, member, digest, NULL, err)) < 0)
		return rc;
	st_hex(digest, 32, is);
	if (strcmp(is, hex) != 0)
		return st_fail(err, STET_EMISMATCH, ST_ARTIFACT_ALTERED,
		    "the content of artifact %s is another: its SHA-256 is %s", hex, is);
	if (restoring->progress != NULL &&
	    restoring->progress(restoring->progress_ctx, "artifacts", ++restoring->done, 0) != 0)
		return st_fail(
		    err, STET_EINVAL, ST_STOPPED, "stopped; nothing is left of the new ledger");
	return STET_OK;
}

/* --- time-stamps ------------------------------------------------------------------------------ */

static int
is_timestamp(const char *name)
{
	return strncmp(name, ST_BAG_TIMESTAMPS, strlen(ST_BAG_TIMESTAMPS)) == 0;
}

static int
take_timestamp(struct restoring *restoring, const struct st_node *node, struct st_member *member,
    stet_error *err)
{
	struct st_buf token = {0};
	uint8_t *room;
	size_t got = 0;
	int rc;

	do {
		st_buf_grow(&token, got);
		if ((room = st_buf_room(&token, 4096)) == NULL)
			rc = st_fail_nomem(err);
		else
			rc = st_member_read(member, room, 4096, &got, err);
	} while (rc == STET_OK && got > 0 && token.size <= ST_STAMP_MAX);
	if (rc == STET_OK)
		rc = st_timestamp_take(restoring->ledger, node->name + strlen(ST_BAG_TIMESTAMPS),
		    st_buf_bytes(&token), err);
	st_buf_free(&token);
	return rc;
}

/* --- members ---------------------------------------------------------------------------------- */

static int
want_member(void *ctx, const struct st_node *node, size_t index, stet_error *err)
{
	char hex[65];

	(void)ctx;
	(void)index;
	(void)err;
	return digits_of(node->name, hex) || is_timestamp(node->name);
}

static int
take_member(
    void *ctx, const struct st_node *node, size_t index, struct st_member *member, stet_error *err)
{
	(void)index;
	return is_timestamp(node->name) ? take_timestamp(ctx, node, member, err)
					: take_artifact(ctx, node, member, err);
}

static int
want_artifact(void *ctx, const struct st_node *node, size_t index, stet_error *err)
{
	char hex[65];

	(void)ctx;
	(void)index;
	(void)err;
	return digits_of(node->name, hex);
}

static int
take_artifact_alone(
    void *ctx, const struct st_node *node, size_t index, struct st_member *member, stet_error *err)
{
	(void)index;
	return take_artifact(ctx, node, member, err);
}

/* --- the checkpoint -------------------------------------------------------------------------- */

static int
judge_note(stet_ledger *ledger, stet_bytes text, struct st_note *note, stet_error *err)
{
	struct st_checkpoint checkpoint;
	stet_head head;
	int rc;

	if ((rc = st_note_parse(text, note, err)) < 0 ||
	    (rc = st_checkpoint_parse(note->text, &checkpoint, err)) < 0 ||
	    (rc = stet_ledger_head(ledger, &head, err)) < 0)
		return rc;
	if (checkpoint.size != head.size || memcmp(checkpoint.root, head.root, 32) != 0 ||
	    strcmp(checkpoint.origin, ledger->origin) != 0)
		return st_fail(err, STET_EMISMATCH, ST_CHECKPOINT_WRONG,
		    "the checkpoint in the bag is of other entries than those in it");
	return st_guard_verify(&ledger->state, note, err);
}

/* A ledger that was restored without its key still has the note that vouches for it. */
static int
take_checkpoint(struct restoring *restoring, stet_error *err)
{
	stet_ledger *ledger = restoring->ledger;
	struct st_note *note = malloc(sizeof(*note));
	char *path = st_path_join(ledger->path, "checkpoint");
	struct st_buf text = {0};
	int rc;

	if (note == NULL || path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_unpack_read(
		      restoring->tree, ST_BAG_CHECKPOINT, ST_NOTE_MAX, &text, err)) == STET_OK &&
		 (rc = judge_note(ledger, st_buf_bytes(&text), note, err)) == STET_OK)
		rc = st_file_write(path, st_buf_bytes(&text), 0644, err);
	st_buf_free(&text);
	free(path);
	free(note);
	return rc;
}

int
st_bag_take_artifacts(struct st_unpack *tree, stet_ledger *ledger, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	struct restoring restoring = {tree, progress, progress_ctx, ledger, 0};
	struct st_pass pass = {want_artifact, take_artifact_alone, &restoring};

	return st_unpack_pass(tree, &pass, err);
}

static int
fill_rest(void *ctx, stet_ledger *ledger, stet_error *err)
{
	struct restoring *restoring = ctx;
	struct st_pass pass = {want_member, take_member, restoring};
	int rc;

	restoring->ledger = ledger;
	if ((rc = take_checkpoint(restoring, err)) < 0)
		return rc;
	return st_unpack_pass(restoring->tree, &pass, err);
}

/* --- the bag --------------------------------------------------------------------------------- */

static int
first_problem(const struct st_bag *bag, const char *in, stet_error *err)
{
	const stet_json *problem = stet_json_item(bag->found.problems, 0);
	stet_bytes code = stet_json_string_of(stet_json_get(problem, "code")),
		   path = stet_json_string_of(stet_json_get(problem, "path")),
		   text = stet_json_string_of(stet_json_get(problem, "text"));
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)code.size, (const char *)code.data);
	return st_fail(err, STET_EMISMATCH, stet_rule_find(name), "'%s': %.*s%s%.*s%s", in,
	    (int)path.size, path.data != NULL ? (const char *)path.data : "",
	    path.data != NULL ? " " : "", (int)text.size, (const char *)text.data,
	    bag->found.problem_count > 1 ? ", and more; 'stet check' lists all" : "");
}

static int
judge_bag(struct restoring *restoring, const char *path, stet_error *err)
{
	struct st_watch watch = {restoring->progress, restoring->progress_ctx, 0, 0};
	struct st_bag bag = {0};
	stet_bytes content;
	int rc;

	if (!st_bag_like(restoring->tree))
		return st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND, "'%s' is no bag", path);
	if ((rc = st_bag_check(restoring->tree, &watch, &bag, err)) == STET_OK) {
		content = st_bag_label(&bag, ST_BAG_CONTENT_LABEL);
		if (bag.found.problem_count > 0)
			rc = first_problem(&bag, path, err);
		else if (content.data == NULL ||
			 st_unpack_find(restoring->tree, ST_BAG_ENTRIES, NULL) == NULL)
			rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND,
			    "'%s' is a bag of something else than a ledger", path);
		else if (!st_bytes_equal(content, st_str(ST_BAG_WHOLE)))
			rc = st_fail(err, STET_EREFUSED, ST_PACKAGE_PARTIAL,
			    "'%s' does not hold a whole ledger", path);
	}
	st_bag_clear(&bag);
	return rc;
}

int
st_bag_restore(struct st_unpack *tree, const char *path, const stet_ledger_options *options,
    const stet_key *ledger_key, stet_progress *progress, void *progress_ctx, stet_error *err)
{
	struct restoring restoring = {tree, progress, progress_ctx, NULL, 0};
	struct st_member *entries = NULL;
	int rc;

	if ((rc = st_member_open(tree, ST_BAG_ENTRIES, &entries, err)) == STET_OK)
		rc = st_ledger_restore(path, options, st_member_source, entries, ledger_key,
		    fill_rest, &restoring, progress, progress_ctx, err);
	st_member_close(entries);
	return rc;
}

int
stet_ledger_restore_bag(const char *path, const stet_ledger_options *options, const char *bag,
    const stet_key *ledger_key, stet_progress *progress, void *progress_ctx, stet_error *err)
{
	struct restoring restoring = {NULL, progress, progress_ctx, NULL, 0};
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = st_unpack_open(bag, &restoring.tree, err)) < 0)
		return rc;
	if ((rc = judge_bag(&restoring, bag, err)) == STET_OK)
		rc = st_bag_restore(
		    restoring.tree, path, options, ledger_key, progress, progress_ctx, err);
	st_unpack_close(restoring.tree);
	return rc;
}
