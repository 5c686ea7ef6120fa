/* Evidence: made of ledgers that lie, and refused of those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "evidence/evidence.h"
#include "index/index.h"
#include "key/key.h"
#include "proof/parts.h"

#include "proof/proof.h"
#include "support/alloc.h"
#include "support/data.h"
#include "support/ledger.h"

#define HASHES(hashes) ((const uint8_t(*)[32])(hashes))

/* --- what readers know -------------------------------------------------------------------------
 */

static void
trust_add(stet_trust *trust, const struct tl *tl, enum tl_key key, const char *name)
{
	struct st_buf text = {0};
	uint8_t public_key[32];
	struct st_vkey vkey;

	stet_key_public(tl->keys[key], public_key);
	assert_int_equal(st_vkey_make(name, ST_NOTE_ED25519, public_key, &vkey, NULL), STET_OK);
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, 0);
	assert_int_equal(stet_trust_add(trust, (char *)text.data, NULL), STET_OK);
	st_buf_free(&text);
}

static stet_trust *
trust_of(const struct tl *tl, enum tl_key key)
{
	stet_trust *trust = NULL;

	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	trust_add(trust, tl, key, TL_ORIGIN);
	return trust;
}

/* Whether it convicts somebody the reader knows: 1 or 0, or the code with *rule_out. */
static int
convicts(stet_bytes file, const stet_trust *trust, const char **rule_out)
{
	stet_json *report = NULL;
	stet_error err;
	int rc, known;

	st_error_clear(&err);
	rc = stet_evidence_check(file, trust, &report, &err);
	*rule_out = stet_rule_name(err.rule);
	if (rc < 0) {
		assert_null(report);
		assert_true(err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
		return rc;
	}
	known = stet_json_bool_of(stet_json_get(report, "known"));
	stet_json_free(report);
	return known;
}

static void
assert_convicts(const struct st_buf *file, const stet_trust *trust, int wanted)
{
	const char *rule;
	int rc = convicts(st_buf_bytes(file), trust, &rule);

	if (rc != wanted)
		fail_msg("wanted %d, not %d (%s)", wanted, rc, rule);
}

/* --- heads -------------------------------------------------------------------------------------
 */

/* A checkpoint of a ledger as it is, and what its tree was at each size. */
struct head {
	struct st_buf note;
	uint64_t size;
};

static void
take_head(struct tl *tl, struct head *head)
{
	char *note = NULL;
	size_t size;
	stet_error err;

	memset(head, 0, sizeof(*head));
	if (stet_ledger_checkpoint(tl->ledger, &note, &size, &err) != STET_OK)
		fail_msg("%s", err.text);
	st_buf_put(&head->note, note, size);
	head->size = tl_size(tl);
	free(note);
}

/* The root of the ledger's tree at a size, and the way from there to its newest. */
static size_t
path_from(
    struct tl *tl, uint64_t size, uint8_t root_out[32], uint8_t path_out[ST_TREE_PATH_MAX][32])
{
	struct st_reader *reader = NULL;
	struct st_tree tree = {0};
	size_t count = 0;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, NULL), STET_OK);
	assert_int_equal(st_tree_load(&tree, size, st_books_node, reader, NULL), STET_OK);
	st_tree_root(&tree, root_out);
	assert_int_equal(st_tree_prove_consistency(
			     size, tl_size(tl), st_books_node, reader, path_out, &count, NULL),
	    STET_OK);
	st_reader_close(reader);
	return count;
}

static int
make_fork(const struct head *a, const struct head *b, const uint8_t root[32],
    const uint8_t (*path)[32], size_t count, struct st_buf *out, const char **rule_out)
{
	uint8_t *file = NULL;
	size_t size = 0;
	stet_error err;
	int rc;

	st_error_clear(&err);
	st_buf_reset(out);
	rc = stet_evidence_fork(
	    st_buf_bytes(&a->note), st_buf_bytes(&b->note), root, path, count, &file, &size, &err);
	*rule_out = stet_rule_name(err.rule);
	if (rc == STET_OK)
		st_buf_put(out, file, size);
	else
		assert_null(file);
	free(file);
	return rc;
}

/* Two branches of one ledger: what is said on the one is not known on the other. Afterwards tl is
 * the second branch. */
struct branches {
	struct tl tl;
	struct head before;  /* that both have                      */
	struct head a[2];    /* of the first, one entry each        */
	struct head b[2];    /* of the second                       */
	struct tl_mark fork; /* where they part                     */
};

static void
make_branches(struct branches *br)
{
	size_t i;

	memset(br, 0, sizeof(*br));
	tl_make(&br->tl, TL_MEMORY);
	tl_fill(&br->tl);
	take_head(&br->tl, &br->before);
	tl_mark_take(&br->tl, &br->fork);
	for (i = 0; i < 2; i++) {
		tl_say(&br->tl, TL_PUBLISHER,
		    i == 0 ? "{'type': 'record', 'subject': 'rw:1', 'title': 'One'}"
			   : "{'type': 'record', 'subject': 'rw:2', 'title': 'Two'}");
		take_head(&br->tl, &br->a[i]);
	}
	tl_mark_put(&br->tl, &br->fork);
	for (i = 0; i < 2; i++) {
		tl_say(&br->tl, TL_PUBLISHER,
		    i == 0 ? "{'type': 'record', 'subject': 'rw:1', 'title': 'Another'}"
			   : "{'type': 'record', 'subject': 'rw:3', 'title': 'Three'}");
		take_head(&br->tl, &br->b[i]);
	}
	assert_int_equal(br->a[0].size, br->b[0].size);
}

