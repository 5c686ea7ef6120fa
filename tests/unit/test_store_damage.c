/* store/lmdb: files that are not what they should be.  Each ends in a diagnosis or, where only LMDB
 * could have seen it, in the handler that the command has too; never in a death of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "support/store.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { PAGE = 4096, HEADER = 152 };

static uint64_t dice_state = 88172645463325252u;

static uint64_t
dice(uint64_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return dice_state % sides;
}

/* ------------------------------------------------------------------ a store to damage */

/* Every table in use, trees of three levels, long values, free pages: about 700 KiB. */
static void
make_store(const char *folder)
{
	struct st_store *store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
	struct st_batch *batch;
	uint64_t i, n;
	int table;

	for (n = 0; n < 6; n++) {
		batch = store_begin(store);
		for (i = 0; i < 300; i++)
			assert_int_equal(row_put(batch, ST_ENTRY, n * 300 + i, i,
					     i % 50 == 0 ? 9000 : 60 + i, NULL),
			    STET_OK);
		for (table = ST_TREE; table < ST_TABLE_COUNT; table++)
			for (i = 0; i < 40; i++)
				assert_int_equal(row_put(batch, (enum st_table)table,
						     dice(1u << 30), i, 40 + i, NULL),
				    STET_OK);
		if (n == 4)
			assert_int_equal(st_batch_clear(batch, ST_TRIE, NULL), STET_OK);
		store_commit(&batch);
	}
	st_store_close(store);
}

/* ------------------------------------------------------------------ looking at it, in a child */

enum outcome {
	UNTRIED,
	BEGUN,     /* and not come back                                     */
	SAME,      /* opened, and all rows are as they were                 */
	OTHER,     /* opened, and rows differ: for the ledger's hashes      */
	REFUSED,   /* a diagnosis at open                                   */
	DIAGNOSED, /* a diagnosis while reading                             */
	CAUGHT,    /* by the command's handler for SIGSEGV, SIGBUS, SIGABRT */
	OUTCOMES
};

struct trial {
	const char *folder;
	uint8_t *bytes; /* of the sound file */
	size_t size;
	uint64_t sum; /* of all its rows */
	void (*damage)(struct trial *trial, size_t n, int fd);
	int writes; /* try a batch as well */
	size_t count;
	volatile unsigned char *outcomes; /* shared with the children */
	volatile size_t *at;
};

static uint64_t
add_up(uint64_t sum, stet_bytes bytes)
{
	size_t i;

	for (i = 0; i < bytes.size; i++)
		sum = (sum ^ bytes.data[i]) * 1099511628211u;
	return (sum ^ bytes.size) * 1099511628211u;
}

static int
sum_rows(struct st_reader *reader, enum st_table table, uint64_t *sum, stet_error *err)
{
	stet_bytes keys[32], values[32];
	struct st_scan *scan = NULL;
	size_t count, i;
	int rc;

	if ((rc = st_scan_open(reader, table, NULL, &scan, err)) < 0)
		return rc;
	do {
		if ((rc = st_scan_next(scan, 32, keys, values, &count, err)) < 0)
			break;
		for (i = 0; i < count; i++)
			*sum = add_up(add_up(*sum, keys[i]), values[i]);
	} while (count > 0);
	st_scan_close(scan);
	return rc;
}

static int
sum_store(struct st_store *store, uint64_t *sum_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	uint64_t sum = 1;
	int table, rc;

	if ((rc = st_reader_open(store, &reader, err)) < 0)
		return rc;
	for (table = 0; table < ST_TABLE_COUNT && rc == STET_OK; table++)
		rc = sum_rows(reader, (enum st_table)table, &sum, err);
	st_reader_close(reader);
	*sum_out = sum;
	return rc;
}

static int
write_some(struct st_store *store, stet_error *err)
{
	struct st_batch *batch = NULL;
	uint64_t i;
	int rc;

	if ((rc = st_batch_begin(store, 100, &batch, err)) < 0)
		return rc;
	for (i = 0; i < 40 && rc == STET_OK; i++)
		rc = row_put(batch, i % 2 ? ST_ENTRY : ST_INDEX, i * 37, i, i * 200, err);
	if (rc == STET_OK)
		rc = st_batch_delete(
		    batch, ST_INDEX, (stet_bytes){(const uint8_t *)"\0\0\0\0\0\0\0", 8}, err);
	if (rc == STET_OK)
		rc = st_batch_commit(&batch, err);
	st_batch_abort(&batch);
	return rc;
}

