/* Articles in JATS: what an article says of itself, and of those that it is related to.
 *
 * related-article stands on either side: a notice names what it corrects, retracts or is concerned
 * about, a paper its notices.  Its type is free text; a word that is not in the table stays a
 * relation. */
#include <string.h>

#include "base/err.h"
#include "exchange/xml.h"

static const char *const items[] = {"article", NULL};
static const char *const paths[] = {"front/article-meta/article-id",
    "front/article-meta/title-group/article-title", "front/article-meta/related-article",
    "front/article-meta/pub-date/+", "front/article-meta/history/date/+",
    "front/journal-meta/publisher/publisher-name", NULL};
static const struct st_xml_form form = {items, paths};

/* The related one updates this (by_other), or this the related one. article: only in such. */
static const struct {
	const char *word, *article, *nature;
	int by_other;
} words[] = {
    {"retracted_article", "partial_retraction", "partial_retraction", 0},
    {"retracted_article", NULL, "retraction", 0},
    {"corrected_article", "retraction", "retraction", 0},
    {"corrected_article", "addendum", "addendum", 0},
    {"corrected_article", "expression_of_concern", "expression_of_concern", 0},
    {"corrected_article", NULL, "correction", 0},
    {"object_of_concern", NULL, "expression_of_concern", 0},
    {"addendum", "addendum", "addendum", 0},
    {"article", "addendum", "addendum", 0},
    {"partial_retraction", "partial_retraction", "partial_retraction", 0},
    {"addendum", NULL, "addendum", 1},
    {"correction_forward", NULL, "correction", 1},
    {"retraction_forward", NULL, "retraction", 1},
    {"partial_retraction", NULL, "partial_retraction", 1},
    {"concern_forward", NULL, "expression_of_concern", 1},
};

/* The day on which the article, if it is the notice, told its readers. */
static void
read_published(const stet_json *json, char out[32])
{
	const stet_json *dates = stet_json_get(json, "pub-date"), *date;
	char one[32];
	size_t i;

	out[0] = '\0';
	for (i = 0; dates != NULL && (date = stet_json_item(dates, i)) != NULL; i++) {
		st_xml_date(date, one);
		/* The most exact one: that of a collection is a year. */
		if (strlen(one) > strlen(out))
			strcpy(out, one);
	}
}

static int
take_update(struct st_work *work, struct st_said *said, const stet_json *json, stet_bytes term,
    stet_bytes doi, stet_error *err)
{
	stet_bytes article = st_work_text(json, "article-type", NULL);
	struct st_update *update;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!st_work_same_word(term, words[i].word) ||
		    (words[i].article != NULL && !st_work_same_word(article, words[i].article)))
			continue;
		if ((rc = st_updates_add(&said->updates, work, doi, words[i].by_other,
			 words[i].nature, &update, err)) < 0)
			return rc;
		update->term = term;
		update->vocabulary = "jats-related-article-type";
		if (!words[i].by_other)
			read_published(json, update->date);
		return STET_OK;
	}
	return STET_OK;
}

static int
read_related(struct st_work *work, struct st_said *said, const stet_json *json,
    stet_json *relations, stet_error *err)
{
	const stet_json *all = stet_json_get(json, "related-article"), *one;
	stet_bytes term, doi;
	struct st_buf plain = {0};
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc >= 0 && all != NULL && (one = stet_json_item(all, i)) != NULL; i++) {
		term = st_work_text(one, "related-article-type", NULL);
		doi = st_work_text(one, "href", NULL);
		if (!st_work_same_word(st_work_text(one, "ext-link-type", NULL), "doi") ||
		    term.size == 0 || (rc = st_work_is_doi(doi, &plain, err)) != 1)
			continue; /* without a DOI it stays in the copy */
		if ((rc = st_work_add_relation(relations, term, doi, err)) == STET_OK)
			rc = take_update(work, said, json, term, doi, err);
	}
	st_buf_free(&plain);
	return rc < 0 ? rc : STET_OK;
}

static int
say(struct st_work *work, const stet_json *json, struct st_said *said, stet_error *err)
{
	stet_json *relations = stet_json_array();
	char received[32];
	int rc;

	st_xml_date(st_work_with(stet_json_get(json, "date"), "date-type", "received"), received);
	said->title = st_xml_text(json, "article-title", NULL, NULL);
	said->publisher = st_xml_text(json, "publisher-name", NULL, NULL);
	said->submitted = st_str(received);
	said->registration.relations = relations;
	rc =
	    relations == NULL ? st_fail_nomem(err) : read_related(work, said, json, relations, err);
	if (rc == STET_OK)
		rc = st_work_say(work, said, err);
	stet_json_free(relations);
	return rc;
}

static int
take_item(struct st_works *works, const stet_json *json, const char *item, stet_bytes copy,
    stet_error *err)
{
	struct st_said said;
	struct st_work work;
	int rc;

	(void)item;
	memset(&said, 0, sizeof(said));
	memset(&work, 0, sizeof(work));
	said.copy = copy;
	said.media_type = "application/xml";
	if ((rc = st_work_begin(&work, works, st_xml_text(json, "article-id", "pub-id-type", "doi"),
		 err)) == STET_OK)
		rc = say(&work, json, &said, err);
	st_updates_clear(&said.updates);
	st_work_clear(&work);
	return rc;
}

int
st_import_jats(struct st_import *import, stet_error *err)
{
	return st_xml_each(import, &form, take_item, err);
}
