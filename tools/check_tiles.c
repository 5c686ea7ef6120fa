/* stet check: a folder of static tiles (C2SP tlog-tiles). */
#include "check.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <stdlib.h>
#include <sys/stat.h>

static int
has(const struct check *check, const char *name, unsigned kind)
{
	char *path = text_of("%s/%s", check->path, name);
	struct stat info;
	int found = path != NULL && stat(path, &info) == 0 && (info.st_mode & S_IFMT) == kind;

	free(path);
	return found;
}

static int
detect(const struct check *check)
{
	return check->is_folder && has(check, "checkpoint", S_IFREG) && has(check, "tile", S_IFDIR);
}

static int
judge(struct check *check, stet_error *err)
{
	struct progress progress;
	int rc;

	stop_watch();
	progress_begin(&progress, "check", check->env.quiet);
	rc = stet_tiles_check(
	    check->path, check->trust, progress_step, &progress, &check->report, err);
	progress_end(&progress);
	return rc;
}

static void
page(const struct check *check)
{
	const stet_json *entries = stet_json_get(check->report, "entries");

	check_row("entries", stet_json_kind_of(entries) == STET_JSON_INT
				 ? "all read, and every hash above them computed again"
				 : "none here: every hash above the lowest computed again");
}

const struct check_kind check_tiles = {.name = "tiles",
    .what = "a folder of C2SP tiles",
    .detect = detect,
    .judge = judge,
    .page = page};