/* A diagnosis has a code that says what to do, a rule, and one line. */
static enum outcome
judge(int rc, const stet_error *err, enum outcome kind)
{
	CHILD_CHECK(err->code == rc && err->rule > 0 && err->rule < ST_RULE_END);
	CHILD_CHECK(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
	CHILD_CHECK(rc == STET_EFORMAT || rc == STET_EVERSION || rc == STET_EIO ||
		    rc == STET_ENOMEM || rc == STET_ERETRY || rc == STET_EINVAL);
	return kind;
}

static enum outcome
try_one(struct trial *trial)
{
	struct st_store *store = NULL;
	uint64_t sum = 0;
	stet_error err;
	int rc;

	rc = st_store_open_lmdb(trial->folder,
	    trial->writes ? ST_OPEN_SCRATCH : ST_OPEN_READ_ONLY | ST_OPEN_SCRATCH, &store, &err);
	if (rc < 0)
		return judge(rc, &err, REFUSED);
	if (trial->writes && (rc = write_some(store, &err)) == STET_ENOTFOUND)
		rc = STET_OK;
	if (rc == STET_OK)
		rc = sum_store(store, &sum, &err);
	st_store_close(store);
	if (rc < 0)
		return judge(rc, &err, DIAGNOSED);
	return sum == trial->sum || trial->writes ? SAME : OTHER;
}

/* What the command installs. */
static void
on_fault(int number)
{
	(void)number;
	_exit(3);
}

static void
install_handler(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT};
	struct sigaction action;
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_fault;
	for (i = 0; i < COUNT(signals); i++)
		sigaction(signals[i], &action, NULL);
}

static void
run_trials(void *arg)
{
	struct trial *trial = arg;
	char path[2 * FOLDER_SIZE];
	int fd;

	install_handler();
	folder_path(path, trial->folder, "data.mdb");
	while (*trial->at < trial->count) {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		CHILD_CHECK(fd >= 0);
		CHILD_CHECK(write(fd, trial->bytes, trial->size) == (ssize_t)trial->size);
		trial->damage(trial, *trial->at, fd);
		close(fd);
		trial->outcomes[*trial->at] = BEGUN;
		alarm(30); /* a walk that does not end is a death too */
		trial->outcomes[*trial->at] = (unsigned char)try_one(trial);
		++*trial->at;
	}
}

