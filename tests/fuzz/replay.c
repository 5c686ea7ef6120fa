/* replay CORPUS: a harness as a plain test, for builds without libFuzzer.
 *
 * Feeds every file of the folder to the harness: as it is, cut short at each length from either
 * end, with each bit flipped, and, where that would take too long, at pseudo-random places (always
 * the same ones, so that a failure comes back). Prints how many inputs that were. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "fuzz/fuzz.h"

#define SEED_MAX (1 << 20)
#define CUTS_MAX 256   /* lengths tried of one seed, each from both ends */
#define FLIPS_MAX 4096 /* bits flipped in one seed                       */

static uint64_t inputs;

/* In memory of exactly its size, so that a sanitizer sees the first byte read beyond the end. */
static void
feed(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size > 0 ? size : 1);

	if (exact == NULL)
		abort();
	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	inputs++;
}

static void
feed_cut(const uint8_t *data, size_t size)
{
	size_t step = size / CUTS_MAX + 1, cut;

	for (cut = 0; cut < size; cut += step) {
		feed(data, cut);
		feed(data + cut, size - cut);
	}
}

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13; /* xorshift64 */
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
feed_flipped(uint8_t *data, size_t size)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15), bit;
	size_t bits = size * 8, i, count = bits < FLIPS_MAX ? bits : FLIPS_MAX;

	for (i = 0; i < count; i++) {
		bit = bits == count ? i : next_random(&state) % bits;
		data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		feed(data, size);
		data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
}

static int
replay_file(const char *path)
{
	static uint8_t data[SEED_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL) {
		fprintf(stderr, "replay: cannot read '%s': %s\n", path, strerror(errno));
		return -1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	feed(data, size);
	feed_cut(data, size);
	feed_flipped(data, size);
	return 0;
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **seeds = NULL;
	char path[4096];
	int count, i, rc = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: replay CORPUS\n");
		return 2;
	}
	count = scandir(argv[1], &seeds, is_seed, alphasort);
	if (count < 0) {
		fprintf(stderr, "replay: cannot read '%s': %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], seeds[i]->d_name);
		rc |= replay_file(path);
		free(seeds[i]);
	}
	free(seeds);
	printf("replay: %d seeds, %llu inputs\n", count, (unsigned long long)inputs);
	return rc != 0 || count == 0 ? 1 : 0;
}
