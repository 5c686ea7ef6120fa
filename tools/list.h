#ifndef LIST_H
#define LIST_H
/* A file of identifiers: one a line, or CSV with a column "doi". */
#include <stet/stet.h>

struct list_item {
	char *text;    /* NULL: the line is wrong, as was complained */
	uint64_t line; /* from 1 */
};

struct list {
	char *name; /* "'papers.txt'", "standard input" */
	char *data; /* what the items point into        */
	struct list_item *items;
	size_t count;
	int column; /* of a table, from 0; -1: the file is no table */
};

/* Reads the file ('-': standard input). Empty lines, those that begin with '#' and a first line
 * "doi", the head of a column, are left out; where the first line has several columns, one of them
 * "doi", the others are not looked at. EXIT_YES or a status (reported). */
int list_read(struct list *list, const char *path);
void list_free(struct list *list);

#endif
