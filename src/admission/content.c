/* Rules that look into what a statement says, one function per type. */
#include <string.h>

#include "admission/closure.h"
#include "admission/lookup.h"
#include "admission/profile.h"
#include "admission/rules.h"
#include "base/err.h"
#include "base/text.h"

#define refuse(rule, ...) st_fail(err, STET_EREFUSED, (rule), __VA_ARGS__)
#define TEXT(bytes) (int)(bytes).size, (const char *)(bytes).data
#define PAYLOAD(c) ((c)->statement->sign1.payload)
#define SUBJECT(c) ((c)->statement->sign1.claims.sub)

static int
is_observation(const struct st_case *c)
{
	return c->statement->source.data != NULL;
}

static int
text_member_is(const struct st_case *c, const char *member, const char *text)
{
	stet_bytes value;

	return st_cbor_member_text(PAYLOAD(c), member, &value) == STET_OK &&
	       st_bytes_equal(value, st_str(text));
}

/* --- aliases --------------------------------------------------------------------------------- */

/* What the newest alias entries about a name say: one by its own signers, one by observers. */
struct binding {
	uint64_t own, observed; /* seqs, or STET_NO_SEQ */
	int both;               /* the newest observed one is asked for, too */
};

static int
see_link(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct binding *binding = ctx;

	uint64_t *newest = (detail & ST_LINK_OBSERVED) != 0 ? &binding->observed : &binding->own;

	(void)what;
	if ((detail & ST_LINK_ALIAS) != 0 && *newest == STET_NO_SEQ)
		*newest = seq;
	return binding->own != STET_NO_SEQ && (!binding->both || binding->observed != STET_NO_SEQ);
}

/* *bound_out 1 if the alias entry at seq binds its name to record. */
static int
binds_to(const struct st_case *c, uint64_t seq, stet_bytes record, int *bound_out, stet_error *err)
{
	struct st_read read;
	stet_bytes action, there;
	int rc;

	*bound_out = 0;
	if (seq == STET_NO_SEQ)
		return STET_OK;
	if ((rc = st_books_entry(c->books, seq, &read, err)) < 0)
		return rc;
	*bound_out =
	    st_cbor_member_text(read.statement.sign1.payload, "action", &action) == STET_OK &&
	    st_bytes_equal(action, st_str("bind")) &&
	    st_cbor_member_text(read.statement.sign1.payload, "record", &there) == STET_OK &&
	    st_bytes_equal(there, record);
	return STET_OK;
}

static int
find_binding(const struct st_case *c, stet_bytes name, struct binding *binding_out, stet_error *err)
{
	uint8_t name_key[32];
	int rc;

	binding_out->own = binding_out->observed = STET_NO_SEQ;
	binding_out->both = is_observation(c);
	st_map_key(name, name_key);
	rc = st_lookup_walk(c->books->tables, ST_LOOKUP_LINK, (stet_bytes){name_key, 32}, 1,
	    see_link, binding_out, err);
	return rc < 0 ? rc : STET_OK;
}

static int
admit_alias(struct st_case *c, stet_error *err)
{
	struct binding binding;
	stet_bytes record;
	int rc, bound, bind = text_member_is(c, "action", "bind");

	if (st_cbor_member_text(PAYLOAD(c), "record", &record) < 0)
		return STET_OK; /* the schema has refused it */
	if (st_bytes_equal(record, SUBJECT(c)))
		return refuse(
		    ST_ALIAS_OF_ITSELF, "'%.*s' cannot be another name of itself", TEXT(record));
	if (st_name_is_reserved(record) || st_name_is_key(record))
		return refuse(ST_SUBJECT_RESERVED, "'%.*s' is no record", TEXT(record));
	if (is_observation(c))
		return STET_OK;
	if ((rc = find_binding(c, SUBJECT(c), &binding, err)) < 0 ||
	    (rc = binds_to(c, binding.own, record, &bound, err)) < 0)
		return rc;
	if (bind && bound)
		return refuse(ST_ALIAS_BOUND, "'%.*s' is bound to '%.*s' already, by entry %llu",
		    TEXT(SUBJECT(c)), TEXT(record), (unsigned long long)binding.own);
	if (!bind && !bound)
		return refuse(ST_ALIAS_NOT_BOUND, "'%.*s' is not bound to '%.*s'", TEXT(SUBJECT(c)),
		    TEXT(record));
	return STET_OK;
}

