/* The members of a record as corrections have left them. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "standing/standing.h"

/* What is asked of a standing may need memory; st_fold_end() looks once whether there was enough.
 */
void
st_remember(const struct st_standing *standing, int rc)
{
	if (rc == STET_ENOMEM)
		((struct st_standing *)(uintptr_t)standing)->rc = rc;
}

void
st_evidence_keep(const struct st_standing *standing, struct st_evidence *evidence, size_t fact)
{
	st_remember(standing, st_evidence_add(evidence, fact));
}

const stet_json *
st_fact_json(const struct st_standing *standing, size_t fact)
{
	struct st_fact *at = &standing->facts[fact];

	if (at->json == NULL)
		st_remember(standing, st_statement_to_json(&at->statement, &at->json, NULL));
	return at->json;
}

/* --- the newest statement of a type ------------------------------------------------------------
 */

static int
counts(const struct st_fact *fact, enum st_set set)
{
	return set == ST_SUPPORTED ? st_fact_supports(fact) : st_fact_stands(fact);
}

/* Own words before a source's, and what is about the record's own names before what only observers
 * link with them: 0 is best. */
int
st_fact_rank(const struct st_fact *fact)
{
	return (fact->observed ? 1 : 0) + (fact->loose ? 2 : 0);
}

size_t
st_newest(const struct st_standing *standing, enum st_type type, enum st_set set)
{
	const struct st_fact *fact;
	size_t i, best = ST_NO_FACT;

	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->statement.type != type || !counts(fact, set))
			continue;
		if (st_fact_rank(fact) == 0)
			return i;
		if (best == ST_NO_FACT || st_fact_rank(fact) < st_fact_rank(&standing->facts[best]))
			best = i;
	}
	return best;
}

/* --- paths -------------------------------------------------------------------------------------
 */

/* One step of an RFC 6901 path; *path moves behind it. NULL: no memory. */
static char *
step_of(const char **path)
{
	size_t size = strcspn(*path + 1, "/"), i, k = 0;
	char *step = malloc(size + 1), c;

	if (step == NULL)
		return NULL;
	for (i = 0; i < size; i++) {
		c = (*path)[1 + i];
		if (c == '~' && i + 1 < size)
			c = (*path)[1 + ++i] == '1' ? '/' : '~';
		step[k++] = c;
	}
	step[k] = '\0';
	*path += 1 + size;
	return step;
}

static const stet_json *
item_at(const stet_json *array, const char *step)
{
	size_t index = 0;
	const char *at;

	if (step[0] == '\0' || strlen(step) > 6)
		return NULL;
	for (at = step; *at != '\0'; at++) {
		if (*at < '0' || *at > '9')
			return NULL;
		index = index * 10 + (size_t)(*at - '0');
	}
	return stet_json_item(array, index);
}

struct value {
	const struct st_standing *standing; /* remembers where memory was short */
	stet_json *json;
	size_t fact; /* who gives it */
};

/* A copy of what a path names in json; NULL: nothing. */
static stet_json *
copy_at(const struct value *value, const stet_json *json, const char *path)
{
	stet_json *copy;
	char *step;

	while (json != NULL && *path == '/') {
		if ((step = step_of(&path)) == NULL) {
			st_remember(value->standing, STET_ENOMEM);
			return NULL;
		}
		json = stet_json_kind_of(json) == STET_JSON_ARRAY ? item_at(json, step)
								  : stet_json_get(json, step);
		free(step);
	}
	if (json == NULL)
		return NULL;
	if ((copy = stet_json_copy(json)) == NULL)
		st_remember(value->standing, STET_ENOMEM);
	return copy;
}

/* Whether one path is the other or lies below it; *rest_out is what follows. */
static int
is_below(const char *path, const char *above, const char **rest_out)
{
	size_t size = strlen(above);

	*rest_out = path + (strlen(path) >= size ? size : 0);
	return strncmp(path, above, size) == 0 && (**rest_out == '\0' || **rest_out == '/');
}

