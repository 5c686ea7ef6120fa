/* A fault while reading a damaged database, made a diagnosis. */
#include "crash.h"
#include "cmd.h"
#include "out.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_SIZE 65536

static const struct {
	int number;
	const char *name;
} faults[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"}};

/* Written before anything goes wrong: a handler may neither format nor allocate. */
static char lines[3][1024];
static size_t sizes[3];
static char stack[STACK_SIZE];

static void
fault(int number)
{
	ssize_t written;
	size_t i;

	for (i = 0; i < 3; i++)
		if (faults[i].number == number) {
			written = write(STDERR_FILENO, lines[i], sizes[i]);
			(void)written; /* nothing is left to do about it */
		}
	_exit(EXIT_UNSURE);
}

void
crash_guard(const char *ledger_path)
{
	/* A fault may come of a stack that has run out, so the handler has its own. */
	stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {
	    .sa_handler = fault, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};
	char *shown =
	    stet_text_show((stet_bytes){(const uint8_t *)ledger_path, strlen(ledger_path)});
	size_t i;
	int size;

	for (i = 0; i < 3; i++) {
		size = snprintf(lines[i], sizeof(lines[i]),
		    "stet %s: stopped by %s while reading '%.600s': the database is damaged; "
		    "restore it from a "
		    "backup or from its entries [store-damaged]\n",
		    out_command(), faults[i].name, shown != NULL ? shown : "");
		sizes[i] = size < 0                          ? 0
			   : (size_t)size < sizeof(lines[i]) ? (size_t)size
							     : sizeof(lines[i]) - 1;
		if (i == 0)
			sigaltstack(&own, NULL);
		sigaction(faults[i].number, &action, NULL);
	}
	free(shown);
}
