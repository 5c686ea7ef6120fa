/* Opening a ledger, and the state it is in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "ledger/internal.h"

int
st_ledger_reader(stet_ledger *ledger, struct st_reader **reader_out, stet_error *err)
{
	return st_reader_open(ledger->store, reader_out, err);
}

int
st_ledger_root(struct st_reader *reader, uint64_t size, uint8_t root_out[32], stet_error *err)
{
	struct st_tree tree;
	int rc;

	memset(&tree, 0, sizeof(tree));
	if ((rc = st_tree_load(&tree, size, st_books_node, reader, err)) < 0)
		return rc;
	st_tree_root(&tree, root_out);
	return STET_OK;
}

int
st_ledger_refresh(
    stet_ledger *ledger, const struct st_books *books, struct st_head *head_out, stet_error *err)
{
	struct st_head head;
	int rc;

	if ((rc = st_head_read(books->tables, &head, err)) < 0) {
		if (rc == STET_ENOTFOUND)
			return st_fail(
			    err, STET_EFORMAT, ST_TABLE_DAMAGED, "the database has no head row");
		return rc;
	}
	if (!ledger->state_known || memcmp(&head, &ledger->state_head, sizeof(head)) != 0) {
		ledger->state_known = 0;
		if ((rc = st_state_load(
			 &ledger->state, books, head.size, head.last_ms, head.sealed, err)) < 0)
			return rc;
		ledger->state_head = head;
		ledger->state_known = 1;
		ledger->tables_known = 0;
	}
	*head_out = head;
	return STET_OK;
}

/* --- opening --------------------------------------------------------------------------------- */

static int
check_format(const char *path, stet_error *err)
{
	struct st_buf text = {0};
	char *file = st_path_join(path, "format");
	struct stat st;
	int rc;

	if (file == NULL)
		return st_fail_nomem(err);
	if (stat(path, &st) < 0) {
		rc = errno == ENOENT ? st_fail(err, STET_ENOTFOUND, ST_LEDGER_MISSING,
					   "there is no ledger at '%s'", path)
				     : st_fail_errno(err, errno, "cannot open '%s'", path);
	} else if (!S_ISDIR(st.st_mode)) {
		rc = st_fail(
		    err, STET_EFORMAT, ST_LEDGER_MISSING, "'%s' is no folder, so no ledger", path);
	} else if ((rc = st_file_read(file, 256, &text, err)) == STET_ENOTFOUND) {
		rc = st_fail(err, STET_ENOTFOUND, ST_LEDGER_MISSING,
		    "'%s' is no ledger: it has no file 'format'", path);
	} else if (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&text), st_str(ST_FORMAT_LINE))) {
		if (text.size > 5 && memcmp(text.data, "stet/", 5) == 0)
			rc = st_fail(err, STET_EVERSION, ST_FORMAT_NEWER,
			    "'%s' has a format that this stet does not know: it reads stet/1",
			    path);
		else
			rc = st_fail(err, STET_EFORMAT, ST_LEDGER_MISSING,
			    "'%s' is no ledger: its file 'format' says something else", path);
	}
	st_buf_free(&text);
	free(file);
	return rc;
}

