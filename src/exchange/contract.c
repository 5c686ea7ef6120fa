/* A record's standing as the data contracts of the profile assignee-v1: what a publisher of these
 * contracts would have to print for it.
 *
 * Each required member is filled from the supported answer where that is known, else the derived,
 * else the declared one, and generated_from says from which, by entry.  What a contract has no room
 * for, and where it demands a value and none is known, is said in limitations: nothing is made up
 * without a word. */
#include <stet/exchange.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "ledger/internal.h"
#include "record/record.h"
#include "standing/ladder.h"

#define SCHEMAS "https://assignee.net/schemas/"
#define NOWHERE "about:blank" /* an address that is none: where one is demanded and not known */

struct contract {
	const struct st_standing *standing;
	const stet_json *view; /* the standing as JSON */
	const char *gate;
	stet_json *json, *limitations;
	struct st_buf sources; /* "; paper_level: supported, entries 4, 5" */
	stet_error *err;
};

typedef int fill(struct contract *contract);

static const char *const set_names[ST_SET_COUNT] = {
    [ST_DECLARED] = "declared", [ST_DERIVED] = "derived", [ST_SUPPORTED] = "supported"};

/* --- what every contract says ----------------------------------------------------------------- */

static void limit(struct contract *contract, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
limit_text(struct contract *contract, struct st_buf *text)
{
	if (text->rc == STET_OK)
		stet_json_add(contract->limitations, stet_json_string(st_buf_bytes(text)));
	else
		stet_json_add(contract->limitations, NULL); /* seen at the end: no memory */
	st_buf_free(text);
}

static void
limit(struct contract *contract, const char *format, ...)
{
	struct st_buf text = {0};
	va_list args;
	char line[600];

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	st_buf_put_str(&text, line);
	limit_text(contract, &text);
}

static void
set_text(stet_json *json, const char *member, const char *text)
{
	stet_json_set(json, member, stet_json_str(text));
}

/* Where a member comes from. */
static void
note_source(struct contract *contract, const char *member, enum st_set set,
    const struct st_evidence *evidence)
{
	size_t i;

	st_buf_printf(&contract->sources, "; %s: %s", member, set_names[set]);
	for (i = 0; i < evidence->count; i++)
		st_buf_printf(&contract->sources, "%s %" PRIu64,
		    i > 0                 ? ","
		    : evidence->count > 1 ? ", entries"
					  : ", entry",
		    contract->standing->facts[evidence->facts[i]].seq);
}

/* The answer that is carried best, and which it is. NULL: none is known. */
static const struct st_value *
best(const struct st_row *row, enum st_set *set_out)
{
	int set;

	for (set = ST_SUPPORTED; row != NULL && set >= 0; set--)
		if (row->values[set].known == ST_ANSWER_YES) {
			*set_out = (enum st_set)set;
			return &row->values[set];
		}
	return NULL;
}

static const struct st_value *
take_row(struct contract *contract, const char *member, const char *code)
{
	enum st_set set;
	const struct st_row *row = st_row_find(contract->standing, code, NULL);
	const struct st_value *value = best(row, &set);

	if (value == NULL)
		return NULL;
	note_source(contract, member, set, &value->evidence);
	if (set != ST_DECLARED && row->values[ST_DECLARED].known == ST_ANSWER_YES &&
	    strcmp(row->values[ST_DECLARED].text, value->text) != 0)
		limit(contract, "/%s: declared is %s", member, row->values[ST_DECLARED].text);
	return value;
}

/* A member of the record as corrections have left it, supported before merely stated. NULL: not
 * known. The caller frees it. */
static stet_json *
take(struct contract *contract, const char *member, const char *path)
{
	static const enum st_set order[] = {ST_SUPPORTED, ST_DECLARED};
	struct st_evidence evidence = {NULL, 1};
	stet_json *value;
	size_t i, fact = ST_NO_FACT;

	for (i = 0; i < 2; i++) {
		value = st_effective(contract->standing, path, order[i], &fact);
		if (value == NULL)
			continue;
		evidence.facts = &fact;
		note_source(contract, member, order[i], &evidence);
		return value;
	}
	return NULL;
}

/* Sets a text; where none is known, the stand-in, and says so. */
static void
set_taken(struct contract *contract, stet_json *json, const char *member, const char *path,
    const char *stand_in)
{
	const char *last = strrchr(member, '/');
	stet_json *value = take(contract, member, path);

	if (value == NULL || stet_json_kind_of(value) != STET_JSON_STRING) {
		stet_json_free(value);
		value = stet_json_str(stand_in);
		limit(contract, "/%s is not known here; '%s' stands for it", member, stand_in);
	}
	stet_json_set(json, last != NULL ? last + 1 : member, value);
}

static void
set_publisher(struct contract *contract)
{
	stet_json *json = stet_json_object(),
		  *name = take(contract, "publisher", "/record/publisher");

	if (name == NULL)
		limit(contract, "/publisher: nobody says who publishes the record");
	stet_json_set(json, "name", name != NULL ? name : stet_json_null());
	stet_json_set(contract->json, "publisher", json);
}

/* The names, the title and the DOIs of the record. */
static void
set_work(struct contract *contract)
{
	stet_json *json = stet_json_object(), *names = stet_json_array(),
		  *title = take(contract, "work", "/record/title");
	size_t i;

	stet_json_set(json, "id", stet_json_copy(stet_json_get(contract->view, "id")));
	stet_json_set(json, "title", title != NULL ? title : stet_json_null());
	for (i = 0; i < contract->standing->name_count; i++)
		stet_json_add(names, stet_json_str(contract->standing->names[i].name));
	stet_json_set(json, "names", names);
	stet_json_set(contract->json, "work", json);
}

/* --- artifacts -------------------------------------------------------------------------------- */

static int
has_item(const stet_json *array, stet_bytes text)
{
	size_t i;

	for (i = 0; i < stet_json_size(array); i++)
		if (st_bytes_equal(stet_json_string_of(stet_json_item(array, i)), text))
			return 1;
	return 0;
}

/* The roles of what is registered of the record, each once. */
static stet_json *
artifact_types(struct contract *contract)
{
	stet_json *types = stet_json_array();
	const struct st_fact *fact;
	stet_bytes role;
	size_t i, away = 0;

	for (i = 0; i < contract->standing->fact_count; i++) {
		fact = &contract->standing->facts[i];
		if (fact->statement.type != ST_TYPE_ARTIFACT || !st_fact_stands(fact) ||
		    st_cbor_member_text(fact->statement.sign1.payload, "role", &role) < 0)
			continue;
		away += !st_fact_supports(fact);
		if (!has_item(types, role))
			stet_json_add(types, stet_json_string(role));
	}
	if (away > 0)
		limit(contract,
		    "/artifact_types: of %zu artifacts the content is not held here, or nobody "
		    "with "
		    "the role has signed for it; the contract gives no digests",
		    away);
	return types;
}

/* --- correction-record ------------------------------------------------------------------------ */

/* What a changed member is, in the contract's words. */
static const char *const types_of_paths[][2] = {{"/record/", "METADATA"}, {"/doi/", "METADATA"},
    {"/artifact/", "ARTIFACT"}, {"/claims/", "CLAIM"}, {"/assessment/", "QUALITY_ASSESSMENT"},
    {"/declaration/", "QUALITY_ASSESSMENT"}, {NULL, NULL}};

static const char *
type_of_path(stet_bytes path)
{
	size_t i, size;

	for (i = 0; types_of_paths[i][0] != NULL; i++) {
		size = strlen(types_of_paths[i][0]);
		if (path.size > size && memcmp(path.data, types_of_paths[i][0], size) == 0)
			return types_of_paths[i][1];
	}
	return NULL;
}

static stet_json *
affected_fields(const stet_json *statement)
{
	const stet_json *rows = stet_json_get(statement, "affected");
	stet_json *fields = stet_json_array();
	size_t i;

	for (i = 0; i < stet_json_size(rows); i++)
		stet_json_add(
		    fields, stet_json_copy(stet_json_get(stet_json_item(rows, i), "path")));
	return fields;
}

static void
set_correction_type(
    struct contract *contract, stet_json *event, size_t place, const struct st_fact *fact)
{
	const stet_json *statement = st_fact_json(contract->standing, place);
	const stet_json *rows = stet_json_get(statement, "affected"),
			*type = stet_json_get(statement, "correction_type");
	const char *found;

	if (type != NULL && !st_bytes_equal(stet_json_string_of(type), st_str("VERDICT"))) {
		stet_json_set(event, "correction_type", stet_json_copy(type));
		return;
	}
	found = type_of_path(stet_json_string_of(stet_json_get(stet_json_item(rows, 0), "path")));
	if (found == NULL) {
		found = "METADATA";
		limit(contract,
		    "entry %" PRIu64
		    " is of nature %s; no correction_type says that, METADATA stands for it",
		    fact->seq, fact->nature->name);
	}
	set_text(event, "correction_type", found);
}

/* When it is said to have happened; else when it was signed for here. */
static stet_json *
corrected_at(const struct st_fact *fact, const stet_json *statement)
{
	const stet_json *occurred = stet_json_get(statement, "occurred");
	char text[ST_TIME_SIZE];

	if (occurred != NULL)
		return stet_json_copy(occurred);
	st_time_text_ms(fact->ms, text);
	return stet_json_str(text);
}

static void
add_event(struct contract *contract, stet_json *events, size_t place)
{
	const struct st_fact *fact = &contract->standing->facts[place];
	const stet_json *statement = st_fact_json(contract->standing, place), *note;
	stet_json *event = stet_json_object();

	note = stet_json_get(statement, "public_note");
	st_json_set_hex(event, "event_id", fact->leaf, 32);
	stet_json_set(event, "corrected_at", corrected_at(fact, statement));
	set_correction_type(contract, event, place, fact);
	stet_json_set(event, "public_note",
	    note != NULL ? stet_json_copy(note) : stet_json_str(fact->nature->label));
	if (note == NULL)
		limit(contract,
		    "entry %" PRIu64 " has no public note; the name of its nature stands for it",
		    fact->seq);
	stet_json_set(event, "affected_fields", affected_fields(statement));
	stet_json_add(events, event);
}

static int
is_correction(const struct st_fact *fact)
{
	return fact->nature != NULL && (fact->nature->state == ST_STATE_CORRECTED ||
					   fact->nature->state == ST_STATE_SUPERSEDED);
}

/* The record's own corrections; what is said of it besides has no place in the contract. */
static void
set_events(struct contract *contract)
{
	stet_json *events = stet_json_array();
	const struct st_fact *fact;
	const stet_json *last;
	size_t i;

	for (i = 0; i < contract->standing->fact_count; i++) {
		fact = &contract->standing->facts[i];
		if (!is_correction(fact))
			continue;
		if (fact->observed)
			limit(contract,
			    "an observer states: entry %" PRIu64 ", %s; not among the events",
			    fact->seq, fact->nature->name);
		else if (fact->annulled_by != ST_NO_FACT)
			limit(contract, "entry %" PRIu64 ", %s, was annulled; not among the events",
			    fact->seq, fact->nature->name);
		else if (!st_fact_stands(fact))
			limit(contract,
			    "entry %" PRIu64
			    ", %s, is pending: %u of %u endorsements; not among the events",
			    fact->seq, fact->nature->name, fact->endorsed, fact->wanted);
		else
			add_event(contract, events, i);
	}
	i = stet_json_size(events);
	last = i > 0 ? stet_json_get(stet_json_item(events, i - 1), "corrected_at") : NULL;
	stet_json_set(contract->json, "correction_count", stet_json_int((int64_t)i));
	stet_json_set(contract->json, "last_corrected_at",
	    last != NULL ? stet_json_copy(last) : stet_json_null());
	stet_json_set(contract->json, "correction_events", events);
}

static void
limit_conditions(struct contract *contract)
{
	const struct st_standing *standing = contract->standing;
	const struct st_standing_condition *condition;
	size_t i;

	for (i = 0; i < standing->condition_count; i++) {
		condition = &standing->conditions[i];
		if (condition->ended_by == ST_NO_FACT && !condition->pending &&
		    condition->kind != ST_CONDITION_CORRECTED &&
		    condition->kind != ST_CONDITION_SUPERSEDED)
			limit(contract, "open since entry %" PRIu64 ": %s; no state says that",
			    standing->facts[condition->fact].seq,
			    st_condition_name(condition->kind));
	}
}

static void
set_manifest(struct contract *contract)
{
	stet_json *json = stet_json_object();

	set_text(json, "schema", SCHEMAS "paper-manifest-v1");
	set_taken(contract, json, "manifest/contract_version", "/record/manifest/contract",
	    "paper-manifest-v1.1");
	set_taken(contract, json, "manifest/contract_updated", "/record/manifest/updated", "");
	set_taken(contract, json, "manifest/current_manifest_url", "/record/manifest/url", NOWHERE);
	set_taken(contract, json, "manifest/correction_record_url",
	    "/record/manifest/correction_record_url", NOWHERE);
	stet_json_set(contract->json, "manifest", json);
}

/* Addresses that earlier record statements gave, without the one in effect. */
static void
set_superseded(struct contract *contract)
{
	const stet_json *current =
	    stet_json_get(stet_json_get(contract->json, "manifest"), "current_manifest_url");
	stet_json *urls = stet_json_array();
	stet_bytes url, manifest;
	const struct st_fact *fact;
	size_t i;

	for (i = 0; i < contract->standing->fact_count; i++) {
		fact = &contract->standing->facts[i];
		if (fact->statement.type != ST_TYPE_RECORD || !st_fact_stands(fact) ||
		    st_cbor_member(fact->statement.sign1.payload, "manifest", &manifest) < 0 ||
		    st_cbor_member_text(manifest, "url", &url) < 0 ||
		    st_bytes_equal(url, stet_json_string_of(current)) || has_item(urls, url))
			continue;
		stet_json_add(urls, stet_json_string(url));
	}
	stet_json_set(contract->json, "known_superseded_manifest_urls", urls);
}

static void
set_policy(struct contract *contract)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "corrections_are_additive", stet_json_bool(1));
	stet_json_set(json, "no_silent_public_rewrites", stet_json_bool(1));
	stet_json_set(json, "private_operational_logs_public", stet_json_bool(0));
	set_text(json, "basis",
	    "A correction is one more signed entry of an append-only ledger; none is ever "
	    "changed.");
	stet_json_set(contract->json, "policy", json);
}

