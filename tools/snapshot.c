/* Snapshots of sources. */
#include "snapshot.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

stet_json *
snapshot_newest(const struct env *env, stet_at at, const char *source)
{
	char *name = text_of("source:%s", source);
	stet_history *history = NULL;
	const stet_json *json;
	stet_json *newest = NULL;
	stet_entry *entry;
	stet_id *id = NULL;
	stet_error err;

	if (name != NULL && stet_id_parse(name, &id, &err) == STET_OK &&
	    stet_history_open(env->ledger, id, at, &history, &err) == STET_OK)
		while (stet_history_next(history, &entry, &err) == STET_OK)
			if (strcmp(stet_entry_type(entry), "snapshot") == 0 &&
			    (json = stet_entry_json(entry, &err)) != NULL) {
				stet_json_free(newest);
				newest = stet_json_copy(json);
			}
	stet_history_close(history);
	stet_id_free(id);
	free(name);
	return newest;
}

static uint64_t
count_at(const stet_json *statement, const char *member)
{
	return (uint64_t)stet_json_int_of(stet_json_get(statement, member));
}

char *
snapshot_text(const char *source, const stet_json *entry)
{
	const stet_json *statement = stet_json_get(entry, "statement");
	char *sha256 = json_text(stet_json_get(statement, "sha256")),
	     *read = json_text(json_at(statement, "/source/retrieved")),
	     *appended = json_text(stet_json_get(entry, "appended")), *text;
	char taken[32], rows[32];

	text = text_of("%s, %s%.10s: %s of %s rows, sha256 %.8s, entry %" PRId64, source,
	    read != NULL ? "read " : "imported ",
	    read != NULL       ? read
	    : appended != NULL ? appended
			       : "",
	    number_text(count_at(statement, "taken"), taken),
	    number_text(count_at(statement, "rows"), rows), sha256 != NULL ? sha256 : "",
	    stet_json_int_of(stet_json_get(entry, "seq")));
	free(sha256);
	free(read);
	free(appended);
	return text;
}
