/* From entries to facts: what was annulled, contested, endorsed, distrusted. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "admission/profile.h"
#include "admission/state.h"
#include "base/err.h"
#include "standing/standing.h"

/* What the ledger said of its policy, and from which entry on. */
struct policy {
	uint64_t seq;
	struct st_buf values; /* the encoded map */
};

struct st_fold {
	struct st_standing *standing;
	size_t fact_room, signer_room, name_room;
	struct policy *policies; /* in order: a correction is judged by that of its own moment */
	size_t policy_count;
	int begun;
	uint64_t last_seq;
};

/* --- making and ending ------------------------------------------------------------------------ */

int
st_fold_new(struct st_fold **fold_out, stet_error *err)
{
	struct st_fold *fold = calloc(1, sizeof(*fold));

	if (fold == NULL || (fold->standing = calloc(1, sizeof(*fold->standing))) == NULL) {
		free(fold);
		return st_fail_nomem(err);
	}
	fold->standing->policy_seq = STET_NO_SEQ;
	fold->standing->record = ST_NO_FACT;
	*fold_out = fold;
	return STET_OK;
}

void
st_fold_free(struct st_fold *fold)
{
	size_t i;

	if (fold == NULL)
		return;
	for (i = 0; i < fold->policy_count; i++)
		st_buf_free(&fold->policies[i].values);
	free(fold->policies);
	st_standing_free(fold->standing);
	free(fold);
}

static void
free_rows(struct st_standing *standing)
{
	struct st_row *row;
	size_t i, k, set;

	for (i = 0; i < standing->row_count; i++) {
		row = &standing->rows[i];
		free(row->detail);
		for (set = 0; set < ST_SET_COUNT; set++) {
			free(row->values[set].evidence.facts);
			for (k = 0; k < row->rung_count; k++)
				free(row->rungs[k].evidence[set].facts);
		}
		free(row->rungs);
	}
	free(standing->rows);
}

void
st_standing_free(struct st_standing *standing)
{
	size_t i;

	if (standing == NULL)
		return;
	for (i = 0; i < standing->name_count; i++)
		free(standing->names[i].name);
	for (i = 0; i < standing->signer_count; i++)
		free(standing->signers[i].label);
	for (i = 0; i < standing->fact_count; i++) {
		st_buf_free(&standing->facts[i].encoded);
		stet_json_free(standing->facts[i].json);
	}
	for (i = 0; i < standing->finding_count; i++)
		free(standing->findings[i].text);
	free_rows(standing);
	st_buf_free(&standing->policy);
	free(standing->names);
	free(standing->signers);
	free(standing->facts);
	free(standing->slots);
	free(standing->profile);
	free(standing->origin);
	free(standing->conditions);
	free(standing->findings);
	free(standing);
}

/* Room for one more of size bytes each, or STET_ENOMEM. */
static int
make_room(void **items, size_t count, size_t *room, size_t size, stet_error *err)
{
	size_t more = *room == 0 ? 8 : *room * 2;
	void *grown;

	if (count < *room)
		return STET_OK;
	if ((grown = realloc(*items, more * size)) == NULL)
		return st_fail_nomem(err);
	*items = grown;
	*room = more;
	return STET_OK;
}

static int
set_text(char **text, stet_bytes value, stet_error *err)
{
	char *copy = strndup((const char *)value.data, value.size);

	if (copy == NULL)
		return st_fail_nomem(err);
	free(*text);
	*text = copy;
	return STET_OK;
}

int
st_fold_name(struct st_fold *fold, stet_bytes name, int loose, stet_error *err)
{
	struct st_standing *standing = fold->standing;
	char *copy = NULL;
	void *names = standing->names;
	int rc;

	if ((rc = make_room(
		 &names, standing->name_count, &fold->name_room, sizeof(struct st_names), err)) < 0)
		return rc;
	standing->names = names;
	if ((rc = set_text(&copy, name, err)) < 0)
		return rc;
	standing->names[standing->name_count++] = (struct st_names){copy, loose, 0};
	return STET_OK;
}

/* --- keys and the ledger's own words -----------------------------------------------------------
 */

