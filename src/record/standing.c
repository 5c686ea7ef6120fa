/* The public standing: what a fold answers, with the moment it is of. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "record/record.h"

struct stet_standing {
	struct st_standing *standing;
	stet_finding *findings;
	char *id, *ledger_id;
	struct st_as_of as_of;
	stet_json *json, *conditions;
};

int
st_findings_copy(const struct st_standing *from, stet_finding **findings_out, stet_error *err)
{
	const struct st_standing_finding *finding;
	stet_finding *findings;
	size_t i;

	if (from->finding_count == 0)
		return STET_OK;
	if ((findings = calloc(from->finding_count, sizeof(*findings))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < from->finding_count; i++) {
		finding = &from->findings[i];
		findings[i] = (stet_finding){stet_rule_name(finding->rule),
		    i >= from->finding_count - from->gap_count,
		    finding->first != ST_NO_FACT ? from->facts[finding->first].seq : STET_NO_SEQ,
		    finding->second != ST_NO_FACT ? from->facts[finding->second].seq : STET_NO_SEQ,
		    finding->text};
	}
	*findings_out = findings;
	return STET_OK;
}

int
st_standing_public(struct st_standing_feed *feed, stet_bytes name, const char *id,
    const char *ledger_id, const struct st_as_of *as_of, stet_standing **standing_out,
    stet_error *err)
{
	stet_standing *standing = calloc(1, sizeof(*standing));
	int rc;

	if (standing == NULL)
		return st_fail_nomem(err);
	standing->as_of = *as_of;
	standing->id = strdup(id);
	standing->ledger_id = strdup(ledger_id);
	if (standing->id == NULL || standing->ledger_id == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_standing_feed_of(feed, name, &standing->standing, err)) == STET_OK)
		rc = st_findings_copy(standing->standing, &standing->findings, err);
	if (rc < 0) {
		stet_standing_free(standing);
		return rc;
	}
	*standing_out = standing;
	return STET_OK;
}

const struct st_standing *
st_standing_inside(const stet_standing *standing)
{
	return standing->standing;
}

size_t
stet_standing_findings(const stet_standing *standing, const stet_finding **findings_out)
{
	*findings_out = standing->findings;
	return standing->standing->finding_count;
}

static void
set_time(stet_json *json, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(json, member, stet_json_str(text));
}

static stet_json *
as_of_json(const stet_standing *standing)
{
	const struct st_standing *from = standing->standing;
	const struct st_fact *newest = &from->facts[from->fact_count - 1];
	stet_json *json = stet_json_object();

	stet_json_set(json, "size", stet_json_int((int64_t)standing->as_of.size));
	stet_json_set(json, "seq", stet_json_int((int64_t)newest->seq));
	set_time(json, "appended", newest->ms);
	if (standing->as_of.seal != STET_NO_SEQ) {
		stet_json_set(json, "seal", stet_json_int((int64_t)standing->as_of.seal));
		set_time(json, "sealed_at", standing->as_of.sealed_ms);
	}
	return json;
}

const stet_json *
stet_standing_json(stet_standing *standing, stet_error *err)
{
	stet_json *json, *from;

	if (standing->json != NULL)
		return standing->json;
	json = stet_json_object();
	from = st_standing_to_json(standing->standing);
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "id", stet_json_str(standing->id));
	stet_json_set(json, "ledger", stet_json_str(standing->ledger_id));
	stet_json_set(json, "as_of", as_of_json(standing));
	st_json_move(json, &from);
	if (st_json_rc(json) < 0 || standing->standing->rc < 0) {
		standing->standing->rc = STET_OK; /* it can be asked again */
		st_fail_nomem(err);
		stet_json_free(json);
		json = NULL;
	}
	return standing->json = json;
}

const stet_json *
stet_standing_conditions(stet_standing *standing, stet_error *err)
{
	stet_json *conditions;

	if (standing->conditions != NULL)
		return standing->conditions;
	conditions = st_conditions_to_json(standing->standing);
	if (st_json_rc(conditions) < 0 || standing->standing->rc < 0) {
		standing->standing->rc = STET_OK; /* it can be asked again */
		st_fail_nomem(err);
		stet_json_free(conditions);
		return NULL;
	}
	return standing->conditions = conditions;
}

void
stet_standing_free(stet_standing *standing)
{
	if (standing == NULL)
		return;
	st_standing_free(standing->standing);
	stet_json_free(standing->json);
	stet_json_free(standing->conditions);
	free(standing->findings);
	free(standing->id);
	free(standing->ledger_id);
	free(standing);
}
