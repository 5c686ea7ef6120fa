/* The keys a reader knows. */
#include "trust/trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

int
stet_trust_new(stet_trust **trust_out, stet_error *err)
{
	stet_trust *trust = calloc(1, sizeof(*trust));

	if (trust == NULL)
		return st_fail_nomem(err);
	*trust_out = trust;
	return STET_OK;
}

void
stet_trust_free(stet_trust *trust)
{
	if (trust == NULL)
		return;
	free(trust->keys);
	free(trust);
}

size_t
stet_trust_count(const stet_trust *trust)
{
	return trust->count;
}

int
st_vkey_same(const struct st_vkey *a, const struct st_vkey *b)
{
	return a->type == b->type && strcmp(a->name, b->name) == 0 &&
	       memcmp(a->public_key, b->public_key, sizeof(a->public_key)) == 0;
}

int
st_trust_put(stet_trust *trust, const struct st_vkey *vkey, stet_error *err)
{
	struct st_vkey *grown;
	size_t i, room;

	for (i = 0; i < trust->count; i++)
		if (st_vkey_same(&trust->keys[i], vkey))
			return STET_OK;
	if (trust->count == trust->room) {
		room = trust->room == 0 ? 4 : trust->room * 2;
		if ((grown = realloc(trust->keys, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		trust->keys = grown;
		trust->room = room;
	}
	trust->keys[trust->count++] = *vkey;
	return STET_OK;
}

int
st_trust_has(const stet_trust *trust, const struct st_vkey *vkey)
{
	size_t i;

	for (i = 0; trust != NULL && i < trust->count; i++)
		if (st_vkey_same(&trust->keys[i], vkey))
			return 1;
	return 0;
}

static int
add(stet_trust *trust, stet_bytes text, stet_error *err)
{
	struct st_vkey vkey;
	int rc = st_vkey_parse(text, &vkey, err);

	return rc < 0 ? rc : st_trust_put(trust, &vkey, err);
}

int
stet_trust_add(stet_trust *trust, const char *vkey, stet_error *err)
{
	return add(trust, st_str(vkey), err);
}

static int
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static stet_bytes
trim(stet_bytes line)
{
	while (line.size > 0 && is_blank(line.data[0])) {
		line.data++;
		line.size--;
	}
	while (line.size > 0 && is_blank(line.data[line.size - 1]))
		line.size--;
	return line;
}

/* "log VKEY [URL]" to VKEY; a line that does not begin with that word as it is. */
static stet_bytes
key_of(stet_bytes line)
{
	size_t size = 0;

	if (line.size < 4 || memcmp(line.data, "log", 3) != 0 || !is_blank(line.data[3]))
		return line;
	line = trim((stet_bytes){line.data + 3, line.size - 3});
	while (size < line.size && !is_blank(line.data[size]))
		size++;
	return (stet_bytes){line.data, size};
}

static int
wrong_line(size_t number, const stet_error *why, stet_error *err)
{
	return st_fail(err, why->code, why->rule, "line %zu: %s", number, why->text);
}

int
stet_trust_read(stet_trust *trust, stet_bytes text, stet_error *err)
{
	const size_t before = trust->count;
	stet_bytes rest = text, line;
	const uint8_t *end;
	stet_error why = {0};
	size_t number = 0;
	int rc = STET_OK;

	while (rc == STET_OK && rest.size > 0) {
		end = memchr(rest.data, '\n', rest.size);
		line.data = rest.data;
		line.size = end == NULL ? rest.size : (size_t)(end - rest.data);
		rest.data += line.size + (end != NULL);
		rest.size -= line.size + (end != NULL);
		number++;
		line = trim(line);
		if (line.size > 0 && line.data[0] != '#' &&
		    (rc = add(trust, key_of(line), &why)) < 0)
			wrong_line(number, &why, err);
	}
	if (rc < 0)
		trust->count = before;
	return rc;
}
