/* The exchanges whose REST interface has candles: how a page is asked of each, and what its answer looks like. */
#ifndef TS_INGEST_CANDLE_EXCHANGE_H
#define TS_INGEST_CANDLE_EXCHANGE_H

#include "common/strbuf.h"
#include "ingest/candle_rows.h"

typedef struct ts_candle_exchange {
    const char *name, *url;
    const char *clock;   /* a path that is quickly answered: the header Date says the time */
    double per_second;   /* requests that it does not mind */
    int64_t page;        /* candles of one request */
    bool latest_only;    /* it keeps that many, and no older ones */
    const char *product; /* how a symbol is written: "-", "" between base and quote */
    bool old_codes;      /* XBT for BTC, XDG for DOGE */
    ts_candle_layout layout;
    /* Append the path and query of the page [from, to); false: it has no such interval. */
    bool (*path)(const char *product, int64_t interval_ms, int64_t from_ms, int64_t to_ms, ts_strbuf *path);
} ts_candle_exchange;

/* TS_BAD_CONFIG names those there are. */
const ts_candle_exchange *ts_candle_exchange_find(const char *name, ts_error *error);

/* Append the exchange's name of BASE-QUOTE. */
void ts_candle_exchange_product(const ts_candle_exchange *exchange, const char *symbol, ts_strbuf *product);

#endif
