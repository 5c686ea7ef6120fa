/* All text of a value to NFC.  Input only: the format does not ask for NFC, stet writes it. */
#include "json/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

static int
is_ascii(stet_bytes text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (text.data[i] >= 0x80)
			return 0;
	return 1;
}

static int
string_nfc(stet_json *value, stet_error *err)
{
	stet_bytes text = stet_json_string_of(value);
	struct st_buf nfc = {0};
	int rc;

	/* What is no text is left for whoever uses it to refuse, with its path. */
	if (is_ascii(text) || !st_text_ok(text))
		return STET_OK;
	rc = st_text_nfc(text, &nfc, err);
	if (rc == STET_OK) {
		value->as.string.size = nfc.size;
		st_buf_put_u8(&nfc, '\0');
		rc = nfc.rc == STET_OK ? STET_OK : st_fail_nomem(err);
	}
	if (rc < 0) {
		value->as.string.size = text.size;
		st_buf_free(&nfc);
		return rc;
	}
	free(value->as.string.data);
	value->as.string.data = (char *)nfc.data;
	return STET_OK;
}

int
st_json_nfc(stet_json *value, stet_error *err)
{
	size_t i;
	int rc = STET_OK;

	if (value->kind == STET_JSON_STRING)
		return string_nfc(value, err);
	if (value->kind == STET_JSON_ARRAY || value->kind == STET_JSON_OBJECT)
		for (i = 0; i < value->as.list.count && rc == STET_OK; i++)
			rc = st_json_nfc(value->as.list.members[i].value, err);
	return rc;
}
