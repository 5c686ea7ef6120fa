/* Reading histories. */
#include "view.h"
#include "util.h"
#include "keys.h"
#include "out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
said_clear(struct said *said)
{
	free(said->name);
	free(said->type);
	free(said->nature);
	free(said->source);
	free(said->wrong);
	stet_json_free(said->json);
	memset(said, 0, sizeof(*said));
}

static const stet_json *
signer_of(struct env *env, const stet_json *statement)
{
	const stet_json *known = env_keys(env);
	char *kid = json_text(stet_json_get(statement, "kid"));
	const stet_json *found = NULL;
	size_t i;

	for (i = 0; kid != NULL && found == NULL && i < stet_json_size(known); i++)
		if (json_is(stet_json_get(stet_json_item(known, i), "kid"), kid))
			found = stet_json_item(known, i);
	free(kid);
	return found;
}

int
said_read(struct env *env, stet_entry *entry, struct said *said)
{
	const stet_json *json, *source;
	stet_bytes leaf = stet_entry_leaf(entry);
	stet_error err;

	memset(said, 0, sizeof(*said));
	json = stet_entry_json(entry, &err);
	if (json == NULL) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	said->seq = stet_entry_seq(entry);
	said->ms = stet_entry_ms(entry);
	said->name = strdup(stet_entry_name(entry));
	said->type = strdup(stet_entry_type(entry));
	said->json = stet_json_copy(json);
	if (said->name == NULL || said->type == NULL || said->json == NULL) {
		complain("out of memory");
		said_clear(said);
		return EXIT_UNSURE;
	}
	hex_text(leaf.data, leaf.size < STET_HASH_SIZE ? leaf.size : STET_HASH_SIZE, said->leaf);
	said->statement = stet_json_get(said->json, "statement");
	said->signer = signer_of(env, said->statement);
	source = stet_json_get(said->statement, "source");
	said->source = source != NULL ? json_text(stet_json_get(source, "name")) : NULL;
	if (strcmp(said->type, "correction") == 0)
		said->nature = json_text(stet_json_get(said->statement, "nature"));
	said->annulled_by = said->contested_by = said->ended_by = STET_NO_SEQ;
	return EXIT_YES;
}

static int
is_target(const struct said *by, const struct said *of)
{
	const stet_json *targets = stet_json_get(by->statement, "targets");
	size_t i;

	for (i = 0; i < stet_json_size(targets); i++)
		if (json_is(stet_json_item(targets, i), of->leaf))
			return 1;
	return 0;
}

static int
same_issuer(const struct said *a, const struct said *b)
{
	char *issuer = json_text(stet_json_get(b->statement, "issuer"));
	int same = issuer != NULL && json_is(stet_json_get(a->statement, "issuer"), issuer);

	free(issuer);
	return same;
}

static int
same_source(const struct said *a, const struct said *b)
{
	return a->source != NULL && b->source != NULL && strcmp(a->source, b->source) == 0;
}

/* A source that stops listing something ends what it listed without a kind, and nothing else. */
static int
is_ending(const struct said *by, const struct said *of)
{
	return strcmp(by->nature, "reinstatement") == 0 ||
	       strcmp(by->nature, "concern_lifted") == 0 ||
	       (strcmp(by->nature, "delisting") == 0 && of->nature != NULL &&
		   strcmp(of->nature, "unspecified") == 0);
}

/* What a later correction does to an earlier entry it targets.  An annulment counts if it comes
 * from the target's own issuer (an observation's: from the same source); anybody else's is shown as
 * contested and changes nothing.  docs/design.md, "What each correction nature does". */
void
view_apply(const struct said *by, struct said *to)
{
	int observation = by->source != NULL;

	if (strcmp(by->nature, "annulment") == 0) {
		if (observation ? same_source(by, to) : to->source == NULL && same_issuer(by, to))
			to->annulled_by = by->seq;
		else
			to->contested_by = by->seq;
	} else if (is_ending(by, to) && (!observation || same_source(by, to))) {
		to->ended_by = by->seq;
	}
}

void
view_strike(struct said *items, size_t count)
{
	size_t by, to;

	/* From the newest down: an annulment that is itself struck out strikes nothing. */
	for (by = count; by-- > 0;) {
		if (items[by].nature == NULL || items[by].annulled_by != STET_NO_SEQ)
			continue;
		for (to = 0; to < by; to++)
			if (is_target(&items[by], &items[to]))
				view_apply(&items[by], &items[to]);
	}
}

