/* Counts, for people and monitors. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/time.h"
#include "ledger/internal.h"

struct tally {
	uint64_t count, bytes;
};

/* artifacts/ab/cd...: two levels, files with names of 62 digits. */
static int
tally_files(const char *path, int level, struct tally *tally, stet_error *err)
{
	const char *name;
	struct stat st;
	char *inside;
	DIR *dir;
	int rc;

	if ((dir = opendir(path)) == NULL)
		return st_fail_errno(err, errno, "cannot open folder '%s'", path);
	while ((rc = st_dir_next(dir, path, &name, err)) == STET_OK && name != NULL) {
		if (name[0] == '.' || strlen(name) != (level == 0 ? 2 : 62))
			continue;
		if ((inside = st_path_join(path, name)) == NULL) {
			rc = st_fail_nomem(err);
		} else if (level == 0) {
			rc = tally_files(inside, 1, tally, err);
		} else if (stat(inside, &st) == 0) {
			tally->count++;
			tally->bytes += (uint64_t)st.st_size;
		}
		free(inside);
		if (rc < 0)
			break;
	}
	closedir(dir);
	return rc;
}

static stet_json *
types_json(const uint64_t types[ST_TYPE_COUNT])
{
	stet_json *json = stet_json_object();
	int i;

	for (i = 1; i < ST_TYPE_COUNT; i++)
		if (types[i] > 0)
			stet_json_set(
			    json, st_type_name((enum st_type)i), stet_json_int((int64_t)types[i]));
	if (types[ST_TYPE_UNKNOWN] > 0)
		stet_json_set(json, "unknown", stet_json_int((int64_t)types[ST_TYPE_UNKNOWN]));
	return json;
}

int
stet_ledger_stats(stet_ledger *ledger, stet_json **stats_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct tally tally = {0, 0};
	uint64_t types[ST_TYPE_COUNT], names = 0, bytes = 0;
	struct st_head head;
	char *artifacts, time[ST_TIME_SIZE];
	stet_json *json;
	uint8_t root[32];
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	if ((rc = st_head_read(reader, &head, err)) == STET_OK &&
	    (rc = st_types_read(reader, types, err)) == STET_OK &&
	    (rc = st_reader_rows(reader, ST_INDEX, &names, err)) == STET_OK &&
	    (rc = st_ledger_root(reader, head.sealed, root, err)) == STET_OK)
		rc = st_store_size(ledger->store, &bytes, err);
	st_reader_close(reader);
	if (rc < 0)
		return rc;
	if ((artifacts = st_path_join(ledger->path, "artifacts")) == NULL)
		return st_fail_nomem(err);
	rc = tally_files(artifacts, 0, &tally, err);
	free(artifacts);
	if (rc < 0 && rc != STET_ENOTFOUND)
		return rc;
	if ((json = stet_json_object()) == NULL)
		return st_fail_nomem(err);
	st_time_text_ms(head.last_ms, time);
	stet_json_set(json, "origin", stet_json_str(ledger->origin));
	stet_json_set(json, "ledger", stet_json_str(ledger->id));
	stet_json_set(json, "entries", stet_json_int((int64_t)head.size));
	stet_json_set(json, "sealed", stet_json_int((int64_t)head.sealed));
	stet_json_set(json, "names", stet_json_int((int64_t)names));
	stet_json_set(json, "seals", stet_json_int((int64_t)types[ST_TYPE_SEAL]));
	stet_json_set(json, "types", types_json(types));
	stet_json_set(json, "last", stet_json_str(time));
	stet_json_set(json, "root", stet_json_hex((stet_bytes){root, 32}));
	stet_json_set(json, "bytes", stet_json_int((int64_t)bytes));
	stet_json_set(json, "artifacts", stet_json_int((int64_t)tally.count));
	stet_json_set(json, "artifact_bytes", stet_json_int((int64_t)tally.bytes));
	*stats_out = json;
	return STET_OK;
}
