/* One record: for each entry about it whether everything that carries it holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "verify/past.h"

enum answer { NO, YES, UNKNOWN };

/* What carries one entry. */
struct links {
	uint64_t seq;
	enum answer bytes;     /* canonical, under its own number, and what the tree has     */
	enum answer signature; /* by the key that it names                                   */
	enum answer signer;    /* that key could say this, then, and its grant holds as well */
	enum answer prior;     /* it continues its name's history                            */
	enum answer included;  /* in the tree whose root a checkpoint has signed             */
	uint64_t granted;      /* the entry that grants the key; STET_NO_SEQ: a ledger key   */
	uint64_t seal;
	char text[STET_ERROR_TEXT_SIZE]; /* the first thing wrong */
};

/* Grants that were looked at: many entries have one signer. */
struct grant {
	uint64_t seq;
	int good;
};

struct record {
	stet_ledger *ledger;
	struct st_past past;
	struct st_checkpoint checkpoint;            /* size 0: none that can be trusted    */
	char checkpoint_text[STET_ERROR_TEXT_SIZE]; /* why not                 */
	uint8_t (*keys)[32]; /* of the record's names; and room for one more */
	uint64_t *counts;
	size_t count;
	struct grant *grants;
	size_t grant_count;
	struct st_buf encoded; /* of the entry being judged */
	stet_error *err;
};

