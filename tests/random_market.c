/* Random candles: the close follows the kind's law, the open lies between, high and low around both. */
#include "tests/random_market.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double uniform(ts_draws *draws, double low, double high) { return low + (high - low) * ts_draw_unit(draws); }

static double on_grid(double price, double tick)
{
    double whole = floor(price / tick + 0.5);
    return (whole < 1 ? 1 : whole) * tick;
}

static double next_close(ts_draws *draws, market_kind kind, double price)
{
    switch (kind) {
    case MARKET_WALK: return price * (1 + uniform(draws, -0.02, 0.0203));
    case MARKET_TICKS: return on_grid(price + uniform(draws, -1.2, 1.2), 0.5);
    case MARKET_STEPS: return ts_draw_below(draws, 12) ? price : on_grid(price * uniform(draws, 0.9, 1.12), 0.01);
    case MARKET_FLAT: return price;
    case MARKET_WILD: return price * (ts_draw_below(draws, 10) ? uniform(draws, 0.8, 1.25) : uniform(draws, 0.3, 3));
    default: return ts_draw_below(draws, 3) ? price : on_grid(price * uniform(draws, 0.97, 1.031), 1e-8);
    }
}

static double spread_of(ts_draws *draws, market_kind kind)
{
    switch (kind) {
    case MARKET_FLAT: return 0;
    case MARKET_STEPS: return 0;
    case MARKET_THIN: return ts_draw_below(draws, 2) ? 0 : 0.002;
    case MARKET_TICKS: return ts_draw_below(draws, 3) ? 0.5 : 0;
    default: return uniform(draws, 0, 0.01);
    }
}

static ts_candle candle_at(ts_draws *draws, market_kind kind, int64_t time, double before, double close)
{
    bool gap = ts_draw_below(draws, 5) == 0 && kind != MARKET_FLAT && kind != MARKET_STEPS;
    double open = gap ? (before + close) / 2 : before, high = open > close ? open : close,
           low = open < close ? open : close;
    double reach = spread_of(draws, kind);
    double volume = kind == MARKET_THIN && ts_draw_below(draws, 4) == 0 ? 0 : floor(uniform(draws, 1, 5000)) / 8;
    if (kind == MARKET_TICKS)
        open = on_grid(open, 0.5), high = on_grid(high + reach, 0.5), low = on_grid(low - reach, 0.5);
    else high *= 1 + reach, low *= 1 - reach;
    if (low > open) low = open;
    if (high < open) high = open;
    return (ts_candle){time, {open, high, low, close, volume}};
}

void random_market(ts_draws *draws, market_kind kind, size_t bars, ts_series *series)
{
    ts_error error = {0};
    int64_t time = 1600000000000;
    double price = kind == MARKET_THIN ? 0.00160008 : on_grid(uniform(draws, 5, 200), 0.01);
    memset(series, 0, sizeof *series);
    snprintf(series->symbol, sizeof series->symbol, "TEST-USD");
    series->interval_ms = 60000;
    series->synthetic = true;
    for (size_t t = 0; t < bars; t++) {
        double close = next_close(draws, kind, price);
        if (!(close > 1e-6 && close < 1e9)) close = 50;
        ts_candle candle = candle_at(draws, kind, time, t ? price : close, close);
        if (ts_series_append(series, &candle, &error)) abort();
        price = close;
        time += 60000 * (1 + (ts_draw_below(draws, 50) == 0));
    }
}