struct listing {
	struct st_case *c;
	stet_error *err;
};

/* 1 if there may be entries about a name that these books do not have. */
static int
is_out_of_sight(const struct st_case *c, stet_bytes name)
{
	uint8_t name_key[32];

	if (c->cover == NULL)
		return 0;
	st_map_key(name, name_key);
	return !c->cover->has(c->cover->ctx, name_key);
}

static int
must_be_bound(void *ctx, stet_bytes name)
{
	struct listing *listing = ctx;
	struct st_case *c = listing->c;
	stet_error *err = listing->err;
	struct binding binding;
	int rc, bound;

	if (st_bytes_equal(name, SUBJECT(c)))
		return STET_OK;
	if (is_out_of_sight(c, name))
		return is_observation(c)
			   ? STET_OK
			   : st_fail(err, STET_EMISMATCH, ST_PROOF_INCOMPLETE,
				 "history is incomplete: entry %llu names '%.*s', and no entry "
				 "about that is shown",
				 (unsigned long long)c->entry->seq, TEXT(name));
	if ((rc = find_binding(c, name, &binding, err)) < 0 ||
	    (rc = binds_to(c, binding.own, SUBJECT(c), &bound, err)) < 0)
		return rc;
	if (!bound && is_observation(c) &&
	    (rc = binds_to(c, binding.observed, SUBJECT(c), &bound, err)) < 0)
		return rc;
	if (!bound)
		return refuse(ST_ALIAS_NOT_BOUND,
		    "'%.*s' is listed but no alias entry binds it to '%.*s'", TEXT(name),
		    TEXT(SUBJECT(c)));
	return STET_OK;
}

static int
admit_listing(struct st_case *c, stet_error *err)
{
	struct listing listing = {c, err};

	return st_links_each(c->statement, must_be_bound, &listing, err);
}

/* --- verdicts -------------------------------------------------------------------------------- */

/* Which artifacts of the record a verdict names are here: bits 1 << enum st_artifact_role. */
struct held {
	unsigned roles;
	int withheld, any;
};

static int
see_artifact(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct held *held = ctx;

	(void)what;
	(void)seq;
	if ((detail & ST_ARTIFACT_WITHHELD) != 0) {
		held->withheld = 1;
		return 0;
	}
	held->any = 1;
	if ((detail & ST_ARTIFACT_OBSERVED) == 0)
		held->roles |= 1u << (detail & ST_ARTIFACT_ROLE);
	return 0;
}

static int
roles_of_artifacts(struct st_case *c, unsigned *roles_out, stet_error *err)
{
	stet_bytes array, digest;
	uint8_t what[32];
	struct st_cbor in;
	struct held held;
	uint64_t count;
	int rc;

	*roles_out = 0;
	if (st_cbor_member(PAYLOAD(c), "artifacts", &array) < 0)
		return STET_OK;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return STET_OK;
	for (; count > 0 && st_cbor_read_bytes(&in, &digest) == STET_OK; count--) {
		memset(&held, 0, sizeof(held));
		st_artifact_key(c->name_key, digest, what);
		rc = st_lookup_walk(c->books->tables, ST_LOOKUP_ARTIFACT, (stet_bytes){what, 32}, 0,
		    see_artifact, &held, err);
		if (rc < 0)
			return rc;
		if (!held.withheld)
			*roles_out |= held.roles;
	}
	return STET_OK;
}

