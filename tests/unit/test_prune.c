/* The record index cut back to some names: from leaves and from a store's pages alike, and read by
 * somebody who trusts neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "index/index.h"

#define NAMES_MAX 600
#define TOKENS_MAX 20000
#define KEYS_MAX 24
#define CONST(keys) ((const uint8_t(*)[32])(keys))

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t
random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static struct st_map_leaf names[NAMES_MAX];
static size_t name_count;

/* Names anywhere and names in crowds, which part deep down. */
static void
make_names(size_t count)
{
	size_t i, k;

	memset(names, 0, sizeof(names));
	for (i = 0; i < count; i++) {
		for (k = 0; k < 32; k++)
			names[i].key[k] = (uint8_t)(random_number() >> 16);
		if (i > 8 && i % 3 == 0)
			memcpy(names[i].key, names[i % 8].key, random_number() % 31);
		names[i].count = 1 + random_number() % 9;
		memcpy(names[i].head, &seed, sizeof(seed));
	}
	qsort(names, count, sizeof(*names), compare);
	for (i = name_count = 0; i < count; i++)
		if (i == 0 || memcmp(names[i].key, names[name_count - 1].key, 32) != 0)
			names[name_count++] = names[i];
}

static uint8_t keys[KEYS_MAX][32];
static size_t key_count;

/* Some of the names, some that are nearly one, some that are none. */
static void
choose_keys(size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		uint64_t r = random_number();

		if (name_count > 0)
			memcpy(keys[i], names[random_number() % name_count].key, 32);
		if (r % 4 == 1)
			keys[i][31] ^= (uint8_t)(1 << (r >> 8) % 8);
		if (r % 4 == 2 || name_count == 0)
			memcpy(keys[i] + (r >> 8) % 4, &r, sizeof(r));
	}
	qsort(keys, count, 32, compare);
	for (i = 0; i < count; i++)
		if (i == 0 || memcmp(keys[i], keys[kept - 1], 32) != 0)
			memmove(keys[kept++], keys[i], 32);
	key_count = kept;
}

struct tokens {
	struct st_map_token at[TOKENS_MAX];
	size_t count;
};
static struct tokens made, other;

static int
take(void *ctx, const struct st_map_token *token, stet_error *err)
{
	struct tokens *tokens = ctx;

	(void)err;
	assert_true(tokens->count < TOKENS_MAX);
	tokens->at[tokens->count++] = *token;
	return STET_OK;
}

static struct st_store *
store_of_names(void)
{
	uint8_t value[72] = {0}, (*changed)[32] = calloc(NAMES_MAX, 32);
	struct st_store *memory = NULL, *store = NULL;
	struct st_batch *batch = NULL;
	size_t i;

	assert_non_null(changed);
	assert_int_equal(st_store_open_memory(&memory, NULL), 0);
	assert_int_equal(st_store_wrap_strict(&memory, &store, NULL), 0);
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), 0);
	for (i = 0; i < name_count; i++) {
		stet_bytes key = {names[i].key, 32}, row = {value, sizeof(value)};

		st_be64_put(value, names[i].count);
		memcpy(value + 8, names[i].head, 32);
		memcpy(changed[i], names[i].key, 32);
		assert_int_equal(st_batch_put(batch, ST_INDEX, 0, &key, &row, 1, NULL), 0);
	}
	assert_int_equal(st_index_update(batch, CONST(changed), name_count, NULL), 0);
	assert_int_equal(st_batch_commit(&batch, NULL), 0);
	free(changed);
	return store;
}

static void
prune_store(struct st_store *store, struct tokens *tokens)
{
	struct st_reader *reader = NULL;

	tokens->count = 0;
	assert_int_equal(st_reader_open(store, &reader, NULL), 0);
	assert_int_equal(st_index_prune(reader, CONST(keys), key_count, take, tokens, NULL), 0);
	st_reader_close(reader);
}

static enum st_map_fault
read_tokens(const struct tokens *tokens, struct st_map_leaf *found, uint8_t root[32])
{
	size_t at;

	return st_map_pruned_root(
	    tokens->at, tokens->count, CONST(keys), key_count, found, root, &at);
}