int
st_ledger_new_handle(
    const char *path, const stet_ledger_options *options, stet_ledger **ledger_out, stet_error *err)
{
	static const stet_ledger_options preset = STET_LEDGER_OPTIONS;
	stet_ledger *ledger;

	if (options != NULL && options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	if ((ledger = calloc(1, sizeof(*ledger))) == NULL)
		return st_fail_nomem(err);
	ledger->options = options != NULL ? *options : preset;
	pthread_mutex_init(&ledger->lock, NULL);
	atomic_flag_clear(&ledger->swept);
	st_state_init(&ledger->state);
	ledger->path = strdup(path);
	if (ledger->options.scratch_dir != NULL)
		ledger->scratch_dir = strdup(ledger->options.scratch_dir);
	if (ledger->options.state_dir != NULL)
		ledger->state_dir = strdup(ledger->options.state_dir);
	ledger->options.scratch_dir = ledger->options.state_dir = NULL;
	if (ledger->path == NULL ||
	    (options != NULL && options->scratch_dir != NULL && ledger->scratch_dir == NULL) ||
	    (options != NULL && options->state_dir != NULL && ledger->state_dir == NULL)) {
		stet_ledger_close(ledger);
		return st_fail_nomem(err);
	}
	*ledger_out = ledger;
	return STET_OK;
}

static int
read_entry_0(stet_ledger *ledger, struct st_reader *reader, stet_error *err)
{
	struct st_books books = {reader, reader};
	struct st_read read;
	uint8_t leaf[32];
	stet_bytes origin;
	int rc;

	if ((rc = st_books_entry(&books, 0, &read, err)) < 0)
		return rc;
	if (read.statement.type != ST_TYPE_LEDGER ||
	    st_cbor_member_text(read.statement.sign1.payload, "origin", &origin) < 0)
		return st_fail_seq(err, STET_EFORMAT, ST_NOT_OPENED, 0, "entry 0 opens no ledger");
	st_tree_leaf(read.encoded, leaf);
	memcpy(ledger->id, "stet:", 5);
	st_hex(leaf, 32, ledger->id + 5);
	ledger->origin = strndup((const char *)origin.data, origin.size);
	return ledger->origin == NULL ? st_fail_nomem(err) : STET_OK;
}

int
st_ledger_learn(stet_ledger *ledger, stet_error *err)
{
	struct st_reader *reader = NULL;
	char *folder;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = read_entry_0(ledger, reader, err);
	st_reader_close(reader);
	if (rc == STET_EFORMAT && ledger->options.repair && (ledger->origin = strdup("")) != NULL) {
		free(ledger->state_dir);
		ledger->state_dir = NULL;
		return STET_OK;
	}
	if (rc < 0)
		return rc;
	if (ledger->state_dir != NULL) {
		if ((folder = st_path_join(ledger->state_dir, ledger->id + 5)) == NULL)
			return st_fail_nomem(err);
		free(ledger->state_dir);
		ledger->state_dir = folder;
	}
	return STET_OK;
}

int
stet_ledger_open(
    const char *path, const stet_ledger_options *options, stet_ledger **ledger_out, stet_error *err)
{
	stet_ledger *ledger = NULL;
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = check_format(path, err)) < 0 ||
	    (rc = st_ledger_new_handle(path, options, &ledger, err)) < 0)
		return rc;
	if ((rc = st_store_open_lmdb(path, ledger->options.read_only ? ST_OPEN_READ_ONLY : 0,
		 &ledger->store, err)) < 0 ||
	    (rc = st_ledger_learn(ledger, err)) < 0) {
		stet_ledger_close(ledger);
		return rc;
	}
	*ledger_out = ledger;
	return STET_OK;
}

void
stet_ledger_close(stet_ledger *ledger)
{
	if (ledger == NULL)
		return;
	st_store_close(ledger->store);
	st_state_clear(&ledger->state);
	stet_key_free(ledger->key);
	stet_key_free(ledger->old);
	pthread_mutex_destroy(&ledger->lock);
	free(ledger->origin);
	free(ledger->state_dir);
	free(ledger->scratch_dir);
	free(ledger->path);
	free(ledger);
}

const char *
st_ledger_scratch(const stet_ledger *ledger)
{
	return ledger->scratch_dir != NULL ? ledger->scratch_dir : ledger->path;
}

const char *
stet_ledger_id(const stet_ledger *ledger)
{
	return ledger->id;
}

const char *
stet_ledger_origin(const stet_ledger *ledger)
{
	return ledger->origin;
}

const char *
stet_ledger_path(const stet_ledger *ledger)
{
	return ledger->path;
}

int
stet_ledger_head(stet_ledger *ledger, stet_head *head_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	struct st_read read;
	stet_head out;
	stet_bytes index;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	memset(&out, 0, sizeof(out));
	if ((rc = st_head_read(reader, &head, err)) < 0)
		goto done;
	out.size = head.sealed;
	if ((rc = st_ledger_root(reader, head.sealed, out.root, err)) < 0)
		goto done;
	if (head.sealed == 0) {
		*head_out = out; /* nothing is sealed yet */
		goto done;
	}
	if ((rc = st_books_entry(&books, head.sealed - 1, &read, err)) < 0)
		goto done;
	if (st_cbor_member_bytes(read.statement.sign1.payload, "index", &index) == STET_OK &&
	    index.size == 32)
		memcpy(out.index, index.data, 32);
	*head_out = out;
done:
	st_reader_close(reader);
	return rc;
}
