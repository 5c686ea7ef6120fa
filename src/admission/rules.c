#include "admission/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define refuse(rule, ...) st_fail(err, STET_EREFUSED, (rule), __VA_ARGS__)
#define CLAIMS(c) (&(c)->statement->sign1.claims)
/* Names and the words of our own tables are safe to print; labels, issuers and unknown words are
 * somebody's text. */
#define TEXT(bytes) (int)(bytes).size, (const char *)(bytes).data
/* A signer's clock may be this far ahead of the ledger's. */
#define AHEAD_MS 300000

void
st_cti_key(stet_bytes iss, stet_bytes cti, uint8_t out[32])
{
	uint8_t size[8];
	stet_bytes pieces[3] = {{size, 8}, iss, cti};

	st_be64_put(size, iss.size);
	st_sha256_pieces(pieces, 3, out);
}

static int
is_type(const struct st_case *c, enum st_type type)
{
	return c->statement->type == type;
}

static int
is_entry_0(const struct st_case *c)
{
	return c->entry->seq == 0;
}

/* --- one function a rule; the table at the end gives their order ------------------------------ */

static int
rule_first_is_open(struct st_case *c, stet_error *err)
{
	stet_bytes action = {NULL, 0};

	if (is_type(c, ST_TYPE_LEDGER))
		st_cbor_member_text(c->statement->sign1.payload, "action", &action);
	if (is_entry_0(c) != st_bytes_equal(action, st_str("open")))
		return is_entry_0(c) ? refuse(ST_NOT_OPENED,
					   "entry 0 is no 'ledger' statement that opens a ledger")
				     : refuse(ST_OPENED_TWICE, "only entry 0 opens a ledger");
	return STET_OK;
}

static int
rule_known_type(struct st_case *c, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];

	if (!is_type(c, ST_TYPE_UNKNOWN) || (c->flags & ST_ADMIT_REPLAY) != 0)
		return STET_OK;
	return refuse(ST_TYPE_NOT_KNOWN, "this stet knows no statement '%s' of version %llu",
	    st_shown(c->statement->type_name, shown), (unsigned long long)c->statement->v);
}

/* The same thing said again is already there, whoever signed and whenever; what a thief said in
 * somebody's name does not count. */
static int
rule_id(struct st_case *c, stet_error *err)
{
	const struct st_claims *claims = CLAIMS(c);
	const struct st_key_state *signer;
	struct st_read read;
	stet_bytes value;
	char shown[ST_SHOWN_SIZE];
	uint8_t kid[32];
	uint64_t seq;
	int rc, same;

	rc = st_get_one(c->books->tables, ST_CTI, (stet_bytes){c->cti_key, 32}, &value, err);
	if (rc == STET_ENOTFOUND)
		return STET_OK;
	if (rc < 0)
		return rc;
	seq = st_be64_get(value.data);
	if ((rc = st_books_entry(c->books, seq, &read, err)) < 0)
		return rc;
	same = st_bytes_equal(read.statement.sign1.claims.sub, claims->sub) &&
	       st_bytes_equal(read.statement.sign1.payload, c->statement->sign1.payload);
	memcpy(kid, read.statement.sign1.kid, 32);
	rc = st_state_key(c->state, c->books, kid, &signer, err);
	if (rc == STET_OK && signer->distrust_from <= seq)
		return STET_OK;
	if (rc < 0 && rc != STET_ENOTFOUND)
		return rc;
	if (!same)
		return refuse(ST_ID_CONFLICT,
		    "issuer '%s' has used this id already, for another statement: entry %llu",
		    st_shown(claims->iss, shown), (unsigned long long)seq);
	c->already = seq;
	return STET_OK;
}

static int
rule_open_for_entries(struct st_case *c, stet_error *err)
{
	if (is_type(c, ST_TYPE_SEAL))
		return STET_OK;
	if (c->state->closed)
		return refuse(ST_LEDGER_CLOSED, "the ledger has been closed");
	if (c->state->rotating)
		return refuse(
		    ST_ROTATION_UNSEALED, "only a seal may follow a change of the ledger key");
	return STET_OK;
}

static int
rule_after_closing(struct st_case *c, stet_error *err)
{
	if (is_type(c, ST_TYPE_SEAL) && c->state->closed && c->state->sealed == c->state->size)
		return refuse(ST_LEDGER_CLOSED, "the ledger has been closed and sealed");
	return STET_OK;
}

