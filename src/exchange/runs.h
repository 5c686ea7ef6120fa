#ifndef ST_EXCHANGE_RUNS_H
#define ST_EXCHANGE_RUNS_H
/* Rows in sorted runs on disk: what a file has said that memory has no room for.
 *
 * A run is a temporary file without a name, so that nothing is left of it when the process is
 * killed. It has the rows in the order of their keys.  Two runs of one level are merged into one
 * of the next, so that N rows are in log2(N) runs at most and each was written as often. */
#include <stet/error.h>

#define ST_SEEN_DIGEST_SIZE 16 /* of SHA-256, as in the digest of a row */
#define ST_RUNS_MAX 48

struct st_seen_row {
	uint8_t key[ST_SEEN_DIGEST_SIZE], content[ST_SEEN_DIGEST_SIZE];
	uint32_t row, count; /* where it stood first, how often it came; count 0: a free slot; both
				stay at their greatest */
};
struct st_run {
	int fd;
	unsigned level;
	uint64_t rows, stride; /* each stride-th row has a fence */
	uint64_t *fences;      /* the first bytes of their keys, 32 KiB at most */
};
/* Start from {.folder = ...}, which stays the caller's. */
struct st_runs {
	const char *folder;
	struct st_run runs[ST_RUNS_MAX]; /* larger ones first */
	size_t count;
	uint8_t *filter; /* bits of the keys that are there; of one size for any number of rows */
};
struct st_run_place {
	size_t run;
	uint64_t row;
};

/* Takes over rows, whose order it changes, of which none is there yet. STET_EIO, STET_EFULL,
 * STET_ENOMEM: what was there before is there. */
int st_runs_add(struct st_runs *runs, struct st_seen_row *rows, size_t count, stet_error *err);
/* STET_ENOTFOUND, with nothing written into err. */
int st_runs_find(const struct st_runs *runs, const uint8_t key[ST_SEEN_DIGEST_SIZE],
    struct st_seen_row *row_out, struct st_run_place *place_out, stet_error *err);
/* Puts a row with another count in its place. */
int st_runs_put(const struct st_runs *runs, const struct st_run_place *place,
    const struct st_seen_row *row, stet_error *err);
void st_runs_clear(struct st_runs *runs);

#endif