/* The signer with this thumbprint, made where there is none yet. */
static int
find_signer(struct st_fold *fold, const uint8_t kid[32], size_t *at_out, stet_error *err)
{
	struct st_standing *standing = fold->standing;
	struct st_signer *signer;
	void *signers = standing->signers;
	size_t i;
	int rc;

	for (i = 0; i < standing->signer_count; i++)
		if (memcmp(standing->signers[i].kid, kid, 32) == 0) {
			*at_out = i;
			return STET_OK;
		}
	if ((rc = make_room(&signers, standing->signer_count, &fold->signer_room,
		 sizeof(struct st_signer), err)) < 0)
		return rc;
	standing->signers = signers;
	signer = &standing->signers[standing->signer_count];
	memset(signer, 0, sizeof(*signer));
	memcpy(signer->kid, kid, 32);
	signer->revoked = signer->distrust_from = STET_NO_SEQ;
	if ((signer->label = strdup("")) == NULL)
		return st_fail_nomem(err);
	*at_out = standing->signer_count++;
	return STET_OK;
}

static int
take_key(struct st_fold *fold, uint64_t seq, const struct st_statement *statement, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, action, label;
	struct st_signer *signer;
	uint8_t kid[32];
	uint64_t from;
	size_t at;
	int rc;

	if (st_key_name_read(statement->sign1.claims.sub, kid) < 0 ||
	    st_cbor_member_text(payload, "action", &action) < 0)
		return STET_OK;
	if ((rc = find_signer(fold, kid, &at, err)) < 0)
		return rc;
	signer = &fold->standing->signers[at];
	if (st_bytes_equal(action, st_str("grant")))
		return st_cbor_member_text(payload, "label", &label) == STET_OK
			   ? set_text(&signer->label, label, err)
			   : STET_OK;
	if (signer->revoked == STET_NO_SEQ)
		signer->revoked = seq;
	if (st_cbor_member_uint(payload, "distrust_from", &from) == STET_OK &&
	    from < signer->distrust_from)
		signer->distrust_from = from;
	return STET_OK;
}

