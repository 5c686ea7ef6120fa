/* Two payload manifests, line by line, whatever their order. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bag/bag.h"
#include "base/err.h"

#define DIGITS 128 /* of a SHA-512; two spaces and the path follow */

struct lines {
	stet_bytes *items;
	size_t count;
};

static stet_bytes
path_of(stet_bytes line)
{
	size_t at = DIGITS;

	while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t'))
		at++;
	return (stet_bytes){line.data + at, line.size - at};
}

static int
by_path(const void *a, const void *b)
{
	return st_bytes_compare(path_of(*(const stet_bytes *)a), path_of(*(const stet_bytes *)b));
}

static int
split(stet_bytes text, struct lines *lines, stet_error *err)
{
	stet_bytes rest = text, line;
	size_t count = 0;

	while (st_tag_line(&rest, &line))
		count++;
	if ((lines->items = calloc(count + 1, sizeof(*lines->items))) == NULL)
		return st_fail_nomem(err);
	while (st_tag_line(&text, &line))
		if (line.size > DIGITS)
			lines->items[lines->count++] = line;
	qsort(lines->items, lines->count, sizeof(*lines->items), by_path);
	return STET_OK;
}

static void
tell(struct st_found *found, stet_bytes line, const char *what)
{
	stet_bytes path = path_of(line);
	char name[256];

	snprintf(name, sizeof(name), "%.*s", (int)path.size, (const char *)path.data);
	st_found_problem(found, stet_rule_name(ST_BAG_RENDERING), name, "%s", what);
}

static void
compare(struct st_found *found, const struct lines *ours, const struct lines *theirs)
{
	size_t i = 0, j = 0;
	int order;

	while (i < ours->count || j < theirs->count) {
		order = i == ours->count     ? 1
			: j == theirs->count ? -1
					     : by_path(&ours->items[i], &theirs->items[j]);
		if (order < 0)
			tell(found, ours->items[i++], "is missing: the ledger in the bag gives it");
		else if (order > 0)
			tell(found, theirs->items[j++],
			    "is nothing that the ledger in the bag gives");
		else if (strncasecmp((const char *)ours->items[i++].data,
			     (const char *)theirs->items[j++].data, DIGITS) != 0)
			tell(found, theirs->items[j - 1],
			    "is not what the ledger in the bag gives: it was altered");
	}
}

int
st_bag_compare(struct st_found *found, stet_bytes ours, stet_bytes theirs, stet_error *err)
{
	struct lines a = {NULL, 0}, b = {NULL, 0};
	int rc;

	if ((rc = split(ours, &a, err)) == STET_OK && (rc = split(theirs, &b, err)) == STET_OK)
		compare(found, &a, &b);
	free(a.items);
	free(b.items);
	return rc;
}
