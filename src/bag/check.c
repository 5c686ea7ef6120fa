/* Judging a package by the standard it follows. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stet/text.h>

#include "bag/bag.h"
#include "bag/objects.h"
#include "base/err.h"
#include "json/json.h"
#include "package/ocfl.h"

/* What stet put into a bag, as the bag says: what is there is for the entries to show. */
static stet_json *
content_of(const struct st_bag *bag)
{
	stet_bytes content = st_bag_label(bag, ST_BAG_CONTENT_LABEL);

	return content.data == NULL ? stet_json_null() : stet_json_string(content);
}

/* --- the ledger in a bag --------------------------------------------------------------------- */

struct looking {
	struct st_unpack *tree;
	const stet_package_options *options;
	struct st_bag *bag;
	stet_json *report; /* of the checkpoint; NULL: not got so far */
	uint64_t since;    /* of an increment: its first entry */
};

static int
set_moment(struct looking *looking, stet_ledger *ledger, stet_error *err)
{
	stet_entry *entry = NULL;
	char time[STET_TIME_SIZE];
	stet_head head;
	int rc;

	if ((rc = stet_ledger_head(ledger, &head, err)) == STET_OK &&
	    (rc = stet_ledger_entry(ledger, head.size - 1, &entry, err)) == STET_OK) {
		stet_time_text(stet_entry_ms(entry), time);
		stet_json_set(looking->report, "as_of", stet_json_str(time));
	}
	stet_entry_free(entry);
	return rc;
}

static int
set_timestamps(struct looking *looking, stet_ledger *ledger, stet_error *err)
{
	stet_json *list = NULL;
	int rc = stet_ledger_timestamps(ledger, looking->options->tsa, &list, err);

	if (rc == STET_OK && stet_json_size(list) > 0)
		stet_json_set(looking->report, "timestamps", list);
	else
		stet_json_free(list);
	return rc;
}

/* Everything in the bag, once more: the ledger in it gives the same files, or somebody has changed
 * what readers read and left alone what programs verify. */
static int
compare_files(struct looking *looking, stet_ledger *ledger, const struct st_bag_records *records,
    stet_bytes since, const char *folder, stet_error *err)
{
	struct st_buf ours = {0}, theirs = {0};
	char *scratch = st_path_join(folder, "lines");
	stet_bytes agent = st_bag_label(looking->bag, "Bag-Software-Agent");
	int rc;

	if (!st_bytes_equal(agent, st_str(ST_BAG_AGENT))) {
		st_found_warning(&looking->bag->found, stet_rule_name(ST_BAG_RENDERING), NULL,
		    "it was made by '%.*s': whether the files for readers say what the entries say "
		    "can be told by that version",
		    (int)agent.size, agent.data != NULL ? (const char *)agent.data : "");
		free(scratch);
		return STET_OK;
	}
	if (scratch == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_bag_lines(ledger, records, since, scratch, looking->options->progress,
		      looking->options->progress_ctx, &ours, err)) == STET_OK &&
		 (rc = st_unpack_read(
		      looking->tree, "manifest-sha512.txt", SIZE_MAX / 4, &theirs, err)) == STET_OK)
		rc = st_bag_compare(
		    &looking->bag->found, st_buf_bytes(&ours), st_buf_bytes(&theirs), err);
	st_buf_free(&theirs);
	st_buf_free(&ours);
	free(scratch);
	return rc;
}

/* The ledger in some bags, the one that is judged the last of them, put together anew, by every
 * rule, in a folder that is removed again. */
