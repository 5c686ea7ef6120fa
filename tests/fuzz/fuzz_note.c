/* Notes, checkpoints and verifier keys: what parses is in the input, and is written the same way.
 */
#include <string.h>
#include "note/note.h"
#include "fuzz/fuzz.h"

static struct st_note note; /* of some size: not on the stack */

static int
lies_within(stet_bytes part, stet_bytes whole)
{
	return part.data >= whole.data && part.size <= whole.size &&
	       part.data + part.size <= whole.data + whole.size;
}

static void
try_note(stet_bytes text)
{
	struct st_vkey key;
	uint8_t seed[ST_SEED_SIZE] = {1};
	struct st_secret secret;
	size_t i, verified = 0;

	if (st_note_parse(text, &note, NULL) != STET_OK)
		return;
	FUZZ_MUST(note.count >= 1 && note.count <= ST_NOTE_LINES_MAX);
	FUZZ_MUST(lies_within(note.text, text) && note.text.data == text.data);
	for (i = 0; i < note.count; i++)
		FUZZ_MUST(lies_within(note.lines[i].line, text) &&
			  lies_within(note.lines[i].name, note.lines[i].line));
	st_secret_from_seed(seed, &secret);
	FUZZ_MUST(st_vkey_make("example.org/log", ST_NOTE_ED25519, secret.public_key, &key, NULL) ==
		  STET_OK);
	if (st_note_verify(&note, &key, 1, &verified, NULL) == STET_OK)
		FUZZ_MUST(verified <= 1);
}

static void
try_checkpoint(stet_bytes text)
{
	struct st_checkpoint checkpoint, again;
	struct st_buf out = {0};
	stet_bytes extensions;

	if (st_checkpoint_parse_extended(text, &checkpoint, &extensions, NULL) == STET_OK) {
		FUZZ_MUST(extensions.size == 0 || lies_within(extensions, text));
		st_checkpoint_put(&out, &checkpoint);
		st_buf_put_bytes(&out, extensions);
		FUZZ_MUST(out.rc != STET_OK || st_bytes_equal(st_buf_bytes(&out), text));
	}
	if (st_checkpoint_parse(text, &again, NULL) == STET_OK)
		FUZZ_MUST(extensions.size == 0 && strcmp(again.origin, checkpoint.origin) == 0);
	st_buf_free(&out);
}

static void
try_vkey(stet_bytes text)
{
	struct st_vkey key;
	struct st_buf out = {0};

	if (st_vkey_parse(text, &key, NULL) == STET_OK) {
		st_vkey_put(&out, &key);
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&out), text));
	}
	st_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes text = {data, size};

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	try_note(text);
	try_checkpoint(text);
	try_vkey(text);
	return 0;
}
