#ifndef ST_LEDGER_TIMESTAMPS_H
#define ST_LEDGER_TIMESTAMPS_H
/* Time-stamps that a ledger keeps: the files in its folder `timestamps`. */
#include "ledger/internal.h"
#include "note/timestamp.h"

#define ST_TIMESTAMPS_FOLDER "timestamps"

struct st_kept {
	char name[64]; /* "<size>-<16 digits of SHA-256>.tst" */
	uint64_t size; /* of the checkpoint                   */
};

/* 1 if a file can be called so. */
int st_timestamp_name(const char *name, struct st_kept *kept_out);
/* What is kept, by size and name; other files are passed over. *kept_out: free(). */
int st_timestamps_list(
    stet_ledger *ledger, struct st_kept **kept_out, size_t *count_out, stet_error *err);
int st_timestamp_read(
    stet_ledger *ledger, const struct st_kept *kept, struct st_buf *out, stet_error *err);
/* Durably, after a crash whole or not at all. */
int st_timestamp_keep(stet_ledger *ledger, const char *name, stet_bytes token, stet_error *err);
int st_timestamps_copy(stet_ledger *from, stet_ledger *to, stet_error *err);
/* What stet_ledger_timestamps() reports of one, by the root that the caller has worked out. */
int st_timestamp_judge(const struct st_kept *kept, stet_bytes token, const char *origin,
    const uint8_t root[32], const stet_tsa *tsa, stet_json **report_out, stet_error *err);
/* Keeps one that comes with a name, from a bag: right in itself and of this ledger, whoever it is
 * by. */
int st_timestamp_take(stet_ledger *ledger, const char *name, stet_bytes token, stet_error *err);

#endif
