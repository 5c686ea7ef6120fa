/* Quorums as the public library hands them out: <stet/quorum.h>. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "note/quorum.h"

const char *
stet_quorum_log(const stet_quorum *quorum, size_t index)
{
	return index < quorum->log_count ? quorum->log_texts[index] : NULL;
}

const char *
stet_quorum_witness(const stet_quorum *quorum, size_t index)
{
	return index < quorum->witness_count ? quorum->witness_texts[index] : NULL;
}

static void
set_time(stet_json *object, const char *member, uint64_t seconds)
{
	char text[ST_TIME_SIZE];

	st_time_text(seconds, text);
	stet_json_set(object, member, stet_json_str(text));
}

/* The witnesses that signed, or those that did not. */
static stet_json *
list(const stet_quorum *quorum, const struct st_note_seen *seen, int is_signed)
{
	stet_json *array = stet_json_array(), *one;
	size_t i;

	for (i = 0; i < quorum->node_count; i++) {
		const struct st_quorum_node *node = &quorum->nodes[i];

		if (node->witness == ST_QUORUM_NONE || seen[node->witness].is_signed != is_signed)
			continue;
		one = stet_json_object();
		st_json_set_text(one, "name", node->name);
		stet_json_set(one, "vkey", stet_json_str(quorum->witness_texts[node->witness]));
		if (is_signed) {
			set_time(one, "first", seen[node->witness].first);
			set_time(one, "last", seen[node->witness].last);
		}
		stet_json_add(array, one);
	}
	return array;
}

static const char *
log_of(const stet_quorum *quorum, const struct st_note_seen *seen)
{
	size_t i;

	for (i = 0; i < quorum->log_count; i++)
		if (seen[i].is_signed)
			return quorum->log_texts[i];
	return NULL;
}

/* seen: logs first, then witnesses. */
static int
verdict(const stet_quorum *quorum, const struct st_note_seen *seen, stet_json **verdict_out,
    stet_error *err)
{
	const struct st_note_seen *witnesses = seen + quorum->log_count;
	const char *log = log_of(quorum, seen);
	stet_json *json;
	int met;

	if ((met = st_quorum_met(quorum, witnesses)) < 0)
		return st_fail_nomem(err);
	json = stet_json_object();
	stet_json_set(json, "met", stet_json_bool(met));
	st_json_set_text(json, "quorum",
	    quorum->wanted == ST_QUORUM_NONE ? st_str("none") : quorum->nodes[quorum->wanted].name);
	stet_json_set(json, "log", log != NULL ? stet_json_str(log) : stet_json_null());
	stet_json_set(json, "signed", list(quorum, witnesses, 1));
	stet_json_set(json, "missing", list(quorum, witnesses, 0));
	if (st_json_rc(json) < 0) {
		stet_json_free(json);
		return st_fail_nomem(err);
	}
	*verdict_out = json;
	return STET_OK;
}

int
stet_quorum_judge(
    const stet_quorum *quorum, stet_bytes note, stet_json **verdict_out, stet_error *err)
{
	const size_t count = quorum->log_count + quorum->witness_count;
	struct st_note *parsed = calloc(1, sizeof(*parsed));
	struct st_note_seen *seen = calloc(count + 1, sizeof(*seen));
	int rc;

	if (parsed == NULL || seen == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_note_parse(note, parsed, err)) == STET_OK &&
		 (rc = st_note_verify_each(parsed, quorum->logs, quorum->log_count, seen, err)) ==
		     STET_OK &&
		 (rc = st_note_verify_each(parsed, quorum->witnesses, quorum->witness_count,
		      seen + quorum->log_count, err)) == STET_OK)
		rc = verdict(quorum, seen, verdict_out, err);
	free(seen);
	free(parsed);
	return rc;
}