static int
fill_correction_record(struct contract *contract)
{
	const struct st_value *state;

	set_text(contract->json, "contract_updated", "");
	limit(contract, "/contract_updated: when the contract was last updated is not known here");
	set_publisher(contract);
	set_work(contract);
	set_manifest(contract);
	state = take_row(contract, "correction_state", "correction-state");
	set_text(contract->json, "correction_state", state != NULL ? state->text : "CURRENT");
	if (state == NULL)
		limit(contract, "/correction_state is not known here; CURRENT stands for it, "
				"because the contract has no word for that");
	set_events(contract);
	set_superseded(contract);
	set_policy(contract);
	limit_conditions(contract);
	limit(contract, "events say neither who made them nor what was there before and after, and "
			"carry no digest; event_id is the leaf hash of the entry, by which all of "
			"that is found in the ledger");
	return STET_OK;
}

/* --- gate-verdict ----------------------------------------------------------------------------- */

static stet_bytes
gate_of(const struct st_standing *standing, size_t place)
{
	const struct st_fact *fact = &standing->facts[place];
	stet_bytes text = {NULL, 0}, kind;

	if (fact->statement.type != ST_TYPE_VERDICT || !st_fact_stands(fact) ||
	    st_cbor_member_text(fact->statement.sign1.payload, "contract", &kind) < 0 ||
	    !st_bytes_equal(kind, st_str("gate-verdict-v1")))
		return text;
	st_cbor_member_text(fact->statement.sign1.payload, "gate", &text);
	return text;
}

