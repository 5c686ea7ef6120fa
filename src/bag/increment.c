/* Increments: the entries after a checkpoint, and what shows that they go on from it. */
#include <stdlib.h>
#include <string.h>

#include "admission/books.h"
#include "bag/bag.h"
#include "base/err.h"
#include "base/hex.h"
#include "cbor/cbor.h"
#include "json/json.h"
#include "merkle/tree.h"

#define wrong(...) st_fail(err, STET_EMISMATCH, ST_BAG_NOT_JOINED, __VA_ARGS__)
#define READ_SIZE ((size_t)65536)
#define NUMBER(n) ((unsigned long long)(n))

/* --- where it begins ----------------------------------------------------------------------------
 */

static int
judge_since(struct st_bagging *bagging, const struct st_note *note, stet_error *err)
{
	const struct st_checkpoint *since = &bagging->since;
	stet_ledger *ledger = bagging->ledger;
	struct st_reader *reader = NULL;
	uint8_t root[32];
	int rc;

	if (strcmp(since->origin, ledger->origin) != 0)
		return st_fail(err, STET_EMISMATCH, ST_CHECKPOINT_WRONG,
		    "the checkpoint is of another ledger, not of '%s'", ledger->origin);
	if (since->size > bagging->checkpoint.size)
		return st_fail(err, STET_EMISMATCH, ST_CHECKPOINT_WRONG,
		    "the checkpoint is of %llu entries; here there are %llu", NUMBER(since->size),
		    NUMBER(bagging->checkpoint.size));
	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_ledger_root(reader, since->size, root, err);
	st_reader_close(reader);
	if (rc < 0)
		return rc;
	if (memcmp(root, since->root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_CHECKPOINT_WRONG,
		    "the first %llu entries here are others than those that the checkpoint is of",
		    NUMBER(since->size));
	if ((rc = st_guard_verify(&ledger->state, note, err)) < 0)
		return rc;
	if (since->size == bagging->checkpoint.size)
		return st_fail(err, STET_EREFUSED, ST_BAG_NOTHING_NEW,
		    "the ledger has no entry after the %llu that the checkpoint is of",
		    NUMBER(since->size));
	return STET_OK;
}

int
st_bag_since_begin(struct st_bagging *bagging, stet_bytes text, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	int rc;

	st_buf_put_bytes(&bagging->since_note, text);
	if (note == NULL || bagging->since_note.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = st_checkpoint_read(
		      st_buf_bytes(&bagging->since_note), note, &bagging->since, err)) == STET_OK)
		rc = judge_since(bagging, note, err);
	free(note);
	return rc;
}

static stet_json *
consistency_json(const struct st_bagging *bagging, uint8_t (*path)[32], size_t count)
{
	stet_json *json = stet_json_object(), *hashes = stet_json_array();
	size_t i;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "from", stet_json_int((int64_t)bagging->since.size));
	stet_json_set(json, "to", stet_json_int((int64_t)bagging->checkpoint.size));
	for (i = 0; i < count; i++)
		stet_json_add(hashes, stet_json_hex((stet_bytes){path[i], 32}));
	stet_json_set(json, "path", hashes);
	return json;
}

int
st_bag_since_put(struct st_bagging *bagging, stet_error *err)
{
	uint8_t path[ST_TREE_PATH_MAX][32];
	struct st_reader *reader = NULL;
	stet_json *json;
	size_t count = 0;
	int rc;

	if ((rc = st_bag_put(bagging, ST_BAG_SINCE, st_buf_bytes(&bagging->since_note), err)) < 0 ||
	    (rc = st_ledger_reader(bagging->ledger, &reader, err)) < 0)
		return rc;
	rc = st_tree_prove_consistency(bagging->since.size, bagging->checkpoint.size, st_books_node,
	    reader, path, &count, err);
	st_reader_close(reader);
	if (rc < 0)
		return rc;
	json = consistency_json(bagging, path, count);
	rc = st_json_rc(json) < 0 ? st_fail_nomem(err)
				  : st_bag_put_json(bagging, ST_BAG_CONSISTENCY, json, err);
	stet_json_free(json);
	return rc;
}

/* --- joined --------------------------------------------------------------------------------------
 */

int
st_bag_moment(struct st_unpack *tree, const char *name, struct st_checkpoint *out, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	struct st_buf text = {0};
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if (st_unpack_find(tree, name, NULL) == NULL)
		rc = wrong("it has no file '%s'", name);
	else if ((rc = st_unpack_read(tree, name, ST_NOTE_MAX, &text, err)) == STET_OK)
		rc = st_checkpoint_read(st_buf_bytes(&text), note, out, err);
	st_buf_free(&text);
	free(note);
	return rc;
}

int
st_bag_follows(
    struct st_unpack *tree, const struct st_checkpoint *before, const char *what, stet_error *err)
{
	struct st_checkpoint since;
	int rc;

	if ((rc = st_bag_moment(tree, ST_BAG_SINCE, &since, err)) < 0)
		return rc;
	if (strcmp(since.origin, before->origin) != 0)
		return wrong("the increment is of another ledger than %s", what);
	if (since.size != before->size)
		return wrong("the increment begins with entry %llu, %s ends before entry %llu: %s",
		    NUMBER(since.size), what, NUMBER(before->size),
		    since.size > before->size ? "one between them is missing"
					      : "they have entries in common");
	if (memcmp(since.root, before->root, 32) != 0)
		return wrong("the increment goes on from other entries than those of %s", what);
	return STET_OK;
}

