/* Proofs of one record in ledgers of more and more names: how large, and how many a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bench.h"

#define AUTHOR "https://bench.example/desk"
#define RECORD "doi:10.5555/proved"
#define SIGNERS 3 /* and the desk */
#define TURNS 200

static stet_key *
signer_key(unsigned number)
{
	uint8_t seed[32];
	stet_key *key = NULL;
	stet_error err = {0};

	memset(seed, (int)(16 + number), sizeof(seed));
	must(stet_key_from_seed(seed, "bench editor", "https://bench.example/editor", &key, &err),
	    &err, "key");
	return key;
}

/* One statement from JSON, whose names may be of any length here. */
static void
say(stet_ledger *ledger, const stet_key *key, const char *json)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	stet_error err = {0};

	must(stet_statement_from_json(
		 (stet_bytes){(const uint8_t *)json, strlen(json)}, &statement, &err),
	    &err, json);
	must(stet_statement_sign(statement, key, (int64_t)(NOW_MS / 1000), &err), &err, "sign");
	options.now_ms = NOW_MS;
	must(stet_ledger_append(ledger, &statement, 1, &options, &outcome, &err), &err, "append");
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

static void
grant_editor(stet_ledger *ledger, const stet_key *root, const stet_key *key)
{
	uint8_t public_key[32];
	char hex[65], json[1024];
	size_t i;

	stet_key_public(key, public_key);
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", public_key[i]);
	snprintf(json, sizeof(json),
	    "{\"type\":\"key\",\"action\":\"grant\",\"subject\":\"%s\",\"aud\":\"%s\",\"issuer\":"
	    "\"https://bench.example/root\",\"key_issuer\":\"https://bench.example/"
	    "editor\",\"label\":"
	    "\"bench editor\",\"roles\":[\"editor\"],\"key\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	    "\"x\":\"%s\"}}",
	    stet_key_name(key), stet_ledger_id(ledger), hex);
	say(ledger, root, json);
}

/* Ten entries about a record, two other names of it, four keys that signed; spread over all the
 * others, which is the worst for the tree. */
static void
make_record(stet_ledger *ledger, size_t names)
{
	stet_key *desk = desk_key(), *root = NULL, *editors[SIGNERS];
	uint8_t seed[32];
	stet_error err = {0};
	char json[1024];
	unsigned i;

	memset(seed, 2, sizeof(seed));
	must(stet_key_from_seed(seed, "root", "https://bench.example/root", &root, &err), &err,
	    "key");
	for (i = 0; i < 2; i++) {
		snprintf(json, sizeof(json),
		    "{\"type\":\"alias\",\"subject\":\"doi:10.5555/other.%u\",\"action\":\"bind\","
		    "\"record\":\"" RECORD "\",\"issuer\":\"" AUTHOR "\"}",
		    i);
		say(ledger, desk, json);
	}
	say(ledger, desk,
	    "{\"type\":\"record\",\"subject\":\"" RECORD "\",\"title\":\"A record\",\"aliases\":"
	    "[\"doi:10.5555/other.0\",\"doi:10.5555/other.1\"],\"issuer\":\"" AUTHOR "\"}");
	for (i = 0; i < SIGNERS; i++) {
		editors[i] = signer_key(i);
		grant_editor(ledger, root, editors[i]);
	}
	for (i = 0; i < 9; i++) {
		add_records(ledger, i * (names / 9), names / 9);
		snprintf(json, sizeof(json),
		    "{\"type\":\"correction\",\"subject\":\"" RECORD "\",\"nature\":\"correction\","
		    "\"public_note\":\"misprint %u\",\"issuer\":\"https://bench.example/editor\"}",
		    i);
		say(ledger, editors[i % SIGNERS], json);
	}
	for (i = 0; i < SIGNERS; i++)
		stet_key_free(editors[i]);
	stet_key_free(desk);
	stet_key_free(root);
}