/* --- what corrections make of them --------------------------------------------------------------
 */

/* What a row of affected puts in its place: plain text, or JSON text where it says so. NULL: it
 * takes it away. */
static stet_json *
after_of(const struct value *value, const stet_json *row)
{
	const stet_json *after = stet_json_get(row, "after");
	stet_json *parsed = NULL;
	int rc;

	if (stet_json_kind_of(after) == STET_JSON_NULL)
		return NULL;
	if (!stet_json_bool_of(stet_json_get(row, "json")))
		return copy_at(value, after, "");
	rc = stet_json_parse(stet_json_string_of(after), &parsed, NULL);
	st_remember(value->standing, rc);
	return rc == STET_OK ? parsed : NULL;
}

/* A part of the value; it comes into being where there was none. */
static void
change_part(struct value *value, const char *rest, stet_json *after, size_t by)
{
	int kind, rc;

	if (value->json == NULL && after != NULL && (value->json = stet_json_object()) == NULL)
		st_remember(value->standing, STET_ENOMEM);
	kind = stet_json_kind_of(value->json);
	if (kind != STET_JSON_OBJECT && kind != STET_JSON_ARRAY) {
		stet_json_free(after); /* it has no parts */
		return;
	}
	rc = st_json_pointer_set(value->json, rest, after, NULL);
	st_remember(value->standing, rc);
	if (rc == STET_OK)
		value->fact = by;
}

/* One row: the whole value, something it lies in, or a part of it. */
static void
apply_row(struct value *value, const stet_json *row, size_t by, const char *path)
{
	stet_bytes text = stet_json_string_of(stet_json_get(row, "path"));
	const char *rest;
	stet_json *after;
	char *changed;

	if (text.data == NULL || stet_json_get(row, "after") == NULL)
		return;
	if ((changed = strndup((const char *)text.data, text.size)) == NULL) {
		st_remember(value->standing, STET_ENOMEM);
		return;
	}
	if (is_below(path, changed, &rest)) {
		after = after_of(value, row);
		stet_json_free(value->json);
		value->json = copy_at(value, after, rest);
		value->fact = by;
		stet_json_free(after);
	} else if (is_below(changed, path, &rest)) {
		change_part(value, rest, after_of(value, row), by);
	}
	free(changed);
}

/* A correction signed here is of what is said here, a source's own words included; one that a
 * source states is of what that source states.  Nobody corrects a record that only observers link
 * with his own. */
static int
is_about(const struct st_fact *by, const struct st_fact *base, enum st_set set)
{
	if (by->nature == NULL || by->seq <= base->seq || !counts(by, set) ||
	    (by->loose && !base->loose))
		return 0;
	return by->observed ? st_fact_same_source(by, base) : 1;
}

stet_json *
st_effective(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out)
{
	const char *rest = path[0] == '/' ? strchr(path + 1, '/') : NULL;
	struct value value = {standing, NULL, ST_NO_FACT};
	const stet_json *rows;
	size_t base, i, k;

	*fact_out = ST_NO_FACT;
	if (rest == NULL)
		return NULL;
	base = st_newest(standing,
	    st_type_find((stet_bytes){(const uint8_t *)path + 1, (size_t)(rest - path - 1)}), set);
	if (base == ST_NO_FACT)
		return NULL;
	value.json = copy_at(&value, st_fact_json(standing, base), rest);
	value.fact = base;
	for (i = base + 1; i < standing->fact_count; i++) {
		if (!is_about(&standing->facts[i], &standing->facts[base], set))
			continue;
		rows = stet_json_get(st_fact_json(standing, i), "affected");
		for (k = 0; k < stet_json_size(rows); k++)
			apply_row(&value, stet_json_item(rows, k), i, path);
	}
	*fact_out = value.fact;
	return value.json;
}
