/* A standing as JSON, as include/stet/standing.h describes it. */
#include <string.h>

#include "base/time.h"
#include "json/json.h"
#include "standing/standing.h"

static const char *const answers[] = {
    [ST_ANSWER_NO] = "no", [ST_ANSWER_YES] = "yes", [ST_ANSWER_UNKNOWN] = "unknown"};
static const char *const sets[ST_SET_COUNT] = {
    [ST_DECLARED] = "declared", [ST_DERIVED] = "derived", [ST_SUPPORTED] = "supported"};

static void
set_seq(stet_json *json, const char *member, const struct st_standing *standing, size_t fact)
{
	if (fact != ST_NO_FACT)
		stet_json_set(json, member, stet_json_int((int64_t)standing->facts[fact].seq));
}

static void
set_time(stet_json *json, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(json, member, stet_json_str(text));
}

/* A member of a fact's statement under another name; nothing if it is not stated. */
static void
carry(stet_json *to, const char *as, const stet_json *from, const char *member)
{
	const stet_json *value = stet_json_get(from, member);

	if (value != NULL)
		stet_json_set(to, as, stet_json_copy(value));
}

static void
set_text(stet_json *json, const char *member, const char *text)
{
	if (text != NULL && text[0] != '\0')
		stet_json_set(json, member, stet_json_str(text));
}

/* --- who says it --------------------------------------------------------------------------------
 */

static stet_json *
said_by(const struct st_standing *standing, const struct st_fact *fact)
{
	const struct st_signer *signer = &standing->signers[fact->signer];
	stet_json *json = stet_json_object();

	st_json_set_text(json, "issuer", fact->statement.sign1.claims.iss);
	set_text(json, "label", signer->label);
	st_json_set_hex(json, "kid", signer->kid, sizeof(signer->kid));
	if (signer->revoked != STET_NO_SEQ)
		stet_json_set(json, "revoked", stet_json_int((int64_t)signer->revoked));
	return json;
}

/* What became of an entry, as far as anything did. */
static void
set_marks(stet_json *json, const struct st_standing *standing, const struct st_fact *fact)
{
	set_seq(json, "annulled_by", standing, fact->annulled_by);
	set_seq(json, "contested_by", standing, fact->contested_by);
	set_seq(json, "ended_by", standing, fact->ended_by);
	if (fact->distrusted)
		stet_json_set(json, "distrusted", stet_json_bool(1));
	if (fact->endorsed < fact->wanted)
		stet_json_set(json, "pending", stet_json_bool(1));
	if (fact->endorsed > 0 || fact->wanted > 0) {
		stet_json_set(json, "endorsed", stet_json_int(fact->endorsed));
		stet_json_set(json, "wanted", stet_json_int(fact->wanted));
	}
}

/* --- conditions ---------------------------------------------------------------------------------
 */

static stet_json *
condition_json(const struct st_standing *standing, const struct st_standing_condition *condition)
{
	const struct st_fact *fact = &standing->facts[condition->fact];
	const stet_json *statement = st_fact_json(standing, condition->fact);
	const stet_json *notice = stet_json_get(statement, "notice");
	stet_json *json = stet_json_object();

	stet_json_set(json, "condition", stet_json_str(st_condition_name(condition->kind)));
	stet_json_set(json, "nature", stet_json_str(fact->nature->name));
	stet_json_set(json, "seq", stet_json_int((int64_t)fact->seq));
	stet_json_set(json, "name", stet_json_str(standing->names[fact->name].name));
	stet_json_set(
	    json, "open", stet_json_bool(condition->ended_by == ST_NO_FACT && !condition->pending));
	set_marks(json, standing, fact);
	stet_json_set(json, "said_by", said_by(standing, fact));
	carry(json, "source", statement, "source");
	carry(json, "occurred", statement, "occurred");
	carry(json, "published", notice, "published");
	carry(json, "notice", statement, "notice");
	carry(json, "note", statement, "public_note");
	carry(json, "replacement", statement, "replacement");
	carry(json, "reasons", statement, "reasons");
	carry(json, "decided_by", statement, "decided_by");
	set_time(json, "appended", fact->ms);
	return json;
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static stet_json *
evidence_json(const struct st_standing *standing, const struct st_evidence *evidence)
{
	stet_json *seqs = stet_json_array();
	size_t i;

	for (i = 0; i < evidence->count; i++)
		stet_json_add(
		    seqs, stet_json_int((int64_t)standing->facts[evidence->facts[i]].seq));
	return seqs;
}

static stet_json *
value_json(const struct st_standing *standing, const struct st_value *value)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "known", stet_json_str(answers[value->known]));
	set_text(json, "value", value->text);
	set_text(json, "least", value->least);
	set_text(json, "label", value->label);
	set_text(json, "why", value->why);
	stet_json_set(json, "entries", evidence_json(standing, &value->evidence));
	return json;
}

