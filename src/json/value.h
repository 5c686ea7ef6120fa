#ifndef ST_JSON_VALUE_H
#define ST_JSON_VALUE_H
/* What a JSON value is made of; for the files of this folder alone. */
#include "json/json.h"

/* key is NULL in an array. */
struct st_json_member {
	char *key;
	stet_json *value;
};

struct stet_json {
	int kind; /* enum stet_json_kind */
	int rc;   /* of a container: STET_OK, or what went wrong while it was filled */
	union {
		int64_t integer; /* INT, BOOL */
		double real;
		struct {
			char *data; /* NUL-terminated; no NUL inside but what a caller built */
			size_t size;
		} string;
		struct {
			struct st_json_member *members;
			size_t count, capacity;
		} list; /* ARRAY, OBJECT */
	} as;
};

/* 1 if the bytes are well-formed UTF-8, controls and all: JSON escapes what it must. */
int st_json_utf8_ok(stet_bytes text);
/* A string of bytes known to be UTF-8. */
stet_json *st_json_string_valid(stet_bytes text);
/* Adds to an object (without looking for the key) or an array; takes value over. */
void st_json_append(stet_json *list, stet_bytes key, stet_json *value);
/* Removes the member or item in this place. */
void st_json_remove(stet_json *list, size_t index);

#endif
