/* Signed notes: splitting, verifying, signing. */
#include "note/note.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"

#define ID_SIZE 4
#define DASH "\xe2\x80\x94 " /* U+2014 and a space begin every signature line */
#define DASH_SIZE 4
#define TIME_SIZE 8
#define COSIGNATURE_SIZE (TIME_SIZE + STET_SIGNATURE_SIZE)

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_NOTE_MALFORMED, "not a signed note: %s", why);
}

/* The size of the text: up to the last blank line, with the newline before it. 0: there is none. */
static size_t
text_size(stet_bytes note)
{
	size_t at;

	for (at = note.size; at >= 2; at--)
		if (note.data[at - 1] == '\n' && note.data[at - 2] == '\n')
			return at - 1;
	return 0;
}

/* Decodes the id and signature of a line; scratch is kept from line to line. */
static int
parse_signature(
    stet_bytes base64, struct st_buf *scratch, struct st_note_line *line, stet_error *err)
{
	int rc;

	st_buf_reset(scratch);
	rc = st_base64_get(scratch, base64);
	if (scratch->rc < 0)
		return st_fail_nomem(err);
	if (rc < 0)
		return malformed(err, "a signature is not base64");
	if (scratch->size <= ID_SIZE)
		return malformed(err, "a signature is too short");
	memcpy(line->id, scratch->data, ID_SIZE);
	line->size = scratch->size - ID_SIZE;
	memset(line->signature, 0, sizeof(line->signature));
	if (line->size <= sizeof(line->signature))
		memcpy(line->signature, scratch->data + ID_SIZE, line->size);
	return STET_OK;
}

/* Takes one line, with its newline, off the front of rest. */
static int
parse_line(stet_bytes *rest, struct st_buf *scratch, struct st_note_line *line, stet_error *err)
{
	const uint8_t *end = memchr(rest->data, '\n', rest->size), *space;
	stet_bytes name;
	size_t size;

	if (end == NULL)
		return malformed(err, "its last line does not end");
	size = (size_t)(end - rest->data);
	line->line = (stet_bytes){rest->data, size + 1};
	if (size < DASH_SIZE || memcmp(rest->data, DASH, DASH_SIZE) != 0)
		return malformed(
		    err, "a line after the text does not begin with a dash and a space");
	name = (stet_bytes){rest->data + DASH_SIZE, size - DASH_SIZE};
	*rest = (stet_bytes){end + 1, rest->size - size - 1};
	if (name.size == 0 || (space = memchr(name.data, ' ', name.size)) == NULL)
		return malformed(err, "a signature line is not of a name and a signature");
	name.size = (size_t)(space - name.data);
	if (!st_note_name_ok(name))
		return malformed(err, "the name of a key is empty or has white space or '+'");
	line->name = name;
	return parse_signature(
	    (stet_bytes){space + 1, (size_t)(end - space) - 1}, scratch, line, err);
}

int
st_note_parse(stet_bytes note, struct st_note *note_out, stet_error *err)
{
	struct st_buf scratch = {0};
	stet_bytes rest;
	size_t size;
	int rc = STET_OK;

	note_out->text = (stet_bytes){NULL, 0};
	note_out->count = 0;
	if (note.size > ST_NOTE_MAX)
		return malformed(err, "it is longer than 65536 bytes");
	if (!st_note_chars_ok(note))
		return malformed(err, "it is not UTF-8, or has control characters");
	size = text_size(note);
	if (size == 0)
		return malformed(err, "no blank line ends its text");
	rest = (stet_bytes){note.data + size + 1, note.size - size - 1};
	if (rest.size == 0)
		return malformed(err, "it has no signature");
	while (rc == STET_OK && rest.size > 0) {
		if (note_out->count == ST_NOTE_LINES_MAX)
			rc = malformed(err, "it has more than 100 signatures");
		else
			rc = parse_line(&rest, &scratch, &note_out->lines[note_out->count++], err);
	}
	st_buf_free(&scratch);
	if (rc == STET_OK)
		note_out->text = (stet_bytes){note.data, size};
	else
		note_out->count = 0;
	return rc;
}

