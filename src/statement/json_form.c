/* Texts of the JSON form that are not what the payload holds. */
#include "statement/json_form.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "base/text.h"
#include "cose/cose.h"

#define HEX_PREFIX "0x"

static int
begins(stet_bytes text, const char *prefix)
{
	size_t size = strlen(prefix);

	return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static stet_bytes
after(stet_bytes text, const char *prefix)
{
	size_t size = strlen(prefix);

	return (stet_bytes){text.data + size, text.size - size};
}

void
st_cti_to_id(stet_bytes cti, struct st_buf *id_out)
{
	if (st_text_ok(cti) && !begins(cti, HEX_PREFIX)) {
		st_buf_put_bytes(id_out, cti);
		return;
	}
	st_buf_put_str(id_out, HEX_PREFIX);
	st_hex_put(id_out, cti);
}

int
st_cti_from_id(stet_bytes id, struct st_buf *cti_out, stet_error *err)
{
	size_t before = cti_out->size, size;
	char shown[ST_SHOWN_SIZE];

	if (begins(id, HEX_PREFIX)) {
		if (st_hex_get(cti_out, after(id, HEX_PREFIX)) < 0)
			return st_fail(err, STET_EFORMAT, ST_STATEMENT_ID,
			    "'/id' '%s' begins with 0x but is not lower-case hexadecimal",
			    st_shown(id, shown));
	} else if (!st_text_ok(id)) {
		return st_fail(err, STET_EFORMAT, ST_STATEMENT_ID, "'/id' is not storable text");
	} else {
		st_buf_put_bytes(cti_out, id);
	}
	if (cti_out->rc != STET_OK)
		return st_fail_nomem(err);
	size = cti_out->size - before;
	if (size < 1 || size > ST_CTI_MAX)
		return st_fail(err, STET_EFORMAT, ST_STATEMENT_ID,
		    "'/id' has %zu bytes, 1 to %d are allowed", size, ST_CTI_MAX);
	return STET_OK;
}

/* "<x>": x as it stands. Neither a name nor a plain DOI begins with '<'. */
static int
in_brackets(stet_bytes text, stet_bytes *inside_out)
{
	if (text.size < 2 || text.data[0] != '<' || text.data[text.size - 1] != '>')
		return 0;
	inside_out->data = text.data + 1;
	inside_out->size = text.size - 2;
	return 1;
}

/* Appends text, between brackets where what people paste and what is meant are not the same. */
static void
put_identifier(
    stet_bytes text, int (*read)(stet_bytes, struct st_buf *, stet_error *), struct st_buf *out)
{
	struct st_buf back = {0};
	int rc = read(text, &back, NULL);

	if (rc == STET_ENOMEM) {
		out->rc = rc;
	} else if (rc == STET_OK && st_bytes_equal(st_buf_bytes(&back), text)) {
		st_buf_put_bytes(out, text);
	} else {
		st_buf_put_u8(out, '<');
		st_buf_put_bytes(out, text);
		st_buf_put_u8(out, '>');
	}
	st_buf_free(&back);
}

static int
paste_name(stet_bytes text, struct st_buf *name_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	uint32_t prefix;
	int rc = st_name_parse(text, name_out, &prefix, err);

	if (rc == 1)
		return st_fail(err, STET_EFORMAT, ST_STATEMENT_SUBJECT,
		    "'%s' is a prefix that may mean several records", st_shown(text, shown));
	return rc;
}

static int
paste_doi(stet_bytes text, struct st_buf *doi_out, stet_error *err)
{
	struct st_buf name = {0};
	int rc = paste_name(text, &name, err);

	if (rc == STET_OK && !st_name_is_doi(st_buf_bytes(&name)))
		rc = st_fail(err, STET_EFORMAT, ST_MEMBER_FORM, "not a DOI");
	if (rc == STET_OK)
		rc = st_name_to_doi(st_buf_bytes(&name), doi_out, err);
	st_buf_free(&name);
	return rc;
}

void
st_name_to_json(stet_bytes name, struct st_buf *text_out)
{
	put_identifier(name, paste_name, text_out);
}

int
st_name_from_json(stet_bytes text, struct st_buf *name_out, stet_error *err)
{
	stet_bytes inside;

	if (!in_brackets(text, &inside))
		return paste_name(text, name_out, err);
	if (st_name_check(inside, err) < 0)
		return STET_EFORMAT;
	st_buf_put_bytes(name_out, inside);
	return name_out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

void
st_doi_to_json(stet_bytes doi, struct st_buf *text_out)
{
	put_identifier(doi, paste_doi, text_out);
}

int
st_doi_from_json(stet_bytes text, struct st_buf *doi_out, stet_error *err)
{
	stet_bytes inside;

	if (!in_brackets(text, &inside))
		return paste_doi(text, doi_out, err);
	if (!st_doi_ok(inside))
		return st_fail(err, STET_EFORMAT, ST_MEMBER_FORM, "not a DOI");
	st_buf_put_bytes(doi_out, inside);
	return doi_out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}