/* The newest verdict of the gate; of the only one, if none is named. */
static int
find_verdict(struct contract *contract, size_t *place_out)
{
	const struct st_standing *standing = contract->standing;
	stet_bytes gate, wanted = {NULL, 0};
	size_t i;

	*place_out = ST_NO_FACT;
	if (contract->gate != NULL)
		wanted = st_str(contract->gate);
	for (i = 0; i < standing->fact_count; i++) {
		gate = gate_of(standing, i);
		if (gate.data == NULL)
			continue;
		if (contract->gate == NULL && wanted.data != NULL && !st_bytes_equal(gate, wanted))
			return st_fail(contract->err, STET_EINVAL, ST_RULE_NONE,
			    "there are verdicts of several gates, '%.*s' and '%.*s'; one must be "
			    "named",
			    (int)wanted.size, (const char *)wanted.data, (int)gate.size,
			    (const char *)gate.data);
		wanted = contract->gate == NULL ? gate : wanted;
		if (st_bytes_equal(gate, wanted))
			*place_out = i;
	}
	if (contract->gate != NULL && *place_out == ST_NO_FACT)
		return st_fail(contract->err, STET_EINVAL, ST_RULE_NONE,
		    "there is no verdict of gate '%s'", contract->gate);
	return STET_OK;
}

