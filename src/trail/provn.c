/* PROV-N, the notation of PROV for people: the mapping of prov.c, written out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/json.h"
#include "trail/prov.h"

/* --- words ------------------------------------------------------------------------------------ */

/* A qualified name: the first ':' parts it, what else is punctuation of the notation gets a
 * backslash, a '.' at the end too (PROV-N, PN_LOCAL). */
static void
put_name(struct st_buf *out, stet_bytes name)
{
	const uint8_t *colon = memchr(name.data, ':', name.size);
	size_t i, local = colon != NULL ? (size_t)(colon - name.data) + 1 : 0;

	st_buf_put(out, name.data, local);
	for (i = local; i < name.size; i++) {
		uint8_t c = name.data[i];

		if (strchr("='(),:;[]", c) != NULL || ((c == '-' || c == '.') && i == local) ||
		    (c == '.' && i + 1 == name.size))
			st_buf_put_u8(out, '\\');
		st_buf_put_u8(out, c);
	}
}

/* A string of the notation: \" \\ and the escapes of line ends. */
static void
put_string(struct st_buf *out, stet_bytes text)
{
	size_t i;

	st_buf_put_u8(out, '"');
	for (i = 0; i < text.size; i++) {
		switch (text.data[i]) {
		case '"':
		case '\\':
			st_buf_put_u8(out, '\\');
			st_buf_put_u8(out, text.data[i]);
			break;
		case '\n':
			st_buf_put_str(out, "\\n");
			break;
		case '\r':
			st_buf_put_str(out, "\\r");
			break;
		case '\t':
			st_buf_put_str(out, "\\t");
			break;
		default:
			st_buf_put_u8(out, text.data[i]);
		}
	}
	st_buf_put_u8(out, '"');
}

static void
put_value(struct st_buf *out, const stet_json *value)
{
	stet_bytes name;

	switch (stet_json_kind_of(value)) {
	case STET_JSON_STRING:
		put_string(out, stet_json_string_of(value));
		break;
	case STET_JSON_INT:
		st_buf_printf(out, "%lld", (long long)stet_json_int_of(value));
		break;
	case STET_JSON_BOOL:
		st_buf_printf(out, "\"%d\" %%%% xsd:boolean", stet_json_bool_of(value));
		break;
	default: /* a typed value: only names are ever put so */
		name = st_said(value, "$");
		st_buf_put_u8(out, '\'');
		if (name.data != NULL)
			put_name(out, name);
		st_buf_put_u8(out, '\'');
	}
}

/* --- statements ------------------------------------------------------------------------------- */

static int
is_argument(const struct st_prov_row *row, const char *member)
{
	size_t i;

	for (i = 0; row->arguments[i] != NULL; i++)
		if (strncmp(member, "prov:", 5) == 0 && strcmp(member + 5, row->arguments[i]) == 0)
			return 1;
	return 0;
}

static void
put_attributes(struct st_buf *out, const struct st_prov_row *row, const stet_json *statement)
{
	const stet_json *value;
	const char *member;
	size_t i, count = 0;

	for (i = 0; stet_json_member(statement, i, &member, &value); i++) {
		if (is_argument(row, member))
			continue;
		st_buf_put_str(out, count++ > 0 ? ", " : ", [");
		put_name(out, st_str(member));
		st_buf_put_u8(out, '=');
		put_value(out, value);
	}
	if (count > 0)
		st_buf_put_u8(out, ']');
}

static void
put_argument(struct st_buf *out, const stet_json *statement, const char *name)
{
	char member[40];
	stet_bytes text;

	snprintf(member, sizeof(member), "prov:%s", name);
	text = st_said(statement, member);
	if (text.data == NULL)
		st_buf_put_u8(out, '-');
	else if (strcmp(name, "time") == 0 || strstr(name, "Time") != NULL)
		st_buf_put_bytes(out, text); /* bare, and no name */
	else
		put_name(out, text);
}

static void
put_statement(
    struct st_buf *out, enum st_prov_kind kind, const char *id, const stet_json *statement)
{
	const struct st_prov_row *row = &st_prov_rows[kind];
	int element = kind <= ST_PROV_AGENT;
	size_t i;

