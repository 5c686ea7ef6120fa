/* stet correct, and its short verbs: one correction statement, what it replaces filled in from the
 * ledger. */
#include "feed.h"
#include "field.h"
#include "list.h"
#include "out.h"
#include "util.h"
#include "verb.h"
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SET = OPT_OWN, OPT_UNSET, OPT_NOTE, OPT_NOTICE, OPT_REASON, OPT_LIST };

static const struct opt own[] = {
    {OPT_SET, 0, "set", "FIELD=VALUE",
	"from now on this member of the record has this value; what it had is filled "
	"in from the ledger; may be repeated"},
    {OPT_UNSET, 0, "unset", "FIELD", "from now on it has none"},
    {OPT_NOTE, 0, "note", "TEXT", "what readers are told, in plain words (the member public_note)"},
    {OPT_NOTICE, 0, "notice", "DOI|self|none",
	"the notice that tells readers: its DOI; in place of the record "
	"itself; or that there is none"},
    {OPT_REASON, 0, "reason", "TEXT", "why, in words; may be repeated"},
    {OPT_LIST, 0, "list", "FILE",
	"for one notice over many records: their identifiers, one a line, instead of ID; '-' is "
	"standard input"},
    {OPT_KEEP_GOING, 0, "keep-going", NULL,
	"with --list, append what is right and leave out what is refused"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {
    own, opts_attach, opts_sign, opts_append, opts_away, opts_secret, opts_json, opts_ledger, NULL};

struct change {
	const char *field, *value; /* value NULL: none from now on */
};

struct correct {
	struct verb verb;
	struct change *changes;
	const char **reasons;
	size_t change_count, reason_count;
	const char *note, *notice, *list;
	struct view view;          /* of the subject at hand; empty without a ledger */
	uint64_t absent, wrong;    /* of a list: not in the ledger yet; not taken */
	const struct batch *batch; /* of the list that the subject at hand is on; else NULL */
};

/* --- which member --------------------------------------------------------------------------- */

/* The types a bare member name may belong to, most usual first. */
static const char *const types[] = {
    "record", "doi", "claims", "assessment", "declaration", "verdict", "artifact", NULL};

static void
underscores(char *text)
{
	for (; *text != '\0'; text++)
		*text = *text == '-' ? '_' : *text;
}

/* "title" -> "/record/title", where only one type has such a member, or only one was said of this
 * record. */
static int
path_of_name(struct correct *correct, const char *name, char *out, size_t size)
{
	char member[256], found[200] = "";
	stet_field_info info;
	size_t i, count = 0, said = 0, used = 0;
	const char *type = NULL, *said_type = NULL;

	snprintf(member, sizeof(member), "/%s", name);
	underscores(member);
	for (i = 0; types[i] != NULL; i++) {
		if (!field_info(types[i], member, &info))
			continue;
		count++;
		type = type == NULL ? types[i] : type;
		if (used < sizeof(found))
			used += (size_t)snprintf(found + used, sizeof(found) - used, "%s/%s%s",
			    count > 1 ? ", " : "", types[i], member);
		if (view_newest(&correct->view, types[i]) != NULL) {
			said++;
			said_type = types[i];
		}
	}
	if (said == 1)
		type = said_type;
	else if (count != 1)
		return count == 0 ? opt_wrong(correct->verb.command,
					"no statement type has a member '%s'; give a whole path "
					"such as /record/title",
					name)
				  : opt_wrong(correct->verb.command,
					"'%s' may be any of %s; give the whole path", name, found);
	snprintf(out, size, "/%s%s", type, member);
	return EXIT_YES;
}

static int
path_of(struct correct *correct, const char *field, char *out, size_t size)
{
	if (strchr(field, '/') == NULL)
		return path_of_name(correct, field, out, size);
	if ((size_t)snprintf(out, size, "%s%s", field[0] == '/' ? "" : "/", field) >= size)
		return opt_wrong(correct->verb.command, "the path '%.40s...' is too long", field);
	if (strchr(out + 1, '/') == NULL)
		return opt_wrong(correct->verb.command,
		    "the path '%s' names no member; give one such as /record/title", out);
	return EXIT_YES;
}

/* --- before and after ----------------------------------------------------------------------- */

/* How values of a member stand in a row: as plain text, or as JSON text. */
static int
is_plain(const char *path, const stet_json *before)
{
	static const char *const texts[] = {
	    "text", "date", "number", "enum", "name", "doi", "hash", "bytes", NULL};
	const char *rest = strchr(path + 1, '/');
	char type[32];
	stet_field_info info;
	size_t i;

	snprintf(type, sizeof(type), "%.*s", (int)(rest - path - 1), path + 1);
	if (field_info(type, rest, &info)) {
		for (i = 0; texts[i] != NULL; i++)
			if (strcmp(texts[i], info.kind) == 0)
				return 1;
		return 0;
	}
	return before == NULL || stet_json_kind_of(before) == STET_JSON_STRING;
}

static int
report_value(struct correct *correct, const char *path, const char *what)
{
	return opt_wrong(correct->verb.command, "--set %s: %s", path, what);
}

/* The new value in a statement of its type: what the schema says of this member comes out, and what
 * else such a statement would need does not matter here. */
static int
check_value(struct correct *correct, const char *path, const char *type, const stet_json *value)
{
	const char *member = strchr(path + 1, '/');
	stet_json *json = stet_json_object();
	stet_statement *statement = NULL;
	stet_error err;
	size_t size = strlen(member);
	int rc;

	if (strchr(member + 1, '/') != NULL) { /* within a member: not judged alone */
		stet_json_free(json);
		return EXIT_YES;
	}
	stet_json_set(json, "type", stet_json_str(type));
	stet_json_set(json, "subject", stet_json_str("doi:10.1/x"));
	stet_json_set(json, member + 1, stet_json_copy(value));
	rc = stet_statement_from_value(json, &statement, &err);
	stet_json_free(json);
	stet_statement_free(rc == STET_OK ? statement : NULL);
	if (rc == STET_OK || strncmp(err.text + 1, member, size) != 0 || err.text[1 + size] != '\'')
		return EXIT_YES;
	return report_value(correct, path, err.text);
}

/* A value that is not text is written as JSON, and a row keeps it as JSON text. */
static int
json_of(
    struct correct *correct, const char *path, const char *type, const char *text, stet_json **out)
{
	stet_json *value = NULL;
	stet_error err;
	int status;

	if (stet_json_parse((stet_bytes){(const uint8_t *)text, strlen(text)}, &value, &err) < 0)
		return report_value(correct, path, "its values are JSON, such as 12 or [\"a\"]");
	status = check_value(correct, path, type, value);
	stet_json_free(value);
	if (status == EXIT_YES)
		*out = stet_json_str(text);
	return status;
}

/* The new value as the row takes it: checked against the schema table where the member is in it. */
static int
after_of(struct correct *correct, const char *path, const char *text, int plain, stet_json **out)
{
	const char *rest = strchr(path + 1, '/');
	stet_field_info info;
	struct field field = {0};
	stet_json *value = NULL;
	stet_error err;
	char type[32];
	int status;

	snprintf(type, sizeof(type), "%.*s", (int)(rest - path - 1), path + 1);
	if (!plain)
		return json_of(correct, path, type, text, out);
	if (!field_info(type, rest, &info)) {
		*out = stet_json_str(text);
		return EXIT_YES;
	}
	field.kind = info.kind;
	field.values = info.values;
	if (field_value(&field, text, &value, &err) < 0)
		return report_value(correct, path, err.text);
	if ((status = check_value(correct, path, type, value)) != EXIT_YES)
		stet_json_free(value);
	else
		*out = value;
	return status;
}

static stet_json *
before_of(const stet_json *effective, int plain)
{
	stet_error err;
	stet_json *value;
	char *text;
	size_t size;

	if (effective == NULL)
		return stet_json_null();
	if (plain)
		return stet_json_copy(effective);
	if (stet_json_text(effective, 0, &text, &size, &err) < 0)
		return NULL;
	value = stet_json_string((stet_bytes){(const uint8_t *)text, size});
	free(text);
	return value;
}

static int
equal(const stet_json *a, const stet_json *b)
{
	char *left = json_shown(a), *right = json_shown(b);
	int same = a != NULL && b != NULL && stet_json_kind_of(a) == stet_json_kind_of(b) &&
		   left != NULL && right != NULL && strcmp(left, right) == 0;

	free(left);
	free(right);
	return same;
}

static int
add_change(struct correct *correct, const struct change *change, stet_statement *statement)
{
	stet_json *row = stet_json_object(), *effective, *before = NULL, *after = NULL;
	const struct said *by = NULL;
	char path[1100];
	int plain, status;

	if ((status = path_of(correct, change->field, path, sizeof(path))) != EXIT_YES) {
		stet_json_free(row);
		return status;
	}
	effective = view_effective(&correct->view, path, &by);
	plain = is_plain(path, effective);
	if (change->value == NULL)
		after = stet_json_null();
	else
		status = after_of(correct, path, change->value, plain, &after);
	if (status == EXIT_YES && correct->verb.env.ledger != NULL) {
		before = before_of(effective, plain);
		if (equal(before, after)) {
			complain("'%s' has this value already; nothing to correct", path);
			status = EXIT_NO;
		}
	}
	stet_json_free(effective);
	if (status != EXIT_YES) {
		stet_json_free(row);
		stet_json_free(before);
		stet_json_free(after);
		return status;
	}
	stet_json_set(row, "path", stet_json_str(path));
	if (!plain)
		stet_json_set(row, "json", stet_json_bool(1));
	if (before != NULL)
		stet_json_set(row, "before", before);
	stet_json_set(row, "after", after);
	return verb_set(statement, "/affected/-", row) < 0 ? EXIT_UNSURE : EXIT_YES;
}

/* --- notice, reasons, targets --------------------------------------------------------------- */

static int
set_notice(struct correct *correct, stet_statement *statement)
{
	const char *notice = correct->notice;
	stet_id *id;
	int rc;

	if (notice == NULL)
		return EXIT_YES;
	if (strcmp(notice, "self") == 0 || strcmp(notice, "none") == 0 ||
	    strcmp(notice, "unknown") == 0)
		return verb_set_text(statement, "/notice/kind", notice) < 0 ? EXIT_UNSURE
									    : EXIT_YES;
	id = env_id(&correct->verb.env, notice);
	if (id == NULL || stet_id_doi(id) == NULL) {
		stet_id_free(id);
		return opt_wrong(
		    correct->verb.command, "--notice takes a DOI, or self, none or unknown");
	}
	rc = verb_set_text(statement, "/notice/kind", "own");
	if (rc == 0)
		rc = verb_set_text(statement, "/notice/doi", stet_id_doi(id));
	stet_id_free(id);
	return rc < 0 ? EXIT_UNSURE : EXIT_YES;
}

static int
set_words(struct correct *correct, stet_statement *statement)
{
	stet_json *reason;
	size_t i;

	if (correct->note != NULL && verb_set_text(statement, "/public_note", correct->note) < 0)
		return EXIT_USAGE;
	for (i = 0; i < correct->reason_count; i++) {
		reason = stet_json_object();
		stet_json_set(reason, "text", stet_json_str(correct->reasons[i]));
		if (verb_set(statement, "/reasons/-", reason) < 0)
			return EXIT_USAGE;
	}
	return set_notice(correct, statement);
}

/* One statement of a batch: which of how many, and ids that follow from the batch and the name, so
 * that the same list again is already there. */
struct batch {
	const char *id;
	uint64_t number, count;
};

static int
text_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	stet_bytes *rest = ctx;

	*got_out = size < rest->size ? size : rest->size;
	memcpy(buf, rest->data, *got_out);
	rest->data += *got_out;
	rest->size -= *got_out;
	return STET_OK;
}

static int
digest_of(const char *text, char hex_out[65])
{
	stet_bytes rest = {(const uint8_t *)text, strlen(text)};
	uint8_t sha256[STET_HASH_SIZE];
	uint64_t size;
	stet_error err;

	if (stet_digest(text_source, &rest, sha256, &size, &err) < 0) {
		complain_error(&err);
		return -1;
	}
	hex_text(sha256, sizeof(sha256), hex_out);
	return 0;
}

/* "batch-" and the first 128 bits of SHA-256 over batch, nature and name. */
static int
statement_id(const struct batch *batch, stet_statement *statement, char id_out[40])
{
	char *nature = json_text(stet_json_get(stet_statement_json(statement), "nature"));
	char *key = text_of("%s\n%s\n%s", batch->id, nature != NULL ? nature : "",
	    stet_statement_subject(statement));
	char digest[65];
	int rc = key == NULL ? -1 : digest_of(key, digest);

	free(nature);
	free(key);
	snprintf(id_out, 40, "batch-%.32s", rc == 0 ? digest : "");
	return rc;
}

/* The natures that a lifting one ends. */
static int
is_lifted_by(const char *nature, const char *lifting)
{
	static const char *const gone[] = {"partial_retraction", "retraction", "withdrawal",
	    "removal", "retract_and_replace", "corrected_and_republished", "new_version",
	    "new_edition", "supersession", NULL};
	size_t i;

	if (strcmp(lifting, "concern_lifted") == 0)
		return strcmp(nature, "expression_of_concern") == 0;
	for (i = 0; gone[i] != NULL; i++)
		if (strcmp(gone[i], nature) == 0)
			return 1;
	return 0;
}

/* Where nothing is open any more because this very list was here before, what it lifted then: so it
 * comes to the same statement, which is there already. */
static int
lifted_before(struct correct *correct, const char *lifting, stet_statement *statement)
{
	const struct said *said;
	const stet_json *targets;
	size_t i, k;
	char id[40];

	if (correct->batch == NULL)
		return EXIT_NO;
	if (statement_id(correct->batch, statement, id) < 0)
		return EXIT_UNSURE;
	for (i = 0; i < correct->view.count; i++) {
		said = &correct->view.items[i];
		if (said->nature == NULL || strcmp(said->nature, lifting) != 0 ||
		    said->source != NULL || !json_is(stet_json_get(said->statement, "id"), id))
			continue;
		targets = stet_json_get(said->statement, "targets");
		for (k = 0; k < stet_json_size(targets); k++)
			if (verb_set(statement, "/targets/-",
				stet_json_copy(stet_json_item(targets, k))) < 0)
				return EXIT_UNSURE;
		return EXIT_YES;
	}
	return EXIT_NO;
}

/* Without --target, what can only be meant: the one condition that is open. */
static int
find_target(struct correct *correct, const char *lifting, stet_statement *statement)
{
	const struct said *found = NULL, *said;
	char list[160] = "";
	size_t i, count = 0, used = 0;
	int status;

	for (i = 0; i < correct->view.count; i++) {
		said = &correct->view.items[i];
		if (said->nature == NULL || said->source != NULL ||
		    said->annulled_by != STET_NO_SEQ || said->ended_by != STET_NO_SEQ ||
		    !is_lifted_by(said->nature, lifting))
			continue;
		found = said;
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used,
			    "%s%" PRIu64 " (%s)", count > 0 ? ", " : "", said->seq, said->nature);
		count++;
	}
	if (count == 1) {
		remark("lifts entry %" PRIu64 " (%s)", found->seq, found->nature);
		return verb_set_text(statement, "/targets/-", found->leaf) < 0 ? EXIT_UNSURE
									       : EXIT_YES;
	}
	if (count > 1)
		return opt_wrong(correct->verb.command, "which entry? --target one of %s", list);
	if ((status = lifted_before(correct, lifting, statement)) == EXIT_NO)
		complain("nothing here is open that this could lift");
	return status;
}

