/* Cosigning: what is signed continues what was signed before, and is remembered before anybody sees
 * the signature. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "key/key.h"
#include "witness/witness.h"

struct cosigning {
	const stet_key *key;
	const stet_cosign_options *options;
	stet_ledger *copy;
	struct st_request request;
	struct st_note note;
	struct st_signed_head head;
	struct st_memory memory;
	stet_error *err;
};

/* Both heads, so that whoever gets the message holds what he has to show to others. */
static int
two_heads(const struct cosigning *c, int rule)
{
	const struct st_checkpoint *now = &c->head.checkpoint, *last = &c->memory.last;
	char root[65], signed_[65];

	st_hex(now->root, 32, root);
	st_hex(last->root, 32, signed_);
	return st_fail(c->err, STET_EMISMATCH, rule,
	    "the checkpoint is of size %llu, root %s; cosigned before was size %llu, root %s",
	    (unsigned long long)now->size, root, (unsigned long long)last->size, signed_);
}

/* --- the checkpoint --------------------------------------------------------------------------- */

static int
judge_note(struct cosigning *c)
{
	int rc;

	if ((rc = st_note_parse(c->request.note, &c->note, c->err)) < 0 ||
	    (rc = st_trust_judge(c->options->logs, c->request.note, &c->head, c->err)) < 0)
		return rc;
	if (!c->head.known)
		return st_fail(c->err, STET_EMISMATCH, ST_CHECKPOINT_UNSIGNED,
		    "none of the keys given is of '%s' and has signed this checkpoint",
		    c->head.checkpoint.origin);
	return STET_OK;
}

/* The newest checkpoint in the folder of the copy, as it stands there. */
static int
note_of_copy(struct cosigning *c, struct st_buf *note_out)
{
	struct st_checkpoint checkpoint;
	int rc = st_checkpoint_stored(c->copy, note_out, &checkpoint, c->err);

	if (rc == STET_OK)
		c->request = (struct st_request){.note = st_buf_bytes(note_out)};
	return rc;
}

/* --- does it continue what was signed before? ------------------------------------------------- */

static int
root_of_copy(struct cosigning *c, struct st_reader *reader, uint64_t size, uint8_t root_out[32])
{
	uint64_t entries;
	int rc;

	if ((rc = st_reader_rows(reader, ST_ENTRY, &entries, c->err)) < 0)
		return rc;
	if (size > entries)
		return st_fail(c->err, STET_EMISMATCH, ST_COSIGN_UNPROVED,
		    "the copy has %llu entries, the checkpoint is of %llu",
		    (unsigned long long)entries, (unsigned long long)size);
	return st_ledger_root(reader, size, root_out, c->err);
}

/* The stored tree of a copy may say anything: it is believed as far as its proof verifies. */
static int
prove_from_copy(struct cosigning *c, struct st_reader *reader)
{
	const struct st_checkpoint *now = &c->head.checkpoint, *last = &c->memory.last;
	uint8_t root[32], path[ST_TREE_PATH_MAX][32];
	size_t count;
	int rc;

	if ((rc = root_of_copy(c, reader, now->size, root)) < 0)
		return rc;
	if (memcmp(root, now->root, 32) != 0)
		return st_fail(c->err, STET_EMISMATCH, ST_COSIGN_UNPROVED,
		    "the copy is not the ledger of this checkpoint: its first %llu entries have "
		    "another root",
		    (unsigned long long)now->size);
	if (!c->memory.known || last->size == 0)
		return STET_OK;
	if ((rc = st_tree_prove_consistency(
		 last->size, now->size, st_books_node, reader, path, &count, c->err)) < 0)
		return rc;
	if (!st_tree_consistency_ok(
		last->size, now->size, last->root, now->root, (const uint8_t(*)[32])path, count))
		return two_heads(c, ST_COSIGN_FORKED);
	return STET_OK;
}

static int
prove_by_copy(struct cosigning *c)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = st_ledger_reader(c->copy, &reader, c->err)) < 0)
		return rc;
	rc = prove_from_copy(c, reader);
	st_reader_close(reader);
	return rc;
}

