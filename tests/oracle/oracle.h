/* The oracle: a naive bar-by-bar simulator with its own functions, written from the definitions of the language and the
 * simulator's promises and sharing no arithmetic with the engine. Slow on purpose: every bar is looked at, every sum is
 * exact in two long doubles. Tests compare the engine with it; `bench` takes its speed as the naive baseline.
 *
 * Of host/ it reads plain types only: candles, syntax trees, the names of functions and metrics. It ends the program
 * when memory is short or a tree holds a function that it does not know: both are faults of the test. */
#ifndef TS_TESTS_ORACLE_H
#define TS_TESTS_ORACLE_H

#include "host/language/strategy.h"
#include "host/metrics/metrics.h"
#include "host/series/series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ts_oracle_settings {
    bool fill_at_close;   /* false: at the next open */
    double fee, slippage; /* fractions, each side */
    double bars_per_year, risk_free;
    int64_t from_ms, to_ms; /* trading window [from, to) */
} ts_oracle_settings;

typedef struct ts_oracle_trade {
    size_t entry_bar, exit_bar;     /* in the series */
    double entry_price, exit_price; /* fills, slippage included */
    int side;                       /* +1 long, -1 short */
    double change, profit;          /* return after costs; the same in equity units */
    double units;                   /* of the asset */
    size_t bars_held;               /* closes at which the position was open */
    const char *reason;
} ts_oracle_trade;

typedef struct ts_oracle_result {
    ts_metrics metrics;   /* NaN: null */
    ts_metrics tolerance; /* how far another evaluation may be from `metrics`; INFINITY: the value is rounding noise */
    ts_oracle_trade *trade;
    size_t trades;
    size_t first, bars; /* the window in the series */
    double *equity;     /* `bars` values, marked at each close */
    int8_t *position;   /* +1, 0, -1 at each close */
} ts_oracle_result;

/* Simulate one genome; `parameter` holds the values of the strategy's parameters. The window must hold 2 bars or more.
 */
void ts_oracle_run(const ts_series *series, const ts_strategy *strategy, const double *parameter,
                   const ts_oracle_settings *settings, ts_oracle_result *result);
void ts_oracle_clear(ts_oracle_result *result);

/* One series or signal (1 and 0) over all bars, into `row` of series->bars values. */
void ts_oracle_row(const ts_series *series, const ts_expression *tree, const double *parameter, double *row);

/* Bars before every row of the strategy's entries and exits is defined, by the functions' static warm-up. */
size_t ts_oracle_warmup(const ts_strategy *strategy, const double *parameter);

#endif
