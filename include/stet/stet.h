#ifndef STET_STET_H
#define STET_STET_H
/** All of libstet. */
#include <stet/checkpoint.h>
#include <stet/error.h>
#include <stet/evidence.h>
#include <stet/exchange.h>
#include <stet/history.h>
#include <stet/id.h>
#include <stet/json.h>
#include <stet/key.h>
#include <stet/ledger.h>
#include <stet/package.h>
#include <stet/proof.h>
#include <stet/quorum.h>
#include <stet/receipt.h>
#include <stet/references.h>
#include <stet/site.h>
#include <stet/standing.h>
#include <stet/statement.h>
#include <stet/text.h>
#include <stet/tiles.h>
#include <stet/timestamp.h>
#include <stet/trust.h>
#include <stet/types.h>
#include <stet/verify.h>
#include <stet/witness.h>
#endif
