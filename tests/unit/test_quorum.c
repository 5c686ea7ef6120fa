/* note/quorum, note/public: policy files, and checkpoints held against them. */
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
#include "note/quorum.h"
#include "support/alloc.h"

#define TEXT "log.example/stet\n8\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n"
#define LOG 1 /* numbers of keys; witnesses have 11, 12, ... */

static char vkeys[32][128]; /* by number */

static void
secret_of(uint8_t number, struct st_secret *secret)
{
	uint8_t seed[ST_SEED_SIZE];

	memset(seed, number, sizeof(seed));
	st_secret_from_seed(seed, secret);
}

static void
name_of(uint8_t number, char out[32])
{
	snprintf(out, 32, number == LOG ? "log.example/stet" : "w%u.example", number - 10u);
}

/* Verifier keys as text. */
static int
set_up(void **state)
{
	struct st_secret secret;
	struct st_vkey vkey;
	struct st_buf text = {0};
	char name[32];
	uint8_t number;

	(void)state;
	assert_int_equal(st_crypto_init(NULL), STET_OK);
	for (number = 1; number < 32; number++) {
		secret_of(number, &secret);
		name_of(number, name);
		assert_int_equal(
		    st_vkey_make(name, number == LOG ? ST_NOTE_ED25519 : ST_NOTE_COSIGNATURE,
			secret.public_key, &vkey, NULL),
		    STET_OK);
		st_buf_reset(&text);
		st_vkey_put(&text, &vkey);
		assert_true(text.size < sizeof(vkeys[0]));
		memcpy(vkeys[number], text.data, text.size);
		vkeys[number][text.size] = '\0';
	}
	st_buf_free(&text);
	return 0;
}

/* A policy in which $N stands for the verifier key of number N. */
static void
policy_of(struct st_buf *out, const char *text)
{
	char *end;

	st_buf_reset(out);
	for (; *text != '\0'; text++) {
		if (*text != '$') {
			st_buf_put_u8(out, (uint8_t)*text);
			continue;
		}
		st_buf_put_str(out, vkeys[strtoul(text + 1, &end, 10)]);
		text = end - 1;
	}
	assert_int_equal(out->rc, STET_OK);
}

static stet_quorum *
quorum_of(const char *text)
{
	struct st_buf policy = {0};
	stet_quorum *quorum = NULL;
	stet_error err = {0};

	policy_of(&policy, text);
	if (stet_quorum_parse(st_buf_bytes(&policy), &quorum, &err) != STET_OK)
		fail_msg("refused: %s\n%s", err.text, text);
	st_buf_free(&policy);
	return quorum;
}

/* The checkpoint, signed by the log and cosigned by the numbers of a list that 0 ends. */
static void
note_of(struct st_buf *out, const uint8_t *cosigners)
{
	struct st_secret secret;
	char name[32];

	st_buf_reset(out);
	secret_of(LOG, &secret);
	name_of(LOG, name);
	assert_int_equal(st_note_sign(st_str(TEXT), name, &secret, out, NULL), STET_OK);
	for (; *cosigners != 0; cosigners++) {
		secret_of(*cosigners, &secret);
		name_of(*cosigners, name);
		assert_int_equal(st_note_cosign(st_str(TEXT), name, &secret,
				     UINT64_C(1780000000) + *cosigners, out, NULL),
		    STET_OK);
	}
}

static int
is_met(const stet_quorum *quorum, const uint8_t *cosigners)
{
	struct st_buf note = {0};
	stet_json *verdict = NULL;
	int met;

	note_of(&note, cosigners);
	assert_int_equal(stet_quorum_judge(quorum, st_buf_bytes(&note), &verdict, NULL), STET_OK);
	met = stet_json_bool_of(stet_json_get(verdict, "met"));
	stet_json_free(verdict);
	st_buf_free(&note);
	return met;
}

/* The example of the C2SP page: two of three X, and one of three Y. */
#define TWO_LEVELS                                                                           \
	"log $1\n\nwitness X1 $11\nwitness X2 $12\nwitness X3 $13\n"                         \
	"group X-witnesses 2 X1 X2 X3\n\n"                                                   \
	"witness Y1 $14\nwitness Y2 $15\nwitness Y3 $16\ngroup Y-witnesses any Y1 Y2 Y3\n\n" \
	"group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"