static int
take_policy(struct st_fold *fold, uint64_t seq, stet_bytes payload, stet_error *err)
{
	struct policy *policies;
	stet_bytes values;

	if (st_cbor_member(payload, "values", &values) < 0)
		return STET_OK;
	policies = realloc(fold->policies, (fold->policy_count + 1) * sizeof(*policies));
	if (policies == NULL)
		return st_fail_nomem(err);
	fold->policies = policies;
	policies[fold->policy_count] = (struct policy){seq, {0}};
	st_buf_put_bytes(&policies[fold->policy_count].values, values);
	return policies[fold->policy_count++].values.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* What stet:ledger says: the profile, the origin, the policy. */
static int
take_ledger(
    struct st_fold *fold, uint64_t seq, const struct st_statement *statement, stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, text;
	int rc = STET_OK;

	if (statement->type != ST_TYPE_LEDGER && statement->type != ST_TYPE_POLICY)
		return STET_OK;
	if (st_cbor_member_text(payload, "profile", &text) == STET_OK)
		rc = set_text(&fold->standing->profile, text, err);
	if (rc == STET_OK && st_cbor_member_text(payload, "origin", &text) == STET_OK)
		rc = set_text(&fold->standing->origin, text, err);
	if (rc == STET_OK && statement->type == ST_TYPE_POLICY)
		rc = take_policy(fold, seq, payload, err);
	return rc;
}

static int
is_about_ledger(const struct st_statement *statement)
{
	return st_bytes_equal(statement->sign1.claims.sub, st_str(ST_NAME_LEDGER));
}

/* What a newer stet says there may change who is distrusted, or what the policy asks. */
static int
tells_how_to_read(const struct st_statement *statement)
{
	uint8_t kid[32];

	return is_about_ledger(statement) ||
	       st_key_name_read(statement->sign1.claims.sub, kid) == STET_OK;
}

/* --- facts ------------------------------------------------------------------------------------ */

static size_t
name_of(const struct st_standing *standing, stet_bytes sub)
{
	size_t i;

	for (i = 0; i < standing->name_count; i++)
		if (st_bytes_equal(sub, st_str(standing->names[i].name)))
			return i;
	return ST_NO_FACT;
}

static int
take_fact(struct st_fold *fold, size_t name, stet_bytes encoded, const uint8_t leaf[32],
    enum st_held held, stet_error *err)
{
	struct st_standing *standing = fold->standing;
	struct st_fact *fact;
	struct st_entry entry;
	stet_bytes nature;
	void *facts = standing->facts;
	int rc;

	if ((rc = make_room(
		 &facts, standing->fact_count, &fold->fact_room, sizeof(struct st_fact), err)) < 0)
		return rc;
	standing->facts = facts;
	fact = &standing->facts[standing->fact_count];
	memset(fact, 0, sizeof(*fact));
	st_buf_put_bytes(&fact->encoded, encoded);
	if (fact->encoded.rc < 0)
		return st_fail_nomem(err);
	standing->fact_count++;
	if ((rc = st_entry_decode(st_buf_bytes(&fact->encoded), &entry, err)) < 0 ||
	    (rc = st_statement_read(entry.statement, &fact->statement, err)) < 0 ||
	    (rc = find_signer(fold, fact->statement.sign1.kid, &fact->signer, err)) < 0)
		return rc;
	fact->seq = entry.seq;
	fact->ms = entry.ms;
	memcpy(fact->leaf, leaf, 32);
	fact->name = name;
	fact->held = held;
	fact->observed = fact->statement.source.data != NULL;
	fact->loose = standing->names[name].loose;
	fact->annulled_by = fact->contested_by = fact->ended_by = ST_NO_FACT;
	if (fact->statement.type == ST_TYPE_CORRECTION &&
	    st_cbor_member_text(fact->statement.sign1.payload, "nature", &nature) == STET_OK)
		fact->nature = st_nature_find(nature);
	standing->names[name].count++;
	standing->unknown_types |= fact->statement.type == ST_TYPE_UNKNOWN;
	return STET_OK;
}

int
st_fold_add(struct st_fold *fold, stet_bytes encoded, const uint8_t leaf[32], enum st_held held,
    stet_error *err)
{
	struct st_statement statement;
	struct st_entry entry;
	size_t name;
	int rc;

	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = st_statement_read(entry.statement, &statement, err)) < 0)
		return rc;
	if (fold->begun && entry.seq <= fold->last_seq)
		return st_fail(
		    err, STET_EINVAL, ST_RULE_NONE, "entries are not in ascending order");
	fold->begun = 1;
	fold->last_seq = entry.seq;
	if (statement.type == ST_TYPE_KEY)
		rc = take_key(fold, entry.seq, &statement, err);
	else if (is_about_ledger(&statement))
		rc = take_ledger(fold, entry.seq, &statement, err);
	if (statement.type == ST_TYPE_UNKNOWN && tells_how_to_read(&statement))
		fold->standing->unknown_types = 1;
	name = name_of(fold->standing, statement.sign1.claims.sub);
	if (rc == STET_OK && name != ST_NO_FACT)
		rc = take_fact(fold, name, encoded, leaf, held, err);
	return rc;
}

/* --- looking at facts --------------------------------------------------------------------------
 */

static int
index_facts(struct st_standing *standing, stet_error *err)
{
	size_t i, at;

	for (standing->slot_count = 16; standing->slot_count < standing->fact_count * 2;)
		standing->slot_count *= 2;
	standing->slots = malloc(standing->slot_count * sizeof(*standing->slots));
	if (standing->slots == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < standing->slot_count; i++)
		standing->slots[i] = ST_NO_FACT;
	for (i = 0; i < standing->fact_count; i++) {
		at = (size_t)st_be64_get(standing->facts[i].leaf) & (standing->slot_count - 1);
		while (standing->slots[at] != ST_NO_FACT)
			at = (at + 1) & (standing->slot_count - 1);
		standing->slots[at] = i;
	}
	return STET_OK;
}

