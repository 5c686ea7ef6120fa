/* stet's figures, each beside the bare cost of the same work in the same run.
 *
 *   tools/bench/run [FOLDER [SCALE [PART]]]
 *
 * builds a release and measures: all of it, or the part append, verify, proof, import, package or
 * shell. FOLDER is where the ledgers are made. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define AUTHOR "https://bench.example/desk"

extern char **environ;

double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(3);
}

void
must(int rc, const stet_error *err, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "bench: %s: %s\n", what, err->text);
		exit(3);
	}
}

void
heading(const char *text)
{
	printf("\n%-44s %12s %12s %8s\n", text, "stet", "bare", "ratio");
	fflush(stdout);
}

void
row(const char *what, double ours, double bare, const char *unit)
{
	printf("  %-42s %9.0f %s %9.0f %s %6.0f %%\n", what, ours, unit, bare, unit,
	    100 * ours / bare);
	fflush(stdout);
}

static int
compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return values[count / 2];
}

/* --- a ledger to measure with ------------------------------------------------------------------
 */

void
remove_tree(const char *path)
{
	char *const argv[] = {(char[]){"rm"}, (char[]){"-rf"}, (char[]){"--"}, strdup(path), NULL};
	pid_t pid;

	if (posix_spawnp(&pid, "rm", NULL, NULL, argv, environ) == 0)
		waitpid(pid, NULL, 0);
	free(argv[3]);
}

static stet_key *
make_key(uint8_t seed_byte, const char *label, const char *issuer)
{
	uint8_t seed[32];
	stet_error err = {0};
	stet_key *key;

	memset(seed, seed_byte, sizeof(seed));
	must(stet_key_from_seed(seed, label, issuer, &key, &err), &err, "key");
	return key;
}

stet_key *
desk_key(void)
{
	return make_key(3, "bench desk", AUTHOR);
}

static void
grant_desk(stet_ledger *ledger, const stet_key *root, const stet_key *desk)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_json *json = stet_json_object(), *half = stet_key_json(desk),
		  *roles = stet_json_array();
	stet_statement *grant = NULL;
	stet_outcome *outcome = NULL;
	stet_error err = {0};

	stet_json_set(json, "type", stet_json_str("key"));
	stet_json_set(json, "subject", stet_json_str(stet_key_name(desk)));
	stet_json_set(json, "aud", stet_json_str(stet_ledger_id(ledger)));
	stet_json_set(json, "action", stet_json_str("grant"));
	stet_json_set(json, "key", stet_json_copy(stet_json_get(half, "key")));
	stet_json_set(json, "label", stet_json_str("bench desk"));
	stet_json_set(json, "key_issuer", stet_json_str(AUTHOR));
	stet_json_add(roles, stet_json_str("observer"));
	stet_json_add(roles, stet_json_str("publisher"));
	stet_json_set(json, "roles", roles);
	must(stet_statement_from_value(json, &grant, &err), &err, "grant");
	must(stet_statement_sign(grant, root, (int64_t)(NOW_MS / 1000), &err), &err, "grant");
	options.now_ms = NOW_MS;
	must(stet_ledger_append(ledger, &grant, 1, &options, &outcome, &err), &err, "grant");
	stet_outcome_free(outcome);
	stet_statement_free(grant);
	stet_json_free(half);
	stet_json_free(json);
}

stet_ledger *
make_ledger(const struct place *place, unsigned threads)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	stet_ledger_terms terms = {.version = STET_OPTIONS_VERSION,
	    .origin = "bench.example/ledger",
	    .root_issuer = "https://bench.example/root"};
	stet_key *ledger_key = make_key(1, "ledger", NULL),
		 *root = make_key(2, "root", terms.root_issuer);
	stet_key *desk = desk_key();
	stet_ledger *ledger;
	stet_error err = {0};

	remove_tree(place->ledger);
	remove_tree(place->state);
	options.state_dir = place->state;
	options.threads = threads;
	must(stet_ledger_create(
		 place->ledger, &terms, &options, ledger_key, root, NOW_MS, NULL, NULL, &err),
	    &err, "create");
	must(stet_ledger_open(place->ledger, &options, &ledger, &err), &err, "open");
	grant_desk(ledger, root, desk);
	stet_key_free(ledger_key);
	stet_key_free(root);
	stet_key_free(desk);
	return ledger;
}