/* Children, one after the other, each going on where a fault ended the one before. */
static void
run(struct trial *trial, size_t counts_out[OUTCOMES])
{
	size_t i;
	int status;

	trial->outcomes = mmap(
	    NULL, trial->count + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(trial->outcomes != MAP_FAILED);
	trial->at =
	    (volatile size_t *)(volatile void *)(trial->outcomes + (trial->count + 63) / 64 * 64);
	while (*trial->at < trial->count) {
		status = child_end(child_start(run_trials, trial));
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			break;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
			fail_msg("trial %zu ended its process with status 0x%x", *trial->at,
			    (unsigned)status);
		assert_int_equal(trial->outcomes[*trial->at], BEGUN);
		trial->outcomes[*trial->at] = CAUGHT;
		++*trial->at;
	}
	memset(counts_out, 0, OUTCOMES * sizeof(*counts_out));
	for (i = 0; i < trial->count; i++)
		counts_out[trial->outcomes[i]]++;
	assert_int_equal(counts_out[UNTRIED] + counts_out[BEGUN], 0);
	munmap((void *)(uintptr_t)trial->outcomes, trial->count + PAGE);
}

static void
begin_trial(struct trial *trial, char folder[FOLDER_SIZE])
{
	struct st_store *store;
	stet_error err;

	memset(trial, 0, sizeof(*trial));
	/* Thousands of copies are written: in memory, where there is such a place. */
	folder_make(folder,
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm/stet-damage-XXXXXX" : "damage-XXXXXX");
	trial->folder = folder;
	make_store(folder);
	store = store_open(folder, ST_OPEN_READ_ONLY);
	assert_int_equal(sum_store(store, &trial->sum, &err), STET_OK);
	st_store_close(store);
	trial->bytes = file_read(folder, "data.mdb", &trial->size);
}

static void
end_trial(struct trial *trial)
{
	folder_remove(trial->folder);
	free(trial->bytes);
}

static void
say(const char *what, const size_t counts[OUTCOMES])
{
	print_message("%s: %zu refused at open, %zu diagnosed while reading, %zu caught by the "
		      "handler, %zu unharmed, %zu with other rows\n",
	    what, counts[REFUSED], counts[DIAGNOSED], counts[CAUGHT], counts[SAME], counts[OTHER]);
}

/* ------------------------------------------------------------------ damage */

enum { CUTS = 200, FLIPS = 1500, WRITTEN_FLIPS = 300 };

static size_t
cut_length(const struct trial *trial, size_t n)
{
	return n < 8 ? n * n * 40 : n * trial->size / CUTS + n % 3 * 17;
}

static void
cut(struct trial *trial, size_t n, int fd)
{
	CHILD_CHECK(ftruncate(fd, (off_t)cut_length(trial, n)) == 0);
}

static void
test_store_damage__refuses_every_cut(void **state)
{
	struct trial trial;
	char folder[FOLDER_SIZE];
	size_t counts[OUTCOMES];

	(void)state;
	begin_trial(&trial, folder);
	trial.damage = cut;
	trial.count = CUTS;
	run(&trial, counts);
	say("cut at 200 lengths", counts);
	/* Whatever is not refused lacks nothing but free pages. */
	assert_int_equal(counts[CAUGHT] + counts[OTHER] + counts[DIAGNOSED], 0);
	assert_true(counts[REFUSED] >= CUTS - 10);
	end_trial(&trial);
}

static void
flip(struct trial *trial, size_t at, unsigned bit, int fd)
{
	uint8_t byte = (uint8_t)(trial->bytes[at] ^ (1u << bit));

	CHILD_CHECK(pwrite(fd, &byte, 1, (off_t)at) == 1);
}

static void
flip_header(struct trial *trial, size_t n, int fd)
{
	size_t at = n / 8;

	flip(trial, at < HEADER ? at : PAGE + at - HEADER, n % 8, fd);
}

static void
test_store_damage__survives_each_bit_of_its_headers(void **state)
{
	struct trial trial;
	char folder[FOLDER_SIZE];
	size_t counts[OUTCOMES];

	(void)state;
	begin_trial(&trial, folder);
	trial.damage = flip_header;
	trial.count = 2 * HEADER * 8;
	run(&trial, counts);
	say("each of the 2,432 bits of the headers flipped", counts);
	assert_true(counts[REFUSED] > 500);
	end_trial(&trial);
}

static void
flip_anywhere(struct trial *trial, size_t n, int fd)
{
	uint64_t where = (n + 1) * 0x9e3779b97f4a7c15u;

	where ^= where >> 29;
	flip(trial, where % trial->size, (unsigned)(where >> 40) % 8, fd);
}

static void
test_store_damage__survives_flipped_bits(void **state)
{
	struct trial trial;
	char folder[FOLDER_SIZE];
	size_t counts[OUTCOMES];

	(void)state;
	begin_trial(&trial, folder);
	trial.damage = flip_anywhere;
	trial.count = FLIPS;
	run(&trial, counts);
	say("1,500 bits flipped", counts);
	trial.writes = 1;
	trial.count = WRITTEN_FLIPS;
	run(&trial, counts);
	say("300 of them, and written to", counts);
	end_trial(&trial);
}

/* Whole pages exchanged, zeroed or filled with noise, the free list's among them. */
static void
spoil_page(struct trial *trial, size_t n, int fd)
{
	size_t pages = trial->size / PAGE, page = 2 + n / 3 % (pages - 2), i;
	uint8_t noise[PAGE];
	uint64_t word = n + 1;

	memset(noise, 0, sizeof(noise));
	if (n % 3 == 1)
		memcpy(noise, trial->bytes + (2 + n * 7 % (pages - 2)) * PAGE, PAGE);
	for (i = 0; n % 3 == 2 && i < PAGE; i++) {
		word = word * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (uint8_t)(word >> 56);
	}
	CHILD_CHECK(pwrite(fd, noise, PAGE, (off_t)(page * PAGE)) == PAGE);
}

static void
test_store_damage__survives_spoiled_pages(void **state)
{
	struct trial trial;
	char folder[FOLDER_SIZE];
	size_t counts[OUTCOMES];

	(void)state;
	begin_trial(&trial, folder);
	trial.damage = spoil_page;
	trial.count = trial.size / PAGE * 3;
	run(&trial, counts);
	say("each page zeroed, exchanged, made noise", counts);
	assert_true(counts[DIAGNOSED] > trial.count / 10);
	end_trial(&trial);
}

/* ------------------------------------------------------------------ one thing wrong at a time */

/* Where a header has what (64-bit LMDB 0.9.24, MDB_page and MDB_meta). */
enum field {
	PAGE_NUMBER = 0,
	PAGE_FLAGS = 10,
	MAGIC = 16,
	VERSION = 20,
	MAP_SIZE = 32,
	PAGE_SIZE = 40,
	FREE_FLAGS = 44,
	FREE_DEPTH = 46,
	FREE_ROOT = 80,
	MAIN_FLAGS = 92,
	MAIN_DEPTH = 94,
	MAIN_ROOT = 128,
	LAST_PAGE = 136,
	TXNID = 144
};

enum header { FIRST, SECOND, NEWEST, OLDER };
enum relative { IS, PLUS }; /* the value itself, or added to what is there */

struct wrong {
	enum header header;
	enum field field;
	size_t size;
	enum relative relative;
	uint64_t value;
	const char *says; /* part of the message; NULL: not wrong at all */
};

static const struct wrong wrongs[] = {
    {SECOND, PAGE_NUMBER, 8, IS, 5, "header 1 is not where it should be"},
    {FIRST, PAGE_NUMBER, 8, IS, 1, "header 0 is not where it should be"},
    {FIRST, PAGE_FLAGS, 2, IS, 0, "header 0 is not where it should be"},
    {SECOND, MAGIC, 4, PLUS, 1, "header 1 is not where it should be"},
    {SECOND, VERSION, 4, IS, 3, "another version"},
    {SECOND, PAGE_SIZE, 4, IS, 8192, "another page size"},
    {FIRST, PAGE_SIZE, 4, IS, 256, "pages of 256 bytes"},
    {FIRST, PAGE_SIZE, 4, IS, 65536, "pages of 65536 bytes"},
    {NEWEST, FREE_FLAGS, 2, PLUS, 4, "tables of another kind"},
    {OLDER, FREE_FLAGS, 2, PLUS, 0xfff8, "tables of another kind"},
    {NEWEST, MAIN_FLAGS, 2, IS, 4, "tables of another kind"},
    {NEWEST, TXNID, 8, PLUS, 1, "a transaction of its twin"},
    {NEWEST, TXNID, 8, PLUS, 2, "does not follow its twin"},
    {OLDER, TXNID, 8, PLUS, (uint64_t)-2, "does not follow its twin"},
    {NEWEST, LAST_PAGE, 8, IS, 0, "impossible number of pages"},
    {OLDER, LAST_PAGE, 8, IS, UINT64_MAX, "impossible number of pages"},
    {NEWEST, LAST_PAGE, 8, IS, UINT64_MAX / 4096, "impossible number of pages"},
    {OLDER, LAST_PAGE, 8, PLUS, 5000, "fewer pages"},
    {NEWEST, MAP_SIZE, 8, IS, 5 * PAGE, "more pages than its map"},
    {NEWEST, LAST_PAGE, 8, PLUS, 3, "cut short"},
    {NEWEST, FREE_ROOT, 8, IS, 1, "free list"},
    {NEWEST, FREE_ROOT, 8, PLUS, 1000000, "free list"},
    {NEWEST, FREE_ROOT, 8, IS, UINT64_MAX, "free list"},
    {NEWEST, FREE_DEPTH, 2, IS, 33, "free list"},
    {NEWEST, FREE_DEPTH, 2, IS, 0, "free list"},
    {NEWEST, MAIN_ROOT, 8, IS, 0, "table of tables"},
    {NEWEST, MAIN_ROOT, 8, PLUS, 1000000, "table of tables"},
    {NEWEST, MAIN_ROOT, 8, IS, UINT64_MAX, "table of tables"},
    {NEWEST, MAIN_DEPTH, 2, IS, 0, "table of tables"},
    {NEWEST, MAIN_DEPTH, 2, IS, 40, "table of tables"},
    /* what a failed commit may leave behind in the header that is not in force */
    {OLDER, MAIN_ROOT, 8, PLUS, 1000000, NULL},
    {OLDER, FREE_ROOT, 8, PLUS, 1000000, NULL},
    {OLDER, MAP_SIZE, 8, PLUS, 4096, NULL},
};

static uint64_t
field_get(const uint8_t *bytes, size_t at, size_t size)
{
	uint64_t value = 0;

	memcpy((uint8_t *)&value + (((const uint8_t *)&(const uint16_t){1})[0] ? 0 : 8 - size),
	    bytes + at, size);
	return value;
}

static void
field_set(uint8_t *bytes, size_t at, size_t size, uint64_t value)
{
	memcpy(bytes + at,
	    (uint8_t *)&value + (((const uint8_t *)&(const uint16_t){1})[0] ? 0 : 8 - size), size);
}

static void
test_store_damage__judges_each_field_of_a_header(void **state)
{
	struct st_store *store = NULL;
	struct trial trial;
	char folder[FOLDER_SIZE];
	const struct wrong *wrong;
	uint8_t *bytes;
	size_t i, at, newest;
	uint64_t sum;
	stet_error err;
	int rc;

	(void)state;
	if (sizeof(size_t) != 8)
		skip();
	begin_trial(&trial, folder);
	bytes = malloc(trial.size);
	assert_non_null(bytes);
	newest = field_get(trial.bytes, TXNID, 8) < field_get(trial.bytes, PAGE + TXNID, 8);
	for (i = 0; i < COUNT(wrongs); i++) {
		wrong = &wrongs[i];
		at = wrong->field;
		if (wrong->header == SECOND || (wrong->header == NEWEST && newest == 1) ||
		    (wrong->header == OLDER && newest == 0))
			at += PAGE;
		memcpy(bytes, trial.bytes, trial.size);
		field_set(bytes, at, wrong->size,
		    wrong->value +
			(wrong->relative == PLUS ? field_get(bytes, at, wrong->size) : 0));
		file_write(folder, "data.mdb", bytes, trial.size);
		rc = st_store_open_lmdb(folder, ST_OPEN_READ_ONLY, &store, &err);
		if (wrong->says == NULL) {
			assert_int_equal(rc, STET_OK);
			assert_int_equal(sum_store(store, &sum, &err), STET_OK);
			assert_int_equal(sum, trial.sum);
			st_store_close(store);
			continue;
		}
		if (rc != STET_EFORMAT || strstr(err.text, wrong->says) == NULL)
			fail_msg("%zu: %s '%s' and not '%s'", i, stet_code_name(rc), err.text,
			    wrong->says);
	}
	free(bytes);
	end_trial(&trial);
}

/* Rows that LMDB would hand out as they stand: a key out of order, a value that leads out of the
 * file. Row 601 of ST_ENTRY is found by its key and the number that its value begins with. */
static void
spoil_row(struct trial *trial, size_t before_key, uint16_t word)
{
	uint8_t pattern[16], *copy = malloc(trial->size), *at;
	size_t found = 0;

	assert_non_null(copy);
	memcpy(copy, trial->bytes, trial->size);
	st_be64_put(pattern, 601);
	st_be64_put(pattern + 8, 1);
	for (at = copy; (at = memmem(at, trial->size - (size_t)(at - copy), pattern, 16)) != NULL;
	     at++, found++)
		memcpy(at - before_key, &word, sizeof(word));
	assert_true(found > 0);
	file_write(trial->folder, "data.mdb", copy, trial->size);
	free(copy);
}

static void
test_store_damage__looks_at_each_row(void **state)
{
	struct st_store *store = NULL;
	struct st_reader *reader = NULL;
	struct trial trial;
	char folder[FOLDER_SIZE];
	uint8_t key[8];
	stet_bytes value;
	uint64_t sum;
	stet_error err;

	(void)state;
	begin_trial(&trial, folder);
	spoil_row(&trial, 6, 0x0100); /* mn_hi: the value has 16 MiB */
	store = store_open(folder, ST_OPEN_READ_ONLY);
	reader = store_reader(store);
	st_be64_put(key, 601);
	assert_failure(st_get_one(reader, ST_ENTRY, (stet_bytes){key, 8}, &value, &err),
	    STET_EFORMAT, ST_STORE_DAMAGED, &err);
	assert_non_null(strstr(err.text, "row with a key of 8"));
	assert_failure(sum_store(store, &sum, &err), STET_EFORMAT, ST_STORE_DAMAGED, &err);
	assert_int_equal(row_get(reader, ST_ENTRY, 602), 2);
	st_reader_close(reader);
	st_store_close(store);

	spoil_row(&trial, 0, 0x0101); /* the key of row 601 is larger than all others */
	store = store_open(folder, ST_OPEN_READ_ONLY);
	assert_failure(sum_store(store, &sum, &err), STET_EFORMAT, ST_STORE_DAMAGED, &err);
	assert_non_null(strstr(err.text, "not in order"));
	st_store_close(store);
	end_trial(&trial);
}

/* ------------------------------------------------------------------ other things than a store */

struct strange {
	const char *what;
	int code, rule;
	void (*make)(const char *folder);
};

static void
edit(const char *folder, size_t at, const void *bytes, size_t size)
{
	char path[2 * FOLDER_SIZE];
	int fd;

	make_store(folder);
	folder_path(path, folder, "data.mdb");
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, (off_t)at), size);
	close(fd);
}

