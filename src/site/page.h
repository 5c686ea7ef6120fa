#ifndef ST_SITE_PAGE_H
#define ST_SITE_PAGE_H
/* Pages, from the JSON of a standing and of the entries about a record.  Pure: no ledger, no file,
 * no clock, no network; the same input makes the same bytes. */
#include <stet/statement.h>

#include "site/html.h"

struct st_page {
	const stet_json *standing;       /* as stet_standing_json() gives it                     */
	const stet_json *const *entries; /* as stet_entry_json() gives them, ascending           */
	size_t count;
	const char *vkey;  /* of the ledger key; NULL: not told                                 */
	const char *proof; /* what the proof beside the page is called; NULL: there is none      */
	const char *json;  /* the standing beside the page as JSON; NULL                         */
	const char *root;  /* from here to the site's first page, "../../"; NULL: a page alone, with
			      its style in itself                                               */
	const char *as_of; /* instead of the true moment; NULL: that                             */
	const char *digest; /* of what the page says, without its moment; NULL: not told         */
};
int st_page_record(const struct st_page *page, struct st_buf *out, stet_error *err);

/* --- what pages share --- */
/* <html> to the open <main>; to the end. title may be foreign text. */
struct st_frame {
	const char *title, *root, *digest;
	const char *script;                                   /* a file of the site, or NULL */
	void (*links)(struct st_html *html, const void *ctx); /* more of <head>; NULL */
	const void *ctx;
};
void st_frame_begin(struct st_html *html, const struct st_frame *frame);
void st_frame_end(struct st_html *html, const struct st_frame *frame);

/* "retracted", "of concern", ...: each open condition once, as badges; or that none is known. */
void st_page_badges(struct st_html *html, const stet_json *standing);
/* When an entry says that it happened: its date as text, and whether it is the ledger's own. */
const char *st_entry_date(const stet_json *entry, int *own_out);
/* "retraction", "observed retraction", "key grant". */
void st_entry_what(const stet_json *entry, struct st_buf *out);

/* The history drawn: lanes of entries over time, and a bar for each condition from its beginning to
 * its end.  Nothing where no time can be read. */
void st_page_timeline(struct st_html *html, const struct st_page *page);

extern const char st_style_css[], st_find_js[]; /* assets/ */

#endif
