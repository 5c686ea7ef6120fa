/* The ledger itself: opened by entry 0, its key rotated, ended. */
#include "statement/types/rows.h"

#include "base/time.h"

#define ABOUT "stet:ledger"

static const struct st_field continues_fields[] = {
    {ST_NAMED("kid"), ST_HASH, ST_REQUIRED, .label = "Last key",
	.doc = "Thumbprint of the ledger key that signed the older ledger's last checkpoint."},
    {ST_NAMED("origin"), ST_TEXT(1, 255), .form = &st_form_origin, ST_REQUIRED, .label = "Origin",
	.doc = "Origin of the older ledger."},
    {ST_NAMED("checkpoint"), ST_BYTES(1, 32768), ST_REQUIRED, .label = "Checkpoint",
	.doc = "The older ledger's last checkpoint, as it was signed."},
    {ST_NAMED("entries_sha512"), ST_BYTES(64, 64), ST_REQUIRED, .label = "SHA-512 of all entries",
	.doc = "SHA-512 over the bytes of all entries of the older ledger, one after the other."},
    {0},
};

static const struct st_field successor_fields[] = {
    {ST_NAMED("kid"), ST_HASH, ST_REQUIRED, .label = "Key",
	.doc = "Thumbprint of the ledger key with which the successor was opened."},
    {ST_NAMED("origin"), ST_TEXT(1, 255), .form = &st_form_origin, ST_REQUIRED, .label = "Origin",
	.doc = "Origin of the successor."},
    {0},
};

static const struct st_field open_fields[] = {
    ST_V_ROW,
    {ST_NAMED("key"), .kind = ST_FIELD_COSE_KEY, ST_REQUIRED, .label = "Ledger key",
	.doc = "The ledger key, which signs this statement, the seals and the checkpoints."},
    {ST_NAMED("root"), .kind = ST_FIELD_COSE_KEY, ST_REQUIRED, .label = "Root key",
	.doc = "The first root key, which grants all others and belongs offline."},
    ST_TYPE_ROW("ledger"),
    {ST_NAMED("action"), ST_ONE("open"), ST_REQUIRED, .label = "Action",
	.doc = "What is done with the ledger: it is opened."},
    {ST_NAMED("format"), ST_ONE("stet/1"), ST_REQUIRED, .label = "Format",
	.doc = "The format of the ledger, by whose rules it is judged for ever."},
    {ST_NAMED("origin"), ST_TEXT(1, 255), .form = &st_form_origin, ST_REQUIRED, .label = "Origin",
	.doc = "The name of the ledger in its checkpoints: a host name that its operator holds, "
	       "and a path."},
    {ST_NAMED("contact"), ST_TITLE, .label = "Contact",
	.doc = "Where to write about this ledger: an office, not a person."},
    {ST_NAMED("profile"), ST_WORD, ST_REQUIRED, .label = "Profile",
	.doc = "The set of ladders and thresholds by which standing is judged."},
    {ST_NAMED("continues"), ST_MAP(continues_fields), .label = "Continues",
	.doc = "An older ledger that this one continues; a claim until the older one names this "
	       "one when it closes."},
    {ST_NAMED("root_issuer"), ST_ISSUER, ST_REQUIRED, .label = "Issuer of the root key",
	.doc = "What statements signed by the first root key say as their issuer."},
    {ST_NAMED("organisation"), ST_TITLE, .label = "Organisation", .doc = "Who runs the ledger."},
    {0},
};

static const struct st_field rotate_fields[] = {
    ST_V_ROW,
    {ST_NAMED("key"), .kind = ST_FIELD_COSE_KEY, ST_REQUIRED, .label = "New ledger key",
	.doc = "The new ledger key, in force after the next seal, which the old key signs."},
    ST_TYPE_ROW("ledger"),
    {ST_NAMED("action"), ST_ONE("rotate"), ST_REQUIRED, .label = "Action",
	.doc = "What is done with the ledger: its key is changed."},
    {0},
};

static const struct st_field close_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("ledger"),
    {ST_NAMED("action"), ST_ONE("close"), ST_REQUIRED, .label = "Action",
	.doc = "What is done with the ledger: it is ended."},
    {ST_NAMED("reason"), ST_PROSE, ST_REQUIRED, .label = "Reason", .doc = "Why the ledger ends."},
    {ST_NAMED("successor"), ST_MAP(successor_fields), .label = "Successor",
	.doc = "The ledger that goes on from here, if there is one."},
    {0},
};

const struct st_schema st_schema_ledger_open = {ST_TYPE_LEDGER, "ledger", "open",
    ST_TABLE(open_fields), .about = ABOUT,
    .doc = "Opens a ledger: entry 0, and the only one that the ledger key signs beside seals. "
	   "Everything that later entries are judged by starts here."};
const struct st_schema st_schema_ledger_rotate = {ST_TYPE_LEDGER, "ledger", "rotate",
    ST_TABLE(rotate_fields), .about = ABOUT,
    .doc = "Changes the ledger key. A root key signs it; the old ledger key consents by sealing "
	   "it."};
const struct st_schema st_schema_ledger_close = {ST_TYPE_LEDGER, "ledger", "close",
    ST_TABLE(close_fields), .about = ABOUT, .doc = "Ends a ledger. Only its seal may follow."};