void
view_wait(struct view *view, const stet_json *standing)
{
	const stet_json *entries = stet_json_get(standing, "entries"), *entry;
	size_t i, k;

	for (i = 0; i < stet_json_size(entries); i++) {
		entry = stet_json_item(entries, i);
		if (!stet_json_bool_of(stet_json_get(entry, "pending")))
			continue;
		for (k = 0; k < view->count; k++)
			if (view->items[k].seq ==
			    (uint64_t)stet_json_int_of(stet_json_get(entry, "seq")))
				view->items[k].pending = 1;
	}
}

static stet_json *
names_json(const stet_history *history)
{
	const stet_history_name *names = NULL;
	size_t count = stet_history_names(history, &names), i;
	stet_json *array = stet_json_array(), *item;

	for (i = 0; i < count; i++) {
		item = stet_json_object();
		stet_json_set(item, "name", stet_json_str(names[i].name));
		stet_json_set(item, "count", stet_json_int((int64_t)names[i].count));
		stet_json_set(item, "observed", stet_json_bool(names[i].observed));
		stet_json_add(array, item);
	}
	return array;
}

static int
read_entries(struct env *env, stet_history *history, struct view *view)
{
	struct said *grown;
	stet_entry *entry;
	stet_error err;
	size_t room = 0;
	int rc, status;

	while ((rc = stet_history_next(history, &entry, &err)) == STET_OK) {
		if (view->count == room) {
			room = room == 0 ? 32 : room * 2;
			grown = realloc(view->items, room * sizeof(*grown));
			if (grown == NULL) {
				complain("out of memory");
				return EXIT_UNSURE;
			}
			view->items = grown;
		}
		if ((status = said_read(env, entry, &view->items[view->count])) != EXIT_YES)
			return status;
		view->newest_seq = view->items[view->count++].seq;
	}
	if (rc == STET_ENOTFOUND)
		return EXIT_YES;
	complain_error(&err);
	return EXIT_UNSURE;
}

int
view_find(struct env *env, const stet_id *id, struct view *view)
{
	stet_history *history = NULL;
	stet_error err;
	stet_at at;
	int rc, status;

	memset(view, 0, sizeof(*view));
	view->newest_seq = STET_NO_SEQ;
	if (env_moment(env, &at) < 0)
		return EXIT_USAGE;
	rc = stet_history_open(env->ledger, id, at, &history, &err);
	if (rc == STET_ENOTFOUND)
		return EXIT_ABSENT;
	if (rc < 0) {
		complain_error(&err);
		return status_of(rc);
	}
	view->names = names_json(history);
	status = read_entries(env, history, view);
	stet_history_close(history);
	if (status == EXIT_YES)
		view_strike(view->items, view->count);
	else
		view_free(view);
	return status;
}

int
view_read(struct env *env, const stet_id *id, struct view *view)
{
	int status = view_find(env, id, view);

	if (status == EXIT_ABSENT)
		complain("'%s' is not in this ledger%s", stet_id_text(id),
		    env->at != NULL ? " at that moment" : "");
	return status;
}

static void
mark_wrong(struct view *view, const stet_json *entry)
{
	static const char *const asked[] = {"bytes", "signature", "signer", "prior", "included"};
	uint64_t seq = (uint64_t)stet_json_int_of(stet_json_get(entry, "seq"));
	const stet_json *answer;
	int holds = 1;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		answer = stet_json_get(entry, asked[i]);
		if (answer != NULL && stet_json_kind_of(answer) == STET_JSON_BOOL)
			holds &= stet_json_bool_of(answer);
	}
	for (i = 0; !holds && i < view->count; i++)
		if (view->items[i].seq == seq && view->items[i].wrong == NULL)
			view->items[i].wrong = json_text(stet_json_get(entry, "text"));
}

/* Reading is how most people meet a ledger: an entry that was altered is not shown as if it had
 * been signed. */
int
view_check(struct env *env, const stet_id *id, struct view *view)
{
	stet_json *report = NULL;
	const stet_json *entries;
	stet_error err;
	stet_at at;
	size_t i;
	int status = EXIT_YES;

	if (env_moment(env, &at) < 0)
		return EXIT_USAGE;
	if (stet_verify_record(env->ledger, id, at, &report, &err) < 0) {
		complain("what follows could not be verified: %s", err.text);
		return EXIT_UNSURE;
	}
	entries = stet_json_get(report, "entries");
	for (i = 0; i < stet_json_size(entries); i++)
		mark_wrong(view, stet_json_item(entries, i));
	for (i = 0; i < view->count; i++)
		if (view->items[i].wrong != NULL) {
			complain("entry %" PRIu64 " does not verify: %s; 'stet verify' says more",
			    view->items[i].seq, view->items[i].wrong);
			status = EXIT_NO;
		}
	stet_json_free(report);
	return status;
}

