/* Appending, and the answers. */
#include "deliver.h"
#include "util.h"
#include "out.h"
#include "save.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const results[] = {"appended", "already", "refused", "left"};

static void
answer_json(stet_statement *statement, const char *place, const stet_outcome_item *item,
    const stet_error *err, int dry_run)
{
	const stet_rule *rule = err != NULL ? stet_rule_get(err->rule) : NULL;
	stet_json *json = stet_json_object();

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(
	    json, "result", stet_json_str(item != NULL ? results[item->result] : "refused"));
	if (item != NULL && (item->result == STET_APPENDED || item->result == STET_ALREADY)) {
		stet_json_set(json, "seq", stet_json_int((int64_t)item->seq));
		stet_json_set(
		    json, "leaf", stet_json_hex((stet_bytes){item->leaf, STET_HASH_SIZE}));
	}
	if (statement != NULL) {
		stet_json_set(json, "subject", stet_json_str(stet_statement_subject(statement)));
		stet_json_set(json, "type", stet_json_str(stet_statement_type(statement)));
		stet_json_set(json, "id",
		    stet_json_copy(stet_json_get(stet_statement_json(statement), "id")));
	}
	if (statement != NULL && dry_run)
		stet_json_set(json, "statement", stet_json_copy(stet_statement_json(statement)));
	if (place != NULL)
		stet_json_set(json, "place", stet_json_str(place));
	if (err != NULL) {
		stet_json_set(json, "code",
		    err->rule > 0 ? stet_json_str(stet_rule_name(err->rule)) : stet_json_null());
		stet_json_set(json, "text", stet_json_str(err->text));
		stet_json_set(
		    json, "remedy", rule != NULL ? stet_json_str(rule->remedy) : stet_json_null());
	}
	out_json(json);
}

static void
answer_refused(const char *place, const stet_error *err)
{
	const stet_rule *rule = stet_rule_get(err->rule);

	out_style(STYLE_RED);
	out_text("refused");
	out_style(STYLE_PLAIN);
	out_text(": ");
	if (place != NULL) {
		out_foreign(place);
		out_text(": ");
	}
	if (rule != NULL)
		out_text("%s: ", rule->name);
	out_foreign(err->text);
	if (rule != NULL && rule->remedy[0] != '\0')
		out_text(" (%s)", rule->remedy);
	out_text("\n");
}

/* What would be signed, and nothing else. */
static void
show_statement(stet_statement *statement)
{
	out_text("  ");
	out_json(stet_json_copy(stet_statement_json(statement)));
}

static void
answer(struct env *env, stet_statement *statement, const char *place, const stet_outcome_item *item,
    int dry_run)
{
	if (env->json) {
		answer_json(statement, place, item,
		    item->result == STET_REFUSED ? &item->error : NULL, dry_run);
		return;
	}
	switch (item->result) {
	case STET_APPENDED:
	case STET_ALREADY:
		out_style(item->result == STET_APPENDED ? STYLE_GREEN : STYLE_PLAIN);
		out_text("%s%s", dry_run && item->result == STET_APPENDED ? "would be " : "",
		    results[item->result]);
		out_style(STYLE_PLAIN);
		out_text(" %" PRIu64 " ", item->seq);
		out_foreign(stet_statement_subject(statement));
		out_text("  %s\n", stet_statement_type(statement));
		if (dry_run && item->result == STET_APPENDED)
			show_statement(statement);
		break;
	case STET_REFUSED:
		answer_refused(place, &item->error);
		break;
	default:
		out_text("left ");
		out_foreign(stet_statement_subject(statement));
		out_text("  %s\n", stet_statement_type(statement));
	}
}

static void
count_result(struct tally *tally, int result)
{
	switch (result) {
	case STET_APPENDED:
		tally->appended++;
		break;
	case STET_ALREADY:
		tally->already++;
		break;
	case STET_REFUSED:
		tally->refused++;
		break;
	default:
		tally->left++;
	}
}

/* The statements that got as far as being signed, without those that did not. */
static size_t
compact(const struct parcel *parcels, size_t count, stet_statement **out)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (parcels[i].statement != NULL)
			out[kept++] = parcels[i].statement;
	return kept;
}

static int
any_refused(const stet_outcome *outcome)
{
	size_t i;

	for (i = 0; i < stet_outcome_count(outcome); i++)
		if (stet_outcome_get(outcome, i)->result == STET_REFUSED)
			return 1;
	return 0;
}

/* In the order they came, whoever refused them. */
static void
answer_all(struct env *env, const struct parcel *parcels, size_t count, const stet_outcome *outcome,
    unsigned flags, struct tally *tally)
{
	const stet_outcome_item *item;
	size_t i, next = 0;

	for (i = 0; i < count; i++) {
		if (parcels[i].statement == NULL) {
			deliver_refusal(env, parcels[i].place, parcels[i].err, tally);
			continue;
		}
		item = stet_outcome_get(outcome, next++);
		if (item == NULL)
			break;
		answer(env, parcels[i].statement, parcels[i].place, item,
		    (flags & STET_APPEND_DRY_RUN) != 0);
		count_result(tally, item->result);
	}
}

int
deliver(struct env *env, const struct parcel *parcels, size_t count, unsigned flags,
    struct tally *tally)
{
	stet_statement **items = calloc(count + 1, sizeof(stet_statement *));
	stet_append_options options;
	stet_outcome *outcome = NULL;
	stet_error err;
	size_t kept;
	int rc = STET_OK, told = 0;

	if (items == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	kept = compact(parcels, count, items);
	env_append_options(env, flags, &options);
	if (kept > 0)
		rc = stet_ledger_append(env->ledger, items, kept, &options, &outcome, &err);
	/* Where the ledger as a whole could not be appended to, no statement is to blame. */
	if (rc == STET_OK || any_refused(outcome)) {
		answer_all(env, parcels, count, outcome, flags, tally);
		told = 1;
	}
	stet_outcome_free(outcome);
	free(items);
	if (rc == STET_OK)
		return tally->refused > 0 ? EXIT_NO : EXIT_YES;
	if (!told)
		env_complain(env, &err);
	return status_of_error(&err);
}

void
deliver_refusal(struct env *env, const char *place, const stet_error *err, struct tally *tally)
{
	tally->refused++;
	if (env->json)
		answer_json(NULL, place, NULL, err, 0);
	else
		answer_refused(place, err);
}

int
deliver_to_file(const char *path, stet_statement *const *items, size_t count)
{
	struct save save;
	stet_bytes bytes;
	size_t i;

	if (save_open(&save, path) < 0)
		return EXIT_UNSURE;
	for (i = 0; i < count; i++) {
		bytes = stet_statement_encoded(items[i]);
		save_put(&save, bytes.data, bytes.size);
	}
	return save_close(&save, 1);
}
