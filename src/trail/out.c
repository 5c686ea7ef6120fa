/* What a trail is written to. */
#include <stdlib.h>

#include "base/err.h"
#include "json/json.h"
#include "trail/trail.h"

#define PIECE_SIZE ((size_t)64 * 1024)

static int
give(struct st_trail *trail, stet_bytes piece, int last, stet_error *err)
{
	int rc = trail->write(trail->ctx, trail->path, piece, last);

	return rc == STET_OK ? rc
			     : st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
				   "the output could not be written");
}

int
st_out_flush(struct st_trail *trail, stet_error *err)
{
	int rc = STET_OK;

	if (trail->out.rc < 0)
		return st_fail_nomem(err);
	if (trail->out.size > 0)
		rc = give(trail, st_buf_bytes(&trail->out), 0, err);
	st_buf_reset(&trail->out);
	return rc;
}

int
st_out(struct st_trail *trail, stet_bytes piece, stet_error *err)
{
	st_buf_put_bytes(&trail->out, piece);
	return trail->out.rc < 0 || trail->out.size >= PIECE_SIZE ? st_out_flush(trail, err)
								  : STET_OK;
}

int
st_out_text(struct st_trail *trail, const char *text, stet_error *err)
{
	return st_out(trail, st_str(text), err);
}

int
st_out_json(struct st_trail *trail, stet_json **value, stet_error *err)
{
	stet_json *json = *value;
	char *text = NULL;
	size_t size;
	int rc;

	*value = NULL;
	if (json == NULL)
		return st_fail_nomem(err);
	if ((rc = stet_json_text(json, 0, &text, &size, err)) == STET_OK)
		rc = st_out(trail, (stet_bytes){(const uint8_t *)text, size}, err);
	free(text);
	stet_json_free(json);
	return rc;
}

int
st_out_member(
    struct st_trail *trail, int first, const char *key, stet_json **value, stet_error *err)
{
	stet_json *name = stet_json_str(key);
	int rc;

	if ((rc = st_out_text(trail, first ? "\n" : ",\n", err)) < 0 ||
	    (rc = st_out_json(trail, &name, err)) < 0 || (rc = st_out_text(trail, ":", err)) < 0 ||
	    (rc = st_out_json(trail, value, err)) < 0) {
		stet_json_free(name);
		stet_json_free(*value);
		*value = NULL;
	}
	return rc;
}

int
st_out_end(struct st_trail *trail, stet_error *err)
{
	int rc = st_out_flush(trail, err);

	return rc < 0 ? rc : give(trail, (stet_bytes){NULL, 0}, 1, err);
}
