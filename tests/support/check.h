#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H
/* A ledger looked at from outside: everything that follows from its entries, computed here once
 * more from the definitions of docs/format.md with nothing but the hashes and the map in memory. */
#include "support/ledger.h"

struct tl_checked {
	uint64_t entries, seals, names;
	uint8_t root[32]; /* of all */
};
/* seq, ms, prev, prior, signatures of seals; size, time, id, root and index of every seal; that the
 * last entry is one; that checkpoint and remembered head are the note of that size by the ledger
 * key in force. What is wrong fails the test. */
struct tl_checked tl_check(struct tl *tl);
/* The same without the notes: a copy may have the checkpoint of a moment before. */
struct tl_checked tl_check_entries(struct tl *tl);

#endif
