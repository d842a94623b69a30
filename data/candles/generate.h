/* Synthetic candles: a seeded market that switches between regimes, for demos, tests and benchmarks. It is no model of
 * any real market and proves nothing about a strategy. The same settings give the same bits on every machine. */
#ifndef TS_DATA_CANDLES_GENERATE_H
#define TS_DATA_CANDLES_GENERATE_H

#include "host/series/series.h"

typedef enum ts_market_character {
    TS_MARKET_MIXED,  /* switches between regimes of all kinds */
    TS_MARKET_NOISE,  /* a random walk: no rule earns anything, but by luck */
    TS_MARKET_TREND,  /* drifts up, then down, for 300 bars on average: `edge` deviations of a bar in a bar */
    TS_MARKET_REVERT, /* swings about a fair value that walks at random: `edge` is the deviation of a swing in
                         deviations of a bar; a quarter of a swing is gone after a bar */
} ts_market_character;
#define TS_MARKET_CHARACTERS "mixed|noise|trend|revert"

typedef struct ts_market_plan {
    uint64_t seed;
    size_t bars;
    int64_t interval_ms, start_ms; /* 0 for the interval: one minute */
    double price;                  /* of the first open; 0: 30,000 */
    ts_market_character character;
    double edge;       /* of TREND and REVERT */
    double volatility; /* deviation of a bar in units of the usual one; 0: 1 */
    double *hidden;    /* NULL, or what only the generator knows of each bar, without gaps: +1 or -1, the
                          drift while it lasted; or the swing at its close, as a fraction of the price */
    double gap_share;  /* share of the bars after which 1 to 60 bars are missing, 0 .. 0.5 */
} ts_market_plan;

/* Fill the empty `series`: exchange "synthetic", symbol SYN-USD until the caller renames it, marked synthetic. */
int ts_market_generate(const ts_market_plan *market, ts_series *series, ts_error *error);

/* The same with the settings that most tests and benchmarks want: no gaps, from 2020-01-01. */
int ts_generate(uint64_t seed, size_t bars, int64_t interval_ms, ts_series *series, ts_error *error);

#endif