static int
prove_by_request(struct cosigning *c)
{
	const struct st_checkpoint *now = &c->head.checkpoint, *last = &c->memory.last;
	const struct st_request *request = &c->request;

	if (!c->memory.known || last->size == 0)
		return STET_OK;
	if (!request->has_proof)
		return st_fail(c->err, STET_EMISMATCH, ST_COSIGN_UNPROVED,
		    "nothing shows that this checkpoint continues the one of size %llu, which was "
		    "cosigned before",
		    (unsigned long long)last->size);
	if (request->old != last->size)
		return st_fail(c->err, STET_EMISMATCH, ST_COSIGN_UNPROVED,
		    "the proof begins at size %llu, but what was cosigned before is of size %llu",
		    (unsigned long long)request->old, (unsigned long long)last->size);
	if (!st_tree_consistency_ok(last->size, now->size, last->root, now->root,
		(const uint8_t(*)[32])request->path, request->count))
		return two_heads(c, ST_COSIGN_UNPROVED);
	return STET_OK;
}

/* A line of our own on what we are asked to cosign, and we do not remember: the memory is an old
 * one that was put back, and a fork of what it forgot would not be noticed. */
static int
check_own_line(struct cosigning *c)
{
	size_t verified = 0;
	int rc;

	rc = st_note_verify(&c->note, &c->memory.vkey, 1, &verified, c->err);
	if (rc < 0 || verified == 0 || (c->options->flags & STET_COSIGN_FIRST) != 0)
		return rc;
	if (c->memory.known && c->memory.last.size >= c->head.checkpoint.size)
		return STET_OK;
	return st_fail(c->err, STET_EREFUSED, ST_COSIGN_MEMORY_STALE,
	    "this key has cosigned size %llu already, and the memory in '%s' does not know of it",
	    (unsigned long long)c->head.checkpoint.size, c->memory.folder);
}

/* A memory that cannot be read is none, if the caller says that he begins. */
static int
recall(struct cosigning *c)
{
	const int first = (c->options->flags & STET_COSIGN_FIRST) != 0;
	stet_error why = {0};
	int rc = st_memory_read(&c->memory, c->head.checkpoint.origin, &why);

	if (rc == STET_EREFUSED && first)
		rc = STET_OK;
	if (rc < 0) {
		if (c->err != NULL)
			*c->err = why;
		return rc;
	}
	if ((rc = check_own_line(c)) < 0)
		return rc;
	if (!c->memory.known && !first)
		return st_fail(c->err, STET_EREFUSED, ST_COSIGN_NO_MEMORY,
		    "nothing is remembered of '%s': this would be its first checkpoint here",
		    c->head.checkpoint.origin);
	return STET_OK;
}

static int
check_continues(struct cosigning *c)
{
	const struct st_checkpoint *now = &c->head.checkpoint, *last = &c->memory.last;
	int rc;

	if ((rc = recall(c)) < 0)
		return rc;
	if (c->memory.known && now->size < last->size)
		return two_heads(c, ST_COSIGN_ROLLED_BACK);
	if (c->memory.known && now->size == last->size && memcmp(now->root, last->root, 32) != 0)
		return two_heads(c, ST_COSIGN_FORKED);
	if (c->copy != NULL)
		return prove_by_copy(c);
	if (c->memory.known && now->size == last->size)
		return STET_OK;
	return prove_by_request(c);
}

/* --- an auditor's replay -----------------------------------------------------------------------
 */

static int
is_head(const struct cosigning *c, const stet_json *report)
{
	const struct st_checkpoint *now = &c->head.checkpoint;
	stet_bytes root = stet_json_string_of(stet_json_get(report, "root"));
	char hex[65];

	st_hex(now->root, 32, hex);
	return (uint64_t)stet_json_int_of(stet_json_get(report, "size")) == now->size &&
	       st_bytes_equal(root, st_str(hex));
}

/* Every signature, rule, root and index, by the verifier that trusts nothing but the entries. */
static int
replay(struct cosigning *c, stet_progress *progress, void *ctx)
{
	stet_verify_options options = STET_VERIFY_OPTIONS;
	stet_report *report = NULL;
	int rc;

	options.threads = c->options->threads;
	if ((rc = stet_verify_ledger(c->copy, &options, progress, ctx, &report, c->err)) < 0)
		return rc;
	if (!stet_report_ok(report))
		rc = st_fail(c->err, STET_EMISMATCH, ST_COSIGN_NOT_INTACT,
		    "the replay found %zu %s, the first: %s", stet_report_count(report),
		    stet_report_count(report) == 1 ? "diagnosis" : "diagnoses",
		    stet_rule_name(stet_report_get(report, 0)->rule));
	else if (!is_head(c, stet_report_json(report)))
		rc = st_fail(c->err, STET_EMISMATCH, ST_COSIGN_UNPROVED,
		    "what was replayed is of size %lld, and not the state of this checkpoint",
		    (long long)stet_json_int_of(stet_json_get(stet_report_json(report), "size")));
	stet_report_free(report);
	return rc;
}

