/* The everyday verbs: a name, some options, one statement and what belongs into its batch. */
#include "out.h"
#include "util.h"
#include "verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct opt *const plain[] = {
    opts_sign, opts_append, opts_away, opts_secret, opts_json, opts_ledger, NULL};
static const struct opt *const attaching[] = {
    opts_attach, opts_sign, opts_append, opts_away, opts_secret, opts_json, opts_ledger, NULL};

/* The names a statement lists beside its own are bound to it first, in the same batch. */
static int
bind_names(struct verb *verb, const stet_id *subject, stet_statement *statement)
{
	const stet_json *json = stet_statement_json(statement),
			*aliases = stet_json_get(json, "aliases");
	const stet_json *source = stet_json_get(json, "source");
	char *name;
	size_t i;
	int status = EXIT_YES;

	for (i = 0; status == EXIT_YES && i < stet_json_size(aliases); i++) {
		name = json_text(stet_json_item(aliases, i));
		status = name != NULL ? verb_bind(verb, subject, name, 0, source) : EXIT_UNSURE;
		free(name);
	}
	if (status == EXIT_YES && strcmp(stet_statement_type(statement), "doi") == 0 &&
	    (name = json_text(stet_json_get(json, "doi"))) != NULL) {
		status = verb_bind(verb, subject, name, 0, source);
		free(name);
	}
	return status;
}

/* The artifacts of --attach come before the statement that rests on them; a verdict names them. */
static int
attach_all(struct verb *verb, const stet_id *subject, stet_statement *statement)
{
	const stet_json *source = stet_json_get(stet_statement_json(statement), "source");
	char sha256[65];
	size_t i;
	int status = EXIT_YES;

	for (i = 0; status == EXIT_YES && i < verb->attach_count; i++) {
		status = verb_attach(verb, subject, verb->attach[i], sha256);
		if (status == EXIT_YES && source != NULL &&
		    verb_set(verb->items[verb->count - 1], "/source", stet_json_copy(source)) < 0)
			status = EXIT_UNSURE;
		if (status == EXIT_YES && strcmp(stet_statement_type(statement), "verdict") == 0 &&
		    verb_set_text(statement, "/artifacts/-", sha256) < 0)
			status = EXIT_UNSURE;
	}
	return status;
}

/* `stet doi 10.5281/zenodo.1`: the record is named by the DOI it is about. */
static int
fill_doi(const stet_id *subject, stet_statement *statement)
{
	if (strcmp(stet_statement_type(statement), "doi") != 0 || stet_id_doi(subject) == NULL ||
	    stet_json_get(stet_statement_json(statement), "doi") != NULL)
		return 0;
	return verb_set_text(statement, "/doi", stet_id_doi(subject));
}

static int
say(struct verb *verb, const stet_id *subject)
{
	stet_statement *statement = NULL;
	int status = verb_draft(verb, verb->command->type, subject, &statement);

	if (status != EXIT_YES)
		return status;
	if (fill_doi(subject, statement) < 0)
		status = EXIT_UNSURE;
	if (status == EXIT_YES)
		status = bind_names(verb, subject, statement);
	if (status == EXIT_YES)
		status = attach_all(verb, subject, statement);
	if (status != EXIT_YES) {
		stet_statement_free(statement);
		return status;
	}
	return verb_add(verb, statement);
}

typedef int build_batch(struct verb *verb, const stet_id *subject);

/* From the line to the answers. after is told once the batch is in the ledger; NULL: nothing is
 * left. */
static int
run_verb(const struct command *self, int argc, char **argv, size_t least, size_t most,
    build_batch *build, int (*after)(struct verb *verb))
{
	struct verb verb;
	stet_id *subject = NULL;
	int status;

	verb_open(&verb, self, argc, argv);
	if (verb_next(&verb) == OPT_STOP)
		status = verb.scan.status;
	else if ((status = verb_begin(&verb, least, most)) == EXIT_YES &&
		 (status = verb_subject(&verb, verb.args[0], &subject)) == EXIT_YES &&
		 (status = build(&verb, subject)) == EXIT_YES &&
		 (status = verb_finish(&verb, roles_for(self->type))) == EXIT_YES &&
		 after != NULL && !verb.signing && verb.output == NULL && !verb.dry_run)
		status = after(&verb);
	stet_id_free(subject);
	verb_close(&verb);
	return status;
}

static int
run_say(const struct command *self, int argc, char **argv)
{
	return run_verb(self, argc, argv, 1, 1, say, NULL);
}

/* --- artifact: one statement a file --------------------------------------------------------- */

static int
attach_files(struct verb *verb, const stet_id *subject)
{
	char sha256[65];
	size_t i;
	int status = EXIT_YES;

	for (i = 1; status == EXIT_YES && i < verb->arg_count; i++)
		status = verb_attach(verb, subject, verb->args[i], sha256);
	return status;
}

