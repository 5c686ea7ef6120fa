/* The newest corrections as an Atom feed.  RFC 4287. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/json.h"
#include "site/look.h"
#include "site/site.h"

#define FEED_MAX 100

struct newest {
	uint64_t seqs[FEED_MAX];
	uint64_t count; /* in all; seqs has the last of them, seq number n at n % FEED_MAX */
};

static int
see_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	struct newest *newest = ctx;

	(void)err;
	if (strcmp(stet_entry_type(entry), "correction") == 0)
		newest->seqs[newest->count++ % FEED_MAX] = stet_entry_seq(entry);
	return STET_OK;
}

void
st_site_url(const stet_ledger *ledger, const char *given, struct st_buf *out)
{
	if (given == NULL)
		st_buf_put_str(out, "https://");
	st_buf_put_str(out, given != NULL ? given : stet_ledger_origin(ledger));
	if (out->rc == STET_OK && out->data[out->size - 1] != '/')
		st_buf_put_u8(out, '/');
}

static void
put_element(struct st_html *html, const char *name, const char *text)
{
	st_html_open(html, name, NULL);
	st_html_text(html, text);
	st_html_close(html);
}

static void
put_item(struct st_html *html, const stet_json *entry, const char *url)
{
	const char *subject = st_look_text(entry, "statement/subject"),
		   *note = st_look_text(entry, "statement/public_note"),
		   *issuer = st_look_text(entry, "statement/issuer");
	char path[STET_SITE_PATH_SIZE], anchor[32];
	struct st_buf text = {0};

	stet_site_path(subject, path);
	snprintf(anchor, sizeof(anchor), "#e%" PRId64, st_look_int(entry, "seq"));
	st_html_open(html, "entry", NULL);
	st_entry_what(entry, &text);
	st_buf_printf(&text, " of %s", subject);
	st_buf_put_u8(&text, 0);
	st_html_open(html, "title", NULL);
	st_html_buf(html, &text);
	st_html_close(html);
	st_buf_reset(&text);
	st_buf_printf(&text, "%s%s%s", url, path, anchor);
	st_buf_put_u8(&text, 0);
	if (!st_html_short(html, &text)) {
		put_element(html, "id", (const char *)text.data);
		st_html_void(html, "link", "href", (const char *)text.data, NULL);
	}
	st_buf_free(&text);
	put_element(html, "updated", st_look_text(entry, "appended"));
	st_html_open(html, "author", NULL);
	put_element(html, "name", issuer != NULL ? issuer : "unknown");
	st_html_close(html);
	if (note != NULL)
		put_element(html, "summary", note);
	st_html_close(html);
}

static int
put_items(stet_ledger *ledger, const struct newest *newest, struct st_html *html, const char *url,
    stet_error *err)
{
	uint64_t shown = newest->count < FEED_MAX ? newest->count : FEED_MAX, i;
	const stet_json *json;
	stet_entry *entry;
	int rc;

	for (i = 0; i < shown; i++) {
		if ((rc = stet_ledger_entry(ledger,
			 newest->seqs[(newest->count - 1 - i) % FEED_MAX], &entry, err)) < 0)
			return rc;
		json = stet_entry_json(entry, err);
		if ((rc = st_json_rc(json)) < 0)
			rc = st_fail_nomem(err);
		if (rc == STET_OK && i == 0)
			put_element(html, "updated", st_look_text(json, "appended"));
		if (rc == STET_OK)
			put_item(html, json, url);
		stet_entry_free(entry);
		if (rc < 0)
			return rc;
	}
	if (shown == 0) /* a feed must say one: that of the ledger's beginning */
		put_element(html, "updated", "1970-01-01T00:00:00Z");
	return STET_OK;
}

int
st_site_feed(
    stet_ledger *ledger, uint64_t size, const char *url, struct st_folder *folder, stet_error *err)
{
	struct newest *newest = calloc(1, sizeof(*newest));
	struct st_html html;
	struct st_buf out = {0}, self = {0};
	int rc, ended;

	if (newest == NULL)
		return st_fail_nomem(err);
	st_buf_printf(&self, "%scorrections.atom", url);
	st_buf_put_u8(&self, 0);
	rc = self.rc < 0 ? st_fail_nomem(err)
			 : stet_ledger_walk(ledger, 0, size, see_entry, newest, err);
	if (rc == STET_OK && (rc = st_xml_begin(&html, err)) == STET_OK) {
		st_html_open(&html, "feed", "xmlns", "http://www.w3.org/2005/Atom", NULL);
		put_element(&html, "id", (const char *)self.data);
		st_html_void(&html, "link", "rel", "self", "href", (const char *)self.data, NULL);
		st_html_open(&html, "title", NULL);
		st_html_text(&html, "Corrections in ");
		st_html_text(&html, stet_ledger_origin(ledger));
		st_html_close(&html);
		rc = put_items(ledger, newest, &html, url, err);
		st_html_close(&html);
		ended = st_html_end(&html, &out, rc == STET_OK ? err : NULL);
		if (rc == STET_OK && (rc = ended) == STET_OK)
			rc = st_folder_put(folder, "corrections.atom", st_buf_bytes(&out), err);
	}
	st_buf_free(&out);
	st_buf_free(&self);
	free(newest);
	return rc;
}
