/* stet diff: what changed of records between two moments. */
#include "changes.h"
#include "line.h"
#include "out.h"
#include "reference.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SINCE = OPT_OWN };

#define NOTE_MAX 65536
#define ENTRIES_MAX 12 /* of one record are listed; more are counted */

/* A name that entries of the time between are about. */
struct touched {
	char *name;
	int done; /* it was looked at with another name of the same record */
};

struct diff {
	struct env env;
	const char *since;
	struct moment {
		uint64_t size;
		char appended[STET_TIME_SIZE]; /* of its newest entry; "" if it has none */
		stet_standings *standings;
	} from, to;
	struct touched *touched;
	size_t touched_count, touched_room;
	uint64_t records, changed, absent, unsure, others;
	int status; /* why it ended early */
};

/* --- the two moments ----------------------------------------------------------------------------
 */

/* The number of entries that are not after a time: times never decrease. */
static int
size_at_time(struct diff *diff, uint64_t ms, uint64_t *size, stet_error *err)
{
	uint64_t low = 0, high = *size, middle;
	stet_entry *entry;
	int rc;

	while (low < high) {
		middle = low + (high - low) / 2;
		if ((rc = stet_ledger_entry(diff->env.ledger, middle, &entry, err)) < 0)
			return rc;
		if (stet_entry_ms(entry) <= ms)
			low = middle + 1;
		else
			high = middle;
		stet_entry_free(entry);
	}
	*size = low;
	return STET_OK;
}

static int
find_moment(struct diff *diff, stet_at at, struct moment *moment, stet_error *err)
{
	stet_entry *entry;
	stet_head head;
	int rc;

	if ((rc = stet_ledger_head(diff->env.ledger, &head, err)) < 0)
		return rc;
	moment->size = head.size;
	if (at.by == STET_AT_SEQ && at.value > head.size)
		return fail_text(err, STET_EMISMATCH,
		    "this ledger has %" PRIu64 " entries, not %" PRIu64, head.size, at.value);
	if (at.by == STET_AT_SEQ)
		moment->size = at.value;
	if (at.by == STET_AT_TIME && (rc = size_at_time(diff, at.value, &moment->size, err)) < 0)
		return rc;
	if (moment->size == 0)
		return STET_OK;
	if ((rc = stet_ledger_entry(diff->env.ledger, moment->size - 1, &entry, err)) == STET_OK)
		stet_time_text(stet_entry_ms(entry), moment->appended);
	if (rc == STET_OK)
		stet_entry_free(entry);
	return rc;
}

/* What --since names: a number, a time, or a checkpoint in a file. EXIT_YES or a status (reported).
 */
static int
since_moment(struct diff *diff, stet_at *at)
{
	stet_error err;
	uint8_t *note = NULL;
	size_t size;
	int rc;

	if (env_is_moment(diff->since, at))
		return EXIT_YES;
	if ((rc = file_read(diff->since, NOTE_MAX, &note, &size, &err)) == STET_OK)
		rc = stet_ledger_moment(diff->env.ledger, (stet_bytes){note, size}, at, &err);
	free(note);
	if (rc == STET_OK)
		return EXIT_YES;
	complain_of(diff->since, &err);
	return EXIT_UNSURE;
}