static void
free_branches(struct branches *br)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		st_buf_free(&br->a[i].note);
		st_buf_free(&br->b[i].note);
	}
	st_buf_free(&br->before.note);
	tl_mark_free(&br->fork);
	tl_free(&br->tl);
}

/* --- forks -------------------------------------------------------------------------------------
 */

static void
test_evidence__convicts_of_a_fork_of_one_size(void **state)
{
	struct st_buf file = {0}, other = {0};
	struct branches br;
	stet_trust *trust, *stranger;
	stet_json *report = NULL;
	const char *rule;

	(void)state;
	make_branches(&br);
	trust = trust_of(&br.tl, TL_LEDGER);
	stranger = trust_of(&br.tl, TL_STRANGER);
	assert_int_equal(make_fork(&br.a[0], &br.b[0], NULL, NULL, 0, &file, &rule), STET_OK);
	assert_int_equal(make_fork(&br.b[0], &br.a[0], NULL, NULL, 0, &other, &rule), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&file), st_buf_bytes(&other)));
	assert_memory_equal(file.data, "\xa4\x61\x61", 3);
	assert_convicts(&file, trust, 1);
	assert_convicts(&file, stranger, 0);
	assert_convicts(&file, NULL, 0);
	assert_int_equal(stet_evidence_check(st_buf_bytes(&file), trust, &report, NULL), STET_OK);
	assert_int_equal(stet_json_size(stet_json_get(report, "signed_by")), 1);
	assert_int_equal(stet_json_size(stet_json_get(report, "heads")), 2);
	assert_null(stet_json_get(report, "root_at"));
	stet_json_free(report);
	stet_trust_free(trust);
	stet_trust_free(stranger);
	st_buf_free(&file);
	st_buf_free(&other);
	free_branches(&br);
}

static void
test_evidence__convicts_of_a_fork_of_two_sizes(void **state)
{
	uint8_t root[32], path[ST_TREE_PATH_MAX][32];
	struct st_buf file = {0}, other = {0};
	struct branches br;
	stet_trust *trust;
	const char *rule;
	size_t count;

	(void)state;
	make_branches(&br);
	trust = trust_of(&br.tl, TL_LEDGER);
	count = path_from(&br.tl, br.a[0].size, root, path);
	assert_int_equal(
	    make_fork(&br.a[0], &br.b[1], root, HASHES(path), count, &file, &rule), STET_OK);
	assert_int_equal(
	    make_fork(&br.b[1], &br.a[0], root, HASHES(path), count, &other, &rule), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&file), st_buf_bytes(&other)));
	assert_memory_equal(file.data, "\xa6\x61\x61", 3);
	assert_convicts(&file, trust, 1);
	assert_convicts(&file, NULL, 0);
	/* What leads to the other branch's root shows nothing of this one. */
	assert_int_equal(make_fork(&br.a[0], &br.a[1], root, HASHES(path), count, &other, &rule),
	    STET_EMISMATCH);
	assert_string_equal(rule, "evidence-tree");
	assert_int_equal(
	    make_fork(&br.a[0], &br.b[1], root, HASHES(path), count - 1, &other, &rule),
	    STET_EMISMATCH);
	assert_int_equal(make_fork(&br.a[0], &br.b[1], NULL, NULL, 0, &other, &rule), STET_EINVAL);
	assert_int_equal(
	    make_fork(&br.a[0], &br.b[0], root, HASHES(path), count, &other, &rule), STET_EINVAL);
	stet_trust_free(trust);
	st_buf_free(&file);
	st_buf_free(&other);
	free_branches(&br);
}

