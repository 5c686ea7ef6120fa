/* The other side of ld --wrap: counts, and fails the one that was asked for. */
#include "support/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_long left = -1; /* allocations before the one that fails; below 0: none does */
static atomic_long made;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

void
alloc_fail(long n)
{
	atomic_store(&left, n);
}

int
alloc_failed(void)
{
	return atomic_exchange(&left, -1) < 0;
}

long
alloc_count(void)
{
	return atomic_load(&made);
}

/* 1 if this allocation is to fail. It is the one that takes the count from 0 to -1, so there is
 * only one of them, whatever the threads do. */
static int
fails(void)
{
	long before = atomic_load(&left);

	atomic_fetch_add(&made, 1);
	while (before >= 0)
		if (atomic_compare_exchange_weak(&left, &before, before - 1))
			return before == 0;
	return 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *data, size_t size)
{
	return fails() ? NULL : __real_realloc(data, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}
