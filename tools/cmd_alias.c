/* stet alias: another name of a record, bound by an entry about that name and listed by the record.
 */
#include "field.h"
#include "out.h"
#include "util.h"
#include "verb.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

enum { OPT_UNBIND = OPT_OWN };

static const struct opt own[] = {
    {OPT_UNBIND, 0, "unbind", NULL, "OTHER is no longer a name of the record"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {
    own, opts_sign, opts_append, opts_away, opts_secret, opts_json, opts_ledger, NULL};

/* Copies the members of the record statement in effect: a later record statement replaces the
 * earlier one whole, so what it leaves out would be gone, and so would corrections of it. */
static int
restate(const struct view *view, const struct said *base, stet_statement *statement)
{
	const struct said *by = NULL;
	const stet_json *unused;
	stet_field_info info;
	const char *key;
	char path[300];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && stet_json_member(base->statement, i, &key, &unused); i++) {
		snprintf(path, sizeof(path), "/%s", key);
		if (!field_info("record", path, &info) || strcmp(key, "after") == 0 ||
		    strcmp(key, "type") == 0 || strcmp(key, "v") == 0)
			continue;
		snprintf(path, sizeof(path), "/record/%s", key);
		rc = verb_set(statement, path + strlen("/record"), view_effective(view, path, &by));
	}
	return rc;
}

/* Adds the name to /aliases or takes it out. */
static int
list_name(stet_statement *statement, const char *name, int unbind)
{
	const stet_json *listed = stet_json_get(stet_statement_json(statement), "aliases");
	stet_json *names = stet_json_array();
	size_t i;

	for (i = 0; i < stet_json_size(listed); i++)
		if (!json_is(stet_json_item(listed, i), name))
			stet_json_add(names, stet_json_copy(stet_json_item(listed, i)));
	if (!unbind)
		stet_json_add(names, stet_json_str(name));
	if (stet_json_size(names) > 0)
		return verb_set(statement, "/aliases", names);
	stet_json_free(names);
	return listed != NULL ? verb_set(statement, "/aliases", NULL) : 0;
}

static int
add_record(struct verb *verb, const stet_id *record, const char *other, int unbind)
{
	stet_statement *statement = NULL;
	const struct said *base = NULL;
	struct view view = {NULL, 0, NULL, STET_NO_SEQ};
	int status = EXIT_YES;

	if (verb->env.ledger != NULL)
		status = view_find(&verb->env, record, &view);
	if (status == EXIT_YES)
		base = view_newest(&view, "record");
	if (base != NULL && base->source != NULL)
		base = NULL; /* what others state of it is not restated as our own */
	if (status == EXIT_YES || status == EXIT_ABSENT)
		status = verb_new(verb, "record", record, &statement);
	if (status == EXIT_YES && base != NULL && restate(&view, base, statement) < 0)
		status = EXIT_UNSURE;
	if (status == EXIT_YES && list_name(statement, other, unbind) < 0)
		status = EXIT_UNSURE;
	view_free(&view);
	if (status == EXIT_YES)
		return verb_add(verb, statement);
	stet_statement_free(statement);
	return status;
}

static int
bind_both(struct verb *verb, int unbind)
{
	stet_id *record = NULL, *other = NULL;
	int status;

	if ((status = verb_subject(verb, verb->args[0], &record)) == EXIT_YES &&
	    (status = verb_subject(verb, verb->args[1], &other)) == EXIT_YES) {
		if (strcmp(stet_id_text(record), stet_id_text(other)) == 0)
			status = opt_wrong(
			    verb->command, "'%s' is the same name twice", stet_id_text(other));
		else
			status = verb_bind(verb, record, stet_id_text(other), unbind, NULL);
	}
	if (status == EXIT_YES)
		status = add_record(verb, record, stet_id_text(other), unbind);
	stet_id_free(record);
	stet_id_free(other);
	return status;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct verb verb;
	int id, unbind = 0, status;

	verb_open(&verb, self, argc, argv);
	while ((id = verb_next(&verb)) == OPT_UNBIND)
		unbind = 1;
	if (id == OPT_STOP)
		status = verb.scan.status;
	else if ((status = verb_begin(&verb, 2, 2)) == EXIT_YES &&
		 (status = bind_both(&verb, unbind)) == EXIT_YES)
		status = verb_finish(&verb, roles_for("alias"));
	verb_close(&verb);
	return status;
}

static const struct pair examples[] = {
    {"stet alias urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 10.5281/zenodo.21073815",
	"the DOI is another name of the record"},
    {"stet alias --unbind urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 10.5281/zenodo.21073815",
	"it is not"},
    {NULL, NULL}};

const struct command cmd_alias = {.name = "alias",
    .group = GROUP_SAY,
    .summary = "give a record another name",
    .synopsis = "ID OTHER [--unbind]",
    .description = "Appends, in one batch, an entry about OTHER that binds it to the record ID, "
		   "and a record statement "
		   "that lists it: the newest one as it stands with its corrections, or a bare "
		   "one. From then on both "
		   "names lead to the same history. Pointing a name elsewhere is one more entry in "
		   "its own chain.",
    .options = options,
    .examples = examples,
    .exits = exits_append,
    .run = run,
    .writes = 1};