static const struct {
	const char *status, *label, *definition;
} statuses[] = {
    {"UNVERIFIED", "Unverified",
	"Gate 2 was not completed; the record is a synthesis of literature only."},
    {"VERIFIED", "Verified",
	"Gate 2 was passed: a Lean 4 source type-checks, or a sealed sandbox run reproduced the "
	"reported result within the stated tolerance; a reproducible artifact is attached."},
    {"FALSIFIED", "Falsified",
	"A claim that was tested failed: a counterexample, a proof that does not type-check, or a "
	"reproduction that does not match; the evidence is attached."},
};

static const struct st_row *
verdict_row(const struct st_standing *standing, size_t place)
{
	const struct st_evidence *said;
	size_t i, k;

	for (i = 0; i < standing->row_count; i++) {
		said = &standing->rows[i].values[ST_DECLARED].evidence;
		if (strcmp(standing->rows[i].code, "verdict") != 0)
			continue;
		for (k = 0; k < said->count; k++)
			if (said->facts[k] == place)
				return &standing->rows[i];
	}
	return NULL;
}

/* A member of the verdict as it was stated. */
static void
set_stated(struct contract *contract, const stet_json *verdict, const char *member,
    const char *from, stet_json *stand_in)
{
	const stet_json *value = stet_json_get(verdict, from);

	if (value == NULL)
		limit(contract, "/%s is not stated", member);
	stet_json_set(contract->json, member, value != NULL ? stet_json_copy(value) : stand_in);
	if (value != NULL)
		stet_json_free(stand_in);
}