/* That many signatures, by the bare call. */
static double
bare_check(size_t signatures)
{
	unsigned char public_key[32], secret[64], message[400] = {0}, signature[64];
	double start = now_s();
	size_t i, turn;

	crypto_sign_keypair(public_key, secret);
	crypto_sign_detached(signature, NULL, message, sizeof(message), secret);
	start = now_s();
	for (turn = 0; turn < TURNS; turn++)
		for (i = 0; i < signatures; i++)
			if (crypto_sign_verify_detached(
				signature, message, sizeof(message), public_key) != 0)
				fail("a bare signature");
	return TURNS / (now_s() - start);
}

static void
measure(stet_ledger *ledger, const char *text, size_t names)
{
	const stet_id *ids[1];
	stet_proof *proof = NULL;
	stet_entry *entry = NULL;
	stet_id *id = NULL;
	uint8_t *file = NULL;
	stet_error err = {0};
	size_t size = 0, entries = 0, bytes = 0, turn;
	double made, checked, start;

	must(stet_id_parse(text, &id, &err), &err, "id");
	ids[0] = id;
	start = now_s();
	for (turn = 0; turn < TURNS; turn++) {
		free(file);
		must(stet_proof_make(ledger, ids, 1, &file, &size, &err), &err, "prove");
	}
	made = TURNS / (now_s() - start);
	start = now_s();
	for (turn = 0; turn < TURNS; turn++) {
		stet_proof_free(proof);
		must(stet_proof_open((stet_bytes){file, size}, NULL, &proof, &err), &err, "check");
	}
	checked = TURNS / (now_s() - start);
	while (stet_proof_entry(proof, entries, &entry, &err) == STET_OK) {
		bytes += stet_entry_encoded(entry).size;
		stet_entry_free(entry);
		entries++;
	}
	printf("  %9zu names, %-22s %3zu entries %6.1f KB, beyond them %5.1f KB %7.0f made/s\n",
	    names, text, entries, (double)size / 1000, (double)(size - bytes) / 1000, made);
	row("checked, beside its signatures alone", checked, bare_check(entries + 1), "/s");
	stet_proof_free(proof);
	stet_id_free(id);
	free(file);
}

/* Receipts of entries all over the ledger: that an entry is in it, to whoever has the entry. */
static void
measure_receipts(stet_ledger *ledger, size_t names)
{
	static const struct {
		int form;
		const char *what;
	} forms[] = {{STET_RECEIPT_TLOG, "tlog-proof"}, {STET_RECEIPT_COSE, "COSE receipt"}};
	stet_entry *entry = NULL;
	uint8_t *file = NULL;
	stet_json *report;
	stet_error err = {0};
	size_t i, turn, size = 0;
	char what[64];
	double start;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		start = now_s();
		for (turn = 0; turn < TURNS; turn++) {
			free(file);
			must(stet_receipt_of(ledger, 4 + turn * (names / TURNS), forms[i].form,
				 NULL, NULL, &file, &size, &err),
			    &err, "receipt");
		}
		snprintf(what, sizeof(what), "%s, %zu bytes", forms[i].what, size);
		printf("  %-42s %9.0f made/s\n", what, TURNS / (now_s() - start));
		must(stet_ledger_entry(ledger, 4 + (TURNS - 1) * (names / TURNS), &entry, &err),
		    &err, "entry");
		start = now_s();
		for (turn = 0; turn < TURNS; turn++) {
			must(stet_receipt_check((stet_bytes){file, size}, stet_entry_encoded(entry),
				 NULL, &report, &err),
			    &err, "receipt");
			stet_json_free(report);
		}
		row("checked, beside its signature alone", TURNS / (now_s() - start), bare_check(1),
		    "/s");
		stet_entry_free(entry);
	}
	free(file);
}

/* 10^4, 10^5 and 10^6 names. */
void
bench_proof(const struct place *place)
{
	static const size_t sizes[] = {10000, 100000, 1000000};
	stet_ledger *ledger;
	size_t i;

	heading("proofs, beside the bare signatures");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ledger = make_ledger(place, 0);
		make_record(ledger, sizes[i]);
		measure(ledger, RECORD, sizes[i]);
		measure(ledger, "doi:10.5555/nothing", sizes[i]);
		measure_receipts(ledger, sizes[i]);
		stet_ledger_close(ledger);
	}
}