static int
set_targets(struct correct *correct, stet_statement *statement)
{
	const stet_json *json = stet_statement_json(statement);
	const stet_json *nature = stet_json_get(json, "nature");

	if (stet_json_get(json, "targets") != NULL)
		return EXIT_YES;
	if (json_is(nature, "annulment"))
		return opt_wrong(correct->verb.command,
		    "which entry was never right? give --target SEQ ('stet "
		    "log ID' shows the numbers)");
	if (!json_is(nature, "reinstatement") && !json_is(nature, "concern_lifted"))
		return EXIT_YES;
	if (correct->verb.env.ledger == NULL)
		return opt_wrong(
		    correct->verb.command, "which entry? without a ledger, give --target LEAF");
	return find_target(correct,
	    json_is(nature, "reinstatement") ? "reinstatement" : "concern_lifted", statement);
}

/* --- one record
 * ----------------------------------------------------------------------------------- */

static int
build(struct correct *correct, const stet_id *subject, stet_statement **out)
{
	struct verb *verb = &correct->verb;
	stet_statement *statement = NULL;
	size_t i;
	int status = verb_draft(verb, "correction", subject, &statement);

	if (status != EXIT_YES)
		return status;
	if (stet_json_get(stet_statement_json(statement), "nature") == NULL &&
	    verb_set_text(statement, "/nature", verb->command->nature) < 0)
		status = EXIT_UNSURE;
	for (i = 0; status == EXIT_YES && i < correct->change_count; i++)
		status = add_change(correct, &correct->changes[i], statement);
	if (status == EXIT_YES)
		status = set_words(correct, statement);
	if (status == EXIT_YES)
		status = set_targets(correct, statement);
	if (status == EXIT_YES)
		*out = statement;
	else
		stet_statement_free(statement);
	return status;
}

