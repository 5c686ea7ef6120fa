/* The whole list of retractions: imported from the file, and the same statements once more without
 * reading the file, which is what the bare cost of their signatures, hashes and synced writes
 * bounds.  Works of Crossref, whose JSON is many times what is kept of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define BATCH 960 /* as many as an import gathers */
#define RUNS 3

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	*got_out = fread(buf, 1, size, ctx);
	return ferror((FILE *)ctx) ? STET_EIO : STET_OK;
}

/* Imports what can be read from file: seconds, and how many statements came of it. */
static double
import_from(stet_ledger *ledger, const char *format, FILE *file, size_t *count_out)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	stet_import_result result;
	stet_key *desk = desk_key();
	stet_error err = {0};
	double start;

	options.now_ms = NOW_MS;
	start = now_s();
	must(stet_import(ledger, format, read_file, file, desk, &options, &result, &err), &err,
	    "import");
	start = now_s() - start;
	*count_out = (size_t)(result.appended + result.already);
	stet_key_free(desk);
	return start;
}

static FILE *
open_in(const char *data, const char *name)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", data, name);
	if ((file = fopen(path, "rb")) == NULL)
		fail("a file to import cannot be opened");
	return file;
}

double
import_list(stet_ledger *ledger, const char *data, size_t *count_out)
{
	FILE *file = open_in(data, "list.csv");
	double seconds = import_from(ledger, "retraction-watch", file, count_out);

	fclose(file);
	return seconds;
}

/* --- the same statements, parsed already -------------------------------------------------------
 */

struct replay {
	stet_ledger *to;
	stet_key *desk;
	stet_statement *batch[BATCH];
	size_t count, done, size;
	unsigned threads;
	double spent;
};

static void
append_batch(struct replay *replay)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_outcome *outcome = NULL;
	stet_error err = {0};
	size_t failed, i;
	double start = now_s();

	options.now_ms = NOW_MS;
	must(stet_statement_sign_all(replay->batch, replay->count, replay->desk,
		 (int64_t)(NOW_MS / 1000), replay->threads, &failed, &err),
	    &err, "sign");
	must(stet_ledger_append(replay->to, replay->batch, replay->count, &options, &outcome, &err),
	    &err, "append");
	replay->spent += now_s() - start;
	stet_outcome_free(outcome);
	for (i = 0; i < replay->count; i++) {
		replay->size += stet_statement_encoded(replay->batch[i]).size;
		stet_statement_free(replay->batch[i]);
	}
	replay->done += replay->count;
	replay->count = 0;
}

/* What an entry's statement was made of. */
static stet_json *
unsigned_json(const stet_json *json)
{
	static const char *const signature[] = {"signed_at", "kid", "alg", "aud"};
	stet_json *copy = stet_json_object();
	const stet_json *value;
	const char *name;
	size_t i, k;

	for (i = 0; stet_json_member(json, i, &name, &value); i++) {
		for (k = 0; k < 4 && strcmp(name, signature[k]) != 0;)
			k++;
		if (k == 4)
			stet_json_set(copy, name, stet_json_copy(value));
	}
	return copy;
}

static int
take_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	struct replay *replay = ctx;
	stet_json *json;
	int rc;

	if (strcmp(stet_entry_type(entry), "correction") != 0)
		return STET_OK;
	json = unsigned_json(stet_json_get(stet_entry_json(entry, err), "statement"));
	if ((rc = stet_statement_from_value(json, &replay->batch[replay->count], err)) == STET_OK &&
	    ++replay->count == BATCH)
		append_batch(replay);
	stet_json_free(json);
	return rc;
}

/* Signs and appends them to a second ledger: seconds. */
static double
replay_list(
    stet_ledger *from, const struct place *place, unsigned threads, struct bare_append *what)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	stet_error err = {0};
	double spent;

	if (replay == NULL)
		fail("no memory");
	replay->to = make_ledger(place, threads);
	replay->desk = desk_key();
	replay->threads = threads;
	must(stet_ledger_walk(from, 0, STET_NO_SEQ, take_entry, replay, &err), &err, "walk");
	append_batch(replay);
	spent = replay->spent;
	what->entries = replay->done;
	what->statement_size = replay->size / replay->done;
	stet_ledger_close(replay->to);
	stet_key_free(replay->desk);
	free(replay);
	return spent;
}