size_t
st_fact_by_leaf(const struct st_standing *standing, const uint8_t leaf[32])
{
	size_t at = (size_t)st_be64_get(leaf) & (standing->slot_count - 1), fact;

	while ((fact = standing->slots[at]) != ST_NO_FACT &&
	       memcmp(standing->facts[fact].leaf, leaf, 32) != 0)
		at = (at + 1) & (standing->slot_count - 1);
	return fact;
}

int
st_fact_targets(const struct st_standing *standing, size_t fact, st_target_visit *visit, void *ctx)
{
	const uint8_t *leaf;
	struct st_cbor in;
	stet_bytes array;
	uint64_t count;
	size_t target;
	int rc = 0;

	if (st_cbor_member(standing->facts[fact].statement.sign1.payload, "targets", &array) < 0)
		return 0;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return 0;
	for (; rc == 0 && count > 0 && st_cbor_read_hash(&in, &leaf) == STET_OK; count--) {
		target = st_fact_by_leaf(standing, leaf);
		if (target != ST_NO_FACT && target < fact) /* nothing speaks of what is to come */
			rc = visit(ctx, target);
	}
	return rc;
}

int
st_fact_same_source(const struct st_fact *a, const struct st_fact *b)
{
	return a->observed && b->observed &&
	       st_bytes_equal(a->statement.source_name, b->statement.source_name);
}

int
st_fact_may_lift(const struct st_fact *by, const struct st_fact *target)
{
	return !by->distrusted && (!by->observed || st_fact_same_source(by, target));
}

static int
is_pending(const struct st_fact *fact)
{
	return fact->endorsed < fact->wanted;
}

int
st_fact_stands(const struct st_fact *fact)
{
	return fact->annulled_by == ST_NO_FACT && !is_pending(fact);
}

int
st_fact_supports(const struct st_fact *fact)
{
	return !fact->observed && !fact->loose && !fact->distrusted && st_fact_stands(fact) &&
	       (fact->statement.type != ST_TYPE_ARTIFACT || fact->held == ST_HELD_HERE);
}

int
st_evidence_add(struct st_evidence *evidence, size_t fact)
{
	size_t *facts, at = evidence->count;

	while (at > 0 && evidence->facts[at - 1] > fact)
		at--;
	if (at > 0 && evidence->facts[at - 1] == fact)
		return STET_OK;
	facts = realloc(evidence->facts, (evidence->count + 1) * sizeof(*facts));
	if (facts == NULL)
		return STET_ENOMEM;
	memmove(facts + at + 1, facts + at, (evidence->count - at) * sizeof(*facts));
	facts[at] = fact;
	evidence->facts = facts;
	evidence->count++;
	return STET_OK;
}

/* --- policy ------------------------------------------------------------------------------------
 */

static int
number_of(stet_bytes values, const struct st_policy_row *row, int64_t *value_out)
{
	struct st_cbor in;
	stet_bytes value;
	uint64_t count;

	if (values.size == 0 || st_cbor_member(values, row->name, &value) < 0)
		return STET_ENOTFOUND;
	in = st_cbor_open(value);
	if (row->kind == ST_POLICY_HUNDREDTHS)
		return st_cbor_read_hundredths(&in, value_out);
	if (st_cbor_read_uint(&in, &count) < 0)
		return STET_ENOTFOUND;
	*value_out = (int64_t)count;
	return STET_OK;
}

/* A preset of the table: "8.5", "5"; hundredths come out as hundredths. */
static int64_t
preset_number(const struct st_policy_row *row)
{
	int64_t value = 0;
	int decimals = row->kind == ST_POLICY_HUNDREDTHS ? 2 : 0, seen = 0;
	const char *at;

	for (at = row->preset; *at != '\0'; at++) {
		if (*at == '.') {
			seen = 1;
			continue;
		}
		value = value * 10 + (*at - '0');
		decimals -= seen;
	}
	for (; decimals > 0; decimals--)
		value *= 10;
	return value;
}