static void
assert_found(const struct st_map_leaf *found)
{
	const struct st_map_leaf *name;
	size_t i;

	for (i = 0; i < key_count; i++) {
		name = bsearch(keys[i], names, name_count, sizeof(*names), compare);
		if (name == NULL)
			assert_true(found[i].count == 0);
		else
			assert_memory_equal(&found[i], name, sizeof(*name));
	}
}

static void
test_prune__shows_what_the_index_has(void **state)
{
	const size_t sizes[] = {0, 1, 2, 3, 20, 24, 25, 26, 100, NAMES_MAX};
	struct st_map_leaf found[KEYS_MAX];
	struct st_store *store;
	struct st_map_side whole;
	uint8_t root[32];
	size_t i, turn;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		make_names(sizes[i]);
		store = store_of_names();
		st_map_root(names, name_count, 0, &whole);
		for (turn = 0; turn < 40; turn++) {
			choose_keys(turn % KEYS_MAX);
			prune_store(store, &made);
			assert_int_equal(read_tokens(&made, found, root), ST_MAP_FINE);
			assert_memory_equal(root, whole.hash, 32);
			assert_found(found);
			/* The pages say what the names themselves do. */
			other.count = 0;
			assert_int_equal(st_map_prune(names, name_count, 0, CONST(keys), key_count,
					     take, &other, NULL),
			    0);
			assert_int_equal(made.count, other.count);
			assert_memory_equal(
			    made.at, other.at, made.count * sizeof(struct st_map_token));
		}
		st_store_close(store);
	}
}

/* Cut back to some names, and then to fewer: as if to the fewer at once. */
static void
test_prune__may_be_cut_back_further(void **state)
{
	static struct tokens again;
	uint8_t root[32];
	struct st_map_leaf found[KEYS_MAX];
	struct st_map_side whole;
	size_t turn, i;

	(void)state;
	for (turn = 0; turn < 200; turn++) {
		make_names(turn);
		choose_keys(turn % KEYS_MAX);
		made.count = other.count = again.count = 0;
		st_map_root(names, name_count, 0, &whole);
		st_map_prune(names, name_count, 0, CONST(keys), key_count, take, &made, NULL);
		for (i = 0; i < key_count; i += 1 + turn % 3)
			memmove(keys[i / (1 + turn % 3)], keys[i], 32);
		key_count = (key_count + turn % 3) / (1 + turn % 3);
		st_map_prune(names, name_count, 0, CONST(keys), key_count, take, &other, NULL);
		assert_int_equal(st_map_prune_more(made.at, made.count, CONST(keys), key_count,
				     take, &again, NULL),
		    STET_OK);
		assert_int_equal(again.count, other.count);
		assert_memory_equal(again.at, other.at, other.count * sizeof(*other.at));
		/* What ends early, or has another kind of token, makes no index. */
		if (made.count == 0)
			continue;
		again.count = 0;
		i = random_number() % made.count;
		st_map_prune_more(made.at, i, CONST(keys), key_count, take, &again, NULL);
		assert_true(again.count <= made.count);
		again.count = 0;
		other = made;
		other.at[i].kind = ST_MAP_NODE;
		st_map_prune_more(
		    other.at, other.count, CONST(keys), key_count, take, &again, NULL);
		assert_true(made.at[i].kind == ST_MAP_NODE || key_count == 0 ||
			    read_tokens(&again, found, root) != ST_MAP_FINE ||
			    memcmp(root, whole.hash, 32) != 0);
	}
	/* Deeper than any key. */
	for (i = 0; i < 1000; i++)
		other.at[i].kind = ST_MAP_NODE;
	memset(keys, 0, sizeof(keys));
	again.count = 0;
	st_map_prune_more(other.at, 1000, CONST(keys), 1, take, &again, NULL);
	assert_true(again.count > 256 && again.count <= 1000);
	again.count = 0;
	st_map_prune_more(other.at, 1000, CONST(keys), 0, take, &again, NULL);
	assert_int_equal(again.count, 1);
}