static void
test_quorum__is_met_by_every_set_that_is_enough_and_no_other(void **state)
{
	stet_quorum *quorum = quorum_of(TWO_LEVELS);
	unsigned set, i, count, x, y, met = 0;
	uint8_t cosigners[8];

	(void)state;
	for (set = 0; set < 64; set++) {
		for (i = count = x = y = 0; i < 6; i++) {
			if (!(set & 1u << i))
				continue;
			cosigners[count++] = (uint8_t)(11 + i);
			x += i < 3;
			y += i >= 3;
		}
		cosigners[count] = 0;
		assert_int_equal(is_met(quorum, cosigners), x >= 2 && y >= 1);
		met += x >= 2 && y >= 1;
	}
	assert_int_equal(met, 28);
	stet_quorum_free(quorum);
}

static void
test_quorum__counts_nobody_twice(void **state)
{
	static const uint8_t once[] = {11, 0}, often[] = {11, 11, 11, 0}, two[] = {11, 12, 0},
			     strangers[] = {20, 21, 22, 23, 0};
	stet_quorum *quorum = quorum_of("witness a $11\nwitness b $12\ngroup g 2 a b\nquorum g\n");

	(void)state;
	assert_false(is_met(quorum, once));
	assert_false(is_met(quorum, often));
	assert_false(is_met(quorum, strangers));
	assert_true(is_met(quorum, two));
	stet_quorum_free(quorum);
}

static void
test_quorum__none_asks_for_nobody(void **state)
{
	static const uint8_t nobody[] = {0}, one[] = {11, 0};
	stet_quorum *quorum = quorum_of("quorum none\n");

	(void)state;
	assert_true(is_met(quorum, nobody));
	assert_true(is_met(quorum, one));
	assert_null(stet_quorum_log(quorum, 0));
	assert_null(stet_quorum_witness(quorum, 0));
	stet_quorum_free(quorum);
	quorum = quorum_of("witness w $11\nquorum w\n");
	assert_false(is_met(quorum, nobody));
	assert_true(is_met(quorum, one));
	stet_quorum_free(quorum);
}

static void
test_quorum__says_who_signed_when_and_who_did_not(void **state)
{
	static const uint8_t some[] = {13, 11, 0};
	stet_quorum *quorum = quorum_of(TWO_LEVELS);
	struct st_buf note = {0};
	stet_json *verdict = NULL;
	char *text = NULL, expected[2048];
	size_t size;

	(void)state;
	note_of(&note, some);
	assert_int_equal(stet_quorum_judge(quorum, st_buf_bytes(&note), &verdict, NULL), STET_OK);
	assert_int_equal(stet_json_text(verdict, 0, &text, &size, NULL), STET_OK);
	snprintf(expected, sizeof(expected),
	    "{\"met\":false,\"quorum\":\"X-and-Y\",\"log\":\"%s\",\"signed\":["
	    "{\"name\":\"X1\",\"vkey\":\"%s\",\"first\":\"2026-05-28T20:26:51Z\","
	    "\"last\":\"2026-05-28T20:26:51Z\"},"
	    "{\"name\":\"X3\",\"vkey\":\"%s\",\"first\":\"2026-05-28T20:26:53Z\","
	    "\"last\":\"2026-05-28T20:26:53Z\"}],\"missing\":["
	    "{\"name\":\"X2\",\"vkey\":\"%s\"},{\"name\":\"Y1\",\"vkey\":\"%s\"},"
	    "{\"name\":\"Y2\",\"vkey\":\"%s\"},{\"name\":\"Y3\",\"vkey\":\"%s\"}]}",
	    vkeys[1], vkeys[11], vkeys[13], vkeys[12], vkeys[14], vkeys[15], vkeys[16]);
	assert_string_equal(text, expected);
	free(text);
	stet_json_free(verdict);
	st_buf_free(&note);
	stet_quorum_free(quorum);
}

