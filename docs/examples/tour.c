/* tour FOLDER STATE: the library in one sitting. Makes a ledger in FOLDER,
 * with its memory of the head in STATE, signs and appends a record and a
 * correction, prints the record's history, and verifies the ledger.
 *
 *   cc tour.c $(pkg-config --cflags --libs stet)
 *
 * Every call answers with a code; the first that is not STET_OK ends the tour with the one line
 * that the library says about it. */
#include <stet/stet.h>

#include <stdio.h>
#include <stdlib.h>

#define NOW_MS \
	UINT64_C(1783000000000) /* the library reads no clock: the caller says what time it is */

static void
must(int rc, const stet_error *err)
{
	if (rc == STET_OK)
		return;
	fprintf(stderr, "tour: %s [%s]\n", err->text, stet_rule_name(err->rule));
	exit(1);
}

/* A key from a seed, which is for examples and tests alone; see stet_key_generate(). */
static stet_key *
key_of(uint8_t byte, const char *label, const char *issuer)
{
	uint8_t seed[32];
	stet_key *key = NULL;
	stet_error err;
	size_t i;

	for (i = 0; i < sizeof(seed); i++)
		seed[i] = byte;
	must(stet_key_from_seed(seed, label, issuer, &key, &err), &err);
	return key;
}

/* One statement, signed and appended: durable once stet_ledger_append() has returned STET_OK. */
static void
append(stet_ledger *ledger, const stet_key *key, const char *json)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	stet_bytes text = {(const uint8_t *)json, 0};
	stet_error err;

	while (json[text.size] != '\0')
		text.size++;
	options.now_ms = NOW_MS;
	must(stet_statement_from_json(text, &statement, &err), &err);
	must(stet_statement_sign(statement, key, (int64_t)(NOW_MS / 1000), &err), &err);
	must(stet_ledger_append(ledger, &statement, 1, &options, &outcome, &err), &err);
	printf("entry %llu: %s about %s\n", (unsigned long long)stet_outcome_get(outcome, 0)->seq,
	    stet_statement_type(statement), stet_statement_subject(statement));
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

/* The grant that lets the working key sign: what it may do is said by an entry, like all else. */
static void
grant(stet_ledger *ledger, const stet_key *root, const stet_key *working)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	stet_json *public_half = stet_key_json(working);
	stet_id *id = NULL;
	stet_error err;

	options.now_ms = NOW_MS;
	must(stet_id_parse(stet_key_name(working), &id, &err), &err);
	must(stet_statement_new("key", id, &statement, &err), &err);
	must(stet_statement_set(statement, "/action", "\"grant\"", &err), &err);
	must(stet_statement_set_value(
		 statement, "/key", stet_json_copy(stet_json_get(public_half, "key")), &err),
	    &err);
	must(stet_statement_set(statement, "/label", "\"desk\"", &err), &err);
	must(stet_statement_set(statement, "/key_issuer", "\"https://test.example/desk\"", &err),
	    &err);
	must(stet_statement_set(statement, "/roles", "[\"editor\", \"publisher\"]", &err), &err);
	must(stet_statement_set_value(
		 statement, "/aud", stet_json_str(stet_ledger_id(ledger)), &err),
	    &err);
	must(stet_statement_sign(statement, root, (int64_t)(NOW_MS / 1000), &err), &err);
	must(stet_ledger_append(ledger, &statement, 1, &options, &outcome, &err), &err);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	stet_json_free(public_half);
	stet_id_free(id);
}

static void
print_history(stet_ledger *ledger, const char *text)
{
	stet_at newest = {STET_AT_NEWEST, 0};
	stet_history *history = NULL;
	stet_entry *entry;
	stet_id *id = NULL;
	stet_error err;
	char time[STET_TIME_SIZE];

	must(stet_id_parse(text, &id, &err), &err);
	must(stet_history_open(ledger, id, newest, &history, &err), &err);
	printf("%s, %llu entries:\n", stet_id_text(id),
	    (unsigned long long)stet_history_count(history));
	while (stet_history_next(history, &entry, &err) == STET_OK) {
		stet_time_text(stet_entry_ms(entry), time);
		printf("  %llu  %s  %s\n", (unsigned long long)stet_entry_seq(entry), time,
		    stet_entry_type(entry));
	}
	stet_history_close(history);
	stet_id_free(id);
}

static void
verify(stet_ledger *ledger)
{
	stet_verify_options options = STET_VERIFY_OPTIONS;
	stet_report *report = NULL;
	const stet_diagnosis *diagnosis;
	stet_error err;
	size_t i;

	must(stet_verify_ledger(ledger, &options, NULL, NULL, &report, &err), &err);
	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		printf("%s: %s\n", stet_rule_name(diagnosis->rule), diagnosis->text);
	printf("%s\n", stet_report_ok(report) ? "verified" : "not verified");
	stet_report_free(report);
}

int
main(int argc, char **argv)
{
	stet_ledger_terms terms = {.version = STET_OPTIONS_VERSION,
	    .origin = "test.example/tour",
	    .root_issuer = "https://test.example/root"};
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	stet_key *ledger_key = key_of(1, "ledger", "test.example/tour");
	stet_key *root = key_of(2, "root", terms.root_issuer);
	stet_key *desk = key_of(3, "desk", "https://test.example/desk");
	stet_ledger *ledger = NULL;
	stet_error err;

	if (argc != 3) {
		fprintf(stderr, "usage: tour FOLDER STATE-FOLDER\n");
		return 2;
	}
	options.state_dir = argv[2]; /* outside the ledger: what this machine signed last */
	must(stet_ledger_create(
		 argv[1], &terms, &options, ledger_key, root, NOW_MS, NULL, NULL, &err),
	    &err);
	must(stet_ledger_open(argv[1], &options, &ledger, &err), &err);
	grant(ledger, root, desk);
	append(ledger, desk,
	    "{\"type\": \"record\", \"subject\": \"doi:10.1234/a\", \"title\": \"A first "
	    "record\"}");
	append(ledger, desk,
	    "{\"type\": \"correction\", \"subject\": \"doi:10.1234/a\", \"nature\": \"erratum\","
	    " \"affected\": [{\"path\": \"/record/title\", \"before\": \"A first record\","
	    " \"after\": \"A better title\"}]}");
	print_history(ledger, "https://doi.org/10.1234/A");
	verify(ledger);
	stet_ledger_close(ledger);
	stet_key_free(desk);
	stet_key_free(root);
	stet_key_free(ledger_key);
	return 0;
}
