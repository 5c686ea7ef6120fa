/* What several formats read of statements. */
#include "trail/trail.h"

#include <string.h>

#include "base/hex.h"
#include "base/name.h"
#include "crypto/crypto.h"
#include "statement/json_form.h"

void
st_trail_stem(const char *name, struct st_buf *out)
{
	uint8_t digest[32];
	char hex[17];
	size_t i;

	st_sha256(st_str(name), digest);
	st_hex(digest, 8, hex);
	for (i = 0; name[i] != '\0' && i < 80; i++)
		st_buf_put_u8(out, strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789.-",
				       name[i]) != NULL
				       ? (uint8_t)name[i]
				       : '_');
	st_buf_printf(out, "-%s", hex);
}

stet_bytes
st_said(const stet_json *statement, const char *member)
{
	return stet_json_string_of(stet_json_get(statement, member));
}

char *
st_said_text(const stet_json *statement, const char *member)
{
	stet_bytes text = st_said(statement, member);

	return text.data != NULL ? strndup((const char *)text.data, text.size) : NULL;
}

/* What could not be read for want of memory sticks in out. */
static int
found(int rc, struct st_buf *out)
{
	if (rc == STET_ENOMEM)
		out->rc = rc;
	return rc == STET_OK;
}

/* In JSON an identifier may stand between brackets: what is in them is meant byte for byte. */
int
st_said_name(const stet_json *statement, const char *member, struct st_buf *out)
{
	stet_bytes text = st_said(statement, member);

	return text.data != NULL && found(st_name_from_json(text, out, NULL), out);
}

int
st_said_doi(const stet_json *statement, const char *member, struct st_buf *out)
{
	stet_bytes text = st_said(statement, member);

	return text.data != NULL && found(st_doi_from_json(text, out, NULL), out);
}

int
st_said_doi_name(const stet_json *statement, const char *member, struct st_buf *out)
{
	struct st_buf doi = {0};
	int said = st_said_doi(statement, member, &doi);

	if (said)
		said = found(st_name_from_doi(st_buf_bytes(&doi), out, NULL), out);
	if (doi.rc < 0)
		out->rc = doi.rc;
	st_buf_free(&doi);
	return said;
}