static void say(struct links *links, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct links *links, const char *format, ...)
{
	va_list args;

	if (links->text[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(links->text, sizeof(links->text), format, args);
	va_end(args);
}

/* What could not be found out, as against what is wrong. */
static int
is_failure(int rc)
{
	return rc == STET_EIO || rc == STET_ENOMEM || rc == STET_EFULL || rc == STET_ELOCKED;
}

/* --- the links of one entry --------------------------------------------------------------------
 */

static int
judge_bytes(struct record *record, struct links *links, const struct st_slot *slot)
{
	static const uint8_t zeros[32];
	const struct st_books *books = &record->past.books;
	uint8_t row[32], before[32];
	int rc;

	links->bytes = NO;
	if (slot->rc < 0) {
		say(links, "%s", slot->why.text);
		return STET_OK;
	}
	memcpy(before, zeros, 32);
	record->past.size = links->seq + 1; /* its own leaf is in sight */
	rc = st_books_leaf(books, links->seq, row, NULL);
	if (rc == STET_OK && links->seq > 0)
		rc = st_books_leaf(books, links->seq - 1, before, NULL);
	if (is_failure(rc))
		return st_books_leaf(books, links->seq, row, record->err);
	if (rc < 0)
		say(links, "the tree has no leaf for it");
	else if (slot->entry.seq != links->seq)
		say(links, "it says that it is entry %llu", (unsigned long long)slot->entry.seq);
	else if (memcmp(row, slot->leaf, 32) != 0)
		say(links, "its bytes are not those whose hash the tree has");
	else if (memcmp(slot->entry.prev, before, 32) != 0)
		say(links, "it does not link to the entry before it");
	else
		links->bytes = YES;
	return STET_OK;
}

static void
judge_prior(struct links *links, const struct st_slot *slot, const struct st_index_row *row)
{
	const uint8_t *prior = slot->entry.prior;

	links->prior =
	    row->count == 0 ? prior == NULL : prior != NULL && memcmp(prior, row->head, 32) == 0;
	if (links->prior == NO)
		say(links, "it does not link to the entry before it about the same name");
}

/* By the rules, as they stood when it came. */
static int
judge_rules(
    struct record *record, struct links *links, const struct st_slot *slot, struct st_case *c)
{
	stet_error why;
	int rc;

	memset(c, 0, sizeof(*c));
	c->state = &record->past.state;
	c->books = &record->past.books;
	c->entry = &slot->entry;
	c->statement = &slot->statement;
	c->flags = ST_ADMIT_REPLAY;
	st_map_key(slot->statement.sign1.claims.sub, record->keys[record->count]);
	st_error_clear(&why);
	rc = st_past_go(
	    &record->past, links->seq, (const uint8_t(*)[32])record->keys, record->count + 1, &why);
	if (rc == STET_OK)
		rc = st_admit(c, &why);
	if (is_failure(rc)) {
		if (record->err != NULL)
			*record->err = why;
		return rc;
	}
	links->signer = rc == STET_OK && c->already == STET_NO_SEQ;
	if (rc < 0)
		say(links, "%s", why.text[0] != '\0' ? why.text : "what it rests on is not there");
	else if (c->already != STET_NO_SEQ)
		say(links, "it says again what entry %llu says", (unsigned long long)c->already);
	return STET_OK;
}

static void
judge_signature(struct links *links, const struct st_slot *slot, const struct st_case *c)
{
	static const uint8_t nobody[32];

	links->granted = c->signer != NULL ? c->signer->granted : STET_NO_SEQ;
	if (memcmp(c->public_key, nobody, 32) == 0)
		return; /* nobody knows the key */
	links->signature =
	    st_sign1_verify(&slot->statement.sign1, c->public_key, NULL) == STET_OK ? YES : NO;
	if (links->signature == NO)
		say(links, "its signature does not verify");
}

static int
judge_inclusion(struct record *record, struct links *links, const struct st_slot *slot)
{
	uint8_t path[ST_TREE_PATH_MAX][32];
	stet_error why;
	size_t count;
	int rc;

	if (links->seq >= record->checkpoint.size) {
		say(links, "%s",
		    record->checkpoint.size > 0 ? "no checkpoint covers it yet"
						: record->checkpoint_text);
		return STET_OK;
	}
	record->past.size = record->checkpoint.size;
	rc = st_tree_prove_inclusion(links->seq, record->checkpoint.size, st_books_node,
	    record->past.tables, path, &count, &why);
	if (is_failure(rc)) {
		if (record->err != NULL)
			*record->err = why;
		return rc;
	}
	links->included =
	    rc == STET_OK && st_tree_inclusion_ok(links->seq, record->checkpoint.size, slot->leaf,
				 (const uint8_t(*)[32])path, count, record->checkpoint.root);
	if (links->included == NO)
		say(links, "it is not in the tree of the checkpoint over %llu entries",
		    (unsigned long long)record->checkpoint.size);
	return STET_OK;
}

/* slot and c are of this entry until the next. */
static int
judge_entry(struct record *record, uint64_t seq, struct links *links, struct st_slot *slot,
    struct st_case *c)
{
	uint8_t key[8];
	stet_bytes encoded;
	int rc;

	memset(links, 0, sizeof(*links));
	memset(c, 0, sizeof(*c));
	links->seq = seq;
	links->granted = links->seal = STET_NO_SEQ;
	links->signature = links->signer = links->prior = links->included = UNKNOWN;
	st_be64_put(key, seq);
	rc =
	    st_get_one(record->past.entries, ST_ENTRY, (stet_bytes){key, 8}, &encoded, record->err);
	if (rc < 0 && rc != STET_ENOTFOUND)
		return rc;
	st_buf_reset(&record->encoded);
	if (rc == STET_OK)
		st_buf_put_bytes(&record->encoded, encoded);
	if (record->encoded.rc < 0)
		return st_fail_nomem(record->err);
	st_slot_read(slot, seq, st_buf_bytes(&record->encoded), NULL);
	if (slot->rc == STET_ENOMEM)
		return st_fail_nomem(record->err);
	if (rc == STET_ENOTFOUND) {
		links->bytes = NO;
		say(links, "it is not there");
		return STET_OK;
	}
	if ((rc = judge_bytes(record, links, slot)) < 0)
		return rc;
	if (slot->rc == STET_OK) {
		if ((rc = judge_rules(record, links, slot, c)) < 0)
			return rc;
		judge_prior(links, slot, &c->row);
		judge_signature(links, slot, c);
	}
	if ((rc = judge_inclusion(record, links, slot)) < 0)
		return rc;
	return st_past_seal(&record->past, seq, &links->seal, record->err);
}

/* --- the grants that an entry rests on ---------------------------------------------------------
 */

static int
is_good(const struct links *links)
{
	return links->bytes == YES && links->signature == YES && links->signer == YES &&
	       links->prior == YES && links->included != NO;
}

static const struct grant *
find_grant(const struct record *record, uint64_t seq)
{
	size_t i;

	for (i = 0; i < record->grant_count; i++)
		if (record->grants[i].seq == seq)
			return &record->grants[i];
	return NULL;
}

static int
add_grant(struct record *record, uint64_t seq, int good)
{
	size_t count = record->grant_count + 1;
	struct grant *grants = realloc(record->grants, count * sizeof(*grants));

	if (grants == NULL)
		return st_fail_nomem(record->err);
	record->grants = grants;
	record->grants[record->grant_count++] = (struct grant){seq, good};
	return STET_OK;
}

/* A key is granted by a key that is granted by a key, back to entry 0; each grant is judged like
 * any other entry, once.  Those of one chain are added from its end, so that each finds what it
 * rests on. */
static int
judge_grants(struct record *record, uint64_t seq, int *good_out)
{
	const struct grant *known = NULL;
	struct st_slot slot;
	struct st_case c;
	struct links links;
	size_t first = record->grant_count, i;
	int rc, good = 1;

	for (; seq != STET_NO_SEQ && (known = find_grant(record, seq)) == NULL;
	     seq = links.granted) {
		if ((rc = judge_entry(record, seq, &links, &slot, &c)) < 0 ||
		    (rc = add_grant(record, seq, is_good(&links))) < 0)
			return rc;
	}
	if (known != NULL)
		good = known->good;
	for (i = record->grant_count; i-- > first;) {
		good = good && record->grants[i].good;
		record->grants[i].good = good;
	}
	*good_out = good;
	return STET_OK;
}

static int
rest_on_grants(struct record *record, struct links *links)
{
	int rc, good;

	if (links->signer != YES || links->granted == STET_NO_SEQ)
		return STET_OK;
	if ((rc = judge_grants(record, links->granted, &good)) < 0 || good)
		return rc;
	links->signer = NO;
	say(links, "the grant of its key, entry %llu, does not hold itself",
	    (unsigned long long)links->granted);
	return STET_OK;
}

/* --- as JSON -----------------------------------------------------------------------------------
 */

static stet_json *
answer_json(enum answer answer)
{
	return answer == UNKNOWN ? stet_json_null() : stet_json_bool(answer == YES);
}

static stet_json *
seq_json(uint64_t seq)
{
	return seq == STET_NO_SEQ ? stet_json_null() : stet_json_int((int64_t)seq);
}

static stet_json *
roles_json(unsigned roles)
{
	stet_json *array = stet_json_array();
	unsigned bit;

	for (bit = 1; bit <= ST_ROLE_OBSERVER; bit <<= 1)
		if ((roles & bit) != 0)
			stet_json_add(array, stet_json_str(st_role_name(bit)));
	return array;
}

static void
set_signer(stet_json *json, const struct st_slot *slot, const struct st_key_state *signer)
{
	stet_json *scope = stet_json_array();
	size_t i;

	st_json_set_hex(json, "kid", slot->statement.sign1.kid, 32);
	st_json_set_text(json, "issuer", slot->statement.sign1.claims.iss);
	stet_json_set(json, "label", stet_json_str(signer != NULL ? signer->label : ""));
	stet_json_set(json, "roles", roles_json(signer != NULL ? signer->roles : 0));
	for (i = 0; signer != NULL && i < signer->scope_count; i++)
		stet_json_add(scope, stet_json_string(signer->scope[i]));
	stet_json_set(json, "scope", scope);
}

static stet_json *
links_json(const struct links *links, const struct st_slot *slot, const struct st_case *c,
    const char *name)
{
	stet_json *json = stet_json_object();
	char time[ST_TIME_SIZE];

	stet_json_set(json, "seq", seq_json(links->seq));
	stet_json_set(json, "name", stet_json_str(name));
	if (slot->rc == STET_OK) {
		st_json_set_text(json, "type", slot->statement.type_name);
		st_time_text_ms(slot->entry.ms, time);
		stet_json_set(json, "appended", stet_json_str(time));
		st_time_text(slot->statement.sign1.claims.iat, time);
		stet_json_set(json, "signed_at", stet_json_str(time));
		set_signer(json, slot, links->granted != STET_NO_SEQ ? c->signer : NULL);
	}
	stet_json_set(json, "bytes", answer_json(links->bytes));
	stet_json_set(json, "signature", answer_json(links->signature));
	stet_json_set(json, "signer", answer_json(links->signer));
	stet_json_set(json, "prior", answer_json(links->prior));
	stet_json_set(json, "included", answer_json(links->included));
	/* The keys of entry 0 were granted by nobody. */
	stet_json_set(
	    json, "granted", seq_json(links->granted == 0 ? STET_NO_SEQ : links->granted));
	stet_json_set(json, "seal", seq_json(links->seal));
	stet_json_set(json, "text", stet_json_str(links->text));
	return json;
}

/* The key's state lives in the state of its moment, and judging the grants goes elsewhere; so the
 * JSON is made first, and what the grants say is set after. */
static int
add_entry(struct record *record, stet_json *entries, uint64_t seq, const char *name, int *good_out)
{
	struct st_slot slot;
	struct st_case c;
	struct links links;
	stet_json *json;
	int rc;

	if ((rc = judge_entry(record, seq, &links, &slot, &c)) < 0)
		return rc;
	json = links_json(&links, &slot, &c, name);
	if ((rc = rest_on_grants(record, &links)) < 0) {
		stet_json_free(json);
		return rc;
	}
	stet_json_set(json, "signer", answer_json(links.signer));
	stet_json_set(json, "text", stet_json_str(links.text));
	stet_json_add(entries, json);
	*good_out = is_good(&links) && links.included == YES;
	return STET_OK;
}

/* --- the record --------------------------------------------------------------------------------
 */

/* The stored checkpoint, if a key of this ledger has signed it. */
static int
read_checkpoint(struct record *record)
{
	struct st_note *note = calloc(1, sizeof(*note));
	struct st_buf text = {0};
	stet_error why;
	int rc;

	if (note == NULL)
		return st_fail_nomem(record->err);
	st_error_clear(&why);
	if ((rc = st_checkpoint_stored(record->ledger, &text, &record->checkpoint, &why)) ==
		STET_OK &&
	    (rc = st_note_parse(st_buf_bytes(&text), note, &why)) == STET_OK)
		rc = st_guard_verify(&record->past.state, note, &why);
	if (rc == STET_OK && strcmp(record->checkpoint.origin, record->past.state.origin) != 0)
		rc = st_fail(&why, STET_EMISMATCH, ST_CHECKPOINT_WRONG,
		    "the checkpoint is of another ledger");
	free(note);
	st_buf_free(&text);
	if (is_failure(rc)) {
		if (record->err != NULL)
			*record->err = why;
		return rc;
	}
	if (rc < 0) {
		record->checkpoint.size = 0;
		snprintf(record->checkpoint_text, sizeof(record->checkpoint_text), "%s",
		    why.text[0] != '\0' ? why.text : "the checkpoint is not signed by this ledger");
	}
	return STET_OK;
}

static int
take_names(struct record *record, const stet_history_name *names, size_t count)
{
	size_t i;

	record->keys = calloc(count + 1, sizeof(*record->keys));
	record->counts = calloc(count + 1, sizeof(*record->counts));
	if (record->keys == NULL || record->counts == NULL)
		return st_fail_nomem(record->err);
	for (i = 0; i < count; i++) {
		st_map_key(st_str(names[i].name), record->keys[i]);
		record->counts[i] = names[i].count;
	}
	record->count = count;
	return STET_OK;
}

/* All entries about all names, in the order in which they came. */
static int
add_entries(
    struct record *record, const stet_history_name *names, stet_json *entries, int *good_out)
{
	uint64_t *next = calloc(record->count + 1, sizeof(*next)), seq, least;
	size_t i, at;
	int rc = STET_OK, good;

	if (next == NULL)
		return st_fail_nomem(record->err);
	*good_out = 1;
	while (rc == STET_OK) {
		record->past.size = STET_NO_SEQ; /* everything is in sight */
		least = STET_NO_SEQ;
		at = 0;
		for (i = 0; rc == STET_OK && i < record->count; i++) {
			if (next[i] == record->counts[i])
				continue;
			rc = st_books_about(
			    &record->past.books, record->keys[i], next[i], &seq, record->err);
			if (rc == STET_OK && seq < least) {
				least = seq;
				at = i;
			}
		}
		if (rc < 0 || least == STET_NO_SEQ)
			break;
		next[at]++;
		if ((rc = add_entry(record, entries, least, names[at].name, &good)) == STET_OK)
			*good_out &= good;
	}
	free(next);
	return rc;
}

static stet_json *
names_json(const stet_history_name *names, size_t count)
{
	stet_json *array = stet_json_array();
	size_t i;

	for (i = 0; i < count; i++)
		stet_json_add(array, stet_json_str(names[i].name));
	return array;
}

static void
set_checkpoint(const struct record *record, stet_json *report)
{
	if (record->checkpoint.size > 0) {
		stet_json_set(report, "size", stet_json_int((int64_t)record->checkpoint.size));
		st_json_set_hex(report, "root", record->checkpoint.root, 32);
	} else {
		stet_json_set(report, "size", stet_json_null());
		stet_json_set(report, "root", stet_json_null());
	}
}

static int
report_record(struct record *record, const stet_id *id, const stet_history_name *names,
    size_t count, stet_json **report_out)
{
	stet_json *report = stet_json_object(), *entries = stet_json_array();
	struct st_head head;
	char *text = NULL;
	size_t size;
	int rc, good = 1;

	stet_json_set(report, "v", stet_json_int(1));
	stet_json_set(report, "id", stet_json_str(stet_id_text(id)));
	if ((rc = st_head_read(record->past.entries, &head, record->err)) < 0 ||
	    (rc = st_past_go(&record->past, head.size, NULL, 0, record->err)) < 0 ||
	    (rc = read_checkpoint(record)) < 0 || (rc = take_names(record, names, count)) < 0 ||
	    (rc = add_entries(record, names, entries, &good)) < 0) {
		stet_json_free(entries);
		goto fail;
	}
	stet_json_set(report, "ok", stet_json_bool(good));
	stet_json_set(report, "names", names_json(names, count));
	set_checkpoint(record, report);
	stet_json_set(report, "entries", entries);
	if ((rc = stet_json_text(report, 0, &text, &size, record->err)) < 0)
		goto fail;
	free(text);
	*report_out = report;
	return STET_OK;
fail:
	stet_json_free(report);
	return rc;
}

int
stet_verify_record(
    stet_ledger *ledger, const stet_id *id, stet_at at, stet_json **report_out, stet_error *err)
{
	const stet_history_name *names;
	stet_history *history = NULL;
	struct record record;
	size_t count;
	int rc;

	memset(&record, 0, sizeof(record));
	record.ledger = ledger;
	record.err = err;
	if ((rc = stet_history_open(ledger, id, at, &history, err)) == STET_OK &&
	    (rc = st_past_open(&record.past, ledger, err)) == STET_OK) {
		count = stet_history_names(history, &names);
		rc = report_record(&record, id, names, count, report_out);
		st_past_close(&record.past);
	}
	stet_history_close(history);
	free(record.keys);
	free(record.counts);
	free(record.grants);
	st_buf_free(&record.encoded);
	return rc;
}
