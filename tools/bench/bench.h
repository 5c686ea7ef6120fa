#ifndef STET_BENCH_H
#define STET_BENCH_H
/* What the parts of the benchmark share.  Figures are only worth something beside the bare cost of
 * the same work in the same run: machines are shared and differ, ratios mostly do not. */
#include <stddef.h>
#include <stdint.h>

#include <stet/stet.h>

#define NOW_MS UINT64_C(1780000000000)

/* Where a measurement has its folders. */
struct place {
	char ledger[512], state[512], bare[512], key[512];
};
/* A new ledger in which the key may sign records and observations. */
stet_ledger *make_ledger(const struct place *place, unsigned threads);
stet_key *desk_key(void);
/* Records in batches of 1,000, by that key: numbers first .. first + count - 1. */
void add_records(stet_ledger *ledger, size_t first, size_t count);
void remove_tree(const char *path);
void must(int rc, const stet_error *err, const char *what);

double now_s(void); /* wall clock */
void fail(const char *what) __attribute__((noreturn));
/* One line: what, ours a second, bare a second, ratio. */
void row(const char *what, double ours, double bare, const char *unit);
void heading(const char *text);

/* The middle of several runs of one measurement. */
double median(double *values, size_t count);

/* Bare cost: no library of ours, the same calls to libsodium, libcrypto and LMDB. */
struct bare_append {
	const char *dir;
	size_t entries, batch, statement_size;
	unsigned threads;
	int look_ups; /* one more row an entry: what a correction's notice is found by */
};
double bare_append(const struct bare_append *what); /* entries a second */
/* Scan, leaf hash, chain, tree, and with signatures one verification an entry. */
double bare_verify(const char *ledger, size_t statement_size, int signatures, unsigned threads);

/* Proofs: their size, and how many are made and checked a second; receipts. */
void bench_proof(const struct place *place);
/* The list of retractions and works of Crossref, from the files in a folder, imported. */
void bench_import(const struct place *place, const char *data);
/* The ledger of the list of retractions as a bag and as tiles. */
void bench_package(const struct place *place, const char *data);
/* Imports data/list.csv: seconds, and how many statements came of it. */
double import_list(stet_ledger *ledger, const char *data, size_t *count_out);

#endif
