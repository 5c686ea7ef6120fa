/* note/note, note/vkey: signed notes and the keys they verify under. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "note/note.h"
#include "support/alloc.h"
#include "support/data.h"

#define VECTORS "vectors/note/"
#define SPEC_VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define DASH "\xe2\x80\x94 "
#define SIGNATURE "AAAAAAE=" /* an id and one byte */
#define TEXT "example.org/log\n8\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n"

static stet_bytes
bytes(const void *data, size_t size)
{
	return (stet_bytes){data, size};
}

static void
secret_of(uint8_t number, struct st_secret *secret)
{
	uint8_t seed[ST_SEED_SIZE];

	memset(seed, number, sizeof(seed));
	st_secret_from_seed(seed, secret);
}

static struct st_vkey
vkey_of(const char *name, uint8_t type, uint8_t number)
{
	struct st_secret secret;
	struct st_vkey vkey;

	secret_of(number, &secret);
	assert_int_equal(st_vkey_make(name, type, secret.public_key, &vkey, NULL), STET_OK);
	return vkey;
}

static void
sign(struct st_buf *out, stet_bytes text, const char *name, uint8_t number)
{
	struct st_secret secret;

	secret_of(number, &secret);
	assert_int_equal(st_note_sign(text, name, &secret, out, NULL), STET_OK);
}

static void
add(struct st_buf *out, stet_bytes text, const char *name, uint8_t number)
{
	struct st_secret secret;

	secret_of(number, &secret);
	assert_int_equal(st_note_add(text, name, &secret, out, NULL), STET_OK);
}

/* A cosignature line as a witness writes it. */
static void
cosign(struct st_buf *out, const char *text, const char *name, uint8_t number, uint64_t time)
{
	const struct st_vkey vkey = vkey_of(name, ST_NOTE_COSIGNATURE, number);
	struct st_buf message = {0};
	struct st_secret secret;
	uint8_t line[4 + 8 + 64];

	secret_of(number, &secret);
	st_buf_printf(&message, "cosignature/v1\ntime %llu\n%s", (unsigned long long)time, text);
	memcpy(line, vkey.id, 4);
	st_be64_put(line + 4, time);
	st_sign(&secret, st_buf_bytes(&message), line + 12);
	st_buf_printf(out, DASH "%s ", name);
	st_base64_put(out, bytes(line, sizeof(line)));
	st_buf_put_u8(out, '\n');
	st_buf_free(&message);
}

/* 1: parses, no known line is wrong, and *verified_out keys signed; else the code. */
static int
open_note(stet_bytes encoded, const struct st_vkey *keys, size_t count, size_t *verified_out)
{
	static struct st_note note;
	int rc;

	*verified_out = 0;
	if ((rc = st_note_parse(encoded, &note, NULL)) < 0) {
		assert_int_equal(rc, STET_EFORMAT);
		assert_int_equal(note.count, 0);
		assert_null(note.text.data);
		return rc;
	}
	return st_note_verify(&note, keys, count, verified_out, NULL);
}

/* ------------------------------------------------------------------ vectors */

static void
unescape(const char *text, struct st_buf *out)
{
	uint8_t byte;

	st_buf_reset(out);
	for (; *text != '\0'; text++) {
		if (*text != '\\') {
			st_buf_put_u8(out, (uint8_t)*text);
			continue;
		}
		text++;
		if (*text == 'n') {
			st_buf_put_u8(out, '\n');
		} else if (*text == 'x') {
			assert_int_equal(st_hex_read(bytes(text + 1, 2), &byte, 1), 0);
			st_buf_put_u8(out, byte);
			text += 2;
		} else {
			assert_int_equal(*text, '\\');
			st_buf_put_u8(out, '\\');
		}
	}
	assert_int_equal(out->rc, STET_OK);
}

static void
test_note__judges_notes_as_others_do(void **state)
{
	size_t total = 0, right = 0, accepted = 0, verified;
	struct st_buf note = {0};
	struct st_vkey vkey;
	struct data_table table;
	char *row[5];
	int ok;

	(void)state;
	data_open(&table, VECTORS "notes.tsv");
	while (data_next(&table, row, 5)) {
		unescape(row[3], &note);
		ok = st_vkey_parse(st_str(row[2]), &vkey, NULL) == STET_OK &&
		     open_note(st_buf_bytes(&note), &vkey, 1, &verified) == STET_OK &&
		     verified == 1;
		if (ok == (strcmp(row[1], "accept") == 0))
			right++;
		else
			print_message("wrong verdict: %s\n", row[0]);
		accepted += (size_t)ok;
		total++;
	}
	st_buf_free(&note);
	print_message("%zu notes of %zu judged right, %zu accepted\n", right, total, accepted);
	assert_int_equal(total, 22);
	assert_int_equal(right, total);
	assert_int_equal(accepted, 8);
}

