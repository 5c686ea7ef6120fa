/* compare: copies of every kind, of one history and of two, and what a damaged or lying one does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "compare/compare.h"
#include "key/key.h"
#include "support/alloc.h"
#include "support/ledger.h"

/* --- copies ------------------------------------------------------------------------------------
 */

static void
write_file(const char *path, stet_bytes content)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
}

static void
read_file(const char *path, struct st_buf *out)
{
	st_buf_reset(out);
	assert_int_equal(st_file_read(path, (size_t)1 << 24, out, NULL), STET_OK);
}

static int
to_file(void *ctx, const char *path, stet_bytes piece, int last)
{
	(void)path;
	(void)last;
	return fwrite(piece.data, 1, piece.size, ctx) == piece.size ? STET_OK : STET_EIO;
}

static void
keep_ledger(struct tl *tl, const char *path)
{
	char *copy = tl_copy_folder(tl, strrchr(path, '/') + 1);

	assert_string_equal(copy, path);
	free(copy);
}

static void
keep_tiles(struct tl *tl, const char *path)
{
	stet_tiles_result result;

	assert_int_equal(stet_tiles_write(tl->ledger, path, 0, NULL, NULL, &result, NULL), STET_OK);
}

static void
keep_bag(struct tl *tl, const char *path)
{
	stet_bag_options options = STET_BAG_OPTIONS;
	stet_bag_result result;

	assert_int_equal(stet_export_bag(tl->ledger, path, &options, &result, NULL), STET_OK);
}

static void
keep_entries(struct tl *tl, const char *path)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(
	    stet_export(tl->ledger, "cborseq", 0, STET_NO_SEQ, NULL, NULL, to_file, file, NULL),
	    STET_OK);
	assert_int_equal(fclose(file), 0);
}

static void
keep_note(struct tl *tl, const char *path)
{
	char *note = NULL;
	size_t size;

	assert_int_equal(stet_ledger_checkpoint(tl->ledger, &note, &size, NULL), STET_OK);
	write_file(path, (stet_bytes){(uint8_t *)note, size});
	free(note);
}

static void
keep_proof(struct tl *tl, const char *path)
{
	uint8_t *file = NULL;
	stet_id *id = NULL;
	size_t size;

	assert_int_equal(stet_id_parse("rw:1", &id, NULL), STET_OK);
	assert_int_equal(
	    stet_proof_make(tl->ledger, (const stet_id *const *)&id, 1, &file, &size, NULL),
	    STET_OK);
	write_file(path, (stet_bytes){file, size});
	free(file);
	stet_id_free(id);
}

static const struct {
	const char *end, *kind;
	void (*keep)(struct tl *tl, const char *path);
	int head; /* a head alone */
} ways[] = {{"ledger", "ledger", keep_ledger, 0}, {"tiles", "tiles", keep_tiles, 0},
    {"bag", "bag", keep_bag, 0}, {"tar", "bag", keep_bag, 0},
    {"cborseq", "entries", keep_entries, 0}, {"note", "checkpoint", keep_note, 1},
    {"stet-proof", "proof", keep_proof, 1}};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* "<folder>/NAME.END"; one of a few at a time. */
static const char *
path_of(const struct tl *tl, const char *name, size_t way)
{
	static char paths[4][300];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s.%s", tl->folder, name, ways[way].end);
	return path;
}

/* Bits of ways: the folder of a bag is synced whole, which takes its time. */
#define ALL ((1U << WAYS) - 1)
#define LEDGER 0
#define TILES 1
#define BAG 2
#define ENTRIES 4
#define NOTE 5
#define PROOF 6
#define BIT(way) (1U << (way))

static void
keep(struct tl *tl, const char *name, unsigned bits)
{
	size_t way;

	for (way = 0; way < WAYS; way++)
		if (bits & BIT(way))
			ways[way].keep(tl, path_of(tl, name, way));
}

static stet_copy *
open_copy(const char *path)
{
	stet_copy *copy = NULL;
	stet_error err;

	if (stet_copy_open(path, NULL, NULL, &copy, &err) != STET_OK)
		fail_msg("%s: %s", path, err.text);
	return copy;
}

static void
record(struct tl *tl, const char *name, const char *title)
{
	stet_statement *statement = tl_statementf(
	    tl, TL_PUBLISHER, "{'type': 'record', 'subject': '%s', 'title': '%s'}", name, title);

	tl_append(tl, statement);
}

/* --- answers -----------------------------------------------------------------------------------
 */