/* --- signing -----------------------------------------------------------------------------------
 */

/* The note that is remembered: the ledger's own lines as evidence, and ours, by which it is known
 * again. */
static int
sign_and_remember(struct cosigning *c, char **line_out)
{
	const stet_trust *logs = c->options->logs;
	struct st_buf line = {0}, note = {0};
	size_t kept;
	int rc;

	if ((rc = st_note_cosign(c->note.text, c->options->name, st_key_secret(c->key),
		 c->options->now_ms / 1000, &line, c->err)) == STET_OK &&
	    (rc = st_note_keep(&c->note, logs->keys, logs->count, &note, &kept, c->err)) ==
		STET_OK) {
		st_buf_put_bytes(&note, st_buf_bytes(&line));
		st_buf_put_u8(&line, 0);
		rc = note.rc < 0 || line.rc < 0
			 ? st_fail_nomem(c->err)
			 : st_memory_write(
			       &c->memory, c->head.checkpoint.origin, st_buf_bytes(&note), c->err);
	}
	st_buf_free(&note);
	if (rc == STET_OK)
		*line_out = (char *)line.data;
	else
		st_buf_free(&line);
	return rc;
}

static int
check_options(const struct cosigning *c)
{
	const stet_cosign_options *options = c->options;
	const char *why = NULL;

	if (options->version != STET_OPTIONS_VERSION || options->name == NULL ||
	    options->state_dir == NULL || options->logs == NULL)
		why = "a cosigner has a name, a state folder and the keys of ledgers";
	else if (!stet_key_can_sign(c->key))
		why = "the key is a public one and cannot sign";
	else if (c->copy == NULL && (options->flags & STET_COSIGN_AUDITOR) != 0)
		why = "an auditor replays a copy of the ledger, and none was given";
	return why == NULL ? STET_OK : st_fail(c->err, STET_EINVAL, ST_RULE_NONE, "%s", why);
}

static int
cosign(struct cosigning *c, stet_bytes request, char **line_out, stet_progress *progress, void *ctx)
{
	const int auditor = (c->options->flags & STET_COSIGN_AUDITOR) != 0;
	struct st_buf note = {0};
	int rc;

	if (request.data != NULL)
		rc = st_request_parse(request, &c->request, c->err);
	else
		rc = note_of_copy(c, &note);
	if (rc == STET_OK && (rc = judge_note(c)) == STET_OK && auditor)
		rc = replay(c, progress, ctx);
	if (rc == STET_OK &&
	    (rc = st_memory_open(c->key, c->options->name, auditor ? "auditor" : "witness",
		 c->options->state_dir, c->options->wait_ms, &c->memory, c->err)) == STET_OK) {
		/* From here to the end under the lock of the memory: two requests must not both be
		 * held against the same one. */
		if ((rc = check_continues(c)) == STET_OK)
			rc = sign_and_remember(c, line_out);
		st_memory_close(&c->memory);
	}
	st_buf_free(&note);
	return rc;
}

int
stet_cosign(const stet_key *key, const stet_cosign_options *options, stet_bytes request,
    stet_ledger *copy, char **line_out, stet_progress *progress, void *ctx, stet_error *err)
{
	struct cosigning *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return st_fail_nomem(err);
	c->key = key;
	c->options = options;
	c->copy = copy;
	c->err = err;
	if ((rc = check_options(c)) == STET_OK)
		rc = cosign(c, request, line_out, progress, ctx);
	free(c);
	return rc;
}

int
stet_cosigner_vkey(const stet_key *key, const char *name, char **vkey_out, stet_error *err)
{
	uint8_t public_key[STET_KEY_SIZE];
	struct st_buf text = {0};
	struct st_vkey vkey;
	int rc;

	stet_key_public(key, public_key);
	if ((rc = st_vkey_make(name, ST_NOTE_COSIGNATURE, public_key, &vkey, err)) < 0)
		return rc;
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, 0);
	if (text.rc < 0) {
		st_buf_free(&text);
		return st_fail_nomem(err);
	}
	*vkey_out = (char *)text.data;
	return STET_OK;
}