void
view_free(struct view *view)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		said_clear(&view->items[i]);
	free(view->items);
	stet_json_free(view->names);
	memset(view, 0, sizeof(*view));
}

const struct said *
view_newest(const struct view *view, const char *type)
{
	const struct said *own = NULL, *observed = NULL;
	size_t i;

	for (i = 0; i < view->count; i++) {
		if (strcmp(view->items[i].type, type) != 0 ||
		    view->items[i].annulled_by != STET_NO_SEQ)
			continue;
		if (view->items[i].source != NULL)
			observed = &view->items[i];
		else
			own = &view->items[i];
	}
	return own != NULL ? own : observed;
}

/* `after` of a row: plain text, or JSON text where the row says so. */
static stet_json *
row_after(const stet_json *row)
{
	const stet_json *after = stet_json_get(row, "after");
	stet_json *value = NULL;
	stet_error err;

	if (stet_json_bool_of(stet_json_get(row, "json")) &&
	    stet_json_parse(stet_json_string_of(after), &value, &err) == STET_OK)
		return value;
	return stet_json_copy(after);
}

stet_json *
view_effective(const struct view *view, const char *path, const struct said **by_out)
{
	const char *rest = path[0] == '/' ? strchr(path + 1, '/') : NULL;
	const struct said *base, *by;
	const stet_json *rows, *row;
	stet_json *value;
	char *type;
	size_t i, k;

	if (rest == NULL || (type = strndup(path + 1, (size_t)(rest - path - 1))) == NULL)
		return NULL;
	base = view_newest(view, type);
	free(type);
	if (base == NULL)
		return NULL;
	value = stet_json_copy(json_at(base->statement, rest));
	*by_out = base;
	for (i = 0; i < view->count; i++) {
		by = &view->items[i];
		if (by->seq < base->seq || by->nature == NULL || by->annulled_by != STET_NO_SEQ ||
		    by->source != NULL || by->pending)
			continue;
		rows = stet_json_get(by->statement, "affected");
		for (k = 0; k < stet_json_size(rows); k++) {
			row = stet_json_item(rows, k);
			if (json_is(stet_json_get(row, "path"), path) &&
			    stet_json_get(row, "after") != NULL) {
				stet_json_free(value);
				value = row_after(row);
				*by_out = by;
			}
		}
	}
	return value;
}

stet_json *
said_json(const struct said *said)
{
	stet_json *json = stet_json_copy(said->json);

	if (said->annulled_by != STET_NO_SEQ)
		stet_json_set(json, "annulled_by", stet_json_int((int64_t)said->annulled_by));
	if (said->contested_by != STET_NO_SEQ)
		stet_json_set(json, "contested_by", stet_json_int((int64_t)said->contested_by));
	if (said->ended_by != STET_NO_SEQ)
		stet_json_set(json, "ended_by", stet_json_int((int64_t)said->ended_by));
	if (said->pending)
		stet_json_set(json, "pending", stet_json_bool(1));
	if (said->wrong != NULL)
		stet_json_set(json, "wrong", stet_json_str(said->wrong));
	return json;
}

static int
is_distrusted(const struct said *said)
{
	const stet_json *from = stet_json_get(said->signer, "distrust_from");

	return from != NULL && stet_json_kind_of(from) == STET_JSON_INT &&
	       said->seq >= (uint64_t)stet_json_int_of(from);
}

char *
said_by(const struct said *said)
{
	char *label = json_text(stet_json_get(said->signer, "label"));
	char *issuer = json_text(stet_json_get(said->statement, "issuer"));
	char *kid = json_text(stet_json_get(said->statement, "kid"));
	char *text;

	text = text_of("%s%s%s%s (%.8s)%s", label != NULL && label[0] != '\0' ? "'" : "",
	    label != NULL ? label : "", label != NULL && label[0] != '\0' ? "', " : "",
	    issuer != NULL ? issuer : "unknown issuer", kid != NULL ? kid : "",
	    is_distrusted(said)                                        ? ", a key distrusted since"
	    : json_is(stet_json_get(said->signer, "state"), "revoked") ? ", a key revoked since"
								       : "");
	free(label);
	free(issuer);
	free(kid);
	return text;
}

char *
said_when(const struct said *said, const char *member)
{
	char *text = json_text(stet_json_get(said->statement, member));

	if (text != NULL && strlen(text) > 10 && text[10] == 'T')
		text[10] = '\0';
	return text;
}
