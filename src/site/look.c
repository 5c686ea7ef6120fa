#include "site/look.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64

const stet_json *
st_look(const stet_json *value, const char *path)
{
	char name[NAME_SIZE];
	size_t size;

	for (; value != NULL && *path != '\0'; path += size + (path[size] == '/')) {
		size = strcspn(path, "/");
		if (size >= sizeof(name))
			return NULL;
		memcpy(name, path, size);
		name[size] = '\0';
		value = stet_json_get(value, name);
	}
	return value;
}

int
st_look_bool(const stet_json *value, const char *path)
{
	return stet_json_bool_of(st_look(value, path));
}

int64_t
st_look_int(const stet_json *value, const char *path)
{
	return stet_json_int_of(st_look(value, path));
}

const char *
st_look_text(const stet_json *value, const char *path)
{
	return (const char *)stet_json_string_of(st_look(value, path)).data;
}

int
st_look_is(const stet_json *value, const char *path, const char *text)
{
	const char *here = st_look_text(value, path);

	return here != NULL && strcmp(here, text) == 0;
}