	st_buf_printf(out, "%s(", row->name);
	if (element)
		put_name(out, st_str(id));
	for (i = 0; row->arguments[i] != NULL; i++) {
		if (element || i > 0)
			st_buf_put_str(out, ", ");
		put_argument(out, statement, row->arguments[i]);
	}
	put_attributes(out, row, statement);
	st_buf_put_str(out, ")\n");
}

int
st_provn_kind(struct st_trail *trail, enum st_prov_kind kind, const stet_json *statements,
    const char *indent, stet_error *err)
{
	const stet_json *statement;
	const char *id;
	size_t i;
	int rc;

	for (i = 0; stet_json_member(statements, i, &id, &statement); i++) {
		/* What fails behind its back, its container does not know of. */
		if (st_json_rc(statement) < 0)
			return st_fail_nomem(err);
		st_buf_put_str(&trail->out, indent);
		put_statement(&trail->out, kind, id, statement);
		if ((rc = st_out_text(trail, "", err)) < 0)
			return rc;
	}
	return STET_OK;
}

int
st_provn_prefixes(
    struct st_trail *trail, const stet_json *prefix, const char *indent, stet_error *err)
{
	const stet_json *space;
	const char *name;
	stet_bytes text;
	size_t i;

	for (i = 0; stet_json_member(prefix, i, &name, &space); i++) {
		text = stet_json_string_of(space);
		st_buf_printf(&trail->out, "%sprefix %s <", indent, name);
		st_buf_put_bytes(&trail->out, text);
		st_buf_put_str(&trail->out, ">\n");
	}
	return st_out_text(trail, "", err);
}

static int
put_all(struct st_trail *trail, const struct st_prov *prov, const char *indent, stet_error *err)
{
	size_t i;
	int rc = st_provn_prefixes(trail, prov->prefix, indent, err);

	for (i = 0; rc == STET_OK && i < ST_PROV_KIND_COUNT; i++)
		if (prov->kinds[i] != NULL)
			rc =
			    st_provn_kind(trail, (enum st_prov_kind)i, prov->kinds[i], indent, err);
	return rc;
}

/* --- the document -------------------------------------------------------------------------------
 * Passes over the records: 0 the bundles as entities and whose they are, 1 what is in them. */

int
st_provn_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	struct st_prov prov;
	int rc;

	if (pass > 0)
		return STET_OK;
	if ((rc = st_prov_document(trail, &prov, err)) < 0)
		return rc;
	if ((rc = st_out_text(trail, "document\n", err)) == STET_OK)
		rc = put_all(trail, &prov, "  ", err);
	st_prov_free(&prov);
	return rc;
}

static int
put_bundle_entity(
    struct st_trail *trail, const char *name, const struct st_standing *record, stet_error *err)
{
	stet_json *entity = st_prov_bundle_entity(record);

	if (st_json_rc(entity) < 0) {
		stet_json_free(entity);
		return st_fail_nomem(err);
	}
	st_buf_put_str(&trail->out, "  ");
	put_statement(&trail->out, ST_PROV_ENTITY, name, entity);
	stet_json_free(entity);
	st_buf_put_str(&trail->out, "  wasAttributedTo(");
	put_name(&trail->out, st_str(name));
	return st_out_text(trail, ", e:ledger)\n", err);
}

int
st_provn_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	struct st_prov prov;
	char name[40];
	int rc;

	st_prov_bundle_name(record, name);
	if (pass == 0)
		return put_bundle_entity(trail, name, record, err);
	if ((rc = st_prov_of(trail, record, &prov, err)) < 0)
		return rc;
	st_buf_put_str(&trail->out, "  bundle ");
	put_name(&trail->out, st_str(name));
	st_buf_put_str(&trail->out, "\n");
	if ((rc = put_all(trail, &prov, "    ", err)) == STET_OK)
		rc = st_out_text(trail, "  endBundle\n", err);
	st_prov_free(&prov);
	return rc;
}

int
st_provn_end(struct st_trail *trail, stet_error *err)
{
	return st_out_text(trail, "endDocument\n", err);
}