static void
make_nothing(const char *folder)
{
	(void)folder;
}

static void
make_empty(const char *folder)
{
	file_write(folder, "data.mdb", "", 0);
}

static void
make_zeros(const char *folder)
{
	file_write(folder, "data.mdb", (const char[20000]){0}, 20000);
}

static void
make_text(const char *folder)
{
	file_write(folder, "data.mdb", "PK\3\4 this is no database\n", 25);
}

static void
make_long_text(const char *folder)
{
	char text[9000];

	memset(text, 'x', sizeof(text));
	file_write(folder, "data.mdb", text, sizeof(text));
}

static void
make_folder(const char *folder)
{
	char path[2 * FOLDER_SIZE];

	folder_path(path, folder, "data.mdb");
	assert_int_equal(mkdir(path, 0755), 0);
}

static void
make_fifo(const char *folder)
{
	char path[2 * FOLDER_SIZE];

	folder_path(path, folder, "data.mdb");
	assert_int_equal(mkfifo(path, 0644), 0);
}

static void
make_dangling_link(const char *folder)
{
	char path[2 * FOLDER_SIZE];

	folder_path(path, folder, "data.mdb");
	assert_int_equal(symlink("nowhere", path), 0);
}

static void
make_other_order(const char *folder)
{
	uint8_t magic[4];

	st_be32_put(magic, 0xbeefc0deu); /* 0xdec0efbe on a machine of the other order */
	if (((const uint8_t *)&(const uint32_t){1})[0] == 0)
		memcpy(magic, "\xde\xc0\xef\xbe", 4);
	edit(folder, 16, magic, 4);
}