/* As the page calls it; else as the ledger does. */
static void
set_gate(struct contract *contract, const stet_json *verdict)
{
	const stet_json *value = stet_json_get(verdict, "gate_label");

	if (value == NULL) {
		value = stet_json_get(verdict, "gate");
		limit(contract, "/gate: what the publisher calls the gate is not stated");
	}
	stet_json_set(
	    contract->json, "gate", value != NULL ? stet_json_copy(value) : stet_json_str(""));
}

static void
set_status(struct contract *contract, size_t place)
{
	enum st_set set = ST_DECLARED;
	const struct st_row *row = verdict_row(contract->standing, place);
	const struct st_value *value = best(row, &set);
	const char *status = value != NULL ? value->text : "UNVERIFIED";
	size_t i = 0;

	if (value != NULL)
		note_source(contract, "status", set, &value->evidence);
	while (i < 2 && strcmp(statuses[i].status, status) != 0)
		i++;
	set_text(contract->json, "status", statuses[i].status);
	set_text(contract->json, "label", statuses[i].label);
	set_text(contract->json, "definition", statuses[i].definition);
	if (row != NULL && strcmp(row->values[ST_DECLARED].text, status) != 0)
		limit(contract, "/status: declared is %s, and /reason is given for that",
		    row->values[ST_DECLARED].text);
	if (set != ST_SUPPORTED)
		limit(contract, "/status is %s and not supported%s%s: the contract cannot say so",
		    set_names[set], row != NULL ? ", because " : "",
		    row != NULL ? row->values[ST_SUPPORTED].why : "");
}

static void
limit_other_verdicts(struct contract *contract, size_t place)
{
	const struct st_standing *standing = contract->standing;
	stet_bytes gate;
	size_t i;

	for (i = 0; i < standing->fact_count; i++) {
		gate = gate_of(standing, i);
		if (i != place && gate.data != NULL)
			limit(contract,
			    "entry %" PRIu64 " is another verdict, of gate '%.*s'; the contract "
			    "has room for one",
			    standing->facts[i].seq, (int)gate.size, (const char *)gate.data);
	}
}

static int
fill_gate_verdict(struct contract *contract)
{
	const stet_json *verdict;
	size_t place;
	int rc;

	if ((rc = find_verdict(contract, &place)) < 0)
		return rc;
	if (place == ST_NO_FACT)
		limit(contract, "no verdict is known here; UNVERIFIED stands for it, because the "
				"contract has no word for that");
	verdict = place != ST_NO_FACT ? st_fact_json(contract->standing, place) : NULL;
	set_status(contract, place);
	set_stated(contract, verdict, "reason", "reason", stet_json_str(""));
	set_stated(contract, verdict, "evaluated_at", "evaluated_at", stet_json_null());
	set_gate(contract, verdict);
	set_text(contract->json, "enforcement",
	    "VERIFIED may only be set with a reproducible artifact attached, and is never derived "
	    "from review score or claim count.");
	limit_other_verdicts(contract, place);
	limit(contract,
	    "the contract has no member that points at the artifact, names who decided, "
	    "or says what VERIFIED rests on; the ledger does, in the entries named in "
	    "generated_from");
	return STET_OK;
}

/* --- verification-levels ---------------------------------------------------------------------- */

static const char *const counters[] = {"source_grounded_claims", "aggregate_claim_records",
    "per_claim_public_record_count", "cross_source_corroborated_claims",
    "artifact_inspected_claims", "sandbox_executed_claims", "independently_reproduced_claims",
    "externally_reviewed_or_formally_verified_claims", NULL};

static void
set_claims(struct contract *contract)
{
	stet_json *json = stet_json_object(), *value;
	char path[96], member[96];
	size_t i;

	for (i = 0; counters[i] != NULL; i++) {
		snprintf(path, sizeof(path), "/claims/%s", counters[i]);
		snprintf(member, sizeof(member), "claim_summary/%s", counters[i]);
		value = take(contract, member, path);
		if (value == NULL) {
			value = stet_json_int(0);
			limit(contract,
			    "/%s is not known here; 0 stands for it, because the contract has no "
			    "word for that",
			    member);
		}
		stet_json_set(json, counters[i], value);
	}
	set_taken(contract, json, "claim_summary/claim_record_source",
	    "/claims/claim_record_source", "not publicly specified");
	stet_json_set(json, "per_claim_public_records", stet_json_array());
	stet_json_set(contract->json, "claim_summary", json);
}

