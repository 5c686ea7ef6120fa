/* JSON values: making them, filling them, looking at them.
 *
 * The tree is our own, not jansson's: a member is found by its place in constant time (a hostile
 * object may have a million), order is the order of the text, and a container can remember that
 * memory was short while it was filled. */
#include "json/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/text.h"

#define FIRST_CAPACITY 4

static stet_json *
value_new(int kind)
{
	stet_json *value = calloc(1, sizeof(*value));

	if (value != NULL)
		value->kind = kind;
	return value;
}

static char *
copy_text(stet_bytes text)
{
	char *copy = malloc(text.size + 1);

	if (copy == NULL)
		return NULL;
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	return copy;
}

stet_json *
stet_json_object(void)
{
	return value_new(STET_JSON_OBJECT);
}

stet_json *
stet_json_array(void)
{
	return value_new(STET_JSON_ARRAY);
}

stet_json *
st_json_string_valid(stet_bytes text)
{
	stet_json *value = value_new(STET_JSON_STRING);

	if (value == NULL)
		return NULL;
	if ((value->as.string.data = copy_text(text)) == NULL) {
		free(value);
		return NULL;
	}
	value->as.string.size = text.size;
	return value;
}

stet_json *
stet_json_string(stet_bytes text)
{
	return st_json_utf8_ok(text) ? st_json_string_valid(text) : NULL;
}

stet_json *
stet_json_str(const char *text)
{
	return stet_json_string(st_str(text));
}

stet_json *
stet_json_int(int64_t integer)
{
	stet_json *value = value_new(STET_JSON_INT);

	if (value != NULL)
		value->as.integer = integer;
	return value;
}

stet_json *
stet_json_real(double real)
{
	stet_json *value;

	/* JSON has no word for infinity or for what is not a number. */
	if (!(real - real == 0.0))
		return NULL;
	if ((value = value_new(STET_JSON_REAL)) != NULL)
		value->as.real = real;
	return value;
}

stet_json *
stet_json_bool(int truth)
{
	stet_json *value = value_new(STET_JSON_BOOL);

	if (value != NULL)
		value->as.integer = truth != 0;
	return value;
}

stet_json *
stet_json_null(void)
{
	return value_new(STET_JSON_NULL);
}

stet_json *
stet_json_hex(stet_bytes bytes)
{
	struct st_buf hex = {0};
	stet_json *value = NULL;

	st_hex_put(&hex, bytes);
	if (hex.rc == STET_OK)
		value = st_json_string_valid(st_buf_bytes(&hex));
	st_buf_free(&hex);
	return value;
}

stet_json *
stet_json_hundredths(int64_t hundredths)
{
	if (hundredths % 100 == 0)
		return stet_json_int(hundredths / 100);
	return stet_json_real((double)hundredths / 100.0);
}

void
stet_json_free(stet_json *value)
{
	size_t i;

	if (value == NULL)
		return;
	if (value->kind == STET_JSON_STRING)
		free(value->as.string.data);
	if (value->kind == STET_JSON_ARRAY || value->kind == STET_JSON_OBJECT) {
		for (i = 0; i < value->as.list.count; i++) {
			free(value->as.list.members[i].key);
			stet_json_free(value->as.list.members[i].value);
		}
		free(value->as.list.members);
	}
	free(value);
}

/* Room for one more; remembers in the container if there is none. */
static struct st_json_member *
list_room(stet_json *list)
{
	size_t capacity = list->as.list.capacity;
	struct st_json_member *members;

	if (list->as.list.count == capacity) {
		capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
		if (capacity > SIZE_MAX / sizeof(*members) ||
		    (members = realloc(list->as.list.members, capacity * sizeof(*members))) ==
			NULL) {
			list->rc = STET_ENOMEM;
			return NULL;
		}
		list->as.list.members = members;
		list->as.list.capacity = capacity;
	}
	return &list->as.list.members[list->as.list.count];
}

void
st_json_append(stet_json *list, stet_bytes key, stet_json *value)
{
	struct st_json_member *member;

	if (value == NULL) {
		list->rc = STET_ENOMEM;
		return;
	}
	if ((member = list_room(list)) == NULL) {
		stet_json_free(value);
		return;
	}
	member->key = NULL;
	if (list->kind == STET_JSON_OBJECT && (member->key = copy_text(key)) == NULL) {
		list->rc = STET_ENOMEM;
		stet_json_free(value);
		return;
	}
	member->value = value;
	list->as.list.count++;
}

static struct st_json_member *
find_member(const stet_json *object, const char *key)
{
	size_t i;

	if (object == NULL || object->kind != STET_JSON_OBJECT)
		return NULL;
	for (i = 0; i < object->as.list.count; i++)
		if (strcmp(object->as.list.members[i].key, key) == 0)
			return &object->as.list.members[i];
	return NULL;
}

void
stet_json_set(stet_json *object, const char *key, stet_json *value)
{
	struct st_json_member *member;

	if (object == NULL) {
		stet_json_free(value);
		return;
	}
	if (object->kind != STET_JSON_OBJECT || !st_json_utf8_ok(st_str(key))) {
		object->rc = STET_EINVAL;
		stet_json_free(value);
		return;
	}
	member = find_member(object, key);
	if (member == NULL) {
		st_json_append(object, st_str(key), value);
	} else if (value == NULL) {
		object->rc = STET_ENOMEM;
	} else {
		stet_json_free(member->value);
		member->value = value;
	}
}

