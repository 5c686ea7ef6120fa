/* References and conditions, as `status` and `diff` take and show them. */
#include "reference.h"
#include "out.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX ((size_t)64 * 1024 * 1024)

int
reference_read(const char *text, stet_reference_visit *visit, void *ctx, int *status_out)
{
	stet_id *id = NULL;
	stet_error err;
	uint8_t *data;
	size_t size;
	int rc;

	if (strcmp(text, "-") != 0 && stet_id_parse(text, &id, &err) == STET_OK) {
		rc = visit(ctx, 0, (stet_bytes){(const uint8_t *)text, strlen(text)}, id);
		stet_id_free(id);
		return rc;
	}
	if ((rc = file_read(text, LIST_MAX, &data, &size, &err)) < 0) {
		complain_of(strcmp(text, "-") == 0 ? "standard input" : text, &err);
		*status_out = EXIT_UNSURE;
		return rc;
	}
	rc = stet_references_find((stet_bytes){data, size}, visit, ctx, &err);
	free(data);
	return rc;
}

char *
condition_date(const stet_json *condition)
{
	char *date = json_text(stet_json_get(condition, "occurred"));

	return date != NULL ? date : json_text(stet_json_get(condition, "published"));
}

char *
condition_speaker(const stet_json *condition)
{
	char *source = json_text(stet_json_get(stet_json_get(condition, "source"), "name"));

	return source != NULL
		   ? source
		   : json_text(stet_json_get(stet_json_get(condition, "said_by"), "issuer"));
}

char *
condition_text(const stet_json *condition)
{
	char *what = json_text(stet_json_get(condition, "condition")),
	     *date = condition_date(condition), *who = condition_speaker(condition),
	     *notice = json_text(stet_json_get(stet_json_get(condition, "notice"), "doi")), *text;

	text = text_of("%s%s%s%s%s, says %s", what != NULL ? what : "", date != NULL ? " " : "",
	    date != NULL ? date : "", notice != NULL ? " by " : "", notice != NULL ? notice : "",
	    who != NULL ? who : "nobody known");
	free(what);
	free(date);
	free(who);
	free(notice);
	return text;
}
