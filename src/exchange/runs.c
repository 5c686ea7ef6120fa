#include "exchange/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "ledger/internal.h"

#define ROW_SIZE sizeof(struct st_seen_row)
#define FENCES_MAX 4096
#define AT_ONCE 1024 /* rows read or written at once, 40 KiB */
#define WINDOW 96    /* rows looked through in memory, 4 KiB */
#define FILTER_BITS                                                                   \
	((uint64_t)1 << 25) /* 4 MiB: one key in 40 among four million passes in vain \
			     */
#define FILTER_PROBES 3

/* --- files --------------------------------------------------------------------------------------
 */

/* The bytes of rows as they are in memory: no other process ever reads them. */
static int
read_rows(const struct st_runs *runs, const struct st_run *run, uint64_t at,
    struct st_seen_row *rows, size_t count, stet_error *err)
{
	uint8_t *to = (uint8_t *)rows;
	size_t size = count * ROW_SIZE, done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(run->fd, to + done, size - done, (off_t)(at * ROW_SIZE + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return st_fail_errno(
			    err, errno, "cannot read a temporary file in '%s'", runs->folder);
		if (n == 0)
			return st_fail(err, STET_EIO, ST_IO_FAILED,
			    "a temporary file in '%s' is shorter than what was written",
			    runs->folder);
		done += (size_t)n;
	}
	return STET_OK;
}

static int
write_rows(const struct st_runs *runs, const struct st_run *run, uint64_t at,
    const struct st_seen_row *rows, size_t count, stet_error *err)
{
	const uint8_t *from = (const uint8_t *)rows;
	size_t size = count * ROW_SIZE, done = 0;
	ssize_t n;

	while (done < size) {
		n = pwrite(run->fd, from + done, size - done, (off_t)(at * ROW_SIZE + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return st_fail_errno(
			    err, errno, "cannot write a temporary file in '%s'", runs->folder);
		done += (size_t)n;
	}
	return STET_OK;
}

static void
end_run(struct st_run *run)
{
	if (run->fd >= 0)
		close(run->fd);
	free(run->fences);
	run->fd = -1;
	run->fences = NULL;
}

/* --- one run ------------------------------------------------------------------------------------
 */

/* A run that is being written, in order. */
struct writing {
	const struct st_runs *runs;
	struct st_run run;
	uint64_t written;
	size_t held;
	struct st_seen_row buffer[AT_ONCE];
};

static int
begin_run(struct writing *writing, const struct st_runs *runs, uint64_t rows, unsigned level,
    stet_error *err)
{
	uint64_t stride = (rows + FENCES_MAX - 1) / FENCES_MAX;

	writing->runs = runs;
	writing->written = writing->held = 0;
	writing->run = (struct st_run){-1, level, rows, stride, NULL};
	writing->run.fences = malloc((size_t)((rows + stride - 1) / stride) * sizeof(uint64_t));
	if (writing->run.fences == NULL)
		return st_fail_nomem(err);
	return st_file_temporary(runs->folder, &writing->run.fd, err);
}

static int
flush(struct writing *writing, stet_error *err)
{
	int rc = write_rows(
	    writing->runs, &writing->run, writing->written, writing->buffer, writing->held, err);

	writing->written += writing->held;
	writing->held = 0;
	return rc;
}

static int
write_row(struct writing *writing, const struct st_seen_row *row, stet_error *err)
{
	uint64_t at = writing->written + writing->held;

	if (at % writing->run.stride == 0)
		writing->run.fences[at / writing->run.stride] = st_be64_get(row->key);
	writing->buffer[writing->held++] = *row;
	return writing->held == AT_ONCE ? flush(writing, err) : STET_OK;
}

/* A run that is being read, in order. */
struct reading {
	const struct st_runs *runs;
	const struct st_run *run;
	uint64_t read;
	size_t held, at;
	struct st_seen_row buffer[AT_ONCE];
};

/* The row that is next; NULL: none is. */
static int
next_row(struct reading *reading, const struct st_seen_row **row_out, stet_error *err)
{
	uint64_t left = reading->run->rows - reading->read;
	int rc;

	*row_out = NULL;
	if (reading->at == reading->held) {
		if (left == 0)
			return STET_OK;
		reading->held = left < AT_ONCE ? (size_t)left : AT_ONCE;
		reading->at = 0;
		if ((rc = read_rows(reading->runs, reading->run, reading->read, reading->buffer,
			 reading->held, err)) < 0)
			return rc;
		reading->read += reading->held;
	}
	*row_out = &reading->buffer[reading->at];
	return STET_OK;
}

/* --- merging ------------------------------------------------------------------------------------
 */

struct merging {
	struct reading sides[2];
	struct writing writing;
};

static int
merge_rows(struct merging *merging, stet_error *err)
{
	const struct st_seen_row *rows[2];
	int rc, side;

	for (;;) {
		for (side = 0; side < 2; side++)
			if ((rc = next_row(&merging->sides[side], &rows[side], err)) < 0)
				return rc;
		if (rows[0] == NULL && rows[1] == NULL)
			return flush(&merging->writing, err);
		side = rows[0] == NULL || (rows[1] != NULL && memcmp(rows[1]->key, rows[0]->key,
								  ST_SEEN_DIGEST_SIZE) < 0);
		if ((rc = write_row(&merging->writing, rows[side], err)) < 0)
			return rc;
		merging->sides[side].at++;
	}
}

/* The last two runs become one of the next level. */
static int
merge_last(struct st_runs *runs, stet_error *err)
{
	struct st_run *last = &runs->runs[runs->count - 2];
	struct merging *merging = calloc(1, sizeof(*merging));
	int rc, side;

	if (merging == NULL)
		return st_fail_nomem(err);
	for (side = 0; side < 2; side++) {
		merging->sides[side].runs = runs;
		merging->sides[side].run = &last[side];
	}
	if ((rc = begin_run(&merging->writing, runs, last[0].rows + last[1].rows, last[0].level + 1,
		 err)) == STET_OK)
		rc = merge_rows(merging, err);
	if (rc == STET_OK) {
		end_run(&last[0]);
		end_run(&last[1]);
		last[0] = merging->writing.run;
		runs->count--;
	} else {
		end_run(&merging->writing.run);
	}
	free(merging);
	return rc;
}

/* --- adding ---------------------------------------------------------------------------------- */

/* Keys are digests, so that any of their bytes are as good as those of another one. */
static uint64_t
filter_bit(const uint8_t key[ST_SEEN_DIGEST_SIZE], unsigned probe)
{
	return st_be32_get(key + 4 + 4 * probe) % FILTER_BITS;
}

static int
may_have(const struct st_runs *runs, const uint8_t key[ST_SEEN_DIGEST_SIZE])
{
	uint64_t bit;
	unsigned i;

	for (i = 0; i < FILTER_PROBES; i++) {
		bit = filter_bit(key, i);
		if ((runs->filter[bit / 8] >> bit % 8 & 1) == 0)
			return 0;
	}
	return 1;
}

static void
add_to_filter(struct st_runs *runs, const struct st_seen_row *rows, size_t count)
{
	uint64_t bit;
	size_t i;
	unsigned probe;

	for (i = 0; i < count; i++)
		for (probe = 0; probe < FILTER_PROBES; probe++) {
			bit = filter_bit(rows[i].key, probe);
			runs->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
}

static int
by_key(const void *a, const void *b)
{
	return memcmp(((const struct st_seen_row *)a)->key, ((const struct st_seen_row *)b)->key,
	    ST_SEEN_DIGEST_SIZE);
}

static int
write_run(struct st_runs *runs, const struct st_seen_row *rows, size_t count, stet_error *err)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	size_t i;
	int rc;

	if (writing == NULL)
		return st_fail_nomem(err);
	rc = begin_run(writing, runs, count, 0, err);
	for (i = 0; i < count && rc == STET_OK; i++)
		rc = write_row(writing, &rows[i], err);
	if (rc == STET_OK && (rc = flush(writing, err)) == STET_OK)
		runs->runs[runs->count++] = writing->run;
	else
		end_run(&writing->run);
	free(writing);
	return rc;
}

/* What is left to merge from a time that failed is merged before more is added. */
static int
merge_equals(struct st_runs *runs, stet_error *err)
{
	int rc = STET_OK;

	while (rc == STET_OK && runs->count > 1 &&
	       runs->runs[runs->count - 1].level == runs->runs[runs->count - 2].level)
		rc = merge_last(runs, err);
	return rc;
}

int
st_runs_add(struct st_runs *runs, struct st_seen_row *rows, size_t count, stet_error *err)
{
	int rc;

	if (count == 0)
		return STET_OK;
	if (runs->filter == NULL && (runs->filter = calloc(1, FILTER_BITS / 8)) == NULL)
		return st_fail_nomem(err);
	qsort(rows, count, ROW_SIZE, by_key);
	if ((rc = merge_equals(runs, err)) < 0 || (rc = write_run(runs, rows, count, err)) < 0)
		return rc;
	add_to_filter(runs, rows, count);
	return STET_OK;
}

/* --- finding --------------------------------------------------------------------------------- */

/* Between which rows a key is, if it is there: *from_out <= it < *to_out. */
static void
between_fences(const struct st_run *run, uint64_t first, uint64_t *from_out, uint64_t *to_out)
{
	uint64_t count = (run->rows + run->stride - 1) / run->stride;
	uint64_t low = 0, high = count, middle;

	while (low < high) { /* the first fence not below it */
		middle = (low + high) / 2;
		if (run->fences[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	*from_out = low > 0 ? (low - 1) * run->stride : 0;
	for (high = count; low < high;) { /* the first one above it */
		middle = (low + high) / 2;
		if (run->fences[middle] <= first)
			low = middle + 1;
		else
			high = middle;
	}
	*to_out = low < count ? low * run->stride : run->rows;
}

static int
find_in_run(const struct st_runs *runs, const struct st_run *run,
    const uint8_t key[ST_SEEN_DIGEST_SIZE], struct st_seen_row *row_out, uint64_t *at_out,
    stet_error *err)
{
	struct st_seen_row rows[WINDOW];
	uint64_t from, to, middle;
	size_t i;
	int rc;

	between_fences(run, st_be64_get(key), &from, &to);
	while (to - from > WINDOW) {
		middle = from + (to - from) / 2;
		if ((rc = read_rows(runs, run, middle, rows, 1, err)) < 0)
			return rc;
		if (memcmp(rows[0].key, key, ST_SEEN_DIGEST_SIZE) <= 0)
			from = middle;
		else
			to = middle;
	}
	if ((rc = read_rows(runs, run, from, rows, (size_t)(to - from), err)) < 0)
		return rc;
	for (i = 0; i < to - from; i++)
		if (memcmp(rows[i].key, key, ST_SEEN_DIGEST_SIZE) == 0) {
			*row_out = rows[i];
			*at_out = from + i;
			return STET_OK;
		}
	return STET_ENOTFOUND;
}

int
st_runs_find(const struct st_runs *runs, const uint8_t key[ST_SEEN_DIGEST_SIZE],
    struct st_seen_row *row_out, struct st_run_place *place_out, stet_error *err)
{
	size_t i;
	int rc;

	if (runs->count == 0 || !may_have(runs, key))
		return STET_ENOTFOUND;
	for (i = 0; i < runs->count; i++) {
		rc = find_in_run(runs, &runs->runs[i], key, row_out, &place_out->row, err);
		place_out->run = i;
		if (rc != STET_ENOTFOUND)
			return rc;
	}
	return STET_ENOTFOUND;
}

int
st_runs_put(const struct st_runs *runs, const struct st_run_place *place,
    const struct st_seen_row *row, stet_error *err)
{
	return write_rows(runs, &runs->runs[place->run], place->row, row, 1, err);
}

void
st_runs_clear(struct st_runs *runs)
{
	while (runs->count > 0)
		end_run(&runs->runs[--runs->count]);
	free(runs->filter);
	runs->filter = NULL;
}