static stet_json *
compare(stet_copy *a, stet_copy *b, const stet_trust *trust, struct st_buf *evidence)
{
	stet_json *report = NULL;
	uint8_t *file = NULL;
	size_t size = 0;
	stet_error err;

	if (stet_compare(a, b, trust, &report, evidence != NULL ? &file : NULL, &size, &err) !=
	    STET_OK)
		fail_msg("%s", err.text);
	if (evidence != NULL) {
		st_buf_reset(evidence);
		if (file != NULL)
			st_buf_put(evidence, file, size);
		free(file);
	}
	return report;
}

static int
is(const stet_json *value, const char *text)
{
	return st_bytes_equal(stet_json_string_of(value), st_str(text));
}

static void
assert_answer(const stet_json *report, const char *answer, int64_t first)
{
	const stet_json *at = stet_json_get(report, "first");
	stet_bytes is_now = stet_json_string_of(stet_json_get(report, "answer"));

	if (!is(stet_json_get(report, "answer"), answer))
		fail_msg(
		    "wanted %s, got %.*s", answer, (int)is_now.size, (const char *)is_now.data);
	if (first < 0)
		assert_int_equal(stet_json_kind_of(at), STET_JSON_NULL);
	else
		assert_int_equal(stet_json_int_of(at), first);
}

static int
bool_at(const stet_json *report, const char *member)
{
	return stet_json_bool_of(stet_json_get(report, member));
}

static const stet_json *
copy_at(const stet_json *report, size_t i)
{
	return stet_json_item(stet_json_get(report, "copies"), i);
}

static void
trust_add(stet_trust *trust, const struct tl *tl, enum tl_key key)
{
	uint8_t public_key[32];
	struct st_vkey vkey;

	stet_key_public(tl->keys[key], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &vkey, NULL), STET_OK);
	assert_int_equal(st_trust_put(trust, &vkey, NULL), STET_OK);
}

static stet_trust *
trust_of(const struct tl *tl, enum tl_key key)
{
	stet_trust *trust = NULL;

	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	trust_add(trust, tl, key);
	return trust;
}

/* --- two histories, kept in every way ----------------------------------------------------------
 * "before", then a1, a2 and, instead of these, b1, b2. */

#define STATES 5
static const struct {
	const char *name;
	char branch;
	int steps;
} states[STATES] = {
    {"before", '-', 0}, {"a1", 'a', 1}, {"a2", 'a', 2}, {"b1", 'b', 1}, {"b2", 'b', 2}};

struct world {
	struct tl tl;
	uint64_t sizes[STATES];
	stet_trust *trust;
};

static void
make_world(struct world *world, unsigned bits)
{
	struct tl_mark fork;
	size_t i;

	memset(world, 0, sizeof(*world));
	tl_make(&world->tl, 0);
	world->trust = trust_of(&world->tl, TL_LEDGER);
	record(&world->tl, "rw:1", "What both have");
	if (bits == ALL)
		tl_fill(&world->tl);
	tl_mark_take(&world->tl, &fork);
	for (i = 0; i < STATES; i++) {
		if (states[i].branch == 'b' && states[i].steps == 1)
			tl_mark_put(&world->tl, &fork);
		if (states[i].steps > 0)
			record(&world->tl, "rw:2", states[i].name);
		world->sizes[i] = tl_size(&world->tl);
		keep(&world->tl, states[i].name, bits);
	}
	tl_mark_free(&fork);
}

static void
free_world(struct world *world)
{
	stet_trust_free(world->trust);
	tl_free(&world->tl);
}

/* What has to come out of two states, kept in two ways. */
static const char *
wanted_answer(const struct world *world, size_t a, size_t b, int head_a, int head_b)
{
	int apart = states[a].branch != states[b].branch && states[a].branch != '-' &&
		    states[b].branch != '-';

	if ((head_a && world->sizes[a] > world->sizes[b]) ||
	    (head_b && world->sizes[b] > world->sizes[a]))
		return "unknown";
	return apart                                ? "fork"
	       : world->sizes[a] == world->sizes[b] ? "same"
	       : world->sizes[a] < world->sizes[b]  ? "older"
						    : "newer";
}

static void
assert_evidence(const struct world *world, const struct st_buf *file)
{
	stet_json *report = NULL;
	stet_error err;

	if (stet_evidence_check(st_buf_bytes(file), world->trust, &report, &err) != STET_OK)
		fail_msg("%s", err.text);
	assert_true(bool_at(report, "known"));
	stet_json_free(report);
}

