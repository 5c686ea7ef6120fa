/* stet prove: evidence for somebody who has no ledger. */
#include "line.h"
#include "out.h"
#include "prove.h"
#include "save.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define IDS_MAX 64

enum { OPT_ENTRY = OPT_OWN, OPT_FORM };

/* The first that fits what is asked, an entry or a record, is what is made without --as. */
static const struct prove_form *const forms[] = {
    &prove_proof, &prove_tlog_proof, &prove_receipt, &prove_statement, NULL};

static int
take(void *ctx, int id, const char *value)
{
	struct prove *prove = ctx;

	switch (id) {
	case OPT_ENTRY:
		prove->entry = value;
		return 1;
	case OPT_FORM:
		prove->as = value;
		return 1;
	case 'o':
		prove->output = value;
		return 1;
	default:
		return -1;
	}
}

static int
unknown_form(const struct prove *prove)
{
	char *list = NULL, *grown;
	size_t i;
	int status;

	for (i = 0; forms[i] != NULL; i++) {
		grown = text_of(
		    "%s%s%s", list != NULL ? list : "", list != NULL ? ", " : "", forms[i]->name);
		free(list);
		list = grown;
	}
	status = opt_wrong(prove->env.command,
	    "'%s' is no form of evidence; there are: %s [format-unknown]", prove->as,
	    list != NULL ? list : "");
	free(list);
	return status;
}

/* The form asked for. LINE_GO or EXIT_USAGE. */
static int
choose(const struct prove *prove, const struct prove_form **form_out)
{
	int of_entry = prove->entry != NULL;
	size_t i;

	for (i = 0; forms[i] != NULL; i++)
		if (prove->as != NULL ? strcmp(prove->as, forms[i]->name) == 0
				      : forms[i]->of_entry == of_entry)
			break;
	if ((*form_out = forms[i]) == NULL)
		return unknown_form(prove);
	if (prove->as == NULL && !of_entry && prove->id_count == 0)
		return opt_wrong(prove->env.command, "of what? ID, or --entry SEQ|ID");
	if (forms[i]->of_entry && !of_entry)
		return opt_wrong(
		    prove->env.command, "%s is of one entry: --entry SEQ|ID", forms[i]->what);
	if (of_entry && prove->id_count > 0)
		return opt_wrong(prove->env.command, "either ID or --entry, not both");
	if (!forms[i]->of_entry && of_entry)
		return opt_wrong(
		    prove->env.command, "%s is of a record, not of an entry", forms[i]->what);
	if (!forms[i]->of_entry && prove->id_count == 0)
		return opt_wrong(prove->env.command, "%s is of a record: ID", forms[i]->what);
	return LINE_GO;
}

static int
write_out(const struct prove *prove, const uint8_t *data, size_t size)
{
	struct save save;

	if (save_open(&save, prove->output != NULL ? prove->output : "-") < 0)
		return EXIT_UNSURE;
	save_put(&save, data, size);
	return save_close(&save, 1);
}

static int
run(const struct command *self, int argc, char **argv)
{
	const struct prove_form *form = NULL;
	struct prove prove;
	struct line line;
	uint8_t *data = NULL;
	size_t size = 0;
	int status;

	memset(&prove, 0, sizeof(prove));
	status = line_read(&line, &prove.env, self, argc, argv, 0, IDS_MAX, take, &prove);
	if (status == LINE_GO) {
		prove.ids = (const char *const *)line.args;
		prove.id_count = line.count;
		status = choose(&prove, &form);
	}
	if (status == LINE_GO && (status = env_open(&prove.env, ENV_READ)) == EXIT_YES &&
	    (status = form->make(&prove, &data, &size)) == EXIT_YES)
		status = write_out(&prove, data, size);
	free(data);
	line_end(&line, &prove.env);
	return status;
}

static const struct opt own[] = {
    {OPT_ENTRY, 0, "entry", "SEQ|ID", "of this entry, or of the newest one about a record"},
    {OPT_FORM, 0, "as", "FORM",
	"of a record stet-proof; of an entry tlog-proof (default), receipt or "
	"transparent-statement"},
    {'o', 'o', "output", "FILE",
	"write to FILE, which appears whole or not at all (default: standard output)"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_secret, opts_ledger, NULL};

static const struct pair examples[] = {
    {"stet prove 10.5281/zenodo.21073815 -o paper.stet-proof",
	"all that the ledger says of the record, or that it says nothing, for somebody without it"},
    {"stet prove --entry 12 -o entry-12.tlog-proof",
	"that entry 12 is in the ledger; 'stet check' and other C2SP tools verify it"},
    {"stet prove --entry 10.1234/a --as transparent-statement -o a.scitt",
	"the newest statement about a record, with its receipt"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "written"},
    {"1", "refused: the identifier is the beginning of several names, the entry is not sealed yet, "
	  "or the ledger key is not here"},
    {"2", "the command line was wrong"},
    {"3", "could not do it: the ledger cannot be read, or is damaged, or there is no room"},
    {"4", "there is no such entry, or the record is not in this ledger"}, {NULL, NULL}};

const struct command cmd_prove = {.name = "prove",
    .group = GROUP_KEEP,
    .summary = "make evidence for somebody who has no ledger",
    .synopsis = "ID... [-o FILE]\n--entry SEQ|ID [--as FORM] [-o FILE]",
    .description =
	"A proof of everything the ledger says about the records named: their entries under all "
	"their names, those of the keys that signed, and what binds them to the newest checkpoint. "
	"Whoever has the ledger's verifier key verifies it with 'stet check', offline and without "
	"the ledger, and sees that nothing is left out: the ledger key has signed how many entries "
	"there are about each name.\n\n"
	"Of a name that the ledger does not know, the file proves that there is no entry about it. "
	"What only observers link to a record is taken in, too. Artifacts are not: entries name "
	"them by their digests. The file shows the ledger as of its newest seal; a later "
	"correction "
	"is not in it, so whoever relies on it says how old it may be (check --max-age).\n\n"
	"With --entry, a proof that one entry is in the ledger, in a form that other people's "
	"tools read, made against the newest checkpoint. It says nothing of what else the ledger "
	"holds about the record.\n\n"
	"tlog-proof is a text of C2SP: the place of the entry, the hashes that lead from it to the "
	"root, and the checkpoint, verbatim; the entry itself is in its extra line. No key is "
	"needed to make it.\n\n"
	"receipt is a COSE receipt (RFC 9942), which goes beside the statement; "
	"transparent-statement is the statement with that receipt in its header (RFC 9943). Both "
	"are signed with the ledger key, over the root that it has signed in the checkpoint "
	"already.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
