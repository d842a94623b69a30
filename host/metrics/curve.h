/* Metrics of an equity curve, whatever made it. */
#ifndef TS_HOST_CURVE_H
#define TS_HOST_CURVE_H

#include "host/metrics/metrics.h"

#include <stddef.h>

/* What an equity curve says of itself: its end, return, deviation, ratios and drawdown. Undefined ratios are NaN. */
typedef struct ts_curve {
    double total_return, annual_return, volatility, sharpe, sortino, max_drawdown, calmar;
} ts_curve;

/* `bars` marks at closes after an equity of 1; definitions as in metrics.def. Sums run in the order of the bars. */
ts_curve ts_curve_of(const double *equity, size_t bars, double bars_per_year, double risk_free);

/* The bar returns e[t] / e[t - 1] - 1, the first over an equity of 1; 0 once nothing is left. */
void ts_curve_returns(const double *equity, size_t bars, double *returns);

#endif