static void
assert_pair(const struct world *world, stet_copy *copies[STATES][WAYS], const size_t at[4])
{
	const size_t a = at[0], b = at[2];
	const int head_a = ways[at[1]].head, head_b = ways[at[3]].head;
	const char *wanted = wanted_answer(world, a, b, head_a, head_b);
	const int forked = strcmp(wanted, "fork") == 0;
	struct st_buf evidence = {0};
	stet_json *report = compare(copies[a][at[1]], copies[b][at[3]], world->trust, &evidence);
	const stet_json *left = copy_at(report, 0), *right = copy_at(report, 1);

	assert_answer(report, wanted, forked && !head_a && !head_b ? (int64_t)world->sizes[0] : -1);
	assert_true(bool_at(report, "known"));
	assert_true(is(stet_json_get(left, "kind"), ways[at[1]].kind));
	assert_int_equal(stet_json_int_of(stet_json_get(left, "size")), world->sizes[a]);
	assert_int_equal(stet_json_int_of(stet_json_get(right, "size")), world->sizes[b]);
	if (forked) {
		assert_true(bool_at(report, "one_key"));
		if (!head_a && !head_b)
			assert_true(
			    is(stet_json_get(stet_json_get(right, "entry"), "name"), "rw:2"));
	}
	/* A fork of two signed heads is one that others can be shown. */
	if (forked && strcmp(ways[at[1]].kind, "entries") != 0 &&
	    strcmp(ways[at[3]].kind, "entries") != 0)
		assert_evidence(world, &evidence);
	else
		assert_int_equal(evidence.size, 0);
	st_buf_free(&evidence);
	stet_json_free(report);
}

static void
test_compare__of_any_two_kinds_the_answer_is_the_same(void **state)
{
	stet_copy *copies[STATES][WAYS];
	struct world world;
	size_t at[4];

	(void)state;
	make_world(&world, ALL);
	for (at[0] = 0; at[0] < STATES; at[0]++)
		for (at[1] = 0; at[1] < WAYS; at[1]++)
			copies[at[0]][at[1]] =
			    open_copy(path_of(&world.tl, states[at[0]].name, at[1]));
	for (at[0] = 0; at[0] < STATES; at[0]++)
		for (at[1] = 0; at[1] < WAYS; at[1]++)
			for (at[2] = 0; at[2] < STATES; at[2]++)
				for (at[3] = 0; at[3] < WAYS; at[3]++)
					assert_pair(&world, copies, at);
	for (at[0] = 0; at[0] < STATES; at[0]++)
		for (at[1] = 0; at[1] < WAYS; at[1]++)
			stet_copy_close(copies[at[0]][at[1]]);
	free_world(&world);
}

/* --- tiles ---------------------------------------------------------------------------------------
 */

static int
write_tile(void *ctx, unsigned level, uint64_t n, stet_bytes hashes, stet_error *err)
{
	char name[ST_TILE_PATH_SIZE], path[400];

	(void)err;
	st_tile_path(level, n, (unsigned)(hashes.size / 32), name);
	snprintf(path, sizeof(path), "%s/%s", (const char *)ctx, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(st_dir_make(path, 0700, NULL), STET_OK);
	snprintf(path, sizeof(path), "%s/%s", (const char *)ctx, name);
	write_file(path, hashes);
	return STET_OK;
}

/* Leaves of two histories, which part at fork. */
static void
tile_tree(char *path, uint64_t size, uint64_t fork, uint8_t history, struct st_side *side,
    struct st_tile_nodes *nodes)
{
	struct st_tiles *tiles = calloc(1, sizeof(*tiles));
	uint8_t leaf[32] = {0};
	uint64_t i;

	assert_non_null(tiles);
	tiles->tile = write_tile;
	tiles->ctx = path;
	for (i = 0; i < size; i++) {
		st_be64_put(leaf, i);
		leaf[31] = i < fork ? 0 : history;
		assert_int_equal(st_tiles_add(tiles, leaf, NULL), STET_OK);
	}
	assert_int_equal(st_tiles_end(tiles, NULL), STET_OK);
	memset(side, 0, sizeof(*side));
	side->size = nodes->size = size;
	st_tree_root(&tiles->tree, side->root);
	nodes->folder.path = path;
	side->read = st_tile_node;
	side->ctx = nodes;
	free(tiles);
}

/* Three levels of tiles: the ends of both trees, and the way to where they part. */
static void
test_compare__tiles_cost_a_file_for_eight_levels(void **state)
{
	static const uint64_t forks[] = {255, 40000, 66000};
	struct st_tile_nodes *nodes[2];
	struct st_side sides[2];
	struct st_parting parting;
	char paths[2][300];
	struct tl tl;
	size_t i;
	int k;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < sizeof(forks) / sizeof(forks[0]); i++) {
		for (k = 0; k < 2; k++) {
			nodes[k] = calloc(1, sizeof(*nodes[k]));
			assert_non_null(nodes[k]);
			snprintf(paths[k], sizeof(paths[k]), "%s/tiles-%zu-%d", tl.folder, i, k);
			tile_tree(paths[k], k == 0 ? 66702 : 66300, forks[i], (uint8_t)(k + 1),
			    &sides[k], nodes[k]);
		}
		assert_int_equal(st_part(sides, &parting, NULL), STET_OK);
		assert_true(parting.forked);
		assert_int_equal(parting.first, forks[i]);
		for (k = 0; k < 2; k++) {
			assert_true(nodes[k]->folder.files <= 3 * 3);
			st_buf_free(&nodes[k]->folder.file);
			free(nodes[k]);
		}
	}
	tl_free(&tl);
}

