/* stet export: what the first word says decides which way it goes. */
#include "export.h"
#include "folder.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "stop.h"
#include "util.h"
#include "verb.h"

#include <stdlib.h>
#include <string.h>

enum { OPT_ALL = OPT_OWN, OPT_SINCE, OPT_GATE, OPT_UPDATE };

struct export
{
	struct env env;
	const char *output, *gate;
	unsigned long long since;
	int since_given, all, update;
	stet_at moment;
	uint64_t left; /* statements that the format cannot carry */
};

/* A way of exporting: check sees the line before any ledger is opened and answers LINE_GO or a
 * status; the others run with the ledger open. */
struct way {
	const char *name;
	int (*check)(
	    const struct export *export, const struct command *self, const struct line *line);
	int (*run)(struct export *export, const struct line *line);
};

static int
take_export(void *ctx, int id, const char *value)
{
	struct export *export = ctx;

	switch (id) {
	case 'o':
		export->output = value;
		return 1;
	case OPT_ALL:
		export->all = 1;
		return 1;
	case OPT_GATE:
		export->gate = value;
		return 1;
	case OPT_UPDATE:
		export->update = 1;
		return 1;
	case OPT_SINCE:
		export->since_given = 1;
		return opt_number(
			   export->env.command, "--since", value, INT64_MAX, &export->since) < 0
			   ? -1
			   : 1;
	default:
		return -1;
	}
}

/* --- a trail in one format -------------------------------------------------------------------- */

static int
find_format(const char *name, stet_export_format *format_out)
{
	size_t row;

	for (row = 0; stet_export_format_of(row, format_out); row++)
		if (strcmp(format_out->name, name) == 0)
			return 1;
	return 0;
}

static int
check_format(const struct export *export, const struct command *self, const struct line *line)
{
	stet_export_format format;

	find_format(line->args[0], &format);
	if (export->gate != NULL)
		return opt_wrong(self, "--gate goes with the contract gate-verdict");
	if (export->all && line->count > 1)
		return opt_wrong(self, "either records or --all");
	if (export->since_given && !format.of_entries)
		return opt_wrong(self, "--since is for entries, not for %s", format.name);
	if (export->since_given && (line->count > 1 || export->env.at != NULL))
		return opt_wrong(self, "--since is for all entries up to the newest");
	if (line->count < 2 && !export->all && !format.of_entries)
		return opt_wrong(
		    self, "which records? 'stet export %s ID...', or --all", format.name);
	if (format.apart && (export->all || line->count > 2) &&
	    (export->output == NULL || strcmp(export->output, "-") == 0))
		return opt_wrong(self,
		    "%s makes a file for each record: name a folder for them with -o", format.name);
	return LINE_GO;
}

static void
left_out(void *ctx, const char *name, uint64_t seq, const stet_error *why)
{
	struct export *export = ctx;

	(void)name; /* is in the text */
	(void)seq;
	export->left++;
	complain_error(why);
}