static stet_json *
rungs_json(const struct st_standing *standing, const struct st_row *row)
{
	stet_json *rungs = stet_json_array(), *json, *answer;
	const struct st_rung *rung;
	size_t i;
	int set;

	for (i = 0; i < row->rung_count; i++) {
		rung = &row->rungs[i];
		json = stet_json_object();
		stet_json_set(json, "level", stet_json_int(rung->level));
		stet_json_set(json, "code", stet_json_str(rung->code));
		stet_json_set(json, "label", stet_json_str(rung->label));
		for (set = 0; set < ST_SET_COUNT; set++) {
			answer = stet_json_object();
			stet_json_set(answer, "answer", stet_json_str(answers[rung->answers[set]]));
			set_text(answer, "why", rung->why[set]);
			stet_json_set(
			    answer, "entries", evidence_json(standing, &rung->evidence[set]));
			stet_json_set(json, sets[set], answer);
		}
		stet_json_add(rungs, json);
	}
	return rungs;
}

static stet_json *
row_json(const struct st_standing *standing, const struct st_row *row)
{
	stet_json *json = stet_json_object();
	int set;

	stet_json_set(json, "code", stet_json_str(row->code));
	stet_json_set(json, "title", stet_json_str(row->title));
	set_text(json, "detail", row->detail);
	for (set = 0; set < ST_SET_COUNT; set++)
		stet_json_set(json, sets[set], value_json(standing, &row->values[set]));
	if (row->rung_count > 0)
		stet_json_set(json, "rungs", rungs_json(standing, row));
	return json;
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static stet_json *
finding_json(const struct st_standing *standing, const struct st_standing_finding *finding)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "code", stet_json_str(stet_rule_name(finding->rule)));
	stet_json_set(json, "text", stet_json_str(finding->text));
	set_seq(json, "first", standing, finding->first);
	set_seq(json, "second", standing, finding->second);
	return json;
}

static stet_json *
entry_json(const struct st_standing *standing, const struct st_fact *fact)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "seq", stet_json_int((int64_t)fact->seq));
	stet_json_set(json, "name", stet_json_str(standing->names[fact->name].name));
	st_json_set_text(json, "type", fact->statement.type_name);
	if (fact->nature != NULL)
		stet_json_set(json, "nature", stet_json_str(fact->nature->name));
	set_time(json, "appended", fact->ms);
	stet_json_set(json, "said_by", said_by(standing, fact));
	if (fact->observed)
		st_json_set_text(json, "source", fact->statement.source_name);
	stet_json_set(json, "supports", stet_json_bool(st_fact_supports(fact)));
	set_marks(json, standing, fact);
	return json;
}

static stet_json *
names_json(const struct st_standing *standing)
{
	stet_json *names = stet_json_array(), *json;
	size_t i;

	for (i = 0; i < standing->name_count; i++) {
		json = stet_json_object();
		stet_json_set(json, "name", stet_json_str(standing->names[i].name));
		stet_json_set(json, "count", stet_json_int((int64_t)standing->names[i].count));
		stet_json_set(json, "observed", stet_json_bool(standing->names[i].loose));
		stet_json_add(names, json);
	}
	return names;
}

static void
set_title(stet_json *json, const struct st_standing *standing)
{
	stet_json *title = stet_json_object(), *value;
	size_t fact;

	if ((value = st_effective(standing, "/record/title", ST_DECLARED, &fact)) == NULL) {
		stet_json_free(title);
		return;
	}
	stet_json_set(title, "value", value);
	set_seq(title, "seq", standing, fact);
	stet_json_set(json, "title", title);
}

stet_json *
st_conditions_to_json(const struct st_standing *standing)
{
	stet_json *conditions = stet_json_array();
	size_t i;

	for (i = 0; i < standing->condition_count; i++)
		stet_json_add(conditions, condition_json(standing, &standing->conditions[i]));
	return conditions;
}

stet_json *
st_standing_to_json(const struct st_standing *standing)
{
	stet_json *json = stet_json_object(), *conditions = st_conditions_to_json(standing),
		  *rows = stet_json_array(), *findings = stet_json_array(),
		  *gaps = stet_json_array(), *entries = stet_json_array();
	size_t i;

	for (i = 0; i < standing->row_count; i++)
		stet_json_add(rows, row_json(standing, &standing->rows[i]));
	for (i = 0; i < standing->finding_count; i++)
		stet_json_add(i < standing->finding_count - standing->gap_count ? findings : gaps,
		    finding_json(standing, &standing->findings[i]));
	for (i = 0; i < standing->fact_count; i++)
		stet_json_add(entries, entry_json(standing, &standing->facts[i]));
	set_text(json, "origin", standing->origin);
	set_text(json, "profile", standing->profile);
	stet_json_set(json, "complete", stet_json_bool(!standing->unknown_types));
	stet_json_set(json, "names", names_json(standing));
	set_title(json, standing);
	stet_json_set(json, "opened_by_publisher", stet_json_bool(standing->opened_by_publisher));
	stet_json_set(json, "contract_state",
	    standing->contract_state != NULL ? stet_json_str(standing->contract_state)
					     : stet_json_null());
	stet_json_set(json, "correction_count", stet_json_int((int64_t)standing->correction_count));
	stet_json_set(json, "conditions", conditions);
	stet_json_set(json, "rows", rows);
	stet_json_set(json, "findings", findings);
	stet_json_set(json, "gaps", gaps);
	stet_json_set(json, "entries", entries);
	return json;
}