static int
find_moments(struct diff *diff)
{
	stet_at since, until;
	stet_error err;
	int rc;

	if (env_moment(&diff->env, &until) < 0)
		return EXIT_USAGE;
	if ((rc = since_moment(diff, &since)) != EXIT_YES)
		return rc;
	if (find_moment(diff, since, &diff->from, &err) < 0 ||
	    find_moment(diff, until, &diff->to, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if (diff->from.size > diff->to.size)
		return opt_wrong(diff->env.command, "--since is after --at");
	return EXIT_YES;
}

/* --- one record ---------------------------------------------------------------------------------
 */

/* "retracted 2023-06-20 by ...; entry 12: open -> ended by entry 30" */
static char *
change_text(const stet_json *change)
{
	const stet_json *entry = stet_json_get(change, "entry");
	char *text = json_text(stet_json_get(change, "text")),
	     *from = json_text(stet_json_get(change, "from")),
	     *to = json_text(stet_json_get(change, "to")), number[48] = "", *line;
	const char *first = from != NULL ? from : to;

	if (entry != NULL)
		snprintf(number, sizeof(number), "; entry %" PRId64, stet_json_int_of(entry));
	if (from == NULL && to != NULL && strcmp(to, "open") == 0)
		first = NULL; /* what begins is open, unless it says otherwise */
	line = text_of("%s%s%s%s%s%s", text != NULL ? text : "", number, first != NULL ? ": " : "",
	    first != NULL ? first : "", from != NULL && to != NULL ? " -> " : "",
	    from != NULL && to != NULL ? to : "");
	free(text);
	free(from);
	free(to);
	return line;
}

static void
put_change(const stet_json *change)
{
	char *line = change_text(change), *what = json_text(stet_json_get(change, "what")), *text;
	const char *sign = json_is(stet_json_get(change, "how"), "new")    ? "+"
			   : json_is(stet_json_get(change, "how"), "gone") ? "-"
									   : "~";
	int named = what != NULL && (strcmp(what, "name") == 0 || strcmp(what, "finding") == 0);

	out_style(strcmp(sign, "+") == 0 ? STYLE_GREEN
					 : (strcmp(sign, "-") == 0 ? STYLE_RED : STYLE_YELLOW));
	out_text("  %s ", sign);
	out_style(STYLE_PLAIN);
	text = text_of("%s%s%s", named ? what : "", named ? " " : "", line != NULL ? line : "");
	out_wrap(4, 6, text != NULL ? text : "");
	free(what);
	free(line);
	free(text);
}

/* "entries 12 (record), 13 (correction)" */
static void
put_entries(const stet_json *entries)
{
	char *line = text_of(stet_json_size(entries) == 1 ? "entry" : "entries"), *type, *more;
	size_t i;

	for (i = 0; i < stet_json_size(entries) && i < ENTRIES_MAX; i++) {
		type = json_text(stet_json_get(stet_json_item(entries, i), "type"));
		more = text_of("%s%s %" PRId64 " (%s)", line != NULL ? line : "", i > 0 ? "," : "",
		    stet_json_int_of(stet_json_get(stet_json_item(entries, i), "seq")),
		    type != NULL ? type : "");
		free(line);
		free(type);
		line = more;
	}
	if (i < stet_json_size(entries)) {
		more = text_of(
		    "%s and %zu more", line != NULL ? line : "", stet_json_size(entries) - i);
		free(line);
		line = more;
	}
	out_text("    ");
	out_wrap(4, 6, line != NULL ? line : "");
	free(line);
}

struct answer {
	const char *id, *word;
	uint64_t line;
	int is_new;
	char *title;
	stet_json *changes, *entries;
};

static void
put_json(const struct answer *answer)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "line", stet_json_int((int64_t)answer->line));
	stet_json_set(json, "id", stet_json_str(answer->id));
	stet_json_set(json, "answer", stet_json_str(answer->word));
	stet_json_set(json, "new", stet_json_bool(answer->is_new));
	if (answer->title != NULL)
		stet_json_set(json, "title", stet_json_str(answer->title));
	stet_json_set(json, "changes",
	    answer->changes != NULL ? stet_json_copy(answer->changes) : stet_json_array());
	stet_json_set(json, "entries",
	    answer->entries != NULL ? stet_json_copy(answer->entries) : stet_json_array());
	out_json(json);
}

static void
put_answer(const struct diff *diff, const struct answer *answer)
{
	char *head;
	size_t i;

	if (diff->env.json) {
		put_json(answer);
		return;
	}
	head = text_of("%s%s%s%s", answer->id, answer->changes == NULL ? ": " : "",
	    answer->changes == NULL ? answer->word : "",
	    answer->is_new ? ", new in this ledger" : "");
	out_style(STYLE_BOLD);
	out_wrap(0, 2, head != NULL ? head : answer->id);
	out_style(STYLE_PLAIN);
	free(head);
	if (answer->title != NULL) {
		out_text("    ");
		out_wrap(4, 4, answer->title);
	}
	for (i = 0; i < stet_json_size(answer->changes); i++)
		put_change(stet_json_item(answer->changes, i));
	if (stet_json_size(answer->entries) > 0)
		put_entries(answer->entries);
}

/* Its entries of the time between. */
static stet_json *
new_entries(const struct diff *diff, const stet_json *standing)
{
	const stet_json *entries = stet_json_get(standing, "entries"), *entry;
	stet_json *list = stet_json_array(), *json;
	size_t i;

	for (i = 0; i < stet_json_size(entries); i++) {
		entry = stet_json_item(entries, i);
		if ((uint64_t)stet_json_int_of(stet_json_get(entry, "seq")) < diff->from.size)
			continue;
		json = stet_json_object();
		stet_json_set(json, "seq", stet_json_copy(stet_json_get(entry, "seq")));
		stet_json_set(json, "type", stet_json_copy(stet_json_get(entry, "type")));
		stet_json_add(list, json);
	}
	return list;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct touched *)a)->name, ((const struct touched *)b)->name);
}

