#ifndef TESTS_SUPPORT_TALE_H
#define TESTS_SUPPORT_TALE_H
/* Tales: entries one after the other, folded without a ledger.  Include after cmocka.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/key.h>

#include "base/err.h"
#include "base/hex.h"
#include "key/key.h"
#include "merkle/tree.h"
#include "standing/standing.h"

#define PAPER "doi:10.5555/paper"
#define OTHER "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6"
#define START_MS UINT64_C(1767225600000)

enum who { ROOT, PUBLISHER, EDITOR, SECOND, THIRD, OBSERVER, WHO_COUNT };
/* Two editors' keys have one issuer: they may annul each other's. */
static const char *const issuers[WHO_COUNT] = {"https://example.org/",
    "https://example.org/publisher", "https://example.org/editor", "https://example.org/editor",
    "https://example.org/third", "https://example.org/observer"};

static stet_key *keys[WHO_COUNT];
static const char *key_names[WHO_COUNT];

struct tale {
	struct st_buf *entries;
	uint8_t (*leaves)[32];
	size_t count, room;
	enum st_held held; /* of every artifact that it names */
};

static inline int
make_keys(void **state)
{
	uint8_t seed[32];
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < WHO_COUNT; i++) {
		memset(seed, (int)i + 1, sizeof(seed));
		assert_int_equal(
		    stet_key_from_seed(seed, "key", issuers[i], &keys[i], &err), STET_OK);
		key_names[i] = stet_key_name(keys[i]);
	}
	return 0;
}

static inline int
free_keys(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < WHO_COUNT; i++)
		stet_key_free(keys[i]);
	return 0;
}

/* ' stands for ", @N for the leaf of entry N. */
static inline void
write_out(const struct tale *tale, const char *text, struct st_buf *out)
{
	char hex[65], *end;
	size_t entry;

	for (; *text != '\0'; text++) {
		if (*text != '@') {
			st_buf_put_u8(out, *text == '\'' ? '"' : (uint8_t)*text);
			continue;
		}
		entry = strtoul(text + 1, &end, 10);
		assert_true(entry < tale->count);
		st_hex(tale->leaves[entry], 32, hex);
		st_buf_put_str(out, hex);
		text = end - 1;
	}
}

static inline int
try_json(const struct tale *tale, const char *text, stet_json **json_out)
{
	struct st_buf out = {0};
	stet_error err;
	int rc;

	write_out(tale, text, &out);
	rc = stet_json_parse(st_buf_bytes(&out), json_out, &err);
	st_buf_free(&out);
	return rc;
}

/* Signed bytes as the next entry. */
static inline size_t
enter(struct tale *tale, stet_bytes statement)
{
	static const uint8_t zero[32];
	struct st_entry entry = {tale->count, START_MS + tale->count * 1000, zero, NULL, statement};
	stet_error err;

	if (tale->count == tale->room) {
		tale->room = tale->room == 0 ? 16 : tale->room * 2;
		tale->entries = realloc(tale->entries, tale->room * sizeof(*tale->entries));
		tale->leaves = realloc(tale->leaves, tale->room * 32);
		assert_non_null(tale->entries);
		assert_non_null(tale->leaves);
	}
	tale->entries[tale->count] = (struct st_buf){0};
	assert_int_equal(st_entry_encode(&entry, &tale->entries[tale->count], &err), STET_OK);
	st_tree_leaf(st_buf_bytes(&tale->entries[tale->count]), tale->leaves[tale->count]);
	return tale->count++;
}

/* The next entry; its number. */
static inline size_t
say(struct tale *tale, enum who who, const char *text)
{
	stet_statement *statement = NULL;
	stet_json *json = NULL;
	stet_error err;
	char id[32];
	size_t seq;

	assert_int_equal(try_json(tale, text, &json), STET_OK);
	snprintf(id, sizeof(id), "test-%zu", tale->count);
	stet_json_set(json, "id", stet_json_str(id));
	stet_json_set(json, "issuer", stet_json_str(issuers[who]));
	if (stet_json_get(json, "subject") == NULL)
		stet_json_set(json, "subject", stet_json_str(PAPER));
	if (stet_statement_from_value(json, &statement, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(
	    stet_statement_sign(statement, keys[who], (int64_t)(START_MS / 1000), &err), STET_OK);
	seq = enter(tale, stet_statement_encoded(statement));
	stet_statement_free(statement);
	stet_json_free(json);
	return seq;
}

static inline size_t __attribute__((format(printf, 3, 4)))
sayf(struct tale *tale, enum who who, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	assert_true((size_t)vsnprintf(text, sizeof(text), format, args) < sizeof(text));
	va_end(args);
	return say(tale, who, text);
}

static inline void
end(struct tale *tale)
{
	size_t i;

	for (i = 0; i < tale->count; i++)
		st_buf_free(&tale->entries[i]);
	free(tale->entries);
	free(tale->leaves);
	memset(tale, 0, sizeof(*tale));
}

/* As of size entries. */
static inline int
try_fold(const struct tale *tale, size_t size, int other, struct st_standing **standing_out,
    stet_error *err)
{
	struct st_fold *fold = NULL;
	size_t i;
	int rc;

	if ((rc = st_fold_new(&fold, err)) < 0 ||
	    (rc = st_fold_name(fold, st_str(PAPER), 0, err)) < 0)
		goto fail;
	if (other != 0 && (rc = st_fold_name(fold, st_str(OTHER), other > 1, err)) < 0)
		goto fail;
	for (i = 0; i < size; i++)
		if ((rc = st_fold_add(fold, st_buf_bytes(&tale->entries[i]), tale->leaves[i],
			 tale->held, err)) < 0)
			goto fail;
	return st_fold_end(&fold, standing_out, err);
fail:
	st_fold_free(fold);
	return rc;
}

static inline struct st_standing *
fold_at(const struct tale *tale, size_t size)
{
	struct st_standing *standing = NULL;
	stet_error err;

	st_error_clear(&err);
	if (try_fold(tale, size, 0, &standing, &err) < 0)
		fail_msg("%s", err.text);
	return standing;
}

#endif
