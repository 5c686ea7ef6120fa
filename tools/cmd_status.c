/* stet status: what is known of each reference in a list. */
#include "line.h"
#include "out.h"
#include "reference.h"
#include "snapshot.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FAIL_ON = OPT_OWN, OPT_DATE, OPT_NOTICES };

struct status {
	struct env env;
	const char *fail_on, *date;
	int only_notices;
	stet_at at;
	stet_standings *standings;
	size_t width; /* of the column of identifiers */
	int failed, unsure, absent, status;
	uint64_t references;
	stet_json *sources; /* names of sources met, as an object */
};

/* --- which conditions --------------------------------------------------------------------------
 */

/* What --fail-on takes, and what the ledger calls it. */
static const struct pair words[] = {{"retracted", "retracted"}, {"withdrawn", "withdrawn"},
    {"removed", "removed"}, {"concern", "of concern"},
    {"partially-retracted", "partially retracted"}, {"superseded", "superseded"},
    {"corrected", "corrected"}, {"noted", "noted"}, {"listed", "listed"}, {NULL, NULL}};

static int
check_fail_on(const struct command *self, const char *list)
{
	const struct pair *known;
	const char *end;

	while (list != NULL && *list != '\0') {
		end = strchr(list, ',');
		for (known = words; known->what != NULL; known++)
			if (strncmp(list, known->what, strlen(known->what)) == 0 &&
			    (list[strlen(known->what)] == ',' || list[strlen(known->what)] == '\0'))
				break;
		if (known->what == NULL &&
		    !(strncmp(list, "any", 3) == 0 && (list[3] == '\0' || list[3] == ',')))
			return opt_wrong(self,
			    "--fail-on takes any, or of: retracted, withdrawn, removed, concern, "
			    "partially-retracted, superseded, corrected, noted, listed");
		list = end != NULL ? end + 1 : NULL;
	}
	return LINE_GO;
}

static int
fails_on(const struct status *status, const stet_json *condition)
{
	const struct pair *known;

	if (status->fail_on == NULL)
		return 0;
	if (list_has(status->fail_on, "any"))
		return !json_is(stet_json_get(condition, "condition"), "no longer stated");
	for (known = words; known->what != NULL; known++)
		if (json_is(stet_json_get(condition, "condition"), known->text))
			return list_has(status->fail_on, known->what);
	return 0;
}

/* --- one condition ------------------------------------------------------------------------------
 */

/* Whether a date lies before, on or after the day asked for: -1, 1, or 0 where that is not known.
 */
static int
lies(const struct status *status, char *date)
{
	int order = 0;

	if (date == NULL || stet_date_compare(date, status->date, &order) < 0)
		order = 0;
	free(date);
	return order;
}

/* When what ended a condition came to be, by what the source says; NULL: not stated. */
static char *
end_date(const struct status *status, const stet_json *condition)
{
	const stet_json *by = stet_json_get(condition, "ended_by"), *statement;
	stet_entry *entry = NULL;
	stet_error err;
	char *date = NULL;

	if (by == NULL ||
	    stet_ledger_entry(status->env.ledger, (uint64_t)stet_json_int_of(by), &entry, &err) < 0)
		return NULL;
	statement = stet_json_get(stet_entry_json(entry, &err), "statement");
	date = json_text(stet_json_get(statement, "occurred"));
	if (date == NULL)
		date = json_text(json_at(statement, "/notice/published"));
	stet_entry_free(entry);
	return date;
}

static int
is_open(const stet_json *condition)
{
	return stet_json_bool_of(stet_json_get(condition, "open"));
}

/* Whether it was so on the day asked for: "yes", "no", "unknown". */
static const char *
was_so(const struct status *status, const stet_json *condition)
{
	int begun = lies(status, condition_date(condition)),
	    ended = is_open(condition) ? 1 : lies(status, end_date(status, condition));

	if (begun > 0 || ended < 0)
		return "no";
	return begun < 0 && ended > 0 ? "yes" : "unknown";
}

