#ifndef TESTS_SUPPORT_STRICT_H
#define TESTS_SUPPORT_STRICT_H
/* Not 0: stores that would be made in a folder are made in memory, and are gone when they are
 * closed; and our own code syncs nothing.  For what is tried thousands of times and thrown away. */
extern int strict_in_memory;
#endif
