/* Synthetic candles: a seeded market that switches between regimes, for demos, tests and benchmarks. It is no model of
 * any real market and proves nothing about a strategy. The same settings give the same bits on every machine. */
#ifndef TS_DATA_CANDLES_GENERATE_H
#define TS_DATA_CANDLES_GENERATE_H

#include "host/series/series.h"

typedef struct ts_market {
    uint64_t seed;
    size_t bars;
    int64_t interval_ms, start_ms; /* 0 for the interval: one minute */
    double price;                  /* of the first open; 0: 30,000 */
    double gap_share;              /* share of the bars after which 1 to 60 bars are missing, 0 .. 0.5 */
} ts_market;

/* Fill the empty `series`: exchange "synthetic", symbol SYN-USD until the caller renames it, marked synthetic. */
int ts_market_generate(const ts_market *market, ts_series *series, ts_error *error);

/* The same with the settings that most tests and benchmarks want: no gaps, from 2020-01-01. */
int ts_generate(uint64_t seed, size_t bars, int64_t interval_ms, ts_series *series, ts_error *error);

#endif