static void
test_note__reads_checkpoints_of_another_implementation(void **state)
{
	static struct st_note note;
	struct st_checkpoint checkpoint;
	struct st_buf encoded = {0}, text = {0};
	struct st_vkey vkey;
	struct data_table table;
	char *row[3];
	size_t total = 0, verified;

	(void)state;
	data_open(&table, VECTORS "checkpoints.tsv");
	while (data_next(&table, row, 3)) {
		unescape(row[2], &encoded);
		assert_int_equal(st_vkey_parse(st_str(row[1]), &vkey, NULL), STET_OK);
		assert_int_equal(st_note_parse(st_buf_bytes(&encoded), &note, NULL), STET_OK);
		assert_int_equal(st_note_verify(&note, &vkey, 1, &verified, NULL), STET_OK);
		assert_int_equal(verified, 1);
		assert_int_equal(st_checkpoint_parse(note.text, &checkpoint, NULL), STET_OK);
		assert_true(checkpoint.size == strtoull(row[0], NULL, 10));
		assert_string_equal(checkpoint.origin, "PeterNeumann");
		st_buf_reset(&text);
		st_checkpoint_put(&text, &checkpoint);
		assert_true(st_bytes_equal(st_buf_bytes(&text), note.text));
		total++;
	}
	st_buf_free(&encoded);
	st_buf_free(&text);
	print_message("%zu checkpoints of 5 verified\n", total);
	assert_int_equal(total, 5);
}

/* ------------------------------------------------------------------ verifier keys */

static void
test_note__reads_and_writes_verifier_keys(void **state)
{
	static const char *const keys[] = {SPEC_VKEY,
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
	    "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"};
	struct st_vkey vkey, made;
	struct st_buf out = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(st_vkey_parse(st_str(keys[i]), &vkey, NULL), STET_OK);
		st_buf_reset(&out);
		st_vkey_put(&out, &vkey);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(keys[i])));
		assert_int_equal(
		    st_vkey_make(vkey.name, vkey.type, vkey.public_key, &made, NULL), STET_OK);
		assert_memory_equal(&made, &vkey, sizeof(made));
	}
	st_buf_free(&out);
}

