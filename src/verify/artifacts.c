/* Artifacts: for every content that an entry gives, the file that has it, or the entry that
 * withholds it.  Contents are hashed on all cores, some at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admission/lookup.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/parallel.h"
#include "verify/verify.h"

#define AT_ONCE 64
#define PIECE_SIZE 65536

enum outcome { SAME, OTHER, MISSING, FAILED };

struct content {
	uint8_t digest[32];
	uint64_t seq; /* the first entry that gives it */
	char *path;
	enum outcome outcome;
	int rc;
	stet_error why;
};

struct contents {
	struct st_verify *verify;
	struct st_books books; /* entries, and look-ups as the replay has them */
	uint8_t what[32];      /* the content being looked at: its look-up key */
	int given;             /* an entry with its digest has been seen       */
	struct content waiting[AT_ONCE];
	size_t count;
};

/* --- hashing ---------------------------------------------------------------------------------- */

static int
hash_file(struct content *content, struct st_hasher *hasher, uint8_t *piece)
{
	uint8_t digest[64];
	struct stat st;
	ssize_t n;
	int fd, failed = 0;

	/* O_NONBLOCK: a pipe put in its place would be waited for. */
	fd = open(content->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		failed = fd < 0 ? errno : 0;
		if (fd >= 0)
			close(fd);
		content->outcome =
		    failed == 0 || failed == ENOENT || failed == ELOOP ? MISSING : FAILED;
		return st_fail_errno(
		    &content->why, failed, "cannot read artifact '%s'", content->path);
	}
	for (;;) {
		n = read(fd, piece, PIECE_SIZE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		st_hasher_add(hasher, (stet_bytes){piece, (size_t)n});
	}
	failed = n < 0 ? errno : 0;
	close(fd);
	st_hasher_end(hasher, digest);
	if (failed != 0) {
		content->outcome = FAILED;
		return st_fail_errno(
		    &content->why, failed, "cannot read artifact '%s'", content->path);
	}
	content->outcome = memcmp(digest, content->digest, 32) == 0 ? SAME : OTHER;
	return STET_OK;
}

static void
hash_part(void *ctx, size_t from, size_t to)
{
	struct content *waiting = ctx;
	struct st_hasher *hasher = NULL;
	uint8_t *piece = malloc(PIECE_SIZE);
	stet_error why;
	size_t i;
	int rc;

	rc = piece == NULL ? st_fail_nomem(&why) : st_hasher_new(ST_SHA256, &hasher, &why);
	for (i = from; i < to; i++) {
		waiting[i].rc = rc;
		waiting[i].outcome = FAILED;
		if (rc < 0)
			waiting[i].why = why;
		else
			waiting[i].rc = hash_file(&waiting[i], hasher, piece);
	}
	st_hasher_free(hasher);
	free(piece);
}

static int
judge(struct contents *contents, const struct content *content)
{
	struct st_verify *verify = contents->verify;
	char hex[65];
	int rc, withheld;

	verify->report->artifacts++;
	st_hex(content->digest, 32, hex);
	switch (content->outcome) {
	case SAME:
		return STET_OK;
	case OTHER:
		return st_found(verify, ST_ARTIFACT_ALTERED, content->seq,
		    "the content stored as %s, given by entry %llu, has another digest", hex,
		    (unsigned long long)content->seq);
	case MISSING:
		rc =
		    st_artifact_withheld(&contents->books, content->digest, &withheld, verify->err);
		if (rc < 0 || withheld)
			return rc;
		return st_found(verify, ST_ARTIFACT_MISSING, content->seq,
		    "the content %s, given by entry %llu, is not here", hex,
		    (unsigned long long)content->seq);
	case FAILED:
		break;
	}
	if (verify->err != NULL)
		*verify->err = content->why;
	return content->rc;
}

static int
flush(struct contents *contents)
{
	struct st_verify *verify = contents->verify;
	size_t i;
	int rc = STET_OK;

	if ((verify->options->flags & STET_VERIFY_NO_ARTIFACTS) == 0)
		st_parallel(
		    verify->options->threads, contents->count, 1, hash_part, contents->waiting);
	for (i = 0; i < contents->count; i++) {
		if (rc == STET_OK)
			rc = judge(contents, &contents->waiting[i]);
		free(contents->waiting[i].path);
	}
	contents->count = 0;
	if (rc == STET_OK)
		rc = st_verify_progress(verify, "artifacts", verify->report->artifacts, 0);
	return rc;
}

/* --- which contents there are ----------------------------------------------------------------- */

static int
add(struct contents *contents, const uint8_t digest[32], uint64_t seq)
{
	struct st_verify *verify = contents->verify;
	struct content *content;
	struct st_buf path = {0};
	uint64_t size;
	int rc;

	if (contents->count == AT_ONCE && (rc = flush(contents)) < 0)
		return rc;
	st_artifact_path(verify->ledger, digest, &path);
	if (path.rc < 0) {
		st_buf_free(&path);
		return st_fail_nomem(verify->err);
	}
	content = &contents->waiting[contents->count++];
	memset(content, 0, sizeof(*content));
	memcpy(content->digest, digest, 32);
	content->seq = seq;
	content->path = (char *)path.data; /* ours now */
	if ((verify->options->flags & STET_VERIFY_NO_ARTIFACTS) != 0) {
		rc = st_artifact_size(verify->ledger, digest, &size, verify->err);
		if (rc < 0 && rc != STET_ENOTFOUND)
			return rc;
		content->outcome = rc == STET_OK ? SAME : MISSING;
	}
	return STET_OK;
}

/* The size that this entry states; that there is a file at all is found out elsewhere. */
static int
check_size(struct contents *contents, const struct st_read *read)
{
	struct st_verify *verify = contents->verify;
	uint64_t seq = read->entry.seq;
	stet_error why;
	int rc;

	st_error_clear(&why);
	rc = st_artifact_check(verify->ledger, &read->statement, &why);
	if (rc == STET_EREFUSED && why.rule == ST_ARTIFACT_SIZE)
		return st_found(verify, ST_ARTIFACT_SIZE, seq, "entry %llu: %s",
		    (unsigned long long)seq, why.text);
	if (rc == STET_OK || rc == STET_EREFUSED)
		return STET_OK;
	if (verify->err != NULL)
		*verify->err = why;
	return rc;
}

/* Rows of one content come one after another, the first entry first. */
static int
see(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct contents *contents = ctx;
	struct st_read read;
	uint8_t digest[32];
	int blinded, rc;

	(void)detail;
	if (memcmp(what, contents->what, 32) != 0) {
		memcpy(contents->what, what, 32);
		contents->given = 0;
	}
	if ((rc = st_books_entry(&contents->books, seq, &read, contents->verify->err)) < 0)
		return contents->verify->damaged == STET_NO_SEQ ? rc : STET_OK; /* said already */
	if (!st_artifact_gives(&read, what, digest, &blinded))
		return STET_OK; /* a digest of another kind, or of other content */
	if ((rc = check_size(contents, &read)) < 0)
		return rc;
	if (contents->given)
		return STET_OK;
	contents->given = 1;
	return add(contents, digest, seq);
}

int
st_verify_artifacts(struct st_verify *verify)
{
	struct contents *contents = calloc(1, sizeof(*contents));
	struct st_store *store = verify->shadow != NULL ? verify->shadow : verify->scratch;
	struct st_reader *reader = NULL;
	size_t i;
	int rc;

	if (contents == NULL)
		return st_fail_nomem(verify->err);
	contents->verify = verify;
	if ((rc = st_reader_open(store, &reader, verify->err)) == STET_OK &&
	    (rc = st_reader_renew(verify->reader, verify->err)) == STET_OK) {
		contents->books = (struct st_books){verify->reader, reader};
		rc = st_lookup_walk(reader, ST_LOOKUP_CONTENT, (stet_bytes){NULL, 0}, 0, see,
		    contents, verify->err);
	}
	if (rc == STET_OK)
		rc = flush(contents);
	for (i = 0; i < contents->count; i++)
		free(contents->waiting[i].path);
	st_reader_close(reader);
	free(contents);
	return rc;
}
