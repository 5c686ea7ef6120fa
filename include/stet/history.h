#ifndef STET_HISTORY_H
#define STET_HISTORY_H
/**
 * Histories: every entry about a record, under all its names, in order.
 *
 * A history covers the closure of an identifier: the name asked for, every name
 * bound to it by aliases, and what only observers link, marked as such.  It is
 * read from one snapshot.  One thread at a time per history.
 *
 * Source: docs/format.md, "Names", closure.
 */
#include <stet/ledger.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_history stet_history;

typedef struct stet_history_name {
	const char *name;
	uint64_t count; /* entries about it up to the moment asked for */
	int observed;   /* 1: only observers link it to the others     */
} stet_history_name;

/**
 * Open the history of id as of a moment. STET_ENOTFOUND if no entry is about
 * it; STET_EREFUSED with rule id-ambiguous if a prefix matches several names
 * (err's text lists them). The caller ends it with stet_history_close().
 * Costs O(names) look-ups and log n more in a larger ledger.
 */
STET_API int stet_history_open(stet_ledger *ledger, const stet_id *id, stet_at at,
    stet_history **history_out, stet_error *err);
/** The next entry, ascending; borrowed until the next call. STET_ENOTFOUND at the end. */
STET_API int stet_history_next(stet_history *history, stet_entry **entry_out, stet_error *err);
STET_API size_t stet_history_names(
    const stet_history *history, const stet_history_name **names_out);
STET_API uint64_t stet_history_count(const stet_history *history); /* entries in all */
STET_API void stet_history_close(stet_history *history);

#ifdef __cplusplus
}
#endif
#endif
