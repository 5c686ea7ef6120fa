/* A new ledger: folder, entry 0, first seal, first checkpoint. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "key/key.h"
#include "ledger/append.h"

static void
set_optional(stet_json *json, const char *key, const char *text)
{
	if (text != NULL)
		stet_json_set(json, key, stet_json_str(text));
}

static stet_json *
public_half(const stet_key *key)
{
	stet_json *json = stet_key_json(key), *half = stet_json_copy(stet_json_get(json, "key"));

	stet_json_free(json);
	return half;
}

static int
make_entry_0(const stet_ledger_terms *terms, const stet_key *ledger_key, const stet_key *root_key,
    uint64_t now_ms, stet_statement **statement_out, stet_error *err)
{
	stet_json *json = stet_json_object();
	stet_statement *statement = NULL;
	int rc;

	set_optional(json, "type", "ledger");
	set_optional(json, "subject", ST_NAME_LEDGER);
	set_optional(json, "issuer", terms->origin);
	set_optional(json, "id", terms->id);
	set_optional(json, "action", "open");
	set_optional(json, "format", "stet/1");
	set_optional(json, "origin", terms->origin);
	set_optional(json, "profile", terms->profile != NULL ? terms->profile : "assignee-v1");
	set_optional(json, "root_issuer", terms->root_issuer);
	set_optional(json, "organisation", terms->organisation);
	set_optional(json, "contact", terms->contact);
	stet_json_set(json, "key", public_half(ledger_key));
	stet_json_set(json, "root", public_half(root_key));
	if (terms->continues != NULL)
		stet_json_set(json, "continues", stet_json_copy(terms->continues));
	if ((rc = stet_statement_from_value(json, &statement, err)) == STET_OK &&
	    (rc = stet_statement_sign(statement, ledger_key, (int64_t)(now_ms / 1000), err)) ==
		STET_OK) {
		*statement_out = statement;
		statement = NULL;
	}
	stet_statement_free(statement);
	stet_json_free(json);
	return rc;
}

/* Entry 0 and the seal over it in one batch; there is no head to remember before this one. */
static int
write_first_batch(stet_ledger *ledger, const struct st_statement *statement, uint64_t now_ms,
    stet_head *head_out, stet_error *err)
{
	struct st_batch *batch = NULL;
	struct st_buf encoded = {0};
	struct st_enter enter;
	struct st_books books;
	struct st_entry entry;
	struct st_case c;
	uint8_t none[32] = {0}, leaf[32];
	int rc;

	memset(&enter, 0, sizeof(enter));
	memset(&c, 0, sizeof(c));
	if ((rc = st_batch_begin(ledger->store, 0, &batch, err)) < 0)
		return rc;
	books = (struct st_books){st_batch_reader(batch), st_batch_reader(batch)};
	entry = (struct st_entry){0, now_ms, none, NULL, statement->sign1.encoded};
	c.state = &ledger->state;
	c.books = &books;
	c.entry = &entry;
	c.statement = statement;
	if ((rc = st_enter_begin(&enter, batch, &ledger->state, 1, err)) < 0 ||
	    (rc = st_admit(&c, err)) < 0 || (rc = st_entry_encode(&entry, &encoded, err)) < 0 ||
	    (rc = st_enter(&enter, &c, st_buf_bytes(&encoded), leaf, err)) < 0)
		goto done;
	if ((ledger->origin = strdup(ledger->state.origin)) == NULL) {
		rc = st_fail_nomem(err);
		goto done;
	}
	memcpy(ledger->id, ledger->state.id, sizeof(ledger->id));
	if ((rc = st_seal(ledger, &enter, now_ms, head_out, err)) == STET_OK &&
	    (rc = st_enter_end(&enter, err)) == STET_OK)
		rc = st_batch_commit(&batch, err);
done:
	st_batch_abort(&batch);
	st_enter_clear(&enter);
	st_buf_free(&encoded);
	return rc;
}

/* Made again from the same keys, terms and time it would be the same ledger, and go another way. */
static int
must_be_new(stet_ledger *ledger, const stet_head *head, stet_error *err)
{
	struct st_checkpoint remembered;
	int rc;

	rc = st_guard_read(ledger, &ledger->state, &remembered, err);
	if (rc == STET_ENOTFOUND || (rc == STET_OK && remembered.size == head->size))
		return STET_OK; /* the second is a first try that did not come to its end */
	return rc < 0 ? rc
		      : st_fail(err, STET_EREFUSED, ST_ROLLED_BACK,
			    "this machine remembers %llu entries of this very ledger",
			    (unsigned long long)remembered.size);
}

/* *new_out: what this call leaves in the state folder is its own. */
static int
remember_first(stet_ledger *ledger, const stet_head *head, int *new_out, stet_error *err)
{
	struct st_guard guard = {-1};
	char *folder = st_path_join(ledger->state_dir, ledger->id + 5);
	int rc;

	if (folder == NULL)
		return st_fail_nomem(err);
	free(ledger->state_dir);
	ledger->state_dir = folder;
	*new_out = access(folder, F_OK) < 0;
	if ((rc = st_guard_take(ledger, &guard, err)) == STET_OK &&
	    (rc = must_be_new(ledger, head, err)) == STET_OK &&
	    (rc = st_publish(ledger, 0, head, err)) == STET_OK)
		rc = st_dir_sync(folder, err); /* there is no older one to fall back on */
	st_guard_drop(&guard);
	return rc;
}