static int
run_artifact(const struct command *self, int argc, char **argv)
{
	return run_verb(self, argc, argv, 2, 1000, attach_files, NULL);
}

/* --- withhold: the entry first, then the content goes --------------------------------------- */

static int
erase(struct verb *verb)
{
	char *text = json_text(stet_json_get(stet_statement_json(verb->items[0]), "sha256"));
	uint8_t sha256[STET_HASH_SIZE];
	uint64_t size = 0;
	stet_error err;
	unsigned byte;
	size_t i;
	int rc = text != NULL && strlen(text) == 64 ? STET_OK : STET_EINVAL;

	for (i = 0; rc == STET_OK && i < sizeof(sha256); i++) {
		rc = sscanf(text + 2 * i, "%2x", &byte) == 1 ? STET_OK : STET_EINVAL;
		sha256[i] = (uint8_t)byte;
	}
	if (rc == STET_OK)
		rc = stet_ledger_has_artifact(verb->env.ledger, sha256, &size, &err);
	if (rc == STET_OK && (rc = stet_ledger_erase(verb->env.ledger, sha256, &err)) == STET_OK)
		remark("erased the %llu bytes of content %.16s...; copies and backups are not "
		       "reached from here",
		    (unsigned long long)size, text);
	free(text);
	if (rc == STET_OK || rc == STET_ENOTFOUND)
		return EXIT_YES;
	complain_error(&err);
	return EXIT_UNSURE;
}

static int
run_withhold(const struct command *self, int argc, char **argv)
{
	return run_verb(self, argc, argv, 1, 1, say, erase);
}

/* --- the table ------------------------------------------------------------------------------ */

#define MEMBERS_ARE_OPTIONS                                                                        \
	"Every member of the statement is an option of its own name; --member reaches what has "   \
	"none. The "                                                                               \
	"statement is signed with the key that the ledger lets do this, and appended; it answers " \
	"with the "                                                                                \
	"number of its entry."

const struct pair exits_append[] = {{"0", "appended, or already there"},
    {"1", "refused: the line names the rule, and what to do"}, {"2", "the command line was wrong"},
    {"3", "could not find out or do it: no ledger, no key, no room, locked"},
    {"4", "the identifier is the beginning of a name that is not in this ledger"}, {NULL, NULL}};

static const struct pair record_examples[] = {
    {"stet record urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 --title 'Zero-shot transfer' "
     "--submitted 2026-06-30 --publisher 'Assignee Research' --alias 10.5281/zenodo.21073815",
	"open a record and bind its DOI to it"},
    {"stet record 10.5281/zenodo.21073815 --from record.json --attach report=paper.pdf",
	"the same from a file, with its report"},
    {NULL, NULL}};
