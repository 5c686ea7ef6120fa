#ifndef TESTS_SUPPORT_IMPORTING_H
#define TESTS_SUPPORT_IMPORTING_H
/* A text imported into a test ledger, and what it says there. */
#include <stet/exchange.h>

#include "support/ledger.h"

#define IMPORTING_REFUSALS 64

struct importing {
	stet_transfer_options options;
	size_t piece; /* bytes that the file gives at a time; 0: as many as wanted */
	stet_import_result result;
	stet_error err;
	size_t refused_count;
	uint64_t refused_rows[IMPORTING_REFUSALS];
	stet_error refused[IMPORTING_REFUSALS];
};

/* A ledger in memory that syncs nothing, and the usual options. */
void importing_ledger(struct importing *importing, struct tl *tl);
int importing_run(struct importing *importing, struct tl *tl, const char *format, stet_bytes file);
/* The same of a text; fails the test unless the counts are these. */
void importing_counts(struct importing *importing, struct tl *tl, const char *format,
    const char *text, uint64_t taken, uint64_t refused, uint64_t appended, uint64_t already);

/* The same with each allocation of our own failing in turn: the import says so or goes through,
 * refuses nothing for it, and run again ends where it would have. */
void importing_short(struct importing *importing, struct tl *tl, const char *format,
    const char *text, uint64_t taken, uint64_t appended, uint64_t already);

/* All statements as JSON, in order; the caller frees. */
stet_json *importing_all(struct tl *tl);
/* The nth (from 0) of this type about this name, or NULL; as text by a path such as
 * /source/name, NULL if there is none. */
const stet_json *importing_find(
    const stet_json *all, const char *type, const char *subject, size_t nth);
size_t importing_count(const stet_json *all, const char *type, const char *subject);
const stet_json *importing_below(const stet_json *json, const char *path);
void importing_says(const stet_json *json, const char *path, const char *text);

#endif