static stet_json *
rung_json(const struct st_rung *rung)
{
	static const char *const answers[] = {
	    [ST_ANSWER_NO] = "no", [ST_ANSWER_YES] = "yes", [ST_ANSWER_UNKNOWN] = "unknown"};
	stet_json *json = stet_json_object();
	int set;

	stet_json_set(json, "level", stet_json_int(rung->level));
	set_text(json, "label", rung->label);
	for (set = 0; set < ST_SET_COUNT; set++)
		set_text(json, set_names[set], answers[rung->answers[set]]);
	return json;
}

static void
set_levels(struct contract *contract, const struct st_row *row, int level)
{
	stet_json *levels = stet_json_array(), *upper = stet_json_array(), *json;
	size_t i;

	for (i = 0; i < row->rung_count; i++) {
		stet_json_add(levels, rung_json(&row->rungs[i]));
		if (row->rungs[i].level <= level ||
		    row->rungs[i].answers[ST_SUPPORTED] == ST_ANSWER_YES)
			continue;
		json = rung_json(&row->rungs[i]);
		set_text(json, "why", row->rungs[i].why[ST_SUPPORTED]);
		stet_json_add(upper, json);
	}
	stet_json_set(contract->json, "levels", levels);
	stet_json_set(contract->json, "unsupported_upper_levels", upper);
}

/* A least level is an answer too: it is at least that. */
static int
paper_level(struct contract *contract, const struct st_row *row)
{
	const struct st_value *value = take_row(contract, "paper_level", row->code), *least;

	if (value != NULL)
		return atoi(value->text);
	least = &row->values[ST_SUPPORTED];
	limit(contract, "/paper_level is at least %s; that it is not more is not known",
	    least->least[0] != '\0' ? least->least : "0");
	return atoi(least->least);
}

static int
fill_verification_levels(struct contract *contract)
{
	const struct st_row *row = st_row_find(contract->standing, "verification-level", NULL);
	int level;
	char key[16];

	if (row == NULL || row->rung_count == 0)
		return st_fail(contract->err, STET_EINVAL, ST_RULE_NONE,
		    "the profile of this ledger has no verification levels");
	level = paper_level(contract, row);
	snprintf(key, sizeof(key), "L%d", level);
	stet_json_set(contract->json, "paper_level", stet_json_int(level));
	set_text(contract->json, "paper_level_key", key);
	set_text(contract->json, "paper_level_label", row->rungs[level].label);
	limit(contract, "/paper_level_key: the publisher's own keys are not known here");
	if (level == 0 || level > 2)
		limit(contract, "/paper_level_label: the publisher's own label is not known here");
	set_claims(contract);
	stet_json_set(contract->json, "artifact_types", artifact_types(contract));
	set_levels(contract, row, level);
	set_text(contract->json, "enforcement",
	    "A level is descriptive, and no independent validation. It is supported only by "
	    "statements that a key with the role has signed, and by artifacts held here.");
	return STET_OK;
}

/* --- quality-tiers ---------------------------------------------------------------------------- */

static const struct {
	const char *tier, *member, *number;
} thresholds[] = {
    {"FLAGSHIP_CANDIDATE", "minimum_review_score", "flagship_minimum_review_score"},
    {"FLAGSHIP_CANDIDATE", "minimum_verified_claim_count", "flagship_minimum_verified_claim_count"},
    {"DOI_GRADE", "minimum_review_score", "doi_grade_minimum_review_score"},
    {"DOI_GRADE", "minimum_verified_claim_count", "doi_grade_minimum_verified_claim_count"},
    {"PUBLIC_RECORD", "minimum_review_score", "public_record_minimum_review_score"},
    {"WATCHLIST", "maximum_review_score", "doi_grade_minimum_review_score"},
    {"QUARANTINE_CANDIDATE", "maximum_review_score", "quarantine_below_review_score"},
};

static void
set_thresholds(struct contract *contract)
{
	stet_json *all = stet_json_array(), *one = NULL;
	const char *tier = "";
	int64_t value;
	size_t i;

	for (i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++) {
		if (strcmp(tier, thresholds[i].tier) != 0) {
			if (one != NULL)
				stet_json_add(all, one);
			one = stet_json_object();
			tier = thresholds[i].tier;
			set_text(one, "tier", tier);
		}
		if (st_policy_number(contract->standing, thresholds[i].number, &value) < 0)
			continue;
		if (strncmp(thresholds[i].member, "max", 3) == 0)
			value--; /* the published bands end a hundredth below */
		stet_json_set(one, thresholds[i].member,
		    strstr(thresholds[i].member, "claim") != NULL ? stet_json_int(value)
								  : stet_json_hundredths(value));
		if (i == 1)
			set_text(one, "required_reproducibility_level", "HIGH");
	}
	stet_json_add(all, one);
	stet_json_set(contract->json, "thresholds", all);
}

static int
is_level(stet_bytes text)
{
	static const char *const levels[] = {"UNASSESSED", "LOW", "MEDIUM", "HIGH", NULL};
	size_t i;

	for (i = 0; levels[i] != NULL; i++)
		if (st_bytes_equal(text, st_str(levels[i])))
			return 1;
	return 0;
}

