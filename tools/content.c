/* Which registered artifact or manifest version a file is, or that it differs from every one. */
#include "content.h"
#include "feed.h"
#include "out.h"
#include "util.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How a registered digest and the file's go together. */
enum match {
	MATCH_NONE,    /* gives no digest of any content */
	MATCH_DIFFERS, /* not this file                  */
	MATCH_MAYBE,   /* its digest is blinded: nobody can tell without the salt */
	MATCH_SAME
};

struct version { /* one registered */
	uint64_t seq;
	enum match match;
	stet_json *json; /* as --json shows it */
	int annulled;
};

struct content {
	struct env *env;
	const char *path;
	stet_json *digests;
	uint64_t size;
	struct version *items;
	size_t count, room;
	size_t matches[4]; /* how many of each; of those not annulled */
	size_t annulled;   /* the same as the file, and annulled      */
};

static const char *const kinds[] = {"sha256", "sha512", "sha1", "md5", NULL};

/* --- judging -------------------------------------------------------------------------------- */

static enum match
match_blinded(const struct content *content, const stet_json *statement)
{
	const stet_json *others = stet_json_get(statement, "digests"),
			*size = stet_json_get(statement, "size");
	size_t i;

	if (size != NULL && (uint64_t)stet_json_int_of(size) != content->size)
		return MATCH_DIFFERS;
	for (i = 1; kinds[i] != NULL; i++)
		if (stet_json_get(others, kinds[i]) != NULL &&
		    !json_same(
			stet_json_get(others, kinds[i]), stet_json_get(content->digests, kinds[i])))
			return MATCH_DIFFERS;
	return MATCH_MAYBE;
}

/* Where SHA-256 is given, it decides: the other digests find content, and prove nothing. */
static enum match
match_of(const struct content *content, const struct said *said)
{
	const stet_json *holder = strcmp(said->type, "record") == 0
				      ? stet_json_get(said->statement, "manifest")
				  : strcmp(said->type, "artifact") == 0 ? said->statement
									: NULL;
	const stet_json *sha256 = stet_json_get(holder, "sha256");

	if (sha256 != NULL)
		return json_same(sha256, stet_json_get(content->digests, "sha256")) ? MATCH_SAME
										    : MATCH_DIFFERS;
	return stet_json_get(holder, "blinded") != NULL ? match_blinded(content, holder)
							: MATCH_NONE;
}

static const stet_json *
role_of(const struct said *said)
{
	return stet_json_get(said->statement, "role");
}

/* Content of a role that a record has once, or of the same file name, is a version of the other. */
static int
is_version_of(const struct said *a, const struct said *b)
{
	static const char *const once[] = {"report", "manifest", "metadata", NULL};
	size_t i;

	if (strcmp(a->type, b->type) != 0)
		return 0;
	if (strcmp(a->type, "record") == 0)
		return 1;
	if (!json_same(role_of(a), role_of(b)))
		return 0;
	for (i = 0; once[i] != NULL; i++)
		if (json_is(role_of(a), once[i]))
			return 1;
	return json_same(stet_json_get(a->statement, "name"), stet_json_get(b->statement, "name"));
}

static const stet_json *
digest_of(const struct said *said)
{
	const stet_json *holder = strcmp(said->type, "record") == 0
				      ? stet_json_get(said->statement, "manifest")
				      : said->statement;
	const stet_json *sha256 = stet_json_get(holder, "sha256");

	return sha256 != NULL ? sha256 : stet_json_get(holder, "blinded");
}

/* The newest other content in its place; STET_NO_SEQ: none. */
static uint64_t
newer(const struct view *view, const struct said *said)
{
	uint64_t found = STET_NO_SEQ;
	size_t i;

	for (i = 0; i < view->count; i++)
		if (view->items[i].seq > said->seq && view->items[i].annulled_by == STET_NO_SEQ &&
		    view->items[i].source == NULL && is_version_of(&view->items[i], said) &&
		    digest_of(&view->items[i]) != NULL &&
		    !json_same(digest_of(&view->items[i]), digest_of(said)))
			found = view->items[i].seq;
	return found;
}

