#ifndef STET_TYPES_H
#define STET_TYPES_H
/**
 * The few types that every header shares.
 */
#include <stddef.h>
#include <stdint.h>

#if defined(STET_BUILDING) && defined(__GNUC__)
#define STET_API __attribute__((visibility("default")))
#else
#define STET_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define STET_HASH_SIZE 32      /* SHA-256, leaf hashes, roots, thumbprints */
#define STET_KEY_SIZE 32       /* an Ed25519 public key                    */
#define STET_SIGNATURE_SIZE 64 /* an Ed25519 signature                     */

/** A borrowed run of bytes; data NULL: absent. */
typedef struct stet_bytes {
	const uint8_t *data;
	size_t size;
} stet_bytes;

/** Which moment a read is about: the newest, a state (entries 0 .. value-1), or a time (ms). */
enum stet_at_by { STET_AT_NEWEST, STET_AT_SEQ, STET_AT_TIME };
typedef struct stet_at {
	int by;
	uint64_t value;
} stet_at;

/** A tree: how many entries, their RFC 6962 root, the root of the record index over them. */
typedef struct stet_head {
	uint64_t size;
	uint8_t root[STET_HASH_SIZE];
	uint8_t index[STET_HASH_SIZE];
} stet_head;

/** Reads up to size bytes; *got_out 0 is the end. Returns STET_OK or an error code. */
typedef int stet_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out);
/** Takes one piece of the output named path (NULL: the only one); last closes it. */
typedef int stet_sink(void *ctx, const char *path, stet_bytes piece, int last);
/** Told now and then how far a long call is; total 0: not known. Non-zero stops the call. */
typedef int stet_progress(void *ctx, const char *what, uint64_t done, uint64_t total);
/** Fills buf with a passphrase, NUL-terminated; non-zero: none to be had. */
typedef int stet_passphrase(void *ctx, const char *prompt, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