/* Any two heads of one ledger, older and newer, and each with itself. */
static void
test_evidence__of_one_history_is_none(void **state)
{
	uint8_t root[32], path[ST_TREE_PATH_MAX][32];
	struct st_buf file = {0};
	struct head heads[5];
	struct tl tl;
	size_t i, k, count;
	const char *rule;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	for (i = 0; i < 5; i++) {
		take_head(&tl, &heads[i]);
		if (i == 1)
			tl_rotate(&tl, TL_NEXT);
		else
			tl_append(&tl, tl_grant(&tl, TL_ROOT, (enum tl_key)(TL_ADMIN + i),
					   "['publisher']", ""));
		for (k = 0; k <= i; k++) {
			rc = make_fork(&heads[k], &heads[k], NULL, NULL, 0, &file, &rule);
			assert_int_equal(rc, STET_EREFUSED);
			assert_string_equal(rule, "no-contradiction");
		}
	}
	st_buf_free(&heads[0].note);
	take_head(&tl, &heads[0]); /* the newest, in place of the oldest */
	for (i = 1; i < 5; i++) {
		count = path_from(&tl, heads[i].size, root, path);
		rc = make_fork(&heads[i], &heads[0], root, HASHES(path), count, &file, &rule);
		assert_int_equal(rc, STET_EREFUSED);
		assert_string_equal(rule, "no-contradiction");
		/* Whatever else is claimed of the root: it is not what the path leads from. */
		root[0] ^= 1;
		rc = make_fork(&heads[i], &heads[0], root, HASHES(path), count, &file, &rule);
		assert_int_equal(rc, STET_EMISMATCH);
		assert_string_equal(rule, "evidence-tree");
	}
	for (i = 0; i < 5; i++)
		st_buf_free(&heads[i].note);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- notes that somebody else signs ------------------------------------------------------------
 */

static void
sign_head(const struct tl *tl, enum tl_key key, const char *name, const char *origin, uint64_t size,
    uint8_t fill, struct head *head)
{
	struct st_checkpoint checkpoint = {.size = size};
	struct st_buf text = {0};

	strcpy(checkpoint.origin, origin);
	memset(checkpoint.root, fill, 32);
	st_checkpoint_put(&text, &checkpoint);
	st_buf_reset(&head->note);
	head->size = size;
	assert_int_equal(st_note_sign(st_buf_bytes(&text), name, st_key_secret(tl->keys[key]),
			     &head->note, NULL),
	    STET_OK);
	st_buf_free(&text);
}

static void
also_sign(const struct tl *tl, enum tl_key key, struct head *head)
{
	struct st_buf text = {0};
	struct st_note note;

	assert_int_equal(st_note_parse(st_buf_bytes(&head->note), &note, NULL), STET_OK);
	st_buf_put_bytes(&text, note.text);
	assert_int_equal(st_note_add(st_buf_bytes(&text), TL_ORIGIN, st_key_secret(tl->keys[key]),
			     &head->note, NULL),
	    STET_OK);
	st_buf_free(&text);
}

/* Makers look at no signature; the reader does, and one key has to stand behind both. */
static void
test_evidence__is_of_one_key_of_one_ledger(void **state)
{
	static const char other_origin[] = "ledger.example.org/other";
	struct head a = {{0}, 0}, b = {{0}, 0};
	struct st_buf file = {0};
	stet_trust *trust;
	const char *rule;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	trust = trust_of(&tl, TL_LEDGER);
	sign_head(&tl, TL_LEDGER, TL_ORIGIN, TL_ORIGIN, 7, 1, &a);
	sign_head(&tl, TL_LEDGER, other_origin, other_origin, 7, 2, &b);
	assert_int_equal(make_fork(&a, &b, NULL, NULL, 0, &file, &rule), STET_EREFUSED);
	assert_string_equal(rule, "no-contradiction");
	/* Framed: the other head is by somebody else, under the same name. */
	sign_head(&tl, TL_STRANGER, TL_ORIGIN, TL_ORIGIN, 7, 2, &b);
	assert_int_equal(make_fork(&a, &b, NULL, NULL, 0, &file, &rule), STET_OK);
	assert_convicts(&file, trust, 0);
	/* A reader who knows both keys by that name: may be two ledgers, one continuing the other.
	 */
	trust_add(trust, &tl, TL_STRANGER, TL_ORIGIN);
	assert_convicts(&file, trust, 0);
	/* By a key of that reader's, but of another name: no word of the ledger's. */
	sign_head(&tl, TL_ADMIN, "witness.example", TL_ORIGIN, 7, 1, &a);
	sign_head(&tl, TL_ADMIN, "witness.example", TL_ORIGIN, 7, 2, &b);
	trust_add(trust, &tl, TL_ADMIN, "witness.example");
	assert_int_equal(make_fork(&a, &b, NULL, NULL, 0, &file, &rule), STET_OK);
	assert_convicts(&file, trust, 0);
	/* At a change of key both sign; one of them has signed the other head, too. */
	sign_head(&tl, TL_LEDGER, TL_ORIGIN, TL_ORIGIN, 7, 1, &a);
	sign_head(&tl, TL_NEXT, TL_ORIGIN, TL_ORIGIN, 7, 2, &b);
	also_sign(&tl, TL_LEDGER, &b);
	assert_int_equal(make_fork(&a, &b, NULL, NULL, 0, &file, &rule), STET_OK);
	assert_convicts(&file, trust, 1);
	stet_trust_free(trust);
	trust = trust_of(&tl, TL_NEXT);
	assert_convicts(&file, trust, 0);
	/* A size that is none. */
	sign_head(&tl, TL_LEDGER, TL_ORIGIN, TL_ORIGIN, UINT64_C(1) << 53, 1, &a);
	assert_int_equal(make_fork(&a, &b, NULL, NULL, 0, &file, &rule), STET_EFORMAT);
	assert_string_equal(rule, "checkpoint-malformed");
	stet_trust_free(trust);
	st_buf_free(&a.note);
	st_buf_free(&b.note);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- omissions ---------------------------------------------------------------------------------
 */

struct hashes {
	uint8_t (*items)[32];
	size_t count;
};

static int
take_hash(void *ctx, const uint8_t hash[32], stet_error *err)
{
	struct hashes *hashes = ctx;

	(void)err;
	hashes->items = realloc(hashes->items, (hashes->count + 1) * 32);
	assert_non_null(hashes->items);
	memcpy(hashes->items[hashes->count++], hash, 32);
	return STET_OK;
}

/* Both entries in the tree of that size. */
static struct hashes
prove_both(struct tl *tl, uint64_t entry, uint64_t seal, uint64_t size)
{
	const uint64_t seqs[2] = {entry, seal};
	struct hashes hashes = {NULL, 0};
	struct st_reader *reader = NULL;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, NULL), STET_OK);
	assert_int_equal(
	    st_tree_prove_many(seqs, 2, size, st_books_node, reader, take_hash, &hashes, NULL),
	    STET_OK);
	st_reader_close(reader);
	return hashes;
}

static int
take_token(void *ctx, const struct st_map_token *token, stet_error *err)
{
	struct st_proof *proof = ctx;

	(void)err;
	proof->index = realloc(proof->index, (proof->index_count + 1) * sizeof(*proof->index));
	assert_non_null(proof->index);
	proof->index[proof->index_count++] = *token;
	return STET_OK;
}

/* The ledger's index as it is now, cut back to a name, as a file has it. */
static void
cut_index(struct tl *tl, const char *name, struct st_buf *out)
{
	struct st_reader *reader = NULL;
	struct st_proof proof = {0};
	uint8_t key[1][32];

	st_map_key(st_str(name), key[0]);
	assert_int_equal(st_ledger_reader(tl->ledger, &reader, NULL), STET_OK);
	assert_int_equal(st_index_prune(reader, HASHES(key), 1, take_token, &proof, NULL), STET_OK);
	st_reader_close(reader);
	st_buf_reset(out);
	st_tokens_put(out, proof.index, proof.index_count);
	free(proof.index);
}

