#ifndef FIELD_H
#define FIELD_H
/* The members of a statement type as options, read from the library's schema tables: /notice/doi is
 * --notice-doi, an item of /targets is --target, given as often as there are items. */
#include <stet/stet.h>

struct field {
	char *option;     /* "notice-doi"                                              */
	char *path;       /* where its value goes: "/notice/doi", "/targets/-"         */
	const char *kind; /* of the value, or of each item                             */
	const char *label, *doc;
	const char *const *values; /* of an enumeration, or NULL                             */
	int required;
	int repeated;         /* an array: each use adds an item                           */
	char *first, *second; /* an array of maps of two: its members, given as FIRST:SECOND */
	const char *first_kind, *second_kind;
};

struct fields {
	struct field *items;
	size_t count;
};

/* The members of a type that can be options, in the order of the tables; NULL when memory is short.
 */
struct fields *fields_of(const char *type);
void fields_free(struct fields *fields);
const struct field *fields_find(const struct fields *fields, const char *option);

/* What the schema tables say of one member of a type ("/title"); 1, or 0 if it has none. */
int field_info(const char *type, const char *path, stet_field_info *info_out);
/* What help calls the value of an option: "DATE", "ID", "KIND:NAME". */
void field_value_name(const struct field *field, char *out, size_t size);

/* What help says of it, with the words of an enumeration. free(). */
char *field_text(const struct field *field);

/* The value as JSON, from the text of an option.  STET_EFORMAT says what is wrong.  Digests of
 * targets are given to the caller as they stand: it knows the ledger. */
int field_value(
    const struct field *field, const char *text, stet_json **value_out, stet_error *err);

#endif