/* --- alone ---------------------------------------------------------------------------------------
 * The path from one tree to the other holds every peak of the old one; with the new leaves on top
 * of them the new root can be computed, so that no entry is missing or another. */

static int
take_path(const stet_json *json, const struct st_checkpoint *since, const struct st_checkpoint *to,
    uint8_t path[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err)
{
	const stet_json *hashes = stet_json_get(json, "path");
	struct st_buf hash = {0};
	size_t i, count = stet_json_size(hashes);
	int rc = STET_OK;

	if (count > ST_TREE_PATH_MAX)
		return wrong("its consistency proof is too long");
	for (i = 0; rc == STET_OK && i < count; i++) {
		st_buf_reset(&hash);
		if (st_hex_get(&hash, stet_json_string_of(stet_json_item(hashes, i))) < 0 ||
		    hash.size != 32)
			rc = hash.rc < 0 ? st_fail_nomem(err)
					 : wrong("its consistency proof has something else than "
						 "hashes");
		else
			memcpy(path[i], hash.data, 32);
	}
	st_buf_free(&hash);
	if (rc == STET_OK && !st_tree_consistency_ok(since->size, to->size, since->root, to->root,
				 (const uint8_t(*)[32])path, count))
		rc = wrong("its consistency proof does not lead from one checkpoint to the other");
	*count_out = count;
	return rc;
}

static int
read_path(struct st_unpack *tree, const struct st_checkpoint *since, const struct st_checkpoint *to,
    uint8_t path[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	int rc;

	if (st_unpack_find(tree, ST_BAG_CONSISTENCY, NULL) == NULL)
		return wrong("it has no file '%s'", ST_BAG_CONSISTENCY);
	if ((rc = st_unpack_read(tree, ST_BAG_CONSISTENCY, 65536, &text, err)) == STET_OK &&
	    (rc = stet_json_parse(st_buf_bytes(&text), &json, err)) == STET_OK)
		rc = take_path(json, since, to, path, count_out, err);
	stet_json_free(json);
	st_buf_free(&text);
	return rc;
}

/* One entry, which has to be the next. */
static int
add_entry(void *ctx, stet_bytes encoded, stet_error *err)
{
	struct st_tree *tree = ctx;
	struct st_entry entry;
	uint8_t leaf[32];
	int rc;

	if ((rc = st_entry_decode(encoded, &entry, err)) < 0)
		return rc;
	if (entry.seq != tree->size)
		return st_fail_seq(err, STET_EMISMATCH, ST_BAG_NOT_JOINED, entry.seq,
		    "entry %llu comes where entry %llu should", NUMBER(entry.seq),
		    NUMBER(tree->size));
	st_tree_leaf(encoded, leaf);
	return st_tree_append(tree, leaf, NULL, NULL);
}

int
st_bag_entries(
    struct st_unpack *tree, uint64_t first, st_sequence_take *take, void *ctx, stet_error *err)
{
	struct st_sequence sequence = {.next = first};
	struct st_member *member = NULL;
	uint8_t *room;
	size_t got = 1;
	int rc;

	if (st_unpack_find(tree, ST_BAG_ENTRIES, NULL) == NULL)
		return wrong("it has no file '%s'", ST_BAG_ENTRIES);
	if ((rc = st_member_open(tree, ST_BAG_ENTRIES, &member, err)) < 0)
		return rc;
	while (rc == STET_OK && got > 0) {
		got = 0;
		if ((room = st_buf_room(&sequence.rest, READ_SIZE)) == NULL)
			rc = st_fail_nomem(err);
		else if ((rc = st_member_read(member, room, READ_SIZE, &got, err)) == STET_OK) {
			st_buf_grow(&sequence.rest, got);
			rc = st_sequence_split(&sequence, got == 0, take, ctx, err);
		}
	}
	st_member_close(member);
	st_buf_free(&sequence.rest);
	return rc;
}

int
st_bag_alone(struct st_unpack *tree, struct st_checkpoint *since_out, stet_error *err)
{
	struct st_tree joined = {0};
	uint8_t path[ST_TREE_PATH_MAX][32], root[32];
	struct st_checkpoint to;
	size_t count = 0;
	int rc;

	if ((rc = st_bag_moment(tree, ST_BAG_SINCE, since_out, err)) == STET_OK &&
	    (rc = st_bag_moment(tree, ST_BAG_CHECKPOINT, &to, err)) == STET_OK) {
		if (strcmp(to.origin, since_out->origin) != 0 || since_out->size == 0 ||
		    since_out->size >= to.size)
			rc = wrong("its two checkpoints are not of one ledger, the later one after "
				   "the other");
		else if ((rc = read_path(tree, since_out, &to, path, &count, err)) == STET_OK)
			rc = st_tree_load_proved(&joined, since_out->size, to.size, since_out->root,
				 (const uint8_t(*)[32])path, count)
				 ? st_bag_entries(tree, joined.size, add_entry, &joined, err)
				 : wrong("its consistency proof is too short");
	}
	if (rc == STET_OK) {
		st_tree_root(&joined, root);
		if (joined.size != to.size || memcmp(root, to.root, 32) != 0)
			rc = wrong("its entries are not those between its two checkpoints");
	}
	return rc;
}
