/* write_ledger FOLDER: makes a ledger in FOLDER with a statement of every type, a change of its key
 * and its end, writes its entries to FOLDER/ledger.cborseq and prints its first verifier key.  For
 * the independent reference to judge.  Uses the public library alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/exchange.h>
#include <stet/ledger.h>

#define START_MS UINT64_C(1767225600000)
#define RECORD "urn:uuid:7d444840-9dc0-41d1-b245-5ffdce74fad2"
#define DOI "doi:10.5555/example.1"
struct work {
	stet_ledger *ledger;
	stet_key *ledger_key, *root, *desk, *watch, *office;
	stet_head head;
	uint64_t now_ms;
	uint8_t leaf[STET_HASH_SIZE]; /* of the entry appended last */
};

static void
must(int rc, const char *what, const stet_error *err)
{
	if (rc == STET_OK)
		return;
	fprintf(stderr, "write_ledger: %s: %s (%s, %s)\n", what, err->text, stet_code_name(rc),
	    stet_rule_name(err->rule));
	exit(1);
}

static stet_key *
key_of(int number, const char *label, const char *issuer)
{
	uint8_t seed[32];
	stet_key *key = NULL;
	stet_error err;

	memset(seed, number, sizeof(seed));
	must(stet_key_from_seed(seed, label, issuer, &key, &err), label, &err);
	return key;
}

static char *
hex_of(const uint8_t *data, size_t size, char *out)
{
	size_t i;

	for (i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", data[i]);
	return out;
}

/* One statement in a batch of its own: a JSON object without its end, to which the audience is
 * added. */
static void
say(struct work *work, const stet_key *key, const char *json)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	char text[4096];
	stet_error err;
	int size;

	size = snprintf(
	    text, sizeof(text), "{%s, \"aud\": \"%s\"}", json, stet_ledger_id(work->ledger));
	must(stet_statement_from_json(
		 (stet_bytes){(const uint8_t *)text, (size_t)size}, &statement, &err),
	    text, &err);
	must(stet_statement_sign(statement, key, (int64_t)(work->now_ms / 1000), &err), text, &err);
	work->now_ms += 1000;
	options.now_ms = work->now_ms;
	must(stet_ledger_append(work->ledger, &statement, 1, &options, &outcome, &err), text, &err);
	memcpy(work->leaf, stet_outcome_get(outcome, 0)->leaf, sizeof(work->leaf));
	work->head = *stet_outcome_head(outcome);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

static void
grant(struct work *work, const stet_key *key, const char *more)
{
	stet_json *json = stet_key_json(key);
	char *x = NULL, text[2048];
	stet_error err;

	must(stet_json_text(stet_json_get(json, "key"), 0, &x, NULL, &err), "key", &err);
	snprintf(text, sizeof(text),
	    "\"type\": \"key\", \"action\": \"grant\", \"subject\": \"%s\", \"key\": %s, "
	    "\"label\": \"%s\", \"key_issuer\": \"%s\", %s",
	    stet_key_name(key), x, stet_key_label(key), stet_key_issuer(key), more);
	say(work, work->root, text);
	free(x);
	stet_json_free(json);
}

static int
read_evidence(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	const char **rest = ctx;
	size_t left = strlen(*rest);

	*got_out = left < size ? left : size;
	memcpy(buf, *rest, *got_out);
	*rest += *got_out;
	return STET_OK;
}

/* Attaches content and says that it is there; hex_out has room for 65 characters. */
static void
attach(struct work *work, const char *role, const char *content, char *hex_out)
{
	uint8_t sha256[STET_HASH_SIZE];
	char text[512];
	stet_error err;
	uint64_t size;

	must(stet_ledger_attach(work->ledger, read_evidence, &content, sha256, &size, &err), role,
	    &err);
	hex_of(sha256, sizeof(sha256), hex_out);
	snprintf(text, sizeof(text),
	    "\"type\": \"artifact\", \"subject\": \"" RECORD "\", \"role\": \"%s\", "
	    "\"media_type\": \"text/plain\", \"size\": %llu, \"sha256\": \"%s\"",
	    role, (unsigned long long)size, hex_out);
	say(work, work->desk, text);
}

static void
open_ledger(struct work *work, const char *folder)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	stet_ledger_terms terms = {.version = STET_OPTIONS_VERSION,
	    .origin = "ledger.example/independent",
	    .root_issuer = "https://press.example/root",
	    .organisation = "Example Press",
	    .contact = "ledger@press.example"};
	char path[4096], state[4096];
	stet_error err;

	snprintf(path, sizeof(path), "%s/ledger", folder);
	snprintf(state, sizeof(state), "%s/state", folder);
	options.state_dir = state;
	work->now_ms = START_MS;
	must(stet_ledger_create(
		 path, &terms, &options, work->ledger_key, work->root, START_MS, NULL, NULL, &err),
	    "create", &err);
	must(stet_ledger_open(path, &options, &work->ledger, &err), "open", &err);
}