static int
is_right(const struct tokens *tokens, const uint8_t whole[32])
{
	struct st_map_leaf found[KEYS_MAX];
	uint8_t root[32];

	return read_tokens(tokens, found, root) == ST_MAP_FINE && memcmp(root, whole, 32) == 0;
}

static void
test_prune__nothing_may_be_altered(void **state)
{
	struct st_map_side whole;
	struct st_map_token token;
	size_t i, kind;

	(void)state;
	make_names(60);
	choose_keys(6);
	st_map_root(names, name_count, 0, &whole);
	made.count = 0;
	st_map_prune(names, name_count, 0, CONST(keys), key_count, take, &made, NULL);
	assert_true(is_right(&made, whole.hash));
	for (i = 0; i < made.count; i++) {
		for (kind = ST_MAP_NODE; kind <= ST_MAP_LEAF; kind++) {
			other = made;
			other.at[i].kind = (enum st_map_kind)kind;
			assert_true(kind == made.at[i].kind || !is_right(&other, whole.hash));
		}
		other = made; /* one left out */
		memmove(&other.at[i], &other.at[i + 1],
		    (--other.count - i) * sizeof(struct st_map_token));
		assert_false(is_right(&other, whole.hash));
		other = made; /* one twice */
		memmove(&other.at[i + 1], &other.at[i],
		    (other.count++ - i) * sizeof(struct st_map_token));
		assert_false(is_right(&other, whole.hash));
		token = made.at[i];
		other = made;
		if (token.kind == ST_MAP_HASH)
			other.at[i].leaf.key[7] ^= 1;
		else if (token.kind == ST_MAP_LEAF)
			other.at[i].leaf.count++;
		else
			continue;
		assert_false(is_right(&other, whole.hash));
	}
}

/* The tokens of a test, with keys whose first byte is given. */
static enum st_map_fault
read_these(const struct st_map_token *tokens, size_t count, const uint8_t *first, size_t n)
{
	struct st_map_leaf found[KEYS_MAX];
	uint8_t root[32];
	size_t i, at;

	memset(keys, 0, sizeof(keys));
	for (i = 0; i < n; i++)
		keys[i][0] = first[i];
	return st_map_pruned_root(tokens, count, CONST(keys), n, found, root, &at);
}

#define NODE                      \
	{                         \
		ST_MAP_NODE,      \
		{                 \
			{0}, 0,   \
			{         \
				0 \
			}         \
		}                 \
	}
#define EMPTY                     \
	{                         \
		ST_MAP_EMPTY,     \
		{                 \
			{0}, 0,   \
			{         \
				0 \
			}         \
		}                 \
	}
#define HASH                      \
	{                         \
		ST_MAP_HASH,      \
		{                 \
			{9}, 0,   \
			{         \
				0 \
			}         \
		}                 \
	}
#define ZEROS                     \
	{                         \
		ST_MAP_HASH,      \
		{                 \
			{0}, 0,   \
			{         \
				0 \
			}         \
		}                 \
	}
#define LEAF(first)                 \
	{                           \
		ST_MAP_LEAF,        \
		{                   \
			{first}, 1, \
			{           \
				0   \
			}           \
		}                   \
	}
#define FAULT(fault, first, ...)                                                               \
	do {                                                                                   \
		const struct st_map_token tokens[] = {__VA_ARGS__};                            \
		const uint8_t firsts[] = {first};                                              \
		assert_int_equal(                                                              \
		    read_these(tokens, sizeof(tokens) / sizeof(tokens[0]), firsts, 1), fault); \
	} while (0)

