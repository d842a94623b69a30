/* A feed of minutes from an exchange's WebSocket: connects, subscribes, decodes, builds minutes, and connects again.
 * One thread: everything happens within ts_feed_step. */
#ifndef TS_INGEST_FEED_H
#define TS_INGEST_FEED_H

#include "ingest/stream.h"

#define TS_FEED_ADVANCED_URL "wss://advanced-trade-ws.coinbase.com"
#define TS_FEED_EXCHANGE_URL "wss://ws-feed.exchange.coinbase.com"

typedef enum ts_feed_event {
    TS_FEED_CONNECTED,
    TS_FEED_CLOSED,      /* the text says why; a new try comes by itself */
    TS_FEED_COMPLAINT,   /* of the exchange */
    TS_FEED_BAD_MESSAGE, /* could not be read; the text names the member */
} ts_feed_event;

typedef struct ts_feed_settings { /* 0 and NULL mean what is said in brackets */
    ts_feed_source source;
    const char *url; /* [the source's own] */
    const char *const *symbol;
    size_t symbols, symbols_per_connection; /* [50] */
    const char *ca_file;                    /* one more authority for TLS, PEM [none] */
    double grace_s;                         /* a minute is given out so long after its end, by the exchange's clock */
    double silence_s;                       /* a connection without a message for so long is given up [10] */
    double connect_s;                       /* so is one that is not open, or confirms nothing, for so long [10] */
    double backoff_first_s, backoff_most_s; /* before a new try [0.5, 30] */
    uint64_t seed;                          /* of the jitter */
    size_t message_limit;                   /* bytes [8 MiB] */
    ts_minute_sink *minute;
    void (*event)(void *context, ts_feed_event event, const char *text); /* [none] */
    void *context;                                                       /* for both */
} ts_feed_settings;

typedef struct ts_feed_counts {
    ts_stream_counts stream;
    uint64_t connects, reconnects /* of these, after the first of a connection */, closes, silences;
    size_t connections, open, symbols, covered; /* now */
} ts_feed_counts;

typedef struct ts_feed ts_feed;

/* Copies what it needs of the settings. TS_BAD_CONFIG, TS_USAGE: a setting is wrong. Nothing is connected yet. */
ts_feed *ts_feed_open(const ts_feed_settings *settings, ts_error *error);
void ts_feed_close(ts_feed *feed); /* at once; what was not given out is not given out */

/* Connect and serve for so many seconds. Nothing that the network or the exchange does ends a feed. */
void ts_feed_step(ts_feed *feed, double seconds);

/* The counts as they are now. */
ts_feed_counts ts_feed_count(const ts_feed *feed);

#endif
