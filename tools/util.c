#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
text_of(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	return size < 0 ? NULL : text;
}

const char *
number_text(uint64_t number, char out[32])
{
	char plain[24];
	size_t size, i, used = 0;

	snprintf(plain, sizeof(plain), "%" PRIu64, number);
	size = strlen(plain);
	for (i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = plain[i];
	}
	out[used] = '\0';
	return out;
}

int
list_has(const char *list, const char *word)
{
	size_t size = strlen(word);

	while (list != NULL && *list != '\0') {
		if (strncmp(list, word, size) == 0 && (list[size] == ',' || list[size] == '\0'))
			return 1;
		if ((list = strchr(list, ',')) != NULL)
			list++;
	}
	return 0;
}

int
make_folders(const char *path)
{
	char *copy = strdup(path), *slash = copy;
	int rc = 0;

	if (copy == NULL) {
		errno = ENOMEM;
		return -1;
	}
	while (rc == 0 && (slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			rc = -1;
		*slash = '/';
	}
	if (rc == 0 && mkdir(copy, 0700) < 0 && errno != EEXIST)
		rc = -1;
	free(copy);
	return rc;
}

void
hex_text(const uint8_t *data, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < size; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * size] = '\0';
}

int
fail_text(stet_error *err, int code, const char *format, ...)
{
	va_list args;

	memset(err, 0, sizeof(*err));
	err->code = code;
	err->seq = STET_NO_SEQ;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return code;
}

int
json_is(const stet_json *value, const char *text)
{
	stet_bytes bytes = stet_json_string_of(value);

	return bytes.data != NULL && bytes.size == strlen(text) &&
	       memcmp(bytes.data, text, bytes.size) == 0;
}

int
json_root(const stet_json *value, uint8_t root_out[32])
{
	static const char digits[] = "0123456789abcdef";
	stet_bytes hex = stet_json_string_of(value);
	const char *digit;
	size_t i;

	if (hex.data == NULL || hex.size != 64)
		return 0;
	memset(root_out, 0, 32);
	for (i = 0; i < 64; i++) {
		if ((digit = memchr(digits, hex.data[i], 16)) == NULL)
			return 0;
		root_out[i / 2] = (uint8_t)(root_out[i / 2] << 4 | (digit - digits));
	}
	return 1;
}

int
json_same(const stet_json *a, const stet_json *b)
{
	stet_bytes left = stet_json_string_of(a), right = stet_json_string_of(b);

	return left.data != NULL && right.data != NULL && left.size == right.size &&
	       memcmp(left.data, right.data, left.size) == 0;
}

char *
json_text(const stet_json *value)
{
	stet_bytes bytes = stet_json_string_of(value);

	return bytes.data != NULL ? strndup((const char *)bytes.data, bytes.size) : NULL;
}

char *
json_shown(const stet_json *value)
{
	stet_error err;
	char *text;
	size_t size;

	if (value == NULL)
		return strdup("");
	if (stet_json_kind_of(value) == STET_JSON_STRING)
		return json_text(value);
	return stet_json_text(value, 0, &text, &size, &err) == STET_OK ? text : NULL;
}

char *
json_joined(const stet_json *array)
{
	char *text = strdup(""), *item, *longer;
	size_t i;

	for (i = 0; text != NULL && i < stet_json_size(array); i++) {
		item = json_shown(stet_json_item(array, i));
		longer = text_of("%s%s%s", text, i > 0 ? ", " : "", item != NULL ? item : "");
		free(item);
		free(text);
		text = longer;
	}
	return text;
}

/* One step of a path: the text up to the next '/', with ~1 and ~0 read back (RFC 6901, section 4).
 */
static const char *
step(const char *path, char *out, size_t size)
{
	size_t used = 0;

	for (path++; *path != '\0' && *path != '/'; path++) {
		char c = *path;

		if (c == '~' && (path[1] == '0' || path[1] == '1'))
			c = *++path == '0' ? '~' : '/';
		if (used + 1 < size)
			out[used++] = c;
	}
	out[used] = '\0';
	return path;
}

const stet_json *
json_at(const stet_json *value, const char *path)
{
	char name[256], *end;
	unsigned long index;

	while (value != NULL && *path == '/') {
		path = step(path, name, sizeof(name));
		if (stet_json_kind_of(value) == STET_JSON_ARRAY) {
			index = strtoul(name, &end, 10);
			value = end != name && *end == '\0' ? stet_json_item(value, index) : NULL;
		} else {
			value = stet_json_get(value, name);
		}
	}
	return *path == '\0' ? value : NULL;
}

int
file_read(const char *path, size_t max, uint8_t **data_out, size_t *size_out, stet_error *err)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *data = NULL, *grown;
	size_t used = 0, room = 0;
	ssize_t got = -1;

	if (fd < 0)
		return fail_text(
		    err, errno == ENOENT ? STET_ENOTFOUND : STET_EIO, "%s", strerror(errno));
	do {
		if (used == room) {
			room = room == 0 ? 16384 : room * 2;
			grown = realloc(data, room);
			if (grown == NULL)
				break;
			data = grown;
		}
		got = read(fd, data + used, room - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used <= max) || (got < 0 && errno == EINTR));
	if (got < 0)
		fail_text(err, STET_EIO, "%s", strerror(errno));
	close(fd);
	if (got == 0) {
		*data_out = data;
		*size_out = used;
		return STET_OK;
	}
	free(data);
	if (got > 0)
		return used > max ? fail_text(err, STET_EFORMAT, "more than %zu bytes", max)
				  : fail_text(err, STET_ENOMEM, "out of memory");
	return err->code;
}

int
json_read_file(const char *path, size_t max, stet_json **value_out, stet_error *err)
{
	uint8_t *data = NULL;
	size_t size = 0;
	int rc = file_read(path, max, &data, &size, err);

	if (rc == STET_OK)
		rc = stet_json_parse((stet_bytes){data, size}, value_out, err);
	free(data);
	return rc;
}