static int
rule_audience(struct st_case *c, stet_error *err)
{
	const struct st_type_rule *rule = st_type_rule(c->statement->type);
	stet_bytes aud = CLAIMS(c)->aud;

	if (is_entry_0(c))
		return aud.data == NULL
			   ? STET_OK
			   : refuse(ST_AUDIENCE_WRONG, "entry 0 cannot name its own ledger");
	if (aud.data == NULL) {
		if (rule != NULL && rule->aud)
			return refuse(ST_AUDIENCE_MISSING,
			    "a '%.*s' statement must name its ledger",
			    TEXT(c->statement->type_name));
		return STET_OK;
	}
	if (!st_bytes_equal(aud, st_str(c->state->id)))
		return refuse(ST_AUDIENCE_WRONG, "made for another ledger: %.*s", TEXT(aud));
	return STET_OK;
}

static int
rule_clock(struct st_case *c, stet_error *err)
{
	if (CLAIMS(c)->iat > (c->entry->ms + AHEAD_MS) / 1000)
		return refuse(ST_SIGNED_IN_FUTURE,
		    "signed %llu s after the ledger's own time, more than the 300 s allowed",
		    (unsigned long long)(CLAIMS(c)->iat - c->entry->ms / 1000));
	return STET_OK;
}

static int
subject_is(stet_bytes sub, const char *text)
{
	return st_bytes_equal(sub, st_str(text));
}

static int
rule_subject(struct st_case *c, stet_error *err)
{
	const struct st_type_rule *rule = st_type_rule(c->statement->type);
	stet_bytes sub = CLAIMS(c)->sub;
	char source[8 + 64 + 1];
	int reserved;

	if (rule == NULL)
		return STET_OK; /* a newer stet's type: its subjects are that one's rule */
	reserved = st_name_is_reserved(sub) || st_name_is_key(sub) ||
		   (sub.size >= 7 && memcmp(sub.data, "source:", 7) == 0);
	if (rule->subject == NULL)
		return !reserved ? STET_OK
				 : refuse(ST_SUBJECT_RESERVED,
				       "'%.*s' is no record: a '%.*s' cannot be about it",
				       TEXT(sub), TEXT(c->statement->type_name));
	if (strcmp(rule->subject, "key") == 0)
		return st_name_is_key(sub) ? STET_OK
					   : refuse(ST_SUBJECT_RESERVED,
						 "a 'key' statement is about the key it names");
	if (strcmp(rule->subject, "source:") == 0) {
		snprintf(source, sizeof(source), "source:%.*s", TEXT(c->statement->source_name));
		return subject_is(sub, source)
			   ? STET_OK
			   : refuse(ST_SUBJECT_RESERVED,
				 "a 'snapshot' is about '%s', its own source", source);
	}
	return subject_is(sub, rule->subject)
		   ? STET_OK
		   : refuse(ST_SUBJECT_RESERVED, "a '%.*s' statement is about '%s' only",
			 TEXT(c->statement->type_name), rule->subject);
}

static int
ledger_key_signs(struct st_case *c, const uint8_t *public_key, stet_error *err)
{
	const struct st_claims *claims = CLAIMS(c);
	stet_bytes origin = st_str(c->state->origin != NULL ? c->state->origin : "");
	char shown[ST_SHOWN_SIZE];
	uint8_t kid[32];

	if (is_entry_0(c))
		st_cbor_member_text(c->statement->sign1.payload, "origin", &origin);
	st_key_thumbprint(public_key, kid);
	if (memcmp(kid, c->statement->sign1.kid, 32) != 0)
		return refuse(ST_LEDGER_KEY_WRONG, "not signed by the ledger key in force");
	if (!st_bytes_equal(claims->iss, origin))
		return refuse(ST_ISSUER_WRONG, "the ledger key's issuer is the origin, not '%s'",
		    st_shown(claims->iss, shown));
	memcpy(c->public_key, public_key, 32);
	return STET_OK;
}