/* Whether it belongs to the answer: it is open; or it has ended, and may not have on that day. */
static int
is_told(const struct status *status, const stet_json *condition)
{
	if (is_open(condition))
		return 1;
	return status->date != NULL && stet_json_get(condition, "ended_by") != NULL &&
	       stet_json_get(condition, "pending") == NULL &&
	       strcmp(was_so(status, condition), "no") != 0;
}

/* --- agreement ----------------------------------------------------------------------------------
 */

/* Whether somebody says of the record what this condition says. */
static int
says_it(const stet_json *all, const char *who, const stet_json *what)
{
	const stet_json *condition;
	char *speaker;
	size_t i;
	int says = 0;

	for (i = 0; !says && i < stet_json_size(all); i++) {
		condition = stet_json_item(all, i);
		if (!is_open(condition) || !json_same(stet_json_get(condition, "condition"),
					       stet_json_get(what, "condition")))
			continue;
		speaker = condition_speaker(condition);
		says = speaker != NULL && strcmp(speaker, who) == 0;
		free(speaker);
	}
	return says;
}

/* "single source", "2 sources agree", "2 sources disagree"; counts who says anything. */
static char *
agreement(const stet_json *all, size_t *speakers_out)
{
	stet_json *speakers = stet_json_object();
	const stet_json *value;
	const char *who;
	char *text;
	size_t i, k;
	int agree = 1;

	for (i = 0; i < stet_json_size(all); i++)
		if (is_open(stet_json_item(all, i)) &&
		    (text = condition_speaker(stet_json_item(all, i))) != NULL) {
			stet_json_set(speakers, text, stet_json_bool(1));
			free(text);
		}
	for (k = 0; stet_json_member(speakers, k, &who, &value); k++)
		for (i = 0; i < stet_json_size(all); i++)
			if (is_open(stet_json_item(all, i)) &&
			    !says_it(all, who, stet_json_item(all, i)))
				agree = 0;
	*speakers_out = stet_json_size(speakers);
	stet_json_free(speakers);
	if (*speakers_out < 2)
		return strdup("single source");
	return text_of("%zu sources %s", *speakers_out, agree ? "agree" : "disagree");
}

/* --- one reference ------------------------------------------------------------------------------
 */

/* The papers that it is the notice of. */
static size_t
papers_of(struct status *status, const stet_id *id)
{
	const char *doi = stet_id_doi(id);
	stet_json *seqs = NULL;
	stet_error err;
	size_t count = 0;

	if (doi != NULL &&
	    stet_ledger_lookup(status->env.ledger, "notice", doi, &seqs, &err) == STET_OK)
		count = stet_json_size(seqs);
	stet_json_free(seqs);
	return count;
}

struct answer {
	const char *given, *id, *word; /* word: "known", "no notice known", ... */
	uint64_t line;
	stet_json *conditions; /* open ones; with --on those that may have been open */
	char *agreement;
	size_t papers;
	int failed;
};

static stet_json *
condition_json(const struct status *status, const stet_json *condition)
{
	static const char *const members[] = {"condition", "nature", "seq", "source", "said_by",
	    "occurred", "published", "notice", "reasons", "ended_by", NULL};
	stet_json *json = stet_json_object();
	const stet_json *value;
	size_t i;

	for (i = 0; members[i] != NULL; i++)
		if ((value = stet_json_get(condition, members[i])) != NULL)
			stet_json_set(json, members[i], stet_json_copy(value));
	if (status->date != NULL)
		stet_json_set(json, "on", stet_json_str(was_so(status, condition)));
	return json;
}

