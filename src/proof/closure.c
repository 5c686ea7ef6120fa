/* The names that a proof covers.  One function for its maker, over a ledger's tables, and for its
 * reader, over the entries that are shown. */
#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "base/err.h"
#include "base/name.h"
#include "proof/proof.h"

struct growing {
	const struct st_books *books;
	const struct st_state *state;
	uint64_t size;
	struct st_covered *covered;
	stet_error *err;
};

static int
add(struct growing *growing, stet_bytes name)
{
	struct st_covered *covered = growing->covered;
	struct st_covered_name *names;
	uint8_t key[32];
	size_t i, capacity;

	st_map_key(name, key);
	for (i = 0; i < covered->count; i++)
		if (memcmp(covered->names[i].key, key, 32) == 0)
			return STET_OK;
	if (covered->count == covered->capacity) {
		capacity = covered->capacity == 0 ? 16 : covered->capacity * 2;
		if ((names = realloc(covered->names, capacity * sizeof(*names))) == NULL)
			return st_fail_nomem(growing->err);
		covered->names = names;
		covered->capacity = capacity;
	}
	names = &covered->names[covered->count];
	if ((names->name = strndup((const char *)name.data, name.size)) == NULL)
		return st_fail_nomem(growing->err);
	memcpy(names->key, key, 32);
	covered->count++;
	return STET_OK;
}

/* What the record's own statements link. */
static int
add_linked(struct growing *growing, stet_bytes name)
{
	struct st_closure closure = {NULL, 0, 0};
	size_t i;
	int rc;

	rc = st_closure_of(growing->books, name, growing->size, 0, &closure, growing->err);
	for (i = 0; rc == STET_OK && i < closure.count; i++)
		rc = add(growing, st_str(closure.names[i].name));
	st_closure_clear(&closure);
	return rc;
}

static int
add_key(struct growing *growing, const uint8_t kid[32])
{
	char name[ST_KEY_NAME_SIZE];

	if (st_state_is_ledger_key(growing->state, kid))
		return STET_OK;
	st_key_name(kid, name);
	return add(growing, st_str(name));
}

/* The keys that signed the entries about a name. */
static int
add_signers(struct growing *growing, const uint8_t name_key[32])
{
	uint8_t key[32];
	struct st_read read;
	uint64_t count, nth, seq;
	int rc;

	memcpy(key, name_key, 32); /* names move as they grow */
	if ((rc = st_count_before(growing->books, key, growing->size, &count, growing->err)) < 0)
		return rc;
	for (nth = 0; nth < count; nth++)
		if ((rc = st_books_nth(growing->books, key, nth, &seq, growing->err)) < 0 ||
		    (rc = st_books_entry(growing->books, seq, &read, growing->err)) < 0 ||
		    (rc = add_key(growing, read.statement.sign1.kid)) < 0)
			return rc;
	return STET_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return memcmp(
	    ((const struct st_covered_name *)a)->key, ((const struct st_covered_name *)b)->key, 32);
}

int
st_covered_of(const struct st_books *books, const struct st_state *state, const stet_bytes *asked,
    size_t count, uint64_t size, struct st_covered *covered_out, stet_error *err)
{
	struct growing growing = {books, state, size, covered_out, err};
	size_t i;
	int rc;

	memset(covered_out, 0, sizeof(*covered_out));
	for (i = 0; i < count; i++)
		if ((rc = add_linked(&growing, asked[i])) < 0)
			return rc;
	if ((rc = add(&growing, st_str(ST_NAME_LEDGER))) < 0 ||
	    (rc = add_key(&growing, state->first_root_kid)) < 0)
		return rc;
	for (i = 0; i < covered_out->count; i++)
		if ((rc = add_signers(&growing, covered_out->names[i].key)) < 0)
			return rc;
	qsort(covered_out->names, covered_out->count, sizeof(*covered_out->names), compare_names);
	return STET_OK;
}

int
st_covered_has(const struct st_covered *covered, const uint8_t name_key[32])
{
	struct st_covered_name wanted;

	memcpy(wanted.key, name_key, 32);
	return covered->count > 0 && bsearch(&wanted, covered->names, covered->count,
					 sizeof(wanted), compare_names) != NULL;
}

int
st_covered_keys(const struct st_covered *covered, uint8_t (**keys_out)[32], stet_error *err)
{
	size_t i;

	if ((*keys_out = calloc(covered->count + 1, sizeof(**keys_out))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < covered->count; i++)
		memcpy((*keys_out)[i], covered->names[i].key, 32);
	return STET_OK;
}

void
st_covered_clear(struct st_covered *covered)
{
	size_t i;

	for (i = 0; i < covered->count; i++)
		free(covered->names[i].name);
	free(covered->names);
	memset(covered, 0, sizeof(*covered));
}
