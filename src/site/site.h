#ifndef ST_SITE_SITE_H
#define ST_SITE_SITE_H
/* A static site in a folder: what its files share. */
#include <stet/site.h>

#include "site/page.h"

/* --- folder.c: files that change only when they say something else --- */
struct st_folder {
	int fd;
	uint64_t written, kept;
};
/* Makes or opens it. */
int st_folder_open(struct st_folder *folder, const char *path, stet_error *err);
void st_folder_close(struct st_folder *folder);
/* Leaves a file alone that holds just this; else it appears whole.  Folders are made. */
int st_folder_put(struct st_folder *folder, const char *path, stet_bytes content, stet_error *err);
/* The same with the folder as the context of an st_list. */
int st_folder_take(void *folder, const char *path, stet_bytes content, stet_error *err);
/* At most size bytes of its beginning; 0: there is no such file, or it cannot be read. */
size_t st_folder_peek(const struct st_folder *folder, const char *path, void *out, size_t size);
void st_folder_drop(struct st_folder *folder, const char *path);
int st_folder_is_empty(const struct st_folder *folder);
/* Everything written so far survives a power cut. */
int st_folder_sync(const struct st_folder *folder, stet_error *err);

/* --- lists.c: pages of many records, each of so many --- */
struct st_list {
	/* Takes a page, whole. */
	int (*put)(void *ctx, const char *path, stet_bytes content, stet_error *err);
	void *ctx;
	const char *folder; /* in front of their names where they are put: "index/" */
	const char *up;     /* the page that leads here; NULL: every page does */
	int alone;          /* not pages of a site: they have their style in themselves */
	const char *name, *title, *doc; /* "records": records.html, records-2.html, ... */
	struct st_html html;
	int open;
	unsigned page;
	uint64_t on_page, count;
};
/* Begins an item: <li>; the caller fills and closes it. */
int st_list_item(struct st_list *list, stet_error *err);
/* The last page; an empty list is a page too. */
int st_list_end(struct st_list *list, const char *none, stet_error *err);
/* What was begun and not ended. */
void st_list_drop(struct st_list *list);

/* Findings by their code. */
#define ST_CODES_MAX 64
struct st_codes {
	struct {
		const char *code;
		uint64_t count;
	} rows[ST_CODES_MAX];
};
/* A finding as an <li>, counted. code of the catalogue or foreign; either may be NULL. */
void st_codes_finding(
    struct st_codes *codes, struct st_html *html, const char *code, const char *text);
/* One verdict of a group of records that contradict each other, as an item of a list, counted; the
 * record's name leads to href unless that is NULL. */
int st_codes_verdict(struct st_codes *codes, struct st_list *list, const stet_audit_item *item,
    const char *href, stet_error *err);
/* An <li> for each, which leads to href. */
void st_codes_put(const struct st_codes *codes, struct st_html *html, const char *href);

/* --- feed.c --- */
/* corrections.atom: the newest corrections up to size entries. */
int st_site_feed(
    stet_ledger *ledger, uint64_t size, const char *url, struct st_folder *folder, stet_error *err);

/* The beginning of the address of a page of the site. */
void st_site_url(const stet_ledger *ledger, const char *given, struct st_buf *out);

#define ST_SITE_ROOT "../../" /* from a record's page to the first one */

#endif
