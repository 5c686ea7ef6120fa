/* The index pages of a bag: every record with where it stands, and the findings.  They stand alone:
 * style in themselves, no script, links only to each other and to files of the bag. */
#include "site/overview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/ledger.h>
#include <stet/standing.h>

#include "base/err.h"
#include "json/json.h"
#include "site/look.h"
#include "site/site.h"

/* So many records are read in one snapshot: one that is held for longer makes a ledger grow that
 * is written to meanwhile. */
#define RENEW_EVERY 256

struct overview {
	const struct st_overview *of;
	stet_at at;
	stet_standings *standings;
	unsigned read; /* through them */
	struct st_list records, findings;
	struct st_codes codes;
	uint64_t count;
};

/* --- a record ----------------------------------------------------------------------------------
 */

static int
read_standing(struct overview *overview, const char *name, stet_standing **standing_out,
    const stet_json **json_out, stet_error *err)
{
	stet_id *id = NULL;
	int rc;

	if (overview->read++ % RENEW_EVERY == 0) {
		stet_standings_close(overview->standings);
		overview->standings = NULL;
		rc = stet_standings_open(
		    overview->of->ledger, overview->at, &overview->standings, err);
		if (rc < 0)
			return rc;
	}
	if ((rc = stet_id_parse(name, &id, err)) == STET_OK)
		rc = stet_standings_read(overview->standings, id, standing_out, err);
	stet_id_free(id);
	if (rc < 0)
		return rc;
	*json_out = stet_standing_json(*standing_out, err);
	return st_json_rc(*json_out) < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
put_name(struct st_html *html, const char *name, const char *link, const stet_json *json)
{
	const char *title = st_look_text(json, "title/value");
	char href[256];

	if (link != NULL) {
		snprintf(href, sizeof(href), "../%s", link);
		st_html_open(html, "a", "href", href, NULL);
	}
	st_html_foreign(html, title != NULL ? title : name);
	if (link != NULL)
		st_html_close(html);
	if (title == NULL)
		return;
	st_html_text(html, " ");
	st_html_open(html, "span", "class", "label", NULL);
	st_html_foreign(html, name);
	st_html_close(html);
}

static int
put_findings(struct overview *overview, const char *name, const char *link, const stet_json *json,
    stet_error *err)
{
	const stet_json *findings = stet_json_get(json, "findings");
	struct st_html *html = &overview->findings.html;
	size_t i;
	int rc;

	if (stet_json_size(findings) == 0)
		return STET_OK;
	if ((rc = st_list_item(&overview->findings, err)) < 0)
		return rc;
	put_name(html, name, link, json);
	st_html_open(html, "ul", NULL);
	for (i = 0; i < stet_json_size(findings); i++)
		st_codes_finding(&overview->codes, html,
		    st_look_text(stet_json_item(findings, i), "code"),
		    st_look_text(stet_json_item(findings, i), "text"));
	st_html_close(html);
	st_html_close(html);
	return STET_OK;
}

static int
put_record(struct overview *overview, const char *name, const char *link, stet_error *err)
{
	stet_standing *standing = NULL;
	const stet_json *json = NULL;
	int rc;

	if ((rc = read_standing(overview, name, &standing, &json, err)) == STET_OK &&
	    (rc = st_list_item(&overview->records, err)) == STET_OK) {
		put_name(&overview->records.html, name, link, json);
		st_page_badges(&overview->records.html, json);
		st_html_close(&overview->records.html);
		rc = put_findings(overview, name, link, json, err);
	}
	stet_standing_free(standing);
	overview->count++;
	return rc;
}

/* --- which --------------------------------------------------------------------------------------
 */

static int
see(void *ctx, const stet_audit_item *item, stet_error *err)
{
	struct overview *overview = ctx;

	return item->code == NULL
		   ? put_record(overview, item->name, NULL, err)
		   : st_codes_verdict(&overview->codes, &overview->findings, item, NULL, err);
}

static int
put_records(struct overview *overview, stet_error *err)
{
	const struct st_overview *of = overview->of;
	size_t i;
	int rc = STET_OK;

	if (of->names == NULL)
		return stet_audit(
		    of->ledger, overview->at, see, overview, of->progress, of->progress_ctx, err);
	for (i = 0; rc == STET_OK && i < of->count; i++)
		rc = put_record(overview, of->names[i].name, of->names[i].link, err);
	return rc;
}

/* --- the first page -----------------------------------------------------------------------------
 */

static void
link_to(struct st_html *html, const char *href, const char *text)
{
	st_html_open(html, "a", "href", href, NULL);
	st_html_text(html, text);
	st_html_close(html);
}

static void
put_counts(struct st_html *html, const struct overview *overview)
{
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu64 " %s", overview->count,
	    overview->count == 1 ? "record" : "records");
	st_html_leaf(html, "h2", NULL, "What is here");
	st_html_open(html, "ul", NULL);
	st_html_open(html, "li", NULL);
	link_to(html, "index/records.html", text);
	st_html_textf(html, "%s of a ledger of %" PRIu64 " entries",
	    overview->of->names == NULL ? ", all" : "", overview->of->size);
	st_html_close(html);
	st_html_open(html, "li", NULL);
	link_to(html, "index/findings.html", "Findings");
	if (overview->codes.rows[0].code == NULL) {
		st_html_text(html, ": none");
	} else {
		st_html_open(html, "ul", NULL);
		st_codes_put(&overview->codes, html, "index/findings.html");
		st_html_close(html);
	}
	st_html_close(html);
	st_html_close(html);
}

