/* stet export ocfl. */
#include "export.h"
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_ALL = OPT_OWN };

struct adding {
	struct env env;
	const char *output;
	int all;
	stet_id **ids;
	size_t id_count;
};

static int
take(void *ctx, int id, const char *value)
{
	struct adding *adding = ctx;

	if (id == 'o')
		adding->output = value;
	adding->all |= id == OPT_ALL;
	return 1;
}

static const char *
counted(uint64_t count, const char *what, char out[64])
{
	char number[32];

	snprintf(out, 64, "%s %s%s", number_text(count, number), what, count == 1 ? "" : "s");
	return out;
}

static void
report_json(const struct adding *adding, const stet_ocfl_result *result)
{
	const struct {
		const char *name;
		uint64_t count;
	} rows[] = {{"objects", result->objects}, {"added", result->added},
	    {"versions", result->versions}, {"left_alone", result->refused},
	    {"mended", result->mended}, {"files", result->files}, {"bytes", result->bytes},
	    {"artifacts", result->artifacts}, {"blinded", result->blinded},
	    {"missing", result->missing}, {"withheld", result->withheld},
	    {"size", result->head.size}};
	stet_json *json = stet_json_object();
	size_t i;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "output", stet_json_str(adding->output));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		stet_json_set(json, rows[i].name, stet_json_int((int64_t)rows[i].count));
	stet_json_set(json, "root", stet_json_hex((stet_bytes){result->head.root, STET_HASH_SIZE}));
	out_json(json);
}

static void
report(const struct adding *adding, const stet_ocfl_result *result)
{
	char text[64];

	if (adding->env.json) {
		report_json(adding, result);
		return;
	}
	out_foreign(adding->output);
	out_text(": %s, ", counted(result->objects, "object", text));
	out_text("%s", counted(result->versions, "new version", text));
	if (result->versions > 0) {
		out_text(", %s ", counted(result->files, "file", text));
		out_text("of %s", counted(result->bytes, "byte", text));
	}
	out_text("\n");
	if (result->mended > 0)
		remark("%s of a run that was killed: listed now",
		    counted(result->mended, "version", text));
	if (result->blinded > 0)
		remark("%" PRIu64 " blinded contents are personal data and are not in it",
		    result->blinded);
	if (result->missing > 0)
		remark("%" PRIu64 " contents that entries name are not held here and not in it",
		    result->missing);
}

static void
tell(void *ctx, const char *name, const char *path, const stet_error *what)
{
	const struct adding *adding = ctx;
	char *place = text_of("'%s' in '%s/%s'", name, adding->output, path);

	out_place(place);
	complain_error(what);
	out_place(NULL);
	free(place);
}

static int
add(struct adding *adding)
{
	stet_ocfl_options options = STET_OCFL_OPTIONS;
	stet_ocfl_result result;
	struct progress progress;
	stet_error err;
	int rc;

	options.ids = (const stet_id *const *)adding->ids;
	options.id_count = adding->id_count;
	options.tell = tell;
	options.tell_ctx = adding;
	options.progress = progress_step;
	options.progress_ctx = &progress;
	stop_watch();
	progress_begin(&progress, "export", adding->env.quiet);
	rc = stet_export_ocfl(adding->env.ledger, adding->output, &options, &result, &err);
	progress_end(&progress);
	if (rc == STET_OK) {
		report(adding, &result);
		return result.refused > 0 ? EXIT_NO : EXIT_YES;
	}
	if (stop_asked()) {
		complain("stopped; the same command goes on from there");
		return EXIT_UNSURE;
	}
	complain_error(&err);
	if (rc == STET_ENOTFOUND)
		return err.rule == stet_rule_find("not-in-ledger") ? EXIT_ABSENT : EXIT_UNSURE;
	return status_of(rc) == EXIT_YES ? EXIT_UNSURE : status_of(rc);
}