/* What an omission is made of. */
struct pieces {
	stet_bytes entry, seal; /* owned */
	struct hashes tree;
	struct st_buf index;
	struct head head;
};

static void
gather(struct tl *tl, const char *name, uint64_t entry, uint64_t seal, struct pieces *pieces)
{
	memset(pieces, 0, sizeof(*pieces));
	take_head(tl, &pieces->head);
	pieces->entry = tl_entry(tl, entry);
	pieces->seal = tl_entry(tl, seal);
	if (entry < seal)
		pieces->tree = prove_both(tl, entry, seal, pieces->head.size);
	cut_index(tl, name, &pieces->index);
}

static void
scatter(struct pieces *pieces)
{
	free((void *)(uintptr_t)pieces->entry.data);
	free((void *)(uintptr_t)pieces->seal.data);
	free(pieces->tree.items);
	st_buf_free(&pieces->index);
	st_buf_free(&pieces->head.note);
}

static int
make_omission(const struct pieces *pieces, struct st_buf *out, const char **rule_out)
{
	uint8_t *file = NULL;
	size_t size = 0;
	stet_error err;
	int rc;

	st_error_clear(&err);
	st_buf_reset(out);
	rc = stet_evidence_omission(pieces->entry, pieces->seal, HASHES(pieces->tree.items),
	    pieces->tree.count, st_buf_bytes(&pieces->index), st_buf_bytes(&pieces->head.note),
	    &file, &size, &err);
	*rule_out = stet_rule_name(err.rule);
	if (rc == STET_OK)
		st_buf_put(out, file, size);
	else
		assert_null(file);
	free(file);
	return rc;
}

/* A liar: the retraction is in the tree, and his index, from the next seal on, has forgotten it. */
struct liar {
	struct tl tl;
	const char *name;
	uint64_t hidden, seal; /* entries */
};

static void
lie(struct liar *liar, const char *name, int first)
{
	uint8_t key[32 + 8] = {0};
	stet_bytes row = {NULL, 0};

	memset(liar, 0, sizeof(*liar));
	liar->name = name;
	tl_make(&liar->tl, TL_MEMORY);
	tl_fill(&liar->tl);
	st_map_key(st_str(name), key);
	if (!first) {
		tl_say(&liar->tl, TL_PUBLISHER,
		    "{'type': 'record', 'subject': 'rw:1', 'title': 'One'}");
		row = tl_row(&liar->tl, ST_INDEX, (stet_bytes){key, 32});
		key[39] = 1;
	}
	liar->hidden = tl_say(
	    &liar->tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'Two'}");
	tl_drop_row(&liar->tl, ST_ABOUT, (stet_bytes){key, 40});
	if (first)
		tl_drop_row(&liar->tl, ST_INDEX, (stet_bytes){key, 32});
	else
		tl_put_row(&liar->tl, ST_INDEX, (stet_bytes){key, 32}, row);
	free((void *)(uintptr_t)row.data);
	tl_say(&liar->tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:2', 'title': 'Two'}");
	liar->seal = tl_size(&liar->tl) - 1;
}

static void
test_evidence__convicts_of_an_omission(void **state)
{
	struct st_buf file = {0};
	struct pieces pieces;
	stet_json *report = NULL;
	stet_trust *trust;
	struct liar liar;
	const char *rule;
	int first;

	(void)state;
	for (first = 0; first < 2; first++) {
		lie(&liar, "rw:1", first);
		trust = trust_of(&liar.tl, TL_LEDGER);
		gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &pieces);
		assert_int_equal(make_omission(&pieces, &file, &rule), STET_OK);
		assert_memory_equal(file.data, "\xa7\x64kind", 6);
		assert_convicts(&file, trust, 1);
		assert_convicts(&file, NULL, 0);
		assert_int_equal(
		    stet_evidence_check(st_buf_bytes(&file), trust, &report, NULL), STET_OK);
		assert_int_equal(stet_json_int_of(stet_json_get(report, "counted")), first ? 0 : 1);
		stet_json_free(report);
		scatter(&pieces);
		stet_trust_free(trust);
		tl_free(&liar.tl);
	}
	st_buf_free(&file);
}

/* Each piece from elsewhere. */
static void
test_evidence__takes_nothing_but_what_was_signed(void **state)
{
	struct st_buf file = {0};
	struct pieces pieces, other;
	struct liar liar;
	const char *rule;
	stet_bytes kept;
	struct st_buf index;

	(void)state;
	lie(&liar, "rw:1", 0);
	gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &pieces);
	gather(&liar.tl, "rw:2", liar.hidden - 2, liar.hidden + 1, &other);
	/* an honest seal: it counts the entry */
	kept = pieces.seal;
	pieces.seal = other.seal;
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EMISMATCH);
	assert_string_equal(rule, "evidence-tree");
	pieces.seal = other.entry; /* no seal */
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EREFUSED);
	assert_string_equal(rule, "no-contradiction");
	pieces.seal = kept;
	/* the index, cut back to another name */
	index = pieces.index;
	pieces.index = other.index;
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EMISMATCH);
	assert_string_equal(rule, "evidence-index");
	pieces.index = index;
	/* the entry before the one left out, which is counted */
	kept = pieces.entry;
	pieces.entry = other.entry;
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EMISMATCH);
	assert_string_equal(rule, "evidence-tree");
	free(pieces.tree.items);
	pieces.tree = prove_both(&liar.tl, liar.hidden - 2, liar.seal, pieces.head.size);
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EREFUSED);
	assert_string_equal(rule, "no-contradiction");
	pieces.entry = kept;
	/* not an index at all */
	st_buf_put_u8(&pieces.index, 0);
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EFORMAT);
	pieces.index.size = 0;
	st_cbor_put_array(&pieces.index, 0);
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EFORMAT);
	assert_string_equal(rule, "evidence-malformed");
	scatter(&pieces);
	scatter(&other);
	st_buf_free(&file);
	tl_free(&liar.tl);
}

