/* Setting one member by its path: RFC 6901, read as an instruction. */
#include "json/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

/* One reference token, unescaped into token; *path moves past it. 0, or -1: a bad escape. */
static int
next_token(const char **path, struct st_buf *token)
{
	const char *at = *path + 1;

	st_buf_reset(token);
	for (; *at != '\0' && *at != '/'; at++) {
		if (*at != '~') {
			st_buf_put_u8(token, (uint8_t)*at);
			continue;
		}
		at++;
		if (*at != '0' && *at != '1')
			return -1;
		st_buf_put_u8(token, *at == '0' ? '~' : '/');
	}
	st_buf_put_u8(token, '\0');
	*path = at;
	return 0;
}

/* The place in an array that a token names; "-" and the count are the end. -1: none. */
static int
array_place(const stet_json *array, const char *token, size_t *place_out)
{
	size_t place = 0, i;

	if (strcmp(token, "-") == 0) {
		*place_out = array->as.list.count;
		return 0;
	}
	if (token[0] == '\0' || (token[0] == '0' && token[1] != '\0'))
		return -1;
	for (i = 0; token[i] != '\0'; i++) {
		if (token[i] < '0' || token[i] > '9')
			return -1;
		place = place * 10 + (size_t)(token[i] - '0');
		if (place > array->as.list.count)
			return -1;
	}
	*place_out = place;
	return 0;
}

static int
object_place(const stet_json *object, const char *token, size_t *place_out)
{
	size_t i;

	for (i = 0; i < object->as.list.count; i++)
		if (strcmp(object->as.list.members[i].key, token) == 0)
			break;
	*place_out = i;
	return 0;
}

/* What a path needs that goes on with rest: an array for "/-" and "/0", else an object. */
static stet_json *
container_for(const char *rest)
{
	if (strcmp(rest, "/-") == 0 || strncmp(rest, "/-/", 3) == 0 || strcmp(rest, "/0") == 0 ||
	    strncmp(rest, "/0/", 3) == 0)
		return stet_json_array();
	return stet_json_object();
}

static void
put_last(stet_json *list, const char *token, size_t place, stet_json *value)
{
	struct st_json_member *members = list->as.list.members;

	if (place == list->as.list.count) {
		if (value != NULL)
			st_json_append(list, st_str(token), value);
	} else if (value == NULL) {
		st_json_remove(list, place);
	} else {
		stet_json_free(members[place].value);
		members[place].value = value;
	}
}

static int
fail_path(stet_error *err, const char *path, const char *why)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail(err, STET_EFORMAT, ST_JSON_PATH,
	    "'%s' is not a path into this statement: %s", st_shown(st_str(path), shown), why);
}

static int
set_at(stet_json *list, const char *path, struct st_buf *token, stet_json **value, stet_error *err)
{
	const char *rest = path;
	size_t place;

	for (;;) {
		const char *name;

		if (next_token(&rest, token) < 0)
			return fail_path(err, path, "'~' is followed by 0 or 1");
		if (token->rc != STET_OK)
			return st_fail_nomem(err);
		name = (const char *)token->data;
		if (list->kind == STET_JSON_ARRAY ? array_place(list, name, &place) < 0
						  : object_place(list, name, &place) < 0)
			return fail_path(err, path, "no such place in the array");
		if (*rest == '\0') {
			put_last(list, name, place, *value);
			*value = NULL;
			return list->rc == STET_OK ? STET_OK : st_fail_nomem(err);
		}
		if (place == list->as.list.count) {
			if (*value == NULL)
				return STET_OK; /* nothing there to remove */
			st_json_append(list, st_str(name), container_for(rest));
			if (list->rc != STET_OK)
				return st_fail_nomem(err);
		}
		list = list->as.list.members[place].value;
		if (list->kind != STET_JSON_ARRAY && list->kind != STET_JSON_OBJECT)
			return fail_path(err, path, "it goes on below a value that has no members");
	}
}

int
st_json_pointer_set(stet_json *object, const char *path, stet_json *value, stet_error *err)
{
	struct st_buf token = {0};
	int rc;

	if (path[0] != '/')
		rc = fail_path(err, path, "a path begins with '/'");
	else if (!st_json_utf8_ok(st_str(path)))
		rc = fail_path(err, path, "it is not UTF-8");
	else
		rc = set_at(object, path, &token, &value, err);
	stet_json_free(value);
	st_buf_free(&token);
	return rc;
}