static uint64_t
withheld_by(const struct view *view, const struct said *said)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		if (strcmp(view->items[i].type, "withhold") == 0 &&
		    view->items[i].annulled_by == STET_NO_SEQ &&
		    json_same(stet_json_get(view->items[i].statement, "sha256"), digest_of(said)))
			return view->items[i].seq;
	return STET_NO_SEQ;
}

/* --- collecting ----------------------------------------------------------------------------- */

static void
set_seq(stet_json *json, const char *member, uint64_t seq)
{
	if (seq != STET_NO_SEQ)
		stet_json_set(json, member, stet_json_int((int64_t)seq));
}

static void
set_copy(stet_json *json, const char *member, const stet_json *value)
{
	if (value != NULL)
		stet_json_set(json, member, stet_json_copy(value));
}

static stet_json *
version_json(const struct view *view, const struct said *said)
{
	const stet_json *manifest = stet_json_get(said->statement, "manifest");
	int is_record = strcmp(said->type, "record") == 0;
	const stet_json *holder = is_record ? manifest : said->statement;
	stet_json *json = stet_json_object();
	char *by = said_by(said);

	stet_json_set(json, "seq", stet_json_int((int64_t)said->seq));
	stet_json_set(json, "record", stet_json_str(said->name));
	stet_json_set(json, "type", stet_json_str(said->type));
	if (is_record)
		stet_json_set(json, "role", stet_json_str("manifest"));
	else
		set_copy(json, "role", role_of(said));
	set_copy(json, "name", stet_json_get(said->statement, "name"));
	set_copy(json, "version", stet_json_get(holder, "version"));
	set_copy(json, "contract", stet_json_get(holder, "contract"));
	set_copy(json, "size", stet_json_get(said->statement, "size"));
	set_copy(json, "sha256", stet_json_get(holder, "sha256"));
	set_copy(json, "blinded", stet_json_get(holder, "blinded"));
	set_copy(json, "appended", stet_json_get(said->json, "appended"));
	if (by != NULL)
		stet_json_set(json, "signed_by", stet_json_str(by));
	if (said->source != NULL)
		stet_json_set(json, "source", stet_json_str(said->source));
	set_seq(json, "annulled_by", said->annulled_by);
	set_seq(json, "contested_by", said->contested_by);
	set_seq(json, "withheld_by", withheld_by(view, said));
	set_seq(json, "newer", newer(view, said));
	free(by);
	return json;
}

static int
is_known(const struct content *content, uint64_t seq)
{
	size_t i;

	for (i = 0; i < content->count; i++)
		if (content->items[i].seq == seq)
			return 1;
	return 0;
}

static int
add(struct content *content, const struct view *view, const struct said *said, enum match match)
{
	struct version *grown, *version;

	if (content->count == content->room) {
		content->room = content->room == 0 ? 16 : content->room * 2;
		grown = realloc(content->items, content->room * sizeof(*grown));
		if (grown == NULL) {
			complain("out of memory");
			return EXIT_UNSURE;
		}
		content->items = grown;
	}
	version = &content->items[content->count++];
	*version = (struct version){.seq = said->seq,
	    .match = match,
	    .json = version_json(view, said),
	    .annulled = said->annulled_by != STET_NO_SEQ};
	if (!version->annulled)
		content->matches[match]++;
	else if (match == MATCH_SAME)
		content->annulled++;
	return EXIT_YES;
}

/* What is registered of the record of a name; all of it, or what may be the file. */
static int
add_record(struct content *content, const stet_id *id, int all)
{
	struct view view;
	enum match match;
	size_t i;
	int status = view_read(content->env, id, &view);

	if (status != EXIT_YES)
		return status;
	for (i = 0; status == EXIT_YES && i < view.count; i++) {
		match = match_of(content, &view.items[i]);
		if (match != MATCH_NONE && (all || match > MATCH_DIFFERS) &&
		    !is_known(content, view.items[i].seq))
			status = add(content, &view, &view.items[i], match);
	}
	view_free(&view);
	return status;
}