/* One of the four words, from the first of two places that has one. */
static stet_json *
take_level(struct contract *contract, const char *member, const char *path, const char *other)
{
	stet_json *value = take(contract, member, path);

	if (value == NULL && other != NULL)
		value = take(contract, member, other);
	if (value != NULL && is_level(stet_json_string_of(value)))
		return value;
	stet_json_free(value);
	limit(contract, "/%s is not known here; UNASSESSED stands for it", member);
	return stet_json_str("UNASSESSED");
}

static void
set_inputs(struct contract *contract)
{
	const struct st_value *claims;
	stet_json *json = stet_json_object(),
		  *score = take(contract, "inputs/review_score", "/assessment/review_score");

	if (score == NULL) {
		score = stet_json_int(0);
		limit(contract, "/inputs/review_score is not known here; 0 stands for it, because "
				"the contract has no word for that");
	}
	stet_json_set(json, "review_score", score);
	claims = take_row(contract, "inputs/verified_claim_count", "verified-claims");
	stet_json_set(json, "verified_claim_count",
	    stet_json_int(claims != NULL ? strtoll(claims->text, NULL, 10) : 0));
	if (claims == NULL)
		limit(contract, "/inputs/verified_claim_count is not known here; 0 stands for it, "
				"because the contract has no word for that");
	stet_json_set(json, "artifact_types", artifact_types(contract));
	stet_json_set(json, "reproducibility_level",
	    take_level(contract, "inputs/reproducibility_level",
		"/declaration/reproducibility_level",
		"/assessment/dimensions/reproducibility_status/level"));
	stet_json_set(contract->json, "inputs", json);
}

static int
fill_quality_tiers(struct contract *contract)
{
	const struct st_value *tier = take_row(contract, "tier", "quality-tier");

	if (tier == NULL || st_tier_label(tier->text) == NULL) {
		tier = NULL;
		limit(contract, "/tier is not known here; WATCHLIST stands for it, because the "
				"contract has no word for that");
	}
	set_text(contract->json, "tier", tier != NULL ? tier->text : "WATCHLIST");
	set_inputs(contract);
	set_thresholds(contract);
	set_text(contract->json, "enforcement",
	    "A tier is descriptive triage; it changes neither publication nor the DOI.");
	return STET_OK;
}

/* --- quality-dimensions ----------------------------------------------------------------------- */

static const struct {
	const char *key, *definition;
} dimensions[] = {
    {"evidence_strength", "Whether the cited sources support the main claims directly and enough."},
    {"citation_grounding", "Whether claims are tied to sources that can be inspected."},
    {"numerical_consistency", "Whether numbers, units, ranges and comparisons are consistent."},
    {"benchmark_validity", "Whether task, data set, metric and protocol keep their context."},
    {"novelty", "Whether something is added beyond restating the sources."},
    {"uncertainty_disclosure", "Whether limitations and ambiguity are marked."},
    {"reproducibility_status", "Whether public artifacts allow independent inspection."},
    {"safety_impact", "Whether misuse or societal impact is named where it matters."},
};

static stet_json *
dimension_json(struct contract *contract, const char *key, const char *definition)
{
	stet_json *json = stet_json_object(), *score, *basis;
	char member[96], path[128];

	snprintf(member, sizeof(member), "dimensions/%s/score", key);
	snprintf(path, sizeof(path), "/assessment/dimensions/%s/score", key);
	score = take(contract, member, path);
	stet_json_set(json, "score", score != NULL ? score : stet_json_null());
	snprintf(member, sizeof(member), "dimensions/%s/level", key);
	snprintf(path, sizeof(path), "/assessment/dimensions/%s/level", key);
	stet_json_set(json, "level", take_level(contract, member, path, NULL));
	snprintf(member, sizeof(member), "dimensions/%s/basis", key);
	snprintf(path, sizeof(path), "/assessment/dimensions/%s/basis", key);
	basis = take(contract, member, path);
	stet_json_set(json, "basis", basis != NULL ? basis : stet_json_str(""));
	set_text(json, "definition", definition);
	return json;
}

static int
fill_quality_dimensions(struct contract *contract)
{
	stet_json *all = stet_json_object();
	size_t i;

	for (i = 0; i < sizeof(dimensions) / sizeof(dimensions[0]); i++)
		stet_json_set(all, dimensions[i].key,
		    dimension_json(contract, dimensions[i].key, dimensions[i].definition));
	stet_json_set(contract->json, "dimensions", all);
	limit(contract, "the definitions are paraphrases; the publisher's own wording is not kept "
			"here. A level that is not stated is not the same as one left unassessed");
	return STET_OK;
}

