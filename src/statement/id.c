/* Identifiers that people paste: <stet/id.h>. */
#include <stet/id.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "statement/id.h"

struct stet_id {
	char *text; /* the name, or SRCH:XXXXXXXX */
	char *doi;  /* the plain DOI, or NULL     */
	uint32_t prefix;
	int is_prefix;
};

/* Takes what buf holds, NUL-terminated; NULL when memory is short. */
static char *
take_text(struct st_buf *buf)
{
	char *text;

	st_buf_put_u8(buf, '\0');
	if (buf->rc != STET_OK) {
		st_buf_free(buf);
		return NULL;
	}
	text = (char *)buf->data;
	*buf = (struct st_buf){0};
	return text;
}

static int
set_name(stet_id *id, struct st_buf *name, stet_error *err)
{
	struct st_buf doi = {0};
	int rc;

	if (st_name_is_doi(st_buf_bytes(name))) {
		if ((rc = st_name_to_doi(st_buf_bytes(name), &doi, err)) < 0) {
			st_buf_free(&doi);
			return rc;
		}
		if ((id->doi = take_text(&doi)) == NULL)
			return st_fail_nomem(err);
	}
	id->text = take_text(name);
	return id->text == NULL ? st_fail_nomem(err) : STET_OK;
}

int
stet_id_parse(const char *text, stet_id **id_out, stet_error *err)
{
	stet_id *id = calloc(1, sizeof(*id));
	struct st_buf name = {0};
	int rc;

	if (id == NULL)
		return st_fail_nomem(err);
	rc = st_name_parse(st_str(text), &name, &id->prefix, err);
	if (rc == 1) {
		id->is_prefix = 1;
		st_buf_printf(&name, "SRCH:%08X", (unsigned)id->prefix);
		id->text = take_text(&name);
		rc = id->text == NULL ? st_fail_nomem(err) : STET_OK;
	} else if (rc == STET_OK) {
		rc = name.rc == STET_OK ? set_name(id, &name, err) : st_fail_nomem(err);
	}
	st_buf_free(&name);
	if (rc < 0) {
		stet_id_free(id);
		return rc;
	}
	*id_out = id;
	return STET_OK;
}

const char *
stet_id_text(const stet_id *id)
{
	return id->text;
}

int
stet_id_is_prefix(const stet_id *id)
{
	return id->is_prefix;
}

uint32_t
st_id_prefix(const stet_id *id)
{
	return id->prefix;
}

const char *
stet_id_doi(const stet_id *id)
{
	return id->doi;
}

void
stet_id_free(stet_id *id)
{
	if (id == NULL)
		return;
	free(id->text);
	free(id->doi);
	free(id);
}
