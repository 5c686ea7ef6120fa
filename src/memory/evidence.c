/* Evidence held against what is remembered, with no ledger here. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "memory/memory.h"
#include "trust/trust.h"

struct matching {
	const stet_trust *trust;
	const stet_shown *shown;
	stet_memory_ask *ask;
	void *ctx;
	stet_recall *recall;
	char ledger[STET_LEDGER_ID_SIZE]; /* of what was compared, where that says so */
};

/* 1 if a key that the reader knows has signed a checkpoint of this origin; 0, or STET_ENOMEM. */
static int
is_known(const stet_trust *trust, stet_bytes note, struct st_signed_head *head, const char *origin,
    stet_error *err)
{
	int rc = st_trust_judge(trust, note, head, NULL);

	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	return rc == STET_OK && head->known && strcmp(head->checkpoint.origin, origin) == 0;
}

/* A folder whose name the evidence says, or one of a ledger that it may be of. */
static int
may_be(const stet_shown *shown, const char *hex)
{
	return shown->ledger == NULL || strcmp(shown->ledger + 5, hex) == 0;
}

static int
matches(struct matching *matching, const struct st_accepted *accepted, stet_error *err)
{
	const stet_shown *shown = matching->shown;
	struct st_signed_head *head;
	int rc;

	if (shown->ledger != NULL && accepted->head.ledger[0] != '\0')
		return strcmp(shown->ledger, accepted->head.ledger) == 0;
	if ((head = malloc(sizeof(*head))) == NULL)
		return st_fail_nomem(err);
	rc = is_known(matching->trust, accepted->note, head, shown->origin, err);
	free(head);
	return rc;
}

/* --- judging ---------------------------------------------------------------------------------- */

static int
stands(struct matching *matching, const stet_accepted *then, stet_bytes note, int *verdict_out,
    stet_error *err)
{
	const stet_shown *shown = matching->shown;

	if (shown->size < then->size)
		*verdict_out = STET_RECALL_OLDER;
	else if (shown->size == then->size)
		*verdict_out = memcmp(shown->root, then->root, 32) == 0 ? STET_RECALL_SAME
									: STET_RECALL_FORKED;
	else if (matching->ask != NULL)
		return matching->ask(matching->ctx, note, verdict_out, err);
	else
		*verdict_out = STET_RECALL_BEYOND;
	return STET_OK;
}

/* One history more than one is the answer, whatever else there is; else what is largest decides. */
static int
judge(
    struct matching *matching, const stet_accepted *then, int of, stet_bytes note, stet_error *err)
{
	stet_recall *recall = matching->recall;
	int verdict, rc;

	if (recall->verdict == STET_RECALL_FORKED)
		return STET_OK;
	if ((rc = stands(matching, then, note, &verdict, err)) < 0)
		return rc;
	if (verdict == STET_RECALL_FORKED || recall->verdict == STET_RECALL_NOTHING ||
	    then->size > recall->then.size) {
		recall->verdict = verdict;
		recall->of = of;
		recall->then = *then;
	}
	if (then->ledger[0] != '\0')
		strcpy(matching->ledger, then->ledger);
	return STET_OK;
}

static int
judge_file(struct matching *matching, const char *folder, const char *hex, const char *name, int of,
    stet_error *err)
{
	struct st_accepted accepted;
	struct st_buf text = {0};
	char id[STET_LEDGER_ID_SIZE];
	stet_error why;
	int rc;

	memcpy(id, "stet:", 5);
	memcpy(id + 5, hex, 65);
	st_error_clear(&why);
	rc = st_accepted_read(folder, name, id, &text, &accepted, &why);
	if (rc == STET_OK) {
		rc = matches(matching, &accepted, err);
		if (rc > 0)
			rc = judge(matching, &accepted.head, of, accepted.note, err);
	} else if (rc == STET_ENOTFOUND) {
		rc = STET_OK;
	} else if (rc == STET_EREFUSED ||
		   (rc == STET_EFORMAT &&
		       (matching->shown->ledger == NULL || !may_be(matching->shown, hex)))) {
		/* Whose it was, nobody can say: of a ledger that is not this one, for all one
		 * knows. */
		if (may_be(matching->shown, hex) && matching->recall->warning.code == STET_OK)
			matching->recall->warning = why;
		rc = STET_OK;
	} else if (err != NULL) {
		*err = why;
	}
	st_buf_free(&text);
	return rc;
}

