#ifndef STET_TILES_H
#define STET_TILES_H
/**
 * Tiles: the whole ledger as a folder of static files that any web server can serve and any C2SP
 * tlog-tiles client can read: `checkpoint`, `tile/<level>/<n>`, `tile/entries/<n>`.
 *
 * Source: C2SP tlog-tiles; docs/format.md, "Tiles".
 */
#include <stet/ledger.h>
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_tiles_result {
	uint64_t before, size; /* entries in the tree before and now  */
	uint64_t files, bytes; /* written                             */
} stet_tiles_result;

/** There may be a tree of this ledger already: go on from it. */
#define STET_TILES_UPDATE 1

/**
 * Write the tree at the newest checkpoint.
 *
 * path     a folder; made if it is not there. It may be empty, hold what a killed run left, or,
 * with STET_TILES_UPDATE, a tree of this ledger of now or earlier options  flags: STET_TILES_*
 *
 * Each file appears whole; all are synced, and their folders, before the checkpoint takes the old
 * one's place. Stopped or killed at any moment it leaves the tree that was there, or none; the same
 * call goes on. Partial tiles of earlier sizes go once the full tile is there, also those that a
 * killed run left.
 *
 * Returns STET_OK; STET_EREFUSED when something else is in the folder, a tree without
 * STET_TILES_UPDATE, or one of another ledger or history; STET_EINVAL with rule `stopped`;
 * STET_ELOCKED when another process is writing there; STET_EFORMAT when the ledger is damaged;
 * STET_EIO, STET_EFULL, STET_ENOMEM. Memory does not grow with the ledger.
 */
STET_API int stet_tiles_write(stet_ledger *ledger, const char *path, unsigned flags,
    stet_progress *progress, void *ctx, stet_tiles_result *result_out, stet_error *err);

/**
 * Judge a tree of tiles: every hash is computed again from the entries, up to the root that the
 * checkpoint signs. A tree without entry bundles is judged from its lowest hashes.
 *
 * report_out  as in <stet/checkpoint.h>, "kind" being "tiles", with "entries": how many were read,
 *             or null where the tree has none. as_of is the time of the last entry, the seal
 *
 * Returns STET_OK whatever is known of the signers; STET_EFORMAT for what is no checkpoint or no
 * tile; STET_EMISMATCH when a file is not there or not what the others make it, or a signature by a
 * known key is wrong; STET_ENOTFOUND when there is no checkpoint; STET_EINVAL with rule `stopped`;
 * STET_EIO, STET_ENOMEM.
 */
STET_API int stet_tiles_check(const char *path, const stet_trust *trust, stet_progress *progress,
    void *ctx, stet_json **report_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
