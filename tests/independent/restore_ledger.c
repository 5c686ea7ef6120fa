/* restore_ledger FOLDER FILE SEED: makes a ledger in FOLDER from the entries in FILE, which the
 * independent reference wrote, with the ledger key whose seed is 32 times the byte SEED, and prints
 * the checkpoint.  Uses the public library alone. */
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

static int
complain(const char *what, const stet_error *err)
{
	fprintf(stderr, "restore_ledger: %s: %s (%s, entry %lld)\n", what, err->text,
	    stet_rule_name(err->rule), (long long)err->seq);
	return 1;
}

int
main(int argc, char **argv)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	char path[4096], state[4096], *note = NULL;
	stet_ledger *ledger = NULL;
	stet_key *key = NULL;
	uint8_t seed[32];
	stet_error err;
	size_t size;
	FILE *file;

	if (argc != 4 || (file = fopen(argv[2], "rb")) == NULL) {
		fprintf(stderr, "usage: restore_ledger FOLDER FILE SEED\n");
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
	if (stet_ledger_checkpoint(ledger, &note, &size, &err) < 0)
		return complain("checkpoint", &err);
	fwrite(note, 1, size, stdout);
	free(note);
	stet_ledger_close(ledger);
	stet_key_free(key);
	return 0;
}