/* --- who signed --------------------------------------------------------------------------------
 */

static void
test_compare__a_signer_not_known_is_said(void **state)
{
	stet_copy *a, *b;
	struct world world;
	stet_trust *other;
	stet_json *report;

	(void)state;
	make_world(&world, BIT(LEDGER) | BIT(TILES));
	other = trust_of(&world.tl, TL_STRANGER);
	a = open_copy(path_of(&world.tl, "a1", 0));
	b = open_copy(path_of(&world.tl, "b1", 1));
	report = compare(a, b, NULL, NULL);
	assert_answer(report, "fork", (int64_t)world.sizes[0]);
	assert_false(bool_at(report, "known"));
	assert_true(bool_at(report, "one_key")); /* their entries name it */
	assert_true(bool_at(copy_at(report, 0), "own"));
	assert_int_equal(stet_json_size(stet_json_get(copy_at(report, 0), "signed_by")), 0);
	stet_json_free(report);
	report = compare(a, b, other, NULL);
	assert_false(bool_at(report, "known"));
	stet_json_free(report);
	stet_copy_close(a);
	stet_copy_close(b);
	stet_trust_free(other);
	free_world(&world);
}

static void
test_compare__a_change_of_the_key_is_followed(void **state)
{
	struct st_buf evidence = {0};
	stet_copy *older, *copy, *note;
	stet_trust *first;
	struct tl_mark fork;
	stet_json *report;
	struct tl tl;
	size_t way;

	(void)state;
	tl_make(&tl, 0);
	first = trust_of(&tl, TL_LEDGER);
	record(&tl, "rw:1", "One");
	keep(&tl, "old", BIT(LEDGER));
	tl_rotate(&tl, TL_NEXT);
	record(&tl, "rw:2", "Two");
	keep(&tl, "new", ALL);
	older = open_copy(path_of(&tl, "old", 0));
	note = open_copy(path_of(&tl, "new", 5));
	for (way = 0; way < WAYS; way++) {
		copy = open_copy(path_of(&tl, "new", way));
		report = compare(older, copy, first, &evidence);
		assert_answer(report, ways[way].head ? "unknown" : "older", -1);
		/* Of tiles only entry 0 is looked at, and a note has none. */
		assert_int_equal(bool_at(report, "known"),
		    strcmp(ways[way].kind, "tiles") != 0 && strcmp(ways[way].end, "note") != 0);
		stet_json_free(report);
		/* Known by the copy that the note is held against. */
		report = compare(note, copy, first, NULL);
		assert_answer(report, "same", -1);
		assert_int_equal(bool_at(report, "known"),
		    strcmp(ways[way].kind, "tiles") != 0 && strcmp(ways[way].end, "note") != 0);
		stet_json_free(report);
		stet_copy_close(copy);
	}
	/* Two histories after the change: by the new key, on both. */
	tl_mark_take(&tl, &fork);
	record(&tl, "rw:3", "Three");
	keep(&tl, "a", BIT(LEDGER));
	tl_mark_put(&tl, &fork);
	record(&tl, "rw:3", "Another");
	keep(&tl, "b", BIT(3));
	copy = open_copy(path_of(&tl, "a", 0));
	stet_copy_close(note);
	note = open_copy(path_of(&tl, "b", 3));
	report = compare(copy, note, first, &evidence);
	assert_answer(report, "fork", (int64_t)tl_size(&tl) - 2);
	assert_true(bool_at(report, "known"));
	assert_true(bool_at(report, "one_key"));
	assert_true(evidence.size > 0);
	stet_json_free(report);
	st_buf_free(&evidence);
	stet_copy_close(copy);
	stet_copy_close(older);
	stet_copy_close(note);
	tl_mark_free(&fork);
	stet_trust_free(first);
	tl_free(&tl);
}

