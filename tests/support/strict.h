#ifndef TESTS_SUPPORT_STRICT_H
#define TESTS_SUPPORT_STRICT_H
/* Not 0: stores that would be made in a folder are made in memory, and are gone when they are
 * closed; and our own code syncs nothing.  For what is tried thousands of times and thrown away. */
extern int strict_in_memory;
/* The nth (from 1) file or folder that our own code syncs from now on fails, with EIO, once; 0:
 * none. 0 again when it has. */
extern int strict_sync_fails;
#endif
