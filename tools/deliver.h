#ifndef DELIVER_H
#define DELIVER_H
/* Appending signed statements and answering for each. */
#include "env.h"

struct tally {
	uint64_t appended, already, refused, left;
};

/* A statement on its way, or why there is none. */
struct parcel {
	stet_statement *statement; /* signed; NULL: err says why not               */
	const stet_error *err;
	const char *place; /* "'f.jsonl' line 3"; NULL: nowhere worth naming */
};

/* Appends one batch and answers one line a parcel on stdout, in their order. EXIT_YES, EXIT_NO if
 * any was refused, or a status (reported). */
int deliver(struct env *env, const struct parcel *parcels, size_t count, unsigned flags,
    struct tally *tally);
/* One answer "refused: ..." for something that never became a statement. */
void deliver_refusal(
    struct env *env, const char *place, const stet_error *err, struct tally *tally);

/* Writes signed statements as a CBOR sequence to a file ('-': standard output), whole or not at
 * all. */
int deliver_to_file(const char *path, stet_statement *const *items, size_t count);

#endif