/* The identifiers of the line; NULL with count 0 for all. EXIT_YES or EXIT_USAGE. */
static int
read_ids(struct export *export, const struct line *line, stet_id ***ids_out, size_t *count_out)
{
	stet_id **ids = calloc(line->count, sizeof(*ids));
	size_t i;

	*ids_out = ids;
	*count_out = 0;
	if (ids == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	for (i = 1; i < line->count; i++) {
		if ((ids[i - 1] = env_id(&export->env, line->args[i])) == NULL)
			return EXIT_USAGE;
		++*count_out;
	}
	return EXIT_YES;
}

static void
free_ids(stet_id **ids, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		stet_id_free(ids[i]);
	free(ids);
}

static int
write_format(struct export *export, const char *format, stet_id **ids, size_t count,
    struct progress *progress, stet_sink *write, void *ctx, stet_error *err)
{
	stet_export_options options = STET_EXPORT_OPTIONS;

	if (export->since_given)
		return stet_export(export->env.ledger, format, export->since, STET_NO_SEQ,
		    progress_step, progress, write, ctx, err);
	options.progress = progress_step;
	options.progress_ctx = progress;
	options.left = left_out;
	options.left_ctx = export;
	options.at = export->moment;
	return stet_export_records(export->env.ledger, format, (const stet_id *const *)ids, count,
	    &options, write, ctx, err);
}

/* What came of it, once the output is in its place or given up. */
static int
answer(const struct export *export, int rc, int saved, const stet_error *err)
{
	if (rc == STET_OK)
		return saved != EXIT_YES ? saved : export->left > 0 ? EXIT_NO : EXIT_YES;
	if (stop_asked())
		complain("stopped; nothing was written");
	else if (saved == EXIT_YES)
		complain_error(err);
	if (saved != EXIT_YES)
		return saved;
	if (rc == STET_ENOTFOUND)
		return EXIT_ABSENT;
	return status_of(rc) == EXIT_YES ? EXIT_UNSURE : status_of(rc);
}

static int
to_file(struct export *export, const char *format, stet_id **ids, size_t count)
{
	struct progress progress;
	struct save save;
	stet_error err;
	int rc;

	if (save_open(&save, export->output != NULL ? export->output : "-") < 0)
		return EXIT_UNSURE;
	progress_begin(&progress, "export", export->env.quiet);
	rc = write_format(export, format, ids, count, &progress, save_sink, &save, &err);
	progress_end(&progress);
	return answer(export, rc, save_close(&save, rc == STET_OK), &err);
}

static int
to_folder(struct export *export, const char *format, stet_id **ids, size_t count)
{
	struct progress progress;
	struct folder folder;
	stet_error err;
	int rc;

	if (folder_open(&folder, export->output) < 0)
		return EXIT_UNSURE;
	progress_begin(&progress, "export", export->env.quiet);
	rc = write_format(export, format, ids, count, &progress, folder_sink, &folder, &err);
	progress_end(&progress);
	return answer(export, rc, folder_close(&folder, rc == STET_OK), &err);
}

static int
run_format(struct export *export, const struct line *line)
{
	stet_export_format format;
	stet_id **ids = NULL;
	size_t count = 0;
	int status = read_ids(export, line, &ids, &count);

	find_format(line->args[0], &format);
	if (status == EXIT_YES && env_moment(&export->env, &export->moment) < 0)
		status = EXIT_USAGE;
	if (status == EXIT_YES) {
		stop_watch();
		status = format.apart && count != 1 ? to_folder(export, format.name, ids, count)
						    : to_file(export, format.name, ids, count);
	}
	free_ids(ids, count);
	return status;
}

/* --- export contract ------------------------------------------------------------------------ */

static int
is_contract(const char *name)
{
	size_t i;

	for (i = 0; stet_contract_name(i) != NULL; i++)
		if (strcmp(stet_contract_name(i), name) == 0)
			return 1;
	return 0;
}

static int
unknown_contract(const struct command *self, const char *name)
{
	char *list = NULL, *grown;
	size_t i;
	int status;

	for (i = 0; stet_contract_name(i) != NULL; i++) {
		grown = text_of("%s%s%s", list != NULL ? list : "", list != NULL ? ", " : "",
		    stet_contract_name(i));
		free(list);
		list = grown;
	}
	status = opt_wrong(self, "there is no contract '%s'; there are: %s [format-unknown]", name,
	    list != NULL ? list : "");
	free(list);
	return status;
}

/* Checks the line as far as it can be without a ledger. LINE_GO or a status. */
static int
check_contract(const struct export *export, const struct command *self, const struct line *line)
{
	if (line->count < 2)
		return opt_wrong(self, "which contract? 'stet export contract NAME ID'");
	if (!is_contract(line->args[1]))
		return unknown_contract(self, line->args[1]);
	if (line->count < 3)
		return opt_wrong(
		    self, "of which record? 'stet export contract %s ID'", line->args[1]);
	if (export->gate != NULL && strcmp(line->args[1], "gate-verdict") != 0)
		return opt_wrong(self, "--gate goes with the contract gate-verdict");
	if (export->since_given)
		return opt_wrong(self, "--since is for entries; a contract takes --at");
	if (export->all)
		return opt_wrong(self, "a contract is of one record");
	if (line->count > 3)
		return opt_wrong(self, "too many arguments");
	return LINE_GO;
}

static int
save_contract(const struct export *export, const stet_json *contract)
{
	struct save save;
	stet_error err;
	char *text = NULL;
	size_t size;

	if (stet_json_text(contract, STET_JSON_INDENT, &text, &size, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if (save_open(&save, export->output != NULL ? export->output : "-") < 0) {
		free(text);
		return EXIT_UNSURE;
	}
	text[size] = '\n'; /* over the NUL that ends it */
	save_put(&save, text, size + 1);
	free(text);
	return save_close(&save, 1);
}

static int
export_contract(struct export *export, const struct line *line)
{
	const char *name = line->args[1];
	stet_id *id = env_id(&export->env, line->args[2]);
	stet_json *contract = NULL;
	stet_error err;
	stet_at at;
	int rc, status;

	if (id == NULL || env_moment(&export->env, &at) < 0) {
		stet_id_free(id);
		return EXIT_USAGE;
	}
	rc = stet_export_contract(export->env.ledger, name, id, at, export->gate, &contract, &err);
	if (rc == STET_ENOTFOUND) {
		complain("'%s' is not in this ledger", stet_id_text(id));
		status = EXIT_ABSENT;
	} else if (rc == STET_EINVAL) {
		status = opt_wrong(export->env.command, "%s", err.text);
	} else if (rc < 0) {
		complain_error(&err);
		status = status_of(rc);
	} else {
		status = save_contract(export, contract);
	}
	stet_json_free(contract);
	stet_id_free(id);
	return status;
}

/* --- export tiles ----------------------------------------------------------------------------- */

static int
check_tiles(const struct export *export, const struct command *self, const struct line *line)
{
	if (line->count > 1)
		return opt_wrong(self, "tiles are of the whole ledger: no ID");
	if (export->output == NULL || strcmp(export->output, "-") == 0)
		return opt_wrong(self, "into which folder? 'stet export tiles -o DIR'");
	if (export->since_given || export->gate != NULL || export->env.at != NULL)
		return opt_wrong(self, "tiles are of the whole ledger: no --since, --gate, --at");
	return LINE_GO;
}

static void
report_tiles(const struct export *export, const stet_tiles_result *result)
{
	char size[32], files[32], bytes[32];

	if (result->files == 0)
		remark("'%s' is up to date at %s entries", export->output,
		    number_text(result->size, size));
	else
		remark("%s files of %s bytes: '%s' is at %s entries",
		    number_text(result->files, files), number_text(result->bytes, bytes),
		    export->output, number_text(result->size, size));
}

static int
run_tiles(struct export *export, const struct line *line)
{
	struct progress progress;
	stet_tiles_result result;
	stet_error err;
	int rc;

	(void)line;
	stop_watch();
	progress_begin(&progress, "export", export->env.quiet);
	rc = stet_tiles_write(export->env.ledger, export->output,
	    export->update ? STET_TILES_UPDATE : 0, progress_step, &progress, &result, &err);
	progress_end(&progress);
	if (rc == STET_OK) {
		report_tiles(export, &result);
		return EXIT_YES;
	}
	complain_error(&err);
	return rc == STET_EINVAL ? EXIT_UNSURE : status_of(rc);
}

/* --- the ways ----------------------------------------------------------------------------------
 */

/* All that are not of one of the library's formats. */
static const struct way ways[] = {
    {"tiles", check_tiles, run_tiles}, {"contract", check_contract, export_contract}};
static const struct way format_way = {NULL, check_format, run_format};

static int
unknown_format(const struct command *self, const char *name)
{
	stet_export_format format;
	char *list = strdup(""), *grown;
	size_t i;
	int status;

	for (i = 0; stet_export_format_of(i, &format); i++) {
		grown = text_of("%s%s, ", list != NULL ? list : "", format.name);
		free(list);
		list = grown;
	}
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		grown =
		    text_of("%s%s%s", list != NULL ? list : "", i > 0 ? ", " : "", ways[i].name);
		free(list);
		list = grown;
	}
	status = opt_wrong(self,
	    "'%s' is no format that can be exported; there are: %s [format-unknown]", name,
	    list != NULL ? list : "");
	free(list);
	return status;
}

static const struct way *
find_way(const char *name)
{
	stet_export_format format;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	return find_format(name, &format) ? &format_way : NULL;
}

static int
run_export(const struct command *self, int argc, char **argv)
{
	const struct way *way = NULL;
	struct export export;
	struct line line;
	int status;

	memset(&export, 0, sizeof(export));
	status = line_read(&line, &export.env, self, argc, argv, 1, SIZE_MAX, take_export, &export);
	if (status == LINE_GO && (way = find_way(line.args[0])) == NULL)
		status = unknown_format(self, line.args[0]);
	if (status == LINE_GO && export.update && strcmp(line.args[0], "tiles") != 0)
		status = opt_wrong(self, "--update goes with tiles");
	if (status == LINE_GO)
		status = way->check(&export, self, &line);
	if (status == LINE_GO && (status = env_open(&export.env, ENV_READ)) == EXIT_YES)
		status = way->run(&export, &line);
	line_end(&line, &export.env);
	return status;
}

/* --- the tables ----------------------------------------------------------------------------- */

static const struct opt export_own[] = {
    {'o', 'o', "output", "FILE",
	"write to FILE, which appears whole or not at all (default: standard output)"},
    {OPT_ALL, 0, "all", NULL, "all records, or all entries"},
    {OPT_SINCE, 0, "since", "SEQ", "of all entries, those from this one on"},
    {OPT_UPDATE, 0, "update", NULL, "of tiles: go on from the earlier tree in the folder"},
    {OPT_GATE, 0, "gate", "GATE", "of the contract gate-verdict, whose verdict"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const export_options[] = {
    export_own, opts_at, opts_quiet, opts_ledger, NULL};

static const struct pair export_examples[] = {
    {"stet export cborseq -o entries.cborseq",
	"the entries and nothing else: 'stet restore' makes a ledger of them"},
    {"stet export jsonl | jq .statement.type", "every entry as one JSON object a line"},
    {"stet export csv 10.1234/a -o history.csv", "what was said of a record, for a spreadsheet"},
    {"stet export prov --all -o history.prov.json", "all records as PROV"},
    {"stet export datacite --all -o datacite", "a DataCite file for each record, in a folder"},
    {"stet export crossref 10.1234/a", "what to put into the deposit of its notices"},
    {"stet export tiles -o /srv/log --update",
	"the ledger as static files for a web server, brought up to date"},
    {"stet export contract correction-record SRCH:9F810E9F -o correction-record.json",
	"what a publisher of that contract would have to print"},
    {NULL, NULL}};
static const struct pair export_exits[] = {{"0", "written"},
    {"1", "not all could be said in the format, and what was left out is named; or the identifier "
	  "is the beginning of several names, which are listed; or the folder for tiles holds "
	  "no earlier tree of this ledger"},
    {"2", "the command line was wrong"}, {"3", "could not do it: no ledger, no room"},
    {"4", "the record is not in this ledger"}, {NULL, NULL}};
static const struct command *const export_subs[] = {
    &sub_export_bagit, &sub_export_ocfl, &sub_export_report, &sub_export_site, NULL};
const struct command cmd_export = {.name = "export",
    .group = GROUP_EXCHANGE,
    .summary = "write what the ledger says in a format that others read",
    .synopsis = "cborseq|jsonl|csv [ID...|--all] [--at SEQ|TIME] [--since SEQ] [-o FILE]\n"
		"prov|provn|premis|crossref|ro-crate ID...|--all [--at SEQ|TIME] [-o FILE]\n"
		"datacite ID [--at SEQ|TIME] [-o FILE]\n"
		"datacite ID...|--all [--at SEQ|TIME] -o FOLDER\n"
		"tiles -o DIR [--update]\n"
		"contract NAME ID [--gate GATE] [--at SEQ|TIME] [-o FILE]",
    .description =
	"Writes the history of the records named, or of all, for archives, registries "
	"and spreadsheets. The same state of a ledger gives the same bytes: dates are "
	"those of entries, never of today. What a format cannot carry is named in what "
	"is written.\n\n"
	"cborseq is a CBOR sequence (RFC 8742) of the entries verbatim, from which the "
	"whole ledger can be "
	"restored. jsonl is one JSON object a line. csv is a table with a row for each "
	"entry; its last column names what the row does not show. Without records these "
	"three write all entries, those of keys and seals among them.\n\n"
	"prov is PROV-JSON, provn the same for people, with a bundle for each record: "
	"statements, notices and artifacts are entities, corrections and verdicts are "
	"activities, keys and deciders are agents. What a reinstatement invalidates is "
	"the status that a retraction made, never the record.\n\n"
	"premis is PREMIS 3: entries as events, content as files with fixity.\n\n"
	"datacite is DataCite 4.6 XML, made from an artifact of role metadata that is "
	"DataCite XML where there is one, else from what the entries state; what is "
	"demanded and nobody states is (:unav), or the year 0000. It makes a file for "
	"each record.\n\n"
	"crossref is the part of a deposit that says what a notice does to a paper, for "
	"each correction that was signed here and that Crossref has a type for; those "
	"that it has none for are named, and the command ends with 1.\n\n"
	"ro-crate is ro-crate-metadata.json of RO-Crate 1.2.\n\n"
	"tiles is a folder of static files (C2SP tlog-tiles) that any web server can "
	"serve: the entries in bundles, the hashes of the tree, and the checkpoint, "
	"which takes its place last, when everything else is on the disk. With --update "
	"only what is new is written. Stopped or killed, it leaves the earlier tree, and "
	"the same command goes on.\n\n"
	"contract writes the standing of one record as one of the data contracts of "
	"the profile: correction-record, gate-verdict, verification-levels, "
	"quality-tiers or quality-dimensions. Each member is the supported answer where "
	"it is known, else the derived, else the declared one; generated_from says "
	"which, with the entries. What the contract cannot say, and where it demands a "
	"value that is not known, is in its limitations.",
    .options = export_options,
    .examples = export_examples,
    .exits = export_exits,
    .subs = export_subs,
    .words = 1,
    .run = run_export};
