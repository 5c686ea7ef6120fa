#ifndef STET_BENCH_H
#define STET_BENCH_H
/* What the parts of the benchmark share.  Figures are only worth something beside the bare cost of
 * the same work in the same run: machines are shared and differ, ratios mostly do not. */
#include <stddef.h>
#include <stdint.h>

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
};
double bare_append(const struct bare_append *what); /* entries a second */
/* Scan, leaf hash, chain, tree, and with signatures one verification an entry. */
double bare_verify(const char *ledger, size_t statement_size, int signatures, unsigned threads);

#endif
