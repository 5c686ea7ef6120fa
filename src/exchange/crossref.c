/* What Crossref answers of works: REST messages, lists of them, dumps, JSON Lines of works.
 *
 * update-to stands on the notice and names the paper; updated-by stands on the paper and names the
 * notice.  Both make the same correction about the paper: its key has no side.  Who told Crossref
 * (the publisher, Retraction Watch) stays apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "exchange/deposits.h"
#include "exchange/items.h"
#include "exchange/work.h"

#define UPDATE_COUNT 4096 /* of one work; the largest notice known covers 659 papers */

static const char *const wrappers[] = {"message", "items", NULL};
/* They move while nobody edits anything. */
static const char *const moving[] = {"indexed", "is-referenced-by-count", "score", NULL};

struct item {
	struct st_work work;
	const stet_json *json;
	stet_bytes copy; /* of it */
	const char *media_type;
	struct st_update *updates;
	struct st_buf *names; /* the other work of each */
	size_t count;
};

/* Of a member that is a list, the first. */
static stet_bytes
first_text(const stet_json *json, const char *member)
{
	const stet_json *value = stet_json_get(json, member);

	return value != NULL && stet_json_kind_of(value) == STET_JSON_ARRAY
		   ? stet_json_string_of(stet_json_item(value, 0))
		   : stet_json_string_of(value);
}

/* --- dates ----------------------------------------------------------------------------------- */

static int
is_number(const stet_json *value, int64_t most)
{
	return value != NULL && stet_json_kind_of(value) == STET_JSON_INT &&
	       stet_json_int_of(value) > 0 && stet_json_int_of(value) <= most;
}

/* {"date-parts": [[2019, 4, 8]]}, as exact as it is; else its date-time. */
static void
read_date(const stet_json *date, char out[32])
{
	const stet_json *parts = date == NULL ? NULL : stet_json_get(date, "date-parts"), *part;
	stet_bytes whole = st_work_text(date, "date-time", NULL);
	size_t i, size = 0;

	out[0] = '\0';
	parts = parts == NULL ? NULL : stet_json_item(parts, 0);
	for (i = 0; parts != NULL && i < 3 && (part = stet_json_item(parts, i)) != NULL; i++) {
		if (!is_number(part, i == 0 ? 9999 : 31))
			break;
		size += (size_t)snprintf(
		    out + size, 32 - size, i == 0 ? "%04d" : "-%02d", (int)stet_json_int_of(part));
	}
	if (st_date_ok(st_str(out)))
		return;
	out[0] = '\0';
	if (whole.size < 32 && st_date_ok(whole)) {
		memcpy(out, whole.data, whole.size);
		out[whole.size] = '\0';
	}
}

/* "24 October 2018" or 2018-10-24: the two ways in which publishers write it that cannot be read as
 * another day. */
static int
read_written_date(stet_bytes text, char out[32])
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June",
	    "July", "August", "September", "October", "November", "December"};
	char copy[32], month[16];
	int day, year, i, end = 0;

	out[0] = '\0';
	if (text.size >= sizeof(copy))
		return 0;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (st_date_ok(text))
		strcpy(out, copy);
	else if (strlen(copy) == text.size &&
		 sscanf(copy, "%2d %15[A-Za-z] %4d%n", &day, month, &year, &end) == 3 &&
		 (size_t)end == text.size && day > 0 && year > 0)
		for (i = 0; i < 12; i++)
			if (strcmp(months[i], month) == 0)
				snprintf(out, 32, "%04d-%02d-%02d", year, i + 1, day);
	if (!st_date_ok(st_str(out)))
		out[0] = '\0';
	return out[0] != '\0';
}

/* What Crossmark shows as the day on which the manuscript was received. */
static void
read_submitted(const stet_json *json, char out[32])
{
	const stet_json *assertions = stet_json_get(json, "assertion"), *assertion;
	size_t i;

	out[0] = '\0';
	for (i = 0; assertions != NULL && (assertion = stet_json_item(assertions, i)) != NULL; i++)
		if (st_bytes_equal(st_work_text(assertion, "name", NULL), st_str("received")) &&
		    st_work_text(assertion, "value", NULL).data != NULL &&
		    read_written_date(st_work_text(assertion, "value", NULL), out))
			return;
}

