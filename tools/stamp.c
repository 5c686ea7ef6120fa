/* RFC 3161 time-stamps on pages. */
#include "stamp.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int
stamp_check(const stet_json *report, const char *path, const stet_tsa *tsa, stet_json *list,
    stet_error *err)
{
	char *origin = json_text(stet_json_get(report, "origin"));
	int64_t size = stet_json_int_of(stet_json_get(report, "size"));
	stet_json *stamp = NULL;
	uint8_t *der = NULL, root[32];
	size_t length = 0;
	stet_error why;
	int rc;

	if (origin == NULL || !json_root(stet_json_get(report, "root"), root))
		rc = fail_text(err, STET_ENOTFOUND,
		    "there is no checkpoint in it that a time-stamp could be of");
	else if (file_read(path, STAMP_FILE_MAX, &der, &length, &why) < 0)
		rc = fail_text(err, STET_EIO, "cannot read '%s': %s", path, why.text);
	else if ((rc = stet_timestamp_check((stet_bytes){der, length}, origin, (uint64_t)size, root,
		      tsa, &stamp, err)) == STET_OK) {
		stet_json_set(stamp, "size", stet_json_int(size));
		stet_json_add(list, stamp);
	}
	free(der);
	free(origin);
	return rc;
}

size_t
stamp_known(const stet_json *list)
{
	size_t i, count = 0;

	for (i = 0; i < stet_json_size(list); i++)
		count += (size_t)stet_json_bool_of(stet_json_get(stet_json_item(list, i), "known"));
	return count;
}

char *
stamp_text(const stet_json *stamp)
{
	char *time = json_text(stet_json_get(stamp, "time")),
	     *tsa = json_text(stet_json_get(stamp, "tsa")),
	     *why = json_text(stet_json_get(stamp, "why")), number[32], *text = NULL;

	if (time != NULL && tsa != NULL)
		text = text_of("the first %s entries existed no later than %s, by %s%s%s%s",
		    number_text((uint64_t)stet_json_int_of(stet_json_get(stamp, "size")), number),
		    time, tsa, why != NULL ? ", who is not known to you (" : "",
		    why != NULL ? why : "", why != NULL ? ")" : "");
	free(time);
	free(tsa);
	free(why);
	return text;
}

void
stamp_page(const stet_json *list, void (*row)(const char *label, const char *text))
{
	char *text;
	size_t i;

	for (i = 0; i < stet_json_size(list); i++)
		if ((text = stamp_text(stet_json_item(list, i))) != NULL) {
			row("stamped", text);
			free(text);
		}
}
