#include "exchange/relations.h"

#include <string.h>

#include "base/err.h"

/* Which of the two is updated, and as what. */
static const struct {
	const char *word, *nature;
	int by_other; /* the other work updates this one */
} words[] = {
    {"is_new_version_of", "new_version", 0},
    {"is_previous_version_of", "new_version", 1},
    {"obsoletes", "supersession", 0},
    {"is_obsoleted_by", "supersession", 1},
    {"replaces", "supersession", 0},
    {"is_replaced_by", "supersession", 1},
    {"retracts", "retraction", 0},
    {"is_retraction_of", "retraction", 0},
    {"is_retracted_by", "retraction", 1},
    {"corrects", "correction", 0},
    {"is_correction_of", "correction", 0},
    {"is_corrected_by", "correction", 1},
    {"is_erratum_of", "erratum", 0},
    {"has_erratum", "erratum", 1},
    {"is_expression_of_concern_for", "expression_of_concern", 0},
    {"has_expression_of_concern", "expression_of_concern", 1},
};

static int
take_update(
    struct st_work *work, struct st_said *said, stet_bytes term, stet_bytes doi, stet_error *err)
{
	struct st_update *update;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!st_work_same_word(term, words[i].word))
			continue;
		if ((rc = st_updates_add(&said->updates, work, doi, words[i].by_other,
			 words[i].nature, &update, err)) < 0)
			return rc;
		update->term = term;
		update->vocabulary = "datacite-relation-type";
		return STET_OK;
	}
	return STET_OK;
}

int
st_relations_take(struct st_work *work, struct st_said *said, stet_json *relations, stet_bytes term,
    stet_bytes info, stet_bytes doi, stet_error *err)
{
	struct st_buf plain = {0}, type = {0};
	int rc, other = st_work_same_word(term, "other") && info.size > 0;

	if (term.size == 0 || (rc = st_work_is_doi(doi, &plain, err)) == 0) {
		st_buf_free(&plain);
		return STET_OK; /* what is no DOI stays in the copy */
	}
	if (rc == 1) {
		st_buf_put_bytes(&type, term);
		if (other) {
			st_buf_put_str(&type, ": ");
			st_buf_put_bytes(&type, info);
		}
		rc = type.rc < 0 ? st_fail_nomem(err)
				 : st_work_add_relation(
				       relations, st_buf_bytes(&type), st_buf_bytes(&plain), err);
	}
	if (rc == STET_OK)
		rc = take_update(work, said, other ? info : term, doi, err);
	st_buf_free(&type);
	st_buf_free(&plain);
	return rc;
}