/* A cosignature is of a time and the text (C2SP tlog-cosignature). */
static int
put_cosigned(struct st_buf *out, uint64_t time, stet_bytes text, stet_error *err)
{
	st_buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
	st_buf_put_bytes(out, text);
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* 1, 0, or an error. */
static int
cosignature_ok(
    stet_bytes text, const struct st_note_line *line, const struct st_vkey *key, stet_error *err)
{
	const uint64_t time = st_be64_get(line->signature);
	struct st_buf message = {0};
	int rc;

	if (time > INT64_MAX)
		return 0;
	if ((rc = put_cosigned(&message, time, text, err)) == STET_OK)
		rc = st_signature_ok(
		    key->public_key, st_buf_bytes(&message), line->signature + TIME_SIZE);
	st_buf_free(&message);
	return rc;
}

/* 1 if the line is the key's and right, 0 if it is wrong, or an error. */
static int
line_ok(
    stet_bytes text, const struct st_note_line *line, const struct st_vkey *key, stet_error *err)
{
	if (key->type == ST_NOTE_ED25519 && line->size == STET_SIGNATURE_SIZE)
		return st_signature_ok(key->public_key, text, line->signature);
	if (key->type == ST_NOTE_COSIGNATURE && line->size == COSIGNATURE_SIZE)
		return cosignature_ok(text, line, key, err);
	return 0;
}

static int
claims(const struct st_note_line *line, const struct st_vkey *key)
{
	return memcmp(line->id, key->id, ID_SIZE) == 0 &&
	       st_bytes_equal(line->name, st_str(key->name));
}

/* *key_out = the first key under which the line verifies, or count if no key is meant.  Four bytes
 * of id are few: where two keys of one name share them, the line may be either's. */
static int
verify_line(stet_bytes text, const struct st_note_line *line, const struct st_vkey *keys,
    size_t count, size_t *key_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	int known = 0, rc;
	size_t i;

	*key_out = count;
	for (i = 0; i < count; i++) {
		if (!claims(line, &keys[i]))
			continue;
		known = 1;
		if ((rc = line_ok(text, line, &keys[i], err)) < 0)
			return rc;
		if (rc == 1) {
			*key_out = i;
			return STET_OK;
		}
	}
	if (!known)
		return STET_OK;
	return st_fail(err, STET_EMISMATCH, ST_NOTE_SIGNATURE, "the signature of '%s' is wrong",
	    st_shown(line->name, shown));
}

static uint64_t
time_of(const struct st_note_line *line, const struct st_vkey *key)
{
	return key->type == ST_NOTE_COSIGNATURE ? st_be64_get(line->signature) : 0;
}

int
st_note_signers(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_note_signer signers_out[ST_NOTE_LINES_MAX], size_t *count_out, size_t *unknown_out,
    stet_error *err)
{
	size_t verified = 0, unknown = 0, key, i, k;
	uint64_t time;
	int rc;

	for (i = 0; i < note->count; i++) {
		rc = verify_line(note->text, &note->lines[i], keys, count, &key, err);
		if (rc < 0)
			return rc;
		if (key == count) {
			unknown++;
			continue;
		}
		time = time_of(&note->lines[i], &keys[key]);
		for (k = 0; k < verified && signers_out[k].key != key; k++)
			;
		if (k == verified)
			verified++;
		else if (time <= signers_out[k].time)
			continue;
		signers_out[k] = (struct st_note_signer){key, i, time};
	}
	*count_out = verified;
	*unknown_out = unknown;
	return STET_OK;
}

int
st_note_verify(const struct st_note *note, const struct st_vkey *keys, size_t count,
    size_t *verified_out, stet_error *err)
{
	struct st_note_signer signers[ST_NOTE_LINES_MAX];
	size_t unknown;

	return st_note_signers(note, keys, count, signers, verified_out, &unknown, err);
}

static void
see(struct st_note_seen *seen, const struct st_note_line *line, const struct st_vkey *key)
{
	const uint64_t time = key->type == ST_NOTE_COSIGNATURE ? st_be64_get(line->signature) : 0;

	if (!seen->is_signed || time < seen->first)
		seen->first = time;
	if (!seen->is_signed || time > seen->last)
		seen->last = time;
	seen->is_signed = 1;
}

int
st_note_verify_each(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_note_seen *seen_out, stet_error *err)
{
	size_t i, signer;
	int rc;

	if (count > 0)
		memset(seen_out, 0, count * sizeof(*seen_out));
	for (i = 0; i < note->count; i++) {
		rc = verify_line(note->text, &note->lines[i], keys, count, &signer, err);
		if (rc < 0)
			return rc;
		if (signer < count)
			see(&seen_out[signer], &note->lines[i], &keys[signer]);
	}
	return STET_OK;
}

static int
stands_before(const struct st_note *note, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (st_bytes_equal(note->lines[i].line, note->lines[at].line))
			return 1;
	return 0;
}

int
st_note_keep(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_buf *out, size_t *kept_out, stet_error *err)
{
	size_t i, signer, kept = 0;
	int rc;

	st_buf_put_bytes(out, note->text);
	st_buf_put_u8(out, '\n');
	for (i = 0; i < note->count; i++) {
		rc = verify_line(note->text, &note->lines[i], keys, count, &signer, err);
		if (rc == STET_ENOMEM)
			return rc;
		if (rc < 0 || signer == count || stands_before(note, i))
			continue;
		st_buf_put_bytes(out, note->lines[i].line);
		kept++;
	}
	*kept_out = kept;
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
check_text(stet_bytes text, stet_error *err)
{
	if (text.size == 0 || text.data[text.size - 1] != '\n' || !st_note_chars_ok(text))
		return st_fail(err, STET_EINVAL, ST_NOTE_MALFORMED,
		    "the text of a note is UTF-8 without control characters and ends its last "
		    "line");
	return STET_OK;
}

/* size bytes that begin with the id of the key. */
static int
put_line(
    struct st_buf *out, const char *name, const uint8_t *signature, size_t size, stet_error *err)
{
	st_buf_put_str(out, DASH);
	st_buf_put_str(out, name);
	st_buf_put_u8(out, ' ');
	st_base64_put(out, (stet_bytes){signature, size});
	st_buf_put_u8(out, '\n');
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

int
st_note_add(stet_bytes text, const char *name, const struct st_secret *secret, struct st_buf *out,
    stet_error *err)
{
	uint8_t signature[ID_SIZE + STET_SIGNATURE_SIZE];
	struct st_vkey vkey;
	int rc;

	if ((rc = check_text(text, err)) < 0 ||
	    (rc = st_vkey_make(name, ST_NOTE_ED25519, secret->public_key, &vkey, err)) < 0)
		return rc;
	memcpy(signature, vkey.id, ID_SIZE);
	st_sign(secret, text, signature + ID_SIZE);
	return put_line(out, name, signature, sizeof(signature), err);
}

int
st_note_cosign(stet_bytes text, const char *name, const struct st_secret *secret, uint64_t time,
    struct st_buf *out, stet_error *err)
{
	uint8_t signature[ID_SIZE + COSIGNATURE_SIZE];
	struct st_buf message = {0};
	struct st_vkey vkey;
	int rc;

	if (time > INT64_MAX)
		return st_fail(err, STET_EINVAL, ST_NOTE_MALFORMED,
		    "the time of a cosignature is at most 2^63 - 1 seconds");
	if ((rc = check_text(text, err)) < 0 ||
	    (rc = st_vkey_make(name, ST_NOTE_COSIGNATURE, secret->public_key, &vkey, err)) < 0)
		return rc;
	if ((rc = put_cosigned(&message, time, text, err)) == STET_OK) {
		memcpy(signature, vkey.id, ID_SIZE);
		st_be64_put(signature + ID_SIZE, time);
		st_sign(secret, st_buf_bytes(&message), signature + ID_SIZE + TIME_SIZE);
		rc = put_line(out, name, signature, sizeof(signature), err);
	}
	st_buf_free(&message);
	return rc;
}

/* The bytes that one line of ours takes: dash, name, space, 68 bytes in base64, newline. */
static size_t
line_size(const char *name)
{
	return DASH_SIZE + strlen(name) + 1 + (ID_SIZE + STET_SIGNATURE_SIZE + 2) / 3 * 4 + 1;
}

int
st_note_sign(stet_bytes text, const char *name, const struct st_secret *secret, struct st_buf *out,
    stet_error *err)
{
	const size_t before = out->size;
	int rc;

	if (text.size > ST_NOTE_MAX || text.size + 1 + line_size(name) > ST_NOTE_MAX)
		return st_fail(err, STET_EINVAL, ST_NOTE_MALFORMED,
		    "a note of more than 65536 bytes would not be read again");
	st_buf_put_bytes(out, text);
	st_buf_put_u8(out, '\n');
	if ((rc = st_note_add(text, name, secret, out, err)) < 0)
		out->size = before;
	return rc;
}