/* The second copy of the head has no key beside it: it counts where the reader knows one that has
 * signed it. */
static int
judge_signed(struct matching *matching, const char *folder, const char *hex, stet_error *err)
{
	struct st_signed_head *head;
	stet_accepted then = {0};
	struct st_buf text = {0};
	char *path;
	int rc;

	if (!may_be(matching->shown, hex))
		return STET_OK;
	head = malloc(sizeof(*head));
	path = st_path_join(folder, "head");
	if (head == NULL || path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_file_read(path, ST_NOTE_MAX, &text, NULL)) == STET_OK &&
		 (rc = is_known(matching->trust, st_buf_bytes(&text), head, matching->shown->origin,
		      err)) > 0) {
		memcpy(then.ledger, "stet:", 5);
		memcpy(then.ledger + 5, hex, 65);
		strcpy(then.origin, head->checkpoint.origin);
		then.size = head->checkpoint.size;
		memcpy(then.root, head->checkpoint.root, 32);
		rc = judge(matching, &then, STET_RECALL_SIGNED, st_buf_bytes(&text), err);
	} else if (rc == STET_ENOMEM) {
		rc = st_fail_nomem(err);
	} else {
		rc = STET_OK; /* its writer is told what is wrong with it */
	}
	st_buf_free(&text);
	free(path);
	free(head);
	return rc;
}

static int
judge_folder(void *ctx, const char *folder, const char *hex, stet_error *err)
{
	int rc;

	if ((rc = judge_file(ctx, folder, hex, ST_MEMORY_SEEN, STET_RECALL_READ, err)) < 0 ||
	    (rc = judge_file(ctx, folder, hex, ST_MEMORY_CHECKED, STET_RECALL_CHECKED, err)) < 0)
		return rc;
	return judge_signed(ctx, folder, hex, err);
}

static int
hold(const char *state_dir, struct matching *matching, stet_error *err)
{
	stet_error why;
	int rc;

	memset(matching->recall, 0, sizeof(*matching->recall));
	matching->recall->size = matching->shown->size;
	memcpy(matching->recall->root, matching->shown->root, 32);
	if (state_dir == NULL)
		return STET_OK;
	st_error_clear(&why);
	rc = st_memory_walk(state_dir, judge_folder, matching, &why);
	/* A state folder that this user may not look into remembers nothing for him. */
	if (rc == STET_EIO && st_memory_is_closed(&why)) {
		matching->recall->warning = why;
		return STET_OK;
	}
	if (rc < 0 && err != NULL)
		*err = why;
	return rc;
}

int
stet_memory_check(const char *state_dir, const stet_trust *trust, const stet_shown *shown,
    stet_memory_ask *ask, void *ctx, stet_recall *recall_out, stet_error *err)
{
	struct matching matching = {trust, shown, ask, ctx, recall_out, ""};

	return hold(state_dir, &matching, err);
}

/* --- remembering ------------------------------------------------------------------------------ */

int
st_memory_key_folder(const struct st_vkey *vkey, char hex_out[65], stet_error *err)
{
	struct st_buf text = {0};
	uint8_t digest[32];

	st_vkey_put(&text, vkey);
	if (text.rc < 0)
		return st_fail_nomem(err);
	st_sha256(st_buf_bytes(&text), digest);
	st_hex(digest, sizeof(digest), hex_out);
	st_buf_free(&text);
	return STET_OK;
}

