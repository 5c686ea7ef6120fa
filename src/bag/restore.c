/* A ledger from a bag.
 *
 * The bag is judged first, so that a damaged copy is told by the file that is damaged; then its
 * entries go through every rule as if they came from anywhere, and the artifacts and the checkpoint
 * are held against them. */
#include <stdlib.h>
#include <string.h>

#include "bag/bag.h"
#include "base/err.h"
#include "ledger/attach.h"
#include "ledger/timestamps.h"

struct restoring {
	struct st_unpack *tree; /* the last one */
	struct st_unpack *const *trees;
	size_t count;
	stet_progress *progress;
	void *progress_ctx;
	stet_ledger *ledger;
	struct st_attaching attaching;
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
	char hex[65];
	int rc;

	digits_of(node->name, hex);
	if ((rc = st_attach_known(&restoring->attaching, st_member_source, member, hex, err)) < 0)
		return rc;
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

	if ((rc = st_checkpoint_read(text, note, &checkpoint, err)) < 0 ||
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

/* And whose other lines stand on it. */
static int
take_cosigners(struct restoring *restoring, stet_error *err)
{
	struct st_buf keys = {0};
	int rc;

	if (st_unpack_find(restoring->tree, ST_BAG_COSIGNERS, NULL) == NULL)
		return STET_OK;
	rc = st_unpack_read(restoring->tree, ST_BAG_COSIGNERS, ST_COSIGNERS_MAX, &keys, err);
	if (rc == STET_OK)
		rc = st_cosigners_take(restoring->ledger, st_buf_bytes(&keys), err);
	st_buf_free(&keys);
	return rc;
}

int
st_bag_take_artifacts(struct st_unpack *tree, stet_ledger *ledger, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	struct restoring restoring = {
	    .progress = progress, .progress_ctx = progress_ctx, .ledger = ledger};
	struct st_pass pass = {want_artifact, take_artifact_alone, &restoring};
	int rc;

	st_attach_begin(&restoring.attaching, ledger);
	if ((rc = st_unpack_pass(tree, &pass, err)) == STET_OK)
		rc = st_attach_settle(&restoring.attaching, err);
	st_attach_end(&restoring.attaching);
	return rc;
}

static int
fill_rest(void *ctx, stet_ledger *ledger, stet_error *err)
{
	struct restoring *restoring = ctx;
	struct st_pass pass = {want_member, take_member, restoring};
	size_t i;
	int rc;

	restoring->ledger = ledger;
	st_attach_begin(&restoring->attaching, ledger);
	if ((rc = take_checkpoint(restoring, err)) == STET_OK)
		rc = take_cosigners(restoring, err);
	for (i = 0; rc == STET_OK && i < restoring->count; i++)
		rc = st_unpack_pass(restoring->trees[i], &pass, err);
	if (rc == STET_OK)
		rc = st_attach_settle(&restoring->attaching, err);
	st_attach_end(&restoring->attaching);
	return rc;
}

/* --- the entries of a bag and its increments, as one sequence ----------------------------------
 */

struct joined {
	struct st_unpack *const *trees;
	size_t count, next;
	struct st_member *member; /* of the tree before next */
	stet_error *err;
};

static int
read_joined(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct joined *joined = ctx;
	int rc;

	for (*got_out = 0;;) {
		if (joined->member != NULL &&
		    ((rc = st_member_source(joined->member, buf, size, got_out)) != STET_OK ||
			*got_out > 0))
			return rc;
		st_member_close(joined->member);
		joined->member = NULL;
		if (joined->next == joined->count)
			return STET_OK;
		rc = st_member_open(
		    joined->trees[joined->next++], ST_BAG_ENTRIES, &joined->member, joined->err);
		if (rc < 0)
			return rc;
	}
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

/* What a bag has to be: a whole ledger, or (before not NULL) what goes on from there. */
static int
judge_content(struct st_unpack *tree, const struct st_bag *bag, const char *path,
    const struct st_checkpoint *before, const char *what, stet_error *err)
{
	stet_bytes content = st_bag_label(bag, ST_BAG_CONTENT_LABEL);
	int increment = st_bytes_equal(content, st_str(ST_BAG_INCREMENT));

	if (content.data == NULL || st_unpack_find(tree, ST_BAG_ENTRIES, NULL) == NULL)
		return st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND,
		    "'%s' is a bag of something else than a ledger", path);
	if (before != NULL && increment)
		return st_bag_follows(tree, before, what, err);
	if (before != NULL)
		return st_fail(err, STET_EMISMATCH, ST_BAG_NOT_JOINED,
		    "'%s' is no increment, and stands behind another bag", path);
	if (increment)
		return st_fail(err, STET_EREFUSED, ST_PACKAGE_PARTIAL,
		    "'%s' is an increment: it is restored together with the bag before it, which "
		    "comes first",
		    path);
	if (!st_bytes_equal(content, st_str(ST_BAG_WHOLE)))
		return st_fail(err, STET_EREFUSED, ST_PACKAGE_PARTIAL,
		    "'%s' does not hold a whole ledger", path);
	return STET_OK;
}

static int
judge_bag(struct st_unpack *tree, const char *path, const struct st_checkpoint *before,
    const char *what, stet_progress *progress, void *progress_ctx, stet_error *err)
{
	struct st_watch watch = {progress, progress_ctx, 0, 0};
	struct st_bag bag = {0};
	int rc;

	if (!st_bag_like(tree))
		return st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND, "'%s' is no bag", path);
	if ((rc = st_bag_check(tree, &watch, &bag, err)) == STET_OK)
		rc = bag.found.problem_count > 0
			 ? first_problem(&bag, path, err)
			 : judge_content(tree, &bag, path, before, what, err);
	st_bag_clear(&bag);
	return rc;
}

void
st_bags_close(struct st_unpack **trees, size_t count)
{
	size_t i;

	for (i = 0; trees != NULL && i < count; i++)
		st_unpack_close(trees[i]);
	free(trees);
}

int
st_bags_open(const char *const *paths, size_t count, stet_progress *progress, void *progress_ctx,
    struct st_unpack ***trees_out, struct st_checkpoint *end_out, stet_error *err)
{
	struct st_unpack **trees = calloc(count + 1, sizeof(*trees));
	size_t i;
	int rc = trees != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < count; i++)
		if ((rc = st_unpack_open(paths[i], &trees[i], err)) == STET_OK &&
		    (rc = judge_bag(trees[i], paths[i], i > 0 ? end_out : NULL,
			 i > 0 ? paths[i - 1] : NULL, progress, progress_ctx, err)) == STET_OK)
			rc = st_bag_moment(trees[i], ST_BAG_CHECKPOINT, end_out, err);
	if (rc < 0)
		st_bags_close(trees, count);
	else
		*trees_out = trees;
	return rc;
}