/* The old key sealed the lie, the new one signs the tree that has it: whoever knows the new one. */
static void
test_evidence__is_of_whoever_signed_the_tree(void **state)
{
	struct st_buf file = {0};
	struct pieces pieces, later;
	stet_trust *old, *new;
	struct liar liar;
	const char *rule;

	(void)state;
	lie(&liar, "rw:1", 0);
	old = trust_of(&liar.tl, TL_LEDGER);
	new = trust_of(&liar.tl, TL_NEXT);
	gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &pieces);
	tl_rotate(&liar.tl, TL_NEXT);
	tl_say(&liar.tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:3', 'title': 'Three'}");
	gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &later);
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_OK);
	assert_convicts(&file, old, 1);
	assert_convicts(&file, new, 0);
	st_buf_reset(&later.index); /* that of the seal, not of today */
	st_buf_put_bytes(&later.index, st_buf_bytes(&pieces.index));
	assert_int_equal(make_omission(&later, &file, &rule), STET_OK);
	assert_convicts(&file, old, 0);
	assert_convicts(&file, new, 1);
	scatter(&pieces);
	scatter(&later);
	stet_trust_free(old);
	stet_trust_free(new);
	st_buf_free(&file);
	tl_free(&liar.tl);
}

/* --- an omission out of a proof -----------------------------------------------------------------
 */

static void
prove(struct tl *tl, const char *name, struct st_buf *out)
{
	uint8_t *file = NULL;
	stet_id *id = NULL;
	stet_error err;
	size_t size;

	assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	if (stet_proof_make(tl->ledger, (const stet_id *const *)&id, 1, &file, &size, &err) !=
	    STET_OK)
		fail_msg("%s", err.text);
	st_buf_reset(out);
	st_buf_put(out, file, size);
	free(file);
	stet_id_free(id);
}

static int
make_of_proof(struct tl *tl, const struct st_buf *proof, uint64_t entry, uint64_t seal,
    struct st_buf *out, const char **rule_out)
{
	struct hashes tree = prove_both(tl, entry, seal, tl_size(tl));
	stet_bytes encoded = tl_entry(tl, entry);
	uint8_t *file = NULL;
	size_t size = 0;
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = stet_evidence_of_proof(
	    st_buf_bytes(proof), encoded, HASHES(tree.items), tree.count, &file, &size, &err);
	*rule_out = stet_rule_name(err.rule);
	st_buf_reset(out);
	if (rc == STET_OK)
		st_buf_put(out, file, size);
	free(file);
	free(tree.items);
	free((void *)(uintptr_t)encoded.data);
	return rc;
}

/* His proof verifies, by every step and under his key; with the entry beside it, it convicts. */
static void
test_evidence__is_made_of_a_proof_that_was_given_out(void **state)
{
	struct st_buf proof = {0}, file = {0};
	stet_proof *opened = NULL;
	stet_trust *trust;
	struct liar liar;
	const char *rule;
	stet_error err;
	int first, known, uncovered = 0;

	(void)state;
	for (first = 0; first < 2; first++) {
		lie(&liar, "rw:1", first);
		trust = trust_of(&liar.tl, TL_LEDGER);
		prove(&liar.tl, "rw:1", &proof);
		if (stet_proof_open(st_buf_bytes(&proof), trust, &opened, &err) != STET_OK)
			fail_msg("%s", err.text);
		known = stet_json_bool_of(stet_json_get(stet_proof_report(opened), "known"));
		assert_true(known);
		stet_proof_free(opened);
		assert_int_equal(
		    make_of_proof(&liar.tl, &proof, liar.hidden, liar.seal, &file, &rule), STET_OK);
		assert_convicts(&file, trust, 1);
		/* The proof of another record may not lead to the name at all. */
		prove(&liar.tl, TL_PAPER, &proof);
		if (make_of_proof(&liar.tl, &proof, liar.hidden, liar.seal, &file, &rule) ==
		    STET_OK) {
			assert_convicts(&file, trust, 1);
		} else {
			assert_string_equal(rule, "not-covered");
			uncovered++;
		}
		stet_trust_free(trust);
		tl_free(&liar.tl);
	}
	assert_true(uncovered > 0);
	st_buf_free(&proof);
	st_buf_free(&file);
}

/* --- an honest ledger ---------------------------------------------------------------------------
 */

static void
name_of(stet_bytes encoded, char out[1025])
{
	struct st_sign1 sign1;
	struct st_entry entry;

	assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
	assert_int_equal(st_sign1_decode(entry.statement, &sign1, NULL), STET_OK);
	memcpy(out, sign1.claims.sub.data, sign1.claims.sub.size);
	out[sign1.claims.sub.size] = '\0';
}