static void
assert_vkey_refused(stet_bytes text)
{
	struct st_vkey vkey = {.name = "untouched"};
	stet_error err = {0};

	assert_int_equal(st_vkey_parse(text, &vkey, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_VKEY_MALFORMED);
	assert_string_equal(vkey.name, "untouched");
}

static void
test_note__refuses_altered_verifier_keys(void **state)
{
	char text[sizeof(SPEC_VKEY) + 1] = SPEC_VKEY;
	const size_t size = strlen(SPEC_VKEY);
	size_t bit, at;

	(void)state;
	for (bit = 0; bit < 8 * size; bit++) {
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		assert_vkey_refused(bytes(text, size));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
	}
	for (at = 0; at < size; at++)
		assert_vkey_refused(bytes(text, at));
	for (at = 1; at < size; at++)
		assert_vkey_refused(bytes(text + at, size - at));
	text[size] = '\n';
	assert_vkey_refused(bytes(text, size + 1));
	text[size] = '=';
	assert_vkey_refused(bytes(text, size + 1));
	print_message("%zu altered bits, %zu cuts of a verifier key refused\n", bit, 2 * at - 1);
}

static void
test_note__refuses_verifier_keys_it_cannot_use(void **state)
{
	static const char *const bad[] = {"", "+", "++", "+530d903a+", "example.com/foo",
	    "example.com/foo+530d903a", "example.com/foo+530d903a+",
	    /* the id in capitals, the key without its type, spaces */
	    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+6TJ5GubnqECkYWTJBHhkJtXngh3YspoA1hyucq/dTaQ=", " " SPEC_VKEY,
	    SPEC_VKEY " ",
	    /* ECDSA, ML-DSA, types that nobody has */
	    "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+/+kyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"};
	char name[ST_ORIGIN_MAX + 2];
	struct st_vkey vkey;
	struct st_secret secret;
	struct st_buf out = {0};
	unsigned type;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_vkey_refused(st_str(bad[i]));
	secret_of(1, &secret);
	for (type = 0; type < 256; type++)
		assert_int_equal(st_vkey_make("a", (uint8_t)type, secret.public_key, &vkey, NULL),
		    type == 1 || type == 4 ? STET_OK : STET_EFORMAT);
	memset(name, 'n', sizeof(name));
	name[ST_ORIGIN_MAX + 1] = '\0';
	assert_int_equal(
	    st_vkey_make(name, ST_NOTE_ED25519, secret.public_key, &vkey, NULL), STET_EFORMAT);
	name[ST_ORIGIN_MAX] = '\0';
	assert_int_equal(
	    st_vkey_make(name, ST_NOTE_ED25519, secret.public_key, &vkey, NULL), STET_OK);
	st_vkey_put(&out, &vkey);
	assert_int_equal(st_vkey_parse(st_buf_bytes(&out), &vkey, NULL), STET_OK);
	st_buf_free(&out);
}

static void
test_note__knows_names_of_keys(void **state)
{
	/* All of the White_Space property, and what looks like it but is not. */
	static const char *const spaces[] = {"\t", "\n", "\v", "\f", "\r", " ", "\xc2\x85",
	    "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
	    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
	    "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
	    "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
	static const char *const others[] = {"\xe2\x80\x8b", "\xc3\xa9", "\xf0\x9f\x94\x91", "\x7f",
	    "\xe2\x80\x94", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", "-", "/", ":"};
	static const char *const bad[] = {"+", "\x01", "\x1f", "\x80", "\xc0\x80", "\xc1\xbf",
	    "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xc3", "\xe2\x80", "\xf0\x9f\x94",
	    "\xc3(", "\xe2(\x80"};
	char name[16];
	size_t i;

	(void)state;
	assert_int_equal(sizeof(spaces) / sizeof(spaces[0]), 25);
	for (i = 0; i < 25; i++) {
		assert_false(st_note_name_ok(st_str(spaces[i])));
		snprintf(name, sizeof(name), "a%sb", spaces[i]);
		assert_false(st_note_name_ok(st_str(name)));
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		snprintf(name, sizeof(name), "a%sb", others[i]);
		assert_true(st_note_name_ok(st_str(name)));
		assert_true(st_note_chars_ok(st_str(name)));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(name, sizeof(name), "ab%s", bad[i]);
		assert_false(st_note_name_ok(st_str(name)));
		assert_int_equal(st_note_chars_ok(st_str(name)), bad[i][0] == '+');
	}
	assert_false(st_note_name_ok(bytes(NULL, 0)));
	assert_false(st_note_name_ok(bytes("a\0b", 3)));
	assert_false(st_note_chars_ok(bytes("a\0b", 3)));
	assert_true(st_note_chars_ok(bytes("a\n\n", 3)));
}

/* ------------------------------------------------------------------ parsing */

static void
test_note__splits_at_the_last_blank_line(void **state)
{
	static struct st_note note;
	const char *text = "one\n\ntwo\n\n\nthree\n";
	struct st_buf out = {0};

	(void)state;
	st_buf_printf(&out, "%s\n" DASH "a " SIGNATURE "\n" DASH "b/c " SIGNATURE "\n", text);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_true(st_bytes_equal(note.text, st_str(text)));
	assert_int_equal(note.count, 2);
	assert_true(st_bytes_equal(note.lines[1].name, st_str("b/c")));
	assert_true(st_bytes_equal(note.lines[1].line, st_str(DASH "b/c " SIGNATURE "\n")));
	assert_int_equal(note.lines[1].size, 1);
	assert_int_equal(note.lines[1].signature[0], 1);
	assert_memory_equal(note.lines[1].id, "\0\0\0", 4);
	st_buf_free(&out);
}

static void
test_note__refuses_what_is_no_note(void **state)
{
	static struct st_note note;
	static const char *const bad[] = {"", "\n", "\n\n", "a", "a\n", "a\n\n", "a\n\n\n",
	    DASH "a " SIGNATURE "\n", "\n" DASH "a " SIGNATURE "\n", "a\n" DASH "a " SIGNATURE "\n",
	    "a\n\n" DASH "a " SIGNATURE, "a\n\n" DASH "a " SIGNATURE "\n\n",
	    "a\n\n" DASH "a " SIGNATURE "\nb\n",
	    "a\n\n" DASH "a " SIGNATURE "\n\n" DASH "a " SIGNATURE, "a\n\n" DASH "\n",
	    "a\n\n\xe2\x80\x94\n",
	    "a\n\n\xe2\x80\x94"
	    "a " SIGNATURE "\n",
	    "a\n\n- a " SIGNATURE "\n", "a\n\n\xe2\x80\x93 a " SIGNATURE "\n",
	    "a\n\n " DASH "a " SIGNATURE "\n", "a\n\n" DASH " a " SIGNATURE "\n",
	    "a\n\n" DASH "a  " SIGNATURE "\n", "a\n\n" DASH "a " SIGNATURE " \n",
	    "a\n\n" DASH "a b " SIGNATURE "\n", "a\n\n" DASH "a+b " SIGNATURE "\n",
	    "a\n\n" DASH "a\xc2\xa0"
	    "b " SIGNATURE "\n",
	    "a\n\n" DASH "a\n", "a\n\n" DASH "a \n", "a\n\n" DASH " " SIGNATURE "\n",
	    "a\n\n" DASH SIGNATURE "\n",
	    /* base64: an id alone, no id, spare bits, no padding, too much, not at all */
	    "a\n\n" DASH "a AAAAAA==\n", "a\n\n" DASH "a AAA=\n", "a\n\n" DASH "a AAAAAAF=\n",
	    "a\n\n" DASH "a AAAAAAE\n", "a\n\n" DASH "a AAAAAAE==\n",
	    "a\n\n" DASH "a AAAAAAE=AAAA\n", "a\n\n" DASH "a AAAA_AE=\n",
	    "a\n\n" DASH "a AAAA\r\nAAE=\n",
	    /* characters */
	    "a\r\n\r\n" DASH "a " SIGNATURE "\r\n", "a\t\n\n" DASH "a " SIGNATURE "\n",
	    "\xef\xbb\n\n" DASH "a " SIGNATURE "\n", "a\xff\n\n" DASH "a " SIGNATURE "\n",
	    "a\n\n" DASH "a\xed\xa0\x80 " SIGNATURE "\n", "\x1b[2J\n\n" DASH "a " SIGNATURE "\n"};
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.rule = 0;
		if (st_note_parse(st_str(bad[i]), &note, &err) != STET_EFORMAT)
			fail_msg("taken as a note: case %zu '%s'", i, bad[i]);
		assert_int_equal(err.rule, ST_NOTE_MALFORMED);
		assert_int_equal(note.count, 0);
	}
	assert_int_equal(st_note_parse(bytes("a\0\n\n" DASH "a " SIGNATURE "\n", 19), &note, NULL),
	    STET_EFORMAT);
	assert_int_equal(
	    st_note_parse(st_str("a\n\n" DASH "a " SIGNATURE "\n"), &note, NULL), STET_OK);
	print_message("%zu malformed notes refused\n", i + 1);
}

static void
test_note__takes_notes_up_to_its_limits(void **state)
{
	static struct st_note note;
	struct st_buf out = {0};
	size_t i, size;

	(void)state;
	st_buf_put_str(&out, "a\n\n");
	for (i = 0; i < ST_NOTE_LINES_MAX; i++)
		st_buf_put_str(&out, DASH "a " SIGNATURE "\n");
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(note.count, ST_NOTE_LINES_MAX);
	st_buf_put_str(&out, DASH "a " SIGNATURE "\n");
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_EFORMAT);
	assert_int_equal(note.count, 0);

	for (size = ST_NOTE_MAX - 1; size <= ST_NOTE_MAX + 1; size++) {
		st_buf_reset(&out);
		for (i = strlen("\n\n" DASH "a " SIGNATURE "\n"); i < size; i++)
			st_buf_put_u8(&out, 'x');
		st_buf_put_str(&out, "\n\n" DASH "a " SIGNATURE "\n");
		assert_int_equal(out.size, size);
		assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL),
		    size <= ST_NOTE_MAX ? STET_OK : STET_EFORMAT);
	}
	st_buf_free(&out);
}