static int
rule_signer(struct st_case *c, stet_error *err)
{
	const struct st_ledger_key *sealing = st_state_sealing_key(c->state);
	const uint8_t *public_key;
	struct st_cbor in;
	stet_bytes value;
	char name[ST_KEY_NAME_SIZE];
	int rc;

	if (is_entry_0(c)) {
		if (st_cbor_member(c->statement->sign1.payload, "key", &value) < 0)
			return refuse(ST_LEDGER_KEY_WRONG, "entry 0 names no ledger key");
		in = st_cbor_open(value);
		if (st_cose_key_read(&in, &public_key) < 0)
			return refuse(ST_LEDGER_KEY_WRONG, "entry 0 names no ledger key");
		return ledger_key_signs(c, public_key, err);
	}
	if (sealing == NULL) /* verify goes on after an entry 0 that opens nothing */
		return refuse(ST_LEDGER_KEY_WRONG, "no entry 0 names a ledger key");
	if (is_type(c, ST_TYPE_SEAL))
		return ledger_key_signs(c, sealing->public_key, err);
	if (st_state_is_ledger_key(c->state, c->statement->sign1.kid))
		return refuse(ST_LEDGER_KEY_WRONG, "the ledger key signs seals and nothing else");
	rc = st_state_key(c->state, c->books, c->statement->sign1.kid, &c->signer, err);
	if (rc == STET_ENOTFOUND) {
		st_key_name(c->statement->sign1.kid, name);
		return refuse(ST_SIGNER_UNKNOWN, "no entry of this ledger grants key %s", name);
	}
	if (rc < 0)
		return rc;
	memcpy(c->public_key, c->signer->public_key, 32);
	return STET_OK;
}

static int
rule_in_force(struct st_case *c, stet_error *err)
{
	const struct st_key_state *signer = c->signer;
	char shown[ST_SHOWN_SIZE];

	if (signer == NULL)
		return STET_OK;
	if (signer->revoked != STET_NO_SEQ)
		return refuse(ST_SIGNER_REVOKED, "the key '%s' was revoked as %s by entry %llu",
		    st_shown(st_str(signer->label), shown), signer->reason,
		    (unsigned long long)signer->revoked);
	if (c->entry->ms >= signer->until)
		return refuse(ST_SIGNER_EXPIRED, "the grant of key '%s' (entry %llu) has ended",
		    st_shown(st_str(signer->label), shown), (unsigned long long)signer->granted);
	return STET_OK;
}

static int
rule_issuer(struct st_case *c, stet_error *err)
{
	char label[ST_SHOWN_SIZE], issuer[ST_SHOWN_SIZE], shown[ST_SHOWN_SIZE];
	stet_bytes iss = CLAIMS(c)->iss;

	if (c->signer != NULL && !st_bytes_equal(iss, st_str(c->signer->issuer)))
		return refuse(ST_ISSUER_WRONG, "key '%s' speaks for '%s', not for '%s'",
		    st_shown(st_str(c->signer->label), label),
		    st_shown(st_str(c->signer->issuer), issuer), st_shown(iss, shown));
	return STET_OK;
}

static int
is_own_revocation(const struct st_case *c)
{
	stet_bytes action;
	uint8_t kid[32];

	return is_type(c, ST_TYPE_KEY) &&
	       st_cbor_member_text(c->statement->sign1.payload, "action", &action) == STET_OK &&
	       st_bytes_equal(action, st_str("revoke")) &&
	       st_key_name_read(CLAIMS(c)->sub, kid) == 0 &&
	       memcmp(kid, c->statement->sign1.kid, 32) == 0;
}

static int
rule_role(struct st_case *c, stet_error *err)
{
	const struct st_type_rule *rule = st_type_rule(c->statement->type);
	char wanted[128], shown[ST_SHOWN_SIZE];
	unsigned roles;

	if (c->signer == NULL || rule == NULL)
		return STET_OK;
	if (c->statement->source.data != NULL) {
		if ((c->signer->roles & ST_ROLE_OBSERVER) != 0)
			return STET_OK;
		return refuse(ST_ROLE_MISSING,
		    "key '%s' may not say what others state: it is no observer",
		    st_shown(st_str(c->signer->label), shown));
	}
	roles = rule->roles;
	if (is_type(c, ST_TYPE_ALIAS) && st_name_is_doi(CLAIMS(c)->sub))
		roles |= ST_ROLE_REGISTRAR;
	if ((c->signer->roles & roles) != 0 || is_own_revocation(c))
		return STET_OK;
	if (roles == 0)
		return refuse(ST_ROLE_MISSING, "a '%.*s' is an observation and names its source",
		    TEXT(c->statement->type_name));
	st_roles_text(roles, wanted, sizeof(wanted));
	return refuse(ST_ROLE_MISSING, "key '%s' may not sign a '%.*s': that takes the role %s",
	    st_shown(st_str(c->signer->label), shown), TEXT(c->statement->type_name), wanted);
}

