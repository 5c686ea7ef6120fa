#include "exchange/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/items.h"

#define TITLE_MAX 1000
#define RELATION_COUNT 256 /* of one statement; what there is more is another's */

static const stet_bytes none = {NULL, 0};

/* --- names ----------------------------------------------------------------------------------- */

int
st_work_read_doi(stet_bytes text, const char *what, struct st_buf *name_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	uint32_t prefix;
	stet_error why;
	int rc;

	st_buf_reset(name_out);
	rc = st_name_parse(text, name_out, &prefix, &why);
	if (rc == STET_ENOMEM || name_out->rc < 0)
		return st_fail_nomem(err);
	if (rc != 0 || !st_name_is_doi(st_buf_bytes(name_out)))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its %s '%s' is no DOI", what,
		    st_shown(text, shown));
	return STET_OK;
}

int
st_work_is_doi(stet_bytes text, struct st_buf *doi_out, stet_error *err)
{
	struct st_buf name = {0};
	int rc = text.size == 0 ? STET_EFORMAT : st_work_read_doi(text, "", &name, NULL);

	st_buf_reset(doi_out);
	if (rc == STET_OK)
		rc = st_name_to_doi(st_buf_bytes(&name), doi_out, err);
	st_buf_free(&name);
	if (rc == STET_EFORMAT)
		return 0;
	return rc < 0 ? st_fail_nomem(err) : 1;
}

/* What is too long for a key is its digest. */
static int
set_key(char key[ST_IMPORT_KEY_MAX + 1], stet_bytes text, stet_error *err)
{
	struct st_row_digest digest;
	int rc;

	if (text.size <= ST_IMPORT_KEY_MAX) {
		memcpy(key, text.data, text.size);
		key[text.size] = '\0';
		return STET_OK;
	}
	if ((rc = st_row_digest_begin(&digest, err)) < 0)
		return rc;
	st_row_digest_add(&digest, text);
	st_row_digest_end(&digest, key);
	return STET_OK;
}

/* Whether the file has said something under this key before. */
static int
has_said(const struct st_works *works, stet_bytes key, int *said_out, stet_error *err)
{
	struct st_seen_row row;
	int rc = st_seen_find(&works->keys, key, &row, err);

	*said_out = rc == STET_OK;
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

static int
remember(struct st_works *works, stet_bytes key, stet_error *err)
{
	struct st_seen_row row;

	return st_seen_add(&works->keys, key, key, works->import->result.rows, &row, err);
}

int
st_work_begin(struct st_work *work, struct st_works *works, stet_bytes doi, stet_error *err)
{
	int rc;

	work->works = works;
	work->import = works->import;
	if (doi.size == 0)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "it names no work: it has no DOI");
	if ((rc = st_work_read_doi(doi, "DOI", &work->name, err)) < 0 ||
	    (rc = st_name_to_doi(st_buf_bytes(&work->name), &work->doi, err)) < 0 ||
	    (rc = set_key(work->key, st_buf_bytes(&work->doi), err)) < 0)
		return rc;
	return has_said(works, st_str(work->key), &work->import->repeated, err);
}

void
st_work_clear(struct st_work *work)
{
	if (work->import != NULL)
		work->import->repeated = 0;
	st_buf_free(&work->name);
	st_buf_free(&work->doi);
}

int
st_work_end(struct st_work *work, stet_error *err)
{
	return remember(work->works, st_str(work->key), err);
}

/* --- a file of them -------------------------------------------------------------------------- */

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	return st_import_read(ctx, buf, size, got_out, err);
}

static int
take_item(struct st_works *works, st_work_item *item, stet_bytes text, stet_error *err)
{
	stet_json *json = NULL;
	int rc = stet_json_parse(text, &json, err);

	if (rc == STET_EFORMAT && err != NULL)
		err->rule = ST_IMPORT_ROW;
	if (rc == STET_OK)
		rc = item(works, json, err);
	stet_json_free(json);
	return rc;
}