/* Signatures that stet does not verify, and may be far longer than ours, do no harm. */
static void
test_note__keeps_lines_of_other_kinds(void **state)
{
	static struct st_note note;
	static uint8_t long_signature[4 + 8 + 2420];
	struct st_vkey vkey = vkey_of("a", ST_NOTE_ED25519, 1);
	struct st_buf out = {0};
	uint8_t exact[4 + 128];
	size_t verified;

	(void)state;
	memset(long_signature, 9, sizeof(long_signature));
	memset(exact, 8, sizeof(exact));
	sign(&out, st_str(TEXT), "a", 1);
	st_buf_put_str(&out, DASH "a ");
	st_base64_put(&out, bytes(long_signature, sizeof(long_signature)));
	st_buf_put_str(&out, "\n" DASH "a ");
	st_base64_put(&out, bytes(exact, sizeof(exact)));
	st_buf_put_str(&out, "\n");
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(note.count, 3);
	assert_int_equal(note.lines[1].size, 2428);
	assert_int_equal(note.lines[1].signature[0], 0);
	assert_int_equal(note.lines[2].size, 128);
	assert_int_equal(note.lines[2].signature[127], 8);
	assert_int_equal(st_note_verify(&note, &vkey, 1, &verified, NULL), STET_OK);
	assert_int_equal(verified, 1);
	/* But a line of that size under an id that is known is wrong. */
	memcpy(note.lines[1].id, vkey.id, 4);
	assert_int_equal(st_note_verify(&note, &vkey, 1, &verified, NULL), STET_EMISMATCH);
	st_buf_free(&out);
}