/* A listed key's line that is not that key's spoils the note, whatever else is on it. */
static void
test_quorum__believes_nothing_beside_a_forged_cosignature(void **state)
{
	static const uint8_t all[] = {11, 12, 13, 14, 0};
	stet_quorum *quorum = quorum_of(TWO_LEVELS);
	struct st_buf note = {0}, forged = {0};
	struct st_note *parsed = calloc(1, sizeof(*parsed));
	stet_json *verdict = NULL;
	stet_error err;
	size_t at, refused = 0, bit;

	(void)state;
	note_of(&note, all);
	assert_int_equal(st_note_parse(st_buf_bytes(&note), parsed, NULL), STET_OK);
	for (bit = 0; bit < 8 * (8 + 64); bit++) { /* time and signature of line 3: X3 */
		uint8_t raw[4 + 8 + 64];
		const struct st_note_line *line = &parsed->lines[3];

		memcpy(raw, line->id, 4);
		memcpy(raw + 4, line->signature, 72);
		raw[4 + bit / 8] = (uint8_t)(raw[4 + bit / 8] ^ 1 << bit % 8);
		st_buf_reset(&forged);
		at = (size_t)(line->line.data - note.data);
		st_buf_put(&forged, note.data, at);
		st_buf_put_str(&forged, "\xe2\x80\x94 w3.example ");
		st_base64_put(&forged, (stet_bytes){raw, sizeof(raw)});
		st_buf_put(&forged, note.data + at + line->line.size - 1,
		    note.size - at - line->line.size + 1);
		assert_int_equal(stet_quorum_judge(quorum, st_buf_bytes(&forged), &verdict, &err),
		    STET_EMISMATCH);
		assert_int_equal(err.rule, ST_NOTE_SIGNATURE);
		assert_null(verdict);
		refused++;
	}
	print_message("%zu forged cosignatures refused\n", refused);
	st_buf_free(&forged);
	st_buf_free(&note);
	free(parsed);
	stet_quorum_free(quorum);
}

/* --- files ----------------------------------------------------------------------------------- */

static void
assert_refused(const char *text, const char *why)
{
	struct st_buf policy = {0};
	stet_quorum *quorum = NULL;
	stet_error err = {0};

	policy_of(&policy, text);
	if (stet_quorum_parse(st_buf_bytes(&policy), &quorum, &err) != STET_EFORMAT)
		fail_msg("taken: %s", text);
	assert_int_equal(err.rule, ST_QUORUM_MALFORMED);
	if (strstr(err.text, why) == NULL)
		fail_msg("'%s' is not '%s'", err.text, why);
	assert_null(quorum);
	st_buf_free(&policy);
}

