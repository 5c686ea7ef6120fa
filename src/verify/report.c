/* What verification found. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/json.h"
#include "verify/verify.h"

#define MAX_PRESET 100

int
st_report_new(size_t max, stet_report **report_out, stet_error *err)
{
	stet_report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		return st_fail_nomem(err);
	report->max = max == 0 ? MAX_PRESET : max;
	*report_out = report;
	return STET_OK;
}

static void
drop_text(stet_diagnosis *diagnosis)
{
	free((void *)(uintptr_t)diagnosis->text);
	diagnosis->text = NULL;
}

void
st_report_reset(stet_report *report)
{
	size_t i, max = report->max;

	for (i = 0; i < report->kept_count; i++)
		drop_text(&report->kept[i]);
	free(report->kept);
	stet_json_free(report->json);
	memset(report, 0, sizeof(*report));
	report->max = max;
}

void
stet_report_free(stet_report *report)
{
	if (report == NULL)
		return;
	st_report_reset(report);
	free(report);
}

static int
make_room(stet_report *report, stet_error *err)
{
	stet_diagnosis *kept;
	size_t capacity = report->kept_count;

	/* Grown at powers of two: whoever asks for a million need not find them. */
	if ((capacity & (capacity - 1)) != 0)
		return STET_OK;
	capacity = capacity == 0 ? 1 : capacity * 2;
	if ((kept = realloc(report->kept, capacity * sizeof(*kept))) == NULL)
		return st_fail_nomem(err);
	report->kept = kept;
	return STET_OK;
}

/* In the order of the entries, and for one entry as found: so that what is left out when there are
 * too many is always the end. */
int
st_report_add(stet_report *report, int rule, uint64_t seq, const char *text, stet_error *err)
{
	stet_diagnosis *kept;
	char *copy;
	size_t at;

	report->count++;
	for (at = report->kept_count; at > 0 && report->kept[at - 1].seq > seq; at--)
		;
	if (at == report->max)
		return STET_OK;
	if ((copy = strdup(text)) == NULL)
		return st_fail_nomem(err);
	if (report->kept_count == report->max) {
		drop_text(&report->kept[--report->kept_count]);
	} else if (make_room(report, err) < 0) {
		free(copy);
		return STET_ENOMEM;
	}
	kept = &report->kept[at];
	memmove(kept + 1, kept, (report->kept_count - at) * sizeof(*kept));
	*kept = (stet_diagnosis){rule, seq, copy};
	report->kept_count++;
	return STET_OK;
}

static stet_json *
diagnosis_json(const stet_diagnosis *diagnosis)
{
	stet_json *object = stet_json_object();

	stet_json_set(object, "code", stet_json_str(stet_rule_name(diagnosis->rule)));
	stet_json_set(object, "seq",
	    diagnosis->seq == STET_NO_SEQ ? stet_json_null()
					  : stet_json_int((int64_t)diagnosis->seq));
	st_json_set_text(object, "text", st_str(diagnosis->text));
	return object;
}

static void
set_count(stet_json *object, const char *key, uint64_t count)
{
	stet_json_set(object, key, stet_json_int((int64_t)count));
}

int
st_report_finish(stet_report *report, stet_error *err)
{
	stet_json *object = stet_json_object(), *list = stet_json_array();
	char *text = NULL;
	size_t i, size;
	int rc;

	for (i = 0; i < report->kept_count; i++)
		stet_json_add(list, diagnosis_json(&report->kept[i]));
	set_count(object, "v", 1);
	stet_json_set(object, "ok", stet_json_bool(report->count == 0));
	set_count(object, "entries", report->entries);
	set_count(object, "signatures", report->signatures);
	set_count(object, "seals", report->seals);
	set_count(object, "artifacts", report->artifacts);
	set_count(object, "unknown", report->unknown);
	set_count(object, "size", report->head.size);
	st_json_set_hex(object, "root", report->head.root, 32);
	st_json_set_hex(object, "index", report->head.index, 32);
	stet_json_set(object, "diagnoses", list);
	set_count(object, "count", report->count);
	/* Memory that was short while building shows when it is written. */
	rc = stet_json_text(object, 0, &text, &size, err);
	free(text);
	if (rc < 0) {
		stet_json_free(object);
		return rc;
	}
	report->json = object;
	return STET_OK;
}

int
stet_report_ok(const stet_report *report)
{
	return report->count == 0;
}

size_t
stet_report_count(const stet_report *report)
{
	return report->count;
}

const stet_diagnosis *
stet_report_get(const stet_report *report, size_t index)
{
	return index < report->kept_count ? &report->kept[index] : NULL;
}

const stet_json *
stet_report_json(const stet_report *report)
{
	return report->json;
}
