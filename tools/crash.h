#ifndef CRASH_H
#define CRASH_H
/* LMDB follows damaged pages into faults.  While a ledger is open, SIGSEGV, SIGBUS and SIGABRT end
 * the command with one line and exit status 3: it could not find out. */

void crash_guard(const char *ledger_path);

#endif
