/* Histories: the entries of a closure, merged in order. */
#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "base/err.h"
#include "ledger/internal.h"

struct stream {
	uint64_t nth, count; /* of the entries about one name */
	uint64_t seq;        /* of the nth; STET_NO_SEQ: ended */
};

struct stet_history {
	struct st_reader *reader;
	struct st_books books;
	uint64_t size; /* only entries before it */
	struct st_closure closure;
	stet_history_name *names;
	struct stream *streams;
	uint64_t count;
	stet_entry *entry;
};

/* The number of entries whose time is not after ms: times never decrease, so it is found by
 * halving. */
static int
size_at_time(
    const struct st_books *books, uint64_t size, uint64_t ms, uint64_t *size_out, stet_error *err)
{
	uint64_t low = 0, high = size, middle;
	struct st_read read;
	int rc;

	while (low < high) {
		middle = low + (high - low) / 2;
		if ((rc = st_books_entry(books, middle, &read, err)) < 0)
			return rc;
		if (read.entry.ms <= ms)
			low = middle + 1;
		else
			high = middle;
	}
	*size_out = low;
	return STET_OK;
}

int
st_size_at(const struct st_books *books, stet_at at, uint64_t *size_out, stet_error *err)
{
	struct st_head head;
	int rc;

	if ((rc = st_head_read(books->tables, &head, err)) < 0)
		return rc;
	*size_out = head.size;
	if (at.by == STET_AT_SEQ && at.value < head.size)
		*size_out = at.value;
	if (at.by == STET_AT_TIME)
		return size_at_time(books, head.size, at.value, size_out, err);
	return STET_OK;
}

int
st_ledger_size_at(stet_ledger *ledger, stet_at at, uint64_t *size_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_size_at(&(struct st_books){reader, reader}, at, size_out, err);
	st_reader_close(reader);
	return rc;
}

static int
move_stream(stet_history *history, size_t at, stet_error *err)
{
	struct stream *stream = &history->streams[at];

	stream->seq = STET_NO_SEQ;
	if (stream->nth >= stream->count)
		return STET_OK;
	return st_books_nth(
	    &history->books, history->closure.names[at].key, stream->nth++, &stream->seq, err);
}

static int
open_streams(stet_history *history, stet_error *err)
{
	size_t i;
	int rc;

	history->names = calloc(history->closure.count, sizeof(*history->names));
	history->streams = calloc(history->closure.count, sizeof(*history->streams));
	if (history->names == NULL || history->streams == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < history->closure.count; i++) {
		struct stream *stream = &history->streams[i];

		if ((rc = st_count_before(&history->books, history->closure.names[i].key,
			 history->size, &stream->count, err)) < 0 ||
		    (rc = move_stream(history, i, err)) < 0)
			return rc;
		history->names[i] = (stet_history_name){
		    history->closure.names[i].name, stream->count, history->closure.names[i].loose};
		history->count += stream->count;
	}
	return STET_OK;
}

int
st_one_name(stet_ledger *ledger, const stet_id *id, struct st_buf *name_out, stet_error *err)
{
	stet_json *names = NULL;
	struct st_buf list = {0};
	size_t i, count;
	int rc;

	if (!stet_id_is_prefix(id)) {
		st_buf_put_str(name_out, stet_id_text(id));
		return name_out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	if ((rc = stet_ledger_find(ledger, id, &names, err)) < 0)
		return rc;
	count = stet_json_size(names);
	for (i = 0; i < count; i++) {
		if (i > 0)
			st_buf_put_str(&list, ", ");
		st_buf_put_bytes(&list, stet_json_string_of(stet_json_item(names, i)));
	}
	if (count == 0)
		rc = st_fail(err, STET_ENOTFOUND, ST_NOT_IN_LEDGER, "no entry is about '%s'",
		    stet_id_text(id));
	else if (count > 1)
		rc = st_fail(err, STET_EREFUSED, ST_ID_AMBIGUOUS, "'%s' may be any of %zu: %.*s",
		    stet_id_text(id), count, (int)list.size, (char *)list.data);
	else
		st_buf_put_bytes(name_out, st_buf_bytes(&list));
	st_buf_free(&list);
	stet_json_free(names);
	return rc;
}

int
stet_history_open(
    stet_ledger *ledger, const stet_id *id, stet_at at, stet_history **history_out, stet_error *err)
{
	stet_history *history = calloc(1, sizeof(*history));
	struct st_buf name = {0};
	int rc;

	if (history == NULL)
		return st_fail_nomem(err);
	if ((rc = st_one_name(ledger, id, &name, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &history->reader, err)) < 0)
		goto done;
	history->books = (struct st_books){history->reader, history->reader};
	if ((rc = st_size_at(&history->books, at, &history->size, err)) < 0 ||
	    (rc = st_closure_of(&history->books, st_buf_bytes(&name), history->size, 1,
		 &history->closure, err)) < 0 ||
	    (rc = open_streams(history, err)) < 0)
		goto done;
	if (history->count == 0)
		rc = st_fail(err, STET_ENOTFOUND, ST_NOT_IN_LEDGER, "no entry is about '%s'",
		    stet_id_text(id));
done:
	st_buf_free(&name);
	if (rc < 0) {
		stet_history_close(history);
		return rc;
	}
	*history_out = history;
	return STET_OK;
}

int
stet_history_next(stet_history *history, stet_entry **entry_out, stet_error *err)
{
	struct st_read read;
	uint64_t seq = STET_NO_SEQ;
	size_t i, least = 0;
	int rc;

	stet_entry_free(history->entry);
	history->entry = NULL;
	for (i = 0; i < history->closure.count; i++)
		if (history->streams[i].seq < seq) {
			seq = history->streams[i].seq;
			least = i;
		}
	if (seq == STET_NO_SEQ)
		return STET_ENOTFOUND;
	if ((rc = st_books_entry(&history->books, seq, &read, err)) < 0 ||
	    (rc = st_entry_new(read.encoded, &history->entry, err)) < 0 ||
	    (rc = move_stream(history, least, err)) < 0)
		return rc;
	*entry_out = history->entry;
	return STET_OK;
}

size_t
stet_history_names(const stet_history *history, const stet_history_name **names_out)
{
	*names_out = history->names;
	return history->closure.count;
}

uint64_t
stet_history_count(const stet_history *history)
{
	return history->count;
}

void
stet_history_close(stet_history *history)
{
	if (history == NULL)
		return;
	stet_entry_free(history->entry);
	st_closure_clear(&history->closure);
	st_reader_close(history->reader);
	free(history->names);
	free(history->streams);
	free(history);
}