/* --- registration ---------------------------------------------------------------------------- */

static int
read_relations(const stet_json *json, stet_json *relations, stet_error *err)
{
	const stet_json *all = stet_json_get(json, "relation"), *some, *one;
	const char *type;
	size_t i, k;
	int rc = STET_OK;

	if (all == NULL || stet_json_kind_of(all) != STET_JSON_OBJECT)
		return STET_OK;
	for (i = 0; stet_json_member(all, i, &type, &some); i++)
		for (k = 0; rc == STET_OK && (one = stet_json_item(some, k)) != NULL; k++)
			if (st_work_same_word(st_work_text(one, "id-type", NULL), "doi"))
				rc = st_work_add_relation(
				    relations, st_str(type), st_work_text(one, "id", NULL), err);
	return rc;
}

static int
say_registration(struct item *item, const uint8_t sha256[32], stet_error *err)
{
	struct st_registration registration = {0};
	stet_json *relations = stet_json_array();
	const stet_json *resource = stet_json_get(item->json, "resource");
	int rc;

	if (relations == NULL)
		return st_fail_nomem(err);
	registration.agency = "Crossref";
	registration.url = st_work_text(resource, "primary", "URL");
	registration.registered = st_work_text(item->json, "created", "date-time");
	registration.occurred = st_work_text(item->json, "deposited", "date-time");
	registration.sha256 = sha256;
	registration.relations = relations;
	if ((rc = read_relations(item->json, relations, err)) == STET_OK)
		rc = st_work_say_doi(&item->work, &registration, err);
	stet_json_free(relations);
	return rc;
}

/* --- updates --------------------------------------------------------------------------------- */

/* publisher, retraction-watch, or nobody: then it was the publisher, who alone could. */
static int
read_teller(const stet_json *entry, struct st_update *update, stet_error *err)
{
	stet_bytes teller = st_work_text(entry, "source", NULL);
	size_t i;

	update->teller[0] = '\0';
	if (teller.size == 0 || st_bytes_equal(teller, st_str("publisher")))
		return STET_OK;
	for (i = 0; i < teller.size; i++)
		if (!((teller.data[i] >= 'a' && teller.data[i] <= 'z') ||
			(teller.data[i] >= '0' && teller.data[i] <= '9') || teller.data[i] == '-'))
			break;
	if (i < teller.size || teller.size >= sizeof(update->teller))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "the source of an update is no name of a source");
	memcpy(update->teller, teller.data, teller.size);
	update->teller[teller.size] = '\0';
	return STET_OK;
}

static void
read_id(const stet_json *entry, struct st_update *update)
{
	const stet_json *id = stet_json_get(entry, "record-id");
	stet_bytes text = stet_json_string_of(id);

	update->id[0] = '\0';
	if (id != NULL && stet_json_kind_of(id) == STET_JSON_INT)
		snprintf(update->id, sizeof(update->id), "%lld", (long long)stet_json_int_of(id));
	else if (text.data != NULL && text.size < sizeof(update->id))
		snprintf(update->id, sizeof(update->id), "%.*s", (int)text.size,
		    (const char *)text.data);
}

static int
read_update(struct item *item, const stet_json *entry, const char *member, stet_error *err)
{
	struct st_update *update = &item->updates[item->count];
	struct st_buf *other = &item->names[item->count];
	int on_notice = strcmp(member, "update-to") == 0, rc;
	stet_bytes doi = st_work_text(entry, "DOI", NULL), mine = st_buf_bytes(&item->work.name);

	item->count++;
	if (stet_json_kind_of(entry) != STET_JSON_OBJECT)
		return st_fail(
		    err, STET_EFORMAT, ST_IMPORT_ROW, "an entry of its %s is no object", member);
	if (doi.size == 0 && on_notice)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "an entry of its update-to does not say what is updated");
	if (doi.size > 0 && (rc = st_work_read_doi(doi, member, other, err)) < 0)
		return rc;
	update->subject = on_notice ? st_buf_bytes(other) : mine;
	update->by = on_notice ? mine : st_buf_bytes(other);
	update->term = st_work_text(entry, "type", NULL);
	update->nature = st_work_nature(update->term);
	update->vocabulary = "crossref-update-type";
	read_date(stet_json_get(entry, "updated"), update->date);
	read_id(entry, update);
	return read_teller(entry, update, err);
}