static void
put_json(const struct status *status, const struct answer *answer)
{
	stet_json *json = stet_json_object(), *conditions = stet_json_array();
	size_t i;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "line", stet_json_int((int64_t)answer->line));
	stet_json_set(json, "given", stet_json_str(answer->given));
	if (answer->id != NULL)
		stet_json_set(json, "id", stet_json_str(answer->id));
	stet_json_set(json, "answer", stet_json_str(answer->word));
	for (i = 0; i < stet_json_size(answer->conditions); i++)
		stet_json_add(
		    conditions, condition_json(status, stet_json_item(answer->conditions, i)));
	stet_json_set(json, "conditions", conditions);
	if (answer->agreement != NULL)
		stet_json_set(json, "agreement", stet_json_str(answer->agreement));
	if (answer->papers > 0)
		stet_json_set(json, "notice_of", stet_json_int((int64_t)answer->papers));
	stet_json_set(json, "failed", stet_json_bool(answer->failed));
	out_json(json);
}

/* The condition, what became of it, and whether it was so on the day asked for. */
static char *
answer_text(const struct status *status, const stet_json *condition)
{
	char *said = condition_text(condition), ended[48] = "", on[64] = "", *text;

	if (!is_open(condition))
		snprintf(ended, sizeof(ended), ", ended by entry %" PRId64,
		    stet_json_int_of(stet_json_get(condition, "ended_by")));
	if (status->date != NULL)
		snprintf(on, sizeof(on), ", on %.24s: %s", status->date, was_so(status, condition));
	text = text_of("%s%s%s", said != NULL ? said : "", ended, on);
	free(said);
	return text;
}

#define SHOWN_MAX 4 /* conditions of one reference; more are counted */

static void
put_text(const struct status *status, const struct answer *answer)
{
	const char *id = answer->id != NULL ? answer->id : answer->given;
	size_t i, count = stet_json_size(answer->conditions), at = strlen(id) + 2;
	char *line = strdup(answer->word), *one, *more;

	for (i = 0; i < count && i < SHOWN_MAX; i++) {
		one = answer_text(status, stet_json_item(answer->conditions, i));
		more = text_of("%s%s%s", i > 0 && line != NULL ? line : "", i > 0 ? "; " : "",
		    one != NULL ? one : "");
		free(line);
		free(one);
		line = more;
	}
	more = text_of("%s%s%s%s", line != NULL ? line : "", count > SHOWN_MAX ? "; and more" : "",
	    answer->agreement != NULL ? "; " : "",
	    answer->agreement != NULL ? answer->agreement : "");
	free(line);
	line = more;
	if (answer->papers > 0) {
		more = text_of("%s; is itself the notice of %zu %s", line != NULL ? line : "",
		    answer->papers, answer->papers == 1 ? "paper" : "papers");
		free(line);
		line = more;
	}
	out_style(count > 0 ? STYLE_RED : STYLE_PLAIN);
	out_foreign(id);
	out_style(STYLE_PLAIN);
	if (at > status->width) {
		out_text("\n");
		at = 2;
	}
	out_text("%*s", (int)(status->width - at), "");
	out_text("  ");
	out_wrap(status->width, status->width, line != NULL ? line : "");
	free(line);
}

static void
put_answer(struct status *status, const struct answer *answer)
{
	if (status->only_notices && stet_json_size(answer->conditions) == 0 && answer->id != NULL)
		return;
	if (status->env.json)
		put_json(status, answer);
	else
		put_text(status, answer);
}

/* The conditions that are told, and what --fail-on says of them. */
static void
take_conditions(struct status *status, struct answer *answer, const stet_json *all)
{
	const stet_json *condition;
	char *source;
	size_t i, open = 0, speakers;
	int ended = 0;

	for (i = 0; i < stet_json_size(all); i++) {
		condition = stet_json_item(all, i);
		source = json_text(stet_json_get(stet_json_get(condition, "source"), "name"));
		if (source != NULL)
			stet_json_set(status->sources, source, stet_json_bool(1));
		free(source);
		if (!is_told(status, condition)) {
			ended |= stet_json_get(condition, "ended_by") != NULL;
			continue;
		}
		open += (size_t)is_open(condition);
		stet_json_add(answer->conditions, stet_json_copy(condition));
		if (fails_on(status, condition) &&
		    (status->date == NULL || strcmp(was_so(status, condition), "no") != 0))
			answer->failed = 1;
	}
	if (stet_json_size(answer->conditions) > 0) {
		answer->word = "known";
		if (open > 0)
			answer->agreement = agreement(all, &speakers);
	} else if (ended) {
		answer->word = "nothing in force: what was has ended";
	}
}

