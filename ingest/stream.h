/* One connection's messages into the minutes of its products: knows the exchange's messages, and no sockets. */
#ifndef TS_INGEST_STREAM_H
#define TS_INGEST_STREAM_H

#include "common/strbuf.h"
#include "ingest/minutes.h"

typedef enum ts_feed_source { TS_FEED_ADVANCED, TS_FEED_EXCHANGE } ts_feed_source;

typedef struct ts_stream_counts {
    uint64_t messages, bytes, trades_messages, heartbeats, other, errors /* the exchange's complaints */;
    uint64_t decode_errors, repeated /* messages */, gaps /* in the sequence of messages */, implausible /* times */,
        unknown /* trades of products that nobody asked for */;
    ts_minutes_counts minutes;
} ts_stream_counts;

typedef struct ts_stream ts_stream;

/* `symbol` are BASE-QUOTE and at most TS_STREAM_SYMBOLS; they are copied. Minutes go to `sink`. The counts are the
 * caller's and may be shared by several streams. TS_USAGE: a symbol comes twice, or too many; TS_FAILED: no memory. */
enum { TS_STREAM_SYMBOLS = 500 };
ts_stream *ts_stream_new(ts_feed_source source, const char *const *symbol, size_t count, int64_t grace_us,
                         ts_minute_sink *sink, void *context, ts_stream_counts *counts, ts_error *error);
void ts_stream_free(ts_stream *stream);

/* Append the text that subscribes to the `index`-th channel; false when there are no more. */
bool ts_stream_subscription(const ts_stream *stream, size_t index, ts_strbuf *text);

/* The connection is there; a message came; the connection is gone. A message that cannot be read, or the exchange's
 * complaint, is TS_BAD_DATA or TS_UNAVAILABLE with what to log: the damage is done to the minutes already, and the
 * connection may be kept. */
void ts_stream_opened(ts_stream *stream);
int ts_stream_message(ts_stream *stream, const void *bytes, size_t size, ts_error *error);
void ts_stream_closed(ts_stream *stream);

/* While nothing comes: `seconds` went by since the last message. Minutes in which the connection was gone are given
 * out as dirty all the same. */
void ts_stream_quiet(ts_stream *stream, double seconds);

/* Products whose trades are being received. */
size_t ts_stream_covered(const ts_stream *stream);

/* Append the names of those that the exchange did not confirm on this connection: their minutes are dirty. */
void ts_stream_unconfirmed(const ts_stream *stream, ts_strbuf *names);
size_t ts_stream_symbols(const ts_stream *stream); /* of all */

#endif
