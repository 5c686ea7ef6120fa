/* The same signatures, hashes and synced writes as an append or a verification makes, with nothing
 * of ours around them: what is left between this and stet is stet. */
#include <lmdb.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"

#define TABLES 7      /* entry, tree, about, index, trie, cti, look-ups */
#define PAGE_SIZE 640 /* a page of the trie */

static EVP_MD *sha256;

static void
hash(EVP_MD_CTX *ctx, const void *a, size_t a_size, const void *b, size_t b_size, uint8_t out[32])
{
	EVP_DigestInit_ex2(ctx, sha256, NULL);
	EVP_DigestUpdate(ctx, a, a_size);
	if (b_size > 0)
		EVP_DigestUpdate(ctx, b, b_size);
	EVP_DigestFinal_ex(ctx, out, NULL);
}

/* --- signing ---------------------------------------------------------------------------------- */

struct signing {
	const uint8_t *message, *secret;
	size_t size, count;
};

static void *
sign_some(void *arg)
{
	struct signing *signing = arg;
	uint8_t signature[64];
	size_t i;

	for (i = 0; i < signing->count; i++)
		crypto_sign_detached(
		    signature, NULL, signing->message, signing->size, signing->secret);
	return NULL;
}

static void
sign_batch(const struct signing *all, unsigned threads)
{
	struct signing parts[64];
	pthread_t ids[64];
	unsigned i, n = threads > 1 && all->count >= threads * 4 ? threads : 1;

	for (i = 0; i < n; i++) {
		parts[i] = *all;
		parts[i].count = all->count / n + (i < all->count % n ? 1 : 0);
		if (i > 0 && pthread_create(&ids[i], NULL, sign_some, &parts[i]) != 0)
			fail("pthread_create");
	}
	sign_some(&parts[0]);
	for (i = 1; i < n; i++)
		pthread_join(ids[i], NULL);
}

/* --- appending -------------------------------------------------------------------------------- */

struct tables {
	MDB_env *env;
	MDB_dbi dbi[TABLES];
};

static void
check(int rc, const char *what)
{
	if (rc != 0) {
		fprintf(stderr, "bench: %s: %s\n", what, mdb_strerror(rc));
		exit(3);
	}
}

static void
open_tables(const char *dir, struct tables *tables)
{
	MDB_txn *txn;
	char name[8];
	int i;

	mkdir(dir, 0777);
	check(mdb_env_create(&tables->env), "mdb_env_create");
	mdb_env_set_mapsize(tables->env, (size_t)8 << 30);
	mdb_env_set_maxdbs(tables->env, TABLES);
	check(mdb_env_open(tables->env, dir, 0, 0644), "mdb_env_open");
	check(mdb_txn_begin(tables->env, NULL, 0, &txn), "mdb_txn_begin");
	for (i = 0; i < TABLES; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		check(mdb_dbi_open(txn, name, MDB_CREATE, &tables->dbi[i]), "mdb_dbi_open");
	}
	check(mdb_txn_commit(txn), "mdb_txn_commit");
}

static void
put(MDB_txn *txn, MDB_dbi dbi, const void *key, size_t key_size, const void *value, size_t size,
    unsigned flags)
{
	MDB_val k = {key_size, NULL}, v = {size, NULL};

	memcpy(&k.mv_data, &key, sizeof(key)); /* LMDB takes what it does not write as void * */
	memcpy(&v.mv_data, &value, sizeof(value));
	check(mdb_put(txn, dbi, &k, &v, flags), "mdb_put");
}