/* The other names of a record that was looked at need no look of their own. */
static void
mark_names(struct diff *diff, const stet_json *standing)
{
	const stet_json *names = stet_json_get(standing, "names"), *name;
	struct touched key = {NULL, 0}, *found;
	size_t i;

	for (i = 0; diff->touched_count > 0 && i < stet_json_size(names); i++) {
		name = stet_json_item(names, i);
		key.name = json_text(stet_json_get(name, "name"));
		if (key.name == NULL || stet_json_bool_of(stet_json_get(name, "observed"))) {
			free(key.name);
			continue;
		}
		found =
		    bsearch(&key, diff->touched, diff->touched_count, sizeof(key), compare_names);
		if (found != NULL)
			found->done = 1;
		free(key.name);
	}
}

/* A snapshot that is held while others write makes the ledger grow. */
#define RENEWED_AFTER 4096 /* records */

static int
renew(struct diff *diff, struct moment *moment, stet_error *err)
{
	stet_standings_close(moment->standings);
	moment->standings = NULL;
	return stet_standings_open(
	    diff->env.ledger, (stet_at){STET_AT_SEQ, moment->size}, &moment->standings, err);
}

static int
stand(struct moment *moment, const stet_id *id, stet_standing **standing_out,
    const stet_json **json_out, stet_error *err)
{
	int rc = stet_standings_read(moment->standings, id, standing_out, err);

	if (rc == STET_OK && (*json_out = stet_standing_json(*standing_out, err)) == NULL)
		rc = STET_ENOMEM;
	return rc;
}

/* Compares what was and what is known; *answer is put if anything differs. */
static int
compare_record(struct diff *diff, const stet_id *id, struct answer *answer, stet_error *err)
{
	stet_standing *before = NULL, *after = NULL;
	const stet_json *was = NULL, *is = NULL;
	int rc = stand(&diff->from, id, &before, &was, err);

	if (rc == STET_OK || rc == STET_ENOTFOUND)
		rc = stand(&diff->to, id, &after, &is, err);
	if (rc == STET_OK) {
		answer->is_new = was == NULL;
		answer->title = json_text(json_at(is, "/title/value"));
		answer->changes = changes_between(was, is);
		answer->entries = new_entries(diff, is);
		mark_names(diff, is);
	}
	stet_standing_free(before);
	stet_standing_free(after);
	return rc;
}

static int
answer_id(struct diff *diff, uint64_t line, const stet_id *id)
{
	struct answer answer = {NULL, "changed", line, 0, NULL, NULL, NULL};
	stet_error err;
	int rc, shown = 1;

	answer.id = stet_id_doi(id) != NULL ? stet_id_doi(id) : stet_id_text(id);
	rc = STET_OK;
	if (diff->records++ % RENEWED_AFTER == 0 &&
	    (rc = renew(diff, &diff->from, &err)) == STET_OK)
		rc = renew(diff, &diff->to, &err);
	if (rc == STET_OK)
		rc = compare_record(diff, id, &answer, &err);
	if (rc == STET_ENOTFOUND) {
		answer.word = "not in this ledger";
		diff->absent++;
	} else if (rc == STET_EREFUSED) {
		answer.word = "may be any of several records";
		diff->unsure++;
	} else if (rc < 0) {
		complain_error(&err);
		diff->status = status_of(rc);
		return rc;
	} else {
		shown = stet_json_size(answer.changes) + stet_json_size(answer.entries) > 0;
		diff->changed += (uint64_t)shown;
	}
	if (shown)
		put_answer(diff, &answer);
	free(answer.title);
	stet_json_free(answer.changes);
	stet_json_free(answer.entries);
	return STET_OK;
}

static int
answer_reference(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	struct answer answer = {NULL, "not an identifier", line, 0, NULL, NULL, NULL};
	struct diff *diff = ctx;
	char *shown;

	if (id != NULL)
		return answer_id(diff, line, id);
	shown = stet_text_show(given);
	answer.id = shown != NULL ? shown : "";
	diff->unsure++;
	put_answer(diff, &answer);
	free(shown);
	return STET_OK;
}

/* --- without a list: whatever entries of the time between are about -----------------------------
 */

