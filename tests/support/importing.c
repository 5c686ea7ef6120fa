#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/importing.h"
#include "support/strict.h"

struct file {
	stet_bytes left;
	size_t piece;
};

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct file *file = ctx;

	if (file->piece > 0 && size > file->piece)
		size = file->piece;
	*got_out = file->left.size < size ? file->left.size : size;
	memcpy(buf, file->left.data, *got_out);
	file->left.data += *got_out;
	file->left.size -= *got_out;
	return STET_OK;
}

static void
take_refusal(void *ctx, uint64_t row, const stet_error *why)
{
	struct importing *importing = ctx;

	if (importing->refused_count < IMPORTING_REFUSALS) {
		importing->refused_rows[importing->refused_count] = row;
		importing->refused[importing->refused_count] = *why;
	}
	importing->refused_count++;
}

void
importing_ledger(struct importing *importing, struct tl *tl)
{
	strict_in_memory = 0; /* to be opened, it has to be there again */
	tl_make(tl, TL_MEMORY);
	strict_in_memory = 1;
	memset(importing, 0, sizeof(*importing));
	importing->options = (stet_transfer_options)STET_TRANSFER_OPTIONS;
	importing->options.now_ms = tl->now_ms;
}

int
importing_run(struct importing *importing, struct tl *tl, const char *format, stet_bytes file)
{
	struct file source = {file, importing->piece};

	memset(&importing->result, 0, sizeof(importing->result));
	st_error_clear(&importing->err);
	importing->refused_count = 0;
	importing->options.refused = take_refusal;
	importing->options.refused_ctx = importing;
	return stet_import(tl->ledger, format, read_file, &source, tl->keys[TL_OBSERVER],
	    &importing->options, &importing->result, &importing->err);
}

void
importing_counts(struct importing *importing, struct tl *tl, const char *format, const char *text,
    uint64_t taken, uint64_t refused, uint64_t appended, uint64_t already)
{
	const stet_import_result *result = &importing->result;
	int rc = importing_run(importing, tl, format, st_str(text));

	if (rc == STET_OK && result->taken == taken && result->refused == refused &&
	    result->appended == appended && result->already == already)
		return;
	fail_msg("%s '%s': %llu taken, %llu refused ('%s'), %llu appended, %llu already; of %.80s",
	    stet_code_name(rc), importing->err.text, (unsigned long long)result->taken,
	    (unsigned long long)result->refused,
	    importing->refused_count > 0 ? importing->refused[0].text : "",
	    (unsigned long long)result->appended, (unsigned long long)result->already, text);
}

static int
see_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	const stet_json *json = stet_entry_json(entry, err);

	assert_non_null(json);
	stet_json_add(ctx, stet_json_copy(stet_json_get(json, "statement")));
	return STET_OK;
}

void
importing_short(struct importing *importing, struct tl *tl, const char *format, const char *text,
    uint64_t taken, uint64_t appended, uint64_t already)
{
	struct tl_mark mark;
	uint64_t size;
	long n;
	int rc, failed;

	tl_mark_take(tl, &mark);
	importing_counts(importing, tl, format, text, taken, 0, appended, already);
	size = tl_size(tl);
	for (n = 0;; n++) {
		tl_mark_put(tl, &mark);
		alloc_fail(n);
		rc = importing_run(importing, tl, format, st_str(text));
		failed = alloc_failed();
		if (!failed)
			break;
		if (rc != STET_OK && rc != STET_ENOMEM &&
		    !(rc == STET_EUNSURE && importing->err.rule == ST_CHECKPOINT_LATE))
			fail_msg("%ld: %s '%s'", n, stet_code_name(rc), importing->err.text);
		if (importing->result.refused > 0)
			fail_msg("%ld: refused: '%s'", n, importing->refused[0].text);
		assert_int_equal(importing_run(importing, tl, format, st_str(text)), STET_OK);
		assert_int_equal(importing->result.taken, taken);
		assert_in_range(tl_size(tl), size, size + 1);
	}
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in import %s\n", n, format);
	tl_mark_free(&mark);
}

stet_json *
importing_all(struct tl *tl)
{
	stet_json *all = stet_json_array();

	assert_non_null(all);
	assert_int_equal(
	    stet_ledger_walk(tl->ledger, 0, STET_NO_SEQ, see_entry, all, NULL), STET_OK);
	return all;
}

static int
is(const stet_json *json, const char *member, const char *text)
{
	return st_bytes_equal(stet_json_string_of(stet_json_get(json, member)), st_str(text));
}

const stet_json *
importing_find(const stet_json *all, const char *type, const char *subject, size_t nth)
{
	const stet_json *one;
	size_t i;

	for (i = 0; (one = stet_json_item(all, i)) != NULL; i++)
		if (is(one, "type", type) && is(one, "subject", subject) && nth-- == 0)
			return one;
	return NULL;
}

size_t
importing_count(const stet_json *all, const char *type, const char *subject)
{
	size_t count = 0;

	while (importing_find(all, type, subject, count) != NULL)
		count++;
	return count;
}

const stet_json *
importing_below(const stet_json *json, const char *path)
{
	char name[64];
	size_t size;

	while (json != NULL && *path == '/') {
		size = strcspn(path + 1, "/");
		assert_true(size < sizeof(name));
		memcpy(name, path + 1, size);
		name[size] = '\0';
		json = stet_json_kind_of(json) == STET_JSON_ARRAY
			   ? stet_json_item(json, (size_t)(name[0] - '0'))
			   : stet_json_get(json, name);
		path += 1 + size;
	}
	return json;
}

void
importing_says(const stet_json *json, const char *path, const char *text)
{
	const stet_json *value = importing_below(json, path);
	stet_bytes there = stet_json_string_of(value);

	if (json == NULL)
		fail_msg("there is no such statement: %s", path);
	if (text == NULL ? value == NULL
			 : there.data != NULL && st_bytes_equal(there, st_str(text)))
		return;
	fail_msg("%s is '%.*s', not '%s'", path, (int)there.size,
	    there.data == NULL ? "" : (const char *)there.data, text == NULL ? "(nothing)" : text);
}
