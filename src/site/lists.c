/* Lists of records over as many pages as it takes. */
#include <inttypes.h>
#include <stdio.h>

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
	struct st_frame frame = {list->title, "", NULL, NULL, NULL, NULL};
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
	struct st_frame frame = {list->title, "", NULL, NULL, NULL, NULL};
	struct st_buf out = {0};
	char path[PATH_SIZE];
	int rc;

	st_html_close(&list->html);
	if (none != NULL && list->count == 0)
		st_html_leaf(&list->html, "p", NULL, none);
	if (list->page > 1 || more) {
		st_html_open(&list->html, "p", NULL);
		if (list->page > 1)
			put_turn(list, list->page - 1, "prev", "Previous page");
		if (more)
			put_turn(list, list->page + 1, "next", "Next page");
		st_html_close(&list->html);
	}
	st_frame_end(&list->html, &frame);
	list->open = 0;
	page_path(list, list->page, path);
	if ((rc = st_html_end(&list->html, &out, err)) == STET_OK)
		rc = st_folder_put(list->folder, path, st_buf_bytes(&out), err);
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