static int
replay_bags(struct looking *looking, struct st_unpack *const *trees, size_t count, stet_bytes since,
    const char *folder, stet_error *err)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	char *path = st_path_join(folder, "ledger");
	stet_ledger *ledger = NULL;
	struct st_buf note = {0};
	int rc;

	if (path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_bag_restore(trees, count, path, &options, NULL,
		      looking->options->progress, looking->options->progress_ctx, err)) ==
		     STET_OK &&
		 (rc = st_unpack_read(looking->tree, ST_BAG_CHECKPOINT, ST_NOTE_MAX, &note, err)) ==
		     STET_OK &&
		 (rc = stet_checkpoint_check(st_buf_bytes(&note), looking->options->trust,
		      &looking->report, err)) == STET_OK &&
		 (rc = stet_ledger_open(path, &options, &ledger, err)) == STET_OK &&
		 (rc = set_moment(looking, ledger, err)) == STET_OK &&
		 (rc = set_timestamps(looking, ledger, err)) == STET_OK)
		rc = compare_files(looking, ledger, NULL, since, folder, err);
	stet_ledger_close(ledger);
	st_buf_free(&note);
	free(path);
	return rc;
}

static int
replay(struct looking *looking, const char *folder, stet_error *err)
{
	return replay_bags(looking, &looking->tree, 1, (stet_bytes){NULL, 0}, folder, err);
}

/* --- an increment ----------------------------------------------------------------------------- */

/* What was named to come before and cannot be read refutes nothing. */
static int
not_before(int rc, stet_error *err)
{
	if (rc == STET_EREFUSED ||
	    (rc == STET_EFORMAT && err != NULL && err->rule == ST_PACKAGE_KIND))
		return st_fail(err, STET_EINVAL, ST_PACKAGE_PARTIAL,
		    "of what comes before, the first has to be a bag of the whole ledger, and the "
		    "increments since in order");
	if (rc == STET_ENOTFOUND && err != NULL)
		err->code = STET_EIO;
	return rc == STET_ENOTFOUND ? STET_EIO : rc;
}

/* What the bags before and this one make together. */
static int
join(struct looking *looking, const char *folder, stet_error *err)
{
	const stet_package_options *options = looking->options;
	struct st_unpack **before = NULL, **trees = NULL;
	struct st_checkpoint end;
	struct st_buf since = {0};
	int rc;

	if ((rc = st_bags_open(options->after, options->after_count, options->progress,
		 options->progress_ctx, &before, &end, err)) < 0)
		return not_before(rc, err);
	if ((trees = calloc(options->after_count + 1, sizeof(struct st_unpack *))) == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_bag_follows(looking->tree, &end, options->after[options->after_count - 1],
		      err)) == STET_OK &&
		 (rc = st_unpack_read(looking->tree, ST_BAG_SINCE, ST_NOTE_MAX, &since, err)) ==
		     STET_OK) {
		memcpy(trees, before, options->after_count * sizeof(struct st_unpack *));
		trees[options->after_count] = looking->tree;
		rc = replay_bags(
		    looking, trees, options->after_count + 1, st_buf_bytes(&since), folder, err);
	}
	st_buf_free(&since);
	free(trees);
	st_bags_close(before, options->after_count);
	return rc;
}

static int
judge_notes(struct looking *looking, stet_error *err)
{
	struct st_buf since = {0}, note = {0};
	stet_json *earlier = NULL;
	int rc;

	if ((rc = st_unpack_read(looking->tree, ST_BAG_SINCE, ST_NOTE_MAX, &since, err)) ==
		STET_OK &&
	    (rc = st_unpack_read(looking->tree, ST_BAG_CHECKPOINT, ST_NOTE_MAX, &note, err)) ==
		STET_OK &&
	    (rc = stet_checkpoint_check(
		 st_buf_bytes(&since), looking->options->trust, &earlier, err)) == STET_OK)
		rc = stet_checkpoint_check(
		    st_buf_bytes(&note), looking->options->trust, &looking->report, err);
	stet_json_free(earlier);
	st_buf_free(&note);
	st_buf_free(&since);
	return rc;
}

/* One file with a checkpoint in place of the bags before. */
static int
follows_note(struct looking *looking, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	struct st_checkpoint before;
	struct st_buf text = {0};
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = not_before(st_file_read(looking->options->after[0], ST_NOTE_MAX, &text, err),
		 err)) == STET_OK &&
	    (rc = st_checkpoint_read(st_buf_bytes(&text), note, &before, err)) == STET_OK)
		rc = st_bag_follows(looking->tree, &before, "the checkpoint before", err);
	st_buf_free(&text);
	free(note);
	return rc;
}

