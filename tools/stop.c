/* Stopping and progress. */
#include "stop.h"
#include "env.h"
#include "util.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SHOWN_AFTER_MS 700 /* shorter work needs no bar */
#define DRAWN_EVERY_MS 100
#define BAR_SIZE 30

static volatile sig_atomic_t asked;

static void
ask_to_stop(int number)
{
	(void)number;
	asked = 1;
}

/* A signal that is ignored, as in a script's background job, stays ignored. */
static void
watch(int number)
{
	struct sigaction action = {.sa_handler = ask_to_stop,
			     .sa_flags = (int)(SA_RESETHAND | SA_RESTART)},
			 before;

	if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

void
stop_watch(void)
{
	watch(SIGINT);
	watch(SIGTERM);
}

int
stop_asked(void)
{
	return asked != 0;
}

/* The monotonic clock: a bar that follows a clock set back would stand still. */
static uint64_t
ticks_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
progress_begin(struct progress *progress, const char *verb, int quiet)
{
	memset(progress, 0, sizeof(*progress));
	progress->verb = verb;
	progress->quiet = quiet || !isatty(STDERR_FILENO);
	progress->begun_ms = ticks_ms();
}

static void
draw(struct progress *progress, const char *what, uint64_t done, uint64_t total, uint64_t now)
{
	char bar[BAR_SIZE + 1], a[32], b[32];
	uint64_t filled, seconds;

	if (total == 0) {
		fprintf(stderr, "\r\033[K%s: %s %s", progress->verb, what, number_text(done, a));
		return;
	}
	done = done < total ? done : total;
	filled = (uint64_t)((double)done / (double)total * BAR_SIZE);
	memset(bar, '.', BAR_SIZE);
	memset(bar, '#', (size_t)filled);
	bar[BAR_SIZE] = '\0';
	seconds = done == 0 ? 0
			    : (uint64_t)((double)(now - progress->begun_ms) / (double)done *
					 (double)(total - done) / 1000);
	fprintf(stderr, "\r\033[K%s: %s [%s] %s of %s, %llu s left", progress->verb, what, bar,
	    number_text(done, a), number_text(total, b), (unsigned long long)seconds);
}

int
progress_step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct progress *progress = ctx;
	uint64_t now;

	if (progress->quiet)
		return stop_asked();
	now = ticks_ms();
	if (now - progress->begun_ms >= SHOWN_AFTER_MS &&
	    now - progress->drawn_ms >= DRAWN_EVERY_MS) {
		progress->drawn_ms = now;
		progress->shown = 1;
		draw(progress, what, done, total, now);
		fflush(stderr);
	}
	return stop_asked();
}

void
progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = 0;
}