static int
answer_reference(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	struct status *status = ctx;
	stet_standing *standing = NULL;
	const stet_json *json;
	struct answer answer = {NULL, NULL, "no notice known", line, NULL, NULL, 0, 0};
	char *shown = stet_text_show(given);
	stet_error err;
	int rc = STET_OK;

	status->references++;
	answer.given = shown != NULL ? shown : "";
	answer.conditions = stet_json_array();
	if (id == NULL) {
		answer.word = "not an identifier";
		status->unsure = 1;
	} else {
		answer.id = stet_id_doi(id) != NULL ? stet_id_doi(id) : stet_id_text(id);
		answer.papers = papers_of(status, id);
		rc = stet_standings_read(status->standings, id, &standing, &err);
		if (rc == STET_ENOTFOUND) {
			answer.word = "no notice known: not in this ledger";
			status->absent = 1;
			rc = STET_OK;
		} else if (rc == STET_EREFUSED) {
			answer.word = "may be any of several records";
			status->unsure = 1;
			rc = STET_OK;
		} else if (rc == STET_OK &&
			   (json = stet_standing_conditions(standing, &err)) != NULL) {
			take_conditions(status, &answer, json);
		} else if (rc == STET_OK) {
			rc = STET_ENOMEM;
		}
	}
	if (rc == STET_OK) {
		status->failed |= answer.failed;
		put_answer(status, &answer);
	} else {
		complain_error(&err);
		status->status = status_of(rc);
	}
	stet_standing_free(standing);
	stet_json_free(answer.conditions);
	free(answer.agreement);
	free(shown);
	return rc;
}

/* --- what it rests on ---------------------------------------------------------------------------
 */

static void
put_snapshot(const struct status *status, const char *source, const stet_json *entry)
{
	char *text;
	stet_json *json;

	if (status->env.json) {
		json = stet_json_object();
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "snapshot", stet_json_copy(stet_json_get(entry, "statement")));
		stet_json_set(json, "seq", stet_json_copy(stet_json_get(entry, "seq")));
		stet_json_set(json, "appended", stet_json_copy(stet_json_get(entry, "appended")));
		out_json(json);
	} else {
		text = snapshot_text(source, entry);
		out_text("rests on ");
		out_foreign(text != NULL ? text : source);
		out_text("\n");
		free(text);
	}
}

/* The lists that were taken over, whether or not they say anything of these references: that none
 * does rests on them, too. */
static void
put_sources(struct status *status)
{
	const stet_json *value;
	const char *source;
	stet_json *entry;
	size_t i, shown = 0;

	stet_json_set(status->sources, "retraction-watch", stet_json_bool(1));
	if (!status->env.json)
		out_text("\n");
	for (i = 0; stet_json_member(status->sources, i, &source, &value); i++) {
		if ((entry = snapshot_newest(&status->env, status->at, source)) == NULL)
			continue;
		put_snapshot(status, source, entry);
		stet_json_free(entry);
		shown++;
	}
	if (shown == 0 && !status->env.json)
		out_text("rests on the entries of this ledger; no list was imported into it\n");
}

/* --- the command --------------------------------------------------------------------------------
 */

static int
take(void *ctx, int id, const char *value)
{
	struct status *status = ctx;
	int order;

	switch (id) {
	case OPT_FAIL_ON:
		status->fail_on = value;
		return 1;
	case OPT_NOTICES:
		status->only_notices = 1;
		return 1;
	case OPT_DATE:
		status->date = value;
		if (stet_date_compare(value, value, &order) == STET_OK)
			return 1;
		opt_wrong(status->env.command, "--on takes a date: 2021, 2021-05 or 2021-05-17");
		return -1;
	default:
		return -1;
	}
}

