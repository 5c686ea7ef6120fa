/* Artifacts: content by its SHA-256, in artifacts/ab/cd..., beside the database: looked for, read
 * and erased.  attach.c stores it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admission/lookup.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/write.h"
#include "ledger/internal.h"

#define PIECE_SIZE 65536

void
st_artifact_path(const stet_ledger *ledger, const uint8_t digest[32], struct st_buf *path_out)
{
	char hex[65];

	st_hex(digest, 32, hex);
	st_buf_reset(path_out);
	st_buf_printf(path_out, "%s/artifacts/%.2s/%s", ledger->path, hex, hex + 2);
	st_buf_put_u8(path_out, 0);
}

int
st_artifact_size(stet_ledger *ledger, const uint8_t digest[32], uint64_t *size_out, stet_error *err)
{
	struct st_buf path = {0};
	struct stat st;
	int rc = STET_OK;

	st_artifact_path(ledger, digest, &path);
	if (path.rc < 0)
		rc = st_fail_nomem(err);
	else if (stat((char *)path.data, &st) < 0)
		rc = st_fail_errno(err, errno, "cannot look at artifact '%s'", (char *)path.data);
	else
		*size_out = (uint64_t)st.st_size;
	st_buf_free(&path);
	return rc;
}

int
stet_ledger_has_artifact(
    stet_ledger *ledger, const uint8_t sha256[32], uint64_t *size_out, stet_error *err)
{
	return st_artifact_size(ledger, sha256, size_out, err);
}

int
st_artifact_check(stet_ledger *ledger, const struct st_statement *statement, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, digest;
	uint64_t stated = 0, held;
	char hex[65];
	int rc, blinded;

	if (statement->type != ST_TYPE_ARTIFACT)
		return STET_OK;
	blinded = st_cbor_member_bytes(payload, "blinded", &digest) == STET_OK;
	if ((!blinded && st_cbor_member_bytes(payload, "sha256", &digest) < 0) ||
	    st_cbor_member_uint(payload, "size", &stated) < 0)
		return STET_OK; /* the schema has refused it */
	rc = st_artifact_size(ledger, digest.data, &held, err);
	st_hex(digest.data, 32, hex);
	if (rc == STET_ENOTFOUND)
		return st_fail(err, STET_EREFUSED, ST_ARTIFACT_NOT_HERE,
		    "no content with SHA-256 %s is held here", hex);
	if (rc < 0)
		return rc;
	/* What is blinded is stored with its salt in front. */
	if (held != stated + (blinded ? 32 : 0))
		return st_fail(err, STET_EREFUSED, ST_ARTIFACT_SIZE,
		    "the artifact states %llu bytes, the content held here has %llu",
		    (unsigned long long)stated,
		    (unsigned long long)(held - (blinded && held >= 32 ? 32 : 0)));
	return STET_OK;
}

int
st_artifact_gives(
    const struct st_read *read, const uint8_t what[32], uint8_t digest_out[32], int *blinded_out)
{
	static const char *const members[] = {"sha256", "blinded"};
	uint8_t key[32];
	stet_bytes digest;
	int i;

	if (read->statement.type != ST_TYPE_ARTIFACT)
		return 0;
	for (i = 0; i < 2; i++) {
		if (st_cbor_member_bytes(read->statement.sign1.payload, members[i], &digest) < 0 ||
		    digest.size != 32)
			continue;
		st_sha256(digest, key);
		if (memcmp(key, what, 32) == 0) {
			memcpy(digest_out, digest.data, 32);
			*blinded_out = i;
			return 1;
		}
	}
	return 0;
}

/* --- reading and erasing --------------------------------------------------------------------- */