static int
look_at_increment(struct looking *looking, const char *folder, stet_error *err)
{
	const stet_package_options *options = looking->options;
	struct st_found *found = &looking->bag->found;
	struct st_checkpoint since;
	int rc, notes = options->after_count == 1 && !stet_package_like(options->after[0]);

	if ((rc = st_bag_alone(looking->tree, &since, err)) < 0)
		return rc;
	looking->since = since.size;
	if (options->after_count > 0 && !notes)
		return join(looking, folder, err);
	if ((rc = judge_notes(looking, err)) < 0 ||
	    (notes && (rc = follows_note(looking, err)) < 0))
		return rc;
	if (notes) {
		st_found_warning(found, stet_rule_name(ST_BAG_RENDERING), NULL,
		    "it holds exactly the entries that follow the checkpoint; who had the right "
		    "to sign them, and whether the files for readers say the same, the bags "
		    "before are needed for");
	} else {
		found->unsure = 1;
		st_found_warning(found, stet_rule_name(ST_BAG_NOT_JOINED), NULL,
		    "it is consistent in itself and goes on from %llu entries that were not "
		    "looked at: give the bag before it, or its checkpoint, with --after",
		    (unsigned long long)since.size);
	}
	return STET_OK;
}

/* --- named records --------------------------------------------------------------------------- */

/* What the proof says of itself, and of which records the bag is. */
static int
report_records(struct looking *looking, const stet_proof *proof,
    const struct st_bag_records *records, stet_error *err)
{
	static const char *const members[] = {"origin", "size", "root", "as_of", "known",
	    "signed_by", "unknown_signers", "understood"};
	stet_json *names = stet_json_array();
	size_t i;

	looking->report = stet_json_object();
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		stet_json_set(looking->report, members[i],
		    stet_json_copy(stet_json_get(stet_proof_report(proof), members[i])));
	for (i = 0; i < records->count; i++)
		stet_json_add(names, stet_json_str(records->items[i].name));
	stet_json_set(looking->report, "records", names);
	return st_json_rc(looking->report) < 0 ? st_fail_nomem(err) : STET_OK;
}

/* What the proof shows, with the contents of the bag beside it. */
static int
lay_out(struct looking *looking, stet_proof *proof, const char *path, stet_ledger **ledger_out,
    stet_error *err)
{
	char *artifacts = st_path_join(path, "artifacts");
	int rc;

	if (artifacts == NULL)
		return st_fail_nomem(err);
	if ((rc = st_dir_make(artifacts, 0700, err)) == STET_OK &&
	    (rc = st_ledger_of_proof(proof, path, ledger_out, err)) == STET_OK)
		rc = st_bag_take_artifacts(looking->tree, *ledger_out, looking->options->progress,
		    looking->options->progress_ctx, err);
	free(artifacts);
	return rc;
}

static int
prove_records(struct looking *looking, const char *folder, stet_error *err)
{
	char *path = st_path_join(folder, "ledger");
	struct st_bag_records records = {0};
	stet_proof *proof = NULL;
	stet_ledger *ledger = NULL;
	int rc;

	if (path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_bag_records_read(
		      looking->tree, looking->options->trust, &records, &proof, err)) == STET_OK &&
		 (rc = report_records(looking, proof, &records, err)) == STET_OK &&
		 (rc = lay_out(looking, proof, path, &ledger, err)) == STET_OK)
		rc = compare_files(looking, ledger, &records, (stet_bytes){NULL, 0}, folder, err);
	stet_ledger_close(ledger);
	stet_proof_free(proof);
	st_bag_records_clear(&records);
	free(path);
	return rc;
}

/* --- what stet put into it -------------------------------------------------------------------- */

typedef int look(struct looking *looking, const char *folder, stet_error *err);

static const struct content {
	const char *label;
	look *look;
	const char *blame; /* the file that what is wrong is told of */
} contents[] = {{ST_BAG_WHOLE, replay, ST_BAG_ENTRIES},
    {ST_BAG_INCREMENT, look_at_increment, ST_BAG_ENTRIES},
    {ST_BAG_NAMED, prove_records, ST_BAG_RECORD_LIST}};