static int
answer_all(struct status *status, const struct line *line)
{
	stet_error err;
	size_t i;
	int rc;

	if (env_moment(&status->env, &status->at) < 0)
		return EXIT_USAGE;
	rc = stet_standings_open(status->env.ledger, status->at, &status->standings, &err);
	if (rc < 0) {
		complain_error(&err);
		return status_of(rc);
	}
	status->sources = stet_json_object();
	for (i = 0; i < line->count; i++)
		if ((rc = reference_read(
			 line->args[i], answer_reference, status, &status->status)) < 0)
			return status->status != EXIT_YES ? status->status : status_of(rc);
	if (status->references == 0) {
		complain("there is no reference in it");
		return EXIT_UNSURE;
	}
	put_sources(status);
	return status->failed   ? EXIT_NO
	       : status->unsure ? EXIT_UNSURE
	       : status->absent ? EXIT_ABSENT
				: EXIT_YES;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct status status;
	struct line line;
	int rc;

	memset(&status, 0, sizeof(status));
	status.width = out_columns() >= 100 ? 44 : 32;
	rc = line_read(&line, &status.env, self, argc, argv, 1, 64, take, &status);
	if (rc == LINE_GO)
		rc = check_fail_on(self, status.fail_on);
	if (rc == LINE_GO && (rc = env_open(&status.env, ENV_READ)) == EXIT_YES)
		rc = answer_all(&status, &line);
	stet_json_free(status.sources);
	stet_standings_close(status.standings);
	line_end(&line, &status.env);
	return rc;
}

static const struct opt own[] = {
    {OPT_FAIL_ON, 0, "fail-on", "WHAT,...",
	"exit 1 if one is: retracted, withdrawn, removed, concern, ..., or any"},
    {OPT_DATE, 0, "on", "DATE", "and was it so on that day, by what the source says"},
    {OPT_NOTICES, 0, "only-notices", NULL, "leave out those of which no notice is known"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_at, opts_json, opts_ledger, NULL};

static const struct pair examples[] = {
    {"stet status references.bib", "what is known of each paper that is cited"},
    {"stet status --fail-on retracted,concern - < dois.txt", "for a script: exit 1 if one is"},
    {"stet status --on 2021-05 10.1038/srep40088", "was it retracted when we cited it?"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "all are in the ledger; --fail-on met nothing"},
    {"1", "--fail-on met one of the references"}, {"2", "the command line was wrong"},
    {"3", "could not find out: of a line that is no identifier, or the ledger cannot be read"},
    {"4", "one is not in this ledger"}, {NULL, NULL}};

const struct command cmd_status = {.name = "status",
    .group = GROUP_READ,
    .summary = "say what is known of each reference in a list",
    .synopsis = "LIST|-|ID... [--fail-on WHAT,...] [--on DATE] [--at SEQ|TIME] [--json]",
    .description =
	"Reads references and answers each on a line: the conditions it is under, since when, by "
	"which notice, who says so and whether they agree. A list is one identifier a line, or "
	"anything that has DOIs in it: BibTeX, RIS, CSL-JSON, CSV, plain text; each DOI is "
	"answered once. The last lines say which imported lists the answers rest on.\n\n"
	"Where there is no condition, no notice is known to this ledger; that is not to say that "
	"there is none; where a condition has ended, that is said. A name that no entry is about "
	"is 'not in this ledger', and exit 4.\n\n"
	"--on asks whether it was so on a day, by when it occurred or the notice was published, "
	"each as precise as the source gave it: yes, no, or unknown. What has ended since is told "
	"if it may not have on that day. --fail-on then passes over "
	"what is known to have come later or ended before. --at asks what this ledger knew at a "
	"moment.\n\n"
	"If --fail-on meets something the exit status is 1; else 3 if something could not be "
	"found out; else 4 if something is not in the ledger; else 0.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