/* No entry of it, with its newest seal, convicts: not the ledger's own, not keys', not seals. */
static void
test_evidence__never_accuses_an_honest_ledger(void **state)
{
	struct st_buf file = {0}, proof = {0};
	struct pieces pieces;
	char name[1025];
	stet_bytes entry;
	const char *rule;
	uint64_t seq, size;
	struct tl tl;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_rotate(&tl, TL_NEXT);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'One'}");
	size = tl_size(&tl);
	prove(&tl, TL_UUID, &proof);
	for (seq = 0; seq < size; seq++) {
		entry = tl_entry(&tl, seq);
		name_of(entry, name);
		free((void *)(uintptr_t)entry.data);
		gather(&tl, name, seq, size - 1, &pieces);
		rc = make_omission(&pieces, &file, &rule);
		if (rc != STET_EREFUSED || strcmp(rule, "no-contradiction") != 0)
			fail_msg("entry %d about %s: %d, %s", (int)seq, name, rc, rule);
		scatter(&pieces);
		if (seq == size - 1)
			continue;
		rc = make_of_proof(&tl, &proof, seq, size - 1, &file, &rule);
		assert_int_equal(rc, STET_EREFUSED);
		assert_true(
		    strcmp(rule, "no-contradiction") == 0 || strcmp(rule, "not-covered") == 0);
	}
	/* What came after a seal is not left out of it. */
	gather(&tl, "rw:1", size - 2, size - 1, &pieces);
	free((void *)(uintptr_t)pieces.seal.data);
	pieces.seal = tl_entry(&tl, size - 3);
	assert_int_equal(make_omission(&pieces, &file, &rule), STET_EREFUSED);
	assert_string_equal(rule, "no-contradiction");
	scatter(&pieces);
	st_buf_free(&file);
	st_buf_free(&proof);
	tl_free(&tl);
}

/* --- bytes -------------------------------------------------------------------------------------
 */

static void
make_all(struct st_buf files[3], stet_trust **trust_out)
{
	uint8_t root[32], path[ST_TREE_PATH_MAX][32];
	struct pieces pieces;
	struct branches br;
	struct liar liar;
	const char *rule;
	size_t count;

	make_branches(&br);
	assert_int_equal(make_fork(&br.a[0], &br.b[0], NULL, NULL, 0, &files[0], &rule), STET_OK);
	count = path_from(&br.tl, br.a[0].size, root, path);
	assert_int_equal(
	    make_fork(&br.a[0], &br.b[1], root, HASHES(path), count, &files[1], &rule), STET_OK);
	*trust_out = trust_of(&br.tl, TL_LEDGER);
	free_branches(&br);
	lie(&liar, "rw:1", 0);
	gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &pieces);
	assert_int_equal(make_omission(&pieces, &files[2], &rule), STET_OK);
	scatter(&pieces);
	tl_free(&liar.tl);
}

/* Altered anywhere, cut anywhere, longer: it convicts nobody that the reader knows. */
static void
test_evidence__no_bit_may_be_altered(void **state)
{
	struct st_buf files[3] = {{0}}, other = {0};
	stet_trust *trust;
	const char *rule;
	unsigned bit;
	size_t i, at;

	(void)state;
	make_all(files, &trust);
	for (i = 0; i < 3; i++) {
		for (at = 0; at < files[i].size; at++) {
			st_buf_reset(&other);
			st_buf_put_bytes(&other, st_buf_bytes(&files[i]));
			for (bit = 0; bit < 8; bit++) {
				other.data[at] ^= (uint8_t)(1u << bit);
				if (convicts(st_buf_bytes(&other), trust, &rule) > 0)
					fail_msg("file %zu: bit %u of byte %zu", i, bit, at);
				other.data[at] ^= (uint8_t)(1u << bit);
			}
			assert_true(convicts((stet_bytes){files[i].data, at}, trust, &rule) < 0);
			assert_true(
			    convicts((stet_bytes){files[i].data + at + 1, files[i].size - at - 1},
				trust, &rule) < 0);
		}
		st_buf_put_u8(&other, 0);
		assert_true(convicts(st_buf_bytes(&other), trust, &rule) < 0);
		st_buf_free(&files[i]);
	}
	st_buf_free(&other);
	stet_trust_free(trust);
}

static void
assert_read(struct st_evidence *evidence, int wanted, const char *wanted_rule)
{
	struct st_buf out = {0};
	const char *rule;
	int rc;

	st_evidence_encode(evidence, &out);
	assert_int_equal(out.rc, STET_OK);
	rc = convicts(st_buf_bytes(&out), NULL, &rule);
	if (rc != wanted || (rc < 0 && strcmp(rule, wanted_rule) != 0))
		fail_msg("%d %s instead of %d %s", rc, rule, wanted, wanted_rule);
	st_buf_free(&out);
}

/* More hashes or tokens than there are levels are not even read. */
static void
test_evidence__has_no_more_than_it_needs(void **state)
{
	struct st_buf files[3] = {{0}};
	struct st_evidence evidence;
	stet_trust *trust;
	size_t i;

	(void)state;
	make_all(files, &trust);
	for (i = 1; i < 3; i++) {
		assert_int_equal(
		    st_evidence_decode(st_buf_bytes(&files[i]), &evidence, NULL), STET_OK);
		evidence.path = realloc(evidence.path, 1000 * sizeof(*evidence.path));
		evidence.tree = realloc(evidence.tree, 1000 * sizeof(*evidence.tree));
		evidence.index = realloc(evidence.index, 1000 * sizeof(*evidence.index));
		assert_true(
		    evidence.path != NULL && evidence.tree != NULL && evidence.index != NULL);
		memset(evidence.path, 0, 1000 * sizeof(*evidence.path));
		memset(evidence.tree, 0, 1000 * sizeof(*evidence.tree));
		memset(evidence.index, 0, 1000 * sizeof(*evidence.index));
		evidence.path_count = 64;
		evidence.tree_count = 128;
		assert_read(&evidence, STET_EMISMATCH, "evidence-tree");
		evidence.path_count = 65;
		evidence.tree_count = 129;
		assert_read(&evidence, STET_EFORMAT, "evidence-malformed");
		evidence.tree_count = 0;
		evidence.index_count = 514;
		assert_read(&evidence, STET_EFORMAT, "evidence-malformed");
		st_evidence_clear(&evidence);
	}
	for (i = 0; i < 3; i++)
		st_buf_free(&files[i]);
	stet_trust_free(trust);
}