static int
set_batch(
    struct correct *correct, const struct batch *batch, size_t first, stet_statement *statement)
{
	struct verb *verb = &correct->verb;
	char id[40], attached[64];
	size_t i;

	if (statement_id(batch, statement, id) < 0 || verb_set_text(statement, "/id", id) < 0 ||
	    verb_set_text(statement, "/batch/id", batch->id) < 0 ||
	    verb_set(statement, "/batch/number", stet_json_int((int64_t)batch->number)) < 0 ||
	    verb_set(statement, "/batch/count", stet_json_int((int64_t)batch->count)) < 0)
		return EXIT_UNSURE;
	for (i = first; i < verb->count; i++) { /* artifacts that go with it */
		snprintf(attached, sizeof(attached), "%s:%zu", id, i - first + 1);
		if (verb_set_text(verb->items[i], "/id", attached) < 0)
			return EXIT_UNSURE;
	}
	return EXIT_YES;
}

static int
find_view(struct correct *correct, const stet_id *subject, int listed)
{
	int status;

	if (correct->verb.env.ledger == NULL)
		return EXIT_YES;
	status = view_find(&correct->verb.env, subject, &correct->view);
	if (status != EXIT_ABSENT)
		return status;
	correct->absent++;
	if (!listed)
		remark("'%s' is not in this ledger yet; this is the first entry about it",
		    stet_id_text(subject));
	return EXIT_YES;
}

