/* A static site of a ledger: every record's page, ways to find it, lists and a feed. */
#include "site/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "crypto/crypto.h"
#include "ledger/internal.h"
#include "site/look.h"
#include "site/record.h"

#define STATE_FILE "site.json"
#define STATE_MAX 4096

struct site {
	stet_ledger *ledger;
	const stet_site_options *options;
	struct st_folder folder;
	stet_at at;
	uint64_t size; /* entries that the site is of */
	char *vkey;
	struct st_site_with with;
	struct st_list records, findings;
	struct st_codes codes;
	uint64_t count;
};

void
stet_site_path(const char *name, char path_out[STET_SITE_PATH_SIZE])
{
	uint8_t digest[32];
	char hex[65];

	st_sha256(st_str(name), digest);
	st_hex(digest, sizeof(digest), hex);
	snprintf(path_out, STET_SITE_PATH_SIZE, "r/%.2s/%s.html", hex, hex);
}

/* --- the state of a site ------------------------------------------------------------------------
 */

static int
put_state(struct site *site, int complete, stet_error *err)
{
	stet_json *json = stet_json_object();
	char *text = NULL;
	size_t size;
	int rc;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "ledger", stet_json_str(stet_ledger_id(site->ledger)));
	stet_json_set(json, "origin", stet_json_str(stet_ledger_origin(site->ledger)));
	stet_json_set(json, "size", stet_json_int((int64_t)site->size));
	if (complete)
		stet_json_set(json, "records", stet_json_int((int64_t)site->count));
	stet_json_set(json, "complete", stet_json_bool(complete));
	if ((rc = stet_json_text(json, STET_JSON_INDENT, &text, &size, err)) == STET_OK) {
		text[size] = '\n'; /* over the NUL that ends it */
		rc = st_folder_put(
		    &site->folder, STATE_FILE, (stet_bytes){(uint8_t *)text, size + 1}, err);
	}
	free(text);
	stet_json_free(json);
	return rc;
}

/* What is in the folder allows a site of this ledger and state. */
static int
take_state(struct site *site, const char *path, stet_error *err)
{
	char text[STATE_MAX];
	size_t size = st_folder_peek(&site->folder, STATE_FILE, text, sizeof(text));
	stet_json *state = NULL;
	int rc = STET_OK;

	if (size == 0 && st_folder_is_empty(&site->folder))
		return STET_OK;
	if (!site->options->update)
		return st_fail(err, STET_EREFUSED, ST_SITE_THERE,
		    "'%s' is not empty; --update goes on with a site that is there", path);
	if (size == 0 || stet_json_parse((stet_bytes){(uint8_t *)text, size}, &state, NULL) < 0 ||
	    !st_look_is(state, "ledger", stet_ledger_id(site->ledger)))
		rc = st_fail(
		    err, STET_EREFUSED, ST_SITE_OTHER, "'%s' is not a site of this ledger", path);
	else if ((uint64_t)st_look_int(state, "size") > site->size)
		rc = st_fail(err, STET_EREFUSED, ST_SITE_NEWER,
		    "'%s' is a site of %" PRId64 " entries; here there are %" PRIu64, path,
		    st_look_int(state, "size"), site->size);
	else
		site->with.trust = st_look_bool(state, "complete");
	stet_json_free(state);
	return rc;
}

/* --- records ------------------------------------------------------------------------------------
 */

static void
list_record(struct st_html *html, const struct st_site_record *record)
{
	const char *title = st_look_text(record->standing_json, "title/value");
	char path[STET_SITE_PATH_SIZE];

	stet_site_path(record->name, path);
	st_html_open(html, "a", "href", path, NULL);
	st_html_foreign(html, title != NULL ? title : record->name);
	st_html_close(html);
	if (title != NULL) {
		st_html_text(html, " ");
		st_html_open(html, "span", "class", "label", NULL);
		st_html_foreign(html, record->name);
		st_html_close(html);
	}
}

static int
list(struct site *site, const struct st_site_record *record, stet_error *err)
{
	int rc = st_list_item(&site->records, err);

	if (rc < 0)
		return rc;
	list_record(&site->records.html, record);
	st_page_badges(&site->records.html, record->standing_json);
	st_html_close(&site->records.html);
	return STET_OK;
}

static int
list_findings(struct site *site, const stet_audit_item *item, const struct st_site_record *record,
    stet_error *err)
{
	struct st_html *html = &site->findings.html;
	size_t i, shown = 0;
	int rc;

	for (i = 0; i < item->count; i++) {
		if (item->findings[i].gap)
			continue;
		if (shown++ == 0) {
			if ((rc = st_list_item(&site->findings, err)) < 0)
				return rc;
			list_record(html, record);
			st_html_open(html, "ul", NULL);
		}
		st_codes_finding(
		    &site->codes, html, item->findings[i].code, item->findings[i].text);
	}
	if (shown > 0) {
		st_html_close(html);
		st_html_close(html);
	}
	return STET_OK;
}