/* One key before the fork and on one side, another on the other side. */
static void
test_compare__a_fork_by_two_keys_convicts_nobody(void **state)
{
	struct st_buf evidence = {0};
	struct tl_mark fork;
	stet_json *report;
	stet_copy *a, *b;
	struct tl tl;

	(void)state;
	tl_make(&tl, 0);
	record(&tl, "rw:1", "One");
	tl_mark_take(&tl, &fork);
	record(&tl, "rw:2", "Two");
	keep(&tl, "a", BIT(LEDGER));
	tl_mark_put(&tl, &fork);
	tl_rotate(&tl, TL_NEXT);
	record(&tl, "rw:2", "Another");
	keep(&tl, "b", BIT(LEDGER));
	a = open_copy(path_of(&tl, "a", 0));
	b = open_copy(path_of(&tl, "b", 0));
	report = compare(a, b, NULL, &evidence);
	assert_true(is(stet_json_get(report, "answer"), "fork"));
	assert_false(bool_at(report, "one_key"));
	assert_int_equal(evidence.size, 0);
	stet_json_free(report);
	stet_copy_close(a);
	stet_copy_close(b);
	tl_mark_free(&fork);
	tl_free(&tl);
}

/* --- other ledgers -----------------------------------------------------------------------------
 */

static void
test_compare__one_key_of_two_beginnings_is_a_fork(void **state)
{
	struct st_buf evidence = {0};
	stet_copy *a, *b;
	struct tl one, two;
	stet_json *report;

	(void)state;
	tl_make(&one, TL_MEMORY);
	tl_make_at(&two, TL_MEMORY, TL_START_MS + 1000);
	assert_int_equal(stet_copy_of_ledger(one.ledger, &a, NULL), STET_OK);
	assert_int_equal(stet_copy_of_ledger(two.ledger, &b, NULL), STET_OK);
	report = compare(a, b, NULL, &evidence);
	assert_answer(report, "fork", 0);
	assert_true(bool_at(report, "one_key"));
	assert_true(evidence.size > 0);
	stet_json_free(report);
	stet_copy_close(a);
	stet_copy_close(b);
	st_buf_free(&evidence);
	tl_free(&one);
	tl_free(&two);
}

static void
test_compare__what_is_no_copy_is_told(void **state)
{
	static const struct {
		const char *content;
		size_t size;
		int rc, rule;
	} rows[] = {{"", 0, STET_EFORMAT, ST_COPY_KIND}, {"hello\n", 6, STET_EFORMAT, ST_COPY_KIND},
	    {"\x85\x00", 2, STET_EFORMAT, ST_CBOR_TRUNCATED},
	    {"a\n\n\xe2\x80\x94 b c\n", 12, STET_EFORMAT, ST_NOTE_MALFORMED},
	    {"\xa7\x64tree", 6, STET_EFORMAT, ST_PROOF_MALFORMED}};
	char path[300];
	stet_copy *copy = NULL;
	stet_error err;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	snprintf(path, sizeof(path), "%s/thing", tl.folder);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file(path, (stet_bytes){(const uint8_t *)rows[i].content, rows[i].size});
		assert_int_equal(stet_copy_open(path, NULL, NULL, &copy, &err), rows[i].rc);
		if (rows[i].rule != ST_PROOF_MALFORMED)
			assert_string_equal(stet_rule_name(err.rule), stet_rule_name(rows[i].rule));
		assert_null(copy);
	}
	assert_int_equal(stet_copy_open(tl.folder, NULL, NULL, &copy, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_COPY_KIND);
	snprintf(path, sizeof(path), "%s/nothing", tl.folder);
	assert_int_equal(stet_copy_open(path, NULL, NULL, &copy, &err), STET_ENOTFOUND);
	tl_free(&tl);
}

/* --- what a proof leaves out -------------------------------------------------------------------
 */

/* The record index forgets an entry; whoever copied the entries has it. */
static void
test_compare__a_proof_that_leaves_out_an_entry_is_caught(void **state)
{
	struct st_buf evidence = {0};
	struct world world = {.trust = NULL};
	uint8_t key[32 + 8] = {0}, seq[8];
	stet_copy *ledger, *proof, *entries;
	stet_json *report;
	uint64_t hidden;
	struct tl *tl = &world.tl;

	(void)state;
	tl_make(tl, 0);
	world.trust = trust_of(tl, TL_LEDGER);
	record(tl, "rw:2", "One");
	st_map_key(st_str("rw:1"), key);
	hidden = tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'Two'}");
	tl_drop_row(tl, ST_ABOUT, (stet_bytes){key, 40});
	tl_drop_row(tl, ST_INDEX, (stet_bytes){key, 32});
	record(tl, "rw:2", "Three");
	keep_proof(tl, path_of(tl, "liar", 6));
	keep_entries(tl, path_of(tl, "liar", 4));
	st_be64_put(seq, hidden);
	tl_put_row(tl, ST_ABOUT, (stet_bytes){key, 40}, (stet_bytes){seq, 8});
	record(tl, "rw:2", "Four"); /* the copy has gone on */
	assert_int_equal(stet_copy_of_ledger(tl->ledger, &ledger, NULL), STET_OK);
	proof = open_copy(path_of(tl, "liar", 6));
	entries = open_copy(path_of(tl, "liar", 4));
	report = compare(ledger, proof, world.trust, &evidence);
	assert_answer(report, "omission", (int64_t)hidden);
	assert_true(is(stet_json_get(report, "code"), "copy-omits"));
	assert_true(is(stet_json_get(stet_json_get(copy_at(report, 0), "entry"), "name"), "rw:1"));
	assert_evidence(&world, &evidence);
	stet_json_free(report);
	report = compare(proof, ledger, world.trust, &evidence);
	assert_answer(report, "omission", (int64_t)hidden);
	assert_evidence(&world, &evidence);
	stet_json_free(report);
	/* A bare sequence has no table of names. */
	report = compare(entries, proof, world.trust, &evidence);
	assert_answer(report, "same", -1);
	stet_json_free(report);
	stet_copy_close(ledger);
	stet_copy_close(proof);
	stet_copy_close(entries);
	st_buf_free(&evidence);
	stet_trust_free(world.trust);
	tl_free(tl);
}

