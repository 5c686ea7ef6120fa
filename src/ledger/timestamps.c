/* RFC 3161 time-stamps beside the checkpoint, of it and of those before it.
 *
 * Each is a file of its own in `timestamps`, called by the size of its checkpoint and the digest of
 * its bytes: none is ever replaced, several authorities have room, and what was altered is told by
 * its name. */
#include "ledger/timestamps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

#define DIGEST_DIGITS 16

static void
name_of(uint64_t size, stet_bytes token, struct st_kept *kept)
{
	uint8_t digest[32];
	char hex[65];

	st_sha256(token, digest);
	st_hex(digest, 32, hex);
	kept->size = size;
	snprintf(kept->name, sizeof(kept->name), "%llu-%.*s.tst", (unsigned long long)size,
	    DIGEST_DIGITS, hex);
}

int
st_timestamp_name(const char *name, struct st_kept *kept_out)
{
	size_t digits = strspn(name, "0123456789"), i;
	uint64_t size = 0;

	if (digits == 0 || digits > 16 || name[0] == '0' || name[digits] != '-' ||
	    strspn(name + digits + 1, "0123456789abcdef") != DIGEST_DIGITS ||
	    strcmp(name + digits + 1 + DIGEST_DIGITS, ".tst") != 0)
		return 0;
	for (i = 0; i < digits; i++)
		size = size * 10 + (uint64_t)(name[i] - '0');
	kept_out->size = size;
	memcpy(kept_out->name, name, strlen(name) + 1);
	return 1;
}

/* --- the folder ------------------------------------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
	const struct st_kept *one = a, *other = b;

	if (one->size != other->size)
		return one->size < other->size ? -1 : 1;
	return strcmp(one->name, other->name);
}

static int
collect(DIR *dir, const char *folder, struct st_kept **kept, size_t *count, stet_error *err)
{
	struct st_kept one, *more;
	const char *name;
	int rc;

	while ((rc = st_dir_next(dir, folder, &name, err)) == STET_OK && name != NULL) {
		if (!st_timestamp_name(name, &one))
			continue; /* what a killed process left, or somebody's note */
		if ((more = realloc(*kept, (*count + 1) * sizeof(*more))) == NULL)
			return st_fail_nomem(err);
		*kept = more;
		more[(*count)++] = one;
	}
	return rc;
}

int
st_timestamps_list(
    stet_ledger *ledger, struct st_kept **kept_out, size_t *count_out, stet_error *err)
{
	char *folder = st_path_join(ledger->path, ST_TIMESTAMPS_FOLDER);
	struct st_kept *kept = NULL;
	size_t count = 0;
	DIR *dir;
	int rc = STET_OK;

	if (folder == NULL)
		return st_fail_nomem(err);
	if ((dir = opendir(folder)) != NULL) {
		rc = collect(dir, folder, &kept, &count, err);
		closedir(dir);
	} else if (errno != ENOENT) {
		rc = st_fail_errno(err, errno, "cannot read folder '%s'", folder);
	}
	free(folder);
	if (rc < 0) {
		free(kept);
		return rc;
	}
	if (count > 0)
		qsort(kept, count, sizeof(*kept), by_size);
	*kept_out = kept;
	*count_out = count;
	return STET_OK;
}

int
st_timestamp_read(
    stet_ledger *ledger, const struct st_kept *kept, struct st_buf *out, stet_error *err)
{
	struct st_buf path = {0};
	int rc;

	st_buf_printf(&path, "%s/" ST_TIMESTAMPS_FOLDER "/%s", ledger->path, kept->name);
	st_buf_put_u8(&path, 0);
	rc = path.rc < 0 ? st_fail_nomem(err)
			 : st_file_read((const char *)path.data, ST_STAMP_MAX, out, err);
	st_buf_free(&path);
	return rc;
}

int
st_timestamp_keep(stet_ledger *ledger, const char *name, stet_bytes token, stet_error *err)
{
	char *folder = st_path_join(ledger->path, ST_TIMESTAMPS_FOLDER),
	     *path = folder != NULL ? st_path_join(folder, name) : NULL;
	int rc;

	if (path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_dir_make(folder, 0777, err)) == STET_OK)
		rc = st_file_write(path, token, 0644, err);
	free(path);
	free(folder);
	return rc;
}

int
st_timestamps_copy(stet_ledger *from, stet_ledger *to, stet_error *err)
{
	struct st_kept *kept = NULL;
	struct st_buf token = {0};
	size_t count = 0, i;
	int rc = st_timestamps_list(from, &kept, &count, err);

	for (i = 0; rc == STET_OK && i < count; i++) {
		st_buf_reset(&token);
		if ((rc = st_timestamp_read(from, &kept[i], &token, err)) == STET_OK)
			rc = st_timestamp_keep(to, kept[i].name, st_buf_bytes(&token), err);
	}
	st_buf_free(&token);
	free(kept);
	return rc;
}