static int
see(void *ctx, const stet_audit_item *item, stet_error *err)
{
	struct site *site = ctx;
	struct st_site_record record;
	char path[STET_SITE_PATH_SIZE];
	int rc;

	if (item->code != NULL) {
		stet_site_path(item->name, path);
		return st_codes_verdict(&site->codes, &site->findings, item, path, err);
	}
	if ((rc = st_site_record_read(&record, site->ledger, item->name, site->at, err)) ==
		STET_OK &&
	    (rc = st_site_record_put(&record, &site->folder, &site->with, err)) == STET_OK &&
	    (rc = list(site, &record, err)) == STET_OK)
		rc = list_findings(site, item, &record, err);
	st_site_record_clear(&record);
	site->count++;
	return rc;
}

/* A name that is bound to a record which does not list it leads there, and not back. */
static int
see_alias(void *ctx, stet_entry *entry, stet_error *err)
{
	struct site *site = ctx;

	if (strcmp(stet_entry_type(entry), "alias") != 0)
		return STET_OK;
	return st_site_put_alias(
	    site->ledger, stet_entry_name(entry), site->at, &site->folder, err);
}

/* --- the first page -----------------------------------------------------------------------------
 */

static void
put_forms(struct st_html *html)
{
	st_html_leaf(html, "h2", NULL, "Look up a record");
	st_html_open(html, "form", "id", "find", NULL);
	st_html_open(html, "label", "for", "name", NULL);
	st_html_text(html, "DOI, or another name of the record");
	st_html_close(html);
	st_html_void(html, "input", "type", "text", "id", "name", "name", "name", "autocomplete",
	    "off", "spellcheck", "false", "placeholder", "10.5555/12345678", NULL);
	st_html_open(html, "button", "type", "submit", NULL);
	st_html_text(html, "Look up");
	st_html_close(html);
	st_html_close(html);
	st_html_leaf(html, "h2", NULL, "Look up a file");
	st_html_open(html, "div", "class", "drop", "id", "drop", NULL);
	st_html_open(html, "label", "for", "file", NULL);
	st_html_text(html,
	    "Choose a file, or drop it here. It is hashed in this browser and not sent "
	    "anywhere.");
	st_html_close(html);
	st_html_text(html, " ");
	st_html_void(html, "input", "type", "file", "id", "file", NULL);
	st_html_close(html);
	st_html_open(html, "p", "id", "answer", "role", "status", NULL);
	st_html_close(html);
	st_html_open(html, "noscript", NULL);
	st_html_open(html, "p", NULL);
	st_html_text(html, "Looking up needs script. Without it, every record is in the ");
	st_html_open(html, "a", "href", "records.html", NULL);
	st_html_text(html, "list of all records");
	st_html_close(html);
	st_html_text(html, ".");
	st_html_close(html);
	st_html_close(html);
}

static void
put_counts(struct st_html *html, const struct site *site)
{
	st_html_leaf(html, "h2", NULL, "What is here");
	st_html_open(html, "ul", NULL);
	st_html_open(html, "li", NULL);
	st_html_open(html, "a", "href", "records.html", NULL);
	st_html_textf(html, "%" PRIu64 " records", site->count);
	st_html_close(html);
	st_html_textf(html, " in %" PRIu64 " entries", site->size);
	st_html_close(html);
	st_codes_put(&site->codes, html, "findings.html");
	st_html_close(html);
}

static void
put_trust(struct st_html *html, const struct site *site)
{
	st_html_leaf(html, "h2", NULL, "Do not believe these pages");
	st_html_leaf(html, "p", NULL,
	    "They are a view, made from a signed ledger and easily made again. Beside each "
	    "record's page lies a proof, a file that can be checked without this site and without "
	    "a network; it holds every entry that the page shows, and shows that there is no "
	    "other. The verifier key, to be compared with one that came to you by another way:");
	st_html_open(html, "pre", NULL);
	st_html_leaf(html, "code", NULL, site->vkey);
	st_html_close(html);
}

static void
link_feed(struct st_html *html, const void *ctx)
{
	(void)ctx;
	st_html_void(html, "link", "rel", "alternate", "type", "application/atom+xml", "title",
	    "Corrections", "href", "corrections.atom", NULL);
}

