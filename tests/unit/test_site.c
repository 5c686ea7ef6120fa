/* Pages: what stands in them, that nothing stored can break out of them, and a folder of them that
 * is updated, stopped, damaged, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include <stet/proof.h>
#include <stet/site.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})
#define HEX_FILE "f/%.2s/%s.html"

/* --- helpers ------------------------------------------------------------------------------------
 */

static int
keep(void *ctx, const char *path, stet_bytes piece, int last)
{
	(void)path;
	(void)last;
	st_buf_put_bytes(ctx, piece);
	return STET_OK;
}

/* The page of a record; the caller frees. */
static struct st_buf
page_of(struct tl *tl, const char *name, const char *proof)
{
	struct st_buf out = {0};
	stet_id *id = NULL;
	stet_error err;

	assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	if (stet_page(tl->ledger, id, NEWEST, proof, keep, &out, &err) != STET_OK)
		fail_msg("%s", err.text);
	stet_id_free(id);
	st_buf_put_u8(&out, 0);
	out.size--;
	return out;
}

/* How many nodes of a page an XPath finds; the page has to be well-formed. */
static int
count(stet_bytes page, const char *path)
{
	xmlDocPtr doc = xmlReadMemory((const char *)page.data, (int)page.size, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR);
	xmlXPathContextPtr context;
	xmlXPathObjectPtr found;
	int n;

	assert_non_null(doc);
	context = xmlXPathNewContext(doc);
	found = xmlXPathEvalExpression((const xmlChar *)path, context);
	assert_non_null(found);
	n = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return n;
}

static char *
site_path(struct tl *tl, const char *name)
{
	char *path = malloc(strlen(tl->folder) + strlen(name) + 2);

	assert_non_null(path);
	sprintf(path, "%s/%s", tl->folder, name);
	return path;
}

static int
make(struct tl *tl, const char *folder, int update, stet_site_result *result, stet_error *err)
{
	stet_site_options options = {STET_OPTIONS_VERSION, NULL, update, NULL, NULL};
	char *path = site_path(tl, folder);
	int rc = stet_site(tl->ledger, path, NEWEST, &options, result, err);

	free(path);
	return rc;
}

static stet_site_result
made(struct tl *tl, const char *folder, int update)
{
	stet_site_result result;
	stet_error err;

	if (make(tl, folder, update, &result, &err) != STET_OK)
		fail_msg("%s", err.text);
	return result;
}

/* A file of a site, with a NUL after it; data NULL: there is none.  The caller frees. */
static struct st_buf
file(struct tl *tl, const char *folder, const char *name)
{
	struct st_buf out = {0}, path = {0};
	stet_error err;
	int rc;

	st_buf_printf(&path, "%s/%s/%s", tl->folder, folder, name);
	st_buf_put_u8(&path, 0);
	rc = st_file_read((const char *)path.data, 1 << 24, &out, &err);
	st_buf_free(&path);
	if (rc == STET_ENOTFOUND)
		return (struct st_buf){0};
	assert_int_equal(rc, STET_OK);
	st_buf_put_u8(&out, 0);
	out.size--;
	return out;
}

static int
holds(struct tl *tl, const char *folder, const char *name, const char *text)
{
	struct st_buf content = file(tl, folder, name);
	int found = content.data != NULL && strstr((const char *)content.data, text) != NULL;

	st_buf_free(&content);
	return found;
}

static void
overwrite(struct tl *tl, const char *folder, const char *name, stet_bytes content)
{
	struct st_buf path = {0};
	stet_error err;

	st_buf_printf(&path, "%s/%s/%s", tl->folder, folder, name);
	st_buf_put_u8(&path, 0);
	assert_int_equal(st_file_replace((const char *)path.data, content, 0644, &err), STET_OK);
	st_buf_free(&path);
}

static void
drop(struct tl *tl, const char *folder, const char *name)
{
	struct st_buf path = {0};

	st_buf_printf(&path, "%s/%s/%s", tl->folder, folder, name);
	st_buf_put_u8(&path, 0);
	assert_int_equal(unlink((const char *)path.data), 0);
	st_buf_free(&path);
}