void
st_json_move(stet_json *object, stet_json **from)
{
	struct st_json_member *member;
	size_t i;

	if (object != NULL && st_json_rc(*from) < 0)
		object->rc = st_json_rc(*from);
	for (i = 0; *from != NULL && i < (*from)->as.list.count; i++) {
		member = &(*from)->as.list.members[i];
		stet_json_set(object, member->key, member->value);
		member->value = NULL;
	}
	stet_json_free(*from);
	*from = NULL;
}

void
stet_json_add(stet_json *array, stet_json *value)
{
	if (array == NULL) {
		stet_json_free(value);
		return;
	}
	if (array->kind != STET_JSON_ARRAY) {
		array->rc = STET_EINVAL;
		stet_json_free(value);
		return;
	}
	st_json_append(array, (stet_bytes){NULL, 0}, value);
}

int
st_json_rc(const stet_json *value)
{
	size_t i;
	int rc;

	if (value == NULL)
		return STET_ENOMEM;
	rc = value->rc;
	if (value->kind == STET_JSON_ARRAY || value->kind == STET_JSON_OBJECT)
		for (i = 0; i < value->as.list.count && rc == STET_OK; i++)
			rc = st_json_rc(value->as.list.members[i].value);
	return rc;
}

void
st_json_remove(stet_json *list, size_t index)
{
	struct st_json_member *members = list->as.list.members;

	free(members[index].key);
	stet_json_free(members[index].value);
	list->as.list.count--;
	memmove(
	    &members[index], &members[index + 1], (list->as.list.count - index) * sizeof(*members));
}

void
st_json_set_text(stet_json *object, const char *key, stet_bytes text)
{
	struct st_buf shown = {0};

	if (st_json_utf8_ok(text)) {
		stet_json_set(object, key, st_json_string_valid(text));
		return;
	}
	st_text_show(text, &shown);
	stet_json_set(
	    object, key, shown.rc == STET_OK ? stet_json_string(st_buf_bytes(&shown)) : NULL);
	st_buf_free(&shown);
}

void
st_json_set_hex(stet_json *object, const char *key, const uint8_t *data, size_t size)
{
	stet_json_set(object, key, stet_json_hex((stet_bytes){data, size}));
}

int
stet_json_kind_of(const stet_json *value)
{
	return value == NULL ? STET_JSON_NULL : value->kind;
}

size_t
stet_json_size(const stet_json *value)
{
	if (value == NULL || (value->kind != STET_JSON_ARRAY && value->kind != STET_JSON_OBJECT))
		return 0;
	return value->as.list.count;
}

const stet_json *
stet_json_get(const stet_json *object, const char *key)
{
	const struct st_json_member *member = find_member(object, key);

	return member == NULL ? NULL : member->value;
}

const stet_json *
stet_json_item(const stet_json *array, size_t index)
{
	if (array == NULL || array->kind != STET_JSON_ARRAY || index >= array->as.list.count)
		return NULL;
	return array->as.list.members[index].value;
}

int
stet_json_member(
    const stet_json *object, size_t index, const char **key_out, const stet_json **value_out)
{
	if (object == NULL || object->kind != STET_JSON_OBJECT || index >= object->as.list.count)
		return 0;
	*key_out = object->as.list.members[index].key;
	*value_out = object->as.list.members[index].value;
	return 1;
}

stet_bytes
stet_json_string_of(const stet_json *value)
{
	stet_bytes none = {NULL, 0};

	if (value == NULL || value->kind != STET_JSON_STRING)
		return none;
	return (stet_bytes){(const uint8_t *)value->as.string.data, value->as.string.size};
}

int64_t
stet_json_int_of(const stet_json *value)
{
	return value != NULL && value->kind == STET_JSON_INT ? value->as.integer : 0;
}

double
stet_json_real_of(const stet_json *value)
{
	if (value != NULL && value->kind == STET_JSON_REAL)
		return value->as.real;
	return (double)stet_json_int_of(value);
}

int
stet_json_bool_of(const stet_json *value)
{
	return value != NULL && value->kind == STET_JSON_BOOL && value->as.integer != 0;
}

int
st_json_hundredths(const stet_json *value, int64_t *hundredths_out)
{
	const int64_t most = INT64_C(9007199254740991);
	int64_t nearest;
	double scaled, off;

	if (value == NULL)
		return 0;
	if (value->kind == STET_JSON_INT) {
		if (value->as.integer > most / 100 || value->as.integer < -(most / 100))
			return 0;
		*hundredths_out = value->as.integer * 100;
		return 1;
	}
	if (value->kind != STET_JSON_REAL)
		return 0;
	scaled = value->as.real * 100.0;
	if (!(scaled < (double)most && scaled > -(double)most))
		return 0;
	nearest = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
	off = scaled - (double)nearest;
	if (off > 1e-6 || off < -1e-6)
		return 0;
	*hundredths_out = nearest;
	return 1;
}

stet_json *
stet_json_copy(const stet_json *value)
{
	stet_json *copy;
	size_t i;

	if (value == NULL)
		return NULL;
	if (value->kind == STET_JSON_STRING)
		return st_json_string_valid(stet_json_string_of(value));
	if ((copy = value_new(value->kind)) == NULL)
		return NULL;
	if (value->kind != STET_JSON_ARRAY && value->kind != STET_JSON_OBJECT) {
		copy->as = value->as;
		return copy;
	}
	copy->rc = value->rc;
	for (i = 0; i < value->as.list.count && copy->rc == STET_OK; i++) {
		const struct st_json_member *member = &value->as.list.members[i];
		stet_bytes key = {NULL, 0};

		if (member->key != NULL)
			key = st_str(member->key);
		st_json_append(copy, key, stet_json_copy(member->value));
	}
	if (copy->rc == STET_ENOMEM && value->rc == STET_OK) {
		stet_json_free(copy);
		return NULL;
	}
	return copy;
}