static void
test_evidence__has_one_spelling(void **state)
{
	struct st_buf files[3] = {{0}};
	struct st_evidence evidence;
	stet_bytes kept;
	stet_trust *trust;
	const char *rule;
	size_t i;
	char *at;

	(void)state;
	make_all(files, &trust);
	for (i = 0; i < 3; i++) {
		assert_int_equal(
		    st_evidence_decode(st_buf_bytes(&files[i]), &evidence, NULL), STET_OK);
		assert_read(&evidence, 0, "");
		if (i == 0) {
			evidence.notes[1] = evidence.notes[0];
			assert_read(&evidence, STET_EREFUSED, "no-contradiction");
		} else if (i == 1) {
			kept = evidence.notes[0];
			evidence.notes[0] = evidence.notes[1];
			assert_read(&evidence, STET_EFORMAT, "evidence-malformed"); /* one size */
			evidence.notes[1] = kept;
			assert_read(&evidence, STET_EFORMAT, "evidence-malformed"); /* order */
			evidence.notes[1] = evidence.notes[0];
			evidence.notes[0] = kept;
			evidence.has_root = 0;
			assert_read(&evidence, STET_EFORMAT, "evidence-malformed");
		} else {
			kept = evidence.name;
			evidence.name = st_str("rw:2");
			assert_read(&evidence, STET_EREFUSED, "no-contradiction");
			evidence.name = st_str("no name");
			assert_read(&evidence, STET_EFORMAT, "name-malformed");
			evidence.name = kept;
			evidence.index_count--;
			assert_read(&evidence, STET_EMISMATCH, "evidence-index");
		}
		st_evidence_clear(&evidence);
		at = memmem(files[i].data, files[i].size, ST_EVIDENCE_FORMAT,
		    sizeof(ST_EVIDENCE_FORMAT) - 1);
		assert_non_null(at);
		at[sizeof(ST_EVIDENCE_FORMAT) - 2] = '2';
		assert_int_equal(convicts(st_buf_bytes(&files[i]), trust, &rule), STET_EVERSION);
		assert_string_equal(rule, "evidence-newer");
		st_buf_free(&files[i]);
	}
	stet_trust_free(trust);
}

/* --- the worked examples of docs/format.md ---------------------------------------------------- */

static stet_json *
load_vectors(void)
{
	stet_json *json = NULL;
	size_t size;
	char *text = data_read("vectors/format/evidence.json", &size);

	assert_int_equal(
	    stet_json_parse((stet_bytes){(const uint8_t *)text, size}, &json, NULL), STET_OK);
	free(text);
	return json;
}

static struct st_buf
hex_of(const stet_json *value)
{
	stet_bytes text = stet_json_string_of(value);
	struct st_buf buf = {0};

	assert_non_null(text.data);
	assert_int_equal(st_hex_get(&buf, text), 0);
	return buf;
}

static struct st_buf
member_hex(const stet_json *object, const char *member)
{
	return hex_of(stet_json_get(object, member));
}

static struct head
head_of(const stet_json *vectors, const char *name)
{
	struct head head = {{0}, 0};

	st_buf_put_bytes(
	    &head.note, stet_json_string_of(stet_json_get(stet_json_get(vectors, "heads"), name)));
	return head;
}

static struct hashes
hashes_of(const stet_json *array)
{
	struct hashes hashes = {NULL, 0};
	struct st_buf hash;
	size_t i;

	for (i = 0; i < stet_json_size(array); i++) {
		hash = hex_of(stet_json_item(array, i));
		assert_int_equal(hash.size, 32);
		take_hash(&hashes, hash.data, NULL);
		st_buf_free(&hash);
	}
	return hashes;
}

static stet_trust *
trust_of_vectors(const stet_json *vectors, const char *const *members, size_t count)
{
	stet_trust *trust = NULL;
	stet_bytes text;
	size_t i;

	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	for (i = 0; i < count; i++) {
		text = stet_json_string_of(stet_json_get(vectors, members[i]));
		assert_int_equal(stet_trust_read(trust, text, NULL), STET_OK);
	}
	return trust;
}

/* The other implementation's files, made again and judged. */
static void
test_evidence__is_the_worked_example(void **state)
{
	static const char *const keys[] = {"vkey", "vkey_2"};
	stet_json *vectors = load_vectors();
	struct head a = head_of(vectors, "a"), b = head_of(vectors, "b"), c = head_of(vectors, "c");
	struct st_buf one = member_hex(vectors, "one_size"), two = member_hex(vectors, "two_sizes"),
		      omission = member_hex(vectors, "omission"), made = {0},
		      root = member_hex(vectors, "root"), entry = member_hex(vectors, "entry"),
		      seal = member_hex(vectors, "seal");
	struct hashes path = hashes_of(stet_json_get(vectors, "path"));
	struct pieces pieces = {st_buf_bytes(&entry), st_buf_bytes(&seal),
	    hashes_of(stet_json_get(vectors, "tree")), member_hex(vectors, "index"), {{0}, 0}};
	stet_trust *trust = trust_of_vectors(vectors, keys, 1),
		   *other = trust_of_vectors(vectors, keys + 1, 1);
	const char *rule;

	(void)state;
	st_buf_put_bytes(
	    &pieces.head.note, stet_json_string_of(stet_json_get(vectors, "checkpoint")));
	assert_int_equal(make_fork(&b, &c, NULL, NULL, 0, &made, &rule), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&one)));
	assert_int_equal(
	    make_fork(&b, &a, root.data, HASHES(path.items), path.count, &made, &rule), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&two)));
	assert_int_equal(make_omission(&pieces, &made, &rule), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&omission)));
	assert_convicts(&one, trust, 1);
	assert_convicts(&two, trust, 1);
	assert_convicts(&omission, trust, 1);
	assert_convicts(&one, other, 0);
	assert_convicts(&two, other, 0);
	assert_convicts(&omission, other, 0);
	stet_trust_free(trust);
	stet_trust_free(other);
	free(path.items);
	free(pieces.tree.items);
	st_buf_free(&pieces.index);
	st_buf_free(&pieces.head.note);
	st_buf_free(&a.note);
	st_buf_free(&b.note);
	st_buf_free(&c.note);
	st_buf_free(&one);
	st_buf_free(&two);
	st_buf_free(&omission);
	st_buf_free(&made);
	st_buf_free(&root);
	st_buf_free(&entry);
	st_buf_free(&seal);
	stet_json_free(vectors);
}