int
stet_ledger_artifact(
    stet_ledger *ledger, const uint8_t sha256[32], stet_sink *write_to, void *ctx, stet_error *err)
{
	struct st_buf path = {0};
	uint8_t *piece = NULL;
	ssize_t n;
	int fd, rc = STET_OK;

	st_artifact_path(ledger, sha256, &path);
	if (path.rc < 0 || (piece = malloc(PIECE_SIZE)) == NULL) {
		st_buf_free(&path);
		return st_fail_nomem(err);
	}
	if ((fd = open((char *)path.data, O_RDONLY | O_CLOEXEC)) < 0)
		rc = st_fail_errno(err, errno, "cannot read artifact '%s'", (char *)path.data);
	while (rc == STET_OK) {
		n = read(fd, piece, PIECE_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = st_fail_errno(
			    err, errno, "cannot read artifact '%s'", (char *)path.data);
		else if ((rc = write_to(ctx, NULL, (stet_bytes){piece, (size_t)n}, n == 0)) !=
			     STET_OK ||
			 n == 0)
			break;
	}
	if (fd >= 0)
		close(fd);
	free(piece);
	st_buf_free(&path);
	return rc;
}

static int
see_withheld(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	(void)ctx;
	(void)what;
	(void)seq;
	return (detail & ST_ARTIFACT_WITHHELD) != 0;
}

struct giving {
	const struct st_books *books;
	const uint8_t *digest;
	int given,
	    withheld; /* artifact entries with this digest; those whose record withholds it */
	stet_error *err;
};

/* Content may belong to several records; it goes only when each of them has withheld it. */
static int
see_giver(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct giving *giving = ctx;
	uint8_t name_key[32], artifact[32];
	struct st_read read;
	int rc;

	(void)what;
	(void)detail;
	if ((rc = st_books_entry(giving->books, seq, &read, giving->err)) < 0)
		return rc;
	st_map_key(read.statement.sign1.claims.sub, name_key);
	st_artifact_key(name_key, (stet_bytes){giving->digest, 32}, artifact);
	rc = st_lookup_walk(giving->books->tables, ST_LOOKUP_ARTIFACT, (stet_bytes){artifact, 32},
	    0, see_withheld, NULL, giving->err);
	giving->given++;
	giving->withheld += rc > 0;
	return rc < 0 ? rc : 0;
}

int
st_artifact_withheld(
    const struct st_books *books, const uint8_t digest[32], int *withheld_out, stet_error *err)
{
	struct giving giving = {books, digest, 0, 0, err};
	uint8_t what[32];
	int rc;

	st_sha256((stet_bytes){digest, 32}, what);
	rc = st_lookup_walk(
	    books->tables, ST_LOOKUP_CONTENT, (stet_bytes){what, 32}, 0, see_giver, &giving, err);
	*withheld_out = giving.given > 0 && giving.given == giving.withheld;
	return rc < 0 ? rc : STET_OK;
}

/* Overwriting does not reach what the file system keeps elsewhere; it is what can be done from
 * here. */
static int
overwrite(const char *path, stet_error *err)
{
	static const uint8_t zeros[4096];
	struct stat st;
	off_t left;
	int fd, failed = 0;

	if (chmod(path, 0600) < 0 || (fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return st_fail_errno(err, errno, "cannot erase '%s'", path);
	if (fstat(fd, &st) < 0)
		failed = errno;
	for (left = failed == 0 ? st.st_size : 0; left > 0 && failed == 0;
	     left -= (off_t)sizeof(zeros))
		if (st_write_all(
			fd, (stet_bytes){zeros,
				left < (off_t)sizeof(zeros) ? (size_t)left : sizeof(zeros)}) < 0)
			failed = errno;
	if (failed == 0 && fsync(fd) < 0)
		failed = errno;
	close(fd);
	if (failed == 0 && unlink(path) < 0)
		failed = errno;
	return failed == 0 ? STET_OK : st_fail_errno(err, failed, "cannot erase '%s'", path);
}

int
stet_ledger_erase(stet_ledger *ledger, const uint8_t sha256[32], stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_buf path = {0};
	struct st_books books;
	int rc, withheld;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	rc = st_artifact_withheld(&books, sha256, &withheld, err);
	st_reader_close(reader);
	if (rc == STET_OK && !withheld)
		rc = st_fail(err, STET_EREFUSED, ST_NOT_WITHHELD,
		    "no entry withholds this content from every record that gives it");
	if (rc < 0)
		return rc;
	st_artifact_path(ledger, sha256, &path);
	rc = path.rc < 0 ? st_fail_nomem(err) : overwrite((char *)path.data, err);
	if (rc == STET_OK) {
		*strrchr((char *)path.data, '/') = '\0';
		rc = st_dir_sync((char *)path.data, err);
	}
	st_buf_free(&path);
	return rc;
}
