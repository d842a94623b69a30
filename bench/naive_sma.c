/* One loop over the bars: order, mark, signal. Metrics as defined in host/metrics/metrics.def. */
#include "bench/naive_sma.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct account {
    int side;           /* +1, -1, 0 */
    double cash, units; /* a short holds its cash and owes its units */
    double base;        /* equity that went into the position */
    double equity, peak, drawdown;
    double returns, squares, losses, equities;
    double fees, traded, profit, loss, changes, best, worst;
    size_t trades, wins, held;
    bool ruined;
} account;

int ts_naive_init(ts_naive_market *market, const ts_series *series, const ts_simulation *simulation, bool both,
                  ts_error *error)
{
    *market = (ts_naive_market){.open = series->column[TS_OPEN],
                                .close = series->column[TS_CLOSE],
                                .sum = ts_alloc(series->bars + 1, sizeof *market->sum),
                                .bars = series->bars,
                                .simulation = *simulation,
                                .both = both};
    if (!market->sum) return ts_no_memory(error, "the baseline");
    for (size_t i = 0; i < series->bars; i++) market->sum[i + 1] = market->sum[i] + market->close[i];
    return 0;
}

void ts_naive_clear(ts_naive_market *market)
{
    free(market->sum);
    market->sum = NULL;
}

static inline void enter(account *a, const ts_simulation *s, int side, double price)
{
    double q = price * (1 + side * s->slippage), invested = a->cash * (1 - s->fee);
    a->base = a->cash;
    a->fees += a->cash * s->fee;
    a->traded += invested;
    a->units = invested / q;
    a->cash = side > 0 ? 0 : 2 * invested;
    a->side = side;
}

static inline void leave(account *a, const ts_simulation *s, double price)
{
    double q = price * (1 - a->side * s->slippage), value = a->units * q;
    a->traded += value;
    a->fees += value * s->fee;
    a->cash = a->side > 0 ? value * (1 - s->fee) : a->cash - value * (1 + s->fee);
    if (a->cash <= 0) a->cash = 0, a->ruined = true;
    double profit = a->cash - a->base, change = a->cash / a->base - 1;
    if (profit > 0) a->profit += profit, a->wins++;
    else a->loss -= profit;
    a->changes += change;
    if (change > a->best) a->best = change;
    if (change < a->worst) a->worst = change;
    a->trades++;
    a->side = 0;
}

static inline double worth(const account *a, double price)
{
    if (a->side == 0) return a->cash;
    return a->side > 0 ? a->units * price : a->cash - a->units * price;
}

static inline void mark(account *a, double equity)
{
    double r = equity / a->equity - 1;
    a->returns += r;
    a->squares += r * r;
    if (r < 0) a->losses += r * r;
    a->equity = equity;
    a->equities += equity;
    if (equity > a->peak) a->peak = equity;
    double drawdown = 1 - equity / a->peak;
    if (drawdown > a->drawdown) a->drawdown = drawdown;
}

static inline void carry_out(account *a, const ts_naive_market *m, int signal, double price)
{
    int was = a->side;
    if (was && signal == -was) leave(a, &m->simulation, price);
    if (!signal || a->side || a->ruined) return;
    if (m->both || (signal > 0 && !was)) enter(a, &m->simulation, signal, price);
}

static double quotient(double a, double b) { return b != 0 ? a / b : NAN; }

static void measure(const account *a, const ts_naive_market *m, int slow, ts_metrics *metrics)
{
#define SET(name) metrics->value[TS_METRIC_##name]
    double n = (double)m->bars, year = m->simulation.bars_per_year, trades = (double)a->trades;
    double mean = a->returns / n - m->simulation.risk_free / year;
    double deviation = sqrt((a->squares - a->returns * a->returns / n) / (n - 1));
    SET(total_return) = a->equity - 1;
    SET(annual_return) = a->equity > 0 ? pow(a->equity, year / n) - 1 : -1;
    SET(volatility) = deviation * sqrt(year);
    SET(sharpe) = quotient(mean, deviation) * sqrt(year);
    SET(sortino) = quotient(mean, sqrt(a->losses / n)) * sqrt(year);
    SET(max_drawdown) = a->drawdown;
    SET(calmar) = quotient(SET(annual_return), a->drawdown);
    SET(trades) = trades;
    SET(win_rate) = quotient((double)a->wins, trades);
    SET(profit_factor) = quotient(a->profit, a->loss);
    SET(expectancy) = quotient(a->changes, trades);
    SET(best_trade) = a->trades ? a->best : NAN;
    SET(worst_trade) = a->trades ? a->worst : NAN;
    SET(exposure) = (double)a->held / n;
    SET(avg_bars_held) = quotient((double)a->held, trades);
    SET(fees_paid) = a->fees;
    SET(turnover) = quotient(a->traded, a->equities / n) * year / n;
    SET(buy_hold_return) = SET(buy_hold_sharpe) = SET(buy_hold_max_drawdown) = SET(excess_return) = NAN;
    SET(final_equity) = a->equity;
    SET(bars) = n;
    SET(warmup) = slow - 1;
    SET(ruined) = a->ruined;
#undef SET
}

void ts_naive_sma(const ts_naive_market *m, int fast, int slow, ts_metrics *metrics)
{
    account a = {.cash = 1, .equity = 1, .peak = 1, .best = -INFINITY, .worst = INFINITY};
    const double *sum = m->sum;
    bool at_close = m->simulation.fill == TS_FILL_CLOSE;
    int signal = 0, was = 0; /* was: the sign of fast - slow at the bar before, 2 before there is one */
    for (size_t t = 0; t < m->bars; t++) {
        if (!at_close && signal && !a.ruined) carry_out(&a, m, signal, m->open[t]);
        signal = 0;
        if (t + 1 >= (size_t)slow) {
            double quick = (sum[t + 1] - sum[t + 1 - (size_t)fast]) / fast;
            double slack = (sum[t + 1] - sum[t + 1 - (size_t)slow]) / slow;
            int is = quick > slack ? 1 : quick < slack ? -1 : 0;
            if (t + 1 > (size_t)slow && is > 0 && was <= 0) signal = 1;
            if (t + 1 > (size_t)slow && is < 0 && was >= 0) signal = -1;
            was = is;
        }
        double price = m->close[t];
        if (at_close && signal && !a.ruined) carry_out(&a, m, signal, price);
        if (a.side < 0 && worth(&a, price) <= 0) a.side = 0, a.cash = 0, a.ruined = true;
        a.held += a.side != 0;
        if (t + 1 == m->bars && a.side) leave(&a, &m->simulation, price);
        mark(&a, worth(&a, price));
    }
    measure(&a, m, slow, metrics);
}