const struct command cmd_record = {.name = "record",
    .group = GROUP_SAY,
    .summary = "open a record, or give its new description",
    .synopsis = "ID [--title TEXT] [--submitted DATE] [--alias ID]... [--attach ROLE=FILE]...",
    .description =
	"A record is what a history is about: a paper, a dataset, a result. A later record "
	"statement replaces the earlier one whole. Names given with --alias are bound to it by "
	"alias "
	"statements of their own, in the same batch.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "record",
    .examples = record_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair doi_examples[] = {
    {"stet doi urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6 --doi 10.5281/zenodo.21073815 "
     "--agency DataCite "
     "--state findable --registered 2026-06-30",
	"the record's DOI is registered and can be found"},
    {"stet doi 10.5281/zenodo.21073815 --state hidden", "it is no longer findable"}, {NULL, NULL}};
const struct command cmd_doi = {.name = "doi",
    .group = GROUP_SAY,
    .summary = "state the registration of a DOI",
    .synopsis = "ID [--doi DOI] [--state WORD] [--agency TEXT] [--url URL]",
    .description =
	"Says how a DOI of the record is registered, with which agency, where it leads and to "
	"what it is related. A DOI that is not yet a name of the record is bound to it in the same "
	"batch. Without --doi, ID itself is the DOI.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "doi",
    .examples = doi_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair artifact_examples[] = {
    {"stet artifact 10.5281/zenodo.21073815 report=paper.pdf", "keep the report beside the ledger"},
    {"stet artifact 10.5281/zenodo.21073815 repro-script=run.py repro-results=out.csv",
	"what a verdict VERIFIED will rest on"},
    {NULL, NULL}};
const struct command cmd_artifact = {.name = "artifact",
    .group = GROUP_SAY,
    .summary = "keep files of a record by their digest",
    .synopsis = "ID ROLE=FILE... [--name TEXT] [--media-type TYPE]",
    .description =
	"Copies each FILE into the ledger's folder under its SHA-256 and appends a statement that "
	"names it. The content can be withheld later without touching the chain; its digest and "
	"history stay. ROLE is one of report, manifest, metadata, proof-source, repro-script, "
	"repro-results, evidence, notice, deposit, document.\n\n" MEMBERS_ARE_OPTIONS,
    .options = plain,
    .type = "artifact",
    .examples = artifact_examples,
    .exits = exits_append,
    .run = run_artifact,
    .writes = 1};

static const struct pair claims_examples[] = {
    {"stet claims 10.5281/zenodo.21073815 --extracted-claim-count 15 --verified-claim-count 13",
	"what was extracted and what was verified, told apart"},
    {NULL, NULL}};
const struct command cmd_claims = {.name = "claims",
    .group = GROUP_SAY,
    .summary = "state the counts of a record's claims",
    .synopsis = "ID [--source-grounded-claims N] [--verified-claim-count N] ...",
    .description =
	"The counters from which the verification level of a record is worked out. A counter that "
	"is not given is not known: it is never read as 0.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "claims",
    .examples = claims_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair assess_examples[] = {
    {"stet assess 10.5281/zenodo.21073815 --review-score 8.5", "a review score, in hundredths"},
    {"stet assess 10.5281/zenodo.21073815 --member "
     "/dimensions='{\"reproducibility_status\":{\"level\":\"HIGH\"}}'",
	"one of the quality dimensions"},
    {NULL, NULL}};
const struct command cmd_assess = {.name = "assess",
    .group = GROUP_SAY,
    .summary = "state a review score and quality dimensions",
    .synopsis = "ID [--review-score N.NN] [--reviewer-score N.NN]...",
    .description = "What reviewers made of a record. Scores run from 0 to 10 in "
		   "hundredths.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "assessment",
    .examples = assess_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair declare_examples[] = {
    {"stet declare 10.5281/zenodo.21073815 --paper-level 2 --tier FLAGSHIP_CANDIDATE "
     "--correction-state CURRENT",
	"what its page says of it"},
    {NULL, NULL}};
const struct command cmd_declare = {.name = "declare",
    .group = GROUP_SAY,
    .summary = "state what a record's standing is said to be",
    .synopsis = "ID [--paper-level N] [--tier WORD] [--correction-state WORD] ...",
    .description =
	"Levels, tier and state as somebody declares them. What the entries support is worked out "
	"from the evidence, beside this and never from it.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "declaration",
    .examples = declare_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair verdict_examples[] = {
    {"stet verdict 10.5281/zenodo.20779776 --contract gate-verdict-v1 --gate 2 --kind sandbox "
     "--status VERIFIED "
     "--computed 393216.0 --expected 393216.0 --tolerance 5.0 --attach repro-script=run.py "
     "--attach repro-results=out.json",
	"a reproduction that matched, with what it ran and what came out"},
    {NULL, NULL}};
const struct command cmd_verdict = {.name = "verdict",
    .group = GROUP_SAY,
    .summary = "state the verdict of a gate",
    .synopsis = "ID --contract NAME --gate TEXT --status WORD [--attach ROLE=FILE]...",
    .description =
	"Verdicts add up: none replaces another. VERIFIED is admitted only with a reproducible "
	"artifact of the record that is kept here (proof-source, or repro-script with "
	"repro-results), FALSIFIED only with its evidence; --attach keeps the files and names them "
	"in one batch.\n\n" MEMBERS_ARE_OPTIONS,
    .options = attaching,
    .type = "verdict",
    .examples = verdict_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair endorse_examples[] = {
    {"stet endorse 10.5281/zenodo.21073815 --target 17 --note 'compared with the notice'",
	"a second signature under entry 17"},
    {NULL, NULL}};
const struct command cmd_endorse = {.name = "endorse",
    .group = GROUP_SAY,
    .summary = "stand by entries that somebody else signed",
    .synopsis = "ID --target SEQ|LEAF... [--note TEXT]",
    .description =
	"Checked, and I stand by it: four eyes for a correction that needs them, repair after a "
	"stolen key, or independent corroboration. All targets are entries about "
	"ID.\n\n" MEMBERS_ARE_OPTIONS,
    .options = plain,
    .type = "endorse",
    .examples = endorse_examples,
    .exits = exits_append,
    .run = run_say,
    .writes = 1};

static const struct pair withhold_examples[] = {
    {"stet withhold 10.5281/zenodo.21073815 --sha256 52fd8c0f... --ground 'court order 12/2026'",
	"erase a file, and say that and why it was erased"},
    {NULL, NULL}};
const struct command cmd_withhold = {.name = "withhold",
    .group = GROUP_SAY,
    .summary = "erase content on a stated ground",
    .synopsis = "ID --sha256 HEX --ground TEXT",
    .description =
	"Appends the statement that content of the record is withheld, then erases it from this "
	"ledger's folder. Its digest, the entries that name it and the chain stay as they are. "
	"Copies elsewhere and backups are not reached.\n\n" MEMBERS_ARE_OPTIONS,
    .options = plain,
    .type = "withhold",
    .examples = withhold_examples,
    .exits = exits_append,
    .run = run_withhold,
    .writes = 1};
