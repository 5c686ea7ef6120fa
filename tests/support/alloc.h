#ifndef STET_TESTS_ALLOC_H
#define STET_TESTS_ALLOC_H
/* Allocations that fail on purpose.  Every unit test is linked so that malloc, calloc, realloc,
 * strdup and strndup of our own code come here first (ld --wrap); outside libraries keep theirs.
 *
 *	for (n = 0;; n++) {
 *		alloc_fail(n);
 *		rc = thing(&answer, &err);
 *		if (!alloc_failed())
 *			break;
 *		assert_int_equal(rc, STET_ENOMEM);
 *	}
 *
 * fails the first, the second, ... allocation until the call needs no more. Counts over all
 *threads. */

/* The allocation after the next n fails, once. */
void alloc_fail(long n);
/* Ends that; 1 if one has failed since alloc_fail(). */
int alloc_failed(void);
/* Allocations since the program started. */
long alloc_count(void);

#endif