static int
read_ids(struct adding *adding, const struct line *line)
{
	size_t i;

	if ((adding->ids = calloc(line->count + 1, sizeof(*adding->ids))) == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	for (i = 0; i < line->count; i++) {
		if ((adding->ids[i] = env_id(&adding->env, line->args[i])) == NULL)
			return EXIT_USAGE;
		adding->id_count++;
	}
	return EXIT_YES;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct adding adding;
	struct line line;
	size_t i;
	int status;

	memset(&adding, 0, sizeof(adding));
	status = line_read(&line, &adding.env, self, argc, argv, 0, SIZE_MAX, take, &adding);
	if (status == LINE_GO && adding.output == NULL)
		status = opt_wrong(self, "where to? -o names a storage root, new or there already");
	if (status == LINE_GO && !adding.all && line.count == 0)
		status = opt_wrong(self, "of what? name records, or --all");
	if (status == LINE_GO && adding.all && line.count > 0)
		status = opt_wrong(self, "either records or --all");
	if (status == LINE_GO && (status = env_open(&adding.env, ENV_READ)) == EXIT_YES &&
	    (status = read_ids(&adding, &line)) == EXIT_YES)
		status = add(&adding);
	for (i = 0; i < adding.id_count; i++)
		stet_id_free(adding.ids[i]);
	free(adding.ids);
	line_end(&line, &adding.env);
	return status;
}

static const struct opt own[] = {{OPT_ALL, 0, "all", NULL, "all records"},
    {'o', 'o', "output", "ROOT",
	"the storage root: a new folder, or the root of an earlier export"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_quiet, opts_json, opts_ledger, NULL};

static const struct pair examples[] = {{"stet export ocfl --all -o /archive/ocfl",
					   "every record that has more to say since last time"},
    {"stet export ocfl 10.1234/a -o /archive/ocfl", "one record"},
    {"stet check /archive/ocfl --key VKEY",
	"the whole root by the rules of OCFL, and every version by its proof, with no ledger"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "every object is up to date"},
    {"1", "an object was left alone, as was said; or what is there is no storage root to add to; "
	  "or the identifier is the beginning of several names, which are listed"},
    {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no room, another process writes into the root"},
    {"4", "one of the records is not in this ledger; nothing was written"}, {NULL, NULL}};

const struct command sub_export_ocfl = {.name = "export ocfl",
    .group = GROUP_EXCHANGE,
    .summary = "add records to an OCFL storage root",
    .synopsis = "ID...|--all -o ROOT [--json]",
    .description =
	"One OCFL 1.1 object for each record, with the id https://ORIGIN#NAME: ORIGIN is that of "
	"the "
	"ledger, NAME the one that the record is told of under, whichever of its names was given. "
	"A "
	"root that is not there yet is made, with layout 0003-hash-and-id-n-tuple; objects of "
	"others "
	"in it are left alone.\n\n"
	"A version holds record.json (which ledger, which moment), record.stet-proof, the proof "
	"that "
	"this is all that the ledger says of the record, and what is made from it: "
	"entries.cborseq, "
	"the entries about it verbatim, entries.jsonl and history.csv to read, standing.json, "
	"report.html, PROV, PREMIS, RO-Crate and, where it can be said in it, DataCite; "
	"ledger/checkpoint.txt and ledger/keys.json; and the contents held here, below artifacts/. "
	"What an earlier version of the object holds already is listed and not stored again.\n\n"
	"Run again, it adds a version only if the ledger has more to say: the entries about the "
	"record, where it stands, or the contents held are others than in the newest version. A "
	"checkpoint that is newer is not enough. Earlier versions are never touched. Each version "
	"is dated by the last entry, so that the same state of the ledger gives the same bytes.\n\n"
	"Content that an artifact names by a blinded digest is personal data and stays out; so "
	"does "
	"what was withheld. What was withheld after it was exported stays in the earlier versions, "
	"since OCFL has no way to take anything back: each run names the files.\n\n"
	"Before a version is added, the object is judged as 'stet check' judges it. One that was "
	"altered, or is of another ledger, is named and left alone, and the others go on. What was "
	"stopped or killed goes on with the same command.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