/* What is said of keys, of the ledger and of lists as a whole is about no record. */
static int
is_about_record(const stet_entry *entry)
{
	static const char *const others[] = {
	    "ledger", "key", "policy", "snapshot", "audit", "seal", NULL};
	size_t i;

	for (i = 0; others[i] != NULL; i++)
		if (strcmp(stet_entry_type(entry), others[i]) == 0)
			return 0;
	return strncmp(stet_entry_name(entry), "stet:", 5) != 0;
}

static int
touch(void *ctx, stet_entry *entry, stet_error *err)
{
	struct diff *diff = ctx;
	size_t room = diff->touched_room == 0 ? 256 : diff->touched_room * 2;
	struct touched *more;

	if (stop_asked())
		return fail_text(err, STET_EINVAL, "stopped before the end: there may be more");
	if (!is_about_record(entry)) {
		diff->others += strcmp(stet_entry_type(entry), "seal") != 0;
		return 0;
	}
	if (diff->touched_count == diff->touched_room) {
		if ((more = realloc(diff->touched, room * sizeof(*more))) == NULL)
			return fail_text(err, STET_ENOMEM, "out of memory");
		diff->touched = more;
		diff->touched_room = room;
	}
	diff->touched[diff->touched_count].done = 0;
	diff->touched[diff->touched_count].name = strdup(stet_entry_name(entry));
	if (diff->touched[diff->touched_count].name == NULL)
		return fail_text(err, STET_ENOMEM, "out of memory");
	diff->touched_count++;
	return 0;
}

static void
sort_touched(struct diff *diff)
{
	size_t i, kept = 0;

	if (diff->touched_count == 0)
		return;
	qsort(diff->touched, diff->touched_count, sizeof(*diff->touched), compare_names);
	for (i = 1; i < diff->touched_count; i++)
		if (strcmp(diff->touched[kept].name, diff->touched[i].name) == 0)
			free(diff->touched[i].name);
		else
			diff->touched[++kept] = diff->touched[i];
	diff->touched_count = kept + 1;
}

static int
answer_name(struct diff *diff, const char *name)
{
	stet_id *id = NULL;
	stet_error err;
	int rc;

	if ((rc = stet_id_parse(name, &id, &err)) < 0) {
		complain_error(&err);
		diff->status = status_of(rc);
		return rc;
	}
	rc = answer_id(diff, 0, id);
	stet_id_free(id);
	return rc;
}

static int
answer_touched(struct diff *diff)
{
	struct progress progress;
	stet_error err;
	size_t i;
	int rc = STET_OK;

	stop_watch();
	if (stet_ledger_walk(diff->env.ledger, diff->from.size, diff->to.size, touch, diff, &err) <
	    0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	sort_touched(diff);
	progress_begin(&progress, "diff", diff->env.quiet || out_is_terminal());
	for (i = 0; rc == STET_OK && i < diff->touched_count && !stop_asked(); i++) {
		progress_step(&progress, "records", i, diff->touched_count);
		if (!diff->touched[i].done)
			rc = answer_name(diff, diff->touched[i].name);
	}
	progress_end(&progress);
	if (rc == STET_OK && i < diff->touched_count) {
		complain("stopped before the end: there may be more");
		return EXIT_UNSURE;
	}
	return rc < 0 ? diff->status : EXIT_YES;
}

/* --- the sum ------------------------------------------------------------------------------------
 */

static stet_json *
moment_json(const struct moment *moment)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "size", stet_json_int((int64_t)moment->size));
	if (moment->size > 0)
		stet_json_set(json, "appended", stet_json_str(moment->appended));
	return json;
}

static void
put_sum_json(const struct diff *diff)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "since", moment_json(&diff->from));
	stet_json_set(json, "until", moment_json(&diff->to));
	stet_json_set(json, "records", stet_json_int((int64_t)diff->records));
	stet_json_set(json, "changed", stet_json_int((int64_t)diff->changed));
	stet_json_set(json, "absent", stet_json_int((int64_t)diff->absent));
	stet_json_set(json, "unsure", stet_json_int((int64_t)diff->unsure));
	stet_json_set(json, "others", stet_json_int((int64_t)diff->others));
	out_json(json);
}

static char *
moment_text(const struct moment *moment)
{
	char number[32];

	if (moment->size == 0)
		return strdup("the beginning");
	return text_of("%s entries (%s)", number_text(moment->size, number), moment->appended);
}