static void
make_other_words(const char *folder)
{
	uint8_t start[20] = {0};
	const uint32_t magic = 0xbeefc0deu;

	start[6] = 8; /* P_META */
	memcpy(start + 12, &magic, 4);
	start[16] = 1;
	edit(folder, 0, start, sizeof(start));
}

static void
make_newer(const char *folder)
{
	const uint32_t version = 2;

	edit(folder, 20, &version, 4);
}

static void
make_newer_half(const char *folder)
{
	const uint32_t version = 2;

	edit(folder, PAGE + 20, &version, 4);
}

static void
make_page_of_1000(const char *folder)
{
	const uint32_t size = 1000;

	edit(folder, 16 + 24, &size, 4);
}

static void
make_one_page(const char *folder)
{
	char path[2 * FOLDER_SIZE];

	make_store(folder);
	folder_path(path, folder, "data.mdb");
	assert_int_equal(truncate(path, PAGE), 0);
}

/* Changes bytes wherever the name of the table stands, which is in the list of tables alone. */
static void
edit_table(const char *folder, const char *table, size_t at, const char *with, size_t size)
{
	uint8_t *bytes, *name;
	size_t all, found = 0;

	make_store(folder);
	bytes = file_read(folder, "data.mdb", &all);
	for (name = bytes;
	     (name = memmem(name, all - (size_t)(name - bytes), table, strlen(table))) != NULL;
	     name++, found++)
		memcpy(name + at, with, size);
	assert_true(found > 0);
	file_write(folder, "data.mdb", bytes, all);
	free(bytes);
}

