/* The naive baseline: what a careful engineer writes in an afternoon to backtest a moving-average crossing. One loop
 * over the bars a genome, averages from prefix sums, equity marked at every bar, all metrics; plain scalar C. */
#ifndef TS_BENCH_NAIVE_SMA_H
#define TS_BENCH_NAIVE_SMA_H

#include "host/engine/engine.h"

typedef struct ts_naive_market {
    const double *open, *close;
    double *sum; /* [i]: the sum of the first i closes */
    size_t bars;
    ts_simulation simulation;
    bool both; /* short when the averages cross down; else long only */
} ts_naive_market;

/* Borrows the columns of `series`; free with ts_naive_clear. The trading window is the whole series. */
int ts_naive_init(ts_naive_market *market, const ts_series *series, const ts_simulation *simulation, bool both,
                  ts_error *error);
void ts_naive_clear(ts_naive_market *market);

/* One genome. Prefix sums are plain doubles, so averages may differ from the engine's in the last digits; the keys of
 * buying and holding, which are one number a series, are left NaN. */
void ts_naive_sma(const ts_naive_market *market, int fast, int slow, ts_metrics *metrics);

#endif
