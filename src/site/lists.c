/* Lists of records over as many pages as it takes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "site/site.h"

#define PER_PAGE 500
#define PATH_SIZE 64

static void
page_path(const struct st_list *list, unsigned page, char path[PATH_SIZE])
{
	if (page == 1)
		snprintf(path, PATH_SIZE, "%s.html", list->name);
	else
		snprintf(path, PATH_SIZE, "%s-%u.html", list->name, page);
}

static int
begin_page(struct st_list *list, stet_error *err)
{
	struct st_frame frame = {list->title, list->alone ? NULL : "", NULL, NULL, NULL, NULL};
	int rc;

	if ((rc = st_html_begin(&list->html, err)) < 0)
		return rc;
	list->open = 1;
	list->page++;
	list->on_page = 0;
	st_frame_begin(&list->html, &frame);
	st_html_leaf(&list->html, "h1", NULL, list->title);
	st_html_leaf(&list->html, "p", NULL, list->doc);
	if (list->page > 1)
		st_html_textf(&list->html, "Page %u.", list->page);
	st_html_open(&list->html, "ul", "class", "list", NULL);
	return STET_OK;
}

static void
put_turn(struct st_list *list, unsigned page, const char *rel, const char *text)
{
	char path[PATH_SIZE];

	page_path(list, page, path);
	st_html_open(&list->html, "a", "rel", rel, "href", path, NULL);
	st_html_text(&list->html, text);
	st_html_close(&list->html);
	st_html_text(&list->html, " ");
}

static int
end_page(struct st_list *list, int more, const char *none, stet_error *err)
{
	struct st_frame frame = {list->title, list->alone ? NULL : "", NULL, NULL, NULL, NULL};
	struct st_buf out = {0};
	char path[PATH_SIZE], full[2 * PATH_SIZE];
	int rc;

	st_html_close(&list->html);
	if (none != NULL && list->count == 0)
		st_html_leaf(&list->html, "p", NULL, none);
	if (list->page > 1 || more || list->up != NULL) {
		st_html_open(&list->html, "p", NULL);
		if (list->up != NULL) {
			st_html_open(&list->html, "a", "rel", "up", "href", list->up, NULL);
			st_html_text(&list->html, "First page");
			st_html_close(&list->html);
			st_html_text(&list->html, " ");
		}
		if (list->page > 1)
			put_turn(list, list->page - 1, "prev", "Previous page");
		if (more)
			put_turn(list, list->page + 1, "next", "Next page");
		st_html_close(&list->html);
	}
	st_frame_end(&list->html, &frame);
	list->open = 0;
	page_path(list, list->page, path);
	snprintf(full, sizeof(full), "%s%s", list->folder != NULL ? list->folder : "", path);
	if ((rc = st_html_end(&list->html, &out, err)) == STET_OK)
		rc = list->put(list->ctx, full, st_buf_bytes(&out), err);
	st_buf_free(&out);
	return rc;
}

int
st_list_item(struct st_list *list, stet_error *err)
{
	int rc = STET_OK;

	if (list->open && list->on_page == PER_PAGE)
		rc = end_page(list, 1, NULL, err);
	if (rc == STET_OK && !list->open)
		rc = begin_page(list, err);
	if (rc < 0)
		return rc;
	list->on_page++;
	list->count++;
	st_html_open(&list->html, "li", NULL);
	return STET_OK;
}

int
st_list_end(struct st_list *list, const char *none, stet_error *err)
{
	int rc = list->open ? STET_OK : begin_page(list, err);

	return rc < 0 ? rc : end_page(list, 0, none, err);
}

void
st_list_drop(struct st_list *list)
{
	struct st_buf out = {0};

	if (list->open)
		(void)st_html_end(&list->html, &out, NULL);
	list->open = 0;
	st_buf_free(&out);
}

/* --- codes -------------------------------------------------------------------------------------
 */

static void
count_code(struct st_codes *codes, const char *code)
{
	const stet_rule *rule = stet_rule_get(stet_rule_find(code));
	size_t i;

	if (rule == NULL)
		return;
	for (i = 0; i < ST_CODES_MAX; i++) {
		if (codes->rows[i].code == NULL)
			codes->rows[i].code = rule->name; /* of the catalogue, which stays */
		if (strcmp(codes->rows[i].code, rule->name) == 0) {
			codes->rows[i].count++;
			return;
		}
	}
}

static void
put_code(struct st_html *html, const char *code)
{
	st_html_leaf(html, "code", NULL, code);
	st_html_text(html, ": ");
}

void
st_codes_finding(struct st_codes *codes, struct st_html *html, const char *code, const char *text)
{
	st_html_open(html, "li", NULL);
	put_code(html, code != NULL ? code : "");
	st_html_foreign(html, text != NULL ? text : "");
	st_html_close(html);
	if (code != NULL)
		count_code(codes, code);
}

int
st_codes_verdict(struct st_codes *codes, struct st_list *list, const stet_audit_item *item,
    const char *href, stet_error *err)
{
	struct st_html *html = &list->html;
	int rc;

	if ((rc = st_list_item(list, err)) < 0)
		return rc;
	put_code(html, item->code);
	st_html_textf(html, "group %" PRIu64 ", ", item->group);
	if (href != NULL)
		st_html_open(html, "a", "href", href, NULL);
	st_html_foreign(html, item->name);
	if (href != NULL)
		st_html_close(html);
	st_html_text(html, " gives ");
	st_html_foreign(html, item->value);
	st_html_text(html, " as ");
	st_html_foreign(html, item->status);
	st_html_close(html);
	count_code(codes, item->code);
	return STET_OK;
}

void
st_codes_put(const struct st_codes *codes, struct st_html *html, const char *href)
{
	size_t i;

	for (i = 0; i < ST_CODES_MAX && codes->rows[i].code != NULL; i++) {
		st_html_open(html, "li", NULL);
		st_html_textf(html, "%" PRIu64 " × ", codes->rows[i].count);
		st_html_open(html, "a", "href", href, NULL);
		st_html_leaf(html, "code", NULL, codes->rows[i].code);
		st_html_close(html);
		st_html_text(html, ": ");
		st_html_text(html, stet_rule_get(stet_rule_find(codes->rows[i].code))->summary);
		st_html_close(html);
	}
}