static int
same_trees(struct tl *tl, const char *a, const char *b)
{
	char command[1024];

	snprintf(command, sizeof(command), "diff -r '%s/%s' '%s/%s' >/dev/null", tl->folder, a,
	    tl->folder, b);
	return system(command) == 0;
}

/* --- a page -------------------------------------------------------------------------------------
 */

static void
test_page(void **state)
{
	struct tl tl;
	struct st_buf page;
	stet_bytes bytes;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	page = page_of(&tl, TL_UUID, "paper.stet-proof");
	bytes = st_buf_bytes(&page);
	assert_int_equal(count(bytes, "/html/head/title[. = 'On the first paper']"), 1);
	/* Every entry about it, and only those, and each a dot in the drawing. */
	assert_int_equal(count(bytes, "//li[starts-with(@id, 'e')]"), 8);
	assert_int_equal(count(bytes, "//*[local-name() = 'circle']"), 8);
	assert_int_equal(count(bytes, "//section"), 8);
	/* Its DOI resolves, and the proof is beside it. */
	assert_int_equal(
	    count(bytes, "//link[@rel='cite-as'][@href='https://doi.org/10.5555/paper.1']"), 1);
	assert_int_equal(count(bytes, "//link[@rel='item'][@href='paper.stet-proof']"), 1);
	assert_non_null(strstr((char *)page.data, "stet check paper.stet-proof --key"));
	/* It stands alone: no script, nothing from elsewhere. */
	assert_int_equal(count(bytes, "//script"), 0);
	assert_int_equal(count(bytes, "//link[@rel='stylesheet']"), 0);
	assert_int_equal(count(bytes, "//style"), 1);
	/* All references to entries lead somewhere. */
	assert_int_equal(
	    count(bytes, "//a[starts-with(@href, '#')][not(substring(@href, 2) = //@id)]"), 0);
	st_buf_free(&page);
	page = page_of(&tl, TL_PAPER, NULL);
	assert_int_equal(count(st_buf_bytes(&page), "//link[@rel='item']"), 0);
	st_buf_free(&page);
	tl_free(&tl);
}

/* Whatever is stored is text to a page. */
static void
test_hostile(void **state)
{
	static const char *const titles[] = {"</title><script>alert(1)</script>",
	    "]]><!-- -->&amp;<x onload=y>", "\xe2\x80\xae turned", "<b>\\t\\nx</b>",
	    "x</bdi></main><style>*{}</style>"};
	struct tl tl;
	struct st_buf page;
	char name[64];
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		snprintf(name, sizeof(name), "doi:10.5555/h%%3C%%22%zu", i);
		tl_append(
		    &tl, tl_statementf(&tl, TL_PUBLISHER,
			     "{'type': 'record', 'subject': '%s', 'submitted': '2025-12', 'title': "
			     "'%s'}",
			     name, titles[i]));
		page = page_of(&tl, name, NULL);
		assert_int_equal(count(st_buf_bytes(&page), "//script"), 0);
		assert_int_equal(count(st_buf_bytes(&page), "//style"), 1);
		assert_int_equal(count(st_buf_bytes(&page), "//title"), 1);
		assert_int_equal(count(st_buf_bytes(&page), "//comment()"), 0);
		assert_int_equal(count(st_buf_bytes(&page), "//b"), 0);
		assert_null(strstr((char *)page.data, "\xe2\x80\xae"));
		/* The address of the DOI is one address. */
		assert_int_equal(
		    count(st_buf_bytes(&page), "//link[@rel='cite-as'][starts-with(@href, "
					       "'https://doi.org/10.5555/h%25')]"),
		    1);
		st_buf_free(&page);
	}
	tl_free(&tl);
}

