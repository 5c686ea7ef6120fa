/* What every page has around it. */
#include <stdio.h>

#include "site/page.h"

#define HREF_SIZE 256

/* Nothing is fetched, run or sent by a page but what the site itself brings. */
#define POLICY_ALONE "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
#define POLICY_SITE                                                                             \
	"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src " \
	"'self' data:; base-uri 'none'; form-action 'self'"

static void
put_navigation(struct st_html *html, const char *root)
{
	static const char *const pages[][2] = {{"index.html", "Look up"},
	    {"records.html", "All records"}, {"findings.html", "Findings"},
	    {"corrections.atom", "Corrections (feed)"}};
	char href[HREF_SIZE];
	size_t i;

	st_html_open(html, "nav", "aria-label", "Site", NULL);
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		snprintf(href, sizeof(href), "%s%s", root, pages[i][0]);
		st_html_open(html, "a", "href", href, NULL);
		st_html_text(html, pages[i][1]);
		st_html_close(html);
	}
	st_html_close(html);
}

void
st_frame_begin(struct st_html *html, const struct st_frame *frame)
{
	char href[HREF_SIZE];

	st_html_open(html, "html", "lang", "en", NULL);
	st_html_open(html, "head", NULL);
	st_html_void(html, "meta", "charset", "utf-8", NULL);
	st_html_void(html, "meta", "name", "viewport", "content",
	    "width=device-width, initial-scale=1", NULL);
	st_html_void(html, "meta", "http-equiv", "Content-Security-Policy", "content",
	    frame->root != NULL ? POLICY_SITE : POLICY_ALONE, NULL);
	if (frame->digest != NULL)
		st_html_void(html, "meta", "name", "stet-content", "content", frame->digest, NULL);
	st_html_leaf(html, "title", NULL, frame->title);
	if (frame->root == NULL) {
		st_html_open(html, "style", NULL);
		st_html_raw(html, st_style_css);
		st_html_close(html);
	} else {
		snprintf(href, sizeof(href), "%sstyle.css", frame->root);
		st_html_void(html, "link", "rel", "stylesheet", "href", href, NULL);
	}
	/* No picture: a browser would ask for /favicon.ico otherwise. */
	st_html_void(html, "link", "rel", "icon", "href", "data:,", NULL);
	if (frame->script != NULL) {
		snprintf(href, sizeof(href), "%s%s", frame->root, frame->script);
		st_html_open(html, "script", "src", href, "defer", "defer", NULL);
		st_html_close(html);
	}
	if (frame->links != NULL)
		frame->links(html, frame->ctx);
	st_html_close(html);
	st_html_open(html, "body", NULL);
	if (frame->root != NULL)
		put_navigation(html, frame->root);
	st_html_open(html, "main", NULL);
}

void
st_frame_end(struct st_html *html, const struct st_frame *frame)
{
	(void)frame;
	st_html_close(html);
	st_html_close(html);
	st_html_close(html);
}