/* Written by LMDB, but not by us: its list of tables names others. */
static void
make_foreign(const char *folder)
{
	edit_table(folder, "lookup", 5, "q", 1);
}

/* A table that may hold a key twice: MDB_DUPSORT in its flags, four bytes behind its name. */
static void
make_table_of_another_kind(const char *folder)
{
	edit_table(folder, "lookup", 6 + 4, "\4", 1);
}

static const struct strange strange[] = {
    {"nothing", STET_ENOTFOUND, ST_STORE_MISSING, make_nothing},
    {"an empty file", STET_EFORMAT, ST_STORE_TRUNCATED, make_empty},
    {"zeros", STET_EFORMAT, ST_STORE_DAMAGED, make_zeros},
    {"a short text", STET_EFORMAT, ST_STORE_NOT_LMDB, make_text},
    {"a long text", STET_EFORMAT, ST_STORE_NOT_LMDB, make_long_text},
    {"a folder", STET_EFORMAT, ST_STORE_NOT_LMDB, make_folder},
    {"a pipe", STET_EFORMAT, ST_STORE_NOT_LMDB, make_fifo},
    {"a link to nowhere", STET_ENOTFOUND, ST_STORE_MISSING, make_dangling_link},
    {"the other byte order", STET_EFORMAT, ST_STORE_MACHINE, make_other_order},
    {"another word size", STET_EFORMAT, ST_STORE_MACHINE, make_other_words},
    {"a newer version", STET_EVERSION, ST_STORE_VERSION, make_newer},
    {"a half newer version", STET_EFORMAT, ST_STORE_DAMAGED, make_newer_half},
    {"pages of 1,000 bytes", STET_EFORMAT, ST_STORE_DAMAGED, make_page_of_1000},
    {"one page of many", STET_EFORMAT, ST_STORE_TRUNCATED, make_one_page},
    {"a database of another program", STET_EFORMAT, ST_STORE_NOT_STET, make_foreign},
    {"a table of another kind", STET_EFORMAT, ST_STORE_NOT_STET, make_table_of_another_kind},
};