static const struct content *
content_known(const struct st_bag *bag)
{
	stet_bytes label = st_bag_label(bag, ST_BAG_CONTENT_LABEL);
	size_t i;

	for (i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (st_bytes_equal(label, st_str(contents[i].label)))
			return &contents[i];
	return NULL;
}

static int
look_inside(struct looking *looking, const struct content *content, stet_error *err)
{
	char *folder = st_path_join(looking->options->scratch_dir, "stet-check.XXXXXX");
	stet_error why;
	int rc;

	if (folder == NULL)
		return st_fail_nomem(err);
	if (mkdtemp(folder) == NULL) {
		rc = st_fail_errno(
		    err, errno, "cannot make a folder in '%s'", looking->options->scratch_dir);
		free(folder);
		return rc;
	}
	st_error_clear(&why);
	rc = content->look(looking, folder, &why);
	st_dir_remove(folder);
	free(folder);
	if (rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED ||
	    rc == STET_ENOTFOUND) {
		st_found_problem(
		    &looking->bag->found, stet_rule_name(why.rule), content->blame, "%s", why.text);
		return STET_OK;
	}
	if (rc < 0 && err != NULL)
		*err = why;
	return rc;
}

/* --- the report ------------------------------------------------------------------------------ */

static int
report_bag(struct looking *looking, stet_json **report_out, stet_error *err)
{
	stet_json *report = stet_json_object();
	struct st_bag *bag = looking->bag;
	char standard[32];
	int rc;

	snprintf(standard, sizeof(standard), "BagIt%s%s", bag->version[0] != '\0' ? " " : "",
	    bag->version);
	stet_json_set(report, "v", stet_json_int(1));
	stet_json_set(report, "kind", stet_json_str("bag"));
	stet_json_set(report, "standard", stet_json_str(standard));
	stet_json_set(report, "files", stet_json_int((int64_t)bag->files));
	stet_json_set(report, "bytes", stet_json_int((int64_t)bag->bytes));
	stet_json_set(report, "content", content_of(bag));
	if (looking->since > 0)
		stet_json_set(report, "since", stet_json_int((int64_t)looking->since));
	st_found_report(&bag->found, report);
	stet_json_set(report, "info", bag->info);
	bag->info = NULL;
	if (looking->report != NULL) {
		stet_json_set(looking->report, "kind", stet_json_str("bag"));
		st_json_move(report, &looking->report);
	}
	if ((rc = st_json_rc(report)) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}

static int
check_bag(struct st_unpack *tree, const stet_package_options *options, stet_json **report_out,
    stet_error *err)
{
	struct st_watch watch = {options->progress, options->progress_ctx, 0, 0};
	struct st_bag bag = {0};
	struct looking looking = {tree, options, &bag, NULL, 0};
	const struct content *content;
	int rc = st_bag_check(tree, &watch, &bag, err);

	if (rc == STET_OK && options->scratch_dir != NULL && bag.found.problem_count == 0) {
		content = content_known(&bag);
		if (options->after_count > 0 &&
		    (content == NULL || content->look != look_at_increment))
			rc = st_fail(err, STET_EINVAL, ST_RULE_NONE,
			    "it is no increment, so nothing comes before it");
		else if (content != NULL)
			rc = look_inside(&looking, content, err);
	}
	if (rc == STET_OK)
		rc = report_bag(&looking, report_out, err);
	stet_json_free(looking.report);
	st_bag_clear(&bag);
	return rc;
}

/* --- OCFL ------------------------------------------------------------------------------------ */

static int
report_ocfl(
    struct st_ocfl *ocfl, struct st_objects_check *objects, stet_json **report_out, stet_error *err)
{
	stet_json *report = stet_json_object();
	char standard[32];

	snprintf(standard, sizeof(standard), "OCFL%s%s", ocfl->version[0] != '\0' ? " " : "",
	    ocfl->version);
	stet_json_set(report, "v", stet_json_int(1));
	stet_json_set(report, "kind", stet_json_str("ocfl"));
	stet_json_set(report, "standard", stet_json_str(standard));
	stet_json_set(report, "is", stet_json_str(ocfl->root ? "root" : "object"));
	stet_json_set(report, "objects", stet_json_int((int64_t)ocfl->objects));
	stet_json_set(report, "versions", stet_json_int((int64_t)ocfl->versions));
	stet_json_set(report, "files", stet_json_int((int64_t)ocfl->files));
	stet_json_set(report, "bytes", stet_json_int((int64_t)ocfl->bytes));
	st_objects_check_report(objects, &ocfl->found, report);
	st_found_report(&ocfl->found, report);
	if (st_json_rc(report) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}

static int
check_ocfl(
    const char *path, const stet_package_options *options, stet_json **report_out, stet_error *err)
{
	struct st_watch watch = {options->progress, options->progress_ctx, 0, 0};
	struct st_objects_check objects;
	struct st_ocfl ocfl = {.look = NULL};
	int rc;

	st_objects_check_begin(&objects, path, options, &watch);
	if (options->scratch_dir != NULL)
		ocfl.look = &objects.look;
	if ((rc = st_ocfl_check(path, &watch, &ocfl, err)) == STET_OK)
		rc = report_ocfl(&ocfl, &objects, report_out, err);
	st_objects_check_end(&objects);
	st_ocfl_clear(&ocfl);
	return rc;
}

int
stet_package_check(
    const char *path, const stet_package_options *options, stet_json **report_out, stet_error *err)
{
	static const stet_package_options usual = STET_PACKAGE_OPTIONS;
	struct st_unpack *tree = NULL;
	int rc;

	if (options == NULL)
		options = &usual;
	if (options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "options of another version");
	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (stet_package_like(path) == STET_PACKAGE_OCFL)
		return check_ocfl(path, options, report_out, err);
	if ((rc = st_unpack_open(path, &tree, err)) < 0)
		return rc;
	if (st_bag_like(tree))
		rc = check_bag(tree, options, report_out, err);
	else
		rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND,
		    "'%s' is neither a bag nor an OCFL storage root or object%s", path,
		    st_unpack_is_archive(tree) ? "; OCFL is read as folders, unpacked" : "");
	st_unpack_close(tree);
	return rc;
}

/* By the names that packages begin with. */
static int
folder_like(const char *path)
{
	const char *name;
	DIR *dir = opendir(path);
	int bag = 0, ocfl = 0;

	if (dir == NULL)
		return STET_PACKAGE_BAG; /* why it cannot be read is for the check to say */
	while (!bag && st_dir_next(dir, path, &name, NULL) == STET_OK && name != NULL) {
		bag = strcmp(name, "bagit.txt") == 0 || strncmp(name, "manifest-", 9) == 0;
		ocfl |= st_ocfl_mark(name);
	}
	closedir(dir);
	return bag ? STET_PACKAGE_BAG : ocfl ? STET_PACKAGE_OCFL : 0;
}

/* What the formats that are read begin with, and where. */
int
stet_package_like(const char *path)
{
	static const struct {
		size_t at, size;
		const char *bytes;
	} marks[] = {{257, 5, "ustar"}, {0, 4, "\x28\xb5\x2f\xfd"}, {0, 4, "PK\x03\x04"},
	    {0, 3, "\x1f\x8b\x08"},
	    {0, 6,
		"\xfd"
		"7zXZ\0"}};
	char head[512];
	struct stat st;
	ssize_t got;
	size_t i;
	int fd;

	if (stat(path, &st) < 0)
		return 0;
	if (S_ISDIR(st.st_mode))
		return folder_like(path);
	if (!S_ISREG(st.st_mode) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return 0;
	got = read(fd, head, sizeof(head));
	close(fd);
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (got >= (ssize_t)(marks[i].at + marks[i].size) &&
		    memcmp(head + marks[i].at, marks[i].bytes, marks[i].size) == 0)
			return STET_PACKAGE_BAG;
	return 0;
}