/* The key that the reader knows to be the ledger's and that has signed it. STET_ENOTFOUND. */
static int
signer_of(
    const stet_trust *trust, const stet_shown *shown, struct st_vkey *vkey_out, stet_error *err)
{
	struct st_signed_head *head = malloc(sizeof(*head));
	const struct st_vkey *vkey;
	size_t i;
	int rc;

	if (head == NULL)
		return st_fail_nomem(err);
	rc = is_known(trust, shown->note, head, shown->origin, err);
	if (rc > 0 && (head->checkpoint.size != shown->size ||
			  memcmp(head->checkpoint.root, shown->root, 32) != 0))
		rc = 0;
	for (i = 0; rc > 0 && i < head->count; i++) {
		vkey = &trust->keys[head->signers[i].key];
		if (vkey->type == ST_NOTE_ED25519 && strcmp(vkey->name, shown->origin) == 0) {
			*vkey_out = *vkey;
			break;
		}
	}
	free(head);
	return rc > 0 ? STET_OK : rc == 0 ? STET_ENOTFOUND : rc;
}

static int
keep(const char *state_dir, struct matching *matching, uint64_t now_ms, stet_error *err)
{
	const stet_shown *shown = matching->shown;
	struct st_accepted accepted = {0};
	char hex[65], *folder;
	int rc;

	rc = signer_of(matching->trust, shown, &accepted.vkey, err);
	if (rc < 0)
		return rc == STET_ENOTFOUND ? STET_OK : rc;
	if (shown->ledger != NULL)
		strcpy(accepted.head.ledger, shown->ledger);
	else
		strcpy(accepted.head.ledger, matching->ledger);
	accepted.head.size = shown->size;
	accepted.head.ms = now_ms;
	accepted.note = shown->note;
	if (accepted.head.ledger[0] != '\0')
		memcpy(hex, accepted.head.ledger + 5, 65);
	else if ((rc = st_memory_key_folder(&accepted.vkey, hex, err)) < 0)
		return rc;
	if ((folder = st_path_join(state_dir, hex)) == NULL)
		return st_fail_nomem(err);
	rc = st_accepted_advance(folder, ST_MEMORY_CHECKED, &accepted, NULL, NULL, err);
	free(folder);
	return rc;
}

int
stet_memory_keep(const char *state_dir, const stet_trust *trust, const stet_shown *shown,
    uint64_t now_ms, stet_error *err)
{
	stet_recall recall;
	struct matching matching = {trust, shown, NULL, NULL, &recall, ""};
	int rc;

	if (state_dir == NULL || shown->note.data == NULL || shown->size == 0)
		return STET_OK;
	if ((rc = hold(state_dir, &matching, err)) < 0)
		return rc;
	if (recall.verdict != STET_RECALL_NOTHING && recall.verdict != STET_RECALL_BEYOND)
		return STET_OK;
	return keep(state_dir, &matching, now_ms, err);
}

/* --- of a ledger that is here ----------------------------------------------------------------- */

/* The folder of the key is beside that of the ledger. */
static int
read_by_key(const stet_ledger *ledger, const struct st_vkey *vkey, struct st_buf *text_out,
    struct st_accepted *accepted_out, stet_error *err)
{
	char hex[65], *folder = strdup(ledger->state_dir);
	int rc;

	if (folder == NULL)
		return st_fail_nomem(err);
	if ((rc = st_memory_key_folder(vkey, hex, err)) == STET_OK) {
		memcpy(folder + strlen(folder) - 64, hex, 64);
		rc = st_accepted_read(folder, ST_MEMORY_CHECKED, NULL, text_out, accepted_out, err);
		if (rc == STET_OK &&
		    memcmp(accepted_out->vkey.public_key, vkey->public_key, 32) != 0)
			rc = STET_ENOTFOUND;
		if (rc == STET_EFORMAT) /* whose it was, nobody can say */
			rc = STET_EREFUSED;
	}
	free(folder);
	return rc;
}

int
st_accepted_checked(const stet_ledger *ledger, const struct st_vkey *vkey, struct st_buf *text_out,
    struct st_accepted *accepted_out, stet_error *err)
{
	int rc = st_accepted_read(
	    ledger->state_dir, ST_MEMORY_CHECKED, ledger->id, text_out, accepted_out, err);

	return rc == STET_ENOTFOUND && vkey != NULL
		   ? read_by_key(ledger, vkey, text_out, accepted_out, err)
		   : rc;
}