static int
admit_verdict(struct st_case *c, stet_error *err)
{
	const unsigned proof = 1u << ST_ARTIFACT_PROOF_SOURCE;
	const unsigned repro = 1u << ST_ARTIFACT_REPRO_SCRIPT | 1u << ST_ARTIFACT_REPRO_RESULTS;
	unsigned roles;
	int rc;

	if (is_observation(c))
		return STET_OK;
	if ((rc = roles_of_artifacts(c, &roles, err)) < 0)
		return rc;
	if (text_member_is(c, "status", "VERIFIED") && (roles & proof) == 0 &&
	    (roles & repro) != repro)
		return refuse(ST_EVIDENCE_MISSING,
		    "VERIFIED names no artifact of '%.*s' that reproduces it: a proof-source, or a "
		    "repro-script with repro-results",
		    TEXT(SUBJECT(c)));
	if (text_member_is(c, "status", "FORMAL_PROOF_VERIFIED") && (roles & proof) == 0)
		return refuse(ST_EVIDENCE_MISSING,
		    "FORMAL_PROOF_VERIFIED names no proof-source of '%.*s'", TEXT(SUBJECT(c)));
	if (text_member_is(c, "status", "FALSIFIED") && roles == 0)
		return refuse(ST_EVIDENCE_MISSING,
		    "FALSIFIED names no artifact of '%.*s' as evidence", TEXT(SUBJECT(c)));
	return STET_OK;
}

static int
admit_withhold(struct st_case *c, stet_error *err)
{
	struct held held = {0, 0, 0};
	uint8_t what[32];
	stet_bytes digest;
	int rc;

	if (st_cbor_member_bytes(PAYLOAD(c), "sha256", &digest) < 0)
		return STET_OK;
	st_artifact_key(c->name_key, digest, what);
	rc = st_lookup_walk(c->books->tables, ST_LOOKUP_ARTIFACT, (stet_bytes){what, 32}, 0,
	    see_artifact, &held, err);
	if (rc < 0)
		return rc;
	if (!held.any)
		return refuse(
		    ST_WITHHOLD_UNKNOWN, "no artifact of '%.*s' has this digest", TEXT(SUBJECT(c)));
	return STET_OK;
}

/* --- targets --------------------------------------------------------------------------------- */

static int
find_target(struct st_case *c, struct st_closure *closure, const uint8_t leaf[32],
    uint64_t *seq_out, stet_error *err)
{
	size_t i;
	int rc;

	rc = st_books_by_leaf(c->books, c->name_key, leaf, seq_out, err);
	if (rc != STET_ENOTFOUND || closure == NULL)
		return rc;
	if (closure->count == 0 &&
	    (rc = st_closure_of(c->books, SUBJECT(c), c->entry->seq, 0, closure, err)) < 0)
		return rc;
	for (i = 1; i < closure->count; i++)
		if ((rc = st_books_by_leaf(c->books, closure->names[i].key, leaf, seq_out, err)) !=
		    STET_ENOTFOUND)
			return rc;
	return STET_ENOTFOUND;
}

/* Whoever endorses could have signed it. */
static int
may_endorse(struct st_case *c, uint64_t seq, stet_error *err)
{
	const struct st_type_rule *rule;
	char shown[ST_SHOWN_SIZE];
	struct st_read read;
	unsigned roles;
	int rc;

	if (is_observation(c))
		return STET_OK;
	if ((rc = st_books_entry(c->books, seq, &read, err)) < 0)
		return rc;
	rule = st_type_rule(read.statement.type);
	roles = rule == NULL ? 0 : rule->roles;
	if (read.statement.type == ST_TYPE_ALIAS && st_name_is_doi(SUBJECT(c)))
		roles |= ST_ROLE_REGISTRAR;
	if ((c->signer->roles & roles) == 0)
		return refuse(ST_ROLE_MISSING,
		    "key '%s' may not endorse entry %llu: it could not have signed it",
		    st_shown(st_str(c->signer->label), shown), (unsigned long long)seq);
	return STET_OK;
}