static void
say_keys_and_policy(struct work *work)
{
	grant(work, work->desk,
	    "\"roles\": [\"auditor\", \"editor\", \"gate\", \"publisher\", \"registrar\"], "
	    "\"scope\": [\"doi:10.5555/\", \"urn:uuid:\"]");
	grant(work, work->watch, "\"roles\": [\"observer\"], \"until\": 1798761600000");
	grant(work, work->office, "\"roles\": [\"admin\", \"publisher\"]");
	grant(work, work->office, "\"roles\": [\"admin\"], \"scope\": [\"urn:uuid:\"]");
	say(work, work->root,
	    "\"type\": \"policy\", \"subject\": \"stet:ledger\", \"profile\": \"assignee-v1\", "
	    "\"values\": {\"tolerance_percent\": 5.0, \"endorsements_retraction\": 2, "
	    "\"gate_activation_date\": \"2026-06-10\"}");
}

static void
say_record(struct work *work)
{
	say(work, work->desk,
	    "\"type\": \"record\", \"subject\": \"" RECORD "\", \"title\": \"On exampels\", "
	    "\"submitted\": \"2025-11\", \"publisher\": \"Example Press\", \"after\": null");
	say(work, work->desk,
	    "\"type\": \"alias\", \"subject\": \"" DOI "\", \"action\": \"bind\", "
	    "\"record\": \"" RECORD "\"");
	say(work, work->desk,
	    "\"type\": \"record\", \"subject\": \"" RECORD "\", \"title\": \"On exampels\", "
	    "\"aliases\": [\"" DOI "\"], \"manifest\": {\"contract\": \"paper-manifest-v1.1\"}");
	say(work, work->desk,
	    "\"type\": \"doi\", \"subject\": \"" RECORD "\", \"doi\": \"10.5555/Example.1\", "
	    "\"state\": \"findable\", \"relations\": [{\"type\": \"IsVersionOf\", \"doi\": "
	    "\"10.5555/example\"}]");
	say(work, work->desk,
	    "\"type\": \"claims\", \"subject\": \"" RECORD "\", \"source_grounded_claims\": 14, "
	    "\"verified_claim_count\": 13");
	say(work, work->desk,
	    "\"type\": \"assessment\", \"subject\": \"" RECORD "\", \"review_score\": 8.67, "
	    "\"reviewer_scores\": [8.5, 9, 8.51], \"dimensions\": {\"novelty\": {\"score\": "
	    "null}}");
	say(work, work->desk,
	    "\"type\": \"declaration\", \"subject\": \"" RECORD "\", \"paper_level\": 2, "
	    "\"correction_state\": \"CURRENT\", \"correction_count\": 0, \"last_corrected_at\": "
	    "null");
}

static void
say_verdict_and_corrections(struct work *work)
{
	char evidence[65], leaf[65], text[1024];

	attach(work, "evidence", "computed 14295, expected 15294\n", evidence);
	snprintf(text, sizeof(text),
	    "\"type\": \"verdict\", \"subject\": \"" RECORD
	    "\", \"contract\": \"gate-verdict-v1\", "
	    "\"gate\": \"Gate 2\", \"status\": \"FALSIFIED\", \"diff\": \"6.5\", "
	    "\"artifacts\": [\"%s\"]",
	    evidence);
	say(work, work->desk, text);
	snprintf(text, sizeof(text),
	    "\"type\": \"endorse\", \"subject\": \"" RECORD "\", \"targets\": [\"%s\"]",
	    hex_of(work->leaf, sizeof(work->leaf), leaf));
	say(work, work->desk, text);
	say(work, work->desk,
	    "\"type\": \"correction\", \"subject\": \"" RECORD "\", \"nature\": \"correction\", "
	    "\"affected\": [{\"path\": \"/record/title\", \"before\": \"On exampels\", "
	    "\"after\": \"On examples\"}], \"public_note\": \"\\u00dcber Beispiele\"");
	say(work, work->watch,
	    "\"type\": \"correction\", \"subject\": \"" DOI "\", \"nature\": \"unspecified\", "
	    "\"source\": {\"name\": \"example-watch\", \"id\": \"4711\"}, "
	    "\"id\": \"example-watch:4711:correction#0\"");
	snprintf(text, sizeof(text),
	    "\"type\": \"correction\", \"subject\": \"" DOI "\", \"nature\": \"delisting\", "
	    "\"source\": {\"name\": \"example-watch\", \"id\": \"4711\"}, \"targets\": [\"%s\"]",
	    hex_of(work->leaf, sizeof(work->leaf), leaf));
	say(work, work->watch, text);
	say(work, work->watch,
	    "\"type\": \"snapshot\", \"subject\": \"source:example-watch\", \"whole\": true, "
	    "\"source\": {\"name\": \"example-watch\"}, \"rows\": 1");
	snprintf(text, sizeof(text),
	    "\"type\": \"withhold\", \"subject\": \"" RECORD "\", \"sha256\": \"%s\", "
	    "\"ground\": \"an order\"",
	    evidence);
	say(work, work->office, text);
}

