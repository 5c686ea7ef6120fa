#include "admission/closure.h"

#include <stdlib.h>
#include <string.h>

#include "admission/lookup.h"
#include "base/err.h"

int
st_links_each(
    const struct st_statement *statement, st_link_visit *visit, void *ctx, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, value, name;
	struct st_buf buf = {0};
	struct st_cbor in;
	uint64_t count;
	int rc = STET_OK;

	if (statement->type == ST_TYPE_ALIAS) {
		if (st_cbor_member_text(payload, "record", &name) == STET_OK)
			rc = visit(ctx, name);
	} else if (statement->type == ST_TYPE_RECORD) {
		if (st_cbor_member(payload, "aliases", &value) < 0)
			return STET_OK;
		in = st_cbor_open(value);
		if (st_cbor_read_array(&in, &count) < 0)
			return STET_OK;
		for (; count > 0 && rc == STET_OK; count--)
			if (st_cbor_read_text(&in, &name) == STET_OK)
				rc = visit(ctx, name);
	} else if (statement->type == ST_TYPE_DOI) {
		if (st_cbor_member_text(payload, "doi", &value) == STET_OK &&
		    (rc = st_name_from_doi(value, &buf, err)) == STET_OK)
			rc = visit(ctx, st_buf_bytes(&buf));
		st_buf_free(&buf);
	}
	return rc;
}

struct growing {
	struct st_closure *closure;
	int loose; /* what is added now is */
	stet_error *err;
};

static int
add_name(void *ctx, stet_bytes name)
{
	struct growing *growing = ctx;
	struct st_closure *closure = growing->closure;
	struct st_closure_name *names;
	size_t i, capacity;

	for (i = 0; i < closure->count; i++) {
		if (!st_bytes_equal(st_str(closure->names[i].name), name))
			continue;
		return STET_OK;
	}
	if (closure->count == closure->capacity) {
		capacity = closure->capacity == 0 ? 4 : closure->capacity * 2;
		if ((names = realloc(closure->names, capacity * sizeof(*names))) == NULL)
			return st_fail_nomem(growing->err);
		closure->names = names;
		closure->capacity = capacity;
	}
	names = &closure->names[closure->count];
	if ((names->name = strndup((const char *)name.data, name.size)) == NULL)
		return st_fail_nomem(growing->err);
	st_map_key(name, names->key);
	names->loose = growing->loose;
	closure->count++;
	return STET_OK;
}

struct links {
	uint64_t size;    /* entries that count      */
	int loose, other; /* see collect()           */
	uint64_t *seqs;
	size_t count, capacity;
};

/* Gathers the entries that link: of a name's own, the statements (or the observations, when loose);
 * from the other side, everything. */
static int
collect(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct links *links = ctx;
	uint64_t *seqs;
	size_t capacity;

	(void)what;
	if (seq >= links->size ||
	    (!links->other && ((detail & ST_LINK_OBSERVED) != 0) != links->loose))
		return 0;
	if (links->count == links->capacity) {
		capacity = links->capacity == 0 ? 16 : links->capacity * 2;
		if ((seqs = realloc(links->seqs, capacity * sizeof(*seqs))) == NULL)
			return STET_ENOMEM;
		links->seqs = seqs;
		links->capacity = capacity;
	}
	links->seqs[links->count++] = seq;
	return 0;
}

static int
follow(const struct st_books *books, struct st_closure *closure, size_t at, struct links *links,
    int loose, stet_error *err)
{
	struct growing growing = {closure, closure->names[at].loose || loose, err};
	struct st_read read;
	uint8_t name_key[32];
	size_t i;
	int rc;

	memcpy(name_key, closure->names[at].key, 32); /* names move as they grow */
	links->count = 0;
	rc = st_lookup_walk(books->tables, links->other ? ST_LOOKUP_LINKED : ST_LOOKUP_LINK,
	    (stet_bytes){name_key, 32}, 0, collect, links, err);
	for (i = 0; rc == STET_OK && i < links->count; i++) {
		if ((rc = st_books_entry(books, links->seqs[i], &read, err)) < 0)
			break;
		rc = links->other ? add_name(&growing, read.statement.sign1.claims.sub)
				  : st_links_each(&read.statement, add_name, &growing, err);
	}
	return rc;
}

int
st_closure_of(const struct st_books *books, stet_bytes name, uint64_t size, int loose,
    struct st_closure *closure_out, stet_error *err)
{
	struct growing growing = {closure_out, 0, err};
	struct links links = {size, 0, 0, NULL, 0, 0};
	size_t at;
	int rc;

	memset(closure_out, 0, sizeof(*closure_out));
	if ((rc = add_name(&growing, name)) < 0)
		return rc;
	/* First what the record's own statements link, so that `loose` marks the rest. */
	for (at = 0; rc == STET_OK && at < closure_out->count; at++)
		rc = follow(books, closure_out, at, &links, 0, err);
	for (at = 0; rc == STET_OK && loose && at < closure_out->count; at++) {
		links.loose = 0;
		links.other = 0;
		if (closure_out->names[at].loose &&
		    (rc = follow(books, closure_out, at, &links, 1, err)) < 0)
			break;
		links.loose = 1;
		if ((rc = follow(books, closure_out, at, &links, 1, err)) < 0)
			break;
		links.other = 1;
		rc = follow(books, closure_out, at, &links, 1, err);
	}
	free(links.seqs);
	return rc;
}

void
st_closure_clear(struct st_closure *closure)
{
	size_t i;

	for (i = 0; i < closure->count; i++)
		free(closure->names[i].name);
	free(closure->names);
	memset(closure, 0, sizeof(*closure));
}
