#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H
/* What the harnesses share. A harness takes any bytes; it may refuse them, it may not crash, and
 * what it takes has to keep the promises of the header it tests: FUZZ_MUST ends the process. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): this has to hold in every kind of build. */
#define FUZZ_MUST(promise)                                                                    \
	do {                                                                                  \
		if (!(promise)) {                                                             \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise); \
			abort();                                                              \
		}                                                                             \
	} while (0)

#endif