/* --- damage ------------------------------------------------------------------------------------
 */

/* Whatever was done to it: it is what it was, or nothing can be found out. */
static void
assert_not_fooled(
    const char *path, stet_copy *other, const char *truth, const stet_trust *trust, size_t place)
{
	stet_json *report = NULL;
	stet_copy *copy = NULL;
	stet_error err;
	int rc;

	rc = stet_copy_open(path, NULL, NULL, &copy, &err);
	if (rc == STET_OK) {
		rc = stet_compare(copy, other, trust, &report, NULL, NULL, &err);
		stet_copy_close(copy);
	}
	if (rc != STET_OK) {
		if (rc != STET_EMISMATCH && rc != STET_EFORMAT && rc != STET_EVERSION &&
		    rc != STET_EREFUSED)
			fail_msg("%s at %zu: %d %s", path, place, rc, err.text);
		return;
	}
	/* What nobody has sealed is not compared. */
	if (stet_json_int_of(stet_json_get(copy_at(report, 0), "behind")) > 0)
		truth = "older";
	if (!is(stet_json_get(report, "answer"), truth) &&
	    !is(stet_json_get(report, "answer"), "unknown") &&
	    !is(stet_json_get(report, "answer"), "other"))
		fail_msg("%s at %zu is no longer %s", path, place, truth);
	stet_json_free(report);
}

/* Every byte of a file altered in turn, in its place. */
static void
flip_file(const char *file, const char *path, stet_copy *other, const char *truth,
    const stet_trust *trust)
{
	struct st_buf whole = {0};
	FILE *at;
	size_t i;
	int back;

	read_file(file, &whole);
	assert_non_null(at = fopen(file, "r+b"));
	setvbuf(at, NULL, _IONBF, 0);
	for (i = 0; i < whole.size; i++)
		for (back = 0; back < 2; back++) {
			whole.data[i] ^= (uint8_t)(1 << i % 8);
			assert_int_equal(fseek(at, (long)i, SEEK_SET), 0);
			assert_int_equal(fputc(whole.data[i], at), whole.data[i]);
			if (!back)
				assert_not_fooled(path, other, truth, trust, i);
		}
	assert_int_equal(fclose(at), 0);
	st_buf_free(&whole);
}

static void
test_compare__no_bit_makes_a_fork_or_hides_one(void **state)
{
	stet_copy *a, *b;
	struct world world;
	const char *path;
	size_t way;

	(void)state;
	make_world(&world, BIT(LEDGER) | BIT(ENTRIES) | BIT(NOTE));
	a = open_copy(path_of(&world.tl, "a2", 0));
	b = open_copy(path_of(&world.tl, "b2", 0));
	for (way = ENTRIES; way <= NOTE; way++) {
		path = path_of(&world.tl, "a1", way);
		flip_file(path, path, a, "older", world.trust);
		flip_file(path, path, b, "fork", world.trust);
		flip_file(path, path, a, "older", NULL);
	}
	stet_copy_close(a);
	stet_copy_close(b);
	free_world(&world);
}

/* Of tiles each file. */
static void
flip_tile(const struct world *world, const char *name, stet_copy *other, const char *truth)
{
	const char *path = path_of(&world->tl, "a1", TILES);
	char file[400];

	snprintf(file, sizeof(file), "%s/%s", path, name);
	flip_file(file, path, other, truth, world->trust);
}

