/* Key files: whatever is in one, loading it ends in a key or a refusal. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stet/key.h>
#include "fuzz/fuzz.h"

static char path[4096];

static void
forget(void)
{
	unlink(path);
}

/* One file for the whole run, written over each time. */
static void
put_file(const uint8_t *data, size_t size)
{
	const char *folder = getenv("TMPDIR");
	int fd;

	if (path[0] == '\0') {
		snprintf(path, sizeof(path), "%s/stet-fuzz-key-%ld",
		    folder != NULL ? folder : "/tmp", (long)getpid());
		atexit(forget);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	FUZZ_MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

static int
no_passphrase(void *ctx, const char *prompt, char *buf, size_t size)
{
	(void)ctx, (void)prompt, (void)buf, (void)size;
	return -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t seed_key[STET_KEY_SIZE];
	stet_key *key = NULL, *public_half = NULL;
	stet_error err;
	int rc;

	put_file(data, size);
	rc = stet_key_load(path, no_passphrase, NULL, &key, &err);
	FUZZ_MUST(rc == STET_OK || key == NULL);
	if (rc != STET_OK)
		return 0;
	FUZZ_MUST(strncmp(stet_key_name(key), "urn:ietf:params:oauth:ckt:sha-256:", 34) == 0);
	stet_key_public(key, seed_key);
	FUZZ_MUST(stet_key_from_public(seed_key, NULL, NULL, &public_half, &err) == STET_OK);
	FUZZ_MUST(strcmp(stet_key_name(key), stet_key_name(public_half)) == 0);
	stet_key_free(key);
	stet_key_free(public_half);
	return 0;
}
