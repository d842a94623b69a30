#include "host/validation/stitched.h"

#include "common/memory.h"
#include "host/metrics/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ts_stitched_init(ts_stitched *stitched, const ts_market *market)
{
    const ts_simulation *simulation = ts_market_simulation(market);
    *stitched = (ts_stitched){.end = 1,
                              .hold_end = 1,
                              .best = -INFINITY,
                              .worst = INFINITY,
                              .bars_per_year = simulation->bars_per_year,
                              .risk_free = simulation->risk_free};
}

void ts_stitched_clear(ts_stitched *stitched)
{
    free(stitched->equity);
    free(stitched->hold);
    *stitched = (ts_stitched){0};
}

static int grow(ts_stitched *s, size_t bars, ts_error *error)
{
    if (s->bars + bars <= s->room) return 0;
    size_t room = 2 * (s->bars + bars);
    double *equity = ts_grow(s->equity, room, sizeof *equity);
    if (equity) s->equity = equity;
    double *hold = ts_grow(s->hold, room, sizeof *hold);
    if (hold) s->hold = hold;
    if (!equity || !hold) return ts_no_memory(error, "the stitched equity");
    s->room = room;
    return 0;
}

/* A trade's part of the sums; `cash` is the equity before it. */
static double add_trade(ts_stitched *s, const ts_trade *trade, double cash)
{
    double change = trade->change, earned = cash * change;
    s->trades++;
    s->wins += earned > 0;
    if (earned > 0) s->profit += earned;
    else s->loss -= earned;
    s->trade_returns += change;
    if (change > s->best) s->best = change;
    if (change < s->worst) s->worst = change;
    return cash + earned;
}

static void add_backtest(ts_stitched *s, const ts_backtest *backtest, size_t bars)
{
    const double *value = backtest->metrics.value;
    double cash = s->end, sum = 0;
    for (size_t t = 0; t < bars; t++) {
        s->equity[s->bars + t] = s->end * backtest->equity[t];
        sum += backtest->equity[t];
        s->held += backtest->position[t] != 0;
    }
    for (size_t i = 0; i < backtest->trades; i++) cash = add_trade(s, &backtest->trade[i], cash);
    s->fees += s->end * value[TS_METRIC_fees_paid];
    if (backtest->trades) s->traded += s->end * value[TS_METRIC_turnover] * sum / s->bars_per_year;
    s->ruined = s->ruined || value[TS_METRIC_ruined] != 0;
    s->warmup = value[TS_METRIC_warmup];
    s->end *= value[TS_METRIC_final_equity];
}

int ts_stitched_add(ts_stitched *s, const ts_market *window, const ts_backtest *backtest, ts_error *error)
{
    size_t bars = ts_market_bars(window);
    if (grow(s, bars, error)) return -1;
    ts_market_hold(window, s->hold + s->bars);
    for (size_t t = 0; t < bars; t++) s->hold[s->bars + t] *= s->hold_end;
    s->hold_end = s->hold[s->bars + bars - 1];
    if (backtest) add_backtest(s, backtest, bars);
    else
        for (size_t t = 0; t < bars; t++) s->equity[s->bars + t] = s->end;
    s->bars += bars;
    return 0;
}

static double quotient(double a, double b) { return b != 0 ? a / b : NAN; }

void ts_stitched_metrics(const ts_stitched *s, ts_metrics *metrics)
{
    ts_curve own = ts_curve_of(s->equity, s->bars, s->bars_per_year, s->risk_free);
    ts_curve hold = ts_curve_of(s->hold, s->bars, s->bars_per_year, s->risk_free);
    double n = (double)s->bars, trades = (double)s->trades, sum = 0;
    for (size_t t = 0; t < s->bars; t++) sum += s->equity[t];
    *metrics = (ts_metrics){.value = {
                                [TS_METRIC_total_return] = own.total_return,
                                [TS_METRIC_annual_return] = own.annual_return,
                                [TS_METRIC_volatility] = own.volatility,
                                [TS_METRIC_sharpe] = own.sharpe,
                                [TS_METRIC_sortino] = own.sortino,
                                [TS_METRIC_max_drawdown] = own.max_drawdown,
                                [TS_METRIC_calmar] = own.calmar,
                                [TS_METRIC_trades] = trades,
                                [TS_METRIC_win_rate] = quotient((double)s->wins, trades),
                                [TS_METRIC_profit_factor] = quotient(s->profit, s->loss),
                                [TS_METRIC_expectancy] = quotient(s->trade_returns, trades),
                                [TS_METRIC_best_trade] = s->trades ? s->best : NAN,
                                [TS_METRIC_worst_trade] = s->trades ? s->worst : NAN,
                                [TS_METRIC_exposure] = s->held / n,
                                [TS_METRIC_avg_bars_held] = quotient(s->held, trades),
                                [TS_METRIC_fees_paid] = s->fees,
                                [TS_METRIC_turnover] = quotient(s->traded, sum) * s->bars_per_year,
                                [TS_METRIC_buy_hold_return] = hold.total_return,
                                [TS_METRIC_buy_hold_sharpe] = hold.sharpe,
                                [TS_METRIC_buy_hold_max_drawdown] = hold.max_drawdown,
                                [TS_METRIC_excess_return] = own.total_return - hold.total_return,
                                [TS_METRIC_final_equity] = s->end,
                                [TS_METRIC_bars] = n,
                                [TS_METRIC_warmup] = s->warmup,
                                [TS_METRIC_ruined] = s->ruined,
                            }};
}