static int
add_record_of(struct content *content, uint64_t seq)
{
	stet_entry *entry = NULL;
	stet_error err;
	stet_id *id;
	stet_at at;
	int status;

	if (env_moment(content->env, &at) < 0)
		return EXIT_USAGE;
	if (is_known(content, seq) || (at.by == STET_AT_SEQ && seq >= at.value))
		return EXIT_YES;
	if (stet_ledger_entry(content->env->ledger, seq, &entry, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if (at.by == STET_AT_TIME && stet_entry_ms(entry) > at.value) {
		stet_entry_free(entry);
		return EXIT_YES;
	}
	id = env_id(content->env, stet_entry_name(entry));
	status = id != NULL ? add_record(content, id, 0) : EXIT_UNSURE;
	stet_id_free(id);
	stet_entry_free(entry);
	return status;
}

static int
look_up(struct content *content, const char *kind, const char *digest)
{
	char *hex = json_text(stet_json_get(content->digests, digest));
	stet_json *seqs = NULL;
	stet_error err;
	size_t i;
	int status = EXIT_YES;

	if (hex == NULL || stet_ledger_lookup(content->env->ledger, kind, hex, &seqs, &err) < 0) {
		if (hex != NULL)
			complain_error(&err);
		free(hex);
		return EXIT_UNSURE;
	}
	free(hex);
	for (i = 0; status == EXIT_YES && i < stet_json_size(seqs); i++)
		status =
		    add_record_of(content, (uint64_t)stet_json_int_of(stet_json_item(seqs, i)));
	stet_json_free(seqs);
	return status;
}

static int
look_up_all(struct content *content)
{
	size_t i;
	int status = look_up(content, "manifest", "sha256");

	for (i = 0; status == EXIT_YES && kinds[i] != NULL; i++)
		status = look_up(content, "content", kinds[i]);
	return status;
}

/* --- answering ------------------------------------------------------------------------------ */

static const struct {
	const char *member, *text;
} remarks[] = {{"annulled_by", "annulled by entry"}, {"contested_by", "contested by entry"},
    {"withheld_by", "withheld by entry"}, {"newer", "there is a newer one: entry"}, {NULL, NULL}};

static void
put_size(const stet_json *size)
{
	char number[32];

	if (size != NULL)
		out_text("  %s bytes", number_text((uint64_t)stet_json_int_of(size), number));
}

static void
put_digest(const stet_json *json)
{
	char *sha256 = json_text(stet_json_get(json, "sha256")),
	     *blinded = json_text(stet_json_get(json, "blinded"));

	if (sha256 != NULL)
		out_text("  sha256 %.8s", sha256);
	else if (blinded != NULL)
		out_text("  blinded %.8s", blinded);
	free(sha256);
	free(blinded);
}

static void
put_word(const stet_json *json, const char *member, const char *before)
{
	char *text = json_text(stet_json_get(json, member));

	if (text != NULL) {
		out_text("%s", before);
		out_foreign(text);
	}
	free(text);
}

static void
put_version(const struct version *version)
{
	const stet_json *json = version->json, *value;
	size_t i;

	out_style(version->annulled ? STYLE_STRUCK : STYLE_BOLD);
	out_text("%sentry %" PRIu64 "%s", version->annulled ? "~~ " : "", version->seq,
	    version->annulled ? " ~~" : "");
	out_style(STYLE_PLAIN);
	put_word(json, "role", "  ");
	put_word(json, "record", "  ");
	put_size(stet_json_get(json, "size"));
	put_digest(json);
	out_text("\n      ");
	put_word(json, "appended", "");
	put_word(json, "signed_by", ", by ");
	put_word(json, "source", "; observed of ");
	out_text("\n");
	for (i = 0; remarks[i].member != NULL; i++)
		if ((value = stet_json_get(json, remarks[i].member)) != NULL)
			out_text(
			    "      %s %lld\n", remarks[i].text, (long long)stet_json_int_of(value));
	if (stet_json_get(json, "name") != NULL || stet_json_get(json, "version") != NULL) {
		out_text("     ");
		put_word(json, "name", " ");
		put_word(json, "version", " version ");
		out_text("\n");
	}
}

static void
put_versions(const struct content *content, enum match match)
{
	size_t i;

	for (i = 0; i < content->count; i++)
		if (content->items[i].match == match)
			put_version(&content->items[i]);
}

struct answer {
	int status;
	const char *word; /* of --json */
};

/* One record's content is all known here, so that it can differ; elsewhere there may be more. */
static struct answer
answer_of(const struct content *content, const char *id)
{
	if (content->matches[MATCH_SAME] > 0)
		return (struct answer){EXIT_YES, "registered"};
	if (content->annulled > 0)
		return (struct answer){EXIT_NO, "annulled"};
	if (content->matches[MATCH_MAYBE] > 0)
		return (struct answer){EXIT_UNSURE, "unknown"};
	if (id == NULL)
		return (struct answer){EXIT_ABSENT, "absent"};
	return content->count > 0 ? (struct answer){EXIT_NO, "differs"}
				  : (struct answer){EXIT_UNSURE, "nothing-registered"};
}

static void
put_answer(const struct content *content, const char *id, const struct answer *answer)
{
	static const struct {
		const char *word, *text;
		enum match shown;
	} texts[] = {{"registered", "is registered", MATCH_SAME},
	    {"annulled", "was registered, and that was annulled", MATCH_SAME},
	    {"unknown",
		"may be content registered under a blinded digest only; whoever has the salt can "
		"tell",
		MATCH_MAYBE},
	    {"absent", "is not in this ledger", MATCH_SAME},
	    {"differs", "differs from every registered version of ", MATCH_DIFFERS},
	    {"nothing-registered", "cannot be compared: no content is registered of ", MATCH_SAME}};
	char number[32];
	size_t i;

	for (i = 0; strcmp(texts[i].word, answer->word) != 0;)
		i++;
	out_foreign(content->path);
	out_text(", %s bytes", number_text(content->size, number));
	put_word(content->digests, "sha256", ", sha256 ");
	out_text(":\n");
	out_style(answer->status == EXIT_YES ? STYLE_GREEN : STYLE_RED);
	out_text("%s", texts[i].text);
	if (i >= 4)
		out_foreign(id);
	out_style(STYLE_PLAIN);
	out_text("\n");
	put_versions(content, texts[i].shown);
}

static void
put_json(const struct content *content, const struct answer *answer)
{
	stet_json *json = stet_json_object(), *matches = stet_json_array(),
		  *others = stet_json_array();
	size_t i;

	for (i = 0; i < content->count; i++)
		stet_json_add(content->items[i].match == MATCH_DIFFERS ? others : matches,
		    stet_json_copy(content->items[i].json));
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "answer", stet_json_str(answer->word));
	stet_json_set(json, "size", stet_json_int((int64_t)content->size));
	stet_json_set(json, "digests", stet_json_copy(content->digests));
	stet_json_set(json, "matches", matches);
	stet_json_set(json, "others", others);
	out_json(json);
}

static int
digest_file(struct content *content)
{
	struct input input;
	stet_error err;
	int rc;

	if (input_open(&input, content->path, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	rc = stet_digests(input_source, &input, &content->digests, &content->size, &err);
	if (rc < 0)
		complain_of(content->path, &err);
	input_close(&input);
	return rc < 0 ? EXIT_UNSURE : EXIT_YES;
}

int
content_verify(struct env *env, const char *path, const char *text)
{
	struct content content = {.env = env, .path = path};
	struct answer answer;
	stet_id *id = NULL;
	size_t i;
	stet_at at;
	int status;

	if (env_moment(env, &at) < 0 || (text != NULL && (id = env_id(env, text)) == NULL))
		return EXIT_USAGE;
	status = digest_file(&content);
	if (status == EXIT_YES)
		status = id != NULL ? add_record(&content, id, 1) : look_up_all(&content);
	if (status == EXIT_YES) {
		answer = answer_of(&content, text);
		status = answer.status;
		if (env->json)
			put_json(&content, &answer);
		else
			put_answer(&content, id != NULL ? stet_id_text(id) : "", &answer);
	}
	for (i = 0; i < content.count; i++)
		stet_json_free(content.items[i].json);
	free(content.items);
	stet_json_free(content.digests);
	stet_id_free(id);
	return status;
}
