/* Candles from an exchange's REST interface, page by page. Polite: a token bucket, Retry-After obeyed, waits that grow
 * after failures. Nothing that the exchange answers is believed without a look. */
#ifndef TS_INGEST_CANDLE_SOURCE_H
#define TS_INGEST_CANDLE_SOURCE_H

#include "host/series/series.h"

typedef struct ts_candle_source ts_candle_source; /* for one thread */

typedef struct ts_candle_source_settings { /* 0 and NULL mean what is said in brackets */
    const char *exchange;                  /* coinbase, coinbase-exchange, binance, kraken */
    const char *url;                       /* [the exchange's own] */
    const char *ca_file;                   /* PEM certificates to trust instead of the system's [the system's] */
    double per_second;                     /* requests; INFINITY: as many as can be [what the exchange allows] */
    unsigned attempts;                     /* for one page [8] */
    double seconds;                        /* for one request [30] */
    uint64_t seed;                         /* of the jitter */
    bool (*wait)(double seconds);          /* true: somebody wants an end [sleeps] */
} ts_candle_source_settings;

/* Copies what it needs. TS_BAD_CONFIG: a setting is wrong. Nobody is asked yet. */
ts_candle_source *ts_candle_source_open(const ts_candle_source_settings *settings, ts_error *error);
void ts_candle_source_close(ts_candle_source *source);

/* All that the exchange has of a range, ascending and within it; none is possible. Valid until the return. */
typedef struct ts_candle_page {
    const ts_candle *candle;
    size_t count;
    int64_t from_ms, to_ms; /* what was asked for, the end excluded */
    int64_t server_ms;      /* the exchange's clock, in whole seconds; 0: it did not say */
} ts_candle_page;
typedef int ts_candle_page_sink(void *context, const ts_candle_page *page, ts_error *error);

/* Ask for the candles of [from, to), page by page in order of time. The last may not be closed yet by the exchange's
 * clock: that is for the caller to see. Ends with the first error of the sink. A page without candles is asked for
 * several times before it is believed. TS_UNAVAILABLE: no good answer after all attempts, or the exchange does not want
 * us; TS_BAD_DATA: it has no such product, or does not keep so old candles; TS_USAGE: it has no such interval;
 * TS_RUN_AGAIN: `wait` told of an end. What was given out stays good. */
int ts_candle_source_fetch(ts_candle_source *source, const char *symbol, int64_t interval_ms, int64_t from_ms,
                           int64_t to_ms, ts_candle_page_sink *sink, void *context, ts_error *error);

/* Ask what time it is there, in whole seconds; 0: it did not say, and `error` why. */
int64_t ts_candle_source_clock(ts_candle_source *source, ts_error *error);

/* Whether it answers at all: by that question, three times at most. */
bool ts_candle_source_is_there(ts_candle_source *source);

typedef struct ts_candle_source_counts {
    uint64_t requests, retries, limited /* answers 429 */, pages, candles;
} ts_candle_source_counts;
ts_candle_source_counts ts_candle_source_count(const ts_candle_source *source);

#endif