static void
say_audit(struct work *work)
{
	char root[65], index[65], zeros[129], text[1024];

	memset(zeros, '0', 128);
	zeros[128] = '\0';
	snprintf(text, sizeof(text),
	    "\"type\": \"audit\", \"subject\": \"stet:audit\", \"size\": %llu, \"root\": \"%s\", "
	    "\"index\": \"%s\", \"entries_sha512\": \"%s\", \"tool\": \"a test\", "
	    "\"result\": \"intact\"",
	    (unsigned long long)work->head.size,
	    hex_of(work->head.root, sizeof(work->head.root), root),
	    hex_of(work->head.index, sizeof(work->head.index), index), zeros);
	say(work, work->desk, text);
}

static void
revoke(struct work *work, const stet_key *signer, const stet_key *key, const char *more)
{
	stet_json *json = stet_key_json(key);
	char *x = NULL, text[1024];
	stet_error err;

	must(stet_json_text(stet_json_get(json, "key"), 0, &x, NULL, &err), "key", &err);
	snprintf(text, sizeof(text),
	    "\"type\": \"key\", \"action\": \"revoke\", \"subject\": \"%s\", \"key\": %s, %s",
	    stet_key_name(key), x, more);
	say(work, signer, text);
	free(x);
	stet_json_free(json);
}

static void
rotate(struct work *work, const stet_key *new_key)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_json *json = stet_key_json(new_key);
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	char *x = NULL, text[1024];
	stet_error err;
	int size;

	must(stet_json_text(stet_json_get(json, "key"), 0, &x, NULL, &err), "key", &err);
	size = snprintf(text, sizeof(text),
	    "{\"type\": \"ledger\", \"action\": \"rotate\", \"subject\": \"stet:ledger\", \"key\": "
	    "%s, "
	    "\"aud\": \"%s\"}",
	    x, stet_ledger_id(work->ledger));
	must(stet_statement_from_json(
		 (stet_bytes){(const uint8_t *)text, (size_t)size}, &statement, &err),
	    text, &err);
	must(stet_statement_sign(statement, work->root, (int64_t)(work->now_ms / 1000), &err), text,
	    &err);
	work->now_ms += 1000;
	options.now_ms = work->now_ms;
	must(stet_ledger_rotate(work->ledger, statement, new_key, &options, &outcome, &err), text,
	    &err);
	free(x);
	stet_json_free(json);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

static int
write_piece(void *ctx, const char *path, stet_bytes piece, int last)
{
	(void)path;
	(void)last;
	return fwrite(piece.data, 1, piece.size, ctx) == piece.size ? STET_OK : STET_EIO;
}

static void
write_out(struct work *work, const char *folder)
{
	char path[4096];
	stet_error err;
	FILE *file;

	snprintf(path, sizeof(path), "%s/ledger.cborseq", folder);
	if ((file = fopen(path, "wb")) == NULL) {
		perror(path);
		exit(1);
	}
	must(stet_export(
		 work->ledger, "cborseq", 0, STET_NO_SEQ, NULL, NULL, write_piece, file, &err),
	    "export", &err);
	if (fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	struct work work = {.ledger_key = key_of(11, "ledger", NULL),
	    .root = key_of(12, "root", "https://press.example/root"),
	    .desk = key_of(13, "editorial desk", "https://press.example/journal"),
	    .watch = key_of(14, "watch, import", "https://watch.example/"),
	    .office = key_of(15, "office", "https://press.example/office")};
	stet_key *next = key_of(16, "ledger", NULL);
	char *vkey = NULL;
	stet_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: write_ledger FOLDER\n");
		return 2;
	}
	open_ledger(&work, argv[1]);
	must(stet_ledger_vkey(work.ledger, &vkey, &err), "vkey", &err);
	say_keys_and_policy(&work);
	say_record(&work);
	say_verdict_and_corrections(&work);
	say_audit(&work);
	rotate(&work, next);
	revoke(&work, work.watch, work.watch, "\"reason\": \"retired\"");
	revoke(&work, work.root, work.desk, "\"reason\": \"stolen\", \"distrust_from\": 7");
	revoke(&work, work.root, work.desk, "\"reason\": \"stolen\", \"distrust_from\": 5");
	say(&work, work.root,
	    "\"type\": \"ledger\", \"action\": \"close\", \"subject\": \"stet:ledger\", "
	    "\"reason\": \"the end of a test\"");
	write_out(&work, argv[1]);
	puts(vkey);
	free(vkey);
	stet_ledger_close(work.ledger);
	stet_key_free(work.ledger_key);
	stet_key_free(work.root);
	stet_key_free(work.desk);
	stet_key_free(work.watch);
	stet_key_free(work.office);
	stet_key_free(next);
	return 0;
}