/* ------------------------------------------------------------------ signing and verifying */

static void
test_note__verifies_what_it_signs(void **state)
{
	const struct st_vkey keys[3] = {vkey_of("example.org/log", ST_NOTE_ED25519, 1),
	    vkey_of("example.org/log", ST_NOTE_ED25519, 2),
	    vkey_of("witness.example", ST_NOTE_COSIGNATURE, 3)};
	struct st_buf out = {0}, ours = {0};
	size_t verified;

	(void)state;
	sign(&out, st_str(TEXT), "example.org/log", 1);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 3, &verified), STET_OK);
	assert_int_equal(verified, 1);
	add(&out, st_str(TEXT), "example.org/log", 2); /* as at a change of the ledger key */
	cosign(&out, TEXT, "witness.example", 3, 1767225600);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 3, &verified), STET_OK);
	assert_int_equal(verified, 3);
	assert_int_equal(open_note(st_buf_bytes(&out), keys + 1, 1, &verified), STET_OK);
	assert_int_equal(verified, 1);
	assert_int_equal(open_note(st_buf_bytes(&out), NULL, 0, &verified), STET_OK);
	assert_int_equal(verified, 0);
	/* Ed25519 is deterministic: one note per text and key. */
	sign(&ours, st_str(TEXT), "example.org/log", 1);
	assert_true(out.size > ours.size);
	assert_memory_equal(out.data, ours.data, ours.size);
	st_buf_free(&ours);
	st_buf_free(&out);
}

static void
test_note__counts_a_key_once(void **state)
{
	const struct st_vkey key = vkey_of("w", ST_NOTE_COSIGNATURE, 1);
	const struct st_vkey keys[4] = {key, key, vkey_of("x", ST_NOTE_COSIGNATURE, 2), key};
	struct st_buf out = {0};
	size_t verified, i;

	(void)state;
	st_buf_put_str(&out, TEXT "\n");
	for (i = 0; i < 5; i++)
		cosign(&out, TEXT, "w", 1, 1000 + i);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 4, &verified), STET_OK);
	assert_int_equal(verified, 1);
	cosign(&out, TEXT, "x", 2, 1000);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 4, &verified), STET_OK);
	assert_int_equal(verified, 2);
	st_buf_free(&out);
}

static void
test_note__fails_whole_when_one_known_line_is_wrong(void **state)
{
	static struct st_note note;
	const struct st_vkey keys[2] = {
	    vkey_of("example.org/log", ST_NOTE_ED25519, 1), vkey_of("other", ST_NOTE_ED25519, 2)};
	struct st_buf out = {0};
	stet_error err = {0};
	size_t verified = 99;

	(void)state;
	sign(&out, st_str(TEXT), "example.org/log", 1);
	add(&out, st_str("another text\n"), "other", 2);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(st_note_verify(&note, keys, 2, &verified, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_NOTE_SIGNATURE);
	assert_string_equal(err.text, "the signature of 'other' is wrong");
	assert_int_equal(verified, 99);
	/* To whom does not know the other key, the line says nothing. */
	assert_int_equal(st_note_verify(&note, keys, 1, &verified, NULL), STET_OK);
	assert_int_equal(verified, 1);
	/* A repeated line is not skipped for the first one's sake. */
	st_buf_reset(&out);
	sign(&out, st_str(TEXT), "example.org/log", 1);
	add(&out, st_str("another text\n"), "example.org/log", 1);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 1, &verified), STET_EMISMATCH);
	st_buf_free(&out);
}

/* Two keys of one name with equal ids: four bytes can be made to collide. */
static void
test_note__tries_all_keys_of_an_id(void **state)
{
	struct st_vkey keys[2] = {
	    vkey_of("w", ST_NOTE_ED25519, 1), vkey_of("w", ST_NOTE_ED25519, 2)};
	struct st_buf out = {0};
	size_t verified;

	(void)state;
	sign(&out, st_str(TEXT), "w", 2);
	memcpy(keys[0].id, keys[1].id, 4);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 2, &verified), STET_OK);
	assert_int_equal(verified, 1);
	assert_int_equal(open_note(st_buf_bytes(&out), keys, 1, &verified), STET_EMISMATCH);
	st_buf_free(&out);
}