static int
admit_targets(struct st_case *c, int endorse, stet_error *err)
{
	struct st_closure closure = {NULL, 0, 0};
	stet_bytes array, leaf;
	struct st_cbor in;
	uint64_t count, seq;
	int rc = STET_OK;

	if (st_cbor_member(PAYLOAD(c), "targets", &array) < 0)
		return STET_OK;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return STET_OK;
	for (; count > 0 && rc == STET_OK && st_cbor_read_bytes(&in, &leaf) == STET_OK; count--) {
		rc = find_target(c, endorse ? NULL : &closure, leaf.data, &seq, err);
		if (rc == STET_ENOTFOUND)
			rc =
			    refuse(ST_TARGET_UNKNOWN, "a target is no earlier entry about '%.*s'%s",
				TEXT(SUBJECT(c)), endorse ? "" : " or another name of it");
		else if (rc == STET_OK && endorse)
			rc = may_endorse(c, seq, err);
	}
	st_closure_clear(&closure);
	return rc;
}

static int
admit_endorse(struct st_case *c, stet_error *err)
{
	return admit_targets(c, 1, err);
}

static int
admit_correction(struct st_case *c, stet_error *err)
{
	return admit_targets(c, 0, err);
}

/* --- keys ------------------------------------------------------------------------------------ */

struct roots {
	struct st_case *c;
	const uint8_t *but;
	stet_error *err;
};

/* 1: a root in force other than the one concerned. */
static int
see_root(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct roots *roots = ctx;
	const struct st_key_state *key;
	uint8_t kid[32];
	int rc;

	(void)seq;
	(void)detail;
	if (memcmp(what, roots->but, 32) == 0)
		return 0;
	memcpy(kid, what, 32);
	rc = st_state_key(roots->c->state, roots->c->books, kid, &key, roots->err);
	if (rc < 0)
		return rc == STET_ENOTFOUND ? 0 : rc;
	return (key->roles & ST_ROLE_ROOT) != 0 && key->revoked == STET_NO_SEQ;
}

static int
must_leave_a_root(struct st_case *c, const struct st_key_state *key, stet_error *err)
{
	struct roots roots = {c, key->kid, err};
	char shown[ST_SHOWN_SIZE];
	uint8_t kid[32];
	int rc;

	if ((key->roles & ST_ROLE_ROOT) == 0 || key->revoked != STET_NO_SEQ)
		return STET_OK;
	memcpy(kid, key->kid, 32);
	roots.but = kid;
	rc = memcmp(kid, c->state->first_root_kid, 32) == 0
		 ? 0
		 : see_root(&roots, c->state->first_root_kid, 0, 0);
	if (rc == 0)
		rc = st_lookup_walk(c->books->tables, ST_LOOKUP_ROOT, (stet_bytes){NULL, 0}, 0,
		    see_root, &roots, err);
	if (rc < 0)
		return rc;
	return rc > 0 || c->cover != NULL
		   ? STET_OK
		   : refuse(ST_LAST_ROOT, "'%s' is the last root key in force",
			 st_shown(st_str(key->label), shown));
}

static int
scope_inside(const struct st_key_state *outer, stet_bytes payload)
{
	stet_bytes array, prefix;
	struct st_cbor in;
	uint64_t count;

	if (!outer->scoped)
		return 1;
	if (st_cbor_member(payload, "scope", &array) < 0)
		return 0;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return 0;
	for (; count > 0; count--)
		if (st_cbor_read_text(&in, &prefix) < 0 || !st_key_covers(outer, prefix))
			return 0;
	return 1;
}

/* Whether all that a key may speak about lies in the scope of another. */
static int
key_inside(const struct st_key_state *outer, const struct st_key_state *key)
{
	size_t i;

	if (!outer->scoped)
		return 1;
	for (i = 0; i < key->scope_count; i++)
		if (!st_key_covers(outer, key->scope[i]))
			return 0;
	return key->scoped;
}

/* The form of a scope, and that root has no end, are the schema's to see. */
static int
admit_grant(
    struct st_case *c, const struct st_key_state *key, const uint8_t *public_key, stet_error *err)
{
	const unsigned high = ST_ROLE_ROOT | ST_ROLE_ADMIN;
	int known = key->granted != STET_NO_SEQ, root = (c->signer->roles & ST_ROLE_ROOT) != 0;
	char shown[ST_SHOWN_SIZE];
	stet_bytes issuer, value;
	unsigned roles = 0;