static void
be64(uint64_t value, uint8_t out[8])
{
	int i;

	for (i = 7; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

/* One entry: its leaf and chain hash, the tree nodes it completes, the rows of its tables. */
static void
put_entry(MDB_txn *txn, const struct tables *tables, EVP_MD_CTX *ctx, uint64_t seq,
    const uint8_t *entry, size_t size, int look_up)
{
	uint8_t key[41] = {0}, digest[32], name[32], value[72] = {0}, node[9];
	uint64_t index = seq;
	unsigned level = 0;

	be64(seq, key);
	hash(ctx, "\0", 1, entry, size, digest);
	put(txn, tables->dbi[0], key, 8, entry, size, MDB_APPEND);
	for (;; level++, index >>= 1) {
		node[0] = (uint8_t)level;
		be64(index, node + 1);
		put(txn, tables->dbi[1], node, 9, digest, 32, 0);
		if ((index & 1) == 0)
			break;
		hash(ctx, digest, 32, digest, 32, digest);
	}
	hash(ctx, key, 8, "name", 4, name);
	memcpy(key, name, 32);
	put(txn, tables->dbi[2], key, 40, value, 8, 0);
	put(txn, tables->dbi[3], name, 32, value, 72, 0);
	hash(ctx, name, 32, "cti", 3, name);
	/* The record index: its leaf, and a node on each level above it. */
	for (index = seq; index > 0; index >>= 1)
		hash(ctx, digest, 32, digest, 32, digest);
	/* After the commit every entry is hashed again, before the checkpoint is signed. */
	hash(ctx, "\0", 1, entry, size, digest);
	hash(ctx, digest, 32, digest, 32, digest);
	put(txn, tables->dbi[5], name, 32, value, 8, 0);
	if (look_up) {
		hash(ctx, name, 32, "notice", 6, name);
		memcpy(key, name, 32);
		put(txn, tables->dbi[6], key, 41, value, 1, 0);
	}
}

double
bare_append(const struct bare_append *what)
{
	struct tables tables;
	struct signing signing;
	uint8_t *entry = calloc(1, what->statement_size + 90), public_key[32], secret[64],
		page[PAGE_SIZE] = {0};
	uint8_t key[3] = {0};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	MDB_txn *txn;
	uint64_t seq = 0;
	size_t done, n, i;
	double start;

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	crypto_sign_keypair(public_key, secret);
	randombytes_buf(entry, what->statement_size);
	open_tables(what->dir, &tables);
	signing = (struct signing){entry, secret, what->statement_size, 0};
	start = now_s();
	for (done = 0; done < what->entries; done += n) {
		n = what->entries - done < what->batch ? what->entries - done : what->batch;
		signing.count = n;
		sign_batch(&signing, what->threads);
		check(mdb_txn_begin(tables.env, NULL, 0, &txn), "mdb_txn_begin");
		for (i = 0; i < n + 1; i++, seq++) { /* the seal is an entry, too */
			put_entry(txn, &tables, ctx, seq, entry, what->statement_size + 90,
			    what->look_ups && i < n);
			key[1] = (uint8_t)(seq >> 8);
			key[2] = (uint8_t)seq;
			if (i % 2 == 0)
				put(txn, tables.dbi[4], key, 3, page, sizeof(page), 0);
		}
		signing.count = 2; /* seal and checkpoint */
		sign_batch(&signing, 1);
		check(mdb_txn_commit(txn), "mdb_txn_commit");
	}
	start = now_s() - start;
	mdb_env_close(tables.env);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(sha256);
	free(entry);
	return (double)what->entries / start;
}

/* --- verifying -------------------------------------------------------------------------------- */

struct scanning {
	MDB_env *env;
	MDB_dbi dbi;
	uint64_t first, last;
	const uint8_t *message, *signature, *public_key;
	size_t size;
	int signatures;
};

static void *
scan_some(void *arg)
{
	struct scanning *scanning = arg;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t first[8], leaf[32], last[32], frontier[64][32];
	MDB_cursor *cursor;
	MDB_txn *txn;
	MDB_val k = {8, first}, v;
	uint64_t seq = scanning->first, index;
	unsigned level, top = 0;
	volatile int differs = 0;

	memset(last, 0, sizeof(last));
	be64(seq, first);
	check(mdb_txn_begin(scanning->env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
	check(mdb_cursor_open(txn, scanning->dbi, &cursor), "mdb_cursor_open");
	check(mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE), "mdb_cursor_get");
	for (; seq < scanning->last; seq++) {
		hash(ctx, "\0", 1, v.mv_data, v.mv_size, leaf);
		differs += memcmp((const uint8_t *)v.mv_data + 14, last, 32) != 0;
		memcpy(last, leaf, 32);
		for (level = 0, index = seq; index & 1 && top > 0; index >>= 1, level++)
			hash(ctx, frontier[--top], 32, leaf, 32, leaf);
		memcpy(frontier[top++], leaf, 32);
		if (scanning->signatures &&
		    crypto_sign_verify_detached(scanning->signature, scanning->message,
			scanning->size, scanning->public_key) != 0)
			fail("a signature of the benchmark's own is wrong");
		if (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) != 0)
			break;
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	EVP_MD_CTX_free(ctx);
	return NULL;
}

double
bare_verify(const char *ledger, size_t statement_size, int signatures, unsigned threads)
{
	uint8_t *message = calloc(1, statement_size), signature[64], public_key[32], secret[64];
	struct scanning parts[64], all;
	pthread_t ids[64];
	MDB_stat stat;
	MDB_txn *txn;
	unsigned i;
	double start;

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	crypto_sign_keypair(public_key, secret);
	crypto_sign_detached(signature, NULL, message, statement_size, secret);
	memset(&all, 0, sizeof(all));
	check(mdb_env_create(&all.env), "mdb_env_create");
	mdb_env_set_maxdbs(all.env, 16);
	check(mdb_env_open(all.env, ledger, MDB_RDONLY, 0644), "mdb_env_open");
	check(mdb_txn_begin(all.env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
	check(mdb_dbi_open(txn, "entry", 0, &all.dbi), "mdb_dbi_open");
	check(mdb_stat(txn, all.dbi, &stat), "mdb_stat");
	check(mdb_txn_commit(txn), "mdb_txn_commit"); /* keeps the table's handle */
	all.message = message;
	all.signature = signature;
	all.public_key = public_key;
	all.size = statement_size;
	all.signatures = signatures;
	start = now_s();
	for (i = 0; i < threads; i++) {
		parts[i] = all;
		parts[i].first = stat.ms_entries * i / threads;
		parts[i].last = stat.ms_entries * (i + 1) / threads;
		if (pthread_create(&ids[i], NULL, scan_some, &parts[i]) != 0)
			fail("pthread_create");
	}
	for (i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	start = now_s() - start;
	mdb_env_close(all.env);
	EVP_MD_free(sha256);
	free(message);
	return (double)stat.ms_entries / start;
}
