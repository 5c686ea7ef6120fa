#ifndef ST_SITE_HTML_H
#define ST_SITE_HTML_H
/* HTML, written through libxml2: well-formed, escaped, and the same bytes every time.
 *
 * What is written is HTML that is XML too: every element is closed, so that a page can be checked
 * and read with tools of either kind.  A failure sticks; st_html_end() tells of it. */
#include <libxml/xmlwriter.h>

#include <stet/json.h>

#include "base/buf.h"

struct st_html {
	xmlBufferPtr buffer;
	xmlTextWriterPtr writer;
	int rc; /* STET_OK or STET_ENOMEM */
};

/* A document of its own, with its DOCTYPE; or (fragment) a piece of XML that begins with none. */
int st_html_begin(struct st_html *html, stet_error *err);
int st_xml_begin(struct st_html *html, stet_error *err); /* with an XML declaration */
/* Notes that memory was short while something to be written was made; returns whether. */
int st_html_short(struct st_html *html, const struct st_buf *text);
/* Appends what was written to out, and frees html. STET_ENOMEM. */
int st_html_end(struct st_html *html, struct st_buf *out, stet_error *err);

/* An element with its attributes: name, value, ..., NULL; an attribute whose value is NULL is left
 * out. */
void st_html_open(struct st_html *html, const char *element, ...);
void st_html_close(struct st_html *html);
/* One that holds nothing: <meta>, <link>, <rect>. */
void st_html_void(struct st_html *html, const char *element, ...);
/* One that holds a text of ours. */
void st_html_leaf(struct st_html *html, const char *element, const char *class, const char *text);

/* Text.  What the ledger's entries say can be anything: controls and characters that turn the
 * direction of writing are shown, not obeyed, and it stands in a <bdi>. */
void st_html_text(struct st_html *html, const char *text);
/* Cut at 511 bytes. */
void st_html_textf(struct st_html *html, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Of a buffer that ends in NUL. */
void st_html_buf(struct st_html *html, const struct st_buf *text);
void st_html_foreign(struct st_html *html, const char *text);
/* The same for a JSON string, or any other JSON value; NULL: nothing. */
void st_html_value(struct st_html *html, const stet_json *value);
/* Ours, as it is: a style sheet in a <style>. */
void st_html_raw(struct st_html *html, const char *text);

#endif
