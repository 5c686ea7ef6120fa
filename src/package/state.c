/* Paths of inventories: content paths and logical ones are kept, compared and judged alike. */
#include "package/ocfl.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* '/' before all other characters, so that a folder is followed by what lies in it. */
int
st_path_compare(stet_bytes a, stet_bytes b)
{
	size_t i, size = a.size < b.size ? a.size : b.size;

	for (i = 0; i < size && a.data[i] == b.data[i]; i++)
		;
	if (i == size)
		return a.size < b.size ? -1 : a.size > b.size;
	if (a.data[i] == '/' || b.data[i] == '/')
		return a.data[i] == '/' ? -1 : 1;
	return a.data[i] < b.data[i] ? -1 : 1;
}

static int
by_path(const void *a, const void *b)
{
	const struct st_path *x = a, *y = b;
	int order = st_path_compare(x->path, y->path);

	return order != 0 ? order : st_bytes_compare(x->digest, y->digest);
}

int
st_paths_add(struct st_paths *paths, stet_bytes path, stet_bytes digest)
{
	struct st_path *grown;
	size_t room;

	if (paths->count == paths->room) {
		room = paths->room == 0 ? 16 : paths->room * 2;
		if ((grown = realloc(paths->items, room * sizeof(*grown))) == NULL)
			return STET_ENOMEM;
		paths->items = grown;
		paths->room = room;
	}
	paths->items[paths->count++] = (struct st_path){path, digest};
	return STET_OK;
}

void
st_paths_sort(struct st_paths *paths)
{
	if (paths->count > 1)
		qsort(paths->items, paths->count, sizeof(paths->items[0]), by_path);
}

const struct st_path *
st_paths_find(const struct st_paths *paths, stet_bytes path)
{
	size_t low = 0, high = paths->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = st_path_compare(paths->items[middle].path, path);
		if (order == 0)
			return &paths->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
st_paths_free(struct st_paths *paths)
{
	free(paths->items);
	memset(paths, 0, sizeof(*paths));
}

/* --- logical paths --------------------------------------------------------------------------- */

#define BAD(inventory, code, ...) \
	st_found_problem((inventory)->found, code, (inventory)->where, __VA_ARGS__)

/* The code of what is wrong with a path, or NULL: ends if it is empty, begins or ends with '/',
 * parts if a part of it is empty, "." or "..". */
const char *
st_path_fault(stet_bytes path, const char *ends, const char *parts)
{
	size_t i, from = 0, part;

	if (path.size == 0 || path.data[0] == '/' || path.data[path.size - 1] == '/')
		return ends;
	for (i = 0; i <= path.size; i++) {
		if (i < path.size && path.data[i] != '/')
			continue;
		part = i - from;
		if (part == 0 || (part == 1 && path.data[from] == '.') ||
		    (part == 2 && memcmp(path.data + from, "..", 2) == 0))
			return parts;
		from = i + 1;
	}
	return NULL;
}

static int
take_list(const struct st_inventory *inventory, const char *version, stet_bytes digest,
    const stet_json *list, int tell, struct st_paths *out)
{
	char shown[ST_SHOWN_SIZE];
	const char *code;
	stet_bytes path;
	size_t i;

	if (stet_json_kind_of(list) != STET_JSON_ARRAY) {
		if (tell)
			BAD(inventory, "E050", "%s: the state of a digest is no list of paths",
			    version);
		return STET_OK;
	}
	for (i = 0; i < stet_json_size(list); i++) {
		path = stet_json_string_of(stet_json_item(list, i));
		code = path.data == NULL ? "E050" : st_path_fault(path, "E053", "E052");
		if (code == NULL) {
			if (st_paths_add(out, path, digest) < 0)
				return STET_ENOMEM;
		} else if (tell) {
			BAD(inventory, code, "%s: '%s' is no logical path", version,
			    path.data == NULL ? "" : st_shown(path, shown));
		}
	}
	return STET_OK;
}

int
st_path_inside(stet_bytes inner, stet_bytes outer)
{
	return inner.size > outer.size && inner.data[outer.size] == '/' &&
	       memcmp(inner.data, outer.data, outer.size) == 0;
}

static void
tell_conflicts(
    const struct st_inventory *inventory, const char *version, const struct st_paths *paths)
{
	char shown[ST_SHOWN_SIZE];
	size_t i;

	for (i = 1; i < paths->count; i++) {
		if (st_bytes_equal(paths->items[i].path, paths->items[i - 1].path))
			BAD(inventory, "E095", "%s: the logical path '%s' is there twice", version,
			    st_shown(paths->items[i].path, shown));
		else if (st_path_inside(paths->items[i].path, paths->items[i - 1].path))
			BAD(inventory, "E095", "%s: the logical path '%s' is a file and a folder",
			    version, st_shown(paths->items[i - 1].path, shown));
	}
}

int
st_inventory_state(const struct st_inventory *inventory, const stet_json *block,
    const char *version, int tell, struct st_paths *out)
{
	const stet_json *state = stet_json_get(block, "state"), *list;
	const char *digest;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && stet_json_kind_of(state) == STET_JSON_OBJECT &&
		    stet_json_member(state, i, &digest, &list);
	     i++)
		rc = take_list(inventory, version, st_str(digest), list, tell, out);
	st_paths_sort(out);
	if (rc == STET_OK && tell)
		tell_conflicts(inventory, version, out);
	return rc;
}
