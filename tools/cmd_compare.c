/* stet compare, stet checkpoint compare: whether one copy of a ledger is an older one of the other,
 * or where the two part. */
#include "cosign.h"
#include "crash.h"
#include "known.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 11
#define NOTES_MAX 64

enum { OPT_KEY = OPT_OWN, OPT_TRUST, OPT_OUTPUT };

struct compare {
	struct env env;
	struct known known;
	const char *output;
	const char *names[2]; /* of the two copies */
	stet_copy *copies[2];
	int written;
};

static int
take(void *ctx, int id, const char *value)
{
	struct compare *compare = ctx;

	switch (id) {
	case OPT_KEY:
		return known_key(&compare->known, compare->env.command, value);
	case OPT_TRUST:
		return known_trust(&compare->known, value);
	case 'o':
		compare->output = value;
		return 1;
	default:
		return -1;
	}
}

/* --- the copies ---------------------------------------------------------------------------------
 */

static int
source(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	FILE *file = ctx;

	*got_out = fread(buf, 1, size, file);
	return *got_out < size && ferror(file) ? STET_EIO : STET_OK;
}

static int
open_copy(struct compare *compare, int i)
{
	const char *path = compare->names[i];
	struct progress progress;
	stet_error err;
	int rc;

	crash_guard(path);
	progress_begin(&progress, "compare", compare->env.quiet);
	rc =
	    strcmp(path, "-") == 0
		? stet_copy_read(source, stdin, progress_step, &progress, &compare->copies[i], &err)
		: stet_copy_open(path, progress_step, &progress, &compare->copies[i], &err);
	progress_end(&progress);
	if (rc == STET_OK)
		return EXIT_YES;
	if (stop_asked())
		complain("stopped before the end: nothing was found out");
	else
		complain_of(path, &err);
	return EXIT_UNSURE;
}

/* --- what comes of it ---------------------------------------------------------------------------
 */

static int
status_of_answer(const stet_json *report)
{
	static const struct {
		const char *answer;
		int status;
	} rows[] = {{"same", EXIT_YES}, {"older", EXIT_YES}, {"newer", EXIT_YES}, {"fork", EXIT_NO},
	    {"omission", EXIT_NO}};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (json_is(stet_json_get(report, "answer"), rows[i].answer))
			return rows[i].status;
	return EXIT_UNSURE;
}

/* Text of the library's report in memory of our own, "" for none. free(). */
static char *
text_at(const stet_json *json, const char *member)
{
	char *text = json_text(stet_json_get(json, member));

	return text != NULL ? text : strdup("");
}

static void
row(const char *label, const char *text)
{
	if (text != NULL)
		out_row(2, LABEL_WIDTH, label, text);
}

static void
put_row(const stet_json *json, const char *member, const char *label)
{
	const stet_json *value = stet_json_get(json, member);
	char *text;

	if (value == NULL || stet_json_kind_of(value) == STET_JSON_NULL)
		return;
	text = json_shown(value);
	row(label, text);
	free(text);
}

static void
put_signers(const stet_json *copy)
{
	const stet_json *signers = stet_json_get(copy, "signed_by"),
			*own = stet_json_get(copy, "own");
	char *name, *id, *text;
	size_t i;

	for (i = 0; i < stet_json_size(signers); i++) {
		name = text_at(stet_json_item(signers, i), "name");
		id = text_at(stet_json_item(signers, i), "id");
		text = text_of("%s (%s), %s", name, id,
		    json_is(stet_json_get(stet_json_item(signers, i), "as"), "ledger")
			? "the ledger key"
			: "a cosigner");
		row("signed by", text);
		free(name);
		free(id);
		free(text);
	}
	if (stet_json_bool_of(stet_json_get(copy, "known")))
		return;
	if (stet_json_kind_of(own) == STET_JSON_NULL)
		row("signed by", "keys not known to you");
	else if (stet_json_bool_of(own))
		row("signed by", "the ledger key that the entries name, not known to you");
	else
		row("signed by", "none of the ledger keys that the entries name");
}

