#ifndef ST_EXCHANGE_XML_H
#define ST_EXCHANGE_XML_H
/* Items of an XML file, pulled out of it while it is read: of each the few elements that are asked
 * for, as JSON.  Nothing is fetched, no entity is expanded, and a file that declares entities of
 * its own is refused. */
#include "exchange/work.h"

/* Which elements are items, by local name, and what of an item is wanted, by the path of local
 * names below it; both end with NULL.  An element comes as an object with its attributes and its
 * text as "text", below a member named like the path's last name, in an array.  A path that ends in
 * "/+" stands for an element whose children come as members, by name, with their text. */
struct st_xml_form {
	const char *const *items, *const *paths;
};

/* copy: the whole file, if it has this one item and is not too long to be kept; else data NULL. */
typedef int st_xml_item(struct st_works *works, const stet_json *json, const char *item,
    stet_bytes copy, stet_error *err);
int st_xml_each(
    struct st_import *import, const struct st_xml_form *form, st_xml_item *item, stet_error *err);

/* The text of the first element under a member with this value of an attribute (NULL: any). */
stet_bytes st_xml_text(
    const stet_json *json, const char *member, const char *attribute, const char *value);
/* Year, month and day of such an element, as exact as it is; "" if there is none. */
void st_xml_date(const stet_json *element, char out[32]);

#endif