static void
test_no_memory(void **state)
{
	struct tl tl;
	struct st_buf whole, out = {0};
	stet_id *id = NULL;
	stet_error err;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	whole = page_of(&tl, TL_UUID, NULL);
	assert_int_equal(stet_id_parse(TL_UUID, &id, &err), STET_OK);
	for (n = 0;; n++) {
		st_buf_reset(&out);
		alloc_fail(n);
		rc = stet_page(tl.ledger, id, NEWEST, NULL, keep, &out, &err);
		if (!alloc_failed())
			break;
		if (rc == STET_OK) /* it was the sink's */
			assert_int_equal(out.rc, STET_ENOMEM);
		else
			assert_int_equal(rc, STET_ENOMEM);
		st_buf_free(&out);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&out), st_buf_bytes(&whole)));
	assert_true(n > 100);
	st_buf_free(&out);
	st_buf_free(&whole);
	stet_id_free(id);
	tl_free(&tl);
}

/* --- a site -------------------------------------------------------------------------------------
 */

static void
test_site(void **state)
{
	struct tl tl;
	stet_site_result result;
	char uuid[STET_SITE_PATH_SIZE + 8], paper[STET_SITE_PATH_SIZE];
	struct st_buf page;
	stet_proof *proof = NULL;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	result = made(&tl, "site", 0);
	assert_int_equal(result.records, 1);
	stet_site_path(TL_UUID, uuid);
	stet_site_path(TL_PAPER, paper);
	page = file(&tl, "site", uuid);
	assert_int_equal(count(st_buf_bytes(&page), "//link[@rel='stylesheet']"), 1);
	assert_int_equal(count(st_buf_bytes(&page), "//style"), 0);
	assert_int_equal(count(st_buf_bytes(&page), "//li[starts-with(@id, 'e')]"), 8);
	st_buf_free(&page);
	/* The other name leads to it, and so does each of its files. */
	assert_true(holds(&tl, "site", paper, uuid));
	assert_true(holds(&tl, "site", "records.html", uuid));
	assert_true(holds(&tl, "site", "findings.html", "of no record contradict"));
	assert_true(holds(&tl, "site", "site.json", "\"complete\": true"));
	assert_true(holds(&tl, "site", "corrections.atom", "verdict change of " TL_UUID));
	assert_true(holds(&tl, "site", "corrections.atom", "https://" TL_ORIGIN "/r/"));
	/* What lies beside the page proves what it shows. */
	memcpy(strrchr(uuid, '.'), ".stet-proof", 12);
	page = file(&tl, "site", uuid);
	assert_int_equal(stet_proof_open(st_buf_bytes(&page), NULL, &proof, &err), STET_OK);
	stet_proof_free(proof);
	st_buf_free(&page);
	/* Another one is the same, byte for byte. */
	made(&tl, "other", 0);
	assert_true(same_trees(&tl, "site", "other"));
	/* A proof is lost: it is made again with its page. */
	drop(&tl, "site", uuid);
	made(&tl, "site", 1);
	assert_true(same_trees(&tl, "site", "other"));
	tl_free(&tl);
}

static void
test_update(void **state)
{
	struct tl tl;
	stet_site_result first, result;
	struct st_buf page, again;
	char uuid[STET_SITE_PATH_SIZE], second[STET_SITE_PATH_SIZE];

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	stet_site_path(TL_UUID, uuid);
	stet_site_path("doi:10.5555/second", second);
	first = made(&tl, "site", 0);
	/* Nothing new: only the note that a run began and ended. */
	result = made(&tl, "site", 1);
	assert_int_equal(result.written, 2);
	assert_int_equal(result.kept + 2, first.written + first.kept);
	/* Something about another record: the first one's page and its moment stay. */
	page = file(&tl, "site", uuid);
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'doi:10.5555/second', 'title': 'The second'}");
	result = made(&tl, "site", 1);
	assert_int_equal(result.records, 2);
	again = file(&tl, "site", uuid);
	assert_true(st_bytes_equal(st_buf_bytes(&page), st_buf_bytes(&again)));
	st_buf_free(&again);
	assert_true(holds(&tl, "site", second, "The second"));
	assert_true(holds(&tl, "site", "records.html", "The second"));
	/* Something about it. */
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_UUID "', 'nature': 'retraction', "
	    "'decided_by': [{'kind': 'publisher', 'name': 'P'}], "
	    "'notice': {'kind': 'own', 'doi': '10.5555/notice.2'}}");
	made(&tl, "site", 1);
	again = file(&tl, "site", uuid);
	assert_false(st_bytes_equal(st_buf_bytes(&page), st_buf_bytes(&again)));
	assert_int_equal(
	    count(st_buf_bytes(&again), "//li[@class='badge grave'][. = 'retracted']"), 1);
	st_buf_free(&again);
	st_buf_free(&page);
	/* The second turns out to be the first. */
	assert_true(holds(&tl, "site", second, "stet-content"));
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'doi:10.5555/second', 'action': 'bind', 'record': "
	    "'" TL_UUID "'}");
	result = made(&tl, "site", 1);
	assert_int_equal(result.records, 1);
	assert_true(holds(&tl, "site", uuid, "is another name of"));
	assert_true(holds(&tl, "site", second, "stet-content"));
	memcpy(strrchr(uuid, '.'), ".json", 6);
	assert_null(file(&tl, "site", uuid).data);
	tl_free(&tl);
}