/* Of several who found the folder empty, the one who makes `keys` goes on. */
static int
claim_folder(const char *path, stet_error *err)
{
	char *keys = st_path_join(path, "keys");
	int rc = STET_OK;

	if (keys == NULL)
		return st_fail_nomem(err);
	if (mkdir(keys, 0700) < 0)
		rc = errno == EEXIST ? st_fail(err, STET_EREFUSED, ST_FOLDER_IN_USE,
					   "'%s' is there already and is not empty", path)
				     : st_fail_errno(err, errno, "cannot make folder '%s'", keys);
	free(keys);
	return rc;
}

static int
fill_folder(
    const char *path, const stet_key *ledger_key, stet_passphrase *ask, void *ctx, stet_error *err)
{
	char *artifacts = st_path_join(path, "artifacts"), *file = st_path_join(path, ST_KEY_FILE);
	int rc = artifacts == NULL || file == NULL ? st_fail_nomem(err) : STET_OK;

	if (rc == STET_OK)
		rc =
		    st_dir_make(artifacts, 0777, err); /* and syncs the folder, with `keys` in it */
	if (rc == STET_OK && ledger_key != NULL)
		rc = stet_key_save(ledger_key, file, ask, ctx, err);
	free(artifacts);
	free(file);
	return rc;
}

int
st_ledger_folder_make(const char *path, const stet_key *ledger_key, stet_passphrase *ask, void *ctx,
    int *made_out, stet_error *err)
{
	int rc, empty;

	*made_out = 0;
	rc = st_dir_is_empty(path, &empty, err);
	if (rc == STET_OK && !empty)
		return st_fail(err, STET_EREFUSED, ST_FOLDER_IN_USE,
		    "'%s' is there already and is not empty", path);
	if (rc != STET_OK && rc != STET_ENOTFOUND)
		return rc;
	*made_out = rc == STET_ENOTFOUND;
	rc = *made_out ? st_dir_make(path, 0777, err) : STET_OK;
	if (rc == STET_OK && st_dir_is_remote(path))
		rc = st_fail(err, STET_EREFUSED, ST_NETWORK_FOLDER,
		    "'%s' is on a network file system, where the database would be damaged", path);
	if (rc == STET_OK && (rc = claim_folder(path, err)) == STET_OK &&
	    (rc = fill_folder(path, ledger_key, ask, ctx, err)) < 0)
		st_dir_clear(path);
	if (rc < 0 && *made_out)
		rmdir(path); /* which it does only if it is empty */
	return rc;
}

int
st_ledger_folder_finish(const char *path, stet_error *err)
{
	char *file = st_path_join(path, "format");
	int rc;

	if (file == NULL)
		return st_fail_nomem(err);
	rc = st_file_write(file, st_str(ST_FORMAT_LINE), 0644, err);
	free(file);
	return rc;
}

/* It was empty or not there, so everything in it is ours. */
void
st_ledger_folder_undo(const char *path, int made)
{
	st_dir_clear(path);
	if (made)
		rmdir(path);
}

static int
check_terms(const stet_ledger_terms *terms, const stet_ledger_options *options, stet_error *err)
{
	if (terms == NULL || terms->version != STET_OPTIONS_VERSION || options == NULL)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the terms");
	if (options->state_dir == NULL)
		return st_fail(
		    err, STET_EINVAL, ST_HEAD_UNKNOWN, "a new ledger needs a state folder");
	if (terms->origin == NULL || !st_origin_ok(st_str(terms->origin)))
		return st_fail(err, STET_EINVAL, ST_ORIGIN_MALFORMED,
		    "the origin must look like 'ledger.example.org/records': lower case, no "
		    "scheme");
	if (terms->root_issuer == NULL || terms->root_issuer[0] == '\0')
		return st_fail(
		    err, STET_EINVAL, ST_RULE_NONE, "the first root key needs an issuer");
	return STET_OK;
}

int
stet_ledger_create(const char *path, const stet_ledger_terms *terms,
    const stet_ledger_options *options, const stet_key *ledger_key, const stet_key *root_key,
    uint64_t now_ms, stet_passphrase *ask, void *ctx, stet_error *err)
{
	stet_statement *statement = NULL;
	stet_ledger *ledger = NULL;
	stet_head head;
	int rc, made = 0, new_state = 0;

	memset(&head, 0, sizeof(head));
	if ((rc = st_crypto_init(err)) < 0 || (rc = check_terms(terms, options, err)) < 0 ||
	    (rc = make_entry_0(terms, ledger_key, root_key, now_ms, &statement, err)) < 0)
		goto done;
	if ((rc = st_ledger_folder_make(path, ledger_key, ask, ctx, &made, err)) < 0)
		goto done;
	if ((rc = st_ledger_new_handle(path, options, &ledger, err)) < 0 ||
	    (rc = st_store_open_lmdb(path, ST_OPEN_CREATE, &ledger->store, err)) < 0 ||
	    (rc = st_key_copy(ledger_key, &ledger->key, err)) < 0 ||
	    (rc = write_first_batch(ledger, st_statement_view(statement), now_ms, &head, err)) <
		0 ||
	    (rc = remember_first(ledger, &head, &new_state, err)) < 0 ||
	    (rc = st_ledger_folder_finish(path, err)) < 0) {
		if (new_state)
			st_dir_remove(ledger->state_dir);
		st_ledger_folder_undo(path, made);
	}
done:
	stet_ledger_close(ledger);
	stet_statement_free(statement);
	return rc;
}