/* Each way of opening says the same, and leaves the file as it is. */
static void
test_store_damage__says_what_it_is_instead(void **state)
{
	static const unsigned flags[] = {ST_OPEN_READ_ONLY, 0, ST_OPEN_CREATE};
	struct st_store *store;
	struct stat before, after;
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE];
	stet_error err;
	size_t i, f;
	int rc, there;

	(void)state;
	for (i = 0; i < COUNT(strange); i++) {
		folder_make(folder, "damage-XXXXXX");
		strange[i].make(folder);
		folder_path(path, folder, "data.mdb");
		for (f = 0; f < COUNT(flags); f++) {
			if (strange[i].make == make_nothing && flags[f] == ST_OPEN_CREATE)
				continue; /* then it is made */
			there = lstat(path, &before) == 0;
			store = NULL;
			rc = st_store_open_lmdb(folder, flags[f], &store, &err);
			if (rc != strange[i].code || err.rule != strange[i].rule)
				fail_msg("%s: %s %s '%s'", strange[i].what, stet_code_name(rc),
				    stet_rule_name(err.rule), err.text);
			assert_null(store);
			assert_int_equal(lstat(path, &after) == 0, there);
			if (there) {
				assert_int_equal(after.st_size, before.st_size);
				assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
			}
		}
		print_message("%s: %s\n", strange[i].what, err.text);
		folder_remove(folder);
	}
	print_message(
	    "%zu things that are not stores, each in %zu ways\n", COUNT(strange), COUNT(flags));
}

static void
test_store_damage__says_what_the_path_is_instead(void **state)
{
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE], deep[400];
	struct st_store *store = NULL;
	stet_error err;

	(void)state;
	folder_make(folder, "damage-XXXXXX");
	file_write(folder, "file", "x", 1);
	folder_path(path, folder, "file");
	assert_failure(st_store_open_lmdb(path, ST_OPEN_CREATE, &store, &err), STET_EFORMAT,
	    ST_STORE_NOT_LMDB, &err);
	folder_path(path, folder, "missing");
	assert_failure(st_store_open_lmdb(path, ST_OPEN_READ_ONLY, &store, &err), STET_ENOTFOUND,
	    ST_STORE_MISSING, &err);
	assert_failure(st_store_open_lmdb(path, ST_OPEN_READ_ONLY | ST_OPEN_CREATE, &store, &err),
	    STET_ENOTFOUND, ST_STORE_MISSING, &err);
	folder_path(path, folder, "missing/deeper");
	assert_failure(st_store_open_lmdb(path, ST_OPEN_CREATE, &store, &err), STET_ENOTFOUND,
	    ST_STORE_MISSING, &err);
	assert_failure(
	    st_store_open_lmdb("", 0, &store, &err), STET_ENOTFOUND, ST_STORE_MISSING, &err);
	/* long names, control characters and bytes that are no text fit into one clean line */
	snprintf(deep, sizeof(deep), "%s/%0200d\033[31m\n\xff\xc3\xa4\xc3\xa4", folder, 7);
	assert_int_equal(mkdir(deep, 0755), 0);
	assert_failure(
	    st_store_open_lmdb(deep, 0, &store, &err), STET_ENOTFOUND, ST_STORE_MISSING, &err);
	assert_null(strchr(err.text, '\033'));
	assert_non_null(strstr(err.text, "data.mdb' does not exist"));
	assert_int_equal(rmdir(deep), 0);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ shorter, and whole */