/* --- judging ---------------------------------------------------------------------------------- */

static int
is_named_so(const struct st_kept *kept, stet_bytes token)
{
	struct st_kept right;

	name_of(kept->size, token, &right);
	return strcmp(right.name, kept->name) == 0;
}

int
st_timestamp_judge(const struct st_kept *kept, stet_bytes token, const char *origin,
    const uint8_t root[32], const stet_tsa *tsa, stet_json **report_out, stet_error *err)
{
	stet_json *report = NULL;
	int rc;

	if (!is_named_so(kept, token))
		return st_fail(err, STET_EMISMATCH, ST_TIMESTAMP_WRONG,
		    "its bytes are not those that its name is of: it was altered");
	if ((rc = stet_timestamp_check(token, origin, kept->size, root, tsa, &report, err)) < 0)
		return rc;
	stet_json_set(report, "size", stet_json_int((int64_t)kept->size));
	stet_json_set(report, "file", stet_json_str(kept->name));
	if (st_json_rc(report) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}

/* The same with the root from the ledger's own tables. */
static int
judge_here(stet_ledger *ledger, struct st_reader *reader, const struct st_kept *kept,
    stet_bytes token, const stet_tsa *tsa, stet_json **report_out, stet_error *err)
{
	struct st_head head;
	uint8_t root[32];
	int rc;

	if ((rc = st_head_read(reader, &head, err)) < 0)
		return rc;
	if (kept->size > head.size)
		return st_fail(err, STET_EMISMATCH, ST_ROLLED_BACK,
		    "it is of %llu entries, and %llu are here: the rest was taken away",
		    (unsigned long long)kept->size, (unsigned long long)head.size);
	if ((rc = st_ledger_root(reader, kept->size, root, err)) < 0)
		return rc;
	return st_timestamp_judge(kept, token, ledger->origin, root, tsa, report_out, err);
}

int
st_timestamp_take(stet_ledger *ledger, const char *name, stet_bytes token, stet_error *err)
{
	struct st_reader *reader = NULL;
	stet_json *report = NULL;
	struct st_kept kept;
	stet_error why = {0};
	int rc;

	if (!st_timestamp_name(name, &kept))
		return st_fail(err, STET_EFORMAT, ST_TIMESTAMP_MALFORMED,
		    "'%s' is no name of a time-stamp", name);
	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = judge_here(ledger, reader, &kept, token, NULL, &report, &why);
	st_reader_close(reader);
	stet_json_free(report);
	if (rc == STET_OK)
		return st_timestamp_keep(ledger, name, token, err);
	return st_fail(err, rc, why.rule, "the time-stamp '%s': %s", name, why.text);
}

static int
list_one(stet_ledger *ledger, struct st_reader *reader, const struct st_kept *kept,
    const stet_tsa *tsa, stet_json *list, stet_error *err)
{
	struct st_buf token = {0};
	stet_json *report = NULL;
	stet_error why = {0};
	int rc;

	if ((rc = st_timestamp_read(ledger, kept, &token, err)) == STET_OK &&
	    (rc = judge_here(ledger, reader, kept, st_buf_bytes(&token), tsa, &report, &why)) < 0) {
		if (rc == STET_ENOMEM || rc == STET_EIO) {
			rc = st_fail(err, rc, why.rule, "%s", why.text);
		} else {
			report = stet_json_object();
			stet_json_set(report, "file", stet_json_str(kept->name));
			stet_json_set(report, "code", stet_json_str(stet_rule_name(why.rule)));
			st_json_set_text(report, "text", st_str(why.text));
			rc = STET_OK;
		}
	}
	if (rc == STET_OK)
		stet_json_add(list, report);
	st_buf_free(&token);
	return rc;
}

int
stet_ledger_timestamps(
    stet_ledger *ledger, const stet_tsa *tsa, stet_json **list_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_kept *kept = NULL;
	stet_json *list = NULL;
	size_t count = 0, i;
	int rc;

	if ((rc = st_timestamps_list(ledger, &kept, &count, err)) == STET_OK &&
	    (rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		list = stet_json_array();
		for (i = 0; rc == STET_OK && i < count; i++)
			rc = list_one(ledger, reader, &kept[i], tsa, list, err);
		if (rc == STET_OK && st_json_rc(list) < 0)
			rc = st_fail_nomem(err);
	}
	st_reader_close(reader);
	free(kept);
	if (rc < 0)
		stet_json_free(list);
	else
		*list_out = list;
	return rc;
}

/* --- asking and adding ------------------------------------------------------------------------ */

int
stet_ledger_timestamp_request(
    stet_ledger *ledger, unsigned flags, uint8_t **der_out, size_t *size_out, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_buf stored = {0}, out = {0};
	char *note = NULL;
	size_t size;
	int rc;

	if ((flags & ~(unsigned)STET_TIMESTAMP_SHA256) != 0)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown flags");
	/* Signs it again if a crash came between seal and checkpoint. */
	if ((rc = stet_ledger_checkpoint(ledger, &note, &size, err)) == STET_OK &&
	    (rc = st_checkpoint_stored(ledger, &stored, &checkpoint, err)) == STET_OK) {
		st_timestamp_request(&checkpoint,
		    (flags & STET_TIMESTAMP_SHA256) != 0 ? ST_SHA256 : ST_SHA512, &out);
		rc = out.rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	free(note);
	st_buf_free(&stored);
	if (rc < 0) {
		st_buf_free(&out);
		return rc;
	}
	*der_out = out.data;
	*size_out = out.size;
	return STET_OK;
}

/* 1 if it is of the checkpoint at this size. */
static int
is_of(stet_ledger *ledger, struct st_reader *reader, const struct st_stamp *stamp, uint64_t size,
    stet_error *err)
{
	struct st_checkpoint checkpoint = {.size = size};
	int rc;

	memcpy(checkpoint.origin, ledger->origin, strlen(ledger->origin));
	if ((rc = st_ledger_root(reader, size, checkpoint.root, err)) < 0)
		return rc;
	return st_timestamp_is_of(stamp, &checkpoint, err);
}

/* An authority may take its time, and the ledger goes on meanwhile: so the seals are gone through,
 * the newest first. */
static int
find_size(stet_ledger *ledger, struct st_reader *reader, const struct st_stamp *stamp,
    uint64_t *size_out, stet_error *err)
{
	const struct st_books books = {reader, reader};
	struct st_head head;
	uint64_t nth, seq;
	uint8_t key[32];
	int rc, found = 0;

	st_map_key(st_str(ST_NAME_SEAL), key);
	if ((rc = st_head_read(reader, &head, err)) < 0 ||
	    (rc = st_count_before(&books, key, head.size, &nth, err)) < 0)
		return rc;
	while (!found && nth > 0) {
		if ((rc = st_books_nth(&books, key, --nth, &seq, err)) < 0 ||
		    (found = is_of(ledger, reader, stamp, seq + 1, err)) < 0)
			return rc < 0 ? rc : found;
		*size_out = seq + 1;
	}
	if (!found)
		return st_fail(err, STET_EMISMATCH, ST_TIMESTAMP_OTHER,
		    "the time-stamp is of other bytes than any checkpoint of this ledger");
	return STET_OK;
}

static int
is_kept(
    stet_ledger *ledger, const struct st_kept *kept, stet_bytes token, int *is_out, stet_error *err)
{
	struct st_buf there = {0};
	int rc = st_timestamp_read(ledger, kept, &there, err);

	*is_out = rc == STET_OK && st_bytes_equal(st_buf_bytes(&there), token);
	st_buf_free(&there);
	/* One that was damaged is written again. */
	return rc == STET_ENOTFOUND || rc == STET_EFORMAT ? STET_OK : rc;
}

static int
add(stet_ledger *ledger, struct st_reader *reader, const struct st_stamp *stamp,
    const stet_tsa *tsa, stet_json **report_out, stet_error *err)
{
	const stet_bytes token = st_stamp_token(stamp);
	stet_json *report = NULL;
	struct st_kept kept;
	uint64_t size = 0;
	stet_bytes why;
	int rc, there = 0;

	if ((rc = find_size(ledger, reader, stamp, &size, err)) < 0)
		return rc;
	name_of(size, token, &kept);
	if ((rc = judge_here(ledger, reader, &kept, token, tsa, &report, err)) < 0)
		return rc;
	why = stet_json_string_of(stet_json_get(report, "why"));
	if (why.data != NULL)
		rc = st_fail(err, STET_EREFUSED, ST_TIMESTAMP_UNKNOWN,
		    "the time-stamp is by '%s', which is not known to you: %.*s",
		    st_stamp_facts(stamp)->tsa, (int)why.size, (const char *)why.data);
	else if ((rc = is_kept(ledger, &kept, token, &there, err)) == STET_OK && !there)
		rc = st_timestamp_keep(ledger, kept.name, token, err);
	stet_json_set(report, "added", stet_json_bool(!there));
	if (rc == STET_OK && st_json_rc(report) < 0)
		rc = st_fail_nomem(err);
	if (rc < 0)
		stet_json_free(report);
	else
		*report_out = report;
	return rc;
}

int
stet_ledger_add_timestamp(stet_ledger *ledger, stet_bytes der, const stet_tsa *tsa,
    stet_json **report_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_stamp *stamp = NULL;
	int rc;

	if ((rc = st_stamp_open(der, &stamp, err)) < 0)
		return rc;
	if ((rc = st_ledger_reader(ledger, &reader, err)) == STET_OK)
		rc = add(ledger, reader, stamp, tsa, report_out, err);
	st_reader_close(reader);
	st_stamp_free(stamp);
	return rc;
}
