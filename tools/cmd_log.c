/* stet log: the history, of a record or of the whole ledger. */
#include "line.h"
#include "out.h"
#include "page.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_REVERSE = OPT_OWN, OPT_NOTICE, OPT_SEALS };

static const struct opt own[] = {
    {'p', 'p', "patch", NULL, "with every member, and before and after of corrections"},
    {'n', 'n', "number", "N", "only the last N entries"},
    {OPT_REVERSE, 0, "reverse", NULL, "newest first"},
    {OPT_SEALS, 0, "seals", NULL, "of the whole ledger, the seals between the entries too"},
    {OPT_NOTICE, 0, "notice", "DOI",
	"the corrections whose notice has this DOI, and of how many papers"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_at, opts_json, opts_ledger, NULL};

struct log {
	struct env env;
	const char *id, *notice;
	unsigned long long number; /* 0: all */
	const struct view *view;   /* of one record; NULL: of the ledger */
	int how, reverse, seals, printed;
};

static void
put(struct log *log, const struct said *said)
{
	if (log->env.json) {
		stet_json *json = said_json(said);

		stet_json_set(json, "v", stet_json_int(1));
		out_json(json);
		return;
	}
	if (log->printed++ > 0)
		out_text("\n");
	page_said(said, log->view, log->how);
}

static void
put_all(struct log *log, const struct said *items, size_t count)
{
	size_t first = log->number > 0 && log->number < count ? count - (size_t)log->number : 0, i;

	for (i = first; i < count; i++)
		put(log, &items[log->reverse ? count - 1 - (i - first) : i]);
}

/* Marks what waits for endorsements, where the entries are such that a standing follows from them:
 * where they are not, that was said already. */
static void
mark_pending(struct log *log, const stet_id *id, struct view *view)
{
	stet_standing *standing = NULL;
	const stet_json *json;
	stet_error err;
	stet_at at;

	if (env_moment(&log->env, &at) == 0 &&
	    stet_standing_of(log->env.ledger, id, at, &standing, &err) == STET_OK &&
	    (json = stet_standing_json(standing, &err)) != NULL)
		view_wait(view, json);
	stet_standing_free(standing);
}

static int
log_record(struct log *log)
{
	stet_id *id = env_id(&log->env, log->id);
	struct view view;
	int status;

	if (id == NULL)
		return EXIT_USAGE;
	status = view_read(&log->env, id, &view);
	if (status != EXIT_YES) {
		stet_id_free(id);
		return status;
	}
	status = view_check(&log->env, id, &view);
	mark_pending(log, id, &view);
	stet_id_free(id);
	log->view = &view;
	put_all(log, view.items, view.count);
	view_free(&view);
	return status;
}

/* A target of a correction, by which entries find what strikes them out. */
struct target {
	char leaf[65];
	size_t by; /* of walk->corrections */
};

/* The whole ledger is not read into memory: the corrections with targets are, which strike out
 * others, and a second walk prints. */
struct walk {
	struct log *log;
	struct said *corrections;
	size_t count, room;
	struct target *targets; /* by leaf, then by place */
	size_t target_count;
	uint64_t until_ms;
	uint64_t first, last; /* entries to print: from first, up to last - 1 */
	unsigned long long wanted;
	int status;
};

static int
within(struct walk *walk, const stet_entry *entry)
{
	if (stet_entry_ms(entry) > walk->until_ms)
		return 0;
	walk->last = stet_entry_seq(entry) + 1;
	return 1;
}

static int
make_room(struct walk *walk)
{
	struct said *grown;

	if (walk->count < walk->room)
		return EXIT_YES;
	walk->room = walk->room == 0 ? 64 : walk->room * 2;
	grown = realloc(walk->corrections, walk->room * sizeof(*grown));
	if (grown == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	walk->corrections = grown;
	return EXIT_YES;
}

static size_t
count_targets(const struct said *said)
{
	return stet_json_size(stet_json_get(said->statement, "targets"));
}

static int
keep_correction(void *ctx, stet_entry *entry, stet_error *err)
{
	struct walk *walk = ctx;
	struct said *said;

	(void)err;
	if (!within(walk, entry))
		return 1;
	if (strcmp(stet_entry_type(entry), "correction") != 0)
		return 0;
	if ((walk->status = make_room(walk)) != EXIT_YES)
		return 1;
	said = &walk->corrections[walk->count];
	if ((walk->status = said_read(&walk->log->env, entry, said)) != EXIT_YES)
		return 1;
	if (count_targets(said) > 0)
		walk->count++;
	else
		said_clear(said);
	return 0;
}

static int
compare_targets(const void *a, const void *b)
{
	const struct target *one = a, *other = b;
	int order = strcmp(one->leaf, other->leaf);

	return order != 0 ? order : (one->by > other->by) - (one->by < other->by);
}

/* The first target that is not before a leaf. */
static size_t
find_target(const struct walk *walk, const char *leaf)
{
	size_t low = 0, high = walk->target_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(walk->targets[middle].leaf, leaf) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What later corrections do to an entry; those after it have been asked the same before. */
static void
strike(const struct walk *walk, struct said *said)
{
	size_t first = find_target(walk, said->leaf), last = first;
	const struct said *by;

	while (last < walk->target_count && strcmp(walk->targets[last].leaf, said->leaf) == 0)
		last++;
	while (last-- > first) {
		by = &walk->corrections[walk->targets[last].by];
		if (by->seq > said->seq && by->annulled_by == STET_NO_SEQ)
			view_apply(by, said);
	}
}

static void
add_targets(struct walk *walk, size_t by)
{
	const stet_json *targets = stet_json_get(walk->corrections[by].statement, "targets");
	struct target *target;
	char *leaf;
	size_t i;

	for (i = 0; i < stet_json_size(targets); i++) {
		if ((leaf = json_text(stet_json_item(targets, i))) == NULL)
			continue;
		target = &walk->targets[walk->target_count++];
		snprintf(target->leaf, sizeof(target->leaf), "%s", leaf);
		target->by = by;
		free(leaf);
	}
}

/* Sorts the targets; then, from the newest down, what of the corrections is struck out itself. */
static int
index_targets(struct walk *walk)
{
	size_t i, count = 0;

	for (i = 0; i < walk->count; i++)
		count += count_targets(&walk->corrections[i]);
	if ((walk->targets = calloc(count + 1, sizeof(*walk->targets))) == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	for (i = 0; i < walk->count; i++)
		add_targets(walk, i);
	qsort(walk->targets, walk->target_count, sizeof(*walk->targets), compare_targets);
	for (i = walk->count; i-- > 0;)
		strike(walk, &walk->corrections[i]);
	return EXIT_YES;
}

/* Seals say the same of every batch; a history is read without them. */
static int
is_left_out(const struct log *log, const stet_entry *entry)
{
	return !log->seals && strcmp(stet_entry_type(entry), "seal") == 0;
}

static int
put_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	struct walk *walk = ctx;
	struct said said;

	(void)err;
	if (is_left_out(walk->log, entry))
		return 0;
	walk->status = said_read(&walk->log->env, entry, &said);
	if (walk->status != EXIT_YES)
		return 1;
	strike(walk, &said);
	put(walk->log, &said);
	said_clear(&said);
	return 0;
}

/* From the end back, an entry at a time, as far as take wants. */
static int
walk_back(struct walk *walk, uint64_t first, uint64_t last, stet_visit *take)
{
	stet_entry *entry = NULL;
	stet_error err;
	int rc = 0;

	while (rc == 0 && last-- > first) {
		rc = stet_ledger_entry(walk->log->env.ledger, last, &entry, &err);
		if (rc < 0) {
			complain_error(&err);
			return EXIT_UNSURE;
		}
		rc = take(walk, entry, &err);
		stet_entry_free(entry);
	}
	return walk->status;
}

/* Counts down to the first of the last -n entries. */
static int
count_back(void *ctx, stet_entry *entry, stet_error *err)
{
	struct walk *walk = ctx;

	(void)err;
	if (stet_entry_ms(entry) > walk->until_ms || is_left_out(walk->log, entry))
		return 0;
	walk->first = stet_entry_seq(entry);
	return --walk->wanted == 0;
}

static int
log_range(struct walk *walk, uint64_t limit)
{
	struct log *log = walk->log;
	stet_head head;
	stet_error err;
	int rc, status;

	if ((rc = stet_ledger_head(log->env.ledger, &head, &err)) == STET_OK) {
		limit = limit < head.size ? limit : head.size;
		walk->wanted = log->number;
		walk->first = log->number > 0 ? limit : 0;
		if (log->number > 0 && (status = walk_back(walk, 0, limit, count_back)) != EXIT_YES)
			return status;
		rc = stet_ledger_walk(
		    log->env.ledger, walk->first, limit, keep_correction, walk, &err);
	}
	if (rc >= 0 && walk->status == EXIT_YES)
		walk->status = index_targets(walk);
	if (rc >= 0 && walk->status == EXIT_YES && !log->reverse)
		rc = stet_ledger_walk(
		    log->env.ledger, walk->first, walk->last, put_entry, walk, &err);
	if (rc < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if (walk->status == EXIT_YES && log->reverse)
		return walk_back(walk, walk->first, walk->last, put_entry);
	return walk->status;
}

static int
log_ledger(struct log *log)
{
	struct walk walk = {.log = log, .until_ms = UINT64_MAX};
	uint64_t limit = STET_NO_SEQ;
	stet_at at;
	size_t i;
	int status;

	if (env_moment(&log->env, &at) < 0)
		return EXIT_USAGE;
	if (at.by == STET_AT_TIME)
		walk.until_ms = at.value;
	if (at.by == STET_AT_SEQ)
		limit = at.value;
	status = log_range(&walk, limit);
	for (i = 0; i < walk.count; i++)
		said_clear(&walk.corrections[i]);
	free(walk.corrections);
	free(walk.targets);
	return status;
}

/* --- by notice ------------------------------------------------------------------------------ */

struct notice {
	struct log *log;
	uint64_t *seqs; /* as of the moment, ascending */
	char **names;   /* what they are about         */
	size_t count, annulled, papers;
};

static int
keep_notice(struct notice *notice, const stet_at *at, uint64_t seq)
{
	stet_entry *entry = NULL;
	stet_error err;

	if (at->by == STET_AT_SEQ && seq >= at->value)
		return EXIT_YES;
	if (stet_ledger_entry(notice->log->env.ledger, seq, &entry, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if (at->by != STET_AT_TIME || stet_entry_ms(entry) <= at->value) {
		notice->seqs[notice->count] = seq;
		notice->names[notice->count] = strdup(stet_entry_name(entry));
		notice->count += notice->names[notice->count] != NULL;
	}
	stet_entry_free(entry);
	return EXIT_YES;
}

/* The corrections that give this notice, as of the moment, from the look-up. */
static int
find_notice(struct notice *notice, const stet_id *id)
{
	stet_json *seqs = NULL;
	stet_error err;
	stet_at at;
	size_t i;
	int status = EXIT_YES;

	if (env_moment(&notice->log->env, &at) < 0)
		return EXIT_USAGE;
	if (stet_ledger_lookup(notice->log->env.ledger, "notice", stet_id_doi(id), &seqs, &err) <
	    0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	notice->seqs = calloc(stet_json_size(seqs) + 1, sizeof(*notice->seqs));
	notice->names = calloc(stet_json_size(seqs) + 1, sizeof(*notice->names));
	if (notice->seqs == NULL || notice->names == NULL)
		status = EXIT_UNSURE;
	for (i = 0; status == EXIT_YES && i < stet_json_size(seqs); i++)
		status =
		    keep_notice(notice, &at, (uint64_t)stet_json_int_of(stet_json_item(seqs, i)));
	stet_json_free(seqs);
	if (status == EXIT_YES && notice->count == 0) {
		complain("no correction here has the notice '%s'%s", stet_id_text(id),
		    notice->log->env.at != NULL ? " at that moment" : "");
		status = EXIT_ABSENT;
	}
	return status;
}

/* One of them, as the history of its paper shows it: struck out, if it was annulled. */
static int
put_noticed(struct notice *notice, size_t place, int shown)
{
	stet_id *id = env_id(&notice->log->env, notice->names[place]);
	struct view view;
	size_t i;
	int status = id != NULL ? view_read(&notice->log->env, id, &view) : EXIT_UNSURE;

	stet_id_free(id);
	if (status != EXIT_YES)
		return status;
	for (i = 0; i < view.count; i++) {
		if (view.items[i].seq != notice->seqs[place])
			continue;
		notice->annulled += view.items[i].annulled_by != STET_NO_SEQ;
		if (shown)
			put(notice->log, &view.items[i]);
	}
	view_free(&view);
	return EXIT_YES;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
put_summary(struct notice *notice, const stet_id *id)
{
	char papers[32], entries[32], annulled[32];
	size_t i;

	qsort(notice->names, notice->count, sizeof(char *), by_text);
	for (i = 0; i < notice->count; i++)
		notice->papers += i == 0 || strcmp(notice->names[i - 1], notice->names[i]) != 0;
	if (notice->log->env.json)
		return;
	out_text("\nnotice ");
	out_foreign(stet_id_text(id));
	out_text(": %s %s", number_text(notice->papers, papers),
	    notice->papers == 1 ? "paper" : "papers");
	if (notice->count != notice->papers)
		out_text(", %s corrections", number_text(notice->count, entries));
	if (notice->annulled > 0)
		out_text(", %s annulled", number_text(notice->annulled, annulled));
	out_text("\n");
}

static int
put_notice(struct notice *notice, const stet_id *id)
{
	struct log *log = notice->log;
	size_t first, i, place;
	int status = find_notice(notice, id);

	first = log->number > 0 && log->number < notice->count ? notice->count - (size_t)log->number
							       : 0;
	for (i = 0; status == EXIT_YES && i < notice->count; i++) {
		place = log->reverse ? notice->count - 1 - i : i;
		status = put_noticed(notice, place, place >= first);
	}
	if (status == EXIT_YES)
		put_summary(notice, id);
	return status;
}

static int
log_notice(struct log *log)
{
	struct notice notice = {.log = log};
	stet_id *id = env_id(&log->env, log->notice);
	size_t i;
	int status;

	if (id == NULL)
		return EXIT_USAGE;
	status = stet_id_doi(id) != NULL ? put_notice(&notice, id)
					 : opt_wrong(log->env.command, "--notice takes a DOI");
	for (i = 0; i < notice.count; i++)
		free(notice.names[i]);
	free(notice.names);
	free(notice.seqs);
	stet_id_free(id);
	return status;
}

static int
take(void *ctx, int id, const char *value)
{
	struct log *log = ctx;

	switch (id) {
	case 'p':
		log->how = PAGE_FULL;
		return 1;
	case OPT_REVERSE:
		log->reverse = 1;
		return 1;
	case OPT_SEALS:
		log->seals = 1;
		return 1;
	case OPT_NOTICE:
		log->notice = value;
		return 1;
	default:
		return opt_number(log->env.command, "-n", value, UINT32_MAX, &log->number) < 0 ? -1
											       : 1;
	}
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct log log = {.how = PAGE_BRIEF};
	struct line line;
	int status = line_read(&line, &log.env, self, argc, argv, 0, 1, take, &log);

	log.id = line.count > 0 ? line.args[0] : NULL;
	if (status == LINE_GO && log.id != NULL && log.notice != NULL)
		status = opt_wrong(self, "a record or a notice, not both");
	if (status == LINE_GO && (status = env_open(&log.env, ENV_READ)) == EXIT_YES)
		status = log.id != NULL       ? log_record(&log)
			 : log.notice != NULL ? log_notice(&log)
					      : log_ledger(&log);
	line_end(&line, &log.env);
	return status;
}

static const struct pair examples[] = {
    {"stet log 10.5281/zenodo.21073815",
	"every entry about a record, under all its names, oldest first"},
    {"stet log -p SRCH:9F810E9F", "the same with every member, and what corrections changed"},
    {"stet log -n 5 --reverse", "the last five entries of the ledger, newest first"},
    {"stet log --notice 10.1177/10641246251331509", "the papers that one notice is about"},
    {"stet log --at 2026-07-01 10.5281/zenodo.21073815", "what the ledger said of it on that day"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "the history was printed"},
    {"1", "the identifier is the beginning of several names, which are listed; or an entry does "
	  "not verify"},
    {"2", "the command line was wrong"}, {"3", "could not find out: the ledger cannot be read"},
    {"4", "the record is not in this ledger"}, {NULL, NULL}};

const struct command cmd_log = {.name = "log",
    .group = GROUP_READ,
    .summary = "show the history of a record, or of the ledger",
    .synopsis = "[ID] [-p] [-n N] [--reverse] [--at SEQ|TIME] [--seals] [--json]\n--notice DOI "
		"[-p] [-n N] [--reverse] [--at SEQ|TIME] [--json]",
    .description =
	"Prints every entry about a record under all its names, each with its number, the time it "
	"was "
	"appended, who signed it with which key, and when it is said to have happened. What a "
	"source "
	"outside states is marked as observed. Without ID, the entries of the whole ledger but its "
	"seals.\n\n"
	"Nothing is ever removed: an entry that its own issuer has annulled is shown struck out, "
	"between ~~ marks, with the entry that did it.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