static void
make_statements(stet_statement **statements, size_t first, size_t count)
{
	stet_error err = {0};
	char json[512];
	size_t i;
	int size;

	for (i = 0; i < count; i++) {
		size = snprintf(json, sizeof(json),
		    "{\"type\":\"record\",\"subject\":\"doi:10.5555/"
		    "bench.%zu\",\"issuer\":\"" AUTHOR
		    "\",\"id\":\"bench:%zu\",\"title\":\"A record of the benchmark, number %zu, "
		    "with a title of "
		    "ordinary length\",\"submitted\":\"2026-06-30\",\"publisher\":\"Bench Press\"}",
		    first + i, first + i, first + i);
		must(stet_statement_from_json(
			 (stet_bytes){(const uint8_t *)json, (size_t)size}, &statements[i], &err),
		    &err, "statement");
	}
}

void
add_records(stet_ledger *ledger, size_t first, size_t count)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statements[1000];
	stet_key *desk = desk_key();
	stet_outcome *outcome;
	stet_error err = {0};
	size_t n, i, failed;

	options.now_ms = NOW_MS;
	for (; count > 0; count -= n, first += n) {
		n = count < 1000 ? count : 1000;
		make_statements(statements, first, n);
		must(stet_statement_sign_all(
			 statements, n, desk, (int64_t)(NOW_MS / 1000), 0, &failed, &err),
		    &err, "sign");
		must(stet_ledger_append(ledger, statements, n, &options, &outcome, &err), &err,
		    "append");
		stet_outcome_free(outcome);
		for (i = 0; i < n; i++)
			stet_statement_free(statements[i]);
	}
	stet_key_free(desk);
}

/* --- append ------------------------------------------------------------------------------------
 */

static double
measure_append(
    const struct place *place, size_t entries, size_t batch, unsigned threads, size_t *size_out)
{
	stet_ledger *ledger = make_ledger(place, threads);
	stet_key *desk = desk_key();
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement **statements = calloc(batch, sizeof(stet_statement *));
	stet_outcome *outcome;
	stet_error err = {0};
	size_t done, n, i, failed;
	double spent = 0, start;

	options.now_ms = NOW_MS;
	for (done = 0; done < entries; done += n) {
		n = entries - done < batch ? entries - done : batch;
		make_statements(statements, done, n); /* parsing JSON is not what is measured */
		start = now_s();
		must(stet_statement_sign_all(
			 statements, n, desk, (int64_t)(NOW_MS / 1000), threads, &failed, &err),
		    &err, "sign");
		must(stet_ledger_append(ledger, statements, n, &options, &outcome, &err), &err,
		    "append");
		spent += now_s() - start;
		stet_outcome_free(outcome);
		*size_out = stet_statement_encoded(statements[0]).size;
		for (i = 0; i < n; i++)
			stet_statement_free(statements[i]);
	}
	free(statements);
	stet_key_free(desk);
	stet_ledger_close(ledger);
	return (double)entries / spent;
}

static void
bench_append(const struct place *place, size_t scale)
{
	static const struct {
		size_t batch, entries;
	} cases[] = {{1, 400}, {100, 8000}, {1000, 20000}};
	struct bare_append bare = {.dir = place->bare};
	char what[64];
	size_t i, run;
	unsigned threads;
	double ours[3], theirs[3];

	heading("append, signed, durable (entries a second)");
	for (threads = 1; threads <= 2; threads++)
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			for (run = 0; run < 3; run++) {
				bare.entries = cases[i].entries * scale;
				bare.batch = cases[i].batch;
				bare.threads = threads;
				ours[run] = measure_append(
				    place, bare.entries, bare.batch, threads, &bare.statement_size);
				remove_tree(place->bare);
				theirs[run] = bare_append(&bare);
			}
			snprintf(what, sizeof(what), "batch %zu, %u thread%s", cases[i].batch,
			    threads, threads > 1 ? "s" : "");
			row(what, median(ours, 3), median(theirs, 3), "/s");
		}
	remove_tree(place->bare);
}

/* --- verify ------------------------------------------------------------------------------------
 */

static double
measure_verify(const struct place *place, unsigned flags, unsigned threads)
{
	stet_ledger_options open_options = STET_LEDGER_OPTIONS;
	stet_verify_options options = STET_VERIFY_OPTIONS;
	stet_report *report = NULL;
	stet_ledger *ledger;
	stet_error err = {0};
	stet_head head;
	double start;

	open_options.state_dir = place->state;
	open_options.threads = threads;
	must(stet_ledger_open(place->ledger, &open_options, &ledger, &err), &err, "open");
	must(stet_ledger_head(ledger, &head, &err), &err, "head");
	options.flags = flags;
	options.threads = threads;
	start = now_s();
	must(stet_verify_ledger(ledger, &options, NULL, NULL, &report, &err), &err, "verify");
	start = now_s() - start;
	if (!stet_report_ok(report))
		fail("the ledger of the benchmark does not verify");
	stet_report_free(report);
	stet_ledger_close(ledger);
	return (double)head.size / start;
}

