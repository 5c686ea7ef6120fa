/* trust: the keys a reader knows, and checkpoints judged by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "support/alloc.h"
#include "trust/trust.h"

#define ORIGIN "ledger.example/a"

struct signer {
	struct st_secret secret;
	struct st_buf vkey;
};

static struct st_buf
make_note(const char *origin, uint64_t size, struct signer *signer, uint8_t seed)
{
	struct st_checkpoint checkpoint = {.size = size};
	struct st_buf text = {0}, note = {0};
	struct st_vkey vkey;
	uint8_t bytes[32];

	memset(bytes, seed, sizeof(bytes));
	memset(checkpoint.root, 7, sizeof(checkpoint.root));
	strcpy(checkpoint.origin, origin);
	st_secret_from_seed(bytes, &signer->secret);
	assert_int_equal(
	    st_vkey_make(origin, ST_NOTE_ED25519, signer->secret.public_key, &vkey, NULL), STET_OK);
	st_vkey_put(&signer->vkey, &vkey);
	st_buf_put_u8(&signer->vkey, '\0');
	st_checkpoint_put(&text, &checkpoint);
	assert_int_equal(
	    st_note_sign(st_buf_bytes(&text), origin, &signer->secret, &note, NULL), STET_OK);
	st_buf_free(&text);
	return note;
}

static const char *
vkey_text(const struct signer *signer)
{
	return (const char *)signer->vkey.data;
}

/* 1: signed by a known key, 0: not, or the code. */
static int
judge(const stet_trust *trust, stet_bytes note)
{
	stet_json *report = NULL;
	stet_error err = {0};
	int rc = stet_checkpoint_check(note, trust, &report, &err), known;

	if (rc < 0) {
		assert_null(report);
		assert_int_equal(err.code, rc);
		assert_true(err.rule != 0 || rc == STET_ENOMEM);
		return rc;
	}
	known = stet_json_bool_of(stet_json_get(report, "known"));
	stet_json_free(report);
	return known;
}

static void
test_trust__knows_a_ledger_by_its_key_alone(void **state)
{
	struct signer one = {0}, other = {0}, elsewhere = {0};
	struct st_buf note = make_note(ORIGIN, 5, &one, 1), same = make_note(ORIGIN, 5, &other, 2),
		      third = make_note("ledger.example/b", 5, &elsewhere, 1);
	stet_trust *trust = NULL;

	(void)state;
	assert_int_equal(judge(NULL, st_buf_bytes(&note)), 0);
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(judge(trust, st_buf_bytes(&note)), 0);
	/* Another key of that name, and the same key under another name, are others. */
	assert_int_equal(stet_trust_add(trust, vkey_text(&other), NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, vkey_text(&elsewhere), NULL), STET_OK);
	assert_int_equal(judge(trust, st_buf_bytes(&note)), 0);
	assert_int_equal(judge(trust, st_buf_bytes(&same)), 1);
	assert_int_equal(judge(trust, st_buf_bytes(&third)), 1);
	assert_int_equal(stet_trust_add(trust, vkey_text(&one), NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, vkey_text(&one), NULL), STET_OK);
	assert_int_equal(stet_trust_count(trust), 3);
	assert_int_equal(judge(trust, st_buf_bytes(&note)), 1);
	stet_trust_free(trust);
	stet_trust_free(NULL);
	st_buf_free(&note);
	st_buf_free(&same);
	st_buf_free(&third);
	st_buf_free(&one.vkey);
	st_buf_free(&other.vkey);
	st_buf_free(&elsewhere.vkey);
}

static void
test_trust__refuses_every_flipped_bit_and_cut(void **state)
{
	struct signer signer = {0};
	struct st_buf note = make_note(ORIGIN, 1234, &signer, 3);
	stet_trust *trust = NULL;
	size_t i, bit;

	(void)state;
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, vkey_text(&signer), NULL), STET_OK);
	for (i = 0; i < note.size; i++)
		for (bit = 0; bit < 8; bit++) {
			note.data[i] ^= (uint8_t)(1u << bit);
			assert_true(judge(trust, st_buf_bytes(&note)) != 1);
			note.data[i] ^= (uint8_t)(1u << bit);
		}
	for (i = 0; i < note.size; i++)
		assert_true(judge(trust, (stet_bytes){note.data, i}) < 0);
	for (i = 1; i < note.size; i++)
		assert_true(judge(trust, (stet_bytes){note.data + i, note.size - i}) != 1);
	assert_int_equal(judge(trust, st_buf_bytes(&note)), 1);
	stet_trust_free(trust);
	st_buf_free(&note);
	st_buf_free(&signer.vkey);
}

static void
test_trust__no_size_beyond_what_json_holds(void **state)
{
	struct signer signer = {0};
	struct st_buf note = make_note(ORIGIN, UINT64_C(1) << 53, &signer, 3);

	(void)state;
	assert_int_equal(judge(NULL, st_buf_bytes(&note)), STET_EFORMAT);
	st_buf_free(&note);
	st_buf_free(&signer.vkey);
}

static void
test_trust__reads_a_file_whole_or_not_at_all(void **state)
{
	struct signer one = {0}, two = {0};
	struct st_buf note = make_note(ORIGIN, 5, &one, 1),
		      other = make_note("ledger.example/b", 5, &two, 2), file = {0};
	stet_trust *trust = NULL;
	stet_error err = {0};

	(void)state;
	st_buf_printf(&file, "# ours\r\n\n  %s \r\nlog\t%s https://ledger.example/\n#end",
	    vkey_text(&one), vkey_text(&two));
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(stet_trust_read(trust, st_buf_bytes(&file), NULL), STET_OK);
	assert_int_equal(stet_trust_count(trust), 2);
	assert_int_equal(judge(trust, st_buf_bytes(&other)), 1);
	stet_trust_free(trust);

	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	st_buf_put_str(&file, "\nlogistics\n");
	assert_int_equal(stet_trust_read(trust, st_buf_bytes(&file), &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_VKEY_MALFORMED);
	assert_non_null(strstr(err.text, "line 6: "));
	assert_int_equal(stet_trust_count(trust), 0);
	stet_trust_free(trust);
	st_buf_free(&file);
	st_buf_free(&note);
	st_buf_free(&other);
	st_buf_free(&one.vkey);
	st_buf_free(&two.vkey);
}

static void
test_trust__survives_failing_allocations(void **state)
{
	struct signer signer = {0};
	struct st_buf note = make_note(ORIGIN, 5, &signer, 1);
	stet_trust *trust;
	int rc, known, failed;
	long n;

	(void)state;
	for (n = 0;; n++) {
		trust = NULL;
		known = 0;
		alloc_fail(n);
		if ((rc = stet_trust_new(&trust, NULL)) == STET_OK &&
		    (rc = stet_trust_add(trust, vkey_text(&signer), NULL)) == STET_OK &&
		    (known = judge(trust, st_buf_bytes(&note))) < 0)
			rc = known;
		failed = alloc_failed();
		stet_trust_free(trust);
		if (!failed)
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_int_equal(known, 1);
	st_buf_free(&note);
	st_buf_free(&signer.vkey);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trust__knows_a_ledger_by_its_key_alone),
	    cmocka_unit_test(test_trust__refuses_every_flipped_bit_and_cut),
	    cmocka_unit_test(test_trust__no_size_beyond_what_json_holds),
	    cmocka_unit_test(test_trust__reads_a_file_whole_or_not_at_all),
	    cmocka_unit_test(test_trust__survives_failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