static void
put_entry(const stet_json *entry)
{
	char *name, *type, *time, *leaf, *label, *text;

	if (entry == NULL || stet_json_kind_of(entry) == STET_JSON_NULL)
		return;
	name = json_text(stet_json_get(entry, "name"));
	type = text_at(entry, "type");
	time = text_at(entry, "appended");
	leaf = text_at(entry, "leaf");
	label = text_of("entry %" PRId64, stet_json_int_of(stet_json_get(entry, "seq")));
	text = name != NULL ? text_of("%s, %s, %s", name, type, time)
			    : text_of("only its hash is here: %s", leaf);
	row(label != NULL ? label : "", text);
	free(name);
	free(type);
	free(time);
	free(leaf);
	free(label);
	free(text);
}

static const char *
kind_text(const stet_json *copy)
{
	static const char *const kinds[][2] = {{"ledger", "a ledger"},
	    {"tiles", "a folder of C2SP tiles"}, {"bag", "a bag"},
	    {"entries", "a sequence of entries"}, {"proof", "a proof: its head"},
	    {"checkpoint", "a checkpoint: a head alone"}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (json_is(stet_json_get(copy, "kind"), kinds[i][0]))
			return kinds[i][1];
	return "";
}

static void
put_copy(const char *name, const stet_json *copy)
{
	int64_t behind = stet_json_int_of(stet_json_get(copy, "behind"));
	char *text;

	out_foreign(name);
	out_text(": %s\n", kind_text(copy));
	put_row(copy, "origin", "ledger");
	put_row(copy, "size", "size");
	put_row(copy, "root", "root");
	put_row(copy, "as_of", "as of");
	put_signers(copy);
	if (behind > 0) {
		text = text_of("%" PRId64 " %s after its head, not compared", behind,
		    behind == 1 ? "entry" : "entries");
		row("and", text);
		free(text);
	}
	put_entry(stet_json_get(copy, "entry"));
}

static char *
fork_text(const stet_json *report)
{
	const stet_json *first = stet_json_get(report, "first");
	char number[32], *where, *text;

	if (stet_json_kind_of(first) == STET_JSON_NULL)
		where = text_of(
		    "the first %s entries of the two are not the same, and a head alone does "
		    "not show which",
		    number_text(
			(uint64_t)stet_json_int_of(stet_json_get(report, "common")), number));
	else if (stet_json_int_of(first) == 0)
		where = text_of("they differ from entry 0 on");
	else
		where = text_of("the first %s entries are the same, entry %" PRId64 " differs",
		    number_text((uint64_t)stet_json_int_of(first), number),
		    stet_json_int_of(first));
	text = text_of("%s; %s", where != NULL ? where : "",
	    stet_json_bool_of(stet_json_get(report, "one_key"))
		? "one key has signed both heads"
		: "no key is known to have signed both heads");
	free(where);
	return text;
}

static int
one_name(const stet_json *report)
{
	const stet_json *copies = stet_json_get(report, "copies");

	return json_same(stet_json_get(stet_json_item(copies, 0), "origin"),
	    stet_json_get(stet_json_item(copies, 1), "origin"));
}

static char *
verdict_text(const struct compare *compare, const stet_json *report)
{
	const int64_t common = stet_json_int_of(stet_json_get(report, "common")),
		      more = stet_json_int_of(stet_json_get(report, "more"));
	const int newer = json_is(stet_json_get(report, "answer"), "newer");
	char number[32], with[32];

	number_text((uint64_t)common, number);
	number_text((uint64_t)more, with);
	if (json_is(stet_json_get(report, "answer"), "same"))
		return text_of("both have the same %s entries", number);
	if (newer || json_is(stet_json_get(report, "answer"), "older"))
		return text_of("'%s' is an older copy of '%s', which has %s %s more",
		    compare->names[newer], compare->names[!newer], with,
		    more == 1 ? "entry" : "entries");
	if (json_is(stet_json_get(report, "answer"), "fork"))
		return fork_text(report);
	if (json_is(stet_json_get(report, "answer"), "omission"))
		return text_of("the proof leaves out entry %" PRId64
			       ", which the ledger had before it was made",
		    stet_json_int_of(stet_json_get(report, "first")));
	if (json_is(stet_json_get(report, "answer"), "other"))
		return strdup(one_name(report)
				  ? "these are two ledgers of one name: no key is known to have "
				    "signed both heads"
				  : "these are two ledgers, which have nothing to do with each "
				    "other");
	if (json_is(stet_json_get(report, "code"), "checkpoint-unsigned"))
		return strdup(
		    "a head alone is of other entries, and none of the ledger keys has signed it");
	return text_of("a head alone does not show whether it goes on from the smaller copy, which "
		       "has %s %s fewer",
	    with, more == 1 ? "entry" : "entries");
}

static const char *
verdict_word(const stet_json *report)
{
	static const char *const words[][2] = {{"same", "same"}, {"older", "older copy"},
	    {"newer", "older copy"}, {"fork", "fork"}, {"omission", "omission"}};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (json_is(stet_json_get(report, "answer"), words[i][0]))
			return words[i][1];
	return "could not find out";
}

static void
put_page(const struct compare *compare, const stet_json *report)
{
	const stet_json *copies = stet_json_get(report, "copies");
	char *code = json_text(stet_json_get(report, "code")),
	     *text = verdict_text(compare, report);
	size_t i;

	for (i = 0; i < 2; i++)
		put_copy(compare->names[i], stet_json_item(copies, i));
	out_style(status_of_answer(report) == EXIT_YES ? STYLE_GREEN : STYLE_RED);
	out_text("%s", verdict_word(report));
	out_style(STYLE_PLAIN);
	out_text(": ");
	if (code != NULL)
		out_text("%s: ", code);
	out_foreign(text != NULL ? text : "");
	if (status_of_answer(report) != EXIT_UNSURE &&
	    !stet_json_bool_of(stet_json_get(report, "known")))
		out_text("; signer not known to you");
	out_text("\n");
	if (compare->written) {
		out_text("the evidence is in '");
		out_foreign(compare->output);
		out_text("'\n");
	}
	free(code);
	free(text);
}

static void
put_json(const struct compare *compare, const stet_json *report)
{
	stet_json *json = stet_json_object(), *copies = stet_json_array(), *copy;
	const stet_json *value, *of;
	const char *member;
	size_t i, k;

	stet_json_set(json, "v", stet_json_int(1));
	for (i = 0; stet_json_member(report, i, &member, &value); i++)
		if (strcmp(member, "copies") != 0)
			stet_json_set(json, member, stet_json_copy(value));
	stet_json_set(
	    json, "evidence", compare->written ? stet_json_str(compare->output) : stet_json_null());
	for (i = 0; i < 2; i++) {
		copy = stet_json_object();
		of = stet_json_item(stet_json_get(report, "copies"), i);
		stet_json_set(copy, "path", stet_json_str(compare->names[i]));
		for (k = 0; stet_json_member(of, k, &member, &value); k++)
			stet_json_set(copy, member, stet_json_copy(value));
		stet_json_add(copies, copy);
	}
	stet_json_set(json, "copies", copies);
	out_json(json);
}

/* Why -o writes nothing. */
static void
say_unwritten(const struct compare *compare, int status)
{
	if (compare->output == NULL || compare->written)
		return;
	if (status == EXIT_NO)
		remark("'%s' was not written: evidence takes two signed heads by one ledger key",
		    compare->output);
	else
		remark("'%s' was not written: there is no contradiction to show", compare->output);
}

static int
write_evidence(struct compare *compare, const uint8_t *evidence, size_t size)
{
	struct save save;
	int status;

	if (save_open(&save, compare->output) < 0)
		return EXIT_UNSURE;
	save_put(&save, evidence, size);
	status = save_close(&save, 1);
	compare->written = status == EXIT_YES;
	return status;
}

static int
compare_copies(struct compare *compare)
{
	stet_json *report = NULL;
	uint8_t *evidence = NULL;
	size_t size = 0;
	stet_error err;
	int status, saved = EXIT_YES, to_stdout;
	char *both = text_of("%s' or '%s", compare->names[0], compare->names[1]);

	crash_guard(both != NULL ? both : compare->names[0]);
	free(both);
	compare->written = 0;
	if (stet_compare(compare->copies[0], compare->copies[1], compare->known.trust, &report,
		compare->output != NULL ? &evidence : NULL, &size, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	status = status_of_answer(report);
	to_stdout = compare->output != NULL && strcmp(compare->output, "-") == 0;
	if (evidence != NULL)
		saved = write_evidence(compare, evidence, size);
	/* With the evidence on it, standard output takes nothing else. */
	if (!to_stdout && compare->env.json)
		put_json(compare, report);
	else if (!to_stdout)
		put_page(compare, report);
	if (saved == EXIT_YES)
		say_unwritten(compare, status);
	free(evidence);
	stet_json_free(report);
	return saved == EXIT_YES ? status : saved;
}

/* --- stet compare -------------------------------------------------------------------------------
 */

static int
compare_two(struct compare *compare, const struct line *line)
{
	int i, status = EXIT_YES;

	for (i = 0; i < 2; i++)
		compare->names[i] = line->args[i];
	if (strcmp(line->args[0], "-") == 0 && strcmp(line->args[1], "-") == 0)
		return opt_wrong(compare->env.command, "standard input can be one of the two");
	stop_watch();
	for (i = 0; status == EXIT_YES && i < 2; i++)
		status = open_copy(compare, i);
	if (status == EXIT_YES)
		status = compare_copies(compare);
	for (i = 0; i < 2; i++)
		stet_copy_close(compare->copies[i]);
	return status;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct compare compare;
	struct line line;
	int status;

	memset(&compare, 0, sizeof(compare));
	status = line_read(&line, &compare.env, self, argc, argv, 2, 2, take, &compare);
	if (status == LINE_GO && known_settle(&compare.known) != EXIT_YES)
		status = EXIT_UNSURE;
	if (status == LINE_GO)
		status = compare_two(&compare, &line);
	known_end(&compare.known);
	line_end(&line, &compare.env);
	return status;
}

/* --- stet checkpoint compare ---------------------------------------------------------------------
 */

/* A no of any of them is the answer; else what could not be found out. */
static int
worse(int one, int other)
{
	return one == EXIT_NO || other == EXIT_NO ? EXIT_NO : one > other ? one : other;
}

static int
compare_notes(struct compare *compare, const struct line *line)
{
	int status = EXIT_YES, one;
	stet_error err;
	size_t i;

	compare->names[0] = compare->env.path;
	if (stet_copy_of_ledger(compare->env.ledger, &compare->copies[0], &err) < 0 ||
	    (compare->known.trust == NULL && stet_trust_new(&compare->known.trust, &err) < 0) ||
	    stet_copy_keys(compare->copies[0], compare->known.trust, &err) < 0) {
		complain_error(&err);
		stet_copy_close(compare->copies[0]);
		return EXIT_UNSURE;
	}
	for (i = 0; i < line->count && !stop_asked(); i++) {
		compare->names[1] = line->args[i];
		if ((one = open_copy(compare, 1)) == EXIT_YES)
			one = compare_copies(compare);
		status = worse(status, one);
		stet_copy_close(compare->copies[1]);
		compare->copies[1] = NULL;
	}
	stet_copy_close(compare->copies[0]);
	return status;
}

static int
run_notes(const struct command *self, int argc, char **argv)
{
	struct compare compare;
	struct line line;
	int status;

	memset(&compare, 0, sizeof(compare));
	status = line_read(&line, &compare.env, self, argc, argv, 1, NOTES_MAX, take, &compare);
	if (status == LINE_GO && known_settle(&compare.known) != EXIT_YES)
		status = EXIT_UNSURE;
	if (status == LINE_GO && compare.output != NULL && line.count > 1)
		status = opt_wrong(self, "-o takes the evidence of one comparison: name one NOTE");
	/* What was read here before is one more note, and no reason not to look at this one. */
	compare.env.no_remember = 1;
	if (status == LINE_GO && (status = env_open(&compare.env, ENV_READ)) == EXIT_YES)
		status = compare_notes(&compare, &line);
	known_end(&compare.known);
	line_end(&line, &compare.env);
	return status;
}

/* --- what they are -------------------------------------------------------------------------------
 */

static const struct opt own[] = {
    {'o', 'o', "output", "FILE", "write the evidence of a fork or an omission to FILE"},
    {OPT_KEY, 0, "key", "VKEY",
	"a verifier key that you know to be the ledger's (may be repeated)"},
    {OPT_TRUST, 0, "trust", "FILE", "a file of such keys, one on each line"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_json, opts_quiet, NULL};
static const struct opt *const note_options[] = {own, opts_json, opts_quiet, opts_ledger, NULL};

static const struct pair examples[] = {
    {"stet compare .stet /mnt/backup/.stet", "is the backup an older copy of this ledger?"},
    {"stet compare .stet /srv/mirror/tiles", "does the mirror show the same history?"},
    {"ssh host stet export cborseq -C /srv/ledger | stet compare .stet -",
	"the entries that another host has"},
    {"stet compare ours theirs -o fork.stet-evidence",
	"if they are of two histories, what proves it to others"},
    {"stet compare .stet paper.stet-proof", "does a proof leave out what the ledger has?"},
    {NULL, NULL}};
static const struct pair exits[] = {
    {"0", "they are the same, or one is an older copy of the other"},
    {"1", "a fork: they are of two histories of one ledger, whoever signed them; or a proof leaves "
	  "out an entry that the ledger has"},
    {"2", "the command line was wrong"},
    {"3", "could not find out: one cannot be read, is damaged or no copy of a ledger; they are of "
	  "two ledgers; or one is a head alone, of more entries than the other has, or signed by "
	  "none of the "
	  "ledger's keys"},
    {NULL, NULL}};

const struct command cmd_compare = {.name = "compare",
    .group = GROUP_KEEP,
    .summary = "find out whether two copies of a ledger agree",
    .synopsis = "A B [-o FILE] [--key VKEY]... [--trust FILE] [--json]",
    .description =
	"Compares two copies of a ledger: whether they are the same, one is an older copy of the "
	"other, or they are of two histories, and then which is the first entry that differs, and "
	"what each has there.\n\n"
	"A copy is the folder of a ledger, a folder of C2SP tiles, a bag of a whole ledger (folder "
	"or archive), or a bare sequence of entries ('stet export cborseq'), which may come from "
	"standard input ('-'). Of a ledger and of tiles some dozens of hashes are read, however "
	"large they are; a bag or a sequence is read through, and 32 bytes of memory are taken for "
	"each entry. A checkpoint or a proof of a record gives its head alone, which is compared "
	"with a copy that is at least as large; of a proof it is also looked whether the ledger "
	"has "
	"an entry that it leaves out.\n\n"
	"Each copy is believed as far as its hashes lead to the head that it is signed by. A copy "
	"whose hashes do not is damaged: that is exit 3, and never a fork. Whether the entries "
	"that "
	"two copies have in common are right is for 'stet verify' to say.\n\n"
	"A fork is told, and exit 1, whoever signed the heads. If one key has signed both, whoever "
	"has that key has told two stories, and -o writes what proves it: two signed heads and "
	"hashes, which 'stet check' verifies anywhere with the ledger's verifier key alone. Where "
	"nothing contradicts, or no two heads are signed, nothing is written.\n\n"
	"Keys are given as for 'stet check'. A change of the ledger key is followed in a ledger, a "
	"bag "
	"and a sequence of entries; of tiles only entry 0 is read, so give the newer key, too.\n\n"
	"What this machine remembers of a ledger ('stet checkpoint remembered') is not asked.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};

const struct command sub_compare = {.name = "checkpoint compare",
    .group = GROUP_KEEP,
    .summary = "hold checkpoints from elsewhere against this ledger",
    .synopsis = "NOTE|-... [-o FILE] [--key VKEY]... [--trust FILE] [--json]",
    .description = "Each NOTE is a checkpoint that somebody else has kept, a witness or a reader: "
		   "whether it is "
		   "the same head as that of this ledger, an older one of it, or of another "
		   "history. One of more "
		   "entries than are here cannot be told from a fork, which is exit 3. Anything "
		   "else that 'stet "
		   "compare' takes is taken as well. This ledger's own keys count as known. -o "
		   "writes the evidence "
		   "of a fork.",
    .options = note_options,
    .run = run_notes};
