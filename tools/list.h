#ifndef LIST_H
#define LIST_H
/* A file of identifiers: one a line. */
#include <stet/stet.h>

struct list_item {
	char *text;
	uint64_t line; /* from 1 */
};

struct list {
	char *name; /* "'papers.txt'", "standard input" */
	char *data; /* what the items point into        */
	struct list_item *items;
	size_t count;
};

/* Reads the file ('-': standard input). Empty lines, those that begin with '#' and a first line
 * "doi", the head of a column, are left out. EXIT_YES or a status (reported). */
int list_read(struct list *list, const char *path);
void list_free(struct list *list);

#endif