static void
test_compare__no_bit_of_tiles_makes_a_fork_or_hides_one(void **state)
{
	char tile[64], bundle[64];
	stet_copy *a, *b;
	struct world world;

	(void)state;
	make_world(&world, BIT(LEDGER) | BIT(TILES));
	snprintf(tile, sizeof(tile), "tile/0/000.p/%" PRIu64, world.sizes[1]);
	snprintf(bundle, sizeof(bundle), "tile/entries/000.p/%" PRIu64, world.sizes[1]);
	a = open_copy(path_of(&world.tl, "a2", 0));
	b = open_copy(path_of(&world.tl, "b2", 0));
	flip_tile(&world, tile, a, "older");
	flip_tile(&world, tile, b, "fork");
	flip_tile(&world, "checkpoint", a, "older");
	flip_tile(&world, "checkpoint", b, "fork");
	flip_tile(&world, bundle, b, "fork");
	stet_copy_close(a);
	stet_copy_close(b);
	free_world(&world);
}

/* The rows of a ledger's tree, each wrong, or gone. */
static void
test_compare__no_row_of_a_tree_makes_a_fork_or_hides_one(void **state)
{
	stet_copy *others[2], *copy;
	static const char *const truths[2] = {"newer", "fork"};
	struct world world;
	struct tl_rows rows;
	stet_json *report;
	stet_error err;
	uint8_t bad[32];
	size_t i, gone;
	int k, rc;

	(void)state;
	make_world(&world, BIT(ENTRIES));
	others[0] = open_copy(path_of(&world.tl, "before", 4));
	others[1] = open_copy(path_of(&world.tl, "a2", 4));
	tl_rows_take(&world.tl, &rows); /* of b2 */
	for (i = 0; i < rows.count; i++) {
		if (rows.tables[i] != ST_TREE)
			continue;
		for (gone = 0; gone < 2; gone++) {
			memcpy(bad, rows.values[i].data, 32);
			bad[7] ^= 0x10;
			if (gone)
				tl_drop_row(&world.tl, ST_TREE, rows.keys[i]);
			else
				tl_put_row(&world.tl, ST_TREE, rows.keys[i], (stet_bytes){bad, 32});
			for (k = 0; k < 2; k++) {
				copy = NULL;
				report = NULL;
				rc = stet_copy_of_ledger(world.tl.ledger, &copy, &err);
				if (rc == STET_OK)
					rc = stet_compare(copy, others[k], world.trust, &report,
					    NULL, NULL, &err);
				if (rc == STET_OK)
					assert_true(is(stet_json_get(report, "answer"), truths[k]));
				else
					assert_true(rc == STET_EMISMATCH || rc == STET_EFORMAT);
				stet_json_free(report);
				stet_copy_close(copy);
			}
			tl_put_row(&world.tl, ST_TREE, rows.keys[i], rows.values[i]);
		}
	}
	tl_rows_free(&rows);
	for (k = 0; k < 2; k++)
		stet_copy_close(others[k]);
	free_world(&world);
}

/* A sequence that was cut: an older copy if a seal ends it, else what stands behind the last seal
 * is not compared. */
static void
test_compare__a_sequence_that_was_cut_is_older_or_damaged(void **state)
{
	struct st_buf whole = {0};
	stet_copy *other, *copy;
	struct world world;
	stet_json *report;
	const char *path;
	stet_error err;
	size_t cut, seen = 0, behind = 0;

	(void)state;
	make_world(&world, BIT(LEDGER) | BIT(ENTRIES));
	other = open_copy(path_of(&world.tl, "a2", 0));
	path = path_of(&world.tl, "a2", 4);
	read_file(path, &whole);
	for (cut = 0; cut < whole.size; cut++) {
		write_file(path, (stet_bytes){whole.data, cut});
		copy = NULL;
		if (stet_copy_open(path, NULL, NULL, &copy, &err) != STET_OK) {
			assert_true(err.code == STET_EFORMAT || err.code == STET_EMISMATCH);
			continue;
		}
		report = compare(copy, other, NULL, NULL);
		if (stet_json_int_of(stet_json_get(copy_at(report, 0), "size")) <
		    (int64_t)world.sizes[2])
			assert_answer(report, "older", -1);
		behind += stet_json_int_of(stet_json_get(copy_at(report, 0), "behind")) > 0;
		seen++;
		stet_json_free(report);
		stet_copy_close(copy);
	}
	assert_true(seen > 3 && behind > 1);
	st_buf_free(&whole);
	stet_copy_close(other);
	free_world(&world);
}