static void
test_evidence__says_why_it_is_none(void **state)
{
	static const char *const keys[] = {"vkey", "vkey_2"};
	stet_json *vectors = load_vectors();
	const stet_json *rows = stet_json_get(vectors, "refused"), *row;
	stet_trust *trust = trust_of_vectors(vectors, keys, 2);
	struct st_buf file;
	const char *rule;
	size_t i;
	int rc;

	(void)state;
	assert_true(stet_json_size(rows) >= 15);
	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		file = member_hex(row, "evidence");
		rc = convicts(st_buf_bytes(&file), trust, &rule);
		if (rc >= 0 ||
		    !st_bytes_equal(stet_json_string_of(stet_json_get(row, "rule")), st_str(rule)))
			fail_msg("refused[%zu]: %d, %s", i, rc, rule);
		st_buf_free(&file);
	}
	stet_trust_free(trust);
	stet_json_free(vectors);
}

/* --- memory ------------------------------------------------------------------------------------
 */

static void
test_evidence__runs_out_of_memory_anywhere(void **state)
{
	uint8_t root[32], path[ST_TREE_PATH_MAX][32], *made = NULL;
	struct st_buf files[3] = {{0}}, proof = {0};
	struct pieces pieces;
	stet_json *report = NULL;
	struct branches br;
	struct liar liar;
	stet_trust *trust;
	size_t i, count, size;
	stet_error err;
	long n;
	int rc;

	(void)state;
	make_all(files, &trust);
	for (i = 0; i < 3; i++) {
		for (n = 0;; n++) {
			alloc_fail(n);
			rc = stet_evidence_check(st_buf_bytes(&files[i]), trust, &report, &err);
			if (!alloc_failed())
				break;
			assert_int_equal(rc, STET_ENOMEM);
			assert_null(report);
		}
		assert_int_equal(rc, STET_OK);
		stet_json_free(report);
		report = NULL;
		st_buf_free(&files[i]);
	}
	stet_trust_free(trust);
	make_branches(&br);
	count = path_from(&br.tl, br.a[0].size, root, path);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_evidence_fork(st_buf_bytes(&br.a[0].note), st_buf_bytes(&br.b[1].note),
		    root, HASHES(path), count, &made, &size, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(made);
	}
	assert_int_equal(rc, STET_OK);
	free(made);
	made = NULL;
	free_branches(&br);
	lie(&liar, "rw:1", 0);
	gather(&liar.tl, "rw:1", liar.hidden, liar.seal, &pieces);
	prove(&liar.tl, "rw:1", &proof);
	for (i = 0; i < 2; i++) {
		for (n = 0;; n++) {
			alloc_fail(n);
			if (i == 0)
				rc = stet_evidence_omission(pieces.entry, pieces.seal,
				    HASHES(pieces.tree.items), pieces.tree.count,
				    st_buf_bytes(&pieces.index), st_buf_bytes(&pieces.head.note),
				    &made, &size, &err);
			else
				rc = stet_evidence_of_proof(st_buf_bytes(&proof), pieces.entry,
				    HASHES(pieces.tree.items), pieces.tree.count, &made, &size,
				    &err);
			if (!alloc_failed())
				break;
			assert_int_equal(rc, STET_ENOMEM);
			assert_null(made);
		}
		assert_int_equal(rc, STET_OK);
		free(made);
		made = NULL;
	}
	st_buf_free(&proof);
	scatter(&pieces);
	tl_free(&liar.tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_evidence__convicts_of_a_fork_of_one_size),
	    cmocka_unit_test(test_evidence__convicts_of_a_fork_of_two_sizes),
	    cmocka_unit_test(test_evidence__of_one_history_is_none),
	    cmocka_unit_test(test_evidence__is_of_one_key_of_one_ledger),
	    cmocka_unit_test(test_evidence__convicts_of_an_omission),
	    cmocka_unit_test(test_evidence__takes_nothing_but_what_was_signed),
	    cmocka_unit_test(test_evidence__is_of_whoever_signed_the_tree),
	    cmocka_unit_test(test_evidence__is_made_of_a_proof_that_was_given_out),
	    cmocka_unit_test(test_evidence__never_accuses_an_honest_ledger),
	    cmocka_unit_test(test_evidence__no_bit_may_be_altered),
	    cmocka_unit_test(test_evidence__has_no_more_than_it_needs),
	    cmocka_unit_test(test_evidence__has_one_spelling),
	    cmocka_unit_test(test_evidence__is_the_worked_example),
	    cmocka_unit_test(test_evidence__says_why_it_is_none),
	    cmocka_unit_test(test_evidence__runs_out_of_memory_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