static void
test_quorum__refuses_what_is_no_policy(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
	    {"", "no line says which quorum"},
	    {"\n# quorum none\n", "no line says which quorum"},
	    {"quorum none", "line 1: the line does not end"},
	    {"log $1\nquorum none", "line 2: the line does not end"},
	    {"quorum\n", "line 1: the name of the quorum is missing"},
	    {"quorum none\nquorum none\n", "line 2: a second quorum"},
	    {"quorum none none\n", "line 1: something follows the name of the quorum"},
	    {"quorum w\nwitness w $11\n", "line 1: 'w' is not defined before"},
	    {"log\nquorum none\n", "line 1: a verifier key is missing"},
	    {"log x\nquorum none\n", "line 1: not a verifier key: it is not name+id+key"},
	    {"log $1 https://a.example b\nquorum none\n", "line 1: something follows the URL"},
	    {"log $11\nquorum none\n", "line 1: the key of a log is of type 0x01"},
	    {"log $1\nlog $1\nquorum none\n", "line 2: a line before has the same key"},
	    {"witness\nquorum none\n", "line 1: a name is missing"},
	    {"witness w\nquorum none\n", "line 1: a verifier key is missing"},
	    {"witness w $1\nquorum none\n", "line 1: the key of a witness is of type 0x04"},
	    {"witness none $11\nquorum none\n", "line 1: 'none' is no name"},
	    {"witness w $11\nwitness w $12\nquorum w\n", "line 2: 'w' is defined twice"},
	    {"witness w $11\nwitness v $11\nquorum w\n", "line 2: a line before has the same key"},
	    {"witness w $11 u v\nquorum w\n", "line 1: something follows the URL"},
	    {"group\nquorum none\n", "line 1: a name is missing"},
	    {"group g\nquorum none\n", "line 1: after its name a group has"},
	    {"group g all\nquorum g\n", "line 1: a group without members"},
	    {"witness w $11\ngroup g some w\nquorum g\n", "line 2: after its name a group has"},
	    {"witness w $11\ngroup g 0 w\nquorum g\n", "line 2: after its name a group has"},
	    {"witness w $11\ngroup g 01 w\nquorum g\n", "line 2: after its name a group has"},
	    {"witness w $11\ngroup g -1 w\nquorum g\n", "line 2: after its name a group has"},
	    {"witness w $11\ngroup g 2 w\nquorum g\n", "line 2: the group asks for more"},
	    {"witness w $11\ngroup g 18446744073709551617 w\nquorum g\n",
		"line 2: after its name a group has"},
	    {"witness w $11\ngroup w all w\nquorum w\n", "line 2: 'w' is defined twice"},
	    {"witness w $11\ngroup none all w\nquorum none\n", "line 2: 'none' is no name"},
	    {"witness w $11\ngroup g all none\nquorum g\n", "line 2: 'none' is no member"},
	    {"witness w $11\ngroup g any w w\nquorum g\n", "line 2: 'w' is a member of a group"},
	    /* circles: of one, and of two */
	    {"group g all g\nquorum g\n", "line 1: 'g' is not defined before"},
	    {"group g all h\ngroup h all g\nquorum g\n", "line 1: 'h' is not defined before"},
	    {"witness w $11\ngroup g all w\ngroup h any g w\nquorum h\n",
		"line 3: 'w' is a member of a group already"},
	    {"witness w $11\ngroup g all w\ngroup h all g\ngroup i all g\nquorum h\n",
		"line 4: 'g' is a member of a group already"},
	    {"Quorum none\n", "line 1: 'Quorum' is none of log"},
	    {"mirror m $11\nquorum none\n", "line 1: 'mirror' is none of log"},
	    {"quorum none\r\n", "line 1: a carriage return"},
	    {"quorum none\n# \x7f\n", "line 2: a control character"},
	    {"quorum none\n# \x1b[2J\n", "line 2: a control character"},
	    {"quo\xc2\xa0rum none\n", "line 1: 'quo"},
	};
	struct st_buf policy = {0};
	stet_quorum *quorum;
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i].text, bad[i].why);
	st_buf_put_str(&policy, "quorum none\n");
	while (policy.size < ST_QUORUM_TEXT_MAX)
		st_buf_put_str(&policy, "\n");
	assert_int_equal(stet_quorum_parse(st_buf_bytes(&policy), &quorum, NULL), STET_OK);
	stet_quorum_free(quorum);
	st_buf_put_str(&policy, "\n");
	assert_int_equal(stet_quorum_parse(st_buf_bytes(&policy), &quorum, &err), STET_EFORMAT);
	assert_int_equal(
	    stet_quorum_parse((stet_bytes){(const uint8_t *)"quorum none\n\0", 13}, &quorum, &err),
	    STET_EFORMAT);
	st_buf_free(&policy);
}

static void
test_quorum__takes_white_space_comments_and_opaque_names(void **state)
{
	static const uint8_t one[] = {11, 0};
	stet_quorum *quorum = quorum_of("\t# a comment\n"
					"  witness\tall  $11\thttps://w.example/ \n"
					"\t \n"
					"witness K $12\nwitness \xe2\x84\xaa $13\n"
					"group any any all K \xe2\x84\xaa\n"
					"quorum any\t\n# at the end\n");

	(void)state;
	assert_true(is_met(quorum, one));
	assert_string_equal(stet_quorum_witness(quorum, 2), vkeys[13]);
	assert_null(stet_quorum_witness(quorum, 3));
	stet_quorum_free(quorum);
}

/* A policy that was cut short asks for no less than the whole, or is refused. */
static void
test_quorum__refuses_every_cut(void **state)
{
	struct st_buf policy = {0};
	stet_quorum *quorum = NULL;
	size_t size;

	(void)state;
	policy_of(&policy, TWO_LEVELS);
	for (size = 0; size < policy.size; size++)
		assert_int_equal(stet_quorum_parse((stet_bytes){policy.data, size}, &quorum, NULL),
		    STET_EFORMAT);
	print_message("%zu cuts of a policy refused\n", size);
	st_buf_free(&policy);
}

/* Bits flipped anywhere: refused, or a policy that the six witnesses still meet: a flip in a name
 * or comment may rename something, but makes nobody's key another's. */