static void
test_note__binds_a_cosignature_to_its_time(void **state)
{
	static struct st_note note;
	const struct st_vkey key = vkey_of("w", ST_NOTE_COSIGNATURE, 1);
	const uint64_t times[] = {0, 1, 1767225600, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};
	struct st_buf out = {0};
	size_t verified, i, bit;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		st_buf_reset(&out);
		st_buf_put_str(&out, TEXT "\n");
		cosign(&out, TEXT, "w", 1, times[i]);
		assert_int_equal(open_note(st_buf_bytes(&out), &key, 1, &verified),
		    times[i] <= INT64_MAX ? STET_OK : STET_EMISMATCH);
	}
	st_buf_reset(&out);
	st_buf_put_str(&out, TEXT "\n");
	cosign(&out, TEXT, "w", 1, 1767225600);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(note.lines[0].size, 72);
	for (bit = 0; bit < 8 * 72; bit++) {
		note.lines[0].signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(st_note_verify(&note, &key, 1, &verified, NULL), STET_EMISMATCH);
		note.lines[0].signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* Neither kind of line passes for the other. */
	st_buf_reset(&out);
	sign(&out, st_str(TEXT), "w", 1);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	memcpy(note.lines[0].id, key.id, 4);
	assert_int_equal(st_note_verify(&note, &key, 1, &verified, NULL), STET_EMISMATCH);
	st_buf_free(&out);
}

static void
test_note__signs_only_what_it_would_read(void **state)
{
	static const char *const texts[] = {"", "a", "a\nb", "a\r\n", "a\t\n", "\xff\n", "\x01\n"};
	static const char *const names[] = {"", "a b", "a+b", "a\n", "\xff", "a\xc2\xa0"};
	struct st_buf out = {0}, text = {0};
	struct st_secret secret;
	size_t i, verified;
	const struct st_vkey key = vkey_of("a", ST_NOTE_ED25519, 1);

	(void)state;
	secret_of(1, &secret);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
		    st_note_sign(st_str(texts[i]), "a", &secret, &out, NULL), STET_EINVAL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(
		    st_note_sign(st_str("a\n"), names[i], &secret, &out, NULL), STET_EFORMAT);
	assert_int_equal(out.size, 0);
	while (text.size < ST_NOTE_MAX - 100)
		st_buf_put_u8(&text, 'x');
	do { /* up to the longest that fits, and one more */
		text.data[text.size - 1] = 'x';
		st_buf_put_u8(&text, '\n');
		st_buf_reset(&out);
	} while (st_note_sign(st_buf_bytes(&text), "a", &secret, &out, NULL) == STET_OK);
	text.data[--text.size - 1] = '\n';
	st_buf_reset(&out);
	assert_int_equal(st_note_sign(st_buf_bytes(&text), "a", &secret, &out, NULL), STET_OK);
	assert_int_equal(out.size, ST_NOTE_MAX);
	assert_int_equal(open_note(st_buf_bytes(&out), &key, 1, &verified), STET_OK);
	assert_int_equal(verified, 1);
	st_buf_free(&out);
	st_buf_free(&text);
}

/* ------------------------------------------------------------------ every bit, every length */

