/* The metrics from the equity curve and the trades, each by its definition, and for each how far another evaluation may
 * be.
 *
 * Tolerance: a sum may differ by 1e-12 of the sum of its absolute terms (a return after costs has two: cash / base and
 * 1). The bar returns e_t / e_{t-1} - 1 are themselves rounded: by 4 units of the last place of 1 for each bar whose
 * equity moved, whoever computes them. Sums over a trade may be differences of running sums of the candles, which are
 * rounded to doubles: those are terms, too, by 4 units of their last place a trade. A ratio may differ by what its
 * parts may, propagated. A ratio whose divisor is within its own tolerance of 0 is rounding noise: INFINITY. */
#include "tests/oracle/exact.h"
#include "tests/oracle/simulator.h"

#include <math.h>

static const double TERMS = 1e-12, ROUNDING = 4 * 0x1p-52;

typedef struct real {
    double value, error;
} real;

static real certain(double value) { return (real){value, TERMS * fabs(value)}; }

/* a / b, null when b is 0. */
static real quotient(real a, real b)
{
    if (b.value == 0) return (real){NAN, b.error > 0 ? INFINITY : 0};
    if (fabs(b.value) <= b.error) return (real){a.value / b.value, INFINITY};
    double value = a.value / b.value;
    return (real){value, fabs(value) * (b.error / fabs(b.value) + TERMS) + a.error / fabs(b.value)};
}

static real scaled(real a, double factor) { return (real){a.value * factor, fabs(factor) * a.error}; }

static real root(real a)
{
    double value = a.value > 0 ? sqrt(a.value) : 0;
    return (real){value, value > 0 && a.error < a.value ? a.error / value : sqrt(a.error)};
}

/* Sums over the bar returns. */
typedef struct returns {
    real mean, variance, downside, drawdown, mean_equity;
} returns;

/* How far sums over trades may be off when they are differences of the candles' running sums. */
typedef struct running {
    double returns, squares, closes;
} running;

static running running_sums_rounded(const ts_series *series, const ts_oracle_result *result)
{
    const double *close = series->column[TS_CLOSE];
    running sum = {0, 0, close[0]}, off = {0, 0, 0};
    size_t enters = 0, leaves = 0;
    for (size_t t = 1; t < series->bars; t++) {
        double r = close[t] / close[t - 1] - 1;
        sum.returns += fabs(r);
        sum.squares += r * r;
        sum.closes += close[t];
        for (int end = 0; end < 2; end++) {
            size_t *next = end ? &leaves : &enters;
            if (*next == result->trades) continue;
            const ts_oracle_trade *trade = &result->trade[*next];
            if ((end ? trade->exit_bar : trade->entry_bar) > t) continue;
            off.returns += ROUNDING * sum.returns;
            off.squares += ROUNDING * sum.squares;
            off.closes += ROUNDING * sum.closes * trade->units;
            ++*next;
        }
    }
    return off;
}

static double bar_return(const ts_oracle_result *result, size_t i)
{
    double before = i > 0 ? result->equity[i - 1] : 1;
    return before > 0 ? result->equity[i] / before - 1 : 0;
}

static returns bar_returns(const ts_series *series, const ts_oracle_result *result)
{
    running off = running_sums_rounded(series, result);
    double n = (double)result->bars, absolute = 0, rounded = 0, rounded_squares = 0, peak = 1, deepest = 0;
    exact sum = {0, 0}, squares = {0, 0}, losses = {0, 0}, equity = {0, 0};
    for (size_t i = 0; i < result->bars; i++) {
        double r = bar_return(result, i), e = result->equity[i];
        exact_add(&sum, r);
        exact_add(&equity, e);
        if (r < 0) exact_add(&losses, (long double)r * r);
        absolute += fabs(r);
        rounded += r == 0 && result->position[i] == 0 ? 0 : ROUNDING;
        rounded_squares += r == 0 ? 0 : 2 * ROUNDING * fabs(r) + ROUNDING * ROUNDING;
        if (e > peak) peak = e;
        if (1 - e / peak > deepest) deepest = 1 - e / peak;
    }
    long double mean = (sum.high + sum.low) / n;
    double raw = 0;
    for (size_t i = 0; i < result->bars; i++) {
        long double distance = bar_return(result, i) - mean;
        exact_add(&squares, distance * distance);
        raw += bar_return(result, i) * bar_return(result, i);
    }
    double sum_error = TERMS * absolute + rounded + off.returns;
    double square_error =
        2 * TERMS * raw + rounded_squares + off.squares + 2 * fabs((double)mean) * (rounded + off.returns);
    return (returns){
        .mean = {(double)mean, sum_error / n},
        .variance = {exact_value(squares) / (n - 1), square_error / (n - 1)},
        .downside = {exact_value(losses) / n, (TERMS * exact_value(losses) + rounded_squares + off.squares) / n},
        .drawdown = {deepest, deepest > 0 || rounded > 0 ? TERMS * deepest + ROUNDING : 0},
        .mean_equity = {exact_value(equity) / n, (TERMS * exact_value(equity) + off.closes) / n}};
}

