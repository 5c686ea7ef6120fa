/* judge FOLDER FILE SEED MS: restores the ledger in FILE (see restore_ledger.c) in FOLDER, then
 * reads signed statements in hex from standard input, one a line, and prints for each what append
 * at that time would say: "yes", or the rule by which it refuses.  Nothing is appended.  Uses the
 * public library alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/ledger.h>

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	*got_out = fread(buf, 1, size, ctx);
	return ferror(ctx) ? STET_EIO : STET_OK;
}

static size_t
from_hex(const char *line, uint8_t *out)
{
	size_t size = 0;
	unsigned byte;

	for (; sscanf(line, "%2x", &byte) == 1; line += 2)
		out[size++] = (uint8_t)byte;
	return size;
}

static void
judge(stet_ledger *ledger, stet_bytes encoded, uint64_t now_ms)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement = NULL;
	stet_outcome *outcome = NULL;
	stet_error err = {0};

	options.now_ms = now_ms;
	options.flags = STET_APPEND_DRY_RUN;
	if (stet_statement_decode(encoded, &statement, &err) < 0)
		printf("%s\n", stet_rule_name(err.rule));
	else if (stet_ledger_append(ledger, &statement, 1, &options, &outcome, &err) < 0)
		printf("%s\n", stet_rule_name(err.rule));
	else
		puts(stet_outcome_get(outcome, 0)->result == STET_APPENDED ? "yes" : "already");
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

static int
complain(const char *what, const stet_error *err)
{
	fprintf(stderr, "judge: %s: %s\n", what, err->text);
	return 1;
}

int
main(int argc, char **argv)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	char path[4096], state[4096], *line = NULL, *note = NULL;
	stet_ledger *ledger = NULL;
	stet_key *key = NULL;
	size_t capacity = 0, note_size = 0;
	uint8_t seed[32], *bytes;
	stet_error err;
	FILE *file;

	if (argc != 5 || (file = fopen(argv[2], "rb")) == NULL) {
		fprintf(stderr, "usage: judge FOLDER FILE SEED MS\n");
		return 2;
	}
	memset(seed, atoi(argv[3]), sizeof(seed));
	snprintf(path, sizeof(path), "%s/ledger", argv[1]);
	snprintf(state, sizeof(state), "%s/state", argv[1]);
	options.state_dir = state;
	if (stet_key_from_seed(seed, "ledger", NULL, &key, &err) < 0)
		return complain("key", &err);
	if (stet_ledger_restore(path, &options, read_file, file, key, NULL, NULL, NULL, &err) < 0)
		return complain("restore", &err);
	fclose(file);
	if (stet_ledger_open(path, &options, &ledger, &err) < 0)
		return complain("open", &err);
	/* This machine has never seen the ledger, so somebody has to say that its head is the
	 * newest. */
	if (stet_ledger_checkpoint(ledger, &note, &note_size, &err) < 0 ||
	    stet_ledger_adopt(ledger, (stet_bytes){(const uint8_t *)note, note_size}, &err) < 0)
		return complain("adopt", &err);
	free(note);
	while (getline(&line, &capacity, stdin) > 0) {
		if ((bytes = malloc(strlen(line) + 1)) == NULL)
			return 1;
		judge(ledger, (stet_bytes){bytes, from_hex(line, bytes)},
		    strtoull(argv[4], NULL, 10));
		free(bytes);
	}
	free(line);
	stet_ledger_close(ledger);
	stet_key_free(key);
	return 0;
}