/* One item, well or not, is one row. */
static int
take_row(struct st_works *works, st_work_item *item, const struct st_buf *text, int bad,
    stet_error *why, stet_error *err)
{
	int rc = bad;

	st_import_row_begin(works->import);
	if (bad == STET_OK)
		rc = take_item(works, item, st_buf_bytes(text), why);
	if (rc == STET_OK)
		return st_import_row_end(works->import, err);
	if (rc == STET_EFORMAT || rc == ST_ITEM_BAD) {
		st_import_row_refuse(works->import, why);
		return STET_OK;
	}
	if (err != NULL)
		*err = *why;
	return rc;
}

int
st_work_each(
    struct st_import *import, const char *const *wrappers, st_work_item *item, stet_error *err)
{
	struct st_items *items = calloc(1, sizeof(*items));
	struct st_works works;
	struct st_buf text = {0};
	stet_error why;
	int rc = STET_OK;

	if (items == NULL)
		return st_fail_nomem(err);
	memset(&works, 0, sizeof(works));
	works.import = import;
	works.keys.runs.folder = st_ledger_scratch(import->ledger);
	items->text.read = read_file;
	items->text.ctx = import;
	items->wrappers = wrappers;
	while (rc == STET_OK) {
		st_error_clear(&why);
		rc = st_items_next(items, &text, &why);
		if (rc == STET_OK || rc == ST_ITEM_BAD)
			rc = take_row(&works, item, &text, rc, &why, err);
		else if (err != NULL && rc != STET_ENOTFOUND)
			*err = why;
	}
	st_seen_clear(&works.keys);
	st_buf_free(&text);
	free(items);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

/* --- statements ------------------------------------------------------------------------------ */

static void
set_text(stet_json *json, const char *member, stet_bytes text)
{
	if (text.size > 0)
		stet_json_set(json, member, stet_json_string(text));
}

static stet_json *
new_source(const struct st_work *work, const char *name, stet_bytes id, stet_bytes term,
    const char *vocabulary)
{
	const stet_transfer_options *options = work->import->options;
	stet_json *source = stet_json_object();

	stet_json_set(source, "name", stet_json_str(name));
	if (id.size <= 256)
		set_text(source, "id", id);
	set_text(source, "term", term);
	if (vocabulary != NULL && term.size > 0)
		stet_json_set(source, "vocabulary", stet_json_str(vocabulary));
	if (options->url != NULL)
		stet_json_set(source, "url", stet_json_str(options->url));
	if (options->retrieved != NULL)
		stet_json_set(source, "retrieved", stet_json_str(options->retrieved));
	return source;
}

static stet_json *
new_statement(const struct st_work *work, const char *type, stet_bytes term)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "type", stet_json_str(type));
	stet_json_set(json, "subject", stet_json_string(st_buf_bytes(&work->name)));
	stet_json_set(json, "source",
	    new_source(work, work->import->source_name, st_buf_bytes(&work->doi), term, NULL));
	return json;
}

static int
say(struct st_work *work, unsigned ordinal, stet_json *json, stet_error *err)
{
	return st_import_say(work->import, work->key, ordinal, json, err);
}

int
st_work_say_copy(struct st_work *work, stet_bytes content, const char *media_type, stet_error *err)
{
	size_t before = work->import->count;
	uint8_t sha256[32];
	stet_json *json;
	int rc;

	if ((work->import->options->flags & STET_IMPORT_NO_COPIES) != 0)
		return STET_OK;
	st_sha256(content, sha256);
	json = new_statement(work, "artifact", none);
	stet_json_set(json, "role", stet_json_str("metadata"));
	stet_json_set(json, "media_type", stet_json_str(media_type));
	stet_json_set(json, "size", stet_json_int((int64_t)content.size));
	stet_json_set(json, "sha256", stet_json_hex((stet_bytes){sha256, 32}));
	/* What was said before is here, or was removed by an order that an import does not undo. */
	if ((rc = say(work, 1, json, err)) < 0 || work->import->count == before)
		return rc;
	return st_import_keep(work->import, content, err);
}