static int
stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)done;
	(void)total;
	return ++*(int *)ctx > 0;
}

static void
test_stopped(void **state)
{
	stet_site_options options = {STET_OPTIONS_VERSION, NULL, 0, stop, NULL};
	struct tl tl;
	stet_site_result result;
	stet_error err;
	char uuid[STET_SITE_PATH_SIZE], *path;
	struct st_buf page;
	int asked = 0;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	stet_site_path(TL_UUID, uuid);
	made(&tl, "whole", 0);
	path = site_path(&tl, "site");
	options.progress_ctx = &asked;
	assert_int_equal(stet_site(tl.ledger, path, NEWEST, &options, &result, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_STOPPED);
	assert_true(holds(&tl, "site", "site.json", "\"complete\": false"));
	/* A power cut has left half a page, whose beginning says that it is right. */
	page = file(&tl, "whole", uuid);
	overwrite(&tl, "whole", uuid, (stet_bytes){page.data, page.size / 2});
	overwrite(&tl, "whole", "site.json", st_str("{\"v\": 1, \"ledger\": \""));
	assert_int_equal(make(&tl, "whole", 1, &result, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_SITE_OTHER);
	st_buf_free(&page);
	page = file(&tl, "site", "site.json"); /* what a stopped run leaves */
	overwrite(&tl, "whole", "site.json", st_buf_bytes(&page));
	st_buf_free(&page);
	made(&tl, "whole", 1);
	made(&tl, "site", 1);
	assert_true(same_trees(&tl, "site", "whole"));
	assert_true(holds(&tl, "site", "site.json", "\"complete\": true"));
	free(path);
	tl_free(&tl);
}

static void
test_refused(void **state)
{
	stet_site_options options = {STET_OPTIONS_VERSION, NULL, 1, NULL, NULL};
	struct tl tl, other;
	stet_site_result result;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	made(&tl, "site", 0);
	assert_int_equal(make(&tl, "site", 0, &result, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_SITE_THERE);
	path = site_path(&tl, "site");
	assert_int_equal(
	    stet_site(tl.ledger, path, (stet_at){STET_AT_SEQ, 3}, &options, &result, &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_SITE_NEWER);
	tl_make_at(&other, 0, TL_START_MS + 1000);
	assert_int_equal(
	    stet_site(other.ledger, path, NEWEST, &options, &result, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_SITE_OTHER);
	assert_int_equal(result.written, 0);
	free(path);
	/* A file where a folder should be. */
	overwrite(&tl, "site", "r/x", st_str("x"));
	path = site_path(&tl, "site/r/x");
	assert_int_equal(stet_site(tl.ledger, path, NEWEST, &options, &result, &err), STET_EIO);
	free(path);
	tl_free(&other);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_page),
	    cmocka_unit_test(test_hostile), cmocka_unit_test(test_no_memory),
	    cmocka_unit_test(test_site), cmocka_unit_test(test_update),
	    cmocka_unit_test(test_stopped), cmocka_unit_test(test_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