static void
test_prune__each_fault_has_its_name(void **state)
{
	(void)state;
	FAULT(ST_MAP_FINE, 0x00, NODE, LEAF(0x00), HASH);
	FAULT(ST_MAP_FINE, 0x00, NODE, LEAF(0x40), HASH); /* absent: another's leaf */
	FAULT(ST_MAP_FINE, 0x00, NODE, EMPTY, HASH);      /* absent: an empty side  */
	FAULT(ST_MAP_FINE, 0x00, EMPTY);
	FAULT(ST_MAP_HIDDEN, 0x00, HASH);
	FAULT(ST_MAP_HIDDEN, 0x00, NODE, HASH, LEAF(0x80));
	FAULT(ST_MAP_SURPLUS, 0x00, NODE, LEAF(0x00), LEAF(0x80)); /* nobody asked for it */
	FAULT(ST_MAP_SURPLUS, 0x00, NODE, LEAF(0x00), NODE, HASH, HASH);
	FAULT(ST_MAP_SURPLUS, 0x00, NODE, LEAF(0x00));
	FAULT(ST_MAP_SURPLUS, 0x00, NODE, LEAF(0x00), HASH, HASH);
	FAULT(ST_MAP_SURPLUS, 0x00, LEAF(0x00), EMPTY);
	FAULT(ST_MAP_SKIPPED, 0x00, NODE, LEAF(0x80), HASH);  /* not below that side     */
	FAULT(ST_MAP_SKIPPED, 0x00, NODE, LEAF(0x00), EMPTY); /* a level too many        */
	FAULT(ST_MAP_SKIPPED, 0x00, NODE, EMPTY, EMPTY);
	FAULT(ST_MAP_SKIPPED, 0x80, NODE, EMPTY, LEAF(0x80));
	FAULT(ST_MAP_SKIPPED, 0x00, NODE, LEAF(0x00), ZEROS); /* an empty side otherwise */
	/* 0x20 and 0x30 part at their fourth bit: the three levels above are not skipped. */
	FAULT(ST_MAP_SKIPPED, 0x80, NODE, HASH, LEAF(0x30));
	FAULT(ST_MAP_SURPLUS, 0x00, {ST_MAP_LEAF, {{0x00}, 0, {0}}});
}

static void
test_prune__no_way_is_longer_than_a_key(void **state)
{
	static struct st_map_token tokens[2 * 257 + 1];
	static const struct st_map_token node = NODE, empty = EMPTY;
	const uint8_t first[] = {0};
	size_t i, count = 0;

	(void)state;
	for (i = 0; i < 257; i++)
		tokens[count++] = node;
	for (i = 0; i < 258; i++)
		tokens[count++] = empty;
	assert_int_equal(read_these(tokens, count, first, 1), ST_MAP_SKIPPED);
	assert_int_equal(read_these(tokens, 257, first, 1), ST_MAP_SKIPPED);
	assert_int_equal(read_these(tokens, 256, first, 1), ST_MAP_SURPLUS);
	assert_int_equal(read_these(tokens, 0, first, 1), ST_MAP_SURPLUS);
}

static void
test_prune__damaged_tables_are_said_to_be(void **state)
{
	struct st_store *store;
	struct st_batch *batch = NULL;
	struct st_reader *reader = NULL;
	stet_error err;

	(void)state;
	make_names(300);
	choose_keys(12);
	store = store_of_names();
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), 0);
	assert_int_equal(st_batch_clear(batch, ST_TRIE, NULL), 0);
	assert_int_equal(st_batch_commit(&batch, NULL), 0);
	assert_int_equal(st_reader_open(store, &reader, NULL), 0);
	other.count = 0;
	assert_int_equal(
	    st_index_prune(reader, CONST(keys), key_count, take, &other, &err), STET_EMISMATCH);
	assert_string_equal(stet_rule_name(err.rule), "index-page-damaged");
	st_reader_close(reader);
	st_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prune__shows_what_the_index_has),
	    cmocka_unit_test(test_prune__may_be_cut_back_further),
	    cmocka_unit_test(test_prune__nothing_may_be_altered),
	    cmocka_unit_test(test_prune__each_fault_has_its_name),
	    cmocka_unit_test(test_prune__no_way_is_longer_than_a_key),
	    cmocka_unit_test(test_prune__damaged_tables_are_said_to_be),
	};

	return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