static int
put_first(struct site *site, stet_error *err)
{
	struct st_frame frame = {
	    stet_ledger_origin(site->ledger), "", NULL, "find.js", link_feed, NULL};
	struct st_html html;
	struct st_buf out = {0};
	int rc;

	if ((rc = st_html_begin(&html, err)) < 0)
		return rc;
	st_frame_begin(&html, &frame);
	st_html_leaf(&html, "h1", NULL, stet_ledger_origin(site->ledger));
	st_html_open(&html, "p", "class", "moment", NULL);
	st_html_textf(&html, "As of %" PRIu64 " entries of the ledger ", site->size);
	st_html_leaf(&html, "code", NULL, stet_ledger_id(site->ledger));
	st_html_text(&html, ".");
	st_html_close(&html);
	put_forms(&html);
	put_counts(&html, site);
	put_trust(&html, site);
	st_frame_end(&html, &frame);
	if ((rc = st_html_end(&html, &out, err)) == STET_OK)
		rc = st_folder_put(&site->folder, "index.html", st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}

/* --- the run ------------------------------------------------------------------------------------
 */

static int
put_records(struct site *site, stet_error *err)
{
	int rc;

	site->records = (struct st_list){.put = st_folder_take,
	    .ctx = &site->folder,
	    .name = "records",
	    .title = "All records",
	    .doc = "In the order in which the ledger first told of them."};
	site->findings = (struct st_list){.put = st_folder_take,
	    .ctx = &site->folder,
	    .name = "findings",
	    .title = "Findings",
	    .doc = "Records whose entries contradict each other, and what about."};
	rc = stet_audit(site->ledger, site->at, see, site, site->options->progress,
	    site->options->progress_ctx, err);
	if (rc == STET_OK)
		rc = stet_ledger_walk(site->ledger, 0, site->size, see_alias, site, err);
	if (rc == STET_OK)
		rc = st_list_end(&site->records, "There is no record yet.", err);
	if (rc == STET_OK)
		rc = st_list_end(
		    &site->findings, "The entries of no record contradict each other.", err);
	st_list_drop(&site->records);
	st_list_drop(&site->findings);
	return rc;
}

static int
put_rest(struct site *site, stet_error *err)
{
	struct st_buf url = {0};
	int rc;

	st_site_url(site->ledger, site->options->url, &url);
	st_buf_put_u8(&url, 0);
	if (url.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = st_site_feed(site->ledger, site->size, (const char *)url.data, &site->folder,
		      err)) == STET_OK &&
		 (rc = st_folder_put(&site->folder, "style.css", st_str(st_style_css), err)) ==
		     STET_OK &&
		 (rc = st_folder_put(&site->folder, "find.js", st_str(st_find_js), err)) == STET_OK)
		rc = put_first(site, err);
	st_buf_free(&url);
	return rc;
}

/* A reader sees the site change file by file; what is unfinished says so in site.json. */
static int
put_all(struct site *site, stet_error *err)
{
	int rc;

	if ((rc = put_state(site, 0, err)) == STET_OK && (rc = put_records(site, err)) == STET_OK &&
	    (rc = put_rest(site, err)) == STET_OK &&
	    (rc = st_folder_sync(&site->folder, err)) == STET_OK &&
	    (rc = put_state(site, 1, err)) == STET_OK)
		rc = st_folder_sync(&site->folder, err);
	return rc;
}

int
stet_site(stet_ledger *ledger, const char *folder, stet_at at, const stet_site_options *options,
    stet_site_result *result_out, stet_error *err)
{
	struct site *site = calloc(1, sizeof(*site));
	stet_head head;
	int rc;

	memset(result_out, 0, sizeof(*result_out));
	if (site == NULL)
		return st_fail_nomem(err);
	site->ledger = ledger;
	site->options = options;
	site->folder.fd = -1;
	if ((rc = st_ledger_size_at(ledger, at, &site->size, err)) == STET_OK &&
	    (rc = stet_ledger_head(ledger, &head, err)) == STET_OK &&
	    (rc = stet_ledger_vkey(ledger, &site->vkey, err)) == STET_OK &&
	    (rc = st_folder_open(&site->folder, folder, err)) == STET_OK &&
	    (rc = take_state(site, folder, err)) == STET_OK) {
		/* One of entries stays the same while others write. */
		site->at = (stet_at){STET_AT_SEQ, site->size};
		site->with.vkey = site->vkey;
		site->with.proofs = site->size >= head.size;
		rc = put_all(site, err);
	}
	*result_out = (stet_site_result){site->count, site->folder.written, site->folder.kept};
	st_folder_close(&site->folder);
	free(site->vkey);
	free(site);
	return rc;
}