static void
bench_verify(const struct place *place, size_t scale)
{
	size_t size = 0, run;
	unsigned threads;
	char what[64];
	double ours[3], theirs[3];
	int signatures;

	measure_append(place, 20000 * scale, 1000, 2, &size);
	heading("verify (entries a second)");
	for (signatures = 1; signatures >= 0; signatures--)
		for (threads = 1; threads <= 2; threads++) {
			for (run = 0; run < 3; run++) {
				ours[run] = measure_verify(place,
				    signatures ? 0 : (unsigned)STET_VERIFY_HASH_ONLY, threads);
				theirs[run] = bare_verify(place->ledger, size, signatures, threads);
			}
			snprintf(what, sizeof(what), "%s, %u thread%s",
			    signatures ? "full" : "hash only", threads, threads > 1 ? "s" : "");
			row(what, median(ours, 3), median(theirs, 3), "/s");
		}
}

/* --- one append from the shell ------------------------------------------------------------------
 */

static double
spawn_ms(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	double start;
	int status;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
		fail("cannot start a process");
	start = now_s();
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) < 0)
		fail("cannot start a process");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail("a process of the benchmark failed");
	start = (now_s() - start) * 1000;
	posix_spawn_file_actions_destroy(&actions);
	return start;
}

static void
write_file(const char *path, stet_bytes bytes)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
	    fclose(file) != 0)
		fail("cannot write a file");
}

static void
bench_shell(const struct place *place, const char *stet)
{
	enum { RUNS = 41 };
	char file[600], command[600], folder[600], clock[64];
	char *const append[] = {
	    command, (char[]){"append"}, (char[]){"-q"}, (char[]){"-C"}, folder, file, NULL};
	char *const nothing[] = {(char[]){"/bin/true"}, NULL};
	stet_ledger *ledger = make_ledger(place, 1);
	stet_key *desk = desk_key();
	stet_statement *statement;
	stet_error err = {0};
	double ours[RUNS], empty[RUNS];
	int i;

	stet_ledger_close(ledger);
	snprintf(command, sizeof(command), "%s", stet);
	snprintf(folder, sizeof(folder), "%s", place->ledger);
	snprintf(file, sizeof(file), "%s.stet", place->bare);
	snprintf(clock, sizeof(clock), "%llu", (unsigned long long)NOW_MS);
	setenv("STET_STATE", place->state, 1);
	setenv("STET_TEST_NOW", clock, 1);
	for (i = 0; i < RUNS; i++) {
		make_statements(&statement, (size_t)i, 1);
		must(stet_statement_sign(statement, desk, (int64_t)(NOW_MS / 1000), &err), &err,
		    "sign");
		write_file(file, stet_statement_encoded(statement));
		stet_statement_free(statement);
		ours[i] = spawn_ms(append);
		empty[i] = spawn_ms(nothing);
	}
	unlink(file);
	stet_key_free(desk);
	printf("\nappend from the shell (one process an entry)\n  stet append, median of %d: %.2f "
	       "ms; an empty "
	       "process: %.2f ms\n",
	    RUNS, median(ours, RUNS), median(empty, RUNS));
}

static int
wanted(const char *part, const char *name)
{
	return part == NULL || strcmp(part, name) == 0;
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/var/tmp", *stet = argc > 2 ? argv[2] : NULL;
	size_t scale = argc > 3 ? (size_t)atol(argv[3]) : 1;
	const char *data = argc > 4 ? argv[4] : NULL, *part = argc > 5 ? argv[5] : NULL;
	struct place place;
	char folder[256];

	snprintf(folder, sizeof(folder), "%s/stet-bench.%ld", dir, (long)getpid());
	if (mkdir(folder, 0777) < 0)
		fail(strerror(errno));
	snprintf(place.ledger, sizeof(place.ledger), "%s/ledger", folder);
	snprintf(place.state, sizeof(place.state), "%s/state", folder);
	snprintf(place.bare, sizeof(place.bare), "%s/bare", folder);
	printf(
	    "stet bench in %s: median of 3 runs; ratios count, absolutes move with the machine\n",
	    folder);
	if (wanted(part, "append"))
		bench_append(&place, scale);
	if (wanted(part, "verify"))
		bench_verify(&place, scale);
	if (wanted(part, "proof"))
		bench_proof(&place);
	if (data != NULL && wanted(part, "import"))
		bench_import(&place, data);
	if (data != NULL && wanted(part, "package"))
		bench_package(&place, data);
	if (stet != NULL && wanted(part, "shell"))
		bench_shell(&place, stet);
	remove_tree(folder);
	return 0;
}
