#ifndef ST_SITE_OVERVIEW_H
#define ST_SITE_OVERVIEW_H
/* The index pages of a bag. */
#include <stet/error.h>
#include <stet/ledger.h>

struct st_overview {
	stet_ledger *ledger;
	uint64_t size;    /* as of so many entries */
	const char *date; /* of that moment */
	const char *vkey; /* of the ledger key */
	/* Of these records alone, in this order, each with the page it leads to or NULL; NULL: of
	 * all. */
	const struct st_overview_name {
		const char *name, *link;
	} * names;
	size_t count;
	/* Takes pages, each whole: "index.html", "index/records.html", "index/records-2.html", ...
	 */
	int (*put)(void *ctx, const char *path, stet_bytes content, stet_error *err);
	void *ctx;
	stet_progress *progress;
	void *progress_ctx;
};
/* The same state makes the same bytes; memory does not grow with the ledger. */
int st_site_overview(const struct st_overview *overview, stet_error *err);

#endif