static void
test_note__refuses_every_flipped_bit(void **state)
{
	static struct st_note note;
	const struct st_vkey key = vkey_of("example.org/log", ST_NOTE_ED25519, 1);
	size_t malformed = 0, wrong = 0, unknown = 0, elsewhere = 0, bit, verified, known_end;
	struct st_buf out = {0};
	int rc;

	(void)state;
	sign(&out, st_str(TEXT), "example.org/log", 1);
	known_end = out.size;
	add(&out, st_str(TEXT), "somebody.else", 2);
	for (bit = 0; bit < 8 * out.size; bit++) {
		out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		verified = 0;
		rc = st_note_parse(st_buf_bytes(&out), &note, NULL);
		if (rc == STET_OK)
			rc = st_note_verify(&note, &key, 1, &verified, NULL);
		if (rc == STET_EFORMAT) {
			malformed++;
		} else if (rc == STET_EMISMATCH) {
			wrong++;
		} else if (verified == 0) {
			assert_int_equal(rc, STET_OK);
			unknown++;
		} else { /* only in the line of the key that nobody knows */
			assert_true(bit / 8 >= known_end);
			assert_true(st_bytes_equal(note.text, st_str(TEXT)));
			elsewhere++;
		}
		out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	print_message("%zu flipped bits: %zu malformed, %zu with a wrong signature, %zu signed by "
		      "nobody known, %zu in the line of an unknown key\n",
	    bit, malformed, wrong, unknown, elsewhere);
	assert_true(malformed > 0 && wrong > 0 && unknown > 0 && elsewhere > 0);
	assert_true(elsewhere < 8 * (out.size - known_end));
	st_buf_free(&out);
}

static void
test_note__refuses_every_cut(void **state)
{
	const struct st_vkey key = vkey_of("example.org/log", ST_NOTE_ED25519, 1);
	size_t size, verified, known_end, refused = 0;
	struct st_buf out = {0};
	uint8_t *copy;

	(void)state;
	sign(&out, st_str(TEXT), "example.org/log", 1);
	known_end = out.size;
	add(&out, st_str(TEXT), "somebody.else", 2);
	for (size = 0; size < out.size; size++) {
		copy = malloc(size + 1);
		assert_non_null(copy);
		memcpy(copy, out.data, size);
		/* A whole line less is a whole note, whose text stands. */
		assert_int_equal(open_note(bytes(copy, size), &key, 1, &verified),
		    size == known_end ? STET_OK : STET_EFORMAT);
		assert_int_equal(verified, size == known_end);
		refused += size != known_end;
		memcpy(copy, out.data + out.size - size, size); /* and from the front */
		if (open_note(bytes(copy, size), &key, 1, &verified) == STET_OK)
			assert_int_equal(verified, 0);
		free(copy);
	}
	print_message("%zu cuts refused\n", refused);
	st_buf_free(&out);
}

static void
test_note__says_when_memory_is_short(void **state)
{
	static struct st_note note;
	const struct st_vkey key = vkey_of("w", ST_NOTE_COSIGNATURE, 1);
	struct st_buf out = {0}, signed_note = {0};
	struct st_secret secret;
	struct st_vkey vkey;
	size_t verified;
	long n;
	int rc;

	(void)state;
	secret_of(1, &secret);
	st_buf_put_str(&out, TEXT "\n");
	cosign(&out, TEXT, "w", 1, 1000);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = st_note_parse(st_buf_bytes(&out), &note, NULL);
		if (rc == STET_OK)
			rc = st_note_verify(&note, &key, 1, &verified, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n >= 2);
	for (n = 0;; n++) {
		st_buf_free(&signed_note);
		alloc_fail(n);
		rc = st_note_sign(st_str(TEXT), "w", &secret, &signed_note, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_int_equal(signed_note.size, 0);
	}
	assert_int_equal(rc, STET_OK);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = st_vkey_parse(st_str(SPEC_VKEY), &vkey, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	st_buf_free(&signed_note);
	st_buf_free(&out);
}

static int
start(void **state)
{
	(void)state;
	return st_crypto_init(NULL);
}

/* ------------------------------------------------------------------ cosigning */

static void
test_note__cosigns_as_the_page_says(void **state)
{
	static struct st_note note;
	const struct st_vkey vkey = vkey_of("w.example/1", ST_NOTE_COSIGNATURE, 3);
	const uint64_t times[] = {0, 1, 1767225600, UINT32_MAX, INT64_MAX};
	struct st_buf made = {0}, byhand = {0};
	struct st_secret secret;
	size_t i, verified;

	(void)state;
	secret_of(3, &secret);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		st_buf_reset(&made);
		st_buf_reset(&byhand);
		st_buf_put_str(&made, TEXT "\n");
		st_buf_put_str(&byhand, TEXT "\n");
		cosign(&byhand, TEXT, "w.example/1", 3, times[i]);
		assert_int_equal(
		    st_note_cosign(st_str(TEXT), "w.example/1", &secret, times[i], &made, NULL),
		    STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&byhand)));
		assert_int_equal(st_note_parse(st_buf_bytes(&made), &note, NULL), STET_OK);
		assert_int_equal(st_note_verify(&note, &vkey, 1, &verified, NULL), STET_OK);
		assert_int_equal(verified, 1);
	}
	st_buf_free(&made);
	st_buf_free(&byhand);
}

