/* The candles that benchmarks run on: a seeded random walk, the same bits on every machine. */
#ifndef TS_BENCH_CANDLES_H
#define TS_BENCH_CANDLES_H

#include "host/series/series.h"

enum { TS_BENCH_BARS = 524288 };

/* Fill the empty `series` with one-minute bars. Seed 1 and TS_BENCH_BARS give the grid of moving averages (fast 2..51,
 * slow 52..151) 4,000 to 4,600 trades a genome. */
int ts_bench_candles(uint64_t seed, size_t bars, ts_series *series, ts_error *error);

/* The market of `data generate`, whose prices are whole hundredths like an exchange's; for what is read from files. */
int ts_bench_market_candles(size_t bars, ts_series *series, ts_error *error);

#endif
