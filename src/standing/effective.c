/* The members of a record as corrections have left them. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "standing/standing.h"

/* What is asked of a standing may need memory; st_fold_end() looks once whether there was enough.
 */
static void
remember(const struct st_standing *standing, int rc)
{
	if (rc == STET_ENOMEM)
		((struct st_standing *)(uintptr_t)standing)->rc = rc;
}

void
st_evidence_keep(const struct st_standing *standing, struct st_evidence *evidence, size_t fact)
{
	remember(standing, st_evidence_add(evidence, fact));
}

const stet_json *
st_fact_json(const struct st_standing *standing, size_t fact)
{
	struct st_fact *at = &standing->facts[fact];

	if (at->json == NULL)
		remember(standing, st_statement_to_json(&at->statement, &at->json, NULL));
	return at->json;
}

/* --- the newest statement of a type ------------------------------------------------------------
 */

static int
counts(const struct st_fact *fact, enum st_set set)
{
	return set == ST_SUPPORTED ? st_fact_supports(fact) : st_fact_stands(fact);
}

size_t
st_newest(const struct st_standing *standing, enum st_type type, enum st_set set)
{
	const struct st_fact *fact;
	size_t i, observed = ST_NO_FACT;

	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->statement.type != type || !counts(fact, set))
			continue;
		if (!fact->observed)
			return i;
		if (observed == ST_NO_FACT)
			observed = i;
	}
	return observed;
}

/* --- paths -------------------------------------------------------------------------------------
 */

/* One step of an RFC 6901 path; *path moves behind it. */
static char *
step_of(const char **path)
{
	const char *end = strchr(*path + 1, '/');
	size_t size = end != NULL ? (size_t)(end - *path - 1) : strlen(*path + 1), i, k = 0;
	char *step = malloc(size + 1);

	for (i = 0; step != NULL && i < size; i++) {
		char c = (*path)[1 + i];

		if (c == '~' && i + 1 < size)
			c = (*path)[1 + ++i] == '1' ? '/' : '~';
		step[k++] = c;
	}
	if (step != NULL)
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

static const stet_json *
value_at(const stet_json *json, const char *path)
{
	char *step;

	while (json != NULL && *path == '/') {
		if ((step = step_of(&path)) == NULL)
			return NULL;
		json = stet_json_kind_of(json) == STET_JSON_ARRAY ? item_at(json, step)
								  : stet_json_get(json, step);
		free(step);
	}
	return json;
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
 * says nothing of that, or takes it away. */
static stet_json *
after_of(const stet_json *row)
{
	const stet_json *after = stet_json_get(row, "after");
	stet_json *value = NULL;

	if (after == NULL || stet_json_kind_of(after) == STET_JSON_NULL)
		return NULL;
	if (stet_json_bool_of(stet_json_get(row, "json")) &&
	    stet_json_parse(stet_json_string_of(after), &value, NULL) == STET_OK)
		return value;
	return stet_json_copy(after);
}

/* The text of a member, NUL-terminated; paths have no NUL inside. */
static char *
text_of(const stet_json *json)
{
	stet_bytes text = stet_json_string_of(json);

	return text.data == NULL ? NULL : strndup((const char *)text.data, text.size);
}

struct value {
	stet_json *json;
	size_t fact; /* who gives it */
};

/* One row: the whole value, a part of it, or something it lies in. */
static void
apply_row(const stet_json *row, size_t by, const char *path, struct value *value)
{
	char *changed = text_of(stet_json_get(row, "path"));
	const char *rest;
	stet_json *after;

	if (changed == NULL || stet_json_get(row, "after") == NULL) {
		free(changed);
		return;
	}
	after = after_of(row);
	if (is_below(path, changed, &rest)) {
		stet_json_free(value->json);
		value->json = after != NULL ? stet_json_copy(value_at(after, rest)) : NULL;
		value->fact = by;
		stet_json_free(after);
	} else if (is_below(changed, path, &rest) && value->json != NULL) {
		if (st_json_pointer_set(value->json, rest, after, NULL) == STET_OK)
			value->fact = by;
	} else {
		stet_json_free(after);
	}
	free(changed);
}

/* A correction of what was signed here is signed here; one that a source states is of what that
 * source states. */
static int
is_about(const struct st_fact *by, const struct st_fact *base, enum st_set set)
{
	if (by->nature == NULL || by->seq <= base->seq || !counts(by, set))
		return 0;
	return by->observed ? st_fact_same_source(by, base) : 1;
}

stet_json *
st_effective(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out)
{
	const char *rest = path[0] == '/' ? strchr(path + 1, '/') : NULL;
	struct value value = {NULL, ST_NO_FACT};
	const stet_json *rows;
	size_t base, i, k;

	*fact_out = ST_NO_FACT;
	if (rest == NULL)
		return NULL;
	base = st_newest(standing,
	    st_type_find((stet_bytes){(const uint8_t *)path + 1, (size_t)(rest - path - 1)}), set);
	if (base == ST_NO_FACT)
		return NULL;
	value.json = stet_json_copy(value_at(st_fact_json(standing, base), rest));
	value.fact = base;
	for (i = base + 1; i < standing->fact_count; i++) {
		if (!is_about(&standing->facts[i], &standing->facts[base], set))
			continue;
		rows = stet_json_get(st_fact_json(standing, i), "affected");
		for (k = 0; k < stet_json_size(rows); k++)
			apply_row(stet_json_item(rows, k), i, path, &value);
	}
	*fact_out = value.fact;
	return value.json;
}
