#ifndef ST_EXCHANGE_EXPORT_H
#define ST_EXCHANGE_EXPORT_H
#include <stet/exchange.h>

#include "ledger/internal.h"

struct st_export {
	stet_ledger *ledger;
	uint64_t first, last;
	stet_progress *progress;
	void *progress_ctx;
	stet_sink *write;
	void *ctx;
	uint64_t done;
};
typedef int st_exporter(struct st_export *export, stet_error *err);
st_exporter st_export_cborseq; /* the entries verbatim, RFC 8742 */
st_exporter st_export_jsonl;   /* one JSON object a line         */

#endif
