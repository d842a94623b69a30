/* Metrics from totals: means and deviations of bar returns from their sums; definitions stand in metrics.def. */
#include "host/metrics/totals.h"

#include "host/market/market.h"
#include "host/metrics/power.h"

#include <math.h>
#include <string.h>

void ts_totals_start(double *totals, size_t count, size_t first)
{
    double start[TS_TOTALS_RECORD] = {[TS_EQUITY] = 1,       [TS_PEAK] = 1,         [TS_MARK] = 1,
                                      [TS_BEST] = -INFINITY, [TS_WORST] = INFINITY, [TS_FLAT_SINCE] = (double)first};
    for (size_t i = 0; i < count; i++) memcpy(totals + i * TS_TOTALS_RECORD, start, sizeof start);
}

static double quotient(double a, double b) { return b != 0 ? a / b : NAN; }

/* The deviation of n returns from their sums; the difference of nearly equal sums may fall below 0 by rounding. */
static double deviation(double sum, double squares, double n)
{
    double spread = squares - sum * (sum / n);
    return spread > 0 ? sqrt(spread / (n - 1)) : 0;
}

void ts_totals_metrics(const double totals[TS_TOTALS], const ts_market *market, int64_t warmup, ts_metrics *metrics)
{
#define TOTAL(name) totals[TS_##name]
#define SET(name)   metrics->value[TS_METRIC_##name]
    const ts_simulation *simulation = &market->simulation;
    double n = (double)market->bars, year = simulation->bars_per_year, root = sqrt(year);
    double equity = TOTAL(EQUITY), trades = TOTAL(TRADES);
    double excess = TOTAL(SUM_RETURN) / n - simulation->risk_free / year;
    double spread = deviation(TOTAL(SUM_RETURN), TOTAL(SUM_SQUARE), n);
    double flat = (double)market->loaded - TOTAL(FLAT_SINCE);
    double mean_equity = (TOTAL(SUM_EQUITY) + equity * flat) / n;

    SET(total_return) = equity - 1;
    SET(annual_return) = equity > 0 ? ts_power(equity, year / n) - 1 : -1;
    SET(volatility) = spread * root;
    SET(sharpe) = quotient(excess * root, spread);
    SET(sortino) = quotient(excess * root, sqrt(TOTAL(SUM_LOSS) / n));
    SET(max_drawdown) = TOTAL(DRAWDOWN);
    SET(calmar) = quotient(SET(annual_return), TOTAL(DRAWDOWN));
    SET(trades) = trades;
    SET(win_rate) = quotient(TOTAL(WINS), trades);
    SET(profit_factor) = quotient(TOTAL(PROFIT), TOTAL(LOSS));
    SET(expectancy) = quotient(TOTAL(SUM_TRADE), trades);
    SET(best_trade) = trades > 0 ? TOTAL(BEST) : NAN;
    SET(worst_trade) = trades > 0 ? TOTAL(WORST) : NAN;
    SET(exposure) = TOTAL(HELD) / n;
    SET(avg_bars_held) = quotient(TOTAL(HELD), trades);
    SET(fees_paid) = TOTAL(FEES);
    SET(turnover) = quotient(TOTAL(TRADED), mean_equity) * year / n;
    SET(buy_hold_return) = market->buy_hold.value[TS_METRIC_total_return];
    SET(buy_hold_sharpe) = market->buy_hold.value[TS_METRIC_sharpe];
    SET(buy_hold_max_drawdown) = market->buy_hold.value[TS_METRIC_max_drawdown];
    SET(excess_return) = SET(total_return) - SET(buy_hold_return);
    SET(final_equity) = equity;
    SET(bars) = n;
    SET(warmup) = (double)warmup;
    SET(ruined) = TOTAL(RUINED);
#undef TOTAL
#undef SET
}