static void
test_note__cosigns_no_other_text_name_or_time(void **state)
{
	struct st_buf out = {0};
	struct st_secret secret;
	stet_error err;

	(void)state;
	secret_of(3, &secret);
	assert_int_equal(st_note_cosign(st_str("a"), "w", &secret, 1, &out, &err), STET_EINVAL);
	assert_int_equal(st_note_cosign(st_str(""), "w", &secret, 1, &out, &err), STET_EINVAL);
	assert_int_equal(
	    st_note_cosign(st_str(TEXT), "w", &secret, UINT64_C(1) << 63, &out, &err), STET_EINVAL);
	assert_int_equal(st_note_cosign(st_str(TEXT), "a b", &secret, 1, &out, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_VKEY_MALFORMED);
	assert_int_equal(out.size, 0);
	st_buf_free(&out);
}

static void
test_note__says_of_each_key_when_it_signed(void **state)
{
	static struct st_note note;
	struct st_vkey keys[4] = {vkey_of("log", ST_NOTE_ED25519, 1),
	    vkey_of("w2", ST_NOTE_COSIGNATURE, 2), vkey_of("w3", ST_NOTE_COSIGNATURE, 3),
	    vkey_of("w4", ST_NOTE_COSIGNATURE, 4)};
	struct st_note_seen seen[4];
	struct st_buf out = {0};
	stet_error err;

	(void)state;
	sign(&out, st_str(TEXT), "log", 1);
	cosign(&out, TEXT, "w3", 3, 50);
	cosign(&out, TEXT, "stranger", 9, 10);
	cosign(&out, TEXT, "w2", 2, 70);
	cosign(&out, TEXT, "w3", 3, 20);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(st_note_verify_each(&note, keys, 4, seen, NULL), STET_OK);
	assert_true(seen[0].is_signed && seen[0].first == 0 && seen[0].last == 0);
	assert_true(seen[1].is_signed && seen[1].first == 70 && seen[1].last == 70);
	assert_true(seen[2].is_signed && seen[2].first == 20 && seen[2].last == 50);
	assert_false(seen[3].is_signed);
	/* A line under the name and id of a key, by another key. */
	cosign(&out, TEXT, "w4", 5, 20);
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	memcpy(note.lines[5].id, keys[3].id, 4);
	assert_int_equal(st_note_verify_each(&note, keys, 4, seen, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_NOTE_SIGNATURE);
	st_buf_free(&out);
}

static void
test_note__keeps_the_lines_that_verify(void **state)
{
	static struct st_note note;
	struct st_vkey keys[3] = {vkey_of("log", ST_NOTE_ED25519, 1),
	    vkey_of("w2", ST_NOTE_COSIGNATURE, 2), vkey_of("w3", ST_NOTE_COSIGNATURE, 3)};
	struct st_buf out = {0}, kept = {0}, expected = {0};
	size_t count = 9;

	(void)state;
	sign(&out, st_str(TEXT), "log", 1);
	sign(&expected, st_str(TEXT), "log", 1);
	cosign(&out, TEXT, "stranger", 9, 10);
	cosign(&out, TEXT, "w3", 3, 50);
	cosign(&expected, TEXT, "w3", 3, 50);
	cosign(&out, TEXT "x\n", "w2", 2, 50); /* of another text: wrong */
	cosign(&out, TEXT, "w3", 3, 50);       /* again */
	assert_int_equal(st_note_parse(st_buf_bytes(&out), &note, NULL), STET_OK);
	assert_int_equal(st_note_keep(&note, keys, 3, &kept, &count, NULL), STET_OK);
	assert_int_equal(count, 2);
	assert_true(st_bytes_equal(st_buf_bytes(&kept), st_buf_bytes(&expected)));
	st_buf_reset(&kept);
	assert_int_equal(st_note_keep(&note, NULL, 0, &kept, &count, NULL), STET_OK);
	assert_int_equal(count, 0);
	assert_true(st_bytes_equal(st_buf_bytes(&kept), st_str(TEXT "\n")));
	st_buf_free(&out);
	st_buf_free(&kept);
	st_buf_free(&expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_note__cosigns_as_the_page_says),
	    cmocka_unit_test(test_note__cosigns_no_other_text_name_or_time),
	    cmocka_unit_test(test_note__says_of_each_key_when_it_signed),
	    cmocka_unit_test(test_note__keeps_the_lines_that_verify),
	    cmocka_unit_test(test_note__judges_notes_as_others_do),
	    cmocka_unit_test(test_note__reads_checkpoints_of_another_implementation),
	    cmocka_unit_test(test_note__reads_and_writes_verifier_keys),
	    cmocka_unit_test(test_note__refuses_altered_verifier_keys),
	    cmocka_unit_test(test_note__refuses_verifier_keys_it_cannot_use),
	    cmocka_unit_test(test_note__knows_names_of_keys),
	    cmocka_unit_test(test_note__splits_at_the_last_blank_line),
	    cmocka_unit_test(test_note__refuses_what_is_no_note),
	    cmocka_unit_test(test_note__takes_notes_up_to_its_limits),
	    cmocka_unit_test(test_note__keeps_lines_of_other_kinds),
	    cmocka_unit_test(test_note__verifies_what_it_signs),
	    cmocka_unit_test(test_note__counts_a_key_once),
	    cmocka_unit_test(test_note__fails_whole_when_one_known_line_is_wrong),
	    cmocka_unit_test(test_note__tries_all_keys_of_an_id),
	    cmocka_unit_test(test_note__binds_a_cosignature_to_its_time),
	    cmocka_unit_test(test_note__signs_only_what_it_would_read),
	    cmocka_unit_test(test_note__refuses_every_flipped_bit),
	    cmocka_unit_test(test_note__refuses_every_cut),
	    cmocka_unit_test(test_note__says_when_memory_is_short),
	};

	return cmocka_run_group_tests_name("note", tests, start, NULL);
}