int
st_bag_restore(struct st_unpack *const *trees, size_t count, const char *path,
    const stet_ledger_options *options, const stet_key *ledger_key, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	struct restoring restoring = {.tree = trees[count - 1],
	    .trees = trees,
	    .count = count,
	    .progress = progress,
	    .progress_ctx = progress_ctx};
	struct joined joined = {trees, count, 0, NULL, err};
	int rc = st_ledger_restore(path, options, read_joined, &joined, ledger_key, fill_rest,
	    &restoring, progress, progress_ctx, err);

	st_member_close(joined.member);
	return rc;
}

int
stet_ledger_restore_bags(const char *path, const stet_ledger_options *options,
    const char *const *bags, size_t count, const stet_key *ledger_key, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	struct st_unpack **trees = NULL;
	struct st_checkpoint end;
	int rc;

	if (count == 0)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "no bag to restore from");
	if ((rc = st_crypto_init(err)) < 0 ||
	    (rc = st_bags_open(bags, count, progress, progress_ctx, &trees, &end, err)) < 0)
		return rc;
	rc = st_bag_restore(trees, count, path, options, ledger_key, progress, progress_ctx, err);
	st_bags_close(trees, count);
	return rc;
}

int
stet_ledger_restore_bag(const char *path, const stet_ledger_options *options, const char *bag,
    const stet_key *ledger_key, stet_progress *progress, void *progress_ctx, stet_error *err)
{
	return stet_ledger_restore_bags(
	    path, options, &bag, 1, ledger_key, progress, progress_ctx, err);
}

int
stet_package_checkpoint(const char *path, char **note_out, size_t *size_out, stet_error *err)
{
	struct st_unpack *tree = NULL;
	struct st_buf text = {0};
	int rc;

	if ((rc = st_unpack_open(path, &tree, err)) < 0)
		return rc;
	if (st_unpack_find(tree, ST_BAG_CHECKPOINT, NULL) == NULL)
		rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND,
		    "'%s' is no bag of a ledger: there is no checkpoint in it", path);
	else
		rc = st_unpack_read(tree, ST_BAG_CHECKPOINT, ST_NOTE_MAX, &text, err);
	st_unpack_close(tree);
	*size_out = text.size;
	st_buf_put_u8(&text, '\0');
	if (rc == STET_OK && text.rc < 0)
		rc = st_fail_nomem(err);
	if (rc < 0) {
		st_buf_free(&text);
		return rc;
	}
	*note_out = (char *)text.data;
	return STET_OK;
}
