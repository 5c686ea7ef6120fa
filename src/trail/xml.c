/* An XML document, by libxml2's writer. */
#include "trail/xml.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "base/err.h"
#include "base/text.h"

#define X(text) ((const xmlChar *)(text))

static int
take(void *ctx, const char *piece, int size)
{
	struct st_trail *trail = ctx;

	st_buf_put(&trail->out, piece, (size_t)size);
	return size; /* a failure sticks in out.rc; told of it, libxml2 would print */
}

int
st_txml_start(struct st_trail *trail, stet_error *err)
{
	xmlOutputBufferPtr out = xmlOutputBufferCreateIO(take, NULL, trail, NULL);
	xmlTextWriterPtr writer = out != NULL ? xmlNewTextWriter(out) : NULL;

	if (writer == NULL) {
		xmlOutputBufferClose(out);
		return st_fail_nomem(err);
	}
	trail->xml = writer;
	if (xmlTextWriterSetIndent(writer, 1) < 0 ||
	    xmlTextWriterSetIndentString(writer, X("  ")) < 0 ||
	    xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL) < 0)
		return st_fail_nomem(err);
	return STET_OK;
}

static void
note(struct st_trail *trail, int rc)
{
	if (rc < 0)
		trail->out.rc = STET_ENOMEM; /* what else a writer to memory can fail by */
}

/* XML 1.0, production 2. */
static int
is_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) ||
	       (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

void
st_txml_clean(struct st_buf *out, stet_bytes text)
{
	size_t at = 0, size;
	uint32_t c = 0;

	while (at < text.size) {
		size = st_text_char(text.data + at, text.size - at, &c);
		if (size == 0 || !is_char(c))
			st_buf_put_str(out, "\xef\xbf\xbd");
		else
			st_buf_put(out, text.data + at, size);
		at += size > 0 ? size : 1;
	}
}

/* Clean and NUL-terminated; NULL with out.rc set. The caller frees it. */
static char *
clean(struct st_trail *trail, stet_bytes text)
{
	struct st_buf out = {0};

	st_txml_clean(&out, text);
	st_buf_put_u8(&out, '\0');
	if (out.rc < 0) {
		trail->out.rc = out.rc;
		st_buf_free(&out);
	}
	return (char *)out.data;
}

void
st_txml_open(struct st_trail *trail, const char *name)
{
	note(trail, xmlTextWriterStartElement(trail->xml, X(name)));
}

void
st_txml_close(struct st_trail *trail)
{
	note(trail, xmlTextWriterEndElement(trail->xml));
}

void
st_txml_attribute(struct st_trail *trail, const char *name, stet_bytes value)
{
	char *text = clean(trail, value);

	if (text != NULL)
		note(trail, xmlTextWriterWriteAttribute(trail->xml, X(name), X(text)));
	free(text);
}

void
st_txml_text(struct st_trail *trail, stet_bytes value)
{
	char *text = clean(trail, value);

	if (text != NULL)
		note(trail, xmlTextWriterWriteString(trail->xml, X(text)));
	free(text);
}

/* A comment holds no "--" and does not end in '-' (XML 1.0, production 15). */
void
st_txml_comment(struct st_trail *trail, const char *words)
{
	char *text = clean(trail, st_str(words)), *at;

	for (at = text; at != NULL && (at = strstr(at, "--")) != NULL; at++)
		*at = '=';
	if (text != NULL && text[0] != '\0' && text[strlen(text) - 1] == '-')
		text[strlen(text) - 1] = '=';
	if (text != NULL)
		note(trail, xmlTextWriterWriteComment(trail->xml, X(text)));
	free(text);
}

void
st_txml_element(struct st_trail *trail, const char *name, stet_bytes text)
{
	if (text.data == NULL)
		return;
	st_txml_open(trail, name);
	st_txml_text(trail, text);
	st_txml_close(trail);
}

int
st_txml_pass_on(struct st_trail *trail, stet_error *err)
{
	note(trail, xmlTextWriterFlush(trail->xml));
	return st_out_text(trail, "", err);
}

int
st_txml_end(struct st_trail *trail, stet_error *err)
{
	note(trail, xmlTextWriterEndDocument(trail->xml));
	note(trail, xmlTextWriterFlush(trail->xml));
	st_txml_free(trail);
	return st_out_text(trail, "", err);
}

void
st_txml_free(struct st_trail *trail)
{
	xmlFreeTextWriter(trail->xml);
	trail->xml = NULL;
}