static int
correct_one(struct correct *correct, const stet_id *subject, const struct batch *batch)
{
	struct verb *verb = &correct->verb;
	stet_statement *statement = NULL;
	char sha256[65];
	size_t i, first = verb->count;
	int status = find_view(correct, subject, batch != NULL);

	correct->batch = batch;
	if (status == EXIT_YES)
		status = build(correct, subject, &statement);
	for (i = 0; status == EXIT_YES && i < verb->attach_count; i++)
		status = verb_attach(verb, subject, verb->attach[i], sha256);
	if (status == EXIT_YES && batch != NULL)
		status = set_batch(correct, batch, first, statement);
	view_free(&correct->view);
	if (status == EXIT_YES)
		return verb_add(verb, statement);
	stet_statement_free(statement);
	return status;
}

static int
correct_name(struct correct *correct, const char *text)
{
	stet_id *subject = NULL;
	int status = verb_subject(&correct->verb, text, &subject);

	if (status == EXIT_YES)
		status = correct_one(correct, subject, NULL);
	stet_id_free(subject);
	return status;
}

/* --- many records --------------------------------------------------------------------------- */

struct paper {                 /* of a list */
	stet_id *id;           /* NULL: the line is wrong, or a paper that an earlier line names */
	uint64_t line, number; /* number: among the papers of the list, from 1 */
	int status;
};