static int
rule_scope(struct st_case *c, stet_error *err)
{
	const struct st_type_rule *rule = st_type_rule(c->statement->type);
	char shown[ST_SHOWN_SIZE];
	stet_bytes sub = CLAIMS(c)->sub;

	if (c->signer == NULL || c->statement->source.data != NULL ||
	    (rule != NULL && rule->subject != NULL) || st_key_covers(c->signer, sub))
		return STET_OK;
	return refuse(ST_SCOPE_EXCEEDED, "key '%s' may not sign about '%.*s'",
	    st_shown(st_str(c->signer->label), shown), TEXT(sub));
}

static int
rule_after(struct st_case *c, stet_error *err)
{
	static const uint8_t none[32];
	stet_bytes value, hash;
	struct st_cbor in;
	int seen;

	if (is_type(c, ST_TYPE_UNKNOWN) ||
	    st_cbor_member(c->statement->sign1.payload, "after", &value) < 0)
		return STET_OK;
	in = st_cbor_open(value);
	seen = st_cbor_read_bytes(&in, &hash) == STET_OK;
	/* null is "nothing yet", and no hash is; not even one of zeros. */
	if (seen != (memcmp(c->row.own, none, 32) != 0) ||
	    (seen && !st_bytes_equal(hash, (stet_bytes){c->row.own, 32})))
		return refuse(ST_AFTER_STALE,
		    "something was entered about '%.*s' since the signer looked",
		    TEXT(CLAIMS(c)->sub));
	return STET_OK;
}

static int (*const rules[])(struct st_case *c, stet_error *err) = {
    rule_first_is_open,
    rule_known_type,
    rule_audience, /* before the id: a statement of another ledger is not "already there" */
    rule_id,       /* ends the table when the same is there already                      */
    rule_open_for_entries,
    rule_after_closing,
    rule_clock,
    rule_signer,
    rule_in_force,
    rule_issuer,
    rule_subject,
    rule_role,
    rule_scope,
    rule_after,
    st_admit_content,
};

int
st_case_prepare(struct st_case *c, stet_error *err)
{
	const struct st_claims *claims = CLAIMS(c);

	c->signer = NULL;
	c->already = STET_NO_SEQ;
	st_map_key(claims->sub, c->name_key);
	st_cti_key(claims->iss, claims->cti, c->cti_key);
	return st_books_index(c->books, c->name_key, &c->row, err);
}

int
st_admit(struct st_case *c, stet_error *err)
{
	size_t i;
	int rc;

	if ((rc = st_case_prepare(c, err)) < 0)
		return rc;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if ((rc = rules[i](c, err)) < 0 || c->already != STET_NO_SEQ)
			return rc;
	return STET_OK;
}

int
st_seal_frame_check(
    const struct st_entry *entry, const struct st_statement *statement, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload;
	stet_bytes cti = statement->sign1.claims.cti;
	uint8_t expected_cti[8];
	uint64_t number;

	if (st_cbor_member_uint(payload, "size", &number) < 0 || number != entry->seq)
		return refuse(
		    ST_SEAL_SIZE_WRONG, "the seal does not cover exactly the entries before it");
	st_be64_put(expected_cti, number);
	if (!st_bytes_equal(cti, (stet_bytes){expected_cti, 8}))
		return refuse(ST_SEAL_SIZE_WRONG, "the seal's id is not the size it covers");
	if (st_cbor_member_uint(payload, "ms", &number) < 0 || number != entry->ms)
		return refuse(ST_SEAL_TIME_WRONG, "the seal signs another time than its entry has");
	return STET_OK;
}

int
st_seal_check(const struct st_state *state, const uint8_t index[32], const struct st_entry *entry,
    const struct st_statement *statement, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, value;
	uint8_t root[32];
	int rc;

	if ((rc = st_seal_frame_check(entry, statement, err)) < 0)
		return rc;
	st_tree_root(&state->tree, root);
	if (st_cbor_member_bytes(payload, "root", &value) < 0 || value.size != 32 ||
	    memcmp(value.data, root, 32) != 0)
		return refuse(
		    ST_SEAL_ROOT_WRONG, "the seal signs another tree root than the entries have");
	if (st_cbor_member_bytes(payload, "index", &value) < 0 || value.size != 32 ||
	    memcmp(value.data, index, 32) != 0)
		return refuse(ST_SEAL_INDEX_WRONG,
		    "the seal signs another record index than the entries have");
	return STET_OK;
}