static void
put_sum(const struct diff *diff)
{
	char *from = moment_text(&diff->from), *to = moment_text(&diff->to), records[32],
	     changed[32], others[64] = "", *line;

	if (diff->changed + diff->absent + diff->unsure > 0)
		out_text("\n");
	if (diff->others > 0)
		snprintf(others, sizeof(others), "; %" PRIu64 " %s about keys, policies or lists",
		    diff->others, diff->others == 1 ? "entry" : "entries");
	line = text_of("%s of %s %s changed between %s and %s%s",
	    diff->changed > 0 ? number_text(diff->changed, changed) : "none",
	    number_text(diff->records, records), diff->records == 1 ? "record" : "records",
	    from != NULL ? from : "", to != NULL ? to : "", others);
	out_wrap(0, 2, line != NULL ? line : "");
	free(from);
	free(to);
	free(line);
}

static int
answer_all(struct diff *diff, const struct line *line)
{
	size_t i;
	int rc;

	if ((rc = find_moments(diff)) != EXIT_YES)
		return rc;
	if (line->count == 0 && (rc = answer_touched(diff)) != EXIT_YES)
		return rc;
	for (i = 0; i < line->count; i++)
		if ((rc = reference_read(line->args[i], answer_reference, diff, &diff->status)) < 0)
			return diff->status != EXIT_YES ? diff->status : status_of(rc);
	if (line->count > 0 && diff->records + diff->unsure == 0) {
		complain("there is no reference in it");
		return EXIT_UNSURE;
	}
	if (diff->env.json)
		put_sum_json(diff);
	else
		put_sum(diff);
	return diff->changed > 0  ? EXIT_NO
	       : diff->unsure > 0 ? EXIT_UNSURE
	       : diff->absent > 0 ? EXIT_ABSENT
				  : EXIT_YES;
}

/* --- the command --------------------------------------------------------------------------------
 */

static int
take(void *ctx, int id, const char *value)
{
	struct diff *diff = ctx;

	if (id == OPT_SINCE)
		diff->since = value;
	return 1;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct diff diff;
	struct line line;
	size_t i;
	int rc;

	memset(&diff, 0, sizeof(diff));
	rc = line_read(&line, &diff.env, self, argc, argv, 0, 64, take, &diff);
	if (rc == LINE_GO && diff.since == NULL)
		rc =
		    opt_wrong(self, "since when? --since takes a number of entries, a time, or the "
				    "file of a checkpoint");
	if (rc == LINE_GO && (rc = env_open(&diff.env, ENV_READ)) == EXIT_YES)
		rc = answer_all(&diff, &line);
	for (i = 0; i < diff.touched_count; i++)
		free(diff.touched[i].name);
	free(diff.touched);
	stet_standings_close(diff.from.standings);
	stet_standings_close(diff.to.standings);
	line_end(&line, &diff.env);
	return rc;
}

static const struct opt own[] = {
    {OPT_SINCE, 0, "since", "SEQ|TIME|FILE",
	"from when on: a number of entries, a time, or a checkpoint of this ledger in a file"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_at, opts_json, opts_quiet, opts_ledger, NULL};

static const struct pair examples[] = {{"stet checkpoint > seen.txt", "keep what was seen today"},
    {"stet diff --since seen.txt references.bib",
	"what has changed since of the papers that are cited"},
    {"stet diff --since 2026-07-01 --at 2026-08-01", "every record that July brought something"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "nothing changed"}, {"1", "something changed"},
    {"2", "the command line was wrong"},
    {"3", "could not find out: of a line that is no identifier, the checkpoint is not of this "
	  "ledger, or the ledger cannot be read"},
    {"4", "nothing changed, and one is not in this ledger"}, {NULL, NULL}};

const struct command cmd_diff = {.name = "diff",
    .group = GROUP_READ,
    .summary = "say what changed of records since a moment",
    .synopsis = "--since SEQ|TIME|FILE [LIST|-|ID...] [--at SEQ|TIME] [--json]",
    .description =
	"Compares what was known of records at a moment with what is known now, or with --at at a "
	"later one: conditions that opened, ended or were annulled, title, names, contract state, "
	"levels and verdicts, findings, and which entries came. '+' is new, '-' is gone, '~' is "
	"another than it was. A record of which nothing changed is not printed.\n\n"
	"The records are those of a list in any form that 'stet status' takes, or of the "
	"identifiers given. Without one they are all that an entry of the time between is about; "
	"what became another only because a key was revoked or a policy set is then not looked "
	"for: name the records to see it.\n\n"
	"A checkpoint has to be signed by this ledger, and the entries it covers have to be the "
	"ones here: what was seen then has not been rewritten since, or it is said and nothing is "
	"compared.\n\n"
	"As of diff(1), the exit status is 1 if something changed; else 3 if something could not "
	"be "
	"found out; else 4 if something is not in the ledger; else 0.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