/* Histories with deletions in the batch that put.  LMDB then counts pages that it never writes: the
 * file is shorter than its last page, and as good as any. */
static void
test_store_damage__knows_a_short_file_from_a_cut_one(void **state)
{
	enum { HISTORIES = 60, BATCHES = 10 };
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE];
	struct st_store *store = NULL;
	struct st_batch *batch;
	uint64_t in_use, span, keys, i, sum, cut_sum;
	size_t h, b, shorter = 0, refused = 0, harmless = 0;
	stet_error err;
	off_t size, step;
	int big, rc;
	uint8_t name[8];

	(void)state;
	for (h = 0; h < HISTORIES; h++) {
		folder_make(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/stet-damage-XXXXXX"
								  : "damage-XXXXXX");
		folder_path(path, folder, "data.mdb");
		for (b = 0; b < BATCHES; b++) {
			/* opened for each: it must be found sound each time */
			store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
			batch = store_begin(store);
			big = (int)dice(3);
			span = 1 + dice(h % 4 == 0 ? 4000 : 150);
			/* every fourth history with so much freed at once that the list of it
			 * takes pages of its own */
			for (keys = dice(h % 4 == 0 ? 3000 : 60); keys > 0; keys--) {
				i = dice(span);
				st_be64_put(name, i);
				if (dice(3) > 0)
					assert_int_equal(row_put(batch, ST_INDEX, i, i,
							     (size_t)dice(big ? 600 : 20000), NULL),
					    STET_OK);
				else
					(void)st_batch_delete(
					    batch, ST_INDEX, (stet_bytes){name, 8}, NULL);
			}
			for (i = dice(2) ? 0 : span; i < span; i++) { /* all of it, or nothing */
				st_be64_put(name, i);
				(void)st_batch_delete(batch, ST_INDEX, (stet_bytes){name, 8}, NULL);
			}
			store_commit(&batch);
			assert_int_equal(st_store_size(store, &in_use, NULL), STET_OK);
			shorter += (uint64_t)file_size(folder, "data.mdb") < in_use;
			assert_int_equal(sum_store(store, &sum, &err), STET_OK);
			st_store_close(store);
		}
		/* and cut, piece by piece from the end, it is refused as soon as a page is missed
		 */
		size = file_size(folder, "data.mdb");
		step = size / PAGE / 40 * PAGE + PAGE;
		for (; size > 2 * PAGE; size -= step) {
			assert_int_equal(truncate(path, size > step ? size - step : PAGE), 0);
			rc = st_store_open_lmdb(
			    folder, ST_OPEN_READ_ONLY | ST_OPEN_SCRATCH, &store, &err);
			if (rc < 0) {
				assert_failure(rc, STET_EFORMAT, ST_STORE_TRUNCATED, &err);
				refused++;
				break;
			}
			assert_int_equal(sum_store(store, &cut_sum, &err), STET_OK);
			assert_int_equal(cut_sum, sum);
			st_store_close(store);
			harmless += (size_t)(step / PAGE);
		}
		folder_remove(folder);
	}
	print_message(
	    "%d histories, %d batches: %zu files shorter than their last page, all sound; "
	    "%zu free pages cut off without harm, %zu cuts refused\n",
	    HISTORIES, HISTORIES * BATCHES, shorter, harmless, refused);
	assert_true(shorter > 50);
	assert_int_equal(refused, HISTORIES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_store_damage__refuses_every_cut),
	    cmocka_unit_test(test_store_damage__survives_each_bit_of_its_headers),
	    cmocka_unit_test(test_store_damage__survives_flipped_bits),
	    cmocka_unit_test(test_store_damage__survives_spoiled_pages),
	    cmocka_unit_test(test_store_damage__judges_each_field_of_a_header),
	    cmocka_unit_test(test_store_damage__looks_at_each_row),
	    cmocka_unit_test(test_store_damage__says_what_it_is_instead),
	    cmocka_unit_test(test_store_damage__says_what_the_path_is_instead),
	    cmocka_unit_test(test_store_damage__knows_a_short_file_from_a_cut_one),
	};

	return cmocka_run_group_tests_name("store_damage", tests, NULL, NULL);
}