static int
say_updates(struct item *item, stet_error *err)
{
	static const char *const members[] = {"update-to", "updated-by"};
	const stet_json *lists[2];
	size_t i, k, count = 0;
	int rc = STET_OK;

	for (i = 0; i < 2; i++) {
		lists[i] = stet_json_get(item->json, members[i]);
		if (lists[i] != NULL && stet_json_kind_of(lists[i]) != STET_JSON_ARRAY)
			lists[i] = NULL;
		count += lists[i] == NULL ? 0 : stet_json_size(lists[i]);
	}
	if (count == 0)
		return STET_OK;
	if (count > UPDATE_COUNT)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "it states %zu updates, more than the %d that one can have", count,
		    UPDATE_COUNT);
	item->updates = calloc(count, sizeof(*item->updates));
	item->names = calloc(count, sizeof(*item->names));
	if (item->updates == NULL || item->names == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < 2; i++)
		for (k = 0; rc == STET_OK && lists[i] != NULL && k < stet_json_size(lists[i]); k++)
			rc = read_update(item, stet_json_item(lists[i], k), members[i], err);
	return rc < 0 ? rc : st_work_say_updates(&item->work, item->updates, item->count, err);
}

/* --- items ----------------------------------------------------------------------------------- */

static int
say_item(struct item *item, struct st_works *works, stet_error *err)
{
	char submitted[32];
	uint8_t sha256[32];
	int rc;

	if ((rc = st_work_begin(&item->work, works, st_work_text(item->json, "DOI", NULL), err)) <
	    0)
		return rc;
	read_submitted(item->json, submitted);
	st_sha256(item->copy, sha256);
	if ((rc = st_work_say_record(&item->work, first_text(item->json, "title"),
		 st_work_text(item->json, "publisher", NULL), st_str(submitted), err)) == STET_OK &&
	    (rc = say_updates(item, err)) == STET_OK &&
	    (rc = say_registration(item, item->copy.data != NULL ? sha256 : NULL, err)) ==
		STET_OK &&
	    (item->copy.data == NULL ||
		(rc = st_work_say_copy(&item->work, item->copy, item->media_type, err)) == STET_OK))
		rc = st_work_end(&item->work, err);
	return rc;
}

int
st_crossref_say(struct st_works *works, const stet_json *json, stet_bytes copy,
    const char *media_type, stet_error *err)
{
	struct item item;
	size_t i;
	int rc;

	memset(&item, 0, sizeof(item));
	item.json = json;
	item.copy = copy;
	item.media_type = media_type;
	rc = say_item(&item, works, err);
	for (i = 0; i < item.count; i++)
		st_buf_free(&item.names[i]);
	free(item.names);
	free(item.updates);
	st_work_clear(&item.work);
	return rc;
}

static int
take_item(struct st_works *works, const stet_json *json, stet_error *err)
{
	struct st_buf copy = {0};
	uint8_t sha256[32];
	int rc = st_work_settled(json, moving, &copy, sha256, err);

	if (rc == STET_OK)
		rc = st_crossref_say(works, json, st_buf_bytes(&copy), "application/json", err);
	st_buf_free(&copy);
	return rc;
}

int
st_import_crossref(struct st_import *import, stet_error *err)
{
	int xml, rc = st_import_is_xml(import, &xml, err);

	if (rc < 0)
		return rc;
	if (!xml)
		return st_work_each(import, wrappers, take_item, err);
	st_import_source(import, "crossref-deposit");
	return st_import_batch(import, err);
}