/* A head that somebody made up, with a key of his own. */
static void
test_compare__a_head_that_nobody_signed_is_no_fork(void **state)
{
	struct st_checkpoint head = {.size = 3};
	struct st_buf text = {0}, note = {0};
	struct st_secret secret;
	struct world world;
	uint8_t seed[32] = {99};
	stet_json *report;
	stet_copy *a, *b;
	const char *path;

	(void)state;
	make_world(&world, BIT(LEDGER));
	snprintf(head.origin, sizeof(head.origin), "%s", TL_ORIGIN);
	memset(head.root, 7, 32);
	st_secret_from_seed(seed, &secret);
	st_checkpoint_put(&text, &head);
	assert_int_equal(
	    st_note_sign(st_buf_bytes(&text), TL_ORIGIN, &secret, &note, NULL), STET_OK);
	path = path_of(&world.tl, "forged", 5);
	write_file(path, st_buf_bytes(&note));
	a = open_copy(path_of(&world.tl, "a1", 0));
	b = open_copy(path);
	report = compare(a, b, world.trust, NULL);
	assert_answer(report, "unknown", -1);
	assert_true(is(stet_json_get(report, "code"), "checkpoint-unsigned"));
	stet_json_free(report);
	stet_copy_close(b);
	/* In the place of a ledger's own, it is damage. */
	stet_copy_close(a);
	path = path_of(&world.tl, "a1", 0);
	{
		char file[400];
		stet_error err;

		snprintf(file, sizeof(file), "%s/checkpoint", path);
		st_buf_reset(&text);
		st_buf_reset(&note);
		a = open_copy(path);
		head = a->head;
		stet_copy_close(a);
		st_checkpoint_put(&text, &head);
		assert_int_equal(
		    st_note_sign(st_buf_bytes(&text), TL_ORIGIN, &secret, &note, NULL), STET_OK);
		write_file(file, st_buf_bytes(&note));
		a = open_copy(path);
		b = open_copy(path_of(&world.tl, "b1", 0));
		report = NULL;
		assert_int_equal(
		    stet_compare(b, a, NULL, &report, NULL, NULL, &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_COPY_DAMAGED);
		assert_non_null(strstr(err.text, "the second copy"));
	}
	stet_copy_close(a);
	stet_copy_close(b);
	st_buf_free(&text);
	st_buf_free(&note);
	free_world(&world);
}

/* --- memory ------------------------------------------------------------------------------------
 */

static void
test_compare__runs_out_of_memory_anywhere(void **state)
{
	struct world world;
	stet_copy *a, *b;
	stet_json *report;
	uint8_t *evidence;
	stet_error err;
	size_t way, size;
	long n;
	int rc;

	(void)state;
	make_world(&world, ALL & ~BIT(BAG));
	for (way = 0; way < WAYS; way++)
		for (n = 0; way != BAG; n++) {
			a = b = NULL;
			report = NULL;
			evidence = NULL;
			alloc_fail(n);
			rc = stet_copy_open(path_of(&world.tl, "a1", way), NULL, NULL, &a, &err);
			if (rc == STET_OK)
				rc = stet_copy_open(
				    path_of(&world.tl, "b2", 1), NULL, NULL, &b, &err);
			if (rc == STET_OK)
				rc = stet_compare(
				    a, b, world.trust, &report, &evidence, &size, &err);
			stet_json_free(report);
			free(evidence);
			stet_copy_close(a);
			stet_copy_close(b);
			if (!alloc_failed())
				break;
			if (rc != STET_ENOMEM)
				fail_msg("%s, allocation %ld: %d %s", ways[way].end, n, rc,
				    rc < 0 ? err.text : "");
		}
	assert_int_equal(rc, STET_OK);
	free_world(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_compare__of_any_two_kinds_the_answer_is_the_same),
	    cmocka_unit_test(test_compare__tiles_cost_a_file_for_eight_levels),
	    cmocka_unit_test(test_compare__a_signer_not_known_is_said),
	    cmocka_unit_test(test_compare__a_change_of_the_key_is_followed),
	    cmocka_unit_test(test_compare__a_fork_by_two_keys_convicts_nobody),
	    cmocka_unit_test(test_compare__one_key_of_two_beginnings_is_a_fork),
	    cmocka_unit_test(test_compare__what_is_no_copy_is_told),
	    cmocka_unit_test(test_compare__a_proof_that_leaves_out_an_entry_is_caught),
	    cmocka_unit_test(test_compare__no_bit_makes_a_fork_or_hides_one),
	    cmocka_unit_test(test_compare__no_bit_of_tiles_makes_a_fork_or_hides_one),
	    cmocka_unit_test(test_compare__no_row_of_a_tree_makes_a_fork_or_hides_one),
	    cmocka_unit_test(test_compare__a_sequence_that_was_cut_is_older_or_damaged),
	    cmocka_unit_test(test_compare__a_head_that_nobody_signed_is_no_fork),
	    cmocka_unit_test(test_compare__runs_out_of_memory_anywhere)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