static int
is_among(const char *const *words, const char *word)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return 1;
	return 0;
}

static stet_json *
settle(const stet_json *json, const char *const *moving, int inner)
{
	stet_json *copy = stet_json_object();
	const stet_json *value;
	const char *name;
	size_t i;

	for (i = 0; stet_json_member(json, i, &name, &value); i++) {
		if (is_among(moving, name))
			continue;
		stet_json_set(copy, name,
		    !inner && strcmp(name, "attributes") == 0 &&
			    stet_json_kind_of(value) == STET_JSON_OBJECT
			? settle(value, moving, 1)
			: stet_json_copy(value));
	}
	return copy;
}

int
st_work_settled(const stet_json *json, const char *const *moving, struct st_buf *text_out,
    uint8_t sha256_out[32], stet_error *err)
{
	stet_json *copy = settle(json, moving, 0);
	char *text = NULL;
	size_t size;
	int rc = copy == NULL ? st_fail_nomem(err) : stet_json_text(copy, 0, &text, &size, err);

	stet_json_free(copy);
	st_buf_reset(text_out);
	if (rc == STET_OK) {
		st_buf_put(text_out, text, size);
		st_sha256(st_buf_bytes(text_out), sha256_out);
		rc = text_out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	free(text);
	return rc;
}

static int
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void
st_work_tidy(stet_bytes text, struct st_buf *out)
{
	size_t i, size;

	st_buf_reset(out);
	for (i = 0; i < text.size; i++) {
		if (!is_blank(text.data[i]))
			st_buf_put_u8(out, text.data[i]);
		else if (out->size > 0 && out->data[out->size - 1] != ' ')
			st_buf_put_u8(out, ' ');
	}
	while (out->size > 0 && out->data[out->size - 1] == ' ')
		out->size--;
	if (out->size <= TITLE_MAX)
		return;
	/* Before the beginning of a character, with room for the mark that it goes on. */
	for (size = TITLE_MAX - 3; size > 0 && (out->data[size] & 0xc0) == 0x80;)
		size--;
	out->size = size;
	st_buf_put_str(out, "\xe2\x80\xa6");
}

int
st_work_say_record(struct st_work *work, stet_bytes title, stet_bytes publisher,
    stet_bytes submitted, stet_error *err)
{
	stet_json *json = new_statement(work, "record", none);
	struct st_buf text = {0};
	int any = 0, rc = STET_OK;

	st_work_tidy(title, &text);
	any |= text.size > 0;
	set_text(json, "title", st_buf_bytes(&text));
	rc = text.rc;
	st_work_tidy(publisher, &text);
	any |= text.size > 0;
	set_text(json, "publisher", st_buf_bytes(&text));
	if (rc < 0 || text.rc < 0)
		rc = st_fail_nomem(err);
	st_buf_free(&text);
	if (st_date_ok(submitted)) {
		set_text(json, "submitted", submitted);
		any = 1;
	}
	if (rc < 0 || !any) {
		stet_json_free(json);
		return rc;
	}
	return say(work, 1, json, err);
}

/* --- registrations --------------------------------------------------------------------------- */

int
st_work_add_relation(stet_json *relations, stet_bytes type, stet_bytes doi, stet_error *err)
{
	struct st_buf plain = {0};
	stet_json *relation;
	int rc = st_work_is_doi(doi, &plain, err);

	if (rc == 1 && type.size > 0 && type.size <= 256) {
		relation = stet_json_object();
		stet_json_set(relation, "type", stet_json_string(type));
		stet_json_set(relation, "doi", stet_json_string(st_buf_bytes(&plain)));
		stet_json_add(relations, relation);
	}
	st_buf_free(&plain);
	return rc < 0 ? rc : STET_OK;
}

static stet_json *
relations_from(const stet_json *relations, size_t first)
{
	stet_json *some = stet_json_array();
	size_t i;

	for (i = first; i < first + RELATION_COUNT && i < stet_json_size(relations); i++)
		stet_json_add(some, stet_json_copy(stet_json_item(relations, i)));
	return some;
}

static int
say_registration(struct st_work *work, const struct st_registration *registration, unsigned ordinal,
    stet_error *err)
{
	stet_json *json = new_statement(work, "doi", registration->term);
	size_t first = (size_t)(ordinal - 1) * RELATION_COUNT;

	stet_json_set(json, "doi", stet_json_string(st_buf_bytes(&work->doi)));
	if (registration->agency != NULL)
		stet_json_set(json, "agency", stet_json_str(registration->agency));
	if (registration->relations != NULL && stet_json_size(registration->relations) > first)
		stet_json_set(json, "relations", relations_from(registration->relations, first));
	if (ordinal > 1)
		return say(work, ordinal, json, err);
	if (registration->state != NULL)
		stet_json_set(json, "state", stet_json_str(registration->state));
	if (registration->url.size <= 2048)
		set_text(json, "url", registration->url);
	if (st_date_ok(registration->registered))
		set_text(json, "registered", registration->registered);
	if (st_date_ok(registration->occurred))
		set_text(json, "occurred", registration->occurred);
	set_text(json, "concept_doi", registration->concept_doi);
	if (registration->sha256 != NULL)
		stet_json_set(
		    json, "metadata_sha256", stet_json_hex((stet_bytes){registration->sha256, 32}));
	return say(work, 1, json, err);
}

/* The first, with all the rest, is the newest. */
int
st_work_say_doi(struct st_work *work, const struct st_registration *registration, stet_error *err)
{
	size_t count =
	    registration->relations == NULL ? 0 : stet_json_size(registration->relations);
	unsigned ordinal = (unsigned)((count + RELATION_COUNT - 1) / RELATION_COUNT);
	int rc = registration->relations == NULL ? STET_OK : st_json_rc(registration->relations);

	if (rc < 0)
		return st_fail_nomem(err);

	for (; rc == STET_OK && ordinal > 1; ordinal--)
		rc = say_registration(work, registration, ordinal, err);
	return rc < 0 ? rc : say_registration(work, registration, 1, err);
}

/* --- updates --------------------------------------------------------------------------------- */

static int
takes_its_place(const char *nature)
{
	static const char *const natures[] = {"new_version", "new_edition", "supersession",
	    "corrected_and_republished", "retract_and_replace", NULL};

	return is_among(natures, nature);
}

/* The same update but for its date. */
static int
compare_but_date(const struct st_update *a, const struct st_update *b)
{
	int order;

	if ((order = st_bytes_compare(a->subject, b->subject)) != 0 ||
	    (order = st_bytes_compare(a->by, b->by)) != 0 ||
	    (order = st_bytes_compare(a->term, b->term)) != 0 ||
	    (order = strcmp(a->teller, b->teller)) != 0)
		return order;
	return strcmp(a->id, b->id);
}

static int
compare_updates(const void *a, const void *b)
{
	const struct st_update *x = a, *y = b;
	int order = compare_but_date(x, y);

	return order != 0 ? order : strcmp(x->date, y->date);
}

static int
set_update_key(
    const struct st_update *update, unsigned rank, char key[ST_IMPORT_KEY_MAX + 1], stet_error *err)
{
	struct st_row_digest digest;
	char hex[33];
	int rc;

	if ((rc = st_row_digest_begin(&digest, err)) < 0)
		return rc;
	st_row_digest_add(&digest, update->subject);
	st_row_digest_add(&digest, update->by);
	st_row_digest_add(&digest, update->term);
	st_row_digest_add(&digest, st_str(update->id));
	st_row_digest_end(&digest, hex);
	snprintf(key, ST_IMPORT_KEY_MAX + 1, "%s.%u", hex, rank);
	return STET_OK;
}

/* The notice as a plain DOI, or what takes the record's place as a name. */
static int
set_by(const struct st_update *update, stet_json *json, struct st_buf *doi, stet_error *err)
{
	int self = st_bytes_equal(update->subject, update->by), rc;
	stet_json *notice;

	if (takes_its_place(update->nature) && update->by.size > 0 && !self) {
		stet_json_set(json, "replacement", stet_json_string(update->by));
		return STET_OK;
	}
	notice = stet_json_object();
	if (update->by.size == 0) {
		stet_json_set(notice, "kind", stet_json_str("unknown"));
	} else {
		if ((rc = st_name_to_doi(update->by, doi, err)) < 0) {
			stet_json_free(notice);
			return rc;
		}
		stet_json_set(notice, "kind", stet_json_str(self ? "self" : "own"));
		stet_json_set(notice, "doi", stet_json_string(st_buf_bytes(doi)));
	}
	stet_json_set(json, "notice", notice); /* whole: json may have to drop it */
	return STET_OK;
}

static void
set_reason(const struct st_update *update, stet_json *json)
{
	stet_json *reasons = stet_json_array(), *reason = stet_json_object();

	stet_json_set(reason, "text", stet_json_string(update->reason));
	stet_json_add(reasons, reason);
	stet_json_set(json, "reasons", reasons);
}

static int
make_update(const struct st_work *work, const struct st_update *update, const char *name,
    stet_json *json, stet_error *err)
{
	struct st_buf doi = {0};
	int rc;

	stet_json_set(json, "type", stet_json_str("correction"));
	stet_json_set(json, "subject", stet_json_string(update->subject));
	stet_json_set(json, "nature", stet_json_str(update->nature));
	if (update->date[0] != '\0')
		stet_json_set(json, "occurred", stet_json_str(update->date));
	if (update->reason.size > 0 && update->reason.size <= 2000)
		set_reason(update, json);
	if ((rc = set_by(update, json, &doi, err)) == STET_OK)
		stet_json_set(json, "source",
		    new_source(work, name,
			update->id[0] != '\0' ? st_str(update->id) : st_buf_bytes(&doi),
			update->term, update->vocabulary));
	st_buf_free(&doi);
	return rc;
}

/* Who told the source is a source of its own, so that two of them are never taken for one. */
static int
say_update(struct st_work *work, const struct st_update *update, unsigned rank, stet_error *err)
{
	struct st_import *import = work->import;
	const char *own = import->source_name;
	char key[ST_IMPORT_KEY_MAX + 1], name[128];
	struct st_buf mark = {0};
	stet_json *json = stet_json_object();
	int rc, repeated = import->repeated;

	snprintf(name, sizeof(name), "%s%s%s", own, update->teller[0] != '\0' ? "-" : "",
	    update->teller);
	if ((rc = set_update_key(update, rank, key, err)) < 0 ||
	    (rc = make_update(work, update, name, json, err)) < 0) {
		stet_json_free(json);
		return rc;
	}
	st_buf_printf(&mark, "%s:%s", name, key);
	rc = mark.rc < 0 ? st_fail_nomem(err)
			 : has_said(work->works, st_buf_bytes(&mark), &import->repeated, err);
	if (rc < 0) {
		stet_json_free(json);
		goto done;
	}
	import->source_name = name;
	rc = st_import_say(import, key, 1, json, err);
	import->source_name = own;
	if (rc == STET_OK)
		rc = remember(work->works, st_buf_bytes(&mark), err);
done:
	import->repeated = repeated;
	st_buf_free(&mark);
	return rc;
}

int
st_work_say_updates(struct st_work *work, struct st_update *updates, size_t count, stet_error *err)
{
	unsigned rank = 1;
	size_t i;
	int rc = STET_OK;

	if (count > 0)
		qsort(updates, count, sizeof(*updates), compare_updates);
	for (i = 0; rc == STET_OK && i < count; i++) {
		if (i > 0 && compare_but_date(&updates[i - 1], &updates[i]) == 0) {
			if (strcmp(updates[i - 1].date, updates[i].date) == 0)
				continue; /* the same thing twice */
			rank++;
		} else {
			rank = 1;
		}
		rc = say_update(work, &updates[i], rank, err);
	}
	return rc;
}

int
st_updates_add(struct st_updates *updates, struct st_work *work, stet_bytes other, int by_other,
    const char *nature, struct st_update **update_out, stet_error *err)
{
	size_t capacity = updates->capacity == 0 ? 8 : updates->capacity * 2;
	stet_bytes mine = st_buf_bytes(&work->name), theirs;
	struct st_update *items;
	struct st_buf *others;
	int rc;

	if (updates->count == updates->capacity) {
		if ((items = realloc(updates->items, capacity * sizeof(*items))) == NULL)
			return st_fail_nomem(err);
		updates->items = items;
		if ((others = realloc(updates->others, capacity * sizeof(*others))) == NULL)
			return st_fail_nomem(err);
		updates->others = others;
		updates->capacity = capacity;
	}
	*update_out = &updates->items[updates->count];
	memset(*update_out, 0, sizeof(**update_out));
	others = &updates->others[updates->count++];
	memset(others, 0, sizeof(*others));
	if (other.data != NULL && (rc = st_work_read_doi(other, "related DOI", others, err)) < 0)
		return rc;
	theirs = st_buf_bytes(others);
	(*update_out)->subject = by_other ? mine : theirs;
	(*update_out)->by = by_other ? theirs : mine;
	(*update_out)->nature = nature;
	return STET_OK;
}

void
st_updates_clear(struct st_updates *updates)
{
	size_t i;

	for (i = 0; i < updates->count; i++)
		st_buf_free(&updates->others[i]);
	free(updates->items);
	free(updates->others);
	memset(updates, 0, sizeof(*updates));
}

int
st_work_say(struct st_work *work, struct st_said *said, stet_error *err)
{
	uint8_t sha256[32];
	int rc;

	if (said->copy.data != NULL) {
		st_sha256(said->copy, sha256);
		said->registration.sha256 = sha256;
	}
	if ((rc = st_work_say_record(work, said->title, said->publisher, said->submitted, err)) <
		0 ||
	    (rc = st_work_say_updates(work, said->updates.items, said->updates.count, err)) < 0 ||
	    (rc = st_work_say_doi(work, &said->registration, err)) < 0 ||
	    (said->copy.data != NULL &&
		(rc = st_work_say_copy(work, said->copy, said->media_type, err)) < 0))
		return rc;
	return st_work_end(work, err);
}

/* --- looking --------------------------------------------------------------------------------- */

stet_bytes
st_work_text(const stet_json *json, const char *a, const char *b)
{
	const stet_json *value = json == NULL ? NULL : stet_json_get(json, a);

	if (value != NULL && b != NULL)
		value = stet_json_get(value, b);
	return stet_json_string_of(value);
}

const stet_json *
st_work_with(const stet_json *list, const char *member, const char *word)
{
	const stet_json *one;
	size_t i;

	for (i = 0; list != NULL && (one = stet_json_item(list, i)) != NULL; i++)
		if (st_work_text(one, member, NULL).data != NULL &&
		    st_work_same_word(st_work_text(one, member, NULL), word))
			return one;
	return NULL;
}

/* --- words ----------------------------------------------------------------------------------- */

int
st_work_same_word(stet_bytes text, const char *word)
{
	size_t i;

	for (i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c == '_' || c == '-' || is_blank(c))
			continue;
		while (*word == '_')
			word++;
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != (uint8_t)*word)
			return 0;
		word++;
	}
	return *word == '\0';
}

const char *
st_work_nature(stet_bytes term)
{
	static const char *const natures[] = {"correction", "corrigendum", "erratum", "addendum",
	    "clarification", "expression_of_concern", "partial_retraction", "retraction",
	    "withdrawal", "removal", "new_version", "new_edition", "reinstatement",
	    "concern_lifted", "retract_and_replace", "corrected_and_republished"};
	size_t i;

	for (i = 0; i < sizeof(natures) / sizeof(natures[0]); i++)
		if (st_work_same_word(term, natures[i]))
			return natures[i];
	return "unspecified";
}