static void put(ts_oracle_result *result, ts_metric key, real value)
{
    result->metrics.value[key] = value.value;
    result->tolerance.value[key] = value.error;
}

static void put_count(ts_oracle_result *result, ts_metric key, double value) { put(result, key, (real){value, 0}); }

static void measure_returns(const ts_series *series, const totals *sums, const ts_oracle_settings *settings,
                            ts_oracle_result *result)
{
    double n = (double)result->bars, year = settings->bars_per_year, end = result->equity[result->bars - 1];
    returns all = bar_returns(series, result);
    double annual = end > 0 ? pow(end, year / n) - 1 : -1;
    real growth = {annual, end == 1 || end <= 0 ? 0 : (annual + 1) * (TERMS + year / n * ROUNDING)};
    real excess = {all.mean.value - settings->risk_free / year, all.mean.error + TERMS * settings->risk_free / year};
    real spread = root(all.variance);
    put(result, TS_METRIC_final_equity, certain(end));
    put(result, TS_METRIC_total_return, (real){end - 1, TERMS * (end + 1)});
    put(result, TS_METRIC_annual_return, growth);
    put(result, TS_METRIC_volatility, scaled(spread, sqrt(year)));
    put(result, TS_METRIC_sharpe, scaled(quotient(excess, spread), sqrt(year)));
    put(result, TS_METRIC_sortino, scaled(quotient(excess, root(all.downside)), sqrt(year)));
    put(result, TS_METRIC_max_drawdown, all.drawdown);
    put(result, TS_METRIC_calmar, quotient(growth, all.drawdown));
    put(result, TS_METRIC_fees_paid, certain(sums->fees));
    put(result, TS_METRIC_turnover, scaled(quotient(certain(sums->traded), all.mean_equity), year / n));
}

static void measure_trades(ts_oracle_result *result)
{
    exact profits = {0, 0}, losses = {0, 0}, changes = {0, 0};
    double wins = 0, absolute = 0, best = NAN, worst = NAN, trades = (double)result->trades;
    for (size_t i = 0; i < result->trades; i++) {
        const ts_oracle_trade *trade = &result->trade[i];
        if (trade->profit > 0) exact_add(&profits, trade->profit);
        if (trade->profit < 0) exact_add(&losses, -trade->profit);
        wins += trade->profit > 0;
        exact_add(&changes, trade->change);
        absolute += 2 + trade->change;
        if (!(trade->change <= best)) best = trade->change;
        if (!(trade->change >= worst)) worst = trade->change;
    }
    put_count(result, TS_METRIC_trades, trades);
    put(result, TS_METRIC_win_rate, quotient((real){wins, 0}, (real){trades, 0}));
    put(result, TS_METRIC_profit_factor, quotient(certain(exact_value(profits)), certain(exact_value(losses))));
    put(result, TS_METRIC_expectancy, quotient((real){exact_value(changes), TERMS * absolute}, (real){trades, 0}));
    put(result, TS_METRIC_best_trade, (real){best, TERMS * (2 + best)});
    put(result, TS_METRIC_worst_trade, (real){worst, TERMS * (2 + worst)});
}

void oracle_measure(const ts_series *series, const totals *sums, const ts_oracle_settings *settings,
                    ts_oracle_result *result)
{
    double held = (double)sums->held;
    measure_returns(series, sums, settings, result);
    measure_trades(result);
    put(result, TS_METRIC_exposure, quotient((real){held, 0}, (real){(double)result->bars, 0}));
    put(result, TS_METRIC_avg_bars_held, quotient((real){held, 0}, (real){(double)result->trades, 0}));
    put_count(result, TS_METRIC_bars, (double)result->bars);
    put_count(result, TS_METRIC_ruined, sums->ruined);
}