static const struct st_policy_row *
policy_row(const struct st_standing *standing, const char *name)
{
	const struct st_profile *profile =
	    standing->profile != NULL ? st_profile_find(st_str(standing->profile)) : NULL;
	const struct st_policy_row *row = profile != NULL ? profile->rows : NULL;

	for (; row != NULL && row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

int
st_policy_number(const struct st_standing *standing, const char *name, int64_t *value_out)
{
	const struct st_policy_row *row = policy_row(standing, name);

	if (row == NULL || row->kind == ST_POLICY_DATE)
		return STET_ENOTFOUND;
	if (number_of(st_buf_bytes(&standing->policy), row, value_out) == STET_OK)
		return STET_OK;
	if (row->preset == NULL)
		return STET_ENOTFOUND;
	*value_out = preset_number(row);
	return STET_OK;
}

int
st_policy_date(const struct st_standing *standing, const char *name, stet_bytes *text_out)
{
	const struct st_policy_row *row = policy_row(standing, name);
	stet_bytes values = st_buf_bytes(&standing->policy);

	if (row == NULL || row->kind != ST_POLICY_DATE)
		return STET_ENOTFOUND;
	if (values.size > 0 && st_cbor_member_text(values, name, text_out) == STET_OK)
		return STET_OK;
	if (row->preset == NULL)
		return STET_ENOTFOUND;
	*text_out = st_str(row->preset);
	return STET_OK;
}

/* How many endorsements a correction needs, by the policy in force at its own place. */
static unsigned
endorsements_wanted(
    const struct st_fold *fold, const struct policy *policy, const struct st_fact *fact)
{
	const struct st_policy_row *row;
	int64_t value;

	if (policy == NULL || fact->nature == NULL || fact->nature->endorsements == NULL ||
	    fact->observed ||
	    (row = policy_row(fold->standing, fact->nature->endorsements)) == NULL ||
	    number_of(st_buf_bytes(&policy->values), row, &value) < 0)
		return 0;
	return value < UINT_MAX ? (unsigned)value : UINT_MAX;
}

/* --- what facts do to each other ----------------------------------------------------------------
 */

struct marking {
	struct st_standing *standing;
	size_t by;
	struct st_evidence *endorsers; /* of each fact: signers, each once */
	int rc;
};

/* An annulment is its target's issuer's (an observation's: its source's) to make; by anybody else
 * it is a dispute, and ends nothing. */
static int
annul(void *ctx, size_t target)
{
	struct marking *marking = ctx;
	struct st_fact *by = &marking->standing->facts[marking->by];
	struct st_fact *to = &marking->standing->facts[target];
	int own;

	marking->standing->steps++;
	own = by->observed ? st_fact_same_source(by, to)
			   : !to->observed && st_bytes_equal(by->statement.sign1.claims.iss,
						  to->statement.sign1.claims.iss);

	if (own)
		to->annulled_by = marking->by;
	else
		to->contested_by = marking->by;
	return 0;
}

static int
note_endorser(void *ctx, size_t target)
{
	struct marking *marking = ctx;
	size_t signer = marking->standing->facts[marking->by].signer;
	struct st_evidence *endorsers = &marking->endorsers[target];

	marking->standing->steps++;
	if (marking->standing->facts[target].signer == signer)
		return 0; /* four eyes */
	marking->rc = st_evidence_add(endorsers, signer);
	marking->standing->facts[target].endorsed = (unsigned)endorsers->count;
	return marking->rc;
}

static int
is_nature(const struct st_fact *fact, enum st_nature_state state)
{
	return fact->nature != NULL && fact->nature->state == state;
}

/* From the newest down: what annuls an entry comes after it, and what endorses it too, so that
 * whether something counts is known before it is asked what it does. */
static int
mark(struct st_fold *fold, stet_error *err)
{
	struct marking marking = {fold->standing, 0, NULL, STET_OK};
	struct st_standing *standing = fold->standing;
	struct st_fact *fact;
	size_t i;

	marking.endorsers = calloc(standing->fact_count, sizeof(*marking.endorsers));
	if (marking.endorsers == NULL)
		return st_fail_nomem(err);
	for (i = standing->fact_count; marking.rc == STET_OK && i-- > 0;) {
		fact = &standing->facts[i];
		marking.by = i;
		/* Somebody else has looked at it since, and stands by it. */
		if (fact->endorsed > 0)
			fact->distrusted = 0;
		if (fact->distrusted || !st_fact_stands(fact))
			continue;
		/* Observers report; only who could have signed a statement endorses it. */
		if (fact->statement.type == ST_TYPE_ENDORSE && !fact->observed)
			st_fact_targets(standing, i, note_endorser, &marking);
		else if (is_nature(fact, ST_STATE_STRUCK_OUT))
			st_fact_targets(standing, i, annul, &marking);
	}
	for (i = 0; i < standing->fact_count; i++)
		free(marking.endorsers[i].facts);
	free(marking.endorsers);
	return marking.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
judge(struct st_fold *fold)
{
	struct st_standing *standing = fold->standing;
	const struct policy *policy = NULL; /* in force, as we go */
	struct st_fact *fact;
	size_t i, next = 0;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		for (; next < fold->policy_count && fold->policies[next].seq < fact->seq; next++)
			policy = &fold->policies[next];
		fact->distrusted = standing->signers[fact->signer].distrust_from <= fact->seq;
		fact->wanted = endorsements_wanted(fold, policy, fact);
	}
}

static int
keep_policy(struct st_fold *fold, stet_error *err)
{
	struct policy *last;

	if (fold->policy_count == 0)
		return STET_OK;
	last = &fold->policies[fold->policy_count - 1];
	fold->standing->policy_seq = last->seq;
	st_buf_put_bytes(&fold->standing->policy, st_buf_bytes(&last->values));
	return fold->standing->policy.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
find_record(struct st_standing *standing)
{
	size_t i;

	standing->record = st_newest(standing, ST_TYPE_RECORD, ST_DECLARED);
	for (i = 0; i < standing->fact_count; i++)
		if (standing->facts[i].statement.type == ST_TYPE_RECORD &&
		    st_fact_supports(&standing->facts[i]))
			standing->opened_by_publisher = 1;
}

/* Whether anybody signed here anything about the name asked for or those it is linked with. */
static int
is_own(const struct st_standing *standing)
{
	size_t i;

	for (i = 0; i < standing->fact_count; i++)
		if (!standing->facts[i].observed && !standing->facts[i].loose)
			return 1;
	return 0;
}

/* The name that the record was opened under comes first, whichever was asked for; a record that
 * only observers link takes the place of nobody's own. */
static void
put_main_name_first(struct st_standing *standing)
{
	struct st_names first;
	size_t main, i;

	if (standing->record == ST_NO_FACT ||
	    (main = standing->facts[standing->record].name) == 0 ||
	    (standing->names[main].loose && is_own(standing)))
		return;
	first = standing->names[main];
	memmove(&standing->names[1], &standing->names[0], main * sizeof(first));
	standing->names[0] = first;
	for (i = 0; i < standing->fact_count; i++) {
		if (standing->facts[i].name == main)
			standing->facts[i].name = 0;
		else if (standing->facts[i].name < main)
			standing->facts[i].name++;
	}
}

int
st_fold_end(struct st_fold **fold, struct st_standing **standing_out, stet_error *err)
{
	struct st_standing *standing = (*fold)->standing;
	int rc;

	if (standing->fact_count == 0)
		rc = st_fail(err, STET_ENOTFOUND, ST_NOT_IN_LEDGER, "no entry is about it");
	else if ((rc = index_facts(standing, err)) == STET_OK &&
		 (rc = keep_policy(*fold, err)) == STET_OK) {
		judge(*fold);
		if ((rc = mark(*fold, err)) == STET_OK) {
			find_record(standing);
			put_main_name_first(standing);
			if ((rc = st_fold_conditions(standing, err)) == STET_OK &&
			    (rc = st_fold_rows(standing, err)) == STET_OK)
				rc = st_fold_findings(standing, err);
		}
	}
	if (rc == STET_OK && standing->rc < 0)
		rc = st_fail_nomem(err);
	if (rc == STET_OK) {
		(*fold)->standing = NULL;
		*standing_out = standing;
	}
	st_fold_free(*fold);
	*fold = NULL;
	return rc;
}
