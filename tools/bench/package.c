/* The ledger of the whole list of retractions as a bag and as tiles, and some of its records as
 * OCFL objects, beside hashing with SHA-512 and copying, synced, the same bytes.
 */
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "bench.h"

#define RUNS 3
#define PIECE 65536
#define RECORDS 200 /* of the objects: the copy syncs every file of them */

static uint64_t
copy_file(EVP_MD_CTX *ctx, const char *from, const char *to)
{
	static unsigned char piece[PIECE];
	unsigned char digest[EVP_MAX_MD_SIZE];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0666);
	uint64_t size = 0;
	ssize_t got;

	if (in < 0 || out < 0 || EVP_DigestInit_ex(ctx, EVP_sha512(), NULL) != 1)
		fail("cannot copy a file");
	while ((got = read(in, piece, sizeof(piece))) > 0) {
		if (EVP_DigestUpdate(ctx, piece, (size_t)got) != 1 ||
		    write(out, piece, (size_t)got) != got)
			fail("cannot copy a file");
		size += (uint64_t)got;
	}
	if (got < 0 || EVP_DigestFinal_ex(ctx, digest, NULL) != 1 || fsync(out) < 0)
		fail("cannot copy a file");
	close(in);
	close(out);
	return size;
}

/* Bytes, and how long it took. */
static uint64_t
bare_copy(const char *from, const char *to, double *seconds_out)
{
	char path[1200], root[600];
	char *const roots[] = {root, NULL};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint64_t size = 0;
	FTSENT *found;
	FTS *walk;

	snprintf(root, sizeof(root), "%s", from);
	*seconds_out = now_s();
	if ((walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)) == NULL || ctx == NULL)
		fail("cannot walk a folder");
	while ((found = fts_read(walk)) != NULL) {
		snprintf(path, sizeof(path), "%s%s", to, found->fts_path + strlen(from));
		if (found->fts_info == FTS_D && mkdir(path, 0777) < 0)
			fail("cannot make a folder");
		if (found->fts_info == FTS_F)
			size += copy_file(ctx, found->fts_path, path);
	}
	fts_close(walk);
	EVP_MD_CTX_free(ctx);
	*seconds_out = now_s() - *seconds_out;
	return size;
}

static void
write_bag(stet_ledger *ledger, const char *path)
{
	stet_bag_options options = STET_BAG_OPTIONS;
	stet_bag_result result;
	stet_error err = {0};

	must(stet_export_bag(ledger, path, &options, &result, &err), &err, "bag");
}

static void
write_tiles(stet_ledger *ledger, const char *path)
{
	stet_tiles_result result;
	stet_error err = {0};

	must(stet_tiles_write(ledger, path, 0, NULL, NULL, &result, &err), &err, "tiles");
}

/* The first records of the list. */
static void
write_objects(stet_ledger *ledger, const char *path)
{
	stet_ocfl_options options = STET_OCFL_OPTIONS;
	stet_id *ids[RECORDS];
	stet_entry *entry = NULL;
	stet_error err = {0};
	uint64_t seq;

	for (seq = 0; options.id_count < RECORDS; seq++) {
		must(stet_ledger_entry(ledger, seq, &entry, &err), &err, "entry");
		if (strcmp(stet_entry_type(entry), "correction") == 0)
			must(stet_id_parse(stet_entry_name(entry), &ids[options.id_count++], &err),
			    &err, "name");
		stet_entry_free(entry);
	}
	options.ids = (const stet_id *const *)ids;
	must(stet_export_ocfl(ledger, path, &options, NULL, &err), &err, "objects");
	while (options.id_count > 0)
		stet_id_free(ids[--options.id_count]);
}

static void
measure(const char *what, stet_ledger *ledger, void (*write)(stet_ledger *, const char *),
    const struct place *place)
{
	double ours[RUNS], theirs[RUNS], seconds;
	char path[600], line[80];
	uint64_t size = 0;
	size_t run;

	snprintf(path, sizeof(path), "%s.out", place->ledger);
	for (run = 0; run < RUNS; run++) {
		remove_tree(path);
		remove_tree(place->bare);
		seconds = now_s();
		write(ledger, path);
		ours[run] = now_s() - seconds;
		size = bare_copy(path, place->bare, &seconds);
		ours[run] = (double)size / 1e6 / ours[run];
		theirs[run] = (double)size / 1e6 / seconds;
	}
	snprintf(line, sizeof(line), "%s, %.1f MB", what, (double)size / 1e6);
	row(line, median(ours, RUNS), median(theirs, RUNS), "MB/s");
	remove_tree(path);
	remove_tree(place->bare);
}

void
bench_package(const struct place *place, const char *data)
{
	stet_ledger *ledger = make_ledger(place, 2);
	size_t count;

	import_list(ledger, data, &count);
	heading("packages, beside SHA-512 and a synced copy");
	measure("the list as a bag", ledger, write_bag, place);
	measure("the list as tiles", ledger, write_tiles, place);
	measure("200 records as OCFL", ledger, write_objects, place);
	stet_ledger_close(ledger);
}
