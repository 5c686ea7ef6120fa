#ifndef STET_SITE_H
#define STET_SITE_H
/**
 * Pages for people: the report of a record, and a static site of a whole ledger.
 *
 * HTML that is XML too, readable without script and without network.  Pages are
 * made from standings and entries alone: the same state makes the same bytes.
 *
 * Source: docs/design.md, "Pages".
 */
#include <stet/standing.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The report of a record as of a moment: one HTML page with everything in it, to be kept beside a
 * proof or printed. Standing, ladders rung by rung with their entries, the history drawn and
 * written out, findings, who signed what.
 *
 * proof  what the proof beside it is called; NULL: there is none
 *
 * Returns as stet_standing_of(), or what write answered.
 */
STET_API int stet_page(stet_ledger *ledger, const stet_id *id, stet_at at, const char *proof,
    stet_sink *write, void *ctx, stet_error *err);

/** How a site is made. Start from {STET_OPTIONS_VERSION}. */
typedef struct stet_site_options {
	int version;
	const char *url; /* where it will be served; NULL: https:// and the ledger's origin */
	int update;      /* 1: the folder is a site of this ledger already */
	stet_progress *progress;
	void *progress_ctx;
} stet_site_options;

typedef struct stet_site_result {
	uint64_t records;
	uint64_t written, kept; /* files */
} stet_site_result;

/**
 * Make a static site of the ledger in a folder: a page, the standing as JSON and the proof of each
 * record; pages to look up a name or a file's digest; lists of records and of findings; a feed of
 * corrections.
 *
 * Files that would say the same are left alone; a page and the proof beside it carry the moment
 * they were made at.  The description of the site, site.json, is written last: a run that was
 * stopped is ended by one with update.  Memory does not grow with the ledger.
 *
 * Returns STET_OK; STET_EREFUSED (the folder holds something else, or is a site of another
 * ledger or of a later state); STET_EINVAL with rule stopped; STET_EIO, STET_EFULL, STET_EFORMAT,
 * STET_ENOMEM.
 */
STET_API int stet_site(stet_ledger *ledger, const char *folder, stet_at at,
    const stet_site_options *options, stet_site_result *result_out, stet_error *err);

/** The address of a record's page within a site: "r/3f/3f0c....html", of a name; path_out has room
 * for STET_SITE_PATH_SIZE. */
#define STET_SITE_PATH_SIZE 80
STET_API void stet_site_path(const char *name, char path_out[STET_SITE_PATH_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