static void
test_quorum__flipped_bits_make_no_other_keys(void **state)
{
	struct st_buf policy = {0};
	stet_quorum *quorum = NULL;
	size_t bit, i, taken = 0;
	const char *vkey;

	(void)state;
	policy_of(&policy, TWO_LEVELS);
	for (bit = 0; bit < 8 * policy.size; bit++) {
		policy.data[bit / 8] = (uint8_t)(policy.data[bit / 8] ^ 1 << bit % 8);
		if (stet_quorum_parse(st_buf_bytes(&policy), &quorum, NULL) == STET_OK) {
			taken++;
			for (i = 0; (vkey = stet_quorum_witness(quorum, i)) != NULL; i++)
				assert_string_equal(vkey, vkeys[11 + i]);
			vkey = stet_quorum_log(quorum, 0);
			assert_true(vkey == NULL || strcmp(vkey, vkeys[1]) == 0);
			stet_quorum_free(quorum);
		}
		policy.data[bit / 8] = (uint8_t)(policy.data[bit / 8] ^ 1 << bit % 8);
	}
	print_message("%zu bits flipped, %zu policies left\n", bit, taken);
	st_buf_free(&policy);
}

static void
test_quorum__survives_short_memory(void **state)
{
	static const uint8_t some[] = {11, 12, 14, 0};
	struct st_buf policy = {0}, note = {0};
	stet_quorum *quorum = NULL;
	stet_json *verdict = NULL;
	stet_error err;
	long n;
	int rc;

	(void)state;
	policy_of(&policy, TWO_LEVELS);
	note_of(&note, some);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_quorum_parse(st_buf_bytes(&policy), &quorum, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 10);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_quorum_judge(quorum, st_buf_bytes(&note), &verdict, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(stet_json_bool_of(stet_json_get(verdict, "met")));
	stet_json_free(verdict);
	stet_quorum_free(quorum);
	st_buf_free(&policy);
	st_buf_free(&note);
}

/* As large as the C2SP page asks for, and larger. */
static void
test_quorum__takes_many(void **state)
{
	static const uint8_t nobody[] = {0};
	struct st_buf policy = {0}, text = {0};
	struct st_secret secret;
	struct st_vkey vkey;
	uint8_t seed[ST_SEED_SIZE] = {0};
	stet_quorum *quorum;
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++) {
		st_be32_put(seed, i + 1);
		st_secret_from_seed(seed, &secret);
		assert_int_equal(
		    st_vkey_make("a.example", i % 2 ? ST_NOTE_ED25519 : ST_NOTE_COSIGNATURE,
			secret.public_key, &vkey, NULL),
		    STET_OK);
		st_buf_reset(&text);
		st_vkey_put(&text, &vkey);
		st_buf_printf(&policy, i % 2 ? "log " : "witness w%u ", i);
		st_buf_put_bytes(&policy, st_buf_bytes(&text));
		st_buf_put_str(&policy, "\n");
		if (i % 2 == 0)
			st_buf_printf(&policy,
			    i == 0 ? "group g0 all w0\n" : "group g%u all w%u g%u\n", i, i, i - 2);
	}
	st_buf_put_str(&policy, "quorum g198\n");
	assert_int_equal(stet_quorum_parse(st_buf_bytes(&policy), &quorum, NULL), STET_OK);
	assert_non_null(stet_quorum_log(quorum, 99));
	assert_non_null(stet_quorum_witness(quorum, 99));
	assert_false(is_met(quorum, nobody));
	stet_quorum_free(quorum);
	st_buf_free(&policy);
	st_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quorum__is_met_by_every_set_that_is_enough_and_no_other),
	    cmocka_unit_test(test_quorum__counts_nobody_twice),
	    cmocka_unit_test(test_quorum__none_asks_for_nobody),
	    cmocka_unit_test(test_quorum__says_who_signed_when_and_who_did_not),
	    cmocka_unit_test(test_quorum__believes_nothing_beside_a_forged_cosignature),
	    cmocka_unit_test(test_quorum__refuses_what_is_no_policy),
	    cmocka_unit_test(test_quorum__takes_white_space_comments_and_opaque_names),
	    cmocka_unit_test(test_quorum__refuses_every_cut),
	    cmocka_unit_test(test_quorum__flipped_bits_make_no_other_keys),
	    cmocka_unit_test(test_quorum__survives_short_memory),
	    cmocka_unit_test(test_quorum__takes_many),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