	if (st_cbor_member(PAYLOAD(c), "roles", &value) == STET_OK)
		roles = st_roles_read(value);
	if (st_cbor_member_text(PAYLOAD(c), "issuer", &issuer) < 0)
		return STET_OK;
	if (!st_public_key_ok(public_key))
		return refuse(ST_KEY_WEAK, "the key is no point of the prime-order group");
	if (known && key->revoked != STET_NO_SEQ)
		return refuse(ST_KEY_REVOKED,
		    "the key was revoked by entry %llu, and that is final",
		    (unsigned long long)key->revoked);
	if (known && !st_bytes_equal(issuer, st_str(key->issuer)))
		return refuse(ST_KEY_ISSUER, "the key speaks for '%s' already",
		    st_shown(st_str(key->issuer), shown));
	if (st_bytes_equal(issuer, st_str(c->state->origin)))
		return refuse(ST_KEY_ISSUER, "the origin is the issuer of the ledger key alone");
	if (!root && ((roles | (known ? key->roles : 0)) & high) != 0)
		return refuse(ST_ROLE_MISSING, "only root grants to or by root and admin");
	if (!root &&
	    (!scope_inside(c->signer, PAYLOAD(c)) || (known && !key_inside(c->signer, key))))
		return refuse(ST_SCOPE_EXCEEDED, "key '%s' may grant only inside its own scope",
		    st_shown(st_str(c->signer->label), shown));
	return known && (roles & ST_ROLE_ROOT) == 0 ? must_leave_a_root(c, key, err) : STET_OK;
}

static int
admit_revoke(struct st_case *c, const struct st_key_state *key, stet_error *err)
{
	const unsigned high = ST_ROLE_ROOT | ST_ROLE_ADMIN;
	int root = (c->signer->roles & ST_ROLE_ROOT) != 0, distrust;
	int own = memcmp(key->kid, c->signer->kid, 32) == 0;
	char shown[ST_SHOWN_SIZE];
	uint64_t from;

	if (key->granted == STET_NO_SEQ)
		return refuse(ST_KEY_NOT_GRANTED, "no entry of this ledger grants that key");
	distrust = st_cbor_member_uint(PAYLOAD(c), "distrust_from", &from) == STET_OK;
	if (distrust && (!root || !text_member_is(c, "reason", "stolen")))
		return refuse(ST_DISTRUST_REFUSED,
		    "distrust_from is set by a root key, with reason 'stolen'");
	if (distrust && from > c->entry->seq)
		return refuse(ST_DISTRUST_REFUSED,
		    "distrust_from is entry %llu, which is not there yet",
		    (unsigned long long)from);
	if (key->revoked != STET_NO_SEQ && !distrust)
		return refuse(ST_KEY_REVOKED,
		    "the key was revoked by entry %llu, and that is final",
		    (unsigned long long)key->revoked);
	if (!root && !own && (key->roles & high) != 0)
		return refuse(ST_ROLE_MISSING, "only root revokes root and admin keys");
	if (!root && !own && !key_inside(c->signer, key))
		return refuse(ST_SCOPE_EXCEEDED, "key '%s' may revoke only inside its own scope",
		    st_shown(st_str(c->signer->label), shown));
	return must_leave_a_root(c, key, err);
}

static int
admit_key(struct st_case *c, stet_error *err)
{
	const struct st_key_state *key;
	const uint8_t *public_key;
	uint8_t kid[32], named[32];
	stet_bytes value;
	struct st_cbor in;
	int rc;

	if (st_cbor_member(PAYLOAD(c), "key", &value) < 0)
		return STET_OK;
	in = st_cbor_open(value);
	if (st_cose_key_read(&in, &public_key) < 0)
		return STET_OK;
	st_key_thumbprint(public_key, kid);
	if (st_key_name_read(SUBJECT(c), named) < 0 || memcmp(kid, named, 32) != 0)
		return refuse(ST_SUBJECT_RESERVED,
		    "the statement is about another key than the one it holds");
	if (st_state_is_ledger_key(c->state, kid))
		return refuse(ST_KEY_IS_LEDGERS, "a ledger key holds no role");
	rc = st_state_key(c->state, c->books, kid, &key, err);
	if (rc < 0 && rc != STET_ENOTFOUND)
		return rc;
	return text_member_is(c, "action", "grant") ? admit_grant(c, key, public_key, err)
						    : admit_revoke(c, key, err);
}