struct papers {
	struct list list;
	struct paper *items;
	uint64_t count; /* different ones, wrong lines among them */
};

static void
papers_free(struct papers *papers)
{
	size_t i;

	for (i = 0; papers->items != NULL && i < papers->list.count; i++)
		stet_id_free(papers->items[i].id);
	free(papers->items);
	list_free(&papers->list);
}

static char *
place_of(const struct papers *papers, uint64_t line)
{
	return text_of("%s line %" PRIu64, papers->list.name, line);
}

static int
by_name(const void *a, const void *b)
{
	const struct paper *left = *(struct paper *const *)a, *right = *(struct paper *const *)b;
	int order = strcmp(stet_id_text(left->id), stet_id_text(right->id));

	return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* The same paper twice is said, and taken once. */
static int
drop_repeated(struct papers *papers)
{
	struct paper **sorted = calloc(papers->list.count, sizeof(*sorted)), *first = NULL;
	size_t i, count = 0;

	if (sorted == NULL)
		return EXIT_UNSURE;
	for (i = 0; i < papers->list.count; i++)
		if (papers->items[i].id != NULL)
			sorted[count++] = &papers->items[i];
	qsort(sorted, count, sizeof(struct paper *), by_name);
	for (i = 0; i < count; i++) {
		if (first == NULL ||
		    strcmp(stet_id_text(first->id), stet_id_text(sorted[i]->id)) != 0) {
			first = sorted[i];
			continue;
		}
		remark("%s line %" PRIu64 ": '%s' is on line %" PRIu64 " already; taken once",
		    papers->list.name, sorted[i]->line, stet_id_text(first->id), first->line);
		stet_id_free(sorted[i]->id);
		sorted[i]->id = NULL;
		sorted[i]->status = EXIT_YES;
	}
	free(sorted);
	for (i = 0; i < papers->list.count; i++)
		if (papers->items[i].id != NULL || papers->items[i].status != EXIT_YES)
			papers->items[i].number = ++papers->count;
	return EXIT_YES;
}

/* The papers that the lines name, in their order; lines that name none have a status instead, and
 * are complained of. */
static int
read_papers(struct correct *correct, struct papers *papers)
{
	struct paper *paper;
	size_t i;
	char *place;
	int status = list_read(&papers->list, correct->list);

	if (status != EXIT_YES)
		return status;
	papers->items = calloc(papers->list.count, sizeof(*papers->items));
	if (papers->items == NULL)
		return EXIT_UNSURE;
	for (i = 0; i < papers->list.count && status != EXIT_UNSURE; i++) {
		paper = &papers->items[i];
		paper->line = papers->list.items[i].line;
		out_place(place = place_of(papers, paper->line));
		status = papers->list.items[i].text != NULL
			     ? verb_subject(&correct->verb, papers->list.items[i].text, &paper->id)
			     : EXIT_NO;
		paper->status = status;
		out_place(NULL);
		free(place);
	}
	return status == EXIT_UNSURE ? status : drop_repeated(papers);
}

static char *
digest_of_names(const struct papers *papers, const char *notice)
{
	char digest[65], *all = strdup(notice != NULL ? notice : ""), *grown;
	size_t i;

	for (i = 0; all != NULL && i < papers->list.count; i++) {
		if (papers->items[i].id == NULL)
			continue;
		grown = text_of("%s\n%s", all, stet_id_text(papers->items[i].id));
		free(all);
		all = grown;
	}
	grown = all != NULL && digest_of(all, digest) == 0 ? text_of("list-%.32s", digest) : NULL;
	free(all);
	return grown;
}

/* A notice that is there to be read under a DOI; wrong ones are complained of where it is set. */
static int
is_doi(const char *notice)
{
	stet_id *id = NULL;
	stet_error err;
	int doi;

	if (notice == NULL || stet_id_parse(notice, &id, &err) < 0)
		return 0;
	doi = stet_id_doi(id) != NULL;
	stet_id_free(id);
	return doi;
}

/* What the batch is one of: the name that --id gives it, or the notice; without either, the papers
 * themselves tell batches apart. */
static char *
batch_id(const struct correct *correct, const char *given, const struct papers *papers)
{
	stet_id *id;
	char *text;

	if (given != NULL)
		return strdup(given);
	if (!is_doi(correct->notice))
		return digest_of_names(papers, correct->notice);
	id = env_id(&correct->verb.env, correct->notice);
	text = id != NULL ? strdup(stet_id_doi(id)) : NULL;
	stet_id_free(id);
	return text;
}

/* One paper, with its place in front of whatever there is to complain of. */
static int
correct_paper(struct correct *correct, struct papers *papers, size_t i, struct batch *batch)
{
	struct paper *paper = &papers->items[i];
	char *place;

	if (paper->id == NULL)
		return paper->status;
	place = place_of(papers, paper->line);
	out_place(place);
	correct->verb.place = place;
	batch->number = paper->number;
	paper->status = correct_one(correct, paper->id, batch);
	out_place(NULL);
	correct->verb.place = NULL;
	free(place);
	return paper->status;
}

static void
remark_absent(const struct correct *correct, const struct papers *papers)
{
	if (correct->absent == 1)
		remark("1 of %" PRIu64
		       " papers is not in this ledger yet; this is the first entry about it",
		    papers->count);
	else if (correct->absent > 1)
		remark("%" PRIu64 " of %" PRIu64
		       " papers are not in this ledger yet; these are the first entries about "
		       "them",
		    correct->absent, papers->count);
}

/* Every line is looked at, so that all complaints are made at once. The first that is wrong is the
 * answer, unless it is to be left out. */
static int
correct_papers(struct correct *correct, struct papers *papers, const char *given)
{
	char *id = batch_id(correct, given, papers);
	struct batch batch = {id, 0, papers->count};
	size_t i;
	int status = EXIT_YES, one = EXIT_YES;

	if (id == NULL)
		return EXIT_UNSURE;
	for (i = 0; one != EXIT_UNSURE && i < papers->list.count; i++) {
		one = correct_paper(correct, papers, i, &batch);
		correct->wrong += one != EXIT_YES;
		status = one == EXIT_UNSURE || status == EXIT_YES ? one : status;
	}
	free(id);
	remark_absent(correct, papers);
	if (status == EXIT_YES || one == EXIT_UNSURE)
		return status;
	if (correct->verb.keep_going && correct->verb.count > 0)
		return EXIT_YES;
	complain("%" PRIu64 " of %" PRIu64 " papers cannot be taken; nothing was appended",
	    correct->wrong, papers->count);
	return status;
}

static int
correct_list(struct correct *correct)
{
	struct verb *verb = &correct->verb;
	const char *given = verb->id_text;
	struct papers papers = {0};
	int status;

	if (verb->arg_count > 0)
		return opt_wrong(verb->command, "a record or a --list of them, not both");
	if (verb->after != NULL)
		return opt_wrong(
		    verb->command, "--after is of one record; a --list has no use for it");
	if (verb->keep_going && given == NULL && !is_doi(correct->notice))
		return opt_wrong(verb->command,
		    "name the batch with --id, so that the same list put right later is the same "
		    "batch; or give the DOI of its notice");
	verb->id_text = NULL;
	verb->no_after = 1; /* the same list again is the same statements */
	status = read_papers(correct, &papers);
	if (status == EXIT_YES)
		status = correct_papers(correct, &papers, given);
	papers_free(&papers);
	return status;
}

static int
finish(struct correct *correct)
{
	int status = verb_finish(&correct->verb, roles_for("correction"));

	if (correct->wrong > 0)
		remark("left out: %" PRIu64 " of the list, complained of above", correct->wrong);
	return status == EXIT_YES && correct->wrong > 0 ? EXIT_NO : status;
}

/* --- the line
 * ----------------------------------------------------------------------------------------- */

static int
add_set(struct correct *correct, const char *text, int unset)
{
	struct change *change = &correct->changes[correct->change_count];
	char *equals;

	/* Parted in place, in argv's own memory: a word of the command line is ours to change. */
	change->field = text;
	change->value = NULL;
	if (!unset) {
		equals = strchr(text, '=');
		if (equals == NULL || equals == text)
			return opt_wrong(
			    correct->verb.command, "--set takes FIELD=VALUE, not '%s'", text);
		*equals = '\0';
		change->value = equals + 1;
	}
	correct->change_count++;
	return EXIT_YES;
}

static int
read_line(struct correct *correct)
{
	const char *value;
	int id, status;

	while ((id = verb_next(&correct->verb)) != OPT_END) {
		value = correct->verb.scan.value;
		switch (id) {
		case OPT_STOP:
			return correct->verb.scan.status;
		case OPT_SET:
		case OPT_UNSET:
			if ((status = add_set(correct, value, id == OPT_UNSET)) != EXIT_YES)
				return status;
			break;
		case OPT_NOTE:
			correct->note = value;
			break;
		case OPT_NOTICE:
			correct->notice = value;
			break;
		case OPT_REASON:
			correct->reasons[correct->reason_count++] = value;
			break;
		default:
			correct->list = value;
		}
	}
	return -1;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct correct correct;
	int status;

	memset(&correct, 0, sizeof(correct));
	verb_open(&correct.verb, self, argc, argv);
	correct.changes = calloc((size_t)argc + 1, sizeof(*correct.changes));
	correct.reasons = calloc((size_t)argc + 1, sizeof(*correct.reasons));
	status =
	    correct.changes == NULL || correct.reasons == NULL ? EXIT_UNSURE : read_line(&correct);
	if (status < 0)
		status = correct.verb.keep_going && correct.list == NULL
			     ? opt_wrong(self, "--keep-going goes with --list")
			     : verb_begin(&correct.verb, correct.list != NULL ? 0 : 1, 1);
	else if (status == EXIT_YES) /* help was shown */
		goto done;
	if (status == EXIT_YES)
		status = correct.list != NULL ? correct_list(&correct)
					      : correct_name(&correct, correct.verb.args[0]);
	if (status == EXIT_YES)
		status = finish(&correct);
done:
	free(correct.changes);
	free(correct.reasons);
	verb_close(&correct.verb);
	return status;
}

/* --- the table
 * ---------------------------------------------------------------------------------------- */

#define ONE_CORRECTION                                                                          \
	"Nothing is edited: a correction is one more signed entry about the record, and reads " \
	"show what is in "                                                                      \
	"effect beside what was said before. What a member was before is taken from the ledger."

#define MANY_CORRECTIONS                                                                         \
	"\n\nWith --list, the same statement about each record that the file names, signed at "  \
	"once and appended all or none; with --keep-going, without those that are refused. The " \
	"file "                                                                                  \
	"has one identifier a line (empty lines, those that begin with '#' and a first line "    \
	"'doi' "                                                                                 \
	"are left out), or is CSV with a column 'doi', a row a line. Each "                      \
	"says of which batch it is, which of how many: the batch is called by the DOI of the "   \
	"notice, or as --id says. Ids follow from that and the record's name, so the same list " \
	"again is already there; another list of the same batch is refused where it differs. A " \
	"record named twice is said and taken once. Complaints name the line. A record that is " \
	"not in the ledger yet is taken: this is the first entry about it."

static const struct pair correct_examples[] = {
    {"stet correct 10.5281/zenodo.21073815 --nature erratum --set title='The right title' "
     "--note 'A word was missing' --notice 10.1000/erratum.1",
	"correct the title, and say where readers are told"},
    {"stet correct --list papers.txt --nature retraction --notice 10.1000/notice.7 "
     "--decided-by 'publisher:Journal X' --reason 'compromised peer review'",
	"one notice over many papers, in one batch"},
    {NULL, NULL}};
const struct command cmd_correct = {.name = "correct",
    .group = GROUP_CORRECT,
    .summary = "correct what was said of a record",
    .synopsis = "ID [--nature WORD] [--set FIELD=VALUE]... [--note TEXT] [--notice DOI|self|none]\n"
		"--list FILE --nature WORD ... [--keep-going] [--dry-run]",
    .description =
	ONE_CORRECTION "\n\nThe nature says what it does: a plain correction, unless --nature says "
		       "otherwise. The short verbs retract, concern, reinstate, lift, annul and "
		       "supersede stand for the usual others. Entries that it lifts or concerns "
		       "are named with --target." MANY_CORRECTIONS,
    .options = options,
    .type = "correction",
    .nature = "correction",
    .examples = correct_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair retract_examples[] = {
    {"stet retract 10.5281/zenodo.20779776 --notice 10.1000/notice.7 --decided-by 'editor:Journal "
     "X' "
     "--reason 'results cannot be reproduced' --occurred 2026-07-01",
	"retract a paper"},
    {"stet retract --list papers.csv --notice 10.1000/notice.7 --decided-by 'publisher:Journal X' "
     "--dry-run",
	"what one notice over many papers would be, statement by statement"},
    {NULL, NULL}};
const struct command cmd_retract = {.name = "retract",
    .group = GROUP_CORRECT,
    .summary = "retract a record",
    .synopsis = "ID --notice DOI|self|none --decided-by KIND:NAME [--reason TEXT]...\n"
		"--list FILE --notice DOI ... [--keep-going] [--dry-run]",
    .description = ONE_CORRECTION
    "\n\nA retraction says where the notice is and who decided, and is in force "
    "until a reinstatement that targets it. Name open expressions of concern that "
    "it settles with --target." MANY_CORRECTIONS,
    .options = options,
    .type = "correction",
    .nature = "retraction",
    .examples = retract_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair concern_examples[] = {
    {"stet concern 10.5281/zenodo.20779776 --notice self --note 'The data are being examined'",
	"warn readers while it is looked into"},
    {NULL, NULL}};
const struct command cmd_concern = {.name = "concern",
    .group = GROUP_CORRECT,
    .summary = "express concern about a record",
    .synopsis = "ID --notice DOI|self|none [--note TEXT]\n"
		"--list FILE --notice DOI ... [--keep-going] [--dry-run]",
    .description =
	ONE_CORRECTION "\n\nThe concern is open until it is lifted, or a retraction targets it.",
    .options = options,
    .type = "correction",
    .nature = "expression_of_concern",
    .examples = concern_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair reinstate_examples[] = {
    {"stet reinstate 10.5281/zenodo.20779776", "end the one retraction that is open"},
    {"stet reinstate 10.5281/zenodo.20779776 --target 17", "end the one of entry 17"},
    {NULL, NULL}};
const struct command cmd_reinstate = {.name = "reinstate",
    .group = GROUP_CORRECT,
    .summary = "end a retraction",
    .synopsis = "ID [--target SEQ|LEAF]...",
    .description = ONE_CORRECTION
    "\n\nEnds a retraction, withdrawal, removal or supersession from now on; it was "
    "in force until then. To say that it was never right, annul it. Without "
    "--target, the only one that is open.",
    .options = options,
    .type = "correction",
    .nature = "reinstatement",
    .examples = reinstate_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair lift_examples[] = {
    {"stet lift 10.5281/zenodo.20779776 --note 'The data were found in order'",
	"end the concern that is open"},
    {NULL, NULL}};
const struct command cmd_lift = {.name = "lift",
    .group = GROUP_CORRECT,
    .summary = "lift an expression of concern",
    .synopsis = "ID [--target SEQ|LEAF]...",
    .description = ONE_CORRECTION "\n\nWithout --target, lifts the only concern that is open.",
    .options = options,
    .type = "correction",
    .nature = "concern_lifted",
    .examples = lift_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair annul_examples[] = {
    {"stet annul 10.5281/zenodo.20779776 --target 17 --note 'entered for the wrong paper'",
	"entry 17 was never right"},
    {NULL, NULL}};
const struct command cmd_annul = {.name = "annul",
    .group = GROUP_CORRECT,
    .summary = "strike out an entry that was never right",
    .synopsis = "ID --target SEQ|LEAF... [--note TEXT]",
    .description = ONE_CORRECTION
    "\n\nThe target stays in the ledger and visible, struck out, and counts nowhere. "
    "Only its own issuer can annul it; by anybody else it is shown as contested.",
    .options = options,
    .type = "correction",
    .nature = "annulment",
    .examples = annul_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};

static const struct pair supersede_examples[] = {
    {"stet supersede 10.5281/zenodo.21073815 --replacement 10.5281/zenodo.21099999",
	"a newer one stands in its place"},
    {NULL, NULL}};
const struct command cmd_supersede = {.name = "supersede",
    .group = GROUP_CORRECT,
    .summary = "say what stands in a record's place",
    .synopsis = "ID --replacement ID [--note TEXT]",
    .description = ONE_CORRECTION
    "\n\nFor a new version, a new edition or a republication give that --nature.",
    .options = options,
    .type = "correction",
    .nature = "supersession",
    .examples = supersede_examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};