/* --- the five --------------------------------------------------------------------------------- */

static const struct {
	const char *name, *interpretation;
	fill *fill;
} contracts[] = {
    {"correction-record",
	"Corrections are added, never written over; CURRENT does not say that a record is free of "
	"error.",
	fill_correction_record},
    {"gate-verdict", NULL, fill_gate_verdict},
    {"verification-levels", NULL, fill_verification_levels},
    {"quality-tiers", NULL, fill_quality_tiers},
    {"quality-dimensions", "Levels and scores are descriptive; none is an independent validation.",
	fill_quality_dimensions},
};
#define CONTRACT_COUNT (sizeof(contracts) / sizeof(contracts[0]))

const char *
stet_contract_name(size_t row)
{
	return row < CONTRACT_COUNT ? contracts[row].name : NULL;
}

static void
set_head(struct contract *contract, size_t row)
{
	char text[128];

	snprintf(text, sizeof(text), SCHEMAS "%s-v1", contracts[row].name);
	set_text(contract->json, "schema", text);
	set_text(contract->json, "schema_version", "1.0");
	snprintf(text, sizeof(text), "%s-v1", contracts[row].name);
	set_text(contract->json, "contract_version", text);
}

/* Where all of it comes from, as of when. */
static void
set_foot(struct contract *contract, size_t row)
{
	const stet_json *as_of = stet_json_get(contract->view, "as_of");
	stet_bytes appended = stet_json_string_of(stet_json_get(as_of, "appended"));
	struct st_buf text = {0};

	st_buf_printf(&text,
	    "stet ledger %s (%.*s), its first %" PRId64
	    " entries, the newest about this record %" PRId64 " of %.*s",
	    contract->standing->origin != NULL ? contract->standing->origin : "",
	    (int)stet_json_string_of(stet_json_get(contract->view, "ledger")).size,
	    (const char *)stet_json_string_of(stet_json_get(contract->view, "ledger")).data,
	    stet_json_int_of(stet_json_get(as_of, "size")),
	    stet_json_int_of(stet_json_get(as_of, "seq")), (int)appended.size,
	    (const char *)appended.data);
	st_buf_put_bytes(&text, st_buf_bytes(&contract->sources));
	if (text.rc == STET_OK && contract->sources.rc == STET_OK)
		stet_json_set(
		    contract->json, "generated_from", stet_json_string(st_buf_bytes(&text)));
	else
		stet_json_set(contract->json, "generated_from", NULL);
	st_buf_free(&text);
	set_text(contract->json, "basis",
	    "For each member the supported answer where it is known, else the derived, else the "
	    "declared one; generated_from says which, with the entries it rests on.");
	if (contracts[row].interpretation != NULL)
		set_text(contract->json, "interpretation", contracts[row].interpretation);
	limit(contract, "/schema_version and /contract_version: which strings the publisher uses "
			"was not seen everywhere; these stand for them");
	if (contract->standing->unknown_types)
		limit(contract, "some entries are of types that this stet does not know; what they "
				"change is not in here");
	stet_json_set(contract->json, "limitations", contract->limitations);
	contract->limitations = NULL;
}

static int
make(struct contract *contract, size_t row)
{
	int rc;

	set_head(contract, row);
	if ((rc = contracts[row].fill(contract)) < 0)
		return rc;
	set_foot(contract, row);
	if (contract->standing->rc < 0 || st_json_rc(contract->json) < 0)
		return st_fail_nomem(contract->err);
	return STET_OK;
}

int
stet_export_contract(stet_ledger *ledger, const char *name, const stet_id *id, stet_at at,
    const char *gate, stet_json **contract_out, stet_error *err)
{
	struct contract contract = {.gate = gate, .err = err};
	stet_standing *standing = NULL;
	size_t row = 0;
	int rc;

	while (row < CONTRACT_COUNT && strcmp(contracts[row].name, name) != 0)
		row++;
	if (row == CONTRACT_COUNT)
		return st_fail(
		    err, STET_EINVAL, ST_FORMAT_UNKNOWN, "there is no contract '%s'", name);
	if ((rc = stet_standing_of(ledger, id, at, &standing, err)) < 0)
		return rc;
	contract.standing = st_standing_inside(standing);
	contract.view = stet_standing_json(standing, err);
	contract.json = stet_json_object();
	contract.limitations = stet_json_array();
	if (contract.view == NULL || contract.json == NULL || contract.limitations == NULL)
		rc = st_fail_nomem(err);
	else
		rc = make(&contract, row);
	st_buf_free(&contract.sources);
	stet_json_free(contract.limitations);
	stet_standing_free(standing);
	if (rc < 0) {
		stet_json_free(contract.json);
		return rc;
	}
	*contract_out = contract.json;
	return STET_OK;
}
