#include "site/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define X(text) ((const xmlChar *)(text))

static void
took(struct st_html *html, int rc)
{
	if (rc < 0)
		html->rc = STET_ENOMEM; /* the only way that writing to memory fails */
}

static int
begin(struct st_html *html, stet_error *err)
{
	memset(html, 0, sizeof(*html));
	html->buffer = xmlBufferCreate();
	html->writer = html->buffer != NULL ? xmlNewTextWriterMemory(html->buffer, 0) : NULL;
	if (html->writer != NULL)
		return STET_OK;
	xmlBufferFree(html->buffer);
	html->buffer = NULL;
	return st_fail_nomem(err);
}

int
st_html_begin(struct st_html *html, stet_error *err)
{
	int rc = begin(html, err);

	if (rc == STET_OK)
		took(html, xmlTextWriterWriteDTD(html->writer, X("html"), NULL, NULL, NULL));
	if (rc == STET_OK)
		took(html, xmlTextWriterWriteRaw(html->writer, X("\n")));
	return rc;
}

int
st_xml_begin(struct st_html *html, stet_error *err)
{
	int rc = begin(html, err);

	if (rc == STET_OK)
		took(html, xmlTextWriterStartDocument(html->writer, "1.0", "UTF-8", NULL));
	return rc;
}

int
st_html_end(struct st_html *html, struct st_buf *out, stet_error *err)
{
	if (html->writer == NULL)
		return STET_OK;
	took(html, xmlTextWriterEndDocument(html->writer));
	xmlFreeTextWriter(html->writer);
	if (html->rc == STET_OK)
		st_buf_put(
		    out, xmlBufferContent(html->buffer), (size_t)xmlBufferLength(html->buffer));
	xmlBufferFree(html->buffer);
	html->writer = NULL;
	html->buffer = NULL;
	return html->rc < 0 || out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
put_attributes(struct st_html *html, va_list list)
{
	const char *name, *value;
	struct st_buf shown = {0};

	while ((name = va_arg(list, const char *)) != NULL) {
		if ((value = va_arg(list, const char *)) == NULL)
			continue;
		st_buf_reset(&shown);
		st_text_show(st_str(value), &shown);
		st_buf_put_u8(&shown, 0);
		took(html, shown.rc < 0
			       ? -1
			       : xmlTextWriterWriteAttribute(html->writer, X(name), shown.data));
	}
	st_buf_free(&shown);
}

void
st_html_open(struct st_html *html, const char *element, ...)
{
	va_list list;

	took(html, xmlTextWriterStartElement(html->writer, X(element)));
	va_start(list, element);
	put_attributes(html, list);
	va_end(list);
}

/* With an end tag of its own, always: <a/> is no end to HTML. */
void
st_html_close(struct st_html *html)
{
	took(html, xmlTextWriterFullEndElement(html->writer));
}

void
st_html_void(struct st_html *html, const char *element, ...)
{
	va_list list;

	took(html, xmlTextWriterStartElement(html->writer, X(element)));
	va_start(list, element);
	put_attributes(html, list);
	va_end(list);
	took(html, xmlTextWriterEndElement(html->writer));
}

void
st_html_leaf(struct st_html *html, const char *element, const char *class, const char *text)
{
	st_html_open(html, element, "class", class, NULL);
	st_html_text(html, text);
	st_html_close(html);
}

void
st_html_text(struct st_html *html, const char *text)
{
	struct st_buf shown = {0};

	st_text_show(st_str(text), &shown);
	st_buf_put_u8(&shown, 0);
	took(html, shown.rc < 0 ? -1 : xmlTextWriterWriteString(html->writer, shown.data));
	st_buf_free(&shown);
}

int
st_html_short(struct st_html *html, const struct st_buf *text)
{
	took(html, text->rc < 0 ? -1 : 0);
	return text->rc < 0;
}

void
st_html_buf(struct st_html *html, const struct st_buf *text)
{
	if (!st_html_short(html, text))
		st_html_text(html, (const char *)text->data);
}

void
st_html_textf(struct st_html *html, const char *format, ...)
{
	va_list list;
	char text[512]; /* what pages say of their own is short */

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	st_html_text(html, text);
}

void
st_html_foreign(struct st_html *html, const char *text)
{
	st_html_open(html, "bdi", NULL);
	st_html_text(html, text);
	st_html_close(html);
}

void
st_html_value(struct st_html *html, const stet_json *value)
{
	stet_bytes string = stet_json_string_of(value);
	char *text = NULL;
	size_t size;

	if (value == NULL)
		return;
	if (string.data != NULL)
		text = strndup((const char *)string.data, string.size);
	else if (stet_json_text(value, 0, &text, &size, NULL) < 0)
		text = NULL;
	if (text == NULL)
		took(html, -1);
	else
		st_html_foreign(html, text);
	free(text);
}

void
st_html_raw(struct st_html *html, const char *text)
{
	took(html, xmlTextWriterWriteRaw(html->writer, X(text)));
}
