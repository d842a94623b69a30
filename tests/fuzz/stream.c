/* Lines as the messages of a connection; the first byte says of which feed, an empty line cuts it. Minutes come in
 * order and are candles. */
#include "ingest/stream.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

static int64_t next_ms;

static void sink(void *context, const ts_minute *minute)
{
    (void)context;
    MUST(minute->time_ms < minute->end_ms && minute->time_ms % 60000 == 0 && minute->end_ms % 60000 == 0);
    if (minute->again) MUST(minute->kind == TS_MINUTE_DIRTY && minute->end_ms <= next_ms);
    else {
        MUST(next_ms == INT64_MIN || minute->time_ms == next_ms);
        next_ms = minute->end_ms;
    }
    if (minute->kind != TS_MINUTE_BAR) return;
    MUST(minute->end_ms == minute->time_ms + 60000 && minute->trades > 0 && minute->volume > 0 && minute->low > 0);
    MUST(minute->low <= minute->open && minute->open <= minute->high);
    MUST(minute->low <= minute->close && minute->close <= minute->high);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const symbols[] = {"A-B"};
    ts_error error = {0};
    ts_stream_counts counts = {0};
    if (!size) return 0;
    next_ms = INT64_MIN;
    ts_feed_source source = *bytes & 1 ? TS_FEED_EXCHANGE : TS_FEED_ADVANCED;
    ts_stream *stream = ts_stream_new(source, symbols, 1, 2000000, sink, NULL, &counts, &error);
    MUST(stream);
    ts_stream_opened(stream);
    for (const uint8_t *at = bytes + 1, *end = bytes + size; at < end;) {
        const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
        size_t length = line ? (size_t)(line - at) : (size_t)(end - at);
        error = (ts_error){0};
        if (length) {
            ts_stream_message(stream, at, length, &error);
        } else {
            ts_stream_closed(stream);
            ts_stream_quiet(stream, 200);
            ts_stream_opened(stream);
        }
        at += length + 1;
    }
    ts_stream_free(stream);
    return 0;
}