/* --- the ledger itself ----------------------------------------------------------------------- */

static int
admit_rotate(struct st_case *c, stet_error *err)
{
	const struct st_key_state *key;
	const uint8_t *public_key;
	uint8_t kid[32];
	stet_bytes value;
	struct st_cbor in;
	int rc;

	if ((c->flags & ST_ADMIT_REPLAY) == 0)
		return refuse(
		    ST_ROTATE_BY_APPEND, "the ledger key is changed where it is, not by append");
	if (st_cbor_member(PAYLOAD(c), "key", &value) < 0)
		return STET_OK;
	in = st_cbor_open(value);
	if (st_cose_key_read(&in, &public_key) < 0)
		return STET_OK;
	st_key_thumbprint(public_key, kid);
	if (!st_public_key_ok(public_key))
		return refuse(
		    ST_KEY_WEAK, "the new ledger key is no point of the prime-order group");
	if (st_state_is_ledger_key(c->state, kid))
		return refuse(ST_KEY_IS_LEDGERS, "that is a ledger key already");
	rc = st_state_key(c->state, c->books, kid, &key, err);
	if (rc == STET_OK)
		return refuse(
		    ST_KEY_IS_LEDGERS, "a key that holds or held a role cannot be the ledger key");
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

static int
admit_ledger(struct st_case *c, stet_error *err)
{
	const uint8_t *root, *ledger;
	stet_bytes value, origin, issuer;
	struct st_cbor in;

	if (text_member_is(c, "action", "rotate"))
		return admit_rotate(c, err);
	if (!text_member_is(c, "action", "open"))
		return STET_OK;
	if (st_cbor_member(PAYLOAD(c), "root", &value) < 0)
		return STET_OK;
	in = st_cbor_open(value);
	if (st_cose_key_read(&in, &root) < 0 || st_cbor_member(PAYLOAD(c), "key", &value) < 0)
		return STET_OK;
	in = st_cbor_open(value);
	if (st_cose_key_read(&in, &ledger) < 0)
		return STET_OK;
	if (!st_public_key_ok(root) || !st_public_key_ok(ledger))
		return refuse(ST_KEY_WEAK, "a key of entry 0 is no point of the prime-order group");
	if (memcmp(root, ledger, 32) == 0)
		return refuse(ST_KEY_IS_LEDGERS, "the root key and the ledger key are one");
	if (st_cbor_member_text(PAYLOAD(c), "origin", &origin) == STET_OK &&
	    st_cbor_member_text(PAYLOAD(c), "root_issuer", &issuer) == STET_OK &&
	    st_bytes_equal(origin, issuer))
		return refuse(ST_KEY_ISSUER, "the origin is the issuer of the ledger key alone");
	return STET_OK;
}

static int
admit_policy(struct st_case *c, stet_error *err)
{
	stet_bytes profile, values;

	if (st_cbor_member_text(PAYLOAD(c), "profile", &profile) < 0 ||
	    st_cbor_member(PAYLOAD(c), "values", &values) < 0)
		return STET_OK;
	return st_profile_check(profile, values, err);
}

static const struct {
	enum st_type type;
	int (*admit)(struct st_case *c, stet_error *err);
} contents[] = {
    {ST_TYPE_LEDGER, admit_ledger},
    {ST_TYPE_KEY, admit_key},
    {ST_TYPE_POLICY, admit_policy},
    {ST_TYPE_ALIAS, admit_alias},
    {ST_TYPE_RECORD, admit_listing},
    {ST_TYPE_DOI, admit_listing},
    {ST_TYPE_VERDICT, admit_verdict},
    {ST_TYPE_CORRECTION, admit_correction},
    {ST_TYPE_ENDORSE, admit_endorse},
    {ST_TYPE_WITHHOLD, admit_withhold},
};

int
st_admit_content(struct st_case *c, stet_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (contents[i].type == c->statement->type)
			return contents[i].admit(c, err);
	return STET_OK;
}