/* --- works of Crossref -------------------------------------------------------------------------
 */

#define WORKS 5000

/* The works of a file again and again, each under a DOI of its own: bytes. */
static size_t
make_works(const char *data, FILE *to)
{
	FILE *from = open_in(data, "works.jsonl");
	stet_json *works[64];
	char *line = NULL, *text, doi[64];
	stet_error err = {0};
	size_t room = 0, size, count = 0, total = 0, i;
	ssize_t got;

	while (count < 64 && (got = getline(&line, &room, from)) > 0)
		must(stet_json_parse(
			 (stet_bytes){(const uint8_t *)line, (size_t)got}, &works[count++], &err),
		    &err, "a work");
	for (i = 0; i < WORKS; i++) {
		snprintf(doi, sizeof(doi), "10.5555/bench.%zu", i);
		stet_json_set(works[i % count], "DOI", stet_json_str(doi));
		must(stet_json_text(works[i % count], 0, &text, &size, &err), &err, "a work");
		fprintf(to, "%s\n", text);
		total += size + 1;
		free(text);
	}
	while (count > 0)
		stet_json_free(works[--count]);
	free(line);
	fclose(from);
	return total;
}

static void
bench_works(const struct place *place, const char *data)
{
	struct bare_append bare = {.dir = place->bare, .batch = BATCH, .look_ups = 1};
	double ours[RUNS], theirs[RUNS];
	FILE *works = tmpfile();
	stet_ledger *ledger;
	size_t count = 0, size, run;
	char what[80];

	if (works == NULL)
		fail("no temporary file");
	size = make_works(data, works);
	bare.threads = 2;
	bare.statement_size = 400;
	for (run = 0; run < RUNS; run++) {
		rewind(works);
		ledger = make_ledger(place, 2);
		ours[run] = import_from(ledger, "crossref", works, &count);
		stet_ledger_close(ledger);
		ours[run] = (double)count / ours[run];
		bare.entries = count;
		remove_tree(place->bare);
		theirs[run] = bare_append(&bare);
	}
	fclose(works);
	snprintf(
	    what, sizeof(what), "%d works of Crossref, %.0f MB of JSON", WORKS, (double)size / 1e6);
	row(what, median(ours, RUNS), median(theirs, RUNS), "/s");
}

void
bench_import(const struct place *place, const char *data)
{
	struct bare_append bare = {.dir = place->bare, .batch = BATCH, .look_ups = 1};
	double whole[RUNS], again[RUNS], after[RUNS], theirs[RUNS];
	struct place second = *place;
	stet_ledger *ledger;
	size_t count = 0, run;
	unsigned threads;
	char what[64];

	snprintf(second.ledger, sizeof(second.ledger), "%.500s.2", place->ledger);
	snprintf(second.state, sizeof(second.state), "%.500s.2", place->state);
	heading("import (statements a second)");
	for (threads = 1; threads <= 2; threads++) {
		for (run = 0; run < RUNS; run++) {
			ledger = make_ledger(place, threads);
			whole[run] = import_list(ledger, data, &count);
			again[run] = import_list(ledger, data, &count);
			bare.threads = threads;
			after[run] = (double)count / replay_list(ledger, &second, threads, &bare);
			stet_ledger_close(ledger);
			remove_tree(place->bare);
			theirs[run] = bare_append(&bare);
			whole[run] = (double)count / whole[run];
			again[run] = (double)count / again[run];
		}
		snprintf(what, sizeof(what), "the list after parsing, %u thread%s", threads,
		    threads > 1 ? "s" : "");
		row(what, median(after, RUNS), median(theirs, RUNS), "/s");
		snprintf(what, sizeof(what), "the list with parsing, %u thread%s", threads,
		    threads > 1 ? "s" : "");
		row(what, median(whole, RUNS), median(theirs, RUNS), "/s");
		printf("  %-42s %9.0f /s\n", "the same file again", median(again, RUNS));
	}
	remove_tree(second.ledger);
	remove_tree(second.state);
	bench_works(place, data);
}