static void
put_trust(struct st_html *html, const char *vkey)
{
	st_html_leaf(html, "h2", NULL, "Do not believe these pages");
	st_html_open(html, "p", NULL);
	st_html_text(
	    html, "They show what the signed entries say, and anybody can change a page. ");
	link_to(html, "VERIFY.txt", "VERIFY.txt");
	st_html_text(html,
	    " says how to verify the entries, with no network, and how to make these pages again "
	    "from them and compare. The verifier key of the ledger, to be compared with one that "
	    "came to you by another way:");
	st_html_close(html);
	st_html_open(html, "pre", NULL);
	st_html_leaf(html, "code", NULL, vkey);
	st_html_close(html);
}

static int
put_first(const struct overview *overview, stet_error *err)
{
	const struct st_overview *of = overview->of;
	struct st_frame frame = {stet_ledger_origin(of->ledger), NULL, NULL, NULL, NULL, NULL};
	struct st_html html;
	struct st_buf out = {0};
	int rc;

	if ((rc = st_html_begin(&html, err)) < 0)
		return rc;
	st_frame_begin(&html, &frame);
	st_html_leaf(&html, "h1", NULL, stet_ledger_origin(of->ledger));
	st_html_open(&html, "p", "class", "moment", NULL);
	st_html_textf(&html, "As of %s, %" PRIu64 " entries of the ledger ", of->date, of->size);
	st_html_leaf(&html, "code", NULL, stet_ledger_id(of->ledger));
	st_html_text(&html, ".");
	st_html_close(&html);
	put_counts(&html, overview);
	put_trust(&html, of->vkey);
	st_frame_end(&html, &frame);
	if ((rc = st_html_end(&html, &out, err)) == STET_OK)
		rc = of->put(of->ctx, "index.html", st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

int
st_site_overview(const struct st_overview *of, stet_error *err)
{
	struct overview overview = {.of = of, .at = {STET_AT_SEQ, of->size}};
	int rc;

	overview.records = (struct st_list){.put = of->put,
	    .ctx = of->ctx,
	    .folder = "index/",
	    .up = "../index.html",
	    .alone = 1,
	    .name = "records",
	    .title = "All records",
	    .doc = "In the order in which the ledger first told of them."};
	overview.findings = overview.records;
	overview.findings.name = "findings";
	overview.findings.title = "Findings";
	overview.findings.doc = "Records whose entries contradict each other, and what about.";
	if (of->names != NULL) {
		overview.records.title = "Records";
		overview.records.doc = "In the order of their names.";
	}
	if ((rc = put_records(&overview, err)) == STET_OK &&
	    (rc = st_list_end(&overview.records, "There is no record yet.", err)) == STET_OK &&
	    (rc = st_list_end(&overview.findings, "The entries of no record contradict each other.",
		 err)) == STET_OK)
		rc = put_first(&overview, err);
	st_list_drop(&overview.records);
	st_list_drop(&overview.findings);
	stet_standings_close(overview.standings);
	return rc;
}
